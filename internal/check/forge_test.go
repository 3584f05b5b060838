package check_test

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/check"
)

// forge makes good histories: a log, publishers and subscribers of the simplest kind that keep every promise.
type forge struct {
	t      *rapid.T
	h      check.History
	log    []check.Record // all of it, what is trimmed too
	floor  int
	term   holdfast.Term
	backup []check.Record
	bfloor int
	pubs   []*pub
	subs   []*sub
}

type pub struct {
	name    string
	n       int
	pending []string // not stored
	waiting []string // stored and not answered
	acked   []string
	lost    bool
}

type sub struct {
	name string
	got  []holdfast.Position
	at   holdfast.Position
}

func (f *forge) note(e check.Event) { f.h = append(f.h, e) }

func (f *forge) pos(n int) holdfast.Position {
	if n == 0 {
		return holdfast.Position{}
	}
	return f.log[n-1].Pos
}

func (f *forge) publish(p *pub) {
	p.n++
	m := fmt.Sprint(p.name, p.n)
	f.note(invoked(p.name, m))
	p.pending = append(p.pending, m)
}

func (f *forge) store(p *pub) {
	if len(p.pending) == 0 {
		return
	}
	m := p.pending[0]
	p.pending = p.pending[1:]
	if p.lost {
		f.note(say(check.Lost, p.name))
		p.lost = false
	}
	o := uint64(len(f.log) + 1)
	f.log = append(f.log, check.Record{Pos: pos(f.term, o), Message: m, Hash: hash(m), Time: int64(o)})
	p.waiting = append(p.waiting, m)
}

func (f *forge) refuse(p *pub) {
	if len(p.pending) > 0 {
		f.note(told(check.Refused, p.name, p.pending[0]))
		p.pending = p.pending[1:]
	}
}

func (f *forge) answer(p *pub) {
	if len(p.waiting) > 0 {
		f.note(delivered(p.name, p.waiting[0], uint64(f.find(p.waiting[0]))))
		p.acked = append(p.acked, p.waiting[0])
		p.waiting = p.waiting[1:]
	}
}

func (f *forge) find(m string) int {
	return 1 + slices.IndexFunc(f.log, func(r check.Record) bool { return r.Message == m })
}

// deliver gives a subscriber what comes next: a gap or a record.
func (f *forge) deliver(s *sub) {
	n := int(s.at.Offset)
	same := 0
	for i, p := range s.got {
		if i < len(f.log) && f.log[i].Pos == p {
			same = i + 1
		}
	}
	switch {
	case same < n:
		f.note(gap(s.name, check.Fork, uint64(same+1), uint64(n), f.pos(same)))
		s.got, s.at = s.got[:same], f.pos(same)
	case n < f.floor:
		f.note(gap(s.name, check.Retention, uint64(n+1), uint64(f.floor), f.pos(f.floor)))
		for i := n; i < f.floor; i++ {
			s.got = append(s.got, f.log[i].Pos)
		}
		s.at = f.pos(f.floor)
	case n < len(f.log):
		r := f.log[n]
		e := received(s.name, r.Message, r.Pos)
		e.Time = r.Time
		f.note(e)
		s.got, s.at = append(s.got, r.Pos), r.Pos
	}
}

func (f *forge) trim() {
	if len(f.log) > f.floor {
		f.floor += 1 + (len(f.log)-f.floor)/2
		f.note(fact(check.Trimmed, uint64(f.floor)))
	}
}

func (f *forge) restart() {
	f.term++
	f.note(say(check.ServerCrashed, ""))
}

func (f *forge) save() { f.backup, f.bfloor = slices.Clone(f.log), f.floor }

func (f *forge) restore() {
	f.restart()
	f.note(fact(check.StoreReplaced, uint64(len(f.backup))))
	f.log, f.floor = slices.Clone(f.backup), f.bfloor
	for _, p := range f.pubs {
		gone := func(m string) bool { return f.find(m) == 0 }
		i := slices.IndexFunc(p.waiting, gone)
		if i >= 0 {
			p.pending = append(slices.Clone(p.waiting[i:]), p.pending...)
			p.waiting = p.waiting[:i]
		}
		p.lost = p.lost || slices.ContainsFunc(p.acked, gone)
		p.acked = slices.DeleteFunc(p.acked, gone)
	}
}

