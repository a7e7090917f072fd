// Package chart draws who depends on what: on the left what can be lost, in the
// middle what opens other things, on the right the accounts. It knows how to
// put boxes and lines on pages of A4 so that nothing lies on anything else, how
// wide a text may become in a typeface it does not know, and how to write the
// result as SVG, as HTML and for Graphviz. It does not know how one comes to
// depend on another: whoever asks for a picture says so.
//
// The way into an account is a row of its box. A line comes to the row from
// everything the way needs; a thick dot says that it is needed, an open mark
// that one of several will do. What many ways need is one line with many
// branches, as in a circuit diagram: sixty accounts would otherwise disappear
// behind their arrows.
//
// Everything is said in shape, thickness and words, so that a black and white
// printer loses nothing. The same map always gives the same bytes.
package chart

import (
	"fmt"
	"time"

	"memovault/internal/lang"
)

// A Map is what is to be drawn.
type Map struct {
	Lang  lang.Lang
	Title string    // empty stands for the usual one
	Owner string    // whose accounts these are; may be empty
	Made  time.Time // the day, in its own time zone
	Boxes []*Box    // the order decides where nothing else does
	// Events are what can happen to several boxes together. They are not drawn;
	// the page in HTML lists them.
	Events []Event
	// Remarks are sentences about the picture as a whole: what was left out.
	Remarks []string
}

// A Box is one thing, mailbox, number or account.
type Box struct {
	ID         string // of its own; never shown
	Kind       Kind
	Name       string
	Note       string // said less loudly: an address, a place
	Group      string // whose it is; where there are many pages, each group begins one
	Unknown    bool   // nothing is noted of it
	Gone       bool   // it is lost already
	State      State  // of an account
	Importance int    // of an account, 0 to 3
	Ways       []Way  // any one will do; none for what is simply there
	// Locks are the names of the accounts that its loss alone locks, Asks of those
	// it leaves with no way but a form or a person.
	Locks, Asks []string
}

// A Way is one route to what a box stands for: all its needs at once.
type Way struct {
	Label  string
	Asks   bool // somebody may refuse it
	Broken bool // it does not work now
	Needs  []Need
}

// A Need says that a way needs a box.
type Need struct {
	Box string // its ID
	// Choice is 0 where the way does not work without the box. Needs of the same
	// other number are a choice among them.
	Choice int
}

// An Event is something that takes several things away at once.
type Event struct {
	Name        string
	Locks, Asks []string // names of accounts, as in Box
}

// A Kind says what a box stands for. It chooses the small picture in it.
type Kind uint8

// The kinds.
const (
	Account Kind = iota
	Mailbox
	Number
	Device
	Computer
	Paper
	Memory
	Contract
	Person
	Place
	Vault
	Thing // anything else
)

// A State is how far the ways into an account can be relied upon.
type State uint8

// The states, from good to bad.
const (
	Open   State = iota
	Unsure       // only if something is there that is not noted
	Asking       // only if a form is granted or a person helps
	Locked
)

// A BoxError says which box can't be drawn: two have the same ID, or a way needs
// one that is not there.
type BoxError struct {
	ID     string
	NeedBy string // the box whose way needs it; empty where the ID is there twice
}

func (e *BoxError) Error() string {
	if e.NeedBy == "" {
		return fmt.Sprintf("there are two boxes %q", e.ID)
	}
	return fmt.Sprintf("%q needs a box %q, which is not there", e.NeedBy, e.ID)
}

// columns of a picture, from left to right.
const (
	losable  = iota // what is simply there, until it is lost
	openers         // what opens others
	accounts        // what opens nothing else
	columnCount
)

// A vertex is a box with its place among the others.
type vertex struct {
	*Box
	column int
	needs  [][]need // by way; without those of the box itself
	used   bool     // another box needs it
}

// A need is a Need whose box was found.
type need struct {
	from   *vertex
	choice int
}

// connect finds the boxes that ways name, and the column of each box.
func connect(m *Map) ([]*vertex, error) {
	list := make([]*vertex, len(m.Boxes))
	byID := make(map[string]*vertex, len(m.Boxes))
	for i, b := range m.Boxes {
		if byID[b.ID] != nil {
			return nil, &BoxError{ID: b.ID}
		}
		list[i] = &vertex{Box: b}
		byID[b.ID] = list[i]
	}
	for _, v := range list {
		v.needs = make([][]need, len(v.Ways))
		for i, w := range v.Ways {
			for _, n := range w.Needs {
				from := byID[n.Box]
				switch {
				case from == nil:
					return nil, &BoxError{ID: n.Box, NeedBy: v.ID}
				case from == v || hasNeed(v.needs[i], from):
					continue
				}
				from.used = true
				v.needs[i] = append(v.needs[i], need{from, n.Choice})
			}
		}
	}
	for _, v := range list {
		v.column = v.columnOf()
	}
	return list, nil
}

func hasNeed(list []need, from *vertex) bool {
	for _, n := range list {
		if n.from == from {
			return true
		}
	}
	return false
}

func (v *vertex) columnOf() int {
	switch {
	case v.Kind == Account && !v.used:
		return accounts
	case v.Kind == Account, v.Kind == Mailbox, v.Kind == Number, len(v.Ways) > 0:
		return openers
	}
	return losable
}
