package recovery

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"memovault/internal/lang"
	"memovault/internal/lockout"
	"memovault/internal/maildomain"
	"memovault/internal/record"
)

// enterEnds notes the day on which what the record is about ends, or ended.
func (d *deriver) enterEnds(s *subject) {
	if span, ok := record.ReadSpan(s.value(record.RoleEnds)); ok {
		s.ends = span
	}
	if s.r.Retire != nil { // what was said last need not stand in the record
		if span, ok := record.ReadSpan(s.r.Retire.By); ok && (s.ends.First.IsZero() || span.First.Before(s.ends.First)) {
			s.ends = span
		}
	}
	s.ended = !s.ends.First.IsZero() && s.ends.Last.Before(d.today)
}

// isContract reports whether the record is a contract that brings addresses and
// lines with it.
func (s *subject) isContract() bool { return s.t != nil && s.t.Name == contractTemplate }

// mail is reading what arrives at an address. How, its mailbox says; where no
// record is about it, whether it can be read is not known.
func (d *deriver) mail(address, owner string) string {
	key := mailKey(address)
	if id := "mail:" + key; d.m.things[id] != nil {
		return id
	}
	about := first(d.boxes[key], d.hosts[key])
	return d.node(Thing{ID: "mail:" + key, Kind: KindMail, Name: address, Record: recordOf(about), Owner: owner,
		Label: said(lang.T("mail at %s", "%s に届くメール"), address)}, func(id string) {
		for _, account := range d.mailboxes(key) {
			d.needs(id, lockout.Sure, account.ID)
		}
		for _, s := range d.boxes[key] {
			if s.role == rolePerson {
				d.needs(id, lockout.Person, append(d.groundOf(address, s.r.Owner), d.person(s))...)
			}
		}
		if about == nil {
			d.needs(id, lockout.Sure, append(d.groundOf(address, owner), d.unnoted(address, owner))...)
		}
		if name, _ := d.ownDomain(address); name != "" {
			d.byStranger(id, d.strangerAt(name))
		}
	})
}

// mailboxes returns the accounts through which an address is read: the mailbox,
// or if that has no record the contract that brings it.
func (d *deriver) mailboxes(key string) []*Account {
	var boxes, contracts []*Account
	for _, s := range slices.Concat(d.boxes[key], d.hosts[key]) {
		switch {
		case s.account == nil || s.role == rolePerson:
		case s.isContract():
			contracts = append(contracts, s.account)
		case !slices.Contains(boxes, s.account):
			boxes = append(boxes, s.account)
		}
	}
	if len(boxes) == 0 {
		return contracts
	}
	return boxes
}

// unnoted is a mailbox that no record is about.
func (d *deriver) unnoted(address, owner string) string {
	id, _ := d.asset(Thing{ID: "address:" + mailKey(address), Kind: KindAddress, Owner: owner, Unknown: !d.proven["mail:"+mailKey(address)],
		Label:   said(lang.T("the mailbox %s, of which there is no record", "%s のメールボックス（記録なし）"), address),
		command: append([]lang.Text{both("add"), both("mailbox"), both("--field"), both("address=" + address)}, ownerFlag(owner)...)})
	return id
}

// groundOf is what an address hangs on, whoever can read it: the company, the
// contract, the domain.
func (d *deriver) groundOf(address, owner string) []string {
	key := mailKey(address)
	if ground, ok := d.grounds[key]; ok {
		return slices.Clone(ground)
	}
	var ground []string
	if name, s := d.ownDomain(address); name != "" {
		ground = append(ground, d.domainAsset(name, s, owner))
	} else {
		ground = append(ground, d.provider(address))
	}
	ground = unique(append(ground, d.contractsOf(address, owner)...))
	d.grounds[key] = ground
	return slices.Clone(ground)
}

// provider is the company behind an address. Its domains are one: if it gives
// up mail, all of them end.
func (d *deriver) provider(address string) string {
	known := d.domain(address)
	name := maildomain.Host(address)
	if known.Name != "" && known.Class != maildomain.School && known.Class != maildomain.Work {
		name = known.Name
	}
	if name == "" {
		name = cmp.Or(lang.Fold(domainPart(address)), lang.Fold(address), "?")
	}
	key := name
	if known.Provider.EN != "" {
		key = lang.Fold(known.Provider.EN)
	}
	id, _ := d.away(Thing{ID: "provider:" + key, Kind: KindProvider, Name: name, Label: said(lang.T("the mail service of %s", "%s のメールサービス"), name)})
	e := d.on(happening{kind: ProviderCloses, key: key, thing: name}, id)
	e.also(name, maildomain.Host(address))
	if span, ok := record.ReadSpan(known.Dead); ok {
		d.plan(e, span.First)
		if !span.First.After(d.today) {
			d.loseAlready(id)
		}
	}
	return id
}

