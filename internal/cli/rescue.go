package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"memovault/internal/lang"
	"memovault/internal/store"
	"memovault/internal/term"
)

type rescueOptions struct {
	out  string
	json bool
}

func (a *app) newRescue() *cobra.Command {
	var o rescueOptions
	cmd := a.command(spec{
		name: "rescue", args: lang.T("FILE... -o FOLDER", "ファイル... -o フォルダー"), group: "keeping",
		short: lang.T("save what is whole of a broken vault, without any key", "壊れた金庫から、無事なものを鍵なしで取り出す"),
		long: lang.T(`Takes out of a broken vault every part that is whole: records, earlier versions,
attached files, the ways in. FILE may be damaged in any way or cut off; it may be a
backup, or the raw image of a disk or a memory stick on which a vault once was. It
is only read, never changed. No passphrase is needed: what comes out is as encrypted
as it was.

The folder must be new or empty. REPORT.txt in it says what was found and how to
open it without this program; import with the folder makes a vault of it again.
Backups may be given along: then the newest of everything counts.`,
			`壊れた金庫から、無事な部分（記録、前の版、添付ファイル、鍵穴）を残らず取り出します。ファイルはどう壊れて
いても、途中で切れていてもかまいません。控えでも、金庫が入っていたディスクや USB メモリーを丸ごと写した
イメージでも読めます。ファイルは読むだけで、変えません。合言葉は要りません。取り出したものも、暗号の
かかったままです。

フォルダーは、新しいものか空のものを指定します。その中の REPORT.txt に、見つかったものと、このプログラム
なしでの開け方があります。このフォルダーを import に渡すと、金庫に戻せます。控えも一緒に渡せます。その場合、
どの記録もいちばん新しいものを使います。`),
		examples: []example{
			{"rescue broken.vault -o rescued", lang.T("from a file that does not open any more", "開かなくなったファイルから")},
			{"rescue broken.vault broken.backups/*.tar -o rescued", lang.T("from its backups, too", "控えからも")},
			{"rescue stick.img -o rescued", lang.T("from the image of a memory stick", "USB メモリーのイメージから")},
			{"import rescued", lang.T("afterwards: make a vault of it", "そのあと: 金庫に戻す")},
		},
	})
	f := cmd.Flags()
	f.StringVarP(&o.out, "output", "o", "", a.text(lang.T("put what is found into this new or empty `FOLDER`", "見つかったものを、この新しい（または空の）`フォルダー`に入れる")))
	f.BoolVar(&o.json, "json", false, a.text(lang.T("report as JSON", "結果を JSON で出す")))
	cmd.Args = a.argsBetween(1, -1)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if o.out == "" || o.out == "-" {
			return a.usage(cmd, lang.T("say where what is found goes: -o FOLDER", "見つかったものを入れるフォルダーを指定してください: -o フォルダー"))
		}
		return a.runRescue(o, args)
	}
	return cmd
}

// A wreckSource is an opened file or disk.
type wreckSource struct {
	name string
	file *os.File
	size int64
}

