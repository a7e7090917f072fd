package cli

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"time"

	"memovault/internal/audit"
	"memovault/internal/lang"
	"memovault/internal/record"
	"memovault/internal/store"
	"memovault/internal/term"
)

// A sitting is add at a terminal: one unlocking, then one record after the
// other, each with the owner of the one before. That owner is remembered by the
// process alone: on the disk, a customer's name would lie in the clear.
type sitting struct {
	a       *app
	t       *term.Terminal
	s       *store.Store
	coach   *coach
	silent  bool            // --no-coach
	owned   bool            // --owner: whose it is need not be asked
	offered map[string]bool // what was offered to be noted, by folded value
}

// A draft is a record that is to be asked for.
type draft struct {
	r     *record.Record // its name is what the person wants; empty for one of our making
	tmpl  *record.Template
	files []store.NewFile
	few   bool // only the questions that matter most
}

// sit notes a record, offers what it mentions, and goes on for as long as the
// person likes.
func (a *app) sit(s *store.Store, d draft, silent, owned bool) error {
	t, err := a.terminal()
	if err != nil {
		return &failure{status: statusUsage, code: "input_needed", err: err,
			what: said(lang.T("there is no terminal to ask at", "端末がないので、質問ができません")),
			next: []words{said(lang.T("give the answers with --field KEY=VALUE or --from-json FILE; the keys: %s templates %s", "--field 項目=値 か --from-json ファイル で渡してください。項目の一覧: %s templates %s"), a.name, d.tmpl.Name)}}
	}
	st := &sitting{a: a, t: t, s: s, coach: &coach{a: a, s: s}, silent: silent, owned: owned, offered: map[string]bool{}}
	if err := st.note(d); err != nil {
		return err
	}
	return st.goOn(d.r)
}

// goOn is what comes after the first record. To stop here is no failure: what
// was saved is saved.
func (st *sitting) goOn(last *record.Record) error {
	err := st.offer(last)
	for err == nil {
		var d *draft
		if d, err = st.another(last.Owner); err != nil || d == nil {
			break
		}
		if err = st.note(*d); err == nil {
			last = d.r
			err = st.offer(last)
		}
	}
	if isCancelled(err) {
		st.a.say(lang.T("stopped; what was saved before stays saved", "ここでやめます。保存したものはそのままです"))
		return nil
	}
	return err
}

// note asks for a record and saves it.
func (st *sitting) note(d draft) error {
	a, wanted := st.a, d.r.Name
	var err error
	if d.r.Name, err = a.freeName(st.s, wanted, d.r, false); err != nil {
		return err
	}
	if err := st.ask(d, wanted); err != nil {
		return err
	}
	if d.r.Name, err = a.freeName(st.s, wanted, d.r, true); err != nil {
		return err
	}
	if err := a.save(st.s, d.r, d.files); err != nil {
		return err
	}
	if !st.silent {
		st.coach.sayShift(nil, d.r)
	}
	st.coach.saved(d.r)
	return nil
}

// ask goes through the questions of a new record.
func (st *sitting) ask(d draft, wanted string) error {
	a := st.a
	cards, err := st.s.Cards()
	if err != nil {
		return err
	}
	st.t.Print("\n")
	if wanted != "" {
		a.tell(st.t, 0, a.text(lang.T("Noting %q (%s)", "「%s」を記録します（%s）"), wanted, d.tmpl.Label))
	} else {
		a.tell(st.t, 0, a.text(lang.T("Noting: %s", "記録します: %s"), d.tmpl.Label))
	}
	f := a.newForm(st.t, d.r, d.tmpl, cards)
	f.fresh, f.files = true, len(d.files)
	if !st.silent {
		f.coach = st.coach
	}
	switch {
	case d.few:
		f.keepFew()
	case !st.owned:
		f.askOwner()
		fallthrough
	default:
		f.askNotes()
	}
	yes, err := f.fill()
	if err == nil && !yes {
		err = term.ErrCancelled
	}
	return err
}

// vitalRoles are the roles of what decides whether a mailbox, a line or a device
// will still be there when it is needed.
var vitalRoles = []record.Role{record.RoleProvider, record.RoleClass, record.RoleContract, record.RoleEnds,
	record.RoleRecovery, record.RolePlace, record.RoleHint, record.RoleDevice}

