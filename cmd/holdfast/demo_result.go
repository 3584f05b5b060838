package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/holdfast-ws/holdfast/cmd/holdfast/internal/chaos"
)

// demoResult is what --json prints.
type demoResult struct {
	Bytes        int64              `json:"bytes"`
	Equal        bool               `json:"equal"`
	Cmp          string             `json:"cmp,omitempty"` // what the program cmp says, if there is one
	Seconds      float64            `json:"seconds"`
	Kills        []*demoKill        `json:"kills"`
	Cuts         int                `json:"cuts"`
	Cut          map[chaos.Mode]int `json:"cut"`
	Connects     uint64             `json:"connects"`
	Resent       uint64             `json:"resent"`
	Deduplicated uint64             `json:"deduplicated"`
	Replayed     uint64             `json:"replayed"`
	CutOff       int64              `json:"cut_off"`
	Gaps         uint64             `json:"gaps"`
	Problems     []string           `json:"problems,omitempty"`
}

// result compares the files, judges the run and prints what happened.
func (d *demo) result() error {
	if err := d.reports.read(); err != nil {
		return demoFailed("reports: %v", err)
	}
	pub, sub, _ := d.reports.sums()
	st := d.proxy.Stats()
	r := demoResult{Bytes: d.size, Seconds: time.Since(d.begin).Seconds(), Kills: d.plan, Cuts: st.Cuts(), Cut: st.Done,
		Connects: pub.Connects + sub.Connects, Resent: pub.Resent, Deduplicated: pub.Duplicates, Replayed: sub.Replayed, CutOff: sub.CutOff, Gaps: sub.Gaps}
	differ, err := compare(d.input, d.path("output"))
	if err != nil {
		return ioFailed("compare", err)
	}
	r.Equal = differ == ""
	r.Cmp = runCmp(d.input, d.path("output"))
	r.Problems = r.judge(d, differ)
	d.print(&r)
	if len(r.Problems) > 0 {
		return demoFailed("%s", strings.Join(r.Problems, "; "))
	}
	return nil
}

// judge returns what is not as it must be. Faults that hit nothing prove nothing.
func (r *demoResult) judge(d *demo, differ string) (problems []string) {
	bad := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	if differ != "" {
		bad("input and output differ: %s", differ)
	}
	if r.Cmp != "" && r.Cmp != "equal" {
		bad("cmp says: %s", r.Cmp)
	}
	if r.Gaps > 0 {
		bad("%d gaps", r.Gaps)
	}
	for i, k := range r.Kills {
		switch {
		case !k.done:
			bad("kill %d (%s) was never carried out: nothing was seen in flight in time", i+1, k.Victim)
		case k.InFlight <= 0:
			bad("kill %d (%s) came while nothing was in flight", i+1, k.Victim)
		}
	}
	if d.c.CutEvery > 0 && r.Cuts == 0 {
		bad("no connection was cut")
	}
	kills := map[victim]bool{}
	for _, k := range r.Kills {
		kills[k.Victim] = true
	}
	for _, c := range []struct {
		what string
		n    int64
		must bool
	}{
		{"resent", int64(r.Resent), true},
		{"deduplicated", int64(r.Deduplicated), true},
		{"replayed", int64(r.Replayed), true},
		{"bytes of output cut off", r.CutOff, kills[theSubscriber]},
	} {
		if c.must && c.n <= 0 {
			bad("%s: none", c.what)
		}
	}
	return problems
}

func (d *demo) print(r *demoResult) {
	if d.c.JSON {
		json.NewEncoder(d.e.stdout).Encode(r) //nolint:errcheck // the exit code says how it went
		return
	}
	n := map[victim]int{}
	for _, k := range r.Kills {
		if k.done {
			n[k.Victim]++
		}
	}
	same := "NOT equal"
	if r.Equal {
		same = "equal"
	}
	if r.Cmp != "" {
		same += "; cmp says: " + r.Cmp
	}
	w := d.e.stdout
	fmt.Fprintf(w, "compared      %d bytes: input and output are %s\n", r.Bytes, same)
	fmt.Fprintf(w, "took          %.1f s\n", r.Seconds)
	fmt.Fprintf(w, "killed        server %d, publisher %d, subscriber %d times, with SIGKILL\n", n[theServer], n[thePublisher], n[theSubscriber])
	fmt.Fprintf(w, "cut           %d of %d connections (", r.Cuts, d.proxy.Stats().Accepted)
	sep := ""
	for _, m := range chaos.Modes {
		if r.Cut[m] > 0 {
			fmt.Fprintf(w, "%s%s %d", sep, m, r.Cut[m])
			sep = ", "
		}
	}
	fmt.Fprintf(w, ")\n")
	fmt.Fprintf(w, "resent        %d records, %d of which the server had already\n", r.Resent, r.Deduplicated)
	fmt.Fprintf(w, "replayed      %d records\n", r.Replayed)
	fmt.Fprintf(w, "cut off       %d bytes of output that were not durable yet\n", r.CutOff)
	if d.c.Keep || d.c.Dir != "" {
		fmt.Fprintf(w, "kept          %s (cmp %s %s)\n", d.dir, d.input, d.path("output"))
	}
}

// runCmp lets the program cmp say whether two files are equal; "" if there is none.
func runCmp(a, b string) string {
	path, err := exec.LookPath("cmp")
	if err != nil {
		return ""
	}
	out, err := exec.Command(path, a, b).CombinedOutput()
	switch {
	case err == nil:
		return "equal"
	case len(out) > 0:
		return strings.TrimSpace(string(out))
	}
	return err.Error()
}

// compare returns "" if two files have the same bytes, else where they differ.
func compare(a, b string) (string, error) {
	fa, err := os.Open(a)
	if err != nil {
		return "", err
	}
	defer fa.Close()
	fb, err := os.Open(b)
	if err != nil {
		return "", err
	}
	defer fb.Close()
	ba, bb := make([]byte, 64<<10), make([]byte, 64<<10)
	for at := int64(0); ; {
		na, err := io.ReadFull(fa, ba)
		if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
			return "", err
		}
		nb, err := io.ReadFull(fb, bb)
		if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
			return "", err
		}
		if !bytes.Equal(ba[:na], bb[:nb]) {
			n := 0
			for n < min(na, nb) && ba[n] == bb[n] {
				n++
			}
			if n == min(na, nb) {
				return fmt.Sprintf("one ends at byte %d", at+int64(n)), nil
			}
			return fmt.Sprintf("at byte %d", at+int64(n)), nil
		}
		if na == 0 {
			return "", nil
		}
		at += int64(na)
	}
}
