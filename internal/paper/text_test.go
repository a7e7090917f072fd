package paper

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode"

	"memovault/internal/lang"
	"memovault/internal/record"
	"memovault/internal/term"
)

// pagesOf checks the form of a rendered sheet and returns its pages: no line
// wider and no page longer than allowed, each with its number.
func pagesOf(t testing.TB, d *Doc, text string) []string {
	t.Helper()
	pages := strings.Split(text, "\f")
	for i, page := range pages {
		lines := strings.Split(strings.TrimSuffix(page, "\n"), "\n")
		if len(lines) > TextRows {
			t.Fatalf("page %d has %d lines", i+1, len(lines))
		}
		number := fmt.Sprintf("page %d of %d", i+1, len(pages))
		if d.Lang == lang.JA {
			number = fmt.Sprintf("%d / %d ページ", i+1, len(pages))
		}
		if !strings.HasSuffix(lines[1], " "+number) {
			t.Fatalf("page %d says %q, want %q", i+1, lines[1], number)
		}
		for _, l := range lines {
			if term.Width(l) > TextColumns {
				t.Fatalf("page %d has a line of %d columns: %q", i+1, term.Width(l), l)
			}
			if strings.IndexFunc(l, unicode.IsControl) >= 0 || strings.TrimRight(l, " ") != l {
				t.Fatalf("page %d has controls or spaces at the end: %q", i+1, l)
			}
		}
	}
	return pages
}

// squeezed is a text without the white space that layout puts in.
func squeezed(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
}

// values returns the column right of the labels, put together again.
func values(d *Doc, pages []string) string {
	left := indent + labelColumns(d) + gutter
	var b strings.Builder
	for _, page := range pages {
		for l := range strings.SplitSeq(page, "\n") {
			if term.Width(l) < left || !strings.HasPrefix(l, "  ") {
				continue
			}
			b.WriteString(strings.TrimPrefix(l, cutAt(l, left)))
		}
	}
	return squeezed(b.String())
}

// cutAt is the part of l in the first cols columns.
func cutAt(l string, cols int) string {
	for i := range l {
		if term.Width(l[:i]) >= cols {
			return l[:i]
		}
	}
	return l
}

var alphabets = []string{
	"abcdefghijklmnopqrstuvwxyz ABCXYZ 0123456789 .,-_@/:",
	"山田花子の金庫、「合言葉」。ー々っゃァ（）ＡＢ１２ｱｲｳﾞﾟ ",
	"\x1b[31m\x07\x00\u202e\u2066\u200f\r\tx",
	"👩‍👩‍👧🇯🇵か\u3099葛\U000E0100𠮷é①○α",
}

func randomText(r *rand.Rand, longest int) string {
	runes := []rune(alphabets[r.IntN(len(alphabets))])
	var b strings.Builder
	for range 1 + r.IntN(longest) {
		b.WriteRune(runes[r.IntN(len(runes))])
	}
	return b.String()
}

func randomRecord(r *rand.Rand, n int) *record.Record {
	names := []string{"office", "microsoft", "mailbox", "device", "note", "of-a-newer-program"}
	rec := &record.Record{ID: idOf(byte(n)), Revision: r.Uint64N(1000) + 1, Template: names[r.IntN(len(names))],
		Name: fmt.Sprintf("record-%d", n), Title: randomText(r, 60), Owner: randomText(r, 20)}
	types := []record.Type{record.TypeText, record.TypeMultiline, record.TypeSecret, record.TypeHint,
		record.TypeProductKey, record.TypeOTPAuth, record.TypeRef, record.TypeChoice, "of-a-newer-program"}
	for i := range r.IntN(12) {
		rec.Fields = append(rec.Fields, record.Field{Key: fmt.Sprintf("own_%d", i), Type: types[r.IntN(len(types))],
			Label: randomText(r, 40), Value: randomText(r, 1+r.IntN(400))})
	}
	if r.IntN(2) == 0 {
		codes := make([]record.Code, 1+r.IntN(30))
		for i := range codes {
			codes[i].Code = randomText(r, 1+r.IntN(100))
		}
		rec.SetCodes("codes", codes)
	}
	if r.IntN(3) == 0 {
		rec.Notes = strings.Repeat(randomText(r, 80)+"\n", 1+r.IntN(100))
	}
	return rec
}

// TestEverythingIsPrinted renders random records and finds every value again,
// put together from its lines.
func TestEverythingIsPrinted(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for range 150 {
		d := Records(lang.Lang(r.IntN(2)), []*record.Record{randomRecord(r, 1)},
			Options{Made: day, Program: "vault", WithSecrets: true})
		pages := pagesOf(t, d, render(t, d))
		found := values(d, withoutTops(d, pages))
		for _, block := range d.Blocks {
			switch block := block.(type) {
			case Field:
				if !strings.Contains(found, squeezed(block.Value)) {
					t.Fatalf("%q is not in %q", block.Value, found)
				}
			case Codes:
				for _, c := range block.List {
					if !strings.Contains(found, squeezed("[ ]"+c.Code+c.Check)) {
						t.Fatalf("%q is not in %q", c.Code, found)
					}
				}
			}
		}
	}
}

