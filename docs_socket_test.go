package holdfast_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/format"
	"go/importer"
	"go/parser"
	"go/printer"
	"go/token"
	"go/types"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/client"
)

// documented are the structs of docs/socket-options.md, and where they are.
var documented = []struct{ heading, file, name string }{
	{"client.SocketOptions", "client/socket_options.go", "SocketOptions"},
	{"client.Heartbeat", "client/socket_options.go", "Heartbeat"},
	{"client.QueueOptions", "client/socket_options.go", "QueueOptions"},
	{"backoff.Options", "backoff/backoff.go", "Options"},
	{"breaker.Options", "breaker/options.go", "Options"},
	{"client.Classes", "client/class.go", "Classes"},
	{"client.Strategy", "client/class.go", "Strategy"},
}

// option is a field, as the source or the page has it.
type option struct{ name, typ, def string }

// docs/socket-options.md has every field, in the source's order, with its type and the default that its comment says.
func TestSocketOptionsAreDocumented(t *testing.T) {
	page, err := os.ReadFile("docs/socket-options.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range documented {
		want, got := optionsInSource(t, d.file, d.name), optionsOnPage(string(page), d.heading)
		for i := range max(len(want), len(got)) {
			switch {
			case i >= len(got):
				t.Errorf("%s: %q is missing", d.heading, want[i].name)
			case i >= len(want):
				t.Errorf("%s: there is no field %q", d.heading, got[i].name)
			case want[i] != got[i]:
				t.Errorf("%s: the page has\n%q, the source\n%q", d.heading, got[i], want[i])
			}
		}
	}
}

var (
	optionRow     = regexp.MustCompile("(?m)^\\| `(\\w+)` \\| `(.+?)` \\| (.+?) \\| .+ \\|$")
	optionDefault = regexp.MustCompile(`Default:? (.+?)[.;](?:\s|$)`)
)

func optionsOnPage(page, heading string) (list []option) {
	_, section, _ := strings.Cut(page, "\n## "+heading+"\n")
	section, _, _ = strings.Cut(section, "\n## ")
	for _, m := range optionRow.FindAllStringSubmatch(section, -1) {
		list = append(list, option{m[1], m[2], strings.ReplaceAll(m[3], "`", "")})
	}
	return list
}

func optionsInSource(t *testing.T, file, name string) (list []option) {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(f, func(n ast.Node) bool {
		if s, ok := n.(*ast.TypeSpec); ok && s.Name.Name == name {
			for _, field := range s.Type.(*ast.StructType).Fields.List {
				list = append(list, optionsOf(t, field)...)
			}
		}
		return true
	})
	if len(list) == 0 {
		t.Errorf("%s: there is no struct %s", file, name)
	}
	return list
}

// optionsOf returns the fields that share a line and a comment. Two of them share its default too, or have one each: "Default 1 and 2."
func optionsOf(t *testing.T, field *ast.Field) (list []option) {
	var typ bytes.Buffer
	if err := printer.Fprint(&typ, token.NewFileSet(), field.Type); err != nil {
		t.Fatal(err)
	}
	comment := strings.ReplaceAll(field.Doc.Text(), "\n", " ")
	def := "–"
	if m := optionDefault.FindStringSubmatch(comment); m != nil {
		def = m[1]
	} else if strings.Contains(comment, "Optional.") {
		def = "none"
	}
	each := strings.Split(def, " and ")
	for i, n := range field.Names {
		if len(field.Names) > 1 && len(each) == len(field.Names) {
			def = each[i]
		}
		list = append(list, option{n.Name, typ.String(), def})
	}
	return list
}

// The pages whose Go is checked. A block that is no whole program or declaration is the inside of a function that has a ctx and the names in scope.
var pagesWithGo = []string{"docs/socket.md", "docs/troubleshooting.md", "docs/migrate-socket.md", "docs/close-codes.md"}

const scope = `
var (
	s               *client.Socket
	fetchToken      func(ctx context.Context) (string, error)
	errTokenService error
	err             error
)
`

var (
	goBlock   = regexp.MustCompile("(?s)```go\n(.*?)```")
	qualifier = regexp.MustCompile(`\b([a-z]\w*)\.[A-Z]`)
	paths     = map[string]string{
		"backoff": module + "/backoff", "breaker": module + "/breaker", "client": module + "/client", "holdfast": module,
		"websocket": "github.com/coder/websocket", "context": "context", "errors": "errors", "fmt": "fmt", "http": "net/http", "log": "log",
		"json": "encoding/json", "os": "os", "slog": "log/slog", "time": "time", "tls": "crypto/tls", "url": "net/url", "x509": "crypto/x509",
	}
)

// The Go in the pages about the socket is correct, and formatted.
func TestGoInPagesCompiles(t *testing.T) {
	known := exported(t)
	for _, page := range pagesWithGo {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		blocks := goBlock.FindAllStringSubmatchIndex(string(text), -1)
		if len(blocks) == 0 {
			t.Errorf("%s has no Go", page)
		}
		for _, at := range blocks {
			line := 1 + strings.Count(string(text[:at[2]]), "\n")
			if err := typeCheck(known, string(text[at[2]:at[3]])); err != nil {
				t.Errorf("%s:%d: %v", page, line, err)
			}
		}
	}
}

