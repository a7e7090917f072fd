package keyring

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"filippo.io/age"
	"filippo.io/age/plugin"
	"golang.org/x/crypto/ssh"
)

// sshFile writes a private key as OpenSSH does, locked if pass is not empty.
func sshFile(t testing.TB, key crypto.PrivateKey, pass string) []byte {
	t.Helper()
	var block *pem.Block
	var err error
	if pass == "" {
		block, err = ssh.MarshalPrivateKey(key, "")
	} else {
		block, err = ssh.MarshalPrivateKeyWithPassphrase(key, "", []byte(pass))
	}
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(block)
}

func edKey(t testing.TB) ed25519.PrivateKey {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// typing answers with each of the passphrases in turn.
func typing(passes ...string) *Talk {
	return &Talk{Passphrase: func(_ string, again bool) (string, error) {
		if len(passes) == 0 {
			return "", errors.New("asked too often")
		}
		pass := passes[0]
		passes = passes[1:]
		return pass, nil
	}}
}

func mustKeyFile(t testing.TB, file []byte, talk *Talk) age.Identity {
	t.Helper()
	ids, err := ParseKeyFile(file, talk)
	if err != nil || len(ids) != 1 {
		t.Fatalf("%d keys, %v", len(ids), err)
	}
	return ids[0]
}

// TestSSHSlot: a slot for an SSH key is opened by that key, in every form of its
// file, and by no other; the sealed slot says which key it is for.
func TestSSHSlot(t *testing.T) {
	v := mustVault(t, false)
	key := edKey(t)
	long, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	other := mustKeyFile(t, sshFile(t, edKey(t), ""), nil)
	for name, k := range map[string]crypto.PrivateKey{"ed25519": key, "rsa": long} {
		file := sshFile(t, k, "")
		id := mustKeyFile(t, append([]byte("\ufeff\n"), file...), nil)
		to, ok := Recipient(id)
		if !ok || !strings.HasPrefix(to, "ssh-"+name+" ") || strings.Count(to, " ") != 1 {
			t.Fatalf("%s: recipient %q", name, to)
		}
		slot, err := v.KeySlot(KindSSH, "laptop", day, to, id, nil)
		if err != nil {
			t.Fatal(name, err)
		}
		print := id.(SSHKey).Fingerprint()
		if begin := SSHSlot(slot.Sealed); len(begin) != 12 || !strings.HasPrefix(print, begin) || SSHFingerprint(to+" me@example.jp") != print {
			t.Errorf("%s: the slot is for %q, the key is %q", name, begin, print)
		}
		again, info, err := OpenSlot(slot.Sealed, other, mustKeyFile(t, file, nil))
		if err != nil || info != slot.Info() || !again.Same(v) {
			t.Errorf("%s: %v, %v", name, info, err)
		}
		if _, _, err := OpenSlot(slot.Sealed, other); !errors.Is(err, ErrNoMatch) {
			t.Errorf("%s, another key: %v", name, err)
		}
		if _, err := v.KeySlot(KindSSH, "", day, to, other, nil); !errors.Is(err, ErrNoMatch) {
			t.Errorf("%s sealed, proven by another: %v", name, err)
		}
	}
	if SSHSlot([]byte("x")) != "" || SSHFingerprint("ssh-rsa x") != "" {
		t.Error("what is nothing has a fingerprint")
	}
}

// TestLockedSSHKey: the passphrase of a key is asked for when a slot names the
// key, at most three times, and only once.
func TestLockedSSHKey(t *testing.T) {
	v := mustVault(t, false)
	key := edKey(t)
	open := mustKeyFile(t, sshFile(t, key, ""), nil)
	to, _ := Recipient(open)
	slot, err := v.KeySlot(KindSSH, "", day, to, open, nil)
	if err != nil {
		t.Fatal(err)
	}
	file := sshFile(t, key, "mikan")
	k := mustKeyFile(t, file, typing("nashi", "mikan"))
	if k.(SSHKey).Fingerprint() != open.(SSHKey).Fingerprint() {
		t.Error("a locked key has another fingerprint")
	}
	for range 2 {
		if _, _, err := OpenSlot(slot.Sealed, k); err != nil {
			t.Error(err)
		}
	}
	byKey := mustKey(t)
	foreign, err := v.RecoverySlot(byKey, "", day)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := OpenSlot(foreign.Sealed, mustKeyFile(t, file, typing())); !errors.Is(err, ErrNoMatch) {
		t.Errorf("the passphrase is asked for a slot of another key: %v", err)
	}
	_, _, err = OpenSlot(slot.Sealed, mustKeyFile(t, file, nil))
	if unusable := new(IdentityError); !errors.As(err, &unusable) || !errors.Is(err, ErrKeyLocked) {
		t.Errorf("%v, want %v", err, ErrKeyLocked)
	}
}

// TestKeyPassphraseTries: three wrong passphrases are the end.
func TestKeyPassphraseTries(t *testing.T) {
	tried := 0
	err := typing("a", "b", "c").unlock("", func(string) error { tried++; return ErrKeyPassphrase })
	if tried != 3 || !errors.Is(err, ErrKeyPassphrase) {
		t.Errorf("%d tries, %v", tried, err)
	}
}

// TestDamagedSSHSlot: a slot that names the key and is not well formed is damage,
// and not a key that cannot be used.
func TestDamagedSSHSlot(t *testing.T) {
	id := mustKeyFile(t, sshFile(t, edKey(t), ""), nil)
	k := id.(SSHKey)
	_, err := k.Unwrap([]*age.Stanza{{Type: "ssh-ed25519", Args: []string{sshTag(k.public), "short"}}})
	if !errors.Is(err, ErrSlotDamaged) {
		t.Errorf("%v, want ErrSlotDamaged", err)
	}
}

func TestKeyFilesRefused(t *testing.T) {
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	short, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	onDevice := pem.EncodeToMemory(&pem.Block{Type: "OPENSSH PRIVATE KEY", Bytes: []byte("openssh-key-v1\x00sk-ssh-ed25519@openssh.com")})
	whole := sshFile(t, edKey(t), "")
	public, _ := Recipient(mustKeyFile(t, whole, nil))
	for name, c := range map[string]struct {
		file string
		want error
		kind string
	}{
		"ecdsa":      {string(sshFile(t, ec, "")), nil, "ecdsa"},
		"ecdsa lock": {string(sshFile(t, ec, "x")), nil, "ecdsa"},
		"short rsa":  {string(sshFile(t, short, "")), nil, "rsa"},
		"on device":  {string(onDevice), nil, "sk"},
		"putty":      {"PuTTY-User-Key-File-3: ssh-ed25519\n", nil, "putty"},
		"public":     {public, ErrSSHPublic, ""},
		"cut":        {string(whole[:len(whole)/2]), ErrSSHKey, ""},
		"plugin":     {"AGE-PLUGIN-YUBIKEY-1QQQ\n", ErrIdentityFile, ""},
		"no plugin":  {"AGE-PLUGIN-", ErrIdentityFile, ""},
		"nothing":    {"# only words\n", ErrNoIdentities, ""},
		"prose":      {"hello", ErrIdentityFile, ""},
		"large":      {strings.Repeat("#\n", maxIdentityFile), ErrIdentityFile, ""},
	} {
		_, err := ParseKeyFile([]byte(c.file), &Talk{})
		kind := new(SSHTypeError)
		if c.kind != "" && (!errors.As(err, &kind) || kind.Type != c.kind) || c.want != nil && !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestLockedIdentityFile: what age -p made of an identity file.
func TestLockedIdentityFile(t *testing.T) {
	plain, id, err := NewIdentityFile(false, day)
	if err != nil {
		t.Fatal(err)
	}
	lock, err := PassphraseRecipient("mikan tokei")
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	w, err := EncryptTo(&file, lock)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(plain); err != nil || w.Close() != nil {
		t.Fatal(err)
	}
	want, _ := Recipient(id)
	got, _ := Recipient(mustKeyFile(t, file.Bytes(), typing("nashi", "mikan tokei")))
	if got != want || got == "" || bytes.Contains(plain, []byte(want)) {
		t.Errorf("%q, want %q", got, want)
	}
	if _, err := ParseKeyFile(file.Bytes(), typing("a", "b", "c")); !errors.Is(err, ErrKeyPassphrase) {
		t.Error(err)
	}
	if _, err := ParseKeyFile(file.Bytes(), nil); !errors.Is(err, ErrKeyLocked) {
		t.Error(err)
	}
}

// TestPluginFails: a plugin that is not there and one that dies say which.
func TestPluginFails(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the plugin of this test is a shell script")
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "age-plugin-dies"), []byte("#!/bin/sh\nexit 3\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+string(os.PathListSeparator)+"/bin:/usr/bin")
	v := mustVault(t, false)
	for name, want := range map[string]any{"absent": new(*MissingPluginError), "dies": new(*PluginError)} {
		handle := plugin.EncodeIdentity(name, []byte("device 1"))
		id := mustKeyFile(t, fmt.Appendf(nil, "# Recipient: %s\n%s\n", plugin.EncodeRecipient(name, []byte("r")), handle), &Talk{})
		k := id.(PluginKey)
		if to, _ := Recipient(id); k.Name() != name || k.Handle() != handle || to != plugin.EncodeRecipient(name, []byte("r")) || k.OpenHandle() {
			t.Errorf("%s: read as %s, %s", name, k.Name(), to)
		}
		to, _ := Recipient(id)
		if _, err := v.KeySlot(KindPlugin, "", day, to, id, nil); !errors.As(err, want) {
			t.Errorf("%s, sealing: %v", name, err)
		}
		if _, err := k.Unwrap([]*age.Stanza{{Type: "X25519"}}); !errors.As(err, want) {
			t.Errorf("%s, opening: %v", name, err)
		}
		if _, err := k.Unwrap([]*age.Stanza{{Type: "scrypt"}}); !errors.Is(err, age.ErrIncorrectIdentity) {
			t.Errorf("%s is started for a passphrase: %v", name, err)
		}
	}
}

func TestSlotRecipients(t *testing.T) {
	pq, err := age.GenerateHybridIdentity()
	if err != nil {
		t.Fatal(err)
	}
	k := mustKey(t)
	ed, _ := Recipient(mustKeyFile(t, sshFile(t, edKey(t), ""), nil))
	own, _ := Recipient(k.Identity())
	for _, good := range []string{own, pq.Recipient().String(), ed, plugin.EncodeRecipient("yubikey", []byte("x")), plugin.EncodeIdentity("tpm", []byte("y"))} {
		if r, err := ParseSlotRecipient(good, nil); err != nil || r == nil {
			t.Errorf("%.20s: %v", good, err)
		}
	}
	for _, bad := range []string{"", "age1", "age1pq1qq", "age1tag1qq", "ssh-ed25519 AAAA", "AGE-PLUGIN-1", own + "q"} {
		if _, err := ParseSlotRecipient(bad, nil); !errors.Is(err, ErrRecipient) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	if _, err := ParseSlotRecipient(k.Reveal(), nil); !errors.Is(err, ErrRecipientSecret) {
		t.Error(err)
	}
	if _, ok := Recipient(mustPass(t, "mikan tokei")); ok {
		t.Error("a passphrase has a recipient")
	}
}

// FuzzParseKeyFile: nothing that is given as a key file does harm.
func FuzzParseKeyFile(f *testing.F) {
	key := edKey(f)
	f.Add(sshFile(f, key, ""))
	f.Add([]byte("# Recipient: age1yubikey1qq\nAGE-PLUGIN-YUBIKEY-1QQ\n"))
	f.Add([]byte("PuTTY-User-Key-File-3: x"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if bytes.Contains(b, []byte("BEGIN AGE")) || bytes.HasPrefix(b, []byte(ageIntro)) {
			return // would derive a key
		}
		ids, err := ParseKeyFile(b, &Talk{})
		if (err == nil) != (len(ids) > 0) {
			t.Errorf("%d keys, %v", len(ids), err)
		}
		for _, id := range ids {
			if to, ok := Recipient(id); ok && to == "" {
				t.Error("an empty recipient")
			}
		}
	})
}
