package server

import (
	"context"
	"errors"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/auth"
	"github.com/holdfast-ws/holdfast/internal/session"
	"github.com/holdfast-ws/holdfast/internal/wire"
	"github.com/holdfast-ws/holdfast/policy"
)

// authenticate settles who the client is and which session it has. Locked; asking a hook is done without
// the lock, and what the client sends meanwhile waits.
func (c *conn) authenticate(x *scratch, now int64) {
	h := &x.dec.Hello
	c.greet.asked = now
	ask := c.srv.o.Authenticate
	if ask == nil {
		c.authenticated(x, User{ID: c.nobody()}, nil, now)
		return
	}
	g := c.greet
	g.waiting = true
	hello := *h
	hello.Subscriptions = append([]wire.Subscribe(nil), h.Subscriptions...)
	ctx, cancel := context.WithTimeout(context.Background(), c.srv.o.HelloTimeout)
	g.cancel = cancel
	c.srv.wg.Go(func() {
		defer cancel()
		user, err := ask(ctx, Credentials{Token: hello.Token, User: hello.User, Request: g.request})
		c.srv.unavailable(err)
		c.member.Lock()
		defer c.ws.Resume()
		defer c.member.Dry()
		defer c.member.Unlock()
		if c.ending {
			return
		}
		y := scratchPool.Get().(*scratch)
		defer y.release()
		y.dec.Hello = hello
		behind := g.behind
		c.authenticated(y, user, err, c.srv.millis())
		for _, m := range behind {
			if err := c.message(y, m.op, m.p); err != nil {
				c.endLocked(codeOf(err), detail(err))
			}
		}
		c.member.OpenLater(y.opens...)
		c.member.Urgent()
	})
}

// authenticated goes on after the hook's answer. Locked.
func (c *conn) authenticated(x *scratch, user User, err error, now int64) {
	h := &x.dec.Hello
	e := session.ServerEvent{Kind: session.SvAuthenticated, Decoder: &x.dec}
	if err == nil && c.srv.o.Authenticate != nil {
		err = c.srv.holds(&e, user)
	}
	var grants policy.Grants
	if err == nil {
		grants, err = policy.ParseGrants(user.Claims)
	}
	switch {
	case err != nil:
		e.Code, e.Detail = refused(err)
	case c.srv.o.Authenticate != nil && h.User != "" && h.User != user.ID:
		e.Code, e.Detail = holdfast.CodeUserMismatch, "hello: the token is another user's than the one named"
	default:
		c.user, c.grants = user.ID, grants
		c.seen.agent = agentOf(h.Agent)
		if c.srv.o.Authenticate != nil { // else it is what anybody says of himself
			c.gate.enter(user.ID)
		}
		c.srv.claim(c, h, &e)
		if e.After != 0 {
			c.request = c.greet.request
		}
	}
	if c.dialect != nil && e.Code == 0 {
		e.Lanes = session.NoLanes
		c.dialect.known(h, c.user)
	}
	c.greet = nil
	if e.Code == 0 {
		c.srv.tell(EventAuthenticated, c.id, c)
	}
	x.fx = c.machine.Step(now, &e, x.fx[:0])
	c.apply(x, now)
}

// refused says why a client is not let in. What is no error of ours may say anything, so its text is not passed on.
func refused(err error) (holdfast.Code, string) {
	if h, ok := errors.AsType[*holdfast.Error](err); ok {
		return h.Code, h.Detail
	}
	if code := holdfast.CodeOf(err); code != 0 {
		return code, ""
	}
	return holdfast.CodeUnauthenticated, ""
}

// holds fills in for how long a user's credentials are good.
func (s *Server) holds(e *session.ServerEvent, u User) error {
	if u.Expires.IsZero() {
		return nil
	}
	if e.After = u.Expires.Sub(s.o.Now()).Milliseconds(); e.After <= 0 {
		return &holdfast.Error{Code: holdfast.CodeTokenExpired, Op: "authenticate", Detail: "the credentials end before they are used"}
	}
	return nil
}

// refreshWith asks the hook about a client's next token. Locked; the connection goes on meanwhile.
func (c *conn) refreshWith(token string) {
	if c.ending {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), c.srv.o.HelloTimeout)
	c.refresh = cancel
	who := Credentials{Token: token, User: c.user, Request: c.request, Reason: auth.ReasonRefresh}
	c.srv.wg.Go(func() {
		defer cancel()
		user, err := c.srv.o.Authenticate(ctx, who)
		c.srv.unavailable(err)
		e := session.ServerEvent{Kind: session.SvRefreshed}
		var grants policy.Grants
		switch {
		case err == nil && user.ID != who.User:
			err = &holdfast.Error{Code: holdfast.CodeUserMismatch, Op: "refresh", Detail: "refresh: the token is another user's"}
		case err == nil:
			if grants, err = policy.ParseGrants(user.Claims); err == nil {
				err = c.srv.holds(&e, user)
			}
		}
		if err != nil {
			e.Code, e.Detail = refused(err)
		}
		c.member.Lock()
		defer c.member.Unlock()
		c.refresh = nil
		if !c.ending {
			c.step(&e)
			if err == nil {
				c.regrant(grants)
			}
			c.authAnswered()
			c.member.Urgent()
		}
	})
}

// unavailableWarnEvery is how often it is logged at most that nobody can be authenticated.
const unavailableWarnEvery = 10 * time.Second

// unavailable tells the server's owner that nobody can be authenticated; clients only hear that they are to come back.
func (s *Server) unavailable(err error) {
	if holdfast.CodeOf(err).Action() != holdfast.ActionLater {
		return
	}
	now := s.millis()
	if last := s.authWarned.Load(); last != 0 && now-last < unavailableWarnEvery.Milliseconds() || !s.authWarned.CompareAndSwap(last, now) {
		return
	}
	s.logger.Warn("clients cannot be authenticated", "error", err)
}
