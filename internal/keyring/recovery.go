package keyring

import (
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"

	"filippo.io/age"
	"golang.org/x/text/unicode/norm"
)

// A recovery key is an X25519 identity of age: this prefix and 58 characters of
// Bech32 (BIP 173), of which the last six are a checksum.
const (
	recoveryPrefix = "AGE-SECRET-KEY-1"
	recoveryLen    = 58
)

// The key is printed in ten groups: nine of six characters and one of four,
// each followed by its check letter.
const (
	GroupCount = 10
	groupLen   = 6
)

// maxTypedKey bounds what is read as a recovery key, in bytes.
const maxTypedKey = 4096

var (
	// ErrNotRecoveryKey says that a text is nothing like a recovery key.
	ErrNotRecoveryKey = errors.New("not a recovery key")

	// ErrRecoveryTypo is what every RecoveryTypoError is.
	ErrRecoveryTypo = errors.New("recovery key is mistyped")
)

// RecoveryTypoError says that a text is meant to be a recovery key but is not
// one: its checksum, its length or a check letter does not fit.
type RecoveryTypoError struct {
	// Groups are the numbers, from 1, of the groups whose check letters do not
	// fit. It is empty if no check letters were typed, or if all of them fit.
	Groups []int
}

func (e *RecoveryTypoError) Error() string {
	if len(e.Groups) == 0 {
		return ErrRecoveryTypo.Error()
	}
	return fmt.Sprintf("%v: groups %v", ErrRecoveryTypo, e.Groups)
}

// Is makes errors.Is(err, ErrRecoveryTypo) true.
func (e *RecoveryTypoError) Is(target error) bool { return target == ErrRecoveryTypo }

// RecoveryKey is the key that is kept on paper. Formatting it with package fmt
// shows nothing; Reveal and Groups do. The zero value is no key.
type RecoveryKey struct {
	// A pointer, so that a struct which holds a key in an unexported field,
	// where fmt calls no methods, prints an address.
	*recoveryKey
}

type recoveryKey struct {
	data string // 58 characters of Bech32 in upper case
	id   *age.X25519Identity
}

// NewRecoveryKey returns a random recovery key.
func NewRecoveryKey() (RecoveryKey, error) {
	id, err := age.GenerateX25519Identity()
	if err != nil {
		return RecoveryKey{}, err
	}
	return RecoveryKey{&recoveryKey{strings.TrimPrefix(id.String(), recoveryPrefix), id}}, nil
}

// Reveal returns the key as age reads it, AGE-SECRET-KEY-1 and 58 characters.
func (k RecoveryKey) Reveal() string { return recoveryPrefix + k.data }

// String hides the key, as every verb of package fmt does; see Reveal.
func (k RecoveryKey) String() string { return "keyring.RecoveryKey(redacted)" }

// Format implements fmt.Formatter.
func (k RecoveryKey) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, k.String()) }

// Identity returns what opens the key's slot.
func (k RecoveryKey) Identity() age.Identity {
	return native{redacted{k.id}, k.id.Recipient()}
}

// Recipient returns what seals to the key. Whoever knows it can forge this
// key's slot, so it may be kept only inside sealed values.
func (k RecoveryKey) Recipient() age.Recipient { return k.id.Recipient() }

// Groups returns the ten groups as they are printed: the characters after
// AGE-SECRET-KEY-1, six a group and four in the last, each group followed by a
// hyphen and its check letter.
func (k RecoveryKey) Groups() []string {
	groups := make([]string, GroupCount)
	for i := range groups {
		group := k.group(i)
		groups[i] = group + "-" + string(checkLetter(i, group))
	}
	return groups
}

func (k RecoveryKey) group(i int) string {
	return k.data[i*groupLen : min((i+1)*groupLen, recoveryLen)]
}

