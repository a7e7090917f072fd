package cli

import (
	"bytes"
	"encoding/json"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"memovault/internal/lang"
	"memovault/internal/record"
	"memovault/internal/store"
	"memovault/internal/term"
)

// listOptions choose what list shows.
type listOptions struct {
	owner, tag, template string
	trash, json          bool
}

func (a *app) newList() *cobra.Command {
	var o listOptions
	cmd := a.command(spec{
		name: "list", args: lang.T("[WORD...]", "[言葉...]"), group: "notes",
		short: lang.T("list records, or find them by a word", "一覧を見る・言葉で探す"),
		long: lang.T(`Lists the records. With words, only those that hold all of them in a name, an
owner, a tag or any field that is not secret; wide, half-width and upper-case
letters and both kinds of kana count as the same, and romaji finds kana. Printed
sheets are only counted: papers lists them, and so does list --template sheet.`,
			`記録の一覧です。言葉を付けると、名前・持ち主・名札・秘密でない項目のどこかに、その言葉を全部含むものだけに
絞ります。全角と半角、大文字と小文字、ひらがなとカタカナは区別しません。かなはローマ字でも探せます。
印刷した用紙は、枚数だけを出します。一覧は papers か list --template sheet です。`),
		examples: []example{
			{"list", lang.T("everything", "全部")},
			{"list nifty", lang.T("where that word occurs", "その言葉が出てくる記録")},
			{"list --owner 田中", lang.T("what somebody's records are", "田中さんの記録")},
			{"list --owner 田中 --json", lang.T("for a script", "スクリプト向け")},
		},
	})
	cmd.Flags().StringVar(&o.owner, "owner", "", a.text(lang.T("only those of `NAME`", "持ち主が`名前`のものだけ")))
	cmd.Flags().StringVar(&o.tag, "tag", "", a.text(lang.T("only those with the tag `TAG`", "`名札`の付いたものだけ")))
	cmd.Flags().StringVar(&o.template, "template", "", a.text(lang.T("only those made from `TEMPLATE`", "`ひな形`から作ったものだけ")))
	cmd.Flags().BoolVar(&o.trash, "trash", false, a.text(lang.T("what lies in the trash", "ごみ箱の中")))
	cmd.Flags().BoolVar(&o.json, "json", false, a.text(lang.T("as JSON", "JSON で出す")))
	cmd.Args = a.argsBetween(0, -1)
	cmd.RunE = func(cmd *cobra.Command, args []string) error { return a.runList(o, strings.Join(args, " ")) }
	return cmd
}

func (a *app) runList(o listOptions, query string) error {
	s, err := a.openVault()
	if err != nil {
		return err
	}
	var found *survey
	err = a.patiently(lang.T("searching %d records ...", "%d 件の記録を探しています..."), func() (err error) {
		found, err = search(s, query, o.trash)
		return err
	}, s.Len())
	if err != nil {
		return err
	}
	if !found.templates[o.template] && o.template != "" {
		if _, err := a.template(o.template); err != nil {
			return err
		}
	}
	trashed := 0
	for _, c := range found.cards {
		if c.Trashed {
			trashed++
		}
	}
	cards := slices.DeleteFunc(found.cards, func(c store.Card) bool { return !o.shows(c) })
	sortCards(cards)
	if o.json {
		return a.listJSON(cards)
	}
	if len(cards) == 0 {
		a.sayNothing(o, query, trashed)
		return nil
	}
	cards, sheets := o.withoutSheets(cards, query)
	retiring := slices.ContainsFunc(cards, func(c store.Card) bool { return c.Retiring && !c.Trashed })
	owned := slices.ContainsFunc(cards, func(c store.Card) bool { return c.Owner != "" })
	if err := a.paged(func() error { return a.listTable(cards, owned && found.owners > 1 && o.owner == "") }); err != nil {
		return err
	}
	a.say(plural(len(cards), lang.T("%d record. To see it: %s show NAME", "%d 件。見るには: %s show 名前"),
		lang.T("%d records. To see one: %s show NAME", "%d 件。見るには: %s show 名前")), len(cards), a.call())
	if sheets > 0 {
		a.say(plural(sheets, lang.T("and %d printed sheet: %s papers", "ほかに、印刷した用紙が %d 枚: %s papers"),
			lang.T("and %d printed sheets: %s papers", "ほかに、印刷した用紙が %d 枚: %s papers")), sheets, a.call())
	}
	if retiring {
		a.sayRetirements(s, o.owner)
	}
	return nil
}

