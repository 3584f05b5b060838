package server_test

import (
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/wire"
	"github.com/holdfast-ws/holdfast/internal/ws"
	"github.com/holdfast-ws/holdfast/server"
	"github.com/holdfast-ws/holdfast/store"
	"github.com/holdfast-ws/holdfast/store/memory"
)

// Promise 8: one message can ask for far more than it is long. The answers are bounded all the same.
func TestAnswersToOneMessage(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]frame{
		"calls":      &wire.Call{ID: 1},
		"subscribes": &wire.Subscribe{ID: 1, Channel: "-bad name-"},
	} {
		t.Run(name, func(t *testing.T) {
			_, url := start(t, server.Options{})
			p := dial(t, url, wire.Binary)
			p.hello()
			one := f.Append(nil, wire.Binary)
			if err := p.c.Write(p.ctx, websocket.MessageBinary, []byte(strings.Repeat(string(one), 3<<20/len(one)))); err != nil {
				t.Fatal(err)
			}
			if code := p.closed(); code != holdfast.CodeOverloaded {
				t.Fatalf("closed with %d, want %d", code, holdfast.CodeOverloaded)
			}
		})
	}
}

// Promise 6: a message that takes its time is a sign of life, long before it is whole.
func TestALargeMessageOnASlowLine(t *testing.T) {
	t.Parallel()
	_, url := start(t, server.Options{Heartbeat: time.Second, PongTimeout: time.Second})
	c, err := net.Dial("tcp", strings.TrimSuffix(strings.TrimPrefix(url, "ws://"), "/ws"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	io.WriteString(c, "GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"+
		"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: "+wire.JSON.Subprotocol()+"\r\n\r\n")
	hello := (&wire.Hello{Process: 1, Counter: 1, Producer: holdfast.NewProducerID()}).Append(nil, wire.JSON)
	ping := (&wire.Ping{ID: 42}).Append(nil, wire.JSON)
	padded := append([]byte(strings.Repeat(" ", 200)), ping...)
	c.Write(masked(hello))
	slow := masked(padded)
	for at := time.Now(); len(slow) > 1; {
		c.Write(slow[:1])
		slow = slow[1:]
		if time.Since(at) < 4*time.Second {
			time.Sleep(20 * time.Millisecond)
		}
	}
	c.Write(slow)
	c.SetReadDeadline(time.Now().Add(10 * time.Second))
	var all []byte
	for buf := make([]byte, 4096); !strings.Contains(string(all), `"id":42`); {
		n, err := c.Read(buf)
		if all = append(all, buf[:n]...); err != nil {
			t.Fatalf("%v after %q", err, all)
		}
	}
}

// masked is a client's text message, with a mask that changes nothing.
func masked(p []byte) []byte {
	b := ws.AppendHeader(nil, ws.OpText, len(p), 0)
	b[1] |= 0x80
	return append(append(b, 0, 0, 0, 0), p...)
}

// broken is a store whose appends fail.
type broken struct{ store.Backend }

func (broken) Append([]store.Draft, []store.Result) error { return errors.New("no disk") }

// Promise 10: when the store can promise nothing any more, nobody is left to wait for an answer.
func TestStoreInDoubt(t *testing.T) {
	t.Parallel()
	_, url := start(t, server.Options{Store: broken{memory.New(memory.Options{})}})
	p := dial(t, url, wire.Binary)
	p.hello()
	p.publish("a", 1, "x")
	if code := p.closed(); code != holdfast.CodeStoreUnavailable {
		t.Fatalf("closed with %d", code)
	}
	base := "http" + strings.TrimSuffix(strings.TrimPrefix(url, "ws"), "/ws")
	res, err := http.Get(base + "/readyz")
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusServiceUnavailable {
		t.Fatalf("readyz says %s", res.Status)
	}
	_, res, err = websocket.Dial(p.ctx, url, &websocket.DialOptions{Subprotocols: []string{wire.Binary.Subprotocol()}})
	if err == nil || res.StatusCode != http.StatusServiceUnavailable || res.Header.Get("Retry-After") == "" {
		t.Fatalf("a new client is taken in, or not told why: %v, %+v", err, res)
	}
}

// Promise 8: a subscription that ends before it was opened costs the store nothing. A named cursor that it would have taken
// over is left alone.
func TestSubscriptionsThatEndAtOnce(t *testing.T) {
	t.Parallel()
	_, url := start(t, server.Options{})
	p := dial(t, url, wire.Binary)
	p.hello()
	var frames []frame
	for id := uint64(1); id <= 500; id++ {
		frames = append(frames, &wire.Subscribe{ID: id, Channel: "a", Cursor: "c"}, &wire.Unsubscribe{ID: id, Channel: "a"})
	}
	p.send(append(frames, &wire.Subscribe{ID: 501, Channel: "a", Cursor: "c"})...)
	for range 500 {
		p.want(wire.TypeUnsubscribed)
	}
	p.want(wire.TypeSubscribed)
	if s := p.dec.Subscribed; s.ID != 501 || s.Generation != 1 {
		t.Fatalf("%+v, want generation 1", s)
	}
}
