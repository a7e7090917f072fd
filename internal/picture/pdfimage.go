package picture

import (
	"bytes"
	"errors"
	"image"
	"image/jpeg"
	"io"

	"golang.org/x/image/ccitt"
)

// A pdfSpace is how samples become grey.
type pdfSpace struct {
	n       int                       // samples a pixel
	grey    func(samples []byte) byte // of samples from 0 to 255
	indexed bool                      // its one sample counts, it does not measure
}

var (
	greySpace = pdfSpace{n: 1, grey: func(s []byte) byte { return s[0] }}
	rgbSpace  = pdfSpace{n: 3, grey: func(s []byte) byte { return luminance(s[0], s[1], s[2]) }}
	inkSpace  = pdfSpace{n: 1, grey: func(s []byte) byte { return 255 - s[0] }}
	cmykSpace = pdfSpace{n: 4, grey: greyOfInks}
)

// greyOfInks is white less what each ink takes of it.
func greyOfInks(s []byte) byte {
	rest := 255 - uint32(s[3])
	return luminance(byte((255-uint32(s[0]))*rest/255), byte((255-uint32(s[1]))*rest/255), byte((255-uint32(s[2]))*rest/255))
}

// space reads a colour space. One that is not known is taken for grey.
func (f *pdfFile) space(v any, resources pdfDict, depth int) pdfSpace {
	v = f.resolve(v)
	name, isName := v.(pdfName)
	a, _ := v.(pdfArray)
	if len(a) > 0 {
		name, _ = f.resolve(a[0]).(pdfName)
	}
	if depth > 4 {
		return greySpace
	}
	switch name {
	case "DeviceRGB", "RGB", "CalRGB":
		return rgbSpace
	case "DeviceCMYK", "CMYK":
		return cmykSpace
	case "Separation":
		return inkSpace
	case "Lab":
		return pdfSpace{n: 3, grey: func(s []byte) byte { return s[0] }}
	}
	switch {
	case name == "ICCBased" && len(a) > 1:
		return map[float64]pdfSpace{1: greySpace, 3: rgbSpace, 4: cmykSpace}[f.number(f.dict(a[1])["N"], 1)].or(greySpace)
	case name == "DeviceN" && len(a) > 1:
		return inks(max(1, min(len(f.array(a[1])), 32)))
	case (name == "Indexed" || name == "I") && len(a) > 3:
		return f.palette(f.space(a[1], resources, depth+1), a[3])
	case isName:
		if named := f.dict(resources["ColorSpace"])[name]; named != nil {
			return f.space(named, nil, depth+1)
		}
	}
	return greySpace
}

func (s pdfSpace) or(other pdfSpace) pdfSpace {
	if s.n == 0 {
		return other
	}
	return s
}

func inks(n int) pdfSpace {
	return pdfSpace{n: n, grey: func(s []byte) byte {
		left := 255
		for _, ink := range s[:n] {
			left = max(0, left-int(ink))
		}
		return byte(left)
	}}
}

func (f *pdfFile) palette(base pdfSpace, table any) pdfSpace {
	var colours []byte
	switch t := f.resolve(table).(type) {
	case []byte:
		colours = t
	case pdfStream:
		colours, _ = f.unpack(t, 256*base.n)
	}
	var greys [256]byte
	if !f.pay(len(greys) * base.n) {
		return greySpace
	}
	for i := range greys {
		if end := (i + 1) * base.n; end <= len(colours) {
			greys[i] = base.grey(colours[end-base.n : end])
		}
	}
	return pdfSpace{n: 1, grey: func(s []byte) byte { return greys[s[0]] }, indexed: true}
}

// A pdfImage is a picture on a page.
type pdfImage struct {
	stream  pdfStream
	w, h    int
	stencil bool     // ink goes through where it is black; it has no grey of its own
	space   pdfSpace //
	bits    int      // of a sample
	decode  []float64
}

// image reads what a stream says of the picture it holds. Short names are those
// of pictures in the midst of a page.
func (f *pdfFile) image(s pdfStream, resources pdfDict) (im pdfImage, err error) {
	get := func(long, short pdfName) any {
		if v := s.dict[long]; v != nil {
			return f.resolve(v)
		}
		return f.resolve(s.dict[short])
	}
	w, h := f.number(get("Width", "W"), 0), f.number(get("Height", "H"), 0)
	if w < 1 || h < 1 {
		return im, &DamagedError{PDF, errors.New("a picture without size")}
	}
	if most := float64(f.most.picture); w > most || h > most || w*h > most {
		return im, &TooLargeError{PDF, int(w), int(h)}
	}
	im = pdfImage{stream: s, w: int(w), h: int(h), bits: int(f.number(get("BitsPerComponent", "BPC"), 8))}
	im.decode, _ = f.numbers(get("Decode", "D"), 2)
	if im.stencil, _ = get("ImageMask", "IM").(bool); im.stencil {
		im.bits, im.space = 1, greySpace
		return im, nil
	}
	im.space = f.space(get("ColorSpace", "CS"), resources, 0)
	switch im.bits {
	case 1, 2, 4, 8, 16:
		return im, nil
	}
	return im, &DamagedError{PDF, errors.New("samples of an impossible size")}
}

