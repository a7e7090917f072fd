package keyring

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"

	"filippo.io/age/armor"
)

// The armor of age is PEM without headers: lines of 64 characters of standard
// base64 between two fixed lines (C2SP age.md, "ASCII armor").
const (
	columns      = 64
	bytesPerLine = columns / 4 * 3
)

// strict refuses spare bits, so that what is armored has one form only.
var strict = base64.StdEncoding.Strict()

// errArmor says that the armor is damaged; where exactly is of no use to
// anybody, since the bytes mean nothing before they are decrypted.
var errArmor = errors.New("damaged armor")

// armorReader decodes an armored file that is wholly in memory. It accepts
// exactly what age/armor writes, with or without the final newline: no blank
// lines, no carriage returns, no white space around, no short line but the last.
// That is less than age/armor reads, and never more. It exists because age/armor
// reads line by line through two buffers, which takes four times as long.
type armorReader struct {
	body []byte // the lines not yet decoded, without the last line's newline
	line [bytesPerLine]byte
	rest []byte // what of line was not yet asked for
}

// newArmorReader checks the first and the last line of text.
func newArmorReader(text []byte) (*armorReader, error) {
	body, begins := bytes.CutPrefix(text, []byte(armor.Header+"\n"))
	body, ends := bytes.CutSuffix(bytes.TrimSuffix(body, []byte("\n")), []byte("\n"+armor.Footer))
	if !begins || !ends || len(body) == 0 {
		return nil, errArmor
	}
	return &armorReader{body: body}, nil
}

// Read implements io.Reader. Whole lines are decoded to where they are wanted.
func (r *armorReader) Read(p []byte) (int, error) {
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	for len(r.body) > columns && len(p)-n >= bytesPerLine {
		if err := r.fullLine(p[n : n+bytesPerLine]); err != nil {
			return n, err
		}
		n += bytesPerLine
	}
	if n > 0 || len(p) == 0 {
		return n, nil
	}
	if err := r.oneLine(); err != nil {
		return 0, err
	}
	n = copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

// oneLine decodes the next line to rest, io.EOF if there is none.
func (r *armorReader) oneLine() error {
	switch {
	case len(r.body) == 0:
		return io.EOF
	case len(r.body) > columns:
		r.rest = r.line[:]
		return r.fullLine(r.rest)
	}
	last := r.body
	r.body = nil
	// The decoder skips line breaks; armor must not.
	if bytes.ContainsAny(last, "\r\n") {
		return errArmor
	}
	n, err := strict.Decode(r.line[:], last)
	if err != nil {
		return errArmor
	}
	r.rest = r.line[:n]
	return nil
}

// fullLine decodes a line that has its newline and another line behind it. A
// line break or padding inside it shows as too few bytes.
func (r *armorReader) fullLine(dst []byte) error {
	n, err := strict.Decode(dst, r.body[:columns])
	if err != nil || n != bytesPerLine || r.body[columns] != '\n' || len(r.body) == columns+1 {
		return errArmor
	}
	r.body = r.body[columns+1:]
	return nil
}

// done reports whether everything was read.
func (r *armorReader) done() bool { return len(r.body) == 0 && len(r.rest) == 0 }

// size returns the length of what is inside, to the nearest line.
func (r *armorReader) size() int { return (len(r.body)/(columns+1) + 1) * bytesPerLine }

// decodeArmor returns all that is inside text.
func decodeArmor(text []byte) ([]byte, error) {
	r, err := newArmorReader(text)
	if err != nil {
		return nil, err
	}
	return readAll(r, r.size())
}

// readAll reads to the end into a buffer that never grows while there are at
// most size bytes.
func readAll(r io.Reader, size int) ([]byte, error) {
	out := bytes.NewBuffer(make([]byte, 0, size+bytes.MinRead))
	if _, err := out.ReadFrom(r); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
