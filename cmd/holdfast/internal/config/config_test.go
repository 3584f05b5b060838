package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"
	"pgregory.net/rapid"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/cmd/holdfast/internal/pieces"
)

type size int64

func (s *size) UnmarshalText(b []byte) (err error) {
	n, err := pieces.ParseSize(string(b))
	*s = size(n)
	return err
}
func (s size) Bytes() int64 { return int64(s) }

// program has an option of each kind.
type program struct {
	Listen   string        `default:"127.0.0.1:8080" placeholder:"ADDR" help:"Where to listen."`
	Data     string        `default:"./data" help:"A | folder."`
	Store    string        `default:"disk" enum:"disk,memory" help:"Which store."`
	Insecure bool          `help:"Take everybody."`
	Most     int           `min:"0" max:"1000" help:"Connections."`
	Records  uint64        `help:"Records."`
	Message  size          `default:"1M" min:"1" max:"256M" help:"Largest record."`
	Drain    time.Duration `default:"30s" min:"1ms" help:"How long."`
	Origins  []string      `help:"Who may."`
	LogLevel slog.Level    `default:"warn" reload:"" help:"What is logged."`
	Key      string        `secret:"" xor:"key" help:"A key."`
	KeyURL   string        `name:"key-url" xor:"key" help:"Where keys are."`
	Trim     time.Duration `default:"10s" hidden:"" help:"For tests."`
}

func options(t testing.TB) []*Option {
	t.Helper()
	p, err := kong.New(&program{})
	if err != nil {
		t.Fatal(err)
	}
	return Options(p.Model.Node, "APP")
}

func write(t testing.TB, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "app.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func lookup(env map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) { v, ok := env[name]; return v, ok }
}

// A later layer counts before an earlier one, for each option by itself.
func TestLayers(t *testing.T) {
	path := write(t, "listen: :1\ndrain: 2m\nmost: 7\norigins: [\"https://a\", 'https://b,c']\nmessage: 65536\n")
	s, err := Load(Input{Options: options(t), File: path, Lookup: lookup(map[string]string{"APP_DRAIN": "3m", "APP_MOST": "8", "APP_STORE": ""}),
		Flags: map[string]reflect.Value{"most": reflect.ValueOf(9)}})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, want, from string }{
		{"listen", ":1", path + ":1"}, {"drain", "3m", "APP_DRAIN"}, {"most", "9", "--most"},
		{"origins", `https://a,https://b\,c`, path + ":4"}, {"message", "64k", path + ":5"},
	} {
		if text, from, ok := s.Text(c.name); text != c.want || from.String() != c.from || !ok {
			t.Errorf("%s: %q from %s, want %q from %s", c.name, text, from, c.want, c.from)
		}
	}
	if text, from, ok := s.Text("store"); text != "disk" || from.String() != "default" || ok {
		t.Errorf("store: %q from %s: an empty variable counts as none", text, from)
	}
	if got := Value[[]string](s, "origins"); !reflect.DeepEqual(got, []string{"https://a", "https://b,c"}) {
		t.Errorf("%q", got)
	}
	if got := Value[time.Duration](s, "drain"); got != 3*time.Minute {
		t.Error(got)
	}
}

