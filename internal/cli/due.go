package cli

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"memovault/internal/audit"
	"memovault/internal/lang"
	"memovault/internal/record"
	"memovault/internal/recovery"
	"memovault/internal/store"
	"memovault/internal/term"
)

// dueOptions choose what due shows.
type dueOptions struct {
	within         string
	until          time.Time // the last day that is looked at
	owner          string
	kinds          []string
	ics            string // file for the calendar; "-" is standard output
	icsNames       bool
	json, exitCode bool
}

func (a *app) newDue() *cobra.Command {
	var o dueOptions
	cmd := a.command(spec{
		name: "due", group: "recovery",
		short: lang.T("list what has to be done by when", "いつまでに何をするかを見る"),
		long: lang.T(`Lists what has to be done by a day so that you can still get in after it: accounts
that are closed when nobody signs in, contracts and domains that end, one-time
codes that run out or grow old, sheets that no longer say what the records say or
were not compared for long, ways back that were never tried or not for a year,
addresses that are going away, risks to be looked at again, answers to be
expected, copies of the vault that are old. What is overdue comes first, what can
be done on any day last.

With --ics it writes a calendar file instead, for the calendar program of your
choice. The events say neither names nor services unless you add --ics-names, so
that a family calendar may show them. When it is written again, to the same file,
events keep their identity.`,
			`これからも入れるように、いつまでに何をすればよいかを並べます。サインインしないと閉じられるアカウント、
終わる契約やドメイン、残り少ない・古くなったコード、記録と合わなくなった・しばらく照合していない用紙、
まだ試していない・1 年以上試していない戻る方法、なくなるアドレス、見直す約束の危険、返事を待っている申し込み、
古くなった金庫の写しです。過ぎたものが上、いつでもできるものが最後です。

--ics を付けると、代わりにカレンダーのファイルを書き出します。お使いのカレンダーに読み込んでください。
家族と一緒に使うカレンダーでも困らないように、予定には記録の名前もサービスの名前も書きません
（書くには --ics-names）。同じファイルに書き直しても、予定は同じものとして扱われます。`),
		examples: []example{
			{"due", lang.T("the next 90 days", "これから 90 日のうちのこと")},
			{"due --within 1y", lang.T("the next year", "これから 1 年のうちのこと")},
			{"due --ics vault.ics", lang.T("for a calendar, without names", "カレンダーに（名前は入れません）")},
			{"due --owner 田中 --json", lang.T("one person's, for a script", "1 人分をスクリプト向けに")},
			{"due --within 2w --kind ends --kind expires --exit-code", lang.T("for a timer: fail if something ends soon", "定期実行で、もうすぐ終わるものがあれば失敗する")},
		},
	})
	f := cmd.Flags()
	f.StringVar(&o.within, "within", "90d", a.text(lang.T("how far ahead to look: a `TIME` like 90d, 12w, 6m or 1y", "どこまで先を見るか。`期間`は 90d、12w、6m、1y（日、週、月、年）など")))
	f.StringVar(&o.owner, "owner", "", a.text(lang.T("only the records of `NAME`", "持ち主が`名前`の記録だけ")))
	f.StringArrayVar(&o.kinds, "kind", nil, a.text(lang.T("only this `KIND`: idle, ends, expires, codes, sheet, check, unproven, drill, retire, accepted, attempt, copy; may be given again", "この`種類`だけ: idle、ends、expires、codes、sheet、check、unproven、drill、retire、accepted、attempt、copy（何度でも書けます）")))
	f.StringVar(&o.ics, "ics", "", a.text(lang.T("write a calendar to `FILE` (- for standard output); replaces only one that this command wrote", "カレンダーを`ファイル`に書き出す（- は標準出力）。上書きするのは、前にこのコマンドで書いたものだけです")))
	f.BoolVar(&o.icsNames, "ics-names", false, a.text(lang.T("name the records in the calendar", "カレンダーに記録の名前も書く")))
	f.BoolVar(&o.exitCode, "exit-code", false, a.text(lang.T("exit with 8 if something is listed", "並べるものがあれば、終了ステータス 8 で終わる")))
	f.BoolVar(&o.json, "json", false, a.text(lang.T("as JSON", "JSON で出す")))
	cmd.Args = a.argsBetween(0, 0)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if err := a.checkDue(cmd, &o); err != nil {
			return err
		}
		return a.runDue(&o)
	}
	return cmd
}

