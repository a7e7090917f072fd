package recovery

import (
	"slices"
	"strings"
	"testing"
	"time"

	"memovault/internal/lockout"
	"memovault/internal/record"
)

// service is a template with a field of each kind and no ways of its own, so
// that a test sees nothing but the ways it gives.
const service = `{
  "order": 1,
  "label": {"en": "service", "ja": "サービス"},
  "help": {"en": "for tests", "ja": "試験用"},
  "account": true,
  "mail": ["post.example.jp"],
  "fields": [
    {"key": "login", "type": "email", "role": "login", "label": {"en": "login", "ja": "ログイン"}, "help": {"en": "h", "ja": "h"}},
    {"key": "spare", "type": "email", "role": "recovery", "label": {"en": "spare", "ja": "予備"}, "help": {"en": "h", "ja": "h"}},
    {"key": "phone", "type": "phone", "role": "recovery", "label": {"en": "phone", "ja": "電話"}, "help": {"en": "h", "ja": "h"}},
    {"key": "codes", "type": "codes", "role": "codes", "label": {"en": "codes", "ja": "コード"}, "help": {"en": "h", "ja": "h"}},
    {"key": "pw", "type": "secret", "role": "password", "label": {"en": "password", "ja": "パスワード"}, "help": {"en": "h", "ja": "h"}},
    {"key": "pw_place", "type": "text", "role": "password-place", "label": {"en": "where", "ja": "控え"}, "help": {"en": "h", "ja": "h"}},
    {"key": "hint", "type": "hint", "role": "hint", "label": {"en": "hint", "ja": "ヒント"}, "help": {"en": "h", "ja": "h"}},
    {"key": "pc", "type": "ref", "role": "device", "label": {"en": "pc", "ja": "パソコン"}, "help": {"en": "h", "ja": "h"}},
    {"key": "friend", "type": "ref", "label": {"en": "friend", "ja": "友人"}, "help": {"en": "h", "ja": "h"}},
    {"key": "two", "type": "choice", "role": "two-step", "label": {"en": "two-step", "ja": "2 段階"}, "help": {"en": "h", "ja": "h"},
      "options": [{"value": "on", "label": {"en": "on", "ja": "オン"}}, {"value": "off", "label": {"en": "off", "ja": "オフ"}}, {"value": "unknown", "label": {"en": "not known", "ja": "不明"}}]},
    {"key": "name", "type": "person-name", "role": "name", "label": {"en": "name", "ja": "氏名"}, "help": {"en": "h", "ja": "h"}},
    {"key": "number", "type": "text", "label": {"en": "number", "ja": "番号"}, "help": {"en": "h", "ja": "h"}},
    {"key": "proof", "type": "text", "role": "proof", "label": {"en": "proof", "ja": "証拠"}, "help": {"en": "h", "ja": "h"}},
    {"key": "bound", "type": "email", "role": "licence-account", "label": {"en": "bound to", "ja": "結び付き"}, "help": {"en": "h", "ja": "h"}},
    {"key": "bound_record", "type": "ref", "role": "licence-account", "label": {"en": "record of it", "ja": "その記録"}, "help": {"en": "h", "ja": "h"}},
    {"key": "ends", "type": "date", "role": "ends", "label": {"en": "ends", "ja": "終わる日"}, "help": {"en": "h", "ja": "h"}}
  ]
}`

func TestMain(m *testing.M) {
	t, err := record.ParseTemplate("service", []byte(service))
	if err != nil {
		panic(err)
	}
	record.UseTemplates([]*record.Template{t})
	m.Run()
}

var (
	now   = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	typed = Vault{Slots: []Slot{{Passphrase: true}, {Recovery: true, Proven: now}}}
)

// note is a record with answers, given as key and value by turns.
func note(template, name string, answers ...string) *record.Record {
	r := &record.Record{ID: record.NewID(), Template: template, Name: name, Created: now, Updated: now}
	t := record.LookupTemplate(template)
	for i := 0; i+1 < len(answers); i += 2 {
		key, value := answers[i], answers[i+1]
		switch {
		case key == "owner":
			r.Owner = value
		case key == "tag":
			r.Tags = append(r.Tags, value)
		case strings.HasPrefix(key, "kept "):
			r.Kept = map[string]string{key[len("kept "):]: value}
		case t.Spec(key) != nil && t.Spec(key).Type == record.TypeCodes:
			r.SetCodes(key, record.ParseCodes(value))
		default:
			r.Set(key, "", value)
		}
	}
	return r
}

// by is a record with a way of its own.
func by(r *record.Record, needs ...string) *record.Record {
	w := record.Way{ID: "way-" + string(rune('a'+len(r.Ways)))}
	for _, s := range needs {
		n, err := record.ParseNeed(s)
		if err != nil {
			panic(err)
		}
		w.Needs = append(w.Needs, n)
	}
	r.Ways = append(r.Ways, w)
	return r
}

// x is the account of a test, with its one way.
func x(needs string, answers ...string) *record.Record {
	return by(note("service", "x", answers...), strings.Split(needs, " + ")...)
}

func derive(records ...*record.Record) *Model {
	return Derive(Input{Now: now, Records: records, Vault: typed})
}

// stateOf is how the account stands after the events.
func stateOf(t testing.TB, m *Model, name string, events ...string) lockout.State {
	t.Helper()
	happened, err := m.Find(events, "")
	if err != nil {
		t.Fatal(err)
	}
	states, err := m.Graph().States(m.Case(lockout.Optimistic, happened...))
	if err != nil {
		t.Fatal(err)
	}
	a := m.Account(name)
	if a == nil {
		t.Fatalf("%q is no account", name)
	}
	return states[slices.Index(m.Graph().Accounts(), a.ID)]
}

// box is a mailbox that opens with a password on a paper.
func box(name, address string, answers ...string) *record.Record {
	r := by(note("mailbox", name, append([]string{"address", address, "password_kept", "手帳"}, answers...)...), "password")
	for _, w := range record.LookupTemplate("mailbox").Ways {
		r.Ways = append(r.Ways, record.Way{ID: w.ID, Off: true})
	}
	return r
}

