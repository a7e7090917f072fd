package recovery

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"memovault/internal/lang"
	"memovault/internal/lockout"
	"memovault/internal/record"
)

// Weak reports whether a way can't be relied upon: it was never really used, as
// far as is noted, or not for a year. A noted day that lies ahead proves nothing.
func Weak(w *Way, now time.Time) bool { return weak(w.Proven, now) }

func weak(proven string, now time.Time) bool {
	span, ok := record.ReadSpan(proven)
	today := record.DayOf(now)
	return !ok || span.First.After(today) || !record.MonthsAfter(span.First, provenMonths).After(today)
}

// A QuestionKind says how one thing that a way needs is tried.
type QuestionKind string

// The kinds of questions of a drill.
const (
	AskMail     QuestionKind = "mail"     // can you read mail at …?
	AskText     QuestionKind = "text"     // does a text message reach …?
	AskCall     QuestionKind = "call"     // does a call reach …?
	AskDevice   QuestionKind = "device"   // do you have it, and does it unlock?
	AskSession  QuestionKind = "session"  // is it still signed in there?
	AskAccount  QuestionKind = "account"  // do you get in there?
	AskPerson   QuestionKind = "person"   // can you reach them?
	AskThing    QuestionKind = "thing"    // is it where it is said to be?
	AskPaper    QuestionKind = "paper"    // is the paper there?
	AskPassword QuestionKind = "password" // do you get in with it?
	AskMemory   QuestionKind = "memory"   // do you still know it?
	AskApp      QuestionKind = "app"      // does the service take the app's number?
	AskCode     QuestionKind = "code"     // type the beginning of an unused code
	AskKey      QuestionKind = "key"      // type the beginning of the key
	AskNothing  QuestionKind = "nothing"  // it is noted in the vault, which is open
	AskUnknown  QuestionKind = "unknown"  // nothing is noted, so nothing can be tried
)

// A Question tries one thing that a way needs. Ways that need the same thing
// have questions with the same Key, so that it is asked for once.
type Question struct {
	Kind  QuestionKind
	Key   string
	Text  lang.Text     // the question to be answered by yes or no
	Field *record.Field // the codes or the key of AskCode and AskKey; the field that is missing of AskUnknown
}

// A Trial is one way as it is tried: all of its needs, of each of which Of
// questions have to be answered by yes.
type Trial struct {
	Way   *Way
	Needs []Part
}

// A Part is one need of a way.
type Part struct {
	Of  int
	Any []Question
}

// Possible reports whether the way can be tried at all: it is no form that
// somebody decides on, it needs something, and what it needs is noted.
func (t *Trial) Possible() bool {
	return t.Way.Certainty != lockout.Form && len(t.Needs) > 0 && t.Missing() == nil
}

// Missing returns what is asked for a field without an answer, for lack of which
// the way can't be tried; nil if nothing is missing.
func (t *Trial) Missing() *Question {
	for _, part := range t.Needs {
		known := 0
		for _, q := range part.Any {
			if q.Kind != AskUnknown {
				known++
			}
		}
		if known >= part.Of {
			continue
		}
		for i := range part.Any {
			if part.Any[i].Kind == AskUnknown {
				return &part.Any[i]
			}
		}
	}
	return nil
}

// A Drill is one account with its ways, those first that were never tried, then
// those whose trial is longest ago.
type Drill struct {
	Account *Account
	Trials  []*Trial
	Weak    int  // ways that can be tried and are weak
	Single  bool // a single recorded event locks the account
}

// Drill returns the ways into an account.
func (u *Upkeep) Drill(a *Account) *Drill {
	d := &Drill{Account: a}
	for _, w := range u.m.Ways(a) {
		trial := &Trial{Way: w, Needs: u.partsOf(a.Record, a.Template, w)}
		d.Trials = append(d.Trials, trial)
		if trial.Possible() && Weak(w, u.now) {
			d.Weak++
		}
	}
	slices.SortStableFunc(d.Trials, func(a, b *Trial) int { return strings.Compare(a.Way.Proven, b.Way.Proven) })
	return d
}

// oldest is the day of the trial that is longest ago, "" where one never was.
func (d *Drill) oldest() string {
	for _, t := range d.Trials {
		if t.Possible() {
			return t.Way.Proven
		}
	}
	return ""
}

