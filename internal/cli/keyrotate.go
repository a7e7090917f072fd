package cli

import (
	"errors"
	"slices"

	"filippo.io/age"
	"github.com/spf13/cobra"

	"memovault/internal/keyring"
	"memovault/internal/lang"
	"memovault/internal/record"
	"memovault/internal/store"
	"memovault/internal/term"
)

type rotateOptions struct {
	pq, drop, force, yes, json bool
}

func (a *app) newKeyRotate() *cobra.Command {
	var o rotateOptions
	cmd := a.command(spec{
		name: "rotate", group: keyParts,
		short: lang.T("replace the vault's own key, and seal everything anew", "鍵の総入れ替え（金庫の中身を全部、新しい鍵で閉じ直す）"),
		long: lang.T(`Gives the vault a new key of its own and seals everything in it anew, in one new
file that takes the place of the old. Do it when somebody else may have had a key
of the vault: taking that key away does not help against a copy made before.

Recovery keys, key files, SSH keys, plugins and shares stay as they are, sheets on
paper too. A passphrase has to be typed again, as the vault does not know it; what
you leave empty is taken away. Backups from before are as they were: they open with
the keys of then. Where they are is listed at the end.`,
			`金庫そのものの鍵を新しくし、中身を全部その鍵で閉じ直します。新しいファイルを作ってから、前のものと取り替えます。
金庫の鍵がほかの人の手に渡ったかもしれないときに使います。その鍵を外すだけでは、前に取られた写しは守れません。

回復キー、鍵ファイル、SSH の鍵、プラグインの鍵、分け札は、紙の用紙も含めてそのまま使えます。合言葉は金庫が
覚えていないので、もう一度打ってください（打たなければ外します）。これまでの控えは元のままで、その日の鍵で
開きます。どこに残っているかは、終わりに一覧で出ます。`),
		examples: []example{
			{"key rotate", lang.T("shows what happens, asks, does it", "何が起きるか見せ、確認してから行う")},
			{"key rotate --pq", lang.T("a key that withstands quantum computers", "量子コンピューターにも耐える鍵にする")},
			{"key rotate --drop", lang.T("take away keys that are not at hand", "手元にない鍵は外す")},
			{"key rotate --yes --passphrase-file pass.txt", lang.T("from a script", "スクリプトから")},
		},
	})
	f := cmd.Flags()
	f.BoolVar(&o.pq, "pq", false, a.text(lang.T("a key that also withstands quantum computers (stock age 1.3 or newer opens it)", "量子コンピューターにも耐える鍵にする（age 1.3 以降で開けます）")))
	f.BoolVar(&o.drop, "drop", false, a.text(lang.T("take away keys that are not at hand, instead of asking for them", "手元にない鍵は、聞かずに外す")))
	f.BoolVar(&o.force, "force", false, a.text(lang.T("even if fewer than two proven keys are left", "確かめ済みの鍵が 2 つより少なくなっても行う")))
	f.BoolVar(&o.yes, "yes", false, a.text(lang.T("don't ask whether to do it", "確認なしで行う")))
	f.BoolVar(&o.json, "json", false, a.text(lang.T("say as JSON what was done", "結果を JSON で出す")))
	cmd.Args = a.argsBetween(0, 0)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		s, err := a.openVault()
		if err != nil {
			return err
		}
		if !cmd.Flags().Changed("pq") {
			o.pq = s.Identity().Hybrid() // what withstands more stays so unless somebody says no
		}
		return a.rotate(s, o)
	}
	return cmd
}

// A turning is a key on its way through a rotation.
type turning struct {
	store.Key
	id        age.Identity // of a passphrase: what it was typed as
	recipient string       // of any other: what seals to it; empty while not known
	proven    bool         // it opened the vault just now
}

// atHand reports whether the key can be kept by what is known of it.
func (k turning) atHand() bool { return k.id != nil || k.recipient != "" }

func (a *app) rotate(s *store.Store, o rotateOptions) error {
	keys, err := a.keysToTurn(s)
	if err != nil {
		return err
	}
	if err := a.askForKeys(s, keys, o); err != nil {
		return err
	}
	if err := a.agreeToRotate(keys, o); err != nil {
		return err
	}
	before := s.Identity()
	to, err := before.Successor(o.pq)
	if err != nil {
		return err
	}
	slots, err := a.turn(to, keys)
	if err != nil {
		return err
	}
	places, err := a.placesOf(s)
	if err != nil {
		return err
	}
	err = a.patiently(lang.T("sealing everything anew ...", "全部を閉じ直しています..."), func() error { return s.Rotate(to, slots) })
	if err != nil {
		return err
	}
	a.sayWarnings(s)
	if backups, err := store.Backups(s.Path()); err == nil {
		places.backups = backups // the one that came first too
	}
	a.say(lang.T("the vault has a new key; everything in it was sealed anew and read back", "金庫の鍵を新しくしました。中身を全部閉じ直し、読み直して確かめました"))
	if o.json {
		return a.rotatedJSON(s, keys, places)
	}
	a.say(lang.T("Places that still open with the keys of before:", "前の鍵で開くものが残っている場所:"))
	a.sayPlaces(places, lang.T("if somebody may have the old key", "前の鍵を人に知られたなら"))
	return nil
}

