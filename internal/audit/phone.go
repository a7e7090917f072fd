package audit

import (
	"slices"

	"memovault/internal/lang"
	"memovault/internal/maildomain"
	"memovault/internal/record"
)

var phoneRules = []*Rule{
	{
		ID: "P01", Severity: High, effort: visit, record: phoneMissing,
		Title:  lang.T("no telephone number for codes", "確認コードを受け取る電話番号がない"),
		Why:    lang.T("as long as a code can reach you by phone, a forgotten password is no problem; without a number it is", "携帯に確認コードが届けば、パスワードを忘れても困りません。番号がないと、戻れなくなることがあります"),
		Do:     lang.T("register a mobile number at the service (or look up the one that is), then note it:", "サービスに携帯の番号を登録し（登録済みなら確かめて）、ここにも書いてください:"),
		Source: technician, AsOf: "2020-04-11",
	},
	{
		ID: "P02", Severity: High, effort: visit, record: phoneNoSMS,
		Title:  lang.T("number that gets no SMS", "SMS が届かない番号を登録している"),
		Why:    lang.T("the code is sent by SMS, and such a number does not receive it", "確認コードは SMS で送られますが、このような番号には届きません"),
		Do:     lang.T("register a mobile number at the service, then note it:", "サービスに携帯の番号を登録し、ここにも書いてください:"),
		Source: lang.T("umanity.jp FAQ 177; Steam Guard FAQ (Valve)", "umanity.jp FAQ 177、Steam ガードのよくある質問（Valve）"), AsOf: "2026-11-22",
	},
	{
		ID: "P03", Severity: Medium, effort: visit, record: phoneLandline,
		Title:  lang.T("landline for codes", "確認コード用の番号が固定電話"),
		Why:    lang.T("a landline gets no SMS, and its number changes when you move", "固定電話には SMS が届かず、引っ越すと番号も変わります"),
		Do:     lang.T("register a mobile number as well, then note it:", "携帯の番号も登録し、ここにも書いてください:"),
		Source: both("umanity.jp FAQ 177"), AsOf: "2026-11-22",
	},
	{
		ID: "P04", Severity: High, effort: visit, record: phoneEnded,
		Title:  lang.T("number of a line that has ended, or ends", "解約した（する）電話番号を登録している"),
		Why:    lang.T("the number is given to somebody else later, and the codes then reach a stranger", "解約した番号はいずれ他人に割り当てられ、確認コードがその人に届きます"),
		Do:     lang.T("register the number you use now at the service, then note it:", "今お使いの番号をサービスに登録し、ここにも書いてください:"),
		Source: both("recyclednumbers.cs.princeton.edu, kshop.work"), AsOf: "2026-11-22",
	},
	{
		ID: "P05", Severity: Medium, effort: note, record: phoneMistyped,
		Title:  lang.T("number that cannot be right", "番号の書き間違い"),
		Why:    lang.T("a wrong digit sends every code to somebody else, or nowhere", "1 桁違うだけで、確認コードは届きません"),
		Do:     lang.T("compare it with the service, then correct it:", "サービスの画面と見比べて、書き直してください:"),
		Source: lang.T("numbering plan of Japan; ITU-T E.164", "電気通信番号計画、ITU-T E.164"), AsOf: "2026-11-22",
	},
	{
		ID: "P06", Severity: Medium, effort: visit, record: phoneHoldsAll,
		Title:  lang.T("everything is on one phone", "全部が 1 台の電話に入っている"),
		Why:    lang.T("losing that one phone takes the second step and the way around it together", "その 1 台をなくすと、2 段階認証もその代わりの手段も、一度に失います"),
		Do:     lang.T("have the service give you codes for emergencies, print them, and note them:", "サービスで非常用のコードを発行して印刷し、ここにも書いてください:"),
		Source: both("Büttner, Gruschka, ICISSP 2024, arXiv 2403.15080"), AsOf: "2026-11-22",
	},
}

// A phoneUse is a number that somebody gave to a service.
type phoneUse struct {
	answer
	number string
}

