package cli

import (
	"slices"
	"strings"
	"time"

	"memovault/internal/lang"
	"memovault/internal/lockout"
	"memovault/internal/record"
	"memovault/internal/recovery"
	"memovault/internal/store"
	"memovault/internal/term"
)

// An outcome is how a question or a way came off.
type outcome int

const (
	skipped outcome = iota
	works
	fails
)

// A rehearsal is one drill at the terminal.
type rehearsal struct {
	a       *app
	t       *term.Terminal
	s       *store.Store
	r       *record.Record // as it is saved after each way
	trials  []*recovery.Trial
	answers map[string]outcome // by the key of the question: each is asked once
	counts  map[outcome]int
	saved   bool
}

// freshFor is for how many days what was tried is not asked for again, so that
// a drill can be stopped and gone on with.
const freshFor = 30

// drill goes through the ways of an account. To stop is no failure: what was
// noted stays.
func (a *app) drill(s *store.Store, d *recovery.Drill) error {
	t, err := a.terminal()
	if err != nil {
		return err
	}
	h := &rehearsal{a: a, t: t, s: s, r: d.Account.Record.Clone(), trials: d.Trials, answers: map[string]outcome{}, counts: map[outcome]int{}}
	if h.r.Schema > record.Schema {
		return record.ErrNewer
	}
	err = h.run()
	if isCancelled(err) && h.saved {
		a.say(lang.T("stopped; what was noted stays. To go on: %s drill %s", "ここでやめます。記録したものはそのままです。続けるには: %s drill %s"), a.call(), shellWord(h.r.Name))
		return nil
	}
	return err
}

func (h *rehearsal) run() error {
	a := h.a
	again, err := h.begin()
	if err != nil || len(h.trials) == 0 {
		return err
	}
	n, all := 0, len(possible(h.trials))
	for _, trial := range h.trials {
		h.t.Print("\n")
		if trial.Possible() {
			n++
			a.tell(h.t, 0, a.text(lang.T("%d/%d  %s", "%d/%d  %s"), n, all, a.wayLabel(trial.Way)))
		} else {
			a.tell(h.t, 0, a.text(lang.T("-  %s", "-  %s"), a.wayLabel(trial.Way)))
		}
		if !again && h.fresh(trial) {
			a.tell(h.t, 5, a.text(lang.T("tried on %s already", "%s に試してあります"), trial.Way.Proven))
			continue
		}
		if err := h.try(trial); err != nil {
			return err
		}
	}
	h.t.Print("\n")
	a.say(lang.T("works: %d, does not: %d, skipped: %d", "使えた: %d、使えなかった: %d、とばした: %d"), h.counts[works], h.counts[fails], h.counts[skipped])
	return nil
}

// begin says what is to come. Where everything was tried lately it asks whether
// to try it again.
func (h *rehearsal) begin() (again bool, err error) {
	a := h.a
	possible := possible(h.trials)
	if len(possible) == 0 {
		a.say(lang.T("none of the ways into %s can be tried yet:", "%s に戻る方法で、今試せるものはありません:"), h.r.Name)
	} else {
		a.tell(h.t, 0, a.text(lang.T("Trying the ways into %s. Answer y (yes), n (no), or Enter to skip; Ctrl-C stops, and what was noted stays.",
			"%s に戻る方法を試します。y（はい）、n（いいえ）で答えてください。Enter でとばします。Ctrl-C でやめても、記録したものは残ります。"), h.r.Name))
	}
	if len(possible) == 0 || !slices.ContainsFunc(possible, func(t *recovery.Trial) bool { return !h.fresh(t) }) {
		if len(possible) > 0 {
			return a.againOrNot(h)
		}
	}
	return false, nil
}

// possible returns the ways that can be tried, which are the ones that due and
// the list of what is worth trying count.
func possible(trials []*recovery.Trial) []*recovery.Trial {
	return slices.DeleteFunc(slices.Clone(trials), func(t *recovery.Trial) bool { return !t.Possible() })
}

func (a *app) againOrNot(h *rehearsal) (bool, error) {
	yes, err := a.yesNo(false, lang.T("All of them were tried in the last %d days. Try them again?", "どれも、この %d 日のうちに試してあります。もう一度試しますか？"), freshFor)
	if err == nil && !yes {
		h.trials = nil
	}
	return yes, err
}

