package server_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/envelope"
	"github.com/holdfast-ws/holdfast/internal/wire"
	"github.com/holdfast-ws/holdfast/server"
	"github.com/holdfast-ws/holdfast/store"
	"github.com/holdfast-ws/holdfast/store/memory"
)

// said is a message of the server's.
type said struct {
	ID, Type, Channel, From string
	SourceID                json.RawMessage
	Data                    json.RawMessage
	text                    string
}

// told is what an ACK, an ERROR and the like have in data.
type told struct {
	MessageID            json.RawMessage
	Code                 holdfast.Code
	Detail, User, Reason string
	After, RetryAfter    int64
	From, To             uint64
}

func (p *envelopePeer) read() (m said) {
	p.t.Helper()
	m.text = p.next()
	if err := json.Unmarshal([]byte(m.text), &m); err != nil {
		p.t.Fatalf("%s: %v", m.text, err)
	}
	return m
}

// want passes over what is of other types.
func (p *envelopePeer) want(typ string) (m said, d told) {
	p.t.Helper()
	for m = p.read(); m.Type != typ; m = p.read() {
	}
	json.Unmarshal(m.Data, &d) //nolint:errcheck // of a record it may be anything
	return m, d
}

// data reads the next record, and acknowledges it.
func (p *envelopePeer) data(want string) {
	p.t.Helper()
	m, _ := p.want("DATA")
	if string(m.Data) != want {
		p.t.Fatalf("%s, want %s", m.text, want)
	}
	p.ack(m)
}

func (p *envelopePeer) ack(m said) {
	p.send(`{"type":"ACK","data":{"messageId":"` + m.ID + `"}}`)
}

func (p *envelopePeer) publish(id int, data string) {
	p.send(fmt.Sprintf(`{"id":%d,"type":"DATA","data":%s,"timestamp":%d}`, id, data, id))
}

func (p *envelopePeer) closed() holdfast.Code {
	p.t.Helper()
	for {
		if _, _, err := p.c.Read(p.ctx); err != nil {
			return holdfast.Code(websocket.CloseStatus(err))
		}
	}
}

// flood sends n messages without waiting for anything, as long as the connection lasts.
func (p *envelopePeer) flood(n int, format string) {
	for i := range n {
		if p.c.Write(p.ctx, websocket.MessageText, fmt.Appendf(nil, format, i)) != nil {
			return
		}
	}
}

// heard waits until all that was sent before has been handled.
func (p *envelopePeer) heard() {
	p.t.Helper()
	p.send(`{"type":"ping"}`)
	p.want("pong")
}

// A refusal by the store or by limits is an ERROR that names the message, and the connection goes on.
func TestEnvelopeRefusals(t *testing.T) {
	_, url := start(t, server.Options{MaxMessage: 100})
	p := dialEnvelope(t, url)
	p.publish(1, `"`+strings.Repeat("x", 100)+`"`)
	if m, d := p.want("ERROR"); d.Code != holdfast.CodeMessageTooLarge || string(d.MessageID) != "1" || !strings.Contains(d.Detail, "limit of 100 bytes") {
		t.Error(m.text)
	}
	if err := p.c.Write(p.ctx, websocket.MessageBinary, []byte{1}); err != nil {
		t.Fatal(err)
	}
	if m, d := p.want("ERROR"); d.Code != holdfast.CodeUnsupportedData {
		t.Error(m.text)
	}
	p.send(`{"type":"subscribe","channel":"default"}`)
	if m, d := p.want("ERROR"); d.Code != holdfast.CodeAlreadySubscribed {
		t.Error(m.text)
	}
	p.send(`{"type":"unsubscribe","channel":"x"}`)
	if m, d := p.want("ERROR"); d.Code != holdfast.CodeNotSubscribed {
		t.Error(m.text)
	}
	p.publish(2, `2`)
	p.data("2")
}

