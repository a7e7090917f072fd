package keyring

import (
	"errors"
	"fmt"
	"io"

	"filippo.io/age"
)

// maxIdentityFile is the longest identity file in bytes that is read.
const maxIdentityFile = 64 << 10

var (
	// ErrNoIdentities says that an identity file holds no key at all.
	ErrNoIdentities = errors.New("identity file holds no key")

	// ErrIdentityFile is what every IdentityFileError is.
	ErrIdentityFile = errors.New("not an age identity file")
)

// IdentityFileError says which line of an identity file is not a key, a comment
// or blank. It does not repeat the line.
type IdentityFileError struct{ Line int } // counted from 1

func (e *IdentityFileError) Error() string {
	return fmt.Sprintf("%v: line %d is neither a key nor a comment", ErrIdentityFile, e.Line)
}

// Is makes errors.Is(err, ErrIdentityFile) true.
func (e *IdentityFileError) Is(target error) bool { return target == ErrIdentityFile }

// ParseIdentities reads an age identity file: lines AGE-SECRET-KEY-1… and
// AGE-SECRET-KEY-PQ-1…, comments beginning with #, blank lines. Line ends and a
// byte order mark of Windows editors are accepted. Errors: *IdentityFileError,
// ErrIdentityFile when it is longer than 64 KiB, ErrNoIdentities.
func ParseIdentities(b []byte) ([]age.Identity, error) {
	if len(b) > maxIdentityFile {
		return nil, ErrIdentityFile
	}
	return parseIdentityLines(string(b), nil)
}

// RecipientOf returns what seals to an identity that ParseIdentities or
// RecoveryKey.Identity returned; false for any other.
func RecipientOf(id age.Identity) (age.Recipient, bool) {
	n, ok := id.(native)
	return n.recipient, ok
}

// redacted hides an identity of age from package fmt; age's own types would
// print the secret.
type redacted struct{ age.Identity }

// Format implements fmt.Formatter.
func (redacted) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "keyring.Identity(redacted)") }

// native is an identity whose recipient is known.
type native struct {
	redacted
	recipient age.Recipient
}

// isNative reports whether an identity's errors, other than not fitting, are
// about the file: age's own identities ask nobody and need nothing.
func isNative(id age.Identity) bool {
	switch id := id.(type) {
	case native:
		return true
	case redacted:
		return isNative(id.Identity)
	case *age.X25519Identity, *age.HybridIdentity, *age.ScryptIdentity, deriving:
		return true
	}
	return false
}
