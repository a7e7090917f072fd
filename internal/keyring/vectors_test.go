package keyring

import (
	"bytes"
	"compress/zlib"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"io/fs"
	"strings"
	"testing"

	vectors "c2sp.org/CCTV/age"
	"filippo.io/age"
)

// vector is one file of the Community Cryptography Test Vectors for age.
type vector struct {
	expect     string
	payload    string // SHA-256 in hexadecimal
	identities []age.Identity
	armored    bool
	file       []byte
}

func parseVector(t *testing.T, text []byte) vector {
	t.Helper()
	v := vector{}
	compressed := false
	head, file, ok := bytes.Cut(text, []byte("\n\n"))
	if !ok {
		t.Fatal("vector has no body")
	}
	for line := range strings.SplitSeq(string(head), "\n") {
		key, value, _ := strings.Cut(line, ": ")
		switch key {
		case "expect":
			v.expect = value
		case "payload":
			v.payload = value
		case "identity":
			id, _, err := parseNativeKey(value)
			if err != nil {
				t.Fatal(err)
			}
			v.identities = append(v.identities, id)
		case "passphrase":
			v.identities = append(v.identities, mustPass(t, value))
		case "armored":
			v.armored = true
		case "compressed":
			compressed = true
		}
	}
	v.file = file
	if compressed {
		r, err := zlib.NewReader(bytes.NewReader(file))
		if err != nil {
			t.Fatal(err)
		}
		if v.file, err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
	}
	return v
}

// openVector is our way through a file: the strict armor, then each identity on
// its own, the whole plaintext or nothing.
func openVector(v vector) (plain []byte, err error) {
	bin := v.file
	if v.armored {
		if bin, err = decodeArmor(v.file); err != nil {
			return nil, err
		}
	}
	err = age.ErrIncorrectIdentity
	for _, id := range v.identities {
		if plain, err = decrypt(bytes.NewReader(bin), len(bin), id); err == nil {
			return plain, nil
		}
	}
	return nil, err
}

// tidyArmor brings what age reads leniently to what it writes.
func tidyArmor(text []byte) []byte {
	return bytes.TrimSpace(bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")))
}

func TestCCTVVectors(t *testing.T) {
	files, err := fs.ReadDir(vectors.Vectors, ".")
	if err != nil {
		t.Fatal(err)
	}
	if len(files) < 140 {
		t.Fatalf("only %d vectors", len(files))
	}
	for _, f := range files {
		t.Run(f.Name(), func(t *testing.T) {
			text, err := fs.ReadFile(vectors.Vectors, f.Name())
			if err != nil {
				t.Fatal(err)
			}
			v := parseVector(t, text)
			checkVector(t, v)
			if !v.armored {
				v.file, v.armored = armored(t, v.file), true
				checkVector(t, v)
			}
		})
	}
}

func checkVector(t *testing.T, v vector) {
	t.Helper()
	plain, err := openVector(v)
	if v.expect != "success" {
		if err == nil {
			t.Errorf("opened, want %s", v.expect)
		}
		return
	}
	if err != nil && v.armored && !bytes.Equal(tidyArmor(v.file), bytes.TrimSuffix(v.file, []byte("\n"))) {
		v.file = tidyArmor(v.file) // white space that age forgives and we do not
		plain, err = openVector(v)
	}
	if err != nil {
		t.Fatal(err)
	}
	if sum := sha256.Sum256(plain); hex.EncodeToString(sum[:]) != v.payload {
		t.Error("opened to another plaintext")
	}
}
