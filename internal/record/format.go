package record

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"memovault/internal/lang"
)

// A Format is the form that a key or a code of one service has. It is checked
// only where a template names it: several services share eight digits, so the
// form alone never tells the service.
type Format string

// The formats. What each looks like and how sure that is stands at its check.
const (
	FormatMicrosoftKey      Format = "microsoft-5x5"      // product key: five groups of five
	FormatBitLocker         Format = "bitlocker"          // recovery password: eight blocks of six digits
	FormatAppleKey          Format = "apple-recovery"     // recovery key: 28 letters and digits, seven groups of four
	FormatOnePassword       Format = "1password-secret"   // Secret Key: 34 letters and digits, mostly from A3-
	FormatBitwarden         Format = "bitwarden-recovery" // recovery code: 32 letters and digits, eight groups of four
	FormatSteam             Format = "steam-recovery"     // recovery code: R and five digits, as far as is known
	FormatMicrosoftRecovery Format = "microsoft-recovery" // recovery code: 25 letters and digits
	FormatGoogleBackup      Format = "google-backup"      // backup code: eight digits
	FormatEightDigits       Format = "eight-digits"       // backup code of another service: eight digits
	FormatGitHub            Format = "github-recovery"    // recovery code: five and five hexadecimal digits, lower case
)

// fits reports whether there is such a format for values of the type.
func (f Format) fits(t Type) bool {
	switch f {
	case FormatMicrosoftKey, FormatBitLocker, FormatAppleKey, FormatOnePassword, FormatBitwarden, FormatSteam:
		return t == TypeProductKey
	case FormatMicrosoftRecovery, FormatGoogleBackup, FormatEightDigits, FormatGitHub:
		return t == TypeCodes
	}
	return false
}

// apply groups a folded value as the service prints it and says what cannot
// be right. It never says that a key is genuine: that it cannot know.
func (f Format) apply(s string) (string, []Note) {
	switch f {
	case FormatMicrosoftKey:
		return cleanMicrosoftKey(s)
	case FormatBitLocker:
		return cleanBitLocker(s)
	case FormatAppleKey:
		return cleanAppleKey(s)
	case FormatOnePassword:
		return cleanOnePassword(s)
	case FormatBitwarden:
		return cleanBitwarden(s)
	case FormatSteam:
		return cleanSteam(s)
	case FormatMicrosoftRecovery:
		return s, checkCount(s, 25, nameMicrosoftCode)
	case FormatGoogleBackup:
		return s, checkEightDigits(s, textGoogleDigits)
	case FormatEightDigits:
		return s, checkEightDigits(s, textEightDigits)
	case FormatGitHub:
		return s, checkGitHub(s)
	}
	return s, nil
}

// Clean is the function Clean for one value of this field, with what only the
// template knows: the form of the key and the options of a choice. Of a field
// of type codes it takes one code.
func (s *Spec) Clean(raw string) (value string, notes []Note, err error) {
	value, notes, err = Clean(s.Type, raw)
	if err != nil || value == "" {
		return value, notes, err
	}
	if s.Type == TypeChoice {
		return s.choose(value)
	}
	if s.Type == TypeCodes && SaysNone(value) {
		return value, notes, nil
	}
	grouped, more := s.Format.apply(value)
	return grouped, append(notes, more...), nil
}

// unknowns are words for the option with the value unknown, folded.
var unknowns = []string{"不明", "わからない", "わかりません", "分かりません", "不明です", "?", "don't know", "dont know", "unsure", "not sure"}

// choose finds the option that was meant, by its value, by its label in either
// language, or by y, n or another word for not knowing.
func (s *Spec) choose(typed string) (string, []Note, error) {
	key := lang.Fold(typed)
	for _, o := range s.Options {
		if key != o.Value && key != lang.Fold(o.Label.EN) && key != lang.Fold(o.Label.JA) && !isShortFor(key, o.Value) {
			continue
		}
		if typed == o.Value {
			return typed, nil, nil
		}
		return o.Value, []Note{changed("choice", lang.T("noted as: %s", "「%s」と記録します"), o.Label)}, nil
	}
	var en, ja []string
	for _, o := range s.Options {
		en, ja = append(en, o.Label.EN), append(ja, o.Label.JA)
	}
	return "", nil, refuse("choice", lang.T("answer with one of: %s", "次のどれかを入力してください: %s"),
		lang.Text{EN: strings.Join(en, ", "), JA: strings.Join(ja, "、")})
}

