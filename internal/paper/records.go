package paper

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"image/jpeg"
	"maps"
	"slices"
	"strings"
	"time"

	"memovault/internal/lang"
	"memovault/internal/record"
	"memovault/internal/term"
)

// Options say how records are put on paper.
type Options struct {
	Made  time.Time // the day on the sheet, in its own time zone
	Vault record.ID // goes into the sheet's number

	// Program is what the program is called here, for the commands on the sheet.
	Program string

	// WithSecrets prints passwords, hints and authenticator secrets too. Without
	// it there is a blank in their place. Product keys and codes are always
	// printed: they are what paper is for.
	WithSecrets bool

	// Named returns the record with a name, also one that lies in the trash, so
	// that a reference says whom or what it means; nil if there is none. It may be
	// nil itself.
	Named func(name string) *record.Record

	// Photos returns an attachment as an upright JPEG, nil if it is no picture or
	// was not asked for. It may be nil itself.
	Photos func(r *record.Record, at record.Attachment) []byte

	KeptAt string // where the sheet will be, if that is known
}

// Records returns the sheet of the records, in the order given.
func Records(l lang.Lang, list []*record.Record, o Options) *Doc {
	b := &sheet{l: l, o: o}
	for i, r := range list {
		if len(list) > 1 {
			b.number = i + 1
		}
		b.record(r)
	}
	b.legend()
	b.add(Room{Label: b.say(lang.T("notes by hand", "書き込み欄")), Lines: 3})
	b.keeping()
	b.add(Para{b.say(lang.T(`Beside each name stands its revision. Where "%s history NAME" shows a later one, this paper is out of date: print a new one, then shred this one.`,
		"名前の右にあるのは版の番号です。「%s history 名前」でもっと新しい版が出るときは、この用紙は古くなっています。新しく印刷してから、こちらを裁断してください。"), o.Program)})
	return b.doc(lang.T("Account recovery sheet", "アカウント復旧用紙"), SheetNumber(list, o),
		lang.T("SECRET: keep this locked away. Never photograph it or put it into a cloud.", "秘密: 鍵のかかる所にしまい、写真に撮ったりクラウドに上げたりしないでください。"))
}

// doc is the sheet with what was added so far.
func (b *sheet) doc(title lang.Text, number string, warning lang.Text) *Doc {
	d := &Doc{Lang: b.l, Title: b.say(title), Made: b.o.Made, Sheet: number, Blocks: b.blocks}
	if number != "" {
		d.Mark = markPrefix + number
	}
	if warning.EN != "" {
		d.Warning = b.say(warning)
	}
	return d
}

// markPrefix stands before a sheet's number in its Mark.
const markPrefix = "memovault:sheet:"

// keeping is where the paper is and who looked at it last.
func (b *sheet) keeping() {
	blanks := []string{b.say(lang.T("last checked", "確かめた日")), b.say(lang.T("checked by", "確かめた人"))}
	label := b.say(lang.T("kept at", "保管場所"))
	if b.o.KeptAt != "" {
		b.add(Field{Label: label, Value: shown(b.o.KeptAt)})
	} else {
		blanks = append([]string{label}, blanks...)
	}
	b.add(Blanks{blanks})
}

// SheetNumber returns the number that tells sheets apart, such as 3C7A-F18E:
// the first 32 bits of the SHA-256 of the vault's id, the day, whether secrets
// are printed, and each record's id and revision (eight bytes, the largest
// first). The same content printed twice in a day has the same number.
func SheetNumber(list []*record.Record, o Options) string { return sheetNumber("", list, o) }

// sheetNumber is SheetNumber for a sheet of another kind, so that two kinds of
// the same records have two numbers.
func sheetNumber(kind string, list []*record.Record, o Options) string {
	h := sha256.New()
	h.Write(o.Vault[:])
	fmt.Fprintf(h, "%s %t%s\n", o.Made.Format(time.DateOnly), o.WithSecrets, kind)
	for _, r := range list {
		h.Write(r.ID[:])
		h.Write(binary.BigEndian.AppendUint64(nil, r.Revision))
	}
	sum := h.Sum(nil)
	return fmt.Sprintf("%X-%X", sum[:2], sum[2:4])
}

// Withheld counts the values that Records prints only with Options.WithSecrets.
func Withheld(list []*record.Record) int {
	n := 0
	for _, r := range list {
		t := record.LookupTemplate(r.Template)
		for i := range r.Fields {
			if f := &r.Fields[i]; !isEmpty(f) && withheld(record.TypeOf(t, f)) {
				n++
			}
		}
	}
	return n
}

