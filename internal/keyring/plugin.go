package keyring

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"filippo.io/age"
	"filippo.io/age/plugin"
)

// MissingPluginError says that the program of a plugin is not installed, or not
// in a folder of PATH.
type MissingPluginError struct {
	Name string // of the plugin; its program is age-plugin- and this
}

func (e *MissingPluginError) Error() string { return "age-plugin-" + e.Name + " is not installed" }

// PluginError says that a plugin gave up, in its own words: the device is not
// there, the PIN was wrong, nobody touched it.
type PluginError struct {
	Name    string
	Message string // from another program; may hold anything
}

func (e *PluginError) Error() string { return "the plugin " + e.Name + " gave up" }

// A PluginKey is a key that a plugin of age holds, as an identity. It may not be
// used by two goroutines at once.
type PluginKey struct {
	*pluginKey
}

type pluginKey struct {
	id   *plugin.Identity
	seal string // what seals to it: age1NAME1…, or the handle itself
}

// Format implements fmt.Formatter: of some plugins the handle is a secret.
func (PluginKey) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "keyring.PluginKey(redacted)") }

// pluginPrefix begins every handle of a plugin.
const pluginPrefix = "AGE-PLUGIN-"

// ParsePluginKey reads a handle, AGE-PLUGIN-NAME-1…. The error, ErrIdentityFile,
// does not repeat it.
func ParsePluginKey(handle string, talk *Talk) (PluginKey, error) {
	id, err := plugin.NewIdentity(handle, talk.ui())
	if err != nil {
		return PluginKey{}, ErrIdentityFile
	}
	return PluginKey{&pluginKey{id: id, seal: handle}}, nil
}

// PluginKeyFor returns the key that the plugin of a recipient, age1NAME1…, finds
// by itself, as age -j does. The error is ErrRecipient.
func PluginKeyFor(recipient string, talk *Talk) (PluginKey, error) {
	name, _, err := plugin.ParseRecipient(recipient)
	if err != nil || strings.HasPrefix(recipient, "age1tag") {
		return PluginKey{}, ErrRecipient
	}
	id, err := plugin.NewIdentityWithoutData(name, talk.ui())
	if err != nil {
		return PluginKey{}, ErrRecipient
	}
	return PluginKey{&pluginKey{id: id, seal: recipient}}, nil
}

// Name returns the plugin's name; its program is age-plugin- and the name.
func (k PluginKey) Name() string { return k.id.Name() }

// Handle returns the line of the identity file. It is a secret with plugins that
// keep the key in it: see OpenHandle.
func (k PluginKey) Handle() string { return k.id.String() }

// SealTo sets the recipient, age1NAME1…, that slots are made for. Without it the
// plugin is given the handle, which not every plugin takes. The error is
// ErrRecipient.
func (k PluginKey) SealTo(recipient string) error {
	if _, err := ParseSlotRecipient(recipient, nil); err != nil || strings.HasPrefix(recipient, pluginPrefix) {
		return ErrRecipient
	}
	k.seal = recipient
	return nil
}

// openHandles are the plugins whose handle only names or wraps a key inside a
// device: age-plugin-yubikey (its source calls it a stub), -tpm (its author: to
// leak it is harmless), -se (a block that only the same enclave reads). Of others
// it may be the key itself; age-plugin-pq writes it so. As of 2026-11-22.
var openHandles = []string{"yubikey", "tpm", "se"}

// OpenHandle reports whether the key's handle is no secret and may stand in the
// vault's file for everybody to read.
func (k PluginKey) OpenHandle() bool { return slices.Contains(openHandles, k.Name()) }

// Unwrap implements age.Identity. The plugin is not started for slots that no
// plugin opens. The errors are *MissingPluginError and *PluginError.
func (k PluginKey) Unwrap(stanzas []*age.Stanza) ([]byte, error) {
	foreign := slices.DeleteFunc(slices.Clone(stanzas), func(s *age.Stanza) bool {
		return s.Type == "scrypt" || strings.HasPrefix(s.Type, "ssh-")
	})
	if len(foreign) == 0 {
		return nil, age.ErrIncorrectIdentity
	}
	fileKey, err := k.id.Unwrap(foreign)
	if err == nil || errors.Is(err, age.ErrIncorrectIdentity) {
		return fileKey, err
	}
	return nil, pluginFailure(k.Name(), err)
}

func pluginFailure(name string, err error) error {
	var missing *plugin.NotFoundError
	if errors.As(err, &missing) {
		return &MissingPluginError{missing.Name}
	}
	message := strings.TrimPrefix(err.Error(), name+" plugin: ")
	return &PluginError{name, cutText(message, maxPluginMessage)}
}

// maxPluginMessage is how much of a plugin's complaint is passed on, in bytes.
const maxPluginMessage = 400

func cutText(s string, limit int) string {
	s = strings.ToValidUTF8(s, "\ufffd")
	if len(s) <= limit {
		return s
	}
	for limit > 0 && !utf8.RuneStart(s[limit]) {
		limit--
	}
	return s[:limit]
}

// pluginRecipient is a recipient of age's plugin package whose errors are ours.
type pluginRecipient struct {
	name string
	to   *plugin.Recipient
}

// Format implements fmt.Formatter.
func (pluginRecipient) Format(f fmt.State, _ rune) {
	_, _ = io.WriteString(f, "keyring.Recipient(redacted)")
}

// Wrap implements age.Recipient.
func (r pluginRecipient) Wrap(fileKey []byte) ([]*age.Stanza, error) {
	stanzas, err := r.to.Wrap(fileKey)
	if err != nil {
		return nil, pluginFailure(r.name, err)
	}
	return stanzas, nil
}

// ui is a Talk as age's plugin package wants it. It turns down what nobody can
// be asked.
func (t *Talk) ui() *plugin.ClientUI {
	if t == nil {
		t = &Talk{}
	}
	return &plugin.ClientUI{DisplayMessage: t.Show, RequestValue: t.Ask, Confirm: t.Confirm, WaitTimer: t.Waiting}
}

// PluginName returns the name of the plugin that a recipient, age1NAME1…, or a
// handle, AGE-PLUGIN-NAME-1…, is of; "" if it is of none.
func PluginName(s string) string {
	if strings.HasPrefix(s, pluginPrefix) {
		name, _, err := plugin.ParseIdentity(s)
		if err != nil {
			return ""
		}
		return name
	}
	if r, err := ParseSlotRecipient(s, nil); err == nil {
		if p, ok := r.(pluginRecipient); ok {
			return p.name
		}
	}
	return ""
}
