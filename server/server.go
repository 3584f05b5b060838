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
	"github.com/holdfast-ws/holdfast/internal/envelope"
	"github.com/holdfast-ws/holdfast/internal/feed"
	"github.com/holdfast-ws/holdfast/internal/hub"
	"github.com/holdfast-ws/holdfast/internal/roster"
	"github.com/holdfast-ws/holdfast/internal/session"
	"github.com/holdfast-ws/holdfast/internal/wire"
	"github.com/holdfast-ws/holdfast/internal/ws"
	"github.com/holdfast-ws/holdfast/store"
	"github.com/holdfast-ws/holdfast/store/memory"
)

// Server is an http.Handler: the WebSocket endpoint at /ws and /socket, a small page at /, /healthz and /readyz for load balancers, and health
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
	conns    *roster.Roster[managed]
	revoked  revocations
	https    []*http.Server
	failed   bool          // the store is in doubt
	closed   bool          // Shutdown has begun: not ready any more
	draining bool          // nobody is taken in any more
	returns  returning     // of those who come while it drains
	idle     chan struct{} // closed when the last connection has gone; nil unless somebody waits
	peak     int           // most connections at a time since figures were last reset
	wg       sync.WaitGroup

	policy    policies
	lobby     lobby
	admission *admission
	reserved  atomic.Int64 // connections and upgrades under way

	acceptWarned atomic.Int64 // when it was last logged that the listener fails
	headerWarned atomic.Int64 // the same, that a trusted proxy sends no PROXY header
	authWarned   atomic.Int64 // the same, that nobody can be authenticated
	count        counters
	events       *feed.Feed[ConnectionEvent]
	raws         raws
	watch        watch
	overload     overload
	figures      figures
	recent       envelope.Recent // of the dialect's messages
}

// New starts a server. It must be ended by Shutdown.
func New(o Options) (*Server, error) {
	if err := o.fill(); err != nil {
		return nil, err
	}
	p, err := newPolicies(&o)
	if err != nil {
		return nil, err
	}
	if o.Store == nil {
		o.Store = memory.New(memory.Options{RetentionFor: p.set.Retention(store.DefaultRetention)})
	}
	s := &Server{o: o, policy: p, log: store.NewLog(o.Store), budget: &ws.Budget{}, logger: o.Logger, begun: time.Now(),
		conns: roster.New(managed.keys), events: newEvents(), lobby: newLobby()}
	s.limits = o.limits(s.log.Info())
	s.admission = newAdmission(o.ConnectRate, o.ConnectBurst, time.Now())
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
	s.mux.HandleFunc("GET /socket", s.serveWebSocket)
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
	for _, c := range s.everybody() {
		c.end(holdfast.CodeStoreUnavailable, "the store is in doubt")
	}
}

// ServeHTTP serves one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.asks(r)
	r = s.asClient(r)
	err := s.admit(r)
	if err == nil && endpoint(r.URL.Path) {
		err = s.accepting()
	}
	if err != nil {
		s.turnAway(w, err)
		return
	}
	if !endpoint(r.URL.Path) { // what is upgraded has deadlines of its own, and to set and lift another costs a connection 4 µs
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
	if s.closed {
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

// Shutdown ends the server so that nothing is lost. It turns unready at once, and for ShutdownDelay that is all. Then no connection is
// taken in any more: who comes is told when to come again. Each client is asked to leave at a moment of its own within the drain period,
// publishes that were taken are committed and answered, the listeners are closed, and last the store, so that a successor
// can open it. When ctx ends first, the connections that are left are closed at once, with 1012. It returns what closing the store failed
// with, or ctx's error.
func (s *Server) Shutdown(ctx context.Context) error {
	s.mu.Lock()
	again := s.closed
	s.closed = true
	s.mu.Unlock()
	if again {
		return &holdfast.Error{Code: holdfast.CodeClosed, Op: "shut down server"}
	}
	s.stayUnready(ctx)
	err := s.drain(ctx)
	s.closeListeners(ctx)
	close(s.watch.stop)
	s.wg.Wait()
	s.events.Close()
	err = errors.Join(err, s.hub.Close())
	s.poller.Close()
	return errors.Join(err, s.log.Close())
}

func (s *Server) serveWebSocket(w http.ResponseWriter, r *http.Request) {
	codec, d, err := s.negotiate(r)
	if err != nil {
		s.turnAway(w, err)
		return
	}
	id, err := s.enter(r)
	if err != nil {
		s.turnAway(w, err)
		return
	}
	o := ws.Options{MaxMessage: s.transportLimit(), Budget: s.budget, Poller: s.poller, Settle: ws.SettleOn}
	if d == nil {
		o.Subprotocols = []string{codec.Subprotocol()}
	}
	if s.o.Compression == CompressionOn && d == nil {
		o.Compression = ws.CompressionOn
	}
	wc, err := ws.Upgrade(w, r, o)
	if err != nil {
		s.withdraw(id)
		s.count.turnAway(holdfast.CodeOf(err))
		return
	}
	s.start(wc, codec, d, r, id)
}

// transportLimit is the bound of one WebSocket message: a record of twice the limit, in base64, is still refused by a frame
// and not by ending the connection.
func (s *Server) transportLimit() int { return 3*s.o.MaxMessage + 256<<10 }

// negotiate picks the first subprotocol of the client's list that is ours, or the dialect where there is no list.
func (s *Server) negotiate(r *http.Request) (wire.Codec, *dialect, error) {
	if speaksEnvelopes(r) {
		d, err := newDialect(r, s.millis())
		return wire.JSON, d, err
	}
	offered := ws.Offered(r)
	for _, p := range offered {
		if c, ok := wire.CodecOf(p); ok {
			return c, nil, nil
		}
	}
	return 0, nil, &holdfast.Error{Code: holdfast.CodeUnsupportedProtocol, Op: "connect", Detail: "Sec-WebSocket-Protocol: " + strconv.Itoa(len(offered)) + " offered, none is known"}
}

func (s *Server) serveHealth(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Write([]byte("alive\n"))
}

func (s *Server) serveReady(w http.ResponseWriter, _ *http.Request) {
	s.mu.Lock()
	leaving, failed := s.closed, s.failed
	s.mu.Unlock()
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	if leaving {
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
