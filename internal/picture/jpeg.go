package picture

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/jpeg"
	"io"
)

// frame finds the segment that says how large a JPEG picture is; at is where its
// body begins, 0 if there is none.
func frame(data []byte) (marker byte, at int) {
	eachSegment(data, func(name string, body []byte) {
		if m := name[0]; m >= 0xc0 && m <= 0xc2 && at == 0 && len(body) >= 6 {
			marker, at = m, cap(data)-cap(body) // both end where the file does
		}
	})
	return marker, at
}

func progressive(data []byte) bool {
	marker, _ := frame(data)
	return marker == 0xc2
}

// mendJPEG gets out of a broken JPEG file what is in it. The decoder shows a whole
// picture or none; but a progressive file only lacks detail where its end is
// missing, and of any other the upper rows are a picture of their own.
func mendJPEG(data []byte, broken error) (image.Image, error) {
	marker, at := frame(data)
	switch {
	case at == 0:
		return nil, broken
	case marker == 0xc2:
		return mendProgressive(data, at, broken)
	}
	return mendBaseline(data, at, broken)
}

// mendProgressive lets the scan in which the file breaks off go on with zeros:
// six bytes a pixel are more than any scan takes.
func mendProgressive(data []byte, at int, broken error) (image.Image, error) {
	h, w := binary.BigEndian.Uint16(data[at+1:]), binary.BigEndian.Uint16(data[at+3:])
	most := 6*int64(w)*int64(h) + 4096
	img, err := jpeg.Decode(io.MultiReader(bytes.NewReader(data), io.LimitReader(zeros{}, most), bytes.NewReader([]byte{0xff, 0xd9})))
	if err != nil {
		return nil, broken
	}
	return img, nil
}

// zeros is a source of zeros. As codes of a scan they say little and are never
// wrong.
type zeros struct{}

func (zeros) Read(b []byte) (int, error) {
	clear(b)
	return len(b), nil
}

// mendBaseline searches for the largest number of rows that can be decoded.
// Rows of blocks are 8 or 16 pixels high; fewer than that are no picture.
func mendBaseline(data []byte, at int, broken error) (best image.Image, err error) {
	data = append(bytes.Clone(data), 0xff, 0xd9) // the mark of the end
	height := data[at+1 : at+3]
	low, high := 0, int(binary.BigEndian.Uint16(height))/8
	for low+1 < high {
		middle := (low + high) / 2
		binary.BigEndian.PutUint16(height, uint16(8*middle))
		if img, err := jpeg.Decode(bytes.NewReader(data)); err != nil {
			high = middle
		} else {
			best, low = img, middle
		}
	}
	if best == nil {
		return nil, broken
	}
	return best, nil
}

// stripJPEG takes out of a JPEG file all that is not the picture: Exif, comments,
// profiles, small copies of it, and what lies behind its end. How its colours are
// mixed stays.
func stripJPEG(data []byte) (clean []byte, ok bool) {
	clean = append(clean, data[:2]...)
	for at := 2; at+4 <= len(data) && data[at] == 0xff; {
		marker := data[at+1]
		switch {
		case marker == 0xff: // filling
			at++
			continue
		case marker == 0xd9:
			return append(clean, 0xff, 0xd9), true
		}
		end := at + 2 + int(binary.BigEndian.Uint16(data[at+2:]))
		if end > len(data) {
			return nil, false
		}
		if marker == 0xda {
			end = endOfScan(data, end)
		}
		switch {
		case marker == 0xe0:
			clean = append(clean, withoutThumbnail(data[at:end])...)
		case marker < 0xe0 || marker == 0xee:
			clean = append(clean, data[at:end]...)
		}
		at = end
		if at+2 == len(data) && data[at] == 0xff && data[at+1] == 0xd9 {
			return append(clean, 0xff, 0xd9), true
		}
	}
	return nil, false
}

// withoutThumbnail keeps of a JFIF segment (ITU-T T.871, 10.1) what it says of
// the picture, and nothing of one that holds but a small copy of it.
func withoutThumbnail(segment []byte) []byte {
	const length, thumbnail = 18, 16 // with the marker; where the size of the copy is
	if len(segment) < length || !bytes.HasPrefix(segment[4:], []byte("JFIF\x00")) {
		return nil
	}
	plain := bytes.Clone(segment[:length])
	binary.BigEndian.PutUint16(plain[2:], length-2)
	clear(plain[thumbnail:])
	return plain
}

// endOfScan finds the marker behind the bytes of a scan, in which 0xff stands for
// itself before 0 and marks a place to begin anew before 0xd0 to 0xd7.
func endOfScan(data []byte, at int) int {
	for ; at+1 < len(data); at++ {
		if next := data[at+1]; data[at] == 0xff && next != 0 && next != 0xff && (next < 0xd0 || next > 0xd7) {
			return at
		}
	}
	return len(data)
}
