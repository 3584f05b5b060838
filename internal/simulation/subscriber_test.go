package simulation

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/client"
	"github.com/holdfast-ws/holdfast/internal/check"
)

// subscriber is who reads a channel, over the lives of its processes.
type subscriber struct {
	w     *world
	name  string
	plan  subscriberPlan
	pause atomic.Int64 // Unix nanoseconds until which it does nothing

	mu    sync.Mutex
	prog  *program
	lives int
	saved client.Checkpoint // after the last record that it is done with
	at    holdfast.Position // where it is
	ended bool              // the subscription; another one has its cursor
}

func (w *world) newSubscriber(plan subscriberPlan) *subscriber {
	s := &subscriber{w: w, name: plan.Name, plan: plan}
	s.launch()
	return s
}

func (s *subscriber) launch() {
	prog := s.w.launch(s.name, "", client.OutboxOptions{}, s.plan.JSON, s.plan.Deflate)
	s.mu.Lock()
	s.prog = prog
	s.mu.Unlock()
	prog.watch(nil)
	prog.wg.Go(func() { s.read(prog) })
}

func (s *subscriber) current() *program {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.prog
}

// read subscribes, and again each time that another one has taken the cursor away, while there is something going on.
func (s *subscriber) read(prog *program) {
	for prog.alive() {
		s.subscribe(prog)
		if !s.w.inTrouble() {
			return
		}
		select {
		case <-prog.ctx.Done():
		case <-time.After(7 * time.Second):
		}
	}
}

func (s *subscriber) subscribe(prog *program) {
	s.mu.Lock()
	s.lives++
	life := fmt.Sprintf("%s.%d", s.name, s.lives)
	o := client.SubscribeOptions{From: client.FromHead, Cursor: s.plan.Cursor, Window: client.Window{Records: s.plan.Window}}
	began := check.Event{Kind: check.Began, Channel: s.plan.Channel, Sub: life, Begin: check.AtHead, Cursor: s.plan.Cursor}
	if s.plan.Start {
		o.From, began.Begin = client.FromStart, check.AtStart
	}
	if s.plan.Cursor != "" {
		o.Ack = client.AckManual
	} else if !s.saved.IsZero() {
		o.Checkpoint, began.Begin, began.Pos = s.saved, check.After, s.saved.Position
	}
	s.ended = false
	s.mu.Unlock()
	note := func(e check.Event) bool {
		e.Channel, e.Sub = s.plan.Channel, life
		return prog.note(e)
	}
	if !note(began) {
		return
	}
	sub, err := prog.session.Subscribe(prog.ctx, s.plan.Channel, o)
	if err == nil {
		var start client.Checkpoint
		if start, err = sub.Start(prog.ctx); err == nil {
			note(check.Event{Kind: check.Placed, Pos: start.Position})
			err = s.follow(prog, sub, start, note)
		}
	}
	s.mu.Lock()
	s.ended = true
	s.mu.Unlock()
	note(check.Event{Kind: check.Ended, Code: holdfast.CodeOf(err)})
	if prog.alive() && !errors.Is(err, holdfast.CodeCursorTaken) && s.w.inTrouble() {
		s.w.fail("%s is over: %v", life, err)
	}
}

func (s *subscriber) follow(prog *program, sub *client.Subscription, start client.Checkpoint, note func(check.Event) bool) error {
	s.reached(start.Position, start)
	for r, err := range sub.Records(prog.ctx) {
		for d := time.Until(time.Unix(0, s.pause.Load())); d > 0 && prog.ctx.Err() == nil; d = time.Until(time.Unix(0, s.pause.Load())) {
			select {
			case <-time.After(d):
			case <-prog.ctx.Done():
			}
		}
		if gap, ok := errors.AsType[*client.Gap](err); ok {
			note(check.Event{Kind: check.Gap, From: gap.From, To: gap.To, Reason: check.Reason(gap.Reason), Pos: gap.After})
			s.w.count("gaps told")
			s.reached(gap.After, client.Checkpoint{})
			continue
		}
		if err != nil {
			return err
		}
		message := messageOf(r.Data)
		if !note(check.Event{Kind: check.Received, Pos: r.Position(), Message: message, Hash: contentHash(string(r.Data)), Time: r.Time.UnixMilli()}) {
			return nil
		}
		s.w.count("receives")
		if s.plan.Slow > 0 {
			select {
			case <-time.After(s.plan.Slow):
			case <-prog.ctx.Done():
				return nil
			}
		}
		s.reached(r.Position(), sub.Checkpoint(r.Position()))
		if s.plan.Cursor != "" && note(check.Event{Kind: check.Done, Pos: r.Position()}) {
			sub.Ack(r.Position())
		}
	}
	return nil
}

// reached notes where it is; a checkpoint that is not zero is saved, as an application does.
func (s *subscriber) reached(at holdfast.Position, c client.Checkpoint) {
	s.mu.Lock()
	s.at = at
	if !c.IsZero() {
		s.saved = c
	}
	s.mu.Unlock()
}

func (s *subscriber) position() holdfast.Position {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.at
}

// crash kills the process, and starts another one after a pause.
func (s *subscriber) crash(power bool, pause time.Duration) bool {
	prog := s.current()
	if !prog.alive() {
		return false
	}
	prog.die(power)
	s.w.wg.Go(func() {
		time.Sleep(pause)
		s.launch()
	})
	return true
}

// settled reports whether it has everything up to a position.
func (s *subscriber) settled(head uint64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.prog.alive() && (s.ended || s.at.Offset == head)
}