// A survey is what a list is made of.
type survey struct {
	cards     []store.Card
	owners    int             // how many people the vault is of; 2 stands for more. Nobody counts as one
	templates map[string]bool // those that its records were made from

	owner string // of the records seen so far
}

func (v *survey) see(c *store.Card) {
	if v.owners == 0 {
		v.owners, v.owner = 1, c.Owner
	} else if c.Owner != v.owner {
		v.owners = 2
	}
	v.templates[c.Template] = true
}

func (o listOptions) shows(c store.Card) bool {
	return c.Trashed == o.trash &&
		(o.owner == "" || lang.Fold(c.Owner) == lang.Fold(o.owner)) &&
		(o.template == "" || c.Template == o.template || templateName(o.template) == c.Template) &&
		(o.tag == "" || slices.ContainsFunc(c.Tags, func(t string) bool { return lang.Fold(t) == lang.Fold(o.tag) }))
}

// withoutSheets takes the printed sheets out of a list that was not narrowed
// down: nobody typed them in, and with every print there is one more. A list of
// nothing else stays. It returns how many were taken out.
func (o listOptions) withoutSheets(cards []store.Card, query string) (rest []store.Card, sheets int) {
	if query != "" || o.trash || o.tag != "" || o.template != "" {
		return cards, 0
	}
	for _, c := range cards {
		if c.Template != record.SheetTemplate {
			rest = append(rest, c)
		}
	}
	if len(rest) == 0 {
		return cards, 0
	}
	return rest, len(cards) - len(rest)
}

func templateName(typed string) string {
	if t := record.LookupTemplate(typed); t != nil {
		return t.Name
	}
	return typed
}

// search finds the records that hold every word of query, all if it has none,
// and looks at the others on the way.
func search(s *store.Store, query string, trash bool) (*survey, error) {
	v := &survey{templates: map[string]bool{}}
	if query == "" {
		cards, err := s.Cards()
		for i := range cards {
			v.see(&cards[i])
		}
		v.cards = cards
		return v, err
	}
	var buf []byte
	q := record.NewQuery(query, record.Heads())
	err := s.EachRaw(trash, func(raw store.Raw) bool {
		v.see(&raw.Card)
		var may bool
		if may, buf = q.MayMatch(raw.JSON, buf); !may {
			return true
		}
		if r, err := s.Parse(raw); err == nil && q.Matches(r, record.LookupTemplate(r.Template)) {
			v.cards = append(v.cards, raw.Card)
		}
		return true
	})
	return v, err
}

// sortCards orders by owner, then name, as they fold.
func sortCards(cards []store.Card) {
	type keyed struct {
		owner, name string
		card        *store.Card
	}
	owners := map[string]string{} // few people own many records
	sorted := make([]keyed, len(cards))
	for i := range cards {
		c := &cards[i]
		owner, ok := owners[c.Owner]
		if !ok {
			owner = lang.Fold(c.Owner)
			owners[c.Owner] = owner
		}
		sorted[i] = keyed{owner, lang.Fold(c.Name), c}
	}
	slices.SortFunc(sorted, func(x, y keyed) int { // cmp.Or would compare all three each time
		if x.owner != y.owner {
			return strings.Compare(x.owner, y.owner)
		}
		if x.name != y.name {
			return strings.Compare(x.name, y.name)
		}
		return bytes.Compare(x.card.ID[:], y.card.ID[:])
	})
	out := make([]store.Card, len(cards))
	for i, k := range sorted {
		out[i] = *k.card
	}
	copy(cards, out)
}

// minTitle is the fewest columns in which what a record is can be told from
// others; a window that leaves less gets each record in rows of its own.
const minTitle = 16