// CheckCodes compares a list of codes with what the service gives. What is odd
// about several of them is said once, with their numbers; the codes themselves
// are not in the notes.
func (s *Spec) CheckCodes(codes []Code) []Note {
	var notes []Note
	if n := len(codes); s.Expect > 0 && n > 0 && n != s.Expect {
		notes = append(notes, remark("count", lang.T("%d codes: the service gives %d", "今あるのは %d 個ですが、このサービスが発行するのは %d 個です"), n, s.Expect))
	}
	var odd []Note
	at := map[string][]int{} // by what is said
	for i, c := range codes {
		for _, n := range s.checkCode(c.Code) {
			said := n.Say(lang.EN)
			if at[said] == nil {
				odd = append(odd, n)
			}
			at[said] = append(at[said], i+1)
		}
	}
	for _, n := range odd {
		which := numbered(at[n.Say(lang.EN)], len(codes))
		notes = append(notes, remark(n.Key, lang.T("%s: %s", "%s: %s"), which, lang.Text{EN: n.Say(lang.EN), JA: n.Say(lang.JA)}))
	}
	return notes
}

// checkCode returns what looks odd about one code of a list.
func (s *Spec) checkCode(code string) []Note {
	_, notes, err := s.Clean(code)
	if err != nil {
		return []Note{remark("unreadable", lang.T("cannot be read", "読み取れません"))}
	}
	return slices.DeleteFunc(notes, func(n Note) bool { return n.Changed })
}

func isShortFor(typed, value string) bool {
	return typed == "y" && value == "yes" || typed == "n" && value == "no" || value == "unknown" && slices.Contains(unknowns, typed)
}

// maxNumbered is how many numbers are listed before their count is enough.
const maxNumbered = 6

// numbered names the codes with these numbers.
func numbered(numbers []int, all int) lang.Text {
	var list []string
	for _, n := range numbers {
		list = append(list, strconv.Itoa(n))
	}
	switch n := len(numbers); {
	case n > 1 && n == all:
		return lang.T("all codes", "どのコードも")
	case n > maxNumbered:
		return lang.Text{EN: fmt.Sprintf("%d codes", n), JA: fmt.Sprintf("%d 個のコード", n)}
	case n > 1:
		return lang.Text{EN: "codes " + strings.Join(list, ", "), JA: strings.Join(list, "、") + " 個目"}
	}
	return lang.Text{EN: "code " + list[0], JA: list[0] + " 個目"}
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isAlnum(c byte) bool { return isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'z' }

// isGrouped reports whether s has only characters of the kind, with single
// spaces or hyphens between.
func isGrouped(s string, kind func(byte) bool) bool {
	separator := true
	for i := 0; i < len(s); i++ {
		switch {
		case kind(s[i]):
			separator = false
		case separator || s[i] != ' ' && s[i] != '-':
			return false
		default:
			separator = true
		}
	}
	return !separator
}

var groupGaps = strings.NewReplacer(" ", "", "-", "")

// ungroup takes out the spaces and hyphens between groups.
func ungroup(s string) string { return groupGaps.Replace(s) }

// group puts the separator between groups of these sizes, of which the last
// goes on to the end. s is ASCII.
func group(s, separator string, sizes ...int) string {
	var b strings.Builder
	for i, n := 0, 0; i < len(s); i += sizes[n] {
		if i > 0 {
			b.WriteString(separator)
			n = min(n+1, len(sizes)-1)
		}
		b.WriteString(s[i:min(i+sizes[n], len(s))])
	}
	return b.String()
}

// regroup returns s in capitals and in groups, and says what it changed.
func regroup(s, separator string, sizes ...int) (string, []Note) {
	upper, notes := inCapitals(s)
	grouped, more := inGroups(upper, separator, sizes...)
	return grouped, append(notes, more...)
}

func inCapitals(s string) (string, []Note) {
	upper := strings.ToUpper(s)
	if upper == s {
		return s, nil
	}
	return upper, []Note{changed("capitals", lang.T("changed to capitals", "大文字に直しました"))}
}

func inGroups(s, separator string, sizes ...int) (string, []Note) {
	grouped := group(ungroup(s), separator, sizes...)
	if grouped == s {
		return s, nil
	}
	if len(sizes) > 1 {
		return grouped, []Note{changed("grouped", lang.T("written in groups, as it is printed", "紙にあるように区切りました"))}
	}
	return grouped, []Note{changed("grouped", lang.T("written in groups of %d", "%d 文字ずつ区切りました"), sizes[0])}
}
