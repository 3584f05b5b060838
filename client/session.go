package client

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"net/url"
	"strconv"
	"sync"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/session"
	"github.com/holdfast-ws/holdfast/internal/wire"
)

// Session is one logical connection to a Holdfast server. It connects, and connects again, in the background
// until it is closed or the server says that there is no use. All methods may be called concurrently.
//
// One goroutine owns the session's machine and carries out what it decides; it never waits for a socket, a disk
// or the application.
type Session struct {
	o       SessionOptions
	target  string // where to connect to
	url     string // the same as errors and logs show it, without what may be secret
	codec   wire.Codec
	log     *slog.Logger
	outbox  *Outbox
	private bool // the outbox is nobody else's
	box     mailbox
	hub     listeners
	stats   counters

	ctx    context.Context // ends with the session; for attempts to connect
	cancel context.CancelFunc
	wg     sync.WaitGroup // of everything that the owner started
	ended  chan struct{}  // closed when the owner is gone and all is let go

	mu       sync.Mutex
	state    State
	err      error
	closing  chan struct{} // closed when nothing more is taken
	greeted  chan struct{} // closed while the session is open
	limit    int           // the server's limit on a record's data; 0: not known yet
	subs     map[uint64]*Subscription
	nextSub  uint64
	closeErr error

	owner
}

// OpenSession opens a session. It does not wait for the connection; see [Session.Connected]. ctx bounds only the
// opening. The URL's scheme is ws, wss, http or https; without a path it means /ws.
//
// Errors: CodeBadArgument, CodeOutboxLocked, CodeOutboxMismatch.
func OpenSession(ctx context.Context, url string, o SessionOptions) (*Session, error) {
	if err := ctx.Err(); err != nil {
		return nil, canceled("open session", ctx)
	}
	target, err := endpoint(url)
	if err != nil {
		return nil, err
	}
	if o.Codec > CodecJSON {
		return nil, badArgument("open session", "SessionOptions.Codec: "+strconv.Itoa(int(o.Codec))+" is not a codec")
	}
	s := &Session{o: o.withDefaults(), target: target, url: shown(target), outbox: o.Outbox, ended: make(chan struct{}), closing: make(chan struct{}),
		greeted: make(chan struct{}), state: StateConnecting, subs: map[uint64]*Subscription{}}
	s.log = s.o.Logger
	s.codec = wire.Binary
	if o.Codec == CodecJSON {
		s.codec = wire.JSON
	}
	if s.outbox == nil {
		s.outbox, s.private = NewMemoryOutbox(OutboxOptions{}), true
	}
	lanes, entries, err := s.outbox.attach(s)
	if err != nil {
		return nil, err
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.box.init()
	s.begin(lanes, entries)
	go s.run()
	return s, nil
}

func (o SessionOptions) withDefaults() SessionOptions {
	if o.ConnectTimeout <= 0 {
		o.ConnectTimeout = 10 * time.Second
	}
	if o.MaxMessage <= 0 {
		o.MaxMessage = 16 << 20
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Agent == "" {
		o.Agent = "holdfast-go"
	}
	return o
}

// begin makes the machine.
func (s *Session) begin(lanes []session.Lane, entries []session.Entry) {
	s.machine = session.NewClient(session.ClientOptions{
		Session:     wire.SessionID(holdfast.NewProducerID()),
		Process:     rand.Uint64(),
		Producer:    holdfast.NewProducerID(),
		User:        s.o.User,
		Agent:       s.o.Agent,
		AckTimeout:  s.o.AckTimeout,
		PongTimeout: s.o.PongTimeout,
		Window:      s.o.Window.wire(),
		Durable:     s.outbox.durability(),
	})
	s.machine.Load(lanes, entries)
	s.redial = redial{o: s.o.Backoff}
	s.asked = map[uint64]*wire.Subscribe{}
	s.decoder.Limits.MaxFrame = s.o.MaxMessage
}

func (w Window) wire() wire.Window {
	return wire.Window{Records: clamp32(w.Records), Bytes: clamp32(w.Bytes)}
}

func clamp32(n int) uint32 { return uint32(min(max(n, 0), 1<<31-1)) }

// endpoint completes a URL.
func endpoint(text string) (string, error) {
	u, err := url.Parse(text)
	if err != nil {
		return "", badArgument("open session", "url: "+err.Error())
	}
	switch u.Scheme {
	case "ws", "http":
		u.Scheme = "ws"
	case "wss", "https":
		u.Scheme = "wss"
	default:
		return "", badArgument("open session", "url: "+strconv.Quote(text)+" does not begin with http://, https://, ws:// or wss://")
	}
	if u.Host == "" {
		return "", badArgument("open session", "url: "+strconv.Quote(text)+" names no host")
	}
	if u.Path == "" || u.Path == "/" {
		u.Path = "/ws"
	}
	u.Fragment = ""
	return u.String(), nil
}

func badArgument(op, detail string) error {
	return &holdfast.Error{Code: holdfast.CodeBadArgument, Op: op, Detail: detail}
}

func canceled(op string, ctx context.Context) error {
	return &holdfast.Error{Code: holdfast.CodeCanceled, Op: op, Cause: context.Cause(ctx)}
}

// State returns the state of the connection.
func (s *Session) State() State {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state
}

// Err returns why the session failed, nil while it has not.
func (s *Session) Err() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state == StateFailed {
		return s.err
	}
	return nil
}

// over returns why nothing more is taken; nil if it is.
func (s *Session) over() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch s.state {
	case StateFailed:
		return s.err
	case StateClosed, StateClosing:
		return errClosed("use session")
	}
	return nil
}

