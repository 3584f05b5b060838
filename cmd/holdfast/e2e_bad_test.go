//go:build unix

package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/coder/websocket"
	"github.com/holdfast-ws/holdfast"
)

// A record over the limit in the middle of a stream is refused by name; the rest goes through, in order.
func TestRecordTooLarge(t *testing.T) {
	w := newWorld(t)
	w.serve("--max-message", "1000")
	in := lines(1, 500) + strings.Repeat("x", 3000) + "\n" + lines(501, 1000)
	code, _, errs := w.run(in, "publish", w.url(), "c")
	if code != exitFailed || !strings.Contains(errs, "message_too_large") || !strings.Contains(errs, "1 of 1001 records were refused") {
		t.Fatalf("exit code %d: %s", code, errs)
	}
	if out := w.must("", "subscribe", w.url(), "c", "--from", "start", "--raw", "--count", "1000"); out != lines(1, 1000) {
		t.Errorf("%d bytes came", len(out))
	}
}

func TestInvalidJSONIsRefused(t *testing.T) {
	w := newWorld(t)
	w.serve()
	code, _, errs := w.run("{}\nno\n[1]\n", "publish", w.url(), "c", "--type", "json")
	if code != exitFailed || !strings.Contains(errs, "bad_payload") {
		t.Fatalf("exit code %d: %s", code, errs)
	}
	if out := w.must("", "subscribe", w.url(), "c", "--from", "start", "--raw", "--count", "2"); out != "{}\n[1]\n" {
		t.Errorf("%q", out)
	}
}

func TestPositionInTheFuture(t *testing.T) {
	w := newWorld(t)
	w.serve()
	w.must("one\n", "publish", w.url(), "c")
	w.fails(exitFailed, "position_ahead", "subscribe", w.url(), "c", "--from", "1000")
}

func TestNotHoldfast(t *testing.T) {
	w := newWorld(t)
	w.serve()
	w.fails(exitFailed, "not_holdfast", "subscribe", w.url()+"/healthz", "c")
}

// What is not a frame ends the connection with a code and a sentence; a session that follows is served.
func TestNotAFrame(t *testing.T) {
	w := newWorld(t)
	w.serve()
	for _, tc := range []struct {
		name, protocol string
		kind           websocket.MessageType
		data           string
	}{
		{"no JSON", "holdfast.v1.json", websocket.MessageText, "hello\n"},
		{"half a frame", "holdfast.v1.json", websocket.MessageText, `{"t":"hello"`},
		{"noise", "holdfast.v1.bin", websocket.MessageBinary, "\xff\xff\xff\xff\xff\xff"},
	} {
		c, _, err := websocket.Dial(w.ctx, "ws://"+w.addr+"/ws", &websocket.DialOptions{Subprotocols: []string{tc.protocol}})
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Write(w.ctx, tc.kind, []byte(tc.data)); err != nil {
			t.Fatal(err)
		}
		_, _, err = c.Read(context.Background())
		if got := holdfast.Code(websocket.CloseStatus(err)); got != holdfast.CodeBadFrame {
			t.Errorf("%s: %v", tc.name, err)
		}
		c.CloseNow()
	}
	w.must("one\n", "publish", w.url(), "c")
}

// Two that use copies of one outbox: one of them is stopped, and nothing is doubled.
func TestCopiedOutbox(t *testing.T) {
	w := newWorld(t)
	const n = 3000
	file := w.write("in", []byte(lines(1, n)))
	cmd := func(box string) []string {
		return args([]string{"publish", w.url(), "c", "--input", file, "--outbox", w.path(box), "--stats", w.path("stats-" + box)}, fast...)
	}
	w.serve()
	w.stop() // its address answers nobody now, so the outbox fills
	p := w.start(cmd("box")...)
	w.until("the outbox is full, on disk too", func() bool {
		return strings.Contains(string(tailOf(readIf(w.path("stats-box")), 400)), `"unanswered":1000`) &&
			bytes.Contains(readIf(w.path("box")), []byte("line 1000"))
	})
	p.Kill()
	if out, err := exec.Command("cp", w.path("box"), w.path("copy")).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	w.serve()
	w.must("", cmd("box")...)
	w.fails(exitFailed, "producer_conflict", cmd("copy")...)
	w.must("end\n", "publish", w.url(), "c")
	if out := w.must("", "subscribe", w.url(), "c", "--from", "start", "--raw", "--count", fmt.Sprint(n+1)); out != lines(1, n)+"end\n" {
		t.Errorf("%d bytes came, want %d", len(out), len(lines(1, n))+4)
	}
}

func readIf(path string) []byte {
	b, _ := os.ReadFile(path)
	return b
}

func TestDataFolderInUse(t *testing.T) {
	w := newWorld(t)
	w.serve()
	w.fails(exitFailed, "store_locked", "serve", "--listen", "127.0.0.1:0", "--data", w.path("data"))
	w.must("one\n", "publish", w.url(), "c") // the one that runs is not disturbed
}

func TestAddressInUse(t *testing.T) {
	w := newWorld(t)
	w.serve()
	w.fails(exitFailed, "address already in use", "serve", "--listen", w.addr, "--data", w.path("other"))
}

// With the disk nearly full the server takes no more and says so, serves what it has, and goes on when there
// is room.
func TestDiskNearlyFull(t *testing.T) {
	w := newWorld(t)
	if err := os.Mkdir(w.path("data"), 0o755); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=256m", "tmpfs", w.path("data")).CombinedOutput(); err != nil {
		t.Skipf("needs a root who may mount: %v: %s", err, out)
	}
	t.Cleanup(func() { exec.Command("umount", "-l", w.path("data")).Run() })
	w.serve()
	w.must(lines(1, 100), "publish", w.url(), "c")
	fill := w.write("data/filler", make([]byte, 200<<20))
	p := w.startWith(rigWithInput(lines(101, 200)), args([]string{"publish", w.url(), "c"}, fast...)...)
	w.until("it is held back", func() bool { return strings.Contains(p.Stderr(), "store_full") || gone(p) })
	if out := w.must("", "subscribe", w.url(), "c", "--from", "start", "--raw", "--count", "100"); out != lines(1, 100) {
		t.Errorf("%q", out)
	}
	if err := os.Remove(fill); err != nil {
		t.Fatal(err)
	}
	if code := w.wait(p); code != 0 {
		t.Fatalf("exit code %d: %s", code, p.Stderr())
	}
	if out := w.must("", "subscribe", w.url(), "c", "--from", "start", "--raw", "--count", "200"); out != lines(1, 200) {
		t.Errorf("%q", out)
	}
	w.stop()
}
