package cli

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"filippo.io/age"

	"memovault/internal/keyring"
	"memovault/internal/lang"
	"memovault/internal/store"
	"memovault/internal/term"
)

// The kinds of backups in files, as --json names them.
const (
	backupAutomatic = "automatic"
	backupCopy      = "copy"
	backupReplaced  = "replaced"
	backupNamed     = "named" // on the command line
)

// A knownBackup is a backup that lies somewhere.
type knownBackup struct {
	store.Backup
	kind string
	size int64 // in bytes, -1 if it can't be told
}

// knownBackups are the automatic ones, the copies at other places as far as they
// are there, and the vaults that a restore replaced; and the places that are
// missing. Nothing is opened for that.
func (a *app) knownBackups() (list []knownBackup, missing []string, err error) {
	automatic, err := store.Backups(a.path())
	if err != nil {
		return nil, nil, err
	}
	replaced, err := store.Replaced(a.path())
	copies, missing := store.CopiesSeen(a.path(), a.config())
	for _, group := range []struct {
		kind string
		list []store.Backup
	}{{backupAutomatic, automatic}, {backupCopy, copies}, {backupReplaced, replaced}} {
		for _, b := range group.list {
			one := knownBackup{Backup: b, kind: group.kind, size: -1}
			if st, err := os.Stat(b.Path); err == nil {
				one.size = st.Size()
			}
			list = append(list, one)
		}
	}
	return list, missing, err
}

// The JSON of backup --list and --verify: keys and kinds are English and stable.
type backupJSON struct {
	Path       string     `json:"path"`
	Kind       string     `json:"kind"`
	Time       *time.Time `json:"time,omitempty"`
	Generation uint64     `json:"generation,omitempty"`
	Size       int64      `json:"size"`

	// of --verify alone
	Whole       *bool    `json:"whole,omitempty"`
	Records     *int     `json:"records,omitempty"`
	Revisions   *int     `json:"revisions,omitempty"`
	Attachments *int     `json:"attachments,omitempty"`
	Damaged     []string `json:"damaged,omitempty"`
	Error       string   `json:"error,omitempty"` // code of why it could not be opened
}

type backupsJSON struct {
	Schema  int          `json:"schema"`
	Backups []backupJSON `json:"backups"`
	Missing []string     `json:"missing_places"`
}

func (b knownBackup) json() backupJSON {
	one := backupJSON{Path: b.Path, Kind: b.kind, Generation: b.Generation, Size: max(b.size, 0)}
	if !b.Time.IsZero() {
		made := b.Time.UTC()
		one.Time = &made
	}
	return one
}

// listBackups shows which backups there are. It opens nothing.
func (a *app) listBackups(o *backupOptions) error {
	list, missing, err := a.knownBackups()
	if err != nil {
		return err
	}
	if o.json {
		out := backupsJSON{Schema: 1, Backups: []backupJSON{}, Missing: append([]string{}, missing...)}
		for _, b := range list {
			out.Backups = append(out.Backups, b.json())
		}
		return a.writeJSON(out)
	}
	if err := a.paged(func() error { a.showBackups(list); return nil }); err != nil {
		return err
	}
	for _, dir := range missing {
		a.say(lang.T("not there now: %s", "今は見えない場所: %s"), a.shortPath(dir))
	}
	switch {
	case len(list) == 0 && len(missing) == 0:
		a.say(lang.T("there are no backups of %s yet; to make one: %s backup --to DIR", "%s の控えはまだありません。作るには: %s backup --to フォルダー"), a.shortPath(a.path()), a.call())
	case len(list) > 0:
		a.say(lang.T("to see what one would bring back: %s restore FILE --dry-run", "戻すとどうなるか見るには: %s restore ファイル --dry-run"), a.call())
	}
	return nil
}

// showBackups lists them under the folder in which they lie.
func (a *app) showBackups(list []knownBackup) {
	var folders []string
	rows := map[string][][]string{}
	for _, b := range list {
		dir := filepath.Dir(b.Path)
		if rows[dir] == nil {
			folders = append(folders, dir)
		}
		state := a.text(lang.T("state %d", "状態 %d"), b.Generation)
		if b.kind == backupReplaced {
			state = a.text(lang.T("replaced", "置き換え前"))
		}
		rows[dir] = append(rows[dir], []string{"  " + a.minute(b.Time), state, size(b.size), term.Sanitize(filepath.Base(b.Path))})
	}
	for i, dir := range folders {
		if i > 0 {
			fmt.Fprintln(a.out)
		}
		a.row(0, a.shortPath(dir))
		fmt.Fprint(a.out, term.Table(rows[dir], a.columns()))
	}
}

