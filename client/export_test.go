package client

import "bytes"

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
