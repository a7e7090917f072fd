package keyring

import "strings"

// checksumLen is how many symbols the checksum of Bech32 has.
const checksumLen = 6

// symbolsOf returns the values of Bech32 characters in upper case; others count
// as zero.
func symbolsOf(text string) []byte {
	symbols := make([]byte, len(text))
	for i := range symbols {
		symbols[i] = byte(max(strings.IndexByte(bech32, text[i]), 0))
	}
	return symbols
}

// bech32Text writes symbols, 0 to 31 each, as characters in upper case.
func bech32Text(symbols []byte) string {
	var b strings.Builder
	for _, s := range symbols {
		b.WriteByte(bech32[s])
	}
	return b.String()
}

// addChecksum returns the characters of symbols and of their checksum after a
// prefix that ends in the separator 1.
func addChecksum(prefix string, symbols []byte) string {
	sum := polymod(append(expand(prefix), append(symbols, make([]byte, checksumLen)...)...)) ^ 1
	check := make([]byte, checksumLen)
	for i := range check {
		check[i] = byte(sum>>(5*(checksumLen-1-i))) & 31
	}
	return bech32Text(symbols) + bech32Text(check)
}

// checksumFits reports whether data, upper-case characters after prefix, ends in
// its checksum.
func checksumFits(prefix, data string) bool {
	return strings.Trim(data, bech32) == "" && polymod(append(expand(prefix), symbolsOf(data)...)) == 1
}

// expand returns what the checksum takes of a prefix that ends in the separator.
func expand(prefix string) []byte {
	human := []byte(strings.ToLower(strings.TrimSuffix(prefix, "1")))
	values := make([]byte, 0, 2*len(human)+1)
	for _, c := range human {
		values = append(values, c>>5)
	}
	values = append(values, 0)
	for _, c := range human {
		values = append(values, c&31)
	}
	return values
}

// polymod is the checksum of BIP 173, a BCH code over GF(32).
func polymod(values []byte) uint32 {
	generator := [5]uint32{0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3}
	sum := uint32(1)
	for _, v := range values {
		top := sum >> 25
		sum = sum&0x1ffffff<<5 ^ uint32(v)
		for i, g := range generator {
			if top>>i&1 == 1 {
				sum ^= g
			}
		}
	}
	return sum
}

// toSymbols cuts bytes into symbols of five bits from the front; the last is filled
// with zeros, as Bech32 has it.
func toSymbols(b []byte) []byte {
	symbols := make([]byte, 0, (len(b)*8+4)/5)
	acc, bits := uint(0), 0
	for _, c := range b {
		acc, bits = acc<<8|uint(c), bits+8
		for bits >= 5 {
			bits -= 5
			symbols = append(symbols, byte(acc>>bits)&31)
		}
	}
	if bits > 0 {
		symbols = append(symbols, byte(acc<<(5-bits))&31)
	}
	return symbols
}

// fromSymbols fills b with what toSymbols cut; false if it was something else.
func fromSymbols(symbols, b []byte) bool {
	acc, bits, n := uint(0), 0, 0
	for _, s := range symbols {
		acc, bits = acc<<5|uint(s), bits+5
		if bits >= 8 && n < len(b) {
			bits -= 8
			b[n] = byte(acc >> bits)
			n++
		}
	}
	return n == len(b) && bits < 5 && acc&(1<<bits-1) == 0
}