// The check itself finds what it is there to find.
func TestWrongGoInPagesIsFound(t *testing.T) {
	known := exported(t)
	for _, block := range []string{"s.Sent()\n", "client.Open(ctx, 1, client.SocketOptions{})\n", "x :=\n", "package main\n\nfunc main() { nothing() }\n", "s.Close( 1000, \"\")\n"} {
		if typeCheck(known, block) == nil {
			t.Errorf("nothing is found in %q", block)
		}
	}
	if err := typeCheck(known, "s, err := client.Open(ctx, \"ws://localhost\", client.SocketOptions{})\n"); err != nil {
		t.Errorf("a block may leave values unused: %v", err)
	}
}

// typeCheck looks at one block.
func typeCheck(known types.Importer, block string) error {
	source := block
	if !strings.HasPrefix(block, "package ") {
		source = wrapped(block)
	}
	set := token.NewFileSet()
	f, err := parser.ParseFile(set, "", source, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	if !formatted(block) {
		return errors.New("it is not formatted as gofmt does")
	}
	var wrong []error
	c := types.Config{Importer: known, Error: func(err error) {
		if !strings.Contains(err.Error(), "declared and not used") && !strings.Contains(err.Error(), "imported and not used") {
			wrong = append(wrong, err)
		}
	}}
	c.Check("block", set, []*ast.File{f}, nil)
	return errors.Join(wrong...)
}

// wrapped makes a file of a block.
func wrapped(block string) string {
	var b strings.Builder
	b.WriteString("package block\n")
	used := []string{"context"}
	for _, m := range qualifier.FindAllStringSubmatch(block, -1) {
		if paths[m[1]] != "" && !slices.Contains(used, m[1]) {
			used = append(used, m[1])
		}
	}
	if !slices.Contains(used, "client") {
		used = append(used, "client")
	}
	for _, name := range used {
		fmt.Fprintf(&b, "import %q\n", paths[name])
	}
	b.WriteString(scope)
	if strings.HasPrefix(block, "func ") || strings.HasPrefix(block, "type ") {
		return b.String() + block
	}
	return b.String() + "func _(ctx context.Context) error {\n" + block + "return nil\n}\n"
}

func formatted(block string) bool {
	out, err := format.Source([]byte(block))
	return err == nil && string(out) == block
}

// exported returns the packages that blocks may import, as the compiler has left them.
func exported(t *testing.T) types.Importer {
	t.Helper()
	args := []string{"list", "-export", "-deps", "-f", "{{.ImportPath}}\t{{.Export}}"}
	for _, path := range paths {
		args = append(args, path)
	}
	out, err := exec.Command("go", args...).Output()
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for line := range strings.Lines(string(out)) {
		path, file, _ := strings.Cut(strings.TrimSpace(line), "\t")
		files[path] = file
	}
	return importer.ForCompiler(token.NewFileSet(), "gc", func(path string) (io.ReadCloser, error) {
		if files[path] == "" {
			return nil, fmt.Errorf("%s may not be imported: see docs_socket_test.go", path)
		}
		return os.Open(files[path])
	})
}

// The programs for the socket in README.md and docs/socket.md do what is said beside them: against a server that says what it hears, and goodbye.
func TestSocketProgramsRun(t *testing.T) {
	for _, page := range []string{"README.md", "docs/socket.md"} {
		t.Run(page, func(t *testing.T) {
			web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				c, err := websocket.Accept(w, r, nil)
				if err != nil {
					return
				}
				defer c.CloseNow()
				typ, b, err := c.Read(r.Context())
				if err == nil && c.Write(r.Context(), typ, b) == nil {
					c.Close(websocket.StatusNormalClosure, "")
				}
			}))
			defer web.Close()
			text, err := os.ReadFile(page)
			if err != nil {
				t.Fatal(err)
			}
			const address = "ws://127.0.0.1:9000"
			i := slices.IndexFunc(goProgram.FindAllSubmatch(text, -1), func(m [][]byte) bool { return bytes.Contains(m[1], []byte(address)) })
			if i < 0 {
				t.Fatal("no program was found")
			}
			program := bytes.ReplaceAll(goProgram.FindAllSubmatch(text, -1)[i][1], []byte(address), []byte(web.URL))
			file := filepath.Join(t.TempDir(), "main.go")
			if err := os.WriteFile(file, program, 0o644); err != nil {
				t.Fatal(err)
			}
			var log bytes.Buffer
			run := exec.CommandContext(t.Context(), "go", "run", file)
			run.Stderr = &log
			out, err := run.Output()
			if err != nil || string(out) != "hello\n" {
				t.Errorf("%v: got %q\n%s", err, out, log.String())
			}
		})
	}
}

// docs/socket.md says how long a socket tries by default: six attempts in a bit more than a minute.
func TestSocketGivesUpWhenTheGuideSaysSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		s, err := client.Open(t.Context(), "ws://127.0.0.1:9", client.SocketOptions{
			Dial:  func(context.Context, string, string) (net.Conn, error) { return nil, syscall.ECONNREFUSED },
			Proxy: func(*http.Request) (*url.URL, error) { return nil, nil },
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, err = range s.Messages(t.Context()) {
		}
		took := time.Since(began)
		if st := s.Stats(); holdfast.CodeOf(err) != holdfast.CodeRetriesExhausted || st.Attempts != 6 || took < time.Minute || took > 2*time.Minute {
			t.Errorf("%d attempts in %v, and then %v", st.Attempts, took, err)
		}
		if err := s.Close(holdfast.CodeNormal, ""); err != nil {
			t.Error(err)
		}
	})
}
