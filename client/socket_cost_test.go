package client_test

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/client"
)

const sinkEnv = "HOLDFAST_TEST_SINK"

// sinkProcess is a server that reads and says nothing, in a process of its own, so that what it costs is not counted here.
func sinkProcess(t testing.TB) string {
	cmd := exec.Command(os.Args[0], "-test.run=^TestSinkProcess$")
	cmd.Env = append(os.Environ(), sinkEnv+"=1")
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stdin.Close()
		cmd.Wait()
	})
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(line)
}

// TestSinkProcess is that process.
func TestSinkProcess(t *testing.T) {
	if os.Getenv(sinkEnv) == "" {
		return // there is nothing to test: it is a helper of others
	}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if c, err := websocket.Accept(w, r, nil); err == nil {
			for err == nil {
				_, _, err = c.Read(context.Background())
			}
		}
	}))
	fmt.Println("ws" + strings.TrimPrefix(srv.URL, "http"))
	bufio.NewReader(os.Stdin).ReadByte() //nolint:errcheck // it ends with its parent
	os.Exit(0)
}

// An idle socket costs at most 24 KB: a goroutine, two buffers of coder/websocket's, and its own state. Seed document 1 grants
// 1 to 2 MB.
func TestIdleSocketMemory(t *testing.T) {
	if raceOn {
		t.Skip("the race detector takes memory of its own")
	}
	const n, limit = 500, 24 << 10
	url := sinkProcess(t)
	used := func() uint64 {
		runtime.GC()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc + m.StackInuse
	}
	before := used()
	sockets := make([]*client.Socket, n)
	for i := range sockets {
		s, err := client.Open(t.Context(), url, client.SocketOptions{})
		if err != nil {
			t.Fatal(err)
		}
		sockets[i] = s
		if err := s.Opened(t.Context()); err != nil { // one after the other: attempts side by side leave holes between the stacks
			t.Fatal(err)
		}
	}
	each := (used() - before) / n
	t.Logf("%d bytes for each idle socket", each)
	if each > limit {
		t.Errorf("%d bytes for each idle socket, limit %d", each, limit)
	}
	for _, s := range sockets {
		s.Close(holdfast.CodeNormal, "")
	}
}

// Sending on an open connection allocates nothing: text, and bytes.
func TestSendAllocatesNothing(t *testing.T) {
	if raceOn {
		t.Skip("the race detector allocates")
	}
	s := openSocket(t, sinkProcess(t), client.SocketOptions{Heartbeat: client.Heartbeat{Mode: client.HeartbeatOff}})
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := s.Opened(ctx); err != nil {
		t.Fatal(err)
	}
	data := make([]byte, 100)
	send := map[string]func() error{
		"text":  func() error { return s.SendText(ctx, "twenty bytes of text") },
		"bytes": func() error { return s.SendBytes(ctx, data) },
	}
	for name, f := range send {
		round := func() {
			for range 100 {
				if err := f(); err != nil {
					t.Fatal(err)
				}
			}
			for s.BufferedAmount() > 0 {
				runtime.Gosched()
			}
		}
		round()
		if n := testing.AllocsPerRun(100, round); n > 5 { // of a hundred sends; the runtime has some of its own
			t.Errorf("%s: %v allocations for 100 sends", name, n)
		}
	}
}
