package server

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/hub"
	"github.com/holdfast-ws/holdfast/internal/session"
	"github.com/holdfast-ws/holdfast/internal/wire"
	"github.com/holdfast-ws/holdfast/internal/ws"
	"github.com/holdfast-ws/holdfast/store"
	"github.com/holdfast-ws/holdfast/store/memory"
)

// Server is an http.Handler: the WebSocket endpoint at /ws, a small page at /, /healthz and /readyz for load balancers, and health
// and figures below /api/websocket/, described at /api/openapi.json. All methods may be called concurrently.
type Server struct {
	o      Options
	log    *store.Log
	hub    *hub.Hub
	poller *ws.Poller
	budget *ws.Budget
	limits *session.ServerLimits
	mux    *http.ServeMux
	logger *slog.Logger
	begun  time.Time

	mu       sync.Mutex
	conns    map[*conn]struct{}
	sessions map[wire.SessionID]*claim
	https    []*http.Server
	draining bool
	failed   bool // the store is in doubt
	closed   bool
	idle     chan struct{} // closed when the last connection has gone; nil unless somebody waits
	peak     int           // most connections at a time since figures were last reset
	wg       sync.WaitGroup

	lobby     lobby
	admission *admission
	reserved  atomic.Int64 // connections and upgrades under way

	acceptWarned atomic.Int64 // when it was last logged that the listener fails
	headerWarned atomic.Int64 // the same, that a trusted proxy sends no PROXY header
	authWarned   atomic.Int64 // the same, that nobody can be authenticated
	count        counters
	watch        watch
	figures      figures
}

// New starts a server. It must be ended by Shutdown.
func New(o Options) (*Server, error) {
	if err := o.fill(); err != nil {
		return nil, err
	}
	if o.Store == nil {
		o.Store = memory.New(memory.Options{})
	}
	s := &Server{o: o, log: store.NewLog(o.Store), budget: &ws.Budget{}, logger: o.Logger, begun: time.Now(),
		conns: map[*conn]struct{}{}, sessions: map[wire.SessionID]*claim{}, lobby: lobby{guests: map[net.Conn]bool{}}}
	s.limits = o.limits(s.log.Info())
	s.admission = newAdmission(o.ConnectRate, o.ConnectBurst, time.Now())
	var err error
	if s.poller, err = ws.NewPoller(); err != nil {
		return nil, &holdfast.Error{Code: holdfast.CodeIO, Op: "start server", Cause: err}
	}
	commit := hub.CommitByLoop
	if s.log.Info().Quick {
		commit = hub.CommitByReader
	}
	s.hub, err = hub.New(hub.Options{Log: s.log, Encoders: encoders(), Workers: o.Workers, CacheBytes: o.CacheBytes,
		QueueBytes: o.QueueBytes, TrimEvery: o.TrimEvery, Commit: commit, Fatal: s.fatal})
	if err != nil {
		s.poller.Close()
		return nil, err
	}
	s.mux = http.NewServeMux()
	s.mux.HandleFunc("GET /ws", s.serveWebSocket)
	s.mux.HandleFunc("GET /healthz", s.serveHealth)
	s.mux.HandleFunc("GET /readyz", s.serveReady)
	s.mux.HandleFunc("GET /{$}", servePage)
	s.monitor()
	return s, nil
}

// fatal is called when an append has failed: nothing can be promised any more.
func (s *Server) fatal(err error) {
	s.mu.Lock()
	s.failed = true
	s.mu.Unlock()
	if s.o.Fatal != nil {
		s.o.Fatal(err)
		return
	}
	s.logger.Error("the store is in doubt: every connection is closed, and none is taken in any more", "error", err)
	for _, c := range s.snapshot() {
		c.end(holdfast.CodeStoreUnavailable, "the store is in doubt")
	}
}

// ServeHTTP serves one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.asks(r)
	r = s.asClient(r)
	if err := s.admit(r); err != nil {
		s.turnAway(w, err)
		return
	}
	if r.URL.Path != "/ws" { // what is upgraded has deadlines of its own, and to set and lift another costs a connection 4 µs
		http.NewResponseController(w).SetWriteDeadline(time.Now().Add(s.o.HelloTimeout))
	}
	s.mux.ServeHTTP(w, r)
}

// Serve takes connections in from l until Shutdown, which makes it return http.ErrServerClosed. What l accepts is to be plain TCP or the like:
// the PROXY protocol and TLS are seen to here.
func (s *Server) Serve(l net.Listener) error {
	h := &http.Server{Handler: s, ReadTimeout: s.o.HelloTimeout, IdleTimeout: 2 * time.Minute,
		ConnState: s.connState, ConnContext: guest, TLSConfig: s.o.TLS, HTTP2: http2,
		MaxHeaderBytes: 32 << 10, ErrorLog: slog.NewLogLogger(s.logger.Handler(), slog.LevelDebug)}
	s.mu.Lock()
	if s.closed || s.draining {
		s.mu.Unlock()
		return http.ErrServerClosed
	}
	s.https = append(s.https, h)
	s.mu.Unlock()
	if s.o.TLS != nil {
		return h.ServeTLS(door{l, s}, "", "")
	}
	return h.Serve(door{l, s})
}

