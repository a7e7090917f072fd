package cli

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"memovault/internal/keyring"
	"memovault/internal/lang"
	"memovault/internal/record"
	"memovault/internal/store"
	"memovault/internal/term"
)

func (a *app) newKey() *cobra.Command {
	cmd := a.command(spec{
		name: "key", group: "keeping",
		short: lang.T("the keys that open the vault", "金庫を開ける鍵を管理する"),
		long: lang.T(`A vault may have several keys, each of which opens all of it: passphrases, recovery
keys on paper, key files, SSH keys, keys that a plugin of age holds (YubiKey, TPM).
Two of them should be proven, so that forgetting one is no loss; the last two that
are can't be removed unless you insist.`,
			`金庫には鍵をいくつでも付けられ、どれか 1 つで全部が開きます。合言葉、紙の回復キー、鍵ファイル、SSH の鍵、
age のプラグインの鍵（YubiKey、TPM など）が使えます。1 つ忘れても困らないように、2 つは「確かめ済み」にして
おいてください。確かめ済みの最後の 2 つは、ふつうは外せません。`),
		examples: []example{
			{"key list", lang.T("which keys there are", "鍵の一覧")},
			{"key add recovery-key --printer", lang.T("another recovery key on paper", "回復キーをもう 1 枚、紙に作る")},
			{"key change", lang.T("another passphrase", "合言葉を変える")},
			{"key test", lang.T("does a key still open the vault?", "鍵で今も開くか試す")},
		},
	})
	cmd.AddGroup(&cobra.Group{ID: keyParts, Title: a.text(headings["commands"])})
	cmd.AddCommand(a.keyCommands()...)
	cmd.Args = cobra.ArbitraryArgs
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) > 0 {
			return a.unknownBelow(cmd, args[0])
		}
		return cmd.Help()
	}
	return cmd
}

// keyParts is the heading under which help lists the commands of key.
const keyParts = "keys"

// keyCommands are what can be done with keys, in the order of help.
func (a *app) keyCommands() []*cobra.Command {
	return []*cobra.Command{a.newKeyList(), a.newKeyAdd(), a.newKeyTest(), a.newKeyChange(), a.newKeyRemove(), a.newKeyRotate()}
}

// unknownBelow says that a command has no such part, and what is near.
func (a *app) unknownBelow(cmd *cobra.Command, name string) error {
	if err := a.fullWidthFlag(name); err != nil {
		return err
	}
	f := a.usage(cmd, lang.T("there is no command %q", "「%s」というコマンドはありません"), cmd.Name()+" "+name)
	var names []string
	for _, c := range cmd.Commands() {
		names = append(names, c.Name())
	}
	if near := nearest(lang.Fold(name), names); near != "" {
		f.next = append([]words{said(lang.T("did you mean: %s %s %s", "もしかして: %s %s %s"), a.name, cmd.Name(), near)}, f.next...)
	}
	return f
}

func (a *app) newKeyList() *cobra.Command {
	var asJSON bool
	cmd := a.command(spec{
		name: "list", group: keyParts,
		short: lang.T("list the keys", "鍵の一覧を出す"),
		long: lang.T(`Lists the keys of the vault: what each is, what you call it, since when it is there,
and when it last proved that it opens the vault. A star marks the one that opened
it just now.`,
			`金庫の鍵を一覧にします。種類、付けた名前、作った日、最後に開けて確かめた日がわかります。今開けるのに使った
鍵には * が付きます。`),
		examples: []example{
			{"key list", lang.T("on the screen", "画面に出す")},
			{"key list --json", lang.T("for a script", "スクリプト用に")},
		},
	})
	cmd.Flags().BoolVar(&asJSON, "json", false, a.text(lang.T("as JSON", "JSON で出す")))
	cmd.Args = a.argsBetween(0, 0)
	cmd.RunE = func(*cobra.Command, []string) error {
		s, err := a.openVault()
		if err != nil {
			return err
		}
		return a.listKeys(s, asJSON)
	}
	return cmd
}

func (a *app) listKeys(s *store.Store, asJSON bool) error {
	sheets, err := a.keySheets(s)
	if err != nil {
		return err
	}
	if asJSON {
		return a.keysJSON(s, sheets)
	}
	rows := [][]string{{"", a.text(lang.T("KEY", "鍵")), a.text(lang.T("NAME", "名前")), a.text(lang.T("MADE", "作った日")), a.text(lang.T("PROVEN", "確かめた日")), ""}}
	for i, slot := range s.Slots() {
		mark := " "
		if slot.ID == s.OpenedBy().ID {
			mark = "*"
		}
		rows = append(rows, []string{mark + strconv.Itoa(i+1), a.text(slotKind(slot.Kind)), term.Sanitize(slot.Label),
			slot.Created.Format(time.DateOnly), a.provenOn(slot), a.keyDetail(s, slot, sheets)})
	}
	if term.Crowded(rows, a.columns(), leastWords) {
		a.stackKeys(rows)
	} else {
		for _, line := range term.HangTable(rows, a.columns()) {
			fmt.Fprintln(a.out, line)
		}
	}
	a.adviseOnKeys(s)
	return nil
}

