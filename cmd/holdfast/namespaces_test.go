package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/auth"
	"github.com/holdfast-ws/holdfast/client"
)

const namespacesPage = "../../docs/namespaces.md"

// block returns the first piece of code in the page that begins with start.
func block(t testing.TB, page, language, start string) string {
	t.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	for part := range strings.SplitSeq(string(text), "```"+language+"\n") {
		code, _, ok := strings.Cut(part, "```")
		if ok && strings.HasPrefix(code, start) {
			return code
		}
	}
	t.Fatalf("%s has no %s that begins with %s", page, language, start)
	return ""
}

// guide serves with the configuration that docs/namespaces.md shows, and returns a session for each token.
func guide(w *world) func(user string, claims map[string]any) *client.Session {
	keys := newKeyring(w)
	yaml := strings.ReplaceAll(block(w.t, namespacesPage, "yaml", "auth-jwt"), "file: secret", "file: "+w.path("secret"))
	for name, text := range map[string]string{"holdfast.yaml": yaml, "chat.schema.json": block(w.t, namespacesPage, "json", `{"type"`)} {
		keys.write(name, []byte(text))
	}
	if code, out, errs := inProcess("config", "check", w.path("holdfast.yaml")); code != 0 || !strings.Contains(out, "in order") {
		w.t.Fatalf("%d %s %s", code, out, errs)
	}
	w.serve("--config", w.path("holdfast.yaml"))
	return func(user string, claims map[string]any) *client.Session {
		c := map[string]any{"sub": user, "exp": time.Now().Add(time.Hour).Unix()}
		maps.Copy(c, claims)
		k, err := auth.NewSecret("", keys.secret)
		if err != nil {
			w.t.Fatal(err)
		}
		token, err := auth.Sign(k, "", c)
		if err != nil {
			w.t.Fatal(err)
		}
		s, err := client.OpenSession(w.ctx, w.url(), client.SessionOptions{Token: func(context.Context) (string, error) { return token, nil }})
		if err != nil {
			w.t.Fatal(err)
		}
		w.t.Cleanup(func() {
			ctx, cancel := context.WithCancel(context.Background())
			cancel() // what waits is of no use any more
			s.Close(ctx)
		})
		return s
	}
}

// What docs/namespaces.md shows, on a real server: what each may, and what each is told who may not, by the attack's name.
func TestNamespacesOfTheGuide(t *testing.T) {
	w := newWorld(t)
	open := guide(w)
	ann, bob := open("ann", nil), open("bob", nil)
	eve := open("eve", map[string]any{"holdfast": json.RawMessage(`{"subscribe":["*"],"publish":["news:*"]}`)})
	publish := func(s *client.Session, channel, data string) error {
		_, err := s.Publish(w.ctx, channel, []byte(data), client.WithType(holdfast.JSON))
		return err
	}
	subscribe := func(s *client.Session, channel string, o client.SubscribeOptions) error {
		sub, err := s.Subscribe(w.ctx, channel, o)
		if err == nil {
			_, err = sub.Start(w.ctx)
			sub.Close()
		}
		return err
	}
	start := client.SubscribeOptions{From: client.FromStart}
	for _, tt := range []struct {
		name string
		do   func() error
		code holdfast.Code // 0: it may
		says string
	}{
		{"good: chat", func() error { return publish(ann, "chat:lobby", `{"text":"hello"}`) }, 0, ""},
		{"good: an editor's news", func() error { return publish(eve, "news:today", `1`) }, 0, ""},
		{"good: a reader of news", func() error { return subscribe(ann, "news:today", start) }, 0, ""},
		{"good: a message to bob", func() error { return publish(ann, "inbox:bob", `1`) }, 0, ""},
		{"good: bob reads it", func() error { return subscribe(bob, "inbox:bob", start) }, 0, ""},
		{"subscription without right", func() error { return subscribe(ann, "inbox:bob", start) }, holdfast.CodeForbidden, "user alone"},
		{"subscription without right, all granted", func() error { return subscribe(eve, "inbox:bob", start) }, holdfast.CodeForbidden, "user alone"},
		{"subscription elsewhere", func() error { return subscribe(ann, "lobby", client.SubscribeOptions{}) }, holdfast.CodeForbidden, "nobody"},
		{"publish without right", func() error { return publish(ann, "news:today", `1`) }, holdfast.CodeForbidden, "no claim holdfast"},
		{"publish what is not granted", func() error { return publish(eve, "chat:lobby", `{"text":"hello"}`) }, holdfast.CodeForbidden, "does not grant"},
		{"publish to a reserved channel", func() error { return publish(ann, "$news:today", `1`) }, holdfast.CodeForbidden, "server's"},
		{"schema violation", func() error { return publish(ann, "chat:lobby", `{"txt":"hello"}`) }, holdfast.CodeSchemaViolation, "missing property 'text'"},
		{"too large for the namespace", func() error {
			return publish(ann, "chat:lobby", `{"text":"`+strings.Repeat("x", 5000)+`"}`)
		}, holdfast.CodeMessageTooLarge, "4096 bytes in namespace chat"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := tt.do()
			if holdfast.CodeOf(err) != tt.code || tt.code != 0 && !strings.Contains(err.Error(), tt.says) {
				t.Errorf("got %v, want %v, %q", err, tt.code, tt.says)
			}
		})
	}
	t.Run("other user's named cursor", func(t *testing.T) {
		mine := client.SubscribeOptions{From: client.FromStart, Cursor: "mine", Ack: client.AckManual}
		held, err := ann.Subscribe(w.ctx, "news:today", mine)
		if err == nil {
			_, err = held.Start(w.ctx)
		}
		if err != nil {
			t.Fatal(err)
		}
		if err := subscribe(bob, "news:today", mine); err != nil {
			t.Fatal(err)
		}
		for _, err := range held.Records(w.ctx) { // it was not taken over
			if err != nil {
				t.Error(err)
			}
			break
		}
	})
	t.Run("rate exceeded", func(t *testing.T) {
		carl := open("carl", nil)
		events, cancel := context.WithCancel(w.ctx)
		defer cancel()
		held := make(chan client.Event, 100)
		go func() {
			for e := range carl.Events(events) {
				if e.Kind == client.EventHeld {
					held <- e
				}
			}
		}()
		var receipts []*client.Receipt
		for range 12 { // more than comes at once, and less than a test has time for
			r, err := carl.Enqueue(w.ctx, "inbox:ann", []byte(`1`), client.WithType(holdfast.JSON))
			if err != nil {
				t.Fatal(err)
			}
			receipts = append(receipts, r)
		}
		e := <-held
		if e.Code != holdfast.CodeRateLimited || e.At.IsZero() {
			t.Errorf("%+v", e)
		}
		last := uint64(0)
		for _, r := range receipts {
			a, err := r.Wait(w.ctx)
			if err != nil || a.Offset != last+1 {
				t.Fatalf("%+v, %v: after %d", a, err, last)
			}
			last = a.Offset
		}
	})
}

