package cli

import (
	"errors"
	"slices"

	"github.com/spf13/cobra"

	"memovault/internal/lang"
	"memovault/internal/record"
	"memovault/internal/store"
	"memovault/internal/term"
)

type undoOptions struct {
	to  uint64
	as  string
	yes bool
}

func (a *app) newUndo() *cobra.Command {
	var o undoOptions
	cmd := a.command(spec{
		name: "undo", args: lang.T("[NAME]", "[名前]"), group: "notes",
		short: lang.T("take the last change back, or a record out of the trash", "最後の変更を取り消す・ごみ箱から戻す"),
		long: lang.T(`Takes back the last change of the vault: what was new goes to the trash, what was
edited goes back to the revision before, what was thrown away comes back. With a
name it does so for that record, whenever it was changed. Nothing is lost by it:
the state before becomes a new revision, and a second undo returns.`,
			`金庫への最後の変更を取り消します。新しく作ったものはごみ箱へ、書き直したものは 1 つ前の版へ、
捨てたものはごみ箱から戻ります。名前を付けると、その記録について同じことをします。
取り消しても何も消えません。新しい版として残るので、もう一度 undo すれば元に戻ります。`),
		examples: []example{
			{"undo", lang.T("take back what was done last; shows it, then asks", "最後の変更を取り消す（見せてから確かめます）")},
			{"undo office", lang.T("back to the revision before, or out of the trash", "1 つ前の版に戻す。ごみ箱にあれば取り出す")},
			{"undo office --to 2", lang.T("back to revision 2 (see history)", "第 2 版に戻す（history を参照）")},
			{"undo office --as office-old", lang.T("out of the trash under another name", "別の名前でごみ箱から取り出す")},
		},
	})
	cmd.Flags().Uint64Var(&o.to, "to", 0, a.text(lang.T("go back to revision `N`", "この`番号`の版に戻す")))
	cmd.Flags().StringVar(&o.as, "as", "", a.text(lang.T("give it this `NAME`; a record in the trash comes first", "この`名前`にする（同じ名前がごみ箱にもあれば、そちらを取り出す）")))
	cmd.Flags().BoolVarP(&o.yes, "yes", "y", false, a.text(lang.T("do not ask", "確かめずに戻す")))
	cmd.Args = a.argsBetween(0, 1)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 && (o.as != "" || cmd.Flags().Changed("to")) {
			return a.usage(cmd, lang.T("--to and --as go with the name of a record", "--to と --as は、記録の名前と一緒に使ってください"))
		}
		return a.runUndo(o, args)
	}
	return cmd
}

func (a *app) runUndo(o undoOptions, names []string) error {
	if err := a.mayAsk(o.yes); err != nil {
		return err
	}
	s, err := a.openVault()
	if err != nil {
		return err
	}
	var steps []step
	if len(names) == 0 {
		steps, err = a.undoLast(s)
	} else {
		steps, err = a.undoOne(s, names[0], o)
	}
	if err != nil {
		return err
	}
	if err := a.namesFree(s, steps); err != nil {
		return err
	}
	if !o.yes || !a.g.quiet {
		for _, st := range steps {
			a.talk("  ", st.say(a))
		}
	}
	if !o.yes {
		if ok, err := a.yesNo(true, lang.T("Do this?", "このとおりに戻しますか？")); err != nil || !ok {
			return cancelledUnless(err)
		}
	}
	put := make([]*record.Record, len(steps))
	for i, st := range steps {
		put[i] = st.after
	}
	if err := a.commit(s, store.Change{Put: put}); err != nil {
		return err
	}
	a.say(lang.T("done; a second undo takes this back", "戻しました。もう一度 undo すると、取り消す前に戻ります"))
	return nil
}

// A step is what undo does to one record.
type step struct {
	before, after *record.Record
	to            uint64 // the revision whose content comes back; 0 for none
}

