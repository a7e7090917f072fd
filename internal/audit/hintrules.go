package audit

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"memovault/internal/lang"
	"memovault/internal/record"
)

var hintRules = []*Rule{
	{
		ID: "H01", Severity: High, effort: note, record: hintLeaks,
		Title:  lang.T("hint that gives the password away", "パスワードが分かってしまうヒント"),
		Why:    lang.T("whoever sees the hint, on the sheet or at the service, has the password", "用紙やサービスの画面でヒントを見た人に、パスワードが分かってしまいます"),
		Do:     lang.T("write a hint that reminds only you:", "自分だけが思い出せる言葉に書き直してください:"),
		Source: lang.T("troyhunt.com (Adobe, 2013)", "troyhunt.com（Adobe、2013 年）"), AsOf: "2026-11-22",
	},
	{
		ID: "H02", Severity: Medium, effort: visit, record: hintSame,
		Title:  lang.T("hint that says the password is used elsewhere", "ほかと同じパスワードだと分かるヒント"),
		Why:    lang.T("when one of the services leaks it, all the others are open", "1 か所から漏れると、ほかのサービスにも入られてしまいます"),
		Do:     lang.T("give this account a password of its own, then a hint for it:", "このアカウントだけのパスワードに変えてから、ヒントを書き直してください:"),
		Source: both("duo.com/blog/adobe-retrospective, bastian.rieck.ru"), AsOf: "2026-11-22",
	},
	{
		ID: "H03", Severity: Medium, effort: visit, record: hintPublic,
		Title:  lang.T("hint that names what others know", "他人にも分かることを指すヒント"),
		Why:    lang.T("birth dates, names and numbers are found out easily, and this record holds them too", "生年月日・名前・電話番号は他人にも調べられ、この記録にも書いてあります"),
		Do:     lang.T("take a password that has nothing to do with them, then a hint for it:", "それと関係のないパスワードに変えてから、ヒントを書き直してください:"),
		Source: lang.T("NIST SP 800-63B-4, 3.1.1.2", "NIST SP 800-63B-4 の 3.1.1.2"), AsOf: "2025-08-26",
	},
	{
		ID: "H04", Severity: Low, effort: note, record: hintMissing,
		Title:  lang.T("nothing that reminds of the password", "パスワードを思い出す手がかりがない"),
		Why:    lang.T("after a year without typing it, a password is forgotten", "1 年も打たないでいると、パスワードは忘れてしまいます"),
		Do:     lang.T("note a hint, or where the password is written:", "ヒントか、パスワードを書いた場所を書いてください:"),
		Source: NotesAlone, AsOf: "2026-11-22",
	},
}

// hints returns the answers that remind of a password.
func (s *subject) hints() []answer {
	var list []answer
	for _, a := range s.answers {
		if a.kind == record.TypeHint {
			list = append(list, a)
		}
	}
	return list
}

func (a answer) shown() bool { return a.spec != nil && a.spec.Shown }

// leastRow is from how many common characters on a hint gives a part of the
// password away.
func (a answer) leastRow() int {
	if a.shown() {
		return 3
	}
	return 4
}

func hintLeaks(_ *survey, s *subject, hit func(match)) {
	for _, a := range s.hints() {
		worst, known := leaksNothing, false
		for _, p := range s.answers {
			if p.kind == record.TypeSecret {
				known = true
				worst = max(worst, leakOf(a.f.Value, p.f.Value, a.leastRow()))
			}
		}
		if text, ok := leakTexts[worst]; ok {
			hit(match{fields: []string{a.f.Key}, what: words(text, s.label(a.f.Key)), coach: words(leakRemarks[worst])})
			continue
		}
		if !known && looksLikePassword(a.f.Value) {
			hit(match{fields: []string{a.f.Key},
				what:  words(lang.T("%q looks like a password itself", "「%s」が、パスワードそのもののように見えます"), s.label(a.f.Key)),
				coach: words(lang.T("Is that the password itself? A hint reminds only you, and is read by others.", "パスワードそのものではありませんか。ヒントは、ほかの人にも見えることがあります。"))})
		}
	}
}

var leakTexts = map[leak]lang.Text{
	leaksAll:       lang.T("%q contains the password", "「%s」に、パスワードがそのまま入っています"),
	leaksDisguised: lang.T("%q contains the password in disguise (backwards, in look-alikes or in another script)", "「%s」に、形を変えたパスワードが入っています（逆さ・似た文字・かなとローマ字）"),
	leaksNearly:    lang.T("%q is the password but for one or two characters", "「%s」が、パスワードと 1〜2 文字しか違いません"),
	leaksPart:      lang.T("%q contains a part of the password", "「%s」に、パスワードの一部が入っています"),
}

