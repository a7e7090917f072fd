package store

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"memovault/internal/record"
)

// The sealed index says what a vault consists of: the digest of every other
// value in the file. Whoever only holds the file cannot make one, so a value
// that was swapped, replayed, deleted or added shows. Its plaintext is text,
// one JSON object a line: a header, then the records in order of id, then the
// attachments (docs/format.md).

var errIndex = errors.New("the index does not hold together")

// A digest is the SHA-256 of a value as it stands in the file.
type digest [sha256.Size]byte

func digestOf(b []byte) digest { return sha256.Sum256(b) }

var digestText = base64.RawURLEncoding

// digestTextLen is the length of a digest in the index: 43 characters.
const digestTextLen = 43

func (d digest) MarshalText() ([]byte, error) { return digestText.AppendEncode(nil, d[:]), nil }

func (d *digest) UnmarshalText(b []byte) error { return d.parse(string(b)) }

func (d *digest) parse(text string) error {
	if len(text) != digestTextLen {
		return fmt.Errorf("%w: a digest of %d characters", errIndex, len(text))
	}
	var b [digestTextLen]byte
	copy(b[:], text)
	_, err := digestText.Strict().Decode(d[:], b[:])
	return err
}

// indexHead is how many bytes of an index tell it from every other.
const indexHead = 4096

// indexSum names a sealed index: the SHA-256 of its first 4,096 bytes, or of
// all of it. The header of the age file lies in there, with a file key that is
// used once and under which the rest is authenticated, so no other index that
// opens begins like it. Hashing the whole would cost a quarter of a small
// command in a vault of ten thousand records.
func indexSum(sealed []byte) digest { return digestOf(sealed[:min(len(sealed), indexHead)]) }

// indexHeader is the first line of the index.
type indexHeader struct {
	Format      int                  `json:"format"`
	Vault       record.ID            `json:"vault"`
	Generation  uint64               `json:"generation"` // 1 for a new vault, +1 each commit
	Previous    digest               `json:"previous"`   // indexSum of the index before
	Time        time.Time            `json:"time"`
	Slots       []SlotInfo           `json:"slots"`
	Digest      *digestInfo          `json:"digest,omitempty"`
	Last        []record.ID          `json:"last,omitempty"`    // records the last commit changed
	Before      map[record.ID]uint64 `json:"before,omitempty"`  // of a merge: which revision each of them had
	Merged      []digest             `json:"merged,omitempty"`  // indexSum of copies that were merged, the oldest first
	Retired     []retired            `json:"retired,omitempty"` // earlier identities, newest first
	Purged      []Tombstone          `json:"purged,omitempty"`  // records that are gone for good
	Copies      []Copy               `json:"copies,omitempty"`  // places that got copies
	Records     int                  `json:"records"`
	Attachments int                  `json:"attachments"`
}

// A SlotInfo is what the vault knows of one of its slots once it is open.
type SlotInfo struct {
	ID      record.ID  `json:"id"`
	SHA256  digest     `json:"sha256"`
	Kind    string     `json:"kind"`
	Label   string     `json:"label,omitempty"`
	Created time.Time  `json:"created"`
	Proven  *time.Time `json:"proven,omitempty"` // when it last opened the vault in a drill

	// Recipient is what seals to the slot's key, in text; empty for a passphrase
	// and where it is not known. Whoever knows it can forge the slot.
	Recipient  string `json:"recipient,omitempty"`
	HintSHA256 digest `json:"hintsha256,omitzero"` // of the slot's hint; zero if it has none

	Need  int `json:"need,omitempty"`  // of a slot of shares: how many of them are needed
	Count int `json:"count,omitempty"` // and how many were made
}

// digestInfo is what the index says of the cache of all current records.
type digestInfo struct {
	SHA256     digest `json:"sha256"`
	Generation uint64 `json:"generation"`
	Stale      int    `json:"stale"` // records changed since, at most
}

// A Card is what list needs of a record, and nothing secret.
type Card struct {
	ID       record.ID `json:"-"`
	Revision uint64    `json:"-"`

	Name     string    `json:"name"`
	Title    string    `json:"title,omitempty"` // or what Record.Heading puts in its place
	Template string    `json:"template"`
	Owner    string    `json:"owner,omitempty"`
	Tags     []string  `json:"tags,omitempty"`
	Created  time.Time `json:"created"`
	Updated  time.Time `json:"updated,omitzero"` // in a line, left out while it is Created
	Trashed  bool      `json:"trashed,omitempty"`
	Retiring bool      `json:"retiring,omitempty"` // what it is about is going away: see record.Retirement
}

