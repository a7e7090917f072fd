package scan

import (
	"image"

	"github.com/makiuchi-d/gozxing"
	multi "github.com/makiuchi-d/gozxing/multi/qrcode"
)

// Small reads the ordinary QR codes of any version in a picture, such as the mark
// of a sheet. Several may be in one picture, any way round. It gives nil if there
// are none.
func Small(img *image.Gray) []Code {
	return readStock(img)
}

// readStock reads a picture by gozxing alone, one scale. Whatever goes wrong in
// there, a panic included, means that nothing was read.
func readStock(img *image.Gray) (codes []Code) {
	defer func() {
		if recover() != nil {
			codes = nil
		}
	}()
	if img == nil || img.Rect.Empty() {
		return nil
	}
	source := gozxing.NewLuminanceSourceFromImage(img)
	bitmap, err := gozxing.NewBinaryBitmap(gozxing.NewHybridBinarizer(source))
	if err != nil {
		return nil
	}
	hints := map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_TRY_HARDER: true}
	results, err := multi.NewQRCodeMultiReader().DecodeMultiple(bitmap, hints)
	if err != nil {
		return nil
	}
	for _, r := range results {
		codes = append(codes, Code{Text: r.GetText(), Corners: stockCorners(r.GetResultPoints(), img.Rect.Min)})
	}
	return codes
}

// stockCorners completes the finder patterns' centres (bottom left, top left, top
// right) to a parallelogram.
func stockCorners(points []gozxing.ResultPoint, origin image.Point) (c [4]image.Point) {
	if len(points) < 3 {
		return c
	}
	at := func(p gozxing.ResultPoint) image.Point {
		return image.Pt(int(p.GetX()), int(p.GetY())).Add(origin)
	}
	c[3], c[0], c[1] = at(points[0]), at(points[1]), at(points[2])
	c[2] = c[1].Add(c[3]).Sub(c[0])
	return c
}
