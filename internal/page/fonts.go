package page

import (
	"bytes"
	"compress/gzip"
	"embed"
	"fmt"
	"io"
	"sync"
)

//go:embed fonts/*.ttf.gz
var fontFiles embed.FS

// A Face is one of the ways a text looks. A character that the first font of a
// face lacks is drawn with the next one that has it.
type Face uint8

// The faces. Text and Bold are for people to read; Mono and MonoBold, in which
// 0 and O, 1, l and I are told apart, are for all that is copied by hand.
const (
	Text Face = iota
	Bold
	Mono
	MonoBold
	numFaces
)

// An embedded is a font of the program, unpacked when it is first needed.
type embedded struct {
	name string
	once sync.Once
	font *font
}

var (
	textFont     = &embedded{name: "text"}
	boldFont     = &embedded{name: "bold"}
	rareFont     = &embedded{name: "rare"}
	monoFont     = &embedded{name: "mono"}
	monoBoldFont = &embedded{name: "monobold"}
	emojiFont    = &embedded{name: "emoji"}
)

// fallbacks are the fonts of each face in the order they are asked. All faces
// have the same characters in the end.
var fallbacks = [numFaces][]*embedded{
	Text:     {textFont, rareFont, emojiFont, monoFont},
	Bold:     {boldFont, textFont, rareFont, emojiFont, monoFont},
	Mono:     {monoFont, textFont, rareFont, emojiFont},
	MonoBold: {monoBoldFont, boldFont, textFont, rareFont, emojiFont, monoFont},
}

// load unpacks and reads the font. A font of the program that cannot be read
// is a fault of the build, which the tests would have found.
func (e *embedded) load() *font {
	e.once.Do(func() {
		packed, err := fontFiles.ReadFile("fonts/" + e.name + ".ttf.gz")
		if err != nil {
			panic(err)
		}
		data, err := unpack(packed)
		if err == nil {
			e.font, err = parseFont(data)
		}
		if err != nil {
			panic(fmt.Sprintf("embedded font %s: %v", e.name, err))
		}
		e.font.thin = e.name == "text" || e.name == "rare"
		e.font.bold = e.name == "bold" || e.name == "monobold"
		e.font.fixed = e.name == "mono" || e.name == "monobold"
	})
	return e.font
}

// unpack reads a gzip file whose last four bytes tell its size.
func unpack(packed []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	tail := packed[len(packed)-4:]
	size := int(tail[0]) | int(tail[1])<<8 | int(tail[2])<<16 | int(tail[3])<<24
	data := make([]byte, size)
	_, err = io.ReadFull(r, data)
	return data, err
}

// find returns the first font of the face that has the character, and its
// glyph.
func (f Face) find(r rune) (*font, uint16) {
	for _, e := range f.fonts() {
		if id := e.load().glyph(r); id != 0 {
			return e.font, id
		}
	}
	return nil, 0
}

func (f Face) fonts() []*embedded {
	if f >= numFaces {
		f = Text
	}
	return fallbacks[f]
}
