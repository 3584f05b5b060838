package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/cmd/holdfast/internal/chaos"
	"github.com/holdfast-ws/holdfast/cmd/holdfast/internal/rig"
)

type demoCmd struct {
	Size            size          `default:"50M" placeholder:"SIZE" help:"How much is sent, at least, if no --input is given (${default})."`
	Input           string        `placeholder:"FILE" help:"What is sent. Without it, something large that the machine has."`
	Duration        time.Duration `default:"60s" placeholder:"DURATION" help:"About how long it takes without faults (${default})."`
	Dir             string        `placeholder:"DIR" help:"Folder for everything; a temporary one if none is given."`
	Keep            bool          `help:"Keep the folder."`
	Codec           string        `default:"bin" enum:"bin,json" placeholder:"bin|json" help:"How frames are encoded (${default})."`
	CutEvery        time.Duration `default:"1s" placeholder:"DURATION" help:"About how often each connection is cut (${default})."`
	Mode            modes         `default:"rst,fin,torn" placeholder:"MODE,..." help:"How: see holdfast chaos (${default})."`
	KillServers     int           `default:"5" placeholder:"N" help:"How often the server is killed (${default})."`
	KillPublishers  int           `default:"2" placeholder:"N" help:"How often the publisher is killed (${default})."`
	KillSubscribers int           `default:"2" placeholder:"N" help:"How often the subscriber is killed (${default})."`
	Seed            uint64        `placeholder:"N" help:"Where everything at random comes from."`
	JSON            bool          `help:"Print the result as JSON."`
}

const (
	demoChannel = "demo:file"
	// What is under way at any moment is what a kill can catch, so the way takes some time.
	demoDelay  = 15 * time.Millisecond
	demoJitter = 5 * time.Millisecond
)

// demo is one run of the command.
type demo struct {
	c     *demoCmd
	e     *env
	bin   string
	dir   string
	input string
	size  int64
	rand  *rand.Rand
	begin time.Time
	log   *os.File
	bar   *progressBar

	proxy                         *chaos.Proxy
	server, publisher, subscriber *rig.Proc

	reports *demoReports
	plan    []*demoKill
	next    int // of plan
	killed  atomic.Int32
}

func (c *demoCmd) Run(e *env) (err error) {
	if c.Seed == 0 {
		c.Seed = rand.Uint64() >> 1
	}
	d := &demo{c: c, e: e, rand: rand.New(rand.NewPCG(c.Seed, 1)), begin: time.Now()}
	if d.bin, err = os.Executable(); err != nil {
		return demoFailed("cannot find the program itself: %v", err)
	}
	remove, err := d.prepare()
	if err != nil {
		return err
	}
	defer remove()
	d.say("sending %s in %s or so; folder %s, seed %d", bytesText(d.size), c.Duration, d.dir, c.Seed)
	err = d.start()
	if err == nil {
		d.bar = startProgress(&env{stderr: e.stderr, tty: e.tty}, true, d.progress)
		err = d.follow()
		d.bar.stop()
		d.bar = nil
	}
	d.stop()
	if err != nil {
		return err
	}
	return d.result()
}

func demoFailed(format string, args ...any) error {
	return &exitError{exitFailed, "demo: " + fmt.Sprintf(format, args...)}
}

func ioFailed(op string, err error) error {
	return &holdfast.Error{Code: holdfast.CodeIO, Op: op, Cause: err}
}

// say tells what is done, with the time since the start.
func (d *demo) say(format string, args ...any) {
	clear := ""
	if d.e.tty {
		clear = "\r\x1b[K"
	}
	fmt.Fprintf(d.e.stderr, "%s%6.1f s  %s\n", clear, time.Since(d.begin).Seconds(), fmt.Sprintf(format, args...))
}

// prepare makes the folder and finds the input. remove takes the folder away again.
func (d *demo) prepare() (remove func(), err error) {
	remove = func() {}
	if d.c.Dir != "" {
		if d.dir, err = filepath.Abs(d.c.Dir); err == nil {
			err = os.MkdirAll(d.dir, 0o755)
		}
		if left, _ := filepath.Glob(filepath.Join(d.dir, "*")); err == nil && len(left) > 0 {
			return remove, usage("demo: the folder %s is not empty", d.dir)
		}
	} else if d.dir, err = os.MkdirTemp("", "holdfast-demo-"); err == nil && !d.c.Keep {
		remove = func() { os.RemoveAll(d.dir) }
	}
	if err != nil {
		return remove, ioFailed("make folder", err)
	}
	if d.log, err = os.Create(d.path("log.txt")); err != nil {
		return remove, ioFailed("make folder", err)
	}
	if d.input, err = d.findInput(); err != nil {
		remove()
		return func() {}, err
	}
	st, err := os.Stat(d.input)
	if err != nil {
		return remove, ioFailed("read input", err)
	}
	d.size = st.Size()
	d.plan = planKills(d.c, d.size, d.rand)
	d.reports = followReports(d.path("publish.jsonl"), d.path("subscribe.jsonl"))
	return remove, nil
}

