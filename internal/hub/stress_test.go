package hub

import (
	"fmt"
	"math/rand/v2"
	"net"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/store"
	"github.com/holdfast-ws/holdfast/store/disk"
	"github.com/holdfast-ws/holdfast/store/memory"
)

// world is what all clients of a stress test share.
type world struct {
	*rig
	channels  []string
	contents  sync.Map // place → data: everybody sees the same
	published atomic.Bool
	heads     map[string]uint64 // once published is set
	deletes   bool

	gaps, reopened, reconnected, moved atomic.Int64
}

type place struct {
	channel string
	term    holdfast.Term
	offset  uint64
}

// reading is one subscription as its client sees it.
type reading struct {
	sub    uint32
	open   bool // Opened has come
	after  holdfast.Position
	behind int // records not yet acknowledged
	bytes  int
}

// client subscribes to all channels, and is slow, impatient and forgetful at random. It remembers its positions, also over its
// connections.
type client struct {
	*world
	t       testing.TB
	rnd     *rand.Rand
	p       *peer
	lastSub uint32
	reads   map[string]*reading
}

func (c *client) connect() {
	o := peerOptions{codec: c.rnd.IntN(2), pipe: c.rnd.IntN(4) == 0, portable: c.rnd.IntN(4) == 0}
	c.p = c.peer(o)
	if tcp, ok := c.p.client.(*net.TCPConn); ok {
		n := 4096 << c.rnd.IntN(5)
		tcp.SetReadBuffer(n)
		c.p.conn.NetConn().(*net.TCPConn).SetWriteBuffer(n)
	}
	for _, ch := range c.channels {
		c.subscribe(ch)
	}
}

func (c *client) subscribe(channel string) {
	c.lastSub++
	r := c.reads[channel]
	first := r == nil
	if first {
		r = new(reading)
		c.reads[channel] = r
	}
	*r = reading{sub: c.lastSub, after: r.after}
	q := OpenRequest{Sub: r.sub, Channel: channel, From: FromPosition, Position: r.after}
	if first {
		q.From = []From{FromHead, FromStart, FromLast}[c.rnd.IntN(3)]
		q.Last = uint64(c.rnd.IntN(300))
	}
	c.p.open(q, 1+c.rnd.IntN(50), 1+c.rnd.IntN(20000))
}

// run reads until everything published has come, on all channels.
func (c *client) run() error {
	c.connect()
	for !c.finished() {
		c.p.client.SetReadDeadline(time.Now().Add(20 * time.Second))
		g, err := c.p.nextFrame()
		if err != nil {
			c.p.mu.Lock()
			broken := c.p.broken
			c.p.mu.Unlock()
			if holdfast.CodeOf(broken) != holdfast.CodeLogMoved {
				return fmt.Errorf("%w; broken: %v; %v", err, broken, c.where())
			}
			c.moved.Add(1) // retention passed the rest of a message under way
			c.p.end()
			c.connect()
			continue
		}
		if err := c.take(g); err != nil {
			return err
		}
		c.whim()
	}
	return nil
}

func (c *client) where() (s string) {
	for ch, r := range c.reads {
		c.p.Lock()
		i, ok := c.p.find(r.sub)
		s += fmt.Sprintf("%s: sub %d after %v, published %v; allowance %+v", ch, r.sub, r.after, c.heads[ch], *c.p.subs[r.sub])
		if ok {
			s += fmt.Sprintf(" cursor %+v", *c.p.Member.subs[i])
		}
		s += fmt.Sprintf(" stall %v writing %v kick %v marked %v dead %v\n", c.p.stall, c.p.writing, c.p.kick, c.p.marked, c.p.dead)
		c.p.Unlock()
	}
	return s
}

func (c *client) finished() bool {
	if !c.published.Load() {
		return false
	}
	for ch, r := range c.reads {
		if !r.open || r.after.Offset < c.heads[ch] {
			return false
		}
	}
	return true
}

func (c *client) find(sub uint64) (string, *reading) {
	for ch, r := range c.reads {
		if uint64(r.sub) == sub {
			return ch, r
		}
	}
	return "", nil
}

