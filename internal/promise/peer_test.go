package promise

import (
	"context"
	"io"
	"net"
	"net/http"

	"github.com/coder/websocket"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/wire"
)

// peer speaks the protocol frame by frame, for what a client that keeps to it never does.
type peer struct {
	w    *world
	c    *websocket.Conn
	raw  net.Conn
	wire wire.Codec
	dec  wire.Decoder
	open bool
}

// peer connects straight to the server.
func (w *world) peer() *peer {
	w.Helper()
	p, resp, err := w.dial(nil)
	if err != nil {
		w.Fatal(err, resp)
	}
	return p
}

func (w *world) dial(header http.Header) (*peer, *http.Response, error) {
	p := &peer{w: w, wire: wire.Binary}
	if w.codec == jsonFrames {
		p.wire = wire.JSON
	}
	tr := &http.Transport{DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
		c, err := new(net.Dialer).DialContext(ctx, network, addr)
		if err == nil {
			p.raw = c
		}
		return c, err
	}}
	defer tr.CloseIdleConnections()
	o := &websocket.DialOptions{HTTPClient: &http.Client{Transport: tr}, HTTPHeader: header, Subprotocols: []string{p.wire.Subprotocol()}}
	url := "ws://" + *w.addr.Load() + "/ws"
	switch w.transport {
	case overTLS:
		url, tr.TLSClientConfig = "wss://"+*w.addr.Load()+"/ws", clientTLS()
	case deflated:
		o.CompressionMode = websocket.CompressionNoContextTakeover
	}
	c, resp, err := websocket.Dial(w.ctx, url, o)
	if err != nil {
		return nil, resp, err
	}
	c.SetReadLimit(64 << 20)
	p.c = c
	w.Cleanup(p.leave)
	return p, resp, nil
}

func (p *peer) leave() {
	p.raw.Close()
	p.c.CloseNow()
}

type frame interface {
	Append(b []byte, c wire.Codec) []byte
}

// send puts all frames into one message.
func (p *peer) send(frames ...frame) {
	p.w.Helper()
	var b []byte
	for _, f := range frames {
		b = f.Append(b, p.wire)
	}
	if err := p.c.Write(p.w.ctx, p.kind(), b); err != nil {
		p.w.Fatal(err)
	}
}

func (p *peer) kind() websocket.MessageType {
	if p.wire == wire.JSON {
		return websocket.MessageText
	}
	return websocket.MessageBinary
}

// next returns the type of the next frame, which is in p.dec.
func (p *peer) next() wire.Type {
	p.w.Helper()
	for {
		if p.open {
			typ, err := p.dec.Next()
			if err == nil {
				return typ
			}
			if err != io.EOF {
				p.w.Fatal(err)
			}
		}
		_, b, err := p.c.Read(p.w.ctx)
		if err != nil {
			p.w.Fatalf("read: %v", err)
		}
		p.dec.Reset(p.wire, b)
		p.open = true
	}
}

func (p *peer) want(typ wire.Type) {
	p.w.Helper()
	if got := p.next(); got != typ {
		p.w.Fatalf("got %v, want %v; refused: %+v", got, typ, p.dec.Refused)
	}
	if typ == wire.TypeRefused {
		p.w.judgeCode(p.dec.Refused.Code)
	}
}

// closed returns the code with which the server closes the connection.
func (p *peer) closed() holdfast.Code {
	p.w.Helper()
	for {
		if _, _, err := p.c.Read(p.w.ctx); err != nil {
			c := holdfast.Code(websocket.CloseStatus(err))
			if websocket.CloseStatus(err) < 0 {
				p.w.Errorf("closed without a code: %v", err)
				return 0
			}
			p.w.judgeCode(c)
			return c
		}
	}
}

// hello greets as producer, in a session of its own.
func (p *peer) hello(producer holdfast.ProducerID, subs ...wire.Subscribe) {
	p.w.Helper()
	p.send(&wire.Hello{Process: 1, Counter: 1, Producer: producer, Subscriptions: subs})
	p.want(wire.TypeWelcome)
}

func publishFrame(channel string, number uint64, data []byte) *wire.Publish {
	return &wire.Publish{Channel: channel, Number: number, Type: holdfast.Text, Data: data}
}

// quiet checks that nothing but the answers to pings comes: what was on its way would have come before the last of
// them. It cannot see what comes later still, so it never fails for a reason of timing.
func (p *peer) quiet() {
	p.w.Helper()
	for id := range uint64(5) {
		p.send(&wire.Ping{ID: id + 1})
		p.want(wire.TypePong)
	}
}
