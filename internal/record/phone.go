package record

import (
	"regexp"
	"strings"

	"memovault/internal/lang"
)

// A phoneKind is a kind of Japanese number. The kinds and lengths are those of
// the numbering plan of Japan; 060 is a mobile prefix from July 2026.
type phoneKind struct {
	prefix *regexp.Regexp
	digits int
	name   lang.Text
}

// phoneKinds in the order in which they are tried: 0800 is toll-free and comes
// before 080, which is mobile.
var phoneKinds = []phoneKind{
	{regexp.MustCompile(`^0800`), 11, lang.T("a toll-free number (0800)", "フリーダイヤル（0800）")},
	{regexp.MustCompile(`^0[6789]0`), 11, lang.T("a mobile number", "携帯電話の番号")},
	{regexp.MustCompile(`^050`), 11, lang.T("an IP telephone number (050)", "IP 電話の番号（050）")},
	{regexp.MustCompile(`^020`), 11, lang.T("a machine number (020)", "機器用の番号（020）")},
	{regexp.MustCompile(`^0120`), 10, lang.T("a toll-free number (0120)", "フリーダイヤル（0120）")},
	{regexp.MustCompile(`^0570|^0990`), 10, lang.T("a service number (0570, 0990)", "ナビダイヤルなどの番号（0570、0990）")},
	{regexp.MustCompile(`^0[1-9]`), 10, lang.T("a landline number", "固定電話の番号")},
	{regexp.MustCompile(`^1`), 3, lang.T("a service number of three digits", "3 桁の特別な番号")},
}

var (
	phoneTail  = regexp.MustCompile(`(?i)(?:[,;( ]*(?:内線|ext(?:ension)?\.?|x|#)[: ]*\d{1,6}\)?)$`)
	phoneHead  = regexp.MustCompile(`(?i)^(?:電話(?:番号)?|携帯|tel|phone)[:. ]*`)
	phoneShort = regexp.MustCompile(`^#\d{4}$`) // #9110 and its like
	phoneBody  = regexp.MustCompile(`^\+?[0-9() ./-]+$`)
)

// checkPhone looks at the length of a number; it never regroups it, because
// the grouping of a landline says where its area code ends.
func checkPhone(s string) []Note {
	if phoneShort.MatchString(s) {
		return nil
	}
	body := phoneHead.ReplaceAllString(phoneTail.ReplaceAllString(s, ""), "")
	if body == "" || !phoneBody.MatchString(body) {
		return []Note{remark("characters", lang.T("this holds more than a telephone number: what else is to be known belongs into the notes",
			"電話番号以外の文字があります。補足は備考に書いてください"))}
	}
	digits := phoneDigits(body)
	if strings.HasPrefix(digits, "00") || strings.HasPrefix(digits, "010") {
		return nil // dialled through a carrier, or abroad
	}
	if strings.HasPrefix(body, "+") && !strings.HasPrefix(body, "+81") {
		if n := len(digits); n < 7 || n > 15 {
			return []Note{remark("length", lang.T("%d digits: a number with + has 7 to 15", "%d 桁です。+ で始まる番号は 7〜15 桁です"), n)}
		}
		return nil
	}
	for _, k := range phoneKinds {
		if k.prefix.MatchString(digits) {
			return checkDigits(len(digits), k)
		}
	}
	return []Note{remark("length", lang.T("this does not begin like a Japanese number: begin with 0, or with + for another country",
		"日本の電話番号は 0 から始まります。海外の番号は + から入力してください"))}
}

func checkDigits(n int, k phoneKind) []Note {
	switch {
	case n < k.digits:
		return []Note{remark("length", lang.T("%d digits: %s has %d, so %d seem to be missing", "%d 桁です。%sは %d 桁なので、%d 桁足りないようです"),
			n, k.name, k.digits, k.digits-n)}
	case n > k.digits:
		return []Note{remark("length", lang.T("%d digits: %s has %d, so %d seem to be too many", "%d 桁です。%sは %d 桁なので、%d 桁多いようです"),
			n, k.name, k.digits, n-k.digits)}
	}
	return nil
}

// phoneDigits returns the digits of a number; +81 90 …, +81 (0)90 … and 090 …
// give the same.
func phoneDigits(s string) string {
	digits := onlyDigits(s)
	if strings.HasPrefix(s, "+81") {
		return "0" + strings.TrimPrefix(digits[2:], "0")
	}
	return digits
}

func onlyDigits(s string) string {
	return strings.Map(func(r rune) rune {
		if '0' <= r && r <= '9' {
			return r
		}
		return -1
	}, s)
}