// withheld reports whether values of the type stay off paper unless somebody
// asks for them: whoever finds the sheet would not only know of the account but
// be in it.
func withheld(t record.Type) bool {
	return t == record.TypeHint || t.Secret() && !grouped(t)
}

func isEmpty(f *record.Field) bool { return f.Value == "" && len(f.Codes) == 0 }

// A sheet is a Doc in the making.
type sheet struct {
	l      lang.Lang
	o      Options
	blocks []Block
	codes  strings.Builder // the characters of all keys and codes, for the legend
	groups bool            // some value is printed in groups it does not have
	number int             // of the next record; 0 if there is only one
}

func (b *sheet) add(block Block) { b.blocks = append(b.blocks, block) }

func (b *sheet) say(t lang.Text, args ...any) string { return t.Sprintf(b.l, args...) }

// field adds a value in prose, if there is one. The args are of the label.
func (b *sheet) field(label lang.Text, value string, args ...any) {
	if value != "" {
		b.add(Field{Label: term.Sanitize(b.say(label, args...)), Value: shown(value)})
	}
}

// shown makes a stored value fit to be printed.
func shown(value string) string {
	return term.SanitizeLines(strings.ReplaceAll(value, "\t", "    "))
}

func (b *sheet) record(r *record.Record) {
	t := record.LookupTemplate(r.Template)
	kind := r.Template
	if t != nil {
		kind = t.Label.In(b.l)
	}
	b.add(Heading{Text: term.Sanitize(r.Name), Number: b.number,
		Note: b.say(lang.T("%s, rev %d", "%s・第 %d 版"), term.Sanitize(kind), r.Revision)})
	b.field(lang.T("title", "題"), r.Title)
	b.field(lang.T("owner", "持ち主"), r.Owner)
	for _, f := range onPaper(r, t) {
		b.recordField(t, f)
		b.otpCode(r, t, f)
	}
	b.networks(r)
	b.standing(r, t)
	b.field(lang.T("tags", "名札"), strings.Join(r.Tags, ", "))
	b.field(lang.T("notes", "メモ"), r.Notes)
	if r.Verified != nil {
		b.field(lang.T("last confirmed", "確かめた日"), dayOf(r.Verified.In(b.o.Made.Location())))
	}
	for _, at := range r.Attachments {
		b.attachment(r, at)
	}
}

// attachment names an attached file, and prints it if it is a picture and that
// was asked for.
func (b *sheet) attachment(r *record.Record, at record.Attachment) {
	if b.o.Photos != nil {
		if photo := b.o.Photos(r, at); photo != nil {
			if size, err := jpeg.DecodeConfig(bytes.NewReader(photo)); err == nil {
				b.add(Picture{Label: term.Sanitize(at.Name), JPEG: photo, W: size.Width, H: size.Height})
				return
			}
		}
	}
	b.field(lang.T("attached", "添付"), b.say(lang.T("%s (%d KB, kept in the vault)", "%s（%d KB、金庫の中にあります）"), at.Name, (at.Size+1023)/1024))
}

// networks adds a code for each Wi-Fi network whose key may be printed, or that
// has none.
func (b *sheet) networks(r *record.Record) {
	seen := map[string]bool{}
	for _, key := range []string{"ssid", "ssid_2", "guest_ssid"} {
		n, ok := r.Network(key)
		if !ok || seen[n.Name] || n.Key != "" && !b.o.WithSecrets {
			continue
		}
		seen[n.Name] = true
		b.add(QR{Label: b.say(lang.T("Wi-Fi: %s", "Wi-Fi: %s"), term.Sanitize(n.Name)), Text: n.JoinCode(),
			Note: b.say(lang.T("Point the camera of a phone at it to join this network.", "スマートフォンのカメラを向けると、この Wi-Fi につながります。"))})
	}
}

// otpCode adds the code that an authenticator app scans, where secrets are
// printed.
func (b *sheet) otpCode(r *record.Record, t *record.Template, f *record.Field) {
	if record.TypeOf(t, f) != record.TypeOTPAuth || !b.o.WithSecrets {
		return
	}
	address, ok := record.OTPAddress(f.Value, cmp.Or(r.Title, r.Name))
	if !ok {
		return
	}
	b.add(QR{Label: b.say(lang.T("authenticator app: %s", "認証アプリ: %s"), term.Sanitize(r.Name)), Text: address,
		Note: b.say(lang.T("Scan it with an authenticator app to set up this account there once more. Whoever has it makes the same codes.",
			"認証アプリで読み取ると、このアカウントをもう一度登録できます。持っている人は、だれでも同じ番号を出せます。"))})
}

