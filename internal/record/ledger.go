package record

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// The kinds of printed sheets, values of the field with the role RoleSheetIs.
// A sheet that says nothing, as those noted before there were kinds, is one of
// records.
const (
	SheetRecords     = "records"
	SheetHandover    = "handover"
	SheetEmergency   = "emergency"
	SheetRecoveryKey = "recovery_key"
	SheetShare       = "share" // of a key of the vault; several together open it
	SheetBackup      = "backup"
	SheetRecover     = "recover"
)

// What became of a printed sheet, values of the field with the role RoleFate. A
// sheet that says nothing is there.
const (
	SheetThere    = "there"
	SheetLost     = "lost"     // it cannot be found: somebody else may have it
	SheetShredded = "shredded" // nobody has it
)

// A Sheet is what the record of a printed sheet says of the paper.
type Sheet struct {
	Number  string // 3C7A-F18E; empty if none is noted
	Kind    string // SheetRecords …
	Printed string // the day, YYYY-MM-DD or a part of it; empty if it is not noted
	Place   string // as it was written; empty if nobody said
	Fate    string // SheetThere, SheetLost or SheetShredded
	Secrets string // yes, no, or unknown
	Checked string // the day on which it was last compared; empty if never
	Opens   string // of a recovery key or a share: the first digits of the id of its slot
	Copies  int    // at least 1
}

// ReadSheet returns what the record of a printed sheet says of the paper.
func ReadSheet(r *Record) Sheet {
	t := LookupTemplate(SheetTemplate)
	say := func(role Role) string {
		for _, spec := range t.With(role) {
			if f := r.Field(spec.Key); f != nil && strings.TrimSpace(f.Value) != "" {
				return strings.TrimSpace(f.Value)
			}
		}
		return ""
	}
	s := Sheet{Number: say(RoleSheet), Kind: say(RoleSheetIs), Printed: say(RolePrinted), Place: say(RoleKeptAt), Fate: say(RoleFate),
		Secrets: say(RoleSecrets), Checked: say(RoleChecked), Opens: say(RoleOpens), Copies: 1}
	if s.Kind == "" {
		s.Kind = SheetRecords
	}
	if s.Fate != SheetLost && s.Fate != SheetShredded {
		s.Fate = SheetThere
	}
	if s.Secrets == "" {
		s.Secrets = "unknown"
	}
	if n, err := strconv.Atoi(strings.TrimRight(say(RoleCopies), " 枚部")); err == nil && n > 1 {
		s.Copies = n
	}
	return s
}

// FileAnew names the PDF for printing the sheet anew: after the number of the old
// one, which no other sheet has that is to be replaced, else after the day.
func (s Sheet) FileAnew(today time.Time) string {
	if s.Number == "" || strings.Trim(strings.ToUpper(s.Number), "-0123456789ABCDEF") != "" || s.Number[0] == '-' {
		return "new-" + today.Format(time.DateOnly) + ".pdf"
	}
	return "new-" + s.Number + ".pdf"
}

// SetSheet writes an answer about a printed sheet into its record; an empty
// value takes the answer out.
func SetSheet(r *Record, role Role, value string) {
	for _, spec := range LookupTemplate(SheetTemplate).With(role) {
		if value == "" {
			r.Remove(spec.Key)
			continue
		}
		r.Set(spec.Key, spec.Type, value)
	}
}

// A Print says how a record was when it was put on a sheet.
type Print struct {
	Fingerprint string
	Revision    uint64 // 0 where it was not noted
}

// PrintOf is how r is now.
func PrintOf(r *Record) Print { return Print{Fingerprint(r), r.Revision} }

// String is how a Print stands in Record.Printed: the fingerprint, a space and the
// revision. Those written before revisions were noted are the fingerprint alone.
func (p Print) String() string {
	if p.Revision == 0 {
		return p.Fingerprint
	}
	return p.Fingerprint + " " + strconv.FormatUint(p.Revision, 10)
}

// ParsePrint reads what String writes. A text that is none is a fingerprint that
// no record has.
func ParsePrint(s string) Print {
	fingerprint, revision, _ := strings.Cut(s, " ")
	n, err := strconv.ParseUint(revision, 10, 64)
	if err != nil {
		n = 0
	}
	return Print{fingerprint, n}
}

// addNewer looks for records that a paper backup does not hold as they are now.
// Sheets are left out: that of the backup itself was noted after it was made.
func (s *SheetStanding) addNewer(sheet *Record, records []*Record) {
	for _, r := range records {
		if r.Trashed != nil || r.Template == SheetTemplate {
			continue
		}
		switch was, ok := sheet.Printed[r.ID.String()]; {
		case ok && !ParsePrint(was).holds(r):
			s.Changed = append(s.Changed, r.Name)
		case !ok && (len(sheet.Printed) < MaxPrinted || r.Updated.After(sheet.Created)):
			s.Newer = append(s.Newer, r.Name)
		}
	}
	slices.Sort(s.Changed)
	slices.Sort(s.Newer)
}

// holds reports whether r is still the edit that was written down; by what it
// says where the revision is not known.
func (p Print) holds(r *Record) bool {
	if p.Revision > 0 {
		return p.Revision == r.Revision && p.Fingerprint == Fingerprint(r) // another copy of the vault may have counted differently
	}
	return p.Fingerprint == Fingerprint(r)
}

// backupEdits is how many records may be newer than a paper backup, and
// backupDays after how many days a single one is too many.
const (
	backupEdits = 10
	backupDays  = 183
)

// BackupOld reports whether a paper backup is so old that it should be made anew:
// many records changed or came since, or it has been half a year and one did.
func (s SheetStanding) BackupOld(sheet *Record, now time.Time) bool {
	n := len(s.Changed) + len(s.Newer)
	return n >= backupEdits || n > 0 && now.Sub(sheet.Created) > backupDays*24*time.Hour
}

// How long a sheet may go without being compared with what was printed, in
// months: a new one, until it was done once, and one that was compared.
const (
	checkFirst = 1
	checkAgain = 12
)

// CheckBy returns the day by which a printed sheet should be compared again with
// what was printed. ok is false for a sheet on which nothing can be compared,
// that is not there any more, or of which the day of printing is not known. On
// are the records that are on it.
func CheckBy(sheet *Record, on []*Record) (day time.Time, ok bool) {
	known := ReadSheet(sheet)
	if known.Fate != SheetThere || !canCompare(known, on) {
		return time.Time{}, false
	}
	if span, ok := ReadSpan(known.Checked); ok {
		return MonthsAfter(span.First, checkAgain), true
	}
	span, ok := ReadSpan(known.Printed)
	return MonthsAfter(span.First, checkFirst), ok
}

// canCompare reports whether a sheet has something that can be compared: a key,
// a backup, or codes and passwords of the records on it.
func canCompare(sheet Sheet, on []*Record) bool {
	switch sheet.Kind {
	case SheetRecoveryKey, SheetBackup:
		return true
	case SheetRecords:
		return slices.ContainsFunc(on, func(r *Record) bool {
			t := LookupTemplate(r.Template)
			return slices.ContainsFunc(r.Fields, func(f Field) bool {
				kind := TypeOf(t, &f)
				filled := f.Value != "" || len(f.Codes) > 0
				return filled && (kind == TypeProductKey || kind == TypeCodes || kind.Secret() && sheet.Secrets == "yes")
			})
		})
	}
	return false
}