func (h *rehearsal) fresh(t *recovery.Trial) bool {
	span, ok := record.ReadSpan(t.Way.Proven)
	return ok && !span.First.Before(record.DayOf(h.a.now).AddDate(0, 0, -freshFor))
}

// try tries one way, and saves what came of it.
func (h *rehearsal) try(trial *recovery.Trial) error {
	a := h.a
	if missing := trial.Missing(); missing != nil && trial.Way.Certainty != lockout.Form {
		a.tell(h.t, 5, a.text(lang.T("%s is not noted, so this can't be tried. To note it: %s edit %s %s", "「%s」が書いていないので、試せません。書くには: %s edit %s %s"),
			missing.Text, a.call(), shellWord(h.r.Name), missing.Field.Key))
		return nil
	}
	if !trial.Possible() {
		a.tell(h.t, 5, a.text(lang.T("an application that somebody decides on: it can't be tried beforehand", "申し込んで判断を待つ方法なので、前もって試すことはできません")))
		return nil
	}
	came, lacking, err := h.needs(trial)
	if err != nil {
		return err
	}
	h.counts[came]++
	switch came {
	case works:
		a.prove(h.r, trial.Way.Way.ID)
		if err := h.save(); err != nil {
			return err
		}
		a.tell(h.t, 5, a.text(lang.T("noted: this way works (%s)", "記録しました。この方法は使えます（%s）"), h.r.Proven[trial.Way.Way.ID]))
	case fails:
		return h.failed(trial, lacking)
	default:
		a.tell(h.t, 5, a.text(lang.T("skipped; nothing is noted", "とばしました。何も記録しません")))
	}
	return nil
}

// needs asks for all that a way needs. lacking are the questions that were
// answered by no.
func (h *rehearsal) needs(trial *recovery.Trial) (came outcome, lacking []recovery.Question, err error) {
	came = works
	for _, part := range trial.Needs {
		met, no, open := 0, []recovery.Question{}, 0
		for _, q := range part.Any {
			if met >= part.Of {
				break
			}
			if q.Kind == recovery.AskUnknown {
				continue
			}
			answer, err := h.ask(q)
			if err != nil {
				return skipped, nil, err
			}
			switch answer {
			case works:
				met++
			case fails:
				no = append(no, q)
			default:
				open++
			}
		}
		switch {
		case met >= part.Of:
		case met+open >= part.Of:
			came = skipped
		default:
			return fails, append(lacking, no...), nil
		}
		if came == skipped {
			return skipped, nil, nil
		}
	}
	return came, nil, nil
}

// ask asks one question, once in a drill, even if it was skipped.
func (h *rehearsal) ask(q recovery.Question) (outcome, error) {
	if answer, ok := h.answers[q.Key]; ok {
		return answer, nil
	}
	var answer outcome
	var err error
	switch q.Kind {
	case recovery.AskNothing:
		return works, nil // it is noted in the vault, which is open
	case recovery.AskCode, recovery.AskKey:
		answer, err = h.compare(q)
	default:
		answer, err = h.yesNoSkip(q)
	}
	h.answers[q.Key] = answer
	return answer, err
}

func (h *rehearsal) yesNoSkip(q recovery.Question) (outcome, error) {
	a := h.a
	for {
		a.tell(h.t, 5, a.text(q.Text))
		typed, err := a.readLine(h.t, term.Line{Prompt: "     " + a.text(lang.T("y = yes, n = no, Enter = skip: ", "y=はい n=いいえ Enter=とばす: "))})
		if err != nil {
			return skipped, err
		}
		switch answer := lang.Fold(typed); {
		case answer == "" || answer == "s" || answer == "skip" || answer == "とばす":
			return skipped, nil
		case isYes(answer):
			return works, nil
		case isNo(answer):
			return fails, nil
		}
		a.tell(h.t, 5, a.text(lang.T("\"%s\" is neither yes nor no; type y (yes), n (no), or nothing but Enter to skip the question",
			"「%s」は、はい・いいえのどちらでもありません。y（はい）か n（いいえ）を打ってください。とばすときは、何も打たずに Enter を押してください"), term.Sanitize(strings.TrimSpace(typed))))
	}
}

