package cli

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"filippo.io/age"

	"memovault/internal/keyring"
	"memovault/internal/record"
	"memovault/internal/store"
)

// A deed is a command that changes what is on the disk. Tests disturb it at
// every point, and look at what is there then.
type deed struct {
	name    string
	prepare func(x *site) // after the vault was made, on the day before
	args    []string
	// said is what the command says, in English, once that which it was asked for
	// is done and will stay: a regular expression. Empty: only that it ends well
	// counts.
	said string
	// partly is what it says where the vault was changed and something else
	// failed; or where what was asked for is done, but not noted in the vault.
	partly string
	// made are the files that the command makes beside the vault.
	made []string
	// steps is how often the vault changes on the way; zero means once.
	steps int
	still bool // the vault does not change at all
}

var deeds = []deed{
	{name: "init", prepare: func(x *site) { x.remove("home/.local", "here/sheet.txt") },
		args: []string{"init", "--recovery-key-out", "sheet.txt"}, said: "noted: sheet", partly: "the vault was made|the vault is ready|could not be noted", steps: 2, made: []string{"here/sheet.txt"}},
	{name: "add", args: []string{"add", "note", "second", "--field", "note=two"}, said: "saved: second"},
	{name: "add with a file", prepare: func(x *site) { x.write("scan.bin", strings.Repeat("scan of a card ", 9000)) },
		args: []string{"add", "note", "second", "--field", "note=two", "--attach", "scan.bin"}, said: "saved: second"},
	{name: "edit", args: []string{"edit", "first", "--field", "note=changed"}, said: "saved: first"},
	{name: "rm", args: []string{"rm", "first", "--yes"}, said: "in the trash now"},
	{name: "undo", prepare: func(x *site) { x.run("rm", "first", "--yes", "--passphrase-file", "pass.txt") },
		args: []string{"undo", "--yes"}, said: "done; "},
	{name: "import", prepare: func(x *site) { x.copyIn("records.json", "vaults", "format-1.json") },
		args: []string{"import", "records.json", "--yes"}, said: "saved: 73 added"},
	{name: "print", args: []string{"print", "first", "-o", "sheet-of-first.txt"}, said: "noted: sheet", partly: "could not be noted", made: []string{"here/sheet-of-first.txt"}},
	{name: "restore", prepare: func(x *site) { x.onPages(paperDay, "page-%d.txt"); x.remove("home/.local") },
		args: []string{"restore", "page-1.txt", "page-3.txt"}, said: "restored: ", partly: "the vault is restored"},
	{name: "restore --replace", prepare: func(x *site) {
		x.onPages(paperDay, "page-%d.txt")
		x.run("add", "note", "later", "--field", "note=x", "--passphrase-file", "pass.txt")
	}, args: []string{"restore", "page-1.txt", "page-3.txt", "--replace", "--no-input"}, said: "restored: ", partly: "the vault is restored"},
	{name: "key add", args: []string{"key", "add", "identity", "key.txt"}, said: "added, and proven", made: []string{"here/key.txt"}},
	{name: "key change", args: []string{"key", "change", "1", "--new-passphrase-file", "new.txt"}, said: "the passphrase is changed"},
	{name: "key remove", args: []string{"key", "remove", "2", "--yes", "--force"}, said: "removed; it opens this file no more"},
	{name: "key rotate", args: []string{"key", "rotate", "--yes", "--force"}, said: "the vault has a new key"},
	{name: "merge", prepare: func(x *site) { x.twoCopies() }, args: []string{"merge", "other.vault", "--yes"}, said: "merged: "},
	{name: "rm --purge", args: []string{"rm", "--purge", "first", "--yes"}, said: "gone for good"},
	{name: "backup -o", args: []string{"backup", "-o", "b.tar"}, said: "backup written", made: []string{"here/b.tar"}, still: true},
	{name: "backup --to", args: []string{"backup", "--to", "."}, partly: "could not be noted"},
	{name: "restore FILE", prepare: func(x *site) { x.backUp(); x.remove("home/.local") },
		args: []string{"restore", "b.tar"}, said: "restored: ", partly: "the vault is restored"},
	{name: "restore FILE --replace", prepare: func(x *site) { x.backUp() },
		args: []string{"restore", "b.tar", "--replace", "--no-input"}, said: "restored: ", partly: "the vault is restored"},
	{name: "restore --record", prepare: func(x *site) { x.backUp() },
		args: []string{"restore", "b.tar", "--record", "first", "--yes"}, said: "brought back: "},
}

