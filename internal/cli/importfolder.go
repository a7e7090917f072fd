package cli

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"filippo.io/age"

	"memovault/internal/exchange"
	"memovault/internal/keyring"
	"memovault/internal/lang"
	"memovault/internal/store"
	"memovault/internal/term"
)

// A folder that rescue wrote, or a backup that was unpacked, becomes what it was:
// the same vault, with its keys, history and attached files. Into a vault that is
// there and in order its records are read like those of an export.

// isFolder reports whether import was given a folder.
func isFolder(path string) bool {
	st, err := os.Stat(path)
	return err == nil && st.IsDir()
}

// importFolder reads a folder of loose age files.
func (a *app) importFolder(o importOptions, dir string) error {
	l, err := store.ReadLoose(dir)
	if err != nil {
		return a.explainLoose(err, dir)
	}
	if err := a.unlockLoose(l, o, dir); err != nil {
		return err
	}
	v := l.Vaults[0]
	rep, err := v.Report()
	if err != nil {
		return err
	}
	a.sayLoose(l, rep)
	s, state, err := a.vaultForFolder(o, v)
	if err != nil {
		return err
	}
	if state == vaultInOrder {
		return a.importLoose(s, o, v, dir)
	}
	return a.rebuild(o, l, rep, state)
}

// What there is at the place where a folder is read to.
const (
	vaultMissing = iota
	vaultBroken  // or to be replaced
	vaultInOrder
)

// vaultForFolder looks at what is there. A vault that is in order comes back open.
func (a *app) vaultForFolder(o importOptions, v *store.LooseVault) (*store.Store, int, error) {
	if o.replace {
		if !exists(a.path()) {
			return nil, vaultMissing, nil
		}
		return nil, vaultBroken, nil
	}
	s, err := store.Open(a.path(), a.config())
	switch {
	case errors.Is(err, store.ErrNoVault):
		return nil, vaultMissing, nil
	case errors.As(err, new(*store.DamagedError)), errors.Is(err, store.ErrNotVault) && exists(a.path()) && !isFolder(a.path()):
		return nil, vaultBroken, nil
	case err != nil:
		return nil, 0, err
	}
	a.whose = true
	err = v.OpenAs(s)
	if errors.Is(err, keyring.ErrNoMatch) {
		err = a.unlock(s)
	}
	if errors.As(err, new(*store.DamagedError)) || err == nil && len(s.Damaged()) > 0 {
		return nil, vaultBroken, nil
	}
	if err != nil {
		return nil, 0, err
	}
	a.afterUnlock(s)
	return s, vaultInOrder, nil
}

// unlockLoose opens what is in the folder with the keys that were given, or asks.
func (a *app) unlockLoose(l *store.Loose, o importOptions, dir string) error {
	ids, err := a.importKeys(o)
	if err == nil && len(ids) == 0 {
		ids, err = a.givenKeys()
	}
	if err != nil {
		return err
	}
	if len(ids) > 0 {
		return a.explainLoose(a.openLoose(l, ids...), dir)
	}
	t, err := a.terminal()
	if err != nil {
		return &failure{status: statusUsage, code: "input_needed", err: err,
			what: said(lang.T("the passphrase is needed, and there is no terminal to ask at", "合言葉が要りますが、端末がないので聞けません")),
			next: []words{said(lang.T("use --passphrase-file FILE, --passphrase-fd N or --identity FILE", "--passphrase-file ファイル、--passphrase-fd 番号、--identity ファイル のどれかを使ってください"))}}
	}
	for left := tries - 1; ; left-- {
		typed, err := t.ReadSecret(a.text(lang.T("Passphrase of the vault in the folder, or its recovery key: ", "フォルダーの中の金庫の合言葉、または回復キー: ")))
		if errors.Is(err, term.ErrTooLong) || errors.Is(err, term.ErrControl) {
			err = explainTyped(err)
		}
		if err == nil {
			err = a.unlockLooseWith(l, typed)
		}
		if err == nil || left == 0 || !retriable(err) {
			return a.explainLoose(err, dir)
		}
		a.tell(t, 2, a.explain(a.explainLoose(err, dir)).what.in(a.lang))
		a.tellTries(t, err, left)
	}
}

