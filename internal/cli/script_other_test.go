//go:build !unix

package cli

// leaveTerminal has nothing to give up here: there are no scripts with a
// terminal on this system.
func leaveTerminal() {}
