package holdfast_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/holdfast-ws/holdfast"
)

// codeEntry is one line of spec/codes.json.
type codeEntry struct {
	Code   holdfast.Code
	Name   string
	Const  string
	Action string
	Kind   string
	What   string
	Hint   string
}

func readCodes(t *testing.T) []codeEntry {
	t.Helper()
	b, err := os.ReadFile("spec/codes.json")
	if err != nil {
		t.Fatal(err)
	}
	var list []codeEntry
	if err := json.Unmarshal(b, &list); err != nil {
		t.Fatal(err)
	}
	if len(list) == 0 {
		t.Fatal("spec/codes.json is empty")
	}
	return list
}

// The table that the program has is the one in spec/codes.json, entry by entry, and holds nothing else.
func TestCodesAreThoseOfTheSpec(t *testing.T) {
	known := map[holdfast.Code]bool{}
	for _, e := range readCodes(t) {
		known[e.Code] = true
		c := e.Code
		if c.String() != e.Name || c.Action().String() != e.Action || c.What() != e.What || c.Hint() != e.Hint {
			t.Errorf("%d: the program has %q %v %q %q, spec/codes.json %q %q %q %q",
				e.Code, c.String(), c.Action(), c.What(), c.Hint(), e.Name, e.Action, e.What, e.Hint)
		}
	}
	for c := range holdfast.Code(65535) {
		if named := !strings.HasPrefix(c.String(), "code "); named != known[c] {
			t.Errorf("code %d: named in the program %v, in spec/codes.json %v", c, named, known[c])
		}
	}
}

func TestCodeConstantsAreThoseOfTheSpec(t *testing.T) {
	f, err := parser.ParseFile(token.NewFileSet(), "code_gen.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	constants := map[string]string{}
	ast.Inspect(f, func(n ast.Node) bool {
		if v, ok := n.(*ast.ValueSpec); ok && len(v.Values) == 1 {
			if lit, ok := v.Values[0].(*ast.BasicLit); ok {
				constants[v.Names[0].Name] = lit.Value
			}
		}
		return true
	})
	list := readCodes(t)
	for _, e := range list {
		if got := constants["Code"+e.Const]; got != strconv.Itoa(int(e.Code)) {
			t.Errorf("Code%s = %q, want %d", e.Const, got, e.Code)
		}
	}
	if len(constants) != len(list) {
		t.Errorf("%d constants for %d codes", len(constants), len(list))
	}
}

// The spec itself keeps to its rules: a client that does not know a code goes by its range.
func TestCodesKeepToTheirRanges(t *testing.T) {
	name := regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z0-9]+)*$`)
	names, constants := map[string]bool{}, map[string]bool{}
	last := holdfast.Code(0)
	for _, e := range readCodes(t) {
		if e.Code <= last {
			t.Errorf("%d comes after %d: not sorted, or twice", e.Code, last)
		}
		last = e.Code
		if !name.MatchString(e.Name) || names[e.Name] || constants[e.Const] {
			t.Errorf("%d: name %q or constant %q is out of form, or used twice", e.Code, e.Name, e.Const)
		}
		names[e.Name], constants[e.Const] = true, true
		if e.What == "" || strings.HasSuffix(e.What, ".") || strings.HasSuffix(e.Hint, ".") {
			t.Errorf("%d %s: what happened is wanted, without a full stop", e.Code, e.Name)
		}
		kind, action := "http", ""
		switch {
		case e.Code >= 4000:
			kind = "holdfast"
			action = map[holdfast.Code]string{40: "now", 41: "later", 42: "authenticate", 43: "stop"}[e.Code/100]
		case e.Code >= 1000:
			kind = "websocket"
		}
		if e.Kind != kind || action != "" && e.Action != action || kind == "holdfast" && action == "" {
			t.Errorf("%d %s is %s with action %s; want %s %s", e.Code, e.Name, e.Kind, e.Action, kind, action)
		}
	}
}

func TestUnknownCodesGoByTheirRange(t *testing.T) {
	for c, want := range map[holdfast.Code]holdfast.Action{
		0: holdfast.ActionNone, 4099: holdfast.ActionNow, 4199: holdfast.ActionLater, 4299: holdfast.ActionAuthenticate,
		4399: holdfast.ActionStop, 4400: holdfast.ActionNow, 3000: holdfast.ActionNow,
		408: holdfast.ActionLater, 425: holdfast.ActionLater, 418: holdfast.ActionStop, 500: holdfast.ActionLater, 504: holdfast.ActionLater,
	} {
		if got := c.Action(); got != want || c.String() != "code "+strconv.Itoa(int(c)) || c.What() == "" || c.Hint() != "" {
			t.Errorf("code %d: action %v (want %v), name %q, what %q, hint %q", c, got, want, c.String(), c.What(), c.Hint())
		}
	}
	if got := holdfast.Action(9).String(); got != "action 9" {
		t.Errorf("Action(9) = %q", got)
	}
}
