package recovery

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"memovault/internal/lang"
	"memovault/internal/maildomain"
	"memovault/internal/record"
)

// A Step is one record to be dealt with before an address or a number goes away.
type Step struct {
	Record *record.Record
	Uses   []Use  // the gravest first; empty once nothing hangs on it
	Only   bool   // by what is noted, nothing else opens it
	Feeds  int    // records that depend on its own address or number
	Done   string // YYYY-MM-DD on which it was ticked off; empty while it is open
}

// Holds reports whether by the notes something in the record still depends on
// what goes away.
func (s *Step) Holds() bool { return len(s.Uses) > 0 }

// Hangs reports whether it is not to be called done: the record still holds what
// goes away. A mere text that speaks of it may stay once it was looked at.
func (s *Step) Hangs() bool {
	return s.Holds() && (s.Done == "" || s.Uses[0].Kind != UseMention)
}

// A Leaving is the list of what is to be done before an address or a number goes
// away.
type Leaving struct {
	Target *Target
	Keeper *record.Record // the record that keeps the retirement; nil if there is none
	Begun  bool           // its retirement was begun
	Day    time.Time      // on which it goes; zero if none is known
	Steps  []*Step        // in the order in which they are to be taken, those ticked off among them
	// Moved are records that were on the list, were not ticked off, and hold it no
	// more; Gone are ids of records that are not there any more.
	Moved []*record.Record
	Gone  []string
	Facts []*record.Fact
}

// Keep is the last day on which the carrier takes an application to keep the
// address; zero if there is none, or no day is known.
func (l *Leaving) Keep() time.Time {
	if l.Target.Mail == "" || l.Day.IsZero() {
		return time.Time{}
	}
	days := maildomain.Of(l.Target.Mail).KeepDays
	if days == 0 {
		return time.Time{}
	}
	return l.Day.AddDate(0, 0, days)
}

// Open returns the steps that are not ticked off.
func (l *Leaving) Open() []*Step {
	return slices.DeleteFunc(slices.Clone(l.Steps), func(s *Step) bool { return s.Done != "" })
}

// Hanging returns the records that still depend on it by the notes, ticked off
// or not.
func (l *Leaving) Hanging() []*Step {
	return slices.DeleteFunc(slices.Clone(l.Steps), func(s *Step) bool { return !s.Hangs() })
}

// Step returns the step for the record with the name, or nil.
func (l *Leaving) Step(name string) *Step {
	for _, s := range l.Steps {
		if record.NameKey(s.Record.Name) == record.NameKey(name) {
			return s
		}
	}
	return nil
}

// Leaving makes the list for what goes away.
func (u *Upkeep) Leaving(t *Target) *Leaving {
	l := &Leaving{Target: t, Facts: factsOf(t)}
	if len(t.About) > 0 {
		l.Keeper = t.About[0]
		l.Begun = l.Keeper.Retire != nil
		l.Day, _ = retireDay(l.Keeper)
	}
	byRecord := map[*record.Record]*Step{}
	for _, use := range u.usesOf(t) {
		s := byRecord[use.Record]
		if s == nil {
			s = &Step{Record: use.Record}
			byRecord[use.Record] = s
			l.Steps = append(l.Steps, s)
		}
		s.Uses = append(s.Uses, use)
	}
	u.tick(l, byRecord)
	u.judge(l)
	u.order(l)
	return l
}

// tick takes over what the retirement says was done, and finds what was on the
// list and holds it no more.
func (u *Upkeep) tick(l *Leaving, steps map[*record.Record]*Step) {
	if !l.Begun {
		return
	}
	for id, day := range l.Keeper.Retire.Done {
		parsed, err := record.ParseID(id)
		r := u.byID[parsed]
		switch {
		case err != nil || r == nil:
			l.Gone = append(l.Gone, id)
		case steps[r] != nil:
			steps[r].Done = day
		case day != "":
			l.Steps = append(l.Steps, &Step{Record: r, Done: day})
		default:
			l.Moved = append(l.Moved, r)
		}
	}
	slices.Sort(l.Gone)
	slices.SortFunc(l.Moved, func(a, b *record.Record) int { return strings.Compare(a.Name, b.Name) })
}

// judge says of each step whether by what is noted nothing else opens it, and
// who depends on it in turn.
func (u *Upkeep) judge(l *Leaving) {
	_, only := u.hangs(l.Target)
	for _, s := range l.Steps {
		if a := u.accounts[s.Record.ID]; a != nil {
			s.Only = slices.Contains(only, a.ID)
		}
		s.Feeds = len(u.dependents(s.Record))
	}
}

// LeavingOf is Leaving for what a record is about; nil if it is about neither an
// address nor a number.
func (u *Upkeep) LeavingOf(r *record.Record) *Leaving {
	t := targetOf(r)
	if t == nil {
		return nil
	}
	return u.Leaving(u.found(t))
}

