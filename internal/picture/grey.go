package picture

import (
	"image"
	"image/color"
	"math"
)

// A scanner hands out the rows of a picture, n samples of 8 bits a pixel: one of
// grey, or red, green and blue. What is see-through lies on white paper.
type scanner struct {
	w, h, n int
	row     func(y int, to []uint8)
}

// fit returns the size to which a picture of w by h pixels has to be made smaller
// to have at most so many pixels.
func fit(w, h, pixels int) (int, int) {
	if w*h <= pixels {
		return w, h
	}
	f := math.Sqrt(float64(pixels) / float64(w) / float64(h))
	return max(1, int(float64(w)*f)), max(1, int(float64(h)*f))
}

// greyOf returns a picture in grey, averaged down to w by h pixels, which are at
// most as many as it has.
func greyOf(img image.Image, w, h int) *image.Gray {
	b := img.Bounds()
	if b.Dx() == w && b.Dy() == h {
		switch img := img.(type) {
		case *image.Gray:
			return &image.Gray{Pix: img.Pix[img.PixOffset(b.Min.X, b.Min.Y):], Stride: img.Stride, Rect: image.Rect(0, 0, w, h)}
		case *image.YCbCr:
			return &image.Gray{Pix: img.Y[img.YOffset(b.Min.X, b.Min.Y):], Stride: img.YStride, Rect: image.Rect(0, 0, w, h)}
		}
	}
	return &image.Gray{Pix: scanGrey(img).averaged(w, h), Stride: w, Rect: image.Rect(0, 0, w, h)}
}

func scanGrey(img image.Image) scanner {
	b := img.Bounds()
	s := scanner{b.Dx(), b.Dy(), 1, nil}
	switch img := img.(type) {
	case *image.Gray:
		s.row = func(y int, to []uint8) { copy(to, img.Pix[img.PixOffset(b.Min.X, b.Min.Y+y):]) }
	case *image.YCbCr:
		s.row = func(y int, to []uint8) { copy(to, img.Y[img.YOffset(b.Min.X, b.Min.Y+y):]) }
	case *image.Paletted:
		greys := greysOf(img.Palette)
		s.row = func(y int, to []uint8) {
			for x, i := range img.Pix[img.PixOffset(b.Min.X, b.Min.Y+y):][:s.w] {
				to[x] = greys[i]
			}
		}
	default:
		colours := scanColour(img)
		three := make([]uint8, 3*s.w)
		s.row = func(y int, to []uint8) {
			colours.row(y, three)
			for x := range to {
				to[x] = luminance(three[3*x], three[3*x+1], three[3*x+2])
			}
		}
	}
	return s
}

func greysOf(p color.Palette) (greys [256]uint8) {
	for i, c := range p {
		if i < len(greys) {
			greys[i] = luminance(onWhite(c))
		}
	}
	return greys
}

// luminance weighs the colours as the standard for JPEG files does (ITU-R BT.601).
func luminance(r, g, b uint8) uint8 {
	return uint8((19595*uint32(r) + 38470*uint32(g) + 7471*uint32(b) + 1<<15) >> 16)
}

func scanColour(img image.Image) scanner {
	b := img.Bounds()
	s := scanner{b.Dx(), b.Dy(), 3, nil}
	switch img := img.(type) {
	case *image.YCbCr:
		s.row = func(y int, to []uint8) {
			for x := range s.w {
				yi, ci := img.YOffset(b.Min.X+x, b.Min.Y+y), img.COffset(b.Min.X+x, b.Min.Y+y)
				to[3*x], to[3*x+1], to[3*x+2] = color.YCbCrToRGB(img.Y[yi], img.Cb[ci], img.Cr[ci])
			}
		}
	case *image.RGBA:
		s.row = func(y int, to []uint8) {
			four := img.Pix[img.PixOffset(b.Min.X, b.Min.Y+y):]
			for x := range s.w {
				white := 255 - four[4*x+3]
				to[3*x], to[3*x+1], to[3*x+2] = four[4*x]+white, four[4*x+1]+white, four[4*x+2]+white
			}
		}
	case *image.NRGBA:
		s.row = func(y int, to []uint8) {
			four := img.Pix[img.PixOffset(b.Min.X, b.Min.Y+y):]
			for x := range s.w {
				for i := range 3 {
					to[3*x+i] = over(four[4*x+i], four[4*x+3])
				}
			}
		}
	default:
		s.row = func(y int, to []uint8) {
			for x := range s.w {
				to[3*x], to[3*x+1], to[3*x+2] = onWhite(img.At(b.Min.X+x, b.Min.Y+y))
			}
		}
	}
	return s
}

// over lays a sample that is as opaque as alpha on white.
func over(sample, alpha uint8) uint8 {
	return uint8((uint32(sample)*uint32(alpha) + 255*(255-uint32(alpha)) + 127) / 255)
}

func onWhite(c color.Color) (r, g, b uint8) {
	r32, g32, b32, a32 := c.RGBA()
	white := 0xffff - min(a32, 0xffff)
	return uint8(min(r32+white, 0xffff) >> 8), uint8(min(g32+white, 0xffff) >> 8), uint8(min(b32+white, 0xffff) >> 8)
}

// averaged makes a picture smaller: each new pixel is the mean of the area it
// covers. All is done in whole numbers, in which a pixel of the file is as wide as
// the new picture has columns, and a new pixel as the old one had.
func (s scanner) averaged(w, h int) []uint8 {
	out := make([]uint8, w*h*s.n)
	if w == s.w && h == s.h {
		for y := range h {
			s.row(y, out[y*w*s.n:][:w*s.n])
		}
		return out
	}
	line, thin := make([]uint8, s.w*s.n), make([]uint32, w*s.n)
	sum := make([]uint64, w*s.n)
	y, room := 0, s.h // the new row that is being filled, and how much of it is open
	for from := range s.h {
		s.row(from, line)
		s.narrow(line, thin, w)
		for left := h; left > 0; {
			part := min(left, room)
			for i, v := range thin {
				sum[i] += uint64(v) * uint64(part)
			}
			left -= part
			if room -= part; room == 0 {
				settle(out[y*w*s.n:], sum, uint64(s.h))
				y, room = y+1, s.h
			}
		}
	}
	return out
}

// narrow averages a row down to w pixels, in 256ths of a step of grey.
func (s scanner) narrow(line []uint8, thin []uint32, w int) {
	x, left := 0, w // the old pixel that is being used up, and how much of it is left
	for to := range w {
		var sum [3]uint64
		for room := s.w; room > 0; {
			part := min(left, room)
			for i := range s.n {
				sum[i] += uint64(line[x*s.n+i]) * uint64(part)
			}
			room -= part
			if left -= part; left == 0 {
				x, left = x+1, w
			}
		}
		for i := range s.n {
			thin[to*s.n+i] = uint32(sum[i] << 8 / uint64(s.w))
		}
	}
}

// settle rounds the sums of a row and makes them zero again.
func settle(row []uint8, sum []uint64, height uint64) {
	for i, v := range sum {
		row[i] = uint8(min((v/height+128)>>8, 255))
		sum[i] = 0
	}
}
