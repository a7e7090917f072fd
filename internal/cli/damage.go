package cli

import (
	"slices"
	"strings"

	"memovault/internal/lang"
	"memovault/internal/store"
)

// explainDamage says what is damaged and where the newest backup is.
func (a *app) explainDamage(broken *store.DamagedError) *failure {
	f := &failure{status: statusDamaged, code: "damaged",
		what: said(lang.T("the vault file is damaged: %s (%s)", "金庫のファイルが壊れています: %s（%s）"), a.shortPath(a.path()), a.damagedPart(broken.What)),
		why:  said(lang.T("it was left as it is", "ファイルには手を付けていません"))}
	if broken.What == store.DamagedAfter {
		f.why = said(lang.T("the change was written, but what stands in the file now is something else: the disk may be failing", "変更を書き込みましたが、読み返すと内容が違います。ディスクが壊れかけているかもしれません"))
	}
	f.next = append(f.next, a.newestBackup()...)
	f.next = append(f.next, a.rescueHint(broken)...)
	f.next = append(f.next, said(lang.T("make a copy of the file before anything else; the README.txt in a backup says how to open it", "まずファイルをそのままコピーしてください。控えの中の README.txt に開け方があります")))
	return f
}

// newestBackup names the newest backup that is there, if there is one, and how to
// take it.
func (a *app) newestBackup() []words {
	list, _, _ := a.knownBackups()
	list = slices.DeleteFunc(list, func(b knownBackup) bool { return b.kind == backupReplaced })
	if len(list) == 0 {
		return nil
	}
	b := slices.MaxFunc(list, func(x, y knownBackup) int { return x.Time.Compare(y.Time) })
	return []words{
		said(lang.T("the newest backup is from %s: %s", "いちばん新しい控えは %s のものです: %s"), a.minute(b.Time), a.shortPath(b.Path)),
		said(lang.T("to see what it brings back, and take it (the damaged file is kept): %s restore %s --replace", "中身を見て、確かめてから戻すには（壊れたファイルも残します）: %s restore %s --replace"), a.call(), shellWord(b.Path))}
}

// damagedParts has the words for what a store.DamagedError names. A part with
// an id ends in it.
var damagedParts = map[string]lang.Text{
	"pages":            lang.T("its structure", "ファイルの構造"),
	"buckets":          lang.T("its structure", "ファイルの構造"),
	"format line":      lang.T("its first line", "形式を表す行"),
	"index":            lang.T("the table of contents", "目次"),
	"slots":            lang.T("the slots", "鍵穴"),
	"slot":             lang.T("slot %s", "鍵穴 %s"),
	"hints":            lang.T("what it says about its keys", "鍵についての覚え書き"),
	"hint":             lang.T("what it says about the key of slot %s", "鍵穴 %s の鍵についての覚え書き"),
	"record":           lang.T("record %s", "記録 %s"),
	"history of":       lang.T("earlier revisions of record %s", "記録 %s の前の版"),
	"history":          lang.T("an earlier revision of record %s", "記録 %s の前の版"),
	"attachment":       lang.T("attached file %s", "添付ファイル %s"),
	"archive":          lang.T("it is cut off, or not the archive that was written", "途中で切れているか、書いたとおりのファイルではありません"),
	"name":             lang.T("its name says another state than what is in it", "名前と中身の状態が違います"),
	store.DamagedAfter: lang.T("read again after writing", "書き込んだあとの確認"),
}

// damagedPart says which part it is; one that has no words stands as it is.
func (a *app) damagedPart(what string) string {
	if t, ok := damagedParts[what]; ok {
		return a.text(t)
	}
	if i := strings.LastIndexByte(what, ' '); i > 0 {
		if t, ok := damagedParts[what[:i]]; ok {
			return a.text(t, what[i+1:])
		}
	}
	return what
}
