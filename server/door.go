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
	guests map[net.Conn]guestbook
	fresh  int           // guests of this round
	round  uint32        // begins anew when some have kept the others waiting for long enough
	room   chan struct{} // has something when there is room again; of one
}

// guestbook is what is known of a guest.
type guestbook struct {
	asked bool   // it has sent a request
	done  bool   // it has been answered
	round uint32 // in which it came
}

// Of the sockets that are taken in, no more than roundSize may wait for their answer or upgrade; what comes then stays in the kernel's queue until half
// of them have it, or roundTime has passed. A crowd that dials at once costs nothing there; taken in all at once it would
// be as many goroutines, behind which the connections that are there wait for a processor: with 20,000 that dialled at once, p99 of the latency
// of others was 27 to 112 ms in the first three seconds, and is 9 to 12 ms so, with half the memory (TestRushOfThousands, two cores). To answer one takes about
// 50 µs. Those who say nothing make others wait for no longer than roundTime, roundSize of them together.
const (
	roundSize = 32
	roundTime = 5 * time.Millisecond
)

func newLobby() lobby {
	return lobby{guests: map[net.Conn]guestbook{}, room: make(chan struct{}, 1)}
}

// pace waits until another socket may be taken in.
func (l *lobby) pace() {
	l.mu.Lock()
	full := l.fresh >= roundSize
	if full {
		select {
		case <-l.room: // of earlier
		default:
		}
	}
	l.mu.Unlock()
	if !full {
		return
	}
	t := time.NewTimer(roundTime)
	defer t.Stop()
	select {
	case <-l.room:
	case <-t.C:
		l.mu.Lock()
		l.round++
		l.fresh = 0
		l.mu.Unlock()
	}
}

// enter and leave are of a guest. leave says whether it was there, and had sent a request.
func (l *lobby) enter(c net.Conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.guests[c] = guestbook{round: l.round}
	l.fresh++
}

func (l *lobby) leave(c net.Conn) (there, asked bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	g, ok := l.guests[c]
	if ok {
		l.answered(g)
		delete(l.guests, c)
	}
	return ok, g.asked
}

// rests is of a guest that has been answered, and may ask something else.
func (l *lobby) rests(c net.Conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if g, ok := l.guests[c]; ok {
		l.answered(g)
		g.done = true
		l.guests[c] = g
	}
}

// answered makes room, once for each guest. Locked.
func (l *lobby) answered(g guestbook) {
	if g.done || g.round != l.round || l.fresh == 0 {
		return
	}
	if l.fresh--; l.fresh == roundSize/2 {
		select {
		case l.room <- struct{}{}:
		default:
		}
	}
}

// asks notes that a guest has sent a request.
func (l *lobby) asks(c net.Conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if g, ok := l.guests[c]; ok {
		g.asked = true
		l.guests[c] = g
	}
}

func (l *lobby) len() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.guests)
}

// state is http.Server's ConnState.
func (s *Server) connState(c net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		s.lobby.enter(c)
	case http.StateIdle:
		s.lobby.rests(c)
	case http.StateHijacked, http.StateClosed:
		if there, asked := s.lobby.leave(c); there && !asked {
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
		s.lobby.asks(c)
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
		d.s.lobby.pace()
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
