package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/holdfast-ws/holdfast/internal/load"
)

// kind is a kind of server, and how it is built and started.
type kind struct {
	name    string
	title   string // for people
	dialect string
	// peer is its folder in bench/peers; empty: our own program, or this one where self is set.
	peer string
	self bool
	// args it is started with, besides its address.
	args []string
	// data is the flag that names a folder for its data; empty: it has none.
	data string
	// tls says that it speaks TLS, and deflate that it is asked to compress.
	tls, deflate bool
	// slow says that it is given so many times fewer messages to publish and ack, so that a round does not take minutes.
	slow int
}

func kinds() []kind {
	memory := []string{"--store", "memory"}
	return []kind{
		{name: "holdfast", title: "Holdfast", dialect: "holdfast", args: memory},
		{name: "holdfast-binary", title: "Holdfast, binary", dialect: "holdfast-binary", args: memory},
		{name: "holdfast-acks", title: "Holdfast, acks after 100 ms", dialect: "holdfast-acks", args: memory},
		{name: "holdfast-disk", title: "Holdfast, disk with fsync", dialect: "holdfast", args: []string{"--store", "disk"}, data: "--data"},
		{name: "holdfast-tls", title: "Holdfast, TLS", dialect: "holdfast", self: true, args: []string{"-tls"}, tls: true},
		{name: "holdfast-deflate", title: "Holdfast, compressed", dialect: "holdfast", self: true, args: []string{"-deflate"}, deflate: true},
		{name: "bare", title: "bare", dialect: "plain", peer: "bare"},
		{name: "gathered", title: "gathered", dialect: "plain", peer: "gathered"},
		{name: "ws", title: "ws (Node)", dialect: "ws", peer: "ws"},
		{name: "ws-deflate", title: "ws (Node), compressed", dialect: "ws", peer: "ws", args: []string{"--deflate"}, deflate: true},
		{name: "socket.io", title: "Socket.IO, with recovery", dialect: "socket.io", peer: "socketio", slow: 4},
		{name: "gorilla", title: "gorilla/websocket hub", dialect: "gorilla", peer: "gorilla", args: []string{"-full", "wait"}},
		{name: "gorilla-deflate", title: "gorilla/websocket hub, compressed", dialect: "gorilla", peer: "gorilla",
			args: []string{"-full", "wait", "-deflate"}, deflate: true},
		{name: "nats", title: "NATS, core", dialect: "nats", peer: "nats", data: "-dir"},
		{name: "jetstream", title: "JetStream on file", dialect: "jetstream", peer: "nats", data: "-dir"},
		{name: "jetstream-sync", title: "JetStream on file, synced, deduplicated", dialect: "jetstream-once", peer: "nats",
			args: []string{"-sync", "always"}, data: "-dir", slow: 20},
		{name: "mochi", title: "mochi-mqtt, QoS 1", dialect: "mqtt", peer: "mochi"},
	}
}

func kindOf(name string) (kind, error) {
	var names []string
	for _, k := range kinds() {
		if k.name == name {
			return k, nil
		}
		names = append(names, k.name)
	}
	return kind{}, fmt.Errorf("no server is called %q; there are %s", name, strings.Join(names, ", "))
}

// target is how the load speaks to it at an address.
func (k *kind) target(addr string, p load.Process) (*load.Target, error) {
	d, err := load.DialectOf(k.dialect)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errNotInstalled, err)
	}
	t := &load.Target{Addr: []string{addr}, Dialect: d, Process: p}
	if k.tls {
		t.TLS = &tls.Config{InsecureSkipVerify: true}
	}
	if k.deflate {
		t.Compression = load.CompressionOn
	}
	return t, nil
}

// errNotInstalled is a peer that cannot be run here.
var errNotInstalled = errors.New("not installed")

