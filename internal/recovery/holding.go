package recovery

import (
	"slices"

	"memovault/internal/lang"
	"memovault/internal/lockout"
	"memovault/internal/record"
)

// What can be held in hand or in the head: devices, papers, persons, memory.

// device is a device by itself.
func (d *deriver) device(s *subject) string {
	id, fresh := d.asset(Thing{ID: "device:" + s.id, Kind: KindDevice, Record: s.r, Owner: s.r.Owner, Place: placeNoted(s),
		Label: said(lang.T("the device %s", "機器 %s"), s.r.Name)})
	if !fresh {
		return id
	}
	d.on(happening{kind: Lose, subject: s}, id).loot(id)
	at := d.lodge.deviceSpot(s)
	d.liesAt(id, at, s.r.Owner)
	h := happening{key: s.id, thing: s.r.Name, record: s.r, owner: s.r.Owner}
	switch s.choice("kind") {
	case "phone":
		h.kind = PhoneLost
		d.on(h, id).loot(id)
	case "tablet", "other":
	default:
		h.kind = PCDies
		d.on(h, id)
	}
	return id
}

func placeNoted(s *subject) string {
	if f := s.r.Field("where"); f != nil && says(f.Value) {
		return f.Value
	}
	return ""
}

// use is a device in hand and unlocked. Its code is typed day by day, so that
// its owner is taken to remember it; nobody else knows it unless it is written
// down.
func (d *deriver) use(s *subject) string {
	return d.node(Thing{ID: "use:" + s.id, Kind: KindUse, Record: s.r, Owner: s.r.Owner, Place: placeNoted(s),
		Label: said(lang.T("%s, unlocked", "ロックを解除した %s"), s.r.Name)}, func(id string) {
		d.needs(id, lockout.Sure, d.device(s), d.unlock(s))
		if s.account != nil {
			d.needs(id, lockout.Sure, s.account.ID)
		}
	})
}

func (d *deriver) unlock(s *subject) string {
	field := s.keyOf(record.RolePlace)
	return d.node(Thing{ID: "unlock:" + s.id, Kind: KindPassword, Record: s.r, Field: field, Owner: s.r.Owner,
		Label: said(lang.T("the code that unlocks %s", "「%s」のロックを解除する番号"), s.r.Name)}, func(id string) {
		d.needs(id, lockout.Sure, d.daily(s, "unlock", said(lang.T("what you remember: the code of %s", "覚えていること: %s の解除番号"), s.r.Name), field))
		d.writtenDown(id, s)
	})
}

// deviceNamed returns the record of a device by its name, nil if there is none.
func (d *deriver) deviceNamed(name string) *subject {
	if s := d.to(name); s != nil && s.role == roleDevice {
		return s
	}
	return nil
}

// liesAt enters by which events something small at a spot is gone.
func (d *deriver) liesAt(id string, at spot, owner string) {
	switch {
	case at.place != nil:
		d.on(happening{kind: Lose, subject: at.place}, id).loot(id)
	case at.person != nil:
		d.on(happening{kind: Lose, subject: at.person}, id)
	case at.wallet:
		d.on(happening{kind: WalletStolen, owner: owner}, id).loot(id)
	}
	if at.house.key != "" {
		e := d.on(happening{kind: Fire, key: at.house.key, thing: at.house.label, owner: at.house.owner}, id)
		if at.place != nil {
			e.also(at.place.r.Name)
		}
	}
}

// paper is what is written down, or kept, at a place as a text says. The same
// text is the same paper, whatever page it names.
func (d *deriver) paper(owner, text string) string {
	text = withoutPage(text)
	known := [2]string{owner, text}
	if id := d.papers[known]; id != "" {
		return id
	}
	id := d.newPaper(owner, text)
	d.papers[known] = id
	return id
}

func (d *deriver) newPaper(owner, text string) string {
	switch s := d.to(text); {
	case s == nil:
	case s.role == roleSheet:
		return d.sheetPaper(s)
	case s.role == roleDevice:
		return d.use(s) // a note in it goes with it
	}
	at := d.lodge.find(owner, text)
	id, fresh := d.asset(Thing{ID: "paper:" + lang.Fold(owner) + "|" + paperKey(text), Kind: KindPaper, Record: recordOf(cmpOr(at.place, at.person)),
		Owner: owner, Place: text, Label: said(lang.T("the paper (%s)", "紙の控え（%s）"), text)})
	if !fresh {
		return id
	}
	d.liesAt(id, at, owner)
	if at.place == nil && at.person == nil {
		d.on(happening{kind: Lose, key: id, thing: text, owner: owner}, id).loot(id)
	}
	return id
}

