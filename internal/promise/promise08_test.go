package promise

import (
	"context"
	"testing"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/client"
	"github.com/holdfast-ws/holdfast/internal/wire"
	"github.com/holdfast-ws/holdfast/server"
)

// Promise 8: what waits for the store is bounded. While the store does not answer the server stops to read, and
// nothing is lost.
func TestPromise08QueueOfDrafts(t *testing.T) {
	matrix(t, func(w *world) {
		const all = 400
		w.o.QueueBytes = 16 << 10
		w.waits = true
		w.start()
		s := w.session(client.SessionOptions{AckTimeout: time.Minute})
		s.publish("c", 0, 0)
		w.spy.hold()
		rs := s.enqueue("c", 1, all)
		w.until("the queue is full", func() bool { return w.srv.Stats().QueueBytes >= w.o.QueueBytes })
		// one message may be taken beyond the bound, whatever it has of joined frames
		if n := w.srv.Stats().QueueBytes; n > w.o.QueueBytes+4*(64<<10) {
			w.Errorf("%d bytes wait for the store; the bound is %d", n, w.o.QueueBytes)
		}
		w.spy.release()
		for i, r := range rs {
			if ack, err := r.Wait(w.ctx); err != nil || ack.Offset != uint64(i+2) {
				w.Fatalf("record %d: %+v, %v", i, ack, err)
			}
		}
		w.bodies(w.log("c"), 0, 1)
		if st := s.Stats(); st.Connects != 1 || st.Resent != 0 {
			w.Errorf("%+v", st)
		}
	})
}

// Promise 8: a message over the limit, in the middle of a window that is under way, is refused with a code. What is
// around it goes through, in order.
func TestPromise08TooLargeInTheMiddle(t *testing.T) {
	matrix(t, func(w *world) {
		w.o.MaxMessage = 1000
		w.start()
		p := w.peer()
		p.hello(holdfast.NewProducerID())
		var frames []frame
		for i := range 9 {
			data := body(0, i)
			if i == 4 {
				data = make([]byte, 1001)
			}
			frames = append(frames, publishFrame("c", uint64(i+1), data))
		}
		p.send(frames...)
		refused := 0
		for done := uint64(0); done < 9; {
			switch p.next() {
			case wire.TypeRefused:
				r := p.dec.Refused
				w.judgeCode(r.Code)
				if r.Number != 5 || r.Code != holdfast.CodeMessageTooLarge || done != 4 {
					w.Errorf("refused %+v behind %d", r, done)
				}
				refused, done = refused+1, 5
			case wire.TypeStored:
				done = p.dec.Stored.Number
			}
		}
		log := w.log("c")
		if refused != 1 || len(log) != 8 {
			w.Fatalf("%d refusals, %d records", refused, len(log))
		}
		w.bodies(log[:4], 0, 1)
		w.bodies(log[4:], 5, 5)

		s := w.direct()
		s.publish("d", 1, 1) // the limit is known now
		_, err := s.Enqueue(w.ctx, "d", make([]byte, 1001))
		w.refused("a client that knows the limit", err, holdfast.CodeMessageTooLarge)
	})
}

// Promise 8: a connection's subscriptions, a server's connections, and publishes without an answer have bounds.
func TestPromise08Connections(t *testing.T) {
	matrix(t, func(w *world) {
		w.o.MaxSubscriptions, w.o.MaxConnections = 2, 2
		w.o.MaxInFlight = server.Window{Records: 10}
		w.waits = true
		w.start()
		s := w.direct()
		for i, want := range []holdfast.Code{0, 0, holdfast.CodeTooManySubscriptions} {
			err := s.subscribe(string(rune('a'+i)), client.SubscribeOptions{}).Ready(w.ctx)
			if want != 0 {
				w.refused("a third subscription", err, want)
			} else if err != nil {
				w.Error(err)
			}
		}
		p := w.peer()
		if _, resp, err := w.dial(nil); err == nil || resp == nil || resp.StatusCode != 503 || resp.Header.Get("Retry-After") == "" {
			w.Errorf("a third connection: %v, %+v", err, resp)
		}
		turned := w.session(client.SessionOptions{})
		e := turned.event("the third is turned away", func(e client.Event) bool { return e.Kind == client.EventRetry })
		w.refused("a third connection", e.Err, holdfast.CodeTooManyConnections)
		turned.leave()

		w.spy.hold()
		p.hello(holdfast.NewProducerID())
		var flood []frame // the client was told 10
		for n := range uint64(60) {
			flood = append(flood, publishFrame("c", n+1, nil))
		}
		p.send(flood...)
		if code := p.closed(); code != holdfast.CodeOverloaded {
			w.Errorf("a client that ignores max_in_flight was closed with %v", code)
		}
		w.spy.release()
		s.publish("c", 0, 0)
	})
}

// Promise 8: an outbox that is full waits, refuses, drops the oldest or drops the newest, and says so.
func TestPromise08OutboxFull(t *testing.T) {
	matrix(t, func(w *world) {
		w.start()
		w.proxy.aim(nowhere)
		fill := func(p client.OutboxPolicy) (*sess, []*client.Receipt) {
			s := w.session(client.SessionOptions{Outbox: client.NewMemoryOutbox(client.OutboxOptions{MaxRecords: 3, Policy: p})})
			rs := s.enqueue("c"+string(rune('0'+p)), 0, 2)
			for _, r := range rs {
				r.Number() // waits until it is taken
			}
			return s, rs
		}
		waits, w1 := fill(client.OutboxWait)
		ctx, cancel := context.WithTimeout(w.ctx, time.Millisecond)
		_, err := waits.Enqueue(ctx, "c0", nil)
		cancel()
		w.refused("wait", err, holdfast.CodeCanceled)

		refuses, w2 := fill(client.OutboxRefuse)
		_, err = refuses.Enqueue(w.ctx, "c1", nil)
		w.refused("refuse", err, holdfast.CodeOutboxFull)

		oldest, w3 := fill(client.OutboxDropOldest)
		w3 = append(w3, oldest.enqueue("c2", 3, 3)...)
		_, err = w3[0].Wait(w.ctx)
		w.refused("drop the oldest", err, holdfast.CodeDropped)

		newest, w4 := fill(client.OutboxDropNewest)
		_, err = newest.enqueue("c3", 3, 3)[0].Wait(w.ctx)
		w.refused("drop the newest", err, holdfast.CodeDropped)

		w.proxy.aim(*w.addr.Load())
		for i, rs := range [][]*client.Receipt{w1, w2, w3[1:], w4} {
			for k, r := range rs {
				if ack, err := r.Wait(w.ctx); err != nil || ack.Offset != uint64(k+1) {
					w.Errorf("policy %d: record %d that was kept: %+v, %v", i, k, ack, err)
				}
			}
		}
	})
}
