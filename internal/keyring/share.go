package keyring

import (
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"strings"
)

// A share is written as Bech32 (BIP 173) with this prefix: one symbol for the
// format, five for the slot it belongs to, one for how many shares are needed,
// one for the share's number, 52 for its value, six for the checksum.
const (
	sharePrefix = "MEMOVAULT-SHARE-1"
	shareFormat = 1
	shareLen    = shareHead + shareValue + checksumLen
	shareHead   = 8
	shareValue  = 52
	slotSymbols = 5
)

// ShareGroupCount is into how many groups a share is printed: eleven of six
// characters, each followed by its check letter.
const ShareGroupCount = shareLen / groupLen

// A vault's key may be split into at most MaxShares shares, of which at least
// MinShares are needed.
const (
	MinShares = 2
	MaxShares = 16
)

var (
	// ErrNotShare says that a text is nothing like a share.
	ErrNotShare = errors.New("not a share")

	// ErrShareNewer says that a share was made by a newer program.
	ErrShareNewer = errors.New("share was made by a newer version")

	// ErrOneShare says that a single share was given where a key is needed.
	ErrOneShare = errors.New("one share of several")

	// ErrShareTypo is what every ShareTypoError is.
	ErrShareTypo = errors.New("share is mistyped")
)

// ShareTypoError says that a text is meant to be a share but is not one: its
// checksum, its length or a check letter does not fit.
type ShareTypoError struct {
	// Groups are the numbers, from 1, of the groups whose check letters do not
	// fit. It is empty if no check letters were typed, or if all of them fit.
	Groups []int
}

func (e *ShareTypoError) Error() string {
	if len(e.Groups) == 0 {
		return ErrShareTypo.Error()
	}
	return fmt.Sprintf("%v: groups %v", ErrShareTypo, e.Groups)
}

// Is makes errors.Is(err, ErrShareTypo) true.
func (e *ShareTypoError) Is(target error) bool { return target == ErrShareTypo }

// Share is one of the shares into which a key of the vault was split. Formatting
// it with package fmt shows nothing; Reveal and Groups do. The zero value is no
// share.
type Share struct {
	// A pointer, as in RecoveryKey.
	*share
}

type share struct {
	data   string // 66 characters of Bech32 in upper case
	need   int
	number int
	value  [32]byte // the polynomial at number, big-endian; below the order of P-256
}

// newShare writes a share down. Need and number are 1 to 31.
func newShare(slot [16]byte, need, number int, value [32]byte) Share {
	head := append([]byte{shareFormat}, slotStart(slot)...)
	head = append(head, byte(need), byte(number))
	return Share{&share{
		data: addChecksum(sharePrefix, append(head, toSymbols(value[:])...)),
		need: need, number: number, value: value}}
}

// slotStart is what a share says of the slot that it belongs to: the first 25
// bits of its id.
func slotStart(slot [16]byte) []byte { return toSymbols(slot[:])[:slotSymbols] }

// Need returns how many different shares are needed, MinShares to MaxShares.
func (s Share) Need() int { return s.need }

// Number returns which of the shares it is, 1 to MaxShares.
func (s Share) Number() int { return s.number }

// Opens reports whether the share belongs to the slot with this id.
func (s Share) Opens(slot [16]byte) bool { return s.splitting() == bech32Text(slotStart(slot)) }

// splitting is the same on all shares of one splitting and, but for one in 33
// million, on no other.
func (s Share) splitting() string { return s.data[1 : 1+slotSymbols] }

// Reveal returns the share on one line: MEMOVAULT-SHARE-1 and 66 characters.
func (s Share) Reveal() string { return sharePrefix + s.data }

// String hides the share, as every verb of package fmt does; see Reveal.
func (s Share) String() string { return "keyring.Share(redacted)" }

// Format implements fmt.Formatter.
func (s Share) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// Groups returns the eleven groups as they are printed: the characters after
// MEMOVAULT-SHARE-1, each six of them followed by a hyphen and their check letter.
func (s Share) Groups() []string {
	groups := make([]string, ShareGroupCount)
	for i := range groups {
		group := s.data[i*groupLen : (i+1)*groupLen]
		groups[i] = group + "-" + string(checkLetter(i, group))
	}
	return groups
}

