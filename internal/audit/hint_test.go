package audit

import "testing"

func TestLeakOf(t *testing.T) {
	for _, c := range []struct {
		hint, password string
		want           leak
	}{
		{"Sakura1965", "sakura1965", leaksAll},
		{"it is sakura-1965 of course", "Sakura1965", leaksAll},
		{"ｓａｋｕｒａ１９６５", "sakura1965", leaksAll},
		{"パスはさくら1965だよ", "さくら1965", leaksAll},
		{"5691arukas", "Sakura1965", leaksDisguised},
		{"s4kur4 1965", "Sakura1965", leaksDisguised},
		{"さくら1965", "Sakura1965", leaksDisguised},
		{"サクラ1965", "5akura1965", leaksDisguised},
		{"sakura1956", "Sakura1965", leaksNearly},
		{"sakura196", "Sakura1965!", leaksNearly},
		{"sakura", "Sakura1965!", leaksPart},
		{"sakura", "SakuraNoHana77", leaksPart},
		{"桜", "Sakura1965", leaksNothing},
		{"春の花と娘の生まれた年", "Sakura1965", leaksNothing},
		{"grandmother's favourite flower, and the year of the wedding", "Sakura1965", leaksNothing},
		{"最初の職場の上司のあだ名", "tanuki#88", leaksNothing},
		{"abc", "x", leaksNothing},
		{"", "Sakura1965", leaksNothing},
		{"Sakura1965", "", leaksNothing},
		{"1234", "1234", leaksAll},
		{"the number of the first flat", "1234", leaksNothing},
	} {
		if got := leakOf(c.hint, c.password, 4); got != c.want {
			t.Errorf("leakOf(%q, %q) = %d, want %d", c.hint, c.password, got, c.want)
		}
	}
	if leakOf("cat99", "cat-and-the-hat", 4) != leaksNothing || leakOf("cat99", "cat-and-the-hat", 3) != leaksPart {
		t.Error("a hint that the service shows is not judged more strictly")
	}
}

func TestLooksLikePassword(t *testing.T) {
	for hint, want := range map[string]bool{
		"Sakura1965": true, "hanako-1951!": true, "Ｔａｎｕｋｉ８８８": true, "correctHorse#": true,
		"password is tiger77": true, "パスワードは tiger77": true, "暗証番号：1951": true,
		"dog": false, "first dog and the year": false, "犬の名前と年": false, "hanako@example.jp": false,
		"https://example.jp/a1": false, "iPhone12": true, "19510401": false, "notebook, page 12": false,
		"手帳の12ページ": false, "パスワードは手帳": false, "the password is in the blue book": false,
	} {
		if got := looksLikePassword(hint); got != want {
			t.Errorf("looksLikePassword(%q) = %v", hint, got)
		}
	}
}

func TestSaysSame(t *testing.T) {
	for hint, want := range map[string]bool{
		"same as the bank": true, "the usual": true, "usual password": true, "My usual one.": true, "same": true, "as always": true,
		"いつもの": true, "いつものパスワード": true, "いつもの番号です": true, "銀行と同じ": true, "同じ": true, "同じパスワード": true, "使い回し": true, "いつも通り": true,
		"ｲﾂﾓﾉ": true, "イツモノパスワード": true, "ＳＡＭＥ": true,
		"いつもの店の犬の名前": false, "同じ駅で降りた先生": false, "the same-day delivery song": false, "the usual suspects, who?": false,
		"teacher at school": false, "": false,
	} {
		if got := saysSame(hint); got != want {
			t.Errorf("saysSame(%q) = %v", hint, got)
		}
	}
}

func TestIsVague(t *testing.T) {
	for hint, want := range map[string]bool{
		"password": true, "Password!": true, "パスワード": true, "ﾊﾟｽﾜｰﾄﾞ": true, "ひみつ": true, "x": true, "?": true, "例のあれ": true, "you know it": true,
		"dog": false, "犬": true, "小学校": false, "the cat, and a year": false, "猫と、ある年": false,
	} {
		if got := isVague(hint); got != want {
			t.Errorf("isVague(%q) = %v", hint, got)
		}
	}
}

func TestNamesPublicFact(t *testing.T) {
	var facts []string
	for _, fact := range append([]string{"山田 花子", "山田", "花子", "ヤマダ", "hanako.yamada", "09000001234", "1234"}, birthForms("1951-04-01")...) {
		facts = append(facts, factForms(fact)...)
	}
	for _, c := range []struct {
		hint            string
		private, public bool // kept in the vault, shown by the service
	}{
		{"生年月日", true, true},
		{"my birthday", true, true},
		{"1951-04-01", true, true},
		{"ＨＡＮＡＫＯ．ＹＡＭＡＤＡ", true, true},
		{"花子1951", true, true},
		{"090-0000-1234", true, true},
		{"花子の飼っていた犬", false, true},
		{"the year 1951 and a river", false, true},
		{"犬の誕生日と川の名前", false, false},
		{"the first teacher", false, false},
	} {
		if got := namesPublicFact(squash(c.hint, maxHint), facts, false); got != c.private {
			t.Errorf("namesPublicFact(%q) = %v", c.hint, got)
		}
		if got := namesPublicFact(squash(c.hint, maxHint), facts, true); got != c.public {
			t.Errorf("namesPublicFact(%q), shown by the service, = %v", c.hint, got)
		}
	}
}
