package audit

import (
	"strings"

	"memovault/internal/record"
)

// A Mention is something that a record's answers speak of and that has no
// record yet: worth noting, because the way back leads through it.
type Mention struct {
	Template string // "mailbox", "phone-line" or "device": what to add
	Field    string // key of the answer in the record
	Fill     string // key of the field of the new record that takes Value; "" if Value is its name
	Value    string // the address, the number, or the name of the record that is missing
}

// Mentions returns what the answers of r mention and no record of in.Records
// notes, in the order of the answers, each thing once.
func Mentions(in Input, r *record.Record) []Mention {
	v, s := newSurveyOf(in, r)
	var list []Mention
	seen := map[string]bool{}
	add := func(m Mention, key string) {
		if !seen[m.Template+"\n"+key] {
			seen[m.Template+"\n"+key] = true
			list = append(list, m)
		}
	}
	for _, a := range s.answers {
		switch a.role {
		case record.RoleLogin, record.RoleRecovery, record.RoleLicensee:
			mail, phone := v.reach(a)
			switch {
			case a.kind == record.TypeRef:
			case mail != "" && v.mailboxOf(mail) == nil && !s.hosts(mail):
				add(Mention{"mailbox", a.f.Key, firstKey("mailbox", record.RoleAddress), mail}, mailKey(mail))
			case phone != "" && len(v.lines[v.number(phone).digits]) == 0:
				add(Mention{"phone-line", a.f.Key, firstKey("phone-line", record.RoleNumber), phone}, v.number(phone).digits)
			}
		case record.RoleDevice, record.RoleFactor:
			if a.kind == record.TypeRef && a.spec != nil && a.spec.Ref == "device" && v.refersTo(a) == nil {
				add(Mention{"device", a.f.Key, "", strings.TrimSpace(a.f.Value)}, record.NameKey(a.f.Value))
			}
		}
	}
	return list
}

// firstKey is the field of a template that a role has.
func firstKey(template string, role record.Role) string {
	if specs := record.LookupTemplate(template).With(role); len(specs) > 0 {
		return specs[0].Key
	}
	return ""
}