// Drills returns the accounts of which a way can be tried and that neither are over nor go away, what is most worth
// trying first: those with weak ways before those without, then by importance,
// then those that a single event locks, then those whose trial is longest ago.
func (u *Upkeep) Drills() []*Drill {
	single := u.lockedByOne()
	var list []*Drill
	for _, a := range u.m.Accounts() {
		d := u.Drill(a)
		if d.Single = single[a.ID]; !a.Over && a.Record.Retire == nil && slices.ContainsFunc(d.Trials, (*Trial).Possible) {
			list = append(list, d)
		}
	}
	rank := func(yes bool) int {
		if yes {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(list, func(a, b *Drill) int {
		return cmp.Or(cmp.Compare(rank(a.Weak > 0), rank(b.Weak > 0)), cmp.Compare(b.Account.Weight, a.Account.Weight),
			cmp.Compare(rank(a.Single), rank(b.Single)), strings.Compare(a.oldest(), b.oldest()), strings.Compare(a.Account.Record.Name, b.Account.Record.Name))
	})
	return list
}

// lockedByOne returns the ids of the accounts that open now and that one event
// locks.
func (u *Upkeep) lockedByOne() map[string]bool {
	locked := map[string]bool{}
	sets, err := u.m.Graph().EventSets(u.m.Case(lockout.Optimistic), 1)
	if err != nil {
		return locked // the graph is empty
	}
	for _, a := range u.m.Accounts() {
		of, _, err := sets.Of(a.ID)
		locked[a.ID] = err == nil && slices.ContainsFunc(of, func(events []string) bool { return len(events) == 1 })
	}
	return locked
}

// drills enters the clocks of the ways into an important account: one for what
// was never tried, one for what was tried longest ago.
func (w *clockwork) drills(a *Account) {
	if a.Weight < important || a.Over || a.Record.Retire != nil {
		return
	}
	d := w.Drill(a)
	var never, all int
	var first record.Span
	var oldest *Trial
	for _, t := range d.Trials {
		if !t.Possible() {
			continue
		}
		all++
		span, ok := record.ReadSpan(t.Way.Proven)
		switch {
		case !ok || span.First.After(w.today):
			never++
		case oldest == nil || span.First.Before(first.First):
			oldest, first = t, span
		}
	}
	command := []lang.Text{both("drill"), both(a.Record.Name)}
	if never > 0 {
		w.anyDay(&Clock{Kind: ClockUnproven, Record: a.Record, Command: command,
			What: said(lang.T("ways back that were never tried: %d of %d", "まだ一度も試していない戻る方法が %d 通りあります（全部で %d 通り）"), never, all),
			Do:   lang.T("try them while nothing is lost:", "何もなくしていないうちに、試してみてください:")})
	}
	if oldest != nil {
		c := &Clock{Kind: ClockDrill, Record: a.Record, about: oldest.Way.Way.ID, Command: command,
			What: said(lang.T("a way back was last tried on %s: a year by this day (%s)", "最後に試したのは %s です。この日で 1 年になります（%s）"), first, wayLabel(oldest.Way)),
			Do:   lang.T("try it again:", "もう一度試してみてください:")}
		w.on(record.MonthsAfter(first.First, provenMonths), c)
	}
}

// important is the weight from which an account is to be tried once a year.
const important = 2

// wayLabel is what a way is called; one without a label by its id.
func wayLabel(w *Way) lang.Text {
	if w.Way.Label.EN != "" {
		return w.Way.Label.Text
	}
	return both(w.Way.ID)
}

// partsOf makes questions of what a way needs.
func (u *Upkeep) partsOf(r *record.Record, t *record.Template, w *Way) []Part {
	var parts []Part
	for _, need := range w.Way.Needs {
		part := Part{Of: max(need.Of, 1)}
		for _, atom := range need.Atoms() {
			part.Any = append(part.Any, u.question(r, t, atom))
		}
		parts = append(parts, part)
	}
	return parts
}

func (u *Upkeep) question(r *record.Record, t *record.Template, atom record.Atom) Question {
	switch atom.Kind {
	case record.AtomPassword:
		return askPassword(r, t)
	case record.AtomMemory:
		return Question{Kind: AskMemory, Key: "memory", Text: said(lang.T("Do you still know by heart what you need for %s?", "%s に入るのに覚えておくものを、今も覚えていますか？"), r.Name)}
	case record.AtomPaper:
		return Question{Kind: AskPaper, Key: "paper:" + atom.Name, Text: said(lang.T("Is the paper in its place (%s)? Go and look.", "紙はその場所にありますか？（%s）見てきてください。"), atom.Name)}
	case record.AtomRecord:
		return u.askRecord(atom.Name)
	}
	f := r.Field(atom.Name)
	switch {
	case f == nil || f.Value == "" && len(f.Codes) == 0, record.SaysNone(f.Value), illegible(record.TypeOf(t, f), f.Value):
		if q := askSecret(r, &record.Field{Key: atom.Name}, label(r, t, atom.Name)); f == nil && atom.Kind == record.AtomField && q.Kind != AskNothing {
			return q // it is on paper, or known by heart, and not in the vault
		}
		return Question{Kind: AskUnknown, Key: "unknown:" + atom.Name, Text: label(r, t, atom.Name), Field: &record.Field{Key: atom.Name}}
	case atom.Kind == record.AtomCall:
		return Question{Kind: AskCall, Key: "call:" + record.PhoneDigits(f.Value), Text: said(lang.T("Does a call to %s reach you?", "%s に電話をかけると、出られますか？"), f.Value)}
	case atom.Kind == record.AtomOpen:
		return Question{Kind: AskSession, Key: "open:" + record.NameKey(f.Value), Text: said(lang.T("Is %s still signed in on %s?", "%s は、%s でサインインしたままになっていますか？"), r.Name, f.Value)}
	}
	return u.askField(r, t, f)
}

// askPassword says where the password is, if that is noted, and never what it is.
func askPassword(r *record.Record, t *record.Template) Question {
	q := Question{Kind: AskPassword, Key: "password", Text: said(lang.T("Do you get into %s with its password? Try it now.", "%s に、パスワードで入れますか？試してください。"), r.Name)}
	if places := fieldsOf(r, t, record.RolePlace); len(places) > 0 {
		q.Text = said(lang.T("Do you get into %s with its password? Try it now (it is said to be here: %s).", "%s に、パスワードで入れますか？試してください（書いてある場所: %s）。"), r.Name, oneLine(places[0].Value))
	}
	return q
}

// askField asks for what a field stands for, by its type.
func (u *Upkeep) askField(r *record.Record, t *record.Template, f *record.Field) Question {
	q := Question{Key: "field:" + f.Key, Field: f}
	name := label(r, t, f.Key)
	switch record.TypeOf(t, f) {
	case record.TypeEmail:
		q.Kind, q.Key = AskMail, "mail:"+lang.Fold(f.Value)
		q.Text = said(lang.T("Can you read mail at %s? Send one there and look.", "%s に届いたメールを読めますか？1 通送って、確かめてください。"), f.Value)
	case record.TypePhone:
		q.Kind, q.Key = AskText, "text:"+record.PhoneDigits(f.Value)
		q.Text = said(lang.T("Does a text message reach %s?", "%s に SMS（ショートメール）は届きますか？"), f.Value)
	case record.TypeRef:
		return u.askRecord(f.Value)
	case record.TypeOTPAuth:
		q.Kind, q.Text = AskApp, said(lang.T("Does %s take the number that the app shows?", "認証アプリに出る数字で、%s に入れますか？"), r.Name)
	case record.TypeCodes:
		q.Kind, q.Text = AskCode, said(lang.T("Take the paper with the codes (%s).", "コードを書いた紙を用意してください（%s）。"), name)
	case record.TypeProductKey:
		q.Kind, q.Text = AskKey, said(lang.T("Take the paper with the key (%s).", "キーを書いた紙を用意してください（%s）。"), name)
	case record.TypeHint:
		q.Kind, q.Text = AskMemory, said(lang.T("Do you still know what this is to remind you of (%s of %s)?", "%[2]s の「%[1]s」が指しているものを、今も思い出せますか？"), name, r.Name)
	case record.TypeSecret:
		return askSecret(r, f, name)
	case record.TypeText, record.TypeMultiline:
		return askText(r, t, f, name)
	default:
		q.Kind = AskNothing
	}
	return q
}

// askSecret asks for the papers on which a secret is; what is in the vault is in
// reach, since the vault is open.
func askSecret(r *record.Record, f *record.Field, name lang.Text) Question {
	q := Question{Kind: AskNothing, Key: "field:" + f.Key, Field: f}
	for _, place := range record.Places(r.Kept[f.Key]) {
		switch place.Kind {
		case record.PlacePaper:
			q.Kind, q.Text = AskPaper, said(lang.T("Is it written on the paper in its place (%s: %s)? Go and look.", "紙は置き場所にあり、書いてありますか？（%s: %s）見てきてください。"), name, place.Name)
		case record.PlaceMemory:
			q.Kind, q.Text = AskMemory, said(lang.T("Do you still know it by heart (%s)?", "今も覚えていますか？（%s）"), name)
		}
	}
	return q
}

// askText asks for a thing that a text describes: a proof, a security key, where
// something lies. Any other text is a fact, and known.
func askText(r *record.Record, t *record.Template, f *record.Field, name lang.Text) Question {
	q := Question{Kind: AskNothing, Key: "field:" + f.Key, Field: f}
	spec := t.Spec(f.Key)
	if spec == nil {
		return q
	}
	switch spec.Role {
	case record.RoleProof, record.RoleFactor, record.RolePlace:
		q.Kind, q.Text = AskThing, said(lang.T("Is it still there (%s: %s)? Go and look.", "今もそこにありますか？（%s: %s）見てきてください。"), name, oneLine(f.Value))
	case record.RoleLogin, record.RoleRecovery:
		if strings.Contains(f.Value, "@") {
			q.Kind, q.Key = AskMail, "mail:"+lang.Fold(f.Value)
			q.Text = said(lang.T("Can you read mail at %s? Send one there and look.", "%s に届いたメールを読めますか？1 通送って、確かめてください。"), f.Value)
		}
	}
	return q
}

// askRecord asks for what another record is about.
func (u *Upkeep) askRecord(name string) Question {
	q := Question{Kind: AskThing, Key: "record:" + record.NameKey(name), Text: said(lang.T("Do you have it at hand: %s?", "手もとにありますか？（%s）"), name)}
	s := u.v.to(name)
	if s == nil {
		return q
	}
	switch r, t := s.r, s.t; {
	case r.Template == "device":
		q.Kind, q.Text = AskDevice, said(lang.T("Do you have it at hand, and does it unlock: %s?", "手もとにあって、ロックを解除できますか？（%s）"), name)
	case r.Template == "person":
		q.Kind, q.Text = AskPerson, said(lang.T("Can you reach this person, and would they help: %s?", "連絡がつき、手伝ってもらえますか？（%s）"), name)
	case r.Template == "place":
		q.Text = said(lang.T("Can you get to what is kept there: %s?", "そこにしまってあるものを取り出せますか？（%s）"), name)
	case r.Template == "phone-line":
		for _, f := range fieldsOf(r, t, record.RoleNumber) {
			q.Kind, q.Key = AskText, "text:"+record.PhoneDigits(f.Value)
			q.Text = said(lang.T("Does a text message reach %s?", "%s に SMS（ショートメール）は届きますか？"), f.Value)
		}
	case r.Template == "mailbox":
		for _, f := range fieldsOf(r, t, record.RoleAddress) {
			q.Kind, q.Key = AskMail, "mail:"+lang.Fold(f.Value)
			q.Text = said(lang.T("Can you read mail at %s? Send one there and look.", "%s に届いたメールを読めますか？1 通送って、確かめてください。"), f.Value)
		}
	case t != nil && t.Account:
		q.Kind, q.Text = AskAccount, said(lang.T("Do you get into %s? Try it now.", "%s に入れますか？試してください。"), name)
	}
	return q
}

// shownStart is how many letters and digits of a code or key are compared: as
// many as tell it from others, and too few to be of use to who looks on.
const shownStart = 4

// StartsCode reports whether what was typed from a paper is the beginning of one
// of the field's unused codes, or of its key. At least four letters and digits
// are needed. Signs and spaces between, width and case make no difference. It
// never says which code it was.
func StartsCode(f *record.Field, typed string) (fits, enough bool) {
	typed = bare(typed)
	if len(typed) < shownStart {
		return false, false
	}
	values := []string{f.Value}
	if len(f.Codes) > 0 {
		values = nil
		for _, c := range f.Codes {
			if !c.IsUsed() {
				values = append(values, c.Code)
			}
		}
	}
	for _, v := range values {
		if v = bare(v); len(v) >= shownStart && strings.HasPrefix(v, typed) {
			return true, true
		}
	}
	return false, true
}

// bare leaves only letters and digits, in capitals.
func bare(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z':
			return r - 'a' + 'A'
		case 'A' <= r && r <= 'Z', '0' <= r && r <= '9':
			return r
		}
		return -1
	}, lang.FoldCode(s))
}
