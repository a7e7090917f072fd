package keyring

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"

	"filippo.io/age"
	"filippo.io/age/agessh"
	"filippo.io/age/plugin"
	"filippo.io/age/tag"
)

// ParseKeyFile reads whatever file opens a slot: an age identity file (see
// ParseIdentities) that may also hold handles of plugins, AGE-PLUGIN-…, and may
// itself be encrypted by a passphrase, as age -p does; or an SSH private key.
// What the keys have to ask, then or now, they ask by talk.
//
// The errors are those of ParseIdentities, ErrSSHKey, ErrSSHPublic,
// *SSHTypeError, ErrKeyLocked, ErrKeyPassphrase, and those of talk.
func ParseKeyFile(b []byte, talk *Talk) ([]age.Identity, error) {
	if len(b) > maxIdentityFile {
		return nil, ErrIdentityFile
	}
	text := strings.TrimLeft(strings.TrimPrefix(string(b), "\ufeff"), " \t\r\n")
	switch {
	case looksLikeSSH(text):
		k, err := parseSSHKey(text, talk)
		if err != nil {
			return nil, err
		}
		return []age.Identity{k}, nil
	case LooksSealed(b):
		plain, err := openKeyFile(b, talk)
		if err != nil {
			return nil, err
		}
		return parseIdentityLines(string(plain), talk)
	}
	return parseIdentityLines(string(b), talk)
}

// openKeyFile decrypts an identity file that a passphrase protects.
func openKeyFile(b []byte, talk *Talk) (plain []byte, err error) {
	head, err := ReadSealed(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	if !head.Passphrase() {
		return nil, ErrIdentityFile
	}
	err = talk.unlock("", func(pass string) error {
		id, err := PassphraseIdentity(pass)
		if err != nil {
			return ErrKeyPassphrase
		}
		r, err := DecryptWith(bytes.NewReader(b), id)
		if errors.Is(err, ErrNoMatch) {
			return ErrKeyPassphrase
		}
		if err == nil {
			plain, err = io.ReadAll(r)
		}
		return err
	})
	return plain, err
}

// parseIdentityLines reads the lines of an identity file.
func parseIdentityLines(text string, talk *Talk) ([]age.Identity, error) {
	text = strings.TrimPrefix(text, "\ufeff")
	var ids []age.Identity
	recipient, number := "", 0
	for line := range strings.SplitSeq(text, "\n") {
		number++
		line = strings.TrimSpace(line)
		if named := recipientComment.FindStringSubmatch(line); named != nil {
			recipient = named[1]
		}
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		id, err := parseIdentityLine(line, recipient, talk)
		if err != nil {
			return nil, &IdentityFileError{Line: number}
		}
		recipient = ""
		ids = append(ids, id)
	}
	if len(ids) == 0 {
		return nil, ErrNoIdentities
	}
	return ids, nil
}

// recipientComment is how plugins write what seals to the handle below:
// "# Recipient: age1yubikey1…", "# public key: age1se1…".
var recipientComment = regexp.MustCompile(`(?i)^#\s*(?:recipient|public key):\s*(age1[0-9a-z+._-]+)$`)

func parseIdentityLine(line, recipient string, talk *Talk) (age.Identity, error) {
	if !strings.HasPrefix(line, pluginPrefix) {
		id, to, err := parseNativeKey(line)
		return native{redacted{id}, to}, err
	}
	if talk == nil {
		return nil, ErrIdentityFile // the caller reads no plugins
	}
	k, err := ParsePluginKey(line, talk)
	if err == nil && recipient != "" && k.SealTo(recipient) != nil {
		return nil, ErrIdentityFile
	}
	return k, err
}

// NewIdentityFile returns a new age identity file and its identity: X25519 or,
// with pq, hybrid. Whoever reads the file opens the slot, and whoever learns its
// recipient can forge it, so the recipient is not in the file.
func NewIdentityFile(pq bool, now time.Time) (file []byte, id age.Identity, err error) {
	key, err := generateKey(pq)
	if err != nil {
		return nil, nil, err
	}
	raw, to, err := parseNativeKey(key)
	if err != nil {
		return nil, nil, err
	}
	text := fmt.Sprintf("# age identity, created: %s\n%s\n", now.Format(dateLayout), key)
	return []byte(text), native{redacted{raw}, to}, nil
}

// Recipient returns what seals to an identity of a key file or of a recovery
// key, as ParseSlotRecipient reads it; false for any other, and for an SSH key
// that hides its public half until it is unlocked. Of identities it belongs in
// sealed values only: whoever has it can forge the slot.
func Recipient(id age.Identity) (string, bool) {
	switch id := id.(type) {
	case native:
		s, ok := id.recipient.(fmt.Stringer)
		if !ok {
			return "", false
		}
		return s.String(), true
	case SSHKey:
		if id.public == nil {
			return "", false
		}
		return id.text(), true
	case PluginKey:
		return id.seal, true
	}
	return "", false
}

// ParseSlotRecipient reads what Recipient returned, or a recipient that a person
// has: age1…, age1pq1…, age1tag1…, of a plugin, or the public half of an SSH key.
// The errors, ErrRecipient and ErrRecipientSecret, do not repeat it.
func ParseSlotRecipient(s string, talk *Talk) (age.Recipient, error) {
	s = strings.TrimSpace(s)
	switch {
	case strings.HasPrefix(s, "ssh-"):
		if r, err := agessh.ParseRecipient(s); err == nil {
			return r, nil
		}
		return nil, ErrRecipient
	case strings.HasPrefix(s, pluginPrefix):
		id, err := plugin.NewIdentity(s, talk.ui())
		if err != nil {
			return nil, ErrRecipient
		}
		return pluginRecipient{id.Name(), id.Recipient()}, nil
	case strings.HasPrefix(s, "age1tag1"), strings.HasPrefix(s, "age1tagpq1"):
		if r, err := tag.ParseRecipient(s); err == nil {
			return r, nil
		}
		return nil, ErrRecipient
	}
	if r, err := ParseRecipient(s); err == nil || errors.Is(err, ErrRecipientSecret) {
		return r, err
	}
	name, _, err := plugin.ParseRecipient(s)
	if err != nil || strings.HasPrefix(s, "age1pq1") {
		return nil, ErrRecipient
	}
	r, err := plugin.NewRecipient(s, talk.ui())
	if err != nil {
		return nil, ErrRecipient
	}
	return pluginRecipient{name, r}, nil
}

// KeySlot makes a slot of a kind for the holder of id, sealed to recipient, and
// opens it again before it returns. The errors are those of ParseSlotRecipient,
// ErrLabel, *MissingPluginError and *PluginError, *IdentityError around what kept
// id from opening it, and ErrNoMatch if id is not the recipient's.
func (v *Vault) KeySlot(kind, label string, now time.Time, recipient string, id age.Identity, talk *Talk) (Slot, error) {
	to, err := ParseSlotRecipient(recipient, talk)
	if err != nil {
		return Slot{}, err
	}
	slot, err := v.NewSlot(kind, label, now, to)
	if err != nil {
		return Slot{}, err
	}
	again, info, err := OpenSlot(slot.Sealed, id)
	if err != nil {
		return Slot{}, err
	}
	if info != slot.Info() || again.id != v.id || again.key != v.key {
		return Slot{}, ErrSelfCheck
	}
	return slot, nil
}
