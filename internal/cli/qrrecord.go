package cli

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"memovault/internal/lang"
	"memovault/internal/record"
)

// wholeRecord is the key that --qr takes for all of a record.
const wholeRecord = "all"

// mostQR is how many bytes a QR code holds at most (version 40, level L).
const mostQR = 2953

// wantsWhole reports whether --qr asks for the record and not for a field that
// happens to be called so.
func (o *showOptions) wantsWhole(r *record.Record) bool {
	return o.qr == wholeRecord && r.Field(wholeRecord) == nil
}

// recordCode is the record, or those of its fields with the keys, as text for a
// telephone: what it is, then a line for each field with its name.
func (a *app) recordCode(r *record.Record, keys []string) (chosenValue, error) {
	v := chosenValue{label: a.text(lang.T("the record %s", "記録「%s」"), r.Name)}
	var b strings.Builder
	fmt.Fprintln(&b, cmp.Or(r.Title, r.Name))
	lines := a.recordLines(r, keys)
	for _, l := range lines {
		b.WriteString(l.text)
		v.secret = v.secret || l.secret
	}
	v.text = strings.TrimRight(b.String(), "\n")
	if len(v.text) > mostQR {
		return v, a.tooLongForQR(r, lines, len(v.text))
	}
	return v, nil
}

// A codeLine is what a code says of one field.
type codeLine struct {
	key, text string
	secret    bool
}

func (a *app) recordLines(r *record.Record, keys []string) (lines []codeLine) {
	t := record.LookupTemplate(r.Template)
	add := func(key, label, value string, secret bool) {
		if value != "" && (len(keys) == 0 || slices.Contains(keys, key)) {
			lines = append(lines, codeLine{key, label + ": " + value + "\n", secret})
		}
	}
	add("owner", a.text(lang.T("Owner", "持ち主")), r.Owner, false)
	for i := range r.Fields {
		f := &r.Fields[i]
		add(f.Key, a.text(record.Label(t, f)), plainValue(f), record.TypeOf(t, f).Secret())
	}
	add("notes", a.text(notesLabel), r.Notes, false)
	return lines
}

// tooLongForQR names what takes the most room, and how to leave it out.
func (a *app) tooLongForQR(r *record.Record, lines []codeLine, size int) *failure {
	longest := slices.Clone(lines)
	slices.SortStableFunc(longest, func(x, y codeLine) int { return len(y.text) - len(x.text) })
	var keep []string
	left := size
	for _, l := range longest {
		if left > mostQR {
			left -= len(l.text)
			continue
		}
		keep = append(keep, l.key)
	}
	f := &failure{status: statusUsage, code: "qr_too_long",
		what: said(lang.T("the record %s is too long for a QR code: %d bytes, and %d fit", "記録「%s」は長すぎて QR コードにできません（%d バイト。入るのは %d バイトまで）"), r.Name, size, mostQR),
		why:  said(lang.T("the longest is: %s", "いちばん長い項目: %s"), longest[0].key)}
	if len(keep) > 0 {
		f.next = []words{said(lang.T("leave it out by naming the others: %s show %s %s --qr=all", "ほかの項目だけにするなら: %s show %s %s --qr=all"), a.call(), shellWord(r.Name), strings.Join(keep, " "))}
	}
	return f
}
