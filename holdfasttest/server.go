package holdfasttest

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/client"
	"github.com/holdfast-ws/holdfast/internal/simnet"
	"github.com/holdfast-ws/holdfast/server"
	"github.com/holdfast-ws/holdfast/store"
	"github.com/holdfast-ws/holdfast/store/memory"
)

// Network is how clients reach the server.
type Network uint8

const (
	// NetworkMemory is a network within the process, which sessions of Server.Session use. The default.
	NetworkMemory Network = iota
	// NetworkLoopback is a port on 127.0.0.1, for other processes and browsers. Not in a bubble of testing/synctest.
	NetworkLoopback
)

// Options configure a Server. The zero value is useful.
type Options struct {
	// Network that clients come by. Default NetworkMemory.
	Network Network
	// Server options. Where they are zero, the store is a new one in memory, everybody may connect, nothing is logged, and a shutdown
	// takes no time. A store that is given is closed at the end of the test.
	Server server.Options
}

// Server is a running server. All methods may be called concurrently, except Stop, Start and Restart with each other. It ends
// with its test.
type Server struct {
	// URL for client.OpenSession. With NetworkMemory it needs Dial.
	URL string

	t    testing.TB
	o    Options
	net  *simnet.Network // nil with NetworkLoopback
	addr string
	keep store.Backend

	mu     sync.Mutex
	srv    *server.Server // nil while it is stopped
	served chan struct{}
	conns  map[*net.TCPConn]struct{}
}

// host is what all clients are in the network in memory.
const host = "clients"

// New starts a server, and fails the test if that does not work.
func New(t testing.TB, o Options) *Server {
	t.Helper()
	s := &Server{t: t, o: o, addr: "holdfast:80", conns: map[*net.TCPConn]struct{}{}}
	if o.Network == NetworkMemory {
		s.net = simnet.New(simnet.Options{Backlog: 4096}) // as Linux has it
	} else {
		s.addr = "127.0.0.1:0"
	}
	so := &s.o.Server
	if so.Store == nil {
		so.Store = memory.New(memory.Options{})
	}
	s.keep = so.Store
	so.Store = lasting{so.Store}
	if so.Authenticate == nil {
		so.Access = server.AccessAnyone
	}
	if so.Logger == nil {
		so.Logger = slog.New(slog.DiscardHandler)
	}
	if so.DrainPeriod == 0 {
		so.DrainPeriod = time.Millisecond
	}
	s.Start()
	t.Cleanup(s.close)
	return s
}

// lasting is a store that outlives the servers on it.
type lasting struct{ store.Backend }

func (lasting) Close() error { return nil }

func (s *Server) close() {
	s.Stop()
	if err := s.keep.Close(); err != nil {
		s.t.Error("close store:", err)
	}
}

// Start begins again after Stop, at the same address and with what is stored. While it runs it does nothing.
func (s *Server) Start() {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.srv != nil {
		return
	}
	l, err := s.listen()
	if err != nil {
		s.t.Fatal("start server:", err)
	}
	srv, err := server.New(s.o.Server)
	if err != nil {
		l.Close()
		s.t.Fatal("start server:", err)
	}
	s.srv, s.served = srv, make(chan struct{})
	go func() {
		defer close(s.served)
		if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			s.t.Error("serve:", err)
		}
	}()
}

func (s *Server) listen() (net.Listener, error) {
	if s.net != nil {
		s.URL = "ws://" + s.addr
		return s.net.Listen(s.addr)
	}
	l, err := net.Listen("tcp", s.addr)
	if err != nil {
		return nil, err
	}
	s.addr = l.Addr().String()
	s.URL = "ws://" + s.addr
	return watched{l, s}, nil
}

// watched is a listener that remembers whom it has taken in.
type watched struct {
	net.Listener
	s *Server
}

func (w watched) Accept() (net.Conn, error) {
	c, err := w.Listener.Accept()
	if tcp, ok := c.(*net.TCPConn); ok {
		w.s.mu.Lock()
		w.s.conns[tcp] = struct{}{}
		w.s.mu.Unlock()
	}
	return c, err
}

// Stop ends the server at once: clients see their connections closed, and nobody answers any more. While it is stopped it does nothing.
func (s *Server) Stop() {
	s.mu.Lock()
	srv, served := s.srv, s.served
	s.srv = nil
	s.mu.Unlock()
	if srv == nil {
		return
	}
	now, cancel := context.WithCancel(context.Background())
	cancel()
	if err := srv.Shutdown(now); err != nil && !errors.Is(err, context.Canceled) {
		s.t.Error("stop server:", err)
	}
	<-served
}

// Restart stops the server and starts it again with what is stored, as a deployment would.
func (s *Server) Restart() {
	s.t.Helper()
	s.Stop()
	s.Start()
}

// Cut ends all connections without a word, as a network does, and returns how many there were.
func (s *Server) Cut() int {
	if s.net != nil {
		return s.net.Reset(host)
	}
	s.mu.Lock()
	conns := s.conns
	s.conns = map[*net.TCPConn]struct{}{}
	s.mu.Unlock()
	n := 0
	for c := range conns {
		c.SetLinger(0) //nolint:errcheck // it may have ended
		if c.Close() == nil {
			n++
		}
	}
	return n
}

// Partition has nothing arrive any more, of which nobody is told, and dials hang, until Heal. With NetworkMemory alone.
func (s *Server) Partition() { s.memory("Partition").Partition(host) }

// Heal ends a partition.
func (s *Server) Heal() { s.memory("Heal").Heal(host) }

func (s *Server) memory(what string) *simnet.Network {
	if s.net == nil {
		s.t.Fatal(what + ": with NetworkMemory alone")
	}
	return s.net
}

// Dial is how clients reach the server: for client.SessionOptions.Dial and client.SocketOptions.Dial.
func (s *Server) Dial(ctx context.Context, network, addr string) (net.Conn, error) {
	if s.net != nil {
		return s.net.Dial(ctx, host, s.addr)
	}
	return (&net.Dialer{}).DialContext(ctx, network, addr)
}

// Session opens a session, which is closed at the end of the test. Dial is set if it is nil.
func (s *Server) Session(o client.SessionOptions) *client.Session {
	s.t.Helper()
	if o.Dial == nil {
		o.Dial = s.Dial
	}
	session, err := client.OpenSession(context.Background(), s.URL, o)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		session.Close(ctx) //nolint:errcheck // the test may have left records unanswered
	})
	return session
}

// Records returns what a channel has stored and still has, in order. It works while the server is stopped, too.
func (s *Server) Records(channel string) []holdfast.Record {
	s.t.Helper()
	var all []holdfast.Record
	for after := uint64(0); ; after = all[len(all)-1].Offset {
		page, err := s.keep.Read(context.Background(), channel, after, store.Limit{Records: 1000, Bytes: 16 << 20})
		if err != nil {
			s.t.Fatal(err)
		}
		if len(page) == 0 {
			return all
		}
		all = append(all, page...)
	}
}
