package page

import (
	"bytes"
	"compress/zlib"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"fmt"
	"hash"
	"io"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
)

// Producer is what a PDF says of who wrote it.
const Producer = "memovault"

// PDF writes the book as PDF 1.7 (ISO 32000-1). The same book gives the same
// bytes; the errors are those of w, and that there is no page. A viewer is asked
// to print it in its own size, for the modules of a code are measured. Each
// character extracts as it was typed; control characters are left out.
func (b *Book) PDF(w io.Writer) error {
	if len(b.Pages) == 0 {
		return errNoPages
	}
	p := &pdf{out: w, hash: sha256.New(), subsets: map[*font][]*subset{}, pictures: map[*picture]int{}, packer: zlib.NewWriter(nil)}
	p.raw("%PDF-1.7\n%\xE2\xE3\xCF\xD3\n")
	catalog, tree, info, xmp := p.reserve(), p.reserve(), p.reserve(), p.reserve()
	p.resources = p.reserve()
	var kids []string
	for _, page := range b.Pages {
		kids = append(kids, ref(p.page(page, tree)))
	}
	p.object(tree, fmt.Sprintf("<</Type/Pages/Count %d/Kids[%s]>>", len(kids), strings.Join(kids, " ")))
	p.writeResources()
	p.object(info, b.info())
	p.stream(xmp, "/Type/Metadata/Subtype/XML", b.xmp(), false)
	p.object(catalog, fmt.Sprintf("<</Type/Catalog/Pages %s/Metadata %s/Lang %s"+
		"/ViewerPreferences<</DisplayDocTitle true/PrintScaling/None>>>>", ref(tree), ref(xmp), text16(b.Lang)))
	p.trailer(catalog, info)
	return p.err
}

var errNoPages = errors.New("a document without pages")

// A pdf is a file that is being written.
type pdf struct {
	out       io.Writer
	hash      hash.Hash
	err       error
	size      int64
	offsets   []int64 // of each object; 0 while it is not written
	resources int
	subsets   map[*font][]*subset // the last one of a font has room
	order     []*subset
	pictures  map[*picture]int
	images    []int // objects of pictures, as they came
	packer    *zlib.Writer
}

func (p *pdf) raw(s string) { p.write([]byte(s)) }

func (p *pdf) write(b []byte) {
	if p.err != nil {
		return
	}
	p.hash.Write(b)
	n, err := p.out.Write(b)
	p.size += int64(n)
	p.err = err
}

// reserve returns the number of an object that is written later.
func (p *pdf) reserve() int {
	p.offsets = append(p.offsets, 0)
	return len(p.offsets)
}

func ref(id int) string { return strconv.Itoa(id) + " 0 R" }

func (p *pdf) object(id int, body string) {
	p.offsets[id-1] = p.size
	p.raw(fmt.Sprintf("%d 0 obj\n%s\nendobj\n", id, body))
}

// stream writes an object with data; packed ones are compressed here.
func (p *pdf) stream(id int, dictionary string, data []byte, pack bool) {
	if pack {
		var b bytes.Buffer
		p.packer.Reset(&b)
		p.packer.Write(data) // to memory: no error
		p.packer.Close()
		data, dictionary = b.Bytes(), dictionary+"/Filter/FlateDecode"
	}
	p.offsets[id-1] = p.size
	p.raw(fmt.Sprintf("%d 0 obj\n<<%s/Length %d>>\nstream\n", id, dictionary, len(data)))
	p.write(data)
	p.raw("\nendstream\nendobj\n")
}

func (p *pdf) trailer(catalog, info int) {
	id := hex.EncodeToString(p.hash.Sum(nil)[:16])
	start := p.size
	p.raw(fmt.Sprintf("xref\n0 %d\n0000000000 65535 f \n", len(p.offsets)+1))
	for _, at := range p.offsets {
		p.raw(fmt.Sprintf("%010d 00000 n \n", at))
	}
	p.raw(fmt.Sprintf("trailer\n<</Size %d/Root %s/Info %s/ID[<%s><%s>]>>\nstartxref\n%d\n%%%%EOF\n",
		len(p.offsets)+1, ref(catalog), ref(info), id, id, start))
}

// text16 is a text string of PDF: UTF-16 with its mark, in hexadecimal digits.
func text16(s string) string {
	return "<FEFF" + hex16(s) + ">"
}

func hex16(s string) string {
	var b strings.Builder
	for _, u := range utf16.Encode([]rune(s)) {
		fmt.Fprintf(&b, "%04X", u)
	}
	return b.String()
}

