package shard

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"strconv"
	"strings"
)

// The parts of a code in bytes. A code's text has 970 characters, which is what
// QR version 20 with error correction M holds in alphanumeric mode.
const (
	Format     = 1   // number of the format that Encode writes
	ShardSize  = 625 // bytes of payload, or of parity, in a code
	headerSize = 14
	codeSize   = headerSize + ShardSize + crc32.Size
	TextLen    = len(prefix) + (codeSize/2*3 + codeSize%2*2) + len(suffix) // characters of a code: 970
)

// prefix tells our codes from others, and its digit the kind of text a reader
// has to expect. suffix is there because the alphabet of base45 has a space at
// which programs that tidy texts would cut.
const (
	prefix = "VB1:"
	suffix = "."
)

var (
	// ErrForeign: the text is no code of a paper backup: a code of something else.
	ErrForeign = errors.New("shard: not a code of a paper backup")
	// ErrDamaged: the text begins like a code of a backup but its checksum, its
	// length or its header is wrong.
	ErrDamaged = errors.New("shard: the code is damaged")
)

// A NewerError says that a newer program printed the code.
type NewerError struct{ Format int }

func (e *NewerError) Error() string { return fmt.Sprintf("shard: format %d is newer", e.Format) }

// sheaf is what all codes of one backup have in common. Each group has data
// codes of which as many as data are enough, whichever they are.
type sheaf struct {
	id      [4]byte // first bytes of the SHA-256 of the payload
	groups  int     // 1 … 255
	data    int     // codes of a group that hold the payload itself: 1 … 255
	parity  int     // codes of a group beyond those: 1 … 255; data + parity ≤ 256
	perPage int     // codes on a full page: 1 … 255
	length  int     // bytes of the payload
}

// code is one code: where it belongs, and its bytes.
type code struct {
	sheaf
	group, index int // counted from 0
	shard        []byte
}

func (s sheaf) need() int  { return s.groups * s.data }
func (s sheaf) total() int { return s.groups * (s.data + s.parity) }
func (s sheaf) pages() int { return (s.total() + s.perPage - 1) / s.perPage }

// place is the code's place in the order of printing, from 0. Neighbours belong
// to different groups, so that a page takes as few of each group as possible.
func (c *code) place() int { return c.index*c.groups + c.group }

// page is the number of the code's page, from 1.
func (c *code) page() int { return c.place()/c.perPage + 1 }

// name is the id as it is printed.
func (s sheaf) name() string { return fmt.Sprintf("%X-%X", s.id[:2], s.id[2:]) }

// ID returns the number of the backup that payload would be on paper.
func ID(payload []byte) string {
	sum := sha256.Sum256(payload)
	return sheaf{id: [4]byte(sum[:4])}.name()
}

// text writes the code.
func (c *code) text() string {
	b := make([]byte, 0, codeSize)
	b = append(b, Format)
	b = append(b, c.id[:]...)
	b = append(b, byte(c.group), byte(c.groups), byte(c.data), byte(c.parity), byte(c.index), byte(c.perPage))
	b = append(b, byte(c.length>>16), byte(c.length>>8), byte(c.length))
	b = append(b, c.shard...)
	b = binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b))
	text := append(make([]byte, 0, TextLen), prefix...)
	return string(append(appendBase45(text, b), suffix...))
}

// parseCode reads what text wrote.
func parseCode(text string) (*code, error) {
	body, ok := strings.CutPrefix(text, prefix)
	if !ok {
		return nil, foreignOrNewer(text)
	}
	body, ok = strings.CutSuffix(body, suffix)
	if !ok || len(text) != TextLen {
		return nil, ErrDamaged
	}
	b, err := decodeBase45(body)
	if err != nil {
		return nil, ErrDamaged
	}
	sum := b[codeSize-crc32.Size:]
	b = b[:codeSize-crc32.Size]
	if crc32.ChecksumIEEE(b) != binary.BigEndian.Uint32(sum) {
		return nil, ErrDamaged
	}
	if b[0] > Format {
		return nil, &NewerError{Format: int(b[0])}
	}
	c := &code{
		sheaf: sheaf{
			id: [4]byte(b[1:5]), groups: int(b[6]), data: int(b[7]), parity: int(b[8]), perPage: int(b[10]),
			length: int(b[11])<<16 | int(b[12])<<8 | int(b[13]),
		},
		group: int(b[5]), index: int(b[9]), shard: b[headerSize:],
	}
	if b[0] != Format || !c.fits() {
		return nil, ErrDamaged
	}
	return c, nil
}

// fits reports whether the numbers of a header belong together, so that nothing
// that is made later to their measure is larger than what was read.
func (c *code) fits() bool {
	return c.groups >= 1 && c.group < c.groups &&
		c.data >= 1 && c.parity >= 1 && c.data+c.parity <= maxShards && c.index < c.data+c.parity &&
		c.perPage >= 1 && c.length >= 1 && c.length <= MaxPayload &&
		c.data == ceil(ceil(c.length, ShardSize), c.groups)
}

// foreignOrNewer judges a text without our prefix.
func foreignOrNewer(text string) error {
	digits, rest, ok := strings.Cut(text, ":")
	digits, ours := strings.CutPrefix(digits, "VB")
	n, err := strconv.Atoi(digits)
	if !ok || !ours || err != nil || n <= Format || n > 999 || strconv.Itoa(n) != digits || !strings.HasSuffix(rest, suffix) {
		return ErrForeign
	}
	return &NewerError{Format: n}
}

func ceil(n, d int) int { return (n + d - 1) / d }
