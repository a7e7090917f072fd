package store

import (
	"archive/tar"
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
)

// values is where the values of a vault stand: the pages of a vault file, or
// the files in a backup.
type values interface {
	// get returns the value of key in a bucket, nil if there is none.
	get(bucket string, key []byte) ([]byte, error)
	// each visits a bucket's keys and values in order of key.
	each(bucket string, visit func(key, value []byte) error) error
}

// A tarValues is a backup on disk. Its values are read where they stand, one at
// a time, so that a large backup takes no more memory than a small one.
type tarValues struct {
	r     io.ReaderAt
	at    map[string]map[string]section // by bucket and key
	order map[string][]string           // keys of each bucket, sorted
	made  time.Time                     // when the first file in it was written
}

// A section is a part of a file.
type section struct{ offset, size int64 }

const tarBlock = 512

// errTar says that the bytes do not hold together as a backup.
var errTar = errors.New("the archive is not whole")

// looksLikeTar reports whether a file begins as a POSIX tar does.
func looksLikeTar(beginning []byte) bool {
	return len(beginning) >= tarBlock && bytes.Equal(beginning[257:262], []byte("ustar"))
}

// openTar finds what is where in a tar of size bytes. A backup that somebody
// packed again, with folders and a ./ before each name, is one all the same.
func openTar(r io.ReaderAt, size int64) (*tarValues, error) {
	v := &tarValues{r: r, at: map[string]map[string]section{}, order: map[string][]string{}}
	in := io.NewSectionReader(r, 0, size)
	t := tar.NewReader(in)
	end := int64(0)
	for {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %w", errTar, err)
		}
		// archive/tar reads headers block by block and nothing ahead of them
		at, err := in.Seek(0, io.SeekCurrent)
		if err != nil {
			return nil, err
		}
		if h.Size < 0 || h.Size > size-at {
			return nil, fmt.Errorf("%w: it is cut off", errTar)
		}
		if end = at + (h.Size+tarBlock-1)/tarBlock*tarBlock; h.Typeflag != tar.TypeReg {
			continue
		}
		if err := v.add(path.Clean(h.Name), section{at, h.Size}); err != nil {
			return nil, err
		}
		if v.made.IsZero() {
			v.made = h.ModTime.UTC()
		}
	}
	if size < end+2*tarBlock {
		return nil, fmt.Errorf("%w: its end is missing", errTar)
	}
	for bucket, keys := range v.at {
		v.order[bucket] = slices.Sorted(maps.Keys(keys))
	}
	return v, nil
}

// add takes in a file of the backup. What is none of ours, as a note somebody
// put beside it, is left alone.
func (v *tarValues) add(name string, where section) error {
	bucket, key, ok := tarKey(name)
	if !ok {
		return nil
	}
	if v.at[bucket] == nil {
		v.at[bucket] = map[string]section{}
	}
	if _, twice := v.at[bucket][string(key)]; twice {
		return fmt.Errorf("%w: %s is in it twice", errTar, name)
	}
	v.at[bucket][string(key)] = where
	return nil
}

// tarKey is the place in a vault of what has this name in a backup.
func tarKey(name string) (bucket string, key []byte, ok bool) {
	switch name {
	case "format":
		return bucketMeta, keyFormat, true
	case "index.age":
		return bucketIndex, keyIndex, true
	}
	if hint, ok := strings.CutPrefix(name, "hints/"); ok {
		id, err := hex.DecodeString(strings.TrimSuffix(hint, ".txt"))
		return bucketHints, id, err == nil && len(id) == 16
	}
	bare, sealed := strings.CutSuffix(name, ".age")
	folder, rest, _ := strings.Cut(bare, "/")
	switch folder {
	case bucketSlots, bucketRecords, bucketAttachments:
		id, err := hex.DecodeString(rest)
		return folder, id, sealed && err == nil && len(id) == 16
	case bucketHistory:
		of, number, _ := strings.Cut(rest, "/")
		id, err := hex.DecodeString(of)
		revision, err2 := strconv.ParseUint(number, 10, 64)
		return folder, binary.BigEndian.AppendUint64(id, revision), sealed && err == nil && err2 == nil && len(id) == 16
	}
	return "", nil, false
}

func (v *tarValues) get(bucket string, key []byte) ([]byte, error) {
	where, ok := v.at[bucket][string(key)]
	if !ok {
		return nil, nil
	}
	b := make([]byte, where.size)
	_, err := v.r.ReadAt(b, where.offset)
	return b, err
}

func (v *tarValues) each(bucket string, visit func(key, value []byte) error) error {
	for _, key := range v.order[bucket] {
		value, err := v.get(bucket, []byte(key))
		if err != nil {
			return err
		}
		if err := visit([]byte(key), value); err != nil {
			return err
		}
	}
	return nil
}

// checkFormat reads the format line. A backup of a newer program says so there.
func (v *tarValues) checkFormat() error {
	where, ok := v.at[bucketMeta][string(keyFormat)]
	if !ok {
		return fmt.Errorf("%w: a tar without a format line", ErrNotBackup)
	}
	if where.size > tarBlock {
		return damaged("format line", nil)
	}
	line, err := v.get(bucketMeta, keyFormat)
	if err != nil {
		return err
	}
	return checkFormatLine(line)
}

// fileBeginning returns up to the first block of a file.
func fileBeginning(f *os.File) ([]byte, error) {
	b := make([]byte, tarBlock)
	n, err := f.ReadAt(b, 0)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return b[:n], err
}