// clockLabels are what the kinds of clocks are called.
var clockLabels = []struct {
	kind recovery.ClockKind
	text lang.Text
}{
	{recovery.ClockIdle, lang.T("sign in", "サインイン")},
	{recovery.ClockEnds, lang.T("contract", "契約")},
	{recovery.ClockExpires, lang.T("renewal", "更新")},
	{recovery.ClockCodes, lang.T("codes", "コード")},
	{recovery.ClockSheet, lang.T("paper", "用紙")},
	{recovery.ClockCheck, lang.T("check paper", "用紙の照合")},
	{recovery.ClockUnproven, lang.T("never tried", "まだ試していない")},
	{recovery.ClockDrill, lang.T("try again", "もう一度試す")},
	{recovery.ClockRetire, lang.T("going away", "なくなるもの")},
	{recovery.ClockAccepted, lang.T("accepted risk", "承知の危険")},
	{recovery.ClockAttempt, lang.T("answer", "返事")},
	{recovery.ClockCopy, lang.T("copy", "写し")},
}

func clockLabel(kind recovery.ClockKind) lang.Text {
	for _, l := range clockLabels {
		if l.kind == kind {
			return l.text
		}
	}
	return lang.Text{EN: string(kind), JA: string(kind)}
}

// checkDue finds mistakes in the command line before a passphrase is asked for.
func (a *app) checkDue(cmd *cobra.Command, o *dueOptions) error {
	period, err := recovery.ParsePeriod(o.within)
	if err != nil {
		return refused("within", err)
	}
	o.until = period.After(record.DayOf(a.now))
	var kinds []string
	for _, l := range clockLabels {
		kinds = append(kinds, string(l.kind))
	}
	for i, typed := range o.kinds {
		o.kinds[i] = lang.Fold(lang.FoldCode(typed))
		if !slices.Contains(kinds, o.kinds[i]) {
			return a.usage(cmd, lang.T("there is no kind %q; there are: %s", "「%s」という種類はありません。使えるのは: %s"), typed, strings.Join(kinds, ", "))
		}
	}
	switch {
	case o.icsNames && o.ics == "":
		return a.usage(cmd, lang.T("--ics-names goes with --ics", "--ics-names は --ics と一緒に使ってください"))
	case o.ics != "" && o.json:
		return a.usage(cmd, lang.T("--ics and --json do not go together", "--ics と --json は一緒に使えません"))
	}
	return a.checkCalendarFile(o.ics)
}

// upkeep reads all live records and prepares what there is to be done about
// them.
func (a *app) upkeep(s *store.Store) (u *recovery.Upkeep, m *recovery.Model, records []*record.Record, err error) {
	err = a.patiently(lang.T("looking through the records ...", "記録を調べています..."), func() (err error) {
		if records, err = a.liveRecords(s); err == nil {
			m = a.model(s, records)
			u = recovery.NewUpkeep(m, records, a.now)
		}
		return err
	})
	return u, m, records, err
}

func (a *app) runDue(o *dueOptions) error {
	s, err := a.openVault()
	if err != nil {
		return err
	}
	u, _, records, err := a.upkeep(s)
	if err == nil {
		err = a.knownOwner(o.owner, records)
	}
	if err != nil {
		return err
	}
	clocks, stopped := u.Clocks()
	clocks = append(clocks, recovery.CopyClocks(a.copiesBehind(s), a.now)...)
	recovery.SortClocks(clocks)
	clocks = slices.DeleteFunc(clocks, func(c *recovery.Clock) bool { return !o.shows(c) })
	if clocks, err = a.stillTaken(s, clocks); err != nil {
		return err
	}
	stopped = slices.DeleteFunc(stopped, func(t recovery.Stopped) bool { return !o.owns(t.Record) || !o.wants(recovery.ClockIdle) })
	switch {
	case o.json:
		err = a.dueJSON(o, len(records), clocks, stopped)
	case o.ics != "":
		err = a.writeCalendar(o, clocks)
	default:
		err = a.paged(func() error { a.showDue(clocks, stopped); return nil })
		a.sumUpDue(o, len(records), clocks)
	}
	if err == nil && o.exitCode && len(clocks) > 0 {
		err = silentStatus(statusFindings)
	}
	return err
}

