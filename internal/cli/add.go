package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"memovault/internal/lang"
	"memovault/internal/record"
	"memovault/internal/store"
	"memovault/internal/term"
)

func (a *app) newAdd() *cobra.Command {
	var c changes
	cmd := a.command(spec{
		name: "add", args: lang.T("[TEMPLATE] [NAME]", "[ひな形] [名前]"), group: "notes",
		short: lang.T("note something new", "新しく記録する"),
		long: lang.T(`Notes something new: asks the questions of the template one by one, shows all
answers, and saves after your yes. Where there is no vault yet, it makes one first.
Then it offers to note what the answers mention (a mailbox, a phone line, a PC), and
asks whether there is something else to note. The record is called like its template
unless you give a NAME. With --field or --from-json it asks nothing.`,
			`新しく記録します。ひな形の質問に 1 つずつ答え、最後に全部を確かめてから保存します。
金庫がまだなければ、先に作ります。保存したあと、答えに出てきたメールアドレスや電話回線、
パソコンも記録するかを聞き、続けてほかの記録もできます。名前を省くと、ひな形と同じ名前に
なります。--field か --from-json を付けると、何も聞きません。`),
		examples: []example{
			{"add office", lang.T("note a Microsoft Office", "Microsoft Office を記録する")},
			{"add office office-tanaka --owner 田中", lang.T("for a customer", "お客様の分を記録する")},
			{"add office --photo card.jpg", lang.T("with a photo of the key card", "キーカードの写真も一緒に")},
			{"add note wifi --field note=@memo.txt", lang.T("from a file, without questions", "ファイルから（質問なし）")},
			{"add mailbox --from-json - < mailbox.json", lang.T("from a script", "スクリプトから")},
		},
	})
	a.changeFlags(cmd, &c)
	cmd.Args = a.argsBetween(0, 2)
	cmd.RunE = func(cmd *cobra.Command, args []string) error { return a.runAdd(cmd, &c, args) }
	return cmd
}

func (a *app) runAdd(cmd *cobra.Command, c *changes, args []string) error {
	if c.fromJSON != "" {
		g, err := a.given(c.fromJSON)
		if err != nil {
			return err
		}
		args = g.arguments(args)
	}
	tmpl, name, err := a.whatToAdd(cmd, args)
	if err != nil {
		return err
	}
	r := a.newRecord(tmpl, c.owner)
	files, err := a.apply(cmd, r, c)
	if err != nil {
		return err
	}
	s, err := a.openOrMake()
	if err != nil {
		return err
	}
	if err := a.checkNames(s, &record.Record{}, r, name); err != nil {
		return err
	}
	if !hasContent(c) {
		r.Name = name
		return a.sit(s, draft{r: r, tmpl: tmpl, files: files}, c.noCoach, cmd.Flags().Changed("owner"))
	}
	if r.Name, err = a.freeName(s, name, r, true); err != nil {
		return err
	}
	coach := a.newCoach(s, c.noCoach)
	coach.remarkOn(&record.Record{}, r)
	if err := a.save(s, r, files); err != nil {
		return err
	}
	coach.sayShift(nil, r)
	return nil
}

func (a *app) newRecord(t *record.Template, owner string) *record.Record {
	return &record.Record{ID: record.NewID(), Template: t.Name, Owner: owner, Created: a.now.UTC().Truncate(time.Second)}
}

// hasContent reports whether the flags say what to note, so that nothing is
// asked. An owner, notes, tags and files go with the questions.
func hasContent(c *changes) bool {
	return len(c.fields)+len(c.own)+len(c.ownSecret) > 0 || c.fromJSON != ""
}

// arguments adds the template and name that the JSON names to those typed.
func (g *givenRecord) arguments(args []string) []string {
	if len(args) == 0 && g.Template != nil {
		args = []string{*g.Template}
	}
	if len(args) == 1 && g.Name != nil {
		args = append(args, *g.Name)
	}
	return args
}

// whatToAdd works out template and name from the arguments. A single argument
// that is no template is the name of a record whose template is asked for.
func (a *app) whatToAdd(cmd *cobra.Command, args []string) (*record.Template, string, error) {
	if len(args) == 2 {
		t, err := a.template(args[0])
		if err != nil {
			return nil, "", err
		}
		name, err := a.cleanName(args[1])
		return t, name, err
	}
	if len(args) == 1 {
		if t := record.LookupTemplate(args[0]); t != nil {
			return t, "", nil
		}
	}
	if !a.interactive() {
		if len(args) == 1 {
			_, err := a.template(args[0])
			return nil, "", err
		}
		return nil, "", a.usage(cmd, lang.T("say what to note: a template, e.g. %q", "何を記録するか、ひな形の名前が要ります（例: %q）"), a.name+" add office")
	}
	name := ""
	if len(args) == 1 {
		var err error
		if name, err = a.cleanName(args[0]); err != nil {
			return nil, "", err
		}
	}
	if near := nearTemplate(name); near != nil {
		yes, err := a.yesNo(true, lang.T("There is no template %q. Did you mean %s?", "「%s」というひな形はありません。もしかして %s ですか？"), name, near.Name)
		if err != nil || yes {
			return near, "", err
		}
	}
	t, err := a.chooseTemplate(name)
	return t, name, err
}

