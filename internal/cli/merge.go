package cli

import (
	"cmp"
	"errors"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"filippo.io/age"
	"github.com/spf13/cobra"

	"memovault/internal/keyring"
	"memovault/internal/lang"
	"memovault/internal/record"
	"memovault/internal/store"
	"memovault/internal/term"
)

type mergeOptions struct{ dryRun, json, yes bool }

func (a *app) newMerge() *cobra.Command {
	var o mergeOptions
	cmd := a.command(spec{
		name: "merge", args: lang.T("[OTHER]", "[もう一方の金庫]"), group: "keeping",
		short: lang.T("put two copies of the vault together", "別々に変わった 2 つの金庫を 1 つに合わせる"),
		long: lang.T(`Takes over what another copy of the vault has and this one lacks: record by record,
field by field. Where both changed the same thing, the later one counts; the other
stays in the history, and conflicts lists it until you settle it. The other file is
only read, and merging here or there comes to the same.

Keys are not merged. What was purged in one copy goes here too, unless it was
changed since. Another vault, or a backup in a file, can be merged as well.

Without OTHER it takes the copies that a synchronising program has left beside the
vault ("conflicted copy", ".sync-conflict-…").`,
			`もう一方の写しにあって、この金庫にないものを、項目ごとに取り込みます。両方で同じところを変えて
いたら、あとから変えたほうを使います。もう一方も履歴に残り、決めるまで conflicts の一覧に出ます。
相手のファイルは読むだけです。どちらの側で合わせても、同じ結果になります。

鍵は合わせません。片方で完全に消した記録は、そのあと変えていなければ、もう片方からも消えます。
別の金庫や、ファイルの控えとも合わせられます。

相手を書かなければ、同期のプログラムが金庫の隣に作った写し（競合コピー）を合わせます。`),
		examples: []example{
			{"merge /media/usb/my.vault --dry-run", lang.T("only show what would come", "何が変わるか見るだけ")},
			{"merge /media/usb/my.vault", lang.T("shows it, then asks", "見せてから確かめます")},
			{"merge", lang.T("the conflict copies beside the vault", "金庫の隣にある競合コピーと合わせる")},
			{"conflicts", lang.T("what both copies had changed", "両方で変わっていたところを見る")},
		},
	})
	cmd.Flags().BoolVar(&o.dryRun, "dry-run", false, a.text(lang.T("only show what would be done", "何が変わるかを見せるだけで、何もしない")))
	cmd.Flags().BoolVar(&o.json, "json", false, a.text(lang.T("with --dry-run: as JSON", "--dry-run の結果を JSON で出す")))
	cmd.Flags().BoolVarP(&o.yes, "yes", "y", false, a.text(lang.T("do not ask", "確かめずに合わせる")))
	cmd.Args = a.argsBetween(0, 1)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if o.json && !o.dryRun {
			return a.usage(cmd, lang.T("--json goes with --dry-run", "--json は --dry-run と一緒に使います"))
		}
		return a.runMerge(o, args)
	}
	return cmd
}

func (a *app) runMerge(o mergeOptions, paths []string) error {
	if err := a.mayAsk(o.yes || o.dryRun); err != nil {
		return err
	}
	beside := len(paths) == 0
	if beside {
		if paths = store.ConflictCopies(a.path()); len(paths) == 0 {
			return a.noCopies()
		}
	}
	a.merging = true
	s, err := a.openVault()
	if err != nil {
		return err
	}
	ids, err := a.givenKeys()
	if err != nil {
		return err
	}
	opener := &backupOpener{a: a, s: s, ids: ids}
	var shown []listedMerge
	for _, path := range paths {
		one, err := a.mergeOne(s, opener, o, path, beside)
		if err != nil {
			return err
		}
		shown = append(shown, one)
	}
	if o.json {
		return a.writeJSON(struct {
			Schema int           `json:"schema"`
			Copies []listedMerge `json:"copies"`
		}{1, shown})
	}
	if beside && !o.dryRun {
		a.say(lang.T("the vault has it all now; these copies can be put away: %s", "これで全部この金庫に入りました。次の写しは片付けてかまいません: %s"), a.joinPaths(paths))
	}
	return nil
}

// noCopies says that merge without a name found nothing.
func (a *app) noCopies() error {
	return &failure{status: statusUsage, code: "no_copies",
		what: said(lang.T("there is no conflict copy beside the vault; name the other one", "金庫の隣に競合コピーはありません。合わせる相手を書いてください")),
		next: []words{said(lang.T("for example: %s merge %s", "例: %s merge %s"), a.call(), shellWord(filepath.Join("/media/usb", filepath.Base(a.path()))))}}
}

