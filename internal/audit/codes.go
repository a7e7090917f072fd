package audit

import (
	"hash/maphash"
	"regexp"
	"slices"
	"strings"

	"memovault/internal/lang"
	"memovault/internal/record"
)

var codeRules = []*Rule{
	{
		ID: "C01", Severity: High, effort: visit, record: codesMissing,
		Title:  lang.T("two-step verification without codes for emergencies", "2 段階認証がオンなのに、非常用のコードがない"),
		Why:    lang.T("when the phone is lost, these codes are often the only way in that is left", "電話をなくしたとき、残る手段はこのコードだけ、ということがよくあります"),
		Do:     lang.T("have the service give you the codes, print them, and note them:", "サービスで非常用のコードを発行して印刷し、ここにも書いてください:"),
		Source: lang.T("Gerlitz et al., SOUPS 2023; docs.github.com; bitwarden.com/help", "Gerlitz ほか（SOUPS 2023）、docs.github.com、bitwarden.com/help"), AsOf: "2026-11-22",
	},
	{
		ID: "C02", Severity: Medium, effort: visit, record: codesRunningOut,
		Title:  lang.T("codes that are nearly used up, or not complete", "非常用のコードが残り少ない・数が合わない"),
		Why:    lang.T("each code works once; without one left, a lost phone locks the account", "コードは 1 つにつき 1 回だけです。なくなると、電話をなくしたときに戻れません"),
		Do:     lang.T("have the service make a new set, and note all of it:", "サービスで新しいコードを発行し、全部書いてください:"),
		Source: NotesAlone, AsOf: "2026-11-22",
	},
	{
		ID: "C03", Severity: Medium, effort: visit, record: codesOutdated,
		Title:  lang.T("codes that may be of an older set", "古いコードかもしれない"),
		Why:    lang.T("a new set makes the old one void: codes of the old one no longer open anything", "新しいコードを発行すると、前のコードは使えなくなります"),
		Do:     lang.T("compare with the service, or make a new set, and note it with its day:", "サービスで確かめるか発行し直して、コードと発行日を書いてください:"),
		Source: both("support.google.com/accounts/answer/1187538, docs.github.com"), AsOf: "2026-11-22",
	},
	{
		ID: "C04", Severity: High, effort: note, record: keyMiscopied,
		Title:  lang.T("product key that is copied wrongly", "プロダクトキーの写し間違い"),
		Why:    lang.T("with a wrong character the key is refused, when the card may be gone already", "1 文字違うだけで受け付けられません。カードをなくしたあとでは直せません"),
		Do:     lang.T("compare it with the card; the place is shown there:", "カードと見比べてください。間違いの場所はここで分かります:"),
		Source: both("ntriver.org/pkeymaster"), AsOf: "2026-11-22",
	},
	{
		ID: "C05", Severity: High, effort: note, record: diskKeyMiscopied,
		Title:  lang.T("disk recovery key that is copied wrongly", "ディスクの回復キーの写し間違い"),
		Why:    lang.T("with a wrong digit the encrypted disk stays closed, and nobody else has the key", "1 桁違うだけで、暗号化したディスクは開きません"),
		Do:     lang.T("compare it with the paper or the screen it came from:", "元の紙や画面と見比べてください:"),
		Source: lang.T("Aorimn/dislocker a0d5fb6, recovery_password.c", "Aorimn/dislocker a0d5fb6 の recovery_password.c"), AsOf: "2026-11-22",
	},
	{
		ID: "C06", Severity: Medium, effort: note, record: codesMixedUp,
		Title:  lang.T("codes that belong elsewhere", "ほかのものと取り違えたコード"),
		Why:    lang.T("codes of the wrong account are found out on the day they are needed", "取り違えは、使おうとした日に初めて分かります"),
		Do:     lang.T("look at the service or the paper which ones belong here:", "サービスの画面や紙で、どちらのものか確かめてください:"),
		Source: NotesAlone, AsOf: "2026-11-22",
	},
	{
		ID: "C07", Severity: Medium, effort: note, record: keyWithoutAccount,
		Title:  lang.T("key without its account", "キーだけで、アカウントの記録がない"),
		Why:    lang.T("the key alone may not install it again: the licence moves to an account at the first use", "最初に使うと権利はアカウントに移るので、キーだけでは入れ直せないことがあります"),
		Do:     lang.T("look up the account it was set up with, and note it:", "セットアップに使ったアカウントを調べて、書いてください:"),
		Source: both("support.microsoft.com/ja-jp 959ac957"), AsOf: "2026-11-22",
	},
	{
		ID: "C08", Severity: Medium, effort: errand, record: licenceWithoutProof,
		Title:  lang.T("licence without a proof of purchase", "購入の証明がない"),
		Why:    lang.T("when the account is forgotten, the receipt and a photo of the key are what support asks for", "アカウントが分からないとき、サポートでは領収書やキーの写真を求められます"),
		Do:     lang.T("note where the receipt is, or keep a photo with --attach FILE:", "領収書の場所を書くか、--attach で写真をしまってください:"),
		Source: both("1105r.com"), AsOf: "2026-11-22",
	},
	{
		ID: "C09", Severity: High, effort: note, record: halfOfTwo,
		Title:  lang.T("one half of two that are needed together", "2 つそろって使うものの、片方しかない"),
		Why:    lang.T("the key and the master password open only together; nobody can make up for the missing one", "キーとマスターパスワードは、両方そろわないと開きません。片方では何もできません"),
		Do:     lang.T("note the missing half, apart from the other:", "足りないほうを、もう片方とは別の場所に用意して書いてください:"),
		Source: both("support.1password.com/secret-key-security, bitwarden.com/help/two-step-recovery-code"), AsOf: "2026-11-22",
	},
	{
		ID: "C10", Severity: High, effort: visit, record: recoveryKeyAlone,
		Title:  lang.T("recovery key without the number and the device it needs", "復旧キーに要る電話番号と端末がない"),
		Why:    lang.T("the key works only together with a trusted number and a device, and turns the usual way back off", "復旧キーは、信頼できる番号と端末がそろって初めて使えます。普通の復旧はオフになっています"),
		Do:     lang.T("note both, or turn the recovery key off:", "両方を書くか、復旧キーをオフにしてください:"),
		Source: both("support.apple.com 109345"), AsOf: "2026-11-22",
	},
	{
		ID: "C11", Severity: Low, effort: note, record: pinWithoutPassword,
		Title:  lang.T("PIN noted, password not", "PIN はあるのに、パスワードの手がかりがない"),
		Why:    lang.T("the PIN opens this one device; the account behind it asks for its password", "PIN はその端末だけのものです。アカウントにはパスワードで入ります"),
		Do:     lang.T("note a hint for the account's password, or where it is written:", "アカウントのパスワードのヒントか、書いた場所を記録してください:"),
		Source: both("MicrosoftDocs/windows-itpro-docs, hello-why-pin-is-better-than-password"), AsOf: "2026-11-22",
	},
}

