package cli

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"filippo.io/age"

	"memovault/internal/keyring"
	"memovault/internal/lang"
	"memovault/internal/store"
)

// A vault that has a slot for an SSH key or a plugin can be opened by an empty
// line where the passphrase is asked: the keys that this computer has for such
// slots are tried then.

// deviceKeys is what the slots of a locked vault say of keys that nobody types.
// Nothing proves it before the vault is open.
type deviceKeys struct {
	prints  []string // beginnings of fingerprints of SSH keys
	handles []string // of plugins
}

func (d deviceKeys) none() bool { return len(d.prints)+len(d.handles) == 0 }

func deviceKeysOf(s *store.Store) (d deviceKeys) {
	for _, sealed := range s.SealedSlots() {
		if print := keyring.SSHSlot(sealed); print != "" {
			d.prints = append(d.prints, print)
		}
	}
	for _, hint := range s.Hints() {
		if handle := string(hint); strings.HasPrefix(handle, "AGE-PLUGIN-") {
			d.handles = append(d.handles, handle)
		}
	}
	slices.Sort(d.handles) // a map has no order
	return d
}

// promptEnd says what an empty line does.
func (d deviceKeys) promptEnd() lang.Text {
	switch {
	case len(d.handles) == 0:
		return lang.T(" (Enter = SSH key): ", "（Enter=SSH の鍵で開ける）: ")
	case len(d.prints) == 0:
		return lang.T(" (Enter = key of a plugin): ", "（Enter=プラグインの鍵で開ける）: ")
	}
	return lang.T(" (Enter = SSH key or plugin): ", "（Enter=SSH の鍵かプラグインで開ける）: ")
}

// keysAtHand returns the keys that this computer has for the slots: SSH keys in
// their usual folder, and those that plugins hold.
func (a *app) keysAtHand(d deviceKeys) (ids []age.Identity) {
	for _, handle := range d.handles {
		if key, err := keyring.ParsePluginKey(handle, a.keyTalk()); err == nil { // else the hint is no handle, and somebody's work
			ids = append(ids, key)
		}
	}
	if len(d.prints) == 0 {
		return ids
	}
	for _, key := range a.sshKeys() {
		if slices.ContainsFunc(d.prints, func(print string) bool { return strings.HasPrefix(key.Fingerprint(), print) }) {
			ids = append(ids, key)
		}
	}
	return ids
}

// sshFolder is where ssh keeps the keys of a person.
func sshFolder() string {
	home, _ := os.UserHomeDir()
	return filepath.Join(home, ".ssh")
}

// maxSSHFile is the longest file that is looked at as an SSH key, in bytes.
const maxSSHFile = 64 << 10

// sshKeys reads the SSH keys of the usual folder, those in the usual names
// first. What is there besides is none of our business.
func (a *app) sshKeys() (keys []keyring.SSHKey) {
	files, err := os.ReadDir(sshFolder())
	if err != nil {
		return nil
	}
	slices.SortStableFunc(files, func(x, y fs.DirEntry) int { return usualName(y) - usualName(x) })
	for _, f := range files {
		path := filepath.Join(sshFolder(), f.Name())
		st, err := os.Stat(path)
		if err != nil || !st.Mode().IsRegular() || st.Size() > maxSSHFile || strings.HasSuffix(path, ".pub") {
			continue
		}
		if key, err := a.sshKeyIn(path); err == nil && key.Fingerprint() != "" {
			keys = append(keys, key)
		}
	}
	return keys
}

func usualName(f fs.DirEntry) int {
	if strings.HasPrefix(f.Name(), "id_") {
		return 1
	}
	return 0
}

// errNoSSHKey says that a file holds keys of another kind.
var errNoSSHKey = errors.New("no SSH key")

