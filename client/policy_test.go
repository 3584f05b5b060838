package client_test

import (
	"context"
	"errors"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/client"
)

func TestOutboxPolicies(t *testing.T) {
	url := nowhere(t)
	fill := func(t *testing.T, p client.OutboxPolicy) (*client.Session, []*client.Receipt) {
		s := open(t, url, client.SessionOptions{Outbox: client.NewMemoryOutbox(client.OutboxOptions{MaxRecords: 2, Policy: p})})
		var rs []*client.Receipt
		for range 2 {
			r, err := s.Enqueue(limit(t), "c", nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Number()
			rs = append(rs, r)
		}
		return s, rs
	}
	t.Run("wait", func(t *testing.T) {
		s, _ := fill(t, client.OutboxWait)
		short, cancel := context.WithTimeout(limit(t), time.Millisecond)
		defer cancel()
		if _, err := s.Enqueue(short, "c", nil); !errors.Is(err, holdfast.CodeCanceled) {
			t.Error(err)
		}
		if n := s.Stats().OutboxRecords; n != 2 {
			t.Errorf("%d records", n)
		}
	})
	t.Run("refuse", func(t *testing.T) {
		s, _ := fill(t, client.OutboxRefuse)
		if _, err := s.Enqueue(limit(t), "c", nil); !errors.Is(err, holdfast.CodeOutboxFull) {
			t.Error(err)
		}
	})
	t.Run("drop oldest", func(t *testing.T) {
		s, rs := fill(t, client.OutboxDropOldest)
		if _, err := s.Enqueue(limit(t), "c", nil); err != nil {
			t.Error(err)
		}
		if _, err := rs[0].Wait(limit(t)); !errors.Is(err, holdfast.CodeDropped) || rs[0].Status() != client.StatusFailed {
			t.Error(rs[0].Status(), err)
		}
		if rs[1].Status() != client.StatusPending {
			t.Error(rs[1].Status())
		}
	})
	t.Run("drop oldest at once", func(t *testing.T) {
		s := open(t, url, client.SessionOptions{Outbox: client.NewMemoryOutbox(client.OutboxOptions{MaxRecords: 2, Policy: client.OutboxDropOldest})})
		for i := range 1000 { // the session's owner may not have seen the ones before
			if _, err := s.Enqueue(limit(t), "c", nil); err != nil {
				t.Fatalf("record %d: %v", i, err)
			}
		}
	})
	t.Run("drop oldest of a file", func(t *testing.T) {
		o, err := client.OpenFileOutbox(filepath.Join(t.TempDir(), "outbox"), client.OutboxOptions{MaxRecords: 100, Policy: client.OutboxDropOldest})
		if err != nil {
			t.Fatal(err)
		}
		slow := make(chan struct{})
		var full atomic.Bool
		o.BreakDisk(func(op string, _ []byte) error {
			if full.Load() {
				<-slow
			}
			return nil
		})
		s := open(t, url, client.SessionOptions{Outbox: o})
		var rs []*client.Receipt
		for range 100 {
			r, err := s.Enqueue(limit(t), "c", nil)
			if err != nil {
				t.Fatal(err)
			}
			rs = append(rs, r)
		}
		full.Store(true)
		time.AfterFunc(100*time.Millisecond, func() { close(slow) })
		for range 3 {
			if _, err := s.Enqueue(limit(t), "c", nil); err != nil {
				t.Fatal(err)
			}
		}
		for i, r := range rs {
			if want := map[bool]client.Status{true: client.StatusFailed, false: client.StatusPending}[i < 3]; r.Status() != want {
				t.Errorf("record %d of 100 is %v after three more", i+1, r.Status())
			}
		}
		s.Close(canceledContext())
		o.Close()
	})
	t.Run("drop newest", func(t *testing.T) {
		s, rs := fill(t, client.OutboxDropNewest)
		r, err := s.Enqueue(limit(t), "c", nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := r.Wait(limit(t)); !errors.Is(err, holdfast.CodeDropped) || r.Number() != 0 {
			t.Error(err)
		}
		if rs[0].Status() != client.StatusPending {
			t.Error(rs[0].Status())
		}
	})
	t.Run("bytes", func(t *testing.T) {
		s := open(t, url, client.SessionOptions{Outbox: client.NewMemoryOutbox(client.OutboxOptions{MaxBytes: 1000, Policy: client.OutboxRefuse})})
		if _, err := s.Enqueue(limit(t), "c", make([]byte, 5000)); err != nil {
			t.Errorf("one is always taken: %v", err)
		}
		if _, err := s.Enqueue(limit(t), "c", nil); !errors.Is(err, holdfast.CodeOutboxFull) {
			t.Error(err)
		}
	})
}

func canceledContext() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}

// What became of records before anybody listened is told to who listens first: of those that an outbox brought along nobody has
// a receipt.
func TestFirstListenerHearsOfEarlierOutcomes(t *testing.T) {
	s := open(t, nowhere(t), client.SessionOptions{})
	const n = 300 // more than are kept
	for range n {
		if r, err := s.Enqueue(limit(t), "c", nil, client.WithTTL(time.Nanosecond)); err != nil {
			t.Fatal(err)
		} else if _, err := r.Wait(limit(t)); !errors.Is(err, holdfast.CodeExpired) {
			t.Fatal(err)
		}
	}
	told, dropped := 0, 0
	for e := range s.Events(limit(t)) {
		switch {
		case e.Kind == client.EventDropped:
			dropped += e.Dropped
		case e.Kind == client.EventOutcome && e.Code == holdfast.CodeExpired:
			told++
		}
		if told+dropped >= n {
			break
		}
	}
	if told == 0 || told+dropped != n {
		t.Errorf("%d outcomes, %d dropped; want %d together", told, dropped, n)
	}
	for e := range s.Events(limit(t)) { // a second listener begins with what is now
		if e.Kind != client.EventState {
			t.Errorf("a second listener heard of %v", e.Kind)
		}
		break
	}
}

// The event of a record that has failed has its code, also where the outbox's file had to hear of it first.
func TestOutcomeHasItsCode(t *testing.T) {
	o, err := client.OpenFileOutbox(filepath.Join(t.TempDir(), "outbox"), client.OutboxOptions{})
	if err != nil {
		t.Fatal(err)
	}
	s := open(t, nowhere(t), client.SessionOptions{Outbox: o})
	codes, listening := make(chan holdfast.Code, 1), make(chan struct{})
	go func() {
		first := true
		for e := range s.Events(limit(t)) {
			if first { // its state, to begin with
				close(listening)
				first = false
			}
			if e.Kind == client.EventOutcome {
				codes <- e.Code
				return
			}
		}
	}()
	<-listening
	if _, err := s.Enqueue(limit(t), "c", nil, client.WithTTL(time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	if code := <-codes; code != holdfast.CodeExpired {
		t.Errorf("%v, want %v", code, holdfast.CodeExpired)
	}
	s.Close(limit(t))
	o.Close()
}
