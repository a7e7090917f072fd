package cli

import (
	"cmp"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"memovault/internal/lang"
	"memovault/internal/record"
	"memovault/internal/store"
	"memovault/internal/term"
)

type conflictsOptions struct {
	keep, take   []string
	reveal, json bool
}

func (a *app) newConflicts() *cobra.Command {
	var o conflictsOptions
	cmd := a.command(spec{
		name: "conflicts", args: lang.T("[NAME]", "[名前]"), group: "keeping",
		short: lang.T("what two copies had changed differently, and settle it", "合わせたときの食い違いを見る・決める"),
		long: lang.T(`Lists where merge had to choose: what counts now, and what the other copy had. With
a name it shows one record; --take takes the other value, --keep stays with what
counts. To write something else, use edit: that settles it too. What is not taken
stays in the history for good.`,
			`merge が選んだところを一覧にします。今使っているものと、もう一方の写しにあったものを見せます。
名前を書くとその記録だけを見せます。--take でもう一方に替え、--keep で今のままに決めます。ほかの内容に
するなら edit で書き直してください（それで決まったことになります）。選ばなかったほうも履歴に残ります。`),
		examples: []example{
			{"conflicts", lang.T("all that is open", "まだ決めていないもの全部")},
			{"conflicts office --reveal", lang.T("one record, secrets shown", "1 件を、秘密の値も見せて")},
			{"conflicts office --take password", lang.T("the other copy was right", "もう一方のほうが正しいとき")},
			{"conflicts office --keep all", lang.T("all may stay as it is", "全部今のままでよいとき")},
		},
	})
	f := cmd.Flags()
	f.StringArrayVar(&o.keep, "keep", nil, a.text(lang.T("stay with what counts now for `KEY`, or all", "この`項目`（または all で全部）は今のままにする")))
	f.StringArrayVar(&o.take, "take", nil, a.text(lang.T("take the other value for `KEY`; of several KEY:2", "この`項目`をもう一方の値に替える。いくつもあるときは 項目:2")))
	f.BoolVar(&o.reveal, "reveal", false, a.text(lang.T("show secrets too", "秘密の値も見せる")))
	f.BoolVar(&o.json, "json", false, a.text(lang.T("as JSON, without values", "JSON で出す（値は除く）")))
	cmd.Args = a.argsBetween(0, 1)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		settles := len(o.keep)+len(o.take) > 0
		switch {
		case len(args) == 0 && settles:
			return a.usage(cmd, lang.T("--keep and --take go with the name of a record", "--keep と --take は、記録の名前と一緒に使ってください"))
		case settles && o.json:
			return a.usage(cmd, lang.T("--json is for the list", "--json は一覧のときだけ使えます"))
		}
		s, err := a.openVault()
		if err != nil {
			return err
		}
		if settles {
			return a.settle(s, args[0], o)
		}
		return a.listConflicts(s, args, o)
	}
	return cmd
}

// contested reads the records that have open conflicts: the one that is named,
// in order of name otherwise.
func (a *app) contested(s *store.Store, names []string) ([]*record.Record, error) {
	if len(names) > 0 {
		c, err := a.find(s, names[0])
		if err != nil {
			return nil, err
		}
		r, err := s.Record(c.ID)
		if err != nil || len(record.OpenConflicts(r)) == 0 {
			return nil, err
		}
		return []*record.Record{r}, nil
	}
	var list []*record.Record
	for r, err := range s.All() {
		if err != nil {
			return nil, err
		}
		if len(record.OpenConflicts(r)) > 0 {
			list = append(list, r)
		}
	}
	slices.SortFunc(list, func(x, y *record.Record) int {
		return cmp.Or(cmp.Compare(record.NameKey(x.Name), record.NameKey(y.Name)), slices.Compare(x.ID[:], y.ID[:]))
	})
	return list, nil
}

func (a *app) listConflicts(s *store.Store, names []string, o conflictsOptions) error {
	list, err := a.contested(s, names)
	if err != nil {
		return err
	}
	if o.json {
		return a.conflictsJSON(list)
	}
	if len(list) == 0 {
		a.say(lang.T("there is no conflict", "食い違いはありません"))
		return nil
	}
	for _, r := range list {
		if err := a.showConflicts(s, r, o.reveal); err != nil {
			return err
		}
	}
	name := shellWord(list[0].Name)
	a.say(lang.T("to take the other: %s conflicts %s --take KEY   to stay with this: %s conflicts %s --keep KEY (or all)", "もう一方に替えるには: %s conflicts %s --take 項目   今のままに決めるには: %s conflicts %s --keep 項目（全部なら all）"),
		a.call(), name, a.call(), name)
	return nil
}

