package disk

import (
	"context"
	"sync"

	"github.com/holdfast-ws/holdfast"
)

// turn is the right to write, which one holds at a time, through its I/O. Waiting for it can be given up.
type turn chan struct{}

func newTurn() turn { return make(turn, 1) }

func (t turn) take(ctx context.Context, op string) error {
	select {
	case t <- struct{}{}:
		return nil
	case <-ctx.Done():
		return &holdfast.Error{Code: holdfast.CodeCanceled, Op: op, Cause: ctx.Err()}
	}
}

func (t turn) give() { <-t }

// gate lets calls in until it is closed, and then waits until they have left.
type gate struct {
	mu     sync.Mutex
	n      int
	closed bool
	empty  chan struct{}
}

func (g *gate) enter(op string) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return &holdfast.Error{Code: holdfast.CodeClosed, Op: op, Detail: "the store is closed"}
	}
	g.n++
	return nil
}

func (g *gate) leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.n--; g.n == 0 && g.closed {
		close(g.empty)
	}
}

// close reports whether this call has closed it.
func (g *gate) close() bool {
	g.mu.Lock()
	if g.closed {
		g.mu.Unlock()
		return false
	}
	g.closed = true
	g.empty = make(chan struct{})
	if g.n == 0 {
		close(g.empty)
	}
	g.mu.Unlock()
	<-g.empty
	return true
}
