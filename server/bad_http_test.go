package server_test

import (
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/wire"
)

// refusedWith returns what an HTTP answer says, and checks that the sentence and Retry-After are there.
func refusedWith(a *attacker, res *http.Response) holdfast.Code {
	code, _ := strconv.Atoi(res.Header.Get("Holdfast-Code"))
	if code == 0 {
		return holdfast.Code(res.StatusCode)
	}
	if c := holdfast.Code(code); c.Action() == holdfast.ActionLater && res.Header.Get("Retry-After") == "" {
		a.failed("%v without Retry-After", c)
	}
	return holdfast.Code(code)
}

func asking(request string) func(a *attacker) holdfast.Code {
	return func(a *attacker) holdfast.Code { return refusedWith(a, a.ask(request)) }
}

// dribble sends a byte after the other until the server has had enough. The pace is the attacker's.
func dribble(a *attacker, b []byte) {
	for i := range b {
		if !a.write(b[i : i+1]) {
			return
		}
		time.Sleep(30 * time.Millisecond)
	}
}

// Attacks on the way in.
func TestBadRequests(t *testing.T) {
	long := strings.Repeat("x", 60<<10)
	runAttacks(t, []attack{
		{name: "slowloris: a request byte by byte", slow: true, counted: turnedAway, count: holdfast.CodeHTTPBadRequest,
			do: func(a *attacker) holdfast.Code {
				a.connect()
				dribble(a, []byte(binaryHead+"Cookie: "+long+"\r\n")) // ends when the server closes
				return 0
			}},
		{name: "nothing at all", slow: true, counted: turnedAway, count: holdfast.CodeHTTPBadRequest,
			do: func(a *attacker) holdfast.Code { a.connect(); a.end(); return 0 }},
		{name: "slowloris: a body byte by byte", slow: true, counted: nowhere,
			do: func(a *attacker) holdfast.Code {
				a.connect()
				a.write([]byte("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 60000\r\n\r\n"))
				dribble(a, []byte(long)) // ends when the server closes
				return 0
			}},
		{name: "a huge URL", told: http.StatusRequestHeaderFieldsTooLarge, counted: turnedAway, count: holdfast.CodeHTTPBadRequest,
			do: asking("GET /ws?" + long + " HTTP/1.1\r\nHost: localhost\r\n\r\n")},
		{name: "a huge header", told: http.StatusRequestHeaderFieldsTooLarge, counted: turnedAway, count: holdfast.CodeHTTPBadRequest,
			do: asking(binaryHead + "Cookie: " + long + "\r\n\r\n")},
		{name: "a great many headers", told: http.StatusRequestHeaderFieldsTooLarge, counted: turnedAway, count: holdfast.CodeHTTPBadRequest,
			do: asking(binaryHead + strings.Repeat("A: b\r\n", 10_000) + "\r\n")},
		{name: "no HTTP", told: http.StatusBadRequest, counted: turnedAway, count: holdfast.CodeHTTPBadRequest,
			do: asking("\x16\x03\x01\x02\x00\x01\x00\r\n\r\n")},
		{name: "another origin", told: holdfast.CodeOrigin, counted: turnedAway, do: asking(binaryHead + "Origin: http://elsewhere.example\r\n\r\n")},
		{name: "an origin that is none", told: holdfast.CodeOrigin, counted: turnedAway, do: asking(binaryHead + "Origin: null\r\n\r\n")},
		{name: "through a proxy", told: holdfast.CodeForwarded, counted: turnedAway, do: asking(binaryHead + "X-Forwarded-For: 1.2.3.4\r\n\r\n")},
		{name: "another host", told: holdfast.CodeNotLoopback, counted: turnedAway,
			do: asking(strings.Replace(binaryHead, "localhost", "elsewhere.example", 1) + "\r\n")},
		{name: "no subprotocol of ours", told: holdfast.CodeUnsupportedProtocol, counted: turnedAway,
			do: asking(upgradeHead + "Sec-WebSocket-Protocol: graphql-ws\r\n\r\n")},
		{name: "no upgrade", told: holdfast.CodeHTTPUpgradeRequired, counted: turnedAway,
			do: asking("GET /ws HTTP/1.1\r\nHost: localhost\r\nSec-WebSocket-Protocol: holdfast.v1.bin\r\n\r\n")},
		{name: "another version of WebSocket", told: holdfast.CodeHTTPUpgradeRequired, counted: turnedAway,
			do: asking(strings.Replace(binaryHead, "Version: 13", "Version: 8", 1) + "\r\n")},
		{name: "a key that is too short", told: holdfast.CodeHTTPBadRequest, counted: turnedAway,
			do: asking(strings.Replace(binaryHead, "AAAAAAAAAAAAAAAAAAAAAA==", "AAAA", 1) + "\r\n")},
		{name: "frames hidden in a body", told: holdfast.CodeHTTPBadRequest, counted: turnedAway,
			do: asking(binaryHead + "Content-Length: 7\r\n\r\n\x82\x81\x00\x00\x00\x00x")},
		{name: "an extension that cannot be read", told: holdfast.CodeHTTPBadRequest, counted: turnedAway,
			do: asking(binaryHead + "Sec-WebSocket-Extensions: permessage-deflate; =;\"\r\n\r\n")},
	})
}

