package cli

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"memovault/internal/lang"
	"memovault/internal/paper"
	"memovault/internal/picture"
	"memovault/internal/record"
	"memovault/internal/store"
)

// An otherSheet chooses a sheet that does not just lay records out.
type otherSheet struct {
	handover, emergency bool
	blank               []string
	call                string
}

func (a *app) otherSheetFlags(f *pflag.FlagSet, o *otherSheet) {
	f.BoolVar(&o.handover, "handover", false, a.text(lang.T("the hand-over sheet for a customer, in large type: of the records named, or of --owner", "お客様に渡す「お渡し用紙」（大きな文字）。名前か --owner の分")))
	f.StringVar(&o.call, "call", "", a.text(lang.T("with --handover: whom to call, by the record `NAME` of that person", "--handover のとき: 連絡先にする人（その人の記録の`名前`）")))
	f.BoolVar(&o.emergency, "emergency", false, a.text(lang.T("the emergency sheet for the family, of all or of --owner", "家族のための「もしものときの用紙」。全部か --owner の分")))
	f.StringSliceVar(&o.blank, "blank", nil, a.text(lang.T("a form to fill in by hand for each `TEMPLATE` or group, with commas between; needs no vault", "手で書き込む「記入用紙」。`ひな形`かまとまりの名前を、コンマで区切って（金庫は要りません）")))
}

// chosen reports whether it is one of these sheets.
func (o *otherSheet) chosen() bool { return o.handover || o.emergency || o.blank != nil }

// checkOtherSheet refuses what does not go together with these sheets.
func (a *app) checkOtherSheet(cmd *cobra.Command, o printOptions, names []string) error {
	kinds := []string{"handover", "emergency", "blank"}
	var given []string
	for _, kind := range kinds {
		if cmd.Flags().Changed(kind) {
			given = append(given, kind)
		}
	}
	apart := map[string][]string{
		"handover":  {"all", "photos"},
		"emergency": {"all", "tag", "with-secrets", "call", "photos"},
		"blank":     {"all", "tag", "owner", "with-secrets", "call", "kept-at", "photos"},
	}
	switch {
	case len(given) > 1:
		return a.usage(cmd, lang.T("--%s and --%s do not go together", "--%s と --%s は一緒に使えません"), given[0], given[1])
	case len(given) == 0 && o.call != "":
		return a.usage(cmd, lang.T("--call goes with --handover", "--call は --handover と一緒に使います"))
	case len(given) == 0:
		return nil
	case o.blank != nil && strings.Trim(strings.Join(o.blank, ""), formCommas+" 　") == "":
		return a.usage(cmd, lang.T("which form? name a template or a group: --blank office", "どの記入用紙ですか。ひな形かまとまりの名前を書いてください: --blank office"))
	case len(names) > 0 && !o.handover:
		return a.usage(cmd, lang.T("--%s takes no names of records", "--%s に記録の名前は付けられません"), given[0])
	}
	for _, other := range apart[given[0]] {
		if cmd.Flags().Changed(other) {
			return a.usage(cmd, lang.T("--%s and --%s do not go together", "--%s と --%s は一緒に使えません"), given[0], other)
		}
	}
	return nil
}

// printOther makes one of these sheets.
func (a *app) printOther(cmd *cobra.Command, l lang.Lang, o printOptions, names []string) error {
	if o.blank != nil {
		doc, err := a.blankDoc(l, o.blank)
		if err != nil {
			return err
		}
		_, err = a.deliver(o.onPaper, paperJob{doc: doc, sealed: true})
		return err
	}
	s, err := a.openVault()
	if err != nil {
		return err
	}
	wish := sheetWish{owner: o.owner, keptAt: o.keptAt, call: o.call, withSecrets: o.withSecrets}
	note := printed{kind: record.SheetEmergency, keptAt: o.keptAt, noNote: o.noNote}
	var doc *paper.Doc
	if o.handover {
		if !cmd.Flags().Changed("large") {
			o.large = true // customers are mostly not young
		}
		note.kind = record.SheetHandover
		if note.list, err = a.recordsToPrint(s, o, names); err == nil {
			doc, err = a.handoverDoc(s, l, note.list, wish)
		}
	} else {
		doc, note.list, err = a.emergencyDoc(s, l, wish)
	}
	if err != nil {
		return err
	}
	d, err := a.deliver(o.onPaper, paperJob{doc: doc})
	if err != nil {
		return err
	}
	note.number, note.how, note.pages = doc.Sheet, d.how, d.pages
	return a.noteSheet(s, note)
}

// photosOf reads attached pictures for a sheet. What is no picture has none.
func photosOf(s *store.Store) func(r *record.Record, at record.Attachment) []byte {
	return func(_ *record.Record, at record.Attachment) []byte {
		data, err := s.Attachment(at.ID)
		if err != nil {
			return nil
		}
		photo, err := picture.Shrink(data)
		if err != nil {
			return nil
		}
		file, _, _, err := picture.AsJPEG(photo.Data)
		if err != nil {
			return nil
		}
		return file
	}
}
