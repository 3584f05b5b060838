package foreign

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/client"
)

// page is where the table is that the tests read.
const page = "../../../docs/socket-servers.md"

// outcome is what a socket does by default about what it has met.
type outcome string

const (
	stays      outcome = "stays open"
	reconnects outcome = "reconnects"
	stops      outcome = "stops"
)

// row is a line of the table.
type row struct {
	test  string
	code  holdfast.Code // 0: nothing goes wrong
	class client.Class
	then  outcome
}

// rows are the lines by the names of their tests.
var rows = sync.OnceValues(func() (map[string]row, error) {
	text, err := os.ReadFile(page)
	if err != nil {
		return nil, err
	}
	all := map[string]row{}
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		if len(cells) != 6 || !strings.Contains(cells[5], "`Test") {
			continue
		}
		r := row{test: strings.Trim(cells[5], " `"), then: outcome(strings.TrimSpace(cells[3]))}
		number, _, _ := strings.Cut(strings.TrimSpace(cells[1]), " ")
		if n, err := strconv.ParseUint(number, 10, 16); err == nil {
			r.code = holdfast.Code(n)
		}
		for k := client.ClassNetwork; k <= client.ClassClosed; k++ {
			if strings.Trim(cells[2], " `") == k.String() {
				r.class = k
			}
		}
		all[r.test] = r
	}
	return all, nil
})

// expected is the line of the page that a test, or the test that it is part of, must find to be true.
func expected(t *testing.T) row {
	t.Helper()
	all, err := rows()
	if err != nil {
		t.Fatal(err)
	}
	for name := t.Name(); name != "."; name = filepath.ToSlash(filepath.Dir(name)) {
		if r, ok := all[name]; ok {
			return r
		}
	}
	t.Fatalf("%s has no line for %s", page, t.Name())
	return row{}
}

// Every line of the page is whole, and names a test that exists.
func TestPageNamesTests(t *testing.T) {
	all, err := rows()
	if err != nil || len(all) < 30 {
		t.Fatalf("%d lines: %v", len(all), err)
	}
	known, texts := tests(t)
	for name, r := range all {
		top, part, _ := strings.Cut(name, "/")
		switch {
		case !known[top]:
			t.Errorf("%s: there is no %s", name, top)
		case part != "" && !texts[part]:
			t.Errorf("%s: %s has no part of that name", name, top)
		case r.then != stays && r.then != reconnects && r.then != stops:
			t.Errorf("%s: %q is no outcome", name, r.then)
		case r.then == stays && (r.code != 0 || r.class != client.ClassNone):
			t.Errorf("%s stays open, and says why not", name)
		case r.then != stays && (r.code == 0 || r.class == client.ClassNone):
			t.Errorf("%s has code %d and class %v", name, r.code, r.class)
		}
	}
}

// tests are the tests of this folder, those for Linux too, and the texts that stand in the code, among them the names of their parts.
func tests(t *testing.T) (all, texts map[string]bool) {
	t.Helper()
	files, err := filepath.Glob("*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	all, texts = map[string]bool{}, map[string]bool{}
	for _, name := range files {
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				if text, err := strconv.Unquote(lit.Value); err == nil {
					texts[text] = true
				}
			}
			return true
		})
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && strings.HasPrefix(fn.Name.Name, "Test") {
				all[fn.Name.Name] = true
			}
		}
	}
	return all, texts
}