// say describes a step: where to, and what differs.
func (st step) say(a *app) string {
	name := term.Sanitize(st.before.Name)
	switch {
	case st.before.Trashed == nil && st.after.Trashed != nil:
		return a.text(lang.T("%s goes into the trash", "「%s」をごみ箱に入れます"), name)
	case st.before.Trashed != nil && st.before.Name != st.after.Name:
		return a.text(lang.T("%s comes out of the trash as %s", "「%s」を「%s」という名前でごみ箱から戻します"), name, term.Sanitize(st.after.Name))
	case st.before.Trashed != nil:
		return a.text(lang.T("%s comes out of the trash", "「%s」をごみ箱から戻します"), name)
	}
	return a.text(lang.T("%s goes back to revision %d: %s", "「%s」を第 %d 版に戻します: %s"), name, st.to, sayChanges(compare(st.before, st.after), a.lang))
}

// undoLast works out how to take back the last commit that changed records.
func (a *app) undoLast(s *store.Store) ([]step, error) {
	var steps []step
	for _, id := range s.Last() {
		c, err := s.Card(id)
		if errors.Is(err, store.ErrNoRecord) {
			continue
		}
		if err != nil {
			return nil, err
		}
		st, err := a.stepBack(s, c)
		if err != nil {
			return nil, err
		}
		if st.after != nil {
			steps = append(steps, st)
		}
	}
	if len(steps) > 0 {
		return steps, nil
	}
	f := &failure{status: statusNotFound, code: "nothing_to_undo",
		what: said(lang.T("there is nothing to take back", "取り消すものはありません"))}
	if s.Len() > 0 {
		f.why = said(lang.T("the last change touched very many records at once, or none", "最後の変更は、一度にとても多くの記録に及んだか、記録の変更ではありませんでした"))
		f.next = []words{said(lang.T("one record at a time: %s undo NAME", "1 件ずつなら: %s undo 名前"), a.call())}
	}
	return nil, f
}

// stepBack is the way to the revision before; a record that has none goes into
// the trash. The step is empty where nothing can be done.
func (a *app) stepBack(s *store.Store, c store.Card) (step, error) {
	revisions, err := editableRevisions(s, c)
	if err != nil {
		return step{}, err
	}
	current := revisions[0].r
	if was := formerRevision(s, revisions); was != nil {
		return a.stepTo(current, was), nil
	}
	if current.Trashed != nil {
		return step{}, nil
	}
	after := current.Clone()
	now := a.now
	after.Trashed, after.Updated = &now, now
	return step{before: current, after: after}, nil
}

// formerRevision is what the record was before it was last changed, which a merge
// may have done in several revisions; nil if it is new.
func formerRevision(s *store.Store, revisions []revision) *record.Record {
	was := s.BeforeLast(revisions[0].r.ID)
	for _, one := range revisions[1:] {
		if one.r.Revision == was {
			return one.r
		}
	}
	return nil
}

// stepTo makes a new revision with the content of an old one.
func (a *app) stepTo(current, old *record.Record) step {
	after := old.Clone()
	after.Revision, after.Updated = current.Revision, a.now
	if after.Trashed != nil {
		now := a.now
		after.Trashed = &now
	}
	return step{before: current, after: after, to: old.Revision}
}

// undoOne works out what undo NAME does.
func (a *app) undoOne(s *store.Store, name string, o undoOptions) ([]step, error) {
	c, err := a.findForUndo(s, name, o)
	if err != nil {
		return nil, err
	}
	revisions, err := editableRevisions(s, c)
	if err != nil {
		return nil, err
	}
	st, err := a.chooseStep(s, c, revisions, o.to)
	if err != nil || o.as == "" {
		return []step{st}, err
	}
	if st.after.Name, err = record.CleanName(o.as); err != nil {
		return nil, refused("--as", err)
	}
	return []step{st}, nil
}

// findForUndo is find, except that another name given with --as means one in
// the trash, if any has the name.
func (a *app) findForUndo(s *store.Store, name string, o undoOptions) (store.Card, error) {
	c, err := a.find(s, name)
	if err != nil || c.Trashed || o.as == "" {
		return c, err
	}
	cards, err := s.Cards()
	if err != nil {
		return c, err
	}
	best, found := c, false
	for _, other := range cards {
		if other.Trashed && record.NameKey(other.Name) == record.NameKey(name) && (!found || other.Updated.After(best.Updated)) {
			best, found = other, true
		}
	}
	return best, nil
}

