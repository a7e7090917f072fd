package recovery_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"memovault/internal/record"
	"memovault/internal/recovery"
)

// leaving is the list for what goes away.
func leaving(t *testing.T, typed string, records ...*record.Record) *recovery.Leaving {
	t.Helper()
	u := upkeep(today, records...)
	target, err := u.Target(typed)
	if err != nil {
		t.Fatal(err)
	}
	return u.Leaving(target)
}

// steps are the names of the steps, each with the kinds of its uses.
func steps(l *recovery.Leaving) []string {
	var list []string
	for _, s := range l.Steps {
		line := s.Record.Name
		for _, use := range s.Uses {
			line += " " + string(use.Kind) + ":" + use.Field + use.Way
		}
		list = append(list, line)
	}
	return list
}

const old = "hanako@isp.example.jp"

func TestTargets(t *testing.T) {
	u := upkeep(today, noted("mailbox", "box", "address", old), noted("phone-line", "keitai", "number", "090-0000-0000"),
		noted("google", "google", "account_email", "hanako@gmail.com"), noted("note", "memo"), noted("person", "太郎", "email", "taro@example.jp"))
	for typed, value := range map[string]string{
		old: old, "Hanako@ISP.example.jp": old, "ｈａｎａｋｏ＠ｉｓｐ．ｅｘａｍｐｌｅ．ｊｐ": old, "box": old, " BOX ": old,
		"09000000000": "090-0000-0000", "+81 90 0000 0000": "090-0000-0000", "０９０－００００－００００": "090-0000-0000", "keitai": "090-0000-0000",
		"google": "hanako@gmail.com", "new@example.jp": "new@example.jp", "03-0000-0000": "03-0000-0000",
	} {
		target, err := u.Target(typed)
		if err != nil {
			t.Errorf("%q: %v", typed, err)
			continue
		}
		got := target.Value()
		if len(target.About) > 0 {
			got = strings.ToLower(got)
		}
		if record.PhoneDigits(got) != record.PhoneDigits(value) || target.Mail != "" && !strings.EqualFold(got, value) {
			t.Errorf("%q is %q, want %q", typed, got, value)
		}
	}
	for _, typed := range []string{"", "memo", "太郎", "nobody", "@", "a b@c", "12", "a@b,c@d"} {
		if target, err := u.Target(typed); !errors.As(err, new(*recovery.TargetError)) {
			t.Errorf("%q is %+v, %v", typed, target, err)
		}
	}
}

func TestEverythingThatHangsOnAnAddress(t *testing.T) {
	note := noted("note", "memo", "note", "写真の店に "+old+" で登録した")
	note.Notes = "yamada." + old + " は別の人"
	trashed := noted("x", "thrown-away", "account_email", old)
	trashed.Trashed = &today
	amazon := noted("amazon", "amazon", "account_email", "hanako@example.jp")
	amazon.Notes = "前は <" + old + ">."
	own := noted("github", "github", "account_email", "hanako@example.jp")
	own.Ways = []record.Way{{ID: "letter", Needs: []record.Need{{Any: []string{"record:box"}}}}}
	l := leaving(t, old,
		noted("mailbox", "box", "address", old), noted("isp", "isp", "mail_address", old, "contact_email", old),
		noted("microsoft", "microsoft", "account_email", "HANAKO@isp.example.jp", "security_email", old),
		noted("office", "office", "account_email", old), noted("google", "google", "recovery_email", old, "account_email", "hanako@gmail.com"),
		noted("device", "pc", "login", old), noted("line", "line", "email", "other."+old), noted("wifi", "wifi", "where", "see "+old+".au"),
		amazon, own, note, trashed)
	got := steps(l)
	slices.Sort(got)
	want(t, "steps", got,
		"amazon mention:",
		"github way:letter",
		"google recovery:recovery_email",
		"memo mention:note",
		"microsoft login:account_email recovery:security_email",
		"office licence:account_email",
		"pc login:login")
	if l.Keeper == nil || l.Keeper.Name != "box" {
		t.Errorf("kept in %+v", l.Keeper)
	}
}

