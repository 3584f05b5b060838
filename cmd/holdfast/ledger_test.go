package main

import (
	"bytes"
	"fmt"
	"sync"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/client"
)

// ledger is what publishers and subscribers saw, to be compared with what is stored in the end.
type ledger struct {
	mu       sync.Mutex
	messages map[string]*message
	order    map[[2]string][]string // of what a publisher invoked in a channel
	subs     map[string]*seenBy
	mistakes []string
}

type message struct {
	channel string
	data    []byte
	offset  uint64 // if acknowledged
	err     error
	ended   bool
}

type seenBy struct {
	channel string
	next    uint64
	records []holdfast.Record
}

func newLedger() *ledger {
	return &ledger{messages: map[string]*message{}, order: map[[2]string][]string{}, subs: map[string]*seenBy{}}
}

func (l *ledger) wrong(format string, args ...any) {
	l.mu.Lock()
	l.mistakes = append(l.mistakes, fmt.Sprintf(format, args...))
	l.mu.Unlock()
}

// broken reports whether it is clear already that a promise was broken.
func (l *ledger) broken() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.mistakes) > 0
}

func (l *ledger) invoked(publisher, channel, id string, data []byte) {
	l.mu.Lock()
	l.messages[id] = &message{channel: channel, data: data}
	k := [2]string{publisher, channel}
	l.order[k] = append(l.order[k], id)
	l.mu.Unlock()
}

func (l *ledger) delivered(_, _, id string, ack client.Ack) {
	l.mu.Lock()
	l.messages[id].offset, l.messages[id].ended = ack.Offset, true
	l.mu.Unlock()
}

func (l *ledger) ended(_, _, id string, err error) {
	l.mu.Lock()
	l.messages[id].err, l.messages[id].ended = err, true
	l.mu.Unlock()
}

func (l *ledger) began(name, channel string) {
	l.mu.Lock()
	l.subs[name] = &seenBy{channel: channel, next: 1}
	l.mu.Unlock()
}

func (l *ledger) received(name string, rec *holdfast.Record) {
	l.mu.Lock()
	s := l.subs[name]
	s.records = append(s.records, rec.Clone())
	l.mu.Unlock()
}

func (l *ledger) gap(name string, g *client.Gap) { l.wrong("%s: %v", name, g) }

// check compares. Nothing may be missing, doubled, altered or out of order, and all have seen the same.
func (l *ledger) check(logs map[string][]holdfast.Record) []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	bad := l.mistakes
	wrong := func(format string, args ...any) { bad = append(bad, fmt.Sprintf(format, args...)) }
	at := map[string]uint64{}
	for channel, log := range logs {
		for i := range log {
			if log[i].Offset != uint64(i+1) {
				wrong("%s: record %d, when %d was due", channel, log[i].Offset, i+1)
			}
			id, _, ok := readMessage(log[i].Data)
			if !ok {
				continue // the auditor's
			}
			m := l.messages[id]
			switch {
			case m == nil || m.channel != channel || !bytes.Equal(m.data, log[i].Data):
				wrong("%s@%d: %q was never published there", channel, log[i].Offset, id)
			case at[id] != 0:
				wrong("%s: %s is stored twice, at %d and %d", channel, id, at[id], log[i].Offset)
			}
			at[id] = log[i].Offset
		}
	}
	for id, m := range l.messages {
		switch {
		case m.err != nil:
			wrong("%s ended with %v", id, m.err)
		case !m.ended:
			wrong("%s has no answer", id)
		case at[id] == 0:
			wrong("%s was acknowledged at %d, and is not stored", id, m.offset)
		case m.offset != 0 && at[id] != m.offset:
			wrong("%s was acknowledged at %d, and is stored at %d", id, m.offset, at[id])
		}
	}
	for k, ids := range l.order {
		last := uint64(0)
		for _, id := range ids {
			if at[id] <= last {
				wrong("%s is stored at %d, what %s published before it at %d", id, at[id], k[0], last)
			}
			last = at[id]
		}
	}
	for name, s := range l.subs {
		log := logs[s.channel]
		if len(s.records) < len(log) {
			wrong("%s has %d records of %s, of %d", name, len(s.records), s.channel, len(log))
		}
		for i := range min(len(log), len(s.records)) {
			if !same(&s.records[i], &log[i]) {
				wrong("%s has %s@%d as number %d", name, s.channel, s.records[i].Offset, i+1)
				break
			}
		}
	}
	return bad
}

func same(a, b *holdfast.Record) bool {
	return a.Position() == b.Position() && a.Time.Equal(b.Time) && bytes.Equal(a.Data, b.Data)
}
