package server

import (
	"context"
	"encoding/hex"
	"iter"
	"net/netip"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/roster"
)

// ConnectionID names a connection of this server; String and ParseConnectionID turn it into text such as "17-3" and back.
type ConnectionID = roster.ID

// ParseConnectionID reads what ConnectionID.String has written. Errors: CodeBadArgument.
func ParseConnectionID(s string) (ConnectionID, error) { return roster.ParseID(s) }

// ConnectionState is how far a connection is.
type ConnectionState uint8

const (
	// ConnectionGreeting: it is not known yet who this is.
	ConnectionGreeting ConnectionState = iota
	// ConnectionOpen: it is in use.
	ConnectionOpen
	// ConnectionClosing: it says goodbye.
	ConnectionClosing
)

// String returns the word in lower case.
func (s ConnectionState) String() string {
	return [...]string{"greeting", "open", "closing"}[min(s, ConnectionClosing)]
}

// Connection is what there is to know of a connection, at one moment.
type Connection struct {
	ID    ConnectionID
	State ConnectionState
	// User and Session, of 32 hexadecimal digits, are "" before the client is authenticated, and where there are none: without
	// authentication users have no names, and raw connections have no sessions.
	User, Session string
	// Address of the client; invalid where the socket has none.
	Address netip.Addr
	// Protocol is the subprotocol that was agreed on: holdfast.v1.bin, holdfast.v1.json, envelope for the dialect, or one of the application's own.
	Protocol string
	// Agent is what the client calls itself, at most 64 bytes of it: in its hello, or a raw connection's in its User-Agent.
	Agent string
	// Since is when the connection began, by Options.Now; Age for how long it has been there, by a clock that nobody sets.
	Since time.Time
	Age   time.Duration
	// Subscriptions at the moment.
	Subscriptions int
	// MessagesIn are WebSocket messages that came, each of one frame or more; BytesIn is their content. BytesOut is all that the
	// socket has taken, with WebSocket's own headers and, where the server encrypts, before that.
	MessagesIn, BytesIn, BytesOut uint64
	// Waiting is how many bytes wait for the peer, those in this machine's send queue among them (on Linux).
	Waiting int
	// RTT is the time from the latest ping to its pong, the client's and the network's share together; 0 if there was none yet.
	RTT time.Duration
}

// Selector says which connections are meant: those for which all fields that are set hold.
type Selector struct {
	ID      ConnectionID
	User    string
	Session string // 32 hexadecimal digits
	// Address of clients: one, by netip.PrefixFrom(a, a.BitLen()), or a network.
	Address netip.Prefix
}

// Connections yields the connections that are meant, each as it is when its turn comes; the zero Selector means all. Those
// that come or go meanwhile may be left out. No lock is held while the caller has its turn. To find by ID, user or session costs
// no walk over all.
func (s *Server) Connections(sel Selector) iter.Seq[Connection] {
	return func(yield func(Connection) bool) {
		for _, c := range s.find(sel) {
			if !yield(c) {
				return
			}
		}
	}
}

// listed is how many connections are looked up under one lock.
const listed = 256

// find yields the connections that are meant.
func (s *Server) find(sel Selector) iter.Seq2[managed, Connection] {
	return func(yield func(managed, Connection) bool) {
		var ids []roster.ID
		for from, more := 0, true; more; {
			ids, from = s.candidates(&sel, from, ids[:0])
			more = from != 0
			for _, id := range ids {
				s.mu.Lock()
				m, addr, ok := s.conns.Get(id)
				s.mu.Unlock()
				if !ok {
					continue
				}
				c := m.look()
				c.ID, c.Address = id, addr
				if sel.holds(&c) && !yield(m, c) {
					return
				}
			}
		}
	}
}