// nearTemplate is the template whose name somebody may have wanted to type; nil
// if there is none.
func nearTemplate(typed string) *record.Template {
	var names []string
	for _, t := range record.Heads() {
		names = append(names, t.Name)
	}
	if near := nearest(lang.Fold(typed), names); near != "" {
		return record.LookupTemplate(near)
	}
	return nil
}

func (a *app) cleanName(typed string) (string, error) {
	name, err := record.CleanName(typed)
	if err != nil {
		return "", refused("name", err)
	}
	return name, nil
}

// chooseTemplate lets a person pick by number.
func (a *app) chooseTemplate(name string) (*record.Template, error) {
	t, err := a.terminal()
	if err != nil {
		return nil, err
	}
	list := record.Templates()
	if name != "" {
		a.tell(t, 0, a.text(lang.T("What kind of record is %q?", "「%s」は何の記録ですか？"), name))
	} else {
		a.tell(t, 0, a.text(lang.T("What do you want to note?", "何を記録しますか？")))
	}
	labels := make([]string, len(list))
	named := make([]string, len(list))
	for i, tmpl := range list {
		labels[i] = a.text(tmpl.Label)
		named[i] = labels[i]
		if lang.Fold(labels[i]) != tmpl.Name {
			named[i] += " (" + tmpl.Name + ")"
		}
	}
	if len(numbered(t, named)) <= roomForChoice(t) {
		labels = named
	}
	n, err := a.choose(labels, 0, func(typed string) int {
		return slices.Index(list, record.LookupTemplate(typed))
	})
	if err != nil {
		return nil, err
	}
	return list[n], nil
}

// choose prints a numbered list, side by side where it is longer than the
// window, and returns the index of the answer. Enter takes standard (counted
// from 1; 0 for none). What is no number is given to match, unless that is nil:
// it returns an index, or -1.
func (a *app) choose(labels []string, standard int, match func(typed string) int) (int, error) {
	t, err := a.terminal()
	if err != nil {
		return 0, err
	}
	for _, row := range numbered(t, labels) {
		t.Print("  " + row + "\n")
	}
	prompt := a.text(lang.T("Number: ", "番号: "))
	if standard > 0 {
		prompt = a.text(lang.T("Number [%d]: ", "番号 [%d]: "), standard)
	}
	for {
		typed, err := a.readLine(t, term.Line{Prompt: prompt})
		if err != nil {
			return 0, err
		}
		typed = lang.FoldCode(typed)
		if typed == "" && standard > 0 {
			return standard - 1, nil
		}
		for i := range labels {
			if typed == fmt.Sprint(i+1) {
				return i, nil
			}
		}
		if match != nil && match(typed) >= 0 {
			return match(typed), nil
		}
		a.tell(t, 2, a.text(lang.T("please type a number from 1 to %d", "1〜%d の番号で答えてください"), len(labels)))
	}
}

// roomForChoice is how many rows of the window a list to choose from may fill.
func roomForChoice(t *term.Terminal) int {
	_, height := t.Size()
	return height - 4
}

// numbered puts numbers before labels, and the labels side by side where they
// are more than the window holds.
func numbered(t *term.Terminal, labels []string) []string {
	rows := make([]string, len(labels))
	for i, label := range labels {
		rows[i] = fmt.Sprintf("%2d) %s", i+1, term.Sanitize(label))
	}
	cols, _ := t.Size()
	if len(rows) > roomForChoice(t) && !t.Plain() {
		rows = sideBySide(rows, cols-3)
	}
	return rows
}

// freeName returns the name the record gets: the one wanted, which must be
// free, or one made from the template and the owner. Where that one is taken,
// ask says whether the person may be asked for another.
func (a *app) freeName(s *store.Store, wanted string, r *record.Record, ask bool) (string, error) {
	taken := func(name string) bool {
		c, err := s.Find(name)
		return err == nil && !c.Trashed
	}
	if wanted != "" {
		if c, err := s.Find(wanted); err == nil && !c.Trashed {
			return "", &store.NameError{Name: c.Name}
		}
		return wanted, nil
	}
	base := r.Template
	// A space in a name would have to be quoted each time it is typed.
	owner := strings.Join(strings.Fields(r.Owner), "-")
	if name, err := record.CleanName(r.Template + "-" + owner); owner != "" && err == nil {
		base = name
	}
	name := base
	for n := 2; taken(name); n++ {
		name = fmt.Sprintf("%s-%d", base, n)
	}
	if name == base || !ask || !a.interactive() {
		return name, nil
	}
	return a.askName(name, base, taken)
}

