package hub

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/store"
	"github.com/holdfast-ws/holdfast/store/memory"
)

// want fails unless the frame has that kind and, from the first on, those numbers.
func (p *peer) want(kind byte, numbers ...uint64) got {
	p.t.Helper()
	g := p.next()
	if g.kind != kind {
		p.t.Fatalf("got frame %q %v %q, want %q %v", g.kind, g.numbers, g.data, kind, numbers)
	}
	for i, n := range numbers {
		if i >= len(g.numbers) || g.numbers[i] != n {
			p.t.Fatalf("got frame %q %v, want %v", g.kind, g.numbers, numbers)
		}
	}
	return g
}

func (p *peer) wantRecord(offset uint64, data string) got {
	p.t.Helper()
	g := p.want(kindRecord)
	if g.offset != offset || g.data != data {
		p.t.Fatalf("got record %d %q, want %d %q", g.offset, g.data, offset, data)
	}
	return g
}

// fill publishes n records 1, 2, … and waits until they are stored.
func (r *rig) fill(channel string, n int) {
	r.t.Helper()
	p := r.peer(peerOptions{})
	defer p.end()
	st, _ := r.log.State(context.Background(), channel)
	for i := range n {
		p.publish(channel, text(st.Head+uint64(i)+1))
		p.want(kindAnswer)
	}
}

func text(n uint64) string { return fmt.Sprintf("record %d", n) }

func TestPublishReachesSubscriber(t *testing.T) {
	for codec, name := range []string{"joined", "framed"} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, Options{}, memory.Options{})
			sub, pub := r.peer(peerOptions{codec: codec}), r.peer(peerOptions{})
			sub.open(OpenRequest{Sub: 1, Channel: "a"}, unlimited, unlimited)
			sub.want(kindOpened, 1, 0, 0, 0)
			pub.publish("a", "one", "two")
			pub.want(kindAnswer, 0, uint64(store.Stored), 1)
			pub.want(kindAnswer, 1, uint64(store.Stored), 2)
			if g := sub.wantRecord(1, "one"); g.term != r.log.Info().Term {
				t.Errorf("the first record starts term %v, got %v", r.log.Info().Term, g.term)
			}
			sub.wantRecord(2, "two")
		})
	}
}

func TestOpenFrom(t *testing.T) {
	at := time.Unix(1000, 0)
	r := newRig(t, Options{TrimEvery: -1}, memory.Options{Now: func() time.Time { at = at.Add(time.Second); return at }, Retention: store.Retention{Records: 10}})
	r.fill("a", 20) // 11 to 20 are retained
	term := r.log.Info().Term
	if _, err := r.hub.Trim(t.Context()); err != nil {
		t.Fatal(err)
	}
	since, err := r.log.Read(t.Context(), "a", 15, store.Limit{Records: 1})
	if err != nil {
		t.Fatal(err)
	}
	pos := func(o uint64) holdfast.Position { return holdfast.Position{Term: term, Offset: o} }
	for _, c := range []struct {
		name    string
		request OpenRequest
		code    holdfast.Code
		gap     []uint64 // fork from, to, trimmed from, to
		first   uint64
	}{
		{name: "start", request: OpenRequest{From: FromStart}, first: 11},
		{name: "position", request: OpenRequest{From: FromPosition, Position: pos(15)}, first: 16},
		{name: "position at the head", request: OpenRequest{From: FromPosition, Position: pos(20)}, first: 21},
		{name: "position trimmed", request: OpenRequest{From: FromPosition, Position: pos(5)}, gap: []uint64{0, 0, 6, 10}, first: 11},
		{name: "position zero", request: OpenRequest{From: FromPosition}, gap: []uint64{0, 0, 1, 10}, first: 11},
		{name: "position of another log", request: OpenRequest{From: FromPosition, Position: holdfast.Position{Term: term + 1, Offset: 15}}, gap: []uint64{1, 15, 1, 10}, first: 11},
		{name: "position ahead", request: OpenRequest{From: FromPosition, Position: pos(25)}, gap: []uint64{21, 25}, first: 21},
		{name: "offset", request: OpenRequest{From: FromOffset, Position: holdfast.Position{Offset: 12}}, first: 13},
		{name: "offset trimmed", request: OpenRequest{From: FromOffset, Position: holdfast.Position{Offset: 2}}, gap: []uint64{0, 0, 3, 10}, first: 11},
		{name: "offset ahead", request: OpenRequest{From: FromOffset, Position: holdfast.Position{Offset: 21}}, code: holdfast.CodePositionAhead},
		{name: "last 3", request: OpenRequest{From: FromLast, Last: 3}, first: 18},
		{name: "last 15 of 10", request: OpenRequest{From: FromLast, Last: 15}, first: 11},
		{name: "last of more than there ever were", request: OpenRequest{From: FromLast, Last: 1 << 60}, first: 11},
		{name: "time", request: OpenRequest{From: FromTime, Since: since.Records()[0].Time}, first: 16},
		{name: "unknown", request: OpenRequest{From: 99}, code: holdfast.CodeBadArgument},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := r.peer(peerOptions{})
			defer p.end()
			p.t = t
			c.request.Sub, c.request.Channel = 7, "a"
			p.open(c.request, unlimited, unlimited)
			p.want(kindOpened, 7, uint64(c.code))
			if c.code != 0 {
				return
			}
			if c.gap != nil {
				p.want(kindGap, append([]uint64{7}, c.gap...)...)
			}
			for o := c.first; o <= 20; o++ {
				p.wantRecord(o, text(o))
			}
			p.Lock()
			p.Control([]byte{kindControl})
			p.Unlock()
			p.Flush()
			p.want(kindControl)
		})
	}
}

