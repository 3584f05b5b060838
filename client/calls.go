package client

import (
	"context"
	"encoding/json"
	"errors"
	"iter"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/holdfast-ws/holdfast"
)

// Calls makes requests over a socket and gives each its answer: any number of them at a time, each with an id, in whatever order the answers
// come. All methods may be called concurrently.
//
// A call waits for a connection if there is none. If the connection ends while it is under way, it fails with CodeDisconnected, because
// nobody knows whether the server has carried it out; one that may be repeated ([Idempotent], [WithRetries]) is sent again on the
// next connection, with the same id. A call that certainly was not sent is always sent on the next one. What is not sent yet when its
// connection ends is not sent any more: a call that has failed is not carried out later.
//
// One goroutine receives; Close waits for it. Nobody else may take the socket's messages meanwhile: what is no answer to a call under way
// is in [Calls.Messages].
type Calls struct {
	s      *Socket
	o      CallsOptions
	others inbox
	ctx    context.Context // ends with Close
	stop   context.CancelFunc
	ended  chan struct{}
	next   atomic.Uint64

	calls, repeats, timeouts, cut, rest, dropped atomic.Uint64

	mu     sync.Mutex
	flying map[uint64]*flying
	over   error // why nothing more begins
}

// flying is a call under way.
type flying struct {
	answer chan Answer // holds one
	done   bool        // it was given
	conn   uint64      // the connection it was last sent on; 0: none
	lost   chan error  // holds one: that connection has ended
}

// NewCalls begins to take the socket's messages. Close it before the socket, or after; it does not close the socket.
//
// Errors: CodeBadArgument.
func NewCalls(s *Socket, o CallsOptions) (*Calls, error) {
	for name, v := range map[string]int{"MaxCalls": o.MaxCalls, "Backlog": o.Backlog} {
		if v < 0 {
			return nil, badArgument("make calls", "CallsOptions."+name+": "+strconv.Itoa(v)+" is negative")
		}
	}
	if o.Patience < 0 {
		return nil, badArgument("make calls", "CallsOptions.Patience: "+o.Patience.String()+" is negative")
	}
	if o.Others > OthersWait {
		return nil, badArgument("make calls", "CallsOptions.Others: "+strconv.Itoa(int(o.Others))+" is not a policy")
	}
	c := &Calls{s: s, o: o.withDefaults(), ended: make(chan struct{}), flying: map[uint64]*flying{}}
	c.others.init(c.o.Backlog)
	c.ctx, c.stop = context.WithCancel(context.Background())
	go c.receive()
	return c, nil
}

// Close has all calls under way fail with CodeClosed, and waits for the goroutine. It leaves the socket as it is. Idempotent.
func (c *Calls) Close() {
	c.stop()
	<-c.ended
}

// Stats returns the figures.
func (c *Calls) Stats() CallsStats {
	c.mu.Lock()
	n := len(c.flying)
	c.mu.Unlock()
	return CallsStats{UnderWay: n, Calls: c.calls.Load(), Repeats: c.repeats.Load(), Timeouts: c.timeouts.Load(), Cut: c.cut.Load(),
		Others: c.rest.Load(), Dropped: c.dropped.Load()}
}

// Messages yields what is no answer to a call under way, in order: what the server says of its own accord, and answers that came too late.
// It ends when ctx ends, or Calls or the socket was closed. What is not taken waits within CallsOptions.Backlog.
func (c *Calls) Messages(ctx context.Context) iter.Seq2[Message, error] {
	return c.others.messages(ctx)
}

// receive is the goroutine.
func (c *Calls) receive() {
	defer close(c.ended)
	for a, err := range c.s.Arrivals(c.ctx) {
		switch {
		case err != nil:
			c.lose(0, err)
		case a.Kind == ArrivalEnd:
			c.lose(a.Connection, a.Err)
		case a.Kind == ArrivalMessage && !c.answered(a.Message):
			c.rest.Add(1)
			if c.o.Others == OthersWait {
				c.others.put(a, c.ctx.Done())
			} else if c.others.putOver(a) {
				c.dropped.Add(1)
			}
		}
	}
	c.mu.Lock()
	why := error(&holdfast.Error{Code: holdfast.CodeClosed, Op: "call", Detail: "the socket was closed"})
	if c.ctx.Err() != nil {
		why = errCallsClosed
	}
	c.over = why
	c.mu.Unlock()
	c.lose(0, why)
	c.others.setOver(true, nil)
}

