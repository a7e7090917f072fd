package record

import (
	"strings"

	"memovault/internal/lang"
)

// Say returns what a way is called: its label, else what it needs, in words. The
// template and the record say what the fields are called; either may be nil.
func (w *Way) Say(t *Template, r *Record) lang.Text {
	if w.Label.EN != "" {
		return w.Label.Text
	}
	return SayNeeds(w.Needs, t, r)
}

// SayNeeds says in words what is needed together: "password + recovery phone or
// recovery codes".
func SayNeeds(needs []Need, t *Template, r *Record) lang.Text {
	if len(needs) == 0 {
		return lang.T("nothing", "何も要りません")
	}
	var en, ja []string
	for _, n := range needs {
		said := n.Say(t, r)
		en, ja = append(en, said.EN), append(ja, said.JA)
	}
	return lang.Text{EN: strings.Join(en, " + "), JA: strings.Join(ja, " ＋ ")}
}

// Say says a need in words: "recovery phone or recovery codes".
func (n Need) Say(t *Template, r *Record) lang.Text {
	var en, ja []string
	for _, atom := range n.Any {
		said := SayAtom(atom, t, r)
		en, ja = append(en, said.EN), append(ja, said.JA)
	}
	if n.Of > 1 {
		list := lang.Text{EN: strings.Join(en, ", "), JA: strings.Join(ja, "・")}
		return both(lang.T("%d of: %s", "%[2]s のうち %[1]d つ"), n.Of, list)
	}
	return lang.Text{EN: strings.Join(en, " or "), JA: strings.Join(ja, " か ")}
}

// SayAtom says in words what an atom of a need stands for. One that this
// program does not know comes back as it is written.
func SayAtom(atom string, t *Template, r *Record) lang.Text {
	a, err := ParseAtom(atom)
	if err != nil {
		return lang.Text{EN: atom, JA: atom}
	}
	switch a.Kind {
	case AtomPassword:
		return lang.T("the password", "パスワード")
	case AtomMemory:
		return lang.T("what you remember", "覚えていること")
	case AtomCall:
		return both(lang.T("a call at: %s", "%sへの電話"), fieldLabel(a.Name, t, r))
	case AtomOpen:
		return both(lang.T("still signed in on: %s", "%s（サインインしたまま）"), fieldLabel(a.Name, t, r))
	case AtomRecord:
		return both(lang.T("%q (a record)", "記録「%s」"), a.Name)
	case AtomPaper:
		return both(lang.T("a paper at: %s", "紙（%s）"), a.Name)
	}
	return fieldLabel(a.Name, t, r)
}

// both formats a text in both languages.
func both(t lang.Text, args ...any) lang.Text {
	return lang.Text{EN: t.Sprintf(lang.EN, args...), JA: t.Sprintf(lang.JA, args...)}
}

func fieldLabel(key string, t *Template, r *Record) lang.Text {
	if r != nil {
		if f := r.Field(key); f != nil {
			return Label(t, f)
		}
	}
	return Label(t, &Field{Key: key})
}

// Say says in words where something is. Names stand as they are.
func (p Place) Say() lang.Text {
	text := lang.T("paper: %s", "紙: %s")
	switch p.Kind {
	case PlaceVault:
		return lang.T("in this record", "この記録の中")
	case PlaceMemory:
		return lang.T("remembered", "覚えている")
	case PlaceDevice:
		text = lang.T("on the device %q", "機器「%s」の中")
	case PlacePerson:
		text = lang.T("with %q", "「%s」が持っている")
	}
	return both(text, p.Name)
}

// SayPlaces says a value of Record.Kept in words.
func SayPlaces(kept string) lang.Text {
	var en, ja []string
	for _, p := range Places(kept) {
		said := p.Say()
		en, ja = append(en, said.EN), append(ja, said.JA)
	}
	return lang.Text{EN: strings.Join(en, ", "), JA: strings.Join(ja, "、")}
}
