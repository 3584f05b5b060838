package powercut

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
)

// rig is a file system whose power can be cut.
type rig struct {
	t   *testing.T
	dir string
	o   Options
	*FS
}

func newRig(t *testing.T, o Options) *rig {
	r := &rig{t: t, dir: t.TempDir(), o: o}
	r.cut()
	return r
}

// cut forgets what is in memory.
func (r *rig) cut() {
	r.t.Helper()
	if r.FS != nil {
		for _, f := range r.FS.open {
			f.Close()
		}
	}
	var err error
	if r.FS, err = Open(r.dir, r.o); err != nil {
		r.t.Fatal(err)
	}
}

// content is what all files hold, by name.
func (r *rig) content() string {
	r.t.Helper()
	names, err := r.List("")
	if err != nil {
		r.t.Fatal(err)
	}
	var b strings.Builder
	for _, name := range names {
		f, err := r.Open(name)
		if err != nil {
			r.t.Fatal(err)
		}
		data, err := io.ReadAll(f)
		if err != nil {
			r.t.Fatal(err)
		}
		fmt.Fprintf(&b, "%s=%s ", name, data)
	}
	return strings.TrimSpace(b.String())
}

// do carries out steps such as "write a hello", "sync a", "syncdir", "rename a b", "remove a".
func (r *rig) do(steps string) {
	r.t.Helper()
	handles := map[string]vfs.File{}
	for step := range strings.SplitSeq(steps, ";") {
		w := strings.Fields(step)
		var err error
		switch w[0] {
		case "write":
			if handles[w[1]] == nil {
				handles[w[1]], err = r.Create(w[1], "")
			}
			if err == nil {
				_, err = handles[w[1]].Write([]byte(w[2]))
			}
		case "overwrite":
			var f vfs.File
			if f, err = r.OpenReadWrite(w[1], ""); err == nil {
				_, err = f.WriteAt([]byte(w[2]), 0)
				handles[w[1]] = f
			}
		case "sync":
			err = handles[w[1]].Sync()
		case "syncdir":
			var d vfs.File
			if d, err = r.OpenDir(""); err == nil {
				err = d.Sync()
			}
		case "rename":
			err = r.Rename(w[1], w[2])
		case "link":
			err = r.Link(w[1], w[2])
		case "remove":
			err = r.Remove(w[1])
		case "cut":
			r.cut()
			clear(handles)
		}
		if err != nil {
			r.t.Fatalf("%s: %v", step, err)
		}
	}
}

// What is there, and what is after a power failure, if nothing reaches the disk by itself.
func TestPowerFailure(t *testing.T) {
	const durable = "write a one; sync a; syncdir; "
	for _, tc := range []struct{ steps, before, after string }{
		{"write a one", "a=one", ""},
		{"write a one; sync a", "a=one", ""},
		{"write a one; syncdir", "a=one", "a="},
		{"write a one; sync a; syncdir", "a=one", "a=one"},
		{"write a one; syncdir; sync a", "a=one", "a=one"},
		{durable + "write a two", "a=onetwo", "a=one"},
		{durable + "write a two; sync a", "a=onetwo", "a=onetwo"},
		{durable + "overwrite a O", "a=One", "a=one"},
		{durable + "overwrite a O; sync a", "a=One", "a=One"},
		{durable + "rename a b", "b=one", "a=one"},
		{durable + "rename a b; syncdir", "b=one", "b=one"},
		{durable + "write b two; rename b a", "a=two", "a=one"},
		{durable + "write b two; rename b a; syncdir", "a=two", "a="},
		{durable + "write b two; sync b; rename b a; syncdir", "a=two", "a=two"},
		{durable + "remove a", "", "a=one"},
		{durable + "remove a; syncdir", "", ""},
		{durable + "link a b", "a=one b=one", "a=one"},
		{durable + "link a b; syncdir; remove a; syncdir", "b=one", "b=one"},
		{durable + "cut; write b two; remove a", "b=two", "a=one"},
		{durable + "cut; overwrite a two; sync a; cut; rename a b; syncdir", "b=two", "b=two"},
	} {
		r := newRig(t, Options{Early: -1})
		r.do(tc.steps)
		if got := r.content(); got != tc.before {
			t.Errorf("%s: %q, want %q", tc.steps, got, tc.before)
		}
		r.cut()
		if got := r.content(); got != tc.after {
			t.Errorf("%s: %q after a power failure, want %q", tc.steps, got, tc.after)
		}
	}
}

