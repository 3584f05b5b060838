package main

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"log"
	"sync"
	"sync/atomic"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/backoff"
	"github.com/holdfast-ws/holdfast/client"
)

// said is a message, both ways. The room numbers them.
type said struct {
	N    uint64 `json:"n,omitempty"`
	From string `json:"from"`
	Text string `json:"text"`
}

// joins is the first message on each connection.
type joins struct {
	Name  string `json:"name"`
	After uint64 `json:"after"` // the last message that is known
}

// person is somebody who chats.
type person struct {
	url, name string
	backoff   backoff.Options
	seen      atomic.Uint64 // the number of the last message that was shown
}

// chat sends lines from in, and writes what is said to out, until in ends or the socket has failed for good.
func (p *person) chat(ctx context.Context, in io.Reader, out io.Writer) error {
	p.backoff.MaxRetries = -1
	s, err := client.Open(ctx, p.url, client.SocketOptions{
		Backoff: p.backoff,
		Guard:   client.GuardOff, // somebody sits here and waits: the backoff alone spaces the attempts
		Queue:   client.QueueOptions{MaxMessages: 100, TTL: time.Hour},
		OnOpen:  p.join,
	})
	if err != nil {
		return err
	}
	screen := log.New(out, "", 0) // its lines do not mix
	var wg sync.WaitGroup
	wg.Go(func() { p.show(ctx, s, screen) })
	wg.Go(func() { report(ctx, s, screen) })
	defer wg.Wait()
	defer s.Close(holdfast.CodeNormal, "bye")

	for lines := bufio.NewScanner(in); lines.Scan(); {
		if err := s.SendJSON(ctx, said{From: p.name, Text: lines.Text()}); err != nil {
			if holdfast.CodeOf(err) != holdfast.CodeQueueFull {
				return err
			}
			screen.Print("* not sent: too much waits already")
		}
	}
	return nil
}

// join goes before everything else on each connection, also before what was typed while there was none.
func (p *person) join(ctx context.Context, c *client.Setup) error {
	hello, err := json.Marshal(joins{Name: p.name, After: p.seen.Load()})
	if err != nil {
		return err
	}
	return c.Send(ctx, client.Message{Kind: client.TextMessage, Data: hello})
}

func (p *person) show(ctx context.Context, s *client.Socket, screen *log.Logger) {
	for m, err := range s.Messages(ctx) {
		var line said
		if err == nil {
			err = m.JSON(&line)
		}
		switch {
		case err != nil:
			screen.Print("* ", err)
		case line.N > p.seen.Load(): // the room may repeat what was received but not shown when the line was cut
			p.seen.Store(line.N)
			screen.Print(line.From, ": ", line.Text)
		}
	}
}

// report says what becomes of the line.
func report(ctx context.Context, s *client.Socket, screen *log.Logger) {
	for e := range s.Events(ctx) {
		switch e.Kind {
		case client.SocketOpen, client.SocketReconnected:
			screen.Print("* connected")
		case client.SocketClosed:
			screen.Print("* disconnected: ", e.Code.String())
		case client.SocketRetry:
			screen.Print("* trying again in ", e.Delay.Round(time.Millisecond))
		case client.SocketDiscarded:
			screen.Print("* ", e.N, " messages were too old to be sent")
		}
	}
}
