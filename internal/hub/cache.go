package hub

import (
	"slices"
	"sync"
	"sync/atomic"
)

// cache holds the pages that are not tails, all channels' together, least recently used first out.
type cache struct {
	mu    sync.Mutex
	room  sync.Cond // a page was unpinned
	limit int
	used  int
	lists map[cacheKey][]*page // in order of first
	lru   page                 // ring; lru.next was used last

	tailBytes atomic.Int64 // of pages that are tails, which are not in the cache
}

// cacheKey has the channel's epoch, so that a page of a log that was deleted meanwhile is never found.
type cacheKey struct {
	ch    *channel
	epoch uint32
	codec uint8
}

func (p *page) key() cacheKey { return cacheKey{p.ch, p.epoch, p.codec} }

func (c *cache) init(limit int) {
	c.limit = limit
	c.lists = map[cacheKey][]*page{}
	c.room.L = &c.mu
	c.lru.prev, c.lru.next = &c.lru, &c.lru
}

func (c *cache) size() (bytes, pages int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for p := c.lru.next; p != &c.lru; p = p.next {
		pages++
	}
	return c.used, pages
}

// find returns a page's content that has the record, or a view that has it not.
func (c *cache) find(key cacheKey, offset uint64) view {
	c.mu.Lock()
	defer c.mu.Unlock()
	list := c.lists[key]
	// Pages may overlap, since loads start where a cursor happens to be: look at a few before the nearest.
	for i := after(list, offset) - 1; i >= 0 && i >= after(list, offset)-4; i-- {
		p := list[i]
		if offset-p.first < uint64(len(p.ends)) {
			c.unlink(p)
			c.link(p)
			return p.view()
		}
	}
	return view{}
}

// after returns the index of the first page that starts behind offset.
func after(list []*page, offset uint64) int {
	lo, hi := 0, len(list)
	for lo < hi {
		if mid := (lo + hi) / 2; list[mid].first <= offset {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}

// offer puts a page in if there is room or room can be made at once.
func (c *cache) offer(p *page) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.makeRoom(p.cost()) {
		c.insert(p)
	}
}

// put puts a page in, pinned, and waits for room if what is there is pinned. The bound is passed for a page
// alone that is larger.
func (c *cache) put(p *page) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for !c.makeRoom(p.cost()) && c.used > 0 {
		c.room.Wait()
	}
	p.pins = 1
	c.insert(p)
}

// unpin lets go of a page that put has pinned.
func (c *cache) unpin(p *page) {
	c.mu.Lock()
	p.pins--
	if p.ch.gone {
		c.remove(p)
	}
	c.mu.Unlock()
	c.room.Broadcast()
}

// makeRoom evicts until size fits. It reports whether it does.
func (c *cache) makeRoom(size int) bool {
	for p := c.lru.prev; c.used+size > c.limit && p != &c.lru; {
		next := p.prev
		if p.pins == 0 {
			c.remove(p)
		}
		p = next
	}
	return c.used+size <= c.limit
}

func (c *cache) insert(p *page) {
	if p.ch.gone && p.pins == 0 {
		return
	}
	key := p.key()
	list := c.lists[key]
	i := after(list, p.first)
	if i > 0 && list[i-1].first == p.first && list[i-1].pins == 0 {
		c.remove(list[i-1])
		list, i = c.lists[key], i-1
	}
	c.lists[key] = slices.Insert(list, i, p)
	p.size = p.cost()
	c.used += p.size
	c.link(p)
}

func (c *cache) remove(p *page) {
	if p.next == nil {
		return
	}
	key := p.key()
	list := c.lists[key]
	if i := slices.Index(list, p); i >= 0 {
		list = slices.Delete(list, i, i+1)
	}
	if len(list) == 0 {
		delete(c.lists, key)
	} else {
		c.lists[key] = list
	}
	c.used -= p.size
	c.unlink(p)
}

// keepPages is how many looks of age a page outlives that nobody reads from.
const keepPages = 3

// age lets go of pages that nobody has read from for a while: the store has them, too, and who has stopped reading needs none.
func (c *cache) age() {
	c.mu.Lock()
	for p := c.lru.prev; p != &c.lru; {
		next := p.prev
		if p.age++; p.age > keepPages && p.pins == 0 {
			c.remove(p)
		}
		p = next
	}
	c.mu.Unlock()
	c.room.Broadcast()
}

func (c *cache) link(p *page) {
	p.age = 0
	p.prev, p.next = &c.lru, c.lru.next
	p.prev.next, p.next.prev = p, p
}

func (c *cache) unlink(p *page) {
	p.prev.next, p.next.prev = p.next, p.prev
	p.prev, p.next = nil, nil
}

// drop removes a channel's pages of an epoch; gone says that there will be no others.
func (c *cache) drop(ch *channel, epoch uint32, gone bool) {
	c.mu.Lock()
	ch.gone = ch.gone || gone
	for codec := range uint8(MaxEncoders) {
		for _, p := range slices.Clone(c.lists[cacheKey{ch, epoch, codec}]) {
			if p.pins == 0 {
				c.remove(p)
			}
		}
	}
	c.mu.Unlock()
	c.room.Broadcast()
}
