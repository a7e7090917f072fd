package keyring

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"filippo.io/age"
	"filippo.io/age/armor"
)

// A bundle is a whole file sealed by age for somebody else, or for another
// computer: no slot, no padding, no vault identity.

// MaxRecipients is the most recipients one bundle is sealed to.
const MaxRecipients = 20

// maxBundleHeader is the longest header of a bundle in bytes that is read; 20
// hybrid recipients take 32 KiB.
const maxBundleHeader = 64 << 10

// maxBundleStanzas bounds what a hostile header asks each identity to look at.
const maxBundleStanzas = 200

var (
	// ErrRecipient says that a text is no recipient of age.
	ErrRecipient = errors.New("not an age recipient")

	// ErrRecipientSecret says that a secret key was given as a recipient, where
	// others may have seen it.
	ErrRecipientSecret = errors.New("a secret key, not a recipient")

	// ErrRecipientCount says that there are no recipients, or too many.
	ErrRecipientCount = errors.New("no recipients, or more than can be read again")

	// ErrMixedPassphrase says that a passphrase is to stand beside another
	// recipient. age refuses it: whoever opens a file by passphrase may trust
	// that everybody who could have made it knows the passphrase.
	ErrMixedPassphrase = errors.New("a passphrase does not go with other recipients")

	// ErrMixedHybrid says that X25519 and hybrid recipients are to stand beside
	// each other. age refuses it: the weaker would undo what the stronger gives.
	ErrMixedHybrid = errors.New("hybrid recipients do not go with others")

	// ErrNotSealed says that a file is no age file.
	ErrNotSealed = errors.New("not an age file")

	// ErrBundleDamaged says that an age file was cut short or changed.
	ErrBundleDamaged = errors.New("age file is damaged or cut short")
)

// NeedError says that no identity given opens a bundle, and what would.
type NeedError struct {
	Passphrase bool // a passphrase; otherwise the identity of a recipient
}

func (e *NeedError) Error() string {
	if e.Passphrase {
		return "the passphrase of the bundle is needed"
	}
	return "the identity of a recipient of the bundle is needed"
}

// Is makes errors.Is(err, ErrNoMatch) true.
func (e *NeedError) Is(target error) bool { return target == ErrNoMatch }

// ParseRecipient reads one age1… or age1pq1… line. Its errors, ErrRecipient and
// ErrRecipientSecret, do not repeat it.
func ParseRecipient(s string) (age.Recipient, error) {
	s = strings.TrimSpace(s)
	switch {
	case strings.HasPrefix(strings.ToUpper(s), "AGE-SECRET-KEY-"):
		return nil, ErrRecipientSecret
	case strings.HasPrefix(s, "age1pq1"):
		if r, err := age.ParseHybridRecipient(s); err == nil {
			return r, nil
		}
	default:
		if r, err := age.ParseX25519Recipient(s); err == nil {
			return r, nil
		}
	}
	return nil, ErrRecipient
}

// PassphraseRecipient returns the recipient that seals to a passphrase with
// WorkFactor. The errors are those of NormalizePassphrase.
func PassphraseRecipient(pass string) (age.Recipient, error) {
	pass, err := NormalizePassphrase(pass)
	if err != nil {
		return nil, err
	}
	if WorkFactor < 1 || WorkFactor > maxWorkFactor {
		return nil, fmt.Errorf("work factor %d is not in 1 to %d", WorkFactor, maxWorkFactor)
	}
	r, err := age.NewScryptRecipient(pass)
	if err != nil {
		return nil, ErrEmpty
	}
	r.SetWorkFactor(WorkFactor)
	return secretRecipient{r}, nil
}

// secretRecipient hides a passphrase from package fmt. It embeds age's type and
// not the interface, so that age still sees that it must stand alone.
type secretRecipient struct{ *age.ScryptRecipient }

// Format implements fmt.Formatter.
func (secretRecipient) Format(f fmt.State, _ rune) {
	_, _ = io.WriteString(f, "keyring.Recipient(redacted)")
}

// IsHybrid reports whether r needs age 1.3 or newer to be opened.
func IsHybrid(r age.Recipient) bool {
	_, ok := r.(*age.HybridRecipient)
	return ok
}

// EncryptTo returns a writer that seals what is written to it as a binary age
// file in dst. Nothing is complete before it is closed. The errors are
// ErrRecipientCount, ErrMixedPassphrase, ErrMixedHybrid and those of dst.
func EncryptTo(dst io.Writer, recipients ...age.Recipient) (io.WriteCloser, error) {
	if len(recipients) == 0 || len(recipients) > MaxRecipients {
		return nil, ErrRecipientCount
	}
	secret, hybrid := 0, 0
	for _, r := range recipients {
		if _, ok := r.(secretRecipient); ok {
			secret++
		}
		if IsHybrid(r) {
			hybrid++
		}
	}
	switch {
	case secret > 0 && len(recipients) > 1:
		return nil, ErrMixedPassphrase
	case hybrid > 0 && hybrid < len(recipients):
		return nil, ErrMixedHybrid
	}
	return age.Encrypt(dst, recipients...)
}

