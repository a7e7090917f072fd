package shard

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"hash/crc32"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
)

var allSizes = flag.Bool("allsizes", false, "lose every page of every size, and try a thousand choices of codes")

// payloadOf returns n bytes that are the same on every run.
func payloadOf(n int, seed uint64) []byte {
	r := rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8)})
	b := make([]byte, n)
	_, _ = r.Read(b)
	return b
}

func mustEncode(t testing.TB, payload []byte, perPage int) *Set {
	t.Helper()
	set, err := Encode(payload, perPage)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func addAll(t testing.TB, c *Collector, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if _, err := c.Add(text); err != nil {
			t.Fatal(err)
		}
	}
}

func wantPayload(t testing.TB, c *Collector, id string, want []byte) {
	t.Helper()
	got, err := c.Payload(id)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Fatalf("%d bytes came back, not the %d that went in", len(got), len(want))
	}
}

// The golden file is what makes a page that is printed today readable later.
// golden.py beside it made it from docs/format.md. Once a program is released
// it is never rewritten: a change here is a new format.
func TestGolden(t *testing.T) {
	golden, err := os.ReadFile("testdata/golden.txt")
	if err != nil {
		t.Fatal(err)
	}
	payload := goldenPayload()
	set := mustEncode(t, payload, 22)
	if got := strings.Join(slices.Concat(set.Pages...), "\n") + "\n"; got != string(golden) {
		t.Error("the codes of a known payload have changed")
	}
	lines := strings.Split(strings.TrimSpace(string(golden)), "\n")
	for page := range 3 {
		var c Collector
		for i, line := range lines {
			if i/22 != page {
				addAll(t, &c, line)
			}
		}
		wantPayload(t, &c, "D963-09C9", payload)
	}
}

// goldenPayload is 20,300 bytes: the SHA-256 of 0, 1, 2, … in decimal.
func goldenPayload() []byte {
	var b []byte
	for i := 0; len(b) < 20300; i++ {
		sum := sha256.Sum256(fmt.Append(nil, i))
		b = append(b, sum[:]...)
	}
	return b[:20300]
}

// The header as docs/format.md shows it.
func TestHeader(t *testing.T) {
	set := mustEncode(t, goldenPayload(), 22)
	text := set.Pages[1][2]
	if len(text) != 970 || TextLen != 970 {
		t.Errorf("a code has %d characters", len(text))
	}
	b, err := decodeBase45(text[4 : len(text)-1])
	if err != nil || len(b) != 643 {
		t.Fatal(len(b), err)
	}
	// format, id, group 0 of 1, 33 of 33+33, index 24, 22 a page, 20,300 bytes
	if got, want := hex.EncodeToString(b[:14]), "01d96309c900012121"+"1816"+"004f4c"; got != want {
		t.Errorf("header %s, want %s", got, want)
	}
	sum := crc32.ChecksumIEEE(b[:639])
	if tail := [4]byte(b[639:]); tail != [4]byte{byte(sum >> 24), byte(sum >> 16), byte(sum >> 8), byte(sum)} {
		t.Errorf("the checksum is %x, want %08x", tail, sum)
	}
}

// What is left of the last piece is the payload again from its start, as often
// as it takes.
func TestFill(t *testing.T) {
	for _, n := range []int{1, 7, 624, 625, 626, 20300, 300001} {
		payload := payloadOf(n, 4)
		var pieces []byte
		for _, text := range slices.Concat(mustEncode(t, payload, 22).Pages...) {
			c, err := parseCode(text)
			if err != nil {
				t.Fatal(err)
			}
			if c.index < c.data {
				pieces = append(pieces, c.shard...)
			}
		}
		for i, b := range pieces {
			if b != payload[i%n] {
				t.Fatalf("%d bytes: byte %d of the pieces is not byte %d", n, i, i%n)
			}
		}
	}
}

// sizes are payloads at every border: of a code, of a page, of a group.
func sizes() []int {
	return []int{1, 624, 625, 626, 20 * 625, 20*625 + 1, 42 * 625, 42*625 + 1, 29900, 100198,
		230 * 625, 230*625 + 1, 300000, 500001, 1000000, MaxPayload}
}

func TestAnyPageMayBeLost(t *testing.T) {
	for _, n := range sizes() {
		if racing && n > 150000 {
			break
		}
		for _, perPage := range []int{22, 20} {
			payload := payloadOf(n, uint64(n))
			set := mustEncode(t, payload, perPage)
			if len(set.Pages) < 2 || len(set.Pages[0]) != perPage {
				t.Errorf("%d bytes: %d pages, %d codes on the first", n, len(set.Pages), len(set.Pages[0]))
			}
			lost := []int{len(set.Pages) / 2}
			if *allSizes || n < 30000 {
				lost = lost[:0]
				for i := range set.Pages {
					lost = append(lost, i)
				}
			}
			for _, page := range lost {
				var c Collector
				for i, texts := range set.Pages {
					if i != page {
						addAll(t, &c, texts...)
					}
				}
				p := c.Backups()[0]
				if !p.Done || !slices.Equal(p.Missing, []int{page + 1}) {
					t.Fatalf("%d bytes, page %d lost: %+v", n, page+1, p)
				}
				wantPayload(t, &c, set.ID, payload)
			}
		}
	}
}

