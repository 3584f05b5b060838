package main

import (
	"bufio"
	"context"
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
	dialect string
	// peer is its folder in bench/peers; empty: our own program.
	peer string
	// args it is started with, besides its address.
	args []string
	// data is the flag that names a folder for its data; empty: it has none.
	data string
}

func kinds() []kind {
	return []kind{
		{name: "holdfast", dialect: "holdfast", args: []string{"--store", "memory"}},
		{name: "holdfast-binary", dialect: "holdfast-binary", args: []string{"--store", "memory"}},
		{name: "holdfast-disk", dialect: "holdfast", args: []string{"--store", "disk"}, data: "--data"},
		{name: "bare", dialect: "plain", peer: "bare"},
		{name: "gathered", dialect: "plain", peer: "gathered"},
		{name: "ws", dialect: "ws", peer: "ws"},
		{name: "socket.io", dialect: "socket.io", peer: "socketio"},
		{name: "gorilla", dialect: "gorilla", peer: "gorilla", args: []string{"-full", "wait"}},
		{name: "nats", dialect: "nats", peer: "nats", data: "-dir"},
		{name: "jetstream", dialect: "jetstream", peer: "nats", data: "-dir"},
		{name: "jetstream-sync", dialect: "jetstream-once", peer: "nats", args: []string{"-sync", "always"}, data: "-dir"},
		{name: "mochi", dialect: "mqtt", peer: "mochi"},
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

// errNotInstalled is a peer that cannot be run here.
var errNotInstalled = errors.New("not installed")

// build makes it ready to run, and returns the command line.
func (k *kind) build(ctx context.Context, root string) ([]string, error) {
	bin := filepath.Join(root, "bin", "bench", "holdfast")
	dir, pkg := root, "./cmd/holdfast"
	if k.peer != "" {
		dir, pkg = filepath.Join(root, "bench", "peers", k.peer), "."
		if _, err := os.Stat(filepath.Join(dir, "package.json")); err == nil {
			if _, err := os.Stat(filepath.Join(dir, "node_modules")); err != nil {
				return nil, fmt.Errorf("%w: run npm ci in %s", errNotInstalled, dir)
			}
			return []string{"node", dir}, nil
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
	if k.peer == "" {
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
