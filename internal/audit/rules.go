package audit

import (
	"slices"
	"strings"
)

// rules is the table. A rule is one entry in the list of its kind and one
// fixture; nothing else knows it. The letters: M mail, P telephone, C codes
// and keys, H hints, T time, G what hangs on what, V the vault itself.
var rules = func() []*Rule {
	list := slices.Concat(mailRules, phoneRules, codeRules, hintRules, ageRules, vaultRules, selfRules, paperRules, shareRules, lockRules, wayRules, leaveRules, peopleRules)
	slices.SortFunc(list, func(a, b *Rule) int { return strings.Compare(a.ID, b.ID) })
	for i, r := range list {
		r.order = i
	}
	return list
}()
