// Package report writes and reads what the commands say of themselves while they run: one JSON object a line,
// appended to a file by plain writes, so that the last line stands there even if the process was killed.
package report

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"sync"
	"time"

	"github.com/holdfast-ws/holdfast"
)

// Publish is what a publisher says. Counts are those of the process; Found is what its outbox held when it
// was opened.
type Publish struct {
	At         int64  `json:"at"` // Unix ms
	Process    int    `json:"process"`
	Final      bool   `json:"final,omitempty"`
	Found      int    `json:"found"`
	Taken      uint64 `json:"taken"` // bytes of the input, with those of earlier processes
	Enqueued   uint64 `json:"enqueued"`
	Delivered  uint64 `json:"delivered"`
	Duplicates uint64 `json:"duplicates"`
	Resent     uint64 `json:"resent"`
	Failed     uint64 `json:"failed"`
	Unknown    uint64 `json:"unknown"`
	Unanswered int    `json:"unanswered"`
	Connects   uint64 `json:"connects"`
	Connected  bool   `json:"connected"`
}

// Subscribe is what a subscriber says.
type Subscribe struct {
	At         int64  `json:"at"` // Unix ms
	Process    int    `json:"process"`
	Final      bool   `json:"final,omitempty"`
	Received   uint64 `json:"received"`
	Replayed   uint64 `json:"replayed"` // received while catching up after a connection began
	Duplicates uint64 `json:"duplicates"`
	Gaps       uint64 `json:"gaps"`
	Count      uint64 `json:"count"`   // records in the output, with those of earlier processes
	Length     int64  `json:"length"`  // bytes of the output
	CutOff     int64  `json:"cut_off"` // bytes that were cut off when it was opened
	EOF        bool   `json:"eof,omitempty"`
	Connects   uint64 `json:"connects"`
}

// Writer appends reports to a file.
type Writer struct {
	f     *os.File
	facts func(final bool) any
	stop  chan struct{}
	wg    sync.WaitGroup
}

// Start appends what facts returns to the file every so often, until Close, which appends a last one. An empty
// path reports nothing. facts is called on another goroutine, one call at a time.
func Start(path string, every time.Duration, facts func(final bool) any) (*Writer, error) {
	w := &Writer{facts: facts, stop: make(chan struct{})}
	if path == "" {
		return w, nil
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o644)
	if err != nil {
		return nil, &holdfast.Error{Code: holdfast.CodeIO, Op: "open report", Cause: err}
	}
	w.f = f
	if st, err := f.Stat(); err == nil && st.Size() > 0 {
		f.WriteString("\n") //nolint:errcheck // ends the half line that a killed process may have left
	}
	w.wg.Go(func() {
		t := time.NewTicker(every)
		defer t.Stop()
		for {
			w.write(false)
			select {
			case <-t.C:
			case <-w.stop:
				return
			}
		}
	})
	return w, nil
}

func (w *Writer) write(final bool) {
	if b, err := json.Marshal(w.facts(final)); err == nil {
		w.f.Write(append(b, '\n')) //nolint:errcheck // a report that cannot be written must not stop the work
	}
}

// Close appends the final report.
func (w *Writer) Close() error {
	if w.f == nil {
		return nil
	}
	close(w.stop)
	w.wg.Wait()
	w.write(true)
	return w.f.Close()
}

// Reader follows a file of reports. It is for one goroutine at a time.
type Reader[T any] struct {
	path string
	f    *os.File
	r    *bufio.Reader
	part []byte
}

// Follow reads the reports in the file, which need not exist yet.
func Follow[T any](path string) *Reader[T] { return &Reader[T]{path: path} }

// Next returns the reports that have come since the last call.
func (r *Reader[T]) Next() ([]T, error) {
	if r.f == nil {
		f, err := os.Open(r.path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		r.f, r.r = f, bufio.NewReader(f)
	}
	var out []T
	for {
		b, err := r.r.ReadBytes('\n')
		r.part = append(r.part, b...)
		if err == io.EOF {
			return out, nil // the rest of the line comes later
		}
		if err != nil {
			return out, err
		}
		var v T
		whole := json.Unmarshal(r.part, &v) == nil
		r.part = r.part[:0]
		if whole { // what is not was left by a killed process
			out = append(out, v)
		}
	}
}

// Close closes the file.
func (r *Reader[T]) Close() error {
	if r.f == nil {
		return nil
	}
	return r.f.Close()
}
