package record

import (
	"bytes"
	"slices"
	"strings"

	"memovault/internal/lang"
)

// A Query is what somebody searches for, made ready once for many records.
// Every word of it must occur, each anywhere in the record.
type Query struct {
	words []queryWord
}

// A queryWord is one word in the forms in which it is looked for.
type queryWord struct {
	folded    string
	code      string      // folded as a code, for fields that are stored so; "" if the same
	digits    string      // of a telephone number: compared without its grouping; "" if it is none
	kana      kanaPattern // of a word that can be romaji
	templates []string    // names of the templates whose label or alias has the word
}

// minDigits is the number of digits from which a word is looked for in
// telephone numbers whatever their grouping.
const minDigits = 4

// NewQuery prepares a search. The templates are those whose labels and aliases count; a
// search with no words finds every record.
func NewQuery(s string, templates []*Template) Query {
	var q Query
	for _, word := range strings.Fields(lang.Fold(s)) {
		w := queryWord{folded: word, kana: readRomaji(word)}
		if code := lang.FoldCode(word); code != word {
			w.code = code
		}
		w.digits = queryDigits(lang.FoldCode(word))
		for _, t := range templates {
			if labelled(t, &w) {
				w.templates = append(w.templates, t.Name)
			}
		}
		q.words = append(q.words, w)
	}
	return q
}

// queryDigits returns the digits of a word that can be part of a telephone
// number, without the 0 that a +81 replaces.
func queryDigits(word string) string {
	if strings.Trim(word, "+-().0123456789") != "" || len(onlyDigits(word)) < minDigits {
		return ""
	}
	return strings.TrimPrefix(phoneDigits(word), "0")
}

func labelled(t *Template, w *queryWord) bool {
	has := func(name string) bool { return w.inText([]byte(lang.Fold(name))) }
	return t != nil && (has(t.Label.EN) || has(t.Label.JA) || slices.ContainsFunc(t.Aliases, has))
}

// inText reports whether a folded text has the word as it was typed or, if it
// is romaji, in kana.
func (w *queryWord) inText(text []byte) bool {
	return bytes.Contains(text, []byte(w.folded)) || w.kana.in(text)
}

// Matches reports whether every word of the query occurs in the record: in
// its name, title, owner, tags, notes, where things are kept, ways of its own,
// attempts to get back in, its template's name, label or aliases, the names of
// attachments, or any field that is not secret.
// Case, width and the kind of kana make no difference; the grouping of a
// telephone number makes none either. A word of romaji is found in kana, too.
// The template may be nil.
//
// To search many records, prepare a Query.
func Matches(r *Record, t *Template, query string) bool {
	return NewQuery(query, []*Template{t}).Matches(r, t)
}

// Matches is the function Matches for a prepared query.
func (q Query) Matches(r *Record, t *Template) bool {
	var stack [512]byte
	m := matcher{words: q.words, buf: stack[:0]}
	if len(q.words) > 64 { // more words than a person types: the rest is not looked at
		m.words = q.words[:64]
	}
	m.missing = 1<<len(m.words) - 1
	return m.record(r, t)
}

// A matcher looks for the words that are still missing.
type matcher struct {
	words   []queryWord
	missing uint64 // bit i: words[i] was not found yet
	buf     []byte
}

func (m *matcher) record(r *Record, t *Template) bool {
	m.template(r.Template)
	if m.text(r.Name) || m.text(r.Title) || m.text(r.Owner) || m.text(r.Template) || m.text(r.Notes) || slices.ContainsFunc(r.Tags, m.text) {
		return true
	}
	for i := range r.Fields {
		f := &r.Fields[i]
		kind := TypeOf(t, f)
		if m.text(f.Label) || !kind.Secret() && m.value(kind, f.Value) {
			return true
		}
	}
	for i := range r.Attachments {
		if m.text(r.Attachments[i].Name) {
			return true
		}
	}
	for _, place := range r.Kept {
		if m.text(place) {
			return true
		}
	}
	return m.standing(r)
}

