package client

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/session"
	"github.com/holdfast-ws/holdfast/internal/wire"
)

// story is an outbox whose owner does random things, with the state after each step.
type story struct {
	t        *rapid.T
	o        *Outbox
	producer holdfast.ProducerID
	id       session.EntryID
	next     map[string]uint64
}

func (s *story) publish(channel string) {
	e := &entry{channel: channel, typ: holdfast.Text, data: []byte(strings.Repeat("x", rapid.IntRange(0, 300).Draw(s.t, "size"))),
		headers: []holdfast.Header{{Name: "h", Value: "v"}}, receipt: &Receipt{}, taken: true, input: uint64(s.id) * 10, sum: rand.Uint64()}
	if rapid.Bool().Draw(s.t, "expires") {
		e.expires = time.UnixMilli(rapid.Int64Range(1, 1<<40).Draw(s.t, "at"))
	}
	e.measure()
	s.o.room.take(e.size)
	s.id++
	s.next[channel]++
	x := session.Entry{ID: s.id, Producer: s.producer, Number: s.next[channel]}
	if rapid.Bool().Draw(s.t, "online") {
		x.Sent = wire.Sent{At: 7, Memory: 9}
	}
	s.o.persist(e, &x)
}

func (s *story) step() {
	channel := rapid.SampledFrom([]string{"a", "b:c"}).Draw(s.t, "channel")
	switch rapid.IntRange(0, 9).Draw(s.t, "step") {
	default:
		s.publish(channel)
	case 0:
		s.o.mark(session.EntryID(rapid.Uint64Range(0, uint64(s.id)).Draw(s.t, "through")), wire.Sent{At: 100, Memory: 5})
	case 1:
		if e := s.o.first; e != nil {
			s.end(e, session.Failed)
		}
	case 2:
		if e := s.o.first; e != nil {
			s.end(e, session.Delivered)
			s.o.resolved(&session.Lane{Channel: e.channel, Producer: s.producer, Next: s.next[e.channel] + 1, Resolved: e.number,
				Acked: e.number, Memory: 5, AckedAt: 200})
			s.o.mu.Lock()
			s.o.flushLanes()
			s.o.mu.Unlock()
		}
	case 3:
		s.id++
		old := holdfast.NewProducerID()
		s.o.seal(s.id, &session.Lane{Channel: channel, Producer: old, Next: 1, Successor: s.producer})
		if rapid.Bool().Draw(s.t, "sealed") {
			s.o.resolved(&session.Lane{Channel: channel, Producer: old, Next: 1, Sealed: true})
		}
	case 4:
		if s.o.kind == "" {
			if err := s.o.Bind("file", "input"); err != nil {
				s.t.Fatal(err)
			}
		}
	}
}

func (s *story) end(e *entry, how session.Outcome) {
	if s.o.ended(&session.Entry{ID: e.id}, how) != nil {
		if how == session.Delivered {
			s.o.release(e.size)
		} else {
			s.o.left(e.size)
		}
	}
}

// state is all of an outbox that matters, in words.
func state(o *Outbox) string {
	o.mu.Lock()
	defer o.mu.Unlock()
	var b strings.Builder
	fmt.Fprintf(&b, "bound %q %q, taken %d %d, room %d %d\n", o.kind, o.id, o.input, o.sum, o.room.records, o.room.bytes)
	var lanes []string
	for k, l := range o.lanes {
		lanes = append(lanes, fmt.Sprintf("lane %s %s next %d resolved %d successor %s acked %d %v\n", k.channel, k.producer, l.next, l.resolved, l.successor, l.acked, l.answer))
	}
	slices.Sort(lanes)
	b.WriteString(strings.Join(lanes, ""))
	for e := o.first; e != nil; e = e.next {
		fmt.Fprintf(&b, "entry %d %s %s %d sent %v type %v headers %v expires %d taken %v %d %d data %d\n", e.id, e.channel, e.producer, e.number,
			e.sent, e.typ, e.headers, e.expires.UnixMilli(), e.taken, e.input, e.sum, len(e.data))
	}
	return b.String()
}

// tell runs a story and returns the file, with the state at each length at which a line ended.
func tell(t *rapid.T, path string) (content []byte, at map[int]string) {
	o, err := OpenFileOutbox(path, OutboxOptions{User: "u", MaxRecords: 1 << 20, MaxBytes: 1 << 30})
	if err != nil {
		t.Fatal(err)
	}
	s := &story{t: t, o: o, producer: holdfast.NewProducerID(), next: map[string]uint64{}}
	at = map[int]string{o.j.size: state(o)}
	for range rapid.IntRange(1, 40).Draw(t, "steps") {
		s.step()
		at[o.j.size] = state(o)
	}
	if err := o.Close(); err != nil {
		t.Fatal(err)
	}
	content, err = os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if len(content) != o.j.size {
		t.Fatalf("the file has %d bytes, the journal counted %d", len(content), o.j.size)
	}
	return content, at
}

