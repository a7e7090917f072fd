package cli

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"memovault/internal/lang"
	"memovault/internal/record"
	"memovault/internal/store"
	"memovault/internal/term"
)

// noteTried adds an attempt to the record that the way leads into.
func (a *app) noteTried(cmd *cobra.Command, s *store.Store, b *wayBack, o *recoverOptions) error {
	r, way, err := a.triedIn(b, o.tried)
	if err != nil {
		return err
	}
	try := record.Attempt{On: a.today(), Way: way, Result: o.result, Note: strings.TrimSpace(o.note)}
	if o.on != "" {
		day := record.Spec{Key: "on", Type: record.TypeDate}
		if try.On, _, err = day.Clean(o.on); err != nil {
			return err
		}
		if when, err := time.Parse(time.DateOnly, try.On); err != nil || when.After(a.now) {
			return a.usage(cmd, lang.T("--on takes the day of the try, not a later one: %q", "--on には、試した日を書いてください（先の日付は書けません）: %q"), o.on)
		}
	}
	return a.saveTried(s, r, try)
}

// triedIn returns the record that has the way, and the id of the way. It may be
// typed as its label too, if only one is called so. Where no way is known at
// all, what was tried is taken as it is typed.
func (a *app) triedIn(b *wayBack, typed string) (*record.Record, string, error) {
	type place struct {
		r  *record.Record
		id string
	}
	var ids, list []string
	var labelled []place
	key := strings.ReplaceAll(lang.Fold(typed), " ", "")
	for _, r := range b.both() {
		for _, w := range r.EffectiveWays(record.LookupTemplate(r.Template)) {
			if w.ID == typed || w.ID == lang.FoldCode(key) {
				return r, w.ID, nil
			}
			for _, label := range []string{w.Label.Text.JA, w.Label.Text.EN} {
				if found := (place{r, w.ID}); key != "" && key == strings.ReplaceAll(lang.Fold(label), " ", "") && !slices.Contains(labelled, found) {
					labelled = append(labelled, found)
				}
			}
			ids = append(ids, w.ID)
			list = append(list, a.wayName(&w))
		}
	}
	if len(labelled) == 1 {
		return labelled[0].r, labelled[0].id, nil
	}
	if len(ids) == 0 && record.IsWayID(typed) {
		return b.both()[0], typed, nil
	}
	f := &failure{status: statusNotFound, code: "no_way",
		what: said(lang.T("there is no way %q back into %s", "「%[2]s」に戻る方法に、「%[1]s」はありません"), typed, b.subject.Name)}
	if near := nearest(lang.Fold(typed), ids); near != "" {
		f.next = append(f.next, said(lang.T("did you mean: %s", "もしかして: %s"), near))
	}
	if len(ids) > 0 {
		f.next = append(f.next, said(lang.T("one of: %s", "次のどれか: %s"), strings.Join(list, a.text(comma))))
	}
	return nil, "", f
}

// wayName is what one types for a way, with what it is.
func (a *app) wayName(w *record.Way) string {
	label := term.Sanitize(a.text(w.Label.Text))
	if label == "" {
		return w.ID
	}
	return a.text(lang.T("%s (%s)", "%s（%s）"), w.ID, label)
}

// saveTried notes the attempt, and if it let the owner in, that the way was
// really used.
func (a *app) saveTried(s *store.Store, before *record.Record, try record.Attempt) error {
	r := before.Clone()
	if r.Schema > record.Schema {
		return record.ErrNewer
	}
	r.Attempts = append(r.Attempts, try)
	if try.Result == record.AttemptGranted {
		r.Proven = maps.Clone(r.Proven)
		if r.Proven == nil {
			r.Proven = map[string]string{}
		}
		r.Proven[try.Way] = try.On
	}
	r.Updated = a.now.UTC().Truncate(time.Second)
	if err := a.commit(s, store.Change{Put: []*record.Record{r}}); err != nil {
		return err
	}
	a.say(lang.T("noted with %s: %s, %s: %s", "「%s」に書きました: %s、%s: %s"), r.Name, try.On, try.Way, resultWords(try.Result))
	a.sayNext(r, try)
	return nil
}

