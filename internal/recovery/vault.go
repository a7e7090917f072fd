package recovery

import (
	"slices"

	"memovault/internal/lang"
	"memovault/internal/lockout"
	"memovault/internal/record"
)

// VaultID is the id of the node "the vault can be opened".
const VaultID = "vault"

// backupTags mark the record of a place, a device or a person that has a copy
// of the vault.
var backupTags = []string{"backup", "控え", "バックアップ", "ばっくあっぷ"}

// vaultNode is what is noted in the vault, in reach: its file, and a key.
func (d *deriver) vaultNode() string {
	return d.node(Thing{ID: VaultID, Kind: KindVault, Record: recordOf(d.vaultRecord), Owner: d.keeper(), Label: lang.T("what is noted in the vault", "金庫の中の記録")}, func(id string) {
		self := d.existence("vault", recordOf(d.vaultRecord), lang.T("the vault itself", "金庫そのもの"))
		if d.vaultRecord != nil {
			d.on(happening{kind: Lose, subject: d.vaultRecord}, self)
		}
		if d.vaultRecord == nil && len(d.vault.Slots) == 0 {
			d.needs(id, lockout.Sure, self)
			return
		}
		d.needs(id, lockout.Sure, self, d.vaultFile(), d.vaultKey())
	})
}

// existence is that something is there at all. Nothing takes it away but
// losing just that.
func (d *deriver) existence(key string, r *record.Record, label lang.Text) string {
	owner := ""
	if r != nil {
		owner = r.Owner
	}
	id, fresh := d.asset(Thing{ID: "self:" + key, Kind: KindSelf, Record: r, Owner: owner, Label: label})
	if fresh {
		d.keep(id)
	}
	return id
}

// keeper is whose the vault is: whose record of it says so, else the owner of
// all records if they have but one.
func (d *deriver) keeper() string {
	if d.vaultRecord != nil {
		return d.vaultRecord.r.Owner
	}
	if len(d.owners) == 1 {
		return d.owners[0]
	}
	return ""
}

// vaultFile is the file, on the computer or as a copy.
func (d *deriver) vaultFile() string {
	return d.node(Thing{ID: "vault-file", Kind: KindVault, Record: recordOf(d.vaultRecord), Owner: d.keeper(), Label: lang.T("the file of the vault, or a copy", "金庫のファイル（または控え）")}, func(id string) {
		d.needs(id, lockout.Sure, d.computer())
		for _, s := range d.subjects {
			if s.role != roleVault && slices.ContainsFunc(s.r.Tags, isBackupTag) {
				d.copyAt(id, s)
			}
		}
		d.sheetsOf(record.SheetBackup, func(s *subject) { d.needs(id, lockout.Sure, d.sheetPaper(s)) })
		if s := d.vaultRecord; s != nil {
			if f, _ := s.first(record.RoleCopyAt); f != nil {
				if to := d.to(f.Value); to != nil {
					d.copyAt(id, to)
				} else {
					d.needs(id, lockout.Sure, d.copyIn(s.r.Owner, f.Value))
				}
			}
		}
	})
}

func isBackupTag(tag string) bool {
	return slices.ContainsFunc(backupTags, func(b string) bool { return lang.Fold(b) == lang.Fold(tag) })
}

// computer is the computer with the vault on it: the one its record names, else
// the only one that its keeper has noted.
func (d *deriver) computer() string {
	if d.vaultRecord != nil {
		if f, _ := d.vaultRecord.first(record.RoleDevice); f != nil {
			if s := d.deviceNamed(f.Value); s != nil {
				return d.use(s)
			}
			return d.named(d.vaultRecord, "", f.Key, f.Value)
		}
	}
	owner := d.keeper()
	var only *subject
	n := 0
	for _, s := range d.subjects {
		if s.role == roleDevice && lang.Fold(s.r.Owner) == lang.Fold(owner) && isPC(s) {
			only, n = s, n+1
		}
	}
	if n == 1 {
		return d.use(only)
	}
	t := Thing{ID: "computer", Kind: KindDevice, Record: recordOf(d.vaultRecord), Owner: owner, Label: lang.T("the computer with the vault", "金庫のあるパソコン")}
	if d.vaultRecord != nil {
		t.Field = d.vaultRecord.keyOf(record.RoleDevice)
	}
	id, fresh := d.asset(t)
	if fresh {
		d.on(happening{kind: PCDies, key: "computer", thing: "this-computer", called: lang.T("this computer", "このパソコン"), owner: owner}, id)
		h := d.lodge.home(owner)
		d.on(happening{kind: Fire, key: h.key, thing: h.label, owner: h.owner}, id)
	}
	return id
}

func isPC(s *subject) bool {
	kind := s.choice("kind")
	return kind == "pc" || kind == ""
}

// copyAt adds a copy that is at a place, on a device or with a person.
func (d *deriver) copyAt(file string, s *subject) {
	switch s.role {
	case roleDevice:
		d.needs(file, lockout.Sure, d.use(s))
	case rolePerson:
		d.needs(file, lockout.Person, d.person(s))
	default:
		d.needs(file, lockout.Sure, d.copyIn(s.r.Owner, s.r.Name))
	}
}

