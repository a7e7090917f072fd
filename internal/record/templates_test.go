package record

import (
	"slices"
	"strings"
	"testing"
	"time"

	"memovault/internal/lang"
)

// roster are the names of the embedded templates: what one types, and what
// saved records hold. None may ever go.
var roster = strings.Fields(`office windows microsoft google apple yahoo-japan line amazon rakuten d-account au-id softbank-id
	facebook instagram x github steam nintendo playstation adobe 1password bitwarden
	mailbox isp router wifi bank phone-line device person place domain software sheet vault note`)

func TestEveryTemplateIsThere(t *testing.T) {
	var names []string
	for _, tpl := range Templates() {
		names = append(names, tpl.Name)
	}
	for _, want := range roster {
		if !slices.Contains(names, want) {
			t.Errorf("there is no template %q", want)
		}
	}
	for _, name := range names {
		if !slices.Contains(roster, name) {
			t.Errorf("%q is not in the roster", name)
		}
	}
	if names[len(names)-1] != "note" {
		t.Errorf("%s comes last, after what fits nowhere else", names[len(names)-1])
	}
}

// firstKeys are the fields of the first version. Vaults hold them, so they
// stay, with their types.
var firstKeys = map[string]string{
	"office": "product:text product_key:product-key first_install_only:choice account_email:email phone:phone registered_name:person-name birth_date:date " +
		"hint:hint recovery_codes:codes bound_account:ref pc:ref purchased:date receipt:text key_card:text",
	"microsoft": "account_email:email phone:phone security_email:email two_step:choice authenticator:ref recovery_code:codes registered_name:person-name " +
		"birth_date:date hint:hint old_password_hints:hint password_kept:text trusted_pc:ref account_created:date last_sign_in:date",
	"google": "account_email:email recovery_phone:phone recovery_email:email two_step:choice backup_codes:codes authenticator:ref recovery_contact:text " +
		"registered_name:person-name birth_date:date hint:hint password_kept:text account_created:date last_sign_in:date",
	"mailbox": "address:email provider:text class:choice contract:text contract_ends:date login_id:text recovery_email:email phone:phone hint:hint " +
		"password_kept:text webmail:url servers:multiline",
	"phone-line": "number:phone kind:choice carrier:text contract_name:person-name account_id:text network_pin:secret sim_pin:secret handset:ref " +
		"voicemail:text contract_ends:date",
	"device": "kind:choice maker:text model:text serial:text where:text login:text hint:hint unlock_kept:text bitlocker_key:product-key bitlocker_id:text " +
		"purchased:date warranty_ends:date receipt:text",
	"place":  "address:text spot:text contents:multiline key_holder:text lock:secret contract_ends:date",
	"person": "registered_name:person-name reading:person-name relation:text phone:phone email:email address:text keeps:multiline knows:multiline",
	"note":   "note:multiline",
}

func TestTemplatesKeepTheirKeys(t *testing.T) {
	for name, fields := range firstKeys {
		tpl := LookupTemplate(name)
		for field := range strings.FieldsSeq(fields) {
			key, kind, _ := strings.Cut(field, ":")
			if s := tpl.Spec(key); s == nil || string(s.Type) != kind {
				t.Errorf("%s: the field %s of type %s is gone", name, key, kind)
			}
		}
	}
}

// An account is found again by what is typed at sign-in, by what reminds of the
// password, and by what helps when it is forgotten. A template that does not
// ask for all three leaves its user where the story ends.
func TestAccountsAskForTheWayBack(t *testing.T) {
	accounts := 0
	for _, tpl := range Templates() {
		if !tpl.Account {
			continue
		}
		accounts++
		for what, roles := range map[string][]Role{
			"what is typed at sign-in":    {RoleLogin, RoleAddress, RoleNumber},
			"what reminds of a password":  {RoleHint, RolePlace, RolePassword},
			"a way back without password": {RoleRecovery, RoleCodes, RoleRescue, RoleProof, RoleKey},
		} {
			if tpl.Name == "bank" && roles[0] == RoleHint {
				continue // nothing is written down there that would help a thief
			}
			if !slices.ContainsFunc(roles, func(r Role) bool { return len(tpl.With(r)) > 0 }) {
				t.Errorf("%s does not ask for %s: it has none of the roles %v", tpl.Name, what, roles)
			}
		}
		if tpl.Idle != nil && len(tpl.With(RoleLastUsed)) == 0 {
			t.Errorf("%s says what happens to idle accounts, but does not ask for the last sign-in", tpl.Name)
		}
	}
	if accounts < 20 {
		t.Errorf("only %d of the templates are accounts", accounts)
	}
}

// Rules go by roles, so a role has to mean the same everywhere.
func TestRolesMeanTheSame(t *testing.T) {
	for _, tpl := range Templates() {
		for i := range tpl.Fields {
			s := &tpl.Fields[i]
			where := tpl.Name + "." + s.Key
			switch {
			case s.Role == RoleTwoStep:
				var values []string
				for _, o := range s.Options {
					values = append(values, o.Value)
				}
				if !slices.Equal(values, []string{"on", "off", "unknown"}) || s.Default != "unknown" {
					t.Errorf("%s: the answers are %v, Enter means %q", where, values, s.Default)
				}
			case s.Role == RoleRescue && s.Expect > 1:
				t.Errorf("%s: a key that is used again and again is one", where)
			case s.Format == FormatBitLocker && s.Role != RoleRescue, s.Format == FormatMicrosoftKey && s.Role != RoleKey:
				t.Errorf("%s: a key of the form %s has the role %q", where, s.Format, s.Role)
			case s.Type == TypeCodes && s.Role != RoleCodes && s.Role != RoleRescue, s.Type == TypeHint && s.Role != RoleHint:
				t.Errorf("%s: a field of type %s has the role %q", where, s.Type, s.Role)
			}
			if s.Default != "" && s.Default != "unknown" && s.Type == TypeChoice {
				t.Errorf("%s: Enter means %q, though nobody said so", where, s.Default)
			}
			if s.Ref != "" && !slices.Contains(roster, s.Ref) {
				t.Errorf("%s names the template %q", where, s.Ref)
			}
		}
		if sets := len(tpl.With(RoleCodes)) + len(tpl.With(RoleRescue)); len(tpl.With(RoleCodesDay)) > sets {
			t.Errorf("%s asks when codes were made, but not for codes", tpl.Name)
		}
	}
}

// Nobody answers more questions than fit on a page, and what a technician reads
// off first is asked first.
func TestTemplatesAreShort(t *testing.T) {
	for _, tpl := range Templates() {
		if n := len(tpl.Fields); n > 16 {
			t.Errorf("%s asks %d questions", tpl.Name, n)
		}
		if s := tpl.Fields[0]; s.Type.Secret() || s.Type == TypeRef {
			t.Errorf("%s begins with the %s %s, which nobody can read off at once", tpl.Name, s.Type, s.Key)
		}
	}
}

const oneFile = `{
  "order": 25,
  "label": {"en": "sewing club", "ja": "手芸の会"},
  "aliases": ["しゅげい", "club"],
  "help": {"en": "membership and its page", "ja": "会員番号と会員ページ"},
  "account": true,
  "fields": [
    {"key": "member", "type": "text", "role": "login", "label": {"en": "member number", "ja": "会員番号"}, "help": {"en": "as on the card", "ja": "カードのとおり"}, "example": "00-000"},
    {"key": "email", "type": "email", "role": "recovery", "label": {"en": "mail address", "ja": "メールアドレス"}, "help": {"en": "as registered", "ja": "登録したもの"}, "example": "hanako@example.jp"}
  ]
}`

