package holdfast_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/holdfast-ws/holdfast"

// floors says on which floor a folder and all below it stand. Imports point down, within one such tree, or to the
// root package; see ARCHITECTURE.md. The longest prefix counts.
var floors = map[string]int{
	".":               0, // the words; checked on its own, since everything is below it
	"backoff":         0,
	"internal/check":  0,
	"internal/feed":   0,
	"internal/netlab": 0, // for tests alone
	"internal/fsync":  0,
	"internal/simnet": 0,
	"internal/near":   0,
	"internal/roster": 0,
	"internal/ws":     1,
	"spec":            0,

	"internal/powercut": 0, // a file system for tests

	"breaker":       1,
	"internal/wire": 1,
	"monitor":       1,
	"store":         1,

	"auth":                  2, // knows breaker
	"internal/check/linear": 2,
	"internal/envelope":     2, // knows wire
	"internal/hub":          2,
	"internal/session":      2,
	"policy":                2, // knows store

	"client":          3,
	"internal/tidy":   0,
	"internal/load":   3, // loads servers from outside; its tests load ours
	"server":          3,
	"store/storetest": 3,

	"bench":               4,
	"cmd":                 4,
	"console":             4,
	"examples":            4,
	"holdfasttest":        4,
	"internal/promise":    4, // tests of all of it
	"internal/simulation": 4, // the same
	"sdk":                 4, // what its tests want of Go
}

// apart lists imports that point down and are still not allowed, directly or through others.
var apart = []struct{ from, to, why string }{
	{"internal/hub", "internal/wire", "the hub knows no frames: it is given an Encoder"},
	{"internal/hub", "internal/session", "the log and the reliability machines never meet"},
	{"internal/session", "internal/hub", "the log and the reliability machines never meet"},
	{"internal/session", "store", "the machines of the client must not bring a store along"},
	{"internal/session", "internal/ws", "the machines hold no socket"},
	{"server", "store/disk", "who embeds the server chooses the store; only the memory store comes with it"},
	{"server", "store/redis", "who embeds the server chooses the store; only the memory store comes with it"},
	{"server", "store/jetstream", "who embeds the server chooses the store; only the memory store comes with it"},
	{"client", "store", "a client has no store"},
	{"client", "internal/hub", "a client has no hub"},
	{"client", "internal/ws", "a client dials by coder/websocket"},
	{"client", "monitor", "a client counts for itself"},
	{"server", "monitor/prom", "who embeds the server chooses the monitoring system"},
	{"client", "policy", "a client is told what it may not do"},
	{"server", "policy/schema", "who embeds the server chooses what checks records"},
	{"client", "auth", "a client shows a token and does not look into it"},
}

// foreign lists modules that must stay out of what people embed.
var foreign = []struct{ from, path string }{
	{"client", "github.com/cockroachdb/"},
	{"client", "github.com/gobwas/"},
	{"client", "github.com/prometheus/"},
	{"client", "github.com/golang-jwt/"},
	{"client", "gopkg.in/yaml"},
	{"client", "github.com/goccy/go-yaml"},
	{"server", "github.com/cockroachdb/"},
	{"server", "github.com/alecthomas/kong"},
	{"server", "github.com/prometheus/"},
	{"server", "github.com/santhosh-tekuri/"},
	{"client", "github.com/santhosh-tekuri/"},
	{"client", "golang.org/x/time"},
	{"server", "gopkg.in/yaml"},
	{"server", "github.com/goccy/go-yaml"},
	{"server", "k8s.io/"},
	{"server", "golang.org/x/crypto/acme"},
	{"client", "golang.org/x/crypto/acme"},
	{"client", "github.com/pires/"},
}

// purposeless are names that say nothing of what a folder is for.
var purposeless = []string{"common", "helper", "helpers", "misc", "pkg", "types", "util", "utils"}

type listed struct {
	ImportPath, Dir string
	Standard        bool
	Imports, Deps   []string
}

// short turns an import path of ours into a folder.
func short(path string) (string, bool) {
	if path == module {
		return ".", true
	}
	return strings.CutPrefix(path, module+"/")
}

func under(folder, tree string) bool {
	return folder == tree || strings.HasPrefix(folder, tree+"/")
}

// tree returns the entry of floors that a folder belongs to.
func tree(folder string) (string, bool) {
	if folder == "." {
		return ".", true
	}
	for f := folder; f != "."; f = filepath.ToSlash(filepath.Dir(f)) {
		if _, ok := floors[f]; ok {
			return f, true
		}
	}
	return "", false
}

func list(t *testing.T, goos string) []listed {
	t.Helper()
	c := exec.Command("go", "list", "-e", "-json=ImportPath,Dir,Standard,Imports,Deps", "./...")
	c.Env = append(os.Environ(), "GOOS="+goos, "CGO_ENABLED=0")
	var errs bytes.Buffer
	c.Stderr = &errs
	out, err := c.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, errs.String())
	}
	var all []listed
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	if len(all) < 5 {
		t.Fatalf("go list found %d packages", len(all))
	}
	return all
}

// Every import points down the floors. Test files are free.
func TestImportsPointDown(t *testing.T) {
	for _, goos := range []string{"linux", "darwin", "windows"} {
		t.Run(goos, func(t *testing.T) {
			for _, p := range list(t, goos) {
				folder, _ := short(p.ImportPath)
				for _, broken := range checkImports(folder, p.Imports) {
					t.Error(broken)
				}
				for _, broken := range checkDeps(folder, p.Deps) {
					t.Error(broken)
				}
			}
		})
	}
}

