package exchange

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"memovault/internal/record"
)

const (
	documentHead = `{"memovault":"export","schema":1,"exported":"2026-01-02T03:04:05Z","records":[`
	plainRecord  = `{"schema":1,"id":"00000000000000000000000000000001","template":"note","name":"a","fields":[]}`
	namedFile    = `{"schema":1,"id":"00000000000000000000000000000001","template":"note","name":"a","attachments":[{"id":"0000000000000000000000000000000b","name":"r.txt","size":5,"sha256":"2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"}]}`
)

// with is a record with other members.
func with(members string) string {
	return `{"schema":1,"template":"note","name":"a",` + members + `}`
}

func TestImportRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		file   string
		reason Reason
		part   string
	}{
		"nothing":              {"", Truncated, ""},
		"a text":               {"hello, world", Unknown, ""},
		"another JSON":         {`{"items":[]}`, Unknown, ""},
		"cut after the head":   {documentHead, Truncated, ""},
		"cut in a record":      {documentHead + plainRecord[:40], Truncated, ""},
		"cut after a record":   {documentHead + plainRecord, Truncated, ""},
		"cut before the end":   {documentHead + plainRecord + "]", Truncated, ""},
		"no records":           {`{"memovault":"export","schema":1}`, Malformed, ""},
		"no schema":            {`{"memovault":"export","records":[]}`, Malformed, "schema"},
		"schema zero":          {`{"memovault":"export","schema":0,"records":[]}`, Malformed, "schema"},
		"schema as text":       {`{"memovault":"export","schema":"1","records":[]}`, Malformed, ""},
		"newer":                {`{"memovault":"export","schema":2,"records":[]}`, Newer, ""},
		"no time":              {`{"memovault":"export","schema":1,"exported":"yesterday","records":[]}`, Malformed, "exported"},
		"records as object":    {`{"memovault":"export","schema":1,"records":{}}`, Malformed, ""},
		"records twice":        {documentHead + plainRecord + `],"records":[]}`, Malformed, "records"},
		"more behind":          {documentHead + plainRecord + `]} {}`, Malformed, ""},
		"broken JSON":          {documentHead + `{"schema":1,,}]}`, Malformed, ""},
		"a number":             {documentHead + `7]}`, BadRecord, ""},
		"half a record":        {documentHead + `{"id":"00000000000000000000000000000001"}]}`, BadRecord, ""},
		"newer record":         {documentHead + `{"schema":2,"name":"a"}]}`, NewerRecord, ""},
		"an id twice":          {documentHead + plainRecord + "," + strings.Replace(plainRecord, `"a"`, `"b"`, 1) + `]}`, DuplicateID, ""},
		"a name twice":         {documentHead + plainRecord + "," + with(`"fields":[]`) + `]}`, DuplicateName, ""},
		"no name":              {documentHead + `{"schema":1,"template":"note","name":" "}]}`, BadValue, "name"},
		"a name like a path":   {documentHead + `{"schema":1,"template":"note","name":"../a"}]}`, BadValue, "name"},
		"a name like a flag":   {documentHead + `{"schema":1,"template":"note","name":"--yes"}]}`, BadValue, "name"},
		"escape in a title":    {documentHead + with(`"title":"\u001b]0;x\u0007"`) + `]}`, BadValue, "title"},
		"C1 in an owner":       {documentHead + with(`"owner":"\u009b31m"`) + `]}`, BadValue, "owner"},
		"turned tag":           {documentHead + with(`"tags":["a","\u202egpj"]`) + `]}`, BadValue, "tags"},
		"escape in notes":      {documentHead + with(`"notes":"a\nb\u001b[2J"`) + `]}`, BadValue, "notes"},
		"escape in a value":    {documentHead + with(`"fields":[{"key":"x","value":"\u001b[2J"}]`) + `]}`, BadValue, "x"},
		"lines in a value":     {documentHead + with(`"fields":[{"key":"x","value":"a\nb"}]`) + `]}`, BadValue, "x"},
		"escape in a key":      {documentHead + with(`"fields":[{"key":"x\u0007","value":"a"}]`) + `]}`, BadValue, "x\a"},
		"escape in a label":    {documentHead + with(`"fields":[{"key":"x","label":"\u0007","value":"a"}]`) + `]}`, BadValue, "x"},
		"escape in a code":     {documentHead + with(`"fields":[{"key":"x","type":"codes","codes":[{"code":"1\u0008"}]}]`) + `]}`, BadValue, "x"},
		"escape in a place":    {documentHead + with(`"kept":{"x":"paper:\u0007"}`) + `]}`, BadValue, "kept"},
		"escape in a way":      {documentHead + with(`"ways":[{"id":"x","label":"\u0007"}]`) + `]}`, BadValue, "ways"},
		"escape in a need":     {documentHead + with(`"ways":[{"id":"x","needs":["paper:\u0007"]}]`) + `]}`, BadValue, "ways"},
		"escape in when":       {documentHead + with(`"ways":[{"id":"x","when":{"y":["\u0007"]}}]`) + `]}`, BadValue, "ways"},
		"escape in a drill":    {documentHead + with(`"proven":{"x":"\u0007"}`) + `]}`, BadValue, "proven"},
		"escape in a reason":   {documentHead + with(`"accepted":{"x":{"why":"a\nb\u0007"}}`) + `]}`, BadValue, "accepted"},
		"lines in a day":       {documentHead + with(`"retire":{"by":"a\nb"}`) + `]}`, BadValue, "retire"},
		"escape in an attempt": {documentHead + with(`"attempts":[{"note":"\u009b31m"}]`) + `]}`, BadValue, "attempts"},
		"turned print":         {documentHead + with(`"printed":{"\u202ex":""}`) + `]}`, BadValue, "printed"},
		"no need":              {documentHead + with(`"ways":[{"id":"x","needs":["a||b"]}]`) + `]}`, BadRecord, ""},
		"escape in a template": {documentHead + `{"schema":1,"template":"no\u0000te","name":"a"}]}`, BadValue, "template"},
		"no file":              {documentHead + namedFile + `]}`, MissingFile, "r.txt"},
		"another file":         {documentHead + namedFile + `],"files":{"0000000000000000000000000000000b":"aHVsbG8="}}`, WrongFile, "r.txt"},
		"a longer file":        {documentHead + namedFile + `],"files":{"0000000000000000000000000000000b":"aGVsbG8h"}}`, WrongFile, "r.txt"},
		"no base64":            {documentHead + `],"files":{"0000000000000000000000000000000b":"****"}}`, Malformed, "0000000000000000000000000000000b"},
		"a file without id":    {documentHead + `],"files":{"b":"aGVsbG8="}}`, Malformed, "b"},
		"a file twice":         {documentHead + `],"files":{"0000000000000000000000000000000b":"","0000000000000000000000000000000b":""}}`, DuplicateID, "0000000000000000000000000000000b"},
		"a huge record":        {documentHead + `{"x":"` + strings.Repeat("x", record.MaxRecord+2*readSlack), TooLarge, ""},
		"a huge key":           {documentHead + `],"` + strings.Repeat("x", 3*readSlack), TooLarge, ""},
		"a huge file":          {documentHead + `],"files":{"0000000000000000000000000000000b":"` + strings.Repeat("AAAA", record.MaxAttachment/3+100) + `"}}`, TooLarge, "0000000000000000000000000000000b"},
		"deep":                 {documentHead + strings.Repeat("[", 20_000), Malformed, ""},
	} {
		c2, err := Import(strings.NewReader(c.file))
		var e *Error
		if !errors.As(err, &e) || e.Reason != c.reason || e.Part != c.part || c2 != nil {
			t.Errorf("%s: %v, want reason %d at %q", name, err, c.reason, c.part)
		}
	}
}

