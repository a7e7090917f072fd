package term

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// An editor holds one answer while it is typed. The cursor stands between left
// and right, always at the border of a cluster.
type editor struct {
	t     *Terminal
	line  Line
	left  []byte
	right string

	masked   bool // a secret: shown as stars, and nothing dropped unseen
	list     bool // a line end in a paste finishes the line
	control  bool // a secret held what cannot be part of it
	overflow bool // more came than can be kept

	pasted bool // this paste has put text in
	gap    bool // this paste had a line end since

	view view
}

func newEditor(t *Terminal, l Line) *editor {
	if l.MaxBytes <= 0 {
		l.MaxBytes = maxText
	}
	return &editor{t: t, line: l, left: []byte(l.Initial)}
}

// run asks and edits until the answer is given or refused. Keys already typed
// are all applied before the screen is brought up to date.
func (e *editor) run() (string, error) {
	e.view.start(e.t, e.line.Prompt)
	e.draw()
	for {
		k, err := e.t.in.next()
		if err != nil {
			return e.fail(err)
		}
		done, err := e.apply(k)
		if done || err != nil {
			e.draw()
			e.view.finish()
			return e.result(err)
		}
		if e.t.in.idle() {
			e.draw()
		}
	}
}

func (e *editor) fail(err error) (string, error) {
	e.view.finish()
	return "", ended(err)
}

// ended makes ErrEnd of what readers say at their end.
func ended(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return ErrEnd
	}
	return err
}

// result judges the finished answer.
func (e *editor) result(err error) (string, error) {
	switch {
	case err == ErrBack:
		return e.text(), err
	case err != nil:
		return "", err
	case e.overflow || len(e.left)+len(e.right) > e.line.MaxBytes:
		return "", ErrTooLong
	case e.control:
		return "", ErrControl
	}
	return e.text(), nil
}

func (e *editor) text() string { return string(e.left) + e.right }

func (e *editor) empty() bool { return len(e.left) == 0 && e.right == "" }

// apply does what k asks for. It reports whether the answer is given; an error
// ends the line without one.
func (e *editor) apply(k key) (done bool, err error) {
	switch k.kind {
	case keyEnter:
		return true, nil
	case keyCancel:
		return false, ErrCancelled
	case keyPrevious:
		if e.line.Back {
			return false, ErrBack
		}
	case keyEOF:
		if e.empty() {
			return false, ErrEnd
		}
		e.deleteRight()
	case keySuspend:
		if e.t.guard > 0 {
			return false, &LockError{LockStop}
		}
		if e.t.tty != nil {
			e.t.tty.stopJob()
		}
	case keyWoken:
		return false, e.woken()
	case keyRedraw:
		if e.t.guard > 0 {
			return false, &LockError{LockKey}
		}
		e.view.redraw()
	case keyTab:
		e.complete()
	case keyRune, keyJunk, keyNewline, keyPasteStart, keyPasteEnd:
		return e.input(k), nil
	default:
		e.move(k.kind)
	}
	return false, nil
}

// input takes in what was typed or pasted. It reports whether it finished the
// line.
func (e *editor) input(k key) (done bool) {
	switch k.kind {
	case keyPasteStart:
		e.pasted, e.gap = false, false
	case keyNewline:
		if e.list {
			return e.finishItem()
		}
		e.gap = true
	case keyRune:
		e.insert(string(k.r))
	case keyJunk:
		e.junk(k.r)
	}
	return false
}

// finishItem takes a line end in the paste of a list. Blank lines are skipped.
func (e *editor) finishItem() (done bool) {
	if strings.TrimSpace(e.text()) != "" {
		return true
	}
	e.move(keyKillLine)
	return false
}

// insert puts s in at the cursor. Line ends in a paste become one space
// between what stood on the lines; those around it are dropped.
func (e *editor) insert(s string) {
	if e.t.in.pasting {
		if e.gap && e.pasted {
			s = " " + s
		}
		e.gap, e.pasted = false, true
	}
	if len(e.left)+len(e.right)+len(s) > max(maxText, e.line.MaxBytes) {
		e.overflow = true
		return
	}
	e.left = append(e.left, s...)
	e.settle()
}

// junk takes what cannot be part of an answer. In a text it is left out or,
// where bytes were not UTF-8, shown as U+FFFD; a tab is a space.
func (e *editor) junk(r rune) {
	switch {
	case e.masked:
		e.control = true
	case r == '\t':
		e.insert(" ")
	case r == utf8.RuneError:
		e.insert(string(r))
	}
}

// settle moves the cursor on to the next border of a cluster, after an edit
// that joined what stood before and after it (two halves of a flag).
func (e *editor) settle() {
	if e.right == "" {
		return
	}
	text, cursor, border := e.text(), len(e.left), 0
	for c := range clusters(text) {
		if border >= cursor {
			break
		}
		border += len(c)
	}
	e.split(text, border)
}

func (e *editor) split(text string, at int) {
	e.left = append(e.left[:0], text[:at]...)
	e.right = text[at:]
}

// move handles the keys that move the cursor or delete.
func (e *editor) move(k keyKind) {
	text := e.text()
	switch k {
	case keyLeft:
		e.split(text, e.before())
	case keyRight:
		e.split(text, len(e.left)+e.after())
	case keyHome:
		e.split(text, 0)
	case keyEnd:
		e.split(text, len(text))
	case keyBackspace:
		e.left = e.left[:e.before()]
	case keyDelete:
		e.deleteRight()
	case keyKillRight:
		e.right = ""
	case keyKillLine:
		e.left, e.right = e.left[:0], ""
	case keyKillWord:
		e.left = e.left[:wordStart(string(e.left))]
	}
	if e.empty() {
		e.control, e.overflow = false, false
	}
	e.settle()
}