func (b *Book) info() string {
	s := "<</Title" + text16(b.Title) + "/Producer" + text16(Producer) + "/Creator" + text16(Producer)
	if !b.Made.IsZero() {
		made := b.Made.Format("20060102150405") + "Z"
		if zone := b.Made.Format("-0700"); zone != "+0000" {
			made = strings.TrimSuffix(made, "Z") + zone[:3] + "'" + zone[3:] + "'"
		}
		s += "/CreationDate(D:" + made + ")/ModDate(D:" + made + ")"
	}
	return s + ">>"
}

// xmp is the same as info for readers of XMP (ISO 16684-1).
func (b *Book) xmp() []byte {
	var x bytes.Buffer
	escaped := func(s string) string {
		var e bytes.Buffer
		xml.EscapeText(&e, []byte(s)) // to memory: no error
		return e.String()
	}
	x.WriteString("<?xpacket begin=\"\uFEFF\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n" +
		`<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">` +
		`<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"` +
		` xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/">` + "\n")
	x.WriteString("<dc:format>application/pdf</dc:format>\n")
	x.WriteString(`<dc:title><rdf:Alt><rdf:li xml:lang="x-default">` + escaped(b.Title) + "</rdf:li></rdf:Alt></dc:title>\n")
	if b.Lang != "" {
		x.WriteString("<dc:language><rdf:Bag><rdf:li>" + escaped(b.Lang) + "</rdf:li></rdf:Bag></dc:language>\n")
	}
	if !b.Made.IsZero() {
		made := b.Made.Format(time.RFC3339)
		x.WriteString("<xmp:CreateDate>" + made + "</xmp:CreateDate><xmp:ModifyDate>" + made + "</xmp:ModifyDate>\n")
	}
	x.WriteString("<xmp:CreatorTool>" + Producer + "</xmp:CreatorTool><pdf:Producer>" + Producer + "</pdf:Producer>\n")
	x.WriteString("</rdf:Description></rdf:RDF></x:xmpmeta>\n<?xpacket end=\"r\"?>")
	return x.Bytes()
}

// page writes a page and what is on it, and returns its object.
func (p *pdf) page(page *Page, tree int) int {
	id, body := p.reserve(), p.reserve()
	p.object(id, fmt.Sprintf("<</Type/Page/Parent %s/MediaBox[0 0 %s %s]/Resources %s/Contents %s>>", ref(tree),
		number(page.Size.W), number(page.Size.H), ref(p.resources), ref(body)))
	c := &content{pdf: p, height: page.Size.H}
	for i := range page.marks {
		c.draw(&page.marks[i])
	}
	p.stream(body, "", c.b, true)
	return id
}

// writeResources writes what all pages draw with: fonts, then pictures.
func (p *pdf) writeResources() {
	var b strings.Builder
	b.WriteString("<</Font<<")
	for i, s := range p.order {
		fmt.Fprintf(&b, "/F%d %s", i, ref(s.write(p)))
	}
	b.WriteString(">>/XObject<<")
	for i, id := range p.images {
		fmt.Fprintf(&b, "/J%d %s", i, ref(id))
	}
	b.WriteString(">>>>")
	p.object(p.resources, b.String())
}

// image writes a picture once and returns its number.
func (p *pdf) image(pic *picture) int {
	if n, ok := p.pictures[pic]; ok {
		return n
	}
	space := map[int]string{1: "/DeviceGray", 3: "/DeviceRGB", 4: "/DeviceCMYK"}[pic.colors]
	dictionary := fmt.Sprintf("/Type/XObject/Subtype/Image/Width %d/Height %d/BitsPerComponent 8/ColorSpace%s/Filter/DCTDecode",
		pic.w, pic.h, space)
	if pic.colors == 4 && pic.inverted {
		dictionary += "/Decode[1 0 1 0 1 0 1 0]"
	}
	id := p.reserve()
	p.stream(id, dictionary, pic.data, false)
	p.pictures[pic] = len(p.images)
	p.images = append(p.images, id)
	return p.pictures[pic]
}

// precise writes what is multiplied: the width of a module.
func precise(v float64) string {
	return strconv.FormatFloat(math.Round(v*1e6)/1e6+0, 'f', -1, 64)
}

// number writes a length: a thousandth of a point is far below what any
// printer resolves.
func number(v float64) string {
	return strconv.FormatFloat(math.Round(v*1000)/1000+0, 'f', -1, 64)
}