// Sessions and envelopes meet in one channel.
func TestEnvelopesAndSessions(t *testing.T) {
	eachCodec(t, func(t *testing.T, c wire.Codec) {
		s, url := start(t, server.Options{})
		p := dialEnvelope(t, url+"?channel=c&user=ann")
		eventually(t, "it is subscribed", func() bool { return s.Stats().Subscriptions == 1 })
		q := dial(t, url, c)
		q.hello(wire.Subscribe{ID: 1, Channel: "c", From: wire.FromStart})
		q.want(wire.TypeSubscribed)
		p.send(`{"id":"a","type":"DATA","data":{"x" : 1}}`)
		q.want(wire.TypeRecord)
		if r := q.dec.Record; r.Type != holdfast.JSON || string(r.Data) != `{"x" : 1}` || r.Publisher != "ann" ||
			len(r.Headers) != 1 || r.Headers[0] != (holdfast.Header{Name: envelope.HeaderID, Value: `"a"`}) {
			t.Errorf("%+v", r)
		}
		q.send(&wire.Publish{Channel: "c", Number: 1, Type: holdfast.Text, Data: []byte("text")},
			&wire.Publish{Channel: "c", Number: 2, Type: holdfast.Binary, Data: []byte("bytes")},
			&wire.Publish{Channel: "c", Number: 3, Type: holdfast.JSON, Data: []byte(`{"y":2}`), Headers: []holdfast.Header{{Name: envelope.HeaderWhole, Value: "1"}}})
		p.data(`{"x" : 1}`)
		p.data(`"text"`)
		p.data(`"Ynl0ZXM="`)
		if text := p.next(); text != `{"y":2}` {
			t.Error(text)
		}
	})
}

// A user who comes back gets what was not acknowledged, and what came meanwhile; another tab of the same user takes the place over, and the
// first one goes on getting what comes.
func TestEnvelopeCursor(t *testing.T) {
	s, url := start(t, server.Options{})
	url += "?channel=c&user=ann"
	p := dialEnvelope(t, url)
	p.publish(1, "1")
	p.data("1")
	p.publish(2, "2")
	if m, _ := p.want("DATA"); string(m.Data) != "2" { // without an ACK
		t.Fatal(m.text)
	}
	p.heard()
	p.c.CloseNow()
	p = dialEnvelope(t, url)
	p.data("2")
	p.publish(3, "3")
	p.data("3")
	p.heard()
	q := dialEnvelope(t, url)
	eventually(t, "both are subscribed", func() bool { return s.Stats().Subscriptions == 2 })
	q.heard()
	for i, x := range []*envelopePeer{q, p} {
		x.publish(4+i, fmt.Sprint(4+i))
		p.data(fmt.Sprint(4 + i))
		q.data(fmt.Sprint(4 + i))
	}
	q.heard()
	q.c.CloseNow()
	p.c.CloseNow()
	q = dialEnvelope(t, url)
	q.publish(6, "6")
	q.data("6")
	other := dialEnvelope(t, url+"&cursor=another&from=start")
	other.data("1")
	after := dialEnvelope(t, strings.Replace(url, "user=ann", "after="+lastOf(t, other), 1))
	after.data("6")
}

// lastOf reads up to record 5 and returns its id.
func lastOf(t *testing.T, p *envelopePeer) string {
	t.Helper()
	for {
		if m, _ := p.want("DATA"); string(m.Data) == "5" {
			return m.ID
		}
	}
}

// A client that never acknowledges gets on all the same: its WebSocket's pongs tell that records have arrived.
func TestEnvelopeClientWithoutAcks(t *testing.T) {
	t.Parallel()
	_, url := start(t, server.Options{})
	p := dialEnvelope(t, url+"?channel=c&user=ann")
	const n = 3*4096 + 1 // more than its window holds
	q := dialEnvelope(t, url+"?channel=c&user=ben")
	q.heard()
	go q.flood(n, `{"n":%d}`)
	for i := range n {
		if text := p.next(); text != fmt.Sprintf(`{"n":%d,"from":"ben"}`, i) {
			t.Fatalf("%s, want %d", text, i)
		}
	}
}