// Every page has at most so many codes of a group that the group can do
// without them and two more.
func TestPlan(t *testing.T) {
	for n := 1; n <= MaxPayload; n += 617 {
		for _, perPage := range []int{1, 8, 20, 22, 128} {
			s := plan(n, perPage)
			if s.data+s.parity > 256 || s.groups > 255 || s.need()*ShardSize < n || (s.need()-s.groups)*ShardSize >= n {
				t.Fatalf("%d bytes, %d a page: %+v", n, perPage, s)
			}
			if worst := ceil(perPage, s.groups); s.parity < worst+2 {
				t.Fatalf("%d bytes, %d a page: a page takes %d of a group with %d spare", n, perPage, worst, s.parity)
			}
			if left := s.pages()*perPage - s.total(); s.data+s.parity < 256 && left >= s.groups {
				t.Fatalf("%d bytes, %d a page: room for %d more codes on the last page", n, perPage, left)
			}
		}
	}
}

func TestAnyChoiceOfCodes(t *testing.T) {
	rounds := 20
	if *allSizes {
		rounds = 1000
	}
	payload := payloadOf(29900, 7)
	set := mustEncode(t, payload, 22)
	texts := slices.Concat(set.Pages...)
	r := rand.New(rand.NewPCG(1, 2))
	for range rounds {
		r.Shuffle(len(texts), func(i, j int) { texts[i], texts[j] = texts[j], texts[i] })
		var c Collector
		for i, text := range texts[:set.Need] {
			if _, err := c.Payload(set.ID); i > 0 && !errors.Is(err, ErrTooFew) {
				t.Fatalf("%d codes: %v", i, err)
			}
			st, err := c.Add(text)
			if err != nil || !st.New || st.Done != (i == set.Need-1) {
				t.Fatalf("code %d: %+v, %v", i, st, err)
			}
		}
		if st, err := c.Add(texts[3]); err != nil || st.New {
			t.Fatalf("a code a second time: %+v, %v", st, err)
		}
		wantPayload(t, &c, set.ID, payload)
	}
}

func TestTwoBackupsMixed(t *testing.T) {
	first, second := payloadOf(20000, 1), payloadOf(40000, 2)
	a, b := mustEncode(t, first, 22), mustEncode(t, second, 20)
	var c Collector
	for i := range max(len(a.Pages), len(b.Pages)) {
		if i < len(a.Pages) && i != 1 {
			addAll(t, &c, a.Pages[i]...)
		}
		if i < len(b.Pages) && i < 2 {
			addAll(t, &c, b.Pages[i]...)
		}
	}
	list := c.Backups()
	if len(list) != 2 || list[0].ID != a.ID || !list[0].Done || list[1].ID != b.ID || list[1].Done || list[1].Have != 40 {
		t.Fatalf("%+v", list)
	}
	wantPayload(t, &c, a.ID, first)
	if _, err := c.Payload(b.ID); !errors.Is(err, ErrTooFew) {
		t.Error(err)
	}
	if _, err := c.Payload("0000-0000"); !errors.Is(err, ErrUnknown) {
		t.Error(err)
	}
}

// A group that has more codes than it needs does not make up for another.
func TestHaveCountsWhatIsNeeded(t *testing.T) {
	set := mustEncode(t, payloadOf(300000, 1), 22)
	if set.Groups != 2 {
		t.Fatalf("%d groups", set.Groups)
	}
	var c Collector
	for i, text := range slices.Concat(set.Pages...) {
		if i%2 == 0 {
			addAll(t, &c, text)
		}
	}
	if p := c.Backups()[0]; p.Have != set.Need/2 || p.Done {
		t.Errorf("all codes of one of two groups are %d of %d, done %v", p.Have, p.Need, p.Done)
	}
}

// The same bytes printed for another paper are another pile with the same id.
func TestTwoPrintings(t *testing.T) {
	payload := payloadOf(20000, 1)
	a, b := mustEncode(t, payload, 22), mustEncode(t, payload, 20)
	var c Collector
	addAll(t, &c, a.Pages[0]...)
	addAll(t, &c, b.Pages[0]...)
	addAll(t, &c, b.Pages[2]...)
	if list := c.Backups(); len(list) != 2 || list[0].ID != list[1].ID || !list[0].Done {
		t.Fatalf("%+v", list)
	}
	wantPayload(t, &c, a.ID, payload)
}

