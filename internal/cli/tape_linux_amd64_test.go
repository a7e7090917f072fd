package cli

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// What can happen to a disk, as the tape keeps it.
const (
	tapeWrite    = iota // bytes go into a file
	tapeTruncate        // a file gets a length
	tapeName            // names in folders are given and taken away
	tapeSync            // what was done to a file or a folder will stay
	tapeSaid            // the command says something
)

// A tapeOp is one thing that a command did to the disk.
type tapeOp struct {
	kind int

	inode  int
	offset int64
	data   []byte
	size   int64

	given, taken string // names, relative to the home's folder
	folder       bool   // given is a folder

	covers int      // a sync: how many ops came before its beginning
	of     []string // a sync of a folder: that folder
	text   string
}

func (o *tapeOp) String() string {
	switch o.kind {
	case tapeWrite:
		return fmt.Sprintf("write %d bytes at %d of file %d", len(o.data), o.offset, o.inode)
	case tapeTruncate:
		return fmt.Sprintf("make file %d %d bytes long", o.inode, o.size)
	case tapeName:
		return fmt.Sprintf("name %q file %d, forget %q", o.given, o.inode, o.taken)
	case tapeSync:
		return fmt.Sprintf("sync file %d %q", o.inode, o.of)
	}
	return fmt.Sprintf("say %q", o.text)
}

// A tape is everything that a command did to the disk, in order: the writes
// with their bytes, the names, and what was synced when.
type tape struct {
	before tree
	inodes map[string]int // of the files in before
	locks  map[int]bool   // the inodes of lock files, whose content decides nothing
	ops    []tapeOp
}

// An openFile is what a descriptor stands for.
type openFile struct {
	path   string // relative to the home's folder; of a folder, too
	folder bool
	inode  int
	at     int64
	append bool
}

// A recorder makes a tape of what a traced process does below root.
type recorder struct {
	t     *testing.T
	root  string
	dir   string // where the process works
	tape  *tape
	files map[string]int // inode of each name now
	size  map[int]int64
	dirs  map[string]bool
	fds   map[uint64]*openFile
	syncs map[int]int // by thread: how many ops there were when its sync began
}

// record does the deed once and returns what it did to the disk.
func (x *site) record() *tape {
	x.t.Helper()
	x.before.putBack(x.t, x.dir)
	cmd := x.perform()
	r := &recorder{t: x.t, root: x.dir, dir: cmd.Dir, tape: &tape{before: x.before, inodes: map[string]int{}, locks: map[int]bool{}},
		files: map[string]int{}, size: map[int]int64{}, dirs: map[string]bool{".": true}, fds: map[uint64]*openFile{}, syncs: map[int]int{}}
	for name, content := range x.before {
		if content == nil {
			r.dirs[name] = true
			continue
		}
		n := len(r.tape.inodes) + 1
		r.tape.inodes[name], r.files[name], r.size[n] = n, n, int64(len(content))
	}
	tr := &tracer{t: x.t, before: r.begins, after: r.ended}
	if status, killed := tr.run(cmd); status != 0 || killed {
		x.t.Fatalf("%s ended with %d:\n%s", x.deed.name, status, x.heard())
	}
	return r.tape
}

// begins notes what has to be noted before a call is made.
func (r *recorder) begins(c *systemCall) unix.Errno {
	switch c.number {
	case unix.SYS_CLOSE: // its number may be given away before the call is over
		delete(r.fds, c.args[0])
	case unix.SYS_FSYNC, unix.SYS_FDATASYNC:
		r.syncs[c.thread] = len(r.tape.ops)
	case unix.SYS_COPY_FILE_RANGE, unix.SYS_SENDFILE, unix.SYS_SPLICE:
		return unix.ENOSYS // then it writes, and the tape sees what
	case unix.SYS_WRITE:
		if fd := c.args[0]; fd == 1 || fd == 2 {
			r.add(tapeOp{kind: tapeSaid, text: string(c.bytes(c.args[1], int(c.args[2])))})
		}
	}
	return 0
}

func (r *recorder) add(o tapeOp) { r.tape.ops = append(r.tape.ops, o) }

