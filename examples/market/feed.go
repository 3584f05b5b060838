package main

import (
	"context"
	"encoding/json"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"
)

// request is what a consumer sends.
type request struct {
	Type  string `json:"type"` // subscribe, ping
	After uint64 `json:"after,omitempty"`
}

// tick is what the feed sends: a price, or only its type.
type tick struct {
	Type   string `json:"type"` // tick, pong
	N      uint64 `json:"n,omitempty"`
	Symbol string `json:"symbol,omitempty"`
	Price  int    `json:"price,omitempty"` // cents
}

// symbols take turns.
var symbols = []string{"ACME", "GLOBEX", "INITECH"}

// priceOf is made up, and always the same for the same number.
func priceOf(n uint64) int { return 10_000 + int(n*7919%500) }

// feed is a server with prices. Its first connection gets stuck after 100 ticks, though the WebSocket below it stays well; its second is cut after 300.
type feed struct {
	began time.Time
	every time.Duration
	conns atomic.Uint64

	ctx    context.Context // ends the connections, which the HTTP server knows nothing of
	cancel context.CancelFunc
	wg     sync.WaitGroup
}

func newFeed(every time.Duration) *feed {
	f := &feed{began: time.Now(), every: every}
	f.ctx, f.cancel = context.WithCancel(context.Background())
	return f
}

// stop ends all connections, and waits for them.
func (f *feed) stop() {
	f.cancel()
	f.wg.Wait()
}

// head is the number of the newest tick.
func (f *feed) head() uint64 { return uint64(time.Since(f.began) / f.every) }

// ServeHTTP has one connection: one goroutine reads, one pings, and this one is the feed.
func (f *feed) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c, err := websocket.Accept(w, r, nil)
	if err != nil {
		return
	}
	f.wg.Add(1)
	defer f.wg.Done()
	defer c.CloseNow()
	ctx, cancel := context.WithCancel(f.ctx)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	asked := make(chan request, 16)
	wg.Go(func() { defer cancel(); read(ctx, c, asked) })
	wg.Go(func() { keepAlive(ctx, c) })
	f.serve(ctx, c, asked, f.conns.Add(1))
}

// serve sends ticks and answers what is asked, until something goes wrong.
func (f *feed) serve(ctx context.Context, c *websocket.Conn, asked <-chan request, number uint64) {
	t := time.NewTicker(f.every)
	defer t.Stop()
	next, on := uint64(0), false
	send := func(v tick) bool {
		b, err := json.Marshal(v)
		return err == nil && c.Write(ctx, websocket.MessageText, b) == nil
	}
	for {
		select {
		case q := <-asked:
			if q.Type == "subscribe" {
				next, on = q.After+1, true
			} else if !send(tick{Type: "pong"}) {
				return
			}
		case <-t.C:
		case <-ctx.Done():
			return
		}
		for head := f.head(); on && next <= head; next++ {
			if !send(tick{Type: "tick", N: next, Symbol: symbols[next%3], Price: priceOf(next)}) {
				return
			}
			if number == 1 && next == 100 {
				<-ctx.Done() // stuck
				return
			}
			if number == 2 && next == 300 {
				return // cut
			}
		}
	}
}

// read passes on what a consumer sends.
func read(ctx context.Context, c *websocket.Conn, asked chan<- request) {
	for {
		_, b, err := c.Read(ctx)
		if err != nil {
			return
		}
		var q request
		if json.Unmarshal(b, &q) != nil {
			return
		}
		select {
		case asked <- q:
		case <-ctx.Done():
			return
		}
	}
}

// keepAlive pings, as servers do.
func keepAlive(ctx context.Context, c *websocket.Conn) {
	t := time.NewTicker(50 * time.Millisecond)
	defer t.Stop()
	for {
		select {
		case <-t.C:
			if c.Ping(ctx) != nil {
				return
			}
		case <-ctx.Done():
			return
		}
	}
}
