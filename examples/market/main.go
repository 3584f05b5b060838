// Command market follows prices over a connection that fails in the ways in which such connections fail, and misses none: it numbers what it has
// seen, subscribes again on each new connection from there, finds out by a heartbeat of its own when the feed is stuck while the connection is
// well, and draws at its own pace, whatever the feed's is. The feed is a server in this same process.
//
//	go run ./examples/market
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http/httptest"
	"os"
	"sync"
	"time"
)

func main() {
	if err := run(context.Background(), os.Stdout, 2000); err != nil {
		log.Fatal(err)
	}
}

// run follows a feed up to a number, and says what was seen.
func run(ctx context.Context, out io.Writer, until uint64) error {
	f := newFeed(time.Millisecond)
	web := httptest.NewServer(f)
	defer web.Close()
	defer f.stop()

	c := consumer{url: web.URL, board: newBoard()}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var wg sync.WaitGroup
	draws := 0
	wg.Go(func() { draws = c.board.draw(ctx, out, 100*time.Millisecond) })
	err := c.follow(ctx, until)
	cancel()
	wg.Wait()
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%d ticks, %d missing, %d came twice and were left out; %d connections; drawn %d times\n",
		c.ticks, c.missing, c.doubles, c.connects, draws)
	return nil
}
