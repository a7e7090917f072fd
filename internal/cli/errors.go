package cli

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"memovault/internal/keyring"
	"memovault/internal/lang"
	"memovault/internal/record"
	"memovault/internal/store"
	"memovault/internal/term"
)

// Exit statuses. They are a promise to scripts; docs/exit-status.md says the
// same, and a test compares the two.
const (
	statusOK        = 0
	statusError     = 1
	statusUsage     = 2
	statusNotFound  = 3
	statusNoKey     = 4
	statusBusy      = 5
	statusNoVault   = 6
	statusDamaged   = 7
	statusFindings  = 8
	statusCancelled = 130
)

// exitStatuses is what help and the documentation say of them.
var exitStatuses = []struct {
	status int
	text   lang.Text
}{
	{statusOK, lang.T("done", "できた")},
	{statusError, lang.T("something went wrong; the message says what", "うまくいかなかった（理由は表示のとおり）")},
	{statusUsage, lang.T("wrong usage, or an answer was needed and nobody could be asked", "使い方の誤り、または答えが要るのに聞けなかった")},
	{statusNotFound, lang.T("no such record, field or template", "その記録・項目・ひな形がない")},
	{statusNoKey, lang.T("no key opened the vault", "どの鍵でも金庫が開かなかった")},
	{statusBusy, lang.T("another process uses the vault", "別のプログラムが金庫を使っている")},
	{statusNoVault, lang.T("there is no vault at this place", "その場所に金庫がない")},
	{statusDamaged, lang.T("the vault is damaged, or an older or different copy than this computer saw last", "金庫が壊れている、または最後に見たものより古い・食い違う")},
	{statusFindings, lang.T("findings (audit --exit-code), or something to be done (due --exit-code)", "気になる点が見つかった（audit --exit-code）、またはすることがある（due --exit-code）")},
	{statusCancelled, lang.T("stopped by the user; nothing was saved", "利用者が中止した（何も保存していない）")},
}

// words is a text with its arguments, not yet in a language.
type words struct {
	text lang.Text
	args []any
}

func said(t lang.Text, args ...any) words { return words{t, args} }

// in returns the words in a language. Names, paths and values in them may come
// from elsewhere; what could move the cursor is shown, not sent.
func (w words) in(l lang.Lang) string { return term.SanitizeLines(w.text.Sprintf(l, w.args...)) }

func (w words) empty() bool { return w.text == lang.Text{} }

// A failure is an error in words for the person: what happened, why, and what
// to type next.
type failure struct {
	status int
	code   string // stable, English, for --json
	what   words
	why    words
	next   []words
	err    error // the cause, never shown
}

func (f *failure) Error() string { return f.what.in(lang.EN) }
func (f *failure) Unwrap() error { return f.err }

// report prints an error and returns the exit status that goes with it.
func (a *app) report(err error, asJSON bool) int {
	if err == nil {
		return statusOK
	}
	var silent silentStatus
	if errors.As(err, &silent) {
		return int(silent)
	}
	f := a.explain(err)
	if asJSON {
		a.reportJSON(f)
		return f.status
	}
	a.talkMarked(paintSevere, a.name+": ", f.what.in(a.lang))
	if !f.why.empty() {
		a.talk("  ", f.why.in(a.lang))
	}
	for _, next := range f.next {
		a.talk("  ", next.in(a.lang))
	}
	return f.status
}

func (a *app) reportJSON(f *failure) {
	type body struct {
		Code    string   `json:"code"`
		Message string   `json:"message"`
		Why     string   `json:"why,omitempty"`
		Next    []string `json:"next,omitempty"`
		Status  int      `json:"status"`
	}
	b := body{Code: f.code, Message: f.what.in(a.lang), Status: f.status}
	if !f.why.empty() {
		b.Why = f.why.in(a.lang)
	}
	for _, next := range f.next {
		b.Next = append(b.Next, next.in(a.lang))
	}
	enc := json.NewEncoder(a.err)
	enc.SetEscapeHTML(false)
	enc.Encode(map[string]body{"error": b})
}