var leakRemarks = map[leak]lang.Text{
	leaksAll:       lang.T("The hint contains the password itself. A hint should remind only you.", "ヒントにパスワードがそのまま入っています。自分だけが思い出せる言葉にしましょう。"),
	leaksDisguised: lang.T("The hint contains the password in disguise. A hint should remind only you.", "ヒントに、形を変えたパスワードが入っています。自分だけが思い出せる言葉にしましょう。"),
	leaksNearly:    lang.T("The hint is nearly the password. A hint should remind only you.", "ヒントがパスワードとほとんど同じです。自分だけが思い出せる言葉にしましょう。"),
	leaksPart:      lang.T("The hint contains a part of the password. Something that only reminds you is better.", "ヒントにパスワードの一部が入っています。自分だけが思い出せる言葉のほうが安心です。"),
}

func hintSame(v *survey, s *subject, hit func(match)) {
	for _, a := range s.hints() {
		if saysSame(a.f.Value) {
			hit(match{fields: []string{a.f.Key},
				what:  words(lang.T("%q says that the password is used elsewhere too", "「%s」から、ほかと同じパスワードだと分かります"), s.label(a.f.Key)),
				coach: words(lang.T("This says that the password is used elsewhere too: one leak then opens both.", "ほかと同じパスワードのようです。1 か所から漏れると、両方に入られてしまいます。"))})
		} else if service, ok := v.namesService(s, a.f.Value); ok {
			hit(match{fields: []string{a.f.Key},
				what:  words(lang.T("%q names another service, %s", "「%s」に、別のサービスの名前（%s）が入っています"), s.label(a.f.Key), service),
				coach: words(lang.T("The hint names %s: is it the same password? One leak then opens both.", "ヒントに %s とあります。同じパスワードなら、1 か所から漏れると両方に入られてしまいます。"), service)})
		}
	}
}

// namesService returns the service of another account that a hint names.
func (v *survey) namesService(s *subject, hint string) (lang.Text, bool) {
	folded := lang.Fold(hint)
	for _, b := range v.services() {
		if s.t != nil && b.t.Name == s.t.Name {
			continue
		}
		for _, name := range b.names {
			if name.exact && wholeWord(hint, name.text) || !name.exact && wholeWord(folded, name.text) {
				return b.t.Label, true
			}
		}
	}
	return lang.Text{}, false
}

// A brand is a service by the names that people call it.
type brand struct {
	t     *record.Template
	names []brandName
}

// A brandName is folded, or stands for itself in the capitals of the service
// where it is a word as well: LINE is not a line.
type brandName struct {
	text  string
	exact bool
}

// kindOfAccount is what labels put behind the name of a service.
var kindOfAccount = strings.NewReplacer(" account", "", " Account", "", " アカウント", "", "アカウント", "", " ID", "")

// brandOf returns the names of a template's service. A template whose English
// label is a common noun (mailbox, bank account) names none.
func brandOf(t *record.Template) (b brand, ok bool) {
	if first, _ := utf8.DecodeRuneInString(t.Label.EN); !unicode.IsUpper(first) && !unicode.IsDigit(first) {
		return brand{}, false
	}
	list := []string{kindOfAccount.Replace(t.Label.EN), kindOfAccount.Replace(t.Label.JA)}
	if len(t.Aliases) > 0 {
		list = append(list, t.Aliases[0])
	}
	b.t = t
	for _, name := range list {
		folded := lang.Fold(name)
		switch latin := len(folded) == utf8.RuneCountInString(folded); {
		case utf8.RuneCountInString(folded) < 2 || latin && len(folded) < 3:
		case latin && len(folded) <= 5:
			b.names = append(b.names, brandName{name, true})
		default:
			b.names = append(b.names, brandName{folded, false})
		}
	}
	return b, len(b.names) > 0
}

// wholeWord reports whether word stands in text with no Latin letter beside it.
func wholeWord(text, word string) bool {
	for at := 0; ; {
		i := strings.Index(text[at:], word)
		if i < 0 {
			return false
		}
		start, end := at+i, at+i+len(word)
		before, _ := utf8.DecodeLastRuneInString(text[:start])
		after, _ := utf8.DecodeRuneInString(text[end:])
		if !isLatin(before) && !isLatin(after) {
			return true
		}
		at = end
	}
}

func isLatin(r rune) bool { return r < 0x250 && unicode.IsLetter(r) }

// services are the brands of the accounts that are noted.
func (v *survey) services() []brand {
	if v.brands == nil {
		v.brands = []brand{}
		seen := map[string]bool{}
		for i := range v.subjects {
			t := v.subjects[i].t
			if t == nil || !t.Account || seen[t.Name] {
				continue
			}
			seen[t.Name] = true
			if b, ok := brandOf(t); ok {
				v.brands = append(v.brands, b)
			}
		}
	}
	return v.brands
}