func (a *app) joinPaths(paths []string) string {
	text := ""
	for i, path := range paths {
		if i > 0 {
			text += a.text(lang.T(", ", "、"))
		}
		text += a.shortPath(path)
	}
	return text
}

// mergeOne merges one other copy; one that lies beside the vault is left over, and
// nothing is to be merged into it.
func (a *app) mergeOne(s *store.Store, opener *backupOpener, o mergeOptions, path string, beside bool) (listedMerge, error) {
	b, err := store.OpenBackup(path)
	if err != nil {
		return listedMerge{}, a.explainOther(err, path)
	}
	defer b.Close()
	if err := a.openOther(opener, b); err != nil {
		return listedMerge{}, a.explainOther(err, path)
	}
	var m *store.Merge
	err = a.patiently(lang.T("comparing with %s ...", "%s と見比べています..."), func() (err error) {
		m, err = s.PlanMerge(b)
		return err
	}, filepath.Base(path))
	if err != nil {
		return listedMerge{}, a.explainOther(err, path)
	}
	slices.SortFunc(m.Records, func(x, y record.Merged) int {
		return cmp.Or(cmp.Compare(record.NameKey(x.Now().Name), record.NameKey(y.Now().Name)), slices.Compare(x.ID[:], y.ID[:]))
	})
	if o.json {
		return a.listMerge(m, path), nil
	}
	if m.Empty() {
		a.say(lang.T("%s: nothing new; the vault has all of it", "%s: 新しいものはありません。全部この金庫にあります"), a.shortPath(path))
		if !o.dryRun && m.Related && !s.HasMerged(b) {
			return listedMerge{}, a.doMerge(s, m)
		}
		return listedMerge{}, nil
	}
	former := m.Related && !b.OpensAs(s)
	if former {
		a.warn(lang.T("%s is from before the vault got its present key (key rotate): whoever knows the former key could have written it", "%s は、鍵を総入れ替えする前のものです。前の鍵を知っている人なら、誰でも書けます"), a.shortPath(path))
	}
	if err := a.showMerge(m, path, o); err != nil || o.dryRun {
		return listedMerge{}, err
	}
	if !o.yes {
		if ok, err := a.yesNo(m.Related && len(m.Purge) == 0 && !former, lang.T("Merge it?", "合わせますか？")); err != nil || !ok {
			return listedMerge{}, cancelledUnless(err)
		}
	}
	if err := a.doMerge(s, m); err != nil {
		return listedMerge{}, err
	}
	a.sayMerged(m)
	if m.Related && !beside {
		a.say(lang.T("to have the same there: merge this vault into the other one; keys stay as they are in each", "もう一方も同じにするには、そちらにこの金庫を合わせてください。鍵はそれぞれ今のままです"))
	}
	return listedMerge{}, nil
}

func (a *app) doMerge(s *store.Store, m *store.Merge) error {
	err := a.patiently(lang.T("merging ...", "合わせています..."), func() error { return s.Merge(m) })
	if err != nil {
		return err
	}
	a.sayWarnings(s)
	return nil
}

// openOther opens the other copy with what is known, and asks for its own
// passphrase where that is not enough.
func (a *app) openOther(opener *backupOpener, b *store.BackupFile) error {
	err := opener.open(b)
	if !errors.Is(err, keyring.ErrNoMatch) || !a.interactive() {
		return err
	}
	a.say(lang.T("the keys of this vault do not open %s: it has another passphrase, or is another vault", "%s は、この金庫の鍵では開きません。合言葉が違うか、別の金庫です"), a.shortPath(b.Path()))
	err = a.askSecretFor(b, lang.T("Passphrase of the other vault, or its recovery key: ", "もう一方の金庫の合言葉、または回復キー: "),
		func(id age.Identity) error { return b.Unlock(id) })
	if err == nil {
		opener.like = append(opener.like, b)
	}
	return err
}