// A site is a home with a vault in which one deed is done again and again.
type site struct {
	*home
	deed   deed
	keys   map[string]age.Identity
	before tree
	states []string // what look says before the deed, and after each of its steps
	after  tree     // what is there after the deed
}

// A ground is a home with a vault, from which the sites are made. They lie at
// one place, one after the other.
type ground struct {
	*home
	bare tree
	keys map[string]age.Identity
}

const newPass = "anchor violet pepper tunnel cousin ladder"

func newGround(t *testing.T) *ground {
	t.Helper()
	needTracing(t)
	if raceEnabled {
		t.Skip("one command at a time: the race detector has nothing to find")
	}
	if st, err := os.Stat("/dev/shm"); err == nil && st.IsDir() {
		t.Setenv("TMPDIR", "/dev/shm") // a sync costs nothing there
	}
	h := newHome(t)
	h.make()
	h.write("new.txt", newPass+"\n")
	g := &ground{home: h, bare: plant(t, h.dir), keys: map[string]age.Identity{}}
	for name, secret := range map[string]string{"passphrase": goodPass, "new passphrase": newPass, "recovery key": h.recoveryKey()} {
		id, _, err := keyring.Secret(secret)
		if err != nil {
			t.Fatal(err)
		}
		g.keys[name] = id
	}
	return g
}

// site prepares a deed, does it once undisturbed, and returns what it did to
// the disk.
func (g *ground) site(t *testing.T, d deed) (*site, *tape) {
	t.Helper()
	g.bare.putBack(t, g.dir)
	h := *g.home
	h.t = t
	x := &site{home: &h, deed: d, keys: maps.Clone(g.keys)}
	if d.prepare != nil {
		d.prepare(x)
	}
	x.env = append(slices.Clone(x.env), "TEST_DAYS_LATER=1")
	x.before = plant(t, g.dir)
	p := x.record()
	x.learn(p)
	return x, p
}

// recoveryKey reads the key off its sheet.
func (h *home) recoveryKey() string {
	h.t.Helper()
	sheet, err := os.ReadFile(filepath.Join(h.dir, "here", "sheet.txt"))
	if err != nil {
		h.t.Fatal(err)
	}
	var groups []string
	for _, m := range keyGroup.FindAllStringSubmatch(string(sheet), -1) {
		groups = append(groups, m[1])
	}
	return strings.Join(groups, " ")
}

func (h *home) remove(paths ...string) {
	h.t.Helper()
	for _, path := range paths {
		if err := os.RemoveAll(filepath.Join(h.dir, path)); err != nil {
			h.t.Fatal(err)
		}
	}
}

// copyIn takes a file of testdata into the folder that the command runs in.
func (h *home) copyIn(name string, from ...string) {
	h.t.Helper()
	b, err := os.ReadFile(filepath.Join(append([]string{"..", "..", "testdata"}, from...)...))
	if err != nil {
		h.t.Fatal(err)
	}
	h.write(name, string(b))
}

// perform prepares the deed's command. What it says goes into the file said.
func (x *site) perform() *exec.Cmd {
	x.t.Helper()
	cmd := x.command("vault", append(slices.Clone(x.deed.args), "--passphrase-file", "pass.txt")...)
	out, err := os.Create(filepath.Join(x.dir, "said"))
	if err != nil {
		x.t.Fatal(err)
	}
	x.t.Cleanup(func() { out.Close() })
	cmd.Stdout, cmd.Stderr = out, out
	return cmd
}

// done reports whether a command that said this had said that it was done.
func (d *deed) done(said string) bool {
	return d.said != "" && regexp.MustCompile(d.said).MatchString(said)
}

// backUp writes a backup into a file, and changes the vault then.
func (x *site) backUp() {
	x.run("backup", "-o", "b.tar", "--passphrase-file", "pass.txt")
	x.run("edit", "first", "--field", "note=later", "--passphrase-file", "pass.txt")
}

