package cli

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"memovault/internal/lang"
	"memovault/internal/record"
	"memovault/internal/store"
	"memovault/internal/term"
)

// papersOptions choose what papers shows, or what it notes.
type papersOptions struct {
	owner                       string
	all, json                   bool
	shredded, lost, found, move bool
}

func (a *app) newPapers() *cobra.Command {
	var o papersOptions
	cmd := a.command(spec{
		name: "papers", args: lang.T("[NUMBER...]", "[番号...]"), group: "paper",
		short: lang.T("list the sheets on paper: where they are, and whether they still hold", "印刷した用紙の一覧（どこにあり、今も正しいか）"),
		long: lang.T(`Lists what was printed: number, day, what is on it, where it is, and whether it
still says what the records say; if not, since which edit, and which fields
changed. What is out of date or cannot be found comes first, then the oldest.

A sheet is meant by its number, the beginning of that, or the name of its record.
Note what became of it: --shredded once nobody can read it any more, --move where
it lies now, --lost if it cannot be found. A lost sheet is not a shredded one:
audit and whatif count it as in the hands of somebody else.`,
			`印刷した用紙の一覧です。番号、日付、載っているもの、置き場所、今の記録と合っているかを示します。合わない
ときは、いつの変更からか、どの項目が変わったかも出ます。古くなったもの・見つからないものが先、あとは
日付の古い順です。

用紙は、番号、番号のはじめの部分、または記録の名前で指定します。その後どうなったかも記録してください。
裁断したら --shredded、置き場所を変えたら --move、見つからないときは --lost です。見つからない用紙は、裁断した
用紙とは違います。点検（audit）と whatif は、人の手に渡ったものとして考えます。`),
		examples: []example{
			{"papers", lang.T("all sheets that are still about", "今ある用紙を全部")},
			{"papers 3C7A", lang.T("one of them", "そのうちの 1 枚")},
			{"papers --move 3C7A-F18E drawer", lang.T("it lies in the drawer now", "引き出しに移した")},
			{"papers --shredded 3C7A-F18E 09B2-44D0", lang.T("two sheets are shredded", "2 枚を裁断した")},
			{"papers --lost 3C7A-F18E", lang.T("it cannot be found", "見つからない")},
			{"papers --all --json", lang.T("shredded ones too, for a script", "裁断したものも含めて、スクリプト向けに")},
		},
	})
	f := cmd.Flags()
	f.StringVar(&o.owner, "owner", "", a.text(lang.T("only the sheets of `NAME`", "持ち主が`名前`の用紙だけ")))
	f.BoolVar(&o.all, "all", false, a.text(lang.T("those that were shredded too", "裁断したものも出す")))
	f.BoolVar(&o.shredded, "shredded", false, a.text(lang.T("note these sheets as shredded", "これらの用紙を、裁断したと記録する")))
	f.BoolVar(&o.lost, "lost", false, a.text(lang.T("note that these sheets cannot be found", "これらの用紙を、見つからないと記録する")))
	f.BoolVar(&o.found, "found", false, a.text(lang.T("note that these sheets are there after all", "これらの用紙を、やはりあったと記録する")))
	f.BoolVar(&o.move, "move", false, a.text(lang.T("note that these sheets lie at the place that is named last", "これらの用紙の置き場所を、最後に書いた場所に変える")))
	f.BoolVar(&o.json, "json", false, a.text(lang.T("as JSON", "JSON で出す")))
	cmd.Args = a.argsBetween(0, -1)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := a.checkPapers(cmd, &o, args); err != nil {
			return err
		}
		s, err := a.openVault()
		if err != nil {
			return err
		}
		if o.changes() {
			return a.changePapers(s, &o, args)
		}
		return a.runPapers(s, &o, args)
	}
	return cmd
}

func (o *papersOptions) changes() bool { return o.shredded || o.lost || o.found || o.move }

