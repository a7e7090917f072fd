package recovery

import (
	"errors"
	"slices"
	"testing"
	"time"

	"memovault/internal/lang"
	"memovault/internal/lockout"
	"memovault/internal/record"
)

// two owners, each with a home, a telephone and a mailbox at a provider.
func families() []*record.Record {
	var out []*record.Record
	for _, owner := range []string{"花子", "太郎"} {
		out = append(out,
			note("isp", "isp-"+owner, "owner", owner, "mail_address", "u@"+owner+".example.jp"),
			note("device", "phone-"+owner, "owner", owner, "kind", "phone"),
			note("device", "pc-"+owner, "owner", owner, "kind", "pc"),
			by(note("service", "x-"+owner, "owner", owner, "spare", "a@nifty.com", "pw_place", "手帳"), "spare", "password"))
	}
	return append(out, note("note", "memo", "owner", "花子"))
}

func TestFind(t *testing.T) {
	m := derive(families()...)
	for _, c := range []struct {
		arg, owner string
		want       string
	}{
		{"phone-lost:phone-花子", "", "phone-lost:phone-花子"},
		{"PHONE-LOST：ｐｈｏｎｅ－花子", "", "phone-lost:phone-花子"},
		{"phone-lost", "花子", "phone-lost:phone-花子"},
		{"move-house:太郎", "", "move-house:太郎"},
		{"move-house", "太郎", "move-house:太郎"},
		{"fire", "花子", "fire:花子"},
		{"provider-closes:NIFTY.com", "", "provider-closes:nifty.com"},
		{"lose:x-花子", "", "lose:x-花子"},
		{"lose:memo", "", "lose:memo"},
		{"lose:手帳", "花子", "lose:手帳 (花子)"},
		{"lose:手帳 (太郎)", "", "lose:手帳 (太郎)"},
	} {
		found, err := m.Find([]string{c.arg, c.arg}, c.owner)
		if err != nil || len(found) != 1 || found[0].ID != c.want {
			t.Errorf("%s of %q: %v, %v", c.arg, c.owner, found, err)
		}
	}
	for _, c := range []struct {
		arg, owner string
		kind       EventErrorKind
		candidate  string
	}{
		{"phone-lost", "", EventAmbiguous, "phone-lost:phone-花子"},
		{"fire", "", EventAmbiguous, "fire:太郎"},
		{"lose:手帳", "", EventAmbiguous, "lose:手帳 (太郎)"},
		{"phone-stolen", "", EventUnknown, "phone-lost"},
		{"fier", "", EventUnknown, "fire"},
		{"", "", EventUnknown, "owner-dies"},
		{"lose:x-花", "", EventUnknown, "lose:x-花子"},
		{"phone-lost:花子", "", EventUnknown, "phone-lost:phone-花子"},
		{"provider-closes:example.org", "", EventNothing, "provider-closes:nifty.com"},
		{"school-left", "", EventNothing, ""},
		{"domain-lapses", "花子", EventNothing, ""},
		{"lose:", "次郎", EventNothing, ""},
	} {
		_, err := m.Find([]string{c.arg}, c.owner)
		var e *EventError
		if !errors.As(err, &e) || e.Kind != c.kind || e.Arg != c.arg || c.candidate != "" && !slices.Contains(e.Candidates, c.candidate) {
			t.Errorf("%q of %q: %+v", c.arg, c.owner, err)
		}
	}
}