// sshKeyIn reads an SSH private key, which may be locked.
func (a *app) sshKeyIn(path string) (keyring.SSHKey, error) {
	b, err := readSmall(path)
	if err != nil {
		return keyring.SSHKey{}, err
	}
	ids, err := keyring.ParseKeyFile(b, a.keyTalk())
	if errors.Is(err, keyring.ErrIdentityFile) || errors.Is(err, keyring.ErrNoIdentities) {
		err = errNoSSHKey
	}
	if err != nil {
		return keyring.SSHKey{}, err
	}
	if key, ok := ids[0].(keyring.SSHKey); ok {
		return key, nil
	}
	return keyring.SSHKey{}, errNoSSHKey
}

// asks reports whether a key may want to know something before it opens a slot.
func asks(id age.Identity) bool {
	switch id.(type) {
	case keyring.SSHKey, keyring.PluginKey:
		return true
	}
	return false
}

// unlockIdentities unlocks the vault by keys that are there. While a passphrase
// is derived, nothing can be asked; a key that asks is therefore not hurried.
func (a *app) unlockIdentities(s *store.Store, ids ...age.Identity) error {
	if !slices.ContainsFunc(ids, asks) {
		return a.slowly(func() error { return s.Unlock(ids...) })
	}
	err := s.Unlock(ids...)
	if errors.Is(err, keyring.ErrNoMatch) {
		return a.otherSSHKey(s, ids, err)
	}
	return err
}

// otherSSHKey says of an SSH key that did not open the vault which one would.
func (a *app) otherSSHKey(s *store.Store, ids []age.Identity, err error) error {
	wanted := deviceKeysOf(s).prints
	if len(ids) != 1 || len(wanted) == 0 || errors.As(err, new(*keyring.IdentityError)) {
		return err
	}
	key, ok := ids[0].(keyring.SSHKey)
	if !ok || key.Fingerprint() == "" || slices.ContainsFunc(wanted, func(print string) bool { return strings.HasPrefix(key.Fingerprint(), print) }) {
		return err
	}
	return &failure{status: statusNoKey, code: "wrong_ssh_key", err: err,
		what: said(lang.T("this SSH key is not the vault's: %s", "この SSH の鍵は、金庫のものではありません: %s"), key.Fingerprint()),
		why:  said(lang.T("the vault is opened by the key whose fingerprint begins with %s", "金庫を開けるのは、指紋が %s で始まる鍵です"), strings.Join(wanted, ", "))}
}

// unlockAtHand unlocks the vault without anything typed.
func (a *app) unlockAtHand(s *store.Store, d deviceKeys) error {
	ids := a.keysAtHand(d)
	if len(ids) == 0 {
		return &failure{status: statusNoKey, code: "key_not_here", err: keyring.ErrNoMatch,
			what: said(lang.T("the SSH key %s is not in %s", "SSH の鍵 %s が %s にありません"), strings.Join(d.prints, ", "), a.shortPath(sshFolder())),
			next: []words{said(lang.T("if it lies elsewhere: --identity FILE; otherwise type the passphrase", "ほかの場所にあるなら --identity ファイル。なければ合言葉を打ってください"))}}
	}
	err := a.unlockIdentities(s, ids...)
	if err == nil {
		a.say(lang.T("opened with the key: %s", "この鍵で開きました: %s"), a.calledSlot(s.OpenedBy()))
	}
	return err
}

// warnFirstUse speaks where a vault that this computer has not seen was opened by
// a key whose public half others may have: whoever can write the file could have
// made all of it for that key.
func (a *app) warnFirstUse(s *store.Store) {
	slot := s.OpenedBy()
	if slot.Kind != keyring.KindSSH && slot.Kind != keyring.KindPlugin {
		return
	}
	a.warn(lang.T("this computer sees this vault for the first time, and has nothing to compare it with. The key that opened it (%s) can be sealed to by others: make sure that it is your vault, number %s (it stands on the recovery key's sheet)",
		"この金庫をこのパソコンで開けるのは初めてで、比べるものがありません。開けた鍵（%s）宛てには、ほかの人でも金庫を作れます。金庫の番号 %s が自分のもの（回復キーの用紙にあります）か、確かめてください"),
		a.calledSlot(slot), s.ID().String()[:8])
}
