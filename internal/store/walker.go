package store

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"os"
	"slices"
)

// This file reads a bbolt file without bbolt. bbolt trusts its pages: of all
// single-bit flips of a small vault it refuses none at open, some kill the
// process and some never return (docs/decisions/0002). This reader checks every
// number before it uses it, touches no memory map, and visits each page once.
// The layout is bbolt's, format version 2, little-endian.

const (
	pageHeader   = 16
	elementSize  = 16
	bucketHeader = 16

	flagBranch   = 0x01
	flagLeaf     = 0x02
	flagMeta     = 0x04
	flagFreelist = 0x10

	metaMagic    = 0xED0CDAED
	metaVersion  = 2
	metaSize     = 64
	noFreelist   = ^uint64(0)
	maxTreeDepth = 32

	// smallFile is the size up to which a vault is verified whole on every open.
	smallFile = 4 << 20
	// maxFile bounds what we are willing to open.
	maxFile = 4 << 30
)

// errPage is the cause of every refusal of the walker.
var errPage = errors.New("page does not hold together")

func badPage(id uint64, format string, args ...any) error {
	return fmt.Errorf("%w: page %d: %s", errPage, id, fmt.Sprintf(format, args...))
}

// A metaPage is what one of the two meta pages says.
type metaPage struct {
	pageSize uint64
	root     uint64 // page of the root bucket
	freelist uint64
	pages    uint64 // high-water mark: no page at or above it is in use
	txid     uint64
}

// pages is a bbolt file as one transaction left it.
type pages struct {
	r       io.ReaderAt
	file    os.FileInfo // nil if r is no file
	mem     []byte      // the whole file if it is small and was asked for
	size    uint64
	meta    metaPage
	buckets map[string]bucketRef
	used    pageSet // once structure has walked all
}

// A bucketRef is where a top-level bucket has its tree: on a page, or inline in
// the root bucket's leaf.
type bucketRef struct {
	root   uint64
	inline []byte
}

// openPages reads both meta pages and the list of buckets. One invalid meta is
// damage, not the trace of a crash: bbolt's 80 bytes of meta lie in one disk
// sector and tore in none of 19,440 simulated power cuts.
func openPages(r io.ReaderAt, size int64) (*pages, error) {
	if size < 4*1024 || size > maxFile {
		return nil, fmt.Errorf("%w: %d bytes is no size of a vault", errPage, size)
	}
	p := &pages{r: r, size: uint64(size)}
	if err := p.readMetas(); err != nil {
		return nil, err
	}
	return p, p.readBuckets()
}

// small reports whether the file is verified whole each time it is opened.
func (p *pages) small() bool { return p.size <= smallFile }

// readAll reads a small file into memory, for who is going to look at all of it.
func (p *pages) readAll() error {
	if !p.small() || p.mem != nil {
		return nil
	}
	b := make([]byte, p.size)
	if _, err := p.r.ReadAt(b, 0); err != nil {
		return err
	}
	p.mem = b
	return nil
}

func (p *pages) readMetas() error {
	first, err := p.readMeta(0, 0)
	if err != nil {
		return err
	}
	second, err := p.readMeta(first.pageSize, 1)
	if err != nil {
		return err
	}
	newest, older := first, second
	if second.txid > first.txid {
		newest, older = second, first
	}
	switch {
	case first.pageSize != second.pageSize:
		return badPage(1, "the two meta pages differ in page size")
	case newest.txid != older.txid+1:
		return badPage(newest.txid%2, "transactions %d and %d do not follow each other", older.txid, newest.txid)
	case newest.pages*newest.pageSize > p.size:
		return badPage(newest.txid%2, "the file is cut off: %d pages of %d bytes do not fit into %d", newest.pages, newest.pageSize, p.size)
	}
	p.meta = newest
	return nil
}

