package record

import (
	"strings"
	"testing"

	"memovault/internal/lang"
)

// What each service gives out, and what is said when it cannot be that. None
// of these keys is real.
func TestServiceKeys(t *testing.T) {
	apple := "ABCD-EFGH-IJKL-MNOP-QRST-UVWX-1234"
	checkClean(t, formatted(FormatAppleKey, TypeProductKey), []cleanCase{
		{apple, apple, ""},
		{"ABCDEFGHIJKLMNOPQRSTUVWX1234", apple, "grouped!"},
		{"abcd efgh ijkl mnop qrst uvwx 1234", apple, "capitals! grouped!"},
		{"ＡＢＣＤーEFGH−IJKL‐MNOP–QRST—UVWX―1234", apple, "folded!"},
		{"ABCD-EFGH-IJKL-MNOP-QRST-UVWX-123", "ABCD-EFGH-IJKL-MNOP-QRST-UVWX-123", "length"},
		{apple + "-5678", apple + "-5678", "length"},
		{"ABCD-EFGH-IJKL-MNOP-QRST-UVWX-12.4", "ABCD-EFGH-IJKL-MNOP-QRST-UVWX-12.4", "alphabet"},
		{"金庫の中", "金庫の中", "alphabet"},
	})
	secret := "A3-ABCDEF-GHJKLM-NPQRS-TVWXY-Z2345-67892"
	checkClean(t, formatted(FormatOnePassword, TypeProductKey), []cleanCase{
		{secret, secret, ""},
		{"A3-ABCDEF-GHJKLMNPQRS-TVWXY-Z2345-67892", secret, "grouped!"},
		{strings.ReplaceAll(secret, "-", ""), secret, "grouped!"},
		{strings.ToLower(secret), secret, "capitals!"},
		{"B7" + secret[2:], "B7" + secret[2:], "form"},
		{secret[:len(secret)-1], secret[:len(secret)-1], "length"},
		{secret + " " + secret, secret + " " + secret, "length"},
		{"A3_ABCDEF", "A3_ABCDEF", "alphabet"},
	})
	shown := "AB12 CD34 EF56 GH78 IJ90 KL12 MN34 OP56"
	checkClean(t, formatted(FormatBitwarden, TypeProductKey), []cleanCase{
		{shown, shown, ""},
		{strings.ToLower(shown), strings.ToLower(shown), ""}, // as the server makes it
		{"ab12cd34ef56gh78ij90kl12mn34op56", "ab12 cd34 ef56 gh78 ij90 kl12 mn34 op56", "grouped!"},
		{"ＡＢ12　CD34　EF56　GH78　IJ90　KL12　MN34　OP56", shown, "folded!"},
		{"AB12 CD34 EF56 GH78 IJ90 KL12 MN34 OP5", "AB12 CD34 EF56 GH78 IJ90 KL12 MN34 OP5", "length"},
		{"AB12 CD34 EF56 GH78 IJ90 KL12 MN34 OP5!", "AB12 CD34 EF56 GH78 IJ90 KL12 MN34 OP5!", "alphabet"},
	})
	checkClean(t, formatted(FormatSteam, TypeProductKey), []cleanCase{
		{"R12345", "R12345", ""},
		{"ｒ12345", "R12345", "folded! capitals!"},
		{"12345", "12345", "form"},
		{"R123456", "R123456", "form"},
		{"アプリの中", "アプリの中", "form"},
	})
}

func TestServiceCodes(t *testing.T) {
	checkClean(t, formatted(FormatEightDigits, TypeCodes), []cleanCase{
		{"1234 5678", "1234 5678", ""},
		{"1234-5678", "1234-5678", ""},
		{"12345678", "12345678", ""},
		{"１２３４　５６７８", "1234 5678", "folded!"},
		{"1234567", "1234567", "length"},
		{"1234 567B", "1234 567B", "length"},
	})
	checkClean(t, formatted(FormatGitHub, TypeCodes), []cleanCase{
		{"a1b2c-3d4e5", "a1b2c-3d4e5", ""},
		{"a1b2cー3d4e5", "a1b2c-3d4e5", "folded!"},
		{"A1b2c-3d4e5", "A1b2c-3d4e5", "form"},
		{"a1b2c 3d4e5", "a1b2c 3d4e5", "form"},
		{"g1b2c-3d4e5", "g1b2c-3d4e5", "form"},
	})
	checkClean(t, formatted(FormatMicrosoftRecovery, TypeCodes), []cleanCase{
		{"ABCDE FGHJK 12345 67890 LMNPQ", "ABCDE FGHJK 12345 67890 LMNPQ", ""},
		{"ABCDE_FGHJK", "ABCDE_FGHJK", "alphabet"},
	})
}

// A remark names the length that the service documents, and says "usually"
// where nothing is documented.
func TestServiceRemarks(t *testing.T) {
	for _, c := range []struct {
		format   Format
		kind     Type
		in       string
		en, told string
	}{
		{FormatAppleKey, TypeProductKey, "ABCD", "4 letters and digits: a recovery key of Apple has 28", "4 文字です。Apple の復旧キーは英数字 28 文字です"},
		{FormatSteam, TypeProductKey, "Q1", "usually R and five digits", "普通「R」と数字 5 桁です"},
		{FormatGitHub, TypeCodes, "q", "usually looks like a1b2c-3d4e5", "普通 a1b2c-3d4e5 のような形です"},
		{FormatGoogleBackup, TypeCodes, "1", "a backup code of Google has 8 digits", "Google のバックアップ コードは数字 8 桁です"},
		{FormatEightDigits, TypeCodes, "1", "a backup code of this service has 8 digits", "このサービスのバックアップコードは数字 8 桁です"},
	} {
		_, notes, err := formatted(c.format, c.kind)(c.in)
		if err != nil || len(notes) != 1 || !strings.Contains(notes[0].Say(lang.EN), c.en) || !strings.Contains(notes[0].Say(lang.JA), c.told) {
			t.Errorf("%s %q: got %v, %v", c.format, c.in, notes, err)
		}
	}
}

func TestFormatFits(t *testing.T) {
	for _, f := range []Format{FormatMicrosoftKey, FormatBitLocker, FormatAppleKey, FormatOnePassword, FormatBitwarden, FormatSteam} {
		if !f.fits(TypeProductKey) || f.fits(TypeCodes) || f.fits(TypeText) {
			t.Errorf("%s does not belong to product keys alone", f)
		}
	}
	for _, f := range []Format{FormatMicrosoftRecovery, FormatGoogleBackup, FormatEightDigits, FormatGitHub} {
		if !f.fits(TypeCodes) || f.fits(TypeProductKey) || f.fits(TypeText) {
			t.Errorf("%s does not belong to codes alone", f)
		}
	}
	if Format("of-a-newer-program").fits(TypeCodes) {
		t.Error("an unknown format fits")
	}
}
