package disk_test

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/store"
	"github.com/holdfast-ws/holdfast/store/disk"
)

// load is what a crash must not undo: a number of lanes that each write into every channel, in batches.
type load struct {
	next uint64 // the number that all lanes use next
}

const loadLanes, loadChannels = 3, 4

func (l *load) batch() []store.Draft {
	var ds []store.Draft
	for p := range byte(loadLanes) {
		for c := range loadChannels {
			d := store.Draft{Channel: fmt.Sprint("crash:", c), Number: l.next, Data: fmt.Appendf(nil, "%d/%d/%d", p, c, l.next), Publisher: "ann"}
			d.Producer[0] = p + 1
			d.Hash = store.ContentHash(d.Type, d.Headers, d.Data)
			ds = append(ds, d)
		}
	}
	return ds
}

// check reads a store after a crash: everything up to the number acked is there, in order and once; the next
// batch may be there as a whole, and nothing else. Lanes agree with the records.
func (l *load) check(t *testing.T, s *disk.Store, acked uint64) {
	t.Helper()
	ctx := context.Background()
	last := acked
	for c := range loadChannels {
		name := fmt.Sprint("crash:", c)
		recs, err := s.Read(ctx, name, 0, store.Limit{})
		if err != nil {
			t.Fatal(err)
		}
		n := uint64(len(recs)) / loadLanes
		if c == 0 {
			last = n
		}
		if uint64(len(recs)) != last*loadLanes || last < acked || last > acked+1 {
			t.Fatalf("%s has %d records, %d batches were acknowledged, the first channel has %d", name, len(recs), acked, last)
		}
		for i := range recs {
			p, number := i%loadLanes, uint64(i/loadLanes)+1
			if want := fmt.Sprintf("%d/%d/%d", p, c, number); string(recs[i].Data) != want || recs[i].Number != number || recs[i].Offset != uint64(i+1) {
				t.Fatalf("%s@%d is %q, want %q", name, recs[i].Offset, recs[i].Data, want)
			}
		}
	}
	if last == 0 {
		return
	}
	l.next = last
	ds := l.batch()
	res := make([]store.Result, len(ds))
	if err := s.Append(ds, res); err != nil {
		t.Fatal(err)
	}
	for i := range res {
		if res[i].Outcome != store.Duplicate || res[i].Offset == 0 {
			t.Fatalf("the last record sent again: %+v", res[i])
		}
	}
}

// TestPowerFailure copies what a file system would have after a power failure between two appends, with a
// random part of what was not synced.
func TestPowerFailure(t *testing.T) {
	rounds := 25
	if testing.Short() {
		rounds = 5
	}
	rnd := rand.New(rand.NewPCG(7, 7))
	mem := vfs.NewCrashableMem()
	l := &load{}
	acked := uint64(0)
	for range rounds {
		o := disk.Options{FS: mem, MemTableSize: 256 << 10, TrimEvery: -1}
		s := open(t, "data", o)
		l.check(t, s, acked)
		acked = l.next
		for n := 1 + rnd.IntN(150); n > 0; n-- {
			acked++
			l.next = acked
			ds := l.batch()
			if err := s.Append(ds, make([]store.Result, len(ds))); err != nil {
				t.Fatal(err)
			}
			if n%50 == 0 {
				if _, err := s.Trim(context.Background()); err != nil {
					t.Fatal(err)
				}
			}
		}
		next := mem.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: rnd.IntN(101), RNG: rnd})
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		mem = next
	}
}

