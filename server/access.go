package server

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"github.com/holdfast-ws/holdfast"
)

// clientAddr is the address that a request comes from: without a zone, IPv4 as such; invalid where the socket has none.
func clientAddr(r *http.Request) netip.Addr {
	if ap, err := netip.ParseAddrPort(r.RemoteAddr); err == nil {
		return ap.Addr().Unmap().WithZone("")
	}
	return netip.Addr{}
}

// forwarding headers tell of a proxy in between, so that the address of the connection is not the client's.
var forwarding = []string{"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-Ip", "Via", "Cf-Connecting-Ip", "True-Client-Ip"}

// admit decides about a request before anything is done for it.
func (s *Server) admit(r *http.Request) error {
	if s.o.Authenticate == nil && s.o.Access == AccessLoopback {
		if err := local(r); err != nil {
			return err
		}
	}
	return s.origin(r)
}

// accepting says why no connection is taken in at all.
func (s *Server) accepting() error {
	s.mu.Lock()
	draining, failed := s.draining, s.failed
	s.mu.Unlock()
	if failed {
		return &holdfast.Error{Code: holdfast.CodeStoreUnavailable, Op: "connect", RetryAfter: s.o.RetryAfter}
	}
	if draining {
		return s.comeAgain()
	}
	return nil
}

// local refuses whoever may not be on this machine, and names that a page elsewhere could have made to point here.
func local(r *http.Request) error {
	for _, h := range forwarding {
		if r.Header.Get(h) != "" {
			return &holdfast.Error{Code: holdfast.CodeForwarded, Op: "connect", Detail: "header " + h + ": the request came through a proxy, and this server has no authentication"}
		}
	}
	if r.RemoteAddr != "" && !loopback(r.RemoteAddr) {
		return &holdfast.Error{Code: holdfast.CodeNotLoopback, Op: "connect", Detail: "address " + r.RemoteAddr + ": not of this machine, and this server has no authentication"}
	}
	if h := host(r.Host); h != "localhost" && !strings.HasSuffix(h, ".localhost") && !loopback(h) {
		return &holdfast.Error{Code: holdfast.CodeNotLoopback, Op: "connect", Detail: "host " + strconv.Quote(r.Host) + ": only localhost and loopback addresses are served without authentication"}
	}
	return nil
}

func host(hostport string) string {
	if h, _, err := net.SplitHostPort(hostport); err == nil {
		return h
	}
	return strings.Trim(hostport, "[]")
}

func loopback(hostport string) bool {
	h := host(hostport)
	if h == "@" || h == "pipe" || h == "" { // Unix sockets and in-memory connections
		return true
	}
	a, err := netip.ParseAddr(h)
	return err == nil && a.Unmap().IsLoopback()
}

// origin lets pages of the server's own origin in, and of those that are listed. Programs send none. A page that came by plain HTTP is
// of another origin than a server that is reached by TLS: whoever is on the way can have written it.
func (s *Server) origin(r *http.Request) error {
	origin := r.Header.Get("Origin")
	if origin == "" {
		return nil
	}
	u, err := url.Parse(origin)
	if err == nil && strings.EqualFold(u.Host, r.Host) && (u.Scheme == "https" || !secure(r)) {
		return nil
	}
	for _, o := range s.o.Origins {
		if o == "*" || strings.EqualFold(o, origin) {
			return nil
		}
	}
	return &holdfast.Error{Code: holdfast.CodeOrigin, Op: "connect", Detail: "Origin " + strconv.Quote(origin) + " is not " + strconv.Quote(r.Host) + " and not in the list"}
}

// secure says whether a request is known to have come by TLS, to us or to a trusted proxy.
func secure(r *http.Request) bool { return r.TLS != nil || r.URL.Scheme == "https" }

// turnAway answers a request that is not taken in, in words and with the code.
func (s *Server) turnAway(w http.ResponseWriter, err error) {
	code := holdfast.CodeOf(err)
	s.count.turnAway(code)
	status := http.StatusForbidden
	switch {
	case code == holdfast.CodeUnsupportedProtocol, code == holdfast.CodeBadChannel, code == holdfast.CodeBadArgument:
		status = http.StatusBadRequest
	case code.Action() == holdfast.ActionLater:
		status = http.StatusServiceUnavailable
		if code == holdfast.CodeRateLimited || code == holdfast.CodeTooManyForAddress {
			status = http.StatusTooManyRequests
		}
		if e, ok := err.(*holdfast.Error); ok && e.RetryAfter > 0 {
			w.Header().Set("Retry-After", seconds(e.RetryAfter))
		}
	case code.Action() == holdfast.ActionAuthenticate:
		status = http.StatusUnauthorized
	}
	w.Header().Set("Holdfast-Code", strconv.Itoa(int(code)))
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Connection", "close")
	w.WriteHeader(status)
	w.Write([]byte(err.Error() + "\n"))
}
