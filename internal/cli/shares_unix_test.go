//go:build unix

package cli

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"memovault/internal/keyring"
	"memovault/internal/store"
)

// sharedVault makes family.vault with one note, which opens with 2 of 3 shares and
// a passphrase, and returns its identity and the shares.
func (h *home) sharedVault() (*keyring.Vault, []keyring.Share) {
	h.t.Helper()
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	vault, err := keyring.New(false)
	if err != nil {
		h.t.Fatal(err)
	}
	split, err := vault.Split(2, 3, "", now)
	if err != nil {
		h.t.Fatal(err)
	}
	pass, err := vault.PassphraseSlot(goodPass, "", now)
	if err != nil {
		h.t.Fatal(err)
	}
	path := filepath.Join(h.dir, "here", "family.vault")
	err = store.Create(path, store.Config{Now: now, NoBackup: true}, vault,
		[]store.NewSlot{{Slot: pass, Proven: now}, {Slot: split.Slot, Recipient: split.Recipient}})
	if err != nil {
		h.t.Fatal(err)
	}
	h.run("--file", "family.vault", "add", "note", "first", "--passphrase-file", "pass.txt", "--field", "note=one")
	return vault, split.Shares
}

func typedShare(s keyring.Share) string { return strings.ToLower(strings.Join(s.Groups(), " ")) }

