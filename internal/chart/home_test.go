package chart

import (
	"fmt"
	"math/rand/v2"
	"time"

	"memovault/internal/lang"
)

var day = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

// need, one and way write maps as short as they are read.
func needs(ids ...string) (list []Need) {
	for _, id := range ids {
		list = append(list, Need{Box: id})
	}
	return list
}

func choice(n int, ids ...string) (list []Need) {
	for _, id := range ids {
		list = append(list, Need{Box: id, Choice: n})
	}
	return list
}

func join(lists ...[]Need) (all []Need) {
	for _, l := range lists {
		all = append(all, l...)
	}
	return all
}

// home is a household with five accounts.
func home(l lang.Lang) *Map {
	say := func(en, ja string) string { return lang.T(en, ja).In(l) }
	pw := say("password", "パスワード")
	code := say("password and a code by text message", "パスワードと SMS の確認コード")
	mail := say("reset by mail", "メールで再設定")
	form := say("recovery form", "回復の申し込み")
	return &Map{Lang: l, Owner: say("Hanako Yamada", "山田 花子"), Made: day, Boxes: []*Box{
		{ID: "pc", Kind: Computer, Name: say("the PC in the living room", "居間のパソコン"), Note: say("living room", "居間")},
		{ID: "phone", Kind: Device, Name: say("hanako-phone", "花子のスマホ"), Note: "Pixel 9", Locks: []string{say("bank", "銀行")}},
		{ID: "note", Kind: Paper, Name: say("the blue file", "青いファイル"), Note: say("desk drawer", "机の引き出し"), Locks: []string{"office"}},
		{ID: "mind", Kind: Memory, Name: say("what Hanako remembers", "花子さんの記憶"), Note: say("3 passwords", "パスワード 3 個")},
		{ID: "isp", Kind: Contract, Name: say("the internet contract", "光回線の契約"), Note: "Sample Net", Asks: []string{"microsoft"}},
		{ID: "taro", Kind: Person, Name: say("Taro", "太郎"), Note: "taro@webmail.example.net"},
		{ID: "nophone", Kind: Number, Name: say("a phone number", "電話番号"), Note: say("not noted: microsoft", "記録なし: microsoft"), Unknown: true},
		{ID: "vault", Kind: Vault, Name: say("this vault", "この金庫"), Ways: []Way{
			{Label: say("passphrase at the PC", "パソコンで合言葉を打つ"), Needs: needs("pc", "mind")},
			{Label: say("recovery key on paper", "紙の回復キー"), Needs: needs("pc", "note")}}},
		{ID: "isp-mail", Kind: Mailbox, Name: "mailbox", Note: "hanako.yamada@isp.example.jp", Ways: []Way{
			{Label: pw, Needs: needs("isp", "note")}}},
		{ID: "webmail", Kind: Account, Name: "webmail", Note: "hanako.yamada@webmail.example.com", Importance: 3, Ways: []Way{
			{Label: pw, Needs: needs("mind")}, {Label: mail, Needs: needs("taro")}, {Label: code, Needs: needs("vault", "sms")}}},
		{ID: "sms", Kind: Number, Name: "090-0000-0000", Note: say("text messages", "SMS"), Ways: []Way{
			{Label: say("on the phone", "スマホで受け取る"), Needs: needs("phone")},
			{Label: say("new SIM at the shop", "店で SIM を作り直す"), Asks: true, Needs: needs("taro")}}},
		{ID: "microsoft", Kind: Account, Name: "microsoft", Note: say("Hanako's account", "花子さんのアカウント"), Importance: 3, Ways: []Way{
			{Label: pw, Needs: needs("vault")}, {Label: mail, Needs: choice(1, "isp-mail", "webmail")},
			{Label: code, Needs: join(needs("vault"), choice(1, "sms", "isp-mail"), choice(2, "pc", "phone"))},
			{Label: form, Asks: true, Needs: needs("webmail")}, {Label: code, Needs: needs("nophone")}}},
		{ID: "office", Kind: Account, Name: "office", Note: "Office Home & Business <Premium>", Importance: 2, Ways: []Way{
			{Label: say("product key and the account", "プロダクトキーとアカウント"), Needs: needs("note", "pc")}}},
		{ID: "bank", Kind: Account, Name: say("bank", "銀行"), Note: say("Sample Bank", "サンプル銀行"), Importance: 3, State: Asking, Ways: []Way{
			{Label: say("password and the app", "パスワードとアプリ"), Needs: needs("vault", "phone")},
			{Label: say("at the counter", "窓口で本人確認"), Asks: true, Needs: needs("phone")}}},
		{ID: "line", Kind: Account, Name: "line", Note: "LINE", Importance: 1, State: Locked, Ways: []Way{
			{Label: code, Broken: true, Needs: needs("isp-mail")}, {Label: pw, Broken: true, Needs: needs("mind", "sms")}}},
	}}
}

