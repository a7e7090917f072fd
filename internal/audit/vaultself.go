package audit

import (
	"slices"
	"strings"
	"time"

	"memovault/internal/lang"
	"memovault/internal/lockout"
	"memovault/internal/record"
	"memovault/internal/recovery"
)

// The vault as one more account, by what the record about it says:
// G09 and V07 to V09.
var selfRules = []*Rule{
	{
		ID: "G09", Severity: High, effort: note, vault: vaultInOneHead,
		Title:  lang.T("only you can open the vault", "金庫を開けられるのは自分だけ"),
		Why:    lang.T("if you forget the passphrase, or fall ill, nobody opens it: all other ways back are in it", "合言葉を忘れたり、具合が悪くなったりすると、だれにも開けられません。ほかの戻る方法も、みなこの中です"),
		Do:     lang.T("write the passphrase or the recovery key on paper, lay it where your family finds it, and note where:", "合言葉か回復キーを紙に書き、家族が見つけられる所に置いて、その場所を書いてください:"),
		Source: lang.T("National Consumer Affairs Center of Japan, 2024-11-20 (ITmedia)", "国民生活センター 2024 年 11 月 20 日（ITmedia）"), AsOf: "2024-11-20",
	},
	{
		ID: "V07", Severity: Medium, effort: note, vault: recoveryNowhere,
		Title:  lang.T("the recovery key is on no paper that is noted", "回復キーの紙の置き場所が書かれていない"),
		Why:    lang.T("on the day when it is needed you have to know where it is", "いざというとき、どこにあるか分からなければ使えません"),
		Do:     lang.T("look for the paper and note where it is; if there is none, keep a copy with a passphrase of its own (export):", "紙を探して、置き場所を書いてください。紙がなければ、別の合言葉を付けた写しを作っておいてください（export）:"),
		Source: NotesAlone, AsOf: "2026-11-22",
	},
	{
		ID: "V08", Severity: Medium, effort: errand, vault: copyOld,
		Title:  lang.T("the copy of the vault elsewhere is old", "別の場所の控えが古い"),
		Why:    lang.T("what was noted since is not in it", "そのあとに書いたことは、控えに入っていません"),
		Do:     lang.T("make a new copy; where a person keeps it, take it there and note the day in the record of the vault:", "写しを作り直してください。人に預けているものは預け直して、作った日を金庫の記録に書いてください:"),
		Source: NotesAlone, AsOf: "2026-11-22",
	},
	{
		ID: "V09", Severity: Medium, effort: errand, net: copyInHouse, self: true,
		Title:  lang.T("the vault and its copies are lost together", "金庫も控えも一度に失う"),
		Why:    lang.T("then everything that is noted is gone, and with it what would lead back", "書いたことも、戻る手がかりも、全部なくなります"),
		Do:     lang.T("take a copy to another house, and note where:", "控えを別の家に預け、その場所を書いてください:"),
		Source: NotesAlone, AsOf: "2026-11-22",
	},
}

// says reports whether the record about the vault has an answer with the role
// that names something.
func (v *survey) says(roles ...record.Role) bool {
	return v.self != nil && slices.ContainsFunc(roles, v.self.has)
}

// withRecovery reports whether a recovery key was made. Where nothing is known of
// the keys it may have been.
func (v *survey) withRecovery() bool {
	slots := v.in.Vault.Slots
	return len(slots) == 0 || slices.ContainsFunc(slots, func(s Slot) bool { return s.Recovery })
}

// vaultInOneHead looks at whether anything but memory opens the vault. Without a
// record about the vault that is not known.
func vaultInOneHead(v *survey, hit func(match)) {
	if len(v.in.Records) == 0 || len(v.in.Vault.Slots) == 0 {
		return
	}
	if v.keyOnPaper() {
		return
	}
	if v.self == nil {
		hit(match{open: true, command: v.selfCommand(""),
			what: words(lang.T("where the passphrase, the recovery key and the copies of the vault are is not noted", "金庫の合言葉・回復キー・控えがどこにあるかが、書かれていません"))})
		return
	}
	if v.says(record.RolePlace, record.RoleHolder) || v.withRecovery() && v.says(record.RoleKeptAt, record.RoleKeptBy) || v.keptOutside() {
		return
	}
	hit(match{about: []*subject{v.self}, command: v.selfCommand(record.RolePlace), fields: v.self.keysOf(record.RolePlace),
		what: words(lang.T("no paper with the passphrase or the recovery key is noted, and nobody who has it", "合言葉や回復キーの紙も、預けた人も、記録にありません"))})
}

