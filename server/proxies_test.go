package server_test

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/coder/websocket"
	"github.com/pires/go-proxyproto"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/wire"
	"github.com/holdfast-ws/holdfast/internal/ws"
	"github.com/holdfast-ws/holdfast/policy"
	"github.com/holdfast-ws/holdfast/server"
)

func networks(texts ...string) (all []netip.Prefix) {
	for _, t := range texts {
		all = append(all, netip.MustParsePrefix(t))
	}
	return all
}

// dialBy is dial in binary, with more to say to the server's HTTP.
func dialBy(t *testing.T, url string, o *websocket.DialOptions) *peer {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	o.Subprotocols = []string{wire.Binary.Subprotocol()}
	c, _, err := websocket.Dial(ctx, url, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.CloseNow() })
	return &peer{t: t, c: c, codec: wire.Binary, ctx: ctx}
}

// asked is a server that tells what request its hook is shown.
func asked(t *testing.T, o server.Options) (url string, requests <-chan *http.Request) {
	t.Helper()
	seen := make(chan *http.Request, 1)
	o.Authenticate = func(_ context.Context, c server.Credentials) (server.User, error) {
		seen <- c.Request
		return server.User{ID: "ann"}, nil
	}
	_, url = start(t, o)
	return url, seen
}

// Whose headers count, and what of them: the nearest address that is no trusted proxy's. The tests come from 127.0.0.1.
func TestForwardedHeaders(t *testing.T) {
	const here = "127.0.0.1"
	inner := networks("127.0.0.0/8", "10.0.0.0/8", "2001:db8:1::/48")
	type header = map[string]string
	for _, tt := range []struct {
		name       string
		trusted    []netip.Prefix
		by         server.Forwarding
		header     header
		from, host string // of the request that the hook sees; empty: as it was made
	}{
		{"a forged header of somebody who is not trusted", networks("10.0.0.0/8"), 0, header{"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Host": "evil.example"}, here, ""},
		{"a forged Forwarded of the same", networks("10.0.0.0/8"), server.ForwardingStandard, header{"Forwarded": "for=203.0.113.7;host=evil.example"}, here, ""},
		{"nobody is trusted", nil, 0, header{"X-Forwarded-For": "203.0.113.7"}, here, ""},
		{"one proxy", inner, 0, header{"X-Forwarded-For": "203.0.113.7"}, "203.0.113.7", ""},
		{"what the client has forged stands to the left", inner, 0, header{"X-Forwarded-For": "198.51.100.1, 203.0.113.7"}, "203.0.113.7", ""},
		{"two proxies", inner, 0, header{"X-Forwarded-For": "198.51.100.1, 203.0.113.7, 10.1.2.3"}, "203.0.113.7", ""},
		{"a client among the proxies", inner, 0, header{"X-Forwarded-For": "10.1.2.4, 10.1.2.3"}, "10.1.2.4", ""},
		{"a forged address behind one that is hidden", inner, 0, header{"X-Forwarded-For": "198.51.100.1, unknown, 10.1.2.3"}, "10.1.2.3", ""},
		{"nonsense alone", inner, 0, header{"X-Forwarded-For": "nonsense"}, here, ""},
		{"ports, IPv6, and IPv4 within it", inner, 0, header{"X-Forwarded-For": "[2001:db8::7]:4711, ::ffff:10.0.0.1, 2001:db8:1::1"}, "2001:db8::7", ""},
		{"host", inner, 0, header{"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Host": "old.example, chat.example:8443"}, "203.0.113.7", "chat.example:8443"},
		{"a host that is none", inner, 0, header{"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Host": "a/b"}, "203.0.113.7", ""},
		{"a forged Forwarded that the proxy passes on", inner, 0, header{"X-Forwarded-For": "203.0.113.7", "Forwarded": "for=198.51.100.1"}, "203.0.113.7", ""},
		{"a forged X-Forwarded-For that the proxy passes on", inner, server.ForwardingStandard, header{"X-Forwarded-For": "198.51.100.1", "Forwarded": "for=203.0.113.7"}, "203.0.113.7", ""},
		{"Forwarded", inner, server.ForwardingStandard, header{"Forwarded": `for=198.51.100.1;host=evil.example, For="[2001:db8::7]:4711";Host="chat.example";proto=https, for=10.0.0.1;host=inner`}, "2001:db8::7", "chat.example"},
		{"a forged quotation that is left open", inner, server.ForwardingStandard, header{"Forwarded": `for=198.51.100.1;host=", for=203.0.113.7`}, "203.0.113.7", ""},
		{"a comma in quotes", inner, server.ForwardingStandard, header{"Forwarded": `for=203.0.113.7;by="_x,for=198.51.100.1,y"`}, "203.0.113.7", ""},
		{"a quote in quotes", inner, server.ForwardingStandard, header{"Forwarded": `for=203.0.113.7;by="_\",for=198.51.100.1,y"`}, "203.0.113.7", ""},
		{"a port that is hidden", inner, server.ForwardingStandard, header{"Forwarded": `for="203.0.113.7:_x"`}, "203.0.113.7", ""},
		{"an address that is hidden", inner, server.ForwardingStandard, header{"Forwarded": "for=198.51.100.1, for=_hidden"}, here, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			url, seen := asked(t, server.Options{TrustedProxies: tt.trusted, Forwarding: tt.by})
			r, err := http.NewRequest(http.MethodGet, url, nil)
			if err != nil {
				t.Fatal(err)
			}
			for k, v := range tt.header {
				r.Header.Set(k, v)
			}
			p := dialBy(t, url, &websocket.DialOptions{HTTPHeader: r.Header})
			p.hello()
			got := <-seen
			if from := netip.MustParseAddrPort(got.RemoteAddr).Addr().String(); from != tt.from {
				t.Errorf("the client is %s, want %s", from, tt.from)
			}
			if want := tt.host; want != "" && got.Host != want || want == "" && got.Host != r.URL.Host {
				t.Errorf("the host is %s, want %s", got.Host, want)
			}
		})
	}
}

