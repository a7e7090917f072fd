package cli

import (
	"errors"
	"slices"
	"time"

	"memovault/internal/lang"
	"memovault/internal/record"
	"memovault/internal/store"
	"memovault/internal/term"
)

// restoreRecords brings single records of a backup into the vault that is there,
// as new revisions. It takes the sound records of a damaged backup too: what is
// taken is verified.
func (a *app) restoreRecords(o *restoreOptions, b *store.BackupFile) error {
	if err := a.mayAsk(o.yes || o.dryRun); err != nil {
		return err
	}
	s, err := a.openVault()
	if err != nil {
		return err
	}
	opener := &backupOpener{a: a, s: s}
	if opener.ids, err = a.givenKeys(); err == nil {
		err = opener.ask(b)
	}
	if err != nil {
		return a.explainBackup(err, b.Path())
	}
	info, err := b.Info()
	if err != nil {
		return a.explainBackup(err, b.Path())
	}
	if info.Vault != s.ID() {
		a.warn(lang.T("this is a backup of another vault: the records come as new ones", "別の金庫の控えです。記録は新しいものとして入ります"))
	}
	steps, c, err := a.stepsFrom(s, b, o)
	if err != nil {
		return err
	}
	if len(steps) == 0 {
		a.say(lang.T("nothing to bring back: the vault has it all already", "戻すものはありません。金庫はもう同じ内容です"))
		return nil
	}
	if err := a.namesFree(s, steps); err != nil {
		return a.clashFromBackup(err, o, b, steps)
	}
	if !o.yes || !a.g.quiet {
		for _, st := range steps {
			a.talk("  ", a.sayFromBackup(st))
		}
	}
	if o.dryRun {
		a.say(lang.T("nothing was changed", "何も変えていません"))
		return nil
	}
	if !o.yes {
		if ok, err := a.yesNo(true, lang.T("Do this?", "このとおりに戻しますか？")); err != nil || !ok {
			return cancelledUnless(err)
		}
	}
	for _, st := range steps {
		c.Put = append(c.Put, st.after)
	}
	if err := a.commit(s, c); err != nil {
		return err
	}
	a.say(lang.T("brought back: %d; \"undo\" takes this back", "%d 件を戻しました。undo で取り消せます"), len(steps))
	return nil
}

// stepsFrom works out what becomes of each record that was named, and which
// attached files have to come along.
func (a *app) stepsFrom(s *store.Store, b *store.BackupFile, o *restoreOptions) (steps []step, c store.Change, err error) {
	for _, name := range o.records {
		old, err := a.fromBackup(b, name, o)
		if err != nil {
			return nil, c, err
		}
		if slices.ContainsFunc(steps, func(st step) bool { return st.after.ID == old.ID }) {
			continue
		}
		st, err := a.stepFrom(s, old, o)
		if err != nil {
			return nil, c, err
		}
		if st.after == nil {
			a.say(lang.T("%q is as it was then already", "「%s」はもうその内容です"), old.Name)
			continue
		}
		if err := takeFiles(s, b, st.after, &c); err != nil {
			return nil, c, a.explainBackup(err, b.Path())
		}
		steps = append(steps, st)
	}
	return steps, c, nil
}

// fromBackup reads the record of that name in the backup; in the trash only if
// no other has it. With --as-of it is the revision of that day.
func (a *app) fromBackup(b *store.BackupFile, name string, o *restoreOptions) (*record.Record, error) {
	cards, err := b.Cards()
	if err != nil {
		return nil, a.explainBackup(err, b.Path())
	}
	var best *store.Card
	var names []string
	for i, c := range cards {
		names = append(names, c.Name)
		if record.NameKey(c.Name) != record.NameKey(name) {
			continue
		}
		if best == nil || best.Trashed && (!c.Trashed || c.Updated.After(best.Updated)) {
			best = &cards[i]
		}
	}
	if best == nil {
		f := &failure{status: statusNotFound, code: "not_found",
			what: said(lang.T("there is no record %q in this backup", "この控えに「%s」という記録はありません"), name)}
		if near := nearest(name, names); near != "" {
			f.next = append(f.next, said(lang.T("did you mean: %s", "もしかして: %s"), near))
		}
		return nil, f
	}
	r, err := b.Record(best.ID)
	if err == nil && !o.until.IsZero() && !r.Updated.Before(o.until) {
		r, err = a.asOf(b, r, o)
	}
	if err != nil {
		return nil, a.explainBackup(err, b.Path())
	}
	if r.Schema > record.Schema {
		return nil, record.ErrNewer
	}
	return r, nil
}

