package client

import (
	"context"
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/breaker"
)

// line is one connection of a socket: a goroutine that reads and one that writes. Neither knows anybody's context, because coder/websocket
// closes a connection whose context ends.
type line struct {
	s     *Socket
	conn  *websocket.Conn
	raw   net.Conn // below everything: closing it ends all reads and writes at once
	wg    sync.WaitGroup
	dead  chan struct{} // closed by kill
	quit  chan struct{} // the reader or the writer has ended, or the writer has written what waited at first
	once  sync.Once
	heard moment // when bytes came
	began time.Time
	match moment       // when an answer to the application's heartbeat came
	sent  atomic.Int64 // Unix nanoseconds of the last of those that waits for its answer; 0: none does
	beat  heartbeat    // of the owner
	ready atomic.Bool  // what waited at first is written

	mu  sync.Mutex
	err error // why it has ended
}

// kill ends the connection at once. Anybody may call it, any number of times.
func (c *line) kill() {
	c.once.Do(func() {
		close(c.dead)
		c.raw.Close()
		c.conn.CloseNow()
	})
}

// end says why the connection has ended, if nobody has before, and tells the owner.
func (c *line) end(err error) {
	c.mu.Lock()
	if c.err == nil {
		c.err = err
	}
	c.mu.Unlock()
	c.tellOwner()
}

func (c *line) tellOwner() {
	select {
	case c.quit <- struct{}{}:
	default:
	}
}

func (c *line) why() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}

func (c *line) read() {
	for {
		typ, data, err := c.conn.Read(context.Background())
		if err != nil {
			c.end(c.reason(blame(err)))
			return
		}
		m := Message{kindOf(typ), data}
		s := c.s
		s.stats.messagesIn.Add(1)
		s.stats.bytesIn.Add(uint64(len(data)))
		s.stats.lastActivity.Store(time.Now().UnixNano())
		if s.answers(m) {
			c.match.now()
			if sent := c.sent.Swap(0); sent != 0 {
				c.answered(time.Since(time.Unix(0, sent)))
			}
			if s.o.Heartbeat.Answers == AnswersHidden {
				continue
			}
		}
		s.in.put(m, c.dead)
	}
}

// write is the writer: it takes all that has gathered while it wrote.
func (c *line) write() {
	q := &c.s.out
	var b batch
	defer q.putBack(&b)
	for {
		for q.take(&b) {
			if err := c.writeBatch(&b); err != nil {
				c.end(c.reason(err))
				c.kill()
				return
			}
		}
		if q.file != nil {
			q.file.settle()
		}
		if c.ready.CompareAndSwap(false, true) {
			c.tellOwner()
		}
		select {
		case <-q.ready:
		case <-c.dead:
			return
		}
	}
}

func (c *line) writeBatch(b *batch) error {
	s := c.s
	for b.next < len(b.items) {
		select {
		case <-c.dead:
			return net.ErrClosed
		default:
		}
		it := &b.items[b.next]
		if it.expires != 0 && it.expired(time.Now()) {
			s.out.written(b)
			s.discarded(lost{expired: 1})
			continue
		}
		if err := c.writeMessage(it.kind, b.buf[it.begin:it.end]); err != nil {
			return err // the peer has not got all of it, so that it goes out again
		}
		s.stats.messagesOut.Add(1)
		s.stats.bytesOut.Add(uint64(it.end - it.begin))
		if s.out.written(b) {
			s.tell(SocketEvent{Kind: SocketDrained})
		}
	}
	return nil
}

func (c *line) writeMessage(kind MessageKind, p []byte) error {
	n := c.s.o.ChunkSize
	if n == 0 || len(p) <= n {
		return c.conn.Write(context.Background(), kind.wire(), p)
	}
	w, err := c.conn.Writer(context.Background(), kind.wire())
	for len(p) > 0 && err == nil {
		k := min(n, len(p))
		_, err = w.Write(p[:k])
		p = p[k:]
	}
	if err == nil {
		err = w.Close()
	}
	return err
}

