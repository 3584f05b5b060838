// Command ticker feeds dashboards: every so often it sends all of them the figures of this process. A dashboard wants the latest figures and
// no others, so for one that is slow the oldest are dropped, and nobody waits for it.
//
//	go run ./examples/ticker -listen 127.0.0.1:9000
//
// and open http://127.0.0.1:9000/ in a browser.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"log"
	"net/http"
	"os/signal"
	"syscall"
	"time"

	"github.com/holdfast-ws/holdfast/monitor"
	"github.com/holdfast-ws/holdfast/server"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:9000", "address to listen on")
	every := flag.Duration("every", time.Second, "time between two figures")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	srv, h, err := newTicker(*every)
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

// figures are what a dashboard gets.
type figures struct {
	Time       time.Time `json:"time"`
	Dashboards int       `json:"dashboards"`
	Heap       uint64    `json:"heap"`
	Goroutines int       `json:"goroutines"`
	Dropped    uint64    `json:"dropped"` // of this dashboard's, because it was slow
}

func newTicker(every time.Duration) (*server.Server, http.Handler, error) {
	srv, err := server.New(server.Options{DrainPeriod: time.Second})
	if err != nil {
		return nil, nil, err
	}
	t := &ticker{srv, every}
	// Room for a few figures: what is older is of no use to anybody.
	h, err := srv.Raw(server.RawOptions{Handle: t.serve, Full: server.RawDropsOldest, QueueBytes: 1024})
	if err != nil {
		return nil, nil, err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", page)
	mux.Handle("/figures", h)
	return srv, mux, nil
}

type ticker struct {
	srv   *server.Server
	every time.Duration
}

// serve feeds one dashboard until it goes.
func (t *ticker) serve(ctx context.Context, c *server.RawConn) error {
	tick := time.NewTicker(t.every)
	defer tick.Stop()
	for {
		u := monitor.ReadUsage()
		b, err := json.Marshal(figures{time.Now().UTC(), t.srv.Stats().Connections, u.Heap, u.Goroutines, c.Dropped()})
		if err != nil {
			return err
		}
		if err := c.Write(ctx, server.TextMessage, b); err != nil {
			return err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
	}
}

func page(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Write([]byte(`<!doctype html><title>Figures</title><pre id="f">connecting</pre><script>
const socket = new WebSocket(location.origin.replace(/^http/, "ws") + "/figures")
socket.onmessage = (m) => { document.getElementById("f").textContent = JSON.stringify(JSON.parse(m.data), null, 2) }
socket.onclose = (e) => { document.getElementById("f").textContent = "closed: " + e.code + " " + e.reason }
</script>
`))
}