// twoCopies changes the vault here and in another copy.
func (x *site) twoCopies() {
	b, err := os.ReadFile(x.vault())
	if err != nil {
		x.t.Fatal(err)
	}
	x.write("other.vault", string(b))
	x.run("edit", "first", "--field", "note=here", "--passphrase-file", "pass.txt")
	h := *x.home // another computer
	h.env = append(slices.Clone(h.env), "XDG_STATE_HOME="+filepath.Join(x.dir, "tmp", "elsewhere"))
	h.run("edit", "first", "--title", "there", "--passphrase-file", "pass.txt", "--file", "other.vault")
	h.run("add", "note", "second", "--field", "note=there", "--passphrase-file", "pass.txt", "--file", "other.vault")
}

// heard returns what the command said.
func (x *site) heard() string {
	x.t.Helper()
	b, err := os.ReadFile(filepath.Join(x.dir, "said"))
	if err != nil {
		x.t.Fatal(err)
	}
	return string(b)
}

// look opens the vault with every key there is and says what is in it. What a
// person could not read is an error.
func (x *site) look() (string, error) {
	var opened *store.Store
	var text strings.Builder
	for _, name := range slices.Sorted(maps.Keys(x.keys)) {
		s, err := store.Open(x.vault(), x.config())
		if errors.Is(err, store.ErrNoVault) {
			return "no vault", nil
		}
		if err != nil {
			return "", err
		}
		if err := s.Unlock(x.keys[name]); errors.Is(err, keyring.ErrNoMatch) {
			continue
		} else if err != nil {
			return "", fmt.Errorf("by the %s: %w", name, err)
		}
		fmt.Fprintf(&text, "opens by the %s\n", name)
		opened = s
	}
	if opened == nil {
		return "", keyring.ErrNoMatch
	}
	if err := describeVault(&text, opened); err != nil {
		return "", err
	}
	return random.ReplaceAllString(text.String(), "#"), nil
}

// random matches what is another one in each run: ids, digests, sheet numbers.
var random = regexp.MustCompile(`\b[0-9a-f]{8,64}\b|[0-9A-F]{4}-[0-9A-F]{4}`)

func describeVault(w *strings.Builder, s *store.Store) error {
	rep, err := s.VerifyAll()
	if err != nil || len(rep.Damaged) > 0 || len(s.Damaged()) > 0 {
		return fmt.Errorf("damaged: %v, %v, %w", rep.Damaged, s.Damaged(), err)
	}
	fmt.Fprintf(w, "generation %d\n", s.Generation())
	for _, slot := range s.Slots() {
		fmt.Fprintf(w, "slot %s %q proven %v\n", slot.Kind, slot.Label, slot.Proven)
	}
	cards, err := s.Cards()
	if err != nil {
		return err
	}
	slices.SortFunc(cards, func(a, b store.Card) int { return strings.Compare(a.Name, b.Name) })
	for _, c := range cards {
		r, err := s.Record(c.ID)
		if err != nil {
			return err
		}
		past, err := s.History(c.ID)
		if err != nil {
			return err
		}
		for _, version := range append(past, r) {
			if err := describeRecord(w, s, version); err != nil {
				return err
			}
		}
	}
	return nil
}

func describeRecord(w *strings.Builder, s *store.Store, r *record.Record) error {
	b, err := record.Encode(r)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "%s\n", bytes.TrimSpace(b))
	for _, file := range r.Attachments {
		data, err := s.Attachment(file.ID)
		if err != nil && s.HasAttachment(file.ID) {
			return err
		}
		fmt.Fprintf(w, "file %s: %x\n", file.Name, sha256.Sum256(data))
	}
	return nil
}

// A tree is a folder and everything in it, by the path relative to it. Folders
// have no content, not even an empty one.
type tree map[string][]byte

// plant reads a folder.
func plant(t *testing.T, dir string) tree {
	t.Helper()
	all := tree{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || path == dir {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		all[name] = nil
		if !d.IsDir() {
			all[name], err = os.ReadFile(path)
			all[name] = append([]byte{}, all[name]...)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// putBack makes dir what the tree says.
func (all tree) putBack(t *testing.T, dir string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if err := os.RemoveAll(filepath.Join(dir, e.Name())); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		path := filepath.Join(dir, name)
		if all[name] == nil {
			err = os.Mkdir(path, 0o700)
		} else {
			err = os.WriteFile(path, all[name], 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}
