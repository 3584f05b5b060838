package graphqlws

import (
	"encoding/json"
	"errors"
	"strconv"

	"github.com/coder/websocket"

	"github.com/holdfast-ws/holdfast"
)

// operation is one that is under way. Its client's lock guards it.
type operation struct {
	c       *Client
	op      string // for errors
	number  uint64 // among the client's
	payload json.RawMessage
	stream  bool // a subscription
	repeat  bool // sent again on the next connection
	o       subscribeOptions

	id       string // on the connection of the moment; "": none
	sent     bool   // under that id
	begun    bool   // it was sent on some connection
	answered bool   // by a result
	gap      Gap    // since the last result in buf
	buf      []Result
	over     bool
	err      error         // why; nil: complete
	more     chan struct{} // holds one: there is something to look at
	room     chan struct{} // closed when there may be room; nil if nobody waits
}

// start puts an operation on its way.
func (c *Client) start(op string, r Request, p *operation) error {
	payload, err := json.Marshal(r)
	if err != nil {
		return &holdfast.Error{Code: holdfast.CodeBadArgument, Op: op, Detail: "Request: it cannot be written as JSON", Cause: err}
	}
	p.c, p.op, p.payload, p.more = c, op, payload, make(chan struct{}, 1)
	if err := c.admit(p); err != nil {
		return err
	}
	if err := c.s.Err(); err != nil { // it has failed, and nobody will look at what waits
		c.leave(p, err)
		return p.because(err)
	}
	return nil
}

func (c *Client) admit(p *operation) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.over != nil:
		return p.because(c.over)
	case len(c.all) >= c.o.MaxOperations || len(c.out) >= 2*c.o.MaxOperations:
		return &holdfast.Error{Code: holdfast.CodeAtCapacity, Op: p.op, Detail: "Options.MaxOperations: " + strconv.Itoa(c.o.MaxOperations) + " are under way"}
	}
	c.next++
	p.number = c.next
	c.all[p] = struct{}{}
	if c.conn != 0 {
		c.out = append(c.out, command{start: p})
		c.wakeLocked()
	}
	return nil
}

// because puts why everything ends into the words of one operation.
func (p *operation) because(why error) error {
	if e, ok := errors.AsType[*holdfast.Error](why); ok && e.Op == "" {
		own := *e
		own.Op = p.op
		return &own
	}
	return why
}

func (p *operation) tellLocked() {
	select {
	case p.more <- struct{}{}:
	default:
	}
}

// endLocked ends it, with nil for complete. What it has received is kept. Only the first end counts.
func (p *operation) endLocked(err error) {
	if p.over {
		return
	}
	p.over, p.err = true, err
	delete(p.c.all, p)
	p.roomLocked()
	p.tellLocked()
}

// internalError is how graphql-ws closes when an operation makes it throw, for instance one that is not GraphQL.
const internalError = 4500

// cutLocked is about an operation that was sent on a connection that has ended. One that may be what the server cannot stand is not sent
// again, or it would end each connection anew.
func (p *operation) cutLocked(why error) {
	switch {
	case p.repeat && !p.answered && websocket.CloseStatus(why) == internalError:
		p.endLocked(&holdfast.Error{Code: holdfast.CodeCallFailed, Op: p.op, Detail: "the server had an internal error before it answered", Cause: why})
	case p.stream:
		p.gap.Reconnects++
	case !p.repeat:
		p.endLocked(&holdfast.Error{Code: holdfast.CodeDisconnected, Op: p.op, Detail: "the connection ended before the result", Cause: why,
			Hint: "whether the server has carried it out is not known; Repeat has it sent again"})
	}
	p.roomLocked()
}

func (p *operation) roomLocked() {
	if p.room != nil {
		close(p.room)
		p.room = nil
	}
}

// deliver adds a result to the buffer, by the rules for a full one.
func (p *operation) deliver(r Result) {
	c := p.c
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stats.Results++
	p.answered = true
	for !p.over && len(p.buf) >= p.o.buffer {
		switch {
		case !p.stream: // a second result of what has one: it is a subscription
			c.mu.Unlock()
			c.leave(p, nil)
			c.mu.Lock()
			return
		case p.o.slow == SlowEnd:
			c.mu.Unlock()
			c.leave(p, &holdfast.Error{Code: holdfast.CodeQueueFull, Op: p.op, Detail: "Options.Buffer: " + strconv.Itoa(p.o.buffer) + " results wait to be taken",
				Hint: "take results faster, raise the limit, or choose another policy (Slow)"})
			c.mu.Lock()
			return
		case p.o.slow == SlowWait:
			p.waitLocked()
		default:
			c.stats.Dropped++
			gap := p.buf[0].Gap.plus(Gap{Dropped: 1})
			p.buf[0] = Result{}
			if p.buf = p.buf[1:]; len(p.buf) > 0 {
				p.buf[0].Gap = p.buf[0].Gap.plus(gap)
			} else {
				p.gap = p.gap.plus(gap)
			}
		}
	}
	if p.over {
		return
	}
	r.Gap, p.gap = p.gap, Gap{}
	p.buf = append(p.buf, r)
	p.tellLocked()
}

// waitLocked waits until there may be room, without the lock.
func (p *operation) waitLocked() {
	if p.room == nil {
		p.room = make(chan struct{})
	}
	room := p.room
	p.c.mu.Unlock()
	select {
	case <-room:
	case <-p.c.ctx.Done():
	}
	p.c.mu.Lock()
	if p.c.ctx.Err() != nil {
		p.endLocked(p.c.over)
	}
}

// look returns a result, or that it is over and why, or neither.
func (p *operation) look() (r Result, ok, over bool, err error) {
	p.c.mu.Lock()
	defer p.c.mu.Unlock()
	switch {
	case len(p.buf) > 0:
		r = p.buf[0]
		p.buf[0] = Result{}
		if p.buf = p.buf[1:]; len(p.buf) == 0 {
			p.buf = nil
		}
		p.roomLocked()
		return r, true, false, nil
	case p.over:
		return Result{}, false, true, p.err
	case p.o.gaps == GapsAtOnce && p.sent && !p.gap.IsZero():
		r.Gap, p.gap = p.gap, Gap{}
		return r, true, false, nil
	}
	return Result{}, false, false, nil
}