func TestSubInUse(t *testing.T) {
	r := newRig(t, Options{}, memory.Options{})
	p := r.peer(peerOptions{})
	p.open(OpenRequest{Sub: 1, Channel: "a"}, unlimited, unlimited)
	p.want(kindOpened, 1, 0)
	p.open(OpenRequest{Sub: 1, Channel: "b"}, unlimited, unlimited)
	p.want(kindOpened, 1, uint64(holdfast.CodeBadArgument))
	p.publish("a", "one")
	p.want(kindAnswer)
	p.wantRecord(1, "one")
}

// Windows: what is on its way never exceeds the allowance, except that one record always may.
func TestAllowanceBoundsWhatIsOnItsWay(t *testing.T) {
	r := newRig(t, Options{}, memory.Options{})
	r.fill("a", 10)
	p := r.peer(peerOptions{})
	p.open(OpenRequest{Sub: 1, Channel: "a", From: FromStart}, 3, unlimited)
	p.want(kindOpened)
	for o := uint64(1); o <= 3; o++ {
		p.wantRecord(o, text(o))
	}
	p.allow(1, 1, 0)
	p.wantRecord(4, text(4))
	p.Lock()
	p.subs[1].bytes = 1 // less than a record
	p.Unlock()
	p.allow(1, 2, 0)
	p.wantRecord(5, text(5))
	p.Lock()
	p.SetReplies(frame(p.Replies(), kindAnswer, 99))
	p.Unlock()
	p.Flush()
	p.want(kindAnswer, 99) // nothing in between
	p.allow(1, unlimited, unlimited)
	for o := uint64(6); o <= 10; o++ {
		p.wantRecord(o, text(o))
	}
}

func TestCloseSubStopsAtOnce(t *testing.T) {
	r := newRig(t, Options{}, memory.Options{})
	p := r.peer(peerOptions{})
	p.open(OpenRequest{Sub: 1, Channel: "a"}, unlimited, unlimited)
	p.want(kindOpened)
	p.Lock()
	p.CloseSub(1)
	p.CloseSub(1)
	p.Unlock()
	p.publish("a", "one")
	p.want(kindAnswer)
	p.open(OpenRequest{Sub: 1, Channel: "a"}, unlimited, unlimited)
	p.want(kindOpened, 1, 0, uint64(r.log.Info().Term), 1)
	p.publish("a", "two")
	if a, b := p.next(), p.next(); a.kind+b.kind != kindAnswer+kindRecord || a.offset+b.offset != 2 {
		t.Fatalf("got %v and %v", a, b)
	}
}

