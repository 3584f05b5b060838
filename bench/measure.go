package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/holdfast-ws/holdfast/internal/load"
)

type measureFlags struct {
	set, rows, servers, out, machine string
	pairs                            int
	scale                            float64
	thread                           bool
}

func (f *measureFlags) flags() *flag.FlagSet {
	s := flag.NewFlagSet("measure", flag.ExitOnError)
	s.StringVar(&f.set, "set", "figures", "which rows: "+strings.Join(slices.Sorted(maps.Keys(sets())), ", "))
	s.StringVar(&f.rows, "rows", "", "only those whose names match this regular expression")
	s.StringVar(&f.servers, "servers", "", "only these servers, separated by commas")
	s.StringVar(&f.out, "out", filepath.Join("bench", "results"), "folder for the results")
	s.StringVar(&f.machine, "machine", "", "name of this machine (system, architecture and cores)")
	s.IntVar(&f.pairs, "pairs", 5, "how many times each server is measured, in turn with the others")
	s.Float64Var(&f.scale, "scale", 1, "connections and messages are so many times as many; for a try")
	s.BoolVar(&f.thread, "thread", false, "read all subscribers with one thread, and not each with a goroutine")
	return s
}

func (f *measureFlags) pick() ([]row, error) {
	rows, ok := sets()[f.set]
	if !ok {
		return nil, fmt.Errorf("there is no set %q", f.set)
	}
	match, err := regexp.Compile("^(" + f.rows + ")$")
	if err != nil {
		return nil, err
	}
	only := strings.FieldsFunc(f.servers, func(r rune) bool { return r == ',' })
	var picked []row
	for _, r := range rows {
		if f.rows != "" && !match.MatchString(r.name) {
			continue
		}
		if len(only) > 0 {
			r.servers = slices.DeleteFunc(slices.Clone(r.servers), func(s string) bool { return !slices.Contains(only, s) })
		}
		if len(r.servers) > 0 {
			picked = append(picked, r)
		}
	}
	return picked, nil
}

func measureCommand(ctx context.Context, args []string) error {
	var f measureFlags
	f.flags().Parse(args)
	rows, err := f.pick()
	if err != nil {
		return err
	}
	root, err := findRoot()
	if err != nil {
		return err
	}
	b := &bench{flags: &f, root: root, commands: map[string][]string{}, missing: map[string]string{}}
	now := time.Now()
	b.results = &results{Date: now.UTC().Format(time.RFC3339), Machine: thisMachine(f.machine), Versions: versions(ctx, root)}
	file := filepath.Join(f.out, now.Format("2006-01-02")+"-"+b.results.Machine.Name+".json")
	if earlier, err := readResults(file); err == nil { // of the same day: its other rows stay
		b.results.Rows = earlier.Rows
	}
	b.build(ctx, rows)
	for i := range rows {
		fmt.Fprintf(os.Stderr, "\n[%d/%d] %s: %s\n", i+1, len(rows), rows[i].name, rows[i].title)
		b.results.put(b.measure(ctx, &rows[i]))
		if err := errors.Join(ctx.Err(), b.results.write(file)); err != nil {
			return err
		}
	}
	return show(file)
}

// bench is one measurement.
type bench struct {
	flags    *measureFlags
	root     string
	commands map[string][]string
	missing  map[string]string
	results  *results
}

// build makes all servers ready, and says which cannot be had.
func (b *bench) build(ctx context.Context, rows []row) {
	for i := range rows {
		for _, name := range rows[i].servers {
			if b.commands[name] != nil || b.missing[name] != "" {
				continue
			}
			k, err := kindOf(name)
			if err == nil {
				b.commands[name], err = k.build(ctx, b.root)
			}
			if err == nil {
				_, err = k.target("", load.Process{})
			}
			if err != nil {
				b.missing[name] = err.Error()
				fmt.Fprintf(os.Stderr, "left out: %s: %v\n", name, err)
			}
		}
	}
}

// measure does a row's work to its servers in turn, as many times as there are pairs.
func (b *bench) measure(ctx context.Context, r *row) rowResult {
	out := rowResult{Name: r.name, Title: r.title, Work: r.work, Servers: r.servers, Thread: b.flags.thread,
		Samples: map[string][]*load.Result{}, Missing: map[string]string{}}
	for pair := range b.flags.pairs {
		for _, name := range r.servers {
			if out.Missing[name] == "" {
				out.Missing[name] = b.missing[name]
			}
			if out.Missing[name] != "" || ctx.Err() != nil {
				continue
			}
			s, err := b.once(ctx, r, name)
			if err != nil {
				out.Missing[name] = err.Error()
				delete(out.Samples, name)
				fmt.Fprintf(os.Stderr, "  %d %s: %v\n", pair+1, name, err)
				continue
			}
			out.Samples[name] = append(out.Samples[name], s)
			fmt.Fprintf(os.Stderr, "  %d %-18s %v\n", pair+1, name, s)
		}
	}
	maps.DeleteFunc(out.Missing, func(_, why string) bool { return why == "" })
	return out
}

// once starts a server, does the work, and ends it.
func (b *bench) once(ctx context.Context, r *row, name string) (*load.Result, error) {
	k, err := kindOf(name)
	if err != nil {
		return nil, err
	}
	work, err := load.WorkOf(r.work)
	if err != nil {
		return nil, err
	}
	s, err := k.start(ctx, b.commands[name], nil, nil)
	if err != nil {
		return nil, err
	}
	defer s.stop()
	t, err := k.target(s.addr, s.process())
	if err != nil {
		return nil, err
	}
	o := r.o
	if b.flags.thread {
		o.Reading = load.ReadingThread
	}
	if f := b.flags.scale; f != 1 {
		scale := func(n *int, def int) {
			if *n == 0 {
				*n = def
			}
			if *n > 0 {
				*n = int(max(1, float64(*n)*f))
			}
		}
		scale(&o.Connections, work.Defaults.Connections)
		scale(&o.Messages, work.Defaults.Messages)
	}
	if k.slow > 0 && r.work == "ingest" && o.InFlight != 1 {
		o.Messages /= k.slow
		o.Warmup = max(1, work.Defaults.Warmup/k.slow)
	}
	return work.Run(ctx, t, o)
}
