package simulation

import (
	"context"
	"fmt"
	"hash/fnv"
	"io"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/holdfast-ws/holdfast/client"
	"github.com/holdfast-ws/holdfast/internal/check"
	"github.com/holdfast-ws/holdfast/internal/fsync"
	"github.com/holdfast-ws/holdfast/internal/session"
	"github.com/holdfast-ws/holdfast/internal/simnet"
)

// world is one run.
type world struct {
	plan     *plan
	dir      string
	outboxes *outboxes
	net      *simnet.Network
	node     *node
	start    time.Time
	rec      check.Recorder
	wg       sync.WaitGroup

	mu          sync.Mutex
	publishers  []*publisher
	subscribers []*subscriber
	envelopers  []*enveloper
	counts      map[string]int
	faults      map[string]int
	failures    []string
	launched    int
	copies      int
	healed      bool
	closed      bool
}

// result is what a run has come to.
type result struct {
	plan           *plan
	machines       *recording
	failures       []string
	history        check.History
	counts, faults map[string]int
	simulated      time.Duration
}

// patience is how long a healed world may take to come to rest.
const patience = 15 * time.Minute

// simulate runs a plan in a bubble.
func simulate(t *testing.T, p *plan) (r result) {
	dir := scratch(t)
	machines := newRecorder()
	session.Record(machines)
	defer session.Record(nil)
	files := &outboxes{}
	fsync.Watch(files.synced)
	defer fsync.Watch(nil)
	synctest.Test(t, func(t *testing.T) {
		w := &world{plan: p, dir: dir, outboxes: files, start: time.Now(), counts: map[string]int{}, faults: map[string]int{},
			net: simnet.New(simnet.Options{Seed: p.Seed, Link: p.Link})}
		w.run()
		r = result{p, &machines.all, w.failures, w.rec.History(), w.counts, w.faults, time.Since(w.start)}
	})
	for _, v := range check.Check(r.history) {
		r.failures = append(r.failures, v.String())
	}
	return r
}

// scratch returns a folder for outboxes, in memory where there is one: fsyncs of a real disk are what takes longest.
func scratch(t *testing.T) string {
	if _, err := os.Stat("/dev/shm"); err != nil {
		return t.TempDir()
	}
	dir, err := os.MkdirTemp("/dev/shm", "holdfast-simulation")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

func (w *world) run() {
	w.node = newNode(w)
	w.node.start()
	for _, p := range w.plan.Publishers {
		w.add(w.newPublisher(p))
	}
	for _, s := range w.plan.Subscribers {
		w.subscribers = append(w.subscribers, w.newSubscriber(s))
	}
	for _, e := range w.plan.Envelopes {
		w.envelopers = append(w.envelopers, w.newEnveloper(e))
	}
	for _, s := range w.plan.Steps {
		time.Sleep(time.Until(w.start.Add(s.At)))
		if w.apply(&s) {
			w.mu.Lock()
			w.faults[s.Kind]++
			w.mu.Unlock()
			w.note(check.Event{Kind: check.Fault, Client: s.Who, Detail: s.Kind})
		}
	}
	time.Sleep(time.Until(w.start.Add(w.plan.Length)))
	w.heal()
	if w.rest() {
		w.audit()
		w.note(check.Event{Kind: check.Quiesced})
	}
	w.end()
}

func (w *world) add(p *publisher) {
	w.mu.Lock()
	w.publishers = append(w.publishers, p)
	w.mu.Unlock()
}

func (w *world) note(e check.Event) { w.rec.Note(e) }

func (w *world) count(what string) {
	w.mu.Lock()
	w.counts[what]++
	w.mu.Unlock()
}

// fail notes what is wrong and is not the checker's to find.
func (w *world) fail(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.failures = append(w.failures, fmt.Sprintf("after %v: ", time.Since(w.start).Round(time.Millisecond))+fmt.Sprintf(format, args...))
}

// inTrouble reports whether faults may still happen.
func (w *world) inTrouble() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return !w.healed
}

// running reports whether there is a use in waiting for another process.
func (w *world) running(*publisher) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return !w.closed
}

// heal ends everything that was done to the network and to the server's machine.
func (w *world) heal() {
	for _, h := range w.net.Hosts() {
		w.net.Heal(h)
		w.net.DelayCloses(h, 0)
		w.net.SetLink(h, simnet.Link{Latency: time.Millisecond})
	}
	w.mu.Lock()
	ps, ss := w.publishers, w.subscribers
	w.healed = true
	w.mu.Unlock()
	for _, p := range ps {
		if prog := p.current(); prog.host != "" && prog.alive() {
			w.net.SetDial(prog.host, simnet.DialConnects)
		}
	}
	for _, s := range ss {
		s.pause.Store(0)
		if prog := s.current(); prog.alive() {
			w.net.SetDial(prog.host, simnet.DialConnects)
		}
	}
	w.node.full.Store(false)
	w.node.mends()
}

