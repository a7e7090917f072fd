package cli

import (
	"fmt"
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
	"memovault/internal/term"
)

// auditOptions choose what audit shows. It always looks at everything: what is
// wrong with one record often stands in another.
type auditOptions struct {
	rules          []string
	owner          string
	json, exitCode bool
	list           bool
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
one command to type. It judges the notes only: what is not noted it cannot know,
and it says which field would decide.`,
			`記録の内容を見て、いつかアカウントから締め出される原因になるものを探します。契約と一緒に消えるメール、
登録していない電話番号、使い切ったコード、パスワードが分かってしまうヒントなどです。先にすべきものから
並べ、理由と、打つコマンドを 1 つずつ示します。分かるのは、書いてあることだけです。
書いていないために判断できないときは、どの項目を書けばよいかを示します。`),
		examples: []example{
			{"audit", lang.T("everything, what to do first on top", "全部を点検する（先にすべきものが上）")},
			{"audit office", lang.T("what concerns one record", "1 件だけ見る")},
			{"audit --owner 田中 --json", lang.T("one person's records, for a script", "1 人分をスクリプト向けに")},
			{"audit --rule M01 --exit-code", lang.T("fail if an address has ended", "メールが切れていたら失敗する")},
			{"audit --list-rules", lang.T("what is looked for, and who says so", "点検の項目と、その出どころ")},
		},
	})
	f := cmd.Flags()
	f.StringArrayVar(&o.rules, "rule", nil, a.text(lang.T("only the rule `ID`, as --list-rules shows it; may be given again", "この`番号`の項目だけ（--list-rules に出る番号。何度でも書けます）")))
	f.StringVar(&o.owner, "owner", "", a.text(lang.T("only the records of `NAME`", "持ち主が`名前`の記録だけ")))
	f.BoolVar(&o.exitCode, "exit-code", false, a.text(lang.T("exit with 8 if there is a finding of weight medium or above", "「注意」以上の指摘があれば、終了ステータス 8 で終わる")))
	f.BoolVar(&o.list, "list-rules", false, a.text(lang.T("list what is looked for, and stop", "点検の項目を一覧にして終わる")))
	f.BoolVar(&o.json, "json", false, a.text(lang.T("as JSON", "JSON で出す")))
	cmd.Args = a.argsBetween(0, -1)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := a.knownRules(&o); err != nil {
			return err
		}
		if o.list {
			return a.listRules(&o)
		}
		return a.runAudit(&o, args)
	}
	return cmd
}

// knownRules refuses an ID that no rule has.
func (a *app) knownRules(o *auditOptions) error {
	var ids []string
	for _, r := range audit.Rules() {
		ids = append(ids, r.ID)
	}
	for i, typed := range o.rules {
		o.rules[i] = strings.ToUpper(lang.FoldCode(typed))
		if slices.Contains(ids, o.rules[i]) {
			continue
		}
		return &failure{status: statusNotFound, code: "no_rule",
			what: said(lang.T("there is no rule %q", "「%s」という点検項目はありません"), typed),
			next: []words{said(lang.T("all rules: %s audit --list-rules", "点検項目の一覧: %s audit --list-rules"), a.call())}}
	}
	return nil
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
	var findings []audit.Finding
	var open []audit.Open
	err = a.patiently(lang.T("looking through the records ...", "記録を点検しています..."), func() error {
		if in, err = a.auditInput(s); err == nil {
			findings, open = audit.Audit(in)
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
	findings = slices.DeleteFunc(findings, func(f audit.Finding) bool { return !o.shows(f.Rule, f.Record) })
	open = slices.DeleteFunc(open, func(q audit.Open) bool { return !o.shows(q.Rule, q.Record) })
	looked := 0
	for _, r := range in.Records {
		if o.covers(r) {
			looked++
		}
	}
	if o.json {
		err = a.auditJSON(looked, findings, open)
	} else {
		err = a.paged(func() error { a.showFindings(findings, open); return nil })
		a.sumUp(looked, findings)
	}
	if err == nil && o.exitCode && slices.ContainsFunc(findings, func(f audit.Finding) bool { return f.Severity >= audit.Medium }) {
		err = silentStatus(statusFindings)
	}
	return err
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

// shows reports whether a finding is to be shown: by its rule, and by its
// record. The vault itself belongs to whoever asks for nobody in particular.
func (o *auditOptions) shows(rule *audit.Rule, r *record.Record) bool {
	if len(o.rules) > 0 && !slices.Contains(o.rules, rule.ID) {
		return false
	}
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
		known := audit.Slot{Passphrase: slot.Kind == keyring.KindPassphrase, Recovery: slot.Kind == keyring.KindRecovery, Created: slot.Created}
		if slot.Proven != nil {
			known.Proven = *slot.Proven
		}
		in.Vault.Slots = append(in.Vault.Slots, known)
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

// marks stand before a finding, so that its weight is seen without reading.
var marks = map[audit.Severity]string{audit.Critical: "!!", audit.High: "! ", audit.Medium: "* ", audit.Low: "- ", audit.Info: "  "}

// paints of findings, as a second carrier.
var severityPaints = map[audit.Severity]paint{audit.Critical: paintSevere, audit.High: paintSevere, audit.Medium: paintCare}

// mostOpen is how many open questions are shown; the JSON has all.
const mostOpen = 3

func (a *app) showFindings(findings []audit.Finding, open []audit.Open) {
	for i, f := range findings {
		if i > 0 {
			fmt.Fprintln(a.out)
		}
		a.showFinding(f)
	}
	if len(open) == 0 {
		return
	}
	if len(findings) > 0 {
		fmt.Fprintln(a.out)
	}
	a.row(0, a.text(plural(len(open), lang.T("Not noted, so not judged (%d question):", "書いていないので判断できないこと（%d 件）:"),
		lang.T("Not noted, so not judged (%d questions):", "書いていないので判断できないこと（%d 件）:")), len(open)))
	for _, q := range open[:min(len(open), mostOpen)] {
		a.row(2, term.Sanitize(q.Record.Name)+": "+q.What.Say(a.lang))
		a.commandRow(4, q.Command())
	}
	if more := len(open) - mostOpen; more > 0 {
		a.row(2, a.text(lang.T("and %d more, which follow as these are noted", "ほかに %d 件あります。上のものを書くと、続きが出ます"), more))
	}
}

func (a *app) showFinding(f audit.Finding) {
	head := marks[f.Severity] + " " + a.text(f.Severity.Label()) + "  " + a.subjectOf(f.Record) + "  " + f.Rule.ID
	for _, line := range term.Wrap(head, a.columns()) {
		fmt.Fprintln(a.out, a.paint(severityPaints[f.Severity], line))
	}
	a.row(3, a.text(lang.T("Noted: ", "記録: "))+f.What.Say(a.lang))
	a.row(3, a.text(lang.T("Why: ", "理由: "))+f.Why.Say(a.lang))
	if f.Service != (audit.Claim{}) {
		a.row(3, a.text(lang.T("Known: ", "補足: "))+a.text(f.Service.Text))
	}
	a.row(3, a.text(lang.T("Next: ", "次に: "))+f.Do.Say(a.lang))
	a.commandRow(5, f.Command())
	if source := a.sourcesOf(f, 3); source != "" {
		a.faint(3, source)
	}
}

// sourcesOf names who says what is known and who says why it matters, each with
// its day; "" where nothing but the notes speaks. Of two sources that fill more
// than a row behind indent columns, the rule's is left to --list-rules.
func (a *app) sourcesOf(f audit.Finding, indent int) string {
	var list []string
	if f.Service != (audit.Claim{}) {
		list = append(list, a.sourceOf(f.Service.Source, f.Service.AsOf))
	}
	if f.Rule.Source != audit.NotesAlone {
		list = append(list, a.sourceOf(f.Rule.Source, f.Rule.AsOf))
	}
	if len(list) == 0 {
		return ""
	}
	head, cols := a.text(lang.T("Source: ", "出どころ: ")), a.columns()
	all := head + strings.Join(slices.Compact(list), a.text(lang.T("; ", "、")))
	if cols > 0 && term.Width(all) > cols-indent-1 {
		return head + list[0]
	}
	return all
}

func (a *app) sourceOf(source lang.Text, asOf string) string {
	return a.text(lang.T("%s (%s)", "%s（%s）"), source, asOf)
}

// subjectOf names what a finding is about: the record with its owner, or the
// vault.
func (a *app) subjectOf(r *record.Record) string {
	switch {
	case r == nil:
		return a.text(lang.T("the vault itself", "金庫そのもの"))
	case r.Owner != "":
		return a.text(lang.T("%s (%s)", "%s（%s）"), term.Sanitize(r.Name), term.Sanitize(r.Owner))
	}
	return term.Sanitize(r.Name)
}

// row writes a text of the results, wrapped and indented.
func (a *app) row(indent int, text string) {
	a.rows(indent, text, "")
}

func (a *app) faint(indent int, text string) { a.rows(indent, text, paintFaint) }

func (a *app) rows(indent int, text string, p paint) {
	cols := 0
	if c := a.columns(); c > 0 {
		cols = max(c-indent-1, narrowest)
	}
	for _, line := range term.Wrap(term.Sanitize(text), cols) {
		fmt.Fprintf(a.out, "%*s%s\n", indent, "", a.paint(p, line))
	}
}

// commandRow writes a command on a line of its own and never breaks it: half a
// command cannot be copied.
func (a *app) commandRow(indent int, command []lang.Text) {
	fmt.Fprintf(a.out, "%*s%s\n", indent, "", a.commandLine(command))
}

func (a *app) commandLine(command []lang.Text) string {
	line := a.call()
	for _, word := range command {
		line += " " + shellWord(word.In(a.lang))
	}
	return line
}

// sumUp is the last line. It never says that anything is safe.
func (a *app) sumUp(looked int, findings []audit.Finding) {
	if len(findings) == 0 {
		a.say(lang.T("Records looked through: %d. None of the rules found anything; the audit knows only what is noted.", "%d 件を点検しました。気になる点は見つかりませんでした。分かるのは、書いてあることだけです。"), looked)
		return
	}
	counts := map[audit.Severity]int{}
	for _, f := range findings {
		counts[f.Severity]++
	}
	var parts []string
	for s := audit.Critical; s >= audit.Info; s-- {
		if counts[s] > 0 {
			parts = append(parts, a.text(lang.T("%d %s", "%[2]s %[1]d"), counts[s], s.Label()))
		}
	}
	list := strings.Join(parts, a.text(lang.T(", ", "、")))
	a.say(lang.T("Records looked through: %d. Findings: %d (%s), the most urgent first.", "%d 件を点検し、気になる点が %d 件ありました（%s）。急ぐものから並べています。"), looked, len(findings), list)
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
