package recovery

import (
	"memovault/internal/lang"
	"memovault/internal/lockout"
	"memovault/internal/maildomain"
	"memovault/internal/record"
)

// enterMobile puts a mobile line into the table of its owner.
func (v *survey) enterMobile(s *subject) {
	if s.role == roleLine && s.lineKind() == record.KindMobile {
		owner := lang.Fold(s.r.Owner)
		v.mobiles[owner] = append(v.mobiles[owner], s)
	}
}

// lineKind is the kind of the line that a record is about: what is noted beats
// what the number tells.
func (s *subject) lineKind() record.Kind {
	switch s.value(record.RoleClass) {
	case "mobile":
		return record.KindMobile
	case "landline":
		return record.KindLandline
	case "ip":
		return record.KindIP050
	}
	return record.PhoneKind(s.value(record.RoleNumber))
}

// A number is a telephone number with who has it.
type number struct {
	noted  string
	key    string // its digits
	line   *subject
	person *subject
	kind   record.Kind
	owner  string
}

func (d *deriver) number(noted, owner string) number {
	n, read := d.numbers[noted]
	if !read {
		n = number{noted: noted, key: record.PhoneDigits(noted), kind: record.PhoneKind(noted)}
		d.numbers[noted] = n
	}
	n.owner = owner
	if n.key == "" {
		n.key = "?" + lang.Fold(noted)
	}
	for _, s := range d.lines[n.key] {
		if s.role == rolePerson {
			n.person = cmpOr(n.person, s)
		} else {
			n.line = cmpOr(n.line, s)
		}
	}
	if n.line != nil {
		n.kind, n.owner = n.line.lineKind(), n.line.r.Owner
	}
	return n
}

// texts reports whether a number can be expected to get text messages.
func (n number) texts() bool {
	switch n.kind {
	case record.KindMobile, record.KindForeign, record.KindUnknown:
		return true
	}
	return false
}

// sms is getting a text message sent to a number. Where its kind gets none it is
// there all the same, so that it can be said why, and never reached.
func (d *deriver) sms(noted, owner string) string {
	n := d.number(noted, owner)
	if id := "sms:" + n.key; d.m.things[id] != nil {
		return id
	}
	return d.node(Thing{ID: "sms:" + n.key, Kind: KindSMS, Name: noted, Record: recordOf(cmpOr(n.line, n.person)), Owner: n.owner,
		Label: said(lang.T("a text message to %s", "%s に届く SMS"), noted)}, func(id string) {
		if n.person != nil {
			d.needs(id, lockout.Person, d.person(n.person))
		}
		if !n.texts() || n.line == nil && n.person != nil {
			return
		}
		line := d.line(n)
		d.needs(id, lockout.Sure, append(d.handset(n), line)...)
		d.needs(id, lockout.Person, line, d.identity(n.owner))
		d.byStranger(id, d.strangerOn(n))
	})
}

// call is taking a voice call at a number. On a mobile that goes with the text
// messages; a landline rings in the house.
func (d *deriver) call(noted, owner string) string {
	n := d.number(noted, owner)
	return d.node(Thing{ID: "call:" + n.key, Kind: KindCall, Name: noted, Record: recordOf(cmpOr(n.line, n.person)), Owner: n.owner,
		Label: said(lang.T("a call to %s", "%s への電話"), noted)}, func(id string) {
		switch {
		case n.texts() || n.line == nil && n.person != nil:
			d.needs(id, lockout.Sure, d.sms(noted, owner))
		case n.kind == record.KindLandline || n.kind == record.KindIP050:
			d.needs(id, lockout.Sure, append(d.lineContracts(n), d.line(n), d.telephone(n))...)
			d.byStranger(id, d.strangerOn(n))
		}
	})
}

// telephone is the one in the house that rings at a number. Any other does as
// well, so that nothing takes it away; a stranger is not in the house.
func (d *deriver) telephone(n number) string {
	id, _ := d.asset(Thing{ID: "sim:" + n.key, Kind: KindSIM, Record: recordOf(n.line), Owner: n.owner,
		Label: said(lang.T("the telephone of %s", "%s の電話機"), n.noted)})
	return id
}

// line is a telephone number that is still one's own.
func (d *deriver) line(n number) string {
	t := Thing{ID: "line:" + n.key, Kind: KindLine, Name: n.noted, Record: recordOf(n.line), Owner: n.owner, Unknown: n.line == nil && !d.proven["line:"+n.key],
		Label: said(lang.T("the number %s", "電話番号 %s"), n.noted)}
	name := n.noted
	if n.line == nil {
		t.command = append([]lang.Text{both("add"), both("phone-line"), both("--field"), both("number=" + n.noted)}, ownerFlag(n.owner)...)
	} else {
		t.Field, name = n.line.keyOf(record.RoleNumber), n.line.r.Name
	}
	id, fresh := d.away(t)
	if !fresh {
		return id
	}
	e := d.on(happening{kind: NumberChanged, key: n.key, thing: name, record: recordOf(n.line), owner: n.owner}, id)
	e.also(n.noted, n.key)
	e.loot(d.strangerOn(n))
	if n.line == nil {
		d.onMoving(n, id)
		return id
	}
	d.on(happening{kind: Lose, subject: n.line}, id).loot(d.strangerOn(n))
	if n.line.ended {
		d.loseAlready(id)
	} else {
		d.plan(e, n.line.ends.First)
	}
	d.onMoving(n, id)
	if n.kind == record.KindMobile {
		d.contract(n.line, maildomain.Carrier)
	}
	return id
}

