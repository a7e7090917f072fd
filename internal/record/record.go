// Package record knows what a note is: its fields, its template, how a value
// is folded, checked and masked, and how a note is written down. It keeps the
// rest of the program from knowing JSON, templates and field rules.
//
// It does no input or output and reads no clock.
package record

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"
)

// Schema is the number written into every record. A record with a larger
// number is read, shown and kept whole, but not edited (ErrNewer).
const Schema = 1

// Limits on one record. They bound memory for whoever reads a hostile file;
// a person does not meet them. Encode keeps them too, so that nothing is
// written that cannot be read again.
const (
	MaxValue       = 64 << 10 // bytes in one value
	MaxNotes       = 1 << 20  // bytes in the notes of one record
	MaxRecord      = 4 << 20  // bytes of one encoded record
	MaxFields      = 500      // fields in one record, and members of any object in it
	MaxCodes       = 1000     // codes in one field
	MaxTags        = 200      // tags of one record
	MaxAttachments = 1000     // attachments of one record
	MaxName        = 100      // bytes in a name
	MaxImportance  = 3        // 0 nobody cares, 3 must never be lost
	MaxAttachment  = 10 << 20 // bytes in one attached file
)

// ID names a record, a vault, a slot or an attachment: 16 random bytes, written
// as 32 lower-case hexadecimal digits.
type ID [16]byte

// NewID returns a fresh random ID.
func NewID() ID {
	var id ID
	rand.Read(id[:])
	return id
}

// ParseID reads the 32 hexadecimal digits of String.
func ParseID(s string) (ID, error) {
	var id ID
	if len(s) != 2*len(id) {
		return id, fmt.Errorf("an id has %d hexadecimal digits, not %d", 2*len(id), len(s))
	}
	_, err := hex.Decode(id[:], []byte(s))
	return id, err
}

func (id ID) String() string { return hex.EncodeToString(id[:]) }

// IsZero reports whether id was never set.
func (id ID) IsZero() bool { return id == ID{} }

