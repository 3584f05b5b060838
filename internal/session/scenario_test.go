package session_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/session"
	"github.com/holdfast-ws/holdfast/internal/wire"
)

var update = flag.Bool("update", false, "write what the machines did into spec/scenarios")

// TestScenarios plays the transcripts in spec/scenarios, whose form spec/scenarios/README.md describes, and
// compares what the client's machine does with what stands there.
func TestScenarios(t *testing.T) {
	files, err := filepath.Glob("../../spec/scenarios/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no scenarios: ", err)
	}
	for _, f := range files {
		t.Run(strings.TrimSuffix(filepath.Base(f), ".txt"), func(t *testing.T) {
			want, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			got := play(t, string(want))
			if *update {
				if err := os.WriteFile(f, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if got != string(want) {
				t.Errorf("%s goes otherwise (go test ./internal/session -run Scenarios -update writes it down):\n%s", f, got)
			}
		})
	}
}

// play repeats a transcript's comments and inputs, with what the machine does after each input.
func play(t *testing.T, text string) string {
	p := &player{t: t, now: time.UnixMilli(1_700_000_000_000)}
	var out strings.Builder
	for line := range strings.SplitSeq(strings.TrimRight(text, "\n"), "\n") {
		if strings.HasPrefix(line, "  ") {
			continue // what it did when it was written down
		}
		out.WriteString(line + "\n")
		if line == "" || line[0] == '#' {
			continue
		}
		for _, f := range p.input(line) {
			if s := p.show(&f); s != "" {
				out.WriteString("  " + s + "\n")
			}
		}
	}
	return out.String()
}

type player struct {
	t       *testing.T
	now     time.Time
	machine *session.Client
	dec     wire.Decoder
}

// input reads a line: a time offset in milliseconds or nothing, a verb, and its arguments.
func (p *player) input(line string) []session.ClientEffect {
	verb, rest, _ := strings.Cut(line, " ")
	if d, ok := strings.CutPrefix(verb, "+"); ok {
		ms, err := strconv.Atoi(strings.TrimSuffix(d, "ms"))
		p.check(err, line)
		p.now = p.now.Add(time.Duration(ms) * time.Millisecond)
		verb, rest, _ = strings.Cut(rest, " ")
	}
	e := session.ClientEvent{}
	switch verb {
	case "open":
		p.open(rest, line)
		return nil
	case "tick":
		e.Kind = session.EvTick
	case "connected":
		e.Kind, e.Token = session.EvConnected, rest
	case "disconnected":
		e.Kind, e.Code = session.EvDisconnected, holdfast.Code(p.number(rest, line))
	case "publish":
		p.json(rest, line, &e.Entry)
		e.Kind = session.EvPublish
	case "persisted":
		e.Kind, e.Entry.ID = session.EvPersisted, session.EntryID(p.number(rest, line))
	case "marked":
		id, sent, _ := strings.Cut(rest, " ")
		p.json(sent, line, &e.Sent)
		e.Kind, e.Entry.ID = session.EvMarked, session.EntryID(p.number(id, line))
	case "drop":
		e.Kind, e.Entry.ID, e.Code = session.EvDrop, session.EntryID(p.number(rest, line)), holdfast.CodeDropped
	case "subscribe":
		e.Kind, e.Sub = session.EvSubscribe, 1
		p.decode(`{"t":"subscribe",`+strings.TrimPrefix(rest, "{"), line)
		e.Subscribe = p.dec.Subscribe
		e.Checkpoint = session.Checkpoint{Position: e.Subscribe.Position, Earlier: e.Subscribe.Earlier}
	case "unsubscribe":
		e.Kind, e.Sub = session.EvUnsubscribe, 1
	case "done":
		pos, err := holdfast.ParsePosition(rest)
		p.check(err, line)
		e.Kind, e.Sub, e.Position = session.EvDone, 1, pos
	case "moved":
		e.Kind, e.At = session.EvMoved, p.now
	case "bye":
		e.Kind = session.EvBye
	case "frame":
		e.Kind, e.Type, e.Decoder = session.EvFrame, p.decode(rest, line), &p.dec
	default:
		p.t.Fatalf("unknown input %q", line)
	}
	return p.machine.Step(p.now, &e, nil)
}

// open begins with a new machine: {"durable":true,"lanes":[…],"entries":[…]}.
func (p *player) open(rest, line string) {
	var o struct {
		Durable  bool
		Producer string
		Lanes    []struct {
			Channel, Producer, Successor string
			Next, Resolved, Acked        uint64
			Forgotten                    uint64
			At                           int64
			Mem                          string
		}
		Entries []struct {
			ID                int
			Channel, Producer string
			Number            uint64
			Size              int
			At                int64
			Mem               string
		}
	}
	if rest != "" {
		p.json(rest, line, &o)
	}
	options := session.ClientOptions{Process: 1, Producer: p.producer(o.Producer), Window: wire.Window{Records: 8, Bytes: 4096}}
	if o.Durable {
		options.Durable = session.Durable
	}
	p.machine = session.NewClient(options)
	var lanes []session.Lane
	for _, l := range o.Lanes {
		mem, _ := holdfast.ParseTerm(l.Mem)
		x := session.Lane{Channel: l.Channel, Producer: p.producer(l.Producer), Next: l.Next, Resolved: l.Resolved,
			Acked: l.Acked, Memory: uint64(mem), AckedAt: l.At, Forgotten: l.Forgotten}
		if l.Successor != "" {
			x.Successor = p.producer(l.Successor)
		}
		lanes = append(lanes, x)
	}
	var entries []session.Entry
	for _, e := range o.Entries {
		mem, _ := holdfast.ParseTerm(e.Mem)
		entries = append(entries, session.Entry{ID: session.EntryID(e.ID), Channel: e.Channel, Producer: p.producer(e.Producer),
			Number: e.Number, Size: e.Size, Sent: wire.Sent{At: e.At, Memory: uint64(mem)}})
	}
	p.machine.Load(lanes, entries)
}

// producer reads the short names of transcripts: "1" is 000…01.
func (p *player) producer(s string) holdfast.ProducerID {
	id, err := holdfast.ParseProducerID(strings.Repeat("0", max(0, 32-len(s)-max(0, 1-len(s)))) + s + strings.Repeat("1", max(0, 1-len(s))))
	p.check(err, "producer "+s)
	return id
}

func (p *player) decode(frame, line string) wire.Type {
	p.dec.Reset(wire.JSON, []byte(frame))
	t, err := p.dec.Next()
	p.check(err, line)
	return t
}

func (p *player) number(s, line string) uint64 {
	n, err := strconv.ParseUint(s, 10, 64)
	p.check(err, line)
	return n
}

func (p *player) json(s, line string, v any) { p.check(json.Unmarshal([]byte(s), v), line) }

func (p *player) check(err error, line string) {
	if err != nil {
		p.t.Helper()
		p.t.Fatalf("%s: %v", line, err)
	}
}

var outcomes = map[session.Outcome]string{session.Delivered: "delivered", session.Failed: "failed", session.Unknown: "unknown"}

// show writes an effect as a line.
func (p *player) show(f *session.ClientEffect) string {
	frame := func(a appender) string { return "send " + strings.TrimSuffix(string(a.Append(nil, wire.JSON)), "\n") }
	switch f.Kind {
	case session.FxHello:
		return frame(f.Hello)
	case session.FxPublish:
		q := wire.Publish{Channel: f.Entry.Channel, Producer: f.Entry.Producer, Number: f.Entry.Number, Sent: f.Sent, Type: holdfast.JSON, Data: fmt.Appendf(nil, "%d", f.Entry.ID)}
		return frame(&q)
	case session.FxSkip:
		return frame(&f.Skip)
	case session.FxSubscribe:
		return frame(f.Subscribe)
	case session.FxUnsubscribe:
		return frame(&f.Unsub)
	case session.FxAck:
		return frame(&f.Ack)
	case session.FxPing:
		return frame(&wire.Ping{ID: f.Ping})
	case session.FxPong:
		return frame(&wire.Pong{ID: f.Ping})
	case session.FxBye:
		return frame(&wire.Bye{Code: f.Code})
	case session.FxPersist:
		return fmt.Sprintf("persist entry %d as number %d of %s", f.Entry.ID, f.Entry.Number, f.Entry.Channel)
	case session.FxMark:
		return fmt.Sprintf("mark entries up to %d as first sent at %d under %016x", f.Entry.ID, f.Sent.At, f.Sent.Memory)
	case session.FxSeal:
		return fmt.Sprintf("persist %d: lane %s of %s goes on as %s", f.Entry.ID, short(f.Lane.Producer), f.Lane.Channel, short(f.Lane.Successor))
	case session.FxOutcome:
		return strings.TrimRight(fmt.Sprintf("entry %d is %s at %d %s%s", f.Entry.ID, outcomes[f.Outcome], f.Offset, flags(f), codeName(f.Code)), " ")
	case session.FxResolved:
		return fmt.Sprintf("resolved %s of %s up to %d%s", short(f.Lane.Producer), f.Lane.Channel, f.Lane.Resolved, map[bool]string{true: ", sealed"}[f.Lane.Sealed])
	case session.FxHeld:
		return fmt.Sprintf("held at entry %d for %v: %v", f.Entry.ID, f.At.Sub(p.now), f.Code)
	case session.FxLost:
		return fmt.Sprintf("lost: numbers %d to %d of %s", f.From, f.To, f.Lane.Channel)
	case session.FxRecord:
		return "record " + f.Position.String()
	case session.FxGap:
		return fmt.Sprintf("gap from %d to %d (%v), goes on after %v", f.Gap.From, f.Gap.To, f.Gap.Reason, f.Position)
	case session.FxSubscribed:
		return "subscribed at " + f.Subscribed.Position.String()
	case session.FxEnded:
		return strings.TrimRight("ended "+codeName(f.Code), " ")
	case session.FxWelcome:
		return "open"
	case session.FxDisconnect:
		return strings.TrimSuffix(fmt.Sprintf("disconnect: %v, %s", f.Code, f.Detail), ", ")
	case session.FxFail:
		return fmt.Sprintf("stop: %v", f.Code)
	case session.FxAuthenticate:
		return "authenticate"
	}
	return fmt.Sprintf("effect %d", f.Kind)
}

func short(p holdfast.ProducerID) string { return strings.TrimLeft(p.String(), "0") }

func codeName(c holdfast.Code) string {
	if c == 0 {
		return ""
	}
	return c.String()
}

func flags(f *session.ClientEffect) string {
	if f.Duplicate {
		return "(duplicate) "
	}
	return ""
}
