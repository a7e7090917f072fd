package record

import (
	"regexp"
	"strings"

	"memovault/internal/lang"
)

// A Place is where the value of a field is, as Record.Kept says.
type Place struct {
	Kind PlaceKind
	Name string // of the paper's place, or of the record of the device or person
}

// A PlaceKind is a kind of place.
type PlaceKind string

// The kinds of places.
const (
	PlaceVault  PlaceKind = "vault"  // in the record itself
	PlaceMemory PlaceKind = "memory" // in the owner's head
	PlacePaper  PlaceKind = "paper"  // paper:PLACE
	PlaceDevice PlaceKind = "device" // device:NAME: on the device of that record
	PlacePerson PlaceKind = "person" // person:NAME: with the person of that record
)

// String returns the place as it is stored.
func (p Place) String() string {
	if p.Name == "" {
		return string(p.Kind)
	}
	return string(p.Kind) + ":" + p.Name
}

// Record reports whether the place names a record.
func (p Place) Record() bool { return p.Kind == PlaceDevice || p.Kind == PlacePerson }

var placeBegins = regexp.MustCompile(`^(?:(?:vault|memory)\s*(?:,|$)|(?:paper|device|person):)`)

// Places returns the places of a value of Record.Kept, which stand with ", "
// between. A comma behind which no place begins belongs to the name before it.
// What is no place, as a text that some other program wrote, is taken for the
// name of a place where a paper is.
func Places(kept string) []Place {
	var places []Place
	for rest := strings.TrimSpace(kept); rest != ""; {
		one := rest
		for i, r := range rest {
			if r == ',' && placeBegins.MatchString(strings.TrimSpace(rest[i+1:])) {
				one = rest[:i]
				break
			}
		}
		rest = strings.TrimSpace(strings.TrimPrefix(rest[len(one):], ","))
		if p, ok := readPlace(strings.TrimSpace(one)); ok {
			places = append(places, p)
		}
	}
	return places
}

func readPlace(s string) (Place, bool) {
	word, name, named := strings.Cut(s, ":")
	name = strings.TrimSpace(name)
	switch kind := PlaceKind(word); kind {
	case PlaceVault, PlaceMemory:
		if !named {
			return Place{Kind: kind}, true
		}
	case PlacePaper, PlaceDevice, PlacePerson:
		if named {
			return Place{kind, name}, name != ""
		}
	}
	return Place{PlacePaper, s}, s != ""
}

// JoinPlaces writes what Places reads.
func JoinPlaces(places []Place) string {
	written := make([]string, len(places))
	for i, p := range places {
		written[i] = p.String()
	}
	return strings.Join(written, ", ")
}

// ParsePlaces reads places as a person types them, with commas of either
// language between, Japanese words allowed. It is stricter than Places: what is
// none of the five kinds is refused, with a *ValueError.
func ParsePlaces(typed string) ([]Place, error) {
	var (
		places []Place
		seen   = map[Place]bool{}
	)
	for _, one := range strings.FieldsFunc(typed, func(r rune) bool { return strings.ContainsRune(",、，", r) }) {
		word := plainAtom(one)
		p, ok := readPlace(word)
		if !ok || p.Kind == PlacePaper && !strings.HasPrefix(word, "paper:") {
			return nil, refuse("place", lang.T("%q is no place: write vault, memory, paper:PLACE, device:NAME or person:NAME",
				"「%s」は場所として読めません。金庫、記憶、紙:場所、機器:記録の名前、人:記録の名前 のどれかで書いてください"), strings.TrimSpace(one))
		}
		if p.Name != "" {
			name, _, err := Clean(TypeText, p.Name)
			if err != nil {
				return nil, err
			}
			p.Name = name
		}
		if !seen[p] {
			places = append(places, p)
		}
		seen[p] = true
	}
	return places, nil
}
