package server

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/envelope"
	"github.com/holdfast-ws/holdfast/internal/session"
	"github.com/holdfast-ws/holdfast/internal/wire"
	"github.com/holdfast-ws/holdfast/internal/ws"
)

// dialect is what a connection has that speaks envelopes (docs/envelope.md) and not frames. It translates, and decides nothing:
// what a message asks for goes through the connection's machine as a frame would, and what the machine answers comes back as a message.
// It is guarded by the member's lock.
type dialect struct {
	user    string // whom the URL names; known for sure only where nobody is authenticated
	channel string
	cursor  string // what the URL names; see cursorName
	from    wire.Subscribe
	shows   bool // the request has a token itself
	cookie  bool // or a cookie, which may be one

	began       int64
	greeted     bool
	subscribing bool // the URL's channel is being subscribed to
	held        []behind
	size        int   // of what is held
	resumes     bool  // it goes on without its named cursor, at a place that it does not choose
	begun       bool  // the URL's channel was subscribed to
	restarts    bool  // it is being closed because the server is
	leaves      int64 // when the connection is to be closed, since its client has been told; 0: not
	authID      []byte
	says        envelope.Writer
	arrivals    envelope.Arrivals
	subs        []envelopeSub
	number      uint64 // of the last publish
	waits       map[uint64]envelopeWait
	idle        chan struct{} // closed when nothing waits any more; nil unless somebody wants to know
}

// envelopeSub is one subscription.
type envelopeSub struct {
	id         uint32
	channel    string
	generation uint64
	said       bool // it answers a subscribe message
}

// envelopeWait is a publish without an answer.
type envelopeWait struct {
	id  []byte
	key envelope.Key
	can bool // the key is one
}

// The window of such a client's subscriptions. It is large, because one that sends no ACKs gets no further within envelope.Patience.
const (
	envelopeRecords = 4096
	envelopeBytes   = 4 << 20
)

// mute is how long a client without a token in its request may say nothing until its cookies alone are asked about.
const mute = 1000

// speaksEnvelopes reports whether a request asks for the dialect: it offers no subprotocol at all.
func speaksEnvelopes(r *http.Request) bool {
	return len(r.Header.Values("Sec-Websocket-Protocol")) == 0
}

// endpoint reports whether WebSockets are served at a path.
func endpoint(path string) bool { return path == "/ws" || path == "/socket" }

// newDialect reads what the URL says.
func newDialect(r *http.Request, now int64) (*dialect, error) {
	q := r.URL.Query()
	d := &dialect{channel: or(q.Get("channel"), envelope.DefaultChannel), user: q.Get("user"), cursor: q.Get("cursor"), began: now}
	d.shows = r.Header.Get("Authorization") != "" || q.Get("token") != "" || q.Get("access_token") != ""
	d.cookie = r.Header.Get("Cookie") != ""
	if err := holdfast.CheckChannel(d.channel); err != nil {
		return nil, err
	}
	wrong := func(detail string) (*dialect, error) {
		return nil, &holdfast.Error{Code: holdfast.CodeBadArgument, Op: "connect", Detail: detail}
	}
	for name, v := range map[string]string{"user": d.user, "cursor": d.cursor} {
		if len(v) > holdfast.MaxChannelName || !utf8.ValidString(v) || strings.ContainsFunc(v, unicode.IsControl) {
			return wrong("query " + name + ": at most " + strconv.Itoa(holdfast.MaxChannelName) + " bytes of printable text")
		}
	}
	switch from := q.Get("from"); from {
	case "", "head":
	case "start":
		d.from.From = wire.FromStart
	default:
		return wrong("query from: head or start is wanted")
	}
	if after := q.Get("after"); after != "" {
		channel, p, ok := envelope.ParseRecordID(after)
		if !ok || channel != d.channel {
			return wrong("query after: the id of a record of the channel is wanted")
		}
		d.from.From, d.from.Position = wire.FromPosition, p
	}
	return d, nil
}

// cursorName is the name of the cursor that keeps how far a user is, or "" where nobody knows who it is.
func (d *dialect) cursorName(user string) string {
	if user == "" && d.cursor == "" {
		return ""
	}
	tail := "/" + url.PathEscape(d.cursor)
	name := "envelope/" + url.PathEscape(user) + tail
	if len(name) > holdfast.MaxChannelName {
		sum := sha256.Sum256([]byte(user + "\x00" + d.cursor))
		return "envelope//" + hex.EncodeToString(sum[:])
	}
	return name
}

