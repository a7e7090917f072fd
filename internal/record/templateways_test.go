package record

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// eachWay calls check with each way of the embedded templates.
func eachWay(t *testing.T, check func(t *testing.T, tpl *Template, w *Way)) {
	ways := 0
	for _, tpl := range Templates() {
		for i := range tpl.Ways {
			ways++
			check(t, tpl, &tpl.Ways[i])
		}
	}
	if ways < 100 {
		t.Errorf("only %d ways", ways)
	}
}

func wayName(tpl *Template, w *Way) string { return tpl.Name + " way " + w.ID }

// What a service does is said by somebody, and dated. Only that a password
// alone signs in needs no witness.
func TestWaysSayWhoSaysSo(t *testing.T) {
	eachWay(t, func(t *testing.T, tpl *Template, w *Way) {
		plain := len(w.Needs) == 1 && w.Needs[0].String() == string(AtomPassword) && w.Certainty == CertaintySure && !w.Resets
		if w.Fact == "" && !plain {
			t.Errorf("%s needs %v and names no fact", wayName(tpl, w), w.Needs)
		}
		if w.Fact != "" && tpl.Fact(w.Fact) == nil {
			t.Errorf("%s names the fact %q, which is not there", wayName(tpl, w), w.Fact)
		}
	})
}

// A way is read in a table beside others, by people who know neither the key of
// a field nor the word for a certainty.
func TestWaysAreSaidInWords(t *testing.T) {
	labels := map[string]string{}
	eachWay(t, func(t *testing.T, tpl *Template, w *Way) {
		checkPair(t, wayName(tpl, w), w.Label.Text)
		for _, l := range []string{w.Label.EN, w.Label.JA} {
			if n := columns(l); n > 88 {
				t.Errorf("%s: label of %d columns: %s", wayName(tpl, w), n, l)
			}
			if other := labels[tpl.Name+l]; other != "" {
				t.Errorf("%s is called as %s is: %s", wayName(tpl, w), other, l)
			}
			labels[tpl.Name+l] = wayName(tpl, w)
		}
	})
}

// Of whoever gets in without the password it is said, and of nobody else.
func TestWaysThatResetDoWithoutThePassword(t *testing.T) {
	eachWay(t, func(t *testing.T, tpl *Template, w *Way) {
		if w.Resets && needsPassword(w) {
			t.Errorf("%s needs the password that it replaces", wayName(tpl, w))
		}
	})
}

func needsPassword(w *Way) bool {
	return slices.ContainsFunc(w.Needs, func(n Need) bool { return slices.Equal(n.Any, []string{string(AtomPassword)}) })
}

// A condition is an answer that somebody gave, never that it is not known: then
// the field would decide. And no way says again what another says.
func TestWaysExistUnderAnswers(t *testing.T) {
	eachWay(t, func(t *testing.T, tpl *Template, w *Way) {
		for key, values := range w.When {
			s := tpl.Spec(key)
			if slices.Contains(values, "unknown") || s.Option("unknown") == nil {
				t.Errorf("%s exists when %s is %v, one of %v", wayName(tpl, w), key, values, s.Options)
			}
			if len(values) >= len(s.Options)-1 {
				t.Errorf("%s exists whatever %s is", wayName(tpl, w), key)
			}
		}
		for i := range tpl.Ways {
			if v := &tpl.Ways[i]; v.ID != w.ID && len(v.When) == 0 && v.Certainty == w.Certainty && within(v.Needs, w.Needs) {
				t.Errorf("%s: who has its needs has those of %s, which always exists", wayName(tpl, w), v.ID)
			}
		}
	})
}

// within reports whether each need of a is met by whoever has those of b.
func within(a, b []Need) bool {
	return !slices.ContainsFunc(a, func(n Need) bool {
		return !slices.ContainsFunc(b, func(m Need) bool {
			return max(m.Of, 1) >= max(n.Of, 1) && !slices.ContainsFunc(m.Any, func(atom string) bool { return !slices.Contains(n.Any, atom) })
		})
	})
}

