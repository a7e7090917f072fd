package record

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"
)

// The members this program knows, at each level. Any other is Extra.
var (
	recordKeys = []string{"schema", "vault", "id", "revision", "template", "name", "title", "owner", "fields", "tags",
		"notes", "kept", "importance", "ways", "proven", "accepted", "retire", "attempts", "printed", "attachments", "created", "updated", "verified", "trashed",
		"from", "conflicts"}
	fieldKeys      = []string{"key", "type", "label", "value", "codes"}
	codeKeys       = []string{"code", "used"}
	attachmentKeys = []string{"id", "name", "size", "sha256"}
)

// Encode writes a record as one line of compact JSON without a line end. The
// same record always gives the same bytes: members in the order of the type,
// unknown ones after them by name. Times are written as UTC in whole seconds;
// schema 0 is written as Schema. Control characters are escaped, C1 and the
// Unicode line ends too, so that the line stays one line in any viewer.
//
// The error wraps ErrBad if the record breaks a limit that Decode holds, has
// text that is not UTF-8, or has an Extra that is no JSON or hides a known
// member. The error holds no value.
func Encode(r *Record) ([]byte, error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	w := writer{b: make([]byte, 0, 1024)}
	w.record(r)
	if w.err == nil && len(w.b) > MaxRecord {
		w.err = fmt.Errorf("%w: %d bytes, the limit is %d", ErrBad, len(w.b), MaxRecord)
	}
	if w.err != nil {
		return nil, w.err
	}
	return w.b, nil
}

// A writer appends JSON to b. The first error stays in err.
type writer struct {
	b   []byte
	err error
}

func (w *writer) record(r *Record) {
	w.b = append(w.b, '{')
	w.natural("schema", uint64(cmp.Or(r.Schema, Schema)))
	w.id("vault", r.Vault)
	w.id("id", r.ID)
	w.natural("revision", r.Revision)
	w.text("template", r.Template)
	w.text("name", r.Name)
	w.optional("title", r.Title)
	w.optional("owner", r.Owner)
	w.key("fields")
	list(w, r.Fields, w.field)
	if len(r.Tags) > 0 {
		w.key("tags")
		list(w, r.Tags, func(t *string) { w.quote(*t) })
	}
	w.optional("notes", r.Notes)
	w.texts("kept", r.Kept)
	if r.Importance > 0 {
		w.natural("importance", uint64(r.Importance))
	}
	w.standing(r)
	if len(r.Attachments) > 0 {
		w.key("attachments")
		list(w, r.Attachments, w.attachment)
	}
	w.time("created", r.Created)
	w.time("updated", r.Updated)
	w.timePointer("verified", r.Verified)
	w.timePointer("trashed", r.Trashed)
	w.lineage(r)
	w.end(r.Extra, recordKeys)
}

// texts writes an object of texts; none if it is empty.
func (w *writer) texts(k string, m map[string]string) {
	if len(m) == 0 {
		return
	}
	w.key(k)
	w.b = append(w.b, '{')
	for _, k := range slices.Sorted(maps.Keys(m)) {
		w.text(k, m[k])
	}
	w.b = append(w.b, '}')
}

func (w *writer) field(f *Field) {
	w.b = append(w.b, '{')
	w.text("key", f.Key)
	w.optional("type", string(f.Type))
	w.optional("label", f.Label)
	w.optional("value", f.Value)
	if len(f.Codes) > 0 {
		w.key("codes")
		list(w, f.Codes, w.code)
	}
	w.end(f.Extra, fieldKeys)
}

func (w *writer) code(c *Code) {
	w.b = append(w.b, '{')
	w.text("code", c.Code)
	w.optional("used", c.Used)
	w.end(c.Extra, codeKeys)
}

func (w *writer) attachment(a *Attachment) {
	w.b = append(w.b, '{')
	w.id("id", a.ID)
	w.text("name", a.Name)
	w.natural("size", uint64(a.Size))
	w.text("sha256", a.SHA256)
	w.end(a.Extra, attachmentKeys)
}

