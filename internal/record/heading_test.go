package record

import (
	"strings"
	"testing"
)

func TestHeading(t *testing.T) {
	office := LookupTemplate("office")
	for _, c := range []struct {
		what   string
		r      Record
		tmpl   *Template
		expect string
	}{
		{"the title wins", Record{Title: "会社の Office", Fields: []Field{{Key: "product", Value: "Office 2021"}}}, office, "会社の Office"},
		{"template order decides", Record{Fields: []Field{{Key: "account_email", Value: "a@example.jp"}, {Key: "product", Value: "Office 2021"}}}, office, "Office 2021"},
		{"never a secret", Record{Fields: []Field{{Key: "product_key", Value: "VK7JG-BCDFG-HJKMB-PQRTV-WXY23"}}}, office, ""},
		{"never a hint", Record{Fields: []Field{{Key: "hint", Value: "the dog"}}}, office, ""},
		{"first line only", Record{Fields: []Field{{Key: "note", Value: "one\ntwo"}}}, LookupTemplate("note"), "one"},
		{"no template", Record{Fields: []Field{{Key: "x", Type: TypeSecret, Value: "s"}, {Key: "y", Value: "seen"}}}, nil, "seen"},
		{"cut by characters", Record{Fields: []Field{{Key: "y", Value: strings.Repeat("髙", 100)}}}, nil, strings.Repeat("髙", 80)},
	} {
		if got := c.r.Heading(c.tmpl); got != c.expect {
			t.Errorf("%s: got %q, want %q", c.what, got, c.expect)
		}
	}
}
