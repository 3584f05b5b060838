package client_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/client"
	"github.com/holdfast-ws/holdfast/server"
	"github.com/holdfast-ws/holdfast/store"
	"github.com/holdfast-ws/holdfast/store/memory"
)

// read reads n records, and fails on anything else.
func read(t testing.TB, ctx context.Context, sub *client.Subscription, n int) []holdfast.Record {
	t.Helper()
	var got []holdfast.Record
	if n == 0 {
		return nil
	}
	for r, err := range sub.Records(ctx) {
		if err != nil {
			t.Fatalf("after %d records: %v", len(got), err)
		}
		if got = append(got, r); len(got) == n {
			break
		}
	}
	return got
}

func subscribe(t testing.TB, s *client.Session, channel string, o client.SubscribeOptions) *client.Subscription {
	t.Helper()
	sub, err := s.Subscribe(limit(t), channel, o)
	if err != nil {
		t.Fatal(err)
	}
	return sub
}

func TestPublishAndSubscribe(t *testing.T) {
	for _, codec := range []client.Codec{client.CodecBinary, client.CodecJSON} {
		t.Run(fmt.Sprint(codec), func(t *testing.T) {
			n := startMemory(t, server.Options{})
			ctx := limit(t)
			s := open(t, n.url(), client.SessionOptions{Codec: codec})
			if err := s.Connected(ctx); err != nil {
				t.Fatal(err)
			}
			records := []struct {
				typ     holdfast.ContentType
				in, out string
			}{
				{holdfast.Binary, "\x00\xff\n", "\x00\xff\n"},
				{holdfast.Text, "grüße\n", "grüße\n"},
				{holdfast.JSON, " {\"a\":\n1}\n", "{\"a\": 1}"},
				{holdfast.Binary, "", ""},
			}
			headers := []holdfast.Header{{Name: "k", Value: "1"}, {Name: "k", Value: "2"}}
			for i, r := range records {
				ack, err := s.Publish(ctx, "t:x", []byte(r.in), client.WithType(r.typ), client.WithHeaders(headers...))
				if err != nil || ack.Offset != uint64(i+1) || ack.Duplicate {
					t.Fatalf("publish %d: %+v, %v", i, ack, err)
				}
			}
			sub := subscribe(t, s, "t:x", client.SubscribeOptions{From: client.FromStart})
			if err := sub.Ready(ctx); err != nil {
				t.Fatal(err)
			}
			for i, r := range read(t, ctx, sub, len(records)) {
				want := records[i]
				if string(r.Data) != want.out || r.Type != want.typ || r.Offset != uint64(i+1) || r.Channel != "t:x" ||
					r.Term == 0 || len(r.Headers) != 2 || r.Headers[1].Value != "2" || time.Since(r.Time).Abs() > time.Minute {
					t.Errorf("record %d: %+v", i, r)
				}
			}
			if st := s.Stats(); st.Delivered != 4 || st.Received != 4 || st.Connects != 1 || st.OutboxRecords != 0 {
				t.Errorf("stats: %+v", st)
			}
		})
	}
}

func TestWhereASubscriptionBegins(t *testing.T) {
	n := startMemory(t, server.Options{})
	ctx := limit(t)
	s := open(t, n.url(), client.SessionOptions{})
	for i := range 10 {
		if _, err := s.Publish(ctx, "c", []byte(strconv.Itoa(i+1))); err != nil {
			t.Fatal(err)
		}
	}
	for name, tt := range map[string]struct {
		o    client.SubscribeOptions
		want string
	}{
		"start":       {client.SubscribeOptions{From: client.FromStart}, "1"},
		"offset":      {client.SubscribeOptions{From: client.FromOffset, Offset: 4}, "5"},
		"offset 0":    {client.SubscribeOptions{From: client.FromOffset}, "1"},
		"last":        {client.SubscribeOptions{From: client.FromLast, Last: 2}, "9"},
		"time":        {client.SubscribeOptions{From: client.FromTime, Since: time.Now().Add(-time.Hour)}, "1"},
		"no position": {client.SubscribeOptions{From: client.FromPosition}, "1"},
	} {
		t.Run(name, func(t *testing.T) {
			sub := subscribe(t, s, "c", tt.o)
			if got := read(t, ctx, sub, 1); string(got[0].Data) != tt.want {
				t.Errorf("begins with %s", got[0].Data)
			}
			sub.Close()
		})
	}
	t.Run("head", func(t *testing.T) {
		sub := subscribe(t, s, "c", client.SubscribeOptions{})
		if err := sub.Ready(ctx); err != nil {
			t.Fatal(err)
		}
		s.Publish(ctx, "c", []byte("new"))
		if got := read(t, ctx, sub, 1); string(got[0].Data) != "new" {
			t.Errorf("begins with %s", got[0].Data)
		}
		sub.Close()
	})
	t.Run("ahead", func(t *testing.T) {
		sub := subscribe(t, s, "c", client.SubscribeOptions{From: client.FromOffset, Offset: 1000})
		if err := sub.Ready(ctx); !errors.Is(err, holdfast.CodePositionAhead) {
			t.Errorf("ready: %v", err)
		}
		for _, err := range sub.Records(ctx) {
			if !errors.Is(err, holdfast.CodePositionAhead) {
				t.Errorf("records: %v", err)
			}
		}
	})
	if s.State() != client.StateOpen {
		t.Errorf("a refused subscription harmed the session: %v", s.Err())
	}
}

