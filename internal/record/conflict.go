package record

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
)

// MaxConflicts is how many conflicts one record can have.
const MaxConflicts = 500

// The kinds of pieces a record is merged by; Conflict.Part is one of them. The
// pieces of a kind that has several are told apart by Conflict.Key.
const (
	PieceTemplate   = "template"
	PieceName       = "name"
	PieceTitle      = "title"
	PieceOwner      = "owner"
	PieceNotes      = "notes"
	PieceImportance = "importance"
	PieceTrash      = "trash"      // one copy threw it away, the other changed it
	PieceField      = "field"      // Key: the field
	PieceCodes      = "codes"      // Key: the field; both copies have new codes
	PieceKept       = "kept"       // Key: the field, or password
	PieceWay        = "way"        // Key: the way's id
	PieceAccepted   = "accepted"   // Key: the rule's id
	PieceAttempt    = "attempt"    // Key: its day and way
	PieceAttachment = "attachment" // Key: its id
	PieceRetire     = "retire"
	PieceExtra      = "extra" // Key: a member of a newer program
	PieceWhole      = "whole" // together it would have been too large: all of the other version
)

// A Conflict is a choice that a merge made where two copies had changed the same
// part of a record to different things. What lost is still in the history.
type Conflict struct {
	Part string      `json:"part"`
	Key  string      `json:"key,omitempty"`
	Lost []VersionID `json:"lost"` // the versions with the other values, the latest first
	Sum  string      `json:"sum"`  // of what was chosen: see Open

	Extra map[string]json.RawMessage `json:"-"`
}

var conflictKeys = []string{"part", "key", "lost", "sum"}

func (c Conflict) clone() Conflict {
	c.Lost = append([]VersionID(nil), c.Lost...)
	c.Extra = cloneExtra(c.Extra)
	return c
}

func (c *Conflict) fits() bool {
	return fits(MaxName, c.Part, c.Sum) && fits(MaxValue, c.Key) && len(c.Lost) <= MaxFrom && len(c.Extra) <= MaxFields
}

func (w *writer) conflict(c *Conflict) {
	w.b = append(w.b, '{')
	w.text("part", c.Part)
	w.optional("key", c.Key)
	w.key("lost")
	list(w, c.Lost, func(v *VersionID) { w.quote(v.String()) })
	w.text("sum", c.Sum)
	w.end(c.Extra, conflictKeys)
}

func (p *scanner) conflict() (c Conflict) {
	p.object(func(key string) {
		switch key {
		case "part":
			c.Part = p.text()
		case "key":
			c.Key = p.text()
		case "lost":
			c.Lost = p.versions()
		case "sum":
			c.Sum = p.text()
		default:
			put(&c.Extra, key, p.raw())
		}
	})
	return c
}

// sumOf names the value of a part.
func sumOf(value string) string {
	sum := sha256.Sum256([]byte(value))
	return hex.EncodeToString(sum[:8])
}

// OpenConflicts returns the conflicts of r that nobody has settled: the part is
// still what the merge chose, and the entry was not taken out.
func OpenConflicts(r *Record) []Conflict {
	if len(r.Conflicts) == 0 {
		return nil
	}
	have := piecesOf(r)
	var open []Conflict
	for _, c := range r.Conflicts {
		if c.Part == PieceWhole || c.Sum == sumOf(have[c.piece()]) {
			open = append(open, c)
		}
	}
	return open
}

func (c Conflict) piece() piece { return piece{kind: c.Part, key: c.Key} }

// Settle takes a conflict out of r: what r says is what counts.
func Settle(r *Record, c Conflict) {
	kept := r.Conflicts[:0:0]
	for _, have := range r.Conflicts {
		if have.piece() != c.piece() {
			kept = append(kept, have)
		}
	}
	r.Conflicts = kept
}

// TakePiece gives r the part that c is about as it is in from, and settles c.
func TakePiece(r, from *Record, c Conflict) (*Record, error) {
	values, other := piecesOf(r), piecesOf(from)
	switch c.Part {
	case PieceWhole:
		values = other
	case PieceCodes:
		takeAll(values, other, func(p piece) bool { return (p.kind == PieceCodes || p.kind == pieceCode) && p.key == c.Key })
	default:
		takeAll(values, other, func(p piece) bool { return p == c.piece() })
	}
	taken, err := compose(values)
	if err != nil {
		return nil, err
	}
	taken.Schema, taken.Vault, taken.ID, taken.Revision = r.Schema, r.Vault, r.ID, r.Revision
	taken.Updated, taken.Conflicts = r.Updated, r.Conflicts
	Settle(taken, c)
	return taken, nil
}

func takeAll(values, other map[piece]string, wanted func(piece) bool) {
	for p := range values {
		if wanted(p) {
			delete(values, p)
		}
	}
	for p, v := range other {
		if wanted(p) {
			values[p] = v
		}
	}
}
