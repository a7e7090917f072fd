package store

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strconv"
	"testing"

	"filippo.io/age"

	"memovault/internal/record"
)

func init() {
	children["memory"] = memoryChild
}

// operations are what BenchmarkPeakMemory looks at, each in a process of its own.
var operations = map[string]func(s *Store) error{
	"list":   func(s *Store) error { _, err := s.Cards(); return err },
	"show":   func(s *Store) error { _, err := s.Find("ソフト 42"); return err },
	"search": func(s *Store) error { return s.EachRaw(false, func(raw Raw) bool { return len(raw.JSON) > 0 }) },
	"export": func(s *Store) error {
		for _, err := range s.All() {
			if err != nil {
				return err
			}
		}
		return nil
	},
	"add":        addOne,
	"verify-all": func(s *Store) error { _, err := s.VerifyAll(); return err },
	"add and rebuild the digest": func(s *Store) error {
		s.idx.head.Digest.Stale = s.Len()
		return addOne(s)
	},
}

func addOne(s *Store) error {
	r := typical(0)
	r.Name = r.ID.String()
	return s.Commit(Change{Put: []*record.Record{r}})
}

// memoryChild does one operation and says what memory it has taken at most.
func memoryChild(args []string) error {
	key, err := age.ParseX25519Identity(args[1])
	if err != nil {
		return err
	}
	s, err := Open(args[0], Config{NoBackup: true, Now: typical(0).Created, StateDir: args[2]})
	if err == nil {
		err = s.Unlock(key)
	}
	if err == nil {
		err = operations[args[3]](s)
	}
	if err != nil {
		return err
	}
	kib, err := peakKiB()
	fmt.Println(kib)
	return err
}

// peakKiB is VmHWM of proc(5), which the parent's memory does not raise.
func peakKiB() (int, error) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, err
	}
	_, after, found := bytes.Cut(status, []byte("VmHWM:"))
	fields := bytes.Fields(after)
	if !found || len(fields) == 0 {
		return 0, errors.New("no VmHWM")
	}
	return strconv.Atoi(string(fields[0]))
}

func BenchmarkPeakMemory(b *testing.B) {
	const n = 10_000
	v := benchVault(b, n)
	v.open() // from now on it was verified today
	for what := range operations {
		b.Run(what, func(b *testing.B) {
			most := 0
			for b.Loop() {
				out, err := childCommand(b, "memory", v.path, v.key.String(), v.cfg.StateDir, what).Output()
				if err != nil {
					b.Fatalf("%v %s", err, out)
				}
				kib, err := strconv.Atoi(string(bytes.TrimSpace(out)))
				if err != nil {
					b.Fatal(err)
				}
				most = max(most, kib)
			}
			b.ReportMetric(float64(most)/1024, "peak-MiB")
		})
	}
}
