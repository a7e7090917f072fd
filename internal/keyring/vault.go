// Package keyring holds what opens a vault: the vault's own identity, which
// seals and opens every value, and the slots, each of which gives that identity
// to one key. Everything it writes is an age file (C2SP age.md) in ASCII armor
// that stock age opens; it adds no cryptography of its own.
//
// The identity's public half, the recipient, is as secret as the identity:
// whoever has it can make values that the vault takes for its own. It is
// therefore never written, printed or returned.
package keyring

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"strings"

	"filippo.io/age"
	"filippo.io/age/armor"
)

// ErrOpen says that a sealed value is damaged, or was sealed by another vault.
// age cannot tell the two apart.
var ErrOpen = errors.New("sealed value is damaged or from another vault")

// ErrSelfCheck says that what was just sealed did not open to what went in. The
// memory of the machine is the likely cause. Nothing must be written then.
var ErrSelfCheck = errors.New("sealed value does not open to what was sealed: the machine's memory may be faulty")

// ErrTrailingNewline says that a plaintext ends in a newline, which Open could
// not tell from padding.
var ErrTrailingNewline = errors.New("plaintext ends in a newline")

// Vault is the identity of one vault. It is made by New or OpenSlot, never
// changes and may be used by several goroutines at once. Formatting it with
// package fmt shows nothing of it.
type Vault struct {
	id        [16]byte
	identity  age.Identity
	recipient age.Recipient
	key       string // the line of the identity file: AGE-SECRET-KEY-…
}

// New returns a vault identity with a random id: X25519, which every age since
// 1.0 opens, or, with pq, the hybrid of ML-KEM-768 and X25519, which needs age
// 1.3.
func New(pq bool) (*Vault, error) {
	key, err := generateKey(pq)
	if err != nil {
		return nil, err
	}
	var id [16]byte
	if _, err := rand.Read(id[:]); err != nil {
		return nil, err
	}
	return newVault(id, key)
}

func generateKey(pq bool) (string, error) {
	if pq {
		identity, err := age.GenerateHybridIdentity()
		if err != nil {
			return "", err
		}
		return identity.String(), nil
	}
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		return "", err
	}
	return identity.String(), nil
}

// newVault parses the key once; that costs as much as sealing a record.
func newVault(id [16]byte, key string) (*Vault, error) {
	identity, recipient, err := parseNativeKey(key)
	if err != nil {
		return nil, err
	}
	return &Vault{id: id, identity: identity, recipient: recipient, key: key}, nil
}

// parseNativeKey parses one AGE-SECRET-KEY-1 or AGE-SECRET-KEY-PQ-1 line. Its
// error names no part of the line.
func parseNativeKey(key string) (age.Identity, age.Recipient, error) {
	if strings.HasPrefix(key, "AGE-SECRET-KEY-PQ-1") {
		identity, err := age.ParseHybridIdentity(key)
		if err != nil {
			return nil, nil, errMalformedKey
		}
		return identity, identity.Recipient(), nil
	}
	identity, err := age.ParseX25519Identity(key)
	if err != nil {
		return nil, nil, errMalformedKey
	}
	return identity, identity.Recipient(), nil
}

var errMalformedKey = errors.New("malformed age secret key")

// ID returns the vault's id, 16 random bytes. It is no secret, but it is only
// ever written inside sealed values.
func (v *Vault) ID() [16]byte { return v.id }

// Format implements fmt.Formatter, so that no verb shows the identity.
func (Vault) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "keyring.Vault(redacted)") }

// Seal returns plain as an armored age file that only this vault opens. The
// plaintext is padded with newlines to hide its length (see paddedLen), which
// is why plain must not end in one: ErrTrailingNewline. The result has been
// opened again and compared before Seal returns; ErrSelfCheck if that failed.
func (v *Vault) Seal(plain []byte) ([]byte, error) {
	if bytes.HasSuffix(plain, []byte("\n")) {
		return nil, ErrTrailingNewline
	}
	return v.sealPadded(padText(plain))
}

// Open returns what Seal was given. Every error is ErrOpen.
func (v *Vault) Open(sealed []byte) ([]byte, error) {
	padded, err := v.openPadded(sealed)
	if err != nil {
		return nil, err
	}
	return trimPadding(padded), nil
}

// OpenText is Open for what is kept as text and may be large: converting would
// copy it once more.
func (v *Vault) OpenText(sealed []byte) (string, error) {
	r, err := newArmorReader(sealed)
	if err != nil {
		return "", ErrOpen
	}
	plain, err := age.Decrypt(r, v.identity)
	if err != nil {
		return "", ErrOpen
	}
	var text strings.Builder
	text.Grow(r.size())
	if _, err := io.Copy(&text, plain); err != nil || !r.done() {
		return "", ErrOpen
	}
	return strings.TrimRight(text.String(), "\n"), nil
}

func (v *Vault) sealPadded(padded []byte) ([]byte, error) {
	sealed, err := encrypt(padded, v.recipient)
	if err != nil {
		return nil, err
	}
	again, err := v.openPadded(sealed)
	if err != nil || !bytes.Equal(again, padded) {
		return nil, ErrSelfCheck
	}
	return sealed, nil
}

func (v *Vault) openPadded(sealed []byte) ([]byte, error) {
	r, err := newArmorReader(sealed)
	if err != nil {
		return nil, ErrOpen
	}
	plain, err := decrypt(r, r.size(), v.identity)
	if err != nil || !r.done() {
		return nil, ErrOpen
	}
	return plain, nil
}

// encrypt returns plain as an armored age file to r.
func encrypt(plain []byte, r age.Recipient) ([]byte, error) {
	out := bytes.NewBuffer(make([]byte, 0, armoredSize(len(plain))))
	lines := armor.NewWriter(out)
	w, err := age.Encrypt(lines, r)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(plain); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	if err := lines.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// armoredSize returns a length that a plaintext of n bytes hardly exceeds as an
// armored file: a tag for each 64 KiB, a hybrid header, base64 in lines.
func armoredSize(n int) int {
	binary := n + n/4096 + 1800
	return binary/bytesPerLine*(columns+1) + 256
}

// decrypt returns the whole plaintext of a binary age file of size bytes, or
// none of it.
func decrypt(file io.Reader, size int, id age.Identity) ([]byte, error) {
	r, err := age.Decrypt(file, id)
	if err != nil {
		return nil, err
	}
	return readAll(r, size)
}
