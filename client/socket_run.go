package client

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/breaker"
)

// run is the owner: attempt after attempt, until the socket is closed or gives up.
func (s *Socket) run(ctx context.Context) {
	var why error
	for {
		var ticket breaker.Ticket
		if ticket, why = s.admit(ctx); why != nil || s.closing() {
			ticket.Cancel()
			break
		}
		s.stats.attempts.Add(1)
		if s.stats.connects.Load() > 0 {
			s.stats.again.Add(1)
		}
		c, err := s.attemptApart(ctx)
		if err == nil {
			s.takeWanted() // a Reconnect meanwhile has what it asked for
			err = s.serve(c, ticket)
		} else if s.closing() {
			ticket.Cancel()
			break
		} else {
			s.stats.failures.Add(1)
			s.failed(ticket, err)
		}
		if s.closing() {
			break
		}
		if why = s.again(ctx, err); why != nil || s.closing() {
			break
		}
	}
	s.finish(why)
}

// again waits until the next attempt is due, or says why there is none.
func (s *Socket) again(ctx context.Context, err error) error {
	if s.takeWanted() == wantAgain { // Reconnect
		s.redial.reset()
		return nil
	}
	v := s.judge(err)
	s.stats.failed(ErrorRecord{Time: time.Now(), Class: v.Class, Err: err}, s.o.ErrorHistory)
	s.tell(SocketEvent{Kind: SocketError, Class: v.Class, Code: v.Code, Err: err})
	if !v.Retryable {
		return err
	}
	b, wait := s.Breaker(), min(v.RetryAfter, maxRetryAfter)
	if b != nil {
		v.RetryAfter = 0 // the breaker sees to it, for all that share it
	}
	delay, ok := s.redial.next(v)
	if b != nil && wait > 0 {
		b.Trip(s.redial.spread(wait, delay))
	}
	if !ok {
		return &holdfast.Error{Code: holdfast.CodeRetriesExhausted, Op: "connect to " + s.shownURL(), Detail: "given up after " +
			strconv.Itoa(s.redial.attempts+1) + " attempts; the last", Cause: whole{because(err), err},
			Hint: "check the address, and that a server runs there; then call Reconnect, or raise Backoff.MaxRetries"}
	}
	s.setRetries(s.redial.attempts)
	s.waitFor(SocketEvent{Kind: SocketRetry, Attempt: s.redial.attempts, Max: s.redial.limit(v.Class), Delay: delay, Class: v.Class, Err: err})
	s.note(slog.LevelInfo, "connecting again", "attempt", s.redial.attempts, "delay", delay, "error", err)
	s.sleep(ctx, delay, nil)
	s.waitFor(SocketEvent{})
	if s.takeWanted() == wantAgain { // the attempt that is next is what was asked for
		s.redial.reset()
		if b := s.guarding(); b != nil && b.State() == breaker.Open {
			b.Reset()
		}
	}
	return nil
}

// waitFor tells of the next attempt, and keeps that for who listens later; the zero event says that it is not waited for any more.
func (s *Socket) waitFor(e SocketEvent) {
	s.mu.Lock()
	s.retry = e
	s.retry.Time = time.Now()
	s.mu.Unlock()
	if e.Kind == SocketRetry {
		s.tell(e)
	}
}

// judge says what kind of failure it was, and whether another attempt makes sense.
func (s *Socket) judge(err error) Verdict {
	v := s.o.Classes.Classify(err)
	if v.Class == ClassAuthentication && s.o.Token == nil && s.o.Headers == nil && s.o.URL == nil && s.o.OnOpen == nil &&
		s.o.Classes.strategy(v.Class).Retry == RetryDefault {
		v.Retryable = false // the next attempt would show the same credentials
	}
	return v
}

// napAtMost is how often the owner looks whether the machine has slept, at least.
const napAtMost = 10 * time.Second

// sleptFor is by how much the wall clock must have run ahead for that to be sleep.
const sleptFor = 2 * time.Second

