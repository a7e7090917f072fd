package paper

import (
	"slices"
	"strings"

	"memovault/internal/lang"
	"memovault/internal/record"
	"memovault/internal/recovery"
	"memovault/internal/term"
)

// A Handing is what a hand-over sheet is made from.
type Handing struct {
	Options
	Owner   string           // the customer, as the records name them; may be empty
	List    []*record.Record // what was set up
	Model   *recovery.Model
	Upkeep  *recovery.Upkeep
	Helper  *record.Record // the person to call; nil leaves a blank
	Changes []*recovery.Upheaval
}

// Handover returns the sheet that stays with a customer: what was set up, what
// to keep, what it all hangs on, and what to do before things change. Nobody gets
// in with it: passwords, hints, one-time codes and the secrets of authenticators
// are never on it. Of a product key it has the last group only, unless
// Options.WithSecrets.
func Handover(l lang.Lang, h Handing) *Doc {
	b := &handover{sheet: &sheet{l: l, o: h.Options}, Handing: h}
	b.intro()
	b.whom()
	b.never()
	b.setUp()
	b.keep()
	b.hangsOn()
	b.before()
	b.lost()
	b.sources(b.facts)
	b.byHand()
	warning := lang.T("No password is on this sheet. Keep it; never read it out to a caller.", "パスワードは載っていません。なくさず、電話の相手には読み上げないでください。")
	if h.WithSecrets {
		warning = lang.T("SECRET: keys are on this sheet. Keep it locked away. Never photograph it or put it into a cloud.",
			"秘密: この紙にはキーが載っています。鍵のかかる所にしまい、写真に撮ったりクラウドに上げたりしないでください。")
	}
	d := b.doc(lang.T("Hand-over sheet", "お渡し用紙"), sheetNumber(" handover", h.List, h.Options), warning)
	d.Open = !h.WithSecrets
	if h.Owner != "" {
		d.Subtitle = b.say(lang.T("for %s", "%s 様"), term.Sanitize(h.Owner))
	}
	d.Foot = b.say(lang.T("When something has changed, ask for a new sheet and tear this one up.", "内容が変わったら、新しい用紙をもらい、この紙は細かく切って捨ててください。"))
	return d
}

// A handover is the sheet in the making.
type handover struct {
	*sheet
	Handing
	facts []*record.Fact // said so far; their place is their number
}

func (b *sheet) heading(t lang.Text, args ...any) { b.add(Heading{Text: b.say(t, args...)}) }

func (b *sheet) para(t lang.Text, args ...any) { b.add(Para{b.say(t, args...)}) }

// comma puts names in a row.
func (b *sheet) comma(list []string) string {
	return strings.Join(list, b.say(lang.T(", ", "、")))
}

// called is what people call a record: its title, else what it is and its name.
func (b *sheet) called(r *record.Record) string {
	if r.Title != "" {
		return term.Sanitize(r.Title)
	}
	kind := b.kind(r)
	if strings.EqualFold(kind, r.Name) || kind == "" {
		return term.Sanitize(r.Name)
	}
	return term.Sanitize(b.say(lang.T("%s (%s)", "%s（%s）"), kind, r.Name))
}

// kind is what the template calls such a record.
func (b *sheet) kind(r *record.Record) string {
	if t := record.LookupTemplate(r.Template); t != nil {
		return t.Label.In(b.l)
	}
	return r.Template
}

// accounts are the names of accounts.
func (b *sheet) accounts(list []*recovery.Account) string {
	names := make([]string, len(list))
	for i, a := range list {
		names[i] = b.called(a.Record)
	}
	return b.comma(names)
}

func (b *handover) intro() {
	b.para(lang.T("This sheet tells what was set up for you, what to keep, and what to do before something changes. If you are not sure, call first.",
		"何を設定したか、何を取っておくか、何かが変わる前に何をするかを書いた紙です。迷ったら、先に電話してください。"))
}

