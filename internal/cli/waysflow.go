package cli

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"memovault/internal/lang"
	"memovault/internal/record"
	"memovault/internal/store"
	"memovault/internal/term"
)

// Words that stand where fields do in edit NAME FIELD, and ask about something
// else.
var (
	waysWords = []string{"ways", "way", "方法", "戻る方法"}
	keptWords = []string{"kept", "places", "ある所", "置き場所", "しまう場所"}
)

// meansPart reports whether keys is one of the words, and no field of the record.
func meansPart(r *record.Record, keys, words []string) bool {
	if len(keys) != 1 {
		return false
	}
	t := record.LookupTemplate(r.Template)
	key := fieldNamed(t, r, keys[0])
	return t.Spec(key) == nil && r.Field(key) == nil &&
		slices.ContainsFunc(words, func(w string) bool { return lang.Fold(w) == lang.Fold(keys[0]) })
}

// A wayFlow shows the ways into one record and lets a person change them.
// Nothing is saved by it.
type wayFlow struct {
	a     *app
	t     *term.Terminal
	r     *record.Record
	tmpl  *record.Template
	cards []store.Card
}

func (a *app) newWayFlow(s *store.Store, r *record.Record) (*wayFlow, error) {
	t, err := a.terminal()
	if err != nil {
		return nil, err
	}
	cards, err := s.Cards()
	return &wayFlow{a: a, t: t, r: r, tmpl: record.LookupTemplate(r.Template), cards: cards}, err
}

// editWays lists the ways until the person is content with them.
func (a *app) editWays(s *store.Store, r *record.Record) error {
	w, err := a.newWayFlow(s, r)
	if err != nil {
		return err
	}
	for shown := false; ; {
		ways := everyWay(r, w.tmpl)
		if !shown {
			w.list(ways)
		}
		shown = false
		typed, err := a.readLine(w.t, term.Line{Prompt: w.prompt(lang.T("Number = switch off or bring back   + = add a way   Enter = done:", "番号=使わない／元に戻す  +=方法を足す  Enter=終わり:"))})
		if err != nil {
			return err
		}
		answer := lang.FoldCode(typed)
		n, failed := strconv.Atoi(answer)
		switch {
		case answer == "":
			return nil
		case answer == "+":
			err = w.add()
		case failed == nil && n >= 1 && n <= len(ways):
			err = w.toggle(ways[n-1])
		default:
			shown = true
			w.say(2, lang.T("please answer with a number from 1 to %d, + or Enter", "1〜%d の番号か、+ か、Enter で答えてください"), len(ways))
		}
		if err != nil && !errors.Is(err, term.ErrBack) {
			return err
		}
	}
}

func (w *wayFlow) say(indent int, t lang.Text, args ...any) {
	w.a.tell(w.t, indent, w.a.text(t, args...))
}

// prompt is a question in as many rows as it needs.
func (w *wayFlow) prompt(t lang.Text) string {
	return (&form{a: w.a, t: w.t}).prompt("", w.a.text(t))
}

// choices prints a numbered list, each line in as many rows as it needs.
func (w *wayFlow) choices(labels []string) {
	for i, label := range labels {
		w.hang(2, fmt.Sprintf("%2d) ", i+1), label)
	}
}

// list prints the ways with what is noted for each.
func (w *wayFlow) list(ways []record.Way) {
	w.t.Print("\n")
	w.say(0, lang.T("Ways back into %q (%s):", "「%s」に戻る方法（%s）:"), w.r.Name, w.a.kind(w.r.Template))
	if len(ways) == 0 {
		w.say(2, lang.T("none is known yet", "まだ 1 つも分かっていません"))
	}
	for i := range ways {
		way := &ways[i]
		head := fmt.Sprintf("%2d) ", i+1)
		w.hang(2, head, w.a.text(way.Say(w.tmpl, w.r))+w.remarks(way))
		if way.Off {
			continue
		}
		for _, n := range way.Needs {
			w.hang(2+len(head), "- ", w.need(n))
		}
	}
	w.t.Print("\n")
}

func (w *wayFlow) hang(indent int, head, text string) {
	cols, _ := w.t.Size()
	for _, row := range hanging(strings.Repeat(" ", indent)+head, text, cols-1) {
		w.t.Print(row + "\n")
	}
}

