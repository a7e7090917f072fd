package record

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"
)

// A scanner reads the JSON of one record in a single pass. It exists beside
// encoding/json because a note is read 10,000 times in an audit: keeping the
// unknown members costs encoding/json a second and a third pass. It takes
// what RFC 8259 takes, less duplicate members and lone surrogates, which other
// readers silently drop.
//
// After the first error every method does nothing; the error stays in err.
type scanner struct {
	s   string
	i   int
	err error
}

func (p *scanner) fail(what string) {
	if p.err == nil {
		p.err = fmt.Errorf("%w: %s at byte %d", ErrBad, what, p.i)
		p.i = len(p.s)
	}
}

// space skips white space and returns the byte after it, 0 at the end.
func (p *scanner) space() byte {
	for p.i < len(p.s) {
		switch c := p.s[p.i]; c {
		case ' ', '\t', '\r', '\n':
			p.i++
		default:
			return c
		}
	}
	return 0
}

// take consumes c, white space before it included, if it comes next.
func (p *scanner) take(c byte) bool {
	if p.space() != c || p.i >= len(p.s) {
		return false
	}
	p.i++
	return true
}

// null consumes a null, which stands for an absent value.
func (p *scanner) null() bool {
	if p.space() == 'n' && strings.HasPrefix(p.s[p.i:], "null") {
		p.i += len("null")
		return true
	}
	return false
}

// object calls member for each of at most MaxFields keys; member must consume
// the value.
func (p *scanner) object(member func(key string)) { p.objectUpTo(MaxFields, member) }

// objectUpTo is object with a limit of its own.
func (p *scanner) objectUpTo(limit int, member func(key string)) {
	if p.null() {
		return
	}
	if !p.take('{') {
		p.fail("no object")
		return
	}
	if p.take('}') {
		return
	}
	var (
		few  = make([]string, 0, 24) // stays on the stack: most objects are small
		many map[string]bool         // takes over from few
	)
	for n := 1; p.err == nil; n++ {
		key := p.str()
		if many[key] || slices.Contains(few, key) {
			p.fail("a key that comes twice")
			return
		}
		if n > limit {
			p.fail("too many keys")
			return
		}
		if len(few) < fewKeys {
			few = append(few, key)
		} else {
			put(&many, key, true)
		}
		if !p.take(':') {
			p.fail("no colon")
			return
		}
		if member(key); p.err != nil || p.take('}') {
			return
		}
		if !p.take(',') {
			p.fail("no comma")
		}
	}
}

// fewKeys is how many keys of an object are looked through one by one.
const fewKeys = 100

// array calls element for each of at most limit elements; element must
// consume it.
func (p *scanner) array(limit int, element func()) {
	if p.null() {
		return
	}
	if !p.take('[') {
		p.fail("no array")
		return
	}
	if p.take(']') {
		return
	}
	for n := 1; p.err == nil; n++ {
		if n > limit {
			p.fail("too many elements")
			return
		}
		if element(); p.err != nil || p.take(']') {
			return
		}
		if !p.take(',') {
			p.fail("no comma")
		}
	}
}

// text reads a string, or a null as "".
func (p *scanner) text() string {
	if p.null() {
		return ""
	}
	return p.str()
}

// str reads a string. Without escapes it shares the memory of the input.
func (p *scanner) str() string {
	if !p.take('"') {
		p.fail("no string")
		return ""
	}
	start := p.i
	for p.i < len(p.s) {
		switch c := p.s[p.i]; {
		case c == '"':
			p.i++
			return p.s[start : p.i-1]
		case c == '\\':
			return p.escaped(start)
		case c < ' ':
			p.fail("a control character")
			return ""
		}
		p.i++
	}
	p.fail("a string without an end")
	return ""
}

// escaped reads the rest of a string that began at start and has its first
// backslash here.
func (p *scanner) escaped(start int) string {
	b := append(make([]byte, 0, p.i-start+64), p.s[start:p.i]...)
	for p.i < len(p.s) {
		c := p.s[p.i]
		p.i++
		switch {
		case c == '"':
			return string(b)
		case c < ' ':
			p.fail("a control character")
			return ""
		case c != '\\':
			b = append(b, c)
		default:
			r := p.escape()
			if p.err != nil {
				return ""
			}
			b = utf8.AppendRune(b, r)
		}
	}
	p.fail("a string without an end")
	return ""
}

