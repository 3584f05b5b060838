package client

import (
	"context"
	"encoding/json"
	"log/slog"
	"strconv"
	"sync"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/breaker"
	"github.com/holdfast-ws/holdfast/internal/feed"
)

// Socket is a connection to any WebSocket server that is made again whenever it ends: with a growing delay, heartbeats, a circuit
// breaker, and a queue for what is sent meanwhile. What is sent goes out in order and no more than once, but what the network had when a
// connection ended may not have arrived; a [Session] knows. All methods may be called concurrently.
//
// One goroutine owns the socket, and reads from its connection; there is another while something is written.
type Socket struct {
	o       SocketOptions
	url     string
	log     *slog.Logger
	breaker *breaker.Breaker // nil: none
	feed    *feed.Feed[SocketEvent]
	out     outqueue
	in      inbox
	stats   socketCounters
	redial  redial // the owner's
	known   bool   // that it was open; the owner's
	made    uint64 // connections so far; the owner's

	mu          sync.Mutex
	state       State
	err         error // why it failed
	wanted      wanted
	leave       farewellWords
	openc       chan struct{} // closed while it is open
	asked       chan struct{} // tells the owner that wanted has changed
	ended       chan struct{} // closed when the owner is gone
	cancel      context.CancelFunc
	openedAt    time.Time
	retries     int
	subprotocol string
	line        *line         // the connection; nil: there is none
	circuit     breaker.State // as told last
	retry       SocketEvent   // the attempt that is waited for, if it is a SocketRetry
	defaultBeat bool          // Heartbeat.Message is the default
}

// wanted is what the owner is asked to do.
type wanted uint8

const (
	wantOn wanted = iota
	wantAgain
	wantClose
)

// farewellWords go into the close frame.
type farewellWords struct {
	code   holdfast.Code
	reason string
}

// defaultRetries is how many attempts a socket makes where neither it nor the class of failure says.
const defaultRetries = 10

// Open opens a socket. It does not wait for the connection; see [Socket.Opened]. ctx bounds only the opening. The URL's scheme is
// ws, wss, http or https. A socket must be closed, unless it has failed.
//
// Errors: CodeBadArgument; with QueueOptions.File CodeOutboxLocked, CodeOutboxDamaged and CodeIO.
func Open(ctx context.Context, url string, o SocketOptions) (*Socket, error) {
	if ctx.Err() != nil {
		return nil, canceled("open socket", ctx)
	}
	target := ""
	if o.URL == nil || url != "" {
		var err error
		if target, err = address(url); err != nil {
			return nil, err
		}
	}
	if err := o.check(); err != nil {
		return nil, err
	}
	s := &Socket{o: o.withDefaults(), url: target, defaultBeat: o.Heartbeat.Message == nil}
	s.log = s.o.Logger
	s.redial = redial{o: s.o.Backoff, mode: redialClassed, classes: s.o.Classes, retries: defaultRetries, random: s.o.Random}
	s.out.init(&s.o)
	s.in.init(s.o.Backlog)
	s.openc = make(chan struct{})
	if err := s.guard(); err != nil {
		return nil, err
	}
	if err := s.loadQueue(); err != nil {
		return nil, err
	}
	s.feed = feed.New(feed.Options[SocketEvent]{Dropped: func(n int) SocketEvent {
		return SocketEvent{Kind: SocketMissed, Time: time.Now(), N: n}
	}})
	s.start()
	return s, nil
}

func (o *SocketOptions) check() error {
	bad := func(detail string) error { return badArgument("open socket", "SocketOptions."+detail) }
	for name, v := range map[string]int{"ChunkSize": o.ChunkSize, "MaxMessage": o.MaxMessage, "Backlog": o.Backlog, "HighWater": o.HighWater,
		"LowWater": o.LowWater, "Queue.MaxMessages": o.Queue.MaxMessages, "Queue.MaxBytes": o.Queue.MaxBytes, "ErrorHistory": o.ErrorHistory,
		"Heartbeat.MaxMissed": o.Heartbeat.MaxMissed} {
		if v < 0 {
			return bad(name + ": " + strconv.Itoa(v) + " is negative")
		}
	}
	for name, v := range map[string]time.Duration{"ConnectTimeout": o.ConnectTimeout, "CloseTimeout": o.CloseTimeout, "Heartbeat.Interval": o.Heartbeat.Interval,
		"Heartbeat.Timeout": o.Heartbeat.Timeout, "Queue.TTL": o.Queue.TTL} {
		if v < 0 {
			return bad(name + ": " + v.String() + " is negative")
		}
	}
	if err := o.Classes.Validate(); err != nil {
		return err
	}
	switch {
	case o.Heartbeat.Mode > HeartbeatOff:
		return bad("Heartbeat.Mode: " + strconv.Itoa(int(o.Heartbeat.Mode)) + " is not a mode")
	case o.Queue.Policy > QueueWait:
		return bad("Queue.Policy: " + strconv.Itoa(int(o.Queue.Policy)) + " is not a policy")
	}
	return nil
}

// guard gets the breaker, or checks that one can be made.
func (s *Socket) guard() error {
	if s.o.Guard == GuardOff {
		return nil
	}
	if s.breaker = s.o.Breaker; s.breaker != nil {
		return nil
	}
	_, err := breaker.New(s.o.BreakerOptions)
	return err
}

// guarding returns the breaker, if there is one yet.
func (s *Socket) guarding() *breaker.Breaker {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.breaker
}