// aside are templates of records that are not set up but only referred to.
var aside = []string{record.PlaceTemplate, "person", record.SheetTemplate, record.VaultTemplate}

// reach are templates of records that are an address or a number, which has a
// part of its own.
var reach = []string{"mailbox", "phone-line"}

// setUp lists what was set up, with what tells one thing from another.
func (b *handover) setUp() {
	b.heading(lang.T("What was set up", "設定したもの"))
	none := true
	for _, r := range b.List {
		if slices.Contains(aside, r.Template) || slices.Contains(reach, r.Template) && b.ownTarget(r) != nil {
			continue
		}
		none = false
		typed, more := b.facets(r)
		f := Field{Label: b.called(r), Value: strings.Join(typed, "\n"), Style: Exact, More: strings.Join(more, "\n")}
		if f.Value == "" {
			f.Value, f.Style, f.More = f.More, Prose, ""
		}
		b.add(f)
		b.keys(r)
	}
	if none {
		b.para(lang.T("Nothing is noted.", "記録がありません。"))
	}
}

// facetRoles are of fields that tell a customer which of their things is meant.
var facetRoles = []record.Role{record.RoleLogin, record.RoleNumber, record.RoleDomain, record.RoleAddress}

// facetKeys are keys of fields without a role that do.
var facetKeys = []string{"product", "ssid", "guest_ssid", "maker", "model"}

// facets are what a customer knows a thing by: what is typed letter by letter,
// and line by line what it is and its make, what it is called, the end of its
// key. Nothing secret is among them. What says what it is without an address
// that the sheet has elsewhere does without.
func (b *handover) facets(r *record.Record) (typed, lines []string) {
	t := record.LookupTemplate(r.Template)
	what := []string{term.Sanitize(b.kind(r))}
	for _, f := range onPaper(r, t) {
		spec, kind := t.Spec(f.Key), record.TypeOf(t, f)
		switch {
		case spec == nil || unanswered(f):
		case kind == record.TypeProductKey && spec.Role == record.RoleKey:
			if !b.o.WithSecrets {
				lines = append(lines, b.say(lang.T("%s: %s", "%s: %s"), spec.Label, term.Sanitize(b.endOf(f.Value))))
			}
		case kind.Secret() || kind == record.TypeHint || kind == record.TypeChoice || kind == record.TypeRef:
		case slices.Contains(facetKeys, f.Key):
			what = append(what, term.Sanitize(f.Value))
		case slices.Contains(facetRoles, spec.Role):
			value := term.Sanitize(f.Value) // an address speaks for itself
			if looksTyped(value) || kind == record.TypeEmail || kind == record.TypePhone {
				typed = append(typed, value)
			} else {
				lines = append(lines, value)
			}
		}
	}
	if len(what) > 1 {
		typed = slices.DeleteFunc(typed, b.isListed)
	}
	return typed, append([]string{strings.Join(what, b.say(lang.T(", ", "・")))}, lines...)
}

// isListed reports whether an address or a number stands in the part about them.
func (b *handover) isListed(value string) bool {
	target, err := b.Upkeep.Target(value)
	return err == nil && slices.ContainsFunc(target.About, b.lists)
}

// ownTarget is the address or the number that a record is about; nil if it is
// about none.
func (b *handover) ownTarget(r *record.Record) *recovery.Target {
	for _, role := range []record.Role{record.RoleAddress, record.RoleNumber} {
		for _, value := range answers(r, role) {
			if target, err := b.Upkeep.Target(value); err == nil && slices.ContainsFunc(target.About, func(one *record.Record) bool { return one.ID == r.ID }) {
				return target
			}
		}
	}
	return nil
}

