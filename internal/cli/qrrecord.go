package cli

import (
	"cmp"
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
	v := chosenValue{label: a.text(lang.T("the record %s", "記録「%s」"), r.Name), record: r.Name}
	v.lines = append([]codeLine{{text: cmp.Or(r.Title, r.Name) + "\n"}}, a.recordLines(r, keys)...)
	v.text = codeText(v.lines)
	v.secret = slices.ContainsFunc(v.lines, func(l codeLine) bool { return l.secret })
	if len(v.text) > mostQR {
		return v, a.tooLongForQR(v)
	}
	return v, nil
}

func codeText(lines []codeLine) string {
	var b strings.Builder
	for _, l := range lines {
		b.WriteString(l.text)
	}
	return strings.TrimRight(b.String(), "\n")
}

// A codeLine is what a code says of one field; the key of the first line, which
// says what the record is, is empty.
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
func (a *app) tooLongForQR(v chosenValue) *failure {
	f := &failure{status: statusUsage, code: "qr_too_long",
		what: said(lang.T("%s is too long for a QR code: %d bytes, and %d fit", "%sは長すぎて QR コードにできません（%d バイト。入るのは %d バイトまで）"), v.label, len(v.text), mostQR)}
	a.leaveOut(f, v, func(text string) bool { return len(text) <= mostQR })
	return f
}

// leaveOut says in an error which field of a record is the longest, and how to
// draw the others alone, if any of them fit.
func (a *app) leaveOut(f *failure, v chosenValue, fits func(text string) bool) {
	left := v.lines
	for len(left) > 2 && !fits(codeText(left)) {
		at := longestLine(left)
		if len(left) == len(v.lines) {
			f.why = said(lang.T("the longest is: %s", "いちばん長い項目: %s"), left[at].key)
		}
		left = slices.Delete(slices.Clone(left), at, at+1)
	}
	if len(left) == len(v.lines) || !fits(codeText(left)) {
		return
	}
	var keys []string
	for _, l := range left[1:] {
		keys = append(keys, l.key)
	}
	f.next = append(f.next, said(lang.T("leave it out by naming the others: %s show %s %s --qr=all", "ほかの項目だけにするなら: %s show %s %s --qr=all"), a.call(), shellWord(v.record), strings.Join(keys, " ")))
}

// longestLine is the place of the line of a field that takes the most room.
func longestLine(lines []codeLine) int {
	at := 1
	for i := range lines {
		if i > at && len(lines[i].text) > len(lines[at].text) {
			at = i
		}
	}
	return at
}