// ended notes what a call did.
func (r *recorder) ended(c *systemCall, result int64) {
	if result < 0 {
		return
	}
	switch c.number {
	case unix.SYS_OPENAT:
		r.opened(c, uint64(result))
	case unix.SYS_DUP, unix.SYS_DUP2, unix.SYS_DUP3:
		r.fds[uint64(result)] = r.fds[c.args[0]]
	case unix.SYS_FCNTL:
		if c.args[1] == unix.F_DUPFD || c.args[1] == unix.F_DUPFD_CLOEXEC {
			r.fds[uint64(result)] = r.fds[c.args[0]]
		}
	case unix.SYS_FSYNC, unix.SYS_FDATASYNC:
		r.synced(c)
	case unix.SYS_RENAME, unix.SYS_RENAMEAT, unix.SYS_RENAMEAT2, unix.SYS_LINK, unix.SYS_LINKAT,
		unix.SYS_UNLINK, unix.SYS_UNLINKAT, unix.SYS_RMDIR, unix.SYS_MKDIR, unix.SYS_MKDIRAT:
		r.named(c)
	case unix.SYS_OPEN, unix.SYS_CREAT, unix.SYS_OPENAT2, unix.SYS_WRITEV, unix.SYS_PWRITEV, unix.SYS_PWRITEV2, unix.SYS_SYMLINK,
		unix.SYS_SYMLINKAT, unix.SYS_FALLOCATE, unix.SYS_TRUNCATE, unix.SYS_SYNC, unix.SYS_SYNCFS, unix.SYS_IO_URING_ENTER, unix.SYS_MSYNC:
		r.t.Errorf("the command uses system call %d, which the tape does not know", c.number)
	case unix.SYS_MMAP:
		if c.args[2]&unix.PROT_WRITE != 0 && c.args[3]&unix.MAP_SHARED != 0 && r.fds[c.args[4]] != nil {
			r.t.Error("the command writes by memory maps, which the tape does not know")
		}
	default:
		r.moved(c, result)
	}
}

// moved notes reads and writes.
func (r *recorder) moved(c *systemCall, result int64) {
	f := r.fds[c.args[0]]
	if f == nil || f.folder {
		return
	}
	switch c.number {
	case unix.SYS_READ:
		f.at += result
	case unix.SYS_LSEEK:
		f.at = result
	case unix.SYS_WRITE:
		if f.append {
			f.at = r.size[f.inode]
		}
		r.wrote(f, f.at, c.bytes(c.args[1], int(result)))
		f.at += result
	case unix.SYS_PWRITE64:
		r.wrote(f, int64(c.args[3]), c.bytes(c.args[1], int(result)))
	case unix.SYS_FTRUNCATE:
		r.add(tapeOp{kind: tapeTruncate, inode: f.inode, size: int64(c.args[1])})
		r.size[f.inode] = int64(c.args[1])
	}
}

func (r *recorder) wrote(f *openFile, at int64, data []byte) {
	if len(data) == 0 {
		return
	}
	r.add(tapeOp{kind: tapeWrite, inode: f.inode, offset: at, data: data})
	r.size[f.inode] = max(r.size[f.inode], at+int64(len(data)))
}

// below returns a path relative to the home's folder, empty for one outside.
func (r *recorder) below(c *systemCall, dirfd, path uint64) string {
	name := c.text(path)
	if !filepath.IsAbs(name) {
		dir := r.dir
		if int32(dirfd) != unix.AT_FDCWD {
			f := r.fds[dirfd]
			if f == nil {
				return ""
			}
			dir = filepath.Join(r.root, f.path)
		}
		name = filepath.Join(dir, name)
	}
	name, err := filepath.Rel(r.root, name)
	if err != nil || strings.HasPrefix(name, "..") {
		return ""
	}
	return name
}

