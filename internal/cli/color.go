package cli

import (
	"io"
	"os"
	"slices"
)

// A paint is a colour with a meaning. Colour is a second carrier only: what it
// says, the words say too.
type paint string

// The paints, of the sixteen colours that every terminal lets its owner choose.
const (
	paintHead   paint = "\x1b[1m"  // the head of a list, the name of what is shown
	paintSevere paint = "\x1b[31m" // an error, a finding that can lock somebody out
	paintCare   paint = "\x1b[33m" // a warning, a finding that can wait
	paintFine   paint = "\x1b[32m" // what is in order
	paintFaint  paint = "\x1b[2m"  // what is beside the matter: sources, dates
)

const paintEnd = "\x1b[0m"

// paint colours a text of the results, where they go to a terminal that has
// colours and its owner has nothing against it. Lay the text out first: the
// widths of package term know nothing of colours. A text of several lines is
// painted whole.
func (a *app) paint(p paint, text string) string { return paintOn(a.colored(a.out), p, text) }

// paintTalk is paint for what goes to standard error.
func (a *app) paintTalk(p paint, text string) string { return paintOn(a.colored(a.err), p, text) }

func paintOn(colored bool, p paint, text string) string {
	if !colored || text == "" {
		return text
	}
	return string(p) + text + paintEnd
}

// colored reports whether what is written to w is coloured: --color, else
// NO_COLOR, CLICOLOR_FORCE and CLICOLOR, else whether w is a terminal that
// obeys escape sequences.
func (a *app) colored(w io.Writer) bool {
	switch a.g.color {
	case colorAlways:
		return true
	case colorNever:
		return false
	}
	force := os.Getenv("CLICOLOR_FORCE")
	switch {
	case os.Getenv("NO_COLOR") != "":
		return false
	case force != "" && force != "0":
		return true
	case os.Getenv("CLICOLOR") == "0", os.Getenv("TERM") == "dumb":
		return false
	}
	fd, ok := w.(interface{ Fd() uintptr })
	return ok && obeysEscapes(fd.Fd())
}

// A colorWhen is a value of --color.
type colorWhen string

const (
	colorAuto   colorWhen = "auto"
	colorAlways colorWhen = "always"
	colorNever  colorWhen = "never"
)

func (c *colorWhen) String() string { return string(*c) }
func (c *colorWhen) Type() string   { return "string" }

// Set refuses what is none of the values; the words come from flagError.
func (c *colorWhen) Set(typed string) error {
	if !slices.Contains([]colorWhen{colorAuto, colorAlways, colorNever}, colorWhen(typed)) {
		return os.ErrInvalid
	}
	*c = colorWhen(typed)
	return nil
}
