package main

import (
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/client"
	"github.com/holdfast-ws/holdfast/internal/check"
	"github.com/holdfast-ws/holdfast/store"
)

// ledger is what a crowd saw, as a history that internal/check judges. The promises allow more than a crowd expects,
// whose store forgets nothing: it is also wrong if a gap is told, or a record ends as anything but delivered.
type ledger struct {
	check.Recorder
	mu       sync.Mutex
	mistakes []string
}

func (l *ledger) wrong(format string, args ...any) {
	l.mu.Lock()
	l.mistakes = append(l.mistakes, fmt.Sprintf(format, args...))
	l.mu.Unlock()
}

// broken reports whether it is clear already that something went wrong.
func (l *ledger) broken() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.mistakes) > 0
}

func (l *ledger) invoked(publisher, channel, id string, typ holdfast.ContentType, data []byte) {
	l.Note(check.Event{Kind: check.Invoked, Client: publisher, Channel: channel, Message: id, Hash: store.ContentHash(typ, nil, data)})
}

func (l *ledger) delivered(publisher, channel, id string, ack client.Ack) {
	l.Note(check.Event{Kind: check.Delivered, Client: publisher, Channel: channel, Message: id, Pos: holdfast.Position{Offset: ack.Offset}})
	if !ack.Synced {
		l.wrong("%s is acknowledged, and not synced", id)
	}
}

// ended notes that a record ended otherwise.
func (l *ledger) ended(publisher, channel, id string, err error) {
	e := check.Event{Client: publisher, Channel: channel, Message: id, Code: holdfast.CodeOf(err)}
	switch {
	case errors.Is(err, holdfast.CodeUnknownOutcome):
		e.Kind = check.Unknown
	case errors.Is(err, holdfast.CodeCanceled), errors.Is(err, holdfast.CodeClosed):
		return // it was not waited for any longer
	default:
		e.Kind = check.Refused
	}
	l.Note(e)
	l.wrong("%s ended with %v", id, err)
}

func (l *ledger) began(name, channel string) {
	l.Note(check.Event{Kind: check.Began, Client: name, Sub: name, Channel: channel, Begin: check.AtStart})
}

func (l *ledger) received(name string, rec *holdfast.Record) {
	r := seenRecord(rec)
	l.Note(check.Event{Kind: check.Received, Client: name, Sub: name, Channel: rec.Channel, Message: r.Message, Hash: r.Hash, Pos: r.Pos, Time: r.Time})
}

func seenRecord(rec *holdfast.Record) check.Record {
	id, _, _ := readMessage(rec.Data)
	return check.Record{Pos: rec.Position(), Message: id, Hash: store.ContentHash(rec.Type, rec.Headers, rec.Data), Time: rec.Time.UnixMilli()}
}

func (l *ledger) gap(name string, g *client.Gap) {
	reason := check.Retention
	if g.Reason == client.GapFork {
		reason = check.Fork
	}
	l.Note(check.Event{Kind: check.Gap, Client: name, Sub: name, Channel: g.Channel, From: g.From, To: g.To, Reason: reason, Pos: g.After})
	l.wrong("%s: %v", name, g)
}

func (l *ledger) crashed() { l.Note(check.Event{Kind: check.ServerCrashed}) }

// check judges, with the logs as they are in the end.
func (l *ledger) check(logs map[string][]holdfast.Record) []string {
	l.finals(logs)
	return l.judge(l.History())
}

// finals notes what the logs are in the end.
func (l *ledger) finals(logs map[string][]holdfast.Record) {
	for channel, log := range logs {
		final := check.Event{Kind: check.Final, Channel: channel}
		for i := range log {
			final.Records = append(final.Records, seenRecord(&log[i]))
		}
		if len(log) > 0 {
			final.To = log[0].Offset - 1
		}
		l.Note(final)
	}
	l.Note(check.Event{Kind: check.Quiesced})
}

// judge says what is wrong with a history, and what was wrong before.
func (l *ledger) judge(h check.History) []string {
	l.mu.Lock()
	bad := slices.Clone(l.mistakes)
	l.mu.Unlock()
	for _, v := range check.Check(h) {
		bad = append(bad, v.String())
	}
	return bad
}
