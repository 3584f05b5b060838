package promise

import (
	"testing"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/client"
	"github.com/holdfast-ws/holdfast/internal/wire"
)

// gate holds up what makes records durable: the fsync of a disk store, the append of a memory store.
type gate interface {
	hold()
	release()
	held() bool
}

// Promise 2: while an fsync is under way, nothing of its batch is acknowledged, delivered, counted in the head,
// replayed or answered as a duplicate. Then all of it is.
func TestPromise02DurableBeforeVisible(t *testing.T) {
	matrix(t, func(w *world) {
		disk := newSyncGate()
		w.disk.FS = disk.fs
		w.waits = true
		w.start()
		var g gate = disk
		if w.store == inMemory {
			g = w.spy
		}
		defer g.release()
		s, live := w.session(client.SessionOptions{}), w.direct()
		s.publish("old", 0, 1)
		sub := live.subscribe("old", client.SubscribeOptions{From: client.FromStart})
		w.bodies(w.records(sub, 2), 0, 1)

		g.hold()
		receipts := append(s.enqueue("old", 2, 4), s.enqueue("new", 0, 0)...)
		producer := holdfast.NewProducerID()
		first, second := w.peer(), w.peer()
		first.hello(producer)
		first.send(publishFrame("new", 1, []byte("the peer's")))
		w.until("the store is held up", g.held)
		// a copy of what is under way
		second.hello(producer)
		second.send(&wire.Publish{Channel: "new", Number: 1, Type: holdfast.Text, Data: []byte("the peer's"), Sent: first.sent()})

		reader := w.peer()
		reader.hello(holdfast.NewProducerID(), wire.Subscribe{ID: 1, Channel: "old", From: wire.FromStart}, wire.Subscribe{ID: 2, Channel: "new", From: wire.FromStart})
		for range 4 { // two answers and two records
			switch typ := reader.next(); {
			case typ == wire.TypeSubscribed:
				if q := reader.dec.Subscribed; q.Head != map[string]uint64{"old": 2}[q.Channel] {
					w.Errorf("the head of %s is %d before it is durable", q.Channel, q.Head)
				}
			case typ != wire.TypeRecord || reader.dec.Record.Channel != "old" || reader.dec.Record.Offset > 2:
				w.Errorf("%v: %+v", typ, reader.dec.Record)
			}
		}
		for _, p := range []*peer{reader, first, second} {
			p.quiet()
		}
		for i, r := range receipts {
			if r.Status() == client.StatusDelivered {
				w.Errorf("receipt %d: delivered before it was durable", i)
			}
		}
		if n := live.Stats().Received; n != 2 {
			w.Errorf("%d records were delivered before they were durable", n-2)
		}

		g.release()
		for i, r := range receipts {
			ack, err := r.Wait(w.ctx)
			if err != nil || ack.Synced != (w.store == onDisk) || ack.Copies != 1 {
				w.Errorf("receipt %d: %+v, %v", i, ack, err)
			}
		}
		w.bodies(w.records(sub, 3), 2, 3)
		first.want(wire.TypeStored)
		one := first.dec.Stored
		second.want(wire.TypeStored)
		// which of the two came first is open
		if q := second.dec.Stored; q.Offset != one.Offset || q.Flags&wire.FlagDuplicate == one.Flags&wire.FlagDuplicate {
			w.Errorf("a record and its copy are answered %+v and %+v", one, q)
		}
		for range 5 {
			reader.want(wire.TypeRecord)
		}
		reader.quiet()
		if w.head("new") != 2 {
			w.Errorf("the head of new is %d", w.head("new"))
		}
	})
}

// sent is what a client remembers of a first attempt on the connection that was greeted last.
func (p *peer) sent() wire.Sent {
	return wire.Sent{At: p.dec.Welcome.Clock, Memory: p.dec.Welcome.Memory}
}
