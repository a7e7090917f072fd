package cli

import (
	"bytes"
	"errors"
	"image"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"

	"memovault/internal/lang"
	"memovault/internal/picture"
	"memovault/internal/scan"
	"memovault/internal/shard"
	"memovault/internal/term"
)

// maxPhoto is the largest file in bytes that is read.
const maxPhoto = 512 << 20

// maxPhotos is how many files one folder may give.
const maxPhotos = 5000

// A paperReader collects the codes of a backup from files.
type paperReader struct {
	a     *app
	c     shard.Collector
	id    string          // the backup that is wanted; empty: whichever is complete
	whole []candidate     // backups whose payload was given as a file
	told  map[string]bool // of which it was said that they are complete
	newer int             // the format of a code that is newer than ours; 0 if there was none
}

// photos returns the files that arguments name: of a folder those that are
// files, by name. A pattern that no shell has filled in, as on Windows, is filled
// in here.
func photos(args []string) ([]string, error) {
	var list []string
	for _, arg := range args {
		st, err := os.Stat(arg)
		if matches, _ := filepath.Glob(arg); err != nil && len(matches) > 0 {
			list = append(list, matches...)
			continue
		}
		if err != nil {
			return nil, err
		}
		if !st.IsDir() {
			list = append(list, arg)
			continue
		}
		inside, err := filesIn(arg)
		if err != nil {
			return nil, err
		}
		list = append(list, inside...)
	}
	return list, nil
}

// filesIn returns the files of a folder that are not hidden, at least one.
func filesIn(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var list []string
	for _, e := range entries {
		if e.Type().IsRegular() && !strings.HasPrefix(e.Name(), ".") && len(list) < maxPhotos {
			list = append(list, filepath.Join(dir, e.Name()))
		}
	}
	if len(list) == 0 {
		return nil, &failure{status: statusNotFound, code: "no_photos",
			what: said(lang.T("there are no files in the folder %s; folders in it are not looked into", "フォルダー %s にファイルがありません（その中のフォルダーは見ません）"), dir),
			next: []words{said(lang.T("name the folder that the photos themselves are in", "写真そのものが入っているフォルダーを指定してください"))}}
	}
	return list, nil
}

// A lookedAt is one page of one file, looked at.
type lookedAt struct {
	path   string
	page   int // of the file, from 1; 0 where the file as a whole is meant
	last   bool
	result scan.Result
	texts  []string // of a file of texts
	whole  []byte   // of a file that is the payload itself
	err    error
}

// beyond is how many files are still looked at once a backup is complete: one of
// them may show a newer one. A folder of thousands of pictures is not read to its
// end for that.
const beyond = 12

// read looks at files until enough of a backup is collected, and says what each
// was good for. At most as many pictures as there are processors are held in
// memory at a time.
func (r *paperReader) read(paths []string) error {
	var stop atomic.Bool
	defer stop.Store(true)
	queue := make(chan chan lookedAt, 2*runtime.GOMAXPROCS(0))
	go lookAtAll(paths, queue, &stop)
	done := -1 // the file with which it was enough
	for next := range queue {
		seen := <-next
		var p *panicked
		if errors.As(seen.err, &p) {
			stop.Store(true)
			drain(queue)
			return rethrow(seen.err)
		}
		if stop.Load() {
			continue
		}
		r.take(seen)
		at := slices.Index(paths, seen.path)
		switch {
		case !r.enough():
			done = -1
		case done < 0:
			done = at
		}
		if done >= 0 && (r.id != "" || at >= done+beyond) {
			stop.Store(true)
			r.sayLeft(len(paths) - 1 - at)
		}
	}
	return nil
}

// sayLeft says how many files were not looked at, since one of them may show a
// newer backup.
func (r *paperReader) sayLeft(left int) {
	if left > 0 && r.id == "" {
		r.a.say(lang.T("that is enough; not looked at: %d more. If another backup is meant: --id NUMBER", "これで足りるので、残りの %d 個は見ていません。別の控えを戻すときは: --id 番号"), left)
	}
}

// drain lets the goroutines behind a queue come to their end.
func drain(queue chan chan lookedAt) {
	for next := range queue {
		<-next
	}
}

// enough reports whether there is no need to look further: the backup that is
// wanted is complete. Where codes of several were seen, all files are looked at.
func (r *paperReader) enough() bool {
	done := func(c candidate) bool { return c.id == r.id }
	list := r.c.Backups()
	if r.id == "" {
		return len(list)+len(r.whole) == 1 && (len(list) == 0 || list[0].Done)
	}
	return slices.ContainsFunc(r.whole, done) || slices.ContainsFunc(list, func(p shard.Progress) bool { return p.ID == r.id && p.Done })
}

// lookAtAll puts what becomes of each page of each file into queue, in order.
// Decoding is done here, one picture after the other; looking for codes, which
// takes longer, on goroutines.
func lookAtAll(paths []string, queue chan<- chan lookedAt, stop *atomic.Bool) {
	defer close(queue)
	slots := make(chan struct{}, runtime.GOMAXPROCS(0))
	for _, path := range paths {
		if stop.Load() {
			return
		}
		put := func(do func() lookedAt) {
			out := make(chan lookedAt, 1)
			queue <- out
			go func() {
				defer func() { <-slots }()
				var seen lookedAt
				if err := guarded(func() error { seen = do(); return nil }); err != nil {
					seen.err = err
				}
				out <- seen
			}()
		}
		slots <- struct{}{}
		err := guarded(func() error { lookAtFile(path, put, slots, stop); return nil })
		if err != nil {
			slots <- struct{}{}
			put(func() lookedAt { return lookedAt{path: path, err: err} })
		}
	}
}

