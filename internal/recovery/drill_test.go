package recovery_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"memovault/internal/lang"
	"memovault/internal/lockout"
	"memovault/internal/record"
	"memovault/internal/recovery"
)

// way adds a way of one's own to a record.
func way(t *testing.T, r *record.Record, id string, needs ...string) {
	t.Helper()
	w := record.Way{ID: id}
	for _, need := range needs {
		n, err := record.ParseNeed(need)
		if err != nil {
			t.Fatal(err)
		}
		w.Needs = append(w.Needs, n)
	}
	r.Ways = append(r.Ways, w)
}

func drillOf(t *testing.T, r *record.Record, others ...*record.Record) *recovery.Drill {
	t.Helper()
	records := append([]*record.Record{r}, others...)
	m := recovery.Derive(recovery.Input{Now: today, Records: records})
	a := m.Account(r.Name)
	if a == nil {
		t.Fatalf("%s is no account", r.Name)
	}
	return recovery.NewUpkeep(m, records, today).Drill(a)
}

// asked returns the questions of a way by kind and key.
func asked(t *testing.T, d *recovery.Drill, id string) (list []string) {
	t.Helper()
	for _, trial := range d.Trials {
		if trial.Way.Way.ID != id {
			continue
		}
		for _, part := range trial.Needs {
			for _, q := range part.Any {
				list = append(list, string(q.Kind)+" "+q.Key)
			}
		}
		return list
	}
	t.Fatalf("no way %s", id)
	return nil
}

func TestQuestions(t *testing.T) {
	r := noted("bank", "bank", "account_email", "Hanako@example.jp", "phone", "+81 90-0000-0000", "app_device", "手帳の電話", "passbook", "仏壇の引き出し",
		"registered_name", "山田 花子", "hotline", "0120-000-000", "seal", "なし")
	r.Kept = map[string]string{"pin": "vault, paper:青いファイル"}
	r.Set("pin", record.TypeSecret, "0000")
	r.SetCodes("codes", []record.Code{{Code: "0000-1111"}})
	r.Set("totp", record.TypeOTPAuth, "otpauth://totp/x")
	others := []*record.Record{noted("device", "手帳の電話", "kind", "phone"), noted("person", "太郎"), noted("place", "実家"),
		noted("mailbox", "box", "address", "hanako@example.jp"), noted("phone-line", "line", "number", "090-0000-0000"), noted("google", "google")}
	for need, want := range map[string]string{
		"account_email": "mail mail:hanako@example.jp", "phone": "text text:09000000000", "call:hotline": "call call:0120000000",
		"app_device": "device record:手帳の電話", "open:app_device": "session open:手帳の電話", "registered_name": "nothing field:registered_name",
		"pin": "paper field:pin", "codes": "code field:codes", "totp": "app field:totp", "seal": "unknown unknown:seal", "branch": "unknown unknown:branch",
		"password": "password password", "memory": "memory memory", "paper:金庫の上": "paper paper:金庫の上", "record:太郎": "person record:太郎",
		"record:実家": "thing record:実家", "record:box": "mail mail:hanako@example.jp", "record:line": "text text:09000000000",
		"record:google": "account record:google", "record:消えたもの": "thing record:消えたもの",
	} {
		r.Ways = nil
		way(t, r, "mine", need)
		got := asked(t, drillOf(t, r, others...), "mine")
		if len(got) != 1 || !strings.EqualFold(got[0], want) {
			t.Errorf("%s asks %q, want %q", need, got, want)
		}
	}
}

