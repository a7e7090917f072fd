package cli

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"memovault/internal/lang"
	"memovault/internal/maildomain"
	"memovault/internal/record"
	"memovault/internal/recovery"
	"memovault/internal/store"
	"memovault/internal/term"
)

type retireOptions struct {
	by     string
	done   []string
	undo   []string
	cancel bool
	json   bool
}

func (a *app) newRetire() *cobra.Command {
	var o retireOptions
	cmd := a.command(spec{
		name: "retire", args: lang.T("ADDRESS-OR-NUMBER", "アドレスか電話番号"), group: "recovery",
		short: lang.T("leave an address or a number without being locked out", "アドレスや電話番号を、困らずにやめる"),
		long: lang.T(`Lists everything that by your records depends on a mail address or a telephone
number, before it goes away: who signs in with it, who sends codes to it, what
names it, and the notes that mention it. The list is in the order in which to go:
a mailbox comes before the accounts that get their mail through it, and what
nothing else opens comes first. For each: add the new one, try it, and only then
take the old one out.

Tick off what is done, over as many days as you need. The list is kept in the
record of the mailbox or of the line, which is made if there is none; list and due
speak of it until nothing is left. A record in which the address no longer stands
counts as done by itself. As long as a record still holds it, this command does
not call it finished.`,
			`メールアドレスや電話番号がなくなる前に、記録の中でそれに頼っているものを全部並べます。それでサインイン
するもの、確認コードがそこに届くもの、それを指している記録、メモに書いてあるものです。手を付ける順に並びます。
そのメールに頼るアカウントより先にメールボックス、ほかに入る方法がないものほど上です。どれも、まず新しいほうを
登録し、使えるか試し、古いほうは最後に消してください。

終わったものから印を付けていけば、何日かかってもかまいません。一覧は、そのメールや回線の記録に残ります
（なければ作ります）。全部終わるまで、list と due がお知らせします。アドレスがもう書いていない記録は、
終わったものとして数えます。まだ書いてある記録があるうちは、終わったとは言いません。`),
		examples: []example{
			{"retire hanako@isp.example.jp --by 2026-12-31", lang.T("the line is cancelled at the end of the year", "年末に回線を解約するとき")},
			{"retire hanako@isp.example.jp", lang.T("how far you have come", "どこまで進んだかを見る")},
			{"retire hanako@isp.example.jp --done google", lang.T("tick one off", "1 つ終わったら印を付ける")},
			{"retire 090-0000-0000 --json", lang.T("a number, for a script", "電話番号の一覧をスクリプト向けに")},
			{"retire hanako@isp.example.jp --cancel", lang.T("it stays after all", "やっぱり使い続けるとき")},
		},
	})
	f := cmd.Flags()
	f.StringVar(&o.by, "by", "", a.text(lang.T("the `DATE` on which it goes away", "なくなる`日`")))
	f.StringArrayVar(&o.done, "done", nil, a.text(lang.T("tick off the record `NAME`; may be given again", "`名前`の記録を終わったことにする（何度でも書けます）")))
	f.StringArrayVar(&o.undo, "undo-done", nil, a.text(lang.T("take the tick off the record `NAME`", "`名前`の記録の印を外す")))
	f.BoolVar(&o.cancel, "cancel", false, a.text(lang.T("it does not go away after all; forgets the list", "なくすのをやめて、一覧を消す")))
	f.BoolVar(&o.json, "json", false, a.text(lang.T("as JSON", "JSON で出す")))
	cmd.Args = a.argsBetween(1, 1)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := a.checkRetire(cmd, &o); err != nil {
			return err
		}
		return a.runRetire(&o, args[0])
	}
	return cmd
}

// checkRetire finds mistakes in the command line before a passphrase is asked
// for, and puts the day into the form in which it is stored.
func (a *app) checkRetire(cmd *cobra.Command, o *retireOptions) error {
	if o.cancel && (o.by != "" || len(o.done)+len(o.undo) > 0) {
		return a.usage(cmd, lang.T("--cancel goes alone", "--cancel は、ほかの変更と一緒には使えません"))
	}
	if o.by == "" {
		return nil
	}
	value, _, err := record.Clean(record.TypeDate, o.by)
	if err != nil {
		return refused("by", err)
	}
	if span, ok := record.ReadSpan(value); !ok || !span.Exact() {
		return refused("by", &record.ValueError{Key: "day", Text: lang.T("a whole day is needed, such as 2026-12-31", "2026-12-31 のように、日まで入力してください")})
	}
	o.by = value
	return nil
}

