// Package paper decides what stands on a sheet of paper and lays it out. A Doc
// says what is to be read, without a word about type or pages; a renderer such
// as Text puts it on pages. It keeps the rest of the program from knowing
// columns, page breaks, check letters and what may be printed at all.
//
// It does no input or output beyond an io.Writer and reads no clock.
package paper

import (
	"time"

	"memovault/internal/lang"
)

// A Doc is one sheet, on as many pages as it takes. Its strings hold no control
// characters; a Field's value and a Para may hold "\n".
type Doc struct {
	Lang    lang.Lang
	Title   string
	Made    time.Time // the day, in its own time zone
	Sheet   string    // the sheet's number, 3C7A-F18E; empty if it has none
	Warning string    // said at the top of every page, see Open
	Foot    string    // said at the foot of every page; empty if there is nothing to say

	// Subtitle is said below the title: whose sheet it is, what it is for.
	Subtitle string

	// Mark is the text of a small QR code at the head of every page, by which a
	// camera tells one sheet from another; "" means none. A renderer that has
	// pages appends ":page:pages", such as memovault:sheet:3C7A-F18E:1:2.
	Mark string

	// Open means that no secret is on the sheet: the warning is set in a light
	// frame instead of a black bar, and where pages are drawn only on the first.
	Open bool

	Blocks []Block
}

// A Block is one of Heading, Para, Step, Command, Field, Codes, Groups, Legend,
// Blanks, QR, Picture, Table, Tick, Callout, Room and PageBreak.
type Block interface{ block() }

type (
	// A Heading begins a part. What follows it stays on its page.
	Heading struct {
		Text   string
		Note   string // said less loudly: the kind and the revision of a record
		Number int    // stands before the text; 0 if the part has none
	}

	// A Para is running text.
	Para struct{ Text string }

	// A Step is one numbered thing to do.
	Step struct {
		Number int // from 1
		Text   string
	}

	// A Command is typed or copied exactly as it stands, one line each.
	Command struct{ Lines []string }

	// A Field is a label and what belongs to it.
	Field struct {
		Label string
		Value string
		Style Style
		Check string // check letters of the value; empty if it has none
		Note  string // a remark behind the value
		More  string // what else there is to say of the value, as running text below it

		Struck bool // the value is struck out: it is used up, or true no more
		Lines  int  // of style Blank: how many ruled lines to write on; 0 means 1

		// Of style Blank: how many boxes for one character each there are instead
		// of lines, and how many stand close together; 25 and 5 for a product
		// key. No boxes means lines, a Group of 0 one group of all.
		Boxes, Group int
	}

	// Codes are one-time codes, each with a box to tick once it is used up.
	Codes struct {
		Label string
		List  []Code
	}

	// Groups are the numbered parts of one long key.
	Groups struct{ List []string }

	// A Legend names the characters that are taken for one another and stand in
	// some key or code of the sheet.
	Legend struct {
		Title string
		Alike [][]Glyph // those of one set are mistaken for one another
		Notes []string
	}

	// Blanks are lines to fill in by hand.
	Blanks struct{ Labels []string }

	// A QR is a code to scan with a telephone, and what is said beside it.
	QR struct {
		Label string
		Text  string // what the code says
		Note  string
	}

	// A Picture is a photo of something that belongs to a record.
	Picture struct {
		Label string
		JPEG  []byte // as it is embedded
		W, H  int    // its size in pixels
	}

	// A Table has a head and rows of as many cells; missing cells are empty.
	Table struct {
		Head []string
		Rows [][]string
	}

	// A Tick is a thing to do, with a box to tick when it is done.
	Tick struct{ Text, Note string }

	// A Callout is framed: what must not be overlooked.
	Callout struct{ Title, Text string }

	// A Room is ruled for hand-written notes.
	Room struct {
		Label string
		Lines int // at least 1
	}

	// A PageBreak begins a new page.
	PageBreak struct{}
)

// A Code is one code of a list.
type Code struct {
	Code  string
	Check string
	Used  string // the day, or a word, once it is used up; empty before
}

// A Glyph is a character and how it is called.
type Glyph struct{ Char, Name string }

// A Style says how a value is set.
type Style uint8

// The styles of a value.
const (
	Prose Style = iota // wraps between words
	Exact              // every character counts: one width, no word wrap
	Blank              // nothing is printed; there is room to write by hand
)

func (Heading) block()   {}
func (Para) block()      {}
func (Step) block()      {}
func (Command) block()   {}
func (Field) block()     {}
func (Codes) block()     {}
func (Groups) block()    {}
func (Legend) block()    {}
func (Blanks) block()    {}
func (QR) block()        {}
func (Picture) block()   {}
func (Table) block()     {}
func (Tick) block()      {}
func (Callout) block()   {}
func (Room) block()      {}
func (PageBreak) block() {}
