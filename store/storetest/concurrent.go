package storetest

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/check/linear"
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

// testLinearizable appends to a few channels by several lanes, with duplicates, holes and skips, while others read, and
// asks for an order that explains what all of them saw.
func testLinearizable(t *testing.T, open Open) {
	for round := range 12 {
		r := newRig(t, open)
		rec := linear.New(r.b)
		var wg sync.WaitGroup
		var appending sync.Mutex
		for client := range 2 {
			wg.Go(func() { r.write(rec, client, rand.New(rand.NewPCG(uint64(round), uint64(client))), &appending) })
			wg.Go(func() { r.watch(rec, 2+client, rand.New(rand.NewPCG(uint64(round), uint64(2+client)))) })
		}
		wg.Wait()
		if wrong := rec.Check(20 * time.Second); wrong != "" {
			t.Fatalf("round %d: %s", round, wrong)
		}
	}
}

var linChannels = []string{"lin:1", "lin:2"}

// write appends small batches whose numbers are mostly the next of their lane.
func (r *rig) write(rec *linear.Recorder, client int, rnd *rand.Rand, appending *sync.Mutex) {
	next := map[string]uint64{}
	for range 20 {
		ds := make([]store.Draft, 1+rnd.IntN(3))
		for i := range ds {
			name := linChannels[rnd.IntN(len(linChannels))]
			n := next[name] + 1
			switch rnd.IntN(10) {
			case 0:
				n = max(1, n-1)
			case 1:
				n++
			}
			ds[i] = publish(name, 'P'+byte(client), n, fmt.Sprint(client, n))
			switch rnd.IntN(12) {
			case 0:
				ds[i] = skip(name, 'P'+byte(client), n, n)
			case 1:
				ds[i].Verdict, ds[i].Code = store.Refuse, holdfast.CodeForbidden
			}
			next[name] = max(next[name], n)
		}
		appending.Lock()
		_, err := rec.Append(client, ds)
		appending.Unlock()
		if err != nil {
			r.t.Error(err)
			return
		}
	}
}

// watch reads channels, and where they end.
func (r *rig) watch(rec *linear.Recorder, client int, rnd *rand.Rand) {
	for range 20 {
		name := linChannels[rnd.IntN(len(linChannels))]
		_, err := rec.Read(r.ctx, client, name, uint64(rnd.IntN(10)), rnd.IntN(8))
		if err == nil {
			_, err = rec.State(r.ctx, client, name)
		}
		if err != nil {
			r.t.Error(err)
			return
		}
	}
}
