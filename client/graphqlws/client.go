package graphqlws

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"slices"
	"sync"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/client"
)

// Client is a GraphQL connection that is made again whenever it ends. All methods may be called concurrently.
type Client struct {
	o        Options
	s        *client.Socket
	log      *slog.Logger
	userOpen func(context.Context, *client.Setup) error
	ownBeat  bool // the heartbeat is the protocol's ping

	ctx  context.Context // ends with Close
	stop context.CancelFunc
	wg   sync.WaitGroup
	kick chan struct{} // there is something to send

	mu       sync.Mutex
	dialects map[uint64]dialect // of connections that are open or about to be
	ack      json.RawMessage
	conn     uint64 // the connection whose messages are being received; 0: none
	dialect  dialect
	all      map[*operation]struct{} // that are under way
	byID     map[string]*operation   // that were sent on conn
	out      []command
	pong     *frame // to be sent
	next     uint64 // id
	over     error  // why nothing more begins
	stats    Stats
}

// Stats are counters since Open, and what is so at the moment. Those of the connection are in Socket().Stats.
type Stats struct {
	// Operations under way.
	Operations int
	// Results received, and how many of them were dropped because a subscription was too slow.
	Results, Dropped uint64
	// Resubscribed is how often subscriptions were sent again.
	Resubscribed uint64
	// Strays are messages for operations that are over; Unreadable were no messages of the protocol. Both are left alone.
	Strays, Unreadable uint64
}

// Open opens a client. It does not wait for the connection; see Socket().Opened. ctx bounds only the opening. The URL's scheme is ws, wss,
// http or https. A client must be closed.
//
// The protocol's close codes have these classes, unless Options.Socket.Classes says otherwise: 4401 and 4403 are ClassAuthentication, tried again
// where Init or another function may give better credentials; 4408 and 4504 are ClassTimeout, 4500 is ClassServer, and these are tried again; 4004, 4005,
// 4400, 4406, 4409 and 4429 are ClassProtocol, which ends it.
//
// Errors: CodeBadArgument, and those of [client.Open].
func Open(ctx context.Context, url string, o Options) (*Client, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	c := &Client{o: o.withDefaults(), userOpen: o.Socket.OnOpen, log: o.Socket.Logger, kick: make(chan struct{}, 1),
		dialects: map[uint64]dialect{}, all: map[*operation]struct{}{}, byID: map[string]*operation{}}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	so := o.Socket
	so.Subprotocols, so.OfferSubprotocols, so.OnOpen, so.Classes = o.Offer.subprotocols(), nil, c.open, o.classes()
	if h := &so.Heartbeat; h.Mode != client.HeartbeatOff && h.Message == nil && h.Match == nil {
		c.ownBeat, h.Answers = true, client.AnswersHidden // its default message is the protocol's ping
		if h.Mode == client.HeartbeatPing {
			h.Mode = client.HeartbeatMessage
		}
	}
	s, err := client.Open(ctx, url, so)
	if err != nil {
		return nil, err
	}
	c.s = s
	c.ctx, c.stop = context.WithCancel(context.Background())
	c.wg.Go(c.receive)
	c.wg.Go(c.send)
	return c, nil
}

// Close ends all operations with CodeClosed, closes the connection with 1000, and waits for the goroutines. Idempotent.
func (c *Client) Close() {
	c.mu.Lock()
	if c.over == nil {
		c.over = &holdfast.Error{Code: holdfast.CodeClosed, Detail: "the GraphQL client was closed"}
	}
	why := c.over
	c.mu.Unlock()
	c.fail(why)
	c.stop()
	c.wg.Wait()
	c.s.Close(holdfast.CodeNormal, "")
}

// Socket returns the connection, to look at its state, events and figures, and to call Reconnect. Its messages belong to the client.
func (c *Client) Socket() *client.Socket { return c.s }

