package recovery

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"memovault/internal/lang"
	"memovault/internal/maildomain"
	"memovault/internal/record"
)

// A ClockKind says what happens, or is to be done, on the day of a clock.
type ClockKind string

// The kinds of clocks.
const (
	ClockIdle     ClockKind = "idle"     // the service may close what nobody signs in to
	ClockEnds     ClockKind = "ends"     // a contract ends
	ClockExpires  ClockKind = "expires"  // it is void unless renewed: a domain, a licence
	ClockCodes    ClockKind = "codes"    // one-time codes nearly used up, or old
	ClockSheet    ClockKind = "sheet"    // a printed sheet is older than what is on it
	ClockCheck    ClockKind = "check"    // a printed sheet was not compared for long
	ClockUnproven ClockKind = "unproven" // ways into an important account that were never tried
	ClockDrill    ClockKind = "drill"    // a way was last tried long ago
	ClockRetire   ClockKind = "retire"   // an address or a number goes away, and something still hangs on it
	ClockAccepted ClockKind = "accepted" // a risk that was taken knowingly is to be looked at again
	ClockAttempt  ClockKind = "attempt"  // an answer to an attempt to get back in is due
	ClockCopy     ClockKind = "copy"     // a copy of the vault at another place is behind; Record is nil
)

// How long things hold, in months.
const (
	acceptedFor = 12 // a risk that was taken knowingly
	codesFor    = 24 // a set of one-time codes, until it is looked at again
)

// fewCodes is how many unused codes of a longer list are nearly none.
const fewCodes = 2

// A Clock is one thing that is to be done by a day. Neither What nor Do holds a
// value of the record, so that both can stand in a calendar beside its name.
type Clock struct {
	Kind   ClockKind
	Record *record.Record
	Fields []string  // keys of the fields that say so
	Day    time.Time // midnight in UTC; today if it can be done on any day
	Dated  bool      // the day follows from the notes
	What   lang.Text
	Do     lang.Text
	// Command is what to type for it, without the program's name.
	Command []lang.Text
	Fact    *record.Fact // what the service or the provider says of it; nil if only the notes speak
	Rule    string       // id of the audit's rule whose risk was taken; only of ClockAccepted. Whether it still finds anything is not known here

	about string // tells it from other clocks of the kind and the record
}

// UID is the clock's id in a calendar, which stays when its day changes.
func (c *Clock) UID() string {
	var of record.ID // of the vault itself there is none
	if c.Record != nil {
		of = c.Record.ID
	}
	return EntryUID(of, string(c.Kind), c.about)
}

// Overdue reports whether its day is past.
func (c *Clock) Overdue(now time.Time) bool { return c.Dated && c.Day.Before(record.DayOf(now)) }

// A Stopped clock would run if a field had an answer.
type Stopped struct {
	Record *record.Record
	Field  string // the key that is missing
	Fact   *record.Fact
}

// Clocks returns what is to be done by a day, those first that are due first
// and those last that can be done on any day, and the clocks that can't run
// because nothing is noted.
func (u *Upkeep) Clocks() ([]*Clock, []Stopped) {
	w := &clockwork{Upkeep: u}
	for _, r := range u.records {
		w.record(r)
	}
	for _, a := range u.m.Accounts() {
		w.drills(a)
	}
	slices.SortStableFunc(w.list, w.compare)
	return w.list, w.stopped
}

// A clockwork collects clocks.
type clockwork struct {
	*Upkeep
	list    []*Clock
	stopped []Stopped
}

// compare puts what has a day first, in the order of the days, before what can
// be done on any day.
func (w *clockwork) compare(a, b *Clock) int {
	return cmp.Or(cmp.Compare(a.undated(), b.undated()), a.Day.Compare(b.Day), cmp.Compare(w.weight(b.Record), w.weight(a.Record)),
		strings.Compare(a.Record.Name, b.Record.Name), strings.Compare(string(a.Kind), string(b.Kind)), strings.Compare(a.about, b.about))
}

