package paper

import (
	"bytes"
	"image"
	"image/jpeg"
	"slices"
	"strings"
	"testing"

	"memovault/internal/lang"
	"memovault/internal/page"
	"memovault/internal/record"
)

// fieldOf is the field with the label.
func fieldOf(t *testing.T, d *Doc, label string) Field {
	t.Helper()
	for _, block := range d.Blocks {
		if f, ok := block.(Field); ok && f.Label == label {
			return f
		}
	}
	t.Fatalf("there is no field %q", label)
	return Field{}
}

// Every field that belongs on paper is on its form, in the template's order, with
// room for its kind of answer and what helps to answer.
func TestBlankForms(t *testing.T) {
	for _, tpl := range record.Templates() {
		for _, l := range []lang.Lang{lang.EN, lang.JA} {
			d := BlankForm(l, BlankForms{Made: day, Program: "vault", Templates: []*record.Template{tpl}})
			var labels []string
			for _, block := range d.Blocks {
				if f, ok := block.(Field); ok {
					labels = append(labels, f.Label)
				}
			}
			var want []string
			for i := range tpl.Fields {
				if tpl.Fields[i].Paper {
					want = append(want, tpl.Fields[i].Label.In(l))
				}
			}
			if !slices.Equal(labels[1:], want) {
				t.Errorf("%s in %v: fields %q, want %q", tpl.Name, l, labels[1:], want)
			}
			if text := ungapped(render(t, d)); !strings.Contains(text, "vaultadd"+ungapped(tpl.Name)) {
				t.Errorf("%s in %v does not say how it is entered", tpl.Name, l)
			}
		}
	}
	office := BlankForm(lang.JA, BlankForms{Made: day, Program: "vault", Templates: blankTemplates("office", "device")})
	if f := fieldOf(t, office, "プロダクトキー"); f.Boxes != 25 || f.Group != 5 || f.Style != Blank {
		t.Errorf("a product key has %d boxes in groups of %d", f.Boxes, f.Group)
	}
	if f := fieldOf(t, office, "BitLocker 回復キー"); f.Boxes != 48 || f.Group != 6 {
		t.Errorf("a BitLocker key has %d boxes in groups of %d", f.Boxes, f.Group)
	}
	if f := fieldOf(t, office, "キーは初回だけ有効"); f.Style != Prose || !strings.HasPrefix(f.Value, "□ はい    □ いいえ") {
		t.Errorf("a choice is %+v", f)
	}
	if f := fieldOf(t, office, "登録したメールアドレス"); !strings.HasSuffix(f.Note, "。例: hanako@example.jp") {
		t.Errorf("the help is %q", f.Note)
	}
	if n := slices.IndexFunc(office.Blocks, func(b Block) bool { _, ok := b.(PageBreak); return ok }); n < 0 || office.Sheet != "" || office.Mark != "" {
		t.Error("two forms are on one page, or have a number as if they said something")
	}
}

// A box and its answer stand on one line, on every kind of sheet.
func TestAnswersStayWithTheirBoxes(t *testing.T) {
	for _, l := range []lang.Lang{lang.EN, lang.JA} {
		d := BlankForm(l, BlankForms{Made: day, Program: "vault", Templates: blankTemplates("office", "isp", "device")})
		want := 0
		for _, block := range d.Blocks {
			if f, ok := block.(Field); ok {
				want += len(options(f.Value))
				for _, one := range options(f.Value) {
					if got := render(t, d); len([]rune(one)) < 20 && !strings.Contains(got, one) {
						t.Errorf("%v: %q is broken in the text", l, one)
					}
				}
			}
		}
		for _, large := range []bool{false, true} {
			boxes := 0
			for _, p := range Set(d, Format{Large: large}).Pages {
				for _, m := range p.Marks() {
					boxes += strings.Count(m.Text, tickBox)
					if strings.HasSuffix(strings.TrimSpace(m.Text), "□") {
						t.Errorf("%v, large %v: a line ends in a box: %q", l, large, m.Text)
					}
					if strings.Contains(m.Text, tickBox) && !strings.HasPrefix(m.Text, tickBox) {
						t.Errorf("%v, large %v: a line begins within an answer: %q", l, large, m.Text)
					}
				}
			}
			if boxes != want || want == 0 {
				t.Errorf("%v, large %v: %d boxes, not %d", l, large, boxes, want)
			}
		}
	}
}

