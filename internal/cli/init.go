package cli

import (
	"crypto/rand"
	"errors"
	"io"
	"math/big"
	"os"
	"path/filepath"
	"strings"

	"filippo.io/age"
	"github.com/spf13/cobra"

	"memovault/internal/keyring"
	"memovault/internal/lang"
	"memovault/internal/paper"
	"memovault/internal/passphrase"
	"memovault/internal/record"
	"memovault/internal/store"
	"memovault/internal/term"
)

type initOptions struct {
	recoveryKeyOut string // file for the recovery key's sheet
	pq             bool
}

func (a *app) newInit() *cobra.Command {
	var o initOptions
	cmd := a.command(spec{
		name: "init", group: "keeping",
		short: lang.T("make a vault", "金庫を作る"),
		long: lang.T(`Makes an empty vault with two ways in: a passphrase, and a recovery key for paper
that opens it when the passphrase is forgotten. The first "add" does the same, so
you need this only in scripts or for a second vault. It never overwrites anything.`,
			`空の金庫を作ります。開け方は 2 つ用意します。合言葉（パスフレーズ）と、合言葉を忘れたときのための紙の
「回復キー」です。最初の add も同じことをするので、これが要るのはスクリプトや 2 つ目の金庫のときだけです。
すでにあるファイルには決して上書きしません。`),
		examples: []example{
			{"init", lang.T("asks what is needed", "必要なことを聞きながら作る")},
			{"init --file work.vault", lang.T("a second vault", "2 つ目の金庫")},
			{"init --passphrase-file pass.txt --recovery-key-out sheet.txt", lang.T("from a script", "スクリプトから")},
		},
	})
	cmd.Flags().StringVar(&o.recoveryKeyOut, "recovery-key-out", "", a.text(lang.T("write the recovery key's sheet to `FILE`", "回復キーの用紙を`ファイル`に書き出す")))
	cmd.Flags().BoolVar(&o.pq, "pq", false, a.text(lang.T("use a key that also withstands quantum computers (stock age 1.3 or newer opens it)", "量子コンピューターにも耐える鍵にする（age 1.3 以降で開けます）")))
	cmd.Args = a.argsBetween(0, 0)
	cmd.RunE = func(*cobra.Command, []string) error {
		_, err := a.makeVault(o)
		return err
	}
	return cmd
}

// A newKey is a way into a vault that is about to be made.
type newKey struct {
	pass     string
	recovery *keyring.RecoveryKey
	proven   bool // the recovery key was read back from its sheet
}

// makeVault makes a vault at path() and opens it. Until everything is decided
// and proven, nothing is written there.
func (a *app) makeVault(o initOptions) (*store.Store, error) {
	path := a.path()
	if _, err := os.Lstat(path); err == nil {
		return nil, store.ErrExists
	}
	vault, err := keyring.New(o.pq)
	if err != nil {
		return nil, err
	}
	a.warnPlace(path)
	key, err := a.newKeys(o, vault.ID())
	if err != nil {
		return nil, err
	}
	slots, id, err := a.slots(vault, key)
	if err != nil {
		return nil, err
	}
	cfg := a.config()
	if err := store.Create(path, cfg, vault, slots); err != nil {
		return nil, err
	}
	s, err := store.Open(path, cfg)
	if err != nil {
		return nil, err
	}
	if err := a.slowly(func() error { return s.Unlock(id) }); err != nil {
		return nil, err
	}
	a.say(lang.T("the vault is ready: %s", "金庫ができました: %s"), a.shortPath(path))
	if key.recovery == nil {
		a.warn(lang.T("there is only one way in, the passphrase: if it is forgotten, nobody can open the vault", "開け方は合言葉 1 つだけです。忘れると、誰にも開けられません"))
	}
	return s, nil
}