// forge changes a byte of a shard and makes the checksum right again.
func forge(t *testing.T, text string) string {
	t.Helper()
	c, err := parseCode(text)
	if err != nil {
		t.Fatal(err)
	}
	c.shard[100] ^= 1
	return c.text()
}

func TestWrongCodeWithRightChecksum(t *testing.T) {
	for _, n := range []int{29900, 300000} {
		payload := payloadOf(n, 3)
		set := mustEncode(t, payload, 22)
		var c Collector
		addAll(t, &c, forge(t, set.Pages[0][5]))
		addAll(t, &c, slices.Concat(set.Pages...)...)
		wantPayload(t, &c, set.ID, payload)
	}
	payload := payloadOf(29900, 3)
	set := mustEncode(t, payload, 22)
	var c Collector
	addAll(t, &c, forge(t, set.Pages[0][5]))
	addAll(t, &c, slices.Concat(set.Pages...)[:set.Need]...)
	if got, err := c.Payload(set.ID); !errors.Is(err, ErrWrong) {
		t.Errorf("no code to spare and one is wrong: %d bytes, %v", len(got), err)
	}
}

func TestTexts(t *testing.T) {
	set := mustEncode(t, payloadOf(20000, 1), 22)
	good := set.Pages[0][0]
	changed := []byte(good)
	changed[500] = '0' + (changed[500]-'0'+1)%10
	newer := strings.Replace(good, "VB1:", "VB2:", 1)
	for _, v := range []struct {
		text string
		want error
	}{
		{"", ErrForeign},
		{"VB1", ErrForeign},
		{"memovault:sheet:3C7A-F18E:1:2", ErrForeign},
		{"otpauth://totp/example.jp?secret=AAAA", ErrForeign},
		{"WIFI:T:WPA;S:home;P:secret;;", ErrForeign},
		{"VB0:123.", ErrForeign},
		{"VB02:123.", ErrForeign},
		{"VB-2:123.", ErrForeign},
		{"VB2:123", ErrForeign},
		{"VB1000:123.", ErrForeign},
		{"VB1:", ErrDamaged},
		{"VB1:.", ErrDamaged},
		{good[:len(good)-1], ErrDamaged},
		{good[:600] + ".", ErrDamaged},
		{good + ".", ErrDamaged},
		{strings.ToLower(good[:4]) + good[4:], ErrForeign},
		{string(changed), ErrDamaged},
		{strings.Repeat(":", 970), ErrForeign},
		{"VB1:" + strings.Repeat(":", 965) + ".", ErrDamaged},
	} {
		var c Collector
		if _, err := c.Add(v.text); !errors.Is(err, v.want) {
			t.Errorf("%.30q…: %v, want %v", v.text, err, v.want)
		}
		if len(c.Backups()) != 0 {
			t.Errorf("%.30q… was collected", v.text)
		}
	}
	var c Collector
	var later *NewerError
	if _, err := c.Add(newer); !errors.As(err, &later) || later.Format != 2 {
		t.Errorf("VB2: %v", err)
	}
}

// headers that do not fit together, each with a right checksum.
func TestHeaders(t *testing.T) {
	base := sheaf{groups: 1, data: 2, parity: 3, perPage: 22, length: 1250}
	bad := map[string]func(*code){
		"no group":           func(c *code) { c.groups = 0 },
		"group beyond":       func(c *code) { c.group = 1 },
		"no data":            func(c *code) { c.data = 0 },
		"no parity":          func(c *code) { c.parity = 0 },
		"too many":           func(c *code) { c.data, c.parity, c.length = 250, 7, 250*625 },
		"index beyond":       func(c *code) { c.index = 5 },
		"nothing on a page":  func(c *code) { c.perPage = 0 },
		"no payload":         func(c *code) { c.length = 0 },
		"payload too long":   func(c *code) { c.groups, c.data, c.length = 7, 240, MaxPayload+1 },
		"payload too short":  func(c *code) { c.length = 625 },
		"payload beyond":     func(c *code) { c.length = 1251 },
		"more groups needed": func(c *code) { c.groups = 2 },
	}
	for name, change := range bad {
		c := code{sheaf: base, shard: make([]byte, ShardSize)}
		change(&c)
		if _, err := parseCode(c.text()); !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: %v", name, err)
		}
	}
	c := code{sheaf: base, shard: make([]byte, ShardSize)}
	if _, err := parseCode(c.text()); err != nil {
		t.Error("the header they are made from:", err)
	}
}