func (p *pages) readMeta(offset, id uint64) (metaPage, error) {
	var m metaPage
	b, err := p.bytes(offset, pageHeader+metaSize)
	if err != nil {
		return m, err
	}
	body := b[pageHeader:]
	sum := fnv.New64a()
	sum.Write(body[:metaSize-8])
	switch {
	case u64(b, 0) != id, u16(b, 8) != flagMeta:
		return m, badPage(id, "not a meta page")
	case u32(body, 0) != metaMagic, u32(body, 4) != metaVersion:
		return m, badPage(id, "not of a bbolt file, version 2")
	case u64(body, 56) != sum.Sum64():
		return m, badPage(id, "the checksum of the meta page is wrong")
	}
	m = metaPage{
		pageSize: uint64(u32(body, 8)),
		root:     u64(body, 16),
		freelist: u64(body, 32),
		pages:    u64(body, 40),
		txid:     u64(body, 48),
	}
	switch {
	case m.pageSize < 1024 || m.pageSize > 64<<10 || m.pageSize&(m.pageSize-1) != 0:
		return m, badPage(id, "page size %d", m.pageSize)
	case m.pages < 3 || m.pages > maxFile/1024:
		return m, badPage(id, "%d pages", m.pages)
	case m.txid%2 != id:
		return m, badPage(id, "transaction %d belongs on the other meta page", m.txid)
	case m.root < 2 || m.root >= m.pages:
		return m, badPage(id, "root page %d", m.root)
	}
	return m, nil
}

// bytes returns n bytes of the file at offset.
func (p *pages) bytes(offset, n uint64) ([]byte, error) {
	if offset > p.size || n > p.size-offset {
		return nil, fmt.Errorf("%w: the file ends before byte %d", errPage, offset+n)
	}
	if p.mem != nil {
		return p.mem[offset : offset+n : offset+n], nil
	}
	b := make([]byte, n)
	_, err := p.r.ReadAt(b, int64(offset))
	return b, err
}

// page returns page id with its overflow pages.
func (p *pages) page(id uint64) ([]byte, error) {
	if id < 2 || id >= p.meta.pages {
		return nil, badPage(id, "outside the %d pages of the file", p.meta.pages)
	}
	b, err := p.bytes(id*p.meta.pageSize, p.meta.pageSize)
	if err != nil {
		return nil, err
	}
	if u64(b, 0) != id {
		return nil, badPage(id, "calls itself %d", u64(b, 0))
	}
	overflow := uint64(u32(b, 12))
	if overflow == 0 {
		return b, nil
	}
	if overflow >= p.meta.pages-id {
		return nil, badPage(id, "runs over the end of the file")
	}
	return p.bytes(id*p.meta.pageSize, (overflow+1)*p.meta.pageSize)
}

func (p *pages) readBuckets() error {
	p.buckets = map[string]bucketRef{}
	return p.leaves(bucketRef{root: p.meta.root}, nil, func(flags uint32, key, value []byte) error {
		if flags != 1 || len(value) < bucketHeader {
			return badPage(p.meta.root, "the root holds something that is not a bucket")
		}
		ref := bucketRef{root: u64(value, 0)}
		if ref.root == 0 {
			ref.inline = value[bucketHeader:]
		}
		p.buckets[string(key)] = ref
		return nil
	})
}

// A pageSet marks pages that a walk has met, so that none is met twice.
type pageSet []uint64

func newPageSet(n uint64) pageSet { return make(pageSet, n/64+1) }

// add marks n pages from id on and reports whether all were new.
func (s pageSet) add(id, n uint64) bool {
	fresh := true
	for ; n > 0; id, n = id+1, n-1 {
		bit := uint64(1) << (id % 64)
		fresh = fresh && s[id/64]&bit == 0
		s[id/64] |= bit
	}
	return fresh
}

type visitLeaf func(flags uint32, key, value []byte) error

// leaves visits all elements of a bucket in key order. seen may be nil; then
// only the depth is bounded.
func (p *pages) leaves(ref bucketRef, seen pageSet, visit visitLeaf) error {
	if ref.root == 0 {
		return leafElements(0, ref.inline, nil, nil, visit)
	}
	return p.subtree(ref.root, 0, nil, nil, seen, visit)
}

