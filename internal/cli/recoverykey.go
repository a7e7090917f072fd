package cli

import (
	"cmp"
	"crypto/rand"
	"fmt"
	"io"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"memovault/internal/keyring"
	"memovault/internal/lang"
	"memovault/internal/paper"
	"memovault/internal/record"
	"memovault/internal/store"
	"memovault/internal/term"
)

// A newRecovery is a recovery key on its way into a vault: sealed in a slot, put
// on a sheet, and perhaps proven.
type newRecovery struct {
	key    keyring.RecoveryKey
	slot   keyring.Slot
	vault  record.ID
	sheet  string // the file its sheet was written to; empty if none
	how    string // how the sheet was delivered
	pages  int
	proven bool // a group was read back from the sheet
}

// newRecoveryKey makes a recovery key for a vault, and its slot.
func (a *app) newRecoveryKey(vault *keyring.Vault, label string) (*newRecovery, error) {
	key, err := keyring.NewRecoveryKey()
	if err != nil {
		return nil, err
	}
	slot, err := vault.RecoverySlot(key, label, a.now)
	return &newRecovery{key: key, slot: slot, vault: vault.ID()}, err
}

// stored is the slot as the vault keeps it.
func (n *newRecovery) stored(a *app) store.NewSlot {
	slot := store.NewSlot{Slot: n.slot}
	slot.Recipient, _ = keyring.Recipient(n.key.Identity())
	if n.proven {
		slot.Proven = a.now
	}
	return slot
}

// noted is the sheet as the ledger notes it.
func (n *newRecovery) noted(a *app) printed {
	return printed{kind: record.SheetRecoveryKey, number: a.vaultKey(n).SheetNumber(), how: n.how, pages: n.pages,
		opens: record.ID(n.slot.ID).String()[:slotDigits]}
}

// offerRecoveryKey offers the second way in and proves that its paper can be
// read.
func (a *app) offerRecoveryKey(t *term.Terminal, o initOptions, vault *keyring.Vault, key *newKey) error {
	a.tell(t, 0, a.text(lang.T("If you forget the passphrase, nobody can open the vault, not even its makers.", "この合言葉を忘れると、誰にも開けられません。作った人にも開けられません。")))
	yes, err := a.yesNo(true, lang.T("Make a recovery key on paper, which opens it too?", "紙に残す「回復キー」を作っておくと、それでも開けられます。作りますか？"))
	if err != nil || !yes {
		return err
	}
	if key.recovery, err = a.newRecoveryKey(vault, ""); err != nil {
		return err
	}
	if err := a.putSheet(t, o.recoveryKeyOut, key.recovery); err != nil {
		return err
	}
	return a.proveRecoveryKey(t, key.recovery)
}

// putSheet writes the recovery key's sheet to where the person wants it. A
// place that can't be written is asked for again: the passphrase stands on
// paper by now.
func (a *app) putSheet(t *term.Terminal, path string, n *newRecovery) error {
	if path == "" {
		a.tell(t, 0, a.text(lang.T("The key goes into a PDF for you to print (a name that ends in .txt makes text). Type printer to print it at once, or - to copy it from the screen by hand.", "印刷用の PDF ファイルに書き出します（末尾を .txt にするとテキストになります）。すぐにプリンターで印刷するときは「印刷」、画面を見て手で書き写すときは - と打ってください。")))
	}
	for given := path; ; given = "" {
		if given == "" {
			var err error
			if path, err = a.askSheetFile(t, a.text(lang.T("recovery-key.pdf", "kaifuku-key.pdf"))); err != nil {
				return err
			}
		}
		if path == "-" {
			return a.showRecoveryKey(t, n)
		}
		if path == toPrinter {
			if err := a.printRecoverySheet(t, n); err == nil {
				return nil
			}
			continue
		}
		err := a.writeRecoverySheet(path, n)
		if err == nil {
			return nil
		}
		f := a.explain(err)
		a.tell(t, 2, f.what.in(a.lang)+": "+a.shortPath(path))
	}
}

