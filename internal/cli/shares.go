package cli

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"filippo.io/age"

	"memovault/internal/keyring"
	"memovault/internal/lang"
	"memovault/internal/picture"
	"memovault/internal/record"
	"memovault/internal/scan"
	"memovault/internal/store"
	"memovault/internal/term"
)

// A shareReader collects the shares of one splitting, from the person or from
// files, until they open something.
type shareReader struct {
	a   *app
	set keyring.ShareSet

	// slots are the slots of the vault that is to be opened: a share of none of
	// them opens nothing there. It is nil where slots have no ids yet, as in a paper
	// backup.
	slots []record.ID

	open func(id age.Identity) error
}

// isShare reports whether what was typed where the passphrase is asked is meant
// as a share, also a mistyped one.
func isShare(typed string) bool {
	_, err := keyring.ParseShare(typed)
	return !errors.Is(err, keyring.ErrNotShare)
}

// unlockByShares goes on where one share was typed for the passphrase.
func (a *app) unlockByShares(s *store.Store, typed string) error {
	return a.askShares(typed, s.SlotIDs(), func(id age.Identity) error { return s.Unlock(id) })
}

// askShares takes the share that was typed, if one was, and asks for those that are
// missing.
// Open is called with what they make together; on keyring.ErrNoMatch one more
// share may make up for one that is not genuine.
func (a *app) askShares(typed string, slots []record.ID, open func(id age.Identity) error) error {
	t, err := a.terminal()
	if err != nil {
		return err
	}
	r := &shareReader{a: a, slots: slots, open: open}
	for {
		had := r.set.Len()
		if typed != "" {
			if err := r.take(t, typed); err != nil {
				return err
			}
		}
		if r.set.Complete() && r.set.Len() > had {
			err := r.try()
			if !errors.Is(err, keyring.ErrNoMatch) {
				return err
			}
			a.tell(t, 2, a.text(lang.T("these shares do not open it together: one of them is not genuine, or not of this vault; one more may do", "この組み合わせでは開きません。本物でない紙か、別の金庫の紙が混ざっています。もう 1 枚あれば開くかもしれません")))
		}
		if typed, err = r.ask(t); err != nil {
			return err
		}
		if strings.TrimSpace(typed) == "" {
			return r.tooFew()
		}
	}
}

// ask asks for one more share.
func (r *shareReader) ask(t *term.Terminal) (string, error) {
	prompt := r.a.text(lang.T("Share (Enter = stop): ", "分け札（Enter=やめる）: "))
	if r.set.Len() > 0 {
		prompt = r.a.text(lang.T("Next share (Enter = stop): ", "次の分け札（Enter=やめる）: "))
	}
	for {
		typed, err := t.ReadSecret(prompt)
		if !errors.Is(err, term.ErrTooLong) && !errors.Is(err, term.ErrControl) {
			return typed, err
		}
		r.a.tell(t, 2, r.a.explain(err).what.in(r.a.lang))
	}
}

// take reads what was typed as one more share, and says what came of it. Groups
// with mistakes are asked for again. The error is about the terminal.
func (r *shareReader) take(t *term.Terminal, typed string) error {
	share, err := keyring.ParseShare(typed)
	var typo *keyring.ShareTypoError
	for errors.As(err, &typo) && len(typo.Groups) > 0 {
		r.a.tell(t, 2, r.a.explain(err).what.in(r.a.lang))
		again, failed := r.askGroups(t, typo.Groups)
		if failed != nil || again == nil {
			return failed
		}
		share, typed, err = keyring.MendShare(typed, again)
	}
	if err == nil {
		err = r.add(share)
	}
	if err != nil {
		r.a.tell(t, 2, r.a.explain(err).what.in(r.a.lang))
		return nil
	}
	r.a.tell(t, 2, r.progress())
	return nil
}

// askGroups asks for the groups that were wrong; nil if the person would rather
// type the share anew.
func (r *shareReader) askGroups(t *term.Terminal, wrong []int) (map[int]string, error) {
	again := map[int]string{}
	for _, n := range wrong {
		typed, err := t.ReadSecret(r.a.text(lang.T("Group %d again, with its check letter (Enter = the whole share again): ", "%d 番の組だけ、確かめの文字までもう一度（Enter=全部打ち直す）: "), n))
		if errors.Is(err, term.ErrTooLong) || errors.Is(err, term.ErrControl) {
			err = nil
		}
		if err != nil || typed == "" {
			return nil, err
		}
		again[n] = typed
	}
	return again, nil
}

// progress says what there is.
func (r *shareReader) progress() string {
	have, need := r.set.Len(), r.set.Need()
	last := r.set.Numbers()[have-1]
	switch missing := need - have; {
	case missing <= 0:
		return r.a.text(lang.T("share %d is read; that makes %d of %d", "%d 枚目の紙を読みました（%d / %d）"), last, have, need)
	case missing == 1:
		return r.a.text(lang.T("share %d is read; that makes %d of %d: one more", "%d 枚目の紙を読みました（%d / %d。あと 1 枚）"), last, have, need)
	default:
		return r.a.text(lang.T("share %d is read; that makes %d of %d: %d more", "%d 枚目の紙を読みました（%d / %d。あと %d 枚）"), last, have, need, missing)
	}
}