// claim returns what the template says under the first of the ids it has.
func (s *subject) claim(ids ...string) Claim {
	for _, id := range ids {
		if c := s.fact(id); c != (Claim{}) {
			return c
		}
	}
	return Claim{}
}

func (s *subject) codesClaim() Claim {
	return s.claim("recovery-codes", "backup-codes", "backup-code", "recovery-code")
}

// rescueSpec is the field that takes what opens the account when the second
// step is gone, nil if the service gives nothing of the kind.
func (s *subject) rescueSpec() *record.Spec {
	if spec := s.spec(record.RoleCodes); spec != nil {
		return spec
	}
	return s.spec(record.RoleRescue)
}

// gateState says whether the choice that lets a field be of use has been made.
type gateState int

const (
	gateOpen gateState = iota // the field is of use, by choice or always
	gateUnknown
	gateShut
)

// gate returns the choice, other than that of the second step, on which each of
// the template's ways by the field hangs, and how it stands. A key that one may
// turn on and that changes how one gets back is nothing to be had by everybody.
func (s *subject) gate(key, step string) (choice string, state gateState) {
	if s.t == nil {
		return "", gateOpen
	}
	for _, w := range s.t.Ways {
		if !needsField(w, key) {
			continue
		}
		on := ""
		for k, values := range w.When {
			if k == step {
				continue
			}
			on = k
			switch f := s.r.Field(k); {
			case f == nil || f.Value == "" || f.Value == "unknown":
				state = max(state, gateUnknown)
			case !slices.Contains(values, f.Value):
				state = gateShut
			}
		}
		if on == "" {
			return "", gateOpen
		}
		choice = on
	}
	return choice, state
}