// order sorts the steps: a mailbox before what gets its mail through it;
// besides, what nothing else opens first, then by the gravest use, by
// importance, and by name.
func (u *Upkeep) order(l *Leaving) {
	slices.SortFunc(l.Steps, func(a, b *Step) int {
		return cmp.Or(cmp.Compare(boolRank(a.Holds()), boolRank(b.Holds())), cmp.Compare(boolRank(a.Only), boolRank(b.Only)), cmp.Compare(grave(a), grave(b)),
			cmp.Compare(u.weight(b.Record), u.weight(a.Record)), strings.Compare(a.Record.Name, b.Record.Name))
	})
	l.Steps = sourcesFirst(l.Steps, u.sources(l))
}

// sources returns for each step those of the list through which it gets its
// mail or its codes.
func (u *Upkeep) sources(l *Leaving) map[*Step][]*Step {
	of := map[*record.Record]*Step{}
	for _, s := range l.Steps {
		of[s.Record] = s
	}
	sources := map[*Step][]*Step{}
	for _, source := range l.Steps {
		for _, r := range u.dependents(source.Record) {
			if s := of[r]; s != nil && s != source {
				sources[s] = append(sources[s], source)
			}
		}
	}
	return sources
}

// sourcesFirst puts each step behind its sources and keeps the order otherwise.
// Of those that are sources of each other the first stays first.
func sourcesFirst(steps []*Step, sources map[*Step][]*Step) []*Step {
	placed := map[*Step]bool{}
	ready := func(s *Step) bool {
		return !slices.ContainsFunc(sources[s], func(source *Step) bool { return !placed[source] })
	}
	var sorted []*Step
	for left := slices.Clone(steps); len(left) > 0; {
		i := max(slices.IndexFunc(left, ready), 0)
		placed[left[i]] = true
		sorted = append(sorted, left[i])
		left = slices.Delete(left, i, i+1)
	}
	return sorted
}

// grave ranks a step by its gravest use: accounts, then what speaks of them.
func grave(s *Step) int {
	if !s.Holds() {
		return len(useKinds)
	}
	switch kind := s.Uses[0].Kind; kind {
	case UseRecovery, UseLogin, UseWay:
		return 0
	default:
		return slices.Index(useKinds, kind)
	}
}

// Do says what is to be done in the record, and Command what to type once that
// is done.
func (s *Step) Do(t *Target) lang.Text {
	mail := t.Mail != ""
	switch s.Uses[0].Kind {
	case UseLogin:
		if mail {
			return lang.T("add the new address there, make it the one to sign in with, and take this one out last", "新しいアドレスを追加し、サインインに使うほうに切り替え、古いほうは最後に消す")
		}
		return lang.T("add the new number there, make it the one to sign in with, and take this one out last", "新しい番号を追加し、サインインに使うほうに切り替え、古いほうは最後に消す")
	case UseRecovery, UseWay:
		if mail {
			return lang.T("register the new address for codes there, let it send a code to try, and take this one out last", "確認コードの送り先に新しいアドレスを登録し、届くか試し、古いほうは最後に消す")
		}
		return lang.T("register the new number for codes there, let it send a code to try, and take this one out last", "確認コードの送り先に新しい番号を登録し、届くか試し、古いほうは最後に消す")
	case UseLicence:
		return lang.T("change the account itself first; then note here what it is called now", "先にアカウントのほうを変え、変わった先をここにも書く")
	case UseRef:
		return lang.T("note there what takes its place", "代わりになるものを書く")
	case UseContact:
		if mail {
			return lang.T("let them know the new address", "新しいアドレスを知らせる")
		}
		return lang.T("let them know the new number", "新しい番号を知らせる")
	}
	return lang.T("read the note again: does it still hold?", "メモを読み直し、今も合っているか確かめる")
}

// Command is what to type once the step is done, without the program's name.
func (s *Step) Command() []lang.Text {
	var keys []string
	for _, use := range s.Uses {
		if use.Field != "" && !slices.Contains(keys, use.Field) {
			keys = append(keys, use.Field)
		}
	}
	if len(keys) == 0 && s.Uses[0].Kind == UseMention {
		keys = []string{"notes"}
	}
	return edit(s.Record, keys...)
}

// factsOf is what is known of the end of such an address or number.
func factsOf(t *Target) []*record.Fact {
	if t.Phone != "" {
		return templateFacts("phone-line", "given-out-again")
	}
	d := maildomain.Of(t.Mail)
	class := d.Class
	for _, r := range t.About {
		for _, f := range fieldsOf(r, record.LookupTemplate(r.Template), record.RoleClass) {
			class = maildomain.Class(f.Value)
		}
	}
	switch {
	case d.Ends.EN != "" && class == d.Class:
		return []*record.Fact{{Text: d.Ends, Source: record.Wording{Text: d.EndsSource}, AsOf: d.EndsAsOf}}
	case class == maildomain.ISP:
		return templateFacts("mailbox", "ends-with-contract")
	case class == maildomain.Carrier:
		return templateFacts("mailbox", "carrier-portability")
	}
	return nil
}

// templateFacts are statements of a template, by their ids.
func templateFacts(template string, ids ...string) []*record.Fact {
	var list []*record.Fact
	t := record.LookupTemplate(template)
	for _, id := range ids {
		if t == nil {
			break
		}
		if f := t.Fact(id); f != nil {
			list = append(list, f)
		}
	}
	return list
}