func (r *recorder) opened(c *systemCall, fd uint64) {
	path, flags := r.below(c, c.args[0], c.args[1]), c.args[2]
	delete(r.fds, fd)
	if path == "" || path == "said" {
		return
	}
	if r.dirs[path] {
		r.fds[fd] = &openFile{path: path, folder: true}
		return
	}
	inode, exists := r.files[path]
	switch {
	case !exists && flags&unix.O_CREAT == 0:
		r.t.Errorf("the tape missed how %q was made", path)
	case !exists:
		inode = len(r.size) + 1
		r.files[path], r.size[inode] = inode, 0
		r.add(tapeOp{kind: tapeName, inode: inode, given: path})
	case flags&unix.O_TRUNC != 0:
		r.add(tapeOp{kind: tapeTruncate, inode: inode})
		r.size[inode] = 0
	}
	r.tape.locks[inode] = strings.HasSuffix(path, ".lock")
	r.fds[fd] = &openFile{path: path, inode: inode, append: flags&unix.O_APPEND != 0}
}

func (r *recorder) synced(c *systemCall) {
	f := r.fds[c.args[0]]
	if f == nil {
		return
	}
	o := tapeOp{kind: tapeSync, inode: f.inode, covers: r.syncs[c.thread]}
	if f.folder {
		o.of = []string{f.path}
	}
	r.add(o)
}

// named notes that a name was given or taken away.
func (r *recorder) named(c *systemCall) {
	here := uint64(unix.AT_FDCWD & 0xffffffff)
	switch c.number {
	case unix.SYS_RENAME:
		r.renamed(r.below(c, here, c.args[0]), r.below(c, here, c.args[1]))
	case unix.SYS_RENAMEAT, unix.SYS_RENAMEAT2:
		r.renamed(r.below(c, c.args[0], c.args[1]), r.below(c, c.args[2], c.args[3]))
	case unix.SYS_LINK:
		r.linked(r.below(c, here, c.args[0]), r.below(c, here, c.args[1]))
	case unix.SYS_LINKAT:
		r.linked(r.below(c, c.args[0], c.args[1]), r.below(c, c.args[2], c.args[3]))
	case unix.SYS_UNLINK, unix.SYS_RMDIR:
		r.removed(r.below(c, here, c.args[0]))
	case unix.SYS_UNLINKAT:
		r.removed(r.below(c, c.args[0], c.args[1]))
	case unix.SYS_MKDIR:
		r.madeFolder(r.below(c, here, c.args[0]))
	case unix.SYS_MKDIRAT:
		r.madeFolder(r.below(c, c.args[0], c.args[1]))
	}
}

func (r *recorder) renamed(from, to string) {
	if r.dirs[from] {
		r.t.Errorf("the tape does not know how folders are renamed: %q", from)
	}
	if from == "" && to == "" {
		return
	}
	r.add(tapeOp{kind: tapeName, inode: r.files[from], given: to, taken: from})
	r.files[to] = r.files[from]
	delete(r.files, from)
}

func (r *recorder) linked(from, to string) {
	r.add(tapeOp{kind: tapeName, inode: r.files[from], given: to})
	r.files[to] = r.files[from]
}

func (r *recorder) removed(path string) {
	if path == "" {
		return
	}
	r.add(tapeOp{kind: tapeName, taken: path})
	delete(r.files, path)
	delete(r.dirs, path)
}

func (r *recorder) madeFolder(path string) {
	if path == "" {
		return
	}
	r.add(tapeOp{kind: tapeName, given: path, folder: true})
	r.dirs[path] = true
}

// sector is the smallest piece that a disk writes whole.
const sector = 512

// An outage is a moment at which the power may go, and what was not yet synced then.
type outage struct {
	tape    *tape
	at      int    // how many ops had begun
	pending []int  // those whose effect may or may not be there
	stays   []bool // those whose effect is there for certain
}

// outages returns the moments that matter: before each sync, before each word, and
// after the end. At any other moment no other states are possible. Without the
// sync numbered skip, the tape of a disk that lies; -1 for an honest one.
func (p *tape) outages(skip int) []outage {
	var list []outage
	stays := make([]bool, len(p.ops))
	for i := 0; i <= len(p.ops); i++ {
		if i == len(p.ops) || p.ops[i].kind == tapeSync || p.ops[i].kind == tapeSaid {
			c := outage{tape: p, at: i, stays: append([]bool{}, stays[:i]...)}
			for j := range p.ops[:i] {
				if !stays[j] && p.ops[j].kind <= tapeName && !p.idle(&p.ops[j]) {
					c.pending = append(c.pending, j)
				}
			}
			list = append(list, c)
		}
		if i < len(p.ops) && p.ops[i].kind == tapeSync && i != skip {
			p.sync(&p.ops[i], stays)
		}
	}
	return list
}