// remarks are what there is to know of a way besides its needs.
func (w *wayFlow) remarks(way *record.Way) string {
	var list []string
	add := func(t lang.Text, args ...any) { list = append(list, w.a.text(t, args...)) }
	if way.Off {
		add(lang.T("switched off", "使わない"))
	}
	if w.tmpl.Way(way.ID) == nil {
		add(lang.T("your own", "自分で足した方法"))
	}
	if text, known := certaintyWords[way.Certainty]; known && way.Certainty != record.CertaintySure {
		add(text)
	}
	for _, key := range slices.Sorted(maps.Keys(way.When)) {
		add(lang.T("only where %s: %s", "%sが「%s」のときだけ"), keptLabel(w.r, w.tmpl, key), w.options(key, way.When[key]))
	}
	if day := w.r.Proven[way.ID]; day != "" {
		add(lang.T("proven %s", "%s に確かめた"), day)
	}
	if len(list) == 0 {
		return ""
	}
	return w.a.text(lang.T(" (%s)", "（%s）"), strings.Join(list, w.a.text(lang.T(", ", "、"))))
}

var certaintyWords = map[record.Certainty]lang.Text{
	record.CertaintySure:   lang.T("whoever has all of it gets in", "そろえば必ず戻れる"),
	record.CertaintyForm:   lang.T("an application that may be refused", "申し込みが認められたときだけ"),
	record.CertaintyPerson: lang.T("somebody decides (counter, phone)", "窓口や電話の人しだい"),
}

// options says values of a choice by their labels.
func (w *wayFlow) options(key string, values []string) string {
	labels := make([]string, len(values))
	for i, v := range values {
		labels[i] = w.a.choiceLabel(w.tmpl, &record.Field{Key: key, Value: v})
	}
	return strings.Join(labels, w.a.text(lang.T(" or ", "か")))
}

// need says a need, each alternative with whether it is noted.
func (w *wayFlow) need(n record.Need) string {
	parts := make([]string, len(n.Any))
	for i, atom := range n.Any {
		parts[i] = w.a.text(record.SayAtom(atom, w.tmpl, w.r)) + w.a.text(lang.T(" [%s]", "〔%s〕"), w.a.text(w.standing(atom)))
	}
	if n.Of > 1 {
		return w.a.text(lang.T("%d of: %s", "次のうち %d つ: %s"), n.Of, strings.Join(parts, w.a.text(lang.T(", ", "、"))))
	}
	return strings.Join(parts, w.a.text(lang.T(" or ", " か ")))
}

// standing says whether what an atom stands for is noted in the record.
func (w *wayFlow) standing(written string) lang.Text {
	noted, missing := lang.T("noted", "書いてある"), lang.T("not noted", "まだ書いていない")
	atom, err := record.ParseAtom(written)
	switch {
	case err != nil:
		return lang.T("unknown to this program", "このプログラムには分からない")
	case atom.Kind == record.AtomRecord:
		if !w.known(atom.Name) {
			return lang.T("there is no such record", "その記録はない")
		}
		return noted
	case atom.Kind == record.AtomPaper, atom.Kind == record.AtomMemory:
		return noted
	case atom.Kind == record.AtomPassword:
		if w.passwordNoted() {
			return noted
		}
		return missing
	}
	f := w.r.Field(atom.Name)
	switch {
	case f == nil && w.r.Kept[atom.Name] == "":
		return missing
	case f == nil:
		return noted
	case len(f.Codes) > 0 && record.Unused(f.Codes) == 0:
		return lang.T("all used up", "全部使った")
	case len(f.Codes) == 0 && record.SaysNone(f.Value):
		return lang.T("there is none", "ない")
	case record.TypeOf(w.tmpl, f) == record.TypeRef && !w.known(f.Value):
		return lang.T("noted, but there is no such record", "書いてあるが、その記録がない")
	}
	return noted
}

func (w *wayFlow) known(name string) bool {
	return slices.ContainsFunc(w.cards, func(c store.Card) bool { return !c.Trashed && record.NameKey(c.Name) == record.NameKey(name) })
}

// passwordNoted reports whether anything says how to come by the password.
func (w *wayFlow) passwordNoted() bool {
	if w.r.Kept[passwordKey] != "" {
		return true
	}
	for _, role := range []record.Role{record.RolePassword, record.RolePlace, record.RoleHint} {
		for _, s := range w.tmpl.With(role) {
			if f := w.r.Field(s.Key); f != nil && f.Value != "" && !record.SaysNone(f.Value) || w.r.Kept[s.Key] != "" {
				return true
			}
		}
	}
	return false
}