// compare lets the person type the beginning of a code or a key from the paper.
// What is right is never shown, and a code stays unused.
func (h *rehearsal) compare(q recovery.Question) (outcome, error) {
	a := h.a
	a.tell(h.t, 5, a.text(q.Text))
	how := lang.T("Type the beginning of a code that is not used yet, 4 characters or more.", "まだ使っていないコードを 1 つ、はじめの 4 文字以上だけ打ってください。")
	if q.Kind == recovery.AskKey {
		how = lang.T("Type its beginning, 4 characters or more.", "はじめの 4 文字以上だけ打ってください。")
	}
	a.tell(h.t, 5, a.text(how))
	for {
		typed, err := h.t.ReadSecret("     " + a.text(lang.T("n = not there, Enter = skip: ", "n=ない Enter=とばす: ")))
		if a.refusedLine(h.t, err) {
			continue
		}
		if err != nil {
			return skipped, err
		}
		switch answer := lang.Fold(typed); {
		case strings.TrimSpace(answer) == "":
			return skipped, nil
		case isNo(answer):
			return fails, nil
		}
		fits, enough := recovery.StartsCode(q.Field, typed)
		switch {
		case fits:
			a.tell(h.t, 5, a.text(lang.T("that agrees with what is noted", "記録と合っています")))
			return works, nil
		case !enough:
			a.tell(h.t, 5, a.text(lang.T("type at least 4 letters or digits", "英数字を 4 文字以上打ってください")))
		default:
			a.tell(h.t, 5, a.text(lang.T("that does not agree with what is noted; look again, or answer n", "記録と合いません。もう一度見るか、n と答えてください")))
		}
	}
}

// failed says that a way does not work, and lets the person say what to do
// about it. Nothing is changed without that.
func (h *rehearsal) failed(trial *recovery.Trial, lacking []recovery.Question) error {
	a := h.a
	a.tell(h.t, 5, a.text(lang.T("So this way does not work now. What shall be done?", "この方法は、今は使えないということです。どうしますか？")))
	n, err := a.choose([]string{
		a.text(lang.T("note that it did not work today", "今日は使えなかったと書き残す")),
		a.text(lang.T("switch this way off: it does not exist for this account", "この方法をオフにする（このアカウントでは使わない）")),
		a.text(lang.T("leave everything as it is", "何も変えない")),
	}, 1, nil)
	if err != nil || n == 2 {
		return err
	}
	id := trial.Way.Way.ID
	delete(h.r.Proven, id)
	if n == 1 {
		switchOff(h.r, id)
	} else {
		h.r.Attempts = append(h.r.Attempts, record.Attempt{On: a.now.Format(time.DateOnly), Way: id, Result: record.AttemptOther, Note: a.whatLacks(lacking)})
	}
	if err := h.save(); err != nil {
		return err
	}
	if n == 1 {
		a.tell(h.t, 5, a.text(lang.T("switched off. To have it back: %s undo %s", "オフにしました。元に戻すには: %s undo %s"), a.call(), shellWord(h.r.Name)))
		return nil
	}
	a.tell(h.t, 5, a.text(lang.T("noted. Mend what is missing: %s edit %s", "書き残しました。足りないものを直してください: %s edit %s"), a.call(), shellWord(h.r.Name)))
	return nil
}

// whatLacks is what is noted of a way that did not work: which question was
// answered by no.
func (a *app) whatLacks(lacking []recovery.Question) string {
	note := a.text(lang.T("tried in a drill; it did not work.", "確かめたところ、使えなかった。"))
	for _, q := range lacking {
		note += " " + a.text(lang.T("no: %s", "いいえ: %s"), q.Text)
	}
	return note
}

// switchOff takes a way out of those of the record: one of the template is noted
// as not there.
func switchOff(r *record.Record, id string) {
	if own := r.Way(id); own != nil {
		own.Off = true
		return
	}
	r.Ways = append(r.Ways, record.Way{ID: id, Off: true})
}

// save saves the record, and reads it again for the change that comes next.
func (h *rehearsal) save() error {
	if err := h.a.commitNote(h.s, h.r); err != nil {
		return err
	}
	h.saved = true
	r, err := h.s.Record(h.r.ID)
	if err == nil {
		h.r = r
	}
	return err
}