func cardOf(r *record.Record) Card {
	return Card{ID: r.ID, Revision: r.Revision, Name: r.Name, Title: r.Heading(record.LookupTemplate(r.Template)), Template: r.Template,
		Owner: r.Owner, Tags: r.Tags, Created: r.Created, Updated: r.Updated, Trashed: r.Trashed != nil, Retiring: r.Retire != nil}
}

// An entry is one record's line. Its head has a fixed layout, so that a command
// which touches one record does not parse ten thousand:
//
//	{"id":"<32 hex>","sha256":"<43 base64url>","revision":…,"past":…,"pastsha256":"…","card":{…}}
//
// past and pastsha256 are left out while there is no past.
type entry struct {
	id   record.ID
	sum  digest
	line string // the whole line, without the newline
}

// entryRest is what stands in the line behind its head.
type entryRest struct {
	Revision   uint64 `json:"revision"`
	Past       uint64 `json:"past,omitzero"`       // how many earlier revisions are kept
	PastSHA256 digest `json:"pastsha256,omitzero"` // chained: SHA-256(chain so far ‖ digest of the next)
	Card       Card   `json:"card"`
}

const (
	entryHead1 = `{"id":"`
	entryHead2 = `","sha256":"`
	entryHead3 = `","revision":`
	entrySum   = len(entryHead1) + 32 + len(entryHead2)
	entryTail  = entrySum + digestTextLen + len(`",`)
)

func newEntry(id record.ID, sum digest, rest entryRest) (entry, error) {
	if rest.Card.Updated.Equal(rest.Card.Created) {
		rest.Card.Updated = time.Time{}
	}
	tail, err := json.Marshal(rest)
	if err != nil {
		return entry{}, err
	}
	line := make([]byte, 0, entryTail+len(tail))
	line = append(line, entryHead1...)
	line = hex.AppendEncode(line, id[:])
	line = append(line, entryHead2...)
	line = digestText.AppendEncode(line, sum[:])
	line = append(line, `",`...)
	line = append(line, tail[1:]...)
	return entry{id: id, sum: sum, line: string(line)}, nil
}

func parseEntry(line string) (entry, error) {
	e := entry{line: line}
	if len(line) < entryTail+len(entryHead3) ||
		line[:len(entryHead1)] != entryHead1 ||
		line[len(entryHead1)+32:entrySum] != entryHead2 ||
		line[entrySum+digestTextLen:entryTail+len(entryHead3)-2] != entryHead3 {
		return e, fmt.Errorf("%w: a record's line has another layout", errIndex)
	}
	var id [32]byte
	copy(id[:], line[len(entryHead1):])
	if _, err := hex.Decode(e.id[:], id[:]); err != nil {
		return e, fmt.Errorf("%w: a record's id", errIndex)
	}
	return e, e.sum.parse(line[entrySum : entrySum+digestTextLen])
}

// rest parses the part of the line behind the head.
func (e entry) rest() (entryRest, error) {
	rest, ok := scanRest(e.line[entryTail:])
	if !ok {
		var slow entryRest
		if err := json.Unmarshal([]byte(e.line), &slow); err != nil {
			return rest, fmt.Errorf("%w: the line of record %s", errIndex, e.id)
		}
		rest = slow
	}
	if rest.Card.Updated.IsZero() {
		rest.Card.Updated = rest.Card.Created
	}
	rest.Card.ID, rest.Card.Revision = e.id, rest.Revision
	return rest, nil
}

// revision reads only that of the line.
func (e entry) revision() (uint64, bool) {
	s := &scanner{b: e.line[entryTail:], ok: true}
	s.want(`"revision":`)
	n := s.num()
	return n, s.ok
}

// An attached is one attachment's line.
type attached struct {
	ID     record.ID `json:"id"`
	SHA256 digest    `json:"sha256"`
}

// An index is the parsed plaintext.
type index struct {
	head     indexHeader
	entries  []entry // in order of id
	attached []attached
}