// CheckGroup reports whether typed is group n, from 1 to ShareGroupCount, with
// or without its check letter and in any form ParseShare takes.
func (s Share) CheckGroup(n int, typed string) bool {
	if n < 1 || n > ShareGroupCount || len(typed) > maxTypedKey {
		return false
	}
	group := s.data[(n-1)*groupLen : n*groupLen]
	got := lookAlikes.Replace(foldKey(typed))
	plain := subtle.ConstantTimeCompare([]byte(got), []byte(group))
	checked := subtle.ConstantTimeCompare([]byte(got), []byte(group+string(checkLetter(n-1, group))))
	return plain|checked == 1
}

// ParseShare reads a share as a person types it, in all the forms that
// ParseRecoveryKey takes: with or without MEMOVAULT-SHARE-1, with all the check
// letters or none (77 characters or 66). The errors are ErrNotShare,
// ErrShareNewer and *ShareTypoError.
func ParseShare(s string) (Share, error) {
	if len(s) > maxTypedKey {
		return Share{}, ErrNotShare
	}
	data, prefixed := strings.CutPrefix(foldKey(s), strings.ReplaceAll(sharePrefix, "-", ""))
	parsed, err := shareFromData(lookAlikes.Replace(data))
	if err != nil && !prefixed && !resemblesShare(data) {
		return Share{}, ErrNotShare
	}
	return parsed, err
}

// MendShare puts groups that were typed anew, by their numbers from 1, into a
// typed share whose check letters were found not to fit there. The errors are
// those of ParseShare. It reports in whole the text that was parsed, for the next
// mending.
func MendShare(typed string, groups map[int]string) (parsed Share, whole string, err error) {
	data := strings.TrimPrefix(foldKey(typed), strings.ReplaceAll(sharePrefix, "-", ""))
	if len(data) != shareLen+ShareGroupCount {
		return Share{}, typed, ErrNotShare
	}
	var b strings.Builder
	for i := range ShareGroupCount {
		group := data[i*(groupLen+1) : (i+1)*(groupLen+1)]
		if again := lookAlikes.Replace(foldKey(groups[i+1])); len(again) == len(group) {
			group = again
		}
		b.WriteString(group)
	}
	parsed, err = ParseShare(sharePrefix + b.String())
	return parsed, b.String(), err
}

// shareFromData reads the folded characters after the prefix, with or without
// check letters.
func shareFromData(data string) (Share, error) {
	if len(data) == shareLen+ShareGroupCount {
		var wrong []int
		if data, wrong = splitCheckLetters(data, shareLen); len(wrong) > 0 {
			return Share{}, &ShareTypoError{Groups: wrong}
		}
	}
	if len(data) != shareLen || !checksumFits(sharePrefix, data) {
		return Share{}, &ShareTypoError{}
	}
	symbols := symbolsOf(data)
	if symbols[0] != shareFormat {
		return Share{}, ErrShareNewer
	}
	s := &share{data: data, need: int(symbols[shareHead-2]), number: int(symbols[shareHead-1])}
	if s.need < MinShares || s.need > MaxShares || s.number < 1 || s.number > MaxShares ||
		!fromSymbols(symbols[shareHead:shareHead+shareValue], s.value[:]) || !isScalar(s.value) {
		return Share{}, &ShareTypoError{}
	}
	return Share{s}, nil
}

// resemblesShare reports whether a folded text without the prefix can only be
// meant as a share: the right length give or take three with check letters; or
// without them the right length, and a beginning that shares have. Recovery keys
// with their check letters are nearly as long.
func resemblesShare(folded string) bool {
	if !looksCoded(folded) {
		return false
	}
	if n := len(folded); n >= shareLen+ShareGroupCount-3 && n <= shareLen+ShareGroupCount+3 {
		return true
	}
	if len(folded) != shareLen {
		return false
	}
	head := symbolsOf(lookAlikes.Replace(folded[:shareHead]))
	need, number := int(head[shareHead-2]), int(head[shareHead-1])
	return head[0] == shareFormat && need >= MinShares && need <= MaxShares && number >= 1 && number <= MaxShares
}