// scan unpacks the picture: rows of grey.
func (f *pdfFile) scan(im pdfImage) (scanner, error) {
	row := (im.w*im.space.n*im.bits + 7) / 8
	if int64(row)*int64(im.h) > maxMemory {
		return scanner{}, &TooLargeError{PDF, im.w, im.h}
	}
	data, rest, parms := f.unpackPicture(im.stream, (row+1)*im.h+1024)
	if f.work <= 0 {
		return scanner{}, &DamagedError{PDF, errTooMuch}
	}
	switch rest {
	case "":
		return f.rows(im, data, row)
	case "CCITTFaxDecode":
		return f.scanFax(im, data, parms)
	case "DCTDecode":
		return f.scanDCT(im, data)
	case "JBIG2Decode":
		return scanner{}, &UnsupportedError{PDF, "JBIG2 compression"}
	case "JPXDecode":
		return scanner{}, &UnsupportedError{PDF, "JPEG 2000 compression"}
	}
	return scanner{}, &UnsupportedError{PDF, "an unknown compression"}
}

// scanDCT reads a JPEG picture. Where it has four inks, the decoder has already
// looked which way round they are.
func (f *pdfFile) scanDCT(im pdfImage, data []byte) (scanner, error) {
	c, err := jpeg.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return scanner{}, decoderError(JPEG, err)
	}
	if !f.pay(c.Width * c.Height) {
		return scanner{}, &DamagedError{PDF, errTooMuch}
	}
	img, _, err := decode(JPEG, data)
	if err != nil {
		return scanner{}, err
	}
	s := scanGrey(img)
	if _, four := img.(*image.CMYK); !four && len(im.decode) > 1 && im.decode[0] > im.decode[1] {
		s = s.inverted()
	}
	return s, nil
}

func (s scanner) inverted() scanner {
	read := s.row
	s.row = func(y int, to []uint8) {
		read(y, to)
		for i := range to {
			to[i] = 255 - to[i]
		}
	}
	return s
}

func (f *pdfFile) scanFax(im pdfImage, data []byte, parms pdfDict) (scanner, error) {
	way := ccitt.Group4
	switch k := f.number(parms["K"], 0); {
	case k > 0:
		return scanner{}, &UnsupportedError{PDF, "mixed fax compression"}
	case k == 0:
		way = ccitt.Group3
	}
	columns := int(max(1, min(f.number(parms["Columns"], 1728), float64(f.most.picture))))
	if columns*im.h > f.most.picture {
		return scanner{}, &TooLargeError{PDF, columns, im.h}
	}
	if !f.pay(columns * im.h) {
		return scanner{}, &DamagedError{PDF, errTooMuch}
	}
	black1, _ := f.resolve(parms["BlackIs1"]).(bool)
	align, _ := f.resolve(parms["EncodedByteAlign"]).(bool)
	r := ccitt.NewReader(bytes.NewReader(data), ccitt.MSB, way, columns, im.h, &ccitt.Options{Align: align, Invert: black1})
	width := (columns + 7) / 8
	bits := make([]byte, width*im.h)
	n, err := io.ReadFull(r, bits)
	if n < width {
		return scanner{}, &DamagedError{PDF, err}
	}
	if !black1 {
		whiten(bits[n:])
	}
	im.bits = 1
	im.space = im.space.or(greySpace)
	if im.space.n != 1 {
		im.space = greySpace
	}
	return f.rows(im, bits, width)
}

// whiten is for the part of a picture that is missing.
func whiten(b []byte) {
	for i := range b {
		b[i] = 0xff
	}
}

// rows cuts samples out of rows of so many bytes. Missing ones are white.
func (f *pdfFile) rows(im pdfImage, data []byte, width int) (scanner, error) {
	n := im.space.n
	if !f.pay(im.w*im.h) || !f.pay(256*n) {
		return scanner{}, &DamagedError{PDF, errTooMuch}
	}
	tables := im.tables()
	samples := make([]byte, n)
	return scanner{im.w, im.h, 1, func(y int, to []uint8) {
		var line []byte
		if from := y * width; from < len(data) {
			line = data[from:min(from+width, len(data))]
		}
		for x := range to {
			last := ((x+1)*n*im.bits + 7) / 8
			if last > len(line) {
				whiten(to[x:])
				return
			}
			for i := range n {
				samples[i] = tables[i][sample(line, x*n+i, im.bits)]
			}
			to[x] = im.space.grey(samples)
		}
	}}, nil
}

// sample is one sample of a row, the upper half of one of 16 bits.
func sample(line []byte, i, bits int) byte {
	switch bits {
	case 8:
		return line[i]
	case 16:
		return line[2*i]
	}
	at := i * bits
	return line[at/8] >> (8 - bits - at%8) & (1<<bits - 1)
}

// tables say what each sample means, one table for each of a pixel's samples:
// from 0 to 255 where it measures, as it is where it counts.
func (im pdfImage) tables() [][256]byte {
	most := float64(uint(1)<<min(im.bits, 8) - 1)
	tables := make([][256]byte, im.space.n)
	for i := range tables {
		low, high := 0.0, 1.0
		if im.space.indexed {
			high = most
		}
		if len(im.decode) >= 2*i+2 {
			low, high = im.decode[2*i], im.decode[2*i+1]
		}
		scale := 255.0
		if im.space.indexed {
			scale = 1
		}
		for v := range tables[i] {
			meant := low + min(float64(v), most)/most*(high-low)
			tables[i][v] = byte(max(0, min(meant*scale+0.5, 255)))
		}
	}
	return tables
}