func checkImports(folder string, imports []string) (broken []string) {
	from, ok := tree(folder)
	if !ok {
		return []string{folder + " stands on no floor: say in arch_test.go on which"}
	}
	for _, path := range imports {
		to, ours := short(path)
		switch {
		case folder == "." && strings.Contains(strings.Split(path, "/")[0], "."):
			broken = append(broken, "the root package imports "+path+": it holds words and needs the standard library alone")
		case !ours || to == ".":
		case (under(to, "internal/simnet") || under(to, "internal/netlab")) && folder != to && folder != "holdfasttest":
			broken = append(broken, folder+" imports "+to+": networks that are made up are for tests")
		default:
			if down, ok := tree(to); ok && down != from && floors[down] >= floors[from] {
				broken = append(broken, folder+" imports "+to+": that does not point down")
			}
		}
	}
	return broken
}

func checkDeps(folder string, deps []string) (broken []string) {
	for _, path := range deps {
		if to, ours := short(path); ours {
			for _, a := range apart {
				if under(folder, a.from) && under(to, a.to) {
					broken = append(broken, folder+" depends on "+to+": "+a.why)
				}
			}
			continue
		}
		for _, f := range foreign {
			if under(folder, f.from) && strings.HasPrefix(path, f.path) {
				broken = append(broken, folder+" depends on "+path+": it must stay out of what people embed")
			}
		}
	}
	return broken
}

// The check itself finds what it is there to find.
func TestImportsThatPointUpAreFound(t *testing.T) {
	for _, c := range []struct{ folder, imports string }{
		{"internal/wire", "internal/session"},
		{"internal/hub", "server"},
		{"store", "internal/hub"},
		{"store/disk", "internal/wire"},
		{"internal/session", "internal/hub"},
		{"client", "server"},
		{"server", "internal/simnet"},
		{"cmd/holdfast", "internal/netlab"},
		{"internal/near", "backoff"},
	} {
		if checkImports(c.folder, []string{module + "/" + c.imports}) == nil {
			t.Errorf("%s may import %s", c.folder, c.imports)
		}
	}
	for _, c := range []struct{ folder, imports string }{{".", "golang.org/x/sys/unix"}, {"newcomer", "fmt"}} {
		if checkImports(c.folder, []string{c.imports}) == nil {
			t.Errorf("%s may import %s", c.folder, c.imports)
		}
	}
	for _, c := range []struct{ folder, dep string }{
		{"internal/hub", module + "/internal/wire"},
		{"client", module + "/store/memory"},
		{"client", "github.com/cockroachdb/pebble/v2"},
		{"server", "github.com/goccy/go-yaml"},
		{"server", module + "/store/disk"},
		{"server", module + "/monitor/prom"},
		{"server", "github.com/prometheus/client_golang/prometheus"},
		{"client", module + "/monitor"},
	} {
		if checkDeps(c.folder, []string{c.dep}) == nil {
			t.Errorf("%s may depend on %s", c.folder, c.dep)
		}
	}
	for _, c := range []struct{ folder, imports string }{
		{"store/disk", "store/internal/block"}, {"server", "store/memory"}, {"internal/hub", "internal/ws"}, {"cmd/holdfast", "store/disk"},
	} {
		if broken := checkImports(c.folder, []string{module + "/" + c.imports, "fmt"}); broken != nil {
			t.Error(broken)
		}
	}
}

func TestFoldersHavePurposes(t *testing.T) {
	walk(t, func(path string, d fs.DirEntry) {
		if d.IsDir() && slices.Contains(purposeless, d.Name()) {
			t.Errorf("%s: name the folder after what it does", path)
		}
	})
}

const (
	maxFileLines     = 500
	maxFunctionLines = 80
)

// large lists what may exceed the limits on length, and why.
var large = map[string]string{
	"store/storetest/lanes.go: laneCases": "a table",
}

// Files and functions stay readable.
func TestFilesAndFunctionsAreShort(t *testing.T) {
	used := map[string]bool{}
	tooLong := func(name string, lines, limit int) {
		if lines <= limit {
			return
		}
		if used[name] = true; large[name] == "" {
			t.Errorf("%s has %d lines; the limit is %d: split it, or say in arch_test.go why not", name, lines, limit)
		}
	}
	walk(t, func(path string, d fs.DirEntry) {
		if d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.HasSuffix(path, "_gen.go") {
			return
		}
		set := token.NewFileSet()
		f, err := parser.ParseFile(set, path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Error(err)
			return
		}
		tooLong(path, set.File(f.Pos()).LineCount()-1, maxFileLines)
		for _, decl := range f.Decls {
			if fn, ok := decl.(*ast.FuncDecl); ok {
				tooLong(path+": "+fn.Name.Name, set.Position(fn.End()).Line-set.Position(fn.Pos()).Line+1, maxFunctionLines)
			}
		}
	})
	for name := range large {
		if !used[name] {
			t.Errorf("%s is not too long any more: take it off the list", name)
		}
	}
}

// walk visits what belongs to the project, with slashes in paths.
func walk(t *testing.T, visit func(path string, d fs.DirEntry)) {
	t.Helper()
	seen := 0
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() && path != "." && (strings.HasPrefix(name, ".") || name == "bin" || name == "node_modules" || name == "dist" || name == "holdfast-data") {
			return fs.SkipDir
		}
		seen++
		visit(filepath.ToSlash(path), d)
		return nil
	})
	if err != nil || seen < 50 {
		t.Fatalf("saw %d files: %v", seen, err)
	}
}
