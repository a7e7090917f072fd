package audit

import (
	"slices"
	"time"

	"memovault/internal/lang"
	"memovault/internal/record"
)

// VaultState is what the store knows of the vault itself. The zero value says
// nothing, and no rule about the vault finds anything.
type VaultState struct {
	Slots      []Slot
	Backups    []Backup // the automatic ones beside the vault, newest first
	Unread     bool     // the backups could not be looked at; nothing is said of them then
	Generation uint64   // of the vault as it is now
	Copies     []Copy   // those at other places that the vault knows of
}

// A Copy is a backup at a place that is remembered.
type Copy struct {
	Place     string    // the folder, as its owner is to read it
	Made      time.Time // when the newest one there was made
	Current   bool      // nothing was changed since
	Elsewhere bool      // in a folder that leaves the house: synchronised, or on the network
}

// A Slot is one key that opens the vault.
type Slot struct {
	ID         record.ID // zero where it is not known
	Passphrase bool      // a passphrase that a person types
	Recovery   bool      // the recovery key for paper
	Created    time.Time
	Proven     time.Time // when the key was last shown to open it; zero: never

	// Need of Count shares open it together; zero for any other key.
	Need, Count int
}

// A Backup is one automatic backup.
type Backup struct {
	Time       time.Time
	Generation uint64 // of the vault when it was made
}

var vaultRules = []*Rule{
	{
		ID: "V01", Severity: High, effort: note, vault: vaultOneSlot,
		Title:  lang.T("only one key opens the vault", "金庫を開ける方法が 1 つしかない"),
		Why:    lang.T("if that one key is forgotten or lost, everything in the vault is lost with it", "それを忘れたりなくしたりすると、金庫の中身をすべて失います"),
		Do:     lang.T("add a second key:", "鍵をもう 1 つ増やしてください:"),
		Source: NotesAlone, AsOf: "2026-11-22",
	},
	{
		ID: "V02", Severity: High, effort: note, vault: vaultNoRecovery,
		Title:  lang.T("the vault has no recovery key", "金庫に回復キーがない"),
		Why:    lang.T("a forgotten passphrase can then be replaced by nothing on paper", "合言葉を忘れたとき、紙に頼ることができません"),
		Do:     lang.T("make one and print it:", "回復キーを作って、印刷してください:"),
		Source: NotesAlone, AsOf: "2026-11-22",
	},
	{
		ID: "V03", Severity: Medium, effort: note, vault: vaultUnproven,
		Title:  lang.T("the recovery key was never tried", "回復キーを一度も試していない"),
		Why:    lang.T("a slip of copying on the paper shows only on the day when nothing else opens the vault", "書き間違いがあっても、いざというときまで気付けません"),
		Do:     lang.T("type the recovery key from the paper; that is noted:", "紙の回復キーを打って試してください。試した日を記録します:"),
		Source: NotesAlone, AsOf: "2026-11-22",
	},
	{
		ID: "V04", Severity: Medium, effort: note, vault: vaultNoBackup,
		Title:  lang.T("no recent backup of the vault", "金庫の新しい控えがない"),
		Why:    lang.T("what was noted since the last backup exists once", "最後の控えのあとに書いたことは、1 か所にしかありません"),
		Do:     lang.T("make a copy on another disk; the place is remembered:", "別のディスクに写しを作ってください（場所は覚えます）:"),
		Source: NotesAlone, AsOf: "2026-11-22",
	},
	{
		ID: "V05", Severity: Low, effort: errand, vault: vaultOneHouse,
		Title:  lang.T("no copy of the vault elsewhere is noted", "金庫の写しを別の場所に置いた記録がない"),
		Why:    lang.T("the automatic backups lie beside the vault: a fire or a thief takes all of them together", "自動の控えは金庫と同じ所にあるので、火事や盗難では一度に失います"),
		Do:     lang.T("make a copy in a synchronised folder, or one on a stick that you take to another house; give the record of that house the tag backup (with the command tag):", "同期フォルダーか、別の家に預ける USB メモリーに写しを作ってください。預けた家の記録には名札「控え」を付けます（tag コマンドで付きます）:"),
		Source: NotesAlone, AsOf: "2026-11-22",
	},
	{
		ID: "V06", Severity: Medium, effort: note, vault: vaultNothingTyped,
		Title:  lang.T("the vault opens with files only", "金庫がファイルの鍵でしか開かない"),
		Why:    lang.T("a file is lost with the disk it is on, often the one that the vault is on too", "ファイルの鍵は、ディスクと一緒に（多くは金庫と一緒に）失われます"),
		Do:     lang.T("add a passphrase:", "合言葉を増やしてください:"),
		Source: NotesAlone, AsOf: "2026-11-22",
	},
}

// export is the command that makes a copy with a passphrase of its own.
func export() []lang.Text {
	return []lang.Text{both("export"), both("-o"), lang.T("COPY.age", "控え.age")}
}

// copyTo is the command that makes a copy at a place, and from then on renews it.
func (v *survey) copyTo() []lang.Text {
	if len(v.in.Vault.Copies) > 0 {
		return []lang.Text{both("backup")}
	}
	return []lang.Text{both("backup"), both("--to"), lang.T("DIR", "フォルダー")}
}

// addKey is the command that adds a key of a kind.
func addKey(kind string) []lang.Text {
	return []lang.Text{both("key"), both("add"), both(kind)}
}

func vaultOneSlot(v *survey, hit func(match)) {
	if len(v.in.Vault.Slots) == 1 {
		hit(match{command: addKey("recovery-key"), what: words(lang.T("one key opens the vault, and no second", "金庫を開ける鍵は 1 つだけです"))})
	}
}

