package server_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/wire"
	"github.com/holdfast-ws/holdfast/server"
	"github.com/holdfast-ws/holdfast/store/memory"
)

// site is a server as whoever watches over it sees it.
type site struct {
	t    *testing.T
	srv  *server.Server
	url  string // of the WebSocket
	base string // http://host:port
}

func watched(t *testing.T, o server.Options) *site {
	t.Helper()
	s, url := start(t, o)
	return &site{t, s, url, "http" + strings.TrimSuffix(strings.TrimPrefix(url, "ws"), "/ws")}
}

func (w *site) request(method, path string, header ...string) (status int, body []byte) {
	w.t.Helper()
	r, err := http.NewRequest(method, w.base+path, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
		if header[i] == "Host" {
			r.Host = header[i+1]
		}
	}
	transport := &http.Transport{DisableKeepAlives: true}
	resp, err := (&http.Client{Transport: transport, Timeout: time.Minute}).Do(r)
	if err != nil {
		w.t.Fatal(err)
	}
	defer resp.Body.Close()
	if body, err = io.ReadAll(resp.Body); err != nil {
		w.t.Fatal(err)
	}
	return resp.StatusCode, body
}

// figures is an answer below /api/websocket/.
func (w *site) figures(endpoint string) any {
	w.t.Helper()
	_, body := w.request("GET", "/api/websocket/"+endpoint)
	var v any
	if err := json.Unmarshal(body, &v); err != nil {
		w.t.Fatalf("%s: %v: %s", endpoint, err, body)
	}
	return v
}

// at finds a number by its path, such as errors.byCode.4303; + adds up a field over a list. What is not there is 0.
func at(v any, path string) float64 {
	for i, name := range strings.Split(path, ".") {
		switch x := v.(type) {
		case map[string]any:
			v = x[name]
		case []any:
			sum := 0.0
			for _, e := range x {
				sum += at(e, strings.Join(strings.Split(path, ".")[i+1:], "."))
			}
			return sum
		}
	}
	n, _ := v.(float64)
	return n
}

// eventually waits until something is so.
func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !is(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("in a minute it did not come to that: %s", what)
		}
	}
}

// events are what happens to a server, and which figures it moves: by how much if by is set, else upwards.
var events = []struct {
	name   string
	o      server.Options
	happen func(t *testing.T, w *site)
	moves  map[string]float64
}{
	{name: "a client connects", happen: func(t *testing.T, w *site) { dial(t, w.url, wire.Binary).hello() },
		moves: map[string]float64{"connections.current": 1, "connections.peak": 1, "connections.total": 1, "messages.bytesSent": any1,
			"performance.goroutines": any1, "connections.history.+.accepted": 1, "connections.history.+.current": any1}},
	{name: "a client goes", happen: func(t *testing.T, w *site) {
		p := dial(t, w.url, wire.Binary)
		p.hello()
		p.c.Close(websocket.StatusNormalClosure, "")
	}, moves: map[string]float64{"connections.closed": 1, "connections.peak": 1, "connections.current": 0, "errors.total": 0}},
	{name: "a client is cut off", happen: func(t *testing.T, w *site) {
		p := dial(t, w.url, wire.Binary)
		p.hello()
		p.c.CloseNow()
	}, moves: map[string]float64{"connections.closed": 1, "errors.total": 1, "errors.byClass.network": 1, "errors.byCode.1006": 1,
		"errors.byKind.closed": 1, "errors.rate": any1, "errors.history.+.total": 1}},
	{name: "a client speaks another protocol", happen: func(t *testing.T, w *site) {
		if c, _, err := websocket.Dial(t.Context(), w.url, &websocket.DialOptions{Subprotocols: []string{"graphql-ws"}}); err == nil {
			c.CloseNow()
			t.Error("it was taken in")
		}
	}, moves: map[string]float64{"connections.refused": 1, "connections.history.+.refused": 1, "errors.byKind.turned_away": 1,
		"errors.byClass.protocol": 1, "errors.byCode.4306": 1, "errors.rate": any1, "connections.total": 0}},
	{name: "a client sends rubbish", happen: func(t *testing.T, w *site) {
		p := dial(t, w.url, wire.JSON)
		p.hello()
		p.c.Write(p.ctx, websocket.MessageText, []byte("{rubbish"))
		p.closed()
	}, moves: map[string]float64{"errors.byCode.4300": 1, "errors.byClass.protocol": 1}},
	{name: "a record is published", happen: publishOne,
		moves: map[string]float64{"messages.received": 1, "messages.acknowledged": 1, "messages.stored": 1, "messages.failed": 0,
			"messages.history.+.received": 1, "performance.responseTime.count": 1, "performance.responseTime.averageMs": any1,
			"performance.responseTime.p50Ms": any1, "performance.responseTime.p90Ms": any1, "performance.responseTime.p95Ms": any1,
			"performance.responseTime.p99Ms": any1, "performance.responseTime.p999Ms": any1}},
	{name: "a record is delivered", happen: func(t *testing.T, w *site) {
		p := dial(t, w.url, wire.Binary)
		p.hello(wire.Subscribe{ID: 1, Channel: "c", From: wire.FromStart})
		p.want(wire.TypeSubscribed)
		p.publish("c", 1, "x")
		for p.next() != wire.TypeRecord {
		}
	}, moves: map[string]float64{"messages.sent": 1, "messages.history.+.sent": 1, "connections.subscriptions": 1, "performance.memory.cache": any1}},
	{name: "a record is too large", o: server.Options{MaxMessage: 10}, happen: func(t *testing.T, w *site) {
		p := dial(t, w.url, wire.Binary)
		p.hello()
		p.publish("c", 1, strings.Repeat("x", 11))
		p.want(wire.TypeRefused)
	}, moves: map[string]float64{"messages.received": 1, "messages.failed": 1, "messages.successRate": -1, "messages.stored": 0,
		"messages.history.+.failed": 1, "errors.total": 1, "errors.byKind.declined": 1, "errors.byClass.policy": 1, "errors.byCode.4303": 1}},
	{name: "a subscriber reads nothing", o: server.Options{DefaultWindow: server.Window{Records: 1 << 16, Bytes: 16 << 20}},
		happen: func(t *testing.T, w *site) {
			p, q := dial(t, w.url, wire.Binary), dial(t, w.url, wire.Binary)
			p.hello(wire.Subscribe{ID: 1, Channel: "c", From: wire.FromHead})
			p.want(wire.TypeSubscribed)
			q.hello()
			for n := range uint64(30) {
				q.publish("c", n+1, strings.Repeat("x", 500<<10))
				q.want(wire.TypeStored)
			}
		}, moves: map[string]float64{"connections.stalled": 1}},
	{name: "memory is taken", happen: func(t *testing.T, _ *site) {
		ballast := make([]byte, 64<<20)
		for i := range ballast {
			ballast[i] = 1
		}
		t.Cleanup(func() { runtime.KeepAlive(ballast) })
	}, moves: map[string]float64{"performance.memory.heap": any1, "performance.memory.runtime": any1, "performance.memory.resident": any1}},
	{name: "the processor works", happen: func(t *testing.T, w *site) {
		var stop atomic.Bool
		worked := make(chan struct{})
		go func() {
			for !stop.Load() {
			}
			close(worked)
		}()
		eventually(t, "a tenth of a core is used", func() bool { return at(w.figures("metrics"), "performance.cpu.percent") > 10 })
		stop.Store(true)
		<-worked
	}, moves: map[string]float64{"performance.cpu.seconds": any1}},
}