func (c *client) take(g got) error {
	switch g.kind {
	case kindControl, kindAnswer:
		return nil
	case kindRecord:
		return c.record(c.reads[g.channel], g)
	}
	ch, r := c.find(g.numbers[0])
	if r == nil {
		return nil // of a subscription that was closed
	}
	n := g.numbers
	switch g.kind {
	case kindOpened:
		if n[1] != 0 {
			return fmt.Errorf("%s: open failed with %v", ch, holdfast.Code(n[1]))
		}
		if r.after.Offset > 0 && (n[2] != uint64(r.after.Term) || n[3] != r.after.Offset) {
			return fmt.Errorf("%s: asked for %v, opened at %v", ch, r.after, n[2:4])
		}
		r.open = true
		r.after = holdfast.Position{Term: holdfast.Term(n[2]), Offset: n[3]}
	case kindGap:
		c.gaps.Add(1)
		return r.gap(ch, n, c.deletes)
	default:
		return fmt.Errorf("%s: closed with %v", ch, holdfast.Code(n[1]))
	}
	return nil
}

// gap must begin right after the last record, and end right before the next.
func (r *reading) gap(ch string, n []uint64, deletes bool) error {
	forkFrom, forkTo, from, to, term, after := n[1], n[2], n[3], n[4], n[5], n[6]
	last := r.after.Offset
	if forkTo > 0 {
		if !deletes {
			return fmt.Errorf("%s: a fork that nobody made: %v after %v", ch, n, r.after)
		}
		if forkTo != last {
			return fmt.Errorf("%s: fork %d to %d after %v", ch, forkFrom, forkTo, r.after)
		}
		last = forkFrom - 1
	}
	if to >= from {
		if from != last+1 {
			return fmt.Errorf("%s: gap %d to %d, last record %d", ch, from, to, last)
		}
		last = to
	}
	if after != last {
		return fmt.Errorf("%s: gap %v goes on after %d, want %d", ch, n, after, last)
	}
	r.after = holdfast.Position{Term: holdfast.Term(term), Offset: after}
	return nil
}

func (c *client) record(r *reading, g got) error {
	if !r.open {
		return nil // of the subscription before
	}
	if g.offset != r.after.Offset+1 {
		return fmt.Errorf("%s: record %d after %v (sub %d)", g.channel, g.offset, r.after, r.sub)
	}
	r.after.Offset = g.offset
	if g.term != 0 {
		r.after.Term = g.term
	}
	if v, ok := c.contents.LoadOrStore(place{g.channel, r.after.Term, g.offset}, g.data); ok && v != g.data {
		return fmt.Errorf("%s: record %d is %.20q here and %.20q elsewhere", g.channel, g.offset, g.data, v)
	}
	r.behind++
	r.bytes += 5 + 1 + len(g.channel) + 16 + len(g.data) + 5 // as if all were framed: the window may only grow
	c.p.Lock()
	s := c.p.subs[r.sub]
	out := s.records < 1 || s.bytes < 1
	c.p.Unlock()
	if out || c.rnd.IntN(10) == 0 {
		c.p.allow(r.sub, r.behind, r.bytes)
		r.behind, r.bytes = 0, 0
	}
	return nil
}

// whim does something unexpected once in a while.
func (c *client) whim() {
	if c.published.Load() {
		return // it only wants the rest
	}
	ch := c.channels[c.rnd.IntN(len(c.channels))]
	switch c.rnd.IntN(400) {
	case 0, 1, 2:
		c.reopened.Add(1)
		c.p.Lock()
		c.p.CloseSub(c.reads[ch].sub)
		c.p.Unlock()
		c.subscribe(ch)
	case 3:
		c.reconnected.Add(1)
		c.p.end()
		c.connect()
	case 4, 5: // does not read while others publish
		until := c.hub.Stats().Records + uint64(c.rnd.IntN(400))
		eventually(c.t, "others publish", func() bool {
			return c.hub.Stats().Records >= until || c.published.Load()
		})
	case 6, 7, 8, 9:
		c.p.Lock()
		c.p.Control([]byte{kindControl})
		c.p.SetReplies(frame(c.p.Replies(), kindAnswer, 1, 2, 3))
		c.p.Unlock()
		c.p.Flush()
	}
}