// All mistakes are found at once, each with its place and what would be right.
func TestAllMistakesAreListed(t *testing.T) {
	path := write(t, `# a file with everything wrong
lisen: :80
insecure: yes
drain: 30
key: [a]
most: 1001
store: tape
message: 512M
log_level: debug
listen: 80
data: 12
records: -1
most: 3
log: info
trim: soon
zzz: 1
`)
	_, err := Load(Input{Options: options(t), File: path,
		Lookup: lookup(map[string]string{"APP_MOST": "many", "APP_KEY": "x", "APP_KEY_FILE": "/y", "APP_KEY_URL": "z"}),
		Flags:  map[string]reflect.Value{"listen": reflect.ValueOf(":99999")}})
	want := `18 mistakes in the configuration:
  app.yaml:2: lisen: there is no such option; did you mean listen?
  app.yaml:3: insecure: "yes" must be true or false
  app.yaml:4: drain: "30" is no duration; write it like 30s, 5m or 24h
  app.yaml:5: key: it is a sequence and must be a text
  app.yaml:6: most: "1001" is out of range; the most is 1000
  app.yaml:7: store: "tape" must be one of disk, memory
  app.yaml:8: message: "512M" is out of range; the most is 256M
  app.yaml:9: log_level: there is no such option; did you mean log-level?
  app.yaml:10: listen: "80" must be an address; put it in quotes if it is meant so
  app.yaml:11: data: "12" must be a text; put it in quotes if it is meant so
  app.yaml:12: records: "-1" is no integer; write it like 100
  app.yaml:13: most: it is there already, in line 6
  app.yaml:14: log: there is no such option; did you mean log-level?
  app.yaml:15: trim: "soon" is no duration; write it like 30s, 5m or 24h
  app.yaml:16: zzz: there is no such option; holdfast config print shows all
  --listen: ":99999" is no address with a port; write it like 127.0.0.1:8080 or :8080
  APP_MOST: "many" is no integer; write it like 100
  APP_KEY_FILE: APP_KEY is set, too; keep one of them`
	if err == nil {
		t.Fatal("no mistake was found")
	}
	if got := strings.ReplaceAll(err.Error(), filepath.Dir(path)+"/", ""); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// What is not a mapping of options is one mistake, with its line.
func TestFilesThatAreNone(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"a: [", "app.yaml:1: it is not YAML"},
		{"\n- listen", "app.yaml:2: it must be a list of options"},
		{"listen: :1\n---\nlisten: :2\n", "app.yaml:3: only one document is read"},
		{"listen: *there", "app.yaml:1: listen: it is an alias"},
		{"listen: !!str x:1", "the tag !!str is not read"},
		{"listen:\n", "it is a null"},
		{"origins: [a, '']", "it must be a list of texts that are not empty"},
		{"origins: [[a]]", "it must be a list of texts that are not empty"},
	} {
		_, err := Load(Input{Options: options(t), File: write(t, c.text)})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v", c.text, err)
		}
	}
	for _, text := range []string{"", "# nothing\n", "---\n", "{}"} {
		if _, err := Load(Input{Options: options(t), File: write(t, text)}); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
	_, err := Load(Input{File: filepath.Join(t.TempDir(), "none")})
	if !errors.Is(err, holdfast.CodeIO) || !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
	if _, err = Load(Input{File: write(t, strings.Repeat("#", MaxFile+1))}); !errors.Is(err, holdfast.CodeBadArgument) {
		t.Error(err)
	}
}

// A secret comes from a file if a variable names it, and is shown by nothing.
func TestSecrets(t *testing.T) {
	const secret = "open sesame"
	file := write(t, secret+"\n")
	s, err := Load(Input{Options: options(t), Lookup: lookup(map[string]string{"APP_KEY_FILE": file})})
	if err != nil {
		t.Fatal(err)
	}
	if text, from, _ := s.Text("key"); text != secret || from.String() != "APP_KEY_FILE" {
		t.Errorf("%q from %s", text, from)
	}
	var out bytes.Buffer
	if err := errors.Join(s.Print(&out), s.PrintJSON(&out)); err != nil {
		t.Fatal(err)
	}
	if text := out.String(); strings.Contains(text, secret) || strings.Count(text, redacted) != 2 {
		t.Error(text)
	}
	for env, want := range map[string]string{"APP_DATA_FILE": "", "APP_KEY_FILE": "no such file"} {
		_, err := Load(Input{Options: options(t), Lookup: lookup(map[string]string{env: filepath.Join(t.TempDir(), "none")})})
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v", env, err)
		}
	}
	_, err = Load(Input{Options: options(t), File: write(t, "key: true")})
	if err == nil || strings.Contains(err.Error(), `"true"`) {
		t.Errorf("a secret is not shown even where it is wrong: %v", err)
	}
}

// Options that exclude each other do so across the layers.
func TestExclusion(t *testing.T) {
	path := write(t, "key-url: there\n")
	_, err := Load(Input{Options: options(t), File: path, Lookup: lookup(map[string]string{"APP_KEY": "here"})})
	if err == nil || !strings.Contains(err.Error(), path+":1: key-url: it excludes key, which APP_KEY sets") {
		t.Error(err)
	}
}

