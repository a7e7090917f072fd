package record

import (
	"net/url"
	"slices"
	"strings"
	"unicode"

	"memovault/internal/lang"
)

// foldAddress makes a mail or web address half-width. It is gentler than
// lang.FoldCode, because an address may hold words: the long vowel of
// サーバー.jp stays, while the ー that an input method gave for a hyphen, and
// the 。 for a dot, stand between half-width characters and are changed.
func foldAddress(s string) string {
	rs := []rune(s)
	for i, r := range rs {
		switch {
		case 0xff01 <= r && r <= 0xff5e:
			rs[i] = r - 0xfee0
		case unicode.Is(unicode.Zs, r):
			rs[i] = ' '
		}
	}
	for i, r := range rs {
		switch {
		case !asciiAt(rs, i-1) || !asciiAt(rs, i+1):
		case lang.IsDash(r):
			rs[i] = '-'
		case r == '。' || r == '｡':
			rs[i] = '.'
		}
	}
	return trim(string(rs))
}

// asciiAt reports whether the character at i is ASCII; beyond the ends counts
// as such.
func asciiAt(rs []rune, i int) bool {
	return i < 0 || i >= len(rs) || rs[i] < 0x80
}

// The longest address and the longest part of a domain that mail can carry, in
// bytes (RFC 5321, RFC 1035).
const maxEmail, maxDomainLabel = 254, 63

var textDomain = lang.T("the part after the @ looks mistyped", "「@」の後ろが打ち間違いのようです。見直してください")

// checkEmail warns and never refuses: Japanese carriers gave out addresses
// that break the standard (a..b@, a.@), and they receive mail. The domain is
// what stands after the last @; it may be written in Japanese.
func checkEmail(s string) []Note {
	at := strings.LastIndexByte(s, '@')
	switch {
	case at < 0 && PhoneKind(s) != KindUnknown:
		return []Note{remark("phone", lang.T("this is a telephone number: a mail address is asked for here", "これは電話番号です。ここにはメールアドレスを入力してください"))}
	case at < 0:
		return []Note{remark("at", lang.T("a mail address has an @", "メールアドレスには「@」が入ります"))}
	case at == 0:
		return []Note{remark("local", lang.T("nothing stands before the @", "「@」の前がありません"))}
	case strings.ContainsAny(s, " ,;:<>\"()[]、；"):
		return []Note{remark("characters", lang.T("one mail address without spaces, commas and brackets is expected here",
			"空白・コンマ・かっこのない、メールアドレス 1 つだけを入力してください"))}
	case strings.IndexByte(s, '@') < at:
		return []Note{remark("at", lang.T("there is more than one @", "「@」が 2 つ以上あります"))}
	case len(s) > maxEmail:
		return []Note{remark("length", lang.T("longer than any mail address (%d bytes of at most %d)", "メールアドレスとしては長すぎます（%d バイト、上限 %d バイト）"), len(s), maxEmail)}
	}
	labels := strings.Split(s[at+1:], ".")
	if len(labels) < 2 {
		return []Note{remark("domain", lang.T("a dot is missing after the @, as in example.jp", "「@」の後ろに「.」がありません（例: example.jp）"))}
	}
	last := labels[len(labels)-1]
	if slices.ContainsFunc(labels, func(l string) bool { return !isDomainLabel(l) }) || onlyDigits(last) != "" && !hasPrefixFold(last, "xn--") {
		return []Note{remark("domain", textDomain)}
	}
	return nil
}

// isEmail reports whether nothing is odd about s as a mail address.
func isEmail(s string) bool { return checkEmail(s) == nil }

// isDomainLabel reports whether s can be one part of a domain: letters of any
// script, digits and hyphens, none of those at the ends.
func isDomainLabel(s string) bool {
	return s != "" && len(s) <= maxDomainLabel && s[0] != '-' && s[len(s)-1] != '-' &&
		!strings.ContainsFunc(s, func(r rune) bool {
			return r != '-' && r != '・' && !unicode.In(r, unicode.L, unicode.M, unicode.Nd)
		})
}

// checkURL warns of what no browser would open.
func checkURL(s string) []Note {
	if strings.ContainsRune(s, ' ') {
		return []Note{remark("characters", lang.T("a web address has no spaces", "ホームページのアドレスに空白は入りません"))}
	}
	u, err := url.Parse(s)
	if err == nil && u.Scheme == "" {
		u, err = url.Parse("https://" + s)
	}
	if err != nil || u.Host == "" || !strings.Contains(u.Hostname(), ".") && u.Hostname() != "localhost" {
		return []Note{remark("url", lang.T("this does not look like a web address, as in https://example.jp/",
			"ホームページのアドレスではないようです（例: https://example.jp/）"))}
	}
	return nil
}
