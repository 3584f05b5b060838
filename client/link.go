package client

import (
	"compress/flate"
	"context"
	"errors"
	"io"
	"net"
	"strconv"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/coder/websocket"

	"github.com/holdfast-ws/holdfast"
)

const (
	// joinUpTo is how large a message gets by joining frames that have gathered.
	joinUpTo = 64 << 10
	// credit is how many messages a socket may have read that the owner has not looked at.
	credit = 4
	// backlog is what may wait to be written besides the outbox's content.
	backlog = 4 << 20
	// farewell bounds the closing handshake.
	farewell = 2 * time.Second
	// lastWords bounds how long a connection that takes nothing any more may still be read.
	lastWords = time.Second
)

// link is one WebSocket connection: a goroutine that reads, one that writes. Neither knows anybody's context,
// because coder/websocket closes a connection whose context ends.
type link struct {
	s       *Session
	conn    *websocket.Conn
	raw     net.Conn // below everything: closing it ends all reads and writes at once
	kind    websocket.MessageType
	token   string
	greetBy time.Time
	credits chan struct{}
	dead    chan struct{} // closed by kill
	once    sync.Once
	moved   moment // when a part of a message came or went

	// what is to be written; the owner appends, the writer takes
	mu      sync.Mutex
	out     []byte
	cuts    []int // where messages end in out, except for the last
	closing holdfast.Code
	signal  chan struct{}

	appended bool // by the owner since its last flush
	largest  int  // frame
	spare    [][]byte
	spareMu  sync.Mutex
}

func (k *link) start() {
	k.credits = make(chan struct{}, credit)
	k.signal = make(chan struct{}, 1)
	k.s.wg.Go(k.read)
	k.s.wg.Go(k.write)
}

// append adds a frame. Only the owner calls it.
func (k *link) append(frame func(b []byte) []byte) {
	k.mu.Lock()
	begin := 0
	if n := len(k.cuts); n > 0 {
		begin = k.cuts[n-1]
	}
	before := len(k.out)
	k.out = frame(k.out)
	k.largest = max(k.largest, len(k.out)-before)
	if before > begin && len(k.out)-begin > joinUpTo {
		k.cuts = append(k.cuts, before)
	}
	k.mu.Unlock()
	k.appended = true
}

// flush wakes the writer if anything was appended. It returns false if more waits for the writer than a session can have
// to say: all of its outbox several times over.
func (k *link) flush() bool {
	if !k.appended {
		return true
	}
	k.appended = false
	k.wake()
	k.mu.Lock()
	defer k.mu.Unlock()
	return len(k.out) <= 4*k.s.outbox.o.MaxBytes+backlog || len(k.out) <= 2*k.largest
}

func (k *link) wake() {
	select {
	case k.signal <- struct{}{}:
	default:
	}
}

// write is the writer: whatever has gathered while it wrote goes out with the next message.
func (k *link) write() {
	var buf []byte
	var cuts []int
	for {
		select {
		case <-k.signal:
		case <-k.dead:
			return
		}
		k.mu.Lock()
		buf, k.out = k.out, buf[:0]
		cuts, k.cuts = k.cuts, cuts[:0]
		closing := k.closing
		k.mu.Unlock()
		from := 0
		for _, to := range append(cuts, len(buf)) {
			if to == from {
				continue
			}
			if err := k.conn.Write(context.Background(), k.kind, buf[from:to]); err != nil {
				k.unwritable()
				return
			}
			k.s.stats.bytesOut.Add(uint64(to - from))
			from = to
		}
		if cap(buf) > 1<<20 {
			buf = nil
		}
		if closing != 0 {
			k.conn.Close(websocket.StatusCode(closing), "")
			k.kill()
			return
		}
	}
}

// unwritable leaves it to the reader to tell: what cannot be written to any more may have a close frame to be read. Not for long.
func (k *link) unwritable() {
	t := time.NewTimer(lastWords)
	defer t.Stop()
	select {
	case <-k.dead:
	case <-t.C:
		k.kill()
	}
}

// read is the reader. It stays at most credit messages ahead of the owner, and its last word is always that the
// connection is gone, whoever ended it.
func (k *link) read() {
	err := blame(k.readMessages())
	if e, ok := err.(*holdfast.Error); ok {
		k.fail(e.Code)
	} else if errors.Is(err, websocket.ErrMessageTooBig) {
		k.fail(holdfast.CodeMessageTooBig) // it has been sent already
	}
	k.kill()
	k.s.box.post(op{kind: opGone, sock: k, err: k.reason(err)})
	k.conn.CloseNow()
}