// slots seals the keys and returns the quickest identity to open the vault with.
func (a *app) slots(vault *keyring.Vault, key *newKey) ([]store.NewSlot, age.Identity, error) {
	var pass keyring.Slot
	err := a.slowly(func() (err error) {
		pass, err = vault.PassphraseSlot(key.pass, "", a.now)
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	slots := []store.NewSlot{{Slot: pass, Proven: a.now}}
	if key.recovery == nil {
		id, err := keyring.PassphraseIdentity(key.pass)
		return slots, id, err
	}
	recovery, err := vault.RecoverySlot(*key.recovery, "", a.now)
	if err != nil {
		return nil, nil, err
	}
	slot := store.NewSlot{Slot: recovery}
	if key.proven {
		slot.Proven = a.now
	}
	return append(slots, slot), key.recovery.Identity(), nil
}

// warnPlace says what may happen to a vault on a network or in a folder that a
// program synchronises.
func (a *app) warnPlace(path string) {
	place := store.PlaceOf(path)
	if place.Network != "" {
		a.warn(lang.T("this place is on a network or user-space file system (%s): two computers may write at once and damage the vault; a folder on this computer's own disk is safer", "この場所はネットワークなどの外部のファイルシステム（%s）です。2 台から同時に書き込むと壊れるおそれがあります。このパソコンのディスクの中のほうが安全です"), place.Network)
	}
	if place.Sync != "" {
		a.warn(lang.T("%s copies this folder: it may replace the vault while it is in use, or leave two versions; put backups there rather than the vault itself", "この場所は %s が同期しています。使用中に置き換えられたり、食い違う 2 つの版ができたりするおそれがあります。金庫そのものではなく、控えを置くのに向いています"), place.Sync)
	}
}

// newKeys decides on the keys: from flags, or with the person.
func (a *app) newKeys(o initOptions, vault record.ID) (*newKey, error) {
	pass, given, err := a.givenPassphrase()
	if err != nil {
		return nil, err
	}
	if given {
		return a.keysFromFlags(o, vault, pass)
	}
	t, err := a.terminal()
	if err != nil {
		return nil, &failure{status: statusUsage, code: "input_needed", err: err,
			what: said(lang.T("making a vault needs a passphrase, and there is no terminal to ask at", "金庫を作るには合言葉が要りますが、端末がないので聞けません")),
			next: []words{said(lang.T("use: %s init --passphrase-file FILE --recovery-key-out FILE", "こう打ってください: %s init --passphrase-file ファイル --recovery-key-out ファイル"), a.name)}}
	}
	return a.keysFromPerson(t, o, vault)
}

func (a *app) keysFromFlags(o initOptions, vault record.ID, pass string) (*newKey, error) {
	pass, err := keyring.NormalizePassphrase(pass)
	if err != nil {
		return nil, err
	}
	if weak := a.weakness(pass); !weak.empty() {
		return nil, &failure{status: statusUsage, code: "weak_passphrase",
			what: said(lang.T("the passphrase is too weak", "合言葉が弱すぎます")), why: weak,
			next: []words{said(lang.T("six unrelated words are strong and can be remembered", "関係のない言葉を 6 つ以上並べると、強くて覚えやすくなります"))}}
	}
	key := &newKey{pass: pass}
	if o.recoveryKeyOut == "" {
		return key, nil
	}
	recovery, err := keyring.NewRecoveryKey()
	if err != nil {
		return nil, err
	}
	key.recovery = &recovery
	return key, a.writeRecoverySheet(o.recoveryKeyOut, recovery, vault)
}

func (a *app) keysFromPerson(t *term.Terminal, o initOptions, vault record.ID) (*newKey, error) {
	t.Printf("%s\n", a.text(lang.T("There is no vault yet. It will be made here: %s", "金庫がまだありません。ここに作ります: %s"), a.shortPath(a.path())))
	t.Printf("%s\n\n", a.text(lang.T("It needs a passphrase that opens it.", "金庫を開けるための合言葉（パスフレーズ）を決めます。")))
	n, err := a.choose([]string{
		a.text(lang.T("make one for me that is easy to remember (recommended)", "覚えやすい合言葉を作ってもらう（おすすめ）")),
		a.text(lang.T("I will choose one myself", "自分で決める")),
	}, 1)
	if err != nil {
		return nil, err
	}
	key := &newKey{}
	if n == 0 {
		key.pass, err = a.generatePassphrase(t)
	} else {
		key.pass, err = a.choosePassphrase(t)
	}
	if err != nil {
		return nil, err
	}
	return key, a.offerRecoveryKey(t, o, vault, key)
}

// generatePassphrase makes a passphrase, shows it once, takes it off the screen
// and has it typed back.
func (a *app) generatePassphrase(t *term.Terminal) (string, error) {
	which := passphrase.English
	if a.lang == lang.JA {
		which = passphrase.Romaji
	}
	phrase, reading, err := passphrase.Generate(which, rand.Reader)
	if err != nil {
		return "", err
	}
	for {
		if err := a.showOnce(t, phrase, reading); err != nil {
			return "", err
		}
		typed, err := t.ReadSecret(a.text(lang.T("Type it here: ", "打ち込んでください: ")))
		if errors.Is(err, term.ErrTooLong) || errors.Is(err, term.ErrControl) {
			typed, err = "", nil
		}
		if err != nil {
			return "", err
		}
		if strings.Join(strings.Fields(typed), " ") == phrase {
			t.Printf("  %s\n\n", a.text(lang.T("that is right", "一致しました")))
			return phrase, nil
		}
		t.Printf("  %s\n", a.text(lang.T("that was different; here it is once more", "違っていました。もう一度お見せします")))
	}
}

func (a *app) showOnce(t *term.Terminal, phrase, reading string) error {
	shown := "\n  " + a.text(lang.T("Passphrase:", "合言葉:")) + "  " + phrase + "\n"
	if reading != "" {
		shown += "            （" + reading + "）\n"
	}
	shown += "\n"
	t.Print(shown)
	prompt := a.text(lang.T("Write it on paper. Enter takes it off the screen; then type it. ", "紙に書いてください。Enter で画面から消えます。そのあと打ち込んで確かめます。"))
	if _, err := a.readLine(t, term.Line{Prompt: prompt}); err != nil {
		return err
	}
	t.Erase(t.CountRows(shown + prompt))
	return nil
}

// choosePassphrase asks for the person's own, judges it, and has it repeated.
func (a *app) choosePassphrase(t *term.Terminal) (string, error) {
	for {
		typed, err := t.ReadSecret(a.text(lang.T("Passphrase: ", "合言葉: ")))
		if errors.Is(err, term.ErrTooLong) || errors.Is(err, term.ErrControl) {
			err = explainTyped(err)
		} else if err != nil {
			return "", err
		}
		pass := ""
		if err == nil {
			pass, err = keyring.NormalizePassphrase(typed)
		}
		if err != nil {
			t.Printf("  %s\n", a.explain(err).what.in(a.lang))
			continue
		}
		ok, err := a.acceptPassphrase(t, pass)
		if err != nil {
			return "", err
		}
		if ok {
			return pass, nil
		}
	}
}

// acceptPassphrase says how strong a passphrase is, lets a person insist on a
// weak one, and compares a second typing.
func (a *app) acceptPassphrase(t *term.Terminal, pass string) (bool, error) {
	if hasNonASCII(pass) {
		t.Printf("  %s\n", a.text(lang.T("note: it has characters that need an input method; on another computer they may be hard to type", "ご注意: 日本語入力が要る文字が入っています。ほかのパソコンでは打ちにくいかもしれません")))
	}
	if weak := a.weakness(pass); !weak.empty() {
		t.Printf("  %s\n", weak.in(a.lang))
		yes, err := a.confirm(lang.T("  Use it all the same?", "  それでもこれにしますか？"))
		if err != nil || !yes {
			return false, err
		}
	} else {
		t.Printf("  %s\n", a.text(lang.T("good: guessing it would take longer than anyone has", "十分に強い合言葉です")))
	}
	again, err := t.ReadSecret(a.text(lang.T("Once more: ", "もう一度: ")))
	if err != nil && !errors.Is(err, term.ErrTooLong) && !errors.Is(err, term.ErrControl) {
		return false, err
	}
	again, _ = keyring.NormalizePassphrase(again)
	if again != pass {
		t.Printf("  %s\n", a.text(lang.T("the two differ; please begin again", "2 回の入力が違います。最初からお願いします")))
		return false, nil
	}
	t.Printf("  %s\n\n", a.text(lang.T("that is right", "一致しました")))
	return true, nil
}

func hasNonASCII(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return r > 126 })
}

