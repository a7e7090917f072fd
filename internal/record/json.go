package record

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"
)

// The members this program knows, at each level. Any other is Extra.
var (
	recordKeys = []string{"schema", "vault", "id", "revision", "template", "name", "title", "owner", "fields", "tags",
		"notes", "kept", "importance", "attachments", "created", "updated", "verified", "trashed"}
	fieldKeys      = []string{"key", "type", "label", "value", "codes"}
	codeKeys       = []string{"code", "used"}
	attachmentKeys = []string{"id", "name", "size", "sha256"}
)

// Decode reads one record. It never panics. The error wraps ErrBad if b is not
// a record within the limits: broken JSON, not UTF-8, a member that comes
// twice in one object (where other readers would keep one at random), or a
// value too large. Members it does not know are kept in Extra at every level.
//
// For a record of a newer program (a larger schema) the error wraps ErrNewer
// and the record is there to be shown; it is nil only if the newer program
// changed the meaning of a member so far that it cannot be read.
//
// Times become UTC in whole seconds. The strings of the record share memory.
func Decode(b []byte) (*Record, error) {
	if len(b) > MaxRecord {
		return nil, fmt.Errorf("%w: %d bytes, the limit is %d", ErrBad, len(b), MaxRecord)
	}
	if !utf8.Valid(b) {
		return nil, fmt.Errorf("%w: not UTF-8", ErrBad)
	}
	r := new(Record)
	p := &scanner{s: string(b)}
	if p.space() != '{' {
		p.fail("no object")
	}
	p.object(func(key string) { p.recordMember(r, key) })
	if p.err == nil && p.space() != 0 || p.i < len(p.s) {
		p.fail("more after the end")
	}
	err := p.err
	if err == nil {
		err = r.check()
	}
	switch newer := r.Schema > Schema; {
	case newer && err != nil:
		return nil, fmt.Errorf("%w (%w)", ErrNewer, err)
	case newer:
		return r, fmt.Errorf("%w: schema %d, this one knows %d", ErrNewer, r.Schema, Schema)
	case err != nil:
		return nil, err
	case r.Schema == 0:
		return nil, fmt.Errorf("%w: no schema number", ErrBad)
	}
	return r, nil
}

func (p *scanner) recordMember(r *Record, key string) {
	switch key {
	case "schema":
		r.Schema = int(p.natural(math.MaxInt32))
	case "vault":
		r.Vault = p.id()
	case "id":
		r.ID = p.id()
	case "revision":
		r.Revision = p.natural(math.MaxUint64)
	case "template":
		r.Template = p.text()
	case "name":
		r.Name = p.text()
	case "title":
		r.Title = p.text()
	case "owner":
		r.Owner = p.text()
	case "fields":
		r.Fields = make([]Field, 0, 16)
		p.array(MaxFields, func() { r.Fields = append(r.Fields, p.field()) })
	case "tags":
		p.array(MaxTags, func() { r.Tags = append(r.Tags, p.text()) })
	case "notes":
		r.Notes = p.text()
	case "kept":
		p.object(func(k string) { put(&r.Kept, k, p.text()) })
	case "importance":
		r.Importance = int(p.natural(MaxImportance))
	case "attachments":
		p.array(MaxAttachments, func() { r.Attachments = append(r.Attachments, p.attachment()) })
	case "created":
		r.Created = p.time()
	case "updated":
		r.Updated = p.time()
	case "verified":
		r.Verified = p.timePointer()
	case "trashed":
		r.Trashed = p.timePointer()
	default:
		put(&r.Extra, key, p.raw())
	}
}

func (p *scanner) field() (f Field) {
	p.object(func(key string) {
		switch key {
		case "key":
			f.Key = p.text()
		case "type":
			f.Type = Type(p.text())
		case "label":
			f.Label = p.text()
		case "value":
			f.Value = p.text()
		case "codes":
			p.array(MaxCodes, func() { f.Codes = append(f.Codes, p.code()) })
		default:
			put(&f.Extra, key, p.raw())
		}
	})
	return f
}