func list[E any](w *writer, elements []E, each func(*E)) {
	w.b = append(w.b, '[')
	for i := range elements {
		if i > 0 {
			w.b = append(w.b, ',')
		}
		each(&elements[i])
	}
	w.b = append(w.b, ']')
}

// end writes the unknown members and closes the object.
func (w *writer) end(extra map[string]json.RawMessage, known []string) {
	if len(extra) == 0 { // nearly always: not worth an iterator
		w.b = append(w.b, '}')
		return
	}
	for _, k := range slices.Sorted(maps.Keys(extra)) {
		raw := extra[k]
		if slices.Contains(known, k) || !json.Valid(raw) || !utf8.Valid(raw) || !utf8.ValidString(k) {
			w.err = fmt.Errorf("%w: an unknown member that cannot be kept", ErrBad)
			return
		}
		w.key(k)
		w.compact(raw)
	}
	w.b = append(w.b, '}')
}

// compact appends JSON without the white space between its parts.
func (w *writer) compact(raw json.RawMessage) {
	quoted := false
	for i := 0; i < len(raw); i++ {
		c := raw[i]
		switch {
		case quoted && c == '\\':
			w.b = append(w.b, c)
			i++
			c = raw[i]
		case c == '"':
			quoted = !quoted
		case !quoted && (c == ' ' || c == '\t' || c == '\r' || c == '\n'):
			continue
		}
		w.b = append(w.b, c)
	}
}

func (w *writer) key(k string) {
	if w.b[len(w.b)-1] != '{' {
		w.b = append(w.b, ',')
	}
	w.quote(k)
	w.b = append(w.b, ':')
}

func (w *writer) text(k, v string) {
	w.key(k)
	w.quote(v)
}

func (w *writer) optional(k, v string) {
	if v != "" {
		w.text(k, v)
	}
}

func (w *writer) natural(k string, n uint64) {
	w.key(k)
	w.b = strconv.AppendUint(w.b, n, 10)
}

func (w *writer) id(k string, id ID) {
	w.key(k)
	w.b = append(w.b, '"')
	for _, c := range id {
		w.b = append(w.b, hexDigits[c>>4], hexDigits[c&15])
	}
	w.b = append(w.b, '"')
}

func (w *writer) time(k string, t time.Time) {
	w.key(k)
	w.b = append(w.b, '"')
	w.b = t.UTC().AppendFormat(w.b, time.RFC3339)
	w.b = append(w.b, '"')
}

func (w *writer) timePointer(k string, t *time.Time) {
	if t != nil {
		w.time(k, *t)
	}
}

const hexDigits = "0123456789abcdef"

func (w *writer) quote(s string) {
	w.b = append(w.b, '"')
	start := 0
	for i := 0; i < len(s); {
		c, size := rune(s[i]), 1
		if c >= utf8.RuneSelf {
			c, size = utf8.DecodeRuneInString(s[i:])
		}
		if escaped(c) {
			w.b = append(w.b, s[start:i]...)
			w.escape(c)
			start = i + size
		}
		i += size
	}
	w.b = append(w.b, s[start:]...)
	w.b = append(w.b, '"')
}

func escaped(c rune) bool {
	return c < ' ' || c == '"' || c == '\\' || 0x7f <= c && c <= 0x9f || c == 0x2028 || c == 0x2029
}

func (w *writer) escape(c rune) {
	switch c {
	case '"', '\\':
		w.b = append(w.b, '\\', byte(c))
	case '\n':
		w.b = append(w.b, `\n`...)
	case '\t':
		w.b = append(w.b, `\t`...)
	default:
		w.b = append(w.b, '\\', 'u', hexDigits[c>>12&15], hexDigits[c>>8&15], hexDigits[c>>4&15], hexDigits[c&15])
	}
}