// qrCodes are what would be scanned.
func qrCodes(d *Doc) (texts []string) {
	for _, block := range d.Blocks {
		if q, ok := block.(QR); ok {
			texts = append(texts, q.Text)
		}
	}
	return texts
}

func TestCodesToScan(t *testing.T) {
	o := Options{Made: day, Vault: idOf(7), Program: "vault", Named: named}
	if got := qrCodes(Records(lang.EN, allKinds(), o)); len(got) > 0 {
		t.Errorf("without secrets: %q", got)
	}
	o.WithSecrets = true
	want := []string{"WIFI:T:WPA;S:yamada-5G;P:correct horse battery staple;;", "WIFI:T:WPA;S:yamada-guest;P:guest-key-2026;;", "otpauth://totp/github?secret=JBSWY3DPEHPK3PXP"}
	if got := qrCodes(Records(lang.EN, allKinds(), o)); !slices.Equal(got, want) {
		t.Errorf("with secrets: %q, want %q", got, want)
	}
	open := wifi()
	open.Remove("wifi_key")
	open.Remove("guest_ssid")
	o.WithSecrets = false
	if got := qrCodes(Records(lang.JA, []*record.Record{open}, o)); !slices.Equal(got, []string{"WIFI:T:nopass;S:yamada-5G;;"}) {
		t.Errorf("a network without a key: %q", got)
	}
	if got := qrCodes(RecoveryKey(lang.JA, vaultKey())); !slices.Equal(got, []string{vaultKey().Key}) {
		t.Errorf("the recovery key: %q", got)
	}
}

func TestPhotosAndPlaces(t *testing.T) {
	var photo bytes.Buffer
	if err := jpeg.Encode(&photo, image.NewGray(image.Rect(0, 0, 40, 20)), nil); err != nil {
		t.Fatal(err)
	}
	o := Options{Made: day, Vault: idOf(7), Program: "vault", KeptAt: "貸金庫", Photos: func(r *record.Record, at record.Attachment) []byte {
		if at.Name == "card.jpg" {
			return photo.Bytes()
		}
		return []byte("no picture at all")
	}}
	r := office()
	r.Attachments = append(r.Attachments, record.Attachment{ID: idOf(8), Name: "terms.pdf", Size: 2048})
	d := Records(lang.JA, []*record.Record{r}, o)
	i := slices.IndexFunc(d.Blocks, func(b Block) bool { _, ok := b.(Picture); return ok })
	if i < 0 {
		t.Fatal("the photograph is not on the sheet")
	}
	if p := d.Blocks[i].(Picture); p.Label != "card.jpg" || p.W != 40 || p.H != 20 || !bytes.Equal(p.JPEG, photo.Bytes()) {
		t.Errorf("the photograph is %q, %d × %d", p.Label, p.W, p.H)
	}
	text := render(t, d)
	for _, part := range []string{"terms.pdf（2 KB、金庫の中にあります）", "貸金庫", "書き込み欄"} {
		if !strings.Contains(text, part) {
			t.Errorf("%q is missing in\n%s", part, text)
		}
	}
	if d.Mark != "memovault:sheet:"+d.Sheet {
		t.Errorf("the mark is %q, the number %q", d.Mark, d.Sheet)
	}
}

// The key that opens everything is one sheet of any paper.
func TestRecoveryKeyIsOneSheet(t *testing.T) {
	for _, l := range []lang.Lang{lang.EN, lang.JA} {
		for _, size := range []page.Size{page.A4, page.Letter} {
			if n := len(Set(RecoveryKey(l, vaultKey()), Format{Size: size}).Pages); n != 1 {
				t.Errorf("%v, %v: %d pages", l, size, n)
			}
		}
	}
}
