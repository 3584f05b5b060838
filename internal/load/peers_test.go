//go:build peers

package load

import (
	"bufio"
	"bytes"
	"flag"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// These tests run against the peers themselves, which bench/peers/install builds: make peers.

var record = flag.Bool("record", false, "write the transcripts anew")

// startPeer returns the address that the peer listens on.
func startPeer(t *testing.T, name string, args ...string) string {
	t.Helper()
	program, _ := filepath.Abs(filepath.Join("..", "..", "bench", "peers", name, "bin", name))
	if _, err := os.Stat(program); err != nil {
		t.Skipf("the peer is not installed: %v", err)
	}
	c := exec.Command(program, append([]string{"--addr", "127.0.0.1:0"}, args...)...)
	c.Stderr = os.Stderr
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		c.Process.Signal(syscall.SIGTERM)
		if err := c.Wait(); err != nil {
			t.Errorf("%s did not end as it should: %v", name, err)
		}
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("%s said no address: %v", name, err)
	}
	return strings.TrimSpace(line)
}

// visitor is one connection to a peer.
type visitor struct {
	t    *testing.T
	ws   *websocket.Conn
	talk Conversation
	done chan struct{}

	mu       sync.Mutex
	changed  *sync.Cond
	seen     understood
	err      error
	messages []message
}

func visit(t *testing.T, d Dialect, addr string, r Role) *visitor {
	t.Helper()
	q := d.Request()
	path := q.Path
	if path == "" {
		path = "/"
	}
	h := http.Header{}
	if len(q.Subprotocols) > 0 {
		h.Set("Sec-WebSocket-Protocol", strings.Join(q.Subprotocols, ", "))
	}
	ws, answer, err := websocket.DefaultDialer.Dial("ws://"+addr+path, h)
	if err != nil {
		t.Fatalf("%v: %+v", err, answer)
	}
	v := &visitor{t: t, ws: ws, talk: d.Open(r), done: make(chan struct{})}
	v.changed = sync.NewCond(&v.mu)
	v.write(v.talk.Hello(nil))
	go v.read()
	t.Cleanup(v.leave)
	return v
}

func (v *visitor) write(frames []byte) {
	if len(frames) == 0 {
		return
	}
	if _, err := v.ws.NetConn().Write(frames); err != nil {
		v.t.Error(err)
	}
}

func (v *visitor) read() {
	defer close(v.done)
	var ev Event
	for {
		op, m, err := v.ws.ReadMessage()
		v.mu.Lock()
		var reply []byte
		if err != nil {
			v.err = err
		} else {
			v.messages = append(v.messages, message{byte(op), bytes.Clone(m)})
			ev.Reset()
			reply = v.talk.Received(byte(op), m, &ev, nil)
			v.seen.ready += ev.Ready
			v.seen.acked += ev.Acked
			for _, p := range ev.Payloads {
				v.seen.payloads = append(v.seen.payloads, bytes.Clone(p))
			}
			v.seen.place = ev.Place
			if ev.Err != "" {
				v.err = fmt.Errorf("%s", ev.Err)
			}
		}
		ended := v.err != nil
		v.changed.Broadcast()
		v.mu.Unlock()
		if ended {
			return
		}
		v.write(reply)
	}
}

// wait waits until it is so.
func (v *visitor) wait(what string, so func(u *understood) bool) {
	v.t.Helper()
	late := false
	timer := time.AfterFunc(20*time.Second, func() {
		v.mu.Lock()
		late = true
		v.changed.Broadcast()
		v.mu.Unlock()
	})
	defer timer.Stop()
	v.mu.Lock()
	defer v.mu.Unlock()
	for !so(&v.seen) {
		if v.err != nil || late {
			v.t.Fatalf("waiting for %s: %v; %d ready, %d acked, %d payloads", what, v.err, v.seen.ready, v.seen.acked, len(v.seen.payloads))
		}
		v.changed.Wait()
	}
}

func (v *visitor) ready() {
	v.t.Helper()
	v.wait("ready", func(u *understood) bool { return u.ready == 1 })
}

