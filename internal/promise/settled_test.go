package promise

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/client"
	"github.com/holdfast-ws/holdfast/internal/wire"
	"github.com/holdfast-ws/holdfast/server"
	"github.com/holdfast-ws/holdfast/store"
)

// After a hello all records without an answer go out again on the new socket, each lane from its lowest number, and
// nothing more goes out on the old one.
func TestSettledResendFromTheLowest(t *testing.T) {
	matrix(t, func(w *world) {
		w.start()
		s := w.session(client.SessionOptions{AckTimeout: 30 * time.Millisecond, PongTimeout: 30 * time.Millisecond})
		for _, c := range []string{"a", "b"} {
			s.publish(c, 0, 1)
		}
		w.proxy.muteServer()
		old := w.proxy.all()[0]
		rs := append(s.enqueue("a", 2, 6), s.enqueue("b", 2, 6)...)
		w.until("a second connection is open", func() bool { return s.Stats().Connects == 2 })
		before := old.toServer.taken.Load()
		rs = append(rs, s.enqueue("a", 7, 9)...)
		for _, r := range rs {
			if _, err := r.Wait(w.ctx); err != nil {
				w.Fatal(err)
			}
		}
		if n := old.toServer.taken.Load(); n != before {
			w.Errorf("%d bytes went out on the old socket", n-before)
		}
		for _, c := range []string{"a", "b"} {
			var again []uint64
			for _, x := range w.spy.all() {
				if x.channel == c && x.again {
					again = append(again, x.number)
				}
			}
			if !slices.Equal(again, []uint64{3, 4, 5, 6, 7}) {
				w.Errorf("%s: %v came again", c, again)
			}
		}
	})
}

// What follows an unknown in its lane waits until the skip is on its way.
func TestSettledSkipBeforeWhatFollowsAnUnknown(t *testing.T) {
	matrixOf(t, inMemory, func(w *world) {
		w.start()
		s := w.session(client.SessionOptions{})
		s.publish("c", 0, 2)
		doubt := w.loseAnswers(s, 3, 5)
		later := s.enqueue("c", 6, 7)
		w.restart()
		for _, r := range doubt {
			_, err := r.Wait(w.ctx)
			w.refused("in doubt", err, holdfast.CodeUnknownOutcome)
		}
		for _, r := range later {
			if _, err := r.Wait(w.ctx); err != nil {
				w.Fatal(err)
			}
		}
		skipped := uint64(0)
		for _, x := range w.spy.all() {
			switch {
			case x.kind == store.Skip:
				skipped = max(skipped, x.number)
			case x.number <= 6 && x.result.Outcome != store.Unknown:
				w.Errorf("number %d: %v", x.number, x.result.Outcome)
			case x.number > 6 && skipped < 6:
				w.Errorf("number %d came when numbers up to %d were skipped", x.number, skipped)
			}
		}
	})
}

// An error after an append has begun is doubt, not refusal: nothing is answered, nobody is taken in, and what was stored
// is there when the store is opened again.
func TestSettledDoubtIsNotRefusal(t *testing.T) {
	matrix(t, func(w *world) {
		w.start()
		s := w.session(client.SessionOptions{})
		s.publish("c", 0, 1)
		w.spy.breakNext()
		r := s.enqueue("c", 2, 2)[0]
		s.event("nobody is taken in any more", func(e client.Event) bool { return errors.Is(e.Err, holdfast.CodeStoreUnavailable) })
		if r.Status() != client.StatusSent {
			w.Errorf("in doubt: %v", r.Status())
		}
		w.restart()
		ack, err := r.Wait(w.ctx)
		if w.store == inMemory {
			w.refused("a memory store has forgotten", err, holdfast.CodeUnknownOutcome)
		} else if err != nil || !ack.Duplicate || ack.Offset != 3 {
			w.Errorf("%+v, %v", ack, err)
		}
	})
}

// Publishes behind a hello wait until the client is authenticated, within a bound. If the hello names another user than
// the token's, what came behind it is discarded.
func TestSettledPublishesBehindAHello(t *testing.T) {
	matrix(t, func(w *world) {
		asked := make(chan struct{}, 1)
		w.o.Authenticate = func(ctx context.Context, _ server.Credentials) (server.User, error) {
			select {
			case <-asked:
			case <-ctx.Done():
			}
			return server.User{ID: "ann"}, nil
		}
		w.start()
		hello := func(user string) *wire.Hello {
			return &wire.Hello{User: user, Process: 1, Counter: 1, Producer: holdfast.NewProducerID()}
		}
		bob := w.peer()
		bob.send(hello("bob"), publishFrame("c", 1, []byte("bob's")))
		asked <- struct{}{}
		if code := bob.closed(); code != holdfast.CodeUserMismatch {
			w.Errorf("bob was closed with %v", code)
		}
		ann := w.peer()
		ann.send(hello("ann"), publishFrame("c", 1, body(0, 0)))
		ann.send(publishFrame("c", 2, body(0, 1)))
		if n := w.srv.Stats().Published; n != 0 {
			w.Errorf("%d publishes were taken before anybody was authenticated", n)
		}
		asked <- struct{}{}
		ann.want(wire.TypeWelcome)
		for number := uint64(0); number < 2; number = ann.dec.Stored.Number {
			ann.want(wire.TypeStored)
		}
		recs, err := w.spy.Read(w.ctx, "c", 0, store.Limit{})
		if err != nil || len(recs) != 2 || recs[0].Publisher != "ann" {
			w.Errorf("%+v, %v", recs, err)
		}
	})
}

