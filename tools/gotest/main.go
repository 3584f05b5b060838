// Command gotest runs go test, shows go test's own line for each package and the whole output of what failed, and
// accounts for what was skipped:
//
//	gotest [-budget 5m] -- ARGUMENTS OF GO TEST…  (flags as -flag=value)
//
// A test that skips itself because of the race detector is run again without it. One that waits for
// HOLDFAST_LONG=1 is counted. Any other skip is named as left out; with CI=true that is a failure.
//
// A package in which the race detector itself has broken down (a CHECK of its own that failed; no test has) is
// run once more, with it, and that is said.
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"os/signal"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"time"
)

func main() {
	budget := flag.Duration("budget", 10*time.Minute, "the most that all of it may take")
	flag.Usage = func() {
		fmt.Fprintln(os.Stderr, "usage: gotest [-budget 5m] -- ARGUMENTS OF GO TEST...")
	}
	flag.Parse()
	if flag.NArg() == 0 {
		flag.Usage()
		os.Exit(2)
	}
	stopped, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ctx, cancel := context.WithTimeout(stopped, *budget)
	defer cancel()
	began := time.Now()
	all := account{packages: map[string]bool{}}
	ok := run(ctx, flag.Args(), &all) || brokeDown(ctx, flag.Args(), &all)
	ok = again(ctx, flag.Args(), &all) && ok
	if stopped.Err() != nil {
		fmt.Println("FAIL: interrupted")
		ok = false
	} else if ctx.Err() != nil {
		fmt.Printf("FAIL: over the budget of %v\n", *budget)
		ok = false
	}
	if !all.report(os.Stdout, time.Since(began), os.Getenv("CI") == "true") || !ok {
		os.Exit(1)
	}
}

// event is a line of go test -json; see go doc test2json.
type event struct {
	Action, Package, Test, Output, ImportPath, FailedBuild string
	Elapsed                                                float64
}

// skip is a test that skipped itself, and why.
type skip struct{ pkg, test, why string }

type account struct {
	passed, failed int
	packages       map[string]bool
	skips          []skip
	bad            map[string]bool // packages that failed; true where the race detector broke down
}

// run runs go test, and reports whether all went well.
func run(ctx context.Context, args []string, a *account) bool {
	c := exec.CommandContext(ctx, "go", append([]string{"test", "-json"}, args...)...)
	c.Stderr = os.Stderr
	// a group of its own, so that what is over the budget can be ended with all that it started; SIGQUIT has a
	// test say where it stands
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	c.Cancel = func() error { return syscall.Kill(-c.Process.Pid, syscall.SIGQUIT) }
	c.WaitDelay = 10 * time.Second
	out, err := c.StdoutPipe()
	if err == nil {
		err = c.Start()
	}
	if err != nil {
		fmt.Println("FAIL:", err)
		return false
	}
	a.read(out, os.Stdout)
	err = c.Wait()
	if ctx.Err() != nil {
		_ = syscall.Kill(-c.Process.Pid, syscall.SIGKILL) // what is left of the group, if anything
	}
	return err == nil
}

// read follows the events, and shows what is worth it.
func (a *account) read(r io.Reader, w io.Writer) {
	held := map[[2]string]*bytes.Buffer{} // what each test under way has said
	s := bufio.NewScanner(r)
	s.Buffer(nil, 16<<20)
	for s.Scan() {
		var e event
		if json.Unmarshal(s.Bytes(), &e) != nil {
			fmt.Fprintln(w, s.Text())
			continue
		}
		key := [2]string{e.Package, e.Test}
		switch e.Action {
		case "build-output":
			fmt.Fprint(w, e.Output)
		case "output":
			if strings.Contains(e.Output, "ThreadSanitizer: CHECK failed") {
				a.mark(e.Package, true)
			}
			if e.Test == "" {
				packageLine(w, e.Output)
				continue
			}
			if held[key] == nil {
				held[key] = &bytes.Buffer{}
			}
			held[key].WriteString(e.Output)
		case "pass", "fail", "skip":
			a.ended(w, &e, held[key])
			delete(held, key)
		}
	}
	for _, key := range slices.SortedFunc(maps.Keys(held), func(x, y [2]string) int { return strings.Compare(x[0]+x[1], y[0]+y[1]) }) {
		fmt.Fprintf(w, "--- did not end: %s %s\n%s", key[0], key[1], held[key])
	}
}