func reopen(t *rapid.T, path string, content []byte) (string, error) {
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	o, err := OpenFileOutbox(path, OutboxOptions{User: "u"})
	if err != nil {
		return "", err
	}
	defer o.Close()
	return state(o), nil
}

// Files whose lanes do not say yet what was answered as stored are read.
func TestFileOutboxOfBefore(t *testing.T) {
	path := filepath.Join(t.TempDir(), "outbox")
	k := laneKey{"c", holdfast.NewProducerID()}
	b, chain := appendLine([]byte(journalMagic), 0, func(b []byte) []byte { return appendOutbox(b, [16]byte{1}, "") })
	b, _ = appendLine(b, chain, func(b []byte) []byte {
		b = appendKey(append(b, byte(lineLane)), k)
		return append(b, append([]byte{6, 5}, make([]byte, 16)...)...)
	})
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	o, err := OpenFileOutbox(path, OutboxOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer o.Close()
	if l := o.lanes[k]; l == nil || l.next != 6 || l.resolved != 5 || l.acked != 0 {
		t.Errorf("%+v", l)
	}
}

func TestFileOutboxComesBackAsItWas(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		path := filepath.Join(dir, fmt.Sprint(rand.Uint64()))
		content, at := tell(t, path)
		got, err := reopen(t, path, content)
		if err != nil || got != at[len(content)] {
			t.Fatalf("%v\nwas  %s\ncame %s", err, at[len(content)], got)
		}
		again, err := reopen(t, path, content) // opening changes nothing
		if err != nil || again != got {
			t.Fatalf("%v: a second time %s", err, again)
		}
	})
}

// A file that is cut off anywhere opens to what its whole lines say, or is refused; one in which any byte is
// changed is refused.
func TestFileOutboxAfterDamage(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		path := filepath.Join(dir, fmt.Sprint(rand.Uint64()))
		content, at := tell(t, path)
		n := rapid.IntRange(0, len(content)-1).Draw(t, "byte")

		whole := 0
		for end := range at {
			if end <= n {
				whole = max(whole, end)
			}
		}
		got, err := reopen(t, path, content[:n])
		switch {
		case whole == 0 && err != nil && !errors.Is(err, holdfast.CodeOutboxDamaged), whole == 0 && err == nil && strings.Contains(got, "entry"):
			t.Fatalf("cut off at %d, within what an empty outbox has: %v\n%s", n, err, got)
		case whole > 0 && err != nil:
			t.Fatalf("cut off at %d: %v", n, err)
		case whole > 0 && !between(got, at, whole, n):
			t.Fatalf("cut off at %d: want %s\ngot %s", n, at[whole], got)
		}

		broken := bytes.Clone(content)
		broken[n] ^= byte(rapid.IntRange(1, 255).Draw(t, "bits"))
		if got, err := reopen(t, path, broken); !errors.Is(err, holdfast.CodeOutboxDamaged) {
			t.Fatalf("byte %d changed: %v\n%s", n, err, got)
		}
		if from := rapid.IntRange(0, n).Draw(t, "from"); from < n {
			torn := slices.Delete(bytes.Clone(content), from, n)
			if got, err := reopen(t, path, torn); err == nil && !isPrefix(got, at) {
				t.Fatalf("bytes %d to %d missing: opened to a state that never was\n%s", from, n, got)
			}
		}
	})
}

// between allows for steps that write several lines: their states in between are not known.
func between(got string, at map[int]string, whole, n int) bool {
	if got == at[whole] {
		return true
	}
	for _, s := range at {
		if s == got {
			return false // of another time
		}
	}
	return true
}

func isPrefix(got string, at map[int]string) bool {
	for _, s := range at {
		if s == got {
			return true
		}
	}
	return strings.HasPrefix(got, "bound") // a step of several lines was cut in two; the checksums are chained, so it is a prefix
}

