package session_test

import (
	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/check"
	"github.com/holdfast-ws/holdfast/internal/session"
	"github.com/holdfast-ws/holdfast/internal/wire"
	"github.com/holdfast-ws/holdfast/store"
)

// serve lets the server's machine of c's connection k take an event, and carries its effects out.
func (c *client) serve(k *conn, e session.ServerEvent) {
	for _, f := range k.machine.Step(c.w.now.UnixMilli(), &e, nil) {
		switch f.Kind {
		case session.FxSvAuthenticate:
			c.serve(k, session.ServerEvent{Kind: session.SvAuthenticated, Session: k.dec.Hello.Session, Decoder: &k.dec})
		case session.FxSvSubmit:
			p := &k.dec.Publish
			d := store.Draft{Channel: p.Channel, Producer: f.Producer, Number: p.Number, Type: p.Type, Data: append([]byte(nil), p.Data...),
				Hash: store.ContentHash(p.Type, p.Headers, p.Data), Code: f.Code, Sent: sentOf(p.Sent), Since: k.began}
			switch {
			case f.Code != 0:
				d.Verdict = store.Refuse
			case c.w.refuse != 0:
				d.Verdict, d.Code = store.Defer, c.w.refuse
			}
			k.drafts = append(k.drafts, d)
		case session.FxSvSubmitSkip:
			p := &k.dec.Skip
			k.drafts = append(k.drafts, store.Draft{Kind: store.Skip, Channel: p.Channel, Producer: f.Producer, From: p.From, Number: p.To, Successor: p.Successor})
		case session.FxSvOpen:
			q := *f.Subscribe
			q.Earlier = append([]holdfast.TermEnd(nil), q.Earlier...)
			k.cursors[f.Sub] = &cursor{channel: q.Channel, request: q}
		case session.FxSvClose:
			delete(k.cursors, f.Sub)
		case session.FxSvEnd:
			k.gone = true
			if k == c.conn && !k.lostDown && !k.stalled {
				c.w.note(check.Event{Kind: check.Disconnected, Client: c.name, Code: f.Code})
				c.flushReplies(k)
				c.conn = nil
				c.step(session.ClientEvent{Kind: session.EvDisconnected, Code: f.Code})
			}
			return
		default:
			c.reply(k, f)
		}
	}
}

func (c *client) reply(k *conn, f session.ServerEffect) {
	l := c.w.limits
	var q appender
	switch f.Kind {
	case session.FxSvWelcome:
		q = &wire.Welcome{Session: f.Session, MaxMessage: l.MaxMessage, MaxInFlight: l.MaxInFlight, Memory: l.Memory,
			DedupeWindow: l.DedupeWindow, Heartbeat: l.Heartbeat, Clock: c.w.now.Add(c.w.skew).UnixMilli()}
	case session.FxSvStored:
		q = &wire.Stored{Channel: f.Channel, Producer: f.Producer, Number: f.Number, Count: f.Count, Offset: f.Offset, Flags: f.Flags}
	case session.FxSvRefused:
		q = &wire.Refused{Channel: f.Channel, Producer: f.Producer, Number: f.Number, Code: f.Code, RetryAfter: f.After, Expected: f.Expected}
	case session.FxSvSubscribed:
		q = &wire.Subscribed{ID: f.ID, Channel: f.Channel, Position: f.Position, First: f.First, Head: f.Head, Generation: f.Generation, Code: f.Code}
	case session.FxSvUnsubscribed:
		q = &wire.Unsubscribed{ID: f.ID, Channel: f.Channel, Code: f.Code}
	case session.FxSvGap:
		q = &wire.Gap{Channel: f.Channel, From: f.First, To: f.Last, Term: f.Position.Term, After: f.Position.Offset, Reason: f.Reason}
	case session.FxSvPong:
		q = &wire.Pong{ID: f.ID}
	default:
		return
	}
	k.out = q.Append(k.out, c.codec)
}

func sentOf(s wire.Sent) (f store.FirstSent) {
	if s != (wire.Sent{}) {
		f = store.FirstSent{At: unixMilli(s.At), Memory: s.Memory}
	}
	return f
}

// commit appends what the connection has submitted, and answers it.
func (c *client) commit(k *conn) {
	if k == nil || len(k.drafts) == 0 {
		return
	}
	drafts := k.drafts
	k.drafts = nil
	results := c.w.append(drafts)
	for i := range drafts {
		if k.gone {
			return
		}
		d, r := &drafts[i], &results[i]
		c.serve(k, session.ServerEvent{Kind: session.SvAnswered, Answer: session.Answer(r.Outcome), Content: d.Type, Channel: d.Channel,
			Producer: d.Producer, Number: d.Number, Offset: r.Offset, Expected: r.Expected, Code: r.Code, From: d.From})
	}
	c.flushReplies(k)
}

