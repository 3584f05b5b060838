package main

import (
	"bufio"
	"context"
	"encoding/gob"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/client"
	"github.com/holdfast-ws/holdfast/internal/check"
)

// herd is many sessions, with the options that they have by default, in a process of their own. Each publishes to one channel and subscribes to
// another. It does what it is told by lines on standard input, and says so on standard output.
type herd struct {
	URL      string
	First    int // the number of the first session
	Sessions int
	Channels int // that all herds share
	// Every is the time between two publishes of one session, on average.
	Every time.Duration
	// Report is the file that is written at the end.
	Report string

	ledger     ledger
	reading    context.Context
	publishing context.Context
	members    []*sheep
	publishers sync.WaitGroup
	readers    sync.WaitGroup
	published  atomic.Int64
	received   atomic.Int64

	mu     sync.Mutex
	report herdReport
}

// herdReport is what a herd has seen.
type herdReport struct {
	History             check.History
	Mistakes            []string
	Published, Received int64
	Stats               client.Stats // summed up, as far as they are needed
	// Away is how long each session was without a connection, each time.
	Away []time.Duration
	// Codes that connections have ended with.
	Codes map[holdfast.Code]int
}

// sheep is one session.
type sheep struct {
	h        *herd
	name     string
	session  *client.Session
	to, from string
	last     atomic.Uint64
}

// herdEnv holds a herd as JSON. It makes the test binary be that.
const herdEnv = "HOLDFAST_TEST_HERD"

// beHerd runs a herd if the process is to be one.
func beHerd() {
	text := os.Getenv(herdEnv)
	if text == "" {
		return
	}
	var h herd
	if err := json.Unmarshal([]byte(text), &h); err != nil {
		panic(err)
	}
	if err := h.run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

func (h *herd) channel(n int) string { return fmt.Sprint("crowd:", n%h.Channels) } // as a crowd calls them

func (h *herd) run() error {
	var stop, end context.CancelFunc
	h.reading, end = context.WithCancel(context.Background())
	h.publishing, stop = context.WithCancel(h.reading)
	defer end()
	defer stop()
	h.report.Codes = map[holdfast.Code]int{}
	for n := h.First; n < h.First+h.Sessions; n++ {
		if err := h.join(n); err != nil {
			return err
		}
	}
	for _, m := range h.members {
		h.publishers.Go(m.publish)
	}
	fmt.Println("connected")
	h.until(func(m *sheep) bool { return m.session.Stats().Connects >= 2 && m.session.State() == client.StateOpen })
	fmt.Println("back")
	in := bufio.NewReader(os.Stdin)
	if _, err := in.ReadString('\n'); err != nil { // no more is to be published
		return err
	}
	stop()
	h.publishers.Wait()
	fmt.Println("published", h.published.Load())
	var ends map[string]uint64 // the last offset of each channel
	if err := json.NewDecoder(in).Decode(&ends); err != nil {
		return err
	}
	h.until(func(m *sheep) bool { return m.last.Load() >= ends[m.from] })
	end()
	h.readers.Wait()
	return h.write()
}

// until waits until something is so of each. Whoever waits for this process bounds that.
func (h *herd) until(is func(m *sheep) bool) {
	for _, m := range h.members {
		for !is(m) {
			time.Sleep(10 * time.Millisecond)
		}
	}
}

// join opens a session, and waits until it is connected: to come in is not what is tested.
func (h *herd) join(n int) error {
	m := &sheep{h: h, name: fmt.Sprint("client-", n), to: h.channel(n), from: h.channel(n + 1)}
	s, err := client.OpenSession(h.reading, h.URL, client.SessionOptions{Codec: client.Codec(n % 2), Agent: m.name})
	if err != nil {
		return err
	}
	m.session = s
	h.members = append(h.members, m)
	h.readers.Go(m.watch)
	sub, err := s.Subscribe(h.reading, m.from, client.SubscribeOptions{From: client.FromStart})
	if err != nil {
		return err
	}
	h.ledger.began(m.name, m.from)
	h.readers.Go(func() { m.read(sub) })
	return s.Connected(h.reading)
}

// watch notes when the session has no connection.
func (m *sheep) watch() {
	var left time.Time
	for e := range m.session.Events(m.h.reading) {
		m.h.mu.Lock()
		switch {
		case e.Kind == client.EventDisconnect:
			left = e.Time
			m.h.report.Codes[e.Code]++
		case e.Kind == client.EventWelcome && !left.IsZero():
			m.h.report.Away = append(m.h.report.Away, e.Time.Sub(left))
			left = time.Time{}
		}
		m.h.mu.Unlock()
	}
}

// publish publishes now and then, and waits for each answer.
func (m *sheep) publish() {
	h := m.h
	for n := 1; ; n++ {
		select {
		case <-time.After(time.Duration(float64(h.Every) * (0.5 + rand.Float64()))):
		case <-h.publishing.Done():
			return
		}
		id := fmt.Sprintf("%s/%d", m.name, n)
		data := fmt.Appendf(nil, "%s 0 %s", id, strings.Repeat("x", rand.IntN(100)))
		h.ledger.invoked(m.name, m.to, id, holdfast.Binary, data)
		ack, err := m.session.Publish(h.reading, m.to, data)
		if err != nil {
			h.ledger.ended(m.name, m.to, id, err)
			return
		}
		h.published.Add(1)
		h.ledger.delivered(m.name, m.to, id, ack)
	}
}

func (m *sheep) read(sub *client.Subscription) {
	h := m.h
	for rec, err := range sub.Records(h.reading) {
		if gap, ok := errors.AsType[*client.Gap](err); ok {
			h.ledger.gap(m.name, gap)
			continue
		}
		if err != nil {
			if h.reading.Err() == nil {
				h.ledger.wrong("%s: the subscription ended: %v", m.name, err)
			}
			return
		}
		h.received.Add(1)
		h.ledger.received(m.name, &rec)
		m.last.Store(rec.Offset)
	}
}

// write writes the report, and takes no leave of anybody.
func (h *herd) write() error {
	r := &h.report
	r.History, r.Mistakes, r.Published, r.Received = h.ledger.History(), h.ledger.mistakes, h.published.Load(), h.received.Load()
	for _, m := range h.members {
		s := m.session.Stats()
		r.Stats.Connects += s.Connects
		r.Stats.Attempts += s.Attempts
		r.Stats.Resent += s.Resent
		r.Stats.Duplicates += s.Duplicates
		r.Stats.Unknown += s.Unknown
		r.Stats.Lost += s.Lost
		r.Stats.Gaps += s.Gaps
	}
	f, err := os.Create(h.Report)
	if err != nil {
		return err
	}
	return errors.Join(gob.NewEncoder(f).Encode(r), f.Close())
}
