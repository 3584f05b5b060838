package session

import (
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/wire"
)

// Client is one session as the client sees it; it outlives its connections. Whoever holds it calls Step, one
// call at a time.
type Client struct {
	o       ClientOptions
	state   clientState
	counter uint64
	welcome wire.Welcome // of the last connection; Memory is 0 before the first
	greeted time.Time    // when that came

	// publishing
	all       []*lane // in the order in which they were begun
	lanes     []*lane // those that have something to send
	byKey     map[laneKey]*lane
	current   map[string]*lane // the lane that new records of a channel go to
	lastEntry EntryID
	persisted EntryID
	marking   bool
	flight    wire.Window // sent on this socket and unanswered
	turn      int         // whose lane's turn it is
	expires   time.Time   // nothing expires before

	// subscribing
	subs      []*clientSub
	byChannel map[string]*clientSub
	request   uint64

	// liveness
	heard    time.Time
	pinged   time.Time // zero: no ping is out
	pingID   uint64
	spoke    time.Time // when the last ping was sent on this socket, or it was opened
	answered time.Time // when a publish was last answered, or the oldest unanswered one was sent
	probes   int
	leaveAt  time.Time // the server asked to come back at that time
}

type clientState uint8

const (
	clientAway clientState = iota
	clientGreeting
	clientOpen
	clientOver
)

// maxProbes is how many times an answer may stay away for AckTimeout while the server still answers pings.
const maxProbes = 3

// NewClient returns the machine of a session.
func NewClient(o ClientOptions) *Client {
	if o.AckTimeout == 0 {
		o.AckTimeout = 5 * time.Second
	}
	if o.PongTimeout == 0 {
		o.PongTimeout = 10 * time.Second
	}
	if o.AckDelay == 0 {
		o.AckDelay = 100 * time.Millisecond
	}
	if o.Window.Records == 0 {
		o.Window.Records = 512
	}
	if o.Window.Bytes == 0 {
		o.Window.Bytes = 1 << 20
	}
	c := &Client{o: o, byKey: map[laneKey]*lane{}, current: map[string]*lane{}, byChannel: map[string]*clientSub{}}
	if recorder != nil {
		recorder.ClientMade(c, o)
	}
	return c
}

// Step takes an event and appends what is to be done to fx. Effects are to be carried out in order.
func (c *Client) Step(now time.Time, e *ClientEvent, fx []ClientEffect) []ClientEffect {
	if recorder != nil {
		return c.recorded(now, e, fx)
	}
	return c.step(now, e, fx)
}

func (c *Client) step(now time.Time, e *ClientEvent, fx []ClientEffect) []ClientEffect {
	if c.state == clientOver {
		return fx
	}
	had := len(fx)
	switch e.Kind {
	case EvTick:
		fx = c.tick(now, fx)
	case EvConnected:
		fx = c.connected(now, e.Token, fx)
	case EvDisconnected:
		fx = c.disconnected(e, fx)
	case EvFrame:
		c.heard, c.pinged = now, time.Time{}
		fx = c.frame(now, e, fx)
	case EvPublish:
		fx = c.publish(now, e.Entry, fx)
	case EvPersisted:
		c.persisted = max(c.persisted, e.Entry.ID)
	case EvMarked:
		c.marked(e.Entry.ID, e.Sent)
	case EvDrop:
		fx = c.drop(e.Entry.ID, e.Code, fx)
	case EvSubscribe:
		fx = c.subscribe(e, fx)
	case EvUnsubscribe:
		fx = c.unsubscribe(e.Sub, fx)
	case EvDone:
		fx = c.done(now, e.Sub, e.Position, fx)
	case EvBye:
		if c.state == clientOpen {
			fx = c.acks(now, true, fx)
			fx = append(fx, ClientEffect{Kind: FxBye, Code: holdfast.CodeNormal})
		}
		c.state = clientOver
		return fx
	case EvMoved:
		fx = c.moved(now, e.At, fx)
	}
	if n := len(fx); n > had && fx[n-1].Kind == FxDisconnect {
		return fx // what is sent behind it comes nowhere
	}
	if c.state == clientOpen {
		fx = c.pump(now, fx)
	}
	return fx
}

