package lang

import (
	"encoding/json"
	"testing"
)

func TestParse(t *testing.T) {
	for in, want := range map[string]struct {
		lang Lang
		ok   bool
	}{
		"ja": {JA, true}, "JA": {JA, true}, "ja_JP.UTF-8": {JA, true}, "ja-JP": {JA, true}, "Japanese_Japan.932": {JA, true},
		"en": {EN, true}, "en-GB": {EN, true}, "English_United States.1252": {EN, true},
		"C": {EN, true}, "C.UTF-8": {EN, true}, "POSIX": {EN, true},
		"": {EN, false}, "de_DE.UTF-8": {EN, false}, "xx": {EN, false},
	} {
		if got, ok := Parse(in); got != want.lang || ok != want.ok {
			t.Errorf("Parse(%q) = %v, %v", in, got, ok)
		}
	}
}

func TestFromEnv(t *testing.T) {
	for _, c := range []struct {
		env    map[string]string
		system string
		want   Lang
	}{
		{nil, "", EN},
		{nil, "ja-JP", JA},
		{nil, "de-DE", EN},
		{map[string]string{"LANG": "ja_JP.UTF-8"}, "", JA},
		{map[string]string{"LANG": "C"}, "ja-JP", EN},
		{map[string]string{"LANG": "de_DE.UTF-8"}, "ja-JP", EN},
		{map[string]string{"LANG": "ja_JP.UTF-8", "LC_MESSAGES": "en_US.UTF-8"}, "", EN},
		{map[string]string{"LC_MESSAGES": "en_US.UTF-8", "LC_ALL": "ja_JP.UTF-8"}, "", JA},
		{map[string]string{"LC_ALL": "en_US.UTF-8", "MEMOVAULT_LANG": "ja"}, "", JA},
		{map[string]string{"MEMOVAULT_LANG": "en", "LANG": "ja_JP.UTF-8"}, "ja-JP", EN},
	} {
		got := FromEnv(func(k string) string { return c.env[k] }, func() string { return c.system })
		if got != c.want {
			t.Errorf("%v, system %q: got %v", c.env, c.system, got)
		}
	}
}

func TestText(t *testing.T) {
	text := T("%d codes of %s", "%[2]sのコード %[1]d 個")
	name := T("Google", "グーグル")
	if got := text.Sprintf(EN, 10, name); got != "10 codes of Google" {
		t.Errorf("English: %q", got)
	}
	if got := text.Sprintf(JA, 10, name); got != "グーグルのコード 10 個" {
		t.Errorf("Japanese: %q", got)
	}
	if EN.String() != "en" || JA.String() != "ja" || name.In(JA) != "グーグル" || name.In(EN) != "Google" {
		t.Error("the halves are mixed up")
	}
}

func TestTextJSON(t *testing.T) {
	var got Text
	if err := json.Unmarshal([]byte(`{"ja":"はい","en":"yes"}`), &got); err != nil || got != T("yes", "はい") {
		t.Errorf("got %v, %v", got, err)
	}
	for _, in := range []string{`{}`, `{"en":"yes"}`, `{"ja":"はい"}`, `{"en":"","ja":"はい"}`, `{"en":"yes","ja":"はい","fr":"oui"}`, `"yes"`, `{"en":1,"ja":2}`} {
		if err := json.Unmarshal([]byte(in), &got); err == nil {
			t.Errorf("%s was accepted", in)
		}
	}
}

func TestSprintfLeavesArgumentsAlone(t *testing.T) {
	args := []any{T("a field", "項目")}
	text := T("missing: %s", "足りません: %s")
	if got := text.Sprintf(JA, args...); got != "足りません: 項目" {
		t.Error(got)
	}
	if got := text.Sprintf(EN, args...); got != "missing: a field" {
		t.Errorf("the first call changed the arguments: %q", got)
	}
}