func newForge(t *rapid.T) *forge {
	f := &forge{t: t, term: 1, pubs: []*pub{{name: "a"}, {name: "b"}}, subs: []*sub{{name: "s1"}, {name: "s2"}}}
	for _, s := range f.subs {
		f.note(began(s.name, check.AtStart, pos(0, 0)))
		f.note(say(check.Placed, "s", func(e *check.Event) { e.Sub = s.name }))
	}
	for range rapid.IntRange(0, 60).Draw(t, "steps") {
		p, s := rapid.SampledFrom(f.pubs).Draw(t, "publisher"), rapid.SampledFrom(f.subs).Draw(t, "subscriber")
		switch rapid.IntRange(0, 15).Draw(t, "step") {
		case 0, 1, 2:
			f.publish(p)
		case 3, 4, 5:
			f.store(p)
		case 6:
			f.refuse(p)
		case 7, 8:
			f.answer(p)
		case 9, 10, 11:
			f.deliver(s)
		case 12:
			f.trim()
		case 13:
			f.restart()
		case 14:
			f.save()
		case 15:
			f.restore()
		}
	}
	for _, p := range f.pubs {
		for len(p.pending)+len(p.waiting) > 0 {
			f.store(p)
			f.answer(p)
		}
	}
	for _, s := range f.subs {
		for range len(s.got) + len(f.log) + 2 {
			f.deliver(s)
		}
	}
	f.note(say(check.Final, "", func(e *check.Event) { e.To, e.Records = uint64(f.floor), slices.Clone(f.log[f.floor:]) }))
	f.note(quiesced)
	return f
}

// mutation breaks event i of a good history, if it can so that a promise is certainly broken.
type mutation struct {
	name string
	do   func(f *forge, i int) (check.History, bool)
}

func edit(kind check.Kind, f func(e *check.Event)) func(*forge, int) (check.History, bool) {
	return func(g *forge, i int) (check.History, bool) { return set(i, f)(slices.Clone(g.h)), g.h[i].Kind == kind }
}

// lastly is edit where no store is ever put back: that would explain much.
func lastly(kind check.Kind, do func(e *check.Event)) func(*forge, int) (check.History, bool) {
	return func(f *forge, i int) (check.History, bool) {
		h, ok := edit(kind, do)(f, i)
		e := f.h[i]
		again := slices.ContainsFunc(f.h, func(x check.Event) bool { return x.Kind == check.StoreReplaced })
		seen := e.Kind != check.Received || slices.ContainsFunc(f.log[f.floor:], func(r check.Record) bool { return r.Pos == e.Pos })
		return h, ok && !again && seen
	}
}

