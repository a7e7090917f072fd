package audit

import (
	"slices"
	"strings"

	"memovault/internal/lang"
	"memovault/internal/record"
)

// The papers that were printed, by what the ledger knows of them: V10 to V15.
var paperRules = []*Rule{
	{
		ID: "V10", Severity: Medium, effort: note, record: sheetOld,
		Title:  lang.T("printed sheet that is out of date", "印刷した用紙が古くなっている"),
		Why:    lang.T("on the day when it is needed the paper leads astray", "いざというとき、古い紙を頼ることになります"),
		Do:     lang.T("print it anew, put it in the place of the old one, and note it:", "印刷し直して、古い紙と入れ替え、記録してください:"),
		Source: NotesAlone, AsOf: "2026-11-22",
	},
	{
		ID: "V11", Severity: High, effort: visit, record: sheetLost,
		Title:  lang.T("a sheet with secrets cannot be found", "秘密の載った用紙が見つからない"),
		Why:    lang.T("whoever finds it can read it: a lost sheet is not a shredded one", "拾った人が読めます。なくした用紙は、裁断した用紙とは違います"),
		Do:     lang.T("see what it opens, change that at the services, and note the sheet as shredded once nothing on it is of use any more:", "それで何に入られるかを見て、サービスで変更してください。載っていることが全部役に立たなくなったら、裁断済みと記録してください:"),
		Source: NotesAlone, AsOf: "2026-11-22",
	},
	{
		ID: "V12", Severity: Medium, effort: errand, record: sheetBesidePC,
		Title:  lang.T("a sheet with secrets lies beside the computer", "秘密の載った用紙が、パソコンのそばにある"),
		Why:    lang.T("whoever takes the one takes the other, and a fire reaches both", "盗まれるときも燃えるときも、一緒です"),
		Do:     lang.T("put it where it is locked away from the computer, and note that:", "パソコンから離れた、鍵のかかる所に移して、記録してください:"),
		Source: NotesAlone, AsOf: "2026-11-22",
	},
	{
		ID: "V13", Severity: Medium, effort: note, record: paperBackupOld,
		Title:  lang.T("the paper backup lacks much", "紙の控えが古い"),
		Why:    lang.T("what was noted since is not on it", "そのあとに書いたことは、紙に載っていません"),
		Do:     lang.T("print a new one, put it in the place of the old, and note that as shredded:", "新しく印刷して取り替え、前のものは裁断して記録してください:"),
		Source: NotesAlone, AsOf: "2026-11-22",
	},
	{
		ID: "V14", Severity: Medium, effort: errand, record: backupBesideKey,
		Title:  lang.T("the paper backup and its key lie together", "紙の控えと回復キーが同じ所にある"),
		Why:    lang.T("whoever finds both reads everything, and one fire takes both", "両方を手にした人は全部読め、火事のときは両方とも失います"),
		Do:     lang.T("keep one of them at another place, and note that:", "どちらかを別の所に移して、記録してください:"),
		Source: NotesAlone, AsOf: "2026-11-22",
	},
	{
		ID: "V15", Severity: Low, effort: note, record: sheetUnchecked,
		Title:  lang.T("a sheet was not compared for long", "用紙を長いあいだ照合していない"),
		Why:    lang.T("that a paper is gone, faded or wrongly printed shows only when somebody looks", "なくなっている、薄れている、印刷が欠けている、といったことは、見てみないと分かりません"),
		Do:     lang.T("take it out and type what is on it; it is compared, and the day is noted:", "取り出して、書いてあるとおりに打ってみてください。見比べて、その日を記録します:"),
		Source: NotesAlone, AsOf: "2026-11-22",
	},
}

// papers is the command that notes something about a sheet.
func (s *subject) papers(flag string, more ...lang.Text) []lang.Text {
	return append([]lang.Text{both("papers"), both(flag), both(s.r.Name)}, more...)
}

// elsewhere stands in a command for the place that somebody has to think of.
var elsewhere = lang.T("PLACE", "場所")

// sheetThere returns what is known of a printed sheet that is there, of one of
// the kinds; no kind means any.
func (s *subject) sheetThere(kinds ...string) (known record.Sheet, ok bool) {
	if s.r.Template != record.SheetTemplate {
		return known, false
	}
	known = record.ReadSheet(s.r)
	return known, known.Fate == record.SheetThere && (len(kinds) == 0 || slices.Contains(kinds, known.Kind))
}

