package cli

import (
	"errors"
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

func (a *app) newKeyTest() *cobra.Command {
	cmd := a.command(spec{
		name: "test", args: lang.T("[KEY [FILE]]", "[鍵 [ファイル]]"), group: keyParts,
		short: lang.T("prove that a key opens the vault", "鍵で開くことを確かめる"),
		long: lang.T(`Tries a key and notes the day on which it opened the vault. KEY is its number in
the list, its name or its kind; what it is asked for is typed, or read from FILE.
Without KEY, the key that opened the vault for this very command counts as tried.`,
			`鍵を試し、金庫が開いた日を記録します。鍵は、一覧の番号、付けた名前、種類のどれかで指定します。聞かれたら
打ち込むか、ファイルを付けてください。鍵を省くと、このコマンドのために今金庫を開けた鍵を、試したものとして
記録します。`),
		examples: []example{
			{"key test", lang.T("the one you open the vault with now", "今開けるのに使う鍵")},
			{"key test recovery-key", lang.T("type the recovery key from its paper", "紙を見て回復キーを打つ")},
			{"key test 3 /media/usb/vault-key.txt", lang.T("the key file on the stick", "USB メモリの鍵ファイル")},
		},
	})
	cmd.Args = a.argsBetween(0, 2)
	cmd.ValidArgsFunction = a.completion(keyNames)
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		s, err := a.openVault()
		if err != nil {
			return err
		}
		if len(args) == 0 {
			return a.noteKeyProven(s, s.OpenedBy())
		}
		slot, err := a.findKey(s, args[0])
		if err != nil {
			return err
		}
		return a.testKey(s, slot, args[1:])
	}
	return cmd
}

// keyNames completes a key. Which there are only the vault knows, but a kind
// names one where there is one of it.
func keyNames(a *app, cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	return keyKinds(a, cmd, args, typed)
}

// testKey has one key tried. Another one that opens the vault is noted as well:
// it was proven, too.
func (a *app) testKey(s *store.Store, slot store.SlotInfo, file []string) error {
	ids, err := a.keysToTest(s, slot, file)
	if err != nil {
		return err
	}
	opened, err := a.openedBy(s, ids)
	if errors.Is(err, keyring.ErrNoMatch) && slot.Kind == keyring.KindPassphrase && len(file) == 0 {
		return &failure{status: statusNoKey, code: "wrong_key", err: err,
			what: said(lang.T("that does not open the vault", "その合言葉では金庫が開きません")),
			next: []words{
				said(lang.T("try again: %s key test %s", "もう一度試すには: %s key test %s"), a.call(), shellWord(slot.ID.String()[:slotDigits])),
				said(lang.T("if it is forgotten, set another: %s key change %s", "忘れたのなら、新しい合言葉に変えられます: %s key change %s"), a.call(), shellWord(slot.ID.String()[:slotDigits]))}}
	}
	if err != nil {
		return err
	}
	if opened.ID != slot.ID {
		a.say(lang.T("that is not %s; it is another key of this vault:", "「%s」ではありませんが、この金庫の別の鍵です:"), a.calledSlot(slot))
	}
	if err := a.noteKeyProven(s, opened); err != nil || opened.ID == slot.ID {
		return err
	}
	return silentStatus(statusNoKey)
}

// openedBy tries keys on the slots of an open vault.
func (a *app) openedBy(s *store.Store, ids []age.Identity) (store.SlotInfo, error) {
	var opened keyring.SlotInfo
	try := func() error {
		vault, info, _, err := keyring.OpenAny(s.SealedSlots(), ids...)
		if err == nil && !vault.Same(s.Identity()) {
			err = keyring.ErrNoMatch
		}
		opened = info
		return err
	}
	var err error
	if slices.ContainsFunc(ids, asks) {
		err = try()
	} else {
		err = a.slowly(try)
	}
	if err != nil {
		return store.SlotInfo{}, err
	}
	i := slices.IndexFunc(s.Slots(), func(one store.SlotInfo) bool { return one.ID == record.ID(opened.ID) })
	if i < 0 {
		return store.SlotInfo{}, keyring.ErrNoMatch
	}
	return s.Slots()[i], nil
}

// keysToTest asks for a key, or finds it.
func (a *app) keysToTest(s *store.Store, slot store.SlotInfo, file []string) ([]age.Identity, error) {
	if len(file) > 0 {
		b, err := readSmall(file[0])
		if err != nil {
			return nil, err
		}
		ids, err := keyring.ParseKeyFile(b, a.keyTalk())
		if typed := strings.TrimSpace(firstLine(b)); err != nil && (slot.Kind == keyring.KindPassphrase || slot.Kind == keyring.KindRecovery) {
			id, _, err := keyring.Secret(typed)
			return []age.Identity{id}, err
		}
		return ids, err
	}
	switch slot.Kind {
	case keyring.KindSSH, keyring.KindPlugin:
		ids := a.keysAtHand(deviceKeysOf(s))
		if len(ids) == 0 {
			return nil, a.keyFileNeeded(slot)
		}
		return ids, nil
	case keyring.KindIdentity:
		return nil, a.keyFileNeeded(slot)
	case keyring.KindShares:
		return a.sharesToTest(s, slot)
	}
	return a.typedKey(slot)
}

func (a *app) keyFileNeeded(slot store.SlotInfo) error {
	return &failure{status: statusUsage, code: "file_needed",
		what: said(lang.T("the file of the key is needed: %s", "鍵のファイルが要ります: %s"), a.calledSlot(slot)),
		next: []words{said(lang.T("like this: %s key test %s FILE", "こう打ってください: %s key test %s ファイル"), a.call(), shellWord(slot.ID.String()[:slotDigits]))}}
}

// typedKey asks for a key that a person types.
func (a *app) typedKey(slot store.SlotInfo) ([]age.Identity, error) {
	t, err := a.terminal()
	if err != nil {
		return nil, &failure{status: statusUsage, code: "input_needed", err: err,
			what: said(lang.T("the key has to be typed, and there is no terminal to ask at", "鍵を打ち込む必要がありますが、端末がありません")),
			next: []words{said(lang.T("put it into a file, and name that behind the key", "鍵をファイルに入れ、そのファイルを鍵のあとに付けてください"))}}
	}
	prompt := lang.T("Passphrase to try: ", "試す合言葉: ")
	if slot.Kind == keyring.KindRecovery {
		prompt = lang.T("Recovery key from the paper: ", "紙の回復キー: ")
	}
	for left := tries - 1; ; left-- {
		typed, err := t.ReadSecret(a.text(prompt))
		if errors.Is(err, term.ErrTooLong) || errors.Is(err, term.ErrControl) {
			err = explainTyped(err)
		}
		var id age.Identity
		if err == nil {
			id, _, err = keyring.Secret(typed)
		}
		if err == nil {
			return []age.Identity{id}, nil
		}
		if left == 0 || !retriable(err) {
			return nil, err
		}
		a.tell(t, 2, a.explain(err).what.in(a.lang))
		a.tellTries(t, err, left)
	}
}

// noteKeyProven dates a key that opened the vault.
func (a *app) noteKeyProven(s *store.Store, slot store.SlotInfo) error {
	if err := a.commit(s, store.Change{Prove: provedNow(a, slot.ID)}); err != nil {
		return err
	}
	a.say(lang.T("it opens the vault; noted for today: %s", "金庫が開きました。今日の日付で記録しました: %s"), a.calledSlot(slot))
	return nil
}
