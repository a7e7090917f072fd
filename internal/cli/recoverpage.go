package cli

import (
	"fmt"
	"strings"
	"time"

	"memovault/internal/lang"
	"memovault/internal/lockout"
	"memovault/internal/paper"
	"memovault/internal/record"
	"memovault/internal/recovery"
	"memovault/internal/term"
)

// A backPage lays a wayBack out. What it makes goes on the screen and on paper.
type backPage struct {
	a      *app // speaking the language of the page
	b      *wayBack
	blocks []paper.Block
}

// backDoc returns the page for getting an account back.
func (a *app) backDoc(b *wayBack) *paper.Doc {
	p := &backPage{a: a, b: b}
	p.intro()
	p.first()
	p.tried()
	p.routes(b.routes, lang.T("Ways back, the best one first", "戻る方法（よいものから）"))
	p.routes(b.own, lang.T("Ways back into %s itself", "「%s」そのものに戻る方法"), term.Sanitize(b.subject.Name))
	p.steps(lang.T("Step by step", "手順"), b.steps)
	p.steps(lang.T("Once the account is open", "アカウントに戻れたら"), b.then)
	p.asks()
	p.dont()
	p.calls()
	p.sources()
	return &paper.Doc{Lang: a.lang, Title: a.text(lang.T("Getting back in: %s", "アカウントに戻る: %s"), term.Sanitize(b.subject.Name)),
		Made: a.now, Warning: a.text(lang.T("PERSONAL: shred this page once you are back in.", "個人情報: 戻れたら、このページは裁断してください。")), Blocks: p.blocks}
}

func (p *backPage) add(block paper.Block) { p.blocks = append(p.blocks, block) }

func (p *backPage) para(t lang.Text, args ...any) { p.add(paper.Para{Text: p.a.text(t, args...)}) }

func (p *backPage) heading(t lang.Text, args ...any) {
	p.add(paper.Heading{Text: p.a.text(t, args...)})
}

// command is what to type, without the program's own options: the page may be
// read anywhere.
func (p *backPage) command(words ...string) {
	for i := range words {
		words[i] = shellWord(words[i])
	}
	p.add(paper.Command{Lines: []string{p.a.call() + " " + strings.Join(words, " ")}})
}

// marked puts the number of its source behind a text.
func marked(text string, source int) string {
	if source == 0 {
		return text
	}
	return fmt.Sprintf("%s [%d]", text, source)
}

// intro says what this is about.
func (p *backPage) intro() {
	name := term.Sanitize(p.b.subject.Name)
	lines := []string{p.a.kind(p.b.subject.Template)}
	if p.b.subject.Owner != "" {
		lines[0] += p.a.text(lang.T(", ", "、")) + term.Sanitize(p.b.subject.Owner)
	}
	say := func(t lang.Text, args ...any) { lines = append(lines, p.a.text(t, args...)) }
	switch through := term.Sanitize(p.b.through); {
	case p.b.account == p.b.subject:
	case p.b.account != nil:
		say(lang.T("%s hangs on the account %s. That is what is recovered first.", "「%s」は、アカウント「%s」に結び付いています。先にそちらを取り戻します。"), name, term.Sanitize(p.b.account.Name))
	case through != "":
		say(lang.T("%s hangs on the account %s, of which there is no record. What is noted with %s itself is used instead.", "「%s」はアカウント「%s」に結び付いていますが、その記録がありません。代わりに「%s」に書いてあることを使います。"), name, through, name)
	default:
		say(lang.T("Which account %s hangs on is not noted. What is noted with it is used instead.", "「%s」がどのアカウントに結び付いているか、書いてありません。代わりに、ここに書いてあることを使います。"), name)
	}
	var happened []string
	for _, e := range p.b.events {
		happened = append(happened, p.a.text(e.Label))
	}
	if len(happened) > 0 {
		say(lang.T("Taken as happened: %s", "起きたものとして考えます: %s"), strings.Join(happened, p.a.text(lang.T("; ", "、"))))
	}
	p.add(paper.Para{Text: strings.Join(lines, "\n")})
}