// subscription is the frame by which a channel is subscribed to.
func (d *dialect) subscription(channel, user string) wire.Subscribe {
	s := wire.Subscribe{Channel: channel, Cursor: d.cursorName(user), Window: wire.Window{Records: envelopeRecords, Bytes: envelopeBytes}}
	if channel == d.channel {
		s.From, s.Position = d.from.From, d.from.Position
	}
	return s
}

// open begins the conversation where nothing has to be said first. Not locked.
func (d *dialect) open(c *conn) {
	c.member.Lock()
	x := scratchPool.Get().(*scratch)
	if !d.greeted && !c.ending && (c.srv.o.Authenticate == nil || d.shows) {
		c.greetAs(x, "")
	}
	c.member.OpenLater(x.opens...)
	x.release()
	c.member.Unlock()
	c.member.Dry()
}

// greetAs says hello in the client's place. Locked.
func (c *conn) greetAs(x *scratch, token string) {
	d := c.dialect
	d.greeted, d.subscribing = true, true
	x.dec.Hello = wire.Hello{Token: token, Agent: "envelope"}
	if c.srv.o.Authenticate != nil {
		x.dec.Hello.User = d.user // it is held against the token's
	}
	now := c.srv.millis()
	x.fx = c.machine.Step(now, &session.ServerEvent{Kind: session.SvFrame, Type: wire.TypeHello, Decoder: &x.dec}, x.fx[:0])
	c.apply(x, now)
	x.dec.Hello = wire.Hello{}
}

// hold keeps a message until the URL's channel is subscribed to: nobody tells the client when that is, and it expects to see what it has
// said. Ready holds back what comes behind it. Locked.
func (d *dialect) hold(op ws.Opcode, p []byte) error {
	if d.size += len(p) + behindCost; d.size > maxBehind {
		return &holdfast.Error{Code: holdfast.CodeOverloaded, Op: "subscribe", Detail: "more than 256 KiB came before the channel was subscribed to"}
	}
	d.held = append(d.held, behind{op, append([]byte(nil), p...)})
	return nil
}

// release handles what was held, in the order in which it came. Locked.
func (d *dialect) release(c *conn) {
	if d.subscribing || len(d.held) == 0 {
		return
	}
	held := d.held
	d.held, d.size = nil, 0
	x := scratchPool.Get().(*scratch)
	defer x.release()
	for _, m := range held {
		if err := c.message(x, m.op, m.p); err != nil {
			c.endLocked(codeOf(err), detail(err))
		}
	}
	c.member.OpenLater(x.opens...)
	c.member.Urgent()
	c.ws.Resume()
}

// last handles what was held of a client that has gone without waiting. Not locked.
func (d *dialect) last(c *conn) {
	c.member.Lock()
	defer c.member.Unlock()
	d.subscribing = false
	d.release(c)
}

// known completes the hello when it is known who the client is. Locked.
func (d *dialect) known(h *wire.Hello, user string) {
	h.Subscriptions = []wire.Subscribe{d.subscription(d.channel, user)}
}

// nobody is who a client is where nobody is authenticated.
func (c *conn) nobody() string {
	if c.dialect == nil {
		return ""
	}
	return c.dialect.user
}

// envelope handles one message; subscriptions that it asks for are left in x. Locked.
func (c *conn) envelope(x *scratch, op ws.Opcode, p []byte) error {
	if g := c.greet; g != nil && g.waiting {
		return g.keep(op, p)
	}
	d := c.dialect
	if d.subscribing {
		return d.hold(op, p)
	}
	if op != ws.OpText {
		c.machine.Step(c.srv.millis(), &heard, nil)
		c.refuse(nil, envelope.Refusal{Code: holdfast.CodeUnsupportedData, Detail: "message: binary, and text is wanted"})
		return nil
	}
	m, err := envelope.Parse(p)
	if !d.greeted && (err != nil || m.Kind != envelope.Nothing && m.Kind != envelope.Ping && m.Kind != envelope.Heartbeat) {
		c.greetAs(x, m.Token)
		if m.Kind == envelope.Auth {
			d.authID = append([]byte{}, m.ID...)
			return nil
		}
		return c.message(x, op, p) // it waits, or the client is known
	}
	now, at := c.srv.instant()
	x.at = at
	c.machine.Step(now, &heard, nil)
	if err != nil {
		c.refuse(m.ID, envelope.Refusal{Code: codeOf(err), Detail: detail(err)})
		return nil
	}
	if c.gate != nil && m.Kind != envelope.Data && m.Kind != envelope.Object && !c.counts(x, wire.TypeAck) {
		return nil
	}
	c.asked(x, &m, now)
	c.submit(x)
	return nil
}