// ownDomain returns the domain of one's own that an address is at, and its
// record; "" if it is at none.
func (d *deriver) ownDomain(address string) (string, *subject) {
	host := maildomain.Host(address)
	for name := host; name != ""; _, name, _ = strings.Cut(name, ".") {
		if s := d.domains[name]; s != nil {
			return name, s
		}
	}
	if d.class(address) == maildomain.Own {
		return host, nil
	}
	return "", nil
}

// domainAsset is a domain of one's own. What is known is until when it is paid;
// after that day it is not known whether it was renewed.
func (d *deriver) domainAsset(name string, s *subject, owner string) string {
	expires, noted := record.Span{}, false
	renews := false
	field := ""
	if s != nil {
		owner = s.r.Owner
		expires, noted = record.ReadSpan(s.value(record.RoleExpires))
		renews = s.choice("auto_renew") == "on"
		field = s.keyOf(record.RoleExpires)
	}
	t := Thing{ID: "domain:" + name, Kind: KindDomain, Name: name, Record: recordOf(s), Field: field, Owner: owner,
		Label: said(lang.T("the domain %s", "ドメイン %s"), name), Unknown: noted && !renews && expires.Last.Before(d.today)}
	if s != nil {
		t.command = s.edit(field)
	}
	id, _ := d.away(t)
	e := d.on(happening{kind: DomainLapses, key: name, thing: name, record: recordOf(s), owner: owner}, id)
	e.loot(d.strangerAt(name))
	if noted && !renews {
		d.plan(e, expires.First)
	}
	return id
}

// strangerAt is whoever registers a domain after its owner gave it up: what is
// sent there then reaches him.
func (d *deriver) strangerAt(domain string) string {
	return d.stranger("domain:"+domain, said(lang.T("somebody else who has registered %s", "%s をあとから登録した他人"), domain))
}

// stranger is somebody who has got what its owner gave up. As long as its owner
// has it there is no such person.
func (d *deriver) stranger(key string, label lang.Text) string {
	id, fresh := d.asset(Thing{ID: "stranger:" + key, Kind: KindStranger, Label: label})
	if fresh {
		d.loseAlready(id)
	}
	return id
}

// contractsOf returns the contracts with which an address ends.
func (d *deriver) contractsOf(address, owner string) []string {
	var isp, box *subject
	for _, s := range d.boxes[mailKey(address)] {
		switch {
		case s.role == rolePerson:
		case s.isContract():
			isp = cmpOr(isp, s)
		default:
			box = cmpOr(box, s)
		}
	}
	class := d.class(address)
	if box != nil {
		return d.contractsOfBox(box, isp, class)
	}
	if isp != nil {
		return []string{d.contract(isp, class)}
	}
	return d.contractByClass(address, owner, class)
}

// contractsOfBox returns the contracts of a mailbox: the one it names, or comes
// with, and its own if it ends on a day of its own.
func (d *deriver) contractsOfBox(box, isp *subject, class maildomain.Class) []string {
	var list []string
	parent := cmpOr(isp, d.contractNamed(box, record.RoleContract), d.contractNamed(box, record.RoleProvider))
	switch f, _ := box.first(record.RoleContract); {
	case parent != nil:
		list = append(list, d.contract(parent, class))
	case f != nil:
		list = append(list, d.contractByText(box, f.Value, class))
	}
	if !box.ends.First.IsZero() && (parent == nil || parent.ends != box.ends) {
		return append(list, d.contract(box, class))
	}
	if len(list) > 0 {
		return list
	}
	if byClass := d.contractByClass(box.value(record.RoleAddress), box.r.Owner, class); len(byClass) > 0 {
		return byClass
	}
	return nil
}

// contractNamed returns the contract or the line that an answer with the role names, if
// it has a record.
func (d *deriver) contractNamed(s *subject, role record.Role) *subject {
	f, _ := s.first(role)
	if f == nil {
		return nil
	}
	if to := d.to(f.Value); to != nil && to != s && (to.isContract() || to.role == roleLine) {
		return to
	}
	return nil
}

// contractNoted is the contract that an answer of a record names: that of another
// record, the one that brings its address, or one of which nothing is noted but
// what it is called.
func (d *deriver) contractNoted(s *subject, f *record.Field) string {
	address := s.value(record.RoleAddress)
	class := d.class(address)
	if to := d.contractNamed(s, record.RoleContract); to != nil {
		return d.contract(to, class)
	}
	for _, box := range d.boxes[mailKey(address)] {
		if address != "" && box.isContract() && box != s {
			return d.contract(box, class)
		}
	}
	return d.contractByText(s, f.Value, class)
}

