package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"testing"
	"time"

	"github.com/holdfast-ws/holdfast/cmd/holdfast/internal/rig"
	"github.com/holdfast-ws/holdfast/internal/load"
)

// rushSize says how large a rush is.
type rushSize struct {
	processes, clients int // clients of each process
	rate               int // that are let in a second
	stay               time.Duration
	calm               int // messages by which latency is measured without the rush
}

// Promise 9: of a crowd that dials all at once nobody starves, and meanwhile those who were there are served. (How soon it comes in is
// TestCrowdComesInAtTheRate's to say, in time that no machine disturbs.)
func TestRush(t *testing.T) {
	newRush(t, rushSize{processes: 3, clients: 200, rate: 100, stay: time.Second, calm: 40}).run()
}

// The same with 20,000 clients at 500 a second: they are in within one and a half times what the rate implies, and p99 of the latency of 200
// that were connected is at most twice that of calm. One of three runs has to show it, because others may use the machine. One
// process cannot have as many files as it would take to keep all of them, so each leaves again after a while.
func TestRushOfThousands(t *testing.T) {
	switch {
	case !long():
		t.Skip("set HOLDFAST_LONG=1")
	case raceOn:
		t.Skip("the race detector ends a process with more than 8,128 goroutines")
	}
	judged := false
	for range 3 {
		r := newRush(t, rushSize{processes: 3, clients: 6667, rate: 500, stay: 15 * time.Second, calm: 400})
		r.run()
		r.server.Kill()
		if r.calmly.P99 > int64(calmEnough) {
			t.Logf("p99 is %v in calm: others use the machine, and this run says nothing", time.Duration(r.calmly.P99))
			continue
		}
		judged = true
		late, slow := r.last > r.implied()*3/2, r.busy.P99 > 2*r.calmly.P99
		if !late && !slow {
			return
		}
		t.Logf("not well enough: the last came in after %v, p99 is %v, and %v in calm", r.last, time.Duration(r.busy.P99), time.Duration(r.calmly.P99))
	}
	if !judged {
		t.Skip("needs a machine that others do not use at the same time")
	}
	t.Error("in no run it went well enough")
}

// calmEnough is what p99 may be in calm for a run to say something. It is 2 to 5 ms on two cores that nobody else uses.
const calmEnough = 10 * time.Millisecond

// before is how many are there before the rush, and messages a second that they all get.
const (
	before      = 200
	messageRate = 20
)

// mostAttempts is how often somebody may have to ask, who does what he is told. TestAdmissionOfACrowd allows six; some more come from processes that
// are held up, and so come later than they were told.
const mostAttempts = 10

// rush is a server and processes that dial it.
type rush struct {
	*world
	rushSize
	crowd []*rig.Proc
	tell  []*os.File

	calmly, busy *load.Result
	last         time.Duration // when the last came in
}

func newRush(t *testing.T, size rushSize) *rush {
	if _, err := exec.LookPath("nice"); err != nil {
		t.Skip("needs nice")
	}
	r := &rush{world: newWorld(t), rushSize: size}
	r.serve("--store", "memory", "--connect-rate", fmt.Sprint(size.rate), "--connect-burst", fmt.Sprint(max(size.rate, 2*before)))
	for i := range size.processes {
		in, tell, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { tell.Close() })
		text, err := json.Marshal(&arrivals{URL: r.url(), First: (i + 1) * 8000, Clients: size.clients, Stay: size.stay, Report: r.report(i)})
		if err != nil {
			t.Fatal(err)
		}
		// it stands for other machines, which would not take the server's cores
		p, err := rig.Start("arrivals", "nice", rig.Options{Stdin: in, Stdout: &discard{}, Env: []string{arrivalsEnv + "=" + string(text)}}, "-n", "19", os.Args[0])
		in.Close()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(p.Kill)
		r.crowd, r.tell = append(r.crowd, p), append(r.tell, tell)
	}
	return r
}

func (r *rush) report(i int) string { return r.path(fmt.Sprint("arrivals", i)) }

// implied is how long the rate makes it take until all are in, but for those that may come in at once.
func (r *rush) implied() time.Duration {
	return time.Duration(float64(r.processes*r.clients-r.rate) / float64(r.rate) * float64(time.Second))
}

func (r *rush) run() {
	t := r.t
	r.calmly = r.latency(r.calm, func() {})
	t.Logf("calm: %v", r.calmly)
	// for as long as the rush lasts, if it goes as it should
	r.busy = r.latency(int(r.implied().Seconds()*messageRate), func() {
		for _, f := range r.tell {
			fmt.Fprintln(f, "go")
		}
	})
	t.Logf("rush: %v", r.busy)
	for _, p := range r.crowd {
		if code := r.waitFor(p, 2*r.implied()+patience); code != 0 {
			t.Fatalf("the crowd ended with exit code %d: %s", code, p.Stderr())
		}
	}
	r.arrived()
}

// latency has 200 connections, and measures how long messages take to each of them.
func (r *rush) latency(messages int, begin func()) *load.Result {
	r.t.Helper()
	dialect, err := load.DialectOf("holdfast-binary")
	if err != nil {
		r.t.Fatal(err)
	}
	target, err := load.TargetOf(r.url(), dialect)
	if err != nil {
		r.t.Fatal(err)
	}
	target.Process = load.Process{PIDs: []int{r.server.Pid()}}
	work, err := load.WorkOf("latency")
	if err != nil {
		r.t.Fatal(err)
	}
	res, err := work.Run(r.ctx, target, load.Options{Connections: before, Messages: messages, Rate: messageRate, Reading: load.ReadingThread, Begin: begin})
	if err != nil {
		r.t.Fatal(err)
	}
	if res.Count != res.Wanted || res.Faults != (load.Faults{}) {
		r.t.Errorf("not everything has come: %v", res)
	}
	return res
}

// arrived looks at when the crowd came in.
func (r *rush) arrived() {
	t := r.t
	t.Helper()
	var in []time.Duration
	var attempts []int
	refused, failed := map[string]int{}, map[string]int{}
	for i := range r.crowd {
		var a arrivalsReport
		if err := json.Unmarshal(r.read(fmt.Sprint("arrivals", i)), &a); err != nil {
			t.Fatal(err)
		}
		in, attempts = append(in, a.In...), append(attempts, a.Attempts...)
		for k, n := range a.Refused {
			refused[k] += n
		}
		for k, n := range a.Failed {
			failed[k] += n
		}
	}
	slices.Sort(in)
	slices.Sort(attempts)
	all := r.processes * r.clients
	if len(in) != all {
		t.Fatalf("%d of %d came in", len(in), all)
	}
	perSecond := make([]int, int(in[all-1].Seconds())+1)
	for _, d := range in {
		perSecond[int(d.Seconds())]++
	}
	t.Logf("%d came in, the last after %v, for which the rate implies %v; attempts p50 %d, p99 %d, at most %d; refused %v, failed %v; in each second %v", all,
		in[all-1].Round(time.Millisecond), r.implied(), attempts[all/2], attempts[all*99/100], attempts[all-1], refused, failed, perSecond)
	r.last = in[all-1]
	if most := attempts[all-1]; most > mostAttempts {
		t.Errorf("somebody had to ask %d times", most)
	}
}