// Connections beyond MaxConnections are turned away with a code and a time to come back, whether they have asked for
// anything yet or not; and there is room again when somebody has gone.
func TestConnectionFlood(t *testing.T) {
	o := badOptions()
	o.MaxConnections = 10
	runFlood := func(t *testing.T, fill func(a *attacker)) {
		s, url := start(t, o)
		good := dial(t, url, wire.Binary)
		good.hello()
		host := strings.TrimSuffix(strings.TrimPrefix(url, "ws://"), "/ws")
		var all []*attacker
		enough := func() bool { return s.Stats().TurnedAway[holdfast.CodeTooManyConnections] >= 10 }
		for !enough() && len(all) < 10*o.MaxConnections+200 { // those who say nothing are not taken in all at once
			a := &attacker{host: host}
			fill(a)
			if all = append(all, a); len(a.errs) > 0 {
				t.Fatalf("%d connections were let in: %v, %+v", len(all), a.errs, s.Stats())
			}
		}
		until(t, func() string { return "ten of them are turned away" }, enough)
		good.publish("good", 1, "x")
		good.want(wire.TypeStored)
		for _, a := range all {
			a.c.Close()
		}
		until(t, func() string { return "somebody new is let in" }, func() bool {
			a := &attacker{host: host}
			defer func() { a.c.Close() }()
			return a.ask(binaryHead+"\r\n").StatusCode == http.StatusSwitchingProtocols
		})
	}
	t.Run("upgraded", func(t *testing.T) {
		runFlood(t, func(a *attacker) {
			res := a.ask(binaryHead + "\r\n")
			if code := refusedWith(a, res); res.StatusCode != http.StatusSwitchingProtocols && code != holdfast.CodeTooManyConnections {
				a.failed("answered with %v, %v", res.StatusCode, code)
			}
		})
	})
	t.Run("silent", func(t *testing.T) {
		runFlood(t, func(a *attacker) { a.connect() })
	})
}

// Who is turned away at the door is told so over HTTP, too.
func TestNoRoomAtTheDoor(t *testing.T) {
	o := badOptions()
	o.MaxConnections = 1
	s, url := start(t, o)
	host := strings.TrimSuffix(strings.TrimPrefix(url, "ws://"), "/ws")
	var silent []net.Conn
	defer func() {
		for _, c := range silent {
			c.Close()
		}
	}()
	for s.Stats().TurnedAway[holdfast.CodeTooManyConnections] == 0 {
		c, err := net.Dial("tcp", host)
		if err != nil {
			t.Fatal(err)
		}
		silent = append(silent, c)
	}
	a := &attacker{host: host}
	a.connect()
	defer a.c.Close()
	res := a.response()
	if code := refusedWith(a, res); res.StatusCode != http.StatusServiceUnavailable || code != holdfast.CodeTooManyConnections || len(a.errs) > 0 {
		t.Fatalf("%d, %v, %v", res.StatusCode, code, a.errs)
	}
}
