package session_test

import (
	"encoding/base64"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/holdfast-ws/holdfast/internal/check"
)

// script is all that a run depends on: what happens, in which order. The same script leads to the same run.
type script []op

// op is one thing that happens: what, to whom, and two numbers that say how. The zero op does nothing.
type op struct{ kind, who, a, b uint8 }

// String returns the script in letters, for HOLDFAST_REPLAY.
func (s script) String() string {
	b := make([]byte, 0, 4*len(s))
	for _, o := range s {
		b = append(b, o.kind, o.who, o.a, o.b)
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

// GoString keeps what rapid prints to one line.
func (s script) GoString() string { return s.String() }

func parseScript(text string) (s script, err error) {
	b, err := base64.RawURLEncoding.DecodeString(text)
	for ; len(b) >= 4; b = b[4:] {
		s = append(s, op{b[0], b[1], b[2], b[3]})
	}
	return s, err
}

// scripts draws scripts of what a plan allows.
func scripts(p plan) *rapid.Generator[script] {
	var kinds []uint8
	for i, a := range actions {
		if a.when == nil || a.when(p) {
			kinds = append(kinds, slices.Repeat([]uint8{uint8(i)}, 1+a.often)...)
		}
	}
	one := rapid.Custom(func(t *rapid.T) op {
		return op{rapid.SampledFrom(kinds).Draw(t, ""), rapid.Uint8Range(0, 2).Draw(t, ""), rapid.Uint8Range(0, 63).Draw(t, ""), rapid.Uint8Range(0, 63).Draw(t, "")}
	})
	return rapid.Custom(func(t *rapid.T) (s script) {
		for range 9 { // rapid's own slices have five elements on average
			s = append(s, rapid.SliceOf(one).Draw(t, "")...)
		}
		return s
	})
}

// play runs a script, lets everything heal and come to rest, and judges the history; what is wrong ends it.
func (s simulation) play(w *world) {
	for _, o := range w.script {
		if a := &actions[int(o.kind)%len(actions)]; a.do != nil {
			w.counts["operations"]++
			a.do(w, w.clients[int(o.who)%len(w.clients)], o)
		}
	}
	w.settle()
	w.audit()
	for _, v := range check.Check(w.h) {
		w.t.Fatalf("%v", v)
	}
	if s.judge != nil {
		s.judge(w)
	}
}

// wrong is how a run ends that has broken something.
type wrong string

type judgement struct{}

func (judgement) Fatalf(format string, args ...any) { panic(wrong(fmt.Sprintf(format, args...))) }

// attempt plays a script and returns what is wrong, or "".
func (s simulation) attempt(text script) (w *world, what string) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case wrong:
			what = string(r)
		default:
			what = fmt.Sprintf("panic: %v\n%s", r, debug.Stack())
		}
	}()
	w = newWorld(judgement{}, s.plan, text)
	defer func() { w.store.Close() }() // a disk store that is not closed stays in memory
	s.play(w)
	return w, ""
}

// shorten leaves out of a failing script whatever it fails without, and lowers what is left: always in the same way, so that
// one script has one story.
func (s simulation) shorten(text script, what string) (script, string) {
	class := func(what string) string { return what[:min(len(what), len("promise 10"))] }
	fails := func(c script) bool {
		_, now := s.attempt(c)
		if class(now) != class(what) {
			return false
		}
		text, what = c, now
		return true
	}
	for before := 0; before != text.weight()+1; {
		before = text.weight() + 1
		for size := max(1, len(text)/2); size > 0; size /= 2 {
			for i := 0; i+size <= len(text); {
				if !fails(slices.Delete(slices.Clone(text), i, i+size)) {
					i += size
				}
			}
		}
		for i := range text {
			for _, field := range []func(*op) *uint8{
				func(o *op) *uint8 { return &o.who }, func(o *op) *uint8 { return &o.a }, func(o *op) *uint8 { return &o.b },
			} {
				for _, by := range []uint8{255, 8, 2, 1} {
					c := slices.Clone(text)
					if f := field(&c[i]); *f > 0 {
						*f -= min(*f, by)
						fails(c)
					}
				}
			}
		}
	}
	return text, what
}

func (s script) weight() (n int) {
	for _, o := range s {
		n += 1000 + int(o.who) + int(o.a) + int(o.b)
	}
	return n
}

// simulation is a kind of run, and what must hold beside the promises.
type simulation struct {
	plan  plan
	judge func(w *world)
	bites []string // what must happen at least once in all runs together
}

const replayEnv, soakEnv, reportEnv = "HOLDFAST_REPLAY", "HOLDFAST_SOAK", "HOLDFAST_SIM_REPORT"

