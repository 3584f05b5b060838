// Command simsum sums up what simulations have written to the file that HOLDFAST_SIM_REPORT named:
//
//	simsum FILE LAYER...
//
// It fails if a promise was broken, or if one of the layers has written nothing.
package main

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"time"
)

// line is what one test run has written.
type line struct {
	Layer      string         `json:"layer"`
	Seeds      int            `json:"seeds"`
	Operations int            `json:"operations"`
	Counts     map[string]int `json:"counts"`
	Faults     map[string]int `json:"faults"`
	Violations int            `json:"violations"`
	Failed     []uint64       `json:"failed"`
	Simulated  float64        `json:"simulated"`
	Seconds    float64        `json:"seconds"`
}

func main() {
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "usage: simsum FILE LAYER...")
		os.Exit(2)
	}
	f, err := os.Open(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	layers, err := read(f)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	if !show(os.Stdout, layers, os.Args[2:]) {
		os.Exit(1)
	}
}

// read adds up the lines of each layer.
func read(r io.Reader) (map[string]*line, error) {
	layers := map[string]*line{}
	for s := bufio.NewScanner(r); ; {
		if !s.Scan() {
			return layers, s.Err()
		}
		var x line
		if err := json.Unmarshal(s.Bytes(), &x); err != nil {
			return nil, err
		}
		sum := layers[x.Layer]
		if sum == nil {
			sum = &line{Layer: x.Layer, Counts: map[string]int{}, Faults: map[string]int{}}
			layers[x.Layer] = sum
		}
		sum.Seeds += x.Seeds
		sum.Operations += x.Operations
		sum.Violations += x.Violations
		sum.Failed = append(sum.Failed, x.Failed...)
		sum.Simulated += x.Simulated
		sum.Seconds += x.Seconds
		for k, n := range x.Counts {
			sum.Counts[k] += n
		}
		for k, n := range x.Faults {
			sum.Faults[k] += n
		}
	}
}

// show prints the sums, and reports whether all is well.
func show(w io.Writer, layers map[string]*line, wanted []string) bool {
	ok := true
	for _, name := range wanted {
		x := layers[name]
		if x == nil || x.Seeds == 0 {
			fmt.Fprintf(w, "%s: nothing was simulated\n", name)
			ok = false
			continue
		}
		seconds := func(s float64) time.Duration { return time.Duration(s * float64(time.Second)).Round(time.Second) }
		fmt.Fprintf(w, "\n%s: %d seeds, %d operations, %d violations, in %v", name, x.Seeds, x.Operations, x.Violations, seconds(x.Seconds))
		if x.Simulated > 0 {
			fmt.Fprintf(w, "; %v of simulated time", seconds(x.Simulated))
		}
		fmt.Fprintln(w)
		table(w, "what happened", x.Counts)
		table(w, "faults", x.Faults)
		if len(x.Failed) > 0 {
			fmt.Fprintf(w, "  seeds that failed: %d\n", x.Failed)
		}
		ok = ok && x.Violations == 0
	}
	return ok
}

func table(w io.Writer, title string, counts map[string]int) {
	if len(counts) == 0 {
		return
	}
	total := 0
	for _, n := range counts {
		total += n
	}
	fmt.Fprintf(w, "  %s: %d\n", title, total)
	names := slices.SortedFunc(maps.Keys(counts), func(a, b string) int { return cmp.Or(counts[b]-counts[a], cmp.Compare(a, b)) })
	for _, k := range names {
		fmt.Fprintf(w, "  %10d %s\n", counts[k], k)
	}
}