// loadQueue takes what an earlier socket has left in the file.
func (s *Socket) loadQueue() error {
	if s.o.Queue.File == "" {
		return nil
	}
	file, list, err := openQueueFile(s.o.Queue.File)
	if err != nil {
		return err
	}
	s.out.load(file, list)
	return nil
}

// start begins with the owner.
func (s *Socket) start() {
	ctx, cancel := context.WithCancel(context.Background())
	s.mu.Lock()
	s.cancel, s.asked, s.ended = cancel, make(chan struct{}, 1), make(chan struct{})
	s.wanted, s.err = wantOn, nil
	ended := s.ended
	s.mu.Unlock()
	s.setState(StateConnecting, nil)
	go func() {
		defer close(ended)
		defer cancel()
		s.run(ctx)
	}()
}

// State returns the state of the connection.
func (s *Socket) State() State {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state
}

// Err returns why the socket has failed, nil while it has not.
func (s *Socket) Err() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

// Subprotocol returns what the server has chosen on the last connection, or "".
func (s *Socket) Subprotocol() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.subprotocol
}

// Breaker returns the circuit breaker, to look at, open and close by hand; nil without one. A socket's own is made when it is first
// needed.
func (s *Socket) Breaker() *breaker.Breaker {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.breaker == nil && s.o.Guard != GuardOff {
		s.breaker, _ = breaker.New(s.o.BreakerOptions) // checked in Open
	}
	return s.breaker
}

// Connection returns the number of the connection that is open or being made, 0 if there is none. Numbers rise from 1, and a
// connection that OnOpen refused has used one up. See [OnConnection] and [Socket.Arrivals].
func (s *Socket) Connection() uint64 { return s.out.connection() }

// BufferedAmount returns how many bytes wait to be written.
func (s *Socket) BufferedAmount() int {
	_, bytes := s.out.size()
	return bytes
}

// Opened waits until a connection is open. It fails with CodeCanceled when ctx ends first, and with the socket's error when it
// has failed or was closed.
func (s *Socket) Opened(ctx context.Context) error {
	for {
		s.mu.Lock()
		open, ended, state := s.openc, s.ended, s.state
		s.mu.Unlock()
		switch state {
		case StateOpen:
			return nil
		case StateFailed, StateClosed, StateClosing:
			return s.over("wait for a connection")
		}
		select {
		case <-open:
		case <-ended:
		case <-ctx.Done():
			e := canceled("connect to "+s.url, ctx).(*holdfast.Error)
			if log := s.Errors(); len(log) > 0 {
				last := log[len(log)-1].Err
				e.Detail, e.Cause = "no connection so far; the last attempt", whole{because(last), last}
			}
			return e
		}
	}
}

// over is the error of what is asked of a socket that is over.
func (s *Socket) over(op string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state == StateFailed {
		return s.err
	}
	return &holdfast.Error{Code: holdfast.CodeClosed, Op: op, Detail: "the socket was closed"}
}

// Send has a message written as soon as it is its turn, and copies it. While there is no connection it waits in the queue, within
// QueueOptions. On an open connection Send returns at once unless HighWater is reached; then it waits while ctx lives. That it
// returned nil means that the message will be written, not that it has arrived.
//
// Errors: CodeQueueFull, CodeCanceled, CodeClosed after Close, why the socket failed, CodeBadArgument for a message of no kind, CodeIO with
// QueueOptions.File.
func (s *Socket) Send(ctx context.Context, m Message, opts ...SendOption) error {
	if m.Kind != TextMessage && m.Kind != BinaryMessage {
		return badArgument("send", "Message.Kind: "+strconv.Itoa(int(m.Kind))+" is neither text nor binary")
	}
	return s.send(ctx, m.Kind, m.Data, "", opts)
}

// SendText is Send for a text message.
func (s *Socket) SendText(ctx context.Context, text string, opts ...SendOption) error {
	return s.send(ctx, TextMessage, nil, text, opts)
}

// SendBytes is Send for a binary message.
func (s *Socket) SendBytes(ctx context.Context, data []byte, opts ...SendOption) error {
	return s.send(ctx, BinaryMessage, data, "", opts)
}

// SendJSON is Send for a text message with v as JSON. It fails with CodeBadArgument if v cannot be JSON.
func (s *Socket) SendJSON(ctx context.Context, v any, opts ...SendOption) error {
	data, err := json.Marshal(v)
	if err != nil {
		return &holdfast.Error{Code: holdfast.CodeBadArgument, Op: "send", Detail: "v cannot be written as JSON", Cause: err}
	}
	return s.send(ctx, TextMessage, data, "", opts)
}

func (s *Socket) send(ctx context.Context, kind MessageKind, data []byte, text string, opts []SendOption) error {
	var o sendOptions
	if len(opts) > 0 {
		o = chosen(opts)
	}
	gone, err := s.out.put(ctx, kind, data, text, o)
	s.discarded(gone)
	return err
}

// chosen is apart from send so that without options nothing is allocated.
func chosen(opts []SendOption) sendOptions {
	var o sendOptions
	for _, set := range opts {
		set(&o)
	}
	return o
}

// discarded tells what was dropped.
func (s *Socket) discarded(gone lost) {
	if gone.dropped > 0 {
		s.stats.discarded.Add(uint64(gone.dropped))
		s.tell(SocketEvent{Kind: SocketDiscarded, Code: holdfast.CodeDropped, N: gone.dropped})
	}
	if gone.expired > 0 {
		s.stats.expired.Add(uint64(gone.expired))
		s.tell(SocketEvent{Kind: SocketDiscarded, Code: holdfast.CodeExpired, N: gone.expired})
	}
}