// errOtherVault says that a share is of no slot of the vault.
var errOtherVault = errors.New("share of another vault")

func (r *shareReader) add(s keyring.Share) error {
	if r.slots != nil && !slices.ContainsFunc(r.slots, func(id record.ID) bool { return s.Opens(id) }) {
		return errOtherVault
	}
	return r.set.Add(s)
}

// try opens with the shares that there are.
func (r *shareReader) try() error {
	id, err := r.set.Identity()
	if err != nil {
		return err
	}
	if err := r.open(id); err != nil {
		return err
	}
	r.a.say(lang.T("opened with shares: %s", "分け札で開きました（%s）"), r.a.shareNumbers(r.set.Numbers()))
	return nil
}

// shareNumbers names shares in order.
func (a *app) shareNumbers(numbers []int) string {
	numbers = slices.Sorted(slices.Values(numbers))
	words := make([]string, len(numbers))
	for i, n := range numbers {
		words[i] = a.text(lang.T("%d", "%d 枚目"), n)
	}
	return strings.Join(words, a.text(comma))
}

// tooFew is the failure where no more shares come.
func (r *shareReader) tooFew() error {
	have, need := r.set.Len(), r.set.Need()
	switch {
	case have == 0:
		return &failure{status: statusNoKey, code: "too_few_shares", err: keyring.ErrNoMatch,
			what: said(lang.T("no share was read, and nothing opened", "分け札が読めず、何も開いていません"))}
	case have < need:
		return &failure{status: statusNoKey, code: "too_few_shares", err: keyring.ErrNoMatch,
			what: said(lang.T("%d of the %d shares that are needed: nothing opened", "分け札は %d 枚で、%d 枚要るので、何も開いていません"), have, need),
			next: []words{said(lang.T("each sheet says who has the others, or whom to ask", "ほかの紙を持つ人は、用紙に書いてあるかもしれません"))}}
	}
	return wrongShares()
}

// wrongShares is the failure where what shares make together does not open it.
func wrongShares() error {
	return &failure{status: statusNoKey, code: "wrong_shares", err: keyring.ErrNoMatch,
		what: said(lang.T("the shares go together, but they do not open this", "分け札はそろっていますが、これは開きません")),
		why:  said(lang.T("it has no slot for them, or one of them is not genuine", "この分け札に合う鍵穴がないか、本物でない紙が混ざっています")),
		next: []words{said(lang.T("read one more share, or look at the vault id and the day on the sheets", "もう 1 枚読ませるか、用紙の「金庫の番号」と「作った日」を確かめてください"))}}
}

// givenShares puts the shares in files together, which --share names.
func (a *app) givenShares() ([]age.Identity, error) {
	if len(a.g.shares) == 0 {
		return nil, nil
	}
	r := &shareReader{a: a}
	var typo error
	for _, path := range a.g.shares {
		found, mistyped, err := a.sharesIn(path)
		if err != nil {
			return nil, err
		}
		typo = cmp.Or(typo, mistyped)
		for _, s := range found {
			if err := r.add(s); err != nil && !errors.Is(err, keyring.ErrShareTwice) {
				f := a.explain(err)
				f.why = said(lang.T("file: %s", "ファイル: %s"), a.shortPath(path))
				return nil, f
			}
		}
	}
	if !r.set.Complete() {
		return nil, cmp.Or(typo, r.tooFew())
	}
	id, err := r.set.Identity()
	return []age.Identity{id}, err
}

// sharesIn reads the shares in a file: a photograph of sheets, or a text with a
// share, or with one on each line. Typo is what is wrong with one that was not read.
func (a *app) sharesIn(path string) (found []keyring.Share, typo, err error) {
	data, err := readSmall(path)
	if err != nil {
		return nil, nil, err
	}
	texts := shareTexts(string(data))
	if kind := picture.KindOf(data); kind != picture.Unknown && kind != picture.Empty {
		if texts, err = codesIn(data); err != nil {
			return nil, nil, err
		}
	}
	failed := keyring.ErrNotShare
	for _, text := range texts {
		s, err := keyring.ParseShare(text)
		if err == nil {
			found = append(found, s)
		} else if !errors.Is(err, keyring.ErrNotShare) {
			failed = err
		}
	}
	f := a.explain(failed)
	f.why = said(lang.T("file: %s", "ファイル: %s"), a.shortPath(path))
	switch {
	case len(found) == 0:
		return nil, nil, f
	case errors.Is(failed, keyring.ErrNotShare):
		return found, nil, nil
	}
	return found, f, nil
}

// printedGroup is a group of a share with its check letter, as it is printed.
var printedGroup = regexp.MustCompile(`\b[A-Z0-9]{6}-[A-Z0-9]\b`)