// checkPapers finds mistakes in the command line before a passphrase is asked
// for.
func (a *app) checkPapers(cmd *cobra.Command, o *papersOptions, args []string) error {
	n := 0
	for _, on := range []bool{o.shredded, o.lost, o.found, o.move} {
		if on {
			n++
		}
	}
	switch {
	case n > 1:
		return a.usage(cmd, lang.T("only one of --shredded, --lost, --found and --move at a time", "--shredded、--lost、--found、--move は、一度に 1 つだけです"))
	case o.move && len(args) < 2:
		return a.usage(cmd, lang.T("--move needs the number of a sheet and its new place", "--move には、用紙の番号と新しい置き場所が要ります"))
	case n > 0 && len(args) == 0:
		return a.usage(cmd, lang.T("which sheets? give their numbers", "どの用紙ですか。番号を付けてください"))
	case n > 0 && (o.json || o.owner != "" || o.all):
		return a.usage(cmd, lang.T("--owner, --all and --json are for the list alone", "--owner、--all、--json は、一覧のときだけ使えます"))
	}
	return nil
}

func (a *app) runPapers(s *store.Store, o *papersOptions, typed []string) error {
	list, err := a.paperStates(s)
	if err != nil {
		return err
	}
	if len(typed) > 0 {
		var chosen []*paperState
		for _, one := range typed {
			r, err := a.findSheet(s, one)
			if err != nil {
				return err
			}
			i := slices.IndexFunc(list, func(p *paperState) bool { return p.r.ID == r.ID })
			if i >= 0 && !slices.Contains(chosen, list[i]) {
				chosen = append(chosen, list[i])
			}
		}
		list, o.all = chosen, true
	}
	hidden := len(list)
	list = slices.DeleteFunc(list, func(p *paperState) bool {
		return !o.all && p.Fate == record.SheetShredded || o.owner != "" && lang.Fold(p.r.Owner) != lang.Fold(o.owner)
	})
	hidden -= len(list)
	if o.json {
		return a.papersJSON(list)
	}
	if len(list) == 0 {
		a.sayNoPapers(o, hidden)
		return nil
	}
	err = a.paged(func() error {
		for i, p := range list {
			if i > 0 {
				fmt.Fprintln(a.out)
			}
			a.showPaper(p)
		}
		return nil
	})
	a.sumUpPapers(list)
	return err
}

func (a *app) sayNoPapers(o *papersOptions, hidden int) {
	if hidden > 0 && o.owner == "" {
		a.say(lang.T("no sheet is about; all of them were shredded (%d): %s papers --all", "今ある用紙はありません。裁断したもの（%d 枚）を見るには: %s papers --all"), hidden, a.call())
		return
	}
	a.say(lang.T("no sheet is noted yet; each one is when it is printed: %s print --all -o records.pdf", "記録された用紙は、まだありません。印刷すると記録されます: %s print --all -o records.pdf"), a.call())
}

func (a *app) sumUpPapers(list []*paperState) {
	old, lost := 0, 0
	for _, p := range list {
		switch {
		case p.Fate == record.SheetLost:
			lost++
		case !p.current():
			old++
		}
	}
	switch {
	case old > 0 && lost > 0:
		a.say(lang.T("sheets: %d, of which %d out of date and %d not found", "用紙は %d 枚です。古くなったもの %d 枚、見つからないもの %d 枚"), len(list), old, lost)
	case old > 0:
		a.say(lang.T("sheets: %d, of which %d out of date", "用紙は %d 枚です。古くなったもの %d 枚"), len(list), old)
	case lost > 0:
		a.say(lang.T("sheets: %d, of which %d not found", "用紙は %d 枚です。見つからないもの %d 枚"), len(list), lost)
	default:
		a.say(lang.T("sheets: %d, none out of date", "用紙は %d 枚です。古くなったものはありません"), len(list))
	}
}

// showPaper writes what is known of one sheet.
func (a *app) showPaper(p *paperState) {
	mark, style := "", paintHead
	switch {
	case p.Fate == record.SheetShredded:
		style = paintFaint
	case p.Fate == record.SheetLost:
		mark, style = "!!", paintSevere
	case !p.current():
		mark, style = "!", paintCare
	}
	head := []string{sheetHandle(p.r), a.text(sheetKind(p.Kind)), p.Printed}
	if p.Copies > 1 {
		head = append(head, a.text(lang.T("%d copies", "%d 部"), p.Copies))
	}
	if p.r.Owner != "" {
		head = append(head, p.r.Owner)
	}
	head = slices.DeleteFunc(head, func(s string) bool { return s == "" })
	a.marked(mark, strings.Join(head, "  "), style)
	a.row(3, a.whereIsPaper(p))
	a.row(3, a.whatIsOn(p))
	if p.Fate == record.SheetShredded {
		return
	}
	for _, line := range a.whyOld(p) {
		a.rows(3, line, paintCare)
	}
	if command := a.printAnew(p); !p.current() && p.Fate == record.SheetThere && len(command) > 0 {
		a.row(3, a.text(lang.T("print it anew, then shred this one:", "印刷し直したら、この用紙は裁断してください:")))
		a.commandRow(5, command)
	}
}