func codesMissing(v *survey, s *subject, hit func(match)) {
	spec, step := s.rescueSpec(), s.spec(record.RoleTwoStep)
	if spec == nil || step == nil || !s.account() || s.has(record.RoleCodes) || s.has(record.RoleRescue) || v.ended(s) {
		return
	}
	gate, gated := s.gate(spec.Key, step.Key)
	switch twoStep := s.twoStep(); {
	case gated == gateShut:
	case twoStep == "on" && gated == gateUnknown:
		hit(match{open: true, fields: []string{gate}, what: words(lang.T("%q is not noted, which decides whether there is to be a %s", "「%s」が書かれていないので、「%s」が要るかどうか分かりません"), s.label(gate), s.label(spec.Key))})
	case twoStep == "on":
		hit(match{fields: []string{spec.Key}, on: []string{step.Key, spec.Key}, service: s.codesClaim(),
			what:  words(lang.T("two-step verification is on, and %q is empty", "2 段階認証はオンですが、「%s」が空です"), s.label(spec.Key)),
			coach: words(lang.T("Two-step verification is on: have the service give you codes now, and print them.", "2 段階認証がオンなら、非常用のコードを今のうちに発行し、印刷しておくと安心です。"))})
	case twoStep == "" || twoStep == "unknown":
		hit(match{open: true, fields: []string{step.Key}, what: words(lang.T("whether two-step verification is on is not noted", "2 段階認証がオンかどうかが記録されていません"))})
	}
}

// few is how many unused codes are nearly none.
const few = 2

func codesRunningOut(_ *survey, s *subject, hit func(match)) {
	for _, a := range s.values(record.RoleCodes) {
		n, left := len(a.f.Codes), record.Unused(a.f.Codes)
		expect := 0
		if a.spec != nil {
			expect = a.spec.Expect
		}
		out := match{fields: []string{a.f.Key}, service: s.codesClaim()}
		switch {
		case n == 0:
			continue
		case left == 0:
			out.severity = High
			out.what = words(lang.T("every code in %q is used", "「%s」のコードは、すべて使用済みです"), s.label(a.f.Key))
		case left <= few && n > few:
			out.what = words(lang.T("codes left in %[3]q: %[1]d of %[2]d", "「%[3]s」の残りは %[1]d 個です（%[2]d 個中）"), left, n, s.label(a.f.Key))
		case expect > 0 && n != expect:
			out.what = words(lang.T("codes in %[3]q: %[1]d; the service gives %[2]d", "「%[3]s」のコードは %[1]d 個ですが、サービスが発行するのは %[2]d 個です"), n, expect, s.label(a.f.Key))
		default:
			continue
		}
		hit(out)
	}
}

func codesOutdated(_ *survey, s *subject, hit func(match)) {
	made := s.spec(record.RoleCodesDay)
	if made == nil || s.codesLeft() == 0 {
		return
	}
	days := s.values(record.RoleCodesDay)
	if len(days) == 0 {
		hit(match{open: true, fields: []string{made.Key}, what: words(lang.T("when the codes were made is not noted", "コードの発行日が記録されていません"))})
		return
	}
	day, ok := readDay(days[0].f.Value)
	if !ok {
		return
	}
	for _, a := range s.values(record.RoleCodes) {
		for _, c := range a.f.Codes {
			used, ok := readDay(c.Used)
			if !ok || !used.last.Before(day.first) {
				continue
			}
			hit(match{fields: []string{a.f.Key}, on: []string{made.Key}, service: s.codesClaim(),
				what: words(lang.T("a code was used on %s, before the set was made on %s", "使用日（%s）が、コードの発行日（%s）より前になっています"), written(used), written(day)),
				coach: words(lang.T("A code here was used before that day: are these still the codes of the old set?",
					"その日より前に使ったコードが残っています。前のコードのままではありませんか。"))})
			break
		}
	}
}

