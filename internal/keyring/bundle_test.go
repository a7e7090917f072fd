package keyring

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"filippo.io/age"
	"filippo.io/age/armor"
)

func mustBundle(t testing.TB, plain string, rs ...age.Recipient) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := EncryptTo(&out, rs...)
	if err != nil {
		t.Fatal(err)
	}
	_, err = io.WriteString(w, plain)
	if err := errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func mustRecipient(t testing.TB, pass string) age.Recipient {
	t.Helper()
	r, err := PassphraseRecipient(pass)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// keyPair is a fresh recipient, by the text that users give, and its identity.
func keyPair(t testing.TB, pq bool) (age.Recipient, age.Identity) {
	t.Helper()
	var text string
	var id age.Identity
	if pq {
		k, err := age.GenerateHybridIdentity()
		if err != nil {
			t.Fatal(err)
		}
		text, id = k.Recipient().String(), k
	} else {
		k, err := age.GenerateX25519Identity()
		if err != nil {
			t.Fatal(err)
		}
		text, id = k.Recipient().String(), k
	}
	r, err := ParseRecipient(" " + text + "\n")
	if err != nil {
		t.Fatal(err)
	}
	return r, id
}

func inArmor(t testing.TB, bin []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := armor.NewWriter(&out)
	_, err := w.Write(bin)
	if err := errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestBundleOpensByEachKind(t *testing.T) {
	const plain = "記録 123\n"
	x, xID := keyPair(t, false)
	y, yID := keyPair(t, false)
	h, hID := keyPair(t, true)
	for name, c := range map[string]struct {
		to   []age.Recipient
		by   age.Identity
		pass bool
	}{
		"passphrase": {[]age.Recipient{mustRecipient(t, "みかん mikan 時計")}, mustPass(t, "みかん mikan 時計"), true},
		"x25519":     {[]age.Recipient{x}, xID, false},
		"second":     {[]age.Recipient{x, y}, yID, false},
		"hybrid":     {[]age.Recipient{h}, hID, false},
	} {
		bin := mustBundle(t, plain, c.to...)
		text := inArmor(t, bin)
		crlf := bytes.ReplaceAll(text, []byte("\n"), []byte("\r\n"))
		for form, file := range map[string][]byte{"binary": bin, "armored": text, "mailed": append([]byte("\ufeff\r\n \n"), crlf...)} {
			s, err := ReadSealed(bytes.NewReader(file))
			if err != nil {
				t.Fatalf("%s, %s: %v", name, form, err)
			}
			if s.Passphrase() != c.pass || !LooksSealed(file[:min(len(file), 100)]) {
				t.Errorf("%s, %s: passphrase %v", name, form, s.Passphrase())
			}
			var need *NeedError
			_, other := keyPair(t, false)
			if _, err := s.Open(other, mustPass(t, "wrong")); !errors.As(err, &need) || !errors.Is(err, ErrNoMatch) || need.Passphrase != c.pass {
				t.Errorf("%s, %s: by other keys: %v", name, form, err)
			}
			r, err := s.Open(other, c.by)
			if err != nil {
				t.Fatalf("%s, %s: %v", name, form, err)
			}
			if got, err := io.ReadAll(r); err != nil || string(got) != plain {
				t.Errorf("%s, %s: %q, %v", name, form, got, err)
			}
			if _, err := s.Open(c.by); !errors.Is(err, ErrBundleDamaged) {
				t.Errorf("%s, %s: opened twice: %v", name, form, err)
			}
		}
	}
}

func TestEncryptToRefusesMixtures(t *testing.T) {
	x, _ := keyPair(t, false)
	h, _ := keyPair(t, true)
	pass := mustRecipient(t, "mikan tokei")
	many := make([]age.Recipient, MaxRecipients+1)
	for i := range many {
		many[i] = x
	}
	for _, c := range []struct {
		to   []age.Recipient
		want error
	}{
		{nil, ErrRecipientCount},
		{many, ErrRecipientCount},
		{[]age.Recipient{pass, x}, ErrMixedPassphrase},
		{[]age.Recipient{h, pass}, ErrMixedPassphrase},
		{[]age.Recipient{pass, pass}, ErrMixedPassphrase},
		{[]age.Recipient{x, h}, ErrMixedHybrid},
	} {
		var out bytes.Buffer
		if _, err := EncryptTo(&out, c.to...); !errors.Is(err, c.want) || out.Len() > 0 {
			t.Errorf("%d recipients: %v, %d bytes, want %v", len(c.to), err, out.Len(), c.want)
		}
	}
}

// TestMostRecipientsCanBeReadAgain holds MaxRecipients against the longest
// header that is read.
func TestMostRecipientsCanBeReadAgain(t *testing.T) {
	h, id := keyPair(t, true)
	other, _ := keyPair(t, true)
	list := []age.Recipient{}
	for range MaxRecipients - 1 {
		list = append(list, other)
	}
	r, err := DecryptWith(bytes.NewReader(mustBundle(t, "x", append(list, h)...)), id)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(r); err != nil || string(got) != "x" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestParseRecipientRefuses(t *testing.T) {
	k, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	good := k.Recipient().String()
	for text, want := range map[string]error{
		"":                                    ErrRecipient,
		"hanako@example.jp":                   ErrRecipient,
		good[:len(good)-1]:                    ErrRecipient,
		"age1pq1" + good[4:]:                  ErrRecipient,
		k.String():                            ErrRecipientSecret,
		strings.ToLower(k.String()):           ErrRecipientSecret,
		"AGE-SECRET-KEY-PQ-1QQQQQQQQQQQQQQQQ": ErrRecipientSecret,
	} {
		_, err := ParseRecipient(text)
		if !errors.Is(err, want) {
			t.Errorf("got %v, want %v", err, want)
		}
		if text != "" && err != nil && strings.Contains(err.Error(), text) {
			t.Errorf("the error repeats what was given")
		}
	}
}

func TestPassphraseRecipientShowsNothing(t *testing.T) {
	r := mustRecipient(t, "mikan tokei yama")
	nested := struct{ r age.Recipient }{r}
	for _, text := range []string{fmt.Sprintf("%v %+v %#v %s %q", r, r, r, r, r), fmt.Sprintf("%v %+v %#v", nested, nested, nested)} {
		if strings.Contains(text, "mikan") || strings.Contains(text, fmt.Sprint([]byte("mikan"))[1:20]) {
			t.Errorf("shows the passphrase: %s", text)
		}
	}
	if _, err := PassphraseRecipient(""); !errors.Is(err, ErrEmpty) {
		t.Errorf("an empty passphrase: %v", err)
	}
	defer func(n int) { WorkFactor = n }(WorkFactor)
	WorkFactor = maxWorkFactor + 1
	if _, err := PassphraseRecipient("mikan"); err == nil {
		t.Error("a work factor that reading refuses was taken")
	}
}

func TestReadSealedRefuses(t *testing.T) {
	pass := mustBundle(t, "x", mustRecipient(t, "mikan"))
	heavy := bytes.Replace(pass, []byte(" 4\n"), []byte(" 21\n"), 1)
	odd := bytes.Replace(pass, []byte(" 4\n"), []byte(" x\n"), 1)
	for name, c := range map[string]struct {
		file []byte
		want error
	}{
		"empty":          {nil, ErrNotSealed},
		"blank":          {[]byte(" \n"), ErrNotSealed},
		"text":           {[]byte("hello"), ErrNotSealed},
		"intro":          {[]byte("age-encryption.org/v1\n"), ErrBundleDamaged},
		"half a header":  {pass[:60], ErrBundleDamaged},
		"armor only":     {[]byte(armor.Header + "\n"), ErrBundleDamaged},
		"too much work":  {heavy, ErrWorkFactor},
		"odd work":       {odd, ErrBundleDamaged},
		"endless header": {append([]byte("age-encryption.org/v1\n"), bytes.Repeat([]byte("-> a\n\n"), 20_000)...), ErrBundleDamaged},
	} {
		if _, err := DecryptWith(bytes.NewReader(c.file), mustPass(t, "mikan")); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

// TestBundleCutOrChanged cuts a file everywhere and flips a bit in every byte:
// it never opens to the end.
func TestBundleCutOrChanged(t *testing.T) {
	r, id := keyPair(t, false)
	plain := strings.Repeat("記録", 20)
	whole := mustBundle(t, plain, r)
	tryOut := func(what string, file []byte) {
		out, err := DecryptWith(bytes.NewReader(file), id)
		if err == nil {
			_, err = io.ReadAll(out)
		}
		if err == nil {
			t.Errorf("%s: opened", what)
		} else if !errors.Is(err, ErrBundleDamaged) && !errors.Is(err, ErrNotSealed) && !errors.Is(err, ErrNoMatch) {
			t.Errorf("%s: %v", what, err)
		}
	}
	for i := range whole {
		tryOut(fmt.Sprintf("cut at %d", i), whole[:i])
		changed := bytes.Clone(whole)
		changed[i] ^= 1
		tryOut(fmt.Sprintf("changed at %d", i), changed)
	}
	tryOut("with more behind it", append(bytes.Clone(whole), 'x'))
}

func FuzzReadSealed(f *testing.F) {
	WorkFactor = 1
	f.Add(mustBundle(f, "x", mustRecipient(f, "mikan")))
	r, id := keyPair(f, false)
	bin := mustBundle(f, "x", r)
	f.Add(bin)
	f.Add(inArmor(f, bin))
	f.Add([]byte("age-encryption.org/v1\n-> scrypt a 99\n\n---"))
	f.Fuzz(func(t *testing.T, file []byte) {
		out, err := DecryptWith(bytes.NewReader(file), id)
		if err == nil {
			_, _ = io.Copy(io.Discard, out)
		}
	})
}
