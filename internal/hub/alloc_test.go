package hub

import (
	"bytes"
	"runtime"
	"testing"
	"time"

	"github.com/holdfast-ws/holdfast/store"
	"github.com/holdfast-ws/holdfast/store/memory"
)

const marker = "«holdfast»"

// quick is an owner whose window never closes.
type quick struct {
	*Member
	answered int
	done     chan struct{}
	want     int
}

func (q *quick) Answered(_ []store.Draft, results []store.Result, _ int64) {
	b := q.Replies()
	for range results {
		b = append(b, 'a', 0, 0, 0, byte(len(marker)))
		b = append(b, marker...)
	}
	q.SetReplies(b)
	if q.answered += len(results); q.want > 0 && q.answered >= q.want {
		q.done <- struct{}{}
	}
}
func (*quick) Opened(uint32, Opened) {}
func (*quick) Prefetch()             {}

func (*quick) Allowance(uint32) (records, bytes int) { return 1 << 20, 1 << 30 }
func (*quick) Flushed(uint32, uint64, uint64, int)   {}
func (*quick) Gap(uint32, store.Resumption)          {}
func (*quick) CursorTaken(uint32)                    {}
func (*quick) Failed(uint32, error)                  {}
func (*quick) Sweep(time.Time, SweepFacts)           {}
func (*quick) Resume()                               {}
func (*quick) Broken(error)                          {}

// sink takes everything.
type sink struct{}

func (sink) TryWrite(bufs ...[]byte) (n int, err error) {
	for _, b := range bufs {
		n += len(b)
	}
	return n, nil
}
func (sink) WhenWritable(func()) {}

func (sink) Prefetch() {}

func TestSteadyStateDoesNotAllocate(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	for _, c := range []Commit{CommitByLoop, CommitByReader} {
		steadyState(t, Options{Commit: c})
	}
}

func steadyState(t *testing.T, o Options) {
	r := newRigOn(t, o, memory.New(memory.Options{Retention: store.Retention{Records: 1000}}))
	pub := &quick{done: make(chan struct{}, 1), want: 1}
	pub.Member = r.hub.Attach(sink{}, 0, pub)
	defer pub.Detach()
	for range 100 {
		q := &quick{}
		q.Member = r.hub.Attach(sink{}, 0, q)
		q.Lock()
		q.OpenLater(q.Open(OpenRequest{Sub: 1, Channel: "a"}))
		q.Unlock()
		defer q.Detach()
	}
	eventually(t, "all are subscribed", func() bool { return r.hub.Stats().Cursors == 100 })
	drafts := []store.Draft{{Channel: "a", Data: bytes.Repeat([]byte("x"), 128)}}
	publish := func() {
		before := r.hub.Stats().Deliveries
		pub.Lock()
		pub.Submit(drafts, 0)
		pub.Unlock()
		pub.Dry()
		<-pub.done
		for r.hub.Stats().Deliveries < before+100 {
			runtime.Gosched()
		}
	}
	for range 2000 {
		publish()
	}
	if n := testing.AllocsPerRun(5000, publish); n > 0 {
		t.Errorf("%v allocations for a publish, its answer and 100 deliveries", n)
	}
}

func TestIdleMemberIsSmall(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector needs memory of its own")
	}
	const n = 20000
	r := newRig(t, Options{}, memory.Options{})
	heap := func() uint64 {
		runtime.GC()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	q := &quick{}
	members := make([]*Member, n)
	before := heap()
	for i := range members {
		members[i] = r.hub.Attach(sink{}, 0, q)
		members[i].Lock()
		members[i].OpenLater(members[i].Open(OpenRequest{Sub: 1, Channel: "a"}))
		members[i].Unlock()
	}
	eventually(t, "all are subscribed", func() bool { return r.hub.Stats().Cursors == n })
	each := (heap() - before) / n
	t.Logf("%d bytes of heap for a member and a cursor", each)
	if each > 700 {
		t.Errorf("%d bytes of heap for a member and a cursor; 700 are allowed", each)
	}
	for _, m := range members {
		m.Detach()
	}
}