// askName asks for a name where the obvious one is taken.
func (a *app) askName(suggested, base string, taken func(string) bool) (string, error) {
	a.tell(a.tty, 0, a.text(lang.T("There is a record %q already. What shall this one be called?", "「%s」という記録はもうあります。今度の記録の名前を決めてください。"), base))
	for initial := suggested; ; {
		typed, err := a.readLine(a.tty, term.Line{Prompt: a.text(lang.T("Name: ", "名前: ")), Initial: initial})
		if err != nil {
			return "", err
		}
		name, err := a.cleanName(typed)
		if err == nil && taken(name) {
			err = &store.NameError{Name: name}
		}
		if err == nil && name != "" {
			return name, nil
		}
		if err != nil {
			a.tell(a.tty, 2, a.explain(err).what.in(a.lang))
		}
		initial = typed
	}
}

// save commits a record. What a person has typed is not thrown away because the
// vault is busy or the disk full: they may try again.
func (a *app) save(s *store.Store, r *record.Record, files []store.NewFile) error {
	r.Updated = a.now.UTC().Truncate(time.Second)
	for {
		err := a.commit(s, store.Change{Put: []*record.Record{r}, Attach: files})
		if err == nil {
			break
		}
		if a.tty == nil {
			return err
		}
		if errors.As(err, new(*store.ConflictError)) {
			if err = a.saveWithOther(s, r, files); err == nil {
				break
			}
			if isCancelled(err) {
				return err
			}
		}
		if err := a.mendSave(err, r); err != nil {
			return err
		}
	}
	a.say(plural(len(r.Fields), lang.T("saved: %s (%d field)", "保存しました: %s（%d 項目）"),
		lang.T("saved: %s (%d fields)", "保存しました: %s（%d 項目）")), r.Name, len(r.Fields))
	a.say(lang.T("to see it: %s show %s   to print it: %s print %s", "見るには: %s show %s  印刷するには: %s print %s"), a.call(), shellWord(r.Name), a.call(), shellWord(r.Name))
	return nil
}

// commit saves a change and says what went wrong beside it.
func (a *app) commit(s *store.Store, c store.Change) error {
	err := a.patiently(lang.T("saving ...", "保存しています..."), func() error { return s.Commit(c) })
	if err != nil {
		return err
	}
	a.sayWarnings(s)
	return nil
}

// sayWarnings says what went wrong beside a change that was saved.
func (a *app) sayWarnings(s *store.Store) {
	switch err := s.Warnings(); {
	case err == nil:
	case errors.As(err, new(*store.FlushError)):
		a.warn(lang.T("saved and read back, but the disk reported an error (%s): it may be failing; copy the vault and its backups to another disk", "保存して読み直しましたが、ディスクがエラーを出しています（%s）。壊れかけているかもしれません。金庫と控えを別のディスクに写してください"), systemReason(err))
	default:
		a.warn(lang.T("saved, but something beside the vault did not work: %s", "保存しましたが、まわりでうまくいかないことがありました: %s"), systemReason(err))
	}
}

// mendSave says why saving failed and asks what to do. It returns the error
// where nothing can be done.
func (a *app) mendSave(failed error, r *record.Record) error {
	f := a.explain(failed)
	a.tell(a.tty, 0, f.what.in(a.lang))
	if !f.why.empty() {
		a.tell(a.tty, 2, f.why.in(a.lang))
	}
	if errors.As(failed, new(*store.NameError)) {
		name, err := a.askName(r.Name+"-2", r.Name, func(string) bool { return false })
		r.Name = name
		return err
	}
	var busy *store.BusyError
	var unsaved *store.NotSavedError
	var backup *store.BackupError
	if !errors.As(failed, &busy) && !errors.As(failed, &unsaved) && !errors.As(failed, &backup) {
		return failed
	}
	again, err := a.yesNo(true, lang.T("Your answers are still here. Try to save again?", "入力した内容は残っています。もう一度保存してみますか？"))
	if err == nil && !again {
		err = failed
	}
	return err
}

// openOrMake opens the vault, or makes one where there is none.
func (a *app) openOrMake() (*store.Store, error) {
	s, err := a.openVault()
	if !errors.Is(err, store.ErrNoVault) {
		return s, err
	}
	if !a.interactive() {
		return nil, err
	}
	return a.makeVault(initOptions{})
}
