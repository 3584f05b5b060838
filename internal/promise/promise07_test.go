package promise

import (
	"testing"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/client"
	"github.com/holdfast-ws/holdfast/internal/wire"
)

// Promise 7: the way between a session and the server goes silent, with publishes on it. The client opens another
// connection while the old one is still alive for the server, and then what was on the old one comes through after all.
func TestPromise07HalfOpen(t *testing.T) {
	matrix(t, func(w *world) {
		w.start()
		s := w.session(client.SessionOptions{AckTimeout: 30 * time.Millisecond, PongTimeout: 30 * time.Millisecond, ConnectTimeout: 5 * time.Second})
		sub := s.subscribe("c", client.SubscribeOptions{From: client.FromStart})
		s.publish("c", 0, 4)
		w.bodies(w.records(sub, 5), 0, 1)
		w.proxy.silence()
		old := w.proxy.all()[0]
		rs := s.enqueue("c", 5, 14)
		w.until("a second connection has replaced the first", func() bool { return w.srv.Stats().Replaced >= 1 })
		old.toServer.set(false)
		old.toClient.set(false)
		for i, r := range rs {
			if ack, err := r.Wait(w.ctx); err != nil || ack.Offset != uint64(6+i) {
				w.Errorf("record %d: %+v, %v", i, ack, err)
			}
		}
		w.bodies(w.records(sub, 10), 5, 6)
		s.publish("c", 15, 15)
		w.bodies(w.records(sub, 1), 15, 16)
		log := w.log("c")
		if len(log) != 16 {
			w.Errorf("%d records", len(log))
		}
		w.bodies(log, 0, 1)
	})
}

// Promise 7: of two hellos of one process the one with the higher counter has the session, in whatever order they come,
// and what both publish is stored once. A second process gets a session of its own.
func TestPromise07LaterHelloWins(t *testing.T) {
	matrix(t, func(w *world) {
		w.start()
		producer, id := holdfast.NewProducerID(), wire.SessionID(holdfast.NewProducerID())
		greet := func(process, counter uint64) *peer {
			p := w.peer()
			p.send(&wire.Hello{Process: process, Counter: counter, Session: id, Producer: producer})
			return p
		}
		first := greet(1, 1)
		first.want(wire.TypeWelcome)
		sent := first.sent()
		copies := []*wire.Publish{publishFrame("c", 1, body(0, 0)), publishFrame("c", 2, body(0, 1)), publishFrame("c", 3, body(0, 2))}
		first.send(copies[0], copies[1])
		third := greet(1, 3)
		third.want(wire.TypeWelcome)
		if third.dec.Welcome.Session != id {
			w.Errorf("the later hello has session %v, want %v", third.dec.Welcome.Session, id)
		}
		for _, p := range copies {
			p.Sent = sent
			third.send(p)
		}
		if code := first.closed(); code != holdfast.CodeReplaced {
			w.Errorf("the first was closed with %v", code)
		}
		if code := greet(1, 2).closed(); code != holdfast.CodeReplaced {
			w.Errorf("the one that came late was closed with %v", code)
		}
		other := greet(2, 1)
		other.want(wire.TypeWelcome)
		if other.dec.Welcome.Session == id {
			w.Error("a second process was given the first one's session")
		}
		for number := uint64(0); number < 3; {
			third.want(wire.TypeStored)
			number = third.dec.Stored.Number
		}
		third.quiet()
		log := w.log("c")
		if len(log) != 3 {
			w.Errorf("%d records", len(log))
		}
		w.bodies(log, 0, 1)
	})
}
