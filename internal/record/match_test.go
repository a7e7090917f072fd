package record

import (
	"fmt"
	"strings"
	"testing"

	"memovault/internal/lang"
)

// officeLike is a template of the test, so that the shipped ones can change.
func officeLike(t testing.TB) *Template {
	t.Helper()
	tpl, err := ParseTemplate("office", []byte(`{"order":1,"label":{"en":"Microsoft Office","ja":"オフィス"},"help":{"en":"h","ja":"は"},
		"fields":[{"key":"pin","type":"secret","label":{"en":"PIN","ja":"暗証番号"},"help":{"en":"h","ja":"は"}}]}`))
	if err != nil {
		t.Fatal(err)
	}
	return tpl
}

func searched() *Record {
	r := sample()
	r.Template = "office"
	r.Notes = "前の住所は\nさいたま市。C:\\Users に \"控え\" あり"
	r.Kept = map[string]string{"hint": "paper:机の引き出し"}
	r.Ways = []Way{{ID: "lent-phone", Label: Wording{lang.Text{EN: "隣の電話", JA: "隣の電話"}}, Needs: []Need{{Any: []string{"record:姉", "paper:仏壇"}}}}}
	r.Attempts = []Attempt{{Note: "窓口で断られた"}}
	r.Attachments = []Attachment{{Name: "ﾚｼｰﾄ.jpg"}}
	r.Set("product_key", TypeProductKey, "AAAAA-BBBBB")
	r.Set("pin", "", "4649secret")
	r.Set("abroad", TypePhone, "+81 (0)80-9876-5432 内線 12")
	r.Set("serial", TypeProductKey, "SN")
	r.Set("account", TypeEmail, "hanako-y@example.jp")
	return r
}

func TestMatches(t *testing.T) {
	tpl := officeLike(t)
	r := searched()
	line, err := Encode(r)
	if err != nil {
		t.Fatal(err)
	}
	for query, want := range map[string]bool{
		"":                         true,
		"google-hanako":            true,
		"GOOGLE":                   true,
		"ｇｏｏｇｌｅ":                   true,
		"山田":                       true,
		"山田 花子":                    true,
		"花子　山田":                    true,
		"山田 太郎":                    false,
		"孫の写真":                     true,
		"最初ノ犬":                     true,
		"家族":                       true,
		"サイタマ":                     true,
		"ｻｲﾀﾏ":                     true,
		"オフィス":                     true,
		"ｵﾌｨｽ":                     true,
		"おふぃす":                     true,
		"microsoft":                true,
		"office":                   true,
		"レシート":                     true,
		"引き出し":                     true,
		"lent-phone":               true,
		"隣の電話":                     true,
		"姉 仏壇 断られた":                true,
		`c:\users`:                 true,
		`"控え"`:                     true,
		"09000000000":              true,
		"090-0000":                 true,
		"090ー0000":                 true,
		"08098765432":              true,
		"080-9876":                 true,
		"+81 80 9876 5432":         true,
		"hanakoーy":                 true, // stored folded, so looked for folded
		"0000 1230":                false,
		"AAAAA":                    false,
		"4649secret":               false,
		"aaaaa-bbbbb":              false,
		"nothing":                  false,
		"\xff":                     false,
		strings.Repeat("zz ", 100): false,
	} {
		if got := Matches(r, tpl, query); got != want {
			t.Errorf("%q: got %v", query, got)
		}
		if may, _ := NewQuery(query, []*Template{tpl}).MayMatch(line, nil); want && !may {
			t.Errorf("%q: the record is passed over", query)
		}
	}
	if !Matches(r, nil, "4649secret") {
		t.Error("without its template a field without a type is text, and is searched")
	}
}

func TestMayMatchPassesOver(t *testing.T) {
	r := sample()
	line, err := Encode(r)
	if err != nil {
		t.Fatal(err)
	}
	for _, query := range []string{"zebra", "佐藤", "ゼブラ", "0123456789"} {
		if may, _ := NewQuery(query, nil).MayMatch(line, nil); may {
			t.Errorf("%q: must be decoded", query)
		}
	}
}

// FuzzMayMatch holds that no record that matches is ever passed over.
func FuzzMayMatch(f *testing.F) {
	f.Add("山田 花子", "花子")
	f.Add("+81 90-0000-0000", "0090")
	f.Add("a\"b\\c\nd\t", `a"b\c`)
	f.Add("ｵﾌｨｽ \u0085 ㈱", "オフィス (株)")
	f.Add("葛\U000e0100飾", "葛飾")
	f.Add("ﾄｰｷｮｰ\tとうきょう", "tokyo")
	tpl := officeLike(f)
	f.Fuzz(func(t *testing.T, value, query string) {
		for _, kind := range []Type{TypeText, TypePhone} {
			r := &Record{Template: "office", Name: "n", Notes: value}
			r.Set("k", kind, value)
			line, err := Encode(r)
			if err != nil {
				return
			}
			may, _ := NewQuery(query, []*Template{tpl}).MayMatch(line, nil)
			if Matches(r, tpl, query) && !may {
				t.Fatalf("%q is in %s, but passed over", query, line)
			}
		}
	})
}

// benchmarkRecords are 10,000 notes as they differ in real life: by name,
// address and number.
func benchmarkRecords(b *testing.B) []*Record {
	b.Helper()
	rs := make([]*Record, 10_000)
	for i := range rs {
		rs[i] = sample()
		rs[i].Name = fmt.Sprintf("google-%d", i)
		rs[i].Owner = fmt.Sprintf("山田 花子 %d", i)
		rs[i].Set("account_email", TypeEmail, fmt.Sprintf("hanako%d@example.jp", i))
	}
	return rs
}

var benchmarkQueries = map[string]string{"ascii": "zebra", "kanji": "佐藤", "kana": "オフィス", "romaji": "sakura", "digits": "090-1234-5678"}

func BenchmarkMatches10k(b *testing.B) {
	rs := benchmarkRecords(b)
	for name, query := range benchmarkQueries {
		b.Run(name, func(b *testing.B) {
			q := NewQuery(query, Templates())
			b.ReportAllocs()
			for b.Loop() {
				for _, r := range rs {
					if q.Matches(r, nil) {
						b.Fatal("nothing was to be found")
					}
				}
			}
		})
	}
}

func BenchmarkMayMatch10k(b *testing.B) {
	var lines [][]byte
	for _, r := range benchmarkRecords(b) {
		line, err := Encode(r)
		if err != nil {
			b.Fatal(err)
		}
		lines = append(lines, line)
	}
	for name, query := range benchmarkQueries {
		b.Run(name, func(b *testing.B) {
			q := NewQuery(query, Templates())
			var buf []byte
			b.ReportAllocs()
			for b.Loop() {
				for _, line := range lines {
					_, buf = q.MayMatch(line, buf)
				}
			}
		})
	}
}

func TestNameKey(t *testing.T) {
	for _, same := range [][2]string{{"Office", "ｏｆｆｉｃｅ"}, {"ｵﾌｨｽ", "おふぃす"}, {"a  b", " A B"}} {
		if NameKey(same[0]) != NameKey(same[1]) {
			t.Errorf("%q and %q are two names", same[0], same[1])
		}
	}
	for _, other := range [][2]string{{"渡辺", "渡邊"}, {"a-b", "ab"}, {"\xff", "\xfe"}} {
		if NameKey(other[0]) == NameKey(other[1]) {
			t.Errorf("%q and %q are one name", other[0], other[1])
		}
	}
	if NameKey("オフィス") != lang.Fold("オフィス") {
		t.Error("the key is the folded name")
	}
}
