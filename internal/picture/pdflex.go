package picture

import (
	"bytes"
	"strconv"
)

// What a PDF file is made of (ISO 32000-1, 7.3). Numbers are float64, strings
// []byte, true and false bool, null nil.
type (
	pdfName  string
	pdfArray []any
	pdfDict  map[pdfName]any
	pdfWord  string // anything else: obj, stream, an operator
	pdfRef   int    // the number of an object; its generation is never needed
)

// A pdfStream is a dictionary and the bytes behind it, still packed.
type pdfStream struct {
	dict pdfDict
	raw  []byte
}

// A pdfLexer cuts bytes into what PDF is made of. Whatever it cannot make sense
// of is a word.
type pdfLexer struct {
	data  []byte
	at    int
	left  *int // of the objects that may still be made; shared by all that read one file
	words bool // N G R is no reference: content of a page has none
}

const deepest = 60 // arrays and dictionaries in each other

func isSpace(c byte) bool {
	return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f' || c == 0
}

func isDelimiter(c byte) bool { return bytes.IndexByte([]byte("()<>[]{}/%"), c) >= 0 }

// skip goes past white space and comments.
func (l *pdfLexer) skip() {
	for l.at < len(l.data) {
		switch c := l.data[l.at]; {
		case isSpace(c):
			l.at++
		case c == '%':
			for l.at < len(l.data) && l.data[l.at] != '\n' && l.data[l.at] != '\r' {
				l.at++
			}
		default:
			return
		}
	}
}

// bytesEach is how many bytes of a file cost as much as an object in it. Bytes
// count as well because one string or comment may be read again and again.
const bytesEach = 16

// next reads one object; false at the end, and when too many have been read.
func (l *pdfLexer) next() (any, bool) {
	from := l.at
	v, ok := l.object(0)
	*l.left -= (l.at - from) / bytesEach
	return v, ok
}

func (l *pdfLexer) object(depth int) (any, bool) {
	l.skip()
	if l.at >= len(l.data) || depth > deepest || *l.left <= 0 {
		return nil, false
	}
	*l.left--
	switch c := l.data[l.at]; {
	case c == '/':
		l.at++
		return l.name(), true
	case c == '(':
		return l.text(), true
	case c == '[':
		l.at++
		return l.array(depth), true
	case c == '<' && l.at+1 < len(l.data) && l.data[l.at+1] == '<':
		l.at += 2
		return l.dict(depth), true
	case c == '<':
		return l.hex(), true
	case isDelimiter(c):
		l.at++
		if c == '>' && l.at < len(l.data) && l.data[l.at] == '>' {
			l.at++
			return pdfWord(">>"), true
		}
		return pdfWord(c), true
	}
	return l.wordOrNumber(), true
}

func (l *pdfLexer) regular() []byte {
	from := l.at
	for l.at < len(l.data) && !isSpace(l.data[l.at]) && !isDelimiter(l.data[l.at]) {
		l.at++
	}
	return l.data[from:l.at]
}

func (l *pdfLexer) wordOrNumber() any {
	word := l.regular()
	if c := word[0]; c >= '0' && c <= '9' || c == '+' || c == '-' || c == '.' {
		if n, ok := pdfNumber(word); ok {
			if !l.words && c >= '0' && c <= '9' {
				if end, ok := l.reference(word); ok {
					l.at = end
					return pdfRef(n)
				}
			}
			return n
		}
	}
	switch string(word) {
	case "true":
		return true
	case "false":
		return false
	case "null":
		return nil
	}
	return pdfWord(word)
}

// pdfNumber reads a number; PDF knows no exponents, and no number in it means
// anything beyond a few billions.
func pdfNumber(word []byte) (float64, bool) {
	if len(word) > 40 || bytes.ContainsAny(word, "eExXpP_iInN") {
		return 0, false
	}
	n, err := strconv.ParseFloat(string(word), 64)
	if err != nil {
		return 0, false
	}
	return max(-1e10, min(n, 1e10)), true
}