// on adds a clock with a day of its own, anyDay one without.
func (w *clockwork) on(day time.Time, c *Clock) {
	c.Day, c.Dated = day, true
	w.list = append(w.list, c)
}

func (w *clockwork) anyDay(c *Clock) {
	c.Day = w.today
	w.list = append(w.list, c)
}

func (w *clockwork) record(r *record.Record) {
	t := record.LookupTemplate(r.Template)
	ended := w.ends(r, t)
	w.retire(r)
	w.accepted(r)
	w.attempts(r)
	w.sheet(r)
	w.checkSheet(r)
	if ended {
		return
	}
	w.idle(r, t)
	w.expires(r, t)
	w.codes(r, t)
}

// ends enters the ends of contracts, and reports whether what the record is
// about is over. A past end matters as long as something hangs on it.
func (w *clockwork) ends(r *record.Record, t *record.Template) (over bool) {
	for _, f := range fieldsOf(r, t, record.RoleEnds) {
		span, ok := record.ReadSpan(f.Value)
		if !ok {
			continue
		}
		over = span.Last.Before(w.today)
		if r.Retire != nil {
			continue // the retirement has the day
		}
		c := &Clock{Kind: ClockEnds, Record: r, Fields: []string{f.Key}, about: f.Key, Command: edit(r, f.Key)}
		hanging := w.dependents(r)
		switch {
		case over && len(hanging) == 0:
			continue
		case over:
			c.What = said(lang.T("it ended on %s, and by the notes it is still used (records: %d)", "%s に終わっていますが、まだ %d 件の記録が頼っています"), span, len(hanging))
		case span.Exact():
			c.What = said(lang.T("it ends on %s (%s)", "%s に終わります（%s）"), span, label(r, t, f.Key))
		default:
			c.What = said(lang.T("it ends in %s (%s)", "%s のうちに終わります（%s）"), span, label(r, t, f.Key))
		}
		switch {
		case len(hanging) > 0:
			c.Do = lang.T("change what depends on it first, step by step:", "これに頼っているものを、先に順に変えてください:")
			c.Command = []lang.Text{both("retire"), both(r.Name)}
		case t.Name == "place":
			c.Do = lang.T("find another place for what is kept there, and note it:", "ここにしまってあるものの、次の置き場所を決めて書いてください:")
			c.Command = edit(r)
		default:
			c.Do = lang.T("extend it or let it go, and note which:", "続けるか、やめるかを決めて、書いてください:")
		}
		w.on(span.First, c)
	}
	return over
}

// idle enters the day on which a service may close what nobody signs in to.
func (w *clockwork) idle(r *record.Record, t *record.Template) {
	months, fact := idleOf(r, t)
	specs := t.With(record.RoleLastUsed)
	if months == 0 || len(specs) == 0 {
		return
	}
	key := specs[0].Key
	fields := fieldsOf(r, t, record.RoleLastUsed)
	var span record.Span
	ok := false
	if len(fields) > 0 {
		span, ok = record.ReadSpan(fields[0].Value)
	}
	if !ok {
		w.stopped = append(w.stopped, Stopped{r, key, fact})
		return
	}
	c := &Clock{Kind: ClockIdle, Record: r, Fields: []string{key}, about: key, Fact: fact, Command: edit(r, key),
		What: said(lang.T("the last sign-in that is noted was %s; by this day it may be closed", "記録にある最後のサインインは %s です。この日を過ぎると閉じられることがあります"), span),
		Do:   lang.T("sign in once, and note the day:", "一度サインインして、その日を書いてください:")}
	day := record.MonthsAfter(span.First, months)
	if day.Before(w.today) {
		c.What = said(lang.T("the last sign-in that is noted was %s; it may be closed by now", "記録にある最後のサインインは %s です。もう閉じられているかもしれません"), span)
		c.Do = lang.T("see whether you still get in, and note the day:", "まだ入れるか試して、その日を書いてください:")
	}
	w.on(day, c)
}