func (a *app) unlockLooseWith(l *store.Loose, typed string) error {
	if isShare(typed) {
		return a.askShares(typed, nil, func(id age.Identity) error { return l.Unlock(id) })
	}
	id, recovery, err := keyring.Secret(typed)
	if err != nil {
		return err
	}
	if err := a.openLoose(l, id); err != nil {
		return err
	}
	if recovery {
		a.say(lang.T("opened with the recovery key", "回復キーで開きました"))
	}
	return nil
}

func (a *app) openLoose(l *store.Loose, ids ...age.Identity) error {
	return a.patiently(lang.T("opening %d parts ...", "%d 個の部分を開けています..."), func() error { return l.Unlock(ids...) }, l.Files)
}

// explainLoose has the words for a folder that gives nothing.
func (a *app) explainLoose(err error, dir string) error {
	switch {
	case errors.Is(err, store.ErrNoLoose):
		return &failure{status: statusUsage, code: "unknown_format", err: err,
			what: said(lang.T("there are no parts of a vault in this folder: %s", "このフォルダーに、金庫の部分がありません: %s"), a.shortPath(dir)),
			next: []words{said(lang.T("a folder is what rescue writes: %s rescue FILE -o FOLDER", "フォルダーで読めるのは、rescue が書き出したものです: %s rescue ファイル -o フォルダー"), a.name),
				said(lang.T("of an export name the file itself", "export で書き出したものなら、ファイルそのものを指定してください"))}}
	case errors.Is(err, store.ErrNoLooseSlot):
		return &failure{status: statusDamaged, code: "no_way_in", err: err,
			what: said(lang.T("no way in survived: no passphrase and no key can open these parts", "鍵穴が 1 つも残っていないので、合言葉でも鍵でも開けられません")),
			next: []words{said(lang.T("a backup or another copy of the vault has one; give it along: %s rescue FILE BACKUP... -o FOLDER", "控えや別の写しには鍵穴があります。一緒に渡してください: %s rescue ファイル 控え... -o フォルダー"), a.name)}}
	case errors.Is(err, keyring.ErrNoMatch):
		return &failure{status: statusNoKey, code: "wrong_key", err: err,
			what: said(lang.T("nothing in the folder opened: the passphrase or key is another one, or its way in did not survive", "フォルダーの中のものが開きませんでした。合言葉か鍵が違うか、その鍵の鍵穴が残っていません")),
			next: []words{said(lang.T("try the other one (passphrase or recovery key); or give a backup along: %s rescue FILE BACKUP... -o FOLDER", "もう 1 つの開け方（合言葉か回復キー）を試すか、控えも一緒に渡してください: %s rescue ファイル 控え... -o フォルダー"), a.name)}}
	}
	return err
}

// sayLoose says what is there and what is not.
func (a *app) sayLoose(l *store.Loose, rep store.LooseReport) {
	a.say(lang.T("found: %s (%d of them in the trash), earlier versions %d, attached files %d", "見つかったもの: %s（うちごみ箱に %d 件）、前の版 %d 件、添付ファイル %d 個"), a.records(rep.Records), rep.Trashed, rep.Revisions, rep.Attachments)
	if !rep.Index {
		a.warn(lang.T("the table of contents did not survive: nothing tells whether records are missing", "目次が残っていないため、足りない記録があるかどうかは分かりません"))
	}
	if len(rep.Lost) > 0 {
		a.warn(lang.T("nothing is left of these records: %s", "残っていない記録: %s"), a.cardNames(rep.Lost))
	}
	if len(rep.Older) > 0 {
		a.warn(lang.T("of these records only an earlier version is left: %s", "前の版しか残っていない記録: %s"), a.cardNames(rep.Older))
	}
	if len(rep.LostFiles) > 0 {
		a.warn(lang.T("attached files that are not there: %s", "残っていない添付ファイル: %s"), a.lostFiles(rep.LostFiles))
	}
	if rep.Purged > 0 {
		a.say(lang.T("deleted for good earlier, and left out: %d", "前に完全に消したため、戻さない記録: %d 件"), rep.Purged)
	}
	if n := len(l.Vaults) - 1; n > 0 {
		a.warn(lang.T("these keys open parts of %d more vaults in the folder; to get at those, give only their key", "この鍵では、ほかに %d 個の金庫の部分も開きます。そちらを戻すときは、その金庫の鍵だけを渡してください"), n)
	}
	if l.Shut > 0 {
		a.say(lang.T("parts that did not open, of other vaults or other keys: %d", "開かなかった部分（別の金庫か別の鍵のもの）: %d 個"), l.Shut)
	}
}

