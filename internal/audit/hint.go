package audit

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"memovault/internal/lang"
)

// What a hint gives away of a password, the worst first.
type leak int

const (
	leaksNothing   leak = iota
	leaksPart           // some of its characters in a row
	leaksNearly         // the password but for two characters
	leaksDisguised      // the password reversed, in look-alikes or in another script
	leaksAll            // the password
)

// Bounds of what is compared: a hint of a whole page is compared by its
// beginning.
const (
	maxHint     = 400 // characters
	maxPassword = 100
)

// leakOf compares a hint with a password in all the forms in which one is
// hidden in the other: folded, reversed, with look-alikes (5 for s), kana in
// letters. A row of common characters counts from least on.
func leakOf(hint, password string, least int) leak {
	p := squash(password, maxPassword)
	h := squash(hint, maxHint)
	if utf8.RuneCountInString(p) < 3 || h == "" {
		return leaksNothing
	}
	switch {
	case strings.Contains(h, p):
		return leaksAll
	case strings.Contains(h, reversed(p)):
		return leaksDisguised
	}
	worst := leaksNothing
	for _, form := range []func(string) string{plainLetters, romaji} {
		ph, hh := form(password), form(hint)
		if len(ph) >= 3 && (strings.Contains(hh, ph) || strings.Contains(hh, reversed(ph))) {
			return leaksDisguised
		}
		worst = max(worst, nearly(hh, ph), part(hh, ph, least))
	}
	return max(worst, nearly(h, p), part(h, p, least))
}

func isASCII(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r >= utf8.RuneSelf }) < 0
}

// squash folds s and keeps its letters and digits, at most limit of them.
func squash(s string, limit int) string {
	var b strings.Builder
	n := 0
	for _, r := range lang.Fold(s) {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || r == 'ー' {
			b.WriteRune(r)
			if n++; n == limit {
				break
			}
		}
	}
	return b.String()
}

func reversed(s string) string {
	rs := []rune(s)
	slices.Reverse(rs)
	return string(rs)
}

// lookAlikes are what people write for letters in the hope of a better password.
var lookAlikes = strings.NewReplacer("0", "o", "1", "i", "l", "i", "!", "i", "3", "e", "4", "a", "@", "a", "5", "s", "$", "s", "7", "t", "8", "b", "9", "g")

// plainLetters is squash with letters in the place of look-alikes and of kana:
// さくら and 5akura come out alike.
func plainLetters(s string) string {
	letters, _ := lang.Romaji(lookAlikes.Replace(lang.Fold(s)))
	return squash(letters, maxHint)
}

// romaji is squash with kana in letters.
func romaji(s string) string {
	if isASCII(s) {
		return squash(s, maxHint)
	}
	letters, _ := lang.Romaji(squash(s, maxHint))
	return letters
}

// nearly reports a hint, or a word of it as long as the password, that differs
// from the password in at most two characters.
func nearly(hint, password string) leak {
	h, p := []rune(hint), []rune(password)
	if len(p) >= 5 && len(h) <= len(p)+2 && len(h) >= len(p)-2 && editDistance(h, p) <= 2 {
		return leaksNearly
	}
	return leaksNothing
}

