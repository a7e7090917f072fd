package audit

import (
	"slices"
	"strings"
)

// rules is the table. A rule is one entry in the list of its kind and one
// fixture; nothing else knows it. The letters: M mail, P telephone, C codes
// and keys, H hints, T time, G what hangs on what, V the vault itself.
var rules = slices.SortedFunc(slices.Values(slices.Concat(mailRules, phoneRules, codeRules, hintRules, ageRules, vaultRules)),
	func(a, b *Rule) int { return strings.Compare(a.ID, b.ID) })
