package audit

import (
	"slices"
	"strings"
	"time"

	"memovault/internal/lang"
	"memovault/internal/maildomain"
	"memovault/internal/record"
)

// M01 to M03: addresses that end with a contract.

// soon is how many days ahead a noted end counts as near.
const soon = 180

func mailEnds(v *survey, s *subject, hit func(match)) {
	for _, m := range s.mails {
		label := s.label(m.f.Key)
		if d := v.domain(m.address); d.Dead != "" && d.Dead <= v.today.Format(time.DateOnly) {
			hit(match{fields: []string{m.f.Key}, service: claimed(saidOf(lang.T("mail at %s ended on %s", "%s のメールは %s に終わりました"), d.Name, d.Dead), d.Source, d.AsOf),
				what: words(lang.T("%q is %s; the mail service %s ended on %s", "「%s」は %s です。%s のメールは %s に終わっています"),
					label, m.address, d.Name, d.Dead),
				coach: words(lang.T("Mail at %s ended on %s: nothing arrives there any more.", "%s のメールは %s に終わっています。もう何も届きません。"), d.Name, d.Dead)})
			continue
		}
		if s.about(m.address) {
			continue
		}
		day, where := v.mailEnds(m.address)
		if where == nil || v.days(day.first) > soon {
			continue
		}
		hit(v.endOf(m, label, day, where))
	}
	v.usersOfEnding(s, hit)
}

func (v *survey) endOf(m mailUse, label lang.Text, day span, where *subject) match {
	out := match{fields: []string{m.f.Key}, due: day.first}
	date := written(day)
	if day.last.Before(v.today) {
		out.what = words(lang.T("%q is %s, and its contract ended on %s (noted in %q)", "「%s」は %s ですが、その契約は %s に終わっています（記録「%s」）"),
			label, m.address, date, where.r.Name)
		out.coach = words(lang.T("By your notes this mailbox ended on %s: no code arrives there any more.", "記録では、このメールは %s に終わっています。確認コードはもう届きません。"), date)
		return out
	}
	out.what = words(lang.T("%q is %s, and its contract ends on %s, %s (noted in %q)", "「%s」は %s ですが、その契約は %s に終わります。%sです（記録「%s」）"),
		label, m.address, date, v.left(day), where.r.Name)
	out.coach = words(lang.T("By your notes this mailbox ends on %s. An address that stays is better here.", "記録では、このメールは %s に終わります。ここには、ずっと使えるアドレスのほうが安心です。"), date)
	return out
}

// usersOfEnding tells, as soon as the end of a mailbox or a line is noted, who
// hangs on it.
func (v *survey) usersOfEnding(s *subject, hit func(match)) {
	ends := s.values(record.RoleEnds)
	var key string
	for _, a := range s.answers {
		if a.role == record.RoleAddress {
			key = mailKey(a.f.Value)
		}
	}
	if key == "" || len(ends) == 0 {
		return
	}
	v.talkOfUsers(s, ends[0], key, hit)
}

func (v *survey) talkOfUsers(s *subject, end answer, key string, hit func(match)) {
	day, ok := readDay(end.f.Value)
	users := v.users(key, s)
	if !ok || len(users) == 0 {
		return
	}
	hit(match{fields: []string{end.f.Key}, onlyTalk: true,
		coach: words(lang.T("These hang on it: %s. Change them before %s.", "これを使っている記録: %s。%s までに、登録先を変えてください。"), someNames(users), written(day))})
}

// users returns the records that are reached by an address or a number, other
// than s.
func (v *survey) users(key string, s *subject) []*subject {
	var list []*subject
	for _, u := range v.logins[key] {
		if u != s && !slices.Contains(list, u) {
			list = append(list, u)
		}
	}
	return list
}

