package backoff

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"testing"
	"time"
)

// ms is a time as the vectors have it.
type ms float64

func (m ms) duration() time.Duration { return time.Duration(float64(m) * float64(time.Millisecond)) }

// spec/vectors/backoff.json says what these mean.
type backoffVectors struct {
	About []string
	Cases []struct {
		Name    string
		Options struct {
			BaseDelay, MaxDelay, MinUptime ms
			Multiplier, Jitter             float64
			MaxRetries                     int
			First                          string
		}
		Steps []backoffStep
	}
}

type backoffStep struct {
	Do            string
	Random, Delay float64
	Exhausted     bool
	Open          ms
	Reset         bool
	Retries       *int
}

func TestVectors(t *testing.T) {
	text, err := os.ReadFile("../spec/vectors/backoff.json")
	if err != nil {
		t.Fatal(err)
	}
	var v backoffVectors
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&v); err != nil || len(v.Cases) == 0 {
		t.Fatalf("%d cases, %v", len(v.Cases), err)
	}
	for _, c := range v.Cases {
		t.Run(c.Name, func(t *testing.T) {
			o := Options{
				BaseDelay: c.Options.BaseDelay.duration(), MaxDelay: c.Options.MaxDelay.duration(), MinUptime: c.Options.MinUptime.duration(),
				Multiplier: c.Options.Multiplier, Jitter: c.Options.Jitter, MaxRetries: c.Options.MaxRetries,
			}
			switch c.Options.First {
			case "immediate":
				o.First = FirstImmediate
			case "":
			default:
				t.Fatalf("first is %q", c.Options.First)
			}
			random := 0.0
			b := New(o, func() float64 { return random })
			for i, s := range c.Steps {
				random = s.Random
				s.run(t, b, i+1)
			}
		})
	}
}

func (s *backoffStep) run(t *testing.T, b *Backoff, i int) {
	t.Helper()
	switch s.Do {
	case "next":
		d, ok := b.Next()
		if ok == s.Exhausted {
			t.Errorf("step %d: another retry: %v", i, ok)
		}
		if got := float64(d) / float64(time.Millisecond); math.Abs(got-s.Delay) > 0.001 {
			t.Errorf("step %d: after %v ms, want %v", i, got, s.Delay)
		}
	case "up":
		if got := b.Up(s.Open.duration()); got != s.Reset {
			t.Errorf("step %d: up for %v ms resets: %v", i, s.Open, got)
		}
	case "reset":
		b.Reset()
	default:
		t.Fatalf("step %d does %q", i, s.Do)
	}
	if s.Retries != nil && b.Retries() != *s.Retries {
		t.Errorf("step %d: %d retries, want %d", i, b.Retries(), *s.Retries)
	}
}