// keysToTurn finds out of each key whether it can be kept by what is at hand.
func (a *app) keysToTurn(s *store.Store) ([]turning, error) {
	var keys []turning
	for _, k := range s.Keys() {
		one := turning{Key: k, recipient: k.Recipient, proven: k.ID == s.OpenedBy().ID}
		if i := slices.IndexFunc(a.keys, keyring.IsPassphrase); one.proven && k.Kind == keyring.KindPassphrase && i >= 0 {
			one.id = a.keys[i] // of which there is only one
		}
		if !one.atHand() {
			if err := a.tryKeys(s, &one, a.keys); err != nil {
				return nil, err
			}
		}
		keys = append(keys, one)
	}
	return keys, nil
}

// tryKeys looks whether one of the identities opens the slot.
func (a *app) tryKeys(s *store.Store, k *turning, ids []age.Identity) error {
	sealed, err := s.SealedSlot(k.ID)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if keyring.IsPassphrase(id) != (k.Kind == keyring.KindPassphrase) {
			continue
		}
		err := a.slowly(func() error { _, _, err := keyring.OpenSlot(sealed, id); return err })
		if errors.Is(err, keyring.ErrNoMatch) {
			continue
		}
		if err != nil {
			return err
		}
		k.proven = true
		if k.Kind == keyring.KindPassphrase {
			k.id = id
		} else {
			k.recipient, _ = keyring.Recipient(id)
		}
		return nil
	}
	return nil
}

// askForKeys lets the person type what is not at hand.
func (a *app) askForKeys(s *store.Store, keys []turning, o rotateOptions) error {
	missing := 0
	for _, k := range keys {
		if !k.atHand() {
			missing++
		}
	}
	if missing == 0 || o.drop {
		return nil
	}
	t, err := a.terminal()
	if err != nil {
		return &failure{status: statusUsage, code: "keys_missing", err: err,
			what: said(plural(missing, lang.T("%d key can't be kept without being typed, and there is no terminal to ask at", "打ってもらわないと残せない鍵が %d 個ありますが、端末がないので聞けません"),
				lang.T("%d keys can't be kept without being typed, and there is no terminal to ask at", "打ってもらわないと残せない鍵が %d 個ありますが、端末がないので聞けません")), missing),
			next: []words{said(lang.T("give them by --passphrase-file or --identity; to take them away: --drop", "--passphrase-file か --identity で渡してください。外してよければ: --drop"))}}
	}
	for i := range keys {
		if keys[i].atHand() {
			continue
		}
		if err := a.askForKey(t, s, &keys[i]); err != nil {
			return err
		}
	}
	return nil
}

// askForKey asks for one key until it opens its slot or is left empty.
func (a *app) askForKey(t *term.Terminal, s *store.Store, k *turning) error {
	a.tell(t, 0, a.text(lang.T("To keep this key, it has to be typed: %s", "残すには、もう一度打ってもらう必要があります: %s"), a.calledSlot(k.SlotInfo)))
	for range tries {
		id, err := a.keyForTurn(t, k.Kind)
		if errors.Is(err, errLeftEmpty) {
			a.tell(t, 2, a.text(lang.T("it will be taken away", "この鍵は外します")))
			return nil
		}
		if err == nil {
			err = a.tryKeys(s, k, id)
		}
		switch {
		case err == nil && k.atHand():
			return nil
		case err == nil:
			err = keyring.ErrNoMatch
		case errors.Is(err, term.ErrCancelled), !retriable(err) && a.explain(err).status != statusUsage:
			return err
		}
		if errors.Is(err, keyring.ErrNoMatch) {
			a.tell(t, 2, a.text(lang.T("that is not it", "違います")))
			continue
		}
		a.tell(t, 2, a.explain(err).what.in(a.lang))
	}
	return keyring.ErrNoMatch
}

var errLeftEmpty = errors.New("cli: nothing was typed")

// keyForTurn asks for a passphrase, for a recovery key, or for the name of a file.
func (a *app) keyForTurn(t *term.Terminal, kind string) ([]age.Identity, error) {
	switch kind {
	case keyring.KindPassphrase:
		typed, err := a.typedSecret(t, lang.T("Its passphrase (empty: take the key away): ", "その合言葉（空のまま Enter で外す）: "))
		if err != nil {
			return nil, err
		}
		id, err := keyring.PassphraseIdentity(typed)
		return []age.Identity{id}, err
	case keyring.KindRecovery:
		typed, err := a.typedSecret(t, lang.T("The recovery key (empty: take the key away): ", "その回復キー（空のまま Enter で外す）: "))
		if err != nil {
			return nil, err
		}
		key, err := keyring.ParseRecoveryKey(typed)
		if err != nil {
			return nil, err
		}
		return []age.Identity{key.Identity()}, nil
	}
	path, err := a.readLine(t, term.Line{Prompt: a.text(lang.T("Its key file (empty: take the key away): ", "その鍵ファイル（空のまま Enter で外す）: "))})
	if err != nil {
		return nil, err
	}
	if path == "" {
		return nil, errLeftEmpty
	}
	b, err := readSmall(path)
	if err != nil {
		return nil, err
	}
	return keyring.ParseKeyFile(b, a.keyTalk())
}