// Where the passphrase is asked a share will do, and then those that are missing.
// What is wrong with one does not cost those that were read.
func TestUnlockByShares(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	vault, shares := h.sharedVault()
	other, err := vault.Split(2, 3, "", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	groups := shares[2].Groups()
	mistyped := strings.Join(groups[:4], " ") + " QQQQQQ-P " + strings.Join(groups[5:], " ")

	s := h.at("vault", "--file", "family.vault", "list")
	s.answer("Passphrase: ", typedShare(shares[1])+"\r")
	s.see("share 2 is read; that makes 1 of 2: one more")
	s.answer("Next share (Enter = stop): ", typedShare(other.Shares[0])+"\r")
	s.see("this share is of another vault, or was replaced")
	s.answer("Next share (Enter = stop): ", shares[1].Reveal()+"\r")
	s.see("this share was read already")
	s.answer("Next share (Enter = stop): ", goodPass+"\r")
	s.see("this is no share")
	s.answer("Next share (Enter = stop): ", mistyped+"\r")
	s.see("there is a mistake in group 5")
	s.answer("Group 5 again, with its check letter (Enter = the whole share again): ", groups[5]+"\r")
	s.see("there is a mistake in group 5")
	s.answer("Group 5 again, with its check letter (Enter = the whole share again): ", groups[4]+"\r")
	s.see("share 3 is read; that makes 2 of 2")
	s.see("opened with shares: 2, 3")
	s.want("exit 0")
	if !strings.Contains(s.printed(), "first") {
		t.Errorf("the list is %q", s.printed())
	}
	for _, share := range shares {
		for _, g := range share.Groups() {
			if strings.Contains(strings.ToUpper(s.shown()), g[:6]) {
				t.Fatalf("a group of share %d was shown", share.Number())
			}
		}
	}

	s = h.at("vault", "--lang", "ja", "--file", "family.vault", "list")
	s.answer("合言葉: ", typedShare(other.Shares[0])+"\r")
	s.see("別の金庫のものか、作り直す前の古いもの")
	s.answer("分け札（Enter=やめる）: ", typedShare(shares[0])+"\r")
	s.see("1 枚目の紙を読みました（1 / 2。あと 1 枚）")
	s.answer("次の分け札（Enter=やめる）: ", "\r")
	s.see("分け札は 1 枚で、2 枚要る")
	s.answer("合言葉: ", goodPass+"\r")
	s.want("exit 0")
}

// A share of the right slot that is not genuine is made up for by a further one.
func TestForgedShare(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	_, shares := h.sharedVault()
	forged := forgeShare(t, shares[0])
	s := h.at("vault", "--file", "family.vault", "list")
	s.answer("Passphrase: ", forged+"\r")
	s.answer("Next share (Enter = stop): ", typedShare(shares[1])+"\r")
	s.see("one of them is not genuine")
	s.answer("Next share (Enter = stop): ", typedShare(shares[0])+"\r")
	s.see("a share of this number was read already, and says something else")
	s.answer("Next share (Enter = stop): ", typedShare(shares[2])+"\r")
	s.see("opened with shares: 1, 2, 3")
	s.want("exit 0")
}

// forgeShare returns the text of a share with the head of another.
func forgeShare(t *testing.T, like keyring.Share) string {
	t.Helper()
	const alphabet = "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L"
	data := strings.TrimPrefix(like.Reveal(), "MEMOVAULT-SHARE-1")
	body := data[:40] + strings.Repeat("Q", 20)
	// The checksum is found by trying: it is linear, so each of its six characters
	// is that of the sum of what the characters of the body add.
	values := []byte{}
	for _, c := range "memovault-share-" {
		values = append(values, byte(c)>>5)
	}
	values = append(values, 0)
	for _, c := range "memovault-share-" {
		values = append(values, byte(c)&31)
	}
	for _, c := range body {
		values = append(values, byte(strings.IndexRune(alphabet, c)))
	}
	sum := uint32(1)
	for _, v := range append(values, 0, 0, 0, 0, 0, 0) {
		top := sum >> 25
		sum = sum&0x1ffffff<<5 ^ uint32(v)
		for i, g := range [5]uint32{0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3} {
			if top>>i&1 == 1 {
				sum ^= g
			}
		}
	}
	sum ^= 1
	for i := range 6 {
		body += string(alphabet[sum>>(5*(5-i))&31])
	}
	if s, err := keyring.ParseShare(body); err != nil || s.Number() != like.Number() {
		t.Fatalf("forging: %v", err)
	}
	return body
}

// Shares come from files too, several in one or one in each; what is wrong names
// the file.
func TestSharesInFiles(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	vault, shares := h.sharedVault()
	h.write("both.txt", "# two sheets\n"+shares[0].Reveal()+"\n\n"+typedShare(shares[2])+"\r\n")
	h.write("one.txt", strings.Join(shares[1].Groups(), "\n")+"\n")
	h.write("wrong.txt", strings.Replace(shares[0].Reveal(), shares[0].Reveal()[30:34], "QQQQ", 1))
	h.write("none.txt", "nothing at all\n")
	split, err := vault.Split(2, 2, "", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	h.write("other.txt", split.Shares[1].Reveal())
	for _, c := range []struct {
		files  string
		status int
		say    string
	}{
		{"both.txt", statusOK, ""},
		{"one.txt both.txt", statusOK, ""},
		{"one.txt one.txt", statusNoKey, "1 of the 2 shares"},
		{"one.txt", statusNoKey, "1 of the 2 shares"},
		{"one.txt wrong.txt", statusNoKey, "wrong.txt"},
		{"one.txt none.txt", statusNoKey, "this is no share"},
		{"one.txt other.txt", statusNoKey, "does not go with those before"},
		{"absent.txt", statusError, "absent.txt"},
	} {
		args := []string{"--file", "family.vault", "list"}
		for _, file := range strings.Fields(c.files) {
			args = append(args, "--share", file)
		}
		cmd := h.command("vault", args...)
		out, err := cmd.CombinedOutput()
		if got := cmd.ProcessState.ExitCode(); got != c.status || !strings.Contains(string(out), c.say) {
			t.Errorf("%s: status %d, %v, want %d\n%s", c.files, got, err, c.status, out)
		}
	}
	h.write("pass-share.txt", shares[0].Reveal()+"\n")
	cmd := h.command("vault", "--file", "family.vault", "list", "--passphrase-file", "pass-share.txt")
	out, _ := cmd.CombinedOutput()
	if cmd.ProcessState.ExitCode() != statusNoKey || !strings.Contains(string(out), "one share of several") {
		t.Errorf("a share for a passphrase: %s", out)
	}
}

// A paper backup opens by shares as the vault does.
func TestRestoreByShares(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	_, shares := h.sharedVault()
	cfg := store.Config{Now: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC), NoBackup: true}
	family, err := store.Open(filepath.Join(h.dir, "here", "family.vault"), cfg)
	if err != nil {
		t.Fatal(err)
	}
	pass, err := keyring.PassphraseIdentity(goodPass)
	if err != nil {
		t.Fatal(err)
	}
	if err := family.Unlock(pass); err != nil {
		t.Fatal(err)
	}
	payload, _, err := family.Paper(false)
	if err != nil {
		t.Fatal(err)
	}
	h.write("paper.age", string(payload))
	s := h.at("vault", "restore", "paper.age", "--to", "found.vault", "--yes")
	s.answer("or its recovery key: ", typedShare(shares[2])+"\r")
	s.answer("Next share (Enter = stop): ", typedShare(shares[0])+"\r")
	s.see("opened with shares: 1, 3")
	s.see("restored: ")
	s.want("exit 0")
	if _, err := os.Stat(filepath.Join(h.dir, "here", "found.vault")); err != nil {
		t.Error(err)
	}
}

// Shares are made, handed out and proven; what was not finished leaves nothing.
func TestAddShares(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.env = append(h.env, "CUPS_SERVER=localhost:1", "PATH="+h.dir)
	h.make()
	file := filepath.Join(h.dir, "here", "shares.txt")
	begin := func() *session {
		s := h.at("vault", "key", "add", "shares", "2-of-3", "--label", "heirs")
		s.answer("Passphrase: ", goodPass+"\r")
		s.answer("Who gets share 1", "Hanako\r")
		s.answer("Who gets share 2", "\r")
		s.answer("Who gets share 3", "first\r")
		s.answer("File: ", "\x15"+file+"\r")
		return s
	}
	s := begin()
	s.answer("(Enter = later): ", "\x03")
	s.see("were deleted: the shares were")
	s.want("exit 130")
	if _, err := os.Stat(file); !os.IsNotExist(err) {
		t.Error("sheets that open nothing are still there")
	}
	if list := h.run("key", "list", "--passphrase-file", "pass.txt"); strings.Contains(list, "shares") {
		t.Errorf("a key that was not finished is in the list:\n%s", list)
	}

	s = begin()
	s.see("read: type group")
	shares := sharesOn(t, file)
	if len(shares) != 3 {
		t.Fatalf("%d shares on the sheets", len(shares))
	}
	for i, share := range shares {
		asked := regexp.MustCompile(fmt.Sprintf(`type group (\d+)\s+of share %d`, i+1))
		s.until("the question for a group", func() bool { return asked.MatchString(s.visible()) })
		all := asked.FindAllStringSubmatch(s.visible(), -1)
		group, err := strconv.Atoi(all[len(all)-1][1])
		if err != nil || group < 2 {
			t.Fatalf("group %d is asked for, which is on all sheets", group)
		}
		s.send(strings.ToLower(share.Groups()[group-1]) + "\r")
	}
	s.see("added, and proven to open the vault")
	s.see("of whom there is no record here")
	s.want("exit 0")

	for _, want := range []string{"heirs", "2 of 3 sheets are needed"} {
		if list := h.run("key", "list", "--share", "shares.txt"); !strings.Contains(list, want) {
			t.Errorf("%q is not in the list:\n%s", want, list)
		}
	}
	var listed struct {
		Sheets []struct{ Kind, Place, Number string }
	}
	if err := json.Unmarshal([]byte(h.run("papers", "--json", "--passphrase-file", "pass.txt")), &listed); err != nil {
		t.Fatal(err)
	}
	var places []string
	number := ""
	for _, one := range listed.Sheets {
		if one.Kind == "share" {
			places = append(places, one.Place)
			if one.Place == "Hanako" {
				number = one.Number
			}
		}
	}
	if !slices.Equal(slices.Sorted(slices.Values(places)), []string{"", "Hanako", "first"}) {
		t.Errorf("noted at %q", places)
	}

	s = h.at("vault", "check-paper", number, "--passphrase-file", "pass.txt")
	s.answer("Share (Enter = stop): ", strings.Replace(typedShare(shares[0]), "-", "-q", 1)+"\r")
	s.see("this looks like a share")
	s.answer("Share (Enter = stop): ", typedShare(shares[0])+"\r")
	s.see("agrees, checked today")
	s.want("exit 0")
	s = h.at("vault", "check-paper", number, "--passphrase-file", "pass.txt")
	s.answer("Share (Enter = stop): ", typedShare(shares[1])+"\r")
	s.see("it is not the one that was printed on this sheet")
	s.end()

	s = h.at("vault", "key", "test", "shares", "--passphrase-file", "pass.txt")
	s.answer("Share (Enter = stop): ", shares[2].Reveal()+"\r")
	s.answer("Next share (Enter = stop): ", typedShare(shares[1])+"\r")
	s.see("it opens the vault; noted for today")
	s.want("exit 0")
}

// sharesOn reads the shares on sheets that were written as text.
func sharesOn(t *testing.T, path string) (shares []keyring.Share) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range shareTexts(string(b)) {
		if s, err := keyring.ParseShare(text); err == nil {
			shares = append(shares, s)
		}
	}
	return shares
}

