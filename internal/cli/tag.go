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

type tagOptions struct{ remove, json bool }

func (a *app) newTag() *cobra.Command {
	var o tagOptions
	cmd := a.command(spec{
		name: "tag", args: lang.T("[TAG NAME...]", "[名札 名前...]"), group: "notes",
		short: lang.T("tag records, or list the tags", "名札を付ける・外す・一覧を見る"),
		long: lang.T(`Puts a tag on records, all that are named or none, or takes it off with --remove.
Without arguments it lists the tags and how many records have each.`,
			`記録に名札を付けます（1 つでも名前が違えば、何もしません）。--remove で外します。
何も書かなければ、名札の一覧と、それぞれ何件に付いているかを表示します。`),
		examples: []example{
			{"tag moving office wifi", lang.T("tag two records", "2 件に名札を付ける")},
			{"tag --remove moving wifi", lang.T("take it off one of them", "1 件から外す")},
			{"tag", lang.T("which tags there are", "名札の一覧")},
			{"list --tag moving", lang.T("the records with a tag", "その名札の付いた記録を見る")},
		},
	})
	cmd.Flags().BoolVar(&o.remove, "remove", false, a.text(lang.T("take the tag off", "名札を外す")))
	cmd.Flags().BoolVar(&o.json, "json", false, a.text(lang.T("list the tags as JSON", "名札の一覧を JSON で出す")))
	cmd.Args = a.argsBetween(0, -1)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) == 0 && !o.remove:
			return a.listTags(o.json)
		case len(args) < 2:
			return a.usage(cmd, lang.T("say the tag and the records: tag TAG NAME...", "名札と記録の名前を書いてください: tag 名札 名前..."))
		case o.json:
			return a.usage(cmd, lang.T("--json is for the list of tags", "--json は名札の一覧のときだけ使えます"))
		}
		return a.runTag(args[0], args[1:], o.remove)
	}
	return cmd
}

// runTag puts a tag on records or takes it off, all in one commit.
func (a *app) runTag(typed string, names []string, remove bool) error {
	tag, _, err := record.Clean(record.TypeText, typed)
	if err == nil && (tag == "" || strings.HasPrefix(tag, "-")) {
		err = &record.ValueError{Key: "tag", Text: lang.T("a tag needs a character and can't begin with a hyphen", "名札には 1 文字以上が要ります。最初に「-」は使えません")}
	}
	if err != nil {
		return refused("tag", err)
	}
	s, err := a.openVault()
	if err != nil {
		return err
	}
	changed, err := a.retagged(s, tag, names, remove)
	if err != nil {
		return err
	}
	if len(changed) == 0 {
		a.say(lang.T("nothing changed; nothing was saved", "変更はありません。保存していません"))
		return nil
	}
	if err := a.commit(s, store.Change{Put: changed}); err != nil {
		return err
	}
	said := plural(len(changed), lang.T("%d record has the tag %q now", "%d 件に名札「%s」を付けました"), lang.T("%d records have the tag %q now", "%d 件に名札「%s」を付けました"))
	if remove {
		said = plural(len(changed), lang.T("the tag was taken off %d record: %s", "%d 件から名札を外しました: %s"), lang.T("the tag was taken off %d records: %s", "%d 件から名札を外しました: %s"))
	}
	a.say(said, len(changed), tag)
	if remove { // the list would show the others
		return nil
	}
	a.say(lang.T("to see them: %s list --tag %s", "見るには: %s list --tag %s"), a.call(), shellWord(tag))
	return nil
}

// retagged reads the records that are named and returns those whose tags change.
func (a *app) retagged(s *store.Store, tag string, names []string, remove bool) ([]*record.Record, error) {
	arg := tag
	if remove {
		arg = "-" + tag
	}
	var changed []*record.Record
	for _, name := range names {
		c, err := a.findLive(s, name)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(changed, func(r *record.Record) bool { return r.ID == c.ID }) {
			continue
		}
		before, err := s.Record(c.ID)
		if err == nil && before.Schema > record.Schema {
			err = record.ErrNewer
		}
		if err != nil {
			return nil, err
		}
		r := before.Clone()
		if err := applyTags(r, []string{arg}); err != nil {
			return nil, err
		}
		if !same(before, r) {
			r.Updated = a.now.UTC().Truncate(time.Second)
			changed = append(changed, r)
		}
	}
	return changed, nil
}

// A countedTag is one tag and the number of live records that have it.
type countedTag struct {
	Tag     string `json:"tag"`
	Records int    `json:"records"`
}

func (a *app) listTags(asJSON bool) error {
	s, err := a.openVault()
	if err != nil {
		return err
	}
	cards, err := s.Cards()
	if err != nil {
		return err
	}
	tags := countTags(cards)
	if asJSON {
		return a.writeJSON(struct {
			Schema int          `json:"schema"`
			Tags   []countedTag `json:"tags"`
		}{1, tags})
	}
	if len(tags) == 0 {
		a.say(lang.T("no record has a tag. To put one on: %s tag TAG NAME", "名札の付いた記録はありません。付けるには: %s tag 名札 名前"), a.call())
		return nil
	}
	rows := [][]string{{a.text(lang.T("TAG", "名札")), a.text(lang.T("RECORDS", "件数"))}}
	for _, t := range tags {
		rows = append(rows, []string{term.Sanitize(t.Tag), strconv.Itoa(t.Records)})
	}
	_, err = io.WriteString(a.out, term.Table(rows, a.columns()))
	return err
}

// countTags counts the tags of live records, one that is typed in several ways
// once, in the order in which they fold.
func countTags(cards []store.Card) []countedTag {
	counted := map[string]*countedTag{}
	sortCards(cards)
	for _, c := range cards {
		if c.Trashed {
			continue
		}
		for _, tag := range c.Tags {
			key := lang.Fold(tag)
			if counted[key] == nil {
				counted[key] = &countedTag{Tag: tag}
			}
			counted[key].Records++
		}
	}
	tags := make([]countedTag, 0, len(counted))
	for _, t := range counted {
		tags = append(tags, *t)
	}
	slices.SortFunc(tags, func(x, y countedTag) int {
		return cmp.Or(cmp.Compare(lang.Fold(x.Tag), lang.Fold(y.Tag)), cmp.Compare(x.Tag, y.Tag))
	})
	return tags
}
