//go:build !windows && !darwin

package cli

// systemLocale has nothing to add where the environment says it all.
func systemLocale() string { return "" }