// standing adds where things are kept and the ways back in that the owner added:
// whoever holds the sheet knows where to look next.
func (b *sheet) standing(r *record.Record, t *record.Template) {
	for _, key := range slices.Sorted(maps.Keys(r.Kept)) {
		label := record.SayAtom(key, t, r)
		b.field(lang.T("kept: %s", "%sのある所"), record.SayPlaces(r.Kept[key]).In(b.l), label)
	}
	for i := range r.Ways {
		w := &r.Ways[i]
		if w.Off {
			continue
		}
		value := record.SayNeeds(w.Needs, t, r).In(b.l)
		if w.Label.EN != "" {
			value = b.say(lang.T("%s: %s", "%s: %s"), w.Label.Text, value)
		}
		b.field(lang.T("way back", "戻る方法"), value)
	}
}

// onPaper returns the fields that have a value and belong on paper, in the order
// of the template, then the others.
func onPaper(r *record.Record, t *record.Template) []*record.Field {
	return slices.DeleteFunc(r.InOrder(t), func(f *record.Field) bool {
		spec := t.Spec(f.Key)
		return isEmpty(f) || spec != nil && !spec.Paper
	})
}

func (b *sheet) recordField(t *record.Template, f *record.Field) {
	label := term.Sanitize(record.Label(t, f).In(b.l))
	kind := record.TypeOf(t, f)
	switch {
	case len(f.Codes) > 0:
		b.codeList(label, f.Codes)
	case withheld(kind) && !b.o.WithSecrets:
		b.add(Field{Label: label, Style: Blank, Note: b.say(lang.T("(not printed)", "（印刷していません）"))})
	case kind == record.TypeCodes && record.SaysNone(f.Value):
		b.add(Field{Label: label, Value: shown(f.Value)})
	case kind.Secret():
		b.exact(label, kind, f.Value)
	case kind == record.TypeRef:
		b.add(Field{Label: label, Value: shown(b.reference(f.Value))})
	case kind == record.TypeChoice:
		b.add(Field{Label: label, Value: shown(b.choice(t.Spec(f.Key), f.Value))})
	case (typed(kind) || kind == record.TypeText && looksTyped(f.Value)) && !record.SaysNone(f.Value):
		b.add(Field{Label: label, Value: shown(f.Value), Style: Exact})
	default:
		b.add(Field{Label: label, Value: shown(f.Value)})
	}
}

// typed reports whether values of the type are typed somewhere letter by letter.
func typed(t record.Type) bool {
	return t == record.TypeEmail || t == record.TypePhone || t == record.TypeURL
}

// looksTyped reports whether a text is a number, a model, an address or the name
// of a network rather than words: without spaces, with a digit or an @, ASCII
// alone. There 0 and O must look different.
func looksTyped(value string) bool {
	return strings.ContainsAny(value, "0123456789@") && strings.IndexFunc(value, func(c rune) bool { return c <= ' ' || c > '~' }) < 0
}

// codeList adds codes with their boxes.
func (b *sheet) codeList(label string, codes []record.Code) {
	block := Codes{Label: label}
	for _, c := range codes {
		used := c.Used
		if used == record.UsedUnknown {
			used = b.say(lang.T("used", "使用済み"))
		}
		block.List = append(block.List, Code{Code: b.group(c.Code),
			Check: Check(record.TypeCodes, c.Code), Used: term.Sanitize(used)})
	}
	b.add(block)
}

// group writes a key or code in groups and remembers its characters.
func (b *sheet) group(code string) string {
	b.codes.WriteString(code)
	s := spaced(code)
	b.groups = b.groups || s != code
	return term.Sanitize(s)
}

// exact adds a key or a password.
func (b *sheet) exact(label string, kind record.Type, value string) {
	f := Field{Label: label, Style: Exact, Check: Check(kind, value)}
	if grouped(kind) {
		f.Value = b.group(value)
	} else {
		b.codes.WriteString(value)
		f.Value = term.SanitizeLines(value)
		f.Note = b.hiddenSpaces(value)
	}
	b.add(f)
}

// hiddenSpaces says of a password what paper does not show.
func (b *sheet) hiddenSpaces(value string) string {
	if strings.TrimSpace(value) == value && !strings.Contains(value, "  ") && len(value) <= 40 {
		return ""
	}
	if n := strings.Count(value, " "); n > 0 {
		return b.say(lang.T("(holds %d spaces)", "（空白が %d 個あります）"), n)
	}
	return ""
}

