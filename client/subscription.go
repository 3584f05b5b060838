package client

import (
	"context"
	"iter"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/session"
	"github.com/holdfast-ws/holdfast/internal/wire"
)

// Subscription is one reader of one channel. It outlives the session's sockets: after each reconnect it goes on
// exactly after the last record that came. All methods may be called concurrently, but one goroutine at a time
// ranges over Records.
type Subscription struct {
	s       *Session
	id      uint64
	channel string
	ack     AckMode
	window  Window

	// the owner's
	coming      []delivery
	comingBytes int
	term        holdfast.Term

	mu       sync.Mutex
	queue    []delivery
	records  int // in the queue or in hand,
	bytes    int // with so many bytes
	signal   chan struct{}
	history  []holdfast.TermEnd
	from     holdfast.Position // where it was begun, if that was said
	done     holdfast.Position // the application is done up to here
	posted   holdfast.Position // and the owner was told up to here,
	postedAt time.Time
	posting  bool // or will be
	undone   int  // records that are done and that it was not told of
	ready    chan struct{}
	isReady  bool
	start    holdfast.Position
	err      error // why it has ended; after the queue
	over     chan struct{}
	ranging  bool
	closed   atomic.Bool // nothing more is yielded

	// the ranging goroutine's
	hand []delivery
	next int
	last holdfast.Position // yielded, and not yet done in AckAuto
}

// delivery is a record or a gap, in order.
type delivery struct {
	rec holdfast.Record
	gap *Gap
}

const (
	// tellEvery is after how many records the owner hears of progress while there is more to read,
	tellEvery = 32
	// tellWithin is after how long.
	tellWithin = 50 * time.Millisecond
)

// Subscribe begins to read a channel. It returns at once; Ready waits for the server's answer, and an answer
// that refuses ends Records. One subscription for each channel and session. Errors: CodeBadChannel,
// CodeBadArgument, CodeAlreadySubscribed, CodeClosed, the session's error.
func (s *Session) Subscribe(ctx context.Context, channel string, o SubscribeOptions) (*Subscription, error) {
	if err := ctx.Err(); err != nil {
		return nil, canceled("subscribe to "+channel, ctx)
	}
	if err := holdfast.CheckChannel(channel); err != nil {
		return nil, err
	}
	e := &session.ClientEvent{Kind: session.EvSubscribe}
	if err := o.event(e, channel); err != nil {
		return nil, err
	}
	sub := &Subscription{s: s, channel: channel, ack: o.Ack, window: o.Window, signal: make(chan struct{}, 1),
		ready: make(chan struct{}), over: make(chan struct{}), history: slices.Clone(o.Checkpoint.Earlier),
		from: o.Checkpoint.Position, term: o.Checkpoint.Position.Term}
	sub.window = sub.window.or(s.o.Window).or(Window{512, 1 << 20})
	s.mu.Lock()
	for _, x := range s.subs {
		if x.channel == channel {
			s.mu.Unlock()
			return nil, &holdfast.Error{Code: holdfast.CodeAlreadySubscribed, Op: "subscribe to " + channel}
		}
	}
	s.nextSub++
	sub.id = s.nextSub
	s.subs[sub.id] = sub
	s.mu.Unlock()
	e.Sub = sub.id
	if s.over() == nil && s.box.post(op{kind: opSubscribe, sub: sub, event: e}) {
		return sub, nil
	}
	s.mu.Lock()
	delete(s.subs, sub.id)
	s.mu.Unlock()
	return nil, s.over()
}

func (w Window) or(def Window) Window {
	if w.Records <= 0 {
		w.Records = def.Records
	}
	if w.Bytes <= 0 {
		w.Bytes = def.Bytes
	}
	return w
}

// event fills in what the machine is asked.
func (o *SubscribeOptions) event(e *session.ClientEvent, channel string) error {
	q := wire.Subscribe{Channel: channel, Cursor: o.Cursor, Window: o.Window.wire()}
	bad := func(detail string) error { return badArgument("subscribe to "+channel, detail) }
	if len(o.Cursor) > holdfast.MaxChannelName {
		return bad("SubscribeOptions.Cursor: the name has " + strconv.Itoa(len(o.Cursor)) + " bytes; the limit is " + strconv.Itoa(holdfast.MaxChannelName))
	}
	if len(o.Checkpoint.Earlier) >= holdfast.MaxTerms {
		return bad("SubscribeOptions.Checkpoint: " + strconv.Itoa(len(o.Checkpoint.Earlier)) + " earlier terms; the limit is " + strconv.Itoa(holdfast.MaxTerms-1))
	}
	switch o.From {
	case FromHead:
		q.From = wire.FromHead
	case FromStart:
		q.From = wire.FromStart
	case FromOffset:
		q.From, q.Position.Offset = wire.FromPosition, o.Offset
		if o.Offset == 0 {
			q.From = wire.FromStart
		}
	case FromPosition:
		if o.Checkpoint.IsZero() {
			q.From = wire.FromStart
		}
	case FromLast:
		q.From, q.Last = wire.FromLast, o.Last
	case FromTime:
		q.From, q.Since = wire.FromTime, o.Since.UnixMilli()
	default:
		return bad("SubscribeOptions.From: " + strconv.Itoa(int(o.From)) + " is none of the constants")
	}
	e.Subscribe = q
	e.Checkpoint = session.Checkpoint{Position: o.Checkpoint.Position, Earlier: o.Checkpoint.Earlier}
	return nil
}