// calm is how long everybody must have everything before that counts as rest: longer than it takes to find out that a
// connection is dead and to make another one.
const calm = 45 * time.Second

// rest waits until nothing more is to be expected.
func (w *world) rest() bool {
	var why string
	since := time.Now()
	for end := since.Add(patience); time.Now().Before(end); time.Sleep(time.Second) {
		if why = w.restless(); why != "" {
			since = time.Now()
		} else if time.Since(since) > calm {
			return true
		}
	}
	w.fail("no rest within %v: %s", patience, why)
	return false
}

func (w *world) restless() string {
	p := w.node.current()
	if p == nil {
		return "the server does not run"
	}
	var why []string
	for _, x := range w.publishers {
		if !x.settled() {
			prog := x.current()
			n := -1
			if prog.outbox != nil {
				n = prog.outbox.Len()
			}
			why = append(why, fmt.Sprintf("%s waits for %d answers", x.name, n))
		}
	}
	for _, s := range w.subscribers {
		st, err := p.store.State(context.Background(), s.plan.Channel)
		if err != nil || !s.settled(st.Head) {
			why = append(why, fmt.Sprintf("%s is at %v of %s, whose head is %d (%v)", s.name, s.position(), s.plan.Channel, st.Head, err))
		}
	}
	for _, e := range w.envelopers {
		if st, err := p.store.State(context.Background(), envelopeChannel); err != nil || !e.settled(st.Head) {
			why = append(why, fmt.Sprintf("%s waits for %d answers, or is not at %d (%v)", e.plan.Name, len(e.unanswered()), st.Head, err))
		}
	}
	return strings.Join(why, "; ")
}

// audit reads every channel to its head.
func (w *world) audit() {
	s, err := client.OpenSession(context.Background(), "http://"+address, client.SessionOptions{Dial: w.net.Dialer("auditor")})
	if err != nil {
		w.fail("auditor: %v", err)
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	p := w.node.current()
	for _, c := range w.plan.Channels {
		st, err := p.store.State(ctx, c.Name)
		if err != nil {
			w.fail("auditor: %v", err)
			continue
		}
		final := check.Event{Kind: check.Final, Client: "auditor", Channel: c.Name, To: st.Floor}
		if st.Head > st.Floor {
			w.readAll(ctx, s, &final, st.Head)
		}
		p.floors()
		w.note(final)
	}
	if st, err := p.store.State(ctx, envelopeChannel); err == nil && st.Head > 0 {
		var all check.Event
		all.Channel = envelopeChannel
		w.readAll(ctx, s, &all, st.Head)
		var ids []string
		for _, r := range all.Records {
			ids = append(ids, strings.Trim(r.Message, `"`))
		}
		w.auditEnvelopes(ids)
	}
	s.Close(ctx)
}

func (w *world) readAll(ctx context.Context, s *client.Session, final *check.Event, head uint64) {
	sub, err := s.Subscribe(ctx, final.Channel, client.SubscribeOptions{From: client.FromStart})
	if err != nil {
		w.fail("auditor: %v", err)
		return
	}
	for r, err := range sub.Records(ctx) {
		if err != nil {
			w.fail("auditor of %s: %v", final.Channel, err)
			return
		}
		if len(final.Records) == 0 {
			final.To = r.Offset - 1
		}
		message, _, _ := strings.Cut(string(r.Data), " ")
		final.Records = append(final.Records, check.Record{Pos: r.Position(), Message: message, Hash: contentHash(string(r.Data)), Time: r.Time.UnixMilli()})
		if r.Offset >= head {
			return
		}
	}
}

// end closes everything. A goroutine that is left over ends the test.
func (w *world) end() {
	w.mu.Lock()
	w.closed = true
	w.mu.Unlock()
	for _, p := range w.publishers {
		w.leave(p.current())
	}
	for _, e := range w.envelopers {
		e.cancel()
	}
	for _, s := range w.subscribers {
		w.leave(s.current())
	}
	if p := w.node.take(); p != nil {
		p.dead.Store(true)
		short, cancel := context.WithTimeout(context.Background(), time.Minute)
		if err := p.srv.Shutdown(short); err != nil && !p.armed.Load() {
			w.fail("shutdown: %v", err)
		}
		cancel()
		p.closePebble()
	}
	w.wg.Wait()
}

func (w *world) leave(p *program) {
	if !p.alive() {
		return
	}
	p.mu.Lock()
	p.dead = true
	p.mu.Unlock()
	p.leave()
}

func contentHash(s string) uint64 {
	h := fnv.New64a()
	io.WriteString(h, s)
	return h.Sum64()
}