// reference says which record is meant: its name, its title, and the address or
// the number that it is about.
func (b *sheet) reference(name string) string {
	if b.o.Named == nil || name == "" || record.SaysNone(name) {
		return name
	}
	r := b.o.Named(name)
	switch {
	case r == nil:
		return b.say(lang.T("%s (there is no such record)", "%s（この名前の記録はありません）"), name)
	case r.Trashed != nil:
		return b.say(lang.T("%s (in the trash)", "%s（ごみ箱にあります）"), name)
	}
	var more []string
	for _, one := range append([]string{r.Title}, contactsOf(r)...) {
		if one != "" && one != name && !slices.Contains(more, one) {
			more = append(more, one)
		}
	}
	if len(more) == 0 {
		return name
	}
	return b.say(lang.T("%s (%s)", "%s（%s）"), name, strings.Join(more, b.say(lang.T(", ", "、"))))
}

// contactsOf are what a record is about that another one needs to know: what one
// signs in with, an address, a number, a place.
func contactsOf(r *record.Record) []string {
	var list []string
	t := record.LookupTemplate(r.Template)
	for _, role := range []record.Role{record.RoleLogin, record.RoleAddress, record.RoleNumber, record.RoleDomain} {
		for _, spec := range t.With(role) {
			if f := r.Field(spec.Key); f != nil && !spec.Type.Secret() && spec.Type != record.TypeRef && !unanswered(f) {
				list = append(list, f.Value)
			}
		}
	}
	if r.Template == record.PlaceTemplate {
		for _, key := range []string{"address", "spot"} {
			if f := r.Field(key); f != nil && !unanswered(f) {
				list = append(list, f.Value)
			}
		}
	}
	return list
}

// unanswered reports whether a field says nothing, or that there is none.
func unanswered(f *record.Field) bool { return isEmpty(f) || record.SaysNone(f.Value) }

func (b *sheet) choice(s *record.Spec, value string) string {
	if s != nil {
		if o := s.Option(value); o != nil {
			return o.Label.In(b.l)
		}
	}
	return value
}

// alike are the sets of characters that are taken for one another in print.
var alike = []struct {
	chars string
	names []lang.Text
}{
	{"0Oo", []lang.Text{lang.T("zero", "ゼロ"), lang.T("capital o", "大文字のオー"), lang.T("small o", "小文字のオー")}},
	{"1lI", []lang.Text{lang.T("one", "数字の一"), lang.T("small L", "小文字のエル"), lang.T("capital i", "大文字のアイ")}},
	{"5S", []lang.Text{lang.T("five", "数字の五"), lang.T("capital s", "大文字のエス")}},
	{"8B", []lang.Text{lang.T("eight", "数字の八"), lang.T("capital b", "大文字のビー")}},
	{"2Z", []lang.Text{lang.T("two", "数字の二"), lang.T("capital z", "大文字のゼット")}},
}

// legend explains what keys and codes on this sheet need explained.
func (b *sheet) legend() {
	printed := b.codes.String()
	if printed == "" {
		return
	}
	block := Legend{Title: b.say(lang.T("How to read keys and codes", "キーやコードの読み方"))}
	for _, set := range alike {
		if !strings.ContainsAny(printed, set.chars) {
			continue
		}
		var glyphs []Glyph
		for i, c := range set.chars {
			glyphs = append(glyphs, Glyph{string(c), set.names[i].In(b.l)})
		}
		block.Alike = append(block.Alike, glyphs)
	}
	block.Notes = append(block.Notes, b.say(lang.T("The two letters behind a key or code are its check letters; they are not part of it.",
		"キーやコードの右の 2 文字は、写し間違いに気づくための「確かめの文字」です。キーやコードの一部ではありません。")))
	if b.groups {
		block.Notes = append(block.Notes, b.say(lang.T("Spaces within a key or code are for reading only; they need not be typed.",
			"キーやコードの途中の空白は、読みやすくするためのものです。打たなくてかまいません。")))
	}
	if strings.ContainsFunc(printed, func(c rune) bool { return c >= 'a' && c <= 'z' }) {
		block.Notes = append(block.Notes, b.say(lang.T("Capital and small letters matter.", "大文字と小文字は区別してください。")))
	}
	b.add(block)
}

// dayOf is a date as both languages write it.
func dayOf(t time.Time) string { return t.Format(time.DateOnly) }
