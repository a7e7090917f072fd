package cli

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"memovault/internal/chart"
	"memovault/internal/lang"
	"memovault/internal/lockout"
	"memovault/internal/record"
	"memovault/internal/recovery"
)

// A sketch turns the graph of a vault into boxes and lines. The graph has more
// than a picture should: where a value is in reach, a telephone unlocked, one of
// two numbers answered. Such nodes get no box; a line goes on to what they come
// from. What one person remembers is one box, and so is what is not noted.
type sketch struct {
	l     lang.Lang
	model *recovery.Model
	graph *lockout.Graph
	base  lockout.Case // as things are, in the hopeful run
	sure  lockout.Case // the same without what may be refused

	kept, lost, assets map[string]bool
	rules              map[string][]lockout.Way // into nodes and accounts
	accounts           map[string]*recovery.Account

	boxes map[string]*chart.Box
	order []*chart.Box        // in the order of their first use
	holds map[string][]string // the ids of the graph that a box stands for
	boxed map[string]string   // the other way round
	drawn map[string]string   // what boxOf has answered: not the same for what a box has taken in
}

// sketchMap makes the map of the accounts and of what they hang on.
func (a *app) sketchMap(model *recovery.Model, chosen []*recovery.Account, records []*record.Record, mask bool) (*chart.Map, error) {
	k := &sketch{l: a.lang, model: model, graph: model.Graph(), base: model.Case(lockout.Optimistic), sure: model.Case(lockout.SureOnly),
		rules: map[string][]lockout.Way{}, accounts: map[string]*recovery.Account{},
		boxes: map[string]*chart.Box{}, holds: map[string][]string{}, boxed: map[string]string{}, drawn: map[string]string{}}
	k.kept, k.lost = setOf(k.base.Kept), setOf(k.base.Lost)
	k.assets = setOf(k.graph.Known(), k.graph.Unknown())
	for _, account := range model.Accounts() {
		k.accounts[account.ID] = account
	}
	if err := k.readRules(chosen); err != nil {
		return nil, err
	}
	for _, account := range chosen {
		k.boxOf(account.ID)
	}
	for i := 0; i < len(k.order); i++ { // drawing ways finds further boxes
		k.drawWays(k.order[i])
	}
	m := &chart.Map{Lang: a.lang, Owner: ownerOf(chosen), Made: a.now, Boxes: k.order}
	k.finishNotes()
	if err := k.judge(); err != nil {
		return nil, err
	}
	if err := k.judgeEvents(m); err != nil {
		return nil, err
	}
	if mask {
		maskMap(m, numbersOf(records))
	}
	return m, nil
}

// readRules asks how everything below the accounts is reached. What only a
// stranger could go is no way of the owner's.
func (k *sketch) readRules(chosen []*recovery.Account) error {
	var level []string
	for _, account := range chosen {
		level = append(level, account.ID)
	}
	for len(level) > 0 {
		each, err := k.graph.EachWays(k.base, level...)
		if err != nil {
			return err
		}
		var next []string
		for i, id := range level {
			k.rules[id] = slices.DeleteFunc(each[i], k.strangers)
		}
		for _, id := range level {
			for _, w := range k.rules[id] {
				for _, part := range k.graph.Rule(w.Rule).Body {
					if _, seen := k.rules[part]; !seen && !k.assets[part] {
						k.rules[part] = nil
						next = append(next, part)
					}
				}
			}
		}
		level = next
	}
	return nil
}

func (k *sketch) strangers(w lockout.Way) bool {
	return slices.ContainsFunc(k.graph.Rule(w.Rule).Body, func(id string) bool {
		return k.model.Thing(id).Kind == recovery.KindStranger
	})
}

// ownerOf is whose accounts these are, if they are one person's.
func ownerOf(list []*recovery.Account) string {
	owner := ""
	for i, account := range list {
		if i > 0 && account.Record.Owner != owner {
			return ""
		}
		owner = account.Record.Owner
	}
	return owner
}

// boxOf returns the id of the box that stands for a thing of the graph, and
// makes it when it is first used. It is empty for what has no box.
func (k *sketch) boxOf(id string) string {
	if key, known := k.drawn[id]; known {
		return key
	}
	key, box := k.describe(id, k.model.Thing(id))
	k.drawn[id] = key
	if box == nil {
		return key
	}
	if k.boxes[key] == nil {
		box.ID = key
		k.boxes[key] = box
		k.order = append(k.order, box)
	}
	k.holds[key] = append(k.holds[key], id)
	k.boxed[id] = key
	return key
}