// person is somebody who helps.
func (d *deriver) person(s *subject) string {
	id, fresh := d.asset(Thing{ID: "person:" + s.id, Kind: KindPerson, Record: s.r, Owner: s.r.Owner,
		Label: said(lang.T("%s (a person)", "%s さん"), s.r.Name)})
	if fresh {
		d.on(happening{kind: Lose, subject: s}, id)
	}
	return id
}

// helper is somebody who vouches for an owner, or opens it for them: the person
// whose record the text names, else one of whom there is no record.
func (d *deriver) helper(s *subject, f *record.Field) string {
	if to := d.lodge.named(d.lodge.persons, lang.Fold(s.r.Owner), lang.Fold(f.Value)); to != nil {
		return d.person(to)
	}
	id, fresh := d.asset(Thing{ID: "helper:" + lang.Fold(s.r.Owner) + "|" + lang.Fold(f.Value), Kind: KindPerson, Record: s.r, Field: f.Key, Owner: s.r.Owner,
		Label: said(lang.T("%s (a person)", "%s さん"), f.Value)})
	if fresh {
		d.on(happening{kind: Lose, key: id, thing: f.Value, owner: s.r.Owner}, id)
	}
	return id
}

// place is being able to get at a place.
func (d *deriver) place(s *subject) string {
	id, fresh := d.asset(Thing{ID: "place:" + s.id, Kind: KindPlace, Record: s.r, Owner: s.r.Owner,
		Label: said(lang.T("the place %s", "場所 %s"), s.r.Name)})
	if fresh {
		e := d.on(happening{kind: Lose, subject: s}, id)
		e.loot(id)
		h := d.lodge.houseOf(s)
		if h.key == d.lodge.home(s.r.Owner).key && !s.ends.First.IsZero() {
			d.plan(d.on(happening{kind: MoveHouse, owner: s.r.Owner}), s.ends.First)
		} else {
			d.plan(e, s.ends.First)
		}
		d.on(happening{kind: Fire, key: h.key, thing: h.label, owner: h.owner}, id).also(s.r.Name)
	}
	return id
}

// daily is what an owner types day by day, and does not forget with the
// passwords.
func (d *deriver) daily(s *subject, key string, label lang.Text, field string) string {
	id, fresh := d.asset(Thing{ID: "memory:" + s.id + ":" + key, Kind: KindMemory, Record: s.r, Field: field, Owner: s.r.Owner, Label: label})
	if fresh {
		d.on(happening{kind: OwnerDies, owner: s.r.Owner}, id)
	}
	return id
}

// memory is something that an owner remembers, or may.
func (d *deriver) memory(s *subject, key string, label lang.Text, field string, unknown bool) string {
	t := Thing{ID: "memory:" + s.id + ":" + key, Kind: KindMemory, Record: s.r, Field: field, Owner: s.r.Owner, Unknown: unknown, Label: label}
	if unknown {
		t.command = s.edit(field)
	}
	id, fresh := d.asset(t)
	if fresh {
		d.on(happening{kind: ForgotPasswords, owner: s.r.Owner}, id)
		d.on(happening{kind: OwnerDies, owner: s.r.Owner}, id)
	}
	return id
}

// fact is what one knows of oneself: a name, a birth date.
func (d *deriver) fact(s *subject, key string) string {
	if id := "fact:" + s.id + ":" + key; d.m.things[id] != nil {
		return id
	}
	id, fresh := d.asset(Thing{ID: "fact:" + s.id + ":" + key, Kind: KindFact, Record: s.r, Field: key, Owner: s.r.Owner,
		Label: said(lang.T("%s (%s)", "%s（%s）"), s.fieldLabel(key), s.r.Name), short: s.fieldLabel(key)})
	if fresh {
		d.keep(id)
	}
	return id
}