// idle reports whether it makes no difference if an op took place.
func (p *tape) idle(o *tapeOp) bool { return o.kind != tapeName && p.locks[o.inode] }

// sync marks what stays from this sync on. A file's own sync says nothing about
// its name: POSIX promises that to a sync of the folder alone.
func (p *tape) sync(sync *tapeOp, stays []bool) {
	for j := range sync.covers {
		o := &p.ops[j]
		switch {
		case sync.of == nil && o.kind <= tapeTruncate && o.inode == sync.inode:
			stays[j] = true
		case sync.of != nil && o.kind == tapeName:
			for _, name := range []string{o.given, o.taken} {
				if name != "" && filepath.Dir(name) == sync.of[0] {
					stays[j] = true
				}
			}
		}
	}
}

// describe names an op for a person.
func (p *tape) describe(i int) string {
	o := &p.ops[i]
	name := strings.Join(o.of, "")
	for j := range p.ops[:i] {
		if p.ops[j].kind == tapeName && p.ops[j].inode == o.inode && o.inode != 0 {
			name = p.ops[j].given
		}
	}
	for path, inode := range p.inodes {
		if inode == o.inode {
			name = path
		}
	}
	return fmt.Sprintf("op %d, %s: %s", i, o, name)
}

// after returns what is on the disk when of the pending ops those took place that
// here says, and of a write those sectors that torn says; nil for all of them.
func (c *outage) after(here func(op int) bool, torn func(op, sector int) bool) tree {
	p := c.tape
	content, names, folders := map[int][]byte{}, map[string]int{}, map[string]bool{}
	for name, b := range p.before {
		if b == nil {
			folders[name] = true
			continue
		}
		names[name], content[p.inodes[name]] = p.inodes[name], b
	}
	for i := range p.ops[:c.at] {
		o := &p.ops[i]
		if !c.stays[i] && !p.idle(o) && !here(i) {
			continue
		}
		switch o.kind {
		case tapeWrite:
			whole := torn == nil || c.stays[i]
			content[o.inode] = overwrite(content[o.inode], o, func(s int) bool { return whole || torn(i, s) })
		case tapeTruncate:
			content[o.inode] = resized(content[o.inode], o.size)
		case tapeName:
			delete(names, o.taken)
			delete(folders, o.taken)
			if o.folder {
				folders[o.given] = true
			} else if o.given != "" {
				names[o.given] = o.inode
			}
		}
	}
	return reachable(content, names, folders)
}

// reachable is the tree of all names whose folders are there.
func reachable(content map[int][]byte, names map[string]int, folders map[string]bool) tree {
	all := tree{}
	there := func(name string) bool {
		for dir := filepath.Dir(name); dir != "."; dir = filepath.Dir(dir) {
			if !folders[dir] {
				return false
			}
		}
		return true
	}
	for name := range folders {
		if there(name) {
			all[name] = nil
		}
	}
	for name, inode := range names {
		if there(name) {
			all[name] = append([]byte{}, content[inode]...)
		}
	}
	return all
}

func resized(b []byte, size int64) []byte {
	grown := make([]byte, size)
	copy(grown, b)
	return grown
}

// overwrite returns b with the sectors of a write that whole says; where the
// file had to grow for others, there are zeros.
func overwrite(b []byte, o *tapeOp, whole func(sector int) bool) []byte {
	out := resized(b, max(int64(len(b)), o.offset+int64(len(o.data))))
	for from := 0; from < len(o.data); {
		at := o.offset + int64(from)
		to := min(len(o.data), from+sector-int(at%sector))
		if whole(int(at / sector)) {
			copy(out[at:], o.data[from:to])
		}
		from = to
	}
	return out
}
