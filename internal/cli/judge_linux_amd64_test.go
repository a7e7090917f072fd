package cli

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"memovault/internal/record"
	"memovault/internal/store"
)

// sampled returns how much of a set to try: full in a soak, otherwise n.
func sampled(full, n int) int {
	if *soak {
		return full
	}
	return n
}

// sampledDeeds returns all deeds in a soak, otherwise edit, which commits, and n
// others.
func sampledDeeds(n int) []deed {
	if *soak {
		return deeds
	}
	some := []deed{deeds[slices.IndexFunc(deeds, func(d deed) bool { return d.name == "edit" })]}
	for _, i := range rand.Perm(len(deeds)) {
		if deeds[i].name != "edit" && len(some) <= n {
			some = append(some, deeds[i])
		}
	}
	return some
}

// judge says whether what is on the disk is what may be there: the vault in a
// state that it had, backups and pages whole, and all of it done if the command
// had said so. It returns which state that is. exact is for what one run wrote;
// another run has other random numbers.
func (x *site) judge(acknowledged, exact bool) (step int, err error) {
	is := plant(x.t, x.dir)
	text, err := x.look()
	if err != nil {
		return 0, fmt.Errorf("the vault does not open: %w", err)
	}
	step = slices.Index(x.states, text)
	switch last := len(x.states) - 1; {
	case step < 0:
		return 0, fmt.Errorf("the vault is in a state that it never had:\n%s", text)
	case acknowledged && step != last:
		return 0, fmt.Errorf("acknowledged, and the vault is in state %d of %d", step, last)
	case x.before.pinned() && !is.pinned():
		return 0, errors.New("what this computer knew of the vault is gone")
	}
	if err := x.judgeBackups(is, step); err != nil {
		return 0, err
	}
	for _, name := range x.deed.made {
		if acknowledged && (len(is[name]) != len(x.after[name]) || exact && !bytes.Equal(is[name], x.after[name])) {
			return 0, fmt.Errorf("acknowledged, and %s is not whole", name)
		}
	}
	return step, nil
}

// pinned reports whether the computer remembers a vault.
func (all tree) pinned() bool {
	for name, content := range all {
		if strings.Contains(name, "/pins/") && strings.HasSuffix(name, ".json") && bytes.HasSuffix(content, []byte("}")) {
			return true
		}
	}
	return false
}

// judgeBackups wants each backup whole that has its name, and the one there that
// must come before a change.
func (x *site) judgeBackups(is tree, step int) error {
	for name, content := range x.after {
		if isBackup(name) && step > 0 && !bytes.Equal(is[name], content) {
			return fmt.Errorf("the vault was changed, and its backup is not there: %s", name)
		}
	}
	for name, content := range is {
		if isBackup(name) && !bytes.Equal(content, x.before[name]) && !bytes.Equal(content, x.after[name]) {
			return fmt.Errorf("a backup that has its name is not whole: %s", name)
		}
	}
	return nil
}

func isBackup(name string) bool {
	folder, file := filepath.Split(name)
	return (strings.HasSuffix(folder, ".backups/") || strings.HasPrefix(file, "default-g")) && !strings.HasPrefix(file, ".new-")
}

// goesOn saves something as the next command would, and wants nothing
// half-made to lie about then.
func (x *site) goesOn() error {
	s, err := store.Open(x.vault(), x.config())
	if errors.Is(err, store.ErrNoVault) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, id := range x.keys {
		if err = s.Unlock(id); err == nil {
			break
		}
	}
	if err != nil {
		return err
	}
	at := x.config().Now
	r := &record.Record{ID: record.NewID(), Template: "note", Name: "after the fault", Created: at, Updated: at}
	r.Set("note", record.TypeMultiline, "x")
	if err := s.Commit(store.Change{Put: []*record.Record{r}}); err != nil {
		return fmt.Errorf("nothing can be saved any more: %w", err)
	}
	if rep, err := s.VerifyAll(); err != nil || len(rep.Damaged) > 0 {
		return fmt.Errorf("damaged after the next save: %v, %w", rep.Damaged, err)
	}
	if slices.ContainsFunc(x.deed.args, func(arg string) bool { return arg == "backup" }) {
		// What lies elsewhere is cleared away when the same is done again.
		x.remove(x.deed.made...)
		x.perform().Run()
	}
	for name := range plant(x.t, x.dir) {
		if strings.HasPrefix(filepath.Base(name), ".new-") {
			return fmt.Errorf("left behind: %s", name)
		}
	}
	return nil
}

func (x *site) config() store.Config {
	return store.Config{Now: paperDay.AddDate(0, 0, 1), LockWait: time.Second,
		StateDir: filepath.Join(x.dir, "home", ".local", "state", "memovault")}
}
