package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"memovault/internal/lang"
	"memovault/internal/record"
	"memovault/internal/store"
	"memovault/internal/term"
)

type showOptions struct {
	reveal, json bool
	field, save  string
	revision     uint64
}

func (a *app) newShow() *cobra.Command {
	var o showOptions
	cmd := a.command(spec{
		name: "show", args: lang.T("NAME", "名前"), group: "notes",
		short: lang.T("show a record, its secrets hidden", "1 件を見る（秘密の部分は隠す）"),
		long: lang.T(`Shows a record. Keys, codes and other secrets are hidden unless --reveal is given;
--field prints one value and nothing else, for a script.`,
			`記録を 1 件表示します。キーやコードなど秘密の部分は隠します（--reveal で見えます）。
--field は、その項目の値だけをそのまま出します（スクリプト向け）。`),
		examples: []example{
			{"show office", lang.T("secrets hidden", "秘密は隠して")},
			{"show office --reveal", lang.T("with everything, e.g. to type a key", "全部見せる（キーを打ち込むときなど）")},
			{"show office --field product_key", lang.T("only the key, for a script", "キーだけ（スクリプト向け）")},
			{"show office --save photos", lang.T("write the attached files into a folder", "添付ファイルをフォルダーに書き出す")},
		},
	})
	cmd.Flags().BoolVar(&o.reveal, "reveal", false, a.text(lang.T("show secrets too", "秘密の部分も見せる")))
	cmd.Flags().StringVar(&o.field, "field", "", a.text(lang.T("only the value of the field `KEY`", "この`項目`の値だけ")))
	cmd.Flags().Uint64Var(&o.revision, "revision", 0, a.text(lang.T("as it was in revision `N` (see history)", "この`番号`の版の内容（history を参照）")))
	cmd.Flags().StringVar(&o.save, "save", "", a.text(lang.T("write attached files into the folder `DIR`", "添付ファイルを`フォルダー`に書き出す")))
	cmd.Flags().BoolVar(&o.json, "json", false, a.text(lang.T("as JSON (secrets only with --reveal)", "JSON で出す（秘密は --reveal のときだけ）")))
	cmd.Args = a.argsBetween(1, 1)
	cmd.RunE = func(cmd *cobra.Command, args []string) error { return a.runShow(o, args[0]) }
	return cmd
}

func (a *app) runShow(o showOptions, name string) error {
	s, err := a.openVault()
	if err != nil {
		return err
	}
	r, err := a.readRevision(s, name, o.revision)
	if err != nil {
		return err
	}
	switch {
	case o.save != "":
		return a.saveAttachments(s, r, o.save)
	case o.field != "":
		return a.showField(r, o.field)
	case o.json:
		return a.writeJSON(struct {
			Schema int          `json:"schema"`
			Record *shownRecord `json:"record"`
		}{1, shownOf(r, o.reveal)})
	}
	a.showRecord(r, o.reveal)
	return nil
}

// readRevision reads a record as it is, or as it was.
func (a *app) readRevision(s *store.Store, name string, revision uint64) (*record.Record, error) {
	c, err := a.find(s, name)
	if err != nil {
		return nil, err
	}
	if revision == 0 || revision == c.Revision {
		return s.Record(c.ID)
	}
	past, err := s.History(c.ID)
	if err != nil {
		return nil, err
	}
	for _, r := range past {
		if r.Revision == revision {
			return r, nil
		}
	}
	return nil, &failure{status: statusNotFound, code: "no_revision",
		what: said(lang.T("the record %q has no revision %d", "「%s」に第 %d 版はありません"), c.Name, revision),
		next: []words{said(lang.T("which there are: %s history %s", "版の一覧: %s history %s"), a.name, shellWord(c.Name))}}
}

// showField prints a bare value, codes one a line.
func (a *app) showField(r *record.Record, key string) error {
	f := r.Field(key)
	if f == nil {
		value := map[string]string{"title": r.Title, "owner": r.Owner, "notes": r.Notes}[key]
		if value == "" {
			return a.noField(r, key)
		}
		f = &record.Field{Key: key, Value: value}
	}
	if len(f.Codes) == 0 {
		_, err := fmt.Fprintln(a.out, f.Value)
		return err
	}
	for _, c := range f.Codes {
		if c.Used == "" {
			if _, err := fmt.Fprintln(a.out, c.Code); err != nil {
				return err
			}
		}
	}
	return nil
}

// showRecord prints a record for a person.
func (a *app) showRecord(r *record.Record, reveal bool) {
	t := record.LookupTemplate(r.Template)
	fmt.Fprintf(a.out, "%s  (%s, %s)\n", term.Sanitize(r.Name), term.Sanitize(a.kind(r.Template)), a.day(r.Updated))
	rows := a.fieldRows(r, t, reveal)
	widest := 0
	for _, row := range rows {
		widest = max(widest, term.Width(row.label))
	}
	hidden := false
	for _, row := range rows {
		a.printRow(row, widest)
		hidden = hidden || row.hidden
	}
	if hidden {
		a.say(lang.T("to see all of it: %s show %s --reveal", "全部見るには: %s show %s --reveal"), a.name, shellWord(r.Name))
	}
}

// A row is one line of a shown record; its value may go over several.
type row struct {
	label, value string
	hidden       bool
}

func (a *app) printRow(r row, widest int) {
	lines := strings.Split(r.value, "\n")
	fmt.Fprintf(a.out, "  %s  %s\n", term.PadRight(r.label, widest), lines[0])
	for _, line := range lines[1:] {
		fmt.Fprintf(a.out, "  %s  %s\n", strings.Repeat(" ", widest), line)
	}
}