// toPrinter is what askSheetFile returns where the sheet is to be printed: no
// file has that name.
const toPrinter = "\x00printer"

// printerWords are what one types for the usual printer, folded.
var printerWords = []string{lang.Fold("printer"), lang.Fold("print"), lang.Fold("印刷"), lang.Fold("プリンター"), lang.Fold("プリンタ")}

// printRecoverySheet prints the sheet on the usual printer, and says why where
// that does not work.
func (a *app) printRecoverySheet(t *term.Terminal, n *newRecovery) error {
	d, err := a.sendToPrinter(&onPaper{printer: ourChoice, copies: 1}, paperJob{doc: a.recoverySheet(n)})
	if err != nil {
		a.tell(t, 2, a.explain(err).what.in(a.lang))
		return err
	}
	n.how, n.pages = d.how, d.pages
	return nil
}

// showRecoveryKey shows what is to be copied by hand, few enough lines for any
// window, until Enter is pressed. The proof that follows is then read from paper.
func (a *app) showRecoveryKey(t *term.Terminal, n *newRecovery) error {
	var b strings.Builder
	line := func(text lang.Text, args ...any) {
		cols, _ := t.Size()
		b.WriteString(strings.Join(a.wrap(a.text(text, args...), max(cols-1, narrowest)), "\n") + "\n")
	}
	b.WriteString("\n")
	line(lang.T("Recovery key of the vault %s, number %s", "回復キー（金庫 %s、金庫の番号 %s）"), filepath.Base(a.path()), n.vault.String()[:8])
	line(lang.T("Sheet %s", "用紙の番号 %s"), a.vaultKey(n).SheetNumber())
	groups := n.key.Groups()
	half := (len(groups) + 1) / 2
	for i := range half {
		fmt.Fprintf(&b, "  %2d  %s", i+1, groups[i])
		if i+half < len(groups) {
			fmt.Fprintf(&b, "    %2d  %s", i+half+1, groups[i+half])
		}
		b.WriteString("\n")
	}
	b.WriteString("\n")
	n.how, n.pages = howHand, 1
	line(lang.T("Copy all of it, with the numbers. There are digits and capitals only; 0 is always zero, L never the digit one.", "番号も含めて、全部を書き写してください。数字と大文字だけで、0 はどれもゼロ、L はどれもエルです。"))
	line(lang.T("Enter takes it off the screen; then you type one group from your paper.", "Enter で画面から消えます。そのあと、紙を見て 1 組だけ打ち込んで確かめます。"))
	t.Print(b.String())
	prompt := a.text(lang.T("Enter: ", "Enter を押す: "))
	if _, err := a.readLine(t, term.Line{Prompt: prompt}); err != nil {
		return err
	}
	if !t.Erase(t.CountRows(b.String() + prompt)) {
		a.tell(t, 2, a.text(lang.T("it still stands in this window; close the window when you are done", "このウィンドウにまだ残っています。終わったらウィンドウを閉じてください")))
	}
	return nil
}

// askSheetFile asks where the sheet goes, a file of that name being offered. A
// folder stands for a file in it.
func (a *app) askSheetFile(t *term.Terminal, name string) (string, error) {
	home, _ := os.UserHomeDir()
	initial := a.shortPath(freeFile(filepath.Join(home, name)))
	for {
		typed, err := a.readLine(t, term.Line{Prompt: a.text(lang.T("File: ", "ファイル: ")), Initial: initial})
		if err != nil {
			return "", err
		}
		path := strings.TrimSpace(typed)
		if rest, ok := strings.CutPrefix(path, "~"+string(filepath.Separator)); ok {
			path = filepath.Join(home, rest)
		}
		switch {
		case lang.FoldCode(path) == "-":
			return "-", nil
		case slices.Contains(printerWords, lang.Fold(path)):
			return toPrinter, nil
		}
		if st, err := os.Stat(path); err == nil && st.IsDir() {
			path = filepath.Join(path, name)
		}
		if kindOf(path) == kindPNG {
			a.tell(t, 2, a.text(notAPicture))
			initial = a.shortPath(freeFile(strings.TrimSuffix(path, filepath.Ext(path)) + ".pdf"))
			continue
		}
		if _, err := os.Lstat(path); path != "" && err != nil {
			return path, nil
		}
		a.tell(t, 2, a.text(lang.T("there is a file of that name already; please take another", "その名前のファイルはもうあります。別の名前にしてください")))
		initial = a.shortPath(freeFile(path))
	}
}

