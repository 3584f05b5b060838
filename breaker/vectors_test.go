package breaker_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"math"
	"os"
	"reflect"
	"testing"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/breaker"
)

var (
	epoch      = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	errDown    = errors.New("it is down")
	errIgnored = errors.New("there is no such thing")
)

func msOf(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// spec/vectors/breaker.json says what these mean.
type vector struct {
	Name    string
	Options vectorOptions
	Steps   []vectorStep
}

type vectorOptions struct {
	Name                                                             string
	FailureThreshold, Volume, Buckets, HalfOpenMaxRequests, Capacity int
	FailureRate                                                      float64
	Window, ResetTimeout, WarmUp                                     int // ms
}

type vectorStep struct {
	At       int // ms
	Do       string
	Ticket   string
	Times    int
	For      int // ms
	Snapshot json.RawMessage
	Want     vectorWant
}

type vectorWant struct {
	Refused    string
	Error      string
	RetryAfter *float64 // ms
	State      string
	Until      json.RawMessage // ms, or null
	Stats      map[string]any
}

func readVectors(t *testing.T) []vector {
	t.Helper()
	text, err := os.ReadFile("../spec/vectors/breaker.json")
	if err != nil {
		t.Fatal(err)
	}
	var v struct {
		About []string
		Cases []vector
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&v); err != nil || len(v.Cases) == 0 {
		t.Fatalf("%d cases, %v", len(v.Cases), err)
	}
	return v.Cases
}

func TestVectors(t *testing.T) {
	for _, v := range readVectors(t) {
		t.Run(v.Name, func(t *testing.T) {
			r := vectorRun{now: epoch, tickets: map[string]breaker.Ticket{}}
			r.make(t, v.Options)
			for i, s := range v.Steps {
				r.now = epoch.Add(time.Duration(s.At) * time.Millisecond)
				for range max(1, s.Times) {
					r.step(t, v.Options, s)
				}
				r.compare(t, s.Want)
				if t.Failed() {
					t.Fatalf("at step %d: %s at %d ms", i+1, s.Do, s.At)
				}
			}
		})
	}
}

// vectorRun is a breaker that a vector is played to.
type vectorRun struct {
	b        *breaker.Breaker
	now      time.Time
	tickets  map[string]breaker.Ticket
	snapshot []byte
}

func (r *vectorRun) make(t *testing.T, o vectorOptions) {
	t.Helper()
	b, err := breaker.New(breaker.Options{
		Name: o.Name, FailureThreshold: o.FailureThreshold, Volume: o.Volume, Buckets: o.Buckets, FailureRate: o.FailureRate,
		HalfOpenMaxRequests: o.HalfOpenMaxRequests, Capacity: o.Capacity,
		Window:       time.Duration(o.Window) * time.Millisecond,
		ResetTimeout: time.Duration(o.ResetTimeout) * time.Millisecond,
		WarmUp:       time.Duration(o.WarmUp) * time.Millisecond,
		IsFailure:    func(err error) bool { return err != errIgnored },
		HealthCheck:  func(context.Context) error { return errDown },
		Now:          func() time.Time { return r.now },
	})
	if err != nil {
		t.Fatal(err)
	}
	r.b = b
}

func (r *vectorRun) step(t *testing.T, o vectorOptions, s vectorStep) {
	t.Helper()
	switch s.Do {
	case "allow":
		r.allow(t, s)
	case "success", "failure", "ignored", "cancel":
		r.report(t, s)
	case "trip":
		r.b.Trip(time.Duration(s.For) * time.Millisecond)
	case "reset":
		r.b.Reset()
	case "enable":
		r.b.Enable()
	case "disable":
		r.b.Disable()
	case "healthFailed":
		if err := r.b.CheckHealth(t.Context()); err != errDown {
			t.Errorf("the health check: %v", err)
		}
	case "look":
	case "snapshot":
		text, err := json.Marshal(r.b.Snapshot())
		if err != nil {
			t.Error(err)
		}
		r.snapshot = text
	case "restore":
		r.restore(t, o, s)
	default:
		t.Errorf("nobody knows how to %q", s.Do)
	}
}

func (r *vectorRun) allow(t *testing.T, s vectorStep) {
	t.Helper()
	ticket, err := r.b.Allow()
	if s.Want.Refused == "" {
		if err != nil {
			t.Error(err)
		}
		r.tickets[s.Ticket] = ticket
		return
	}
	var e *holdfast.Error
	if !errors.As(err, &e) || e.Code.String() != s.Want.Refused {
		t.Errorf("asked for leave: %v; want %s", err, s.Want.Refused)
	} else if s.Want.RetryAfter != nil && msOf(e.RetryAfter) != *s.Want.RetryAfter {
		t.Errorf("again after %v; want %v ms", e.RetryAfter, *s.Want.RetryAfter)
	}
}

func (r *vectorRun) report(t *testing.T, s vectorStep) {
	t.Helper()
	ticket, ok := r.tickets[s.Ticket]
	if s.Ticket == "" {
		var err error
		if ticket, err = r.b.Allow(); err != nil {
			t.Error(err)
		}
	} else if !ok {
		t.Errorf("no ticket %q", s.Ticket)
	}
	switch s.Do {
	case "success":
		ticket.Done(nil)
	case "failure":
		ticket.Done(errDown)
	case "ignored":
		ticket.Done(errIgnored)
	case "cancel":
		ticket.Cancel()
	}
}

func (r *vectorRun) restore(t *testing.T, o vectorOptions, s vectorStep) {
	t.Helper()
	text := r.snapshot
	if s.Snapshot != nil {
		text = s.Snapshot
	}
	if s.Want.Error == "" {
		r.make(t, o)
	}
	var snapshot breaker.Snapshot
	err := json.Unmarshal(text, &snapshot)
	if err == nil {
		err = r.b.Restore(snapshot)
	}
	got := ""
	if err != nil {
		got = holdfast.CodeOf(err).String()
	}
	if got != s.Want.Error {
		t.Errorf("restored %s: %v; want %q", text, err, s.Want.Error)
	}
}

func (r *vectorRun) compare(t *testing.T, want vectorWant) {
	t.Helper()
	stats := r.b.Stats()
	if want.State != "" && (stats.State.String() != want.State || r.b.State() != stats.State) {
		t.Errorf("it is %v (%v); want %v", stats.State, stats.Reason, want.State)
	}
	if want.Until != nil {
		got := "null"
		if until := r.b.Until(); !until.IsZero() {
			b, _ := json.Marshal(msOf(until.Sub(epoch)))
			got = string(b)
		}
		if got != string(want.Until) {
			t.Errorf("until %s; want %s", got, want.Until)
		}
	}
	figures := map[string]any{
		"enabled": stats.Enabled, "consecutiveFailures": float64(stats.ConsecutiveFailures), "inFlight": float64(stats.InFlight),
		"failureRate": stats.FailureRate, "window": fields(t, stats.Window), "total": fields(t, stats.Total),
	}
	for name, value := range want.Stats {
		if name == "latency" {
			compareLatency(t, stats.Latency, value.(map[string]any))
			continue
		}
		got, ok := figures[name]
		if part, is := value.(map[string]any); is && ok {
			all := got.(map[string]any)
			for k, v := range part {
				if all[k] != v {
					t.Errorf("%s.%s is %v; want %v", name, k, all[k], v)
				}
			}
		} else if !reflect.DeepEqual(got, value) {
			t.Errorf("%s is %v; want %v", name, got, value)
		}
	}
}

func fields(t *testing.T, c breaker.Counters) (all map[string]any) {
	t.Helper()
	b, err := json.Marshal(c)
	if err == nil {
		err = json.Unmarshal(b, &all)
	}
	if err != nil {
		t.Error(err)
	}
	return all
}

func compareLatency(t *testing.T, l breaker.Latency, want map[string]any) {
	t.Helper()
	got := map[string]float64{
		"count": float64(l.Count), "mean": msOf(l.Mean), "min": msOf(l.Min), "max": msOf(l.Max),
		"p25": msOf(l.P25), "p50": msOf(l.P50), "p75": msOf(l.P75), "p90": msOf(l.P90), "p95": msOf(l.P95), "p99": msOf(l.P99),
	}
	for k, v := range want {
		w := v.(float64)
		tolerance := 0.0
		if k[0] == 'p' {
			tolerance = w * 0.0625
		}
		if math.Abs(got[k]-w) > tolerance {
			t.Errorf("latency %s is %v; want %v", k, got[k], w)
		}
	}
}