// showConflicts shows what counts in a record and what lost.
func (a *app) showConflicts(s *store.Store, r *record.Record, reveal bool) error {
	versions, err := s.Versions(r.ID)
	if err != nil {
		return err
	}
	rows := [][]string{}
	for _, c := range record.OpenConflicts(r) {
		rows = append(rows, []string{"  " + term.Sanitize(conflictKey(c)), a.text(lang.T("counts now", "今のもの")), a.contestedValue(r, c, reveal)})
		for _, old := range losers(c, versions) {
			rows = append(rows, []string{"", a.text(lang.T("other, of %s", "もう一方（%s）"), a.minute(old.Updated)), a.contestedValue(old, c, reveal)})
		}
		if c.Part == record.PieceName && len(c.Lost) == 0 {
			rows = append(rows, []string{"", "", a.text(lang.T("two records had one name; rename it with edit, or keep it", "同じ名前の記録が 2 つありました。edit で名前を変えるか、このままに決めてください"))})
		}
	}
	_, err = io.WriteString(a.out, term.Sanitize(r.Name)+"\n"+term.Table(rows, a.columns()))
	return err
}

// losers are the versions that a conflict names, as far as they are here.
func losers(c record.Conflict, versions []record.Version) (list []*record.Record) {
	for _, id := range c.Lost {
		if i := slices.IndexFunc(versions, func(v record.Version) bool { return v.ID == id }); i >= 0 {
			list = append(list, versions[i].Record)
		}
	}
	return list
}

// conflictKey is what a conflict is called on the command line.
func conflictKey(c record.Conflict) string {
	switch {
	case c.Part == record.PieceField:
		return c.Key
	case c.Key != "":
		return c.Part + ":" + c.Key
	}
	return c.Part
}

// contestedValue is the part of a record that a conflict is about, for the screen.
func (a *app) contestedValue(r *record.Record, c record.Conflict, reveal bool) string {
	value := ""
	switch c.Part {
	case record.PieceField, record.PieceCodes:
		if f := r.Field(c.Key); f != nil {
			value, _ = a.shownValue(record.LookupTemplate(r.Template), f, reveal)
		}
	case record.PieceTrash:
		value = a.text(lang.T("not thrown away", "ごみ箱に入れない"))
		if r.Trashed != nil {
			value = a.text(lang.T("in the trash since %s", "%s にごみ箱へ"), r.Trashed.In(a.now.Location()).Format(time.DateOnly))
		}
	case record.PieceImportance:
		value = strconv.Itoa(r.Importance)
	case record.PieceKept:
		value = r.Kept[c.Key]
	case record.PieceAccepted:
		value = r.Accepted[c.Key].Why
	case record.PieceAttachment:
		if i := slices.IndexFunc(r.Attachments, func(at record.Attachment) bool { return at.ID.String() == c.Key }); i >= 0 {
			value = r.Attachments[i].Name
		}
	case record.PieceWay:
		if i := slices.IndexFunc(r.Ways, func(w record.Way) bool { return w.ID == c.Key }); i >= 0 {
			value = wayInWords(r.Ways[i])
		}
	case record.PieceAttempt, record.PieceRetire, record.PieceExtra, record.PieceWhole:
		value = a.text(lang.T("see history and show --revision %d", "history と show --revision %d で見られます"), r.Revision)
	default:
		value = map[string]string{record.PieceName: r.Name, record.PieceTitle: r.Title, record.PieceOwner: r.Owner,
			record.PieceNotes: r.Notes, record.PieceTemplate: r.Template}[c.Part]
	}
	return cmp.Or(term.SanitizeLines(value), a.text(lang.T("(none)", "（なし）")))
}

func wayInWords(w record.Way) string {
	needs := make([]string, len(w.Needs))
	for i, n := range w.Needs {
		needs[i] = n.String()
	}
	text := strings.Join(needs, " + ")
	if w.Off {
		text += " (off)"
	}
	return text
}

