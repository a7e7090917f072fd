package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"memovault/internal/lang"
	"memovault/internal/paper"
	"memovault/internal/record"
	"memovault/internal/store"
	"memovault/internal/term"
)

// A printedRecord is a record as it was put on a sheet.
type printedRecord struct {
	was   *record.Record // as it was printed; nil if that is not known any more
	now   *record.Record // as it is; nil if it is gone for good
	exact bool           // was is known to be what was printed
}

// values asks for everything on the sheet that has check letters.
func (c *paperCheck) values() error {
	list, err := c.printedRecords()
	if err != nil {
		return err
	}
	asked := 0
	for _, one := range list {
		if one.was != nil {
			asked += len(paper.CopiedFrom(one.was, c.p.Secrets == "yes"))
		}
	}
	if asked == 0 {
		return c.nothingToType()
	}
	c.tell(0, c.a.text(lang.T("Type what stands on the paper; nothing of it is shown. Enter skips one, Ctrl-C stops.", "紙に書いてあるとおりに打ってください。画面には出ません。Enter でとばし、Ctrl-C でやめます。")))
	for _, one := range list {
		if err := c.record(one); err != nil {
			return err
		}
	}
	return nil
}

// nothingToType asks of a sheet without keys whether it is there and can be
// read.
func (c *paperCheck) nothingToType() error {
	c.tell(0, c.a.text(lang.T("There are no keys or codes with check letters on it.", "確かめの文字の付いたキーやコードは、この用紙にありません。")))
	c.tell(0, c.a.text(lang.T("Is the paper there, whole, and can it be read?", "紙はあり、欠けたところもなく、読めますか？")))
	for {
		prompt := c.a.text(lang.T("y = yes, n = no, Enter = skip: ", "y=はい n=いいえ Enter=とばす: "))
		var typed string
		var err error
		if c.given {
			typed, _, err = c.ask(prompt)
		} else {
			typed, err = c.a.readLine(c.t, term.Line{Prompt: prompt})
		}
		switch answer := lang.Fold(typed); {
		case errors.Is(err, term.ErrCancelled):
			return errStopped
		case err != nil:
			return err
		case answer == "":
			c.skipped = 1
			return nil
		case isYes(answer):
			c.right = 1
			return nil
		case isNo(answer):
			c.wrong = 1
			return nil
		case c.given:
			return &failure{status: statusUsage, code: "usage", what: said(lang.T("the answer must be y (yes) or n (no)", "答えは y（はい）か n（いいえ）です"))}
		}
	}
}

// printedRecords returns what is on the sheet, in its order, each as it was
// printed as far as the history knows.
func (c *paperCheck) printedRecords() ([]printedRecord, error) {
	var list []printedRecord
	seen := map[record.ID]bool{}
	add := func(card store.Card) error {
		if seen[card.ID] {
			return nil
		}
		seen[card.ID] = true
		one, err := asPrinted(c.s, card.ID, record.ParsePrint(c.p.r.Printed[card.ID.String()]))
		list = append(list, one)
		return err
	}
	cards, err := c.s.Cards()
	if err != nil {
		return nil, err
	}
	for _, name := range record.SheetContents(c.p.r) {
		i := slices.IndexFunc(cards, func(card store.Card) bool { return record.NameKey(card.Name) == record.NameKey(name) && !card.Trashed })
		if i < 0 {
			i = slices.IndexFunc(cards, func(card store.Card) bool {
				return record.NameKey(card.Name) == record.NameKey(name) && c.p.r.Printed[card.ID.String()] != ""
			})
		}
		if i < 0 {
			c.gone(name)
			continue
		}
		if err := add(cards[i]); err != nil {
			return nil, err
		}
	}
	for _, card := range cards { // more than fit into the contents
		if c.p.r.Printed[card.ID.String()] != "" {
			if err := add(card); err != nil {
				return nil, err
			}
		}
	}
	return list, nil
}

// gone says that what is on the paper is in the vault no more.
func (c *paperCheck) gone(name string) {
	c.skipped++
	c.tell(0, c.a.text(lang.T("%s is on it, but in the vault no more: it cannot be compared", "%s は載っていますが、もう金庫にないので比べられません"), name))
}

// asPrinted reads a record as it was when it was printed; where that is not in
// the history any more, or was never noted, as it is now.
func asPrinted(s *store.Store, id record.ID, was record.Print) (printedRecord, error) {
	now, err := s.Record(id)
	if err != nil {
		return printedRecord{}, err
	}
	past, err := s.History(id)
	if damaged := new(store.DamagedError); err != nil && !errors.As(err, &damaged) {
		return printedRecord{}, err
	}
	all := append([]*record.Record{now}, past...)
	if at := printedRevision(all, was); at >= 0 {
		return printedRecord{all[at], now, true}, nil
	}
	return printedRecord{now, now, false}, nil
}

// record asks for the values of one record.
func (c *paperCheck) record(one printedRecord) error {
	a := c.a
	values := paper.CopiedFrom(one.was, c.p.Secrets == "yes")
	if len(values) == 0 {
		return nil
	}
	if c.t != nil {
		c.t.Print("\n")
	}
	c.tell(0, a.text(lang.T("%s (revision %d on the paper)", "%s（紙には第 %d 版）"), term.Sanitize(one.was.Name), one.was.Revision))
	if !one.exact {
		c.tell(2, a.text(lang.T("What was printed is not in the history any more; it is compared with the record as it is now.", "印刷した版は履歴に残っていません。今の記録と比べます。")))
	}
	for _, v := range values {
		if err := c.value(one, v); err != nil {
			return err
		}
	}
	return nil
}

// value asks for one value until it agrees, is skipped, or was tried often
// enough.
func (c *paperCheck) value(one printedRecord, v paper.Copied) error {
	a := c.a
	prompt := a.text(v.Label)
	if v.Number > 0 {
		prompt = a.text(lang.T("%s, number %d", "%sの %d 番目"), v.Label, v.Number)
	}
	for left := tries - 1; ; left-- {
		typed, skip, err := c.ask("  " + term.Sanitize(prompt) + ": ")
		if err != nil {
			return err
		}
		if skip {
			c.skipped++
			return nil
		}
		right, wrong := v.Compare(typed)
		if right {
			c.right++
			if !v.In(one.now) {
				c.stale++
				c.tell(4, a.text(lang.T("agrees with the paper, but it changed since", "印刷したとおりです。ただし、そのあとで変わっています")))
				return nil
			}
			c.tell(4, a.text(lang.T("agrees", "合っています")))
			return nil
		}
		what := a.sayWrong(wrong)
		if left == 0 || c.given {
			c.wrong++
			a.say(lang.T("%s, %s: %s", "%s の %s: %s"), one.was.Name, prompt, what)
			return nil
		}
		c.tell(4, a.text(lang.T("%s; tries left: %d", "%s。あと %d 回"), what, left))
	}
}

// sayWrong says which groups to look at again.
func (a *app) sayWrong(wrong []paper.Span) string {
	if len(wrong) == 0 {
		return a.text(lang.T("that is not what was printed; look whether it is the right line", "印刷したものと違います。行が合っているか、見てください"))
	}
	groups := make([]string, len(wrong))
	for i, s := range wrong {
		groups[i] = fmt.Sprint(s.First)
		if s.Last > s.First {
			groups[i] = fmt.Sprintf("%d-%d", s.First, s.Last)
		}
	}
	return a.text(lang.T("look again at group %s, counted as printed", "左から %s 番目の組を見直してください"), strings.Join(groups, a.text(comma)))
}
