package exchange

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"regexp"
	"time"

	"memovault/internal/record"
)

var jsonHead = regexp.MustCompile(`^(?:\x{FEFF})?\s*\{\s*"memovault"\s*:\s*"export"`)

func isJSON(head []byte) bool { return jsonHead.Match(head) }

// readSlack is what white space and commas may take beside a value, in bytes.
const readSlack = 64 << 10

func importJSON(r io.Reader) (*Content, error) {
	c := &Content{Files: map[record.ID][]byte{}}
	if err := c.readDocument(r); err != nil {
		return nil, err
	}
	return c.checked()
}

// A document is read by encoding/json's tokens, one record and one file at a
// time, each within its own limit.
type document struct {
	*Content
	in   *limited
	dec  *json.Decoder
	seen map[string]bool
	text int // bytes of records so far
}

func (c *Content) readDocument(r io.Reader) error {
	in := &limited{r: withoutMark(r)}
	d := &document{Content: c, in: in, dec: json.NewDecoder(in), seen: map[string]bool{}}
	if err := d.open('{'); err != nil {
		return err
	}
	for {
		key, err := d.key()
		if err != nil {
			return err
		}
		if key == "" {
			break
		}
		if err := d.member(key); err != nil {
			return err
		}
	}
	if !d.seen["memovault"] || !d.seen["records"] {
		return &Error{Reason: Malformed}
	}
	return d.end()
}

// withoutMark takes the byte order mark off that editors of Windows put first.
func withoutMark(r io.Reader) io.Reader {
	mark := make([]byte, 3)
	n, _ := io.ReadFull(r, mark)
	if string(mark[:n]) == "\ufeff" {
		return r
	}
	return io.MultiReader(bytes.NewReader(mark[:n]), r)
}

// token reads the next token.
func (d *document) token() (json.Token, error) {
	d.in.left = readSlack
	t, err := d.dec.Token()
	if err != nil {
		return nil, broken(err)
	}
	return t, nil
}

// open demands a bracket.
func (d *document) open(want json.Delim) error {
	t, err := d.token()
	if err == nil && t != want {
		err = &Error{Reason: Malformed}
	}
	return err
}

// key returns the next key of an object, "" at its end.
func (d *document) key() (string, error) {
	t, err := d.token()
	if err != nil {
		return "", err
	}
	key, ok := t.(string)
	if t != json.Delim('}') && (!ok || key == "") {
		return "", &Error{Reason: Malformed}
	}
	return key, nil
}

// value reads a value of at most limit bytes.
func (d *document) value(limit int64, v any) error {
	d.in.left = limit + readSlack
	if err := d.dec.Decode(v); err != nil {
		return broken(err)
	}
	return nil
}

// member reads a member of the document. A second one of the same key is
// refused, for readers differ in which of the two they believe.
func (d *document) member(key string) error {
	if d.seen[key] {
		return &Error{Reason: Malformed, Part: key}
	}
	d.seen[key] = true
	switch key {
	case "memovault":
		var kind string
		if err := d.value(0, &kind); err != nil || kind != "export" {
			return orMalformed(err, key)
		}
	case "schema":
		var n int
		if err := d.value(0, &n); err != nil || n < 1 {
			return orMalformed(err, key)
		}
		if n > Schema {
			return &Error{Reason: Newer}
		}
	case "exported":
		var text string
		err := d.value(0, &text)
		if err == nil {
			d.Exported, err = time.Parse(time.RFC3339, text)
			d.Exported = d.Exported.UTC()
		}
		if err != nil || d.Exported.Year() < 0 || d.Exported.Year() > 9999 {
			return orMalformed(err, key)
		}
	case "records":
		return d.records()
	case "files":
		return d.files()
	default:
		var skipped json.RawMessage
		return d.value(record.MaxRecord, &skipped)
	}
	return nil
}

func orMalformed(err error, key string) error {
	var known *Error
	if errors.As(err, &known) {
		return err
	}
	return &Error{Reason: Malformed, Part: key, Err: err}
}

func (d *document) records() error {
	if !d.seen["schema"] {
		return &Error{Reason: Malformed, Part: "schema"}
	}
	if err := d.open('['); err != nil {
		return err
	}
	for d.more() {
		var raw json.RawMessage
		if err := d.value(record.MaxRecord, &raw); err != nil {
			return at(err, len(d.Records)+1)
		}
		if d.text += len(raw); d.text > MaxText || len(d.Records) >= MaxRecords {
			return &Error{Reason: TooLarge}
		}
		if err := d.addRecord(raw); err != nil {
			return err
		}
	}
	_, err := d.token() // the closing bracket, or what is wrong
	return err
}

// more reports whether another element follows; trouble shows at the next read.
func (d *document) more() bool {
	d.in.left = readSlack
	return d.dec.More()
}

func (d *document) files() error {
	if err := d.open('{'); err != nil {
		return err
	}
	for {
		key, err := d.key()
		if err != nil || key == "" {
			return err
		}
		var data []byte
		var text string
		err = d.value(int64(base64.StdEncoding.EncodedLen(record.MaxAttachment)), &text)
		if err == nil {
			data, err = base64.StdEncoding.Strict().DecodeString(text)
		}
		if err != nil {
			return orMalformed(err, key)
		}
		if err := d.addFile(key, key, data); err != nil {
			return err
		}
	}
}

// end demands that nothing but white space follows, and by that reads to the
// end, which is where encryption proves that nothing was cut off.
func (d *document) end() error {
	d.in.left = readSlack
	_, err := d.dec.Token()
	if err == io.EOF {
		return nil
	}
	if err == nil {
		return &Error{Reason: Malformed}
	}
	return broken(err)
}

var errLarge = errors.New("larger than the limit")

// broken tells what an error of reading means.
func broken(err error) error {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.Is(err, errLarge):
		return &Error{Reason: TooLarge, Err: err}
	case errors.As(err, &syntax), errors.As(err, &kind):
		return &Error{Reason: Malformed, Err: err}
	}
	return &Error{Reason: Truncated, Err: err}
}

// at adds the number of the record to an error.
func at(err error, number int) error {
	var e *Error
	if errors.As(err, &e) && e.Number == 0 {
		e.Number = number
	}
	return err
}