// lookAtFile calls put for each page of a file. It is called with a slot taken
// and takes another for each page but the last.
func lookAtFile(path string, put func(func() lookedAt), slots chan struct{}, stop *atomic.Bool) {
	data, err := readPhoto(path)
	if err != nil {
		put(func() lookedAt { return lookedAt{path: path, err: err, last: true} })
		return
	}
	if bytes.HasPrefix(data, []byte(ageIntro)) {
		put(func() lookedAt { return lookedAt{path: path, whole: data, last: true} })
		return
	}
	if texts := codeTexts(data); texts != nil {
		put(func() lookedAt { return lookedAt{path: path, texts: texts, last: true} })
		return
	}
	number := 0
	for img, err := range picture.Pages(data) {
		number++
		put(func() lookedAt { return lookAtPage(path, number, img, err) })
		slots <- struct{}{}
		if stop.Load() {
			break
		}
	}
	put(func() lookedAt { return lookedAt{path: path, page: number, last: true} })
}

func lookAtPage(path string, number int, img *image.Gray, err error) lookedAt {
	seen := lookedAt{path: path, page: number, err: err}
	if err == nil {
		seen.result = scan.Backup(img)
	}
	return seen
}

// ageIntro begins a binary age file: the payload, as restore -o keeps it.
const ageIntro = "age-encryption.org/v1\n"

// codeTexts returns the lines of a text file that another reader of codes
// wrote; nil if it is no such file.
func codeTexts(data []byte) []string {
	if !bytes.HasPrefix(data, []byte("VB")) || len(data) > maxSmall {
		return nil
	}
	var texts []string
	for line := range strings.Lines(string(data)) {
		texts = append(texts, strings.TrimRight(line, "\r\n"))
	}
	return texts
}

func readPhoto(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxPhoto+1))
	if err == nil && len(data) > maxPhoto {
		err = &picture.TooLargeError{Kind: picture.KindOf(data)}
	}
	return data, err
}

// take collects what was found and says it in a line.
func (r *paperReader) take(seen lookedAt) {
	if seen.last && seen.err == nil && seen.texts == nil && seen.whole == nil {
		return
	}
	name := term.Sanitize(filepath.Base(seen.path))
	if seen.page > 1 {
		name = r.a.text(lang.T("%s, page %d", "%s の %d ページ"), name, seen.page)
	}
	switch {
	case seen.err != nil:
		r.a.say(lang.T("%s: %s", "%s: %s"), name, r.a.pictureTrouble(seen.err))
		return
	case seen.whole != nil:
		r.takeWhole(seen.whole)
		r.a.say(lang.T("%s: the data of a paper backup itself", "%s: 紙の控えのデータそのものです"), name)
		return
	}
	found := r.add(seen)
	r.a.say(lang.T("%s: %s", "%s: %s"), name, r.a.foundWords(found, seen.result, r.poor(found)))
	for _, p := range r.c.Backups() {
		if found.ids[p.ID] && !r.told[p.ID] {
			r.a.talk("  ", r.a.progressWords(p))
			r.told[p.ID] = p.Done
		}
	}
}

// poor reports whether codes are still wanted of a page that was in a picture.
func (r *paperReader) poor(f found) bool {
	return slices.ContainsFunc(r.c.Backups(), func(p shard.Progress) bool {
		return f.ids[p.ID] && !p.Done && slices.ContainsFunc(weakPages(p), func(n int) bool { return f.pages[n] })
	})
}

// takeWhole keeps a payload under its number.
func (r *paperReader) takeWhole(payload []byte) {
	id := shard.ID(payload)
	known := func(c candidate) bool { return c.id == id }
	if (r.id == "" || r.id == id) && !slices.ContainsFunc(r.whole, known) {
		r.whole = append(r.whole, candidate{id: id, payload: payload})
	}
}

// A found is what the codes of one picture were.
type found struct {
	codes, fresh   int // of backups; of them such as were not known
	pages          map[int]bool
	ids            map[string]bool
	foreign, wrong int // codes of something else, and damaged ones
	newer          int // the format of a newer program's; 0 if there is none
}

func (r *paperReader) add(seen lookedAt) found {
	f := found{pages: map[int]bool{}, ids: map[string]bool{}}
	texts := seen.texts
	for _, code := range seen.result.Codes {
		texts = append(texts, code.Text)
	}
	for _, text := range texts {
		var newer *shard.NewerError
		st, err := r.c.Add(text)
		switch {
		case err == nil:
			f.codes++
			f.pages[st.Page], f.ids[st.ID] = true, true
			if st.New {
				f.fresh++
			}
		case errors.As(err, &newer):
			f.newer, r.newer = newer.Format, newer.Format
		case errors.Is(err, shard.ErrForeign):
			f.foreign++
		default:
			f.wrong++
		}
	}
	return f
}
