package cli

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"filippo.io/age"
	"github.com/spf13/cobra"

	"memovault/internal/keyring"
	"memovault/internal/lang"
	"memovault/internal/store"
	"memovault/internal/term"
)

type keyAddOptions struct {
	*onPaper       // of keys that are put on paper
	label          string
	keptAt         string // where their sheets will be
	noNote         bool
	pq             bool   // of key files
	passphraseFile string // with the new passphrase
	withHandle     bool   // of plugins

	holders []string // of shares: who gets which
}

// A keyMaker adds keys of one kind.
type keyMaker struct {
	kind  string    // as it is typed
	label lang.Text // what it is, in a list to choose from
	arg   lang.Text // what is typed behind it; empty if nothing is
	needs bool      // arg can't be left out
	paper bool      // it is put on paper
	add   func(a *app, s *store.Store, o keyAddOptions, arg string) error
}

// keyMakers are the kinds of keys that can be added.
var keyMakers = []keyMaker{
	{kind: keyring.KindPassphrase, add: (*app).addPassphrase,
		label: lang.T("another passphrase", "合言葉をもう 1 つ")},
	{kind: keyring.KindRecovery, add: (*app).addRecoveryKey, paper: true,
		label: lang.T("a recovery key on paper", "紙の回復キー")},
	{kind: keyring.KindShares, add: (*app).addShares, paper: true, arg: lang.T("NEEDED-of-ALL", "要る枚数-of-全部の枚数"), needs: true,
		label: lang.T("a key in shares for the family, as 2-of-3", "家族に分けて渡す「分け札」（2-of-3 など）")},
	{kind: keyring.KindIdentity, add: (*app).addIdentity, arg: lang.T("FILE", "ファイル"), needs: true,
		label: lang.T("a key file, for a USB stick (made if it is not there)", "鍵ファイル。USB メモリなどに（なければ作ります）")},
	{kind: keyring.KindSSH, add: (*app).addSSH, arg: lang.T("[FILE]", "[ファイル]"),
		label: lang.T("an SSH key that you have", "お持ちの SSH の鍵")},
	{kind: keyring.KindPlugin, add: (*app).addPlugin, arg: lang.T("FILE or RECIPIENT", "ファイルか age1..."), needs: true,
		label: lang.T("a key that a plugin of age holds (YubiKey, TPM)", "age のプラグインの鍵（YubiKey、TPM など）")},
}