// TestFindOfOneOwner: what happens to nobody in particular can be asked about
// for one owner too, and a house goes by the name of a place in it.
func TestFindOfOneOwner(t *testing.T) {
	kept := func(name, owner, place string) *record.Record {
		return by(note("service", name, "owner", owner, "pw_place", place), "password")
	}
	m := derive(append(families(),
		note("place", "villa", "owner", "花子", "address", "Example Hill 7"), kept("v", "花子", "villa"),
		note("place", "hut", "owner", "花子", "address", "Example Village 70"), kept("h", "花子", "hut"),
		note("place", "flat", "owner", "太郎", "address", "Example Street 1"), kept("f", "太郎", "flat"),
		note("place", "one", "owner", "次郎", "address", "Example Street 2"), kept("o", "次郎", "one"),
		note("place", "two", "owner", "次郎", "address", "Example Street 3"), kept("t", "次郎", "two"))...)
	for _, c := range []struct{ arg, owner, want string }{
		{"provider-closes:nifty.com", "花子", "provider-closes:nifty.com"},
		{"provider-closes", "花子", "provider-closes:nifty.com"},
		{"fire:villa", "", "fire:Example Hill 7"},
		{"fire:VILLA", "花子", "fire:Example Hill 7"},
		{"fire:flat", "", "fire:太郎"},
	} {
		found, err := m.Find([]string{c.arg}, c.owner)
		if err != nil || found[0].ID != c.want {
			t.Errorf("%s of %q: %v, %v", c.arg, c.owner, found, err)
		}
	}
	_, err := m.Find([]string{"fire"}, "次郎")
	var e *EventError
	if !errors.As(err, &e) || e.Kind != EventAmbiguous || !slices.Equal(e.Candidates, []string{"fire:Example Street 2", "fire:Example Street 3"}) {
		t.Errorf("a fire at one of two houses: %+v", err)
	}
	if _, err := m.Find([]string{"fire:villa"}, "太郎"); !errors.As(err, &e) || e.Kind != EventUnknown {
		t.Errorf("a fire at somebody else's house: %v", err)
	}
}

// TestKindsInJapanese: each kind is known by its label and by what people say.
func TestKindsInJapanese(t *testing.T) {
	for _, k := range EventKinds {
		for _, word := range []string{string(k), k.Word(), k.Label().JA, k.Label().EN, "　" + k.Word() + " "} {
			if got, ok := KindOf(word); !ok || got != k {
				t.Errorf("%q is %q, want %s", word, got, k)
			}
		}
		if other := eventSayings[k]; slices.ContainsFunc(slices.Concat(other.alone, other.of, other.befall), func(s string) bool { return s != lang.Fold(s) }) {
			t.Errorf("a word of %s is not folded, so nobody can type it", k)
		}
	}
	for word, want := range map[string]EventKind{
		"火事": Fire, "かじ": Fire, "カジ": Fire, "火事になったら": Fire, "家が火事": Fire, "自宅が焼けた": Fire,
		"電話をなくした": PhoneLost, "携帯をなくす": PhoneLost, "携帯を 無くした": PhoneLost, "スマホ紛失": PhoneLost, "ｽﾏﾎを落とした": PhoneLost, "ケータイをなくしたら": PhoneLost, "電話を盗まれた": PhoneLost,
		"引越し": MoveHouse, "引っ越したら": MoveHouse, "ヒッコシ": MoveHouse, "転居": MoveHouse,
		"パソコンが壊れる": PCDies, "ＰＣ故障": PCDies, "パソコンがこわれた": PCDies,
		"電話番号が変わる": NumberChanged, "番号 変更": NumberChanged, "携帯を解約": CarrierLeft, "解約する": CarrierLeft, "携帯の乗り換え": CarrierLeft,
		"財布をなくす": WalletStolen, "サイフ": WalletStolen, "パスワードを忘れた": ForgotPasswords, "すべて忘れる": ForgotPasswords,
		"会社を辞める": JobLeft, "転職": JobLeft, "大学を卒業": SchoolLeft, "サービスが終わる": ProviderCloses, "ドメインの期限切れ": DomainLapses,
		"本人死亡": OwnerDies, "自分が死んだら": OwnerDies, "失う": Lose,
	} {
		if got, ok := KindOf(word); !ok || got != want {
			t.Errorf("%q is %q, want %s", word, got, want)
		}
	}
	for _, word := range []string{"", " ", "停電", "火災保険", "かじや", "電話", "電話帳", "引っ越し先", "なくすな社", "財布屋"} {
		if got, ok := KindOf(word); ok {
			t.Errorf("%q is %s", word, got)
		}
	}
}