// stillTaken leaves out the risks taken knowingly that the audit finds no more, or
// of which it does not know the rule: there is nothing to be looked at again.
func (a *app) stillTaken(s *store.Store, clocks []*recovery.Clock) ([]*recovery.Clock, error) {
	rules := map[string]*audit.Rule{}
	asked := []string{}
	for _, r := range audit.Rules() {
		if slices.ContainsFunc(clocks, func(c *recovery.Clock) bool { return c.Rule == r.ID }) {
			rules[r.ID], asked = r, append(asked, r.ID)
		}
	}
	found := map[string][]audit.Finding{}
	if len(asked) > 0 {
		in, err := a.auditInput(s)
		if err != nil {
			return nil, err
		}
		in.Rules = asked
		report := audit.Audit(in)
		for _, f := range slices.Concat(report.Findings, report.Accepted) {
			found[f.Rule.ID] = append(found[f.Rule.ID], f)
		}
	}
	return slices.DeleteFunc(clocks, func(c *recovery.Clock) bool {
		if c.Kind != recovery.ClockAccepted {
			return false
		}
		if r := rules[c.Rule]; r != nil && r.OfVault() {
			c.Command = []lang.Text{both("audit"), both("--rule"), both(r.ID)}
			return len(found[c.Rule]) == 0
		}
		return !slices.ContainsFunc(found[c.Rule], func(f audit.Finding) bool { return f.About(c.Record.ID) })
	}), nil
}

// copiesBehind are the places whose copies lack something.
func (a *app) copiesBehind(s *store.Store) (list []recovery.CopyPlace) {
	for _, c := range s.Copies() {
		if !s.IsCurrent(c) {
			list = append(list, recovery.CopyPlace{ID: c.Machine + ":" + c.Dir, Place: a.placeOfCopy(c), Made: c.Made})
		}
	}
	return list
}

// owns reports whether a record is to be looked at; nil, the vault itself,
// belongs to whoever asks for nobody in particular.
func (o *dueOptions) owns(r *record.Record) bool {
	return o.owner == "" || r != nil && lang.Fold(r.Owner) == lang.Fold(o.owner)
}

func (o *dueOptions) wants(kind recovery.ClockKind) bool {
	return len(o.kinds) == 0 || slices.Contains(o.kinds, string(kind))
}

func (o *dueOptions) shows(c *recovery.Clock) bool {
	return !c.Day.After(o.until) && o.owns(c.Record) && o.wants(c.Kind)
}

// mostUnproven is how many accounts with ways that were never tried are shown;
// drill and the JSON have all.
const mostUnproven = 3

func (a *app) showDue(clocks []*recovery.Clock, stopped []recovery.Stopped) {
	unproven, shown := 0, 0
	for _, c := range clocks {
		if c.Kind == recovery.ClockUnproven {
			if unproven++; unproven > mostUnproven {
				continue
			}
		}
		if shown++; shown > 1 {
			fmt.Fprintln(a.out)
		}
		a.showClock(c)
	}
	if more := unproven - mostUnproven; more > 0 {
		fmt.Fprintln(a.out)
		a.row(0, a.text(plural(more, lang.T("Ways of %d more account were never tried. All of them:", "まだ試していないアカウントが、ほかに %d 件あります。全部見るには:"),
			lang.T("Ways of %d more accounts were never tried. All of them:", "まだ試していないアカウントが、ほかに %d 件あります。全部見るには:")), more))
		a.commandRow(2, []lang.Text{both("drill"), both("--list")})
	}
	a.showStopped(stopped, shown > 0)
}

func (a *app) showStopped(stopped []recovery.Stopped, below bool) {
	if len(stopped) == 0 {
		return
	}
	if below {
		fmt.Fprintln(a.out)
	}
	a.row(0, a.text(lang.T("Closed when nobody signs in, but the last sign-in is not noted, so nothing is counted:", "サインインしないと閉じられるのに、最後にサインインした日が書いていないので、数えられないもの:")))
	for _, t := range stopped {
		a.commandRow(2, []lang.Text{both("edit"), both(t.Record.Name), both(t.Field)})
	}
}

func (a *app) showClock(c *recovery.Clock) {
	mark, p := "  ", paint("")
	switch days := a.daysTo(c.Day); {
	case c.Overdue(a.now):
		mark, p = "!!", paintSevere
	case c.Dated && days <= 30:
		mark, p = "! ", paintCare
	}
	head := mark + " " + a.whenDue(c) + "  " + a.subjectOf(c.Record) + "  " + a.text(clockLabel(c.Kind))
	for _, line := range term.Wrap(head, a.columns()) {
		fmt.Fprintln(a.out, a.paint(p, line))
	}
	a.row(3, a.text(c.What))
	a.row(3, a.text(lang.T("Next: ", "次に: "))+a.text(c.Do))
	a.commandRow(5, c.Command)
	if c.Fact != nil {
		a.row(3, a.text(lang.T("Known: ", "補足: "))+a.text(c.Fact.Text))
		a.faint(3, a.text(lang.T("Source: ", "出どころ: "))+a.sourceOf(c.Fact.Source.Text, c.Fact.AsOf))
	}
}