// sleep waits until d is over, early is closed, somebody asks for something, or the machine has slept: then what was waited for may be over, too.
func (s *Socket) sleep(ctx context.Context, d time.Duration, early <-chan struct{}) {
	end := time.Now().Add(d)
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		before := nowBoth()
		left := end.Sub(before.mono)
		if left <= 0 || ctx.Err() != nil {
			return
		}
		timer.Reset(min(left, napAtMost))
		select {
		case <-timer.C:
		case <-early:
			return
		case <-s.asked:
			return
		case <-ctx.Done():
			return
		}
		if s.slept(before, nowBoth()) {
			return
		}
	}
}

// wall is the clock that goes on while the machine sleeps. Tests move it.
var wall = func() time.Time { return time.Now().Round(0) }

// instant is a moment by both clocks.
type instant struct{ mono, wall time.Time }

func nowBoth() instant { return instant{time.Now(), wall()} }

// slept reports whether the wall clock has run ahead of the one that stands still while the machine sleeps.
func (s *Socket) slept(before, now instant) bool {
	ahead := now.wall.Sub(before.wall) - now.mono.Sub(before.mono)
	if ahead < sleptFor {
		return false
	}
	s.tell(SocketEvent{Kind: SocketWoke, Delay: ahead})
	return true
}

// admit waits until the breaker lets an attempt through. The time uses up no retry.
func (s *Socket) admit(ctx context.Context) (breaker.Ticket, error) {
	b := s.guarding()
	if b == nil {
		s.setState(StateConnecting, nil)
		return breaker.Ticket{}, nil
	}
	for {
		changed := b.Changed()
		ticket, err := b.Allow()
		s.tellCircuit()
		if err == nil {
			s.setState(StateConnecting, nil)
			return ticket, nil
		}
		s.setState(StateBlocked, err)
		wait := time.Hour
		if until := b.Until(); !until.IsZero() {
			wait = max(time.Until(until), time.Millisecond)
		}
		s.sleep(ctx, wait, changed)
		switch s.takeWanted() {
		case wantClose:
			return breaker.Ticket{}, nil
		case wantAgain:
			b.Reset()
		}
	}
}

// failed tells the breaker of a failure. The socket's own is made with the first one. Where the server has said how long to wait, that
// alone opens it: see again.
func (s *Socket) failed(ticket breaker.Ticket, err error) {
	if e, ok := errors.AsType[*holdfast.Error](err); ok && e.RetryAfter > 0 {
		ticket.Cancel()
		return
	}
	if s.guarding() == nil {
		if b := s.Breaker(); b != nil {
			ticket, _ = b.Allow()
		}
	}
	ticket.Done(err)
	s.tellCircuit()
}

// tellCircuit tells the breaker's state, if it has changed since.
func (s *Socket) tellCircuit() {
	b := s.guarding()
	if b == nil {
		return
	}
	now := b.State()
	s.mu.Lock()
	changed := now != s.circuit
	s.circuit = now
	s.mu.Unlock()
	if changed {
		s.tell(SocketEvent{Kind: SocketCircuit, Circuit: now})
	}
}

// attemptApart makes an attempt on a goroutine of its own, and waits for it: dialing needs a deep stack, which would stay with the owner.
func (s *Socket) attemptApart(ctx context.Context) (c *line, err error) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		c, err = s.attempt(ctx)
	}()
	<-done
	return c, err
}

// attempt makes one connection, within ConnectTimeout.
func (s *Socket) attempt(ctx context.Context) (*line, error) {
	closed := ctx
	ctx, cancel := context.WithTimeout(context.Background(), s.o.ConnectTimeout)
	defer cancel()
	defer context.AfterFunc(closed, cancel)()
	target, d, err := s.prepare(ctx)
	if err != nil {
		if ctx.Err() == context.DeadlineExceeded {
			err = context.DeadlineExceeded
		}
		return nil, s.unready(err)
	}
	c := &line{s: s, dead: make(chan struct{})}
	c.writer = c.write
	now := time.Now()
	c.heard.base, c.moved.base, c.match.base = now, now, now
	d.heard, d.moved = &c.heard, &c.moved
	conn, raw, resp, err := d.connect(ctx, target)
	if err != nil {
		return nil, s.unanswered(target, resp, err)
	}
	c.conn, c.raw = conn, raw
	if err := checkDeflate(resp.Header); err != nil {
		c.kill()
		return nil, &holdfast.Error{Code: holdfast.CodeProtocolError, Op: "connect to " + shown(target), Cause: err}
	}
	conn.SetReadLimit(int64(s.o.MaxMessage))
	s.made++
	c.number, c.mode = s.made, s.o.Heartbeat.Mode
	s.out.begin(c.number)
	if s.o.OnOpen != nil {
		setup := &Setup{conn: conn, number: c.number, mode: c.mode}
		err := s.o.OnOpen(ctx, setup)
		if c.mode = setup.mode; err != nil {
			c.kill()
			s.out.finish()
			if ctx.Err() == context.DeadlineExceeded {
				err = context.DeadlineExceeded
			}
			return nil, s.unready(err)
		}
	}
	s.mu.Lock()
	s.subprotocol = conn.Subprotocol()
	s.mu.Unlock()
	return c, nil
}

