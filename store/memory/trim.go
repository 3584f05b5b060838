package memory

import (
	"cmp"
	"container/heap"
	"context"
	"slices"

	"github.com/holdfast-ws/holdfast/store"
	"github.com/holdfast-ws/holdfast/store/internal/block"
)

// retain moves the floor as the bounds by count and bytes ask for.
func (c *channel) retain() {
	if n := c.keep.Records; n > 0 && c.head-c.floor > n {
		c.cut(c.head - n)
	}
	if n := c.keep.Bytes; n > 0 && int64(c.cum-c.floorAt) > n {
		gone := c.cum - uint64(n) // the log's bytes up to here have to go
		i, _ := slices.BinarySearchFunc(c.blocks, gone, func(b *block.Block, at uint64) int {
			return cmp.Compare(b.Start+uint64(b.Size()), at)
		})
		b := c.blocks[i]
		c.cut(b.Cut(int(gone - b.Start)))
	}
}

// cut moves the floor and drops the blocks below it.
func (c *channel) cut(floor uint64) {
	if floor <= c.floor {
		return
	}
	c.floor = floor
	k := 0
	for k < len(c.blocks) && c.blocks[k].Last() <= floor {
		if k+1 < len(c.blocks) {
			c.sealed -= int64(c.blocks[k].Memory())
		}
		k++
	}
	if k > 0 {
		// a view may still use the old slice
		c.blocks = slices.Clone(c.blocks[k:])
	}
	c.floorAt = c.cum
	if len(c.blocks) > 0 {
		c.floorAt = c.blocks[0].Start + uint64(c.blocks[0].Before(floor+1))
	}
}

// shrink drops the oldest blocks of the largest channels until a sixteenth below the bound is reached.
func (s *Store) shrink() {
	h := bySize(s.list())
	heap.Init(&h)
	target := s.opts.MaxBytes - s.opts.MaxBytes/16
	for s.w.total > target && len(h) > 0 && h[0].memory > 0 {
		c := h[0]
		c.cut(c.blocks[0].Last())
		s.publish(c)
		heap.Fix(&h, 0)
	}
}

// bySize is a heap of channels, the largest first.
type bySize []*channel

func (h bySize) Len() int           { return len(h) }
func (h bySize) Less(i, j int) bool { return h[i].memory > h[j].memory }
func (h bySize) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *bySize) Push(any)          { panic("memory: a heap of channels does not grow") }
func (h *bySize) Pop() any          { panic("memory: a heap of channels does not shrink") }

// Trim implements [store.Backend].
func (s *Store) Trim(ctx context.Context) (store.Trimmed, error) {
	var t store.Trimmed
	if _, _, err := s.lookup(ctx, "apply retention", ""); err != nil {
		return t, err
	}
	for _, c := range s.list() {
		if _, _, err := s.lookup(ctx, "apply retention", c.name); err != nil {
			return t, err
		}
		keep := s.opts.RetentionFor(c.name)
		s.trim(c, keep, &t)
	}
	return t, nil
}

func (s *Store) trim(c *channel, keep store.Retention, t *store.Trimmed) {
	now := s.opts.Now()
	s.write.Lock()
	defer s.write.Unlock()
	if !c.listed {
		return
	}
	if forget := now.Add(-s.opts.DedupeWindow).UnixMilli(); c.oldest < forget {
		c.oldest = now.UnixMilli()
		for p, l := range c.lanes {
			if l.Updated < forget {
				delete(c.lanes, p)
				s.w.fixed -= laneCost
				t.Lanes++
				continue
			}
			c.oldest = min(c.oldest, l.Updated)
		}
	}
	before := c.floor
	c.keep = keep
	if keep.Age > 0 && c.head > c.floor {
		c.cut(c.view.olderThan(now.Add(-keep.Age).UnixMilli()))
	}
	c.retain()
	if c.floor > before {
		t.Channels++
		t.Records += c.floor - before
		s.publish(c)
	}
}
