// Package ipp speaks the Internet Printing Protocol (RFC 8010, RFC 8011) with
// printers and with CUPS: enough to find a printer, hand it a document, follow the
// job, and have the document forgotten afterwards.
//
// What comes back is not trusted: answers are limited in size, and a text in them
// is for whoever shows it to clean.
package ipp

import (
	"encoding/binary"
	"errors"
)

// Tags that begin a group of attributes (RFC 8010, 3.5.1).
const (
	groupOperation   = 0x01
	groupJob         = 0x02
	groupEnd         = 0x03
	groupPrinter     = 0x04
	groupUnsupported = 0x05
)

// Tags of values (RFC 8010, 3.5.2).
const (
	tagInteger    = 0x21
	tagBoolean    = 0x22
	tagEnum       = 0x23
	tagResolution = 0x32
	tagCollection = 0x34
	tagEndOfColl  = 0x37
	tagText       = 0x41
	tagName       = 0x42
	tagKeyword    = 0x44
	tagURI        = 0x45
	tagCharset    = 0x47
	tagLanguage   = 0x48
	tagMIME       = 0x49
	tagMember     = 0x4a
	tagTextLang   = 0x35
	tagNameLang   = 0x36
)

// What an answer may hold.
const (
	mostAnswer     = 4 << 20 // bytes
	mostAttributes = 50_000
)

// An attribute is a name with values: int, bool, string or resolution.
type attribute struct {
	name   string
	tag    byte
	values []any
}

// A group is attributes of one thing: of the operation, of a job, of a printer.
type group struct {
	tag        byte
	attributes []attribute
}

// A message is a request or an answer. Code is the operation or the status.
type message struct {
	code   uint16
	id     uint32
	groups []group
}

func (g group) values(name string) []any {
	for _, a := range g.attributes {
		if a.name == name {
			return a.values
		}
	}
	return nil
}

// texts returns the values of an attribute that are text.
func (g group) texts(name string) (texts []string) {
	for _, v := range g.values(name) {
		if s, ok := v.(string); ok {
			texts = append(texts, s)
		}
	}
	return texts
}

func (g group) text(name string) string {
	if texts := g.texts(name); len(texts) > 0 {
		return texts[0]
	}
	return ""
}

func (g group) number(name string) int {
	for _, v := range g.values(name) {
		if n, ok := v.(int); ok {
			return n
		}
	}
	return 0
}

func (g group) yes(name string) bool {
	for _, v := range g.values(name) {
		if b, ok := v.(bool); ok {
			return b
		}
	}
	return false
}

// group returns the first group of a kind.
func (m *message) group(tag byte) group {
	for _, g := range m.groups {
		if g.tag == tag {
			return g
		}
	}
	return group{}
}

// encode writes a message of version 1.1, which everything understands.
func (m *message) encode() []byte {
	b := []byte{1, 1}
	b = binary.BigEndian.AppendUint16(b, m.code)
	b = binary.BigEndian.AppendUint32(b, m.id)
	for _, g := range m.groups {
		b = append(b, g.tag)
		for _, a := range g.attributes {
			for i, v := range a.values {
				name := a.name
				if i > 0 {
					name = ""
				}
				b = appendText(append(b, a.tag), name)
				b = appendValue(b, v)
			}
		}
	}
	return append(b, groupEnd)
}

func appendText(b []byte, s string) []byte {
	return append(binary.BigEndian.AppendUint16(b, uint16(len(s))), s...)
}

func appendValue(b []byte, v any) []byte {
	switch v := v.(type) {
	case int:
		return binary.BigEndian.AppendUint32(append(b, 0, 4), uint32(int32(v)))
	case bool:
		if v {
			return append(b, 0, 1, 1)
		}
		return append(b, 0, 1, 0)
	default:
		return appendText(b, v.(string))
	}
}

// A resolution is dots in a unit across and along the page; the unit is 3 for an
// inch, 4 for a centimetre.
type resolution struct {
	x, y uint32
	unit byte
}

// square returns the dots to the inch where they are as many both ways and as
// many as a page is drawn with.
func (r resolution) square() (dpi int, ok bool) {
	return int(r.x), r.x == r.y && r.unit == 3 && r.x >= 72 && r.x <= 1200
}

var errGarbage = errors.New("not an answer of a printer")

// decode reads an answer. What follows its attributes is left alone.
func decode(b []byte) (*message, error) {
	if len(b) < 9 || b[0] < 1 || b[0] > 2 {
		return nil, errGarbage
	}
	m := &message{code: binary.BigEndian.Uint16(b[2:]), id: binary.BigEndian.Uint32(b[4:])}
	r := &reader{b: b[8:]}
	for n := 0; ; n++ {
		tag := r.byte()
		switch {
		case r.short || n > mostAttributes:
			return nil, errGarbage
		case tag == groupEnd:
			return m, nil
		case tag < 0x10:
			m.groups = append(m.groups, group{tag: tag})
			r.inner = 0 // no collection goes on in another group
			continue
		case len(m.groups) == 0:
			return nil, errGarbage
		}
		r.attribute(tag, &m.groups[len(m.groups)-1])
	}
}

// A reader cuts pieces off an answer. Once it has come to its end, it is short.
type reader struct {
	b     []byte
	short bool
	inner int // how deep it is in collections, which are passed over
}

func (r *reader) bytes(n int) []byte {
	if n > len(r.b) {
		r.short, r.b = true, nil
		return nil
	}
	piece := r.b[:n]
	r.b = r.b[n:]
	return piece
}

func (r *reader) byte() byte {
	if b := r.bytes(1); b != nil {
		return b[0]
	}
	return 0
}

func (r *reader) piece() []byte {
	if b := r.bytes(2); b != nil {
		return r.bytes(int(binary.BigEndian.Uint16(b)))
	}
	return nil
}

// attribute reads one value; one without a name belongs to the attribute before.
func (r *reader) attribute(tag byte, g *group) {
	name, raw := string(r.piece()), r.piece()
	switch {
	case tag == tagCollection:
		r.inner++
	case tag == tagEndOfColl && r.inner > 0:
		r.inner--
		return
	}
	if r.inner > 1 || r.inner == 1 && tag != tagCollection || r.short {
		return
	}
	v := value(tag, raw)
	if last := len(g.attributes) - 1; name == "" && last >= 0 {
		g.attributes[last].values = append(g.attributes[last].values, v)
	} else if name != "" {
		g.attributes = append(g.attributes, attribute{name, tag, []any{v}})
	}
}

// value reads what a value says. Of those that nothing here asks for, dates and
// ranges and values that are not known, there is but their place.
func value(tag byte, raw []byte) any {
	switch {
	case (tag == tagInteger || tag == tagEnum) && len(raw) == 4:
		return int(int32(binary.BigEndian.Uint32(raw)))
	case tag == tagBoolean && len(raw) == 1:
		return raw[0] != 0
	case tag == tagResolution && len(raw) == 9:
		return resolution{binary.BigEndian.Uint32(raw), binary.BigEndian.Uint32(raw[4:]), raw[8]}
	case tag == tagTextLang || tag == tagNameLang:
		r := &reader{b: raw}
		r.piece()
		return string(r.piece())
	case tag >= 0x40 && tag <= 0x5f:
		return string(raw)
	}
	return nil
}
