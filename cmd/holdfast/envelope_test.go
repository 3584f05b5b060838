package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/coder/websocket"

	"github.com/holdfast-ws/holdfast/cmd/holdfast/internal/chaos"
	"github.com/holdfast-ws/holdfast/cmd/holdfast/internal/rig"
)

// Clients of the envelope dialect that others have written, run by Node.js against the real program. Those in testdata/envelope/*.md are
// copied as they are printed in articles on reliable WebSockets: a class with a queue in localStorage, and a chat on an emitter of
// events that connects again. Nothing is changed in them; what they import is beside them.

// node is a program that Node.js runs.
type node struct {
	w    *world
	proc *rig.Proc
	in   *os.File
	mu   sync.Mutex
	out  []byte
}

// Write keeps standard output. Part of io.Writer.
func (n *node) Write(b []byte) (int, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.out = append(n.out, b...)
	return len(b), nil
}

// count says how often a line was written.
func (n *node) count(line string) (times int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for l := range bytes.Lines(n.out) {
		if strings.TrimSuffix(string(l), "\n") == line {
			times++
		}
	}
	return times
}

// says waits for a line.
func (n *node) says(line string) {
	n.w.t.Helper()
	n.saysTimes(line, 1)
}

func (n *node) saysTimes(line string, times int) {
	n.w.t.Helper()
	n.w.until(fmt.Sprintf("%s says %q %d times; it failed with: %s", n.proc.Name, line, times, n.proc.Stderr()), func() bool { return n.count(line) >= times })
}

const nodeModules = "../../internal/thirdparty/envelope/node_modules"

// needsNode skips a test where Node.js and the packages are not there.
func needsNode(t *testing.T) {
	if _, err := exec.LookPath("node"); err != nil {
		t.Skip("node is not installed")
	}
	if _, err := os.Stat(nodeModules); err != nil {
		t.Skip("the packages are not installed: internal/thirdparty/envelope/install")
	}
}

func (w *world) nodePath() string {
	w.t.Helper()
	path, err := filepath.Abs(nodeModules)
	if err != nil {
		w.t.Fatal(err)
	}
	return "NODE_PATH=" + path
}

// node starts a program.
func (w *world) node(name, program string, args ...string) *node {
	w.t.Helper()
	r, in, err := os.Pipe()
	if err != nil {
		w.t.Fatal(err)
	}
	n := &node{w: w, in: in}
	n.proc, err = rig.Start(name, "node", rig.Options{Stdin: r, Stdout: n, Env: []string{w.nodePath()}}, append([]string{program}, args...)...)
	r.Close()
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() {
		n.proc.Kill()
		in.Close()
	})
	return n
}

// printed returns the blocks of code in an article.
func (w *world) printed(name string) string {
	w.t.Helper()
	doc, err := os.ReadFile(filepath.Join("testdata/envelope", name))
	if err != nil {
		w.t.Fatal(err)
	}
	var code strings.Builder
	for i, block := range strings.Split(string(doc), "```") {
		if i%2 == 1 {
			_, text, _ := strings.Cut(block, "\n")
			code.WriteString(text)
		}
	}
	return code.String()
}

// source returns a file that belongs to a client.
func (w *world) source(name string) string {
	w.t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata/envelope", name))
	if err != nil {
		w.t.Fatal(err)
	}
	return string(b)
}

// compile makes a program of the class as it is printed.
func (w *world) compile() string {
	w.t.Helper()
	in := w.write("client.ts", []byte(w.source("browser.ts")+w.printed("reliable-websocket.md")+w.source("application.ts")))
	out := w.path("client.cjs")
	c := exec.CommandContext(w.ctx, "node", filepath.Join(nodeModules, "esbuild/bin/esbuild"), in, "--platform=node", "--format=cjs", "--outfile="+out, "--log-level=warning")
	if b, err := c.CombinedOutput(); err != nil {
		w.t.Fatalf("esbuild: %v: %s", err, b)
	}
	return out
}

