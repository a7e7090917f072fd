package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"memovault/internal/keyring"
	"memovault/internal/lang"
	"memovault/internal/store"
	"memovault/internal/term"
)

func (a *app) newDemo() *cobra.Command {
	cmd := a.command(spec{
		name: "demo", group: "more",
		short: lang.T("see it all on an invented example", "作り話の例で一通り見る"),
		long: lang.T(`Shows how the commands work together, on invented records in a temporary vault.
Nothing is asked, your own vault is not touched, and nothing stays behind.`,
			`作り話の記録を一時的な金庫に入れて、コマンドの使い方を一通り見せます。
何も聞きません。ご自分の金庫には触れず、あとには何も残しません。`),
		examples: []example{
			{"demo", lang.T("all at once", "一気に見る")},
			{"demo | less", lang.T("page by page", "1 画面ずつ見る")},
		},
	})
	cmd.Args = a.argsBetween(0, 0)
	cmd.RunE = func(*cobra.Command, []string) error { return a.runDemo() }
	return cmd
}

// runDemo plays the demonstration into memory and prints it when the temporary
// vault is gone: whoever reads it may leave the pager at any time.
func (a *app) runDemo() error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	text, err := a.playDemo(ctx)
	if err != nil {
		return err
	}
	_, err = io.WriteString(a.out, text)
	return err
}

// playDemo runs the commands of the story on a vault in a temporary folder and
// returns what a person would see.
func (a *app) playDemo(ctx context.Context) (text string, err error) {
	dir, err := os.MkdirTemp("", "memovault-demo-")
	if err != nil {
		return "", err
	}
	defer func() {
		if gone := os.RemoveAll(dir); err == nil {
			err = gone
		}
	}()
	d := &demo{a: a, ctx: ctx, dir: dir}
	if err := d.makeVault(); err != nil {
		return "", err
	}
	d.play()
	return d.out.String(), d.err
}

// A demo is one demonstration. Its first error ends it.
type demo struct {
	a   *app
	ctx context.Context
	dir string
	out bytes.Buffer
	err error
}

func (d *demo) vault() string { return filepath.Join(d.dir, "demo.vault") }
func (d *demo) key() string   { return filepath.Join(d.dir, "key.txt") }

// makeVault makes the temporary vault. It opens with a key in a file, since
// nobody is to be asked.
func (d *demo) makeVault() error {
	vault, err := keyring.New(false)
	if err != nil {
		return err
	}
	key, err := keyring.NewRecoveryKey()
	if err != nil {
		return err
	}
	slot, err := vault.NewSlot(keyring.KindIdentity, "", d.a.now, key.Recipient())
	if err != nil {
		return err
	}
	if err := os.WriteFile(d.key(), []byte(key.Reveal()+"\n"), 0o600); err != nil {
		return err
	}
	return store.Create(d.vault(), d.stage().config(), vault, []store.NewSlot{{Slot: slot}})
}

// stageColumns is how wide a demonstration is played: it may be read in a pager
// or in a file.
const stageColumns = 79

// stage is the program as the story runs it: the same commands, another vault,
// nobody to ask, everything said into the demonstration.
func (d *demo) stage() *app {
	return &app{name: d.a.name, lang: d.a.lang, now: d.a.now, in: d.a.in, out: &d.out, err: &d.out, staged: true,
		dirs: dirs{data: d.dir, state: filepath.Join(d.dir, "state"), config: filepath.Join(d.dir, "config")}}
}

// run runs a command of the program.
func (d *demo) run(args ...string) {
	if d.err == nil && d.ctx.Err() != nil {
		d.err = term.ErrCancelled
	}
	if d.err != nil {
		return
	}
	on := d.stage()
	root := on.newRoot()
	root.SetArgs(append(args, "--file", d.vault(), "--identity", d.key(), "--no-input", "--no-backup"))
	d.err = root.Execute()
}

// typed shows a command as a person types it, and runs it.
func (d *demo) typed(args ...string) {
	d.command(args...)
	d.run(args...)
}

// typedUntil shows what a command says up to the line that begins with a mark.
func (d *demo) typedUntil(mark string, args ...string) {
	d.command(args...)
	before := d.out.Len()
	d.run(args...)
	if i := bytes.Index(d.out.Bytes()[before:], []byte("\n"+mark)); i >= 0 {
		d.out.Truncate(before + i + 1)
	}
}

func (d *demo) command(args ...string) {
	fmt.Fprintf(&d.out, "$ %s %s\n", d.a.name, strings.Join(args, " "))
}

// add notes an invented record. A person is asked question by question; here the
// answers come from a file, which is another way of the same command.
func (d *demo) add(r demoRecord, more ...string) {
	if d.err != nil {
		return
	}
	file := filepath.Join(d.dir, "answers.json")
	b, err := json.Marshal(r.answers(d.a.lang))
	if err == nil {
		err = os.WriteFile(file, b, 0o600)
	}
	if err != nil {
		d.err = err
		return
	}
	d.run(append([]string{"add", r.template, r.name.In(d.a.lang), "--from-json", file, "--no-coach"}, more...)...)
}

// chapter begins a part.
func (d *demo) chapter(n int, title lang.Text, args ...any) {
	fmt.Fprintf(&d.out, "\n== %d. %s\n", n, d.a.text(title, args...))
}

// tell writes a paragraph.
func (d *demo) tell(t lang.Text, args ...any) { d.hang("", t, args...) }

// point writes one point of a list.
func (d *demo) point(t lang.Text, args ...any) { d.hang("- ", t, args...) }

func (d *demo) hang(mark string, t lang.Text, args ...any) {
	for _, line := range term.Wrap(d.a.text(t, args...), stageColumns-len(mark)) {
		fmt.Fprintf(&d.out, "%s%s\n", mark, line)
		mark = strings.Repeat(" ", len(mark))
	}
}