// answered gives a message to the call that it answers, if it answers one.
func (c *Calls) answered(m Message) bool {
	a, ok := c.o.Codec.Answer(m)
	if !ok {
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	f := c.flying[a.ID]
	if f == nil || f.done {
		return false
	}
	f.done = true
	f.answer <- a
	return true
}

// lose tells all calls on a connection that it has ended; 0: all that were sent.
func (c *Calls) lose(conn uint64, why error) {
	if why == nil {
		why = holdfast.CodeDisconnected
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, f := range c.flying {
		if f.conn == 0 || conn != 0 && f.conn != conn {
			continue
		}
		f.conn = 0
		f.lost <- why
	}
}

// Do asks for a method, and returns the answer's result.
//
// Errors: CodeTimeout; CodeCanceled when ctx ends first; CodeDisconnected when the connection has ended and the call may not be repeated, or
// not any more; CodeCallFailed with the server's error as its cause; CodeAtCapacity; CodeClosed; CodeBadArgument from the codec;
// why the socket failed.
func (c *Calls) Do(ctx context.Context, method string, params any, opts ...CallOption) ([]byte, error) {
	o := callOptions{timeout: c.o.Timeout, retries: c.o.Retries}
	for _, set := range opts {
		set(&o)
	}
	op := "call " + method
	id := c.next.Add(1)
	m, err := c.o.Codec.Request(id, method, params)
	if err != nil {
		return nil, err
	}
	f, err := c.begin(id, op)
	if err != nil {
		return nil, err
	}
	defer c.finish(id)
	if o.timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, o.timeout, errCallTimeout)
		defer cancel()
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(c.ctx, func() { cancel(errCallsClosed) })()
	a, err := c.ask(ctx, f, m, &o)
	switch {
	case err != nil:
		return nil, c.failed(ctx, op, &o, err)
	case a.Err != nil:
		return nil, &holdfast.Error{Code: holdfast.CodeCallFailed, Op: op, Detail: "the server answered with an error", Cause: a.Err}
	}
	return a.Result, nil
}

// Do is Calls.Do with a result that is read as JSON into a T. A result that is none fails with CodeBadPayload.
func Do[T any](ctx context.Context, c *Calls, method string, params any, opts ...CallOption) (T, error) {
	var result T
	b, err := c.Do(ctx, method, params, opts...)
	if err != nil {
		return result, err
	}
	if err := json.Unmarshal(b, &result); err != nil {
		return result, &holdfast.Error{Code: holdfast.CodeBadPayload, Op: "call " + method, Detail: "the result is not what was expected", Cause: err}
	}
	return result, nil
}

// errCallTimeout is why the context of a call has ended that took too long.
var errCallTimeout = errors.New("the call's timeout")

var errCallsClosed = &holdfast.Error{Code: holdfast.CodeClosed, Op: "call", Detail: "Calls was closed"}

// failed puts the end of a call into words.
func (c *Calls) failed(ctx context.Context, op string, o *callOptions, err error) error {
	if context.Cause(ctx) == errCallsClosed {
		return &holdfast.Error{Code: holdfast.CodeClosed, Op: op, Detail: errCallsClosed.Detail}
	}
	if ctx.Err() == nil {
		if e, ok := err.(*holdfast.Error); ok && e.Op != op && (e.Code == holdfast.CodeClosed || e.Code == holdfast.CodeDisconnected) {
			return &holdfast.Error{Code: e.Code, Op: op, Detail: e.Detail, Hint: e.Hint, Cause: e.Cause}
		}
		return err
	}
	if context.Cause(ctx) == errCallTimeout {
		c.timeouts.Add(1)
		return &holdfast.Error{Code: holdfast.CodeTimeout, Op: op, Detail: "no answer within " + o.timeout.String(),
			Hint: "raise CallsOptions.Timeout or WithTimeout, or find out what takes so long"}
	}
	return canceled(op, ctx)
}

func (c *Calls) begin(id uint64, op string) (*flying, error) {
	f := &flying{answer: make(chan Answer, 1), lost: make(chan error, 1)}
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.over != nil:
		return nil, c.over
	case len(c.flying) >= c.o.MaxCalls:
		return nil, &holdfast.Error{Code: holdfast.CodeAtCapacity, Op: op, Detail: "CallsOptions.MaxCalls: " + strconv.Itoa(c.o.MaxCalls) + " are under way"}
	}
	c.flying[id] = f
	c.calls.Add(1)
	return f, nil
}

func (c *Calls) finish(id uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.flying, id)
}

// ask sends a request until it is answered.
func (c *Calls) ask(ctx context.Context, f *flying, m Message, o *callOptions) (Answer, error) {
	for sent := 0; ; {
		sure, err := c.send(ctx, f, m)
		if err != nil {
			return Answer{}, err
		}
		if !sure {
			continue
		}
		if sent++; sent > 1 {
			c.repeats.Add(1)
		}
		again := o.repeat && sent <= o.retries
		a, err := c.wait(ctx, f, again)
		switch {
		case err == nil || ctx.Err() != nil || holdfast.CodeOf(err) == holdfast.CodeClosed:
			return a, err
		case !again:
			c.cut.Add(1)
			return a, &holdfast.Error{Code: holdfast.CodeDisconnected, Detail: "the connection ended before the answer", Cause: err,
				Hint: "whether the server has carried it out is not known; Idempotent has a call sent again"}
		}
	}
}

// send puts a request on the connection of the moment. It returns false if that has ended meanwhile and the request was not sent.
func (c *Calls) send(ctx context.Context, f *flying, m Message) (bool, error) {
	if err := c.s.Opened(ctx); err != nil {
		return false, err
	}
	n := c.s.Connection()
	if n == 0 {
		return false, nil
	}
	c.mu.Lock()
	over := c.over
	f.conn = n
	select {
	case <-f.lost: // of an earlier connection
	default:
	}
	c.mu.Unlock()
	if over != nil {
		return false, over
	}
	opts := []SendOption{OnConnection(n)}
	if at, ok := ctx.Deadline(); ok {
		opts = append(opts, WithExpiry(time.Until(at))) // nobody waits for it then
	}
	err := c.s.Send(ctx, m, opts...)
	if holdfast.CodeOf(err) == holdfast.CodeDisconnected && ctx.Err() == nil && c.s.Err() == nil {
		return false, nil
	}
	return err == nil, err
}

var errPatience = errors.New("no answer within CallsOptions.Patience")

// wait waits for the answer, or until the request is to be sent again.
func (c *Calls) wait(ctx context.Context, f *flying, again bool) (Answer, error) {
	var late <-chan time.Time
	if again && c.o.Patience > 0 {
		t := time.NewTimer(c.o.Patience)
		defer t.Stop()
		late = t.C
	}
	select {
	case a := <-f.answer:
		return a, nil
	case why := <-f.lost:
		select {
		case a := <-f.answer: // it came before the end
			return a, nil
		default:
			return Answer{}, why
		}
	case <-late:
		return Answer{}, errPatience
	case <-ctx.Done():
		return Answer{}, ctx.Err()
	}
}
