package cli

import "golang.org/x/sys/windows"

// systemLocale returns the language of the person's Windows.
func systemLocale() string {
	names, err := windows.GetUserPreferredUILanguages(windows.MUI_LANGUAGE_NAME)
	if err != nil || len(names) == 0 {
		return ""
	}
	return names[0]
}