// append gives drafts to the store, but for what a planted bug does to them.
func (w *world) append(drafts []store.Draft) []store.Result {
	results := make([]store.Result, len(drafts))
	if w.plan.trims {
		defer w.noteFloors() // the memory store trims a little more with each append
	}
	if w.bug != nil {
		w.appendBadly(drafts, results)
	} else if _, err := w.log.Append(drafts, results); err != nil {
		w.t.Fatalf("append: %v", err)
	}
	for i := range results {
		if results[i].Outcome == store.Stored {
			w.tell("the server stores %s at %d of %s", message(drafts[i].Data), results[i].Offset, drafts[i].Channel)
		}
	}
	return results
}

func (w *world) appendBadly(drafts []store.Draft, results []store.Result) {
	for i := range drafts {
		d := drafts[i]
		what := w.bug(&d)
		if what == storeNone {
			st, _ := w.log.State(background, d.Channel)
			results[i] = store.Result{Outcome: store.Stored, Offset: st.Head + 1}
			continue
		}
		if _, err := w.log.Append([]store.Draft{d}, results[i:i+1]); err != nil {
			w.t.Fatalf("append: %v", err)
		}
		if what == storeMore && results[i].Outcome == store.Duplicate {
			d.Producer, d.Number = holdfast.ProducerID{}, 0
			if _, err := w.log.Append([]store.Draft{d}, results[i:i+1]); err != nil {
				w.t.Fatalf("append: %v", err)
			}
		}
	}
}

// fanOut opens what is to be opened, and sends each subscription what its window allows.
func (c *client) fanOut() {
	k := c.conn
	if k == nil || k.stalled || k.gone {
		return
	}
	for _, id := range sorted(k.cursors) {
		x := k.cursors[id]
		if x == nil {
			continue
		}
		st, err := c.w.log.State(background, x.channel)
		if err != nil {
			c.w.t.Fatalf("state: %v", err)
		}
		if !x.open {
			c.openCursor(k, id, x, &st)
		} else if r := st.Resume(x.pos, nil); x.pos.Offset < st.Floor || r.Forked {
			e := session.ServerEvent{Kind: session.SvGap, Sub: id}
			resumption(&e, r)
			x.pos = r.After
			c.serve(k, e)
		}
		c.flushRange(id, x)
	}
	c.flushReplies(k)
}

func (c *client) openCursor(k *conn, id uint32, x *cursor, st *store.State) {
	q := x.request
	p := holdfast.Position{Term: st.TermAt(st.Head), Offset: st.Head}
	switch q.From {
	case wire.FromStart:
		p = holdfast.Position{Term: st.TermAt(st.Floor), Offset: st.Floor}
	case wire.FromPosition:
		p = q.Position
	}
	r := st.Resume(p, q.Earlier)
	e := session.ServerEvent{Kind: session.SvOpened, Sub: id, Position: p, First: st.Floor + 1, Head: st.Head}
	resumption(&e, r)
	x.pos, x.open = r.After, true
	c.serve(k, e)
}

func resumption(e *session.ServerEvent, r store.Resumption) {
	e.Resume = r.After
	if r.Forked {
		e.Fork = session.Range(r.Fork)
	}
	if !r.Trimmed.Empty() {
		e.Trimmed = session.Range(r.Trimmed)
	}
}

func (c *client) flushRange(id uint32, x *cursor) {
	k := c.conn
	if k == nil || k.cursors[id] != x {
		return
	}
	records, bytes := k.machine.Allowance(id)
	if records == 0 {
		return
	}
	got, err := c.w.log.Read(background, x.channel, x.pos.Offset, store.Limit{Records: records})
	if err != nil {
		c.w.t.Fatalf("read: %v", err)
	}
	var first uint64
	n := 0
	for i, r := range got.Records() {
		b := wire.AppendRecord(nil, c.codec, &r, got.StartsTerm(i))
		if n > 0 && n+len(b) > bytes {
			break
		}
		if first == 0 {
			first = r.Offset
		}
		n += len(b)
		k.out = append(k.out, b...)
		x.pos = r.Position()
	}
	if n > 0 {
		c.serve(k, session.ServerEvent{Kind: session.SvFlushed, Sub: id, First: first, Last: x.pos.Offset, Bytes: n})
	}
}
