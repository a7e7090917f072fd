package paper

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"memovault/internal/lang"
	"memovault/internal/page"
)

// vaultShare is a share nobody uses: its value is 32 times the byte 0x5a.
func vaultShare() VaultShare {
	return VaultShare{
		Share: "MEMOVAULT-SHARE-1PTFD95ZRTFD95KJ6TFD95KJ6TFD95KJ6TFD95KJ6TFD95KJ6TFD95KJ6TFDQ0HYW2A",
		Groups: []string{"PTFD95-J", "ZRTFD9-N", "5KJ6TF-3", "D95KJ6-6", "TFD95K-W", "J6TFD9-C", "5KJ6TF-V",
			"D95KJ6-5", "TFD95K-Q", "J6TFDQ-7", "0HYW2A-9"},
		Number: 3, Need: 2, Count: 3, Holders: []string{"山田 一郎", "", "鈴木 良子"},
		File: "default.vault", Vault: idOf(7), Slot: idOf(9), Made: day, Program: "vault",
	}
}

// TestShareIsOneSheet holds that a share is one page of any paper, in large type
// too, as text, and with long names of those who have the others.
func TestShareIsOneSheet(t *testing.T) {
	full := vaultShare()
	full.Count, full.Need, full.Holders = 5, 3, []string{"山田 一郎", "山田 美咲", "鈴木 良子", "佐藤法律事務所 佐藤 健", "田中 実"}
	for _, l := range []lang.Lang{lang.EN, lang.JA} {
		for _, s := range []VaultShare{vaultShare(), full} {
			for _, size := range []page.Size{page.A4, page.Letter} {
				if n := len(Set(Share(l, s), Format{Size: size}).Pages); n != 1 {
					t.Errorf("%v, %v, %d shares: %d pages", l, size, s.Count, n)
				}
			}
		}
		d := Share(l, vaultShare())
		text := render(t, d)
		if n := len(pagesOf(t, d, text)); n != 1 {
			t.Errorf("%v: %d pages of text", l, n)
		}
		for i, g := range vaultShare().Groups {
			if !strings.Contains(text, fmt.Sprintf("%2d) %s", i+1, g)) {
				t.Errorf("%v: group %d is missing", l, i+1)
			}
		}
		for _, part := range []string{"山田 一郎", "鈴木 良子", "default.vault", vaultShare().Vault.String()[:8], "vault list"} {
			if !strings.Contains(text, part) {
				t.Errorf("%v: %q is missing in\n%s", l, part, text)
			}
		}
		if got := qrCodes(d); !slices.Equal(got, []string{vaultShare().Share}) {
			t.Errorf("%v: the code says %q", l, got)
		}
		for _, f := range formats {
			look(t, "share", d, f, true)
		}
		hostile := vaultShare()
		hostile.File = "a\x1b[2Jb" + strings.Repeat("長い名前", 60)
		hostile.Holders[0] = "\x1b[31m" + strings.Repeat("長い名前", 60)
		pagesOf(t, Share(l, hostile), render(t, Share(l, hostile)))
	}
}

func TestSharesHaveNumbersOfTheirOwn(t *testing.T) {
	seen := map[string]bool{}
	for n := 1; n <= 16; n++ {
		s := vaultShare()
		s.Number = n
		d := Share(lang.EN, s)
		other := s
		other.Slot = idOf(10)
		for _, number := range []string{d.Sheet, Share(lang.EN, other).Sheet} {
			if seen[number] || len(number) != 9 {
				t.Errorf("share %d: number %s", n, number)
			}
			seen[number] = true
		}
		if d.Mark != markPrefix+d.Sheet || Share(lang.JA, s).Sheet != d.Sheet {
			t.Errorf("share %d: mark %s", n, d.Mark)
		}
	}
}