// parseIndex reads a plaintext; lines, and names and titles in them, are parts
// of it.
func parseIndex(plain string) (*index, error) {
	line, b, _ := strings.Cut(plain, "\n")
	x := &index{}
	if err := json.Unmarshal([]byte(line), &x.head); err != nil {
		return nil, fmt.Errorf("%w: header", errIndex)
	}
	h := &x.head
	if h.Format != Format || h.Records < 0 || h.Attachments < 0 || h.Records+h.Attachments > len(b)/entryTail+1 {
		return nil, fmt.Errorf("%w: header", errIndex)
	}
	x.entries = make([]entry, 0, h.Records)
	for range h.Records {
		line, b, _ = strings.Cut(b, "\n")
		e, err := parseEntry(line)
		if err != nil {
			return nil, err
		}
		if n := len(x.entries); n > 0 && bytes.Compare(x.entries[n-1].id[:], e.id[:]) >= 0 {
			return nil, fmt.Errorf("%w: records out of order", errIndex)
		}
		x.entries = append(x.entries, e)
	}
	for range h.Attachments {
		line, b, _ = strings.Cut(b, "\n")
		var a attached
		if err := json.Unmarshal([]byte(line), &a); err != nil {
			return nil, fmt.Errorf("%w: an attachment's line", errIndex)
		}
		x.attached = append(x.attached, a)
	}
	if len(b) != 0 {
		return nil, fmt.Errorf("%w: %d bytes too many", errIndex, len(b))
	}
	return x, nil
}

// encode writes the plaintext. It sets the counts of the header.
func (x *index) encode() ([]byte, error) {
	x.head.Records, x.head.Attachments = len(x.entries), len(x.attached)
	head, err := json.Marshal(x.head)
	if err != nil {
		return nil, err
	}
	size := len(head) + 1
	for _, e := range x.entries {
		size += len(e.line) + 1
	}
	b := make([]byte, 0, size+len(x.attached)*100)
	b = append(append(b, head...), '\n')
	for _, e := range x.entries {
		b = append(append(b, e.line...), '\n')
	}
	for _, a := range x.attached {
		line, err := json.Marshal(a)
		if err != nil {
			return nil, err
		}
		b = append(append(b, line...), '\n')
	}
	return bytes.TrimSuffix(b, []byte{'\n'}), nil
}

func (x *index) at(id record.ID) (int, bool) {
	return slices.BinarySearchFunc(x.entries, id, func(e entry, id record.ID) int {
		return bytes.Compare(e.id[:], id[:])
	})
}

func (x *index) entry(id record.ID) (entry, bool) {
	i, ok := x.at(id)
	if !ok {
		return entry{}, false
	}
	return x.entries[i], true
}

// with returns the index with entries in the place of those with the same ids,
// or between the others. The lines themselves are shared; they never change.
func (x *index) with(changed []entry) *index {
	changed = slices.Clone(changed)
	byID := func(a, b entry) int { return bytes.Compare(a.id[:], b.id[:]) }
	slices.SortFunc(changed, byID)
	next := *x
	next.head.Slots = slices.Clone(x.head.Slots)
	next.attached = slices.Clone(x.attached)
	next.entries = make([]entry, 0, len(x.entries)+len(changed))
	for _, e := range x.entries {
		for len(changed) > 0 && byID(changed[0], e) < 0 {
			next.entries, changed = append(next.entries, changed[0]), changed[1:]
		}
		if len(changed) > 0 && changed[0].id == e.id {
			e, changed = changed[0], changed[1:]
		}
		next.entries = append(next.entries, e)
	}
	next.entries = append(next.entries, changed...)
	return &next
}

// named returns the records of that name (folded), in the trash or not.
func (x *index) named(name string) ([]Card, error) {
	key := record.NameKey(name)
	var found []Card
	for _, e := range x.entries {
		raw, plain := rawName(e.line)
		if plain && record.NameKey(raw) != key {
			continue
		}
		rest, err := e.rest()
		if err != nil {
			return nil, err
		}
		if record.NameKey(rest.Card.Name) == key {
			found = append(found, rest.Card)
		}
	}
	return found, nil
}

// namesFree refuses a second record of the same name outside the trash among
// those that were changed, and between them and the others.
func (x *index) namesFree(changed []sealedRecord) error {
	wanted := map[string]*record.Record{}
	for _, sr := range changed {
		if sr.r.Trashed != nil {
			continue
		}
		key := record.NameKey(sr.r.Name)
		if wanted[key] != nil {
			return &NameError{Name: sr.r.Name}
		}
		wanted[key] = sr.r
	}
	if len(wanted) == 0 {
		return nil
	}
	for _, e := range x.entries {
		if name, plain := rawName(e.line); plain && wanted[record.NameKey(name)] == nil {
			continue
		}
		rest, err := e.rest()
		if err != nil {
			return damaged("index", err)
		}
		r := wanted[record.NameKey(rest.Card.Name)]
		if r != nil && r.ID != e.id && !rest.Card.Trashed {
			return &NameError{Name: r.Name}
		}
	}
	return nil
}

// chain adds the next earlier revision to the running digest of a history.
func (d digest) chain(next digest) digest {
	return digestOf(append(d[:], next[:]...))
}