// stackKeys writes the table of keys where the window is too narrow for it: two
// dates side by side would not tell which is which, so each has its heading.
func (a *app) stackKeys(rows [][]string) {
	head := rows[0]
	for _, row := range rows[1:] {
		name := row[1]
		if row[2] != "" {
			name = a.text(lang.T("%s \"%s\"", "%s「%s」"), row[1], row[2])
		}
		a.row(0, row[0]+"  "+name)
		for i := 3; i < 5; i++ {
			a.row(5, a.text(lang.T("%s: %s", "%s: %s"), head[i], row[i]))
		}
		if row[5] != "" {
			a.row(5, row[5])
		}
	}
}

// provenOn says when a key last opened the vault.
func (a *app) provenOn(slot store.SlotInfo) string {
	if slot.Proven == nil {
		return a.text(lang.T("never", "まだ"))
	}
	return slot.Proven.In(a.now.Location()).Format(time.DateOnly)
}

// adviseOnKeys says what the list leaves to be done.
func (a *app) adviseOnKeys(s *store.Store) {
	slots := s.Slots()
	proven := provenWays(slots)
	switch i := slices.IndexFunc(slots, func(slot store.SlotInfo) bool { return slot.Proven == nil }); {
	case len(slots) < 2:
		a.say(lang.T("only one key opens the vault; add another: %s key add recovery-key", "金庫を開ける鍵は 1 つだけです。もう 1 つ作っておいてください: %s key add recovery-key"), a.call())
	case proven < 2 && i >= 0:
		a.say(lang.T("fewer than two keys are proven; try one: %s key test %d", "確かめ済みの鍵が 2 つありません。試してみてください: %s key test %d"), a.call(), i+1)
	}
}

// provenWays counts the keys that have opened the vault, without those in gone.
func provenWays(slots []store.SlotInfo, gone ...record.ID) (n int) {
	for _, slot := range slots {
		if slot.Proven != nil && !slices.Contains(gone, slot.ID) {
			n++
		}
	}
	return n
}

// keySheets are the sheets of recovery keys that are not shredded, by the
// beginning of the id of the slot that each opens.
func (a *app) keySheets(s *store.Store) (map[string]record.Sheet, error) {
	list, err := a.sheets(s)
	if err != nil {
		return nil, err
	}
	found := map[string]record.Sheet{}
	for _, r := range list {
		if known := record.ReadSheet(r); known.Kind == record.SheetRecoveryKey && known.Opens != "" && known.Fate != record.SheetShredded {
			found[lang.Fold(known.Opens)] = known
		}
	}
	return found, nil
}

// keyDetail is what tells a key from others of its kind and is no secret. Of key
// files there is nothing: what names them would let others forge the slot.
func (a *app) keyDetail(s *store.Store, slot store.SlotInfo, sheets map[string]record.Sheet) string {
	switch slot.Kind {
	case keyring.KindSSH:
		return keyring.SSHFingerprint(slot.Recipient)
	case keyring.KindPlugin:
		return pluginOf(s, slot)
	}
	sheet, ok := sheets[slot.ID.String()[:slotDigits]]
	switch {
	case slot.Kind == keyring.KindShares:
		return a.text(lang.T("%d of %d sheets are needed", "%[2]d 枚のうち %[1]d 枚で開く"), slot.Need, slot.Count)
	case !ok:
		return ""
	case sheet.Place != "":
		return a.text(lang.T("sheet %s, kept at %s", "用紙 %s、置き場所 %s"), sheet.Number, sheet.Place)
	}
	return a.text(lang.T("sheet %s", "用紙 %s"), sheet.Number)
}

// pluginOf is the program that a slot needs.
func pluginOf(s *store.Store, slot store.SlotInfo) string {
	for _, text := range []string{string(s.Hints()[slot.ID]), slot.Recipient} {
		if name := keyring.PluginName(text); name != "" {
			return "age-plugin-" + name
		}
	}
	return ""
}

// calledSlot names a key in a sentence.
func (a *app) calledSlot(slot store.SlotInfo) string {
	name := a.text(slotKind(slot.Kind))
	if slot.Label != "" {
		return a.text(lang.T("%s \"%s\"", "%s「%s」"), name, term.Sanitize(slot.Label))
	}
	if print := keyring.SSHFingerprint(slot.Recipient); print != "" {
		return name + " " + print
	}
	return name
}