// TestImportForgives what harms nobody.
func TestImportForgives(t *testing.T) {
	trashed := with(`"trashed":"2026-01-02T03:04:05Z"`)
	for name, file := range map[string]string{
		"mark and blanks":        "\ufeff \r\n{ \"memovault\" : \"export\", \"schema\":1, \"records\" : [ " + plainRecord + " ] } \r\n",
		"unknown member":         strings.Replace(documentHead, `"records"`, `"color":{"a":[1]},"records"`, 1) + plainRecord + `]}`,
		"files first":            `{"memovault":"export","schema":1,"files":{"0000000000000000000000000000000b":"aGVsbG8="},"records":[` + namedFile + `]}`,
		"a name also in trash":   documentHead + plainRecord + "," + trashed + "," + trashed + `]}`,
		"two records without id": documentHead + with(`"title":"x"`) + "," + strings.Replace(with(`"title":"x"`), `"a"`, `"b"`, 1) + `]}`,
	} {
		if c, err := Import(strings.NewReader(file)); err != nil || len(c.Records) == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	c, err := Import(strings.NewReader(documentHead + with(`"notes":"a\r\nb\rc"`) + `]}`))
	if err != nil || c.Records[0].Notes != "a\nb\nc" {
		t.Errorf("line ends: %v", err)
	}
	long := strings.Repeat("長い", record.MaxNotes/7)
	c, err = Import(strings.NewReader(documentHead + with(`"notes":"`+long+`"`) + `]}`))
	if err != nil || c.Records[0].Notes != long {
		t.Errorf("long notes: %v", err)
	}
}

// An entry is a part of a tar archive; one without a kind is a plain file.
type entry struct {
	name, data string
	kind       byte
}

func pack(t testing.TB, entries ...entry) []byte {
	t.Helper()
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for _, e := range entries {
		if e.kind == 0 {
			e.kind = tar.TypeReg
		}
		h := &tar.Header{Name: e.name, Typeflag: e.kind, Size: int64(len(e.data)), Mode: 0o644}
		if e.kind == tar.TypeSymlink || e.kind == tar.TypeLink {
			h.Linkname, h.Size = "target", 0
		}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, e.data); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

const (
	attachedName = "attachments/0000000000000000000000000000000b/r.txt"
	namedText    = documentHead + namedFile + "]}"
)

func TestImportTarRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		entries []entry
		reason  Reason
		part    string
	}{
		"no document":      {[]entry{{name: attachedName, data: "hello"}}, Malformed, "vault.json"},
		"two documents":    {[]entry{{name: "vault.json", data: documentHead + "]}"}, {name: "./vault.json", data: documentHead + "]}"}}, Malformed, "vault.json"},
		"a file is absent": {[]entry{{name: "vault.json", data: namedText}}, MissingFile, "r.txt"},
		"another file":     {[]entry{{name: "vault.json", data: namedText}, {name: attachedName, data: "hullo"}}, WrongFile, "r.txt"},
		"a file twice":     {[]entry{{name: "vault.json", data: namedText}, {name: attachedName, data: "hello"}, {name: attachedName + "2", data: "hello"}}, DuplicateID, attachedName + "2"},
		"outside":          {[]entry{{name: "../vault.json", data: documentHead + "]}"}}, BadPart, "../vault.json"},
		"hidden outside":   {[]entry{{name: "attachments/../../x", data: "x"}}, BadPart, "attachments/../../x"},
		"absolute":         {[]entry{{name: "/vault.json", data: documentHead + "]}"}}, BadPart, "/vault.json"},
		"a link":           {[]entry{{name: "vault.json", kind: tar.TypeSymlink}}, BadPart, "vault.json"},
		"a hard link":      {[]entry{{name: attachedName, kind: tar.TypeLink}}, BadPart, attachedName},
		"a device":         {[]entry{{name: "vault.json", kind: tar.TypeChar}}, BadPart, "vault.json"},
		"a huge file":      {[]entry{{name: attachedName, data: strings.Repeat("x", record.MaxAttachment+1)}}, TooLarge, attachedName},
		"a bad document":   {[]entry{{name: "vault.json", data: documentHead + "7]}"}}, BadRecord, ""},
	} {
		_, err := Import(bytes.NewReader(pack(t, c.entries...)))
		var e *Error
		if !errors.As(err, &e) || e.Reason != c.reason || e.Part != c.part {
			t.Errorf("%s: %v, want reason %d at %q", name, err, c.reason, c.part)
		}
	}
}

