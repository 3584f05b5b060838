//go:build unix

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/holdfast-ws/holdfast/cmd/holdfast/internal/chaos"
	"github.com/holdfast-ws/holdfast/cmd/holdfast/internal/report"
	"github.com/holdfast-ws/holdfast/cmd/holdfast/internal/rig"
)

// seen is what a subscriber got: offsets, and the gaps that it was told.
type seen struct {
	offsets []uint64
	texts   []string
	gaps    [][2]uint64
}

var gapLine = regexp.MustCompile(`gap in \S+: the records (\d+) to (\d+) are gone`)

func readSeen(t *testing.T, out []byte, errs string) (s seen) {
	t.Helper()
	for line := range bytes.Lines(out) {
		var r struct {
			Offset uint64
			Text   string
		}
		if err := json.Unmarshal(line, &r); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		s.offsets = append(s.offsets, r.Offset)
		s.texts = append(s.texts, r.Text)
	}
	for _, m := range gapLine.FindAllStringSubmatch(errs, -1) {
		var g [2]uint64
		fmt.Sscan(m[1], &g[0])
		fmt.Sscan(m[2], &g[1])
		s.gaps = append(s.gaps, g)
	}
	return s
}

// covers fails unless records and gaps together are each offset from first to last once.
func (s *seen) covers(t *testing.T, first, last uint64) {
	t.Helper()
	next := first
	gaps := s.gaps
	for i := 0; i <= len(s.offsets); {
		switch {
		case len(gaps) > 0 && gaps[0][0] == next:
			next = gaps[0][1] + 1
			gaps = gaps[1:]
		case i < len(s.offsets) && s.offsets[i] == next:
			next++
			i++
		case i == len(s.offsets):
			i++
		default:
			t.Fatalf("record %d, when %d was due; gaps %v", s.offsets[i], next, s.gaps)
		}
	}
	if next != last+1 || len(gaps) > 0 {
		t.Fatalf("all up to %d, want %d; gaps %v", next-1, last, s.gaps)
	}
}

func lines(from, to int) string {
	var b strings.Builder
	for n := from; n <= to; n++ {
		fmt.Fprintf(&b, "line %d\n", n)
	}
	return b.String()
}

// Retention passes a subscriber that is away: it is told exactly what it has missed, and gets the rest.
func TestRetentionPassesASleepingSubscriber(t *testing.T) {
	w := newWorld(t)
	w.serve("--retention-records", "1000", "--trim-every", "100ms")
	w.must(lines(1, 10), "publish", w.url(), "c")
	sub := []string{"subscribe", w.url(), "c", "--from", "start", "--json", "--output", w.path("out"), "--cursor", w.path("cursor")}
	w.must("", append(sub, "--count", "10")...)
	for from := 11; from < 6000; from += 1000 {
		w.must(lines(from, from+999), "publish", w.url(), "c")
	}
	w.must("", "publish", w.url(), "c", "--eof")
	w.until("the oldest records are gone", func() bool {
		_, out, _ := w.run("", "subscribe", w.url(), "c", "--from", "start", "--json", "--count", "1")
		return readSeen(t, []byte(out), "").offsets[0] > 11
	})
	code, _, errs := w.run("", append(sub, "--until-eof")...)
	if code != exitGaps {
		t.Fatalf("exit code %d: %s", code, errs)
	}
	s := readSeen(t, w.read("out"), errs)
	s.covers(t, 1, 6010)
	if len(s.gaps) == 0 || s.gaps[0][0] != 11 || len(s.offsets) < 1000 {
		t.Fatalf("gaps %v, %d records", s.gaps, len(s.offsets))
	}
}

// Retention passes a subscriber that is connected and slow.
func TestRetentionPassesASlowSubscriber(t *testing.T) {
	w := newWorld(t)
	w.serve("--retention-bytes", "1M", "--trim-every", "100ms")
	sub := w.start("subscribe", w.url(), "c", "--from", "start", "--json", "--output", w.path("out"), "--cursor", w.path("cursor"), "--until-eof")
	w.must("line 1\n", "publish", w.url(), "c")
	w.until("the first record has come", func() bool { return w.size("out") > 0 })
	sub.Signal(syscall.SIGSTOP)
	long := strings.Repeat("x", 1000) + "\n"
	const rounds, each = 10, 3000
	for range rounds {
		w.must(strings.Repeat(long, each), "publish", w.url(), "c")
	}
	w.until("retention has passed it", func() bool {
		_, out, _ := w.run("", "subscribe", w.url(), "c", "--from", "start", "--json", "--count", "1")
		return readSeen(t, []byte(out), "").offsets[0] > rounds*each/2
	})
	w.must("", "publish", w.url(), "c", "--eof")
	sub.Signal(syscall.SIGCONT)
	code := w.wait(sub)
	s := readSeen(t, w.read("out"), sub.Stderr())
	if code != exitGaps || len(s.gaps) == 0 {
		t.Fatalf("exit code %d, gaps %v: %s", code, s.gaps, sub.Stderr())
	}
	s.covers(t, 1, 1+rounds*each)
	t.Logf("%d records, gaps %v", len(s.offsets), s.gaps)
}