func (a *app) newKeyAdd() *cobra.Command {
	var o keyAddOptions
	cmd := a.command(spec{
		name: "add", args: lang.T("[KIND [FILE]]", "[種類 [ファイル]]"), group: keyParts,
		short: lang.T("add a key", "鍵を増やす"),
		long: lang.T(`Adds a key that opens the vault besides those there are. Before it counts it is
tried: the new key has to open what was sealed for it, and of a recovery key you
type one group back from the paper. KIND is passphrase, recovery-key, identity FILE
(a key file of age), ssh FILE, plugin FILE, or shares 2-of-3: three sheets for the
family, any two of which open the vault, while one alone opens nothing. Without it
you choose from a list.

With an SSH key or a plugin, press Enter where the passphrase is asked. What such a
key seals to is often public: it keeps readers out, but whoever can write the file
could put another vault in its place. Keep a passphrase or a recovery key besides.`,
			`今ある鍵のほかに、金庫を開ける鍵を増やします。新しい鍵は、実際に開けられることを確かめてから数に入ります
（回復キーは、紙から 1 組を打ち返して確かめます）。種類は passphrase（合言葉）、recovery-key（回復キー）、
identity ファイル（age の鍵ファイル）、ssh ファイル、plugin ファイル、shares 2-of-3（家族に渡す「分け札」3 枚。
どれでも 2 枚で開き、1 枚では何も開きません）のどれかです。省くと一覧から選べます。

SSH の鍵やプラグインの鍵で開けるときは、合言葉を聞かれたところで何も打たずに Enter を押します。これらの
鍵は、開けるのは本人だけですが、宛て先は公開されていることが多く、ファイルに書き込める人なら別の金庫と
すり替えられます。合言葉か回復キーも必ず残しておいてください。`),
		examples: []example{
			{"key add", lang.T("choose what", "種類を選ぶ")},
			{"key add recovery-key --printer --kept-at drawer", lang.T("print another recovery key, and note where it will be", "回復キーをもう 1 枚印刷し、置き場所も記録する")},
			{"key add shares 2-of-3 --printer", lang.T("three sheets for the family, any two of which open the vault", "家族に渡す分け札を 3 枚。どれでも 2 枚で開く")},
			{"key add identity /media/usb/vault-key.txt --label USB", lang.T("a key file on a stick", "USB メモリに鍵ファイルを作る")},
			{"key add ssh ~/.ssh/id_ed25519", lang.T("open with your SSH key too", "SSH の鍵でも開くようにする")},
			{"key add plugin yubikey.txt", lang.T("the file that age-plugin-yubikey wrote", "age-plugin-yubikey が作ったファイルを使う")},
		},
	})
	f := cmd.Flags()
	o.onPaper = a.paperFlags(f, kindPDF, kindHTML, kindText)
	f.StringVar(&o.label, "label", "", a.text(lang.T("what you call the key: `TEXT`", "鍵に付ける`名前`")))
	f.StringVar(&o.keptAt, "kept-at", "", a.text(lang.T("note the sheet in the vault as kept at `PLACE`", "用紙を、この`場所`にあるものとして金庫に記録する")))
	f.BoolVar(&o.noNote, "no-note", false, a.text(lang.T("don't note the sheet in the vault", "用紙を金庫に記録しない")))
	f.BoolVar(&o.pq, "pq", false, a.text(lang.T("identity: make a key that also withstands quantum computers", "identity: 量子コンピューターにも耐える鍵を作る")))
	f.StringVar(&o.passphraseFile, "new-passphrase-file", "", a.text(lang.T("passphrase: read the new one from the first line of `FILE`", "passphrase: 新しい合言葉を`ファイル`の 1 行目から読む")))
	f.StringArrayVar(&o.holders, "holder", nil, a.text(lang.T("shares: the next share is for `NAME`, or kept there; give it once for each", "shares: 次の 1 枚を持つ人（または置き場所）の`名前`。枚数分くり返す")))
	f.BoolVar(&o.withHandle, "with-handle", false, a.text(lang.T("plugin: keep the line AGE-PLUGIN-... in the vault, readable by all; only if the plugin says it is no secret", "plugin: AGE-PLUGIN-... の行を金庫に入れる（誰でも読めます。秘密でないプラグインに限ります）")))
	cmd.Args = a.argsBetween(0, 2)
	cmd.ValidArgsFunction = a.completion(keyKinds)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		maker, arg, err := a.keyMaker(cmd, o, args)
		if err != nil {
			return err
		}
		s, err := a.openVault()
		if err != nil {
			return err
		}
		if maker == nil {
			if maker, arg, err = a.chooseKeyMaker(); err != nil {
				return err
			}
		}
		return maker.add(a, s, o, arg)
	}
	return cmd
}

// keyKinds completes a kind of key, then a file.
func keyKinds(a *app, _ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveDefault
	}
	var list []string
	for _, m := range keyMakers {
		list = append(list, a.described(m.kind, m.label))
	}
	return list, noFiles
}