// subtree visits the tree at page id. Its first key must be first (if not nil),
// all its keys below limit (if not nil).
func (p *pages) subtree(id uint64, depth int, first, limit []byte, seen pageSet, visit visitLeaf) error {
	if depth > maxTreeDepth {
		return badPage(id, "the tree is deeper than %d", maxTreeDepth)
	}
	b, err := p.page(id)
	if err != nil {
		return err
	}
	if seen != nil && !seen.add(id, uint64(len(b))/p.meta.pageSize) {
		return badPage(id, "is used twice")
	}
	switch u16(b, 8) {
	case flagLeaf:
		return leafElements(id, b, first, limit, visit)
	case flagBranch:
		return p.children(id, b, depth, first, limit, seen, visit)
	}
	return badPage(id, "has flags %#x in a tree", u16(b, 8))
}

func (p *pages) children(id uint64, b []byte, depth int, first, limit []byte, seen pageSet, visit visitLeaf) error {
	n := int(u16(b, 10))
	if n == 0 {
		return badPage(id, "a branch without children")
	}
	if err := startsWith(id, b, 0, n, first); err != nil {
		return err
	}
	for i := range n {
		key, child, err := branchElement(id, b, i, n)
		if err != nil {
			return err
		}
		next := limit
		if i+1 < n {
			if next, _, err = branchElement(id, b, i+1, n); err != nil {
				return err
			}
		}
		if next != nil && bytes.Compare(key, next) >= 0 {
			return badPage(id, "the keys are out of order")
		}
		if err := p.subtree(child, depth+1, key, next, seen, visit); err != nil {
			return err
		}
	}
	return nil
}

// startsWith checks that branch element i of n has the key first.
func startsWith(id uint64, b []byte, i, n int, first []byte) error {
	key, _, err := branchElement(id, b, i, n)
	if err == nil && first != nil && !bytes.Equal(key, first) {
		err = badPage(id, "does not begin with the key its parent names")
	}
	return err
}

func branchElement(id uint64, b []byte, i, n int) (key []byte, child uint64, err error) {
	at := pageHeader + i*elementSize
	if pageHeader+n*elementSize > len(b) {
		return nil, 0, badPage(id, "%d elements do not fit", n)
	}
	key, err = slice(id, b, at, n, u32(b[at:], 0), u32(b[at:], 4))
	return key, u64(b[at:], 8), err
}

func leafElements(id uint64, b, first, limit []byte, visit visitLeaf) error {
	if len(b) < pageHeader || u16(b, 8) != flagLeaf {
		return badPage(id, "is not a leaf")
	}
	n := int(u16(b, 10))
	if pageHeader+n*elementSize > len(b) {
		return badPage(id, "%d elements do not fit", n)
	}
	if n == 0 && first != nil {
		return badPage(id, "an empty leaf below a branch")
	}
	var before []byte
	for i := range n {
		at := pageHeader + i*elementSize
		flags, pos, ksize, vsize := u32(b[at:], 0), u32(b[at:], 4), u32(b[at:], 8), u32(b[at:], 12)
		both, err := slice(id, b, at, n, pos, uint64sum(ksize, vsize))
		if err != nil {
			return err
		}
		key, value := both[:ksize:ksize], both[ksize:]
		switch {
		case flags > 1:
			return badPage(id, "an element has flags %#x", flags)
		case i == 0 && first != nil && !bytes.Equal(key, first),
			i > 0 && bytes.Compare(before, key) >= 0,
			limit != nil && bytes.Compare(key, limit) >= 0:
			return badPage(id, "the keys are out of order")
		}
		if err := visit(flags, key, value); err != nil {
			return err
		}
		before = key
	}
	return nil
}

// uint64sum adds without wrapping round; a sum beyond 32 bits becomes a size
// that fits into no page.
func uint64sum(a, b uint32) uint32 {
	if sum := uint64(a) + uint64(b); sum < 1<<32 {
		return uint32(sum)
	}
	return 1<<32 - 1
}

// slice returns size bytes that an element at offset at places pos bytes behind
// itself. They must lie behind the page's n elements.
func slice(id uint64, b []byte, at, n int, pos, size uint32) ([]byte, error) {
	start := uint64(at) + uint64(pos)
	end := start + uint64(size)
	if start < uint64(pageHeader+n*elementSize) || end > uint64(len(b)) {
		return nil, badPage(id, "an element points outside the page")
	}
	return b[start:end:end], nil
}