func TestFolders(t *testing.T) {
	r := newRig(t, Options{Early: -1})
	write := func() {
		t.Helper()
		if err := r.MkdirAll("/one/two", 0o700); err != nil {
			t.Fatal(err)
		}
		f, err := r.Create("/one/two/file", "")
		if err != nil {
			t.Fatal(err)
		}
		f.Write([]byte("x"))
		if err := f.Sync(); err != nil {
			t.Fatal(err)
		}
	}
	sync := func(dir string) {
		t.Helper()
		d, err := r.OpenDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Sync(); err != nil {
			t.Fatal(err)
		}
	}
	write()
	sync("/one/two")
	sync("/one")
	r.cut()
	if _, err := r.Stat("/one"); !errors.Is(err, fs.ErrNotExist) {
		t.Error("a folder that no sync made durable is there:", err)
	}
	write()
	sync("/one/two")
	sync("/one")
	sync("/")
	r.cut()
	if st, err := r.Stat("/one/two/file"); err != nil || st.Size() != 1 {
		t.Error(st, err)
	}
}

// What reaches the disk by itself is a prefix of what was written, and holds at least what was synced. Nothing, a
// part and all of it occur.
func TestTornTails(t *testing.T) {
	var none, part, all int
	for seed := range uint64(200) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		r := newRig(t, Options{Seed: seed + 1, Early: 30})
		r.do("write a .; sync a; syncdir")
		f, err := r.OpenReadWrite("a", "")
		if err != nil {
			t.Fatal(err)
		}
		written, synced := []byte("."), 1
		for range 1 + rnd.IntN(10) {
			p := bytes.Repeat([]byte{byte('a' + rnd.IntN(26))}, 1+rnd.IntN(50))
			if _, err := f.WriteAt(p, int64(len(written))); err != nil {
				t.Fatal(err)
			}
			written = append(written, p...)
			if rnd.IntN(4) == 0 {
				if err := f.Sync(); err != nil {
					t.Fatal(err)
				}
				synced = len(written)
			}
		}
		r.cut()
		got := strings.TrimPrefix(r.content(), "a=")
		if !strings.HasPrefix(string(written), got) || len(got) < synced {
			t.Fatalf("seed %d: %q after a power failure; %q was written, and %d bytes synced", seed, got, written, synced)
		}
		switch {
		case synced == len(written):
		case len(got) == synced:
			none++
		case len(got) == len(written):
			all++
		default:
			part++
		}
	}
	if none == 0 || part == 0 || all == 0 {
		t.Errorf("of what was not synced, nothing was left %d times, a part %d times, all %d times", none, part, all)
	}
}

// A disk that lies loses what was synced.
func TestSyncIgnored(t *testing.T) {
	r := newRig(t, Options{Early: -1, Sync: SyncIgnored})
	r.do("write a one; sync a; syncdir")
	r.cut()
	if got := r.content(); got != "" {
		t.Errorf("%q is there", got)
	}
}

// A database on it: what was committed with a sync is there, power failure after power failure.
func TestPebble(t *testing.T) {
	r := newRig(t, Options{Seed: 5})
	want := 0
	for range 5 {
		db, err := pebble.Open("/db", &pebble.Options{FS: r.FS, MemTableSize: 64 << 10, Logger: quiet{}})
		if err != nil {
			t.Fatal(err)
		}
		for n := range want {
			if _, c, err := db.Get(fmt.Append(nil, n)); err != nil {
				t.Fatalf("key %d of %d: %v", n, want, err)
			} else {
				c.Close()
			}
		}
		for range 300 {
			if err := db.Set(fmt.Append(nil, want), bytes.Repeat([]byte("x"), 1000), pebble.Sync); err != nil {
				t.Fatal(err)
			}
			want++
		}
		// the database that goes on closing writes into inodes that nobody knows any more
		old := r.FS
		crashed := t.TempDir()
		old.mu.Lock() // nothing gets to the disk meanwhile
		err = os.CopyFS(crashed, os.DirFS(r.dir))
		old.mu.Unlock()
		if err != nil {
			t.Fatal(err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		for _, f := range old.open {
			f.Close()
		}
		r.dir, r.FS = crashed, nil
		r.cut()
	}
}

type quiet struct{}

func (quiet) Infof(string, ...any)              {}
func (quiet) Errorf(string, ...any)             {}
func (quiet) Fatalf(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }
