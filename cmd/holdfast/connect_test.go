package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-ws/holdfast/cmd/holdfast/internal/rig"
)

// What goes in and what comes out, form by form.
func TestConnectTranscripts(t *testing.T) {
	s := newEchoServer(t)
	for _, tc := range []struct {
		name, input string
		args        []string
		out         string
	}{
		{"each line is a message", "one\ntwo\n", []string{"-n", "2"}, "one\ntwo\n"},
		{"the last line needs no newline", "one\n\ntwo", []string{"-n", "3"}, "one\n\ntwo\n"},
		{"both directions", "one\n", []string{"-n", "1", "--format", "marks"}, "> one\n< one\n"},
		{"messages of the command line", "ignored", []string{"-x", "a, b", "-x", "c", "-n", "2"}, "a, b\nc\n"},
		{"binary as hex", "binary\n", []string{"-n", "1"}, "00ff0a\n"},
		{"binary as base64", "binary\n", []string{"-n", "1", "--binary", "base64"}, "AP8K\n"},
		{"binary as it is", "binary\n", []string{"-n", "1", "--binary", "raw"}, "\x00\xff\n"},
		{"what is not UTF-8 goes out as binary", "\xff\xfe\n", []string{"-n", "1"}, "fffe\n"},
		{"JSON indented", `{"b":[1],"a":{}}` + "\nno\n", []string{"-n", "2", "--json"}, "{\n  \"b\": [\n    1\n  ],\n  \"a\": {}\n}\nno\n"},
		{"headers", "request\n", []string{"-n", "1", "--token", "T", "--origin", "https://o", "-H", "X-Test: a, b"}, "Bearer T|https://o|a, b\n"},
		{"compressed", strings.Repeat("z", 5000) + "\n", []string{"-n", "1", "--compress"}, strings.Repeat("z", 5000) + "\n"},
		{"without pings", "one\n", []string{"-n", "1", "--ping", "0"}, "one\n"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			r := connect(t, tc.input, append([]string{s.url}, tc.args...)...)
			if want := "holdfast: connected\nholdfast: closed: 1000 normal: the connection was closed on purpose\n"; r.code != 0 || r.out != tc.out || r.errors != want {
				t.Errorf("exit code %d\n%q\n%q", r.code, r.out, r.errors)
			}
		})
	}
}

// All input has arrived when the program ends well, and the server was told.
func TestConnectSendsAllBeforeItEnds(t *testing.T) {
	s := newEchoServer(t)
	input := strings.Repeat("line\n", 5000)
	if r := connect(t, input, strings.TrimPrefix(s.url, "ws://")); r.code != 0 {
		t.Fatal(r)
	}
	eventually(t, "the server has seen the goodbye", func() bool { return len(s.got(&s.closes)) == 1 })
	if n := len(s.got(&s.heard)); n != 5000 || s.got(&s.closes)[0] != "1000" {
		t.Errorf("%d messages, closed with %s", n, s.got(&s.closes))
	}
}

// eventually waits for a condition.
func eventually(t *testing.T, what string, f func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !f(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("not so: " + what)
		}
	}
}

var numbers = regexp.MustCompile(`\d+(\.\d+)?(m?s)\b|127\.0\.0\.1:\d+`)