// unknown is a field without an answer: what it would say is there or not.
func (d *deriver) unknown(s *subject, key string, proven bool) string {
	id := "unknown:" + s.id + ":" + key
	if d.m.things[id] != nil {
		return id
	}
	t := Thing{ID: id, Kind: KindUnknown, Record: s.r, Field: key, Owner: s.r.Owner, Unknown: !proven,
		Label: said(lang.T("\"%s\" of %s, which is not noted", "%[2]s の「%[1]s」（記録なし）"), s.fieldLabel(key), s.r.Name),
		short: said(lang.T("%s (not noted)", "「%s」（記録なし）"), s.fieldLabel(key)), command: s.edit(key)}
	if f := s.r.Field(key); f != nil && says(f.Value) {
		t.Label = said(lang.T("\"%s\" of %s, which makes no sense as it is noted", "%[2]s の「%[1]s」（書いてあるままでは分からない）"), s.fieldLabel(key), s.r.Name)
		t.short = said(lang.T("%s (makes no sense as it is noted)", "「%s」（書いてあるままでは分からない）"), s.fieldLabel(key))
	}
	id, _ = d.asset(t)
	return id
}

// absent is what by the notes is not there. Nothing reaches it.
func (d *deriver) absent(s *subject, key string, label, short lang.Text) string {
	return d.node(Thing{ID: "none:" + s.id + ":" + key, Kind: KindNone, Record: s.r, Field: key, Owner: s.r.Owner, Label: label, short: short}, func(string) {})
}

func (d *deriver) saysNone(s *subject, key string) string {
	return d.absent(s, key, said(lang.T("\"%s\" of %s: there is none, by the notes", "%[2]s の「%[1]s」（記録では「なし」）"), s.fieldLabel(key), s.r.Name),
		said(lang.T("%s (there is none, by the notes)", "「%s」（記録では「なし」）"), s.fieldLabel(key)))
}

// value is what a field holds, in reach: in the vault, on printed sheets, and
// where the record says that it is kept.
func (d *deriver) value(s *subject, key string) string {
	if id := "value:" + s.id + ":" + key; d.m.things[id] != nil {
		return id
	}
	f := s.r.Field(key)
	kind := record.TypeOf(s.t, f)
	return d.node(Thing{ID: "value:" + s.id + ":" + key, Kind: KindValue, Record: s.r, Field: key, Owner: s.r.Owner,
		Label: said(lang.T("\"%s\" of %s", "%[2]s の「%[1]s」"), s.fieldLabel(key), s.r.Name), short: said(lang.T("%s", "「%s」"), s.fieldLabel(key))}, func(id string) {
		d.needs(id, lockout.Sure, d.vaultNode())
		for _, sh := range d.sheets[s] {
			d.onSheet(id, s, sh, kind)
		}
		d.keptAt(id, s, key)
	})
}

// keptOnly is what a field stands for that holds nothing, where the record says
// that it is kept elsewhere: codes that are on paper alone. It is empty where the
// record does not.
func (d *deriver) keptOnly(s *subject, key string) string {
	elsewhere := func(p record.Place) bool { return p.Kind != record.PlaceVault }
	if !slices.ContainsFunc(record.Places(s.r.Kept[key]), elsewhere) {
		return ""
	}
	return d.node(Thing{ID: "value:" + s.id + ":" + key, Kind: KindValue, Record: s.r, Field: key, Owner: s.r.Owner,
		Label: said(lang.T("\"%s\" of %s", "%[2]s の「%[1]s」"), s.fieldLabel(key), s.r.Name), short: said(lang.T("%s", "「%s」"), s.fieldLabel(key))}, func(id string) {
		d.keptAt(id, s, key)
	})
}