// sheetOld compares a printed sheet with the records on it, and one of a recovery
// key with what opens the vault.
func sheetOld(v *survey, s *subject, hit func(match)) {
	known, ok := s.sheetThere()
	switch {
	case !ok || known.Kind == record.SheetBackup: // of which V13 speaks
		return
	case known.Kind == record.SheetRecoveryKey, known.Kind == record.SheetShare:
		if known.Kind == record.SheetRecoveryKey && !v.opens(known.Opens) || known.Kind == record.SheetShare && !v.shared(known.Opens) {
			hit(match{fields: s.keysOf(record.RolePrinted), command: s.papers("--shredded"), do: words(lang.T("shred it, and note that:", "裁断して、記録してください:")),
				what: words(lang.T("the key on it opens the vault no more", "この紙の鍵では、もう金庫は開きません"))})
		}
		return
	}
	state := record.SheetState(s.r, v.in.Records)
	if state.Current() {
		return
	}
	out := match{fields: s.keysOf(record.RolePrinted), command: []lang.Text{both("print")}}
	for _, name := range record.SheetContents(s.r) {
		if v.named[record.NameKey(name)] != nil {
			out.command = append(out.command, both(name))
		}
	}
	switch {
	case len(state.Changed) > 0 && len(state.Missing) > 0:
		out.what = words(lang.T("changed since it was printed: %s; no longer there: %s", "印刷のあとに変わった記録: %s。もうない記録: %s"), joined(state.Changed), joined(state.Missing))
	case len(state.Changed) > 0:
		out.what = words(lang.T("changed since it was printed: %s", "印刷のあとに変わった記録: %s"), joined(state.Changed))
	default:
		out.what = words(lang.T("no longer there: %s", "もうない記録: %s"), joined(state.Missing))
	}
	switch {
	case len(out.command) == 1:
		out.command = []lang.Text{both("rm"), both(s.r.Name)}
	case known.Kind != record.SheetRecords:
		out.command = []lang.Text{both("papers"), both(s.r.Name)} // which says how it is printed
	default:
		out.command = append(out.command, both("-o"), both(known.FileAnew(v.now))) // on the screen it would be no sheet
		if known.Place != "" {
			out.command = append(out.command, both("--kept-at"), both(known.Place))
		}
	}
	hit(out)
}

// opens reports whether a recovery key of the vault has the id that a sheet
// remembers. Where either is not known it may.
func (v *survey) opens(id string) bool {
	slots := v.in.Vault.Slots
	return len(slots) == 0 || slices.ContainsFunc(slots, func(s Slot) bool {
		return s.Recovery && (s.ID.IsZero() || strings.HasPrefix(s.ID.String(), id))
	})
}

// sheetLost speaks of a sheet that cannot be found, if there is something on it
// that opens anything.
func sheetLost(v *survey, s *subject, hit func(match)) {
	if s.r.Template != record.SheetTemplate {
		return
	}
	known := record.ReadSheet(s.r)
	if known.Fate != record.SheetLost {
		return
	}
	out := match{fields: s.keysOf(record.RoleFate), command: []lang.Text{both("whatif"), both("lose:" + s.r.Name), both("--thief")}}
	switch known.Kind {
	case record.SheetRecoveryKey:
		if !v.opens(known.Opens) {
			return
		}
		out.what = words(lang.T("the recovery key of the vault is on it", "金庫の回復キーが載っています"))
	case record.SheetShare:
		if !v.shareLost(known, &out) {
			return
		}
	case record.SheetBackup:
		if !v.keyAbroad() {
			return
		}
		out.severity, out.what = Critical, words(lang.T("it is a backup of everything, and a recovery key that opens it cannot be found either", "全部の控えで、それを開ける回復キーも見つかっていません"))
	default:
		switch on := v.withSecretsOn(s); {
		case known.Secrets == "yes":
			out.what = words(lang.T("passwords or hints are on it", "パスワードやヒントが載っています"))
		case len(on) > 0:
			out.what = words(lang.T("keys or codes of %s are on it", "%s のキーやコードが載っています"), joined(on))
		case known.Secrets == "unknown":
			out.severity, out.what = Medium, words(lang.T("whether passwords are on it is not noted", "パスワードが載っているかどうかが、書かれていません"))
		default:
			return
		}
	}
	hit(out)
}

// keyAbroad reports whether a sheet with a recovery key that opens the vault
// cannot be found.
func (v *survey) keyAbroad() bool {
	return slices.ContainsFunc(v.subjects, func(s subject) bool {
		if s.r.Template != record.SheetTemplate {
			return false
		}
		known := record.ReadSheet(s.r)
		return known.Kind == record.SheetRecoveryKey && known.Fate == record.SheetLost && v.opens(known.Opens)
	}) || v.sharesAbroad()
}