// phonesOf returns the numbers by which the account is signed in to or recovered.
func (v *survey) phonesOf(s *subject) []phoneUse {
	var list []phoneUse
	for _, a := range s.answers {
		if a.role != record.RoleLogin && a.role != record.RoleRecovery {
			continue
		}
		if _, phone := v.reach(a); phone != "" {
			list = append(list, phoneUse{a, phone})
		}
	}
	return list
}

func phoneMissing(v *survey, s *subject, hit func(match)) {
	spec := s.spec(record.RoleRecovery, record.TypePhone)
	if spec == nil || !v.standsAlone(s) || len(s.phones) > 0 || v.ended(s) || !v.sendsSMS(s) {
		return
	}
	out := match{fields: []string{spec.Key},
		what:  words(lang.T("no telephone number is noted for this account", "このアカウントの電話番号が記録されていません")),
		coach: words(lang.T("No number? As long as a code reaches you by phone, a forgotten password is no problem.", "番号がないと、パスワードを忘れたときに困ります。携帯の番号を登録しておくと安心です。"))}
	if s.codesLeft() > 0 || s.has(record.RoleRescue) || len(s.values(record.RoleRecovery)) > 0 {
		out.severity = Medium // another way back is noted
	}
	hit(out)
}

// sendsSMS reports whether a code to a telephone is a usual way back: of
// mailboxes only for free web mail; of those that come with a contract, and of
// domains, one asks the company and shows papers. What company it is must be known.
func (v *survey) sendsSMS(s *subject) bool {
	if s.spec(record.RoleDomain) != nil {
		return false
	}
	for _, a := range s.values(record.RoleAddress) {
		if class := v.class(a.f.Value); class != maildomain.Webmail {
			return false
		}
	}
	return true
}

// codesLeft counts the one-time codes that are noted and not used.
func (s *subject) codesLeft() int {
	n := 0
	for _, a := range s.values(record.RoleCodes) {
		n += record.Unused(a.f.Codes)
	}
	return n
}

func phoneNoSMS(v *survey, s *subject, hit func(match)) {
	for _, p := range s.phones {
		kind := v.number(p.number).kind
		switch kind {
		case record.KindIP050, record.KindMachine, record.KindTollFree, record.KindService, record.KindShort:
		default:
			continue
		}
		hit(match{fields: []string{p.f.Key},
			what:  words(lang.T("%q is %s: %s", "「%s」は %s。%sです"), s.label(p.f.Key), p.number, kind.Label()),
			coach: words(lang.T("SMS does not reach %s, and codes come by SMS. A mobile number is better here.", "%sには、SMS の確認コードが届きません。携帯の番号のほうが安心です。"), kind.Label())})
	}
}

func phoneLandline(v *survey, s *subject, hit func(match)) {
	phones := s.phones
	mobile := slices.ContainsFunc(phones, func(p phoneUse) bool { return v.number(p.number).kind == record.KindMobile })
	for _, p := range phones {
		if v.number(p.number).kind != record.KindLandline || mobile {
			continue
		}
		hit(match{fields: []string{p.f.Key},
			what:  words(lang.T("%q is %s, a landline number", "「%s」は %s（固定電話）です"), s.label(p.f.Key), p.number),
			coach: words(lang.T("A landline gets no SMS, and the number changes when you move. A mobile number is better here.", "固定電話には SMS が届かず、引っ越すと番号も変わります。携帯の番号のほうが安心です。"))})
	}
}

