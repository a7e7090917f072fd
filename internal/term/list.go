package term

import (
	"errors"
	"strconv"
	"strings"
	"time"
)

// maxItems is the limit of a list whose MaxItems is not given.
const maxItems = 10_000

// List is one question with any number of one-line answers.
type List struct {
	Prompt     string             // printed once, on a line of its own
	ItemPrompt func(n int) string // printed before item n, counted from 1; nil prints "n> "
	Initial    []string           // the answers to start from, offered one by one
	Back       bool               // Ctrl-P and Up at the first item return ErrBack
	Idle       time.Duration      // as for Line
	MaxItems   int                // 0 means 10,000
	MaxBytes   int                // of one item, as for Line

	// Last reports whether an item ends the list by itself, such as a call for
	// help; nil means none does.
	Last func(item string) bool
}

// ReadLines asks for items until an empty line. A paste of many lines becomes
// as many items, each shown on its own row; its blank lines are skipped, and
// what follows its last line end stays in the row to be finished. Each item of
// Initial is offered for editing; emptied, it is taken out. Ctrl-P and Up go
// back to the item before.
//
// When MaxItems are reached the list ends by itself; items left over in a paste
// are ErrTooLong. With an error come the items as they were by then.
func (t *Terminal) ReadLines(l List) ([]string, error) {
	if l.Prompt != "" {
		t.Print(strings.TrimSuffix(l.Prompt, "\n") + "\n")
	}
	if l.MaxItems <= 0 {
		l.MaxItems = maxItems
	}
	if !t.plain {
		if err := t.begin(raw, l.Idle); err != nil {
			return nil, err
		}
		defer t.end()
	}
	r := listReader{t: t, list: l, after: append([]string(nil), l.Initial...)}
	items, err := r.read()
	return items, t.judge(err)
}

// A listReader stands between the items before the one being asked for and
// those after it.
type listReader struct {
	t      *Terminal
	list   List
	before []string
	after  []string
}

func (r *listReader) read() ([]string, error) {
	for {
		if r.full() {
			return r.items(), r.skipPaste()
		}
		offered := ""
		if len(r.after) > 0 && !r.t.in.pasting {
			offered, r.after = r.after[0], r.after[1:]
		}
		text, err := r.ask(offered)
		blank := strings.TrimSpace(text) == ""
		switch {
		case errors.Is(err, ErrBack):
			if !blank {
				r.after = append([]string{text}, r.after...)
			}
			if len(r.before) == 0 {
				return r.items(), ErrBack
			}
			last := len(r.before) - 1
			r.after = append([]string{r.before[last]}, r.after...)
			r.before = r.before[:last]
		case err != nil:
			if offered != "" {
				r.after = append([]string{offered}, r.after...)
			}
			return r.items(), err
		case !blank:
			r.before = append(r.before, text)
			if r.list.Last != nil && !r.t.in.pasting && r.list.Last(text) {
				return r.items(), nil
			}
		case offered == "" && len(r.after) == 0:
			return r.items(), nil
		}
	}
}

// full reports whether no further item can be asked for.
func (r *listReader) full() bool {
	n := len(r.before)
	if r.t.in.pasting {
		n += len(r.after)
	}
	return n >= r.list.MaxItems && (r.t.in.pasting || len(r.after) == 0)
}

func (r *listReader) items() []string { return append(r.before, r.after...) }

func (r *listReader) ask(offered string) (string, error) {
	n := len(r.before) + 1
	prompt := strconv.Itoa(n) + "> "
	if r.list.ItemPrompt != nil {
		prompt = r.list.ItemPrompt(n)
	}
	line := Line{
		Prompt: prompt, Initial: offered, Idle: r.list.Idle, MaxBytes: r.list.MaxBytes,
		Back: r.list.Back || len(r.before) > 0,
	}
	if r.t.plain {
		return r.t.readPlain(line)
	}
	e := newEditor(r.t, line)
	e.list = true
	return e.run()
}

// skipPaste reads the rest of a paste that did not fit, so that it does not
// answer the next question.
func (r *listReader) skipPaste() error {
	lost := false
	for r.t.in.pasting {
		k, err := r.t.in.next()
		switch {
		case err != nil:
			return ended(err)
		case k.kind == keyCancel:
			return ErrCancelled
		case k.kind == keyRune && k.r != ' ':
			lost = true
		}
	}
	if lost {
		return ErrTooLong
	}
	return nil
}
