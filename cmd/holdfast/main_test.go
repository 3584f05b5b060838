package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/cmd/holdfast/internal/pieces"
	"pgregory.net/rapid"
)

// binary is the program, built once for all tests that run it.
var binary string

func TestMain(m *testing.M) {
	beChild()
	beHerd()
	beArrivals()
	dir, err := os.MkdirTemp("", "holdfast-test-")
	if err != nil {
		panic(err)
	}
	binary = filepath.Join(dir, "holdfast")
	args := []string{"build", "-o", binary}
	if os.Getenv("HOLDFAST_RACE") != "" {
		args = append(args, "-race")
	}
	if out, err := exec.Command("go", append(args, ".")...).CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "go build: %v\n%s", err, out)
		os.Exit(1)
	}
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

// inProcess runs a command line without a process.
func inProcess(args ...string) (code int, stdout, stderr string) {
	var out, errs bytes.Buffer
	code = run(&env{ctx: context.Background(), stdin: strings.NewReader(""), stdout: &out, stderr: &errs}, args)
	return code, out.String(), errs.String()
}

// A wrong command line is one line on standard error and exit code 2.
func TestUsage(t *testing.T) {
	for _, tc := range []struct{ args, want string }{
		{"publish", `expected "<url> <channel>"`},
		{"fly", "unexpected argument fly"},
		{"publish http://x c --split 0", "neither line nor a size"},
		{"publish http://x c --split 16 --type text", "needs --split line"},
		{"publish http://x c --rate fast", "no number of bytes"},
		{"subscribe http://x c --cursor f", "--cursor needs --output"},
		{"subscribe http://x c --from yesterday", "start, head or an offset"},
		{"subscribe http://x c --raw --json", "can't be used together"},
		{"chaos --listen 127.0.0.1:0", "--to"},
		{"chaos --listen 127.0.0.1:0 --to x --mode dance", "there is none called"},
		{"serve --store tape", "must be one of"},
		{"bench http://x --work dance", "must be one of"},
		{"bench http://x --pid=-1", "cannot be measured"},
	} {
		code, out, errs := inProcess(strings.Fields(tc.args)...)
		if code != exitUsage || out != "" || strings.Count(errs, "\n") != 1 || !strings.Contains(errs, tc.want) {
			t.Errorf("%s: exit code %d, %q, %q", tc.args, code, out, errs)
		}
	}
}

// A failure is one line, too: what, why, what to do.
func TestFailures(t *testing.T) {
	dir := t.TempDir()
	for _, tc := range []struct {
		args []string
		want string
	}{
		{[]string{"publish", "http://127.0.0.1:1", "a b"}, "(bad_channel); use 1 to 255"},
		{[]string{"publish", "http://127.0.0.1:1", "c", "--input", filepath.Join(dir, "none")}, "no such file"},
		{[]string{"publish", "gopher://127.0.0.1", "c"}, "gopher"},
		{[]string{"subscribe", "http://127.0.0.1:1", "c", "--output", filepath.Join(dir, "no", "out")}, "no such file"},
		{[]string{"serve", "--listen", "nowhere.invalid:1", "--data", dir}, "nowhere.invalid"},
		{[]string{"bench", "gopher://127.0.0.1"}, "gopher"},
		{[]string{"bench", "http://127.0.0.1:1", "-n", "1"}, "refused"},
		{[]string{"chaos", "--listen", "127.0.0.1:0", "--to", "x", "--schedule", filepath.Join(dir, "none")}, "no such file"},
	} {
		code, _, errs := inProcess(tc.args...)
		if code != exitFailed || strings.Count(errs, "\n") != 1 || !strings.Contains(errs, tc.want) {
			t.Errorf("%s: exit code %d, %q", tc.args, code, errs)
		}
	}
}

func TestHelpAndVersion(t *testing.T) {
	if code, out, _ := inProcess("--help"); code != 0 || !strings.Contains(out, "subscribe") || !strings.Contains(out, "Exit codes") {
		t.Errorf("%d %s", code, out)
	}
	if code, out, _ := inProcess(); code != 0 || !strings.Contains(out, "Usage") {
		t.Errorf("%d %s", code, out)
	}
	if code, out, _ := inProcess("version"); code != 0 || !strings.HasPrefix(out, "holdfast ") {
		t.Errorf("%d %s", code, out)
	}
	var v versionInfo
	if code, out, _ := inProcess("version", "--json"); code != 0 || json.Unmarshal([]byte(out), &v) != nil || v.Go == "" {
		t.Errorf("%d %s", code, out)
	}
}

// Over any time of at least the second that it makes up for, no more passes than the rate allows.
func TestPacer(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rate := rapid.Int64Range(1, 1<<20).Draw(t, "rate")
		p := pacer{rate: rate}
		now := time.Unix(1000, 0)
		begin, passed := now, int64(0)
		for range rapid.IntRange(1, 50).Draw(t, "pieces") {
			now = now.Add(time.Duration(rapid.Int64Range(0, 3e9).Draw(t, "idle")))
			n := rapid.IntRange(0, 1<<16).Draw(t, "bytes")
			now = now.Add(p.reserve(now, n))
			if allowed := float64(rate) * now.Sub(begin).Seconds(); float64(passed) > allowed+1 {
				t.Fatalf("%d bytes passed before this piece, %f allowed", passed, allowed)
			}
			passed += int64(n)
		}
	})
	free := pacer{}
	if d := free.reserve(time.Now(), 1<<30); d != 0 {
		t.Fatalf("no rate, but a wait of %s", d)
	}
}

