package cli

import (
	"slices"

	"github.com/spf13/cobra"
)

// triedWays completes the ways of the template that the line names, and of the
// account that such a thing hangs on.
func triedWays(a *app, cmd *cobra.Command, args []string, toComplete string) ([]string, cobra.ShellCompDirective) {
	list, directive := wayIDs(a, cmd, args, toComplete)
	if g := templateOf(args).Guide(); g != nil && g.Through != nil {
		through, _ := wayIDs(a, cmd, []string{g.Through.Template}, toComplete)
		list = slices.Concat(through, list)
	}
	return list, directive
}

func attemptNames(a *app, _ *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
	list := make([]string, len(attemptResults))
	for i, result := range attemptResults {
		list[i] = a.described(result, resultWords(result))
	}
	return list, noFiles
}