func (a *app) runRetire(o *retireOptions, typed string) error {
	s, err := a.openVault()
	if err != nil {
		return err
	}
	u, _, records, err := a.upkeep(s)
	if err != nil {
		return err
	}
	target, err := u.Target(typed)
	if err != nil {
		return a.noTarget(u, typed)
	}
	l := u.Leaving(target)
	if len(l.Steps) == 0 && l.Keeper == nil {
		if near := nearest(lang.Fold(target.Value()), u.Addresses()); near != "" {
			return a.unknownTarget(target, near)
		}
	}
	if o.cancel {
		return a.cancelRetire(s, l)
	}
	w := &leaving{a: a, s: s, l: l, records: records}
	if err := w.note(o); err != nil {
		return err
	}
	if o.json {
		return w.json()
	}
	if err := a.paged(func() error { w.show(); return nil }); err != nil {
		return err
	}
	w.sumUp()
	return nil
}

// noTarget says that what was typed is neither an address nor a number.
func (a *app) noTarget(u *recovery.Upkeep, typed string) error {
	f := &failure{status: statusUsage, code: "no_address",
		what: said(lang.T("%q is neither a mail address nor a telephone number, nor the name of a record about one", "「%s」は、メールアドレスでも電話番号でも、その記録の名前でもありません"), typed)}
	if near := nearest(lang.Fold(typed), u.Addresses()); near != "" {
		f.next = append(f.next, said(lang.T("did you mean: %s", "もしかして: %s"), near))
	}
	f.next = append(f.next, said(lang.T("give the address itself, for example: %s retire hanako@isp.example.jp", "アドレスか番号を書いてください（例: %s retire hanako@isp.example.jp）"), a.call()))
	return f
}

// unknownTarget says that no record speaks of an address, but of one that it may
// be a slip of.
func (a *app) unknownTarget(t *recovery.Target, near string) error {
	return &failure{status: statusNotFound, code: "not_found",
		what: said(lang.T("no record mentions %s, so nothing recorded hangs on it", "%s は、どの記録にも書かれていません。記録の中で、これに頼っているものはありません"), t.Value()),
		next: []words{said(lang.T("did you mean: %s", "もしかして: %s"), near)}}
}

func (a *app) cancelRetire(s *store.Store, l *recovery.Leaving) error {
	if !l.Begun {
		return &failure{status: statusNotFound, code: "not_retiring",
			what: said(lang.T("%s is not noted as going away", "%s をやめる予定は、記録されていません"), l.Target.Value())}
	}
	r := l.Keeper.Clone()
	r.Retire = nil
	if err := a.commitNote(s, r); err != nil {
		return err
	}
	a.say(lang.T("noted: %s stays; the list is forgotten", "記録しました。%s はこのまま使い続けます（一覧は消しました）"), l.Target.Value())
	return nil
}

// commitNote saves a record of which only such things have changed as a person
// does not read in it.
func (a *app) commitNote(s *store.Store, r *record.Record) error {
	if r.Schema > record.Schema {
		return record.ErrNewer
	}
	r.Updated = a.now.UTC().Truncate(time.Second)
	return a.commit(s, store.Change{Put: []*record.Record{r}})
}

// A leaving is the list on its way to the person.
type leaving struct {
	a       *app
	s       *store.Store
	l       *recovery.Leaving
	records []*record.Record
	made    bool // its record was made just now
}