// build makes it ready to run, and returns the command line.
func (k *kind) build(ctx context.Context, root string) ([]string, error) {
	if k.self {
		self, err := os.Executable()
		return []string{self, "own"}, err
	}
	bin := filepath.Join(root, "bin", "bench", "holdfast")
	dir, pkg := root, "./cmd/holdfast"
	if k.peer != "" {
		if _, err := os.Stat(filepath.Join(root, "bench", "peers", k.peer)); err != nil {
			return nil, fmt.Errorf("%w: %w", errNotInstalled, err)
		}
		dir, pkg = filepath.Join(root, "bench", "peers", k.peer), "."
		if _, err := os.Stat(filepath.Join(dir, "package.json")); err == nil {
			if _, err := os.Stat(filepath.Join(dir, "node_modules")); err != nil {
				return nil, fmt.Errorf("%w: bench/peers/install puts it there", errNotInstalled)
			}
			return []string{"node", filepath.Join(dir, "server.js")}, nil
		}
		bin = filepath.Join(root, "bin", "bench", filepath.Base(k.peer))
	}
	c := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", bin, pkg)
	c.Dir = dir
	if out, err := c.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("build %s: %w\n%s", k.name, err, out)
	}
	return []string{bin}, nil
}

// running is a server that has been started.
type running struct {
	kind  *kind
	addr  string
	cmd   *exec.Cmd
	ended chan struct{}
	data  string
}

// start runs the command line with what the kind and the caller add, until stop.
func (k *kind) start(ctx context.Context, command, more []string, env []string) (*running, error) {
	r := &running{kind: k, ended: make(chan struct{})}
	args := slices.Clone(command[1:])
	if k.peer == "" && !k.self {
		args = append(args, "serve", "--listen", "127.0.0.1:0", "--drain", "1ms", "--log-level", "error")
	}
	args = append(args, k.args...)
	if k.data != "" {
		var err error
		if r.data, err = os.MkdirTemp("", "bench-data-"); err != nil {
			return nil, err
		}
		args = append(args, k.data, r.data)
	}
	r.cmd = exec.Command(command[0], append(args, more...)...)
	r.cmd.Env = append(os.Environ(), env...)
	r.cmd.Stderr = os.Stderr
	dieWithParent(r.cmd)
	out, err := r.cmd.StdoutPipe()
	if err == nil {
		err = r.cmd.Start()
	}
	if err != nil {
		os.RemoveAll(r.data)
		return nil, fmt.Errorf("start %s: %w", k.name, err)
	}
	lines := make(chan string, 1)
	go func() {
		defer close(r.ended)
		in := bufio.NewReader(out)
		line, _ := in.ReadString('\n')
		lines <- strings.TrimSpace(line)
		io.Copy(io.Discard, in)
		r.cmd.Wait()
	}()
	select {
	case line := <-lines:
		if r.addr = addressIn(line); r.addr == "" {
			r.stop()
			return nil, fmt.Errorf("%s printed %q in place of its address", k.name, line)
		}
		return r, nil
	case <-time.After(time.Minute):
		err = errors.New("printed no address within a minute")
	case <-ctx.Done():
		err = ctx.Err()
	}
	r.stop()
	return nil, fmt.Errorf("%s: %w", k.name, err)
}

// addressIn finds host:port in a line, also in a URL.
func addressIn(line string) string {
	for word := range strings.FieldsSeq(line) {
		if _, rest, ok := strings.Cut(word, "://"); ok {
			word = rest
		}
		word, _, _ = strings.Cut(word, "/")
		if i := strings.LastIndexByte(word, ':'); i > 0 && i < len(word)-1 {
			return word
		}
	}
	return ""
}

// stop ends it, and removes its data.
func (r *running) stop() {
	r.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-r.ended:
	case <-time.After(5 * time.Second):
		r.cmd.Process.Kill()
		<-r.ended
	}
	if r.data != "" {
		os.RemoveAll(r.data)
	}
}

func (r *running) process() load.Process { return load.Process{PIDs: []int{r.cmd.Process.Pid}} }
