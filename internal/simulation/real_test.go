package simulation

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// ours lists what of the project this package may use: the real things, who judges them, and the network.
var ours = []string{"", "/backoff", "/client", "/internal/check", "/internal/fsync", "/internal/session", "/internal/simnet", "/internal/wire", "/policy", "/server", "/store", "/store/disk", "/store/memory"}

// parts are methods by which one would know a double of a store, a hub's owner or socket, a WebSocket connection, or an outbox.
var parts = []string{"Append", "SaveCursors", "OpenCursor", "Trim", "TryWrite", "WhenWritable", "Answered", "Flushed", "Enqueue", "Publish", "ServeHTTP"}

// Nothing here stands in for a server, a hub, a store, a client or a session: what is simulated is network, disk and time.
func TestEverythingIsReal(t *testing.T) {
	const module = "github.com/holdfast-ws/holdfast"
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) < 5 {
		t.Fatal(files, err)
	}
	stores, used := map[string]bool{}, map[string]bool{}
	for _, name := range files {
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range f.Imports {
			path, _ := strconv.Unquote(i.Path.Value)
			if to, is := strings.CutPrefix(path, module); is {
				if used[to] = true; !slices.Contains(ours, to) {
					t.Errorf("%s imports %s", name, path)
				}
			}
		}
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				if n.Recv != nil && slices.Contains(parts, n.Name.Name) {
					t.Errorf("%s: a type with a method %s could stand in for something real", name, n.Name.Name)
				}
			case *ast.StructType:
				for _, field := range n.Fields.List {
					if len(field.Names) == 0 {
						t.Errorf("%s: a struct embeds something, and has its methods", name)
					}
				}
			case *ast.CallExpr:
				if s, ok := n.Fun.(*ast.SelectorExpr); ok {
					if x, ok := s.X.(*ast.Ident); ok {
						stores[x.Name+"."+s.Sel.Name] = true
					}
				}
			}
			return true
		})
	}
	for _, call := range []string{"server.New", "disk.Open", "memory.New", "client.OpenSession", "client.OpenFileOutbox", "client.NewMemoryOutbox"} {
		if !stores[call] {
			t.Errorf("%s is not called", call)
		}
	}
	if !used["/internal/simnet"] || !used["/internal/check"] {
		t.Error("there is no network, or no judge")
	}
}
