package cli

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"memovault/internal/lang"
	"memovault/internal/record"
	"memovault/internal/store"
	"memovault/internal/term"
)

func (a *app) newHistory() *cobra.Command {
	var asJSON bool
	cmd := a.command(spec{
		name: "history", args: lang.T("NAME", "名前"), group: "notes",
		short: lang.T("list the revisions of a record", "これまでの版の一覧を見る"),
		long: lang.T(`Lists the revisions of a record, the newest first: number, when, and which fields
were added, changed or removed. Values are not shown; show NAME --revision N shows
a revision, undo NAME --to N goes back to it.`,
			`記録のこれまでの版を、新しい順に並べます。版の番号、日時、どの項目が増えたか・変わったか・消えたかです。
値は出しません。中身を見るには show 名前 --revision 番号、その版に戻すには undo 名前 --to 番号 です。`),
		examples: []example{
			{"history office", lang.T("what was changed, and when", "いつ、何が変わったか")},
			{"show office --revision 1", lang.T("the first revision", "最初の版を見る")},
			{"history office --json", lang.T("for a script", "スクリプト向け")},
		},
	})
	cmd.Flags().BoolVar(&asJSON, "json", false, a.text(lang.T("as JSON", "JSON で出す")))
	cmd.Args = a.argsBetween(1, 1)
	cmd.RunE = func(cmd *cobra.Command, args []string) error { return a.runHistory(args[0], asJSON) }
	return cmd
}

func (a *app) runHistory(name string, asJSON bool) error {
	s, err := a.openVault()
	if err != nil {
		return err
	}
	c, err := a.find(s, name)
	if err != nil {
		return err
	}
	revisions, damage := readRevisions(s, c)
	if len(revisions) == 0 {
		return damage
	}
	if asJSON {
		err = a.historyJSON(c, revisions)
	} else {
		err = a.historyTable(c, revisions)
	}
	if err != nil {
		return err
	}
	if damage != nil {
		return lostRevisions(c, revisions, damage)
	}
	return nil
}

// A revision is one state of a record and what led to it from the one before.
type revision struct {
	r       *record.Record
	changes []change
	merged  bool // it was made in another copy of the vault, or of two versions
}

// readRevisions reads the record as it is and as it was, newest first. Where
// earlier ones are damaged it returns what can be read, and the error.
func readRevisions(s *store.Store, c store.Card) ([]revision, error) {
	past, failed := s.History(c.ID)
	current, err := s.Record(c.ID)
	if err != nil {
		return nil, err
	}
	list := make([]revision, 0, len(past)+1)
	for _, r := range append([]*record.Record{current}, past...) {
		list = append(list, revision{r: r})
	}
	for i := range list[:len(list)-1] {
		list[i].changes = compare(list[i+1].r, list[i].r)
	}
	return list, errors.Join(failed, followMerges(list))
}

// followMerges compares revisions that a merge made, or brought, with what they
// were made of, which is not the revision before them.
func followMerges(list []revision) error {
	if !slices.ContainsFunc(list, func(one revision) bool { return one.r.From != nil }) {
		return nil
	}
	oldest := make([]*record.Record, len(list))
	for i, one := range list {
		oldest[len(list)-1-i] = one.r
	}
	versions, err := record.VersionsOf(oldest)
	if err != nil {
		return err
	}
	for i := range list {
		if list[i].r.From == nil {
			continue
		}
		list[i].merged = true
		for _, v := range versions {
			if slices.Contains(list[i].r.From, v.ID) {
				list[i].changes = compare(v.Record, list[i].r)
				break
			}
		}
	}
	return nil
}

// lostRevisions says that not all of the history could be read.
func lostRevisions(c store.Card, read []revision, err error) error {
	return &failure{status: statusDamaged, code: "damaged", err: err,
		what: said(lang.T("earlier revisions of %q are damaged; revision %d is the oldest that could be read", "「%s」の前の版が壊れています。読めたのは第 %d 版までです"),
			c.Name, read[len(read)-1].r.Revision),
		why: said(lang.T("it was left as it is", "ファイルには手を付けていません"))}
}

