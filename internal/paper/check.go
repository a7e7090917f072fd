package paper

import (
	"strings"

	"memovault/internal/record"
)

// checkAlphabet are the digits and capitals that are taken for no other: without
// 0 O 1 I 5 S 8 B 2 Z. L stays, since there are no small letters beside it.
const checkAlphabet = "34679ACDEFGHJKLMNPQRTUVWXY"

// checkPrime is the largest prime below 26², and checkBase a primitive root
// modulo it: the powers 5¹ to 5⁶⁷² are all different.
const (
	checkPrime = 673
	checkBase  = 5
)

// Check returns the two check letters that are printed beside a value of type
// t, by which a person who copies it from paper sees a slip at once. Empty
// values have none.
//
// The formula, for anybody who wants to work it out by other means: take the
// code points c₁ c₂ … of the value's characters, of product keys and codes
// without their spaces and hyphens, which only group them. Add up
// 5¹·c₁ + 5²·c₂ + 5³·c₃ + … modulo 673. Divide by 26: the quotient and the
// remainder, each as a place in 34679ACDEFGHJKLMNPQRTUVWXY counted from 0, are
// the letters. Capital and small letters are different characters.
//
// What that notices, since 673 is prime, larger than any ASCII code, and 5 is a
// primitive root: in ASCII text every single wrong character; every exchange of
// two characters, neighbours or not, up to 672 apart; every doubled character
// misread as another doubled one (55 for 66); a character that is missing or
// too many at the end. Of all other slips 672 in 673 (99.85 %).
func Check(t record.Type, value string) string {
	if grouped(t) {
		value = ungrouped.Replace(value)
	}
	if value == "" {
		return ""
	}
	sum, weight := 0, 1
	for _, c := range value {
		weight = weight * checkBase % checkPrime
		sum = (sum + weight*(int(c)%checkPrime)) % checkPrime
	}
	n := len(checkAlphabet)
	return string([]byte{checkAlphabet[sum/n], checkAlphabet[sum%n]})
}

// grouped reports whether spaces and hyphens in a value only group it.
func grouped(t record.Type) bool { return t == record.TypeProductKey || t == record.TypeCodes }

var ungrouped = strings.NewReplacer(" ", "", "-", "")

// spaced writes a key or code that has no groups of its own, and is too long to
// be read in one go, in groups of four.
func spaced(code string) string {
	if len(code) < 10 || strings.IndexFunc(code, notAlnum) >= 0 {
		return code
	}
	var b strings.Builder
	for i := 0; i < len(code); i += 4 {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(code[i:min(i+4, len(code))])
	}
	return b.String()
}

func notAlnum(c rune) bool {
	return (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z')
}
