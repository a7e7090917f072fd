package paper

import (
	"cmp"
	"slices"
	"strings"

	"memovault/internal/lang"
	"memovault/internal/lockout"
	"memovault/internal/record"
	"memovault/internal/recovery"
	"memovault/internal/term"
)

// A Contingency is what an emergency sheet is made from.
type Contingency struct {
	Options
	Owner string // whose family reads it; may be empty
	File  string // the vault's file, as the computer knows it
	// List are the live records of the owner, or all of them.
	List []*record.Record
	Left *recovery.Emergency
}

// Emergency returns the sheet for whoever comes after: the first steps, what it
// takes to open the vault and where that is, what there is, and what must not be
// cancelled too early. No password, hint, key, code or combination is on it,
// whatever the options say: it tells where things are, not what they say.
func Emergency(l lang.Lang, c Contingency) *Doc {
	b := &emergency{sheet: &sheet{l: l, o: c.Options}, Contingency: c}
	b.keeping()
	b.first()
	b.vault()
	b.exists()
	b.holds()
	b.places()
	b.people()
	d := b.doc(lang.T("For an emergency", "もしものときの用紙"), sheetNumber(" emergency", c.List, c.Options),
		lang.T("For the family only: it says where keys are. Keep it sealed, away from the computer.", "家族だけが見る紙です。鍵や書類の場所が書いてあります。封をして、パソコンとは別の所にしまってください。"))
	d.Subtitle = b.say(lang.T("if nobody can be asked any more", "本人に聞けなくなったときのために"))
	if c.Owner != "" {
		d.Subtitle = b.say(lang.T("for the family of %s", "%s さんのご家族へ"), term.Sanitize(c.Owner))
	}
	d.Foot = b.say(lang.T("Print it anew when something has changed, at least once a year, and shred the old one.", "変わったときと、年に 1 度は印刷し直し、古いものは裁断してください。"))
	return d
}

// An emergency is the sheet in the making.
type emergency struct {
	*sheet
	Contingency
}

// numbered begins a part that the steps refer to.
func (b *emergency) numbered(n int, t lang.Text) {
	b.add(Heading{Text: b.say(t), Number: n})
}

// The parts of the sheet, by which the steps name them.
const (
	partFirst = iota + 1
	partVault
	partAccounts
	partHolds
	partPlaces
	partPeople
)

func (b *emergency) first() {
	b.numbered(partFirst, lang.T("First, in this order", "まず、この順に"))
	if len(b.Left.Owners) > 1 {
		b.para(lang.T("This supposes that none of these can be asked: %s.", "次の人のだれにも聞けないときのことを書いています: %s。"), term.Sanitize(b.comma(b.named(b.Left.Owners))))
	}
	n := 0
	step := func(t lang.Text, args ...any) {
		n++
		b.add(Step{Number: n, Text: b.say(t, args...)})
	}
	step(lang.T("Throw nothing away, reset no phone and no PC, and cancel nothing yet. Codes arrive there, so the phone line stays until the end (part %d).",
		"何も捨てないでください。携帯電話とパソコンは、初期化も解約もしないでください。確認コードが届くからです。解約は最後です（%d 番）。"), partHolds)
	if banks := b.banks(); banks != "" {
		step(lang.T("Tell the bank: %s. Its papers and seal are named in part %d.", "銀行に知らせます: %s。通帳や印鑑の場所は %d 番にあります。"), banks, partPlaces)
	}
	if gather := b.gather(); len(gather) > 0 {
		step(lang.T("Gather what opens the vault: %s.", "金庫を開けるものを集めます: %s。"), b.comma(gather))
	}
	switch {
	case !b.Left.VaultKnown || b.Left.Vault == lockout.Shut:
		step(lang.T("Open the vault. By the notes nobody but the owner can: part %d says what is missing.", "金庫を開けます。記録にあるかぎり、本人しか開けられません。足りないものは %d 番にあります。"), partVault)
	case b.Left.Vault == lockout.Unsure:
		step(lang.T("Open the vault, as part %d says. The notes do not tell whether all it takes is there.", "金庫を開けます（%d 番）。要るものがそろっているかは、記録からは分かりません。"), partVault)
	default:
		step(lang.T("Open the vault, as part %d says. Everything that was noted is in it.", "金庫を開けます（%d 番）。書き残したことは、すべてその中にあります。"), partVault)
	}
	step(lang.T("Go through the accounts of part %d from the top. If you are stuck, ask the people of part %d. Tell nobody a code or a password on the phone.",
		"%d 番のアカウントを、上から順に確かめます。困ったら %d 番の人に聞いてください。コードやパスワードは、電話でだれにも教えないでください。"), partAccounts, partPeople)
}

