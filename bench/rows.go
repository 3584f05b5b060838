package main

import (
	"slices"
	"strings"

	"github.com/holdfast-ws/holdfast/internal/load"
)

// row is one work with its options, done to several servers in turn. The first of them is ours.
type row struct {
	name    string
	title   string
	work    string
	o       load.Options
	servers []string
	peers   []string // that are measured too where all are
	plot    []string // metrics that are drawn
	goals   []goal
}

// goal is what a figure of ours must reach: at most factor times another server's, and plus. It is an absolute limit where of is empty.
type goal struct {
	server string // ours
	metric string
	of     string // another server, or cheapest: the least of all peers
	factor float64
	plus   float64
}

// cheapest stands for the peer whose figure is the least. Of those that acknowledge, core NATS does not count: its +OK says that a
// publish was read, not that it was handed on or kept.
const cheapest = "cheapest peer"

var (
	livePeers = []string{"gorilla", "ws", "socket.io", "nats", "jetstream", "mochi"}
	ackPeers  = []string{"gorilla", "ws", "socket.io", "nats", "jetstream", "jetstream-sync", "mochi"}
	logPeers  = []string{"socket.io", "jetstream", "mochi"} // who comes back is given what was missed
	reference = []string{"holdfast", "bare"}
	gathering = []string{"holdfast", "bare", "gathered"}
)

const µs, ms, kb = 1e3, 1e6, 1e3

// figures are the rows of the goals.
func figures() []row {
	return []row{
		{name: "idle", title: "10,000 idle connections with a subscription of one channel", work: "idle", servers: reference,
			peers: []string{"gorilla", "ws", "socket.io", "nats", "mochi"}, plot: []string{"memory"},
			goals: []goal{{"holdfast", "memory", "bare", 1, 1.3 * kb}}},
		{name: "idle-tls", title: "the same over TLS", work: "idle", servers: []string{"holdfast-tls"},
			goals: []goal{{"holdfast-tls", "memory", "", 0, 20 * kb}}},
		{name: "fanout-1", title: "fan-out to 1,000, one publish in flight", work: "fanout", servers: gathering, peers: livePeers,
			o: load.Options{Messages: 500}, plot: []string{"cpu"}, goals: []goal{{"holdfast", "cpu", "", 0, .8 * µs}}},
		{name: "fanout-16", title: "fan-out to 1,000, 16 in flight", work: "fanout", servers: gathering, peers: livePeers,
			o: load.Options{Messages: 1000, InFlight: 16, Warmup: 100}, plot: []string{"cpu"},
			goals: []goal{{"holdfast", "cpu", "gathered", 1.3, 0}}},
		{name: "ingest-20", title: "publish and ack, 20 publishers, 64 in flight each", work: "ingest",
			servers: []string{"holdfast", "holdfast-disk", "bare"}, peers: ackPeers, o: load.Options{Messages: 20000}, plot: []string{"cpu"},
			goals: []goal{{"holdfast", "cpu", "bare", .7, 0}, {"holdfast-disk", "cpu", "bare", 1, 0}, {"holdfast-disk", "cpu", cheapest, 1, 0}}},
		{name: "ingest-1", title: "publish and ack, one publisher, 64 in flight", work: "ingest", servers: reference, peers: ackPeers,
			o: load.Options{Connections: 1, Messages: 200000}, plot: []string{"cpu"}, goals: []goal{{"holdfast", "cpu", "bare", .95, 0}}},
		{name: "latency", title: "500 subscribers, 20 messages a second", work: "latency", servers: gathering, peers: livePeers,
			plot: []string{"p50", "p99"}, goals: []goal{{"holdfast", "p50", "bare", 1.15, 0}, {"holdfast", "p99", "gathered", 1.05, 0},
				{"holdfast", "cpu", "", 0, 8.5 * µs}, {"holdfast", "p99", cheapest, 1, 0}}},
		{name: "storm", title: "5,000 clients come back at once, 20 records to catch up on", work: "storm", servers: []string{"holdfast"},
			peers: logPeers, plot: []string{"elapsed", "cpu"},
			goals: []goal{{"holdfast", "elapsed", "", 0, 550 * ms}, {"holdfast", "cpu", "", 0, 95 * µs}}},
		{name: "connect", title: "connecting, with a subscription", work: "connect", servers: reference,
			peers: []string{"gorilla", "ws", "socket.io", "nats", "mochi"}, plot: []string{"cpu"},
			goals: []goal{{"holdfast", "cpu", "bare", 1.4, 0}}},
	}
}