// keys adds product keys in full, in the type for keys, where that was asked for.
func (b *handover) keys(r *record.Record) {
	t := record.LookupTemplate(r.Template)
	for _, spec := range t.With(record.RoleKey) {
		if f := r.Field(spec.Key); b.o.WithSecrets && f != nil && spec.Type == record.TypeProductKey && !unanswered(f) {
			b.exact(term.Sanitize(spec.Label.In(b.l)), spec.Type, f.Value)
		}
	}
}

// endOf is a product key as it may be left with a customer: its last group, by
// which the card is known again.
func (b *handover) endOf(value string) string {
	groups := strings.Split(value, "-")
	if len(groups) < 4 {
		return b.say(lang.T("(on its card)", "（カードに書いてあります）"))
	}
	return b.say(lang.T("ends in %s", "末尾 %s"), groups[len(groups)-1])
}

// keep lists what to keep, each with a box to tick once it lies where it belongs.
func (b *handover) keep() {
	b.heading(lang.T("What to keep", "取っておくもの"))
	b.para(lang.T("Do not throw these away when you tidy up: some of them cannot be replaced.", "片付けのときも捨てないでください。再発行されないものがあります。"))
	b.add(Tick{Text: b.say(lang.T("This sheet", "この紙"))})
	for _, r := range b.List {
		t := record.LookupTemplate(r.Template)
		for _, f := range r.InOrder(t) {
			b.keepOne(r, t, f)
		}
	}
}

// keepOne adds a box for a paper or a card that a field speaks of.
func (b *handover) keepOne(r *record.Record, t *record.Template, f *record.Field) {
	spec := t.Spec(f.Key)
	if spec == nil || isEmpty(f) && r.Kept[f.Key] == "" || record.SaysNone(f.Value) {
		return
	}
	where := lang.T("where: %s", "しまってある所: %s")
	switch {
	case spec.Role == record.RoleCodes || spec.Role == record.RoleRescue:
		b.add(Tick{Text: b.say(lang.T("%s: the paper with %s", "%s: %sの紙"), b.called(r), spec.Label), Note: b.keptOnPaper(r, f.Key)})
	case spec.Role == record.RoleProof && spec.Type == record.TypeText && strings.Contains(spec.Key, "receipt"):
		b.add(Tick{Text: b.say(lang.T("%s: the receipt", "%s: 領収書・保証書"), b.called(r)), Note: b.say(where, term.Sanitize(f.Value))})
	case f.Key == "key_card":
		b.add(Tick{Text: b.say(lang.T("%s: the card with the key", "%s: キーのカード"), b.called(r)), Note: b.say(where, term.Sanitize(f.Value))})
	case f.Key == "letter":
		b.add(Tick{Text: b.say(lang.T("%s: the letter with the contract", "%s: 契約の書類"), b.called(r)), Note: b.say(where, term.Sanitize(f.Value))})
	}
}

// keptOnPaper says where the paper with a value is, or leaves a blank.
func (b *handover) keptOnPaper(r *record.Record, key string) string {
	for _, p := range record.Places(r.Kept[key]) {
		if p.Kind == record.PlacePaper {
			return b.say(lang.T("where: %s", "しまってある所: %s"), term.Sanitize(p.Name))
		}
	}
	return b.say(lang.T("where: ______________________", "しまった所:（　　　　　　　　　　　　　）"))
}

// hangsOn tells which addresses and numbers codes are sent to.
func (b *handover) hangsOn() {
	b.heading(lang.T("Your mail addresses and phone numbers", "頼りにしているメールアドレスと電話番号"))
	b.para(lang.T("Codes are sent there. Without them, a forgotten password can mean a lost account.",
		"確認コードが届く所です。やめると届かなくなり、パスワードを忘れたときに入れなくなることがあります。"))
	var facts []string
	none := true
	for _, address := range b.Upkeep.Addresses() {
		leaving := b.leaving(address)
		if leaving == nil {
			continue
		}
		none = false
		b.add(b.hanging(leaving))
		for _, f := range leaving.Facts {
			if line := b.say(lang.T("- %s", "・%s"), b.cite(f)); !slices.Contains(facts, line) {
				facts = append(facts, line)
			}
		}
	}
	if none {
		b.para(lang.T("None is noted.", "記録がありません。"))
	}
	if len(facts) > 0 {
		b.para(lang.T("%s", "%s"), strings.Join(facts, "\n"))
	}
	b.numberless()
}

