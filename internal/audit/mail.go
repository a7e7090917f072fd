package audit

import (
	"slices"
	"strings"
	"time"

	"memovault/internal/lang"
	"memovault/internal/maildomain"
	"memovault/internal/record"
)

// technician is the report the program began with.
var technician = lang.T("a PC-support technician's article", "パソコンサポート業者の記事")

// NotesAlone is the Source of a rule that follows from what is noted alone.
var NotesAlone = both("memovault")

var mailRules = []*Rule{
	{
		ID: "M01", Severity: Critical, effort: visit, record: mailEnds,
		Title:  lang.T("mail address that ends, or has ended", "使えなくなる（なった）メールアドレスを登録している"),
		Why:    lang.T("codes and new passwords sent to an address that has ended never reach you", "使えなくなったアドレスには、確認コードも新しいパスワードも届きません"),
		Do:     lang.T("sign in while that still works, register an address you keep, then note it:", "まだサインインできるうちに、ずっと使えるアドレスを登録し直し、ここにも書いてください:"),
		Source: technician, AsOf: "2020-04-11",
	},
	{
		ID: "M02", Severity: High, effort: visit, record: mailOfContract,
		Title:  lang.T("mail address that hangs on a contract", "契約と一緒に消えるメールアドレスを登録している"),
		Why:    lang.T("when you move or change the company, the address ends, and with it the way back", "引っ越しや乗り換えで契約が終わると、アドレスが消え、アカウントに戻る道も消えます"),
		Do:     lang.T("register an address that stays yours at the service, then note it:", "契約に左右されないアドレスをサービスに登録し、ここにも書いてください:"),
		Source: both("1105r.com, taikai-kaiyaku.com"), AsOf: "2026-11-22",
	},
	{
		ID: "M03", Severity: Critical, effort: errand, record: mailPortable,
		Title:  lang.T("a carrier's address that can still be kept", "今ならまだ残せる携帯メール"),
		Why:    lang.T("after the last day of applying, the address cannot be got back", "申し込みの期限を過ぎると、そのアドレスは取り戻せません"),
		Do:     lang.T("ask the carrier to keep the address; until then, see who uses it:", "携帯電話会社にメールの持ち運びを申し込んでください。使っている先の一覧:"),
		Source: both("k-tai.watch.impress.co.jp 1375909, leverage-life.net"), AsOf: "2026-11-22",
	},
	{
		ID: "M04", Severity: High, effort: visit, record: mailOfOthers,
		Title:  lang.T("address of a school or an employer", "学校や勤め先のメールアドレスを登録している"),
		Why:    lang.T("the address ends with the course or the job, often from one day to the next", "卒業や退職と同時に、アドレスが使えなくなります"),
		Do:     lang.T("register an address of your own, then note it (an account of the firm itself: give it the tag work):", "自分のアドレスを登録し、ここにも書いてください（勤め先のアカウントなら、名札「仕事」を付けると出なくなります）:"),
		Source: both("JetBrains/swot 187f89e"), AsOf: "2026-11-22",
	},
	{
		ID: "M05", Severity: High, effort: visit, record: mailThrowaway,
		Title:  lang.T("throw-away address", "使い捨てのメールアドレスを登録している"),
		Why:    lang.T("such an address is gone after a while, and others may be able to read it", "このようなアドレスはしばらくすると消え、他人に読まれることもあります"),
		Do:     lang.T("register an address you keep at the service, then note it:", "ずっと使えるアドレスをサービスに登録し、ここにも書いてください:"),
		Source: both("disposable-email-domains"), AsOf: "2026-09-21",
	},
	{
		ID: "M06", Severity: Medium, effort: note, record: mailOfOwnDomain,
		Title:  lang.T("domain of one's own without a day of renewal", "自分のドメインの更新日が分からない・近い"),
		Why:    lang.T("a domain that is not renewed is sold to somebody else, who then gets your mail", "更新を忘れたドメインは他人のものになり、メールもその人に届きます"),
		Do:     lang.T("renew it if it is due, and note the day until which it is paid:", "期限が近ければ更新し、いつまで有効かを書いてください:"),
		Source: lang.T("phenomtech.net 2013-10", "phenomtech.net 2013 年 10 月"), AsOf: "2026-11-22",
	},
	{
		ID: "M07", Severity: Medium, effort: visit, record: mailSameProvider,
		Title:  lang.T("the only other address is at the same company", "予備のアドレスが同じ会社のもの"),
		Why:    lang.T("if that company closes or blocks you, both addresses are gone at once", "その会社が使えなくなると、2 つのアドレスを一度に失います"),
		Do:     lang.T("add an address at another company at the service, then note it:", "別の会社のアドレスを予備として登録し、ここにも書いてください:"),
		Source: lang.T("NIST SP 800-63B-4, 4.2.1 and 4.6", "NIST SP 800-63B-4 の 4.2.1 と 4.6"), AsOf: "2025-08-26",
	},
	{
		ID: "M08", Severity: Medium, effort: visit, record: idleTooLong,
		Title:  lang.T("not signed in for a long time", "長い間サインインしていない"),
		Why:    lang.T("services close what nobody signs in to", "長く使わないアカウントは、サービス側で閉じられることがあります"),
		Do:     lang.T("sign in once, then note the day:", "一度サインインして、その日を書いてください:"),
		Source: NotesAlone, AsOf: "2026-11-22",
	},
	{
		ID: "M09", Severity: Info, effort: note, record: mailUnknown,
		Title:  lang.T("mailbox that is not noted", "メールボックスの記録がない"),
		Why:    lang.T("whether the mailbox stays, and how to get into it, cannot be judged", "そのメールがいつまで使えるか、どうすれば入れるかが判断できません"),
		Do:     lang.T("note the mailbox:", "メールボックスを記録してください:"),
		Source: NotesAlone, AsOf: "2026-11-22",
	},
	{
		ID: "M10", Severity: Medium, effort: note, record: mailMistyped,
		Title:  lang.T("address that looks mistyped", "メールアドレスの書き間違い"),
		Why:    lang.T("one wrong letter sends every code to somebody else, or nowhere", "1 文字違うだけで、確認コードは届きません"),
		Do:     lang.T("compare it with the service, then correct it:", "サービスの画面と見比べて、書き直してください:"),
		Source: NotesAlone, AsOf: "2026-11-22",
	},
	{
		ID: "G05", Severity: High, effort: visit, record: ownRecovery,
		Title:  lang.T("the account is its own way back", "予備の連絡先が、そのアカウント自身になっている"),
		Why:    lang.T("when the account does not open, what is sent into it cannot be read", "開けなくなったとき、その中に届くコードは読めません"),
		Do:     lang.T("register another address or number at the service, then note it:", "ほかのアドレスか番号をサービスに登録し、ここにも書いてください:"),
		Source: both("appleinsider.com"), AsOf: "2026-11-22",
	},
}

