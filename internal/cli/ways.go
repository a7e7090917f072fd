package cli

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"memovault/internal/lang"
	"memovault/internal/record"
	"memovault/internal/store"
)

// passwordKey is the key under which Record.Kept says where the password of an
// account is, also where its template asks for no password.
const passwordKey = string(record.AtomPassword)

// wayChanges are the flags that change ways and say where secrets are kept.
type wayChanges struct {
	set     []string // ID: need + need
	remove  []string // ID
	restore []string // ID
	kept    []string // FIELD=PLACES
}

func (a *app) wayFlags(cmd *cobra.Command, w *wayChanges) {
	f := cmd.Flags()
	f.StringArrayVar(&w.set, "way", nil, a.text(lang.T("a way back in: `'ID: NEED + NEED'`, e.g. 'desk: password + phone|codes' (see help ways)", "戻る方法を書く: `'名前: 要るもの + 要るもの'`（例: '窓口: パスワード + 記録:母'。書き方は help ways を参照）")))
	f.StringArrayVar(&w.remove, "remove-way", nil, a.text(lang.T("this way `ID` does not exist here: yours is deleted, one of the template switched off", "この`方法`はない（自分で足したものは消し、ひな形のものは使わないことにする）")))
	f.StringArrayVar(&w.kept, "kept", nil, a.text(lang.T("where something is: `FIELD=PLACES` of vault, memory, paper:PLACE, device:NAME, person:NAME", "どこにあるか: `項目=場所`（金庫、記憶、紙:場所、機器:記録の名前、人:記録の名前。コンマでいくつでも）")))
}

func (w *wayChanges) any() bool { return len(w.set)+len(w.remove)+len(w.restore)+len(w.kept) > 0 }

// applyWays puts what the flags say of ways and places into the record. Names
// of other records are looked up later, by checkNames.
func (a *app) applyWays(r *record.Record, t *record.Template, w *wayChanges) error {
	touched := map[string]bool{}
	once := func(id string) error {
		if touched[id] {
			return &failure{status: statusUsage, code: "way_twice",
				what: said(lang.T("the way %q is changed twice in one command", "方法「%s」を、1 回で 2 度変えようとしています"), id),
				next: []words{said(lang.T("say one thing of it, or give the other another ID", "どちらか 1 つにするか、片方を別の名前にしてください"))}}
		}
		touched[id] = true
		return nil
	}
	for _, id := range w.remove {
		way, err := a.findWay(r, t, id)
		if err == nil {
			err = once(way.ID)
		}
		if err != nil {
			return err
		}
		removeWay(r, t, way.ID)
	}
	for _, typed := range w.restore {
		id, err := a.restoreWay(r, t, typed)
		if err == nil {
			err = once(id)
		}
		if err != nil {
			return err
		}
	}
	for _, typed := range w.set {
		way, err := a.parseWay(r, t, typed)
		if err == nil {
			err = once(way.ID)
		}
		if err != nil {
			return err
		}
		if err := a.setWay(r, way); err != nil {
			return err
		}
	}
	for _, typed := range w.kept {
		if err := a.applyKept(r, t, typed); err != nil {
			return err
		}
	}
	return nil
}

// setWay puts a way in the place of the record's way with its ID, or behind the
// others.
func (a *app) setWay(r *record.Record, way record.Way) error {
	if i := slices.IndexFunc(r.Ways, func(w record.Way) bool { return w.ID == way.ID }); i >= 0 {
		r.Ways[i] = way
		return nil
	}
	if len(r.Ways) >= record.MaxWays {
		return refused("way", &record.ValueError{Key: "many", Text: lang.T("a record can have at most %d ways", "1 つの記録に書ける方法は %d 個までです"), Args: []any{record.MaxWays}})
	}
	r.Ways = append(r.Ways, way)
	return nil
}

// removeWay deletes a way that the record adds, and switches one of the template
// off.
func removeWay(r *record.Record, t *record.Template, id string) {
	r.Ways = slices.DeleteFunc(r.Ways, func(w record.Way) bool { return w.ID == id })
	if t.Way(id) != nil {
		r.Ways = append(r.Ways, record.Way{ID: id, Off: true})
		return
	}
	delete(r.Proven, id)
}

