package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"time"

	"github.com/holdfast-ws/holdfast/internal/load"
)

// manyCommand holds more idle connections than a process may have files open: several servers, and as many processes that load one
// each.
func manyCommand(ctx context.Context, args []string) error {
	s := flag.NewFlagSet("many", flag.ExitOnError)
	name := s.String("server", "holdfast", "what to start")
	n := s.Int("n", 100_000, "connections in all")
	per := s.Int("per", 18_000, "connections to each server at most")
	rest := s.Duration("rest", 15*time.Second, "rest before memory is looked at")
	timeout := s.Duration("timeout", 10*time.Minute, "how long connecting may take")
	s.Parse(args)
	k, err := kindOf(*name)
	if err != nil {
		return err
	}
	root, err := findRoot()
	if err != nil {
		return err
	}
	command, err := k.build(ctx, root)
	if err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	before, least := available(), watchAvailable(ctx)
	count := (*n + *per - 1) / *per
	results, errs := make([]*load.Result, count), make([]error, count)
	var children sync.WaitGroup
	for i := range count {
		share := *n/count + min(1, max(0, *n%count-i))
		children.Go(func() {
			results[i], errs[i] = manyChild(ctx, self, &k, command, share, *rest, *timeout)
		})
	}
	children.Wait()
	used := before - least()
	if err := errors.Join(errs...); err != nil {
		return err
	}
	var sum load.Result
	for _, r := range results {
		sum.Count += r.Count
		sum.CPU += r.CPU
		sum.Before.RSS += r.Before.RSS
		sum.After.RSS += r.After.RSS
		sum.Elapsed = max(sum.Elapsed, r.Elapsed)
	}
	each := float64(max(1, sum.Count))
	fmt.Printf("%s: %d connections to %d processes in %v, server CPU %s each, memory %s each; all of the machine's memory, both ends and kernel, %s each\n",
		k.title, sum.Count, count, time.Duration(sum.Elapsed).Round(time.Millisecond), formatMicros(float64(sum.CPU)/each),
		formatBytes(float64(sum.After.RSS-sum.Before.RSS)/each), formatBytes(float64(used)/each))
	return nil
}

// manyChild starts one server and one process that loads it.
func manyChild(ctx context.Context, self string, k *kind, command []string, n int, rest, timeout time.Duration) (*load.Result, error) {
	s, err := k.start(ctx, command, nil, nil)
	if err != nil {
		return nil, err
	}
	defer s.stop()
	c := exec.CommandContext(ctx, self, "run", "-json", "-work", "idle", "-server", k.name, "-addr", s.addr, "-pid", strconv.Itoa(s.cmd.Process.Pid),
		"-n", strconv.Itoa(n), "-rest", rest.String(), "-timeout", timeout.String())
	var out, errs bytes.Buffer
	c.Stdout, c.Stderr = &out, &errs
	dieWithParent(c)
	if err := c.Run(); err != nil {
		return nil, fmt.Errorf("%w: %s", err, errs.Bytes())
	}
	var r load.Result
	return &r, json.Unmarshal(out.Bytes(), &r)
}

// available is the memory that the machine has left, in bytes; 0 where that is not known.
func available() int64 {
	b, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return 0
	}
	var n int64
	fmt.Sscanf(valueIn(string(b), "MemAvailable"), "%d kB", &n)
	return n << 10
}

// watchAvailable watches for the least, until the function that it returns is called.
func watchAvailable(ctx context.Context) (stop func() int64) {
	ctx, cancel := context.WithCancel(ctx)
	found := make(chan int64)
	go func() {
		least := available()
		tick := time.NewTicker(200 * time.Millisecond)
		defer tick.Stop()
		for ctx.Err() == nil {
			select {
			case <-tick.C:
				least = min(least, available())
			case <-ctx.Done():
			}
		}
		found <- least
	}()
	return func() int64 { cancel(); return <-found }
}
