package server

import (
	"net/http"
	"net/netip"
	"testing"
)

// Whatever a client has written into the headers, it cannot move the address that the trusted proxy adds on the right.
func FuzzForwarded(f *testing.F) {
	for _, seed := range []string{"", "198.51.100.1", "198.51.100.1, unknown", `for=198.51.100.1;host="`, `for="[2001:db8::1]:1";proto=https`, `\"`, `"\`, `;;,,=`, `for="a\"`} {
		f.Add(seed)
	}
	s := &Server{o: Options{TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}}
	client := netip.MustParseAddr("203.0.113.7")
	f.Fuzz(func(t *testing.T, forged string) {
		for _, h := range []http.Header{
			{"X-Forwarded-For": {forged + ", 203.0.113.7, 10.1.2.3"}},
			{"X-Forwarded-For": {forged, "203.0.113.7", "10.1.2.3"}},
		} {
			if got := s.byX(h); got.from.Addr() != client {
				t.Errorf("%q: the client is %s", h, got.from)
			}
		}
		for _, h := range []http.Header{
			{"Forwarded": {forged + `, for=203.0.113.7;host="chat.example";proto=https, for="10.1.2.3:80"`}},
			{"Forwarded": {forged, `for="203.0.113.7:4711";host=chat.example;proto=HTTPS`, "for=10.1.2.3"}},
		} {
			if got := s.byForwarded(h); got.from.Addr() != client || got.host != "chat.example" || got.proto != "https" {
				t.Errorf("%q: %+v", h, got)
			}
		}
		s.byX(http.Header{"X-Forwarded-For": {forged}, "X-Forwarded-Host": {forged}, "X-Forwarded-Proto": {forged}})
		s.byForwarded(http.Header{"Forwarded": {forged}})
	})
}
