package graphqlws_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/client"
	"github.com/holdfast-ws/holdfast/client/graphqlws"
)

// peer is a server's end of one connection.
type peer struct {
	*websocket.Conn
	n int // of the connection, from 1
}

type message struct {
	ID, Type string
	Payload  json.RawMessage
}

func (p *peer) say(format string, args ...any) {
	p.Write(context.Background(), websocket.MessageText, fmt.Appendf(nil, format, args...))
}

// hear returns the next message of a type; others are left out. The zero message says that the connection has ended.
func (p *peer) hear(kind string) message {
	for {
		_, b, err := p.Read(context.Background())
		if err != nil {
			return message{}
		}
		var m message
		if json.Unmarshal(b, &m) == nil && m.Type == kind {
			return m
		}
	}
}

// ready is the handshake, and returns the first operation.
func (p *peer) ready() message {
	p.hear("connection_init")
	p.say(`{"type":"connection_ack"}`)
	return p.hear("subscribe")
}

// script is a server that does on each connection what it is told; then the connection is cut.
func script(t testing.TB, subprotocol string, do func(p *peer)) string {
	n := 0
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n++ // one connection at a time
		c, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{subprotocol}})
		if err != nil {
			return
		}
		defer c.CloseNow()
		do(&peer{c, n})
	}))
	t.Cleanup(srv.Close)
	return srv.URL
}

var ticks = request{Query: `subscription { ticks }`, OperationName: "ticks"}

// follow writes down what a subscription yields, in short.
func follow(ctx context.Context, c *graphqlws.Client, opts ...graphqlws.SubscribeOption) (got []string, err error) {
	for r, err := range c.Subscribe(ctx, ticks, opts...) {
		if err != nil {
			return got, err
		}
		text := string(r.Data)
		if !r.Gap.IsZero() {
			text = fmt.Sprintf("%d,%d:%s", r.Gap.Reconnects, r.Gap.Dropped, text)
		}
		got = append(got, text)
	}
	return got, nil
}

func TestGaps(t *testing.T) {
	for _, tc := range []struct {
		name string
		opts []graphqlws.SubscribeOption
		want string
	}{
		{"with the next result", nil, "1 1,0:2"},
		{"at once", []graphqlws.SubscribeOption{graphqlws.WithGaps(graphqlws.GapsAtOnce)}, "1 1,0: 2"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var ids []string
			told := make(chan struct{}) // the gap was, or will not be
			url := script(t, graphqlws.Subprotocol, func(p *peer) {
				m := p.ready()
				ids = append(ids, m.ID)
				if p.n == 2 {
					p.say(`{"type":"next","id":%q,"payload":{"data":9}}`, ids[0]) // of the connection before
					<-told
				}
				p.say(`{"type":"next","id":%q,"payload":{"data":%d}}`, m.ID, p.n)
				if p.n == 2 {
					p.say(`{"type":"complete","id":%q}`, m.ID)
					p.hear("end")
				}
			})
			c := open(t, url, graphqlws.Options{})
			if tc.opts == nil {
				close(told)
			}
			var got []string
			for r, err := range c.Subscribe(t.Context(), ticks, tc.opts...) {
				if err != nil {
					t.Fatal(err)
				}
				text := string(r.Data)
				if !r.Gap.IsZero() {
					text = fmt.Sprintf("%d,%d:%s", r.Gap.Reconnects, r.Gap.Dropped, text)
				}
				if got = append(got, text); text == "1,0:" {
					close(told)
				}
			}
			if strings.Join(got, " ") != tc.want || len(ids) != 2 || ids[0] == ids[1] {
				t.Errorf("got %q under %q", got, ids)
			}
			if st := c.Stats(); st.Resubscribed != 1 || st.Strays != 1 {
				t.Errorf("%+v", st)
			}
		})
	}
}

// A loop that takes nothing while five results come sees what its policy says.
func TestSlowSubscription(t *testing.T) {
	for _, tc := range []struct {
		slow graphqlws.Slow
		want string
		code holdfast.Code
	}{
		{graphqlws.SlowDropOldest, "1 0,2:4 5", 0},
		{graphqlws.SlowEnd, "1 2 3", holdfast.CodeQueueFull},
		{graphqlws.SlowWait, "1 2 3 4 5", 0},
	} {
		t.Run(fmt.Sprint(tc.slow), func(t *testing.T) {
			taken := make(chan struct{})
			url := script(t, graphqlws.Subprotocol, func(p *peer) {
				id := p.ready().ID
				p.say(`{"type":"next","id":%q,"payload":{"data":1}}`, id)
				<-taken
				for n := 2; n <= 5; n++ {
					p.say(`{"type":"next","id":%q,"payload":{"data":%d}}`, id, n)
				}
				p.say(`{"type":"complete","id":%q}`, id)
				p.hear("end")
			})
			c := open(t, url, graphqlws.Options{})
			var got []string
			var last error
			for r, err := range c.Subscribe(t.Context(), ticks, graphqlws.WithBuffer(2), graphqlws.WithSlow(tc.slow)) {
				if last = err; err != nil {
					break
				}
				text := string(r.Data)
				if !r.Gap.IsZero() {
					text = fmt.Sprintf("%d,%d:%s", r.Gap.Reconnects, r.Gap.Dropped, text)
				}
				if got = append(got, text); len(got) == 1 {
					close(taken)
					for tc.slow != graphqlws.SlowWait && c.Stats().Operations > 0 || c.Stats().Results < 3 {
						time.Sleep(time.Millisecond) // until all has come that comes
					}
				}
			}
			if strings.Join(got, " ") != tc.want || codeOf(last) != tc.code {
				t.Errorf("got %q, %v", got, last)
			}
		})
	}
}