func errClosed(op string) error {
	return &holdfast.Error{Code: holdfast.CodeClosed, Op: op, Detail: "the session was closed"}
}

// await waits for ch while ctx lives and the session takes things.
func (s *Session) await(ctx context.Context, ch <-chan struct{}, op string) error {
	select {
	case <-ch:
		return nil
	default:
	}
	select {
	case <-ch:
		return nil
	case <-ctx.Done():
		return canceled(op, ctx)
	case <-s.closing:
		return s.over()
	}
}

// Connected waits until the server has greeted. It fails with CodeCanceled when ctx ends first, with the
// last failed attempt in its chain, and with the session's error when that has failed.
func (s *Session) Connected(ctx context.Context) error {
	s.mu.Lock()
	greeted := s.greeted
	s.mu.Unlock()
	err := s.await(ctx, greeted, "connect to "+s.url)
	if e, ok := errors.AsType[*holdfast.Error](err); ok && e.Code == holdfast.CodeCanceled {
		if last := s.stats.lastError(); last != nil {
			e.Detail, e.Cause = "no welcome so far; the last attempt", whole{because(last), errors.Join(e.Cause, last)}
		}
	}
	return err
}

// Flush waits until everything in the outbox has its final answer, whoever published it and however it ended. It
// fails with CodeCanceled when ctx ends first, and with the session's error when that has ended.
func (s *Session) Flush(ctx context.Context) error {
	return s.await(ctx, s.outbox.whenIdle(), "flush session")
}

// Close stops taking anything, waits for answers while ctx lives, takes leave of the server and lets go of
// everything. It returns nil if all was answered, and else CodeCanceled; what was not answered stays in an outbox
// that was given. Idempotent.
func (s *Session) Close(ctx context.Context) error {
	s.mu.Lock()
	first := s.state != StateClosing && s.state != StateClosed && s.state != StateFailed
	if first {
		close(s.closing)
		s.state = StateClosing
	}
	s.mu.Unlock()
	if first {
		s.tell(Event{Kind: EventState, State: StateClosing})
		err := s.drain(ctx)
		s.mu.Lock()
		s.closeErr = err
		s.mu.Unlock()
		s.box.post(op{kind: opBye})
	}
	<-s.ended
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closeErr
}

func (s *Session) drain(ctx context.Context) error {
	select {
	case <-s.outbox.whenIdle():
		return nil
	case <-s.ended:
	case <-ctx.Done():
	}
	n := s.outbox.Len()
	if n == 0 {
		return nil
	}
	e := &holdfast.Error{Code: holdfast.CodeCanceled, Op: "close session", Detail: strconv.Itoa(n) + " records have no answer yet",
		Hint: "they stay in an outbox that was given; in one of the session's own they are gone"}
	if e.Cause = s.Err(); e.Cause == nil {
		e.Cause = context.Cause(ctx)
	}
	return e
}
