package cli

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"memovault/internal/audit"
	"memovault/internal/lang"
	"memovault/internal/record"
	"memovault/internal/term"
)

// marks stand before a finding, so that its weight is seen without reading.
var marks = map[audit.Severity]string{audit.Critical: "!!", audit.High: "! ", audit.Medium: "* ", audit.Low: "- ", audit.Info: "  "}

// paints of findings, as a second carrier.
var severityPaints = map[audit.Severity]paint{audit.Critical: paintSevere, audit.High: paintSevere, audit.Medium: paintCare}

// mostOpen is how many open questions are shown; the JSON has all.
const mostOpen = 3

// showReport writes what was found, what can't be judged, the risks that are
// taken knowingly, and which accounts no single event locks, with an empty line
// between.
func (a *app) showReport(report *audit.Report) {
	first := true
	begin := func() {
		if !first {
			fmt.Fprintln(a.out)
		}
		first = false
	}
	for _, f := range report.Findings {
		if f.Within == nil {
			begin()
			a.showFinding(f)
		}
	}
	if len(report.Open) > 0 {
		begin()
		a.showOpen(report.Open)
	}
	if len(report.Accepted) > 0 {
		begin()
		a.showAccepted(report.Accepted)
	}
	if len(report.Steady) > 0 {
		begin()
		a.showSteady(report.Steady)
	}
}

func (a *app) showOpen(open []audit.Open) {
	a.row(0, a.text(plural(len(open), lang.T("Not noted, so not judged (%d question):", "書いていないので判断できないこと（%d 件）:"),
		lang.T("Not noted, so not judged (%d questions):", "書いていないので判断できないこと（%d 件）:")), len(open)))
	for _, q := range open[:min(len(open), mostOpen)] {
		head := a.text(lang.T("the vault itself", "金庫そのもの"))
		if q.Record != nil {
			head = q.Record.Name
		}
		a.row(2, head+": "+q.What.Say(a.lang))
		a.commandRow(4, q.Command())
	}
	if more := len(open) - mostOpen; more > 0 {
		a.row(2, a.text(lang.T("and %d more, which follow as these are noted", "ほかに %d 件あります。上のものを書くと、続きが出ます"), more))
	}
}

// showAccepted writes the risks that are taken knowingly.
func (a *app) showAccepted(list []audit.Finding) {
	a.row(0, a.text(lang.T("Risks you have taken knowingly (%d):", "承知のうえで受け入れている危険（%d 件）:"), len(list)))
	for _, f := range list {
		a.row(2, a.subjectsOf(&f)+"  "+f.Rule.ID+": "+a.text(f.Rule.Title))
		a.row(4, a.text(lang.T("Noted: ", "記録: "))+f.What.Say(a.lang))
		a.row(4, a.text(lang.T("Accepted on %s, until %s: %s", "%s に受け入れました（%s まで）: %s"),
			f.Taken.On.Format(time.DateOnly), f.Taken.Until.Format(time.DateOnly), f.Taken.Why))
	}
}

// mostSteady is how many accounts are named that nothing locks; the JSON has
// all.
const mostSteady = 8

// showSteady never says more than the notes do.
func (a *app) showSteady(list []*record.Record) {
	var names []string
	for _, r := range list[:min(len(list), mostSteady)] {
		names = append(names, r.Name)
	}
	named := strings.Join(names, a.text(lang.T(", ", "、")))
	if more := len(list) - mostSteady; more > 0 {
		named = a.text(lang.T("%s and %d more", "%s ほか %d 件"), named, more)
	}
	a.row(0, a.text(plural(len(list), lang.T("No single recorded event locks this account: %s", "記録にあるどの出来事も、1 つだけではこのアカウントを失わせません: %s"),
		lang.T("No single recorded event locks these accounts: %s", "記録にあるどの出来事も、1 つだけではこれらのアカウントを失わせません: %s")), named))
}