// crowd is an invented household of n accounts, the same each time.
func crowd(l lang.Lang, n int) *Map {
	r := rand.New(rand.NewPCG(uint64(n), 7))
	m := &Map{Lang: l, Made: day}
	say := func(en, ja string) string { return lang.T(en, ja).In(l) }
	things := []struct {
		kind     Kind
		name, ja string
	}{{Device, "phone", "スマホ"}, {Device, "notebook", "ノートパソコン"}, {Paper, "notebook in the drawer", "引き出しの手帳"}, {Memory, "what one remembers", "おぼえていること"},
		{Contract, "internet contract", "光回線の契約"}, {Person, "Taro", "太郎"}, {Paper, "sheet 3C7A-F18E", "用紙 3C7A-F18E"}, {Thing, "bank card", "キャッシュカード"}}
	var losable, opening []string
	for i := range 8 + n/6 {
		t := things[i%len(things)]
		b := &Box{ID: fmt.Sprint("thing", i), Kind: t.kind, Name: fmt.Sprintf("%s %d", say(t.name, t.ja), i), Note: say("in the living room", "居間"), Unknown: i%7 == 6}
		if i%5 == 1 {
			b.Locks = []string{"office", "bank"}
		}
		losable = append(losable, b.ID)
		m.Boxes = append(m.Boxes, b)
	}
	pick := func(from []string, most int) (list []Need) {
		for range 1 + r.IntN(most) {
			list = append(list, Need{Box: from[r.IntN(len(from))], Choice: max(0, r.IntN(4)-1)})
		}
		return list
	}
	for i := range min(n, 3+n/20) {
		b := &Box{ID: fmt.Sprint("mail", i), Kind: []Kind{Mailbox, Number, Account}[i%3], Name: fmt.Sprintf("hanako%d@mail.example.jp", i)}
		for range 1 + r.IntN(4) {
			b.Ways = append(b.Ways, Way{Label: say("password and a code", "パスワードと確認コード"), Needs: pick(losable[:8], 2)})
		}
		if i > 0 {
			b.Ways = append(b.Ways, Way{Label: say("reset by mail", "メールで再設定"), Needs: pick(opening, 1)})
		}
		opening = append(opening, b.ID)
		m.Boxes = append(m.Boxes, b)
	}
	for i := range n {
		b := &Box{ID: fmt.Sprint("account", i), Kind: Account, Name: fmt.Sprintf("service-%03d", i), Note: say("Sample service", "サンプルのサービス"), Importance: i % 4, State: State(r.IntN(12) / 8 * r.IntN(4)), Group: []string{"", "花子", "太郎"}[i*3/n]}
		for range 1 + r.IntN(5) {
			b.Ways = append(b.Ways, Way{Label: say("password and a code by text message", "パスワードと SMS の確認コード"), Asks: r.IntN(5) == 0, Broken: r.IntN(9) == 0,
				Needs: join(pick(losable, 2), pick(opening, 2))})
		}
		m.Boxes = append(m.Boxes, b)
	}
	return m
}