// CheckGroup reports whether typed is group n, from 1 to GroupCount, with or
// without its check letter and in any form ParseRecoveryKey takes. It asks for
// the proof that the paper was really read.
func (k RecoveryKey) CheckGroup(n int, typed string) bool {
	if n < 1 || n > GroupCount || len(typed) > maxTypedKey {
		return false
	}
	group := k.group(n - 1)
	letter := string(checkLetter(n-1, group))
	got := lookAlikes.Replace(foldKey(typed))
	plain := subtle.ConstantTimeCompare([]byte(got), []byte(group))
	checked := subtle.ConstantTimeCompare([]byte(got), []byte(group+letter))
	return plain|checked == 1
}

// ParseRecoveryKey reads a recovery key as a person types it: in either case or
// width, with spaces, hyphens, slashes and line breaks anywhere, with or without
// AGE-SECRET-KEY-1, and with all the check letters or none (the length tells:
// 68 characters or 58). The characters B, I, O and 1, which no key holds, are
// read as 8, L, 0 and L. The errors are ErrNotRecoveryKey and
// *RecoveryTypoError.
func ParseRecoveryKey(s string) (RecoveryKey, error) {
	if len(s) > maxTypedKey {
		return RecoveryKey{}, ErrNotRecoveryKey
	}
	data, prefixed := strings.CutPrefix(foldKey(s), "AGESECRETKEY1")
	k, err := keyFromData(lookAlikes.Replace(data))
	if err != nil && !prefixed && !resemblesKey(data) {
		return RecoveryKey{}, ErrNotRecoveryKey
	}
	return k, err
}

// keyFromData reads the folded characters after the prefix, with or without
// check letters.
func keyFromData(data string) (RecoveryKey, error) {
	if len(data) == recoveryLen+GroupCount {
		var wrong []int
		if data, wrong = splitCheckLetters(data, recoveryLen); len(wrong) > 0 {
			return RecoveryKey{}, &RecoveryTypoError{Groups: wrong}
		}
	}
	id, err := age.ParseX25519Identity(recoveryPrefix + data)
	if err != nil {
		return RecoveryKey{}, &RecoveryTypoError{}
	}
	return RecoveryKey{&recoveryKey{data, id}}, nil
}

// splitCheckLetters takes the check letters out of data, which has size characters
// without them, and returns the numbers, from 1, of the groups that they do not
// fit.
func splitCheckLetters(data string, size int) (key string, wrong []int) {
	var b strings.Builder
	for i := 0; i*groupLen < size; i++ {
		n := min(groupLen, size-i*groupLen)
		group := data[:n]
		if checkLetter(i, group) != data[n] {
			wrong = append(wrong, i+1)
		}
		b.WriteString(group)
		data = data[n+1:]
	}
	return b.String(), wrong
}

// foldKey brings a typed key to upper-case letters and digits without width.
func foldKey(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == 'ー', unicode.IsSpace(r), unicode.IsPunct(r), unicode.IsSymbol(r), unicode.Is(unicode.Cf, r):
			return -1
		case r < unicode.MaxASCII:
			return unicode.ToUpper(r)
		}
		return r
	}, norm.NFKC.String(s))
}

// lookAlikes maps the characters that Bech32 leaves out to those they are
// mistaken for.
var lookAlikes = strings.NewReplacer("B", "8", "I", "L", "O", "0", "1", "L")

// resemblesKey reports whether a folded text without the prefix can only be
// meant as a key: the right length give or take three, with or without check
// letters.
func resemblesKey(folded string) bool {
	n := len(folded)
	near := n >= recoveryLen-3 && n <= recoveryLen+3 ||
		n >= recoveryLen+GroupCount-3 && n <= recoveryLen+GroupCount+3
	return near && looksCoded(folded)
}

// looksCoded reports whether a folded text has hardly a character that Bech32
// leaves out, and digits among the letters. A key has fewer than three digits once
// in a million; passphrases of its length made of words have none.
func looksCoded(folded string) bool {
	var foreign, digits int
	for _, r := range folded {
		if !strings.ContainsRune(bech32, r) {
			foreign++
		}
		if r >= '0' && r <= '9' {
			digits++
		}
	}
	return foreign <= 2 && digits >= 3
}