// keptOutside reports whether the record about the vault says of anything that it
// is kept on paper or with a person.
func (v *survey) keptOutside() bool {
	for _, kept := range v.self.r.Kept {
		for _, p := range record.Places(kept) {
			if p.Kind == record.PlacePaper || p.Kind == record.PlacePerson {
				return true
			}
		}
	}
	return false
}

// keysOf returns the key of the template's first field of the role.
func (s *subject) keysOf(role record.Role) []string {
	if spec := s.spec(role); spec != nil {
		return []string{spec.Key}
	}
	return nil
}

// recoveryNowhere speaks where the passphrase has a place and the recovery key
// has none; where neither has, G09 does.
func recoveryNowhere(v *survey, hit func(match)) {
	if v.self == nil || len(v.in.Vault.Slots) == 0 || !v.withRecovery() || v.says(record.RoleKeptAt, record.RoleKeptBy) || v.keyOnPaper() ||
		!v.says(record.RolePlace, record.RoleHolder) {
		return
	}
	hit(match{about: []*subject{v.self}, command: v.selfCommand(record.RoleKeptAt), fields: v.self.keysOf(record.RoleKeptAt),
		what: words(lang.T("%q has no answer", "「%s」に答えがありません"), v.self.label(v.self.keysOf(record.RoleKeptAt)[0]))})
}

// copyDays is after how many days a copy elsewhere counts as old, once something
// was changed.
const copyDays = 183

func copyOld(v *survey, hit func(match)) {
	for _, c := range v.in.Vault.Copies {
		if !c.Current && v.now.Sub(c.Made) > backupDays*24*time.Hour {
			hit(match{command: v.copyTo(), what: words(lang.T("the copy at %s is of %s, and records were changed since", "%s の写しは %s のもので、そのあとに変わった記録があります"), c.Place, c.Made.In(v.now.Location()).Format(time.DateOnly))})
		}
	}
	if v.self == nil || !v.says(record.RoleCopyAt) {
		return
	}
	spec := v.self.spec(record.RoleCopyMade)
	day, ok := readDay(v.self.value(record.RoleCopyMade))
	if !ok {
		if spec != nil {
			hit(match{open: true, about: []*subject{v.self}, fields: []string{spec.Key},
				what: words(lang.T("when the copy of the vault was made is not noted", "金庫の控えをいつ作ったかが、書かれていません"))})
		}
		return
	}
	changed := slices.ContainsFunc(v.in.Records, func(r *record.Record) bool {
		return r.Trashed == nil && r != v.self.r && r.Updated.After(day.last.AddDate(0, 0, 1))
	})
	if !changed || v.days(day.last) > -copyDays {
		return
	}
	hit(match{about: []*subject{v.self}, command: export(), what: words(lang.T("the copy is of %s, and records were changed since", "控えは %s のもので、そのあとに変わった記録があります"), written(day))})
}

// copyInHouse speaks of single events that take the vault and all its copies.
// That there is no copy at all says V05.
func copyInHouse(n *net, hit func(match)) {
	if !n.v.says(record.RoleCopyAt) && !n.v.backupOnPaper() {
		return
	}
	var events []string
	for _, e := range n.m.Events() {
		if (e.Kind == recovery.Fire || e.Kind == recovery.MoveHouse || e.Kind == recovery.PCDies) && n.takesVault(e) {
			events = append(events, e.ID)
		}
	}
	if events = n.smallest(events); len(events) == 0 {
		return
	}
	out := match{events: events, command: n.v.selfCommand(record.RoleCopyAt),
		what: words(lang.T("%s: the vault and every copy that is noted are gone", "%s: 金庫も、記録にある控えも、すべてなくなります"), n.events[events[0]].Label)}
	if n.v.self != nil {
		out.about = []*subject{n.v.self}
	}
	hit(out)
}

// takesVault reports whether an event leaves no way to open the vault.
func (n *net) takesVault(e *recovery.Event) bool {
	_, closed, err := n.g.Why(recovery.VaultID, n.m.Case(lockout.Optimistic, e))
	return err == nil && closed
}

// joined joins names.
func joined(names []string) lang.Text {
	return lang.Text{EN: strings.Join(names, ", "), JA: strings.Join(names, "、")}
}