func phoneEnded(v *survey, s *subject, hit func(match)) {
	for _, p := range s.phones {
		day, where := v.lineEnds(p.number)
		if where == nil || where == s || v.days(day.first) > soon {
			continue
		}
		out := match{fields: []string{p.f.Key}, due: day.first,
			what: words(lang.T("%q is %s, and that line ended on %s (noted in %q)", "「%s」は %s ですが、その回線は %s に終わっています（記録「%s」）"),
				s.label(p.f.Key), p.number, written(day), where.r.Name),
			coach: words(lang.T("By your notes this line ended on %s. Somebody else may get the number, and your codes.", "記録では、この回線は %s に終わっています。番号は、いずれ他人に割り当てられます。"), written(day))}
		if !day.last.Before(v.today) {
			out.what = words(lang.T("%q is %s, and that line ends on %s, %s (noted in %q)", "「%s」は %s ですが、その回線は %s に終わります。%sです（記録「%s」）"),
				s.label(p.f.Key), p.number, written(day), v.left(day), where.r.Name)
			out.coach = words(lang.T("By your notes this line ends on %s. A number that stays is better here.", "記録では、この回線は %s に終わります。続けて使う番号のほうが安心です。"), written(day))
		}
		hit(out)
	}
	v.callersOfEnding(s, hit)
}

func (v *survey) callersOfEnding(s *subject, hit func(match)) {
	ends, numbers := s.values(record.RoleEnds), s.values(record.RoleNumber)
	if len(ends) > 0 && len(numbers) > 0 {
		v.talkOfUsers(s, ends[0], v.number(numbers[0].f.Value).digits, hit)
	}
}

func phoneMistyped(v *survey, s *subject, hit func(match)) {
	for _, a := range s.answers {
		if a.kind != record.TypePhone || a.role == "" {
			continue
		}
		if n := v.number(a.f.Value); n.slip != (lang.Text{}) {
			hit(match{fields: []string{a.f.Key}, what: words(lang.T("%q: %s", "「%s」: %s"), s.label(a.f.Key), n.slip)})
		}
	}
}

// phoneHoldsAll looks at accounts with a second step of which every factor, and
// the number that codes go to, is noted to be on one device.
func phoneHoldsAll(v *survey, s *subject, hit func(match)) {
	v.talkOfCallers(s, hit)
	codes := s.spec(record.RoleCodes)
	if !s.account() || s.twoStep() != "on" || s.codesLeft() > 0 || s.has(record.RoleRescue) || codes == nil {
		return
	}
	var handset *subject
	places := 0
	for _, a := range s.answers {
		var on *subject
		switch {
		case a.role == record.RoleFactor && a.kind == record.TypeRef:
			on = v.refersTo(a)
		case a.role == record.RoleRecovery:
			if mail, _ := v.reach(a); mail != "" {
				return
			}
			on = v.handset(a)
		case a.role == record.RoleFactor && a.kind != record.TypeChoice:
			return
		default:
			continue
		}
		if on == nil || handset != nil && on != handset {
			return
		}
		handset, places = on, places+1
	}
	if places < 2 {
		return
	}
	hit(match{fields: []string{codes.Key},
		what: words(lang.T("the second step and the number for codes are both on %q, and no codes on paper are noted", "2 段階認証もコードを受け取る番号も「%s」にあり、紙のコードの記録がありません"), handset.r.Name)})
}

// handset is the device on which a telephone number is used.
func (v *survey) handset(a answer) *subject {
	_, phone := v.reach(a)
	if phone == "" {
		return nil
	}
	for _, line := range v.lines[v.number(phone).digits] {
		for _, d := range line.values(record.RoleDevice) {
			if to := v.refersTo(d); to != nil {
				return to
			}
		}
	}
	return nil
}

// crowd is how many other accounts use a number before the coach says so.
const crowd = 4

func (v *survey) talkOfCallers(s *subject, hit func(match)) {
	for _, p := range s.phones {
		if n := len(v.users(v.number(p.number).digits, s)); n >= crowd {
			hit(match{fields: []string{p.f.Key}, onlyTalk: true,
				coach: words(lang.T("%d other accounts hang on this number too. Codes on paper help when the phone is lost.", "この番号は、ほかの %d 件でも使われています。電話をなくしたときのために、紙のコードもあると安心です。"), n)})
		}
	}
}

// twoStep is the answer to whether a second step is asked for at sign-in: on,
// off, unknown, or "" where nothing is noted.
func (s *subject) twoStep() string { return s.value(record.RoleTwoStep) }