// withoutTops takes the header and a repeated heading off each page.
func withoutTops(d *Doc, pages []string) []string {
	head := len((&layout{d: d}).header(1, len(pages)))
	list := make([]string, len(pages))
	for i, page := range pages {
		list[i] = strings.Join(strings.Split(page, "\n")[head:], "\n")
	}
	return list
}

func TestManyRecords(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	for _, n := range []int{0, 1, 2, 7, 50, 200} {
		list := make([]*record.Record, n)
		for i := range list {
			list[i] = randomRecord(r, i)
		}
		for _, l := range []lang.Lang{lang.EN, lang.JA} {
			d := Records(l, list, Options{Made: day, Program: "vault"})
			pagesOf(t, d, render(t, d))
		}
	}
}

// TestHeadingsStayWithTheirFields looks below every heading for a field on the
// same page, and above every field for a heading.
func TestHeadingsStayWithTheirFields(t *testing.T) {
	for notes := range 70 {
		var list []*record.Record
		for i := range 12 {
			r := office()
			r.Name = fmt.Sprintf("office-%02d", i)
			r.Notes = strings.Repeat("line\n", notes)
			list = append(list, r)
		}
		d := Records(lang.EN, list, Options{Made: day, Program: "vault"})
		for n, page := range withoutTops(d, pagesOf(t, d, render(t, d))) {
			lines := strings.Split(strings.TrimSuffix(page, "\n"), "\n")
			for i, l := range lines {
				if strings.Contains(l, ". office-") && !strings.Contains(l, "continued") &&
					(len(lines) < i+4 || !strings.HasPrefix(lines[i+2], "  title") || !strings.HasPrefix(lines[i+3], "  owner")) {
					t.Fatalf("%d notes: a heading is alone on page %d:\n%s", notes, n+1, page)
				}
			}
			if strings.HasPrefix(lines[0], "  ") {
				t.Fatalf("%d notes: page %d begins without a heading:\n%s", notes, n+1, page)
			}
		}
	}
}

func TestLongestValues(t *testing.T) {
	for _, unit := range []string{"x", "x-", "山", "e\u0301", "\u0301", "\x1b", "👩‍👩‍👧 "} {
		long := strings.Repeat(unit, record.MaxValue/len(unit))
		r := &record.Record{ID: idOf(1), Revision: 1, Template: "note", Name: strings.Repeat("長", 33), Title: strings.Repeat(unit, 1000)}
		for i, kind := range []record.Type{record.TypeSecret, record.TypeProductKey} {
			r.Set(fmt.Sprintf("own_%d", i), kind, long)
		}
		r.SetCodes("codes", []record.Code{{Code: long}, {Code: long, Used: long}})
		d := Records(lang.JA, []*record.Record{r}, Options{Made: day, Program: "vault", WithSecrets: true})
		pagesOf(t, d, render(t, d))
	}
}

func TestPageBreak(t *testing.T) {
	d := &Doc{Title: "t", Made: day, Blocks: []Block{PageBreak{}, Para{"one"}, PageBreak{}, PageBreak{}, Para{"two"}, PageBreak{}}}
	pages := pagesOf(t, d, render(t, d))
	if len(pages) != 2 || !strings.HasSuffix(pages[0], "\none\n") || !strings.HasSuffix(pages[1], "\ntwo\n") {
		t.Errorf("%d pages: %q", len(pages), pages)
	}
}

func TestSecretsStayOff(t *testing.T) {
	r := &record.Record{ID: idOf(1), Revision: 1, Template: "note", Name: "n"}
	secret := map[record.Type]bool{record.TypeSecret: true, record.TypeHint: true, record.TypeOTPAuth: true, "newer": true}
	for _, kind := range []record.Type{record.TypeSecret, record.TypeHint, record.TypeOTPAuth, "newer", record.TypeProductKey, record.TypeText} {
		r.Set("f_"+strings.ReplaceAll(string(kind), "-", "_"), kind, "value-of-"+string(kind))
	}
	list := []*record.Record{r}
	if n := Withheld(list); n != 4 {
		t.Errorf("%d values are withheld, want 4", n)
	}
	without := render(t, Records(lang.EN, list, Options{Made: day}))
	with := render(t, Records(lang.EN, list, Options{Made: day, WithSecrets: true}))
	for _, f := range r.Fields {
		if strings.Contains(without, f.Value) == secret[f.Type] {
			t.Errorf("%s printed: %t", f.Type, secret[f.Type])
		}
		if !strings.Contains(with, f.Value) {
			t.Errorf("%s is missing with secrets", f.Type)
		}
	}
	if n := strings.Count(without, "(not printed)"); n != 4 {
		t.Errorf("%d blanks, want 4", n)
	}
}

