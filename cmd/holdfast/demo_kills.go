package main

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"sync"
	"time"

	"github.com/holdfast-ws/holdfast/cmd/holdfast/internal/output"
	"github.com/holdfast-ws/holdfast/cmd/holdfast/internal/report"
)

// victim is what is killed.
type victim string

const (
	theServer     victim = "server"
	thePublisher  victim = "publisher"
	theSubscriber victim = "subscriber"
)

// demoKill is one planned kill.
type demoKill struct {
	Victim victim `json:"victim"`
	// At how many bytes of the input it is to happen, and did happen.
	Planned int64 `json:"planned"`
	At      int64 `json:"at"`
	// InFlight is what was found to have been under way when the process died: for the server and the publisher
	// records without an answer, for the subscriber bytes of output that were not durable.
	InFlight int64 `json:"in_flight"`
	done     bool
}

// planKills spreads the kills over the input, in an order at random.
func planKills(c *demoCmd, size int64, r *rand.Rand) []*demoKill {
	var plan []*demoKill
	for range c.KillServers {
		plan = append(plan, &demoKill{Victim: theServer})
	}
	for range c.KillPublishers {
		plan = append(plan, &demoKill{Victim: thePublisher})
	}
	for range c.KillSubscribers {
		plan = append(plan, &demoKill{Victim: theSubscriber})
	}
	r.Shuffle(len(plan), func(i, j int) { plan[i], plan[j] = plan[j], plan[i] })
	for i, k := range plan {
		k.Planned = int64((float64(i) + 0.5) / float64(len(plan)) * 0.92 * float64(size))
	}
	return plan
}

// killNext carries out the next kill when its time has come and records are seen in flight. Whether they were, is
// judged afterwards by what the dead process has left behind.
func (d *demo) killNext() error {
	if d.next == len(d.plan) {
		return nil
	}
	k := d.plan[d.next]
	pub, ok := d.reports.publisher(d.publisher.Pid())
	if !ok || int64(pub.Taken) < k.Planned || pub.Final {
		return nil
	}
	fresh := time.Now().UnixMilli()-pub.At < 200
	switch k.Victim {
	case theServer, thePublisher:
		if !fresh || !pub.Connected || pub.Unanswered == 0 {
			return nil
		}
	case theSubscriber:
		if d.undone() == 0 {
			return nil
		}
	}
	d.next++
	k.At, k.done = int64(pub.Taken), true
	d.killed.Add(1)
	switch k.Victim {
	case theServer:
		return d.killServer(k, pub)
	case thePublisher:
		return d.killPublisher(k)
	default:
		return d.killSubscriber(k)
	}
}

// pause is how long something stays dead.
func (d *demo) pause() {
	d.sleep(time.Duration(100+d.rand.IntN(300)) * time.Millisecond)
}

func (d *demo) sleep(t time.Duration) {
	select {
	case <-time.After(t):
	case <-d.e.ctx.Done():
	}
}

// killServer: what the publisher had taken in before the kill and has no answer for afterwards was in flight.
func (d *demo) killServer(k *demoKill, before report.Publish) error {
	d.server.Kill()
	died := time.Now().UnixMilli()
	// The last answers may still be on their way through the proxy.
	settled := died + (2 * (demoDelay + demoJitter)).Milliseconds() + 50
	for range 200 {
		d.sleep(10 * time.Millisecond)
		if err := d.reports.read(); err != nil {
			return demoFailed("reports: %v", err)
		}
		if after, _ := d.reports.publisher(d.publisher.Pid()); after.At >= settled {
			k.InFlight = int64(before.Found) + int64(before.Enqueued) - int64(after.Delivered+after.Failed+after.Unknown)
			break
		}
	}
	d.say("SIGKILL server, with %d records in flight", k.InFlight)
	d.pause()
	return d.startServer()
}

