package server

import (
	"bytes"
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

// What is taken from an inbox is what was put in, in order, and it holds no more than is in it.
func TestInbox(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var b inbox
		var want []Message
		t.Repeat(map[string]func(*rapid.T){
			"put": func(t *rapid.T) {
				m := Message{TextMessage, rapid.SliceOfN(rapid.Byte(), 0, 50).Draw(t, "data")}
				if rapid.Bool().Draw(t, "binary") {
					m.Type = BinaryMessage
				}
				want = append(want, m)
				if b.put(m.Type, m.Data); len(b.heads) > 2*len(want) {
					t.Fatalf("%d heads for %d messages", len(b.heads), len(want))
				}
			},
			"ready": func(t *rapid.T) {
				if b.ready() != (len(want) < inboxMessages) {
					t.Fatalf("ready with %d messages: %v", len(want), b.ready())
				}
			},
			"take": func(t *rapid.T) {
				full := b.full
				m, ok, resume := b.take()
				if ok != (len(want) > 0) {
					t.Fatalf("took %v of %d", ok, len(want))
				}
				if !ok {
					return
				}
				if m.Type != want[0].Type || !bytes.Equal(m.Data, want[0].Data) {
					t.Fatalf("took %v, want %v", m, want[0])
				}
				want = want[1:]
				if resume != (full && len(want) < inboxMessages) {
					t.Fatalf("resume: %v with %d left, full: %v", resume, len(want), full)
				}
			},
		})
	})
}

// However little the socket takes at a time, what goes out is whole frames in order, pongs between them, and the close frame
// behind all; and what waits stays within the limit and one message.
func TestOutbox(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const limit = 100
		full := RawFull(rapid.IntRange(int(RawWaits), int(RawDropsOldest)).Draw(t, "full"))
		var b outbox
		var sent, got []string
		var wire []byte
		n := 0
		t.Repeat(map[string]func(*rapid.T){
			"push": func(t *rapid.T) {
				n++
				frame := fmt.Appendf(nil, "<%d%s>", n, bytes.Repeat([]byte("x"), rapid.IntRange(0, 150).Draw(t, "bytes")))
				before := b.size + b.under
				if ok := b.push(frame, limit, full); ok {
					sent = append(sent, string(frame))
				} else if full == RawDropsOldest || before == 0 || before+len(frame) <= limit {
					t.Fatalf("refused %d bytes with %d waiting", len(frame), before)
				}
				if b.size > limit+160 {
					t.Fatalf("%d bytes wait", b.size)
				}
			},
			"pong": func(*rapid.T) { b.control = append(b.control, '.') },
			"write": func(t *rapid.T) {
				if !b.load() {
					return
				}
				k := rapid.IntRange(0, b.under).Draw(t, "taken")
				wire = append(wire, bytes.Join(b.batch, nil)[:k]...)
				b.wrote(k)
			},
		})
		b.last = []byte("!")
		for b.load() {
			wire = append(wire, bytes.Join(b.batch, nil)...)
			b.wrote(b.under)
		}
		if b.waiting() != 0 || !bytes.HasSuffix(wire, []byte("!")) {
			t.Fatalf("%d bytes still wait behind %q", b.waiting(), wire)
		}
		for rest := bytes.ReplaceAll(wire[:len(wire)-1], []byte("."), nil); len(rest) > 0; {
			end := bytes.IndexByte(rest, '>') + 1
			if end == 0 {
				t.Fatalf("no whole frame: %q", rest)
			}
			got = append(got, string(rest[:end]))
			rest = rest[end:]
		}
		for _, f := range got { // got is sent, less what was dropped
			for len(sent) > 0 && sent[0] != f {
				sent = sent[1:]
				b.dropped--
			}
			if len(sent) == 0 {
				t.Fatalf("%q was not sent, or not in that order", f)
			}
			sent = sent[1:]
		}
		if b.dropped -= uint64(len(sent)); b.dropped != 0 {
			t.Fatalf("%d were dropped and did not arrive, or were not counted", int64(b.dropped))
		}
	})
}
