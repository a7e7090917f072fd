package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"memovault/internal/lang"
	"memovault/internal/record"
	"memovault/internal/store"
	"memovault/internal/term"
)

// showOptions say what of a record is shown, and where. An empty key means that
// the option was not given, ourChoice that it came without a key.
type showOptions struct {
	reveal, json, osc52  bool
	field, save          string
	otp, nextCode        string
	copy, qr             string
	clearAfter, revision uint64
}

func (a *app) newShow() *cobra.Command {
	var o showOptions
	cmd := a.command(spec{
		name: "show", args: lang.T("NAME [KEY...]", "名前 [項目...]"), group: "notes",
		short: lang.T("show a record, its secrets hidden", "1 件を見る（秘密の部分は隠す）"),
		long: lang.T(`Shows a record, or those of its fields that are named. Keys, codes and other
secrets are hidden unless --reveal is given; --field prints one value and nothing
else, for a script.

--copy puts a value on the clipboard and takes it off again after 30 seconds, if
nothing else was copied since. Where the desktop has a mark for secrets it is
set, so that clipboard histories leave it out: on Windows, and on Wayland with a
new wl-copy; X11 and macOS have none to set here.

--qr draws a code for a phone to read: an authenticator's secret, a Wi-Fi network
to join, or any other field. --qr=all is the whole record as text, or those of its
fields that you name.`,
			`記録を 1 件、または指定した項目だけを表示します。キーやコードなど秘密の部分は隠します（--reveal で
見えます）。--field は、その項目の値だけをそのまま出します（スクリプト向け）。

--copy は値をクリップボードに入れ、30 秒後に、中身が変わっていなければ消します。秘密の印を付けられる
環境（Windows と、新しい wl-copy のある Wayland）では印を付け、クリップボードの履歴に残らないようにします。
X11 と macOS では、印を付けられません。

--qr は、スマートフォンで読み取る QR コードを表示します。認証アプリの鍵、Wi-Fi への接続、
そのほかの項目に使えます。--qr=all は記録をまるごと（項目を続けて書けばその項目だけ）文字にしたものです。`),
		examples: []example{
			{"show office", lang.T("secrets hidden", "秘密は隠して")},
			{"show office --reveal", lang.T("with everything, e.g. to type a key", "全部見せる（キーを打ち込むときなど）")},
			{"show office --copy product_key", lang.T("the key to the clipboard, for 30 seconds", "キーを 30 秒間クリップボードに")},
			{"show google --otp", lang.T("the authenticator's code of this moment", "認証アプリの今のコード")},
			{"show google --next-code", lang.T("the next unused recovery code", "次の未使用の回復用コード")},
			{"show wifi --qr", lang.T("let a phone join the network", "スマートフォンを Wi-Fi につなぐ QR コード")},
			{"show office --qr=all", lang.T("the whole record for a phone to read", "記録をまるごと、スマートフォンで読み取る")},
			{"show office --field product_key", lang.T("only the key, for a script", "キーだけ（スクリプト向け）")},
			{"show office --save photos", lang.T("write the attached files into a folder", "添付ファイルをフォルダーに書き出す")},
		},
	})
	f := cmd.Flags()
	f.BoolVar(&o.reveal, "reveal", false, a.text(lang.T("show secrets too", "秘密の部分も見せる")))
	f.StringVar(&o.field, "field", "", a.text(lang.T("only the value of the field `KEY`", "この`項目`の値だけ")))
	f.StringVar(&o.otp, "otp", "", a.text(lang.T("the current code of the authenticator in `[KEY]`", "認証アプリ（`[項目]`）の今のコード")))
	f.StringVar(&o.nextCode, "next-code", "", a.text(lang.T("the next unused of the codes in `[KEY]`; then asks whether it was used", "コード（`[項目]`）の次の未使用のもの。使ったかどうかをあとで聞く")))
	f.StringVar(&o.copy, "copy", "", a.text(lang.T("put `[KEY]`, else the only secret, on the clipboard for a while", "`[項目]`（省略すると唯一の秘密）を、しばらくクリップボードに入れる")))
	f.Uint64Var(&o.clearAfter, "clear-after", clearAfter, a.text(lang.T("take a copy off after so many `SECONDS` (30; 0: leave it)", "コピーを消すまでの`秒数`（省略すると 30、0 なら消さない）")))
	f.BoolVar(&o.osc52, "osc52", false, a.text(lang.T("with --copy: hand the value to the terminal instead (OSC 52)", "--copy で、代わりに端末に渡す（OSC 52）")))
	f.StringVar(&o.qr, "qr", "", a.text(lang.T("draw `[KEY]` as a QR code on the terminal; all is the whole record", "`[項目]`を QR コードにして端末に表示する（all なら記録をまるごと）")))
	f.Uint64Var(&o.revision, "revision", 0, a.text(lang.T("as it was in revision `N` (see history)", "この`番号`の版の内容（history を参照）")))
	f.StringVar(&o.save, "save", "", a.text(lang.T("write attached files into the folder `DIR`", "添付ファイルを`フォルダー`に書き出す")))
	f.BoolVar(&o.json, "json", false, a.text(lang.T("as JSON (secrets only with --reveal)", "JSON で出す（秘密は --reveal のときだけ）")))
	for _, name := range []string{"otp", "next-code", "copy", "qr"} {
		f.Lookup(name).NoOptDefVal = ourChoice
	}
	cmd.Args = a.argsBetween(1, -1)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := a.checkShow(cmd, &o, args[1:]); err != nil {
			return err
		}
		return a.runShow(o, args[0], args[1:])
	}
	return cmd
}

