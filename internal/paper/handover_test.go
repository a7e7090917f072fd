package paper

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"memovault/internal/lang"
	"memovault/internal/page"
	"memovault/internal/record"
	"memovault/internal/recovery"
)

// storyOf is what the sheets are made from at one moment of testdata/article.
func storyOf(t testing.TB, moment string) (Handing, Contingency) {
	t.Helper()
	b, err := os.ReadFile("../../testdata/article/" + moment + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Exported time.Time         `json:"exported"`
		Records  []json.RawMessage `json:"records"`
	}
	if err := json.Unmarshal(b, &file); err != nil {
		t.Fatal(err)
	}
	var list []*record.Record
	for _, raw := range file.Records {
		r, err := record.Decode(raw)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, r)
	}
	return madeFrom(t, list, file.Exported, "山田 花子")
}

// madeFrom is what the sheets about the records are made from, in a vault with a
// passphrase and a recovery key.
func madeFrom(t testing.TB, list []*record.Record, now time.Time, owner string) (Handing, Contingency) {
	t.Helper()
	in := recovery.Input{Now: now, Records: list, Vault: recovery.Vault{Slots: []recovery.Slot{{Passphrase: true}, {Recovery: true, Proven: now}}}}
	m := recovery.Derive(in)
	o := Options{Made: now, Vault: idOf(7), Program: "vault", Named: func(name string) *record.Record {
		for _, r := range list {
			if record.NameKey(r.Name) == record.NameKey(name) {
				return r
			}
		}
		return nil
	}}
	var live []*record.Record
	for _, r := range list {
		if r.Trashed == nil {
			live = append(live, r)
		}
	}
	h := Handing{Options: o, Owner: owner, List: live, Model: m, Upkeep: recovery.NewUpkeep(m, list, now)}
	var err error
	if h.Changes, err = m.Upheavals(owner); err != nil {
		t.Fatal(err)
	}
	left, err := m.Emergency(owner)
	if err != nil {
		t.Fatal(err)
	}
	return h, Contingency{Options: o, Owner: owner, File: "~/vault/default.vault", List: live, Left: left}
}

// whole is a sheet as text and, since cells of a table stand side by side there,
// the blocks it is made of.
func whole(t *testing.T, d *Doc) string {
	t.Helper()
	return ungapped(render(t, d)) + ungapped(fmt.Sprintf("%q", d.Blocks))
}

// The customer of the story is told on the day of the note what to do before she
// moves; with that done, nothing but the address itself is lost by moving.
func TestHandoverOfTheStory(t *testing.T) {
	for moment, want := range map[string][2][]string{ // what is said, and what is not
		"memo": {{"携帯の番号が登録されていません: 花子さんのアカウント", "引っ越す前に。プロバイダーや固定電話を解約する前に", "入る方法が減るもの: 花子さんのアカウント",
			"先にすること: 「花子さんのアカウント」に登録したhanako.yamada@isp.example.jpを、ずっと使えるアドレスに変える", "プロバイダーのアドレスは解約と同時に使えなくなります", "末尾6789B", "キーのカード", "パスワードの控えの紙をなくす"},
			{"BCDFG", "猫と、ある年", "引き出しの中の紙", "加入時の書類", "(EXTRA"}},
		"mended": {{"090-0000-0000", "使えなくなるもの: 借りている部屋の光回線、借りている部屋の回線のメール", "予定の日: 2019-11-30"},
			{"携帯の番号が登録されていません", "ずっと使えるアドレスに変える", "67892", "(EXTRA"}},
	} {
		h, _ := storyOf(t, moment)
		got := whole(t, Handover(lang.JA, h))
		for _, part := range want[0] {
			if !strings.Contains(got, ungapped(part)) {
				t.Errorf("%s: %q is missing in\n%s", moment, part, got)
			}
		}
		for _, part := range want[1] {
			if strings.Contains(got, ungapped(part)) {
				t.Errorf("%s: %q is in\n%s", moment, part, got)
			}
		}
	}
}

// What the notes do not tell is not claimed, with the field that would tell.
func TestEmergencyOfTheStory(t *testing.T) {
	for moment, want := range map[string][]string{
		"memo":   {"記録にあるかぎり、本人しか開けられません", "vault edit 居間のパソコン unlock_kept", "紙の控え（引き出しの中の紙）", "契約: 借りている部屋の光回線", "0120-54-2244", "2020-04-11時点", "山田 太郎（息子）", "hanako.yamada@isp.example.jp"},
		"mended": {"電話番号090-0000-0000", "紙の控え（手帳）"},
		"lost":   {"入る方法が、記録にありません", "契約や回線に結び付いたアカウントはありません"},
	} {
		_, c := storyOf(t, moment)
		d := Emergency(lang.JA, c)
		got := whole(t, d)
		for _, part := range want {
			if !strings.Contains(got, ungapped(part)) {
				t.Errorf("%s: %q is missing in\n%s", moment, part, got)
			}
		}
		for _, l := range []lang.Lang{lang.EN, lang.JA} {
			if n := len(Set(Emergency(l, c), Format{Size: page.A4}).Pages); n > 2 {
				t.Errorf("%s, %v: %d pages", moment, l, n)
			}
		}
	}
}