func TestReplyOfManyIsOneMessage(t *testing.T) {
	r := newRig(t, Options{}, memory.Options{})
	p := r.peer(peerOptions{pipe: true})
	p.Lock()
	p.SetReplies(frame(p.Replies(), kindAnswer, 1))
	p.SetReplies(frame(p.Replies(), kindAnswer, 2))
	p.Control([]byte{kindControl})
	p.Unlock()
	p.Flush()
	p.want(kindControl)
	p.want(kindAnswer, 1)
	if p.left == 0 {
		t.Error("the replies came as two messages")
	}
	p.want(kindAnswer, 2)
}

func TestDeleteIsAGap(t *testing.T) {
	r := newRig(t, Options{}, memory.Options{})
	r.fill("a", 5)
	p, slow := r.peer(peerOptions{}), r.peer(peerOptions{})
	p.open(OpenRequest{Sub: 1, Channel: "a"}, unlimited, unlimited)
	p.want(kindOpened)
	slow.open(OpenRequest{Sub: 1, Channel: "a", From: FromStart}, 2, unlimited)
	slow.want(kindOpened)
	slow.wantRecord(1, text(1))
	slow.wantRecord(2, text(2))
	if err := r.hub.Delete(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	p.want(kindGap, 1, 1, 5, 1, 0, 0, 0)
	r.fill("a", 1)
	p.wantRecord(1, text(1))
	slow.allow(1, 5, 0)
	slow.want(kindGap, 1, 1, 2, 1, 0, 0, 0)
	slow.wantRecord(1, text(1))
}

func TestTrimPassesSlowCursor(t *testing.T) {
	r := newRig(t, Options{TrimEvery: -1}, memory.Options{Retention: store.Retention{Records: 10}})
	p := r.peer(peerOptions{})
	p.open(OpenRequest{Sub: 1, Channel: "a"}, 2, unlimited)
	p.want(kindOpened)
	r.fill("a", 50)
	p.wantRecord(1, text(1))
	p.wantRecord(2, text(2))
	if _, err := r.hub.Trim(t.Context()); err != nil {
		t.Fatal(err)
	}
	st, _ := r.hub.Head(t.Context(), "a")
	if st.Floor < 3 {
		t.Fatalf("floor %d: nothing was trimmed", st.Floor)
	}
	p.allow(1, unlimited, 0)
	p.want(kindGap, 1, 0, 0, 3, st.Floor)
	for o := st.Floor + 1; o <= 50; o++ {
		p.wantRecord(o, text(o))
	}
}

func TestNamedCursor(t *testing.T) {
	r := newRig(t, Options{}, memory.Options{})
	r.fill("a", 5)
	term := r.log.Info().Term
	one, two := r.peer(peerOptions{}), r.peer(peerOptions{})
	one.open(OpenRequest{Sub: 1, Channel: "a", From: FromStart, Cursor: "c"}, 3, unlimited)
	one.want(kindOpened, 1, 0, 0, 0, 0, 0, 1)
	for o := uint64(1); o <= 3; o++ {
		one.wantRecord(o, text(o))
	}
	one.Lock()
	one.SaveCursor(1, holdfast.Position{Term: term, Offset: 2})
	one.Unlock()
	two.open(OpenRequest{Sub: 9, Channel: "a", Cursor: "c"}, unlimited, unlimited)
	two.want(kindOpened, 9, 0, uint64(term), 2, uint64(term), 2, 2)
	one.want(kindClosed, 1, uint64(holdfast.CodeCursorTaken))
	for o := uint64(3); o <= 5; o++ {
		two.wantRecord(o, text(o))
	}
	two.Lock()
	two.SaveCursor(9, holdfast.Position{Term: term, Offset: 5})
	two.CloseSub(9)
	two.Unlock()
	two.open(OpenRequest{Sub: 9, Channel: "a", Cursor: "c"}, unlimited, unlimited)
	two.want(kindOpened, 9, 0, uint64(term), 5, uint64(term), 5, 3)
}

// A new cursor has its place from the start, also where nothing has been acknowledged yet: at the head, of a channel that is
// still empty.
func TestNewNamedCursorKeepsItsPlace(t *testing.T) {
	r := newRig(t, Options{}, memory.Options{})
	p := r.peer(peerOptions{})
	p.open(OpenRequest{Sub: 1, Channel: "a", Cursor: "c"}, unlimited, unlimited)
	p.want(kindOpened, 1, 0, 0, 0, 0, 0, 1)
	p.Lock()
	p.CloseSub(1)
	p.Unlock()
	r.fill("a", 2)
	p.open(OpenRequest{Sub: 2, Channel: "a", Cursor: "c"}, unlimited, unlimited)
	p.want(kindOpened, 2, 0, 0, 0, 0, 0, 2)
	p.wantRecord(1, text(1))
	p.wantRecord(2, text(2))
}

func TestNamedCursorIsSavedByItself(t *testing.T) {
	r := newRig(t, Options{}, memory.Options{})
	r.fill("a", 5)
	p := r.peer(peerOptions{})
	p.open(OpenRequest{Sub: 1, Channel: "a", Cursor: "c"}, unlimited, unlimited)
	p.want(kindOpened)
	pos := holdfast.Position{Term: r.log.Info().Term, Offset: 5}
	p.Lock()
	p.SaveCursor(1, pos)
	p.Unlock()
	eventually(t, "the cursor is saved", func() bool {
		r.hub.cursors.mu.Lock()
		defer r.hub.cursors.mu.Unlock()
		return len(r.hub.cursors.pending) == 0
	})
	c, err := r.log.OpenCursor(t.Context(), "a", "c")
	if err != nil || c.Position != pos {
		t.Fatalf("got %v, %v", c, err)
	}
	// The next save finds that it was taken.
	p.Lock()
	p.SaveCursor(1, pos)
	p.Unlock()
	p.want(kindClosed, 1, uint64(holdfast.CodeCursorTaken))
}

func eventually(t testing.TB, what string, f func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !f(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not in 20 s: %s", what)
		}
	}
}

