package cli

import (
	"memovault/internal/audit"
	"memovault/internal/lang"
	"memovault/internal/record"
	"memovault/internal/store"
)

// hintMark stands before a remark of the coach, so that it is not taken for
// something that went wrong.
var hintMark = lang.T("hint: ", "ひとこと: ")

// A coach says right after an answer what will matter later. It knows the
// records of the vault, which it reads when it is first asked.
type coach struct {
	a       *app
	s       *store.Store
	records []*record.Record
	read    bool
}

// input is what the audit looks at: all live records.
func (c *coach) input() audit.Input {
	if !c.read {
		c.read = true
		for r, err := range c.s.All() {
			if err == nil && r.Trashed == nil { // what is damaged was said at the unlocking
				c.records = append(c.records, r)
			}
		}
	}
	return audit.Input{Now: c.a.now, Records: c.records}
}

// saved makes the coach know a record that was saved since.
func (c *coach) saved(r *record.Record) {
	if c.read {
		c.records = append(c.records, r.Clone())
	}
}

// remarks are what the coach has to say about the answer in the field, in the
// language of the run.
func (c *coach) remarks(r *record.Record, key string) []string {
	var said []string
	for _, remark := range audit.Remarks(c.input(), r, key) {
		said = append(said, remark.Say(c.a.lang))
	}
	return said
}

// newCoach returns a coach, nil where nobody wants to hear it.
func (a *app) newCoach(s *store.Store, silent bool) *coach {
	if silent {
		return nil
	}
	return &coach{a: a, s: s}
}

// remarkOn lets the coach speak about what flags changed, where nobody is
// asked: one line for each remark, with the label of the field.
func (c *coach) remarkOn(before, r *record.Record) {
	if c == nil || c.a.g.quiet {
		return
	}
	for _, change := range compareFields(before, r) {
		if change.kind == changeRemoved {
			continue
		}
		for _, remark := range c.remarks(r, change.key) {
			c.a.say(lang.T("%s: %s%s", "%s: %s%s"), change.label, hintMark, remark)
		}
	}
}
