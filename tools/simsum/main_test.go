package main

import (
	"strings"
	"testing"
)

func TestSums(t *testing.T) {
	for _, c := range []struct {
		name, lines, want string
		ok                bool
	}{
		{"two runs are added", `{"layer":"whole","seeds":2,"operations":5,"faults":{"cut":1},"violations":0,"simulated":60}
{"layer":"whole","seeds":1,"operations":5,"faults":{"cut":2},"violations":0,"simulated":60}`, "whole: 3 seeds, 10 operations, 0 violations, in 0s; 2m0s of simulated time\n  faults: 3\n           3 cut\n", true},
		{"a violation", `{"layer":"whole","seeds":1,"violations":2,"failed":[7]}`, "seeds that failed: [7]", false},
		{"nothing", ``, "whole: nothing was simulated", false},
	} {
		layers, err := read(strings.NewReader(c.lines))
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		if ok := show(&b, layers, []string{"whole"}); ok != c.ok || !strings.Contains(b.String(), c.want) {
			t.Errorf("%s: %v\n%s", c.name, ok, b.String())
		}
	}
	if _, err := read(strings.NewReader("{")); err == nil {
		t.Error("half a line is read")
	}
}
