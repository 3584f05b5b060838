package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"github.com/holdfast-ws/holdfast/internal/load"
)

// runFlags are the flags of "run".
type runFlags struct {
	server, work, args, env, dialect, channels string
	pprof, addr                                string
	pid, rounds                                int
	seconds                                    int
	json, thread, delivered                    bool
	o                                          load.Options
}

func (f *runFlags) set() *flag.FlagSet {
	s := flag.NewFlagSet("run", flag.ExitOnError)
	s.StringVar(&f.server, "server", "holdfast", "what to start: "+names())
	s.StringVar(&f.work, "work", "fanout", "what to do: "+works())
	s.StringVar(&f.args, "args", "", "more arguments for the server, separated by blanks")
	s.StringVar(&f.env, "env", "", "environment of the server, such as GOGC=200, separated by blanks")
	s.StringVar(&f.addr, "addr", "", "load a server that runs already, and start none")
	s.IntVar(&f.pid, "pid", 0, "with -addr: its process")
	s.StringVar(&f.dialect, "dialect", "", "what it speaks (the server's)")
	s.StringVar(&f.pprof, "pprof", "", "write a CPU profile of Holdfast's server over the run to this file")
	s.IntVar(&f.seconds, "pprof-seconds", 5, "with -pprof: how long from when measuring begins")
	s.IntVar(&f.rounds, "rounds", 1, "how many times, each with a server of its own")
	s.BoolVar(&f.json, "json", false, "print the result as JSON")
	s.StringVar(&f.channels, "channels", "", "shared or own (as the work has it)")
	s.BoolVar(&f.delivered, "delivered", false, "a publish is in flight until it has been delivered to all (fanout), and not until its ack")
	s.BoolVar(&f.thread, "thread", false, "read all subscribers with one thread, and not each with a goroutine")
	s.IntVar(&f.o.Connections, "n", 0, "subscribers, publishers or clients (as the work has it)")
	s.IntVar(&f.o.Subscriptions, "subs", 0, "subscriptions of each connection (quiet)")
	s.IntVar(&f.o.Messages, "k", 0, "messages of each publisher (as the work has it)")
	s.IntVar(&f.o.Warmup, "warmup", 0, "messages before them; -1: none (as the work has it)")
	s.IntVar(&f.o.InFlight, "inflight", 0, "publishes of a connection in flight (as the work has it)")
	s.Float64Var(&f.o.Rate, "rate", 0, "publishes a second (as the work has it)")
	s.IntVar(&f.o.Size, "size", 0, "bytes of a payload (128)")
	s.DurationVar(&f.o.Rest, "rest", 0, "rest before memory is looked at (5s)")
	s.DurationVar(&f.o.Timeout, "timeout", 0, "how long to wait for what is to come (1m)")
	s.IntVar(&f.o.Dialing, "dialing", 0, "connections that are opened at a time (64; storm 512)")
	return s
}

func names() string {
	var names []string
	for _, k := range kinds() {
		names = append(names, k.name)
	}
	return strings.Join(names, ", ")
}

func works() string {
	var names []string
	for _, w := range load.Works() {
		names = append(names, w.Name)
	}
	return strings.Join(names, ", ")
}

func runCommand(ctx context.Context, args []string) error {
	var f runFlags
	f.set().Parse(args)
	switch f.channels {
	case "shared":
		f.o.Channels = load.ChannelsShared
	case "own":
		f.o.Channels = load.ChannelsOwn
	}
	if f.delivered {
		f.o.Settles = load.SettlesDelivered
	}
	if f.thread {
		f.o.Reading = load.ReadingThread
	}
	work, err := load.WorkOf(f.work)
	if err != nil {
		return err
	}
	k, err := kindOf(f.server)
	if err != nil {
		return err
	}
	if f.dialect != "" {
		k.dialect = f.dialect
	}
	var command []string
	if f.addr == "" {
		root, err := findRoot()
		if err != nil {
			return err
		}
		if command, err = k.build(ctx, root); err != nil {
			return err
		}
	}
	for range f.rounds {
		r, err := f.once(ctx, work, &k, command)
		if err != nil {
			return err
		}
		if f.json {
			json.NewEncoder(os.Stdout).Encode(r)
		} else {
			fmt.Printf("%s %v\n", k.name, r)
		}
	}
	return nil
}

// once runs the work on a fresh server.
func (f *runFlags) once(ctx context.Context, work *load.Work, k *kind, command []string) (*load.Result, error) {
	var p load.Process
	if f.pid > 0 {
		p.PIDs = []int{f.pid}
	}
	t, err := k.target(f.addr, p)
	if err != nil {
		return nil, err
	}
	profiles := ""
	if f.addr == "" {
		more := strings.Fields(f.args)
		if f.pprof != "" {
			if profiles, err = freeAddr(); err != nil {
				return nil, err
			}
			more = append(more, "--pprof", profiles)
		}
		r, err := k.start(ctx, command, more, strings.Fields(f.env))
		if err != nil {
			return nil, err
		}
		defer r.stop()
		t.Addr, t.Process = []string{r.addr}, r.process()
	}
	o := f.o
	if profiles != "" {
		taken := make(chan struct{})
		begun := false
		o.Begin = func() {
			begun = true
			go func() { defer close(taken); f.profile(ctx, profiles) }()
		}
		defer func() {
			if begun {
				<-taken
			}
		}()
	}
	return work.Run(ctx, t, o)
}

// profile takes a CPU profile from now on.
func (f *runFlags) profile(ctx context.Context, addr string) {
	if err := fetch(ctx, fmt.Sprintf("http://%s/debug/pprof/profile?seconds=%d", addr, f.seconds), f.pprof); err != nil {
		fmt.Fprintln(os.Stderr, "bench: profile:", err)
	}
}

// findRoot is the folder of this module.
func findRoot() (string, error) {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/holdfast-ws/holdfast").Output()
	if err != nil {
		return "", fmt.Errorf("run it in the module: %w", err)
	}
	return strings.TrimSpace(string(out)), nil
}
