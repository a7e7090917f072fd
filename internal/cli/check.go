package cli

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"memovault/internal/lang"
	"memovault/internal/store"
)

func (a *app) newCheck() *cobra.Command {
	var asJSON bool
	cmd := a.command(spec{
		name: "check", group: "keeping",
		short: lang.T("check that the vault and its backups are whole", "金庫と控えが壊れていないか検査する"),
		long: lang.T(`Reads every page of the vault file, decrypts every record, earlier version and
attached file, compares them with the table of contents, and does the same with the
automatic backups and the copies of backup --to that are there. It looks at the ways in and when each was last proven, at who may
read the files, at where they lie, and at what a crash or a synchronising program
left beside them. It says what is in order too, and what to do about the rest.

It changes nothing in the vault. The exit status is 7 if anything is damaged.`,
			`金庫のファイルの全ページを読み、記録、前の版、添付ファイルを全部復号して、目次と照らし合わせます。
自動の控えと、backup --to で作った写し（今見えるもの）にも同じことをします。それぞれの鍵を最後に確かめた日、ファイルをほかの人が読めないか、置き場所、
異常終了や同期のプログラムの残したものも見ます。問題のないことも知らせ、あれば対処も示します。

金庫の中身は変えません。壊れたところがあれば、終了ステータスは 7 です。`),
		examples: []example{
			{"check", lang.T("everything", "全部を検査する")},
			{"check --json", lang.T("for a script", "スクリプト用")},
		},
	})
	cmd.Flags().BoolVar(&asJSON, "json", false, a.text(lang.T("as JSON", "JSON で出す")))
	cmd.Args = a.argsBetween(0, 0)
	cmd.RunE = func(*cobra.Command, []string) error { return a.runCheck(asJSON) }
	return cmd
}

// How a part of the vault is.
const (
	stateFine    = "ok"
	stateAdvice  = "advice"
	stateDamaged = "damaged"
)

// A checked is one thing that was looked at.
type checked struct {
	id    string // stable, for --json
	state string
	what  words
	next  []words
}

// A checkup collects what was found.
type checkup struct {
	a    *app
	list []checked
}

func (c *checkup) fine(id string, t lang.Text, args ...any) {
	c.list = append(c.list, checked{id: id, state: stateFine, what: said(t, args...)})
}

func (c *checkup) advise(id string, what words, next ...words) {
	c.list = append(c.list, checked{id, stateAdvice, what, next})
}

func (c *checkup) damaged(id string, what words, next ...words) {
	c.list = append(c.list, checked{id, stateDamaged, what, next})
}

func (c *checkup) count(state string) int {
	n := 0
	for _, one := range c.list {
		if one.state == state {
			n++
		}
	}
	return n
}

func (a *app) runCheck(asJSON bool) error {
	around, err := store.SurroundingsOf(a.path())
	if err != nil {
		return err
	}
	c := &checkup{a: a}
	s, err := store.Open(a.path(), a.config())
	if err == nil {
		err = a.unlock(s)
	}
	var broken *store.DamagedError
	switch {
	case errors.As(err, &broken):
		c.file(around, broken)
		c.backupsOfBroken()
	case err != nil:
		return err
	default:
		if err := c.vault(s, around); err != nil {
			return err
		}
	}
	c.surroundings(around)
	return c.report(asJSON)
}

// file says that the file as a whole does not open.
func (c *checkup) file(around store.Surroundings, broken *store.DamagedError) {
	next := append([]words{}, c.a.rescueHint(broken)...)
	c.damaged("file", said(lang.T("the file (%s) does not hold together: %s", "ファイル（%s）が壊れています: %s"), sizeText(around.Size), c.a.damagedPart(broken.What)), next...)
}

// backupsOfBroken names the newest backup: it may be what saves the day.
func (c *checkup) backupsOfBroken() {
	next := c.a.newestBackup()
	if len(next) == 0 {
		c.advise("backups", said(lang.T("there is no automatic backup beside it", "となりに自動の控えがありません")))
		return
	}
	c.advise("backups", next[0], next[1:]...)
}

// vault looks at everything inside.
func (c *checkup) vault(s *store.Store, around store.Surroundings) error {
	var rep store.Report
	var files store.FileReport
	err := c.a.patiently(lang.T("checking %d records ...", "%d 件の記録を検査しています..."), func() (err error) {
		if rep, err = s.VerifyAll(); err == nil && len(rep.Damaged) == 0 {
			files, err = s.CheckFiles()
		}
		return err
	}, s.Len())
	var broken *store.DamagedError
	if errors.As(err, &broken) {
		c.file(around, broken)
		c.backupsOfBroken()
		return nil
	}
	if err != nil {
		return err
	}
	c.fine("file", lang.T("file: %s, all pages hold together, state %d", "ファイル: %s。全ページのつじつまが合っています（状態 %d）"), sizeText(around.Size), s.Generation())
	c.contents(rep, files)
	c.memory(s)
	c.ways(s)
	return c.backups(s)
}

