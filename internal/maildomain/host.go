package maildomain

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Bounds of the domain name system (RFC 1035, 2.3.4), in bytes. An address may
// be longer by its local part (RFC 5321, 4.5.3.1.1: 64 bytes) and, in Unicode,
// by what punycode saves.
const (
	maxHost    = 253
	maxLabel   = 63
	maxAddress = 1024
)

// Host returns the domain of a mail address, or a bare domain, in the one form
// in which two are equal if they are the same: ASCII in lower case, labels of
// other scripts in punycode (RFC 3492), no dot at the end. It returns "" for
// what cannot be a domain.
func Host(address string) string {
	if len(address) > maxAddress {
		return ""
	}
	if !plain(address) {
		address = foldHost(address)
	}
	address = strings.ToLower(address[strings.LastIndexByte(address, '@')+1:])
	address = strings.TrimSuffix(strings.Trim(address, " \t\r\n<>\"'"), ".")
	labels := strings.Split(address, ".")
	for i, label := range labels {
		if !plain(label) {
			encoded, ok := punycode(label)
			if !ok {
				return ""
			}
			label = "xn--" + encoded
		}
		if label == "" || len(label) > maxLabel || strings.ContainsFunc(label, notInHost) {
			return ""
		}
		labels[i] = label
	}
	if host := strings.Join(labels, "."); len(host) <= maxHost {
		return host
	}
	return ""
}

// plain reports whether s is ASCII.
func plain(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// notInHost reports whether r stands in no domain. Underscores do not either,
// but addresses that have one are old and real.
func notInHost(r rune) bool {
	return !('a' <= r && r <= 'z' || '0' <= r && r <= '9' || r == '-' || r == '_')
}

// foldHost makes full-width characters half-width, the Japanese full stop a
// dot, and drops what is invisible. Small letters may need composing anew.
func foldHost(s string) string {
	s = norm.NFKC.String(strings.ToValidUTF8(s, "\ufffd"))
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '。':
			return '.'
		case unicode.Is(unicode.Cf, r):
			return -1
		}
		return unicode.ToLower(r)
	}, s)
	return norm.NFKC.String(s)
}

// The parameters of punycode (RFC 3492, 5).
const (
	base        = 36
	tMin, tMax  = 1, 26
	skew, damp  = 38, 700
	initialBias = 72
	initialN    = 0x80
	digits      = "abcdefghijklmnopqrstuvwxyz0123456789"
)

// punycode encodes a label (RFC 3492, 6.3). It reports false for a label that
// is too long for any domain, which also keeps the numbers far from overflow.
func punycode(label string) (string, bool) {
	in := []rune(label)
	if len(in) > maxLabel {
		return "", false
	}
	var out []byte
	for _, r := range in {
		if r < initialN {
			out = append(out, byte(r))
		}
	}
	basic := len(out)
	if basic > 0 {
		out = append(out, '-')
	}
	n, delta, bias := rune(initialN), 0, initialBias
	for done := basic; done < len(in); n++ {
		next := least(in, n)
		delta += int(next-n) * (done + 1)
		n = next
		for _, r := range in {
			if r < n {
				delta++
			}
			if r != n {
				continue
			}
			out = appendDelta(out, delta, bias)
			bias = adapt(delta, done+1, done == basic)
			delta = 0
			done++
		}
		delta++
	}
	return string(out), true
}

// least is the smallest character that is not below n.
func least(in []rune, n rune) rune {
	found := rune(unicode.MaxRune)
	for _, r := range in {
		if r >= n && r < found {
			found = r
		}
	}
	return found
}

// appendDelta writes delta as a number of variable length.
func appendDelta(out []byte, delta, bias int) []byte {
	for k := base; ; k += base {
		t := min(max(k-bias, tMin), tMax)
		if delta < t {
			return append(out, digits[delta])
		}
		out = append(out, digits[t+(delta-t)%(base-t)])
		delta = (delta - t) / (base - t)
	}
}

// adapt is the bias for the next number (RFC 3492, 6.1).
func adapt(delta, points int, first bool) int {
	if first {
		delta /= damp
	} else {
		delta /= 2
	}
	delta += delta / points
	k := 0
	for delta > (base-tMin)*tMax/2 {
		delta /= base - tMin
		k += base
	}
	return k + (base-tMin+1)*delta/(delta+skew)
}
