package promise

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"os"
	"slices"
	"strings"
	"sync"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/backoff"
	"github.com/holdfast-ws/holdfast/client"
)

// sess is a session whose events are kept, and each of whose errors is judged by promise 10.
type sess struct {
	*client.Session
	w      *world
	mu     sync.Mutex
	events []client.Event
	gone   chan struct{}
}

// session opens one through the proxy. It is closed with the test at the latest.
func (w *world) session(o client.SessionOptions) *sess {
	w.Helper()
	return w.sessionTo(w.proxy.addr(), o)
}

// direct opens one that goes past the proxy.
func (w *world) direct() *sess {
	w.Helper()
	return w.sessionTo("127.0.0.1:9", client.SessionOptions{Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, *w.addr.Load())
	}})
}

func (w *world) sessionTo(addr string, o client.SessionOptions) *sess {
	w.Helper()
	if o.Backoff == (backoff.Options{}) {
		o.Backoff = fast
	}
	if w.codec == jsonFrames {
		o.Codec = client.CodecJSON
	}
	scheme := "http://"
	switch w.transport {
	case overTLS:
		scheme, o.TLS = "https://", clientTLS()
	case deflated:
		o.Compression = client.CompressionOn
	}
	dial, listens := gatedDial(o.Dial) // nothing happens to it before somebody listens
	o.Dial = dial
	c, err := client.OpenSession(w.ctx, scheme+addr, o)
	if err != nil {
		w.Fatal(err)
	}
	s := &sess{Session: c, w: w, gone: make(chan struct{})}
	go func() {
		defer close(s.gone)
		for e := range c.Events(context.Background()) {
			if s.events == nil {
				close(listens)
			}
			if e.Err != nil {
				w.judge(e.Err)
			}
			s.mu.Lock()
			s.events = append(s.events, e)
			s.mu.Unlock()
		}
	}()
	w.Cleanup(s.leave)
	return s
}

type dialer = func(ctx context.Context, network, addr string) (net.Conn, error)

// gatedDial dials, with d or the standard one, when the channel is closed.
func gatedDial(d dialer) (dialer, chan struct{}) {
	if d == nil {
		d = new(net.Dialer).DialContext
	}
	gate := make(chan struct{})
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		select {
		case <-gate:
		case <-ctx.Done():
		}
		return d(ctx, network, addr)
	}, gate
}

// leave ends the session as a process does that is in a hurry: what has no answer stays without.
func (s *sess) leave() {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	s.Close(ctx) //nolint:errcheck // says that the context has ended
	<-s.gone
}

// event waits for an event.
func (s *sess) event(what string, ok func(e client.Event) bool) client.Event {
	s.w.Helper()
	var found client.Event
	s.w.until(what, func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		i := slices.IndexFunc(s.events, ok)
		if i >= 0 {
			found = s.events[i]
		}
		return i >= 0
	})
	return found
}

func (s *sess) all(kind client.EventKind) (list []client.Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range s.events {
		if e.Kind == kind {
			list = append(list, e)
		}
	}
	return list
}

// publish publishes bodies from..to of publisher 0 and waits for each.
func (s *sess) publish(channel string, from, to int) {
	s.w.Helper()
	for i := from; i <= to; i++ {
		if _, err := s.Publish(s.w.ctx, channel, body(0, i)); err != nil {
			s.w.Fatal(err)
		}
	}
}

// enqueue takes bodies from..to of publisher 0 into the outbox.
func (s *sess) enqueue(channel string, from, to int) (rs []*client.Receipt) {
	s.w.Helper()
	for i := from; i <= to; i++ {
		r, err := s.Enqueue(s.w.ctx, channel, body(0, i))
		if err != nil {
			s.w.Fatal(err)
		}
		rs = append(rs, r)
	}
	return rs
}

func (s *sess) subscribe(channel string, o client.SubscribeOptions) *client.Subscription {
	s.w.Helper()
	sub, err := s.Subscribe(s.w.ctx, channel, o)
	if err != nil {
		s.w.Fatal(err)
	}
	return sub
}