func TestDerivation(t *testing.T) {
	const (
		open   = lockout.Open
		unsure = lockout.Unsure
		asking = lockout.Asking
		shut   = lockout.Shut
	)
	phone := func(answers ...string) *record.Record {
		return note("phone-line", "line", append([]string{"number", "090-0000-0001", "kind", "mobile", "sim_kind", "card"}, answers...)...)
	}
	records := func(list ...*record.Record) []*record.Record { return list }
	for _, c := range []struct {
		what    string
		records []*record.Record
		events  string
		want    lockout.State
	}{
		{"a mailbox with a record", records(x("spare", "spare", "a@example.jp"), box("box", "A@Example.jp")), "", open},
		{"its paper is lost", records(x("spare", "spare", "a@example.jp"), box("box", "a@example.jp")), "lose:手帳", shut},
		{"its company closes", records(x("spare", "spare", "a@example.jp"), box("box", "a@example.jp")), "provider-closes:example.jp", shut},
		{"its contract ended", records(x("spare", "spare", "a@example.jp"), box("box", "a@example.jp", "class", "isp", "contract_ends", "2026-11-21")), "", shut},
		{"its contract ends today", records(x("spare", "spare", "a@example.jp"), box("box", "a@example.jp", "class", "isp", "contract_ends", "2026-11-22")), "", open},
		{"its contract ends by moving", records(x("spare", "spare", "a@example.jp"), box("box", "a@example.jp", "class", "isp")), "move-house", shut},
		{"webmail does not end by moving", records(x("spare", "spare", "a@example.jp"), box("box", "a@example.jp", "class", "webmail"), note("isp", "isp")), "move-house", open},
		{"a mailbox without a record", records(x("spare", "spare", "a@example.jp")), "", unsure},
		{"a provider's mailbox without a record, by moving", records(x("spare", "spare", "a@nifty.com")), "move-house", shut},
		{"a carrier's mailbox hangs on the only line", records(x("spare", "spare", "a@docomo.ne.jp"), phone()), "carrier-left:line", shut},
		{"a school's", records(x("spare", "spare", "a@box.example.jp"), box("box", "a@box.example.jp", "class", "school")), "school-left", shut},
		{"an employer's", records(x("spare", "spare", "a@box.example.jp"), box("box", "a@box.example.jp", "class", "work")), "job-left", shut},
		{"at a domain of one's own", records(x("spare", "spare", "a@hanako.example"), box("box", "a@hanako.example"), note("domain", "dom", "domain", "hanako.example")), "domain-lapses:hanako.example", shut},
		{"a mailbox of another account itself", records(x("spare", "spare", "a@post.example.jp"), by(note("service", "post", "login", "a@post.example.jp"), "paper:手帳")), "", open},
		{"the account is its own mailbox", records(x("login", "login", "a@post.example.jp")), "", shut},
		{"mail at a person", records(x("spare", "spare", "taro@example.jp"), note("person", "太郎", "email", "taro@example.jp")), "", asking},
		{"that person is gone", records(x("spare", "spare", "taro@example.jp"), note("person", "太郎", "email", "taro@example.jp")), "lose:太郎", shut},
		{"a mailbox in the trash has no record", records(x("spare", "spare", "a@example.jp"), trashed(box("box", "a@example.jp"))), "", unsure},

		{"an SMS on a noted line", records(x("phone", "phone", "+81 90 0000 0001"), phone()), "", open},
		{"the phone is lost: a shop may help", records(x("phone", "phone", "090-0000-0001"), phone()), "phone-lost", asking},
		{"the phone is lost and the wallet stolen", records(x("phone", "phone", "090-0000-0001"), phone()), "phone-lost wallet-stolen", shut},
		{"the number is changed", records(x("phone", "phone", "090-0000-0001"), phone()), "number-changed", shut},
		{"the carrier is left, the number is taken along", records(x("phone", "phone", "090-0000-0001"), phone()), "carrier-left", open},
		{"the line ended", records(x("phone", "phone", "090-0000-0001"), phone("contract_ends", "2020")), "", shut},
		{"the line is in a device", records(x("phone", "phone", "090-0000-0001"), phone("handset", "h"), note("device", "h", "kind", "phone")), "phone-lost:h", asking},
		{"an eSIM needs the device unlocked", records(x("phone", "phone", "090-0000-0001"), note("phone-line", "line", "number", "09000000001", "sim_kind", "esim", "handset", "h"), note("device", "h", "kind", "phone")), "owner-dies", shut},
		{"or its code written down", records(x("phone", "phone", "090-0000-0001"), note("phone-line", "line", "number", "09000000001", "sim_kind", "esim", "handset", "h"), note("device", "h", "kind", "phone", "unlock_kept", "手帳")), "owner-dies", open},
		{"a SIM works in another phone", records(x("phone", "phone", "090-0000-0001"), phone("handset", "h"), note("device", "h", "kind", "phone")), "owner-dies", open},
		{"a number without a record", records(x("phone", "phone", "090-0000-0001")), "", unsure},
		{"a landline gets no text message", records(x("phone", "phone", "03-0000-0000"), note("phone-line", "home", "number", "03-0000-0000", "kind", "landline")), "", shut},
		{"a landline gets a call", records(x("call:phone", "phone", "03-0000-0000"), note("phone-line", "home", "number", "03-0000-0000", "kind", "landline")), "", open},
		{"until one moves", records(x("call:phone", "phone", "03-0000-0000"), note("phone-line", "home", "number", "03-0000-0000", "kind", "landline")), "move-house", shut},
		{"a mobile gets a call", records(x("call:phone", "phone", "090-0000-0001"), phone()), "number-changed", shut},
		{"a person's number", records(x("phone", "phone", "090-0000-0009"), note("person", "太郎", "phone", "090-0000-0009")), "", asking},

		{"a field without an answer", records(x("spare")), "", unsure},
		{"a field that says none", records(x("spare", "spare", "なし")), "", shut},
		{"a field that says not known", records(x("spare", "spare", "不明")), "", unsure},
		{"codes in the vault", records(x("codes", "codes", "1111-2222\n3333-4444")), "", open},
		{"codes all used", records(used(x("codes", "codes", "1111-2222"))), "", shut},
		{"codes, the computer dies", records(x("codes", "codes", "1111-2222"), note("device", "pc", "kind", "pc")), "pc-dies", shut},
		{"codes, the computer dies, with a copy", records(x("codes", "codes", "1111-2222"), note("device", "pc", "kind", "pc"), note("place", "実家", "address", "実家", "tag", "控え")), "pc-dies", open},
		{"codes, on a sheet too", records(x("codes", "codes", "1111-2222"), note("device", "pc", "kind", "pc"), note("sheet", "s1", "contents", "x", "place", "金庫の上", "secrets", "yes", "printed", "2026-11-22")), "pc-dies", open},
		{"codes, on a sheet without secrets", records(x("codes", "codes", "1111-2222"), note("device", "pc", "kind", "pc"), note("sheet", "s1", "contents", "x", "secrets", "no", "printed", "2026-11-22")), "pc-dies", shut},
		{"codes, on a sheet that may have secrets", records(x("codes", "codes", "1111-2222"), note("device", "pc", "kind", "pc"), note("sheet", "s1", "contents", "x", "printed", "2026-11-22")), "pc-dies", unsure},
		{"codes, on a sheet printed before the last change", records(x("codes", "codes", "1111-2222"), note("device", "pc", "kind", "pc"), note("sheet", "s1", "contents", "x", "secrets", "yes", "printed", "2026-11-01")), "pc-dies", unsure},
		{"codes kept on paper", records(x("codes", "codes", "1111-2222", "kept codes", "vault, paper:財布"), note("device", "pc", "kind", "pc")), "pc-dies", open},
		{"codes kept in the wallet", records(x("codes", "codes", "1111-2222", "kept codes", "paper:財布"), note("device", "pc", "kind", "pc")), "pc-dies wallet-stolen", shut},
		{"codes kept with a person", records(x("codes", "codes", "1111-2222", "kept codes", "person:太郎"), note("device", "pc", "kind", "pc"), note("person", "太郎")), "pc-dies", asking},
		{"a customer number is in the vault", records(x("number", "number", "0000"), note("device", "pc", "kind", "pc")), "pc-dies", shut},
		{"a name is known without it", records(x("name", "name", "山田 花子"), note("device", "pc", "kind", "pc")), "pc-dies", open},
		{"a receipt is a paper", records(x("proof", "proof", "青いファイル")), "fire", shut},

		{"a recorded password", records(x("password", "pw", "k3-example")), "", open},
		{"a recorded password, vault lost", records(x("password", "pw", "k3-example"), note("device", "pc", "kind", "pc")), "pc-dies", shut},
		{"a written password", records(x("password", "pw_place", "青いファイル"), note("device", "pc", "kind", "pc")), "pc-dies", open},
		{"a written password burns", records(x("password", "pw_place", "青いファイル")), "fire", shut},
		{"a written password at another house does not", records(x("password", "pw_place", "実家の箱"), note("place", "実家の箱", "address", "実家"), note("device", "pc", "kind", "pc")), "fire", open},
		{"nor at a place that goes by its title", records(x("password", "pw_place", "銀行の貸金庫"), titled(note("place", "ginko", "address", "駅前支店"), "銀行の貸金庫"), note("place", "ie", "address", "自宅"), note("device", "pc", "kind", "pc")), "fire", open},
		{"a password in the head", records(x("password", "pw_place", "頭の中")), "", open},
		{"is forgotten", records(x("password", "pw_place", "頭の中")), "forgot-passwords", shut},
		{"a hint alone", records(x("password", "hint", "猫")), "", unsure},
		{"a hint, forgotten", records(x("password", "hint", "猫")), "forgot-passwords", shut},
		{"a hint, and the way was really used", records(proven(x("password", "hint", "猫"), "2026-05-01")), "", open},
		{"a hint, and the way was used long ago", records(proven(x("password", "hint", "猫"), "2024-05-01")), "", unsure},
		{"no word about the password", records(x("password")), "", unsure},
		{"a password kept in memory", records(x("password", "pw", "k3-example", "kept pw", "memory"), note("device", "pc", "kind", "pc")), "pc-dies", open},

		{"a device", records(x("pc", "pc", "pc"), note("device", "pc", "kind", "pc")), "", open},
		{"a dead device", records(x("pc", "pc", "pc"), note("device", "pc", "kind", "pc")), "pc-dies", shut},
		{"the code of a device is no password that one forgets", records(x("pc", "pc", "pc"), note("device", "pc", "kind", "pc"), by(note("service", "y"), "memory")), "forgot-passwords", open},
		{"after a death, nobody knows it", records(x("pc", "pc", "pc"), note("device", "pc", "kind", "pc")), "owner-dies", shut},
		{"after a death, the code is written down", records(x("pc", "pc", "pc"), note("device", "pc", "kind", "pc", "unlock_kept", "手帳")), "owner-dies", open},
		{"still signed in", records(x("open:pc", "pc", "pc"), note("device", "pc", "kind", "pc", "where", "居間")), "fire", shut},
		{"a device without a record", records(x("pc", "pc", "古いノート")), "", unsure},
		{"a device in the trash", records(x("pc", "pc", "pc"), trashed(note("device", "pc"))), "", shut},
		{"a person", records(x("friend", "friend", "太郎"), note("person", "太郎")), "lose:太郎", shut},
		{"a place", records(x("friend", "friend", "貸金庫"), note("place", "貸金庫", "address", "銀行"), note("device", "pc", "kind", "pc")), "fire", open},
		{"another account", records(x("friend", "friend", "y"), by(note("service", "y"), "paper:手帳")), "lose:y", shut},
		{"a line", records(x("friend", "friend", "line"), phone()), "number-changed", shut},
		{"a sheet", records(x("friend", "friend", "s1"), note("sheet", "s1")), "lose:s1", shut},
		{"a licence by its record", records(x("bound", "bound_record", "y"), by(note("service", "y"), "paper:手帳")), "lose:手帳", shut},
		{"a licence by its address", records(x("bound", "bound", "a@example.jp"), by(note("service", "y", "login", "a@example.jp"), "paper:手帳")), "lose:手帳", shut},
		{"a licence whose account has no record", records(x("bound", "bound", "a@example.jp")), "", unsure},

		{"a record in a way of one's own", records(x("record:太郎"), note("person", "太郎")), "", open},
		{"a record that is there no more", records(x("record:太郎")), "", shut},
		{"a paper in a way of one's own", records(x("paper:仏壇の引き出し")), "fire", shut},
		{"memory in a way of one's own", records(x("memory")), "owner-dies", shut},
		{"two of three, one unknown", records(x("2 of spare|phone|friend", "spare", "a@example.jp", "friend", "太郎"), box("box", "a@example.jp"), note("person", "太郎")), "", open},
		{"two of three, one lost", records(x("2 of spare|phone|friend", "spare", "a@example.jp", "friend", "太郎"), box("box", "a@example.jp"), note("person", "太郎")), "lose:太郎", unsure},
		{"the same address twice is one", records(x("2 of login|spare", "login", "a@example.jp", "spare", "a@example.jp"), box("box", "a@example.jp")), "", shut},
		{"the account itself is lost", records(x("memory")), "lose:x", shut},
		{"what is over is shut", records(x("memory", "ends", "2026-11-01")), "", shut},
	} {
		t.Run(c.what, func(t *testing.T) {
			if got := stateOf(t, derive(c.records...), "x", strings.Fields(c.events)...); got != c.want {
				t.Errorf("%s after %q, want %s", got, c.events, c.want)
			}
		})
	}
}

func titled(r *record.Record, title string) *record.Record {
	r.Title = title
	return r
}

func trashed(r *record.Record) *record.Record {
	r.Trashed = &now
	return r
}

func used(r *record.Record) *record.Record {
	for i := range r.Fields {
		for j := range r.Fields[i].Codes {
			r.Fields[i].Codes[j].Used = "2026-01-01"
		}
	}
	return r
}

func proven(r *record.Record, day string) *record.Record {
	r.Proven = map[string]string{r.Ways[0].ID: day}
	return r
}
