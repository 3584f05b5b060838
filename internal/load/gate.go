package load

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// gate counts, and opens at a number. All methods may be called concurrently.
type gate struct {
	n     atomic.Int64
	want  atomic.Int64
	step  int64         // if it is not 0, steps gets something at each multiple of it
	steps chan struct{} // of room enough

	once   sync.Once
	opened chan struct{}
	at     time.Time // when it opened; read after opened is closed
	err    error     // why it opened early
}

func newGate(want int64) *gate {
	g := &gate{opened: make(chan struct{})}
	g.want.Store(want)
	return g
}

func (g *gate) add(n int) {
	now := g.n.Add(int64(n))
	if g.step > 0 {
		for range now/g.step - (now-int64(n))/g.step {
			g.steps <- struct{}{}
		}
	}
	if now >= g.want.Load() {
		g.open(nil)
	}
}

func (g *gate) open(err error) {
	g.once.Do(func() {
		g.at, g.err = time.Now(), err
		close(g.opened)
	})
}

// fail opens it with an error.
func (g *gate) fail(err error) {
	if err != nil {
		g.open(err)
	}
}

// errLate is not returned where lateness is a result.
type errLate struct{ text string }

func (e *errLate) Error() string { return e.text }

// wait waits until it is open.
func (g *gate) wait(ctx context.Context, timeout time.Duration, what string) (time.Time, error) {
	timer := time.NewTimer(timeout)
	defer timer.Stop()
	select {
	case <-g.opened:
		return g.at, g.err
	case <-ctx.Done():
		return time.Now(), ctx.Err()
	case <-timer.C:
		return time.Now(), &errLate{fmt.Sprintf("%d of %d %s after %v", g.n.Load(), g.want.Load(), what, timeout)}
	}
}