// item is a record or a gap.
type item struct {
	rec holdfast.Record
	gap *client.Gap
}

// items reads until last says so.
func (w *world) items(sub *client.Subscription, last func(item) bool) (all []item) {
	w.Helper()
	for r, err := range sub.Records(w.ctx) {
		x := item{rec: r}
		if err != nil && !errors.As(err, &x.gap) {
			w.Fatalf("after %d items: %v", len(all), err)
		}
		if all = append(all, x); last(x) {
			return all
		}
	}
	return all
}

// records reads n records, and no gap.
func (w *world) records(sub *client.Subscription, n int) []holdfast.Record {
	w.Helper()
	all := make([]holdfast.Record, 0, n)
	if n == 0 {
		return all
	}
	w.items(sub, func(x item) bool {
		if x.gap != nil {
			w.Fatal(x.gap)
		}
		all = append(all, x.rec)
		return len(all) == n
	})
	return all
}

// bodies checks that records are bodies from, from+1, ... of publisher 0 at the offsets that follow first.
func (w *world) bodies(recs []holdfast.Record, from int, first uint64) {
	w.Helper()
	for i, r := range recs {
		if r.Offset != first+uint64(i) || string(r.Data) != string(body(0, from+i)) {
			w.Fatalf("record %d: offset %d with %.20q; want offset %d with %.20q", i, r.Offset, r.Data, first+uint64(i), body(0, from+i))
		}
	}
}

// log reads a whole channel from its start.
func (w *world) log(channel string) []holdfast.Record {
	w.Helper()
	s := w.direct()
	defer s.leave()
	return w.records(s.subscribe(channel, client.SubscribeOptions{From: client.FromStart}), int(w.head(channel)))
}

// table is spec/codes.json.
var table = sync.OnceValues(func() (map[holdfast.Code]struct{ Name, What, Hint string }, error) {
	b, err := os.ReadFile("../../spec/codes.json")
	if err != nil {
		return nil, err
	}
	var list []struct {
		Code             holdfast.Code
		Name, What, Hint string
	}
	if err := json.Unmarshal(b, &list); err != nil {
		return nil, err
	}
	m := map[holdfast.Code]struct{ Name, What, Hint string }{}
	for _, c := range list {
		m[c.Code] = struct{ Name, What, Hint string }{c.Name, c.What, c.Hint}
	}
	return m, nil
})

// judge is promise 10 for whatever error any test here meets: it is an Error with a code of the table, says what was
// tried, and what to do where the table has something to say. A gap is told as a value of its own.
func (w *world) judge(err error) holdfast.Code {
	w.Helper()
	if gap, ok := errors.AsType[*client.Gap](err); ok {
		if !errors.Is(gap, holdfast.CodeGap) {
			w.Errorf("%v has not the code of a gap", gap)
		}
		return holdfast.CodeGap
	}
	e, ok := errors.AsType[*holdfast.Error](err)
	if !ok {
		w.Errorf("an end without a reason: %T %v", err, err)
		return 0
	}
	w.judgeCode(e.Code)
	codes, _ := table()
	if e.Op == "" || e.Hint == "" && !strings.Contains(e.Error(), codes[e.Code].Hint) {
		w.Errorf("it does not say what was tried and what to do: %v", e)
	}
	return e.Code
}

func (w *world) judgeCode(c holdfast.Code) {
	w.Helper()
	codes, err := table()
	if err != nil {
		w.Error(err)
		return
	}
	if x, ok := codes[c]; !ok || x.Name != c.String() || x.What != c.What() {
		w.Errorf("%d is no code of spec/codes.json", c)
	}
}

// refused checks the code of an error, and the rest of it by promise 10.
func (w *world) refused(what string, err error, want holdfast.Code) {
	w.Helper()
	if !errors.Is(err, want) {
		w.Errorf("%s: %v; want %v", what, err, want)
		return
	}
	w.judge(err)
}
