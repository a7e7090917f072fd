package cli

import (
	"cmp"
	"crypto/rand"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"strings"

	"memovault/internal/keyring"
	"memovault/internal/lang"
	"memovault/internal/paper"
	"memovault/internal/record"
	"memovault/internal/store"
	"memovault/internal/term"
)

// newShares are shares on their way to the people who will have them: made, put
// on sheets, and perhaps proven.
type newShares struct {
	keyring.Splitting
	vault   record.ID
	holders []string // who gets which; as many as there are shares, "" where nobody said
	sheet   string   // the file the sheets were written to; empty if none
	how     string   // how they were delivered
	pages   int
	proven  bool // a group of each was read back
}

// need is how many of the shares are needed.
func (n *newShares) need() int { return n.Shares[0].Need() }

// addShares makes shares, puts them on paper, has a group of each typed back, and
// only then lets them open the vault. They are never shown again.
func (a *app) addShares(s *store.Store, o keyAddOptions, arg string) error {
	n, err := a.newShareSheets(s, o, arg)
	if err != nil {
		return err
	}
	slot := store.NewSlot{Slot: n.Slot, Recipient: n.Recipient, Need: n.need(), Count: len(n.Shares)}
	if n.proven {
		slot.Proven = a.now
	}
	if err := a.storeKey(s, slot); err != nil {
		a.dropSheets(n)
		return err
	}
	a.say(lang.T("any %d of the %d sheets open the vault together. Nothing of them is kept here: a lost one can't be printed again", "%[2]d 枚のうち、どれでも %[1]d 枚で金庫が開きます。ここには残していないので、なくした紙は印刷し直せません"), n.need(), len(n.Shares))
	for i := range n.Shares {
		d := a.shareSheet(n, i)
		note := printed{kind: record.SheetShare, number: d.Sheet, keptAt: n.holders[i], noNote: o.noNote, noAsk: true, how: n.how, pages: 1,
			opens: record.ID(n.Slot.ID).String()[:slotDigits]}
		if err := a.noteSheet(s, note); err != nil {
			return err
		}
	}
	a.sayUnknownHolders(s, n)
	a.sayOlderShares(s, n)
	return nil
}

// sayUnknownHolders says that a name alone does not tell where a share is.
func (a *app) sayUnknownHolders(s *store.Store, n *newShares) {
	var unknown []string
	for _, name := range n.holders {
		if c, err := s.Find(name); name != "" && (err != nil || c.Template != "person" && c.Template != record.PlaceTemplate) {
			unknown = append(unknown, name)
		}
	}
	if len(unknown) > 0 {
		a.say(lang.T("of whom there is no record here is taken to be in this house (%s); so that audit knows better: %s add person", "記録のない相手は、同じ家にあるものとして点検します（%s）。別の人や場所なら: %s add person"), strings.Join(unknown, a.text(comma)), a.call())
	}
}

// sayOlderShares says that shares made before still open the vault.
func (a *app) sayOlderShares(s *store.Store, n *newShares) {
	for i, slot := range s.Slots() {
		if slot.Kind == keyring.KindShares && slot.ID != n.Slot.ID {
			a.say(lang.T("the shares made on %s still open the vault; once the new ones are handed out: %s key remove %d", "%s に作った分け札でも、まだ開きます。新しい紙を渡し終えたら: %s key remove %d"), slot.Created.Format("2006-01-02"), a.call(), i+1)
		}
	}
}

// newShareSheets makes shares and takes their sheets to where the options say or,
// where they say nothing, the person does.
func (a *app) newShareSheets(s *store.Store, o keyAddOptions, arg string) (*newShares, error) {
	need, count, ok := parseSplit(arg)
	if !ok {
		return nil, badSplit(arg)
	}
	t, unasked := a.terminal()
	if unasked != nil && !o.onPaper.given() {
		return nil, &failure{status: statusUsage, code: "input_needed", err: unasked,
			what: said(lang.T("where the sheets of the shares go must be said, and there is no terminal to ask at", "分け札の用紙の出し先が要りますが、端末がないので聞けません")),
			next: []words{said(lang.T("use -o FILE.pdf or --printer", "-o ファイル.pdf か --printer を付けてください"))}}
	}
	split, err := s.Identity().Split(need, count, o.label, a.now)
	if err != nil {
		return nil, err
	}
	n := &newShares{Splitting: split, vault: s.ID()}
	if n.holders, err = a.shareHolders(t, o.holders, count, placeNames(s)); err != nil {
		return nil, err
	}
	if err := a.deliverShares(t, n, o); err != nil {
		return nil, err
	}
	if unasked == nil {
		if err := a.proveShares(t, n); err != nil {
			a.dropSheets(n)
			return nil, err
		}
	}
	return n, nil
}

