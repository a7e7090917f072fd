//go:build unix

package cli

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// canaries are random words that stand where secrets do. The first group is
// never printed unless asked for; content is printed by list and show, but
// stands in no file in clear.
type canaries struct {
	pass, filePass, wrongPass, recovery   string // what opens something
	pin, code, key                        string // hidden fields
	hint, note, notes, name, owner, photo string // content
	title, tag, place                     string
	hidden, content, all                  []string
}

func word(t *testing.T, letters string, n int) string {
	t.Helper()
	b := make([]byte, n)
	if _, err := rand.Read(b); err != nil {
		t.Fatal(err)
	}
	for i := range b {
		b[i] = letters[int(b[i])%len(letters)]
	}
	return string(b)
}

func newCanaries(t *testing.T) *canaries {
	const letters = "bcdfghjkmpqrtvwxy2346789"
	c := &canaries{}
	for _, s := range []*string{&c.pass, &c.filePass, &c.wrongPass, &c.pin, &c.code, &c.hint, &c.note, &c.notes, &c.name, &c.owner, &c.photo, &c.title, &c.tag, &c.place} {
		*s = "cnry" + word(t, letters, 16)
	}
	upper := strings.ToUpper(letters)
	c.key = word(t, upper, 5) + "-" + word(t, upper, 5) + "-" + word(t, upper, 5)
	return c
}

// fill sorts the words, once the recovery key is known.
func (c *canaries) fill(recovery string) {
	c.recovery = recovery
	c.hidden = []string{c.pass, c.filePass, c.wrongPass, c.pin, c.code, c.key, c.recovery}
	c.content = []string{c.hint, c.note, c.notes, c.name, c.owner, c.photo, c.title, c.tag, c.place}
	c.all = slices.Concat(c.hidden, c.content)
}

// addShares takes the shares on their sheets in, and returns each as it is
// typed. The middle of a share is its secret part.
func (c *canaries) addShares(t *testing.T, sheets string) []string {
	t.Helper()
	const groups = 11
	found := regexp.MustCompile(`\b([0-9A-Z]{6})-[0-9A-Z]\b`).FindAllStringSubmatch(sheets, -1)
	if len(found) != 3*groups {
		t.Fatalf("%d groups on three sheets", len(found))
	}
	var typed []string
	for share := range slices.Chunk(found, groups) {
		line := ""
		for _, g := range share {
			line += g[0] + " "
		}
		typed = append(typed, line+"\n")
		secret := []string{share[4][1] + share[5][1] + share[6][1], share[4][0] + share[5][0] + share[6][0]}
		c.hidden, c.all = append(c.hidden, secret...), append(c.all, secret...)
	}
	return typed
}

// record is what is noted: every kind of secret, in one record.
func (c *canaries) record(name, template string) string {
	fields := map[string]string{
		"office":     fmt.Sprintf(`{"product": "Office", "product_key": "VK7JG-%s-WXY23", "recovery_codes": [%q, "11111111"], "hint": %q}`, c.key, c.code, c.hint),
		"phone-line": fmt.Sprintf(`{"network_pin": %q, "number": "090-0000-0000"}`, c.pin),
		"note":       fmt.Sprintf(`{"note": "first line\n%s\nlast line"}`, c.note),
	}[template]
	return fmt.Sprintf(`{"template": %q, "name": %q, "title": %q, "owner": %q, "notes": %q, "tags": [%q], "fields": %s}`,
		template, name, c.title, c.owner, "several\nlines "+c.notes, c.tag, fields)
}

// forms are the ways in which a word may stand in a file.
func forms(word string) [][]byte {
	var wide, wideBig []byte
	for _, b := range []byte(word) {
		wide, wideBig = append(wide, b, 0), append(wideBig, 0, b)
	}
	list := [][]byte{[]byte(word), wide, wideBig, []byte(hex.EncodeToString([]byte(word))),
		[]byte(strings.ToUpper(hex.EncodeToString([]byte(word))))}
	for shift := range 3 {
		coded := base64.StdEncoding.EncodeToString([]byte("xyz"[:shift] + word))
		skip, end := (shift*8+5)/6, (shift+len(word))*8/6
		list = append(list, []byte(coded[skip:end]), []byte(strings.NewReplacer("+", "-", "/", "_").Replace(coded[skip:end])))
	}
	return list
}

