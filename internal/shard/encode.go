// Package shard turns the bytes of a backup into the texts of QR codes and
// back. The codes carry Reed–Solomon parity beyond the payload, so that any one
// page of them may be lost; each has a header that says which backup it belongs
// to and where, so that they may come in any order and mixed with others.
// docs/format.md, "Paper backup, version 1", describes every byte.
//
// The package knows nothing of what the payload is, nor of pages of paper.
package shard

import (
	"crypto/sha256"
	"fmt"

	"github.com/klauspost/reedsolomon"
)

// MaxPayload is the longest payload in bytes: 1 MiB, which is 79 pages of A4.
// Beyond that paper is the wrong place for it.
const MaxPayload = 1 << 20

// maxShards is how many codes a group can have: the field of the code has 256
// elements. The library would silently take another code above that.
const maxShards = 256

// spare is how many codes of every group may be unreadable besides a lost page.
const spare = 2

// A TooLargeError says that the payload is longer than MaxPayload.
type TooLargeError struct{ Size int } // bytes

func (e *TooLargeError) Error() string {
	return fmt.Sprintf("shard: %d bytes are more than %d", e.Size, MaxPayload)
}

// A Set is the codes of one backup.
type Set struct {
	ID     string     // eight hexadecimal digits of the payload's SHA-256: "3C7A-F18E"
	Pages  [][]string // texts of the codes, page by page; at least two pages
	Need   int        // codes that the payload itself fills
	Groups int        // each has codes of its own to spare
	Total  int        // codes on all pages; any Need of them are enough while there is one group
}

// Encode deals payload, of 1 to MaxPayload bytes, to codes with perPage of them
// on a page (1 to 128). Any one page may be lost and two more codes besides.
// What is left of the last page holds more parity. It returns *TooLargeError.
func Encode(payload []byte, perPage int) (*Set, error) {
	if len(payload) > MaxPayload {
		return nil, &TooLargeError{Size: len(payload)}
	}
	if len(payload) == 0 || perPage < 1 || perPage > maxShards/2 {
		return nil, fmt.Errorf("shard: %d bytes on pages of %d codes", len(payload), perPage)
	}
	s := plan(len(payload), perPage)
	sum := sha256.Sum256(payload)
	s.id = [4]byte(sum[:4])
	groups, err := s.encode(payload)
	if err != nil {
		return nil, err
	}
	set := &Set{ID: s.name(), Need: s.need(), Groups: s.groups, Total: s.total(), Pages: make([][]string, s.pages())}
	for i := range s.total() {
		c := code{sheaf: s, group: i % s.groups, index: i / s.groups}
		c.shard = groups[c.group][c.index]
		set.Pages[c.page()-1] = append(set.Pages[c.page()-1], c.text())
	}
	return set, nil
}

// plan finds the fewest groups that leave each its share of a page, and the
// spare, as parity; then it fills the last page.
func plan(length, perPage int) sheaf {
	s := sheaf{length: length, perPage: perPage}
	for {
		s.groups++
		s.data = ceil(ceil(length, ShardSize), s.groups)
		s.parity = ceil(perPage, s.groups) + spare
		if s.data+s.parity <= maxShards {
			break
		}
	}
	full := s.pages() * perPage / s.groups
	s.parity = min(full, maxShards) - s.data
	return s
}

// encode returns the shards of each group, those of the payload first. Byte b
// of the payload lies in the code at place b/ShardSize: read in order of
// printing, the first codes are the payload.
func (s sheaf) encode(payload []byte) ([][][]byte, error) {
	padded := s.fill(payload)
	groups := make([][][]byte, s.groups)
	rs, err := s.code()
	if err != nil {
		return nil, err
	}
	for g := range groups {
		shards := make([][]byte, s.data+s.parity)
		for i := range shards {
			if i < s.data {
				at := (i*s.groups + g) * ShardSize
				shards[i] = padded[at : at+ShardSize]
			} else {
				shards[i] = make([]byte, ShardSize)
			}
		}
		if err := rs.Encode(shards); err != nil {
			return nil, err
		}
		groups[g] = shards
	}
	return groups, nil
}

// fill lengthens a payload to whole shards by its own bytes from the start. Zeros
// would make a checkerboard of a code, in which readers find what isn't there.
func (s sheaf) fill(payload []byte) []byte {
	padded := make([]byte, 0, s.need()*ShardSize)
	for len(padded) < cap(padded) {
		padded = append(padded, payload[:min(len(payload), cap(padded)-len(padded))]...)
	}
	return padded
}

// code returns the library's code with its default matrix: of Vandermonde,
// brought to the unit matrix above. A test pins it.
func (s sheaf) code() (reedsolomon.Encoder, error) {
	return reedsolomon.New(s.data, s.parity)
}
