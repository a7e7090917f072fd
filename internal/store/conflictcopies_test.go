package store

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestConflictCopies(t *testing.T) {
	v := newTestVault(t)
	content, err := os.ReadFile(v.path)
	if err != nil {
		t.Fatal(err)
	}
	write := func(name string, content []byte) {
		if err := os.WriteFile(filepath.Join(filepath.Dir(v.path), name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{
		"test.sync-conflict-20261122-081500-D4LGQYW.vault",
		"test (hanako-pc's conflicted copy 2026-11-22).vault",
		"test (Conflicted Copy).vault",
		"test (conflicted copy 2026-11-22 081500).vault",
		"test (hanako-pc の競合コピー 2026-11-22).vault",
		"test (SFConflict hanako@example.jp 2026-11-22-08-15-00).vault",
		"test.vault (SFConflict hanako@example.jp 2026-11-22-08-15-00)",
		"test [conflicted].vault",
		"test.conflicted.vault",
		"test.vault.conflicted",
		"test_conflict-20261122-081500.vault",
		"test (1).vault",
		"test 2.vault",
		"test-HANAKO-PC.vault",
		"test-HANAKO-PC-2.vault",
	}
	for _, name := range want {
		write(name, content)
	}
	for _, name := range []string{"other.vault", "test.vault.lock", "testament.vault", "test 2.txt", "test.vault (1)", "test.vault.conflicted.bak", "test2.vault", "test 2026-11-22 old.vault", "test .vault"} {
		write(name, content)
	}
	write("test (2).vault", []byte("a letter that begins like nothing of ours"))
	var got []string
	for _, path := range ConflictCopies(v.path) {
		got = append(got, filepath.Base(path))
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
}

func TestHasMerged(t *testing.T) {
	one := newTestVault(t)
	other := one.fork()
	m, err := one.plan(one.open(), other)
	if err != nil || !m.Empty() || !one.open().HasMerged(m.from) {
		t.Errorf("a plain copy: %v, %v", m, err)
	}
	other.mustCommit(Change{})
	if m, err = one.plan(one.open(), other); err != nil || one.open().HasMerged(m.from) {
		t.Errorf("a copy with another index: %v", err)
	}
	one.merge(other)
	if !one.open().HasMerged(m.from) {
		t.Error("that it was merged was not noted")
	}
}
