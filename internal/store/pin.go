package store

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"memovault/internal/record"
)

// A pin is what this machine remembers of a vault outside the vault: without
// it an older copy of the whole file is indistinguishable from the vault. It
// holds nothing secret. Losing it loses only that protection.
type pin struct {
	Generation uint64    `json:"generation"`
	Index      digest    `json:"index"`    // indexSum of the index as it stands in the file
	Freelist   digest    `json:"freelist"` // of the freelist pages after the last commit here
	Verified   time.Time `json:"verified"` // when every byte was last verified here
	Path       string    `json:"path"`     // absolute, links resolved
}

func (c *Config) pinPath(vault record.ID) string {
	return filepath.Join(c.StateDir, "pins", vault.String()+".json")
}

// readPin returns nil where there is none. A pin that can't be read is none:
// a broken state folder must not lock anybody out.
func (c *Config) readPin(vault record.ID) *pin {
	if c.StateDir == "" {
		return nil
	}
	b, err := os.ReadFile(c.pinPath(vault))
	p := &pin{}
	if err != nil || json.Unmarshal(b, p) != nil {
		return nil
	}
	return p
}

func (c *Config) writePin(vault record.ID, p pin) error {
	if c.StateDir == "" {
		return nil
	}
	b, err := json.Marshal(p)
	if err != nil {
		return err
	}
	path := c.pinPath(vault)
	if err := makeFolder(filepath.Dir(path)); err != nil {
		return err
	}
	return replaceFile(path, b)
}

// tempPin begins the names of a pin's temporary files.
func tempPin(path string) string { return ".new-" + filepath.Base(path) + "-" }

// check holds an index against the pin.
func (p *pin) check(x *index, sum digest) error {
	h := x.head
	switch {
	case p == nil:
		return nil
	case h.Generation < p.Generation:
		return &RollbackError{Have: h.Generation, Seen: p.Generation}
	case h.Generation == p.Generation && sum != p.Index,
		h.Generation == p.Generation+1 && h.Previous != p.Index:
		return &ForkError{Generation: p.Generation}
	}
	return nil
}

// replaceFile writes a file of ours so that a reader sees the old or the new,
// after a power cut too.
func replaceFile(path string, b []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), tempPin(path)+"*")
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		os.Remove(f.Name())
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		os.Remove(f.Name())
		return err
	}
	return nil
}

// notExist reports whether err says that a file or a folder on its path is missing.
func notExist(err error) bool { return errors.Is(err, fs.ErrNotExist) }