// idleOf is after how many months without a sign-in a service may close what
// the record is about; 0 if nothing is known.
func idleOf(r *record.Record, t *record.Template) (int, *record.Fact) {
	if t == nil {
		return 0, nil
	}
	if t.Idle != nil {
		return t.Idle.Months, t.Fact(t.Idle.Fact)
	}
	for _, f := range fieldsOf(r, t, record.RoleAddress) {
		if class := fieldsOf(r, t, record.RoleClass); len(class) > 0 && class[0].Value == string(maildomain.Own) {
			continue
		}
		if d := maildomain.Of(f.Value); d.IdleMonths > 0 {
			return d.IdleMonths, &record.Fact{Text: said(lang.T("at %s, mail may stop or the address be lost after %d months without signing in", "%s では、%d か月サインインしないと、メールが届かなくなったりアドレスがなくなったりすることがあります"), d.Name, d.IdleMonths),
				Source: record.Wording{Text: d.IdleSource}, AsOf: d.IdleAsOf}
		}
	}
	return 0, nil
}

func (w *clockwork) expires(r *record.Record, t *record.Template) {
	for _, f := range fieldsOf(r, t, record.RoleExpires) {
		span, ok := record.ReadSpan(f.Value)
		if !ok {
			continue
		}
		c := &Clock{Kind: ClockExpires, Record: r, Fields: []string{f.Key}, about: f.Key, Command: edit(r, f.Key),
			What: said(lang.T("it is void after %s unless renewed (%s)", "更新しないと %s で切れます（%s）"), span, label(r, t, f.Key)),
			Do:   lang.T("renew it, and note the new day:", "更新して、新しい期限を書いてください:")}
		if span.Last.Before(w.today) {
			c.What = said(lang.T("it was to be renewed by %s, and no later day is noted (%s)", "%s が期限でしたが、新しい期限が書かれていません（%s）"), span, label(r, t, f.Key))
		}
		w.on(span.First, c)
	}
}

// codes enters one-time codes that are nearly used up, and sets that are old.
func (w *clockwork) codes(r *record.Record, t *record.Template) {
	for _, f := range fieldsOf(r, t, record.RoleCodes) {
		n, left := len(f.Codes), record.Unused(f.Codes)
		if n == 0 || left > 0 && (left > fewCodes || n <= fewCodes) {
			continue
		}
		c := &Clock{Kind: ClockCodes, Record: r, Fields: []string{f.Key}, about: f.Key, Command: edit(r, f.Key),
			What: said(lang.T("unused codes: %d of %d (%s)", "未使用のコードは %d 個です（全部で %d 個。%s）"), left, n, label(r, t, f.Key)),
			Do:   lang.T("have the service make a new set, print it, and note all of it:", "サービスで新しいコードを発行して印刷し、全部書いてください:")}
		w.anyDay(c)
	}
	if len(fieldsOf(r, t, record.RoleCodes)) == 0 {
		return
	}
	for _, f := range fieldsOf(r, t, record.RoleCodesDay) {
		span, ok := record.ReadSpan(f.Value)
		if !ok {
			continue
		}
		w.on(record.MonthsAfter(span.First, codesFor), &Clock{Kind: ClockCodes, Record: r, Fields: []string{f.Key}, about: f.Key, Command: edit(r, f.Key),
			What: said(lang.T("the codes were made (%s): two years by this day", "コードを発行したのは %s です。この日で 2 年になります"), span),
			Do:   lang.T("see at the service whether they still count, or make a new set, and note the day:", "まだ使えるかサービスで確かめるか、新しく発行して、その日を書いてください:")})
	}
}

// retire enters what goes away, as long as something hangs on it.
func (w *clockwork) retire(r *record.Record) {
	if r.Retire == nil {
		return
	}
	l := w.LeavingOf(r)
	if l == nil || len(l.Hanging()) == 0 {
		return
	}
	left := len(l.Hanging())
	c := &Clock{Kind: ClockRetire, Record: r, Command: []lang.Text{both("retire"), both(r.Name)},
		What: plural(lang.T("it is going away, and %d record still depends on it", "なくなる予定ですが、まだ %d 件の記録が頼っています"),
			lang.T("it is going away, and %d records still depend on it", "なくなる予定ですが、まだ %d 件の記録が頼っています"), left),
		Do: lang.T("go on with the list:", "一覧の続きを進めてください:")}
	if day, ok := retireDay(r); ok {
		w.on(day, c)
		return
	}
	w.anyDay(c)
}