// reference looks whether a number is the first of "12 0 R", and where that ends.
func (l *pdfLexer) reference(word []byte) (end int, ok bool) {
	if len(word) > 9 || bytes.ContainsAny(word, ".-") {
		return 0, false
	}
	ahead := pdfLexer{data: l.data, at: l.at}
	ahead.skip()
	generation := ahead.regular()
	if len(generation) == 0 || len(generation) > 5 {
		return 0, false
	}
	for _, c := range generation {
		if c < '0' || c > '9' {
			return 0, false
		}
	}
	ahead.skip()
	ok = string(ahead.regular()) == "R"
	return ahead.at, ok
}

func (l *pdfLexer) name() pdfName {
	raw := l.regular()
	if bytes.IndexByte(raw, '#') < 0 {
		return pdfName(raw)
	}
	var b []byte
	for i := 0; i < len(raw); i++ {
		if raw[i] == '#' && i+2 < len(raw) {
			if n, err := strconv.ParseUint(string(raw[i+1:i+3]), 16, 8); err == nil {
				b = append(b, byte(n))
				i += 2
				continue
			}
		}
		b = append(b, raw[i])
	}
	return pdfName(b)
}

// text reads a string in brackets. Only palettes of pictures are ever needed of
// it, so that the escapes have to be right.
func (l *pdfLexer) text() []byte {
	var b []byte
	depth := 0
	for l.at < len(l.data) {
		c := l.data[l.at]
		l.at++
		switch c {
		case '(':
			if depth++; depth == 1 {
				continue
			}
		case ')':
			if depth--; depth == 0 {
				return b
			}
		case '\\':
			b = l.escape(b)
			continue
		}
		b = append(b, c)
	}
	return b
}

func (l *pdfLexer) escape(b []byte) []byte {
	if l.at >= len(l.data) {
		return b
	}
	c := l.data[l.at]
	l.at++
	if i := bytes.IndexByte([]byte("nrtbf"), c); i >= 0 {
		return append(b, "\n\r\t\b\f"[i])
	}
	switch {
	case c == '\n':
		return b
	case c == '\r':
		if l.at < len(l.data) && l.data[l.at] == '\n' {
			l.at++
		}
		return b
	case c >= '0' && c <= '7':
		n := int(c - '0')
		for i := 0; i < 2 && l.at < len(l.data) && l.data[l.at] >= '0' && l.data[l.at] <= '7'; i++ {
			n = 8*n + int(l.data[l.at]-'0')
			l.at++
		}
		return append(b, byte(n))
	}
	return append(b, c)
}

func (l *pdfLexer) hex() []byte {
	l.at++
	end := bytes.IndexByte(l.data[l.at:], '>')
	if end < 0 {
		end = len(l.data) - l.at
	}
	b := unhex(l.data[l.at : l.at+end])
	l.at = min(l.at+end+1, len(l.data))
	return b
}

// unhex reads hexadecimal digits, the last of which may lack its partner, and
// passes over whatever else there is.
func unhex(digits []byte) []byte {
	b := make([]byte, 0, len(digits)/2+1)
	half, odd := byte(0), false
	for _, c := range digits {
		n := bytes.IndexByte([]byte("0123456789abcdef"), c|0x20)
		if n < 0 {
			continue
		}
		if odd {
			b = append(b, half<<4|byte(n))
		}
		half, odd = byte(n), !odd
	}
	if odd {
		b = append(b, half<<4)
	}
	return b
}

func (l *pdfLexer) array(depth int) pdfArray {
	var a pdfArray
	for {
		v, ok := l.object(depth + 1)
		if !ok || isWord(v, "]") {
			return a
		}
		a = append(a, v)
	}
}

func (l *pdfLexer) dict(depth int) pdfDict {
	d := make(pdfDict)
	for {
		key, ok := l.object(depth + 1)
		name, isName := key.(pdfName)
		switch {
		case !ok || !isName && isWord(key, ">>"):
			return d
		case !isName:
			continue
		}
		value, ok := l.object(depth + 1)
		if !ok || isWord(value, ">>") {
			return d
		}
		d[name] = value
	}
}

func isWord(v any, word pdfWord) bool {
	w, ok := v.(pdfWord)
	return ok && w == word
}