// describe says how the box of a thing looks, and its id. Without a box the id is
// that of the one which stands for the thing too, or empty.
func (k *sketch) describe(id string, t *recovery.Thing) (string, *chart.Box) {
	box := &chart.Box{Unknown: t.Unknown, Gone: k.lost[id], Group: t.Owner}
	if k.kept[id] {
		return "", nil
	}
	switch t.Kind {
	case recovery.KindAccount:
		k.describeAccount(box, k.accounts[id])
	case recovery.KindMail:
		if account := k.onlyBody(id, recovery.KindAccount); account != "" {
			return k.boxOf(account), nil
		}
		box.Kind, box.Name, box.Note = chart.Mailbox, t.Name, k.say(lang.T("mail", "メール"))
		k.takeIn(id, box, recovery.KindAddress)
	case recovery.KindCall:
		if sms := k.onlyBody(id, recovery.KindSMS); sms != "" {
			return k.boxOf(sms), nil
		}
		box.Kind, box.Name, box.Note = chart.Number, t.Name, k.say(lang.T("calls", "電話を受ける"))
		k.takeIn(id, box, recovery.KindLine)
	case recovery.KindSMS:
		box.Kind, box.Name, box.Note = chart.Number, t.Name, k.say(lang.T("text messages", "SMS を受ける"))
		k.takeIn(id, box, recovery.KindLine)
	case recovery.KindMemory:
		box.Kind, box.Name = chart.Memory, k.say(lang.T("memory", "記憶"))
		if t.Unknown {
			box.Name = k.say(lang.T("memory, not certain", "記憶（不確か）"))
		}
		return "memory " + t.Owner + " " + strconv.FormatBool(t.Unknown), box
	case recovery.KindUnknown:
		box.Kind, box.Name = chart.Thing, k.say(lang.T("what is not noted", "記録にないこと"))
		return "unknown " + t.Owner, box
	case recovery.KindUse:
		return k.deviceOf(id), nil
	case recovery.KindDevice:
		box.Kind, box.Name, box.Note = deviceKind(t), k.nameOf(t), t.Place
	case recovery.KindPaper:
		box.Kind, box.Name = chart.Paper, cmp.Or(t.Place, k.nameOf(t))
		if t.Record != nil && t.Record.Template == record.SheetTemplate { // there may be other papers at its place
			box.Name, box.Note = t.Record.Name, t.Place
		}
	case recovery.KindVault:
		if id != recovery.VaultID && !k.assets[id] {
			return "", nil
		}
		box.Kind, box.Name = chart.Vault, k.say(t.Label)
	default:
		kind, drawn := plainKinds[t.Kind]
		if !drawn || !k.assets[id] || k.boxed[id] != "" {
			return "", nil
		}
		box.Kind, box.Name, box.Note = kind, k.nameOf(t), cmp.Or(t.Place, k.say(kindNotes[t.Kind]))
	}
	return id, box
}

// deviceOf returns the box of a device that has to be unlocked. Its code is typed
// day by day and goes with it: one line less for each thing it is used for. It is
// empty if there is another way than the device itself.
func (k *sketch) deviceOf(use string) string {
	if len(k.rules[use]) != 1 {
		return ""
	}
	body := k.graph.Rule(k.rules[use][0].Rule).Body
	at := slices.IndexFunc(body, func(part string) bool { return k.model.Thing(part).Kind == recovery.KindDevice })
	if at < 0 {
		return ""
	}
	device := k.boxOf(body[at])
	for _, part := range body {
		for _, w := range k.rules[part] {
			for _, code := range k.graph.Rule(w.Rule).Body {
				if k.model.Thing(code).Kind == recovery.KindMemory {
					k.boxed[code] = device
				}
			}
		}
	}
	return device
}

// takeIn lets the box of a mailbox or a number stand for what is not noted of it,
// too: there is no record of the mailbox, or of the line.
func (k *sketch) takeIn(id string, box *chart.Box, kind recovery.Kind) {
	for _, w := range k.rules[id] {
		for _, part := range k.graph.Rule(w.Rule).Body {
			if t := k.model.Thing(part); t.Kind == kind && t.Unknown {
				box.Unknown, box.Note = true, k.say(lang.T("no record", "記録なし"))
				k.boxed[part] = id
			}
		}
	}
}

