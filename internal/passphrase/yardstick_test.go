package passphrase

import (
	"bytes"
	"compress/gzip"
	"io"
	"math"
	"strings"
	"testing"

	"github.com/trustelem/zxcvbn"
	"github.com/trustelem/zxcvbn/frequency"
)

// yardstick is what we are compared on: things people choose, of every pattern,
// and mixtures of them. ASCII only, as other libraries count bytes.
func yardstick() []string {
	list := strings.Split(strings.TrimSpace(`
password
Password
PASSWORD
PaSsWoRd
passw0rd
p@ssw0rd
P4$$w0rD
drowssap
123456
12345678
987654321
qwerty
qwertyuiop
asdfghjkl
zxcvbnm,./
1qaz2wsx
!QAZ2wsx
qazwsxedc
poiuytrewq
aoeuidhtns
789456123
147258369
753951
abcdef
abcdefghijklmnop
zyxwvut
13579
97531
acegik
aaaaaa
aaaaaaaaaaaaaaaa
abcabcabc
abababab
password password
tigertigertiger
1212121212
19850401
01041985
850401
4185
1985.04.01
1/4/1985
1-4-85
2015_06_04
31.12.1999
20260101
1984
2019
summer1984
autumn2012!
letmein
trustno1
iloveyou
dragon99
monkey123
football!
michael
jennifer1
smith
Johnson42
kowalski
correct horse battery staple
correcthorsebatterystaple
Tr0ub4dour&3
troubadour
the quick brown fox
to be or not to be
tobeornottobe
a-b-c-d-e-f
D0g.....................
hGt7$kP2zQ
x9!Lm2#vQr7
kf93jdk2ls0d
zzzzqqqq
xkcd936
qwER43@!
Ba9ZyWABu99
rWibMFACxAUGZmxhVncy
neverforget13/3/1997
temppass22
viking
thx1138
ScoRpi0ns
do you know
ryanhunter2000
asdfghju7654rewq
AOEUIDHG&*()LS_
12345678aa
verlineVANDERMARK
eheuczkqyq
coRrecth0rseba++ery9.23.2007staple$
pässword1
`), "\n")
	list = list[:len(list)-1] // the last has a letter outside ASCII
	for _, word := range []string{"tiger", "Chicago", "sunshine", "lasagna", "zebra", "october", "wizard", "kitchen"} {
		for _, ending := range []string{"1", "99", "123!", "2010", "_x7", "-and-more", "0704", " & sons", "#", "1985-12-24", "!!!", "qwe", "zzz", "@home"} {
			list = append(list, word+ending)
		}
	}
	for _, beginning := range []string{"my", "The", "4ever", "no1", "x-"} {
		for _, word := range []string{"garden", "Guitar", "p1r4te", "rebmetpes", "mustang"} {
			list = append(list, beginning+word)
		}
	}
	return list
}

// TestAgreesWithZxcvbn holds the estimator, without what we added, against an
// independent implementation with the same lists.
func TestAgreesWithZxcvbn(t *testing.T) {
	e := &estimator{dictionaries: []dictionary{english()}, keyboards: keyboards()}
	list := yardstick()
	if len(list) < 200 {
		t.Fatalf("only %d passphrases", len(list))
	}
	near := 0
	for _, pass := range list {
		guesses, _ := e.estimate([]rune(pass))
		ours := math.Log10(guesses)
		theirs := math.Log10(zxcvbn.PasswordStrength(pass, nil).Guesses)
		if math.Abs(ours-theirs) <= 1 {
			near++
		} else {
			t.Logf("%q: 10^%.2f, zxcvbn 10^%.2f", pass, ours, theirs)
		}
		if ours > theirs+1.5 {
			t.Errorf("%q: 10^%.2f is far above zxcvbn's 10^%.2f", pass, ours, theirs)
		}
	}
	t.Logf("within 1 of zxcvbn: %d of %d", near, len(list))
	if near*100 < len(list)*95 {
		t.Errorf("within 1 of zxcvbn on %d of %d, want 95 %%", near, len(list))
	}
}

// TestListsAreZxcvbns proves where the embedded lists come from.
func TestListsAreZxcvbns(t *testing.T) {
	zipped, err := gzip.NewReader(bytes.NewReader(englishLists))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(zipped)
	if err != nil {
		t.Fatal(err)
	}
	var want strings.Builder
	for _, name := range []string{"passwords", "english_wikipedia", "us_tv_and_film", "surnames", "female_names", "male_names"} {
		want.WriteString("=" + name + "\n" + strings.Join(frequency.FrequencyLists[name], "\n") + "\n")
	}
	if string(text) != want.String() {
		t.Error("the embedded lists differ from zxcvbn's")
	}
}
