package main

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/holdfast-ws/holdfast/client"
)

// watcher tells on standard error what a person should know of a session: what ended badly, and why there is
// no connection.
type watcher struct {
	e         *env
	cancel    context.CancelFunc
	wg        sync.WaitGroup
	welcomed  atomic.Int64 // Unix ms of the last welcome
	lastText  string
	lastTold  time.Time
	connected bool
	outcomes  int
}

// maxOutcomes is how many records that failed are told one by one.
const maxOutcomes = 20

func watchSession(e *env, s *client.Session) *watcher {
	ctx, cancel := context.WithCancel(context.Background())
	w := &watcher{e: e, cancel: cancel}
	events := s.Events(ctx)
	w.wg.Go(func() {
		for ev := range events {
			w.see(ev)
		}
	})
	return w
}

func (w *watcher) see(ev client.Event) {
	switch ev.Kind {
	case client.EventState:
		if ev.State == client.StateOpen && w.welcomed.Load() == 0 { // it was open before anybody listened
			w.welcomed.Store(ev.Time.UnixMilli())
			w.connected = true
		}
	case client.EventWelcome:
		w.welcomed.Store(ev.Time.UnixMilli())
		if !w.connected && w.lastText != "" {
			w.e.say("connected")
		}
		w.connected, w.lastText = true, ""
	case client.EventRetry:
		if ev.Err != nil {
			w.trouble(ev)
		}
	case client.EventLost:
		w.e.say("the server has lost records that it had acknowledged: the numbers %d to %d of this publisher in %s; publish them again if you still have them", ev.From, ev.To, ev.Channel)
	case client.EventHeld:
		w.e.say("%s: the server holds publishes back (%s), trying again at %s", ev.Channel, ev.Code, ev.At.Local().Format(time.TimeOnly))
	case client.EventOutcome:
		w.outcome(ev)
	}
}

// trouble says why there is no connection, but not the same again and again.
func (w *watcher) trouble(ev client.Event) {
	w.connected = false
	text := ev.Err.Error()
	if text == w.lastText && time.Since(w.lastTold) < 10*time.Second {
		return
	}
	w.lastText, w.lastTold = text, time.Now()
	w.e.say("%s; attempt %d in %s", text, ev.Attempt, ev.Delay.Round(10*time.Millisecond))
}

func (w *watcher) outcome(ev client.Event) {
	if ev.Status != client.StatusFailed && ev.Status != client.StatusUnknown {
		return
	}
	w.outcomes++
	if w.outcomes <= maxOutcomes {
		w.e.say("record %d of producer %s in %s: %s: %v", ev.Number, ev.Producer, ev.Channel, ev.Status, ev.Err)
	} else if w.outcomes == maxOutcomes+1 {
		w.e.say("… and more")
	}
}

// stop waits until all has been told. The session must be closed.
func (w *watcher) stop() {
	w.wg.Wait()
	w.cancel()
}