// note begins the retirement, or goes on with it, and saves what has changed.
func (w *leaving) note(o *retireOptions) error {
	today := w.a.now.Format(time.DateOnly)
	l := w.l
	if !l.Begun && len(l.Hanging()) == 0 && o.by == "" && len(o.done)+len(o.undo) == 0 {
		return nil // nothing to be kept
	}
	r, err := w.keeper()
	if err != nil {
		return err
	}
	before := r.Clone()
	if r.Retire == nil {
		r.Retire = &record.Retirement{Begun: today}
	}
	if o.by != "" {
		r.Retire.By = o.by
		l.Day, _ = time.Parse(time.DateOnly, o.by)
	}
	if r.Retire.Done == nil {
		r.Retire.Done = map[string]string{}
	}
	for _, id := range l.Gone {
		delete(r.Retire.Done, id)
	}
	for _, moved := range l.Moved {
		r.Retire.Done[moved.ID.String()] = today
		l.Steps = append(l.Steps, &recovery.Step{Record: moved, Done: today})
		w.a.say(lang.T("%s no longer holds it: done", "%s には、もう書いてありません。終わったことにします"), moved.Name)
	}
	if err := w.tick(o, today); err != nil {
		return err
	}
	for _, step := range l.Steps {
		r.Retire.Done[step.Record.ID.String()] = step.Done
	}
	if !w.made && same(before, r) {
		return nil
	}
	l.Keeper, l.Begun = r, true
	if err := w.a.commitNote(w.s, r); err != nil {
		return err
	}
	switch {
	case w.made:
		w.a.say(lang.T("there was no record about %s; made one to keep the list in: %s", "%s の記録がなかったので、一覧を残すために作りました: %s"), l.Target.Value(), r.Name)
	case before.Retire == nil:
		w.a.say(lang.T("the list is kept in the record %s; list and due speak of it until nothing is left", "一覧は記録「%s」に残しました。全部終わるまで、list と due がお知らせします"), r.Name)
	}
	return nil
}

// tick sets and takes off the ticks that the flags name.
func (w *leaving) tick(o *retireOptions, today string) error {
	for _, name := range o.done {
		step, err := w.step(name)
		if err != nil {
			return err
		}
		if step.Done != "" {
			w.a.say(lang.T("%s was ticked off already, on %s", "%s は、%s に印を付けてあります"), step.Record.Name, step.Done)
			continue
		}
		step.Done = today
	}
	for _, name := range o.undo {
		step, err := w.step(name)
		if err != nil {
			return err
		}
		step.Done = ""
	}
	return nil
}

// step finds a step by the name of its record.
func (w *leaving) step(name string) (*recovery.Step, error) {
	if step := w.l.Step(name); step != nil {
		return step, nil
	}
	var names []string
	for _, s := range w.l.Steps {
		names = append(names, s.Record.Name)
	}
	f := &failure{status: statusNotFound, code: "not_on_list",
		what: said(lang.T("%q is not on the list for %s", "「%s」は %s の一覧にありません"), name, w.l.Target.Value())}
	if near := nearest(lang.Fold(name), names); near != "" {
		f.next = append(f.next, said(lang.T("did you mean: %s", "もしかして: %s"), near))
	}
	f.next = append(f.next, said(lang.T("the list: %s retire %s", "一覧を見るには: %s retire %s"), w.a.call(), shellWord(w.l.Target.Value())))
	return nil, f
}

// keeper is the record in which the retirement is kept: a copy of the one that
// is there, or a new one of what is known.
func (w *leaving) keeper() (*record.Record, error) {
	if w.l.Keeper != nil {
		return w.l.Keeper.Clone(), nil
	}
	w.made = true
	t := w.l.Target
	tmpl := record.LookupTemplate(t.Template())
	r := w.a.newRecord(tmpl, w.ownerOfAll())
	set := func(role record.Role, value string) {
		for _, spec := range tmpl.With(role)[:1] {
			if spec.Type != record.TypeChoice || spec.Option(value) != nil {
				r.Set(spec.Key, spec.Type, value)
			}
		}
	}
	if t.Mail != "" {
		set(record.RoleAddress, t.Mail)
		d := maildomain.Of(t.Mail)
		if d.Provider.EN != "" {
			set(record.RoleProvider, w.a.text(d.Provider))
		}
		set(record.RoleClass, string(d.Class))
	} else {
		set(record.RoleNumber, t.Phone)
		set(record.RoleClass, map[record.Kind]string{record.KindMobile: "mobile", record.KindLandline: "landline", record.KindIP050: "ip"}[record.PhoneKind(t.Phone)])
	}
	var err error
	r.Name, err = w.a.freeName(w.s, "", r, false)
	return r, err
}