func (a *app) runShow(o showOptions, name string, keys []string) error {
	s, err := a.openVault()
	if err != nil {
		return err
	}
	r, err := a.readRevision(s, name, o.revision)
	if err != nil {
		return err
	}
	if keys, err = a.fieldKeys(r, keys); err != nil {
		return err
	}
	switch {
	case o.save != "":
		return a.saveAttachments(s, r, o.save)
	case o.wantsValue():
		return a.showValue(s, r, o, keys)
	case o.field != "":
		return a.showField(r, o.field)
	case o.json:
		return a.writeJSON(struct {
			Schema int          `json:"schema"`
			Record *shownRecord `json:"record"`
		}{1, shownOf(r, o.reveal, keys)})
	}
	return a.showRecord(r, o.reveal, keys)
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
		next: []words{said(lang.T("which there are: %s history %s", "版の一覧: %s history %s"), a.call(), shellWord(c.Name))}}
}

// showField prints a bare value, codes one a line.
func (a *app) showField(r *record.Record, typed string) error {
	key := fieldNamed(record.LookupTemplate(r.Template), r, typed)
	f := r.Field(key)
	if f == nil {
		value := map[string]string{"title": r.Title, "owner": r.Owner, "notes": r.Notes}[key]
		if value == "" {
			return a.noField(r, typed)
		}
		f = &record.Field{Key: key, Value: value}
	}
	return a.writeBare(plainValue(f))
}

// plainValue is the value of a field, or its unused codes one a line.
func plainValue(f *record.Field) string {
	if len(f.Codes) == 0 {
		return f.Value
	}
	var unused []string
	for _, c := range f.Codes {
		if c.Used == "" {
			unused = append(unused, c.Code)
		}
	}
	return strings.Join(unused, "\n")
}

// showRecord prints a record for a person, or those of its fields that have one
// of the keys.
func (a *app) showRecord(r *record.Record, reveal bool, keys []string) error {
	t := record.LookupTemplate(r.Template)
	rows := a.fieldRows(r, t, reveal, keys)
	var b strings.Builder
	if len(keys) == 0 {
		about := fmt.Sprintf("  (%s, %s)", term.Sanitize(a.kind(r.Template)), a.day(r.Updated))
		name := term.Sanitize(r.Name)
		for i, line := range a.wrapped(name+about, 0) {
			if rest, ok := strings.CutPrefix(line, name); ok && i == 0 {
				line = a.paint(paintHead, name) + rest
			}
			b.WriteString(line + "\n")
		}
	}
	a.writeRows(&b, rows)
	if _, err := io.WriteString(a.out, b.String()); err != nil {
		return err
	}
	if slices.ContainsFunc(rows, func(r row) bool { return r.hidden }) {
		a.say(lang.T("to see all of it: %s show %s --reveal", "全部見るには: %s show %s --reveal"), a.call(), shellWord(r.Name))
	}
	if !reveal && slices.ContainsFunc(rows, func(r row) bool { return r.kind == record.TypeOTPAuth }) {
		a.say(lang.T("the authenticator's code: %s show %s --otp", "認証アプリのコード: %s show %s --otp"), a.call(), shellWord(r.Name))
	}
	return nil
}

// A row is one line of a shown record; its value may go over several.
type row struct {
	label, value string
	kind         record.Type
	hidden       bool
}

// minValue is the fewest columns that values are put into beside their labels.
const minValue = 24

// writeRows writes rows in two columns, or each value below its label where the
// window is narrow.
func (a *app) writeRows(b *strings.Builder, rows []row) {
	widest := 0
	for _, row := range rows {
		widest = max(widest, term.Width(row.label))
	}
	const indent, gap = 2, 2
	cols := a.columns()
	below := cols > 0 && cols-indent-widest-gap < minValue
	for _, row := range rows {
		if below {
			a.writeHanging(b, indent, row.label)
			for _, line := range row.lines(cols - 2*indent - 1) {
				b.WriteString(strings.Repeat(" ", 2*indent) + line + "\n")
			}
			continue
		}
		head := strings.Repeat(" ", indent) + term.PadRight(row.label, widest)
		for _, line := range row.lines(cols - indent - widest - gap - 1) {
			b.WriteString(strings.TrimRight(head+strings.Repeat(" ", gap)+line, " ") + "\n")
			head = strings.Repeat(" ", indent+widest)
		}
	}
}