// Channel returns the channel's name.
func (sub *Subscription) Channel() string { return sub.channel }

// Ready waits until the server has opened the subscription for the first time. It fails with what Records would end
// with, or CodeCanceled.
func (sub *Subscription) Ready(ctx context.Context) error {
	select {
	case <-sub.ready:
		return nil
	default:
	}
	select {
	case <-sub.ready:
		return nil
	case <-sub.over:
		return sub.ending()
	case <-ctx.Done():
		return canceled("subscribe to "+sub.channel, ctx)
	}
}

// Start waits like Ready, with its errors, and returns where the subscription began: what to save to go on from there
// while no record has come yet.
func (sub *Subscription) Start(ctx context.Context) (Checkpoint, error) {
	if err := sub.Ready(ctx); err != nil {
		return Checkpoint{}, err
	}
	sub.mu.Lock()
	defer sub.mu.Unlock()
	return Checkpoint{Position: sub.start}, nil
}

func (sub *Subscription) ending() error {
	sub.mu.Lock()
	defer sub.mu.Unlock()
	return sub.err
}

// Records yields the channel's records, in order, each once. A *Gap as the error stands for records that are
// gone, and is followed by what there is; any other error is the last. When ctx ends, that is CodeCanceled. After
// that, or after breaking out of the loop, ranging again goes on with the next record: none is lost.
//
// With AckAuto a record is done when the loop asks for the next one, also where it does so by ranging again.
func (sub *Subscription) Records(ctx context.Context) iter.Seq2[holdfast.Record, error] {
	return func(yield func(holdfast.Record, error) bool) {
		if !sub.claim() {
			yield(holdfast.Record{}, badArgument("read "+sub.channel, "another goroutine ranges over the records"))
			return
		}
		defer sub.unclaim()
		for {
			d, err := sub.take(ctx)
			if err != nil {
				yield(holdfast.Record{}, err)
				return
			}
			if d.gap != nil {
				err = d.gap
			} else if sub.ack == AckAuto {
				sub.last = d.rec.Position()
			}
			if !yield(d.rec, err) {
				return
			}
		}
	}
}

func (sub *Subscription) claim() bool {
	sub.mu.Lock()
	defer sub.mu.Unlock()
	ok := !sub.ranging
	sub.ranging = true
	return ok
}

func (sub *Subscription) unclaim() {
	sub.mu.Lock()
	sub.ranging = false
	sub.mu.Unlock()
}

// take returns the next delivery, and counts the one before as done.
func (sub *Subscription) take(ctx context.Context) (delivery, error) {
	last := sub.last
	sub.last = holdfast.Position{}
	for {
		if ctx.Err() != nil {
			sub.release(-1, last)
			return delivery{}, canceled("read "+sub.channel, ctx)
		}
		if sub.closed.Load() {
			<-sub.over
			clear(sub.hand)
			sub.hand, sub.next = sub.hand[:0], 0
			return delivery{}, sub.ending()
		}
		if sub.next < len(sub.hand) {
			d := sub.hand[sub.next]
			sub.hand[sub.next] = delivery{}
			sub.next++
			sub.release(len(d.rec.Data), last)
			return d, nil
		}
		sub.mu.Lock()
		sub.hand, sub.queue = sub.queue, sub.hand[:0]
		sub.next = 0
		err := sub.err
		sub.mu.Unlock()
		if len(sub.hand) > 0 {
			continue
		}
		sub.release(-1, last)
		last = holdfast.Position{}
		if err != nil {
			return delivery{}, err
		}
		select {
		case <-sub.signal:
		case <-sub.over:
		case <-ctx.Done():
		}
	}
}

