package envelope_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/holdfast-ws/holdfast/internal/envelope"
)

// client is an Arrivals with one subscription, 1, and what it was told to be done with.
type client struct {
	envelope.Arrivals
	t    *testing.T
	full bool
	done uint64
}

func (c *client) pong(now int64) {
	c.Pong(now, c.Number(), func(uint32) bool { return c.full }, func(_ uint32, offset uint64) { c.done = offset })
}

func (c *client) want(done uint64) {
	c.t.Helper()
	if c.done != done {
		c.t.Errorf("done with %d, want %d", c.done, done)
	}
}

func (c *client) ping() {
	c.t.Helper()
	if !c.Ping() {
		c.t.Error("there is nothing to ask about")
	}
}

func TestAcknowledgedRecordsAreDone(t *testing.T) {
	c := &client{t: t}
	c.Begin(1, 10, 100)
	c.Sent(1, 13)
	for _, x := range []struct {
		offset uint64
		news   bool
	}{{12, true}, {11, false}, {12, false}, {14, false}, {13, true}} {
		if _, news := c.Acked(0, 1, x.offset); news != x.news {
			t.Errorf("an ACK of %d: %v", x.offset, news)
		}
	}
	if c.Ping() {
		t.Error("there is nothing left to ask about")
	}
}

func TestAClientWithoutAcknowledgements(t *testing.T) {
	c := &client{t: t}
	c.Begin(1, 0, 100)
	c.Sent(1, 5)
	c.ping()
	c.Sent(1, 6) // behind the ping
	if c.Ping() {
		t.Error("a second ping while one is under way")
	}
	c.pong(1000)
	c.want(0) // the ACK may still come
	c.ping()
	c.pong(1000 + envelope.Patience - 1)
	c.want(0)
	c.ping()
	c.pong(1000 + envelope.Patience)
	c.want(6)
	c.Sent(1, 7)
	c.ping()
	c.pong(1000 + envelope.Patience + 1) // it is known by now
	c.want(7)
	c.Sent(1, 40)
	if !c.Arrivals.Sent(1, 41) {
		t.Error("much is on its way, and no ping goes before the next record")
	}
	c.pong(7000)
	c.want(40)
}

func TestAClientWithAcknowledgements(t *testing.T) {
	c := &client{t: t}
	c.Begin(1, 0, 100)
	c.Sent(1, 5)
	c.Acked(0, 1, 1)
	for now := int64(0); now < 10*envelope.Patience; now += 1000 {
		c.ping()
		c.pong(now)
		c.want(0) // of a pong; it has to say so itself
	}
	c.full = true // of objects that have no id
	c.ping()
	c.pong(10 * envelope.Patience)
	c.want(5)
}

func TestPongsOfOthers(t *testing.T) {
	c := &client{t: t}
	c.Begin(1, 0, 100)
	c.Sent(1, 5)
	c.ping()
	c.Pong(0, 99, nil, nil)
	c.pong(0)
	c.pong(envelope.Patience) // a second time
	c.want(0)
	c.End(1)
	c.End(1)
	if c.Ping() || c.Arrivals.Sent(1, 9) || c.LastSent(1) != 0 {
		t.Error("the subscription has ended")
	}
}

// Whatever comes in whatever order, a client is done only with what was sent, and never goes back.
func TestArrivalsOnlyGoForward(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var a envelope.Arrivals
		var now int64
		type state struct{ sent, done, asked uint64 }
		subs := map[uint32]*state{}
		for sub := range uint32(3) {
			a.Begin(sub, 0, 8)
			subs[sub] = &state{}
		}
		done := func(sub uint32, offset uint64) {
			s := subs[sub]
			if offset <= s.done || offset > s.asked {
				t.Fatalf("done with %d of %d: before it was %+v", offset, sub, *s)
			}
			s.done = offset
		}
		ask := func() {
			for _, s := range subs {
				s.asked = s.sent
			}
		}
		for range rapid.IntRange(1, 100).Draw(t, "steps") {
			now += rapid.Int64Range(0, 3000).Draw(t, "later")
			sub := rapid.Uint32Range(0, 2).Draw(t, "sub")
			s := subs[sub]
			switch rapid.IntRange(0, 4).Draw(t, "what") {
			case 0, 1:
				before := s.sent
				next := before + rapid.Uint64Range(1, 4).Draw(t, "records")
				if a.Sent(sub, next) {
					ask()
				}
				s.sent = next
			case 2:
				if a.Ping() {
					ask()
				}
			case 3:
				full := rapid.Bool().Draw(t, "full")
				a.Pong(now, a.Number(), func(uint32) bool { return full }, done)
			case 4:
				offset := rapid.Uint64Range(0, s.sent+2).Draw(t, "offset")
				if to, news := a.Acked(now, sub, offset); news {
					if to <= s.done || to > s.sent {
						t.Fatalf("an ACK of %d: %d, %+v", offset, to, *s)
					}
					s.done = to
				}
			}
		}
	})
}
