package recovery

import (
	"memovault/internal/lang"
	"memovault/internal/record"
)

// atom is what one alternative of a need stands for.
func (d *deriver) atom(s *subject, way string, a record.Atom) string {
	proven := d.proven[provenKey(s, a.String())]
	switch a.Kind {
	case record.AtomPassword:
		return d.password(s, proven)
	case record.AtomMemory:
		return d.memory(s, "way:"+way, said(lang.T("what you remember, for %s", "覚えていること（%s のため）"), s.r.Name), "", false)
	case record.AtomRecord:
		if d.to(a.Name) == nil && d.trashed[record.NameKey(a.Name)] == nil {
			return d.gone(s, way, a.Name)
		}
		return d.named(s, way, "", a.Name)
	case record.AtomPaper:
		return d.paper(s.r.Owner, a.Name)
	}
	f := s.r.Field(a.Name)
	if f == nil || blank(f.Value) && (len(f.Codes) == 0 || a.Kind != record.AtomField) {
		return d.unanswered(s, a, proven)
	}
	if !says(f.Value) && len(f.Codes) == 0 {
		if saysUnknown(f.Value) {
			return d.unanswered(s, a, proven)
		}
		return d.saysNone(s, a.Name)
	}
	if illegible(record.TypeOf(s.t, f), f.Value) {
		return d.unanswered(s, a, proven)
	}
	switch a.Kind {
	case record.AtomCall:
		return d.callOf(s, way, f)
	case record.AtomOpen:
		return d.openOf(s, way, f)
	}
	return d.field(s, way, f)
}

// unanswered is a field without an answer. Of a licence that has two fields for
// the account it is bound to, either will do.
func (d *deriver) unanswered(s *subject, a record.Atom, proven bool) string {
	if spec := s.t.Spec(a.Name); a.Kind == record.AtomField && spec != nil && spec.Role == record.RoleLicensee {
		if f, _ := s.first(record.RoleLicensee); f != nil {
			return d.licensee(s, "", f)
		}
	}
	if a.Kind == record.AtomField && holdsValue(record.TypeOf(s.t, &record.Field{Key: a.Name})) {
		if kept := d.keptOnly(s, a.Name); kept != "" {
			return kept
		}
	}
	return d.unknown(s, a.Name, proven)
}

// holdsValue reports whether a field of the type stands for what is written in it,
// and not for something else that it names.
func holdsValue(kind record.Type) bool {
	return kind != record.TypeEmail && kind != record.TypePhone && kind != record.TypeRef
}

// field is what an answered field stands for, by its role and its type.
func (d *deriver) field(s *subject, way string, f *record.Field) string {
	kind, role := record.TypeOf(s.t, f), record.Role("")
	if spec := s.t.Spec(f.Key); spec != nil {
		role = spec.Role
	}
	switch role {
	case record.RoleLicensee:
		return d.licensee(s, way, f)
	case record.RolePlace, record.RoleProof, record.RoleFactor, record.RoleKeptAt, record.RoleCopyAt, record.RoleDevice:
		if kind == record.TypeText {
			return d.itemAt(s, role, f)
		}
	case record.RoleName, record.RoleBirth:
		return d.fact(s, f.Key)
	case record.RoleHelper:
		if kind == record.TypeText {
			return d.helper(s, f)
		}
	case record.RoleContract:
		if kind == record.TypeText {
			return d.contractNoted(s, f)
		}
	}
	switch kind {
	case record.TypeEmail:
		return d.mail(f.Value, s.r.Owner)
	case record.TypePhone:
		return d.sms(f.Value, s.r.Owner)
	case record.TypeRef:
		return d.named(s, way, f.Key, f.Value)
	case record.TypeCodes:
		if record.Unused(f.Codes) == 0 {
			return d.absent(s, f.Key, said(lang.T("\"%s\" of %s: all are used up", "%[2]s の「%[1]s」（すべて使用済み）"), s.fieldLabel(f.Key), s.r.Name),
				said(lang.T("%s (all are used up)", "「%s」（すべて使用済み）"), s.fieldLabel(f.Key)))
		}
	case record.TypePersonName:
		return d.fact(s, f.Key)
	}
	return d.value(s, f.Key)
}

// itemAt is a thing that a text places: a paper, or the device that it names.
func (d *deriver) itemAt(s *subject, role record.Role, f *record.Field) string {
	if to := d.to(f.Value); to != nil && to != s && to.role != rolePlace && (role == record.RoleFactor || role == record.RoleDevice) {
		return d.thingOf(to)
	}
	if role == record.RolePlace && inHead(f.Value) {
		return d.memory(s, "said", said(lang.T("what you remember: the password of %s", "覚えていること: %s のパスワード"), s.r.Name), f.Key, false)
	}
	if role == record.RoleFactor || role == record.RoleDevice {
		return d.thingNamed(s, f.Key, f.Value, false)
	}
	return d.paper(s.r.Owner, f.Value)
}

// licensee is the account that a licence is bound to: the record it names, or
// the account that signs in with the address. Without a record of it, whether
// it opens is not known.
func (d *deriver) licensee(s *subject, way string, f *record.Field) string {
	for _, spec := range s.t.With(record.RoleLicensee) {
		if ref := s.r.Field(spec.Key); ref != nil && says(ref.Value) && record.TypeOf(s.t, ref) == record.TypeRef {
			if to := d.to(ref.Value); to != nil {
				return d.thingOf(to)
			}
			f = ref
		}
	}
	if record.TypeOf(s.t, f) == record.TypeRef {
		return d.named(s, way, f.Key, f.Value)
	}
	for _, to := range d.logins[mailKey(f.Value)] {
		if to != s && to.account != nil {
			return to.account.ID
		}
	}
	id, _ := d.asset(Thing{ID: "account?:" + mailKey(f.Value), Kind: KindThing, Record: s.r, Field: f.Key, Owner: s.r.Owner, Unknown: true,
		Label:   said(lang.T("the account %s, of which there is no record", "アカウント %s（記録なし）"), f.Value),
		command: append([]lang.Text{both("add")}, ownerFlag(s.r.Owner)...)})
	return id
}

// callOf is a voice call at the number of a field, or of the line that it names.
func (d *deriver) callOf(s *subject, way string, f *record.Field) string {
	if record.TypeOf(s.t, f) != record.TypeRef {
		return d.call(f.Value, s.r.Owner)
	}
	if to := d.to(f.Value); to != nil {
		if g, _ := to.first(record.RoleNumber); g != nil && !illegible(record.TypePhone, g.Value) {
			return d.call(g.Value, to.r.Owner)
		}
	}
	return d.named(s, way, f.Key, f.Value)
}

// openOf is the device of a field, on which one is still signed in: what opens
// the device opens the account.
func (d *deriver) openOf(s *subject, way string, f *record.Field) string {
	if to := d.to(f.Value); to != nil || record.TypeOf(s.t, f) == record.TypeRef {
		return d.named(s, way, f.Key, f.Value)
	}
	return d.thingNamed(s, f.Key, f.Value, false)
}
