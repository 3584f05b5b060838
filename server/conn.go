package server

import (
	"context"
	"io"
	"net/http"
	"net/netip"
	"sync"
	"time"
	"unsafe"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/hub"
	"github.com/holdfast-ws/holdfast/internal/near"
	"github.com/holdfast-ws/holdfast/internal/session"
	"github.com/holdfast-ws/holdfast/internal/wire"
	"github.com/holdfast-ws/holdfast/internal/ws"
	"github.com/holdfast-ws/holdfast/store"
)

// conn drives one connection: it stands between the socket (internal/ws), the pure machine
// (internal/session) and the log (internal/hub). The member's lock guards machine and what follows it.
//
// It holds as little as it can, since there are many: what is needed while frames are handled is borrowed.
type conn struct {
	srv    *Server
	ws     *ws.Conn
	member *hub.Member
	codec  wire.Codec
	addr   netip.Addr // the client's

	machine session.Server
	began   int64 // by the clock that clients are told
	user    string
	request *http.Request // the upgrade, if the user's credentials end
	greet   *greeting     // until the client is authenticated
	refresh context.CancelFunc
	session wire.SessionID
	ending  bool    // end was called
	ended   *ending // if end was called
}

// greeting is what a connection holds until it is authenticated.
type greeting struct {
	request *http.Request
	waiting bool // Authenticate is being asked
	behind  []behind
	size    int
	cancel  context.CancelFunc
}

// behind is a message that came behind a hello.
type behind struct {
	op ws.Opcode
	p  []byte
}

// maxBehind bounds what may wait behind a hello, each message counted with what it costs to keep.
const (
	maxBehind  = 256 << 10
	behindCost = 64
)

// maxReplies bounds the replies that one connection has waiting. Reading stops long before, between two messages; but one
// message can hold a great many frames that each want an answer.
const (
	maxReplies = 1 << 20
	replyCost  = 400 // about the largest answer to a subscribe
)

// A connection may wait for openFactor times MaxSubscriptions, and maxOpening, to be opened, those that it has given up since
// among them. Reading stops long before, but one message can hold a great many.
const (
	openFactor = 4
	maxOpening = 4096
)

// draftsAtOnce bounds the drafts that are gathered before they go to the commit loop.
const draftsAtOnce = 256

// closeTimeout bounds how long a connection that is being closed may take.
const closeTimeout = 2 * time.Second

// scratch is borrowed while frames are handled.
type scratch struct {
	dec    wire.Decoder
	fx     []session.ServerEffect
	drafts []store.Draft
	opens  []hub.Opening
	stored wire.Stored
	at     int64 // when the message at hand came, as Server.instant has it; 0 without one
}

var scratchPool = sync.Pool{New: func() any { return new(scratch) }}

func (x *scratch) release() {
	x.dec.Reset(wire.JSON, nil)
	clear(x.fx)
	clear(x.drafts)
	clear(x.opens)
	x.fx, x.drafts, x.opens, x.at = x.fx[:0], x.drafts[:0], x.opens[:0], 0
	scratchPool.Put(x)
}

// millis is the time that timeouts go by. It does not follow the machine's clock when that is set.
func (s *Server) millis() int64 {
	now, _ := s.instant()
	return now
}

// instant returns the same and, more finely, how many nanoseconds the server has run, from one look at the clock.
func (s *Server) instant() (now, at int64) {
	d := time.Since(s.begun)
	return s.begun.UnixMilli() + d.Milliseconds(), int64(d)
}

// start takes a connection over from its upgrade.
func (s *Server) start(wc *ws.Conn, codec wire.Codec, r *http.Request) {
	c := &conn{srv: s, ws: wc, codec: codec, addr: clientAddr(r), machine: session.NewServer(s.millis(), s.limits, codec), began: s.o.Now().UnixMilli()}
	c.greet = &greeting{}
	if s.o.Authenticate != nil {
		c.greet.request = r.Clone(context.WithoutCancel(r.Context()))
	}
	m := s.hub.Attach(wc, encoderOf(codec, wc.Compressed()), c)
	m.Lock() // a worker may sweep it already
	c.member = m
	m.Unlock()
	if !s.add(c) {
		c.member.Detach()
		s.reserved.Add(-1)
		s.count.turnAway(holdfast.CodeDraining)
		wc.Close()
		return
	}
	s.count.connections.Add(1)
	// a fresh goroutine: net/http's has a deep stack that would stay with the connection
	go c.run()
}

func (c *conn) run() {
	err := c.ws.Serve(c)
	if err == ws.ErrSettled {
		go c.run() // srv.wg counts the connection, not the goroutine
		return
	}
	c.finish(err)
	c.member.Detach()
	c.srv.release(c)
	c.ws.Wait()
	c.srv.remove(c)
}