// explain finds the words for an error. This is the one place where errors of
// the packages below become sentences.
func (a *app) explain(err error) *failure {
	var own *failure
	if errors.As(err, &own) {
		return own // it must not become its own cause: a chain in a ring has no end
	}
	for _, find := range []func(error) *failure{
		explainOwn, a.explainVault, explainShare, a.explainKeyFile, a.explainKey, explainRecord, a.explainSystem,
	} {
		if f := find(err); f != nil {
			f.err = err
			return f
		}
	}
	return &failure{status: statusError, code: "error", err: err,
		what: said(lang.T("this did not work", "うまくいきませんでした")),
		why:  said(lang.T("%s", "%s"), err.Error())}
}

func explainOwn(err error) *failure {
	switch {
	case isCancelled(err):
		return &failure{status: statusCancelled, code: "cancelled",
			what: said(lang.T("stopped; nothing was saved", "中止しました。何も保存していません"))}
	case errors.Is(err, term.ErrTooLong):
		return &failure{status: statusUsage, code: "too_long",
			what: said(lang.T("that was too long", "長すぎます"))}
	case errors.Is(err, term.ErrControl):
		return &failure{status: statusUsage, code: "control",
			what: said(lang.T("that had control characters in it (an arrow key?)", "制御文字が入っています（矢印キーを押しませんでしたか）"))}
	case errors.Is(err, term.ErrNoTerminal):
		return &failure{status: statusUsage, code: "input_needed",
			what: said(lang.T("an answer is needed, and there is no terminal to ask at", "答えが要りますが、端末がないので聞けません"))}
	}
	return nil
}

