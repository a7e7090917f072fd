package cli

import (
	"errors"

	"memovault/internal/lang"
	"memovault/internal/record"
	"memovault/internal/store"
)

// saveWithOther saves a record that somebody else has changed since it was read,
// so that neither loses anything: what was typed goes together with what was
// saved meanwhile, as two copies of a vault would. r becomes what was saved.
// Nothing is saved where the person does not want that.
func (a *app) saveWithOther(s *store.Store, r *record.Record, files []store.NewFile) error {
	for {
		m, err := s.PlanEdit(r, files)
		if err != nil {
			return err
		}
		one := &m.Records[0]
		a.sayMeanwhile(s, one, r)
		yes, err := a.yesNo(true, lang.T("Your answers are still here. Save them together with that?", "入力した内容は残っています。その変更と合わせて保存しますか？"))
		if err != nil || !yes {
			return cancelledUnless(err)
		}
		err = a.doMerge(s, m)
		if errors.As(err, new(*store.ConflictError)) {
			continue // and once more
		}
		if err == nil {
			*r = *one.Now().Clone()
			a.sayBothChanged(one)
		}
		return err
	}
}

// sayMeanwhile says what was changed elsewhere since r was read.
func (a *app) sayMeanwhile(s *store.Store, one *record.Merged, r *record.Record) {
	a.tell(a.tty, 0, a.text(lang.T("While you were typing, this record was changed elsewhere.", "入力している間に、この記録がほかの所で変更されました。")))
	past, err := s.History(r.ID)
	if err != nil {
		return // it is only a remark
	}
	for _, base := range past {
		if base.Revision == r.Revision {
			if what := sayChanges(compare(base, one.Was), a.lang); what != "" {
				a.tell(a.tty, 2, a.text(lang.T("changed there: %s", "ほかで変わったところ: %s"), what))
			}
			return
		}
	}
}

// sayBothChanged names what both had changed to different things.
func (a *app) sayBothChanged(one *record.Merged) {
	if len(one.Open) == 0 {
		return
	}
	what := ""
	for i, c := range one.Open {
		if i > 0 {
			what += a.text(comma)
		}
		what += a.conflictLabel(one.Now(), c)
	}
	a.say(lang.T("changed in both places: %s. To see the other one, and settle it: %s conflicts %s", "両方で変わったところ: %s。もう一方を見て、どちらにするか決めるには: %s conflicts %s"),
		what, a.call(), shellWord(one.Now().Name))
}