// leaving is what hangs on an address or a number. It is nil if there is nothing
// to tell: it is not the customer's, or has ended, and nothing on the sheet gets
// its codes there or signs in with it.
func (b *handover) leaving(address string) *recovery.Leaving {
	target, err := b.Upkeep.Target(address)
	if err != nil {
		return nil
	}
	leaving := b.Upkeep.Leaving(target)
	own := slices.ContainsFunc(target.About, func(r *record.Record) bool { return b.lists(r) && slices.Contains(reach, r.Template) })
	if len(b.usedBy(leaving)) > 0 || own && !b.over(leaving) {
		return leaving
	}
	return nil
}

// over reports whether the last day has passed.
func (b *handover) over(leaving *recovery.Leaving) bool {
	return !leaving.Day.IsZero() && dayOf(leaving.Day) < dayOf(b.o.Made)
}

// usedBy are the names of what is on the sheet and gets its codes there, or signs
// in with it.
func (b *handover) usedBy(leaving *recovery.Leaving) []string {
	var names []string
	for _, step := range leaving.Steps {
		if !step.Holds() || !b.lists(step.Record) {
			continue
		}
		switch step.Uses[0].Kind {
		case recovery.UseLogin, recovery.UseRecovery, recovery.UseLicence, recovery.UseWay:
			names = append(names, b.called(step.Record))
		}
	}
	return names
}

// hanging tells of an address or a number, and for what it is used.
func (b *handover) hanging(leaving *recovery.Leaving) Field {
	var more []string
	if names := b.usedBy(leaving); len(names) > 0 {
		more = append(more, b.say(lang.T("used by: %s", "使っているもの: %s"), b.comma(names)))
	}
	switch {
	case b.over(leaving):
		more = append(more, b.say(lang.T("ended on %s", "%s に終わりました"), dayOf(leaving.Day)))
	case !leaving.Day.IsZero():
		more = append(more, b.say(lang.T("ends on %s", "%s に終わります"), dayOf(leaving.Day)))
	}
	return Field{Label: b.whose(leaving.Target), Value: term.Sanitize(leaving.Target.Value()), Style: Exact, More: strings.Join(more, "\n")}
}

// whose says what an address or a number is called: as the record about it, or
// the person who has it.
func (b *handover) whose(target *recovery.Target) string {
	for _, r := range target.About {
		if slices.Contains(reach, r.Template) {
			return b.called(r)
		}
	}
	for _, r := range b.List {
		if r.Template == "person" && slices.Contains(append(answers(r, record.RoleAddress), answers(r, record.RoleNumber)...), target.Value()) {
			return b.person(r)
		}
	}
	if target.Mail != "" {
		return b.say(lang.T("mail", "メール"))
	}
	return b.say(lang.T("phone", "電話"))
}

func (b *handover) lists(r *record.Record) bool {
	return slices.ContainsFunc(b.List, func(one *record.Record) bool { return one.ID == r.ID })
}

