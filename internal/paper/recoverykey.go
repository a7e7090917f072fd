package paper

import (
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
	Made    time.Time // the day, in its own time zone
	Program string    // what the program is called here
}

// RecoveryKey returns the sheet of a vault's recovery key, in one language. It
// says how to use the key with the program and, for the day when that is gone,
// with the stock age tool.
func RecoveryKey(l lang.Lang, k VaultKey) *Doc {
	b := &sheet{l: l}
	b.about(k)
	b.theKey(k)
	b.withProgram(k)
	b.withAge(k)
	b.whereToKeep()
	return &Doc{
		Lang:    l,
		Title:   b.say(lang.T("Recovery key of a vault", "金庫の回復キー")),
		Made:    k.Made,
		Warning: b.say(lang.T("SECRET: this opens the whole vault. Never photograph it or put it into a cloud.", "秘密: 金庫を丸ごと開ける鍵です。写真に撮らず、クラウドにも上げないでください。")),
		Blocks:  b.blocks,
	}
}

func (b *sheet) about(k VaultKey) {
	b.add(Para{b.say(lang.T("Whoever forgets the passphrase of the vault opens it with this key. Nobody can issue a new one: without passphrase and key, the vault stays shut for good.",
		"金庫の合言葉（パスフレーズ）を忘れたときに、代わりに金庫を開ける鍵です。再発行はだれにもできません。合言葉とこの鍵の両方をなくすと、金庫は二度と開きません。"))})
	b.add(Field{Label: b.say(lang.T("vault", "金庫")), Value: term.Sanitize(k.File)})
	b.add(Field{Label: b.say(lang.T("vault id", "金庫の番号")), Value: k.Vault.String()[:8]})
	b.add(Field{Label: b.say(lang.T("key made on", "作った日")), Value: dayOf(k.Made)})
}

func (b *sheet) theKey(k VaultKey) {
	b.add(Heading{Text: b.say(lang.T("The key, to type", "回復キー（打ち込むとき）")),
		Note: b.say(lang.T("%d groups", "%d 組"), len(k.Groups))})
	b.add(Groups{k.Groups})
	b.add(Para{b.say(lang.T("The single letter at the end of each group is its check letter. There are digits and capitals only, and none of O, I, B and 1: what looks like O is zero, like I is L, like B is eight.",
		"各組の最後の 1 文字は、打ち間違いに気づくための「確かめの文字」です。数字と大文字だけで、O（オー）・I（アイ）・B（ビー）・1（いち）は使っていません。O に見えたらゼロ、B に見えたら 8 です。"))})
}

func (b *sheet) withProgram(k VaultKey) {
	b.add(Heading{Text: b.say(lang.T("With the program %s", "プログラム %s で使うとき"), k.Program)})
	b.add(Para{b.say(lang.T("Type all groups wherever %s asks for the passphrase. Spaces, hyphens, capital or small letters make no difference, and the check letters may be left out, all of them.",
		"%s が合言葉を聞いてきたら、代わりに全部の組を順に打ってください。空白やハイフンの有無、大文字と小文字の違いは気にしなくてかまいません。確かめの文字は、打つなら全部、省くなら全部省いてください。"), k.Program)})
}

// withAge tells how to get at the records by stock tools alone.
func (b *sheet) withAge(k VaultKey) {
	b.add(Heading{Text: b.say(lang.T("Without the program: by the free tool age", "このプログラムがないとき（無料の道具 age で開ける）"))})
	n := 0
	step := func(t lang.Text) {
		n++
		b.add(Step{n, b.say(t)})
	}
	step(lang.T("Get age, 1.0 or newer (age-encryption.org), and the newest backup of the vault: a file that ends in .tar.",
		"age（1.0 以降、age-encryption.org）と、金庫のいちばん新しい控え（末尾が .tar のファイル）を用意します。"))
	step(lang.T("Open a terminal in an empty folder and unpack the backup there:", "空のフォルダーで端末を開き、控えを展開します。"))
	b.add(Command{[]string{"tar -xf BACKUP.tar"}})
	step(lang.T("Write the key into a file key.txt, as this one line without spaces:", "回復キーを、次の 1 行のまま、空白を入れずに key.txt というファイルに書きます。"))
	b.add(Command{[]string{k.Key}})
	step(lang.T("With it, open the slots one after the other until one opens:", "それで slots の中のファイルを、どれかが開くまで順に試します。"))
	b.add(Command{[]string{"age -d -i key.txt slots/SLOT.age > vault-key.txt"}})
	step(lang.T("What came out opens everything else, the list of records first:", "出てきた鍵で、残りがすべて開きます。まず目次、次に記録です。"))
	b.add(Command{[]string{"age -d -i vault-key.txt index.age", "age -d -i vault-key.txt records/RECORD.age"}})
	step(lang.T("Afterwards delete key.txt and vault-key.txt: they open everything.", "終わったら key.txt と vault-key.txt を消してください。何でも開けてしまう鍵です。"))
}

func (b *sheet) whereToKeep() {
	b.add(Heading{Text: b.say(lang.T("Where to keep it", "しまう場所"))})
	b.add(Para{b.say(lang.T("Not beside the computer: a fire or a thief takes both. Print it twice and keep one at a second place, with somebody you trust. After printing, delete the file it was printed from.",
		"パソコンのそばには置かないでください。火事や泥棒で一緒に失うからです。2 枚印刷し、1 枚は別の場所の、信頼できる人に預けるのがおすすめです。印刷したら、元のファイルは消してください。"))})
	b.add(Blanks{[]string{
		b.say(lang.T("kept at", "保管場所")),
		b.say(lang.T("second copy at", "もう 1 枚の場所")),
	}})
}