// restoreWay lets a way be again what the template says of it.
func (a *app) restoreWay(r *record.Record, t *record.Template, typed string) (string, error) {
	way, err := a.findWay(r, t, typed)
	if err != nil {
		return "", err
	}
	if t.Way(way.ID) == nil {
		return "", &failure{status: statusUsage, code: "own_way",
			what: said(lang.T("the way %q is one of your own; the template has none of that name to bring back", "方法「%s」は自分で足したものです。ひな形には、元に戻せる方法がありません"), way.ID),
			next: []words{said(lang.T("to delete it: --remove-way %s", "消すには: --remove-way %s"), way.ID)}}
	}
	r.Ways = slices.DeleteFunc(r.Ways, func(w record.Way) bool { return w.ID == way.ID })
	return way.ID, nil
}

// everyWay are the ways of the template, switched off ones included, each as
// the record has it, then those that the record adds.
func everyWay(r *record.Record, t *record.Template) []record.Way {
	var ways []record.Way
	if t != nil {
		for _, w := range t.Ways {
			if own := r.Way(w.ID); own != nil && own.Off {
				w.Off = true
			} else if own != nil {
				w = *own
			}
			ways = append(ways, w)
		}
	}
	for _, w := range r.Ways {
		if t.Way(w.ID) == nil {
			ways = append(ways, w)
		}
	}
	return ways
}

// findWay finds a way by its ID or by what it is called.
func (a *app) findWay(r *record.Record, t *record.Template, typed string) (record.Way, error) {
	ways := everyWay(r, t)
	wanted := lang.Fold(typed)
	for _, w := range ways {
		if w.ID == wanted {
			return w, nil
		}
	}
	var ids []string
	for _, w := range ways {
		if called := w.Say(t, r); lang.Fold(called.EN) == wanted || lang.Fold(called.JA) == wanted {
			return w, nil
		}
		ids = append(ids, w.ID)
	}
	f := &failure{status: statusNotFound, code: "no_way",
		what: said(lang.T("there is no way %q here", "「%s」という方法はここにありません"), typed)}
	if near := nearest(wanted, ids); near != "" {
		f.next = append(f.next, said(lang.T("did you mean: %s", "もしかして: %s"), near))
		return record.Way{}, f
	}
	for _, w := range ways {
		f.next = append(f.next, said(lang.T("there is %s: %s", "あるもの: %s（%s）"), w.ID, w.Say(t, r)))
	}
	if len(ways) == 0 {
		f.next = append(f.next, said(lang.T("no way is known; to note one: --way 'ID: NEED + NEED'", "戻る方法は 1 つも書いてありません。書くには: --way '名前: 要るもの + 要るもの'")))
	}
	return record.Way{}, f
}

// parseWay reads 'ID: need + need'. An ID that a person made up in words
// becomes the label, and gets an ID made from it.
func (a *app) parseWay(r *record.Record, t *record.Template, typed string) (record.Way, error) {
	head, needs, ok := cutColon(typed)
	if !ok && record.IsWayID(head) {
		typed = "password + codes"
	}
	if !ok || head == "" || isAtomWord(head) && t.Way(lang.Fold(head)) == nil {
		return record.Way{}, &failure{status: statusUsage, code: "way",
			what: said(lang.T("a way begins with a name of its own and a colon: 'desk: %s'", "方法は、自分で付けた名前とコロンで始めてください: '窓口: %s'"), typed)}
	}
	way, err := a.namedWay(r, t, head)
	if err != nil {
		return way, err
	}
	for _, one := range splitNeeds(needs) {
		n, err := a.parseNeed(r, t, one)
		if err != nil {
			return way, err
		}
		way.Needs = append(way.Needs, n)
	}
	if len(way.Needs) == 0 || len(way.Needs) > record.MaxNeeds {
		return way, &failure{status: statusUsage, code: "way",
			what: said(lang.T("the way %q needs from 1 to %d things", "方法「%s」には、要るものを 1〜%d 個書いてください"), head, record.MaxNeeds)}
	}
	return way, nil
}

// cutColon cuts at the first colon of either width.
func cutColon(s string) (before, after string, found bool) {
	i := strings.IndexAny(s, ":：")
	if i < 0 {
		return strings.TrimSpace(s), "", false
	}
	after = strings.TrimPrefix(strings.TrimPrefix(s[i:], ":"), "：")
	return strings.TrimSpace(s[:i]), after, true
}

