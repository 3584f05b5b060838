package linear_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/check/linear"
	"github.com/holdfast-ws/holdfast/store"
	"github.com/holdfast-ws/holdfast/store/disk"
	"github.com/holdfast-ws/holdfast/store/memory"
)

func draft(channel string, producer byte, number uint64) store.Draft {
	d := store.Draft{Channel: channel, Number: number, Type: holdfast.Text, Data: fmt.Append(nil, producer, number)}
	d.Producer[0] = producer
	d.Hash = store.ContentHash(d.Type, d.Headers, d.Data)
	return d
}

const patience = 30 * time.Second

// work appends by one lane and reads by two readers until the store fails or the appender has done n batches; each number is
// sent twice now and then. It returns the last number that was used.
func work(rec *linear.Recorder, rnd *rand.Rand, next uint64, n int, appended func()) uint64 {
	var wg sync.WaitGroup
	seeds := [2]uint64{rnd.Uint64(), rnd.Uint64()}
	for k := range 2 {
		wg.Go(func() {
			rnd := rand.New(rand.NewPCG(seeds[k], 1))
			for range n {
				if _, err := rec.Read(context.Background(), 1+k, "c", uint64(rnd.IntN(20)), rnd.IntN(5)); err != nil {
					return
				}
				if _, err := rec.State(context.Background(), 1+k, "c"); err != nil {
					return
				}
			}
		})
	}
	for range n {
		ds := []store.Draft{draft("c", 1, next+1), draft("c", 1, next+2), draft("c", 2, next+1), draft("c", 2, next+2)}
		if rnd.IntN(4) == 0 && next > 0 {
			ds = append(ds, draft("c", 1, next))
		}
		if _, err := rec.Append(0, ds); err != nil {
			break
		}
		next += 2
		appended()
	}
	wg.Wait()
	return next
}

// What the disk store has committed is there after each crash, and what was in flight is there as a whole or not at all.
func TestCrashes(t *testing.T) {
	for seed := range uint64(4) {
		rnd := rand.New(rand.NewPCG(seed, 0))
		fs := vfs.NewCrashableMem()
		rec := linear.New(nil)
		next := uint64(0)
		for range 4 {
			s, err := disk.Open("data", disk.Options{FS: fs, TrimEvery: -1, MemTableSize: 256 << 10})
			if err != nil {
				t.Fatal(err)
			}
			rec.Reopened(s)
			crash := make(chan struct{})
			var once sync.Once
			left, batches := 2+rnd.IntN(6), 0
			var wg sync.WaitGroup
			seed := rnd.Uint64()
			wg.Go(func() {
				defer once.Do(func() { close(crash) })
				next = work(rec, rand.New(rand.NewPCG(seed, 2)), next, 12, func() {
					if batches++; batches == left {
						once.Do(func() { close(crash) })
					}
				})
			})
			<-crash
			rec.Crash()
			after := fs.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: rnd.IntN(101), RNG: rnd})
			wg.Wait()
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			fs = after
			next += 10 // numbers of what was cut off are not used again: they are a hole, and then skipped
			reopened, err := disk.Open("data", disk.Options{FS: fs, TrimEvery: -1, MemTableSize: 256 << 10})
			if err != nil {
				t.Fatal(err)
			}
			rec.Reopened(reopened)
			for p := range byte(2) {
				d := draft("c", p+1, next)
				d.Kind, d.From = store.Skip, 1
				if _, err := rec.Append(0, []store.Draft{d}); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := rec.Read(context.Background(), 0, "c", 0, 0); err != nil {
				t.Fatal(err)
			}
			rec.Crash()
			if err := reopened.Close(); err != nil {
				t.Fatal(err)
			}
		}
		if wrong := rec.Check(patience); wrong != "" {
			t.Fatalf("seed %d: %s", seed, wrong)
		}
		if rec.Operations() < 50 {
			t.Fatalf("seed %d: only %d calls", seed, rec.Operations())
		}
	}
}

// broken is a backend that does one thing wrong.
type broken struct {
	store.Backend
	how  string
	head uint64 // a state that is not the newest
}

func (b *broken) Append(drafts []store.Draft, results []store.Result) error {
	if b.how == "stores duplicates again" {
		drafts = append([]store.Draft(nil), drafts...)
		for i := range drafts {
			if drafts[i].Kind == store.Publish {
				drafts[i].Producer = holdfast.ProducerID{}
			}
		}
	}
	if b.how == "loses the last of a batch" && len(drafts) > 1 {
		err := b.Backend.Append(drafts[:len(drafts)-1], results[:len(drafts)-1])
		results[len(drafts)-1] = store.Result{Outcome: store.Stored, Offset: results[len(drafts)-2].Offset + 1}
		return err
	}
	st, _ := b.State(context.Background(), "c")
	b.head = st.Head
	return b.Backend.Append(drafts, results)
}

func (b *broken) State(ctx context.Context, channel string) (store.State, error) {
	st, err := b.Backend.State(ctx, channel)
	if b.how == "shows an old head" {
		st.Head = b.head
	}
	return st, err
}

func (b *broken) Read(ctx context.Context, channel string, after uint64, l store.Limit) ([]holdfast.Record, error) {
	if b.how == "reads from one too late" {
		after++
	}
	return b.Backend.Read(ctx, channel, after, l)
}

// A good backend has an order, and each broken one has none.
func TestBrokenBackends(t *testing.T) {
	for _, how := range []string{"", "stores duplicates again", "loses the last of a batch", "shows an old head", "reads from one too late"} {
		t.Run("it "+how, func(t *testing.T) {
			b := &broken{Backend: memory.New(memory.Options{}), how: how}
			defer b.Close()
			rec := linear.New(b)
			ctx := context.Background()
			for n := range uint64(3) {
				for _, ds := range [][]store.Draft{{draft("c", 1, 2*n+1), draft("c", 1, 2*n+2)}, {draft("c", 1, 2*n+2)}} {
					if _, err := rec.Append(0, ds); err != nil {
						t.Fatal(err)
					}
				}
				if _, err := rec.State(ctx, 1, "c"); err != nil {
					t.Fatal(err)
				}
				if _, err := rec.Read(ctx, 1, "c", n, 0); err != nil {
					t.Fatal(err)
				}
			}
			wrong := rec.Check(patience)
			if (wrong == "") != (how == "") || how != "" && !strings.Contains(wrong, "no order explains") {
				t.Errorf("found: %q", wrong)
			}
		})
	}
}