// How a field or another part of a record changed.
const (
	changeAdded    = "added"
	changeChanged  = "changed"
	changeRemoved  = "removed"
	changeRenamed  = "renamed"
	changeTrashed  = "trashed"
	changeRestored = "restored"
	changeOff      = "switched-off"
	changeBack     = "switched-on"
)

// A change is one difference between two revisions, without values.
type change struct {
	kind  string
	key   string    // of the field, or title, owner, tags, notes …; empty for the whole record
	label lang.Text // of key
	from  string    // the former name, where renamed
}

// compare lists what made r out of before.
func compare(before, r *record.Record) []change {
	var list []change
	switch {
	case before.Trashed == nil && r.Trashed != nil:
		list = append(list, change{kind: changeTrashed})
	case before.Trashed != nil && r.Trashed == nil:
		list = append(list, change{kind: changeRestored})
	}
	if before.Name != r.Name {
		list = append(list, change{kind: changeRenamed, from: before.Name})
	}
	list = append(list, compareFields(before, r)...)
	list = append(list, compareRest(before, r)...)
	if n := len(r.Conflicts) - len(before.Conflicts); len(list) == 0 && n != 0 {
		kind := changeRemoved
		if n > 0 {
			kind = changeAdded
		}
		list = append(list, change{kind: kind, key: "conflicts", label: lang.T("conflict", "食い違い")})
	}
	return list
}

func compareFields(before, r *record.Record) []change {
	var list []change
	add := func(kind string, owner *record.Record, f *record.Field) {
		list = append(list, change{kind: kind, key: f.Key, label: record.Label(record.LookupTemplate(owner.Template), f)})
	}
	for i := range r.Fields {
		f := &r.Fields[i]
		switch old := before.Field(f.Key); {
		case old == nil:
			add(changeAdded, r, f)
		case !sameField(old, f):
			add(changeChanged, r, f)
		}
	}
	for i := range before.Fields {
		if f := &before.Fields[i]; r.Field(f.Key) == nil {
			add(changeRemoved, before, f)
		}
	}
	return list
}

func sameField(x, y *record.Field) bool {
	return x.Type == y.Type && x.Label == y.Label && x.Value == y.Value &&
		slices.EqualFunc(x.Codes, y.Codes, func(x, y record.Code) bool { return x.Code == y.Code && x.Used == y.Used }) &&
		sameExtra(x.Extra, y.Extra)
}

func sameExtra(x, y map[string]json.RawMessage) bool {
	return maps.EqualFunc(x, y, func(x, y json.RawMessage) bool { return bytes.Equal(x, y) })
}

// compareRest looks at all but name, fields and trash.
func compareRest(before, r *record.Record) []change {
	var list []change
	text := func(key string, label lang.Text, was, is string) {
		kind := changeChanged
		switch {
		case was == is:
			return
		case was == "":
			kind = changeAdded
		case is == "":
			kind = changeRemoved
		}
		list = append(list, change{kind: kind, key: key, label: label})
	}
	text("title", lang.T("title", "題"), before.Title, r.Title)
	text("owner", lang.T("owner", "持ち主"), before.Owner, r.Owner)
	text("tags", lang.T("tags", "名札"), strings.Join(before.Tags, "\n"), strings.Join(r.Tags, "\n"))
	text("notes", lang.T("notes", "メモ"), before.Notes, r.Notes)
	text("attachments", lang.T("attached files", "添付"), attachmentList(before), attachmentList(r))
	list = append(list, compareStanding(before, r)...)
	if before.Importance != r.Importance {
		list = append(list, change{kind: changeChanged, key: "importance", label: lang.T("importance", "大切さ")})
	}
	if !sameTime(before.Verified, r.Verified) {
		list = append(list, change{kind: changeChanged, key: "verified", label: lang.T("date of the check", "確かめた日")})
	}
	if !sameExtra(before.Extra, r.Extra) {
		list = append(list, change{kind: changeChanged, key: "other", label: lang.T("what a newer version of the program keeps here", "新しい版のプログラムが使う内容")})
	}
	if before.Template != r.Template {
		list = append(list, change{kind: changeChanged, key: "template", label: lang.T("template", "ひな形")})
	}
	return list
}

func attachmentList(r *record.Record) string {
	var b strings.Builder
	for _, at := range r.Attachments {
		b.WriteString(at.Name + "\n" + at.SHA256 + "\n")
	}
	return b.String()
}

