package recovery

import (
	"crypto/sha256"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"memovault/internal/lang"
	"memovault/internal/record"
)

// An Entry is one all-day event of a calendar file.
type Entry struct {
	UID         string // see EntryUID
	Day         time.Time
	Summary     string
	Description string // lines end in "\n"; may be empty
}

// EntryUID makes the id by which a calendar knows an event again, also after its
// day has changed: a UUID of version 8 (RFC 9562) that is a digest of the
// record's random id and of what the event is about. Nobody who does not have
// the record can tell from it what that is.
func EntryUID(id record.ID, about ...string) string {
	h := sha256.New()
	h.Write(id[:])
	for _, s := range about {
		fmt.Fprintf(h, "\n%d %s", len(s), s)
	}
	b := h.Sum(nil)[:16]
	b[6] = b[6]&0x0f | 0x80
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// WriteCalendar writes an iCalendar file (RFC 5545) with one all-day event for
// each entry, stamped with now. The events block no time and are marked as
// private. Lines are folded at 75 octets, never within a character.
func WriteCalendar(w io.Writer, entries []Entry, now time.Time, l lang.Lang) error {
	var b strings.Builder
	line := func(name, value string) { writeFolded(&b, name+":"+value) }
	line("BEGIN", "VCALENDAR")
	line("VERSION", "2.0")
	line("PRODID", "-//memovault//vault due//"+strings.ToUpper(l.String()))
	line("CALSCALE", "GREGORIAN")
	line("METHOD", "PUBLISH")
	for _, e := range entries {
		line("BEGIN", "VEVENT")
		line("UID", e.UID)
		line("DTSTAMP", now.UTC().Format("20060102T150405Z"))
		line("DTSTART;VALUE=DATE", e.Day.Format("20060102"))
		line("DTEND;VALUE=DATE", e.Day.AddDate(0, 0, 1).Format("20060102"))
		line("SUMMARY", calendarText(e.Summary))
		if e.Description != "" {
			line("DESCRIPTION", calendarText(e.Description))
		}
		line("CLASS", "PRIVATE")
		line("TRANSP", "TRANSPARENT")
		line("END", "VEVENT")
	}
	line("END", "VCALENDAR")
	_, err := io.WriteString(w, b.String())
	return err
}

// calendarText escapes a text (RFC 5545, 3.3.11). Control characters, which no
// text may hold, become spaces.
func calendarText(s string) string {
	s = strings.ToValidUTF8(strings.ReplaceAll(s, "\r\n", "\n"), "\uFFFD")
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\\' || r == ';' || r == ',':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < ' ' || 0x7f <= r && r < 0xa0 || r == 0x2028 || r == 0x2029:
			b.WriteByte(' ')
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// foldAt is how many octets a line may have (RFC 5545, 3.1). The space that
// begins a continued line counts.
const foldAt = 75

func writeFolded(b *strings.Builder, line string) {
	for room := foldAt; len(line) > room; room = foldAt - 1 {
		cut := room
		for !utf8.RuneStart(line[cut]) {
			cut--
		}
		b.WriteString(line[:cut] + "\r\n ")
		line = line[cut:]
	}
	b.WriteString(line + "\r\n")
}