func TestFileOutboxIsCompacted(t *testing.T) {
	path := filepath.Join(t.TempDir(), "o")
	o, err := OpenFileOutbox(path, OutboxOptions{})
	if err != nil {
		t.Fatal(err)
	}
	p := holdfast.NewProducerID()
	data := make([]byte, 10_000)
	for i := range uint64(1000) {
		e := &entry{channel: "c", data: data, receipt: &Receipt{}, taken: true, input: i + 1}
		e.measure()
		o.room.take(e.size)
		o.persist(e, &session.Entry{ID: session.EntryID(i + 1), Producer: p, Number: i + 1})
		if i < 995 {
			o.ended(&session.Entry{ID: session.EntryID(i + 1)}, session.Delivered)
			o.release(e.size)
			o.resolved(&session.Lane{Channel: "c", Producer: p, Next: i + 2, Resolved: i + 1})
		}
		o.commit()
		if i%100 == 0 {
			if err := o.j.sync(); err != nil {
				t.Fatal(err)
			}
		}
	}
	want := state(o)
	if err := o.Close(); err != nil {
		t.Fatal(err)
	}
	if fi, err := os.Stat(path); err != nil || fi.Size() > 3<<20 {
		t.Errorf("the file has %d bytes after 10 MB of which 50 KB wait; %v", fi.Size(), err)
	}
	o, err = OpenFileOutbox(path, OutboxOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer o.Close()
	if got := state(o); got != want {
		t.Errorf("was  %s\ncame %s", want, got)
	}
}

func TestFileOutboxRefusals(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "o")
	o, err := OpenFileOutbox(path, OutboxOptions{User: "ann"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := OpenFileOutbox(path, OutboxOptions{User: "ann"}); !errors.Is(err, holdfast.CodeOutboxLocked) || !strings.Contains(err.Error(), path) {
		t.Errorf("open twice: %v", err)
	}
	if err := o.Bind("publish", "c line"); err != nil {
		t.Fatal(err)
	}
	if err := o.Close(); err != nil {
		t.Fatal(err)
	}
	if err := o.Close(); err != nil {
		t.Errorf("close twice: %v", err)
	}
	if err := o.Bind("publish", "other"); !errors.Is(err, holdfast.CodeOutboxMismatch) {
		t.Errorf("bind again: %v", err)
	}
	if _, err := OpenFileOutbox(path, OutboxOptions{User: "bob"}); !errors.Is(err, holdfast.CodeOutboxMismatch) {
		t.Errorf("another user: %v", err)
	}
	o, err = OpenFileOutbox(path, OutboxOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if err := o.Bind("publish", "c line"); err != nil {
		t.Errorf("bind to the same: %v", err)
	}
	if err := o.Bind("publish", "d line"); !errors.Is(err, holdfast.CodeOutboxMismatch) {
		t.Errorf("bind to another: %v", err)
	}
	o.Close()

	for name, content := range map[string]string{"empty": "", "garbage": "hello, world, this is not an outbox", "newer": "hfoutbx\x02", "magic only": journalMagic} {
		p := filepath.Join(dir, name)
		if err := os.WriteFile(p, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := OpenFileOutbox(p, OutboxOptions{}); !errors.Is(err, holdfast.CodeOutboxDamaged) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := OpenFileOutbox(filepath.Join(dir, "no", "folder"), OutboxOptions{}); !errors.Is(err, holdfast.CodeIO) {
		t.Errorf("no folder: %v", err)
	}
}

// FuzzReplay feeds lines with good checksums and any content, so that what they say is all that is judged.
func FuzzReplay(f *testing.F) {
	f.Add(appendOutbox(nil, [16]byte{1}, "u"), appendEntry(nil, &entry{id: 1, channel: "c", number: 1, data: []byte("x")}))
	f.Add(appendOutbox(nil, [16]byte{1}, ""), appendLane(nil, laneKey{"c", holdfast.ProducerID{1}}, &lane{next: 5, resolved: 4}))
	f.Add(appendBind(nil, "k", "id"), appendMark(nil, 3, wire.Sent{At: 1, Memory: 2}))
	f.Add(appendOutbox(nil, [16]byte{1}, ""), appendEnded(nil, laneKey{"c", holdfast.ProducerID{1}}, 9))
	f.Fuzz(func(t *testing.T, one, two []byte) {
		b, chain := appendLine([]byte(journalMagic), 0, func(b []byte) []byte { return append(b, one...) })
		b, _ = appendLine(b, chain, func(b []byte) []byte { return append(b, two...) })
		o := NewMemoryOutbox(OutboxOptions{})
		o.j = &journal{path: "fuzz", o: o}
		n, err := o.j.replay(b)
		if err != nil && !errors.Is(err, holdfast.CodeOutboxDamaged) {
			t.Fatal(err)
		}
		if err == nil && n != len(b) {
			t.Fatalf("%d of %d bytes", n, len(b))
		}
		if err != nil {
			return
		}
		was := state(o) // what was understood is written and understood again
		c := NewMemoryOutbox(OutboxOptions{})
		c.j = &journal{path: "fuzz", o: c}
		if _, err := c.j.replay(appendSnapshot(nil, o.j)); err != nil || state(c) != was {
			t.Fatalf("%v\nwas  %s\ncame %s", err, was, state(c))
		}
	})
}
