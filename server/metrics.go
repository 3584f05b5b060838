package server

import (
	"maps"
	"slices"
	"strconv"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/monitor"
)

// Metrics returns the counters since the start and the gauges of this moment, for a monitoring system; package monitor/prom serves
// them to Prometheus. A reset of the JSON figures does not touch them, because whoever scrapes them takes differences. It is
// part of monitor.Source.
func (s *Server) Metrics() []monitor.Metric {
	st := s.Stats()
	latency := s.count.latency.Snapshot()
	gauge := func(name, help string, v float64) monitor.Metric { return single(monitor.Gauge, name, help, v) }
	counter := func(name, help string, v uint64) monitor.Metric {
		return single(monitor.Counter, name, help, float64(v))
	}
	return append([]monitor.Metric{
		gauge("holdfast_connections", "Connections at the moment.", float64(st.Connections)),
		gauge("holdfast_connections_limit", "Connections that there may be at a time.", float64(s.o.MaxConnections)),
		counter("holdfast_connections_accepted_total", "Connections that were taken in.", st.Accepted),
		coded("holdfast_connections_refused_total", "Connections that were not taken in, by code.", st.TurnedAway),
		coded("holdfast_connections_closed_total", "Connections that ended, by code.", st.Closed),
		counter("holdfast_accept_errors_total", "Failures of the listener.", st.AcceptErrors),
		gauge("holdfast_connections_stalled", "Connections whose sockets take no bytes.", float64(st.Stalled)),
		counter("holdfast_stalls_total", "How often a socket took no more bytes.", st.Stalls),
		gauge("holdfast_subscriptions", "Subscriptions at the moment.", float64(st.Subscriptions)),
		gauge("holdfast_channels", "Channels in use.", float64(st.Channels)),
		counter("holdfast_messages_received_total", "Publishes and skips that came in.", st.Received),
		counter("holdfast_messages_acknowledged_total", "Publishes and skips that were answered as stored or skipped.", st.Acknowledged),
		counter("holdfast_messages_failed_total", "Publishes and skips that were refused or put off.", st.Failed),
		counter("holdfast_messages_stored_total", "Records that were appended.", st.Stored),
		counter("holdfast_messages_sent_total", "Records that were written to subscribers.", st.Delivered),
		counter("holdfast_sent_bytes_total", "Bytes that were written to clients.", st.BytesOut),
		counter("holdfast_raw_messages_received_total", "Messages that came over raw connections.", st.RawReceived),
		counter("holdfast_raw_messages_sent_total", "Messages that went out, or are to, over raw connections.", st.RawSent),
		coded("holdfast_declined_total", "Frames that were declined, by code.", st.Declined),
		s.policy.limitedMetric(),
		gauge("holdfast_accounts", "Users, addresses and such that are remembered for their limits.", float64(st.Accounts)),
		counter("holdfast_accounts_forgotten_total", "Those that were forgotten because there were too many.", st.AccountsForgotten),
		counter("holdfast_commits_total", "Batches that the store has taken.", st.Commits),
		counter("holdfast_gaps_total", "Gaps that subscribers were told of.", st.Gaps),
		counter("holdfast_history_loads_total", "Reads of history from the store.", st.Loads),
		gauge("holdfast_shedding", "What is shed: 0 nothing, 1 new connections, 2 history is slowed too, 3 publishes are put off too.", float64(st.Shedding)),
		gauge("holdfast_queue_bytes", "Publishes that wait for the store.", float64(st.QueueBytes)),
		gauge("holdfast_cache_bytes", "History that is held in memory.", float64(st.CacheBytes)),
		gauge("holdfast_start_time_seconds", "When the server was started, in Unix time.", float64(s.begun.UnixMilli())/1e3),
		{Name: "holdfast_publish_duration_seconds", Help: "From when a publish was read to when its answer was written.",
			Kind: monitor.Distribution, Snapshot: &latency},
	}, s.healthMetrics()...)
}

// healthMetrics has the checks, and what only a machine's own exporter has else: its load.
func (s *Server) healthMetrics() []monitor.Metric {
	h := s.Health()
	checks := monitor.Metric{Name: "holdfast_check", Help: "Whether a check of health passes: 1, or 0.", Label: "check"}
	for _, c := range h.Checks {
		checks.Samples = append(checks.Samples, monitor.Sample{Label: c.Name, Value: truth(c.Status == CheckPass)})
	}
	list := []monitor.Metric{checks, single(monitor.Gauge, "holdfast_healthy", "Whether no check of health fails: 1, or 0.", truth(h.Status != Unhealthy))}
	load := monitor.Metric{Name: "holdfast_system_load_average", Help: "Load of the machine, by minutes that it is averaged over.", Label: "minutes"}
	if u := monitor.ReadUsage(); u.Loads {
		for i, minutes := range []int{1, 5, 15} {
			load.Samples = append(load.Samples, monitor.Sample{Label: strconv.Itoa(minutes), Value: u.Load[i]})
		}
	}
	return append(list, load)
}

func truth(is bool) float64 {
	if is {
		return 1
	}
	return 0
}

func single(kind monitor.Kind, name, help string, v float64) monitor.Metric {
	return monitor.Metric{Name: name, Help: help, Kind: kind, Samples: []monitor.Sample{{Value: v}}}
}

func coded(name, help string, counts map[holdfast.Code]uint64) monitor.Metric {
	m := monitor.Metric{Name: name, Help: help, Kind: monitor.Counter, Label: "code"}
	for _, code := range slices.Sorted(maps.Keys(counts)) {
		m.Samples = append(m.Samples, monitor.Sample{Label: strconv.Itoa(int(code)), Value: float64(counts[code])})
	}
	return m
}