// ownerOfAll is the owner of all that depends on it, "" if they are several.
func (w *leaving) ownerOfAll() string {
	owner := ""
	for i, s := range w.l.Steps {
		if i > 0 && s.Record.Owner != owner {
			return ""
		}
		owner = s.Record.Owner
	}
	return owner
}

// useLabels say how a record depends on what goes away.
var useLabels = map[recovery.UseKind]lang.Text{
	recovery.UseLogin:    lang.T("signs in with it", "これでサインインする"),
	recovery.UseRecovery: lang.T("codes go there", "確認コードが届く"),
	recovery.UseLicence:  lang.T("the licence is bound to it", "ライセンスの登録先"),
	recovery.UseWay:      lang.T("a way in leads through it", "入る方法の一部"),
	recovery.UseRef:      lang.T("names its record", "この記録を指している"),
	recovery.UseContact:  lang.T("holds it", "書いてある"),
	recovery.UseMention:  lang.T("mentions it", "文中に出てくる"),
}

func (w *leaving) show() {
	a, l := w.a, w.l
	a.row(0, w.title())
	if l.Keeper != nil && l.Begun {
		a.row(0, a.text(lang.T("(kept in the record %q)", "（記録「%s」に残しています）"), l.Keeper.Name))
	}
	if len(l.Hanging()) > 0 {
		fmt.Fprintln(a.out)
		a.row(0, a.text(lang.T("In this order. Each time: add the new one, try it, take the old one out last.", "上から順に。どれも、新しいほうを登録して、使えるか試し、古いほうは最後に消してください。")))
	}
	for i, step := range l.Steps {
		if i == 0 || step.Hangs() || l.Steps[i-1].Hangs() {
			fmt.Fprintln(a.out)
		}
		w.showStep(i+1, step)
	}
	if len(l.Facts) > 0 {
		fmt.Fprintln(a.out)
	}
	for _, fact := range l.Facts {
		a.row(0, a.text(lang.T("Known: ", "補足: "))+a.text(fact.Text))
		a.faint(0, a.text(lang.T("Source: ", "出どころ: "))+a.sourceOf(fact.Source.Text, fact.AsOf))
	}
	if !l.Keep().IsZero() {
		a.row(0, a.text(lang.T("By the day noted here, the last day to apply is %s.", "ここに書いてある日から数えると、申し込めるのは %s までです。"), l.Keep().Format(time.DateOnly)))
	}
}

// title is what goes away, and when.
func (w *leaving) title() string {
	a, l := w.a, w.l
	value := term.Sanitize(l.Target.Value())
	switch {
	case l.Day.IsZero():
		return a.text(lang.T("Going away: %s", "なくなるもの: %s"), value)
	case l.Day.Before(record.DayOf(a.now)):
		return a.text(lang.T("Going away: %s; by the notes it went on %s", "なくなるもの: %s（記録では %s になくなりました）"), value, l.Day.Format(time.DateOnly))
	}
	return a.text(lang.T("Going away: %s, on %s (days left: %d)", "なくなるもの: %s（%s。あと %d 日）"), value, l.Day.Format(time.DateOnly), a.daysTo(l.Day))
}

func (w *leaving) showStep(n int, step *recovery.Step) {
	a := w.a
	box, p := "[ ]", paint("")
	switch {
	case step.Done != "" && step.Hangs():
		box, p = "[?]", paintCare
	case step.Done != "":
		box, p = "[x]", paintFaint
	case step.Only:
		p = paintSevere
	}
	head := fmt.Sprintf("%2d %s %s  ", n, box, a.subjectOf(step.Record))
	if step.Hangs() {
		head += w.uses(step)
	} else {
		head += a.text(lang.T("done on %s", "%s に済みました"), step.Done)
	}
	for _, line := range term.Wrap(head, a.columns()) {
		fmt.Fprintln(a.out, a.paint(p, line))
	}
	const indent = 7
	switch {
	case !step.Hangs():
		return
	case step.Done != "":
		a.row(indent, a.text(lang.T("ticked off on %s, but the record still says it. If it was changed, note the new one:", "%s に印を付けましたが、記録にはまだ書いてあります。変えたのなら、新しいほうを書いてください:"), step.Done))
		a.commandRow(indent+2, step.Command())
		return
	case step.Only:
		a.row(indent, a.text(lang.T("By what is noted, nothing else opens it: do this while it still works.", "記録では、ほかに入る方法がありません。使えるうちに済ませてください。")))
	}
	if step.Feeds > 0 {
		a.row(indent, a.text(plural(step.Feeds, lang.T("%d other record gets its mail or codes through it.", "ほかの %d 件の記録が、これに頼っています。"),
			lang.T("%d other records get their mail or codes through it.", "ほかの %d 件の記録が、これに頼っています。")), step.Feeds))
	}
	a.row(indent, a.text(step.Do(w.l.Target)))
	a.commandRow(indent+2, step.Command())
}

