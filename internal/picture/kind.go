package picture

import (
	"bytes"
	"slices"
)

// A Kind is what a file is, told by its first bytes and never by its name.
type Kind string

// The kinds that are read, and those that people have and that are not.
const (
	Unknown Kind = ""
	JPEG    Kind = "jpeg"
	PNG     Kind = "png"
	GIF     Kind = "gif"
	BMP     Kind = "bmp"
	TIFF    Kind = "tiff"
	WebP    Kind = "webp"
	PDF     Kind = "pdf"

	HEIC       Kind = "heic"       // photographs of iPhones
	AVIF       Kind = "avif"       // photographs of some Android telephones
	JPEG2000   Kind = "jpeg2000"   //
	JPEGXL     Kind = "jpegxl"     //
	SVG        Kind = "svg"        //
	PostScript Kind = "postscript" //
	Photoshop  Kind = "psd"        //
	Video      Kind = "video"      // MP4, QuickTime
	Zip        Kind = "zip"        // also documents of office programs
	Empty      Kind = "empty"      // no bytes at all
)

// Read reports whether pictures of the kind are read.
func (k Kind) Read() bool {
	return slices.Contains([]Kind{JPEG, PNG, GIF, BMP, TIFF, WebP, PDF}, k)
}

var openings = []struct {
	at    int
	bytes string
	kind  Kind
}{
	{0, "\xff\xd8\xff", JPEG},
	{0, "\x89PNG\r\n\x1a\n", PNG},
	{0, "GIF8", GIF},
	{0, "BM", BMP},
	{0, "II*\x00", TIFF},
	{0, "MM\x00*", TIFF},
	{0, "II+\x00", TIFF}, // BigTIFF
	{0, "MM\x00+", TIFF},
	{8, "WEBP", WebP},
	{0, "\x00\x00\x00\x0cjP  ", JPEG2000},
	{0, "\xff\x4f\xff\x51", JPEG2000},
	{0, "\x00\x00\x00\x0cJXL ", JPEGXL},
	{0, "\xff\x0a", JPEGXL},
	{0, "8BPS", Photoshop},
	{0, "PK\x03\x04", Zip},
	{0, "\x1aE\xdf\xa3", Video}, // Matroska, WebM
}

// brands are the kinds of the files that begin with an ftyp box.
var brands = map[string]Kind{
	"heic": HEIC, "heix": HEIC, "heim": HEIC, "heis": HEIC, "hevc": HEIC, "hevx": HEIC,
	"mif1": HEIC, "msf1": HEIC, "avif": AVIF, "avis": AVIF,
}

// KindOf tells what a file is.
func KindOf(data []byte) Kind {
	if len(data) == 0 {
		return Empty
	}
	for _, o := range openings {
		if len(data) > o.at && bytes.HasPrefix(data[o.at:], []byte(o.bytes)) {
			return o.kind
		}
	}
	if len(data) >= 12 && string(data[4:8]) == "ftyp" {
		return boxKind(data)
	}
	head := data[:min(len(data), 1024)]
	switch {
	case bytes.Contains(head, []byte("%PDF-")): // readers allow something before it
		return PDF
	case bytes.HasPrefix(head, []byte("%!PS")):
		return PostScript
	case bytes.Contains(head, []byte("<svg")):
		return SVG
	}
	return Unknown
}

// boxKind looks at the brands of an ftyp box: the first, and where that says
// nothing the compatible ones, since some telephones put AVIF behind mif1.
func boxKind(data []byte) Kind {
	kind := Video
	for at := 8; at+4 <= min(len(data), 64); at += 4 {
		brand, ok := brands[string(data[at:at+4])]
		switch {
		case !ok:
		case brand == AVIF:
			return AVIF
		default:
			kind = brand
		}
	}
	return kind
}
