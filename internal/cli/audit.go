package cli

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"memovault/internal/audit"
	"memovault/internal/keyring"
	"memovault/internal/lang"
	"memovault/internal/record"
	"memovault/internal/store"
)

// auditOptions choose what audit shows. It always looks at everything: what is
// wrong with one record often stands in another.
type auditOptions struct {
	rules          []string
	owner          string
	json, exitCode bool
	list           bool
	accept         string // ID of the rule whose finding may stand
	unaccept, why  string
	only           map[record.ID]bool // the records named on the command line; nil: all
}

// A silentStatus ends the command with an exit status and without a message:
// what there is to say has been said.
type silentStatus int

func (s silentStatus) Error() string { return "exit status " + strconv.Itoa(int(s)) }

func (a *app) newAudit() *cobra.Command {
	var o auditOptions
	cmd := a.command(spec{
		name: "audit", args: lang.T("[NAME...]", "[名前...]"), group: "recovery",
		short: lang.T("find what could lock you out, before it does", "締め出されるおそれがないか点検する"),
		long: lang.T(`Looks through what is noted for what would lock you out one day: an address that
ends with a contract, a missing number, codes that are used up, a hint that gives
the password away. What to do first comes first; each finding says why, and the
one command to type. It also works out who depends on what: which lost phone,
which fire, which forgotten password would lock which accounts by itself.
It judges the notes only: what is not noted it cannot know, and it says which
field would decide. A risk you take knowingly you can accept, with the reason;
for a year it then stands apart and does not count.`,
			`記録の内容を見て、いつかアカウントから締め出される原因になるものを探します。契約と一緒に消えるメール、
登録していない電話番号、使い切ったコード、パスワードが分かってしまうヒントなどです。先にすべきものから
並べ、理由と、打つコマンドを 1 つずつ示します。何が何に頼っているかもたどり、どの電話をなくすと、
火事や度忘れがあると、それだけでどのアカウントに戻れなくなるかも調べます。分かるのは、書いてあることだけです。
書いていないために判断できないときは、どの項目を書けばよいかを示します。承知のうえの危険は、
理由を添えて受け入れると、1 年の間は別に並べ、気になる点に数えません。`),
		examples: []example{
			{"audit", lang.T("everything, what to do first on top", "全部を点検する（先にすべきものが上）")},
			{"audit office", lang.T("what concerns one record", "1 件だけ見る")},
			{"audit --owner 田中 --json", lang.T("one person's records, for a script", "1 人分をスクリプト向けに")},
			{"audit --rule M01 --exit-code", lang.T("fail if an address has ended", "メールが切れていたら失敗する")},
			{"audit --list-rules", lang.T("what is looked for, and who says so", "点検の項目と、その出どころ")},
			{`audit --accept M02 microsoft --why "` + a.text(lang.T("I keep the contract", "契約は続ける")) + `"`, lang.T("a risk taken knowingly: it is listed apart for a year", "承知のうえなら、1 年の間は別に並べる")},
		},
	})
	f := cmd.Flags()
	f.StringArrayVar(&o.rules, "rule", nil, a.text(lang.T("only the rule `ID`, as --list-rules shows it; may be given again", "この`番号`の項目だけ（--list-rules に出る番号。何度でも書けます）")))
	f.StringVar(&o.owner, "owner", "", a.text(lang.T("only the records of `NAME`", "持ち主が`名前`の記録だけ")))
	f.BoolVar(&o.exitCode, "exit-code", false, a.text(lang.T("exit with 8 if there is a finding of weight medium or above", "「注意」以上の指摘があれば、終了ステータス 8 で終わる")))
	f.BoolVar(&o.list, "list-rules", false, a.text(lang.T("list what is looked for, and stop", "点検の項目を一覧にして終わる")))
	f.StringVar(&o.accept, "accept", "", a.text(lang.T("note in the records that are named that you live with what the rule `ID` finds there; it then stands apart for a year", "その`番号`の項目で見つかったことを、承知のうえだと記録に書く（1 年の間、別に並べます）")))
	f.StringVar(&o.why, "why", "", a.text(lang.T("why you accept it: `TEXT`", "受け入れる`理由`")))
	f.StringVar(&o.unaccept, "unaccept", "", a.text(lang.T("take back that you live with what the rule `ID` finds", "その`番号`の項目を受け入れたことを取り消す")))
	f.BoolVar(&o.json, "json", false, a.text(lang.T("as JSON", "JSON で出す")))
	cmd.Args = a.argsBetween(0, -1)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := a.checkAccept(cmd, &o); err != nil {
			return err
		}
		if err := a.knownRules(&o); err != nil {
			return err
		}
		switch {
		case o.list:
			return a.listRules(&o)
		case o.accepting():
			return a.runAccept(&o, args)
		}
		return a.runAudit(&o, args)
	}
	return cmd
}