// knownTexts are fields of plain text that a way needs because its owner has to
// know them. Any other text stands for a paper or a person, and its role says so.
var knownTexts = strings.Fields("d-account.d_id amazon.registered_address playstation.online_id")

func TestWaysNeedWhatFieldsStandFor(t *testing.T) {
	used := map[string]bool{}
	eachWay(t, func(t *testing.T, tpl *Template, w *Way) {
		for _, n := range w.Needs {
			for _, a := range n.Atoms() {
				s := tpl.Spec(a.Name)
				if s == nil || s.Type != TypeText {
					continue
				}
				field := tpl.Name + "." + s.Key
				used[field] = true
				stands := slices.Contains([]Role{RoleProof, RoleFactor, RolePlace, RoleKeptAt, RoleHelper, RoleContract}, s.Role)
				if stands == slices.Contains(knownTexts, field) {
					t.Errorf("%s needs %s, a text of the role %q", wayName(tpl, w), field, s.Role)
				}
			}
		}
	})
	for _, field := range knownTexts {
		if !used[field] {
			t.Errorf("no way needs %s", field)
		}
	}
}

// An account that one can be locked out of has ways, and one of them does
// without the password, or its service says that there is none.
func TestAccountsHaveWays(t *testing.T) {
	for _, tpl := range Templates() {
		if !tpl.Account {
			continue
		}
		if len(tpl.Ways) < 2 {
			t.Errorf("%s has %d ways", tpl.Name, len(tpl.Ways))
		}
		if tpl.Importance == 0 {
			t.Errorf("%s: nothing is said of how bad its loss is", tpl.Name)
		}
		sure := slices.ContainsFunc(tpl.Ways, func(w Way) bool { return w.Certainty == CertaintySure })
		without := slices.ContainsFunc(tpl.Ways, func(w Way) bool { return !needsPassword(&w) })
		if !sure || !without {
			t.Errorf("%s: a sure way %v, a way without the password %v", tpl.Name, sure, without)
		}
	}
}

// The services' own rules, which their sources state so plainly that a slip in
// the data would be a lie.
func TestWaysOfTheServices(t *testing.T) {
	for name, want := range map[string]string{
		"microsoft/form":                   "registered_name + birth_date + old_password_hints; two_step off; form; 24h",
		"microsoft/reset-two":              "2 of account_email|security_email|phone|authenticator",
		"adobe/reset-two":                  "2 of account_email|phone|authenticator",
		"github/password-recovery-code":    "password + recovery_codes",
		"google/password-backup-code":      "password + backup_codes",
		"bitwarden/password-recovery-code": "password + recovery_code|code_kept",
		"1password/new-device":             "password + secret_key|kit_kept; two_step off",
		"apple/recovery-key":               "recovery_key + trusted_phone|trusted_phone_2|call:trusted_phone|call:trusted_phone_2; recovery_key_on on",
		"apple/account-recovery":           "trusted_phone|trusted_phone_2|call:trusted_phone|call:trusted_phone_2; recovery_key_on off; form; 3d",
		"amazon/identity-papers":           "password + registered_name + registered_address; form; 2d",
		"softbank-id/reset":                "phone + pin",
		"office/this-pc":                   "pc; licence_kind attached",
		"bank/branch":                      "seal + registered_name; person",
	} {
		tpl, id, _ := strings.Cut(name, "/")
		w := LookupTemplate(tpl).Way(id)
		if w == nil {
			t.Errorf("there is no way %s", name)
			continue
		}
		if got := sayWay(w); got != want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, want)
		}
	}
	for _, w := range LookupTemplate("bitwarden").Ways {
		if w.Resets && w.Certainty == CertaintySure {
			t.Errorf("bitwarden: nothing resets a master password, but %s", w.ID)
		}
	}
}

func sayWay(w *Way) string {
	var needs []string
	for _, n := range w.Needs {
		needs = append(needs, n.String())
	}
	said := strings.Join(needs, " + ")
	for key, values := range w.When {
		said += fmt.Sprintf("; %s %s", key, strings.Join(values, " "))
	}
	for _, s := range []string{string(w.Certainty), w.Wait} {
		if s != "" {
			said += "; " + s
		}
	}
	return said
}