func TestFindInJapanese(t *testing.T) {
	m := derive(families()...)
	for _, c := range []struct{ arg, owner, want string }{
		{"携帯紛失：phone-花子", "", "phone-lost:phone-花子"},
		{"電話をなくした", "花子", "phone-lost:phone-花子"},
		{"携帯をなくす（ＰＨＯＮＥ-花子）", "", "phone-lost:phone-花子"},
		{"引っ越し:太郎", "", "move-house:太郎"},
		{"サービス終了：nifty.com", "", "provider-closes:nifty.com"},
		{"なくす：memo", "", "lose:memo"},
		{"Memo を失くした", "", "lose:memo"},
		{"memo紛失", "", "lose:memo"},
	} {
		found, err := m.Find([]string{c.arg}, c.owner)
		if err != nil || len(found) != 1 || found[0].ID != c.want {
			t.Errorf("%s of %q: %v, %v", c.arg, c.owner, found, err)
		}
	}
	for arg, want := range map[string][]string{
		"電話": {"phone-lost", "number-changed", "carrier-left"},
		"停電": {"phone-lost", "fire", "lose"},
	} {
		_, err := m.Find([]string{arg}, "")
		var e *EventError
		if !errors.As(err, &e) || e.Kind != EventUnknown || e.Loss != nil {
			t.Fatalf("%q: %+v", arg, err)
		}
		for _, kind := range want {
			if !slices.Contains(e.Candidates, kind) {
				t.Errorf("%q: %q lacks %s", arg, e.Candidates, kind)
			}
		}
	}
	var e *EventError
	if _, err := m.Find([]string{"MEMO"}, ""); !errors.As(err, &e) || e.Loss == nil || e.Loss.ID != "lose:memo" {
		t.Errorf("the name of a record: %+v", err)
	}
}

func TestOneOwnerNeedsNoName(t *testing.T) {
	m := derive(note("device", "pc", "owner", "花子", "kind", "pc"), x("password", "owner", "花子", "hint", "猫", "spare", "a@nifty.com"))
	for _, id := range []string{"fire", "forgot-passwords", "owner-dies", "pc-dies:pc"} {
		if !slices.ContainsFunc(m.Events(), func(e *Event) bool { return e.ID == id }) {
			t.Errorf("no event %s", id)
		}
	}
	if found, err := m.Find([]string{"owner-dies:花子"}, ""); err != nil || found[0].ID != "owner-dies" {
		t.Error(found, err)
	}
}

func TestDays(t *testing.T) {
	m := derive(
		box("soon", "a@example.jp", "class", "isp", "contract_ends", "2027-03"),
		note("isp", "later", "mail_address", "b@example.jp", "contract_ends", "2029-01-01"),
		note("phone-line", "line", "number", "090-0000-0001", "contract_ends", "2026-12-31"),
		note("domain", "dom", "domain", "hanako.example", "expires", "2027-01-31"), box("own", "c@hanako.example"),
		note("domain", "renewed", "domain", "taro.example", "expires", "2027-01-31", "auto_renew", "on"), box("own2", "c@taro.example"),
		note("place", "flat", "address", "自宅", "contract_ends", "2027-06-30"),
		x("spare", "spare", "a@plala.or.jp"))
	day := func(id string) (string, bool) {
		found, err := m.Find([]string{id}, "")
		if err != nil {
			t.Fatal(err)
		}
		if found[0].Day.IsZero() {
			return "", found[0].Likely
		}
		return found[0].Day.Format(time.DateOnly), found[0].Likely
	}
	for id, want := range map[string]string{
		"lose:soon": "2027-03-01", "lose:later": "2029-01-01", "number-changed:line": "2026-12-31", "carrier-left:line": "2026-12-31",
		"domain-lapses:hanako.example": "2027-01-31", "domain-lapses:taro.example": "", "move-house": "2027-06-30", "provider-closes:plala.or.jp": "2028-03-31",
	} {
		got, likely := day(id)
		if got != want || likely != (want != "" && want < "2027-11-23") {
			t.Errorf("%s: %s, likely %v; want %s", id, got, likely, want)
		}
	}
}