// Shutdown ends the server so that nothing is lost: no connection is taken in any more, each client is asked to come back at a
// moment of its own within the drain period, publishes that were taken are committed and answered, and
// then the store is closed. When ctx ends first, the connections that are left are closed at once, with 1012. It returns what
// closing the store failed with, or ctx's error.
func (s *Server) Shutdown(ctx context.Context) error {
	s.mu.Lock()
	again := s.closed
	s.closed, s.draining = true, true
	https := s.https
	s.mu.Unlock()
	if again {
		return &holdfast.Error{Code: holdfast.CodeClosed, Op: "shut down server"}
	}
	polite, cancel := context.WithCancel(ctx)
	defer cancel()
	for _, h := range https {
		h.SetKeepAlivesEnabled(false)
		s.wg.Go(func() { h.Shutdown(polite) }) //nolint:errcheck // hijacked connections are ours to wait for
	}
	err := s.drain(ctx)
	for _, h := range https {
		h.Close()
	}
	cancel()
	close(s.watch.stop)
	s.wg.Wait()
	err = errors.Join(err, s.hub.Close())
	s.poller.Close()
	return errors.Join(err, s.log.Close())
}

// drain asks everybody to come back, spread over the drain period, and waits until they have gone.
func (s *Server) drain(ctx context.Context) error {
	conns := s.snapshot()
	step := s.o.DrainPeriod / time.Duration(max(1, len(conns)))
	for i, c := range conns {
		c.drain(time.Duration(i) * step)
	}
	// a client that was asked last has as long as the period, and then some for its way
	patience, cancel := context.WithTimeout(ctx, s.o.DrainPeriod+s.o.PongTimeout)
	defer cancel()
	if len(conns) == 0 || s.waitIdle(patience) == nil {
		return nil
	}
	for _, c := range s.snapshot() {
		c.end(holdfast.CodeServiceRestart, "the server restarts")
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 4*closeTimeout)
	defer cancel()
	if s.waitIdle(last) != nil {
		for _, c := range s.snapshot() {
			c.ws.Close()
		}
		s.waitIdle(context.Background()) //nolint:errcheck // cannot end
	}
	return ctx.Err()
}

func (s *Server) snapshot() []*conn {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]*conn, 0, len(s.conns))
	for c := range s.conns {
		list = append(list, c)
	}
	return list
}

// waitIdle waits until there is no connection, or ctx ends.
func (s *Server) waitIdle(ctx context.Context) error {
	s.mu.Lock()
	if len(s.conns) == 0 {
		s.mu.Unlock()
		return nil
	}
	if s.idle == nil {
		s.idle = make(chan struct{})
	}
	idle := s.idle
	s.mu.Unlock()
	select {
	case <-idle:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *Server) add(c *conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.draining || s.failed {
		return false
	}
	s.conns[c] = struct{}{}
	s.peak = max(s.peak, len(s.conns))
	s.wg.Add(1)
	return true
}

func (s *Server) remove(c *conn) {
	s.mu.Lock()
	delete(s.conns, c)
	if len(s.conns) == 0 && s.idle != nil {
		close(s.idle)
		s.idle = nil
	}
	s.mu.Unlock()
	s.reserved.Add(-1)
	s.wg.Done()
}

func (s *Server) serveWebSocket(w http.ResponseWriter, r *http.Request) {
	codec, err := negotiate(r)
	if err != nil {
		s.turnAway(w, err)
		return
	}
	if wait := s.admission.admit(time.Now()); wait > 0 {
		s.turnAway(w, &holdfast.Error{Code: holdfast.CodeOverloaded, Op: "connect", RetryAfter: wait,
			Detail: "more clients connect than ConnectRate lets in"})
		return
	}
	if s.reserved.Add(1) > int64(s.o.MaxConnections) {
		s.reserved.Add(-1)
		s.turnAway(w, &holdfast.Error{Code: holdfast.CodeTooManyConnections, Op: "connect", RetryAfter: s.o.RetryAfter,
			Detail: "the limit is " + strconv.Itoa(s.o.MaxConnections) + " connections"})
		return
	}
	o := ws.Options{Subprotocols: []string{codec.Subprotocol()}, MaxMessage: s.transportLimit(), Budget: s.budget, Poller: s.poller, Settle: ws.SettleOn}
	if s.o.Compression == CompressionOn {
		o.Compression = ws.CompressionOn
	}
	wc, err := ws.Upgrade(w, r, o)
	if err != nil {
		s.reserved.Add(-1)
		s.count.turnAway(holdfast.CodeOf(err))
		return
	}
	s.start(wc, codec, r)
}

// transportLimit is the bound of one WebSocket message: a record of twice the limit, in base64, is still refused by a frame
// and not by ending the connection.
func (s *Server) transportLimit() int { return 3*s.o.MaxMessage + 256<<10 }

// negotiate picks the first subprotocol of the client's list that is ours.
func negotiate(r *http.Request) (wire.Codec, error) {
	offered := ws.Offered(r)
	for _, p := range offered {
		if c, ok := wire.CodecOf(p); ok {
			return c, nil
		}
	}
	return 0, &holdfast.Error{Code: holdfast.CodeUnsupportedProtocol, Op: "connect", Detail: "Sec-WebSocket-Protocol: " + strconv.Itoa(len(offered)) + " offered, none is known"}
}

func (s *Server) serveHealth(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Write([]byte("alive\n"))
}

func (s *Server) serveReady(w http.ResponseWriter, _ *http.Request) {
	s.mu.Lock()
	draining, failed := s.draining, s.failed
	s.mu.Unlock()
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	if draining {
		w.WriteHeader(http.StatusServiceUnavailable)
		w.Write([]byte("draining\n"))
		return
	}
	if failed {
		w.WriteHeader(http.StatusServiceUnavailable)
		w.Write([]byte("the store is in doubt\n"))
		return
	}
	if h := s.Health(); h.Status == Unhealthy {
		w.WriteHeader(http.StatusServiceUnavailable)
		w.Write([]byte(h.broken() + "\n"))
		return
	}
	w.Write([]byte("ready\n"))
}