func TestCheckpointGoesOnInAnotherSession(t *testing.T) {
	n := startMemory(t, server.Options{})
	ctx := limit(t)
	a := open(t, n.url(), client.SessionOptions{})
	for i := range 6 {
		a.Publish(ctx, "c", []byte{byte(i)})
	}
	sub := subscribe(t, a, "c", client.SubscribeOptions{From: client.FromStart})
	got := read(t, ctx, sub, 3)
	text, err := sub.Checkpoint(got[1].Position()).MarshalText()
	if err != nil {
		t.Fatal(err)
	}
	var cp client.Checkpoint
	if err := cp.UnmarshalText(text); err != nil {
		t.Fatal(err)
	}
	b := open(t, n.url(), client.SessionOptions{})
	again := read(t, ctx, subscribe(t, b, "c", client.SubscribeOptions{From: client.FromHead, Checkpoint: cp}), 4)
	if again[0].Offset != 3 || again[3].Offset != 6 {
		t.Errorf("went on with %d to %d", again[0].Offset, again[3].Offset)
	}
}

// Promises 1 and 3: connections are cut while records are under way, and each comes once and in order.
func TestCutsLoseAndDoubleNothing(t *testing.T) {
	for _, codec := range []client.Codec{client.CodecBinary, client.CodecJSON} {
		t.Run(fmt.Sprint(codec), func(t *testing.T) {
			const records = 3000
			n := startMemory(t, server.Options{})
			p := cut(t, n.addr)
			ctx := limit(t)
			pub := open(t, p.url(), client.SessionOptions{Codec: codec})
			rd := open(t, p.url(), client.SessionOptions{Codec: codec, Window: client.Window{Records: 64}})
			sub := subscribe(t, rd, "c", client.SubscribeOptions{From: client.FromStart})
			go func() {
				for i := range records {
					pub.Enqueue(ctx, "c", []byte(strconv.Itoa(i)))
				}
			}()
			cuts := 0
			i := 0
			for r, err := range sub.Records(ctx) {
				if err != nil {
					t.Fatal(err)
				}
				if string(r.Data) != strconv.Itoa(i) || r.Offset != uint64(i+1) {
					t.Fatalf("record %d at offset %d is %s", i, r.Offset, r.Data)
				}
				if i++; i == records {
					break
				}
				if i%300 == 0 {
					cuts += p.cut()
				}
			}
			if err := pub.Flush(ctx); err != nil {
				t.Fatal(err)
			}
			st := pub.Stats()
			if st.Delivered != records || st.Failed+st.Unknown != 0 {
				t.Errorf("publisher: %+v", st)
			}
			if cuts == 0 || rd.Stats().Connects < 2 {
				t.Errorf("%d cuts, %d connects: nothing was tested", cuts, rd.Stats().Connects)
			}
			t.Logf("%d cuts, %d connects, %d resent, %d duplicates", cuts, st.Connects, st.Resent, st.Duplicates)
		})
	}
}

func TestServerRestartedOnItsData(t *testing.T) {
	n := startDisk(t, server.Options{})
	ctx := limit(t)
	s := open(t, n.url(), client.SessionOptions{})
	sub := subscribe(t, s, "c", client.SubscribeOptions{From: client.FromStart})
	next := 0
	for round := range 3 {
		var last *client.Receipt
		for i := range 100 {
			r, err := s.Enqueue(ctx, "c", []byte(strconv.Itoa(round*100+i)))
			if err != nil {
				t.Fatal(err)
			}
			last = r
		}
		n.stop()
		if round%2 == 0 {
			s.Enqueue(ctx, "other", []byte("while it is away"))
		}
		n.start()
		if ack, err := last.Wait(ctx); err != nil || ack.Offset != uint64(round*100+100) || !ack.Synced {
			t.Fatalf("%+v, %v", ack, err)
		}
		for _, r := range read(t, ctx, sub, 100) {
			if string(r.Data) != strconv.Itoa(next) {
				t.Fatalf("record %d is %s", next, r.Data)
			}
			next++
		}
	}
	if err := s.Flush(ctx); err != nil {
		t.Fatal(err)
	}
}

