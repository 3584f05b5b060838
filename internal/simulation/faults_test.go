package simulation

import (
	"time"

	"github.com/holdfast-ws/holdfast/internal/simnet"
)

// apply does what a step says. It reports whether there was anything to do it to.
func (w *world) apply(s *step) bool {
	switch s.Kind {
	case "server killed", "server power lost":
		if !w.node.crash(s.Kind == "server power lost") {
			return false
		}
		w.node.restart(s.For)
		return true
	case "server drained":
		return w.node.drain(s.For)
	case "server succeeded":
		return w.node.succeed()
	case "backup restored":
		return w.node.restore(s.For)
	case "fsync fails", "write fails", "tables fail":
		if !w.node.breaks(s.Kind) {
			return false
		}
		w.after(s.For, w.node.mends)
		return true
	case "disk full":
		w.node.full.Store(true)
		w.after(s.For, func() { w.node.full.Store(false) })
		return true
	case "clock jumps":
		w.node.skew.Add(int64(s.For))
		return true
	}
	if done, mine := w.applyPolicy(s); mine {
		return done
	}
	if c := w.client(s.Who); c != nil {
		return w.applyTo(s, c)
	}
	return false
}

// actor is a client, of either kind.
type actor interface {
	current() *program
	crash(power bool, pause time.Duration) bool
}

func (w *world) client(name string) actor {
	for _, p := range w.publishers {
		if p.name == name {
			return p
		}
	}
	for _, s := range w.subscribers {
		if s.name == name {
			return s
		}
	}
	return nil
}

func (w *world) applyTo(s *step, c actor) bool {
	host := c.current().host
	until := time.Now().Add(s.For)
	switch s.Kind {
	case "reset":
		return w.net.Reset(host) > 0
	case "cut":
		return w.net.Cut(host, s.Dir, s.N) > 0
	case "half-open":
		return w.net.HalfOpen(host, s.End) > 0
	case "one-way loss":
		return w.net.Hold(host, s.Dir, time.Time{}) > 0
	case "stall":
		return w.net.Hold(host, s.Dir, until) > 0
	case "partition":
		w.net.Partition(host)
		w.after(s.For, func() { w.net.Heal(host) })
	case "dials refused", "dials hang":
		rule := simnet.DialRefused
		if s.Kind == "dials hang" {
			rule = simnet.DialHangs
		}
		w.net.SetDial(host, rule)
		w.net.Reset(host)
		w.after(s.For, func() {
			if p := c.current(); p.host == host && p.alive() {
				w.net.SetDial(host, simnet.DialConnects)
			}
		})
	case "slow link":
		l := w.plan.Link
		l.Bandwidth, l.Buffer = int(s.N), 8<<10
		w.net.SetLink(host, l)
		w.after(s.For, func() { w.net.SetLink(host, w.plan.Link) })
	case "closes delayed":
		w.net.DelayCloses(host, s.For)
	case "client killed", "client power lost":
		return c.crash(s.Kind == "client power lost", s.For)
	case "outbox cloned":
		p, ok := c.(*publisher)
		return ok && p.clone(s.For)
	case "slow subscriber":
		x, ok := c.(*subscriber)
		if ok {
			x.pause.Store(until.UnixNano())
		}
		return ok
	}
	return true
}

// after does something later, while there are faults at all.
func (w *world) after(d time.Duration, f func()) {
	w.wg.Go(func() {
		time.Sleep(d)
		if w.inTrouble() {
			f()
		}
	})
}