// editableRevisions is readRevisions of a record this program may write.
func editableRevisions(s *store.Store, c store.Card) ([]revision, error) {
	revisions, damage := readRevisions(s, c)
	if damage != nil {
		if len(revisions) == 0 {
			return nil, damage
		}
		return nil, lostRevisions(c, revisions, damage)
	}
	if revisions[0].r.Schema > record.Schema {
		return nil, record.ErrNewer
	}
	return revisions, nil
}

// chooseStep is what undo does to a record that was named.
func (a *app) chooseStep(s *store.Store, c store.Card, revisions []revision, to uint64) (step, error) {
	current := revisions[0].r
	switch {
	case to != 0:
		return a.stepToNumber(c, revisions, to)
	case current.Trashed != nil:
		return a.outOfTrash(revisions), nil
	}
	if was := formerRevision(s, revisions); was != nil {
		return a.stepTo(current, was), nil
	}
	return step{}, &failure{status: statusNotFound, code: "nothing_to_undo",
		what: said(lang.T("%q was never changed since it was noted", "「%s」は、記録してから一度も変わっていません"), c.Name),
		next: []words{said(lang.T("to throw it away: %s rm %s", "捨てるには: %s rm %s"), a.call(), shellWord(c.Name))}}
}

func (a *app) stepToNumber(c store.Card, revisions []revision, to uint64) (step, error) {
	i := slices.IndexFunc(revisions, func(one revision) bool { return one.r.Revision == to })
	if i < 0 {
		return step{}, &failure{status: statusNotFound, code: "no_revision",
			what: said(lang.T("the record %q has no revision %d", "「%s」に第 %d 版はありません"), c.Name, to),
			next: []words{said(lang.T("which there are: %s history %s", "版の一覧: %s history %s"), a.call(), shellWord(c.Name))}}
	}
	st := a.stepTo(revisions[0].r, revisions[i].r)
	st.after.Trashed = nil // rm is for that
	if len(compare(st.before, st.after)) == 0 {
		return step{}, &failure{status: statusNotFound, code: "nothing_to_undo",
			what: said(lang.T("%q is as it was in revision %d already", "「%s」はもう第 %d 版と同じ内容です"), c.Name, to)}
	}
	return st, nil
}

// outOfTrash brings back the newest content from before the record was thrown
// away.
func (a *app) outOfTrash(revisions []revision) step {
	for _, one := range revisions[1:] {
		if one.r.Trashed == nil {
			return a.stepTo(revisions[0].r, one.r)
		}
	}
	st := a.stepTo(revisions[0].r, revisions[0].r)
	st.after.Trashed = nil
	return st
}

// namesFree refuses early, and with a way out, where a record that comes back
// would meet another of its name.
func (a *app) namesFree(s *store.Store, steps []step) error {
	cards, err := s.Cards()
	if err != nil {
		return err
	}
	changed := map[record.ID]bool{}
	for _, st := range steps {
		changed[st.after.ID] = true
	}
	taken := map[string]bool{}
	for _, c := range cards {
		if !c.Trashed && !changed[c.ID] {
			taken[record.NameKey(c.Name)] = true
		}
	}
	for _, st := range steps {
		key := record.NameKey(st.after.Name)
		if st.after.Trashed == nil && taken[key] {
			return a.nameClash(st)
		}
		taken[key] = taken[key] || st.after.Trashed == nil
	}
	return nil
}

func (a *app) nameClash(st step) error {
	name, was := st.after.Name, st.after.Name
	if st.before != nil { // else it is new, from a backup
		was = st.before.Name
	}
	return &failure{status: statusError, code: "name_taken",
		what: said(lang.T("another record is called %q by now; nothing was changed", "今は別の記録が「%s」という名前です。何も変えていません"), name),
		next: []words{said(lang.T("bring it back under another name: %s undo %s --as NEWNAME", "別の名前で戻すには: %s undo %s --as 新しい名前"), a.call(), shellWord(was))}}
}