// contents says what was decrypted.
func (c *checkup) contents(rep store.Report, files store.FileReport) {
	if len(rep.Damaged) == 0 {
		c.fine("records", lang.T("decrypted and compared: records %d, earlier versions %d, attached files %d", "復号して照らし合わせたもの: 記録 %d 件、前の版 %d 件、添付ファイル %d 個"), rep.Records, rep.Revisions, rep.Attachments)
	}
	for i, what := range rep.Damaged {
		if i == mostLost {
			c.damaged("records", said(lang.T("... and %d more that are damaged", "…壊れているものが、ほかに %d 個"), len(rep.Damaged)-mostLost))
			break
		}
		c.damaged("records", said(lang.T("damaged: %s", "壊れているもの: %s"), c.a.damagedPart(what)))
	}
	if n := len(rep.Damaged); n > 0 {
		last := &c.list[len(c.list)-1]
		last.next = append(c.a.rescueHint(&store.DamagedError{}), c.a.newestBackup()...)
	}
	for _, f := range files.Wrong {
		c.damaged("attachments", said(lang.T("attached file %s of %s is not what its record says", "添付ファイル %s（%s）が、記録にあるものと違います"), f.Name, f.Record))
	}
	if len(files.Missing) > 0 {
		c.advise("attachments", said(lang.T("attached files that records name and the vault does not hold: %s", "記録に名前だけあって、金庫にない添付ファイル: %s"), c.a.lostFiles(files.Missing)))
	}
}

// memory says whether an older copy would be noticed here.
func (c *checkup) memory(s *store.Store) {
	if n, ok := s.Remembered(); ok && n == s.Generation() {
		c.fine("memory", lang.T("this computer remembers state %d: an older copy would be noticed", "このパソコンは状態 %d を覚えています。古いものに置き換わればわかります"), n)
		return
	}
	c.advise("memory", said(lang.T("this computer does not remember which state it saw last: an older copy would not be noticed", "このパソコンは、最後に見た状態を覚えていません。古いものに置き換わってもわかりません")),
		said(lang.T("is this folder writable? %s", "このフォルダーに書き込めますか: %s"), c.a.shortPath(c.a.dirs.state)))
}

// provenFor is how long a way in counts as proven.
const provenFor = 183 * 24 * time.Hour

// ways says of each way in when it was last proven.
func (c *checkup) ways(s *store.Store) {
	slots := s.Slots()
	for _, slot := range slots {
		name := c.a.waysIn([]store.SlotInfo{slot})
		test := said(lang.T("to prove it: %s key test", "確かめるには: %s key test"), c.a.call())
		switch {
		case slot.ID == s.OpenedBy().ID:
			c.fine("ways", lang.T("way in: %s, opened it just now", "鍵穴: %s（今これで開きました）"), name)
		case slot.Proven == nil:
			c.advise("ways", said(lang.T("way in: %s, never proven", "鍵穴: %s（一度も確かめていません）"), name), test)
		case c.a.now.Sub(*slot.Proven) > provenFor:
			c.advise("ways", said(lang.T("way in: %s, last proven %s", "鍵穴: %s（最後に確かめた日 %s）"), name, c.a.day(*slot.Proven)), test)
		default:
			c.fine("ways", lang.T("way in: %s, last proven %s", "鍵穴: %s（最後に確かめた日 %s）"), name, c.a.day(*slot.Proven))
		}
	}
	if len(slots) < 2 {
		c.advise("ways", said(lang.T("there is only one way in: if it is lost, so is the vault", "鍵穴が 1 つだけです。その鍵をなくすと、金庫は開きません")),
			said(lang.T("to add one: %s key add recovery-key", "足すには: %s key add recovery-key"), c.a.call()))
	}
}

