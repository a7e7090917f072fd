package term

import (
	"errors"
	"io"
	"strings"
	"unicode/utf8"
)

// keepsNothing is what a person types in plain mode to empty an answer that
// was there before, since Enter alone keeps it.
const keepsNothing = "-"

// lockLine is a line of nothing but Ctrl-L, as the system's line reader hands it
// over.
const lockLine = "\x0c"

// readPlain asks for a line with the system's own line reader.
func (t *Terminal) readPlain(l Line) (string, error) {
	if l.MaxBytes <= 0 {
		l.MaxBytes = maxText
	}
	prompt := l.Prompt
	if l.Initial != "" {
		prompt += "[" + Sanitize(l.Initial) + "] "
	}
	if err := t.begin(cooked, l.Idle); err != nil {
		return "", err
	}
	defer t.end()
	raw, err := t.plainLine(prompt, max(l.MaxBytes, maxText))
	if err != nil {
		return "", t.judge(err)
	}
	answer := strings.ReplaceAll(strings.ToValidUTF8(raw, "\ufffd"), "\t", " ")
	switch {
	case l.Back && isBack(answer):
		return l.Initial, ErrBack
	case answer == "":
		return l.Initial, nil
	case answer == keepsNothing && l.Initial != "":
		return "", nil
	case len(answer) > l.MaxBytes:
		return "", ErrTooLong
	case strings.ContainsFunc(answer, isControl):
		return "", ErrControl
	}
	return answer, nil
}

// readPlainSecret asks for a line that is not echoed.
func (t *Terminal) readPlainSecret(prompt string) (string, error) {
	if err := t.begin(silent, 0); err != nil {
		return "", err
	}
	defer t.end()
	answer, err := t.plainLine(prompt, MaxSecret)
	err = t.judge(err)
	if err == nil || errors.Is(err, ErrTooLong) {
		_, _ = io.WriteString(t.out, "\n") // Enter was not echoed
	}
	switch {
	case err != nil:
		return "", err
	case !utf8.ValidString(answer) || strings.ContainsFunc(answer, isControl):
		return "", ErrControl
	}
	return answer, nil
}

// isBack reports whether a line is nothing but the key for the previous
// question, as the system's line reader hands it over.
func isBack(line string) bool {
	switch strings.TrimSpace(line) {
	case "\x10", "\x1b[A", "\x1bOA":
		return true
	}
	return false
}

// plainLine reads up to the next line end, and no more into the line than
// limit bytes; a longer line is read to its end all the same. Marks of a
// bracketed paste, left on by some other program, are taken out.
func (t *Terminal) plainLine(prompt string, limit int) (string, error) {
	_, _ = io.WriteString(t.out, SanitizeLines(prompt))
	var line []byte
	long := false
	for {
		b, err := t.plainByte(prompt)
		switch {
		case err != nil:
			_, _ = io.WriteString(t.out, "\n")
			return "", ended(err)
		case b != '\n' && len(line) <= max(limit, cookedLimit)+len(pasteOn)*2:
			line = append(line, b)
			continue
		case b != '\n':
			long = true
			continue
		}
		text := strings.TrimSuffix(string(line), "\r")
		cut := t.tty != nil && cookedLimit > 0 && len(text) >= cookedLimit
		text = strings.NewReplacer("\x1b[200~", "", "\x1b[201~", "").Replace(text)
		switch {
		case long || cut || len(text) > limit:
			return "", ErrTooLong
		case t.guard > 0 && text == lockLine:
			return "", &LockError{LockKey}
		}
		return text, nil
	}
}

// plainByte returns the next byte, and looks at what wakes the wait for it.
func (t *Terminal) plainByte(prompt string) (byte, error) {
	for t.in.idle() {
		err := t.in.fill()
		if errors.Is(err, errWoken) {
			err = t.plainWoken(prompt)
		}
		if err != nil {
			return 0, err
		}
	}
	return t.in.take(), nil
}

func (t *Terminal) plainWoken(prompt string) error {
	w := t.tty.takeWakes()
	switch {
	case w&wakeCancel != 0:
		return ErrCancelled
	case t.Locked() != nil:
		return t.Locked()
	case w&wakeSuspend != 0 && t.guard > 0:
		return &LockError{LockStop}
	case w&wakeSuspend != 0:
		t.tty.suspend()
		_, _ = io.WriteString(t.out, "\n"+SanitizeLines(prompt))
	}
	return nil
}
