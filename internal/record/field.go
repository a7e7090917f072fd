package record

import (
	"strings"
	"unicode/utf8"
)

// A Type says what a field holds. It decides how input is folded and checked,
// whether it is masked on the screen and how it is printed.
type Type string

// The types. TypeText is also what the empty type means.
const (
	TypeText       Type = "text"        // one line, kept as typed
	TypeSecret     Type = "secret"      // a password or PIN, kept byte for byte
	TypeMultiline  Type = "multiline"   // several lines, kept as typed
	TypeEmail      Type = "email"       // one mail address
	TypePhone      Type = "phone"       // one telephone number, grouped as typed
	TypeProductKey Type = "product-key" // a licence or recovery key that is used again and again
	TypeCodes      Type = "codes"       // a list of one-time codes
	TypeHint       Type = "hint"        // what reminds of a password without being it
	TypeDate       Type = "date"        // 2026-11-22, 2026-11 or 2026
	TypeURL        Type = "url"         // an address of the web
	TypePersonName Type = "person-name" // a name as registered, kept byte for byte
	TypeOTPAuth    Type = "otpauth"     // the secret of an authenticator: otpauth:// or base32
	TypeRef        Type = "ref"         // the name of another record
	TypeChoice     Type = "choice"      // one of the options of the template
)

// Known reports whether this program knows the type.
func (t Type) Known() bool {
	switch t {
	case TypeText, TypeSecret, TypeMultiline, TypeEmail, TypePhone, TypeProductKey, TypeCodes, TypeHint,
		TypeDate, TypeURL, TypePersonName, TypeOTPAuth, TypeRef, TypeChoice:
		return true
	}
	return false
}

// Secret reports whether the value is hidden unless it is asked for. A type
// of a newer program is taken for secret: better hidden than shown.
func (t Type) Secret() bool {
	switch t {
	case TypeSecret, TypeProductKey, TypeCodes, TypeOTPAuth:
		return true
	}
	return t != "" && !t.Known()
}

// Multi reports whether the value may take several lines.
func (t Type) Multi() bool { return t == TypeCodes || t == TypeMultiline }

// Folded reports whether Clean makes full-width input half-width: the types
// that are code by nature. Names, notes, hints and secrets never are.
func (t Type) Folded() bool {
	switch t {
	case TypeEmail, TypePhone, TypeProductKey, TypeCodes, TypeURL, TypeDate, TypeOTPAuth:
		return true
	}
	return false
}

// hidden is shown for a secret whatever its length.
const hidden = "********"

// Mask returns what may be shown of a value. Of a product key with at least
// four groups that is the first and the last group, enough to tell two cards
// apart; of any other secret nothing, not even how long it is. What is no
// secret comes back whole, also that there are no codes; the empty value as "".
func Mask(t Type, value string) string {
	switch {
	case value == "" || !t.Secret(), t == TypeCodes && SaysNone(value):
		return value
	case t == TypeProductKey:
		return maskGroups(value)
	}
	return hidden
}

func maskGroups(key string) string {
	groups := strings.Split(key, "-")
	if len(groups) < 4 {
		return hidden
	}
	last := len(groups) - 1
	shown := utf8.RuneCountInString(groups[0]) + utf8.RuneCountInString(groups[last])
	if 2*shown > utf8.RuneCountInString(key)-last {
		return hidden
	}
	for i := 1; i < last; i++ {
		groups[i] = "*****"
	}
	return strings.Join(groups, "-")
}

// IsUsed reports whether a day, or UsedUnknown, is written for the code.
func (c Code) IsUsed() bool { return c.Used != "" }

// Unused counts the codes that are still good.
func Unused(codes []Code) int {
	n := 0
	for _, c := range codes {
		if !c.IsUsed() {
			n++
		}
	}
	return n
}
