package keyring

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"filippo.io/age"
	"filippo.io/age/agessh"
	"golang.org/x/crypto/ssh"
)

var (
	// ErrSSHKey says that a file is no SSH private key, or a damaged one.
	ErrSSHKey = errors.New("not an SSH private key")

	// ErrSSHPublic says that the public half of an SSH key was given, which
	// opens nothing.
	ErrSSHPublic = errors.New("the public half of an SSH key")

	// ErrKeyPassphrase says that the passphrase of a key file is another one.
	ErrKeyPassphrase = errors.New("wrong passphrase of the key file")

	// ErrKeyLocked says that a key file has a passphrase of its own, and that
	// nobody could be asked for it.
	ErrKeyLocked = errors.New("the key file has a passphrase, and nobody can be asked for it")
)

// SSHTypeError says that an SSH key is of a type that nothing can be sealed to:
// age takes ed25519, and RSA of at least 2,048 bits.
type SSHTypeError struct {
	Type string // as ssh-keygen -t says it: ecdsa, dsa, sk (on a security key), rsa (too short), putty (a .ppk file)
}

func (e *SSHTypeError) Error() string { return "SSH keys of type " + e.Type + " cannot be used" }

// An SSHKey is an SSH private key as an age identity. It may be locked by a
// passphrase of its own, which Unwrap asks for once a slot is for this key.
// Formatting it shows nothing. It may not be used by two goroutines at once.
type SSHKey struct {
	*sshKey
}

type sshKey struct {
	public ssh.PublicKey // nil: an old file that hides it until it is unlocked
	pem    []byte        // nil once it is unlocked
	key    age.Identity  // nil while it is locked
	talk   *Talk
}

// Format implements fmt.Formatter.
func (SSHKey) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "keyring.SSHKey(redacted)") }

// looksLikeSSH reports whether a file is meant to be an SSH key, even if it is
// one that cannot be used.
func looksLikeSSH(text string) bool {
	first, _, _ := strings.Cut(text, "\n")
	return strings.HasPrefix(first, "-----BEGIN ") && strings.Contains(first, " PRIVATE KEY-----") ||
		strings.HasPrefix(first, "PuTTY-User-Key-File-") || looksLikeSSHPublic(first)
}

func looksLikeSSHPublic(line string) bool {
	return strings.HasPrefix(line, "ssh-") || strings.HasPrefix(line, "ecdsa-sha2-") ||
		strings.HasPrefix(line, "sk-ssh-") || strings.HasPrefix(line, "sk-ecdsa-")
}

// parseSSHKey reads an SSH private key in any of the forms of OpenSSH. The
// errors are ErrSSHKey, ErrSSHPublic and *SSHTypeError.
func parseSSHKey(text string, talk *Talk) (SSHKey, error) {
	switch {
	case strings.HasPrefix(text, "PuTTY-User-Key-File-"):
		return SSHKey{}, &SSHTypeError{"putty"}
	case looksLikeSSHPublic(text):
		return SSHKey{}, ErrSSHPublic
	}
	raw, err := ssh.ParseRawPrivateKey([]byte(text))
	var locked *ssh.PassphraseMissingError
	if errors.As(err, &locked) {
		if locked.PublicKey != nil {
			if _, err := sshRecipient(locked.PublicKey); err != nil {
				return SSHKey{}, err
			}
		}
		return SSHKey{&sshKey{public: locked.PublicKey, pem: []byte(text), talk: talk}}, nil
	}
	if err != nil {
		return SSHKey{}, whyNotSSH(text)
	}
	k := SSHKey{&sshKey{talk: talk}}
	return k, k.take(raw)
}

// whyNotSSH tells a key that lies in a security key from what is no key.
func whyNotSSH(text string) error {
	if block, _ := pem.Decode([]byte(text)); block != nil && bytes.Contains(block.Bytes, []byte("sk-ssh-")) ||
		block != nil && bytes.Contains(block.Bytes, []byte("sk-ecdsa-")) {
		return &SSHTypeError{"sk"}
	}
	return ErrSSHKey
}

// take makes an identity of a key that is no longer locked. ssh returns both
// pointers and values.
func (k *sshKey) take(raw any) error {
	var err error
	switch raw := raw.(type) {
	case *ed25519.PrivateKey:
		k.key, err = agessh.NewEd25519Identity(*raw)
	case ed25519.PrivateKey:
		k.key, err = agessh.NewEd25519Identity(raw)
	case *rsa.PrivateKey:
		k.key, err = agessh.NewRSAIdentity(raw)
	case *ecdsa.PrivateKey:
		return &SSHTypeError{"ecdsa"}
	default:
		if signer, err := ssh.NewSignerFromKey(raw); err == nil && signer.PublicKey().Type() == dsaType {
			return &SSHTypeError{"dsa"}
		}
		return ErrSSHKey
	}
	if err != nil {
		return ErrSSHKey
	}
	signer, err := ssh.NewSignerFromKey(raw)
	if err != nil {
		return ErrSSHKey
	}
	if k.public != nil && !bytes.Equal(k.public.Marshal(), signer.PublicKey().Marshal()) {
		return ErrSSHKey // the halves of the file do not belong together
	}
	if _, err := sshRecipient(signer.PublicKey()); err != nil {
		return err
	}
	k.public, k.pem = signer.PublicKey(), nil
	return nil
}