// oddities returns what the check of a field's form says of its value: how
// many characters it has, which group is wrong. No remark of it quotes the key.
func (a answer) oddities() []record.Note {
	if a.spec == nil || a.spec.Format == "" || a.f.Value == "" {
		return nil
	}
	_, notes, _ := a.spec.Clean(a.f.Value)
	odd := notes[:0:0]
	for _, n := range notes {
		if !n.Changed && n.Key != "no-n" { // older keys have none; keyMiscopied asks for the product
			odd = append(odd, n)
		}
	}
	return odd
}

func (a answer) format() record.Format {
	if a.spec == nil {
		return ""
	}
	return a.spec.Format
}

// withoutN names the products whose keys have an N.
var withoutN = regexp.MustCompile(`(?:office|オフィス|おふぃす|word|excel|visio|project).*(?:2013|2016|2019|2021|2024)|windows ?(?:8|10|11)`)

func keyMiscopied(_ *survey, s *subject, hit func(match)) {
	for _, a := range s.answers {
		if a.format() != record.FormatMicrosoftKey {
			continue
		}
		if odd := a.oddities(); len(odd) > 0 {
			hit(s.miscopied(a, odd[0]))
		} else if !strings.Contains(a.f.Value, "N") && withoutN.MatchString(s.product()) {
			hit(match{fields: []string{a.f.Key}, severity: Medium,
				what: words(lang.T("%q has no N, and every key of Office 2013, Windows 8 and later has one", "「%s」に N がありません。Office 2013・Windows 8 以降のキーには必ず 1 つあります"), s.label(a.f.Key))})
		}
	}
}

// miscopied says what is wrong with a key without quoting any of it.
func (s *subject) miscopied(a answer, n record.Note) match {
	out := match{fields: []string{a.f.Key}}
	switch n.Key {
	case "several":
		out.what = words(lang.T("%q holds more than one key", "「%s」に、キーが 2 つ以上入っています"), s.label(a.f.Key))
	case "length":
		out.what = words(lang.T("%q is too long or too short", "「%s」の文字の数が合いません"), s.label(a.f.Key))
	case "checksum":
		out.what = words(lang.T("%q does not fit its own check sum: a character is wrong", "「%s」は検算が合いません。どこかの文字が違っています"), s.label(a.f.Key))
	default:
		out.what = words(lang.T("%q has characters that no such key has", "「%s」に、このキーでは使われない文字があります"), s.label(a.f.Key))
	}
	return out
}

// product is what the record says of what it is about.
func (s *subject) product() string {
	list := []string{s.r.Title}
	for _, a := range s.answers {
		if a.kind == record.TypeText && a.role == "" {
			list = append(list, a.f.Value)
		}
	}
	return lang.Fold(strings.Join(list, " | "))
}

func diskKeyMiscopied(_ *survey, s *subject, hit func(match)) {
	for _, a := range s.answers {
		if a.format() != record.FormatBitLocker {
			continue
		}
		switch odd := a.oddities(); {
		case len(odd) == 0:
		case odd[0].Key == "checksum":
			hit(match{fields: []string{a.f.Key}, what: words(lang.T("%q: %s", "「%s」: %s"), s.label(a.f.Key), noteText(odd[0]))})
		default:
			hit(s.miscopied(a, odd[0]))
		}
	}
}

