package keyring

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"filippo.io/age"
)

func mustSlots(t testing.TB, v *Vault) (k RecoveryKey, byPass, byKey Slot) {
	t.Helper()
	k = mustKey(t)
	byPass, err := v.PassphraseSlot("mikan tokei yama", "", day)
	if err != nil {
		t.Fatal(err)
	}
	byKey, err = v.RecoverySlot(k, "金庫室の封筒", day)
	if err != nil {
		t.Fatal(err)
	}
	return k, byPass, byKey
}

func mustPass(t testing.TB, pass string) age.Identity {
	t.Helper()
	id, err := PassphraseIdentity(pass)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestSlotSizeTellsNothing(t *testing.T) {
	v := mustVault(t, false)
	k := mustKey(t)
	sizes := map[int]bool{}
	for kind, label := range map[string]string{
		KindRecovery: "", KindIdentity: strings.Repeat("あ", MaxLabel/3), "ssh": "usb",
	} {
		s, err := v.NewSlot(kind, label, day, k.Recipient())
		if err != nil {
			t.Fatal(err)
		}
		sizes[len(s.Sealed)] = true
	}
	if len(sizes) != 1 {
		t.Errorf("slots of one recipient have %d sizes, want 1", len(sizes))
	}
	info := SlotInfo{Kind: strings.Repeat("k", 32), Label: strings.Repeat("l", MaxLabel), Created: day}
	if n := len(mustVault(t, true).slotText(info)); n != slotSize {
		t.Errorf("the longest slot takes %d bytes, want %d", n, slotSize)
	}
}

func TestNewSlotRefuses(t *testing.T) {
	v := mustVault(t, false)
	r := mustKey(t).Recipient()
	for _, label := range []string{strings.Repeat("l", MaxLabel+1), "two\nlines", "\x1b[31m", " blank", "\xff"} {
		if _, err := v.NewSlot(KindIdentity, label, day, r); !errors.Is(err, ErrLabel) {
			t.Errorf("label %q: %v, want ErrLabel", label, err)
		}
	}
	for _, kind := range []string{"", "Recovery", "a b", "x\n", strings.Repeat("k", 33)} {
		if _, err := v.NewSlot(kind, "", day, r); err == nil {
			t.Errorf("kind %q is accepted", kind)
		}
	}
}

func TestSlotTextIsReadStrictly(t *testing.T) {
	v := mustVault(t, false)
	info := SlotInfo{ID: [16]byte{1, 2, 3}, Kind: KindIdentity, Label: "usb", Created: day.UTC().Truncate(24 * 3600e9)}
	text := string(v.slotText(info))
	got, gotInfo, err := parseSlotText([]byte(text))
	if err != nil || gotInfo != info || got.id != v.id || got.key != v.key {
		t.Fatalf("its own text: %+v, %v", gotInfo, err)
	}
	replaced := func(old, new string) string {
		s := strings.TrimRight(strings.Replace(text, old, new, 1), "\n")
		return s + strings.Repeat("\n", max(slotSize-len(s), 0))
	}
	for name, bad := range map[string]string{
		"empty":           "",
		"short":           text[:slotSize-1],
		"long":            text + "\n",
		"only newlines":   strings.Repeat("\n", slotSize),
		"no intro":        replaced("# vault identity, format 1\n", ""),
		"upper-case id":   replaced("# vault-id: ", "# vault-id: A"),
		"short vault id":  replaced("# vault-id: "+fmt.Sprintf("%x", v.id), "# vault-id: 00"),
		"no kind":         replaced("kind: identity", "kind: "),
		"impossible date": replaced("2026-11-22", "2026-11-31"),
		"empty label":     replaced("# label: usb", "# label: "),
		"label escapes":   replaced("# label: usb", "# label: \x1b[2J"),
		"two keys":        replaced(v.key, v.key+"\n"+v.key),
		"no key":          replaced(v.key+"\n", ""),
		"broken key":      replaced(v.key[:20], v.key[:19]+"B"),
		"plugin key":      replaced(v.key, "AGE-PLUGIN-X-1QQQQQQ"),
		"text behind":     text[:slotSize-2] + "x\n",
		"carriage return": replaced("format 1\n", "format 1\r\n"),
	} {
		if _, _, err := parseSlotText([]byte(bad)); err == nil {
			t.Errorf("%s: accepted", name)
		} else if name != "carriage return" && !errors.Is(err, ErrSlotDamaged) {
			t.Errorf("%s: %v, want ErrSlotDamaged", name, err)
		}
	}
	if _, _, err := parseSlotText([]byte(replaced("format 1", "format 2"))); !errors.Is(err, ErrSlotNewer) {
		t.Errorf("format 2: %v, want ErrSlotNewer", err)
	}
}

func TestOpenAnyFindsTheSlot(t *testing.T) {
	v := mustVault(t, false)
	k, byPass, byKey := mustSlots(t, v)
	other, _, _ := mustSlots(t, mustVault(t, false))
	slots := [][]byte{[]byte("rubbish"), byPass.Sealed, byKey.Sealed}
	for name, c := range map[string]struct {
		ids  []age.Identity
		want int
	}{
		"passphrase":       {[]age.Identity{mustPass(t, "mikan tokei yama")}, 1},
		"recovery key":     {[]age.Identity{k.Identity()}, 2},
		"both":             {[]age.Identity{mustPass(t, "mikan tokei yama"), k.Identity()}, 2},
		"wrong then right": {[]age.Identity{other.Identity(), mustPass(t, "x"), k.Identity()}, 2},
	} {
		got, info, at, err := OpenAny(slots, c.ids...)
		if err != nil || at != c.want || got.ID() != v.ID() {
			t.Errorf("%s: slot %d, %v; want slot %d", name, at, err, c.want)
		}
		if at == 2 && info != byKey.Info() {
			t.Errorf("%s: info %+v", name, info)
		}
	}
	_, _, at, err := OpenAny(slots, mustPass(t, "wrong"), other.Identity())
	if at != -1 || !errors.Is(err, ErrNoMatch) || !errors.Is(err, ErrSlotDamaged) {
		t.Errorf("nothing fits: slot %d, %v; want ErrNoMatch and ErrSlotDamaged", at, err)
	}
	if _, _, _, err := OpenAny(nil); !errors.Is(err, ErrNoMatch) {
		t.Errorf("no slots: %v, want ErrNoMatch", err)
	}
}

// countingIdentity counts how often a passphrase meets a scrypt stanza, which
// is how often it is derived.
type countingIdentity struct {
	age.Identity
	derived int
}

func (c *countingIdentity) Unwrap(stanzas []*age.Stanza) ([]byte, error) {
	if stanzas[0].Type == "scrypt" {
		c.derived++
	}
	return c.Identity.Unwrap(stanzas)
}

func TestOpenAnyDerivesOncePerPassphraseSlot(t *testing.T) {
	v := mustVault(t, false)
	_, byPass, byKey := mustSlots(t, v)
	second, err := v.PassphraseSlot("another passphrase", "", day)
	if err != nil {
		t.Fatal(err)
	}
	slots := [][]byte{second.Sealed, byKey.Sealed, byPass.Sealed, byKey.Sealed}
	id := &countingIdentity{Identity: mustPass(t, "mikan tokei yama")}
	if _, _, at, err := OpenAny(slots, id); err != nil || at != 2 {
		t.Errorf("slot %d, %v", at, err)
	}
	if id.derived != 2 {
		t.Errorf("derived %d times for two passphrase slots", id.derived)
	}
}

// forger is a recipient that writes whatever header a hostile file may have.
type forger []*age.Stanza

func (f forger) Wrap([]byte) ([]*age.Stanza, error) { return f, nil }

func scryptStanza(logN string) *age.Stanza {
	return &age.Stanza{Type: "scrypt", Args: []string{"AAAAAAAAAAAAAAAAAAAAAA", logN}, Body: make([]byte, 32)}
}

func forge(t testing.TB, stanzas ...*age.Stanza) []byte {
	t.Helper()
	sealed, err := encrypt(make([]byte, slotSize), forger(stanzas))
	if err != nil {
		t.Fatal(err)
	}
	return sealed
}

func TestHostileHeadersAreRefusedBeforeAnyWork(t *testing.T) {
	id := &countingIdentity{Identity: mustPass(t, "x")}
	for _, logN := range []int{21, 22, 30, 63, 1000000} {
		var tooMuch *WorkFactorError
		_, _, err := OpenSlot(forge(t, scryptStanza(fmt.Sprint(logN))), id)
		if !errors.As(err, &tooMuch) || tooMuch.LogN != logN || !errors.Is(err, ErrWorkFactor) {
			t.Errorf("scrypt 2^%d: %v, want a WorkFactorError", logN, err)
		}
	}
	many := make([]*age.Stanza, maxStanzas+1)
	for i := range many {
		many[i] = &age.Stanza{Type: "X25519", Args: []string{"AAAA"}}
	}
	for name, sealed := range map[string][]byte{
		"number too long":    forge(t, scryptStanza(strings.Repeat("9", 40))),
		"no number":          forge(t, scryptStanza("eighteen")),
		"many stanzas":       forge(t, many...),
		"huge stanza":        forge(t, &age.Stanza{Type: "x", Body: make([]byte, maxSealedSlot)}),
		"hidden work factor": forge(t, &age.Stanza{Type: "x"}, scryptStanza("x")),
	} {
		if _, _, err := OpenSlot(sealed, id); !errors.Is(err, ErrSlotDamaged) {
			t.Errorf("%s: %v, want ErrSlotDamaged", name, err)
		}
	}
	if id.derived != 0 {
		t.Errorf("%d derivations before refusing", id.derived)
	}
	hidden := forge(t, &age.Stanza{Type: "x"}, scryptStanza("30"))
	if _, _, err := OpenSlot(hidden, id); !errors.Is(err, ErrWorkFactor) {
		t.Errorf("second stanza asks for 2^30: %v, want ErrWorkFactor", err)
	}
	for name, sealed := range map[string][]byte{
		"two scrypt stanzas": forge(t, scryptStanza("4"), scryptStanza("4")),
		"zero work":          forge(t, scryptStanza("0")),
		"signed work":        forge(t, scryptStanza("+4")),
	} {
		if _, _, err := OpenSlot(sealed, mustPass(t, "x")); !errors.Is(err, ErrSlotDamaged) {
			t.Errorf("%s: %v, want ErrSlotDamaged", name, err)
		}
	}
}

// brokenIdentity is a key whose plugin is missing.
type brokenIdentity struct{ err error }

func (b brokenIdentity) Unwrap([]*age.Stanza) ([]byte, error) { return nil, b.err }

func TestIdentityThatCannotBeAsked(t *testing.T) {
	_, _, byKey := mustSlots(t, mustVault(t, false))
	missing := errors.New("plugin is not installed")
	_, _, err := OpenSlot(byKey.Sealed, brokenIdentity{missing}, mustPass(t, "x"))
	var unusable *IdentityError
	if !errors.As(err, &unusable) || !errors.Is(err, missing) {
		t.Errorf("%v, want an IdentityError with its reason", err)
	}
}

// TestEveryBitOfASlotMatters flips each bit: whatever opens must be unchanged.
func TestEveryBitOfASlotMatters(t *testing.T) {
	v := mustVault(t, false)
	k, _, byKey := mustSlots(t, v)
	for i := range len(byKey.Sealed) * 8 {
		bad := bytes.Clone(byKey.Sealed)
		bad[i/8] ^= 1 << (i % 8)
		got, info, err := OpenSlot(bad, k.Identity())
		if err == nil {
			t.Fatalf("bit %d: opened, info %+v, same key %v", i, info, got.key == v.key)
		}
	}
}

func TestEveryBitOfARecordMatters(t *testing.T) {
	v := mustVault(t, false)
	sealed, err := v.Seal([]byte(`{"name":"office"}`))
	if err != nil {
		t.Fatal(err)
	}
	for i := range len(sealed) * 8 {
		bad := bytes.Clone(sealed)
		bad[i/8] ^= 1 << (i % 8)
		if _, err := v.Open(bad); !errors.Is(err, ErrOpen) {
			t.Fatalf("bit %d: %v, want ErrOpen", i, err)
		}
		if text, err := v.OpenText(bad); !errors.Is(err, ErrOpen) || text != "" {
			t.Fatalf("bit %d, as a text: %v, want ErrOpen", i, err)
		}
	}
	for n := range sealed {
		if _, err := v.Open(sealed[:n]); n < len(sealed)-1 && !errors.Is(err, ErrOpen) {
			t.Fatalf("cut to %d: %v, want ErrOpen", n, err)
		}
		if _, err := v.OpenText(sealed[:n]); n < len(sealed)-1 && !errors.Is(err, ErrOpen) {
			t.Fatalf("cut to %d, as a text: %v, want ErrOpen", n, err)
		}
	}
}

func FuzzSlotText(f *testing.F) {
	v := mustVault(f, false)
	text := v.slotText(SlotInfo{Kind: KindPassphrase, Created: day})
	f.Add(text)
	f.Add(v.slotText(SlotInfo{Kind: KindIdentity, Label: "金庫", Created: day}))
	f.Add(bytes.Replace(text, []byte("format 1"), []byte("format 9"), 1))
	f.Add(bytes.Repeat([]byte("\n"), slotSize))
	f.Fuzz(func(t *testing.T, text []byte) {
		got, info, err := parseSlotText(text)
		if err != nil {
			return
		}
		if again := got.slotText(info); !bytes.Equal(again, text) {
			t.Errorf("read text is not what we write:\n%q\n%q", text, again)
		}
	})
}

func FuzzAttachment(f *testing.F) {
	f.Add([]byte("vault-attachment 1 3\nabc\x00\x00"))
	f.Add([]byte("vault-attachment 1 0\n"))
	f.Add([]byte("vault-attachment 1 -1\n"))
	f.Add([]byte("vault-attachment 1 03\nabc"))
	f.Add([]byte("vault-attachment 1 99999999999999999999\n"))
	f.Fuzz(func(t *testing.T, padded []byte) {
		content, err := parseAttachment(padded)
		if err != nil {
			return
		}
		want := fmt.Appendf(nil, "%s%d\n%s", attachmentIntro, len(content), content)
		if !bytes.Equal(bytes.TrimRight(padded[len(want):], "\x00"), nil) || !bytes.HasPrefix(padded, want) {
			t.Errorf("%q read as %q", padded, content)
		}
	})
}