// size writes a length of a file; empty where it is not known.
func size(n int64) string {
	switch {
	case n < 0:
		return ""
	case n < 10<<20:
		return fmt.Sprintf("%d KiB", (n+1023)>>10)
	}
	return fmt.Sprintf("%d MiB", (n+1<<20-1)>>20)
}

// A backupOpener opens backups of one vault with as few questions as can be: by
// the identity of the vault, by that of a backup that was opened before, and
// with the keys that were given.
type backupOpener struct {
	a    *app
	s    *store.Store // nil where the vault can't be opened
	like []*store.BackupFile
	ids  []age.Identity
}

// newBackupOpener opens the vault. Where it is damaged or gone, which is when
// backups matter, the backups' own slots are used.
func (a *app) newBackupOpener() (*backupOpener, error) {
	o := &backupOpener{a: a}
	s, err := a.openVault()
	if err == nil {
		o.s = s
		return o, nil
	}
	if !errors.Is(err, store.ErrNoVault) && !errors.As(err, new(*store.DamagedError)) {
		return nil, err
	}
	f := a.explain(err)
	a.warn(f.what.text, f.what.args...)
	o.ids, err = a.givenKeys()
	return o, err
}

// open unlocks a backup; keyring.ErrNoMatch if nothing that is known opens it.
func (o *backupOpener) open(b *store.BackupFile) error {
	err := error(keyring.ErrNoMatch)
	if o.s != nil {
		err = b.UnlockAs(o.s)
	}
	for _, other := range o.like {
		if errors.Is(err, keyring.ErrNoMatch) {
			err = b.UnlockLike(other)
		}
	}
	if errors.Is(err, keyring.ErrNoMatch) && len(o.ids) > 0 {
		if err = o.a.slowly(func() error { return b.Unlock(o.ids...) }); err == nil {
			o.like = append(o.like, b)
		}
	}
	return err
}

// ask unlocks a backup, and asks for a key where nothing that is known opens it.
func (o *backupOpener) ask(b *store.BackupFile) error {
	err := o.open(b)
	if !errors.Is(err, keyring.ErrNoMatch) || !o.a.interactive() {
		return err
	}
	if o.s != nil {
		o.a.say(lang.T("the keys of this vault do not open %s: it is of another vault, or older than what this one remembers", "%s は、この金庫の鍵では開きません。別の金庫の控えか、この金庫が覚えていないほど前のものです"), o.a.shortPath(b.Path()))
	}
	if err = o.a.askBackupKey(b); err == nil {
		o.like = append(o.like, b)
	}
	return err
}

// verifyBackups reads backups to the end and says of each whether it is whole.
func (a *app) verifyBackups(o *backupOptions, paths []string) error {
	list, missing, err := a.toVerify(paths)
	if err != nil {
		return err
	}
	opener, err := a.newBackupOpener()
	if err != nil {
		return err
	}
	out := backupsJSON{Schema: 1, Backups: []backupJSON{}, Missing: append([]string{}, missing...)}
	var worst, shut int
	var first *failure // of those that could not be opened
	for _, b := range list {
		rep, err := a.verifyOne(opener, b)
		f := a.verdict(b, rep, err)
		switch {
		case f == nil:
		case f.status == statusDamaged:
			worst++
		default:
			shut++
			first = cmp.Or(first, f)
		}
		if o.json {
			out.Backups = append(out.Backups, b.verified(rep, f))
		} else {
			a.sayVerified(b, rep, f)
		}
	}
	if o.json {
		if err := a.writeJSON(out); err != nil {
			return err
		}
	}
	for _, dir := range missing {
		a.say(lang.T("not there now, and not read: %s", "今は見えないので、読んでいない場所: %s"), a.shortPath(dir))
	}
	return a.sumUpVerified(len(list), worst, shut, first)
}

// toVerify are the backups that were named, or all that there are.
func (a *app) toVerify(paths []string) (list []knownBackup, missing []string, err error) {
	if len(paths) == 0 {
		return a.knownBackups()
	}
	for _, path := range paths {
		st, err := os.Stat(path)
		if err != nil {
			return nil, nil, err
		}
		list = append(list, knownBackup{Backup: store.Backup{Path: path}, kind: backupNamed, size: st.Size()})
	}
	return list, nil, nil
}