// A connection has one subscription to a channel; from the head means the head when the frame's turn comes; and to
// subscribe creates nothing.
func TestSettledSubscriptions(t *testing.T) {
	matrix(t, func(w *world) {
		w.start()
		w.direct().publish("c", 0, 2)
		p := w.peer()
		p.hello(holdfast.NewProducerID(), wire.Subscribe{ID: 7, Channel: "c"}, wire.Subscribe{ID: 8, Channel: "never"})
		heads := map[uint64]uint64{7: 3, 8: 0} // answered in any order
		for range 2 {
			p.want(wire.TypeSubscribed)
			q := p.dec.Subscribed
			if head, asked := heads[q.ID]; !asked || q.Code != 0 || q.Head != head || q.Position.Offset != head {
				w.Errorf("subscribed %+v, want heads %v", q, heads)
			}
			delete(heads, q.ID)
		}
		p.send(&wire.Subscribe{ID: 9, Channel: "c", From: wire.FromStart})
		p.want(wire.TypeSubscribed)
		if q := p.dec.Subscribed; q.ID != 9 || q.Code != holdfast.CodeAlreadySubscribed {
			w.Errorf("subscribed twice: %+v", q)
		}
		w.direct().publish("c", 3, 3)
		p.want(wire.TypeRecord)
		if p.dec.Record.Offset != 4 {
			w.Errorf("from the head comes offset %d", p.dec.Record.Offset)
		}
		for name, err := range w.spy.Channels(w.ctx) {
			if name != "c" || err != nil {
				w.Errorf("there is a channel %q, %v", name, err)
			}
		}
	})
}

// A named cursor has one holder: who comes later goes on where the first was done, and the first is told.
func TestSettledNamedCursor(t *testing.T) {
	matrix(t, func(w *world) {
		w.start()
		w.direct().publish("c", 0, 9)
		o := client.SubscribeOptions{From: client.FromStart, Cursor: "work", Ack: client.AckManual}
		first := w.session(client.SessionOptions{}).subscribe("c", o)
		recs := w.records(first, 10)
		first.Ack(recs[3].Position())
		w.until("the cursor has moved", func() bool {
			probe, err := w.spy.State(w.ctx, "c")
			return err == nil && probe.Head == 10
		})
		second := w.session(client.SessionOptions{}).subscribe("c", o)
		from := w.records(second, 1)[0].Offset
		if from < 1 || from > 5 {
			w.Errorf("the second goes on at %d; the first was done with 4", from)
		}
		for _, err := range first.Records(w.ctx) {
			w.refused("the first holder", err, holdfast.CodeCursorTaken)
			break
		}
		first.Ack(recs[9].Position()) // of an older generation
		w.bodies(w.records(second, 10-int(from)), int(from), from+1)
	})
}

// A position never grows stale by idling: over terms in which nothing was written, and over such in which something was.
func TestSettledPositionSurvivesIdling(t *testing.T) {
	matrixOf(t, onDisk, func(w *world) {
		w.start()
		w.direct().publish("c", 0, 2)
		s := w.direct()
		sub := s.subscribe("c", client.SubscribeOptions{From: client.FromStart})
		recs := w.records(sub, 3)
		cp := sub.Checkpoint(recs[2].Position())
		s.leave()
		w.restart()
		w.restart()
		w.direct().publish("c", 3, 3)
		w.restart()
		w.direct().publish("c", 4, 5)
		got := w.records(w.direct().subscribe("c", client.SubscribeOptions{Checkpoint: cp}), 3)
		w.bodies(got, 3, 4)
		if got[0].Term == recs[2].Term || got[1].Term == got[0].Term || got[2].Term != got[1].Term {
			w.Errorf("terms %v, then %v %v %v", recs[2].Term, got[0].Term, got[1].Term, got[2].Term)
		}
	})
}

// Retention never removes the state of a lane: a copy of a record that is gone is still known, and not stored again.
func TestSettledRetentionKeepsLanes(t *testing.T) {
	matrix(t, func(w *world) {
		w.keepOnly(1)
		w.start()
		p := w.peer()
		p.hello(holdfast.NewProducerID())
		sent := p.sent()
		for n := range uint64(10) {
			p.send(publishFrame("c", n+1, body(0, int(n))))
			p.want(wire.TypeStored)
		}
		w.until("retention has passed", func() bool {
			st, err := w.spy.State(w.ctx, "c")
			return err == nil && st.Floor == 9
		})
		again := publishFrame("c", 3, body(0, 2))
		again.Sent = sent
		p.send(again)
		p.want(wire.TypeStored)
		if q := p.dec.Stored; q.Flags&wire.FlagDuplicate == 0 || q.Number != 3 || w.head("c") != 10 {
			w.Errorf("the copy: %+v; the head is %d", q, w.head("c"))
		}
	})
}

// A disk that is nearly full refuses new records for now; duplicates are still answered.
func TestSettledDiskNearlyFull(t *testing.T) {
	matrixOf(t, onDisk, func(w *world) {
		var full = make(chan struct{})
		w.disk.FreeSpace = func() (uint64, error) {
			select {
			case <-full:
				return 2 * w.disk.MemTableSize, nil
			default:
				return 1 << 40, nil
			}
		}
		w.start()
		s := w.session(client.SessionOptions{})
		s.publish("c", 0, 1)
		doubt := w.loseAnswers(s, 2, 2)[0]
		close(full)
		w.restart()
		if ack, err := doubt.Wait(w.ctx); err != nil || !ack.Duplicate || ack.Offset != 3 {
			w.Errorf("a duplicate: %+v, %v", ack, err)
		}
		r := s.enqueue("c", 3, 3)[0]
		e := s.event("the publisher is held", func(e client.Event) bool { return e.Kind == client.EventHeld })
		if e.Code != holdfast.CodeStoreFull || r.Status() != client.StatusSent || w.head("c") != 3 {
			w.Errorf("%+v, %v, head %d", e, r.Status(), w.head("c"))
		}
	})
}
