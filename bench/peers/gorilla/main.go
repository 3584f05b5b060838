// Command gorilla is a hub in the shape of the chat example of gorilla/websocket: one goroutine that owns the set of
// clients, and for each client a queue of 256 messages, a goroutine that reads and one that writes, which puts all
// messages that wait into one message with line feeds between them. Two things are added: "sub CHANNEL" (answered with
// "on") says which messages a client gets, and whoever publishes ("pub CHANNEL DATA") is told "ok" when the hub has put its
// message into the queues of all of them.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"os/signal"
	"syscall"

	"github.com/gorilla/websocket"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:0", "address to listen on")
	deflate := flag.Bool("deflate", false, "accept permessage-deflate")
	full := flag.String("full", string(closeFull), "what is done with a client that is 256 messages behind: close it, or wait for it")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	if err := run(ctx, *addr, *deflate, whenFull(*full)); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, addr string, deflate bool, full whenFull) error {
	if full != closeFull && full != waitFull {
		return fmt.Errorf("-full %s: not close or wait", full)
	}
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	h := newHub(full)
	go h.run()
	upgrader := websocket.Upgrader{
		ReadBufferSize:    1024,
		WriteBufferSize:   1024,
		EnableCompression: deflate,
		CheckOrigin:       func(*http.Request) bool { return true },
	}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, err := upgrader.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		c := &client{hub: h, conn: conn, send: make(chan []byte, queue), stopped: make(chan struct{})}
		h.register <- c
		go c.writePump()
		go c.readPump()
	})}
	fmt.Println(listener.Addr())
	go func() {
		<-ctx.Done()
		server.Close()
	}()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil // the process ends, and its connections with it
}