func TestExecuteThatFails(t *testing.T) {
	const q = `{ x }`
	for _, tc := range []struct {
		name string
		do   func(p *peer, id string)
		opts []graphqlws.ExecuteOption
		want holdfast.Code
		data string
	}{
		{"cut", func(p *peer, id string) {}, nil, holdfast.CodeDisconnected, ""},
		{"cut and repeated", func(p *peer, id string) {
			if p.n > 1 {
				p.say(`{"type":"next","id":%q,"payload":{"data":7}}{`, id)
				p.say(`{"type":"next","id":%q,"payload":{"data":7}}`, id)
				p.say(`{"type":"complete","id":%q}`, id)
				p.hear("end")
			}
		}, []graphqlws.ExecuteOption{graphqlws.Repeat()}, 0, "7"},
		{"poison", func(p *peer, id string) { p.Close(4500, "") }, []graphqlws.ExecuteOption{graphqlws.Repeat()}, holdfast.CodeCallFailed, ""},
		{"no answer", func(p *peer, id string) { p.hear("complete") }, []graphqlws.ExecuteOption{graphqlws.WithTimeout(20 * time.Millisecond)}, holdfast.CodeTimeout, ""},
		{"no result", func(p *peer, id string) { p.say(`{"type":"complete","id":%q}`, id); p.hear("end") }, nil, holdfast.CodeCallFailed, ""},
		{"a result that is none", func(p *peer, id string) { p.say(`{"type":"next","id":%q,"payload":[]}`, id); p.hear("complete") }, nil, holdfast.CodeBadPayload, ""},
		{"errors that are none", func(p *peer, id string) { p.say(`{"type":"error","id":%q,"payload":5}`, id); p.hear("end") }, nil, holdfast.CodeCallFailed, ""},
		{"a subscription", func(p *peer, id string) {
			for p.Write(context.Background(), websocket.MessageText, []byte(`{"type":"next","id":"`+id+`","payload":{"data":1}}`)) == nil {
				if p.n++; p.n == 3 {
					p.hear("complete")
					return
				}
			}
		}, nil, 0, "1"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			url := script(t, graphqlws.Subprotocol, func(p *peer) {
				if m := p.ready(); m.Type != "" {
					tc.do(p, m.ID)
				}
			})
			c := open(t, url, graphqlws.Options{})
			r, err := c.Execute(t.Context(), request{Query: q}, tc.opts...)
			if holdfast.CodeOf(err) != tc.want || string(r.Data) != tc.data {
				t.Errorf("got %s, %v", r.Data, err)
			}
		})
	}
}

func TestHandshake(t *testing.T) {
	for _, tc := range []struct {
		name, subprotocol string
		do                func(p *peer)
		o                 graphqlws.Options
		want              holdfast.Code
	}{
		{"no protocol", "other", func(p *peer) { p.hear("end") }, graphqlws.Options{}, holdfast.CodeUnsupportedProtocol},
		{"not what was offered", graphqlws.SubprotocolLegacy, func(p *peer) { p.hear("end") }, graphqlws.Options{Offer: graphqlws.OfferTransport}, holdfast.CodeUnsupportedProtocol},
		{"no ack", graphqlws.Subprotocol, func(p *peer) { p.hear("end") }, graphqlws.Options{AckTimeout: 20 * time.Millisecond}, holdfast.CodeTimeout},
		{"init timeout", graphqlws.Subprotocol, func(p *peer) { p.Close(4408, "Connection initialisation timeout") }, graphqlws.Options{}, 4408},
		{"something else", graphqlws.Subprotocol, func(p *peer) { p.say(`{"type":"welcome"}`); p.hear("end") }, graphqlws.Options{}, holdfast.CodeUnexpectedFrame},
		{"no frame", graphqlws.Subprotocol, func(p *peer) { p.say(`welcome`); p.hear("end") }, graphqlws.Options{}, holdfast.CodeBadFrame},
		{"payload", graphqlws.Subprotocol, func(p *peer) { p.hear("end") }, graphqlws.Options{Init: func(context.Context) (any, error) { return 5, nil }}, holdfast.CodeBadArgument},
		{"pings and ack", graphqlws.Subprotocol, func(p *peer) {
			p.hear("connection_init")
			p.say(`{"type":"ping","payload":{"a":1}}`)
			if string(p.hear("pong").Payload) == `{"a":1}` {
				p.say(`{"type":"connection_ack","payload":{"b":2}}`)
			}
			p.hear("end")
		}, graphqlws.Options{}, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := open(t, script(t, tc.subprotocol, tc.do), tc.o)
			for e := range c.Socket().Events(t.Context()) {
				if e.Kind == client.SocketError || e.State == client.StateOpen || e.State == client.StateFailed {
					break
				}
			}
			var got holdfast.Code
			if log := c.Socket().Errors(); len(log) > 0 {
				got = codeOf(log[0].Err)
			}
			if got != tc.want {
				t.Errorf("code %v: %+v", got, c.Socket().Errors())
			}
			if tc.want == 0 && string(c.AckPayload()) != `{"b":2}` {
				t.Errorf("ack %s", c.AckPayload())
			}
		})
	}
}