// knownRules puts the IDs that were typed into the form in which rules have
// them, and refuses one that no rule has.
func (a *app) knownRules(o *auditOptions) error {
	typed := []*string{&o.accept, &o.unaccept}
	for i := range o.rules {
		typed = append(typed, &o.rules[i])
	}
	for _, id := range typed {
		if *id == "" && (id == &o.accept || id == &o.unaccept) {
			continue
		}
		if err := a.knownRule(id); err != nil {
			return err
		}
	}
	return nil
}

func (a *app) knownRule(id *string) error {
	var ids []string
	for _, r := range audit.Rules() {
		ids = append(ids, r.ID)
	}
	typed := *id
	*id = strings.ToUpper(lang.FoldCode(typed))
	if slices.Contains(ids, *id) {
		return nil
	}
	f := &failure{status: statusNotFound, code: "no_rule",
		what: said(lang.T("there is no rule %q", "「%s」という点検項目はありません"), typed)}
	if near := nearest(*id, ids); near != "" {
		f.next = append(f.next, said(lang.T("did you mean: %s", "もしかして: %s"), near))
	}
	f.next = append(f.next, said(lang.T("all rules: %s audit --list-rules", "点検項目の一覧: %s audit --list-rules"), a.call()))
	return f
}

func (a *app) runAudit(o *auditOptions, names []string) error {
	s, err := a.openVault()
	if err != nil {
		return err
	}
	if err := a.auditOnly(s, o, names); err != nil {
		return err
	}
	a.proveRecovery(s)
	var in audit.Input
	var report *audit.Report
	err = a.patiently(lang.T("looking through the records ...", "記録を点検しています..."), func() error {
		if in, err = a.auditInput(s); err == nil {
			in.Rules = o.rules
			report = audit.Audit(in)
		}
		return err
	})
	if err == nil {
		err = a.knownOwner(o.owner, in.Records)
	}
	if err != nil {
		return err
	}
	if in.Vault.Unread {
		a.warn(lang.T("the backups can't be looked at, so nothing is said of them: %s", "控えを調べられないので、控えについては何も言えません: %s"), a.shortPath(store.BackupDir(s.Path())))
	}
	o.narrow(report)
	looked := 0
	for _, r := range in.Records {
		if o.covers(r) {
			looked++
		}
	}
	if o.json {
		err = a.auditJSON(looked, report)
	} else {
		err = a.paged(func() error { a.showReport(report); return nil })
		a.sumUp(looked, report)
	}
	if err == nil && o.exitCode && slices.ContainsFunc(report.Findings, func(f audit.Finding) bool { return f.Severity >= audit.Medium }) {
		err = silentStatus(statusFindings)
	}
	return err
}

// narrow leaves in the report what was asked for.
func (o *auditOptions) narrow(report *audit.Report) {
	other := func(f audit.Finding) bool { return !o.shows(&f) }
	report.Findings = slices.DeleteFunc(report.Findings, other)
	report.Accepted = slices.DeleteFunc(report.Accepted, other)
	report.Open = slices.DeleteFunc(report.Open, func(q audit.Open) bool { return !o.showsOf(q.Record) })
	report.Steady = slices.DeleteFunc(report.Steady, func(r *record.Record) bool { return !o.covers(r) })
}

// auditOnly takes the names on the command line.
func (a *app) auditOnly(s *store.Store, o *auditOptions, names []string) error {
	for _, name := range names {
		c, err := a.findLive(s, name)
		if err != nil {
			return err
		}
		if o.only == nil {
			o.only = map[record.ID]bool{}
		}
		o.only[c.ID] = true
	}
	return nil
}

// knownOwner refuses an owner of whom there is no record: a slip in the name
// must not pass for an audit without findings.
func (a *app) knownOwner(typed string, records []*record.Record) error {
	if typed == "" {
		return nil
	}
	owners := make([]string, len(records))
	for i, r := range records {
		if owners[i] = r.Owner; lang.Fold(r.Owner) == lang.Fold(typed) {
			return nil
		}
	}
	f := &failure{status: statusNotFound, code: "not_found",
		what: said(lang.T("there is no record with the owner %q", "持ち主が「%s」の記録はありません"), typed)}
	if near := nearest(typed, owners); near != "" {
		f.next = append(f.next, said(lang.T("did you mean: %s", "もしかして: %s"), near))
	}
	f.next = append(f.next, said(lang.T("all records: %s list", "記録の一覧: %s list"), a.call()))
	return f
}