// mailMistyped looks at how addresses are written. Of a form that no address has
// the form says so itself, right after the answer.
func mailMistyped(v *survey, s *subject, hit func(match)) {
	for _, a := range s.answers {
		if a.kind != record.TypeEmail || a.role == "" {
			continue
		}
		if meant := v.meant(a.f.Value); meant != "" {
			hit(match{fields: []string{a.f.Key},
				what:  words(lang.T("%q is %s: perhaps %s is meant", "「%s」は %s です。%s の書き間違いかもしれません"), s.label(a.f.Key), a.f.Value, meant),
				coach: words(lang.T("Is that right, or is %s meant?", "これで合っていますか。%s ではありませんか。"), meant)})
			continue
		}
		_, notes, _ := record.Clean(record.TypeEmail, a.f.Value)
		for _, n := range notes {
			if !n.Changed {
				hit(match{fields: []string{a.f.Key}, what: words(lang.T("%q: %s", "「%s」: %s"), s.label(a.f.Key), noteText(n))})
			}
		}
	}
}

// A mailUse is an address that somebody gave to a service.
type mailUse struct {
	answer
	address string
}

// mailsOf returns the addresses by which the record's account is signed in to or
// recovered. The account of a licence is left to its own record, if it has one.
func (v *survey) mailsOf(s *subject) []mailUse {
	var list []mailUse
	for _, a := range s.answers {
		switch a.role {
		case record.RoleRecovery:
		case record.RoleLogin:
			if !s.account() { // the name on a PC's screen: nothing is sent there
				continue
			}
		case record.RoleLicensee:
			if a.kind == record.TypeRef || v.accountOf(s, a.f.Value) != nil {
				continue
			}
		default:
			continue
		}
		if mail, _ := v.reach(a); mail != "" {
			list = append(list, mailUse{a, mail})
		}
	}
	return list
}

