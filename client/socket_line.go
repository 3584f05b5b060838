package client

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/breaker"
)

// line is one connection of a socket. The owner reads from it, so that an idle socket has one goroutine; a timer's function looks after it;
// and there is a writer while there is something to write. None knows anybody's context, because coder/websocket closes a connection whose
// context ends.
type line struct {
	s      *Socket
	number uint64 // among the socket's connections
	mode   HeartbeatMode
	conn   *websocket.Conn
	raw    net.Conn // below everything: closing it ends all reads and writes at once
	wg     sync.WaitGroup
	dead   chan struct{} // closed by kill
	once   sync.Once
	heard  moment // when bytes came
	moved  moment // when the peer took bytes that had to wait
	began  time.Time
	match  moment       // when an answer to the application's heartbeat came
	sent   atomic.Int64 // Unix nanoseconds of the last of those that waits for its answer; 0: none does
	ready  atomic.Bool  // what waited at first is written
	timer  *time.Timer  // of tick

	looking         sync.Mutex // guards what follows
	ticket          breaker.Ticket
	looked          instant
	beat            heartbeat
	opened, settled bool
	leaving         bool // it was asked to end
	over            bool

	batch  batch  // the writer's
	writer func() // write

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

// end says why the connection has ended, if nobody has before.
func (c *line) end(err error) {
	c.mu.Lock()
	if c.err == nil {
		c.err = err
	}
	c.mu.Unlock()
}

// poke has somebody look.
func (c *line) poke() { c.timer.Reset(0) }

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
		if s.answers(m, c.mode) {
			c.match.now()
			if sent := c.sent.Swap(0); sent != 0 {
				c.answered(time.Since(time.Unix(0, sent)))
			}
			if s.o.Heartbeat.Answers == AnswersHidden {
				continue
			}
		}
		s.in.put(Arrival{Kind: ArrivalMessage, Connection: c.number, Message: m}, c.dead)
	}
}

// write is the writer: it takes all that has gathered while it wrote, and ends when there is nothing more.
func (c *line) write() {
	defer c.wg.Done()
	q, b := &c.s.out, &c.batch
	for q.take(b) {
		if err := c.writeBatch(b); err != nil {
			q.putBack(b)
			c.unwritable(err)
			return
		}
	}
	if q.file != nil {
		q.file.settle()
	}
	if c.ready.CompareAndSwap(false, true) {
		c.poke()
	}
}

// unwritable leaves it to the reader to say why the connection has ended: what cannot be written to any more may have a close frame to be
// read, and the writer does not learn its code. Not for long.
func (c *line) unwritable(err error) {
	t := time.NewTimer(lastWords)
	defer t.Stop()
	select {
	case <-c.dead:
	case <-t.C:
		c.end(c.reason(err))
		c.kill()
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
		e.Code, e.Detail, e.Cause = holdfast.Code(ce.Code), "the server closed the connection", err
		if ce.Code >= 4000 { // the application's, which are not what Holdfast means by them
			e.Code = holdfast.CodeDisconnected
		}
	}
	return e
}

// serve has a connection until it ends, and returns why; nil if it was asked to end it.
func (s *Socket) serve(c *line, ticket breaker.Ticket) error {
	c.began = time.Now()
	c.ticket, c.looked = ticket, nowBoth()
	c.heard.now()
	s.stats.connects.Add(1)
	s.stats.lastActivity.Store(c.began.UnixNano())
	c.timer = time.AfterFunc(time.Hour, c.tick)
	s.in.mark(Arrival{Kind: ArrivalOpen, Connection: c.number})
	s.setLine(c)
	s.out.attach(c)
	c.poke() // somebody may have asked for something before
	c.read()
	return s.served(c)
}

// served cleans up after a connection.
func (s *Socket) served(c *line) error {
	c.looking.Lock()
	c.over = true
	c.timer.Stop()
	c.looking.Unlock()
	s.setLine(nil)
	c.kill()
	s.out.detach()
	c.wg.Wait()
	if !c.opened && c.ready.Load() && s.wish() == wantOn { // it ended before it was told that it is open
		c.opened = true
		s.opened(c.began)
	}
	s.out.setOpen(false)
	err := c.why()
	if c.leaving {
		err = nil
	}
	up := time.Since(c.began)
	if s.redial.up(up); err != nil && up < s.redial.minUptime() {
		s.failed(c.ticket, err) // it accepts, and closes at once
	} else {
		c.ticket.Done(nil)
	}
	s.closed(c, err)
	s.out.finish()
	s.in.mark(Arrival{Kind: ArrivalEnd, Connection: c.number, Err: err})
	return err
}

func (s *Socket) setLine(c *line) {
	s.mu.Lock()
	s.line = c
	s.mu.Unlock()
}

// tick looks after the connection: it is what its timer does, at the latest when the next thing is due.
func (c *line) tick() {
	c.looking.Lock()
	defer c.looking.Unlock()
	if c.over {
		return
	}
	leaving := c.leaving
	if err := c.look(nowBoth()); err != nil {
		c.end(err)
		c.kill()
	} else if c.leaving && !leaving {
		c.wg.Go(func() {
			c.s.farewell(c)
			c.kill()
		})
	}
}

// look does what is due, and sets the timer. It returns why the connection is to be given up, if it is.
func (c *line) look(at instant) error {
	now := at.mono
	s := c.s
	if c.why() != nil {
		return c.why()
	}
	if s.wish() != wantOn {
		c.leaving = true
		return nil
	}
	if !c.opened && c.ready.Load() {
		c.opened = true
		s.opened(c.began)
	}
	left := s.redial.minUptime() - now.Sub(c.began)
	if !c.settled && left <= 0 {
		c.settled = true
		c.ticket.Done(nil)
		s.tellCircuit()
	}
	if err := c.beat.look(c, now, s.slept(c.looked, at)); err != nil {
		return err
	}
	c.looked = at
	due := min(c.beat.due(c, now), napAtMost)
	if !c.settled {
		due = min(due, left)
	}
	c.timer.Reset(max(due, time.Millisecond))
	return nil
}

// opened tells that a connection is open, and what was queued is written.
func (s *Socket) opened(began time.Time) {
	kind := SocketOpen
	if s.known {
		kind = SocketReconnected
	}
	s.known = true
	s.mu.Lock()
	s.openedAt = began
	s.mu.Unlock()
	s.out.setOpen(true)
	s.setState(StateOpen, nil)
	s.note(slog.LevelInfo, "connected")
	s.tell(SocketEvent{Kind: kind, Attempt: s.redial.attempts})
}

// closed counts a connection that has ended, and tells it of one that was told to be open.
func (s *Socket) closed(c *line, err error) {
	e := SocketEvent{Kind: SocketClosed, Code: holdfast.CodeNormal, Clean: true, Err: err}
	if err != nil {
		e.Code = holdfast.CodeOf(err)
		ce, clean := closeError(err)
		if e.Clean = clean; clean {
			e.Code, e.Reason = holdfast.Code(ce.Code), ce.Reason
		}
	} else if leave := s.parting(); leave.code != 0 {
		e.Code, e.Reason = leave.code, leave.reason
	}
	s.stats.closed(e.Code)
	if !c.opened {
		return
	}
	s.note(slog.LevelInfo, "disconnected", "code", e.Code, "error", err)
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
