package recovery

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"memovault/internal/lang"
	"memovault/internal/record"
)

// A spot is where something small is: in a house, on somebody's person or with
// somebody.
type spot struct {
	house  house
	place  *subject // the record of the place
	person *subject // who keeps it
	wallet bool     // carried along
}

// A house is all that burns together. The zero house is none.
type house struct {
	key   string
	owner string
	label string // as it was written; empty for the home
}

// homeWords are what people write for the house they live in.
var homeWords = []string{"自宅", "我が家", "わが家", "この家", "本宅", "うちの家", "my home", "at home", "our home", "my house", "our house"}

// homeAlone is the same where nothing else is written.
var homeAlone = []string{"家", "うち", "home", "house"}

// elsewhere are words by which a house shows that it is somebody else's.
var elsewhere = []string{"実家", "本家", "職場", "会社", "勤務先", "事務所", "学校", "銀行", "貸金庫", "別荘", "倉庫", "親", "父", "母",
	"息子", "娘", "兄", "姉", "弟", "妹", "祖", "孫", "叔", "伯", "友", "隣", "義",
	"parent", "mother", "father", "brother", "sister", "son's", "daughter", "grand", "uncle", "aunt", "friend", "neighbour",
	"neighbor", "office", "work", "company", "bank", "school", "storage", "cottage", "second home"}

// walletWords are what is carried along.
var walletWords = []string{"財布", "さいふ", "カード入れ", "定期入れ", "wallet", "purse", "billfold"}

// A lodge knows the houses of each owner.
type lodge struct {
	v       *survey
	places  map[string][]*subject // of each owner, those without one under ""
	persons map[string][]*subject
	homes   map[string]house
	spots   map[[2]string]spot
	folded  map[*subject][]string // what they are called: their names and titles
}

func newLodge(v *survey) *lodge {
	l := &lodge{v: v, places: map[string][]*subject{}, persons: map[string][]*subject{}, homes: map[string]house{},
		spots: map[[2]string]spot{}, folded: map[*subject][]string{}}
	for _, s := range v.subjects {
		owner := lang.Fold(s.r.Owner)
		switch s.role {
		case rolePlace:
			l.places[owner] = append(l.places[owner], s)
		case rolePerson:
			l.persons[owner] = append(l.persons[owner], s)
		default:
			continue
		}
		for _, called := range []string{s.r.Name, s.r.Title} {
			if folded := lang.Fold(called); folded != "" {
				l.folded[s] = append(l.folded[s], folded)
			}
		}
	}
	return l
}

// home returns the house in which an owner lives: that of a place whose
// address says so. If the owner has the places of just one house, and nothing
// says that it is somebody else's, it is that one.
func (l *lodge) home(owner string) house {
	key := lang.Fold(owner)
	if h, ok := l.homes[key]; ok {
		return h
	}
	own := house{key: key + "|", owner: owner}
	var others []string
	decided := false
	for _, p := range l.places[key] {
		address := lang.Fold(addressOf(p))
		if address == "" {
			continue
		}
		decided = decided || saysHome(address)
		if !slices.Contains(others, address) {
			others = append(others, address)
			if len(others) == 1 {
				own.key = houseAt(p).key
			}
		}
	}
	if decided || len(others) != 1 || saysElsewhere(others[0]) {
		own.key = key + "|"
	}
	l.homes[key] = own
	return own
}

// addressOf is in which house a place is, by its address, else by its name; empty
// if nothing says.
func addressOf(place *subject) string {
	if f := place.r.Field("address"); f != nil && says(f.Value) {
		return f.Value
	}
	return otherHouse(place.r.Name)
}

// saysHome reports whether an address, folded, is the house one lives in; where
// none is noted it is.
func saysHome(address string) bool {
	return address == "" || slices.ContainsFunc(homeAlone, func(w string) bool { return address == lang.Fold(w) }) ||
		containsAny(address, homeWords) && !saysElsewhere(address)
}

func saysElsewhere(address string) bool {
	return containsAny(address, elsewhere) || otherHouse(address) != ""
}

func containsAny(folded string, words []string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(folded, lang.Fold(w)) })
}

// houseAt is the house of a place by its address alone. An address with a
// number is one house, whoever writes it; one without, as "the parents", is
// another for each owner.
func houseAt(place *subject) house {
	address := addressOf(place)
	key := lang.Fold(address)
	owner := place.r.Owner
	if strings.IndexFunc(key, unicode.IsDigit) < 0 {
		key = lang.Fold(owner) + "|" + key
	}
	return house{key, owner, address}
}

// houseOf is the house in which a place is.
func (l *lodge) houseOf(place *subject) house {
	home, h := l.home(place.r.Owner), houseAt(place)
	if h.key == home.key || saysHome(lang.Fold(addressOf(place))) {
		return home
	}
	return h
}

// find says where a text puts something of an owner: at the place or with the
// person whose record it names, in the wallet, or else at home.
func (l *lodge) find(owner, text string) spot {
	key := [2]string{lang.Fold(owner), lang.Fold(text)}
	s, ok := l.spots[key]
	if !ok {
		s = l.look(owner, key[0], key[1])
		l.spots[key] = s
	}
	return s
}