// get returns the value of key in a bucket, nil if there is none.
func (p *pages) get(bucket string, key []byte) ([]byte, error) {
	ref, ok := p.buckets[bucket]
	if !ok {
		return nil, fmt.Errorf("%w: there is no bucket %q", errPage, bucket)
	}
	b, id := ref.inline, ref.root
	for depth := 0; id != 0; depth++ {
		var err error
		if b, err = p.page(id); err != nil {
			return nil, err
		}
		if u16(b, 8) != flagBranch {
			break
		}
		if depth > maxTreeDepth {
			return nil, badPage(id, "the tree is deeper than %d", maxTreeDepth)
		}
		if id, err = childFor(id, b, key); err != nil {
			return nil, err
		}
	}
	var found []byte
	err := leafElements(id, b, nil, nil, func(_ uint32, k, v []byte) error {
		if bytes.Equal(k, key) {
			found = v
		}
		return nil
	})
	return found, err
}

// childFor returns the child of a branch page under which key would be.
func childFor(id uint64, b, key []byte) (uint64, error) {
	n := int(u16(b, 10))
	if n == 0 {
		return 0, badPage(id, "a branch without children")
	}
	var child uint64
	for i := range n {
		k, c, err := branchElement(id, b, i, n)
		if err != nil {
			return 0, err
		}
		if i > 0 && bytes.Compare(k, key) > 0 {
			break
		}
		child = c
	}
	return child, nil
}

// each visits a bucket's keys and values in order.
func (p *pages) each(bucket string, visit func(key, value []byte) error) error {
	ref, ok := p.buckets[bucket]
	if !ok {
		return fmt.Errorf("%w: there is no bucket %q", errPage, bucket)
	}
	return p.leaves(ref, nil, func(_ uint32, k, v []byte) error { return visit(k, v) })
}

// structure walks every page of every bucket once and sets p.used. Everything
// else about a vault may then be trusted to be readable.
func (p *pages) structure() error {
	if p.used != nil {
		return nil
	}
	if err := p.readAll(); err != nil {
		return err
	}
	seen := newPageSet(p.meta.pages)
	seen.add(0, 2)
	root := func(uint32, []byte, []byte) error { return nil }
	if err := p.leaves(bucketRef{root: p.meta.root}, seen, root); err != nil {
		return err
	}
	for name, ref := range p.buckets {
		err := p.leaves(ref, seen, func(flags uint32, _, _ []byte) error {
			if flags != 0 {
				return fmt.Errorf("%w: a bucket inside the bucket %q", errPage, name)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	p.used = seen
	return nil
}

// freelistBytes returns the raw pages of the freelist: the only part of the
// file that reading never needs and that a writer trusts blindly.
func (p *pages) freelistBytes() ([]byte, error) {
	if p.meta.freelist == noFreelist {
		return nil, badPage(0, "there is no freelist")
	}
	return p.page(p.meta.freelist)
}

// checkFreelist walks the file and proves that no page in use is listed as
// free: bbolt would write over it.
func (p *pages) checkFreelist() error {
	if err := p.structure(); err != nil {
		return err
	}
	used := slices.Clone(p.used)
	b, err := p.freelistBytes()
	if err != nil {
		return err
	}
	id := p.meta.freelist
	if u16(b, 8) != flagFreelist || !used.add(id, uint64(len(b))/p.meta.pageSize) {
		return badPage(id, "is not a freelist of its own")
	}
	n, at := uint64(u16(b, 10)), uint64(pageHeader)
	if n == 0xFFFF {
		n, at = u64(b, pageHeader), at+8
	}
	if n > (uint64(len(b))-at)/8 {
		return badPage(id, "%d free pages do not fit", n)
	}
	for i := range n {
		free := u64(b, int(at+8*i))
		if free < 2 || free >= p.meta.pages || !used.add(free, 1) {
			return badPage(id, "lists page %d, which is not free", free)
		}
	}
	return nil
}

func u16(b []byte, at int) uint16 { return binary.LittleEndian.Uint16(b[at:]) }
func u32(b []byte, at int) uint32 { return binary.LittleEndian.Uint32(b[at:]) }
func u64(b []byte, at int) uint64 { return binary.LittleEndian.Uint64(b[at:]) }