// explainVault is about the file as a whole.
func (a *app) explainVault(err error) *failure {
	path := a.shortPath(a.path())
	var (
		busy     *store.BusyError
		newer    *store.NewerError
		broken   *store.DamagedError
		rollback *store.RollbackError
		fork     *store.ForkError
		backup   *store.BackupError
		unsaved  *store.NotSavedError
	)
	switch {
	case errors.Is(err, store.ErrNoVault):
		return &failure{status: statusNoVault, code: "no_vault",
			what: said(lang.T("there is no vault at %s", "金庫がありません: %s"), path),
			next: []words{said(lang.T("to begin: %s add office   (or: %s init)", "はじめるには: %s add office （または %s init）"), a.call(), a.call()),
				said(lang.T("if your vault is somewhere else: --file FILE", "別の場所にあるときは: --file ファイル"))}}
	case errors.As(err, &busy):
		return &failure{status: statusBusy, code: "busy",
			what: said(lang.T("another program is using this vault (waited %d s)", "別のプログラムがこの金庫を使っています（%d 秒待ちました）"), int(a.config().LockWait.Seconds())),
			why:  holder(busy.Holder),
			next: []words{said(lang.T("let it finish, then try again", "そちらが終わってから、もう一度お試しください"))}}
	case errors.As(err, &newer):
		return &failure{status: statusError, code: "newer_format",
			what: said(lang.T("this vault was made by a newer version of the program (format %d; this one knows %d)", "この金庫は、もっと新しい版のプログラムで作られています（形式 %d。この版が読めるのは %d まで）"), newer.Format, store.Format),
			next: []words{said(lang.T("install the newest version; the file was not touched", "新しい版を入れてください。ファイルには手を付けていません"))}}
	case errors.As(err, &rollback):
		return &failure{status: statusDamaged, code: "older_copy",
			what: said(lang.T("this is an older copy of the vault (state %d; this computer has seen %d)", "これは古い金庫です（今の状態は %d、このパソコンは %d まで見ています）"), rollback.Have, rollback.Seen),
			why:  said(lang.T("a backup or a synchronising program may have put it in place of the newer one: %s", "控えから戻したか、同期のプログラムが古いもので置き換えたのかもしれません: %s"), path),
			next: []words{said(lang.T("look for the newer file; to go on with this one: --accept-older-copy", "新しいほうを探してください。これで続けるなら: --accept-older-copy"))}}
	case errors.As(err, &fork):
		return &failure{status: statusDamaged, code: "forked_copy",
			what: said(lang.T("this vault and the one this computer saw last went separate ways", "この金庫は、このパソコンが最後に見たものと食い違っています")),
			why:  said(lang.T("the same vault was changed in two places: %s", "同じ金庫が 2 か所で別々に変更されています: %s"), path),
			next: []words{said(lang.T("keep both files; to go on with this one: --accept-older-copy", "両方のファイルを残してください。これで続けるなら: --accept-older-copy")),
				said(lang.T("then put the two together: %s merge OTHER", "そのあと 2 つを 1 つに合わせてください: %s merge もう一方の金庫"), a.call())}}
	case errors.As(err, &unsaved):
		return a.explainUnsaved(unsaved)
	case errors.As(err, &backup):
		f := a.systemWords(backup.Err)
		f.why = f.what
		f.what = said(lang.T("not saved: the backup that comes first could not be made in %s", "保存していません。先に作る控えが作れませんでした: %s"), a.shortPath(backup.Dir))
		f.next = append(f.next, said(lang.T("to save without it this once: --no-backup", "今回だけ控えなしで保存するなら: --no-backup")))
		return f
	case errors.As(err, &broken):
		return a.explainDamage(broken)
	case errors.Is(err, store.ErrNotVault):
		return &failure{status: statusError, code: "not_a_vault",
			what: said(lang.T("this is not a vault: %s", "これは金庫のファイルではありません: %s"), path),
			next: append([]words{said(lang.T("check the name after --file", "--file のあとの名前を確かめてください"))}, a.rescueHint(err)...)}
	case errors.Is(err, store.ErrExists):
		return &failure{status: statusError, code: "exists",
			what: said(lang.T("there is something at this place already: %s", "その場所にはもうファイルがあります: %s"), path),
			next: []words{said(lang.T("it was left as it is; for a second vault: --file FILE", "そのままにしてあります。もう 1 つ作るなら: --file ファイル"))}}
	case errors.Is(err, store.ErrRekeyed):
		return &failure{status: statusBusy, code: "rekeyed",
			what: said(lang.T("another program has just given the vault a new key; nothing was saved here", "ちょうど今、別のプログラムが金庫の鍵を新しくしました。ここでは何も保存していません")),
			next: []words{said(lang.T("run the same command again", "同じコマンドをもう一度実行してください"))}}
	case errors.Is(err, store.ErrLastSlot):
		return &failure{status: statusUsage, code: "last_key",
			what: said(lang.T("then no key would be left, and nobody could open the vault", "それでは鍵が 1 つも残らず、誰にも開けられなくなります")),
			next: []words{said(lang.T("add another first: %s key add", "先に別の鍵を増やしてください: %s key add"), a.call())}}
	case errors.Is(err, store.ErrTooManySlots):
		return &failure{status: statusUsage, code: "too_many_keys",
			what: said(lang.T("a vault has at most 64 keys", "鍵は 64 個までです")),
			next: []words{said(lang.T("remove one that is not needed: %s key list", "要らない鍵を外してください: %s key list"), a.call())}}
	case errors.Is(err, store.ErrReplaced):
		return &failure{status: statusDamaged, code: "replaced",
			what: said(lang.T("the vault was replaced by another file while it was in use: %s", "使っている間に、金庫が別のファイルに置き換わりました: %s"), path),
			why:  said(lang.T("a synchronising program does that; the change may not be in the new file", "同期のプログラムのしわざかもしれません。変更が新しいファイルに入っていないおそれがあります")),
			next: []words{said(lang.T("look with: %s list   and save again if it is missing", "%s list で確かめ、なければもう一度保存してください"), a.call())}}
	}
	return nil
}

func holder(who string) words {
	if who == "" {
		return words{}
	}
	return said(lang.T("it is: %s", "使っているもの: %s"), who)
}

func (a *app) explainUnsaved(unsaved *store.NotSavedError) *failure {
	f := a.systemWords(unsaved.Err)
	f.code = "not_saved"
	f.why = f.what
	f.what = said(lang.T("not saved; the vault is as it was before", "保存できませんでした。金庫は前のままです"))
	return f
}

