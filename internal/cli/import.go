package cli

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"filippo.io/age"
	"github.com/spf13/cobra"
	xterm "golang.org/x/term"

	"memovault/internal/exchange"
	"memovault/internal/keyring"
	"memovault/internal/lang"
	"memovault/internal/record"
	"memovault/internal/store"
	"memovault/internal/term"
)

type importOptions struct {
	onDuplicate    string
	passphraseFile string
	identities     []string
	dryRun         bool
	json           bool
	yes            bool
	replace        bool
}

func (a *app) newImport() *cobra.Command {
	var o importOptions
	cmd := a.command(spec{
		name: "import", args: lang.T("FILE|FOLDER|-", "ファイル|フォルダー|-"), group: "exchange",
		short: lang.T("read records from a file that export wrote", "export で書き出したファイルを読み込む"),
		long: lang.T(`Reads an exported file, encrypted or not, shows what is new, what the vault has
already and what differs, and asks before it saves; then all of it is saved, or
nothing. A record is the same one by its id, else by name and template. Where there
is no vault yet, it makes one first; with --yes, which asks nothing, it does not.

--on-duplicate says what becomes of one that differs: skip leaves the vault's,
update takes the file's (the former stays in its history), keep-both adds the
file's under another name.

A folder is what rescue wrote. Where there is no vault, or a broken one, it becomes
the vault that it was: same keys, same records, with history and attached files.`,
			`書き出したファイル（暗号化の有無は問いません）を読み、新しいもの、もう金庫にあるもの、内容が違うものを
見せてから、保存するか確かめます。保存は、全部するか、何もしないかのどちらかです。
同じ記録かどうかは ID で、なければ名前とひな形で見分けます。金庫がまだなければ、先に作ります
（何も聞かない --yes を付けたときは作りません）。

内容が違う記録をどうするかは --on-duplicate で選びます。skip は金庫のものを残します。
update はファイルのものにします（前の内容は履歴に残ります）。keep-both は別の名前で両方残します。

フォルダーを渡すのは、rescue で取り出したときです。金庫がないか壊れていれば、元の金庫に戻します。
鍵も記録も元のままで、履歴と添付ファイルも戻ります。`),
		examples: []example{
			{"import copy.age", lang.T("shows what is in it, then asks", "中身を見せてから確かめます")},
			{"import copy.age --dry-run", lang.T("only show; nothing is saved", "見るだけ。何も保存しません")},
			{"import rescued", lang.T("make the vault again from what rescue saved", "rescue で取り出したものから、金庫を元に戻す")},
			{"import copy.age --on-duplicate update", lang.T("take over what was changed elsewhere", "ほかで変えた内容を取り込む")},
			{"import - --yes --from-passphrase-file pass.txt < copy.age", lang.T("from a script", "スクリプトから")},
		},
	})
	f := cmd.Flags()
	f.StringVar(&o.onDuplicate, "on-duplicate", string(exchange.Skip), a.text(lang.T("`WHAT` to do with a record that differs: skip, update or keep-both", "内容が違う記録を`どうするか`: skip、update、keep-both")))
	f.BoolVar(&o.dryRun, "dry-run", false, a.text(lang.T("show what would be done, save nothing", "どうなるかを見るだけで、保存しない")))
	f.StringVar(&o.passphraseFile, "from-passphrase-file", "", a.text(lang.T("the file's passphrase is the first line of `FILE`", "読み込むファイルの合言葉を、この`ファイル`の 1 行目から読む")))
	f.StringArrayVar(&o.identities, "from-identity", nil, a.text(lang.T("open the file with an age identity `FILE`", "読み込むファイルを age の鍵`ファイル`で開ける")))
	f.BoolVarP(&o.yes, "yes", "y", false, a.text(lang.T("do not ask", "確かめずに保存する")))
	f.BoolVar(&o.json, "json", false, a.text(lang.T("report as JSON", "結果を JSON で出す")))
	f.BoolVar(&o.replace, "replace", false, a.text(lang.T("of a folder: make the vault in the place of what is there, after a copy of that", "フォルダーのとき: 今あるものを、写しを残してから置き換える")))
	cmd.Args = a.argsBetween(1, 1)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if !slices.Contains(exchange.Policies, exchange.Policy(o.onDuplicate)) {
			return a.usage(cmd, lang.T("--on-duplicate is skip, update or keep-both, not %q", "--on-duplicate は skip、update、keep-both のどれかです（%q は使えません）"), o.onDuplicate)
		}
		if isFolder(args[0]) {
			return a.importFolder(o, args[0])
		}
		if o.replace {
			return a.usage(cmd, lang.T("--replace is for a folder that rescue wrote", "--replace は、rescue で取り出したフォルダーのときだけ使えます"))
		}
		return a.runImport(cmd, o, args[0])
	}
	return cmd
}

