package record

import "strings"

// maxHeading is how many characters of a value serve as a heading.
const maxHeading = 80

// Heading returns what a list says of a record beside its name: the title, or
// else the first answer that is neither secret nor a hint, a choice or a date.
// The template may be nil.
func (r *Record) Heading(t *Template) string {
	if r.Title != "" {
		return r.Title
	}
	for _, f := range r.InOrder(t) {
		switch TypeOf(t, f) {
		case TypeText, TypeMultiline, TypeEmail, TypePhone, TypePersonName, TypeURL, TypeRef:
			line, _, _ := strings.Cut(f.Value, "\n")
			if text := []rune(line); len(text) > maxHeading {
				return string(text[:maxHeading])
			}
			if line != "" && !SaysNone(line) {
				return line
			}
		}
	}
	return ""
}

// InOrder returns the fields in the order of the template, then those it does
// not know, as they stand in the record. The template may be nil.
func (r *Record) InOrder(t *Template) []*Field {
	list := make([]*Field, 0, len(r.Fields))
	if t != nil {
		for i := range t.Fields {
			if f := r.Field(t.Fields[i].Key); f != nil {
				list = append(list, f)
			}
		}
	}
	for i := range r.Fields {
		if t.Spec(r.Fields[i].Key) == nil {
			list = append(list, &r.Fields[i])
		}
	}
	return list
}
