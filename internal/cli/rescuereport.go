package cli

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"memovault/internal/lang"
	"memovault/internal/store"
	"memovault/internal/term"
)

// rescueGuide is what REPORT.txt says of opening what was rescued by stock tools.
// A test runs the commands as they stand in it.
const rescueGuide = `These are the parts of a memovault vault that were whole: files of the age tool
(age-encryption.org, version 1.0 or newer), as encrypted as they were. FOUND.tsv
lists them with the place at which each was found.

  vault-N/slots/*.age        each opens the vault with one key (passphrase, recovery key ...)
  vault-N/index.age          the table of contents
  vault-N/records/*.age      the records, one file each (JSON text)
  vault-N/history/*/*.age    their earlier revisions, by number
  vault-N/attachments/*.age  attached files
  vault-N/former/            what only the state before the last change had
  loose/*-slot-*.age         more that can be a way in
  loose/*.age                the rest: any of the above

With memovault:  vault import FOLDER

Without it: open a terminal in this folder. With the recovery key on paper, put it
into a file key.txt as one line without spaces, AGE-SECRET-KEY-1 first, without the
check letters; an age identity file does, too. Then:

  for f in $(find . -name '*.age' -path '*slot*'); do
    if age -d -i key.txt "$f" > vault-key.txt 2> age.log; then break; fi
  done

With the passphrase, leave out "-i key.txt"; age asks for it. Then in both cases:

  for f in $(find . -name '*.age'); do
    age -d -i vault-key.txt "$f" > "${f%.age}.txt" 2> age.log || rm "${f%.age}.txt"
  done
  find . -name '*.txt' -exec grep -h '^{"schema"' {} + | sort -u > all-records.txt

Of lines with the same "id" the one with the highest "revision" is the newest.
Afterwards delete key.txt and vault-key.txt: they open everything.

----------------------------------------------------------------------

これは memovault の金庫のうち、無事だった部分です。どれも age という道具
（age-encryption.org、1.0 以降）のファイルで、暗号のかかったままです。
どこで見つかったかは FOUND.tsv にあります。

  vault-N/slots/*.age        金庫を開ける鍵穴。鍵（合言葉、回復キーなど）1 つにつき 1 つ
  vault-N/index.age          目次
  vault-N/records/*.age      記録。1 件が 1 ファイル（JSON の文字）
  vault-N/history/*/*.age    前の版（番号順）
  vault-N/attachments/*.age  添付ファイル
  vault-N/former/            最後の変更の前にだけあったもの
  loose/*-slot-*.age         そのほかの、鍵穴かもしれないもの
  loose/*.age                残り（上のどれか）

memovault で戻すには:  vault import フォルダー

memovault なしで開けるには、このフォルダーで端末を開きます。紙の回復キーを空白なしの
1 行で key.txt に書きます（AGE-SECRET-KEY-1 から始め、確かめの文字は入れません）。
age の鍵ファイルでもかまいません。そして、上の 1 つ目のコマンドを打ちます。合言葉で
開けるときは「-i key.txt」を除きます。そのあと、上の 2 つ目のコマンドを打ちます。
"id" が同じ行のうち、"revision" がいちばん大きいものが最新です。
終わったら key.txt と vault-key.txt を消してください。何でも開けてしまう鍵です。
`

// writeRescueReport puts REPORT.txt and the list of what was found beside it.
func (a *app) writeRescueReport(dir string, wrecks []store.Wreck, files []*store.RescuedFile) error {
	err := createFile(filepath.Join(dir, "REPORT.txt"), func(w io.Writer) error {
		rule := strings.Repeat("-", 70)
		_, err := fmt.Fprintf(w, "%s\n%s\n%s\n\n%s\n%s", a.now.Format("2006-01-02 15:04"),
			a.rescueSummary(lang.EN, wrecks, files), a.rescueSummary(lang.JA, wrecks, files), rule, rescueGuide)
		return err
	})
	if err != nil {
		return err
	}
	return createFile(filepath.Join(dir, "FOUND.tsv"), func(w io.Writer) error {
		var b strings.Builder
		b.WriteString("path\tsource\tbyte\tsize\tsha256\tkind\n")
		for _, f := range files {
			fmt.Fprintf(&b, "%s\t%s\t%d\t%d\t%s\t%s\n", f.Path, term.Sanitize(f.Source), f.At, f.Size, f.SHA256, f.Kind)
		}
		_, err := io.WriteString(w, b.String())
		return err
	})
}
