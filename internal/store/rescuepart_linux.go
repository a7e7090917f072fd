package store

import (
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// eachPart calls f for the parts of a source that hold data. The holes of a sparse
// file, such as the image of a mostly empty disk, are passed over.
func eachPart(src io.ReaderAt, size int64, f func(from, to int64) error) error {
	file, ok := src.(*os.File)
	if !ok {
		return f(0, size)
	}
	for at := int64(0); at < size; {
		from, err := unix.Seek(int(file.Fd()), at, unix.SEEK_DATA)
		if err == unix.ENXIO {
			return nil
		}
		if err != nil { // a device, or a file system without holes
			return f(at, size)
		}
		to, err := unix.Seek(int(file.Fd()), from, unix.SEEK_HOLE)
		if err != nil {
			to = size
		}
		if err := f(from, min(to, size)); err != nil {
			return err
		}
		at = to
	}
	return nil
}
