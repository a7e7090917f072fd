package maildomain

import (
	_ "embed"
	"strings"

	"memovault/internal/lang"
)

// throwaways is the list disposable-email-domains, one domain a line, sorted by
// bytes, each line ended. It is searched as it lies in the program: nothing is
// unpacked or parsed, and a program that asks for no unknown domain never
// touches it.
//
//go:embed lists/disposable.txt
var throwaways string

const throwawayAsOf = "2026-09-21"

var throwawaySource = bothTexts("disposable-email-domains-js 1.26.0 (disposable_email_blocklist)")

// disposable reports whether the list has exactly this domain. It halves the
// text: the line that the middle falls into is before, at or behind name.
func disposable(name string) bool {
	rest := throwaways
	for rest != "" {
		middle := len(rest) / 2
		start := strings.LastIndexByte(rest[:middle], '\n') + 1
		end := start + strings.IndexByte(rest[start:], '\n')
		switch line := rest[start:end]; {
		case line == name:
			return true
		case line < name:
			rest = rest[end+1:]
		default:
			rest = rest[:start]
		}
	}
	return false
}

func throwaway(name string) Domain {
	return Domain{
		Name: name, Class: Disposable,
		Source: throwawaySource, AsOf: throwawayAsOf,
		Ends: lang.T("it is made to be used for a short time, and may be gone when it is needed",
			"短いあいだだけ使うためのアドレスです。必要になったときには、もう使えないかもしれません"),
		EndsSource: throwawaySource, EndsAsOf: throwawayAsOf,
	}
}
