package storetest

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/holdfast-ws/holdfast/store"
)

// testReaders reads while somebody appends and trims: nothing beyond what Append has returned, offsets
// without holes, heads and floors that never go back.
func testReaders(t *testing.T, open Open) {
	const readers, batches = 3, 300
	r := newRig(t, open, func(o *Options) { o.Retention.Records = 500 })
	names := []string{"r:1", "r:2"}
	var promised [2]atomic.Uint64 // at least so much is being appended
	done := make(chan struct{})
	var wg sync.WaitGroup
	for k := range readers {
		c := k % len(names)
		wg.Go(func() { r.follow(names[c], &promised[c], done) })
	}
	wg.Go(func() {
		for {
			select {
			case <-done:
				return
			default:
				if _, err := r.b.Trim(r.ctx); err != nil {
					t.Error(err)
					return
				}
			}
		}
	})
	for i := range batches {
		ds := make([]store.Draft, 1+i%40)
		var n [2]uint64
		for j := range ds {
			k := (i + j) % 2
			n[k]++
			ds[j] = store.Draft{Channel: names[k], Data: fmt.Append(nil, promised[k].Load()+n[k])}
		}
		promised[0].Add(n[0])
		promised[1].Add(n[1])
		res := make([]store.Result, len(ds))
		if err := r.b.Append(ds, res); err != nil {
			t.Error(err)
			break
		}
		for j := range res {
			st := r.state(ds[j].Channel)
			if st.Head < res[j].Offset {
				t.Errorf("Append has returned %d, and the head is %d", res[j].Offset, st.Head)
			}
		}
	}
	close(done)
	wg.Wait()
}

// follow reads a channel until done, and then to its end.
func (r *rig) follow(name string, promised *atomic.Uint64, done chan struct{}) {
	cursor, floor, head := uint64(0), uint64(0), uint64(0)
	for last := false; ; {
		select {
		case <-done:
			last = true
		default:
		}
		st, err := r.b.State(r.ctx, name)
		if err != nil {
			r.t.Error(err)
			return
		}
		recs, err := r.b.Read(r.ctx, name, cursor, store.Limit{Records: 64})
		if err != nil {
			r.t.Error(err)
			return
		}
		most := promised.Load()
		if st.Head < head || st.Floor < floor || st.Head > most {
			r.t.Errorf("%s: floor and head %d %d after %d %d, with %d drafts so far", name, st.Floor, st.Head, floor, head, most)
			return
		}
		floor, head = st.Floor, st.Head
		for i := range recs {
			o := recs[i].Offset
			if o != cursor+1 && (i > 0 || o < cursor+1) || o > most || string(recs[i].Data) != fmt.Sprint(o) {
				r.t.Errorf("%s: record %d after %d: %q", name, o, cursor, recs[i].Data)
				return
			}
			if o != cursor+1 {
				// jumped over what retention removed: the floor must say so
				if now, err := r.b.State(r.ctx, name); err != nil || now.Floor < o-1 {
					r.t.Errorf("%s: read %d after %d, and the floor is %d (%v)", name, o, cursor, now.Floor, err)
					return
				}
			}
			cursor = o
		}
		if last && len(recs) == 0 {
			if cursor != head {
				r.t.Errorf("%s: ended at %d, the head is %d", name, cursor, head)
			}
			return
		}
	}
}

// logInput is a call of a history: an append of drafts to one channel, or a look at its head and last record.
type logInput struct {
	append int
}

type logOutput struct {
	first, head, last uint64
}

// testLinearizable records small histories of one appender and some readers, and asks porcupine for an order.
func testLinearizable(t *testing.T, open Open) {
	model := porcupine.Model{
		Init: func() any { return uint64(0) },
		Step: func(state, in, out any) (bool, any) {
			head, i, o := state.(uint64), in.(logInput), out.(logOutput)
			if i.append > 0 {
				return o.first == head+1, head + uint64(i.append)
			}
			return o.head == head && o.last == head, state
		},
	}
	r := newRig(t, open)
	start := time.Now()
	for round := range 20 {
		name := fmt.Sprint("lin:", round)
		var mu sync.Mutex
		var history []porcupine.Operation
		note := func(client int, in logInput, call time.Duration, out logOutput) {
			mu.Lock()
			defer mu.Unlock()
			history = append(history, porcupine.Operation{
				ClientId: client, Input: in, Call: int64(call), Output: out, Return: int64(time.Since(start)),
			})
		}
		var wg sync.WaitGroup
		wg.Go(func() {
			for k := range 15 {
				n := 1 + k%3
				ds, res := make([]store.Draft, n), make([]store.Result, n)
				for j := range ds {
					ds[j].Channel = name
				}
				call := time.Since(start)
				if err := r.b.Append(ds, res); err != nil {
					t.Error(err)
					return
				}
				note(0, logInput{n}, call, logOutput{first: res[0].Offset})
			}
		})
		for k := range 3 {
			wg.Go(func() {
				for range 15 {
					if err := r.observe(name, k+1, start, note); err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		wg.Wait()
		if res := porcupine.CheckOperationsTimeout(model, history, 10*time.Second); res != porcupine.Ok {
			t.Fatalf("round %d: %v: no order explains the history", round, res)
		}
	}
}

// observe reads all of a channel; a read is one observation: what it returned last was the head.
func (r *rig) observe(name string, client int, start time.Time, note func(int, logInput, time.Duration, logOutput)) error {
	call := time.Since(start)
	recs, err := r.b.Read(r.ctx, name, 0, store.Limit{})
	if err != nil {
		return err
	}
	n := uint64(len(recs))
	note(client, logInput{}, call, logOutput{head: n, last: n})
	call = time.Since(start)
	st, err := r.b.State(r.ctx, name)
	if err != nil {
		return err
	}
	note(client, logInput{}, call, logOutput{head: st.Head, last: st.Head})
	return nil
}
