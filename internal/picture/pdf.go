package picture

import (
	"image"
	"iter"
)

func pdfPages(data []byte) iter.Seq2[*image.Gray, error] {
	return func(yield func(*image.Gray, error) bool) {
		yield(nil, &UnsupportedError{Kind: PDF})
	}
}