// shareTexts returns what of a text may be a share: all of it, its lines, or the
// groups on sheets that were written as text.
func shareTexts(text string) []string {
	if isShare(text) {
		return []string{text}
	}
	texts := strings.Split(text, "\n")
	for groups := range slices.Chunk(printedGroup.FindAllString(text, -1), keyring.ShareGroupCount) {
		texts = append(texts, strings.Join(groups, " "))
	}
	return texts
}

// codesIn returns the texts of the codes in a picture or a PDF.
func codesIn(data []byte) (texts []string, err error) {
	for img, err := range picture.Pages(bytes.Clone(data)) {
		if err != nil {
			return nil, err
		}
		for _, code := range scan.Small(img) {
			texts = append(texts, code.Text)
		}
	}
	return texts, nil
}

// explainShare is about shares of a key.
func explainShare(err error) *failure {
	var typo *keyring.ShareTypoError
	switch {
	case errors.As(err, &typo):
		return &failure{status: statusNoKey, code: "share_typo", what: wrongShareGroups(typo.Groups),
			next: []words{said(lang.T("compare it with the sheet, group by group, check letters included", "用紙と、組ごとに、確かめの文字まで見比べてください"))}}
	case errors.Is(err, keyring.ErrOneShare):
		return &failure{status: statusNoKey, code: "one_share",
			what: said(lang.T("this is one share of several, which open only together", "これは分け札の 1 枚です。何枚かそろわないと開きません")),
			next: []words{said(lang.T("type it at the question for the passphrase, or give all by --share FILE", "合言葉を聞かれたところで打つか、全部を --share ファイル で指定してください"))}}
	case errors.Is(err, keyring.ErrNotShare):
		return &failure{status: statusNoKey, code: "not_a_share",
			what: said(lang.T("this is no share: it has eleven groups, or one line from MEMOVAULT-SHARE-1 on", "分け札ではありません。11 組、または MEMOVAULT-SHARE-1 で始まる 1 行です"))}
	case errors.Is(err, keyring.ErrShareNewer):
		return &failure{status: statusError, code: "newer_share",
			what: said(lang.T("this share was made by a newer version of the program", "この分け札は、もっと新しい版のプログラムで作られています")),
			next: []words{said(lang.T("install the newest version", "新しい版を入れてください"))}}
	case errors.Is(err, errOtherVault):
		return &failure{status: statusNoKey, code: "share_of_another_vault",
			what: said(lang.T("this share is of another vault, or was replaced by newer ones: it opens nothing here", "この分け札は、別の金庫のものか、作り直す前の古いものです。この金庫は開きません"))}
	case errors.Is(err, keyring.ErrShareForeign):
		return &failure{status: statusNoKey, code: "share_of_another_splitting",
			what: said(lang.T("this share does not go with those before: it is of another vault, or was made on another day", "この分け札は、先に読んだものと組になりません。別の金庫のものか、別の日に作ったものです"))}
	case errors.Is(err, keyring.ErrShareTwice):
		return &failure{status: statusNoKey, code: "same_share",
			what: said(lang.T("this share was read already; another sheet is needed", "この分け札はもう読みました。別の紙が要ります"))}
	case errors.Is(err, keyring.ErrShareContradicts):
		return &failure{status: statusNoKey, code: "share_contradicts",
			what: said(lang.T("a share of this number was read already, and says something else: one of the two is not genuine", "同じ枚目の分け札をもう読みましたが、中身が違います。どちらかが本物ではありません"))}
	case errors.Is(err, keyring.ErrShareCount):
		return &failure{status: statusUsage, code: "share_count",
			what: said(lang.T("from %d to %d shares can be made; needed are at least %d, and no more than are made", "作れる分け札は %d〜%d 枚です。開けるのに要る枚数は、%d 枚から、作る枚数までです"), keyring.MinShares, keyring.MaxShares, keyring.MinShares),
			next: []words{said(lang.T("like this: 2-of-3 (three sheets, any two of which open the vault)", "例: 2-of-3（3 枚のうち、どれでも 2 枚で開く）"))}}
	}
	return nil
}

// wrongShareGroups names the groups whose check letters do not fit, where check
// letters were typed.
func wrongShareGroups(groups []int) words {
	if len(groups) == 0 {
		return said(lang.T("this looks like a share, but a character in it is wrong", "分け札のようですが、どこかの文字が違います"))
	}
	numbers := make([]string, len(groups))
	for i, n := range groups {
		numbers[i] = strconv.Itoa(n)
	}
	return said(lang.T("this looks like a share, but there is a mistake in group %s", "分け札のようですが、%s 番の組に間違いがあります"), strings.Join(numbers, ", "))
}

// parseSplit reads 2-of-3, in any width.
func parseSplit(typed string) (need, count int, ok bool) {
	folded := strings.ToLower(lang.FoldCode(typed))
	if _, err := fmt.Sscanf(folded, "%d-of-%d", &need, &count); err != nil || fmt.Sprintf("%d-of-%d", need, count) != folded {
		return 0, 0, false
	}
	return need, count, true
}
