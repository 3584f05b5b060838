package memory

import (
	"context"
	"strings"
	"sync"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/store"
)

// cursors are the named cursors of all channels.
type cursors struct {
	mu        sync.Mutex
	byChannel map[string]map[string]*cursor
	n         int
	// generation is the one drawn last. All cursors draw from one counter, so that the holder of a cursor of
	// a deleted channel cannot move the one that came after it.
	generation uint64
}

type cursor = store.Cursor

// OpenCursor implements [store.Backend].
func (s *Store) OpenCursor(ctx context.Context, channel, name string) (store.Cursor, error) {
	op := "open cursor " + name + " of " + channel
	if _, _, err := s.lookup(ctx, op, channel); err != nil {
		return store.Cursor{}, err
	}
	k := &s.cursors
	k.mu.Lock()
	defer k.mu.Unlock()
	c := k.byChannel[channel][name]
	if c == nil {
		if int64(k.n)*cursorCost > s.opts.MaxBytes/4 {
			return store.Cursor{}, &holdfast.Error{Code: holdfast.CodeOverloaded, Op: op, Detail: "cursors: they take a quarter of the store's memory already"}
		}
		c = &cursor{}
		if k.byChannel[channel] == nil {
			k.byChannel[strings.Clone(channel)] = map[string]*cursor{}
		}
		k.byChannel[channel][strings.Clone(name)] = c
		k.n++
	}
	k.generation++
	c.Generation = k.generation
	return *c, nil
}

// SaveCursors implements [store.Backend].
func (s *Store) SaveCursors(ctx context.Context, updates []store.CursorUpdate) (taken []int, err error) {
	if _, _, err := s.lookup(ctx, "save cursors", ""); err != nil {
		return nil, err
	}
	k := &s.cursors
	k.mu.Lock()
	defer k.mu.Unlock()
	for i := range updates {
		u := &updates[i]
		c := k.byChannel[u.Channel][u.Name]
		if c == nil {
			continue
		}
		if c.Move(u) == store.MovedTaken {
			taken = append(taken, i)
		}
	}
	return taken, nil
}

// drop removes the cursors of a channel.
func (k *cursors) drop(channel string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.n -= len(k.byChannel[channel])
	delete(k.byChannel, channel)
}