// badSplit says how a splitting is written.
func badSplit(typed string) error {
	return &failure{status: statusUsage, code: "usage",
		what: said(lang.T("%q says not how many shares are needed of how many", "%q では、何枚のうち何枚が要るのか分かりません"), typed),
		next: []words{said(lang.T("like this: 2-of-3 (three sheets, any two of which open the vault)", "例: 2-of-3（3 枚のうち、どれでも 2 枚で開く）"))}}
}

// shareHolders says who gets each of the shares: as was given, else as is answered.
func (a *app) shareHolders(t *term.Terminal, given []string, count int, complete func(string) []string) ([]string, error) {
	if len(given) > count {
		return nil, &failure{status: statusUsage, code: "usage",
			what: said(lang.T("--holder was given %d times, and there are %d shares", "--holder が %d 個ありますが、分け札は %d 枚です"), len(given), count)}
	}
	holders := make([]string, count)
	for i, name := range given {
		clean, _, err := record.Clean(record.TypeText, name)
		if err != nil {
			return nil, refused("holder", err)
		}
		holders[i] = clean
	}
	if len(given) > 0 || t == nil {
		return holders, nil
	}
	a.tell(t, 0, a.text(lang.T("Each sheet says who has the others, so that the family finds together. Enter leaves a name out.", "それぞれの紙には、ほかの紙を誰が持っているかを書いておけます。ご家族が集まるときの手がかりです。Enter だけなら書きません。")))
	for i := range holders {
		typed, err := a.readLine(t, term.Line{Prompt: a.text(lang.T("Who gets share %d, or where will it be? ", "%d 枚目は誰に渡しますか（または、どこに置きますか）？ "), i+1), Complete: complete})
		if err != nil {
			return nil, err
		}
		holders[i] = strings.TrimSpace(typed)
	}
	return holders, nil
}

// shareSheet is the sheet of share i, from 0.
func (a *app) shareSheet(n *newShares, i int) *paper.Doc {
	s := n.Shares[i]
	return paper.Share(a.lang, paper.VaultShare{Share: s.Reveal(), Groups: s.Groups(), Number: s.Number(), Need: s.Need(), Count: len(n.Shares),
		Holders: n.holders, File: filepath.Base(a.path()), Vault: n.vault, Slot: n.Slot.ID, Made: a.now, Program: a.name})
}

func (a *app) shareSheets(n *newShares) paperJob {
	var job paperJob
	for i := range n.Shares {
		job.docs = append(job.docs, a.shareSheet(n, i))
	}
	return job
}

// deliverShares takes the sheets to where the options say. Where they say nothing
// a place is asked for, and again if nothing can be written there.
func (a *app) deliverShares(t *term.Terminal, n *newShares, o keyAddOptions) error {
	if o.onPaper.given() {
		return a.putShares(n, o.onPaper)
	}
	a.tell(t, 0, a.text(lang.T("The shares go into one PDF, a page for each (a name that ends in .txt makes text). Type printer to print them at once, or - to copy them from the screen by hand.", "分け札は 1 つの PDF ファイルに、1 枚ずつ別のページで書き出します（末尾を .txt にするとテキストになります）。すぐに印刷するときは「印刷」、画面を見て手で書き写すときは - と打ってください。")))
	for {
		path, err := a.askSheetFile(t, a.text(lang.T("shares.pdf", "wakefuda.pdf")))
		if err != nil {
			return err
		}
		if path == "-" {
			return a.showShares(t, n)
		}
		to := &onPaper{out: path, format: cmp.Or(kindOf(path), kindText)}
		if path == toPrinter {
			to = &onPaper{printer: ourChoice, copies: 1}
		}
		if err = a.putShares(n, to); err == nil {
			return nil
		}
		a.tell(t, 2, a.explain(err).what.in(a.lang))
	}
}

func (a *app) putShares(n *newShares, o *onPaper) error {
	if kind := o.kind(); o.printer == "" && kind != kindPDF && kind != kindText {
		return &failure{status: statusUsage, code: "usage",
			what: said(lang.T("shares are made as PDF or text, since each is a sheet of its own", "分け札は 1 枚ずつ別の用紙なので、PDF かテキストにします")),
			next: []words{said(lang.T("take a name that ends in .pdf or .txt", "末尾が .pdf か .txt の名前にしてください"))}}
	}
	d, err := a.deliver(o, a.shareSheets(n))
	if err != nil {
		return err
	}
	n.how, n.pages = d.how, d.pages
	if d.how == howFile {
		n.sheet = o.out
	}
	return nil
}

