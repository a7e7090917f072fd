package passphrase

import (
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"testing"
)

// TestImportingCostsNothing reads the Go runtime's own account of what packages
// do before main: this one must not unpack a list.
func TestImportingCostsNothing(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, "-test.run=^$")
	cmd.Env = append(os.Environ(), "GODEBUG=inittrace=1")
	trace, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, trace)
	}
	if !regexp.MustCompile(`(?m)^init `).Match(trace) {
		t.Fatalf("no trace: %s", trace)
	}
	line := regexp.MustCompile(`(?m)^init memovault/internal/passphrase @.* (\d+) bytes, (\d+) allocs$`).FindSubmatch(trace)
	if line == nil {
		return // nothing at all is done
	}
	t.Logf("%s", line[0])
	if bytes, err := strconv.Atoi(string(line[1])); err != nil || bytes > 8<<10 {
		t.Errorf("%s: more than the few closures of sync.OnceValue", line[0])
	}
}

func BenchmarkFirstJudge(b *testing.B) {
	for b.Loop() {
		e := &estimator{
			dictionaries: []dictionary{unpackEnglish(), unpackJapanese()},
			keyboards:    keyboards(),
			attentive:    true,
		}
		e.estimate([]rune("mikan-tokei-yama"))
	}
}

func BenchmarkJudge(b *testing.B) {
	Judge("", nil)
	for name, pass := range map[string]string{
		"short":  "sakura0401",
		"phrase": "kakugo usetsu koyama aida aisatsu mikan noyama",
		"long":   "4@8({[<3691!|0$5+7%2 the quick brown fox jumps over the lazy dog 1985.04.01 abcabcabc sakurasaku 7777",
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				Judge(pass, []string{"office-tanaka", "hanako"})
			}
		})
	}
}
