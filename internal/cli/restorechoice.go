package cli

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"memovault/internal/lang"
	"memovault/internal/shard"
	"memovault/internal/store"
	"memovault/internal/term"
)

// A candidate is a complete backup.
type candidate struct {
	id      string // its number
	payload []byte
	vault   *store.PaperVault // nil until it was opened
}

func backupIDs(list []candidate) []string {
	ids := make([]string, len(list))
	for i, c := range list {
		ids[i] = c.id
	}
	return ids
}

// complete returns the backups of which there is enough.
func (r *paperReader) complete() ([]candidate, error) {
	list := slices.Clone(r.whole)
	for _, p := range r.c.Backups() {
		known := func(c candidate) bool { return c.id == p.ID }
		if !p.Done || r.id != "" && r.id != p.ID || slices.ContainsFunc(list, known) {
			continue
		}
		payload, err := r.c.Payload(p.ID)
		if err != nil {
			return nil, inconsistent(p.ID, err)
		}
		list = append(list, candidate{id: p.ID, payload: payload})
	}
	return list, nil
}

// begun returns the backups of which there is something, and not enough; none if
// another one was asked for.
func (r *paperReader) begun() []shard.Progress {
	return slices.DeleteFunc(r.c.Backups(), func(p shard.Progress) bool {
		known := func(c candidate) bool { return c.id == p.ID }
		return p.Done || r.id != "" && r.id != p.ID || slices.ContainsFunc(r.whole, known)
	})
}

func inconsistent(id string, err error) error {
	return &failure{status: statusDamaged, code: "backup_damaged", err: err,
		what: said(lang.T("the codes of backup %s were read, but they do not fit together", "控え %s のコードは読めましたが、つじつまが合いません"), id),
		why:  said(lang.T("at least one of them is not what was printed", "印刷したときと違うコードが混ざっています")),
		next: []words{said(lang.T("give photographs of all the pages, so that there are more codes to choose from", "全部のページの写真を指定してください。コードが多いほど、誤りを見つけられます"))}}
}

// severalBackups is the failure where it is not known which is meant.
func (a *app) severalBackups(ids []string) *failure {
	return &failure{status: statusUsage, code: "several_backups",
		what: said(lang.T("these are pages of several backups: %s", "何種類かの控えのページがあります: %s"), strings.Join(ids, a.text(comma))),
		next: []words{said(lang.T("say which one: --id NUMBER (number and date stand at the top of each page)", "どれを戻すか付けてください: --id 番号（番号と日付は、どのページの上にもあります）"))}}
}

// chooseNumber asks which of several backups is meant, which are not open: only
// their pages tell which is the newest.
func (a *app) chooseNumber(list []candidate) (candidate, error) {
	if len(list) == 1 {
		return list[0], nil
	}
	t, err := a.terminal()
	if err != nil {
		return candidate{}, a.severalBackups(backupIDs(list))
	}
	a.tell(t, 0, a.text(lang.T("These are pages of several backups. Number and date stand at the top of each page.", "何種類かの控えのページがあります。番号と日付は、どのページの上にもあります。")))
	for i, c := range list {
		a.tell(t, 2, fmt.Sprintf("%d) %s", i+1, c.id))
	}
	return a.askWhich(t, list, lang.T("Which one? ", "どれにしますか？番号: "), "")
}

// chooseVault asks which of several open backups is meant. Where nobody can be
// asked it is the newest, if all are of one vault.
func (a *app) chooseVault(list []candidate) (candidate, error) {
	if len(list) == 1 {
		return list[0], nil
	}
	list = slices.SortedStableFunc(slices.Values(list), func(a, b candidate) int {
		return b.vault.Info().Made.Compare(a.vault.Info().Made)
	})
	t, err := a.terminal()
	if err != nil {
		for _, c := range list[1:] {
			if c.vault.Info().Vault != list[0].vault.Info().Vault {
				return candidate{}, a.severalBackups(backupIDs(list))
			}
		}
		a.say(lang.T("pages of several backups: the newest is taken. For another: --id %s", "何種類かの控えのページがあるので、いちばん新しいものを使います。別の控えなら: --id %s"),
			strings.Join(backupIDs(list[1:]), a.text(lang.T(" or ", " か "))))
		return list[0], nil
	}
	a.tell(t, 0, a.text(lang.T("These are pages of several backups, the newest first:", "何種類かの控えのページがあります（新しい順）:")))
	for i, c := range list {
		info := c.vault.Info()
		a.tell(t, 2, a.text(lang.T("%d) %s, %s: %s (vault %s)", "%d) %s（%s）: %s（金庫 %s）"), i+1, c.id, a.moment(info.Made), a.records(info.Records), info.Vault.String()[:8]))
	}
	return a.askWhich(t, list, lang.T("Which one? (Enter = 1, the newest) ", "どれを戻しますか？（Enter=いちばん新しい 1） "), list[0].id)
}

// askWhich asks for a place in the list or for the number of a backup. Enter means
// the one called preset, if there is one.
func (a *app) askWhich(t *term.Terminal, list []candidate, prompt lang.Text, preset string) (candidate, error) {
	for {
		typed, err := a.readLine(t, term.Line{Prompt: a.text(prompt)})
		if err != nil {
			return candidate{}, err
		}
		want := cmp.Or(foldID(typed), preset)
		if n, err := strconv.Atoi(want); err == nil && n >= 1 && n <= len(list) {
			return list[n-1], nil
		}
		for _, c := range list {
			if len(want) >= 4 && strings.HasPrefix(c.id, want) {
				return c, nil
			}
		}
		a.tell(t, 2, a.text(lang.T("please type a number from 1 to %d", "1〜%d の番号で答えてください"), len(list)))
	}
}