// holds looks for a word in any form, and for one that paper sets in groups.
func holds(b []byte, word string) bool {
	if bytes.Contains(bytes.ReplaceAll(b, []byte(" "), nil), []byte(word)) {
		return true
	}
	return slices.ContainsFunc(forms(word), func(form []byte) bool { return bytes.Contains(b, form) })
}

// A leakStep runs the command once. asked are the words it may print, or write
// into the folder asked; status is its exit status.
type leakStep struct {
	args   []string
	stdin  string
	status int
	asked  []string
	env    string
}

// leakSteps go through every command with all the ways a secret comes in and
// goes out, and through its errors.
func leakSteps(c *canaries) []leakStep {
	in := func(s leakStep, text string) leakStep { s.stdin = text; return s }
	run := func(status int, asked []string, line string, more ...string) leakStep {
		return leakStep{args: append(strings.Fields(line), more...), status: status, asked: asked}
	}
	codes := []string{c.key, c.code}
	return []leakStep{
		in(run(0, nil, "add --from-json -"), c.record("office", "office")),
		in(run(0, nil, "add --from-json - --attach ../given/photo.txt"), c.record("line", "phone-line")),
		in(run(0, nil, "add --from-json -"), c.record(c.name, "note")),
		run(0, nil, "add phone-line other --field network_pin=@../given/pin.txt"),
		in(run(0, nil, "edit other --field sim_pin=-"), c.pin),
		run(0, nil, "edit office --field recovery_codes=@../given/codes.txt"),
		in(run(0, nil, "edit other --add-secret own=-"), c.pin), run(2, nil, "edit other --add-secret more="+c.pin),
		run(0, nil, "edit office --kept product_key=vault,paper:"+c.place), run(0, nil, "edit office --way", "spare: paper:"+c.place+" + product_key"),
		run(2, nil, "edit office --way", "spare: recovery_codes|"+c.place+" x"), run(0, nil, "edit office --remove-way spare"),
		run(0, codes, "print office --kept-at "+c.place), run(0, nil, "list --template sheet"), run(0, nil, "show", "sheet-"+c.owner),
		run(0, nil, "papers"), run(0, nil, "papers --json --all"), run(0, nil, "papers --move", "sheet-"+c.owner, c.place), run(0, nil, "papers --lost", "sheet-"+c.owner), run(0, nil, "papers --found", "sheet-"+c.owner),
		run(3, nil, "papers", c.place), in(run(1, nil, "check-paper --answers -", "sheet-"+c.owner), c.wrongPass+"\n\n"), in(run(1, nil, "check-paper --answers - --lang ja", "sheet-"+c.owner), "VK7JG-"+c.key+"-WXY24\n"+c.code),
		run(0, nil, "edit office --use-code"), run(0, nil, "tag moving office other"), run(0, nil, "tag"),
		run(0, nil, "list"), run(0, nil, "list --json"), run(0, nil, "list", c.note), run(0, nil, "list --trash"),
		run(0, nil, "show office"), run(0, nil, "show line --json"), run(0, nil, "show line --save ../asked"),
		run(0, codes, "show office --reveal"), run(0, []string{c.pin}, "show line --field network_pin"),
		run(0, nil, "history office"), run(0, nil, "history line --json"),
		run(0, nil, "audit"), run(8, nil, "audit --json --exit-code --lang ja"), run(0, nil, "audit office --list-rules"),
		run(0, nil, "audit office --accept C08 --why", c.note), run(0, nil, "audit --rule C08"), run(0, nil, "audit office --unaccept C08"), run(3, nil, "audit office --accept G99 --why", c.note),
		run(0, nil, "retire 090-0000-0000 --by 2027-01-31"), run(0, nil, "retire line --json"), run(0, nil, "retire line --cancel"), run(3, nil, "retire line --done", c.name),
		run(0, nil, "drill"), run(0, nil, "drill --list"), run(0, nil, "drill office --json"), run(2, nil, "drill office"), run(3, nil, "drill office --proven sign"),
		run(0, nil, "due --within 5y"), run(8, nil, "due --json --exit-code --lang ja"), run(0, nil, "due --within 5y --ics due.ics"), run(0, nil, "due --ics -"),
		run(0, nil, "rm", "sheet-"+c.owner, "--yes"), run(0, nil, "edit office --kept product_key="),
		run(0, nil, "whatif"), run(0, nil, "whatif --json --lang ja --pairs"), run(0, nil, "whatif --events"), run(0, nil, "whatif lose:line --thief"),
		run(0, nil, "whatif fire --explain office"), run(0, nil, "whatif fire forgot-passwords --all"), run(3, nil, "whatif lose:"+c.name+"x"),
		run(0, codes, "print office"), run(0, codes, "print --all --with-secrets=false"),
		run(0, nil, "recover office"), run(0, nil, "recover office --json --lang ja"), run(3, nil, "recover line"), run(0, nil, "recover office -o ../asked/back.txt"), run(0, []string{c.key}, "recover office --reveal"),
		run(0, nil, "recover office --tried key --result refused --note", c.note), run(3, nil, "recover office --after "+c.name),
		run(0, nil, "map -o ../asked/map.html"), run(0, nil, "map office --format dot -o - --lang ja"),
		run(0, nil, "print line --with-secrets=false -o ../asked/sheet1.txt"),
		run(0, nil, "print --handover office line --no-note"), run(0, []string{c.key}, "print --handover office --with-secrets --no-note --lang ja"),
		run(0, nil, "print --emergency --no-note"), run(0, nil, "print --emergency --no-note --lang ja -o ../asked/family.pdf"), run(0, nil, "print --blank office"),
		run(0, append(codes, c.pin), "print office line --with-secrets -o ../asked/sheet2.txt"),
		run(2, nil, "print office --printer=lpd://"+c.place), run(2, nil, "show office --qr=all"), run(2, nil, "edit office --photo ../given/photo.txt"),
		run(0, nil, "export -o copy.age --to-passphrase-file ../given/filepass.txt"),
		run(0, nil, "export --to-passphrase-file ../given/filepass.txt"),
		run(0, nil, "export --format json --plaintext -o ../asked/all.json"),
		run(2, nil, "backup"), run(0, nil, "backup -o ../asked/b.tar"), run(0, nil, "backup --to ../asked"), run(0, nil, "backup"), run(0, nil, "backup --list --json"), run(0, nil, "backup --verify"),
		run(4, nil, "backup --verify ../asked/b.tar --passphrase-file ../given/wrong.txt"), run(0, nil, "restore ../asked/b.tar --dry-run"), run(0, nil, "restore ../asked/b.tar --dry-run --json --lang ja"), run(1, nil, "restore ../asked/b.tar"),
		run(0, nil, "restore ../asked/b.tar --record", c.name, "--yes"), run(3, nil, "restore ../asked/b.tar --record", c.name+"x", "--yes"), run(0, nil, "restore ../asked/b.tar --record", c.name, "--as", "other2", "--yes"),
		run(0, nil, "restore ../asked/b.tar --replace --yes"), run(0, nil, "backup --forget ../asked"),
		run(0, nil, "backup --paper -o ../asked/pages.pdf --kept-at "+c.place), run(0, nil, "restore ../asked/pages.pdf -o backup.age"),
		run(0, nil, "restore backup.age --to third.vault --yes"), run(3, nil, "restore ../given/photo.txt --to fourth.vault"), run(0, nil, "list --accept-older-copy"),
		run(0, nil, "check"), run(0, nil, "check --json --lang ja"), run(0, nil, "rescue third.vault -o parts"), run(0, nil, "import parts --dry-run --json --file fifth.vault"), run(0, nil, "import parts --yes --file fifth.vault"),
		run(1, nil, "rescue ../given/photo.txt -o nothing"), run(0, nil, "import parts --dry-run --lang ja --accept-older-copy"), run(0, nil, "list --accept-older-copy"),
		run(0, nil, "import copy.age --from-passphrase-file ../given/filepass.txt --dry-run"),
		run(0, nil, "init --file second.vault --recovery-key-out ../asked/second.txt"),
		run(0, nil, "import copy.age --from-passphrase-file ../given/filepass.txt --yes --file second.vault"),
		run(0, nil, "import ../asked/all.json --yes --on-duplicate keep-both --file second.vault"),
		run(0, nil, "merge second.vault --dry-run"), run(0, nil, "merge second.vault --dry-run --json --lang ja"), run(0, nil, "merge second.vault --yes"), run(1, nil, "merge ../given/photo.txt --yes"),
		run(0, nil, "conflicts"), run(0, nil, "conflicts --json"), run(0, nil, "conflicts --reveal --lang ja"), run(3, nil, "conflicts office --take "+c.place),
		run(0, nil, "key list"), run(0, nil, "key list --json --lang ja"), run(0, nil, "key add passphrase --label", c.tag, "--new-passphrase-file", "../given/filepass.txt"),
		run(0, nil, "key add identity ../asked/key.txt"), run(0, nil, "key add recovery-key -o ../asked/more.txt --kept-at "+c.place), run(0, nil, "key test 4 ../given/filepass.txt"),
		run(0, nil, "key list --share ../given/share1.txt --share ../given/share3.txt"), run(0, nil, "key test --share ../given/share3.txt --share ../given/share1.txt --lang ja"),
		run(4, nil, "list --share ../given/share1.txt"), run(4, nil, "list --share ../given/share-typo.txt"), run(4, nil, "list --passphrase-file ../given/share1.txt"),
		run(0, nil, "key add shares 2-of-2 -o ../asked/pair.txt --holder "+c.place), run(0, nil, "papers --json --all"), run(0, nil, "audit --rule V16"),
		run(4, nil, "key test 1 ../given/wrong.txt"), run(2, nil, "key add ssh ../given/pass.txt"), run(2, nil, "key remove recovery-key"), run(0, nil, "key remove --yes", c.tag),
		run(0, nil, "key rotate --yes"), run(0, nil, "key rotate --pq --json --lang ja --yes"), run(2, nil, "key rotate --yes --identity ../asked/key.txt"), run(0, nil, "rm --purge other --yes"),
		run(0, nil, "rm line --yes"), run(0, nil, "undo line --yes"), run(0, nil, "undo --yes"),
		{args: []string{"edit", "office", "--title", "later"}, env: "TEST_DAYS_LATER=1"},
		run(0, nil, "templates phone-line"), run(0, nil, "version"), run(0, nil, "help add"), run(0, nil, "completion bash"),
		run(0, nil, "demo"), run(2, nil, "shell"),
		// What goes wrong.
		run(4, nil, "show office --passphrase-file ../given/wrong.txt"),
		run(4, nil, "import copy.age --from-passphrase-file ../given/wrong.txt --yes"),
		run(2, nil, "add phone-line bad --field network_pin="+c.pin),
		run(2, nil, "add phone-line bad --field network_pin=@../given/escape.txt"),
		run(2, nil, "add office bad --field birth_date=@../given/pin.txt"),
		in(run(2, nil, "add --from-json -"), `{"template": "phone-line", "fields": {"network_pin": "`+c.pin+`"}`),
		in(run(2, nil, "add --from-json -"), `{"template": "phone-line", "fields": {"network_pin": ["`+c.pin+`", 7]}}`),
		in(run(3, nil, "add phone-line bad --from-json -"), `{"fields": {"pin": "`+c.pin+`"}}`),
		in(run(2, nil, "list --identity -"), c.pin),
		run(4, nil, "list --passphrase-file ../given/typo.txt"),
		run(0, nil, "list --passphrase-file ../given/recovery.txt"),
		{args: []string{"list"}, status: 1, env: "TEST_PANIC=1"},
	}
}

