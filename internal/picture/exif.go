package picture

import (
	"bytes"
	"encoding/binary"
	"image"
)

// Exif says how a camera was held as one of eight numbers: which corner of the
// picture row 0 and column 0 are in. (Exif 2.32, tag 0x0112.)
const (
	upright        = 1
	tagOrientation = 0x0112
	tagGPS         = 0x8825
	tagExif        = 0x8769
	tagCompression = 0x0103
	mostTags       = 1000 // of a directory; a camera writes some fifty
	typeShort      = 3
)

// orientation reads how the picture in a file is to be turned, 1 to 8; 1, which
// is upright, where the file says nothing or nonsense.
func orientation(kind Kind, data []byte) int {
	exif := exifOf(kind, data)
	order, ok := tiffOrder(exif)
	if !ok {
		return upright
	}
	return orientationAt(exif, order, order.Uint32(exif[4:]))
}

// orientationAt reads it from the directory at an offset of a TIFF file, which is
// what Exif data are.
func orientationAt(data []byte, order binary.ByteOrder, at uint32) int {
	turn := upright
	eachTag(data, order, at, func(tag, kind uint16, value uint32) {
		if tag == tagOrientation && kind == typeShort && value >= 1 && value <= 8 {
			turn = int(value)
		}
	})
	return turn
}

// eachTag calls do with what a directory holds. A value of type short comes as
// its first number, of other types as the offset or number that is written there.
func eachTag(data []byte, order binary.ByteOrder, at uint32, do func(tag, kind uint16, value uint32)) {
	if int64(at)+2 > int64(len(data)) {
		return
	}
	n := min(int(order.Uint16(data[at:])), mostTags)
	for entry := data[at+2:]; n > 0 && len(entry) >= 12; n, entry = n-1, entry[12:] {
		kind := order.Uint16(entry[2:])
		value := order.Uint32(entry[8:])
		if kind == typeShort {
			value = uint32(order.Uint16(entry[8:]))
		}
		do(order.Uint16(entry), kind, value)
	}
}

// exifOf finds the Exif data in a picture; nil where there are none.
func exifOf(kind Kind, data []byte) (exif []byte) {
	each := map[Kind]func([]byte, func(name string, body []byte)){
		JPEG: eachSegment, PNG: eachChunk, WebP: eachRIFF,
	}[kind]
	if each == nil {
		return nil
	}
	each(data, func(name string, body []byte) {
		switch name {
		case "\xe1", "eXIf", "EXIF":
			if body, ok := bytes.CutPrefix(body, []byte("Exif\x00\x00")); (ok || name != "\xe1") && exif == nil {
				exif = body
			}
		}
	})
	return exif
}

// eachSegment walks the segments of a JPEG file up to its picture. Their names
// are their markers, one byte. It passes over what the decoder passes over, so
// that both see the same segments.
func eachSegment(data []byte, do func(name string, body []byte)) {
	for at := 2; at+4 <= len(data); {
		marker := data[at+1]
		if data[at] != 0xff || marker == 0xff || marker == 0 { // filling, or nothing that should be there
			at++
			continue
		}
		if marker >= 0xd0 && marker <= 0xd7 { // has no body
			at += 2
			continue
		}
		size := int(binary.BigEndian.Uint16(data[at+2:]))
		if marker == 0xda || marker == 0xd9 || size < 2 || at+2+size > len(data) {
			return
		}
		do(string([]byte{marker}), data[at+4:at+2+size])
		at += 2 + size
	}
}

// eachChunk walks the chunks of a PNG file.
func eachChunk(data []byte, do func(name string, body []byte)) {
	for at := int64(8); at+12 <= int64(len(data)); {
		size := int64(binary.BigEndian.Uint32(data[at:]))
		if at+12+size > int64(len(data)) {
			return
		}
		do(string(data[at+4:at+8]), data[at+8:at+8+size])
		at += 12 + size
	}
}

// eachRIFF walks the chunks of a WebP file. The last may be cut short.
func eachRIFF(data []byte, do func(name string, body []byte)) {
	for at := int64(12); at+8 <= int64(len(data)); {
		size := int64(binary.LittleEndian.Uint32(data[at+4:]))
		do(string(data[at:at+4]), data[at+8:min(at+8+size, int64(len(data)))])
		at += 8 + size + size&1
	}
}

// turnGrey puts a picture upright.
func turnGrey(img *image.Gray, turn int) *image.Gray {
	if turn == upright {
		return img
	}
	w, h := img.Rect.Dx(), img.Rect.Dy()
	out := image.NewGray(turnedSize(w, h, turn))
	for y := range out.Rect.Dy() {
		row := out.Pix[y*out.Stride:][:out.Rect.Dx()]
		for x := range row {
			sx, sy := turned(x, y, w, h, turn)
			row[x] = img.Pix[sy*img.Stride+sx]
		}
	}
	return out
}

// turnedSize is the size of a picture of w by h pixels once it is upright.
func turnedSize(w, h, turn int) image.Rectangle {
	if turn >= 5 {
		w, h = h, w
	}
	return image.Rect(0, 0, w, h)
}

// turned says where in the picture of w by h pixels the pixel is that is at x and
// y once it is upright.
func turned(x, y, w, h, turn int) (sx, sy int) {
	switch turn {
	case 2:
		return w - 1 - x, y
	case 3:
		return w - 1 - x, h - 1 - y
	case 4:
		return x, h - 1 - y
	case 5:
		return y, x
	case 6:
		return y, h - 1 - x
	case 7:
		return w - 1 - y, h - 1 - x
	case 8:
		return w - 1 - y, x
	}
	return x, y
}