// A template is one file and nothing else: once it is read, it is listed,
// looked up by every name, labels the fields of a record, checks them, and is
// what a search goes by.
func TestAddingATemplateIsOneFile(t *testing.T) {
	t.Cleanup(func() { UseTemplates(nil) })
	club, err := ParseTemplate("sewing-club", []byte(oneFile))
	if err != nil {
		t.Fatal(err)
	}
	if LookupTemplate("sewing-club") != nil {
		t.Fatal("it is there before it is added")
	}
	UseTemplates([]*Template{club})
	all := Templates()
	at := slices.Index(all, club)
	if len(all) != len(roster)+1 || at < 1 || all[at-1].Order > 25 || all[at+1].Order <= 25 {
		t.Errorf("place %d of %d", at, len(all))
	}
	for _, typed := range []string{"sewing-club", "Sewing Club", "手芸の会", "シュゲイ", "ｼｭｹﾞｲ", "CLUB"} {
		if got := LookupTemplate(typed); got != club {
			t.Errorf("%q: got %v", typed, got)
		}
	}
	r := &Record{Template: "sewing-club", Name: "club", Fields: []Field{{Key: "member", Value: "00-123"}}}
	if got := Label(LookupTemplate(r.Template), &r.Fields[0]); got != lang.T("member number", "会員番号") {
		t.Errorf("the field is called %v", got)
	}
	if !NewQuery("しゅげい 00-123", Templates()).Matches(r, club) || NewQuery("おりがみ", Templates()).Matches(r, club) {
		t.Error("a search does not go by the alias")
	}
	if value, _, err := club.Spec("email").Clean("ｈａｎａｋｏ＠ｅｘａｍｐｌｅ．ｊｐ"); err != nil || value != "hanako@example.jp" {
		t.Errorf("the address is stored as %q: %v", value, err)
	}
	if !club.User || len(club.With(RoleRecovery)) != 1 {
		t.Error("it is not known as the user's own, or its roles are lost")
	}
	UseTemplates(nil)
	if LookupTemplate("手芸の会") != nil || len(Templates()) != len(roster) {
		t.Error("it is still there after it is taken away")
	}
}

// A file of one of our names stands in the place of ours.
func TestOwnTemplateWins(t *testing.T) {
	t.Cleanup(func() { UseTemplates(nil) })
	mine, err := ParseTemplate("office", []byte(oneFile))
	if err != nil {
		t.Fatal(err)
	}
	UseTemplates([]*Template{mine})
	if LookupTemplate("office") != mine || LookupTemplate("Microsoft Office") != nil || len(Templates()) != len(roster) {
		t.Error("the embedded one is still there")
	}
}

// A label beats an alias, so that an own template is found by its label even if
// one of ours has that alias.
func TestLabelBeatsAlias(t *testing.T) {
	word, err := ParseTemplate("word", []byte(strings.Replace(oneFile, `"手芸の会"`, `"オフィス"`, 1)))
	if err != nil {
		t.Fatal(err)
	}
	ts := append([]*Template{LookupTemplate("office")}, word)
	if got := findTemplate(ts, "おふぃす"); got != word {
		t.Errorf("found %v", got)
	}
	if got := findTemplate(ts[:1], "おふぃす"); got != ts[0] {
		t.Errorf("without it, found %v", got)
	}
}

// What is said about a service is dated, says where it is from, and fits where
// it is shown.
func TestFactsSayWhereTheyAreFrom(t *testing.T) {
	facts, tomorrow := 0, time.Now().AddDate(0, 0, 1).Format(time.DateOnly)
	for _, tpl := range Templates() {
		for _, f := range tpl.Facts {
			facts++
			if min(len(f.Source.EN), len(f.Source.JA)) < 6 || f.AsOf > tomorrow {
				t.Errorf("%s fact %s: source %q as of %q", tpl.Name, f.ID, f.Source, f.AsOf)
			}
			if columns(f.Text.EN) > 200 || columns(f.Text.JA) > 200 {
				t.Errorf("%s fact %s: longer than three lines", tpl.Name, f.ID)
			}
		}
		if tpl.Account && len(tpl.Facts) == 0 {
			t.Errorf("%s: nothing is known of the service", tpl.Name)
		}
	}
	if facts < 60 {
		t.Errorf("only %d facts", facts)
	}
}