// asked does what a message asks for. Locked.
func (c *conn) asked(x *scratch, m *envelope.Message, now int64) {
	d := c.dialect
	var typ wire.Type
	switch m.Kind {
	case envelope.Data, envelope.Object:
		c.publishEnvelope(x, m, now)
		return
	case envelope.Heartbeat:
		c.say(d.writer(c).Ack(nil, m.ID))
		return
	case envelope.Ping:
		c.say([]byte(m.Reply))
		return
	case envelope.Ack:
		channel, p, _ := envelope.ParseRecordID(m.Of)
		if s := d.sub(channel); s != nil {
			if offset, news := d.arrivals.Acked(now, s.id, p.Offset); news {
				c.done(x, s, offset, now)
			}
		}
		return
	case envelope.Auth:
		d.authID = append([]byte{}, m.ID...)
		x.dec.Refresh = wire.Refresh{Token: m.Token}
		c.frame(x, wire.TypeRefresh, now)
		x.dec.Refresh = wire.Refresh{}
		if c.refresh == nil { // who it is does not end, so there is nothing to check
			c.authAnswered()
		}
		return
	case envelope.Subscribe:
		typ, x.dec.Subscribe = wire.TypeSubscribe, d.subscription(m.Channel, c.user)
	case envelope.Unsubscribe:
		typ, x.dec.Unsubscribe = wire.TypeUnsubscribe, wire.Unsubscribe{Channel: m.Channel}
	default:
		return
	}
	c.frame(x, typ, now)
	x.dec.Subscribe = wire.Subscribe{}
}

// frame lets the machine take the frame that was put into x's decoder. Locked.
func (c *conn) frame(x *scratch, typ wire.Type, now int64) {
	x.fx = c.machine.Step(now, &session.ServerEvent{Kind: session.SvFrame, Type: typ, Decoder: &x.dec}, x.fx[:0])
	c.apply(x, now)
}

// publishEnvelope publishes what a message holds, unless it was stored before. Locked.
func (c *conn) publishEnvelope(x *scratch, m *envelope.Message, now int64) {
	d := c.dialect
	c.srv.count.received.Add(1)
	channel := or(m.Channel, d.channel)
	wait := envelopeWait{}
	if m.ID != nil {
		wait.id = append([]byte{}, m.ID...)
		if wait.key, wait.can = envelope.KeyOf(c.user, channel, m); wait.can && c.srv.recent.Has(wait.key) {
			c.say(d.writer(c).Ack(nil, m.ID))
			return
		}
	}
	d.number++
	p := &x.dec.Publish
	*p = wire.Publish{Channel: channel, Number: d.number, Type: holdfast.JSON, Data: m.Data}
	if m.Kind == envelope.Object {
		p.Headers = append(p.Headers, holdfast.Header{Name: envelope.HeaderWhole, Value: "1"})
	}
	if m.ID != nil {
		p.Headers = append(p.Headers, holdfast.Header{Name: envelope.HeaderID, Value: string(m.ID)})
	}
	if d.waits == nil {
		d.waits = map[uint64]envelopeWait{}
	}
	d.waits[d.number] = wait
	c.frame(x, wire.TypePublish, now)
	*p = wire.Publish{}
	if len(x.fx) == 0 { // the machine has ended
		d.answered(d.number)
	}
}

// done tells the machine up to where the client is done. Locked.
func (c *conn) done(x *scratch, s *envelopeSub, offset uint64, now int64) {
	x.dec.Ack = wire.Ack{Channel: s.channel, Offset: offset, Generation: s.generation}
	c.frame(x, wire.TypeAck, now)
}

func (d *dialect) writer(c *conn) *envelope.Writer {
	d.says.Now = c.srv.o.Now().UnixMilli()
	return &d.says
}

func (d *dialect) sub(channel string) *envelopeSub {
	for i := range d.subs {
		if d.subs[i].channel == channel {
			return &d.subs[i]
		}
	}
	return nil
}

func (d *dialect) end(channel string) {
	for i := range d.subs {
		if d.subs[i].channel == channel {
			d.arrivals.End(d.subs[i].id)
			d.subs = append(d.subs[:i], d.subs[i+1:]...)
			return
		}
	}
}

// full reports that as much waits for an answer as may, so that nothing more should be read.
func (d *dialect) full(s *Server) bool {
	return len(d.held) > 0 || len(d.waits) >= int(max(1, s.limits.MaxInFlight.Records/2))
}
