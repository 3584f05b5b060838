package server_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/wire"
	"github.com/holdfast-ws/holdfast/monitor/prom"
	"github.com/holdfast-ws/holdfast/server"
	"github.com/holdfast-ws/holdfast/store"
	"github.com/holdfast-ws/holdfast/store/memory"
)

// check returns what the health endpoint says of one check, and its status.
func (w *site) check(name string) (status int, check, detail string) {
	w.t.Helper()
	status, body := w.request("GET", "/api/websocket/health")
	var h server.Health
	if err := json.Unmarshal(body, &h); err != nil {
		w.t.Fatalf("%v: %s", err, body)
	}
	for _, c := range h.Checks {
		if c.Name == name {
			return status, string(c.Status), c.Detail
		}
	}
	w.t.Fatalf("there is no check %s: %s", name, body)
	return
}

// ready returns the status of the two paths for load balancers.
func (w *site) ready() (alive, ready int) {
	alive, _ = w.request("GET", "/healthz")
	ready, _ = w.request("GET", "/readyz")
	return alive, ready
}

// Health goes red while the store does not answer, and green again when it does.
func TestHealthSeesAStoreThatStalls(t *testing.T) {
	gate := make(chan struct{})
	w := watched(t, server.Options{Store: gated{memory.New(memory.Options{}), gate}, StuckAfter: 50 * time.Millisecond})
	if status, check, _ := w.check("commit"); status != 200 || check != "pass" {
		t.Fatalf("at first: %d %s", status, check)
	}
	p := dial(t, w.url, wire.Binary)
	p.hello()
	p.publish("c", 1, "x")
	eventually(t, "health is red", func() bool {
		status, check, detail := w.check("commit")
		return status == 503 && check == "fail" && detail != ""
	})
	if alive, ready := w.ready(); alive != 200 || ready != 503 {
		t.Errorf("alive: %d, ready: %d", alive, ready)
	}
	close(gate)
	p.want(wire.TypeStored)
	eventually(t, "health is green", func() bool {
		status, check, detail := w.check("commit")
		return status == 200 && check == "pass" && detail == ""
	})
	if alive, ready := w.ready(); alive != 200 || ready != 200 {
		t.Errorf("alive: %d, ready: %d", alive, ready)
	}
}

// A store that is in doubt is red for good, whether the application has asked to be told or not.
func TestHealthSeesAStoreInDoubt(t *testing.T) {
	var told []error
	for name, fatal := range map[string]func(error){"nobody is told": nil, "the application is told": func(err error) { told = append(told, err) }} {
		t.Run(name, func(t *testing.T) {
			w := watched(t, server.Options{Store: broken{memory.New(memory.Options{})}, Fatal: fatal, Logger: slog.New(slog.DiscardHandler)})
			p := dial(t, w.url, wire.Binary)
			p.hello()
			p.publish("c", 1, "x")
			eventually(t, "health is red", func() bool { status, check, _ := w.check("store"); return status == 503 && check == "fail" })
			if alive, ready := w.ready(); alive != 200 || ready != 503 {
				t.Errorf("alive: %d, ready: %d", alive, ready)
			}
		})
	}
	if len(told) != 1 || !strings.Contains(told[0].Error(), "no disk") {
		t.Errorf("told of %v", told)
	}
}

// full is a store that has no room.
type full struct{ store.Backend }

func (full) Append(_ []store.Draft, r []store.Result) error {
	for i := range r {
		r[i] = store.Result{Outcome: store.Deferred, Code: holdfast.CodeStoreFull}
	}
	return nil
}

// A server without room for another connection, or for records, warns and goes on.
func TestHealthWarns(t *testing.T) {
	w := watched(t, server.Options{MaxConnections: 1})
	p := dial(t, w.url, wire.Binary)
	p.hello()
	if status, check, detail := w.check("capacity"); status != 200 || check != "warn" || !strings.Contains(detail, "1") {
		t.Errorf("%d %s %s", status, check, detail)
	}
	if h := w.srv.Health(); h.Status != server.Degraded {
		t.Errorf("%+v", h)
	}
	w = watched(t, server.Options{StuckAfter: 50 * time.Millisecond, Store: full{memory.New(memory.Options{})}})
	p = dial(t, w.url, wire.Binary)
	p.hello()
	p.publish("c", 1, "x")
	p.want(wire.TypeRefused)
	eventually(t, "it warns of space", func() bool { status, check, _ := w.check("space"); return status == 200 && check == "warn" })
}

