package cli

import (
	"bytes"
	"errors"
	"image"
	"image/jpeg"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"memovault/internal/lang"
	"memovault/internal/picture"
	"memovault/internal/record"
)

// cameraPhoto is a photograph as a telephone takes it: of something with edges,
// held sideways, with the place and the moment.
func cameraPhoto(w, h int) ([]byte, error) {
	img := image.NewGray(image.Rect(0, 0, w, h))
	for i := range img.Pix {
		img.Pix[i] = byte((i%w)*(i/w)>>4) | 0x80
	}
	var b bytes.Buffer
	err := jpeg.Encode(&b, img, nil)
	const exif = "\xff\xe1\x00\x42Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x03" +
		"\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00" + // held sideways
		"\x01\x32\x00\x02\x00\x00\x00\x04Noon" + // the moment
		"\x88\x25\x00\x04\x00\x00\x00\x01\x00\x00\x00\x08" + // the place
		"\x00\x00\x00\x0035.68N\x00\x00"
	return append([]byte("\xff\xd8"+exif), b.Bytes()[2:]...), err
}

func cameraFile(t *testing.T, name string, w, h int) string {
	t.Helper()
	data, err := cameraPhoto(w, h)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// camera is the script command that writes a photograph: camera FILE.
func camera(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: camera FILE")
	}
	data, err := cameraPhoto(600, 400)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), data, 0o600))
}

func TestPhotoIsKeptUprightAndSilent(t *testing.T) {
	for l, want := range map[lang.Lang]string{lang.EN: "place and time removed", lang.JA: "撮った場所と日時は消しました"} {
		var said bytes.Buffer
		a := &app{name: "vault", lang: l, err: &said}
		r := &record.Record{}
		files, err := a.attachPhotos(r, []string{cameraFile(t, "card.jpeg", 2400, 1200), cameraFile(t, "IMG_20261122_101112.jpg", 60, 40), cameraFile(t, "card.JPG", 60, 40)})
		if err != nil || len(files) != 3 || len(r.Attachments) != 3 {
			t.Fatal(err, len(files))
		}
		var names []string
		for i, at := range r.Attachments {
			names = append(names, at.Name)
			if at.ID != files[i].ID || at.Size != int64(len(files[i].Data)) {
				t.Errorf("%s: another file", at.Name)
			}
			if bytes.Contains(files[i].Data, []byte("35.68N")) || bytes.Contains(files[i].Data, []byte("Noon")) {
				t.Errorf("%s says where or when it was taken", at.Name)
			}
			if _, w, h, err := picture.AsJPEG(files[i].Data); err != nil || w >= h || h > 2000 {
				t.Errorf("%s: %d by %d, %v", at.Name, w, h, err)
			}
		}
		if got := strings.Join(names, " "); got != "card.jpg photo.jpg card-2.jpg" {
			t.Error(got)
		}
		if !strings.Contains(said.String(), want) || !strings.Contains(said.String(), "1000") {
			t.Error(said.String())
		}
	}
}

func TestPhotoThatCannotBeRead(t *testing.T) {
	for content, want := range map[string]string{
		"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic": "iPhone",
		"\xff\xd8\xff\xe0":        "damaged",
		"%PDF-1.7":                "not a photo",
		"8BPS\x00\x01":            "psd",
		"just text":               "not a photo",
		"II+\x00\x08\x00\x00\x00": "unusual",
	} {
		path := filepath.Join(t.TempDir(), "card.jpg")
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		a := &app{lang: lang.EN, err: &bytes.Buffer{}}
		r := &record.Record{}
		_, err := a.attachPhotos(r, []string{path})
		var f *failure
		if !errors.As(err, &f) || !strings.Contains(f.what.in(lang.EN), want) || len(f.next) == 0 || len(r.Attachments) != 0 {
			t.Errorf("%q: %v", content, err)
		}
	}
}
