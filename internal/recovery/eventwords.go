package recovery

import (
	"slices"
	"strings"
	"unicode"

	"memovault/internal/lang"
)

// An eventSaying is how one says in Japanese that an event of a kind happens.
// All is folded: katakana stands as hiragana. What follows a stem may be any
// ending in hiragana.
type eventSaying struct {
	word  string   // the short one, which is shown
	alone []string // stems that say it by themselves
	of    []string // things, with one of befall behind them
	// befall are the stems of what happens to the things.
	befall []string
}

// eventSayings are the Japanese words of each kind, beside its label.
var eventSayings = map[EventKind]eventSaying{
	PhoneLost: {word: "携帯紛失", of: []string{"携帯", "携帯電話", "電話", "すまほ", "すまーとふぉん", "けいたい", "けーたい", "でんわ", "あいふぉん", "iphone"},
		befall: []string{"紛失", "ふんしつ", "なく", "盗", "ぬすま", "落と", "おとし", "とられ", "取られ", "壊", "こわれ", "故障", "水没"}},
	PCDies: {word: "パソコン故障", of: []string{"ぱそこん", "pc", "ぴーしー", "のーとぱそこん", "こんぴゅーたー", "こんぴゅーた"},
		befall: []string{"故障", "こしょう", "壊", "こわれ", "なく", "紛失", "動かな"}},
	NumberChanged: {word: "番号変更", of: []string{"番号", "電話番号", "携帯番号", "携帯の番号", "ばんごう", "でんわばんごう"},
		befall: []string{"変更", "変わ", "変え", "へんこう", "かわ", "なくな", "解約"}},
	CarrierLeft: {word: "解約", alone: []string{"解約", "かいやく", "乗り換え", "乗換", "のりかえ", "mnp"},
		of:     []string{"携帯", "携帯電話", "携帯会社", "携帯電話会社", "電話会社", "けいたい", "すまほ", "きゃりあ", "回線"},
		befall: []string{"解約", "かいやく", "乗り換え", "乗換", "のりかえ", "変え", "かえ", "変わ"}},
	MoveHouse: {word: "引っ越し", alone: []string{"引っ越", "引越", "引っこ", "ひっこし", "ひっこす", "ひっこした", "転居", "てんきょ"}},
	Fire: {word: "火事", alone: []string{"火事", "かじ", "火災", "かさい", "家が焼け", "家が燃え"}, of: []string{"自宅", "家", "うち"},
		befall: []string{"火事", "火災", "かじ", "焼け", "燃え", "全焼"}},
	WalletStolen: {word: "財布", alone: []string{"財布", "さいふ"}, of: []string{"財布", "さいふ"},
		befall: []string{"盗", "ぬすま", "紛失", "ふんしつ", "なく", "落と", "おとし", "とられ", "取られ", "すられ"}},
	ForgotPasswords: {word: "全部忘れる", alone: []string{"忘れ", "わすれ", "全部忘れ", "すべて忘れ", "全て忘れ", "ぜんぶわすれ", "物忘れ"}, of: []string{"ぱすわーど", "暗証番号", "合言葉"},
		befall: []string{"忘れ", "わすれ", "をすべて忘れ", "を全部忘れ", "を全て忘れ"}},
	JobLeft: {word: "退職", alone: []string{"退職", "たいしょく", "転職", "てんしょく", "定年"}, of: []string{"会社", "仕事", "勤め先", "職場"}, befall: []string{"辞め", "やめ", "退職", "変わ"}},
	SchoolLeft: {word: "卒業", alone: []string{"卒業", "そつぎょう", "退学", "たいがく", "中退"}, of: []string{"学校", "大学", "高校"},
		befall: []string{"卒業", "退学", "中退", "辞め", "やめ", "出る", "出た"}},
	ProviderCloses: {word: "サービス終了", of: []string{"さーびす", "めーる", "めーるさーびす", "ぷろばいだー", "ぷろばいだ"},
		befall: []string{"終了", "しゅうりょう", "終わ", "おわ", "廃止", "なくな", "閉鎖"}},
	DomainLapses: {word: "ドメイン失効", of: []string{"どめいん", "独自どめいん", "どめいんの期限", "どめいん期限"},
		befall: []string{"失効", "しっこう", "期限切れ", "切れ", "きれ", "なくな", "更新を忘れ", "更新忘れ"}},
	OwnerDies: {word: "本人が亡くなる", alone: []string{"亡くな", "死亡", "しぼう", "死ぬ", "死んだ", "死んで", "相続"}, of: []string{"本人", "持ち主", "自分", "わたし", "私", "ほんにん"},
		befall: []string{"亡くな", "なくな", "死亡", "死ぬ", "死んだ", "死んで", "死後"}},
	Lose: {word: "なくす", alone: []string{"なくす", "なくした", "紛失", "ふんしつ", "失う", "失った"}},
}