func codesMixedUp(v *survey, s *subject, hit func(match)) {
	for _, a := range s.answers {
		if a.kind != record.TypeCodes && a.kind != record.TypeProductKey {
			continue
		}
		if n := a.strangers(); n > 0 {
			hit(match{fields: []string{a.f.Key},
				what: words(lang.T("%q does not have the form of this service's codes (%d of them)", "「%s」が、このサービスのコードの形ではありません（%d 個）"), s.label(a.f.Key), n)})
			continue
		}
		if other := v.holder(a); other != nil {
			hit(match{fields: []string{a.f.Key},
				what:  words(lang.T("the same code or key stands in %q too", "同じコードやキーが、記録「%s」にもあります"), other.r.Name),
				coach: words(lang.T("The same one is noted in %q already: does it belong here?", "同じものが、記録「%s」にもう書いてあります。こちらのもので合っていますか。"), other.r.Name)})
		}
	}
}

// strangers counts the codes of an answer that have not the form of its
// service. Product keys and disk keys have rules of their own.
func (a answer) strangers() int {
	switch a.format() {
	case "", record.FormatMicrosoftKey, record.FormatBitLocker:
		return 0
	}
	if a.kind == record.TypeProductKey {
		return min(len(a.oddities()), 1)
	}
	n := 0
	for _, c := range a.f.Codes {
		_, notes, err := a.spec.Clean(c.Code)
		odd := err != nil
		for _, note := range notes {
			odd = odd || !note.Changed
		}
		if odd {
			n++
		}
	}
	return n
}

// shortCode is the length up to which two equal codes may be chance.
const shortCode = 6

// holder returns the first record that has one of the codes too, so that each
// pair is found once.
func (v *survey) holder(a answer) *subject {
	if v.twins == nil {
		v.findTwins()
	}
	return v.twins[a.f]
}

// findTwins compares all codes and keys by their hashes.
func (v *survey) findTwins() {
	n := len(v.subjects)
	for i := range v.subjects {
		for _, a := range v.subjects[i].answers {
			n += len(a.f.Codes)
		}
	}
	v.twins = map[*record.Field]*subject{}
	first := make(map[uint64]*subject, n)
	for i := range v.subjects {
		s := &v.subjects[i]
		for _, a := range s.answers {
			if a.kind != record.TypeCodes && a.kind != record.TypeProductKey {
				continue
			}
			for c := range a.secrets() {
				h := maphash.String(v.seed, c)
				if holder := first[h]; holder == nil {
					first[h] = s
				} else if holder != s && v.twins[a.f] == nil {
					v.twins[a.f] = holder
				}
			}
		}
	}
}

// secrets yields the codes or the key of an answer, those too short to tell
// left out.
func (a answer) secrets() func(yield func(string) bool) {
	return func(yield func(string) bool) {
		if len(a.f.Value) > shortCode && !yield(a.f.Value) {
			return
		}
		for _, c := range a.f.Codes {
			if len(c.Code) > shortCode && !yield(c.Code) {
				return
			}
		}
	}
}

func keyWithoutAccount(_ *survey, s *subject, hit func(match)) {
	spec := s.spec(record.RoleLicensee)
	keys := s.values(record.RoleKey)
	if spec == nil || len(keys) == 0 || s.has(record.RoleLicensee) {
		return
	}
	out := match{fields: []string{spec.Key}, on: []string{keys[0].f.Key}, service: s.claim("bound-to-account", "account-needed", "relink"),
		what:  words(lang.T("%q is noted, and %q is not", "「%s」はありますが、「%s」がありません"), s.label(keys[0].f.Key), s.label(spec.Key)),
		coach: words(lang.T("After the first set-up the licence belongs to an account. Note that account too.", "最初のセットアップのあと、権利はアカウントに移ります。そのアカウントも書いておきましょう。"))}
	if out.service == (Claim{}) {
		out.severity = Low
	}
	hit(out)
}