// explainOther is explainBackup for the other vault of a merge.
func (a *app) explainOther(err error, path string) error {
	short := a.shortPath(path)
	switch {
	case errors.Is(err, store.ErrItself):
		return &failure{status: statusUsage, code: "same_file", err: err,
			what: said(lang.T("this is the vault itself, not another copy of it: %s", "これは今開いている金庫そのものです: %s"), short)}
	case errors.Is(err, keyring.ErrNoMatch):
		return &failure{status: statusNoKey, code: "wrong_key", err: err,
			what: said(lang.T("the other vault did not open: %s", "もう一方の金庫が開きませんでした: %s"), short),
			why:  said(lang.T("the keys of this vault do not fit, and no other one did", "この金庫の鍵でも、ほかの鍵でも開きません")),
			next: []words{said(lang.T("it opens with its own passphrase, recovery key or identity file", "その金庫の合言葉、回復キー、鍵ファイルで開きます"))}}
	case errors.Is(err, record.ErrNewer):
		return &failure{status: statusError, code: "newer_record", err: err,
			what: said(lang.T("one of the two vaults has a record of a newer version of the program, which can't be merged here", "どちらかの金庫に、もっと新しい版のプログラムの記録があり、ここでは合わせられません")),
			next: []words{said(lang.T("install the newest version; nothing was changed", "新しい版を入れてください。何も変えていません"))}}
	case errors.Is(err, store.ErrNotBackup):
		return &failure{status: statusError, code: "not_a_vault", err: err,
			what: said(lang.T("neither a vault nor a backup: %s", "金庫でも控えでもありません: %s"), short)}
	}
	return a.explainBackup(err, path)
}

// showMerge says what would be done.
func (a *app) showMerge(m *store.Merge, path string, o mergeOptions) error {
	if !m.Related {
		a.warn(lang.T("%s is not a copy of this vault but another one: all its records would come into this one", "%s はこの金庫の写しではなく、別の金庫です。中の記録がすべてこの金庫に入ります"), a.shortPath(path))
	}
	if o.yes && a.g.quiet {
		return nil
	}
	var rows [][]string
	for i := range m.Records {
		one := &m.Records[i]
		rows = append(rows, []string{"  " + term.Sanitize(one.Now().Name), a.whatMerged(one)})
	}
	for _, c := range m.Purge {
		rows = append(rows, []string{"  " + term.Sanitize(c.Name), a.text(lang.T("purged in the other copy, and not changed here since: goes for good", "もう一方で完全に消され、こちらでも変えていないので、完全に消えます"))})
	}
	out := a.err
	if o.dryRun {
		out = a.out
	}
	if _, err := io.WriteString(out, a.hung(rows, a.columnsOf(out))); err != nil {
		return err
	}
	if n := m.Files(); n > 0 {
		a.say(plural(n, lang.T("%d attached file comes along", "添付ファイル %d 個も入ります"), lang.T("%d attached files come along", "添付ファイル %d 個も入ります")), n)
	}
	if o.dryRun {
		a.say(lang.T("nothing was changed", "何も変えていません"))
	}
	return nil
}

// hung sets names and what is said of each beside each other, and goes over as
// many lines as it takes; in a narrow window what is said stands below the name.
func (a *app) hung(rows [][]string, cols int) string {
	indent := 0
	for _, r := range rows {
		indent = max(indent, term.Width(r[0])+2)
	}
	if cols == 0 {
		return term.Table(rows, 0)
	}
	var b strings.Builder
	below := cols-indent < 2*narrowest
	if below {
		indent = 4
	}
	for _, r := range rows {
		lines := a.wrap(r[1], max(cols-indent-1, narrowest))
		if below {
			b.WriteString(r[0] + "\n")
		} else {
			b.WriteString(term.PadRight(r[0], indent) + lines[0] + "\n")
			lines = lines[1:]
		}
		for _, line := range lines {
			b.WriteString(strings.Repeat(" ", indent) + line + "\n")
		}
	}
	return b.String()
}

// The kinds of what a merge does to a record.
const (
	mergedNew     = "new"
	mergedNewer   = "newer"
	mergedBoth    = "both"
	mergedHistory = "history"
	mergedRenamed = "renamed"
)

func kindOfMerge(one *record.Merged) string {
	switch {
	case one.Was == nil:
		return mergedNew
	case one.Both:
		return mergedBoth
	case one.Renamed != "":
		return mergedRenamed
	case len(compare(one.Was, one.Now())) == 0:
		return mergedHistory
	}
	return mergedNewer
}