func (a *app) runImport(cmd *cobra.Command, o importOptions, path string) error {
	if !o.dryRun {
		if err := a.mayAsk(o.yes); err != nil {
			return err
		}
	}
	s, err := store.Open(a.path(), a.config())
	makes := errors.Is(err, store.ErrNoVault) && !o.dryRun && !o.yes && a.interactive()
	if err != nil && !makes {
		return a.beforeImport(err)
	}
	content, err := a.readImport(cmd, o, path)
	if err != nil {
		return err
	}
	if makes { // now that the file is known to be one
		s, err = a.makeVault(initOptions{})
	} else if err = a.unlock(s); err == nil {
		a.afterUnlock(s)
	}
	if err != nil {
		return err
	}
	var steps []exchange.Step
	err = a.patiently(lang.T("comparing %d records with the vault ...", "%d 件の記録を金庫と比べています..."), func() (err error) {
		steps, err = a.planImport(s, content, exchange.Policy(o.onDuplicate))
		return err
	}, len(content.Records))
	if err != nil {
		return err
	}
	if o.json || o.dryRun {
		return a.importQuietly(s, o, content, steps)
	}
	return a.importAsking(s, o, content, steps)
}

// beforeImport adds to the lack of a vault that one is to be made first.
func (a *app) beforeImport(err error) error {
	if !errors.Is(err, store.ErrNoVault) {
		return err
	}
	return &failure{status: statusNoVault, code: "no_vault", err: err,
		what: said(lang.T("there is no vault at %s to read into", "読み込む先の金庫がありません: %s"), a.shortPath(a.path())),
		next: []words{said(lang.T("make one first: %s init", "先に作ってください: %s init"), a.name),
			said(lang.T("if your vault is somewhere else: --file FILE", "別の場所にあるときは: --file ファイル"))}}
}

// importQuietly saves or only reports, with the result on standard output.
func (a *app) importQuietly(s *store.Store, o importOptions, content *exchange.Content, steps []exchange.Step) error {
	if !o.dryRun {
		if !o.yes {
			a.previewImport(a.err, steps, previewRows)
			if ok, err := a.confirm(lang.T("Save this?", "このとおりに保存しますか？")); err != nil || !ok {
				return cancelledUnless(err)
			}
		}
		if err := a.saveImport(s, steps); err != nil {
			return err
		}
	}
	if o.json {
		return a.importJSON(o, content, steps)
	}
	a.previewImport(a.out, steps, len(steps))
	a.say(lang.T("nothing was saved (--dry-run)", "何も保存していません（--dry-run）"))
	return nil
}

// previewRows is how many records of each kind a question shows.
const previewRows = 20

func (a *app) importAsking(s *store.Store, o importOptions, content *exchange.Content, steps []exchange.Step) error {
	if !o.yes || !a.g.quiet {
		a.previewImport(a.err, steps, previewRows)
	}
	if len(content.Left) > 0 {
		a.warn(lang.T("parts of the file that belong to no record, left out (%d): %s", "記録のものでない %d 個の部分は読み込みません: %s"), len(content.Left), sanitizedList(content.Left))
	}
	added, updated := countActions(steps)
	if added+updated == 0 {
		a.say(lang.T("nothing to save", "保存するものはありません"))
		a.hintConflicts(o, steps)
		return nil
	}
	if !o.yes {
		a.hintConflicts(o, steps)
		if ok, err := a.confirm(lang.T("Save this?", "このとおりに保存しますか？")); err != nil || !ok {
			return cancelledUnless(err)
		}
	}
	if err := a.saveImport(s, steps); err != nil {
		return err
	}
	a.say(lang.T("saved: %d added, %d updated", "保存しました: 追加 %d 件、更新 %d 件"), added, updated)
	if o.yes {
		a.hintConflicts(o, steps)
	}
	return nil
}

