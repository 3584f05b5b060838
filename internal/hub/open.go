package hub

import (
	"slices"
	"strconv"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/store"
)

// Opening is a subscription that has been asked for and not been looked up yet; see [Member.Open].
type Opening struct{ j openJob }

// opener says on whose goroutine a subscription is opened.
type opener uint8

const (
	// byLoader: the answer is written by a worker, which is told.
	byLoader opener = iota
	// byReader: the reader writes the answer when its input has run dry.
	byReader
)

// open resolves where a subscription starts and hands its cursor to its shard.
func (h *Hub) open(j *openJob, by opener) {
	c := j.c
	wanted := c.takenOn()
	if j.err == nil && h.loader.isClosed() {
		j.err = errClosed("open subscription")
	}
	if j.err != nil {
		c.opened(Opened{Err: j.err}, nil, by)
		return
	}
	if !wanted { // closed while it waited: the store need not be asked
		return
	}
	ch := h.channels.acquire(j.r.Channel)
	o, named, epoch := h.resolve(ch, &j.r)
	c.ch, c.epoch = ch, epoch
	if !c.opened(o, named, by) {
		h.release(ch)
		if named != nil {
			named.left = true // not yet anybody else's
		}
	}
	if named != nil && o.Err == nil {
		h.cursors.enter(named)
	}
}

// takenOn says that a loader has come to the cursor, and reports whether anybody still waits for it.
func (c *cursor) takenOn() (wanted bool) {
	m := c.m
	m.mu.Lock()
	m.opens--
	wanted = !m.detached && c.state != closed
	resume := m.unpauseLocked()
	m.mu.Unlock()
	if resume {
		m.resumed()
	}
	return wanted
}

// opened tells the owner, and reports whether the cursor lives.
func (c *cursor) opened(o Opened, named *namedCursor, by opener) bool {
	m := c.m
	m.mu.Lock()
	defer m.mu.Unlock()
	defer func() {
		if by == byLoader {
			m.Urgent()
		}
	}()
	switch {
	case m.detached, c.state == closed: // while it was being opened
		return false
	case o.Err != nil:
		if i, ok := m.find(c.sub); ok && m.subs[i] == c {
			m.subs = slices.Delete(m.subs, i, i+1)
		}
		c.state = closed
		m.owner.Opened(c.sub, o)
		return false
	}
	c.after, c.term = o.Resumption.After.Offset, o.Resumption.After.Term
	c.named = named
	if named != nil {
		named.c = c
	}
	c.state = queued
	m.shard.pushEnter(c, c.ch.listen(c))
	m.owner.Opened(c.sub, o)
	return true
}

// resolve asks the store, again if the log was deleted meanwhile.
func (h *Hub) resolve(ch *channel, r *OpenRequest) (o Opened, named *namedCursor, epoch uint32) {
	var cur store.Cursor
	if r.Cursor != "" {
		key := cursorKey{r.Channel, r.Cursor}
		if o.Err = h.savePending(key); o.Err != nil {
			return o, nil, 0
		}
		if cur, o.Err = h.log.OpenCursor(h.ctx, r.Channel, r.Cursor); o.Err != nil {
			return o, nil, 0
		}
		named = &namedCursor{cursorKey: key, generation: cur.Generation}
		o.Generation = cur.Generation
	}
	for {
		epoch, _ = ch.now()
		trims := h.trims.Load()
		st, err := h.log.State(h.ctx, r.Channel)
		if err == nil && !ch.learn(epoch, st.Head, st.Floor, trims) {
			continue
		}
		if err == nil {
			err = h.locate(&o, r, &cur, &st)
		}
		if err == nil && !r.NotBefore.IsZero() {
			err = h.withhold(&o, r, &st)
		}
		if err == nil && named != nil && !cur.Known {
			err = h.begin(named, o.Resumption.After)
		}
		if err != nil {
			o.Err = err
			return o, nil, epoch
		}
		o.First, o.Head = st.Floor+1, st.Head
		return o, named, epoch
	}
}

// begin saves where a new cursor begins: the head, say, is another one by the time that its holder comes back having
// acknowledged nothing, and what was published meanwhile would be passed over in silence.
func (h *Hub) begin(n *namedCursor, at holdfast.Position) error {
	_, err := h.log.SaveCursors(h.ctx, []store.CursorUpdate{{Channel: n.channel, Name: n.name, Generation: n.generation, Position: at}})
	return err
}

// locate finds the place in the log that a request means.
func (h *Hub) locate(o *Opened, r *OpenRequest, cur *store.Cursor, st *store.State) error {
	at := func(offset uint64) {
		offset = min(max(offset, st.Floor), st.Head)
		p := holdfast.Position{Term: st.TermAt(offset), Offset: offset}
		if offset == 0 {
			p.Term = 0
		}
		o.Position = p
		o.Resumption = store.Resumption{After: p, Trimmed: store.Range{From: 1}}
	}
	if cur.Known && r.From != FromPosition { // else the subscriber knows better
		o.Position = cur.Position
		o.Resumption = st.Resume(cur.Position, nil)
		return nil
	}
	switch r.From {
	case FromHead:
		at(st.Head)
	case FromStart:
		at(st.Floor)
	case FromPosition:
		o.Position = r.Position
		o.Resumption = st.Resume(r.Position, r.Earlier)
	case FromOffset:
		return fromOffset(o, r, st)
	case FromLast:
		at(st.Head - min(r.Last, st.Head))
	case FromTime:
		offset, err := h.log.Before(h.ctx, r.Channel, r.Since)
		if err != nil {
			return err
		}
		at(offset)
	default:
		return &holdfast.Error{Code: holdfast.CodeBadArgument, Op: "open subscription", Detail: "From: unknown value " + strconv.Itoa(int(r.From))}
	}
	return nil
}

// withhold moves a subscription behind what it may not read.
func (h *Hub) withhold(o *Opened, r *OpenRequest, st *store.State) error {
	last, err := h.log.Before(h.ctx, r.Channel, r.NotBefore)
	x := &o.Resumption
	if last = min(last, st.Head); err != nil || last <= x.After.Offset {
		return err
	}
	if x.Trimmed.Empty() {
		x.Trimmed.From = x.After.Offset + 1
	}
	x.Trimmed.To = last
	x.After = holdfast.Position{Term: st.TermAt(last), Offset: last}
	return nil
}

func fromOffset(o *Opened, r *OpenRequest, st *store.State) error {
	offset := r.Position.Offset
	if offset > st.Head {
		return &holdfast.Error{
			Code: holdfast.CodePositionAhead, Op: "subscribe to " + r.Channel,
			Detail: "offset " + strconv.FormatUint(offset, 10) + " is beyond the head, " + strconv.FormatUint(st.Head, 10),
		}
	}
	p := holdfast.Position{Term: st.TermAt(offset), Offset: offset}
	if offset == 0 {
		p.Term = 0
	}
	o.Position = p
	o.Resumption = store.Resumption{After: p, Trimmed: store.Range{From: 1}}
	if offset < st.Floor {
		o.Resumption.Trimmed = store.Range{From: offset + 1, To: st.Floor}
		o.Resumption.After = holdfast.Position{Term: st.TermAt(st.Floor), Offset: st.Floor}
	}
	return nil
}
