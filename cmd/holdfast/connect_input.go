package main

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"unicode/utf8"

	"golang.org/x/term"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/client"
)

// maxLine bounds a line of input, in bytes.
const maxLine = 16 << 20

func isTerminal(f any) bool {
	file, ok := f.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}

// messageOf makes a message of a line: text if it is UTF-8, else binary.
func messageOf(line []byte) client.Message {
	if utf8.Valid(line) {
		return client.Message{Kind: client.TextMessage, Data: line}
	}
	return client.Bytes(line)
}

// post shows a message and sends it. It waits while the queue is full.
func (r *connection) post(ctx context.Context, m client.Message) error {
	shown := client.Message{Kind: m.Kind, Data: append([]byte(nil), m.Data...)}
	r.do(func() { r.show(outgoing, shown) })
	if r.sock.Send(ctx, m) != nil {
		return errUnsent // nothing else is wrong where Send waits for room
	}
	return nil
}

// given are the messages of --send.
type given []string

func (g given) feed(ctx context.Context, r *connection) error {
	for _, text := range g {
		if err := r.post(ctx, messageOf([]byte(text))); err != nil {
			return err
		}
	}
	return nil
}

// lineInput sends each line that is read.
type lineInput struct{ from io.Reader }

func (l *lineInput) feed(ctx context.Context, r *connection) error {
	return sendLines(ctx, l.from, r)
}

func sendLines(ctx context.Context, from io.Reader, r *connection) error {
	sc := bufio.NewScanner(from)
	sc.Buffer(nil, maxLine)
	for sc.Scan() {
		if err := r.post(ctx, messageOf(sc.Bytes())); err != nil {
			return err
		}
	}
	switch err := sc.Err(); {
	case err == nil, errors.Is(err, os.ErrClosed):
		return nil
	case errors.Is(err, bufio.ErrTooLong):
		return &holdfast.Error{Code: holdfast.CodeBadArgument, Op: "read input", Detail: "a line is longer than 16 MiB"}
	default:
		return &holdfast.Error{Code: holdfast.CodeIO, Op: "read input", Cause: err}
	}
}