// editDistance counts the characters to be put in, taken out or replaced.
func editDistance(a, b []rune) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i, x := range a {
		diagonal := row[0]
		row[0] = i + 1
		for j, y := range b {
			cost := diagonal
			if x != y {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

// part reports a common row of at least least characters, or of three fifths
// of the password.
func part(hint, password string, least int) leak {
	h, p := []rune(hint), []rune(password)
	n := commonRow(h, p)
	if n >= least || n >= 3 && 5*n >= 3*len(p) {
		return leaksPart
	}
	return leaksNothing
}

// commonRow is the length of the longest row of characters that both have.
func commonRow(a, b []rune) int {
	longest := 0
	row := make([]int, len(b)+1)
	for _, x := range a {
		for j := len(b); j > 0; j-- {
			if x != b[j-1] {
				row[j] = 0
				continue
			}
			row[j] = row[j-1] + 1
			longest = max(longest, row[j])
		}
	}
	return longest
}

var (
	saidOutright = regexp.MustCompile(`(?i)(?:pass(?:word|phrase|code)?|pw|pin|パスワード|パス|ぱすわーど|暗証番号|暗証)\s*(?:is|は|が|:|：|=|＝)\s*[「"']?([!-~]{4,})`)
	address      = regexp.MustCompile(`^[^@\s]+@[^@\s]+\.[^@\s]+$|^(?:https?://|www\.)`)
)

// looksLikePassword reports whether a hint, whatever the password is, can
// hardly be anything but one: eight or more characters without a space, with
// letters and digits among them, or what follows "the password is".
func looksLikePassword(hint string) bool {
	if strings.ContainsAny(hint, "0123456789") {
		if m := saidOutright.FindStringSubmatch(hint); m != nil && strings.ContainsAny(m[1], "0123456789") {
			return true
		}
	}
	hint = lang.FoldCode(hint)
	if len(hint) < 8 {
		return false
	}
	var lower, upper, digit, sign bool
	for _, r := range hint {
		switch {
		case 'a' <= r && r <= 'z':
			lower = true
		case 'A' <= r && r <= 'Z':
			upper = true
		case '0' <= r && r <= '9':
			digit = true
		case '!' <= r && r <= '~':
			sign = true
		default:
			return false
		}
	}
	mixed := (lower || upper) && digit || lower && upper && sign
	return mixed && !address.MatchString(hint)
}

// sameAsElsewhere reads folded hints.
var sameAsElsewhere = regexp.MustCompile(`\b(?:the |my )?same (?:as|one|password|pass|pw|pin|code|everywhere)\b|^(?:the |my )?same$|` +
	`\busual (?:one|password|pass|pw|pin|code|word)\b|^(?:as |the |my )?usual$|\bas (?:usual|always|everywhere)\b|\bthe one i always use\b|` +
	`いつも(?:の)?(?:ぱす|暗証|pw|番号|数字|言葉|やつ|もの|あれ|奴|単語|$)|いつも(?:通|どお|とお)り|いつもと(?:同じ|一緒)|` +
	`と(?:同じ|おなじ|一緒|いっしょ|共通)|^(?:同じ|おなじ|共通|一緒)(?:もの|やつ|の|です)?$|(?:同じ|共通の|おなじ)(?:ぱす|暗証|番号|pw)|使い回し|使いまわし`)

// sameWords are the words without one of which sameAsElsewhere finds nothing;
// to look for them costs less.
var sameWords = []string{"same", "usual", "always", "いつも", "同じ", "おなじ", "一緒", "いっしょ", "共通", "使い回", "使いまわ"}

// saysSame reports whether a hint says that the password is used elsewhere.
func saysSame(hint string) bool {
	folded := lang.Fold(hint)
	if !slices.ContainsFunc(sameWords, func(w string) bool { return strings.Contains(folded, w) }) {
		return false
	}
	return sameAsElsewhere.MatchString(strings.TrimRight(folded, "。.!"))
}

// vagueHints help nobody, the owner least of all.
var vagueHints = map[string]bool{}

func init() {
	for _, s := range strings.Fields(`password pass pw pwd passcode passphrase pin code word secret hint key mypassword thepassword thesecret
		forgot forgotten idontknow dontknow remember youknow youknowit guess guessit think ithinkiknow
		パスワード パス ぱす 暗証番号 暗証 秘密 ひみつ ヒント 鍵 キー 言葉 合言葉 忘れた わすれた あれ 例のあれ いつか 思い出して 思い出せ 覚えている 覚えてる 自分で考える 英数字 英字 数字`) {
		vagueHints[squash(s, maxHint)] = true
	}
}

// isVague reports whether a hint could be anybody's hint for anything.
func isVague(hint string) bool {
	s := squash(hint, maxHint)
	return utf8.RuneCountInString(s) < 2 || vagueHints[s]
}

// publicWords name, on their own, something that others know or find out.
var publicWords = func() map[string]bool {
	m := map[string]bool{}
	for _, s := range strings.Split(`birthday|my birthday|date of birth|my date of birth|birth date|birth year|year of birth|name|my name|first name|surname|last name|phone|phone number|my phone number|telephone|address|my address|post code|zip code|email|mail address|my e-mail|
誕生日|自分の誕生日|本人の誕生日|生年月日|自分の生年月日|生まれた日|生まれた年|生年|名前|自分の名前|本人の名前|氏名|苗字|名字|電話|電話番号|自宅の電話番号|家の電話番号|携帯番号|携帯の番号|住所|自宅の住所|郵便番号|メールアドレス|アドレス`, "|") {
		m[squash(s, maxHint)] = true
	}
	return m
}()

// factForms are the forms in which a fact may stand in a squashed hint.
func factForms(fact string) []string {
	form := squash(fact, maxHint)
	if isASCII(form) {
		return []string{form}
	}
	return []string{form, romaji(form)}
}

// namesPublicFact reports whether a squashed hint is nothing but what the record itself
// says and others know: the name, the birth date, a number, the address. Where
// the service shows the hint to whoever asks, a part of it is enough.
func namesPublicFact(h string, facts []string, shown bool) bool {
	if publicWords[h] {
		return true
	}
	var forms []string
	for _, fact := range facts {
		if strings.Contains(h, fact) {
			forms = append(forms, fact)
		}
	}
	slices.SortFunc(forms, func(a, b string) int { return len(b) - len(a) })
	rest, found := h, false
	for _, form := range forms {
		if utf8.RuneCountInString(form) >= 2 && len(form) >= 4 && strings.Contains(rest, form) {
			rest, found = strings.ReplaceAll(rest, form, ""), true
		}
	}
	if !found {
		return false
	}
	return shown || strings.Trim(rest, "のとさんちゃです") == ""
}