// withSecretsOn names the records on a sheet of which keys or codes stand there
// even without passwords.
func (v *survey) withSecretsOn(s *subject) (names []string) {
	if known := record.ReadSheet(s.r); known.Kind != record.SheetRecords {
		return nil
	}
	for _, on := range v.recordsOn(s) {
		keyed := slices.ContainsFunc(on.answers, func(a answer) bool {
			return (a.kind == record.TypeProductKey || a.kind == record.TypeCodes) && s.r.Printed[on.r.ID.String()] != ""
		})
		if keyed {
			names = append(names, on.r.Name)
		}
	}
	return names
}

// recordsOn returns the records that are named on a sheet and still there.
func (v *survey) recordsOn(s *subject) (list []*subject) {
	for _, name := range record.SheetContents(s.r) {
		if on := v.named[record.NameKey(name)]; on != nil {
			list = append(list, on)
		}
	}
	return list
}

// sheetBesidePC speaks of a sheet with secrets that is noted to be where a
// computer is noted to be.
func sheetBesidePC(v *survey, s *subject, hit func(match)) {
	known, ok := s.sheetThere()
	if !ok || known.Secrets != "yes" || known.Place == "" {
		return
	}
	for i := range v.subjects {
		pc := &v.subjects[i]
		if pc.r.Template != "device" || !isComputer(pc) {
			continue
		}
		where := ""
		if f := pc.r.Field("where"); f != nil {
			where = lang.Fold(f.Value)
		}
		place := lang.Fold(known.Place)
		if place == where && where != "" || place == lang.Fold(pc.r.Name) {
			hit(match{fields: s.keysOf(record.RoleKeptAt), command: s.papers("--move", elsewhere),
				what: words(lang.T("it is kept at %s, where %s is", "置き場所は「%s」で、「%s」と同じ所です"), known.Place, pc.r.Name)})
			return
		}
	}
}

func isComputer(s *subject) bool {
	f := s.r.Field("kind")
	return f == nil || f.Value == "" || f.Value == "pc"
}

func paperBackupOld(v *survey, s *subject, hit func(match)) {
	if _, ok := s.sheetThere(record.SheetBackup); !ok {
		return
	}
	state := record.SheetState(s.r, v.in.Records)
	if !state.BackupOld(s.r, v.now) {
		return
	}
	hit(match{fields: s.keysOf(record.RolePrinted), command: []lang.Text{both("backup"), both("--paper"), both("-o"), both(record.ReadSheet(s.r).FileAnew(v.now))},
		what: words(lang.T("records that are newer than the paper: %d", "紙より新しい記録が %d 件あります"), len(state.Changed)+len(state.Newer))})
}

// backupBesideKey speaks of a paper backup that lies where a recovery key lies
// that opens it.
func backupBesideKey(v *survey, s *subject, hit func(match)) {
	backup, ok := s.sheetThere(record.SheetBackup)
	if !ok || backup.Place == "" {
		return
	}
	for i := range v.subjects {
		other := &v.subjects[i]
		key, ok := other.sheetThere(record.SheetRecoveryKey)
		if ok && v.opens(key.Opens) && lang.Fold(key.Place) == lang.Fold(backup.Place) {
			hit(match{fields: s.keysOf(record.RoleKeptAt), command: s.papers("--move", elsewhere),
				what: words(lang.T("both are kept at %s (the key: %s)", "どちらも「%s」にあります（回復キーの用紙: %s）"), backup.Place, other.r.Name)})
			return
		}
	}
}

func sheetUnchecked(v *survey, s *subject, hit func(match)) {
	known, ok := s.sheetThere()
	if !ok || known.Kind == record.SheetRecoveryKey && !v.opens(known.Opens) {
		return
	}
	var on []*record.Record
	for _, one := range v.recordsOn(s) {
		on = append(on, one.r)
	}
	day, ok := record.CheckBy(s.r, on)
	if !ok || day.After(v.today) {
		return
	}
	out := match{fields: s.keysOf(record.RoleChecked), command: []lang.Text{both("check-paper"), both(s.r.Name)},
		what: words(lang.T("printed on %s, and never compared since", "%s に印刷してから、一度も照合していません"), known.Printed)}
	if known.Checked != "" {
		out.what = words(lang.T("last compared on %s", "最後に照合したのは %s です"), known.Checked)
	}
	hit(out)
}

// keyOnPaper reports whether a sheet with a recovery key that opens the vault is
// there, and it is noted where.
func (v *survey) keyOnPaper() bool {
	return slices.ContainsFunc(v.subjects, func(s subject) bool {
		known, ok := s.sheetThere(record.SheetRecoveryKey)
		return ok && known.Place != "" && v.opens(known.Opens)
	}) || v.sharesPlaced()
}

// backupOnPaper reports whether a paper backup is there, and it is noted where.
func (v *survey) backupOnPaper() bool {
	return slices.ContainsFunc(v.subjects, func(s subject) bool {
		known, ok := s.sheetThere(record.SheetBackup)
		return ok && known.Place != ""
	})
}