// named are owners, of whom one may have no name in the records.
func (b *emergency) named(owners []string) []string {
	names := slices.Clone(owners)
	for i, name := range names {
		names[i] = cmp.Or(name, b.say(lang.T("whoever keeps the vault", "金庫を付けている本人")))
	}
	return names
}

func (b *emergency) banks() string {
	var names []string
	for _, r := range b.List {
		if r.Template == "bank" {
			names = append(names, b.called(r))
		}
	}
	return b.comma(names)
}

// gather names what the best way to the vault needs, and where it is.
func (b *emergency) gather() []string {
	var names []string
	for _, part := range []recovery.Component{b.Left.File, b.Left.Key} {
		if len(part.Routes) > 0 {
			for _, t := range part.Routes[0].Needs {
				if name := b.whereabouts(t); !slices.Contains(names, name) {
					names = append(names, name)
				}
			}
		}
	}
	return names
}

// whereabouts says what a thing is, and where, as far as that is noted.
func (b *emergency) whereabouts(t *recovery.Thing) string {
	label := term.Sanitize(b.say(t.Label))
	if t.Kind == recovery.KindDevice && t.Record != nil {
		label = b.called(t.Record)
	}
	if t.Kind == recovery.KindPerson && t.Record != nil && t.Record.Template == "person" {
		label = b.person(t.Record)
	}
	if place := t.Place; place != "" && !strings.Contains(label, place) {
		return b.say(lang.T("%s (%s)", "%s（%s）"), label, term.Sanitize(place))
	}
	return label
}

// vault says what it takes to open the vault, and how that is done.
func (b *emergency) vault() {
	b.numbered(partVault, lang.T("Opening the vault: a file, a key and a program", "金庫を開けるのに要るもの（ファイルと鍵とプログラム）"))
	name := ""
	if b.File != "" {
		name = b.say(lang.T("(its name: %s)", "（ファイルの名前: %s）"), term.Sanitize(b.File))
	}
	b.component(lang.T("one of the files", "ファイル（どれか 1 つ）"), b.Left.File, name)
	b.component(lang.T("one of the keys", "鍵（どれか 1 つ）"), b.Left.Key, "")
	b.add(Field{Label: b.say(lang.T("the program", "プログラム")), Value: b.say(lang.T("memovault (command %s), or age 1.0 or newer (age-encryption.org)", "memovault（コマンド %s）か、age 1.0 以降（age-encryption.org）"), b.o.Program)})
	b.howTo()
	b.missing()
}

// component says by what one half of opening the vault is done.
func (b *emergency) component(label lang.Text, part recovery.Component, note string) {
	f := Field{Label: b.say(label), Note: note}
	var lines []string
	for _, route := range part.Routes {
		names := make([]string, len(route.Needs))
		for i, t := range route.Needs {
			names[i] = b.whereabouts(t)
		}
		lines = append(lines, b.say(lang.T("- %s%s", "・%s%s"), strings.Join(names, b.say(lang.T(" and ", " と "))), b.say(routeRemark(route.State))))
	}
	switch {
	case !b.Left.VaultKnown:
		lines = append(lines, b.say(lang.T("not known: nothing is noted", "分かりません（記録がありません）")))
	case len(lines) == 0:
		lines = append(lines, b.say(lang.T("By the notes nobody but the owner has it.", "記録にあるかぎり、本人のほかに使える人はいません。")))
	}
	f.Value = strings.Join(lines, "\n")
	b.add(f)
}

// routeRemark says how far a way can be relied upon.
func routeRemark(s lockout.State) lang.Text {
	switch s {
	case lockout.Unsure:
		return lang.T(" (whether it is there is not noted)", "（あるかどうか、記録からは分かりません）")
	case lockout.Asking:
		return lang.T(" (has to be asked)", "（頼むことになります）")
	}
	return lang.Text{}
}

func (b *emergency) howTo() {
	n := 0
	step := func(t lang.Text, args ...any) {
		n++
		b.add(Step{Number: n, Text: b.say(t, args...)})
	}
	step(lang.T("With memovault: type \"%s list\" on the computer with the file. Where it asks, type the passphrase, or all groups of the recovery key.",
		"memovault なら: ファイルのあるパソコンで「%s list」と打ち、聞かれたら、合言葉か、回復キーの全部の組を打ちます。"), b.o.Program)
	step(lang.T("With age: open the newest backup (.tar) as the sheet of the recovery key says. With the passphrase:",
		"age なら: 新しい控え（.tar）を、回復キーの用紙のとおりに開けます。合言葉のときは:"))
	b.add(Command{[]string{"tar -xf BACKUP.tar", "age -d slots/SLOT.age > vault-key.txt", "age -d -i vault-key.txt index.age"}})
}

