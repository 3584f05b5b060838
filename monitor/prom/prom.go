// Package prom serves figures to Prometheus. With a server of this project:
//
//	server.New(server.Options{Metrics: prom.Handler})
//
// or, with a registry of one's own, registry.MustRegister(prom.NewCollector(srv)).
package prom

import (
	"math/bits"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/holdfast-ws/holdfast/monitor"
)

// Handler serves a source's figures as Prometheus reads them, with those of the process (process_*) and of the Go runtime (go_*).
// At most four scrapes are answered at a time; more get 503.
func Handler(s monitor.Source) http.Handler {
	r := prometheus.NewRegistry()
	r.MustRegister(NewCollector(s), collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return promhttp.HandlerFor(r, promhttp.HandlerOpts{Registry: r, MaxRequestsInFlight: 4})
}

// NewCollector returns a collector to register anywhere. It is asked at each scrape and holds nothing.
func NewCollector(s monitor.Source) prometheus.Collector { return collector{s} }

type collector struct{ source monitor.Source }

// Describe is part of prometheus.Collector.
func (c collector) Describe(out chan<- *prometheus.Desc) {
	for _, m := range c.source.Metrics() {
		out <- desc(&m)
	}
}

// Collect is part of prometheus.Collector.
func (c collector) Collect(out chan<- prometheus.Metric) {
	for _, m := range c.source.Metrics() {
		d := desc(&m)
		if m.Kind == monitor.Distribution {
			out <- histogram(d, m.Snapshot)
			continue
		}
		kind := prometheus.GaugeValue
		if m.Kind == monitor.Counter {
			kind = prometheus.CounterValue
		}
		for _, s := range m.Samples {
			if m.Label == "" {
				out <- prometheus.MustNewConstMetric(d, kind, s.Value)
			} else {
				out <- prometheus.MustNewConstMetric(d, kind, s.Value, s.Label)
			}
		}
	}
}

func desc(m *monitor.Metric) *prometheus.Desc {
	var labels []string
	if m.Label != "" {
		labels = []string{m.Label}
	}
	return prometheus.NewDesc(m.Name, m.Help, labels, nil)
}

// histogram gives every second power of two a bucket, since each is a time series that somebody has to keep.
func histogram(d *prometheus.Desc, s *monitor.Snapshot) prometheus.Metric {
	buckets := map[float64]uint64{}
	below := uint64(0)
	for i, n := range s.Counts[:monitor.Buckets-1] {
		below += n
		bound := uint64(monitor.UpperBound(i))
		if bits.OnesCount64(bound) == 1 && bits.TrailingZeros64(bound)%2 == 0 {
			buckets[float64(bound)/1e9] = below
		}
	}
	return prometheus.MustNewConstHistogram(d, s.Count, s.Sum.Seconds(), buckets)
}
