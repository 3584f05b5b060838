// Package feed hands events of one owner to any number of listeners, none of whom can hold it up: each has a backlog
// with a limit, and is told how many events it missed.
package feed

import (
	"context"
	"iter"
	"sync"
	"sync/atomic"
)

// DefaultBacklog is how many events a listener may be behind, unless Options say otherwise.
const DefaultBacklog = 256

// Options configure a Feed. The zero value is useful.
type Options[E any] struct {
	// Backlog is how many events one listener may be behind; then the oldest are dropped. Memory is taken as it is
	// needed. Default 256.
	Backlog int
	// Dropped makes the event that tells a listener how many it missed. It takes their place, before the events that
	// are left. Default: nothing is told.
	Dropped func(n int) E
}

// Feed passes events on. All methods may be called concurrently. Every listener sees the events in the order in which
// Add was called.
type Feed[E any] struct {
	o      Options[E]
	count  atomic.Int64 // of listeners, readable without the lock
	mu     sync.Mutex
	all    map[*Listener[E]]struct{}
	closed bool
}

// Listener is one who listens. One goroutine at a time may range over it.
type Listener[E any] struct {
	feed    *Feed[E]
	signal  chan struct{} // holds one: something was added, or it has ended
	mu      sync.Mutex
	ring    []E
	first   int // of the ring, the oldest event
	size    int
	dropped int
	end     bool
}

// New returns a Feed without listeners.
func New[E any](o Options[E]) *Feed[E] {
	if o.Backlog <= 0 {
		o.Backlog = DefaultBacklog
	}
	return &Feed[E]{o: o, all: map[*Listener[E]]struct{}{}}
}

// Listening tells whether anybody listens, so that an event that nobody wants need not be made. It takes no lock.
func (f *Feed[E]) Listening() bool { return f.count.Load() > 0 }

// Add passes an event on to all who listen. It never waits for them.
func (f *Feed[E]) Add(e E) {
	if !f.Listening() {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for l := range f.all {
		l.add(e)
	}
}

// Listen yields the events that are added from when the ranging begins, until ctx or the feed ends. What was added
// before the feed's end is still yielded; what is there when ctx ends is not.
func (f *Feed[E]) Listen(ctx context.Context) iter.Seq[E] {
	return func(yield func(E) bool) { f.Join().All(ctx)(yield) }
}

// Join returns a listener that hears first, and then all that is added from now on. An owner that calls it and Add under
// one lock of its own gives a listener a state and every change to it. Whoever joins must range over All, or Leave.
func (f *Feed[E]) Join(first ...E) *Listener[E] {
	l := &Listener[E]{feed: f, signal: make(chan struct{}, 1)}
	for _, e := range first {
		l.add(e)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		l.end = true
		return l
	}
	f.all[l] = struct{}{}
	f.count.Store(int64(len(f.all)))
	return l
}

// Close ends all listeners, once they have had what was added before. Later events are dropped. It may be called again.
func (f *Feed[E]) Close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closed = true
	for l := range f.all {
		l.mu.Lock()
		l.end = true
		l.mu.Unlock()
		l.wake()
	}
	clear(f.all)
	f.count.Store(0)
}

// Leave ends the listener; it hears nothing more.
func (l *Listener[E]) Leave() {
	f := l.feed
	f.mu.Lock()
	delete(f.all, l)
	f.count.Store(int64(len(f.all)))
	f.mu.Unlock()
	l.mu.Lock()
	l.end, l.ring, l.size, l.dropped = true, nil, 0, 0
	l.mu.Unlock()
	l.wake()
}

// All yields what the listener hears until ctx or the feed ends, and leaves then, or when the loop is left.
func (l *Listener[E]) All(ctx context.Context) iter.Seq[E] {
	return func(yield func(E) bool) {
		defer l.Leave()
		for ctx.Err() == nil {
			e, ok, end := l.take()
			switch {
			case ok:
				if !yield(e) {
					return
				}
			case end:
				return
			default:
				select {
				case <-l.signal:
				case <-ctx.Done():
				}
			}
		}
	}
}

func (l *Listener[E]) add(e E) {
	l.mu.Lock()
	limit := l.feed.o.Backlog
	switch {
	case l.end:
	case l.size == limit:
		l.ring[l.first] = e
		l.first = (l.first + 1) % limit
		l.dropped++
	default:
		if l.size == len(l.ring) {
			l.grow(limit)
		}
		l.ring[(l.first+l.size)%len(l.ring)] = e
		l.size++
	}
	l.mu.Unlock()
	l.wake()
}

func (l *Listener[E]) grow(limit int) {
	ring := make([]E, min(limit, max(8, 2*len(l.ring))))
	n := copy(ring, l.ring[l.first:])
	copy(ring[n:], l.ring[:l.first])
	l.ring, l.first = ring, 0
}

// take returns the next event, if there is one, and otherwise whether there will be no more.
func (l *Listener[E]) take() (e E, ok, end bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if n := l.dropped; n > 0 {
		l.dropped = 0
		if l.feed.o.Dropped != nil {
			return l.feed.o.Dropped(n), true, false
		}
	}
	if l.size == 0 {
		return e, false, l.end
	}
	var none E
	e, l.ring[l.first] = l.ring[l.first], none
	l.first = (l.first + 1) % len(l.ring)
	l.size--
	return e, true, false
}

func (l *Listener[E]) wake() {
	select {
	case l.signal <- struct{}{}:
	default:
	}
}