// toggle switches a way off, or brings it back; one of the person's own is
// deleted after a yes.
func (w *wayFlow) toggle(way record.Way) error {
	own := w.tmpl.Way(way.ID) == nil
	if own && !way.Off {
		yes, err := w.a.confirm(lang.T("Delete %q, which you added yourself?", "自分で足した「%s」を消しますか？"), w.a.text(way.Say(w.tmpl, w.r)))
		if err != nil || !yes {
			return err
		}
	}
	if way.Off {
		w.r.Ways = slices.DeleteFunc(w.r.Ways, func(have record.Way) bool { return have.ID == way.ID })
		return nil
	}
	removeWay(w.r, w.tmpl, way.ID)
	return nil
}

// add asks what a new way needs, who decides, and what it is called.
func (w *wayFlow) add() error {
	w.say(0, lang.T("What gets you in? Everything that you choose here is needed together.", "何があれば入れますか？ ここで選んだものが、全部そろったときの方法になります。"))
	var way record.Way
	for len(way.Needs) < record.MaxNeeds {
		n, err := w.askNeed(len(way.Needs) > 0)
		if err != nil {
			return err
		}
		if len(n.Any) == 0 {
			break
		}
		way.Needs = append(way.Needs, n)
		w.say(2, lang.T("so far: %s", "ここまで: %s"), record.SayNeeds(way.Needs, w.tmpl, w.r))
	}
	if len(way.Needs) == 0 {
		return nil
	}
	certainties := []record.Certainty{record.CertaintySure, record.CertaintyForm, record.CertaintyPerson}
	labels := make([]string, len(certainties))
	for i, c := range certainties {
		labels[i] = w.a.text(certaintyWords[c])
	}
	w.say(0, lang.T("Does that let you in for certain?", "それで、必ず入れますか？"))
	i, err := w.a.choose(labels, 1, nil)
	if err != nil {
		return err
	}
	way.Certainty = certainties[i]
	if err := w.name(&way); err != nil {
		return err
	}
	if err := w.a.setWay(w.r, way); err != nil {
		w.a.tell(w.t, 2, w.a.explain(err).what.in(w.a.lang))
	}
	return nil
}

// name asks what a way is called; it may have no name.
func (w *wayFlow) name(way *record.Way) error {
	for {
		typed, err := w.a.readLine(w.t, term.Line{Prompt: w.prompt(lang.T("What shall this way be called? (Enter: as above):", "この方法の名前（Enter なら上の言葉のまま）:"))})
		if err != nil {
			return err
		}
		label, _, err := record.Clean(record.TypeText, typed)
		if err == nil && len(label) > maxLabel {
			err = &record.ValueError{Key: "long", Text: lang.T("the name of a way has at most %d bytes", "方法の名前は %d バイトまでです"), Args: []any{maxLabel}}
		}
		if err != nil {
			w.a.tell(w.t, 2, w.a.explain(err).what.in(w.a.lang))
			continue
		}
		way.ID = ownWayID(w.r, w.tmpl, label)
		if label != "" {
			way.Label = record.Wording{Text: lang.Text{EN: label, JA: label}}
		}
		return nil
	}
}

// askNeed lets the person choose one need: several numbers are alternatives. An
// empty need is none. The choices are shown for the first need of a way.
func (w *wayFlow) askNeed(another bool) (record.Need, error) {
	atoms := w.atoms()
	labels := make([]string, 0, len(atoms)+2)
	for _, atom := range atoms {
		labels = append(labels, w.a.text(record.SayAtom(atom, w.tmpl, w.r)))
	}
	labels = append(labels, w.a.text(lang.T("something that has a record of its own (a person, a device, an account)", "ほかの記録になっているもの（人・機器・アカウントなど）")),
		w.a.text(lang.T("a paper or a thing at a place", "どこかにしまってある紙や物")))
	if !another {
		w.choices(labels)
	}
	prompt := lang.T("Number (several, where any one of them will do; Enter = none after all):", "番号（どれか 1 つでよいものは続けて。例: 2 3。Enter=やめる）:")
	if another {
		prompt = lang.T("What else is needed with it? (Enter = that is all):", "ほかに、一緒に要るもの（Enter=これで全部）:")
	}
	for {
		typed, err := w.a.readLine(w.t, term.Line{Prompt: w.prompt(prompt)})
		if err != nil {
			return record.Need{}, err
		}
		numbers, ok := readNumbers(typed, len(labels))
		if !ok {
			w.say(2, lang.T("please type numbers from 1 to %d", "1〜%d の番号で答えてください"), len(labels))
			continue
		}
		var n record.Need
		for _, i := range numbers {
			atom, err := w.chosen(atoms, i-1)
			if err != nil {
				return record.Need{}, err
			}
			if atom != "" && !slices.Contains(n.Any, atom) {
				n.Any = append(n.Any, atom)
			}
		}
		return n, nil
	}
}