// any1 stands for a move upwards by whatever amount.
const any1 = -2

func publishOne(t *testing.T, w *site) {
	p := dial(t, w.url, wire.Binary)
	p.hello()
	p.publish("c", 1, "x")
	p.want(wire.TypeStored)
}

// What happens to a server moves its figures, each by as much as it should.
func TestEventsMoveFigures(t *testing.T) {
	for _, e := range events {
		t.Run(e.name, func(t *testing.T) {
			o := e.o
			o.HistoryEvery = 20 * time.Millisecond
			w := watched(t, o)
			before := w.figures("metrics")
			e.happen(t, w)
			for path, by := range e.moves {
				if strings.HasSuffix(path, "resident") && runtime.GOOS != "linux" {
					continue
				}
				was := at(before, path)
				eventually(t, fmt.Sprintf("%s moves by %v from %v", path, by, was), func() bool {
					now := at(w.figures("metrics"), path)
					switch {
					case by == any1:
						return now > was
					case by == -1:
						return now < was
					}
					return now == was+by
				})
			}
		})
	}
}

// Publishes that wait for the store show, and so does the limit on connections.
func TestFiguresThatStand(t *testing.T) {
	gate := make(chan struct{})
	w := watched(t, server.Options{Store: gated{memory.New(memory.Options{}), gate}, MaxConnections: 7})
	p := dial(t, w.url, wire.Binary)
	p.hello()
	p.publish("c", 1, "x")
	eventually(t, "a publish waits", func() bool { return at(w.figures("metrics"), "messages.waitingBytes") > 0 })
	close(gate)
	p.want(wire.TypeStored)
	eventually(t, "no publish waits", func() bool { return at(w.figures("metrics"), "messages.waitingBytes") == 0 })
	m := w.figures("metrics")
	if at(m, "connections.limit") != 7 || at(m, "performance.cpu.cores") != float64(runtime.GOMAXPROCS(0)) {
		t.Errorf("%v", m)
	}
	if runtime.GOOS == "linux" {
		eventually(t, "the load is that of /proc/loadavg", func() bool {
			b, err := os.ReadFile("/proc/loadavg")
			if err != nil {
				t.Fatal(err)
			}
			f, m := strings.Fields(string(b)), w.figures("metrics")
			for i, name := range []string{"one", "five", "fifteen"} {
				if want, _ := strconv.ParseFloat(f[i], 64); at(m, "performance.load."+name) != want {
					return false
				}
			}
			return true
		})
	}
}

