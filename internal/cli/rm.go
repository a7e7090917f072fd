package cli

import (
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"memovault/internal/lang"
	"memovault/internal/record"
	"memovault/internal/store"
	"memovault/internal/term"
)

func (a *app) newRm() *cobra.Command {
	var yes, purge bool
	cmd := a.command(spec{
		name: "rm", args: lang.T("NAME...", "名前..."), group: "notes",
		short: lang.T("put records into the trash", "記録をごみ箱に入れる"),
		long: lang.T(`Puts records into the trash, all that are named or none. Nothing is lost: undo
NAME takes a record out again, list --trash shows what lies there.

With --purge records go for good, also out of the trash: every version and every
attached file, and nothing is left in the vault. Backups from before still have
them; the command says where those are.`,
			`記録をごみ箱に入れます（1 つでも名前が違えば、何もしません）。中身は消えません。
undo 名前 で元に戻せます。ごみ箱の中は list --trash で見られます。

--purge を付けると、記録を完全に消します（ごみ箱の中のものも消せます）。前の版も添付ファイルも金庫に残り
ません。これまでの控えには残っているので、その場所を最後にお知らせします。`),
		examples: []example{
			{"rm office", lang.T("shows what it is, then asks", "内容を見せてから確かめます")},
			{"rm office wifi --yes", lang.T("two at once, without asking", "2 件まとめて、確かめずに")},
			{"undo office", lang.T("take it out again", "元に戻す")},
			{"rm --purge office", lang.T("remove it for good: shows what goes, then asks", "完全に消す（何が消えるか見せてから確かめます）")},
		},
	})
	cmd.Flags().BoolVarP(&yes, "yes", "y", false, a.text(lang.T("do not ask", "確かめずに入れる")))
	cmd.Flags().BoolVar(&purge, "purge", false, a.text(lang.T("remove for good, with all versions and files", "前の版やファイルも含めて、完全に消す")))
	cmd.Args = a.argsBetween(1, -1)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if purge {
			return a.runPurge(args, yes)
		}
		return a.runRm(args, yes)
	}
	return cmd
}

func (a *app) runRm(names []string, yes bool) error {
	s, err := a.openVault()
	if err != nil {
		return err
	}
	cards, err := a.toTrash(s, names)
	if err != nil || len(cards) == 0 {
		return err
	}
	if err := a.mayAsk(yes); err != nil {
		return err
	}
	records, err := a.trashed(s, cards)
	if err != nil {
		return err
	}
	if !yes {
		a.listBriefly(cards)
		if ok, err := a.confirm(lang.T("Put into the trash?", "ごみ箱に入れますか？")); err != nil || !ok {
			return cancelledUnless(err)
		}
	}
	if err := a.commit(s, store.Change{Put: records}); err != nil {
		return err
	}
	a.say(plural(len(cards), lang.T("%d record is in the trash now. To take it out again: %s undo %s", "%d 件をごみ箱に入れました。元に戻すには: %s undo %s"),
		lang.T("%d records are in the trash now. To take one out again: %s undo %s", "%d 件をごみ箱に入れました。1 件ずつ元に戻すには: %s undo %s")),
		len(cards), a.call(), shellWord(cards[0].Name))
	return nil
}

// toTrash finds the records to put into the trash. Of those that lie there
// already it only says so.
func (a *app) toTrash(s *store.Store, names []string) ([]store.Card, error) {
	var cards []store.Card
	for _, name := range names {
		c, err := a.find(s, name)
		if err != nil {
			return nil, err
		}
		switch {
		case slices.ContainsFunc(cards, func(other store.Card) bool { return other.ID == c.ID }):
		case c.Trashed:
			a.say(lang.T("%q is in the trash already", "「%s」はもうごみ箱の中です"), c.Name)
		default:
			cards = append(cards, c)
		}
	}
	return cards, nil
}

// trashed reads the records and marks them as thrown away now.
func (a *app) trashed(s *store.Store, cards []store.Card) ([]*record.Record, error) {
	records := make([]*record.Record, len(cards))
	for i, c := range cards {
		r, err := s.Record(c.ID)
		if err == nil && r.Schema > record.Schema {
			err = record.ErrNewer
		}
		if err != nil {
			return nil, err
		}
		now := a.now
		r.Trashed, r.Updated = &now, now
		records[i] = r
	}
	return records, nil
}

// listBriefly shows records in a question about them.
func (a *app) listBriefly(cards []store.Card) {
	var rows [][]string
	for _, c := range cards {
		rows = append(rows, []string{"  " + term.Sanitize(c.Name), term.Sanitize(a.kind(c.Template)), term.Sanitize(c.Title)})
	}
	io.WriteString(a.err, term.Table(rows, columnsOf(a.err)))
}

// shellWord quotes a name where a shell would take it apart. Double quotes work
// in every shell, cmd.exe included.
func shellWord(s string) string {
	s = term.Sanitize(s)
	switch {
	case !strings.ContainsAny(s, " \u3000&|;<>()*?[]#~'$`\"!"):
		return s
	case strings.ContainsAny(s, "$`\"!"):
		return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
	}
	return `"` + s + `"`
}

// mayAsk refuses early where a question would come and nobody can answer it.
func (a *app) mayAsk(yes bool) error {
	if yes || a.interactive() {
		return nil
	}
	return &failure{status: statusUsage, code: "input_needed",
		what: said(lang.T("this needs a yes, and there is no terminal to ask at", "確かめが要りますが、端末がないので聞けません")),
		next: []words{said(lang.T("to do it without being asked: --yes", "確かめずに進めるには: --yes"))}}
}

// cancelledUnless is what a no amounts to: stopped, nothing saved.
func cancelledUnless(err error) error {
	if err == nil {
		err = term.ErrCancelled
	}
	return err
}