// explainKey is about opening.
func (a *app) explainKey(err error) *failure {
	var heavy *keyring.WorkFactorError
	var typo *keyring.RecoveryTypoError
	switch {
	case errors.As(err, &heavy):
		return &failure{status: statusError, code: "work_factor",
			what: said(lang.T("a slot of this vault asks for 2^%d steps to open; more than 2^%d is refused", "この金庫の鍵穴は 2^%d 回の計算を求めています。2^%d を超えるものは開けません"), heavy.LogN, 20),
			why:  said(lang.T("this program never writes that: the file comes from elsewhere or was tampered with", "このプログラムが書いたものではありません。よそから来たか、手を加えられた金庫です"))}
	case errors.As(err, new(*store.SlotsDamagedError)):
		return &failure{status: statusDamaged, code: "slots_damaged",
			what: said(lang.T("the vault did not open, and one of its slots is damaged: your key may be the right one", "金庫が開きません。金庫の鍵穴の 1 つが壊れているので、鍵は合っているのかもしれません")),
			next: append([]words{said(lang.T("try the other way in (passphrase or recovery key)", "もう 1 つの開け方（合言葉か回復キー）を試してください"))}, a.newestBackup()...)}
	case errors.Is(err, keyring.ErrNoMatch):
		return &failure{status: statusNoKey, code: "wrong_key",
			what: said(lang.T("the vault did not open: the passphrase or key is another one", "金庫が開きませんでした。合言葉か鍵が違います")),
			next: []words{said(lang.T("forgot the passphrase? type the recovery key from your paper in its place", "合言葉を忘れたときは、代わりに紙の回復キーを打ってください"))}}
	case errors.As(err, &typo):
		return &failure{status: statusNoKey, code: "recovery_key_typo",
			what: wrongGroups(typo.Groups),
			next: []words{said(lang.T("compare it with the paper, group by group, check letters included", "紙の用紙と、組ごとに、確かめの文字まで見比べてください"))}}
	case errors.Is(err, keyring.ErrTooLong):
		return &failure{status: statusUsage, code: "passphrase_too_long",
			what: said(lang.T("a passphrase may have at most %d bytes", "合言葉は %d バイトまでです"), keyring.MaxPassphrase)}
	case errors.Is(err, keyring.ErrControl):
		return &failure{status: statusUsage, code: "passphrase_control",
			what: said(lang.T("a passphrase can't hold control characters", "合言葉に制御文字は使えません"))}
	case errors.Is(err, keyring.ErrNotUTF8):
		return &failure{status: statusUsage, code: "passphrase_not_utf8",
			what: said(lang.T("the passphrase is not text in UTF-8", "合言葉が UTF-8 の文字になっていません"))}
	case errors.Is(err, keyring.ErrEmpty):
		return &failure{status: statusUsage, code: "passphrase_empty",
			what: said(lang.T("the passphrase is empty", "合言葉が空です"))}
	case errors.Is(err, keyring.ErrIdentityFile), errors.Is(err, keyring.ErrNoIdentities):
		return &failure{status: statusUsage, code: "identity_file",
			what: said(lang.T("this is not an age identity file", "age の鍵ファイルではありません")),
			next: []words{said(lang.T("it has a line that begins with AGE-SECRET-KEY-1", "AGE-SECRET-KEY-1 で始まる行があるはずです"))}}
	}
	return nil
}

// wrongGroups names the groups of a recovery key whose check letters do not
// fit, where check letters were typed.
func wrongGroups(groups []int) words {
	if len(groups) == 0 {
		return said(lang.T("this looks like a recovery key, but a character in it is wrong", "回復キーのようですが、どこかの文字が違います"))
	}
	numbers := make([]string, len(groups))
	for i, n := range groups {
		numbers[i] = strconv.Itoa(n)
	}
	return said(lang.T("this looks like a recovery key, but there is a mistake in group %s", "回復キーのようですが、%s 番の組に間違いがあります"), strings.Join(numbers, ", "))
}

