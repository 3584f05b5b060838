package simulation

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"
)

// envelopeChannel is theirs alone: what they promise is less than what the checker wants.
const envelopeChannel = "envelopes"

// envelopePlan is a client of the envelope dialect, which publishes and reads.
type envelopePlan struct {
	Name  string
	Count int           // of its messages
	Every time.Duration // from one to the next
	Cut   int           // per thousand messages that it gets, it cuts its own connection
	Acks  bool          // it sends ACKs
}

// envelopes draws such clients, by dice of their own, so that the rest of a plan is what it would be without them.
func (p *plan) envelopes() {
	d := dice{rand.New(rand.NewPCG(p.Seed, 0xe5e))}
	for i := range d.rand.IntN(3) {
		p.Envelopes = append(p.Envelopes, envelopePlan{Name: fmt.Sprintf("e%d", i+1), Count: 1 + d.rand.IntN(60),
			Every: d.between(10*time.Millisecond, 2*time.Second), Cut: d.rand.IntN(100), Acks: d.chance(60)})
	}
}

// keepsEnvelopes reports whether what was acknowledged must be there in the end: nothing of the plan takes it away from the store.
func (p *plan) keepsEnvelopes() bool {
	for _, s := range p.Steps {
		if s.Kind == "backup restored" || !p.Disk && strings.HasPrefix(s.Kind, "server") {
			return false
		}
	}
	return true
}

// enveloper is such a client. It sends what has no ACK again, unchanged, over its next connection.
type enveloper struct {
	w      *world
	plan   envelopePlan
	ctx    context.Context
	cancel context.CancelFunc
	rand   *rand.Rand // its own goroutine's

	mu    sync.Mutex
	sent  int
	acked map[string]bool
	got   map[string]bool
	at    uint64 // the last offset that it got
}

// envelopeMessage is what comes.
type envelopeMessage struct {
	ID, Type string
	Data     json.RawMessage
}

const (
	envelopeSilence = 10 * time.Second // after which it asks whether the server is there
	envelopeDead    = 15 * time.Second // after which it thinks that it is not
)

func (w *world) newEnveloper(p envelopePlan) *enveloper {
	e := &enveloper{w: w, plan: p, rand: rand.New(rand.NewPCG(w.plan.Seed, uint64(len(p.Name)+p.Count))), acked: map[string]bool{}, got: map[string]bool{}}
	e.ctx, e.cancel = context.WithCancel(context.Background())
	w.wg.Go(e.run)
	return e
}

func (e *enveloper) run() {
	tr := &http.Transport{DialContext: e.w.net.Dialer(e.plan.Name)}
	defer tr.CloseIdleConnections()
	for e.ctx.Err() == nil {
		ctx, cancel := context.WithTimeout(e.ctx, 5*time.Second)
		c, _, err := websocket.Dial(ctx, "ws://"+address+"/socket?from=start&channel="+envelopeChannel+"&user="+e.plan.Name, &websocket.DialOptions{HTTPClient: &http.Client{Transport: tr}})
		cancel()
		if err == nil {
			e.w.count("envelope connects")
			c.SetReadLimit(1 << 20)
			e.use(c)
			c.CloseNow()
		}
		select {
		case <-e.ctx.Done():
		case <-time.After(time.Duration(200+e.rand.IntN(2000)) * time.Millisecond):
		}
	}
}

// use goes on with a connection until that ends.
func (e *enveloper) use(c *websocket.Conn) {
	ctx, cancel := context.WithCancel(e.ctx)
	in := make(chan []byte)
	var reader sync.WaitGroup
	reader.Go(func() {
		defer close(in)
		for {
			_, b, err := c.Read(ctx)
			if err != nil {
				return
			}
			select {
			case in <- b:
			case <-ctx.Done():
				return
			}
		}
	})
	defer reader.Wait()
	defer c.CloseNow()
	defer cancel()
	e.talk(ctx, c, in)
}

