package picture

import (
	"bytes"
	"compress/flate"
	"compress/lzw"
	"compress/zlib"
	"encoding/ascii85"
	"io"

	tifflzw "golang.org/x/image/tiff/lzw"
)

// filters are the short names, which pictures in the midst of a page may use.
var filters = map[pdfName]pdfName{
	"Fl": "FlateDecode", "LZW": "LZWDecode", "AHx": "ASCIIHexDecode", "A85": "ASCII85Decode",
	"RL": "RunLengthDecode", "DCT": "DCTDecode", "CCF": "CCITTFaxDecode",
}

// unpack undoes the packing of a stream as far as it is not that of a picture;
// that one is named by rest. At most limit bytes come out, fewer where the page has
// cost too much. What is broken ends early.
func (f *pdfFile) unpack(s pdfStream, limit int) (data []byte, rest pdfName) {
	data, rest, _ = f.unpackPicture(s, limit)
	return data, rest
}

// unpackPicture is unpack with the parameters of the picture's packing.
func (f *pdfFile) unpackPicture(s pdfStream, limit int) (data []byte, rest pdfName, parms pdfDict) {
	data = s.raw
	names, allParms := f.filters(s.dict)
	for i, name := range names {
		if long, ok := filters[name]; ok {
			name = long
		}
		if !f.pay(len(data) / bytesAPay) {
			return nil, "", nil
		}
		var r io.Reader
		switch name {
		case "FlateDecode":
			r = inflate(data)
		case "LZWDecode":
			r = f.unLZW(data, allParms[i])
		case "ASCIIHexDecode":
			end := bytes.IndexByte(data, '>')
			if end < 0 {
				end = len(data)
			}
			r = bytes.NewReader(unhex(data[:end]))
		case "ASCII85Decode":
			r = ascii85.NewDecoder(bytes.NewReader(bytes.TrimPrefix(beforeMark(data), []byte("<~"))))
		case "RunLengthDecode":
			r = &runs{data: data}
		case "Crypt":
			continue
		default:
			return data, name, allParms[i]
		}
		data = readUpTo(r, min(limit, f.work*bytesAPay))
		f.pay(len(data) / bytesAPay)
		data = f.unpredict(data, allParms[i])
	}
	return data[:min(len(data), max(limit, 0))], "", nil
}

// filters lists how a stream is packed, at most five times over.
func (f *pdfFile) filters(d pdfDict) (names []pdfName, parms []pdfDict) {
	list := func(v any) pdfArray {
		switch v := f.resolve(v).(type) {
		case nil:
			return nil
		case pdfArray:
			return v[:min(len(v), 5)]
		default:
			return pdfArray{v}
		}
	}
	all := list(d["DecodeParms"])
	for i, v := range list(d["Filter"]) {
		name, _ := f.resolve(v).(pdfName)
		names = append(names, name)
		parms = append(parms, nil)
		if i < len(all) {
			parms[i] = f.dict(all[i])
		}
	}
	return names, parms
}

func readUpTo(r io.Reader, limit int) []byte {
	var b bytes.Buffer
	b.ReadFrom(io.LimitReader(r, int64(max(limit, 0)))) // an error ends it, and what came before counts
	return b.Bytes()
}

// inflate reads data packed by deflate, with or without the head they should have.
func inflate(data []byte) io.Reader {
	if r, err := zlib.NewReader(bytes.NewReader(data)); err == nil {
		return r
	}
	return flate.NewReader(bytes.NewReader(data))
}

// unLZW undoes LZW, of which there are two kinds: codes grow one code early, as
// in TIFF files, or when they have to (ISO 32000-1, table 8).
func (f *pdfFile) unLZW(data []byte, parms pdfDict) io.Reader {
	if f.number(parms["EarlyChange"], 1) == 0 {
		return lzw.NewReader(bytes.NewReader(data), lzw.MSB, 8)
	}
	return tifflzw.NewReader(bytes.NewReader(data), tifflzw.MSB, 8)
}

func beforeMark(data []byte) []byte {
	data = bytes.TrimSpace(data)
	if end := bytes.Index(data, []byte("~>")); end >= 0 {
		return data[:end]
	}
	return data
}

// runs undoes run lengths: up to 127 so many bytes and one follow, from 129 one
// byte is meant 257 less so many times, 128 is the end.
type runs struct {
	data []byte
	out  []byte
}

func (r *runs) Read(b []byte) (int, error) {
	if len(r.out) == 0 {
		if len(r.data) < 2 || r.data[0] == 128 {
			return 0, io.EOF
		}
		n := int(r.data[0])
		if n < 128 {
			end := min(n+2, len(r.data))
			r.out, r.data = r.data[1:end], r.data[end:]
		} else {
			r.out, r.data = bytes.Repeat(r.data[1:2], 257-n), r.data[2:]
		}
	}
	n := copy(b, r.out)
	r.out = r.out[n:]
	return n, nil
}

// unpredict undoes what was done to rows to make them pack better: 2 is TIFF's
// way, from 10 PNG's.
func (f *pdfFile) unpredict(data []byte, parms pdfDict) []byte {
	predictor := f.number(parms["Predictor"], 1)
	if predictor < 2 {
		return data
	}
	colours := int(max(1, min(f.number(parms["Colors"], 1), 32)))
	bits := int(max(1, min(f.number(parms["BitsPerComponent"], 8), 16)))
	columns := int(max(1, min(f.number(parms["Columns"], 1), MaxPixels)))
	pixel := max(1, colours*bits/8)
	width := (columns*colours*bits + 7) / 8
	if predictor == 2 {
		if bits == 8 {
			for row := data; len(row) > 0; row = row[min(width, len(row)):] {
				for i := pixel; i < min(width, len(row)); i++ {
					row[i] += row[i-pixel]
				}
			}
		}
		return data
	}
	return unpredictPNG(data, width, pixel)
}

// unpredictPNG puts the rows where they were, which never are longer than with
// the byte that is in front of each.
func unpredictPNG(data []byte, width, pixel int) []byte {
	out := data[:0]
	above := make([]byte, min(width, len(data)))
	for len(data) > 1 {
		way := data[0]
		row := data[1:min(width+1, len(data))]
		data = data[1+len(row):]
		for i := range row {
			var left, corner byte
			if i >= pixel {
				left, corner = row[i-pixel], above[i-pixel]
			}
			switch way {
			case 1:
				row[i] += left
			case 2:
				row[i] += above[i]
			case 3:
				row[i] += byte((int(left) + int(above[i])) / 2)
			case 4:
				row[i] += paeth(left, above[i], corner)
			}
		}
		copy(above, row)
		out = append(out, row...)
	}
	return out
}

// paeth is the neighbour that is nearest to left + above - corner (PNG, 9.4).
func paeth(left, above, corner byte) byte {
	p := int(left) + int(above) - int(corner)
	distance := func(b byte) int { return max(p-int(b), int(b)-p) }
	switch l, a, c := distance(left), distance(above), distance(corner); {
	case l <= a && l <= c:
		return left
	case a <= c:
		return above
	}
	return corner
}
