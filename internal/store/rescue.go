package store

import (
	"cmp"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"memovault/internal/keyring"
)

// ErrNotEmpty: the folder for what is rescued holds something already.
var ErrNotEmpty = errors.New("store: the folder is not empty")

// maxTrees is of how many bbolt files in one source the pages are read; what is
// beyond is found all the same, without its names.
const maxTrees = 1000

// A Rescue takes every whole age file out of wrecks, without any key, and writes
// it loose into a folder. It only ever reads the wrecks.
type Rescue struct {
	dir   string
	files []*RescuedFile
	known map[digest]*RescuedFile
	trees int
}

// A RescuedFile is one age file that was found, once or several times.
type RescuedFile struct {
	Path   string // below the folder, with slashes
	Source string // where it was found first
	At     int64  // byte of that source
	Size   int64  // bytes of armor
	SHA256 string // in hexadecimal
	Kind   string // what its header tells: see the Kind constants of rescued files
}

// What the header of a rescued file tells without a key.
const (
	KindPassphraseSlot = "slot-passphrase" // sealed to a passphrase: certainly a slot
	KindSSHSlot        = "slot-ssh"        // sealed to an SSH key: certainly a slot
	KindPluginSlot     = "slot-plugin"     // sealed to the recipient of a plugin: certainly a slot
	KindKeySlot        = "slot-or-value"   // may be the slot of a recovery key or an identity file
	KindValue          = "value"           // a record, an index, an attachment
	KindUnknown        = "unknown"         // its header is not one of ours, or is damaged
)

// A Wreck says what one source gave.
type Wreck struct {
	Source     string
	Size       int64 // bytes
	Unreadable int64 // bytes that could not be read
	Whole      int   // age files found whole, those that were found before included
	Fresh      int   // of them, not found before
	Vaults     []WreckVault
}

// A WreckVault is a vault file in a source whose pages could be read in part.
type WreckVault struct {
	At          int64  // where in the source it begins
	Transaction uint64 // number of the transaction whose pages were followed
	Former      bool   // it may not be the last one: a meta page is damaged or leads nowhere
	BrokenPages int    // pages that did not hold together
	Folder      string // where its files are, below the folder
	Elsewhere   int    // of its files, those that were found before at another place

	Slots, Records, Revisions, Attachments int      // values that are whole
	Lost                                   []string // values that are not: "record 6f1c…", "index"
}

