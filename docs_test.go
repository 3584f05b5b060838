package holdfast_test

import (
	"bytes"
	"go/format"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

var (
	markdownLink = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	markdownCode = regexp.MustCompile("(?s)```.*?```")
	notInAnchor  = regexp.MustCompile(`[^\p{L}\p{N}\- _]`)
)

// Every link from one page to a file, or to a heading, leads somewhere.
func TestLinksLeadSomewhere(t *testing.T) {
	links := 0
	walk(t, func(page string, d fs.DirEntry) {
		if d.IsDir() || !strings.HasSuffix(page, ".md") {
			return
		}
		for _, m := range markdownLink.FindAllStringSubmatch(prose(t, page), -1) {
			target := m[1]
			if strings.Contains(target, "://") || strings.HasPrefix(target, "mailto:") {
				continue
			}
			links++
			file, anchor, _ := strings.Cut(target, "#")
			to := page
			if file != "" {
				to = path.Join(path.Dir(page), file)
			}
			if _, err := os.Stat(to); err != nil {
				t.Errorf("%s: %s: %v", page, target, err)
			} else if anchor != "" && strings.HasSuffix(to, ".md") && !anchors(t, to)[anchor] {
				t.Errorf("%s: %s: no such heading", page, target)
			}
		}
	})
	if links < 20 {
		t.Errorf("only %d links were found", links)
	}
}

// prose returns a page without its code blocks.
func prose(t *testing.T, page string) string {
	t.Helper()
	b, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	return markdownCode.ReplaceAllString(string(b), "")
}

// anchors returns the names that a page's headings can be linked by.
func anchors(t *testing.T, page string) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	for line := range strings.Lines(prose(t, page)) {
		if text, ok := strings.CutPrefix(strings.TrimLeft(line, "#"), " "); ok && line[0] == '#' {
			name := notInAnchor.ReplaceAllString(strings.ToLower(strings.TrimSpace(text)), "")
			names[strings.ReplaceAll(name, " ", "-")] = true
		}
	}
	return names
}

// Every decision is in the index, under its own title, and says what it must.
func TestDecisionsAreIndexed(t *testing.T) {
	index := prose(t, "docs/README.md")
	files, err := os.ReadDir("docs/adr")
	if err != nil || len(files) == 0 {
		t.Fatal(err)
	}
	for i, f := range files {
		text := prose(t, "docs/adr/"+f.Name())
		first, _, _ := strings.Cut(text, "\n")
		number, title, ok := strings.Cut(strings.TrimPrefix(first, "# "), ". ")
		if !ok || !strings.HasPrefix(f.Name(), number+"-") || len(number) != 3 {
			t.Errorf("%s: its first line is %q; a number of three digits and a title are wanted", f.Name(), first)
		}
		if want := i + 1; strings.TrimLeft(number, "0") != strconv.Itoa(want) {
			t.Errorf("%s: the %d. in order has number %s", f.Name(), want, number)
		}
		if !strings.Contains(index, "["+title+"](adr/"+f.Name()+")") {
			t.Errorf("docs/README.md does not list %s as %q", f.Name(), title)
		}
		for _, heading := range []string{"## Context\n", "## Decision\n", "## Consequences\n"} {
			if !strings.Contains(text, heading) {
				t.Errorf("%s lacks %q", f.Name(), strings.TrimSpace(heading))
			}
		}
	}
}

// The promises are numbered 1 to 10, so that tests can name them.
func TestPromisesAreNumbered(t *testing.T) {
	found := regexp.MustCompile(`(?m)^### (\d+)\. `).FindAllStringSubmatch(prose(t, "spec/guarantees.md"), -1)
	for i, m := range found {
		if m[1] != strconv.Itoa(i+1) {
			t.Errorf("promise %s comes as number %d", m[1], i+1)
		}
	}
	if len(found) != 10 {
		t.Errorf("%d promises, want 10", len(found))
	}
}

var goProgram = regexp.MustCompile("(?s)```go\n(package main\n.*?)```")

// The programs in README.md compile.
func TestReadmeProgramsCompile(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	programs := goProgram.FindAllSubmatch(readme, -1)
	if len(programs) == 0 {
		t.Fatal("no program was found")
	}
	for i, p := range programs {
		file := filepath.Join(t.TempDir(), "main.go")
		if err := os.WriteFile(file, p[1], 0o644); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.Command("go", "vet", file).CombinedOutput(); err != nil {
			t.Errorf("program %d: %v\n%s", i+1, err, out)
		}
		if formatted, err := format.Source(p[1]); err != nil || !bytes.Equal(formatted, p[1]) {
			t.Errorf("program %d is not formatted: %v", i+1, err)
		}
	}
}
