package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/backoff"
	"github.com/holdfast-ws/holdfast/client"
)

// crowdOptions say how many sessions there are and what they do. The zero value is useful.
type crowdOptions struct {
	// Clients at a time. Default: 20.
	Clients int
	// Channels that they share evenly: each client publishes to one, and reads another. Default: a fifth of Clients.
	Channels int
	// Every is the time between two publishes of one client, on average. Default: 100 ms.
	Every time.Duration
	// Size of a record, about. Default: 100 bytes.
	Size int
	// Backoff of the sessions. Default: 50 ms, then longer up to 500 ms.
	Backoff backoff.Options
	// Session changes the options of one client's session. Optional.
	Session func(client int, o *client.SessionOptions)
	// Hold is called by each subscriber for each record. Optional.
	Hold func(ctx context.Context, client int)
}

// crowd is many sessions in this process. Each publishes to one channel and subscribes to another, and all that
// they see goes into the ledger.
type crowd struct {
	w       *world
	o       crowdOptions
	begun   time.Time
	ledger  *ledger
	faults  *faultLog
	members []*member

	publishing context.Context // ends when nothing more is to be published
	stop       context.CancelFunc
	reading    context.Context // ends when everything has been read
	end        context.CancelFunc
	publishers sync.WaitGroup
	readers    sync.WaitGroup
	published  atomic.Int64
	received   atomic.Int64
}

// member is one client.
type member struct {
	c        *crowd
	n        int
	name     string
	session  *client.Session
	to, from string // the channels that it publishes to and reads
	last     atomic.Uint64
	receipts chan sent
}

// sent is a record that waits for its answer.
type sent struct {
	id      string
	at      time.Duration
	receipt *client.Receipt
}

func (o *crowdOptions) fill() {
	if o.Clients == 0 {
		o.Clients = 20
	}
	if o.Channels == 0 {
		o.Channels = max(1, o.Clients/5)
	}
	if o.Every == 0 {
		o.Every = 100 * time.Millisecond
	}
	if o.Size == 0 {
		o.Size = 100
	}
	if o.Backoff == (backoff.Options{}) {
		o.Backoff = backoff.Options{BaseDelay: 50 * time.Millisecond, MaxDelay: 500 * time.Millisecond}
	}
}

// gather opens the sessions, at the world's address, and lets them begin.
func (w *world) gather(o crowdOptions) *crowd {
	w.t.Helper()
	o.fill()
	c := &crowd{w: w, o: o, begun: time.Now(), ledger: &ledger{}, faults: newFaultLog()}
	c.reading, c.end = context.WithCancel(w.ctx)
	c.publishing, c.stop = context.WithCancel(c.reading)
	w.t.Cleanup(c.leave)
	for n := range o.Clients {
		c.members = append(c.members, c.join(n))
	}
	for _, m := range c.members {
		if err := m.session.Connected(w.ctx); err != nil {
			w.t.Fatal(err)
		}
	}
	for _, m := range c.members {
		c.publishers.Go(m.publish)
		c.publishers.Go(m.await)
	}
	return c
}

func (c *crowd) channel(n int) string { return "crowd:" + strconv.Itoa(n%c.o.Channels) }

func (c *crowd) join(n int) *member {
	c.w.t.Helper()
	m := &member{c: c, n: n, name: "client-" + strconv.Itoa(n), to: c.channel(n), from: c.channel(n + 1), receipts: make(chan sent, 2000)}
	o := client.SessionOptions{Backoff: c.o.Backoff, Codec: client.Codec(n % 2), Agent: m.name}
	if c.o.Session != nil {
		c.o.Session(n, &o)
	}
	var err error
	if m.session, err = client.OpenSession(c.w.ctx, c.w.url(), o); err != nil {
		c.w.t.Fatal(err)
	}
	sub, err := m.session.Subscribe(c.w.ctx, m.from, client.SubscribeOptions{From: client.FromStart})
	if err != nil {
		c.w.t.Fatal(err)
	}
	c.ledger.began(m.name, m.from)
	c.readers.Go(func() { m.read(sub) })
	return m
}

// at is the time since the crowd has gathered.
func (c *crowd) at() time.Duration { return time.Since(c.begun) }

// publish publishes now and then.
func (m *member) publish() {
	defer close(m.receipts)
	for n := 1; ; n++ {
		wait := time.Duration(float64(m.c.o.Every) * (0.5 + rand.Float64()))
		select {
		case <-time.After(wait):
		case <-m.c.publishing.Done():
			return
		}
		at := m.c.at()
		id := fmt.Sprintf("%s/%d", m.name, n)
		data := fmt.Appendf(nil, "%s %d %s", id, at, strings.Repeat("x", m.c.o.Size/2+rand.IntN(m.c.o.Size)))
		m.c.ledger.invoked(m.name, m.to, id, holdfast.Binary, data)
		r, err := m.session.Enqueue(m.c.reading, m.to, data)
		if err != nil {
			m.c.ledger.ended(m.name, m.to, id, err)
			return
		}
		m.c.published.Add(1)
		m.receipts <- sent{id, at, r}
	}
}

// await notes the answers. They may come out of order only within what one frame answers.
func (m *member) await() {
	for s := range m.receipts {
		ack, err := s.receipt.Wait(m.c.reading)
		if err != nil {
			m.c.ledger.ended(m.name, m.to, s.id, err)
			continue
		}
		m.c.ledger.delivered(m.name, m.to, s.id, ack)
		m.c.faults.over(m.n, acknowledged, s.at, m.c.at())
	}
}

