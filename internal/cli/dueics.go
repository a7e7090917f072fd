package cli

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"memovault/internal/lang"
	"memovault/internal/recovery"
)

// calendarTexts are what an event says that may be seen by others: neither a
// record nor a service, no address and no name.
var calendarTexts = map[recovery.ClockKind]lang.Text{
	recovery.ClockIdle:     lang.T("sign in to an account before this day", "この日までに、アカウントに一度サインインする"),
	recovery.ClockEnds:     lang.T("a contract ends", "契約が終わる日"),
	recovery.ClockExpires:  lang.T("something is to be renewed", "更新の期限"),
	recovery.ClockCodes:    lang.T("look after one-time codes", "非常用のコードを見直す"),
	recovery.ClockSheet:    lang.T("print a sheet anew", "用紙を印刷し直す"),
	recovery.ClockCheck:    lang.T("compare a printed sheet", "印刷した用紙を照合する"),
	recovery.ClockUnproven: lang.T("try the ways back into an account", "アカウントに戻る方法を試す"),
	recovery.ClockDrill:    lang.T("try a way back into an account again", "アカウントに戻る方法をもう一度試す"),
	recovery.ClockRetire:   lang.T("an address or a number goes away", "アドレスか電話番号がなくなる日"),
	recovery.ClockAccepted: lang.T("look at an accepted risk again", "承知のうえで残した危険を見直す"),
	recovery.ClockAttempt:  lang.T("an answer is to be expected", "申し込みの返事を確かめる"),
	recovery.ClockCopy:     lang.T("renew the copy of the vault", "金庫の写しを新しくする"),
}

// calendarHead is how every calendar begins that this command wrote, in any
// version and language.
const calendarHead = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//memovault//"

// entries are the events of what has a day. What can be done on any day is in no
// calendar: it would move on with each writing.
func (a *app) entries(o *dueOptions, clocks []*recovery.Clock) []recovery.Entry {
	var list []recovery.Entry
	for _, c := range clocks {
		if !c.Dated {
			continue
		}
		e := recovery.Entry{UID: c.UID(), Day: c.Day,
			Summary:     a.text(lang.T("memo vault: %s", "メモの金庫: %s"), calendarTexts[c.Kind]),
			Description: a.text(lang.T("What it is about: %s due", "詳しくは: %s due"), a.name)}
		if o.icsNames {
			about := a.subjectOf(nil)
			if c.Record != nil {
				about = c.Record.Name
			}
			e.Summary = a.text(lang.T("%s: %s", "%s: %s"), about, calendarTexts[c.Kind])
			e.Description = a.text(c.What) + "\n" + a.text(c.Do) + "\n" + a.commandLine(c.Command)
		}
		list = append(list, e)
	}
	return list
}

// checkCalendarFile refuses to write over anything but a calendar of ours.
func (a *app) checkCalendarFile(path string) error {
	if path == "" || path == "-" {
		return nil
	}
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	head := make([]byte, len(calendarHead))
	if _, err := io.ReadFull(f, head); err != nil || string(head) != calendarHead {
		return &fs.PathError{Op: "create", Path: path, Err: fs.ErrExist}
	}
	return nil
}

// writeCalendar writes the events, readable by their owner only. A file is
// replaced as a whole, so that a calendar program never reads half of it.
func (a *app) writeCalendar(o *dueOptions, clocks []*recovery.Clock) error {
	entries := a.entries(o, clocks)
	var b bytes.Buffer
	if err := recovery.WriteCalendar(&b, entries, a.now, a.lang); err != nil {
		return err
	}
	if o.ics == "-" {
		_, err := a.out.Write(b.Bytes())
		return err
	}
	if err := replaceFile(o.ics, b.Bytes()); err != nil {
		return err
	}
	a.say(plural(len(entries), lang.T("written: %s (%d event; readable by you only)", "書き出しました: %s（予定 %d 件。ほかの人には読めない設定です）"),
		lang.T("written: %s (%d events; readable by you only)", "書き出しました: %s（予定 %d 件。ほかの人には読めない設定です）")), a.shortPath(o.ics), len(entries))
	if !o.icsNames {
		a.say(lang.T("the events name no record; to have the names in them: --ics-names", "予定に記録の名前は入れていません。入れるには: --ics-names"))
	}
	return nil
}

// replaceFile writes a file that only its owner can read, in the place of one
// that may be there.
func replaceFile(path string, content []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), "."+strings.TrimSuffix(filepath.Base(path), ".ics")+"-*") // made readable by its owner only
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	if err == nil {
		err = f.Sync()
	}
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		os.Remove(f.Name())
	}
	return err
}
