// Package scan finds QR codes in pictures of paper and reads them: the dense
// codes of a paper backup, many to a page, and the small ones on sheets.
//
// It takes grey pixels and gives texts. Nothing it is given makes it panic, and
// it needs no more than a few times the memory of the picture.
package scan

import "image"

// A Code is one QR code that was read.
type Code struct {
	// Text is what the code says, byte for byte where it is plain text.
	Text string
	// Corners are the outer corners of the code in the picture, in the order
	// top left, top right, bottom right, bottom left as the code itself is
	// upright; they may lie outside of the picture.
	Corners [4]image.Point
}

// Trouble is the main reason why codes of a picture were not read.
type Trouble uint8

// The troubles, of which a [Result] names the one that a new picture should cure.
const (
	None        Trouble = iota // everything that was seen was read
	NoCodes                    // nothing in the picture looks like a code
	TooDark                    // even the paper is nearly black
	TooBright                  // ink and paper are both nearly white
	LowContrast                // ink and paper differ too little: faded, or a reflection
	TooSmall                   // the codes have too few pixels: taken from too far away
	Blurred                    // out of focus or moved
	CutOff                     // codes run over the edge of the picture
	Damaged                    // codes are seen well and still don't read: stains, folds, holes
)

// A Result is what [Backup] found in one picture.
type Result struct {
	Codes   []Code  // those read, from top to bottom and left to right
	Trouble Trouble // why others were not; None if there seem to be no others
	Unread  int     // codes that were seen and not read
}