func (e *editor) deleteRight() { e.right = e.right[e.after():] }

// before returns where the cluster left of the cursor begins.
func (e *editor) before() int {
	last := 0
	for c := range clusters(string(e.left)) {
		last = len(c)
	}
	return len(e.left) - last
}

// after returns the length of the cluster right of the cursor.
func (e *editor) after() int {
	for c := range clusters(e.right) {
		return len(c)
	}
	return 0
}

// wordStart returns where the last word of s begins. Japanese has no spaces,
// so a change of script is the border of a word too.
func wordStart(s string) int {
	s = strings.TrimRightFunc(s, unicode.IsSpace)
	end, script := len(s), rune(0)
	for end > 0 {
		r, size := utf8.DecodeLastRuneInString(s[:end])
		switch of := scriptOf(r); {
		case of == 'm': // marks belong to the letter before them
		case script == 0:
			script = of
		case of != script:
			return end
		}
		end -= size
	}
	return end
}

// scriptOf puts r in one of the classes wordStart tells apart.
func scriptOf(r rune) rune {
	switch {
	case unicode.Is(unicode.M, r) || r == 0x200d || r == 'ー' || r == 'ｰ':
		return 'm'
	case unicode.IsSpace(r):
		return ' '
	case unicode.Is(unicode.Han, r):
		return 'h'
	case unicode.Is(unicode.Hiragana, r):
		return 'あ'
	case unicode.Is(unicode.Katakana, r):
		return 'ア'
	case unicode.IsLetter(r), unicode.IsDigit(r):
		return 'a'
	}
	return '.'
}

// complete does what Tab asks for: one candidate replaces the answer, several
// fill in what they have in common and are shown.
func (e *editor) complete() {
	switch {
	case e.masked:
		return
	case e.line.Suggest != nil:
		e.suggest()
		return
	case e.line.Complete == nil:
		return
	}
	found := e.line.Complete(e.text())
	if len(found) == 0 {
		return
	}
	common := found[0]
	for _, f := range found[1:] {
		common = commonPrefix(common, f)
	}
	if len(found) == 1 || len(common) > len(e.text()) {
		e.left, e.right = append(e.left[:0], common...), ""
	}
	if len(found) > 1 {
		e.draw()
		e.view.note([]string{strings.Join(found, "  ")})
	}
}

// suggest is complete for a line of several words: what stands right of the
// cursor stays.
func (e *editor) suggest() {
	s := e.line.Suggest(string(e.left))
	from := min(s.From, len(e.left))
	if len(s.Texts) > 0 {
		common := s.Texts[0]
		for _, text := range s.Texts[1:] {
			common = commonPrefix(common, text)
		}
		if len(s.Texts) == 1 || len(common) > len(e.left)-from {
			e.left = append(e.left[:from], common...)
			e.settle()
		}
	}
	if len(s.Rows) > 0 {
		e.draw()
		e.view.note(s.Rows)
	}
}

func commonPrefix(a, b string) string {
	n := 0
	for c := range clusters(a) {
		if !strings.HasPrefix(b[n:], c) {
			break
		}
		n += len(c)
	}
	return a[:n]
}

// woken looks at why a wait for keys was broken off.
func (e *editor) woken() error {
	if e.t.tty == nil {
		return nil
	}
	w := e.t.tty.takeWakes()
	switch {
	case w&wakeCancel != 0:
		return ErrCancelled
	case e.t.Locked() != nil:
		return e.t.Locked()
	case w&wakeSuspend != 0 && e.t.guard > 0:
		return &LockError{LockStop}
	case w&wakeSuspend != 0:
		e.suspend()
	case w&wakeRedraw != 0:
		_, _ = io.WriteString(e.t.out, pasteOn) // the shell may have switched it off
		e.view.redraw()
	}
	return nil
}

// suspend stops the program until the person continues it, and shows the line
// again.
func (e *editor) suspend() {
	e.view.finish()
	_, _ = io.WriteString(e.t.out, pasteOff)
	e.t.tty.suspend()
	_, _ = io.WriteString(e.t.out, pasteOn)
	e.view.redraw()
}

// draw brings the screen up to date.
func (e *editor) draw() {
	before, after := e.cells(string(e.left)), e.cells(e.right)
	e.view.show(append(before, after...), len(before))
}

// cells returns how text is shown: clusters as they are, stars for a secret,
// and marks for what must not reach the terminal or would not be seen.
func (e *editor) cells(text string) []cell {
	cells := make([]cell, 0, len(text))
	for c := range clusters(text) {
		switch w := clusterWidth(c); {
		case e.masked:
			cells = append(cells, cell{"*", 1})
		case w == 0 || strings.ContainsFunc(c, unsafeRune) || !utf8.ValidString(c):
			cells = append(cells, markCell(c))
		default:
			cells = append(cells, cell{c, w})
		}
	}
	return cells
}

func markCell(c string) cell {
	var b bytes.Buffer
	for _, r := range c {
		if r == utf8.RuneError {
			b.WriteRune(r)
		} else {
			b.WriteString(mark(r))
		}
	}
	return cell{b.String(), Width(b.String())}
}
