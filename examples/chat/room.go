package main

import (
	"context"
	"encoding/json"
	"net/http"
	"sync"

	"github.com/coder/websocket"
)

// kept is how many messages the room remembers for those who come back.
const kept = 1000

// room is a server with one room. It remembers the last messages, and who joins gets those that it has not seen. The zero value is useful.
type room struct {
	mu      sync.Mutex
	last    uint64
	log     [][]byte      // the last messages; the newest has number last
	changed chan struct{} // closed at the next message
}

// ServeHTTP has one connection.
func (r *room) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	c, err := websocket.Accept(w, req, nil)
	if err != nil {
		return
	}
	defer c.CloseNow()
	ctx, cancel := context.WithCancel(req.Context())
	defer cancel()

	var hello joins
	if _, b, err := c.Read(ctx); err != nil || json.Unmarshal(b, &hello) != nil {
		c.Close(websocket.StatusPolicyViolation, "the first message must say who joins")
		return
	}
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	wg.Go(func() { r.tell(ctx, c, hello.After) })
	for {
		_, b, err := c.Read(ctx)
		if err != nil {
			return
		}
		var line said
		if json.Unmarshal(b, &line) == nil {
			r.say(hello.Name, line.Text)
		}
	}
}

// say adds a message. Who speaks is known from the first message, not from what each of them claims.
func (r *room) say(name, text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	b, err := json.Marshal(said{N: r.last + 1, From: name, Text: text})
	if err != nil {
		return
	}
	r.last++
	r.log = append(r.log, b)
	r.log = r.log[max(0, len(r.log)-kept):]
	if r.changed != nil {
		close(r.changed)
		r.changed = nil
	}
}

// tell writes what comes after a message, until the connection ends. A slow reader holds up nobody but itself.
func (r *room) tell(ctx context.Context, c *websocket.Conn, after uint64) {
	for {
		list, last, changed := r.since(after)
		for _, b := range list {
			if c.Write(ctx, websocket.MessageText, b) != nil {
				return
			}
		}
		after = last
		select {
		case <-changed:
		case <-ctx.Done():
			return
		}
	}
}

// since returns what comes after a message, the number of the last one, and what is closed when there is more.
func (r *room) since(after uint64) ([][]byte, uint64, <-chan struct{}) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.changed == nil {
		r.changed = make(chan struct{})
	}
	n := 0
	if after < r.last {
		n = int(min(r.last-after, uint64(len(r.log))))
	}
	return append([][]byte(nil), r.log[len(r.log)-n:]...), r.last, r.changed
}
