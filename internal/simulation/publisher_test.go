package simulation

import (
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/client"
	"github.com/holdfast-ws/holdfast/internal/check"
)

// publisher is who publishes, over the lives of its processes.
type publisher struct {
	w    *world
	name string
	plan publisherPlan
	over chan struct{} // closed when everything was published

	mu     sync.Mutex
	prog   *program
	next   int // number of the next message
	placed map[place]placement
}

// place is where a message went: its number in a lane.
type place struct {
	channel  string
	producer holdfast.ProducerID
	number   uint64
}

type placement struct {
	message string
	prog    *program // that has the receipt
}

func (w *world) newPublisher(plan publisherPlan) *publisher {
	p := &publisher{w: w, name: plan.Name, plan: plan, over: make(chan struct{}), placed: map[place]placement{}}
	path := ""
	if plan.File {
		path = filepath.Join(w.dir, plan.Name)
	}
	p.launch(path)
	w.wg.Go(p.run)
	return p
}

func (p *publisher) launch(path string) {
	o := client.OutboxOptions{MaxRecords: p.plan.Records}
	if p.plan.Drop {
		o.Policy = client.OutboxDropOldest
	}
	prog := p.w.launch(p.name, path, o, p.plan.JSON, p.plan.Deflate)
	p.mu.Lock()
	if p.prog != nil {
		prog.memories.Store(p.prog.memories.Load())
	}
	p.prog = prog
	p.mu.Unlock()
	if prog.session != nil {
		prog.watch(func(e *client.Event) { p.outcome(prog, e) })
	}
}

func (p *publisher) current() *program {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.prog
}

// outcome notes how a record of an earlier process has ended. Of its own a process has receipts.
func (p *publisher) outcome(prog *program, e *client.Event) {
	p.mu.Lock()
	m, ok := p.placed[place{e.Channel, e.Producer, e.Number}]
	p.mu.Unlock()
	if ok && m.prog != prog {
		p.ended(prog, m.message, e.Channel, e.Status, e.Ack, e.Code)
	}
}

func (p *publisher) ended(prog *program, message, channel string, s client.Status, a client.Ack, code holdfast.Code) {
	e := check.Event{Channel: channel, Message: message, Code: code}
	switch {
	case s == client.StatusDelivered:
		e.Kind, e.Pos.Offset = check.Delivered, a.Offset
	case s == client.StatusUnknown:
		e.Kind = check.Unknown
	case code == holdfast.CodeDropped:
		e.Kind = check.Dropped
	case code == holdfast.CodeExpired:
		e.Kind = check.Expired
	default:
		e.Kind = check.Refused
	}
	if prog.note(e) {
		p.w.count(e.Kind.String())
	}
}

// run publishes what the plan says, whatever happens to its processes.
func (p *publisher) run() {
	defer close(p.over)
	for _, b := range p.plan.Bursts {
		time.Sleep(time.Until(p.w.start.Add(b.At)))
		for i := 0; i < b.Count; {
			prog := p.current()
			if !prog.alive() || prog.session.State() == client.StateFailed {
				if !p.w.running(p) {
					return
				}
				time.Sleep(100 * time.Millisecond)
				if prog.alive() { // the session has failed for good
					return
				}
				continue
			}
			p.publish(prog, &b)
			i++
		}
	}
}

func (p *publisher) publish(prog *program, b *burst) {
	p.next++
	message := fmt.Sprintf("%s-%d", p.name, p.next)
	message, data, typ := p.w.compose(message, b.Size, p.next)
	if !prog.note(check.Event{Kind: check.Invoked, Channel: b.Channel, Message: message, Hash: contentHash(data)}) {
		return
	}
	p.w.count("publishes")
	opts := []client.PublishOption{client.WithType(typ)}
	if p.plan.Hasty {
		opts = append(opts, client.WithWait(client.WaitTaken))
	}
	if b.TTL > 0 {
		opts = append(opts, client.WithTTL(b.TTL))
	}
	r, err := prog.session.Enqueue(prog.ctx, b.Channel, []byte(data), opts...)
	switch {
	case r == nil && prog.alive():
		kind := check.Dropped // it was never taken
		if errors.Is(err, holdfast.CodeMessageTooLarge) {
			kind = check.Refused
		}
		if prog.note(check.Event{Kind: kind, Channel: b.Channel, Message: message, Code: holdfast.CodeOf(err)}) {
			p.w.count("refused by the outbox")
		}
		return
	case r == nil:
		return
	case err == nil && !p.plan.Hasty:
		p.place(prog, r, message, b.Channel)
		prog.note(check.Event{Kind: check.Accepted, Channel: b.Channel, Message: message})
	}
	prog.wg.Go(func() { p.follow(prog, r, message, b.Channel) })
}

// follow waits for what becomes of a message.
func (p *publisher) follow(prog *program, r *client.Receipt, message, channel string) {
	p.place(prog, r, message, channel)
	select {
	case <-r.Done():
	case <-prog.ctx.Done():
		return
	}
	ack, err := r.Wait(prog.ctx)
	if s := r.Status(); s == client.StatusDelivered || s == client.StatusUnknown || s == client.StatusFailed && !errors.Is(err, holdfast.CodeClosed) && !errors.Is(err, prog.session.Err()) {
		p.ended(prog, message, channel, s, ack, holdfast.CodeOf(err))
	}
}

// place remembers where a message went, for when a later process hears of it.
func (p *publisher) place(prog *program, r *client.Receipt, message, channel string) {
	at := place{channel, r.Producer(), r.Number()}
	p.mu.Lock()
	defer p.mu.Unlock()
	if at.number > 0 {
		p.placed[at] = placement{message, prog}
	}
}

// crash kills the process, and starts another one after a pause.
func (p *publisher) crash(power bool, pause time.Duration) bool {
	prog := p.current()
	if !prog.alive() {
		return false
	}
	path := prog.die(power)
	p.w.wg.Go(func() {
		time.Sleep(pause)
		p.launch(path)
	})
	return true
}

// clone copies the outbox, and lets somebody else publish with it.
func (p *publisher) clone(pause time.Duration) bool {
	prog := p.current()
	if prog.path == "" || !prog.alive() || prog.session.State() == client.StateFailed {
		return false
	}
	q := &publisher{w: p.w, name: fmt.Sprintf("%s'%d", p.name, len(p.w.publishers)), plan: p.plan, over: make(chan struct{})}
	q.plan.Name, q.plan.Bursts = q.name, slices.Clone(p.plan.Bursts)
	path := p.w.copyOutbox(prog.path, false)
	p.w.note(check.Event{Kind: check.Cloned, Client: p.name, Detail: q.name})
	p.mu.Lock()
	q.placed = maps.Clone(p.placed)
	p.mu.Unlock()
	for i := range q.plan.Bursts {
		q.plan.Bursts[i].Count = min(3, q.plan.Bursts[i].Count)
	}
	since := time.Since(p.w.start) + pause
	for len(q.plan.Bursts) > 0 && q.plan.Bursts[0].At < since {
		q.plan.Bursts = q.plan.Bursts[1:]
	}
	p.w.add(q)
	q.prog = &program{w: p.w, name: q.name, dead: true}
	q.prog.memories.Store(prog.memories.Load())
	p.w.wg.Go(func() {
		time.Sleep(pause)
		q.launch(path)
		q.run()
	})
	return true
}

// settled reports whether everything has its answer, or cannot get one.
func (p *publisher) settled() bool {
	select {
	case <-p.over:
	default:
		return false
	}
	prog := p.current()
	return prog.alive() && (prog.outbox.Len() == 0 || prog.session.State() == client.StateFailed)
}