// cardNames are the names of records; of many, the first.
func (a *app) cardNames(cards []store.Card) string {
	var names []string
	for _, c := range cards {
		names = append(names, term.Sanitize(c.Name))
	}
	slices.Sort(names)
	return a.firstNames(names)
}

// lostFiles names files with their records.
func (a *app) lostFiles(list []store.LostFile) string {
	var names []string
	for _, f := range list {
		names = append(names, fmt.Sprintf("%s (%s)", term.Sanitize(f.Name), term.Sanitize(f.Record)))
	}
	return a.firstNames(names)
}

// firstNames lists names, of more than mostLost the first and how many more there are.
func (a *app) firstNames(names []string) string {
	more := len(names) - mostLost
	text := strings.Join(names[:min(len(names), mostLost)], a.text(comma))
	if more > 0 {
		text += a.text(lang.T(" and %d more", "、ほか %d 件"), more)
	}
	return text
}

// sayWays says with what the vault will open, and with what not any more.
func (a *app) sayWays(rep store.LooseReport) {
	a.say(lang.T("it will open with: %s", "この金庫を開けられるもの: %s"), a.waysIn(rep.Ways))
	if len(rep.LostWays) > 0 {
		a.warn(lang.T("it will not open with these any more, they did not survive: %s", "残っていないため、もう開けられないもの: %s"), a.waysIn(rep.LostWays))
	}
	if !rep.Index {
		a.warn(lang.T("other ways in that it had can't be told apart without a table of contents, and are left out", "目次がないとほかの鍵穴は見分けられないため、入れていません"))
	}
	if rep.OpenedOut {
		a.warn(lang.T("the key you gave is an earlier one; it is not among them", "今回使った鍵は以前のもので、この中にはありません"))
	}
}

func (a *app) waysIn(slots []store.SlotInfo) string {
	var names []string
	for _, slot := range slots {
		name := a.text(slotKind(slot.Kind))
		if slot.Label != "" {
			name += a.text(lang.T(" (%s)", "（%s）"), term.Sanitize(slot.Label))
		}
		names = append(names, name)
	}
	return strings.Join(names, a.text(comma))
}

// rebuild makes the vault again at path(), in the place of a broken one if need
// be.
func (a *app) rebuild(o importOptions, l *store.Loose, rep store.LooseReport, state int) error {
	a.sayWays(rep)
	if o.dryRun {
		if o.json {
			return a.looseJSON(o, l, rep, "")
		}
		a.say(lang.T("nothing was saved (--dry-run)", "何も保存していません（--dry-run）"))
		return nil
	}
	if err := a.mayRebuild(o, state); err != nil {
		return err
	}
	v := l.Vaults[0]
	var done store.Restored
	err := a.patiently(lang.T("writing the vault ...", "金庫を書いています..."), func() (err error) {
		done, err = v.Rebuild(a.path(), a.config(), store.RestorePlan{Replace: state == vaultBroken})
		return err
	})
	if err != nil {
		return err
	}
	s, err := v.OpenRebuilt(a.path(), a.config())
	if err != nil {
		return err
	}
	if err := a.proveRebuilt(s, rep); err != nil {
		return err
	}
	a.afterUnlock(s)
	if o.json {
		return a.looseJSON(o, l, rep, done.Copy)
	}
	if done.Copy != "" {
		a.say(lang.T("what was there before is kept at: %s", "前のものの写し: %s"), a.shortPath(done.Copy))
	}
	a.say(lang.T("made again: %s (%s, read back and decrypted)", "金庫を元に戻しました: %s（%s。読み直し、全部復号して確かめました）"), a.shortPath(s.Path()), a.records(s.Len()))
	if done.Older {
		a.warn(lang.T("this computer had seen a later state of this vault: changes after that of the parts are not in it", "このパソコンは、この金庫のもっと新しい状態を見ています。そのあとの変更は入っていません"))
	}
	if len(rep.Ways) < 2 {
		a.say(lang.T("add a second way in soon: %s key add recovery-key", "開け方が 1 つだけです。早めにもう 1 つ足してください: %s key add recovery-key"), a.call())
	}
	a.say(lang.T("to look: %s list", "見るには: %s list"), a.call())
	return nil
}

