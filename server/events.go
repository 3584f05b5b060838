package server

import (
	"errors"
	"net/netip"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/feed"
	"github.com/holdfast-ws/holdfast/internal/ws"
)

// EventKind says what happened to a connection.
type EventKind uint8

const (
	// EventConnected: it was taken in, and is not authenticated yet.
	EventConnected EventKind = iota + 1
	// EventAuthenticated: it is known who it is.
	EventAuthenticated
	// EventClosed: it has ended.
	EventClosed
	// EventMissed: the listener was too far behind, and Missed events are gone.
	EventMissed
)

// String returns the word in lower case.
func (k EventKind) String() string {
	return [...]string{"", "connected", "authenticated", "closed", "missed"}[min(k, EventMissed)]
}

// CloseSide is who ended a connection.
type CloseSide uint8

const (
	// ClosedByServer: the server, with Code.
	ClosedByServer CloseSide = iota
	// ClosedByClient: the client, with Code; CodeNormal where it said goodbye in a frame of the protocol.
	ClosedByClient
	// ClosedByNobody: it was cut, without a close frame. Code is CodeAbnormal.
	ClosedByNobody
)

// String returns "server", "client" or "nobody".
func (s CloseSide) String() string {
	return [...]string{"server", "client", "nobody"}[min(s, ClosedByNobody)]
}

// ConnectionEvent is an event of a connection's life. For one connection they come in the order connected, authenticated, closed.
type ConnectionEvent struct {
	Kind EventKind
	Time time.Time // by Options.Now
	// ID, User, Session and Address are as in Connection.
	ID            ConnectionID
	User, Session string
	Address       netip.Addr
	// Code and Reason with which it was closed, by whom, and how long it had been there.
	Code     holdfast.Code
	Reason   string
	By       CloseSide
	Duration time.Duration
	// Missed is how many events are missing here.
	Missed int
}

// eventBacklog is how many events a listener may be behind.
const eventBacklog = 1024

func newEvents() *feed.Feed[ConnectionEvent] {
	return feed.New(feed.Options[ConnectionEvent]{Backlog: eventBacklog,
		Dropped: func(n int) ConnectionEvent { return ConnectionEvent{Kind: EventMissed, Missed: n} }})
}

// closing is how a connection ended.
type closing struct {
	code   holdfast.Code
	reason string
	by     CloseSide
}

// byServer says who ended a connection that the server closes with a code. The normal one answers a client's goodbye.
func byServer(code holdfast.Code) CloseSide {
	if code == holdfast.CodeNormal {
		return ClosedByClient
	}
	return ClosedByServer
}

// closingOf is how a connection ended whose reading ended with err.
func closingOf(err error) closing {
	if c, ok := errors.AsType[*ws.CloseError](err); ok {
		return closing{holdfast.Code(c.Code), c.Reason, ClosedByClient}
	}
	if code := ws.CloseCode(err); code != 0 {
		return closing{holdfast.Code(code), detail(err), ClosedByServer}
	}
	return closing{holdfast.CodeAbnormal, "", ClosedByNobody}
}

// tell tells who listens. m may be locked.
func (s *Server) tell(kind EventKind, id ConnectionID, m managed) {
	if s.events.Listening() {
		s.events.Add(s.event(kind, id, m))
	}
}

// closed tells that a connection has ended.
func (s *Server) tellClosed(id ConnectionID, m managed, why closing, age time.Duration) {
	if !s.events.Listening() {
		return
	}
	e := s.event(EventClosed, id, m)
	e.Code, e.Reason, e.By, e.Duration = why.code, why.reason, why.by, age
	s.events.Add(e)
}

func (s *Server) event(kind EventKind, id ConnectionID, m managed) ConnectionEvent {
	e := ConnectionEvent{Kind: kind, Time: s.o.Now(), ID: id}
	user, session := m.keys()
	e.User, e.Session = user, sessionName(session)
	s.mu.Lock()
	_, e.Address, _ = s.conns.Get(id)
	s.mu.Unlock()
	return e
}