// packageLine shows what go test says of a package, less what only repeats it.
func packageLine(w io.Writer, line string) {
	if line != "PASS\n" && !strings.HasPrefix(line, "-test.shuffle") && !strings.Contains(line, "[no test files]") {
		fmt.Fprint(w, line)
	}
}

func (a *account) ended(w io.Writer, e *event, said *bytes.Buffer) {
	if e.Test == "" {
		if e.Action != "skip" {
			a.packages[e.Package] = true
		}
		if e.Action == "fail" {
			a.mark(e.Package, false)
		}
		return
	}
	switch e.Action {
	case "pass":
		a.passed++
	case "fail":
		a.failed++
		if said != nil {
			fmt.Fprintf(w, "%s: %s", e.Package, said)
		}
	case "skip":
		a.skips = append(a.skips, skip{e.Package, e.Test, reason(said)})
	}
}

// mark keeps that a package failed, and whether that was the race detector.
func (a *account) mark(pkg string, detector bool) {
	if a.bad == nil {
		a.bad = map[string]bool{}
	}
	a.bad[pkg] = a.bad[pkg] || detector
}

// brokeDown runs the packages again in which the race detector has broken down, if nothing else has failed.
func brokeDown(ctx context.Context, args []string, a *account) bool {
	bad := slices.Sorted(maps.Keys(a.bad))
	for _, detector := range a.bad {
		if !detector {
			return false
		}
	}
	if len(bad) == 0 || a.failed > 0 || ctx.Err() != nil {
		return false
	}
	fmt.Println("the race detector broke down; once more:", strings.Join(bad, " "))
	return run(ctx, append(append(flagsOf(args), "-race"), bad...), a)
}

var skipLine = regexp.MustCompile(`(?m)^\s*[\w./-]+\.go:\d+: (.*)$`)

// reason is the last line that the test itself has said.
func reason(said *bytes.Buffer) string {
	if said == nil {
		return ""
	}
	all := skipLine.FindAllStringSubmatch(said.String(), -1)
	if len(all) == 0 {
		return ""
	}
	return all[len(all)-1][1]
}

func (s skip) race() bool { return strings.Contains(s.why, "race detector") }
func (s skip) long() bool { return strings.Contains(s.why, "HOLDFAST_LONG") }

// again runs the tests that the race detector was in the way of.
func again(ctx context.Context, args []string, a *account) bool {
	tests := map[string][]string{}
	rest := a.skips[:0:0]
	for _, s := range a.skips {
		if s.race() {
			top, _, _ := strings.Cut(s.test, "/")
			tests[s.pkg] = append(tests[s.pkg], regexp.QuoteMeta(top))
		} else {
			rest = append(rest, s)
		}
	}
	a.skips = rest
	if len(tests) == 0 || !slices.Contains(args, "-race") {
		return true
	}
	fmt.Println("without the race detector, what it is in the way of:")
	ok := true
	for _, pkg := range slices.Sorted(maps.Keys(tests)) {
		list := slices.Compact(slices.Sorted(slices.Values(tests[pkg])))
		ok = run(ctx, append(flagsOf(args), "-run", "^("+strings.Join(list, "|")+")$", pkg), a) && ok
	}
	return ok
}

// flagsOf returns the flags of go test that are not about what to test, or the race detector.
func flagsOf(args []string) (flags []string) {
	for _, f := range args {
		if strings.HasPrefix(f, "-") && f != "-race" {
			flags = append(flags, f)
		}
	}
	return flags
}

// report says what was run and what was not, and returns whether that will do.
func (a *account) report(w io.Writer, took time.Duration, ci bool) bool {
	long, left := 0, 0
	for _, s := range a.skips {
		if s.long() {
			long++
			continue
		}
		left++
		fmt.Fprintf(w, "left out: %s %s: %s\n", s.pkg, s.test, s.why)
	}
	fmt.Fprintf(w, "%d tests passed, %d failed, in %d packages; left out %d", a.passed, a.failed, len(a.packages), left)
	if long > 0 {
		fmt.Fprintf(w, "; %d long ones are for make test-all", long)
	}
	fmt.Fprintf(w, " (%v)\n", took.Round(100*time.Millisecond))
	if a.passed == 0 {
		fmt.Fprintln(w, "FAIL: no test ran")
		return false
	}
	if ci && left > 0 {
		fmt.Fprintln(w, "FAIL: with CI=true nothing may be left out")
		return false
	}
	return true
}