// proveRebuilt decrypts everything in the new vault.
func (a *app) proveRebuilt(s *store.Store, rep store.LooseReport) error {
	var all store.Report
	err := a.patiently(lang.T("checking %d records ...", "%d 件の記録を検査しています..."), func() (err error) {
		all, err = s.VerifyAll()
		return err
	}, rep.Records)
	if err == nil && (len(all.Damaged) > 0 || all.Records != rep.Records) {
		err = &store.DamagedError{What: store.DamagedAfter}
	}
	return err
}

// mayRebuild asks before a vault is made, and above all before one is replaced.
func (a *app) mayRebuild(o importOptions, state int) error {
	if o.yes && (o.replace || state == vaultMissing) {
		return nil
	}
	if o.yes || !a.interactive() {
		if state == vaultMissing {
			return &failure{status: statusUsage, code: "input_needed",
				what: said(lang.T("an answer is needed, and there is no terminal to ask at", "答えが要りますが、端末がないので聞けません")),
				next: []words{said(lang.T("to make the vault without being asked: --yes", "確かめずに金庫を作るなら: --yes"))}}
		}
		return &failure{status: statusDamaged, code: "exists",
			what: said(lang.T("there is a damaged vault at this place; it was left as it is: %s", "その場所に壊れた金庫があります。そのままにしてあります: %s"), a.shortPath(a.path())),
			next: []words{said(lang.T("in its place, with a copy of it kept: --replace --yes   beside it: --file FILE", "写しを残して置き換えるなら: --replace --yes。別に作るなら: --file ファイル"))}}
	}
	question := lang.T("Make a vault of this at %s?", "これで金庫を作りますか？（%s）")
	if state == vaultBroken {
		question = lang.T("Replace %s by this? A copy of it is kept.", "%s を、これで置き換えますか？ 今のものは写しを残します。")
	}
	yes, err := a.confirm(question, a.shortPath(a.path()))
	if err != nil || !yes {
		return cancelledUnless(err)
	}
	return nil
}

// importLoose reads the records into a vault that is in order.
func (a *app) importLoose(s *store.Store, o importOptions, v *store.LooseVault, dir string) error {
	if !o.dryRun {
		if err := a.mayAsk(o.yes); err != nil {
			return err
		}
	}
	records, files, err := v.Records()
	if err != nil {
		return err
	}
	content, err := exchange.Collect(records, files)
	if err != nil {
		return a.explainImport(err, dir)
	}
	steps, err := a.planImport(s, content, exchange.Policy(o.onDuplicate))
	if err != nil {
		return err
	}
	if o.json || o.dryRun {
		return a.importQuietly(s, o, content, steps)
	}
	return a.importAsking(s, o, content, steps)
}

// A looseFileGone is an attached file in import --json that is not there.
type looseFileGone struct {
	Record string `json:"record"`
	Name   string `json:"name"`
}

// looseJSON reports on a vault that was made again, or would be.
func (a *app) looseJSON(o importOptions, l *store.Loose, rep store.LooseReport, kept string) error {
	gone := []looseFileGone{}
	for _, f := range rep.LostFiles {
		gone = append(gone, looseFileGone{f.Record, f.Name})
	}
	kinds := func(slots []store.SlotInfo) []string {
		list := []string{}
		for _, slot := range slots {
			list = append(list, slot.Kind)
		}
		return list
	}
	names := func(cards []store.Card) []string {
		list := []string{}
		for _, c := range cards {
			list = append(list, c.Name)
		}
		return list
	}
	return a.writeJSON(struct {
		Schema      int             `json:"schema"`
		DryRun      bool            `json:"dry_run"`
		Vault       string          `json:"vault"`
		Copy        string          `json:"copy,omitempty"` // of what was replaced
		Records     int             `json:"records"`
		Trashed     int             `json:"trashed"`
		Revisions   int             `json:"revisions"`
		Attachments int             `json:"attachments"`
		Index       bool            `json:"index"`
		Older       []string        `json:"older"`
		Lost        []string        `json:"lost"`
		LostFiles   []looseFileGone `json:"lost_files"`
		Purged      int             `json:"purged"`
		Ways        []string        `json:"ways_in"`
		LostWays    []string        `json:"lost_ways_in"`
		Shut        int             `json:"shut"`
	}{1, o.dryRun, a.path(), kept, rep.Records, rep.Trashed, rep.Revisions, rep.Attachments, rep.Index, names(rep.Older), names(rep.Lost), gone,
		rep.Purged, kinds(rep.Ways), kinds(rep.LostWays), l.Shut})
}
