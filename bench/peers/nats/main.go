// Command nats is nats-server with its WebSocket listener, and JetStream on files in a temporary folder with one
// stream, BENCH, over the subjects bench.>.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"net"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

func main() {
	var o options
	flag.StringVar(&o.addr, "addr", "127.0.0.1:0", "address to listen on")
	flag.StringVar(&o.sync, "sync", "default", "when JetStream syncs its files: default (every two minutes) or always (before it acknowledges)")
	flag.StringVar(&o.dir, "dir", "", "folder for JetStream's files; none: a temporary one that is removed at the end")
	flag.BoolVar(&o.deflate, "deflate", false, "accept permessage-deflate")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	if err := run(ctx, o); err != nil {
		log.Fatal(err)
	}
}

type options struct {
	addr, sync, dir string
	deflate         bool
}

func run(ctx context.Context, o options) error {
	host, port, err := free(o.addr)
	if err != nil {
		return err
	}
	if o.sync != "default" && o.sync != "always" {
		return fmt.Errorf("-sync %s: not default or always", o.sync)
	}
	if o.dir == "" {
		if o.dir, err = os.MkdirTemp("", "holdfast-bench-nats-"); err != nil {
			return err
		}
		defer os.RemoveAll(o.dir)
	}
	s, err := server.NewServer(&server.Options{
		ServerName: "bench",
		DontListen: true, // no plain TCP: everybody comes over WebSocket
		NoSigs:     true,
		NoLog:      true,
		JetStream:  true,
		StoreDir:   o.dir,
		SyncAlways: o.sync == "always",
		// By default a stream has 1,000 consumers at most, which would be as many subscribers.
		JetStreamLimits: server.JSLimitOpts{DefaultMaxConsumers: -1},
		MaxConn:         server.DEFAULT_MAX_CONNECTIONS,
		Websocket:       server.WebsocketOpts{Host: host, Port: port, NoTLS: true, Compression: o.deflate},
	})
	if err != nil {
		return err
	}
	s.Start()
	defer s.WaitForShutdown()
	defer s.Shutdown()
	if !s.ReadyForConnections(10 * time.Second) {
		return fmt.Errorf("nats-server was not ready after ten seconds")
	}
	if err := addStream(ctx, s); err != nil {
		return err
	}
	fmt.Println(net.JoinHostPort(host, strconv.Itoa(port)))
	<-ctx.Done()
	return nil
}

// addStream makes the stream by a client within the process.
func addStream(ctx context.Context, s *server.Server) error {
	nc, err := nats.Connect("", nats.InProcessServer(s))
	if err != nil {
		return err
	}
	defer nc.Close()
	js, err := jetstream.New(nc)
	if err != nil {
		return err
	}
	_, err = js.CreateOrUpdateStream(ctx, jetstream.StreamConfig{
		Name:       "BENCH",
		Subjects:   []string{"bench.>"},
		Storage:    jetstream.FileStorage,
		Replicas:   1,
		Duplicates: 2 * time.Minute, // the default
	})
	return err
}

// free turns port 0 into one that is free: to the server 0 means its default port.
func free(addr string) (host string, port int, err error) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return "", 0, err
	}
	defer l.Close()
	a := l.Addr().(*net.TCPAddr)
	return a.IP.String(), a.Port, nil
}