// whereIsPaper says where a sheet is, or what became of it, and when it was last
// looked at.
func (a *app) whereIsPaper(p *paperState) string {
	text := a.text(lang.T("place: %s", "置き場所: %s"), p.Place)
	switch {
	case p.Fate == record.SheetShredded:
		return a.text(lang.T("shredded", "裁断済み"))
	case p.Fate == record.SheetLost && p.Place != "":
		text = a.text(lang.T("cannot be found; it was at: %s", "見つかりません。置いていた所: %s"), p.Place)
	case p.Fate == record.SheetLost:
		text = a.text(lang.T("cannot be found", "見つかりません"))
	case p.Place == "":
		text = a.text(lang.T("place: not noted", "置き場所: 書いてありません"))
	}
	if p.Checked != "" {
		text += a.text(lang.T("; checked on %s", "（%s に照合）"), p.Checked)
	}
	return text
}

// mostOnPaper is how many records on a sheet are named.
const mostOnPaper = 6

// whatIsOn says what stands on a sheet.
func (a *app) whatIsOn(p *paperState) string {
	var text string
	switch names := record.SheetContents(p.r); {
	case p.Kind == record.SheetRecoveryKey:
		text = a.text(lang.T("on it: the recovery key of the vault", "載っているもの: 金庫の回復キー"))
	case p.Kind == record.SheetShare:
		return a.text(lang.T("on it: a share of a key of the vault; alone it opens nothing", "載っているもの: 金庫の鍵の分け札（1 枚では開きません）"))
	case p.Kind == record.SheetBackup:
		return a.text(plural(len(p.r.Printed), lang.T("on it: %d record, encrypted", "載っているもの: 暗号化した記録 %d 件"), lang.T("on it: %d records, encrypted", "載っているもの: 暗号化した記録 %d 件")), len(p.r.Printed))
	case len(names) == 0:
		text = a.text(lang.T("what is on it is not noted", "何が載っているかは、書いてありません"))
	default:
		text = a.text(lang.T("on it: %s", "載っているもの: %s"), a.someOf(names, mostOnPaper))
	}
	if p.Secrets == "yes" {
		text += a.text(lang.T(" (with secrets)", "（秘密も載っています）"))
	}
	return text
}

// whyOld says what makes a sheet old: which records, since which edit, and what
// of them, as far as the history knows.
func (a *app) whyOld(p *paperState) []string {
	var lines []string
	for _, c := range p.changed {
		name := term.Sanitize(c.name)
		switch what := sayChanges(c.what, a.lang); {
		case what == "":
			lines = append(lines, a.text(lang.T("changed since it was printed: %s", "印刷のあとに変わった記録: %s"), name))
		default:
			lines = append(lines, a.text(lang.T("out of date since %s: %s, revision %d (%s)", "%s から古くなっています: %s の第 %d 版（%s）"), c.since.In(a.now.Location()).Format(time.DateOnly), name, c.by, what))
		}
	}
	if n := p.more; n > 0 {
		lines = append(lines, a.text(plural(n, lang.T("and %d more record changed", "ほかに %d 件の記録が変わりました"), lang.T("and %d more records changed", "ほかに %d 件の記録が変わりました")), n))
	}
	if len(p.missing) > 0 {
		lines = append(lines, a.text(lang.T("on it, but not among the records any more: %s", "載っているのに、もう記録にないもの: %s"), a.someOf(p.missing, mostOnPaper)))
	}
	if len(p.newer) > 0 {
		lines = append(lines, a.text(lang.T("not in this backup yet: %s", "この控えにまだ入っていない記録: %s"), a.someOf(p.newer, mostOnPaper)))
	}
	if p.dead {
		lines = append(lines, a.text(lang.T("the key on it opens this vault no more: shred it, and note that (--shredded)", "この紙の鍵では、もう金庫は開きません。裁断して、記録してください（--shredded）")))
	}
	return lines
}

