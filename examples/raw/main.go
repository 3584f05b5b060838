// Command raw is a room with a protocol of its own, in JSON, on Holdfast's connection manager: heartbeats, limits, figures, and a shutdown
// that sends people away one by one come with it. To send to all is the room's own work, and the slowest holds nobody up.
//
//	go run ./examples/raw -listen 127.0.0.1:9000
//	holdfast connect 'ws://127.0.0.1:9000/room?name=ada'
//	> {"say":"hello"}
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"log"
	"net/http"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/server"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:9000", "address to listen on")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	srv, h, err := newRoom()
	if err != nil {
		log.Fatal(err)
	}
	web := &http.Server{Addr: *listen, Handler: h, ReadHeaderTimeout: 10 * time.Second}
	go func() { log.Println(web.ListenAndServe()); stop() }()
	<-ctx.Done()
	last, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := errors.Join(srv.Shutdown(last), web.Shutdown(last)); err != nil {
		log.Fatal(err)
	}
}

// newRoom has the room at /room, and health and figures beside it.
func newRoom() (*server.Server, http.Handler, error) {
	srv, err := server.New(server.Options{Authenticate: byName, MaxPerUser: 3, DrainPeriod: 5 * time.Second})
	if err != nil {
		return nil, nil, err
	}
	r := &room{people: map[*server.RawConn]bool{}}
	h, err := srv.Raw(server.RawOptions{Handle: r.serve, MaxMessage: 4096, Full: server.RawDropsOldest, QueueBytes: 64 << 10})
	if err != nil {
		return nil, nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("/room", h)
	mux.Handle("/", srv)
	return srv, mux, nil
}

// byName believes everybody; a real room would look a token up, with auth.Token(c).
func byName(_ context.Context, c server.Credentials) (server.User, error) {
	if name := c.Request.URL.Query().Get("name"); name != "" {
		return server.User{ID: name}, nil
	}
	return server.User{}, &holdfast.Error{Code: holdfast.CodeUnauthenticated, Op: "enter", Detail: "say who you are: ?name=…"}
}

type room struct {
	mu     sync.Mutex
	people map[*server.RawConn]bool
}

// line is what goes over the wire, either way.
type line struct {
	From string `json:"from,omitempty"`
	Say  string `json:"say"`
}

// serve is one person's stay.
func (r *room) serve(ctx context.Context, c *server.RawConn) error {
	r.mu.Lock()
	r.people[c] = true
	r.mu.Unlock()
	defer func() {
		r.mu.Lock()
		delete(r.people, c)
		r.mu.Unlock()
	}()
	for m, err := range c.Messages(ctx) {
		if err != nil {
			return err
		}
		var l line
		if err := json.Unmarshal(m.Data, &l); err != nil {
			return &holdfast.Error{Code: holdfast.CodeUnsupportedData, Op: "read line", Detail: `send {"say":"…"}`}
		}
		if err := r.tell(ctx, line{c.User().ID, l.Say}); err != nil {
			return err
		}
	}
	return nil
}

// tell gives a line to everybody. With RawDropsOldest no Write waits, so the lock is held for a moment only, and every person gets the
// lines in the same order.
func (r *room) tell(ctx context.Context, l line) error {
	b, err := json.Marshal(l)
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for c := range r.people {
		c.Write(ctx, server.TextMessage, b) //nolint:errcheck // who has gone needs no line any more
	}
	return nil
}
