package ws

import (
	"sync/atomic"
	"unsafe"

	"github.com/holdfast-ws/holdfast/internal/near"
)

// fdGate keeps a descriptor open while the one writer uses it: whoever comes last, the writer or the one that closes, closes it.
type fdGate struct{ state atomic.Uint32 }

const (
	gateInside = 1 << iota // the writer is inside
	gateClosed
)

// enter says whether the descriptor may be used, until leave.
func (g *fdGate) enter() bool { return g.state.Or(gateInside)&gateClosed == 0 }

// leave reports false if the descriptor is now the writer's to close.
func (g *fdGate) leave() bool { return g.state.And(^uint32(gateInside))&gateClosed == 0 }

// close says whether the descriptor is the caller's to close.
func (g *fdGate) close() bool { return g.state.Or(gateClosed)&gateInside == 0 }

// Prefetch has what TryWrite looks at brought near to the processor.
func (c *Conn) Prefetch() {
	near.Fetch(unsafe.Pointer(c))
	near.Fetch(unsafe.Add(unsafe.Pointer(c), 48))
}
