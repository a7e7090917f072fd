package cli

import (
	"slices"

	"github.com/spf13/cobra"

	"memovault/internal/keyring"
	"memovault/internal/lang"
	"memovault/internal/record"
	"memovault/internal/store"
	"memovault/internal/term"
)

func (a *app) newKeyRemove() *cobra.Command {
	var force, yes bool
	cmd := a.command(spec{
		name: "remove", args: lang.T("KEY", "鍵"), group: keyParts,
		short: lang.T("take a key away", "鍵を外す"),
		long: lang.T(`Takes away a key, so that it opens the vault no more. KEY is its number in the
list, its name or its kind. The file is written anew and nothing of the key is left
in it. It refuses to leave fewer than two keys that are proven, unless you give
--force, and never takes away the last.

Backups and other copies from before still open with the key. If somebody else has
it, use "key rotate" instead.`,
			`鍵を外し、金庫が開かないようにします。鍵は、一覧の番号、付けた名前、種類のどれかで指定します。ファイルは
全部書き直すので、その鍵で開く部分は残りません。確かめ済みの鍵が 2 つより少なくなるときは、--force がなければ
外しません。最後の 1 つは決して外しません。

これまでの控えや写しは、その鍵で開いたままです。ほかの人の手に渡ったときは、key rotate を使ってください。`),
		examples: []example{
			{"key remove 3", lang.T("the third in the list", "一覧の 3 番")},
			{"key remove laptop --yes", lang.T("the one called laptop, without asking", "その名前の鍵を、確認なしで")},
		},
	})
	f := cmd.Flags()
	f.BoolVar(&force, "force", false, a.text(lang.T("even if fewer than two proven keys are left", "確かめ済みの鍵が 2 つより少なくなっても外す")))
	f.BoolVar(&yes, "yes", false, a.text(lang.T("don't ask", "確認なしで行う")))
	cmd.Args = a.argsBetween(1, 1)
	cmd.ValidArgsFunction = a.completion(keyNames)
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		s, err := a.openVault()
		if err != nil {
			return err
		}
		slot, err := a.findKey(s, args[0])
		if err != nil {
			return err
		}
		return a.removeKey(s, slot, force, yes)
	}
	return cmd
}

func (a *app) removeKey(s *store.Store, slot store.SlotInfo, force, yes bool) error {
	if len(s.Slots()) == 1 {
		return &failure{status: statusUsage, code: "last_key",
			what: said(lang.T("this is the only key; without it nobody could open the vault", "鍵はこれ 1 つだけです。外すと誰にも開けられなくなります")),
			next: []words{said(lang.T("add another first: %s key add", "先に別の鍵を増やしてください: %s key add"), a.call())}}
	}
	left := provenWays(s.Slots(), slot.ID)
	if left < 2 && !force {
		return a.tooFewLeft(s, slot, left)
	}
	if err := a.agreeToRemove(s, slot, left, yes); err != nil {
		return err
	}
	sheets, err := a.keySheets(s)
	if err != nil {
		return err
	}
	if err := a.changeKeys(s, store.SlotChange{Remove: []record.ID{slot.ID}}); err != nil {
		return err
	}
	a.say(lang.T("removed; it opens this file no more: %s", "外しました。この金庫は、もうその鍵では開きません: %s"), a.calledSlot(slot))
	if sheet, ok := sheets[slot.ID.String()[:slotDigits]]; ok && slot.Kind == keyring.KindRecovery {
		a.say(lang.T("its sheet %s is of no use any more: shred it, then: %s papers --shredded %s", "用紙 %s はもう使えません。裁断したら: %s papers --shredded %s"), sheet.Number, a.call(), sheet.Number)
	}
	a.sayOldCopies()
	return nil
}

// tooFewLeft refuses, and says how there can be enough.
func (a *app) tooFewLeft(s *store.Store, slot store.SlotInfo, left int) error {
	f := &failure{status: statusUsage, code: "too_few_keys",
		what: said(lang.T("then fewer than two proven keys would be left (%d): one slip, and nobody could open the vault", "外すと、確かめ済みの鍵が 2 つより少なくなります（残り %d）。1 つ忘れたら、誰にも開けられません"), left)}
	i := slices.IndexFunc(s.Slots(), func(one store.SlotInfo) bool { return one.ID != slot.ID && one.Proven == nil })
	if i >= 0 {
		f.next = append(f.next, said(lang.T("prove another: %s key test %d   (%s)", "別の鍵を確かめる: %s key test %d （%s）"), a.call(), i+1, a.calledSlot(s.Slots()[i])))
	}
	f.next = append(f.next, said(lang.T("add one: %s key add", "鍵を増やす: %s key add"), a.call()),
		said(lang.T("to remove it all the same: --force", "それでも外すなら: --force")))
	return f
}

// agreeToRemove says what will be left, and asks.
func (a *app) agreeToRemove(s *store.Store, slot store.SlotInfo, left int, yes bool) error {
	a.say(lang.T("to be removed: %s, of %s", "外す鍵: %s（%s に作ったもの）"), a.calledSlot(slot), slot.Created.Format("2006-01-02"))
	for _, one := range s.Slots() {
		if one.ID != slot.ID {
			a.say(lang.T("left: %s, proven: %s", "残る鍵: %s（確かめた日: %s）"), a.calledSlot(one), a.provenOn(one))
		}
	}
	if left < 2 {
		a.warn(lang.T("fewer than two proven keys are left: if they fail, the vault is lost for good", "確かめ済みの鍵が 2 つより少なくなります。それで開かなければ、金庫は二度と開きません"))
	}
	if yes {
		return nil
	}
	if !a.interactive() {
		return &failure{status: statusUsage, code: "input_needed",
			what: said(lang.T("whether to remove it must be answered, and there is no terminal to ask at", "外してよいか確認が要りますが、端末がないので聞けません")),
			next: []words{said(lang.T("to remove it without asking: --yes", "確認なしで外すなら: --yes"))}}
	}
	ok, err := a.confirm(lang.T("Remove it?", "外しますか？"))
	if err == nil && !ok {
		err = term.ErrCancelled
	}
	return err
}
