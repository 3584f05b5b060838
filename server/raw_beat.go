package server

import (
	"sync"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/ws"
)

// rawInput is a raw connection as a ws.Handler.
type rawInput RawConn

// Message is part of ws.Handler.
func (i *rawInput) Message(op ws.Opcode, p []byte) error {
	c := (*RawConn)(i)
	c.srv.count.rawReceived.Add(1)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.seen.messages++
	c.seen.bytes += uint64(len(p))
	now := c.srv.millis()
	c.beat.alive(now)
	c.beat.used = now
	if !c.ending {
		c.in.put(MessageType(op), p)
	}
	return nil
}

// Control is part of ws.Handler.
func (i *rawInput) Control(op ws.Opcode, p []byte) error {
	c := (*RawConn)(i)
	c.mu.Lock()
	c.beat.alive(c.srv.millis())
	switch {
	case op == ws.OpPong:
		c.seen.pong(time.Since(c.srv.begun))
	case op == ws.OpPing && !c.ending && len(c.out.control) < maxControl:
		c.out.control = append(ws.AppendHeader(c.out.control, ws.OpPong, len(p), 0), p...)
	}
	c.mu.Unlock()
	return nil
}

// Dry is part of ws.Handler.
func (i *rawInput) Dry() { (*RawConn)(i).flush() }

// Ready is part of ws.Handler. A connection that is being closed is read to the peer's close frame, whatever nobody takes.
func (i *rawInput) Ready() bool {
	c := (*RawConn)(i)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.beat.alive(c.srv.millis())
	return c.in.ready() || c.ending
}

// beat is what a raw connection's heartbeat knows. Times are as Server.millis has them. Guarded by the connection's lock.
type beat struct {
	heard  int64 // when the peer was last heard
	asked  int64 // when it was pinged and has not answered; else 0
	missed int   // pings in a row that were not answered in time
	used   int64 // when a message went either way
	stuck  int64 // when the peer last took bytes, while it takes not all; else 0
	unsent int   // at the latest sweep while it was stuck
}

// alive notes a sign of life.
func (b *beat) alive(now int64) { b.heard, b.asked, b.missed = now, 0, 0 }

// ask reports whether the peer is to be pinged now, or is to be given up.
func (b *beat) ask(now int64, o *RawOptions) (ping, dead bool) {
	switch {
	case b.asked == 0:
		ping = now-b.heard >= o.Heartbeat.Milliseconds()
	case now-b.asked >= o.PongTimeout.Milliseconds():
		b.missed++
		dead = b.missed >= o.MaxMissed
		ping = !dead
	}
	if ping {
		b.asked = now
	}
	return ping, dead
}

// takes reports whether the peer has taken bytes within the limit, while some wait for it.
func (b *beat) takes(now int64, progress bool, unsent int, limit time.Duration) bool {
	if progress || unsent < b.unsent || b.stuck == 0 {
		b.stuck = now
	}
	b.unsent = unsent
	return now-b.stuck < limit.Milliseconds()
}

// sweep looks after one connection, about once a second.
func (c *RawConn) sweep(now int64) {
	code, detail, ping := c.due(now)
	switch {
	case code != 0:
		c.end(code, detail)
	case ping:
		c.flush()
	}
}

// due says whether a connection is to be closed, or a ping that was queued is to go out.
func (c *RawConn) due(now int64) (code holdfast.Code, detail string, ping bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	b, o := &c.beat, c.o
	switch {
	case c.ending:
		return 0, "", false
	case c.expires != 0 && now >= c.expires:
		return holdfast.CodeTokenExpired, "the token's time is over, and no other has come", false
	case o.IdleTimeout > 0 && now-b.used > o.IdleTimeout.Milliseconds():
		return holdfast.CodeIdle, "no message went either way", false
	case c.out.stalled:
		unsent, err := c.ws.Unsent()
		progress := c.out.progress || err != nil
		c.out.progress = false
		if !b.takes(now, progress, unsent.Bytes, o.WriteTimeout) {
			return holdfast.CodeWriteTimeout, "", false
		}
		b.alive(now) // it has no chance to answer a ping
		return 0, "", false
	case c.in.full:
		b.alive(now) // nothing more is read, so nothing can be heard
		return 0, "", false
	}
	b.stuck = 0
	ping, dead := b.ask(now, o)
	if dead {
		return holdfast.CodeHeartbeatTimeout, "", false
	}
	if ping {
		c.seen.ping(time.Since(c.srv.begun))
		c.out.control = ws.AppendHeader(c.out.control, ws.OpPing, 0, 0)
	}
	return 0, "", ping
}

// raws are the raw connections, and the goroutine that looks after them.
type raws struct {
	once sync.Once
	mu   sync.Mutex
	all  map[*RawConn]struct{}
}

// sweepEvery is how often each raw connection is looked after.
const sweepEvery = time.Second

// begin starts looking after them, the first time.
func (l *raws) begin(s *Server) {
	l.once.Do(func() {
		l.mu.Lock()
		l.all = map[*RawConn]struct{}{}
		l.mu.Unlock()
		s.mu.Lock()
		defer s.mu.Unlock()
		if !s.closed { // else nobody is let in any more
			s.wg.Go(func() { l.run(s) })
		}
	})
}

func (l *raws) run(s *Server) {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	var list []*RawConn
	for {
		select {
		case <-s.watch.stop:
			return
		case <-tick.C:
		}
		l.mu.Lock()
		for c := range l.all {
			list = append(list, c)
		}
		l.mu.Unlock()
		now := s.millis()
		for _, c := range list {
			c.sweep(now)
		}
		clear(list)
		list = list[:0]
	}
}

func (l *raws) add(c *RawConn) {
	l.mu.Lock()
	l.all[c] = struct{}{}
	l.mu.Unlock()
}

func (l *raws) remove(c *RawConn) {
	l.mu.Lock()
	delete(l.all, c)
	l.mu.Unlock()
}
