package cli

import (
	"slices"

	"filippo.io/age"

	"memovault/internal/keyring"
	"memovault/internal/lang"
	"memovault/internal/paper"
	"memovault/internal/record"
	"memovault/internal/store"
)

// shareSlot returns the slot of the vault that a share belongs to.
func shareSlot(s *store.Store, share keyring.Share) (store.SlotInfo, bool) {
	i := slices.IndexFunc(s.Slots(), func(slot store.SlotInfo) bool { return slot.Kind == keyring.KindShares && share.Opens(slot.ID) })
	if i < 0 {
		return store.SlotInfo{}, false
	}
	return s.Slots()[i], true
}

// isOnSheet reports whether a sheet of that number is the one of the share.
func isOnSheet(number string, slot store.SlotInfo, share keyring.Share) bool {
	return paper.VaultShare{Slot: slot.ID, Number: share.Number()}.SheetNumber() == number
}

// share asks for the whole share from its sheet. Its own checksum tells whether it
// was printed and read rightly, and its beginning to which key it belongs; what it
// is worth shows only together with others.
func (c *paperCheck) share() error {
	a := c.a
	c.tell(0, a.text(lang.T("Type the share from the sheet, all %d groups with their check letters. Nothing is shown.", "用紙の分け札を、確かめの文字も含めて %d 組すべて打ってください。画面には出ません。"), keyring.ShareGroupCount))
	for left := tries - 1; ; left-- {
		typed, skip, err := c.ask(a.text(lang.T("Share (Enter = stop): ", "分け札（Enter=やめる）: ")))
		if err != nil {
			return err
		}
		if skip {
			return errStopped
		}
		share, err := keyring.ParseShare(typed)
		slot, ours := store.SlotInfo{}, false
		if err == nil {
			if slot, ours = shareSlot(c.s, share); !ours {
				err = errOtherVault
			}
		}
		switch {
		case err == nil && isOnSheet(c.p.Number, slot, share):
			c.right = 1
			return nil
		case err == nil:
			c.wrong = 1
			a.say(lang.T("this share is of this vault, but it is not the one that was printed on this sheet", "この金庫の分け札ですが、この用紙に印刷したものではありません"))
			return nil
		case left == 0 || c.given && len(c.answers) == 0:
			c.wrong = 1
			a.say(lang.T("%s", "%s"), a.explain(err).what.in(a.lang))
			return nil
		}
		c.tell(2, a.explain(err).what.in(a.lang))
	}
}

// share judges the code of a share in a photograph.
func (c *photoCheck) share(p *paperState, text string) {
	a := c.a
	share, err := keyring.ParseShare(text)
	slot, ours := store.SlotInfo{}, false
	if err == nil {
		slot, ours = shareSlot(c.s, share)
	}
	switch {
	case err != nil:
		c.bad++
		a.rows(3, a.text(lang.T("the code of a share on it is damaged", "分け札のコードが壊れています")), paintCare)
	case !ours:
		c.bad++
		a.rows(3, a.text(lang.T("a share that opens this vault no more, or of another vault", "この金庫ではもう使えない分け札か、別の金庫の分け札です")), paintCare)
	case p != nil && p.Kind == record.SheetShare && !isOnSheet(p.Number, slot, share):
		c.bad++
		a.rows(3, a.text(lang.T("share %d of this vault, which belongs on another sheet", "この金庫の分け札ですが、別の用紙（%d 枚目）のものです"), share.Number()), paintCare)
	default:
		a.row(3, a.text(lang.T("share %d, one of those made on %s (%d are needed)", "%d 枚目の分け札。%s に作ったもので、%d 枚そろうと開きます"), share.Number(), slot.Created.Format("2006-01-02"), share.Need()))
	}
}

// sharesToTest asks for enough shares of a slot to open it.
func (a *app) sharesToTest(s *store.Store, slot store.SlotInfo) (ids []age.Identity, err error) {
	err = a.askShares("", []record.ID{slot.ID}, func(id age.Identity) error {
		ids = []age.Identity{id}
		_, err := a.openedBy(s, ids)
		return err
	})
	return ids, err
}