// keyMaker finds what the command line asks for, and what it contradicts; nil
// where a person is to choose.
func (a *app) keyMaker(cmd *cobra.Command, o keyAddOptions, args []string) (*keyMaker, string, error) {
	if len(args) == 0 {
		if !a.interactive() {
			return nil, "", a.usage(cmd, lang.T("which kind of key? %s", "どの種類の鍵ですか。次のどれかを付けてください: %s"), kindsOfKeys())
		}
		return nil, "", nil
	}
	i := slices.IndexFunc(keyMakers, func(m keyMaker) bool { return m.kind == lang.Fold(args[0]) })
	if i < 0 {
		f := a.usage(cmd, lang.T("there is no kind of key %q; there are: %s", "%q という種類の鍵はありません。使えるのは: %s"), args[0], kindsOfKeys())
		if near := nearest(lang.Fold(args[0]), strings.Split(kindsOfKeys(), ", ")); near != "" {
			f.next = append([]words{said(lang.T("did you mean: %s", "もしかして: %s"), near)}, f.next...)
		}
		return nil, "", f
	}
	m, arg := &keyMakers[i], ""
	if len(args) > 1 {
		arg = args[1]
	}
	switch {
	case arg != "" && m.arg == lang.Text{}:
		return nil, "", a.usage(cmd, lang.T("%q is one argument too many", "%q は余分な引数です"), arg)
	case arg == "" && m.needs:
		return nil, "", a.usage(cmd, lang.T("behind %s stands: %s", "%s のあとに要るもの: %s"), m.kind, a.text(m.arg))
	case o.onPaper.given() && !m.paper:
		return nil, "", a.usage(cmd, lang.T("a key of the kind %s is not put on paper: leave out -o, --printer and the like", "%s は紙にする鍵ではありません。-o や --printer などは付けません"), m.kind)
	case len(o.holders) > 0 && m.kind != keyring.KindShares:
		return nil, "", a.usage(cmd, lang.T("--holder goes with shares", "--holder は shares と一緒に使います"))
	case o.preview:
		return nil, "", a.usage(cmd, lang.T("each key is made anew, so there is nothing to preview", "鍵は毎回新しく作るので、前もって見ることはできません"))
	case o.pq && m.kind != keyring.KindIdentity, o.passphraseFile != "" && m.kind != keyring.KindPassphrase, o.withHandle && m.kind != keyring.KindPlugin:
		return nil, "", a.usage(cmd, lang.T("--pq goes with identity, --new-passphrase-file with passphrase, --with-handle with plugin", "--pq は identity と、--new-passphrase-file は passphrase と、--with-handle は plugin と一緒に使います"))
	}
	if m.paper && o.onPaper.given() {
		return m, arg, a.checkPaper(cmd, o.onPaper)
	}
	return m, arg, nil
}

func kindsOfKeys() string {
	var names []string
	for _, m := range keyMakers {
		names = append(names, m.kind)
	}
	return strings.Join(names, ", ")
}

// chooseKeyMaker asks which kind of key is wanted, and for what that needs.
func (a *app) chooseKeyMaker() (*keyMaker, string, error) {
	t, err := a.terminal()
	if err != nil {
		return nil, "", err
	}
	a.tell(t, 0, a.text(lang.T("What kind of key shall be added?", "どの鍵を増やしますか？")))
	labels := make([]string, len(keyMakers))
	for i, m := range keyMakers {
		labels[i] = a.text(m.label)
	}
	n, err := a.choose(labels, 0, func(typed string) int {
		return slices.IndexFunc(keyMakers, func(m keyMaker) bool { return m.kind == lang.Fold(typed) })
	})
	if err != nil {
		return nil, "", err
	}
	m, arg := &keyMakers[n], ""
	for m.arg != (lang.Text{}) {
		arg, err = a.readLine(t, term.Line{Prompt: a.text(m.arg) + ": "})
		if arg = strings.TrimSpace(arg); err != nil || arg != "" || !m.needs {
			break
		}
	}
	return m, homePath(arg), err
}

// homePath reads ~ as a shell does; nothing else did where it was typed here.
func homePath(path string) string {
	if rest, ok := strings.CutPrefix(path, "~"+string(filepath.Separator)); ok {
		home, _ := os.UserHomeDir()
		return filepath.Join(home, rest)
	}
	return path
}

// storeKey puts a new key into the vault and says so.
func (a *app) storeKey(s *store.Store, n store.NewSlot) error {
	if err := a.changeKeys(s, store.SlotChange{Add: []store.NewSlot{n}}); err != nil {
		return err
	}
	number, slot := len(s.Slots()), store.SlotInfo{}
	for i, one := range s.Slots() {
		if one.ID == n.ID {
			number, slot = i+1, one
		}
	}
	if n.Proven.IsZero() {
		a.say(lang.T("added, but not proven yet: %s. To prove it: %s key test %d", "増やしました。まだ確かめていません: %s。確かめるには: %s key test %d"), a.calledSlot(slot), a.call(), number)
		return nil
	}
	a.say(lang.T("added, and proven to open the vault: %s", "増やしました。金庫を開けられることも確かめました: %s"), a.calledSlot(slot))
	return nil
}

