package server

import (
	"bufio"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/pires/go-proxyproto"

	"github.com/holdfast-ws/holdfast"
)

// proxied returns a connection that was accepted as one whose PROXY header is read before all else, if there has to be one.
func (s *Server) proxied(c net.Conn) net.Conn {
	if s.o.ProxyProtocol == ProxyProtocolOff {
		return c
	}
	if peer, err := netip.ParseAddrPort(c.RemoteAddr().String()); err != nil || !s.trusts(unmapped(peer.Addr())) {
		return c
	}
	return &proxiedConn{Conn: c, srv: s}
}

// proxiedConn is a connection of a trusted proxy. The header is read by whoever first wants bytes or the client's address, which is
// the connection's own goroutine and not the one that accepts.
type proxiedConn struct {
	net.Conn
	srv *Server

	once   sync.Once
	client net.Addr // nil: the proxy speaks for itself
	rest   []byte   // what came behind the header, not read yet
	err    error
}

// proxyHeaderBytes is what is read at first. A header of version 1 has at most 107 bytes, and of version 2 without extensions 52.
const proxyHeaderBytes = 512

func (c *proxiedConn) header() {
	c.Conn.SetReadDeadline(time.Now().Add(c.srv.o.HelloTimeout))
	r := bufio.NewReaderSize(c.Conn, proxyHeaderBytes)
	h, err := proxyproto.Read(r)
	if err != nil {
		c.err = &holdfast.Error{Code: holdfast.CodeHTTPBadRequest, Op: "read PROXY header", Cause: err}
		c.srv.headerMissing(c.Conn.RemoteAddr(), err)
		return
	}
	c.Conn.SetReadDeadline(time.Time{})
	if source, _, ok := h.TCPAddrs(); ok && h.Command.IsProxy() {
		c.client = source
	}
	if n := r.Buffered(); n > 0 {
		c.rest = make([]byte, n)
		r.Read(c.rest) //nolint:errcheck // they are there
	}
}

// Read returns what comes behind the header.
func (c *proxiedConn) Read(b []byte) (int, error) {
	c.once.Do(c.header)
	if c.err != nil {
		return 0, c.err
	}
	if len(c.rest) == 0 {
		return c.Conn.Read(b)
	}
	n := copy(b, c.rest)
	if c.rest = c.rest[n:]; len(c.rest) == 0 {
		c.rest = nil
	}
	return n, nil
}

// RemoteAddr is the client's, if the header says it.
func (c *proxiedConn) RemoteAddr() net.Addr {
	if c.once.Do(c.header); c.client != nil {
		return c.client
	}
	return c.Conn.RemoteAddr()
}

// NetConn is the connection below.
func (c *proxiedConn) NetConn() net.Conn { return c.Conn }

// CloseWrite ends the writing direction, if there is such a thing.
func (c *proxiedConn) CloseWrite() error {
	if w, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return w.CloseWrite()
	}
	return nil
}

// Bare is what is left when the header has been read: the connection below, so that a WebSocket has the fast path. See ws.Upgrade.
func (c *proxiedConn) Bare() net.Conn {
	if c.once.Do(c.header); c.err != nil || len(c.rest) > 0 {
		return c
	}
	return c.Conn
}

// headerWarnEvery is how often it is logged at most that a trusted proxy sends no PROXY header.
const headerWarnEvery = 10 * time.Second

func (s *Server) headerMissing(proxy net.Addr, err error) {
	now := s.millis()
	if last := s.headerWarned.Load(); last != 0 && now-last < headerWarnEvery.Milliseconds() || !s.headerWarned.CompareAndSwap(last, now) {
		return
	}
	s.logger.Warn("a trusted proxy has not begun with a PROXY header", "proxy", proxy, "error", err)
}
