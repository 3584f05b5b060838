package hub

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// shardsEach is how many shards there are for each worker: so fine the work can be divided when one joins late.
const shardsEach = 4

// The last worker is lent, and not given, since it takes the last core from those who read and commit, and from whoever shares
// the machine. While more is published than can be written at once, what waits gathers, and fewer workers write the same records in
// fewer calls. A burst now and then does not gather, and then another core halves its tail.
const (
	lendAfter  = time.Millisecond      // of work without a pause; below, a core more gains less than it takes from the readers
	lendAtMost = 20 * time.Millisecond // in one go
	lendEvery  = 10                    // it is lent again for a tenth of the time that has passed
)

// crew is the workers: goroutines that take whichever shard has something to do. A shard has one at a time.
type crew struct {
	shards []*shard
	base   int           // workers that may always run
	most   int           // the same with the one that is lent
	wake   chan struct{} // one for each worker that begins
	stop   chan struct{}

	waiting atomic.Int32 // length of ready
	urgent  atomic.Int32 // shards with urgent members

	mu      sync.Mutex
	ready   []*shard // in the order in which they got something to do
	running int
	since   time.Time // when running was last 0
	lent    time.Time // when running rose above base; zero if it is not
	budget  time.Duration
	filled  time.Time // when the budget was
}

func (k *crew) init(h *Hub, workers int) {
	k.base, k.most = max(1, workers-1), workers
	k.wake, k.stop = make(chan struct{}, workers), make(chan struct{})
	k.budget, k.filled = lendAtMost, time.Now()
	for i := range workers * shardsEach {
		k.shards = append(k.shards, &shard{hub: h, id: i})
	}
}

// enqueue says that a shard has something to do.
func (k *crew) enqueue(s *shard) {
	k.mu.Lock()
	if s.running || s.queued {
		s.rerun = s.running
		k.mu.Unlock()
		return
	}
	k.pushLocked(s)
	start := k.running < k.base
	if start {
		if k.running++; k.running == 1 {
			k.since = time.Now()
		}
	}
	k.mu.Unlock()
	if start {
		k.wake <- struct{}{}
	}
}

func (k *crew) pushLocked(s *shard) {
	s.queued = true
	k.ready = append(k.ready, s)
	k.waiting.Store(int32(len(k.ready)))
}

// removeLocked takes the i-th shard out of the queue, for the caller to run.
func (k *crew) removeLocked(i int) *shard {
	s := k.ready[i]
	k.ready = slices.Delete(k.ready, i, i+1)
	k.waiting.Store(int32(len(k.ready)))
	s.queued, s.running = false, true
	return s
}

// run is a worker.
func (k *crew) run() {
	x := new(writer)
	for {
		select {
		case <-k.wake:
		case <-k.stop:
			return
		}
		for s := k.take(); s != nil; s = k.next(s, s.turn(x)) {
		}
	}
}

// sweepAll has every shard look at a part of its members now and then.
func (k *crew) sweepAll() {
	tick := time.NewTicker(sweepTick)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			for _, s := range k.shards {
				s.due.Store(true)
				k.enqueue(s)
			}
		case <-k.stop:
			return
		}
	}
}

// take returns a shard to run, or nil if the worker is not needed, and has left.
func (k *crew) take() *shard {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.takeLocked()
}

func (k *crew) takeLocked() *shard {
	if len(k.ready) > 0 && (k.lent.IsZero() || time.Since(k.lent) < k.budget) {
		return k.removeLocked(0)
	}
	if len(k.ready) > 0 && k.running <= k.base {
		return k.removeLocked(0)
	}
	k.running--
	if !k.lent.IsZero() && k.running <= k.base {
		k.budget -= time.Since(k.lent)
		k.lent = time.Time{}
	}
	return nil
}

// next gives a shard back, and takes another.
func (k *crew) next(s *shard, more bool) *shard {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.backLocked(s, more)
	return k.takeLocked()
}

func (k *crew) backLocked(s *shard, more bool) {
	more = more || s.rerun
	s.running, s.rerun = false, false
	if more {
		k.pushLocked(s)
	}
}

// lend has one more worker help if the others have not kept up for a while. Workers call it in between.
func (k *crew) lend() {
	if k.waiting.Load() == 0 || k.most == k.base {
		return
	}
	now := time.Now()
	k.mu.Lock()
	start := len(k.ready) > 0 && k.running == k.base && now.Sub(k.since) >= lendAfter
	if start {
		k.budget = min(lendAtMost, k.budget+now.Sub(k.filled)/lendEvery)
		k.filled = now
		if start = k.budget > 0; start {
			k.running++
			k.lent = now
		}
	}
	k.mu.Unlock()
	if start {
		k.wake <- struct{}{}
	}
}

// hurry attends to the urgent members of shards that wait for a worker, so that replies do not queue behind another shard's
// fan-out. The caller has a shard of its own, and lends its writer.
func (k *crew) hurry(x *writer) {
	for k.urgent.Load() > 0 {
		k.mu.Lock()
		i := slices.IndexFunc(k.ready, func(s *shard) bool { return s.urgent.Load() > 0 })
		if i < 0 {
			k.mu.Unlock()
			return
		}
		s := k.removeLocked(i)
		k.mu.Unlock()
		s.writer = x
		s.hurry()
		k.mu.Lock()
		s.running, s.rerun, s.queued = false, false, true // it keeps its place, for what else there is to do
		k.ready = slices.Insert(k.ready, min(i, len(k.ready)), s)
		k.waiting.Store(int32(len(k.ready)))
		k.mu.Unlock()
	}
}