func licenceWithoutProof(_ *survey, s *subject, hit func(match)) {
	spec := s.spec(record.RoleProof)
	if spec == nil || s.spec(record.RoleKey) == nil || !s.has(record.RoleKey) && !s.has(record.RoleLicensee) ||
		s.has(record.RoleProof) || len(s.r.Attachments) > 0 {
		return
	}
	hit(match{fields: []string{spec.Key}, service: s.claim("evidence", "proof", "keep-receipts"),
		what: words(lang.T("%q is empty, and no photo is kept", "「%s」が空で、写真もしまってありません"), s.label(spec.Key))})
}

// twoHalves is the field of a key that opens only together with the master
// password, nil where there is none.
func (s *subject) twoHalves() *record.Spec {
	if s.t == nil {
		return nil
	}
	for i := range s.t.Fields {
		if f := &s.t.Fields[i]; f.Format == record.FormatOnePassword || f.Format == record.FormatBitwarden {
			return f
		}
	}
	return nil
}

func halfOfTwo(_ *survey, s *subject, hit func(match)) {
	key, place := s.twoHalves(), s.spec(record.RolePlace)
	if key == nil || place == nil {
		return
	}
	switch has, opens := s.answered(key.Key), s.opens(); {
	case has && !opens:
		hit(match{fields: []string{place.Key}, service: s.claim("both", "all-three"),
			what: words(lang.T("%q is noted, and where the master password is written is not", "「%s」はありますが、マスターパスワードを書いた場所がありません"), s.label(key.Key))})
	case !has && opens && key.Format == record.FormatOnePassword:
		hit(match{fields: []string{key.Key}, service: s.claim("both", "secret-key"),
			what: words(lang.T("where the master password is written is noted, and %q is not", "マスターパスワードを書いた場所はありますが、「%s」がありません"), s.label(key.Key))})
	}
}

func recoveryKeyAlone(v *survey, s *subject, hit func(match)) {
	for _, a := range s.answers {
		if a.format() != record.FormatAppleKey {
			continue
		}
		phone, device := s.spec(record.RoleRecovery, record.TypePhone), s.spec(record.RoleFactor, record.TypeRef)
		var missing []string
		if phone != nil && len(s.phones) == 0 {
			missing = append(missing, phone.Key)
		}
		if device != nil && !s.has(record.RoleFactor) && !s.has(record.RoleDevice) {
			missing = append(missing, device.Key)
		}
		if len(missing) > 0 {
			hit(match{fields: missing, on: []string{a.f.Key}, service: s.claim("recovery-key"),
				what:  words(lang.T("a recovery key is noted, and no %s", "復旧キーはありますが、%s がありません"), s.labels(missing)),
				coach: words(lang.T("The key works only with a trusted number and a device: note those too.", "復旧キーは、信頼できる番号と端末がそろって使えます。その 2 つも書いておきましょう。"))})
		}
	}
}

// labels names several fields.
func (s *subject) labels(keys []string) lang.Text {
	var en, ja []string
	for _, key := range keys {
		l := s.label(key)
		en, ja = append(en, l.EN), append(ja, "「"+l.JA+"」")
	}
	return lang.Text{EN: strings.Join(en, ", "), JA: strings.Join(ja, "")}
}

// pinWithoutPassword looks at devices and systems that one opens with a PIN
// while an account stands behind them.
func pinWithoutPassword(v *survey, s *subject, hit func(match)) {
	local := s.claim("pin-is-local")
	if local == (Claim{}) || s.spec(record.RoleLicensee) == nil || s.opens() {
		return
	}
	for _, a := range s.values(record.RoleHint) {
		out := match{fields: []string{a.f.Key}, service: local,
			what:  words(lang.T("%q is noted, and of the account's password nothing", "「%s」はありますが、アカウントのパスワードの手がかりがありません"), s.label(a.f.Key)),
			coach: words(lang.T("The PIN opens this PC only. The account's password is another: keep it too.", "PIN はこのパソコン専用です。アカウントのパスワードは別なので、そちらも忘れずに。"))}
		account := v.accountOf(s, s.value(record.RoleLicensee))
		switch {
		case account == nil:
			out.command = edit(s.r)
		case account.has(record.RoleHint) || account.opens():
			continue
		default:
			out.command = edit(account.r)
		}
		hit(out)
	}
}
