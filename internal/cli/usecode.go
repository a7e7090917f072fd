package cli

import (
	"strings"
	"time"

	"memovault/internal/lang"
	"memovault/internal/record"
	"memovault/internal/store"
)

// anyCodes is what --use-code stands for without the key of a field: the one
// field that holds codes.
const anyCodes = "*"

// runUseCode notes that a one-time code of the record was used up today. At a
// terminal it asks which, with the next unused one as the answer to Enter;
// elsewhere it takes that one.
func (a *app) runUseCode(s *store.Store, r *record.Record, key string) error {
	f, err := a.codesField(r, key)
	if err != nil {
		return err
	}
	next := record.NextCode(f.Codes)
	if next < 0 {
		return a.allUsed(r, f)
	}
	if a.interactive() {
		if next, err = a.askWhichCode(f, next); err != nil {
			return err
		}
	}
	return a.markUsed(s, r, f.Key, next)
}

// codesField finds the field with the codes that are meant.
func (a *app) codesField(r *record.Record, key string) (*record.Field, error) {
	t := record.LookupTemplate(r.Template)
	var having []*record.Field
	for i := range r.Fields {
		if len(r.Fields[i].Codes) > 0 {
			having = append(having, &r.Fields[i])
		}
	}
	if key != anyCodes {
		key = fieldNamed(t, r, key)
		f := r.Field(key)
		switch {
		case f == nil:
			return nil, a.noField(r, key)
		case len(f.Codes) == 0:
			return nil, &failure{status: statusUsage, code: "no_codes",
				what: said(lang.T("the field %q of %q holds no codes", "%q（記録「%s」）はコードの項目ではありません"), key, r.Name)}
		}
		return f, nil
	}
	switch len(having) {
	case 0:
		return nil, &failure{status: statusNotFound, code: "no_codes",
			what: said(lang.T("the record %q has no codes", "「%s」にはコードがありません"), r.Name),
			next: []words{said(lang.T("to add some: %s edit %s", "足すには: %s edit %s"), a.call(), shellWord(r.Name))}}
	case 1:
		return having[0], nil
	}
	return a.chooseCodes(r, t, having)
}

// chooseCodes asks which of several lists of codes is meant.
func (a *app) chooseCodes(r *record.Record, t *record.Template, having []*record.Field) (*record.Field, error) {
	if !a.interactive() {
		f := &failure{status: statusUsage, code: "usage",
			what: said(lang.T("the record %q has codes in %d fields; say which", "「%s」にはコードの項目が %d つあります。どれかを指定してください"), r.Name, len(having))}
		for _, have := range having {
			f.next = append(f.next, said(lang.T("%s: %s edit %s --use-code=%s", "%s なら: %s edit %s --use-code=%s"), record.Label(t, have), a.call(), shellWord(r.Name), have.Key))
		}
		return nil, f
	}
	labels := make([]string, len(having))
	for i, f := range having {
		labels[i] = a.text(record.Label(t, f))
	}
	n, err := a.choose(labels, 1, nil)
	if err != nil {
		return nil, err
	}
	return having[n], nil
}

func (a *app) allUsed(r *record.Record, f *record.Field) error {
	return &failure{status: statusNotFound, code: "no_unused_code",
		what: said(lang.T("all %d codes of %q are used up", "%d 個のコードは、全部使ってあります（記録「%s」）"), len(f.Codes), r.Name),
		next: []words{said(lang.T("make new ones at the service, then note them: %s edit %s %s", "サービスで新しいコードを作り、ここで書き直してください: %s edit %s %s"), a.call(), shellWord(r.Name), f.Key)}}
}

// askWhichCode takes the number of a code or the code itself. It is a secret
// until it is used, so nothing of what is typed is shown.
func (a *app) askWhichCode(f *record.Field, next int) (int, error) {
	a.tell(a.tty, 0, a.text(lang.T("%d codes, %d unused; the next is number %d", "%d 個のうち、未使用は %d 個。次は %d 番です"), len(f.Codes), record.Unused(f.Codes), next+1))
	for {
		typed, err := a.tty.ReadSecret(a.text(lang.T("Which one did you use? (its number, or the code) [%d]: ", "使ったのはどれですか？（番号か、そのコード）[%d]: "), next+1))
		if a.refusedLine(a.tty, err) {
			continue
		}
		if err != nil {
			return 0, err
		}
		i := codeMeant(f.Codes, typed, next)
		switch {
		case i < 0:
			a.tell(a.tty, 4, a.text(lang.T("that is none of these codes, nor a number from 1 to %d", "そのコードはここにありません。1〜%d の番号でも答えられます"), len(f.Codes)))
		case f.Codes[i].IsUsed():
			a.tell(a.tty, 4, a.text(lang.T("number %d is noted as used already (%s)", "%d 番は、もう使用済みになっています（%s）"), i+1, a.usedDay(f.Codes[i])))
		default:
			return i, nil
		}
	}
}

// codeMeant finds the code that was typed, or the one with the number; empty
// means next. It returns -1 if there is none.
func codeMeant(codes []record.Code, typed string, next int) int {
	if strings.TrimSpace(typed) == "" {
		return next
	}
	return record.FindCode(codes, typed)
}

// usedDay says on which day a code was used.
func (a *app) usedDay(c record.Code) string {
	if c.Used == record.UsedUnknown {
		return a.text(lang.T("the day is not known", "使った日は分かりません"))
	}
	return c.Used
}

// markUsed notes that the code at index of the field was used up today, saves
// the record, and says how many are left.
func (a *app) markUsed(s *store.Store, r *record.Record, key string, index int) error {
	f := r.Field(key)
	f.Codes = record.MarkUsed(f.Codes, index, a.now.Format(time.DateOnly))
	r.Updated = a.now.UTC().Truncate(time.Second)
	if err := a.commit(s, store.Change{Put: []*record.Record{r}}); err != nil {
		return err
	}
	left := record.Unused(f.Codes)
	a.say(plural(left, lang.T("noted: code %d of %s is used; %d is left", "%d 番のコードを使用済みにしました（%s。残り %d 個）"),
		lang.T("noted: code %d of %s is used; %d are left", "%d 番のコードを使用済みにしました（%s。残り %d 個）")), index+1, r.Name, left)
	if left <= fewCodes {
		a.say(lang.T("make new codes at the service before they run out, then note them: %s edit %s %s", "なくなる前に、サービスで新しいコードを作って書き直してください: %s edit %s %s"), a.call(), shellWord(r.Name), key)
	}
	return nil
}

// fewCodes is the number of unused codes from which down new ones are due: one
// may be mistyped, and one is needed to make new ones where the phone is gone.
const fewCodes = 2
