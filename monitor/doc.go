// Package monitor measures: a histogram that costs next to nothing to record to, a history of bounded length, and what the
// process uses. [Metric] is the form in which figures are handed to a monitoring system; package
// [github.com/holdfast-ws/holdfast/monitor/prom] serves them to Prometheus.
//
// It depends on the standard library alone, so that whoever embeds the server gets no monitoring system along.
package monitor
