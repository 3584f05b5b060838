package main

import (
	"bufio"
	"io"
	"strconv"
	"unicode/utf8"

	"github.com/holdfast-ws/holdfast"
)

// sink is where records go: a file of package output, or a stream.
type sink interface {
	Write(b []byte, records uint64) error
	Flush() error
	Checkpoint(checkpoint string, eof bool) error
	Undone() int64
	Close() error
}

// stream is a sink that cannot be taken back: standard output.
type stream struct {
	w io.Writer
	b *bufio.Writer
}

func (s *stream) Write(b []byte, _ uint64) error {
	if s.b == nil {
		s.b = bufio.NewWriterSize(s.w, 64<<10)
	}
	_, err := s.b.Write(b)
	return streamError(err)
}

func (s *stream) Flush() error {
	if s.b == nil {
		return nil
	}
	return streamError(s.b.Flush())
}

func (s *stream) Checkpoint(string, bool) error { return s.Flush() }
func (s *stream) Undone() int64                 { return 0 }
func (s *stream) Close() error                  { return s.Flush() }

func streamError(err error) error {
	if err == nil {
		return nil
	}
	return &holdfast.Error{Code: holdfast.CodeIO, Op: "write to standard output", Cause: err, Hint: "check where it goes, or use --output"}
}

// printable returns data as text without anything that a terminal would act upon.
func printable(data []byte) string {
	if isPrintable(data) {
		return string(data)
	}
	q := strconv.QuoteToGraphic(string(data))
	return q[1 : len(q)-1]
}

func isPrintable(data []byte) bool {
	for i := 0; i < len(data); {
		r, n := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && n == 1 || !strconv.IsGraphic(r) {
			return false
		}
		i += n
	}
	return true
}