// numberless says which accounts have no number, or none that is noted.
func (b *handover) numberless() {
	var none, unknown []string
	for _, r := range b.List {
		t := record.LookupTemplate(r.Template)
		if own := b.ownTarget(r); own != nil && b.over(b.Upkeep.Leaving(own)) {
			continue // nothing can be registered there any more
		}
		for _, spec := range t.With(record.RoleRecovery) {
			if spec.Type != record.TypePhone || !t.Account {
				continue
			}
			switch f := r.Field(spec.Key); {
			case f == nil || isEmpty(f):
				unknown = append(unknown, b.called(r))
			case record.SaysNone(f.Value):
				none = append(none, b.called(r))
			}
		}
	}
	if len(none) > 0 {
		b.add(Callout{Title: b.say(lang.T("No mobile number is registered: %s", "携帯の番号が登録されていません: %s"), b.comma(none)),
			Text: b.say(lang.T("Register one while you can still sign in. Without it, a lost password can mean a lost account.", "サインインできるうちに、登録してください。番号がないと、パスワードをなくしたときに戻れないことがあります。"))})
	}
	if len(unknown) > 0 {
		b.para(lang.T("Whether a number is registered is not noted: %s. Look it up when you sign in next.", "番号が登録されているか、記録がありません: %s。次にサインインしたときに確かめてください。"), b.comma(unknown))
	}
}

// cite puts the number of its source behind a fact.
func (b *handover) cite(f *record.Fact) string {
	n := slices.Index(b.facts, f)
	if n < 0 {
		n = slices.IndexFunc(b.facts, func(g *record.Fact) bool { return g.Text == f.Text })
	}
	if n < 0 {
		b.facts = append(b.facts, f)
		n = len(b.facts) - 1
	}
	return b.say(lang.T("%s [%d]", "%s [%d]"), f.Text, n+1)
}

// sources says where the facts come from, and as of when.
func (b *sheet) sources(facts []*record.Fact) {
	if len(facts) == 0 {
		return
	}
	lines := make([]string, len(facts))
	for i, f := range facts {
		lines[i] = b.say(lang.T("[%d] %s (as of %s)", "[%d] %s（%s 時点）"), i+1, f.Source.Text, f.AsOf)
	}
	b.para(lang.T("Sources: %s", "出どころ: %s"), strings.Join(lines, "\n"))
}

// beforeWords are what one says of an event that somebody decides upon.
var beforeWords = map[recovery.EventKind][2]lang.Text{
	recovery.MoveHouse:     {lang.T("Before you move, or cancel the internet provider or the landline", "引っ越す前に。プロバイダーや固定電話を解約する前に"), lang.T("moving house", "引っ越し")},
	recovery.NumberChanged: {lang.T("Before you change or give up the number %s", "電話番号 %s を変える前に。やめる前に"), lang.T("a new phone number", "電話番号の変更")},
	recovery.CarrierLeft:   {lang.T("Before you change the mobile carrier (%s)", "携帯電話会社を変える前に（%s）"), lang.T("another mobile carrier", "携帯電話会社の変更")},
	recovery.PCDies:        {lang.T("Before you buy a new PC (%s)", "パソコンを買い替える前に（%s）"), lang.T("a new PC", "パソコンの買い替え")},
	recovery.JobLeft:       {lang.T("Before you leave your job", "仕事をやめる前に"), lang.T("leaving the job", "退職")},
	recovery.SchoolLeft:    {lang.T("Before you leave school", "学校を出る前に"), lang.T("leaving school", "卒業・退学")},
	recovery.Lose:          {lang.T("Before you cancel %s", "「%s」を解約する前に"), lang.T("cancelling %s", "%s の解約")},
}

// usual are the changes that most people meet, whether their records know of
// them or not.
var usual = []recovery.EventKind{recovery.MoveHouse, recovery.NumberChanged, recovery.PCDies}