// Wake returns when the next EvTick is needed at the latest; zero if time changes nothing.
func (c *Client) Wake() time.Time {
	var w time.Time
	at := func(t time.Time) {
		if !t.IsZero() && (w.IsZero() || t.Before(w)) {
			w = t
		}
	}
	at(c.expires)
	if c.state == clientAway || c.state == clientOver {
		return w
	}
	if !c.pinged.IsZero() {
		at(c.pinged.Add(c.o.PongTimeout))
	} else {
		at(c.heard.Add(c.heartbeat()))
		if c.flight.Records > 0 {
			at(c.answered.Add(c.o.AckTimeout))
		}
	}
	at(c.leaveAt)
	for _, s := range c.subs {
		if s.unacked() {
			at(s.since.Add(c.o.AckDelay))
		}
		at(s.retryAt)
	}
	for _, l := range c.lanes {
		at(l.haltedUntil)
	}
	return w
}

// heartbeat is the silence after which the client asks whether the server is still there.
func (c *Client) heartbeat() time.Duration {
	if c.welcome.Heartbeat > 0 {
		return time.Duration(c.welcome.Heartbeat) * time.Millisecond
	}
	return 30 * time.Second
}

// serverNow goes on from the clock that the server told, whatever happens to ours meanwhile.
func (c *Client) serverNow(now time.Time) int64 { return c.welcome.Clock + millis(now.Sub(c.greeted)) }

func (c *Client) connected(now time.Time, token string, fx []ClientEffect) []ClientEffect {
	c.state = clientGreeting
	c.counter++
	c.heard, c.pinged, c.leaveAt = now, time.Time{}, time.Time{}
	c.spoke, c.probes = now, 0
	h := &wire.Hello{Token: token, User: c.o.User, Session: c.o.Session, Process: c.o.Process, Counter: c.counter,
		Producer: c.o.Producer, Agent: c.o.Agent}
	for _, s := range c.subs {
		s.begin(c)
		h.Subscriptions = append(h.Subscriptions, s.request())
	}
	return append(fx, ClientEffect{Kind: FxHello, Hello: h})
}

func (c *Client) disconnected(e *ClientEvent, fx []ClientEffect) []ClientEffect {
	c.state = clientAway
	c.flight = wire.Window{}
	c.pinged, c.leaveAt = time.Time{}, time.Time{}
	c.marking = false
	for _, l := range c.all {
		l.rewind()
		l.haltedUntil, l.goneBack = time.Time{}, 0
		c.queue(l)
	}
	for _, s := range c.subs {
		s.state, s.retryAt = subAway, time.Time{}
	}
	switch {
	case e.Code >= 4300 && e.Code < 4400:
		return c.fail(e.Code, "the server closed the connection", fx)
	case e.Code >= 4200 && e.Code < 4300:
		return append(fx, ClientEffect{Kind: FxAuthenticate, Code: e.Code})
	}
	return fx
}

func (c *Client) frame(now time.Time, e *ClientEvent, fx []ClientEffect) []ClientEffect {
	d := e.Decoder
	switch e.Type {
	case wire.TypeRecord:
		return c.record(now, &d.Record, fx)
	case wire.TypeStored:
		return c.stored(now, &d.Stored, fx)
	case wire.TypeRefused:
		return c.refused(now, &d.Refused, fx)
	case wire.TypePass:
		return c.pass(&d.Pass, fx)
	case wire.TypeGap:
		return c.gap(&d.Gap, fx)
	case wire.TypeSubscribed:
		return c.subscribed(now, &d.Subscribed, fx)
	case wire.TypeUnsubscribed:
		return c.unsubscribed(&d.Unsubscribed, fx)
	case wire.TypePing:
		return append(fx, ClientEffect{Kind: FxPong, Ping: d.Ping.ID})
	case wire.TypeWelcome:
		return c.welcomed(now, &d.Welcome, fx)
	case wire.TypeRefresh:
		if c.state == clientOpen {
			return append(fx, ClientEffect{Kind: FxRefresh})
		}
	case wire.TypeReconnect:
		c.leaveAt = now.Add(time.Duration(d.Reconnect.After) * time.Millisecond)
	}
	return fx
}