// onMoving enters that a landline, and the IP telephone that comes with the
// contract of a house, does not move along.
func (d *deriver) onMoving(n number, line string) {
	if n.kind == record.KindLandline || n.kind == record.KindIP050 {
		d.on(happening{kind: MoveHouse, owner: n.owner}, line)
	}
}

// lineContracts are the contracts that a line names.
func (d *deriver) lineContracts(n number) []string {
	if n.line == nil {
		return nil
	}
	if to := d.contractNamed(n.line, record.RoleContract); to != nil {
		return []string{d.contract(to, maildomain.ISP)}
	}
	if f, _ := n.line.first(record.RoleContract); f != nil {
		return []string{d.contractByText(n.line, f.Value, maildomain.ISP)}
	}
	return nil
}

// strangerOn is whoever gets a number after its owner gave it up.
func (d *deriver) strangerOn(n number) string {
	return d.stranger("line:"+n.key, said(lang.T("somebody else who was given %s", "%s をあとから割り当てられた他人"), n.noted))
}

// handset is what one needs in hand to read a text message. A SIM works in any
// telephone, so that the code of the one it is in does not matter, unless the
// SIM asks for a number of its own; an eSIM is part of its telephone.
func (d *deriver) handset(n number) []string {
	var in *subject
	if n.line != nil {
		if f, _ := n.line.first(record.RoleDevice); f != nil {
			in = d.deviceNamed(f.Value)
		}
		if in != nil && n.line.choice("sim_kind") == "esim" {
			return []string{d.use(in)}
		}
	}
	id, fresh := d.asset(Thing{ID: "sim:" + n.key, Kind: KindSIM, Name: n.noted, Record: recordOf(n.line), Owner: n.owner,
		Label: said(lang.T("the SIM of %s, or the phone it is in", "%s の SIM（入っている携帯）"), n.noted)})
	if fresh {
		e := d.on(d.phoneLost(n, in), id)
		e.loot(id)
		e.also(n.noted, n.key)
		if n.line != nil {
			d.on(happening{kind: Lose, subject: n.line}, id).loot(id)
			e.also(n.line.r.Name)
		}
		if in != nil {
			d.on(happening{kind: Lose, subject: in}, id).loot(id)
		}
	}
	if n.line != nil {
		if f := n.line.r.Field("sim_pin"); f != nil && says(f.Value) {
			return []string{id, d.sayPIN(n.line, f)}
		}
	}
	return []string{id}
}

// sayPIN is knowing the number that a SIM asks for: its owner types it whenever
// the telephone is switched on.
func (d *deriver) sayPIN(s *subject, f *record.Field) string {
	return d.node(Thing{ID: "pin:" + s.id, Kind: KindPassword, Record: s.r, Field: f.Key, Owner: s.r.Owner,
		Label: said(lang.T("the PIN of the SIM of %s", "%s の SIM の PIN コード"), s.r.Name)}, func(id string) {
		d.needs(id, lockout.Sure, d.daily(s, "sim", said(lang.T("what you remember: the PIN of the SIM of %s", "覚えていること: %s の SIM の PIN コード"), s.r.Name), f.Key))
		d.needs(id, lockout.Sure, d.value(s, f.Key))
	})
}

// phoneLost is the loss of the telephone of a number: of the device if that has
// a record, else of the one that the number is in.
func (d *deriver) phoneLost(n number, in *subject) happening {
	switch {
	case in != nil:
		return happening{kind: PhoneLost, key: in.id, thing: in.r.Name, record: in.r, owner: in.r.Owner}
	case n.line != nil:
		return happening{kind: PhoneLost, key: n.key, thing: n.line.r.Name, record: n.line.r, owner: n.owner}
	}
	return happening{kind: PhoneLost, key: n.key, thing: n.noted, owner: n.owner}
}

// identity is papers that say who somebody is: a shop gives a new SIM for the
// number against them, if it decides so.
func (d *deriver) identity(owner string) string {
	label := lang.T("papers that say who you are", "本人確認の書類")
	if owner != "" {
		label = said(lang.T("papers that say who %s is", "%s さんの本人確認の書類"), owner)
	}
	id, fresh := d.asset(Thing{ID: "identity:" + lang.Fold(owner), Kind: KindIdentity, Owner: owner, Label: label})
	if fresh {
		d.on(happening{kind: WalletStolen, owner: owner}, id).loot(id)
		d.on(happening{kind: OwnerDies, owner: owner}, id)
	}
	return id
}