func hintPublic(v *survey, s *subject, hit func(match)) {
	for _, a := range s.hints() {
		h := squash(a.f.Value, maxHint)
		if !namesPublicFact(h, v.publicFacts(s, h), a.shown()) {
			continue
		}
		hit(match{fields: []string{a.f.Key},
			what:  words(lang.T("%q points to something that others know (name, birth date, number, address)", "「%s」が、他人にも分かること（名前・生年月日・番号・アドレス）を指しています"), s.label(a.f.Key)),
			coach: words(lang.T("Others know that too. A password that has nothing to do with it is better.", "それは、ほかの人にも分かることです。関係のないパスワードのほうが安心です。"))})
	}
}

// publicFacts are what the record says of its owner, in the forms in which it
// may stand in the squashed hint h. What has digits is looked up only for a hint
// that has some, addresses for one with Latin letters: most have neither.
func (v *survey) publicFacts(s *subject, h string) []string {
	var facts []string
	digits := strings.ContainsAny(h, "0123456789")
	letters := strings.ContainsFunc(h, isLatin)
	for _, a := range s.answers {
		switch {
		case a.role == record.RoleName || a.kind == record.TypePersonName:
			facts = append(facts, v.formsOf(a.f.Value, nameForms)...)
		case digits && a.role == record.RoleBirth:
			facts = append(facts, v.formsOf(a.f.Value, birthForms)...)
		case digits && a.kind == record.TypePhone:
			if digits := v.number(a.f.Value).digits; len(digits) >= 8 {
				facts = append(facts, digits, digits[len(digits)-8:], digits[len(digits)-4:])
			}
		case (letters || digits) && a.kind == record.TypeEmail:
			facts = append(facts, v.formsOf(a.f.Value, mailForms)...)
		}
	}
	return append(facts, v.formsOf(s.r.Owner, nameForms)...)
}

// formsOf is what forms makes of a fact, each once: people have the same name
// in many records.
func (v *survey) formsOf(fact string, forms func(string) []string) []string {
	list, ok := v.facts[fact]
	if !ok {
		for _, f := range forms(fact) {
			list = append(list, factForms(f)...)
		}
		v.facts[fact] = list
	}
	return list
}

func nameForms(name string) []string { return append(strings.Fields(name), name) }

func mailForms(address string) []string {
	local, _, _ := strings.Cut(address, "@")
	return []string{local, address}
}

// birthForms are the ways in which a birth date is made into a password.
func birthForms(value string) []string {
	d, ok := readDay(value)
	if !ok || !d.first.Equal(d.last) {
		return nil
	}
	return []string{d.first.Format("20060102"), d.first.Format("02012006"), d.first.Format("01022006"), d.first.Format("060102"),
		d.first.Format("2006年1月2日"), d.first.Format("1月2日"), d.first.Format("0102"), d.first.Format("2006")}
}

func hintMissing(v *survey, s *subject, hit func(match)) {
	hints := s.hints()
	for _, a := range hints {
		if isVague(a.f.Value) {
			hit(match{fields: []string{a.f.Key},
				what:  words(lang.T("%q is too general to remind anybody", "「%s」だけでは、何のことか思い出せません"), s.label(a.f.Key)),
				coach: words(lang.T("Will this remind you in three years? Something only you understand helps more.", "3 年後に、これで思い出せますか。自分にだけ分かる言葉のほうが役に立ちます。"))})
		}
	}
	spec := s.spec(record.RoleHint)
	if spec == nil || !v.standsAlone(s) || len(hints) > 0 || v.ended(s) || s.opens() || s.twoHalves() != nil {
		return
	}
	hit(match{fields: []string{spec.Key},
		what: words(lang.T("neither the password, nor a hint, nor where it is written is noted", "パスワードも、ヒントも、書いた場所も記録されていません"))})
}

// opens reports whether the password is noted, or where it is written.
func (s *subject) opens() bool {
	return s.has(record.RolePassword) || s.has(record.RolePlace) || s.keptSomewhere()
}

// keptSomewhere reports whether the record says where its password is kept,
// other than in somebody's memory.
func (s *subject) keptSomewhere() bool {
	for key, where := range s.r.Kept {
		f := s.r.Field(key)
		secret := key == string(record.AtomPassword) || f != nil && record.TypeOf(s.t, f) == record.TypeSecret
		if secret && slices.ContainsFunc(record.Places(where), func(p record.Place) bool { return p.Kind != record.PlaceMemory }) {
			return true
		}
	}
	return false
}
