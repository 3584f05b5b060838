//go:build linux

package main

import (
	"bytes"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/holdfast-ws/holdfast/cmd/holdfast/internal/rig"
)

// A subscriber that does not read costs the server no memory, and the others nothing; then it reads all.
func TestSubscriberThatDoesNotRead(t *testing.T) {
	size, seconds := 24<<20, 4
	if long() {
		size, seconds = 200<<20, 60
	}
	without := slowRun(t, size, seconds, false)
	with := slowRun(t, size, seconds, true)
	t.Logf("peak memory of the server: %d KiB without, %d KiB with a subscriber that does not read", without, with)
	if with > without+32<<10 {
		t.Errorf("it cost %d KiB", with-without)
	}
}

func slowRun(t *testing.T, size, seconds int, sleeper bool) (peakKiB int) {
	w := newWorld(t)
	w.serve()
	in := bytes.Repeat(noise(4, 1<<20), size>>20)
	file := w.write("in", in)
	subscribe := func(name string) *rig.Proc {
		return w.start(args([]string{"subscribe", w.url(), "slow", "--from", "start", "--raw", "--until-eof",
			"--output", w.path("out-" + name), "--cursor", w.path("cursor-" + name), "--stats", w.path("stats-" + name)}, fast...)...)
	}
	pub := w.start(args([]string{"publish", w.url(), "slow", "--input", file, "--split", "4096", "--eof", "--rate", fmt.Sprint(size / seconds)}, fast...)...)
	awake := subscribe("awake")
	var asleep *rig.Proc
	if sleeper {
		asleep = subscribe("asleep")
		w.until("the sleeper has begun", func() bool { return w.size("out-asleep") > 0 })
		if err := asleep.Signal(syscall.SIGSTOP); err != nil {
			t.Fatal(err)
		}
	}
	within := 4*time.Duration(seconds)*time.Second + patience
	for _, p := range []*rig.Proc{pub, awake} { // they end while the sleeper sleeps
		if code := w.waitFor(p, within); code != 0 {
			t.Fatalf("%s: exit code %d: %s", p.Name, code, p.Stderr())
		}
	}
	if !bytes.Equal(w.read("out-awake"), in) {
		t.Error("the one that was awake has other bytes")
	}
	if sleeper {
		left := len(in) - int(w.size("out-asleep"))
		asleep.Signal(syscall.SIGCONT)
		if code := w.waitFor(asleep, within); code != 0 {
			t.Fatalf("the sleeper: exit code %d: %s", code, asleep.Stderr())
		}
		if !bytes.Equal(w.read("out-asleep"), in) {
			t.Error("the sleeper has other bytes")
		}
		t.Logf("the sleeper read %d bytes after it woke up", left)
	}
	peakKiB = peak(t, w.server.Pid())
	w.stop()
	return peakKiB
}

// peak returns the most memory that a process has had, in KiB.
func peak(t *testing.T, pid int) int {
	t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile(`VmHWM:\s+(\d+) kB`).FindSubmatch(b)
	if m == nil {
		t.Fatal("no VmHWM")
	}
	n, _ := strconv.Atoi(string(m[1]))
	return n
}
