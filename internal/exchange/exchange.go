// Package exchange writes records into files for another vault, another program
// or a person, and reads such files. A file is hostile until it has been read to
// its end and checked: everything is bounded, nothing is unpacked onto a disk,
// and an error names the place in the file, never a value.
//
// It does no input or output but through io.Reader and io.Writer and knows
// nothing of encryption: that is wrapped around it by the caller.
package exchange

import (
	"bufio"
	"fmt"
	"io"
	"time"

	"memovault/internal/lang"
	"memovault/internal/record"
)

// Limits on a file that is read.
const (
	MaxTotal   = 1 << 30   // bytes of the file
	MaxText    = 128 << 20 // bytes of the JSON of all its records
	MaxRecords = 100_000
	MaxFiles   = 100_000 // attached files, and parts of an archive
)

// Schema is the number of the document's layout. A larger one is refused.
const Schema = 1

// headSize is how many bytes Detect is shown.
const headSize = 4096

// A Format is one kind of file. A new kind is one entry in Formats.
type Format struct {
	Name   string    // what --format calls it
	Label  lang.Text // what it is, in a few words
	Detect func(head []byte) bool
	Import func(io.Reader) (*Content, error)
	Export func(io.Writer, *Selection) error
}

// Formats are the kinds of file, the one that is the default first.
var Formats = []*Format{
	{"tar", lang.T("an archive of vault.json and the attached files", "vault.json と添付ファイルをまとめた書庫"), isTar, importTar, exportTar},
	{"json", lang.T("one JSON document, attached files in base64", "1 つの JSON（添付ファイルは base64）"), isJSON, importJSON, exportJSON},
}

// Find returns the format of that name, or nil.
func Find(name string) *Format {
	for _, f := range Formats {
		if f.Name == name {
			return f
		}
	}
	return nil
}

// Content is what a file holds.
type Content struct {
	Exported time.Time
	Records  []*record.Record     // checked, in the order of the file; Vault and Revision are zero
	Files    map[record.ID][]byte // the attached files that records name, each with its size and digest as named
	Left     []string             // what in the file belongs to no record and is left out: unchecked names

	ids map[record.ID]bool // of Records
}

// Import reads a file of any of the formats to its end and checks all of it.
// The error is an *Error.
func Import(r io.Reader) (*Content, error) {
	b := bufio.NewReaderSize(&limited{r: r, left: MaxTotal}, headSize)
	head, err := b.Peek(headSize)
	if len(head) == 0 {
		return nil, broken(err)
	}
	for _, f := range Formats {
		if f.Detect(head) {
			return f.Import(b)
		}
	}
	return nil, &Error{Reason: Unknown}
}

// limited is a reader that fails when more than left bytes come.
type limited struct {
	r    io.Reader
	left int64
}

func (l *limited) Read(p []byte) (int, error) {
	if l.left <= 0 {
		return 0, errLarge
	}
	if int64(len(p)) > l.left {
		p = p[:l.left]
	}
	n, err := l.r.Read(p)
	l.left -= int64(n)
	return n, err
}

// A Reason says what is wrong with a file.
type Reason int

// The reasons.
const (
	Unknown       Reason = iota // none of the formats
	Truncated                   // it ends too early, or could not be read to its end
	Malformed                   // it is not what its format says
	Newer                       // a newer program wrote it
	TooLarge                    // a part, or the whole, is beyond the limits
	BadRecord                   // a record that is none
	NewerRecord                 // a record that a newer program wrote
	BadValue                    // a value that is refused; Err is a *record.ValueError
	DuplicateID                 // two records, or two files, with one id
	DuplicateName               // two records with one name
	BadPart                     // an archive's part that is no plain file, or whose name leads elsewhere
	MissingFile                 // a record names a file that is not there
	WrongFile                   // an attached file of another size or digest than its record says
)

// An Error says what in a file is wrong, and where. It holds no value.
type Error struct {
	Reason Reason
	Number int    // of the record, from 1; 0 where it is about none
	Name   string // of the record, as the file has it: unchecked
	Part   string // field, attached file or part of an archive: unchecked
	Err    error
}

// Error returns the place and the cause in English.
func (e *Error) Error() string {
	return fmt.Sprintf("exchange: reason %d, record %d, part %q: %v", e.Reason, e.Number, e.Part, e.Err)
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }
