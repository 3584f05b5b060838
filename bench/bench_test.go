package main

import (
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/holdfast-ws/holdfast/internal/load"
)

// sample is a result with its CPU for each unit in nanoseconds.
func sample(cpu float64) *load.Result {
	return &load.Result{Unit: "deliveries", Count: 10, Wanted: 10, Elapsed: 1e9, CPUEach: cpu, P50: 1e6, P99: 2e6, Max: 3e6}
}

func madeUp() *results {
	row := func(name string, s map[string][]*load.Result) rowResult {
		var servers []string
		for n := range s {
			servers = append(servers, n)
		}
		slices.SortFunc(servers, func(a, b string) int { return strings.Compare(rank(a), rank(b)) })
		return rowResult{Name: name, Title: name + " & more", Work: "fanout", Servers: servers, Samples: s,
			Missing: map[string]string{"ws": "not installed"}}
	}
	return &results{Date: "2026-01-02T00:00:00Z", Versions: map[string]string{"go": "go1"}, Rows: []rowResult{
		row("fanout-16", map[string][]*load.Result{
			"holdfast": {sample(200), sample(900), sample(300)}, // the second round was disturbed, for both
			"gathered": {sample(100), sample(800), sample(250)},
			"gorilla":  {sample(4000), sample(4000), sample(4000)},
		}),
		row("growth-fanout@1", map[string][]*load.Result{"holdfast": {sample(100)}}),
		row("growth-fanout@4", map[string][]*load.Result{"holdfast": {sample(110)}}),
		row("growth-fanout@16", map[string][]*load.Result{"holdfast": {sample(130)}}),
	}}
}

// rank puts ours first.
func rank(server string) string {
	if strings.HasPrefix(server, "holdfast") {
		return "0"
	}
	return "1" + server
}

// Figures are medians, and ratios are medians of what the rounds say.
func TestMediansAndRatios(t *testing.T) {
	r := madeUp().row("fanout-16")
	cpu := metricOf("cpu")
	if got := r.medianOf("holdfast", cpu); got != 300 {
		t.Errorf("median %v", got)
	}
	if got := r.ratioOf("holdfast", "gathered", cpu); got != 1.2 { // of 2, 1.125 and 1.2
		t.Errorf("ratio %v", got)
	}
	if got := r.cheapestPeer(cpu); got != "gorilla" {
		t.Errorf("cheapest peer %q", got)
	}
	for _, c := range []struct {
		v    []float64
		want float64
	}{{nil, 0}, {[]float64{3}, 3}, {[]float64{4, 1}, 2.5}, {[]float64{9, 1, 2}, 2}} {
		if got := median(c.v); got != c.want {
			t.Errorf("median of %v is %v", c.v, got)
		}
	}
}

// A goal says whether it was reached, and is left out where its other side is missing.
func TestGoals(t *testing.T) {
	r := madeUp().row("fanout-16")
	for _, c := range []struct {
		g    goal
		want string
	}{
		{goal{"holdfast", "cpu", "gathered", 1.3, 0}, "| yes |"},
		{goal{"holdfast", "cpu", "gathered", 1.1, 0}, "| no |"},
		{goal{"holdfast", "cpu", "gathered", 1, 40}, "| no |"},
		{goal{"holdfast", "cpu", "gathered", 1, 60}, "| yes |"},
		{goal{"holdfast", "cpu", "", 0, 300}, "| yes |"},
		{goal{"holdfast", "cpu", "", 0, 299}, "| no |"},
		{goal{"holdfast", "cpu", cheapest, 1, 0}, "| yes |"},
	} {
		if got := c.g.line(r); !strings.Contains(got, c.want) {
			t.Errorf("%+v: %q", c.g, got)
		}
	}
	for _, g := range []goal{{"holdfast", "cpu", "bare", 1, 0}, {"holdfast-disk", "cpu", "gathered", 1, 0}} {
		if got := g.line(r); got != "" {
			t.Errorf("%+v: %q", g, got)
		}
	}
}

// What is written can be read again, its plots are XML, and the table names what was left out.
func TestShow(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "r.json")
	if err := madeUp().write(file); err != nil {
		t.Fatal(err)
	}
	r, err := readResults(file)
	if err != nil {
		t.Fatal(err)
	}
	plots, err := drawAll(r, filepath.Join(dir, "r"))
	if err != nil || len(plots) != 2 {
		t.Fatal(plots, err)
	}
	for _, p := range plots {
		f, err := os.Open(p)
		if err != nil {
			t.Fatal(err)
		}
		for d := xml.NewDecoder(f); ; {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("%s: %v", p, err)
			}
		}
		f.Close()
	}
	text := table(r, plots)
	for _, want := range []string{"Goals", "ws (Node) is left out: not installed", "r-fanout-16.svg", "1.20 ×", "Centrifugo"} {
		if !strings.Contains(text, want) {
			t.Errorf("the table has no %q:\n%s", want, text)
		}
	}
}

// Two results are compared row by row, server by server.
func TestCompare(t *testing.T) {
	a, b := madeUp(), madeUp()
	b.Rows[0].Samples["holdfast"] = []*load.Result{sample(150)}
	var out strings.Builder
	if err := compare(&out, a, b); err != nil || !strings.Contains(out.String(), "| fanout-16 | Holdfast | server CPU each | 0.30 µs | 0.15 µs | 0.50 × |") {
		t.Errorf("%v\n%s", err, out.String())
	}
	if err := compare(&out, a, &results{}); err == nil {
		t.Error("nothing in common, and no error")
	}
}

// Each row names works, servers and metrics that there are, and no two have one name.
func TestRows(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range sets()["all"] {
		if seen[r.name] {
			t.Errorf("%s is there twice", r.name)
		}
		seen[r.name] = true
		if _, err := load.WorkOf(r.work); err != nil {
			t.Errorf("%s: %v", r.name, err)
		}
		for _, s := range r.servers {
			if _, err := kindOf(s); err != nil {
				t.Errorf("%s: %v", r.name, err)
			}
		}
		for _, m := range r.plot {
			metricOf(m)
		}
		for _, g := range r.goals {
			metricOf(g.metric)
			if !slices.Contains(r.servers, g.server) || g.of != "" && g.of != cheapest && !slices.Contains(r.servers, g.of) {
				t.Errorf("%s: a goal of servers that it does not have: %+v", r.name, g)
			}
		}
	}
}

func TestAddressIn(t *testing.T) {
	for line, want := range map[string]string{
		"127.0.0.1:81": "127.0.0.1:81",
		"listening on http://127.0.0.1:8080 (ws endpoint /ws)": "127.0.0.1:8080",
		"ws://[::1]:9/x": "[::1]:9",
		"ready":          "",
		"error: no":      "",
	} {
		if got := addressIn(line); got != want {
			t.Errorf("%q: %q", line, got)
		}
	}
}