func TestLoot(t *testing.T) {
	stolen := func(records []*record.Record, events ...string) []string {
		m := derive(records...)
		happened, err := m.Find(events, "")
		if err != nil {
			t.Fatal(err)
		}
		ids, err := m.ThiefGraph().Opened(m.Thief(lockout.SureOnly, happened...))
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, id := range ids {
			names = append(names, m.Thing(id).Label.EN)
		}
		return names
	}
	line := func(sim string) *record.Record {
		return note("phone-line", "line", "number", "090-0000-0001", "kind", "mobile", "sim_kind", sim, "handset", "h", "owner", "")
	}
	handset := note("device", "h", "kind", "phone")
	for _, c := range []struct {
		what    string
		records []*record.Record
		event   string
		want    []string
	}{
		{"the SIM of a stolen phone gets the codes", []*record.Record{x("phone", "phone", "090-0000-0001"), line("card"), handset}, "phone-lost", []string{"x"}},
		{"an eSIM does not leave the locked phone", []*record.Record{x("phone", "phone", "090-0000-0001"), line("esim"), handset}, "phone-lost", nil},
		{"nor does a SIM with a PIN help", []*record.Record{x("phone", "phone", "090-0000-0001"), note("phone-line", "line", "number", "090-0000-0001", "sim_pin", "0000")}, "phone-lost", nil},
		{"a number given to somebody else", []*record.Record{x("phone", "phone", "090-0000-0001"), line("esim"), handset}, "number-changed", []string{"x"}},
		{"a landline does not ring at a stranger's", []*record.Record{x("call:phone", "phone", "03-0000-0000")}, "fire", nil},
		{"a domain registered by somebody else", []*record.Record{x("spare", "spare", "a@hanako.example"), box("box", "a@hanako.example"), note("domain", "dom", "domain", "hanako.example")}, "domain-lapses", []string{"x"}},
		{"a notebook with the password", []*record.Record{x("password", "pw_place", "手帳")}, "lose:手帳", []string{"x"}},
		{"a wallet", []*record.Record{x("password", "pw_place", "財布のカード")}, "wallet-stolen", []string{"x"}},
		{"what is in the vault stays there", []*record.Record{x("password", "pw", "k3-example"), note("device", "pc", "kind", "pc")}, "lose:pc", nil},
	} {
		t.Run(c.what, func(t *testing.T) {
			if c.event == "fire" {
				c.records = append(c.records, note("device", "pc", "kind", "pc"))
			}
			if got := stolen(c.records, c.event); !slices.Equal(got, c.want) {
				t.Errorf("opened %v, want %v", got, c.want)
			}
		})
	}
}