func TestEverythingThatHangsOnANumber(t *testing.T) {
	memo := noted("note", "memo", "note", "修理屋は（０９０）００００ー００００、工場は 090-0000-00001")
	far := noted("note", "far", "note", "090-0000-00001")
	l := leaving(t, "090-0000-0000",
		noted("phone-line", "keitai", "number", "09000000000"), noted("line", "line", "phone", "+81 90-0000-0000"),
		noted("d-account", "d", "line", "keitai", "d_id", "090-0000-0000"), noted("bank", "bank", "phone", "090-0000-0001"),
		noted("bank", "bank2", "number", "0900000000"), memo, far)
	got := steps(l)
	slices.Sort(got)
	want(t, "steps", got, "d login:d_id ref:line", "line login:phone", "memo mention:note")
	if l.Keeper == nil || l.Keeper.Name != "keitai" || len(l.Facts) != 1 {
		t.Errorf("kept in %+v, facts %v", l.Keeper, l.Facts)
	}
}

// A mailbox comes before the accounts that get their mail through it, whatever
// their importance; what nothing else opens comes before the rest.
func TestOrderOfLeaving(t *testing.T) {
	bank := noted("bank", "bank", "account_email", old)
	bank.Importance = 3
	shop := noted("rakuten", "a-shop", "email", old, "phone", "090-0000-0000")
	l := leaving(t, old, noted("mailbox", "box", "address", old), shop, bank,
		noted("mailbox", "z-second", "address", "second@example.jp", "recovery_email", old),
		noted("amazon", "amazon", "account_email", "second@example.jp", "backup_way", "090-0000-0000"),
		noted("nintendo", "nintendo", "account_email", "second@example.jp", "sign_in_id", old),
		noted("note", "memo", "note", old))
	var names []string
	for _, s := range l.Steps {
		names = append(names, s.Record.Name)
	}
	at := func(name string) int { return slices.Index(names, name) }
	if len(names) != 5 || at("z-second") > at("nintendo") || at("memo") != 4 || at("bank") > at("a-shop") {
		t.Errorf("order %q", names)
	}
	if s := l.Step("Z-SECOND"); s == nil || s.Feeds != 2 {
		t.Errorf("feeds %+v", s)
	}
}

// What by the notes nothing else opens comes first, and says so.
func TestNothingElseOpensIt(t *testing.T) {
	box := noted("mailbox", "box", "address", old, "password_kept", "仏壇の引き出し")
	one, two := noted("note", "z-one", "note", "x"), noted("note", "a-two", "note", "x")
	two.Importance = 3
	way(t, one, "mail", "record:box")
	way(t, two, "mail", "record:box")
	way(t, two, "paper", "paper:青いファイル")
	through := noted("note", "y-mail", "note", "x")
	through.Set("mail", record.TypeEmail, old)
	way(t, through, "mail", "mail")
	l := leaving(t, "box", box, one, two, through)
	var got []string
	for _, s := range l.Steps {
		if got = append(got, s.Record.Name); s.Only != (s.Record != two) {
			t.Errorf("%s: nothing else opens it: %v", s.Record.Name, s.Only)
		}
	}
	want(t, "order", got, "y-mail", "z-one", "a-two")
	want(t, "uses", steps(l)[:1], "y-mail recovery:mail")
}

// Two mailboxes that get each other's codes still come once each.
func TestCircleOfMailboxes(t *testing.T) {
	l := leaving(t, old, noted("mailbox", "a", "address", "a@example.jp", "recovery_email", "b@example.jp", "login_id", old),
		noted("mailbox", "b", "address", "b@example.jp", "recovery_email", "a@example.jp", "login_id", old))
	want(t, "steps", steps(l), "a login:login_id", "b login:login_id")
}

