package server

import (
	"strconv"
	"time"
)

// The answers of the endpoints below /api/websocket/, as openapi.json describes them. Times are RFC 3339, in UTC.

type connectionFigures struct {
	Current       int                `json:"current"`
	Peak          int                `json:"peak"`
	Total         uint64             `json:"total"`
	Refused       uint64             `json:"refused"`
	Closed        uint64             `json:"closed"`
	Limit         int                `json:"limit"`
	Subscriptions int                `json:"subscriptions"`
	Stalled       int                `json:"stalled"`
	History       []connectionMoment `json:"history"`
}

type connectionMoment struct {
	Time     time.Time `json:"time"`
	Current  int       `json:"current"`
	Accepted uint64    `json:"accepted"`
	Refused  uint64    `json:"refused"`
}

type messageFigures struct {
	Sent         uint64          `json:"sent"`
	Received     uint64          `json:"received"`
	Acknowledged uint64          `json:"acknowledged"`
	Stored       uint64          `json:"stored"`
	Failed       uint64          `json:"failed"`
	SuccessRate  float64         `json:"successRate"`
	BytesSent    uint64          `json:"bytesSent"`
	WaitingBytes int             `json:"waitingBytes"`
	History      []messageMoment `json:"history"`
}

type messageMoment struct {
	Time     time.Time `json:"time"`
	Sent     uint64    `json:"sent"`
	Received uint64    `json:"received"`
	Failed   uint64    `json:"failed"`
}

type errorFigures struct {
	Total   uint64            `json:"total"`
	Rate    float64           `json:"rate"`
	ByClass map[string]uint64 `json:"byClass"`
	ByCode  map[string]uint64 `json:"byCode"`
	ByKind  map[string]uint64 `json:"byKind"`
	History []errorMoment     `json:"history"`
}

type errorMoment struct {
	Time  time.Time `json:"time"`
	Total uint64    `json:"total"`
}

type incidentFigures struct {
	Time  time.Time `json:"time"`
	Kind  string    `json:"kind"`
	Code  int       `json:"code"`
	Name  string    `json:"name"`
	Class string    `json:"class"`
	What  string    `json:"what"`
	Hint  string    `json:"hint,omitempty"`
}

type performanceFigures struct {
	Memory struct {
		Resident *uint64 `json:"resident,omitempty"`
		Heap     uint64  `json:"heap"`
		Runtime  uint64  `json:"runtime"`
		Cache    int     `json:"cache"`
	} `json:"memory"`
	CPU struct {
		Percent float64 `json:"percent"`
		Seconds float64 `json:"seconds"`
		Cores   int     `json:"cores"`
	} `json:"cpu"`
	Load         *loadFigures `json:"load,omitempty"`
	Goroutines   int          `json:"goroutines"`
	ResponseTime struct {
		Count   uint64  `json:"count"`
		Average float64 `json:"averageMs"`
		P50     float64 `json:"p50Ms"`
		P90     float64 `json:"p90Ms"`
		P95     float64 `json:"p95Ms"`
		P99     float64 `json:"p99Ms"`
		P999    float64 `json:"p999Ms"`
	} `json:"responseTime"`
}

type loadFigures struct {
	One     float64 `json:"one"`
	Five    float64 `json:"five"`
	Fifteen float64 `json:"fifteen"`
}

func (v *view) connectionFigures(limit int) connectionFigures {
	f := connectionFigures{Current: v.connections, Peak: v.peak, Total: v.counted.accepted, Refused: v.counted.refused,
		Closed: v.counted.closed, Limit: limit, Subscriptions: v.stats.Subscriptions, Stalled: v.stats.Stalled,
		History: make([]connectionMoment, len(v.history))}
	for i, m := range v.history {
		f.History[i] = connectionMoment{m.at.UTC(), m.connections, m.accepted, m.refused}
	}
	return f
}

func (v *view) messageFigures() messageFigures {
	t := &v.counted
	f := messageFigures{Sent: t.sent, Received: t.received, Acknowledged: t.acknowledged, Stored: t.stored, Failed: t.failed,
		SuccessRate: 1 - share(t.failed, t.acknowledged+t.failed), BytesSent: t.bytesOut, WaitingBytes: v.stats.QueueBytes,
		History: make([]messageMoment, len(v.history))}
	for i, m := range v.history {
		f.History[i] = messageMoment{m.at.UTC(), m.sent, m.received, m.failures}
	}
	return f
}

// share is n of all, 0 where there are none.
func share(n, all uint64) float64 {
	if all == 0 {
		return 0
	}
	return min(1, float64(n)/float64(all))
}

// errorFigures counts errors; the rate is their share in all that was tried: connections, and publishes that were answered.
func (v *view) errorFigures() errorFigures {
	t := &v.counted
	f := errorFigures{Total: t.errors, Rate: share(t.errors, t.accepted+t.refused+t.acknowledged+t.failed),
		ByClass: map[string]uint64{}, ByCode: map[string]uint64{}, History: make([]errorMoment, len(v.history)),
		ByKind: map[string]uint64{incidentTurnedAway.String(): t.turnedAway, incidentClosed.String(): t.closedErrors,
			incidentDeclined.String(): t.declined, incidentAccept.String(): t.acceptErrors}}
	for code, n := range t.codes {
		f.ByClass[classOf(code)] += n
		f.ByCode[strconv.Itoa(int(code))] += n
	}
	for i, m := range v.history {
		f.History[i] = errorMoment{m.at.UTC(), m.errors}
	}
	return f
}

func incidentsOf(list []incident) []incidentFigures {
	all := make([]incidentFigures, len(list))
	for i, e := range list {
		all[i] = incidentFigures{Time: e.at.UTC(), Kind: e.kind.String(), Code: int(e.code), Name: e.code.String(), Class: classOf(e.code),
			What: e.code.What(), Hint: e.code.Hint()}
	}
	return all
}

func (v *view) performanceFigures() performanceFigures {
	var f performanceFigures
	u := &v.usage
	if u.Resident > 0 {
		f.Memory.Resident = &u.Resident
	}
	f.Memory.Heap, f.Memory.Runtime, f.Memory.Cache = u.Heap, u.Runtime, v.stats.CacheBytes
	f.CPU.Percent, f.CPU.Seconds, f.CPU.Cores = v.cpu, u.CPU.Seconds(), v.cores
	if u.Loads {
		f.Load = &loadFigures{u.Load[0], u.Load[1], u.Load[2]}
	}
	f.Goroutines = u.Goroutines
	r := &f.ResponseTime
	r.Count, r.Average = v.latency.Count, millisOf(v.latency.Mean())
	for _, p := range []struct {
		to *float64
		q  float64
	}{{&r.P50, .5}, {&r.P90, .9}, {&r.P95, .95}, {&r.P99, .99}, {&r.P999, .999}} {
		*p.to = millisOf(v.latency.Quantile(p.q))
	}
	return f
}

func millisOf(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