func TestFaults(t *testing.T) {
	off := note("amazon", "off")
	off.Ways = []record.Way{{ID: "no-such", Off: true}, {ID: "password", Off: true, Needs: []record.Need{{Any: []string{"password"}}}}}
	bad := note("service", "bad")
	bad.Ways = []record.Way{
		{ID: "a", Needs: []record.Need{{Any: []string{"no_such_field"}}}},
		{ID: "b", Needs: []record.Need{{Any: []string{"Bad Atom"}}}},
		{ID: "c"},
		{ID: "d", Needs: []record.Need{{Any: []string{"memory"}}}, Wait: "soon", Certainty: "maybe"},
		{ID: "d", Needs: []record.Need{{Any: []string{"password"}}}},
		{ID: "e", Needs: []record.Need{{Of: 3, Any: []string{"memory", "password"}}}},
		{ID: "f", Needs: []record.Need{{Any: []string{"record:gone"}}}},
		{ID: "g", Needs: []record.Need{{Any: []string{"record:nobody"}}}},
		{ID: "h", Needs: []record.Need{{Any: []string{"memory"}}}, When: map[string][]string{"no_such_choice": {"on"}}},
	}
	twice := by(by(note("service", "twice", "pc", "no such PC"), "pc"), "open:pc", "pc")
	m := derive(off, bad, twice, trashed(note("note", "gone")))
	got := map[string]int{}
	for _, f := range m.Faults() {
		got[f.Record.Name+" "+f.Way]++
	}
	for at, want := range map[string]int{"off no-such": 1, "off password": 1, "bad a": 1, "bad b": 1, "bad c": 1, "bad d": 3, "bad e": 1, "bad f": 1, "bad g": 1, "bad h": 1, "twice way-a": 1, "twice way-b": 0} {
		if got[at] != want {
			t.Errorf("%s: %d faults, want %d", at, got[at], want)
		}
	}
	var ways []string
	for _, w := range m.Ways(m.Account("bad")) {
		ways = append(ways, w.Way.ID+" "+w.Certainty.String())
	}
	if want := []string{"d form", "d sure", "f sure", "g sure"}; !slices.Equal(ways, want) {
		t.Errorf("ways %q, want %q", ways, want)
	}
}

func TestNoRecords(t *testing.T) {
	m := Derive(Input{})
	if len(m.Accounts())+len(m.Events())+len(m.Faults())+len(m.Repairs()) != 0 || m.Account("x") != nil || m.Thing("x") != nil {
		t.Errorf("%+v", m)
	}
	checkWhole(t, m)
	if _, err := m.Find([]string{"phone-lost"}, ""); err == nil {
		t.Error("a phone is lost where none is noted")
	}
}

func TestVaultItself(t *testing.T) {
	open := func(m *Model, events ...string) bool {
		found, err := m.Find(events, "")
		if err != nil {
			t.Fatal(err)
		}
		p, ok, err := m.Graph().Proof(VaultID, m.Case(lockout.Pessimistic, found...))
		if err != nil {
			t.Fatal(err)
		}
		return ok && p.State != lockout.Unsure
	}
	pc := func() *record.Record { return note("device", "pc", "kind", "pc") }
	vault := func(answers ...string) *record.Record {
		return note("vault", "vault", append([]string{"device", "pc"}, answers...)...)
	}
	secret := x("codes", "codes", "1111-2222")
	if m := Derive(Input{Now: now, Records: []*record.Record{secret, pc()}}); !open(m, "pc-dies") {
		t.Error("of a vault of which nothing is known, what is in it is in reach")
	}
	for _, c := range []struct {
		what    string
		records []*record.Record
		slots   []Slot
		events  []string
		want    bool
	}{
		{"as it is", []*record.Record{secret, pc()}, typed.Slots, nil, true},
		{"forgotten, with a recovery key that was proven", []*record.Record{secret, pc()}, typed.Slots, []string{"forgot-passwords"}, true},
		{"never proven", []*record.Record{secret, pc()}, []Slot{{Passphrase: true}, {Recovery: true}}, []string{"forgot-passwords"}, false},
		{"a person has it", []*record.Record{secret, vault("recovery_key_person", "太郎"), note("person", "太郎"), pc()}, typed.Slots, []string{"forgot-passwords"}, true},
		{"the house burns", []*record.Record{secret, vault(), pc()}, typed.Slots, []string{"fire"}, false},
		{"the house burns, a copy is elsewhere", []*record.Record{secret, vault("copy_place", "実家の金庫"), note("place", "実家の金庫", "address", "実家"), pc()}, typed.Slots, []string{"fire"}, true},
		{"the house burns, a copy is in the drawer", []*record.Record{secret, vault("copy_place", "引き出し"), pc()}, typed.Slots, []string{"fire"}, false},
		{"after a death, the passphrase is on paper", []*record.Record{secret, vault("passphrase_place", "仏壇"), note("device", "pc", "kind", "pc", "unlock_kept", "手帳")}, typed.Slots, []string{"owner-dies"}, true},
		{"after a death, nothing is", []*record.Record{secret, vault(), pc()}, []Slot{{Passphrase: true}}, []string{"owner-dies"}, false},
		{"after a death, nobody opens the computer", []*record.Record{secret, vault("passphrase_place", "仏壇"), pc()}, typed.Slots, []string{"owner-dies"}, false},
		{"lost itself", []*record.Record{secret, vault(), pc()}, typed.Slots, []string{"lose:vault"}, false},
	} {
		t.Run(c.what, func(t *testing.T) {
			m := Derive(Input{Now: now, Records: c.records, Vault: Vault{Slots: c.slots}})
			if got := open(m, c.events...); got != c.want {
				t.Errorf("opens: %v", got)
			}
		})
	}
}