// While a server is shut down it is alive and not ready.
func TestHealthWhileDraining(t *testing.T) {
	w := watched(t, server.Options{DrainPeriod: time.Minute})
	dial(t, w.url, wire.Binary).hello()
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() { w.srv.Shutdown(ctx) }) //nolint:errcheck // ended by cancel
	defer wg.Wait()
	defer cancel()
	eventually(t, "it drains", func() bool { return w.srv.Health().Status == server.Unhealthy })
	for _, c := range w.srv.Health().Checks {
		if (c.Status == server.CheckPass) == (c.Name == "accepting") {
			t.Errorf("%+v", c)
		}
	}
}

// schemas compiles the parts of the description.
func schemas(t *testing.T, doc []byte) func(name string) *jsonschema.Schema {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(doc))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("http://localhost/openapi.json", v); err != nil {
		t.Fatal(err)
	}
	return func(name string) *jsonschema.Schema {
		s, err := c.Compile("http://localhost/openapi.json#" + name)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
}

// What the endpoints answer is what the description says, of a server to which things have happened.
func TestAnswersAreAsDescribed(t *testing.T) {
	w := watched(t, server.Options{MaxMessage: 10, HistoryEvery: 20 * time.Millisecond, Access: server.AccessAnyone})
	publishOne(t, w)
	p := dial(t, w.url, wire.Binary)
	p.hello()
	p.publish("c", 1, strings.Repeat("x", 11))
	p.want(wire.TypeRefused)
	eventually(t, "there is a history", func() bool { return at(w.figures("metrics"), "errors.history.+.total") > 0 })
	_, doc := w.request("GET", "/api/openapi.json")
	if !bytes.Equal(doc, server.OpenAPI()) {
		t.Fatal("another description is served")
	}
	schema := schemas(t, doc)
	var d struct {
		OpenAPI string
		Paths   map[string]map[string]json.RawMessage
	}
	if err := json.Unmarshal(doc, &d); err != nil || d.OpenAPI != "3.1.0" || len(d.Paths) != 5 {
		t.Fatalf("%v: %s, %d paths", err, d.OpenAPI, len(d.Paths))
	}
	for path, methods := range d.Paths {
		for method := range methods {
			for _, header := range [][]string{nil, {"Via", "a proxy"}} {
				status, body := w.request(strings.ToUpper(method), path, header...)
				name := "/paths/" + strings.ReplaceAll(path, "/", "~1") + "/" + method + "/responses/" + http.StatusText(status)
				name = strings.Replace(name, http.StatusText(status), map[int]string{200: "200", 401: "401", 503: "503"}[status], 1) + "/content/application~1json/schema"
				v, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
				if err != nil {
					t.Fatal(err)
				}
				if err := schema(name).Validate(v); err != nil {
					t.Errorf("%s %s: %v\n%s", method, path, err, body)
				}
				if header != nil && method == "post" && status != 401 {
					t.Errorf("a reset through a proxy: %d", status)
				}
			}
		}
	}
	// and the description is no description of anything
	if err := schema("/components/schemas/Health").Validate(map[string]any{"status": "fine"}); err == nil {
		t.Error("anything is described as health")
	}
}

// scrape reads /metrics as Prometheus does.
func (w *site) scrape() map[string]*dto.MetricFamily {
	w.t.Helper()
	status, body := w.request("GET", "/metrics")
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(bytes.NewReader(body))
	if err != nil || status != 200 {
		w.t.Fatalf("%d: %v", status, err)
	}
	return families
}

// value is a counter's, gauge's or histogram's number, of the sample with a label's value or the only one.
func value(families map[string]*dto.MetricFamily, name, label string) float64 {
	for _, m := range families[name].GetMetric() {
		if label == "" || len(m.Label) == 1 && m.Label[0].GetValue() == label {
			return m.GetCounter().GetValue() + m.GetGauge().GetValue() + float64(m.GetHistogram().GetSampleCount())
		}
	}
	return 0
}