// retireDay is the day on which what the record is about goes away: the one that
// was set, else the end of its contract.
func retireDay(r *record.Record) (time.Time, bool) {
	if r.Retire != nil {
		if span, ok := record.ReadSpan(r.Retire.By); ok {
			return span.First, true
		}
	}
	for _, f := range fieldsOf(r, record.LookupTemplate(r.Template), record.RoleEnds) {
		if span, ok := record.ReadSpan(f.Value); ok {
			return span.First, true
		}
	}
	return time.Time{}, false
}

// accepted enters the days on which risks that were taken knowingly are to be
// looked at again.
func (w *clockwork) accepted(r *record.Record) {
	for rule, a := range r.Accepted {
		span, ok := record.ReadSpan(a.On)
		if !ok {
			continue
		}
		w.on(record.MonthsAfter(span.First, acceptedFor), &Clock{Kind: ClockAccepted, Record: r, about: rule, Rule: rule,
			What:    said(lang.T("you took the risk of rule %s knowingly on %s; that holds for a year", "点検項目 %s の危険を、%s に承知のうえで残しました。効き目は 1 年です"), rule, span),
			Do:      lang.T("see whether you still want to:", "今もそれでよいか、見直してください:"),
			Command: []lang.Text{both("audit"), both(r.Name), both("--rule"), both(rule)}})
	}
}

// answerAfter is after how long a service usually has answered, where the way
// that was tried says nothing else.
const answerAfter = 24 * time.Hour

// attempts enters the answer that is awaited: that to the last attempt, if
// nothing came of it yet.
func (w *clockwork) attempts(r *record.Record) {
	if len(r.Attempts) == 0 {
		return
	}
	last := r.Attempts[len(r.Attempts)-1]
	span, ok := record.ReadSpan(last.On)
	wait := w.waitOf(r, last.Way)
	if !ok || last.Result != record.AttemptSent && (last.Result != record.AttemptOpen || wait == 0) {
		return
	}
	w.on(span.First.Add(cmp.Or(wait, answerAfter)).Truncate(24*time.Hour), &Clock{Kind: ClockAttempt, Record: r, about: last.On + " " + last.Way,
		What:    said(lang.T("you tried to get back in on %s; an answer may have come", "%s に、戻るための手続きをしました。返事が来ているかもしれません"), span),
		Do:      lang.T("look whether it has come, and note what came of it:", "返事が来ているか見て、結果を書いてください:"),
		Command: []lang.Text{both("recover"), both(r.Name)}})
}

// waitOf is how long the way of a record takes; 0 if nothing is known.
func (u *Upkeep) waitOf(r *record.Record, way string) time.Duration {
	if a := u.accounts[r.ID]; a != nil {
		for _, w := range u.m.Ways(a) {
			if w.Way.ID == way {
				return w.Wait
			}
		}
	}
	return 0
}

// printedOn returns the records that stand on a sheet, as far as they are there.
func (u *Upkeep) printedOn(sheet *record.Record) []*record.Record {
	var on []*record.Record
	for _, name := range record.SheetContents(sheet) {
		if s := u.v.to(name); s != nil && !slices.Contains(on, s.r) {
			on = append(on, s.r)
		}
	}
	ids := slices.Sorted(maps.Keys(sheet.Printed))
	for _, id := range ids {
		parsed, err := record.ParseID(id)
		if r := u.byID[parsed]; err == nil && r != nil && !slices.Contains(on, r) {
			on = append(on, r)
		}
	}
	return on
}

// plural fills the text for one thing or for several.
func plural(one, many lang.Text, n int) lang.Text {
	if n == 1 {
		return said(one, n)
	}
	return said(many, n)
}