func (d *demo) path(name string) string { return filepath.Join(d.dir, name) }

// start starts everything.
func (d *demo) start() error {
	if err := d.startServer(); err != nil {
		return err
	}
	if err := d.startSubscriber(); err != nil {
		return err
	}
	return d.startPublisher()
}

func (d *demo) startServer() (err error) {
	var addr string
	d.server, addr, err = rig.StartServer(d.e.ctx, d.bin, rig.Options{Log: d.log}, "--data", d.path("data"), "--drain", "2s")
	if err != nil {
		return demoFailed("%v", err)
	}
	if d.proxy != nil {
		d.proxy.SetTo(addr)
		return nil
	}
	d.proxy, err = chaos.New(chaos.Options{To: addr, Seed: d.c.Seed, CutEvery: d.c.CutEvery, Modes: d.c.Mode.list, Delay: demoDelay, Jitter: demoJitter,
		Logf: func(format string, args ...any) { fmt.Fprintf(d.log, "chaos: "+format+"\n", args...) }})
	return err
}

// retry lets clients come back at the pace of a demonstration: connections that are cut every second would
// otherwise wait longer and longer, as they should when a server is in trouble.
var retry = []string{"--retry-delay", "50ms", "--retry-max", "300ms"}

func (d *demo) startPublisher() (err error) {
	rate := max(1, int64(float64(d.size)/d.c.Duration.Seconds()))
	args := append([]string{"publish", "http://" + d.proxy.Addr(), demoChannel, "--input", d.input, "--split", "4096", "--codec", d.c.Codec,
		"--rate", strconv.FormatInt(rate, 10), "--outbox", d.path("outbox"), "--eof", "--stats", d.path("publish.jsonl"), "--stats-every", "25ms"}, retry...)
	if d.publisher, err = rig.Start("publish", d.bin, rig.Options{Log: d.log, Stdout: io.Discard}, args...); err != nil {
		return demoFailed("%v", err)
	}
	return nil
}

func (d *demo) startSubscriber() (err error) {
	args := append([]string{"subscribe", "http://" + d.proxy.Addr(), demoChannel, "--from", "start", "--raw", "--output", d.path("output"), "--codec", d.c.Codec,
		"--cursor", d.path("cursor"), "--until-eof", "--stats", d.path("subscribe.jsonl"), "--stats-every", "25ms"}, retry...)
	if d.subscriber, err = rig.Start("subscribe", d.bin, rig.Options{Log: d.log, Stdout: io.Discard}, args...); err != nil {
		return demoFailed("%v", err)
	}
	return nil
}

// follow kills by the plan until both ends have done their work.
func (d *demo) follow() error {
	limit := time.NewTimer(4*d.c.Duration + 2*time.Minute)
	defer limit.Stop()
	t := time.NewTicker(10 * time.Millisecond)
	defer t.Stop()
	for {
		select {
		case <-t.C:
		case <-d.e.ctx.Done():
			return demoFailed("interrupted")
		case <-limit.C:
			return demoFailed("not done after %s", time.Since(d.begin).Round(time.Second))
		}
		if err := d.reports.read(); err != nil {
			return demoFailed("reports: %v", err)
		}
		published, err := ended(d.publisher)
		if err != nil {
			return err
		}
		received, err := ended(d.subscriber)
		if err != nil {
			return err
		}
		select {
		case <-d.server.Done():
			return demoFailed("serve ended by itself with exit code %d: %s", d.server.Code(), d.server.Stderr())
		default:
		}
		if published && received {
			return nil
		}
		if err := d.killNext(); err != nil {
			return err
		}
	}
}

// ended reports whether a child has ended well; ending otherwise is an error.
func ended(p *rig.Proc) (bool, error) {
	select {
	case <-p.Done():
	default:
		return false, nil
	}
	if p.Code() != 0 {
		return true, demoFailed("%s ended with exit code %d: %s", p.Name, p.Code(), p.Stderr())
	}
	return true, nil
}

// stop ends everything: the server as it should be ended, if all went well.
func (d *demo) stop() {
	for _, p := range []*rig.Proc{d.publisher, d.subscriber} {
		if p != nil {
			p.Kill()
		}
	}
	if d.server != nil {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		d.server.Terminate() //nolint:errcheck // it is killed in any case
		d.server.Wait(ctx)   //nolint:errcheck
		d.server.Kill()
	}
	if d.proxy != nil {
		d.proxy.Close()
	}
	d.log.Close()
}

func (d *demo) progress() progressFacts {
	pub, sub, _ := d.reports.sums()
	return progressFacts{What: "demo", State: fmt.Sprintf("killed %d of %d, cut %d", d.killed.Load(), len(d.plan), d.proxy.Stats().Cuts()), Bytes: d.reports.length(), Total: d.size,
		Detail: fmt.Sprintf("resent %d, deduplicated %d, replayed %d", pub.Resent, pub.Duplicates, sub.Replayed)}
}
