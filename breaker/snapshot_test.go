package breaker_test

import (
	"encoding/json"
	"errors"
	"os"
	"reflect"
	"testing"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/breaker"
)

// A snapshot survives a process: what is restored makes the same snapshot again.
func TestSnapshotsSurvive(t *testing.T) {
	now := epoch
	o := breaker.Options{Name: "api", FailureRate: 0.9, Now: func() time.Time { return now }}
	b := newBreaker(t, o)
	for i := range 30 {
		now = now.Add(200 * time.Millisecond)
		ticket, err := b.Allow()
		if err != nil {
			t.Fatal(err)
		}
		if i%4 == 0 {
			ticket.Done(nil)
		} else {
			ticket.Done(errDown)
		}
	}
	first := b.Snapshot()
	text, err := json.Marshal(first)
	if err != nil {
		t.Fatal(err)
	}
	var read breaker.Snapshot
	if err := json.Unmarshal(text, &read); err != nil {
		t.Fatal(err)
	}
	again := newBreaker(t, o)
	if err := again.Restore(read); err != nil {
		t.Fatal(err)
	}
	if second := again.Snapshot(); !reflect.DeepEqual(second, read) || len(second.Ended) != 7 {
		t.Errorf("restored\n%+v, want\n%+v", second, read)
	}
}

// What it was does not matter after Restore, and calls from before decide nothing.
func TestRestoreReplaces(t *testing.T) {
	now := epoch
	o := breaker.Options{FailureThreshold: 1, Now: func() time.Time { return now }}
	b := newBreaker(t, o)
	fresh := b.Snapshot()
	ticket, _ := b.Allow()
	b.Trip(time.Hour)
	if err := b.Restore(fresh); err != nil || b.State() != breaker.Closed {
		t.Fatal(b.State(), err)
	}
	if ticket.Done(errDown); b.State() != breaker.Closed || b.Stats().InFlight != 0 {
		t.Errorf("%+v", b.Stats())
	}
}

// Whatever stands in a file: a snapshot is restored or refused, and a restored breaker works.
func FuzzRestore(f *testing.F) {
	vectors, err := os.ReadFile("../spec/vectors/breaker.json")
	if err != nil {
		f.Fatal(err)
	}
	var v struct {
		Cases []struct {
			Steps []struct{ Snapshot json.RawMessage }
		}
	}
	if err := json.Unmarshal(vectors, &v); err != nil {
		f.Fatal(err)
	}
	for _, c := range v.Cases {
		for _, s := range c.Steps {
			if s.Snapshot != nil {
				f.Add([]byte(s.Snapshot))
			}
		}
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var s breaker.Snapshot
		if json.Unmarshal(text, &s) != nil {
			return
		}
		now := epoch
		b := newBreaker(t, breaker.Options{FailureRate: 0.5, Now: func() time.Time { return now }})
		if err := b.Restore(s); err != nil {
			if !errors.Is(err, holdfast.CodeBadArgument) || b.State() != breaker.Closed {
				t.Fatalf("%v, and it is %v", err, b.State())
			}
			return
		}
		if _, err := json.Marshal(b.Snapshot()); err != nil {
			t.Fatal(err)
		}
		b.Stats()
		now = now.AddDate(600, 0, 0) // whatever was restored, it does not last
		if b.State() == breaker.Open {
			t.Fatalf("open until %v", b.Until())
		}
		b.Enable()
		b.Reset()
		if ticket, err := b.Allow(); err != nil {
			t.Fatal(err)
		} else {
			ticket.Done(nil)
		}
	})
}