func (p *scanner) code() (c Code) {
	p.object(func(key string) {
		switch key {
		case "code":
			c.Code = p.text()
		case "used":
			c.Used = p.text()
		default:
			put(&c.Extra, key, p.raw())
		}
	})
	return c
}

func (p *scanner) attachment() (a Attachment) {
	p.object(func(key string) {
		switch key {
		case "id":
			a.ID = p.id()
		case "name":
			a.Name = p.text()
		case "size":
			a.Size = int64(p.natural(math.MaxInt64))
		case "sha256":
			a.SHA256 = p.text()
		default:
			put(&a.Extra, key, p.raw())
		}
	})
	return a
}

func put[V any](m *map[string]V, key string, v V) {
	if *m == nil {
		*m = make(map[string]V)
	}
	(*m)[key] = v
}

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
	if len(r.Kept) > 0 {
		w.kept(r.Kept)
	}
	if r.Importance > 0 {
		w.natural("importance", uint64(r.Importance))
	}
	if len(r.Attachments) > 0 {
		w.key("attachments")
		list(w, r.Attachments, w.attachment)
	}
	w.time("created", r.Created)
	w.time("updated", r.Updated)
	w.timePointer("verified", r.Verified)
	w.timePointer("trashed", r.Trashed)
	w.end(r.Extra, recordKeys)
}

func (w *writer) kept(m map[string]string) {
	w.key("kept")
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

// check holds a record to the limits, for reading and writing alike.
func (r *Record) check() error {
	switch {
	case r.Schema < 0, r.Importance < 0, r.Importance > MaxImportance:
		return fmt.Errorf("%w: a number out of range", ErrBad)
	case len(r.Fields) > MaxFields, len(r.Kept) > MaxFields, len(r.Extra) > MaxFields, len(r.Tags) > MaxTags,
		len(r.Attachments) > MaxAttachments:
		return fmt.Errorf("%w: too many fields, tags or attachments", ErrBad)
	case !fits(MaxName, r.Name, r.Template), !fits(MaxValue, r.Title, r.Owner), !fits(MaxNotes, r.Notes),
		!fits(MaxValue, r.Tags...):
		return fmt.Errorf("%w: a text too long or not UTF-8", ErrBad)
	case !writable(r.Created), !writable(r.Updated), r.Verified != nil && !writable(*r.Verified),
		r.Trashed != nil && !writable(*r.Trashed):
		return fmt.Errorf("%w: a time out of range", ErrBad)
	}
	for k, v := range r.Kept {
		if !fits(MaxValue, k, v) {
			return fmt.Errorf("%w: a place too long or not UTF-8", ErrBad)
		}
	}
	for i := range r.Attachments {
		a := &r.Attachments[i]
		if a.Size < 0 || !fits(MaxValue, a.Name, a.SHA256) {
			return fmt.Errorf("%w: attachment %d", ErrBad, i+1)
		}
	}
	for i := range r.Fields {
		if !r.Fields[i].ok() {
			return fmt.Errorf("%w: field %d is too long or not UTF-8", ErrBad, i+1)
		}
	}
	return nil
}

func (f *Field) ok() bool {
	if f.Key == "" || !fits(MaxName, f.Key, string(f.Type)) || !fits(MaxValue, f.Label, f.Value) || len(f.Codes) > MaxCodes {
		return false
	}
	for i := range f.Codes {
		if !fits(MaxValue, f.Codes[i].Code, f.Codes[i].Used) {
			return false
		}
	}
	return true
}

func fits(limit int, texts ...string) bool {
	for _, s := range texts {
		if len(s) > limit || !utf8.ValidString(s) {
			return false
		}
	}
	return true
}

func writable(t time.Time) bool {
	y := t.UTC().Year()
	return 0 <= y && y <= 9999
}