// Word returns the short Japanese word of the kind, by which Find knows it too.
func (k EventKind) Word() string { return eventSayings[k].word }

// KindOf returns the kind that a word names: its English name, its label or
// what one says for it in Japanese. Case, width, spaces and kind of kana make
// no difference.
func KindOf(word string) (EventKind, bool) {
	kind := EventKind(lang.FoldCode(strings.TrimSpace(strings.ToLower(word))))
	if slices.Contains(EventKinds, kind) {
		return kind, true
	}
	said := squeeze(word)
	if said == "" {
		return "", false
	}
	for _, k := range EventKinds {
		if label := k.Label(); said == squeeze(k.Word()) || said == squeeze(label.JA) || said == squeeze(label.EN) || eventSayings[k].is(said) {
			return k, true
		}
	}
	return "", false
}

// squeeze folds what is typed, without its spaces and with one spelling of what
// is written with several characters.
func squeeze(s string) string {
	return oneSpelling.Replace(strings.ReplaceAll(lang.Fold(s), " ", ""))
}

var oneSpelling = strings.NewReplacer("無く", "なく", "失く", "なく", "毀れ", "壊れ", "こわれ", "壊れ")

// is reports whether something squeezed says that the event happens.
func (e eventSaying) is(said string) bool {
	for _, stem := range e.alone {
		if ending, ok := strings.CutPrefix(said, stem); ok && isEnding(stem, ending) {
			return true
		}
	}
	for _, thing := range e.of {
		behind, ok := strings.CutPrefix(said, thing)
		if !ok {
			continue
		}
		for _, stem := range e.befall {
			for _, joint := range joints {
				if ending, ok := strings.CutPrefix(behind, joint+stem); ok && isEnding(thing+stem, ending) {
					return true
				}
			}
		}
	}
	return false
}

// joints stand between a thing and what befalls it.
var joints = []string{"", "を", "が", "の", "は", "も", "と"}

// longestEnding is how many characters the ending of a word may have, as in
// 引っ越したとしたら.
const longestEnding = 8

// isEnding reports whether the rest of a word behind the stem is no more than
// an ending: the stem of 火災保険 is not 火災. A short stem in kana has none,
// since other words begin like it.
func isEnding(stem, rest string) bool {
	kana := func(r rune) bool { return unicode.Is(unicode.Hiragana, r) }
	other := func(r rune) bool { return !kana(r) }
	if rest == "" {
		return true
	}
	return len([]rune(rest)) <= longestEnding && !strings.ContainsFunc(rest, other) && (strings.ContainsFunc(stem, other) || len([]rune(stem)) > 3)
}

// near reports whether something squeezed speaks of the same things or of the
// same happening as the saying.
func (e eventSaying) near(said string) bool {
	within := func(word string) bool {
		return len([]rune(word)) > 1 && (strings.Contains(said, word) || strings.Contains(word, said) && len([]rune(said)) > 1)
	}
	return slices.ContainsFunc(slices.Concat(e.alone, e.of), within) || within(squeeze(e.word))
}
