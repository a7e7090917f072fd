package recovery

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"memovault/internal/lang"
	"memovault/internal/lockout"
	"memovault/internal/maildomain"
	"memovault/internal/record"
)

// enterAccount makes an account of a record whose template is one, or that has
// ways, and of the vault itself.
func (d *deriver) enterAccount(s *subject) {
	if s.role != roleAccount && s.role != roleVault && len(s.r.EffectiveWays(s.t)) == 0 {
		return
	}
	weight := s.r.Importance
	if weight == 0 && s.t != nil {
		weight = s.t.Importance
	}
	if weight == 0 {
		weight = 1
	}
	if s.role == roleVault {
		weight = record.MaxImportance
	}
	a := &Account{ID: "account:" + s.id, Record: s.r, Template: s.t, Weight: min(max(weight, 0), record.MaxImportance)}
	if d.m.things[a.ID] != nil {
		d.fault(s, "", "", lang.T("two records have the same id: only the first counts", "同じ ID の記録が 2 つあります。最初のほうだけを見ます"))
		return
	}
	s.account = a
	d.enterThing(Thing{ID: a.ID, Kind: KindAccount, Record: s.r, Owner: s.r.Owner, Label: both(s.r.Name)})
	d.m.accounts = append(d.m.accounts, a)
	if key := record.NameKey(s.r.Name); d.m.byName[key] == nil {
		d.m.byName[key] = a
	}
}

// enterGround notes what an account hangs on itself: a mailbox on its contract
// and company. What ends on a day of its own, as a deposit does, is over then.
func (d *deriver) enterGround(s *subject) {
	if s.account == nil {
		return
	}
	var ground []string
	for _, spec := range s.t.With(record.RoleAddress) {
		if f := s.r.Field(spec.Key); f != nil && !s.isContract() {
			if address := addressIn(f.Value); address != "" && says(f.Value) {
				ground = append(ground, d.groundOf(address, s.r.Owner)...)
			}
		}
	}
	for _, spec := range s.t.With(record.RoleLogin) {
		if f := s.r.Field(spec.Key); f != nil && slices.Contains(d.hosts[mailKey(f.Value)], s) {
			ground = append(ground, d.provider(f.Value))
		}
	}
	if s.isContract() {
		ground = append(ground, d.contract(s, ""))
	}
	s.ground = unique(ground)
	self := d.existence(s.id, s.r, said(lang.T("that %s is there at all", "%s そのもの"), s.r.Name))
	d.on(happening{kind: Lose, subject: s}, self)
	if len(ground) == 0 && s.ended {
		d.loseAlready(self)
	}
	for _, id := range append(s.ground, self) {
		d.weighing[id] = append(d.weighing[id], s.account)
		s.account.Over = s.account.Over || d.lost[id]
	}
	s.ground = append(s.ground, self)
	weight := s.account.Weight
	if s.account.Over {
		weight = 0 // what is over is no loss any more
	}
	d.b.AddAccount(s.account.ID, weight)
}

// enterWays adds the ways into an account as rules.
func (d *deriver) enterWays(s *subject) {
	if s.account == nil {
		return
	}
	if s.role == roleVault {
		d.needs(s.account.ID, lockout.Sure, append(slices.Clone(s.ground), d.vaultNode())...)
	}
	ways := d.waysOf(s)
	for _, w := range ways {
		d.enterWay(s, w)
	}
	if len(d.m.ways[s.account]) == 0 && s.role != roleVault {
		d.noWays(s, len(ways) > 0)
	}
}

// waysOf returns the ways of the template as the record changes them, then its
// own, and notes what contradicts itself.
func (d *deriver) waysOf(s *subject) []record.Way {
	seen := map[string]bool{}
	for _, w := range s.r.Ways {
		switch {
		case seen[w.ID]:
			d.fault(s, w.ID, "", lang.T("the way stands twice in the record: only the first counts", "同じ方法が 2 回書いてあります。最初のほうだけを見ます"))
		case w.Off && len(w.Needs) > 0:
			d.fault(s, w.ID, "", lang.T("the way is switched off and has needs: it counts as switched off", "使わないことになっている方法に、要るものが書いてあります。使わないものとして見ます"))
		case w.Off && s.t.Way(w.ID) == nil:
			d.fault(s, w.ID, "", lang.T("the way is switched off, but the template has no such way", "使わないことになっていますが、ひな形にそのような方法がありません"))
		}
		seen[w.ID] = true
	}
	return s.r.EffectiveWays(s.t)
}