// dropSheets deletes the file with sheets that open nothing.
func (a *app) dropSheets(n *newShares) {
	if n.sheet != "" {
		os.Remove(n.sheet)
		a.say(lang.T("the sheets %s were deleted: the shares were not added", "分け札を増やさなかったので、用紙 %s は消しました"), a.shortPath(n.sheet))
	} else if n.how == howPrinter || n.how == howHand {
		a.say(lang.T("the shares were not added: shred what was printed or written down", "分け札は増やしませんでした。印刷したり書き写したりした紙は、裁断してください"))
	}
}

// showShares shows one share after the other, to be copied by hand.
func (a *app) showShares(t *term.Terminal, n *newShares) error {
	n.how, n.pages = howHand, len(n.Shares)
	for i, s := range n.Shares {
		d := a.shareSheet(n, i)
		err := a.showGroups(t, s.Groups(),
			a.text(lang.T("Share %d of %d of the vault %s, number %s", "分け札（%d 枚目、全部で %d 枚。金庫 %s、金庫の番号 %s）"), s.Number(), len(n.Shares), filepath.Base(a.path()), n.vault.String()[:8]),
			a.text(lang.T("Sheet %s, made on %s. Any %d of the sheets open the vault", "用紙の番号 %s、作った日 %s。どれでも %d 枚で開きます"), d.Sheet, a.now.Format("2006-01-02"), s.Need()))
		if err != nil {
			return err
		}
	}
	return nil
}

// showGroups shows what is to be copied by hand, few enough lines for any window,
// until Enter is pressed. The proof that follows is then read from paper.
func (a *app) showGroups(t *term.Terminal, groups []string, heads ...string) error {
	var b strings.Builder
	cols, _ := t.Size()
	line := func(text string) {
		b.WriteString(strings.Join(a.wrap(text, max(cols-1, narrowest)), "\n") + "\n")
	}
	b.WriteString("\n")
	for _, head := range heads {
		line(head)
	}
	half := (len(groups) + 1) / 2
	for i := range half {
		fmt.Fprintf(&b, "  %2d  %s", i+1, groups[i])
		if i+half < len(groups) {
			fmt.Fprintf(&b, "    %2d  %s", i+half+1, groups[i+half])
		}
		b.WriteString("\n")
	}
	b.WriteString("\n")
	line(a.text(lang.T("Copy all of it, with the numbers. There are digits and capitals only; 0 is always zero, L never the digit one.", "番号も含めて、全部を書き写してください。数字と大文字だけで、0 はどれもゼロ、L はどれもエルです。")))
	line(a.text(lang.T("Enter takes it off the screen; then you type one group from your paper.", "Enter で画面から消えます。そのあと、紙を見て 1 組だけ打ち込んで確かめます。")))
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

// proveShares asks for one group of each sheet. Enter puts it off. That the shares
// open the vault together was tried when they were made.
func (a *app) proveShares(t *term.Terminal, n *newShares) error {
	if n.sheet != "" {
		t.Print("\n")
		a.tell(t, 0, a.text(lang.T("Print %s now, give each page to the one whose it is, then delete the file.", "%s を印刷し、1 枚ずつ渡す人に渡したら、ファイルは消してください。"), a.shortPath(n.sheet)))
	}
	for _, s := range n.Shares {
		proven, err := a.proveShare(t, s)
		if err != nil {
			return err
		}
		if !proven {
			a.tell(t, 2, a.text(lang.T("not proven yet; the shares work all the same", "まだ確かめていませんが、分け札は使えます")))
			t.Print("\n")
			return nil
		}
	}
	n.proven = true
	t.Print("\n")
	return nil
}

func (a *app) proveShare(t *term.Terminal, s keyring.Share) (bool, error) {
	// The first group is the same on all sheets, so it proves nothing.
	for range tries {
		n, err := rand.Int(rand.Reader, big.NewInt(keyring.ShareGroupCount-1))
		if err != nil {
			return false, err
		}
		group := int(n.Int64()) + 2
		typed, err := a.readLine(t, term.Line{Prompt: a.text(lang.T("To see that it can be read: type group %d of share %d (Enter = later): ", "確かめます。%[2]d 枚目の %[1]d 番の組を打ってください（Enter=あとで）: "), group, s.Number())})
		if err != nil || strings.TrimSpace(typed) == "" {
			return false, err
		}
		if s.CheckGroup(group, typed) {
			a.tell(t, 2, a.text(lang.T("read correctly", "正しく読めました")))
			return true, nil
		}
		a.tell(t, 2, a.text(lang.T("that is not group %d of share %d; look at the numbers", "%[2]d 枚目の、%[1]d 番の組と違います。番号を見てください"), group, s.Number()))
	}
	return false, nil
}