// read notes what comes.
func (m *member) read(sub *client.Subscription) {
	for rec, err := range sub.Records(m.c.reading) {
		if gap, ok := errors.AsType[*client.Gap](err); ok {
			m.c.ledger.gap(m.name, gap)
			continue
		}
		if err != nil {
			if m.c.reading.Err() == nil {
				m.c.ledger.wrong("%s: the subscription ended: %v", m.name, err)
			}
			return
		}
		m.c.received.Add(1)
		m.c.ledger.received(m.name, &rec)
		if _, at, ok := readMessage(rec.Data); ok {
			m.c.faults.over(m.n, delivered, at, m.c.at())
		}
		if m.c.o.Hold != nil {
			m.c.o.Hold(m.c.reading, m.n)
		}
		m.last.Store(rec.Offset)
	}
}

// readMessage returns the id of a record, and when it was published.
func readMessage(data []byte) (id string, at time.Duration, ok bool) {
	f := strings.SplitN(string(data), " ", 3)
	if len(f) != 3 {
		return "", 0, false
	}
	ns, err := strconv.ParseInt(f[1], 10, 64)
	return f[0], time.Duration(ns), err == nil
}

// finish ends the crowd's work and fails if a promise was broken. It logs what was done, and to whom.
func (c *crowd) finish() {
	t := c.w.t
	t.Helper()
	violations := c.judge()
	for i, v := range violations {
		if i == 20 {
			t.Errorf("and %d more", len(violations)-i)
			break
		}
		t.Error(v)
	}
	t.Logf("%d records published, %d received; %s", c.published.Load(), c.received.Load(), c.stats())
	c.faults.log(t)
	tally(t, c.published.Load()+c.received.Load(), c.faults.counts(c.w), len(violations))
}

// judge waits until everything that was published has its answer and has come to everybody, and compares.
func (c *crowd) judge() []string {
	c.w.t.Helper()
	c.stop()
	c.publishers.Wait()
	logs := c.audit()
	c.w.until("everybody has read everything", func() bool {
		for _, m := range c.members {
			if m.last.Load() < uint64(len(logs[m.from])) {
				return c.ledger.broken()
			}
		}
		return true
	})
	c.end()
	c.readers.Wait()
	return c.ledger.check(logs)
}

// audit reads every channel from its start to its end, by a session of its own.
func (c *crowd) audit() map[string][]holdfast.Record {
	t := c.w.t
	t.Helper()
	ctx, cancel := context.WithTimeout(c.w.ctx, patience)
	defer cancel()
	s, err := client.OpenSession(ctx, c.w.url(), client.SessionOptions{Backoff: c.o.Backoff, Agent: "auditor"})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close(ctx)
	logs := map[string][]holdfast.Record{}
	for n := range c.o.Channels {
		name := c.channel(n)
		id, mark := "auditor/"+name, []byte("auditor/"+name+" 0 end")
		c.ledger.invoked("auditor", name, id, holdfast.Binary, mark)
		end, err := s.Publish(ctx, name, mark)
		if err != nil {
			t.Fatalf("the auditor's mark in %s: %v", name, err)
		}
		c.ledger.delivered("auditor", name, id, end)
		sub, err := s.Subscribe(ctx, name, client.SubscribeOptions{From: client.FromStart})
		if err != nil {
			t.Fatal(err)
		}
		for rec, err := range sub.Records(ctx) {
			if err != nil {
				t.Fatalf("the auditor in %s: %v", name, err)
			}
			logs[name] = append(logs[name], rec)
			if rec.Offset >= end.Offset {
				break
			}
		}
	}
	return logs
}

// stats sums up what the sessions counted.
func (c *crowd) stats() string {
	var sum client.Stats
	for _, m := range c.members {
		s := m.session.Stats()
		sum.Connects += s.Connects
		sum.Resent += s.Resent
		sum.Duplicates += s.Duplicates
		sum.Unknown += s.Unknown
		sum.Lost += s.Lost
		sum.Gaps += s.Gaps
	}
	if sum.Lost > 0 {
		c.w.t.Errorf("%d acknowledged records are lost, the sessions say", sum.Lost)
	}
	return fmt.Sprintf("connections %d, resent %d, duplicates %d, unknown %d, lost %d, gaps %d", sum.Connects, sum.Resent, sum.Duplicates, sum.Unknown, sum.Lost, sum.Gaps)
}

// leave ends everything, also after a failure.
func (c *crowd) leave() {
	c.end()
	ctx, cancel := context.WithCancel(context.Background())
	cancel() // nobody is waited for
	for _, m := range c.members {
		m.session.Close(ctx)
	}
	c.publishers.Wait()
	c.readers.Wait()
}

// pass lets so much time go by, while the crowd does its work; it ends early when the test is over.
func (c *crowd) pass(d time.Duration) {
	c.w.t.Helper()
	select {
	case <-time.After(d):
	case <-c.w.ctx.Done():
		c.w.t.Fatal(c.w.ctx.Err())
	}
}

// more waits until so many more records have been received.
func (c *crowd) more(t testing.TB, n int64) {
	t.Helper()
	want := c.received.Load() + n
	c.w.until("more has been received", func() bool { return c.received.Load() >= want })
}