// Promise 4 and 5: a memory store that is restarted has forgotten everything; both are told.
func TestMemoryServerRestarted(t *testing.T) {
	n := startMemory(t, server.Options{})
	ctx := limit(t)
	s := open(t, n.url(), client.SessionOptions{})
	sub := subscribe(t, s, "c", client.SubscribeOptions{From: client.FromStart})
	for i := range 5 {
		s.Publish(ctx, "c", []byte{byte(i)})
	}
	read(t, ctx, sub, 5)
	n.stop()
	n.start()
	if _, err := s.Publish(ctx, "c", []byte("new")); err != nil {
		t.Fatal(err)
	}
	var gap *client.Gap
	for r, err := range sub.Records(ctx) {
		if errors.As(err, &gap) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if string(r.Data) != "new" || r.Offset != 1 {
			t.Errorf("after the gap: %+v", r)
		}
		break
	}
	if gap == nil || gap.Reason != client.GapFork || !errors.Is(gap, holdfast.CodeGap) {
		t.Errorf("gap: %+v", gap)
	}
	cp := sub.Checkpoint(holdfast.Position{Term: gap.After.Term, Offset: 1})
	if len(cp.Earlier) > holdfast.MaxTerms-1 {
		t.Errorf("checkpoint: %v", cp)
	}
}

func TestBreakingOutAndGivingUpLoseNothing(t *testing.T) {
	n := startMemory(t, server.Options{})
	ctx := limit(t)
	s := open(t, n.url(), client.SessionOptions{})
	sub := subscribe(t, s, "c", client.SubscribeOptions{From: client.FromStart})
	if err := sub.Ready(ctx); err != nil {
		t.Fatal(err)
	}
	short, cancel := context.WithTimeout(ctx, time.Millisecond)
	defer cancel()
	for _, err := range sub.Records(short) {
		if !errors.Is(err, holdfast.CodeCanceled) || !errors.Is(err, context.DeadlineExceeded) {
			t.Fatal(err)
		}
	}
	for i := range 20 {
		s.Enqueue(ctx, "c", []byte{byte(i)})
	}
	for i := range 20 {
		var got []holdfast.Record
		if i%2 == 0 {
			got = read(t, ctx, sub, 1)
		} else { // this one's context ends in the middle of the loop
			c, cancel := context.WithCancel(ctx)
			for r, err := range sub.Records(c) {
				if err != nil {
					break
				}
				got = append(got, r)
				cancel()
			}
			cancel()
		}
		if len(got) != 1 || got[0].Data[0] != byte(i) {
			t.Fatalf("round %d: %v", i, got)
		}
	}
}

func TestOneSlowSubscriptionHoldsUpNobody(t *testing.T) {
	n := startMemory(t, server.Options{})
	ctx := limit(t)
	s := open(t, n.url(), client.SessionOptions{Window: client.Window{Records: 16}})
	slow := subscribe(t, s, "slow", client.SubscribeOptions{From: client.FromStart})
	quick := subscribe(t, s, "quick", client.SubscribeOptions{From: client.FromStart})
	for i := range 500 {
		s.Enqueue(ctx, "slow", []byte{byte(i)})
		s.Enqueue(ctx, "quick", []byte{byte(i)})
	}
	read(t, ctx, quick, 500)
	if got := s.Stats().Received; got > 500+16 {
		t.Errorf("%d records were let in for a subscription that nobody reads, beyond its window of 16", got-500)
	}
	for i, r := range read(t, ctx, slow, 500) {
		if r.Data[0] != byte(i) {
			t.Fatalf("record %d is %d", i, r.Data[0])
		}
	}
}

