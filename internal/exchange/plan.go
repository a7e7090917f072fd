package exchange

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"time"

	"memovault/internal/lang"
	"memovault/internal/record"
)

// A Policy says what becomes of a record that the vault has in another form.
type Policy string

// The policies.
const (
	Skip     Policy = "skip"      // the vault's stays
	Update   Policy = "update"    // the file's takes its place; the former is kept as history
	KeepBoth Policy = "keep-both" // the file's comes beside it, under another name
)

// Policies are all of them, the default first.
var Policies = []Policy{Skip, Update, KeepBoth}

// A State says how a record of the file stands to the vault.
type State string

// The states. Two records are the same one by id, or else by name and template.
const (
	New   State = "new"        // the vault does not have it
	Same  State = "same"       // the vault has it, with this very content
	Other State = "conflict"   // the vault has it, with other content
	Taken State = "name-taken" // the vault does not have it, but a record of another kind with its name
)

// An Action says what becomes of a record of the file.
type Action string

// The actions.
const (
	Leave   Action = "skip"
	Add     Action = "add"
	Replace Action = "update"
)

// Known is what a plan needs to know of each record of the vault.
type Known struct {
	ID             record.ID
	Name, Template string
	Trashed        bool
}

// A Vault is what a plan asks of the vault records are to go into.
type Vault struct {
	Known   []Known
	Read    func(wanted map[record.ID]bool) (map[record.ID]*record.Record, error)
	HasFile func(record.ID) bool
}

// A Step is what becomes of one record of the file.
type Step struct {
	From   *record.Record
	State  State
	Meets  *Known // the vault's record, nil where there is none
	Action Action
	Record *record.Record // to write, nil if there is nothing to write
	Files  []File
}

// A File is an attached file to write with its record.
type File struct {
	ID   record.ID
	Data []byte
}

// A planner works out steps. Ids and names that a step takes are taken for the
// next.
type planner struct {
	content *Content
	vault   Vault
	policy  Policy
	byID    map[record.ID]*Known
	byName  map[string]*Known // the live ones
	current map[record.ID]*record.Record
	claimed map[record.ID]bool // met by id
	names   map[string]bool    // that will be in use
	files   map[record.ID]bool // ids that this plan writes
	renamed record.Renaming
}

// Plan works out, without changing anything, what importing the content into the
// vault does: one step for each record, in the order of the file.
func Plan(c *Content, v Vault, policy Policy) ([]Step, error) {
	p := &planner{content: c, vault: v, policy: policy, byID: map[record.ID]*Known{}, byName: map[string]*Known{},
		claimed: map[record.ID]bool{}, names: map[string]bool{}, files: map[record.ID]bool{},
		renamed: record.Renaming{Names: map[string]string{}, Places: map[string]string{}, IDs: map[string]string{}}}
	for i := range v.Known {
		k := &v.Known[i]
		p.byID[k.ID] = k
		if !k.Trashed {
			p.byName[record.NameKey(k.Name)] = k
		}
	}
	steps := p.match()
	if err := p.read(steps); err != nil {
		return nil, err
	}
	p.judge(steps)
	for i := range steps {
		p.decide(&steps[i])
	}
	for _, st := range steps {
		if st.Record != nil {
			p.renamed.Apply(st.Record)
		}
	}
	return steps, nil
}

// match finds the vault's record for each of the file's: first all by id, then
// the others by name.
func (p *planner) match() []Step {
	steps := make([]Step, len(p.content.Records))
	for i, r := range p.content.Records {
		steps[i] = Step{From: r, State: New, Action: Leave, Meets: p.byID[r.ID]}
		p.claimed[r.ID] = steps[i].Meets != nil
	}
	for i := range steps {
		st := &steps[i]
		if st.Meets != nil || st.From.Trashed != nil {
			continue
		}
		if k := p.byName[record.NameKey(st.From.Name)]; k != nil && k.Template == st.From.Template && !p.claimed[k.ID] {
			st.Meets = k
		}
	}
	return steps
}

func (p *planner) read(steps []Step) (err error) {
	wanted := map[record.ID]bool{}
	for _, st := range steps {
		if st.Meets != nil {
			wanted[st.Meets.ID] = true
		}
	}
	if len(wanted) > 0 {
		p.current, err = p.vault.Read(wanted)
	}
	return err
}