func (l *lodge) look(owner, ownerKey, text string) spot {
	if s := l.v.named[text]; s != nil {
		switch s.role {
		case rolePlace:
			return l.at(s)
		case rolePerson:
			return spot{person: s}
		case roleDevice:
			return l.deviceSpot(s)
		}
	}
	if p := l.named(l.places, ownerKey, text); p != nil {
		return l.at(p)
	}
	if p := l.named(l.persons, ownerKey, text); p != nil {
		return spot{person: p}
	}
	if containsAny(text, walletWords) {
		return spot{wallet: true}
	}
	if other := otherHouse(text); other != "" {
		return spot{house: house{ownerKey + "|" + other, owner, other}}
	}
	return spot{house: l.home(owner)}
}

func (l *lodge) at(place *subject) spot { return spot{house: l.houseOf(place), place: place} }

// deviceSpot is where a device is: where its record says, at home if that says
// nothing. A telephone of which nothing is said is carried along.
func (l *lodge) deviceSpot(s *subject) spot {
	if f := s.r.Field("where"); f != nil && says(f.Value) && l.v.named[lang.Fold(f.Value)] != s {
		return l.find(s.r.Owner, f.Value)
	}
	if s.choice("kind") == "phone" {
		return spot{}
	}
	return spot{house: l.home(s.r.Owner)}
}

// named returns the record of the owner, or of nobody in particular, whose name
// or title is in the text; of several the one with the longest. A name of one
// character, 母, must be where something is left with somebody.
func (l *lodge) named(of map[string][]*subject, owner, text string) (best *subject) {
	lists := [][]*subject{of[owner]}
	if owner != "" {
		lists = append(lists, of[""])
	}
	longest := 0
	for _, list := range lists {
		for _, s := range list {
			for _, name := range l.folded[s] {
				if len(name) > longest && (len([]rune(name)) > 1 && strings.Contains(text, name) || leftWith(text, name)) {
					best, longest = s, len(name)
				}
			}
		}
	}
	return best
}

func leftWith(text, name string) bool {
	rest, ok := strings.CutPrefix(text, name)
	return ok && slices.ContainsFunc([]string{"に", "が", "の家", "さん"}, func(p string) bool { return strings.HasPrefix(rest, p) })
}

// page is where in a notebook something stands: the notebook is lost with all
// its pages.
var page = regexp.MustCompile(`(?:の|,|、)? *(?:[0-9]+ *(?:ぺえじ|ぺーじ|頁|枚|行)目?|(?:on )?(?:page|pages|p\.?) *[0-9]+)$`)

// paperKey is the text of a place without the page, folded: two texts with one
// key are one paper.
func paperKey(text string) string {
	key := lang.Fold(text)
	if short := strings.TrimSpace(page.ReplaceAllString(key, "")); short != "" {
		return short
	}
	return key
}

// withoutPage is the text of a place as it was written, without the page.
func withoutPage(text string) string {
	if short := strings.TrimSpace(pageAsWritten.ReplaceAllString(text, "")); short != "" {
		return short
	}
	return text
}

var pageAsWritten = regexp.MustCompile(`(?i)(?:の|、|,)?\s*(?:[0-9０-９]+\s*(?:ページ|頁|枚|行)目?|(?:on )?(?:pages?|p\.?)\s*[0-9]+)$`)

// inHead reports whether a text about where a password is says that it is
// nowhere but in its owner's memory.
func inHead(text string) bool {
	switch lang.Fold(text) {
	case "記憶", "頭の中", "覚えている", "おぼえている", "暗記", "暗記している", "本人の記憶", "memory", "in memory", "in my head", "by heart", "i know it":
		return true
	}
	return false
}

// A sheet is a printed sheet with what its record says of it.
type sheet struct {
	s       *subject
	kind    string // record.SheetRecords …
	secrets string // yes, no or "" where that is not known
	stale   map[*subject]bool
}

// enterSheets notes which records stand on which sheets, to be read by whoever
// holds one.
func (v *survey) enterSheets() {
	byID := map[string]*subject{}
	for _, s := range v.subjects {
		byID[s.id] = s
	}
	for _, s := range v.subjects {
		if s.role == roleSheet {
			v.enterSheet(s, byID)
		}
	}
}

func (v *survey) enterSheet(s *subject, byID map[string]*subject) {
	known := record.ReadSheet(s.r)
	if known.Fate == record.SheetShredded || known.Kind == record.SheetBackup || known.Kind == record.SheetRecoveryKey || known.Kind == record.SheetShare {
		return
	}
	sh := &sheet{s: s, kind: known.Kind, secrets: s.value(record.RoleSecrets), stale: map[*subject]bool{}}
	if sh.secrets == "unknown" {
		sh.secrets = ""
	}
	var on []*subject
	seen := map[*subject]bool{}
	add := func(to *subject) {
		if to != nil && to != s && !seen[to] {
			seen[to] = true
			on = append(on, to)
		}
	}
	for _, name := range record.SheetContents(s.r) {
		add(v.to(name))
	}
	for id := range s.r.Printed {
		add(byID[id])
	}
	records := make([]*record.Record, len(on))
	for i, to := range on {
		records[i] = to.r
	}
	for _, name := range record.SheetState(s.r, records).Changed {
		sh.stale[v.to(name)] = true
	}
	for _, to := range on {
		v.sheets[to] = append(v.sheets[to], sh)
	}
}
