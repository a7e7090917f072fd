package paper

import (
	"crypto/sha256"
	"fmt"
	"time"

	"memovault/internal/lang"
	"memovault/internal/record"
	"memovault/internal/term"
)

// A VaultShare is one of the shares into which a key of a vault was split, as its
// sheet needs it.
type VaultShare struct {
	Share   string   // on one line: MEMOVAULT-SHARE-1 and 66 characters
	Groups  []string // as it is typed: numbered parts with their check letters
	Number  int      // which of the shares it is, from 1
	Need    int      // how many are needed
	Count   int      // how many there are
	Holders []string // who has each of them, in order of their numbers; "" where nobody said
	File    string   // the vault's file, without its folder
	Vault   record.ID
	Slot    record.ID // the slot that the shares open
	Made    time.Time // the day, in its own time zone
	Program string    // what the program is called here
}

// Share returns the sheet of one share, in one language. It is written for
// somebody who has never seen the program: what this is, what to do with it now
// and when the time has come, and the way without the program.
func Share(l lang.Lang, s VaultShare) *Doc {
	b := &sheet{l: l}
	b.whatItIs(s)
	b.untilThen()
	b.whenTheTimeHasCome(s)
	b.theShare(s)
	number := s.SheetNumber()
	return &Doc{
		Lang:     l,
		Title:    b.say(lang.T("Share %d of %d: together a key", "分け札（%d 枚目、全部で %d 枚）"), s.Number, s.Count),
		Subtitle: b.whose(s),
		Made:     s.Made, Sheet: number, Mark: markPrefix + number,
		Warning: b.say(lang.T("KEEP SAFE: with %d more of these sheets it opens everything. No photographs.", "大切: ほかの %d 枚とそろうと、金庫が丸ごと開きます。写真に撮らないでください。"), s.Need-1),
		Blocks:  b.blocks,
	}
}

// SheetNumber returns the number of the share's sheet, such as 3C7A-F18E: the first
// 32 bits of a SHA-256 of the slot's id and the share's number, which the share tells
// anyway.
func (s VaultShare) SheetNumber() string {
	sum := sha256.Sum256(fmt.Appendf(s.Slot[:], " share %d", s.Number))
	return fmt.Sprintf("%X-%X", sum[:2], sum[2:4])
}

func (b *sheet) whatItIs(s VaultShare) {
	b.para(lang.T(`Somebody you know keeps what it takes to get into mail, bank, telephone and other accounts in an encrypted file, the "vault". This sheet is one of %d, any %d of which together open it. One alone opens nothing.`,
		"お知り合いの方が、メール・銀行・電話・写真などのアカウントに入るために要るものを、暗号化したファイル（「金庫」）にまとめています。この紙は、それを開けるための %d 枚のうちの 1 枚です。どれでも %d 枚そろうと開きます。1 枚だけでは何も開かず、何も分かりません。"), s.Count, s.Need)
	b.add(Field{Label: b.say(lang.T("vault", "金庫")), Value: term.Sanitize(s.File),
		Note: b.say(lang.T("(vault id %s, sheets made on %s)", "（金庫の番号 %s、作った日 %s）"), s.Vault.String()[:8], dayOf(s.Made))})
	var others []string
	for i, holder := range s.Holders {
		if holder != "" && i+1 != s.Number {
			others = append(others, b.say(lang.T("%d: %s", "%d 枚目は %s"), i+1, holder))
		}
	}
	b.field(lang.T("the others have", "ほかの紙を持つ人"), b.comma(others))
}

// whose says for whom the sheet is, or what for where nobody said.
func (b *sheet) whose(s VaultShare) string {
	if s.Number <= len(s.Holders) && s.Holders[s.Number-1] != "" {
		return b.say(lang.T("for %s", "この紙を持つ人: %s"), term.Sanitize(s.Holders[s.Number-1]))
	}
	return b.say(lang.T("for the family, for the day when it is needed", "いざというときに、ご家族が金庫を開けるための紙です"))
}

func (b *sheet) untilThen() {
	b.para(lang.T("For now only keep it, where papers that matter are kept, and show it to nobody. If it is lost, say so: new sheets are made then, and this one opens nothing any more.",
		"今は、大切な書類と一緒にしまっておくだけです。ほかの紙を持つ人にも見せないでください。なくしたら、渡してくれた人に知らせてください。作り直せば、なくした紙では開かなくなります。"))
}

func (b *sheet) whenTheTimeHasCome(s VaultShare) {
	b.heading(lang.T("When the time has come", "そのときが来たら"))
	n := 0
	step := func(t lang.Text, args ...any) {
		n++
		b.add(Step{n, b.say(t, args...)})
	}
	step(lang.T("Bring %d sheets of the same vault and day together, and the vault: the file named above, a backup of it, or a paper backup (pages full of square codes). Somebody may help; keep hold of the sheets.",
		"金庫の番号と作った日が同じ紙を %d 枚と、金庫（上の名前のファイル、その控え、四角い模様が並んだ「紙の控え」のどれか）をそろえます。手伝ってもらっても、紙は預けないでください。"), s.Need)
	step(lang.T("Start the program: %s list, or for a paper backup %s restore and the names of its photographs. Where it asks for the passphrase, type the groups of this sheet. It then asks for the next sheet.",
		"プログラムを動かします（%s list。紙の控えなら %s restore と、その写真のファイル名）。合言葉を聞かれたら、この紙の 11 組を打ちます。続けて次の紙を聞かれます。"), s.Program, s.Program)
	step(lang.T(`Without the program: a few lines of Python and the free tool age (age-encryption.org) do. They stand in its docs/format.md, under "Shares", and in the README of each backup.`,
		"プログラムがないときは、Python の短い手順と無料のソフト age（age-encryption.org）で開けます。手順は docs/format.md の「Shares」と、控えの中の README にあります。"))
}

func (b *sheet) theShare(s VaultShare) {
	b.add(Heading{Text: b.say(lang.T("The share, to type", "分け札（打ち込むとき）")),
		Note: b.say(lang.T("%d groups", "%d 組"), len(s.Groups))})
	b.add(Groups{s.Groups})
	b.para(lang.T("The last letter of each group is its check letter. There is no O, I, B or 1 (but 0, L, 8).",
		"各組の最後の 1 文字は「確かめの文字」です。O・I・B・1 は使っていません（0・L・8 です）。"))
	b.add(QR{Label: b.say(lang.T("To scan", "読み取るとき")), Text: s.Share,
		Note: b.say(lang.T("A line from MEMOVAULT-SHARE-1 on, to paste in the place of the groups. Use an app that neither keeps nor sends what it reads.",
			"MEMOVAULT-SHARE-1 で始まる 1 行になり、11 組の代わりに使えます。内容を残したり送ったりしないアプリで読み取ってください。"))})
}
