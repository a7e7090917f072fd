package cli

import (
	"maps"
	"slices"
	"strconv"

	"memovault/internal/lang"
	"memovault/internal/record"
)

// A standingRow is a line of a shown record that is not a field: how much it
// matters, where something is kept, a way that its owner added or changed.
type standingRow struct {
	key   string
	label lang.Text
	value string
}

func (a *app) standingRows(r *record.Record, t *record.Template) []standingRow {
	var rows []standingRow
	if r.Importance > 0 {
		rows = append(rows, standingRow{"importance", lang.T("importance", "大切さ"), strconv.Itoa(r.Importance)})
	}
	for _, key := range slices.Sorted(maps.Keys(r.Kept)) {
		label := inBoth(lang.T("kept: %s", "%sのある所"), keptLabel(r, t, key))
		rows = append(rows, standingRow{"kept", label, a.text(record.SayPlaces(r.Kept[key]))})
	}
	for i := range r.Ways {
		w := &r.Ways[i]
		label := lang.T("way back", "戻る方法")
		if w.Off {
			label = lang.T("no way back", "使わない方法")
		}
		rows = append(rows, standingRow{"ways", label, a.wayLine(r, t, w)})
	}
	return rows
}

// wayLine says a way of a record's own in one line: its ID, what it is called,
// what it needs, and when it was proven.
func (a *app) wayLine(r *record.Record, t *record.Template, w *record.Way) string {
	called := w
	if known := t.Way(w.ID); w.Off && known != nil {
		called = known
	}
	line := w.ID + ": " + a.text(called.Say(t, r))
	if called.Label.EN != "" && !w.Off {
		line += a.text(lang.T(" (%s)", "（%s）"), record.SayNeeds(w.Needs, t, r))
	}
	if day := r.Proven[w.ID]; day != "" {
		line += a.text(lang.T(", proven %s", "、%s に確かめた"), day)
	}
	return line
}

// inBoth formats a text in both languages.
func inBoth(t lang.Text, args ...any) lang.Text {
	return lang.Text{EN: t.Sprintf(lang.EN, args...), JA: t.Sprintf(lang.JA, args...)}
}

// shownStanding is what a record knows of ways back in show --json, as
// --from-json takes it.
type shownStanding struct {
	Importance int               `json:"importance"`
	Kept       map[string]string `json:"kept,omitempty"`
	Ways       []record.Way      `json:"ways,omitempty"`
	Proven     map[string]string `json:"proven,omitempty"`
}

func standingOf(r *record.Record) shownStanding {
	return shownStanding{r.Importance, r.Kept, r.Ways, r.Proven}
}
