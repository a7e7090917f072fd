package store

import (
	"bytes"
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"memovault/internal/record"
)

func TestSyncFolders(t *testing.T) {
	for path, want := range map[string]string{
		"/home/hanako/vault":                                                     "",
		"/home/hanako/Dropbox/vault":                                             "Dropbox",
		"/home/hanako/Dropbox (Tanaka Shoten)/keys":                              "Dropbox",
		"C:/Users/hanako/OneDrive - Tanaka Shoten/Documents":                     "OneDrive",
		"C:/Users/hanako/OneDrive/ドキュメント":                                        "OneDrive",
		"/Users/hanako/Library/Mobile Documents/com~apple~CloudDocs/vault":       "iCloud Drive",
		"/Users/hanako/Library/CloudStorage/GoogleDrive-hanako@example.jp/x":     "Google Drive",
		"G:/マイドライブ/vault":                                                        "Google Drive",
		"/home/hanako/Nextcloud/x":                                               "Nextcloud",
		"/home/hanako/dropboxes":                                                 "",
		"/home/hanako/my-onedrive-notes":                                         "",
		"/Users/hanako/Library/CloudStorage/OneDrive-Personal/x":                 "OneDrive",
		"/home/hanako/syncthing/x":                                               "Syncthing",
		"/home/hanako/.local/share/memovault":                                    "",
		"/Users/hanako/Library/CloudStorage/Dropbox/My Drive is not a name here": "Dropbox",
	} {
		if got := syncName(path); got != want {
			t.Errorf("%s: %q, not %q", path, got, want)
		}
	}
}

func TestPlaceOf(t *testing.T) {
	dir := t.TempDir()
	if got := PlaceOf(filepath.Join(dir, "missing", "deep", "x.vault")); got.Sync != "" {
		t.Errorf("an ordinary folder: %+v", got)
	}
	if got := PlaceOf(filepath.Join(dir, "Dropbox", "x.vault")); got.Sync != "Dropbox" {
		t.Errorf("got %+v", got)
	}
}

// TestNotAVault: whatever lies at the path, the answer comes at once and names
// what it is.
func TestNotAVault(t *testing.T) {
	dir := t.TempDir()
	random := make([]byte, 100_000)
	rand.Read(random)
	for name, content := range map[string][]byte{
		"empty": nil, "one byte": {0}, "text": []byte("ここに大事なメモ\n"), "random": random, "zeroes": make([]byte, 65536),
		"short": random[:23], "pdf": []byte("%PDF-1.7\n" + string(random)),
	} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(path, Config{}); !errors.Is(err, ErrNotVault) {
			t.Errorf("%s: got %v", name, err)
		}
		if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, content) {
			t.Errorf("%s: it was changed: %v", name, err)
		}
		if err := Create(path, Config{}, nil, nil); !errors.Is(err, ErrExists) {
			t.Errorf("%s: Create: %v", name, err)
		}
	}
	if _, err := Open(dir, Config{}); !errors.Is(err, ErrNotVault) {
		t.Errorf("a folder: %v", err)
	}
	if _, err := Open(filepath.Join(dir, "none"), Config{}); !errors.Is(err, ErrNoVault) {
		t.Errorf("nothing: %v", err)
	}
	if _, err := Open(filepath.Join(dir, "none", "none"), Config{}); !errors.Is(err, ErrNoVault) {
		t.Errorf("no folder: %v", err)
	}
}

// TestCreateAgain: what is there is never overwritten.
func TestCreateAgain(t *testing.T) {
	v := newTestVault(t)
	v.mustCommit(Change{Put: []*record.Record{note("one", "x")}})
	before := v.bytes()
	if err := createAt(v.path, v.cfg, v.key); !errors.Is(err, ErrExists) {
		t.Errorf("got %v", err)
	}
	if !bytes.Equal(before, v.bytes()) {
		t.Error("the vault changed")
	}
}

// TestSparseFileIsTooLarge: the size alone refuses, before memory is asked for.
func TestSparseFileIsTooLarge(t *testing.T) {
	v := newTestVault(t)
	if err := os.Truncate(v.path, maxFile+4096); err != nil {
		t.Skipf("no sparse files here: %v", err)
	}
	if _, err := Open(v.path, v.cfg); !errors.Is(err, ErrTooLarge) {
		t.Errorf("got %v", err)
	}
	if err := os.Truncate(v.path, 1<<30); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	if _, err := v.tryOpen(); err != nil {
		t.Errorf("a file with room to grow: %v", err)
	}
	t.Logf("1 GiB with a small vault in it opens in %v", time.Since(began))
}
