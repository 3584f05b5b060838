package promise

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/store"
)

// spy is a backend that notes what it is asked for, can be held up before an append, and fail behind one.
type spy struct {
	store.Backend
	waits bool // it will be held up

	mu      sync.Mutex
	seen    []asked
	gate    chan struct{} // not nil: Append waits
	waiting int
	broken  bool // the next Append appends, and then says that it does not know
	forgot  int  // lanes
}

// asked is a draft and what became of it.
type asked struct {
	kind     store.Kind
	channel  string
	producer holdfast.ProducerID
	from     uint64
	number   uint64
	again    bool
	result   store.Result
}

var errDoubt = errors.New("the disk has gone away")

func (s *spy) Append(drafts []store.Draft, results []store.Result) error {
	s.mu.Lock()
	s.waiting++
	for s.gate != nil {
		gate := s.gate
		s.mu.Unlock()
		<-gate
		s.mu.Lock()
	}
	s.waiting--
	broken := s.broken
	s.mu.Unlock()
	if err := s.Backend.Append(drafts, results); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range drafts {
		d := &drafts[i]
		s.seen = append(s.seen, asked{d.Kind, d.Channel, d.Producer, d.From, d.Number, !d.Sent.IsZero(), results[i]})
	}
	if broken {
		return errDoubt
	}
	return nil
}

func (s *spy) Trim(ctx context.Context) (store.Trimmed, error) {
	t, err := s.Backend.Trim(ctx)
	s.mu.Lock()
	s.forgot += t.Lanes
	s.mu.Unlock()
	return t, err
}

// Info says that appends may wait, where they will: whoever commits is not to be a reader then.
func (s *spy) Info() store.Info {
	i := s.Backend.Info()
	i.Quick = i.Quick && !s.waits
	return i
}

func (s *spy) hold() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gate = make(chan struct{})
}

func (s *spy) release() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.gate != nil {
		close(s.gate)
		s.gate = nil
	}
}

func (s *spy) held() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.gate != nil && s.waiting > 0
}

func (s *spy) breakNext() {
	s.mu.Lock()
	s.broken = true
	s.mu.Unlock()
}

func (s *spy) forgotten() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.forgot
}

func (s *spy) all() []asked {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.seen)
}

// syncGate is a file system whose syncs of the write-ahead log can be held up.
type syncGate struct {
	fs      vfs.FS
	mu      sync.Mutex
	gate    chan struct{}
	waiting atomic.Int32
}

func newSyncGate() *syncGate {
	g := &syncGate{}
	g.fs = errorfs.Wrap(vfs.Default, errorfs.InjectorFunc(func(o errorfs.Op) error {
		isSync := o.Kind == errorfs.OpFileSync || o.Kind == errorfs.OpFileSyncData || o.Kind == errorfs.OpFileSyncTo
		if !isSync || !strings.HasSuffix(o.Path, ".log") {
			return nil
		}
		g.mu.Lock()
		gate := g.gate
		g.mu.Unlock()
		if gate != nil {
			g.waiting.Add(1)
			<-gate
			g.waiting.Add(-1)
		}
		return nil
	}))
	return g
}

func (g *syncGate) hold() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.gate = make(chan struct{})
}

func (g *syncGate) release() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.gate != nil {
		close(g.gate)
		g.gate = nil
	}
}

func (g *syncGate) held() bool { return g.waiting.Load() > 0 }