// enterProven notes what a way needed that was really used lately: then it was
// there, where there was no choice.
func (d *deriver) enterProven(s *subject) {
	if s.account == nil || len(s.r.Proven) == 0 {
		return
	}
	for _, w := range s.r.EffectiveWays(s.t) {
		if !d.provenLately(s.r.Proven[w.ID]) {
			continue
		}
		for _, n := range w.Needs {
			if max(n.Of, 1) == len(n.Any) {
				for _, atom := range n.Atoms() {
					d.enterProvenAtom(s, atom)
				}
			}
		}
	}
}

func (d *deriver) enterProvenAtom(s *subject, a record.Atom) {
	d.proven[provenKey(s, a.String())] = true
	f := s.r.Field(a.Name)
	if f == nil || !byField(a.Kind) {
		return
	}
	switch record.TypeOf(s.t, f) {
	case record.TypeEmail:
		d.proven["mail:"+mailKey(f.Value)] = true
	case record.TypePhone:
		d.proven["line:"+d.number(f.Value, "").key] = true
	}
}

func provenKey(s *subject, atom string) string { return s.id + " " + atom }

func (d *deriver) provenLately(day string) bool {
	span, ok := record.ReadSpan(day)
	return ok && !span.First.After(d.today) && record.MonthsAfter(span.Last, provenMonths).After(d.today)
}

// noWays makes an account of which no way is known one that may open or not:
// nothing noted tells. broken says that its ways cannot be used as they stand.
func (d *deriver) noWays(s *subject, broken bool) {
	s.account.NoWays = true
	label := lang.T("a way into %s: none is noted", "%s に入る方法（記録なし）")
	if broken {
		label = lang.T("a way into %s: none of those noted can exist", "%s に入る方法（書いてある方法は、どれも成り立ちません）")
	}
	id, _ := d.asset(Thing{ID: "way:" + s.id, Kind: KindUnknown, Record: s.r, Owner: s.r.Owner, Unknown: true,
		Label: said(label, s.r.Name), command: append(s.edit(), both("--way"), lang.T("ID: NEED + NEED", "ID: 要るもの + 要るもの"))})
	d.needs(s.account.ID, lockout.Sure, append(slices.Clone(s.ground), id)...)
}

// enterWay adds one way as a rule: all that it needs, and the ground of its
// account. A way that by the notes does not exist, or cannot be understood, is
// left out.
func (d *deriver) enterWay(s *subject, w record.Way) {
	own := s.r.Way(w.ID) != nil
	wait, err := record.ParseWait(w.Wait)
	if err != nil {
		d.fault(s, w.ID, "", said(lang.T("how long the way takes (%s) can't be read", "かかる時間（%s）が読めません"), w.Wait))
	}
	if !w.Certainty.Known() {
		d.fault(s, w.ID, "", said(lang.T("the certainty %q is not known: it counts as a form", "確実さ「%s」は知らない言葉です。申し込みとして見ます"), string(w.Certainty)))
	}
	if len(w.Needs) == 0 {
		d.fault(s, w.ID, "", lang.T("the way needs nothing: it is left out", "要るものが 1 つもないので、この方法は数えません"))
		return
	}
	body, ok := d.conditions(s, w)
	if !ok {
		return
	}
	atoms, ok := d.read(s, w)
	if !ok {
		return
	}
	for i, n := range w.Needs {
		body = append(body, d.need(s, w, i, max(n.Of, 1), atoms[i]))
	}
	body = unique(append(body, s.ground...))
	rule := d.b.AddRule(s.account.ID, len(body), body, certainty(w.Certainty), min(wait, lockout.MaxWait))
	if rule < 0 {
		d.fault(s, w.ID, "", lang.T("the way needs too many things: it is left out", "要るものが多すぎるので、この方法は数えません"))
		return
	}
	if w.Label.EN == "" {
		w.Label.Text = d.listed(body[:len(body)-len(s.ground)], lang.T(" and ", "と"))
	}
	out := &Way{Rule: rule, Way: w, Account: s.account, FromUser: own, Wait: min(wait, lockout.MaxWait), Certainty: certainty(w.Certainty), Proven: s.r.Proven[w.ID]}
	if w.Fact != "" && s.t != nil {
		out.Fact = s.t.Fact(w.Fact)
	}
	d.m.rules[rule] = out
	d.rulesOf[s.account] = append(d.rulesOf[s.account], rule)
	d.m.ways[s.account] = append(d.m.ways[s.account], out)
}

