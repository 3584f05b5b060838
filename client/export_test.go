package client

import (
	"math/rand/v2"
	"os"
)

// BreakDisk puts fail before every write and sync of a file outbox's journal; what it returns is the disk's error. It is
// to be called before a session uses the outbox.
func (o *Outbox) BreakDisk(fail func(op string) error) { o.j.f = brittle{o.j.f, fail} }

type brittle struct {
	journalFile
	fail func(op string) error
}

func (b brittle) Write(p []byte) (int, error) {
	if err := b.fail("write"); err != nil {
		n, _ := b.journalFile.Write(p[:len(p)/2]) // a full disk takes what it can
		return n, err
	}
	return b.journalFile.Write(p)
}

func (b brittle) Sync() error {
	if err := b.fail("sync"); err != nil {
		return err
	}
	return b.journalFile.Sync()
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
