package recovery

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"memovault/internal/lang"
	"memovault/internal/record"
)

// readCalendar is a strict reader of what RFC 5545 asks of a calendar with
// all-day events: line ends, folding, escaping, required properties, none twice.
func readCalendar(file string) ([]Entry, error) {
	if !strings.HasSuffix(file, "\r\n") {
		return nil, errors.New("the last line has no CRLF")
	}
	var lines []string
	for _, raw := range strings.Split(strings.TrimSuffix(file, "\r\n"), "\r\n") {
		switch {
		case len(raw) > 75:
			return nil, fmt.Errorf("%d octets in %q", len(raw), raw)
		case !utf8.ValidString(raw):
			return nil, fmt.Errorf("folded within a character: %q", raw)
		case strings.ContainsAny(raw, "\r\n"):
			return nil, fmt.Errorf("a bare CR or LF in %q", raw)
		case strings.HasPrefix(raw, " "):
			if len(lines) == 0 {
				return nil, errors.New("continues nothing")
			}
			lines[len(lines)-1] += raw[1:]
		default:
			lines = append(lines, raw)
		}
	}
	head := []string{"BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//memovault//vault due//", "CALSCALE:GREGORIAN", "METHOD:PUBLISH"}
	if len(lines) < len(head)+1 || lines[len(lines)-1] != "END:VCALENDAR" {
		return nil, errors.New("no calendar")
	}
	for i, want := range head {
		if !strings.HasPrefix(lines[i], want) {
			return nil, fmt.Errorf("%q instead of %q", lines[i], want)
		}
	}
	var entries []Entry
	uids := map[string]bool{}
	for rest := lines[len(head) : len(lines)-1]; len(rest) > 0; {
		end := slices.Index(rest, "END:VEVENT")
		if rest[0] != "BEGIN:VEVENT" || end < 0 {
			return nil, fmt.Errorf("no event: %q", rest)
		}
		e, err := readEvent(rest[1:end])
		if err != nil || uids[e.UID] {
			return nil, fmt.Errorf("event %+v: %v, twice %v", e, err, uids[e.UID])
		}
		uids[e.UID] = true
		entries = append(entries, e)
		rest = rest[end+1:]
	}
	return entries, nil
}

var (
	calendarDay   = regexp.MustCompile(`^[0-9]{8}$`)
	calendarStamp = regexp.MustCompile(`^[0-9]{8}T[0-9]{6}Z$`)
	calendarUID   = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
)

func readEvent(lines []string) (Entry, error) {
	props := map[string]string{}
	for _, line := range lines {
		name, value, ok := strings.Cut(line, ":")
		if _, twice := props[name]; !ok || twice {
			return Entry{}, fmt.Errorf("bad line %q", line)
		}
		props[name] = value
	}
	e := Entry{UID: props["UID"]}
	var err error
	if e.Day, err = time.Parse("20060102", props["DTSTART;VALUE=DATE"]); err != nil {
		return e, err
	}
	end, err := time.Parse("20060102", props["DTEND;VALUE=DATE"])
	switch {
	case err != nil || !end.Equal(e.Day.AddDate(0, 0, 1)):
		return e, fmt.Errorf("it ends on %v (%v)", end, err)
	case !calendarDay.MatchString(props["DTSTART;VALUE=DATE"]), !calendarStamp.MatchString(props["DTSTAMP"]), !calendarUID.MatchString(e.UID):
		return e, fmt.Errorf("bad values: %q", props)
	case props["CLASS"] != "PRIVATE", props["TRANSP"] != "TRANSPARENT":
		return e, fmt.Errorf("not private or not free: %q", props)
	}
	if e.Summary, err = unescape(props["SUMMARY"]); err == nil {
		e.Description, err = unescape(props["DESCRIPTION"])
	}
	return e, err
}