func TestEmergencySaysHowTheVaultOpens(t *testing.T) {
	_, c := madeFrom(t, household(), day, "山田 花子")
	for l, want := range map[lang.Lang][]string{
		lang.EN: {"the copy of the vault (娘の家)", "the paper (貸金庫)", "title of pc (居間) and the paper (封筒)", "Everything that was noted is in it", "vault list", "age -d -i vault-key.txt index.age", "0120-000-001"},
		lang.JA: {"金庫の控え（娘の家）", "紙の控え（貸金庫）", "title of pc（居間） と 紙の控え（封筒）", "書き残したことは、すべてその中にあります", "「vault list」", "age -d -i vault-key.txt index.age", "0120-000-001"},
	} {
		got := whole(t, Emergency(l, c))
		for _, part := range want {
			if !strings.Contains(got, ungapped(part)) {
				t.Errorf("%v: %q is missing in\n%s", l, part, got)
			}
		}
		if strings.Contains(got, "記録からは分からないこと") || strings.Contains(got, "Whatthenotesdonottell") {
			t.Errorf("%v: something is missing, by the sheet:\n%s", l, got)
		}
	}
}

// A vault in which nothing is noted, and one whose owner is not the only one.
func TestSheetsOfLittle(t *testing.T) {
	h, c := madeFrom(t, nil, day, "")
	for l, want := range map[lang.Lang][]string{
		lang.EN: {"Nothing is noted.", "Too little is noted to tell about these", "None is noted.", "somebody who can help"},
		lang.JA: {"記録がありません。", "記録がないので分かりません", "頼れる人", "契約や回線に結び付いたアカウントはありません"},
	} {
		got := whole(t, Handover(l, h)) + whole(t, Emergency(l, c))
		for _, part := range want {
			if !strings.Contains(got, ungapped(part)) {
				t.Errorf("%v: %q is missing in\n%s", l, part, got)
			}
		}
		if strings.Contains(got, "(EXTRA") || strings.Contains(got, "(MISSING") {
			t.Errorf("%v: a text has not the verbs of its values:\n%s", l, got)
		}
	}
	c.Left = &recovery.Emergency{}
	if got := render(t, Emergency(lang.JA, c)); !strings.Contains(got, "金庫の開け方が、何も書いてありません。") {
		t.Errorf("nothing is known of the vault, and the sheet says:\n%s", got)
	}
	c.Left = &recovery.Emergency{Owners: []string{"花子", ""}}
	if got := render(t, Emergency(lang.EN, c)); !strings.Contains(got, "none of these can be asked: 花子, whoever keeps the vault") {
		t.Errorf("two owners, and the sheet says:\n%s", got)
	}
}

// A record in the trash is on no sheet of others, and a reference to it says so.
func TestTrashedReferences(t *testing.T) {
	list := household()
	trashed := day
	list[1].Trashed = &trashed
	h, c := madeFrom(t, list, day, "山田 花子")
	for l, want := range map[lang.Lang]string{lang.EN: "google (in the trash)", lang.JA: "google（ごみ箱にあります）"} {
		if got := render(t, Records(l, list[:1], h.Options)); !strings.Contains(got, want) {
			t.Errorf("%v: %q is missing in\n%s", l, want, got)
		}
		if got := render(t, Handover(l, h)) + render(t, Emergency(l, c)); strings.Contains(got, "title of google") {
			t.Errorf("%v: what is in the trash is on the sheet:\n%s", l, got)
		}
	}
}

// Long lists are cut with what is left out told, so that the family's sheet stays
// one that is read.
func TestSheetsOfManyRecords(t *testing.T) {
	many := 200
	if racing {
		many = 20 // each may lock each other
	}
	var list []*record.Record
	for i := range many {
		r := &record.Record{ID: record.ID{byte(i), 1}, Revision: 1, Template: "microsoft", Name: fmt.Sprintf("account-%d", i), Owner: "山田 花子"}
		r.Set("account_email", record.TypeEmail, fmt.Sprintf("box%d@isp.example.jp", i))
		r.Set("password_kept", record.TypeText, fmt.Sprintf("箱 %d", i))
		list = append(list, r)
	}
	h, c := madeFrom(t, list, day, "山田 花子")
	d := Emergency(lang.JA, c)
	if n := len(Set(d, Format{Size: page.A4}).Pages); n > 4 {
		t.Errorf("%d pages for the family", n)
	}
	if got := render(t, d); !strings.Contains(got, fmt.Sprintf("ほかの %d 件は、金庫の中にあります", many-mostAccounts)) {
		t.Errorf("what is left out is not told:\n%s", got)
	}
	if got := render(t, Handover(lang.EN, h)); !strings.Contains(got, fmt.Sprintf("account-%d", many-1)) {
		t.Error("the customer's sheet leaves something out that was set up")
	}
}

// The story's sheet is four pages in large type, and no page but the last is
// half empty.
func TestHandoverFillsItsPages(t *testing.T) {
	h, _ := storyOf(t, "mended")
	h, _ = madeFrom(t, h.List, time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC), "山田 花子")
	for _, l := range []lang.Lang{lang.EN, lang.JA} {
		pages := Set(Handover(l, h), Format{Size: page.A4, Large: true}).Pages
		if len(pages) > 4 {
			t.Errorf("%v: %d pages", l, len(pages))
		}
		for n, p := range pages[:len(pages)-1] {
			lowest := 0.0
			for _, m := range p.Marks() {
				if m.Y < page.A4.H-90 { // the foot is below
					lowest = max(lowest, m.Y+m.H)
				}
			}
			if lowest < 0.65*page.A4.H {
				t.Errorf("%v: page %d ends at %.0f points", l, n+1, lowest)
			}
		}
	}
}