// Both sides ask with ping, and answer with pong; what is no message of the protocol is left alone.
func TestPings(t *testing.T) {
	url := script(t, graphqlws.Subprotocol, func(p *peer) {
		id := p.ready().ID
		p.say(`nonsense`)
		p.say(`{"type":"of tomorrow"}`)
		p.say(`{"type":"ping","payload":{"a":1}}`)
		pong := p.hear("pong")
		if p.hear("ping").Type == "ping" {
			p.say(`{"type":"pong"}`)
		}
		if p.hear("ping").Type == "ping" { // it took the pong for an answer
			p.say(`{"type":"next","id":%q,"payload":{"data":%s}}`, id, pong.Payload)
			p.say(`{"type":"complete","id":%q}`, id)
		}
		p.hear("end")
	})
	o := graphqlws.Options{}
	o.Socket.Heartbeat = client.Heartbeat{Interval: 10 * time.Millisecond, Timeout: time.Minute}
	c := open(t, url, o)
	got, err := follow(t.Context(), c)
	if err != nil || !slices.Equal(got, []string{`{"a":1}`}) {
		t.Errorf("got %q, %v", got, err)
	}
	if st := c.Stats(); st.Unreadable != 1 || c.Socket().Stats().RTT == (client.RTT{}) {
		t.Errorf("%+v", st)
	}
}

func TestOperationsEndWithTheClient(t *testing.T) {
	url := script(t, graphqlws.Subprotocol, func(p *peer) { p.ready(); p.hear("end") })
	c := open(t, url, graphqlws.Options{MaxOperations: 1})
	done := make(chan error)
	go func() {
		_, err := follow(t.Context(), c)
		done <- err
	}()
	for c.Stats().Operations == 0 {
		time.Sleep(time.Millisecond)
	}
	if _, err := c.Execute(t.Context(), ticks); !errors.Is(err, holdfast.CodeAtCapacity) {
		t.Errorf("got %v", err)
	}
	c.Close()
	if err := <-done; !errors.Is(err, holdfast.CodeClosed) || !strings.HasPrefix(err.Error(), "subscribe ticks: ") {
		t.Errorf("got %v", err)
	}
	if _, err := c.Execute(t.Context(), ticks); !errors.Is(err, holdfast.CodeClosed) {
		t.Errorf("got %v", err)
	}
	if got, err := follow(t.Context(), c); got != nil || !errors.Is(err, holdfast.CodeClosed) {
		t.Errorf("got %v", err)
	}
}

// A socket that has failed begins again with Reconnect, and the client with it.
func TestReconnectAfterFailure(t *testing.T) {
	url := script(t, graphqlws.Subprotocol, func(p *peer) {
		if p.n == 1 {
			p.Close(4400, "no")
			return
		}
		p.say(`{"type":"complete","id":%q}`, p.ready().ID)
		p.hear("end")
	})
	c := open(t, url, graphqlws.Options{})
	for range 2 { // when it fails, and after that
		if _, err := follow(t.Context(), c); codeOf(err) != 4400 {
			t.Errorf("got %v", err)
		}
	}
	c.Socket().Reconnect()
	if _, err := follow(t.Context(), c); err != nil {
		t.Error(err)
	}
}

func TestOptionsAreChecked(t *testing.T) {
	for _, o := range []graphqlws.Options{{AckTimeout: -1}, {Buffer: -1}, {MaxOperations: -1}, {Offer: 9}, {Slow: 9}} {
		if _, err := graphqlws.Open(t.Context(), "ws://127.0.0.1", o); !errors.Is(err, holdfast.CodeBadArgument) {
			t.Errorf("%+v: %v", o, err)
		}
	}
	c := open(t, "ws://127.0.0.1:1", graphqlws.Options{})
	if _, err := c.Execute(t.Context(), request{Variables: func() {}}); !errors.Is(err, holdfast.CodeBadArgument) {
		t.Error(err)
	}
}

// codeOf returns the code that the server closed with, if it did, else the error's.
func codeOf(err error) holdfast.Code {
	if status := websocket.CloseStatus(err); status >= 0 {
		return holdfast.Code(status)
	}
	return holdfast.CodeOf(err)
}
