package record

import (
	"strings"
)

// A Renaming is what changes in names and ids when records are renamed or come
// into another vault.
type Renaming struct {
	Names  map[string]string // NameKey of the former name -> the new name
	Places map[string]string // the same, of records of places alone: papers are at places by name
	IDs    map[string]string // the former id -> the new one
}

// PlaceTemplate is the name of the template of a place.
const PlaceTemplate = "place"

// Apply lets everything in r that names another record follow the renaming:
// fields of type ref, what is kept where, needs of ways, the contents of a
// sheet, what was moved away from an address. It reports whether r changed.
func (n Renaming) Apply(r *Record) bool {
	changed := n.fields(r)
	for key, kept := range r.Kept {
		if now := n.places(kept); now != kept {
			r.Kept[key], changed = now, true
		}
	}
	for i := range r.Ways {
		changed = n.way(&r.Ways[i]) || changed
	}
	if r.Retire != nil {
		changed = rekey(r.Retire.Done, n.IDs) || changed
	}
	return rekey(r.Printed, n.IDs) || changed
}

func (n Renaming) fields(r *Record) (changed bool) {
	t := LookupTemplate(r.Template)
	for i := range r.Fields {
		f := &r.Fields[i]
		was := f.Value
		switch role := t.Spec(f.Key).role(); {
		case TypeOf(t, f) == TypeRef, role == RoleHelper:
			f.Value = follow(n.Names, f.Value)
		case role == RoleContents:
			lines := strings.Split(f.Value, "\n")
			for i := range lines {
				lines[i] = follow(n.Names, lines[i])
			}
			f.Value = strings.Join(lines, "\n")
		case role == RoleKeptAt, role == RoleCopyAt, role == RolePlace:
			f.Value = follow(n.Places, f.Value)
		}
		changed = changed || f.Value != was
	}
	return changed
}

// role is the role of a field; that of a field the template does not have is none.
func (s *Spec) role() Role {
	if s == nil {
		return ""
	}
	return s.Role
}

// places returns a value of Kept with its names followed; as it was if none of
// them changes.
func (n Renaming) places(kept string) string {
	list, changed := Places(kept), false
	for i := range list {
		p := &list[i]
		was := p.Name
		switch {
		case p.Record():
			p.Name = follow(n.Names, p.Name)
		case p.Kind == PlacePaper:
			p.Name = follow(n.Places, p.Name)
		}
		changed = changed || p.Name != was
	}
	if !changed {
		return kept
	}
	return JoinPlaces(list)
}

func (n Renaming) way(w *Way) (changed bool) {
	for i := range w.Needs {
		any := w.Needs[i].Any
		for j, atom := range any {
			word, name, _ := strings.Cut(atom, ":")
			switch AtomKind(word) {
			case AtomRecord:
				any[j] = word + ":" + follow(n.Names, name)
			case AtomPaper:
				any[j] = word + ":" + follow(n.Places, name)
			}
			changed = changed || any[j] != atom
		}
	}
	return changed
}

// follow returns the new name for a former one; any other as it is.
func follow(names map[string]string, name string) string {
	if len(names) > 0 {
		if now, ok := names[NameKey(name)]; ok {
			return now
		}
	}
	return name
}

// rekey puts new keys in the place of former ones.
func rekey(m map[string]string, keys map[string]string) bool {
	if len(keys) == 0 {
		return false
	}
	moved := map[string]string{}
	for was, v := range m {
		if now, ok := keys[was]; ok && now != was {
			delete(m, was)
			moved[now] = v
		}
	}
	for k, v := range moved {
		m[k] = v
	}
	return len(moved) > 0
}