// A store whose appends wait for the test.
type gated struct {
	store.Backend
	gate chan error
}

func (g gated) Append(d []store.Draft, r []store.Result) error {
	if err := <-g.gate; err != nil {
		return err
	}
	return g.Backend.Append(d, r)
}

func TestFullQueueStopsReading(t *testing.T) {
	gate := make(chan error)
	r := newRigOn(t, Options{QueueBytes: 10_000}, gated{memory.New(memory.Options{}), gate})
	p := r.peer(peerOptions{})
	n := 0
	for ; p.Ready(); n++ {
		p.publish("a", strings.Repeat("x", 1000))
	}
	if n < 5 || n > 10 {
		t.Errorf("%d drafts of 1,000 bytes filled a queue of 10,000", n)
	}
	close(gate)
	select {
	case <-p.resumed:
	case <-time.After(20 * time.Second):
		t.Fatal("no Resume")
	}
	if !p.Ready() {
		t.Error("not ready after Resume")
	}
	p.read(n)
}

func TestUnwrittenRepliesStopReading(t *testing.T) {
	r := newRig(t, Options{}, memory.Options{})
	p := r.peer(peerOptions{})
	big := make([]uint64, 4000)
	n := 0
	for ; p.Ready(); n++ {
		p.Lock()
		p.SetReplies(frame(p.Replies(), kindAnswer, big...))
		p.Unlock()
		p.Flush()
	}
	eventually(t, "the socket is stalled", func() bool { return r.hub.Stats().Stalled == 1 })
	p.read(n)
	select {
	case <-p.resumed:
	case <-time.After(20 * time.Second):
		t.Fatal("no Resume")
	}
	if !p.Ready() {
		t.Error("not ready after Resume")
	}
}

func TestFailedAppendAnswersNothing(t *testing.T) {
	gate, fatal := make(chan error, 1), make(chan error, 1)
	b := gated{memory.New(memory.Options{}), gate}
	log := store.NewLog(b)
	defer log.Close()
	h, err := New(Options{Log: log, Encoders: []Encoder{plain{}}, Fatal: func(err error) { fatal <- err }})
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{t: t, hub: h, log: log}
	p := r.peer(peerOptions{pipe: true})
	doubt := errors.New("doubt")
	gate <- doubt
	p.publish("a", "one")
	if err := <-fatal; err != doubt {
		t.Fatalf("Fatal(%v)", err)
	}
	p.publish("a", "two")
	if err := h.Close(); err != doubt {
		t.Errorf("Close: %v", err)
	}
	p.Lock()
	defer p.Unlock()
	if p.answers != 0 {
		t.Errorf("%d answers", p.answers)
	}
	if err := h.Delete(t.Context(), "a"); holdfast.CodeOf(err) != holdfast.CodeClosed {
		t.Errorf("Delete after Close: %v", err)
	}
}