func TestLegendOnlyWhereNeeded(t *testing.T) {
	r := &record.Record{ID: idOf(1), Revision: 1, Template: "note", Name: "n"}
	r.Set("note", record.TypeText, "0O1lI5S8B2Z")
	if s := render(t, Records(lang.EN, []*record.Record{r}, Options{Made: day})); strings.Contains(s, "zero") {
		t.Error("a legend without a key")
	}
	r.Set("key", record.TypeProductKey, "AC5")
	s := render(t, Records(lang.EN, []*record.Record{r}, Options{Made: day}))
	if !strings.Contains(s, "5 = five, S = capital s") || strings.Contains(s, "zero") {
		t.Errorf("the legend is another:\n%s", s)
	}
}

// Where things are kept and the owner's own ways are on the sheet; what is
// switched off is not.
func TestStandingIsPrinted(t *testing.T) {
	r := office()
	r.Kept = map[string]string{"product_key": "vault, paper:仏壇", "password": "memory"}
	r.Ways = []record.Way{{ID: "desk", Needs: []record.Need{{Any: []string{"password"}}, {Of: 2, Any: []string{"product_key", "memory", "record:母"}}}},
		{ID: "named", Label: record.Wording{Text: lang.Text{EN: "隣", JA: "隣"}}, Needs: []record.Need{{Any: []string{"paper:棚"}}}}, {ID: "gone", Off: true}}
	for l, want := range map[lang.Lang][]string{
		lang.EN: {"kept: product key in this record, paper: 仏壇", "kept: the password remembered", `way back the password + 2 of: product key, what you remember, "母" (a record)`, "way back 隣: a paper at: 棚"},
		lang.JA: {"プロダクトキーのある所 この記録の中、紙: 仏壇", "パスワードのある所 覚えている", "戻る方法 パスワード ＋ プロダクトキー・覚えていること・記録「母」 のうち 2 つ", "戻る方法 隣: 紙（棚）"},
	} {
		text := strings.Join(strings.Fields(render(t, Records(l, []*record.Record{r}, Options{Made: day}))), "")
		for _, line := range want {
			if !strings.Contains(text, strings.ReplaceAll(line, " ", "")) {
				t.Errorf("%s: %q is missing in\n%s", l, line, text)
			}
		}
		if strings.Contains(text, "gone") {
			t.Errorf("%s: a way that is switched off is printed", l)
		}
	}
}

func TestSheetNumber(t *testing.T) {
	o := Options{Made: day, Vault: idOf(7)}
	list := []*record.Record{office(), microsoft()}
	number := SheetNumber(list, o)
	if SheetNumber([]*record.Record{office(), microsoft()}, o) != number {
		t.Error("the same content has two numbers")
	}
	seen := map[string]bool{number: true}
	changed := office()
	changed.Revision++
	secrets, later, other := o, o, o
	secrets.WithSecrets = true
	later.Made = day.AddDate(0, 0, 1)
	other.Vault = idOf(8)
	for i, n := range []string{
		SheetNumber(list[:1], o), SheetNumber([]*record.Record{changed, list[1]}, o),
		SheetNumber(list, secrets), SheetNumber(list, later), SheetNumber(list, other),
	} {
		if seen[n] || len(n) != 9 || n[4] != '-' {
			t.Errorf("change %d gives the number %s", i, n)
		}
		seen[n] = true
	}
}

func TestRecoveryKeyFitsOnePage(t *testing.T) {
	for _, l := range []lang.Lang{lang.EN, lang.JA} {
		k := vaultKey()
		d := RecoveryKey(l, k)
		pages := pagesOf(t, d, render(t, d))
		if len(pages) != 1 {
			t.Errorf("%v: %d pages", l, len(pages))
		}
		for i, g := range k.Groups {
			if !strings.Contains(pages[0], fmt.Sprintf("%2d) %s", i+1, g)) {
				t.Errorf("%v: group %d is missing", l, i+1)
			}
		}
		if !strings.Contains(pages[0], "\n    "+k.Key+"\n") {
			t.Errorf("%v: the key is not on one line of its own", l)
		}
		k.File = "a\x1b[2Jb" + strings.Repeat("長い名前", 60)
		pagesOf(t, RecoveryKey(l, k), render(t, RecoveryKey(l, k)))
	}
}

func BenchmarkText200(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	list := make([]*record.Record, 200)
	for i := range list {
		list[i] = randomRecord(r, i)
	}
	for b.Loop() {
		render(b, Records(lang.JA, list, Options{Made: day, Program: "vault"}))
	}
}
