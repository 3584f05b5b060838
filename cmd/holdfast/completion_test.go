package main

import (
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// completions are what can follow a command line. The last word is the one that is being typed.
var completions = []struct {
	line string
	want string // that is offered, with spaces
	not  string
}{
	{"holdfast ", "serve connect completion version", "--json"},
	{"holdfast conn", "connect", "serve"},
	{"holdfast connect --f", "--format", "--from --json"},
	{"holdfast subscribe --f", "--from", "--format"},
	{"holdfast connect --format ", "auto plain marks json", "raw"},
	{"holdfast connect --format m", "marks", "auto"},
	{"holdfast connect --exec serve --max-r", "--max-retries", "--max-connections"},
	{"holdfast connect --json ws://x --bi", "--binary", "--json"},
	{"holdfast publish --codec ", "bin json", "auto"},
	{"holdfast completion ", "bash zsh fish", "serve"},
	{"holdfast connect --ca completion_f", "completion_fish.go", "completion.go"},
}

func script(t *testing.T, shell string) string {
	t.Helper()
	code, out, errs := inProcess("completion", shell)
	if code != 0 || errs != "" {
		t.Fatal(code, errs)
	}
	return out
}

// Every command and every flag that help shows is in each script.
func TestCompletionsKnowAll(t *testing.T) {
	parser, err := kong.New(&commands{})
	if err != nil {
		t.Fatal(err)
	}
	levels := levelsOf(parser.Model.Node, "")
	if len(levels) < 9 {
		t.Fatalf("%d levels", len(levels))
	}
	for _, shell := range []string{"bash", "zsh", "fish"} {
		text := script(t, shell)
		for _, l := range levels {
			path := l.path
			if shell == "zsh" { // it is the name of a function there
				path = strings.ReplaceAll(path, " ", "_")
			}
			for _, o := range l.options {
				flag := "--" + o.name
				if shell == "fish" {
					flag = " -l " + o.name
				}
				if !strings.Contains(text, flag) || !strings.Contains(text, path) {
					t.Errorf("%s: %s %s is missing", shell, l.path, flag)
				}
			}
		}
		if strings.Contains(text, "ack-timeout") {
			t.Errorf("%s: a hidden flag is there", shell)
		}
	}
}

// A command below a command is completed, too, with quotes in its help.
func TestCompletionsBelowCompletions(t *testing.T) {
	type backup struct {
		To string `help:"Where the user's backup goes." placeholder:"FILE"`
	}
	parser, err := kong.New(&struct {
		Store struct {
			Backup backup `cmd:"" help:"Save it. Or not."`
		} `cmd:"" aliases:"st" help:"The store."`
	}{})
	if err != nil {
		t.Fatal(err)
	}
	var paths []string
	levels := levelsOf(parser.Model.Node, "")
	for _, l := range levels {
		paths = append(paths, l.path)
	}
	if want := []string{"", "store", "store backup", "st", "st backup"}; !slices.Equal(paths, want) {
		t.Errorf("%q", paths)
	}
	for shell, write := range shells {
		var b strings.Builder
		if err := write(&b, levels); err != nil {
			t.Fatal(err)
		}
		t.Run(shell, func(t *testing.T) { runShell(t, shell, "-n", b.String()) })
	}
}

// runShell has a shell read a script, or skips where there is none.
func runShell(t *testing.T, shell string, args ...string) string {
	t.Helper()
	path, err := exec.LookPath(shell)
	if err != nil {
		t.Skipf("%s is not installed", shell)
	}
	c := exec.CommandContext(t.Context(), path, args[:len(args)-1]...)
	c.Stdin = strings.NewReader(args[len(args)-1])
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return string(out)
}

func judge(t *testing.T, line, want, not string, offered []string) {
	t.Helper()
	for w := range strings.FieldsSeq(want) {
		if !slices.Contains(offered, w) {
			t.Errorf("%q: %q is not offered, but %q", line, w, offered)
		}
	}
	for w := range strings.FieldsSeq(not) {
		if slices.Contains(offered, w) {
			t.Errorf("%q: %q is offered: %q", line, w, offered)
		}
	}
}

func TestCompletionsInBash(t *testing.T) {
	text := script(t, "bash")
	for _, tc := range append(completions[:len(completions):len(completions)], struct{ line, want, not string }{"holdfast connect --format = m", "marks", "auto"}) {
		words := strings.Split(tc.line, " ")
		ask := "COMP_WORDS=(" + quotedAll(words) + "); COMP_CWORD=" + strconv.Itoa(len(words)-1) + "; _holdfast; printf '%s\\n' \"${COMPREPLY[@]}\"\n"
		out := runShell(t, "bash", "--norc", "-u", text+ask)
		judge(t, tc.line, tc.want, tc.not, strings.Fields(out))
	}
}

func TestCompletionsInFish(t *testing.T) {
	text := script(t, "fish")
	for _, tc := range completions {
		out := runShell(t, "fish", "--no-config", text+"\ncomplete -C "+quoted(tc.line)+"\n")
		var offered []string
		for line := range strings.Lines(out) {
			word, _, _ := strings.Cut(strings.TrimSpace(line), "\t")
			offered = append(offered, word)
		}
		judge(t, tc.line, tc.want, tc.not, offered)
	}
}

func quotedAll(words []string) string {
	var list []string
	for _, w := range words {
		list = append(list, quoted(w))
	}
	return strings.Join(list, " ")
}