// Without authentication a proxy is refused though it is trusted: nobody can tell who else is behind it.
func TestTrustedProxyWithoutAuthentication(t *testing.T) {
	s, _ := start(t, server.Options{TrustedProxies: networks("127.0.0.0/8")})
	for _, h := range []string{"X-Forwarded-For", "Forwarded", "Via"} {
		r := httptest.NewRequest(http.MethodGet, "/healthz", nil)
		r.RemoteAddr, r.Host = "127.0.0.1:1", "localhost"
		r.Header.Set(h, "127.0.0.1")
		w := httptest.NewRecorder()
		if s.ServeHTTP(w, r); w.Header().Get("Holdfast-Code") != "4318" {
			t.Errorf("%s: %d, %s", h, w.Code, w.Body)
		}
	}
}

// A name that was made to point to this machine opens nothing, whichever header says another one.
func TestDNSRebinding(t *testing.T) {
	for _, o := range []server.Options{{}, {TrustedProxies: networks("127.0.0.0/8")}} {
		s, _ := start(t, o)
		for _, h := range []http.Header{{}, {"X-Forwarded-Host": {"localhost"}}, {"Origin": {"http://evil.example:8080"}}} {
			for _, path := range []string{"/ws", "/", "/api/websocket/metrics"} {
				r := httptest.NewRequest(http.MethodGet, path, nil)
				r.RemoteAddr, r.Host, r.Header = "127.0.0.1:1", "evil.example:8080", h
				w := httptest.NewRecorder()
				if s.ServeHTTP(w, r); w.Code != http.StatusForbidden {
					t.Errorf("%s with %v: %d, %s", path, h, w.Code, w.Body)
				}
			}
		}
	}
}

