package server

import (
	"crypto/rand"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/wire"
)

// claim is a live connection's hold on its session.
type claim struct {
	process, counter uint64
	user             string
	conn             *conn
}

// claim settles which session a hello gets. Of two hellos of one process the one with the higher counter has
// it, however late it arrives, and the other's connection is closed; another process gets a session of its
// own. It is called with c locked, so it must not wait for another connection's lock.
func (s *Server) claim(c *conn, h *wire.Hello) (wire.SessionID, holdfast.Code) {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := h.Session
	old := s.sessions[id]
	switch {
	case id == wire.SessionID{} || old != nil && (old.process != h.Process || old.user != c.user):
		rand.Read(id[:])
	case old != nil && old.counter >= h.Counter:
		return id, holdfast.CodeReplaced
	case old != nil:
		s.wg.Go(func() { old.conn.end(holdfast.CodeReplaced, "") })
	}
	s.sessions[id] = &claim{process: h.Process, counter: h.Counter, user: c.user, conn: c}
	return id, 0
}

// release gives a connection's session up, unless a later one has it.
func (s *Server) release(c *conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if cl := s.sessions[c.session]; cl != nil && cl.conn == c {
		delete(s.sessions, c.session)
	}
}
