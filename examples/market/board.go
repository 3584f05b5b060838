package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"sync"
	"time"
)

// board has the last price of each symbol. Who draws it may be as slow as it likes: prices in between are left out, and nothing gathers. All
// methods may be called concurrently.
type board struct {
	mu     sync.Mutex
	prices map[string]int
	fresh  bool
}

func newBoard() *board { return &board{prices: map[string]int{}} }

func (b *board) set(symbol string, cents int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.prices[symbol] = cents
	b.fresh = true
}

// line returns what there is to draw; ok is false if nothing is new.
func (b *board) line() (text string, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.fresh {
		return "", false
	}
	b.fresh = false
	for _, symbol := range slices.Sorted(maps.Keys(b.prices)) {
		text += fmt.Sprintf("%s %d.%02d  ", symbol, b.prices[symbol]/100, b.prices[symbol]%100)
	}
	return text, true
}

// draw draws what is new, once in so long and at the end, until ctx ends, and returns how often it has.
func (b *board) draw(ctx context.Context, out io.Writer, every time.Duration) (draws int) {
	t := time.NewTicker(every)
	defer t.Stop()
	for over := false; !over; {
		select {
		case <-t.C:
		case <-ctx.Done():
			over = true
		}
		if line, ok := b.line(); ok {
			fmt.Fprintln(out, line)
			draws++
		}
	}
	return draws
}
