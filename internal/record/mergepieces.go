package record

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A piece is a part of a record that is merged on its own.
type piece struct {
	kind string // a Part… or one of those below
	key  string
	sub  string
}

// Parts that a merge never asks about.
const (
	pieceCode     = "code"    // one of the codes of the field key: sub
	pieceTag      = "tag"     // key
	pieceProven   = "proven"  // key: the way's id
	pieceDone     = "done"    // key: the id of a record that was moved
	piecePrinted  = "printed" // key: the id of a record that is on the sheet
	pieceCreated  = "created"
	pieceVerified = "verified"
	pieceOrder    = "order" // key: the kind of a list; its keys in order
)

func (p piece) compare(other piece) int {
	return cmp.Or(cmp.Compare(p.kind, other.kind), cmp.Compare(p.key, other.key), cmp.Compare(p.sub, other.sub))
}

// values are the parts of a record that are there, each as text.
type values map[piece]string

// piecesOf takes a record apart. From, Conflicts, Updated, Schema and what says
// which record of which vault it is are no parts.
func piecesOf(r *Record) values {
	v := values{}
	v.text(PieceTemplate, r.Template)
	v.text(PieceName, r.Name)
	v.text(PieceTitle, r.Title)
	v.text(PieceOwner, r.Owner)
	v.text(PieceNotes, r.Notes)
	if r.Importance != 0 {
		v.text(PieceImportance, strconv.Itoa(r.Importance))
	}
	v.fields(r.Fields)
	v.texts(PieceKept, r.Kept)
	v.texts(pieceProven, r.Proven)
	v.texts(piecePrinted, r.Printed)
	for id, a := range r.Accepted {
		v[piece{kind: PieceAccepted, key: id}] = written(func(w *writer) { w.acceptance(a) })
	}
	if r.Retire != nil {
		bare := *r.Retire
		bare.Done = nil
		v[piece{kind: PieceRetire}] = written(func(w *writer) { w.retirement(&bare) })
		v.texts(pieceDone, r.Retire.Done)
	}
	addList(v, pieceTag, r.Tags, func(t *string) string { return *t }, func(w *writer, t *string) { w.quote(*t) })
	addList(v, PieceWay, r.Ways, func(y *Way) string { return y.ID }, (*writer).way)
	addList(v, PieceAttempt, r.Attempts, func(a *Attempt) string { return a.On + " " + a.Way }, (*writer).attempt)
	addList(v, PieceAttachment, r.Attachments, func(a *Attachment) string { return a.ID.String() }, (*writer).attachment)
	v.time(pieceCreated, &r.Created)
	v.time(pieceVerified, r.Verified)
	v.time(PieceTrash, r.Trashed)
	for k, raw := range r.Extra {
		v[piece{kind: PieceExtra, key: k}] = string(raw)
	}
	return v
}

func written(f func(*writer)) string {
	var w writer
	f(&w)
	return string(w.b)
}

func (v values) text(kind, s string) {
	if s != "" {
		v[piece{kind: kind}] = s
	}
}

func (v values) texts(kind string, m map[string]string) {
	for k, s := range m {
		v[piece{kind: kind, key: k}] = s
	}
}

func (v values) time(kind string, t *time.Time) {
	if t != nil {
		v[piece{kind: kind}] = t.UTC().Format(time.RFC3339)
	}
}

// addList adds the elements of a list and their order. Of elements with one key
// each has a part of its own.
func addList[E any](v values, kind string, elements []E, key func(*E) string, write func(*writer, *E)) {
	keys := keyed(elements, key)
	for i := range elements {
		v[piece{kind: kind, key: keys[i]}] = written(func(w *writer) { write(w, &elements[i]) })
	}
	v.order(piece{kind: pieceOrder, key: kind}, keys)
}

// keyed returns the keys of a list, with a number behind those that were
// there before.
func keyed[E any](elements []E, key func(*E) string) []string {
	keys, times := make([]string, len(elements)), map[string]int{}
	for i := range elements {
		k := key(&elements[i])
		if times[k]++; times[k] > 1 {
			k += "\x00" + strconv.Itoa(times[k])
		}
		keys[i] = k
	}
	return keys
}

func (v values) order(p piece, keys []string) {
	if len(keys) > 0 {
		v[p] = written(func(w *writer) { list(w, keys, func(k *string) { w.quote(*k) }) })
	}
}

func readOrder(s string) (keys []string) {
	p := &scanner{s: s}
	p.array(len(s), func() { keys = append(keys, p.str()) })
	return keys
}

func (v values) fields(fields []Field) {
	keys := keyed(fields, func(f *Field) string { return f.Key })
	for i := range fields {
		f := fields[i]
		codes := keyed(f.Codes, func(c *Code) string { return c.Code })
		for j := range f.Codes {
			v[piece{pieceCode, keys[i], codes[j]}] = written(func(w *writer) { w.code(&f.Codes[j]) })
		}
		v.order(piece{kind: PieceCodes, key: keys[i]}, codes)
		f.Codes = nil
		v[piece{kind: PieceField, key: keys[i]}] = written(func(w *writer) { w.field(&f) })
	}
	v.order(piece{kind: pieceOrder, key: PieceField}, keys)
}

