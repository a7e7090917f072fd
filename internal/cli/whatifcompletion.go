package cli

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"memovault/internal/recovery"
)

// eventNames completes events: their kinds, and behind a colon the names of
// records, where these are kept for completion. What happens to what only the
// vault knows.
func eventNames(a *app, cmd *cobra.Command, args []string, toComplete string) ([]string, cobra.ShellCompDirective) {
	kind, _, named := strings.Cut(toComplete, ":")
	if named {
		return thingsOf(a, cmd, kind)
	}
	lose := string(recovery.Lose) + ":"
	if toComplete != "" && strings.HasPrefix(lose, toComplete) {
		return []string{a.described(lose, recovery.Lose.Label())}, noFiles | cobra.ShellCompDirectiveNoSpace
	}
	var list []string
	for _, k := range recovery.EventKinds {
		if toComplete != "" && strings.HasPrefix(k.Word(), toComplete) {
			list = append(list, a.described(k.Word(), k.Label()))
		}
		if k != recovery.Lose && !slices.Contains(args, string(k)) {
			list = append(list, a.described(string(k), k.Label()))
		}
	}
	return append(list, a.described(lose, recovery.Lose.Label())), noFiles
}

// thingsOf completes what an event of the kind may happen to.
func thingsOf(a *app, cmd *cobra.Command, kind string) ([]string, cobra.ShellCompDirective) {
	if _, known := recovery.KindOf(kind); !known {
		return nil, noFiles
	}
	names, directive := recordNames(a, cmd, nil, "")
	if a.listedNames() == nil {
		return names, directive
	}
	for i, name := range names {
		names[i] = kind + ":" + name
	}
	return names, directive
}
