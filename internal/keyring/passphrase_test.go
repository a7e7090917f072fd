package keyring

import (
	"errors"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"

	"filippo.io/age"
)

func TestNormalizePassphrase(t *testing.T) {
	for in, want := range map[string]string{
		"mikan tokei":           "mikan tokei",
		" kept as typed ":       " kept as typed ",
		"か\u3099":               "が",
		"e\u0301te\u0301":       "été",
		"全角　ｐａｓｓ":               "全角　ｐａｓｓ",
		"👨\u200d👩":              "👨\u200d👩",
		strings.Repeat("x", 10): strings.Repeat("x", 10),
	} {
		got, err := NormalizePassphrase(in)
		if err != nil || got != want {
			t.Errorf("%q: %q, %v; want %q", in, got, err, want)
		}
	}
	for in, want := range map[string]error{
		"":                                 ErrEmpty,
		strings.Repeat("x", MaxPassphrase): ErrTooLong,
		strings.Repeat("𝅗𝅥", MaxPassphrase/8): ErrTooLong, // NFC makes this one longer
		"two\nlines":      ErrControl,
		"tab\t":           ErrControl,
		"\x1b[200~pasted": ErrControl,
		"\u0085":          ErrControl,
		"\u2028":          ErrControl,
		"\x82\xa0":        ErrNotUTF8, // あ in Shift_JIS
	} {
		if _, err := NormalizePassphrase(in); !errors.Is(err, want) {
			t.Errorf("%.20q: %v, want %v", in, err, want)
		}
	}
	if _, err := NormalizePassphrase(strings.Repeat("x", MaxPassphrase-1)); err != nil {
		t.Errorf("the longest passphrase: %v", err)
	}
}

func TestComposedAndDecomposedOpenTheSameSlot(t *testing.T) {
	v := mustVault(t, false)
	slot, err := v.PassphraseSlot("か\u3099っこう", "", day)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := OpenSlot(slot.Sealed, mustPass(t, "がっこう")); err != nil {
		t.Error(err)
	}
	// Stock age is given what a keyboard sends: the composed form.
	stock, err := age.NewScryptIdentity("がっこう")
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := OpenSlot(slot.Sealed, stock); err != nil {
		t.Error(err)
	}
}

func TestPassphraseSlotRefusesWhatCouldNotBeTyped(t *testing.T) {
	v := mustVault(t, false)
	for _, pass := range []string{testKey, strings.ToLower(testKey[:70]), "AGE-SECRET-KEY-1 is my passphrase"} {
		if _, err := v.PassphraseSlot(pass, "", day); !errors.Is(err, ErrLooksLikeRecoveryKey) {
			t.Errorf("%.20q…: %v, want ErrLooksLikeRecoveryKey", pass, err)
		}
	}
}

func TestWorkFactorIsBounded(t *testing.T) {
	defer func(n int) { WorkFactor = n }(WorkFactor)
	for _, n := range []int{-1, 0, 21, 31} {
		WorkFactor = n
		if _, err := mustVault(t, false).PassphraseSlot("mikan", "", day); err == nil {
			t.Errorf("a slot of 2^%d was made", n)
		}
	}
}

func TestWorkFactorIsWritten(t *testing.T) {
	if workFactorOfPeople != 18 {
		t.Errorf("people's slots take 2^%d, want 2^18", workFactorOfPeople)
	}
	_, byPass, _ := mustSlots(t, mustVault(t, false))
	h, err := readHeader(byPass.Sealed)
	if err != nil {
		t.Fatal(err)
	}
	if s := h.stanzas[0]; s.Type != "scrypt" || s.Args[1] != strconv.Itoa(WorkFactor) {
		t.Errorf("stanza %s %v, want scrypt with %d", s.Type, s.Args, WorkFactor)
	}
}

func TestParseIdentities(t *testing.T) {
	v := mustVault(t, true)
	file := "\ufeff# a comment\r\n\r\n" + testKey + "\r\n" + v.key
	ids, err := ParseIdentities([]byte(file))
	if err != nil || len(ids) != 2 {
		t.Fatalf("%d identities, %v", len(ids), err)
	}
	for i, id := range ids {
		r, ok := RecipientOf(id)
		if !ok {
			t.Fatalf("identity %d has no recipient", i)
		}
		slot, err := v.NewSlot(KindIdentity, "usb", day, r)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := OpenSlot(slot.Sealed, ids...); err != nil {
			t.Errorf("identity %d: %v", i, err)
		}
	}
	if _, ok := RecipientOf(mustPass(t, "x")); ok {
		t.Error("a passphrase has no recipient")
	}
	for name, c := range map[string]struct {
		file string
		want error
	}{
		"empty":         {"", ErrNoIdentities},
		"comments only": {"# nothing\n", ErrNoIdentities},
		"too long":      {strings.Repeat("\n", maxIdentityFile+1), ErrIdentityFile},
		"recipient":     {"age1qqqq", ErrIdentityFile},
		"plugin":        {"AGE-PLUGIN-X-1QQQQ", ErrIdentityFile},
		"typo":          {testKey[:73] + "Q", ErrIdentityFile},
	} {
		if _, err := ParseIdentities([]byte(c.file)); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	var line *IdentityFileError
	if _, err := ParseIdentities([]byte("# x\n\nhello")); !errors.As(err, &line) || line.Line != 3 {
		t.Errorf("%v, want line 3", err)
	}
}

// The memory of a derivation is given back before the next: making a slot takes
// two, and nothing else here collects.
func TestDerivationsGiveMemoryBack(t *testing.T) {
	defer func(n int) { WorkFactor = n }(WorkFactor)
	WorkFactor = 15 // 32 MiB
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	v := mustVault(t, false)
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := v.PassphraseSlot("mikan tokei yama", "", day); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if kept := int64(after.HeapAlloc) - int64(before.HeapAlloc); kept > 4<<20 {
		t.Errorf("%d bytes are kept", kept)
	}
	if grown := int64(after.HeapSys) - int64(before.HeapSys); grown > 48<<20 {
		t.Errorf("both derivations were in memory: the heap grew by %d bytes", grown)
	}
}