// onSheet adds that a value stands on a printed sheet, if it was printed and the
// record still says the same. Keys and codes stand on every sheet of records that
// the program printed, passwords where they were asked for.
func (d *deriver) onSheet(id string, s *subject, sh *sheet, kind record.Type) {
	secret := kind.Secret() || kind == record.TypeHint
	if sh.kind == record.SheetRecords && sh.s.r.Printed[s.id] != "" && (kind == record.TypeProductKey || kind == record.TypeCodes) {
		secret = false
	}
	if secret && sh.secrets == "no" {
		return
	}
	body := []string{d.sheetPaper(sh.s)}
	if secret && sh.secrets == "" {
		body = append(body, d.unknown(sh.s, sh.s.keyOf(record.RoleSecrets), false))
	}
	if sh.stale[s] {
		t := Thing{ID: "stale:" + sh.s.id + ":" + s.id, Kind: KindUnknown, Unknown: true, Record: sh.s.r, Owner: sh.s.r.Owner,
			Field:   sh.s.keyOf(record.RolePrinted),
			Label:   said(lang.T("whether the sheet %s still holds for %s, changed since", "用紙 %s の %s の内容が今も正しいか（印刷後に変更あり）"), sh.s.r.Name, s.r.Name),
			command: []lang.Text{both("print"), both(s.r.Name)}}
		stale, _ := d.asset(t)
		body = append(body, stale)
	}
	d.needs(id, lockout.Sure, body...)
}

// keptAt adds where else a value is, as the record says.
func (d *deriver) keptAt(id string, s *subject, key string) {
	for _, p := range record.Places(s.r.Kept[key]) {
		switch p.Kind {
		case record.PlaceMemory:
			d.needs(id, lockout.Sure, d.memory(s, "kept:"+key, said(lang.T("what you remember: \"%s\" of %s", "覚えていること: %[2]s の「%[1]s」"), s.fieldLabel(key), s.r.Name), key, false))
		case record.PlacePaper:
			d.needs(id, lockout.Sure, d.paper(s.r.Owner, p.Name))
		case record.PlaceDevice:
			d.needs(id, lockout.Sure, d.named(s, "", key, p.Name))
		case record.PlacePerson:
			d.needs(id, lockout.Person, d.named(s, "", key, p.Name))
		case record.PlaceVault:
			if f := s.r.Field(key); s.t.Spec(key) == nil || f != nil && (!blank(f.Value) || len(f.Codes) > 0) { // what is not noted is not in the vault
				d.needs(id, lockout.Sure, d.vaultNode())
			}
		}
	}
}

// password is the password of an account, wherever it is noted. A hint alone
// does not show that its owner still remembers it: that is not known until it
// was really used.
func (d *deriver) password(s *subject, proven bool) string {
	if id := "password:" + s.id; d.m.things[id] != nil {
		return id
	}
	field := s.keyOf(record.RolePlace)
	if field == "" {
		field = s.keyOf(record.RolePassword)
	}
	return d.node(Thing{ID: "password:" + s.id, Kind: KindPassword, Record: s.r, Field: field, Owner: s.r.Owner,
		Label: said(lang.T("the password of %s", "%s のパスワード"), s.r.Name), short: lang.T("the password", "パスワード")}, func(id string) {
		noted := d.writtenDown(id, s)
		for _, spec := range s.t.With(record.RolePassword) {
			if f := s.r.Field(spec.Key); f != nil && !blank(f.Value) {
				d.needs(id, lockout.Sure, d.value(s, spec.Key))
				noted = true
			} else if kept := d.keptOnly(s, spec.Key); kept != "" {
				d.needs(id, lockout.Sure, kept)
				noted = true
			}
		}
		if places := record.Places(s.r.Kept["password"]); len(places) > 0 && s.t.Spec("password") == nil {
			d.keptAt(id, s, "password")
			noted = true
		}
		d.noted[s] = noted
		if hint := s.hasHint(); s.triedInVain() {
			d.needs(id, lockout.Sure, d.forgotten(s, field))
		} else if hint || !noted {
			d.remembers(id, s, field, hint, proven)
		}
	})
}

// forgotten is the password in the memory of who has tried it, and was refused.
func (d *deriver) forgotten(s *subject, field string) string {
	return d.absent(s, field, said(lang.T("what you remember: the password of %s (it was tried, and refused)", "覚えていること: %s のパスワード（試したが、入れなかった）"), s.r.Name),
		said(lang.T("what you remember (it was tried, and refused)", "覚えていること（試したが、入れなかった）")))
}