// keepFew leaves the questions that are worth asking in passing: those of vital
// roles, or the first five where the template has hardly any. What is known
// already comes first, to be seen in the review.
func (f *form) keepFew() {
	var known, vital, first []string
	for _, s := range f.tmpl.Fields {
		switch {
		case f.r.Field(s.Key) != nil:
			known = append(known, s.Key)
			continue
		case slices.Contains(vitalRoles, s.Role):
			vital = append(vital, s.Key)
		}
		if len(first) < 5 {
			first = append(first, s.Key)
		}
	}
	if len(vital) >= 3 {
		first = vital
	}
	f.keep(append(known, first...)...)
	place := func(q question) int {
		if slices.Contains(known, q.spec.Key) {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(f.asks, func(x, y question) int { return cmp.Compare(place(x), place(y)) })
	f.known = len(known)
}

// offer asks whether to note what the answers of a record mention and no record
// holds yet, each thing once in a sitting, and what those mention in turn.
func (st *sitting) offer(r *record.Record) error {
	for _, m := range audit.Mentions(st.coach.input(), r) {
		tmpl := record.LookupTemplate(m.Template)
		if tmpl == nil || st.offered[offerOf(m)] {
			continue
		}
		st.offered[offerOf(m)] = true
		yes, err := st.a.yesNo(true, lang.T("%s mentions %s. Note this too (%s)?", "「%s」に %s が出てきます。\nこれも記録しますか？（%s）"), r.Name, term.Sanitize(m.Value), tmpl.Label)
		if err != nil {
			return err
		}
		if !yes {
			continue
		}
		d := draft{r: st.a.newRecord(tmpl, r.Owner), tmpl: tmpl, few: true}
		st.fillIn(d, m)
		if err := st.note(d); err != nil {
			return err
		}
		if err := st.offer(d.r); err != nil {
			return err
		}
	}
	return nil
}

// offerOf is the offer to note what is mentioned, which is made once.
func offerOf(m audit.Mention) string { return m.Template + " " + lang.Fold(m.Value) }

// offerAfter offers to note what a record mentions since it was changed, and did
// not before. To stop there is no failure: what was saved is saved.
func (a *app) offerAfter(s *store.Store, coach *coach, before, r *record.Record) error {
	t, err := a.terminal()
	if err != nil {
		return err
	}
	st := &sitting{a: a, t: t, s: s, coach: coach, offered: map[string]bool{}}
	for _, m := range audit.Mentions(coach.input(), before) {
		st.offered[offerOf(m)] = true
	}
	err = st.offer(r)
	if isCancelled(err) {
		a.say(lang.T("stopped; what was saved before stays saved", "ここでやめます。保存したものはそのままです"))
		return nil
	}
	return err
}

// fillIn puts what was mentioned into its record: into the field for it, or
// into the name where it is one.
func (st *sitting) fillIn(d draft, m audit.Mention) {
	if spec := d.tmpl.Spec(m.Fill); spec != nil {
		if value, _, err := spec.Clean(m.Value); err == nil && value != "" {
			d.r.Set(spec.Key, spec.Type, value)
		}
		return
	}
	name, err := record.CleanName(m.Value)
	if _, missing := st.s.Find(name); err == nil && errors.Is(missing, store.ErrNoRecord) {
		d.r.Name = name
	}
}

// longestPause is how long the question for something else waits while the
// vault is open.
const longestPause = 5 * time.Minute

// another asks for the next record to note; nil means that was all.
func (st *sitting) another(owner string) (*draft, error) {
	a := st.a
	for {
		typed, err := st.a.readLine(st.t, term.Line{Idle: longestPause,
			Prompt: a.text(lang.T("Note something else? (a template, ? = list, Enter = done) ", "続けて何か記録しますか？（ひな形の名前、? で一覧、Enter で終わり） "))})
		if errors.Is(err, term.ErrIdle) || errors.Is(err, term.ErrEnd) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		words := strings.Fields(typed)
		if len(words) == 0 {
			return nil, nil
		}
		switch lang.Fold(typed) {
		case "n", "no", "いいえ", "done", "q", "終わり":
			return nil, nil
		case "y", "yes", "はい", "?":
			words = nil
		}
		d, err := st.wanted(words, owner)
		if err == nil {
			return d, nil
		}
		if isCancelled(err) {
			return nil, err
		}
		st.explain(err)
	}
}

// wanted makes a draft of what was typed: a template, or a template and a name.
func (st *sitting) wanted(typed []string, owner string) (*draft, error) {
	a := st.a
	var tmpl *record.Template
	var err error
	switch len(typed) {
	case 0:
		tmpl, err = a.chooseTemplate("")
	case 1, 2:
		tmpl, err = a.template(typed[0])
	default:
		tmpl, err = a.template(strings.Join(typed, " "))
		typed = typed[:1]
	}
	if err != nil {
		return nil, err
	}
	d := &draft{r: a.newRecord(tmpl, owner), tmpl: tmpl}
	if len(typed) == 2 {
		d.r.Name, err = a.cleanName(typed[1])
	}
	if err == nil && d.r.Name != "" {
		_, err = a.freeName(st.s, d.r.Name, d.r, false)
	}
	return d, err
}

// explain says an error in the middle of a sitting, which goes on.
func (st *sitting) explain(err error) {
	f := st.a.explain(err)
	st.a.tell(st.t, 4, f.what.in(st.a.lang))
	for _, next := range f.next {
		st.a.tell(st.t, 4, next.in(st.a.lang))
	}
}