// All mistakes of namespaces are listed with their places, and what is right is printed so that it can be read again.
func TestConfigOfNamespaces(t *testing.T) {
	w := newWorld(t)
	newKeyring(w).write("schema.json", []byte(`{"type":"object"}`))
	write := func(text string) string {
		if err := os.WriteFile(w.path("c.yaml"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return w.path("c.yaml")
	}
	bad := write("namespaces:\n  chat:\n    publish: all\n  \"a:b\":\n  news: {schema: none.json, rat: 1}\n  form: {schema: none.json}\n  twice: 3\n  chat:\n    rate: -1\n  burst: {burst: 1}\nnamespaces: 1\n")
	code, _, errs := inProcess("config", "check", bad)
	for _, line := range []string{
		`c.yaml:3: namespaces: chat: publish: "all" must be one of anyone, users, granted, self, nobody`,
		`c.yaml:4: namespaces: a:b: `, `c.yaml:5: namespaces: news: rat: there is no such option`,
		`c.yaml:6: namespaces: form: read schema: `, `c.yaml:7: namespaces: twice: it must be a list of options`,
		`c.yaml:8: namespaces: chat: it is there already, in line 2`, `c.yaml:10: namespaces: burst: configure policy: namespace "burst": rate: a burst needs a rate`,
		`c.yaml:11: namespaces: it is there already, in line 1`, `8 mistakes`,
	} {
		if !strings.Contains(errs, line) || code != exitUsage {
			t.Errorf("exit code %d, no %q in\n%s", code, line, errs)
		}
	}
	good := write("namespaces:\n  chat: {publish: users, schema: schema.json, rate: 2.5, retention-age: 1h}\n  \"*\":\n    publish: nobody\n")
	code, printed, errs := inProcess("config", "print", "--config", good)
	if code != 0 || !strings.Contains(printed, "  \"*\":  # "+good+":3\n    publish: nobody  # "+good+":4\n") || !strings.Contains(printed, "retention-age: 1h") {
		t.Fatalf("%d %s %s", code, errs, printed)
	}
	again := write(printed)
	code, second, errs := inProcess("config", "print", "--config", again)
	strip := func(s string) (lines []string) {
		for l := range strings.SplitSeq(s, "\n") {
			l, _, _ = strings.Cut(l, "  #")
			lines = append(lines, l)
		}
		return lines
	}
	if a, b := strings.Join(strip(printed), "\n"), strings.Join(strip(second), "\n"); code != 0 || a != b {
		t.Errorf("%d %s\n%s\nis not\n%s", code, errs, b, a)
	}
	code, list, _ := inProcess("config", "print", "--json", "--config", again)
	if code != 0 || !strings.Contains(list, `"name": "namespaces"`) || !strings.Contains(list, `"publish": "users"`) {
		t.Error(list)
	}
	_, text, _ := inProcess("config", "schema")
	var doc struct {
		Properties map[string]struct {
			AdditionalProperties struct {
				Properties map[string]struct{ Enum []string }
			}
		}
	}
	if err := json.Unmarshal([]byte(text), &doc); err != nil || len(doc.Properties["namespaces"].AdditionalProperties.Properties["publish"].Enum) != 5 {
		t.Errorf("%v %+v", err, doc.Properties["namespaces"])
	}
	// rules about users need somebody who knows them
	code, _, errs = inProcess("serve", "--listen", "127.0.0.1:0", "--data", w.path("other"), "--config", good)
	if code != exitFailed || !strings.Contains(errs, "Authenticate") {
		t.Errorf("%d %s", code, errs)
	}
}

// docs/namespaces.md has the table of all options of a namespace.
func TestNamespaceOptionsAreDocumented(t *testing.T) {
	const begin, end = "<!-- options: begin -->\n", "<!-- options: end -->"
	text, err := os.ReadFile(namespacesPage)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(text), begin)
	table, after, closed := strings.Cut(rest, end)
	var want bytes.Buffer
	if err := writeNamespaceOptions(&want); err != nil || !ok || !closed {
		t.Fatal(errors.Join(err, errors.New(namespacesPage+" has no place for the options")))
	}
	if table == want.String() {
		return
	}
	if !*updateDocs {
		t.Fatalf("%s has not the options that there are: go test ./cmd/holdfast -run Documented -update-docs", namespacesPage)
	}
	if err := os.WriteFile(namespacesPage, []byte(before+begin+want.String()+end+after), 0o644); err != nil {
		t.Fatal(err)
	}
}
