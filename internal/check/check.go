package check

import (
	"fmt"
	"slices"

	"github.com/holdfast-ws/holdfast"
)

// MaxViolations is how many violations of one channel are reported at most.
const MaxViolations = 100

// Check returns what is wrong with a history; nothing if all promises have held. It leaves the history as it is.
func Check(h History) []Violation {
	g := &world{clients: map[string]*client{}, channels: map[string]*channel{}}
	g.all = slices.Clone(h)
	for i := range g.all {
		g.all[i].Seq = i
		g.sort(&g.all[i])
	}
	for i := range g.all {
		g.everywhere(&g.all[i])
	}
	out := g.violations
	for _, name := range g.names {
		c := g.channels[name]
		c.judge()
		out = append(out, c.violations...)
	}
	return out
}

// world is what concerns all channels.
type world struct {
	findings
	all      History
	names    []string
	channels map[string]*channel
	clients  map[string]*client
	crashes  []*Event // of the server
	barred   []*Event
	quiesced *Event
}

// client is what became of the processes of one name.
type client struct {
	crashes []*Event
	stopped *Event
	clones  map[string]*Event // who has a copy of its outbox, or whose copy it has
}

// findings gathers violations.
type findings struct{ violations []Violation }

func (f *findings) blame(promise int, events []*Event, format string, args ...any) {
	if len(f.violations) >= MaxViolations {
		return
	}
	v := Violation{Promise: promise, What: fmt.Sprintf(format, args...)}
	for _, e := range events {
		if e != nil {
			v.Events = append(v.Events, *e)
		}
	}
	slices.SortStableFunc(v.Events, func(a, b Event) int { return a.Seq - b.Seq })
	v.Events = slices.CompactFunc(v.Events, func(a, b Event) bool { return a.Seq == b.Seq })
	f.violations = append(f.violations, v)
}

func on(events ...*Event) []*Event { return events }

func (g *world) client(name string) *client {
	c := g.clients[name]
	if c == nil {
		c = &client{clones: map[string]*Event{}}
		g.clients[name] = c
	}
	return c
}

// sort gives an event to whom it concerns.
func (g *world) sort(e *Event) {
	switch e.Kind {
	case ServerCrashed:
		g.crashes = append(g.crashes, e)
	case ClientCrashed:
		c := g.client(e.Client)
		c.crashes = append(c.crashes, e)
	case Stopped:
		g.client(e.Client).stopped = e
	case Cloned:
		g.client(e.Client).clones[e.Detail] = e
		g.client(e.Detail).clones[e.Client] = e
	case Quiesced:
		g.quiesced = e
	case Barred:
		g.barred = append(g.barred, e)
	case Disconnected, Fault:
	case 0:
		g.blame(0, on(e), "an event of no kind")
	default:
		if e.Channel == "" {
			if e.Kind != StoreReplaced && e.Kind != Forgot {
				g.blame(0, on(e), "%s names no channel", e.Kind)
			}
			return
		}
		c := g.channels[e.Channel]
		if c == nil {
			c = newChannel(g, e.Channel)
			g.channels[e.Channel] = c
			g.names = append(g.names, e.Channel)
		}
		c.events = append(c.events, e)
	}
}

// everywhere judges what belongs to no channel, and tells the channels what concerns all of them.
func (g *world) everywhere(e *Event) {
	switch e.Kind {
	case StoreReplaced, Forgot, Deleted, Trimmed, Hidden:
		for _, name := range g.names {
			if e.Channel == "" || e.Channel == name {
				g.channels[name].fact(e)
			}
		}
	case Stopped:
		if e.Code == holdfast.CodeProducerConflict && len(g.client(e.Client).clones) == 0 {
			g.blame(1, on(e), "%s was stopped as a copy of somebody, and nobody has copied its outbox", e.Client)
		}
		fallthrough
	case Disconnected:
		if e.Code == 0 || e.Code.What() == holdfast.Code(1).What() {
			g.blame(10, on(e), "the end of %s has no reason that the table of codes knows: %s", e.Client, e.Code)
		}
	}
}

// crashed returns the first crash of a client between two events.
func (g *world) crashed(name string, after, before int) *Event {
	if c := g.clients[name]; c != nil {
		for _, e := range c.crashes {
			if e.Seq > after && e.Seq < before {
				return e
			}
		}
	}
	return nil
}

// serverCrashed returns a crash of the server after an event.
func (g *world) serverCrashed(after int) *Event {
	for _, e := range g.crashes {
		if e.Seq > after {
			return e
		}
	}
	return nil
}

// life tells who publishes under a name: without a durable outbox whoever comes back is somebody else.
func (g *world) life(name string, seq int) (n int) {
	if c := g.clients[name]; c != nil {
		for _, e := range c.crashes {
			if e.Outbox == Volatile && e.Seq < seq {
				n++
			}
		}
	}
	return n
}
