package paper

import (
	"crypto/sha256"
	"fmt"
	"time"

	"memovault/internal/lang"
	"memovault/internal/record"
	"memovault/internal/term"
)

// A VaultKey is the recovery key of a vault, as its sheet needs it.
type VaultKey struct {
	Key     string    // as age reads it: AGE-SECRET-KEY-1 and 58 characters
	Groups  []string  // as it is typed: numbered parts with their check letters
	File    string    // the vault's file, without its folder
	Vault   record.ID // of which the first eight digits are printed
	Slot    record.ID // which of the vault's keys it is
	Made    time.Time // the day, in its own time zone
	Program string    // what the program is called here
}

// SheetNumber returns the number of the key's sheet, such as 3C7A-F18E: the first
// 32 bits of the SHA-256 of the vault's id, the slot's id and the day.
func (k VaultKey) SheetNumber() string {
	h := sha256.New()
	h.Write(k.Vault[:])
	h.Write(k.Slot[:])
	fmt.Fprintf(h, "%s recovery key\n", k.Made.Format(time.DateOnly))
	sum := h.Sum(nil)
	return fmt.Sprintf("%X-%X", sum[:2], sum[2:4])
}

// RecoveryKey returns the sheet of a vault's recovery key, in one language. It
// says how to use the key with the program and, for the day when that is gone,
// with the stock age tool.
func RecoveryKey(l lang.Lang, k VaultKey) *Doc {
	b := &sheet{l: l, o: Options{Made: k.Made}}
	b.about(k)
	b.theKey(k)
	b.withProgram(k)
	b.withAge(k)
	b.whereToKeep()
	return b.doc(lang.T("Recovery key of a vault", "金庫の回復キー"), k.SheetNumber(),
		lang.T("SECRET: this opens the whole vault. Never photograph it or put it into a cloud.", "秘密: 金庫を丸ごと開ける鍵です。写真に撮らず、クラウドにも上げないでください。"))
}

func (b *sheet) about(k VaultKey) {
	b.add(Para{b.say(lang.T("This key opens the vault without its passphrase. Nobody can issue a new one.",
		"合言葉を忘れたときに金庫を開ける鍵です。再発行できません。両方なくすと、二度と開きません。"))})
	b.add(Field{Label: b.say(lang.T("vault", "金庫")), Value: term.Sanitize(k.File),
		Note: b.say(lang.T("(vault id %s, key made on %s)", "（金庫の番号 %s、作った日 %s）"), k.Vault.String()[:8], dayOf(k.Made))})
}

func (b *sheet) theKey(k VaultKey) {
	b.add(Heading{Text: b.say(lang.T("The key, to type", "回復キー（打ち込むとき）")),
		Note: b.say(lang.T("%d groups", "%d 組"), len(k.Groups))})
	b.add(Groups{k.Groups})
	b.add(Para{b.say(lang.T("The last letter of each group is its check letter. There are only digits and capitals, but no O, I, B or 1: what looks like O is zero, like I is L, like B is eight.",
		"各組の最後は「確かめの文字」です。O・I・B・1（いち）は使っていません。O に見えたらゼロ、B なら 8 です。"))})
	b.add(QR{Label: b.say(lang.T("The same key, to scan", "同じ回復キー（読み取るとき）")), Text: k.Key,
		Note: b.say(lang.T("This code is the key itself: whoever scans it can open the vault. Use your own device, and an app that neither keeps nor sends what it reads. It gives the line for key.txt below.",
			"このコードは回復キーそのもので、読み取った人は金庫を丸ごと開けられます。自分の機器で、内容を残したり送ったりしないアプリで読み取ってください。下の key.txt の 1 行になります。"))})
}

func (b *sheet) withProgram(k VaultKey) {
	b.add(Para{b.say(lang.T("Type all groups where %s asks for the passphrase. Spaces, hyphens and capitals make no difference; the check letters may be left out, all of them.",
		"%s が合言葉を聞いてきたら、代わりに全部の組を順に打ちます。空白やハイフン、大文字と小文字の違いは気にしなくてかまいません。確かめの文字は、全部打つか、全部省いてください。"), k.Program)})
}

// withAge tells how to get at the records by stock tools alone.
func (b *sheet) withAge(k VaultKey) {
	b.add(Heading{Text: b.say(lang.T("Without the program: by the free tool age", "このプログラムがないとき（無料のソフト age で開ける）"))})
	n := 0
	step := func(t lang.Text) {
		n++
		b.add(Step{n, b.say(t)})
	}
	step(lang.T("Get age 1.0 or newer (age-encryption.org). Unpack the newest backup, a .tar file, in an empty folder:",
		"age（1.0 以降、age-encryption.org）を入手し、控え（.tar）を空のフォルダーに展開します。"))
	b.add(Command{[]string{"tar -xf BACKUP.tar"}})
	step(lang.T("Write the key into a file key.txt, as this one line without spaces:", "回復キーを、次の 1 行のまま、空白を入れずに key.txt というファイルに書きます。"))
	b.add(Command{[]string{k.Key}})
	step(lang.T("Try the slots in turn; what comes out opens the rest. Delete both files then:",
		"slots の中を順に試し、出てきた鍵で残りを開けます。終わったら 2 つの .txt を消してください。"))
	b.add(Command{[]string{"age -d -i key.txt slots/SLOT.age > vault-key.txt", "age -d -i vault-key.txt index.age", "age -d -i vault-key.txt records/RECORD.age"}})
}

func (b *sheet) whereToKeep() {
	b.add(Para{b.say(lang.T("Keep it away from the PC, a second copy with somebody you trust; delete the file.",
		"パソコンから離れた所に置き、もう 1 枚は信頼できる人に預け、元のファイルは消してください。"))})
	b.add(Blanks{[]string{
		b.say(lang.T("kept at", "保管場所")),
		b.say(lang.T("second copy at", "もう 1 枚の場所")),
	}})
}
