package record

import (
	"slices"
	"strings"

	"memovault/internal/lang"
)

// A Kind is a kind of telephone number, as far as the number tells. What a
// line can do hangs on it: an IP telephone or a landline may get no SMS.
type Kind string

// The kinds.
const (
	KindUnknown  Kind = ""         // no number, or one of the wrong length
	KindMobile   Kind = "mobile"   // 060, 070, 080, 090
	KindIP050    Kind = "ip-050"   // IP telephone
	KindMachine  Kind = "machine"  // 020: devices and pagers
	KindTollFree Kind = "tollfree" // 0120, 0800
	KindService  Kind = "service"  // 0570, 0990: no line of a person
	KindLandline Kind = "landline"
	KindShort    Kind = "short"   // 110, #9110
	KindForeign  Kind = "foreign" // of another country; of what kind is not known
)

// Label says what the kind is called.
func (k Kind) Label() lang.Text {
	for i := range phoneKinds {
		if phoneKinds[i].kind == k {
			return phoneKinds[i].name
		}
	}
	if k == KindForeign {
		return lang.T("a number of another country", "海外の番号")
	}
	return lang.T("a number of an unknown kind", "種類の分からない番号")
}

// A phoneKind is how a kind of number looks in the numbering plan of Japan;
// 060 is a mobile prefix from July 2026.
type phoneKind struct {
	kind   Kind
	begins []string
	digits int
	name   lang.Text
}

// phoneKinds in the order in which they are tried: 0800 is toll-free and comes
// before 080, which is mobile.
var phoneKinds = []phoneKind{
	{KindTollFree, []string{"0800"}, 11, lang.T("a toll-free number", "フリーダイヤル")},
	{KindMobile, []string{"060", "070", "080", "090"}, 11, lang.T("a mobile number", "携帯電話の番号")},
	{KindIP050, []string{"050"}, 11, lang.T("an IP telephone number (050)", "IP 電話の番号（050）")},
	{KindMachine, []string{"020"}, 11, lang.T("a machine number (020)", "機器用の番号（020）")},
	{KindTollFree, []string{"0120"}, 10, lang.T("a toll-free number", "フリーダイヤル")},
	{KindService, []string{"0570", "0990"}, 10, lang.T("a service number (0570, 0990)", "ナビダイヤルなどの番号（0570、0990）")},
	{KindLandline, []string{"01", "02", "03", "04", "05", "06", "07", "08", "09"}, 10, lang.T("a landline number", "固定電話の番号")},
	{KindShort, []string{"1"}, 3, lang.T("a service number of three digits", "3 桁の特別な番号")},
}

// What is written around a number, and what is dialled before it.
var (
	phoneTail   = pattern(`(?i)(?:[,;( ]*(?:内線|ext(?:ension)?\.?|x|#)[:. ]*\d{1,6}\)?| ?\(代表?\)| ?代表?)$`)
	phoneHead   = pattern(`(?i)^(?:電話(?:番号)?|携帯(?:電話)?|自宅|固定|tel|phone|mobile)[:. ]*`)
	phoneShort  = pattern(`^#\d{4}$`) // #9110 and its like
	phoneBody   = pattern(`^\+?[0-9() .-]+$`)
	phoneOsaka  = pattern(`^\(?06[-) (.]`)            // grouped so it is no mobile number
	phoneHidden = pattern(`^18[46](0\d+)$`)           // shows or hides the caller
	phoneAbroad = pattern(`^(?:00\d{1,2})?010(\d+)$`) // with or without a carrier before it
	phoneVia    = pattern(`^00\d\d(0\d+)$`)           // through a carrier
	phoneList   = pattern(`[/,;、]|(?:または|もしくは| or | and )`)
)

// readPhone finds the number in what was typed: as it is dialled in Japan, with
// a + if it is of another country. The area code of Osaka makes a 060 number
// of ten digits look like a mobile number: osaka tells them apart. It is "" if
// there is more or less than one number.
func readPhone(s string) (number string, osaka bool) {
	if number, ok := plainPhone(s); ok {
		return number, strings.HasPrefix(s, "06-")
	}
	return readAnyPhone(s)
}

// plainPhone is readPhone for numbers as nearly all are written down: digits
// with hyphens, from 0, with nothing dialled before. An audit reads ten thousand,
// and the patterns take a hundred times as long.
func plainPhone(s string) (digits string, ok bool) {
	for i := range len(s) {
		if !isDigit(s[i]) && (s[i] != '-' || i == 0 || s[i-1] == '-') {
			return "", false
		}
	}
	digits = strings.ReplaceAll(s, "-", "")
	return digits, len(digits) > 1 && digits[0] == '0' && digits[1] != '0' && !strings.HasPrefix(digits, "010") && !strings.HasSuffix(s, "-")
}