// A memory store that is restarted forgets: gaps and unknown outcomes are told, and nothing is doubled.
func TestMemoryStoreRestarted(t *testing.T) {
	w := newWorld(t)
	w.serve("--store", "memory")
	w.chaos(chaos.Options{Delay: 20 * time.Millisecond})
	const n = 3000
	sub := w.start(args([]string{"subscribe", w.url(), "c", "--from", "start", "--json", "--output", w.path("out"), "--until-eof"}, fast...)...)
	pub := w.start(args([]string{"publish", w.url(), "c", "--input", w.write("in", []byte(lines(1, n))), "--eof", "--rate", "12000", "--stats", w.path("stats")}, fast...)...)
	reports := report.Follow[report.Publish](w.path("stats"))
	defer reports.Close()
	for kill := range 2 {
		w.until("records are in flight", func() bool {
			rs, err := reports.Next()
			if err != nil || gone(pub) {
				t.Fatal(err, pub.Stderr())
			}
			for _, r := range rs {
				if r.Delivered > uint64(kill+1)*500 && r.Connected && r.Unanswered > 3 {
					return true
				}
			}
			return false
		})
		w.server.Kill()
		w.serve()
	}
	if code := w.wait(pub); code != exitUnknown {
		t.Errorf("publish: exit code %d: %s", code, pub.Stderr())
	}
	if code := w.wait(sub); code != exitGaps {
		t.Errorf("subscribe: exit code %d: %s", code, sub.Stderr())
	}
	s := readSeen(t, w.read("out"), sub.Stderr())
	times := map[string]int{}
	last := 0
	for _, text := range s.texts {
		times[text]++
		var k int
		fmt.Sscanf(text, "line %d", &k)
		if times[text] > 1 || k <= last {
			t.Fatalf("%q came %d times, after line %d", text, times[text], last)
		}
		last = k
	}
	rs, err := reports.Next()
	if err != nil || len(rs) == 0 {
		t.Fatal(err)
	}
	final := rs[len(rs)-1]
	t.Logf("%d of %d lines came; unknown %d; gaps %v", len(s.texts), n, final.Unknown, s.gaps)
	if final.Unknown == 0 || int(final.Delivered+final.Unknown) != n+1 || final.Failed != 0 {
		t.Errorf("final report %+v", final)
	}
}

// A data folder that is put back to an older copy: publisher and subscriber are told what is lost, and miss
// nothing that comes afterwards.
func TestDataPutBack(t *testing.T) {
	w := newWorld(t)
	w.serve()
	w.chaos(chaos.Options{}) // an address that stays the same
	in, feed := io.Pipe()
	pub := w.startWith(rig.Options{Stdin: in, Stdout: &discard{}}, args([]string{"publish", w.url(), "c", "--eof", "--stats", w.path("stats")}, fast...)...)
	reports := report.Follow[report.Publish](w.path("stats"))
	defer reports.Close()
	acknowledged := func(n uint64) {
		t.Helper()
		w.until(fmt.Sprintf("%d records are acknowledged", n), func() bool {
			rs, err := reports.Next()
			if err != nil || gone(pub) {
				t.Fatal(err, pub.Stderr())
			}
			return len(rs) > 0 && rs[len(rs)-1].Delivered >= n
		})
	}
	sub := []string{"subscribe", w.url(), "c", "--from", "start", "--json", "--output", w.path("out"), "--cursor", w.path("cursor")}
	sub = args(sub, fast...)

	io.WriteString(feed, lines(1, 100))
	acknowledged(100)
	w.server.Kill()
	copyFolder(t, w.path("data"), w.path("yesterday"))
	w.serve()
	io.WriteString(feed, lines(101, 150))
	acknowledged(150)
	w.must("", append(sub, "--count", "150")...)
	w.server.Kill()
	os.RemoveAll(w.path("data"))
	copyFolder(t, w.path("yesterday"), w.path("data"))
	w.serve()
	io.WriteString(feed, lines(151, 180))
	feed.Close()
	if code := w.wait(pub); code != exitFailed && code != exitUnknown {
		t.Errorf("publish: exit code %d: %s", code, pub.Stderr())
	}
	if !strings.Contains(pub.Stderr(), "the server has lost records that it had acknowledged: the numbers 101 to 150") {
		t.Errorf("the publisher was not told: %s", pub.Stderr())
	}
	code, _, errs := w.run("", append(sub, "--until-eof")...)
	s := readSeen(t, w.read("out"), errs)
	t.Logf("exit code %d, %d records, gaps %v", code, len(s.offsets), s.gaps)
	if code != exitGaps || len(s.gaps) != 1 || s.gaps[0] != [2]uint64{101, 150} {
		t.Errorf("exit code %d, gaps %v: %s", code, s.gaps, errs)
	}
	want := strings.Split(strings.TrimSpace(lines(1, 180)), "\n")
	if strings.Join(s.texts, "|") != strings.Join(want, "|") {
		t.Errorf("%d lines came: %v", len(s.texts), s.texts[min(len(s.texts), 145):])
	}
}

func copyFolder(t *testing.T, from, to string) {
	t.Helper()
	if out, err := exec.Command("cp", "-a", from, to).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
}