// first says which way to try first, and why.
func (p *backPage) first() {
	p.heading(lang.T("Try this first", "最初に試すこと"))
	if try := p.awaited(); try != nil {
		p.para(lang.T("Wait for the answer to \"%s\": it is due by %s.", "「%s」の返事を待ちます。%s までに届くはずです。"), try.label, try.due.Format(time.DateOnly))
		return
	}
	r := p.b.first()
	switch {
	case r == nil && len(p.b.steps) > 0:
		p.para(lang.T("No way back is noted, so none can be judged. Go through the steps below.", "戻る方法が書いてないので、どれがよいかは分かりません。下の手順を順に進めてください。"))
		return
	case r == nil:
		p.para(lang.T("No way back into it is noted, and this program knows no steps for it. What is noted stands below; ask whoever provides it.", "戻る方法が書いてなく、手順もこのプログラムには入っていません。下の内容を手元に、提供元に問い合わせてください。"))
		return
	}
	if r.outlook == blocked {
		p.para(lang.T("As far as is noted, no way leads back any more. The nearest is this one:", "記録から分かるかぎり、戻れる方法はもうありません。いちばん近いのはこれです。"))
	}
	p.add(paper.Para{Text: marked(p.label(r), r.source) + "\n" + p.why(r)})
	for _, t := range r.unknown {
		if command := t.Command(); t.Kind == recovery.KindUnknown && len(command) > 0 {
			p.para(lang.T("To note what would decide:", "何で決まるかを書くには:"))
			p.command(p.a.argsOf(command)...)
			return
		}
	}
}

// awaited is the attempt whose answer may still come; nil if there is none.
func (p *backPage) awaited() *triedBack {
	today, _ := time.Parse(time.DateOnly, p.a.now.Format(time.DateOnly))
	for i := len(p.b.tried) - 1; i >= 0; i-- {
		if try := &p.b.tried[i]; !try.due.Before(today) {
			return try
		}
	}
	return nil
}

func (p *backPage) label(r *route) string {
	if label := p.a.text(r.Way.Way.Label.Text); label != "" {
		return term.Sanitize(label)
	}
	return r.Way.Way.ID
}

// why says why a way comes first.
func (p *backPage) why(r *route) string {
	var said []string
	add := func(t lang.Text, args ...any) { said = append(said, p.a.text(t, args...)) }
	switch r.outlook {
	case ready:
		add(lang.T("All that it needs is noted, and nobody has to agree.", "要るものはすべて記録にあり、だれの承認も要りません。"))
	case unsure:
		add(lang.T("Nobody has to agree.", "だれの承認も要りません。"))
	case asking, hoping:
		add(lang.T("No way is left that works for certain.", "確実に戻れる方法は、残っていません。"))
		add(p.consent(r))
	case blocked:
		add(lang.T("It lacks: %s.", "足りないもの: %s。"), p.names(r.lacks))
	}
	if len(r.unknown) > 0 {
		add(lang.T("It hangs on what is not noted: %s.", "記録にないものしだいです（%s）。"), p.names(r.unknown))
	}
	if r.last != nil && r.last.Result == record.AttemptRefused {
		add(lang.T("It was tried on %s, and refused.", "%s に試して、認められませんでした。"), term.Sanitize(r.last.On))
	}
	if r.wait > 0 {
		add(lang.T("It takes up to %s.", "%sほどかかります。"), recovery.WaitWords(r.wait))
	}
	if p.a.lang == lang.JA {
		return strings.Join(said, "")
	}
	return strings.Join(said, " ")
}

// consent says who decides about a way that is not sure.
func (p *backPage) consent(r *route) lang.Text {
	if r.Certainty == lockout.Person {
		return lang.T("This one hangs on what somebody else does.", "これは、ほかの人しだいです。")
	}
	return lang.T("This one may be refused.", "これは、認められないことがあります。")
}

// names lists things by what they are called.
func (p *backPage) names(things []*recovery.Thing) string {
	return p.joined(things, lang.T(", ", "、"))
}

func (p *backPage) joined(things []*recovery.Thing, between lang.Text) string {
	list := make([]string, len(things))
	for i, t := range things {
		list[i] = p.name(t)
	}
	return strings.Join(list, p.a.text(between))
}

// name is what a thing is called: of a field of the account that has no answer,
// or says that there is none, its label says all.
func (p *backPage) name(t *recovery.Thing) string {
	if (t.Kind == recovery.KindUnknown || t.Kind == recovery.KindNone) && t.Record == p.b.account {
		if s := record.LookupTemplate(t.Record.Template).Spec(t.Field); s != nil {
			return p.a.text(s.Label)
		}
	}
	return term.Sanitize(p.a.text(t.Label))
}

// tried is the log of attempts.
func (p *backPage) tried() {
	if len(p.b.tried) == 0 {
		return
	}
	p.heading(lang.T("Tried so far", "これまでに試したこと"))
	for _, try := range p.b.tried {
		text := fmt.Sprintf("%s: %s", term.Sanitize(try.label), p.a.text(resultWords(try.Result)))
		if try.Note != "" {
			text += p.a.text(lang.T(" (%s)", "（%s）"), term.SanitizeLines(try.Note))
		}
		if !try.due.IsZero() {
			text += "\n" + p.a.text(lang.T("answer due by %s", "返事の目安: %s まで"), try.due.Format(time.DateOnly))
		}
		p.add(paper.Field{Label: term.Sanitize(try.On), Value: text})
	}
}

