package cli

import (
	"io"
	"os"
	"strings"

	"filippo.io/age"
	"github.com/rogpeppe/go-internal/testscript"
)

// keypair makes a key of age as age-keygen does: keypair NAME [pq] writes the
// identity to NAME.key and puts the recipient into the environment as NAME.
func keypair(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: keypair NAME [pq]")
	}
	var secret, public string
	if len(args) > 1 {
		k, err := age.GenerateHybridIdentity()
		ts.Check(err)
		secret, public = k.String(), k.Recipient().String()
	} else {
		k, err := age.GenerateX25519Identity()
		ts.Check(err)
		secret, public = k.String(), k.Recipient().String()
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]+".key"), []byte("# a key of this test\n"+secret+"\n"), 0o600))
	ts.Setenv(args[0], public)
}

// unseal opens an age file by age alone: unseal FILE PASSPHRASE-FILE OUT.
func unseal(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: unseal FILE PASSPHRASE-FILE OUT")
	}
	pass, _, _ := strings.Cut(ts.ReadFile(args[1]), "\n")
	id, err := age.NewScryptIdentity(pass)
	ts.Check(err)
	plain, err := age.Decrypt(strings.NewReader(ts.ReadFile(args[0])), id)
	ts.Check(err)
	b, err := io.ReadAll(plain)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), b, 0o600))
}