// MarshalText writes the 32 digits.
func (id ID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText reads the 32 digits.
func (id *ID) UnmarshalText(b []byte) error {
	parsed, err := ParseID(string(b))
	*id = parsed
	return err
}

// A Record is one note. Vault, ID and Revision say which note of which vault
// in which edit this is; they are sealed with it, so that a record that was
// moved, copied or replayed shows.
type Record struct {
	Schema   int    `json:"schema"`
	Vault    ID     `json:"vault"`
	ID       ID     `json:"id"`
	Revision uint64 `json:"revision"` // 1 for the first, +1 for each edit

	Template string   `json:"template"`
	Name     string   `json:"name"` // what one types; unique in the vault by NameKey
	Title    string   `json:"title,omitempty"`
	Owner    string   `json:"owner,omitempty"` // whose: a family member or a customer
	Fields   []Field  `json:"fields"`
	Tags     []string `json:"tags,omitempty"`
	Notes    string   `json:"notes,omitempty"`

	Kept       map[string]string `json:"kept,omitempty"` // field key -> vault, memory, paper:…, device:…, person:…
	Importance int               `json:"importance,omitempty"`

	Ways     []Way                 `json:"ways,omitempty"`     // those that the owner adds to the template's, changes or switches off
	Proven   map[string]string     `json:"proven,omitempty"`   // id of a way -> YYYY-MM-DD on which it was last really used
	Accepted map[string]Acceptance `json:"accepted,omitempty"` // id of a rule of the audit -> why its finding may stand
	Retire   *Retirement           `json:"retire,omitempty"`   // set while what the record is about is going away
	Attempts []Attempt             `json:"attempts,omitempty"` // to get back in, oldest first
	Printed  map[string]string     `json:"printed,omitempty"`  // of a printed sheet: id of a record -> its Fingerprint as it was printed

	Attachments []Attachment `json:"attachments,omitempty"`

	Created  time.Time  `json:"created"`
	Updated  time.Time  `json:"updated"`
	Verified *time.Time `json:"verified,omitempty"`
	Trashed  *time.Time `json:"trashed,omitempty"` // set while it lies in the trash

	// From are the versions this one was made of, in order of their ids; nil
	// where that is the revision before it, as after every edit. A merge sets it.
	From      []VersionID `json:"from,omitzero"`
	Conflicts []Conflict  `json:"conflicts,omitempty"` // what a merge had to choose between

	// Extra keeps what a newer program wrote and this one does not know, by
	// key, as compact JSON.
	Extra map[string]json.RawMessage `json:"-"`
}

// A Field is one answer. A field of type codes has Codes and no Value; every
// other has a Value.
type Field struct {
	Key   string `json:"key"`             // stable snake_case English
	Type  Type   `json:"type,omitempty"`  // empty: as the template says, else text
	Label string `json:"label,omitempty"` // only of fields the user added
	Value string `json:"value,omitempty"`
	Codes []Code `json:"codes,omitempty"`

	Extra map[string]json.RawMessage `json:"-"`
}

// A Code is one one-time code and the day it was used up.
type Code struct {
	Code string `json:"code"`
	Used string `json:"used,omitempty"` // date YYYY-MM-DD or UsedUnknown; empty while unused

	Extra map[string]json.RawMessage `json:"-"`
}

// UsedUnknown stands in Code.Used for a code that was used up on a day nobody
// wrote down.
const UsedUnknown = "unknown"

// An Attachment points to a file kept beside the record: the photo of a key
// card, a receipt.
type Attachment struct {
	ID     ID     `json:"id"`
	Name   string `json:"name"`
	Size   int64  `json:"size"`   // bytes
	SHA256 string `json:"sha256"` // of the plain file, hexadecimal

	Extra map[string]json.RawMessage `json:"-"`
}

// Errors of this package. What a user reads is written by the caller.
var (
	ErrNewer = errors.New("record: written by a newer program")
	ErrBad   = errors.New("record: not a record")
)

// Clone returns a copy that shares nothing with r that either could change.
func (r *Record) Clone() *Record {
	c := *r
	c.Fields = slices.Clone(r.Fields)
	for i := range c.Fields {
		f := &c.Fields[i]
		f.Extra = cloneExtra(f.Extra)
		f.Codes = slices.Clone(f.Codes)
		for j := range f.Codes {
			f.Codes[j].Extra = cloneExtra(f.Codes[j].Extra)
		}
	}
	c.Tags = slices.Clone(r.Tags)
	c.Kept = maps.Clone(r.Kept)
	c.cloneStanding(r)
	c.Attachments = slices.Clone(r.Attachments)
	for i := range c.Attachments {
		c.Attachments[i].Extra = cloneExtra(c.Attachments[i].Extra)
	}
	c.Verified, c.Trashed = cloneTime(r.Verified), cloneTime(r.Trashed)
	c.From, c.Conflicts = slices.Clone(r.From), slices.Clone(r.Conflicts)
	for i := range c.Conflicts {
		c.Conflicts[i] = c.Conflicts[i].clone()
	}
	c.Extra = cloneExtra(r.Extra)
	return &c
}

func cloneExtra(m map[string]json.RawMessage) map[string]json.RawMessage {
	m = maps.Clone(m)
	for k, v := range m {
		m[k] = slices.Clone(v)
	}
	return m
}

func cloneTime(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	c := *t
	return &c
}

// Field returns the field with the key, or nil. It points into r.
func (r *Record) Field(key string) *Field {
	for i := range r.Fields {
		if r.Fields[i].Key == key {
			return &r.Fields[i]
		}
	}
	return nil
}

// Set gives the field the value, adding the field at the end if there is
// none. Pass the type even when the template knows it: a note whose template
// is lost must still hide its secrets.
func (r *Record) Set(key string, t Type, value string) {
	f := r.fieldOrNew(key)
	f.Type, f.Value, f.Codes = t, value, nil
}

// SetCodes gives the field the list of codes, adding the field if there is none.
func (r *Record) SetCodes(key string, codes []Code) {
	f := r.fieldOrNew(key)
	f.Type, f.Value, f.Codes = TypeCodes, "", codes
}

func (r *Record) fieldOrNew(key string) *Field {
	if f := r.Field(key); f != nil {
		return f
	}
	r.Fields = append(r.Fields, Field{Key: key})
	return &r.Fields[len(r.Fields)-1]
}

// Remove takes the field out, and with it where it was kept; it reports whether
// there was one. Without the field, what is kept stays: codes may be on paper
// alone.
func (r *Record) Remove(key string) bool {
	n := len(r.Fields)
	r.Fields = slices.DeleteFunc(r.Fields, func(f Field) bool { return f.Key == key })
	if len(r.Fields) == n {
		return false
	}
	delete(r.Kept, key)
	return true
}