// finish writes the close frame, if there is somebody to read it.
func (c *conn) finish(err error) {
	c.member.Lock()
	ended := c.ending
	c.ending = true
	if c.greet != nil && c.greet.cancel != nil {
		c.greet.cancel()
	}
	if c.refresh != nil {
		c.refresh()
	}
	c.member.Unlock()
	code := ws.CloseCode(err)
	if !ended {
		c.srv.count.closed(err)
	}
	if e := c.ended; e != nil { // it sees to the farewell, and waits for this
		close(e.read)
		<-e.closed
		return
	}
	if ended || code == 0 {
		c.ws.Close()
		return
	}
	reason := ""
	if e, ok := err.(*holdfast.Error); ok {
		reason = e.Detail
	}
	c.farewell(code, reason)
	c.ws.Linger(closeTimeout)
}

// farewell writes what waits and then a close frame, as far as the socket takes it in time.
func (c *conn) farewell(code uint16, reason string) {
	if !c.member.Drain(closeTimeout) {
		return
	}
	c.member.Lock()
	c.member.Farewell(ws.AppendClose(nil, code, reason))
	c.member.Unlock()
	c.member.Drain(closeTimeout)
}

// end closes the connection with a code, from wherever. Not locked.
func (c *conn) end(code holdfast.Code, reason string) {
	c.member.Lock()
	c.endLocked(code, reason)
	c.member.Unlock()
}

func (c *conn) endLocked(code holdfast.Code, reason string) {
	if c.ending {
		return
	}
	c.ending = true
	c.srv.count.ended(code)
	e := &ending{read: make(chan struct{}), closed: make(chan struct{})}
	c.ended = e
	c.srv.wg.Go(func() {
		defer close(e.closed)
		c.farewell(uint16(code), reason)
		// the peer answers by closing; to close before that could take the code from it
		t := time.NewTimer(closeTimeout)
		defer t.Stop()
		select {
		case <-e.read:
		case <-t.C:
		}
		c.ws.Close()
	})
}

// ending is a connection's end that the server has begun.
type ending struct {
	read   chan struct{} // closed when reading has ended
	closed chan struct{} // closed when the socket is
}

// drain asks the client to come back after a delay.
func (c *conn) drain(after time.Duration) {
	c.member.Lock()
	defer c.member.Unlock()
	c.step(&session.ServerEvent{Kind: session.SvDrain, After: after.Milliseconds()})
	c.member.Urgent()
}

// Message handles the frames of one message, as one batch. Part of ws.Handler.
func (c *conn) Message(op ws.Opcode, p []byte) error {
	x := scratchPool.Get().(*scratch)
	defer x.release()
	c.member.Lock()
	err := c.message(x, op, p)
	c.member.Unlock()
	if len(x.opens) > 0 {
		c.member.OpenHere(x.opens...)
	}
	return err
}

// message handles the frames of one message; subscriptions that they ask for are left in x. Locked.
func (c *conn) message(x *scratch, op ws.Opcode, p []byte) error {
	if c.ending {
		return nil
	}
	if op != opcode(c.codec) {
		return &holdfast.Error{Code: holdfast.CodeUnsupportedData, Op: "read message", Detail: "not what " + c.codec.Subprotocol() + " speaks"}
	}
	if g := c.greet; g != nil && g.waiting {
		return g.keep(op, p)
	}
	x.dec.Limits.MaxSubscriptions = c.srv.o.MaxSubscriptions
	x.dec.Reset(c.codec, p)
	now, at := c.srv.instant()
	x.at = at
	published := uint64(0)
	for !c.ending {
		t, err := x.dec.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			c.submit(x)
			c.endLocked(codeOf(err), err.Error())
			break
		}
		if t == wire.TypePublish || t == wire.TypeSkip {
			published++
		}
		x.fx = c.machine.Step(now, &session.ServerEvent{Kind: session.SvFrame, Type: t, Decoder: &x.dec}, x.fx[:0])
		c.apply(x, now)
		if g := c.greet; g != nil && g.waiting {
			if rest := x.dec.Rest(); len(rest) > 0 {
				return g.keep(op, rest)
			}
			return nil
		}
	}
	if published > 0 {
		c.srv.count.received.Add(published)
	}
	c.submit(x)
	return nil
}

func (g *greeting) keep(op ws.Opcode, p []byte) error {
	if len(p) == 0 {
		return nil
	}
	if g.size += len(p) + behindCost; g.size > maxBehind {
		return &holdfast.Error{Code: holdfast.CodeOverloaded, Op: "greet", Detail: "more than 256 KiB came behind a hello that is not authenticated yet"}
	}
	g.behind = append(g.behind, behind{op, append([]byte(nil), p...)})
	return nil
}

// heard is not made anew each time, because an event is large, and a reader that waits is to do with the smallest of stacks.
var heard = session.ServerEvent{Kind: session.SvHeard}

// Control answers pings. Part of ws.Handler.
func (c *conn) Control(op ws.Opcode, p []byte) error {
	c.member.Lock()
	defer c.member.Unlock()
	c.machine.Step(c.srv.millis(), &heard, nil)
	if op == ws.OpPing && !c.ending {
		var frame [2 + 125]byte
		c.member.Control(append(ws.AppendHeader(frame[:0], ws.OpPong, len(p), 0), p...))
	}
	return nil
}