// TestImportTarPackedAgain: with folders, in another order, and with what other
// systems add.
func TestImportTarPackedAgain(t *testing.T) {
	file := pack(t, entry{name: "./", kind: tar.TypeDir}, entry{name: "./._vault.json", data: "x"}, entry{name: "./" + attachedName, data: "hello"},
		entry{name: "attachments/0000000000000000000000000000000c/y", data: "y"}, entry{name: "./vault.json", data: namedText})
	c, err := Import(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"./._vault.json", "attachments/0000000000000000000000000000000c"}; !slices.Equal(c.Left, want) || len(c.Files) != 1 {
		t.Errorf("left out %q, %d files", c.Left, len(c.Files))
	}
}

// TestImportCutAnywhere: no beginning of a file is taken for the whole, except
// where only the padding of an archive is missing.
func TestImportCutAnywhere(t *testing.T) {
	for _, f := range Formats {
		file := everything(t).export(f.Name)
		whole := len(file)
		if f.Name == "tar" {
			whole = len(bytes.TrimRight(file, "\x00"))
		} else {
			whole -= len("\n")
		}
		for i := range whole {
			if i > 2000 && i%7 != 0 && i < whole-600 {
				continue
			}
			if c, err := Import(bytes.NewReader(file[:i])); err == nil {
				t.Fatalf("%s cut at %d of %d: took %d records", f.Name, i, len(file), len(c.Records))
			}
		}
	}
}

