package cli

import (
	"cmp"
	"os"
	"strings"

	"memovault/internal/lang"
)

// letterCountries print on Letter; everybody else prints on A4. Source: CLDR 48,
// supplemental data, measurementData/paperSize type="US-Letter".
const letterCountries = " BZ CA CL CO CR GT MX NI PA PH PR SV US VE "

// usualSize is the paper of the country that the environment or the system
// names, as POSIX puts them: LC_ALL, LC_PAPER, LANG. Who reads Japanese has A4:
// many systems stand at en_US because nobody changed it.
func usualSize(l lang.Lang) paperSize {
	locale := cmp.Or(os.Getenv("LC_ALL"), os.Getenv("LC_PAPER"), os.Getenv("LANG"))
	if locale == "" {
		locale = systemLocale()
	}
	if l != lang.JA && strings.Contains(letterCountries, " "+countryOf(locale)+" ") {
		return sizeLetter
	}
	return sizeA4
}

// countryOf reads the country of a locale: en_US.UTF-8, en-US, zh_Hant_TW@radical.
// It is empty where none is named.
func countryOf(locale string) string {
	locale, _, _ = strings.Cut(locale, ".")
	locale, _, _ = strings.Cut(locale, "@")
	parts := strings.FieldsFunc(locale, func(r rune) bool { return r == '_' || r == '-' })
	for _, part := range parts[min(1, len(parts)):] {
		if len(part) == 2 {
			return strings.ToUpper(part)
		}
	}
	return ""
}
