package server

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/holdfast-ws/holdfast"
)

// lobby has the connections of Serve that are not upgraded: they have not asked for anything yet, or are between two
// requests. It counts those that go without ever having sent a request.
type lobby struct {
	mu     sync.Mutex
	guests map[net.Conn]bool // whether it has sent a request
}

func (l *lobby) len() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.guests)
}

// state is http.Server's ConnState.
func (s *Server) connState(c net.Conn, state http.ConnState) {
	l := &s.lobby
	switch state {
	case http.StateNew:
		l.mu.Lock()
		l.guests[c] = false
		l.mu.Unlock()
	case http.StateHijacked, http.StateClosed:
		l.mu.Lock()
		asked, ok := l.guests[c]
		delete(l.guests, c)
		l.mu.Unlock()
		if ok && !asked {
			s.count.turnAway(holdfast.CodeHTTPBadRequest)
		}
	}
}

type guestKey struct{}

func guest(ctx context.Context, c net.Conn) context.Context {
	return context.WithValue(ctx, guestKey{}, c)
}

// asks notes that a connection has sent a request.
func (s *Server) asks(r *http.Request) {
	if c, ok := r.Context().Value(guestKey{}).(net.Conn); ok {
		l := &s.lobby
		l.mu.Lock()
		if _, ok := l.guests[c]; ok {
			l.guests[c] = true
		}
		l.mu.Unlock()
	}
}

// spareSockets is how many sockets beyond MaxConnections are let in, to be told over HTTP that there is no room.
const spareSockets = 64

// acceptWarnEvery is how often it is logged at most that the listener fails.
const acceptWarnEvery = 10 * time.Second

// door is a listener that lets no more sockets in than the server may have. Each costs a file, whether it ever becomes a
// WebSocket or not, and a store that can open no file has to give up.
type door struct {
	net.Listener
	s *Server
}

// Accept returns the next socket that there is room for; the others are turned away.
func (d door) Accept() (net.Conn, error) {
	for {
		c, err := d.Listener.Accept()
		if err != nil {
			d.s.acceptFailed(err)
			return nil, err
		}
		if d.s.lobby.len()+int(d.s.reserved.Load()) < d.s.o.MaxConnections+spareSockets {
			return d.s.proxied(c), nil
		}
		d.s.count.turnAway(holdfast.CodeTooManyConnections)
		d.s.full(c)
	}
}

// acceptFailed counts that no socket could be taken in, and says so now and then. Serve's caller waits a little, ever longer up
// to a second, before it tries again.
func (s *Server) acceptFailed(err error) {
	if errors.Is(err, net.ErrClosed) {
		return
	}
	s.count.acceptErrors.Add(1)
	s.count.recent.add(incidentAccept, holdfast.CodeIO)
	now := s.millis()
	if last := s.acceptWarned.Load(); last != 0 && now-last < acceptWarnEvery.Milliseconds() || !s.acceptWarned.CompareAndSwap(last, now) {
		return
	}
	s.logger.Warn("no connection can be taken in", "error", err, "times", s.count.acceptErrors.Load())
}

// full says that there is no room, where that cannot block, and closes.
func (s *Server) full(c net.Conn) {
	if tcp, ok := c.(*net.TCPConn); ok && s.o.TLS == nil {
		tcp.SetWriteDeadline(time.Now().Add(time.Second)) // never used up: the socket's buffer is empty
		tcp.Write([]byte("HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n" +
			"Holdfast-Code: " + strconv.Itoa(int(holdfast.CodeTooManyConnections)) + "\r\nRetry-After: " + seconds(s.o.RetryAfter) + "\r\n\r\n"))
	}
	c.Close()
}

// seconds rounds up, as Retry-After wants it.
func seconds(d time.Duration) string { return strconv.Itoa(int((d + time.Second - 1) / time.Second)) }
