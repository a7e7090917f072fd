// Vault keeps what a person needs to get back into their accounts encrypted in
// one file, and puts it on paper. Type vault help.
package main

import (
	"os"

	"memovault/internal/cli"
)

func main() { os.Exit(cli.Main(os.Args)) }