// escape reads what follows a backslash.
func (p *scanner) escape() rune {
	if p.i >= len(p.s) {
		p.fail("a string without an end")
		return 0
	}
	c := p.s[p.i]
	p.i++
	switch c {
	case '"', '\\', '/':
		return rune(c)
	case 'b':
		return '\b'
	case 'f':
		return '\f'
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	case 'u':
		return p.unicode()
	}
	p.fail("an unknown escape")
	return 0
}

func (p *scanner) unicode() rune {
	r := p.hex4()
	if !utf16.IsSurrogate(r) {
		return r
	}
	if strings.HasPrefix(p.s[p.i:], `\u`) {
		p.i += 2
		if r = utf16.DecodeRune(r, p.hex4()); r != utf8.RuneError {
			return r
		}
	}
	p.fail("half a character")
	return 0
}

func (p *scanner) hex4() rune {
	if len(p.s)-p.i < 4 {
		p.fail("a short escape")
		return 0
	}
	var r rune
	for _, c := range []byte(p.s[p.i : p.i+4]) {
		switch {
		case '0' <= c && c <= '9':
			r = r<<4 | rune(c-'0')
		case 'a' <= c|0x20 && c|0x20 <= 'f':
			r = r<<4 | rune(c|0x20-'a'+10)
		default:
			p.fail("a bad escape")
			return 0
		}
	}
	p.i += 4
	return r
}

// natural reads a whole number from 0 to limit.
func (p *scanner) natural(limit uint64) uint64 {
	if p.null() {
		return 0
	}
	p.space()
	start := p.i
	var n uint64
	for ; p.i < len(p.s) && '0' <= p.s[p.i] && p.s[p.i] <= '9'; p.i++ {
		d := uint64(p.s[p.i] - '0')
		if n > (limit-d)/10 {
			p.fail("a number too large")
			return 0
		}
		n = n*10 + d
	}
	digits := p.s[start:min(p.i, len(p.s))]
	if digits == "" || len(digits) > 1 && digits[0] == '0' || strings.IndexByte(".eE", p.space()) >= 0 {
		p.fail("no whole number")
		return 0
	}
	return n
}

// boolean reads true or false, or a null as false.
func (p *scanner) boolean() bool {
	if p.null() {
		return false
	}
	p.space()
	for word, value := range map[string]bool{"true": true, "false": false} {
		if strings.HasPrefix(p.s[p.i:], word) {
			p.i += len(word)
			return value
		}
	}
	p.fail("neither true nor false")
	return false
}

// time reads a date and time of RFC 3339, as UTC in whole seconds.
func (p *scanner) time() time.Time {
	s := p.text()
	if p.err != nil || s == "" {
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339, s)
	if t = t.UTC().Truncate(time.Second); err != nil || t.Year() < 0 || t.Year() > 9999 {
		p.fail("no time")
		return time.Time{}
	}
	return t
}

func (p *scanner) timePointer() *time.Time {
	if p.null() {
		return nil
	}
	t := p.time()
	return &t
}

func (p *scanner) id() ID {
	s := p.text()
	if p.err != nil || s == "" {
		return ID{}
	}
	id, err := ParseID(s)
	if err != nil {
		p.fail("no id")
	}
	return id
}

// raw reads any value and returns it as compact JSON.
func (p *scanner) raw() json.RawMessage {
	p.space()
	start := p.i
	p.skip()
	if p.err != nil {
		return nil
	}
	var b bytes.Buffer
	if json.Compact(&b, []byte(p.s[start:p.i])) != nil {
		p.fail("no value")
		return nil
	}
	return b.Bytes()
}

// skip finds the end of a value by its brackets and quotes; whether what lies
// between is JSON is left to raw.
func (p *scanner) skip() {
	for depth := 0; p.i < len(p.s); {
		switch p.s[p.i] {
		case '"':
			if p.str(); p.err != nil {
				return
			}
			if depth == 0 {
				return
			}
			continue
		case '{', '[':
			depth++
		case '}', ']':
			if depth == 0 {
				return
			}
			if depth--; depth == 0 {
				p.i++
				return
			}
		case ',', ' ', '\t', '\r', '\n':
			if depth == 0 {
				return
			}
		}
		p.i++
	}
	p.fail("a value without an end")
}