func (a *app) runRescue(o rescueOptions, args []string) error {
	sources, err := a.openWrecks(args)
	defer func() {
		for _, s := range sources {
			s.file.Close()
		}
	}()
	if err != nil {
		return err
	}
	r, err := store.NewRescue(o.out)
	if errors.Is(err, store.ErrNotEmpty) {
		return &failure{status: statusError, code: "exists", err: err,
			what: said(lang.T("the folder is not empty; nothing was written into it: %s", "空のフォルダーではないので、何も書いていません: %s"), a.shortPath(o.out)),
			next: []words{said(lang.T("name one that does not exist yet: -o FOLDER", "まだないフォルダーの名前を指定してください: -o フォルダー"))}}
	}
	if err != nil {
		return err
	}
	var wrecks []store.Wreck
	for _, s := range sources {
		w, err := a.readWreck(r, s)
		if err != nil {
			return a.rescueStopped(r, err)
		}
		wrecks = append(wrecks, w)
	}
	if len(r.Files()) == 0 {
		os.Remove(o.out)
		return &failure{status: statusError, code: "nothing_found",
			what: said(lang.T("there is not one whole part of a vault in it", "金庫の無事な部分は、1 つも見つかりませんでした")),
			next: []words{said(lang.T("is it the right file? a backup or another copy may have more", "ファイルは合っていますか。控えや別の写しなら、残っているかもしれません"))}}
	}
	if err := a.writeRescueReport(o.out, wrecks, r.Files()); err != nil {
		return a.rescueStopped(r, err)
	}
	if o.json {
		return a.rescueJSON(o.out, wrecks, r.Files())
	}
	io.WriteString(a.out, a.rescueSummary(a.lang, wrecks, r.Files()))
	a.say(lang.T("written: %s (encrypted; what it is and how to open it says REPORT.txt in it)", "書き出しました: %s（暗号のかかったままです。中身と開け方は、その中の REPORT.txt にあります）"), a.shortPath(o.out))
	a.say(lang.T("to make a vault of it: %s import %s", "金庫に戻すには: %s import %s"), a.call(), shellWord(o.out))
	return nil
}

// openWrecks opens all sources before anything is written, for reading alone.
func (a *app) openWrecks(args []string) (list []wreckSource, err error) {
	for _, path := range args {
		st, err := os.Stat(path) // to open a pipe would wait for who writes into it
		if err != nil {
			return list, err
		}
		if !st.Mode().IsRegular() && st.Mode()&fs.ModeDevice == 0 {
			return list, &failure{status: statusUsage, code: "usage",
				what: said(lang.T("this is neither a file nor a disk: %s", "ファイルでもディスクでもありません: %s"), a.shortPath(path)),
				next: []words{said(lang.T("name the file itself, or the image of a disk", "ファイルそのものか、ディスクのイメージを指定してください"))}}
		}
		f, err := os.Open(path)
		if err != nil {
			return list, err
		}
		s := wreckSource{name: path, file: f, size: st.Size()}
		list = append(list, s)
		if !st.Mode().IsRegular() {
			if list[len(list)-1].size, err = f.Seek(0, io.SeekEnd); err != nil {
				return list, err
			}
		}
	}
	return list, nil
}

// readWreck reads one source and says how far it is, since a disk takes a while.
func (a *app) readWreck(r *store.Rescue, s wreckSource) (w store.Wreck, err error) {
	at := make(chan int64, 1)
	progress := func(n int64) {
		select { // the newest counts; nobody need have looked at the one before
		case <-at:
		default:
		}
		at <- n
	}
	done := make(chan error, 1)
	go func() {
		done <- guarded(func() (err error) {
			w, err = r.Read(s.name, s.file, s.size, progress)
			return err
		})
	}()
	for takeAway := func() {}; ; {
		select {
		case err := <-done:
			takeAway()
			return w, rethrow(err)
		case <-time.After(a.progressStep()):
		}
		select {
		case n := <-at:
			takeAway()
			takeAway = func() {}
			if !a.g.quiet {
				takeAway = a.showProgress(a.text(lang.T("reading %s: %d %% of %s", "%s を読んでいます: %d ％（全部で %s）"), filepath.Base(s.name), 100*n/max(s.size, 1), sizeText(s.size)))
			}
		default:
		}
	}
}

// progressStep is how often it is said how far something is: seldom, where each
// time takes a line of its own.
func (a *app) progressStep() time.Duration {
	if plainInput() {
		return 20 * time.Second
	}
	return time.Second
}

// sizeText writes a number of bytes in the largest unit that leaves a whole number
// above 9.
func sizeText(n int64) string {
	units := []string{"B", "KB", "MB", "GB"}
	i := 0
	for n >= 10_000 && i+1 < len(units) {
		n, i = n/1000, i+1
	}
	return fmt.Sprintf("%d %s", n, units[i])
}

