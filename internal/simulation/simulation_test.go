package simulation

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// seedsOfTest is how many seeds a plain test run takes; HOLDFAST_SEEDS changes it.
const seedsOfTest = 15

// Every promise of spec/guarantees.md, under every fault that can be simulated. HOLDFAST_SEEDS=n runs the seeds from 1 to n,
// HOLDFAST_SEED=n that one alone. HOLDFAST_SIM_REPORT names a file that gets a line with the totals.
func TestSimulation(t *testing.T) {
	first, n := uint64(1), uint64(seedsOfTest)
	if s, ok := number(t, "HOLDFAST_SEED"); ok {
		first, n = s, 1
	} else if m, ok := number(t, "HOLDFAST_SEEDS"); ok {
		n = m
	}
	r := newReport()
	for seed := first; seed < first+n; seed++ {
		r.run(t, seed)
	}
	r.save(t)
}

// The same with seeds that were not run before, for as long as HOLDFAST_SOAK says; HOLDFAST_SEED is the first.
func TestSoak(t *testing.T) {
	text := os.Getenv("HOLDFAST_SOAK")
	if text == "" {
		t.Skip("it runs with HOLDFAST_SOAK=<duration>: HOLDFAST_LONG")
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		t.Fatalf("HOLDFAST_SOAK: %v", err)
	}
	seed, ok := number(t, "HOLDFAST_SEED")
	if !ok {
		seed = uint64(time.Now().UnixMicro())
	}
	r := newReport()
	for end := time.Now().Add(d); time.Now().Before(end); seed++ {
		r.run(t, seed)
	}
	r.save(t)
}

func number(t *testing.T, name string) (n uint64, ok bool) {
	v := os.Getenv(name)
	if v == "" {
		return 0, false
	}
	n, err := strconv.ParseUint(v, 10, 64)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n, true
}

// report is what all runs have come to.
type report struct {
	Layer      string         `json:"layer"`
	Seeds      int            `json:"seeds"`
	Operations int            `json:"operations"`
	Counts     map[string]int `json:"counts"`
	Faults     map[string]int `json:"faults"`
	Violations int            `json:"violations"`
	Failed     []uint64       `json:"failed,omitempty"`
	Simulated  float64        `json:"simulated"` // seconds
	Seconds    float64        `json:"seconds"`   // that it took
}

func newReport() *report {
	return &report{Layer: "whole", Counts: map[string]int{}, Faults: map[string]int{}}
}

// operations are the counts that are something a client did.
var operations = []string{"publishes", "receives", "connects"}

func (r *report) run(t *testing.T, seed uint64) {
	t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
		start := time.Now()
		x := simulate(t, draw(seed))
		r.Seeds++
		r.Violations += len(x.failures)
		for k, n := range x.counts {
			r.Counts[k] += n
		}
		for _, k := range operations {
			r.Operations += x.counts[k]
		}
		for k, n := range x.faults {
			r.Faults[k] += n
		}
		r.Simulated += x.simulated.Seconds()
		r.Seconds += time.Since(start).Seconds()
		if len(x.failures) > 0 {
			r.Failed = append(r.Failed, seed)
			x.tell(t)
		}
	})
}

func (r *report) save(t *testing.T) {
	path := os.Getenv("HOLDFAST_SIM_REPORT")
	line, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	if path == "" {
		t.Logf("%s", line)
		return
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o666)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write(append(line, '\n')); err != nil {
		t.Error(err)
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
}

// shown is how many violations are printed of one run; the rest is in a file.
const shown = 5

// tell prints what went wrong, and saves all that is known of it.
func (x *result) tell(t *testing.T) {
	t.Errorf("\n%sto run it again: HOLDFAST_SEED=%d go test -run TestSimulation ./internal/simulation\n", x.plan, x.plan.Seed)
	for i, f := range x.failures {
		if i == shown {
			t.Errorf("and %d more", len(x.failures)-shown)
			break
		}
		t.Error(f)
	}
	dir, err := os.MkdirTemp("", fmt.Sprintf("holdfast-seed-%d-", x.plan.Seed))
	if err != nil {
		t.Error(err)
		return
	}
	for name, content := range map[string]string{
		"story.txt": x.plan.String(), "violations.txt": strings.Join(x.failures, "\n"), "history.txt": x.story(),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Error(err)
		}
	}
	if err := x.machines.save(filepath.Join(dir, "machines")); err != nil {
		t.Error(err)
	}
	if differences, _ := x.machines.replay(); len(differences) > 0 {
		t.Errorf("the machines do not do it again: %s", differences[0])
	}
	t.Logf("what happened lies in %s; HOLDFAST_MACHINES=%s/machines go test -run TestReplayFile ./internal/simulation shows what the machines saw", dir, dir)
}

// story is the history in words.
func (x *result) story() string {
	var b strings.Builder
	for i := range x.history {
		e := &x.history[i]
		fmt.Fprintf(&b, "#%d %s %s\n", i, e.At.Sub(x.history[0].At).Round(time.Millisecond), e)
	}
	return b.String()
}