// resultWords is what came of an attempt.
func resultWords(result string) lang.Text {
	switch result {
	case record.AttemptOpen:
		return lang.T("begun", "始めたところ")
	case record.AttemptSent:
		return lang.T("sent", "送信済み")
	case record.AttemptRefused:
		return lang.T("refused", "認められなかった")
	case record.AttemptGranted:
		return lang.T("let in", "戻れた")
	}
	return lang.T("other", "そのほか")
}

// routes lists ways back with what is there and what is not.
func (p *backPage) routes(list []route, title lang.Text, args ...any) {
	if len(list) == 0 {
		return
	}
	p.heading(title, args...)
	for i := range list {
		p.add(paper.Step{Number: i + 1, Text: strings.Join(p.route(&list[i]), "\n")})
	}
}

func (p *backPage) route(r *route) []string {
	lines := []string{marked(p.label(r), r.source), p.outlook(r)}
	more := func(t lang.Text, args ...any) {
		lines[1] += p.a.text(lang.T("; ", "。")) + p.a.text(t, args...)
	}
	if len(r.has) > 0 {
		needs := make([]string, len(r.has))
		for i, any := range r.has {
			needs[i] = p.joined(any, lang.T(" or ", "か、"))
		}
		more(lang.T("there: %s", "あるもの: %s"), strings.Join(needs, p.a.text(lang.T(", ", "、"))))
	}
	if len(r.unknown) > 0 {
		more(lang.T("not noted: %s", "書いていないもの: %s"), p.names(r.unknown))
	}
	if len(r.lacks) > 0 {
		more(lang.T("missing: %s", "足りないもの: %s"), p.names(r.lacks))
	}
	if len(r.because) > 0 {
		more(lang.T("gone: %s", "失われたもの: %s"), p.names(r.because))
	}
	if r.Proven != "" {
		more(lang.T("really used on %s", "実際に使った日: %s"), term.Sanitize(r.Proven))
	}
	if r.last != nil {
		more(lang.T("tried on %s: %s", "試した日: %s（%s）"), term.Sanitize(r.last.On), resultWords(r.last.Result))
	}
	return lines
}

// outlook says in a few words what may be expected of a way.
func (p *backPage) outlook(r *route) string {
	var t lang.Text
	switch r.outlook {
	case ready:
		t = lang.T("open, by what is noted", "記録のとおりなら戻れます")
	case unsure:
		t = lang.T("not known", "記録からは分かりません")
	case asking, hoping:
		t = lang.T("only if it is granted", "申し込みが認められたときだけ戻れます")
		if r.Certainty == lockout.Person {
			t = lang.T("only if somebody helps", "ほかの人の助けがあれば戻れます")
		}
	case blocked:
		return p.a.text(lang.T("locked", "いまは戻れません"))
	}
	if r.wait > 0 {
		return p.a.text(lang.T("%s; takes up to %s", "%s（%sほどかかります）"), t, recovery.WaitWords(r.wait))
	}
	return p.a.text(t)
}

// steps lists what to do, and what to type at each step.
func (p *backPage) steps(title lang.Text, list []stepBack) {
	if len(list) == 0 {
		return
	}
	p.heading(title)
	shown := map[string]bool{} // what was typed once is known
	for i, s := range list {
		text := marked(s.text, s.source)
		if len(s.answers) == 0 && len(s.lacking) > 0 {
			text += "\n" + p.a.text(lang.T("not noted: %s", "書いていないもの: %s"), p.labels(s.lacking))
		}
		p.add(paper.Step{Number: i + 1, Text: text})
		for _, answer := range s.answers {
			if !shown[answer.key] {
				p.answer(answer, "")
			}
			shown[answer.key] = true
		}
	}
}

func (p *backPage) labels(list []answer) string {
	labels := make([]string, len(list))
	for i, one := range list {
		labels[i] = one.label
	}
	return strings.Join(labels, p.a.text(lang.T(", ", "、")))
}

