package recovery

import (
	"slices"

	"memovault/internal/lang"
	"memovault/internal/lockout"
	"memovault/internal/maildomain"
	"memovault/internal/record"
)

// Effort is how long a repair takes.
type Effort int

// The efforts.
const (
	EffortNote   Effort = iota // write something down
	EffortVisit                // change something at the service
	EffortErrand               // go somewhere, ask somebody
)

// A Repair is something its owner can do, and what it would change.
type Repair struct {
	lockout.Repair
	Account *Account // nil: the vault itself
	Label   lang.Text
	Command []lang.Text // the arguments after the program's name, with which it is noted
	Effort  Effort
}

// Repairs returns what could be done: for each account in their order, then for
// the vault itself. What is over needs none. They are worked out when they are
// first asked for.
func (m *Model) Repairs() []*Repair {
	if m.repairs == nil {
		return nil
	}
	return m.repairs()
}

// A mend collects the repairs of one account.
type mend struct {
	*deriver
	s     *subject
	rules []int // into the account, and into what only its ways need
	out   []*Repair
}

func (d *deriver) repairs() []*Repair {
	of := map[*Account]*subject{}
	for _, s := range d.subjects {
		if s.account != nil && s.role != roleVault {
			of[s.account] = s
		}
	}
	var out []*Repair
	for _, a := range d.m.accounts {
		if s := of[a]; s != nil && !a.Over {
			m := &mend{deriver: d, s: s, rules: d.rulesOf[a]}
			m.fields()
			m.password()
			out = append(out, m.out...)
		}
	}
	return append(out, d.vaultRepairs()...)
}

// fields looks at what the ways of the account could use and is not noted, or
// ends with a contract.
func (m *mend) fields() {
	if m.s.t == nil {
		return
	}
	for i := range m.s.t.Fields {
		spec := &m.s.t.Fields[i]
		old := m.atoms[m.s.account][spec.Key]
		if old == "" {
			continue
		}
		missing := m.m.things[old].Kind == KindUnknown || m.m.things[old].Kind == KindNone
		switch {
		case missing && spec.Type == record.TypeEmail && spec.Role == record.RoleRecovery:
			m.addMail(spec, old)
		case missing && spec.Type == record.TypePhone && spec.Role == record.RoleRecovery:
			m.addPhone(spec, old)
		case missing && spec.Type == record.TypeCodes:
			m.addCodes(spec, old)
		case spec.Type == record.TypeEmail && (spec.Role == record.RoleRecovery || spec.Role == record.RoleLogin):
			m.moveMail(spec, old)
		}
	}
}

// addMail is a second address to which codes are sent.
func (m *mend) addMail(spec *record.Spec, old string) {
	to, assets, which := m.lastingMail()
	m.fill("mail", spec, old, to, assets, EffortVisit,
		said(lang.T("register %s as a second address of %s (%s)", "%[2]s の予備のアドレス（%[3]s）に、%[1]sを登録する"), which, m.s.r.Name, spec.Label))
}

// addPhone is a mobile number to which codes are sent.
func (m *mend) addPhone(spec *record.Spec, old string) {
	which, to, assets := lang.T("a mobile number", "携帯の番号"), "", []lockout.NewAsset(nil)
	if line := m.onlyMobile(m.s.r.Owner); line != nil && !line.ended {
		if f, _ := line.first(record.RoleNumber); f != nil {
			to, which = "sms:"+m.number(f.Value, line.r.Owner).key, both(f.Value)
		}
	}
	if m.m.things[to] == nil {
		to = shortID("new:phone:" + lang.Fold(m.s.r.Owner))
		assets = []lockout.NewAsset{{ID: to}}
	}
	m.fill("phone", spec, old, to, assets, EffortVisit,
		said(lang.T("register %s for codes of %s (%s)", "%[2]s の確認コードの届け先（%[3]s）に、%[1]sを登録する"), which, m.s.r.Name, spec.Label))
}

// addCodes are codes for emergencies, printed and kept at home.
func (m *mend) addCodes(spec *record.Spec, old string) {
	to := shortID("new:codes:" + m.s.id + ":" + spec.Key)
	m.fill("codes", spec, old, to, []lockout.NewAsset{{ID: to, KilledBy: m.fireAtHome(m.s.r.Owner)}}, EffortVisit,
		said(lang.T("have %s give you codes for emergencies, print them and note them (%s)", "%s の非常用コードを発行して印刷し、記録する（%s）"), m.s.r.Name, spec.Label))
}

// moveMail is another address in the place of one that ends with a contract.
func (m *mend) moveMail(spec *record.Spec, old string) {
	f := m.s.r.Field(spec.Key)
	if f == nil || addressIn(f.Value) == "" {
		return
	}
	switch m.class(f.Value) {
	case maildomain.ISP, maildomain.Carrier, maildomain.School, maildomain.Work, maildomain.Disposable, maildomain.Dead:
	default:
		return
	}
	to, assets, which := m.lastingMail()
	r := m.fill("move", spec, old, to, assets, EffortVisit,
		said(lang.T("register %s in the place of %s at %s", "%[3]s の %[2]s を、%[1]sに登録し直す"), which, f.Value, m.s.r.Name))
	if r != nil {
		r.Drop = m.using(old)
	}
}