// settle takes or keeps what was said, in one edit.
func (a *app) settle(s *store.Store, name string, o conflictsOptions) error {
	c, err := a.find(s, name)
	if err != nil {
		return err
	}
	r, err := s.Record(c.ID)
	if err == nil && r.Schema > record.Schema {
		err = record.ErrNewer
	}
	if err != nil {
		return err
	}
	versions, err := s.Versions(c.ID)
	if err != nil {
		return err
	}
	before := len(record.OpenConflicts(r))
	for _, typed := range o.take {
		if r, err = a.takeOther(r, versions, typed); err != nil {
			return err
		}
	}
	for _, typed := range o.keep {
		if typed == "all" {
			r.Conflicts = nil
			continue
		}
		one, err := a.conflictNamed(r, typed)
		if err != nil {
			return err
		}
		record.Settle(r, one)
	}
	r.Updated = a.now.UTC().Truncate(time.Second)
	open := len(record.OpenConflicts(r))
	if before == 0 {
		a.say(lang.T("there is no conflict", "食い違いはありません"))
		return nil
	}
	if err := a.commit(s, store.Change{Put: []*record.Record{r}}); err != nil {
		return err
	}
	a.say(lang.T("settled: %d; still open in this record: %d", "決めました: %d か所。この記録に残っているもの: %d か所"), before-open, open)
	return nil
}

// takeOther gives the record the other value of a part: KEY, or KEY:N for the
// Nth of several.
func (a *app) takeOther(r *record.Record, versions []record.Version, typed string) (*record.Record, error) {
	n := 1
	one, err := a.conflictNamed(r, typed)
	if err != nil {
		key, number, _ := cutLast(typed, ":")
		var failed error
		if n, failed = strconv.Atoi(number); failed != nil {
			return nil, err
		}
		if one, err = a.conflictNamed(r, key); err != nil {
			return nil, err
		}
	}
	others := losers(one, versions)
	if n < 1 || n > len(others) {
		return nil, &failure{status: statusNotFound, code: "no_other_value",
			what: said(lang.T("there is no other value %d for %s", "「%[2]s」に、もう一方の値 %[1]d はありません"), n, conflictKey(one)),
			next: []words{said(lang.T("to stay with this one: --keep %s", "今のままに決めるには: --keep %s"), shellWord(conflictKey(one)))}}
	}
	return record.TakePiece(r, others[n-1], one)
}

func cutLast(s, sep string) (before, after string, found bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

// conflictNamed finds an open conflict by what it is called.
func (a *app) conflictNamed(r *record.Record, typed string) (record.Conflict, error) {
	var keys []string
	for _, c := range record.OpenConflicts(r) {
		key := conflictKey(c)
		keys = append(keys, key)
		if key == typed || lang.Fold(a.conflictLabel(r, c)) == lang.Fold(typed) {
			return c, nil
		}
	}
	f := &failure{status: statusNotFound, code: "no_conflict",
		what: said(lang.T("%q has no conflict %q", "「%s」に「%s」という食い違いはありません"), r.Name, typed)}
	if len(keys) > 0 {
		f.next = []words{said(lang.T("open are: %s", "まだ決めていないもの: %s"), term.Sanitize(strings.Join(keys, ", ")))}
	}
	return record.Conflict{}, f
}

// conflictLabel is what a person calls the part.
func (a *app) conflictLabel(r *record.Record, c record.Conflict) string {
	if c.Part == record.PieceField || c.Part == record.PieceCodes {
		f := r.Field(c.Key)
		if f == nil {
			f = &record.Field{Key: c.Key}
		}
		return record.Label(record.LookupTemplate(r.Template), f).In(a.lang)
	}
	return conflictKey(c)
}

// A listedConflict is a conflict in JSON.
type listedConflict struct {
	Part   string `json:"part"`
	Key    string `json:"key,omitempty"`
	Typed  string `json:"typed"` // what --take and --keep call it
	Label  string `json:"label"`
	Others int    `json:"others"`
}

func (a *app) listConflict(r *record.Record, c record.Conflict) listedConflict {
	return listedConflict{c.Part, c.Key, conflictKey(c), a.conflictLabel(r, c), len(c.Lost)}
}

func (a *app) conflictsJSON(list []*record.Record) error {
	type contested struct {
		ID        record.ID        `json:"id"`
		Name      string           `json:"name"`
		Conflicts []listedConflict `json:"conflicts"`
	}
	out := []contested{}
	for _, r := range list {
		one := contested{ID: r.ID, Name: r.Name}
		for _, c := range record.OpenConflicts(r) {
			one.Conflicts = append(one.Conflicts, a.listConflict(r, c))
		}
		out = append(out, one)
	}
	return a.writeJSON(struct {
		Schema  int         `json:"schema"`
		Records []contested `json:"records"`
	}{1, out})
}