// answer adds what the notes have, with a remark.
func (p *backPage) answer(one answer, remark string) {
	f := paper.Field{Label: one.label, Value: one.value, Note: remark}
	if one.kind.Folded() && one.kind != record.TypeDate && !one.hidden {
		f.Style = paper.Exact
	}
	var more []string
	if one.also != "" {
		more = append(more, p.a.text(lang.T("also written: %s", "ほかの書き方: %s"), one.also))
	}
	if one.in != p.b.both()[0] {
		more = append(more, p.a.text(lang.T("as noted in %s", "「%s」に書いたもの"), term.Sanitize(one.in.Name)))
	}
	if len(more) > 0 {
		f.Note = strings.TrimSpace(f.Note + p.a.text(lang.T(" (%s)", "（%s）"), strings.Join(more, p.a.text(lang.T("; ", "、")))))
	}
	if f.Style == paper.Exact && f.Note != "" {
		p.add(paper.Field{Label: f.Label, Value: f.Value, Style: paper.Exact})
		f = paper.Field{Value: f.Note}
	}
	p.add(f)
}

// asks lists what the form or the call asks, with the answers, and how to note
// those that are missing.
func (p *backPage) asks() {
	if len(p.b.asks) == 0 {
		return
	}
	title := lang.T("What is asked, and your answers", "聞かれることと、その答え")
	if !p.b.guided {
		title = lang.T("What is noted", "書いてあること")
	}
	p.heading(title)
	var missing []string
	for _, ask := range p.b.asks {
		remark, label := "", ask.label
		if ask.text != "" && ask.in != nil {
			remark = marked(p.a.text(lang.T("(%s)", "（%s）"), ask.text), ask.source)
		} else {
			label = marked(label, ask.source)
		}
		switch {
		case ask.in != nil:
			one := ask.answer
			one.label = label
			p.answer(one, remark)
		case ask.key == "":
			p.add(paper.Field{Label: p.a.text(lang.T("also", "そのほか")), Value: marked(ask.text, ask.source)})
		default:
			missing = append(missing, ask.key)
			p.add(paper.Field{Label: label, Style: paper.Blank, Note: p.a.text(lang.T("(not noted)", "（未記入）"))})
		}
	}
	if r := p.b.both()[0]; len(missing) > 0 {
		p.para(lang.T("To note what is missing:", "足りないものを書くには:"))
		p.command(append([]string{"edit", r.Name}, known(r, missing)...)...)
	}
}

// known leaves the keys that the record's template has: the others belong to a
// record that is not there.
func known(r *record.Record, keys []string) []string {
	t := record.LookupTemplate(r.Template)
	var list []string
	for _, key := range keys {
		if t.Spec(key) != nil {
			list = append(list, key)
		}
	}
	return list
}

func (p *backPage) dont() {
	if len(p.b.dont) == 0 {
		return
	}
	p.heading(lang.T("What not to do", "してはいけないこと"))
	for i, one := range p.b.dont {
		p.add(paper.Step{Number: i + 1, Text: marked(one.text, one.source)})
	}
}

// calls says whom to call. Numbers and menus go out of date, so the day stands
// with them.
func (p *backPage) calls() {
	for _, c := range p.b.calls {
		p.add(paper.Heading{Text: p.a.text(lang.T("By telephone: %s", "電話で聞く: %s"), c.Name), Note: p.a.text(lang.T("as of %s", "%s 時点"), c.fact.AsOf)})
		p.para(lang.T("Possibly outdated: the number and the menu are those of %s. Check the number on the company's own page first.", "古くなっているかもしれません。番号も案内も %s 時点のものです。かける前に、その会社のページで番号を確かめてください。"), c.fact.AsOf)
		p.add(paper.Field{Label: p.a.text(lang.T("number", "番号")), Value: c.Number, Style: paper.Exact})
		for i, key := range c.Menu {
			p.add(paper.Step{Number: i + 1, Text: p.a.text(lang.T("press %s: %s", "%s を押す: %s"), key.Press, key.Text)})
		}
		p.add(paper.Field{Label: p.a.text(lang.T("they can", "できること")), Value: p.a.text(c.Can)})
		p.add(paper.Field{Label: p.a.text(lang.T("they cannot", "できないこと")), Value: marked(p.a.text(c.Cannot), c.source)})
	}
}

// stale is the age above which what a service says is marked as possibly
// outdated.
const stale = 2 * 365 * 24 * time.Hour

func (p *backPage) sources() {
	if len(p.b.sources) == 0 {
		return
	}
	p.heading(lang.T("Who says so", "出どころ"))
	lines := make([]string, len(p.b.sources))
	for i, f := range p.b.sources {
		lines[i] = fmt.Sprintf("[%d] %s", i+1, p.a.text(lang.T("%s (%s)", "%s（%s）"), f.Source.Text, f.AsOf))
		if day, err := time.Parse(time.DateOnly, f.AsOf); err == nil && p.a.now.Sub(day) > stale {
			lines[i] += p.a.text(lang.T("; may have changed since", "。その後変わっているかもしれません"))
		}
	}
	p.add(paper.Para{Text: strings.Join(lines, "\n")})
}