func sameTime(x, y *time.Time) bool {
	return x == nil && y == nil || x != nil && y != nil && x.Equal(*y)
}

// say describes a change in a few words.
func (c change) say(l lang.Lang) string {
	text := map[string]lang.Text{
		changeTrashed:  lang.T("put into the trash", "ごみ箱に入れた"),
		changeRestored: lang.T("taken out of the trash", "ごみ箱から戻した"),
		changeRenamed:  lang.T("renamed from %s", "名前を変えた（前は %s）"),
		changeAdded:    lang.T("%s added", "%sを追加"),
		changeChanged:  lang.T("%s changed", "%sを変更"),
		changeRemoved:  lang.T("%s removed", "%sを削除"),
		changeOff:      lang.T("%s switched off", "%sを使わないことに"),
		changeBack:     lang.T("%s brought back", "%sをまた使うことに"),
	}[c.kind]
	switch c.kind {
	case changeTrashed, changeRestored:
		return text.In(l)
	case changeRenamed:
		return text.Sprintf(l, term.Sanitize(c.from))
	}
	return text.Sprintf(l, term.Sanitize(c.label.In(l)))
}

func sayChanges(list []change, l lang.Lang) string {
	parts := make([]string, len(list))
	for i, c := range list {
		parts[i] = c.say(l)
	}
	return strings.Join(parts, lang.T(", ", "、").In(l))
}

// what describes one revision for the table.
func (a *app) what(list []revision, i int) string {
	switch {
	case i == len(list)-1 && list[i].r.Revision == 1:
		return a.text(lang.T("noted", "記録した"))
	case i == len(list)-1:
		return "-"
	}
	what := cmp.Or(sayChanges(list[i].changes, a.lang), a.text(lang.T("saved without a change", "変更なしで保存")))
	if list[i].merged {
		return a.text(lang.T("merged: %s", "合わせた: %s"), what)
	}
	return what
}

func (a *app) historyTable(c store.Card, list []revision) error {
	rows := [][]string{{a.text(lang.T("REVISION", "版")), a.text(lang.T("WHEN", "日時")), a.text(lang.T("WHAT", "内容"))}}
	for i, one := range list {
		rows = append(rows, []string{a.text(lang.T("%d", "第 %d 版"), one.r.Revision), a.minute(one.r.Updated), a.what(list, i)})
	}
	if _, err := io.WriteString(a.out, term.Table(rows, a.columns())); err != nil {
		return err
	}
	a.say(lang.T("to see one: %s show %s --revision N   to go back to it: %s undo %s --to N", "見るには: %s show %s --revision 番号   その版に戻すには: %s undo %s --to 番号"),
		a.call(), shellWord(c.Name), a.call(), shellWord(c.Name))
	return nil
}

// minute is a date and time of the day, in the time zone of the run.
func (a *app) minute(t time.Time) string {
	return t.In(a.now.Location()).Format("2006-01-02 15:04")
}

// A listedRevision is a revision in history --json.
type listedRevision struct {
	Revision uint64         `json:"revision"`
	Time     time.Time      `json:"time"`
	Name     string         `json:"name"`
	Trashed  bool           `json:"trashed"`
	Changes  []listedChange `json:"changes"`
}

type listedChange struct {
	Change string `json:"change"`
	Key    string `json:"key,omitempty"`
	Label  string `json:"label,omitempty"`
	From   string `json:"from,omitempty"`
}

func (a *app) historyJSON(c store.Card, list []revision) error {
	out := make([]listedRevision, 0, len(list))
	for _, one := range list {
		out = append(out, listedRevision{one.r.Revision, one.r.Updated, one.r.Name, one.r.Trashed != nil, a.listedChanges(one.changes)})
	}
	return a.writeJSON(struct {
		Schema    int              `json:"schema"`
		ID        record.ID        `json:"id"`
		Name      string           `json:"name"`
		Revisions []listedRevision `json:"revisions"`
	}{1, c.ID, c.Name, out})
}

func (a *app) listedChanges(changes []change) []listedChange {
	list := make([]listedChange, len(changes))
	for i, c := range changes {
		list[i] = listedChange{c.kind, c.key, c.label.In(a.lang), c.from}
	}
	return list
}