// readNumbers reads numbers from 1 to limit with anything but digits between.
func readNumbers(typed string, limit int) (numbers []int, ok bool) {
	for _, word := range strings.FieldsFunc(lang.FoldCode(typed), func(r rune) bool { return strings.ContainsRune(" ,、，/|・", r) }) {
		n, err := strconv.Atoi(word)
		if err != nil || n < 1 || n > limit {
			return nil, false
		}
		if !slices.Contains(numbers, n) {
			numbers = append(numbers, n)
		}
	}
	return numbers, len(numbers) <= record.MaxNeeds
}

// chosen is the atom behind a number; empty if the person wants none after all.
func (w *wayFlow) chosen(atoms []string, i int) (string, error) {
	switch i {
	case len(atoms):
		name, err := w.askRecord(lang.T("Name of the record (empty: none):", "その記録の名前（空ならやめる）:"), w.r.Name)
		if name == "" || err != nil {
			return "", err
		}
		return record.Atom{Kind: record.AtomRecord, Name: name}.String(), nil
	case len(atoms) + 1:
		place, err := w.askText(lang.T("Where is it? (empty: none):", "どこにありますか（空ならやめる）:"))
		if place == "" || err != nil {
			return "", err
		}
		return record.Atom{Kind: record.AtomPaper, Name: place}.String(), nil
	}
	return atoms[i], nil
}

// atoms are what a way may need of the record itself: first what every account
// has, then the fields that can stand for something.
func (w *wayFlow) atoms() []string {
	list := []string{string(record.AtomPassword), string(record.AtomMemory)}
	for _, key := range needWords(w.r, w.tmpl)[len(list):] {
		kind, role := w.kindOf(key)
		switch kind {
		case record.TypeEmail, record.TypePhone, record.TypeCodes, record.TypeOTPAuth, record.TypeProductKey, record.TypeRef:
			list = append(list, key)
		case record.TypeSecret:
			if role != record.RolePassword {
				list = append(list, key)
			}
		case record.TypePersonName, record.TypeDate, record.TypeText:
			if role == record.RoleProof || role == record.RoleHelper || role == record.RoleKeptAt || role == record.RoleFactor || role == record.RoleName || role == record.RoleBirth {
				list = append(list, key)
			}
		}
	}
	return list
}

func (w *wayFlow) kindOf(key string) (record.Type, record.Role) {
	if s := w.tmpl.Spec(key); s != nil {
		return s.Type, s.Role
	}
	if f := w.r.Field(key); f != nil {
		return record.TypeOf(w.tmpl, f), ""
	}
	return record.TypeText, ""
}

// askRecord asks for the name of a record that is there, other than itself;
// empty for none.
func (w *wayFlow) askRecord(prompt lang.Text, itself string) (string, error) {
	complete := (&form{cards: w.cards}).completeName
	for {
		typed, err := w.a.readLine(w.t, term.Line{Prompt: w.prompt(prompt), Complete: complete})
		if err != nil || strings.TrimSpace(typed) == "" {
			return "", err
		}
		i := slices.IndexFunc(w.cards, func(c store.Card) bool {
			return !c.Trashed && record.NameKey(c.Name) == record.NameKey(strings.TrimSpace(typed))
		})
		switch {
		case i < 0:
			w.say(2, lang.T("there is no record of that name (Tab completes; list shows all)", "その名前の記録はありません（Tab キーで候補が出ます）"))
		case record.NameKey(w.cards[i].Name) == record.NameKey(itself):
			w.a.tell(w.t, 2, w.a.explain(needsItself(itself)).what.in(w.a.lang))
		default:
			return w.cards[i].Name, nil
		}
	}
}

// askText asks for one line of text; empty for none.
func (w *wayFlow) askText(prompt lang.Text) (string, error) {
	for {
		typed, err := w.a.readLine(w.t, term.Line{Prompt: w.prompt(prompt)})
		if err != nil {
			return "", err
		}
		text, _, err := record.Clean(record.TypeText, typed)
		if err == nil && len(text) <= record.MaxNeed/2 {
			return text, nil
		}
		if err != nil {
			w.a.tell(w.t, 2, w.a.explain(err).what.in(w.a.lang))
		}
	}
}
