package store

import (
	"bytes"
	"errors"
	"io"
)

// A patientReader reads a source from one end to the other and gets over places
// that cannot be read, as failing disks have them: for those it gives zeros.
type patientReader struct {
	src      io.ReaderAt
	at, end  int64
	lost     int64 // bytes that could not be read
	inARow   int64 // of them, since something could be read
	progress func(at int64)
	spot     func(at int64) // is told where the mark of a bbolt file lies
	tail     []byte         // of what was given last, where a mark may have begun
}

// badStep is how much is given up at once where reading fails; badLimit is how
// much in a row, before the rest of the source is taken for gone.
const (
	badStep  = 4 << 10
	badLimit = 64 << 20
)

// bboltMark is what stands 16 bytes behind the beginning of each meta page: the
// magic number and the version.
var bboltMark = []byte{0xED, 0xDA, 0x0C, 0xED, metaVersion, 0, 0, 0}

func (r *patientReader) Read(p []byte) (int, error) {
	p = p[:min(int64(len(p)), r.end-r.at)]
	if len(p) == 0 || r.inARow >= badLimit {
		return 0, io.EOF
	}
	n, err := r.src.ReadAt(p, r.at)
	switch {
	case n > 0:
		r.inARow = 0
	case errors.Is(err, io.EOF): // the file became shorter
		return 0, io.EOF
	default:
		n = r.giveUp(p)
	}
	r.look(p[:n])
	r.at += int64(n)
	r.progress(r.at)
	return n, nil
}

// giveUp puts zeros for the shortest piece that a disk loses, or for the whole of
// p where that is shorter, unless that piece alone can be read.
func (r *patientReader) giveUp(p []byte) int {
	p = p[:min(int64(len(p)), badStep-r.at%badStep)]
	if n, _ := r.src.ReadAt(p, r.at); n > 0 {
		r.inARow = 0
		return n
	}
	clear(p)
	r.lost += int64(len(p))
	r.inARow += int64(len(p))
	return len(p)
}

// look finds marks, also those that lie across two reads.
func (r *patientReader) look(b []byte) {
	both := append(r.tail, b[:min(len(b), len(bboltMark)-1)]...)
	eachMark(both, func(i int) {
		if i < len(r.tail) { // the others lie in b as a whole
			r.spot(r.at - int64(len(r.tail)) + int64(i))
		}
	})
	eachMark(b, func(i int) { r.spot(r.at + int64(i)) })
	last := append(r.tail, b[max(0, len(b)-len(bboltMark)+1):]...)
	r.tail = bytes.Clone(last[max(0, len(last)-len(bboltMark)+1):])
}

func eachMark(b []byte, f func(i int)) {
	for from := 0; ; {
		i := bytes.Index(b[from:], bboltMark)
		if i < 0 {
			return
		}
		f(from + i)
		from += i + 1
	}
}
