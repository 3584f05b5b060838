package server

import (
	"iter"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/holdfast-ws/holdfast"
)

// Forwarding says which headers a trusted proxy tells by whom it speaks for. Only those of one kind are read: a proxy that sets
// the one kind passes the other on as its client sent it.
type Forwarding uint8

const (
	// ForwardingX reads X-Forwarded-For, X-Forwarded-Proto and X-Forwarded-Host.
	ForwardingX Forwarding = iota
	// ForwardingStandard reads Forwarded (RFC 7239).
	ForwardingStandard
)

// ProxyProtocol says whether connections of trusted proxies begin with a header of the PROXY protocol, version 1 or 2.
type ProxyProtocol uint8

const (
	// ProxyProtocolOff reads no such header; who sends one is answered 400.
	ProxyProtocolOff ProxyProtocol = iota
	// ProxyProtocolOn wants it first on each connection that comes from one of TrustedProxies, in one piece, and closes those that
	// begin otherwise: a proxy that relays its client's bytes as they are would let the client say who it is. Others are
	// served without it, and answered 400 if they send it. Serve alone reads it; ServeHTTP has no say in it.
	ProxyProtocolOn
)

func (o *Options) fillProxies() error {
	bad := func(detail string) error {
		return &holdfast.Error{Code: holdfast.CodeBadArgument, Op: "start server", Detail: detail}
	}
	for _, p := range o.TrustedProxies {
		if !p.IsValid() || p.Addr().Is4In6() || p.Addr().Zone() != "" {
			return bad("TrustedProxies: " + p.String() + " is no network; IPv4 is written as such, and zones do not count")
		}
	}
	o.TrustedProxies = slices.Clone(o.TrustedProxies)
	if o.Forwarding > ForwardingStandard {
		return bad("Forwarding: there is no such choice")
	}
	if o.ProxyProtocol > ProxyProtocolOn {
		return bad("ProxyProtocol: there is no such choice")
	}
	if o.ProxyProtocol == ProxyProtocolOn && len(o.TrustedProxies) == 0 {
		return bad("ProxyProtocol: TrustedProxies must say whose header is believed")
	}
	return nil
}

// unmapped is how addresses are compared.
func unmapped(a netip.Addr) netip.Addr { return a.Unmap().WithZone("") }

// trusts says whether what comes from an address may say on whose behalf.
func (s *Server) trusts(a netip.Addr) bool {
	return a.IsValid() && slices.ContainsFunc(s.o.TrustedProxies, func(p netip.Prefix) bool { return p.Contains(a) })
}

// asClient returns a request that a trusted proxy has passed on as its client made it: RemoteAddr is the client's (with port 0 if the
// proxy does not say it), Host what the client has asked for, and URL.Scheme, otherwise empty, what it came by. Any other request
// is returned as it is.
func (s *Server) asClient(r *http.Request) *http.Request {
	if len(s.o.TrustedProxies) == 0 || !s.trusts(clientAddr(r)) {
		return r
	}
	read := s.byX
	if s.o.Forwarding == ForwardingStandard {
		read = s.byForwarded
	}
	h := read(r.Header)
	if h == (hop{}) {
		return r
	}
	c := new(http.Request)
	*c = *r
	if h.from.IsValid() {
		c.RemoteAddr = h.from.String()
	}
	if h.host != "" {
		c.Host = h.host
	}
	if h.proto == "http" || h.proto == "https" {
		u := *r.URL
		u.Scheme = h.proto
		c.URL = &u
	}
	return c
}

// hop is what a proxy says of its client. What it does not say is the zero value.
type hop struct {
	from        netip.AddrPort
	host, proto string
}

// byX reads the headers that most proxies set. Of host and protocol the last counts: the proxy next to us has set it.
func (s *Server) byX(h http.Header) (c hop) {
	for _, f := range slices.Backward(strings.Split(strings.Join(h["X-Forwarded-For"], ","), ",")) {
		from, ok := nodeAddr(strings.TrimSpace(f))
		if !ok {
			break
		}
		c.from = from
		if !s.trusts(from.Addr()) {
			break
		}
	}
	c.host, c.proto = validHost(lastOf(h["X-Forwarded-Host"])), strings.ToLower(lastOf(h["X-Forwarded-Proto"]))
	return c
}

func lastOf(lines []string) string {
	all := strings.Join(lines, ",")
	return strings.TrimSpace(all[strings.LastIndexByte(all, ',')+1:])
}

// byForwarded reads RFC 7239. Each proxy has appended an element; host and protocol are those of the client's.
func (s *Server) byForwarded(h http.Header) (c hop) {
	for element := range fromRight(strings.Join(h["Forwarded"], ","), ',') {
		next := hop{}
		for pair := range fromRight(element, ';') {
			name, value, _ := strings.Cut(pair, "=")
			value = unquoted(value)
			switch strings.ToLower(strings.TrimSpace(name)) {
			case "for":
				next.from, _ = nodeAddr(value)
			case "host":
				next.host = validHost(value)
			case "proto":
				next.proto = strings.ToLower(value)
			}
		}
		if !next.from.IsValid() { // hidden, or nonsense: what is further left may be anybody's
			break
		}
		c = next
		if !s.trusts(next.from.Addr()) {
			break
		}
	}
	return c
}

// fromRight splits a header at a separator that is not inside quotes, the last element first. Those that trusted proxies have appended are
// well-formed, and so found, whatever their client has written to the left of them; a quotation that it leaves open would
// swallow them from the left.
func fromRight(text string, separator byte) iter.Seq[string] {
	return func(yield func(string) bool) {
		end, quoted := len(text), false
		for i := len(text) - 1; i >= 0; i-- {
			switch {
			case text[i] == '"' && !escaped(text[:i]):
				quoted = !quoted
			case text[i] == separator && !quoted:
				if !yield(text[i+1 : end]) {
					return
				}
				end = i
			}
		}
		yield(text[:end])
	}
}

// escaped says whether what follows text has a backslash before it that counts.
func escaped(text string) bool {
	return (len(text)-len(strings.TrimRight(text, `\`)))%2 == 1
}

// unquoted is the value of a token or of a quoted string.
func unquoted(v string) string {
	v = strings.TrimSpace(v)
	if len(v) < 2 || v[0] != '"' || v[len(v)-1] != '"' {
		return v
	}
	v = v[1 : len(v)-1]
	if !strings.Contains(v, `\`) {
		return v
	}
	var b strings.Builder
	for i := 0; i < len(v); i++ {
		if v[i] == '\\' && i+1 < len(v) {
			i++
		}
		b.WriteByte(v[i])
	}
	return b.String()
}

// nodeAddr reads an address as proxies write it: with a port or without, IPv6 in brackets or not.
func nodeAddr(v string) (netip.AddrPort, bool) {
	if ap, err := netip.ParseAddrPort(v); err == nil {
		return netip.AddrPortFrom(unmapped(ap.Addr()), ap.Port()), true
	}
	v, _, _ = strings.Cut(v, ":_") // a port that is hidden
	a, err := netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(v, "["), "]"))
	if err != nil {
		return netip.AddrPort{}, false
	}
	return netip.AddrPortFrom(unmapped(a), 0), true
}

// validHost is v if it can be a Host, or empty.
func validHost(v string) string {
	if u, err := url.Parse("//" + v); err != nil || u.Host != v || u.Hostname() == "" {
		return ""
	}
	return v
}
