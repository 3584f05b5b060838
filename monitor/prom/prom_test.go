package prom

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/holdfast-ws/holdfast/monitor"
)

// source has one metric of each kind, and one whose labels have not been seen yet.
type source struct{ latency monitor.Histogram }

func (s *source) Metrics() []monitor.Metric {
	l := s.latency.Snapshot()
	return []monitor.Metric{
		{Name: "tide_meters", Help: "How high.", Samples: []monitor.Sample{{Value: -1.5}}},
		{Name: "waves_total", Help: "How many.", Kind: monitor.Counter, Label: "shore", Samples: []monitor.Sample{{Label: `north "n"`, Value: 7}, {Label: "south", Value: 8}}},
		{Name: "storms_total", Help: "None yet.", Kind: monitor.Counter, Label: "shore"},
		{Name: "ebb_duration_seconds", Help: "How long.", Kind: monitor.Distribution, Snapshot: &l},
	}
}

// Each kind of metric is read by Prometheus's own parser as what it is.
func TestHandler(t *testing.T) {
	var s source
	for _, d := range []time.Duration{time.Millisecond, 2 * time.Millisecond, time.Second} {
		s.latency.Record(d, 1)
	}
	w := httptest.NewRecorder()
	Handler(&s).ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	if !strings.HasPrefix(w.Header().Get("Content-Type"), "text/plain; version=0.0.4") {
		t.Errorf("it is %s", w.Header().Get("Content-Type"))
	}
	parser := expfmt.NewTextParser(model.LegacyValidation)
	f, err := parser.TextToMetricFamilies(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	if v := f["tide_meters"].GetMetric()[0].GetGauge().GetValue(); v != -1.5 {
		t.Errorf("the gauge is %v", v)
	}
	waves := f["waves_total"].GetMetric()
	if len(waves) != 2 || waves[0].Label[0].GetValue() != `north "n"` || waves[0].GetCounter().GetValue() != 7 {
		t.Errorf("the counters are %v", waves)
	}
	if f["storms_total"] != nil {
		t.Errorf("there are storms: %v", f["storms_total"])
	}
	h := f["ebb_duration_seconds"].GetMetric()[0].GetHistogram()
	if h.GetSampleCount() != 3 || h.GetSampleSum() != 1.003 {
		t.Errorf("the histogram is %v", h)
	}
	for _, b := range h.Bucket {
		want := uint64(0)
		for _, seconds := range []float64{.001, .002, 1} {
			if seconds < b.GetUpperBound() {
				want++
			}
		}
		if b.GetCumulativeCount() != want {
			t.Errorf("%d are below %v s, want %d", b.GetCumulativeCount(), b.GetUpperBound(), want)
		}
	}
	if f["go_goroutines"] == nil {
		t.Error("there is nothing of the runtime")
	}
}

// A collector can be registered beside others.
func TestCollectorRegisters(t *testing.T) {
	r := prometheus.NewRegistry()
	if err := r.Register(NewCollector(new(source))); err != nil {
		t.Fatal(err)
	}
	if families, err := r.Gather(); err != nil || len(families) != 3 {
		t.Errorf("%d families: %v", len(families), err)
	}
}