func (v *visitor) acked(n int) {
	v.t.Helper()
	v.wait("acknowledgements", func(u *understood) bool { return u.acked >= n })
}

func (v *visitor) received(n int) {
	v.t.Helper()
	v.wait("payloads", func(u *understood) bool { return len(u.payloads) >= n })
}

func (v *visitor) publish(from, to int) {
	for n := from; n <= to; n++ {
		v.write(v.talk.Publish(nil, "fan", payloadOf(n)))
	}
}

// leave cuts the connection.
func (v *visitor) leave() {
	v.ws.Close()
	<-v.done
}

// Each peer is understood by its dialect: the story of the transcripts, told anew.
func TestPeersAreUnderstood(t *testing.T) {
	for _, p := range peers {
		t.Run(p.dialect, func(t *testing.T) {
			d, err := DialectOf(p.dialect)
			if err != nil {
				t.Fatal(err)
			}
			addr := startPeer(t, p.server, p.args...)
			part := func(name string, place Place) (*transcript, *visitor) {
				tr := &transcript{part: name, place: place}
				v := visit(t, d, addr, tr.role())
				v.ready()
				return tr, v
			}
			var told []*transcript
			over := func(tr *transcript, v *visitor) {
				v.leave()
				tr.messages = v.messages
				if p.shuffles && tr.part == "returned" {
					slices.SortFunc(v.seen.payloads, bytes.Compare)
				}
				checkPart(t, tr, v.seen)
				told = append(told, tr)
			}
			sub, subscriber := part("subscriber", Place{})
			pub, publisher := part("publisher", Place{})
			for n := 1; n <= 3; n++ { // one after the other: each has a message of its own
				publisher.publish(n, n)
				publisher.acked(n)
				subscriber.received(n)
			}
			over(sub, subscriber)
			publisher.publish(4, 5)
			publisher.acked(5)
			if p.resumes {
				back, returned := part("returned", subscriber.seen.place)
				returned.received(2)
				over(back, returned)
			}
			if p.log {
				last, late := part("late", Place{})
				late.received(5)
				over(last, late)
			}
			over(pub, publisher)
			if *record {
				writeTranscripts(t, p.dialect, told)
			}
		})
	}
}

func writeTranscripts(t *testing.T, dialect string, parts []*transcript) {
	var b bytes.Buffer
	for _, part := range parts {
		b.WriteString(part.part)
		if part.part == "returned" {
			fmt.Fprintf(&b, " %q %d", part.place.Epoch, part.place.Offset)
		}
		b.WriteByte('\n')
		for _, m := range part.messages {
			op := "binary"
			if m.op == OpText {
				op = "text"
			}
			fmt.Fprintf(&b, "%s %+q\n", op, m.data)
		}
	}
	if err := os.MkdirAll(filepath.Dir(transcriptFile(dialect)), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(transcriptFile(dialect), b.Bytes(), 0o666); err != nil {
		t.Fatal(err)
	}
}

// Nothing is lost, doubled or disordered at thirty subscribers and sixteen publishes in flight.
func TestPeersLoseNothing(t *testing.T) {
	const subscribers, messages, inFlight = 30, 400, 16
	for _, p := range peers {
		t.Run(p.dialect, func(t *testing.T) {
			d, err := DialectOf(p.dialect)
			if err != nil {
				t.Fatal(err)
			}
			addr := startPeer(t, p.server, p.args...)
			var all []*visitor
			for range subscribers {
				v := visit(t, d, addr, Role{Subscribe: []string{"fan"}})
				v.ready()
				all = append(all, v)
			}
			publisher := visit(t, d, addr, Role{Publishes: true})
			publisher.ready()
			for n := 1; n <= messages; n++ {
				publisher.publish(n, n)
				publisher.acked(n + 1 - inFlight)
			}
			publisher.acked(messages)
			for _, v := range all {
				v.received(messages)
				v.leave()
				for i, got := range v.seen.payloads {
					if !bytes.Equal(got, payloadOf(i+1)) {
						t.Fatalf("payload %d is %q", i+1, got)
					}
				}
			}
		})
	}
}