// before says what to do before a change that somebody decides upon.
func (b *handover) before() {
	b.heading(lang.T("Before something changes", "何かを変える前に"))
	known := map[recovery.EventKind]bool{}
	var harmless []string
	for _, u := range b.plannedFirst() {
		if !u.Planned() || b.covered(u) {
			continue
		}
		known[u.Event.Kind] = true
		if u.Touches() {
			b.add(Callout{Title: b.beforeTitle(u.Event), Text: b.beforeText(u)})
		} else {
			if words := b.changeWords(u.Event); !slices.Contains(harmless, words) {
				harmless = append(harmless, words)
			}
		}
	}
	if len(harmless) > 0 {
		b.para(lang.T("By these notes, none of these alone locks an account: %s. All the same, register a new number or address everywhere at once.", "記録にあるかぎり、次のことだけで入れなくなるアカウントはありません: %s。それでも、変えたらすぐに登録し直してください。"), b.comma(harmless))
	}
	var unknown []string
	for _, kind := range usual {
		if !known[kind] {
			unknown = append(unknown, b.say(beforeWords[kind][1]))
		}
	}
	if len(unknown) > 0 {
		b.para(lang.T("Too little is noted to tell about these; call first: %s.", "次のことについては、記録がないので分かりません。する前に電話してください: %s。"), b.comma(unknown))
	}
}

// plannedFirst are the changes in the order in which people meet them.
func (b *handover) plannedFirst() []*recovery.Upheaval {
	rank := func(u *recovery.Upheaval) int {
		if i := slices.Index(usual, u.Event.Kind); i >= 0 {
			return i
		}
		return len(usual)
	}
	return slices.SortedStableFunc(slices.Values(b.Changes), func(x, y *recovery.Upheaval) int { return rank(x) - rank(y) })
}

// covered reports whether an event is the end of a contract that moving house
// ends as well.
func (b *handover) covered(u *recovery.Upheaval) bool {
	return u.Event.Kind == recovery.Lose && slices.ContainsFunc(b.Changes, func(other *recovery.Upheaval) bool {
		return other.Event.Kind == recovery.MoveHouse && other.Event.Owner == u.Event.Owner && other.Touches()
	})
}

// thing is what an event happens to, as people call it.
func (b *handover) thing(e *recovery.Event) string {
	if e.Record == nil {
		return term.Sanitize(e.Thing)
	}
	t := record.LookupTemplate(e.Record.Template)
	for _, spec := range t.With(record.RoleNumber) {
		if f := e.Record.Field(spec.Key); f != nil && !unanswered(f) {
			return term.Sanitize(f.Value)
		}
	}
	return b.called(e.Record)
}

// changeWords is what an event is called in a row of several.
func (b *handover) changeWords(e *recovery.Event) string {
	words := beforeWords[e.Kind][1]
	if strings.Contains(words.EN, "%s") {
		return b.say(words, b.thing(e))
	}
	return b.say(words)
}

func (b *handover) beforeTitle(e *recovery.Event) string {
	title := beforeWords[e.Kind][0]
	if strings.Contains(title.EN, "%s") {
		return b.say(title, b.thing(e))
	}
	return b.say(title)
}

func (b *handover) beforeText(u *recovery.Upheaval) string {
	var lines []string
	line := func(t lang.Text, list []*recovery.Account) {
		if len(list) > 0 {
			lines = append(lines, b.say(t, b.accounts(list)))
		}
	}
	if !u.Event.Day.IsZero() {
		lines = append(lines, b.say(lang.T("Planned for %s.", "予定の日: %s"), dayOf(u.Event.Day)))
	}
	line(lang.T("These end: %s.", "使えなくなるもの: %s"), u.Ends)
	line(lang.T("You can no longer get into: %s.", "入れなくなるもの: %s"), u.Locked)
	line(lang.T("Only an application that may be refused then leads into: %s.", "申し込んで認められたときしか入れなくなるもの: %s"), u.Asking)
	line(lang.T("The notes do not tell whether you still get into: %s.", "入れるかどうか、記録からは分からないもの: %s"), u.Unclear)
	line(lang.T("Fewer ways are left into: %s.", "入る方法が減るもの: %s"), u.Weaker)
	switch {
	case len(u.Repairs) == 0 && u.Locks():
		lines = append(lines, b.say(lang.T("Do first: call, and have a new address or number registered.", "先にすること: 電話をして、新しいアドレスや番号を登録してもらう")))
	case len(u.Repairs) == 0 && len(u.Weaker) > 0:
		lines = append(lines, b.say(lang.T("Do first: make sure that you get in by another way.", "先にすること: ほかの方法で入れることを確かめる")))
	}
	for _, r := range u.Repairs {
		lines = append(lines, b.say(lang.T("Do first: %s.", "先にすること: %s"), b.repair(r)))
	}
	return strings.Join(lines, "\n")
}

