package cli

import (
	"time"

	"memovault/internal/record"
)

// The JSON of papers: keys are English and stable, and no value of a record is
// in it.
type (
	paperJSON struct {
		ID      record.ID         `json:"id"`
		Name    string            `json:"name"`
		Owner   string            `json:"owner,omitempty"`
		Number  string            `json:"number"`
		Kind    string            `json:"kind"`
		Printed string            `json:"printed"`
		Copies  int               `json:"copies"`
		Place   string            `json:"place"`
		Fate    string            `json:"fate"` // there, lost, shredded
		Secrets string            `json:"secrets"`
		Checked string            `json:"checked"` // empty if never
		Current bool              `json:"current"`
		Records []string          `json:"records"` // names of what is on it; of a backup none, see count
		Count   int               `json:"count"`
		Changed []paperChangeJSON `json:"changed"`
		Missing []string          `json:"missing"`
		Newer   []string          `json:"newer"`
		Opens   *bool             `json:"opens,omitempty"` // of a recovery key: it still opens the vault
	}
	paperChangeJSON struct {
		ID       record.ID      `json:"id"`
		Name     string         `json:"name"`
		Printed  uint64         `json:"printed_revision,omitempty"`
		Revision uint64         `json:"revision,omitempty"` // the first that differs
		Since    string         `json:"since,omitempty"`
		Changes  []listedChange `json:"changes"`
	}
)

func (a *app) papersJSON(list []*paperState) error {
	out := make([]paperJSON, 0, len(list))
	for _, p := range list {
		out = append(out, a.paperJSON(p))
	}
	return a.writeJSON(struct {
		Schema int         `json:"schema"`
		Date   string      `json:"date"`
		Sheets []paperJSON `json:"sheets"`
	}{1, a.now.Format(time.DateOnly), out})
}

func (a *app) paperJSON(p *paperState) paperJSON {
	one := paperJSON{ID: p.r.ID, Name: p.r.Name, Owner: p.r.Owner, Number: p.Number, Kind: p.Kind, Printed: p.Printed, Copies: p.Copies,
		Place: p.Place, Fate: p.Fate, Secrets: p.Secrets, Checked: p.Checked, Current: p.current(),
		Records: append([]string{}, record.SheetContents(p.r)...), Changed: []paperChangeJSON{},
		Missing: append([]string{}, p.missing...), Newer: append([]string{}, p.newer...)}
	one.Count = max(len(one.Records), len(p.r.Printed))
	for _, c := range p.changed {
		changed := paperChangeJSON{ID: c.id, Name: c.name, Printed: c.was, Revision: c.by, Changes: a.listedChanges(c.what)}
		if !c.since.IsZero() {
			changed.Since = c.since.UTC().Format(time.RFC3339)
		}
		one.Changed = append(one.Changed, changed)
	}
	if isKeySheet(p.Kind) {
		opens := !p.dead
		one.Opens = &opens
	}
	return one
}
