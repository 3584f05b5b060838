package server_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/wire"
	"github.com/holdfast-ws/holdfast/server"
)

// start runs a server on a loopback port until the test ends.
func start(t *testing.T, o server.Options) (*server.Server, string) {
	t.Helper()
	s, err := server.New(o)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- s.Serve(l) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithCancel(context.Background())
		cancel() // nobody is waited for
		s.Shutdown(ctx)
		if err := <-served; err != http.ErrServerClosed {
			t.Errorf("Serve returned %v", err)
		}
	})
	return s, "ws://" + l.Addr().String() + "/ws"
}

// peer speaks the protocol frame by frame over a real WebSocket of another library's.
type peer struct {
	t     *testing.T
	c     *websocket.Conn
	codec wire.Codec
	dec   wire.Decoder
	open  bool
	ctx   context.Context
}

func dial(t *testing.T, url string, codec wire.Codec) *peer {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	t.Cleanup(cancel)
	c, _, err := websocket.Dial(ctx, url, &websocket.DialOptions{Subprotocols: []string{codec.Subprotocol()}})
	if err != nil {
		t.Fatal(err)
	}
	c.SetReadLimit(64 << 20)
	t.Cleanup(func() { c.CloseNow() })
	return &peer{t: t, c: c, codec: codec, ctx: ctx}
}

type frame interface {
	Append(b []byte, c wire.Codec) []byte
}

// send puts all frames into one message.
func (p *peer) send(frames ...frame) {
	p.t.Helper()
	var b []byte
	for _, f := range frames {
		b = f.Append(b, p.codec)
	}
	typ := websocket.MessageBinary
	if p.codec == wire.JSON {
		typ = websocket.MessageText
	}
	if err := p.c.Write(p.ctx, typ, b); err != nil {
		p.t.Fatal(err)
	}
}

// next returns the type of the next frame, which is in p.dec.
func (p *peer) next() wire.Type {
	p.t.Helper()
	for {
		if p.open {
			typ, err := p.dec.Next()
			if err == nil {
				return typ
			}
			if err != io.EOF {
				p.t.Fatal(err)
			}
		}
		_, b, err := p.c.Read(p.ctx)
		if err != nil {
			p.t.Fatalf("read: %v", err)
		}
		p.dec.Reset(p.codec, b)
		p.open = true
	}
}

func (p *peer) want(typ wire.Type) {
	p.t.Helper()
	if got := p.next(); got != typ {
		p.t.Fatalf("got %v, want %v; refused: %+v", got, typ, p.dec.Refused)
	}
}

// closed returns the code with which the server closes the connection.
func (p *peer) closed() holdfast.Code {
	p.t.Helper()
	for {
		if _, _, err := p.c.Read(p.ctx); err != nil {
			return holdfast.Code(websocket.CloseStatus(err))
		}
	}
}

func (p *peer) hello(subs ...wire.Subscribe) {
	p.t.Helper()
	p.send(&wire.Hello{Process: 1, Counter: 1, Producer: holdfast.NewProducerID(), Subscriptions: subs})
	p.want(wire.TypeWelcome)
}

func (p *peer) publish(channel string, number uint64, data string) {
	p.t.Helper()
	p.send(&wire.Publish{Channel: channel, Number: number, Type: holdfast.Text, Data: []byte(data)})
}