func (a *app) daysTo(day time.Time) int { return int(day.Sub(record.DayOf(a.now)).Hours() / 24) }

// whenDue is the day with how far away it is.
func (a *app) whenDue(c *recovery.Clock) string {
	if !c.Dated {
		return a.text(lang.T("any day", "いつでも"))
	}
	day, n := c.Day.Format(time.DateOnly), a.daysTo(c.Day)
	switch {
	case n == 0:
		return a.text(lang.T("%s (today)", "%s（今日）"), day)
	case n == 1:
		return a.text(lang.T("%s (tomorrow)", "%s（明日）"), day)
	case n == -1:
		return a.text(lang.T("%s (yesterday)", "%s（昨日）"), day)
	case n > 0:
		return a.text(lang.T("%s (in %d days)", "%s（あと %d 日）"), day, n)
	}
	return a.text(lang.T("%s (%d days ago)", "%s（%d 日前）"), day, -n)
}

// sumUpDue is the last line.
func (a *app) sumUpDue(o *dueOptions, looked int, clocks []*recovery.Clock) {
	late := 0
	for _, c := range clocks {
		if c.Overdue(a.now) {
			late++
		}
	}
	until := o.until.Format(time.DateOnly)
	switch {
	case len(clocks) == 0:
		a.say(lang.T("Records looked through: %d. By what is noted, nothing is due until %s.", "%d 件を調べました。書いてあるかぎりでは、%s までにすることはありません。"), looked, until)
	case late > 0:
		a.say(lang.T("Until %s there is this to do: %d, overdue: %d.", "%s までにすることは %d 件です（うち %d 件は、もう過ぎています）。"), until, len(clocks), late)
	default:
		a.say(lang.T("Until %s there is this to do: %d.", "%s までにすることは %d 件です。"), until, len(clocks))
	}
}

// The JSON of due: keys and kinds are English and stable, texts are in the
// language of the run.
type (
	dueJSON struct {
		Kind    recovery.ClockKind `json:"kind"`
		Day     string             `json:"day"`
		Dated   bool               `json:"dated"` // false: it can be done on any day, and day is today
		Overdue bool               `json:"overdue"`
		Record  *subjectIn         `json:"record"`
		Fields  []string           `json:"fields"`
		What    string             `json:"what"`
		Do      string             `json:"do"`
		Command []string           `json:"command"` // arguments after the program's name
		Service *sourceJSON        `json:"service,omitempty"`
		UID     string             `json:"uid"` // of its event in the calendar
	}
	stoppedJSON struct {
		Record  *subjectIn  `json:"record"`
		Field   string      `json:"field"`
		Command []string    `json:"command"`
		Service *sourceJSON `json:"service,omitempty"`
	}
)

func (a *app) dueJSON(o *dueOptions, looked int, clocks []*recovery.Clock, stopped []recovery.Stopped) error {
	due, missing := []dueJSON{}, []stoppedJSON{}
	for _, c := range clocks {
		fields := c.Fields
		if fields == nil {
			fields = []string{}
		}
		due = append(due, dueJSON{Kind: c.Kind, Day: c.Day.Format(time.DateOnly), Dated: c.Dated, Overdue: c.Overdue(a.now), Record: subjectJSON(c.Record),
			Fields: fields, What: a.text(c.What), Do: a.text(c.Do), Command: a.argsOf(c.Command), Service: a.factJSON(c.Fact), UID: c.UID()})
	}
	for _, t := range stopped {
		missing = append(missing, stoppedJSON{subjectJSON(t.Record), t.Field, []string{"edit", t.Record.Name, t.Field}, a.factJSON(t.Fact)})
	}
	return a.writeJSON(struct {
		Schema  int           `json:"schema"`
		Date    string        `json:"date"`
		Until   string        `json:"until"`
		Records int           `json:"records"`
		Due     []dueJSON     `json:"due"`
		Stopped []stoppedJSON `json:"stopped"`
	}{1, a.now.Format(time.DateOnly), o.until.Format(time.DateOnly), looked, due, missing})
}