func (w *world) publishAll(rnd *rand.Rand, n int) {
	p := w.peer(peerOptions{})
	go func() { // takes the answers, so that the publisher is never stopped
		for {
			if _, err := p.nextFrame(); err != nil {
				return
			}
		}
	}()
	sent := 0
	for sent < n {
		for !p.Ready() {
			<-p.resumed
		}
		k := 1 + rnd.IntN(8)
		drafts := make([]store.Draft, k)
		for i := range drafts {
			size := rnd.IntN(300)
			if rnd.IntN(20) == 0 {
				size = rnd.IntN(6000)
			}
			drafts[i] = store.Draft{Channel: w.channels[rnd.IntN(len(w.channels))], Data: []byte(fmt.Sprint(rnd.Uint64()) + strings.Repeat("x", size))}
		}
		p.Lock()
		p.Submit(drafts, 0)
		p.Unlock()
		p.Dry()
		sent += k
		for i, n := 0, w.hub.Stats().Deliveries; i < 2000 && w.hub.Stats().Deliveries < n+8; i++ {
			runtime.Gosched() // a little of what comes is read while more comes
		}
		if rnd.IntN(10) == 0 {
			w.hub.Trim(w.t.Context())
		}
		if w.deletes && rnd.IntN(300) == 0 {
			w.hub.Delete(w.t.Context(), w.channels[0])
		}
		eventually(w.t, "answers", func() bool { p.Lock(); defer p.Unlock(); return p.answers > sent-200 })
	}
	eventually(w.t, "all answers", func() bool { p.Lock(); defer p.Unlock(); return p.answers == sent })
	p.end()
}

// Whatever its clients and its retention do, each sees every retained record once and in order, and each hole is told.
func TestNoHoleNoDouble(t *testing.T) {
	keep := func() store.Retention { return store.Retention{Records: 50 << rand.UintN(4)} }
	for name, open := range map[string]func(t *testing.T) store.Backend{
		"memory":  func(*testing.T) store.Backend { return memory.New(memory.Options{Retention: keep()}) },
		"deletes": func(*testing.T) store.Backend { return memory.New(memory.Options{Retention: keep()}) },
		"disk": func(t *testing.T) store.Backend {
			b, err := disk.Open(t.TempDir(), disk.Options{Retention: keep()})
			if err != nil {
				t.Fatal(err)
			}
			return b
		},
	} {
		seed := rand.Uint64()
		t.Run(fmt.Sprintf("%s/seed=%d", name, seed), func(t *testing.T) { stress(t, open(t), seed, name == "deletes") })
	}
}

func stress(t *testing.T, b store.Backend, seed uint64, deletes bool) {
	rnd := rand.New(rand.NewPCG(seed, 0))
	o := Options{Workers: 1 + rnd.IntN(3), PageBytes: 512 << rnd.IntN(5), CacheBytes: 4096 << rnd.IntN(6), QueueBytes: 100_000, TrimEvery: 50 * time.Millisecond, Commit: Commit(rnd.IntN(2))}
	w := &world{
		rig:      newRigOn(t, o, b),
		channels: []string{"a", "b", "c"}, heads: map[string]uint64{}, deletes: deletes,
	}
	const clients = 12
	var readers, publishers sync.WaitGroup
	for i := range clients {
		c := &client{world: w, t: t, rnd: rand.New(rand.NewPCG(seed, uint64(i+1))), reads: map[string]*reading{}}
		readers.Go(func() {
			if err := c.run(); err != nil {
				t.Errorf("client %d: %v", i, err)
			}
		})
	}
	for i := range 2 {
		publishers.Go(func() { w.publishAll(rand.New(rand.NewPCG(seed, uint64(100+i))), 1500) })
	}
	publishers.Wait()
	for _, ch := range w.channels {
		st, err := w.hub.Head(t.Context(), ch)
		if err != nil {
			t.Fatal(err)
		}
		w.heads[ch] = st.Head
	}
	w.published.Store(true)
	// One more record wakes a client that waits for nothing more than to see that all is published.
	p := w.peer(peerOptions{})
	p.publish("a", "last")
	p.publish("b", "last")
	p.publish("c", "last")
	readers.Wait()
	s := w.hub.Stats()
	t.Logf("%+v gaps=%d reopened=%d reconnected=%d moved=%d", s, w.gaps.Load(), w.reopened.Load(), w.reconnected.Load(), w.moved.Load())
	if s.CacheBytes > o.CacheBytes && s.CachePages > 1 {
		t.Errorf("the cache holds %d bytes, its limit is %d", s.CacheBytes, o.CacheBytes)
	}
	if s.Loads == 0 || s.Gaps == 0 && b.Info().Name == "memory" {
		t.Errorf("loads and gaps must come: %+v", s)
	}
}
