package graphqlws

import (
	"strconv"

	"github.com/holdfast-ws/holdfast/client"
)

// command is something to be sent on the connection of the moment.
type command struct {
	start *operation
	stop  string // id
}

// send is the goroutine that sends, one after the other, so that nobody who receives waits for a server that does not read.
func (c *Client) send() {
	for {
		select {
		case <-c.kick:
		case <-c.ctx.Done():
			return
		}
		for {
			f, p, conn := c.nextFrame()
			if f == nil {
				break
			}
			err := c.s.Send(c.ctx, f.message(), client.OnConnection(conn))
			if p != nil {
				c.started(p, f.ID, conn, err)
			}
		}
	}
}

// nextFrame returns what is to be sent now; p is the operation that it starts, nil if it starts none.
func (c *Client) nextFrame() (f *frame, p *operation, conn uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.conn == 0 {
		return nil, nil, 0
	}
	if f := c.pong; f != nil {
		c.pong = nil
		return f, nil, c.conn
	}
	for len(c.out) > 0 {
		cmd := c.out[0]
		if c.out = c.out[1:]; len(c.out) == 0 {
			c.out = nil
		}
		switch p := cmd.start; {
		case p == nil:
			return &frame{ID: cmd.stop, Type: c.dialect.stop}, nil, c.conn
		case !p.over && p.id == "":
			c.next++
			p.id = strconv.FormatUint(c.next, 10)
			c.byID[p.id] = p
			return &frame{ID: p.id, Type: c.dialect.start, Payload: p.payload}, p, c.conn
		}
	}
	return nil, nil, 0
}

// started says what became of an operation's frame: on its way, certainly not sent, or perhaps sent on a connection that has ended.
func (c *Client) started(p *operation, id string, conn uint64, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case err != nil: // it waits for the next connection, or for why there is none
		if p.id == id {
			delete(c.byID, id)
			p.id = ""
		}
	case c.conn == conn:
		p.sent = p.id == id
		if p.begun && p.sent {
			c.stats.Resubscribed++
			p.tellLocked() // of the gap
		}
		p.begun = true
	case !p.over:
		p.cutLocked(nil)
	}
}
