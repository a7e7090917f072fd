package cli

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"rsc.io/qr"

	"memovault/internal/record"
	"memovault/internal/term"
)

// modules reads a drawn code back as a camera sees it: true is dark.
func modules(t *testing.T, rows []string, wide bool) [][]bool {
	t.Helper()
	var out [][]bool
	for _, row := range rows {
		if wide {
			out = append(out, wideModules(row))
			continue
		}
		row = strings.TrimSuffix(strings.TrimPrefix(row, qrInk), paintEnd)
		var upper, lower []bool
		for _, r := range row {
			if !strings.ContainsRune("█▀▄ ", r) {
				t.Fatalf("%q is in the drawing", r)
			}
			upper, lower = append(upper, r == '█' || r == '▀'), append(lower, r == '█' || r == '▄')
		}
		out = append(out, upper, lower)
	}
	return out
}

func wideModules(row string) (out []bool) {
	for row = strings.TrimSuffix(row, paintEnd); row != ""; {
		ink := strings.HasPrefix(row, qrDark)
		_, row, _ = strings.Cut(row, "  ")
		out = append(out, ink)
	}
	return out
}

var qrTexts = []string{
	"otpauth://totp/GitHub:hanako?secret=JBSWY3DPEHPK3PXP&issuer=GitHub",
	"WIFI:T:WPA;S:田中商店;P:pass\\:word\\;1;;",
	"VK7JG-BCDFG-HJKMB-PQRTV-WXY23",
	"a",
	strings.Repeat("long ", 100),
}

// What is drawn is the code with its margin, dark where it is dark, and every
// row is as wide as was said.
func TestQRRows(t *testing.T) {
	for _, text := range qrTexts {
		for _, wide := range []bool{false, true} {
			rows, width, err := qrRows(text, wide)
			if err != nil {
				t.Fatal(err)
			}
			code, err := qr.Encode(text, qr.L)
			if err != nil {
				t.Fatal(err)
			}
			got := modules(t, rows, wide)
			for y, row := range got {
				for x, is := range row {
					if want := code.Black(x-quiet, y-quiet); is != want {
						t.Fatalf("%q, wide %v: module %d,%d is %v", text, wide, x, y, is)
					}
				}
			}
			if want := code.Size + 2*quiet; len(got) < want || len(got[0]) != want {
				t.Errorf("%q, wide %v: %d by %d modules, want %d", text, wide, len(got[0]), len(got), want)
			}
			if w := term.Width(escapes.ReplaceAllString(rows[0], "")); w != width {
				t.Errorf("%q, wide %v: a row takes %d columns, not %d", text, wide, w, width)
			}
		}
	}
	if _, _, err := qrRows(strings.Repeat("x", 3000), false); err == nil {
		t.Error("3000 bytes fit into no code")
	}
}

// A reader of another make reads what was drawn.
func TestQRIsRead(t *testing.T) {
	zbar := needCommand(t, "zbarimg")
	for _, text := range qrTexts {
		rows, _, err := qrRows(text, false)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "code.png")
		if err := os.WriteFile(path, enlarged(t, modules(t, rows, false)), 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command(zbar, "--quiet", "--raw", path).Output()
		if got := strings.TrimSuffix(string(out), "\n"); err != nil || got != text {
			t.Errorf("read %q (%v), want %q", got, err, text)
		}
	}
}

// enlarged turns modules into pixels. The terminal around the code is dark.
func enlarged(t *testing.T, modules [][]bool) []byte {
	t.Helper()
	const scale, around = 6, 24
	size := len(modules)*scale + 2*around
	img := image.NewGray(image.Rect(0, 0, size, size))
	for y, row := range modules {
		for x, is := range row {
			for i := range scale * scale {
				if !is {
					img.SetGray(around+x*scale+i%scale, around+y*scale+i/scale, color.Gray{Y: 255})
				}
			}
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestWifiCode(t *testing.T) {
	a := &app{}
	r := &record.Record{Template: "wifi", Name: "w"}
	r.Set("ssid", record.TypeText, "home")
	r.Set("guest_ssid", record.TypeText, "guests")
	r.Set("wifi_key", record.TypeSecret, "secret12")
	for _, c := range []struct {
		key, want string
		secret    bool
	}{
		{"", "WIFI:T:WPA;S:home;P:secret12;;", true},
		{"guest_ssid", "WIFI:T:nopass;S:guests;;", false},
		{"where", "", false},
	} {
		v, ok := a.wifiCode(r, c.key)
		if ok != (c.want != "") || v.text != c.want || v.secret != c.secret {
			t.Errorf("key %q: got %v %q", c.key, ok, v.text)
		}
		if strings.Contains(v.label, "secret12") {
			t.Errorf("the label %q has the key", v.label)
		}
	}
}