// whatMerged says what happens to a record.
func (a *app) whatMerged(one *record.Merged) string {
	changes := func() string { return sayChanges(compare(one.Was, one.Now()), a.lang) }
	text := ""
	switch kindOfMerge(one) {
	case mergedNew:
		text = a.text(lang.T("new", "新しい記録"))
		if one.Revived {
			text = a.text(lang.T("comes back: it was purged here, but changed there", "戻ります（こちらでは完全に消しましたが、あちらで変えています）"))
		}
	case mergedNewer, mergedRenamed:
		text = a.text(lang.T("changed there: %s", "あちらで変更: %s"), changes())
	case mergedHistory:
		text = a.text(lang.T("says the same; what led to it comes along", "内容は同じ。途中の版が入ります"))
	case mergedBoth:
		text = a.text(lang.T("changed in both; here changes: %s", "両方で変更。こちらで変わるところ: %s"), changes())
		if len(compare(one.Was, one.Now())) == 0 {
			text = a.text(lang.T("changed in both; here nothing changes", "両方で変更。こちらは変わりません"))
		}
	}
	if one.Renamed != "" {
		text += a.text(lang.T("; another record is called %s too", "。「%s」という記録がほかにもあるため、別の名前になります"), term.Sanitize(one.Renamed))
	}
	if n := len(one.Open); n > 0 && one.Renamed == "" {
		text += a.text(plural(n, lang.T("; %d conflict", "。食い違い %d か所"), lang.T("; %d conflicts", "。食い違い %d か所")), n)
	}
	return text
}

// sayMerged says what was done, and what is left to do.
func (a *app) sayMerged(m *store.Merge) {
	n, open := len(m.Records), 0
	for i := range m.Records {
		open += len(m.Records[i].Open)
	}
	a.say(plural(n, lang.T("merged: %d record; \"undo\" takes it back", "合わせました（%d 件）。undo で取り消せます"), lang.T("merged: %d records; \"undo\" takes it back", "合わせました（%d 件）。undo で取り消せます")), n)
	if n := len(m.Purge); n > 0 {
		a.say(plural(n, lang.T("gone for good, as in the other copy: %d record", "もう一方と同じく完全に消したもの: %d 件"), lang.T("gone for good, as in the other copy: %d records", "もう一方と同じく完全に消したもの: %d 件")), n)
	}
	if open > 0 {
		a.say(plural(open, lang.T("%d conflict to look at: %s conflicts", "食い違いが %d か所あります: %s conflicts"), lang.T("%d conflicts to look at: %s conflicts", "食い違いが %d か所あります: %s conflicts")), open, a.call())
	}
}

// A listedMerge is a merge in merge --dry-run --json.
type listedMerge struct {
	Path    string         `json:"path"`
	Related bool           `json:"related"`
	Records []listedMerged `json:"records"`
	Purge   []string       `json:"purge"`
	Files   int            `json:"files"`
}

type listedMerged struct {
	ID        record.ID        `json:"id"`
	Name      string           `json:"name"`
	Kind      string           `json:"kind"`
	Was       string           `json:"was,omitempty"` // the name, if another record has it too
	Changes   []listedChange   `json:"changes"`
	Conflicts []listedConflict `json:"conflicts"`
}

func (a *app) listMerge(m *store.Merge, path string) listedMerge {
	out := listedMerge{Path: path, Related: m.Related, Records: []listedMerged{}, Purge: []string{}, Files: m.Files()}
	for i := range m.Records {
		one := &m.Records[i]
		l := listedMerged{ID: one.ID, Name: one.Now().Name, Kind: kindOfMerge(one), Was: one.Renamed, Changes: []listedChange{}, Conflicts: []listedConflict{}}
		if one.Was != nil {
			l.Changes = a.listedChanges(compare(one.Was, one.Now()))
		}
		for _, c := range one.Open {
			l.Conflicts = append(l.Conflicts, a.listConflict(one.Now(), c))
		}
		out.Records = append(out.Records, l)
	}
	for _, c := range m.Purge {
		out.Purge = append(out.Purge, c.Name)
	}
	return out
}

// sayCopies says that conflict copies lie beside the vault, unless they were
// merged already.
func (a *app) sayCopies(s *store.Store) {
	if a.merging {
		return
	}
	for _, path := range store.ConflictCopies(s.Path()) {
		if b, err := store.OpenBackup(path); err == nil {
			known := b.UnlockAs(s) == nil && s.HasMerged(b)
			b.Close()
			if known {
				continue
			}
		}
		a.say(lang.T("a second copy of the vault lies beside it, as synchronising programs leave it (%s); to put the two together: %s merge", "同期のプログラムが作ったらしい、金庫のもう 1 つの写しが隣にあります（%s）。1 つに合わせるには: %s merge"), a.shortPath(path), a.call())
		return
	}
}