func TestCloseAnswersWhatIsQueued(t *testing.T) {
	gate := make(chan error)
	r := newRigOn(t, Options{}, gated{memory.New(memory.Options{}), gate})
	p := r.peer(peerOptions{})
	for range 100 {
		p.publish("a", "x")
	}
	closed := make(chan error)
	go func() { closed <- r.hub.Close() }()
	close(gate)
	if err := <-closed; err != nil {
		t.Fatal(err)
	}
	p.read(100)
	p.publish("a", "too late")
	p.open(OpenRequest{Sub: 1, Channel: "a"}, 1, 1)
}

func TestChannelsAreForgotten(t *testing.T) {
	r := newRig(t, Options{}, memory.Options{})
	p := r.peer(peerOptions{})
	for i := range 50 {
		ch := fmt.Sprint("c", i)
		r.fill(ch, 1)
		p.open(OpenRequest{Sub: uint32(i), Channel: ch, From: FromStart}, unlimited, unlimited)
		p.want(kindOpened)
		p.wantRecord(1, text(1))
	}
	if n := r.hub.channels.len(); n != 50 {
		t.Errorf("%d channels, want 50", n)
	}
	p.end()
	eventually(t, "all channels and pages are forgotten", func() bool {
		s := r.hub.Stats()
		return s.Channels == 0 && s.CacheBytes == 0 && s.Cursors == 0
	})
}

func TestQuietChannelKeepsNoPage(t *testing.T) {
	var later atomic.Int64
	r := newRig(t, Options{Now: func() time.Time { return time.Now().Add(time.Duration(later.Load())) }}, memory.Options{})
	p := r.peer(peerOptions{})
	p.open(OpenRequest{Sub: 1, Channel: "a"}, unlimited, unlimited)
	p.want(kindOpened)
	p.publish("a", "one")
	p.read(2)
	if s := r.hub.Stats(); s.TailBytes == 0 {
		t.Error("an active channel has no tail page")
	}
	later.Store(int64(quietAfter))
	eventually(t, "the tail page is dropped", func() bool { return r.hub.Stats().TailBytes == 0 })
	p.publish("a", "two")
	p.read(2)
}

func TestSweepComesEverySecond(t *testing.T) {
	r := newRig(t, Options{}, memory.Options{})
	p := r.peer(peerOptions{})
	eventually(t, "two sweeps", func() bool {
		p.Lock()
		defer p.Unlock()
		return p.sweeps >= 2
	})
}

func TestBrokenSocketIsTold(t *testing.T) {
	r := newRig(t, Options{}, memory.Options{})
	p := r.peer(peerOptions{})
	p.client.Close()
	p.conn.Close()
	p.Lock()
	p.Control([]byte{kindControl})
	p.Urgent()
	p.Unlock()
	eventually(t, "Broken is called", func() bool {
		p.mu.Lock()
		defer p.mu.Unlock()
		return p.broken != nil
	})
}

func TestOptions(t *testing.T) {
	log := store.NewLog(memory.New(memory.Options{}))
	defer log.Close()
	for _, o := range []Options{
		{Encoders: []Encoder{plain{}}},
		{Log: log},
		{Log: log, Encoders: make([]Encoder, MaxEncoders+1)},
		{Log: log, Encoders: []Encoder{plain{}}, Workers: -1},
	} {
		if _, err := New(o); holdfast.CodeOf(err) != holdfast.CodeBadArgument {
			t.Errorf("New(%+v): %v", o, err)
		}
	}
}

