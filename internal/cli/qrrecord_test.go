package cli

import (
	"errors"
	"strings"
	"testing"

	"memovault/internal/lang"
	"memovault/internal/record"
)

func TestRecordAsQRCode(t *testing.T) {
	a := &app{name: "vault", lang: lang.JA}
	r := &record.Record{Name: "office", Template: "office", Title: "Office 2024", Owner: "山田 花子", Notes: "机の引き出し", Fields: []record.Field{
		{Key: "product_key", Type: record.TypeProductKey, Value: "ABCDE-FGHJK-MNPQR-TVWXY-12346"},
		{Key: "account", Type: record.TypeEmail, Value: "hanako@example.jp"},
	}}
	v, err := a.recordCode(r, nil)
	if err != nil || !v.secret || v.label != "記録「office」" {
		t.Errorf("%v, secret %v, %q", err, v.secret, v.label)
	}
	for _, want := range []string{"Office 2024\n", "山田 花子\n", ": ABCDE-FGHJK-MNPQR-TVWXY-12346\n", "hanako@example.jp", "机の引き出し"} {
		if !strings.Contains(v.text, want) {
			t.Errorf("%q is not in %q", want, v.text)
		}
	}
	v, err = a.recordCode(r, []string{"account"})
	if err != nil || v.secret || strings.Contains(v.text, "ABCDE") || strings.Contains(v.text, "引き出し") {
		t.Errorf("%q, secret %v, %v", v.text, v.secret, err)
	}
	if rows, _, err := qrRows(v.text, false); err != nil || len(rows) == 0 {
		t.Error(err)
	}

	r.Notes = strings.Repeat("長い", 600)
	var f *failure
	if _, err := a.recordCode(r, nil); !errors.As(err, &f) || !strings.Contains(f.why.in(lang.EN), "notes") {
		t.Fatal(err)
	}
	next := f.next[0].in(lang.EN)
	if !strings.Contains(next, "product_key") || strings.Contains(next, "notes") {
		t.Error(next)
	}
}
