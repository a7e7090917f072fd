package picture

import (
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"io"
	"iter"

	"golang.org/x/image/tiff"
)

var errBigTIFF = &UnsupportedError{TIFF, "64-bit offsets (BigTIFF)"}

// tiffPages decodes the pages of a TIFF file one after the other. The decoder
// knows but the first; each of the others becomes the first by being named in
// the head of the file.
func tiffPages(data []byte) iter.Seq2[*image.Gray, error] {
	return func(yield func(*image.Gray, error) bool) {
		order, ok := tiffOrder(data)
		if !ok {
			yield(nil, errBigTIFF)
			return
		}
		seen := make(map[uint32]bool)
		at := order.Uint32(data[4:])
		decoded := int64(0)
		for n := 0; n == 0 || at != 0 && !seen[at] && n < MaxPages; n++ {
			seen[at] = true
			page := &tiffPage{data: data, order: order, at: at}
			copy(page.head[:], data)
			order.PutUint32(page.head[4:], at)
			img, err := page.grey(mostDecoded - decoded)
			decoded += page.pixels
			if !yield(img, err) {
				return
			}
			at = nextDirectory(data, order, at)
		}
	}
}

// tiffOrder reads the order of bytes of a classic TIFF file, whose head is whole.
func tiffOrder(data []byte) (binary.ByteOrder, bool) {
	if len(data) < 8 {
		return nil, false
	}
	switch string(data[:4]) {
	case "II*\x00":
		return binary.LittleEndian, true
	case "MM\x00*":
		return binary.BigEndian, true
	}
	return nil, false
}

// nextDirectory returns where the directory of the next page is, 0 if there is
// none.
func nextDirectory(data []byte, order binary.ByteOrder, at uint32) uint32 {
	if int64(at)+2 > int64(len(data)) {
		return 0
	}
	end := int64(at) + 2 + 12*int64(order.Uint16(data[at:]))
	if end+4 > int64(len(data)) {
		return 0
	}
	return order.Uint32(data[end:])
}

// Ways of packing of which no more can come out than the picture has.
const (
	tiffUnpacked = 1
	tiffFax3     = 3
	tiffFax4     = 4
)

// tiffBytes is the most that the decoder needs for a pixel of the page whose
// directory is at an offset: all of it may be packed as one piece, of which up to
// eight bytes a pixel may come out before it is found to be too long.
func tiffBytes(data []byte, order binary.ByteOrder, at uint32, m color.Model) int64 {
	n := pixelBytes(m) + 8
	eachTag(data, order, at, func(tag, _ uint16, value uint32) {
		if tag == tagCompression && (value == tiffUnpacked || value == tiffFax3 || value == tiffFax4) {
			n = pixelBytes(m) + 1
		}
	})
	return n
}

// A tiffPage is a TIFF file with another head.
type tiffPage struct {
	data   []byte
	head   [8]byte
	read   int64
	order  binary.ByteOrder
	at     uint32 // of its directory
	pixels int64  // that were decoded
}

func (p *tiffPage) ReadAt(b []byte, off int64) (n int, err error) {
	if off < 0 || off >= int64(len(p.data)) {
		return 0, io.EOF
	}
	n = copy(b, p.data[off:])
	if off < int64(len(p.head)) {
		copy(b[:n], p.head[off:])
	}
	if n < len(b) {
		return n, io.EOF
	}
	return n, nil
}

func (p *tiffPage) Read(b []byte) (int, error) {
	n, err := p.ReadAt(b, p.read)
	p.read += int64(n)
	return n, err
}

// grey decodes the page if it has at most so many pixels.
func (p *tiffPage) grey(most int64) (page *image.Gray, err error) {
	defer func() {
		if recover() != nil {
			page, err = nil, &DamagedError{TIFF, errors.New("the decoder gave up")}
		}
	}()
	c, err := tiff.DecodeConfig(p)
	if err == nil {
		if err := decoders[TIFF].checkSize(TIFF, len(p.data), c, tiffBytes(p.data, p.order, p.at, c.ColorModel)); err != nil {
			return nil, err
		}
		if p.pixels = int64(c.Width) * int64(c.Height); p.pixels > most {
			return nil, &TooLargeError{TIFF, c.Width, c.Height}
		}
		p.read = 0
		var img image.Image
		if img, err = tiff.Decode(p); err == nil {
			return turnGrey(fittingGrey(img), orientationAt(p.data, p.order, p.at)), nil
		}
	}
	return nil, decoderError(TIFF, err)
}
