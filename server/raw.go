package server

import (
	"context"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/ws"
)

// RawOptions of a handler that [Server.Raw] makes. Handle must be there; the rest has useful zero values.
type RawOptions struct {
	// Handle serves one connection, on a goroutine of its own. ctx ends when the connection does, from whichever side; Handle must return
	// then, and Server.Shutdown waits for it. When it returns, what was written goes out and the connection is closed: with 1000
	// after nil, with the code of an *holdfast.Error that a close frame can carry, else with 1011, and so after a panic. Errors other than
	// those that the connection itself has given are logged.
	Handle func(ctx context.Context, c *RawConn) error

	// Subprotocols that the application speaks, the best first. A client that asks for others alone is served without one.
	// Default: none.
	Subprotocols []string
	// MaxMessage is the most bytes of a message that comes, inflated; a larger one ends the connection with 1009. Default: 1 MiB.
	MaxMessage int
	// Compression offers permessage-deflate; messages of 512 bytes or more are compressed then. Default: CompressionOff.
	Compression Compression

	// QueueBytes is how much may wait for the peer, besides what the system's own buffers hold; one message may always wait, however
	// large. Default: 1 MiB. Full says what becomes of a message for which there is no room. Default: RawWaits.
	QueueBytes int
	Full       RawFull
	// WriteTimeout is how long the peer may take no byte while some wait for it, and the most that is waited at the end for what is left
	// to go out; then it is closed (CodeWriteTimeout). Default: 10 s.
	WriteTimeout time.Duration

	// Heartbeat is the silence after which the peer is pinged, PongTimeout how long each ping may go unanswered, and MaxMissed how many in
	// a row may, until the peer is given up (CodeHeartbeatTimeout): 60 s after it was last heard. Whatever comes is
	// a sign of life. While Handle leaves messages unread, silence does not count, since nothing more is read then. Defaults: 30 s, 10 s, 3.
	Heartbeat, PongTimeout time.Duration
	MaxMissed              int
	// IdleTimeout is how long no message may go either way, until the connection is closed (CodeIdle); heartbeats do not count.
	// Default: for ever.
	IdleTimeout time.Duration
	// DrainCode is what clients are closed with when the server is shut down, each at a moment of its own within DrainPeriod:
	// CodeServiceRestart or CodeGoingAway. Default: CodeServiceRestart (1012).
	DrainCode holdfast.Code
}

// RawFull says what becomes of a message for which there is no room in a raw connection's queue.
type RawFull uint8

const (
	// RawWaits: Write waits for room, within its context.
	RawWaits RawFull = iota
	// RawRefuses: Write returns CodeQueueFull at once.
	RawRefuses
	// RawDropsOldest: the oldest messages that have not begun to go out make room; RawConn.Dropped counts them.
	RawDropsOldest
	// RawCloses: the connection is closed with CodeWriteTimeout, for a peer that is too slow to be of use.
	RawCloses
)

// Raw returns a handler for WebSocket connections with a protocol of the application's own. They share the server's connection
// manager: Authenticate (with the token in the request, see auth.Token), Access and Origins, all limits on
// connections, figures, Connections, Events and Disconnect, and the drain at shutdown. The handler can be mounted anywhere, also in a
// server of the application's. It answers refusals over HTTP with a Holdfast-Code, as the server does at /ws; only MaxPerUser is told
// by a close frame.
//
// Errors: CodeBadArgument. Raw may be called at any time, and more than once.
func (s *Server) Raw(o RawOptions) (http.Handler, error) {
	if err := o.fill(); err != nil {
		return nil, err
	}
	s.raws.begin(s)
	return &rawHandler{s, o}, nil
}

func (o *RawOptions) fill() error {
	bad := func(detail string) error {
		return &holdfast.Error{Code: holdfast.CodeBadArgument, Op: "make raw handler", Detail: detail}
	}
	if o.Handle == nil {
		return bad("Handle: must be there")
	}
	for _, n := range []struct {
		name  string
		value int64
	}{{"MaxMessage", int64(o.MaxMessage)}, {"QueueBytes", int64(o.QueueBytes)}, {"MaxMissed", int64(o.MaxMissed)}, {"Heartbeat", int64(o.Heartbeat)},
		{"PongTimeout", int64(o.PongTimeout)}, {"WriteTimeout", int64(o.WriteTimeout)}, {"IdleTimeout", int64(o.IdleTimeout)}} {
		if n.value < 0 {
			return bad(n.name + ": must not be negative, got " + strconv.FormatInt(n.value, 10))
		}
	}
	if o.MaxMessage > math.MaxInt32 {
		return bad("MaxMessage: the limit is 2 GiB, got " + strconv.Itoa(o.MaxMessage))
	}
	if o.Full > RawCloses {
		return bad("Full: " + strconv.Itoa(int(o.Full)) + " is none of the choices")
	}
	o.DrainCode = or(o.DrainCode, holdfast.CodeServiceRestart)
	if !sendable(o.DrainCode) {
		return bad("DrainCode: " + strconv.Itoa(int(o.DrainCode)) + " is none that a close frame can carry")
	}
	o.MaxMessage = or(o.MaxMessage, 1<<20)
	o.QueueBytes = or(o.QueueBytes, 1<<20)
	o.WriteTimeout = or(o.WriteTimeout, 10*time.Second)
	o.Heartbeat = or(o.Heartbeat, 30*time.Second)
	o.PongTimeout = or(o.PongTimeout, 10*time.Second)
	o.MaxMissed = or(o.MaxMissed, 3)
	return nil
}

type rawHandler struct {
	s *Server
	o RawOptions
}

// ServeHTTP upgrades a request, or says why not.
func (h *rawHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s := h.s
	s.asks(r)
	r = s.asClient(r)
	err := s.admit(r)
	if err == nil {
		err = s.accepting()
	}
	if err != nil {
		s.turnAway(w, err)
		return
	}
	id, err := s.enter(r)
	if err != nil {
		s.turnAway(w, err)
		return
	}
	c := &RawConn{srv: s, o: &h.o, id: id, began: s.o.Now(), born: s.millis()}
	if err := c.authenticate(r); err != nil {
		s.withdraw(id)
		s.turnAway(w, err)
		return
	}
	u := ws.Options{Subprotocols: h.o.Subprotocols, MaxMessage: h.o.MaxMessage, Budget: s.budget, Poller: s.poller, Settle: ws.SettleOn}
	if h.o.Compression == CompressionOn {
		u.Compression = ws.CompressionOn
	}
	if c.ws, err = ws.Upgrade(w, r, u); err != nil {
		s.withdraw(id)
		s.count.turnAway(holdfast.CodeOf(err))
		return
	}
	c.start()
}

// authenticate asks who the client is, before it is upgraded: its credentials are in the request.
func (c *RawConn) authenticate(r *http.Request) error {
	c.request = r.Clone(context.WithoutCancel(r.Context()))
	c.seen.agent = agentOf(r.UserAgent())
	if c.srv.o.Authenticate == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(r.Context(), c.srv.o.HelloTimeout)
	defer cancel()
	user, err := c.srv.o.Authenticate(ctx, Credentials{Request: c.request})
	if err == nil {
		c.user, c.name = user, user.ID
		return c.holdsUntil(user.Expires)
	}
	c.srv.unavailable(err)
	return c.srv.refusal(err)
}

// refusal is what a client is told that is not let in, see refused.
func (s *Server) refusal(err error) error {
	e := &holdfast.Error{Op: "connect"}
	if e.Code, e.Detail = refused(err); e.Code.Action() == holdfast.ActionLater {
		e.RetryAfter = s.o.RetryAfter
	}
	return e
}