func vaultNoRecovery(v *survey, hit func(match)) {
	slots := v.in.Vault.Slots
	if len(slots) > 0 && !slices.ContainsFunc(slots, func(s Slot) bool { return s.Recovery || s.Need > 0 }) {
		hit(match{command: addKey("recovery-key"), what: words(lang.T("no recovery key is among what opens the vault (keys: %d)", "金庫を開ける鍵（%d 個）の中に、回復キーがありません"), len(slots))})
	}
}

// stale is after how many days a proof of the recovery key counts as old.
const stale = 2 * 365

func vaultUnproven(v *survey, hit func(match)) {
	for _, s := range v.in.Vault.Slots {
		switch {
		case s.Need > 0 && s.Proven.IsZero():
			hit(match{command: []lang.Text{both("key"), both("test"), both("shares")}, do: words(lang.T("type as many of them from their sheets as are needed; that is noted:", "必要な枚数を紙から打って、開けてみてください。試した日を記録します:")),
				what: words(lang.T("the shares made on %s were not read back from their sheets", "%s に作った分け札は、紙を見て打ち返して確かめていません"), s.Created.In(v.now.Location()).Format(time.DateOnly))})
		case !s.Recovery:
		case s.Proven.IsZero():
			hit(match{command: []lang.Text{both("key"), both("test"), both("recovery-key")},
				what: words(lang.T("the recovery key of %s has not opened the vault yet", "%s に作った回復キーでは、まだ一度も金庫を開けていません"), s.Created.In(v.now.Location()).Format(time.DateOnly))})
		case v.now.Sub(s.Proven) > stale*24*time.Hour:
			hit(match{command: []lang.Text{both("key"), both("test"), both("recovery-key")}, severity: Low,
				what: words(lang.T("the recovery key opened the vault last on %s", "回復キーで最後に開けたのは %s です"), s.Proven.In(v.now.Location()).Format(time.DateOnly))})
		}
	}
}

// backupTags mark the record of a place, a device or a person that has a copy
// of the vault.
var backupTags = []string{"backup", "控え", "バックアップ", "ばっくあっぷ"}

// copies returns the last day on which a copy was made or noted.
func (v *survey) copies() time.Time {
	last := v.noted()
	for _, c := range v.in.Vault.Copies {
		if c.Made.After(last) {
			last = c.Made
		}
	}
	return last
}

// noted returns the last day on which a copy elsewhere was noted: the program
// cannot see a stick in a drawer, but its owner can note it.
func (v *survey) noted() (last time.Time) {
	for _, r := range v.in.Records {
		s := subject{r: r}
		if r.Trashed != nil {
			continue
		}
		if known, ok := s.sheetThere(record.SheetBackup); ok && known.Place != "" && r.Created.After(last) {
			last = r.Created
		}
		if !s.tagged(backupTags) {
			continue
		}
		if r.Updated.After(last) {
			last = r.Updated
		}
		if r.Verified != nil && r.Verified.After(last) {
			last = *r.Verified
		}
	}
	if v.self != nil {
		if day, ok := readDay(v.self.value(record.RoleCopyMade)); ok && day.last.After(last) {
			last = day.last
		}
	}
	return last
}

// backupDays is how many days a change may be without a backup.
const backupDays = 31

func vaultNoBackup(v *survey, hit func(match)) {
	if len(v.in.Vault.Slots) == 0 || len(v.in.Records) == 0 || v.in.Vault.Unread {
		return
	}
	limit := v.now.AddDate(0, 0, -backupDays)
	if v.copies().After(limit) {
		return
	}
	if len(v.in.Vault.Backups) == 0 {
		oldest := v.in.Records[0].Created
		for _, r := range v.in.Records {
			if r.Created.Before(oldest) {
				oldest = r.Created
			}
		}
		if oldest.Before(v.now.AddDate(0, 0, -1)) {
			hit(match{command: v.copyTo(), severity: High, what: words(lang.T("there is no backup beside the vault", "金庫のそばに、控えが 1 つもありません"))})
		}
		return
	}
	newest := v.in.Vault.Backups[0]
	if newest.Generation < v.in.Vault.Generation && newest.Time.Before(limit) {
		hit(match{command: v.copyTo(), what: words(lang.T("the newest backup is of %s, and the vault was changed since", "いちばん新しい控えは %s のもので、そのあとに変更があります"), newest.Time.In(v.now.Location()).Format(time.DateOnly))})
	}
}

func vaultOneHouse(v *survey, hit func(match)) {
	if len(v.in.Vault.Slots) == 0 || len(v.in.Records) == 0 || !v.noted().IsZero() || v.says(record.RoleCopyAt) {
		return
	}
	near := v.in.Vault.Copies
	switch {
	case slices.ContainsFunc(near, func(c Copy) bool { return c.Elsewhere }):
	case len(near) > 0:
		hit(match{command: v.selfCommand(record.RoleCopyAt), severity: Info,
			what: words(lang.T("the copy at %s may lie in the same house: where it is kept is not noted", "%s の写しは、同じ家にあるのかもしれません。しまってある場所が書かれていません"), near[0].Place)})
	default:
		hit(match{command: v.copyTo(), what: words(lang.T("no copy is remembered, and no record has the tag backup", "写しの場所を覚えておらず、名札「控え」の付いた記録もありません"))})
	}
}

func vaultNothingTyped(v *survey, hit func(match)) {
	slots := v.in.Vault.Slots
	if len(slots) > 0 && !slices.ContainsFunc(slots, func(s Slot) bool { return s.Passphrase || s.Recovery || s.Need > 0 }) {
		hit(match{command: addKey("passphrase"), what: words(lang.T("none of the %d keys can be typed", "%d 個の鍵はどれも、手で打てるものではありません"), len(slots))})
	}
}
