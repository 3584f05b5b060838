package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/holdfast-ws/holdfast/cmd/holdfast/internal/output"
	"github.com/holdfast-ws/holdfast/cmd/holdfast/internal/report"
	"github.com/holdfast-ws/holdfast/cmd/holdfast/internal/rig"
)

var fast = []string{"--retry-delay", "20ms", "--retry-max", "200ms", "--stats-every", "10ms"}

func args(first []string, more ...string) []string {
	return append(append([]string{}, first...), more...)
}

// What goes in comes out, byte by byte, by lines and by size, in both codecs, from both stores.
func TestPipe(t *testing.T) {
	in := noise(1, 300_000)
	for _, store := range []string{"disk", "memory"} {
		w := newWorld(t)
		w.serve("--store", store)
		file := w.write("in", in)
		for _, codec := range []string{"bin", "json"} {
			for _, split := range []string{"line", "4096"} {
				name := store + "-" + codec + "-" + split
				w.must("", "publish", w.url(), "pipe:"+name, "--input", file, "--split", split, "--codec", codec, "--eof")
				out := w.must("", "subscribe", w.url(), "pipe:"+name, "--from", "start", "--raw", "--until-eof", "--codec", codec)
				if out != string(in) {
					t.Errorf("%s: %d bytes in, %d out", name, len(in), len(out))
				}
			}
		}
		w.stop()
	}
}

func TestStandardInputAndCount(t *testing.T) {
	w := newWorld(t)
	w.serve()
	w.must("one\ntwo\nthree", "publish", w.url(), "c")
	if out := w.must("", "subscribe", w.url(), "c", "--from", "start", "--raw", "--count", "2"); out != "one\ntwo\n" {
		t.Errorf("%q", out)
	}
	if out := w.must("", "subscribe", w.url(), "c", "--from", "1", "--raw", "--count", "2"); out != "two\nthree" {
		t.Errorf("%q", out)
	}
	var r struct {
		Offset uint64
		Text   string
	}
	out := w.must("", "subscribe", w.url(), "c", "--from", "2", "--json", "--count", "1")
	if err := json.Unmarshal([]byte(out), &r); err != nil || r.Offset != 3 || r.Text != "three" {
		t.Errorf("%s %v", out, err)
	}
	var s report.Publish
	out = w.must("four\n", "publish", w.url(), "c", "--json")
	if err := json.Unmarshal([]byte(out), &s); err != nil || s.Delivered != 1 || s.Unanswered != 0 {
		t.Errorf("%s %v", out, err)
	}
	w.must("", "publish", w.url(), "c") // nothing at all is fine
}

// A subscriber from the head sees what comes after it has begun.
func TestFromHead(t *testing.T) {
	w := newWorld(t)
	w.serve()
	w.must("old\n", "publish", w.url(), "c")
	p := w.startWith(rig.Options{}, "subscribe", w.url(), "c", "--raw", "--count", "3")
	for i := 0; ; i++ { // it says nothing when it begins, so publish until it has enough
		w.must(fmt.Sprintf("new %d\n", i), "publish", w.url(), "c")
		if gone(p) {
			break
		}
	}
	if w.wait(p) != 0 {
		t.Fatal(p.Stderr())
	}
	line, err := p.Line(w.ctx)
	if err != nil || !strings.HasPrefix(line, "new ") {
		t.Fatal(line, err)
	}
}

// A publisher that is killed and started again on the same input publishes every byte once, and the end once.
func TestKilledPublisherGoesOn(t *testing.T) {
	for _, split := range []string{"line", "1000"} {
		w := newWorld(t)
		w.serve()
		in := noise(2, 200_000)
		file := w.write("in", in)
		cmd := args([]string{"publish", w.url(), "c", "--input", file, "--split", split, "--outbox", w.path("outbox"), "--eof", "--rate", "400000",
			"--stats", w.path("stats")}, fast...)
		p := w.supervise(cmd...)
		reports := report.Follow[report.Publish](w.path("stats"))
		defer reports.Close()
		taken := uint64(0)
		for kill := range 4 {
			w.until("more is taken in", func() bool {
				rs, err := reports.Next()
				if err != nil {
					t.Fatal(err)
				}
				for _, r := range rs {
					taken = max(taken, r.Taken)
				}
				return taken > uint64(kill+1)*30_000 || !p.running()
			})
			p.again()
		}
		p.must()
		if p.kill != 4 {
			t.Errorf("only %d kills", p.kill)
		}
		out := w.must("", "subscribe", w.url(), "c", "--from", "start", "--raw", "--until-eof")
		if out != string(in) {
			t.Errorf("split %s: %d bytes in, %d out", split, len(in), len(out))
		}
		// Once more: there is nothing left to do, and no second end.
		w.must("", cmd...)
		last := w.must("", "subscribe", w.url(), "c", "--from", "start", "--json", "--until-eof")
		w.must("after\n", "publish", w.url(), "c")
		n := strings.Count(last, "\n") + 1 // the end is a record, too
		next := w.must("", "subscribe", w.url(), "c", "--from", fmt.Sprint(n), "--raw", "--count", "1")
		if next != "after\n" {
			t.Errorf("after the end at %d: %q", n, next)
		}
	}
}

