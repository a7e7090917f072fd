package ipp

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"image"
	"io"
	"iter"
	"strings"
)

// PWGRaster is the kind of document that every printer takes which takes no PDF
// and yet prints without a driver.
const PWGRaster = "image/pwg-raster"

// A RasterFormat is how pages are handed over as pixels.
type RasterFormat struct {
	DPI   int    // dots to the inch, both ways; 1 or more
	Media string // name of the size of the paper: MediaA4
	Sides string // as in Options
	Pages int    // in all
}

// Places in the head of a page (PWG 5102.4, 4.3), all numbers of four bytes.
const (
	rasterHead   = 1796
	atDuplex     = 272
	atResolution = 276
	atPageSize   = 352
	atTumble     = 368
	atWidth      = 372
	atBits       = 384
	atColours    = 400
	atNumColours = 420
	atPageCount  = 452
	atCrossFeed  = 456
	atImageBox   = 464
	atSizeName   = 1732

	greyOf8Bits = 18 // sGray
)

// WriteRaster writes pages as PWG raster of 256 greys. The errors are those of w.
func WriteRaster(w io.Writer, f RasterFormat, pages iter.Seq[*image.Gray]) error {
	b := bufio.NewWriter(w)
	b.WriteString("RaS2")
	for page := range pages {
		b.Write(f.head(page.Rect.Dx(), page.Rect.Dy()))
		writeLines(b, page)
	}
	return b.Flush()
}

func (f RasterFormat) head(w, h int) []byte {
	head := make([]byte, rasterHead)
	copy(head, "PwgRaster")
	copy(head[atSizeName:], f.Media)
	put := func(at int, values ...int) {
		for i, v := range values {
			binary.BigEndian.PutUint32(head[at+4*i:], uint32(v))
		}
	}
	if strings.HasPrefix(f.Sides, "two-sided") {
		put(atDuplex, 1)
	}
	if f.Sides == "two-sided-short-edge" {
		put(atTumble, 1)
	}
	put(atResolution, f.DPI, f.DPI)
	put(atPageSize, w*72/max(1, f.DPI), h*72/max(1, f.DPI))
	put(atWidth, w, h)
	put(atBits, 8, 8, w) // of a colour, of a pixel; bytes of a line
	put(atColours, greyOf8Bits)
	put(atNumColours, 1)
	put(atPageCount, f.Pages)
	put(atCrossFeed, 1, 1)
	put(atImageBox, 0, 0, w, h)
	return head
}

// writeLines packs a page: equal lines are said once, and in a line runs of a
// pixel (PWG 5102.4, 4.4).
func writeLines(b *bufio.Writer, page *image.Gray) {
	line := func(y int) []byte {
		return page.Pix[page.PixOffset(page.Rect.Min.X, page.Rect.Min.Y+y):][:page.Rect.Dx()]
	}
	for y := 0; y < page.Rect.Dy(); {
		again := 1
		for again < 256 && y+again < page.Rect.Dy() && bytes.Equal(line(y), line(y+again)) {
			again++
		}
		b.WriteByte(byte(again - 1))
		packLine(b, line(y))
		y += again
	}
}

func packLine(b *bufio.Writer, line []byte) {
	for len(line) > 0 {
		n := sameAhead(line)
		if n > 1 || len(line) == 1 {
			b.WriteByte(byte(n - 1))
			b.WriteByte(line[0])
			line = line[n:]
			continue
		}
		n = 1
		for n < len(line) && n < 128 && (n+1 == len(line) || line[n] != line[n+1]) {
			n++
		}
		if n == 1 {
			b.WriteByte(0)
		} else {
			b.WriteByte(byte(257 - n))
		}
		b.Write(line[:n])
		line = line[n:]
	}
}

// sameAhead counts how often the first pixel follows itself, up to 128.
func sameAhead(line []byte) int {
	n := 1
	for n < len(line) && n < 128 && line[n] == line[0] {
		n++
	}
	return n
}