// candidates returns connections among which are all that are meant, and where to go on; 0 at the end.
func (s *Server) candidates(sel *Selector, from int, to []roster.ID) ([]roster.ID, int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case sel.ID != 0:
		return append(to, sel.ID), 0
	case sel.Session != "":
		var id roster.Session
		if n, err := hex.Decode(id[:], []byte(sel.Session[:min(len(sel.Session), 32)])); err != nil || n != len(id) {
			return to, 0
		}
		return append(to, s.conns.BySession(id)), 0
	case sel.User != "":
		for id := range s.conns.ByUser(sel.User) {
			to = append(to, id)
		}
		return to, 0
	}
	return s.conns.After(from, listed, to)
}

func (sel *Selector) holds(c *Connection) bool {
	return (sel.ID == 0 || sel.ID == c.ID) && (sel.User == "" || sel.User == c.User) && (sel.Session == "" || sel.Session == c.Session) &&
		(!sel.Address.IsValid() || sel.Address.Contains(c.Address.WithZone("")))
}

// Farewell is what a client is told when it is disconnected.
type Farewell struct {
	// Code says what the client is to do, see Code.Action: CodeRevoked to stop, CodeUnauthenticated to come with another token,
	// CodeServiceRestart to come back later, or a number of the application's own from 4400 to 4999. One that a close frame can carry.
	// Default: CodeRevoked.
	Code holdfast.Code
	// Reason, for people to read: at most 123 bytes of UTF-8. Default: none.
	Reason string
}

// Disconnect closes the connections that are meant, and returns how many. What the client was already answered reaches it first, as far
// as it reads. A client of ours that hears CodeRevoked ends its session and does not come back by itself; whoever
// revokes a right does so first where Authenticate looks it up, since another program may try again. A client that is being
// authenticated at the moment is refused too, if it turns out to be meant by User or Session.
//
// Errors: CodeBadArgument, if nothing is selected, or for a code or reason that no close frame can carry.
func (s *Server) Disconnect(sel Selector, f Farewell) (n int, err error) {
	if f.Code == 0 {
		f.Code = holdfast.CodeRevoked
	}
	if err := f.check(&sel); err != nil {
		return 0, err
	}
	s.revoke(&sel, &f)
	for m, c := range s.find(sel) {
		if c.State != ConnectionClosing {
			m.end(f.Code, f.Reason)
			n++
		}
	}
	return n, nil
}

// maxReason is what a close frame has room for.
const maxReason = 123

func (f *Farewell) check(sel *Selector) error {
	bad := func(detail string) error {
		return &holdfast.Error{Code: holdfast.CodeBadArgument, Op: "disconnect", Detail: detail}
	}
	switch {
	case *sel == Selector{}:
		return bad("Selector: nothing is selected; to close all connections, shut the server down")
	case !sendable(f.Code):
		return bad("Farewell.Code: " + strconv.Itoa(int(f.Code)) + " is none that a close frame can carry")
	case len(f.Reason) > maxReason:
		return bad("Farewell.Reason: the limit is " + strconv.Itoa(maxReason) + " bytes, got " + strconv.Itoa(len(f.Reason)))
	case !utf8.ValidString(f.Reason):
		return bad("Farewell.Reason: not UTF-8")
	}
	return nil
}

// sendable reports whether RFC 6455, 7.4, lets a code be sent.
func sendable(c holdfast.Code) bool {
	switch {
	case c == holdfast.CodeNoStatus, c == holdfast.CodeAbnormal, c == 1004:
		return false
	}
	return c >= 1000 && c <= 1014 || c >= 3000 && c <= 4999
}

// Events yields what becomes of connections, from when the ranging begins until ctx ends or the server is shut down. It holds nothing
// up: who is more than 1,024 events behind misses the oldest, and is told how many by an EventMissed in their place.
// Several may listen at a time. A listing taken after the ranging has begun, and the events, together miss nobody.
func (s *Server) Events(ctx context.Context) iter.Seq[ConnectionEvent] { return s.events.Listen(ctx) }