// accountOf returns the record of the account that a licence is bound to, if
// there is one: the one referred to, or one that signs in with the address.
func (v *survey) accountOf(s *subject, address string) *subject {
	for _, a := range s.values(record.RoleLicensee) {
		if to := v.refersTo(a); to != nil {
			return to
		}
	}
	for _, other := range v.logins[mailKey(address)] {
		if other != s && other.account() {
			return other
		}
	}
	return nil
}

// standsAlone reports whether the record is all there is about an account: the
// account's own, or that of a licence whose account is named and has none.
func (v *survey) standsAlone(s *subject) bool {
	if s.account() {
		return true
	}
	address := s.value(record.RoleLicensee)
	return address != "" && v.accountOf(s, address) == nil
}

// workTags mark a record that belongs to the employer or the school itself.
var workTags = []string{"work", "business", "job", "office", "school", "仕事", "業務", "会社", "勤務先", "職場", "学校", "大学"}

func (s *subject) tagged(tags []string) bool {
	return slices.ContainsFunc(s.r.Tags, func(t string) bool { return slices.Contains(tags, lang.Fold(t)) })
}

func mailOfOthers(v *survey, s *subject, hit func(match)) {
	if s.tagged(workTags) {
		return
	}
	for _, m := range s.mails {
		class := v.class(m.address)
		if class != maildomain.School && class != maildomain.Work || v.ending(m.address) || s.about(m.address) {
			continue
		}
		d := v.domain(m.address)
		out := match{fields: []string{m.f.Key}, service: claimed(d.Ends, d.EndsSource, d.EndsAsOf),
			what: words(lang.T("%q is %s: %s", "「%s」は %s（%s）です"), s.label(m.f.Key), m.address, class.Label()),
			coach: words(lang.T("This address ends when you leave. For what is yours, an address of your own is better.",
				"このアドレスは、卒業や退職のあとは使えなくなります。ご自分のものには、個人のアドレスのほうが安心です。"))}
		hit(out)
	}
}

func mailThrowaway(v *survey, s *subject, hit func(match)) {
	for _, m := range s.mails {
		if v.class(m.address) != maildomain.Disposable || v.ending(m.address) {
			continue
		}
		d := v.domain(m.address)
		hit(match{fields: []string{m.f.Key}, service: claimed(d.Ends, d.EndsSource, d.EndsAsOf),
			what: words(lang.T("%q is %s, and %s is on the list of throw-away addresses", "「%s」は %s で、%s は使い捨てアドレスの一覧に載っています"), s.label(m.f.Key), m.address, d.Name),
			coach: words(lang.T("This is a throw-away address: it will be gone when you need it.",
				"これは使い捨てのアドレスです。いざというとき、もう使えません。"))})
	}
}

// renewal is how many days before it is void a domain comes up.
const renewal = 60

func mailOfOwnDomain(v *survey, s *subject, hit func(match)) {
	seen := map[string]bool{}
	for _, m := range s.mails {
		name := domainPart(m.address)
		own := v.owned[name]
		for _, box := range v.boxes[mailKey(m.address)] {
			if own == nil && box.has(record.RoleExpires) {
				own = box
			}
		}
		if own == nil && v.class(m.address) != maildomain.Own || seen[name] {
			continue
		}
		seen[name] = true
		switch {
		case own == nil:
			hit(match{fields: []string{m.f.Key}, command: append([]lang.Text{both("add"), both("domain")}, ownerFlag(s.r)...),
				what: words(lang.T("%q is %s, an address of your own domain %s, and no record says until when that is paid", "「%s」は %s で、自分のドメイン %s のアドレスですが、いつまで有効かの記録がありません"), s.label(m.f.Key), m.address, name)})
		case !own.has(record.RoleExpires):
			hit(match{fields: []string{m.f.Key}, command: own.editRole(record.RoleExpires),
				what: words(lang.T("%q is %s, and the record %q does not say until when the domain is paid", "「%s」は %s ですが、記録「%s」に、ドメインがいつまで有効かが書かれていません"), s.label(m.f.Key), m.address, own.r.Name)})
		default:
			v.domainExpires(s, m, own, hit)
		}
	}
}