// Dry commits, where the store does that at once, and writes the replies. Part of ws.Handler.
func (c *conn) Dry() { c.member.Dry() }

// Ready holds input back while replies or drafts pile up. Part of ws.Handler.
func (c *conn) Ready() bool {
	c.member.Lock()
	// It is called when the socket has something to read. A large message on a slow line is a sign of life long before
	// it is whole, and the peer cannot answer a ping in the middle of it.
	c.machine.Step(c.srv.millis(), &heard, nil)
	waiting := c.greet != nil && c.greet.waiting && c.greet.size > 0
	c.member.Unlock()
	return !waiting && c.member.Ready()
}

// Answered is part of hub.Owner.
func (c *conn) Answered(drafts []store.Draft, results []store.Result, at int64) {
	x := scratchPool.Get().(*scratch)
	defer x.release()
	now, answered := c.srv.instant()
	c.srv.count.latency.Record(time.Duration(answered-at), len(drafts))
	var e session.ServerEvent
	for i := range drafts {
		answer(&e, &drafts[i], &results[i])
		x.fx = c.machine.Step(now, &e, x.fx)
	}
	c.apply(x, now)
}

// Opened is part of hub.Owner.
func (c *conn) Opened(sub uint32, o hub.Opened) {
	e := session.ServerEvent{Kind: session.SvOpened, Sub: sub, Position: o.Position, First: o.First, Head: o.Head, Generation: o.Generation}
	if o.Err != nil {
		e.Code, e.Detail = subscriptionCode(codeOf(o.Err)), detail(o.Err)
	} else {
		resume(&e, &o.Resumption)
	}
	c.step(&e)
}

// subscriptionCode is what a subscriber hears. That the store is broken is for the server's owner to mend, and no fault of the
// subscription's, which is asked for again.
func subscriptionCode(c holdfast.Code) holdfast.Code {
	switch c {
	case holdfast.CodeIO, holdfast.CodeStoreDamaged, holdfast.CodeClosed, holdfast.CodeCanceled:
		return holdfast.CodeStoreUnavailable
	}
	return c
}

func codeOf(err error) holdfast.Code {
	if c := holdfast.CodeOf(err); c != 0 {
		return c
	}
	return holdfast.CodeStoreUnavailable
}

func detail(err error) string {
	if e, ok := err.(*holdfast.Error); ok {
		return e.Detail // the code says the rest
	}
	return err.Error()
}

// Allowance is part of hub.Owner.
func (c *conn) Allowance(sub uint32) (records, bytes int) { return c.machine.Allowance(sub) }

// Prefetch is part of hub.Owner. It only computes addresses, since to look at anything would be to wait for it.
func (c *conn) Prefetch() {
	p := unsafe.Pointer(&c.machine)
	near.Fetch(p)
	near.Fetch(unsafe.Add(p, 96))
	near.Fetch(unsafe.Add(p, 160))
}

// Flushed is part of hub.Owner.
func (c *conn) Flushed(sub uint32, first, last uint64, bytes int) {
	c.machine.Step(0, &session.ServerEvent{Kind: session.SvFlushed, Sub: sub, First: first, Last: last, Bytes: bytes}, nil)
}

// Gap is part of hub.Owner.
func (c *conn) Gap(sub uint32, r store.Resumption) {
	e := session.ServerEvent{Kind: session.SvGap, Sub: sub}
	resume(&e, &r)
	c.step(&e)
}

// CursorTaken is part of hub.Owner.
func (c *conn) CursorTaken(sub uint32) {
	c.step(&session.ServerEvent{Kind: session.SvTaken, Sub: sub, Code: holdfast.CodeCursorTaken})
	c.member.Urgent()
}

// Failed is part of hub.Owner.
func (c *conn) Failed(sub uint32, err error) {
	c.srv.logger.Error("a channel cannot be read", "error", err)
	c.step(&session.ServerEvent{Kind: session.SvTaken, Sub: sub, Code: holdfast.CodeStoreUnavailable, Detail: detail(err)})
	c.member.Urgent()
}

// Sweep is part of hub.Owner.
func (c *conn) Sweep(_ time.Time, f hub.SweepFacts) {
	if c.member == nil {
		return
	}
	e := session.ServerEvent{Kind: session.SvSweep, Stalled: !f.StalledSince.IsZero(), Taking: f.Took, After: f.InVain.Milliseconds()}
	x := scratchPool.Get().(*scratch)
	defer x.release()
	now := c.srv.millis()
	x.fx = c.machine.Step(now, &e, x.fx)
	c.apply(x, now)
}

// Resume is part of hub.Owner.
func (c *conn) Resume() { c.ws.Resume() }

// Broken is part of hub.Owner.
func (c *conn) Broken(err error) {
	c.srv.logger.Debug("a connection broke", "remote", c.addr, "error", err)
	c.ws.Close()
}