// missing says what is not noted and would decide whether the vault opens, and
// how its owner notes it.
func (b *emergency) missing() {
	var lines, commands []string
	for _, part := range []recovery.Component{b.Left.File, b.Left.Key} {
		things := wanting(part)
		if part.State != lockout.Open {
			things = append(things, part.Lacking...)
		}
		for _, t := range things {
			line, command := b.lack(t)
			if !slices.Contains(lines, line) {
				lines = append(lines, line)
			}
			if command != "" && !slices.Contains(commands, command) {
				commands = append(commands, command)
			}
		}
	}
	switch {
	case !b.Left.VaultKnown:
		lines = []string{b.say(lang.T("Nothing is noted of how the vault opens.", "金庫の開け方が、何も書いてありません。"))}
		commands = []string{b.o.Program + " add " + record.VaultTemplate}
	case len(lines) == 0:
		return
	}
	b.add(Callout{Title: b.say(lang.T("What the notes do not tell", "記録からは分からないこと")), Text: strings.Join(lines, "\n")})
	if len(commands) > 0 {
		b.para(lang.T("The owner can still note it on the computer:", "本人なら、パソコンで今からでも書き足せます:"))
		b.add(Command{commands})
	}
}

// wanting are the things among what the routes need of which something is not
// noted: whether they are there, or where.
func wanting(part recovery.Component) []*recovery.Thing {
	var list []*recovery.Thing
	for _, route := range part.Routes {
		for _, t := range route.Needs {
			if (t.Unknown || len(t.Command()) > 0) && !slices.Contains(list, t) {
				list = append(list, t)
			}
		}
	}
	return list
}

// lack says what is missing, and by which command it would be noted; "" for what
// nobody can note, as what somebody had in mind.
func (b *emergency) lack(t *recovery.Thing) (line, command string) {
	label := term.Sanitize(b.say(t.Label))
	if t.Kind == recovery.KindPassword {
		label = b.say(lang.T("%s: where it is written is not noted", "%s（控えの場所が書いてありません）"), label)
	}
	switch {
	case t.ID == "memory:vault":
		label = b.say(lang.T("the passphrase is in the owner's head only", "金庫の合言葉は、本人の頭の中にしかありません"))
		if command = "add " + record.VaultTemplate; t.Record != nil {
			command = "edit " + word(t.Record.Name) + " passphrase_place"
		}
	case len(t.Command()) > 0:
		var words []string
		for _, w := range t.Command() {
			words = append(words, word(w.In(b.l)))
		}
		command = strings.Join(words, " ")
	case t.Record != nil && t.Field != "":
		command = "edit " + word(t.Record.Name) + " " + t.Field
	}
	if command != "" {
		command = b.o.Program + " " + term.Sanitize(command)
	}
	return b.say(lang.T("- %s", "・%s"), label), command
}

// word is one argument of a command as it is typed.
func word(s string) string {
	if strings.ContainsAny(s, " 　\"'$`\\") {
		return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
	}
	return s
}

// mostAccounts, mostHolds and mostPlaces keep the sheet of an ordinary vault on
// two pages; the vault has the rest.
const (
	mostAccounts = 14
	mostHolds    = 6
	mostPlaces   = 10
)

func (b *emergency) andMore(n int) {
	if n > 0 {
		b.para(lang.T("%d more are in the vault.", "ほかの %d 件は、金庫の中にあります。"), n)
	}
}

// exists lists the accounts, with what is left of the ways into them.
func (b *emergency) exists() {
	b.numbered(partAccounts, lang.T("The accounts, and what opens them without the owner", "アカウントと、本人がいなくても入るのに要るもの"))
	var rows [][]string
	for _, q := range b.Left.Accounts {
		rows = append(rows, []string{b.called(q.Account.Record), b.signsIn(q.Account.Record), b.leftOf(q)})
	}
	if len(rows) == 0 {
		b.para(lang.T("None is noted.", "記録がありません。"))
		return
	}
	b.add(Table{Head: []string{b.say(lang.T("account", "アカウント")), b.say(lang.T("known as", "登録名・アドレス")), b.say(lang.T("what opens it", "入るのに要るもの"))}, Rows: rows[:min(len(rows), mostAccounts)]})
	b.andMore(len(rows) - mostAccounts)
}

