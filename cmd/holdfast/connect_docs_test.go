//go:build unix

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

func page(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile("../../docs/connect.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// The page has every flag, with its default, and what can be typed.
func TestConnectPageHasAllFlags(t *testing.T) {
	parser, err := kong.New(&commands{})
	if err != nil {
		t.Fatal(err)
	}
	text := page(t)
	for _, n := range parser.Model.Children {
		for _, f := range n.Flags {
			if n.Name != "connect" || f.Hidden {
				continue
			}
			row := regexp.MustCompile("(?m)^\\|[^|]*`--" + f.Name + "[ `][^|]*\\| ?([^|]*?) \\|").FindStringSubmatch(text)
			if row == nil {
				t.Errorf("--%s is missing", f.Name)
			} else if f.HasDefault && row[1] != "`"+f.Default+"`" {
				t.Errorf("--%s: default %q, and it is %q", f.Name, row[1], f.Default)
			}
		}
	}
	for _, c := range typed {
		if !strings.Contains(text, "`/"+c.name) {
			t.Errorf("/%s is missing", c.name)
		}
	}
}

// The examples of the page work.
func TestConnectPageExamples(t *testing.T) {
	s := newEchoServer(t)
	found := regexp.MustCompile("(?s)```sh\n(.*?)```").FindStringSubmatch(page(t))
	if found == nil {
		t.Fatal("there are no examples")
	}
	want := []string{"hello\n", "one\ntwo\n", "{\n  \"a\": 1\n}\n", "", ""}
	examples := strings.Split(strings.TrimSpace(found[1]), "\n\n")
	if len(examples) != len(want) {
		t.Fatalf("%d examples, %d outcomes", len(examples), len(want))
	}
	for i, example := range examples {
		c := exec.CommandContext(t.Context(), "sh", "-ec", example)
		c.Env = append(os.Environ(), "URL="+s.url, "PATH="+filepath.Dir(binary)+":"+os.Getenv("PATH"))
		if out, err := c.Output(); err != nil || string(out) != want[i] {
			t.Errorf("%s: %v: %q", example, err, out)
		}
	}
}
