package main

import (
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
)

// TestListIsComplete: every patch applies to the code as it is, and every promise is broken in three ways at least.
func TestListIsComplete(t *testing.T) {
	if err := os.Chdir("../.."); err != nil {
		t.Fatal(err)
	}
	all, err := readPatches("mutations")
	if err != nil {
		t.Fatal(err)
	}
	ways := map[string]int{}
	for _, p := range all {
		ways[p.promise]++
		cmd := exec.Command("git", "apply", "--check", "-")
		cmd.Stdin = strings.NewReader(p.diff)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s does not apply: %v\n%s", p.file, err, out)
		}
	}
	for n := 1; n <= 10; n++ {
		if k := strconv.Itoa(n); ways[k] < 3 {
			t.Errorf("promise %s is broken in %d ways, want 3 at least", k, ways[k])
		}
	}
}

func TestParse(t *testing.T) {
	good := "Promise: 1\nBreaks: all of it\nCheck: ./store TestFind -short\n\ndiff --git a/x b/x\n"
	p, err := parse(good)
	if err != nil || p.checks[0] != (check{"./store", "TestFind", "-short"}) || p.promise != "1" || p.breaks != "all of it" {
		t.Fatalf("%+v, %v", p, err)
	}
	for _, bad := range []string{
		"", "Promise: 1\n\ndiff --git", strings.Replace(good, "Breaks", "Brakes", 1), strings.Replace(good, "./store TestFind -short", "./store", 1),
		strings.Replace(good, "diff", "text", 1), strings.Replace(good, "all of it", "", 1),
	} {
		if p, err := parse(bad); err == nil {
			t.Errorf("%q is taken as %+v", bad, p)
		}
	}
}

func TestFailed(t *testing.T) {
	for out, want := range map[string]string{
		"=== RUN TestA\n--- FAIL: TestA (0.1s)\n    --- FAIL: TestA/b\n--- FAIL: TestC (0s)\nFAIL": "TestA TestC",
		"panic: test timed out after 3m0s":               "its time limit",
		"fatal error: all goroutines are asleep\nFAIL x": "the end of the test process",
	} {
		if got := strings.Join(failed(out), " "); got != want {
			t.Errorf("%q: %q, want %q", out, got, want)
		}
	}
}
