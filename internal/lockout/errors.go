package lockout

import (
	"errors"
	"fmt"
)

// ErrNoID says that something was added, or asked for, without an id.
var ErrNoID = errors.New("lockout: empty id")

// A Kind is what an id stands for.
type Kind uint8

// The kinds. Assets, nodes and accounts share one name space, events have their
// own.
const (
	Asset   Kind = iota + 1 // something that can be lost by itself
	Node                    // something derived that is not asked about: a mailbox, a code in reach
	Account                 // something derived that its owner wants to open
	Event                   // something that happens and takes assets away
)

// String returns the stable English name.
func (k Kind) String() string {
	switch k {
	case Asset:
		return "asset"
	case Node:
		return "node"
	case Account:
		return "account"
	case Event:
		return "event"
	}
	return fmt.Sprintf("kind %d", uint8(k))
}

// A DuplicateError says that an id was added twice.
type DuplicateError struct{ ID string }

func (e *DuplicateError) Error() string { return fmt.Sprintf("lockout: %q added twice", e.ID) }

// An UndeclaredError says that an id is used but was never added. In names the
// rule's head, the event or the question that uses it.
type UndeclaredError struct{ ID, In string }

func (e *UndeclaredError) Error() string {
	return fmt.Sprintf("lockout: %q in %q was not added", e.ID, e.In)
}

// A WrongKindError says that an id stands for something that cannot be there:
// an asset as the head of a rule, an account that an event kills.
type WrongKindError struct {
	ID, In string
	Is     Kind
}

func (e *WrongKindError) Error() string {
	return fmt.Sprintf("lockout: %q in %q is of the wrong kind: %s", e.ID, e.In, e.Is)
}

// A RuleFault is what is wrong with a rule by itself.
type RuleFault uint8

// The faults.
const (
	BadThreshold RuleFault = iota + 1 // k is not within 1 and the length of the body
	BadBody                           // the body is empty or names something twice
	BadCertainty                      // no such certainty
	BadWait                           // negative, or longer than MaxWait
	NoSuchRule                        // a number that no rule has
)

// String returns the stable English name.
func (f RuleFault) String() string {
	switch f {
	case BadThreshold:
		return "threshold out of range"
	case BadBody:
		return "empty body or a name twice in it"
	case BadCertainty:
		return "no such certainty"
	case BadWait:
		return "waiting time out of range"
	case NoSuchRule:
		return "no such rule"
	}
	return fmt.Sprintf("fault %d", uint8(f))
}

// A RuleError says which rule cannot be.
type RuleError struct {
	Rule  int // its number, counted from 0 in the order of adding
	Head  string
	Fault RuleFault
}

func (e *RuleError) Error() string {
	return fmt.Sprintf("lockout: rule %d of %q: %s", e.Rule, e.Head, e.Fault)
}

// A RangeError says that a number is not within 0 and Max.
type RangeError struct {
	What       string // "importance", "size"
	ID         string // whose number it is, empty for a question
	Value, Max int
}

func (e *RangeError) Error() string {
	return fmt.Sprintf("lockout: %s %d of %q is not within 0 and %d", e.What, e.Value, e.ID, e.Max)
}

// A LimitError says that a graph would be larger than this package takes.
type LimitError struct {
	// What is "ids", "rules", "events", "places in a rule", "places in rules",
	// "places in events", "bytes in an id".
	What string
	Max  int
}

func (e *LimitError) Error() string { return fmt.Sprintf("lockout: more than %d %s", e.Max, e.What) }