// TestNothingLeaks puts random words where secrets go, runs every command, and
// looks for the words in what each of them printed, wrote and started.
func TestNothingLeaks(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	c := newCanaries(t)
	for _, dir := range []string{"given", "asked"} {
		if err := os.Mkdir(filepath.Join(h.dir, dir), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	given := func(name, content string) { h.write("../given/"+name, content) }
	given("pass.txt", c.pass+"\n")
	h.run("init", "--passphrase-file", "../given/pass.txt", "--recovery-key-out", "../asked/sheet.txt")
	sheet, err := os.ReadFile(filepath.Join(h.dir, "asked", "sheet.txt"))
	if err != nil {
		t.Fatal(err)
	}
	c.fill(regexp.MustCompile(`AGE-SECRET-KEY-1[0-9A-Z]{58}`).FindString(string(sheet)))
	if c.recovery == "" {
		t.Fatal("no recovery key on the sheet")
	}
	given("filepass.txt", c.filePass+"\n")
	given("wrong.txt", c.wrongPass+"\n")
	given("pin.txt", c.pin+"\n")
	given("escape.txt", c.pin+"\x1b[2J\n")
	given("codes.txt", c.code+"\n22222222\n")
	given("photo.txt", c.photo)
	given("recovery.txt", c.recovery+"\n")
	other := "Q"
	if c.recovery[30:31] == other {
		other = "P"
	}
	given("typo.txt", c.recovery[:30]+other+c.recovery[31:]+"\n")

	h.run("key", "add", "shares", "2-of-3", "--passphrase-file", "../given/pass.txt", "-o", "../asked/shares.txt", "--holder", c.owner)
	sheets, err := os.ReadFile(filepath.Join(h.dir, "asked", "shares.txt"))
	if err != nil {
		t.Fatal(err)
	}
	shares := c.addShares(t, string(sheets))
	given("share1.txt", shares[0])
	given("share3.txt", shares[2])
	given("share-typo.txt", strings.Replace(shares[0], shares[0][:6], "QQQQQQ", 1))

	steps := leakSteps(c)
	for _, cmd := range newApp([]string{"vault"}).newRoot().Commands() {
		if !slices.ContainsFunc(steps, func(s leakStep) bool { return s.args[0] == cmd.Name() }) {
			t.Errorf("no step runs %s", cmd.Name())
		}
	}
	for _, step := range steps {
		h.leakStep(c, step)
	}
}

// leakStep runs one step and looks everywhere.
func (h *home) leakStep(c *canaries, step leakStep) {
	h.t.Helper()
	line := strings.Join(step.args, " ")
	args := step.args
	if !strings.Contains(line, " --passphrase-file") && !strings.Contains(line, "--identity") && !strings.Contains(line, "--share") {
		args = append(slices.Clone(args), "--passphrase-file", "../given/pass.txt")
	}
	trace := filepath.Join(h.dir, "given", "trace")
	name := "vault"
	if exec.Command("strace", "-o", os.DevNull, "true").Run() == nil {
		name, args = "strace", append([]string{"-f", "-v", "-s", "100000", "-o", trace,
			"-e", "trace=execve,write,writev,pwrite64,socket,memfd_create", "vault"}, args...)
	}
	var out, errs bytes.Buffer
	cmd := h.command(name, args...)
	cmd.Env = append(cmd.Env, step.env)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(step.stdin), &out, &errs
	err := cmd.Run()
	if got := cmd.ProcessState.ExitCode(); got != step.status {
		h.t.Errorf("%s: exit status %d (%v), want %d: %s", line, got, err, step.status, errs.String())
	}
	for _, w := range c.hidden {
		if holds(out.Bytes(), w) && !slices.Contains(step.asked, w) {
			h.t.Errorf("%s: a secret on standard output: %s", line, out.String())
		}
		if holds(errs.Bytes(), w) {
			h.t.Errorf("%s: a secret on standard error: %s", line, errs.String())
		}
	}
	for _, w := range step.asked {
		if !strings.Contains(line, "-o ") && !holds(out.Bytes(), w) {
			h.t.Errorf("%s: what was asked for is not there: %s", line, out.String())
		}
	}
	if strings.Contains(errs.String(), "goroutine") || (step.env == "TEST_PANIC=1") != strings.Contains(errs.String(), "this is a bug") {
		h.t.Errorf("%s: standard error: %s", line, errs.String())
	}
	h.leakFiles(c, line)
	if name == "strace" {
		h.leakTrace(c, line, trace)
	}
}

// leakFiles looks into every file but those that the test gave, and those that
// were asked for in clear.
func (h *home) leakFiles(c *canaries, line string) {
	h.t.Helper()
	err := filepath.WalkDir(h.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if d.Name() == "given" || d.Name() == "asked" {
				return filepath.SkipDir
			}
			return nil
		}
		b, err := os.ReadFile(path)
		for _, w := range c.all {
			if holds(b, w) || strings.Contains(path, w) {
				h.t.Errorf("%s: a secret in %s", line, path)
			}
		}
		return err
	})
	if err != nil {
		h.t.Error(err)
	}
}

// traceOutput is a write to standard output or standard error.
var traceOutput = regexp.MustCompile(`^\d+ +write\([12], `)

// leakTrace looks at what the kernel saw: programs started with their arguments
// and environment, everything that was written anywhere, and the network.
func (h *home) leakTrace(c *canaries, line, trace string) {
	h.t.Helper()
	b, err := os.ReadFile(trace)
	if err != nil {
		h.t.Fatal(err)
	}
	started := 0
	toFile := strings.Contains(line, "../asked")
	for call := range strings.Lines(string(b)) {
		if strings.Contains(call, "execve(") {
			started++
			if started == 1 {
				continue // the test itself typed this one
			}
		}
		if strings.Contains(call, "socket(") {
			h.t.Errorf("%s: a socket: %s", line, call)
		}
		if traceOutput.MatchString(call) || toFile {
			continue // looked at already, or asked for
		}
		for _, w := range c.all {
			if strings.Contains(call, w) {
				h.t.Errorf("%s: a secret was written: %.300s", line, call)
			}
		}
	}
	if started != 1 {
		h.t.Errorf("%s: %d programs were started", line, started-1)
	}
}
