package chart

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"memovault/internal/lang"
)

// readXML reads a file to its end and returns its texts and how small the
// smallest type is.
func readXML(file []byte) (texts []string, smallest int, err error) {
	smallest = 1 << 30
	d := xml.NewDecoder(bytes.NewReader(file))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return texts, smallest, nil
		}
		if err != nil {
			return nil, 0, err
		}
		switch token := token.(type) {
		case xml.CharData:
			if s := strings.TrimSpace(string(token)); s != "" {
				texts = append(texts, s)
			}
		case xml.StartElement:
			for _, a := range token.Attr {
				if a.Name.Local == "font-size" {
					n, err := strconv.Atoi(a.Value)
					if err != nil {
						return nil, 0, err
					}
					smallest = min(smallest, n)
				}
			}
		}
	}
}

// write returns the files of a map.
func write(t testing.TB, m *Map) (svg, html, dot []byte) {
	t.Helper()
	pic, err := Draw(m)
	if err != nil {
		t.Fatal(err)
	}
	var a, b, c bytes.Buffer
	for _, err := range []error{pic.SVG(&a), pic.HTML(&b), pic.DOT(&c)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return a.Bytes(), b.Bytes(), c.Bytes()
}

// elements that our files may hold; what else appears has broken out of a text.
var ourElements = map[string]bool{"svg": true, "title": true, "desc": true, "g": true, "path": true, "rect": true, "circle": true, "text": true}

// checkSVG reports what is wrong with a file.
func checkSVG(file []byte) error {
	if !utf8.Valid(file) {
		return errors.New("not UTF-8")
	}
	_, smallest, err := readXML(file)
	if err != nil {
		return err
	}
	if smallest < 247 {
		return errors.New("type of " + strconv.Itoa(smallest))
	}
	d := xml.NewDecoder(bytes.NewReader(file))
	for {
		token, err := d.Token()
		if err != nil {
			return nil // it was read to its end above
		}
		if e, ok := token.(xml.StartElement); ok && !ourElements[e.Name.Local] {
			return errors.New("an element " + e.Name.Local)
		}
	}
}

// checkHTML reports tags that a text has brought in.
func checkHTML(file []byte) error {
	if !utf8.Valid(file) {
		return errors.New("not UTF-8")
	}
	ours := " !DOCTYPE html head meta title style body div section h1 h2 p b br ul li table tr th td svg desc g path rect circle text "
	for i, c := range file {
		if c != '<' {
			continue
		}
		name := strings.TrimPrefix(string(file[i+1:min(len(file), i+12)]), "/")
		if end := strings.IndexAny(name, " >"); end >= 0 {
			name = name[:end]
		}
		if !strings.Contains(ours, " "+strings.TrimSuffix(name, "/")+" ") {
			return errors.New("a tag " + name)
		}
	}
	return nil
}

func TestFilesAreWellFormed(t *testing.T) {
	for name, m := range samples() {
		svg, html, _ := write(t, m)
		if err := checkSVG(svg); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if err := checkHTML(html); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if !bytes.Contains(svg, []byte(`lang="`+m.Lang.String()+`"`)) || !bytes.Contains(html, []byte(`<html lang="`+m.Lang.String()+`">`)) {
			t.Errorf("%s does not say its language", name)
		}
	}
}

// TestNamesStandInTheFile holds that a name that is cut in a box is there in
// full all the same.
func TestNamesStandInTheFile(t *testing.T) {
	m := home(lang.JA)
	long := strings.Repeat("ながい名前", 20)
	m.Boxes[0].Name = long
	svg, html, _ := write(t, m)
	texts, _, err := readXML(svg)
	if err != nil {
		t.Fatal(err)
	}
	all := strings.Join(texts, "\n")
	for _, b := range m.Boxes {
		for _, s := range []string{b.Name, b.Note} {
			if !strings.Contains(all, s) {
				t.Errorf("%q is not in the SVG", s)
			}
		}
		if len(b.Locks) > 0 && !strings.Contains(string(html), "<li><b>"+escape(b.Name)) {
			t.Errorf("%q is not in the list of the HTML", b.Name)
		}
	}
	if !strings.Contains(all, "…") {
		t.Error("the long name was not cut")
	}
}

// TestGraphvizReadsDOT asks dot itself.
func TestGraphvizReadsDOT(t *testing.T) {
	dot, err := exec.LookPath("dot")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("dot is not installed")
		}
		t.Skip("dot is not installed: Graphviz does not get to read our files")
	}
	for _, name := range []string{"hostile", "home ja", "crowd 0 en", "crowd 60 en"} {
		m := samples()[name]
		_, _, file := write(t, m)
		cmd := exec.Command(dot, "-Tcanon")
		cmd.Stdin = bytes.NewReader(file)
		var said bytes.Buffer
		cmd.Stderr = &said
		out, err := cmd.Output()
		if err != nil || strings.Contains(said.String(), "syntax") {
			t.Errorf("%s: %v: %s", name, err, said.String())
		}
		if got := bytes.Count(out, []byte("shape=point")); got != waysOf(m) {
			t.Errorf("%s: dot sees %d ways, not %d", name, got, waysOf(m))
		}
	}
}

