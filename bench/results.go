package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/holdfast-ws/holdfast/internal/load"
)

// results are all that one measurement has shown.
type results struct {
	Date     string            `json:"date"`
	Machine  machine           `json:"machine"`
	Versions map[string]string `json:"versions"`
	Rows     []rowResult       `json:"rows"`
}

type machine struct {
	Name   string `json:"name"`
	CPU    string `json:"cpu"`
	Cores  int    `json:"cores"`
	Memory string `json:"memory"`
	Kernel string `json:"kernel"`
}

// rowResult has the samples of each server, in the order of the pairs.
type rowResult struct {
	Name    string                    `json:"name"`
	Title   string                    `json:"title"`
	Work    string                    `json:"work"`
	Servers []string                  `json:"servers"`
	Samples map[string][]*load.Result `json:"samples"`
	Thread  bool                      `json:"thread,omitempty"`  // one thread read all subscribers
	Missing map[string]string         `json:"missing,omitempty"` // servers without samples, and why
}

// medianOf is the median of a server's samples.
func (r *rowResult) medianOf(server string, m metric) float64 {
	var v []float64
	for _, s := range r.Samples[server] {
		v = append(v, m.of(s))
	}
	return median(v)
}

// ratioOf is the median of the pairs' ratios; 0 where there is none.
func (r *rowResult) ratioOf(server, other string, m metric) float64 {
	a, b := r.Samples[server], r.Samples[other]
	var v []float64
	for i := range min(len(a), len(b)) {
		if d := m.of(b[i]); d > 0 {
			v = append(v, m.of(a[i])/d)
		}
	}
	return median(v)
}

// measured are the servers that have samples.
func (r *rowResult) measured() []string {
	return slices.DeleteFunc(slices.Clone(r.Servers), func(s string) bool { return len(r.Samples[s]) == 0 })
}

// cheapestPeer is the peer with the least figure; empty where there is no peer.
func (r *rowResult) cheapestPeer(m metric) (best string) {
	for _, s := range r.measured() {
		if !isPeer(s) || r.Work == "ingest" && s == "nats" {
			continue
		}
		if best == "" || r.medianOf(s, m) < r.medianOf(best, m) {
			best = s
		}
	}
	return best
}

// isPeer says whether a server is somebody else's: neither ours nor a limit.
func isPeer(server string) bool {
	return !strings.HasPrefix(server, "holdfast") && server != "bare" && server != "gathered"
}

func (r *results) row(name string) *rowResult {
	for i := range r.Rows {
		if r.Rows[i].Name == name {
			return &r.Rows[i]
		}
	}
	return nil
}

// put takes a row in, in the place of an earlier one of that name.
func (r *results) put(row rowResult) {
	if old := r.row(row.Name); old != nil {
		*old = row
		return
	}
	r.Rows = append(r.Rows, row)
}

// rounds is how many samples the row's medians are of; of the server that has the fewest.
func (r *rowResult) rounds() int {
	n := 0
	for _, s := range r.Samples {
		if n == 0 || len(s) < n {
			n = len(s)
		}
	}
	return n
}

func (r *results) write(file string) error {
	b, err := json.MarshalIndent(r, "", " ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	return os.WriteFile(file, append(b, '\n'), 0o644)
}

func readResults(file string) (*results, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var r results
	return &r, json.Unmarshal(b, &r)
}

func itoa(n int) string { return strconv.Itoa(n) }
