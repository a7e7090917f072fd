package cli

import (
	"errors"
	"io/fs"

	"memovault/internal/exchange"
	"memovault/internal/keyring"
	"memovault/internal/lang"
	"memovault/internal/record"
	"memovault/internal/term"
)

// explainSealed has the words for an age file that does not open. The same
// errors of a vault's slots have others.
func explainSealed(err error) error {
	var (
		need  *keyring.NeedError
		heavy *keyring.WorkFactorError
	)
	switch {
	case errors.As(err, &need) && need.Passphrase:
		return &failure{status: statusNoKey, code: "wrong_key", err: err,
			what: said(lang.T("the file did not open with this passphrase", "この合言葉ではファイルが開きませんでした")),
			why:  said(lang.T("it has a passphrase of its own, chosen when it was exported", "ファイルには、書き出したときに決めた専用の合言葉が付いています"))}
	case errors.As(err, &need):
		return &failure{status: statusNoKey, code: "wrong_key", err: err,
			what: said(lang.T("the file did not open with this key: it is sealed to another public key", "この鍵ではファイルが開きませんでした。別の公開鍵で封がしてあります")),
			next: []words{said(lang.T("give the right key's file: --from-identity FILE", "正しい鍵のファイルを指定してください: --from-identity ファイル"))}}
	case errors.As(err, &heavy):
		return &failure{status: statusError, code: "work_factor", err: err,
			what: said(lang.T("the file asks for 2^%d steps to open; more than 2^%d is refused", "このファイルは 2^%d 回の計算を求めています。2^%d を超えるものは開けません"), heavy.LogN, 20),
			why:  said(lang.T("this program never writes that: the file comes from elsewhere or was tampered with", "このプログラムが書いたものではありません。よそから来たか、手を加えられたファイルです"))}
	case errors.Is(err, keyring.ErrBundleDamaged):
		return damagedFile(err)
	}
	return err
}

func damagedFile(err error) error {
	return &failure{status: statusDamaged, code: "damaged_file", err: err,
		what: said(lang.T("the file is damaged or incomplete; nothing was saved", "ファイルが壊れているか、途中で切れています。何も保存していません")),
		next: []words{said(lang.T("copy it once more, or export it again", "もう一度コピーするか、書き出し直してください"))}}
}

// whyRefused has the words for what is wrong inside a file: of the file as a
// whole, or of one part of it.
var whyRefused = map[exchange.Reason]lang.Text{
	exchange.Malformed:     lang.T("its layout is not that of an export", "書き出したファイルの形になっていません"),
	exchange.TooLarge:      lang.T("it is larger than anything this program writes", "このプログラムが書き出す大きさを超えています"),
	exchange.BadRecord:     lang.T("a record in it can't be read", "読み取れない記録があります"),
	exchange.NewerRecord:   lang.T("a record in it was written by a newer version of the program", "新しい版のプログラムが書いた記録があります"),
	exchange.DuplicateID:   lang.T("the same id occurs twice in it", "同じ ID が 2 回出てきます"),
	exchange.DuplicateName: lang.T("two records in it have the same name", "同じ名前の記録が 2 件あります"),
	exchange.BadPart:       lang.T("it has a part that is no plain file, or whose name leads outside", "普通のファイルでない部分か、外を指す名前の部分があります"),
	exchange.MissingFile:   lang.T("an attached file is missing in it", "添付ファイルが足りません"),
	exchange.WrongFile:     lang.T("an attached file in it is not the one its record names", "添付ファイルが、記録にあるものと違います"),
}

// explainImport has the words for a file that is not taken.
func (a *app) explainImport(err error, path string) error {
	var (
		e     *exchange.Error
		asked *fs.PathError
	)
	switch {
	case errors.As(err, &asked), !errors.As(err, &e):
		return err
	case errors.Is(err, keyring.ErrBundleDamaged), e.Reason == exchange.Truncated:
		return damagedFile(err)
	case e.Reason == exchange.Unknown:
		return &failure{status: statusUsage, code: "unknown_format", err: err,
			what: said(lang.T("this is no file that export wrote: %s", "export で書き出したファイルではありません: %s"), term.Sanitize(path)),
			next: []words{said(lang.T("what export writes: %s help export", "書き出せる形式: %s help export"), a.name)}}
	case e.Reason == exchange.Newer:
		return &failure{status: statusError, code: "newer_format", err: err,
			what: said(lang.T("this file was written by a newer version of the program", "このファイルは、新しい版のプログラムで書き出されています")),
			next: []words{said(lang.T("install the newest version; nothing was saved", "新しい版を入れてください。何も保存していません"))}}
	}
	f := &failure{status: statusError, code: "refused_file", err: err,
		what: said(lang.T("the file was refused; nothing was saved", "このファイルは読み込めません。何も保存していません")),
		why:  said(whyRefused[e.Reason])}
	var value *record.ValueError
	if errors.As(err, &value) {
		f.why = said(lang.T("a value in it is refused: %s", "受け取れない値があります: %s"), lang.Text{EN: value.Say(lang.EN), JA: value.Say(lang.JA)})
	}
	if where := a.where(e); !where.empty() {
		f.next = append(f.next, where)
	}
	return f
}

// where names the place in a file. Names come from the file and are made
// harmless first.
func (a *app) where(e *exchange.Error) words {
	name, part := term.Sanitize(e.Name), term.Sanitize(e.Part)
	switch {
	case e.Number > 0 && name == "" && part != "":
		return said(lang.T("where: record %d, %s", "場所: %d 件目の記録の %s"), e.Number, part)
	case e.Number > 0 && name == "":
		return said(lang.T("where: record %d", "場所: %d 件目の記録"), e.Number)
	case e.Number > 0 && part != "":
		return said(lang.T("where: record %d (%s), %s", "場所: %d 件目の記録（%s）の %s"), e.Number, name, part)
	case e.Number > 0:
		return said(lang.T("where: record %d (%s)", "場所: %d 件目の記録（%s）"), e.Number, name)
	case part != "":
		return said(lang.T("where: %s", "場所: %s"), part)
	}
	return words{}
}