// changeKeys changes the vault's slots.
func (a *app) changeKeys(s *store.Store, c store.SlotChange) error {
	err := a.patiently(lang.T("saving ...", "保存しています..."), func() error { return s.ChangeSlots(c) })
	if err != nil {
		return err
	}
	a.sayWarnings(s)
	return nil
}

func (a *app) addPassphrase(s *store.Store, o keyAddOptions, _ string) error {
	pass, err := a.newPassphrase(o.passphraseFile)
	if err != nil {
		return err
	}
	var slot keyring.Slot
	err = a.slowly(func() (err error) {
		slot, err = s.Identity().PassphraseSlot(pass, o.label, a.now)
		return err
	})
	if err != nil {
		return err
	}
	return a.storeKey(s, store.NewSlot{Slot: slot, Proven: a.now})
}

// newPassphrase reads a new passphrase from a file, or has one made or chosen.
func (a *app) newPassphrase(file string) (string, error) {
	if file != "" {
		b, err := readSmall(file)
		if err != nil {
			return "", err
		}
		return a.strongEnough(firstLine(b))
	}
	t, err := a.terminal()
	if err != nil {
		return "", &failure{status: statusUsage, code: "input_needed", err: err,
			what: said(lang.T("a new passphrase is needed, and there is no terminal to ask at", "新しい合言葉が要りますが、端末がないので聞けません")),
			next: []words{said(lang.T("use --new-passphrase-file FILE", "--new-passphrase-file ファイル を使ってください"))}}
	}
	return a.makeOrChoose(t, lang.T("New passphrase: ", "新しい合言葉: "))
}

// addRecoveryKey puts a recovery key on paper, has a group typed back, and only
// then lets it open the vault.
func (a *app) addRecoveryKey(s *store.Store, o keyAddOptions, _ string) error {
	n, err := a.newRecoverySheet(s.Identity(), o)
	if err != nil {
		return err
	}
	if err := a.storeKey(s, n.stored(a)); err != nil {
		if n.sheet != "" {
			os.Remove(n.sheet) // it opens nothing
			a.say(lang.T("the sheet %s was deleted: its key was not added", "鍵を増やせなかったので、用紙 %s は消しました"), a.shortPath(n.sheet))
		}
		return err
	}
	note := n.noted(a)
	note.keptAt, note.noNote = o.keptAt, o.noNote
	return a.noteSheet(s, note)
}

// newRecoverySheet makes a recovery key for a vault and takes its sheet to where
// the options say or, where they say nothing, the person does. If somebody can be
// asked, a group is typed back.
func (a *app) newRecoverySheet(vault *keyring.Vault, o keyAddOptions) (*newRecovery, error) {
	n, err := a.newRecoveryKey(vault, o.label)
	if err != nil {
		return nil, err
	}
	t, unasked := a.terminal()
	switch {
	case o.onPaper.given():
		d, err := a.deliver(o.onPaper, paperJob{doc: a.recoverySheet(n)})
		if err != nil {
			return nil, err
		}
		n.how, n.pages = d.how, d.pages
		if d.how == howFile {
			n.sheet = o.out
		}
	case unasked != nil:
		return nil, &failure{status: statusUsage, code: "input_needed", err: unasked,
			what: said(lang.T("where the sheet of the recovery key goes must be said, and there is no terminal to ask at", "回復キーの用紙の出し先が要りますが、端末がないので聞けません")),
			next: []words{said(lang.T("use -o FILE.pdf or --printer", "-o ファイル.pdf か --printer を付けてください"))}}
	default:
		if err := a.putSheet(t, "", n); err != nil {
			return nil, err
		}
	}
	if unasked == nil {
		err = a.proveRecoveryKey(t, n)
	}
	if err != nil && n.sheet != "" {
		os.Remove(n.sheet)
	}
	return n, err
}

