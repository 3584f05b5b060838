package client

import (
	"bytes"
	"context"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/session"
	"github.com/holdfast-ws/holdfast/internal/wire"
)

// Limits of headers, as the protocol has them.
const (
	maxHeaders     = 64
	maxHeaderBytes = 4096
)

// Publish publishes a record and waits for the answer. ctx bounds only the waiting (CodeCanceled): the record
// stays on its way, and is published however long that takes. See [Receipt.Wait] for the other errors, and
// [Session.Enqueue] for those about the arguments.
func (s *Session) Publish(ctx context.Context, channel string, data []byte, opts ...PublishOption) (Ack, error) {
	r, err := s.enqueue(ctx, channel, data, opts, WaitTaken)
	if err != nil {
		return Ack{}, err
	}
	return r.Wait(ctx)
}

// Enqueue publishes a record and returns when the outbox has it, durably if it is one in a file; see WithWait. It
// waits for room in the outbox while ctx lives, or does what the outbox's policy says. data is copied.
//
// A record whose Enqueue call began after another's had returned comes after it in its channel. Errors: CodeBadChannel, CodeBadPayload, CodeBadArgument, CodeMessageTooLarge (if the server's
// limit is known), CodeOutboxFull, CodeClosed, the session's error. CodeCanceled with a Receipt means that only
// the waiting for the disk was given up; without one, the record was not taken.
func (s *Session) Enqueue(ctx context.Context, channel string, data []byte, opts ...PublishOption) (*Receipt, error) {
	return s.enqueue(ctx, channel, data, opts, WaitDurable)
}

func (s *Session) enqueue(ctx context.Context, channel string, data []byte, opts []PublishOption, wait WaitMode) (*Receipt, error) {
	o := publishOptions{wait: wait}
	for _, f := range opts {
		f(&o)
	}
	e, err := s.entry(channel, data, &o)
	if err != nil {
		return nil, err
	}
	if err := s.over(); err != nil {
		return nil, err
	}
	ok, err := s.outbox.reserve(ctx, s, e.size)
	if err != nil {
		return nil, err
	}
	if !ok {
		e.receipt.end(StatusFailed, Ack{}, publishError(channel, holdfast.CodeDropped, "the outbox is full, and drops what is new"))
		return e.receipt, nil
	}
	if !s.box.post(op{kind: opPublish, entry: e}) {
		s.outbox.release(e.size)
		return nil, s.over()
	}
	s.stats.published.Add(1)
	if s.outbox.j == nil || o.wait == WaitTaken {
		return e.receipt, nil
	}
	select {
	case <-e.receipt.keptDone():
	case <-ctx.Done():
		return e.receipt, canceled("publish to "+channel+": wait for the outbox", ctx)
	}
	return e.receipt, e.receipt.notKept()
}

// notKept returns the error of a record that ended because the outbox failed, or before it got there.
func (r *Receipt) notKept() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ended && (r.status == StatusPending || r.number == 0) {
		return r.err
	}
	return nil
}

func publishError(channel string, code holdfast.Code, detail string) error {
	return &holdfast.Error{Code: code, Op: "publish to " + channel, Detail: detail}
}

// entry checks a record and makes it ready for the outbox.
func (s *Session) entry(channel string, data []byte, o *publishOptions) (*entry, error) {
	if err := holdfast.CheckChannel(channel); err != nil {
		return nil, err
	}
	if err := checkPayload(channel, data, o); err != nil {
		return nil, err
	}
	e := &entry{channel: channel, typ: o.typ, headers: slices.Clone(o.headers), input: o.input, sum: o.sum, taken: o.hasTaken,
		receipt: &Receipt{channel: channel}}
	if o.typ == holdfast.JSON {
		e.data = wire.NormalizeJSON(make([]byte, 0, len(data)), data)
	} else {
		e.data = bytes.Clone(data)
	}
	s.mu.Lock()
	limit := s.limit
	s.mu.Unlock()
	if limit > 0 && len(e.data) > limit {
		return nil, publishError(channel, holdfast.CodeMessageTooLarge, "data has "+strconv.Itoa(len(e.data))+" bytes; the server's limit is "+strconv.Itoa(limit))
	}
	if o.ttl > 0 {
		e.expires = time.Now().Add(o.ttl)
	}
	e.measure()
	return e, nil
}

func checkPayload(channel string, data []byte, o *publishOptions) error {
	switch {
	case o.typ > holdfast.JSON:
		return publishError(channel, holdfast.CodeBadArgument, "WithType: "+o.typ.String()+" is not a content type")
	case o.typ == holdfast.Text && !utf8.Valid(data):
		return publishError(channel, holdfast.CodeBadPayload, "data is not UTF-8, so it is not text")
	case o.typ == holdfast.JSON && !wire.ValidJSON(data):
		return publishError(channel, holdfast.CodeBadPayload, "data is not one JSON value")
	case len(o.headers) > maxHeaders:
		return publishError(channel, holdfast.CodeBadArgument, "WithHeaders: "+strconv.Itoa(len(o.headers))+" headers; the limit is "+strconv.Itoa(maxHeaders))
	}
	for _, h := range o.headers {
		switch {
		case h.Name == "" || len(h.Name) > holdfast.MaxChannelName:
			return publishError(channel, holdfast.CodeBadArgument, "WithHeaders: a name has "+strconv.Itoa(len(h.Name))+" bytes; it must have 1 to "+strconv.Itoa(holdfast.MaxChannelName))
		case len(h.Value) > maxHeaderBytes:
			return publishError(channel, holdfast.CodeBadArgument, "WithHeaders: the value of "+h.Name+" has "+strconv.Itoa(len(h.Value))+" bytes; the limit is "+strconv.Itoa(maxHeaderBytes))
		case !utf8.ValidString(h.Name) || !utf8.ValidString(h.Value):
			return publishError(channel, holdfast.CodeBadArgument, "WithHeaders: "+strconv.Quote(h.Name)+" is not UTF-8")
		}
	}
	return nil
}

// drop asks for an entry that was never sent to be dropped, and waits until that has been looked at.
func (s *Session) drop(ctx context.Context, id session.EntryID) error {
	done := make(chan struct{})
	if !s.box.post(op{kind: opDrop, id: id, done: done}) {
		return s.over()
	}
	return s.await(ctx, done, "publish: make room in the outbox")
}
