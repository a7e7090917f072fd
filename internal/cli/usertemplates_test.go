package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"memovault/internal/lang"
)

const bareTemplate = `{"label": {"en": "thing", "ja": "もの"}, "help": {"en": "h", "ja": "は"},
	"fields": [{"key": "a", "type": "text", "label": {"en": "a", "ja": "あ"}, "help": {"en": "a", "ja": "あ"}}]}`

// withTemplates makes an app whose folder of templates has these files.
func withTemplates(t testing.TB, files map[string]string) *app {
	t.Helper()
	a := &app{dirs: dirs{config: t.TempDir()}}
	if err := os.Mkdir(a.templateDir(), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(a.templateDir(), name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return a
}

// A folder of something else altogether is not read to its end.
func TestOwnTemplatesLimit(t *testing.T) {
	files := map[string]string{}
	for i := range maxOwnTemplates + 5 {
		files[fmt.Sprintf("t%03d.json", i)] = bareTemplate
	}
	ts, problems := withTemplates(t, files).readOwnTemplates()
	if len(ts) != maxOwnTemplates || len(problems) != 1 || !strings.Contains(problems[0].why.EN, "only 200 templates") {
		t.Errorf("%d templates, problems %+v", len(ts), problems)
	}
}

// What editors on Windows write is read: a mark at the beginning, and line ends
// of two characters.
func TestOwnTemplateFromWindows(t *testing.T) {
	a := withTemplates(t, map[string]string{"thing.json": "\ufeff" + strings.ReplaceAll(bareTemplate, "\n", "\r\n")})
	ts, problems := a.readOwnTemplates()
	if len(ts) != 1 || len(problems) != 0 || ts[0].Name != "thing" || ts[0].Label.In(lang.JA) != "もの" {
		t.Errorf("%d templates, problems %+v", len(ts), problems)
	}
}

// One that is just being written has nothing in it yet.
func TestOwnTemplateBeingWritten(t *testing.T) {
	ts, problems := withTemplates(t, map[string]string{"bank.json": "", "thing.json": bareTemplate}).readOwnTemplates()
	if len(ts) != 1 || len(problems) != 0 || ts[0].Name != "thing" {
		t.Errorf("%d templates, problems %+v", len(ts), problems)
	}
}

func TestOwnTemplatesMissing(t *testing.T) {
	a := &app{dirs: dirs{config: filepath.Join(t.TempDir(), "nowhere")}}
	if ts, problems := a.readOwnTemplates(); len(ts) != 0 || len(problems) != 0 {
		t.Errorf("%d templates, problems %+v", len(ts), problems)
	}
}

// BenchmarkOwnTemplates is what every command pays for the folder.
func BenchmarkOwnTemplates(b *testing.B) {
	one := withTemplates(b, map[string]string{"thing.json": bareTemplate})
	none := &app{dirs: dirs{config: filepath.Join(b.TempDir(), "nowhere")}}
	for name, a := range map[string]*app{"none": none, "one": one} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				a.readOwnTemplates()
			}
		})
	}
}