// hintConflicts says that there is a choice about what differs.
func (a *app) hintConflicts(o importOptions, steps []exchange.Step) {
	skipped := 0
	for _, st := range steps {
		if st.Action == exchange.Leave && st.State != exchange.Same {
			skipped++
		}
	}
	if skipped > 0 && exchange.Policy(o.onDuplicate) == exchange.Skip {
		a.say(lang.T("left as in the vault, although the file differs: %d. To change that: --on-duplicate update or keep-both", "内容が違う %d 件は、金庫のものを残します。変えるには: --on-duplicate update か keep-both"), skipped)
	}
}

func countActions(steps []exchange.Step) (added, updated int) {
	for _, st := range steps {
		switch st.Action {
		case exchange.Add:
			added++
		case exchange.Replace:
			updated++
		}
	}
	return added, updated
}

func sanitizedList(names []string) string {
	clean := make([]string, len(names))
	for i, name := range names {
		clean[i] = term.Sanitize(name)
	}
	return strings.Join(clean, ", ")
}

// planImport compares the content with the vault.
func (a *app) planImport(s *store.Store, content *exchange.Content, policy exchange.Policy) ([]exchange.Step, error) {
	cards, err := s.Cards()
	if err != nil {
		return nil, err
	}
	v := exchange.Vault{
		Known: make([]exchange.Known, len(cards)),
		Read:  func(wanted map[record.ID]bool) (map[record.ID]*record.Record, error) { return readWanted(s, wanted) },
		HasFile: func(id record.ID) bool {
			_, err := s.Attachment(id)
			return !errors.Is(err, store.ErrNoRecord)
		},
	}
	for i, c := range cards {
		v.Known[i] = exchange.Known{ID: c.ID, Name: c.Name, Template: c.Template, Trashed: c.Trashed}
	}
	return exchange.Plan(content, v, policy)
}

// readWanted reads many records at the cost of one decryption. Damaged ones are
// left out.
func readWanted(s *store.Store, wanted map[record.ID]bool) (map[record.ID]*record.Record, error) {
	found := make(map[record.ID]*record.Record, len(wanted))
	err := s.EachRaw(true, func(raw store.Raw) bool {
		if wanted[raw.Card.ID] {
			if r, err := s.Parse(raw); err == nil {
				found[raw.Card.ID] = r
			}
		}
		return true
	})
	return found, err
}

// saveImport writes all of it in one commit.
func (a *app) saveImport(s *store.Store, steps []exchange.Step) error {
	var change store.Change
	for _, st := range steps {
		if st.Record == nil {
			continue
		}
		if st.Action == exchange.Replace {
			st.Record.Updated = a.now
		}
		change.Put = append(change.Put, st.Record)
		for _, f := range st.Files {
			change.Attach = append(change.Attach, store.NewFile{ID: f.ID, Data: f.Data})
		}
	}
	if len(change.Put) == 0 {
		return nil
	}
	return a.commit(s, change)
}

// previewImport shows what is to become of each record, what needs a decision
// first. Of each kind at most limit are shown.
func (a *app) previewImport(w io.Writer, steps []exchange.Step, limit int) {
	rows := [][]string{{a.text(lang.T("NAME", "名前")), a.text(lang.T("KIND", "種類")), a.text(lang.T("IS", "金庫と比べて")), a.text(lang.T("WHAT HAPPENS", "どうするか"))}}
	shown := map[exchange.State]int{}
	hidden := 0
	for _, st := range inPreviewOrder(steps) {
		if shown[st.State]++; shown[st.State] > limit {
			hidden++
			continue
		}
		rows = append(rows, []string{term.Sanitize(st.From.Name), term.Sanitize(a.kind(st.From.Template)), a.text(st.State.Say()), a.whatHappens(st)})
	}
	if len(steps) > 0 {
		io.WriteString(w, term.Table(rows, columnsOf(w)))
	}
	if hidden > 0 {
		fmt.Fprintf(w, "%s\n", a.text(lang.T("... and %d more; all of them: --dry-run", "…ほかに %d 件。全部見るには: --dry-run"), hidden))
	}
}