func TestQuestionsAreWellFormedInBothLanguages(t *testing.T) {
	kinds := map[recovery.QuestionKind]bool{}
	for _, tpl := range templatesWithWays(t) {
		s := newSample(tpl, nil)
		m := recovery.Derive(recovery.Input{Now: today, Records: s.records})
		u := recovery.NewUpkeep(m, s.records, today)
		for _, d := range u.Drills() {
			for _, trial := range d.Trials {
				for _, part := range trial.Needs {
					if part.Of < 1 || part.Of > len(part.Any) {
						t.Errorf("%s, %s: %d of %d", tpl.Name, trial.Way.Way.ID, part.Of, len(part.Any))
					}
					for _, q := range part.Any {
						kinds[q.Kind] = true
						if both := q.Text.EN + q.Text.JA; strings.Contains(both, "%!") || (q.Text.EN == "") != (q.Text.JA == "") || q.Kind != recovery.AskNothing && both == "" || q.Key == "" {
							t.Errorf("%s asks %+v", tpl.Name, q)
						}
					}
				}
			}
		}
	}
	if len(kinds) < 8 {
		t.Errorf("only %v", slices.Sorted(maps.Keys(kinds)))
	}
}

// No question shows what is secret.
func TestQuestionsShowNoSecret(t *testing.T) {
	r := noted("microsoft", "m", "hint", "猫cnry", "old_password_hints", "犬cnry", "password_kept", "手帳の 3 ページ")
	r.SetCodes("recovery_code", []record.Code{{Code: "CNRY1-00000-00000-00000-00000"}})
	r.Set("pin", record.TypeSecret, "cnry")
	way(t, r, "mine", "pin", "recovery_code", "hint", "password")
	for _, trial := range drillOf(t, r).Trials {
		for _, part := range trial.Needs {
			for _, q := range part.Any {
				if strings.Contains(strings.ToLower(q.Text.EN+q.Text.JA+q.Key), "cnry") {
					t.Errorf("%+v", q.Text)
				}
			}
		}
	}
}

func TestPossibleTrials(t *testing.T) {
	r := noted("bank", "bank", "phone", "090-0000-0000")
	way(t, r, "sure", "phone")
	way(t, r, "either", "phone|account_email")
	way(t, r, "both", "2 of phone|account_email")
	way(t, r, "more", "phone", "branch")
	way(t, r, "form", "phone")
	r.Ways[len(r.Ways)-1].Certainty = record.CertaintyForm
	r.Ways = append(r.Ways, record.Way{ID: "nothing"})
	for _, trial := range drillOf(t, r).Trials {
		id := trial.Way.Way.ID
		missing := ""
		if q := trial.Missing(); q != nil {
			missing = q.Field.Key
		}
		want, known := map[string]string{"sure": "true ", "either": "true ", "both": "false account_email", "more": "false branch", "form": "false ", "nothing": "false "}[id]
		got := map[bool]string{true: "true ", false: "false "}[trial.Possible()] + missing
		if known && got != want {
			t.Errorf("%s: %s, want %s", id, got, want)
		}
		if id == "form" && trial.Way.Certainty != lockout.Form {
			t.Errorf("form has the certainty %s", trial.Way.Certainty)
		}
	}
}

// A way that is proven again and again comes last, and is no longer weak.
func TestDrillOrder(t *testing.T) {
	r := noted("bank", "bank", "phone", "090-0000-0000", "account_email", "hanako@example.jp")
	way(t, r, "one", "phone")
	way(t, r, "two", "account_email")
	way(t, r, "three", "memory")
	r.Proven = map[string]string{"one": "2026-11-01", "two": "2025-01-01"}
	d := drillOf(t, r)
	var ids []string
	for _, trial := range d.Trials {
		if slices.Contains([]string{"one", "two", "three"}, trial.Way.Way.ID) {
			ids = append(ids, trial.Way.Way.ID)
		}
	}
	want(t, "order", ids, "three", "two", "one")
	before := d.Weak
	r.Proven["two"] = today.Format(time.DateOnly)
	if after := drillOf(t, r).Weak; after != before-1 {
		t.Errorf("%d ways are weak, before it was %d", after, before)
	}
}