// remembers adds that the password may be in its owner's memory.
func (d *deriver) remembers(id string, s *subject, field string, hint, proven bool) {
	label := lang.T("what you remember: the password of %s (where it is written is not noted)", "覚えていること: %s のパスワード（控えの場所は記録なし）")
	if hint {
		label = lang.T("what you remember: the password of %s, by its hint", "覚えていること: %s のパスワード（ヒントから）")
	}
	d.needs(id, lockout.Sure, d.memory(s, "password", said(label, s.r.Name), field, !proven))
}

// writtenDown adds the places where a password or a code is written down, and
// reports whether any is noted.
func (d *deriver) writtenDown(id string, s *subject) (noted bool) {
	for _, spec := range s.t.With(record.RolePlace) {
		f := s.r.Field(spec.Key)
		switch {
		case f == nil || !says(f.Value):
		case inHead(f.Value):
			d.needs(id, lockout.Sure, d.memory(s, "said", said(lang.T("what you remember: the password of %s", "覚えていること: %s のパスワード"), s.r.Name), spec.Key, false))
			noted = true
		default:
			d.needs(id, lockout.Sure, d.paper(s.r.Owner, f.Value))
			noted = true
		}
	}
	return noted
}

// named is the thing of the record with a name, for another record that names
// it. Where there is none it is something nobody has noted.
func (d *deriver) named(s *subject, way, field, name string) string {
	if to := d.to(name); to != nil {
		return d.thingOf(to)
	}
	key := record.NameKey(name)
	if r := d.trashed[key]; r != nil {
		d.fault(s, way, field, said(lang.T("%q is in the trash: restore it, or name another record", "「%s」はごみ箱にあります。戻すか、別の記録を指定してください"), r.Name))
		return d.node(Thing{ID: "trashed:" + key, Kind: KindNone, Record: r, Owner: r.Owner, Label: said(lang.T("%s, which is in the trash", "%s（ごみ箱の中）"), r.Name)}, func(string) {})
	}
	d.fault(s, way, field, said(lang.T("there is no record %q: add it, or correct the name", "記録「%s」がありません。追加するか、名前を直してください"), name))
	return d.thingNamed(s, field, name, true)
}

// gone is what a way says that a record stands for, where there is no such record
// any more: it can't be counted on.
func (d *deriver) gone(s *subject, way, name string) string {
	d.fault(s, way, "", said(lang.T("there is no record %q: add it, or correct the name", "記録「%s」がありません。追加するか、名前を直してください"), name))
	return d.node(Thing{ID: "gone:" + record.NameKey(name), Kind: KindNone, Record: s.r, Owner: s.r.Owner,
		Label: said(lang.T("%s, of which there is no record", "%s（記録なし）"), name)}, func(string) {})
}

// thingNamed is a thing that a record names and none is about.
func (d *deriver) thingNamed(s *subject, field, name string, unknown bool) string {
	t := Thing{ID: "named:" + lang.Fold(s.r.Owner) + "|" + record.NameKey(name), Kind: KindThing, Record: s.r, Field: field, Owner: s.r.Owner,
		Unknown: unknown, Place: name, Label: said(lang.T("%s, of which there is no record", "%s（記録なし）"), name)}
	if unknown {
		t.command = s.edit(field)
	}
	id, fresh := d.asset(t)
	if fresh {
		d.on(happening{kind: Lose, key: id, thing: name, owner: s.r.Owner}, id).loot(id)
	}
	return id
}

// thingOf is what a record stands for.
func (d *deriver) thingOf(s *subject) string {
	switch s.role {
	case roleDevice:
		return d.use(s)
	case rolePerson:
		return d.person(s)
	case rolePlace:
		return d.place(s)
	case roleSheet:
		return d.sheetPaper(s)
	case roleVault:
		return d.vaultNode()
	case roleLine:
		if f, _ := s.first(record.RoleNumber); f != nil && !illegible(record.TypePhone, f.Value) {
			if n := d.number(f.Value, s.r.Owner); !n.texts() {
				return d.call(f.Value, s.r.Owner)
			}
			return d.sms(f.Value, s.r.Owner)
		}
	}
	if s.account != nil {
		return s.account.ID
	}
	id, fresh := d.asset(Thing{ID: "thing:" + s.id, Kind: KindThing, Record: s.r, Owner: s.r.Owner, Label: both(s.r.Name)})
	if fresh {
		d.on(happening{kind: Lose, subject: s}, id).loot(id)
	}
	return id
}