// sayNext says what to expect, or what to do, after an attempt.
func (a *app) sayNext(r *record.Record, try record.Attempt) {
	switch try.Result {
	case record.AttemptGranted:
		a.say(lang.T("now note what was missing this time, before it is needed again: %s edit %s", "次に困らないよう、今回足りなかったものを書いておいてください: %s edit %s"), a.call(), shellWord(r.Name))
	case record.AttemptRefused:
		a.say(lang.T("what is left: %s recover %s", "ほかの方法: %s recover %s"), a.call(), shellWord(r.Name))
	case record.AttemptSent, record.AttemptOpen:
		way := effectiveWay(r, try.Way)
		if way == nil {
			return
		}
		wait, _ := record.ParseWait(way.Wait)
		on, err := time.Parse(time.DateOnly, try.On)
		if wait == 0 || err != nil {
			return
		}
		a.say(lang.T("the answer is due by %s; note it then: %s recover %s --tried %s --result granted (or refused)", "返事の目安は %s までです。届いたら: %s recover %s --tried %s --result granted（だめなら refused）"),
			on.Add(wait).Format(time.DateOnly), a.call(), shellWord(r.Name), try.Way)
	}
}

func effectiveWay(r *record.Record, id string) *record.Way {
	for _, w := range r.EffectiveWays(record.LookupTemplate(r.Template)) {
		if w.ID == id {
			return &w
		}
	}
	return nil
}

// askTried asks at the end of the page what was tried, where a person can be
// asked. Enter means nothing.
func (a *app) askTried(s *store.Store, b *wayBack) error {
	list := append(append([]route{}, b.routes...), b.own...)
	if len(list) == 0 || !a.toTerminal() || !a.interactive() || b.both()[0].Schema > record.Schema {
		return nil
	}
	t, err := a.terminal()
	if err != nil {
		return err
	}
	t.Print("\n")
	a.tell(t, 0, a.text(lang.T("Once you have tried one of the ways, note it here.", "どれかの方法を試したら、ここで書いておけます。")))
	ways := make([]string, len(list))
	for i, r := range list {
		ways[i] = term.Sanitize(a.text(r.Way.Way.Label.Text))
		if ways[i] == "" {
			ways[i] = r.Way.Way.ID
		}
	}
	n, err := a.pickNumber(t, ways, lang.T("Which one? (number, or Enter)", "どれ？（番号。なければ Enter）"))
	if isCancelled(err) || err == nil && n < 0 {
		return nil
	}
	if err != nil {
		return err
	}
	results := make([]string, len(attemptResults))
	for i, result := range attemptResults {
		results[i] = a.text(resultWords(result))
	}
	got, err := a.pickNumber(t, results, lang.T("What came of it? (number)", "結果は？（番号）"))
	if err != nil {
		return err
	}
	note, err := a.readLine(t, term.Line{Prompt: a.text(lang.T("A remark (no secrets): ", "メモ（秘密は書かない）: "))})
	if err != nil {
		return err
	}
	try := record.Attempt{On: a.today(), Way: list[n].Way.Way.ID, Result: attemptResults[max(got, 0)], Note: strings.TrimSpace(note)}
	return a.saveTried(s, list[n].Account.Record, try)
}

// pickNumber shows a numbered list and takes a number, -1 for Enter alone.
func (a *app) pickNumber(t *term.Terminal, list []string, question lang.Text) (int, error) {
	for i, one := range list {
		a.tell(t, 2, fmt.Sprintf("%d) %s", i+1, one))
	}
	for {
		typed, err := a.readLine(t, term.Line{Prompt: a.text(question) + " "})
		if err != nil {
			return 0, err
		}
		typed = lang.FoldCode(strings.TrimSpace(typed))
		if typed == "" {
			return -1, nil
		}
		if n, err := strconv.Atoi(typed); err == nil && n >= 1 && n <= len(list) {
			return n - 1, nil
		}
		a.tell(t, 2, a.text(lang.T("a number from 1 to %d, please", "1 から %d までの番号でお答えください"), len(list)))
	}
}
