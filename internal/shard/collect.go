package shard

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"errors"
	"slices"

	"github.com/klauspost/reedsolomon"
)

var (
	// ErrTooFew: not enough codes of the backup were collected yet.
	ErrTooFew = errors.New("shard: too few codes")
	// ErrUnknown: no code of a backup with that id was collected.
	ErrUnknown = errors.New("shard: no such backup")
	// ErrTooMany: codes of more backups than maxBackups were collected.
	ErrTooMany = errors.New("shard: codes of too many backups")
	// ErrWrong: enough codes are there, but they do not give what the id promises.
	ErrWrong = errors.New("shard: the codes do not give the backup")
)

// maxBackups is how many backups a Collector tells apart.
const maxBackups = 64

// A Collector takes codes as they are read, in any order, of any number of
// backups. The zero value is empty and ready. It is not safe for use by several
// goroutines at once.
type Collector struct {
	backups []*pile
}

// pile is what was collected of one backup.
type pile struct {
	sheaf
	shards map[int][]byte // by place
	have   []int          // codes of each group
}

// A State says what a code was good for.
type State struct {
	ID   string // of its backup
	Page int    // its page, from 1
	New  bool   // it was not collected before
	Done bool   // its backup is complete
}

// Progress is how far one backup is.
type Progress struct {
	ID      string
	Have    int   // codes that count: of a group never more than it needs
	Need    int   // codes that are enough
	Total   int   // codes that were printed
	Pages   int   // pages that were printed
	Read    []int // codes collected of each page, of page 1 first
	Printed []int // codes printed on each page
	Seen    []int // numbers of the pages of which a code was collected
	Missing []int // numbers of the others
	Done    bool
}

// Add takes the text of one code. A code that was there already is no error.
// The errors are ErrForeign, ErrDamaged, *NewerError and ErrTooMany; none of
// them changes what was collected.
func (c *Collector) Add(text string) (State, error) {
	code, err := parseCode(text)
	if err != nil {
		return State{}, err
	}
	p := c.pile(code.sheaf)
	if p == nil {
		return State{}, ErrTooMany
	}
	st := State{ID: p.name(), Page: code.page()}
	if _, known := p.shards[code.place()]; !known {
		p.shards[code.place()] = code.shard
		p.have[code.group]++
		st.New = true
	}
	st.Done = p.done()
	return st, nil
}

// pile finds where a code belongs. Codes of one id whose numbers differ are of
// two printings and do not fit together.
func (c *Collector) pile(s sheaf) *pile {
	for _, p := range c.backups {
		if p.sheaf == s {
			return p
		}
	}
	if len(c.backups) == maxBackups {
		return nil
	}
	p := &pile{sheaf: s, shards: map[int][]byte{}, have: make([]int, s.groups)}
	c.backups = append(c.backups, p)
	return p
}

func (p *pile) done() bool { return slices.Min(p.have) >= p.data }

// Backups says how far each backup is, the most complete first.
func (c *Collector) Backups() []Progress {
	list := make([]Progress, len(c.backups))
	for i, p := range c.backups {
		list[i] = p.progress()
	}
	slices.SortStableFunc(list, func(a, b Progress) int {
		return cmp.Compare(b.Have*a.Need, a.Have*b.Need)
	})
	return list
}

func (p *pile) progress() Progress {
	out := Progress{ID: p.name(), Need: p.need(), Total: p.total(), Pages: p.pages(), Done: p.done(),
		Read: make([]int, p.pages()), Printed: make([]int, p.pages())}
	for _, n := range p.have {
		out.Have += min(n, p.data)
	}
	for place := range p.shards {
		out.Read[place/p.perPage]++
	}
	for i, n := range out.Read {
		out.Printed[i] = min(p.perPage, p.total()-i*p.perPage)
		if n > 0 {
			out.Seen = append(out.Seen, i+1)
		} else {
			out.Missing = append(out.Missing, i+1)
		}
	}
	return out
}

// Payload returns the bytes of a backup, which are those that its id is the
// beginning of the SHA-256 of. The errors are ErrUnknown, ErrTooFew and ErrWrong.
func (c *Collector) Payload(id string) ([]byte, error) {
	err := ErrUnknown
	for _, p := range c.backups {
		if p.name() != id {
			continue
		}
		var payload []byte
		if payload, err = p.payload(); err == nil {
			return payload, nil
		}
	}
	return nil, err
}

func (p *pile) payload() ([]byte, error) {
	if !p.done() {
		return nil, ErrTooFew
	}
	rs, err := p.code()
	if err != nil {
		return nil, err
	}
	padded := make([]byte, p.need()*ShardSize)
	for g := range p.groups {
		shards, err := p.rebuild(rs, g, -1)
		if err != nil {
			return nil, err
		}
		p.lay(padded, g, shards)
	}
	if p.right(padded) {
		return padded[:p.length], nil
	}
	return p.mend(rs, padded)
}

// mend is for a code that is wrong although its checksum is right: in each
// group that has codes to spare it looks for one without which all the others
// agree.
func (p *pile) mend(rs reedsolomon.Encoder, padded []byte) ([]byte, error) {
	for g := range p.groups {
		shards, err := p.odd(rs, g)
		if err != nil {
			return nil, err
		}
		if shards != nil {
			p.lay(padded, g, shards)
		}
	}
	if !p.right(padded) {
		return nil, ErrWrong
	}
	return padded[:p.length], nil
}

// odd returns the shards of a group as they are if all agree, else as they are
// without the one that does not agree with the others; nil if no single one is to
// blame, or there is none to spare that could tell.
func (p *pile) odd(rs reedsolomon.Encoder, g int) ([][]byte, error) {
	for leave := -1; leave < p.data+p.parity; leave++ {
		if leave >= 0 && p.shards[leave*p.groups+g] == nil {
			continue
		}
		if leave >= 0 && p.have[g]-1 <= p.data {
			return nil, nil
		}
		shards, err := p.rebuild(rs, g, leave)
		if err != nil {
			return nil, err
		}
		if p.agree(g, leave, shards) {
			return shards, nil
		}
	}
	return nil, nil
}

// agree reports whether the codes of a group that were collected, but for one,
// are those that belong to its data.
func (p *pile) agree(g, leave int, shards [][]byte) bool {
	for i := range shards {
		was := p.shards[i*p.groups+g]
		if i != leave && was != nil && !bytes.Equal(was, shards[i]) {
			return false
		}
	}
	return true
}

// rebuild returns all shards of a group from the first data that were
// collected, leaving one out (none if leave is below 0).
func (p *pile) rebuild(rs reedsolomon.Encoder, g, leave int) ([][]byte, error) {
	shards := make([][]byte, p.data+p.parity)
	n := 0
	for i := range shards {
		if was := p.shards[i*p.groups+g]; was != nil && i != leave && n < p.data {
			shards[i], n = was, n+1
		}
	}
	return shards, rs.Reconstruct(shards)
}

// lay puts the data of a group where they belong.
func (p *pile) lay(padded []byte, g int, shards [][]byte) {
	for i := range p.data {
		copy(padded[(i*p.groups+g)*ShardSize:], shards[i])
	}
}

// right reports whether the bytes are those of the id. The padding behind the
// payload is not part of them.
func (p *pile) right(padded []byte) bool {
	sum := sha256.Sum256(padded[:p.length])
	return [4]byte(sum[:4]) == p.id
}