// A subscriber that does not read while it is cut off again and again holds no more than a window, and what one
// connection brings beyond half of it: in records, in bytes, and where retention passes it each time.
func TestReconnectsDoNotFillTheQueue(t *testing.T) {
	for name, tt := range map[string]struct {
		size   int
		window client.Window
		passed bool
		most   uint64
	}{
		"records": {1, client.Window{Records: 10}, false, 10},
		"bytes":   {10_000, client.Window{Records: 1000, Bytes: 50_000}, false, 10},
		"gaps":    {1, client.Window{Records: 10}, true, 20},
	} {
		t.Run(name, func(t *testing.T) {
			n := start(t, server.Options{}, func() store.Backend {
				o := memory.Options{}
				if tt.passed {
					o.Retention.Records = 100
				}
				return memory.New(o)
			})
			p := cut(t, n.addr)
			ctx := limit(t)
			s := open(t, p.url(), client.SessionOptions{})
			pub := open(t, n.url(), client.SessionOptions{})
			more := func(records int) {
				for range records {
					pub.Enqueue(ctx, "c", make([]byte, tt.size))
				}
				if err := pub.Flush(ctx); err != nil {
					t.Fatal(err)
				}
			}
			more(100)
			sub := subscribe(t, s, "c", client.SubscribeOptions{From: client.FromStart, Window: tt.window})
			waitFor(t, func() bool { return s.Stats().Received > 0 }) // or the start is where retention has come to
			for i := range 10 {
				if err := s.Connected(ctx); err != nil {
					t.Fatal(err)
				}
				ack, err := s.Publish(ctx, "other", nil) // one round trip, so that what is on its way has come
				if err != nil || ack.Offset != uint64(i+1) {
					t.Fatal(ack, err)
				}
				if tt.passed {
					more(200)
				}
				connects := s.Stats().Connects
				p.cut()
				waitFor(t, func() bool { return s.Stats().Connects > connects })
			}
			if got := s.Stats().Received; got > tt.most {
				t.Errorf("%d records in the queue of a subscription with a window of %+v", got, tt.window)
			}
			want := uint64(1)
			for r, err := range sub.Records(ctx) {
				var gap *client.Gap
				if errors.As(err, &gap) && tt.passed && gap.From == want {
					want = gap.To + 1
					continue
				}
				if err != nil || r.Offset != want {
					t.Fatalf("record %d instead of %d: %v", r.Offset, want, err)
				}
				if want++; want > 100 && (!tt.passed || want > 2100) {
					break
				}
			}
		})
	}
}

// waitFor waits for a condition that only polling can see.
func waitFor(t testing.TB, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("it never came true")
		}
	}
}

func TestNamedCursor(t *testing.T) {
	n := startMemory(t, server.Options{})
	ctx := limit(t)
	a := open(t, n.url(), client.SessionOptions{})
	for i := range 10 {
		a.Publish(ctx, "c", []byte{byte(i)})
	}
	o := client.SubscribeOptions{From: client.FromStart, Cursor: "worker", Ack: client.AckManual}
	sub := subscribe(t, a, "c", o)
	got := read(t, ctx, sub, 5)
	sub.Ack(got[2].Position())
	if err := a.Close(ctx); err != nil { // tells the server first
		t.Fatal(err)
	}
	b := open(t, n.url(), client.SessionOptions{})
	first := subscribe(t, b, "c", o)
	if got := read(t, ctx, first, 1); got[0].Offset != 4 {
		t.Errorf("the cursor went on with %d", got[0].Offset)
	}
	c := open(t, n.url(), client.SessionOptions{})
	subscribe(t, c, "c", o)
	for _, err := range first.Records(ctx) {
		if err != nil && !errors.Is(err, holdfast.CodeCursorTaken) {
			t.Errorf("the one before ended with %v", err)
		}
	}
}

// Retention passes a reader that takes nothing, again and again on one connection: it hears of one gap after the
// other, and is not thought to be sent too much.
func TestRetentionPassesASlowReader(t *testing.T) {
	n := start(t, server.Options{}, func() store.Backend {
		return memory.New(memory.Options{Retention: store.Retention{Records: 100}})
	})
	ctx := limit(t)
	s := open(t, n.url(), client.SessionOptions{})
	pub := open(t, n.url(), client.SessionOptions{})
	sub := subscribe(t, s, "c", client.SubscribeOptions{From: client.FromStart, Window: client.Window{Records: 10}})
	if err := sub.Ready(ctx); err != nil {
		t.Fatal(err)
	}
	for i := range 10 {
		for range 200 {
			pub.Enqueue(ctx, "c", nil)
		}
		if err := pub.Flush(ctx); err != nil {
			t.Fatal(err)
		}
		if ack, err := s.Publish(ctx, "other", nil); err != nil || ack.Offset != uint64(i+1) {
			t.Fatal(ack, err)
		}
	}
	if got := s.Stats().Received; got > 30 {
		t.Errorf("%d records in the queue of a subscription with a window of 10", got)
	}
	want := uint64(1)
	for r, err := range sub.Records(ctx) {
		var gap *client.Gap
		if errors.As(err, &gap) && gap.From == want {
			want = gap.To + 1
			continue
		}
		if err != nil || r.Offset != want {
			t.Fatalf("record %d instead of %d: %v", r.Offset, want, err)
		}
		if want++; want > 2000 {
			break
		}
	}
}
