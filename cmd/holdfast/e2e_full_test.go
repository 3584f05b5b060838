//go:build linux

package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/holdfast-ws/holdfast/cmd/holdfast/internal/chaos"
	"github.com/holdfast-ws/holdfast/cmd/holdfast/internal/rig"
)

// smallDisk mounts a file system of that size at the folder name. It needs a root who may mount.
func (w *world) smallDisk(name, size string) {
	w.t.Helper()
	if err := os.Mkdir(w.path(name), 0o755); err != nil {
		w.t.Fatal(err)
	}
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size="+size, "tmpfs", w.path(name)).CombinedOutput(); err != nil {
		w.t.Skipf("needs a root who may mount: %v: %s", err, out)
	}
	w.t.Cleanup(func() { exec.Command("umount", "-l", w.path(name)).Run() })
}

// free is how many bytes are free where a folder is.
func (w *world) free(name string) int64 {
	w.t.Helper()
	var st unix.Statfs_t
	if err := unix.Statfs(w.path(name), &st); err != nil {
		w.t.Fatal(err)
	}
	return int64(st.Bavail) * st.Bsize
}

// ballast fills a folder's disk until so many bytes are left, and returns what takes it away again.
func (w *world) ballast(folder string, leave int64) (remove func()) {
	w.t.Helper()
	f, err := os.CreateTemp(w.path(folder), "ballast")
	if err != nil {
		w.t.Fatal(err)
	}
	defer f.Close()
	chunk := make([]byte, 64<<10)
	for n := w.free(folder) - leave; n > 0; n -= int64(len(chunk)) {
		if _, err := f.Write(chunk[:min(n, int64(len(chunk)))]); errors.Is(err, syscall.ENOSPC) {
			break
		} else if err != nil {
			w.t.Fatal(err)
		}
	}
	return func() { os.Remove(f.Name()) }
}

// The server's disk fills up under load. New records are held back while there is still room for the store's own needs; then
// the last byte is taken, and it lives on and serves what it has, and starts again if it is killed. When there is room
// again it goes on by itself, and nothing is lost or doubled. Promises 1 and 8.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	rounds := 2
	if long() {
		rounds = 20
	}
	const memTable = 1 << 20
	w := newWorld(t)
	w.smallDisk("data", fmt.Sprintf("%dm", 40+4*rounds)) // each round leaves records behind
	w.child = &child{MemTable: memTable}
	w.serve("--trim-every", "100ms")
	w.chaos(chaos.Options{})
	c := w.gather(crowdOptions{Clients: 10, Every: 20 * time.Millisecond, Size: 2000})
	others := 0 // lines of another publisher
	for round := range rounds {
		c.more(t, 500)
		roomy := w.ballast("data", 6*memTable) // more than the store keeps for itself: that it stops in time is its own doing
		c.faults.add("disk nearly full", 1)
		var p *rig.Proc
		least := w.free("data")
		w.until("records are held back", func() bool {
			least = min(least, w.free("data"))
			if p == nil || gone(p) { // what the store knows of the disk may be 100 ms old
				p = w.startWith(rigWithInput(lines(others+1, others+10)), args([]string{"publish", w.url(), "other"}, fast...)...)
				others += 10
			}
			return strings.Contains(p.Stderr(), "store_full") || gone(w.server)
		})
		if gone(w.server) {
			t.Fatalf("the server has ended: %s %s", p.Stderr(), w.server.Stderr())
		}
		t.Logf("%d bytes were left at least: a compaction under way may take what the store has kept, a record may not", least)
		all := w.ballast("data", 0)
		c.faults.add("disk full", 1)
		c.readAgain(t, 20)
		cpu := cpuTicks(t, w.server.Pid())
		c.pass(time.Second)
		if gone(w.server) {
			t.Fatalf("the server has ended: %s", w.server.Stderr())
		}
		t.Logf("%d ticks of CPU time in a second with a full disk", cpuTicks(t, w.server.Pid())-cpu)
		all()
		if round%2 == 1 { // on a disk that is nearly full it starts, and serves what it has
			c.crash("server killed")
			c.readAgain(t, 20)
		}
		roomy()
		if code := w.wait(p); code != 0 {
			t.Fatalf("exit code %d: %s", code, p.Stderr())
		}
	}
	c.more(t, 500)
	c.finish()
	if out := w.must("", "subscribe", w.url(), "other", "--from", "start", "--raw", "--count", fmt.Sprint(others)); out != lines(1, others) {
		t.Errorf("%q", out)
	}
}

// readAgain reads so many records of the crowd's first channel anew.
func (c *crowd) readAgain(t testing.TB, n int) {
	t.Helper()
	out := c.w.must("", "subscribe", c.w.url(), c.channel(0), "--from", "start", "--json", "--count", fmt.Sprint(n))
	s := readSeen(c.w.t.(*testing.T), []byte(out), "")
	s.covers(c.w.t.(*testing.T), 1, uint64(n))
}

// The disk of a publisher's outbox fills up: it says so and sends nothing that it has not kept. Started again when there is
// room, it goes on, and nothing is lost or doubled.
func TestOutboxDiskFull(t *testing.T) {
	t.Parallel()
	rounds := 3
	w := newWorld(t)
	w.smallDisk("box", "8m") // it needs twice its size for a moment now and then
	w.serve()
	in := noise(11, 1<<20)
	cmd := args([]string{"publish", w.url(), "c", "--input", w.write("in", in), "--split", "500", "--outbox", w.path("box/outbox"), "--rate", "400000", "--eof"}, fast...)
	sub := w.start(args([]string{"subscribe", w.url(), "c", "--from", "start", "--raw", "--until-eof", "--output", w.path("out")}, fast...)...)
	faults := newFaultLog()
	for range rounds {
		p := w.start(cmd...)
		size := w.size("out")
		w.until("some has been published", func() bool { return w.size("out") > size || gone(p) })
		remove := w.ballast("box", 0)
		code := w.wait(p)
		if code != exitFailed || !strings.Contains(p.Stderr(), "no space left") {
			t.Fatalf("exit code %d: %s", code, p.Stderr())
		}
		faults.add("disk of the outbox full", 1)
		if again := w.start(cmd...); w.wait(again) == 0 {
			t.Errorf("it has published everything with a full disk: %s", again.Stderr())
		}
		remove()
	}
	for _, p := range []*rig.Proc{w.start(cmd...), sub} {
		if code := w.wait(p); code != 0 {
			t.Fatalf("%s: exit code %d: %s", p.Name, code, p.Stderr())
		}
	}
	violations := 0
	if out := w.read("out"); !bytes.Equal(in, out) {
		violations = 1
		t.Errorf("%d bytes in, %d out", len(in), len(out))
	}
	faults.log(t)
	tally(t, int64(len(in)/500), faults.count, violations)
}
