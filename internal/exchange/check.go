package exchange

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"

	"memovault/internal/record"
)

// maxLeft is how many names of what is left out are remembered.
const maxLeft = 100

func (c *Content) leave(name string) {
	if len(c.Left) < maxLeft {
		c.Left = append(c.Left, name)
	}
}

// Collect makes a content of records that were not read from one file, and of the
// attached files that they name. The error is an *Error.
func Collect(records []*record.Record, files map[record.ID][]byte) (*Content, error) {
	c := &Content{Files: files}
	for i, r := range records {
		raw, err := record.Encode(r)
		if err != nil {
			return nil, &Error{Reason: BadRecord, Number: i + 1, Name: r.Name, Err: err}
		}
		if err := c.addRecord(raw); err != nil {
			return nil, err
		}
	}
	return c.checked()
}

// addRecord reads and checks one record.
func (c *Content) addRecord(raw []byte) error {
	number := len(c.Records) + 1
	r, err := record.Decode(raw)
	fail := &Error{Number: number, Err: err}
	if r != nil {
		fail.Name = r.Name
	} else {
		fail.Name = nameIn(raw)
	}
	switch {
	case errors.Is(err, record.ErrNewer):
		fail.Reason = NewerRecord
		return fail
	case err != nil:
		fail.Reason = BadRecord
		return fail
	}
	if part, err := checkTexts(r); err != nil {
		fail.Reason, fail.Part, fail.Err = BadValue, part, err
		return fail
	}
	if c.ids[r.ID] {
		fail.Reason = DuplicateID
		return fail
	}
	if c.ids == nil {
		c.ids = map[record.ID]bool{}
	}
	c.ids[r.ID] = !r.ID.IsZero()
	r.Vault, r.Revision = record.ID{}, 0
	c.Records = append(c.Records, r)
	return nil
}

// nameIn returns the name in a record that can't be read as one, for the person
// who has to find it in the file; empty if there is none.
func nameIn(raw []byte) string {
	var named struct {
		Name string `json:"name"`
	}
	if json.Unmarshal(raw, &named) != nil || len(named.Name) > record.MaxName {
		return ""
	}
	return named.Name
}

// addFile takes an attached file. Whether its record knows it shows at the end.
func (c *Content) addFile(id, part string, data []byte) error {
	key, err := record.ParseID(id)
	switch {
	case err != nil:
		return &Error{Reason: Malformed, Part: part}
	case len(data) > record.MaxAttachment, len(c.Files) >= MaxFiles:
		return &Error{Reason: TooLarge, Part: part}
	case c.Files[key] != nil:
		return &Error{Reason: DuplicateID, Part: part}
	}
	if data == nil {
		data = []byte{}
	}
	c.Files[key] = data
	return nil
}

// checked returns the content if it holds together.
func (c *Content) checked() (*Content, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	return c, nil
}

// check looks at what only the whole file shows: two records of one name, and
// whether each attached file is there and is the one its record speaks of.
func (c *Content) check() error {
	names := map[string]bool{}
	used := map[record.ID]bool{}
	for i, r := range c.Records {
		key := record.NameKey(r.Name)
		if r.Trashed == nil && names[key] {
			return &Error{Reason: DuplicateName, Number: i + 1, Name: r.Name}
		}
		names[key] = names[key] || r.Trashed == nil
		for _, at := range r.Attachments {
			data, ok := c.Files[at.ID]
			if !ok {
				return &Error{Reason: MissingFile, Number: i + 1, Name: r.Name, Part: at.Name}
			}
			if !isFile(at, data) {
				return &Error{Reason: WrongFile, Number: i + 1, Name: r.Name, Part: at.Name}
			}
			used[at.ID] = true
		}
	}
	maps.DeleteFunc(c.Files, func(id record.ID, _ []byte) bool {
		if !used[id] {
			c.leave(filesFolder + "/" + id.String())
		}
		return !used[id]
	})
	slices.Sort(c.Left)
	return nil
}

func isFile(at record.Attachment, data []byte) bool {
	sum := sha256.Sum256(data)
	return int64(len(data)) == at.Size && strings.EqualFold(hex.EncodeToString(sum[:]), at.SHA256)
}

// checkTexts refuses what a terminal or a printer would obey, in any text of a
// record, and unifies line ends. It does not judge a value otherwise: what a
// person noted elsewhere is what they noted. part is what was refused.
func checkTexts(r *record.Record) (part string, err error) {
	name, err := record.CleanName(r.Name)
	if err != nil {
		return "name", err
	}
	r.Name = name
	lines := []struct{ part, text string }{{"template", r.Template}, {"title", r.Title}, {"owner", r.Owner}}
	for _, tag := range r.Tags {
		lines = append(lines, struct{ part, text string }{"tags", tag})
	}
	for k, v := range r.Kept {
		lines = append(lines, struct{ part, text string }{"kept", k}, struct{ part, text string }{"kept", v})
	}
	for _, at := range r.Attachments {
		lines = append(lines, struct{ part, text string }{"attachments", at.Name})
	}
	for _, l := range lines {
		if err := oneLine(l.text); err != nil {
			return l.part, err
		}
	}
	if err := manyLines(&r.Notes); err != nil {
		return "notes", err
	}
	if part, err := checkStanding(r); err != nil {
		return part, err
	}
	t := record.LookupTemplate(r.Template)
	for i := range r.Fields {
		if err := checkField(t, &r.Fields[i]); err != nil {
			return r.Fields[i].Key, err
		}
	}
	return "", nil
}

func checkField(t *record.Template, f *record.Field) error {
	texts := []string{f.Key, f.Label, string(f.Type)}
	for _, code := range f.Codes {
		texts = append(texts, code.Code, code.Used)
	}
	kind := record.TypeOf(t, f)
	if !kind.Multi() {
		texts = append(texts, f.Value)
	}
	for _, text := range texts {
		if err := oneLine(text); err != nil {
			return err
		}
	}
	if kind.Multi() {
		return manyLines(&f.Value)
	}
	return nil
}

// oneLine refuses control characters. TypeSecret is the type that changes
// nothing else.
func oneLine(s string) error {
	_, _, err := record.Clean(record.TypeSecret, s)
	return err
}

// manyLines unifies line ends and refuses other control characters, in pieces:
// Clean takes no more than one value at a time.
func manyLines(s *string) error {
	*s = strings.ReplaceAll(strings.ReplaceAll(*s, "\r\n", "\n"), "\r", "\n")
	for rest := *s; rest != ""; {
		piece := rest
		if len(piece) > record.MaxValue {
			piece = strings.ToValidUTF8(piece[:record.MaxValue], "") // the last character may be cut
		}
		if _, _, err := record.Clean(record.TypeMultiline, piece); err != nil {
			return err
		}
		rest = rest[len(piece):]
	}
	return nil
}
