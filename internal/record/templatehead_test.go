package record

import (
	"reflect"
	"testing"
)

// What a list and a search read of a template is what parsing the whole of it
// gives.
func TestHeads(t *testing.T) {
	files, err := embedded.ReadDir("templates")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		name := f.Name()[:len(f.Name())-len(".json")]
		parsed.Delete(name)
		head := embeddedHead(name)
		if len(head.Fields) != 0 {
			t.Errorf("%s: \"fields\" does not stand on a line of its own, two spaces in, behind the rest", name)
			continue
		}
		whole := *embeddedTemplate(name)
		whole.Fields, whole.Facts, whole.Idle, whole.Form = nil, nil, nil, nil
		whole.Ways, whole.Importance, whole.GuideText = nil, 0, nil
		if !reflect.DeepEqual(head, &whole) {
			t.Errorf("%s: the head is %+v, the template has %+v", name, head, whole)
		}
	}
	if n := len(Heads()); n != len(files) {
		t.Errorf("%d heads of %d templates", n, len(files))
	}
}

// A name that was looked up in vain is found once somebody has such a template.
func TestLookupAfterUse(t *testing.T) {
	defer UseTemplates(nil)
	if got := LookupTemplate("自動車"); got != nil {
		t.Fatalf("got %s", got.Name)
	}
	car, err := ParseTemplate("car", []byte(ownTemplate))
	if err != nil {
		t.Fatal(err)
	}
	UseTemplates([]*Template{car})
	for _, typed := range []string{"自動車", "car", "CAR"} {
		if got := LookupTemplate(typed); got != car {
			t.Errorf("%q: got %v", typed, got)
		}
	}
	UseTemplates(nil)
	if got := LookupTemplate("自動車"); got != nil {
		t.Errorf("it is gone, and %s is found", got.Name)
	}
}

func BenchmarkTemplates(b *testing.B) {
	for b.Loop() {
		parsed.Clear()
		Templates()
	}
}

func BenchmarkHeads(b *testing.B) {
	for b.Loop() {
		parsed.Clear()
		Heads()
	}
}

// BenchmarkLookup is what a list does for each record; nobody has such a
// template.
func BenchmarkLookup(b *testing.B) {
	for _, name := range []string{"office", "nobody-has-it"} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if t := LookupTemplate(name); (t == nil) != (name != "office") {
					b.Fatal(name)
				}
			}
		})
	}
}