func TestNewerInside(t *testing.T) {
	c := code{sheaf: sheaf{groups: 1, data: 1, parity: 1, perPage: 1, length: 1}, shard: make([]byte, ShardSize)}
	b, err := decodeBase45(strings.TrimSuffix(strings.TrimPrefix(c.text(), prefix), suffix))
	if err != nil {
		t.Fatal(err)
	}
	b[0] = 3
	sum := crc32.ChecksumIEEE(b[:639])
	b[639], b[640], b[641], b[642] = byte(sum>>24), byte(sum>>16), byte(sum>>8), byte(sum)
	var later *NewerError
	_, err = parseCode(prefix + string(appendBase45(nil, b)) + suffix)
	if !errors.As(err, &later) || later.Format != 3 {
		t.Errorf("format 3 inside: %v", err)
	}
}

func TestLimits(t *testing.T) {
	var large *TooLargeError
	if _, err := Encode(make([]byte, MaxPayload+1), 22); !errors.As(err, &large) || large.Size != MaxPayload+1 {
		t.Error(err)
	}
	for _, perPage := range []int{0, -1, 129} {
		if _, err := Encode([]byte{1}, perPage); err == nil {
			t.Errorf("%d codes on a page were taken", perPage)
		}
	}
	if _, err := Encode(nil, 22); err == nil {
		t.Error("nothing was taken for a backup")
	}
	var c Collector
	for i := range maxBackups {
		addAll(t, &c, mustEncode(t, []byte{byte(i)}, 1).Pages[0]...)
	}
	if _, err := c.Add(mustEncode(t, []byte{255}, 1).Pages[0][0]); !errors.Is(err, ErrTooMany) {
		t.Error(err)
	}
}

// TestEveryPlanCanLoseAPage counts the codes on each page of every size of backup
// on both papers: a group loses with a page at most what is left to it less two.
// Any of its codes are enough, whichever they are, if they are as many as its data.
func TestEveryPlanCanLoseAPage(t *testing.T) {
	for n := 1; n <= MaxPayload; n += ShardSize - 1 {
		for _, perPage := range []int{20, 22} {
			s := plan(n, perPage)
			lost := make([][]int, s.pages())
			for i := range lost {
				lost[i] = make([]int, s.groups)
			}
			for group := range s.groups {
				for index := range s.data + s.parity {
					c := code{sheaf: s, group: group, index: index}
					lost[c.page()-1][group]++
				}
			}
			for page, groups := range lost {
				if most := slices.Max(groups); most > s.parity-2 || len(lost) < 2 {
					t.Fatalf("%d bytes, %d a page: page %d of %d has %d codes of a group with %d to spare", n, perPage, page+1, len(lost), most, s.parity)
				}
			}
		}
	}
}

func FuzzAdd(f *testing.F) {
	set, err := Encode(payloadOf(1500, 1), 4)
	if err != nil {
		f.Fatal(err)
	}
	for _, text := range slices.Concat(set.Pages...)[:4] {
		b, err := decodeBase45(text[len(prefix) : len(text)-len(suffix)])
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text, []byte(nil))
		f.Add("", b[:headerSize])
	}
	f.Add("VB2:X.", []byte(nil))
	f.Fuzz(func(t *testing.T, text string, head []byte) {
		if len(head) == headerSize { // so that more than checksums is tried
			b := append(bytes.Clone(head), make([]byte, ShardSize)...)
			sum := crc32.ChecksumIEEE(b)
			b = append(b, byte(sum>>24), byte(sum>>16), byte(sum>>8), byte(sum))
			text = prefix + string(appendBase45(nil, b)) + suffix
		}
		var c Collector
		st, err := c.Add(text)
		if err != nil {
			if len(c.Backups()) != 0 {
				t.Fatal("an error, and yet collected")
			}
			return
		}
		p := c.Backups()[0]
		if p.ID != st.ID || st.Page < 1 || st.Page > p.Pages || p.Have != 1 || p.Need > p.Total {
			t.Fatalf("%+v %+v", st, p)
		}
		if code, err := parseCode(text); err != nil || code.text() != text {
			t.Fatal("a code that was read is written differently")
		}
		_, _ = c.Payload(st.ID)
	})
}

func BenchmarkEncode(b *testing.B) {
	for _, n := range []int{20391, 100198, MaxPayload} {
		payload := payloadOf(n, 1)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				mustEncode(b, payload, 22)
			}
		})
	}
}

// BenchmarkPayload rebuilds a backup whose first page is lost.
func BenchmarkPayload(b *testing.B) {
	for _, n := range []int{20391, 100198, MaxPayload} {
		set := mustEncode(b, payloadOf(n, 1), 22)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				var c Collector
				addAll(b, &c, slices.Concat(set.Pages[1:]...)...)
				if _, err := c.Payload(set.ID); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
