package keyring

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"time"

	"filippo.io/age"
	"github.com/cloudflare/circl/group"
	"github.com/cloudflare/circl/secretsharing"
)

// KindShares is the kind of a slot that several shares together open.
const KindShares = "shares"

// splitField is the group whose scalars are shared: P-256, of prime order just
// below 2^256. A random scalar, 32 bytes big-endian, is at the same time a secret
// key of X25519, for which any 32 bytes do.
var splitField = group.P256

var (
	// ErrShareCount says that a key cannot be split so: 2 ≤ needed ≤ made ≤ 16.
	ErrShareCount = errors.New("impossible number of shares")

	// ErrShareForeign says that a share is of another splitting than those before.
	ErrShareForeign = errors.New("share of another splitting")

	// ErrShareTwice says that a share was there already.
	ErrShareTwice = errors.New("the same share again")

	// ErrShareContradicts says that of two shares with one number at least one is
	// not genuine.
	ErrShareContradicts = errors.New("two different shares of one number")
)

// A Splitting is a new slot and the shares that open it together. The shares are
// kept nowhere: what is not printed now is lost.
type Splitting struct {
	Slot   Slot
	Shares []Share // in order of their numbers

	// Recipient seals to the slot's key anew. Whoever knows it can forge the slot,
	// so it may be kept only inside sealed values.
	Recipient string
}

// Format implements fmt.Formatter, so that nothing of it shows.
func (Splitting) Format(f fmt.State, _ rune) {
	_, _ = io.WriteString(f, "keyring.Splitting(redacted)")
}

// Split makes a slot whose key is split by Shamir's scheme into count shares, any
// need of which open it: ErrShareCount unless 2 ≤ need ≤ count ≤ 16. Every share
// was read back from its text, and combinations in which every share takes part
// opened the slot, before it returns.
func (v *Vault) Split(need, count int, label string, now time.Time) (Splitting, error) {
	if need < MinShares || need > count || count > MaxShares {
		return Splitting{}, ErrShareCount
	}
	secret := splitField.RandomNonZeroScalar(rand.Reader)
	id, err := scalarIdentity(secret)
	if err != nil {
		return Splitting{}, err
	}
	slot, err := v.NewSlot(KindShares, label, now, id.Recipient())
	if err != nil {
		return Splitting{}, err
	}
	split := Splitting{Slot: slot, Recipient: id.Recipient().String()}
	for i, point := range secretsharing.New(rand.Reader, uint(need-1), secret).Share(uint(count)) {
		value, err := scalarBytes(point.Value)
		if err != nil {
			return Splitting{}, err
		}
		split.Shares = append(split.Shares, newShare(slot.ID, need, i+1, value))
	}
	return split, v.checkSplitting(split)
}

// checkSplitting opens the slot with each run of need neighbours, the last and
// the first being neighbours too.
func (v *Vault) checkSplitting(split Splitting) error {
	count := len(split.Shares)
	for first := range count {
		var set ShareSet
		for i := range split.Shares[0].need {
			read, err := ParseShare(split.Shares[(first+i)%count].Reveal())
			if err != nil || set.Add(read) != nil {
				return ErrSelfCheck
			}
		}
		id, err := set.Identity()
		if err != nil {
			return err
		}
		again, info, err := OpenSlot(split.Slot.Sealed, id)
		if err != nil || info != split.Slot.Info() || again.id != v.id || again.key != v.key {
			return ErrSelfCheck
		}
	}
	return nil
}

// A ShareSet collects shares of one splitting. The zero value is empty. Formatting
// it with package fmt shows nothing.
type ShareSet struct {
	set *[]Share // a pointer, as in RecoveryKey
}

// Format implements fmt.Formatter.
func (ShareSet) Format(f fmt.State, _ rune) {
	_, _ = io.WriteString(f, "keyring.ShareSet(redacted)")
}

func (c *ShareSet) shares() []Share {
	if c.set == nil {
		return nil
	}
	return *c.set
}

// Add takes one more share. What does not go with the others is refused and they
// stay: ErrShareForeign, ErrShareTwice, ErrShareContradicts.
func (c *ShareSet) Add(s Share) error {
	for _, had := range c.shares() {
		switch {
		case had.data == s.data:
			return ErrShareTwice
		case had.splitting() != s.splitting() || had.need != s.need:
			return ErrShareForeign
		case had.number == s.number:
			return ErrShareContradicts
		}
	}
	shares := append(c.shares(), s)
	c.set = &shares
	return nil
}

