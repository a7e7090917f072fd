package keyring

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"filippo.io/age"
)

// testShare is a share nobody uses: of slot 5a5a…, two needed, number 3, its value
// 32 times the byte 0x5a.
const testShare = "MEMOVAULT-SHARE-1PTFD95ZRTFD95KJ6TFD95KJ6TFD95KJ6TFD95KJ6TFD95KJ6TFD95KJ6TFDQ0HYW2A"

func repeated(b byte) (value [32]byte) {
	for i := range value {
		value[i] = b
	}
	return value
}

func mustSplit(t testing.TB, v *Vault, need, count int) Splitting {
	t.Helper()
	split, err := v.Split(need, count, "家族", day)
	if err != nil {
		t.Fatal(err)
	}
	return split
}

func setOf(t testing.TB, shares ...Share) *ShareSet {
	t.Helper()
	var set ShareSet
	for _, s := range shares {
		if err := set.Add(s); err != nil {
			t.Fatal(err)
		}
	}
	return &set
}

func TestShareForPaper(t *testing.T) {
	s := newShare([16]byte(slices.Repeat([]byte{0x5a}, 16)), 2, 3, repeated(0x5a))
	// Paper outlives programs: neither text nor letters may ever change.
	if s.Reveal() != testShare {
		t.Errorf("text\n%s, want\n%s", s.Reveal(), testShare)
	}
	want := "PTFD95-J ZRTFD9-N 5KJ6TF-3 D95KJ6-6 TFD95K-W J6TFD9-C 5KJ6TF-V D95KJ6-5 TFD95K-Q J6TFDQ-7 0HYW2A-9"
	if got := strings.Join(s.Groups(), " "); got != want {
		t.Errorf("groups\n%s, want\n%s", got, want)
	}
	if s.Need() != 2 || s.Number() != 3 || !s.Opens([16]byte{0x5a, 0x5a, 0x5a, 0x5a}) || s.Opens([16]byte{0x5a, 0x5a, 0x5a, 0xda}) {
		t.Error("need, number or slot is not what was written")
	}
}

// TestBech32AsAgeWritesIt compares our checksum with that of age.
func TestBech32AsAgeWritesIt(t *testing.T) {
	for range 50 {
		k := mustKey(t)
		symbols := symbolsOf(k.data[:recoveryLen-checksumLen])
		if got := addChecksum(recoveryPrefix, symbols); got != k.data {
			t.Fatalf("another checksum than age's for a key that ends in %q", k.data[52:])
		}
		var secret [32]byte
		if !fromSymbols(symbols, secret[:]) || !slices.Equal(toSymbols(secret[:]), symbols) {
			t.Fatal("symbols do not come back")
		}
	}
	if fromSymbols(symbolsOf("QQQQQQQP"), make([]byte, 4)) {
		t.Error("bits behind the end are not noticed")
	}
}

