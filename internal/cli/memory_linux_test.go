package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// What a command leaves in the memory of its process is looked at by the process
// itself, after the command: TEST_MEMORY names a file of words, and what was
// found is written beside it. The words are veiled in the file and wherever the
// search has them, so that it does not find itself.

// veil is what every byte of a word is combined with.
const veil = 0x55

func veiled(word string) []byte {
	b := []byte(word)
	for i := range b {
		b[i] ^= veil
	}
	return b
}

// kept is found in every process: the search sees what is there.
var kept = strings.Repeat("kept in memory ", 2)

func init() {
	afterMain = func() {
		path := os.Getenv("TEST_MEMORY")
		if path == "" {
			return
		}
		for range 4 { // two for the pools of the standard library, which live on for one
			runtime.GC()
		}
		found, err := searchMemory(path)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
		b, _ := json.Marshal(found)
		os.WriteFile(path+".found", b, 0o600)
		runtime.KeepAlive(kept)
	}
}

// searchMemory counts how often each of the words in the file, by its name,
// stands in what this process can write to.
func searchMemory(path string) (map[string]int, error) {
	var words map[string][]byte
	b, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(b, &words)
	}
	if err != nil {
		return nil, err
	}
	unix.Prctl(unix.PR_SET_DUMPABLE, 1, 0, 0, 0) // or /proc/self/mem is closed
	maps, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		return nil, err
	}
	mem, err := os.Open("/proc/self/mem")
	if err != nil {
		return nil, err
	}
	defer mem.Close()
	found := map[string]int{}
	for line := range strings.Lines(string(maps)) {
		var from, to uint64
		var rights string
		if n, _ := fmt.Sscanf(line, "%x-%x %s", &from, &to, &rights); n != 3 || !strings.HasPrefix(rights, "rw") {
			continue
		}
		// The copy that is searched lies outside of what the map lists.
		chunk, err := unix.Mmap(-1, 0, int(to-from), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANONYMOUS)
		if err != nil {
			return nil, err
		}
		n, _ := mem.ReadAt(chunk, int64(from))
		for i := range n {
			chunk[i] ^= veil
		}
		for name, word := range words {
			found[name] += bytes.Count(chunk[:n], word)
		}
		unix.Munmap(chunk)
	}
	return found, nil
}

// TestMemoryAfterwards looks for what a command worked with in the memory that
// it leaves. Built with GOEXPERIMENT=runtimesecret nothing may be there; built
// without, it is only counted.
func TestMemoryAfterwards(t *testing.T) {
	t.Parallel()
	erased := strings.Contains(runtime.Version(), "runtimesecret")
	h := newHome(t)
	c := newCanaries(t)
	c.fill("")
	h.write("pass.txt", c.pass+"\n")
	h.run("init", "--passphrase-file", "pass.txt", "--recovery-key-out", "sheet.txt")
	sheet, err := os.ReadFile(filepath.Join(h.dir, "here", "sheet.txt"))
	if err != nil {
		t.Fatal(err)
	}
	recovery := regexp.MustCompile(`AGE-SECRET-KEY-1[0-9A-Z]{58}`).FindString(string(sheet))
	h.write("recovery.txt", recovery+"\n")
	h.write("office.json", c.record("office", "office"))
	h.run("add", "--from-json", "office.json", "--passphrase-file", "pass.txt")

	words := map[string][]byte{}
	for name, word := range map[string]string{"passphrase": c.pass, "recovery key": recovery[20:], "product key": c.key,
		"code": c.code, "notes": c.notes, "title": c.title, "owner": c.owner, "kept": kept} {
		words[name] = veiled(word)
	}
	list, err := json.Marshal(words)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{"show office --reveal --passphrase-file pass.txt", "show office --reveal --passphrase-file recovery.txt",
		"list cnry --passphrase-file pass.txt", "edit office --title later --passphrase-file pass.txt", "audit --passphrase-file pass.txt"} {
		h.write("words", string(list))
		cmd := h.command("vault", strings.Fields(line)...)
		cmd.Env = append(cmd.Env, "TEST_MEMORY=words")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v %s", line, err, out)
		}
		b, err := os.ReadFile(filepath.Join(h.dir, "here", "words.found"))
		if err != nil {
			t.Fatal(err)
		}
		found := map[string]int{}
		if err := json.Unmarshal(b, &found); err != nil {
			t.Fatal(err)
		}
		if found["kept"] == 0 {
			t.Errorf("%s: the search finds nothing at all", line)
		}
		delete(found, "kept")
		t.Logf("%s: %v", line, found)
		for name, n := range found {
			if erased && n > 0 {
				t.Errorf("%s: %d copies of the %s are left", line, n, name)
			}
		}
	}
}