func unescape(s string) (string, error) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == ';' || c == ',' || c < ' ' || c == 0x7f:
			return "", fmt.Errorf("%q must be escaped or left out in %q", c, s)
		case c != '\\':
			b.WriteByte(c)
		case i+1 == len(s) || !strings.ContainsRune(`\;,nN`, rune(s[i+1])):
			return "", fmt.Errorf("bad escape in %q", s)
		default:
			if i++; s[i] == 'n' || s[i] == 'N' {
				b.WriteByte('\n')
			} else {
				b.WriteByte(s[i])
			}
		}
	}
	return b.String(), nil
}

func writeTestCalendar(t *testing.T, entries []Entry, l lang.Lang) string {
	t.Helper()
	var b strings.Builder
	if err := WriteCalendar(&b, entries, time.Date(2026, 11, 22, 9, 30, 5, 0, time.FixedZone("JST", 9*3600)), l); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestCalendarIsReadBackAsItWas(t *testing.T) {
	id := record.ID{1, 2, 3}
	long := strings.Repeat("とても長い説明、", 40)
	entries := []Entry{
		{UID: EntryUID(id, "idle"), Day: time.Date(2028, 2, 29, 0, 0, 0, 0, time.UTC), Summary: `a; b, c\d`, Description: "one\ntwo"},
		{UID: EntryUID(id, "ends"), Day: time.Date(2026, 12, 31, 0, 0, 0, 0, time.UTC), Summary: long},
	}
	for l, tag := range map[lang.Lang]string{lang.EN: "EN", lang.JA: "JA"} {
		file := writeTestCalendar(t, entries, l)
		got, err := readCalendar(file)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got, entries) {
			t.Errorf("read back %+v, want %+v", got, entries)
		}
		if !strings.Contains(file, "\r\nDTSTAMP:20261122T003005Z\r\n") || !strings.Contains(file, "//"+tag+"\r\n") {
			t.Errorf("stamp in UTC or language missing in\n%s", file)
		}
	}
	if got, err := readCalendar(writeTestCalendar(t, nil, lang.EN)); err != nil || len(got) != 0 {
		t.Errorf("an empty calendar: %v, %v", got, err)
	}
}

func TestCalendarDropsControlCharacters(t *testing.T) {
	got, err := readCalendar(writeTestCalendar(t, []Entry{{UID: EntryUID(record.ID{}, "x"), Summary: "a\x00b\r\nc\x1b[2J\td\u0085e\xff"}}, lang.EN))
	if want := "a b\nc [2J d e\uFFFD"; err != nil || got[0].Summary != want {
		t.Errorf("got %q, %v; want %q", got, err, want)
	}
}

func TestEntryUIDsTellEventsApartAndStay(t *testing.T) {
	id, other := record.ID{1}, record.ID{2}
	seen := map[string]bool{}
	for _, uid := range []string{EntryUID(id), EntryUID(id, "a"), EntryUID(id, "a", "b"), EntryUID(id, "ab"), EntryUID(id, "a\n1 b"), EntryUID(other, "a")} {
		if seen[uid] || !calendarUID.MatchString(uid) {
			t.Errorf("%s is there twice, or is no UUID", uid)
		}
		seen[uid] = true
	}
	if first, again := EntryUID(id, "a"), EntryUID(id, "a"); first != again {
		t.Errorf("the id of one event changes: %s, %s", first, again)
	}
}

func FuzzCalendar(f *testing.F) {
	f.Add("plain", "one\ntwo", 0)
	f.Add(strings.Repeat("長", 60), `\;,`, 800)
	f.Add("\xf0\x9f\r\n", "\u2028", -20000)
	f.Fuzz(func(t *testing.T, summary, description string, days int) {
		day := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC).AddDate(0, 0, days%700000)
		in := Entry{UID: EntryUID(record.ID{9}, summary), Day: day, Summary: summary, Description: description}
		got, err := readCalendar(writeTestCalendar(t, []Entry{in}, lang.JA))
		if err != nil || len(got) != 1 {
			t.Fatalf("%v, %d events", err, len(got))
		}
		if plain := regexp.MustCompile(`^[^\x00-\x1f\x7f-\x9f\x{2028}\x{2029}]*$`); utf8.ValidString(summary) && plain.MatchString(summary) && got[0].Summary != summary {
			t.Errorf("summary %q became %q", summary, got[0].Summary)
		}
	})
}