// contract is the contract that a record is about, or of which it notes the end.
func (d *deriver) contract(s *subject, class maildomain.Class) string {
	label := said(lang.T("the contract of %s", "%s の契約"), s.r.Name)
	if f, _ := s.first(record.RoleContract); f != nil && d.endsItself(s) {
		label = contractCalled(f.Value)
	}
	id, fresh := d.away(Thing{ID: "contract:" + s.id, Kind: KindContract, Record: s.r, Field: s.keyOf(record.RoleEnds),
		Owner: s.r.Owner, Name: s.r.Name, Label: label})
	if !fresh {
		return id
	}
	e := d.on(happening{kind: Lose, subject: s}, id)
	if s.ended {
		d.loseAlready(id)
	} else {
		d.plan(e, s.ends.First)
		e.contract = true
	}
	if s.role == roleLine && s.lineKind() == record.KindMobile {
		class = maildomain.Carrier
	}
	day := s.ends.First
	if class != maildomain.Carrier {
		day = time.Time{} // the contract ends, which need not be for moving house
	}
	d.endsWith(id, class, s, s.r.Name, s.r.Owner, day)
	return id
}

// endsItself reports whether it is the record of a mailbox that notes when the
// contract ends which it names.
func (d *deriver) endsItself(s *subject) bool {
	return !s.ends.First.IsZero() && !s.isContract() && s.role == roleAccount && addressIn(s.value(record.RoleAddress)) != "" &&
		d.contractNamed(s, record.RoleContract) == nil
}

func contractCalled(text string) lang.Text {
	return said(lang.T(`the contract "%s"`, "契約「%s」"), text)
}

// contractByText is a contract of which nothing is noted but what it is called:
// what names it ends together, but for the mailbox that notes its end.
func (d *deriver) contractByText(s *subject, text string, class maildomain.Class) string {
	if d.endsItself(s) {
		return d.contract(s, class)
	}
	id, _ := d.away(Thing{ID: "contract:" + lang.Fold(s.r.Owner) + "|" + lang.Fold(text), Kind: KindContract, Record: s.r,
		Field: s.keyOf(record.RoleContract), Owner: s.r.Owner, Name: text, Label: contractCalled(text)})
	d.endsWith(id, class, s, s.r.Name, s.r.Owner, time.Time{})
	return id
}

// contractByClass is the contract that an address of its kind hangs on, if any:
// the carrier's is that of the only mobile line of its owner.
func (d *deriver) contractByClass(address, owner string, class maildomain.Class) []string {
	var label lang.Text
	name := d.domain(address).Name
	if name == "" {
		name = maildomain.Host(address)
	}
	switch class {
	case maildomain.Carrier:
		if line := d.onlyMobile(owner); line != nil {
			return []string{d.contract(line, class)}
		}
		label = said(lang.T("the contract with the mobile carrier of %s", "%s の携帯電話会社との契約"), name)
	case maildomain.ISP:
		label = said(lang.T("the contract with the provider of %s", "%s のプロバイダーとの契約"), name)
	case maildomain.School:
		label = said(lang.T("being at the school of %s", "%s の学校に在籍していること"), name)
	case maildomain.Work:
		label = said(lang.T("being employed at %s", "%s に勤めていること"), name)
	default:
		return nil
	}
	id, _ := d.away(Thing{ID: "contract:" + lang.Fold(owner) + "|" + name, Kind: KindContract, Owner: owner, Name: name, Label: label})
	d.endsWith(id, class, nil, name, owner, time.Time{})
	return []string{id}
}

// endsWith enters by which events a contract ends.
func (d *deriver) endsWith(id string, class maildomain.Class, s *subject, name, owner string, day time.Time) {
	h := happening{owner: owner}
	switch class {
	case maildomain.Carrier:
		h = happening{kind: CarrierLeft, key: lang.Fold(owner) + "|" + lang.Fold(name), thing: name, record: recordOf(s), owner: owner}
	case maildomain.School:
		h.kind = SchoolLeft
	case maildomain.Work:
		h.kind = JobLeft
	case maildomain.Webmail, maildomain.Own, maildomain.Relay, maildomain.Alias, maildomain.Disposable, maildomain.Dead:
		return
	default:
		h.kind = MoveHouse
	}
	d.plan(d.on(h, id), day)
}

// onlyMobile returns the mobile line of an owner, if there is just one.
func (d *deriver) onlyMobile(owner string) *subject {
	line, n := (*subject)(nil), 0
	for _, s := range d.mobiles[lang.Fold(owner)] {
		line, n = s, n+1
	}
	if n != 1 {
		return nil
	}
	return line
}

func recordOf(s *subject) *record.Record {
	if s == nil {
		return nil
	}
	return s.r
}

// first returns the first subject of the lists, or nil.
func first(lists ...[]*subject) *subject {
	for _, list := range lists {
		if len(list) > 0 {
			return list[0]
		}
	}
	return nil
}

// cmpOr returns the first subject that there is.
func cmpOr(list ...*subject) *subject {
	for _, s := range list {
		if s != nil {
			return s
		}
	}
	return nil
}