// killPublisher: what its outbox holds when it is opened anew was in flight.
func (d *demo) killPublisher(k *demoKill) error {
	d.publisher.Kill()
	d.pause()
	if err := d.startPublisher(); err != nil {
		return err
	}
	ok, err := d.await(func() bool {
		r, ok := d.reports.publisher(d.publisher.Pid())
		k.InFlight = int64(r.Found)
		return ok
	})
	if err == nil && ok {
		d.say("SIGKILL publisher, with %d records in flight", k.InFlight)
	}
	return err
}

// killSubscriber: the bytes of its output that were not durable had been received and not been acknowledged.
func (d *demo) killSubscriber(k *demoKill) error {
	d.subscriber.Kill()
	left := d.undone()
	d.pause()
	if err := d.startSubscriber(); err != nil {
		return err
	}
	ok, err := d.await(func() bool {
		r, ok := d.reports.subscriber(d.subscriber.Pid())
		k.InFlight = r.CutOff
		return ok
	})
	if err == nil && ok {
		d.say("SIGKILL subscriber, with %d bytes written and not yet durable", k.InFlight)
		if left != k.InFlight {
			return demoFailed("the output had %d bytes that were not durable, but %d were cut off", left, k.InFlight)
		}
	}
	return err
}

// await waits a while for the first report of a child.
func (d *demo) await(there func() bool) (bool, error) {
	for range 2000 {
		if err := d.reports.read(); err != nil {
			return false, demoFailed("reports: %v", err)
		}
		if there() {
			return true, nil
		}
		for _, p := range []interface{ Done() <-chan struct{} }{d.publisher, d.subscriber} {
			select {
			case <-p.Done():
				return false, nil // follow says how it ended
			default:
			}
		}
		d.sleep(10 * time.Millisecond)
		if d.e.ctx.Err() != nil {
			return false, demoFailed("interrupted")
		}
	}
	return false, demoFailed("a child that was started again says nothing")
}

// undone is how many bytes of the output lie behind what its cursor says is durable.
func (d *demo) undone() int64 {
	b, err := os.ReadFile(d.path("cursor"))
	st, err2 := os.Stat(d.path("output"))
	var cur output.Cursor
	if err != nil || err2 != nil || json.Unmarshal(b, &cur) != nil {
		return 0
	}
	return max(0, st.Size()-cur.Length)
}

// demoReports are the last reports of each child process.
type demoReports struct {
	pubs *report.Reader[report.Publish]
	subs *report.Reader[report.Subscribe]

	mu  sync.Mutex
	pub map[int]report.Publish
	sub map[int]report.Subscribe
}

func followReports(publish, subscribe string) *demoReports {
	return &demoReports{pubs: report.Follow[report.Publish](publish), subs: report.Follow[report.Subscribe](subscribe),
		pub: map[int]report.Publish{}, sub: map[int]report.Subscribe{}}
}

func (r *demoReports) read() error {
	pubs, err := r.pubs.Next()
	if err != nil {
		return err
	}
	subs, err := r.subs.Next()
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, p := range pubs {
		r.pub[p.Process] = p
	}
	for _, s := range subs {
		r.sub[s.Process] = s
	}
	return nil
}

func (r *demoReports) publisher(pid int) (report.Publish, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	p, ok := r.pub[pid]
	return p, ok
}

func (r *demoReports) subscriber(pid int) (report.Subscribe, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s, ok := r.sub[pid]
	return s, ok
}

// length is how long the output is.
func (r *demoReports) length() int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	var n int64
	for _, s := range r.sub {
		n = max(n, s.Length)
	}
	return n
}

// sums adds up what all processes have reported last.
func (r *demoReports) sums() (pub report.Publish, sub report.Subscribe, processes int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, p := range r.pub {
		pub.Resent += p.Resent
		pub.Duplicates += p.Duplicates
		pub.Delivered += p.Delivered
		pub.Connects += p.Connects
		pub.Unknown += p.Unknown
		pub.Failed += p.Failed
	}
	for _, s := range r.sub {
		sub.Received += s.Received
		sub.Replayed += s.Replayed
		sub.Duplicates += s.Duplicates
		sub.Gaps += s.Gaps
		sub.CutOff += s.CutOff
		sub.Connects += s.Connects
	}
	return pub, sub, len(r.pub) + len(r.sub)
}
