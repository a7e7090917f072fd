package paper

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"testing"

	"memovault/internal/lang"
	"memovault/internal/page"
)

// photo is a picture of a slope of greys.
func photo(t testing.TB, w, h int) []byte {
	t.Helper()
	m := image.NewGray(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			m.SetGray(x, y, color.Gray{Y: uint8(60 + 180*x/w - 40*y/h)})
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// everything is a sheet with each kind of block. Its labels are short enough
// for one line, so that a plain text keeps the order of its parts.
func everything(t testing.TB, l lang.Lang) *Doc {
	say := func(en, ja string) string { return lang.T(en, ja).In(l) }
	return &Doc{Lang: l, Title: say("Account recovery sheet", "アカウント復旧用紙"), Subtitle: say("for Hanako Yamada", "山田 花子 様"),
		Made: day, Sheet: "3C7A-F18E", Mark: "memovault:sheet:3C7A-F18E",
		Warning: say("SECRET: keep this locked away. Never photograph it.", "秘密: 鍵のかかる所にしまい、写真に撮らないでください。"),
		Foot:    say("Shred this sheet when a newer one is printed.", "新しい用紙を印刷したら、この紙は裁断してください。"),
		Blocks: []Block{
			Heading{Text: say("sample-office", "サンプルオフィス 2026"), Note: say("Microsoft Office, rev 3", "ソフトウェア・第 3 版"), Number: 1},
			Field{Label: say("product key", "プロダクトキー"), Value: "BCDFG-HJKMP-QRTVW-XY234-6789N", Style: Exact, Check: "Q3"},
			Field{Label: say("registered to", "登録名義"), Value: "髙橋 﨑子（𠮷野家気付・渡邉様方）"},
			Field{Label: say("old mail", "前のメール"), Value: "taro.yamada+office@example.jp", Style: Exact, Struck: true, Note: say("until 2025-03", "2025年3月まで")},
			Field{Label: say("hint", "ヒント"), Style: Blank, Note: say("(not printed)", "（印刷していません）")},
			Field{Label: say("password", "パスワード"), Value: "  two  spaces", Style: Exact, Check: "JK", Note: say("(holds 4 spaces)", "（空白が 4 個あります）")},
			Field{Label: say("notes", "メモ"), Value: say("The receipt lies in the drawer.\n\nThe key works once only <& never \"again\">.", "レシートは机の引き出しの中。\n\n「葛󠄀城」の葛󠄀は異体字。ﾊﾝｶｸも①㈱も <& > も。")},
			Heading{Text: "Example Mail", Note: say("mailbox, rev 1", "メール・第 1 版"), Number: 2},
			Field{Label: say("phone", "電話"), Value: "090-0000-0000", Note: say("as of 2025", "2025年時点")},
			Codes{Label: say("codes", "復旧コード"), List: []Code{{"f3k9-0o1l", "E3", ""}, {"7zqx-I1l0", "HH", ""}, {"x9t7-rnm0", "GF", "2025-11-02"},
				{"m4p2-8B8b", "LR", ""}, {"uvVv-wW0O", "RV", say("used", "使用済み")}, {"k1K1-iIjJ", "AM", ""}}},
			Codes{Label: say("long codes", "長いコード"), List: []Code{{"ABCD EFGH JK34 679L MNPQ RTUV WXYA BCDE FGHJ K346 79LM NPQR", "AQ", "2025-11-02"}}},
			Heading{Text: say("Home Wi-Fi", "自宅 Wi-Fi"), Number: 3},
			QR{Label: "yamada-5G", Text: "WIFI:T:WPA;S:yamada-5G;P:correct horse battery staple;;", Note: say("Point a phone at it to join.", "カメラを向けると Wi-Fi につながります。")},
			Picture{Label: "card.jpg", JPEG: photo(t, 300, 180), W: 300, H: 180},
			PageBreak{},
			Heading{Text: say("Before you move house", "引っ越す前に")},
			Para{say("Do these things before the old contract ends.", "これらは、今の契約が終わる前に済ませてください。")},
			Tick{say("Register the new telephone number.", "新しい電話番号を登録する。"), say("in the account, Security", "アカウントの「セキュリティ」")},
			Tick{say("Print this sheet anew.", "この用紙を印刷し直す。"), ""},
			Step{1, say("Unpack the backup:", "控えを展開します。")},
			Command{[]string{"tar -xf BACKUP.tar", "age -d -i key.txt slots/SLOT.age > vault-key.txt"}},
			Step{2, say("Delete the key.", "鍵を消します。")},
			Callout{say("Never by telephone", "電話では教えない"), say("Nobody who is honest asks for it. Hang up.", "中身を尋ねる人は、まともな相手ではありません。")},
			Table{[]string{say("account", "アカウント"), say("where", "場所"), say("who", "知っている人")},
				[][]string{{"office-hanako", say("safe, upper shelf", "金庫の上の段"), "山田 花子"}, {"mailbox", say("desk", "机"), "山田 太郎"}, {"bank"}}},
			Groups{[]string{"QPZRY9-Q", "X8GF2T-Q", "VDW0S3-Q", "JN54KH-Q", "CE6MUA-Q", "7LQPZR-Q", "Y9X8GF-Q", "2TVDW0-Q", "S3JN54-Q", "KHCE-Q"}},
			Field{Label: say("product key", "プロダクトキー"), Style: Blank, Boxes: 25, Group: 5, Note: say("five by five", "5 文字ずつ")},
			Field{Label: say("notes", "メモ"), Style: Blank, Lines: 3},
			Legend{Title: say("How to read keys and codes", "キーやコードの読み方"), Alike: [][]Glyph{
				{{"0", say("zero", "ゼロ")}, {"O", say("capital o", "大文字のオー")}, {"o", say("small o", "小文字のオー")}},
				{{"1", say("one", "数字の一")}, {"l", say("small L", "小文字のエル")}, {"I", say("capital i", "大文字のアイ")}}},
				Notes: []string{say("The two letters behind a key are its check letters.", "右の 2 文字は「確かめの文字」です。")}},
			Room{say("notes by hand", "書き込み欄"), 3},
			Blanks{[]string{say("kept at", "保管場所"), say("last checked", "確かめた日"), say("checked by", "確かめた人")}},
		}}
}

// formats are the papers and types that sheets are set in.
var formats = []Format{{Size: page.A4}, {Size: page.Letter}, {Size: page.A4, Large: true}, {Size: page.Letter, Large: true}}
