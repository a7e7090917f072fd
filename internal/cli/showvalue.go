package cli

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"memovault/internal/lang"
	"memovault/internal/record"
	"memovault/internal/store"
)

// clock is the time now, for what is done after questions that may have taken a
// while. Everything that is dated goes by app.now.
func clock() time.Time {
	if testOnlyNow != nil {
		return testOnlyNow()
	}
	return time.Now()
}

// seconds rounds up, so that nothing is gone while there are seconds left.
func seconds(d time.Duration) int { return int(math.Ceil(d.Seconds())) }

// A chosenValue is one value of a record that goes somewhere: to standard
// output, to the clipboard, into a QR code.
type chosenValue struct {
	text   string
	label  string // what it is, for the person; never the value
	secret bool
	field  *record.Field
	code   int           // index of the one-time code among those of field
	left   time.Duration // for how long an authenticator's code is good
	lines  []codeLine    // of the record that a code is to hold
	record string        // the record's name, with lines
}

// ourChoice is the value of an option that came without the key of a field.
const ourChoice = "*"

// wantsValue reports whether one value is to be picked.
func (o *showOptions) wantsValue() bool {
	return o.otp != "" || o.nextCode != "" || o.copy != "" || o.qr != ""
}

// checkShow finds options that do not go together, before a passphrase is asked
// for.
func (a *app) checkShow(cmd *cobra.Command, o *showOptions, keys []string) error {
	for _, group := range [][]string{{"field", "otp", "next-code", "json", "save"}, {"copy", "qr", "json", "save"}, {"next-code", "revision"}} {
		given := ""
		for _, name := range group {
			switch {
			case !cmd.Flags().Changed(name):
			case given != "":
				return a.usage(cmd, lang.T("--%s and --%s do not go together", "--%s と --%s は一緒に使えません"), given, name)
			default:
				given = name
			}
		}
	}
	switch {
	case (o.osc52 || cmd.Flags().Changed("clear-after")) && o.copy == "":
		return a.usage(cmd, lang.T("--osc52 and --clear-after go with --copy", "--osc52 と --clear-after は --copy と一緒に使います"))
	case o.clearAfter > maxClearAfter:
		return a.usage(cmd, lang.T("--clear-after takes at most %d seconds", "--clear-after は %d 秒までです"), maxClearAfter)
	case len(keys) > 0 && (o.field != "" || o.save != ""), len(keys) > 1 && o.wantsValue() && o.qr != wholeRecord:
		return a.usage(cmd, lang.T("%q is one argument too many", "%q は余分な引数です"), keys[len(keys)-1])
	}
	return nil
}

// fieldKeys turns what was typed for fields into keys of fields that the record
// has.
func (a *app) fieldKeys(r *record.Record, typed []string) ([]string, error) {
	t := record.LookupTemplate(r.Template)
	var keys []string
	for _, one := range typed {
		key := fieldNamed(t, r, one)
		if r.Field(key) == nil && !slices.Contains([]string{"title", "owner", "tags", "notes", "attached", "importance", "kept", "ways"}, key) {
			return nil, a.noField(r, one)
		}
		keys = append(keys, key)
	}
	return keys, nil
}

// key is the field that one of the options names, or that stands behind the
// record's name; "" if it is left to us.
func (o *showOptions) key(keys []string) string {
	for _, given := range append([]string{o.otp, o.nextCode, o.copy, o.qr, o.field}, keys...) {
		if given != "" && given != ourChoice {
			return given
		}
	}
	return ""
}

// showValue picks one value and brings it where it is wanted.
func (a *app) showValue(s *store.Store, r *record.Record, o showOptions, keys []string) error {
	var v chosenValue
	var err error
	if o.wantsWhole(r) {
		v, err = a.recordCode(r, keys)
	} else {
		v, err = a.pickValue(r, o, o.key(keys))
	}
	if err != nil {
		return err
	}
	switch {
	case o.qr != "":
		err = a.showQR(v, o.reveal)
	case o.osc52:
		err = a.sendOSC52(v)
	case o.copy != "":
		err = a.copyValue(v, int(o.clearAfter))
	default:
		err = a.writeBare(v.text)
		if v.left > 0 {
			a.say(lang.T("good for another %d s", "あと %d 秒使えます"), seconds(v.left))
		}
	}
	if err != nil || o.nextCode == "" {
		return err
	}
	return a.askUsed(s, r, v)
}

func (a *app) pickValue(r *record.Record, o showOptions, key string) (chosenValue, error) {
	t := record.LookupTemplate(r.Template)
	if key != "" {
		key = fieldNamed(t, r, key)
	}
	switch {
	case o.nextCode != "":
		return a.pickCode(r, key)
	case o.otp != "":
		return a.pickOTP(t, r, key)
	case o.qr != "":
		if v, ok := a.wifiCode(r, key); ok {
			return v, nil
		}
	}
	f, err := a.pickField(t, r, o, key)
	if err != nil {
		return chosenValue{}, err
	}
	return chosenValue{text: plainValue(f), label: a.valueLabel(t, r, f), secret: record.TypeOf(t, f).Secret(), field: f}, nil
}

