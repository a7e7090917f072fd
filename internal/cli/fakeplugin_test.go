package cli

import (
	"crypto/sha256"
	"errors"
	"os"
	"strings"

	"filippo.io/age"
	"filippo.io/age/plugin"
)

// fakePlugin is the program age-plugin-memotest: a plugin of age whose device is
// the file that TEST_DEVICE names. Its first line is the PIN, which is asked for,
// the second the secret. Without the file no device is plugged in.
func fakePlugin() {
	p, err := plugin.New("memotest")
	if err != nil {
		panic(err)
	}
	p.HandleRecipient(func([]byte) (age.Recipient, error) { return &fakeDevice{p}, nil })
	p.HandleIdentityAsRecipient(func([]byte) (age.Recipient, error) { return &fakeDevice{p}, nil })
	p.HandleIdentity(func([]byte) (age.Identity, error) { return &fakeDevice{p}, nil })
	os.Exit(p.Main())
}

type fakeDevice struct{ p *plugin.Plugin }

// pad returns what a file key is hidden by.
func (d *fakeDevice) pad(ask bool) ([]byte, error) {
	b, err := os.ReadFile(os.Getenv("TEST_DEVICE"))
	if err != nil {
		return nil, errors.New("no device is plugged in \x1b[31m")
	}
	pin, secret, _ := strings.Cut(strings.TrimSpace(string(b)), "\n")
	if ask {
		if err := d.p.DisplayMessage("touch it"); err != nil {
			return nil, err
		}
		typed, err := d.p.RequestValue("PIN:", true)
		if err != nil {
			return nil, err
		}
		if typed != pin {
			return nil, errors.New("wrong PIN")
		}
	}
	sum := sha256.Sum256([]byte(secret))
	return sum[:16], nil
}

func (d *fakeDevice) Wrap(fileKey []byte) ([]*age.Stanza, error) {
	body, err := d.pad(false)
	if err != nil {
		return nil, err
	}
	for i := range body {
		body[i] ^= fileKey[i]
	}
	return []*age.Stanza{{Type: "memotest", Args: []string{"1"}, Body: body}}, nil
}

func (d *fakeDevice) Unwrap(stanzas []*age.Stanza) ([]byte, error) {
	for _, s := range stanzas {
		if s.Type != "memotest" {
			continue
		}
		fileKey, err := d.pad(true)
		if err != nil {
			return nil, err
		}
		for i := range fileKey {
			fileKey[i] ^= s.Body[i]
		}
		return fileKey, nil
	}
	return nil, age.ErrIncorrectIdentity
}