// release takes a record of so many bytes off the queue, or none if bytes is below 0, and notes what is done. The owner
// is told now and then while there is more to read, and at once when there is not.
func (sub *Subscription) release(bytes int, done holdfast.Position) {
	sub.mu.Lock()
	if bytes >= 0 && sub.records > 0 {
		sub.records--
		sub.bytes -= bytes
	}
	if done != (holdfast.Position{}) {
		sub.done = done
		sub.undone++
	}
	sub.post(bytes < 0)
}

// post tells the owner of progress if it is time. It unlocks.
func (sub *Subscription) post(now bool) {
	if sub.posting || !now && sub.undone < tellEvery && time.Since(sub.postedAt) < tellWithin {
		sub.mu.Unlock()
		return
	}
	if sub.done == sub.posted && !now {
		sub.mu.Unlock()
		return
	}
	sub.posting = true
	sub.mu.Unlock()
	sub.s.box.post(op{kind: opProgress, sub: sub})
}

// progress returns what the application is done with. The owner calls it.
func (sub *Subscription) progress() holdfast.Position {
	sub.mu.Lock()
	defer sub.mu.Unlock()
	sub.posting, sub.undone = false, 0
	sub.posted, sub.postedAt = sub.done, time.Now()
	return sub.done
}

// Ack says that the application is done with all records up to p. It makes room in the window, and moves a named
// cursor.
func (sub *Subscription) Ack(p holdfast.Position) {
	sub.mu.Lock()
	sub.done = p
	sub.undone++
	sub.post(true)
}

// Checkpoint returns what to save to go on after the record at p, which this subscription has yielded; see
// SubscribeOptions.Checkpoint.
func (sub *Subscription) Checkpoint(p holdfast.Position) Checkpoint {
	sub.mu.Lock()
	defer sub.mu.Unlock()
	c := Checkpoint{Position: p}
	for _, t := range sub.history {
		if t.Term == p.Term || t.Last >= p.Offset {
			break
		}
		c.Earlier = append(c.Earlier, t)
	}
	return c
}

// Close ends the subscription. What was not read is dropped, and Records ends with CodeClosed. Idempotent.
func (sub *Subscription) Close() error {
	sub.closed.Store(true)
	done := make(chan struct{})
	if sub.s.box.post(op{kind: opUnsubscribe, sub: sub, done: done}) {
		<-done
	}
	sub.mu.Lock()
	clear(sub.queue)
	sub.queue = sub.queue[:0]
	sub.mu.Unlock()
	<-sub.over
	return nil
}

// deliver hands what has come to the application. The owner calls it.
func (sub *Subscription) deliver() {
	if len(sub.coming) == 0 {
		return
	}
	sub.mu.Lock()
	sub.queue = append(sub.queue, sub.coming...)
	for i := range sub.coming {
		if sub.coming[i].gap == nil {
			sub.records++
		}
	}
	sub.bytes += sub.comingBytes
	sub.mu.Unlock()
	clear(sub.coming)
	sub.coming, sub.comingBytes = sub.coming[:0], 0
	select {
	case sub.signal <- struct{}{}:
	default:
	}
}

// full reports whether the application has more than half a window to read.
func (sub *Subscription) full() bool {
	sub.mu.Lock()
	defer sub.mu.Unlock()
	return sub.records > sub.window.Records/2 || sub.bytes > sub.window.Bytes/2
}

// flooded reports whether there is far more to read than a server may send: a window for what is under way, another
// after a gap, and half of one from before a reconnect.
func (sub *Subscription) flooded(coming, bytes int) bool {
	sub.mu.Lock()
	defer sub.mu.Unlock()
	return sub.records+coming > 4*sub.window.Records+1 || sub.bytes+bytes > 4*sub.window.Bytes+sub.s.o.MaxMessage
}

func (sub *Subscription) opened(at holdfast.Position) {
	sub.mu.Lock()
	defer sub.mu.Unlock()
	if !sub.isReady {
		sub.isReady, sub.start = true, at
		close(sub.ready)
	}
}

func (sub *Subscription) setHistory(h []holdfast.TermEnd) {
	sub.mu.Lock()
	sub.history = h
	sub.mu.Unlock()
}

// end is final; what is in the queue is still read.
func (sub *Subscription) end(err error) {
	sub.mu.Lock()
	defer sub.mu.Unlock()
	if sub.err == nil {
		sub.err = err
		close(sub.over)
	}
}

func (s *Session) subscription(id uint64) *Subscription {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.subs[id]
}

func (s *Session) byChannel(channel string) *Subscription {
	for _, sub := range s.subscriptions() {
		if sub.channel == channel {
			return sub
		}
	}
	return nil
}

func (s *Session) subscriptions() []*Subscription {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]*Subscription, 0, len(s.subs))
	for _, sub := range s.subs {
		all = append(all, sub)
	}
	return all
}
