package client

import (
	"context"
	"time"

	"github.com/holdfast-ws/holdfast"
)

// heartbeat finds out whether somebody is still there. Pings are sent on goroutines of the line's.
type heartbeat struct {
	sentAt time.Time // of the one that waits for its answer; zero: none does
	missed int       // in a row
}

// alive is when the peer was last known to be there. With a matcher and without pings only what matches counts.
func (h *heartbeat) alive(c *line) time.Time {
	if c.s.o.Heartbeat.Match != nil && c.mode == HeartbeatMessage {
		if at := c.match.last(); !at.IsZero() {
			return at
		}
		return c.began
	}
	heard, moved := c.heard.last(), c.moved.last()
	if moved.After(heard) { // a large message on a slow way out, behind which a ping waits
		return moved
	}
	return heard
}

// look sends what is due, and returns an error if the connection is to be given up. A reader that waits for the application reads no
// answers, and then nothing is known.
func (h *heartbeat) look(c *line, now time.Time, woke bool) error {
	o := &c.s.o.Heartbeat
	if c.mode == HeartbeatOff || c.s.in.full() {
		h.sentAt = time.Time{}
		return nil
	}
	alive := h.alive(c)
	if !h.sentAt.IsZero() && !alive.Before(h.sentAt) {
		h.sentAt, h.missed = time.Time{}, 0
	}
	switch {
	case h.sentAt.IsZero() && (woke || now.Sub(alive) >= o.Interval):
		h.send(c, now)
	case !h.sentAt.IsZero() && now.Sub(h.sentAt) >= o.Timeout:
		h.missed++
		c.s.stats.miss.Add(1)
		c.s.tell(SocketEvent{Kind: SocketHeartbeat, Missed: h.missed})
		if h.missed >= o.MaxMissed {
			return &holdfast.Error{Code: holdfast.CodeHeartbeatTimeout, Op: "stay connected to " + c.s.shownURL(),
				Detail: "no answer to a heartbeat within " + o.Timeout.String()}
		}
		h.send(c, now)
	}
	return nil
}

// due returns how long the owner may wait until it looks again.
func (h *heartbeat) due(c *line, now time.Time) time.Duration {
	o := &c.s.o.Heartbeat
	if c.mode == HeartbeatOff {
		return napAtMost
	}
	if !h.sentAt.IsZero() {
		return o.Timeout - now.Sub(h.sentAt)
	}
	return o.Interval - now.Sub(h.alive(c))
}

func (h *heartbeat) send(c *line, now time.Time) {
	h.sentAt = now
	c.s.stats.heartbeats.Add(1)
	o := &c.s.o.Heartbeat
	if c.mode != HeartbeatMessage {
		c.wg.Go(func() { c.ping(now) })
	}
	if c.mode != HeartbeatPing {
		m := o.Message()
		c.sent.Store(now.UnixNano())
		c.wg.Go(func() { c.say(m) })
	}
}

// ping waits for the pong at most as long as anybody is interested in it.
func (c *line) ping(sent time.Time) {
	ctx, cancel := context.WithTimeout(context.Background(), c.s.o.Heartbeat.Timeout)
	defer cancel()
	if c.conn.Ping(ctx) == nil {
		c.answered(time.Since(sent))
	}
}

// say writes the application's heartbeat, past the queue: behind a message that is being written, and before those that wait.
func (c *line) say(m Message) {
	if err := c.conn.Write(context.Background(), m.Kind.wire(), m.Data); err != nil {
		c.end(c.reason(err))
		c.kill()
	}
}

func (c *line) answered(rtt time.Duration) {
	c.s.stats.answered(rtt)
	c.s.tell(SocketEvent{Kind: SocketHeartbeat, RTT: rtt})
	c.poke()
}

// answers says whether a message answers the application's heartbeat.
func (s *Socket) answers(m Message, mode HeartbeatMode) bool {
	o := &s.o.Heartbeat
	switch {
	case o.Match != nil:
		return o.Match(m)
	case mode == HeartbeatMessage || mode == HeartbeatBoth:
		return s.defaultBeat && m.Kind == TextMessage && isPong(m.Data)
	}
	return false
}

// isPong recognises the answer to the default heartbeat.
func isPong(b []byte) bool {
	if len(b) > 64 {
		return false
	}
	var p struct {
		Type string `json:"type"`
	}
	return Message{TextMessage, b}.JSON(&p) == nil && p.Type == "pong"
}