// AckPayload returns the payload of the last connection_ack, nil if there was none.
func (c *Client) AckPayload() json.RawMessage {
	c.mu.Lock()
	defer c.mu.Unlock()
	return bytes.Clone(c.ack)
}

// Stats returns the figures.
func (c *Client) Stats() Stats {
	c.mu.Lock()
	defer c.mu.Unlock()
	st := c.stats
	st.Operations = len(c.all)
	return st
}

// receive is the goroutine that takes what comes.
func (c *Client) receive() {
	for a, err := range c.s.Arrivals(c.ctx) {
		switch {
		case err != nil:
			c.fail(err)
		case a.Kind == client.ArrivalOpen:
			c.begin(a.Connection)
		case a.Kind == client.ArrivalEnd:
			c.ended(a.Err)
		default:
			c.take(a.Message)
		}
	}
	c.mu.Lock()
	if c.over == nil {
		c.over = &holdfast.Error{Code: holdfast.CodeClosed, Detail: "the connection was closed for good"}
	}
	why := c.over
	c.mu.Unlock()
	c.fail(why)
}

// begin sends what waits for a connection, the oldest first.
func (c *Client) begin(conn uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	d, ok := c.dialects[conn]
	if !ok { // it has ended already
		return
	}
	c.conn, c.dialect = conn, d
	waiting := make([]*operation, 0, len(c.all))
	for p := range c.all {
		waiting = append(waiting, p)
	}
	slices.SortFunc(waiting, func(a, b *operation) int { return int(int64(a.number - b.number)) })
	for _, p := range waiting {
		c.out = append(c.out, command{start: p})
	}
	c.wakeLocked()
}

// ended has what was under way wait for the next connection, or fail.
func (c *Client) ended(why error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.conn, c.out, c.pong = 0, nil, nil
	for _, p := range c.byID {
		if p.sent {
			p.cutLocked(why)
		}
		p.id, p.sent = "", false
	}
	clear(c.byID)
}

// fail ends all operations.
func (c *Client) fail(why error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for p := range c.all {
		p.endLocked(p.because(why))
	}
}

// take takes a message.
func (c *Client) take(m client.Message) {
	f, ok := parse(m)
	if !ok {
		c.unreadable("no message of the protocol")
		return
	}
	if f.Type == "ping" {
		c.mu.Lock()
		c.pong = &frame{Type: "pong", Payload: f.Payload} // of several pings the last is answered
		c.wakeLocked()
		c.mu.Unlock()
		return
	}
	c.mu.Lock()
	p, next := c.byID[f.ID], c.dialect.next
	if p == nil && (f.Type == next || f.Type == "error" || f.Type == "complete") {
		c.stats.Strays++
	}
	c.mu.Unlock()
	if p == nil {
		return
	}
	switch f.Type {
	case next:
		r, ok := f.result()
		if !ok {
			c.unreadable("a result that is none")
			c.leave(p, &holdfast.Error{Code: holdfast.CodeBadPayload, Op: p.op, Detail: "the server sent a result that is none"})
			return
		}
		p.deliver(r)
	case "error":
		c.finish(p, f.failure(p.op))
	case "complete":
		c.finish(p, nil)
	}
}

func (c *Client) unreadable(what string) {
	c.mu.Lock()
	c.stats.Unreadable++
	c.mu.Unlock()
	c.log.Warn("GraphQL server", "sent", what)
}

// finish ends an operation that the server has ended.
func (c *Client) finish(p *operation, why error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.byID, p.id)
	p.id = ""
	p.endLocked(why)
}

// leave ends an operation from this side, and tells the server if it knows it.
func (c *Client) leave(p *operation, why error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if p.id != "" {
		delete(c.byID, p.id)
		c.out = append(c.out, command{stop: p.id})
		p.id = ""
		c.wakeLocked()
	}
	p.endLocked(why)
}

func (c *Client) wakeLocked() {
	select {
	case c.kick <- struct{}{}:
	default:
	}
}
