package paper

import (
	"strings"

	"memovault/internal/lang"
	"memovault/internal/record"
)

// A Copied is one value that stands on a sheet with check letters, and that a
// person can type back from it.
type Copied struct {
	Key    string      // of its field
	Label  lang.Text   // of its field
	Number int         // from 1, of a code in its list; 0 if it is no code of a list
	Type   record.Type // decides what counts as the same
	value  string
}

// CopiedFrom returns the values of a record that a sheet shows with check
// letters, in the order in which they stand on it: passwords only if they were
// printed. Codes that were used up when it was printed are left out.
func CopiedFrom(r *record.Record, withSecrets bool) []Copied {
	t := record.LookupTemplate(r.Template)
	var list []Copied
	for _, f := range onPaper(r, t) {
		kind, label := record.TypeOf(t, f), record.Label(t, f)
		for i, c := range f.Codes {
			if !c.IsUsed() {
				list = append(list, Copied{f.Key, label, i + 1, record.TypeCodes, c.Code})
			}
		}
		if len(f.Codes) == 0 && kind.Secret() && (!withheld(kind) || withSecrets) && Check(kind, f.Value) != "" && !record.SaysNone(f.Value) {
			list = append(list, Copied{f.Key, label, 0, kind, f.Value})
		}
	}
	return list
}

// In reports whether the record still has the value at the same place.
func (c Copied) In(r *record.Record) bool {
	f := r.Field(c.Key)
	switch {
	case f == nil:
		return false
	case c.Number == 0:
		return f.Value == c.value
	}
	for _, code := range f.Codes {
		if code.Code == c.value && !code.IsUsed() {
			return true
		}
	}
	return false
}

// A Span is a run of groups of a value, as they are printed: from the First to
// the Last, counted from 1.
type Span struct{ First, Last int }

// leastNamed is of how many characters a part of a value must be to be named
// as wrong by itself.
const leastNamed = 4

// Compare compares what was typed from a sheet with what was printed there. What
// only groups a value, its width, and the case of a value that has but one, make
// no difference; check letters may stand behind it.
//
// Of what is wrong it returns the groups, so that a person knows where on the
// paper to look again, or none where it is not to be told. Naming a group says
// that the others are right, and so the answer must be of no use to somebody who
// guesses:
//
//   - Groups are named together until they make up four characters or more, so
//     that no answer is about a shorter part.
//   - Nothing is named unless at least half of the value is right in whole parts:
//     who types at random learns that it is wrong, and nothing else.
//   - A value of a single part, and a password, is right or wrong as a whole.
func (c Copied) Compare(typed string) (right bool, wrong []Span) {
	value, have := c.normal(c.value), c.normal(typed)
	if have == value || have == value+Check(c.Type, c.value) {
		return true, nil
	}
	if !grouped(c.Type) || have == "" {
		return false, nil
	}
	if rest, ok := strings.CutSuffix(have, Check(c.Type, c.value)); ok && len(rest) == len(value) {
		have = rest
	}
	parts, all := c.parts()
	if len(parts) < 2 || all != len(value) {
		return false, nil
	}
	from, to := differing(value, have)
	sound, at := 0, 0
	for _, p := range parts {
		end := at + p.chars
		bad := at < to && end > from
		if len(have) == len(value) {
			bad = have[at:end] != value[at:end]
		}
		if bad {
			wrong = append(wrong, p.span)
		} else {
			sound += p.chars
		}
		at = end
	}
	if 2*sound < len(value) {
		return false, nil
	}
	return false, wrong
}

// normal brings a value, or what was typed for it, to the characters that count.
func (c Copied) normal(s string) string {
	if !grouped(c.Type) {
		if s == c.value {
			return s
		}
		return lang.FoldCode(s)
	}
	s = ungrouped.Replace(lang.FoldCode(s))
	if v := c.value; c.Type == record.TypeProductKey || v == strings.ToUpper(v) || v == strings.ToLower(v) {
		s = strings.ToUpper(s)
	}
	return s
}

// differing returns the bytes of value, from and up to, in which have differs
// from it: what neither a common beginning nor a common end covers. They are at
// least one byte.
func differing(value, have string) (from, to int) {
	for from < len(value) && from < len(have) && value[from] == have[from] {
		from++
	}
	end := 0
	for end < len(value)-from && end < len(have)-from && value[len(value)-1-end] == have[len(have)-1-end] {
		end++
	}
	from = min(from, max(len(value)-1, 0))
	return from, max(len(value)-end, from+1)
}

// A part is a run of groups that may be named.
type part struct {
	span  Span
	chars int // bytes of the value in its normal form
}

// parts joins the groups of the value, as they are printed, to parts that may be
// named, and says how many bytes they have together.
func (c Copied) parts() (list []part, all int) {
	groups := strings.FieldsFunc(spaced(c.value), func(r rune) bool { return r == ' ' || r == '-' })
	open := part{span: Span{1, 0}}
	for i, g := range groups {
		open.span.Last = i + 1
		n := len(c.normal(g))
		open.chars, all = open.chars+n, all+n
		if open.chars >= leastNamed {
			list = append(list, open)
			open = part{span: Span{i + 2, 0}}
		}
	}
	if open.chars > 0 && len(list) > 0 {
		last := &list[len(list)-1]
		last.span.Last, last.chars = open.span.Last, last.chars+open.chars
	} else if open.chars > 0 {
		list = append(list, open)
	}
	return list, all
}
