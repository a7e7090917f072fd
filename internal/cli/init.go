package cli

import (
	"errors"
	"os"

	"filippo.io/age"
	"github.com/spf13/cobra"

	"memovault/internal/keyring"
	"memovault/internal/lang"
	"memovault/internal/store"
	"memovault/internal/term"
)

type initOptions struct {
	recoveryKeyOut string // file for the recovery key's sheet
	pq             bool
	keptAt         string // where that sheet will be
	noNote         bool   // it is not to be noted in the vault
	explicit       bool   // the person asked for a vault, not for a first record
}

func (a *app) newInit() *cobra.Command {
	var o initOptions
	cmd := a.command(spec{
		name: "init", group: "keeping",
		short: lang.T("make a vault", "金庫を作る"),
		long: lang.T(`Makes an empty vault with two ways in: a passphrase, and a recovery key for paper
that opens it when the passphrase is forgotten. The first "add" does the same, so
you need this only in scripts or for a second vault. It never overwrites anything.
The sheet of the recovery key is noted in the vault (see papers).`,
			`空の金庫を作ります。開け方は 2 つ用意します。合言葉（パスフレーズ）と、合言葉を忘れたときのための紙の
「回復キー」です。最初の add も同じことをするので、これが要るのはスクリプトや 2 つ目の金庫のときだけです。
すでにあるファイルには決して上書きしません。回復キーの用紙は、金庫に記録します（papers を参照）。`),
		examples: []example{
			{"init", lang.T("asks what is needed", "必要なことを聞きながら作る")},
			{"init --file work.vault", lang.T("a second vault", "2 つ目の金庫")},
			{"init --passphrase-file pass.txt --recovery-key-out sheet.pdf", lang.T("from a script", "スクリプトから")},
		},
	})
	cmd.Flags().StringVar(&o.recoveryKeyOut, "recovery-key-out", "", a.text(lang.T("write the recovery key's sheet to `FILE` (.pdf, .html, else text)", "回復キーの用紙を`ファイル`に書き出す（.pdf、.html、そのほかはテキスト）")))
	cmd.Flags().StringVar(&o.keptAt, "kept-at", "", a.text(lang.T("note the sheet in the vault as kept at `PLACE`", "用紙を、この`場所`にあるものとして金庫に記録する")))
	cmd.Flags().BoolVar(&o.noNote, "no-note", false, a.text(lang.T("don't note the sheet in the vault", "用紙を金庫に記録しない")))
	cmd.Flags().BoolVar(&o.pq, "pq", false, a.text(lang.T("use a key that also withstands quantum computers (stock age 1.3 or newer opens it)", "量子コンピューターにも耐える鍵にする（age 1.3 以降で開けます）")))
	cmd.Args = a.argsBetween(0, 0)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if kindOf(o.recoveryKeyOut) == kindPNG {
			return a.usage(cmd, notAPicture)
		}
		o.explicit = true
		_, err := a.makeVault(o)
		return err
	}
	return cmd
}

// A newKey is a way into a vault that is about to be made.
type newKey struct {
	pass     string
	recovery *newRecovery // nil: none is wanted
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
	key := &newKey{}
	made := false
	defer func() {
		if !made && key.recovery != nil && key.recovery.sheet != "" {
			os.Remove(key.recovery.sheet) // a key for a vault that will never be
			a.say(lang.T("the sheet %s was deleted: no vault was made", "金庫を作らなかったので、用紙 %s は消しました"), a.shortPath(key.recovery.sheet))
		}
	}()
	if err := a.newKeys(o, vault, key); err != nil {
		return nil, err
	}
	slots, id, err := a.slots(vault, key)
	if err != nil {
		return nil, err
	}
	cfg := a.config()
	err = store.Create(path, cfg, vault, slots)
	if errors.As(err, new(*store.FlushError)) {
		a.warn(diskFails, systemReason(err))
		err = nil
	}
	if err != nil {
		return nil, err
	}
	made = true
	s, err := store.Open(path, cfg)
	if err == nil {
		err = a.slowly(func() error { return s.Unlock(id) })
	}
	if err != nil {
		a.say(lang.T("the vault was made, and its keys are good; what did not work is to open it again: %s", "金庫はできていて、鍵もそのまま使えます。うまくいかなかったのは、開き直すところだけです: %s"), a.shortPath(path))
		return nil, err
	}
	a.say(lang.T("the vault is ready: %s", "金庫ができました: %s"), a.shortPath(path))
	if key.recovery == nil {
		a.warn(lang.T("there is only one way in, the passphrase: if it is forgotten, nobody can open the vault", "開け方は合言葉 1 つだけです。忘れると、誰にも開けられません"))
		return s, nil
	}
	note := key.recovery.noted(a)
	note.keptAt, note.noNote = o.keptAt, o.noNote
	note.noAsk = true // enough was asked; the hint says how to note the place
	return s, a.noteSheet(s, note)
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
	return append(slots, key.recovery.stored(a)), key.recovery.key.Identity(), nil
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
func (a *app) newKeys(o initOptions, vault *keyring.Vault, key *newKey) error {
	pass, given, err := a.givenPassphrase()
	if err != nil {
		return err
	}
	if given {
		return a.keysFromFlags(o, vault, pass, key)
	}
	t, err := a.terminal()
	if err != nil {
		return &failure{status: statusUsage, code: "input_needed", err: err,
			what: said(lang.T("making a vault needs a passphrase, and there is no terminal to ask at", "金庫を作るには合言葉が要りますが、端末がないので聞けません")),
			next: []words{said(lang.T("use: %s init --passphrase-file FILE --recovery-key-out FILE", "こう打ってください: %s init --passphrase-file ファイル --recovery-key-out ファイル"), a.name)}}
	}
	return a.keysFromPerson(t, o, vault, key)
}

func (a *app) keysFromFlags(o initOptions, vault *keyring.Vault, pass string, key *newKey) error {
	var err error
	if key.pass, err = a.strongEnough(pass); err != nil {
		return err
	}
	if o.recoveryKeyOut == "" {
		return nil
	}
	if key.recovery, err = a.newRecoveryKey(vault, ""); err != nil {
		return err
	}
	return a.writeRecoverySheet(o.recoveryKeyOut, key.recovery)
}

func (a *app) keysFromPerson(t *term.Terminal, o initOptions, vault *keyring.Vault, key *newKey) error {
	begin := lang.T("There is no vault yet. It will be made here: %s", "金庫がまだありません。ここに作ります: %s")
	if o.explicit {
		begin = lang.T("The vault will be made here: %s", "ここに金庫を作ります: %s")
	}
	a.tell(t, 0, a.text(begin, a.shortPath(a.path())))
	a.tell(t, 0, a.text(lang.T("It needs a passphrase that opens it.", "金庫を開けるための合言葉（パスフレーズ）を決めます。")))
	t.Print("\n")
	var err error
	if key.pass, err = a.makeOrChoose(t, lang.T("Passphrase: ", "合言葉: ")); err != nil {
		return err
	}
	return a.offerRecoveryKey(t, o, vault, key)
}
