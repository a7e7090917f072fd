package store

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"

	"memovault/internal/record"
)

func TestSurroundings(t *testing.T) {
	v := newTestVault(t)
	v.mustCommit(Change{Put: []*record.Record{note("one", "1")}})
	dir := filepath.Dir(v.path)
	if err := os.Chmod(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	around, err := SurroundingsOf(v.path)
	if err != nil || len(around.TooOpen)+len(around.Leftovers)+len(around.Copies) > 0 || around.Size == 0 {
		t.Fatalf("%+v, %v", around, err)
	}
	left := filepath.Join(dir, tempVault(v.path)+"123")
	if err := os.WriteFile(left, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	around, err = SurroundingsOf(v.path)
	if err != nil || !slices.Equal(around.Leftovers, []string{left}) {
		t.Errorf("%+v, %v", around, err)
	}
	if runtime.GOOS == "windows" {
		return
	}
	if err := os.Chmod(v.path, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o770); err != nil {
		t.Fatal(err)
	}
	around, err = SurroundingsOf(v.path)
	if err != nil || len(around.TooOpen) != 2 {
		t.Errorf("%+v, %v", around, err)
	}
}

// TestCheckFiles holds attached files against records that say something else of
// them.
func TestCheckFiles(t *testing.T) {
	v := newTestVault(t)
	good, wrong, missing := note("good", "1"), note("wrong", "2"), note("missing", "3")
	files := []NewFile{attach(good, "a.pdf", []byte("whole")), attach(wrong, "b.pdf", []byte("as it was"))}
	attach(missing, "c.pdf", []byte("left out"))
	files[1].Data = []byte("as it is!")
	spare := NewFile{ID: record.NewID(), Data: []byte("nobody's")}
	s := v.mustCommit(Change{Put: []*record.Record{good, wrong, missing}, Attach: append(files, spare)})
	rep, err := s.CheckFiles()
	if err != nil || rep.There != 1 || rep.Unnamed != 1 || !slices.Equal(rep.Wrong, []LostFile{{"wrong", "b.pdf"}}) ||
		!slices.Equal(rep.Missing, []LostFile{{"missing", "c.pdf"}}) {
		t.Errorf("%+v, %v", rep, err)
	}
	if n, ok := s.Remembered(); !ok || n != s.Generation() {
		t.Errorf("state %d, %v", n, ok)
	}
}
