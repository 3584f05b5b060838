package main

import (
	"context"
	"encoding/json"
	"sync/atomic"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/backoff"
	"github.com/holdfast-ws/holdfast/client"
)

// consumer follows a feed.
type consumer struct {
	url   string
	board *board
	last  atomic.Uint64 // the number of the last tick that was worked on

	ticks, missing, doubles, connects uint64
}

// follow works on ticks up to a number.
func (c *consumer) follow(ctx context.Context, until uint64) error {
	s, err := client.Open(ctx, c.url, client.SocketOptions{
		OnOpen:  c.subscribe,
		Backoff: backoff.Options{BaseDelay: 20 * time.Millisecond, MaxRetries: -1}, // short, because all this is on one machine
		Guard:   client.GuardOff,                                                   // prices are wanted again at once
		Heartbeat: client.Heartbeat{
			// The server's WebSocket library answers pings even when the feed behind it is stuck. So the feed itself is asked, and with Match only
			// messages count as a sign of life, and not the pings of the server's.
			Mode:     client.HeartbeatMessage,
			Message:  func() client.Message { return client.Text(`{"type":"ping"}`) },
			Match:    func(client.Message) bool { return true },
			Interval: 250 * time.Millisecond,
			Timeout:  250 * time.Millisecond,
		},
	})
	if err != nil {
		return err
	}
	defer s.Close(holdfast.CodeNormal, "")
	for m, err := range s.Messages(ctx) {
		if err != nil {
			return err
		}
		var t tick
		if err := m.JSON(&t); err != nil {
			return err
		}
		if t.Type == "tick" {
			c.work(t)
		}
		if c.last.Load() >= until {
			break
		}
	}
	c.connects = s.Stats().Connects
	return ctx.Err()
}

// subscribe is called on each new connection. It says from where to go on. The feed's answer is not waited for: it is a message like all others.
func (c *consumer) subscribe(ctx context.Context, conn *client.Setup) error {
	b, err := json.Marshal(request{Type: "subscribe", After: c.last.Load()})
	if err != nil {
		return err
	}
	return conn.Send(ctx, client.Message{Kind: client.TextMessage, Data: b})
}

// work looks at the number of a tick. Those that were received and not worked on when the connection ended come again from the next one.
func (c *consumer) work(t tick) {
	last := c.last.Load()
	if t.N <= last {
		c.doubles++
		return
	}
	c.missing += t.N - last - 1 // the feed no longer had them: what was derived from them must be fetched anew
	c.ticks++
	c.board.set(t.Symbol, t.Price)
	c.last.Store(t.N)
}