// repairWords are repairs as their owner is told of them.
var repairWords = map[recovery.RepairKind]lang.Text{
	recovery.RepairMail:   lang.T("register a second mail address with %s", "「%s」に、予備のメールアドレスを登録する"),
	recovery.RepairPhone:  lang.T("register a mobile number with %s", "「%s」に、携帯の番号を登録する"),
	recovery.RepairCodes:  lang.T("have %s give you codes for emergencies, and keep them on paper", "「%s」の非常用コードを出してもらい、紙で取っておく"),
	recovery.RepairPaper:  lang.T("write the password of %s on paper, and keep it safe", "「%s」のパスワードを紙に書き、決まった所にしまう"),
	recovery.RepairSecond: lang.T("leave a copy of the password of %s in another house", "「%s」のパスワードの控えを、別の家にも預ける"),
}

// repair is what to do, in plain words.
func (b *handover) repair(r *recovery.Repair) string {
	kind, key := r.Kind()
	if r.Account == nil {
		return term.Sanitize(b.say(r.Label))
	}
	if words, ok := repairWords[kind]; ok {
		return b.say(words, b.called(r.Account.Record))
	}
	if f := r.Account.Record.Field(key); kind == recovery.RepairMove && f != nil {
		return b.say(lang.T("with %s, register a mail address that stays in the place of %s", "「%s」に登録した %s を、ずっと使えるアドレスに変える"), b.called(r.Account.Record), term.Sanitize(f.Value))
	}
	return term.Sanitize(b.say(r.Label))
}

// mostLosses and mostRepairs are how many things that may get lost, and how many
// things to do about it, are listed: a long list helps nobody.
const mostLosses, mostRepairs = 6, 4

// lost says what single losses would lock, and how to be ready for them. Papers
// with passwords are not told apart: where each lies is nobody else's business.
func (b *handover) lost() {
	var rows [][]string
	var repairs []*recovery.Repair
	var onPaper []*recovery.Account
	for _, u := range b.Changes {
		if u.Planned() || !u.Locks() {
			continue
		}
		accounts := slices.Concat(u.Locked, u.Asking, u.Unclear)
		if isPaper(u.Event) {
			onPaper = append(onPaper, without(accounts, onPaper)...)
		} else {
			rows = append(rows, []string{term.Sanitize(b.say(u.Event.Label)), b.accounts(accounts)})
		}
		for _, r := range u.Repairs {
			if !slices.Contains(repairs, r) {
				repairs = append(repairs, r)
			}
		}
	}
	if len(onPaper) > 0 {
		row := []string{b.say(lang.T("a paper with a password is lost", "パスワードの控えの紙をなくす")), b.accounts(onPaper)}
		rows = append([][]string{row}, rows...)
	}
	if len(rows) == 0 {
		return
	}
	b.heading(lang.T("If something is lost", "なくしたとき、壊れたとき"))
	b.para(lang.T("Each of these alone may keep you out.", "1 つ起きただけで、入れなくなるかもしれないものです。"))
	b.add(Table{Head: []string{b.say(lang.T("if this happens", "もし、こうなったら")), b.say(lang.T("you may not get into", "入れなくなるかもしれないもの"))}, Rows: rows[:min(len(rows), mostLosses)]})
	if len(repairs) > 0 {
		b.para(lang.T("To be ready for it:", "今のうちにできること:"))
	}
	for _, r := range repairs[:min(len(repairs), mostRepairs)] {
		b.add(Tick{Text: b.repair(r)})
	}
}