func TestCloseUnderLoad(t *testing.T) {
	r := newRig(t, Options{Workers: 2, QueueBytes: 20_000}, memory.Options{})
	for i := range 10 {
		p := r.peer(peerOptions{codec: i % 2, pipe: i == 3})
		p.open(OpenRequest{Sub: 1, Channel: "a", From: FromStart}, unlimited, unlimited)
		go func() {
			for {
				if _, err := p.nextFrame(); err != nil {
					return
				}
			}
		}()
	}
	stop := make(chan struct{})
	var publishers []*peer
	var wg sync.WaitGroup
	for range 3 {
		p := r.peer(peerOptions{})
		publishers = append(publishers, p)
		wg.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				if p.Ready() {
					p.publish("a", "x", "y")
				} else {
					runtime.Gosched()
				}
			}
		})
		go func() {
			for {
				if _, err := p.nextFrame(); err != nil {
					return
				}
			}
		}()
	}
	eventually(t, "records flow", func() bool { return r.hub.Stats().Deliveries > 5000 })
	if err := r.hub.Close(); err != nil {
		t.Fatal(err)
	}
	close(stop)
	wg.Wait()
	answers := 0
	for _, p := range publishers {
		p.Lock()
		answers += p.answers
		p.Unlock()
	}
	if st, _ := r.log.State(t.Context(), "a"); int(st.Head) != answers {
		t.Errorf("%d records are stored, %d were answered", st.Head, answers)
	}
}

func TestDrainWritesTheRest(t *testing.T) {
	r := newRig(t, Options{}, memory.Options{})
	p := r.peer(peerOptions{})
	p.open(OpenRequest{Sub: 1, Channel: "a"}, unlimited, unlimited)
	p.want(kindOpened)
	r.fill("a", 1)
	p.wantRecord(1, text(1))
	big := strings.Repeat("x", 1<<20)
	q := r.peer(peerOptions{})
	for range 20 {
		q.publish("a", big)
	}
	q.read(20)
	eventually(t, "the subscriber is stalled", func() bool { return r.hub.Stats().Stalled == 1 })
	if p.Drain(time.Millisecond) {
		t.Error("drained although nobody reads")
	}
	p.Lock()
	p.Control([]byte{kindControl})
	p.Unlock()
	drained := make(chan bool)
	go func() { drained <- p.Drain(20 * time.Second) }()
	n := 0
	for p.next().kind != kindControl {
		n++
	}
	if !<-drained {
		t.Error("not drained")
	}
	if n == 0 || n >= 20 {
		t.Errorf("%d records came before the close frame; the one under way is wanted, and not all", n)
	}
}

// A message under way can only be finished with the bytes that it was begun with.
func TestStalledRangeTrimmedIsLogMoved(t *testing.T) {
	r := newRig(t, Options{TrimEvery: -1, CacheBytes: 1, PageBytes: 4096}, memory.Options{Retention: store.Retention{Records: 5}})
	p, q := r.peer(peerOptions{}), r.peer(peerOptions{})
	p.open(OpenRequest{Sub: 1, Channel: "a"}, unlimited, unlimited)
	p.want(kindOpened)
	big := strings.Repeat("x", 1<<20)
	for r.hub.Stats().Stalled == 0 {
		q.publish("a", big)
		q.want(kindAnswer)
	}
	for range 20 {
		q.publish("a", big)
		q.want(kindAnswer)
	}
	if _, err := r.hub.Trim(t.Context()); err != nil {
		t.Fatal(err)
	}
	for { // the connection ends in the middle of a message
		if _, err := p.nextFrame(); err != nil {
			break
		}
	}
	eventually(t, "Broken is called", func() bool {
		p.mu.Lock()
		defer p.mu.Unlock()
		return holdfast.CodeOf(p.broken) == holdfast.CodeLogMoved
	})
}

// A store whose reads fail while the test says so.
type unreadable struct {
	store.Backend
	fail *atomic.Bool
}

func (u unreadable) Read(ctx context.Context, ch string, after uint64, l store.Limit) ([]holdfast.Record, error) {
	if u.fail.Load() {
		return nil, &holdfast.Error{Code: holdfast.CodeStoreDamaged, Op: "read"}
	}
	return u.Backend.Read(ctx, ch, after, l)
}

func TestUnreadableLogClosesTheSubscription(t *testing.T) {
	var fail atomic.Bool
	r := newRigOn(t, Options{}, unreadable{memory.New(memory.Options{}), &fail})
	r.fill("a", 3)
	fail.Store(true)
	p := r.peer(peerOptions{})
	p.open(OpenRequest{Sub: 1, Channel: "a", From: FromStart}, unlimited, unlimited)
	p.want(kindOpened, 1, 0)
	p.want(kindClosed, 1, uint64(holdfast.CodeStoreDamaged))
	fail.Store(false)
	p.open(OpenRequest{Sub: 1, Channel: "a", From: FromStart}, unlimited, unlimited)
	p.want(kindOpened, 1, 0)
	for o := uint64(1); o <= 3; o++ {
		p.wantRecord(o, text(o))
	}
}