func TestOverIsNoLoss(t *testing.T) {
	m := derive(box("old", "a@example.jp", "class", "isp", "contract_ends", "2020-01-01"), box("new", "b@example.jp", "class", "isp"))
	if old, fresh := m.Account("old"), m.Account("new"); !old.Over || fresh.Over || len(fresh.Own) == 0 {
		t.Errorf("old %+v, new %+v", *old, *fresh)
	}
	plan, err := m.Graph().Plan(m.Case(0), nil, 1)
	if err != nil || plan.Before.Now != 0 {
		t.Errorf("%+v, %v", plan, err)
	}
	ended := derive(note("phone-line", "old", "number", "090-0000-0001", "contract_ends", "2020-01-01"))
	if _, err := ended.Find([]string{"number-changed"}, ""); err == nil {
		t.Error("the number of a line that has ended changes")
	}
	own := m.Account("new").Own
	for _, id := range []string{"move-house", "provider-closes:example.jp", "lose:new"} {
		if !slices.Contains(own, id) {
			t.Errorf("%s is missing in %v", id, own)
		}
	}
}

func TestRepairs(t *testing.T) {
	account := note("service", "y", "login", "a@nifty.com", "hint", "猫")
	by(account, "login|spare|phone")
	by(account, "codes")
	by(account, "password")
	m := derive(account, box("web", "b@example.jp", "class", "webmail"), note("phone-line", "line", "number", "090-0000-0001", "kind", "mobile"))
	ids := map[string]*Repair{}
	for _, r := range m.Repairs() {
		if r.Account == m.Account("y") {
			ids[r.ID[:4]] = r
		}
	}
	for _, what := range []string{"mail", "phon", "code", "pape", "move"} {
		if ids[what] == nil {
			t.Fatalf("no repair %s", what)
		}
	}
	if got := ids["move"]; got.Rules[0].Body[0] != "need:"+account.ID.String()+":way-a:0" && len(got.Drop) != 1 {
		t.Errorf("%+v", got)
	}
	if body := ids["phon"].Rules[0].Body; !slices.Contains(body, "sms:09000000001") {
		t.Errorf("the owner's own line is not used: %v", body)
	}
	if body := ids["mail"].Rules[0].Body; !slices.Contains(body, "mail:b@example.jp") {
		t.Errorf("the owner's own lasting mailbox is not used: %v", body)
	}
	var list []lockout.Repair
	for _, r := range ids {
		list = append(list, r.Repair)
	}
	slices.SortFunc(list, func(a, b lockout.Repair) int { return len(a.ID) - len(b.ID) })
	plan, err := m.Graph().Rank(m.Case(noted), list)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range plan.Effects {
		if e.Repair[:4] != "move" && e.After.Compare(plan.Before) >= 0 {
			t.Errorf("%s mends nothing: %+v, was %+v", e.Repair, e.After, plan.Before)
		}
	}
}