// compose puts a record together from its parts. The error wraps ErrBad if it
// breaks a limit.
func compose(v values) (*Record, error) {
	r := &Record{Schema: Schema}
	// a retirement or a list of codes may be gone while a detail of it was changed
	pieces := slices.SortedFunc(maps.Keys(v), piece.compare)
	lists := map[string]*members{}
	for _, p := range pieces {
		if err := v.compose(r, p, lists); err != nil {
			return nil, err
		}
	}
	r.Fields = v.composeFields(lists)
	r.Tags = composeList(v, pieceTag, lists, (*scanner).str)
	r.Ways = composeList(v, PieceWay, lists, (*scanner).way)
	r.Attempts = composeList(v, PieceAttempt, lists, (*scanner).attempt)
	r.Attachments = composeList(v, PieceAttachment, lists, (*scanner).attachment)
	if err := r.check(); err != nil {
		return nil, err
	}
	return r, nil
}

// members are the keys of a list that are there.
type members struct{ keys []string }

func (v values) compose(r *Record, p piece, lists map[string]*members) error {
	s := v[p]
	switch p.kind {
	case PieceTemplate:
		r.Template = s
	case PieceName:
		r.Name = s
	case PieceTitle:
		r.Title = s
	case PieceOwner:
		r.Owner = s
	case PieceNotes:
		r.Notes = s
	case PieceImportance:
		n, err := strconv.Atoi(s)
		r.Importance = n
		return err
	case PieceKept:
		put(&r.Kept, p.key, s)
	case pieceProven:
		put(&r.Proven, p.key, s)
	case piecePrinted:
		put(&r.Printed, p.key, s)
	case PieceAccepted:
		put(&r.Accepted, p.key, (&scanner{s: s}).acceptance())
	case PieceRetire:
		r.Retire = (&scanner{s: s}).retirement()
		for q, day := range v {
			if q.kind == pieceDone {
				put(&r.Retire.Done, q.key, day)
			}
		}
	case pieceCreated:
		return readTime(&r.Created, s)
	case pieceVerified:
		r.Verified = new(time.Time)
		return readTime(r.Verified, s)
	case PieceTrash:
		r.Trashed = new(time.Time)
		return readTime(r.Trashed, s)
	case PieceExtra:
		put(&r.Extra, p.key, json.RawMessage(s))
	case pieceCode:
		listOf(lists, pieceCode+" "+p.key).add(p.sub)
	case PieceField, pieceTag, PieceWay, PieceAttempt, PieceAttachment:
		listOf(lists, p.kind).add(p.key)
	}
	return nil
}

func readTime(t *time.Time, s string) (err error) {
	if *t, err = time.Parse(time.RFC3339, s); err != nil {
		return fmt.Errorf("%w: a time", ErrBad)
	}
	return nil
}

func listOf(lists map[string]*members, name string) *members {
	if lists[name] == nil {
		lists[name] = &members{}
	}
	return lists[name]
}

func (m *members) add(key string) { m.keys = append(m.keys, key) }

// inOrder returns the keys as the order says, and behind them those that it does
// not know. It may name some that are gone.
func (m *members) inOrder(order string) []string {
	place := map[string]int{}
	for i, k := range readOrder(order) {
		place[k] = i + 1
	}
	slices.SortFunc(m.keys, func(x, y string) int {
		i, j := place[x], place[y]
		if i > 0 && j > 0 {
			return cmp.Compare(i, j)
		}
		return cmp.Or(cmp.Compare(j, i), cmp.Compare(x, y))
	})
	return m.keys
}

func composeList[E any](v values, kind string, lists map[string]*members, read func(*scanner) E) (elements []E) {
	for _, k := range listOf(lists, kind).inOrder(v[piece{kind: pieceOrder, key: kind}]) {
		elements = append(elements, read(&scanner{s: v[piece{kind: kind, key: k}]}))
	}
	return elements
}

// composeFields reads the fields and gives each its codes. Codes of a field that
// was taken out bring it back.
func (v values) composeFields(lists map[string]*members) []Field {
	fields := listOf(lists, PieceField)
	for name := range lists {
		if key, ok := strings.CutPrefix(name, pieceCode+" "); ok && !slices.Contains(fields.keys, key) {
			fields.add(key)
			v[piece{kind: PieceField, key: key}] = written(func(w *writer) { w.field(&Field{Key: key, Type: TypeCodes}) })
		}
	}
	var out []Field
	for _, key := range fields.inOrder(v[piece{kind: pieceOrder, key: PieceField}]) {
		f := (&scanner{s: v[piece{kind: PieceField, key: key}]}).field()
		for _, code := range listOf(lists, pieceCode+" "+key).inOrder(v[piece{kind: PieceCodes, key: key}]) {
			f.Codes = append(f.Codes, (&scanner{s: v[piece{pieceCode, key, code}]}).code())
		}
		out = append(out, f)
	}
	return out
}