// printAnew is the command that prints the sheet as the records are now; nil
// where there is none.
func (a *app) printAnew(p *paperState) []lang.Text {
	var command []lang.Text
	file := both(p.FileAnew(a.now))
	switch p.Kind {
	case record.SheetRecoveryKey, record.SheetShare:
		return nil
	case record.SheetBackup:
		command = []lang.Text{both("backup"), both("--paper"), both("-o"), file}
	case record.SheetRecover:
		if len(p.live) != 1 {
			return nil
		}
		command = []lang.Text{both("recover"), both(p.live[0]), both("-o"), file}
	case record.SheetEmergency:
		command = []lang.Text{both("print"), both("--emergency"), both("-o"), file}
		if p.r.Owner != "" {
			command = append(command, both("--owner"), both(p.r.Owner))
		}
	default:
		if len(p.live) == 0 || len(p.live) > mostOnCommand {
			return nil
		}
		command = []lang.Text{both("print")}
		if p.Kind == record.SheetHandover {
			command = append(command, both("--handover"))
		}
		for _, name := range p.live {
			command = append(command, both(name))
		}
		command = append(command, both("-o"), file)
	}
	if p.Place != "" {
		command = append(command, both("--kept-at"), both(p.Place))
	}
	return command
}

// mostOnCommand is how many records a command to print names.
const mostOnCommand = 8

// changePapers notes what became of sheets.
func (a *app) changePapers(s *store.Store, o *papersOptions, typed []string) error {
	place := ""
	if o.move {
		last := len(typed) - 1
		cleaned, _, err := record.Clean(record.TypeText, typed[last])
		if err == nil && cleaned == "" {
			err = &record.ValueError{Key: "empty", Text: lang.T("a place is needed", "場所を書いてください")}
		}
		if err != nil {
			return refused("kept-at", err)
		}
		place, typed = knownPlace(s, cleaned), typed[:last]
	}
	var put []*record.Record
	for _, one := range typed {
		r, err := a.findSheet(s, one)
		if err != nil {
			return err
		}
		if r.Schema > record.Schema {
			return record.ErrNewer
		}
		if slices.ContainsFunc(put, func(other *record.Record) bool { return other.ID == r.ID }) {
			continue
		}
		r = r.Clone()
		o.change(r, place)
		r.Updated = a.now.UTC().Truncate(time.Second)
		put = append(put, r)
	}
	if err := a.commit(s, store.Change{Put: put}); err != nil {
		return err
	}
	for _, r := range put {
		a.sayChangedPaper(o, r, place)
	}
	return nil
}

// change writes into the record of a sheet what became of it. What lies
// somewhere was found.
func (o *papersOptions) change(r *record.Record, place string) {
	switch {
	case o.shredded:
		record.SetSheet(r, record.RoleFate, record.SheetShredded)
	case o.lost:
		record.SetSheet(r, record.RoleFate, record.SheetLost)
	default:
		record.SetSheet(r, record.RoleFate, "")
	}
	if o.move {
		record.SetSheet(r, record.RoleKeptAt, place)
	}
}

func (a *app) sayChangedPaper(o *papersOptions, r *record.Record, place string) {
	called := calledSheet(r)
	switch {
	case o.shredded:
		a.say(lang.T("noted: %s is shredded", "記録しました: %s は裁断済みです"), called)
	case o.found:
		a.say(lang.T("noted: %s is there", "記録しました: %s はあります"), called)
	case o.move:
		a.say(lang.T("noted: %s is at %s now", "記録しました: %s の置き場所は %s です"), called, place)
	default:
		a.say(lang.T("noted: %s cannot be found. Take what is on it for known to others; what they get into: %s whatif %s --thief", "記録しました: %s は見つかりません。載っていることは、人に知られたと考えてください。何に入られるかを見るには: %s whatif %s --thief"), called, a.call(), shellWord("lose:"+r.Name))
	}
}
