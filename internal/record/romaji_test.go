package record

import (
	"strings"
	"testing"

	"memovault/internal/lang"
)

// What a word of romaji finds in kana, and what it must not.
func TestRomaji(t *testing.T) {
	for word, c := range map[string]struct{ found, not string }{
		"sakura":         {"さくら サクラ ｻｸﾗ ひさくらし", "さくろ さらく 桜"},
		"SAKURA":         {"さくら", ""},
		"ｓａｋｕｒａ":         {"さくら", ""},
		"ofisu":          {"オフィス ｵﾌｨｽ おふぃす", "オフイス"},
		"amazon":         {"アマゾン", "アマソン"},
		"nintendo":       {"ニンテンドー にんてんどう", "にんてんで"},
		"tokyo":          {"とうきょう トーキョー ときょ", "とうよう"},
		"toukyou":        {"とうきょう トーキョー", "ときょ"},
		"tookyoo":        {"とうきょう トーキョー", "ときょ"},
		"tōkyō":          {"とうきょう トーキョー", ""},
		"Tôkyô":          {"とうきょう", ""},
		"oosaka":         {"おおさか オーサカ", "おさか"},
		"osaka":          {"おおさか おさか", ""},
		"ohno":           {"おおの オーノ", "おの おほの"},
		"satoh":          {"さとう", "さと"},
		"sato":           {"さとう サトー さと", ""},
		"inoue":          {"いのうえ", "いのえ"},
		"keiko":          {"けいこ ケーコ", "けこ"},
		"keko":           {"けいこ けえこ", ""},
		"yuki":           {"ゆき ゆうき ユーキ", "よき"},
		"yuuki":          {"ゆうき ユーキ", "ゆき"},
		"niigata":        {"にいがた ニーガタ", "にがた"},
		"shinjuku":       {"しんじゅく", "しじゅく"},
		"sinzyuku":       {"しんじゅく", ""},
		"shinichi":       {"しんいち しにち", ""},
		"shin'ichi":      {"しんいち", "しにち"},
		"junya":          {"じゅんや じゅにゃ", ""},
		"onna":           {"おんな", "おな"},
		"honn":           {"ほん", "ほ"},
		"shimbun":        {"しんぶん", "しむぶん"},
		"gamma":          {"がんま", ""},
		"kitte":          {"きって", "きて"},
		"matcha":         {"まっちゃ", "まちゃ"},
		"maccha":         {"まっちゃ", ""},
		"zassi":          {"ざっし", "ざし"},
		"zasshi":         {"ざっし", ""},
		"tizu":           {"ちず ちづ", ""},
		"chidu":          {"ちづ", "ちず"},
		"hanadi":         {"はなぢ", "はなじ"},
		"hanaji":         {"はなじ はなぢ", ""},
		"sa--ba":         {"サーバ さば", "さびあ"},
		"sa-ba-":         {"サーバー さば", "さびあ"},
		"yamada-tarou":   {"やまだたろう やまだーたろう", "やまだ たろう"},
		"fairu":          {"ファイル", "ふあいる"},
		"vaiorin":        {"ヴァイオリン", "バイオリン"},
		"jetto":          {"ジェット", ""},
		"wo-ta-":         {"ウォーター", ""},
		"kawo":           {"かを", "かお"},
		"kao":            {"かお かを", ""},
		"tsu":            {"", "つ"}, // one syllable is everywhere
		"to":             {"", "と とと"},
		"aa":             {"", "ああ"},
		"office":         {"", "おふぃせ おっふぃせ"},
		"zebra":          {"", "ぜぶら"},
		"line":           {"", "りね らいん"},
		"xyz":            {"", "ん"},
		"-sakura":        {"", "さくら"},
		"sakura1":        {"", "さくら"},
		"n'''":           {"", "ん"},
		"hanako@example": {"", "はなこ"},
	} {
		q := NewQuery(word, nil)
		for want, texts := range map[bool]string{true: c.found, false: c.not} {
			for _, text := range strings.Fields(texts) {
				if got := q.Matches(&Record{Notes: "前の" + text + "、後"}, nil); got != want {
					t.Errorf("%s in %s: got %v", word, text, got)
				}
			}
		}
	}
	if !Matches(&Record{Owner: "ヤマダ　ハナコ"}, nil, "hanako yamada") || Matches(&Record{Owner: "ヤマダ"}, nil, "hanako yamada") {
		t.Error("every word of romaji must be found, anywhere")
	}
	r := &Record{}
	r.Set("pin", TypeSecret, "さくら")
	if Matches(r, nil, "sakura") {
		t.Error("a secret is found")
	}
	tpl := officeLike(t)
	if !NewQuery("ofisu", []*Template{tpl}).Matches(&Record{Template: "office"}, tpl) {
		t.Error("the label of the template is not found by romaji")
	}
}

// TestRomajiOfHyphens would not end if each of the hyphens could stand for a ー
// or for nothing.
func TestRomajiOfHyphens(t *testing.T) {
	p := readRomaji("ka" + strings.Repeat("-", maxRomajiLetters-4) + "ki")
	if p.in([]byte("か" + strings.Repeat("ー", maxRomajiLetters/2) + "く")) {
		t.Error("found what is not there")
	}
	if !p.in([]byte("かーき")) {
		t.Error("not found")
	}
}

// Each kana can be written in romaji so that it is found.
func TestRomajiHasEveryKana(t *testing.T) {
	written := map[rune]bool{}
	for _, forms := range syllables() {
		for _, form := range forms {
			for _, r := range form {
				written[r] = true
			}
			if lang.Fold(form) != form {
				t.Errorf("%s is not folded", form)
			}
		}
	}
	for _, r := range "あいうえおかがきぎくぐけげこごさざしじすずせぜそぞただちぢつづてでとどなにぬねのはばぱひびぴふぶぷへべぺほぼぽまみむめもやゆよらりるれろわをんゔ" {
		if !written[r] {
			t.Errorf("%c has no romaji", r)
		}
	}
}

// FuzzRomaji holds that nothing crashes, and that a search never takes long
// over a text that nearly matches in many ways.
func FuzzRomaji(f *testing.F) {
	f.Add("uuuuuuuuuuuuuuuuuuuuuuuu", "うううううううううううううううううううううう")
	f.Add("ooooooooooo-o-o-o-o-oou", "おうおうおうおうおおおおおーおーお")
	f.Add("n'n-nnm'mbtch", "んっ")
	f.Fuzz(func(t *testing.T, word, text string) {
		p := readRomaji(lang.Fold(word))
		if len(p) > maxRomajiLetters || p != nil && len(p) < minRomajiUnits {
			t.Fatalf("%q has %d syllables", word, len(p))
		}
		p.in([]byte(lang.Fold(text)))
	})
}