var mutations = []mutation{
	{"a record is not received", func(f *forge, i int) (check.History, bool) {
		return drop(i)(slices.Clone(f.h)), f.h[i].Kind == check.Received
	}},
	{"a gap is not told", func(f *forge, i int) (check.History, bool) {
		return drop(i)(slices.Clone(f.h)), f.h[i].Kind == check.Gap && f.h[i].Reason == check.Fork
	}},
	{"a record is received twice", func(f *forge, i int) (check.History, bool) {
		return insert(i, f.h[i])(slices.Clone(f.h)), f.h[i].Kind == check.Received
	}},
	{"an answer is forgotten", func(f *forge, i int) (check.History, bool) {
		return drop(i)(slices.Clone(f.h)), f.h[i].Kind == check.Delivered || f.h[i].Kind == check.Refused
	}},
	{"an answer is given twice", func(f *forge, i int) (check.History, bool) {
		return insert(i, f.h[i])(slices.Clone(f.h)), f.h[i].Kind == check.Delivered || f.h[i].Kind == check.Refused
	}},
	{"nobody publishes", func(f *forge, i int) (check.History, bool) {
		return drop(i)(slices.Clone(f.h)), f.h[i].Kind == check.Invoked
	}},
	{"two records change places", func(f *forge, i int) (check.History, bool) {
		j := 1 + i + slices.IndexFunc(f.h[i+1:], func(e check.Event) bool { return e.Sub == f.h[i].Sub && e.Kind != check.Final })
		return swap(i, j)(slices.Clone(f.h)), j > i && f.h[i].Kind == check.Received && f.h[j].Kind == check.Received
	}},
	{"the log loses its last record", func(f *forge, i int) (check.History, bool) {
		h := slices.Clone(f.h)
		rs := f.h[i].Records
		if len(rs) > 0 {
			h[i].Records = rs[:len(rs)-1]
		}
		return h, f.h[i].Kind == check.Final && len(rs) > 0
	}},
	{"the log has its last record twice", func(f *forge, i int) (check.History, bool) {
		h := slices.Clone(f.h)
		if n := len(f.h[i].Records); n > 0 {
			r := f.h[i].Records[n-1]
			r.Pos.Offset++
			h[i].Records = append(slices.Clone(f.h[i].Records), r)
		}
		return h, f.h[i].Kind == check.Final && len(f.h[i].Records) > 0
	}},
	{"received at the next offset", edit(check.Received, func(e *check.Event) { e.Pos.Offset++ })},
	{"received in another term", lastly(check.Received, func(e *check.Event) { e.Pos.Term += 1000 })},
	{"received with other content", edit(check.Received, func(e *check.Event) { e.Hash++ })},
	{"received with another time", func(f *forge, i int) (check.History, bool) {
		seen := 0
		for _, e := range f.h {
			for _, r := range append(e.Records, check.Record{Pos: e.Pos}) {
				if (e.Kind == check.Received || e.Kind == check.Final) && r.Pos == f.h[i].Pos {
					seen++
				}
			}
		}
		return set(i, func(e *check.Event) { e.Time += 7 })(slices.Clone(f.h)), f.h[i].Kind == check.Received && seen > 1
	}},
	{"unknown for no reason", edit(check.Delivered, func(e *check.Event) { e.Kind = check.Unknown })},
	{"delivered, it is said, and was refused", lastly(check.Refused, func(e *check.Event) { e.Kind, e.Code, e.Pos.Offset = check.Delivered, 0, 1000 })},
	{"a gap begins late", edit(check.Gap, func(e *check.Event) { e.From++; e.Pos.Offset += uint64(e.Reason) - 1 })},
	{"a gap begins early", func(f *forge, i int) (check.History, bool) {
		return set(i, func(e *check.Event) { e.From-- })(slices.Clone(f.h)), f.h[i].Kind == check.Gap && f.h[i].From > 1 && f.h[i].Reason == check.Retention
	}},
	{"a gap ends late", edit(check.Gap, func(e *check.Event) { e.To++ })},
	{"a loss is told of nothing", func(f *forge, i int) (check.History, bool) {
		return insert(i, say(check.Lost, "s1"))(slices.Clone(f.h)), true
	}},
}

// Whatever is done well passes, and whatever is done once in the wrong way afterwards is found.
func TestMutations(t *testing.T) {
	caught := map[string]int{}
	rapid.Check(t, func(t *rapid.T) {
		f := newForge(t)
		for _, v := range check.Check(f.h) {
			t.Fatalf("a good history: %v\n%s", v, tell(f.h))
		}
		m := rapid.SampledFrom(mutations).Draw(t, "mutation")
		at := rapid.IntRange(0, len(f.h)-1).Draw(t, "event")
		for k := range f.h { // the first event from there on that it fits
			i := (at + k) % len(f.h)
			h, ok := m.do(f, i)
			if !ok {
				continue
			}
			if len(check.Check(h)) == 0 {
				t.Fatalf("%s, and nothing was found; at #%d:\n%s", m.name, i, tell(h))
			}
			caught[m.name]++
			return
		}
	})
	for _, m := range mutations {
		if caught[m.name] == 0 && !testing.Short() {
			t.Logf("%s: it fitted nowhere", m.name)
		}
	}
}

func tell(h check.History) (s string) {
	for i := range h {
		s += fmt.Sprintf("#%d %s\n", i, h[i].String())
	}
	return s
}
