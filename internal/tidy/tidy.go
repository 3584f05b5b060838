// Package tidy gives memory back to the system when a process has become quiet. A program decides that for itself; no library
// does it behind its back.
package tidy

import (
	"context"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// Run gives memory back whenever the process was quiet for so long, until ctx ends; with no time it returns at once. The runtime collects when the heap
// has doubled, or after two minutes: until then half of what a crowd of idle connections takes is what their handshakes left.
func Run(ctx context.Context, quiet time.Duration) {
	if quiet <= 0 {
		return
	}
	t := time.NewTicker(quiet)
	defer t.Stop()
	var h heap
	for {
		select {
		case <-t.C:
		case <-ctx.Done():
			return
		}
		if h.look(); h.worth() {
			debug.FreeOSMemory()
			h.look()
		}
	}
}

// heap is what the runtime says of it, in bytes.
type heap struct {
	allocated uint64 // since the start
	lately    uint64 // of these, since the look before
	objects   uint64 // those that live, and those that the next collection finds dead
	free      uint64 // used for nothing, and not given back to the system
	live      uint64 // after the last collection
}

func (h *heap) look() {
	s := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}, {Name: "/memory/classes/heap/objects:bytes"}, {Name: "/gc/heap/live:bytes"}, {Name: "/memory/classes/heap/free:bytes"}}
	metrics.Read(s)
	before := h.allocated
	h.allocated, h.objects, h.live, h.free = s[0].Value.Uint64(), s[1].Value.Uint64(), s[2].Value.Uint64(), s[3].Value.Uint64()
	h.lately = h.allocated - before
}

// The least that is worth a collection, and as a part of what lives: the quieter it is, the less.
const (
	tidyLeast = 2 << 20
	quietPart = 16 // of what lives, allocated since the look before: a quiet process
	tidyPart  = 4
	stillPart = 256 // the same: a still one
	stillTidy = 24
)

// worth reports whether the process is quiet, and a good part of its heap may be garbage, or is free.
func (h *heap) worth() bool {
	spare := h.objects - min(h.live, h.objects) + h.free
	if h.lately < max(h.live/stillPart, 64<<10) {
		return spare > max(h.live/stillTidy, tidyLeast)
	}
	return h.lately < max(h.live/quietPart, 256<<10) && spare > max(h.live/tidyPart, tidyLeast)
}
