package session_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/session"
	"github.com/holdfast-ws/holdfast/internal/wire"
)

const transcriptsEnv = "HOLDFAST_TRANSCRIPTS"

// TestTranscripts writes what clients did in random runs into the file that HOLDFAST_TRANSCRIPTS names, one line a step, so that
// the machine in another language can be held against this one: sdk/ts/test/live/machine.test.ts does. As many runs of each
// kind as -rapid.checks says, from -rapid.seed on.
func TestTranscripts(t *testing.T) {
	path := os.Getenv(transcriptsEnv)
	if path == "" {
		path = filepath.Join(t.TempDir(), "unasked") // that it can be written is a test as well
	}
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	r := &transcriber{t: t, out: bufio.NewWriter(file), machines: map[*session.Client]int{}}
	session.Record(r)
	defer session.Record(nil)
	n, seed := checks(), firstSeed()
	if os.Getenv(transcriptsEnv) == "" {
		n = 2
	}
	for _, name := range sorted(simulations) {
		s := simulations[name]
		g := scripts(s.plan)
		for i := range n {
			if _, what := s.attempt(g.Example(seed + i)); what != "" {
				t.Fatalf("%s, seed %d: %s", name, seed+i, what)
			}
		}
	}
	rnd := rand.New(rand.NewPCG(uint64(seed), 1))
	for range 10 * n {
		playClient(t, nil, rnd.IntN(2) == 0, rnd.IntN(2) == 0, randomSteps(rnd.Uint64()))
		playHeld(rnd)
	}
	if err := r.out.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	t.Logf("seed %d: %d machines, %d steps", seed, len(r.machines), r.steps)
}

// playHeld has a client publish to a server that answers in order, and now and then limits the rate, is full, knows no more, or
// refuses.
func playHeld(rnd *rand.Rand) {
	m, now := session.NewClient(session.ClientOptions{Process: 1, Producer: producerOf("p", 1)}), time.UnixMilli(1_700_000_000_000)
	step := func(e session.ClientEvent) { m.Step(now, &e, nil) }
	frame := func(f appender) {
		var d wire.Decoder
		d.Reset(wire.JSON, f.Append(nil, wire.JSON))
		if typ, err := d.Next(); err == nil {
			step(session.ClientEvent{Kind: session.EvFrame, Type: typ, Decoder: &d})
		}
	}
	published, answered, memory := uint64(0), uint64(0), uint64(5)
	for range 20 + rnd.IntN(100) {
		up := min(published, answered+1+uint64(rnd.IntN(5))) // the number that is talked about
		switch rnd.IntN(12) {
		case 0:
			step(session.ClientEvent{Kind: session.EvDisconnected, Code: holdfast.CodeAbnormal})
			step(session.ClientEvent{Kind: session.EvConnected})
			if rnd.IntN(4) == 0 {
				memory++
			}
			frame(&wire.Welcome{Memory: memory, Clock: now.UnixMilli(), MaxInFlight: wire.Window{Records: 20}, DedupeWindow: 5000})
		case 1, 2, 3, 4:
			published++
			step(session.ClientEvent{Kind: session.EvPublish, Entry: session.Entry{Channel: "a", Size: 1}})
		case 5:
			now = now.Add(time.Duration(rnd.IntN(1000)) * time.Millisecond)
			step(session.ClientEvent{Kind: session.EvTick})
		case 6:
			frame(&wire.Refused{Channel: "a", Number: up, Code: holdfast.CodeRateLimited, RetryAfter: 300})
		case 7:
			frame(&wire.Refused{Channel: "a", Number: up, Code: []holdfast.Code{holdfast.CodeStoreFull, holdfast.CodeHole, holdfast.CodeUnknownOutcome,
				holdfast.CodeBadPayload}[rnd.IntN(4)], Expected: answered + 1})
		default:
			if up > answered {
				frame(&wire.Stored{Channel: "a", Number: up, Count: uint32(up - answered), Offset: up})
				answered = up
			}
		}
	}
}

// transcriber writes down what client machines see and do. Things have the names that they have in TypeScript; frames stand as
// JSON lines; what is zero is left out.
type transcriber struct {
	t        *testing.T
	out      *bufio.Writer
	machines map[*session.Client]int
	steps    int
	had      int
	line     map[string]any // of the step at hand
}

func (r *transcriber) write(v any) {
	b, err := json.Marshal(v)
	if err != nil {
		r.t.Fatal(err)
	}
	r.out.Write(append(b, '\n'))
}

type thing = map[string]any

// sparse leaves out what is zero.
func sparse(m thing) thing {
	for k, v := range m {
		switch v {
		case 0, uint64(0), int64(0), uint32(0), holdfast.Code(0), "", false, nil, session.EntryID(0):
			delete(m, k)
		}
	}
	return m
}

