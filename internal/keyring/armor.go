package keyring

import (
	"bytes"
	"encoding/base64"
	"errors"
)

// The armor of age is PEM without headers: 64 columns of standard base64
// between these two lines (C2SP age.md, section "ASCII armor").
const (
	armorHeader = "-----BEGIN AGE ENCRYPTED FILE-----\n"
	armorFooter = "-----END AGE ENCRYPTED FILE-----"

	columns      = 64
	bytesPerLine = columns / 4 * 3
)

// errArmor says that the armor is damaged; where exactly is of no use to
// anybody, since the bytes mean nothing before they are decrypted.
var errArmor = errors.New("damaged armor")

// encodeArmor returns bin in the very bytes that filippo.io/age/armor writes.
func encodeArmor(bin []byte) []byte {
	lines := (len(bin) + bytesPerLine - 1) / bytesPerLine
	out := make([]byte, 0, len(armorHeader)+base64.StdEncoding.EncodedLen(len(bin))+lines+len(armorFooter)+1)
	out = append(out, armorHeader...)
	for len(bin) > 0 {
		n := min(len(bin), bytesPerLine)
		out = base64.StdEncoding.AppendEncode(out, bin[:n])
		out = append(out, '\n')
		bin = bin[n:]
	}
	out = append(out, armorFooter...)
	return append(out, '\n')
}

// decodeArmor returns the bytes inside text. It accepts exactly what
// encodeArmor writes, with or without the final newline: no blank lines, no
// carriage returns, no white space around, no short line but the last. That is
// less than filippo.io/age/armor accepts, and never more.
func decodeArmor(text []byte) ([]byte, error) {
	body, ok := bytes.CutPrefix(text, []byte(armorHeader))
	if !ok {
		return nil, errArmor
	}
	body = bytes.TrimSuffix(body, []byte("\n"))
	body, ok = bytes.CutSuffix(body, []byte("\n"+armorFooter))
	if !ok || len(body) == 0 {
		return nil, errArmor
	}
	out := make([]byte, 0, len(body)/(columns+1)*bytesPerLine+bytesPerLine)
	for len(body) > columns {
		if body[columns] != '\n' {
			return nil, errArmor
		}
		n := len(out)
		out = out[:n+bytesPerLine]
		if !decodeFullLine((*[bytesPerLine]byte)(out[n:]), (*[columns]byte)(body)) {
			return nil, errArmor
		}
		body = body[columns+1:]
	}
	return appendLastLine(out, body)
}

// appendLastLine decodes the last line of base64, the only one that may be
// short or carry padding.
func appendLastLine(out, line []byte) ([]byte, error) {
	// The decoder of the standard library skips line breaks; armor must not.
	if len(line) == 0 || bytes.ContainsAny(line, "\r\n") {
		return nil, errArmor
	}
	out, err := base64.StdEncoding.Strict().AppendDecode(out, line)
	if err != nil {
		return nil, errArmor
	}
	return out, nil
}

// decodeFullLine decodes a line that has no padding. A line break inside it,
// which the decoder would skip, shows as a line that comes out too short.
func decodeFullLine(dst *[bytesPerLine]byte, line *[columns]byte) bool {
	n, err := base64.StdEncoding.Strict().Decode(dst[:], line[:])
	return err == nil && n == bytesPerLine
}
