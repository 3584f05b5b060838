package server

import "github.com/holdfast-ws/holdfast"

// revocations are disconnections of users and sessions that were asked for lately: whoever was being authenticated at that time
// may have been let in by what counted before. Guarded by Server.mu. The zero value is ready to use.
type revocations struct {
	list []revocation
	lost int64 // some that came up to then are forgotten, since there were too many
}

type revocation struct {
	at int64 // as Server.millis has it
	Selector
	Farewell
}

// maxRevocations bounds how many are remembered; they are for as long as an authentication may take.
const maxRevocations = 4096

// revoke remembers whom a disconnection is for, as far as it may be found out too late.
func (s *Server) revoke(sel *Selector, f *Farewell) {
	if sel.User == "" && sel.Session == "" {
		return
	}
	now := s.millis()
	s.mu.Lock()
	defer s.mu.Unlock()
	r := &s.revoked
	over, keep := now-2*s.o.HelloTimeout.Milliseconds(), 0
	for keep < len(r.list) && r.list[keep].at < over {
		keep++
	}
	r.list = append(r.list[:0], r.list[keep:]...)
	if len(r.list) == maxRevocations {
		r.lost = r.list[0].at
		r.list = append(r.list[:0], r.list[1:]...)
	}
	r.list = append(r.list, revocation{now, *sel, *f})
}

// since returns with which code somebody is to be refused who began to be authenticated then; 0 if not. Where it can
// no longer be known the client is asked to come again.
func (r *revocations) since(began int64, c *Connection) (holdfast.Code, string) {
	if began <= r.lost && r.lost != 0 {
		return holdfast.CodeOverloaded, "too many were disconnected while it was found out who this is"
	}
	for i := range r.list {
		if x := &r.list[i]; x.at >= began && x.holds(c) {
			return x.Code, x.Reason
		}
	}
	return 0, ""
}
