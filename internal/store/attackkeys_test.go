package store

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"filippo.io/age"
	bolt "go.etcd.io/bbolt"

	"memovault/internal/keyring"
	"memovault/internal/record"
)

// A lived scene is a vault with a past: it had another identity, a record was
// purged, and one of its slots is for a key whose recipient everybody knows, as
// an SSH key is. The attacker has every state of the file, and the identity that
// was retired, because it got into his hands.
type lived struct {
	*scene
	ssh       testKey                      // opens the slot that anybody could have made
	sshID     record.ID                    // and its id today
	stolen    *keyring.Vault               // the retired identity
	rotated   []byte                       // the file before it was retired
	former    map[string]map[string][]byte // and what was in it
	purged    record.ID
	unpurged  []byte // the file before the purge
	hadPurged map[string]map[string][]byte
}

const sshHint = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFAkEkEyFaKeFaKeFaKeFaKeFaKeFaKeFaKeFaKeFaKe hanako@example.jp"

func newLived(t *testing.T) *lived {
	v := newTestVault(t)
	v.cfg.NoBackup = true
	s := v.open()
	v.known(s)
	a, b, gone := note("a", "a1"), note("b", "b1"), note("gone", "secret of once")
	file := attach(b, "key card", []byte("key card"))
	if err := s.Commit(Change{Put: []*record.Record{a, b, gone}, Attach: []NewFile{file}}); err != nil {
		t.Fatal(err)
	}
	x := &lived{scene: &scene{testVault: v, a: a.ID, b: b.ID, file: file.ID, alien: newTestVault(t),
		texts: map[record.ID]string{a.ID: "a2", b.ID: "b2"}}, purged: gone.ID,
		ssh: newTestKey(t, s.vault, sshHint), stolen: s.vault}
	if err := s.AddSlot(x.ssh.slot); err != nil {
		t.Fatal(err)
	}
	x.rotated, x.former = v.bytes(), x.buckets()
	to := mustSuccessor(t, s.vault, false)
	if err := s.Rotate(to, resealed(t, s, to)); err != nil {
		t.Fatal(err)
	}
	x.unpurged, x.hadPurged = v.bytes(), x.buckets()
	if err := s.Purge([]record.ID{gone.ID}); err != nil {
		t.Fatal(err)
	}
	if err := s.Commit(Change{Put: []*record.Record{edited(read(t, s, "b"), "b2"), edited(read(t, s, "a"), "a2")}}); err != nil {
		t.Fatal(err)
	}
	for _, k := range s.Keys() {
		if len(k.Hint) > 0 {
			x.sshID = k.ID
		}
	}
	x.now = x.buckets()
	x.alien.mustCommit(Change{Put: []*record.Record{note("a", "of the alien")}})
	return x
}

// alienSlot is a slot with an identity of the attacker's, made for the key whose
// recipient everybody knows.
func (x *lived) alienSlot(vault *keyring.Vault) []byte {
	x.t.Helper()
	slot, err := vault.NewSlot(keyring.KindSSH, "ssh", note("", "").Created, x.ssh.id.Recipient())
	if err != nil {
		x.t.Fatal(err)
	}
	return slot.Sealed
}

// sealed is what the thief of the retired identity can seal.
func (x *lived) sealed(plain []byte) []byte {
	x.t.Helper()
	b, err := x.stolen.Seal(plain)
	if err != nil {
		x.t.Fatal(err)
	}
	return b
}

