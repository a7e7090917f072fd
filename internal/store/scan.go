package store

import (
	"strconv"
	"strings"
	"time"

	"memovault/internal/record"
)

// Listing ten thousand records means reading ten thousand index lines, and
// encoding/json would cost more than all the cryptography. The lines are ours,
// with keys in one order and rarely an escape, so they are scanned by hand.
// Whatever looks otherwise (an escape, a key this version does not write) is
// left to encoding/json.

// A scanner stands before the next byte of a line.
type scanner struct {
	b  string
	ok bool
}

func (s *scanner) skip(text string) bool {
	if !s.ok || !strings.HasPrefix(s.b, text) {
		return false
	}
	s.b = s.b[len(text):]
	return true
}

func (s *scanner) want(text string) {
	if !s.skip(text) {
		s.ok = false
	}
}

// str reads a string without escapes. It shares the memory of the line.
func (s *scanner) str() string {
	s.want(`"`)
	end := strings.IndexByte(s.b, '"')
	if !s.ok || end < 0 || strings.IndexByte(s.b[:end], '\\') >= 0 {
		s.ok = false
		return ""
	}
	text := s.b[:end]
	s.b = s.b[end+1:]
	return text
}

func (s *scanner) num() uint64 {
	n := 0
	for n < len(s.b) && s.b[n] >= '0' && s.b[n] <= '9' {
		n++
	}
	v, err := strconv.ParseUint(s.b[:n], 10, 64)
	if err != nil {
		s.ok = false
	}
	s.b = s.b[n:]
	return v
}

func (s *scanner) time() time.Time {
	t, err := time.Parse(time.RFC3339, s.str())
	if err != nil {
		s.ok = false
	}
	return t
}

func (s *scanner) strs() []string {
	s.want("[")
	var list []string
	for s.ok {
		list = append(list, s.str())
		if !s.skip(",") {
			break
		}
	}
	s.want("]")
	return list
}

// scanRest reads the part of a line behind its head exactly as newEntry writes
// it. It reports false where the line has any other form.
func scanRest(b string) (entryRest, bool) {
	var r entryRest
	s := &scanner{b: b, ok: true}
	s.want(`"revision":`)
	r.Revision = s.num()
	if s.skip(`,"past":`) {
		r.Past = s.num()
	}
	if s.skip(`,"pastsha256":`) && r.PastSHA256.parse(s.str()) != nil {
		s.ok = false
	}
	s.want(`,"card":{"name":`)
	c := &r.Card
	c.Name = s.str()
	if s.skip(`,"title":`) {
		c.Title = s.str()
	}
	s.want(`,"template":`)
	c.Template = s.str()
	if s.skip(`,"owner":`) {
		c.Owner = s.str()
	}
	if s.skip(`,"tags":`) {
		c.Tags = s.strs()
	}
	s.want(`,"created":`)
	c.Created = s.time()
	if s.skip(`,"updated":`) {
		c.Updated = s.time()
	}
	c.Trashed = s.skip(`,"trashed":true`)
	s.want("}}")
	return r, s.ok && len(s.b) == 0
}

const cardStart = `,"card":{"name":"`

// rawName cuts the name out of a line, if it has no escapes.
func rawName(line string) (string, bool) {
	i := strings.Index(line, cardStart)
	if i < 0 {
		return "", false
	}
	name, _, ok := strings.Cut(line[i+len(cardStart):], `"`)
	if !ok || len(name) > record.MaxName || strings.IndexByte(name, '\\') >= 0 {
		return "", false
	}
	return name, true
}