func TestShareIsReadInEveryForm(t *testing.T) {
	for _, s := range mustSplit(t, mustVault(t, false), 2, 3).Shares {
		bare := strings.TrimPrefix(s.Reveal(), sharePrefix)
		for name, typed := range map[string]string{
			"as it stands":     s.Reveal(),
			"lower case":       strings.ToLower(s.Reveal()),
			"full width":       wide(s.Reveal()),
			"no prefix":        bare,
			"groups":           strings.Join(s.Groups(), " "),
			"lines":            strings.Join(s.Groups(), "\r\n"),
			"groups, prefix":   sharePrefix + " " + strings.ToLower(strings.Join(s.Groups(), " ")),
			"groups, width":    wide(strings.Join(s.Groups(), " ")),
			"look-alikes":      strings.NewReplacer("0", "O", "8", "B", "L", "1").Replace(bare),
			"groups with dots": strings.ReplaceAll(strings.Join(s.Groups(), "."), "-", ""),
		} {
			got, err := ParseShare(typed)
			if err != nil || got.Reveal() != s.Reveal() || got.Need() != 2 || got.Number() != s.Number() {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

// TestEverySingleTypoOfAShareIsNoticed tries every wrong character at every place,
// and holds that with check letters the right group is named.
func TestEverySingleTypoOfAShareIsNoticed(t *testing.T) {
	s := mustSplit(t, mustVault(t, false), 2, 2).Shares[1]
	checked := strings.ReplaceAll(strings.Join(s.Groups(), ""), "-", "")
	for _, text := range []string{s.data, checked} {
		for i := range len(text) {
			for _, wrong := range []byte(bech32) {
				if wrong == text[i] {
					continue
				}
				_, err := ParseShare(sharePrefix + text[:i] + string(wrong) + text[i+1:])
				var typo *ShareTypoError
				if !errors.As(err, &typo) || text == checked && !slices.Equal(typo.Groups, []int{i/(groupLen+1) + 1}) {
					t.Fatalf("place %d of %d: %v", i, len(text), err)
				}
			}
		}
	}
}

func TestMendShare(t *testing.T) {
	s := mustSplit(t, mustVault(t, false), 2, 2).Shares[0]
	groups := s.Groups()
	typed := slices.Clone(groups)
	typed[2], typed[10] = "QQQQQQ-P", groups[9]
	text := strings.ToLower(strings.Join(typed, " "))
	var typo *ShareTypoError
	if _, err := ParseShare(text); !errors.As(err, &typo) || !slices.Equal(typo.Groups, []int{3, 11}) {
		t.Fatalf("%v, want groups 3 and 11 named", err)
	}
	_, text, err := MendShare(text, map[int]string{3: "nothing", 11: wide(groups[10])})
	if !errors.As(err, &typo) || !slices.Equal(typo.Groups, []int{3}) {
		t.Fatalf("%v, want group 3 alone named", err)
	}
	got, _, err := MendShare(text, map[int]string{3: groups[2]})
	if err != nil || got.Reveal() != s.Reveal() {
		t.Errorf("mended: %v", err)
	}
	if _, _, err := MendShare(s.data, nil); !errors.Is(err, ErrNotShare) {
		t.Errorf("without check letters: %v, want ErrNotShare", err)
	}
}

func TestWhatIsNoShare(t *testing.T) {
	k := mustKey(t)
	for _, s := range []string{"", "mikan tokei yama", testKey, strings.Join(k.Groups(), " "), k.Reveal()[:60],
		strings.Repeat("a", 77), strings.Repeat("q", maxTypedKey+1),
		"obtuse-cradle-fifteen-plaza-gumminess-handclasp-overbook-sixtyfold-obtuse-cradle-fifteen"} {
		if _, err := ParseShare(s); !errors.Is(err, ErrNotShare) {
			t.Errorf("%.20q…: %v, want ErrNotShare", s, err)
		}
	}
	newer := symbolsOf(strings.TrimPrefix(testShare, sharePrefix)[:shareLen-checksumLen])
	newer[0] = shareFormat + 1
	if _, err := ParseShare(sharePrefix + addChecksum(sharePrefix, newer)); !errors.Is(err, ErrShareNewer) {
		t.Errorf("format 2: %v, want ErrShareNewer", err)
	}
	for name, change := range map[string]func([]byte){
		"one needed": func(s []byte) { s[6] = 1 }, "17 needed": func(s []byte) { s[6] = 17 },
		"number 0": func(s []byte) { s[7] = 0 }, "number 17": func(s []byte) { s[7] = 17 },
		"bits behind the value": func(s []byte) { s[59] |= 1 },
		"above the order": func(s []byte) {
			for i := shareHead; i < shareHead+shareValue-1; i++ {
				s[i] = 31
			}
		},
	} {
		symbols := symbolsOf(strings.TrimPrefix(testShare, sharePrefix)[:shareLen-checksumLen])
		change(symbols)
		if _, err := ParseShare(sharePrefix + addChecksum(sharePrefix, symbols)); !errors.Is(err, ErrShareTypo) {
			t.Errorf("%s: %v, want ErrShareTypo", name, err)
		}
	}
}

// TestSecretsAreToldApart holds that what is typed at one prompt is one of three.
func TestSecretsAreToldApart(t *testing.T) {
	v := mustVault(t, false)
	for range 100 {
		k := mustKey(t)
		if _, err := ParseShare(checkedText(k)[:shareLen]); !errors.Is(err, ErrNotShare) && k.data[0] != 'P' {
			t.Fatalf("a cut recovery key: %v", err)
		}
	}
	for _, s := range mustSplit(t, v, 3, 5).Shares {
		for _, text := range []string{s.Reveal(), s.data, strings.Join(s.Groups(), " ")} {
			if _, err := ParseShare(text); err != nil {
				t.Errorf("share: %v", err)
			}
			if _, err := v.PassphraseSlot(text, "", day); !errors.Is(err, ErrLooksLikeRecoveryKey) {
				t.Errorf("a share as a passphrase: %v", err)
			}
		}
	}
}

// TestEveryChoiceOpens splits in many ways and opens with every choice of enough
// shares, in any order, and with none that is too few.
func TestEveryChoiceOpens(t *testing.T) {
	v := mustVault(t, false)
	for _, way := range [][2]int{{2, 2}, {2, 3}, {3, 5}, {5, 5}, {2, 16}, {16, 16}} {
		need, count := way[0], way[1]
		split := mustSplit(t, v, need, count)
		if len(split.Shares) != count || split.Slot.Kind != KindShares {
			t.Fatalf("%v: %d shares, kind %s", way, len(split.Shares), split.Slot.Kind)
		}
		choose(split.Shares, need, nil, func(chosen []Share) bool {
			slices.Reverse(chosen)
			id, err := setOf(t, chosen...).Identity()
			if err != nil {
				t.Fatal(err)
			}
			got, info, err := OpenSlot(split.Slot.Sealed, id)
			if err != nil || info != split.Slot.Info() || got.key != v.key {
				t.Fatalf("%v: %v", way, err)
			}
			return false
		})
		few := setOf(t, split.Shares[:need-1]...)
		if _, err := few.Identity(); !errors.Is(err, ErrShareCount) || few.Complete() {
			t.Errorf("%v: one too few: %v, want ErrShareCount", way, err)
		}
		// A polynomial of lower degree goes through fewer points: not the secret.
		if id, err := combine(few.shares()); err == nil {
			if _, _, err := OpenSlot(split.Slot.Sealed, id); !errors.Is(err, ErrNoMatch) {
				t.Errorf("%v: one too few, put together all the same: %v, want ErrNoMatch", way, err)
			}
		}
	}
	for _, way := range [][2]int{{0, 0}, {1, 1}, {1, 3}, {3, 2}, {2, 17}, {17, 17}, {-1, 2}} {
		if _, err := v.Split(way[0], way[1], "", day); !errors.Is(err, ErrShareCount) {
			t.Errorf("%v: %v, want ErrShareCount", way, err)
		}
	}
	if _, err := v.Split(2, 3, "two\nlines", day); !errors.Is(err, ErrLabel) {
		t.Errorf("%v, want ErrLabel", err)
	}
}

func TestShareSetRefuses(t *testing.T) {
	v := mustVault(t, false)
	split, other := mustSplit(t, v, 2, 3), mustSplit(t, v, 2, 3)
	set := setOf(t, split.Shares[0])
	forged := newShare(split.Slot.ID, 2, 1, repeated(7))
	threefold := newShare(split.Slot.ID, 3, 2, repeated(7))
	for _, c := range []struct {
		add  Share
		want error
	}{{split.Shares[0], ErrShareTwice}, {other.Shares[1], ErrShareForeign}, {threefold, ErrShareForeign}, {forged, ErrShareContradicts}} {
		if err := set.Add(c.add); !errors.Is(err, c.want) || set.Len() != 1 {
			t.Errorf("%v, want %v", err, c.want)
		}
	}
	if err := set.Add(split.Shares[2]); err != nil || !slices.Equal(set.Numbers(), []int{1, 3}) || !set.Complete() {
		t.Errorf("after refusals: %v, %v", err, set.Numbers())
	}
	if !set.Opens(split.Slot.ID) || set.Opens(other.Slot.ID) || (&ShareSet{}).Opens(split.Slot.ID) {
		t.Error("the set does not know its slot")
	}
	id, err := set.Identity()
	if err != nil {
		t.Fatal(err)
	}
	for name, sealed := range map[string][]byte{"another splitting": other.Slot.Sealed, "a passphrase": mustPassSlot(t, v).Sealed} {
		if _, _, err := OpenSlot(sealed, id); !errors.Is(err, ErrNoMatch) {
			t.Errorf("%s: %v, want ErrNoMatch", name, err)
		}
	}
}

func mustPassSlot(t *testing.T, v *Vault) Slot {
	t.Helper()
	slot, err := v.PassphraseSlot("mikan tokei yama", "", day)
	if err != nil {
		t.Fatal(err)
	}
	return slot
}

// TestOneShareTooMuch holds that a share that is not genuine is made up for by a
// further one.
func TestOneShareTooMuch(t *testing.T) {
	split := mustSplit(t, mustVault(t, false), 3, 5)
	set := setOf(t, split.Shares[0], newShare(split.Slot.ID, 3, 2, repeated(7)), split.Shares[4])
	for _, c := range []struct {
		more Share
		want error
	}{{Share{}, ErrNoMatch}, {split.Shares[2], nil}} {
		if c.more.share != nil {
			if err := set.Add(c.more); err != nil {
				t.Fatal(err)
			}
		}
		id, err := set.Identity()
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := OpenSlot(split.Slot.Sealed, id); !errors.Is(err, c.want) {
			t.Errorf("%d shares: %v, want %v", set.Len(), err, c.want)
		}
	}
}

// TestRecipientOfSplitting holds that the recipient seals what the shares open.
func TestRecipientOfSplitting(t *testing.T) {
	v := mustVault(t, false)
	split := mustSplit(t, v, 2, 3)
	to, err := age.ParseX25519Recipient(split.Recipient)
	if err != nil {
		t.Fatal(err)
	}
	again, err := v.NewSlot(KindShares, "", day, to)
	if err != nil {
		t.Fatal(err)
	}
	id, err := setOf(t, split.Shares[1:]...).Identity()
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := OpenSlot(again.Sealed, id); err != nil {
		t.Error(err)
	}
}

func TestNothingFormatsAShare(t *testing.T) {
	split := mustSplit(t, mustVault(t, false), 2, 3)
	set := setOf(t, split.Shares...)
	id, err := set.Identity()
	if err != nil {
		t.Fatal(err)
	}
	type holder struct {
		share Share
		set   ShareSet
		id    age.Identity
	}
	for _, value := range []any{split, &split, split.Shares, split.Shares[0], *set, set, id, holder{split.Shares[0], *set, id}} {
		for _, verb := range []string{"%v", "%+v", "%#v"} {
			text := fmt.Sprintf(verb, value)
			for _, s := range split.Shares {
				if strings.Contains(text, s.data[8:16]) || strings.Contains(text, strings.Trim(fmt.Sprint(s.value[:4]), "[]")) ||
					strings.Contains(text, fmt.Sprintf("%#x", s.value[0])+", "+fmt.Sprintf("%#x", s.value[1])+", "+fmt.Sprintf("%#x", s.value[2])) {
					t.Errorf("%T as %s shows a share", value, verb)
				}
			}
			if strings.Contains(text, split.Recipient[4:14]) {
				t.Errorf("%T as %s shows the recipient", value, verb)
			}
		}
	}
}

func FuzzParseShare(f *testing.F) {
	s, err := ParseShare(testShare)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(testShare)
	f.Add(strings.Join(s.Groups(), " "))
	f.Add(wide(testShare))
	f.Add(testKey)
	f.Add("MEMOVAULT-SHARE-1")
	f.Add("\xff\xfeMEMOVAULT-SHARE-1")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := ParseShare(text)
		if _, _, err := MendShare(text, map[int]string{1: text, 11: testShare}); err == nil && len(text) < 66 {
			t.Error("too little was mended")
		}
		if err != nil {
			if !errors.Is(err, ErrNotShare) && !errors.Is(err, ErrShareTypo) && !errors.Is(err, ErrShareNewer) {
				t.Errorf("error of another kind: %v", err)
			}
			return
		}
		again, err := ParseShare(strings.Join(s.Groups(), "\n"))
		if err != nil || again.Reveal() != s.Reveal() {
			t.Errorf("its own groups do not give it back: %v", err)
		}
		if _, err := combine([]Share{s}); err != nil {
			t.Errorf("accepted what is no scalar: %v", err)
		}
	})
}

func BenchmarkSplit(b *testing.B) {
	v := mustVault(b, false)
	for b.Loop() {
		mustSplit(b, v, 3, 5)
	}
}