func readAnyPhone(s string) (number string, osaka bool) {
	s = lang.FoldCode(s)
	if phoneShort().MatchString(s) {
		return s, false
	}
	body := strings.TrimSpace(phoneHead().ReplaceAllString(phoneTail().ReplaceAllString(s, ""), ""))
	if !phoneBody().MatchString(body) {
		return "", false
	}
	digits := onlyDigits(body)
	country := ""
	switch {
	case strings.HasPrefix(body, "+"):
		country = digits
	case strings.HasPrefix(digits, "0081"):
		country = digits[2:]
	case phoneAbroad().MatchString(digits):
		country = phoneAbroad().FindStringSubmatch(digits)[1]
	case phoneHidden().MatchString(digits):
		digits = digits[3:]
	case phoneVia().MatchString(digits):
		digits = digits[4:]
	}
	switch {
	case strings.HasPrefix(country, "81"):
		return "0" + strings.TrimPrefix(country[2:], "0"), false
	case country != "":
		return "+" + country, false
	}
	return digits, phoneOsaka().MatchString(body)
}

// PhoneDigits returns the digits in which two spellings of one number are
// equal: as dialled in Japan, without extension (+81 90… and 090… are one), or
// with + and the country code. It is "" if the value is not one number.
func PhoneDigits(value string) string {
	number, _ := readPhone(value)
	return number
}

// PhoneKind returns the kind of a number, however it is written: full-width,
// with +81, with the prefix for calls from abroad, with an extension. Of a
// number that has a digit too many or too few the kind is unknown.
func PhoneKind(value string) Kind {
	number, osaka := readPhone(value)
	switch {
	case strings.HasPrefix(number, "#"):
		return KindShort
	case strings.HasPrefix(number, "+"):
		if checkForeign(number) != nil {
			return KindUnknown
		}
		return KindForeign
	}
	if k := kindOf(number, osaka); k != nil && len(number) == k.digits {
		return k.kind
	}
	return KindUnknown
}

// kindOf returns how a number of Japan should look, nil if none begins so.
func kindOf(number string, osaka bool) *phoneKind {
	for i := range phoneKinds {
		k := &phoneKinds[i]
		if k.starts(number) && !(osaka && k.kind == KindMobile) {
			return k
		}
	}
	return nil
}

func (k *phoneKind) starts(number string) bool {
	return slices.ContainsFunc(k.begins, func(prefix string) bool { return strings.HasPrefix(number, prefix) })
}

// checkPhone looks at the length of a number; it never regroups it, because
// the grouping of a landline says where its area code ends.
func checkPhone(s string) []Note {
	number, osaka := readPhone(s)
	switch {
	case number == "" && isEmail(s):
		return []Note{remark("email", lang.T("this is a mail address: a telephone number is asked for here", "これはメールアドレスです。ここには電話番号を入力してください"))}
	case number == "" && countNumbers(s) > 1:
		return []Note{remark("several", lang.T("more than one number: keep one here and note the others in fields of their own",
			"電話番号が 2 つ以上あります。ここには 1 つだけ入れ、ほかは別の項目に入力してください"))}
	case number == "":
		return []Note{remark("characters", lang.T("this holds more than a telephone number: what else is to be known belongs into the notes",
			"電話番号のほかに文字が入っています。説明はメモなど別の項目に書いてください"))}
	case strings.HasPrefix(number, "#"):
		return nil
	case strings.HasPrefix(number, "+"):
		return checkForeign(number)
	}
	k := kindOf(number, osaka)
	if k == nil {
		return []Note{remark("length", lang.T("this does not begin like a Japanese number: begin with 0, or with + for another country",
			"日本の電話番号は 0 から始まります。海外の番号は + から入力してください"))}
	}
	return checkDigits(len(number), k)
}

// countNumbers counts the numbers in a list with commas, slashes or words.
func countNumbers(s string) int {
	n := 0
	for _, part := range phoneList().Split(s, -1) {
		if PhoneDigits(part) != "" {
			n++
		}
	}
	return n
}

// checkForeign looks at a number with +; E.164 allows 15 digits at most, and
// no country has subscriber numbers that leave fewer than 7.
func checkForeign(number string) []Note {
	if n := len(number) - 1; n < 7 || n > 15 {
		return []Note{remark("length", lang.T("%d digits: a number of another country has 7 to 15, with the code of the country",
			"%d 桁です。海外の番号は国番号から数えて 7〜15 桁です"), n)}
	}
	return nil
}

func checkDigits(n int, k *phoneKind) []Note {
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

// phoneDigits returns the digits of a number or of a part of one; +81 90 …,
// +81 (0)90 … and 090 … give the same.
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
