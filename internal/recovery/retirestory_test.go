package recovery

import (
	"slices"
	"testing"
)

// The story: what was to be done before the line was cancelled.
func TestRetiringInTheStory(t *testing.T) {
	in := story(t, "memo")
	u := NewUpkeep(Derive(in), in.Records, in.Now)
	target, err := u.Target("hanako.yamada@isp.example.jp")
	if err != nil {
		t.Fatal(err)
	}
	l := u.Leaving(target)
	var got []string
	for _, s := range l.Steps {
		got = append(got, s.Record.Name+" "+string(s.Uses[0].Kind))
	}
	if want := []string{"microsoft login", "居間のパソコン login", "office licence"}; !slices.Equal(got, want) {
		t.Errorf("steps %q, want %q", got, want)
	}
	if l.Keeper == nil || l.Keeper.Name != "mailbox" || l.Begun {
		t.Errorf("kept in %+v", l.Keeper)
	}
}