// backups verifies every automatic backup, and the copies in other places as far
// as those are there. A vault that a restore replaced may well be damaged.
func (c *checkup) backups(s *store.Store) error {
	list, missing, err := c.a.knownBackups()
	if err != nil {
		return err
	}
	list = slices.DeleteFunc(list, func(b knownBackup) bool { return b.kind == backupReplaced })
	if !slices.ContainsFunc(list, func(b knownBackup) bool { return b.kind == backupAutomatic }) {
		c.advise("backups", said(lang.T("there is no automatic backup yet: the first is made before the next change", "自動の控えはまだありません。次の変更の前に、最初のものができます")))
	}
	var whole []knownBackup
	for i, b := range list {
		if c.backup(s, b, i+1, len(list)) {
			whole = append(whole, b)
		}
	}
	c.wholeBackups(whole)
	for _, dir := range missing {
		c.advise("places", said(lang.T("the copies in %s can't be seen now, and were not read", "%s にある写しは、今は見えないので読んでいません"), c.a.shortPath(dir)),
			said(lang.T("plug it in, or if it is not used any more: %s backup --forget %s", "差し込んでからもう一度どうぞ。もう使わない場所なら: %s backup --forget %s"), c.a.call(), shellWord(dir)))
	}
	return nil
}

// backup verifies one backup, and reports whether it is whole.
func (c *checkup) backup(s *store.Store, b knownBackup, i, n int) bool {
	var rep store.BackupReport
	err := c.a.patiently(lang.T("checking backup %d of %d ...", "%d 個目の控えを検査しています（全部で %d 個）..."), func() (err error) {
		rep, err = s.VerifyBackup(b.Path)
		return err
	}, i, n)
	name := filepath.Base(b.Path)
	if b.kind == backupCopy {
		name = c.a.shortPath(b.Path)
	}
	switch {
	case err != nil && !errors.As(err, new(*store.DamagedError)):
		c.advise("backups", said(lang.T("backup %s could not be checked: %s", "控え %s を検査できません: %s"), name, c.a.explain(err).what.in(c.a.lang)))
	case err != nil || len(rep.Damaged) > 0:
		c.damaged("backups", said(lang.T("backup %s is damaged; the vault itself is another matter", "控え %s が壊れています（金庫そのものとは別です）"), name),
			said(lang.T("move it away; what is whole of it can be saved: %s rescue %s -o %s", "ほかへ移してください。無事な部分を取り出すには: %s rescue %s -o %s"), c.a.name, shellWord(b.Path), rescueFolder))
	default:
		return true
	}
	return false
}

// wholeBackups says how many backups are whole: the automatic ones, and those of
// each other place.
func (c *checkup) wholeBackups(list []knownBackup) {
	count := func(is func(knownBackup) bool) (n int, newest time.Time) {
		for _, b := range list {
			if is(b) {
				n++
				newest = maxTime(newest, b.Time)
			}
		}
		return n, newest
	}
	if n, newest := count(func(b knownBackup) bool { return b.kind == backupAutomatic }); n > 0 {
		c.fine("backups", lang.T("automatic backups: %d whole, every file in them decrypted; the newest of %s", "自動の控え: 無事なもの %d 個（中のファイルを全部復号しました）。いちばん新しいのは %s のもの"), n, c.a.minute(newest))
	}
	var said []string
	for _, b := range list {
		dir := filepath.Dir(b.Path)
		if b.kind != backupCopy || slices.Contains(said, dir) {
			continue
		}
		said = append(said, dir)
		n, newest := count(func(b knownBackup) bool { return b.kind == backupCopy && filepath.Dir(b.Path) == dir })
		c.fine("places", lang.T("copies in %s: %d whole, every file in them decrypted; the newest of %s", "%s にある写し: 無事なもの %d 個（中のファイルを全部復号しました）。いちばん新しいのは %s のもの"), c.a.shortPath(dir), n, c.a.minute(newest))
	}
}

func maxTime(x, y time.Time) time.Time {
	if x.Before(y) {
		return y
	}
	return x
}

// surroundings says what is around the file.
func (c *checkup) surroundings(around store.Surroundings) {
	still, _ := store.SurroundingsOf(c.a.path()) // opening a vault makes private what is its own
	switch {
	case len(around.TooOpen) == 0:
		c.fine("rights", lang.T("no other user of this computer may read or replace the files", "このパソコンのほかの利用者は、ファイルを読むことも置き換えることもできません"))
	case len(still.TooOpen) == 0:
		c.advise("rights", said(lang.T("others could read or change this until now; it was set right: %s", "今までほかの人が読むか変えるかできたもの（直しました）: %s"), c.a.paths(around.TooOpen)))
	default:
		c.advise("rights", said(lang.T("others can read or change: %s", "ほかの人が読むか変えるかできるもの: %s"), c.a.paths(still.TooOpen)),
			said(lang.T("for yourself alone: %s", "自分だけにするには: %s"), "chmod go-rwx "+shellWord(still.TooOpen[0])))
	}
	if len(around.Leftovers) > 0 {
		c.advise("leftovers", said(lang.T("unfinished files of a program that was stopped (encrypted; the next save removes them): %s", "途中で止まったプログラムの残り（暗号化済み。次の保存のときに消えます）: %s"), c.a.paths(around.Leftovers)))
	}
	if len(around.Copies) > 0 {
		c.advise("copies", said(lang.T("a synchronising program left another version beside the vault: %s", "同期のプログラムが、金庫のとなりに別の版を残しています: %s"), c.a.paths(around.Copies)),
			said(lang.T("to bring both together: %s merge", "2 つを合わせるには: %s merge"), c.a.call()))
	}
	switch place := around.Place; {
	case place.Network != "":
		c.advise("place", said(lang.T("the vault lies on a network or user-space file system (%s): a folder on this computer's own disk is safer", "金庫がネットワークなどの外部のファイルシステム（%s）にあります。このパソコンのディスクの中のほうが安全です"), place.Network))
	case place.Sync != "":
		c.advise("place", said(lang.T("%s copies the folder of the vault: put backups there rather than the vault itself", "金庫のフォルダーを %s が同期しています。金庫そのものではなく、控えを置くのに向いています"), place.Sync))
	default:
		c.fine("place", lang.T("place: an ordinary folder on this computer", "場所: このパソコンの普通のフォルダー"))
	}
}