var previewOrder = []exchange.State{exchange.Other, exchange.Taken, exchange.New, exchange.Same}

func inPreviewOrder(steps []exchange.Step) []exchange.Step {
	sorted := slices.Clone(steps)
	slices.SortStableFunc(sorted, func(x, y exchange.Step) int {
		return cmp.Or(cmp.Compare(slices.Index(previewOrder, x.State), slices.Index(previewOrder, y.State)),
			cmp.Compare(record.NameKey(x.From.Name), record.NameKey(y.From.Name)))
	})
	return sorted
}

// whatHappens says what becomes of one record.
func (a *app) whatHappens(st exchange.Step) string {
	switch {
	case st.Action == exchange.Replace && st.Record.Name != st.Meets.Name:
		return a.text(lang.T("updates %s, which becomes %s", "「%s」を書き換え、名前を「%s」にする"), term.Sanitize(st.Meets.Name), term.Sanitize(st.Record.Name))
	case st.Action == exchange.Replace:
		return a.text(lang.T("updates the vault's; the former stays in its history", "金庫のものを書き換える（前の内容は履歴に残る）"))
	case st.Action == exchange.Add && st.Record.Name != st.From.Name:
		return a.text(lang.T("is added as %s", "「%s」という名前で追加する"), term.Sanitize(st.Record.Name))
	case st.Action == exchange.Add && st.From.Trashed != nil:
		return a.text(lang.T("is added to the trash", "ごみ箱に追加する"))
	case st.Action == exchange.Add:
		return a.text(lang.T("is added", "追加する"))
	case st.State == exchange.Same:
		return a.text(lang.T("nothing: the vault has it", "何もしない（もう金庫にある）"))
	case st.Meets != nil && st.Meets.Trashed:
		return a.text(lang.T("is skipped: the vault's is in the trash", "読み込まない（金庫のものはごみ箱の中）"))
	}
	return a.text(lang.T("is skipped: the vault's stays", "読み込まない（金庫のものを残す）"))
}

// An importedRecord is a record in import --json.
type importedRecord struct {
	Name     string          `json:"name"`
	Template string          `json:"template"`
	State    exchange.State  `json:"state"`
	Action   exchange.Action `json:"action"`
	As       string          `json:"as,omitempty"`    // its name in the vault, where it is written
	Meets    string          `json:"meets,omitempty"` // the name of the vault's record
}

func (a *app) importJSON(o importOptions, content *exchange.Content, steps []exchange.Step) error {
	list := make([]importedRecord, 0, len(steps))
	for _, st := range steps {
		one := importedRecord{Name: st.From.Name, Template: st.From.Template, State: st.State, Action: st.Action}
		if st.Record != nil {
			one.As = st.Record.Name
		}
		if st.Meets != nil {
			one.Meets = st.Meets.Name
		}
		list = append(list, one)
	}
	added, updated := countActions(steps)
	return a.writeJSON(struct {
		Schema  int              `json:"schema"`
		DryRun  bool             `json:"dry_run"`
		Added   int              `json:"added"`
		Updated int              `json:"updated"`
		Skipped int              `json:"skipped"`
		Left    []string         `json:"left_out"`
		Records []importedRecord `json:"records"`
	}{1, o.dryRun, added, updated, len(steps) - added - updated, append([]string{}, content.Left...), list})
}

