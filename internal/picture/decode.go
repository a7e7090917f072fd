package picture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"
	"golang.org/x/image/webp"
)

// A decoder is how a kind of file is read.
type decoder struct {
	config func(io.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error)
	most   int // pixels one byte of the file can stand for at most; 0: no such bound
}

var decoders = map[Kind]decoder{
	JPEG: {jpeg.DecodeConfig, jpeg.Decode, 0},
	PNG:  {png.DecodeConfig, png.Decode, 8 * 1032}, // deflate makes at most 1032 bytes of one
	GIF:  {gif.DecodeConfig, gif.Decode, 4096},     // one LZW code of at least 3 bits
	BMP:  {bmp.DecodeConfig, bmp.Decode, 8},
	TIFF: {tiff.DecodeConfig, tiff.Decode, 0},
	WebP: {webp.DecodeConfig, webp.Decode, 0},
}

// decode decodes one picture; whole is false where the end of the file is missing
// and only a part of it came out.
func decode(kind Kind, data []byte) (img image.Image, whole bool, err error) {
	d, ok := decoders[kind]
	if !ok {
		return nil, false, &UnsupportedError{Kind: kind}
	}
	if _, classic := tiffOrder(data); kind == TIFF && !classic {
		return nil, false, errBigTIFF
	}
	defer func() {
		if v := recover(); v != nil {
			img, whole, err = nil, false, &DamagedError{kind, fmt.Errorf("the decoder gave up: %v", v)}
		}
	}()
	if err := d.check(kind, data); err != nil {
		return nil, false, err
	}
	img, err = d.decode(bytes.NewReader(data))
	whole = err == nil
	if err != nil && kind == JPEG {
		img, err = mendJPEG(data, err)
	}
	if err != nil {
		return nil, false, decoderError(kind, err)
	}
	if img.Bounds().Empty() {
		return nil, false, &DamagedError{kind, errors.New("no pixels")}
	}
	return img, whole, nil
}

// check looks at what the file says of its size before a decoder believes it.
func (d decoder) check(kind Kind, data []byte) error {
	c, err := d.config(bytes.NewReader(data))
	if err != nil {
		return decoderError(kind, err)
	}
	if kind == WebP {
		c.Width, c.Height = webpSize(data, c.Width, c.Height)
	}
	return d.checkSize(kind, len(data), c, bytesAPixel(kind, data, c.ColorModel))
}

// checkSize looks whether a file of a length can hold a picture, and memory the
// picture at so many bytes for each pixel.
func (d decoder) checkSize(kind Kind, length int, c image.Config, each int64) error {
	if c.Width <= 0 || c.Height <= 0 {
		return &DamagedError{kind, errors.New("no pixels")}
	}
	pixels := int64(c.Width) * int64(c.Height)
	if c.Width > maxSide || c.Height > maxSide || pixels > MaxPixels || pixels*each > maxMemory {
		return &TooLargeError{kind, c.Width, c.Height}
	}
	if d.most > 0 && pixels > int64(length)*int64(d.most) {
		return &DamagedError{kind, io.ErrUnexpectedEOF}
	}
	return nil
}

// bytesAPixel is the most that the decoder will need.
func bytesAPixel(kind Kind, data []byte, m color.Model) int64 {
	n := pixelBytes(m)
	switch kind {
	case JPEG:
		if progressive(data) {
			n *= 5 // four bytes for each sample are kept until the end
		}
		if m == color.CMYKModel || m == color.RGBAModel {
			n += 4 // samples of each colour first, put together after that
		}
	case WebP:
		n = 8 // what is see-through is a picture of its own
	case TIFF:
		order, _ := tiffOrder(data)
		return tiffBytes(data, order, order.Uint32(data[4:]), m)
	}
	return n
}

// pixelBytes is what a pixel takes in a decoded picture.
func pixelBytes(m color.Model) int64 {
	switch m {
	case color.GrayModel, color.AlphaModel:
		return 1
	case color.Gray16Model:
		return 2
	case color.YCbCrModel:
		return 3
	case color.RGBA64Model, color.NRGBA64Model:
		return 8
	}
	if _, ok := m.(color.Palette); ok {
		return 1
	}
	return 4
}

// webpSize is the largest of the sizes that the parts of a WebP file name: the
// one in its head says nothing of the picture inside.
func webpSize(data []byte, w, h int) (int, int) {
	eachRIFF(data, func(name string, body []byte) {
		switch {
		case name == "VP8 " && len(body) >= 10:
			w = max(w, int(binary.LittleEndian.Uint16(body[6:])&0x3fff))
			h = max(h, int(binary.LittleEndian.Uint16(body[8:])&0x3fff))
		case name == "VP8L" && len(body) >= 5:
			bits := binary.LittleEndian.Uint32(body[1:])
			w, h = max(w, int(bits&0x3fff)+1), max(h, int(bits>>14&0x3fff)+1)
		}
	})
	return w, h
}

// decoderError puts what a decoder said into the words of this package.
func decoderError(kind Kind, err error) error {
	var j jpeg.UnsupportedError
	var p png.UnsupportedError
	var t tiff.UnsupportedError
	switch {
	case errors.As(err, &j):
		return &UnsupportedError{kind, string(j)}
	case errors.As(err, &p):
		return &UnsupportedError{kind, string(p)}
	case errors.As(err, &t):
		return &UnsupportedError{kind, string(t)}
	case errors.Is(err, bmp.ErrUnsupported):
		return &UnsupportedError{kind, "an unusual way of storing pixels"}
	}
	return &DamagedError{kind, err}
}
