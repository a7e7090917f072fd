package cli

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"memovault/internal/lang"
	"memovault/internal/store"
)

// version is set by the linker in a release.
var version string

func programVersion() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}

func (a *app) newVersion() *cobra.Command {
	var asJSON bool
	cmd := a.command(spec{
		name: "version", group: "more",
		short: lang.T("show the version", "版を表示する"),
		long:  lang.T("Shows the version of the program and of the file format it writes. Nothing is looked up on a network.", "プログラムの版と、書き込むファイル形式の版を表示します。ネットワークには問い合わせません。"),
		examples: []example{
			{"version", lang.T("for a person", "人が読む形")},
			{"version --json", lang.T("for a script", "スクリプト向け")},
		},
	})
	cmd.Flags().BoolVar(&asJSON, "json", false, a.text(lang.T("as JSON", "JSON で出す")))
	cmd.Args = a.argsBetween(0, 0)
	cmd.RunE = func(*cobra.Command, []string) error {
		if asJSON {
			return a.writeJSON(struct {
				Schema  int    `json:"schema"`
				Version string `json:"version"`
				Format  int    `json:"format"`
				Go      string `json:"go"`
				OS      string `json:"os"`
				Arch    string `json:"arch"`
			}{1, programVersion(), store.Format, runtime.Version(), runtime.GOOS, runtime.GOARCH})
		}
		_, err := fmt.Fprintf(a.out, "memovault %s\n%s\n", programVersion(),
			a.text(lang.T("vault format %d, %s, %s/%s", "金庫の形式 %d、%s、%s/%s"), store.Format, runtime.Version(), runtime.GOOS, runtime.GOARCH))
		return err
	}
	return cmd
}
