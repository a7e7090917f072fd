// Package picture turns files that come from outside, photographs, scans and
// PDF documents, into pixels. It trusts nothing that a file says: sizes are
// looked at before memory is asked for, every loop has an end, and whatever is
// wrong with a file comes back as one of four errors.
//
// Read are JPEG, PNG, GIF, BMP, TIFF (all its pages), WebP and PDF. How a camera
// was held (EXIF) is put right before anything else sees the picture.
package picture

import (
	"image"
	"iter"
)

// The limits. A photograph of 108 megapixels is still read; what is decoded of
// it is made smaller before it is handed on, since no code on paper needs more.
const (
	MaxPixels = 120_000_000 // of a picture in a file
	MaxPages  = 2000        // of one file
	maxSide   = 100_000     // pixels across or down a picture in a file
	maxMemory = 512 << 20   // bytes of one decoded picture, before it is made smaller
	bigEnough = 16_000_000  // pixels of a picture that is handed on
)

// mostDecoded is how many pixels all pages of one file may have together.
const mostDecoded int64 = 20_000_000_000

// Decode returns the pages of a file, grey and upright: one for a picture, as
// many as it has for a PDF or TIFF file, but at most max of them (0: MaxPages).
// A page has at most 16 megapixels; a larger one comes averaged down. What the
// end of a broken file takes with it is missing from the picture; where nothing
// is left, and for files that are not read at all, the error is an
// *UnsupportedError, *TooLargeError, *DamagedError or *EncryptedError. Pages read
// before an error come with it.
func Decode(data []byte, max int) (pages []*image.Gray, err error) {
	for page, err := range Pages(data) {
		if err != nil {
			return pages, err
		}
		pages = append(pages, page)
		if len(pages) == max {
			break
		}
	}
	return pages, nil
}

// Pages is Decode for files of many pages: each is decoded when it is asked for
// and may be forgotten before the next. A page that cannot be read comes as an
// error in its place, and the pages behind it still follow; a file that cannot
// be read at all is one error.
func Pages(data []byte) iter.Seq2[*image.Gray, error] {
	switch kind := KindOf(data); kind {
	case PDF:
		return pdfPages(data)
	case TIFF:
		return tiffPages(data)
	default:
		return func(yield func(*image.Gray, error) bool) {
			yield(greyPicture(kind, data))
		}
	}
}

func greyPicture(kind Kind, data []byte) (*image.Gray, error) {
	img, _, err := decode(kind, data)
	if err != nil {
		return nil, err
	}
	return turnGrey(fittingGrey(img), orientation(kind, data)), nil
}

// fittingGrey makes a picture grey and at most as large as is handed on.
func fittingGrey(img image.Image) *image.Gray {
	w, h := fit(img.Bounds().Dx(), img.Bounds().Dy(), bigEnough)
	return greyOf(img, w, h)
}