// weakness says why a passphrase is too weak, or nothing.
func (a *app) weakness(pass string) words {
	v := passphrase.Judge(pass, []string{os.Getenv("USER"), os.Getenv("USERNAME"), a.name, "vault", "memovault"})
	if len([]rune(pass)) < passphrase.MinLength {
		return said(lang.T("too short: at least %d characters", "短すぎます（%d 文字以上にしてください）"), passphrase.MinLength)
	}
	if v.Score >= passphrase.MinScore {
		return words{}
	}
	return said(lang.T("weak, %s; guessed in %s", "弱い合言葉です（%s）。%sで破られます"), whyWeak[v.Why], a.duration(v.Seconds))
}

// whyWeak has the words for what makes a passphrase weak.
var whyWeak = map[passphrase.Why]lang.Text{
	passphrase.Short:          lang.T("too little in it", "文字が足りません"),
	passphrase.CommonPassword: lang.T("one of the most used passwords", "よく使われるパスワードです"),
	passphrase.Name:           lang.T("a name", "人の名前が入っています"),
	passphrase.Word:           lang.T("too few words", "言葉の数が足りません"),
	passphrase.Date:           lang.T("a date", "日付が入っています"),
	passphrase.Repeat:         lang.T("the same again and again", "同じものの繰り返しです"),
	passphrase.Sequence:       lang.T("letters or numbers in a row", "順番どおりの並びです"),
	passphrase.Keyboard:       lang.T("neighbouring keys", "キーボードの隣どうしの並びです"),
	passphrase.UserInput:      lang.T("something others know", "ほかの人が知っていそうな言葉です"),
}

