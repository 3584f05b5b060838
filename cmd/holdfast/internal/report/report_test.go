package report

import (
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"
)

func TestReportsCanBeFollowed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "stats")
	r := Follow[Publish](path)
	defer r.Close()
	if got, err := r.Next(); got != nil || err != nil {
		t.Fatal("a file that is not there yet", got, err)
	}
	var n atomic.Uint64
	enough := make(chan struct{})
	w, err := Start(path, time.Millisecond, func(final bool) any {
		if n.Add(1) == 5 {
			close(enough)
		}
		return Publish{Enqueued: n.Load(), Final: final}
	})
	if err != nil {
		t.Fatal(err)
	}
	<-enough
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	got, err := r.Next()
	if err != nil || len(got) < 6 {
		t.Fatal(got, err)
	}
	for i, p := range got {
		if p.Enqueued != uint64(i+1) || p.Final != (i == len(got)-1) {
			t.Fatalf("report %d: %+v", i, p)
		}
	}
}

// A process that was killed may leave half a line; the next one's reports begin on a line of their own.
func TestHalfALineIsLeftOut(t *testing.T) {
	path := filepath.Join(t.TempDir(), "stats")
	r := Follow[Publish](path)
	defer r.Close()
	write := func(text string) {
		f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o644)
		if err != nil {
			t.Fatal(err)
		}
		f.WriteString(text)
		f.Close()
	}
	write(`{"enqueued":1}` + "\n" + `{"enqu`)
	if got, err := r.Next(); err != nil || len(got) != 1 {
		t.Fatal(got, err)
	}
	write(`eued":2}` + "\n" + `{"enqueued":3`)
	if got, err := r.Next(); err != nil || len(got) != 1 || got[0].Enqueued != 2 {
		t.Fatal(got, err)
	}
	w, err := Start(path, time.Hour, func(bool) any { return Publish{Enqueued: 4} })
	if err != nil {
		t.Fatal(err)
	}
	w.Close()
	got, err := r.Next()
	if err != nil || len(got) == 0 || got[0].Enqueued != 4 {
		t.Fatal(got, err)
	}
}

func TestNoPathNoReports(t *testing.T) {
	w, err := Start("", time.Nanosecond, func(bool) any { panic("asked") })
	if err != nil || w.Close() != nil {
		t.Fatal(err)
	}
}