// Copied by hand, one share is on the screen at a time, and gone afterwards.
func TestSharesByHand(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.make()
	s := h.at("vault", "--lang", "ja", "key", "add", "shares", "2-of-2", "--holder", "長男", "--holder", "長女")
	s.answer("合言葉: ", goodPass+"\r")
	s.answer("ファイル: ", "\x15-\r")
	s.see("分け札（1 枚目、全部で 2 枚")
	s.answer("Enter を押す: ", "\r")
	s.see("分け札（2 枚目、全部で 2 枚")
	s.see("Enter を押す: ")
	second := printedGroup.FindAllString(s.visible(), -1)
	if len(second) != keyring.ShareGroupCount || strings.Contains(s.visible(), "分け札（1 枚目") {
		t.Fatalf("on the screen:\n%s", s.visible())
	}
	s.send("\r")
	s.answer("（Enter=あとで）: ", "\r")
	s.see("まだ確かめていません")
	s.see("どれでも 2 枚で金庫が開きます")
	s.want("exit 0")
	if strings.Contains(s.visible(), second[3]) {
		t.Errorf("a share still stands on the screen:\n%s", s.visible())
	}
}

// What can't be is refused before anything is made.
func TestAddSharesRefuses(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.make()
	for args, want := range map[string]string{
		"":                 "NEEDED-of-ALL",
		"3":                "says not how many",
		"2-of-3x -o s.pdf": "says not how many",
		"4-of-3 -o s.pdf":  "from 2 to 16 shares",
		"2-of-17 -o s.pdf": "from 2 to 16 shares",
		"2-of-3":           "use -o FILE.pdf or --printer",
		"2-of-3 -o s.html": "PDF or text",
		"2-of-2 -o s.pdf --holder a --holder b --holder c": "there are 2 shares",
		"2-of-3 --preview": "nothing to preview",
	} {
		cmd := h.command("vault", append(strings.Fields("key add shares "+args), "--passphrase-file", "pass.txt")...)
		out, _ := cmd.CombinedOutput()
		if got := cmd.ProcessState.ExitCode(); got != statusUsage || !strings.Contains(string(out), want) {
			t.Errorf("%q: status %d\n%s", args, got, out)
		}
	}
	if _, err := os.Stat(filepath.Join(h.dir, "here", "s.pdf")); err == nil {
		t.Error("a file was left behind")
	}
	if list := h.run("key", "list", "--passphrase-file", "pass.txt"); strings.Contains(list, "shares") {
		t.Errorf("the list:\n%s", list)
	}
}

// TestSharesReadme holds that the program that puts shares together is the one of
// the page on the format, and that backups of a vault with shares bring it along.
func TestSharesReadme(t *testing.T) {
	t.Parallel()
	if !strings.Contains(readDoc(t, "docs/format.md"), "```python\n"+sharesScript+"```\n") {
		t.Error("docs/format.md has another program")
	}
	h := newHome(t)
	h.sharedVault()
	h.run("--file", "family.vault", "backup", "-o", "all.tar", "--passphrase-file", "pass.txt")
	b, err := os.ReadFile(filepath.Join(h.dir, "here", "all.tar"))
	if err != nil || !strings.Contains(string(b), sharesScript) {
		t.Errorf("the backup of a vault with shares lacks the program: %v", err)
	}
	h.make()
	h.run("backup", "-o", "plain.tar", "--passphrase-file", "pass.txt")
	if b, err = os.ReadFile(filepath.Join(h.dir, "here", "plain.tar")); err != nil || strings.Contains(string(b), "shares.py") {
		t.Errorf("the backup of a vault without shares: %v", err)
	}
}
