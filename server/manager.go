package server

import (
	"context"
	"net/http"
	"net/netip"
	"strconv"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/roster"
)

// managed is a connection as the server keeps it: a session's, or one with a protocol of the application's own. Nothing of it is
// called with Server.mu held, except keys.
type managed interface {
	keys() (user string, session roster.Session) // as roster.Keys
	end(code holdfast.Code, reason string)       // says goodbye, and closes; returns at once
	drain(after time.Duration)                   // the client is to come back elsewhere, after a delay
	shut()                                       // closes without a word
	look() Connection                            // ID and Address are filled in by who calls
}

// enter lets a request in, so that it counts from now on, or says why not. It is followed by add or withdraw.
func (s *Server) enter(r *http.Request) (roster.ID, error) {
	if err := s.overloaded(); err != nil {
		return 0, err
	}
	if err := s.admitAddress(r); err != nil {
		return 0, err
	}
	id, err := s.place(clientAddr(r))
	if err != nil {
		return 0, err
	}
	if wait := s.admission.admit(time.Now()); wait > 0 {
		s.withdraw(id)
		return 0, &holdfast.Error{Code: holdfast.CodeOverloaded, Op: "connect", RetryAfter: wait,
			Detail: "more clients connect than ConnectRate lets in"}
	}
	return id, nil
}

// place holds a place for a connection from addr.
func (s *Server) place(addr netip.Addr) (roster.ID, error) {
	if s.reserved.Add(1) > int64(s.o.MaxConnections) {
		s.reserved.Add(-1)
		return 0, &holdfast.Error{Code: holdfast.CodeTooManyConnections, Op: "connect", RetryAfter: s.o.RetryAfter,
			Detail: "the limit is " + strconv.Itoa(s.o.MaxConnections) + " connections"}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if most := s.o.MaxPerAddress; most > 0 && s.conns.AtAddress(addr, most) >= most {
		s.reserved.Add(-1)
		return 0, &holdfast.Error{Code: holdfast.CodeTooManyForAddress, Op: "connect", RetryAfter: s.o.RetryAfter,
			Detail: "the limit is " + strconv.Itoa(most) + " connections from one address"}
	}
	return s.conns.Enter(addr), nil
}

// withdraw gives the place of a connection up that was not made.
func (s *Server) withdraw(id roster.ID) {
	s.mu.Lock()
	s.conns.Remove(id)
	s.mu.Unlock()
	s.reserved.Add(-1)
}

// add takes a connection in, unless there is no use. It is followed by remove.
func (s *Server) add(id roster.ID, m managed) bool {
	s.mu.Lock()
	if s.draining || s.failed {
		s.mu.Unlock()
		return false
	}
	s.conns.Set(id, m)
	s.peak = max(s.peak, s.conns.Len())
	s.wg.Add(1)
	s.mu.Unlock()
	s.count.connections.Add(1)
	s.tell(EventConnected, id, m)
	return true
}

// leave has a connection that is being closed count for its user and its address no more.
func (s *Server) leave(id roster.ID) {
	s.mu.Lock()
	s.conns.Leave(id)
	s.mu.Unlock()
}

// remove forgets a connection that is closed.
func (s *Server) remove(id roster.ID) {
	s.mu.Lock()
	s.conns.Remove(id)
	if s.conns.Len() == 0 && s.idle != nil {
		close(s.idle)
		s.idle = nil
	}
	s.mu.Unlock()
	s.reserved.Add(-1)
	s.wg.Done()
}

// everybody returns all connections.
func (s *Server) everybody() []managed {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]managed, 0, s.conns.Len())
	for m := range s.conns.Members() {
		list = append(list, m)
	}
	return list
}

// waitIdle waits until there is no connection, or ctx ends.
func (s *Server) waitIdle(ctx context.Context) error {
	s.mu.Lock()
	if s.conns.Len() == 0 {
		s.mu.Unlock()
		return nil
	}
	if s.idle == nil {
		s.idle = make(chan struct{})
	}
	idle := s.idle
	s.mu.Unlock()
	select {
	case <-idle:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// addressOf is the address that a connection's client has.
func (s *Server) addressOf(id roster.ID) netip.Addr {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, addr, _ := s.conns.Get(id)
	return addr
}
