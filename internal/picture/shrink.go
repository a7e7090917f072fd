package picture

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"slices"
)

const (
	longSide  = 2000      // pixels of a kept photograph at most
	keptBytes = 600 << 10 // bytes that it should take at most
)

// A Photo is a picture made fit to be kept: upright, of no more pixels than
// reading what is on it takes, and with nothing in the file but the picture.
type Photo struct {
	Data          []byte
	Kind          Kind // JPEG or PNG
	Width, Height int  // pixels
	Whole         bool // false: the end of the file was missing, and this is its upper part

	FromKind              Kind
	FromWidth, FromHeight int  // pixels as they were in the file
	Place                 bool // the file said where the picture was taken; this one does not
	Time                  bool // it said when, or with which camera
}

// Shrink makes a photograph or a screenshot fit to be kept: its long side has at
// most 2000 pixels, and the file about 600 kB. Few colours, as on a screenshot,
// become PNG where that is no larger; all else becomes JPEG. Only the first picture
// of a file counts, and PDF is none. The errors are those of Decode.
func Shrink(data []byte) (*Photo, error) {
	kind := KindOf(data)
	if kind == PDF {
		return nil, &UnsupportedError{Kind: PDF}
	}
	img, whole, err := decode(kind, data)
	if err != nil {
		return nil, err
	}
	p := &Photo{Whole: whole, FromKind: kind}
	p.FromWidth, p.FromHeight = img.Bounds().Dx(), img.Bounds().Dy()
	p.Place, p.Time = revealing(kind, data)
	if clean, ok := p.asItIs(kind, data); ok {
		p.Data, p.Kind, p.Width, p.Height = clean, JPEG, p.FromWidth, p.FromHeight
		return p, nil
	}
	side := longSide
	for {
		p.pack(small(img, side, orientation(kind, data)))
		if len(p.Data) <= keptBytes || side < longSide/2 {
			return p, nil
		}
		side = side * 4 / 5
	}
}

// asItIs takes from a JPEG file what is not the picture, where that is all there
// is to do.
func (p *Photo) asItIs(kind Kind, data []byte) ([]byte, bool) {
	if kind != JPEG || !p.Whole || orientation(kind, data) != upright || max(p.FromWidth, p.FromHeight) > longSide {
		return nil, false
	}
	clean, ok := stripJPEG(data)
	if !ok || len(clean) > keptBytes {
		return nil, false
	}
	_, whole, err := decode(kind, clean) // what was taken out was no part of the picture
	return clean, err == nil && whole
}

// AsJPEG makes a kept picture one that a page can show: as it is where it is
// whole and upright JPEG already. The errors are those of Decode.
func AsJPEG(data []byte) (file []byte, w, h int, err error) {
	kind := KindOf(data)
	img, whole, err := decode(kind, data)
	if err != nil {
		return nil, 0, 0, err
	}
	turn := orientation(kind, data)
	if b := img.Bounds(); kind == JPEG && whole && turn == upright && max(b.Dx(), b.Dy()) <= longSide {
		return data, b.Dx(), b.Dy(), nil
	}
	rgb := small(img, longSide, turn)
	return packJPEG(rgb, 90), rgb.Rect.Dx(), rgb.Rect.Dy(), nil
}

// small makes a picture upright, and smaller so that neither side has more than so
// many pixels.
func small(img image.Image, side, turn int) *image.RGBA {
	w, h := img.Bounds().Dx(), img.Bounds().Dy()
	if long := max(w, h); long > side {
		w, h = max(1, w*side/long), max(1, h*side/long)
	}
	pix := scanColour(img).averaged(w, h)
	out := image.NewRGBA(turnedSize(w, h, turn))
	for y := range out.Rect.Dy() {
		row := out.Pix[y*out.Stride:]
		for x := range out.Rect.Dx() {
			sx, sy := turned(x, y, w, h, turn)
			from := pix[3*(sy*w+sx):]
			row[4*x], row[4*x+1], row[4*x+2], row[4*x+3] = from[0], from[1], from[2], 255
		}
	}
	return out
}

// pack chooses how the picture is kept: PNG, which loses nothing, where it was
// PNG, or has few colours and is no larger for it, and that is small enough; else
// the best JPEG that is. Every grey picture has few colours: a photograph must
// not become a PNG of thrice the size.
func (p *Photo) pack(img *image.RGBA) {
	p.Width, p.Height = img.Rect.Dx(), img.Rect.Dy()
	var drawn image.Image = img
	few, isFew := fewColours(img)
	if isFew {
		drawn = few
	}
	if isFew || p.FromKind == PNG {
		var b bytes.Buffer
		enc := png.Encoder{CompressionLevel: png.BestCompression}
		if err := enc.Encode(&b, drawn); err == nil && b.Len() <= keptBytes && (p.FromKind == PNG || b.Len() <= len(packJPEG(img, 88))) {
			p.Kind, p.Data = PNG, b.Bytes()
			return
		}
	}
	p.Kind = JPEG
	for _, quality := range []int{88, 80, 72} {
		if p.Data = packJPEG(img, quality); len(p.Data) <= keptBytes {
			return
		}
	}
}

func packJPEG(img *image.RGBA, quality int) []byte {
	var b bytes.Buffer
	var from image.Image = img
	if grey, ok := onlyGrey(img); ok {
		from = grey
	}
	jpeg.Encode(&b, from, &jpeg.Options{Quality: quality}) // a Buffer takes everything, and the picture is no larger than JPEG can be
	return b.Bytes()
}

// onlyGrey returns the picture in grey if it has no colours: a third fewer bytes.
func onlyGrey(img *image.RGBA) (*image.Gray, bool) {
	grey := image.NewGray(img.Rect)
	for i := range grey.Pix {
		r, g, b := img.Pix[4*i], img.Pix[4*i+1], img.Pix[4*i+2]
		if r != g || g != b {
			return nil, false
		}
		grey.Pix[i] = r
	}
	return grey, true
}

// fewColours returns the picture with a palette if it has at most 256 colours.
func fewColours(img *image.RGBA) (*image.Paletted, bool) {
	index := make(map[[3]uint8]uint8)
	out := image.NewPaletted(img.Rect, nil)
	for i := range out.Pix {
		c := [3]uint8(img.Pix[4*i : 4*i+3])
		at, known := index[c]
		if !known {
			if len(index) == 256 {
				return nil, false
			}
			at = uint8(len(index))
			index[c] = at
			out.Palette = append(out.Palette, color.RGBA{c[0], c[1], c[2], 255})
		}
		out.Pix[i] = at
	}
	return out, true
}

// Tags of Exif that tell of a picture: the camera's maker and model, when it was
// taken.
var tellingTags = []uint16{0x010f, 0x0110, 0x0132, tagExif}

// revealing looks what a file says besides its picture.
func revealing(kind Kind, data []byte) (place, time bool) {
	exif := exifOf(kind, data)
	order, ok := tiffOrder(exif)
	if !ok {
		return false, false
	}
	eachTag(exif, order, order.Uint32(exif[4:]), func(tag, _ uint16, _ uint32) {
		place = place || tag == tagGPS
		time = time || slices.Contains(tellingTags, tag)
	})
	return place, time
}