func (a *app) addIdentity(s *store.Store, o keyAddOptions, path string) error {
	made := false
	if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
		file, _, err := keyring.NewIdentityFile(o.pq, a.now)
		if err != nil {
			return err
		}
		if err := createFile(path, func(w io.Writer) error { _, err := w.Write(file); return err }); err != nil {
			return err
		}
		made = true
	}
	err := a.addKeyFile(s, o, path)
	if err != nil && made {
		os.Remove(path) // it opens nothing
		return err
	}
	if err != nil {
		return err
	}
	if made {
		a.say(lang.T("made: %s. Whoever has this file opens the vault: keep it on a stick, away from this computer", "鍵ファイルを作りました: %s。これがあれば金庫が開きます。USB メモリなどに入れ、このパソコンとは別の所に置いてください"), a.shortPath(path))
	}
	if inOneFolder(path, s.Path()) {
		a.warn(lang.T("the key file lies beside the vault: whoever gets at one gets at both", "鍵ファイルが金庫と同じ所にあります。片方が見つかれば両方とも取られます"))
	}
	return nil
}

func inOneFolder(path, other string) bool {
	x, err := filepath.Abs(filepath.Dir(path))
	y, err2 := filepath.Abs(filepath.Dir(other))
	return err == nil && err2 == nil && x == y
}

// addKeyFile adds the one key that an age identity file holds.
func (a *app) addKeyFile(s *store.Store, o keyAddOptions, path string) error {
	id, err := a.oneKeyIn(path)
	if err != nil {
		return err
	}
	switch id.(type) {
	case keyring.SSHKey:
		return a.otherKind(path, keyring.KindSSH)
	case keyring.PluginKey:
		return a.otherKind(path, keyring.KindPlugin)
	}
	return a.addKey(s, keyring.KindIdentity, o, id, nil)
}

// oneKeyIn reads a file that holds one key.
func (a *app) oneKeyIn(path string) (age.Identity, error) {
	b, err := readSmall(path)
	if err != nil {
		return nil, err
	}
	ids, err := keyring.ParseKeyFile(b, a.keyTalk())
	if err != nil {
		return nil, err
	}
	if len(ids) != 1 {
		return nil, &failure{status: statusUsage, code: "several_keys",
			what: said(lang.T("the file holds %d keys: which one?", "このファイルには鍵が %d 個入っています"), len(ids)),
			next: []words{said(lang.T("put the one that is meant into a file of its own", "使う鍵だけを、別のファイルに分けてください"))}}
	}
	return ids[0], nil
}

// otherKind says that a file holds a key of another kind than was said.
func (a *app) otherKind(path, kind string) error {
	return &failure{status: statusUsage, code: "other_kind",
		what: said(lang.T("this file holds a key of another kind: %s", "このファイルの鍵は別の種類です: %s"), a.text(slotKind(kind))),
		next: []words{said(lang.T("like this: %s key add %s %s", "こう打ってください: %s key add %s %s"), a.call(), kind, shellWord(path))}}
}

// addKey makes a slot for a key that is at hand, opens it with that key, and
// stores it.
func (a *app) addKey(s *store.Store, kind string, o keyAddOptions, id age.Identity, hint []byte) error {
	to, ok := keyring.Recipient(id)
	if !ok {
		return keyring.ErrSSHKey
	}
	for _, slot := range s.Slots() {
		if slot.Recipient == to {
			return &failure{status: statusUsage, code: "key_there",
				what: said(lang.T("this key opens the vault already: %s", "この鍵では、もう金庫が開きます: %s"), a.calledSlot(slot))}
		}
	}
	slot, err := s.Identity().KeySlot(kind, o.label, a.now, to, id, a.keyTalk())
	if errors.Is(err, keyring.ErrNoMatch) {
		return &failure{status: statusNoKey, code: "key_differs", err: err,
			what: said(lang.T("the key does not open what was sealed to it: the two halves do not belong together", "この鍵宛てに封をしたものが、この鍵で開きません。組になっていない鍵です")),
			next: []words{said(lang.T("nothing was added; use the file that was made with the key", "鍵は増やしていません。鍵を作ったときのファイルを使ってください"))}}
	}
	if err != nil {
		return err
	}
	return a.storeKey(s, store.NewSlot{Slot: slot, Proven: a.now, Recipient: to, Hint: hint})
}

