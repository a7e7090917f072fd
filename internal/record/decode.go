package record

import (
	"fmt"
	"math"
	"time"
	"unicode/utf8"
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
		p.array(MaxFields, func() {
			if r.Fields == nil {
				r.Fields = make([]Field, 0, 12)
			}
			r.Fields = append(r.Fields, p.field())
		})
	case "tags":
		p.array(MaxTags, func() { r.Tags = append(r.Tags, p.text()) })
	case "notes":
		r.Notes = p.text()
	case "kept":
		p.object(func(k string) { put(&r.Kept, k, p.text()) })
	case "importance":
		r.Importance = int(p.natural(MaxImportance))
	case "ways":
		p.array(MaxWays, func() { r.Ways = append(r.Ways, p.way()) })
	case "proven":
		p.object(func(k string) { put(&r.Proven, k, p.text()) })
	case "accepted":
		p.object(func(k string) { put(&r.Accepted, k, p.acceptance()) })
	case "retire":
		r.Retire = p.retirement()
	case "attempts":
		p.array(MaxAttempts, func() { r.Attempts = append(r.Attempts, p.attempt()) })
	case "printed":
		p.objectUpTo(MaxPrinted, func(k string) { put(&r.Printed, k, p.text()) })
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
	case "from":
		r.From = p.versions()
	case "conflicts":
		p.array(MaxConflicts, func() { r.Conflicts = append(r.Conflicts, p.conflict()) })
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
			p.array(MaxCodes, func() {
				if f.Codes == nil {
					f.Codes = make([]Code, 0, 10)
				}
				f.Codes = append(f.Codes, p.code())
			})
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

// check holds a record to the limits, for reading and writing alike.
func (r *Record) check() error {
	switch {
	case r.Schema < 0, r.Importance < 0, r.Importance > MaxImportance:
		return fmt.Errorf("%w: a number out of range", ErrBad)
	case len(r.Fields) > MaxFields, len(r.Kept) > MaxFields, len(r.Extra) > MaxFields, len(r.Tags) > MaxTags,
		len(r.Attachments) > MaxAttachments, len(r.From) > MaxFrom, len(r.Conflicts) > MaxConflicts:
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
	if !r.standingFits() {
		return fmt.Errorf("%w: a way, a drill, an accepted finding or an attempt", ErrBad)
	}
	for i := range r.Conflicts {
		if !r.Conflicts[i].fits() {
			return fmt.Errorf("%w: conflict %d", ErrBad, i+1)
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