// lastingMail is an address of the owner that ends with no contract, and that
// the account does not use yet; else a new one.
func (m *mend) lastingMail() (id string, assets []lockout.NewAsset, which lang.Text) {
	used := map[string]bool{}
	for _, atom := range m.atoms[m.s.account] {
		used[atom] = true
	}
	for _, box := range m.lasting[lang.Fold(m.s.r.Owner)] {
		address := box.value(record.RoleAddress)
		id := shortID("mail:" + mailKey(address))
		if box != m.s && !box.account.Over && !used[id] && m.m.things[id] != nil {
			return id, nil, both(address)
		}
	}
	id = shortID("new:mail:" + lang.Fold(m.s.r.Owner))
	return id, []lockout.NewAsset{{ID: id}}, lang.T("an address that hangs on no contract", "契約に左右されないアドレス")
}

// fill is the repair that puts a thing where the ways of the account have
// another. It is nil if that changes nothing.
func (m *mend) fill(what string, spec *record.Spec, old, to string, assets []lockout.NewAsset, e Effort, label lang.Text) *Repair {
	var rules []lockout.Rule
	for _, n := range m.using(old) {
		rule := m.m.graph.Rule(n)
		if slices.Contains(rule.Body, to) {
			continue
		}
		rule.Body = slices.Clone(rule.Body)
		rule.Body[slices.Index(rule.Body, old)] = to
		rules = append(rules, rule)
	}
	if len(rules) == 0 {
		return nil
	}
	r := &Repair{Account: m.s.account, Label: label, Command: m.s.edit(spec.Key), Effort: e}
	r.ID, r.Assets, r.Rules = what+":"+m.s.id+":"+spec.Key, assets, rules
	m.out = append(m.out, r)
	return r
}

// using returns the rules of the account that need a thing.
func (m *mend) using(id string) []int {
	var list []int
	for _, n := range m.rules {
		if slices.Contains(m.m.graph.Rule(n).Body, id) {
			list = append(list, n)
		}
	}
	return list
}

// password is to write down the password where nothing but memory has it, or a
// second time elsewhere.
func (m *mend) password() {
	head := "password:" + m.s.id
	node := m.m.things[head]
	if node == nil {
		return
	}
	label, killed := lang.T("write the password of %s down, and note where (%s)", "%s のパスワードを紙に書き、その場所を記録する（%s）"), m.fireAtHome(m.s.r.Owner)
	what := "paper"
	if m.noted[m.s] {
		label, killed, what = lang.T("leave the password of %s at a second place, in another house (%s)", "%s のパスワードの控えを、別の家にも置く（%s）"), nil, "second"
	}
	id := "new:" + what + ":" + m.s.id
	r := &Repair{Account: m.s.account, Label: said(label, m.s.r.Name, m.s.fieldLabel(node.Field)), Command: m.s.edit(node.Field), Effort: EffortNote}
	if what == "second" {
		r.Effort = EffortErrand
	}
	r.ID = what + ":" + m.s.id
	r.Assets = []lockout.NewAsset{{ID: id, KilledBy: killed}}
	r.Rules = []lockout.Rule{{Head: head, K: 1, Body: []string{id}}}
	m.out = append(m.out, r)
}

// fireAtHome is the event that takes what is kept at an owner's home.
func (d *deriver) fireAtHome(owner string) []string {
	e := d.happen[string(Fire)+"\x00"+d.lodge.home(owner).key]
	if e == nil || !d.m.inGraph[e.ID] {
		return nil
	}
	return []string{e.ID}
}

// vaultRepairs are a copy in another house, and a second person who can open.
func (d *deriver) vaultRepairs() []*Repair {
	var out []*Repair
	command := func(role record.Role) []lang.Text {
		if d.vaultRecord == nil {
			return []lang.Text{both("add"), both(record.VaultTemplate)}
		}
		return d.vaultRecord.edit(d.vaultRecord.keyOf(role))
	}
	if d.m.things["vault-file"] != nil {
		r := &Repair{Label: lang.T("take a copy of the vault to another house, and note where it is", "金庫の控えを別の家にも置き、その場所を記録する"), Command: command(record.RoleCopyAt), Effort: EffortErrand}
		r.ID = "vault-copy"
		r.Assets = []lockout.NewAsset{{ID: "new:vault-copy"}}
		r.Rules = []lockout.Rule{{Head: "vault-file", K: 1, Body: []string{"new:vault-copy"}}}
		out = append(out, r)
	}
	if d.m.things["vault-key"] != nil {
		r := &Repair{Label: lang.T("give the recovery key of the vault, in an envelope, to somebody you trust", "金庫の回復キーを封筒に入れ、信頼できる人に預ける"), Command: command(record.RoleKeptBy), Effort: EffortErrand}
		r.ID = "vault-person"
		r.Assets = []lockout.NewAsset{{ID: "new:vault-person"}}
		r.Rules = []lockout.Rule{{Head: "vault-key", K: 1, Body: []string{"new:vault-person"}, Certainty: lockout.Person}}
		out = append(out, r)
	}
	return out
}
