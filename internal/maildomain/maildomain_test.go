package maildomain

import "testing"

func TestOf(t *testing.T) {
	for address, want := range map[string]string{
		"hanako@docomo.ne.jp":       "docomo.ne.jp",
		"Hanako@DOCOMO.NE.JP.":      "docomo.ne.jp",
		"hanako＠ｄｏｃｏｍｏ。ｎｅ．ｊｐ":       "docomo.ne.jp",
		"a..b.@ezweb.ne.jp":         "ezweb.ne.jp",
		"x@biz.ezweb.ne.jp":         "biz.ezweb.ne.jp",
		"x@ebony.plala.or.jp":       "plala.or.jp",
		"山田 <x@estate.ocn.ne.jp>":   "ocn.ne.jp",
		"x@mailinator.com":          "mailinator.com",
		"x@anything.mailinator.com": "mailinator.com",
		"user@mail.example.jp":      "",
		"x@notdocomo.ne.jp":         "",
		"x@ne.jp":                   "",
		"":                          "",
		"@":                         "",
		"x@docomo..ne.jp":           "",
	} {
		if got := Of(address); got.Name != want {
			t.Errorf("Of(%q) is %q, want %q", address, got.Name, want)
		}
	}
}