// duration rounds seconds to what a person can picture.
func (a *app) duration(seconds float64) string {
	switch {
	case seconds < 60:
		return a.text(lang.T("less than a minute", "1 分以内"))
	case seconds < 3600:
		return a.text(lang.T("%d minutes", "%d 分ほど"), int(seconds/60))
	case seconds < 48*3600:
		return a.text(lang.T("%d hours", "%d 時間ほど"), int(seconds/3600))
	case seconds < 700*24*3600:
		return a.text(lang.T("%d days", "%d 日ほど"), int(seconds/86400))
	}
	return a.text(lang.T("years", "数年"))
}

// offerRecoveryKey offers the second way in and proves that its paper can be
// read.
func (a *app) offerRecoveryKey(t *term.Terminal, o initOptions, vault record.ID, key *newKey) error {
	t.Printf("%s\n", a.text(lang.T("If you forget the passphrase, nobody can open the vault, not even its makers.", "この合言葉を忘れると、誰にも開けられません。作った人にも開けられません。")))
	yes, err := a.yesNo(true, lang.T("Make a recovery key on paper, which opens it too?", "紙に残す「回復キー」を作っておくと、それでも開けられます。作りますか？"))
	if err != nil || !yes {
		return err
	}
	recovery, err := keyring.NewRecoveryKey()
	if err != nil {
		return err
	}
	key.recovery = &recovery
	path := o.recoveryKeyOut
	if path == "" {
		if path, err = a.askSheetFile(t); err != nil {
			return err
		}
	}
	if path == "-" {
		if err := a.recoverySheet(terminalWriter{t}, recovery, vault); err != nil {
			return err
		}
	} else if err := a.writeRecoverySheet(path, recovery, vault); err != nil {
		return err
	}
	key.proven, err = a.proveRecoveryKey(t, recovery, path)
	return err
}