// What is printed is a file that means the same.
func TestPrintedSettingsCanBeReadAgain(t *testing.T) {
	all := options(t)
	rapid.Check(t, func(rt *rapid.T) {
		env := map[string]string{
			"APP_DATA":    rapid.StringMatching(`[ -~]{1,20}`).Draw(rt, "data"),
			"APP_MOST":    fmt.Sprint(rapid.IntRange(0, 1000).Draw(rt, "most")),
			"APP_RECORDS": fmt.Sprint(rapid.Uint64().Draw(rt, "records")),
			"APP_MESSAGE": fmt.Sprint(rapid.IntRange(1, 256<<20).Draw(rt, "message")),
			"APP_DRAIN":   time.Duration(rapid.Int64Range(1e6, 1e18).Draw(rt, "drain")).String(),
			"APP_ORIGINS": strings.Join(rapid.SliceOfN(rapid.StringMatching(`[a-z:#"'{ ]{1,8}`), 1, 4).Draw(rt, "origins"), ","),
			"APP_STORE":   rapid.SampledFrom([]string{"disk", "memory"}).Draw(rt, "store"),
		}
		first, err := Load(Input{Options: all, Lookup: lookup(env)})
		if err != nil {
			rt.Fatal(err)
		}
		var printed bytes.Buffer
		if err := first.Print(&printed); err != nil {
			rt.Fatal(err)
		}
		again, err := Load(Input{Options: all, File: write(t, printed.String())})
		if err != nil {
			rt.Fatalf("%v\n%s", err, printed.String())
		}
		if changed := first.Changed(again); len(changed) > 0 {
			rt.Fatalf("%+v\n%s", changed, printed.String())
		}
	})
}

func TestChangedAndWith(t *testing.T) {
	a, _ := Load(Input{Options: options(t)})
	b, err := Load(Input{Options: a.options, File: write(t, "log-level: debug\ndata: elsewhere\n")})
	if err != nil {
		t.Fatal(err)
	}
	changed := a.Changed(b)
	if len(changed) != 2 || changed[0].Option.Name != "data" || changed[1].Option.Name != "log-level" || !changed[1].Option.Reload || changed[0].Option.Reload {
		t.Fatalf("%+v", changed)
	}
	if rest := a.With(b, []string{"log-level"}).Changed(b); len(rest) != 1 || rest[0].Option.Name != "data" {
		t.Errorf("%+v", rest)
	}
}

// Every option is in the schema, and the visible ones are in the table.
func TestSchemaAndTable(t *testing.T) {
	var out bytes.Buffer
	if err := Schema(&out, options(t)); err != nil {
		t.Fatal(err)
	}
	var schema struct {
		AdditionalProperties bool
		Properties           map[string]map[string]any
	}
	if err := json.Unmarshal(out.Bytes(), &schema); err != nil {
		t.Fatal(err)
	}
	p := schema.Properties
	if len(p) != len(options(t)) || schema.AdditionalProperties || p["most"]["maximum"] != 1000.0 || p["key"]["writeOnly"] != true || p["drain"]["default"] != "30s" {
		t.Errorf("%s", out.String())
	}
	out.Reset()
	if err := Markdown(&out, options(t)); err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		"| `message` | `APP_MESSAGE` | size, 1 to 256M | `1M` | Largest record. |\n",
		"| `data` | `APP_DATA` | text | `./data` | A \\| folder. |\n",
		"| `key` | `APP_KEY` | text |  | A key. Secret: also `APP_KEY_FILE`. |\n",
		"| `log-level` | `APP_LOG_LEVEL` | `debug`, `info`, `warn`, `error` | `warn` | What is logged. Can be reloaded. |\n",
	} {
		if !strings.Contains(out.String(), line) {
			t.Errorf("no %s in\n%s", line, out.String())
		}
	}
	if strings.Contains(out.String(), "trim") {
		t.Error("a hidden option is in the table")
	}
}

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"listen", "listen", 0}, {"lisen", "listen", 1}, {"litsen", "listen", 1}, {"a", "", 1}, {"abc", "xyz", 3}} {
		if got := distance(c.a, c.b); got != c.want || distance(c.b, c.a) != c.want {
			t.Errorf("%s, %s: %d, want %d", c.a, c.b, got, c.want)
		}
	}
}

// Any bytes are settings or mistakes, never more than the file has lines, and no panic.
func FuzzFile(f *testing.F) {
	for _, seed := range []string{"listen: :1\n", "a: [1, {b: c}]", "? x\n: y", "&a b: *a", "<<: {}", "- 1", "\"", "%YAML 1.2\n---\n!!map {}"} {
		f.Add([]byte(seed))
	}
	all := options(f)
	f.Fuzz(func(t *testing.T, text []byte) {
		s := &Settings{options: all, values: map[*Option]Setting{}}
		for _, o := range all {
			s.defaults(o)
		}
		s.file("f", text)
		if len(s.mistakes) > len(text)+1 {
			t.Errorf("%d mistakes in %d bytes", len(s.mistakes), len(text))
		}
	})
}
