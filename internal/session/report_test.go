package session_test

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

// tally is what all runs of this process did.
type tally struct {
	runs   int
	counts map[string]int
	failed map[string]bool
}

var totals = tally{counts: map[string]int{}, failed: map[string]bool{}}

func (s *tally) add(w *world) {
	s.runs++
	for what, n := range w.counts {
		s.counts[what] += n
	}
	s.counts["events"] += len(w.h)
}

// report is one line of HOLDFAST_SIM_REPORT.
type report struct {
	Layer      string         `json:"layer"`
	Seeds      int            `json:"seeds"`
	Operations int            `json:"operations"`
	Events     int            `json:"events"` // that the checker judged
	Published  int            `json:"published"`
	Received   int            `json:"received"`
	Faults     map[string]int `json:"faults"`
	Violations int            `json:"violations"`
	Seconds    float64        `json:"seconds"`
}

func (s *tally) report(took time.Duration) report {
	r := report{Layer: "pure", Seeds: s.runs, Operations: s.counts["operations"], Events: s.counts["events"], Published: s.counts["published"],
		Received: s.counts["received"], Faults: map[string]int{}, Violations: len(s.failed), Seconds: took.Seconds()}
	for what, n := range s.counts {
		if kind, ok := strings.CutPrefix(what, "fault: "); ok {
			r.Faults[kind] = n
		}
	}
	return r
}

// TestMain appends what was simulated to the file that HOLDFAST_SIM_REPORT names.
func TestMain(m *testing.M) {
	start := time.Now()
	code := m.Run()
	if name := os.Getenv(reportEnv); name != "" && totals.runs > 0 {
		b, err := json.Marshal(totals.report(time.Since(start)))
		if err == nil {
			err = appendLine(name, b)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}

func appendLine(name string, line []byte) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o644)
	if err != nil {
		return err
	}
	if _, err := f.Write(append(line, '\n')); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}