// send has the application of the class publish the numbers from one to another.
func (n *node) send(from, to int) {
	n.w.t.Helper()
	for i := from; i <= to; i++ {
		if _, err := n.in.WriteString(strconv.Itoa(i) + "\n"); err != nil {
			n.w.t.Fatal(err)
		}
	}
}

func (n *node) hasAll(event string, to int) {
	n.w.t.Helper()
	for i := range to + 1 {
		n.says(fmt.Sprintf(`{"event":%q,"value":%d}`, event, i))
	}
}

// logged reads a channel's log from its start, as a client of the dialect, and returns how often it has each number.
func (w *world) logged(channel string, last string) map[string]int {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	c, _, err := websocket.Dial(ctx, "ws://"+w.addr+"/ws?from=start&channel="+channel, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	defer c.CloseNow()
	seen := map[string]int{}
	for offset := 1; ; offset++ {
		_, b, err := c.Read(ctx)
		if err != nil {
			w.t.Fatalf("after %d records: %v", offset-1, err)
		}
		var m struct {
			ID   string
			Data json.RawMessage
		}
		if err := json.Unmarshal(b, &m); err != nil || !strings.HasSuffix(m.ID, fmt.Sprintf("@%d/%s", offset, channel)) {
			w.t.Fatalf("%s, %v; want offset %d", b, err, offset)
		}
		if string(m.Data) == last {
			return seen
		}
		seen[string(m.Data)]++
	}
}

// The printed class sends and gets everything, through cut connections, servers that are killed, an outage, and a page that is closed in
// the middle of it. What it says is delivered is in the log.
func TestPrintedEnvelopeClass(t *testing.T) {
	needsNode(t)
	w := newWorld(t)
	w.serve()
	w.chaos(chaos.Options{})
	program := w.compile()
	url := "ws://" + w.addr + "/ws?channel=room&user="
	ann := w.node("ann", program, url+"ann", w.path("ann.json"))
	ben := w.node("ben", program, url+"ben", w.path("ben.json"))
	ann.says(`{"event":"connected"}`)
	ben.says(`{"event":"connected"}`)

	ann.send(0, 9)
	ann.hasAll("delivered", 9)
	ben.hasAll("message", 9)

	modes := []chaos.Mode{chaos.RST, chaos.FIN, chaos.Torn}
	for i := range 9 {
		ann.send(10+10*i, 19+10*i)
		w.proxy.Cut(modes[i%3])
	}
	ann.hasAll("delivered", 99)

	for i := range 3 {
		ann.send(100+10*i, 104+10*i)
		w.server.Kill()
		w.wait(w.server)
		ann.send(105+10*i, 109+10*i)
		if err := w.restart(); err != nil {
			t.Fatal(err)
		}
		ann.hasAll("delivered", 109+10*i)
	}
	ben.hasAll("message", 129)

	w.server.Kill()
	w.wait(w.server)
	down := ann.count(`{"event":"disconnected"}`) + 1
	ann.saysTimes(`{"event":"disconnected"}`, down) // of an attempt that failed: the outage is known
	ann.send(130, 139)
	w.until("the queue is in the page's storage", func() bool { return bytes.Contains(w.read("ann.json"), []byte(`\"data\":139`)) })
	ann.proc.Kill()
	w.wait(ann.proc)
	again := w.node("ann", program, url+"ann", w.path("ann.json"))
	again.send(140, 149)
	if err := w.restart(); err != nil {
		t.Fatal(err)
	}
	for i := 130; i < 150; i++ {
		again.says(fmt.Sprintf(`{"event":"delivered","value":%d}`, i))
	}
	ben.hasAll("message", 149)

	again.send(999, 999)
	seen := w.logged("room", "999")
	for i := range 150 {
		if seen[strconv.Itoa(i)] == 0 {
			t.Errorf("message %d was delivered and is not in the log", i)
		}
	}
	w.stop()
}

// The printed chat shows what others say, and after an outage what they said meanwhile.
func TestPrintedChat(t *testing.T) {
	needsNode(t)
	w := newWorld(t)
	w.serve()
	w.chaos(chaos.Options{})
	code := w.printed("chat-client.md")
	program, _, ok := strings.Cut(code, "// 使用示例")
	if !ok {
		t.Fatal("the example of how to use it is missing")
	}
	if err := os.Mkdir(w.path("scripts"), 0o755); err != nil {
		t.Fatal(err)
	}
	w.write("scripts/websocket-reconnect.js", []byte(w.source("chat.js")))
	program = w.write("chat.js", []byte(program+`
const chat = new ChatClient(process.argv[3]);
chat.connect();
require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => chat.sendMessage(line)).on('close', () => process.exit(0));
`))
	ann := w.node("ann", program, "ws://"+w.addr, "ann")
	ben := w.node("ben", program, "ws://"+w.addr, "ben")
	ann.says("✅ Connected to chat server")
	ben.says("✅ Connected to chat server")
	fmt.Fprintln(ann.in, "Hello, world!")
	ben.says("[ann]: Hello, world!")
	ann.says("[ann]: Hello, world!")
	ann.saysTimes("pong", 3)

	w.proxy.Cut(chaos.RST)
	ann.saysTimes("✅ Connected to chat server", 2)
	ben.saysTimes("✅ Connected to chat server", 2)
	fmt.Fprintln(ben.in, "still there")
	ann.says("[ben]: still there")

	ben.proc.Kill()
	w.wait(ben.proc)
	fmt.Fprintln(ann.in, "while ben is away")
	ann.says("[ann]: while ben is away")
	ben = w.node("ben", program, "ws://"+w.addr, "ben")
	ben.says("[ann]: while ben is away")

	w.server.Kill()
	w.wait(w.server)
	if err := w.restart(); err != nil {
		t.Fatal(err)
	}
	ann.saysTimes("✅ Connected to chat server", 3)
	fmt.Fprintln(ann.in, "after a restart")
	ben.says("[ann]: after a restart")
	w.stop()
}

// Clients with a heartbeat of one word or of JSON, without a token and with one.
func TestPrintedHeartbeats(t *testing.T) {
	needsNode(t)
	w := newWorld(t)
	secret := w.write("secret", bytes.Repeat([]byte("k"), 48))
	w.serve("--auth-jwt-secret-file", secret)
	token := strings.TrimSpace(w.must("", "token", "new", "--secret-file", secret, "--user", "ann"))
	for _, c := range []struct{ name, query, heartbeat, first, answer string }{
		{"ping, token in the URL", "?token=" + token, "ping", "", "pong"},
		{"PING", "?token=" + token, "PING", "", "pong"},
		{"heartbeat", "?token=" + token, "heartbeat", "", "pong"},
		{"an object", "?token=" + token, `{"type":"ping"}`, "", `{"type":"pong"}`},
		{"a command", "?token=" + token, `{"cmd":"heartbeat"}`, "", `{"cmd":"pong"}`},
		{"token in the first message", "", "ping", `{"type":"auth","token":"` + token + `"}`, "pong"},
		{"no token", "", `{"type":"DATA","data":1}`, "", "closed 4200"},
		{"a bad token", "?token=x", `ping`, "", "closed 4200"},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := w.node(c.name, "testdata/envelope/simple.js", "ws://"+w.addr+"/ws"+c.query, c.heartbeat, c.first)
			n.saysTimes(c.answer, 3)
			n.in.Close()
			w.wait(n.proc)
			out := string(n.out)
			if c.first != "" && !strings.Contains(out, `"type":"auth","data":{"user":"ann"}`) {
				t.Errorf("the token has no answer: %s", out)
			}
			if c.answer != "closed 4200" && strings.Contains(out, "closed") {
				t.Errorf("the connection did not last: %s", out)
			}
		})
	}
	w.stop()
}
