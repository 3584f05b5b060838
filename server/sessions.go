package server

import (
	"crypto/rand"
	"strconv"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/roster"
	"github.com/holdfast-ws/holdfast/internal/session"
	"github.com/holdfast-ws/holdfast/internal/wire"
)

// claim settles which session a hello gets, or why it gets none. Of two hellos of one process the one with the higher counter has
// it, however late it arrives, and the other's connection is closed; another process gets a session of its
// own. It is called with c locked, so it must not wait for another connection's lock.
func (s *Server) claim(c *conn, h *wire.Hello, e *session.ServerEvent) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, addr, _ := s.conns.Get(c.id)
	who := Connection{ID: c.id, User: c.user, Session: sessionName(roster.Session(h.Session)), Address: addr}
	if code, reason := s.revoked.since(c.greet.asked, &who); code != 0 {
		e.Code, e.Detail = code, reason
		return
	}
	e.Session = h.Session
	oldID := s.conns.BySession(roster.Session(h.Session))
	m, _, _ := s.conns.Get(oldID)
	old, _ := m.(*conn)
	switch {
	case h.Session == wire.SessionID{} || old != nil && (old.process != h.Process || old.user != c.user):
		rand.Read(e.Session[:])
		old = nil
	case old != nil && old.counter >= h.Counter:
		e.Code = holdfast.CodeReplaced
		return
	}
	if old == nil {
		oldID = 0
	}
	if most := s.o.MaxPerUser; most > 0 && s.conns.OfUser(c.user, oldID, most) >= most {
		e.Code, e.Detail = holdfast.CodeTooManyForUser, "hello: the limit is "+strconv.Itoa(most)+" connections of one user"
		return
	}
	if old != nil {
		s.conns.Leave(oldID)
		s.conns.LeaveSession(oldID)
		s.wg.Go(func() { old.end(holdfast.CodeReplaced, "") })
	}
	c.session, c.process, c.counter = e.Session, h.Process, h.Counter
	s.conns.BindUser(c.id)
	s.conns.BindSession(c.id)
}

// release gives a connection's session up, unless a later one has it.
func (s *Server) release(c *conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.conns.LeaveSession(c.id)
}