func TestPacerMakesUpForASecondAtMost(t *testing.T) {
	p := pacer{rate: 100}
	now := time.Unix(0, 0)
	p.reserve(now, 1)
	now = now.Add(time.Hour)
	free := 0
	for p.reserve(now, 10) == 0 {
		free++
	}
	if free != 11 { // a second's worth, and the piece that is due now
		t.Fatalf("%d pieces of 10 bytes at 100 bytes a second passed at once", free)
	}
}

func TestForms(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 6e6, time.UTC)
	pos := holdfast.Record{Channel: "c", Term: 1, Offset: 7, Time: at}
	for _, tc := range []struct {
		typ        holdfast.ContentType
		data       string
		line, json string
	}{
		{holdfast.Text, "hello", "hello", `"type":"text","text":"hello"`},
		{holdfast.Text, "a\n\x1b[2J", `a\n\x1b[2J`, `"type":"text","text":"a\n\u001b[2J"`},
		{holdfast.JSON, `{"a": 1}`, `{"a": 1}`, `"type":"json","data":{"a":1}`},
		{holdfast.Binary, "\x00\xff", "2 bytes: 00ff", `"type":"binary","base64":"AP8="`},
		{holdfast.Binary, "", "", `"type":"binary","base64":""`},
	} {
		r := pos
		r.Type, r.Data = tc.typ, []byte(tc.data)
		line := string(appendLine(nil, &r))
		if f := strings.SplitN(strings.TrimSuffix(line, "\n"), " ", 3); len(f) != 3 || f[0] != "7" || f[2] != tc.line {
			t.Errorf("%q: line %q", tc.data, line)
		}
		want := `{"channel":"c","offset":7,"position":"0000000000000001@7","time":"2026-01-02T03:04:05.006Z",` + tc.json + "}\n"
		if got := string(appendJSON(nil, &r)); got != want {
			t.Errorf("%q: %s, want %s", tc.data, got, want)
		}
	}
}

func TestCompare(t *testing.T) {
	dir := t.TempDir()
	big := bytes.Repeat([]byte("x"), 200_000)
	other := bytes.Clone(big)
	other[150_000] = 'y'
	for _, tc := range []struct {
		a, b []byte
		want string
	}{
		{nil, nil, ""}, {big, big, ""}, {big, other, "at byte 150000"}, {big, big[:199_999], "one ends at byte 199999"}, {nil, []byte("a"), "one ends at byte 0"},
	} {
		a, b := filepath.Join(dir, "a"), filepath.Join(dir, "b")
		os.WriteFile(a, tc.a, 0o644)
		os.WriteFile(b, tc.b, 0o644)
		if got, err := compare(a, b); err != nil || got != tc.want {
			t.Errorf("%q, %v; want %q", got, err, tc.want)
		}
	}
}

func TestGatherTakesRealFilesUpToTheSize(t *testing.T) {
	path := filepath.Join(t.TempDir(), "input")
	names, err := gather(path, binary, 30<<20)
	if err != nil {
		t.Fatal(err)
	}
	if st, err := os.Stat(path); err != nil || st.Size() != 30<<20 || !strings.HasPrefix(names, binary) {
		t.Fatal(st, err, names)
	}
}

// A demonstration that shows nothing fails.
func TestDemoJudges(t *testing.T) {
	d := &demo{c: &demoCmd{CutEvery: time.Second}}
	good := func() *demoResult {
		return &demoResult{Kills: []*demoKill{{Victim: theServer, InFlight: 3, done: true}, {Victim: theSubscriber, InFlight: 5, done: true}},
			Cuts: 1, Resent: 1, Deduplicated: 1, Replayed: 1, CutOff: 1}
	}
	if p := good().judge(d, ""); len(p) != 0 {
		t.Fatal(p)
	}
	for name, spoil := range map[string]func(r *demoResult) string{
		"differs":       func(r *demoResult) string { return "at byte 5" },
		"nothing cut":   func(r *demoResult) string { r.Cuts = 0; return "" },
		"not resent":    func(r *demoResult) string { r.Resent = 0; return "" },
		"no duplicates": func(r *demoResult) string { r.Deduplicated = 0; return "" },
		"no replay":     func(r *demoResult) string { r.Replayed = 0; return "" },
		"no cut off":    func(r *demoResult) string { r.CutOff = 0; return "" },
		"a gap":         func(r *demoResult) string { r.Gaps = 1; return "" },
		"missed kill":   func(r *demoResult) string { r.Kills[1].done = false; return "" },
		"idle kill":     func(r *demoResult) string { r.Kills[0].InFlight = 0; return "" },
	} {
		r := good()
		if p := r.judge(d, spoil(r)); len(p) != 1 {
			t.Errorf("%s: %q", name, p)
		}
	}
}

func TestFlagsReadWhatTheyPrint(t *testing.T) {
	var s split
	if err := s.UnmarshalText([]byte("64k")); err != nil || s.Split != (pieces.Split{Size: 65536}) {
		t.Fatal(s, err)
	}
}