func (k *link) readMessages() error {
	k.conn.SetReadLimit(int64(k.s.o.MaxMessage))
	for {
		select {
		case k.credits <- struct{}{}:
		case <-k.dead:
			return net.ErrClosed
		}
		typ, r, err := k.conn.Reader(context.Background())
		if err != nil {
			return err
		}
		if typ != k.kind {
			return &holdfast.Error{Code: holdfast.CodeUnsupportedData, Op: "read from " + k.s.url, Detail: "a message of the wrong kind: " + typ.String()}
		}
		data, err := k.readAll(k.buffer(), r)
		if err != nil {
			return err
		}
		if k.s.o.Compression == CompressionOn && typ == websocket.MessageText && !utf8.Valid(data) { // inbound sees only the rest
			return notUTF8("a text message that is not UTF-8")
		}
		k.s.stats.bytesIn.Add(uint64(len(data)))
		if !k.s.box.post(op{kind: opMessage, sock: k, data: data}) {
			return net.ErrClosed
		}
	}
}

// readAll reads a message into b, which grows as bytes come.
func (k *link) readAll(b []byte, r io.Reader) ([]byte, error) {
	for {
		if len(b) == cap(b) {
			b = append(b, 0)[:len(b)]
		}
		n, err := r.Read(b[len(b):cap(b)])
		if n > 0 && len(b) > 0 { // not the first part of it
			k.moved.now()
		}
		b = b[:len(b)+n]
		if err == io.EOF {
			return b, nil
		}
		if err != nil {
			return b, err
		}
	}
}

// buffer returns one that the owner is done with.
func (k *link) buffer() []byte {
	k.spareMu.Lock()
	defer k.spareMu.Unlock()
	if n := len(k.spare); n > 0 {
		b := k.spare[n-1]
		k.spare = k.spare[:n-1]
		return b[:0]
	}
	return make([]byte, 0, 4096)
}

// done gives a message's buffer back. The owner calls it.
func (k *link) done(data []byte) {
	if cap(data) <= 2*joinUpTo {
		k.spareMu.Lock()
		if len(k.spare) < credit {
			k.spare = append(k.spare, data)
		}
		k.spareMu.Unlock()
	}
	<-k.credits
}

// blame returns an error of ours alone where it was the server that broke a rule of WebSocket's.
func blame(err error) error {
	if e, ok := errors.AsType[*holdfast.Error](err); ok {
		return e
	}
	if _, ok := errors.AsType[flate.CorruptInputError](err); ok {
		return &holdfast.Error{Code: holdfast.CodeInvalidPayload, Op: opInbound, Detail: "a compressed message that cannot be inflated"}
	}
	return err
}

// fail says goodbye with a code to a server that broke a rule, and gives it farewell to read that.
func (k *link) fail(code holdfast.Code) {
	t := time.AfterFunc(farewell, k.kill)
	defer t.Stop()
	k.conn.Close(websocket.StatusCode(code), "")
}

// reason turns the end of a connection into an error with its code.
func (k *link) reason(err error) error {
	if holdfast.CodeOf(err) != 0 {
		return err
	}
	if errors.Is(err, websocket.ErrMessageTooBig) {
		return &holdfast.Error{Code: holdfast.CodeMessageTooBig, Op: "read from " + k.s.url,
			Detail: "SessionOptions.MaxMessage: a message of the server's has more than " + strconv.Itoa(k.s.o.MaxMessage) + " bytes", Hint: "raise the limit"}
	}
	e := &holdfast.Error{Code: holdfast.CodeAbnormal, Op: "stay connected to " + k.s.url, Cause: root(err)}
	if ce, ok := closeError(err); ok {
		e.Code, e.Cause = holdfast.Code(ce.Code), nil
		if e.Detail = ce.Reason; e.Detail == "" {
			e.Detail = "the server closed the connection with " + strconv.Itoa(int(ce.Code)) + ": " + e.Code.What()
		}
	}
	return e
}

// kill ends the connection at once. Anybody may call it, any number of times.
func (k *link) kill() {
	k.once.Do(func() {
		close(k.dead)
		if k.raw != nil {
			k.raw.Close()
		}
		if k.credits == nil { // never started: nobody else cleans up
			k.conn.CloseNow()
		}
	})
}

// shut says goodbye: what was appended is written, then a close frame. Within farewell it is over. The owner calls it.
func (k *link) shut(code holdfast.Code) {
	k.mu.Lock()
	k.closing = code
	k.mu.Unlock()
	k.wake()
	k.s.wg.Go(func() {
		t := time.NewTimer(farewell)
		defer t.Stop()
		select {
		case <-k.dead:
		case <-t.C:
			k.kill()
		}
	})
}