// reason turns the end of a connection into an error with its code.
func (c *line) reason(err error) error {
	op := "stay connected to " + c.s.shownURL()
	if e, ok := errors.AsType[*holdfast.Error](err); ok {
		return e
	}
	if errors.Is(err, websocket.ErrMessageTooBig) {
		return &holdfast.Error{Code: holdfast.CodeMessageTooBig, Op: op, Detail: "SocketOptions.MaxMessage: a message of the server's is larger",
			Hint: "raise the limit"}
	}
	e := &holdfast.Error{Code: holdfast.CodeAbnormal, Op: op, Cause: root(err)}
	if ce, ok := closeError(err); ok {
		e.Code, e.Detail, e.Cause = holdfast.Code(ce.Code), ce.Reason, err
		if e.Detail == "" {
			e.Detail = "the server closed the connection"
		}
	}
	return e
}

// serve has a connection until it ends, and returns why.
func (s *Socket) serve(c *line, ticket breaker.Ticket) error {
	began := time.Now()
	c.began = began
	c.heard.now()
	s.stats.connects.Add(1)
	s.stats.lastActivity.Store(began.UnixNano())
	c.wg.Go(c.read)
	c.wg.Go(c.write)
	err := s.watch(c, ticket, began)
	if s.closing() {
		s.farewell(c)
	}
	c.kill()
	c.wg.Wait()
	s.mu.Lock()
	s.current = nil
	s.mu.Unlock()
	s.out.setOpen(false)
	up := time.Since(began)
	if s.redial.up(up); err != nil && !s.closing() && up < s.redial.minUptime() {
		ticket.Done(err) // it accepts, and closes at once
	} else {
		ticket.Done(nil)
	}
	if c.ready.Load() {
		s.closed(err)
	}
	return err
}

// watch returns when the connection has ended, for whatever reason.
func (s *Socket) watch(c *line, ticket breaker.Ticket, began time.Time) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	opened, settled := false, false
	before := time.Now()
	for {
		select {
		case <-timer.C:
		case <-c.quit:
		case <-s.asked:
		}
		now := time.Now()
		if err := c.why(); err != nil {
			return err
		}
		if w := s.wish(); w != wantOn {
			return nil
		}
		if !opened && c.ready.Load() {
			opened = true
			s.opened(c, began)
		}
		if !settled && now.Sub(began) >= s.redial.minUptime() {
			settled = true
			ticket.Done(nil)
			if s.breaker != nil {
				s.tellCircuit()
			}
		}
		if err := c.beat.look(c, now, s.slept(before, now)); err != nil {
			return err
		}
		before = now
		due := min(c.beat.due(c, now), napAtMost)
		if !settled {
			due = min(due, s.redial.minUptime()-now.Sub(began))
		}
		timer.Reset(max(due, time.Millisecond))
	}
}

// opened tells that a connection is open, and what was queued is written.
func (s *Socket) opened(c *line, began time.Time) {
	kind := SocketOpen
	if s.stats.connects.Load() > 1 {
		kind = SocketReconnected
	}
	s.mu.Lock()
	s.openedAt, s.current = began, c
	s.mu.Unlock()
	s.out.setOpen(true)
	s.setState(StateOpen, nil)
	s.log.Info("connected", "url", s.shownURL())
	s.tell(SocketEvent{Kind: kind, Attempt: s.redial.attempts})
}

// closed tells that a connection has ended that was open.
func (s *Socket) closed(err error) {
	e := SocketEvent{Kind: SocketClosed, Code: holdfast.CodeNormal, Clean: true, Err: err}
	if err != nil {
		e.Code = holdfast.CodeOf(err)
		ce, clean := closeError(err)
		e.Reason, e.Clean = ce.Reason, clean
	} else if leave := s.parting(); leave.code != 0 {
		e.Code, e.Reason = leave.code, leave.reason
	}
	s.stats.closed(e.Code)
	s.log.Info("disconnected", "url", s.shownURL(), "code", e.Code.String(), "error", err)
	s.tell(e)
	if !s.closing() {
		s.setState(StateConnecting, err)
	}
}

// farewell writes what is queued, within DrainTimeout, and takes leave, within CloseTimeout.
func (s *Socket) farewell(c *line) {
	if s.o.DrainTimeout > 0 && c.why() == nil {
		t := time.NewTimer(s.o.DrainTimeout)
		select {
		case <-s.out.whenEmpty():
		case <-t.C:
		case <-c.dead:
		}
		t.Stop()
	}
	t := time.AfterFunc(s.o.CloseTimeout, c.kill)
	defer t.Stop()
	w := s.parting()
	c.conn.Close(websocket.StatusCode(w.code), w.reason)
}