// standing looks into ways, the places of papers included, and attempts.
func (m *matcher) standing(r *Record) bool {
	for i := range r.Ways {
		w := &r.Ways[i]
		if m.text(w.ID) || m.text(w.Label.EN) || m.text(w.Label.JA) {
			return true
		}
		for _, n := range w.Needs {
			if m.text(n.String()) {
				return true
			}
		}
	}
	for i := range r.Attempts {
		if m.text(r.Attempts[i].Note) {
			return true
		}
	}
	return m.missing == 0
}

// template strikes out the words that the label of the template has.
func (m *matcher) template(name string) {
	for i, w := range m.words {
		if slices.Contains(w.templates, name) {
			m.missing &^= 1 << i
		}
	}
}

// text strikes out the words that s has, and reports whether none is missing.
func (m *matcher) text(s string) bool {
	if s == "" || m.missing == 0 {
		return m.missing == 0
	}
	folded, simple := lang.AppendFold(m.buf[:0], s)
	if m.buf = folded; !simple {
		m.buf = append(m.buf[:0], lang.Fold(s)...)
	}
	for i := range m.words {
		if m.missing&(1<<i) != 0 && m.words[i].inText(m.buf) {
			m.missing &^= 1 << i
		}
	}
	return m.missing == 0
}

// value is text, and what the type of a field allows beyond.
func (m *matcher) value(t Type, s string) bool {
	if m.text(s) {
		return true
	}
	for i, w := range m.words {
		switch {
		case m.missing&(1<<i) == 0 || s == "":
		case w.code != "" && t.Folded() && bytes.Contains(m.buf, []byte(w.code)),
			w.digits != "" && t == TypePhone && strings.Contains(phoneDigits(s), w.digits):
			m.missing &^= 1 << i
		}
	}
	return m.missing == 0
}

// MayMatch looks at a record as Encode wrote it: false means that Matches
// would be false, true that the record is to be decoded and asked. So a search
// passes over most of a vault without decoding it. It works in buf and returns
// it, perhaps grown, for the next call.
func (q Query) MayMatch(line, buf []byte) (may bool, grown []byte) {
	buf, simple := lang.AppendFold(buf[:0], line)
	if !simple || hasOddEscape(buf) {
		return true, buf
	}
	for i := range q.words {
		var found bool
		if found, buf = q.words[i].in(buf); !found {
			return false, buf
		}
	}
	return true, buf
}

// hasOddEscape reports whether a line of JSON has an escape that stands for a
// character which could be part of a word, other than a quote and a backslash.
func hasOddEscape(line []byte) bool {
	for {
		i := bytes.IndexByte(line, '\\')
		if i < 0 {
			return false
		}
		if i+1 < len(line) && strings.IndexByte(`nt"\`, line[i+1]) < 0 {
			return true
		}
		line = line[min(i+2, len(line)):]
	}
}

// in reports whether the word can be in a folded line. It may append to the
// line behind its end.
func (w *queryWord) in(line []byte) (bool, []byte) {
	if strings.ContainsAny(w.folded, `"\`) || w.inText(line) ||
		w.code != "" && bytes.Contains(line, []byte(w.code)) {
		return true, line
	}
	for _, t := range w.templates {
		if bytes.Contains(line, []byte(`"template":"`+t+`"`)) {
			return true, line
		}
	}
	if w.digits == "" {
		return false, line
	}
	n := len(line)
	line = slices.Grow(line, n)
	digits, k := line[n:2*n], 0
	for _, c := range line {
		digits[k] = c // kept only if it is a digit: cheaper than a branch
		if isDigit(c) {
			k++
		}
	}
	// A +81 in the line hides one 0 of the query, however many it has.
	return bytes.Contains(digits[:k], []byte(strings.TrimLeft(w.digits, "0"))), line
}