func (a *app) typedSecret(t *term.Terminal, prompt lang.Text) (string, error) {
	typed, err := t.ReadSecret(a.text(prompt))
	switch {
	case errors.Is(err, term.ErrTooLong), errors.Is(err, term.ErrControl):
		return "", explainTyped(err)
	case err == nil && typed == "":
		return "", errLeftEmpty
	}
	return typed, err
}

// agreeToRotate says what becomes of each key, refuses to leave too few, and
// asks.
func (a *app) agreeToRotate(keys []turning, o rotateOptions) error {
	proven := 0
	var fates []string
	for i, k := range keys {
		fate := lang.T("goes: it was not typed", "外す（打たれていないため）")
		switch {
		case !k.atHand():
		case k.id != nil:
			fate = lang.T("stays: the same passphrase", "残す（合言葉は同じまま）")
		default:
			fate = lang.T("stays as it is", "そのまま使える")
		}
		if k.atHand() && (k.Proven != nil || k.proven) {
			proven++
		}
		fates = append(fates, a.text(lang.T("%d. %s: %s", "%d. %s：%s"), i+1, a.calledSlot(k.SlotInfo), a.text(fate)))
	}
	if !slices.ContainsFunc(keys, turning.atHand) {
		return store.ErrLastSlot
	}
	if proven < 2 && !o.force {
		return &failure{status: statusUsage, code: "too_few_keys",
			what: said(lang.T("fewer than two proven keys would be left (%d): one slip, and nobody could open the vault", "このままでは、確かめ済みの鍵が 2 つより少なくなります（残り %d）。1 つ忘れたら、誰にも開けられません"), proven),
			next: []words{said(lang.T("add or prove one first: %s key list", "先に鍵を増やすか、確かめてください: %s key list"), a.call()),
				said(lang.T("to do it all the same: --force", "それでも行うなら: --force"))}}
	}
	if !a.g.quiet {
		a.say(lang.T("What becomes of the keys:", "鍵はこうなります:"))
		for _, line := range fates {
			a.talk("  ", line)
		}
	}
	if proven < 2 {
		a.warn(lang.T("fewer than two proven keys are left: if they fail, the vault is lost for good", "確かめ済みの鍵が 2 つより少なくなります。それで開かなければ、金庫は二度と開きません"))
	}
	if err := a.mayAsk(o.yes); err != nil || o.yes {
		return err
	}
	ok, err := a.confirm(lang.T("Seal everything anew?", "全部を閉じ直しますか？"))
	if err != nil || !ok {
		return cancelledUnless(err)
	}
	return nil
}

// turn makes the slots for the new identity.
func (a *app) turn(to *keyring.Vault, keys []turning) ([]store.NewSlot, error) {
	var slots []store.NewSlot
	for _, k := range keys {
		if !k.atHand() {
			continue
		}
		slot, err := a.turnOne(to, k)
		if err != nil {
			return nil, err
		}
		n := k.Kept(slot)
		n.Recipient = k.recipient
		if k.proven {
			n.Proven = a.now
		}
		slots = append(slots, n)
	}
	return slots, nil
}

func (a *app) turnOne(to *keyring.Vault, k turning) (slot keyring.Slot, err error) {
	if k.id != nil {
		err = a.slowly(func() error {
			slot, err = to.ResealPassphrase(k.SlotInfo.Keyring(), k.id)
			return err
		})
		return slot, err
	}
	r, err := keyring.ParseSlotRecipient(k.recipient, a.keyTalk())
	if err != nil {
		return slot, err
	}
	return to.Reseal(k.SlotInfo.Keyring(), r)
}

// The JSON of key rotate: keys are English and stable.
type rotatedKeyJSON struct {
	ID    record.ID `json:"id"`
	Kind  string    `json:"kind"`
	Label string    `json:"label"`
	Kept  bool      `json:"kept"`
}

func (a *app) rotatedJSON(s *store.Store, keys []turning, p oldPlaces) error {
	out := []rotatedKeyJSON{}
	for _, k := range keys {
		out = append(out, rotatedKeyJSON{k.ID, k.Kind, k.Label, k.atHand()})
	}
	identity := "x25519"
	if s.Identity().Hybrid() {
		identity = "hybrid"
	}
	return a.writeJSON(struct {
		Schema   int              `json:"schema"`
		Vault    record.ID        `json:"vault"`
		Identity string           `json:"identity"` // x25519 or hybrid
		Keys     []rotatedKeyJSON `json:"keys"`
		Places   []placeJSON      `json:"places"` // what still opens with the keys of before
	}{1, s.ID(), identity, out, p.json()})
}
