package record

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// MaxFrom is how many versions a merge can have put together into one.
const MaxFrom = 1000

// A VersionID names one version of a record, in whatever copy of a vault it
// lies and under whatever revision number: the SHA-256 of what the version says
// and of the ids of the versions it was made of. Two copies that hold the same
// version know that by its id.
type VersionID [sha256.Size]byte

var versionText = base64.RawURLEncoding.Strict()

// versionLen is the length of a VersionID as text.
const versionLen = 43

// String returns 43 characters of base64url.
func (v VersionID) String() string { return versionText.EncodeToString(v[:]) }

// MarshalText writes the 43 characters of String.
func (v VersionID) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// UnmarshalText reads what MarshalText writes.
func (v *VersionID) UnmarshalText(b []byte) error {
	if len(b) != versionLen {
		return fmt.Errorf("%w: the id of a version has %d characters, not %d", ErrBad, versionLen, len(b))
	}
	_, err := versionText.Decode(v[:], b)
	return err
}

func (v VersionID) compare(other VersionID) int { return bytes.Compare(v[:], other[:]) }

// A Version is one version of a record and where it comes from.
type Version struct {
	ID      VersionID
	Parents []VersionID // in order; none for the first version, or where what came before is lost
	Record  *Record

	content [sha256.Size]byte
}

// VersionsOf names the revisions of one record as they lie in one file: without
// a gap, the oldest first. A version without From was made of the one before it.
// The error wraps ErrBad if a record cannot be written down.
func VersionsOf(revisions []*Record) ([]Version, error) {
	list := make([]Version, 0, len(revisions))
	for _, r := range revisions {
		parents := r.From
		if parents == nil && len(list) > 0 {
			parents = []VersionID{list[len(list)-1].ID}
		}
		v, err := newVersion(r, parents)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return list, nil
}

const versionDomain = "memovault version 1\n"

// newVersion names a version. docs/format.md has the rule.
func newVersion(r *Record, parents []VersionID) (Version, error) {
	content, err := contentOf(r)
	if err != nil {
		return Version{}, err
	}
	parents = slices.Clone(parents)
	slices.SortFunc(parents, VersionID.compare)
	parents = slices.Compact(parents)
	h := sha256.New()
	h.Write([]byte(versionDomain))
	h.Write(content[:])
	for _, p := range parents {
		h.Write(p[:])
	}
	v := Version{Parents: parents, Record: r, content: content}
	h.Sum(v.ID[:0])
	return v, nil
}

// contentOf is the SHA-256 of what a version says: its JSON with the members of
// every object in order of their names, so that a program which knows more of
// them, or fewer, comes to the same; without what differs from copy to copy.
func contentOf(r *Record) (sum [sha256.Size]byte, err error) {
	bare := *r
	bare.From = nil
	b, err := Encode(&bare)
	if err != nil {
		return sum, err
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(b, &members); err != nil {
		return sum, fmt.Errorf("%w: not JSON", ErrBad)
	}
	for _, local := range []string{"vault", "revision"} {
		delete(members, local)
	}
	w := writer{b: make([]byte, 0, len(b))}
	w.sortedMembers(members)
	if w.err != nil {
		return sum, w.err
	}
	return sha256.Sum256(w.b), nil
}

func (w *writer) sortedMembers(members map[string]json.RawMessage) {
	w.b = append(w.b, '{')
	for _, k := range slices.Sorted(maps.Keys(members)) {
		w.key(k)
		w.sorted(members[k])
	}
	w.b = append(w.b, '}')
}

// sorted writes compact JSON with the members of all objects in order.
func (w *writer) sorted(raw json.RawMessage) {
	switch raw = bytes.TrimSpace(raw); {
	case len(raw) > 0 && raw[0] == '{':
		var members map[string]json.RawMessage
		if w.err = json.Unmarshal(raw, &members); w.err == nil {
			w.sortedMembers(members)
		}
	case len(raw) > 0 && raw[0] == '[':
		var elements []json.RawMessage
		w.err = json.Unmarshal(raw, &elements)
		list(w, elements, func(e *json.RawMessage) { w.sorted(*e) })
	case len(raw) > 0 && raw[0] == '"':
		var s string
		w.err = json.Unmarshal(raw, &s)
		w.quote(s)
	default:
		w.b = append(w.b, raw...)
	}
}

// lineage writes where a version comes from and what is open in it.
func (w *writer) lineage(r *Record) {
	if r.From != nil {
		w.key("from")
		list(w, r.From, func(v *VersionID) { w.quote(v.String()) })
	}
	if len(r.Conflicts) > 0 {
		w.key("conflicts")
		list(w, r.Conflicts, w.conflict)
	}
}

func (p *scanner) versions() []VersionID {
	if p.null() {
		return nil
	}
	all := []VersionID{}
	p.array(MaxFrom, func() {
		var v VersionID
		if err := v.UnmarshalText([]byte(p.str())); err != nil {
			p.fail("no id of a version")
		}
		all = append(all, v)
	})
	return all
}