// dsaType is the type of a DSA key (RFC 4253, section 6.6), which is only told
// from others: nothing seals to it.
const dsaType = "ssh-dss"

// sshRecipient returns what seals to a public key, or *SSHTypeError.
func sshRecipient(public ssh.PublicKey) (age.Recipient, error) {
	switch public.Type() {
	case ssh.KeyAlgoED25519:
		if r, err := agessh.NewEd25519Recipient(public); err == nil {
			return r, nil
		}
		return nil, ErrSSHKey
	case ssh.KeyAlgoRSA:
		if r, err := agessh.NewRSARecipient(public); err == nil {
			return r, nil
		}
		return nil, &SSHTypeError{"rsa"}
	case dsaType:
		return nil, &SSHTypeError{"dsa"}
	case ssh.KeyAlgoSKED25519, ssh.KeyAlgoSKECDSA256:
		return nil, &SSHTypeError{"sk"}
	}
	return nil, &SSHTypeError{"ecdsa"}
}

// Unlock asks for the key's own passphrase if it has one. The errors are
// ErrKeyPassphrase after three wrong ones, ErrKeyLocked, *SSHTypeError, and
// those of the one who asks.
func (k SSHKey) Unlock() error { return k.unlock() }

func (k *sshKey) unlock() error {
	if k.key != nil {
		return nil
	}
	of := ""
	if k.public != nil {
		of = ssh.FingerprintSHA256(k.public)
	}
	return k.talk.unlock(of, func(pass string) error {
		raw, err := ssh.ParseRawPrivateKeyWithPassphrase(k.pem, []byte(pass))
		if err != nil {
			return ErrKeyPassphrase
		}
		return k.take(raw)
	})
}

// Unwrap implements age.Identity. A locked key is unlocked only for a slot that
// names it.
func (k SSHKey) Unwrap(stanzas []*age.Stanza) ([]byte, error) {
	if !slices.ContainsFunc(stanzas, k.named) {
		return nil, age.ErrIncorrectIdentity
	}
	if err := k.unlock(); err != nil {
		return nil, err
	}
	fileKey, err := k.key.Unwrap(stanzas)
	if err != nil && !errors.Is(err, age.ErrIncorrectIdentity) {
		return nil, ErrSlotDamaged
	}
	return fileKey, err
}

// named reports whether a stanza is for this key, as far as that can be told
// without unlocking it.
func (k *sshKey) named(s *age.Stanza) bool {
	if k.public == nil {
		return strings.HasPrefix(s.Type, "ssh-")
	}
	return s.Type == k.public.Type() && len(s.Args) > 0 && s.Args[0] == sshTag(k.public)
}

// sshTag is how age names an SSH key in a file: the first four bytes of the
// SHA-256 of its public half (filippo.io/age/agessh).
func sshTag(public ssh.PublicKey) string {
	sum := sha256.Sum256(public.Marshal())
	return base64.RawStdEncoding.EncodeToString(sum[:4])
}

// Fingerprint returns the key's fingerprint as ssh-keygen -l prints it,
// SHA256:…, or "" where the file hides it until it is unlocked.
func (k SSHKey) Fingerprint() string {
	if k.public == nil {
		return ""
	}
	return ssh.FingerprintSHA256(k.public)
}

// text returns the public half, one line without a comment.
func (k *sshKey) text() string {
	return strings.TrimSpace(string(ssh.MarshalAuthorizedKey(k.public)))
}

// SSHFingerprint returns the fingerprint of a public key in the form of a .pub
// file, as ssh-keygen -l prints it; "" if it is none.
func SSHFingerprint(line string) string {
	public, _, _, _, err := ssh.ParseAuthorizedKey([]byte(line))
	if err != nil {
		return ""
	}
	return ssh.FingerprintSHA256(public)
}

// SSHSlot returns the beginning of the fingerprint of the SSH key that a sealed
// slot is for, SHA256: and five characters: as much as age writes. It is "" for
// every other slot.
func SSHSlot(sealed []byte) string {
	h, err := readHeader(sealed)
	if err != nil {
		return ""
	}
	for _, s := range h.stanzas {
		if !strings.HasPrefix(s.Type, "ssh-") || len(s.Args) == 0 {
			continue
		}
		if tag, err := base64.RawStdEncoding.Strict().DecodeString(s.Args[0]); err == nil && len(tag) == 4 {
			// Four bytes are five characters and two bits of a sixth.
			return "SHA256:" + s.Args[0][:5]
		}
	}
	return ""
}