// signsIn is what an account is known by, which is no secret.
func (b *emergency) signsIn(r *record.Record) string {
	for _, role := range []record.Role{record.RoleLogin, record.RoleAddress, record.RoleLicensee, record.RoleNumber} {
		if list := answers(r, role); len(list) > 0 {
			return term.Sanitize(list[0])
		}
	}
	return ""
}

// leftOf says by what an account opens without its owner.
func (b *emergency) leftOf(q *recovery.Bequest) string {
	switch q.State {
	case lockout.Shut:
		return b.say(lang.T("no way is noted", "入る方法が、記録にありません"))
	case lockout.Unsure:
		return b.say(lang.T("not known: %s", "分かりません（%sしだい）"), b.labels(q.Unknown))
	case lockout.Asking:
		return b.say(lang.T("only if it is granted: %s", "認められたときだけ: %s"), b.wayLabel(q.Way))
	}
	return cmp.Or(b.labels(b.beyondVault(q.Needs)), b.wayLabel(q.Way))
}

// beyondVault leaves out what only opens the vault, for which the vault itself
// stands.
func (b *emergency) beyondVault(needs []*recovery.Thing) []*recovery.Thing {
	opens := map[*recovery.Thing]bool{}
	for _, part := range []recovery.Component{b.Left.File, b.Left.Key} {
		for _, route := range part.Routes {
			for _, t := range route.Needs {
				opens[t] = true
			}
		}
	}
	var list []*recovery.Thing
	vault := false
	for _, t := range needs {
		switch {
		case t.Kind == recovery.KindContract || t.Kind == recovery.KindProvider:
		case !opens[t]:
			list = append(list, t)
		case !vault:
			vault = true
			list = append(list, &recovery.Thing{Kind: recovery.KindVault, Label: lang.T("the vault", "金庫")})
		}
	}
	return list
}

func (b *emergency) labels(things []*recovery.Thing) string {
	names := make([]string, len(things))
	for i, t := range things {
		names[i] = b.whereabouts(t)
	}
	return b.comma(names)
}

func (b *emergency) wayLabel(w *recovery.Way) string {
	if w == nil {
		return ""
	}
	return term.Sanitize(cmp.Or(w.Way.Label.In(b.l), w.Way.ID))
}

// holds lists what is not to be cancelled while accounts hang on it.
func (b *emergency) holds() {
	b.numbered(partHolds, lang.T("Do not cancel these before their accounts are moved", "先に解約しないもの（アカウントの登録先を変えてから）"))
	if len(b.Left.Holds) == 0 {
		b.para(lang.T("By the notes no account depends on a contract or a line. The notes may not tell all: cancel the phone and the internet last.",
			"記録にあるかぎり、契約や回線に結び付いたアカウントはありません。書いていないこともあるので、電話とインターネットは最後に解約してください。"))
		return
	}
	var rows [][]string
	for _, h := range b.Left.Holds {
		hang := b.accounts(h.Uses)
		if len(h.Locks) > 0 {
			hang = b.say(lang.T("lost with it: %s", "なくなるもの: %s"), b.accounts(h.Locks))
			if others := without(h.Uses, h.Locks); len(others) > 0 {
				hang += "\n" + b.say(lang.T("also through it: %s", "ほかに使っているもの: %s"), b.accounts(others))
			}
		}
		rows = append(rows, []string{b.holdName(h.Thing), hang})
	}
	b.add(Table{Head: []string{b.say(lang.T("contract or line", "契約・回線")), b.say(lang.T("accounts that depend on it", "結び付いているアカウント"))}, Rows: rows[:min(len(rows), mostHolds)]})
	b.andMore(len(rows) - mostHolds)
}

// holdName is what a contract or a line is called.
func (b *emergency) holdName(t *recovery.Thing) string {
	if t.Kind == recovery.KindContract && t.Record != nil {
		return b.say(lang.T("contract: %s", "契約: %s"), b.called(t.Record))
	}
	return term.Sanitize(b.say(t.Label))
}

func without(list, gone []*recovery.Account) []*recovery.Account {
	return slices.DeleteFunc(slices.Clone(list), func(a *recovery.Account) bool { return slices.Contains(gone, a) })
}