// verifyOne opens and verifies a backup. One that was named may be of another
// day's keys, so somebody is asked; of thirty automatic ones nobody is.
func (a *app) verifyOne(opener *backupOpener, b knownBackup) (rep store.BackupReport, err error) {
	file, err := store.OpenBackup(b.Path)
	if err != nil {
		return rep, err
	}
	defer file.Close()
	if b.kind == backupNamed || opener.s == nil && len(opener.like) == 0 && len(opener.ids) == 0 {
		err = opener.ask(file)
	} else {
		err = opener.open(file)
	}
	if err != nil {
		return rep, err
	}
	err = a.patiently(lang.T("reading %s ...", "%s を読んでいます..."), func() (err error) {
		rep, err = file.Verify()
		return err
	}, filepath.Base(b.Path))
	return rep, err
}

// verdict is what is wrong with a backup; nil if it is whole.
func (a *app) verdict(b knownBackup, rep store.BackupReport, err error) *failure {
	if err != nil {
		return a.explainBackup(err, b.Path)
	}
	if len(rep.Damaged) == 0 {
		return nil
	}
	return &failure{status: statusDamaged, code: "backup_damaged",
		what: said(lang.T("damaged: %s", "壊れています: %s"), a.damagedList(rep.Damaged))}
}

// mostListed is how many damaged parts are named; more help nobody.
const mostListed = 5

func (a *app) damagedList(parts []string) string {
	text := ""
	for i, what := range parts {
		if i == mostListed {
			return text + a.text(lang.T(" and %d more", "、ほか %d 個"), len(parts)-mostListed)
		}
		if i > 0 {
			text += a.text(comma)
		}
		text += a.damagedPart(what)
	}
	return text
}

func (b knownBackup) verified(rep store.BackupReport, f *failure) backupJSON {
	one, whole := b.json(), f == nil
	one.Whole, one.Damaged = &whole, rep.Damaged
	if !rep.Vault.IsZero() {
		one.Generation, one.Records, one.Revisions, one.Attachments = rep.Generation, &rep.Records, &rep.Revisions, &rep.Attachments
		made := rep.Made.UTC()
		one.Time = &made
	}
	if f != nil {
		one.Error = f.code
	}
	return one
}

// sayVerified is one line of the result, and what is wrong on more.
func (a *app) sayVerified(b knownBackup, rep store.BackupReport, f *failure) {
	name := a.shortPath(b.Path)
	if f == nil {
		a.row(0, a.text(lang.T("whole: %s (%s; %s, earlier versions: %d, attached files: %d)", "無事: %s（%s。%s、前の版 %d 件、添付ファイル %d 個）"),
			name, a.minute(rep.Made), a.records(rep.Records), rep.Revisions, rep.Attachments))
		return
	}
	mark := lang.T("not opened: %s", "開けません: %s")
	if f.status == statusDamaged {
		mark = lang.T("DAMAGED: %s", "壊れています: %s")
	}
	a.row(0, a.text(mark, name))
	a.row(2, f.what.in(a.lang))
}

func (a *app) sumUpVerified(n, damaged, shut int, first *failure) error {
	switch {
	case damaged > 0:
		return &failure{status: statusDamaged, code: "backup_damaged",
			what: said(lang.T("damaged backups: %d of %d", "壊れている控え: %d 個（%d 個のうち）"), damaged, n),
			next: []words{
				said(lang.T("make a new one: %s backup --to DIR", "新しく作ってください: %s backup --to フォルダー"), a.call()),
				said(lang.T("what is whole in a damaged one: %s rescue FILE -o DIR", "壊れた控えから読めるものを取り出すには: %s rescue ファイル -o フォルダー"), a.name)}}
	case shut > 0:
		return &failure{status: first.status, code: first.code, next: first.next,
			what: said(lang.T("backups that could not be opened: %d of %d", "開けなかった控え: %d 個（%d 個のうち）"), shut, n)}
	case n == 0:
		a.say(lang.T("there is no backup to read; to make one: %s backup --to DIR", "読む控えがありません。作るには: %s backup --to フォルダー"), a.call())
	default:
		a.say(lang.T("backups read: %d, all whole", "控え %d 個を読みました。どれも無事です"), n)
	}
	return nil
}

