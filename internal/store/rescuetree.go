package store

import (
	"errors"
	"io"
)

// A wreckTree reads what one transaction left in a bbolt file of which anything
// may be damaged: the pages that hold together, and nothing is refused because of
// the others. It reads no values, only where they are.
type wreckTree struct {
	src    io.ReaderAt
	base   int64 // where in src the bbolt file begins
	end    int64 // where src ends
	meta   metaPage
	seen   pageSet
	broken int   // pages that did not hold together
	left   int64 // elements that may still be visited: pages that point at each other may claim more than there can be
	found  func(v wreckValue)
}

// A wreckValue is where a value should be.
type wreckValue struct {
	bucket string
	key    []byte
	at     int64 // in the source
	length int64
}

// maxWreckKey is the longest key that is taken for one.
const maxWreckKey = 64

// wreckMetas returns the meta pages of the bbolt file at base that have a right
// checksum, the newer first.
func wreckMetas(src io.ReaderAt, base, end int64) []metaPage {
	p := &pages{r: io.NewSectionReader(src, base, end-base), size: uint64(end - base)}
	var list []metaPage
	if first, err := p.readMeta(0, 0); err == nil {
		list = append(list, first)
	}
	for size := uint64(1024); size <= 64<<10; size *= 2 {
		second, err := p.readMeta(size, 1)
		if err != nil || second.pageSize != size {
			continue
		}
		if len(list) > 0 && list[0].pageSize == size && list[0].txid > second.txid {
			return append(list, second)
		}
		return append([]metaPage{second}, list...)
	}
	return list
}

// baseOf returns where a bbolt file begins of which a meta page begins at at.
func baseOf(src io.ReaderAt, at, end int64) (int64, bool) {
	p := &pages{r: io.NewSectionReader(src, at, end-at), size: uint64(end - at)}
	if _, err := p.readMeta(0, 0); err == nil {
		return at, true
	}
	m, err := p.readMeta(0, 1)
	base := at - int64(m.pageSize)
	return base, err == nil && base >= 0
}

// walk visits all values that can be reached.
func (t *wreckTree) walk() {
	t.seen, t.left = newPageSet(t.meta.pages), (t.end-t.base)/elementSize
	t.page("", t.meta.root, 0)
}

// page visits what is below a page of a bucket; the root bucket has no name.
func (t *wreckTree) page(bucket string, id uint64, depth int) {
	if id < 2 || id >= t.meta.pages || depth > maxTreeDepth || !t.seen.add(id, 1) {
		t.broken++
		return
	}
	at := t.base + int64(id*t.meta.pageSize)
	head, err := t.bytes(at, pageHeader)
	if err != nil || u64(head, 0) != id {
		t.broken++
		return
	}
	t.elements(bucket, at, head, depth)
}

// elements visits the elements of the page at at, which may lie inside a value.
func (t *wreckTree) elements(bucket string, at int64, head []byte, depth int) {
	flags, n := u16(head, 8), int(u16(head, 10))
	if t.left -= int64(n); t.left < 0 {
		t.broken++
		return
	}
	b, err := t.bytes(at+pageHeader, n*elementSize)
	if err != nil || flags != flagLeaf && flags != flagBranch {
		t.broken++
		return
	}
	for i := range n {
		e := b[i*elementSize:]
		if flags == flagBranch {
			t.page(bucket, u64(e, 8), depth+1)
		} else {
			t.leaf(bucket, at+pageHeader+int64(i)*elementSize, e, depth)
		}
	}
}

// leaf visits one element of a leaf: a value, or in the root bucket a bucket.
func (t *wreckTree) leaf(bucket string, at int64, e []byte, depth int) {
	flags, pos, ksize, vsize := u32(e, 0), u32(e, 4), u32(e, 8), u32(e, 12)
	if ksize == 0 || ksize > maxWreckKey {
		return
	}
	key, err := t.bytes(at+int64(pos), int(ksize))
	if err != nil {
		return
	}
	value := at + int64(pos) + int64(ksize)
	switch {
	case bucket != "" && flags == 0:
		t.found(wreckValue{bucket: bucket, key: key, at: value, length: int64(vsize)})
	case bucket == "" && flags == 1 && vsize >= bucketHeader:
		t.bucket(string(key), value, depth)
	}
}

// bucket visits a bucket whose header is at at; a small one lies behind it.
func (t *wreckTree) bucket(name string, at int64, depth int) {
	head, err := t.bytes(at, bucketHeader)
	if err != nil {
		t.broken++
		return
	}
	if root := u64(head, 0); root != 0 {
		t.page(name, root, depth+1)
		return
	}
	inline, err := t.bytes(at+bucketHeader, pageHeader)
	if err != nil {
		t.broken++
		return
	}
	t.elements(name, at+bucketHeader, inline, depth)
}

func (t *wreckTree) bytes(at int64, n int) ([]byte, error) {
	if at < 0 || at > t.end || int64(n) > t.end-at {
		return nil, errPage
	}
	b := make([]byte, n)
	if _, err := t.src.ReadAt(b, at); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	return b, nil
}
