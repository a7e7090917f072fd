package record

import (
	"strings"

	"memovault/internal/lang"
)

// This file checks keys and codes of single services. A remark claims no more
// than its source: where a service documents the number of characters, a wrong
// number is said to be wrong; where the form is only what was seen, it is said
// to be usual.

// What the keys are called in remarks.
var (
	nameMicrosoftCode = lang.T("a recovery code of Microsoft", "Microsoft の回復用コード")
	nameAppleKey      = lang.T("a recovery key of Apple", "Apple の復旧キー")
	nameOnePassword   = lang.T("a Secret Key of 1Password", "1Password の Secret Key")
	nameBitwarden     = lang.T("a recovery code of Bitwarden", "Bitwarden のリカバリーコード")
)

// cleanAppleKey knows 28 characters, as documented ("a randomly generated
// 28-character code", support.apple.com/HT208072). Capitals and groups of four
// are how it is shown, which no document says; so no remark says it either.
func cleanAppleKey(s string) (string, []Note) {
	if odd := checkCount(s, 28, nameAppleKey); odd != nil {
		return s, odd
	}
	return regroup(s, "-", 4)
}

// cleanOnePassword knows 34 letters and numbers, as documented
// (support.1password.com/secret-key-security). The A3 at its beginning and the
// groups are what public secret scanners look for.
func cleanOnePassword(s string) (string, []Note) {
	if odd := checkCount(s, 34, nameOnePassword); odd != nil {
		return s, odd
	}
	value, notes := regroup(s, "-", 2, 6, 6, 5)
	if !strings.HasPrefix(value, "A3-") {
		notes = append(notes, remark("form", lang.T("a Secret Key usually begins with A3: compare it with the Emergency Kit",
			"Secret Key は普通 A3 で始まります。Emergency Kit の紙と見比べてください")))
	}
	return value, notes
}

// cleanBitwarden knows 32 letters and digits, as the server makes them:
// SecureRandomString(32, upper: false, special: false). The web vault shows and
// prints them in capitals, in groups of four with spaces
// (two-factor-recovery.component.ts at 2e066d1); so either case is kept.
func cleanBitwarden(s string) (string, []Note) {
	if odd := checkCount(s, 32, nameBitwarden); odd != nil {
		return s, odd
	}
	return inGroups(s, " ", 4)
}

// steamForm is what programs that add an authenticator get back from Steam as
// its revocation_code. Valve's help speaks of the R-code without a length.
var steamForm = pattern(`^R[0-9]{5}$`)

func cleanSteam(s string) (string, []Note) {
	value, notes := s, []Note(nil)
	if isGrouped(s, isAlnum) {
		value, notes = inCapitals(s)
	}
	if !steamForm().MatchString(value) {
		notes = append(notes, remark("form", lang.T("a recovery code of Steam is usually R and five digits: compare it with the app",
			"Steam の復旧コードは普通「R」と数字 5 桁です。アプリの画面と見比べてください")))
	}
	return value, notes
}

// githubForm is how the codes in github-recovery-codes.txt look. GitHub
// documents that there are sixteen, not what they look like.
var githubForm = pattern(`^[0-9a-f]{5}-[0-9a-f]{5}$`)

func checkGitHub(s string) []Note {
	if githubForm().MatchString(s) {
		return nil
	}
	return []Note{remark("form", lang.T("a recovery code of GitHub usually looks like a1b2c-3d4e5: compare it with the file",
		"GitHub のリカバリーコードは普通 a1b2c-3d4e5 のような形です。元のファイルと見比べてください"))}
}

// Backup codes have eight digits at Google (support.google.com, answer 1187538,
// in sets of ten), Facebook and Nintendo.
var (
	textGoogleDigits = lang.T("a backup code of Google has 8 digits", "Google のバックアップ コードは数字 8 桁です")
	textEightDigits  = lang.T("a backup code of this service has 8 digits", "このサービスのバックアップコードは数字 8 桁です")
)

// checkEightDigits takes one group or two, as services show them.
func checkEightDigits(s string, text lang.Text) []Note {
	if len(onlyDigits(s)) == 8 && isGrouped(s, isDigit) {
		return nil
	}
	return []Note{remark("length", text)}
}

// checkCount says whether anything but letters and digits is in the key, or
// more or fewer of them than there should be.
func checkCount(s string, want int, name lang.Text) []Note {
	if !isGrouped(s, isAlnum) {
		return []Note{remark("alphabet", lang.T("%s has only letters and digits", "%sは英字と数字だけでできています"), name)}
	}
	if n := len(ungroup(s)); n != want {
		return []Note{remark("length", lang.T("%d letters and digits: %s has %d", "%d 文字です。%sは英数字 %d 文字です"), n, name, want)}
	}
	return nil
}