// Sealed is a bundle whose header was read and found harmless.
type Sealed struct {
	file   *bufio.Reader // from the beginning, without armor
	header slotHeader
	opened bool
}

// LooksSealed reports whether a file that begins with head is an age file,
// binary or armored.
func LooksSealed(head []byte) bool {
	head = bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\ufeff")), " \t\r\n")
	return bytes.HasPrefix(head, []byte(ageIntro)) || bytes.HasPrefix(head, []byte(armor.Header))
}

// ageIntro begins every binary age file; the version follows.
const ageIntro = "age-encryption.org/"

// ReadSealed reads the header of an age file, binary or armored. The errors are
// ErrNotSealed, ErrBundleDamaged, and *WorkFactorError, before any work is done.
func ReadSealed(src io.Reader) (*Sealed, error) {
	file := bufio.NewReaderSize(src, maxBundleHeader)
	if err := skipBlank(file); err != nil {
		return nil, ErrNotSealed
	}
	head, _ := file.Peek(maxBundleHeader)
	if !LooksSealed(head) {
		return nil, ErrNotSealed
	}
	if bytes.HasPrefix(head, []byte(armor.Header)) {
		file = bufio.NewReaderSize(armor.NewReader(file), maxBundleHeader)
		head, _ = file.Peek(maxBundleHeader)
	}
	var r stanzaReader
	// It always fails; what counts is how far it got.
	_, _ = age.Decrypt(bytes.NewReader(head), &r)
	if len(r.stanzas) == 0 || len(r.stanzas) > maxBundleStanzas {
		return nil, ErrBundleDamaged
	}
	s := &Sealed{file: file, header: slotHeader{stanzas: r.stanzas}}
	if err := s.header.checkWorkFactor(); errors.Is(err, ErrSlotDamaged) {
		return nil, ErrBundleDamaged
	} else if err != nil {
		return nil, err
	}
	return s, nil
}

// skipBlank skips the byte order mark and the blank lines that mail programs and
// editors put before an armored file.
func skipBlank(r *bufio.Reader) error {
	if mark, _ := r.Peek(3); string(mark) == "\ufeff" {
		_, _ = r.Discard(3)
	}
	for {
		b, err := r.Peek(1)
		if err != nil || !bytes.Contains([]byte(" \t\r\n"), b) {
			return err
		}
		_, _ = r.Discard(1)
	}
}

// Passphrase reports whether a passphrase opens the bundle; otherwise the
// identity of one of its recipients does.
func (s *Sealed) Passphrase() bool { return s.header.derived() }

// Open returns the plaintext for the first identity that fits. With *NeedError,
// which is ErrNoMatch, it may be called again with others. The other errors,
// here and from the reader, are ErrBundleDamaged and *IdentityError. Until the
// reader has returned io.EOF, more may be missing.
func (s *Sealed) Open(ids ...age.Identity) (io.Reader, error) {
	if s.opened {
		return nil, ErrBundleDamaged
	}
	var unusable error
	for _, id := range ids {
		fileKey, err := id.Unwrap(s.header.stanzas)
		switch {
		case errors.Is(err, age.ErrIncorrectIdentity):
			continue
		case err != nil && isNative(id):
			return nil, ErrBundleDamaged
		case err != nil:
			unusable = errors.Join(unusable, &IdentityError{err})
			continue
		}
		s.opened = true
		plain, err := age.Decrypt(s.file, age.NewInjectedFileKeyIdentity(fileKey))
		if err != nil {
			return nil, ErrBundleDamaged
		}
		return sealedReader{plain}, nil
	}
	if unusable != nil {
		return nil, unusable
	}
	return nil, &NeedError{Passphrase: s.Passphrase()}
}

// DecryptWith is ReadSealed and Open in one.
func DecryptWith(src io.Reader, ids ...age.Identity) (io.Reader, error) {
	s, err := ReadSealed(src)
	if err != nil {
		return nil, err
	}
	return s.Open(ids...)
}

// sealedReader makes every error of age and of its armor ErrBundleDamaged.
type sealedReader struct{ r io.Reader }

func (s sealedReader) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	if err != nil && err != io.EOF { // what wraps io.EOF is damage
		err = fmt.Errorf("%w: %w", ErrBundleDamaged, err)
	}
	return n, err
}