func millisOf(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func hex64(v uint64) string {
	if v == 0 {
		return ""
	}
	return fmt.Sprintf("%016x", v)
}

func hex128(v [16]byte) string {
	if v == [16]byte{} {
		return ""
	}
	return fmt.Sprintf("%x", v[:])
}

func frameText(f appender) string { return strings.TrimSuffix(string(f.Append(nil, wire.JSON)), "\n") }

func entryOf(e *session.Entry) thing {
	return sparse(thing{"id": e.ID, "ch": e.Channel, "n": e.Number, "size": e.Size, "sent": e.Sent.At, "mem": hex64(e.Sent.Memory),
		"expires": millisOf(e.Expires)})
}

func laneOf(l *session.Lane) thing {
	return sparse(thing{"ch": l.Channel, "p": hex128(l.Producer), "next": l.Next, "resolved": l.Resolved, "acked": l.Acked,
		"mem": hex64(l.Memory), "ackedAt": l.AckedAt, "forgotten": l.Forgotten, "successor": hex128(l.Successor), "sealed": l.Sealed})
}

func termsOf(list []holdfast.TermEnd) (out [][2]any) {
	for _, e := range list {
		out = append(out, [2]any{hex64(uint64(e.Term)), e.Last})
	}
	return out
}

func (r *transcriber) ClientMade(c *session.Client, o session.ClientOptions) {
	r.machines[c] = len(r.machines) + 1
	r.write(thing{"machine": r.machines[c], "made": sparse(thing{"session": hex128(o.Session), "process": hex64(o.Process), "producer": hex128(o.Producer),
		"user": o.User, "agent": o.Agent, "ackTimeout": o.AckTimeout.Milliseconds(), "pongTimeout": o.PongTimeout.Milliseconds(),
		"ackDelay": o.AckDelay.Milliseconds(), "durable": o.Durable == session.Durable, "records": o.Window.Records, "bytes": o.Window.Bytes})})
}

func (r *transcriber) ClientLoads(c *session.Client, lanes []session.Lane, entries []session.Entry) {
	ls, es := []thing{}, []thing{}
	for i := range lanes {
		ls = append(ls, laneOf(&lanes[i]))
	}
	for i := range entries {
		e := entryOf(&entries[i])
		e["p"] = hex128(entries[i].Producer)
		es = append(es, e)
	}
	r.write(thing{"machine": r.machines[c], "lanes": ls, "entries": es})
}

func (r *transcriber) ClientSees(c *session.Client, now time.Time, e *session.ClientEvent, had int) {
	r.had = had
	r.line = thing{"machine": r.machines[c], "now": now.UnixMilli(), "event": sparse(r.event(e))}
}

func (r *transcriber) event(e *session.ClientEvent) thing {
	switch e.Kind {
	case session.EvTick:
		return thing{"k": "tick"}
	case session.EvConnected:
		return thing{"k": "connected", "token": e.Token}
	case session.EvDisconnected:
		return thing{"k": "disconnected", "code": e.Code}
	case session.EvFrame:
		return thing{"k": "frame", "frame": frameText(arrived(e))}
	case session.EvPublish:
		return thing{"k": "publish", "ch": e.Entry.Channel, "size": e.Entry.Size, "expires": millisOf(e.Entry.Expires)}
	case session.EvPersisted:
		return thing{"k": "persisted", "id": e.Entry.ID}
	case session.EvMarked:
		return thing{"k": "marked", "id": e.Entry.ID, "sent": e.Sent.At, "mem": hex64(e.Sent.Memory)}
	case session.EvDrop:
		return thing{"k": "drop", "id": e.Entry.ID, "code": e.Code}
	case session.EvSubscribe:
		p := e.Checkpoint.Position
		return thing{"k": "subscribe", "sub": e.Sub, "spec": frameText(&e.Subscribe),
			"checkpoint": thing{"term": hex64(uint64(p.Term)), "offset": p.Offset, "earlier": termsOf(e.Checkpoint.Earlier)}}
	case session.EvUnsubscribe:
		return thing{"k": "unsubscribe", "sub": e.Sub}
	case session.EvDone:
		return thing{"k": "done", "sub": e.Sub, "term": hex64(uint64(e.Position.Term)), "offset": e.Position.Offset}
	case session.EvBye:
		return thing{"k": "bye"}
	case session.EvMoved:
		return thing{"k": "moved", "at": millisOf(e.At)}
	}
	r.t.Fatalf("event %d", e.Kind)
	return nil
}

// arrived returns the frame that an event is about.
func arrived(e *session.ClientEvent) appender {
	d := e.Decoder
	return map[wire.Type]appender{
		wire.TypeWelcome: &d.Welcome, wire.TypeStored: &d.Stored, wire.TypeRefused: &d.Refused, wire.TypeRecord: &d.Record, wire.TypePass: &d.Pass,
		wire.TypeGap: &d.Gap, wire.TypeSubscribed: &d.Subscribed, wire.TypeUnsubscribed: &d.Unsubscribed, wire.TypeReply: &d.Reply,
		wire.TypeJoin: &d.Join, wire.TypeLeave: &d.Leave, wire.TypeReceipt: &d.Receipt, wire.TypeReconnect: &d.Reconnect,
		wire.TypeRefresh: &d.Refresh, wire.TypePing: &d.Ping, wire.TypePong: &d.Pong,
	}[e.Type]
}

func (r *transcriber) ClientDoes(c *session.Client, fx []session.ClientEffect) {
	if r.had > 0 {
		fx = fx[1:] // the last one of an earlier step
	}
	done := []thing{}
	for i := range fx {
		f := sparse(r.effect(&fx[i]))
		if fx[i].Kind == session.FxRecord || fx[i].Kind == session.FxGap {
			if cp, ok := c.Checkpoint(fx[i].Sub, fx[i].Position); ok {
				f["earlier"] = termsOf(cp.Earlier)
			}
		}
		done = append(done, f)
	}
	r.line["effects"], r.line["wake"] = done, millisOf(c.Wake())
	r.steps++
	r.write(r.line)
}

func (r *transcriber) effect(f *session.ClientEffect) thing {
	send := func(a appender) thing { return thing{"k": "send", "frame": frameText(a)} }
	switch f.Kind {
	case session.FxHello:
		return send(f.Hello)
	case session.FxPublish:
		return thing{"k": "publish", "entry": entryOf(&f.Entry), "resend": f.Resend,
			"frame": frameText(&wire.Publish{Channel: f.Entry.Channel, Producer: f.Entry.Producer, Number: f.Entry.Number, Sent: f.Sent})}
	case session.FxSkip:
		return send(&f.Skip)
	case session.FxSubscribe:
		return thing{"k": "send", "sub": f.Sub, "frame": frameText(f.Subscribe)}
	case session.FxUnsubscribe:
		return send(&f.Unsub)
	case session.FxAck:
		return send(&f.Ack)
	case session.FxPing:
		return send(&wire.Ping{ID: f.Ping})
	case session.FxPong:
		return send(&wire.Pong{ID: f.Ping})
	case session.FxBye:
		return send(&wire.Bye{Code: f.Code, Reason: f.Detail})
	case session.FxPersist:
		return thing{"k": "persist", "entry": entryOf(&f.Entry)}
	case session.FxMark:
		return thing{"k": "mark", "id": f.Entry.ID, "sent": f.Sent.At, "mem": hex64(f.Sent.Memory)}
	case session.FxSeal:
		return thing{"k": "seal", "id": f.Entry.ID, "lane": laneOf(&f.Lane)}
	case session.FxOutcome:
		return thing{"k": "outcome", "entry": entryOf(&f.Entry), "outcome": outcomes[f.Outcome], "offset": f.Offset, "duplicate": f.Duplicate,
			"synced": f.Synced, "copies": f.Copies, "code": f.Code, "detail": f.Detail}
	case session.FxResolved:
		return thing{"k": "resolved", "lane": laneOf(&f.Lane)}
	case session.FxHeld:
		x := thing{"k": "held", "code": f.Code, "detail": f.Detail, "at": millisOf(f.At)}
		if f.Entry.Channel != "" {
			x["entry"] = entryOf(&f.Entry)
		}
		return x
	case session.FxLost:
		return thing{"k": "lost", "ch": f.Lane.Channel, "p": hex128(f.Lane.Producer), "from": f.From, "to": f.To}
	case session.FxRecord:
		return thing{"k": "record", "sub": f.Sub, "term": hex64(uint64(f.Position.Term)), "offset": f.Position.Offset}
	case session.FxGap:
		return thing{"k": "gap", "sub": f.Sub, "frame": frameText(f.Gap)}
	case session.FxSubscribed:
		return thing{"k": "subscribed", "sub": f.Sub, "frame": frameText(f.Subscribed)}
	case session.FxEnded:
		return thing{"k": "ended", "sub": f.Sub, "code": f.Code, "detail": f.Detail}
	}
	return r.sessionEffect(f)
}

func (r *transcriber) sessionEffect(f *session.ClientEffect) thing {
	switch f.Kind {
	case session.FxWelcome:
		return thing{"k": "welcome", "frame": frameText(f.Welcome)}
	case session.FxDisconnect:
		return thing{"k": "disconnect", "code": f.Code, "detail": f.Detail, "at": millisOf(f.At)}
	case session.FxFail:
		return thing{"k": "fail", "code": f.Code, "detail": f.Detail}
	case session.FxAuthenticate:
		return thing{"k": "authenticate", "code": f.Code}
	case session.FxRefresh:
		return thing{"k": "refresh"}
	}
	r.t.Fatalf("effect %d", f.Kind)
	return nil
}

func (r *transcriber) ServerSees(*session.Server, session.ServerMade, int64, *session.ServerEvent, int) {
}
func (r *transcriber) ServerDoes(*session.Server, []session.ServerEffect) {}
