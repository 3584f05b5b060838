package server

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/session"
	"github.com/holdfast-ws/holdfast/internal/wire"
	"github.com/holdfast-ws/holdfast/internal/ws"
	"github.com/holdfast-ws/holdfast/policy"
)

// sink is a socket that takes everything.
type sink struct{}

func (sink) TryWrite(bufs ...[]byte) (n int, err error) {
	for _, b := range bufs {
		n += len(b)
	}
	return n, nil
}
func (sink) WhenWritable(func()) {}

func (sink) Prefetch() {}

// A publish that is stored and answered, and a flush of records, allocate nothing, with and without policy.
func TestHotPathsDoNotAllocate(t *testing.T) {
	plenty := policy.Rate{PerSecond: 1e9}
	rates := policy.Rates{Messages: plenty, Publishes: plenty, Bytes: plenty}
	for name, o := range map[string]Options{
		"no policy":  {},
		"namespaces": {Namespaces: []policy.Namespace{{Name: "chat"}, {Name: policy.Others, MaxRecord: 100}}},
		"limits":     {Limits: policy.Limits{Connection: rates, Address: rates}, Namespaces: []policy.Namespace{{Name: policy.Others, Rate: plenty}}},
		"a hook":     {Authorize: func(context.Context, Authorization) error { return nil }},
	} {
		t.Run(name, func(t *testing.T) { hotPath(t, o) })
	}
}

// sinkConn returns a connection whose socket takes everything.
func sinkConn(t *testing.T, s *Server) *conn {
	t.Helper()
	c := &conn{srv: s, machine: session.NewServer(s.millis(), s.limits, wire.JSON), greet: &greeting{}}
	c.gate = s.newGate(&http.Request{RemoteAddr: "192.0.2.1:1"})
	end, other := net.Pipe()
	t.Cleanup(func() { other.Close() })
	c.ws = ws.NewConn(end, nil, ws.ConnOptions{})
	c.member = s.hub.Attach(sink{}, encodeJSON, c)
	return c
}

func hotPath(t *testing.T, o Options) {
	if RaceOn {
		t.Skip("the race detector allocates")
	}
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Shutdown(context.Background())
	producer := holdfast.ProducerID{1}
	c := sinkConn(t, s)
	defer c.member.Detach()
	say := func(b []byte) {
		if !c.Ready() {
			t.Fatal("not ready")
		}
		if err := c.Message(ws.OpText, b); err != nil {
			t.Fatal(err)
		}
		c.Dry()
	}
	hello := wire.Hello{Producer: producer}
	say(hello.Append(nil, wire.JSON))
	q := wire.Subscribe{ID: 1, Channel: "c", Window: wire.Window{Records: 1 << 16, Bytes: 1 << 24}}
	say(q.Append(nil, wire.JSON))
	open := func() bool {
		c.member.Lock()
		defer c.member.Unlock()
		n, _ := c.Allowance(1)
		return n > 0
	}
	for before := time.Now(); !open(); runtime.Gosched() {
		if time.Since(before) > 20*time.Second {
			t.Fatal("no subscription")
		}
	}
	var buf []byte
	number := uint64(0)
	publish := func() {
		number++
		p := wire.Publish{Channel: "c", Number: number, Type: holdfast.JSON, Data: []byte(`{"a":1}`)}
		buf = p.Append(buf[:0], wire.JSON)
		say(buf)
		a := wire.Ack{Channel: "c", Offset: number}
		buf = a.Append(buf[:0], wire.JSON)
		for before := time.Now(); s.hub.Stats().Deliveries < number; runtime.Gosched() {
			if time.Since(before) > 20*time.Second {
				t.Fatalf("%d of %d records delivered", s.hub.Stats().Deliveries, number)
			}
		}
		say(buf)
	}
	for range 3000 {
		publish()
	}
	if n := testing.AllocsPerRun(3000, publish); n > 0 {
		t.Errorf("%v allocations for a publish, its answer, its delivery and an acknowledgement", n)
	}
}