func (v *survey) domainExpires(s *subject, m mailUse, own *subject, hit func(match)) {
	day, ok := readDay(own.value(record.RoleExpires))
	if !ok || v.days(day.first) > renewal {
		return
	}
	out := match{fields: []string{m.f.Key}, severity: High, due: day.first, command: own.editRole(record.RoleExpires),
		what: words(lang.T("%q is %s, and the domain is paid until %s only, %s (noted in %q)", "「%s」は %s ですが、ドメインの期限は %s、%sです（記録「%s」）"),
			s.label(m.f.Key), m.address, written(day), v.left(day), own.r.Name)}
	if day.last.Before(v.today) {
		out.severity = Critical
		out.what = words(lang.T("%q is %s, and the domain was paid until %s (noted in %q)", "「%s」は %s ですが、ドメインの期限は %s に過ぎています（記録「%s」）"),
			s.label(m.f.Key), m.address, written(day), own.r.Name)
	}
	hit(out)
}

// editRole is the command that fills the first field of a role.
func (s *subject) editRole(role record.Role) []lang.Text {
	if spec := s.spec(role); spec != nil {
		return edit(s.r, spec.Key)
	}
	return edit(s.r)
}

func mailSameProvider(v *survey, s *subject, hit func(match)) {
	var login, spare []mailUse
	for _, m := range s.mails {
		if m.role == record.RoleRecovery {
			spare = append(spare, m)
		} else {
			login = append(login, m)
		}
	}
	if !s.account() || len(spare) != 1 || len(login) == 0 || len(s.phones) > 0 || v.ownWay(s, spare[0].answer) {
		return
	}
	m := spare[0]
	same := slices.ContainsFunc(login, func(l mailUse) bool {
		return mailKey(l.address) == mailKey(m.address) || maildomain.SameProvider(l.address, m.address)
	})
	if same {
		hit(match{fields: []string{m.f.Key},
			what:  words(lang.T("%q is %s, at the same company as the address for signing in", "「%s」は %s で、サインインのアドレスと同じ会社のものです"), s.label(m.f.Key), m.address),
			coach: words(lang.T("Both addresses are at one company. One at another company helps when that one fails.", "どちらも同じ会社のアドレスです。予備は、別の会社のものだと安心です。"))})
	}
}

// ownWay reports whether an answer leads back into the account itself.
func (v *survey) ownWay(s *subject, a answer) bool {
	mail, phone := v.reach(a)
	for _, own := range s.answers {
		switch {
		case own.role == record.RoleAddress && mail != "" && mailKey(own.f.Value) == mailKey(mail),
			own.role == record.RoleNumber && phone != "" && v.number(own.f.Value).digits == v.number(phone).digits,
			own.role == record.RoleLogin && mail != "" && mailKey(own.f.Value) == mailKey(mail) && s.hosts(mail):
			return true
		}
	}
	return false
}

// about reports whether the record is about a mail address itself.
func (s *subject) about(address string) bool {
	return slices.ContainsFunc(s.values(record.RoleAddress), func(a answer) bool { return mailKey(a.f.Value) == mailKey(address) })
}

// hosts reports whether an address is a mailbox of the record's own account.
func (s *subject) hosts(address string) bool {
	return s.t != nil && slices.ContainsFunc(s.t.Mail, func(d string) bool { return strings.EqualFold(d, domainPart(address)) })
}

