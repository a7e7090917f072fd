package cli

import (
	"errors"
	"slices"

	"github.com/spf13/cobra"

	"memovault/internal/keyring"
	"memovault/internal/lang"
	"memovault/internal/record"
	"memovault/internal/store"
)

func (a *app) newKeyChange() *cobra.Command {
	var file string
	cmd := a.command(spec{
		name: "change", args: lang.T("[KEY]", "[鍵]"), group: keyParts,
		short: lang.T("change a passphrase", "合言葉を変える"),
		long: lang.T(`Puts a new passphrase in the place of one that opens the vault. The file is written
anew, so that nothing of the old one is left in it. Backups and other copies from
before still open with the old passphrase; if somebody else knows it, use
"key rotate" as well.`,
			`合言葉を新しいものに取り替えます。ファイルは全部書き直すので、前の合言葉で開く部分は残りません。ただし、
これまでの控えや写しは、前の合言葉で開いたままです。ほかの人に知られてしまったときは、key rotate で鍵の
総入れ替えもしてください。`),
		examples: []example{
			{"key change", lang.T("asks for the old one, then for the new", "今の合言葉と新しい合言葉を聞く")},
			{"key change 1 --passphrase-file old.txt --new-passphrase-file new.txt", lang.T("from a script", "スクリプトから")},
		},
	})
	cmd.Flags().StringVar(&file, "new-passphrase-file", "", a.text(lang.T("read the new one from the first line of `FILE`", "新しい合言葉を`ファイル`の 1 行目から読む")))
	cmd.Args = a.argsBetween(0, 1)
	cmd.ValidArgsFunction = a.completion(keyNames)
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		s, err := a.openVault()
		if err != nil {
			return err
		}
		slot, err := a.passphraseToChange(s, args)
		if err != nil {
			return err
		}
		return a.changePassphrase(s, slot, file)
	}
	return cmd
}

// passphraseToChange is the one that is named, else the one that opened the
// vault, else the only one.
func (a *app) passphraseToChange(s *store.Store, args []string) (store.SlotInfo, error) {
	if len(args) > 0 {
		slot, err := a.findKey(s, args[0])
		if err == nil && slot.Kind != keyring.KindPassphrase {
			err = &failure{status: statusUsage, code: "not_a_passphrase",
				what: said(lang.T("only a passphrase can be changed, not: %s", "変えられるのは合言葉だけです。これは違います: %s"), a.calledSlot(slot)),
				next: []words{said(lang.T("add another key, then remove this one: %s key add", "別の鍵を増やしてから、これを外してください: %s key add"), a.call())}}
		}
		return slot, err
	}
	if opened := s.OpenedBy(); opened.Kind == keyring.KindPassphrase {
		return opened, nil
	}
	list := slices.DeleteFunc(slices.Clone(s.Slots()), func(slot store.SlotInfo) bool { return slot.Kind != keyring.KindPassphrase })
	if len(list) == 0 {
		return store.SlotInfo{}, &failure{status: statusNotFound, code: "no_key",
			what: said(lang.T("no passphrase opens this vault", "この金庫には合言葉がありません")),
			next: []words{said(lang.T("to add one: %s key add passphrase", "合言葉を作るには: %s key add passphrase"), a.call())}}
	}
	return a.chooseKey(list, lang.T("Which passphrase shall be changed?", "どの合言葉を変えますか？"))
}

func (a *app) changePassphrase(s *store.Store, old store.SlotInfo, file string) error {
	pass, err := a.newPassphrase(file)
	if err != nil {
		return err
	}
	if err := a.differs(s, pass, old); err != nil {
		return err
	}
	var slot keyring.Slot
	err = a.slowly(func() (err error) {
		slot, err = s.Identity().PassphraseSlot(pass, old.Label, a.now)
		return err
	})
	if err != nil {
		return err
	}
	err = a.changeKeys(s, store.SlotChange{Remove: []record.ID{old.ID}, Add: []store.NewSlot{{Slot: slot, Proven: a.now}}})
	if err != nil {
		return err
	}
	a.say(lang.T("the passphrase is changed; the new one was proven to open the vault", "合言葉を変えました。新しい合言葉で開くことも確かめました"))
	a.sayOldCopies()
	return nil
}

// differs refuses a passphrase that opens the vault already.
func (a *app) differs(s *store.Store, pass string, old store.SlotInfo) error {
	id, err := keyring.PassphraseIdentity(pass)
	if err != nil {
		return err
	}
	sealed := s.SealedSlots()[slices.Index(s.SlotIDs(), old.ID)]
	err = a.slowly(func() error { _, _, err := keyring.OpenSlot(sealed, id); return err })
	if errors.Is(err, keyring.ErrNoMatch) {
		return nil
	}
	if err != nil {
		return err
	}
	return &failure{status: statusUsage, code: "same_passphrase",
		what: said(lang.T("that is the passphrase it has already", "今と同じ合言葉です")),
		next: []words{said(lang.T("nothing was changed", "何も変えていません"))}}
}

// sayOldCopies says what a change of keys can't reach.
func (a *app) sayOldCopies() {
	a.say(lang.T("backups and copies from before still open with the old key. If others may have it: %s key rotate", "これまでの控えや写しは、前の鍵で開いたままです。ほかの人に知られたおそれがあるなら: %s key rotate"), a.call())
}
