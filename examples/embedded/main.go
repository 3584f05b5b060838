// Command embedded is an ordinary web application that has Holdfast within: one port, one mux, one middleware around everything, and a
// handler of its own that publishes from Go.
//
//	go run ./examples/embedded -listen 127.0.0.1:9000
//	curl -d 'kettle' http://127.0.0.1:9000/orders
//	holdfast subscribe orders http://127.0.0.1:9000/live/ws
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/holdfast-ws/holdfast/client"
	"github.com/holdfast-ws/holdfast/server"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:9000", "address to listen on")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	l, err := net.Listen("tcp", *listen)
	if err != nil {
		log.Fatal(err)
	}
	if err := run(ctx, l); err != nil {
		log.Fatal(err)
	}
}

// run serves until ctx ends.
func run(ctx context.Context, l net.Listener) error {
	live, err := server.New(server.Options{DrainPeriod: time.Second})
	if err != nil {
		return err
	}
	orders, err := client.OpenSession(ctx, "ws://"+l.Addr().String()+"/live/ws", client.SessionOptions{})
	if err != nil {
		return err
	}
	app := &application{orders: orders}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", app.home)
	mux.HandleFunc("POST /orders", app.order)
	mux.Handle("/live/", http.StripPrefix("/live", live)) // /live/ws, /live/healthz, /live/api/websocket/…
	web := &http.Server{Handler: app.counted(mux), ReadHeaderTimeout: 10 * time.Second, MaxHeaderBytes: 32 << 10}

	served := make(chan error, 1)
	go func() { served <- web.Serve(l) }()
	<-ctx.Done()

	// First those who hold connections are asked to come back elsewhere, then the rest is served to its end.
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	err = errors.Join(orders.Close(last), live.Shutdown(last), web.Shutdown(last))
	if e := <-served; !errors.Is(e, http.ErrServerClosed) {
		err = errors.Join(err, e)
	}
	return err
}

type application struct {
	orders   *client.Session
	requests atomic.Int64
}

// counted is middleware: WebSockets pass through it like any other request.
func (a *application) counted(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a.requests.Add(1)
		next.ServeHTTP(w, r)
	})
}

func (a *application) home(w http.ResponseWriter, _ *http.Request) {
	fmt.Fprintf(w, "%d requests so far\n", a.requests.Load())
}

// order answers when the order is stored: whoever subscribes to orders gets it, exactly once.
func (a *application) order(w http.ResponseWriter, r *http.Request) {
	item, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1000))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	ack, err := a.orders.Publish(r.Context(), "orders", item)
	if err != nil {
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
		return
	}
	fmt.Fprintf(w, "order %d\n", ack.Offset)
}
