package client

import (
	"bytes"
	"io"
	"math/rand/v2"
	"os"
	"testing"
	"time"
)

// BreakDisk puts fail before every write and sync of a file outbox's journal; it is given the bytes that are written, or
// were written last, and what it returns is the disk's error. It is to be called before a session uses the outbox.
func (o *Outbox) BreakDisk(fail func(op string, p []byte) error) {
	o.j.f = &brittle{journalFile: o.j.f, fail: fail}
}

type brittle struct {
	journalFile
	fail func(op string, p []byte) error
	last []byte
}

func (b *brittle) Write(p []byte) (int, error) {
	b.last = bytes.Clone(p)
	if err := b.fail("write", p); err != nil {
		n, _ := b.journalFile.Write(p[:len(p)/2]) // a full disk takes what it can
		return n, err
	}
	return b.journalFile.Write(p)
}

func (b *brittle) Sync() error {
	if err := b.fail("sync", b.last); err != nil {
		return err
	}
	return b.journalFile.Sync()
}

// NewInbound watches what comes from r as it would a server's frames, with permessage-deflate.
func NewInbound(r io.Reader) io.Reader {
	return &inbound{ReadWriteCloser: struct {
		io.Reader
		io.WriteCloser
	}{r, nil}, deflate: true}
}

// CutPower makes the end of the process a power failure for the outboxes that are opened from now on: what is written to a
// journal reaches the disk when it is synced, and before that, now and then, a part of it.
func CutPower() { opened = func(f *os.File) journalFile { return &cached{File: f} } }

type cached struct {
	*os.File
	unsynced []byte
}

func (c *cached) Write(p []byte) (int, error) {
	c.unsynced = append(c.unsynced, p...)
	if rand.IntN(4) == 0 {
		return len(p), c.flush(rand.IntN(len(c.unsynced) + 1))
	}
	return len(p), nil
}

func (c *cached) flush(n int) error {
	n, err := c.File.Write(c.unsynced[:n])
	c.unsynced = c.unsynced[n:]
	return err
}

// Sync carries everything to the file; that survives the process, and so is as good as a disk here.
func (c *cached) Sync() error { return c.flush(len(c.unsynced)) }

// Override is what an application has changed about a class.
func Override(c *Classes, k Class) Strategy { return c.strategy(k) }

// OpInbound is what was tried when this end found a fault in the bytes that came.
const OpInbound = opInbound

// SkewWall has the wall clock ahead by what the function returns, until the test ends.
func SkewWall(t testing.TB, by func() time.Duration) {
	honest := wall
	wall = func() time.Time { return honest().Add(by()) }
	t.Cleanup(func() { wall = honest })
}