// isAtomWord reports whether a word begins a need, so that it is no ID.
func isAtomWord(s string) bool {
	n, err := record.ParseNeed(s + ":x")
	if err != nil {
		n, err = record.ParseNeed(s)
	}
	atoms := n.Atoms()
	return err == nil && len(atoms) == 1 && atoms[0].Kind != record.AtomField
}

// namedWay is the way of that name as far as it is known: what a template's way
// says of waiting and certainty stays when its needs are changed. The label and
// the service's word for it go with the needs.
func (a *app) namedWay(r *record.Record, t *record.Template, typed string) (record.Way, error) {
	if found, err := a.findWay(r, t, typed); err == nil {
		if t.Way(found.ID) != nil {
			found.Label, found.Fact = record.Wording{}, ""
		}
		found.Needs, found.Off = nil, false
		return found, nil
	}
	if id := lang.Fold(typed); record.IsWayID(id) && id == typed {
		return record.Way{ID: id}, nil
	}
	label, _, err := record.Clean(record.TypeText, typed)
	if err == nil && len(label) > maxLabel {
		err = &record.ValueError{Key: "long", Text: lang.T("the name of a way has at most %d bytes", "方法の名前は %d バイトまでです"), Args: []any{maxLabel}}
	}
	if err != nil {
		return record.Way{}, refused("way", err)
	}
	return record.Way{ID: ownWayID(r, t, label), Label: record.Wording{Text: lang.Text{EN: label, JA: label}}}, nil
}

// ownWayID makes the ID of a way from its label: what is ASCII of it, else own,
// with a number where that is taken.
func ownWayID(r *record.Record, t *record.Template, label string) string {
	base := strings.Trim(notInKey.ReplaceAllString(strings.ToLower(lang.FoldCode(label)), "-"), "-")
	if !record.IsWayID(base) || isAtomWord(base) {
		base = "own"
	}
	id := base
	for n := 2; r.Way(id) != nil || t.Way(id) != nil; n++ {
		id = fmt.Sprintf("%s-%d", base, n)
	}
	return id
}

// splitNeeds cuts at each + between needs. In the name of a record or a place a
// + separates only with white space beside it.
func splitNeeds(s string) []string {
	var (
		parts []string
		start int
		prev  rune
		runes = []rune(strings.ReplaceAll(s, "＋", "+"))
	)
	for i, c := range runes {
		after := ' '
		if i+1 < len(runes) {
			after = runes[i+1]
		}
		if c == '+' && (!strings.ContainsAny(string(runes[start:i]), ":：") || isSpace(prev) || isSpace(after)) {
			parts = append(parts, string(runes[start:i]))
			start = i + 1
		}
		prev = c
	}
	return append(parts, string(runes[start:]))
}

func isSpace(c rune) bool { return c == ' ' || c == '\u3000' || c == '\t' }

// parseNeed reads one need of a way of r, in which fields may be called by their
// labels too.
func (a *app) parseNeed(r *record.Record, t *record.Template, typed string) (record.Need, error) {
	n, err := record.ParseNeedOf(typed, func(typed string) string { return fieldNamed(t, r, typed) })
	if err != nil {
		return n, a.badNeed(r, t, typed, err)
	}
	return n, a.checkNeed(r, t, n)
}

// badNeed says why a need can't be read, with the field that may have been
// meant.
func (a *app) badNeed(r *record.Record, t *record.Template, typed string, err error) error {
	f := refused("way", err).(*failure)
	words := needWords(r, t)
	for _, key := range words[:len(words):len(words)] {
		words = append(words, a.text(record.SayAtom(key, t, r)))
	}
	if near := nearest(lang.Fold(strings.TrimSpace(typed)), words); near != "" {
		f.next = append(f.next, said(lang.T("did you mean: %s", "もしかして: %s"), near))
	}
	f.next = append(f.next, said(lang.T("how needs are written: %s help ways", "要るものの書き方: %s help ways"), a.name))
	return f
}

// needWords are what a need of r may name by itself.
func needWords(r *record.Record, t *record.Template) []string {
	list := []string{string(record.AtomPassword), string(record.AtomMemory)}
	if t != nil {
		for _, s := range t.Fields {
			list = append(list, s.Key)
		}
	}
	for _, f := range r.Fields {
		if t.Spec(f.Key) == nil {
			list = append(list, f.Key)
		}
	}
	return list
}