// A page that came by plain HTTP is of another origin than a server that is reached by TLS, also where a proxy speaks it.
func TestOriginOverTLS(t *testing.T) {
	for _, tt := range []struct {
		name, origin, proto string
		tls                 bool
		want                int
	}{
		{"its own", "https://chat.example", "", true, http.StatusOK},
		{"a page that came by plain HTTP", "http://chat.example", "", true, http.StatusForbidden},
		{"its own, by a proxy", "https://chat.example", "https", false, http.StatusOK},
		{"a page that came by plain HTTP, by a proxy", "http://chat.example", "https", false, http.StatusForbidden},
		{"plain HTTP, by a proxy", "http://chat.example", "http", false, http.StatusOK},
		{"a proxy that does not say", "https://chat.example", "", false, http.StatusOK},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, _ := start(t, server.Options{Access: server.AccessAnyone, TrustedProxies: networks("127.0.0.0/8")})
			r := httptest.NewRequest(http.MethodGet, "/healthz", nil)
			r.RemoteAddr, r.Host = "127.0.0.1:1", "chat.example"
			r.Header.Set("Origin", tt.origin)
			if tt.proto != "" {
				r.Header.Set("X-Forwarded-Proto", tt.proto)
			}
			if tt.tls {
				r.TLS = &tls.ConnectionState{}
			}
			w := httptest.NewRecorder()
			if s.ServeHTTP(w, r); w.Code != tt.want {
				t.Errorf("%d, want %d: %s", w.Code, tt.want, w.Body)
			}
		})
	}
}

func proxyHeader(t *testing.T, version byte, from string) string {
	t.Helper()
	src, dst := net.TCPAddrFromAddrPort(netip.MustParseAddrPort(from)), &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 80}
	b, err := proxyproto.HeaderProxyFromAddrs(version, src, dst).Format()
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// The PROXY protocol says who the client is where a trusted proxy speaks it, and nowhere else.
func TestProxyProtocol(t *testing.T) {
	local := string(proxyproto.SIGV2) + "\x20\x00\x00\x00"
	on, here, others := server.ProxyProtocolOn, networks("127.0.0.0/8"), networks("10.0.0.0/8")
	for _, tt := range []struct {
		name    string
		mode    server.ProxyProtocol
		trusted []netip.Prefix
		before  string
		header  string // after that
		want    string // empty: it is refused
	}{
		{"version 1", on, here, proxyHeader(t, 1, "203.0.113.7:4711"), "", "203.0.113.7:4711"},
		{"version 2", on, here, proxyHeader(t, 2, "[2001:db8::7]:4711"), "", "[2001:db8::7]:4711"},
		{"a proxy that speaks for itself", on, here, local, "", "127.0.0.1"},
		{"a proxy that does not know", on, here, "PROXY UNKNOWN\r\n", "", "127.0.0.1"},
		{"the client's own X-Forwarded-For counts for nothing", on, here, proxyHeader(t, 2, "203.0.113.7:4711"), "X-Forwarded-For: 198.51.100.1\r\n", "203.0.113.7:4711"},
		{"a trusted proxy behind it", on, networks("127.0.0.0/8", "10.0.0.0/8"), proxyHeader(t, 2, "10.0.0.1:4711"), "X-Forwarded-For: 203.0.113.7\r\n", "203.0.113.7:0"},
		{"a forged header of somebody who is not trusted", on, others, proxyHeader(t, 1, "203.0.113.7:4711"), "", ""},
		{"a forged one of version 2", on, others, proxyHeader(t, 2, "203.0.113.7:4711"), "", ""},
		{"somebody who is not trusted and sends none", on, others, "", "", "127.0.0.1"},
		{"a trusted proxy that sends none", on, here, "", "", ""},
		{"a trusted proxy that sends something else first", on, here, strings.Repeat("x", 512), "", ""},
		{"a header that is broken", on, here, "PROXY TCP4 nonsense\r\n", "", ""},
		{"a header that is too long", on, here, "PROXY TCP4 " + strings.Repeat("1", 200) + "\r\n", "", ""},
		{"it is off", server.ProxyProtocolOff, here, proxyHeader(t, 1, "203.0.113.7:4711"), "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			url, seen := asked(t, server.Options{ProxyProtocol: tt.mode, TrustedProxies: tt.trusted})
			a := &attacker{host: strings.TrimSuffix(strings.TrimPrefix(url, "ws://"), "/ws")}
			a.connect()
			defer func() { a.c.Close() }()
			a.write([]byte(tt.before))
			a.write([]byte(binaryHead + tt.header + "\r\n"))
			res := a.response()
			if tt.want == "" {
				if res.StatusCode == http.StatusSwitchingProtocols {
					t.Fatal("it was let in")
				}
				return
			}
			if res.StatusCode != http.StatusSwitchingProtocols {
				t.Fatalf("%d, %v", res.StatusCode, a.errs)
			}
			a.send(helloOf(1))
			if got := (<-seen).RemoteAddr; got != tt.want && !strings.HasPrefix(got, tt.want+":") {
				t.Errorf("the client is %s, want %s", got, tt.want)
			}
			if _, p, err := a.frame(); err != nil || len(p) == 0 {
				t.Errorf("no welcome: %v", err)
			}
		})
	}
}

