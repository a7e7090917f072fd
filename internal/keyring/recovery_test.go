package keyring

import (
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"filippo.io/age"
)

// testKey is a recovery key nobody uses: its secret is 32 times the byte 0x5a.
const testKey = "AGE-SECRET-KEY-1TFD95KJ6TFD95KJ6TFD95KJ6TFD95KJ6TFD95KJ6TFD95KJ6TFDQZJ8MMH"

func mustKey(t testing.TB) RecoveryKey {
	t.Helper()
	k, err := NewRecoveryKey()
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func wide(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '-':
			return 'ー'
		case r == ' ':
			return '\u3000'
		case r > ' ' && r <= '~':
			return r + 0xfee0
		}
		return r
	}, s)
}

func TestRecoveryKeyIsReadInEveryForm(t *testing.T) {
	k := mustKey(t)
	groups := k.Groups()
	bare := make([]string, GroupCount)
	for i, g := range groups {
		bare[i], _, _ = strings.Cut(g, "-")
	}
	forms := map[string]string{
		"as age writes it":     k.Reveal(),
		"lower case":           strings.ToLower(k.Reveal()),
		"mixed case":           strings.ToLower(k.Reveal()[:40]) + k.Reveal()[40:],
		"full width":           wide(k.Reveal()),
		"no prefix":            k.data,
		"line breaks":          " \r\n" + k.data[:20] + "\r\n" + k.data[20:] + "\n",
		"groups":               strings.Join(bare, " "),
		"groups and prefix":    "age-secret-key-1 " + strings.Join(bare, " "),
		"groups checked":       strings.Join(groups, "\n"),
		"checked with slashes": strings.ReplaceAll(strings.Join(groups, "  "), "-", "/"),
		"checked, prefix":      recoveryPrefix + strings.Join(groups, " "),
		"checked, full width":  wide(strings.ToLower(strings.Join(groups, " "))),
		"zero width joiners":   strings.Join(bare, "\u200b"),
		"look-alikes":          strings.NewReplacer("0", "O", "8", "B", "L", "1").Replace(k.data),
	}
	for name, typed := range forms {
		got, err := ParseRecoveryKey(typed)
		if err != nil || got.Reveal() != k.Reveal() {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestEverySingleTypoIsNoticed tries every wrong character at every place.
func TestEverySingleTypoIsNoticed(t *testing.T) {
	k := mustKey(t)
	for i := range len(k.data) {
		for _, wrong := range []byte(bech32) {
			if wrong == k.data[i] {
				continue
			}
			typed := recoveryPrefix + k.data[:i] + string(wrong) + k.data[i+1:]
			if _, err := ParseRecoveryKey(typed); !errors.Is(err, ErrRecoveryTypo) {
				t.Fatalf("place %d: %v, want ErrRecoveryTypo", i, err)
			}
		}
	}
}

// checkedText is the key with its check letters and no separators.
func checkedText(k RecoveryKey) string {
	return strings.ReplaceAll(strings.Join(k.Groups(), ""), "-", "")
}

func TestTypoNamesItsGroup(t *testing.T) {
	k := mustKey(t)
	text := checkedText(k)
	for i := range len(text) {
		group := min(i/(groupLen+1), GroupCount-1) + 1
		for _, wrong := range []byte(bech32) {
			if wrong == text[i] {
				continue
			}
			_, err := ParseRecoveryKey(text[:i] + string(wrong) + text[i+1:])
			var typo *RecoveryTypoError
			if !errors.As(err, &typo) || !slices.Equal(typo.Groups, []int{group}) {
				t.Fatalf("place %d: %v, want group %d named", i, err, group)
			}
		}
	}
}

// TestCheckLettersNoticeSwaps proves on random keys that exchanging any two
// characters of a group, letter included, or any two whole groups, shows.
func TestCheckLettersNoticeSwaps(t *testing.T) {
	for range 200 {
		groups := mustKey(t).Groups()
		for n, g := range groups {
			flat := strings.ReplaceAll(g, "-", "")
			for i := range len(flat) {
				for j := range i {
					swapped := []byte(flat)
					swapped[i], swapped[j] = swapped[j], swapped[i]
					if string(swapped) != flat && fits(n, string(swapped)) {
						t.Fatalf("group %d: characters %d and %d exchanged unnoticed", n+1, j+1, i+1)
					}
				}
			}
			for m := range groups {
				other := strings.ReplaceAll(groups[m], "-", "")
				if m != n && len(other) == len(flat) && fits(n, other) {
					t.Fatalf("group %d in the place of group %d unnoticed", m+1, n+1)
				}
			}
		}
	}
}

// fits reports whether a group with its check letter is right for place n.
func fits(n int, checked string) bool {
	last := len(checked) - 1
	return checkLetter(n, checked[:last]) == checked[last]
}

// TestCheckLetterIsAField proves what the check letter's guarantee rests on: the
// eight weights differ and multiplying by any of them loses nothing.
func TestCheckLetterIsAField(t *testing.T) {
	weights := []byte{1}
	for len(weights) < groupLen+2 {
		weights = append(weights, gfMul(weights[len(weights)-1], 2))
	}
	if got := weights[groupLen+1]; got != 13 {
		t.Errorf("α⁷ = %d, want the 13 of checkLetter", got)
	}
	for i, a := range weights {
		if slices.Contains(weights[:i], a) {
			t.Errorf("weight %d occurs twice", a)
		}
		seen := map[byte]bool{}
		for b := range byte(32) {
			seen[gfMul(a, b)] = true
		}
		if len(seen) != 32 {
			t.Errorf("multiplying by %d gives %d values, want 32", a, len(seen))
		}
	}
}

func TestGroupsForPaper(t *testing.T) {
	k, err := ParseRecoveryKey(testKey)
	if err != nil {
		t.Fatal(err)
	}
	// Paper outlives programs: these letters may never change.
	want := "TFD95K-N J6TFD9-9 5KJ6TF-3 D95KJ6-6 TFD95K-W J6TFD9-C 5KJ6TF-V D95KJ6-5 TFDQZJ-6 8MMH-X"
	if got := strings.Join(k.Groups(), " "); got != want {
		t.Errorf("groups\n%s, want\n%s", got, want)
	}
}

func TestCheckGroup(t *testing.T) {
	k := mustKey(t)
	for n, g := range k.Groups() {
		bare, _, _ := strings.Cut(g, "-")
		for _, typed := range []string{g, bare, strings.ToLower(g), wide(g), " " + bare + " "} {
			if !k.CheckGroup(n+1, typed) {
				t.Errorf("group %d typed right is refused", n+1)
			}
		}
		for _, typed := range []string{"", "-", bare[1:], bare + "QQ", k.data} {
			if k.CheckGroup(n+1, typed) {
				t.Errorf("group %d: %d wrong characters accepted", n+1, len(typed))
			}
		}
	}
	for _, n := range []int{-1, 0, GroupCount + 1} {
		if k.CheckGroup(n, k.data[:groupLen]) {
			t.Errorf("there is no group %d", n)
		}
	}
}

func TestWhatIsNoRecoveryKey(t *testing.T) {
	for _, s := range []string{
		"", "hunter2", "みかん 時計 山", "correct horse battery staple",
		"mikan tokei yama densha enpitsu sora kaban",
		"obtuse-cradle-fifteen-plaza-gumminess-handclasp-overbook-sixtyfold",
		strings.Repeat("a", 58), strings.Repeat("q", maxTypedKey+1),
		"AGE-SECRET-KEY-PQ-1QQQQ", "AGE-PLUGIN-YUBIKEY-1QQQQ",
	} {
		if _, err := ParseRecoveryKey(s); !errors.Is(err, ErrNotRecoveryKey) {
			t.Errorf("%.20q…: %v, want ErrNotRecoveryKey", s, err)
		}
	}
}

func TestNearlyARecoveryKey(t *testing.T) {
	data := strings.TrimPrefix(testKey, recoveryPrefix)
	for name, typed := range map[string]string{
		"prefix only":        "AGE-SECRET-KEY-1",
		"prefix and words":   "age-secret-key-1 correct horse",
		"one missing":        data[1:],
		"one too many":       data + "q",
		"two exchanged":      data[:7] + data[8:9] + data[7:8] + data[9:],
		"three missing":      data[:55],
		"check letter short": data + "QQQQQQQQQ",
		"foreign letter":     "Ü" + data[1:],
	} {
		if _, err := ParseRecoveryKey(typed); !errors.Is(err, ErrRecoveryTypo) {
			t.Errorf("%s: %v, want ErrRecoveryTypo", name, err)
		}
		if _, _, err := Secret(typed); !errors.Is(err, ErrRecoveryTypo) {
			t.Errorf("%s: Secret gives %v, want ErrRecoveryTypo", name, err)
		}
	}
}

func TestSecretTellsKeyFromPassphrase(t *testing.T) {
	if _, isRecovery, err := Secret(strings.ToLower(testKey)); err != nil || !isRecovery {
		t.Errorf("recovery key: %v, %v", isRecovery, err)
	}
	if _, isRecovery, err := Secret("mikan tokei yama"); err != nil || isRecovery {
		t.Errorf("passphrase: %v, %v", isRecovery, err)
	}
	if _, _, err := Secret(""); !errors.Is(err, ErrEmpty) {
		t.Errorf("nothing: %v, want ErrEmpty", err)
	}
}

func FuzzParseRecoveryKey(f *testing.F) {
	k, err := ParseRecoveryKey(testKey)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(testKey)
	f.Add(strings.Join(k.Groups(), " "))
	f.Add(wide(testKey))
	f.Add("correct horse battery staple")
	f.Add("AGE-SECRET-KEY-PQ-1")
	f.Add("\xff\xfeAGE-SECRET-KEY-1")
	f.Fuzz(func(t *testing.T, s string) {
		k, err := ParseRecoveryKey(s)
		if err != nil {
			if !errors.Is(err, ErrNotRecoveryKey) && !errors.Is(err, ErrRecoveryTypo) {
				t.Errorf("error of another kind: %v", err)
			}
			return
		}
		if _, err := age.ParseX25519Identity(k.Reveal()); err != nil {
			t.Errorf("accepted what age refuses: %v", err)
		}
		again, err := ParseRecoveryKey(strings.Join(k.Groups(), "\n"))
		if err != nil || again.Reveal() != k.Reveal() {
			t.Errorf("its own groups do not give it back: %v", err)
		}
	})
}

func BenchmarkParseRecoveryKey(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	k := mustKey(b)
	typed := []string{k.Reveal(), strings.Join(k.Groups(), " ")}
	for b.Loop() {
		if _, err := ParseRecoveryKey(typed[r.IntN(2)]); err != nil {
			b.Fatal(err)
		}
	}
}