func (a *app) addSSH(s *store.Store, o keyAddOptions, path string) error {
	key, err := a.sshKeyToAdd(path)
	if err != nil {
		return err
	}
	if err := key.Unlock(); err != nil {
		return err
	}
	return a.addKey(s, keyring.KindSSH, o, key, nil)
}

// sshKeyToAdd reads the key that is named, by its public half too, or lets the
// person choose among those in the usual folder.
func (a *app) sshKeyToAdd(path string) (keyring.SSHKey, error) {
	if private, ok := strings.CutSuffix(path, ".pub"); ok {
		path = private
	}
	if path != "" {
		return a.sshKeyIn(path)
	}
	keys := a.sshKeys()
	switch {
	case len(keys) == 0:
		return keyring.SSHKey{}, &failure{status: statusNotFound, code: "no_ssh_key",
			what: said(lang.T("no SSH key that can be used was found in %s", "使える SSH の鍵が %s にありません"), a.shortPath(sshFolder())),
			next: []words{said(lang.T("if it lies elsewhere: %s key add ssh FILE", "ほかの場所にあるなら: %s key add ssh ファイル"), a.call())}}
	case len(keys) == 1:
		a.say(lang.T("SSH key: %s", "SSH の鍵: %s"), keys[0].Fingerprint())
		return keys[0], nil
	}
	labels := make([]string, len(keys))
	for i, key := range keys {
		labels[i] = key.Fingerprint()
	}
	n, err := a.choose(labels, 0, nil)
	if err != nil {
		return keyring.SSHKey{}, err
	}
	return keys[n], nil
}

func (a *app) addPlugin(s *store.Store, o keyAddOptions, arg string) error {
	key, named, err := a.pluginToAdd(arg)
	if err != nil {
		return err
	}
	var hint []byte
	if named || key.OpenHandle() || o.withHandle {
		hint = []byte(key.Handle())
	}
	if len(hint) > store.MaxHint {
		hint = nil
	}
	if err := a.addKey(s, keyring.KindPlugin, o, key, hint); err != nil {
		return err
	}
	if hint == nil {
		a.say(lang.T("to open the vault with it: --identity %s (the file is needed, and is not in the vault)", "この鍵で開けるには: --identity %s（このファイルが要ります。金庫には入っていません）"), shellWord(arg))
	} else {
		a.say(lang.T("to open the vault with it: press Enter where the passphrase is asked", "この鍵で開けるには、合言葉を聞かれたところで Enter を押してください"))
	}
	return nil
}

// pluginToAdd reads a plugin's file, or takes a recipient for which the plugin
// finds the key by itself; named says so.
func (a *app) pluginToAdd(arg string) (key keyring.PluginKey, named bool, err error) {
	switch {
	case strings.HasPrefix(strings.ToUpper(arg), "AGE-"):
		return key, false, keyring.ErrRecipientSecret // of some plugins the handle is the key
	case strings.HasPrefix(arg, "age1"):
		key, err = keyring.PluginKeyFor(arg, a.keyTalk())
		if err != nil {
			err = &failure{status: statusUsage, code: "recipient", err: err,
				what: said(lang.T("this is no recipient of a plugin", "プラグインの宛て先（age1...）ではありません")),
				next: []words{said(lang.T("give the file that the plugin wrote: %s key add plugin FILE", "プラグインが作ったファイルを指定してください: %s key add plugin ファイル"), a.call())}}
		}
		return key, true, err
	}
	id, err := a.oneKeyIn(arg)
	if err != nil {
		return key, false, err
	}
	key, ok := id.(keyring.PluginKey)
	if _, isSSH := id.(keyring.SSHKey); isSSH {
		return key, false, a.otherKind(arg, keyring.KindSSH)
	} else if !ok {
		return key, false, a.otherKind(arg, keyring.KindIdentity)
	}
	return key, false, nil
}