// A connection that is cut is told and made again, and what comes later goes out on the next one.
func TestConnectAfterACut(t *testing.T) {
	s := newEchoServer(t)
	p, in := startConnect(t, rig.Options{}, append([]string{s.url}, soonAgain...)...)
	say := func(line, answer string) {
		t.Helper()
		if _, err := in.WriteString(line + "\n"); err != nil {
			t.Fatal(err)
		}
		if got, err := p.Line(t.Context()); err != nil || got != answer {
			t.Fatalf("%q, %v; %s", got, err, p.Stderr())
		}
	}
	say("one", "one")
	in.WriteString("cut\n")
	eventually(t, "it is connected again", func() bool { return strings.Contains(p.Stderr(), "connected again") })
	say("two", "two")
	in.WriteString("close 1012 we restart\n")
	eventually(t, "it is connected again", func() bool { return strings.Count(p.Stderr(), "connected again") == 2 })
	in.WriteString("close 4567 mine\n")
	eventually(t, "it is connected again", func() bool { return strings.Count(p.Stderr(), "connected again") == 3 })
	in.Close()
	if code, err := p.Wait(t.Context()); code != 0 || err != nil {
		t.Fatal(code, err, p.Stderr())
	}
	want := `holdfast: connected
holdfast: connection lost: 1006 abnormal: the connection ended without a close frame; send heartbeats more often than the shortest idle timeout on the way, and look into the proxy's log
holdfast: attempt 1 in TIME
holdfast: connected again
holdfast: connection lost: 1012 service_restart: the server restarts, "we restart"; nothing: the backoff spreads them
holdfast: attempt N in TIME
holdfast: connected again
holdfast: connection lost: 4567 of the application's own, "mine"; look it up in the application's documentation, and map it to a class
holdfast: attempt N in TIME
holdfast: connected again
holdfast: closed: 1000 normal: the connection was closed on purpose`
	got := numbers.ReplaceAllString(p.Stderr(), "TIME")
	got = regexp.MustCompile(`attempt [2-9] `).ReplaceAllString(got, "attempt N ")
	if got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
}

// startConnect starts the program with an input that stays open.
func startConnect(t *testing.T, o rig.Options, args ...string) (*rig.Proc, *os.File) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	o.Stdin = r
	p, err := rig.Start("connect", binary, o, append([]string{"connect"}, args...)...)
	r.Close()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close(); p.Kill() })
	return p, w
}

// A server that is not there yet is waited for, with no end.
func TestConnectWaitsForTheServer(t *testing.T) {
	s := newEchoServer(t)
	s.down.Store(true)
	p, in := startConnect(t, rig.Options{}, append([]string{s.url, "-n", "1"}, soonAgain...)...)
	in.WriteString("early\n")
	eventually(t, "a dozen attempts were made", func() bool { return strings.Contains(p.Stderr(), "attempt 12 ") })
	s.down.Store(false)
	if line, err := p.Line(t.Context()); err != nil || line != "early" {
		t.Fatalf("%q %v %s", line, err, p.Stderr())
	}
	if code, err := p.Wait(t.Context()); code != 0 || err != nil {
		t.Error(code, err)
	}
}

// What cannot go well ends at once, with what to do and an exit code.
func TestConnectFails(t *testing.T) {
	s := newEchoServer(t)
	dir := t.TempDir()
	bad := filepath.Join(dir, "bad.pem")
	os.WriteFile(bad, []byte("no certificate"), 0o600)
	for _, tc := range []struct {
		name, input string
		args        []string
		code        int
		want        string
	}{
		{"nothing there", "", []string{s.url + "/404"}, 1, `the server answered 404: "not today"`},
		{"wrong token", "", []string{s.url + "/401", "--token", "T"}, 1, "(http_unauthorized); give a valid token"},
		{"given up", "", append([]string{s.url + "/503", "--max-retries", "2"}, soonAgain...), 1, "given up after 3 attempts"},
		{"closed by policy", "close 1008 go away\nmore\n", []string{s.url, "--wait", "forever"}, 1, "(policy)"},
		{"too few answers", "close 1000\n", []string{s.url, "-n", "1"}, 1, "0 messages were received, and --count is 1"},
		{"answers too late", "", []string{s.url, "-n", "1", "-w", "10ms"}, 1, "0 messages were received, and --count is 1"},
		{"message too big", strings.Repeat("z", 2000) + "\n", []string{s.url, "-n", "1", "--max-message", "1000"}, 1, "(message_too_big)"},
		{"gopher", "", []string{"gopher://x"}, 1, "does not begin with ws://"},
		{"no CA", "", []string{s.url, "--ca", bad}, 1, "holds no certificate in PEM"},
		{"no token", "", []string{s.url, "--token-file", filepath.Join(dir, "none")}, 1, "check --token-file"},
		{"bad header", "", []string{s.url, "-H", "nonsense"}, 2, `is not of the form`},
		{"header of the handshake", "", []string{s.url, "-H", "Host: x"}, 2, "belongs to the handshake"},
		{"bad proxy", "", []string{s.url, "--proxy", "x"}, 2, "--proxy"},
		{"bad wait", "", []string{s.url, "--wait", "never"}, 2, "--wait"},
		{"bad ping", "", []string{s.url, "--ping=-1s"}, 2, "--ping"},
		{"two inputs", "", []string{s.url, "-x", "a", "--exec", "b"}, 2, "can't be used together"},
		{"a command and a count", "", []string{s.url, "--exec", "b", "-n", "1"}, 2, "--count"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			r := connect(t, tc.input, tc.args...)
			lines := strings.Split(strings.TrimSpace(r.errors), "\n")
			if r.code != tc.code || r.out != "" || !strings.Contains(lines[len(lines)-1], tc.want) {
				t.Errorf("exit code %d\n%s\n%s", r.code, r.out, r.errors)
			}
		})
	}
}