func waysOf(m *Map) (n int) {
	for _, b := range m.Boxes {
		n += len(b.Ways)
	}
	return n
}

func TestQuote(t *testing.T) {
	for in, want := range map[string]string{
		"a":      `"a"`,
		`a"];b`:  `"a\"];b"`,
		`\N`:     `"\\N"`,
		"a\nb":   `"a\nb"`,
		"&lt;":   `"&amp;lt;"`,
		"\x00\r": "\"\ufffd \"",
	} {
		if got := quote(in); got != want {
			t.Errorf("quote(%q) = %s, not %s", in, got, want)
		}
	}
}

func FuzzNames(f *testing.F) {
	for _, b := range hostile().Boxes[:12] {
		f.Add(b.Name, b.Note)
	}
	f.Fuzz(func(t *testing.T, name, other string) {
		m := &Map{Title: other, Owner: name, Made: day, Remarks: []string{name}, Events: []Event{{Name: other, Locks: []string{name}}}, Boxes: []*Box{
			{ID: "a", Kind: Account, Name: name, Note: other, Group: other, Locks: []string{other}, Ways: []Way{{Label: name, Needs: needs("b")}}},
			{ID: "b", Kind: Memory, Name: other, Note: name, Asks: []string{name}},
		}}
		svg, html, dot := write(t, m)
		if err := checkSVG(svg); err != nil {
			t.Errorf("SVG: %v", err)
		}
		if err := checkHTML(html); err != nil {
			t.Errorf("HTML: %v", err)
		}
		if bytes.Count(dot, []byte("\n")) != bytes.Count(dot, []byte(";\n"))+2 {
			t.Errorf("a name begins a line of the DOT file:\n%s", dot)
		}
		pic, err := Draw(m)
		if err != nil {
			t.Fatal(err)
		}
		for _, what := range checkPage(pic.pages[0], m.Lang) {
			t.Error(what)
		}
	})
}

func TestShorten(t *testing.T) {
	for _, c := range []struct {
		in   string
		room int
		want string
	}{
		{"office", 1000, "office"},
		{"山田花子さんのアカウント", 650, "山田花子さ…"},
		{"山田", 110, "…"},
		{"山田", 50, ""},
		{"葛\U000e0100城市", 300, "葛\U000e0100…"},
		{"e\u0301e\u0301e\u0301e\u0301", 250, "e\u0301e\u0301…"},
	} {
		got := shorten(c.in, 100, false, c.room)
		if got != c.want {
			t.Errorf("shorten(%q, %d) = %q, not %q", c.in, c.room, got, c.want)
		}
		if w := textWidth(got, 100, false); w > c.room {
			t.Errorf("shorten(%q, %d) is %d wide", c.in, c.room, w)
		}
	}
}

func TestWrap(t *testing.T) {
	for _, c := range []struct {
		in   string
		room int
		want string
	}{
		{"one two three", 500, "one two|three"},
		{"とても長い文です", 450, "とても長|い文です"},
		{"short", 900, "short"},
		{"字", 10, "字"},
	} {
		if got := strings.Join(wrap(c.in, 100, c.room), "|"); got != c.want {
			t.Errorf("wrap(%q, %d) = %q, not %q", c.in, c.room, got, c.want)
		}
	}
}

// TestTextsStayOnThePage reads the drawing itself: what the layout promises is
// what was written.
func TestTextsStayOnThePage(t *testing.T) {
	for name, m := range samples() {
		pic, err := Draw(m)
		if err != nil {
			t.Fatal(err)
		}
		for i, p := range pic.pages[:min(len(pic.pages), 8)] {
			var x, size int
			var text, bold, middle bool
			d := xml.NewDecoder(strings.NewReader(pic.pageSVG(i)))
			for {
				token, err := d.Token()
				if err != nil {
					break
				}
				switch token := token.(type) {
				case xml.StartElement:
					text, bold = token.Name.Local == "text", false
					middle = token.Name.Local == "g" && len(token.Attr) == 1 && token.Attr[0].Value == "middle" || text && middle
					for _, a := range token.Attr {
						switch a.Name.Local {
						case "x":
							x, _ = strconv.Atoi(a.Value)
						case "font-size":
							size, _ = strconv.Atoi(a.Value)
						case "font-weight":
							bold = true
						}
					}
				case xml.CharData:
					if end := x + textWidth(string(token), size, bold); text && !middle && (x < p.left || end > p.right) {
						t.Errorf("%s, page %d: %q goes from %d to %d, the page from %d to %d", name, i+1, token, x, end, p.left, p.right)
					}
					text = false
				}
			}
		}
	}
}