// NewRescue makes the folder. It must be new or empty: ErrNotEmpty.
func NewRescue(dir string) (*Rescue, error) {
	if err := makeFolder(dir); err != nil {
		return nil, err
	}
	d, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	names, err := d.Readdirnames(1)
	d.Close()
	if len(names) > 0 {
		return nil, ErrNotEmpty
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	return &Rescue{dir: dir, known: map[digest]*RescuedFile{}}, nil
}

// Files returns what was written, in the order in which it was found.
func (r *Rescue) Files() []*RescuedFile { return r.files }

// Read rescues from one source of size bytes. Places that cannot be read are
// passed over and counted. progress is told how far it is, in bytes. The memory
// it takes does not depend on size but on how many age files there are, some
// 300 bytes for each. The error is one of writing to the folder.
func (r *Rescue) Read(source string, src io.ReaderAt, size int64, progress func(at int64)) (Wreck, error) {
	w := Wreck{Source: source, Size: size}
	found := map[int64]*RescuedFile{} // by where it begins
	var marks []int64
	spot := func(at int64) {
		if len(marks) < 4*maxTrees {
			marks = append(marks, at-pageHeader)
		}
	}
	err := eachPart(src, size, func(from, to int64) error {
		in := &patientReader{src: src, at: from, end: to, progress: progress, spot: spot}
		err := carve(in, func(at int64, armored []byte) error {
			f, err := r.keep(&w, from+at, armored)
			found[from+at] = f
			return err
		})
		w.Unreadable += in.lost
		return err
	})
	if err != nil {
		return w, err
	}
	return w, r.readTrees(&w, src, marks, found)
}

// keep writes an age file unless it was found before.
func (r *Rescue) keep(w *Wreck, at int64, armored []byte) (*RescuedFile, error) {
	w.Whole++
	sum := digestOf(armored)
	if f := r.known[sum]; f != nil {
		return f, nil
	}
	kind := kindOutside(armored)
	f := &RescuedFile{Path: fmt.Sprintf("loose/%06d-%s.age", len(r.files)+1, kind), Source: w.Source, At: at,
		Size: int64(len(armored)), SHA256: hex.EncodeToString(sum[:]), Kind: kind}
	if err := r.write(f.Path, armored); err != nil {
		return nil, err
	}
	w.Fresh++
	r.files, r.known[sum] = append(r.files, f), f
	return f, nil
}

// maxHeader is how much of a file is looked at for its header.
const maxHeader = 96 << 10

func kindOutside(armored []byte) string {
	o, ok := keyring.LookAt(armored[:min(len(armored), maxHeader)], int64(len(armored)))
	switch {
	case !ok:
		return KindUnknown
	case o.IsValue() && o.IsSlot():
		return KindKeySlot
	case o.IsValue():
		return KindValue
	case slices.Contains(o.Stanzas, "scrypt"):
		return KindPassphraseSlot
	case slices.Contains(o.Stanzas, "ssh-ed25519") || slices.Contains(o.Stanzas, "ssh-rsa"):
		return KindSSHSlot
	}
	return KindPluginSlot
}

func (r *Rescue) write(path string, b []byte) error {
	name := filepath.Join(r.dir, filepath.FromSlash(path))
	if err := makeFolder(filepath.Dir(name)); err != nil {
		return err
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL|noFollow, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if err = errors.Join(err, f.Close(), makePrivate(name, false)); err != nil {
		os.Remove(name)
	}
	return err
}

// readTrees gives what was found the names that it had in the vaults whose pages
// can still be read.
func (r *Rescue) readTrees(w *Wreck, src io.ReaderAt, marks []int64, found map[int64]*RescuedFile) error {
	var bases []int64
	for _, at := range marks {
		if base, ok := baseOf(src, at, w.Size); ok && !slices.Contains(bases, base) && len(bases) < maxTrees {
			bases = append(bases, base)
		}
	}
	slices.Sort(bases)
	for _, base := range bases {
		v, values := readVault(src, base, w.Size, found)
		if len(values) == 0 {
			continue
		}
		r.trees++
		v.Folder = fmt.Sprintf("vault-%d", r.trees)
		if err := r.nameAll(&v, values); err != nil {
			return err
		}
		w.Vaults = append(w.Vaults, v)
	}
	return nil
}

// A rescuedValue is a file that has a place in a vault, or the hint of a slot,
// which is plain and short.
type rescuedValue struct {
	path string // below the vault's folder
	file *RescuedFile
	hint []byte
}

// readVault follows the pages of the newest transaction that leads to any value,
// then those of the former one, for what the newest has no more.
func readVault(src io.ReaderAt, base, end int64, found map[int64]*RescuedFile) (WreckVault, []rescuedValue) {
	var v WreckVault
	var values []rescuedValue
	named := map[*RescuedFile]bool{}
	metas := wreckMetas(src, base, end)
	for i, meta := range metas {
		one := WreckVault{At: base, Transaction: meta.txid, Former: i > 0 || len(metas) == 1}
		former := len(values) > 0
		t := &wreckTree{src: src, base: base, end: end, meta: meta}
		t.found = func(place wreckValue) {
			if place.bucket == bucketHints {
				if hint, err := t.bytes(place.at, int(min(place.length, MaxHint))); err == nil && len(place.key) == 16 && !former {
					values = append(values, rescuedValue{path: hintsFolder + "/" + hex.EncodeToString(place.key), hint: hint})
				}
				return
			}
			f := found[place.at]
			if f != nil && f.Size != place.length {
				f = nil
			}
			path := one.count(place, f != nil)
			if f == nil || path == "" || named[f] {
				return
			}
			if former {
				path = "former/" + path
			}
			named[f] = true
			values = append(values, rescuedValue{path: path, file: f})
		}
		t.walk()
		one.BrokenPages = t.broken
		if !former && len(values) > 0 {
			v = one
		}
	}
	return v, values
}

// count notes a value and returns the name of its file, empty where a vault has no
// such value.
func (v *WreckVault) count(place wreckValue, whole bool) string {
	var (
		n    *int
		name string
		what string
	)
	switch id := hex.EncodeToString(place.key); {
	case place.bucket == bucketIndex && string(place.key) == string(keyIndex):
		name, what = "index.age", "index"
	case place.bucket == bucketDigest && string(place.key) == string(keyDigest):
		name = "digest.age"
	case place.bucket == bucketSlots && len(place.key) == 16:
		n, name, what = &v.Slots, hexName("slots")(place.key), "slot "+id
	case place.bucket == bucketRecords && len(place.key) == 16:
		n, name, what = &v.Records, hexName("records")(place.key), "record "+id
	case place.bucket == bucketHistory && len(place.key) == 24:
		n, name = &v.Revisions, historyName(place.key)
		what = fmt.Sprintf("history of %s, revision %d", id[:32], binary.BigEndian.Uint64(place.key[16:]))
	case place.bucket == bucketAttachments && len(place.key) == 16:
		n, name, what = &v.Attachments, hexName("attachments")(place.key), "attachment "+id
	}
	switch {
	case whole && n != nil:
		*n++
	case !whole && what != "":
		v.Lost = append(v.Lost, what)
	}
	return name
}

// nameAll moves the files of a vault into its folder. One that another vault has,
// too, stays where it is.
func (r *Rescue) nameAll(v *WreckVault, values []rescuedValue) error {
	slices.SortStableFunc(values, func(a, b rescuedValue) int { return cmp.Compare(a.path, b.path) })
	for _, one := range values {
		if one.file == nil {
			if err := r.write(v.Folder+"/"+one.path, one.hint); err != nil {
				return err
			}
			continue
		}
		if filepath.Dir(one.file.Path) != "loose" {
			v.Elsewhere++
			continue
		}
		from := filepath.Join(r.dir, filepath.FromSlash(one.file.Path))
		to := v.Folder + "/" + one.path
		name := filepath.Join(r.dir, filepath.FromSlash(to))
		if err := makeFolder(filepath.Dir(name)); err != nil {
			return err
		}
		if _, err := os.Lstat(name); err == nil {
			continue
		}
		if err := os.Rename(from, name); err != nil {
			return err
		}
		one.file.Path = to
	}
	return nil
}

// HoldsParts reports whether a file has a whole age file in its first 16 MiB: it
// may be a vault of which the beginning is lost.
func HoldsParts(path string) bool {
	st, err := os.Stat(path)
	if err != nil || !st.Mode().IsRegular() {
		return false
	}
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	return holdsPart(f)
}

// holdsPart reports whether there is a whole age file in the next 16 MiB.
func holdsPart(r io.Reader) bool {
	enough := errors.New("found one")
	err := carve(io.LimitReader(r, 16<<20), func(int64, []byte) error { return enough })
	return errors.Is(err, enough)
}