// places lists where things are.
func (b *emergency) places() {
	var rows [][]string
	add := func(what, where string) {
		if where != "" {
			rows = append(rows, []string{what, where})
		}
	}
	for _, r := range b.List {
		switch r.Template {
		case record.PlaceTemplate:
			add(b.called(r), b.lines(r, "contents", "key_holder"))
		case record.SheetTemplate:
			add(b.say(lang.T("printed sheet %s", "印刷した用紙 %s"), term.Sanitize(r.Name)), term.Sanitize(strings.Join(answers(r, record.RoleKeptAt), ", ")))
		case "device":
			add(b.called(r), b.lines(r, "unlock_kept"))
		case "bank":
			add(b.called(r), b.lines(r, "seal", "passbook"))
		}
	}
	if len(rows) == 0 {
		return
	}
	b.numbered(partPlaces, lang.T("Where things are", "どこに何があるか"))
	b.add(Table{Head: []string{b.say(lang.T("what", "もの")), b.say(lang.T("where", "場所"))}, Rows: rows[:min(len(rows), mostPlaces)]})
	b.andMore(len(rows) - mostPlaces)
}

// whereKeys are the fields that say where a thing is, without their labels.
var whereKeys = []string{"address", "spot", "where"}

// lines are where a thing is, and the answers to other fields with their labels.
func (b *emergency) lines(r *record.Record, keys ...string) string {
	t := record.LookupTemplate(r.Template)
	var where, more []string
	for _, key := range append(slices.Clone(whereKeys), keys...) {
		f := r.Field(key)
		if f == nil || unanswered(f) || record.TypeOf(t, f).Secret() || record.TypeOf(t, f) == record.TypeHint {
			continue
		}
		value := term.Sanitize(strings.ReplaceAll(f.Value, "\n", b.say(lang.T(", ", "、"))))
		if slices.Contains(whereKeys, key) {
			where = append(where, value)
		} else {
			more = append(more, b.say(lang.T("%s: %s", "%s: %s"), record.Label(t, f), value))
		}
	}
	if len(where) > 0 {
		more = append([]string{b.comma(where)}, more...)
	}
	return strings.Join(more, b.say(lang.T("; ", "。")))
}

// people says whom to call: persons first, then companies, with the day as of
// which their number is known.
func (b *emergency) people() {
	var rows [][]string
	for _, r := range b.List {
		if r.Template == "person" {
			rows = append(rows, []string{withRemark(b.person(r), b.knows(r)), term.Sanitize(b.comma(append(answers(r, record.RoleNumber), answers(r, record.RoleAddress)...)))})
		}
	}
	for _, r := range b.List {
		for _, key := range []string{"support_phone", "hotline"} {
			if f := r.Field(key); f != nil && !unanswered(f) {
				rows = append(rows, []string{b.called(r), term.Sanitize(f.Value)})
			}
		}
	}
	rows = append(rows, b.desks()...)
	b.numbered(partPeople, lang.T("Whom to call", "連絡先"))
	if len(rows) == 0 {
		b.add(Field{Label: b.say(lang.T("somebody who can help", "頼れる人")), Style: Blank})
		b.add(Field{Label: b.say(lang.T("phone", "電話")), Style: Blank})
		return
	}
	b.add(Table{Head: []string{b.say(lang.T("who", "だれに")), b.say(lang.T("number or address", "番号・アドレス"))}, Rows: rows})
}

// withRemark puts a remark below a name.
func withRemark(name, remark string) string {
	return strings.TrimSuffix(name+"\n"+remark, "\n")
}

// knows is what a person keeps and can do.
func (b *emergency) knows(r *record.Record) string {
	var list []string
	for _, key := range []string{"keeps", "knows"} {
		if f := r.Field(key); f != nil && !unanswered(f) {
			list = append(list, term.Sanitize(strings.ReplaceAll(f.Value, "\n", b.say(lang.T(", ", "、")))))
		}
	}
	return strings.Join(list, b.say(lang.T("; ", "。")))
}

// desks are the support desks that the templates know, each once.
func (b *emergency) desks() [][]string {
	var rows [][]string
	seen := map[string]bool{}
	for _, r := range b.List {
		t := record.LookupTemplate(r.Template)
		if t == nil || t.Guide() == nil {
			continue
		}
		for _, call := range t.Guide().Calls {
			if seen[call.Number] {
				continue
			}
			seen[call.Number] = true
			remark := ""
			if f := t.Fact(call.Fact); f != nil {
				remark = b.say(lang.T("as of %s, by %s: check the number first", "%s 時点（%s）。先に番号を確かめること"), f.AsOf, f.Source.Text)
			}
			rows = append(rows, []string{withRemark(call.Name.In(b.l), remark), call.Number})
		}
	}
	return rows
}