var keyAttacks = []struct {
	what, want string
	do         func(x *lived)
}{
	{"replace the hint by that of another key", isNoted, func(x *lived) {
		x.put(bucketHints, x.sshID[:], []byte("ssh-ed25519 AAAAC3 attacker@example.jp"))
	}},
	{"take the hint away", isNoted, func(x *lived) { x.remove(bucketHints, x.sshID[:]) }},
	{"an empty hint", isNoted, func(x *lived) { x.put(bucketHints, x.sshID[:], nil) }},
	{"a hint of another slot", isNoted, func(x *lived) {
		for k := range x.now[bucketSlots] {
			if k != string(x.sshID[:]) {
				x.put(bucketHints, []byte(k), []byte(sshHint))
			}
		}
	}},
	{"a hint of no slot", isNoted, func(x *lived) { id := record.NewID(); x.put(bucketHints, id[:], []byte(sshHint)) }},
	{"a hint with a short key", isRefused, func(x *lived) { x.put(bucketHints, []byte("a"), []byte(sshHint)) }},
	{"a hint of a megabyte", isRefused, func(x *lived) { x.put(bucketHints, x.sshID[:], bytes.Repeat([]byte("x"), 1<<20)) }},
	{"a thousand hints", isRefused, func(x *lived) {
		x.tamper(func(tx *bolt.Tx) error {
			for range 1000 {
				id := record.NewID()
				if err := tx.Bucket([]byte(bucketHints)).Put(id[:], []byte("x")); err != nil {
					return err
				}
			}
			return nil
		})
	}},
	{"the slot for the public key, with an identity of his", isRefused, func(x *lived) {
		x.put(bucketSlots, x.sshID[:], x.alienSlot(mustOpen(x.t, x.alien)))
		x.byKey(x.ssh.id)
	}},
	{"the slot for the public key, with the identity that was stolen", isRefused, func(x *lived) {
		x.put(bucketSlots, x.sshID[:], x.alienSlot(x.stolen))
		x.byKey(x.ssh.id)
	}},
	{"the same, seen by who opens with another key", isNoted, func(x *lived) {
		x.put(bucketSlots, x.sshID[:], x.alienSlot(x.stolen))
	}},
	{"the slots from before the rotation", isRefused, func(x *lived) { x.restore(bucketSlots, x.former) }},
	{"the slots and the index from before the rotation", isRollback, func(x *lived) {
		x.restore(bucketSlots, x.former)
		x.put(bucketIndex, keyIndex, x.former[bucketIndex][string(keyIndex)])
	}},
	{"the whole file from before the rotation", isRollback, func(x *lived) { x.write(x.rotated) }},
	{"one slot from before the rotation", isNoted, func(x *lived) {
		x.put(bucketSlots, x.sshID[:], x.former[bucketSlots][string(x.sshID[:])])
	}},
	{"a record from before the rotation", isNoted, func(x *lived) {
		x.put(bucketRecords, x.a[:], x.former[bucketRecords][string(x.a[:])])
	}},
	{"a record sealed by the identity that was stolen", isNoted, func(x *lived) {
		r := note("a", "forged")
		r.ID, r.Vault, r.Revision = x.a, x.stolen.ID(), 2
		plain, err := record.Encode(r)
		if err != nil {
			x.t.Fatal(err)
		}
		x.put(bucketRecords, x.a[:], x.sealed(plain))
	}},
	{"an index sealed by the identity that was stolen", isRefused, func(x *lived) {
		plain, err := x.stolen.OpenText(x.former[bucketIndex][string(keyIndex)])
		if err != nil {
			x.t.Fatal(err)
		}
		x.put(bucketIndex, keyIndex, x.sealed([]byte(strings.Replace(string(plain), `"generation":`, `"generation":9`, 1))))
	}},
	{"a digest sealed by the identity that was stolen", isNothing, func(x *lived) {
		x.put(bucketDigest, keyDigest, x.sealed([]byte("{}")))
	}},
	{"the purged record, put back", isRefused, func(x *lived) {
		x.put(bucketRecords, x.purged[:], x.hadPurged[bucketRecords][string(x.purged[:])])
	}},
	{"the purged record, put in the history of another", isNoted, func(x *lived) {
		x.put(bucketHistory, historyKey(x.a, 1), x.hadPurged[bucketRecords][string(x.purged[:])])
	}},
	{"the index from before the purge", isRollback, func(x *lived) {
		x.put(bucketIndex, keyIndex, x.hadPurged[bucketIndex][string(keyIndex)])
	}},
	{"the whole file from before the purge", isRollback, func(x *lived) { x.write(x.unpurged) }},
	{"the file from before the rotation, changed with the stolen identity", isFork, func(x *lived) {
		elsewhere := *x.testVault
		elsewhere.cfg.StateDir = ""
		x.write(x.rotated)
		for range 3 { // as many generations as the vault has had since
			elsewhere.mustCommit(Change{Put: []*record.Record{note("c"+record.NewID().String(), "forged")}})
		}
	}},
}

// byKey lets the scene be opened by another key from now on.
func (x *lived) byKey(key *age.X25519Identity) { x.key = key }

func (x *lived) restore(bucket string, from map[string]map[string][]byte) {
	x.t.Helper()
	for k, value := range from[bucket] {
		x.put(bucket, []byte(k), value)
	}
}

func mustOpen(t testing.TB, v *testVault) *keyring.Vault {
	t.Helper()
	return v.open().vault
}

// TestKeyAttacks: nor does whoever got hold of a key that was taken away.
func TestKeyAttacks(t *testing.T) {
	for _, a := range keyAttacks {
		t.Run(a.what, func(t *testing.T) {
			x := newLived(t)
			a.do(x)
			s, err := x.tryOpen()
			x.judge(a.want, s, err)
			if err == nil && !slices.ContainsFunc(s.Purged(), func(p Tombstone) bool { return p.ID == x.purged }) {
				t.Errorf("the purged record is not known as purged: %v", s.Purged())
			}
		})
	}
	t.Logf("%d attacks", len(keyAttacks))
}

// TestWholeVaultReplaced: who knows the recipient of a slot can put a vault of
// his own in the place of this one, and the key of that slot opens it. It is not
// taken for the same: it has another id, and counts as never seen here.
func TestWholeVaultReplaced(t *testing.T) {
	x := newLived(t)
	x.key = x.ssh.id
	if x.open().NewHere() {
		t.Fatal("a vault that is known counts as new")
	}
	id := x.open().ID()
	slot, err := mustOpen(t, x.alien).NewSlot(keyring.KindSSH, "ssh", note("", "").Created, x.ssh.id.Recipient())
	if err != nil {
		t.Fatal(err)
	}
	if err := x.alien.open().AddSlot(NewSlot{Slot: slot, Hint: []byte(sshHint)}); err != nil {
		t.Fatal(err)
	}
	x.write(x.alien.bytes())
	s, err := x.tryOpen()
	if err != nil || s.ID() == id || !s.NewHere() {
		t.Errorf("new here: %v, %v", s.NewHere(), err)
	}
}
