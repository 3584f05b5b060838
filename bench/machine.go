package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// thisMachine says what is measured on.
func thisMachine(name string) machine {
	m := machine{Name: name, Cores: runtime.NumCPU(), CPU: runtime.GOARCH}
	if b, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		m.CPU = valueIn(string(b), "model name")
	}
	if b, err := os.ReadFile("/proc/meminfo"); err == nil {
		m.Memory = valueIn(string(b), "MemTotal")
	}
	if b, err := os.ReadFile("/proc/sys/kernel/osrelease"); err == nil {
		m.Kernel = runtime.GOOS + " " + strings.TrimSpace(string(b))
	} else {
		m.Kernel = runtime.GOOS
	}
	if m.Name == "" {
		m.Name = runtime.GOOS + "-" + runtime.GOARCH + "-" + itoa(m.Cores)
	}
	return m
}

func valueIn(text, key string) string {
	for line := range strings.SplitSeq(text, "\n") {
		if k, v, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(k) == key {
			return strings.TrimSpace(v)
		}
	}
	return ""
}

// versions says of what the programs were made.
func versions(ctx context.Context, root string) map[string]string {
	v := map[string]string{"go": runtime.Version()}
	say := func(name string, command ...string) {
		c := exec.CommandContext(ctx, command[0], command[1:]...)
		c.Dir = root
		if out, err := c.Output(); err == nil {
			v[name] = strings.TrimSpace(string(out))
		}
	}
	say("holdfast", "git", "describe", "--always", "--dirty", "--tags")
	say("node", "node", "--version")
	for name, at := range map[string][2]string{
		"gorilla/websocket": {"gorilla", "github.com/gorilla/websocket"},
		"nats-server":       {"nats", "github.com/nats-io/nats-server/v2"},
		"mochi-mqtt":        {"mochi", "github.com/mochi-mqtt/server/v2"},
	} {
		say(name, "go", "-C", filepath.Join(root, "bench", "peers", at[0]), "list", "-m", "-f", "{{.Version}}", at[1])
	}
	for name, at := range map[string]string{"ws": "ws/node_modules/ws", "socket.io": "socketio/node_modules/socket.io"} {
		if b, err := os.ReadFile(filepath.Join(root, "bench", "peers", at, "package.json")); err == nil {
			v[name] = strings.Trim(valueIn(string(b), `"version"`), `",`)
		}
	}
	return v
}