// readImport reads the whole file and checks it.
func (a *app) readImport(cmd *cobra.Command, o importOptions, path string) (*exchange.Content, error) {
	var src io.Reader = a.in
	if path == "-" {
		switch {
		case xterm.IsTerminal(int(a.in.Fd())):
			return nil, a.usage(cmd, lang.T("standard input is the terminal; give a file, or redirect one: import - <FILE", "標準入力が端末のままです。ファイルを指定するか、import - <ファイル のように渡してください"))
		case o.passphraseFile == "-" || a.g.passphraseFile == "-":
			return nil, a.usage(cmd, lang.T("standard input can't be both the file and a passphrase", "標準入力を、ファイルと合言葉の両方には使えません"))
		}
	} else {
		f, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		src = f
	}
	in := bufio.NewReader(src)
	head, _ := in.Peek(in.Size())
	src = in
	if keyring.LooksSealed(head) {
		plain, err := a.openSealed(in, o)
		if err != nil {
			return nil, err
		}
		src = plain
	}
	var content *exchange.Content
	err := a.patiently(lang.T("reading the file ...", "ファイルを読んでいます..."), func() (err error) {
		content, err = exchange.Import(src)
		return err
	})
	if err != nil {
		return nil, a.explainImport(err, path)
	}
	return content, nil
}

// openSealed decrypts an age file with the keys that were given, or asks.
func (a *app) openSealed(src io.Reader, o importOptions) (io.Reader, error) {
	sealed, err := keyring.ReadSealed(src)
	if err != nil {
		return nil, explainSealed(err)
	}
	ids, err := a.importKeys(o)
	if err != nil {
		return nil, err
	}
	if len(ids) == 0 && sealed.Passphrase() {
		a.whose = true
		return a.askSealed(sealed)
	}
	if len(ids) == 0 {
		return nil, &failure{status: statusUsage, code: "input_needed",
			what: said(lang.T("this file is sealed to a public key of age", "このファイルは age の公開鍵で封がしてあります")),
			next: []words{said(lang.T("open it with the key's file: --from-identity FILE", "対になる鍵のファイルで開けてください: --from-identity ファイル"))}}
	}
	var plain io.Reader
	err = a.slowly(func() (err error) {
		plain, err = sealed.Open(ids...)
		return err
	})
	return plain, explainSealed(err)
}

// importKeys reads the keys of the file that flags name.
func (a *app) importKeys(o importOptions) ([]age.Identity, error) {
	var ids []age.Identity
	for _, path := range o.identities {
		b, err := readSmall(path)
		if err != nil {
			return nil, err
		}
		more, err := keyring.ParseIdentities(b)
		if err != nil {
			return nil, err
		}
		ids = append(ids, more...)
	}
	if o.passphraseFile == "" {
		return ids, nil
	}
	b, err := readSmall(o.passphraseFile)
	if err != nil {
		return nil, err
	}
	id, err := keyring.PassphraseIdentity(firstLine(b))
	if err != nil {
		return nil, err
	}
	return append(ids, id), nil
}

// askSealed asks for the file's passphrase.
func (a *app) askSealed(sealed *keyring.Sealed) (plain io.Reader, err error) {
	t, err := a.terminal()
	if err != nil {
		return nil, &failure{status: statusUsage, code: "input_needed", err: err,
			what: said(lang.T("the file's passphrase is needed, and there is no terminal to ask at", "ファイルの合言葉が要りますが、端末がないので聞けません")),
			next: []words{said(lang.T("use --from-passphrase-file FILE", "--from-passphrase-file ファイル を使ってください"))}}
	}
	for left := tries - 1; ; left-- {
		typed, err := t.ReadSecret(a.text(lang.T("Passphrase of the file: ", "ファイルの合言葉: ")))
		if errors.Is(err, term.ErrTooLong) || errors.Is(err, term.ErrControl) {
			err = explainTyped(err)
		}
		if err == nil {
			plain, err = a.tryPassphrase(sealed, typed)
		}
		if err == nil || left == 0 || !retriable(err) {
			return plain, explainSealed(err)
		}
		a.tell(t, 2, a.explain(explainSealed(err)).what.in(a.lang))
		a.tellTries(t, err, left)
	}
}

func (a *app) tryPassphrase(sealed *keyring.Sealed, typed string) (plain io.Reader, err error) {
	id, err := keyring.PassphraseIdentity(typed)
	if err != nil {
		return nil, err
	}
	err = a.slowly(func() (err error) {
		plain, err = sealed.Open(id)
		return err
	})
	return plain, err
}