// The last errors are listed one by one, with what to do about them.
func TestErrorsAreListed(t *testing.T) {
	w := watched(t, server.Options{MaxMessage: 10})
	p := dial(t, w.url, wire.Binary)
	p.hello()
	p.publish("c", 1, strings.Repeat("x", 11))
	p.want(wire.TypeRefused)
	_, body := w.request("GET", "/api/websocket/errors")
	var a struct {
		Total  int
		Recent []struct {
			Kind, Name, Class, What, Hint string
			Code                          holdfast.Code
			Time                          time.Time
		}
	}
	if err := json.Unmarshal(body, &a); err != nil || a.Total != 1 || len(a.Recent) != 1 {
		t.Fatalf("%v: %s", err, body)
	}
	r := a.Recent[0]
	if r.Kind != "declined" || r.Code != holdfast.CodeMessageTooLarge || r.Name != r.Code.String() || r.Class != "policy" || r.What == "" || r.Hint == "" || time.Since(r.Time) > time.Hour {
		t.Errorf("%+v", r)
	}
}

// After a reset the figures count anew; gauges stay, the peak is what there is, and Stats and Metrics go on.
func TestReset(t *testing.T) {
	w := watched(t, server.Options{MaxMessage: 10, HistoryEvery: 20 * time.Millisecond})
	publishOne(t, w)
	gone := dial(t, w.url, wire.Binary)
	gone.hello()
	gone.publish("c", 1, strings.Repeat("x", 11))
	gone.want(wire.TypeRefused)
	gone.c.Close(websocket.StatusNormalClosure, "")
	eventually(t, "history has it", func() bool { return at(w.figures("metrics"), "errors.history.+.total") == 1 })
	eventually(t, "one is left", func() bool { return at(w.figures("metrics"), "connections.current") == 1 })
	stats := w.srv.Stats()

	if status, body := w.request("POST", "/api/websocket/metrics/reset"); status != 200 {
		t.Fatalf("%d: %s", status, body)
	}
	m := w.figures("metrics")
	for path, want := range map[string]float64{"connections.current": 1, "connections.peak": 1, "connections.total": 0, "connections.closed": 0,
		"messages.received": 0, "messages.acknowledged": 0, "messages.stored": 0, "messages.failed": 0, "messages.bytesSent": 0, "messages.successRate": 1,
		"errors.total": 0, "errors.rate": 0, "errors.byCode.4303": 0, "errors.byKind.declined": 0, "performance.responseTime.count": 0,
		"connections.history.+.accepted": 0, "errors.history.+.total": 0} {
		if got := at(m, path); got != want {
			t.Errorf("%s is %v, want %v", path, got, want)
		}
	}
	if list := w.figures("errors").(map[string]any)["recent"].([]any); len(list) != 0 {
		t.Errorf("errors are listed: %v", list)
	}
	if now := w.srv.Stats(); now.Received != stats.Received || now.Accepted != stats.Accepted || now.Declined[holdfast.CodeMessageTooLarge] != 1 {
		t.Errorf("counters were set back: %+v", now)
	}
	publishOne(t, w)
	if m := w.figures("metrics"); at(m, "messages.acknowledged") != 1 || at(m, "connections.peak") != 2 || at(m, "performance.responseTime.count") != 1 {
		t.Errorf("after a reset: %v", m)
	}
}

// A reset is for this machine, or for whoever has the key.
func TestResetNeedsAKey(t *testing.T) {
	const key = "a key of some length"
	for _, c := range []struct {
		name, key string
		header    []string
		want      int
	}{
		{"from here", "", nil, 200},
		{"through a proxy", "", []string{"X-Forwarded-For", "192.0.2.1"}, 401},
		{"through a proxy, with no key set", "", []string{"X-Forwarded-For", "192.0.2.1", "Authorization", "Bearer "}, 401},
		{"through a proxy, with the key", key, []string{"X-Forwarded-For", "192.0.2.1", "Authorization", "Bearer " + key}, 200},
		{"through a proxy, with another key", key, []string{"X-Forwarded-For", "192.0.2.1", "Authorization", "Bearer " + key + "s"}, 401},
		{"from here, with another key", key, []string{"Authorization", "Bearer x"}, 401},
		{"through a proxy, with another scheme", key, []string{"X-Forwarded-For", "192.0.2.1", "Authorization", "Basic " + key}, 401},
		{"by another name", key, []string{"Host", "rebound.example"}, 401},
		{"from a page elsewhere", key, []string{"Origin", "https://evil.example"}, 403},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := watched(t, server.Options{Access: server.AccessAnyone, MonitorKey: c.key})
			status, body := w.request("POST", "/api/websocket/metrics/reset", c.header...)
			if status != c.want || status == 401 && !bytes.Contains(body, []byte("unauthenticated")) || bytes.Contains(body, []byte(key)) {
				t.Errorf("%d, want %d: %s", status, c.want, body)
			}
		})
	}
	if _, err := server.New(server.Options{MonitorKey: "short"}); holdfast.CodeOf(err) != holdfast.CodeBadArgument {
		t.Errorf("a short key: %v", err)
	}
	if status, _ := watched(t, server.Options{}).request("GET", "/api/websocket/metrics/reset"); status != http.StatusMethodNotAllowed {
		t.Errorf("GET resets: %d", status)
	}
}