// checkNeed refuses a need whose field r does not have, whose field can stand
// for nothing, or that is the record itself.
func (a *app) checkNeed(r *record.Record, t *record.Template, n record.Need) error {
	for _, atom := range n.Atoms() {
		switch atom.Kind {
		case record.AtomField, record.AtomCall, record.AtomOpen: // the three that name a field
		default:
			continue
		}
		f := r.Field(atom.Name)
		spec := t.Spec(atom.Name)
		if f == nil && spec == nil {
			return a.noNeed(r, t, atom.Name)
		}
		kind := record.TypeOf(t, &record.Field{Key: atom.Name})
		if f != nil {
			kind = record.TypeOf(t, f)
		}
		switch {
		case kind == record.TypeChoice || kind == record.TypeURL,
			atom.Kind == record.AtomCall && kind != record.TypePhone && kind != record.TypeRef,
			atom.Kind == record.AtomOpen && kind != record.TypeRef && kind != record.TypeText:
			return &failure{status: statusUsage, code: "way",
				what: said(lang.T("%q can't be needed: the field %s is no thing that could be lost or found", "「%s」は要るものになりません（%sは、なくしたり見つけたりするものではないため）"), atom.String(), record.Label(t, &record.Field{Key: atom.Name}))}
		case kind == record.TypeRef && f != nil && record.NameKey(f.Value) == record.NameKey(r.Name):
			return needsItself(r.Name)
		}
	}
	return nil
}

// noNeed says that a need names no field.
func (a *app) noNeed(r *record.Record, t *record.Template, key string) error {
	f := &failure{status: statusNotFound, code: "no_field",
		what: said(lang.T("a way needs %q, but there is no such field here", "要るものに「%s」とありますが、そういう項目はここにありません"), key)}
	if near := nearest(key, needWords(r, t)); near != "" {
		f.next = append(f.next, said(lang.T("did you mean: %s", "もしかして: %s"), near))
	}
	f.next = append(f.next, said(lang.T("its fields: %s templates %s", "項目の一覧: %s templates %s"), a.name, r.Template),
		said(lang.T("another record: record:NAME   a paper: paper:PLACE", "ほかの記録は 記録:名前、紙は 紙:場所")))
	return f
}

func needsItself(name string) error {
	return &failure{status: statusUsage, code: "way",
		what: said(lang.T("a way into %q can't need %[1]q itself", "「%s」に戻る方法に、「%[1]s」そのものは使えません"), name),
		next: []words{said(lang.T("say what gets you in while it is locked", "入れなくなっているときに使えるものを書いてください"))}}
}

// checkNames looks up the records that new ways and new places name, and writes
// their names as they are. name is what the record itself will be called.
func (a *app) checkNames(s *store.Store, before, r *record.Record, name string) error {
	live := func(named string) (string, error) {
		c, err := a.findLive(s, named)
		return c.Name, err
	}
	for i := range r.Ways {
		w := &r.Ways[i]
		if old := before.Way(w.ID); old != nil && slices.EqualFunc(old.Needs, w.Needs, sameNeed) {
			continue
		}
		for _, n := range w.Needs {
			for j, atom := range n.Any {
				named, ok := strings.CutPrefix(atom, string(record.AtomRecord)+":")
				if !ok {
					continue
				}
				if record.NameKey(named) == record.NameKey(cmp.Or(name, r.Name)) {
					return needsItself(named)
				}
				found, err := live(named)
				if err != nil {
					return err
				}
				n.Any[j] = string(record.AtomRecord) + ":" + found
			}
		}
	}
	return a.checkPlaces(before, r, live)
}

func sameNeed(x, y record.Need) bool { return x.String() == y.String() }

// editArguments completes what edit asks for: fields, ways, places.
func editArguments(a *app, cmd *cobra.Command, args []string, toComplete string) ([]string, cobra.ShellCompDirective) {
	list, directive := recordThenFields(a, cmd, args, toComplete)
	if len(args) == 1 {
		list = append(list, a.described(waysWords[0], lang.T("the ways back in", "戻る方法")),
			a.described(keptWords[0], lang.T("where each secret is kept", "秘密のもののある所")))
	}
	return list, directive
}