// someNames names three records at most, and says how many more there are.
func someNames(list []*subject) lang.Text {
	const most = 3
	var names []string
	for _, s := range list[:min(len(list), most)] {
		names = append(names, s.r.Name)
	}
	out := lang.Text{EN: strings.Join(names, ", "), JA: strings.Join(names, "、")}
	if more := len(list) - most; more > 0 {
		return saidOf(lang.T("%s and %d more", "%s ほか %d 件"), out, more)
	}
	return out
}

// written is a day as it is noted: a month or a year stays one.
func written(d span) string {
	switch {
	case d.first.Equal(d.last):
		return d.first.Format(time.DateOnly)
	case d.last.Sub(d.first) < 32*24*time.Hour:
		return d.first.Format("2006-01")
	}
	return d.first.Format("2006")
}

func mailOfContract(v *survey, s *subject, hit func(match)) {
	for _, m := range s.mails {
		class := v.class(m.address)
		if class != maildomain.ISP && class != maildomain.Carrier || v.ending(m.address) || s.about(m.address) {
			continue
		}
		d := v.domain(m.address)
		out := match{fields: []string{m.f.Key}, service: claimed(d.Ends, d.EndsSource, d.EndsAsOf),
			what: words(lang.T("%q is %s: %s", "「%s」は %s（%s）です"), s.label(m.f.Key), m.address, class.Label())}
		if class == maildomain.Carrier {
			out.coach = words(lang.T("This address ends when you change the mobile carrier. An address that stays yours is better here.",
				"このアドレスは、携帯電話会社を変えると使えなくなります。ずっと使えるアドレスのほうが安心です。"))
		} else {
			out.coach = words(lang.T("This address ends with the internet contract, for instance when you move. One that stays yours is better here.",
				"このアドレスは、引っ越しなどでプロバイダーを解約すると使えなくなります。ずっと使えるアドレスのほうが安心です。"))
		}
		hit(out)
	}
}

// ending reports whether a near or past end is noted for the mailbox: then M01
// speaks, and what else is odd about the address no longer matters.
func (v *survey) ending(address string) bool {
	if d := v.domain(address); d.Dead != "" && d.Dead <= v.today.Format(time.DateOnly) {
		return true
	}
	day, where := v.mailEnds(address)
	return where != nil && v.days(day.first) <= soon
}

// keepWithin is how long after the end of the line the carriers of Japan take
// an application to keep its address.
const keepWithin = 31

func mailPortable(v *survey, s *subject, hit func(match)) {
	for _, a := range s.values(record.RoleAddress) {
		if v.class(a.f.Value) != maildomain.Carrier {
			continue
		}
		day, where, key := v.ends(s)
		if where == nil || !day.first.Equal(day.last) {
			continue
		}
		last := day.last.AddDate(0, 0, keepWithin)
		if day.last.After(v.today) || last.Before(v.today) {
			continue
		}
		field := a.f.Key
		if where == s {
			field = key
		}
		hit(match{fields: []string{field}, due: last, command: []lang.Text{both("list"), both(a.f.Value)},
			what: words(lang.T("the line of %s ended on %s; the last day to apply is %s", "%s の回線は %s に終わっています。申し込めるのは %s までです"),
				a.f.Value, written(day), last.Format(time.DateOnly)),
			coach: words(lang.T("docomo, au and SoftBank keep the address if you apply within 31 days of the end: by %s.", "ドコモ・au・ソフトバンクのメールは、解約から 31 日以内（%s まで）に申し込めば残せます。"), last.Format(time.DateOnly)),
			service: Claim{lang.T("docomo, au, SoftBank and Y!mobile keep the address of a cancelled private line for a monthly fee if applied for within 31 days",
				"ドコモ・au・ソフトバンク・ワイモバイルでは、個人の回線なら解約から 31 日以内の申し込みで、月額の料金を払ってメールアドレスを残せます"),
				both("k-tai.watch.impress.co.jp 1375909, leverage-life.net"), "2026-11-22"}})
	}
}