// What follows the header in the same packet is not lost, and neither is what follows the upgrade.
func TestProxyProtocolInOnePacket(t *testing.T) {
	url, seen := asked(t, server.Options{ProxyProtocol: server.ProxyProtocolOn, TrustedProxies: networks("127.0.0.0/8")})
	for _, filler := range []int{0, 100, 600, 2000} { // beyond what is read at first
		a := &attacker{host: strings.TrimSuffix(strings.TrimPrefix(url, "ws://"), "/ws")}
		a.connect()
		hello := helloOf(1).Append(nil, wire.Binary)
		a.write([]byte(proxyHeader(t, 2, "203.0.113.7:4711") + binaryHead + "Cookie: " + strings.Repeat("x", filler) + "\r\n\r\n" + string(rawFrame(0x80|byte(ws.OpBinary), hello))))
		if res := a.response(); res.StatusCode != http.StatusSwitchingProtocols {
			t.Fatalf("%d, %v", res.StatusCode, a.errs)
		}
		if got := (<-seen).RemoteAddr; got != "203.0.113.7:4711" {
			t.Errorf("the client is %s", got)
		}
		if _, p, err := a.frame(); err != nil || len(p) == 0 {
			t.Errorf("no welcome: %v", err)
		}
		a.c.Close()
	}
}

// Whoever may say who somebody is has to be named well.
func TestProxyOptions(t *testing.T) {
	for name, o := range map[string]server.Options{
		"TrustedProxies": {TrustedProxies: []netip.Prefix{{}}},
		"Forwarding":     {Forwarding: 9},
		"ProxyProtocol":  {ProxyProtocol: server.ProxyProtocolOn},
		"TLS":            {TLS: &tls.Config{}},
	} {
		if s, err := server.New(o); holdfast.CodeOf(err) != holdfast.CodeBadArgument || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v, %v", name, s, err)
		}
	}
}

// Limits, rates and lists go by the client's address, and not by the proxy's: one client cannot use up what others have behind the same proxy.
func TestLimitsOfAnAddressBehindAProxy(t *testing.T) {
	for name, o := range map[string]server.Options{
		"connections": {MaxPerAddress: 1},
		"rate":        {Limits: policy.Limits{Connects: policy.Rate{PerSecond: 0.001, Burst: 1}}},
	} {
		t.Run(name, func(t *testing.T) {
			o.TrustedProxies, o.Access = networks("127.0.0.0/8"), server.AccessAnyone
			s, url := start(t, o)
			from := func(addr string) (*websocket.Conn, *http.Response) {
				c, resp, _ := websocket.Dial(t.Context(), url, &websocket.DialOptions{Subprotocols: []string{wire.Binary.Subprotocol()},
					HTTPHeader: http.Header{"X-Forwarded-For": {addr}}})
				if c != nil {
					t.Cleanup(func() { c.CloseNow() })
				}
				return c, resp
			}
			for _, addr := range []string{"203.0.113.7", "203.0.113.8", "2001:db8::7"} {
				if c, _ := from(addr); c == nil {
					t.Fatalf("%s is refused", addr)
				}
			}
			if c, resp := from("198.51.100.1, 203.0.113.8"); c != nil || resp.StatusCode != http.StatusTooManyRequests {
				t.Errorf("the second of an address is taken in: %v", resp.Status)
			}
			var seen []string
			for c := range s.Connections(server.Selector{}) {
				seen = append(seen, c.Address.String())
			}
			slices.Sort(seen)
			if want := []string{"2001:db8::7", "203.0.113.7", "203.0.113.8"}; !slices.Equal(seen, want) {
				t.Errorf("the list has %v", seen)
			}
		})
	}
}
