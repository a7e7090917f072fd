package record

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
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
	p := &scanner{s: string(b)}
	w := writer{b: make([]byte, 0, len(b))}
	w.sorted(p, "vault", "revision")
	return sha256.Sum256(w.b), p.err
}

// sorted copies a JSON value with the members of all objects in order of their
// names, and without those that are to be left out of the outermost one.
func (w *writer) sorted(p *scanner, without ...string) {
	switch p.space() {
	case '{':
		type member struct{ key, value string }
		var members []member
		p.objectUpTo(len(p.s), func(key string) {
			var value writer
			value.sorted(p)
			members = append(members, member{key, string(value.b)})
		})
		slices.SortFunc(members, func(x, y member) int { return cmp.Compare(x.key, y.key) })
		w.b = append(w.b, '{')
		for _, m := range members {
			if !slices.Contains(without, m.key) {
				w.key(m.key)
				w.b = append(w.b, m.value...)
			}
		}
		w.b = append(w.b, '}')
	case '[':
		w.b = append(w.b, '[')
		first := true
		p.array(len(p.s), func() {
			if !first {
				w.b = append(w.b, ',')
			}
			first = false
			w.sorted(p)
		})
		w.b = append(w.b, ']')
	case '"':
		w.quote(p.str())
	default:
		start := p.i
		p.skip()
		w.b = append(w.b, p.s[start:p.i]...)
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
