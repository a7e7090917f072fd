package cli

import (
	"testing"
	"time"

	"memovault/internal/chart"
	"memovault/internal/lang"
	"memovault/internal/record"
)

// TestMapTellsSheetFromPaper holds that a sheet and a paper at one place are two
// boxes that one can tell apart.
func TestMapTellsSheetFromPaper(t *testing.T) {
	const place = "blue folder"
	shop := &record.Record{ID: record.NewID(), Template: "rakuten", Name: "shop"}
	shop.Set("user_id", record.TypeText, "hanako")
	shop.Ways = []record.Way{{ID: "spare", Needs: []record.Need{{Any: []string{"record:printout"}}, {Any: []string{"paper:" + place}}}}}
	sheet := &record.Record{ID: record.NewID(), Template: record.SheetTemplate, Name: "printout", Created: time.Date(2019, 1, 1, 0, 0, 0, 0, time.UTC)}
	for _, spec := range record.LookupTemplate(record.SheetTemplate).With(record.RoleKeptAt) {
		sheet.Set(spec.Key, spec.Type, place)
	}
	_, m := sketched(t, lang.EN, false, []*record.Record{shop, sheet})
	if b := boxNamed(t, m, "printout"); b.Kind != chart.Paper || b.Note != place {
		t.Errorf("the sheet is a box of kind %d at %q", b.Kind, b.Note)
	}
	if b := boxNamed(t, m, place); b.Kind != chart.Paper {
		t.Errorf("the paper is a box of kind %d", b.Kind)
	}
}

// TestLongDrawingIsBetterPages holds what is said of a drawing of many pages.
func TestLongDrawingIsBetterPages(t *testing.T) {
	_, m := sketched(t, lang.EN, false, many(60))
	p, err := chart.Draw(m)
	if err != nil || p.Pages() <= longDrawing {
		t.Fatalf("the picture has %d pages, %v", p.Pages(), err)
	}
	for i, f := range mapFormats {
		a, said := testApp(lang.EN)
		a.sayOfMap(mapOptions{out: "-"}, &mapFormats[i], p)
		if got := said.Len() > 0; got != (f.name == "svg") {
			t.Errorf("%s: it says %q", f.name, said.String())
		}
	}
}