// fieldRows lays out everything a record holds, in its template's order.
func (a *app) fieldRows(r *record.Record, t *record.Template, reveal bool) []row {
	var rows []row
	add := func(label lang.Text, value string, hidden bool) {
		if value != "" {
			rows = append(rows, row{term.Sanitize(a.text(label)), term.SanitizeLines(value), hidden})
		}
	}
	add(lang.T("title", "題"), r.Title, false)
	add(lang.T("owner", "持ち主"), r.Owner, false)
	for _, f := range r.InOrder(t) {
		value, hidden := a.shownValue(t, f, reveal)
		add(record.Label(t, f), value, hidden)
	}
	add(lang.T("tags", "名札"), strings.Join(r.Tags, ", "), false)
	add(lang.T("notes", "メモ"), r.Notes, false)
	for _, at := range r.Attachments {
		add(lang.T("attached", "添付"), fmt.Sprintf("%s (%d KB)", at.Name, (at.Size+1023)/1024), false)
	}
	if r.Trashed != nil {
		add(lang.T("in the trash since", "ごみ箱に入れた日"), r.Trashed.In(a.now.Location()).Format(time.DateOnly), false)
	}
	return rows
}

// shownValue is a field's value for the screen, and whether it was hidden.
func (a *app) shownValue(t *record.Template, f *record.Field, reveal bool) (value string, hidden bool) {
	kind := record.TypeOf(t, f)
	if len(f.Codes) > 0 {
		if reveal {
			return a.codeLines(f.Codes), false
		}
		return a.text(lang.T("%d codes, %d unused (hidden)", "%d 個、うち未使用 %d 個（隠しています）"), len(f.Codes), record.Unused(f.Codes)), true
	}
	if kind.Secret() && !reveal && f.Value != "" {
		return record.Mask(kind, f.Value), true
	}
	return a.choiceLabel(t, f), false
}

func (a *app) codeLines(codes []record.Code) string {
	lines := make([]string, len(codes))
	for i, c := range codes {
		lines[i] = c.Code
		if c.IsUsed() {
			lines[i] += "  " + a.text(lang.T("(used %s)", "（使用済み %s）"), c.Used)
		}
	}
	return strings.Join(lines, "\n")
}

// choiceLabel says yes, no and the like in the language of the run.
func (a *app) choiceLabel(t *record.Template, f *record.Field) string {
	if t != nil {
		if s := t.Spec(f.Key); s != nil {
			for _, o := range s.Options {
				if o.Value == f.Value {
					return a.text(o.Label)
				}
			}
		}
	}
	return f.Value
}

// A shownRecord is a record in show --json: as it is stored, but its secrets
// hidden unless asked for.
type shownRecord struct {
	ID          record.ID         `json:"id"`
	Revision    uint64            `json:"revision"`
	Template    string            `json:"template"`
	Name        string            `json:"name"`
	Title       string            `json:"title"`
	Owner       string            `json:"owner"`
	Fields      []shownField      `json:"fields"`
	Tags        []string          `json:"tags"`
	Notes       string            `json:"notes"`
	Attachments []shownAttachment `json:"attachments"`
	Created     time.Time         `json:"created"`
	Updated     time.Time         `json:"updated"`
	Trashed     *time.Time        `json:"trashed"`
}

type shownField struct {
	Key    string        `json:"key"`
	Type   record.Type   `json:"type"`
	Value  *string       `json:"value,omitempty"` // null where hidden
	Codes  []record.Code `json:"codes,omitempty"`
	Count  int           `json:"count,omitempty"`  // of codes
	Unused int           `json:"unused,omitempty"` // of codes
	Hidden bool          `json:"hidden"`
}

type shownAttachment struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

func shownOf(r *record.Record, reveal bool) *shownRecord {
	t := record.LookupTemplate(r.Template)
	out := &shownRecord{ID: r.ID, Revision: r.Revision, Template: r.Template, Name: r.Name, Title: r.Title,
		Owner: r.Owner, Fields: []shownField{}, Tags: append([]string{}, r.Tags...), Notes: r.Notes,
		Attachments: []shownAttachment{}, Created: r.Created, Updated: r.Updated, Trashed: r.Trashed}
	for _, f := range r.InOrder(t) {
		kind := record.TypeOf(t, f)
		s := shownField{Key: f.Key, Type: kind, Hidden: kind.Secret() && !reveal}
		if len(f.Codes) > 0 {
			s.Count, s.Unused = len(f.Codes), record.Unused(f.Codes)
		}
		if !s.Hidden {
			s.Codes = f.Codes
			if len(f.Codes) == 0 {
				s.Value = &f.Value
			}
		}
		out.Fields = append(out.Fields, s)
	}
	for _, at := range r.Attachments {
		out.Attachments = append(out.Attachments, shownAttachment{at.Name, at.Size, at.SHA256})
	}
	return out
}

// saveAttachments writes the attached files into a folder, none over another.
func (a *app) saveAttachments(s *store.Store, r *record.Record, dir string) error {
	if len(r.Attachments) == 0 {
		return &failure{status: statusNotFound, code: "no_attachment",
			what: said(lang.T("the record %q has no attached files", "「%s」に添付ファイルはありません"), r.Name)}
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	for _, at := range r.Attachments {
		data, err := s.Attachment(at.ID)
		if err != nil {
			return err
		}
		path := filepath.Join(dir, filepath.Base(filepath.Clean("/"+at.Name)))
		f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return err
		}
		_, err = f.Write(data)
		if err := errors.Join(err, f.Close()); err != nil {
			return err
		}
		a.say(lang.T("written: %s", "書き出しました: %s"), a.shortPath(path))
	}
	return nil
}