func certainty(c record.Certainty) lockout.Certainty {
	switch c {
	case record.CertaintySure:
		return lockout.Sure
	case record.CertaintyPerson:
		return lockout.Person
	}
	return lockout.Form
}

// conditions returns what decides whether the way exists: an asset for each
// choice that is not known. ok is false if by the notes it does not.
func (d *deriver) conditions(s *subject, w record.Way) (body []string, ok bool) {
	for _, key := range slices.Sorted(maps.Keys(w.When)) {
		values := w.When[key]
		if f := s.r.Field(key); f == nil && s.t.Spec(key) == nil {
			d.fault(s, w.ID, key, said(lang.T("the way hangs on a field %q that the record does not have: it is left out", "記録にない項目 %q が条件になっているので、この方法は数えません"), key))
			return nil, false
		}
		noted := s.choice(key)
		switch {
		case noted == "":
			body = append(body, d.choiceUnknown(s, key, values))
		case !slices.Contains(values, noted):
			return nil, false
		}
	}
	return body, true
}

func (d *deriver) choiceUnknown(s *subject, key string, values []string) string {
	values = slices.Sorted(slices.Values(values))
	id := shortID("when:" + s.id + ":" + key + "=" + strings.Join(values, "|"))
	if d.m.things[id] != nil {
		return id
	}
	var labels []lang.Text
	for _, v := range values {
		label := both(v)
		if spec := s.t.Spec(key); spec != nil {
			if o := spec.Option(v); o != nil {
				label = o.Label
			}
		}
		labels = append(labels, label)
	}
	id, _ = d.asset(Thing{ID: id, Kind: KindUnknown, Record: s.r, Field: key,
		Owner: s.r.Owner, Unknown: true, command: s.edit(key),
		Label: said(lang.T("whether \"%s\" of %s is \"%s\", which is not noted", "%[2]s の「%[1]s」が「%[3]s」かどうか（記録なし）"), s.fieldLabel(key), s.r.Name, joined(labels, lang.T("\" or \"", "」か「")))})
	return id
}

// read takes the needs of a way apart. ok is false if one of them says nothing
// that this program understands.
func (d *deriver) read(s *subject, w record.Way) (atoms [][]record.Atom, ok bool) {
	for _, n := range w.Needs {
		var list []record.Atom
		for _, text := range n.Any {
			a, err := d.parse(text)
			if err != nil {
				d.fault(s, w.ID, "", said(lang.T("the need %q can't be read: the way is left out", "要るもの「%s」が読めないので、この方法は数えません"), text))
				return nil, false
			}
			if byField(a.Kind) && s.r.Field(a.Name) == nil && s.t.Spec(a.Name) == nil {
				d.fault(s, w.ID, a.Name, said(lang.T("the way needs a field %q that the record does not have: it is left out", "記録にない項目 %q が要ることになっているので、この方法は数えません"), a.Name))
				return nil, false
			}
			list = append(list, a)
		}
		if len(list) == 0 || n.Of < 0 || n.Of > len(list) {
			d.fault(s, w.ID, "", said(lang.T("%d of %d things can't be needed: the way is left out", "%[2]d 個のうち %[1]d 個は要求できないので、この方法は数えません"), n.Of, len(list)))
			return nil, false
		}
		atoms = append(atoms, list)
	}
	return atoms, true
}

// parse reads an atom, each once: most stand in the ways of many records.
func (d *deriver) parse(text string) (record.Atom, error) {
	p, ok := d.parsed[text]
	if !ok {
		p.atom, p.err = record.ParseAtom(text)
		d.parsed[text] = p
	}
	return p.atom, p.err
}