func TestTicks(t *testing.T) {
	box := noted("mailbox", "box", "address", old)
	google := noted("google", "google", "recovery_email", old, "account_email", "hanako@gmail.com")
	x, amazon := noted("x", "x", "account_email", old), noted("amazon", "amazon", "account_email", "new@example.jp")
	memo := noted("note", "memo", "note", old)
	gone := record.NewID()
	box.Retire = &record.Retirement{Begun: "2026-11-01", By: "2026-12-31", Done: map[string]string{
		google.ID.String(): "2026-11-20", amazon.ID.String(): "", memo.ID.String(): "2026-11-21", gone.String(): "", "nonsense": "2026-11-20"}}
	l := leaving(t, old, box, google, x, amazon, memo)
	if !l.Begun || l.Day.Format(time.DateOnly) != "2026-12-31" || len(l.Moved) != 1 || l.Moved[0] != amazon || len(l.Gone) != 2 {
		t.Errorf("begun %v, day %s, moved %v, gone %v", l.Begun, l.Day, l.Moved, l.Gone)
	}
	names := func(list []*recovery.Step) (out []string) {
		for _, s := range list {
			out = append(out, s.Record.Name)
		}
		slices.Sort(out)
		return out
	}
	want(t, "open", names(l.Open()), "x")
	want(t, "hanging", names(l.Hanging()), "google", "x") // google is ticked off and holds it; a note that was looked at may stay
	want(t, "clock", kept(upkeep(today, box, google, x, amazon, memo), recovery.ClockRetire), "2026-12-31 box")

	box.Retire.Done[amazon.ID.String()] = "2026-11-22"
	l = leaving(t, old, box, amazon, memo)
	if len(l.Hanging())+len(l.Open())+len(l.Moved) != 0 || l.Step("amazon").Done != "2026-11-22" {
		t.Errorf("%q is left", names(l.Hanging()))
	}
	want(t, "no clock", kept(upkeep(today, box, amazon, memo), recovery.ClockRetire))
}

func TestRetireClockWithoutADay(t *testing.T) {
	box, x := noted("mailbox", "box", "address", old), noted("x", "x", "account_email", old)
	box.Retire = &record.Retirement{Begun: "2026-11-01"}
	want(t, "no day", kept(upkeep(today, box, x), recovery.ClockRetire), "? box")
	box.Set("contract_ends", record.TypeDate, "2026-12-15")
	u := upkeep(today, box, x)
	want(t, "the contract's", kept(u, recovery.ClockRetire), "2026-12-15 box")
	want(t, "said once", kept(u, recovery.ClockEnds))
}

func TestFactsOfLeaving(t *testing.T) {
	for address, words := range map[string]string{"hanako@docomo.ne.jp": "31 days", "hanako@nifty.com": "the provider's contract", "hanako@gmail.com": ""} {
		l := leaving(t, address)
		switch {
		case words == "" && len(l.Facts) > 0:
			t.Errorf("%s: %v", address, l.Facts[0].Text)
		case words != "" && (len(l.Facts) != 1 || !strings.Contains(l.Facts[0].Text.EN, words) || l.Facts[0].AsOf == "" || l.Facts[0].Source.JA == ""):
			t.Errorf("%s: %+v", address, l.Facts)
		}
	}
	box := noted("mailbox", "box", "address", "hanako@docomo.ne.jp", "contract_ends", "2026-12-31")
	if keep := leaving(t, "box", box).Keep(); keep.Format(time.DateOnly) != "2027-01-31" {
		t.Errorf("to be kept until %s", keep)
	}
	if keep := leaving(t, "hanako@docomo.ne.jp").Keep(); !keep.IsZero() {
		t.Errorf("a last day %s without a day", keep)
	}
	isp := noted("mailbox", "box", "address", old, "class", "isp", "contract_ends", "2026-12-31")
	if l := leaving(t, "box", isp); len(l.Facts) != 1 || !l.Keep().IsZero() {
		t.Errorf("%v, %s", l.Facts, l.Keep())
	}
}
