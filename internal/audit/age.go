package audit

import (
	"time"

	"memovault/internal/lang"
	"memovault/internal/record"
)

var ageRules = []*Rule{
	{
		ID: "T01", Severity: Medium, effort: note, record: notConfirmed,
		Title:  lang.T("not looked at for a long time", "長い間、見直していない"),
		Why:    lang.T("numbers, addresses and passwords change; an old note fails on the day it is needed", "番号もアドレスもパスワードも変わります。古い記録は、いざというとき役に立ちません"),
		Do:     lang.T("go through the answers; Enter keeps what is still right:", "答えを順に見直してください（合っていれば Enter）:"),
		Source: both("support.services.microsoft.com b19c02d1-a782-dee6-93c3-dc8113b20c42"), AsOf: "2026-11-22",
	},
	{
		ID: "T02", Severity: Medium, effort: note, record: formGaps,
		Title:  lang.T("what a recovery form asks for is not noted", "回復の手続きで聞かれることが書かれていない"),
		Why:    lang.T("where every other way is lost, the service asks exactly this, and refuses what does not match", "ほかに手段がないとき、サービスはこれを聞きます。合わないと断られます"),
		Do:     lang.T("note it while you still know it:", "分かるうちに書いておいてください:"),
		Source: both("support.services.microsoft.com b19c02d1-a782-dee6-93c3-dc8113b20c42"), AsOf: "2026-11-22",
	},
	{
		ID: "T03", Severity: Medium, effort: errand, record: expiresSoon,
		Title:  lang.T("something that must be renewed", "更新の期限が近い・過ぎている"),
		Why:    lang.T("what is not renewed in time ends, and with it whatever hangs on it", "更新しないと終わり、それに頼っているものも使えなくなります"),
		Do:     lang.T("renew it, and note the new day:", "更新して、新しい期限を書いてください:"),
		Source: NotesAlone, AsOf: "2026-11-22",
	},
}

// confirmed is after how many months a record is old: the important ones
// sooner.
func confirmed(importance int) int {
	if importance >= 2 {
		return 12
	}
	return 24
}

func notConfirmed(v *survey, s *subject, hit func(match)) {
	last := s.r.Updated
	if s.r.Verified != nil && s.r.Verified.After(last) {
		last = *s.r.Verified
	}
	if last.IsZero() || !last.AddDate(0, confirmed(s.r.Importance), 0).Before(v.now) || !s.hasRoles() || v.ended(s) || s.has(record.RolePrinted) { // a sheet stays as it was printed
		return
	}
	out := match{
		what: words(lang.T("last changed or gone through on %s", "最後に変更・見直しをしたのは %s です"), last.In(v.now.Location()).Format(time.DateOnly))}
	if s.r.Importance == 0 && !s.account() {
		out.severity = Low
	}
	hit(out)
}

// hasRoles reports whether anything in the record leads back into an account.
func (s *subject) hasRoles() bool {
	for _, a := range s.answers {
		if a.role != "" {
			return true
		}
	}
	return false
}

func formGaps(v *survey, s *subject, hit func(match)) {
	if s.t == nil || s.t.Form == nil || v.ended(s) {
		return
	}
	var missing []string
	for _, key := range s.t.Form.Fields {
		if !s.answered(key) {
			missing = append(missing, key)
		}
	}
	if len(missing) == 0 {
		return
	}
	out := match{fields: missing, service: s.fact(s.t.Form.Fact),
		what: words(lang.T("these answers are missing: %s", "次の項目がまだ書かれていません: %s"), s.labels(missing))}
	hit(out)
}

func (s *subject) answered(key string) bool {
	for _, a := range s.answers {
		if a.f.Key == key {
			return true
		}
	}
	return false
}

func expiresSoon(v *survey, s *subject, hit func(match)) {
	if v.ended(s) {
		return
	}
	for _, a := range s.values(record.RoleExpires) {
		day, ok := readDay(a.f.Value)
		if !ok || v.days(day.first) > renewal {
			continue
		}
		out := match{fields: []string{a.f.Key}, due: day.first,
			what:  words(lang.T("%q is %s, %s", "「%s」は %s、%sです"), s.label(a.f.Key), written(day), v.left(day)),
			coach: words(lang.T("That is %s: renew it in good time.", "%sです。早めに更新しましょう。"), v.left(day))}
		if day.last.Before(v.today) {
			out.what = words(lang.T("%q was %s, and no later day is noted", "「%s」は %s で、もう過ぎています"), s.label(a.f.Key), written(day))
			out.coach = words(lang.T("That day is past: is it still alive, and until when?", "もう過ぎた日です。更新していれば、新しい期限を書いてください。"))
		}
		hit(out)
	}
}