// A message whose ACK was lost with its connection is not stored again over the next one.
func TestEnvelopeSentAgain(t *testing.T) {
	t.Parallel()
	s, url := start(t, server.Options{})
	url += "?channel=c&user=ann"
	const n = 50
	for range 3 {
		p := dialEnvelope(t, url)
		for i := range n {
			p.publish(i, fmt.Sprint(i))
		}
		p.c.Close(websocket.StatusNormalClosure, "") // waits for the server's
		eventually(t, "the connection has gone", func() bool { return s.Stats().Connections == 0 })
	}
	p := dialEnvelope(t, url+"&cursor=x&from=start")
	for i := range n {
		p.data(fmt.Sprint(i))
	}
	p.publish(n, `"end"`)
	p.data(`"end"`)
}

// tokens is a hook that lets in whoever shows "good …", for as long as that says.
func tokens(_ context.Context, c server.Credentials) (server.User, error) {
	token := c.Token
	if token == "" && c.Request != nil {
		token = c.Request.URL.Query().Get("token")
	}
	if token == "" && c.Request != nil {
		if k, err := c.Request.Cookie("token"); err == nil {
			token = k.Value
		}
	}
	user, ok := strings.CutPrefix(token, "good-")
	if !ok {
		return server.User{}, &holdfast.Error{Code: holdfast.CodeUnauthenticated, Detail: "token: not good"}
	}
	u := server.User{ID: user}
	if user == "brief" {
		u.Expires = time.Now().Add(3 * time.Second)
	}
	return u, nil
}

// Who a client is: by the URL, the first message, a cookie; and nothing is published before that is known.
func TestEnvelopeAuthentication(t *testing.T) {
	_, url := start(t, server.Options{Authenticate: tokens})
	for _, c := range []struct {
		name, query, cookie, first string
		code                       holdfast.Code
	}{
		{name: "in the URL", query: "?token=good-ann"},
		{name: "in the URL, and who it is", query: "?token=good-ann&user=ann"},
		{name: "another's", query: "?token=good-ann&user=ben", code: holdfast.CodeUserMismatch},
		{name: "a bad one in the URL", query: "?token=bad", code: holdfast.CodeUnauthenticated},
		{name: "first message", first: `{"type":"auth","token":"good-ann"}`},
		{name: "a bad one in the first message", first: `{"type":"auth","token":"bad"}`, code: holdfast.CodeUnauthenticated},
		{name: "cookie", cookie: "token=good-ann", first: `{"type":"ping"}`},
		{name: "none", code: holdfast.CodeUnauthenticated},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := dialEnvelopeWith(t, url+c.query, c.cookie)
			if c.first != "" {
				p.send(c.first)
			}
			p.publish(1, "1")
			if c.code != 0 {
				if code := p.closed(); code != c.code {
					t.Errorf("closed with %v, want %v", code, c.code)
				}
				return
			}
			for {
				if m := p.read(); m.Type == "DATA" && m.From != "ann" {
					t.Error(m.text)
				} else if m.Type == "ACK" {
					break
				}
			}
		})
	}
}

// A token that ends is asked for, and the connection goes on with the next one, or is closed.
func TestEnvelopeTokenEnds(t *testing.T) {
	_, url := start(t, server.Options{Authenticate: tokens})
	for _, goesOn := range []bool{true, false} {
		t.Run(fmt.Sprint(goesOn), func(t *testing.T) {
			t.Parallel()
			p := dialEnvelope(t, url+"?token=good-brief")
			if _, d := p.want("REFRESH"); d.After != 0 {
				t.Error(d)
			}
			if goesOn {
				p.send(`{"id":"r","type":"auth","token":"good-brief"}`)
				if m, d := p.want("auth"); d.User != "brief" || string(d.MessageID) != `"r"` {
					t.Error(m.text)
				}
				p.want("REFRESH") // of the next one
				return
			}
			if code := p.closed(); code != holdfast.CodeTokenExpired {
				t.Error(code)
			}
		})
	}
}

