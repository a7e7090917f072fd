package cli

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"memovault/internal/lang"
	"memovault/internal/record"
)

// ownTypes are the kinds of fields that a person may add, in the order in which
// the form offers them, and what it calls them.
var ownTypes = []struct {
	kind record.Type
	text lang.Text
}{
	{record.TypeText, lang.T("one line of text", "1 行の文字")},
	{record.TypeSecret, lang.T("a secret (password, PIN)", "秘密（パスワード、暗証番号など）")},
	{record.TypeMultiline, lang.T("several lines", "何行もの文字")},
	{record.TypeEmail, lang.T("a mail address", "メールアドレス")},
	{record.TypePhone, lang.T("a phone number", "電話番号")},
	{record.TypeDate, lang.T("a date", "日付")},
	{record.TypeURL, lang.T("a web address", "ホームページのアドレス")},
	{record.TypeCodes, lang.T("a list of one-time codes", "使い捨てコードの一覧")},
	{record.TypeHint, lang.T("a hint for a password", "パスワードのヒント")},
	{record.TypePersonName, lang.T("a name as registered", "登録した氏名")},
	{record.TypeRef, lang.T("the name of another record", "ほかの記録の名前")},
	{record.TypeProductKey, lang.T("a product key", "プロダクトキー")},
	{record.TypeOTPAuth, lang.T("the key of an authenticator app (otpauth)", "認証アプリのキー（otpauth）")},
}

// ownFieldHelp stands where the template has a line of help.
var ownFieldHelp = lang.T("your own field", "自分で足した項目")

// maxLabel is the most bytes of the label of a field of one's own: it stands in
// tables and on paper beside its value.
const maxLabel = record.MaxName

// fieldNamed finds the key of the field that was typed: its key, or its label
// in either language. What is neither comes back as it is.
func fieldNamed(t *record.Template, r *record.Record, typed string) string {
	if t.Spec(typed) != nil || r.Field(typed) != nil {
		return typed
	}
	wanted := lang.Fold(typed)
	for i := range r.Fields {
		if f := &r.Fields[i]; f.Label != "" && lang.Fold(f.Label) == wanted {
			return f.Key
		}
	}
	if t != nil {
		for _, s := range t.Fields {
			if lang.Fold(s.Label.EN) == wanted || lang.Fold(s.Label.JA) == wanted {
				return s.Key
			}
		}
	}
	return typed
}

// cleanLabel refuses what can't be the label of a field of r: nothing, too
// much, or what another field is called.
func (a *app) cleanLabel(t *record.Template, r *record.Record, typed string) (string, error) {
	label, _, err := record.Clean(record.TypeText, typed)
	switch {
	case err != nil:
		return "", err
	case label == "":
		return "", &record.ValueError{Key: "empty", Text: lang.T("a field needs a label", "項目の名前が要ります")}
	case len(label) > maxLabel:
		return "", &record.ValueError{Key: "long", Text: lang.T("the label is too long (%d bytes of at most %d)", "項目の名前が長すぎます（%d バイト、上限 %d バイト）"), Args: []any{len(label), maxLabel}}
	}
	if key := fieldNamed(t, r, label); t.Spec(key) != nil || r.Field(key) != nil {
		return "", &record.ValueError{Key: "taken", Text: lang.T("there is a field %q already", "「%s」という項目はもうあります"), Args: []any{label}}
	}
	return label, nil
}

var notInKey = regexp.MustCompile(`[^a-z0-9]+`)

// ownKey makes the key of a new field from its label: what is ASCII of it, else
// own, with a number where that is taken.
func ownKey(t *record.Template, r *record.Record, label string) string {
	base := strings.Trim(notInKey.ReplaceAllString(strings.ToLower(lang.FoldCode(label)), "_"), "_")
	number := 0
	switch {
	case base == "":
		base, number = "own", 1
	case base[0] < 'a':
		base = "own_" + base
	}
	for ; ; number = max(number+1, 2) {
		key := base
		if number > 0 {
			key = fmt.Sprintf("%s_%d", base, number)
		}
		reserved := slices.Contains([]string{"title", "owner", "notes", "tags", "name"}, key)
		if !reserved && t.Spec(key) == nil && r.Field(key) == nil {
			return key
		}
	}
}

// addOwn adds fields of one's own from --add-field and --add-secret.
func (a *app) addOwn(r *record.Record, t *record.Template, flag, arg string, kind record.Type) error {
	typed, raw, ok := strings.Cut(arg, "=")
	if !ok {
		return &failure{status: statusUsage, code: "usage",
			what: said(lang.T("--%s takes LABEL=VALUE", "--%s は「項目の名前=値」の形です"), flag)}
	}
	typed, kind = labelAndType(typed, kind)
	label, err := a.cleanLabel(t, r, typed)
	if err != nil {
		return refused(flag, err)
	}
	f := record.Field{Key: ownKey(t, r, label), Type: kind, Label: label}
	from := raw
	switch {
	case raw == "-" || strings.HasPrefix(raw, "@"):
		if raw, err = a.valueFrom(label, kind, raw); err != nil {
			return err
		}
	case kind.Secret() && raw != "":
		return secretArgument(label, "--add-secret "+shellWord(label))
	}
	if strings.TrimSpace(raw) == "" {
		return &failure{status: statusUsage, code: "value",
			what: said(lang.T("there is nothing in %s for %q", "%s が空です（%q の値になりません）"), from, label)}
	}
	if f.Type == record.TypeText && strings.ContainsAny(raw, "\r\n") {
		f.Type = record.TypeMultiline
	}
	r.Fields = append(r.Fields, f)
	return a.setField(r, t, f.Key, raw)
}

// labelAndType takes LABEL:TYPE apart where what follows the colon is a type.
func labelAndType(typed string, standard record.Type) (string, record.Type) {
	i := strings.LastIndexByte(typed, ':')
	if i < 0 {
		return typed, standard
	}
	kind := record.Type(typed[i+1:])
	for _, own := range ownTypes {
		if own.kind == kind {
			return typed[:i], kind
		}
	}
	return typed, standard
}

// relabel gives fields of one's own another label, from --label.
func (a *app) relabel(r *record.Record, t *record.Template, arg string) error {
	typed, label, ok := strings.Cut(arg, "=")
	if !ok {
		return &failure{status: statusUsage, code: "usage",
			what: said(lang.T("--label takes KEY=NEW LABEL", "--label は「項目=新しい名前」の形です"))}
	}
	key := fieldNamed(t, r, typed)
	f := r.Field(key)
	if f == nil {
		return a.noField(r, typed)
	}
	if t.Spec(key) != nil {
		return &failure{status: statusUsage, code: "template_label",
			what: said(lang.T("the label of %q comes from the template; only those of your own fields can be changed", "%q の名前はひな形で決まっています。変えられるのは自分で足した項目だけです"), key)}
	}
	before := f.Label
	f.Label = ""
	clean, err := a.cleanLabel(t, r, label)
	if err != nil {
		f.Label = before
		return refused("label", err)
	}
	f.Label = clean
	return nil
}