// covers reports whether the record is one of those asked for.
func (o *auditOptions) covers(r *record.Record) bool {
	return (o.only == nil || o.only[r.ID]) && (o.owner == "" || lang.Fold(r.Owner) == lang.Fold(o.owner))
}

// shows reports whether a finding is to be shown: one about several records if
// one of them was asked for.
func (o *auditOptions) shows(f *audit.Finding) bool {
	return o.showsOf(f.Record) || slices.ContainsFunc(f.Concerns, o.covers)
}

// showsOf reports whether what concerns a record is to be shown. The vault
// itself belongs to whoever asks for nobody in particular.
func (o *auditOptions) showsOf(r *record.Record) bool {
	if r == nil {
		return o.only == nil && o.owner == ""
	}
	return o.covers(r)
}

// auditInput reads all live records and what is known of the vault.
func (a *app) auditInput(s *store.Store) (audit.Input, error) {
	in := audit.Input{Now: a.now, Records: make([]*record.Record, 0, s.Len())}
	in.Vault.Generation = s.Generation()
	err := s.EachRaw(false, func(raw store.Raw) bool {
		if r, err := s.Parse(raw); err == nil { // what is damaged has been said at the unlocking
			in.Records = append(in.Records, r)
		}
		return true
	})
	if err != nil {
		return in, err
	}
	for _, slot := range s.Slots() {
		known := audit.Slot{ID: slot.ID, Passphrase: slot.Kind == keyring.KindPassphrase, Recovery: slot.Kind == keyring.KindRecovery, Created: slot.Created, Need: slot.Need, Count: slot.Count}
		if slot.Proven != nil {
			known.Proven = *slot.Proven
		}
		in.Vault.Slots = append(in.Vault.Slots, known)
	}
	for _, c := range s.Copies() {
		in.Vault.Copies = append(in.Vault.Copies, audit.Copy{Place: a.placeOfCopy(c), Made: c.Made, Current: s.IsCurrent(c),
			Elsewhere: c.Kind == store.CopySync || c.Kind == store.CopyNetwork})
	}
	backups, err := store.Backups(s.Path())
	in.Vault.Unread = err != nil
	for _, b := range backups {
		in.Vault.Backups = append(in.Vault.Backups, audit.Backup{Time: b.Time, Generation: b.Generation})
	}
	return in, nil
}

// proveRecovery notes that the recovery key opened the vault just now: to try
// it is what the audit asks for, once a day is enough. That it could not be
// noted is no reason not to go on.
func (a *app) proveRecovery(s *store.Store) {
	slot := s.OpenedBy()
	if slot.Kind != keyring.KindRecovery || slot.Proven != nil && a.now.Sub(*slot.Proven) < 24*time.Hour {
		return
	}
	if err := a.commit(s, store.Change{Prove: map[record.ID]time.Time{slot.ID: a.now}}); err != nil {
		a.warn(lang.T("that the recovery key works could not be noted: %s", "回復キーで開いたことを記録できませんでした: %s"), a.explain(err).what.in(a.lang))
		return
	}
	a.say(lang.T("noted: the recovery key opens the vault", "回復キーで開くことを確かめ、記録しました"))
}

// confirmAfter is how old a record must be for a look through all its answers
// to be noted: looking again on the next day changes nothing.
const confirmAfter = 30 * 24 * time.Hour

// wentThrough notes that somebody has looked at every answer of r, which is
// what the audit asks for when a record is old.
func (a *app) wentThrough(r *record.Record) {
	last := r.Updated
	if r.Verified != nil && r.Verified.After(last) {
		last = *r.Verified
	}
	if a.now.Sub(last) > confirmAfter {
		now := a.now.UTC().Truncate(time.Second)
		r.Verified = &now
	}
}

// listRules shows the catalogue.
func (a *app) listRules(o *auditOptions) error {
	list := slices.DeleteFunc(audit.Rules(), func(r *audit.Rule) bool {
		return len(o.rules) > 0 && !slices.Contains(o.rules, r.ID)
	})
	if o.json {
		return a.rulesJSON(list)
	}
	return a.paged(func() error {
		for _, r := range list {
			a.row(0, a.text(lang.T("%s  %s (%s)", "%s  %s（%s）"), r.ID, r.Title, r.Severity.Label()))
			a.row(5, a.text(r.Why))
			if r.Source != audit.NotesAlone {
				a.faint(5, a.sourceOf(r.Source, r.AsOf))
			}
		}
		return nil
	})
}