func (a *app) showFinding(f audit.Finding) {
	head := marks[f.Severity] + " " + a.text(f.Severity.Label()) + "  " + a.subjectsOf(&f) + "  " + f.Rule.ID
	for _, line := range term.Wrap(head, a.columns()) {
		fmt.Fprintln(a.out, a.paint(severityPaints[f.Severity], line))
	}
	a.row(3, a.text(lang.T("Noted: ", "記録: "))+f.What.Say(a.lang))
	for _, d := range f.Details {
		a.row(5, "- "+d.Say(a.lang))
	}
	a.row(3, a.text(lang.T("Why: ", "理由: "))+f.Why.Say(a.lang))
	if f.Taken != nil {
		a.row(3, a.takenBefore(f.Taken))
	}
	if f.Service != (audit.Claim{}) {
		a.row(3, a.text(lang.T("Known: ", "補足: "))+a.text(f.Service.Text))
	}
	a.row(3, a.text(lang.T("Next: ", "次に: "))+f.Do.Say(a.lang))
	a.commandRow(5, f.Command())
	if len(f.Also) > 0 {
		a.faint(3, a.text(lang.T("The same point: %s", "同じ点: %s"), a.listOf(f.Also)))
	}
	if source := a.sourcesOf(f, 3); source != "" {
		a.faint(3, source)
	}
}

// takenBefore says that the year is over for which a risk was taken.
func (a *app) takenBefore(t *audit.Taken) string {
	if t.On.IsZero() {
		return a.text(lang.T("You accepted this on a day that can't be read (%s); please look at it anew", "前に受け入れたことがあります（%s）。日付が読めないので、もう一度見てください"), t.Why)
	}
	return a.text(lang.T("You accepted this on %s (%s). That was for a year; please look at it anew", "%s に受け入れました（%s）。1 年たったので、もう一度見てください"), t.On.Format(time.DateOnly), t.Why)
}

// listOf names rules.
func (a *app) listOf(list []*audit.Rule) string {
	var names []string
	for _, r := range list {
		names = append(names, a.text(lang.T("%s (%s)", "%s（%s）"), r.ID, r.Title))
	}
	return strings.Join(names, a.text(lang.T(", ", "、")))
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

// mostInHead is how many records the head of a finding names.
const mostInHead = 3

// subjectsOf names what a finding is about, one record or several.
func (a *app) subjectsOf(f *audit.Finding) string {
	if len(f.Concerns) < 2 {
		return a.subjectOf(f.Record)
	}
	var names []string
	for _, r := range f.Concerns[:min(len(f.Concerns), mostInHead)] {
		names = append(names, a.subjectOf(r))
	}
	all := strings.Join(names, a.text(lang.T(", ", "、")))
	if more := len(f.Concerns) - mostInHead; more > 0 {
		return a.text(lang.T("%s and %d more", "%s ほか %d 件"), all, more)
	}
	return all
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
func (a *app) sumUp(looked int, report *audit.Report) {
	counts := map[audit.Severity]int{}
	total := 0
	for _, f := range report.Findings {
		if f.Within == nil {
			counts[f.Severity]++
			total++
		}
	}
	if total == 0 {
		a.say(lang.T("Records looked through: %d. None of the rules found anything; the audit knows only what is noted.", "%d 件を点検しました。気になる点は見つかりませんでした。分かるのは、書いてあることだけです。"), looked)
		return
	}
	var parts []string
	for s := audit.Critical; s >= audit.Info; s-- {
		if counts[s] > 0 {
			parts = append(parts, a.text(lang.T("%d %s", "%[2]s %[1]d"), counts[s], s.Label()))
		}
	}
	list := strings.Join(parts, a.text(lang.T(", ", "、")))
	a.say(lang.T("Records looked through: %d. Findings: %d (%s), the most urgent first.", "%d 件を点検し、気になる点が %d 件ありました（%s）。急ぐものから並べています。"), looked, total, list)
}