// A server that closes before all was sent makes it fail; one that closes after that does not.
func TestConnectClosedByTheServer(t *testing.T) {
	s := newEchoServer(t)
	if r := connect(t, "close 1000 done\n", s.url, "--wait", "forever"); r.code != 0 || !strings.Contains(r.errors, `1000 normal: the connection was closed on purpose, "done"`) {
		t.Errorf("%+v", r)
	}
	p, in := startConnect(t, rig.Options{}, s.url)
	in.WriteString("close 1000 done\n")
	eventually(t, "the server has closed", func() bool { return strings.Contains(p.Stderr(), "1000 normal") })
	in.WriteString("too late\n")
	if code, err := p.Wait(t.Context()); code != exitFailed || err != nil || !strings.Contains(p.Stderr(), `"done") before all was sent`) {
		t.Errorf("%d %v %s", code, err, p.Stderr())
	}
}

// As JSON everything is an object a line, and standard error is silent.
func TestConnectAsJSON(t *testing.T) {
	s := newEchoServer(t)
	r := connect(t, "{\"a\": 1}\nbinary\n", s.url, "-n", "2", "--format", "json", "--json", "-s", "echo")
	if r.code != 0 || r.errors != "" {
		t.Fatalf("%+v", r)
	}
	var got []string
	for line := range strings.Lines(r.out) {
		var o object
		if err := json.Unmarshal([]byte(line), &o); err != nil || o.Time.IsZero() {
			t.Fatal(line, err)
		}
		text := o.Event
		switch {
		case o.Base64 != nil:
			text += " base64 " + string(*o.Base64)
		case o.Data != nil:
			text += " json " + string(o.Data)
		case o.Text != nil:
			text += " text " + *o.Text
		case o.State != "":
			text += " " + o.State
		}
		got = append(got, text)
	}
	for _, want := range []string{"state connecting", "state open", "open", "closed", "state closed",
		`sent json {"a":1}`, "sent text binary", `received json {"a":1}`, "received base64 \x00\xff\n"} {
		if !slices.Contains(got, want) {
			t.Errorf("there is no %q in %q", want, got)
		}
	}
}

// The token's file is read again for every attempt.
func TestConnectReadsTheTokenAgain(t *testing.T) {
	s := newEchoServer(t)
	file := filepath.Join(t.TempDir(), "token")
	os.WriteFile(file, []byte("first\n"), 0o600)
	p, in := startConnect(t, rig.Options{}, append([]string{s.url, "--token-file", file}, soonAgain...)...)
	for _, want := range []string{"first", "second"} {
		in.WriteString("request\n")
		if line, err := p.Line(t.Context()); err != nil || line != "Bearer "+want+"||" {
			t.Fatal(line, err)
		}
		os.WriteFile(file, []byte("second\n"), 0o600)
		in.WriteString("cut\n")
		eventually(t, "it is connected again", func() bool { return strings.Contains(p.Stderr(), "connected again") })
	}
}