// more are the works that have no goal beside another server.
func more() []row {
	return []row{
		{name: "idle-own", title: "10,000 idle connections with a channel of their own", work: "idle", servers: reference,
			o: load.Options{Channels: load.ChannelsOwn}},
		{name: "fanout-delivered", title: "fan-out to 1,000, the next when all have the last", work: "fanout", servers: gathering, peers: livePeers,
			o: load.Options{Messages: 500, Settles: load.SettlesDelivered}, plot: []string{"cpu"}},
		{name: "fanout-100", title: "fan-out to 100, one in flight", work: "fanout", servers: gathering,
			o: load.Options{Connections: 100, Messages: 5000, Warmup: 500}},
		{name: "fanout-10000", title: "fan-out to 10,000, 16 in flight", work: "fanout", servers: gathering,
			o: load.Options{Connections: 10000, Messages: 200, InFlight: 16}},
		{name: "fanout-4k", title: "fan-out of 4 KB to 1,000, 16 in flight", work: "fanout", servers: gathering, peers: livePeers,
			o: load.Options{Size: 4096, InFlight: 16}},
		{name: "fanout-binary", title: "fan-out to 1,000, 16 in flight, JSON and binary", work: "fanout",
			servers: []string{"holdfast", "holdfast-binary"}, o: load.Options{Messages: 1000, InFlight: 16, Warmup: 100}},
		{name: "fanout-deflate", title: "fan-out of 1 KB to 1,000, 16 in flight, compressed", work: "fanout",
			servers: []string{"holdfast-deflate"}, peers: []string{"gorilla-deflate", "ws-deflate"},
			o: load.Options{Size: 1024, InFlight: 16}},
		{name: "ingest-binary", title: "publish and ack, 20 publishers, JSON and binary", work: "ingest",
			servers: []string{"holdfast", "holdfast-binary"}, o: load.Options{Messages: 20000}},
		{name: "ingest-disk-1", title: "publish and ack on disk, one publisher, one in flight", work: "ingest",
			servers: []string{"holdfast-disk"}, peers: []string{"jetstream-sync"}, o: load.Options{Connections: 1, Messages: 2000, InFlight: 1, Warmup: 100}},
		{name: "replay", title: "1,000 subscribers read 10,000 records from the start", work: "replay",
			servers: []string{"holdfast", "holdfast-disk"}, peers: []string{"jetstream"}, plot: []string{"cpu"}},
		{name: "quiet", title: "100,000 quiet channels, ten active", work: "quiet", servers: reference, plot: []string{"memory"}},
		{name: "slow", title: "10,000 subscribers that stopped reading", work: "slow", servers: []string{"holdfast", "holdfast-disk"},
			goals: []goal{{"holdfast-disk", "of_idle_less_log", "", 0, 1.1}, {"holdfast", "of_idle_less_log", "", 0, 1.1}}},
		{name: "ingest-long", title: "publish and ack on disk, 20 publishers, 4 million", work: "ingest",
			servers: []string{"holdfast-disk", "bare"}, o: load.Options{Messages: 200000},
			goals: []goal{{"holdfast-disk", "cpu", "bare", 1, 0}}},
		{name: "connect-tls", title: "connecting over TLS", work: "connect", servers: []string{"holdfast-tls"}, o: load.Options{Connections: 2000}},
		{name: "latency-variants", title: "500 subscribers, 20 messages a second, disk with fsync, and acks after 100 ms", work: "latency",
			servers: []string{"holdfast", "holdfast-disk", "holdfast-acks"}},
	}
}

// growth are works at one, four and sixteen times the size.
func growth() []row {
	var rows []row
	for _, f := range []int{1, 4, 16} {
		at := func(name, title, work string, o load.Options) {
			rows = append(rows, row{name: name + "@" + itoa(f), title: title + ", " + itoa(f) + " ×", work: work, o: o,
				servers: []string{"holdfast", "bare"}})
		}
		at("growth-idle", "1,000 idle connections", "idle", load.Options{Connections: 1000 * f})
		at("growth-fanout", "fan-out to 1,000, 16 in flight", "fanout", load.Options{Connections: 1000 * f, Messages: 400, InFlight: 16})
		at("growth-ingest", "20 publishers, 64 in flight", "ingest", load.Options{Connections: 20 * f, Messages: 32000 / f})
		rows = append(rows, row{name: "growth-storm@" + itoa(f), title: "1,000 clients come back, " + itoa(f) + " ×", work: "storm",
			o: load.Options{Connections: 1000 * f}, servers: []string{"holdfast"}})
	}
	slices.SortStableFunc(rows, func(a, b row) int {
		return strings.Compare(strings.Split(a.name, "@")[0], strings.Split(b.name, "@")[0])
	})
	return rows
}

// sets are what can be measured together.
func sets() map[string][]row {
	withPeers := func(rows []row) []row {
		for i := range rows {
			rows[i].servers = append(slices.Clone(rows[i].servers), rows[i].peers...)
		}
		return rows
	}
	return map[string][]row{
		"figures": figures(),
		"more":    more(),
		"growth":  growth(),
		"peers":   withPeers(figures()),
		"all":     slices.Concat(withPeers(figures()), withPeers(more()), growth()),
	}
}