// uses says how a record depends on it, each way once.
func (w *leaving) uses(step *recovery.Step) string {
	var list []string
	for _, use := range step.Uses {
		text := w.a.text(useLabels[use.Kind])
		if !slices.Contains(list, text) {
			list = append(list, text)
		}
	}
	return strings.Join(list, w.a.text(lang.T(", ", "、")))
}

// sumUp says how far it has come. It never says that all is well: only what is
// recorded can be known.
func (w *leaving) sumUp() {
	a, l := w.a, w.l
	hanging, open := l.Hanging(), l.Open()
	value := shellWord(l.Target.Value())
	switch {
	case len(hanging) == 0 && len(l.Steps) == 0 && l.Keeper == nil:
		a.say(lang.T("no record mentions %s, so nothing recorded hangs on it", "%s は、どの記録にも書かれていません。記録の中で、これに頼っているものはありません"), l.Target.Value())
	case len(hanging) == 0 && len(l.Steps) == 0:
		a.say(lang.T("nothing recorded hangs on it", "記録の中で、これに頼っているものはありません"))
	case len(hanging) == 0:
		a.say(lang.T("nothing recorded hangs on it any more; what is not recorded can't be known here", "記録の中で、これに頼っているものは、もうありません（書いていないもののことは分かりません）"))
		a.say(lang.T("once it is gone, its record may go too: %s rm %s", "なくなったあとは、その記録も片づけられます: %s rm %s"), a.call(), shellWord(l.Keeper.Name))
	case len(open) == 0:
		a.warn(lang.T("all are ticked off, but by the records this still hangs on it: %s", "全部に印が付いていますが、記録ではまだこれに頼っているものがあります: %s"), a.namesOf(hanging))
	default:
		a.say(lang.T("left: %d of %d. To tick one off: %s retire %s --done %s", "残りは %d 件です（全部で %d 件）。終わったら: %s retire %s --done %s"), len(open), len(l.Steps), a.call(), value, shellWord(open[0].Record.Name))
	}
}

func (a *app) namesOf(steps []*recovery.Step) string {
	var names []string
	for _, s := range steps {
		names = append(names, s.Record.Name)
	}
	return strings.Join(names, a.text(lang.T(", ", "、")))
}

// sayRetirements says below a list what is going away and has not been left yet;
// of an owner, if the list is of one.
func (a *app) sayRetirements(s *store.Store, owner string) {
	u, _, records, err := a.upkeep(s)
	if err != nil {
		return // the list itself was read
	}
	for _, r := range records {
		if r.Retire == nil || owner != "" && lang.Fold(r.Owner) != lang.Fold(owner) {
			continue
		}
		l := u.LeavingOf(r)
		if l == nil || len(l.Hanging()) == 0 {
			continue
		}
		left, value := len(l.Hanging()), shellWord(r.Name)
		if l.Day.IsZero() {
			a.say(lang.T("going away: %s; records that still depend on it: %d (%s retire %s)", "なくなる予定: %s。まだ頼っている記録が %d 件あります（%s retire %s）"), r.Name, left, a.call(), value)
			continue
		}
		a.say(lang.T("going away: %s on %s; records that still depend on it: %d (%s retire %s)", "なくなる予定: %s（%s まで）。まだ頼っている記録が %d 件あります（%s retire %s）"), r.Name, l.Day.Format(time.DateOnly), left, a.call(), value)
	}
}
