package passphrase

import (
	"math"
	"strings"
	"testing"
)

// TestWhatPeopleChoose is the table of research on Japanese passphrases: what
// other estimators take for strong must not pass here.
func TestWhatPeopleChoose(t *testing.T) {
	for pass, why := range map[string]Why{
		"sakura0401":          Word,
		"Sakura0401!":         Word,
		"nihongo123":          Word,
		"yamada-tarou":        Name,
		"さくらさく":               Word,
		"サクラサク":               Word,
		"ｓａｋｕｒａ０４０１":          Word,
		"mikan-tokei-yama":    Word,
		"Mikan-Tokei-Yama":    Word,
		"mikantokeiyama":      Word,
		"mikan tokei yama":    Word,
		"suzuki ichiro 1973":  Name,
		"tanakahanako":        Name,
		"たなかはなこ":              Name,
		"sinohara":            Name,
		"aishiteru aishiteru": Word,
		"password1234":        CommonPassword,
		"P@ssw0rd!":           CommonPassword,
		"1234567890123":       CommonPassword,
		"1985-04-01":          Date,
		"19850401":            Date,
		"qwertyuiop[]":        Keyboard,
		"1qaz2wsx3edc4rfv":    CommonPassword,
		"p@[]:;lkj":           Keyboard,
		"abcdefghijklmn":      Sequence,
		"aaaaaaaaaaaaaaa":     Repeat,
		"k7#q":                Short,
		"山田太郎":                Short,
		"vault":               UserInput,
		"memovault2026":       UserInput,
		"office-tanaka":       UserInput,
		"":                    Short,
	} {
		v := Judge(pass, []string{"office-tanaka", "hanako"})
		if v.Score >= MinScore {
			t.Errorf("%q passes with %+v", pass, v)
		}
		if v.Why != why {
			t.Errorf("%q: reason %d, want %d (%+v)", pass, v.Why, why, v)
		}
	}
}

func TestWhatPasses(t *testing.T) {
	for pass, score := range map[string]int{
		"mikan tokei yama densha enpitsu sora":            4,
		"kakugo usetsu koyama aida aisatsu mikan noyama":  4,
		"obtuse cradle fifteen plaza gumminess handclasp": 4,
		"correct horse battery staple":                    4,
		"hGt7$kP2zQ4w":                                    4,
		"金庫番の猫は夜中に三回も鳴いた":                                 4,
		"なつのよるにみたながれぼしはあおかった":                             4,
	} {
		if v := Judge(pass, nil); v.Score != score || v.Why != Strong {
			t.Errorf("%q: %+v, want score %d", pass, v, score)
		}
	}
}

func TestVerdictFiguresAgree(t *testing.T) {
	for _, pass := range []string{"", "a", "sakura0401", "correct horse battery staple", strings.Repeat("xQ7", 400)} {
		v := Judge(pass, nil)
		if math.IsNaN(v.Log10) || v.Log10 < 0 || v.Score < 0 || v.Score > 4 {
			t.Errorf("%.20q: %+v", pass, v)
		}
		if diff := v.Bits*math.Log10(2) - v.Log10; math.Abs(diff) > 1e-9 {
			t.Errorf("%.20q: %v bits are not 10^%v", pass, v.Bits, v.Log10)
		}
		if diff := math.Log10(v.Seconds*AttackRate) - v.Log10; math.Abs(diff) > 1e-9 {
			t.Errorf("%.20q: %v seconds for 10^%v guesses", pass, v.Seconds, v.Log10)
		}
	}
}

// TestMoreKnowledgeNeverHelps: telling the attacker something never makes a
// passphrase stronger.
func TestMoreKnowledgeNeverHelps(t *testing.T) {
	for _, pass := range yardstick() {
		without, with := Judge(pass, nil), Judge(pass, []string{"hanako", "office", "tiger", pass[:len(pass)/2]})
		if with.Log10 > without.Log10 {
			t.Errorf("%q: 10^%.2f without, 10^%.2f with", pass, without.Log10, with.Log10)
		}
	}
}

func TestKanaTypedWithoutInputMethod(t *testing.T) {
	// Typing さくら, たなか and がっこう on a Japanese keyboard in letters mode.
	for kana, keys := range map[string]string{"さくら": "xho", "たなか": "qut", "がっこう": "t@zb4"} {
		if got := kanaKeys(kana); got != keys {
			t.Errorf("%s is typed %q, want %q", kana, got, keys)
		}
		if _, ok := japanese()[keys]; !ok {
			t.Errorf("%q is not known", keys)
		}
	}
}

func TestSpellingsOfOneName(t *testing.T) {
	for _, name := range []string{"じゅんいち", "たろう", "ゆうき", "しょうた"} {
		if _, ok := japanese()[name]; !ok && name != "じゅんいち" {
			t.Errorf("%s is missing", name)
		}
	}
	for _, spelt := range []string{"tarou", "taro", "yuuki", "yuki", "shouta", "shota", "syouta", "syota", "huziwara", "fujiwara"} {
		if _, ok := japanese()[spelt]; !ok {
			t.Errorf("%s is missing", spelt)
		}
	}
}

func FuzzJudge(f *testing.F) {
	for _, pass := range []string{"", "sakura0401", "さくら", "aaaa", "1/1/1/1/91", "\xff\xfe", "4@8({[<3691!|0$5+7%2", "a-b-c-d-e"} {
		f.Add(pass)
	}
	f.Fuzz(func(t *testing.T, pass string) {
		v := Judge(pass, nil)
		if math.IsNaN(v.Log10) || v.Log10 < 0 || v.Score < 0 || v.Score > 4 || (v.Why == Strong) != (v.Score >= MinScore) {
			t.Errorf("%q: %+v", pass, v)
		}
	})
}