// paths writes a few paths in one line.
func (a *app) paths(list []string) string {
	var short []string
	for _, path := range list {
		short = append(short, a.shortPath(path))
	}
	return a.firstNames(short)
}

// checkMarks are what stands before each line, equally wide.
var checkMarks = map[string]struct {
	text  lang.Text
	paint paint
}{
	stateFine:    {lang.T("ok     ", "良好"), paintFine},
	stateAdvice:  {lang.T("look   ", "注意"), paintCare},
	stateDamaged: {lang.T("DAMAGED", "破損"), paintSevere},
}

func (c *checkup) report(asJSON bool) error {
	if asJSON {
		if err := c.json(); err != nil {
			return err
		}
	} else {
		c.show()
	}
	if c.count(stateDamaged) > 0 {
		return silentStatus(statusDamaged)
	}
	return nil
}

func (c *checkup) show() {
	a := c.a
	for _, one := range c.list {
		mark := checkMarks[one.state]
		word := a.text(mark.text)
		c.line(word, mark.paint, one.what.in(a.lang))
		for _, next := range one.next {
			c.line(strings.Repeat(" ", len("DAMAGED")), "", next.in(a.lang))
		}
	}
	damaged, advice := c.count(stateDamaged), c.count(stateAdvice)
	switch {
	case damaged > 0:
		a.rows(0, a.text(lang.T("DAMAGED: %d; nothing was changed. Copy the file as it is before anything else", "壊れたところ: %d。何も変えていません。まずファイルをそのままコピーしてください"), damaged), paintSevere)
	case advice > 0:
		a.rows(0, a.text(lang.T("everything is whole; to look at: %d", "すべて無事です。見直すところ: %d"), advice), paintCare)
	default:
		a.rows(0, a.text(lang.T("everything is whole", "すべて無事です")), paintFine)
	}
}

// line writes a mark and a text beside it.
func (c *checkup) line(mark string, p paint, text string) {
	a := c.a
	if p != "" {
		mark = a.paint(p, mark)
	} else if a.lang == lang.JA {
		mark = "    "
	}
	indent := len("DAMAGED") + 2
	if a.lang == lang.JA {
		indent = len("良好")/3*2 + 2
	}
	rows := []string{text}
	if cols := a.columns(); cols > 0 {
		rows = a.wrap(text, max(cols-indent-1, narrowest))
	}
	for i, row := range rows {
		if i > 0 {
			mark = strings.Repeat(" ", indent-2)
		}
		fmt.Fprintf(a.out, "%s  %s\n", mark, row)
	}
}

// A checkedJSON is one finding in check --json.
type checkedJSON struct {
	ID      string   `json:"id"`
	State   string   `json:"state"`
	Message string   `json:"message"`
	Next    []string `json:"next,omitempty"`
}

func (c *checkup) json() error {
	list := make([]checkedJSON, 0, len(c.list))
	for _, one := range c.list {
		line := checkedJSON{ID: one.id, State: one.state, Message: one.what.in(c.a.lang)}
		for _, next := range one.next {
			line.Next = append(line.Next, next.in(c.a.lang))
		}
		list = append(list, line)
	}
	return c.a.writeJSON(struct {
		Schema  int           `json:"schema"`
		Vault   string        `json:"vault"`
		Damaged int           `json:"damaged"`
		Advice  int           `json:"advice"`
		Checks  []checkedJSON `json:"checks"`
	}{1, c.a.path(), c.count(stateDamaged), c.count(stateAdvice), list})
}
