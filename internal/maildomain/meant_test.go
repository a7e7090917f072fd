package maildomain

import (
	"strings"
	"testing"
)

func TestMeant(t *testing.T) {
	for typed, want := range map[string]string{
		"hanako@gmail.co": "gmail.com", "hanako@gmial.com": "gmail.com", "hanako@gmaill.com": "gmail.com",
		"hanako@docomo.ne.jo": "", // another country: who knows
		"hanako@docmo.ne.jp":  "docomo.ne.jp", "hanako@ｙａｈｏ．ｃｏ．ｊｐ": "yahoo.co.jp", "hanako@nifyt.com": "nifty.com",
		"hanako@gmail.com": "", "hanako@hotmail.dk": "", "hanako@example.jp": "", "hanako@mail.example.jp": "",
		"hanako@atx.net": "", "hanako": "", "": "", "hanako@": "", "hanako@.": "", "hanako@gmail": "",
	} {
		if got := Meant(typed); got != want {
			t.Errorf("%q: meant %q, want %q", typed, got, want)
		}
	}
	for _, d := range Table() {
		if got := Meant("x@" + d.Name); got != "" && !strings.Contains(d.Name, "*") {
			t.Errorf("%s is listed, and taken for %s", d.Name, got)
		}
	}
}