// The same counters come as Prometheus reads them, with names by its conventions, and a reset does not touch them.
func TestPrometheus(t *testing.T) {
	w := watched(t, server.Options{MaxMessage: 10, Metrics: prom.Handler})
	publishOne(t, w)
	p := dial(t, w.url, wire.Binary)
	p.hello(wire.Subscribe{ID: 1, Channel: "c", From: wire.FromStart})
	for p.next() != wire.TypeRecord {
	}
	p.publish("c", 1, strings.Repeat("x", 11))
	p.want(wire.TypeRefused)
	w.request("POST", "/api/websocket/metrics/reset")
	eventually(t, "the delivery is counted", func() bool { return value(w.scrape(), "holdfast_messages_sent_total", "") == 1 })
	f := w.scrape()
	for _, c := range []struct {
		name, label string
		want        float64
	}{
		{"holdfast_connections", "", 2}, {"holdfast_connections_accepted_total", "", 2}, {"holdfast_subscriptions", "", 1},
		{"holdfast_messages_received_total", "", 2}, {"holdfast_messages_acknowledged_total", "", 1}, {"holdfast_messages_failed_total", "", 1},
		{"holdfast_messages_stored_total", "", 1}, {"holdfast_declined_total", "4303", 1}, {"holdfast_healthy", "", 1},
		{"holdfast_check", "store", 1}, {"holdfast_publish_duration_seconds", "", 2},
	} {
		if got := value(f, c.name, c.label); got != c.want {
			t.Errorf("%s %s is %v, want %v", c.name, c.label, got, c.want)
		}
	}
	if value(f, "go_goroutines", "") == 0 {
		t.Error("there are no figures of the runtime")
	}
	h := f["holdfast_publish_duration_seconds"].GetMetric()[0].GetHistogram()
	if h.GetSampleSum() <= 0 || h.GetSampleSum() > 60 || len(h.Bucket) < 10 {
		t.Errorf("%v", h)
	}
	for name, family := range f {
		if !strings.HasPrefix(name, "holdfast_") {
			continue
		}
		problems, err := promlint.NewWithMetricFamilies([]*dto.MetricFamily{family}).Lint()
		if err != nil || len(problems) > 0 {
			t.Errorf("%s: %v %v", name, problems, err)
		}
	}
	if status, _ := watched(t, server.Options{}).request("GET", "/metrics"); status != 404 {
		t.Errorf("without Options.Metrics: %d", status)
	}
}

// Whoever looks at the figures all the time, and sets them back, disturbs nobody.
func TestScrapesUnderLoad(t *testing.T) {
	w := watched(t, server.Options{HistoryEvery: 10 * time.Millisecond, Metrics: prom.Handler})
	const publishers, records = 4, 300
	var load, scrapes sync.WaitGroup
	done := make(chan struct{})
	for _, path := range []string{"/api/websocket/health", "/api/websocket/metrics", "/api/websocket/status", "/api/websocket/errors", "/metrics", "/readyz"} {
		scrapes.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				if status, body := w.request("GET", path); status != 200 {
					t.Errorf("%s: %d %s", path, status, body)
					return
				}
				w.srv.Stats()
			}
		})
	}
	var peers []*peer
	for range publishers {
		p := dial(t, w.url, wire.Binary)
		p.hello()
		peers = append(peers, p)
	}
	for i, p := range peers {
		load.Go(func() {
			for n := uint64(1); n <= records; n++ {
				p.send(&wire.Publish{Channel: string(rune('a' + i)), Number: n, Data: []byte("x")})
				if typ := p.next(); typ != wire.TypeStored {
					t.Errorf("got %v", typ)
					return
				}
			}
		})
	}
	for range 20 {
		if status, _ := w.request("POST", "/api/websocket/metrics/reset"); status != 200 {
			t.Errorf("reset: %d", status)
		}
		m := w.figures("metrics")
		if at(m, "messages.acknowledged") > publishers*records || at(m, "connections.total") > publishers {
			t.Errorf("more than there was: %v", m)
		}
	}
	load.Wait()
	close(done)
	scrapes.Wait()
	if s := w.srv.Stats(); s.Acknowledged != publishers*records || s.Received != publishers*records {
		t.Errorf("%+v", s)
	}
}