// isPaper reports whether what is lost is a paper, or a place with papers.
func isPaper(e *recovery.Event) bool {
	return e.Kind == recovery.Lose && (e.Record == nil || e.Record.Template == record.PlaceTemplate || e.Record.Template == record.SheetTemplate)
}

// whom says whom to call.
func (b *handover) whom() {
	b.heading(lang.T("Whom to call", "困ったときの連絡先"))
	name, phone := b.say(lang.T("name", "名前")), b.say(lang.T("phone", "電話"))
	if b.Helper == nil {
		b.add(Blanks{[]string{name, phone}})
		return
	}
	b.add(Field{Label: name, Value: b.person(b.Helper)})
	reached := false
	for _, role := range []record.Role{record.RoleNumber, record.RoleAddress} {
		for _, value := range answers(b.Helper, role) {
			reached = true
			label := phone
			if role == record.RoleAddress {
				label = b.say(lang.T("mail", "メール"))
			}
			b.add(Field{Label: label, Value: shown(value), Style: Exact})
		}
	}
	if !reached {
		b.add(Field{Label: phone, Style: Blank})
	}
}

// person is a person's name, with what they are to the owner.
func (b *sheet) person(r *record.Record) string {
	name := term.Sanitize(r.Name)
	for _, registered := range answers(r, record.RoleName) {
		name = term.Sanitize(registered)
	}
	if f := r.Field("relation"); f != nil && !unanswered(f) {
		name = b.say(lang.T("%s (%s)", "%s（%s）"), name, term.Sanitize(f.Value))
	}
	return name
}

// answers are what a record's fields of a role say, secrets excepted.
func answers(r *record.Record, role record.Role) []string {
	var list []string
	for _, spec := range record.LookupTemplate(r.Template).With(role) {
		if f := r.Field(spec.Key); f != nil && !unanswered(f) && !spec.Type.Secret() && spec.Type != record.TypeHint {
			list = append(list, f.Value)
		}
	}
	return list
}

// never says what not to tell anybody who calls.
func (b *handover) never() {
	text := []lang.Text{
		lang.T("- passwords and PINs", "・パスワードや暗証番号"),
		lang.T("- codes that have just reached your phone or mailbox", "・電話やメールに届いたばかりの確認コード"),
		lang.T("- codes and keys on paper, and card numbers", "・紙に書いてあるコードやキー、カードの番号"),
		lang.T("Whoever asks, even in the name of a bank, the police or a support desk: hang up, and call the number on this sheet yourself. Let nobody who called you operate your PC.",
			"銀行や警察、サポートと名乗る人にも教えないでください。いったん切り、この紙の番号に自分からかけ直してください。かけてきた相手に、パソコンを操作させないでください。"),
	}
	lines := make([]string, len(text))
	for i, t := range text {
		lines[i] = b.say(t)
	}
	b.add(Callout{Title: b.say(lang.T("Never tell anybody on the phone", "電話で、ぜったいに教えないもの")), Text: strings.Join(lines, "\n")})
}

// byHand is room for what the customer writes.
func (b *handover) byHand() {
	b.heading(lang.T("To fill in by hand", "ご自分で書くところ"))
	b.para(lang.T("Write down where your passwords are, not the passwords.", "パスワードそのものではなく、控えをしまった所を書いてください。"))
	blanks := []string{b.say(lang.T("my passwords are kept at", "パスワードの控えのある所")), b.say(lang.T("who in the family knows", "知っている家族"))}
	here := b.say(lang.T("this sheet is kept at", "この紙の置き場所"))
	if b.o.KeptAt != "" {
		b.add(Field{Label: here, Value: shown(b.o.KeptAt)})
	} else {
		blanks = append(blanks, here)
	}
	b.add(Blanks{append(blanks, b.say(lang.T("notes", "メモ")))})
}