// judge compares contents and reserves the names that stay.
func (p *planner) judge(steps []Step) {
	replaced := map[record.ID]bool{}
	for i := range steps {
		st := &steps[i]
		if st.Meets == nil {
			continue
		}
		st.State = Other
		if now := p.current[st.Meets.ID]; now != nil && sameContent(now, st.From) {
			st.State = Same
		}
		replaced[st.Meets.ID] = p.replaces(st)
	}
	for key, k := range p.byName {
		p.names[key] = !replaced[k.ID]
	}
}

// replaces reports whether the step overwrites the vault's record. One that is
// damaged, or that a newer program wrote, is not touched.
func (p *planner) replaces(st *Step) bool {
	if st.State != Other || p.policy != Update {
		return false
	}
	now := p.current[st.Meets.ID]
	return now != nil && now.Schema <= record.Schema
}

func (p *planner) decide(st *Step) {
	key := record.NameKey(st.From.Name)
	live := st.From.Trashed == nil
	if st.State == New && live && p.names[key] {
		st.State, st.Meets = Taken, p.byName[key]
	}
	switch {
	case st.State == Same, st.State == Other && p.policy != KeepBoth && !p.replaces(st):
		p.identify(st.From.ID, st.Meets.ID)
		return
	case st.State == Taken && p.policy == Skip:
		return
	case st.State == Other && p.policy != KeepBoth && !p.replaces(st):
		return
	case st.State == Other && p.policy == Update:
		st.Action = Replace
	default:
		st.Action = Add
	}
	r := st.From.Clone()
	if live {
		if r.Name = p.freeName(r.Name); r.Name != st.From.Name {
			p.renamed.Names[key] = r.Name
			if r.Template == record.PlaceTemplate {
				p.renamed.Places[key] = r.Name
			}
		}
		p.names[record.NameKey(r.Name)] = true
	}
	if st.Action == Replace {
		now := p.current[st.Meets.ID]
		r.ID, r.Revision = now.ID, now.Revision
		p.place(st, r, now.Attachments)
	} else {
		if r.ID.IsZero() || p.byID[r.ID] != nil {
			r.ID = record.NewID()
		}
		p.place(st, r, nil)
	}
	p.identify(st.From.ID, r.ID)
	st.Record = r
}

// identify notes that a record of the file has another id in the vault.
func (p *planner) identify(file, vault record.ID) {
	if !file.IsZero() && file != vault {
		p.renamed.IDs[file.String()] = vault.String()
	}
}

// freeName puts a number behind a name that is in use.
func (p *planner) freeName(name string) string {
	free := name
	for n := 2; p.names[record.NameKey(free)]; n++ {
		number := fmt.Sprintf("-%d", n)
		free = strings.ToValidUTF8(name[:min(len(name), record.MaxName-len(number))], "") + number
	}
	return free
}

// place gives each attached file an id: the one it has in the record that is
// replaced, its own where that is free, or a new one. An id belongs to one
// record.
func (p *planner) place(st *Step, r *record.Record, there []record.Attachment) {
	for i := range r.Attachments {
		at := &r.Attachments[i]
		data := p.content.Files[at.ID]
		old := slices.IndexFunc(there, func(o record.Attachment) bool { return o.Size == at.Size && strings.EqualFold(o.SHA256, at.SHA256) })
		if old >= 0 {
			at.ID = there[old].ID
			continue
		}
		if at.ID.IsZero() || p.files[at.ID] || p.vault.HasFile(at.ID) {
			at.ID = record.NewID()
		}
		p.files[at.ID] = true
		st.Files = append(st.Files, File{at.ID, data})
	}
}

// sameContent reports whether two records say the same, whichever vault they are
// in and whenever they were written.
func sameContent(x, y *record.Record) bool {
	a, errA := record.Encode(bare(x))
	b, errB := record.Encode(bare(y))
	return errA == nil && errB == nil && bytes.Equal(a, b)
}

func bare(r *record.Record) *record.Record {
	c := r.Clone()
	c.Vault, c.ID, c.Revision = record.ID{}, record.ID{}, 0
	c.Created, c.Updated = time.Time{}, time.Time{}
	if c.Trashed != nil {
		c.Trashed = &time.Time{}
	}
	for i := range c.Attachments {
		c.Attachments[i].ID = record.ID{}
	}
	return c
}

// Say names a state for people.
func (s State) Say() lang.Text {
	return map[State]lang.Text{
		New:   lang.T("new", "金庫にない"),
		Same:  lang.T("same", "同じ"),
		Other: lang.T("differs", "内容が違う"),
		Taken: lang.T("name taken", "名前が重なる"),
	}[s]
}
