package main

import (
	"strings"
	"testing"

	"github.com/coder/websocket"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/wire"
)

// The flags on connections do what they say.
func TestFlagsOfConnections(t *testing.T) {
	w := newWorld(t)
	w.serve("--max-per-address", "1", "--max-per-user", "1", "--idle-timeout", "1s", "--memory-limit", "64G", "--overload-after", "5s")
	o := &websocket.DialOptions{Subprotocols: []string{wire.Binary.Subprotocol()}}
	url := "ws" + strings.TrimPrefix(w.url(), "http") + "/ws"
	c, _, err := websocket.Dial(w.ctx, url, o)
	if err != nil {
		t.Fatal(err)
	}
	defer c.CloseNow()
	if _, res, err := websocket.Dial(w.ctx, url, o); err == nil || res.StatusCode != 429 || res.Header.Get("Holdfast-Code") != "4121" {
		t.Errorf("the second: %v", err)
	}
	hello := wire.Hello{Process: 1, Counter: 1, Producer: holdfast.NewProducerID()}
	if err := c.Write(w.ctx, websocket.MessageBinary, hello.Append(nil, wire.Binary)); err != nil {
		t.Fatal(err)
	}
	for err == nil {
		_, _, err = c.Read(w.ctx)
	}
	if code := holdfast.Code(websocket.CloseStatus(err)); code != holdfast.CodeIdle {
		t.Errorf("closed with %v: %v", code, err)
	}
}
