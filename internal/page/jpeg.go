package page

import (
	"bytes"
	"errors"
	"fmt"
	"image/jpeg"
)

// A picture is a JPEG file with what a PDF has to say of it.
type picture struct {
	data     []byte
	w, h     int
	colors   int  // components: 1 gray, 3 RGB, 4 CMYK
	inverted bool // CMYK as Adobe writes it, 255 for no ink
}

// maxPicture bounds the pixels of a picture: what a camera of 50 megapixels
// makes, and about 150 MB while it is drawn, 750 MB if it is progressive.
const maxPicture = 50_000_000

var errPicture = errors.New("not a JPEG picture that can be printed")

// JPEG draws a baseline or progressive JPEG picture, stretched to a rectangle.
// The PDF holds the file as it is, whatever else is in it; it is decoded only
// for Raster. A file that is no JPEG picture, or one of more than 50 million
// pixels, is an error and draws nothing.
func (p *Page) JPEG(x, y, w, h float64, data []byte) error {
	pic, err := readPicture(data)
	if err != nil {
		return err
	}
	p.add(mark{kind: KindJPEG, x: x, y: y, w: w, h: h, picture: pic})
	return nil
}

// readPicture reads a picture's header.
func readPicture(data []byte) (*picture, error) {
	config, err := jpeg.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errPicture, err)
	}
	if config.Width <= 0 || config.Height <= 0 || config.Width > maxPicture/config.Height {
		return nil, fmt.Errorf("%w: %d × %d pixels", errPicture, config.Width, config.Height)
	}
	pic := &picture{data: data, w: config.Width, h: config.Height}
	pic.colors, pic.inverted = components(data)
	if pic.colors != 1 && pic.colors != 3 && pic.colors != 4 {
		return nil, errPicture
	}
	return pic, nil
}

// components reads of the markers of a JPEG file (ITU-T T.81, annex B) how many
// colours it has and whether the program that wrote it was one of Adobe's.
func components(data []byte) (n int, adobe bool) {
	for i := 2; i+4 <= len(data); {
		if data[i] != 0xFF {
			i++
			continue
		}
		m := data[i+1]
		if m == 0xFF || m == 0 || m == 1 || m >= 0xD0 && m <= 0xD8 {
			i++
			continue
		}
		size := int(data[i+2])<<8 | int(data[i+3])
		body := data[i+4 : max(i+4, min(i+2+size, len(data)))]
		switch {
		case m == 0xC0 || m == 0xC1 || m == 0xC2:
			if len(body) >= 6 {
				n = int(body[5])
			}
			return n, adobe
		case m == 0xEE && bytes.HasPrefix(body, []byte("Adobe")):
			adobe = true
		case m == 0xDA || m == 0xD9:
			return n, adobe
		}
		i += 2 + size
	}
	return n, adobe
}
