package cli

import (
	"bytes"
	"os"
	"testing"
)

// Colour is where the person has nothing against it, and never where nobody
// looks.
func TestColored(t *testing.T) {
	for _, c := range []struct {
		when colorWhen
		env  [][2]string
		want bool
	}{
		{colorAuto, nil, false}, // not a terminal
		{colorAlways, nil, true},
		{colorAlways, [][2]string{{"NO_COLOR", "1"}, {"TERM", "dumb"}}, true}, // what was typed goes first
		{colorNever, [][2]string{{"CLICOLOR_FORCE", "1"}}, false},
		{colorAuto, [][2]string{{"CLICOLOR_FORCE", "1"}}, true},
		{colorAuto, [][2]string{{"CLICOLOR_FORCE", "0"}}, false},
		{colorAuto, [][2]string{{"CLICOLOR_FORCE", "1"}, {"NO_COLOR", "1"}}, false},
	} {
		for _, name := range []string{"NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "TERM"} {
			t.Setenv(name, "")
		}
		for _, pair := range c.env {
			t.Setenv(pair[0], pair[1])
		}
		a := &app{out: &bytes.Buffer{}, err: os.Stderr, g: globals{color: c.when}}
		if got := a.colored(a.out); got != c.want {
			t.Errorf("--color %s, %v: %v", c.when, c.env, got)
		}
		want := "text"
		if c.want {
			want = "\x1b[1mtext\x1b[0m"
		}
		if got := a.paint(paintHead, "text"); got != want {
			t.Errorf("--color %s, %v: %q", c.when, c.env, got)
		}
	}
}