func (a *app) listTable(cards []store.Card, owners bool) error {
	head := []string{a.text(lang.T("NAME", "名前")), a.text(lang.T("KIND", "種類"))}
	if owners {
		head = append(head, a.text(lang.T("OWNER", "持ち主")))
	}
	head = append(head, a.text(lang.T("CHANGED", "更新")), a.text(lang.T("WHAT", "内容")))
	rows := append(make([][]string, 0, 1+len(cards)), head)
	kinds := map[string]string{}
	for _, c := range cards {
		kind, ok := kinds[c.Template]
		if !ok {
			kind = term.Sanitize(a.kind(c.Template))
			kinds[c.Template] = kind
		}
		row := append(make([]string, 0, len(head)), term.Sanitize(c.Name), kind)
		if owners {
			row = append(row, term.Sanitize(c.Owner))
		}
		rows = append(rows, append(row, a.day(c.Updated), term.Sanitize(c.Title)))
	}
	if cols := a.columns(); term.Crowded(rows, cols, minTitle) {
		_, err := io.WriteString(a.out, strings.Join(term.Stack(rows[1:], cols), "\n")+"\n")
		return err
	}
	first, body, _ := strings.Cut(term.Table(rows, a.columns()), "\n")
	if _, err := io.WriteString(a.out, a.paint(paintHead, first)+"\n"); err != nil {
		return err
	}
	_, err := io.WriteString(a.out, body)
	return err
}

// sayNothing explains an empty list.
func (a *app) sayNothing(o listOptions, query string, trashed int) {
	switch {
	case o.trash && query == "":
		a.say(lang.T("the trash is empty", "ごみ箱は空です"))
	case query != "" || o.owner != "" || o.tag != "" || o.template != "":
		a.say(lang.T("no record fits. All of them: %s list", "あてはまる記録はありません。全部見るには: %s list"), a.call())
	case trashed > 0:
		a.say(plural(trashed, lang.T("no records; %d lies in the trash: %s list --trash", "記録はありません。ごみ箱に %d 件あります: %s list --trash"),
			lang.T("no records; %d lie in the trash: %s list --trash", "記録はありません。ごみ箱に %d 件あります: %s list --trash")), trashed, a.call())
	default:
		a.say(lang.T("the vault is empty. To begin: %s add office", "金庫は空です。はじめるには: %s add office"), a.call())
	}
}

// kind is the template's label, or its name where this program has none.
func (a *app) kind(template string) string {
	if t := record.LookupTemplate(template); t != nil {
		return a.text(t.Label)
	}
	return template
}

// day is a date as people in both languages write it; today is said so.
func (a *app) day(t time.Time) string {
	t = t.In(a.now.Location())
	if t.YearDay() == a.now.YearDay() && t.Year() == a.now.Year() {
		return a.text(lang.T("today", "今日"))
	}
	return t.Format(time.DateOnly)
}

// A listedCard is a record in list --json.
type listedCard struct {
	Name     string    `json:"name"`
	Title    string    `json:"title"`
	Template string    `json:"template"`
	Owner    string    `json:"owner"`
	Tags     []string  `json:"tags"`
	Created  time.Time `json:"created"`
	Updated  time.Time `json:"updated"`
	Trashed  bool      `json:"trashed"`
	Retiring bool      `json:"retiring"`
	ID       record.ID `json:"id"`
	Revision uint64    `json:"revision"`
}

func (a *app) listJSON(cards []store.Card) error {
	list := make([]listedCard, 0, len(cards))
	for _, c := range cards {
		tags := c.Tags
		if tags == nil {
			tags = []string{}
		}
		list = append(list, listedCard{c.Name, c.Title, c.Template, c.Owner, tags, c.Created, c.Updated, c.Trashed, c.Retiring, c.ID, c.Revision})
	}
	return a.writeJSON(struct {
		Schema  int          `json:"schema"`
		Records []listedCard `json:"records"`
	}{1, list})
}

func (a *app) writeJSON(v any) error {
	enc := json.NewEncoder(escapingWriter{a.out})
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}
