package cli

import (
	"crypto/rand"
	"errors"
	"io"
	"math/big"
	"os"
	"path/filepath"
	"strings"

	"memovault/internal/keyring"
	"memovault/internal/lang"
	"memovault/internal/paper"
	"memovault/internal/record"
	"memovault/internal/term"
)

// offerRecoveryKey offers the second way in and proves that its paper can be
// read.
func (a *app) offerRecoveryKey(t *term.Terminal, o initOptions, vault record.ID, key *newKey) error {
	a.tell(t, 0, a.text(lang.T("If you forget the passphrase, nobody can open the vault, not even its makers.", "この合言葉を忘れると、誰にも開けられません。作った人にも開けられません。")))
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
	a.tell(t, 0, a.text(lang.T("The key goes into a text file for you to print. Type - to copy it from the screen by hand.", "印刷用のテキストファイルに書き出します。画面を見て手で書き写すときは - と打ってください。")))
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
		a.tell(t, 2, a.text(lang.T("there is a file of that name already, or it can't be used; please take another", "その名前のファイルはもうあるか、使えません。別の名前にしてください")))
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
		t.Print("\n")
		a.tell(t, 0, a.text(lang.T("Print %s now, keep the paper away from the computer, then delete the file.", "%s を印刷し、紙はパソコンから離れたところにしまい、ファイルは消してください。"), a.shortPath(path)))
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
			a.tell(t, 2, a.text(lang.T("not proven yet; the key works all the same", "まだ確かめていませんが、回復キーは使えます")))
			t.Print("\n")
			return false, nil
		}
		if key.CheckGroup(group, typed) {
			a.tell(t, 2, a.text(lang.T("read correctly", "正しく読めました")))
			t.Print("\n")
			return true, nil
		}
		a.tell(t, 2, a.text(lang.T("that is not group %d; look at the number in front of it", "%d 番の組と違います。組の前の番号を見てください"), group))
	}
	return false, nil
}