func (e *enveloper) talk(ctx context.Context, c *websocket.Conn, in <-chan []byte) {
	say := func(text string) bool {
		short, cancel := context.WithTimeout(ctx, envelopeDead)
		defer cancel()
		return c.Write(short, websocket.MessageText, []byte(text)) == nil
	}
	for _, id := range e.unanswered() {
		if !say(envelopeOf(id)) {
			return
		}
	}
	publish, look := time.NewTicker(max(e.plan.Every, time.Millisecond)), time.NewTicker(time.Second)
	defer publish.Stop()
	defer look.Stop()
	heard, last := time.Now(), uint64(0)
	for {
		select {
		case b, ok := <-in:
			if !ok {
				return
			}
			heard = time.Now()
			text := e.take(b, &last)
			if e.rand.IntN(1000) < e.plan.Cut && e.w.inTrouble() { // instead of an ACK
				return
			}
			if text != "" && !say(text) {
				return
			}
		case <-publish.C:
			if id := e.next(); id != "" && !say(envelopeOf(id)) {
				return
			}
		case <-look.C:
			silent := time.Since(heard)
			if silent > envelopeSilence+envelopeDead || silent > envelopeSilence && !say(`{"type":"ping"}`) {
				return
			}
		case <-ctx.Done():
			return
		}
	}
}

func envelopeOf(id string) string {
	return fmt.Sprintf(`{"id":%q,"type":"DATA","data":%q,"timestamp":1}`, id, id)
}

// take handles a message, and returns what is to be answered. On one connection offsets follow on each other, but for a gap that is told.
func (e *enveloper) take(b []byte, last *uint64) string {
	var m envelopeMessage
	if err := json.Unmarshal(b, &m); err != nil {
		e.w.fail("%s got %s: %v", e.plan.Name, b, err)
		return ""
	}
	switch m.Type {
	case "ACK":
		var d struct{ MessageID string }
		if json.Unmarshal(m.Data, &d) == nil {
			e.mu.Lock()
			e.acked[d.MessageID] = true
			e.mu.Unlock()
			e.w.count("envelopes acknowledged")
		}
	case "GAP":
		*last = 0
	case "ERROR": // the disk is full, say: it comes again with the next connection
		var d struct{ MessageID string }
		if json.Unmarshal(m.Data, &d) == nil && d.MessageID != "" {
			e.w.count("envelopes refused")
			return envelopeOf(d.MessageID)
		}
	case "DATA":
		at, _, _ := strings.Cut(m.ID[strings.Index(m.ID, "@")+1:], "/")
		offset, err := strconv.ParseUint(at, 10, 64)
		if err != nil || *last != 0 && offset != *last+1 {
			e.w.fail("%s got %s after offset %d", e.plan.Name, m.ID, *last)
		}
		*last = offset
		var id string
		json.Unmarshal(m.Data, &id) //nolint:errcheck // the audit sees
		e.mu.Lock()
		e.at, e.got[id] = offset, true
		e.mu.Unlock()
		e.w.count("envelopes received")
		if e.plan.Acks {
			return fmt.Sprintf(`{"type":"ACK","data":{"messageId":%q}}`, m.ID)
		}
	}
	return ""
}

// next returns the id of the next message to be published, or "" when there is none any more.
func (e *enveloper) next() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.sent == e.plan.Count {
		return ""
	}
	e.sent++
	return fmt.Sprintf("%s.%d", e.plan.Name, e.sent)
}

func (e *enveloper) unanswered() (ids []string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for i := range e.sent {
		if id := fmt.Sprintf("%s.%d", e.plan.Name, i+1); !e.acked[id] {
			ids = append(ids, id)
		}
	}
	return ids
}

// settled reports whether it has all answers, and everything up to the head, if that never goes back.
func (e *enveloper) settled(head uint64) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.acked) == e.plan.Count && (e.at == head || !e.w.plan.keepsEnvelopes())
}

// auditEnvelopes is the rule of this dialect: what was acknowledged is in the log at least once, and everybody has got all that is there
// at least once.
func (w *world) auditEnvelopes(stored []string) {
	if !w.plan.keepsEnvelopes() {
		return
	}
	there := map[string]bool{}
	for _, id := range stored {
		there[id] = true
	}
	for _, e := range w.envelopers {
		e.mu.Lock()
		for id := range e.acked {
			if !there[id] {
				w.fail("%s was acknowledged and is not in the log", id)
			}
		}
		for id := range there {
			if !e.got[id] {
				w.fail("%s did not get %s", e.plan.Name, id)
			}
		}
		e.mu.Unlock()
	}
}