// copyIn is a copy of the vault at a place as a text says.
func (d *deriver) copyIn(owner, text string) string {
	id, fresh := d.asset(Thing{ID: "copy:" + lang.Fold(owner) + "|" + paperKey(text), Kind: KindVault, Owner: owner, Place: text,
		Label: said(lang.T("the copy of the vault (%s)", "金庫の控え（%s）"), text)})
	if fresh {
		d.liesAt(id, d.lodge.find(owner, text), owner)
	}
	return id
}

// vaultKey is any key that opens the vault.
func (d *deriver) vaultKey() string {
	return d.node(Thing{ID: "vault-key", Kind: KindVault, Record: recordOf(d.vaultRecord), Owner: d.keeper(), Label: lang.T("a key of the vault", "金庫を開ける鍵")}, func(id string) {
		phrase, recovery := d.typedKeys()
		if phrase {
			d.passphrase(id)
		}
		if recovery.exists {
			d.recoveryKey(id, recovery)
		}
		if s := d.vaultRecord; s != nil {
			d.holders(id, s, phrase, recovery.exists)
		}
		if !d.sharedKeys(id) && !phrase && !recovery.exists && len(d.vault.Slots) > 0 {
			d.needs(id, lockout.Sure, d.computer()) // a key file beside the vault
		}
	})
}

// A rescue is what is known of the recovery key.
type rescue struct{ exists, proven bool }

// typedKeys says which keys the vault has that a person types. Where the store
// says nothing there is a passphrase.
func (d *deriver) typedKeys() (phrase bool, recovery rescue) {
	for _, s := range d.vault.Slots {
		phrase = phrase || s.Passphrase
		recovery.exists = recovery.exists || s.Recovery
		recovery.proven = recovery.proven || s.Recovery && !s.Proven.IsZero()
	}
	if len(d.vault.Slots) == 0 {
		phrase = true
		f, _ := d.vaultRecord.first(record.RoleKeptAt)
		g, _ := d.vaultRecord.first(record.RoleKeptBy)
		recovery.exists = f != nil || g != nil
		d.sheetsOf(record.SheetRecoveryKey, func(*subject) { recovery.exists = true })
	}
	return phrase, recovery
}

// passphrase adds its owner's memory, who has just opened the vault, and the
// paper.
func (d *deriver) passphrase(key string) {
	t := Thing{ID: "memory:vault", Kind: KindMemory, Record: recordOf(d.vaultRecord), Owner: d.keeper(), Label: lang.T("what you remember: the passphrase of the vault", "覚えていること: 金庫の合言葉")}
	id, fresh := d.asset(t)
	if fresh {
		d.on(happening{kind: ForgotPasswords, owner: t.Owner}, id)
		d.on(happening{kind: OwnerDies, owner: t.Owner}, id)
	}
	d.needs(key, lockout.Sure, id)
	if s := d.vaultRecord; s != nil {
		d.writtenDown(key, s)
	}
}

// recoveryKey adds the paper with the recovery key: the sheets that were printed,
// and the place that is noted. Where neither is known, it is somewhere at home, if
// it was ever printed.
func (d *deriver) recoveryKey(key string, known rescue) {
	printed := d.printedKeys(key)
	if s := d.vaultRecord; s != nil {
		f, _ := s.first(record.RoleKeptAt)
		if f != nil {
			d.needs(key, lockout.Sure, d.paper(s.r.Owner, f.Value))
			return
		}
		if g, _ := s.first(record.RoleKeptBy); g != nil {
			return
		}
	}
	if printed {
		return
	}
	t := Thing{ID: "recovery-key", Kind: KindPaper, Record: recordOf(d.vaultRecord), Owner: d.keeper(), Unknown: !known.proven,
		Label: lang.T("the paper with the recovery key of the vault, wherever it is", "金庫の回復キーの紙（場所は記録なし）"), command: []lang.Text{both("add"), both(record.VaultTemplate)}}
	if d.vaultRecord != nil {
		t.Field = d.vaultRecord.keyOf(record.RoleKeptAt)
		t.command = d.vaultRecord.edit(t.Field)
	}
	id, fresh := d.asset(t)
	if fresh {
		h := d.lodge.home(t.Owner)
		d.on(happening{kind: Fire, key: h.key, thing: h.label, owner: h.owner}, id)
	}
	d.needs(key, lockout.Sure, id)
}

// holders adds the persons who know the passphrase or keep the recovery key.
func (d *deriver) holders(key string, s *subject, phrase, recovery bool) {
	for _, h := range []struct {
		role record.Role
		has  bool
	}{{record.RoleHolder, phrase}, {record.RoleKeptBy, recovery}} {
		if f, _ := s.first(h.role); f != nil && h.has {
			d.needs(key, lockout.Person, d.named(s, "", f.Key, f.Value))
		}
	}
}
