package session

import "github.com/holdfast-ws/holdfast"

// expiry is for how long the server knows who the client is.
type expiry struct {
	at      int64 // when that ends; 0: never
	askAt   int64 // when the client is to be asked for new credentials; 0: not
	pending bool  // some that came are being checked
}

// leastLeft is how short before the end nothing is asked for any more, in milliseconds.
const leastLeft = 1000

// begin starts the time anew. Credentials that end soon are asked for when a third of their time is left, and not at once, so
// that such a client is not asked all the time.
func (x *expiry) begin(now, left, window int64) {
	*x = expiry{}
	if left > 0 {
		x.at = now + left
		x.askAt = x.at - min(window, left/3)
	}
}

// ask is called when the client is asked, and says when it is asked again: after half of what is left.
func (x *expiry) ask(now int64) {
	x.askAt = 0
	if left := x.at - now; left > 2*leastLeft {
		x.askAt = now + left/2
	}
}

// expire ends a connection whose time is over, and asks for new credentials before that.
func (s *Server) expire(now int64, fx []ServerEffect) []ServerEffect {
	x := &s.expiry
	switch {
	case s.state != serverOpen || x.at == 0:
	case now >= x.at:
		return s.end(holdfast.CodeTokenExpired, "the token's time is over, and no other has come", fx)
	case x.askAt != 0 && now >= x.askAt && !x.pending:
		x.ask(now)
		return append(fx, ServerEffect{Kind: FxSvAskRefresh, After: x.at - now})
	}
	return fx
}

// refresh has new credentials checked, one at a time. Where they never end there is nothing to prolong.
func (s *Server) refresh(fx []ServerEffect) []ServerEffect {
	if s.expiry.at == 0 || s.expiry.pending {
		return fx
	}
	s.expiry.pending = true
	return append(fx, ServerEffect{Kind: FxSvRefresh})
}

// refreshed goes on with the new credentials, or with the old ones if it cannot be known now whether the new ones are good.
func (s *Server) refreshed(now int64, e *ServerEvent, fx []ServerEffect) []ServerEffect {
	s.expiry.pending = false
	switch {
	case e.Code.Action() == holdfast.ActionLater:
	case e.Code != 0:
		return s.end(e.Code, e.Detail, fx)
	default:
		s.expiry.begin(now, e.After, s.limits.RefreshWindow)
	}
	return fx
}
