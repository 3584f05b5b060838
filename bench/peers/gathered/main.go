// Command gathered is the bare hub with one idea more: messages are encoded once into their channel's log, a subscriber is a cursor
// on it, and two workers write whatever is ready for a connection in one go. It is the limit where writes can be gathered.
package main

import (
	"bytes"
	"net"
	"slices"
	"sync"

	"github.com/holdfast-ws/holdfast/bench/peers/bare/socket"
)

const (
	workers    = 2
	writeBytes = 64 << 10
	maxLog     = 64 << 20 // bytes of one channel; who is further behind loses what is older
	trimAfter  = 4096     // frames, from which on what everybody has is forgotten
)

var (
	ok = socket.Frame(nil, []byte("ok"))
	on = socket.Frame(nil, []byte("on"))
)

// channel is a log of frames, and its cursors.
type channel struct {
	mu    sync.RWMutex
	base  int // number of the first frame in log
	log   [][]byte
	bytes int
	n     int             // subscriptions so far
	subs  [workers][]*sub // of each worker; read beyond the lock up to the length of then
	dirty [workers]bool
}

type sub struct {
	c   net.Conn
	cur int // of its worker
	at  int // a copy of cur, under the channel's lock
}

type hub struct {
	mu       sync.RWMutex
	channels map[string]*channel
	of       map[net.Conn][]*channel
	queues   [workers]queue
}

// queue has the channels in which a worker has something to do.
type queue struct {
	mu   sync.Mutex
	list []*channel
	wake chan struct{}
}

func (h *hub) channel(name []byte) *channel {
	h.mu.RLock()
	ch := h.channels[string(name)]
	h.mu.RUnlock()
	if ch != nil {
		return ch
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if ch = h.channels[string(name)]; ch == nil {
		ch = &channel{}
		h.channels[string(name)] = ch
	}
	return ch
}

func (h *hub) Message(c net.Conn, p []byte) {
	verb, rest, _ := bytes.Cut(p, []byte(" "))
	switch string(verb) {
	case "sub":
		if len(rest) > 0 {
			h.subscribe(c, rest)
		}
		c.Write(on)
	case "pub":
		name, payload, _ := bytes.Cut(rest, []byte(" "))
		h.publish(h.channel(name), socket.Frame(nil, payload))
		c.Write(ok)
	}
}

func (h *hub) subscribe(c net.Conn, name []byte) {
	ch := h.channel(name)
	ch.mu.Lock()
	end := ch.base + len(ch.log)
	i := ch.n % workers
	ch.n++
	ch.subs[i] = append(ch.subs[i], &sub{c: c, cur: end, at: end})
	ch.mu.Unlock()
	h.mu.Lock()
	h.of[c] = append(h.of[c], ch)
	h.mu.Unlock()
}

// publish takes a frame into the log, and tells the workers.
func (h *hub) publish(ch *channel, frame []byte) {
	var tell [workers]bool
	ch.mu.Lock()
	if ch.wanted() {
		ch.log = append(ch.log, frame)
		ch.bytes += len(frame)
		ch.trim()
		for i := range tell {
			if len(ch.subs[i]) > 0 {
				tell[i], ch.dirty[i] = !ch.dirty[i], true
			}
		}
	}
	ch.mu.Unlock()
	for i, t := range tell {
		if t {
			h.queues[i].put(ch)
		}
	}
}

func (ch *channel) wanted() bool { return len(ch.subs[0])+len(ch.subs[1]) > 0 }

// trim forgets what everybody has, and what is too much.
func (ch *channel) trim() {
	n := 0
	if len(ch.log) >= trimAfter && len(ch.log)&(trimAfter-1) == 0 {
		n = len(ch.log)
		for i := range ch.subs {
			for _, s := range ch.subs[i] {
				n = min(n, s.at-ch.base)
			}
		}
	}
	for left := ch.bytes; left > maxLog || n > 0; n-- {
		left -= len(ch.log[0])
		ch.bytes, ch.log = left, ch.log[1:]
		ch.base++
	}
}

func (q *queue) put(ch *channel) {
	q.mu.Lock()
	q.list = append(q.list, ch)
	q.mu.Unlock()
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// work flushes every subscriber of worker i: all that is ready, one write each.
func (h *hub) work(i int) {
	q := &h.queues[i]
	buf := make([]byte, 0, writeBytes)
	var list []*channel
	for range q.wake {
		q.mu.Lock()
		list, q.list = q.list, list[:0]
		q.mu.Unlock()
		for _, ch := range list {
			if ch.flush(i, &buf) {
				q.put(ch)
			}
		}
	}
}

// flush writes what is ready, and says whether there is more.
func (ch *channel) flush(i int, buf *[]byte) (more bool) {
	ch.mu.Lock()
	ch.dirty[i] = false
	subs := ch.subs[i]
	ch.mu.Unlock()
	for _, s := range subs {
		ch.mu.RLock()
		log, base := ch.log, ch.base
		s.at = s.cur
		ch.mu.RUnlock()
		s.cur = max(s.cur, base)
		b := (*buf)[:0]
		for ; s.cur < base+len(log); s.cur++ {
			f := log[s.cur-base]
			if len(b) > 0 && len(b)+len(f) > writeBytes {
				break
			}
			b = append(b, f...)
		}
		if len(b) > 0 {
			s.c.Write(b)
		}
		more = more || s.cur < base+len(log)
	}
	return more && !ch.mark(i)
}

// mark says whether the channel is in the worker's queue already, and that it is from now on.
func (ch *channel) mark(i int) (was bool) {
	ch.mu.Lock()
	defer ch.mu.Unlock()
	was, ch.dirty[i] = ch.dirty[i], true
	return was
}

func (h *hub) Left(c net.Conn) {
	h.mu.Lock()
	channels := h.of[c]
	delete(h.of, c)
	h.mu.Unlock()
	for _, ch := range channels {
		ch.mu.Lock()
		for i := range ch.subs {
			ch.subs[i] = slices.DeleteFunc(slices.Clone(ch.subs[i]), func(s *sub) bool { return s.c == c })
		}
		if !ch.wanted() {
			ch.base, ch.log, ch.bytes = ch.base+len(ch.log), nil, 0
		}
		ch.mu.Unlock()
	}
}

func main() {
	h := &hub{channels: map[string]*channel{}, of: map[net.Conn][]*channel{}}
	for i := range h.queues {
		h.queues[i].wake = make(chan struct{}, 1)
		go h.work(i)
	}
	socket.Run(h)
}
