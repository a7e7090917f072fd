package paper

import (
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"memovault/internal/lang"
)

// TestCodesCanBeScanned has another program read the codes of a page, as a scan
// of 150 dpi shows them: the mark at its head and the code of a network.
func TestCodesCanBeScanned(t *testing.T) {
	if racing {
		t.Skip("drawing takes too long")
	}
	zbarimg := tool(t, "zbarimg")
	d := everything(t, lang.EN)
	pages := Set(d, formats[0]).Pages
	want := map[int][]string{1: {"memovault:sheet:3C7A-F18E:1:4"}, 2: {"memovault:sheet:3C7A-F18E:2:4", "WIFI:T:WPA;S:yamada-5G;P:correct horse battery staple;;"}}
	for n, codes := range want {
		path := filepath.Join(t.TempDir(), "page.png")
		file, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := png.Encode(file, pages[n-1].Raster(150)); err != nil {
			t.Fatal(err)
		}
		if err := file.Close(); err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command(zbarimg, "--raw", "-q", path).Output()
		if err != nil {
			t.Fatal(err)
		}
		for _, code := range codes {
			if !strings.Contains(string(out), code+"\n") {
				t.Errorf("page %d of %d: %q is not in %q", n, len(pages), code, out)
			}
		}
	}
}