func TestWhatIsMostWorthTrying(t *testing.T) {
	paper := func(name string, importance int, proven string) *record.Record {
		r := noted("note", name, "note", "x")
		r.Importance = importance
		way(t, r, "mine", "memory")
		if proven != "" {
			r.Proven = map[string]string{"mine": proven}
		}
		return r
	}
	records := []*record.Record{paper("done", 3, "2026-11-01"), paper("low", 1, ""), paper("old", 3, "2024-01-01"), paper("never", 3, ""), paper("mid", 2, "2025-01-01")}
	u := upkeep(today, records...)
	var names []string
	for _, d := range u.Drills() {
		names = append(names, d.Account.Record.Name)
	}
	want(t, "order", names, "never", "old", "mid", "low", "done")
	want(t, "never tried", kept(u, recovery.ClockUnproven), "? never")
	want(t, "to be tried again", kept(u, recovery.ClockDrill), "2025-01-01 old", "2026-01-01 mid", "2027-11-01 done")
}

// What a single event locks is tried before what has more to fall back on.
func TestSinglePointsFirst(t *testing.T) {
	a, b := noted("note", "a", "note", "x"), noted("note", "b", "note", "x")
	way(t, a, "one", "paper:居間")
	way(t, a, "two", "memory")
	way(t, b, "one", "paper:居間")
	list := upkeep(today, a, b).Drills()
	if len(list) != 2 || list[0].Account.Record != b || !list[0].Single || list[1].Single {
		for _, d := range list {
			t.Errorf("%s single %v", d.Account.Record.Name, d.Single)
		}
	}
}

func TestStartsCode(t *testing.T) {
	codes := &record.Field{Codes: []record.Code{{Code: "1234-5678"}, {Code: "abcd-efgh", Used: "2026-01-01"}, {Code: "77"}}}
	key := &record.Field{Value: "BCDFG-HJKMP-QRTVW-XY234-6789B"}
	for _, c := range []struct {
		f            *record.Field
		typed        string
		fits, enough bool
	}{
		{codes, "1234", true, true}, {codes, "12345678", true, true}, {codes, " １２３４ー ", true, true}, {codes, "1234-5", true, true},
		{codes, "123", false, false}, {codes, "5678", false, true}, {codes, "abcd", false, true}, {codes, "1234-56789", false, true},
		{codes, "77", false, false}, {codes, "", false, false}, {codes, "----", false, false},
		{key, "bcdf", true, true}, {key, "BCDFG HJKMP", true, true}, {key, "HJKMP", false, true},
		{&record.Field{}, "1234", false, true},
	} {
		if fits, enough := recovery.StartsCode(c.f, c.typed); fits != c.fits || enough != c.enough {
			t.Errorf("%q: %v, %v", c.typed, fits, enough)
		}
	}
}

func FuzzTarget(f *testing.F) {
	for _, seed := range []string{old, "090-0000-0000", "box", "％＠", "\xff@\xff", "+81(0)", "a@b\nc"} {
		f.Add(seed, seed)
	}
	f.Fuzz(func(t *testing.T, typed, text string) {
		note := noted("note", "memo", "note", text)
		note.Notes = typed
		box := noted("mailbox", "box", "address", old, "login_id", text)
		u := upkeep(today, box, note, noted("line", "line", "phone", typed, "email", text))
		target, err := u.Target(typed)
		if err != nil {
			return
		}
		l := u.Leaving(target)
		for _, s := range l.Steps {
			if !s.Holds() || s.Do(target).In(lang.JA) == "" || len(s.Command()) < 2 {
				t.Errorf("%q: step %+v", typed, s)
			}
		}
	})
}

// Codes that are on paper alone are looked for there.
func TestQuestionOfWhatIsNotInTheVault(t *testing.T) {
	r := noted("google", "google")
	way(t, r, "desk", "backup_codes")
	if got := asked(t, drillOf(t, r), "desk"); !slices.Equal(got, []string{"unknown unknown:backup_codes"}) {
		t.Errorf("nothing noted: %v", got)
	}
	r.Kept = map[string]string{"backup_codes": "paper:青いファイル"}
	if got := asked(t, drillOf(t, r), "desk"); !slices.Equal(got, []string{"paper field:backup_codes"}) {
		t.Errorf("on paper: %v", got)
	}
}
