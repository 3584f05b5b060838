package client_test

import (
	"fmt"
	"os"
	"runtime/pprof"
	"strconv"
	"testing"
	"time"

	"github.com/holdfast-ws/holdfast/client"
	"github.com/holdfast-ws/holdfast/server"
)

func TestDbg(t *testing.T) {
	const records = 3000
	n := startMemory(t, server.Options{})
	p := cut(t, n.addr)
	ctx := limit(t)
	pub := open(t, p.url(), client.SessionOptions{Codec: client.CodecJSON})
	rd := open(t, p.url(), client.SessionOptions{Codec: client.CodecJSON, Window: client.Window{Records: 64}})
	sub := subscribe(t, rd, "c", client.SubscribeOptions{From: client.FromStart})
	go func() {
		for i := range records {
			pub.Enqueue(ctx, "c", []byte(strconv.Itoa(i)))
		}
	}()
	done := make(chan struct{})
	go func() {
		select {
		case <-done:
		case <-time.After(6 * time.Second):
			t.Logf("pub %v %+v\nrd %v %+v\n", pub.State(), pub.Stats(), rd.State(), rd.Stats())
			fmt.Fprintf(os.Stderr, "server %+v\n", n.srv.Stats())
			client.Dump(pub, sub, t.Logf)
			pprof.Lookup("goroutine").WriteTo(os.Stderr, 1)
			os.Exit(2)
		}
	}()
	i := 0
	for r, err := range sub.Records(ctx) {
		if err != nil {
			t.Fatal(err)
		}
		if string(r.Data) != strconv.Itoa(i) {
			t.Fatal(i)
		}
		if i++; i == records {
			break
		}
		if i%300 == 0 {
			p.cut()
		}
	}
	close(done)
}
