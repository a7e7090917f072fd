package audit

import (
	"strings"
	"testing"

	"memovault/internal/lang"
)

// What is remembered is all that leads into google, and for a day of forgetting
// not even that: that is one finding, which cites nobody but google.
func TestLeaveIsToldOncePerAccount(t *testing.T) {
	f := fixture{in: Input{Now: testNow}}
	f.add(t, "google google | account_email=hanako@gmail.com | hint=猫 | two_step=off | recovery_email=hanako@plala.or.jp | recovery_phone=なし | @importance=3")
	f.add(t, "mailbox box | address=hanako@plala.or.jp | hint=犬 | contract=光 | @importance=3")
	told := map[string]int{}
	for _, finding := range Audit(f.in).Findings {
		if finding.Rule.ID != "G10" {
			continue
		}
		for _, r := range finding.Concerns {
			told[r.Name]++
		}
		if len(finding.Details) != 1 || !strings.Contains(finding.Details[0].Say(lang.EN), "is forgotten: then only a form") {
			t.Errorf("what a day of forgetting does is not said: %v", finding.Details)
		}
		if len(finding.Concerns) > 1 && finding.Service != (Claim{}) || strings.Contains(finding.Service.Source.EN+finding.Rule.Source.EN, "microsoft") {
			t.Errorf("of %s it cites %q, %q", finding.Record.Name, finding.Service.Source.EN, finding.Rule.Source.EN)
		}
	}
	if told["google"] != 1 || told["box"] != 1 {
		t.Errorf("told so often: %v", told)
	}
}

// A domain that lapses is renewed, not locked with a PIN; a telephone is.
func TestAdviceFitsWhatOthersGetHoldOf(t *testing.T) {
	f := fixture{in: Input{Now: testNow}}
	f.add(t, "domain own | domain=hanako.example.jp | expires=2027-03-01 | auto_renew=off")
	f.add(t, "device hanako-phone | kind=phone")
	f.add(t, "phone-line mobile | number=090-0000-1111 | handset=hanako-phone")
	f.add(t, "software editor | @way=mail: spare | +spare:email=a@hanako.example.jp | @way=sms: login_phone | +login_phone:phone=090-0000-1111")
	advice := map[string]string{}
	for _, finding := range Audit(f.in).Findings {
		if finding.Rule.ID == "G11" {
			for _, id := range finding.Events {
				advice[id] = finding.Do.Say(lang.EN)
			}
		}
	}
	if got := advice["domain-lapses:hanako.example.jp"]; !strings.Contains(got, "renew") || strings.Contains(got, "PIN") {
		t.Errorf("of the domain: %q in %v", got, advice)
	}
	if got := advice["phone-lost:hanako-phone"]; !strings.Contains(got, "PIN") || strings.Contains(got, "renew") {
		t.Errorf("of the telephone: %q in %v", got, advice)
	}
}