type parsedAtom struct {
	atom record.Atom
	err  error
}

func byField(kind record.AtomKind) bool {
	return kind == record.AtomField || kind == record.AtomCall || kind == record.AtomOpen
}

// need is one need of a way: a thing, or some of several. Two atoms that come
// to the same thing are one: the same address is not two ways of being asked.
func (d *deriver) need(s *subject, w record.Way, nth, of int, atoms []record.Atom) string {
	ids := make([]string, len(atoms))
	for i, a := range atoms {
		ids[i] = d.atom(s, w.ID, a)
		if a.Kind == record.AtomField {
			d.enterAtom(s.account, a.Name, ids[i])
		}
	}
	ids = unique(ids)
	if len(ids) == 1 && of == 1 {
		return ids[0]
	}
	label := d.listed(ids, lang.T(" or ", "、または"))
	if of > 1 {
		label = said(lang.T("%d of: %s", "%[2]s のうち %[1]d つ"), of, d.listed(ids, lang.T(", ", "・")))
	}
	id := "need:" + s.id + ":" + w.ID + ":" + strconv.Itoa(nth)
	return d.node(Thing{ID: id, Kind: KindOneOf, Record: s.r, Owner: s.r.Owner, Label: label}, func(id string) {
		if of <= len(ids) && len(ids) <= lockout.MaxBody {
			d.rulesOf[s.account] = append(d.rulesOf[s.account], d.b.AddRule(id, of, ids, lockout.Sure, 0))
		}
	})
}

func (d *deriver) enterAtom(a *Account, key, id string) {
	if d.atoms[a] == nil {
		d.atoms[a] = map[string]string{}
	}
	d.atoms[a][key] = id
}

// listed names things with a word between.
func (d *deriver) listed(ids []string, between lang.Text) lang.Text {
	labels := make([]lang.Text, len(ids))
	for i, id := range ids {
		labels[i] = d.m.things[id].Label
		if short := d.m.things[id].short; short.EN != "" {
			labels[i] = short
		}
	}
	return joined(labels, between)
}

func joined(labels []lang.Text, between lang.Text) lang.Text {
	var out lang.Text
	for i, l := range labels {
		if i > 0 {
			out = lang.Text{EN: out.EN + between.EN, JA: out.JA + between.JA}
		}
		out = lang.Text{EN: out.EN + l.EN, JA: out.JA + l.JA}
	}
	return out
}

// enterStanding enters what the records are about even where no account needs
// it, so that it can be asked what would happen.
func (d *deriver) enterStanding() {
	for _, s := range d.subjects {
		switch s.role {
		case roleDevice:
			d.use(s)
		case rolePerson:
			d.person(s)
		case rolePlace:
			d.place(s)
		case roleSheet:
			if record.ReadSheet(s.r).Fate != record.SheetShredded {
				d.sheetPaper(s)
			}
		case roleVault:
			d.vaultNode()
		case roleLine:
			d.enterLine(s)
		}
		if s.account == nil {
			continue
		}
		for _, spec := range s.t.With(record.RoleAddress) {
			if f := s.r.Field(spec.Key); f != nil && says(f.Value) && addressIn(f.Value) != "" {
				d.mail(f.Value, s.r.Owner)
				if class := d.class(f.Value); class == maildomain.Webmail || class == maildomain.Own {
					owner := lang.Fold(s.r.Owner)
					d.lasting[owner] = append(d.lasting[owner], s)
				}
			}
		}
	}
	slices.SortFunc(d.m.accounts, func(a, b *Account) int {
		return cmp.Or(strings.Compare(record.NameKey(a.Record.Name), record.NameKey(b.Record.Name)), strings.Compare(a.ID, b.ID))
	})
}

func (d *deriver) enterLine(s *subject) {
	f, _ := s.first(record.RoleNumber)
	if f == nil || illegible(record.TypePhone, f.Value) {
		return
	}
	d.sms(f.Value, s.r.Owner)
	d.call(f.Value, s.r.Owner)
}

// likely is how far ahead a planned day counts as near.
func (d *deriver) likely(day time.Time) bool {
	return !day.IsZero() && !day.After(d.today.AddDate(1, 0, 0))
}