// An outbox goes on with what it was begun with, and nothing else.
func TestOutboxRefusesAnotherInput(t *testing.T) {
	w := newWorld(t)
	w.serve()
	file, box := w.write("in", []byte("one\ntwo\nthree\n")), w.path("outbox")
	w.must("", "publish", w.url(), "c", "--input", file, "--outbox", box)
	for name, in := range map[string]string{"other": "one\ntoo\nthree\n", "shorter": "one\n", "empty": ""} {
		f := w.write(name, []byte(in))
		w.fails(exitFailed, "outbox_mismatch", "publish", w.url(), "c", "--input", f, "--outbox", box)
	}
	w.fails(exitFailed, "outbox_mismatch", "publish", w.url(), "d", "--input", file, "--outbox", box)
	w.fails(exitFailed, "outbox_mismatch", "publish", w.url(), "c", "--input", file, "--outbox", box, "--split", "4")
	longer := w.write("longer", []byte("one\ntwo\nthree\nfour\n"))
	w.must("", "publish", w.url(), "c", "--input", longer, "--outbox", box, "--eof")
	w.fails(exitFailed, "outbox_mismatch", "publish", w.url(), "c", "--input", w.write("grown", []byte("one\ntwo\nthree\nfour\nfive\n")), "--outbox", box, "--eof")
	if out := w.must("", "subscribe", w.url(), "c", "--from", "start", "--raw", "--until-eof"); out != "one\ntwo\nthree\nfour\n" {
		t.Errorf("%q", out)
	}
}

// A subscriber that is killed and started again has every byte once.
func TestKilledSubscriberGoesOn(t *testing.T) {
	w := newWorld(t)
	w.serve()
	in := noise(3, 2_000_000)
	pub := w.start(args([]string{"publish", w.url(), "c", "--input", w.write("in", in), "--split", "500", "--eof", "--rate", "1500000"}, fast...)...)
	sub := w.supervise(args([]string{"subscribe", w.url(), "c", "--from", "start", "--raw", "--output", w.path("out"), "--cursor", w.path("cursor"), "--until-eof",
		"--stats", w.path("stats")}, fast...)...)
	for kill := range 4 {
		w.until("more has come", func() bool {
			return w.size("out") > int64(kill+1)*300_000 && w.undone() > 0 || !sub.running()
		})
		sub.again()
	}
	sub.must()
	if w.wait(pub) != 0 {
		t.Fatal(pub.Stderr())
	}
	if !bytes.Equal(w.read("out"), in) {
		t.Errorf("%d bytes in, %d out", len(in), w.size("out"))
	}
	reports := report.Follow[report.Subscribe](w.path("stats"))
	defer reports.Close()
	rs, err := reports.Next()
	if err != nil {
		t.Fatal(err)
	}
	cut := map[int]int64{}
	for _, r := range rs {
		cut[r.Process] = r.CutOff
	}
	t.Logf("killed %d times, bytes cut off by process: %v", sub.kill, cut)
	if sub.kill != 4 || len(cut) < 3 {
		t.Errorf("%d kills, %d processes reported", sub.kill, len(cut))
	}
	// All has been seen: started again it ends at once, also without a server.
	w.stop()
	sub = w.supervise(sub.args...)
	sub.must()
}

// undone is how many bytes of "out" are behind what "cursor" says is durable.
func (w *world) undone() int64 {
	b, err := os.ReadFile(w.path("cursor"))
	var c output.Cursor
	if err != nil || json.Unmarshal(b, &c) != nil {
		return 0
	}
	return w.size("out") - c.Length
}

func TestCursorRefusesAnotherChannel(t *testing.T) {
	w := newWorld(t)
	w.serve()
	w.must("one\n", "publish", w.url(), "c", "--eof")
	sub := []string{"subscribe", w.url(), "c", "--from", "start", "--raw", "--output", w.path("out"), "--cursor", w.path("cursor"), "--until-eof"}
	w.must("", sub...)
	other := append([]string{}, sub...)
	other[2] = "d"
	w.fails(exitFailed, "cursor_file", other...)
	os.Truncate(w.path("out"), 1)
	w.fails(exitFailed, "cursor_file", sub...)
}

// The whole demonstration, in small.
func TestDemo(t *testing.T) {
	w := newWorld(t)
	flags := []string{"demo", "--size", "4M", "--duration", "10s", "--cut-every", "700ms", "--kill-servers", "2", "--kill-publishers", "1", "--kill-subscribers", "1", "--json",
		"--dir", w.path("demo")}
	for _, codec := range []string{"bin", "json"} {
		if codec == "json" && testing.Short() {
			continue
		}
		os.RemoveAll(w.path("demo"))
		code, out, errs := w.run("", append(flags, "--codec", codec)...)
		if code != 0 {
			log, _ := os.ReadFile(w.path("demo/log.txt"))
			t.Fatalf("exit code %d\n%s\n%s\nlog:\n%s", code, out, errs, tailOf(log, 6000))
		}
		var r demoResult
		if err := json.Unmarshal([]byte(out), &r); err != nil || !r.Equal || len(r.Kills) != 4 {
			t.Fatalf("%s %v", out, err)
		}
		t.Logf("%s: %s", codec, out)
	}
}

func tailOf(b []byte, n int) []byte { return b[max(0, len(b)-n):] }
