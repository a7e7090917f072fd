package exchange

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"memovault/internal/record"
)

// A Selection gathers what is exported. The zero value is empty.
type Selection struct {
	Time time.Time // written as the time of the export

	// Open returns an attached file.
	Open func(record.ID) ([]byte, error)

	records []byte // separated by ",\n"
	count   int
	files   []record.Attachment
	seen    map[record.ID]bool
}

// Len returns the number of records.
func (s *Selection) Len() int { return s.count }

// Files returns the number of attached files.
func (s *Selection) Files() int { return len(s.files) }

// Add takes a record as it is stored, JSON on one line, which it copies. The
// vault's id and the revision stay behind: they say nothing elsewhere. All else
// is taken over byte for byte, what this program does not know too.
func (s *Selection) Add(raw []byte) error {
	if s.count > 0 {
		s.records = append(s.records, ",\n"...)
	}
	out, ok := appendPortable(s.records, raw)
	if !ok {
		r, err := record.Decode(raw)
		if r == nil {
			return err
		}
		canonical, err := record.Encode(r)
		if err != nil {
			return err
		}
		if out, ok = appendPortable(s.records, canonical); !ok {
			return fmt.Errorf("%w: no head", record.ErrBad)
		}
	}
	s.records = out
	s.count++
	return s.addFiles(raw)
}

// attachmentsKey can stand in a record only where it has attachments: in a
// string its quotes would be escaped.
var attachmentsKey = []byte(`"attachments":[`)

func (s *Selection) addFiles(raw []byte) error {
	if !bytes.Contains(raw, attachmentsKey) {
		return nil
	}
	r, err := record.Decode(raw)
	if r == nil {
		return err
	}
	for _, at := range r.Attachments {
		if !s.seen[at.ID] {
			if s.seen == nil {
				s.seen = map[record.ID]bool{}
			}
			s.seen[at.ID] = true
			s.files = append(s.files, at)
		}
	}
	return nil
}

// appendPortable appends a record without vault and revision. It reports false
// for a head that record.Encode did not write:
//
//	{"schema":1,"vault":"<32 hex>","id":"<32 hex>","revision":7,"template":…
func appendPortable(dst, raw []byte) ([]byte, bool) {
	schema, rest := number(raw, `{"schema":`)
	_, rest = quoted(rest, `,"vault":"`)
	id, rest := quoted(rest, `,"id":"`)
	revision, rest := number(rest, `,"revision":`)
	if schema == nil || id == nil || revision == nil || !bytes.HasPrefix(rest, []byte(`,"`)) {
		return dst, false
	}
	dst = append(append(dst, `{"schema":`...), schema...)
	dst = append(append(append(dst, `,"id":"`...), id...), '"')
	return append(dst, rest...), true
}

// number cuts the digits after key off b; nil if b is otherwise.
func number(b []byte, key string) (digits, rest []byte) {
	rest, ok := bytes.CutPrefix(b, []byte(key))
	if !ok {
		return nil, nil
	}
	n := 0
	for n < len(rest) && '0' <= rest[n] && rest[n] <= '9' {
		n++
	}
	if n == 0 {
		return nil, nil
	}
	return rest[:n], rest[n:]
}

// quoted cuts an id's 32 digits and the closing quote after key off b.
func quoted(b []byte, key string) (text, rest []byte) {
	rest, ok := bytes.CutPrefix(b, []byte(key))
	if !ok || len(rest) < 33 || rest[32] != '"' {
		return nil, nil
	}
	return rest[:32], rest[33:]
}

// head is the beginning of the document, up to the records.
func (s *Selection) head() string {
	return `{"memovault":"export","schema":` + strconv.Itoa(Schema) +
		`,"exported":"` + s.Time.UTC().Format(time.RFC3339) + "\",\"records\":[\n"
}

// tail closes the list of records.
func (s *Selection) tail() string {
	if s.count == 0 {
		return "]"
	}
	return "\n]"
}

// read opens an attached file and compares it with what its record says.
func (s *Selection) read(at record.Attachment) ([]byte, error) {
	data, err := s.Open(at.ID)
	if err == nil && !isFile(at, data) {
		err = &Error{Reason: WrongFile, Part: at.Name}
	}
	return data, err
}

// exportJSON writes everything into one document, one record and one file a
// line.
func exportJSON(w io.Writer, s *Selection) error {
	b := bufio.NewWriter(w)
	b.WriteString(s.head())
	b.Write(s.records)
	b.WriteString(s.tail() + ",\"files\":{")
	for i, at := range s.files {
		data, err := s.read(at)
		if err != nil {
			return err
		}
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString("\n\"" + at.ID.String() + `":"`)
		enc := base64.NewEncoder(base64.StdEncoding, b)
		_, err = enc.Write(data)
		if err := errors.Join(err, enc.Close()); err != nil {
			return err
		}
		b.WriteByte('"')
	}
	if len(s.files) > 0 {
		b.WriteByte('\n')
	}
	b.WriteString("}}\n")
	return b.Flush()
}
