package term

import (
	"errors"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// escapeWait is how long a lone ESC may be the start of a key's sequence. Keys
// send theirs in one piece; a slow line may split it.
const escapeWait = 250 * time.Millisecond

// A key is one thing the person did.
type key struct {
	kind keyKind
	r    rune // for keyRune and keyJunk
}

type keyKind uint8

const (
	keyNone keyKind = iota // to be ignored
	keyRune
	keyJunk // a control character in a paste, or U+FFFD for bytes that are not UTF-8
	keyEnter
	keyNewline // inside a paste
	keyPasteStart
	keyPasteEnd
	keyLeft
	keyRight
	keyHome
	keyEnd
	keyDelete
	keyBackspace
	keyKillRight
	keyKillLine
	keyKillWord
	keyRedraw
	keyPrevious
	keyCancel
	keyEOF
	keySuspend
	keyTab
	keyWoken
)

// controlKeys maps what Ctrl and a letter send, and the keys that send a
// control character of their own.
var controlKeys = map[byte]keyKind{
	0x01: keyHome,      // ^A
	0x02: keyLeft,      // ^B
	0x03: keyCancel,    // ^C
	0x04: keyEOF,       // ^D
	0x05: keyEnd,       // ^E
	0x06: keyRight,     // ^F
	0x08: keyBackspace, // ^H, Backspace on some terminals
	0x09: keyTab,
	0x0a: keyEnter,     // Enter, when typed ahead while lines were cooked
	0x0b: keyKillRight, // ^K
	0x0c: keyRedraw,    // ^L
	0x0d: keyEnter,
	0x10: keyPrevious, // ^P
	0x15: keyKillLine, // ^U
	0x17: keyKillWord, // ^W
	0x1a: keySuspend,  // ^Z
	0x7f: keyBackspace,
}

// escapeFinals and escapeNumbers map the two forms cursor keys come in,
// CSI or SS3 with a final letter, and CSI number ~ (ECMA-48, xterm, VT220,
// rxvt).
var (
	escapeFinals = map[byte]keyKind{
		'A': keyPrevious, 'C': keyRight, 'D': keyLeft, 'F': keyEnd, 'H': keyHome,
	}
	escapeNumbers = map[int]keyKind{
		1: keyHome, 3: keyDelete, 4: keyEnd, 7: keyHome, 8: keyEnd,
		200: keyPasteStart, 201: keyPasteEnd,
	}
)

// input turns the bytes of a terminal into keys. There is one for each
// Terminal, so bytes read ahead serve the next question.
type input struct {
	src     io.Reader
	ready   func(time.Duration) bool // whether more comes within; nil: always
	buf     []byte                   // read but not yet used
	store   [4096]byte
	pasting bool
	afterCR bool // the last byte of this paste was a carriage return
	woken   bool // a wake came in the middle of a key
}

// next returns the next key.
func (in *input) next() (key, error) {
	if in.woken {
		in.woken = false
		return key{kind: keyWoken}, nil
	}
	if len(in.buf) == 0 {
		if err := in.fill(); errors.Is(err, errWoken) {
			return key{kind: keyWoken}, nil
		} else if err != nil {
			return key{}, err
		}
	}
	b := in.take()
	switch {
	case b == 0x1b:
		return in.escape()
	case b < 0x20 || b == 0x7f:
		return in.control(b), nil
	case b < utf8.RuneSelf:
		in.afterCR = false
		return key{keyRune, rune(b)}, nil
	}
	in.afterCR = false
	return in.multibyte(b)
}

// idle reports whether everything read has been used, the moment to draw.
func (in *input) idle() bool { return len(in.buf) == 0 }

func (in *input) take() byte {
	b := in.buf[0]
	in.buf = in.buf[1:]
	return b
}

// fill reads at least one byte into the empty buffer.
func (in *input) fill() error {
	for range 100 {
		n, err := in.src.Read(in.store[:])
		if n > 0 {
			in.buf = in.store[:n]
			return nil
		}
		if err != nil {
			return err
		}
	}
	return io.ErrNoProgress
}

// need makes sure of a byte in the middle of a key; a wake waits until the key
// is complete.
func (in *input) need() error {
	for len(in.buf) == 0 {
		err := in.fill()
		if errors.Is(err, errWoken) {
			in.woken = true
			continue
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// control returns the key of a control character. Inside a paste it is text
// to be judged, and only line ends keep a meaning. A ^C that comes alone does
// too: no paste ends there, and it is the way out when the mark for the end of
// a paste was lost.
func (in *input) control(b byte) key {
	if !in.pasting {
		if b == '\r' && len(in.buf) > 0 && in.buf[0] == '\n' {
			in.take()
		}
		return key{kind: controlKeys[b]}
	}
	pair := in.afterCR && b == '\n'
	in.afterCR = b == '\r'
	switch {
	case pair:
		return key{}
	case b == '\r' || b == '\n':
		return key{kind: keyNewline}
	case b == 0x03 && in.idle():
		in.pasting = false
		return key{kind: keyCancel}
	}
	return key{keyJunk, rune(b)}
}

// multibyte collects a character of several bytes, which may come in pieces.
func (in *input) multibyte(lead byte) (key, error) {
	seq := []byte{lead}
	for !utf8.FullRune(seq) {
		if err := in.need(); err != nil {
			return key{}, err
		}
		if in.buf[0]&0xc0 != 0x80 {
			break
		}
		seq = append(seq, in.take())
	}
	r, size := utf8.DecodeRune(seq)
	if size < len(seq) { // an impossible start: what follows is judged anew
		in.buf = append(append([]byte(nil), seq[size:]...), in.buf...)
	}
	switch {
	case r == utf8.RuneError && size <= 1:
		return key{keyJunk, utf8.RuneError}, nil
	case in.pasting && (r == 0x2028 || r == 0x2029):
		return key{kind: keyNewline}, nil
	case isControl(r) || r == 0x2028 || r == 0x2029:
		return key{keyJunk, r}, nil
	}
	return key{keyRune, r}, nil
}

// escape reads what follows an ESC. Whole sequences that mean nothing to us
// are swallowed, so that no part of them becomes text.
func (in *input) escape() (key, error) {
	in.afterCR = false
	if in.idle() && in.ready != nil && !in.ready(escapeWait) {
		return key{}, nil
	}
	if err := in.need(); err != nil {
		return key{}, err
	}
	switch b := in.buf[0]; {
	case b == '[':
		in.take()
		return in.controlSequence()
	case in.pasting:
		return key{keyJunk, 0x1b}, nil
	case b == 'O':
		in.take()
		return in.singleShift()
	case b == ']' || b == 'P' || b == 'X' || b == '^' || b == '_':
		in.take()
		return in.controlString()
	case b >= 0x20 && b < 0x7f: // Alt and a key
		in.take()
	}
	return key{}, nil
}

// controlSequence reads the rest of CSI: parameters, intermediates, one final
// byte (ECMA-48 5.4). Anything else breaks it off and is read anew.
func (in *input) controlSequence() (key, error) {
	var params strings.Builder
	for first := true; ; first = false {
		if err := in.need(); err != nil {
			return key{}, err
		}
		b := in.buf[0]
		if b < 0x20 || b >= 0x7f {
			return key{}, nil
		}
		in.take()
		switch {
		case first && b == '[' && !in.pasting: // function keys of the Linux console: ESC [ [ A
			if err := in.need(); err != nil {
				return key{}, err
			}
			if in.buf[0] >= 0x40 && in.buf[0] < 0x7f {
				in.take()
			}
			return key{}, nil
		case b >= 0x40:
			return in.sequenceKey(params.String(), b), nil
		case params.Len() < 32:
			params.WriteByte(b)
		}
	}
}

// sequenceKey finds the key of a complete sequence. Modifiers (ESC [ 1 ; 5 C)
// are not told apart.
func (in *input) sequenceKey(params string, final byte) key {
	number, _, _ := strings.Cut(params, ";")
	n, err := strconv.Atoi(number)
	kind := keyNone
	switch {
	case final == '~' && err == nil:
		kind = escapeNumbers[n]
	case number == "" || number == "1":
		kind = escapeFinals[final]
	}
	switch {
	case kind == keyPasteStart && !in.pasting:
		in.pasting = true
	case kind == keyPasteEnd && in.pasting:
		in.pasting = false
	case kind == keyPasteEnd:
		return key{}
	case in.pasting:
		return key{keyJunk, 0x1b}
	}
	return key{kind: kind}
}

// singleShift reads the byte after SS3, which application-mode cursor keys and
// the keypad's Enter send.
func (in *input) singleShift() (key, error) {
	if err := in.need(); err != nil {
		return key{}, err
	}
	if b := in.buf[0]; b < 0x20 || b >= 0x7f {
		return key{}, nil
	}
	b := in.take()
	if b == 'M' {
		return key{kind: keyEnter}, nil
	}
	return key{kind: escapeFinals[b]}, nil
}

// controlString swallows a terminal's own answer (OSC, DCS, APC, PM, SOS) up to
// BEL or ST. Another control character ends it too: such answers hold none,
// and a person who typed Alt-] must not be locked out.
func (in *input) controlString() (key, error) {
	for {
		if err := in.need(); err != nil {
			return key{}, err
		}
		b := in.buf[0]
		if b >= 0x20 && b != 0x7f {
			in.take()
			continue
		}
		if b == 0x07 {
			in.take()
		}
		return key{}, nil // ESC \ is read anew as Alt-\ and ignored
	}
}