// notAPicture says that the recovery key is not put where photos go: programs
// that carry pictures to a cloud find them by their ending.
var notAPicture = lang.T("the recovery key goes into no picture; take a name that ends in .pdf, .html or .txt", "回復キーは画像にはしません。末尾が .pdf、.html、.txt の名前にしてください")

// freeFile returns path, or path with the first number that makes it new.
func freeFile(path string) string {
	ext := filepath.Ext(path)
	free := path
	for n := 2; n < 100; n++ {
		if _, err := os.Lstat(free); err != nil {
			break
		}
		free = strings.TrimSuffix(path, ext) + "-" + strconv.Itoa(n) + ext
	}
	return free
}

// writeRecoverySheet writes the sheet of the recovery key, of the kind that the
// ending of the file says; as text where it says none.
func (a *app) writeRecoverySheet(path string, n *newRecovery) error {
	o := &onPaper{out: path, format: cmp.Or(kindOf(path), kindText)}
	content, pages, err := a.rendered(o, paperJob{doc: a.recoverySheet(n)})
	if err != nil {
		return err
	}
	if err := a.writeResult(path, func(w io.Writer) error { _, err := w.Write(content); return err }); err != nil {
		return err
	}
	n.how, n.pages = a.whither(o), pages
	if o.toFile() {
		n.sheet = path
	}
	return nil
}

// vaultKey is a recovery key as its sheet needs it.
func (a *app) vaultKey(n *newRecovery) paper.VaultKey {
	return paper.VaultKey{Key: n.key.Reveal(), Groups: n.key.Groups(), File: filepath.Base(a.path()),
		Vault: n.vault, Slot: n.slot.ID, Made: a.now, Program: a.name}
}

func (a *app) recoverySheet(n *newRecovery) *paper.Doc {
	return paper.RecoveryKey(a.lang, a.vaultKey(n))
}

// proveRecoveryKey asks for one group from the sheet. Enter puts it off.
func (a *app) proveRecoveryKey(t *term.Terminal, r *newRecovery) error {
	if r.sheet != "" {
		t.Print("\n")
		a.tell(t, 0, a.text(lang.T("Print %s now, keep the paper away from the computer, then delete the file.", "%s を印刷し、紙はパソコンから離れたところにしまい、ファイルは消してください。"), a.shortPath(r.sheet)))
	}
	for range tries {
		n, err := rand.Int(rand.Reader, big.NewInt(keyring.GroupCount))
		if err != nil {
			return err
		}
		group := int(n.Int64()) + 1
		typed, err := a.readLine(t, term.Line{Prompt: a.text(lang.T("To see that it can be read: type group %d from the sheet (Enter = later): ", "読めるかどうか確かめます。用紙の %d 番の組を打ってください（Enter=あとで）: "), group)})
		if err != nil {
			return err
		}
		if strings.TrimSpace(typed) == "" {
			break
		}
		if r.key.CheckGroup(group, typed) {
			a.tell(t, 2, a.text(lang.T("read correctly", "正しく読めました")))
			t.Print("\n")
			r.proven = true
			return nil
		}
		a.tell(t, 2, a.text(lang.T("that is not group %d; look at the number in front of it", "%d 番の組と違います。組の前の番号を見てください"), group))
	}
	a.tell(t, 2, a.text(lang.T("not proven yet; the key works all the same", "まだ確かめていませんが、回復キーは使えます")))
	t.Print("\n")
	return nil
}