// Cursors of one history share the reads of it.
func TestCursorsShareLoads(t *testing.T) {
	r := newRig(t, Options{}, memory.Options{})
	r.fill("a", 200)
	before := r.hub.Stats().Loads
	var peers []*peer
	for range 20 {
		p := r.peer(peerOptions{})
		peers = append(peers, p)
		p.open(OpenRequest{Sub: 1, Channel: "a", From: FromStart}, 0, unlimited)
		p.want(kindOpened)
	}
	for _, p := range peers {
		p.allow(1, unlimited, 0)
	}
	for _, p := range peers {
		if g := p.read(200); g[199].offset != 200 {
			t.Fatalf("the last record is %d", g[199].offset)
		}
	}
	if n := r.hub.Stats().Loads - before; n != 1 {
		t.Errorf("%d loads for 20 cursors at one place, want 1", n)
	}
}

// An acknowledgement has no term: the hub completes it. A subscriber that remembers its own position knows better than the cursor.
func TestNamedCursorTermAndPosition(t *testing.T) {
	r := newRig(t, Options{}, memory.Options{})
	r.fill("a", 5)
	term := uint64(r.log.Info().Term)
	p := r.peer(peerOptions{})
	p.open(OpenRequest{Sub: 1, Channel: "a", Cursor: "c", From: FromStart}, unlimited, unlimited)
	p.want(kindOpened, 1, 0)
	for o := uint64(1); o <= 5; o++ {
		p.wantRecord(o, text(o))
	}
	p.Lock()
	p.SaveCursor(1, holdfast.Position{Offset: 3})
	p.CloseSub(1)
	p.Unlock()
	p.open(OpenRequest{Sub: 1, Channel: "a", Cursor: "c"}, unlimited, unlimited)
	p.want(kindOpened, 1, 0, term, 3, term, 3, 2)
	p.wantRecord(4, text(4))
	p.wantRecord(5, text(5))
	p.Lock()
	p.CloseSub(1)
	p.Unlock()
	p.open(OpenRequest{Sub: 1, Channel: "a", Cursor: "c", From: FromPosition, Position: holdfast.Position{Term: holdfast.Term(term), Offset: 4}}, unlimited, unlimited)
	p.want(kindOpened, 1, 0, term, 4, term, 4, 3)
	p.wantRecord(5, text(5))
}

// The same where the log was deleted and written anew while the rest was being looked for: it has records with the same offsets.
func TestStalledRangeOfADeletedLogIsLogMoved(t *testing.T) {
	r := newRig(t, Options{TrimEvery: -1, CacheBytes: 1, PageBytes: 4096}, memory.Options{})
	p, q := r.peer(peerOptions{}), r.peer(peerOptions{})
	p.open(OpenRequest{Sub: 1, Channel: "a"}, unlimited, unlimited)
	p.want(kindOpened)
	published := 0
	publish := func(data string) {
		q.publish("a", data)
		q.want(kindAnswer)
		published++
	}
	first, second := strings.Repeat("x", 20<<10), strings.Repeat("y", 20<<10) // what is left of one fits the socket
	for r.hub.Stats().Stalled == 0 {
		publish(first)
	}
	for range 5 {
		publish(first)
	}
	r.hub.SlowHistory(time.Second) // so long the rest is looked for
	loads := r.hub.Stats().Loads
	read := make(chan string, 1)
	go func() {
		for {
			g, err := p.nextFrame()
			if err != nil {
				read <- ""
				return
			}
			if strings.Contains(g.data, "y") {
				read <- "a record ends with another log's bytes"
				return
			}
		}
	}()
	eventually(t, "the rest is looked for", func() bool { return r.hub.Stats().Loads > loads })
	if err := r.hub.Delete(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	for range published {
		publish(second)
	}
	if wrong := <-read; wrong != "" {
		t.Fatal(wrong)
	}
	eventually(t, "Broken is called", func() bool {
		p.mu.Lock()
		defer p.mu.Unlock()
		return holdfast.CodeOf(p.broken) == holdfast.CodeLogMoved
	})
}