// terminalWriter lets a sheet be written to the screen.
type terminalWriter struct{ t *term.Terminal }

func (w terminalWriter) Write(b []byte) (int, error) {
	w.t.Print(strings.ReplaceAll(string(b), "\f", "\n"))
	return len(b), nil
}

// askSheetFile asks where the sheet goes until there is a free name.
func (a *app) askSheetFile(t *term.Terminal) (string, error) {
	home, _ := os.UserHomeDir()
	initial := a.shortPath(filepath.Join(home, a.text(lang.T("recovery-key.txt", "kaifuku-key.txt"))))
	t.Printf("%s\n", a.text(lang.T("The key goes into a text file for you to print. Type - to copy it from the screen by hand.", "印刷用のテキストファイルに書き出します。画面を見て手で書き写すときは - と打ってください。")))
	for {
		typed, err := a.readLine(t, term.Line{Prompt: a.text(lang.T("File: ", "ファイル: ")), Initial: initial})
		if err != nil {
			return "", err
		}
		path := strings.TrimSpace(typed)
		if rest, ok := strings.CutPrefix(path, "~"+string(filepath.Separator)); ok {
			path = filepath.Join(home, rest)
		}
		if path == "-" {
			return path, nil
		}
		if _, err := os.Lstat(path); path != "" && errors.Is(err, os.ErrNotExist) {
			return path, nil
		}
		t.Printf("  %s\n", a.text(lang.T("there is a file of that name already, or it can't be used; please take another", "その名前のファイルはもうあるか、使えません。別の名前にしてください")))
		initial = typed
	}
}

func (a *app) writeRecoverySheet(path string, key keyring.RecoveryKey, vault record.ID) error {
	return a.writeResult(path, func(w io.Writer) error { return a.recoverySheet(w, key, vault) })
}

func (a *app) recoverySheet(w io.Writer, key keyring.RecoveryKey, vault record.ID) error {
	return paper.Text(w, paper.RecoveryKey(a.lang, paper.VaultKey{Key: key.Reveal(), Groups: key.Groups(),
		File: filepath.Base(a.path()), Vault: vault, Made: a.now, Program: a.name}))
}

// proveRecoveryKey asks for one group from the sheet. Enter puts it off.
func (a *app) proveRecoveryKey(t *term.Terminal, key keyring.RecoveryKey, path string) (bool, error) {
	if path != "-" {
		t.Printf("\n%s\n", a.text(lang.T("Print %s now, keep the paper away from the computer, then delete the file.", "%s を印刷し、紙はパソコンから離れたところにしまい、ファイルは消してください。"), a.shortPath(path)))
	}
	for range tries {
		n, err := rand.Int(rand.Reader, big.NewInt(keyring.GroupCount))
		if err != nil {
			return false, err
		}
		group := int(n.Int64()) + 1
		typed, err := a.readLine(t, term.Line{Prompt: a.text(lang.T("To see that it can be read: type group %d from the sheet (Enter = later): ", "読めるかどうか確かめます。用紙の %d 番の組を打ってください（Enter=あとで）: "), group)})
		if err != nil {
			return false, err
		}
		if strings.TrimSpace(typed) == "" {
			t.Printf("  %s\n\n", a.text(lang.T("not proven yet; the key works all the same", "まだ確かめていませんが、回復キーは使えます")))
			return false, nil
		}
		if key.CheckGroup(group, typed) {
			t.Printf("  %s\n\n", a.text(lang.T("read correctly", "正しく読めました")))
			return true, nil
		}
		t.Printf("  %s\n", a.text(lang.T("that is not group %d; look at the number in front of it", "%d 番の組と違います。組の前の番号を見てください"), group))
	}
	return false, nil
}