// explainRecord is about one record.
func explainRecord(err error) *failure {
	var (
		conflict *store.ConflictError
		taken    *store.NameError
		value    *record.ValueError
	)
	switch {
	case errors.As(err, &conflict):
		return &failure{status: statusError, code: "conflict",
			what: said(lang.T("not saved: the record was changed elsewhere in the meantime", "保存していません。その間に、記録がほかで変更されました")),
			next: []words{said(lang.T("look at it again, then repeat your change", "もう一度見てから、変更をやり直してください"))}}
	case errors.As(err, &taken):
		return &failure{status: statusError, code: "name_taken",
			what: said(lang.T("there is a record %q already", "「%s」という記録はもうあります"), taken.Name),
			next: []words{said(lang.T("take another name, or change it with edit", "別の名前にするか、edit で書き直してください"))}}
	case errors.As(err, &value):
		return &failure{status: statusUsage, code: "value", what: said(value.Text, value.Args...)}
	case errors.Is(err, record.ErrNewer):
		return &failure{status: statusError, code: "newer_record",
			what: said(lang.T("this record was written by a newer version of the program and can only be read here", "この記録はもっと新しい版で書かれているので、ここでは読むだけです"))}
	}
	return nil
}

// explainSystem is about files, disks and permissions.
func (a *app) explainSystem(err error) *failure {
	var path *fs.PathError
	if errors.As(err, &path) || errors.As(err, new(syscall.Errno)) || errors.As(err, new(*os.LinkError)) {
		f := a.systemWords(err)
		if path != nil {
			f.why = said(lang.T("file: %s", "ファイル: %s"), a.shortPath(path.Path))
			if folder := filepath.Dir(path.Path); errors.Is(err, fs.ErrNotExist) && !exists(folder) {
				f.code = "no_folder"
				f.what = said(lang.T("there is no such folder", "そのフォルダーはありません"))
				f.why = said(lang.T("folder: %s", "フォルダー: %s"), a.shortPath(folder))
			}
		}
		return f
	}
	return nil
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return !errors.Is(err, fs.ErrNotExist)
}

func (a *app) systemWords(err error) *failure {
	f := &failure{status: statusError, code: "system"}
	switch {
	case isDiskFull(err):
		f.code = "disk_full"
		f.what = said(lang.T("the disk is full", "ディスクがいっぱいです"))
		f.next = []words{said(lang.T("free some space, then try again; nothing was lost", "空きを作ってから、もう一度お試しください。何も失われていません"))}
	case errors.Is(err, fs.ErrPermission):
		f.code = "permission"
		f.what = said(lang.T("this file or folder may not be opened by you", "このファイルやフォルダーを開く権限がありません"))
		f.next = []words{said(lang.T("check who owns it and its permissions", "持ち主と権限を確かめてください"))}
	case errors.Is(err, fs.ErrNotExist):
		f.code = "no_file"
		f.what = said(lang.T("there is no such file", "そのファイルはありません"))
	case errors.Is(err, fs.ErrExist):
		f.code = "file_exists"
		f.what = said(lang.T("there is a file of that name already; it was left as it is", "その名前のファイルはもうあります。そのままにしてあります"))
		f.next = []words{said(lang.T("choose another name, or move that file away first", "別の名前にするか、先にそのファイルをほかへ移してください"))}
	case errors.Is(err, syscall.ENOTDIR):
		f.code = "no_folder"
		f.what = said(lang.T("a part of this path is a file, not a folder", "この場所の途中に、フォルダーでなくファイルがあります"))
		f.next = []words{said(lang.T("check the path, or choose another place", "場所を確かめるか、別の場所にしてください"))}
	case isReadOnlyDisk(err):
		f.code = "read_only"
		f.what = said(lang.T("this place is read-only", "この場所は読み取り専用です"))
		f.next = []words{said(lang.T("choose another place", "別の場所にしてください"))}
	default:
		f.what = said(lang.T("the system refused: %s", "システムに断られました: %s"), systemReason(err))
	}
	return f
}

// systemReason is the innermost message: the operating system's own.
func systemReason(err error) string {
	var errno syscall.Errno
	if errors.As(err, &errno) {
		return errno.Error()
	}
	return err.Error()
}