func (c *Client) welcomed(now time.Time, w *wire.Welcome, fx []ClientEffect) []ClientEffect {
	if c.state != clientGreeting {
		return fx
	}
	c.state = clientOpen
	c.welcome = *w
	c.welcome.Results = nil
	c.o.Session = w.Session
	c.greeted, c.answered = now, now
	welcome := c.welcome
	fx = append(fx, ClientEffect{Kind: FxWelcome, Welcome: &welcome})
	for i := range w.Results {
		fx = c.subscribed(now, &w.Results[i], fx)
	}
	for _, s := range c.subs {
		if s.state == subAway { // wanted since the hello
			fx = c.ask(s, fx)
		}
	}
	return fx
}

// tick is the client's half of the heartbeat, and everything else that time alone causes.
func (c *Client) tick(now time.Time, fx []ClientEffect) []ClientEffect {
	fx = c.expire(now, fx)
	if c.state == clientAway {
		return fx
	}
	reached := func(t time.Time) bool { return !t.IsZero() && !now.Before(t) }
	if reached(c.leaveAt) {
		c.leaveAt = time.Time{}
		return append(fx, ClientEffect{Kind: FxDisconnect, Code: holdfast.CodeDraining, Detail: "the server asked to come back", At: now})
	}
	if !c.pinged.IsZero() {
		if reached(c.pinged.Add(c.o.PongTimeout)) {
			return append(fx, ClientEffect{Kind: FxDisconnect, Code: holdfast.CodeHeartbeatTimeout, At: now})
		}
	} else if c.flight.Records > 0 && reached(c.answered.Add(c.o.AckTimeout)) {
		if c.probes++; c.probes > maxProbes {
			return append(fx, ClientEffect{Kind: FxDisconnect, Code: holdfast.CodeAckTimeout, At: now})
		}
		c.answered = now
		fx = c.ping(now, fx)
	} else if reached(c.heard.Add(c.heartbeat())) {
		fx = c.ping(now, fx)
	}
	if c.state == clientOpen {
		fx = c.acks(now, false, fx)
		fx = c.resubscribe(now, fx)
	}
	return fx
}

// moved takes bytes on their way for a sign of life. Neither a pong nor an answer can come before the message that is in
// front of it, and the server's pings are behind it, so the client speaks without being asked.
func (c *Client) moved(now, at time.Time, fx []ClientEffect) []ClientEffect {
	if c.state == clientAway {
		return fx
	}
	if at.After(c.heard) {
		c.heard, c.pinged = at, time.Time{}
	}
	if at.After(c.answered) {
		c.answered, c.probes = at, 0
	}
	if c.state == clientOpen && c.pinged.IsZero() && !now.Before(c.spoke.Add(c.heartbeat())) {
		fx = c.ping(now, fx)
		c.pinged = time.Time{} // nothing is expected
	}
	return fx
}

func (c *Client) ping(now time.Time, fx []ClientEffect) []ClientEffect {
	c.pinged, c.spoke = now, now
	c.pingID++
	return append(fx, ClientEffect{Kind: FxPing, Ping: c.pingID})
}

func (c *Client) fail(code holdfast.Code, detail string, fx []ClientEffect) []ClientEffect {
	c.state = clientOver
	return append(fx, ClientEffect{Kind: FxFail, Code: code, Detail: detail})
}
