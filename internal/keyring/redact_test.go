package keyring

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"filippo.io/age"
)

// TestNothingFormatsASecret prints every exported value and every error in all
// the ways a careless log line could, and looks for any secret in any clothing.
func TestNothingFormatsASecret(t *testing.T) {
	const pass = "mikan tokei yama"
	v := mustVault(t, false)
	k, byPass, byKey := mustSlots(t, v)
	fileIDs, err := ParseIdentities([]byte(v.key))
	if err != nil {
		t.Fatal(err)
	}
	values := []any{v, *v, k, &k, byPass, byKey, &byKey, k.Identity(), fileIDs, fileIDs[0],
		mustPass(t, pass), []any{v, k}, struct{ V *Vault }{v},
		holder{v, k, k.Identity(), mustPass(t, pass)}, &holder{v, k, k.Identity(), mustPass(t, pass)}}
	for _, err := range everyError(t, v, k, pass) {
		values = append(values, err, errors.Unwrap(err))
	}
	secrets := secretForms(t, v, k, pass)
	for _, value := range values {
		asJSON, err := json.Marshal(value)
		if err != nil {
			continue // not a value that JSON can carry, so it carries nothing
		}
		texts := []string{string(asJSON)}
		for _, verb := range verbsFor(value) {
			texts = append(texts, fmt.Sprintf(verb, value))
		}
		for i, text := range texts {
			for name, secret := range secrets {
				if strings.Contains(strings.ToLower(text), strings.ToLower(secret)) {
					t.Errorf("%T, form %d shows the %s", value, i, name)
				}
			}
		}
	}
}

// verbsFor returns the verbs to try. Those for text look through any pointer
// once they find no text; on a struct go vet refuses them.
func verbsFor(value any) []string {
	verbs := []string{"%v", "%+v", "%#v"}
	switch value.(type) {
	case holder, *holder:
		return verbs
	}
	return append(verbs, "%s", "%q", "%x", "%d")
}

// holder keeps secrets where package fmt calls no methods.
type holder struct {
	vault    *Vault
	key      RecoveryKey
	identity age.Identity
	pass     age.Identity
}

func secretForms(t *testing.T, v *Vault, k RecoveryKey, pass string) map[string]string {
	t.Helper()
	identity, ok := v.identity.(*age.X25519Identity)
	if !ok {
		t.Fatal("not an X25519 vault")
	}
	return map[string]string{
		"vault key":          v.key[len(recoveryPrefix) : len(recoveryPrefix)+12],
		"vault recipient":    identity.Recipient().String()[:12],
		"recovery key":       k.data[:12],
		"end of the key":     k.data[40:50],
		"passphrase":         pass,
		"passphrase bytes":   strings.Trim(fmt.Sprint([]byte(pass)), "[]"),
		"passphrase in hex":  hex.EncodeToString([]byte(pass)),
		"recovery recipient": fmt.Sprint(k.Recipient())[4:20],
		"Bech32 recipient":   "age1",
	}
}

// everyError provokes each error of the package with a secret in the input.
func everyError(t *testing.T, v *Vault, k RecoveryKey, pass string) []error {
	t.Helper()
	var errs []error
	add := func(err error) {
		if err == nil {
			t.Error("an error was expected")
		}
		errs = append(errs, err)
	}
	_, err := v.Seal([]byte(pass + "\n"))
	add(err)
	_, err = v.Open([]byte(pass))
	add(err)
	_, err = v.OpenBytes([]byte(v.key))
	add(err)
	_, err = parseAttachment([]byte(pass))
	add(err)
	_, err = parseAttachment([]byte(attachmentIntro + pass + "\n"))
	add(err)
	_, err = v.NewSlot(pass, "", day, k.Recipient())
	add(err)
	_, err = v.NewSlot(KindIdentity, pass+"\n", day, k.Recipient())
	add(err)
	_, err = v.PassphraseSlot(pass+"\n", "", day)
	add(err)
	_, err = v.PassphraseSlot(k.Reveal(), "", day)
	add(err)
	_, err = NormalizePassphrase(pass + "\xff")
	add(err)
	_, err = ParseRecoveryKey(pass)
	add(err)
	_, err = ParseRecoveryKey(k.Reveal() + "Q")
	add(err)
	_, err = ParseRecoveryKey(k.data + checkedText(k)[:10])
	add(err)
	_, err = ParseIdentities([]byte(v.key[:60] + "\n" + pass))
	add(err)
	_, _, err = parseSlotText([]byte(slotIntro + pass))
	add(err)
	_, _, err = OpenSlot([]byte(v.key), mustPass(t, pass))
	add(err)
	_, _, err = OpenSlot(forge(t, scryptStanza("30")), mustPass(t, pass))
	add(err)
	_, _, _, err = OpenAny([][]byte{[]byte(v.key), forge(t, scryptStanza("30"))}, k.Identity())
	add(err)
	return errs
}