// plainKinds are the kinds of single assets that are drawn as they are. What is
// missing here has no box: names and birth dates, which nobody loses, and
// strangers.
var plainKinds = map[recovery.Kind]chart.Kind{
	recovery.KindLine:     chart.Contract,
	recovery.KindSIM:      chart.Device,
	recovery.KindContract: chart.Contract,
	recovery.KindProvider: chart.Contract,
	recovery.KindDomain:   chart.Contract,
	recovery.KindAddress:  chart.Thing,
	recovery.KindPlace:    chart.Place,
	recovery.KindPerson:   chart.Person,
	recovery.KindIdentity: chart.Thing,
	recovery.KindThing:    chart.Thing,
}

// kindNotes say what a name alone does not.
var kindNotes = map[recovery.Kind]lang.Text{
	recovery.KindLine:     lang.T("the number itself", "番号そのもの"),
	recovery.KindSIM:      lang.T("SIM, or the phone it is in", "SIM（入っている携帯）"),
	recovery.KindContract: lang.T("contract", "契約"),
	recovery.KindProvider: lang.T("mail service", "メールサービス"),
	recovery.KindDomain:   lang.T("domain", "ドメイン"),
	recovery.KindPerson:   lang.T("person", "人"),
	recovery.KindPlace:    lang.T("place", "場所"),
	recovery.KindIdentity: lang.T("to show who one is", "身分証など"),
}

func (k *sketch) say(t lang.Text, args ...any) string { return t.Sprintf(k.l, args...) }

// nameOf is what a thing is called where there is a picture beside it.
func (k *sketch) nameOf(t *recovery.Thing) string {
	switch t.Kind {
	case recovery.KindDevice, recovery.KindPerson, recovery.KindPlace, recovery.KindThing, recovery.KindPaper:
		if t.Record != nil && t.ID != "computer" {
			return t.Record.Name
		}
	}
	if t.Kind == recovery.KindIdentity {
		return k.say(lang.T("identity papers", "本人確認の書類"))
	}
	return cmp.Or(t.Name, k.say(t.Label))
}

func deviceKind(t *recovery.Thing) chart.Kind {
	if t.Record != nil {
		if f := t.Record.Field("kind"); f != nil && f.Value != "pc" {
			return chart.Device
		}
	}
	return chart.Computer
}

func (k *sketch) describeAccount(box *chart.Box, account *recovery.Account) {
	r := account.Record
	box.Kind, box.Name, box.Note = chart.Account, r.Name, r.Title
	box.Importance = account.Weight
	if account.Template == nil {
		return
	}
	if box.Note == "" {
		box.Note = k.say(account.Template.Label)
	}
	for _, spec := range account.Template.With(record.RoleAddress) {
		if f := r.Field(spec.Key); f != nil && f.Value != "" {
			box.Note = f.Value
		}
	}
}

// onlyBody returns the one thing that a node comes down to, if it is of a kind.
func (k *sketch) onlyBody(id string, kind recovery.Kind) string {
	if len(k.rules[id]) != 1 {
		return ""
	}
	body := k.graph.Rule(k.rules[id][0].Rule).Body
	if len(body) == 1 && k.model.Thing(body[0]).Kind == kind {
		return body[0]
	}
	return ""
}

// finishNotes says of a box that stands for several things how many they are, and
// where there are several owners whose each is.
func (k *sketch) finishNotes() {
	several := slices.ContainsFunc(k.order, func(b *chart.Box) bool { return b.Group != "" && b.Group != k.order[0].Group })
	for _, box := range k.order {
		t := k.model.Thing(k.holds[box.ID][0])
		if n := len(k.holds[box.ID]); t.Kind == recovery.KindMemory || t.Kind == recovery.KindUnknown {
			box.Note = k.say(lang.T("%d things", "%d 個"), n)
			if n == 1 {
				box.Note = k.say(t.Label)
			}
		}
		if several && t.Owner != "" && t.Kind != recovery.KindAccount {
			box.Note = strings.Trim(t.Owner+k.say(lang.T(", ", "、"))+box.Note, " ,、")
		}
	}
}