// What waits for the hook is bounded: then the connection is not read until there is an answer.
func TestWhatWaitsForTheHookIsBounded(t *testing.T) {
	answer := make(chan struct{})
	s, err := New(Options{Authorize: func(context.Context, Authorization) error { <-answer; return nil }})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Shutdown(context.Background())
	c := sinkConn(t, s)
	defer c.member.Detach()
	say := func(b []byte) {
		if err := c.Message(ws.OpText, b); err != nil {
			t.Fatal(err)
		}
	}
	hello := wire.Hello{Producer: holdfast.ProducerID{1}}
	say(hello.Append(nil, wire.JSON))
	number := uint64(0)
	for c.Ready() {
		number++
		p := wire.Publish{Channel: "c", Number: number, Type: holdfast.Text, Data: make([]byte, 1000)}
		say(p.Append(nil, wire.JSON))
		if number > maxBehind/1000+1 {
			t.Fatalf("%d records wait, and more are read", number)
		}
	}
	if number < maxBehind/2000 || s.Stats().Stored > 0 {
		t.Errorf("it is read no more after %d records", number)
	}
	close(answer)
	for before := time.Now(); !c.Ready() || s.Stats().Stored < number; runtime.Gosched() {
		if time.Since(before) > 20*time.Second {
			t.Fatalf("%d of %d are stored", s.Stats().Stored, number)
		}
	}
}

// idleBound is what a connection with a subscription may hold when it has nothing to do, in bytes of heap and stack.
const idleBound = 5000

func TestIdleConnectionIsSmall(t *testing.T) {
	if RaceOn || runtime.GOOS != "linux" {
		t.Skip("the fast path without the race detector is meant")
	}
	s, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(l) }()
	const warm, n = 50, 2000
	var peers []net.Conn
	connect := func() {
		c, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		peers = append(peers, c)
		greetRaw(t, c, fmt.Sprintf("c%d", len(peers)%10))
	}
	for range warm {
		connect()
	}
	before := inUse()
	for range n {
		connect()
	}
	after := inUse()
	heap, stack := (after.HeapInuse-before.HeapInuse)/n, (after.StackInuse-before.StackInuse)/n
	t.Logf("an idle connection with a subscription holds %d bytes: %d of heap, %d of stack (its end in this test, about 400 of heap, among them)", heap+stack, heap, stack)
	if heap+stack > idleBound {
		t.Errorf("more than %d", idleBound)
	}
	for _, c := range peers {
		c.Close()
	}
	over, cancel := context.WithCancel(t.Context())
	cancel() // nobody is waited for
	s.Shutdown(over)
	<-ended
}

// greetRaw upgrades, says hello, subscribes, and waits for the answer.
func greetRaw(t *testing.T, c net.Conn, channel string) {
	t.Helper()
	hello, q := wire.Hello{Producer: holdfast.ProducerID{1}}, wire.Subscribe{ID: 1, Channel: channel}
	frames := q.Append(hello.Append(nil, wire.JSON), wire.JSON)
	request := "GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n" +
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: " + wire.JSON.Subprotocol() + "\r\n\r\n"
	if _, err := io.WriteString(c, request); err != nil {
		t.Fatal(err)
	}
	read := func(until string) {
		var got strings.Builder
		b := make([]byte, 1024)
		c.SetReadDeadline(time.Now().Add(20 * time.Second))
		for !strings.Contains(got.String(), until) {
			n, err := c.Read(b)
			if err != nil {
				t.Fatalf("%v after %q, waiting for %q", err, got.String(), until)
			}
			got.Write(b[:n])
		}
	}
	read("\r\n\r\n")
	b := ws.AppendHeader(nil, ws.OpText, len(frames), 0)
	b[1] |= 0x80 // masked with zeros, which the RFC allows
	if _, err := c.Write(append(append(b, 0, 0, 0, 0), frames...)); err != nil {
		t.Fatal(err)
	}
	read(`"subscribed"`)
}

func inUse() (m runtime.MemStats) {
	for range 4 { // stacks shrink by half at a time, and pools are emptied in two
		runtime.GC()
	}
	runtime.ReadMemStats(&m)
	return m
}