// findKey finds the key that is meant by its number in the list, its name, its
// kind where there is one of it, or the beginning of its id.
func (a *app) findKey(s *store.Store, typed string) (store.SlotInfo, error) {
	slots := s.Slots()
	if n, err := strconv.Atoi(lang.FoldCode(typed)); err == nil && n >= 1 && n <= len(slots) {
		return slots[n-1], nil
	}
	var match []store.SlotInfo
	for _, slot := range slots {
		kind := slotKind(slot.Kind)
		if lang.Fold(typed) != "" && slices.Contains([]string{lang.Fold(slot.Label), slot.Kind, lang.Fold(kind.EN), lang.Fold(kind.JA)}, lang.Fold(typed)) ||
			len(typed) >= slotDigits && strings.HasPrefix(slot.ID.String(), strings.ToLower(typed)) {
			match = append(match, slot)
		}
	}
	switch len(match) {
	case 0:
		return store.SlotInfo{}, &failure{status: statusNotFound, code: "no_key",
			what: said(lang.T("the vault has no key %q", "「%s」という鍵は、金庫にありません"), typed),
			next: []words{said(lang.T("all keys: %s key list", "鍵の一覧: %s key list"), a.call())}}
	case 1:
		return match[0], nil
	}
	return store.SlotInfo{}, &failure{status: statusUsage, code: "ambiguous",
		what: said(lang.T("%q may be any of %d keys", "「%s」に当てはまる鍵が %d 個あります"), typed, len(match)),
		next: []words{said(lang.T("type its number: %s key list", "番号で指定してください: %s key list"), a.call())}}
}

// chooseKey lets the person choose among keys.
func (a *app) chooseKey(slots []store.SlotInfo, question lang.Text) (store.SlotInfo, error) {
	if len(slots) == 1 {
		return slots[0], nil
	}
	t, err := a.terminal()
	if err != nil {
		return store.SlotInfo{}, &failure{status: statusUsage, code: "input_needed", err: err,
			what: said(lang.T("it must be said which key is meant", "どの鍵のことか、指定してください")),
			next: []words{said(lang.T("all keys: %s key list", "鍵の一覧: %s key list"), a.call())}}
	}
	a.tell(t, 0, a.text(question))
	labels := make([]string, len(slots))
	for i, slot := range slots {
		labels[i] = a.text(lang.T("%s, of %s", "%s（%s 作成）"), a.calledSlot(slot), slot.Created.Format(time.DateOnly))
	}
	n, err := a.choose(labels, 0, nil)
	if err != nil {
		return store.SlotInfo{}, err
	}
	return slots[n], nil
}

// The JSON of key list: keys are English and stable.
type keyJSON struct {
	ID      record.ID `json:"id"`
	Kind    string    `json:"kind"`
	Label   string    `json:"label"`
	Created string    `json:"created"` // YYYY-MM-DD
	Proven  string    `json:"proven"`  // RFC 3339; empty if never
	Opened  bool      `json:"opened"`  // it opened the vault for this list
	SSH     string    `json:"ssh_fingerprint,omitempty"`
	Plugin  string    `json:"plugin,omitempty"` // the program it needs
	Need    int       `json:"need,omitempty"`   // of shares: how many are needed
	Count   int       `json:"count,omitempty"`  // of shares: how many were made
	Sheet   string    `json:"sheet,omitempty"`  // number of the sheet it is printed on
	Place   string    `json:"place,omitempty"`  // where that sheet is
}

func (a *app) keysJSON(s *store.Store, sheets map[string]record.Sheet) error {
	out := []keyJSON{}
	for _, slot := range s.Slots() {
		sheet := sheets[slot.ID.String()[:slotDigits]]
		one := keyJSON{ID: slot.ID, Kind: slot.Kind, Label: slot.Label, Created: slot.Created.Format(time.DateOnly),
			Opened: slot.ID == s.OpenedBy().ID, Need: slot.Need, Count: slot.Count, Sheet: sheet.Number, Place: sheet.Place}
		if slot.Proven != nil {
			one.Proven = slot.Proven.Format(time.RFC3339)
		}
		switch slot.Kind {
		case keyring.KindSSH:
			one.SSH = keyring.SSHFingerprint(slot.Recipient)
		case keyring.KindPlugin:
			one.Plugin = pluginOf(s, slot)
		}
		out = append(out, one)
	}
	return a.writeJSON(struct {
		Schema int       `json:"schema"`
		Vault  record.ID `json:"vault"`
		Proven int       `json:"proven"` // how many keys are
		Keys   []keyJSON `json:"keys"`
	}{1, s.ID(), provenWays(s.Slots()), out})
}