// unready is the error of an attempt that one of the application's functions has failed.
func (s *Socket) unready(err error) error {
	if holdfast.CodeOf(err) != 0 {
		return err
	}
	code := holdfast.CodeDisconnected
	if errors.Is(err, context.DeadlineExceeded) {
		return &holdfast.Error{Code: holdfast.CodeTimeout, Op: "get ready to connect", Detail: "SocketOptions.ConnectTimeout: not within " + s.o.ConnectTimeout.String(), Cause: err}
	}
	if ce, ok := closeError(err); ok {
		code = holdfast.Code(ce.Code)
	}
	return &holdfast.Error{Code: code, Op: "get ready to connect", Cause: err}
}

// prepare asks the application for what belongs to an attempt.
func (s *Socket) prepare(ctx context.Context) (string, *dialer, error) {
	target := s.url
	if s.o.URL != nil {
		text, err := called(ctx, s.o.URL)
		if err != nil {
			return "", nil, err
		}
		if target, err = address(text); err != nil {
			return "", nil, err
		}
	}
	d := &dialer{dial: s.o.Dial, proxy: s.o.Proxy, tls: s.o.TLS, header: s.o.Header.Clone(), subprotocols: s.o.Subprotocols, compression: s.o.Compression}
	if d.header == nil {
		d.header = http.Header{}
	}
	if s.o.Headers != nil {
		more, err := called(ctx, s.o.Headers)
		if err != nil {
			return "", nil, err
		}
		for k, v := range more {
			d.header[http.CanonicalHeaderKey(k)] = v
		}
	}
	if s.o.Token != nil {
		token, err := called(ctx, s.o.Token)
		if err != nil {
			return "", nil, err
		}
		if token != "" {
			d.header.Set("Authorization", "Bearer "+token)
		}
	}
	if s.o.OfferSubprotocols != nil {
		var err error
		if d.subprotocols, err = called(ctx, s.o.OfferSubprotocols); err != nil {
			return "", nil, err
		}
	}
	return target, d, nil
}

// called calls a function of the application's, and does not begin with one when the time is over.
func called[T any](ctx context.Context, f func(context.Context) (T, error)) (T, error) {
	if err := ctx.Err(); err != nil {
		var zero T
		return zero, err
	}
	return f(ctx)
}

// address checks a URL.
func address(text string) (string, error) {
	u, err := url.Parse(text)
	if err != nil {
		return "", badArgument("open socket", "url: "+err.Error())
	}
	switch u.Scheme {
	case "ws", "wss":
	case "http":
		u.Scheme = "ws"
	case "https":
		u.Scheme = "wss"
	default:
		return "", badArgument("open socket", "url: "+strconv.Quote(text)+" does not begin with ws://, wss://, http:// or https://")
	}
	if u.Host == "" {
		return "", badArgument("open socket", "url: "+strconv.Quote(text)+" names no host")
	}
	u.Fragment = ""
	return u.String(), nil
}

// shown is a URL without what may be secret.
func shown(target string) string {
	u, err := url.Parse(target)
	if err != nil {
		return "the server"
	}
	u.User = nil
	if u.RawQuery != "" {
		u.RawQuery = "…"
	}
	return u.Scheme + "://" + u.Host + u.EscapedPath() + map[bool]string{true: "?…"}[u.RawQuery != ""]
}

func (s *Socket) shownURL() string {
	if s.url == "" {
		return "the server"
	}
	return shown(s.url)
}