// lines breaks the value into rows of cols columns; there is no limit below 1.
// What is copied or typed as a whole is never broken by us: where the window is
// too narrow the terminal goes on in the next row, and what is copied from
// there is in one piece.
func (r row) lines(cols int) []string {
	if cols < 1 || r.kind.Folded() || r.kind.Secret() && !r.hidden {
		return strings.Split(r.value, "\n")
	}
	return term.Wrap(r.value, cols)
}

// fieldRows lays out everything a record holds, in its template's order, or the
// fields with one of the keys.
func (a *app) fieldRows(r *record.Record, t *record.Template, reveal bool, keys []string) []row {
	var rows []row
	add := func(key string, kind record.Type, label lang.Text, value string, hidden bool) {
		if value != "" && (len(keys) == 0 || slices.Contains(keys, key)) {
			rows = append(rows, row{term.Sanitize(a.text(label)), term.SanitizeLines(value), kind, hidden})
		}
	}
	add("title", record.TypeText, lang.T("title", "題"), r.Title, false)
	add("owner", record.TypeText, lang.T("owner", "持ち主"), r.Owner, false)
	for _, f := range r.InOrder(t) {
		value, hidden := a.shownValue(t, f, reveal)
		add(f.Key, record.TypeOf(t, f), record.Label(t, f), value, hidden)
	}
	add("tags", record.TypeText, lang.T("tags", "名札"), strings.Join(r.Tags, ", "), false)
	add("notes", record.TypeMultiline, lang.T("notes", "メモ"), r.Notes, false)
	for _, at := range r.Attachments {
		add("attached", record.TypeText, lang.T("attached", "添付"), fmt.Sprintf("%s (%d KB)", at.Name, (at.Size+1023)/1024), false)
	}
	for _, one := range a.standingRows(r, t) {
		add(one.key, record.TypeText, one.label, one.value, false)
	}
	if r.Trashed != nil {
		add("trashed", record.TypeText, lang.T("in the trash since", "ごみ箱に入れた日"), r.Trashed.In(a.now.Location()).Format(time.DateOnly), false)
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
		value = record.Mask(kind, f.Value)
		return value, value != f.Value
	}
	if kind == record.TypeOTPAuth && f.Value != "" {
		return f.Value + a.codeNow(f.Value), false
	}
	return a.choiceLabel(t, f), false
}

// codeNow is a line with the code of this moment, or nothing where the value
// makes none.
func (a *app) codeNow(value string) string {
	code, left, err := record.OTPNow(value, clock())
	if err != nil {
		return ""
	}
	return "\n" + a.text(lang.T("now: %s (for another %d s)", "今のコード: %s（あと %d 秒）"), code, seconds(left))
}

func (a *app) codeLines(codes []record.Code) string {
	lines := make([]string, len(codes))
	for i, c := range codes {
		lines[i] = c.Code
		if c.IsUsed() {
			lines[i] += "  " + a.text(lang.T("(used %s)", "（使用済み %s）"), a.usedDay(c))
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
	shownStanding
	Created time.Time  `json:"created"`
	Updated time.Time  `json:"updated"`
	Trashed *time.Time `json:"trashed"`
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

func shownOf(r *record.Record, reveal bool, keys []string) *shownRecord {
	t := record.LookupTemplate(r.Template)
	out := &shownRecord{ID: r.ID, Revision: r.Revision, Template: r.Template, Name: r.Name, Title: r.Title,
		Owner: r.Owner, Fields: []shownField{}, Tags: append([]string{}, r.Tags...), Notes: r.Notes,
		Attachments: []shownAttachment{}, shownStanding: standingOf(r), Created: r.Created, Updated: r.Updated, Trashed: r.Trashed}
	for _, f := range r.InOrder(t) {
		if len(keys) > 0 && !slices.Contains(keys, f.Key) {
			continue
		}
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

// fileNames returns a name of its own for each attached file, to be saved under:
// of two that are called alike, the second has -2 before its ending.
func fileNames(attached []record.Attachment) []string {
	names := make([]string, len(attached))
	taken := map[string]bool{}
	for i, at := range attached {
		name := filepath.Base(filepath.Clean("/" + at.Name))
		ending := filepath.Ext(name)
		names[i] = name
		for n := 2; taken[lang.Fold(names[i])]; n++ {
			names[i] = fmt.Sprintf("%s-%d%s", strings.TrimSuffix(name, ending), n, ending)
		}
		taken[lang.Fold(names[i])] = true
	}
	return names
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
	names := fileNames(r.Attachments)
	for i, at := range r.Attachments {
		if !s.HasAttachment(at.ID) {
			a.warnMissingFile(r, at)
			continue
		}
		data, err := s.Attachment(at.ID)
		if err != nil {
			return err
		}
		path := filepath.Join(dir, names[i])
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