// explainBackup has the words for what can be wrong with a backup in a file.
func (a *app) explainBackup(err error, path string) *failure {
	short := a.shortPath(path)
	var broken *store.DamagedError
	var newer *store.NewerError
	switch {
	case errors.As(err, &newer):
		return &failure{status: statusError, code: "newer_format", err: err,
			what: said(lang.T("this backup was made by a newer version of the program (format %d; this one knows %d)", "この控えは、もっと新しい版のプログラムで作られています（形式 %d。この版が読めるのは %d まで）"), newer.Format, store.Format),
			next: []words{said(lang.T("install the newest version", "新しい版を入れてください"))}}
	case errors.Is(err, keyring.ErrSlotNewer):
		return &failure{status: statusError, code: "newer_format", err: err,
			what: said(lang.T("a key of this backup was made by a newer version of the program", "この控えの鍵は、もっと新しい版のプログラムで作られています")),
			next: []words{said(lang.T("install the newest version", "新しい版を入れてください"))}}
	case errors.As(err, &broken):
		return &failure{status: statusDamaged, code: "backup_damaged", err: err,
			what: said(lang.T("the backup is damaged: %s (%s)", "控えが壊れています: %s（%s）"), short, a.damagedPart(broken.What)),
			next: []words{
				said(lang.T("take another one: %s backup --list", "ほかの控えを使ってください: %s backup --list"), a.call()),
				said(lang.T("what is whole in it: %s rescue %s -o DIR", "読めるものだけ取り出すには: %s rescue %s -o フォルダー"), a.name, shellWord(path))}}
	case errors.Is(err, store.ErrNotBackup):
		return &failure{status: statusError, code: "not_a_backup", err: err,
			what: said(lang.T("neither a backup nor a vault: %s", "控えでも金庫でもありません: %s"), short)}
	case errors.Is(err, keyring.ErrNoMatch):
		return &failure{status: statusNoKey, code: "wrong_key", err: err,
			what: said(lang.T("the backup did not open: it is of another vault, or has the keys of another day", "控えが開きませんでした。別の金庫のものか、鍵が別の日のものです")),
			next: []words{said(lang.T("it opens with what opened the vault on the day it was made", "控えを作った日に金庫を開けられた鍵で開きます"))}}
	}
	return a.explain(err)
}

// askBackupKey asks for a key of the day on which a backup was made.
func (a *app) askBackupKey(b *store.BackupFile) error {
	return a.askSecretFor(b, lang.T("Passphrase of the backup, or its recovery key: ", "控えの合言葉、または回復キー: "),
		func(id age.Identity) error { return b.Unlock(id) })
}

// askSecretFor asks for a passphrase, a recovery key or shares until one opens.
func (a *app) askSecretFor(b *store.BackupFile, prompt lang.Text, open func(id age.Identity) error) error {
	t, err := a.terminal()
	if err != nil {
		return &failure{status: statusUsage, code: "input_needed", err: err,
			what: said(lang.T("the passphrase is needed, and there is no terminal to ask at", "合言葉が要りますが、端末がないので聞けません")),
			next: []words{said(lang.T("use --passphrase-file FILE, --passphrase-fd N or --identity FILE", "--passphrase-file ファイル、--passphrase-fd 番号、--identity ファイル のどれかを使ってください"))}}
	}
	for left := tries - 1; ; left-- {
		typed, err := t.ReadSecret(a.text(prompt))
		if errors.Is(err, term.ErrTooLong) || errors.Is(err, term.ErrControl) {
			err = explainTyped(err)
		}
		if err == nil {
			err = a.openBackupWith(b, typed, open)
		}
		if err == nil || left == 0 || !retriable(err) {
			return err
		}
		f := a.explain(err)
		if errors.Is(err, keyring.ErrNoMatch) {
			f = a.explainBackup(err, b.Path())
		}
		a.tell(t, 2, f.what.in(a.lang))
		a.tellTries(t, err, left)
	}
}

// openBackupWith takes what was typed for a passphrase, the recovery key or a
// share.
func (a *app) openBackupWith(b *store.BackupFile, typed string, open func(id age.Identity) error) error {
	if isShare(typed) {
		return a.askShares(typed, b.SlotIDs(), open)
	}
	id, recovery, err := keyring.Secret(typed)
	if err != nil {
		return err
	}
	if err := a.slowly(func() error { return open(id) }); err != nil {
		return err
	}
	if recovery {
		a.say(lang.T("opened with the recovery key", "回復キーで開きました"))
	}
	return nil
}

// someNames are the names of records, sorted, and how many more there are.
func (a *app) someNames(cards []store.Card) string {
	var names []string
	for _, c := range cards {
		names = append(names, term.Sanitize(c.Name))
	}
	slices.Sort(names)
	more := len(names) - mostListed*2
	if more > 0 {
		names = names[:mostListed*2]
	}
	text := ""
	for i, name := range names {
		if i > 0 {
			text += a.text(comma)
		}
		text += name
	}
	if more > 0 {
		text += a.text(lang.T(" and %d more", "、ほか %d 件"), more)
	}
	return text
}
