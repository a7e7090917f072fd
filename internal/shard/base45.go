package shard

import (
	"bytes"
	"errors"
)

// base45 is the alphabet of RFC 9285, which is that of a QR code's alphanumeric
// mode (ISO/IEC 18004, table 5).
const base45 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"

var errBase45 = errors.New("shard: not base45")

// appendBase45 appends b as RFC 9285 writes it: two bytes as three characters,
// the least significant first, a last single byte as two.
func appendBase45(text, b []byte) []byte {
	for ; len(b) >= 2; b = b[2:] {
		n := int(b[0])<<8 | int(b[1])
		text = append(text, base45[n%45], base45[n/45%45], base45[n/2025])
	}
	if len(b) == 1 {
		text = append(text, base45[b[0]%45], base45[b[0]/45])
	}
	return text
}

// decodeBase45 refuses what appendBase45 does not write: another alphabet, a
// length that no bytes have, three characters above 65535 or two above 255.
func decodeBase45(text string) ([]byte, error) {
	out := make([]byte, 0, len(text)/3*2+1)
	for i := 0; i < len(text); i += 3 {
		part := text[i:min(i+3, len(text))]
		n, weight := 0, 1
		for _, c := range []byte(part) {
			digit := bytes.IndexByte([]byte(base45), c)
			if digit < 0 {
				return nil, errBase45
			}
			n += digit * weight
			weight *= 45
		}
		switch {
		case len(part) == 3 && n <= 0xffff:
			out = append(out, byte(n>>8), byte(n))
		case len(part) == 2 && n <= 0xff:
			out = append(out, byte(n))
		default:
			return nil, errBase45
		}
	}
	return out, nil
}
