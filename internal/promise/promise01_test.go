package promise

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/client"
)

// published is what one publisher has handed over, by the number in the body.
type published struct {
	receipts []*client.Receipt
	err      error
}

// publishWithCuts publishes each records of publisher p, and cuts all connections at some of them.
func (w *world) publishWithCuts(s *sess, p, each int, cuts map[int]bool) (out published) {
	for i := range each {
		r, err := s.Enqueue(w.ctx, "c", body(p, i))
		if err != nil {
			out.err = err
			return out
		}
		out.receipts = append(out.receipts, r)
		if cuts[i] {
			w.proxy.cut()
		}
	}
	return out
}

// exactlyOnce checks that the log holds every record of every publisher once and in its order, where its receipt
// says that it is.
func (w *world) exactlyOnce(all []published) {
	w.Helper()
	offsets := make([][]uint64, len(all))
	for _, r := range w.log("c") {
		p, i := readBody(r.Data)
		if p < 0 || p >= len(all) || i != len(offsets[p]) || string(r.Data) != string(body(p, i)) {
			w.Fatalf("offset %d has record %d of publisher %d, of which there were %d", r.Offset, i, p, len(offsets[max(p, 0)%len(all)]))
		}
		offsets[p] = append(offsets[p], r.Offset)
	}
	for p, x := range all {
		if len(offsets[p]) != len(x.receipts) {
			w.Fatalf("%d records of publisher %d, want %d", len(offsets[p]), p, len(x.receipts))
		}
		for i, r := range x.receipts {
			if ack, err := r.Wait(w.ctx); err != nil || ack.Offset != offsets[p][i] || r.Status() != client.StatusDelivered {
				w.Fatalf("record %d of publisher %d is at %d, and its answer says %+v, %v, %v", i, p, offsets[p][i], ack, r.Status(), err)
			}
		}
	}
}

// Promise 1: over cut connections, and restarts of a server that keeps its data.
func TestPromise01ExactlyOnce(t *testing.T) {
	matrix(t, func(w *world) {
		w.start()
		const publishers, each = 3, 40
		all := make([]published, publishers)
		var wg sync.WaitGroup
		for p := range publishers {
			cuts, s := w.some(3, each), w.session(client.SessionOptions{})
			wg.Go(func() { all[p] = w.publishWithCuts(s, p, each, cuts) })
		}
		if w.store == onDisk {
			for i := range 2 {
				at := uint64(1 + 40*i + w.rng.IntN(40))
				w.until("enough is stored for a restart", func() bool { return w.head("c") >= at })
				w.restart()
			}
		}
		wg.Wait()
		for _, x := range all {
			if x.err != nil {
				w.Fatal(x.err)
			}
			for _, r := range x.receipts {
				if _, err := r.Wait(w.ctx); err != nil {
					w.Fatal(err)
				}
			}
		}
		w.exactlyOnce(all)
	})
}

// Promise 1: the power fails, so that what was not fsynced is gone, wholly or in part. What was acknowledged is there.
func TestPromise01PowerFailure(t *testing.T) {
	matrixOf(t, onDisk, func(w *world) {
		fs := vfs.NewCrashableMem()
		w.dir, w.disk.FS = "data", fs
		if err := fs.MkdirAll("data", 0o700); err != nil {
			t.Fatal(err)
		}
		w.start()
		const publishers, each = 2, 50
		all := make([]published, publishers)
		var wg sync.WaitGroup
		for p := range publishers {
			s := w.session(client.SessionOptions{})
			wg.Go(func() { all[p] = w.publishWithCuts(s, p, each, nil) })
		}
		for i := range 3 {
			at := uint64(1 + 25*i + w.rng.IntN(25))
			w.until("enough is stored for a power failure", func() bool { return w.head("c") >= at })
			w.proxy.aim(nowhere)
			w.proxy.muteServer() // what is answered from now on was never heard
			fs = fs.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: w.rng.IntN(101), RNG: rand.New(rand.NewPCG(w.rng.Uint64(), 1))})
			w.proxy.cut()
			w.stop()
			w.disk.FS = fs
			w.start()
		}
		wg.Wait()
		for _, x := range all {
			for _, r := range x.receipts {
				if _, err := r.Wait(w.ctx); err != nil {
					w.Fatal(err)
				}
			}
		}
		w.exactlyOnce(all)
	})
}

func (w *world) outbox(path string) *client.Outbox {
	w.Helper()
	o, err := client.OpenFileOutbox(path, client.OutboxOptions{})
	if err != nil {
		w.Fatal(err)
	}
	w.Cleanup(func() { o.Close() })
	return o
}

// Promise 1: a publisher ends with records that were stored without its hearing of it, and with some that it never
// sent. Opened again, its outbox goes on with both, before what is new.
func TestPromise01FileOutboxReopened(t *testing.T) {
	matrix(t, func(w *world) {
		w.start()
		path := filepath.Join(w.TempDir(), "outbox")
		o := w.outbox(path)
		s := w.session(client.SessionOptions{Outbox: o})
		s.publish("c", 0, 4)
		w.proxy.muteServer()
		s.enqueue("c", 5, 14)
		w.until("ten are stored without an answer", func() bool { return w.head("c") == 15 })
		w.proxy.aim(nowhere)
		w.proxy.cut()
		w.until("the session knows of the cut", func() bool { return s.State() == client.StateConnecting })
		s.enqueue("c", 15, 19)
		s.leave()
		if err := o.Close(); err != nil {
			w.Fatal(err)
		}
		w.proxy.aim(*w.addr.Load())
		if w.store == onDisk {
			w.restart()
		}
		o = w.outbox(path)
		if o.Len() != 15 {
			w.Errorf("%d records wait in the outbox, want 15", o.Len())
		}
		s = w.session(client.SessionOptions{Outbox: o})
		s.enqueue("c", 20, 24)
		if err := s.Flush(w.ctx); err != nil {
			w.Fatal(err)
		}
		if st := s.Stats(); st.Duplicates != 10 || st.Delivered != 20 {
			w.Errorf("%+v", st)
		}
		log := w.log("c")
		if len(log) != 25 {
			w.Errorf("%d records", len(log))
		}
		w.bodies(log, 0, 1)
		s.leave()
	})
}

// Promise 1: of an outbox and its copy one is stopped with producer_conflict, and the other one goes on.
func TestPromise01CopiedOutbox(t *testing.T) {
	matrix(t, func(w *world) {
		w.start()
		one := filepath.Join(w.TempDir(), "one")
		two := filepath.Join(w.TempDir(), "two")
		use := func(path string, i int) error {
			o := w.outbox(path)
			s := w.session(client.SessionOptions{Outbox: o})
			_, err := s.Publish(w.ctx, "c", body(0, i))
			s.leave()
			o.Close()
			return err
		}
		if err := use(one, 0); err != nil {
			w.Fatal(err)
		}
		content, err := os.ReadFile(one)
		if err != nil {
			w.Fatal(err)
		}
		if err := os.WriteFile(two, content, 0o600); err != nil {
			w.Fatal(err)
		}
		paths := []string{one, two}
		w.rng.Shuffle(2, func(i, j int) { paths[i], paths[j] = paths[j], paths[i] })
		if err := use(paths[0], 1); err != nil {
			w.Fatal(err)
		}
		w.refused("the second to go on", use(paths[1], 99), holdfast.CodeProducerConflict)
		if err := use(paths[0], 2); err != nil {
			w.Errorf("the first to go on: %v", err)
		}
		log := w.log("c")
		if len(log) != 3 {
			w.Errorf("%d records", len(log))
		}
		w.bodies(log, 0, 1)
	})
}
