package promise

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/client"
)

// loseAnswers publishes bodies from..to so that they are stored and no answer comes, and cuts the connection. What is
// dialled afterwards leads nowhere.
func (w *world) loseAnswers(s *sess, from, to int) []*client.Receipt {
	w.Helper()
	w.proxy.muteServer()
	rs := s.enqueue("c", from, to)
	w.until("they are stored without an answer", func() bool { return w.head("c") == uint64(to+1) })
	w.proxy.aim(nowhere)
	w.proxy.cut()
	w.until("the session knows of the cut", func() bool { return s.State() == client.StateConnecting })
	return rs
}

// Promise 5: records whose answers were lost, and a server that is started again. A memory store cannot know what
// became of them, and they end as unknown; a disk store knows. What was never sent goes on behind them either way.
func TestPromise05Unknown(t *testing.T) {
	matrix(t, func(w *world) {
		w.start()
		s := w.session(client.SessionOptions{})
		s.publish("c", 0, 2)
		doubt := w.loseAnswers(s, 3, 6)
		later := s.enqueue("c", 7, 9)
		w.restart()
		first := uint64(8)
		if w.store == inMemory {
			first = 1
		}
		for i, r := range doubt {
			ack, err := r.Wait(w.ctx)
			if w.store == inMemory {
				w.refused("in doubt", err, holdfast.CodeUnknownOutcome)
				if r.Status() != client.StatusUnknown {
					w.Errorf("record %d in doubt: %v", i, r.Status())
				}
			} else if err != nil || !ack.Duplicate || ack.Offset != uint64(4+i) {
				w.Errorf("record %d in doubt: %+v, %v", i, ack, err)
			}
		}
		for i, r := range later {
			if ack, err := r.Wait(w.ctx); err != nil || ack.Duplicate || ack.Offset != first+uint64(i) {
				w.Errorf("record %d behind: %+v, %v", i, ack, err)
			}
		}
		log := w.log("c")
		w.bodies(log, 10-len(log), 1)
		if want := int(first) + 2; len(log) != want {
			w.Errorf("%d records, want %d", len(log), want)
		}
		if st := s.Stats(); w.store == inMemory && st.Unknown != 4 || st.Failed != 0 || st.Lost != 0 {
			w.Errorf("%+v", st)
		}
	})
}

// Promise 5: a data folder that was put back has lost what it had acknowledged. The publisher hears which numbers, and
// its lane goes on.
func TestPromise05Lost(t *testing.T) {
	matrixOf(t, onDisk, func(w *world) {
		w.start()
		s := w.session(client.SessionOptions{})
		s.publish("c", 0, 2)
		w.stop()
		backup := filepath.Join(w.TempDir(), "copy")
		if err := os.CopyFS(backup, os.DirFS(w.dir)); err != nil {
			w.Fatal(err)
		}
		w.start()
		s.publish("c", 3, 7)
		w.stop()
		w.dir = backup
		w.start()
		s.publish("c", 8, 9)
		e := s.event("the publisher hears of the loss", func(e client.Event) bool { return e.Kind == client.EventLost })
		if e.From != 4 || e.To != 8 || e.Channel != "c" || e.Code != holdfast.CodeLost {
			w.Errorf("lost: %+v", e)
		}
		if n := s.Stats().Lost; n != 5 {
			w.Errorf("%d are lost, want 5", n)
		}
		log := w.log("c")
		w.bodies(log[:3], 0, 1)
		w.bodies(log[3:], 8, 4)
	})
}

// Promise 5: a lane is forgotten when the dedupe window is over. Who was merely idle loses nothing; a record that was in
// doubt for longer ends as unknown.
func TestPromise05DedupeWindow(t *testing.T) {
	matrix(t, func(w *world) {
		const window = 400 * time.Millisecond
		w.memory.DedupeWindow, w.disk.DedupeWindow = window, window
		w.disk.TrimEvery = -1
		w.o.TrimEvery = 2 * time.Millisecond
		w.start()
		s := w.session(client.SessionOptions{})
		// by both ends: the client counts from when it had the answer
		forgotten := func(times int) func() bool {
			began := time.Now()
			return func() bool { return w.spy.forgotten() >= times && time.Since(began) > window }
		}
		s.publish("c", 0, 0)
		w.until("the lane is forgotten", forgotten(1))
		s.publish("c", 1, 1)
		w.until("the lane is forgotten again", forgotten(2))
		s.publish("c", 2, 2)
		doubt := w.loseAnswers(s, 3, 3)
		w.until("the lane is forgotten a third time", forgotten(3))
		w.proxy.aim(*w.addr.Load())
		_, err := doubt[0].Wait(w.ctx)
		w.refused("in doubt for longer than the window", err, holdfast.CodeUnknownOutcome)
		s.publish("c", 4, 4)
		if st := s.Stats(); st.Unknown != 1 || st.Delivered != 4 || st.Lost != 0 {
			w.Errorf("%+v", st)
		}
		log := w.log("c")
		if len(log) != 5 {
			w.Errorf("%d records", len(log))
		}
		w.bodies(log, 0, 1)
	})
}

// Promise 5: a channel that has as many lanes as it may have holds new publishers back, and forgets none that it knows.
func TestPromise05TooManyLanes(t *testing.T) {
	matrix(t, func(w *world) {
		w.memory.MaxLanes, w.disk.MaxLanes = 2, 2
		w.o.RetryAfter = 5 * time.Millisecond
		w.start()
		one, two, three := w.direct(), w.direct(), w.direct()
		one.publish("c", 0, 0)
		two.publish("c", 1, 1)
		r := three.enqueue("c", 9, 9)[0]
		e := three.event("the third is held", func(e client.Event) bool { return e.Kind == client.EventHeld })
		if e.Code != holdfast.CodeTooManyLanes || e.Channel != "c" || e.Number != 1 {
			w.Errorf("held: %+v", e)
		}
		one.publish("c", 2, 2)
		if r.Status() == client.StatusDelivered || r.Status() == client.StatusFailed {
			w.Errorf("the third publisher's record: %v", r.Status())
		}
		if w.head("c") != 3 {
			w.Errorf("the head is %d", w.head("c"))
		}
	})
}
