package session_test

import (
	"encoding/base64"
	"fmt"
	"os"
	"slices"
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

// scripts draws scripts of what a plan allows. Each piece of a script may be left out, and each number may be lowered, which
// is how rapid makes a failing one short.
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

// play runs a script, lets everything heal and come to rest, and judges the history.
func (p plan) play(t failer, s script) *world {
	w := newWorld(t, p)
	w.script = s
	for _, o := range s {
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
	return w
}

// simulation is a kind of run, and what must hold beside the promises.
type simulation struct {
	plan  plan
	judge func(w *world)
	bites []string // what must happen at least once in all runs together
}

const replayEnv, soakEnv, reportEnv = "HOLDFAST_REPLAY", "HOLDFAST_SOAK", "HOLDFAST_SIM_REPORT"

// simulate runs as many scripts as rapid is told to, or the one in HOLDFAST_REPLAY.
func simulate(t *testing.T, s simulation) {
	if text := os.Getenv(replayEnv); text != "" {
		again, err := parseScript(text)
		if err != nil {
			t.Fatal(err)
		}
		w := s.plan.play(t, again)
		s.judge(w)
		t.Logf("nothing is wrong with this one:\n%s", w.story())
		return
	}
	sum := map[string]int{}
	s.check(t, sum)
	for _, what := range s.bites {
		if sum[what] == 0 {
			t.Errorf("not once: %s; the faults did not bite", what)
		}
	}
}

func (s simulation) check(t rapid.TB, sum map[string]int) {
	g := scripts(s.plan)
	rapid.Check(t, func(t *rapid.T) {
		w := s.plan.play(t, g.Draw(t, "script"))
		s.judge(w)
		for what, n := range w.counts {
			sum[what] += n
		}
		totals.add(w)
	})
}

// teller prints the story of a run that fails; of all runs that rapid makes only the last one's output is seen.
type teller struct {
	failer
	w *world
}

func (t teller) Fatalf(format string, args ...any) {
	t.Helper()
	totals.failed[t.Name()] = true
	t.Logf("what happened:\n%s\nthe same again:\n%s=%s go test ./internal/session -count=1 -v -run '^%s$'", t.w.story(), replayEnv, t.w.script, strings.ReplaceAll(t.Name(), "/", "$/^"))
	t.failer.Fatalf(format, args...)
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
	w.tell("%s", e.String())
}

// tell adds a line to the story.
func (w *world) tell(format string, args ...any) {
	w.lines = append(w.lines, fmt.Sprintf("%9.3fs  ", w.now.Sub(begin).Seconds())+fmt.Sprintf(format, args...))
}

// fault counts something that the world does, and tells it in words.
func (w *world) fault(kind, who, format string, args ...any) {
	w.counts["fault: "+kind]++
	w.note(check.Event{Kind: check.Fault, Client: who, Detail: kind})
	w.tell(format, args...)
}

func (w *world) story() string { return strings.Join(w.lines, "\n") }

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

// TestSoak runs all simulations in turn, on new seeds, for as long as HOLDFAST_SOAK says.
func TestSoak(t *testing.T) {
	text := os.Getenv(soakEnv)
	if text == "" {
		t.Skipf("it runs with %s=<duration>: HOLDFAST_LONG", soakEnv)
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		t.Fatal(err)
	}
	for start := time.Now(); time.Since(start) < d; {
		for _, name := range sorted(simulations) {
			if !t.Run(name, func(t *testing.T) {
				simulate(t, simulation{plan: simulations[name].plan, judge: simulations[name].judge})
			}) {
				return
			}
		}
	}
}