// valueLabel says which value of which record it is.
func (a *app) valueLabel(t *record.Template, r *record.Record, f *record.Field) string {
	return a.text(lang.T("%s of %s", "「%[2]s」の%[1]s"), record.Label(t, f), r.Name)
}

// pickOTP makes the code of this moment.
func (a *app) pickOTP(t *record.Template, r *record.Record, key string) (chosenValue, error) {
	f, err := a.onlyField(r, key, func(f *record.Field) bool { return record.TypeOf(t, f) == record.TypeOTPAuth },
		lang.T("the record %q has no secret of an authenticator", "「%s」に認証アプリの鍵はありません"))
	if err != nil {
		return chosenValue{}, err
	}
	code, left, err := record.OTPNow(f.Value, clock())
	if err != nil {
		return chosenValue{}, err
	}
	return chosenValue{text: code, label: a.valueLabel(t, r, f), secret: true, field: f, left: left}, nil
}

// pickCode takes the next unused of the one-time codes.
func (a *app) pickCode(r *record.Record, key string) (chosenValue, error) {
	f, err := a.codesField(r, cmp.Or(key, anyCodes))
	if err != nil {
		return chosenValue{}, err
	}
	next := record.NextCode(f.Codes)
	if next < 0 {
		return chosenValue{}, a.allUsed(r, f)
	}
	return chosenValue{text: f.Codes[next].Code, secret: true, field: f, code: next,
		label: a.text(lang.T("code %d of %d", "%d 番のコード（全 %d 個）"), next+1, len(f.Codes))}, nil
}

// askUsed asks whether the code that was shown was used, and notes it. Where
// nobody can be asked it says how to.
func (a *app) askUsed(s *store.Store, r *record.Record, v chosenValue) error {
	how := func() {
		a.say(lang.T("once it is used: %s edit %s --use-code=%s", "使ったら: %s edit %s --use-code=%s"), a.call(), shellWord(r.Name), v.field.Key)
	}
	if !a.interactive() || r.Trashed != nil || r.Schema > record.Schema {
		how()
		return nil
	}
	yes, err := a.confirm(lang.T("Code %d of %d. Did you use it?", "%d 番のコード（全 %d 個）です。使いましたか？"), v.code+1, len(v.field.Codes))
	if isCancelled(err) || err == nil && !yes {
		how()
		return nil
	}
	if err != nil {
		return err
	}
	return a.markUsed(s, r, v.field.Key, v.code)
}

// pickField finds the field to copy or to draw: the one that was named, else the
// only one of the kind that is mostly wanted, else the only secret.
func (a *app) pickField(t *record.Template, r *record.Record, o showOptions, key string) (*record.Field, error) {
	if value := map[string]string{"title": r.Title, "owner": r.Owner, "notes": r.Notes}[key]; value != "" && r.Field(key) == nil {
		return &record.Field{Key: key, Type: record.TypeText, Value: value}, nil
	}
	wanted := []record.Type{record.TypeProductKey, record.TypeSecret}
	if o.qr != "" {
		wanted = []record.Type{record.TypeOTPAuth}
	}
	usual := func(f *record.Field) bool { return f.Value != "" && slices.Contains(wanted, record.TypeOf(t, f)) }
	fits := func(f *record.Field) bool { return record.TypeOf(t, f).Secret() }
	if slices.ContainsFunc(r.Fields, func(f record.Field) bool { return usual(&f) }) {
		fits = usual
	}
	return a.onlyField(r, key, fits, lang.T("the record %q has no secret; say which field", "「%s」に秘密の項目はありません。項目を指定してください"))
}

// onlyField returns the field with the key, or the only one that fits. Where
// several do, the error names them.
func (a *app) onlyField(r *record.Record, key string, fits func(*record.Field) bool, none lang.Text) (*record.Field, error) {
	if key != "" {
		if f := r.Field(key); f != nil {
			return f, nil
		}
		return nil, a.noField(r, key)
	}
	var found []*record.Field
	for i := range r.Fields {
		if f := &r.Fields[i]; fits(f) && (f.Value != "" || len(f.Codes) > 0) {
			found = append(found, f)
		}
	}
	switch len(found) {
	case 0:
		return nil, &failure{status: statusNotFound, code: "no_field", what: said(none, r.Name)}
	case 1:
		return found[0], nil
	}
	var keys []string
	for _, f := range found {
		keys = append(keys, f.Key)
	}
	return nil, &failure{status: statusUsage, code: "which_field",
		what: said(lang.T("which field of %q? say its key", "「%s」のどの項目ですか。項目を指定してください"), r.Name),
		next: []words{said(lang.T("one of: %s", "次のどれか: %s"), strings.Join(keys, ", "))}}
}