// rescueStopped says what is there although the rest could not be written.
func (a *app) rescueStopped(r *store.Rescue, err error) error {
	f := a.explain(err)
	stopped := *f // explain may return one that others have, too
	stopped.next = append([]words{said(lang.T("%d parts were written before that; the source was only read, so this can be done again with more room: -o FOLDER", "その前に %d 個は書き出しました。元のファイルは読んだだけなので、もっと空きのある場所でやり直せます: -o フォルダー"), len(r.Files()))}, f.next...)
	return &stopped
}

// rescueSummary says what was found in each source.
func (a *app) rescueSummary(l lang.Lang, wrecks []store.Wreck, files []*store.RescuedFile) string {
	var b strings.Builder
	line := func(indent int, t lang.Text, args ...any) {
		b.WriteString(strings.Repeat(" ", indent) + term.Sanitize(t.Sprintf(l, args...)) + "\n")
	}
	for _, w := range wrecks {
		line(0, lang.T("%s: %s, whole parts found: %d", "%s（%s）: 無事な部分 %d 個"), a.shortPath(w.Source), sizeText(w.Size), w.Whole)
		if w.Unreadable > 0 {
			line(2, lang.T("could not be read, and was passed over: %s", "読めずに飛ばしたところ: %s"), sizeText(w.Unreadable))
		}
		for _, v := range w.Vaults {
			vaultSummary(line, v)
		}
	}
	loose, slots := 0, map[string]int{}
	for _, f := range files {
		if strings.HasPrefix(f.Path, "loose/") {
			loose++
		}
		if f.Kind != store.KindValue && f.Kind != store.KindUnknown {
			slots[f.Kind]++
		}
	}
	line(0, lang.T("parts in all, each counted once: %d", "全部で（同じものは 1 つと数えて）: %d 個"), len(files))
	if loose > 0 {
		line(2, lang.T("what they are shows only once they are opened (folder %s): %d", "何であるかは、開けるまで分からないもの（%s フォルダー）: %d 個"), "loose", loose)
	}
	for _, kind := range slotKindsOutside {
		if slots[kind.kind] > 0 {
			line(2, kind.text, slots[kind.kind])
		}
	}
	if len(slots) == 0 {
		line(0, lang.T("no way in was found: without one, no passphrase and no key opens this. Give a backup along, or another copy: it has one", "鍵穴が 1 つも見つかりません。これだけでは、合言葉でも鍵でも開けられません。控えか別の写しも一緒に渡してください。そこには鍵穴があります"))
	}
	return b.String()
}

// slotKindsOutside are the ways in that a rescued file can be.
var slotKindsOutside = []struct {
	kind string
	text lang.Text
}{
	{store.KindPassphraseSlot, lang.T("ways in by a passphrase: %d", "合言葉で開ける鍵穴: %d 個")},
	{store.KindSSHSlot, lang.T("ways in by an SSH key: %d", "SSH の鍵で開ける鍵穴: %d 個")},
	{store.KindPluginSlot, lang.T("ways in by a plugin of age: %d", "age のプラグインで開ける鍵穴: %d 個")},
	{store.KindKeySlot, lang.T("ways in by a recovery key, an identity file or shares, at most: %d", "回復キー、鍵ファイル、分け札のどれかで開ける鍵穴: 多くて %d 個")},
}