// Len returns how many shares there are.
func (c *ShareSet) Len() int { return len(c.shares()) }

// Need returns how many are needed, 0 while there is none.
func (c *ShareSet) Need() int {
	if c.Len() == 0 {
		return 0
	}
	return c.shares()[0].need
}

// Numbers returns the numbers of the shares in the order in which they came.
func (c *ShareSet) Numbers() []int {
	var numbers []int
	for _, s := range c.shares() {
		numbers = append(numbers, s.number)
	}
	return numbers
}

// Complete reports whether there are enough shares.
func (c *ShareSet) Complete() bool { return c.Len() > 0 && c.Len() >= c.Need() }

// Opens reports whether the shares belong to the slot with this id.
func (c *ShareSet) Opens(slot [16]byte) bool { return c.Len() > 0 && c.shares()[0].Opens(slot) }

// Identity returns what opens the slot, once the set is complete. If there are
// more shares than needed it tries all choices in which the last one takes part,
// so that one share that is not genuine can be made up for; the choices without
// the last are those of the set before. The error is ErrShareCount.
func (c *ShareSet) Identity() (age.Identity, error) {
	if !c.Complete() {
		return nil, ErrShareCount
	}
	last := c.Len() - 1
	return redacted{combined{shares: c.shares()[:last:last], last: c.shares()[last]}}, nil
}

// combined is the identity of a set of shares. What no choice of them opens does
// not fit.
type combined struct {
	shares []Share
	last   Share
}

// Unwrap implements age.Identity.
func (c combined) Unwrap(stanzas []*age.Stanza) ([]byte, error) {
	if len(stanzas) != 1 || stanzas[0].Type != "X25519" {
		return nil, age.ErrIncorrectIdentity
	}
	var fileKey []byte
	opened := choose(c.shares, c.last.need-1, nil, func(chosen []Share) bool {
		id, err := combine(append(chosen, c.last))
		if err != nil {
			return false
		}
		fileKey, err = id.Unwrap(stanzas)
		return err == nil
	})
	if !opened {
		return nil, age.ErrIncorrectIdentity
	}
	return fileKey, nil
}

// choose calls try with each choice of n shares until it returns true.
func choose(shares []Share, n int, chosen []Share, try func([]Share) bool) bool {
	if n == 0 {
		return try(chosen)
	}
	for i := range len(shares) - n + 1 {
		if choose(shares[i+1:], n-1, append(chosen[:len(chosen):len(chosen)], shares[i]), try) {
			return true
		}
	}
	return false
}

// combine interpolates the polynomial at 0. The shares have different numbers.
func combine(shares []Share) (*age.X25519Identity, error) {
	points := make([]secretsharing.Share, len(shares))
	for i, s := range shares {
		points[i].ID = splitField.NewScalar().SetUint64(uint64(s.number))
		points[i].Value = splitField.NewScalar()
		if err := points[i].Value.UnmarshalBinary(s.value[:]); err != nil {
			return nil, ErrShareTypo
		}
	}
	secret, err := secretsharing.Recover(uint(len(shares)-1), points)
	if err != nil {
		return nil, ErrShareCount
	}
	return scalarIdentity(secret)
}

// scalarIdentity takes a scalar for a secret key of X25519.
func scalarIdentity(secret group.Scalar) (*age.X25519Identity, error) {
	value, err := scalarBytes(secret)
	if err != nil {
		return nil, err
	}
	id, err := age.ParseX25519Identity(recoveryPrefix + addChecksum(recoveryPrefix, toSymbols(value[:])))
	if err != nil {
		return nil, errMalformedKey
	}
	return id, nil
}

// scalarBytes returns a scalar as 32 bytes, big-endian.
func scalarBytes(s group.Scalar) (value [32]byte, err error) {
	b, err := s.MarshalBinary()
	if err == nil && copy(value[:], b) != len(value) {
		err = errMalformedKey
	}
	return value, err
}

// isScalar reports whether value is below the order of the field.
func isScalar(value [32]byte) bool {
	return splitField.NewScalar().UnmarshalBinary(value[:]) == nil
}