func ownRecovery(v *survey, s *subject, hit func(match)) {
	for _, a := range s.values(record.RoleRecovery) {
		if !v.ownWay(s, a) {
			continue
		}
		mail, phone := v.reach(a)
		hit(match{fields: []string{a.f.Key},
			what:  words(lang.T("%q is %s, which is the account itself", "「%s」が %s で、このアカウント自身です"), s.label(a.f.Key), mail+phone),
			coach: words(lang.T("That is the account itself: when it does not open, this does not help. Take another one.", "それはこのアカウント自身です。開けなくなったときに役立ちません。別のものにしましょう。"))})
	}
}

// mailUnknown asks for each mailbox once, at the first record that uses it. One
// that is thrown away or over need not be noted any more.
func mailUnknown(v *survey, s *subject, hit func(match)) {
	for _, m := range s.mails {
		users := v.logins[mailKey(m.address)]
		if m.kind == record.TypeRef || len(users) > 0 && users[0] != s || v.mailboxOf(m.address) != nil ||
			v.class(m.address) == maildomain.Disposable || v.ending(m.address) {
			continue
		}
		hit(match{fields: []string{m.f.Key}, command: append([]lang.Text{both("add"), both("mailbox"), both("--field"), both(firstKey("mailbox", record.RoleAddress) + "=" + m.address)}, ownerFlag(s.r)...),
			what: words(lang.T("%q is %s, and no record is about that mailbox", "「%s」は %s ですが、そのメールの記録がありません"), s.label(m.f.Key), m.address)})
	}
}

// ownerFlag goes with a command that notes something of the owner of r.
func ownerFlag(r *record.Record) []lang.Text {
	if r.Owner == "" {
		return nil
	}
	return []lang.Text{both("--owner"), both(r.Owner)}
}

// mailboxOf returns the record of the mailbox behind an address: one about the
// address, or the account whose own mailbox it is.
func (v *survey) mailboxOf(address string) *subject {
	if boxes := v.boxes[mailKey(address)]; len(boxes) > 0 {
		return boxes[0]
	}
	for _, s := range v.logins[mailKey(address)] {
		if s.hosts(address) {
			return s
		}
	}
	return nil
}

// idleTooLong warns at two thirds of the time after which an account that
// nobody signs in to may be closed.
func idleTooLong(v *survey, s *subject, hit func(match)) {
	months, service := v.idle(s)
	spec := s.spec(record.RoleLastUsed)
	if months == 0 || spec == nil || v.ended(s) {
		return
	}
	used := s.values(record.RoleLastUsed)
	if len(used) == 0 {
		hit(match{open: true, fields: []string{spec.Key},
			what: words(lang.T("when it was last signed in to is not noted", "最後にサインインした日が記録されていません"))})
		return
	}
	day, ok := readDay(used[0].f.Value)
	if !ok {
		return
	}
	closed := monthsAfter(day.last, months)
	if v.today.Before(day.last.AddDate(0, 0, int(closed.Sub(day.last).Hours()/24)*2/3)) {
		return
	}
	out := match{fields: []string{spec.Key}, service: service, due: closed,
		what: words(lang.T("%q is %s; it may be closed from %s on", "「%s」が %s なので、%s 以降は閉じられることがあります"),
			s.label(spec.Key), written(day), closed.Format(time.DateOnly)),
		coach: words(lang.T("From %s on it may be closed for not being used. Signing in once starts the time anew.", "使わないままだと、%s 以降は閉じられることがあります。一度サインインしておくと安心です。"), closed.Format(time.DateOnly))}
	if closed.Before(v.today) {
		out.severity = High
	}
	hit(out)
}

// idle is after how many months without signing in an account may be closed,
// and who says so: the service, or for a mailbox the company behind it.
func (v *survey) idle(s *subject) (int, Claim) {
	if s.t != nil && s.t.Idle != nil {
		return s.t.Idle.Months, s.fact(s.t.Idle.Fact)
	}
	for _, a := range s.values(record.RoleAddress) {
		if d := v.domain(a.f.Value); d.IdleMonths > 0 {
			return d.IdleMonths, claimed(saidOf(lang.T("a mailbox that nobody signs in to for %d months may be lost", "%d か月サインインしないと、メールが使えなくなることがあります"), d.IdleMonths), d.IdleSource, d.IdleAsOf)
		}
	}
	return 0, Claim{}
}
