package session

import "github.com/holdfast-ws/holdfast/internal/wire"

// uses notes that the client did something. What keeps a connection alive is no use of it.
func (s *Server) uses(now int64, t wire.Type) {
	if t != wire.TypePing && t != wire.TypePong {
		s.used = now
	}
}

// idle reports whether nobody has anything of the connection, and moves the beginning of that while somebody has.
func (s *Server) idle(now int64) bool {
	if s.limits.IdleTimeout <= 0 || s.state != serverOpen {
		return false
	}
	if s.count() > 0 || s.unanswered > 0 {
		s.used = now
	}
	return now-s.used > s.limits.IdleTimeout
}

// Age is how long ago the connection began, in milliseconds.
func (s *Server) Age(now int64) int64 { return now - s.opened }

// Open reports whether the client was let in, and is still there.
func (s *Server) Open() bool { return s.state == serverOpen }
