package tidy

import (
	"context"
	"runtime"
	"sync"
	"testing"
	"time"
)

// What a burst has left is collected when nothing happens any more, and not while it goes on.
func TestHeapWorthTidying(t *testing.T) {
	const mib = 1 << 20
	for name, c := range map[string]struct {
		h    heap
		want bool
	}{
		"quiet, and half of it garbage": {heap{objects: 80 * mib, live: 40 * mib}, true},
		"quiet, and little garbage":     {heap{objects: 45 * mib, live: 40 * mib, lately: mib}, false},
		"still, and little garbage":     {heap{objects: 45 * mib, live: 40 * mib}, true},
		"still, and hardly any garbage": {heap{objects: 41 * mib, live: 40 * mib}, false},
		"quiet, and much is free":       {heap{objects: 45 * mib, live: 40 * mib, free: 20 * mib, lately: mib}, true},
		"busy":                          {heap{objects: 80 * mib, live: 40 * mib, lately: 10 * mib}, false},
		"small":                         {heap{objects: 2 * mib, live: mib}, false},
		"nothing was collected yet":     {heap{objects: 8 * mib}, true},
	} {
		if got := c.h.worth(); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestTidyCollects(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	collected := make(chan struct{})
	runtime.AddCleanup(&[]*[1 << 20]byte{new([1 << 20]byte)}[0], func(c chan struct{}) { close(c) }, collected)
	garbage := make([][]byte, 64)
	for i := range garbage {
		garbage[i] = make([]byte, 1<<20)
	}
	runtime.KeepAlive(garbage)
	wg.Go(func() { Run(ctx, 10*time.Millisecond) })
	select {
	case <-collected:
	case <-time.After(20 * time.Second):
		t.Error("nothing was collected")
	}
}