// simulate runs as many scripts as -rapid.checks says, or the one in HOLDFAST_REPLAY.
func simulate(t *testing.T, s simulation) {
	if text := os.Getenv(replayEnv); text != "" {
		again, err := parseScript(text)
		if err != nil {
			t.Fatal(err)
		}
		if w, what := s.attempt(again); what != "" {
			t.Fatal(s.tell(t.Name(), again, what))
		} else {
			t.Logf("nothing is wrong with this one:\n%s", w.story())
		}
		return
	}
	sum := s.check(t)
	for _, what := range s.bites {
		if sum[what] == 0 && !t.Failed() && !testing.Short() {
			t.Errorf("not once: %s; the faults did not bite", what)
		}
	}
}

// check runs scripts until one fails, and tells what happened in the shortest that fails in the same way.
func (s simulation) check(t testing.TB) map[string]int {
	t.Helper()
	g, sum, first := scripts(s.plan), map[string]int{}, firstSeed()
	n := checks()
	if onDisk(s.plan) {
		n = (n + 2) / 3 // a disk store takes so much longer
	}
	for i := range n {
		seed := first + i
		w, what := s.attempt(g.Example(seed))
		if what != "" {
			if s.plan.bug == nil {
				totals.failed[t.Name()] = true
			}
			text, what := s.shorten(g.Example(seed), what)
			t.Errorf("seed %d: %s", seed, s.tell(t.Name(), text, what))
			return sum
		}
		for what, n := range w.counts {
			sum[what] += n
		}
		totals.add(w)
	}
	return sum
}

func number(name string) uint64 {
	n, _ := strconv.ParseUint(flag.Lookup(name).Value.String(), 10, 64)
	return n
}

// checks is how many runs of each kind are wanted.
func checks() int {
	n := int(number("rapid.checks"))
	if testing.Short() {
		n /= 5
	}
	return n
}

// firstSeed is what -rapid.seed says, or another one each time.
func firstSeed() int {
	if n := number("rapid.seed"); n != 0 {
		return int(n)
	}
	return int(rand.Uint32()) * 10_000
}

// tell returns the story of a script that fails, and how to see it again.
func (s simulation) tell(name string, text script, what string) string {
	w := s.last(text)
	return fmt.Sprintf("%s\nwhat happened:\n%s\nthe same again:\n%s=%s go test ./internal/session -count=1 -v -run '^%s$'",
		what, w.story(), replayEnv, text, strings.ReplaceAll(name, "/", "$/^"))
}

// last plays a script once more and returns the world as it was when that ended.
func (s simulation) last(text script) (w *world) {
	w = newWorld(judgement{}, s.plan, text)
	func() {
		defer func() { recover() }() // it is known what is wrong
		s.play(w)
	}()
	return w
}

// note adds to the history, and to the story.
func (w *world) note(e check.Event) {
	e.At, e.Seq = w.now, len(w.h)
	w.h = append(w.h, e)
	switch e.Kind {
	case check.Accepted, check.Done, check.Placed, check.Final, check.Quiesced, check.Fault:
		return
	}
	e.Pos.Term = 0 // random, and hard to read
	w.tell("%v", &e)
}

// sentence is a line of the story: few are ever read, so it is written when somebody asks.
type sentence struct {
	at     time.Time
	format string
	words  []any
}

// tell adds a line to the story.
func (w *world) tell(format string, words ...any) {
	w.lines = append(w.lines, sentence{w.now, format, words})
}

// fault counts something that the world does, and tells it in words.
func (w *world) fault(kind, who, format string, args ...any) {
	w.counts["fault: "+kind]++
	w.note(check.Event{Kind: check.Fault, Client: who, Detail: kind})
	w.tell(format, args...)
}

// story tells what happened, one line a step: when, who, what.
func (w *world) story() string {
	var lines []string
	for _, s := range w.lines {
		lines = append(lines, fmt.Sprintf("%9.3fs  ", s.at.Sub(begin).Seconds())+fmt.Sprintf(s.format, s.words...))
	}
	return strings.Join(lines, "\n")
}

// audit reads all logs at the end.
func (w *world) audit() {
	for _, ch := range channels {
		st, err := w.log.State(background, ch)
		if err != nil {
			w.t.Fatalf("state: %v", err)
		}
		e := check.Event{Kind: check.Final, Channel: ch, To: st.Floor}
		for _, r := range w.records(ch) {
			e.Records = append(e.Records, check.Record{Pos: r.Position(), Message: message(r.Data), Hash: hashOf(r.Data), Time: r.Time.UnixMilli()})
		}
		w.note(e)
	}
	w.note(check.Event{Kind: check.Quiesced})
}

// TestSoak runs all simulations in turn, on new seeds, for as long as HOLDFAST_SOAK says; in the long run
// for two minutes.
func TestSoak(t *testing.T) {
	text := os.Getenv(soakEnv)
	if text == "" && os.Getenv("HOLDFAST_LONG") != "" {
		text = "2m"
	}
	if text == "" {
		t.Skipf("it runs with %s=<duration>: HOLDFAST_LONG", soakEnv)
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		t.Fatal(err)
	}
	for start := time.Now(); time.Since(start) < d; {
		for _, name := range sorted(simulations) {
			if !t.Run(name, func(t *testing.T) { simulations[name].check(t) }) {
				return
			}
		}
	}
}