// TestImportReadsToTheEnd: an error behind the last part, which is how an
// encrypted file shows that it was cut, is not overlooked.
func TestImportReadsToTheEnd(t *testing.T) {
	cut := errors.New("cut")
	for _, f := range Formats {
		file := everything(t).export(f.Name)
		_, err := Import(io.MultiReader(bytes.NewReader(file), failingReader{cut}))
		if !errors.Is(err, cut) || reasonOf(err) != Truncated {
			t.Errorf("%s: %v", f.Name, err)
		}
	}
}

type failingReader struct{ err error }

func (f failingReader) Read([]byte) (int, error) { return 0, f.err }

// TestImportIsBounded: an endless file ends.
func TestImportIsBounded(t *testing.T) {
	for name, r := range map[string]io.Reader{
		"blanks": &repeated{text: " ", head: documentHead},
		"files":  &repeated{text: "A", head: documentHead + `],"files":{"0000000000000000000000000000000b":"`},
	} {
		if _, err := Import(r); reasonOf(err) != TooLarge {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := (&limited{r: strings.NewReader("abc"), left: 2}).Read(make([]byte, 3)); err != nil {
		t.Errorf("within the limit: %v", err)
	}
}

type repeated struct{ head, text string }

func (r *repeated) Read(p []byte) (int, error) {
	n := copy(p, r.head)
	r.head = r.head[n:]
	for i := range p[n:] {
		p[n+i] = r.text[0]
	}
	return len(p), nil
}

// TestErrorsShowNoValue: what is refused is named, not shown.
func TestErrorsShowNoValue(t *testing.T) {
	const secret = "hotaru-sakura-77"
	for _, file := range []string{
		documentHead + with(`"fields":[{"key":"x","value":"`+secret+`\u0007"}]`) + `]}`,
		documentHead + with(`"notes":"`+secret+`\u0007"`) + `]}`,
		documentHead + `{"schema":1,"name":"a","` + secret + `":}]}`,
		documentHead + `{"schema":1,"name":"a","importance":"` + secret + `"}]}`,
	} {
		_, err := Import(strings.NewReader(file))
		for e := err; e != nil; e = errors.Unwrap(e) {
			if strings.Contains(fmt.Sprintf("%v %+v", e, e), secret) {
				t.Errorf("%T shows the value: %v", e, e)
			}
		}
		if err == nil {
			t.Error("taken")
		}
	}
}

func FuzzImport(f *testing.F) {
	s := everything(f)
	for _, format := range Formats {
		f.Add(s.export(format.Name))
	}
	f.Add([]byte(documentHead + plainRecord + "]}"))
	f.Add([]byte(namedText))
	f.Add(pack(f, entry{name: "vault.json", data: namedText}, entry{name: attachedName, data: "hello"}))
	f.Fuzz(func(t *testing.T, file []byte) {
		c, err := Import(bytes.NewReader(file))
		if err != nil {
			if reasonOf(err) < 0 {
				t.Fatalf("an error of another kind: %v", err)
			}
			return
		}
		// What was taken can be written and read again, and is then the same.
		again := &Selection{Time: c.Exported, Open: func(id record.ID) ([]byte, error) { return c.Files[id], nil }}
		for _, r := range c.Records {
			raw, err := record.Encode(r)
			if err != nil {
				t.Fatal(err)
			}
			if err := again.Add(raw); err != nil {
				t.Fatal(err)
			}
		}
		var out bytes.Buffer
		if err := exportTar(&out, again); err != nil {
			t.Fatal(err)
		}
		c2, err := Import(&out)
		if err != nil || len(c2.Records) != len(c.Records) || len(c2.Files) != len(c.Files) {
			t.Fatalf("not read again: %v", err)
		}
		for i := range c.Records {
			same(t, "again", c2.Records[i], c.Records[i])
		}
	})
}
