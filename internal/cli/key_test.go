package cli

import (
	"bytes"
	"testing"

	"memovault/internal/lang"
)

// Where the columns have no room, each date of a key keeps its heading.
func TestStackedKeysKeepHeadings(t *testing.T) {
	var out bytes.Buffer
	a := &app{out: &out, lang: lang.JA}
	a.stackKeys([][]string{
		{"", "鍵", "名前", "作った日", "確かめた日", ""},
		{"*1", "合言葉", "", "2026-01-02", "まだ", ""},
		{" 2", "SSH の鍵", "仕事", "2026-01-03", "2026-01-04", "SHA256:x"},
	})
	want := `*1  合言葉
     作った日: 2026-01-02
     確かめた日: まだ
 2  SSH の鍵「仕事」
     作った日: 2026-01-03
     確かめた日: 2026-01-04
     SHA256:x
`
	if out.String() != want {
		t.Errorf("got\n%swant\n%s", out.String(), want)
	}
}
