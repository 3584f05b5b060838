package ws

import (
	"bytes"
	"io"
	"slices"
	"sync"

	"github.com/klauspost/compress/flate"
)

const (
	// flushTail ends every flushed deflate stream; RFC 7692 takes it off each message. A last, empty block
	// after it makes the reader end with io.EOF, so that a stream cut short can be told from a whole one.
	flushTail = "\x00\x00\xff\xff"
	finalTail = "\x01\x00\x00\xff\xff"

	window = 32 << 10 // bytes that a deflate stream refers back to

	// A sender may end blocks as final and go on (RFC 7692, 7.2.3.5). Each restart copies a window, so there
	// is a limit.
	maxRestarts = 64

	keepInflated = 64 << 10 // bytes of a pooled inflater's buffers
)

// inflater turns the payload of one compressed message into the message. One is borrowed for each message.
type inflater struct {
	src   bytes.Reader
	r     io.ReadCloser // a flate reader over src
	in    []byte
	out   []byte
	taken int // bytes of in and out beyond keepInflated each, from the budget
}

var inflaters = sync.Pool{New: func() any {
	f := &inflater{out: make([]byte, 0, 4<<10)}
	f.r = flate.NewReader(&f.src)
	return f
}}

// inflate returns the message, valid until free.
func (f *inflater) inflate(p []byte, limit int, b *Budget) ([]byte, error) {
	const tails = len(flushTail) + len(finalTail)
	if more := len(p) + tails - keepInflated; more > 0 {
		if !b.take(more) {
			return nil, overBudget(b)
		}
		f.taken += more
	}
	f.in = slices.Grow(f.in[:0], len(p)+tails)
	f.in = append(append(append(f.in, p...), flushTail...), finalTail...)
	f.src.Reset(f.in)
	f.out = f.out[:0]
	var dict []byte
	for restarts := 0; f.src.Len() > tails; restarts++ {
		if restarts > maxRestarts {
			return nil, payloadError("a compressed message with too many final blocks", nil)
		}
		if err := f.r.(flate.Resetter).Reset(&f.src, dict); err != nil {
			return nil, payloadError("compressed message", err)
		}
		if err := f.readAll(limit, b); err != nil {
			return nil, err
		}
		dict = f.out[max(0, len(f.out)-window):]
	}
	return f.out, nil
}

// readAll appends to out until the stream ends.
func (f *inflater) readAll(limit int, b *Budget) error {
	for {
		if len(f.out) == cap(f.out) && !f.grow(limit, b) {
			return overBudget(b)
		}
		n, err := f.r.Read(f.out[len(f.out):cap(f.out)])
		f.out = f.out[:len(f.out)+n]
		if len(f.out) > limit {
			return tooBig(limit)
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return payloadError("a compressed message that cannot be inflated", err)
		}
	}
}

// grow doubles out, up to one byte more than the limit.
func (f *inflater) grow(limit int, b *Budget) bool {
	size := min(2*cap(f.out), limit+1)
	size = max(size, cap(f.out)+1)
	if more := size - max(cap(f.out), keepInflated); more > 0 {
		if !b.take(more) {
			return false
		}
		f.taken += more
	}
	out := make([]byte, len(f.out), size)
	copy(out, f.out)
	f.out = out
	return true
}

// free gives the inflater back, with buffers of bounded size.
func (f *inflater) free(b *Budget) {
	b.give(f.taken)
	f.taken = 0
	if cap(f.out) > keepInflated {
		f.out = make([]byte, 0, 4<<10)
	}
	if cap(f.in) > keepInflated {
		f.in = nil
	}
	f.src.Reset(nil)
	inflaters.Put(f)
}

// deflater appends what a flate writer gives it.
type deflater struct{ b []byte }

func (d *deflater) Write(p []byte) (int, error) {
	d.b = append(d.b, p...)
	return len(p), nil
}

var deflaters = sync.Pool{New: func() any { return new(deflater) }}

// AppendDeflated appends src as the payload of one compressed message (to be sent with FlagCompressed). It
// keeps no state between calls and may be called concurrently. It needs about 20 KB of stack while it runs,
// so it is better called from a few workers than from each connection's goroutine.
func AppendDeflated(dst, src []byte) []byte {
	d := deflaters.Get().(*deflater)
	d.b = dst
	if err := flate.StatelessDeflate(d, src, false, nil); err != nil {
		panic("ws: deflating to memory failed: " + err.Error())
	}
	dst, d.b = d.b, nil
	deflaters.Put(d)
	return dst[:len(dst)-len(flushTail)]
}