// TestPowerFailureAnywhere copies the file system while appends run, so that the crash comes in the middle of
// commits, flushes and compactions too.
func TestPowerFailureAnywhere(t *testing.T) {
	rounds := 25
	if testing.Short() {
		rounds = 5
	}
	rnd := rand.New(rand.NewPCG(8, 8))
	mem := vfs.NewCrashableMem()
	l := &load{}
	acked := uint64(0)
	for range rounds {
		s := open(t, "data", disk.Options{FS: mem, MemTableSize: 256 << 10, TrimEvery: -1})
		l.check(t, s, acked)
		acked = l.next
		acks := make(chan uint64, 1<<16)
		stop := make(chan struct{})
		go func() {
			defer close(acks)
			for n := acked + 1; ; n++ {
				select {
				case <-stop:
					return
				default:
				}
				l := load{next: n}
				ds := l.batch()
				if err := s.Append(ds, make([]store.Result, len(ds))); err != nil {
					t.Error(err)
					return
				}
				acks <- n
			}
		}()
		for range 1 + rnd.IntN(150) {
			acked = <-acks
		}
		next := mem.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: rnd.IntN(101), RNG: rnd})
		close(stop)
		behind := uint64(0)
		for range acks {
			behind++
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		mem = next
		// what was acknowledged between the last look at acks and the clone is there too
		s = open(t, "data", disk.Options{FS: mem, MemTableSize: 256 << 10})
		st, err := s.State(context.Background(), "crash:0")
		if err != nil {
			t.Fatal(err)
		}
		if n := st.Head / loadLanes; n < acked || n > acked+behind+1 {
			t.Fatalf("%d batches are there, %d were acknowledged before the crash and %d after", n, acked, behind)
		}
		acked = st.Head / loadLanes
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// The data folder's parents are made durable, too, where they had to be made.
func TestPowerFailureOfANewFolder(t *testing.T) {
	mem := vfs.NewCrashableMem()
	s := open(t, "srv/holdfast/data", disk.Options{FS: mem})
	l := &load{next: 1}
	ds := l.batch()
	if err := s.Append(ds, make([]store.Result, len(ds))); err != nil {
		t.Fatal(err)
	}
	after := mem.CrashClone(vfs.CrashCloneCfg{})
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, "srv/holdfast/data", disk.Options{FS: after})
	l.check(t, s, 1)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

const childEnv = "HOLDFAST_DISK_CHILD"

// TestMain lets the test binary be the process that is killed.
func TestMain(m *testing.M) {
	if dir := os.Getenv(childEnv); dir != "" {
		child(dir)
	}
	os.Exit(m.Run())
}

// child appends until it is killed, and says after each batch that it was acknowledged.
func child(dir string) {
	s, err := disk.Open(dir, disk.Options{MemTableSize: 1 << 20, TrimEvery: -1})
	if err != nil {
		fmt.Println("failed", err)
		os.Exit(1)
	}
	st, err := s.State(context.Background(), "crash:0")
	if err != nil {
		fmt.Println("failed", err)
		os.Exit(1)
	}
	l := &load{}
	for l.next = st.Head/loadLanes + 1; ; l.next++ {
		ds := l.batch()
		if err := s.Append(ds, make([]store.Result, len(ds))); err != nil {
			fmt.Println("failed", err)
			os.Exit(1)
		}
		fmt.Println("acked", l.next)
	}
}

// TestKill kills a real process with SIGKILL again and again while it appends.
func TestKill(t *testing.T) {
	dir := t.TempDir()
	rounds := 6
	if testing.Short() {
		rounds = 2
	}
	acked := uint64(0)
	for round := range rounds {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		cmd := exec.CommandContext(ctx, os.Args[0])
		cmd.Env = append(os.Environ(), childEnv+"="+dir)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for n := 0; lines.Scan(); n++ {
			if strings.HasPrefix(lines.Text(), "failed") {
				t.Error(lines.Text())
			}
			fmt.Sscanf(lines.Text(), "acked %d", &acked)
			if n == 200+37*round {
				cmd.Process.Kill() // and read what it still said
			}
		}
		cmd.Wait()
		cancel()
		s := open(t, dir, disk.Options{MemTableSize: 1 << 20})
		l := &load{}
		l.check(t, s, acked)
		acked = l.next
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if acked < uint64(200*rounds) {
		t.Fatalf("only %d batches in %d rounds", acked, rounds)
	}
}

// TestOlderCopy puts a folder back to an older copy of itself.
func TestOlderCopy(t *testing.T) {
	dir, copied := t.TempDir(), t.TempDir()
	put := func(s *disk.Store, numbers ...uint64) []store.Result {
		var ds []store.Draft
		for _, n := range numbers {
			l := load{next: n}
			ds = append(ds, l.batch()[0])
		}
		res := make([]store.Result, len(ds))
		if err := s.Append(ds, res); err != nil {
			t.Fatal(err)
		}
		return res
	}
	s := open(t, dir, disk.Options{})
	put(s, 1, 2, 3)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(copied, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	s = open(t, dir, disk.Options{})
	lost := put(s, 4, 5)[1]
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	old := open(t, copied, disk.Options{})
	defer old.Close()
	if old.Info().Memory != s.Info().Memory {
		t.Error("the copy has another memory of lanes")
	}
	res := put(old, 6, 4)
	if res[0].Outcome != store.Hole || res[0].Expected != 4 {
		t.Errorf("a number behind what was lost: %+v", res[0])
	}
	if res[1].Outcome != store.Stored || res[1].Offset != 4 || !res[1].TermStart {
		t.Errorf("the first append: %+v", res[1])
	}
	st, err := old.State(context.Background(), "crash:0")
	if err != nil {
		t.Fatal(err)
	}
	r := st.Resume(holdfast.Position{Term: lost.Term, Offset: lost.Offset}, []holdfast.TermEnd{{Term: st.Terms[0].Term, Last: 3}})
	if !r.Forked || r.Fork != (store.Range{From: 4, To: 5}) || r.After.Offset != 3 {
		t.Errorf("a subscriber that saw what was lost resumes with %+v", r)
	}
}