// asOf is the newest revision from before the end of a day.
func (a *app) asOf(b *store.BackupFile, r *record.Record, o *restoreOptions) (*record.Record, error) {
	past, err := b.History(r.ID)
	if err != nil {
		return nil, err
	}
	for _, old := range past {
		if old.Updated.Before(o.until) {
			return old, nil
		}
	}
	return nil, &failure{status: statusNotFound, code: "no_revision",
		what: said(lang.T("%q was not there yet on %s; it was noted on %s", "「%s」は %s にはまだありません。記録したのは %s です"), r.Name, o.asOf, r.Created.In(a.now.Location()).Format(time.DateOnly))}
}

// stepFrom makes a new revision with the content of then, or a new record where
// the vault does not have it any more. What was in the trash then comes out of
// it: somebody asks for it. The step is empty where nothing would change.
func (a *app) stepFrom(s *store.Store, old *record.Record, o *restoreOptions) (st step, err error) {
	after := old.Clone()
	after.Trashed, after.Updated = nil, a.now
	if o.as != "" {
		if after.Name, err = record.CleanName(o.as); err != nil {
			return st, refused("--as", err)
		}
	}
	card, err := s.Card(old.ID)
	if errors.Is(err, store.ErrNoRecord) {
		after.Revision = 0
		return step{after: after, to: old.Revision}, nil
	}
	if err != nil {
		return st, err
	}
	current, err := s.Record(card.ID)
	if err == nil && current.Schema > record.Schema {
		err = record.ErrNewer
	}
	if err != nil {
		return st, err
	}
	after.Revision = current.Revision
	if len(compare(current, after)) == 0 {
		return st, nil
	}
	return step{before: current, after: after, to: old.Revision}, nil
}

// takeFiles adds to the change the attached files of r that the vault does not
// have.
func takeFiles(s *store.Store, b *store.BackupFile, r *record.Record, c *store.Change) error {
	for _, at := range r.Attachments {
		taken := slices.ContainsFunc(c.Attach, func(f store.NewFile) bool { return f.ID == at.ID })
		if taken || s.HasAttachment(at.ID) || !b.HasAttachment(at.ID) {
			continue
		}
		data, err := b.Attachment(at.ID)
		if err != nil {
			return err
		}
		c.Attach = append(c.Attach, store.NewFile{ID: at.ID, Data: data})
	}
	return nil
}

// sayFromBackup says what becomes of a record.
func (a *app) sayFromBackup(st step) string {
	name := term.Sanitize(st.after.Name)
	if st.before == nil {
		return a.text(lang.T("%s comes back: the vault does not have it", "「%s」が戻ってきます（今の金庫にはありません）"), name)
	}
	return a.text(lang.T("%s goes back to what it was (revision %d): %s", "「%s」を前の内容（第 %d 版）に戻します: %s"), name, st.to, sayChanges(compare(st.before, st.after), a.lang))
}

// clashFromBackup says how to bring back a record whose name another one has.
func (a *app) clashFromBackup(err error, o *restoreOptions, b *store.BackupFile, steps []step) error {
	f := a.explain(err)
	if f.code != "name_taken" || len(steps) != 1 {
		return err
	}
	clash := *f
	clash.next = []words{said(lang.T("under another name: %s restore %s --record %s --as NEWNAME", "別の名前で戻すには: %s restore %s --record %s --as 新しい名前"), a.call(), shellWord(b.Path()), shellWord(o.records[0]))}
	return &clash
}
