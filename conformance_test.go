package holdfast_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// conformanceCase is a case of a conformance test: its name begins with its section.
type conformanceCase struct{ who, name, section string }

var (
	caseName      = regexp.MustCompile(`^(7692 \d+(?:\.\d+)*|\d+(?:\.\d+)+) \S`)
	inCode        = regexp.MustCompile("`([^`]+)`")
	mutationFirst = regexp.MustCompile(`^Promise: RFC (\d+), ([\d.]+)\n`)
)

// conformanceTests finds the cases and the functions of the tests that docs/conformance.md names.
func conformanceTests(t *testing.T) (cases []conformanceCase, funcs map[string]bool) {
	t.Helper()
	funcs = map[string]bool{}
	for pattern, who := range map[string]string{"internal/ws/*_test.go": "server", "server/*_test.go": "server", "client/*_test.go": "client"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %d files, %v", pattern, len(files), err)
		}
		for _, file := range files {
			f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(f, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.FuncDecl:
					funcs[n.Name.Name] = true
				case *ast.BasicLit:
					name, err := strconv.Unquote(n.Value)
					if m := caseName.FindStringSubmatch(name); err == nil && m != nil && n.Kind == token.STRING {
						cases = append(cases, conformanceCase{who, strings.ReplaceAll(name, "%d", "*"), m[1]})
					}
				}
				return true
			})
		}
	}
	return cases, funcs
}

// The table names tests that exist, and every case of a conformance test stands in a row of its section.
func TestConformanceTable(t *testing.T) {
	cases, funcs := conformanceTests(t)
	listed := map[conformanceCase]bool{}
	sections := map[string]bool{}
	prefix, rows := "", 0
	for line := range strings.Lines(prose(t, "docs/conformance.md")) {
		if strings.HasPrefix(line, "## RFC 7692") {
			prefix = "7692 "
		}
		cells := strings.Split(line, "|")
		if len(cells) != 7 || !strings.ContainsAny(cells[1], "0123456789") {
			continue
		}
		rows++
		section, who := prefix+strings.TrimSpace(cells[1]), strings.TrimSpace(cells[3])
		sections[section] = true
		names := inCode.FindAllStringSubmatch(cells[4], -1)
		if len(names) == 0 {
			t.Errorf("%s names no test: %s", section, cells[2])
		}
		for _, m := range names {
			if found := listCases(cases, listed, m[1], section, who); !found && !funcs[m[1]] {
				t.Errorf("%s, %s: there is no test %q", section, who, m[1])
			}
		}
	}
	if rows < 50 || len(cases) < 200 {
		t.Errorf("only %d rows and %d cases were found", rows, len(cases))
	}
	for _, c := range cases {
		if !listed[c] {
			t.Errorf("docs/conformance.md has no row for the %s's case %q", c.who, c.name)
		}
	}
	checkMutations(t, sections)
}

// listCases marks the cases that a name in a row stands for, and says whether there are any for all whom the row concerns.
func listCases(cases []conformanceCase, listed map[conformanceCase]bool, name, section, who string) bool {
	start, open := strings.CutSuffix(name, "…")
	found := false
	for _, c := range cases {
		if c.name != name && (!open || !strings.HasPrefix(c.name, start)) || who != "both" && who != c.who {
			continue
		}
		found = true
		if c.section == section {
			listed[c] = true
		}
	}
	return found
}

// checkMutations sees to it that each patch is about a section in the table.
func checkMutations(t *testing.T, sections map[string]bool) {
	t.Helper()
	patches, err := filepath.Glob("mutations/websocket/*.patch")
	if err != nil || len(patches) == 0 {
		t.Fatalf("%d patches, %v", len(patches), err)
	}
	for _, p := range patches {
		b, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		m := mutationFirst.FindStringSubmatch(string(b))
		if m == nil {
			t.Errorf("%s does not begin with its section", p)
			continue
		}
		section := strings.TrimPrefix(m[1]+" ", "6455 ") + m[2]
		for !sections[section] && strings.Contains(section, ".") { // 7.4.1 has its rows under 7.4
			section = section[:strings.LastIndexByte(section, '.')]
		}
		if !sections[section] {
			t.Errorf("%s: there is no row for section %s", p, m[2])
		}
	}
}