func vaultSummary(line func(int, lang.Text, ...any), v store.WreckVault) {
	line(2, lang.T("%s: a vault file that begins at byte %d", "%s: %d バイト目から始まる金庫のファイル"), v.Folder, v.At)
	line(4, lang.T("whole: records %d, earlier versions %d, attached files %d, ways in %d", "無事なもの: 記録 %d 件、前の版 %d 件、添付ファイル %d 個、鍵穴 %d 個"), v.Records, v.Revisions, v.Attachments, v.Slots)
	if v.Former {
		line(4, lang.T("the last change may be missing: of the two places that say which state is the newest one is damaged", "最後の変更が抜けているかもしれません。どの状態がいちばん新しいかを示す 2 か所のうち、1 か所が壊れています"))
	}
	if v.BrokenPages > 0 {
		line(4, lang.T("pages that do not hold together: %d", "つじつまの合わないページ: %d"), v.BrokenPages)
	}
	for i, what := range v.Lost {
		if i == mostLost {
			line(4, lang.T("... and %d more that are not whole", "…無事でないものが、ほかに %d 個"), len(v.Lost)-mostLost)
			break
		}
		line(4, lang.T("not whole: %s", "無事でないもの: %s"), what)
	}
}

// mostLost is how many lost parts a report names.
const mostLost = 20

// A rescuedVault is a vault in rescue --json.
type rescuedVault struct {
	At          int64    `json:"at"`
	Transaction uint64   `json:"transaction"`
	Former      bool     `json:"former"`
	BrokenPages int      `json:"broken_pages"`
	Folder      string   `json:"folder"`
	Slots       int      `json:"slots"`
	Records     int      `json:"records"`
	Revisions   int      `json:"revisions"`
	Attachments int      `json:"attachments"`
	Lost        []string `json:"lost"`
}

// A rescuedSource is a source in rescue --json.
type rescuedSource struct {
	Source     string         `json:"source"`
	Size       int64          `json:"size"`
	Unreadable int64          `json:"unreadable"`
	Whole      int            `json:"whole"`
	Fresh      int            `json:"fresh"`
	Vaults     []rescuedVault `json:"vaults"`
}

// A rescuedPart is a file in rescue --json.
type rescuedPart struct {
	Path   string `json:"path"`
	Source string `json:"source"`
	At     int64  `json:"at"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
	Kind   string `json:"kind"`
}

func (a *app) rescueJSON(dir string, wrecks []store.Wreck, files []*store.RescuedFile) error {
	sources := make([]rescuedSource, 0, len(wrecks))
	for _, w := range wrecks {
		one := rescuedSource{Source: w.Source, Size: w.Size, Unreadable: w.Unreadable, Whole: w.Whole, Fresh: w.Fresh, Vaults: []rescuedVault{}}
		for _, v := range w.Vaults {
			one.Vaults = append(one.Vaults, rescuedVault{At: v.At, Transaction: v.Transaction, Former: v.Former, BrokenPages: v.BrokenPages,
				Folder: v.Folder, Slots: v.Slots, Records: v.Records, Revisions: v.Revisions, Attachments: v.Attachments, Lost: append([]string{}, v.Lost...)})
		}
		sources = append(sources, one)
	}
	parts := make([]rescuedPart, 0, len(files))
	for _, f := range files {
		parts = append(parts, rescuedPart{f.Path, f.Source, f.At, f.Size, f.SHA256, f.Kind})
	}
	return a.writeJSON(struct {
		Schema  int             `json:"schema"`
		Folder  string          `json:"folder"`
		Sources []rescuedSource `json:"sources"`
		Files   []rescuedPart   `json:"files"`
	}{1, dir, sources, parts})
}

// rescueFolder is the folder that hints name for what is rescued.
const rescueFolder = "rescued"

// rescueHint is what to type next about a file that does not open as a vault, if
// there is anything to save of it.
func (a *app) rescueHint(err error) []words {
	if errors.Is(err, store.ErrNotVault) && !store.HoldsParts(a.path()) {
		return nil
	}
	hint := lang.T("what is whole of it can be saved: %s rescue %s -o %s", "無事な部分を取り出すには: %s rescue %s -o %s")
	if errors.Is(err, store.ErrNotVault) {
		hint = lang.T("if it was one, what is whole of it can be saved: %s rescue %s -o %s", "金庫だったのなら、無事な部分を取り出せます: %s rescue %s -o %s")
	}
	return []words{said(hint, a.name, shellWord(a.path()), rescueFolder)}
}