// Who listens without a word, and has only a cookie to show, is let in after a moment.
func TestEnvelopeListenerWithACookie(t *testing.T) {
	t.Parallel()
	s, url := start(t, server.Options{Authenticate: tokens})
	p := dialEnvelopeWith(t, url, "token=good-ann")
	eventually(t, "it is subscribed", func() bool { return s.Stats().Subscriptions == 1 })
	p.publish(1, "1")
	p.data("1")
}

func dialEnvelopeWith(t *testing.T, url, cookie string) *envelopePeer {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	o := websocket.DialOptions{HTTPHeader: map[string][]string{}}
	if cookie != "" {
		o.HTTPHeader.Set("Cookie", cookie)
	}
	c, _, err := websocket.Dial(ctx, url, &o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.CloseNow() })
	return &envelopePeer{t, c, ctx}
}

// A planned shutdown tells when, closes, and takes what was sent before the client saw that.
func TestEnvelopeDrain(t *testing.T) {
	t.Parallel()
	s, err := server.New(server.Options{DrainPeriod: 2 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	h := httptest.NewServer(s)
	defer h.Close()
	p := dialEnvelope(t, h.URL+"/ws")
	p.heard()
	ended := make(chan error, 1)
	go func() { ended <- s.Shutdown(t.Context()) }()
	if m, d := p.want("RECONNECT"); d.Code != holdfast.CodeDraining {
		t.Error(m.text)
	}
	p.publish(1, "1")
	p.want("ACK")
	if code := p.closed(); code != holdfast.CodeServiceRestart {
		t.Error(code)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// Far more than may wait for the store is taken in time, and nothing is refused.
func TestEnvelopeFlood(t *testing.T) {
	t.Parallel()
	_, url := start(t, server.Options{MaxInFlight: server.Window{Records: 8}})
	p := dialEnvelope(t, url)
	const n = 5000
	go p.flood(n, `{"id":%[1]d,"type":"DATA","data":%[1]d}`)
	for i := range n {
		if m, d := p.want("ACK"); string(d.MessageID) != fmt.Sprint(i) {
			t.Fatalf("%s, want %d", m.text, i)
		}
	}
}

// What a client sends before it sees that a server that restarts has closed the connection is stored.
func TestEnvelopePartingWords(t *testing.T) {
	t.Parallel()
	log := memory.New(memory.Options{})
	s, err := server.New(server.Options{Store: kept{log}, DrainPeriod: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	h := httptest.NewServer(s)
	defer h.Close()
	c, err := net.Dial("tcp", h.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(20 * time.Second))
	fmt.Fprintf(c, "GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"+
		"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n")
	p := &rawPeer{c, t, bufio.NewReader(c)}
	if resp, err := http.ReadResponse(p.br, nil); err != nil || resp.StatusCode != http.StatusSwitchingProtocols {
		t.Fatal(resp, err)
	}
	ended := make(chan error, 1)
	go func() { ended <- s.Shutdown(t.Context()) }()
	for b0 := byte(0); b0 != 0x88; { // the close frame, behind RECONNECT
		if b0, _, err = p.frame(); err != nil {
			t.Fatal(err)
		}
	}
	c.Write(raw(0x81, `{"id":"late","type":"DATA","data":1}`))
	c.Write(rawClose(1012))
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if st, err := log.State(t.Context(), envelope.DefaultChannel); err != nil || st.Head != 1 {
		t.Errorf("%+v, %v", st, err)
	}
	log.Close()
}

// kept is a store that outlives its server.
type kept struct{ store.Backend }

func (kept) Close() error { return nil }
