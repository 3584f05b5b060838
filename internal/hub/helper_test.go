package hub

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/ws"
	"github.com/holdfast-ws/holdfast/store"
	"github.com/holdfast-ws/holdfast/store/memory"
)

// clientsVar has this process be the clients of a benchmark.
const clientsVar = "HUB_CLIENTS"

var clientsMain func(spec string)

func TestMain(m *testing.M) {
	if spec := os.Getenv(clientsVar); spec != "" {
		clientsMain(spec)
		return
	}
	goleak.VerifyTestMain(m)
}

// The tests' own frames: a message is 'M', its length in 4 bytes, and frames; a frame is a kind, its length in
// 4 bytes, and a body. A control message is a single 'C'.
const (
	kindRecord  = 'r' // channel length, channel, offset, term (0 unless it starts here), data
	kindOpened  = 'o' // sub, error code, position, after
	kindGap     = 'g' // sub, fork from, to, trimmed from, to, after
	kindClosed  = 'x' // sub, code
	kindAnswer  = 'a' // number, outcome, offset
	kindMessage = 'M'
	kindControl = 'C'
)

// plain joins frames behind a header; framed makes a message of each record.
type plain struct{}

func (plain) Framed() bool { return false }

func (plain) AppendHeader(b []byte, n int) []byte {
	return binary.BigEndian.AppendUint32(append(b, kindMessage), uint32(n))
}

func (plain) AppendRecord(b []byte, r *holdfast.Record, startsTerm bool) []byte {
	b = binary.BigEndian.AppendUint32(append(b, kindRecord), uint32(1+len(r.Channel)+16+len(r.Data)))
	b = append(append(b, byte(len(r.Channel))), r.Channel...)
	b = binary.BigEndian.AppendUint64(b, r.Offset)
	term := holdfast.Term(0)
	if startsTerm {
		term = r.Term
	}
	b = binary.BigEndian.AppendUint64(b, uint64(term))
	return append(b, r.Data...)
}

type framed struct{ plain }

func (framed) Framed() bool { return true }

func (f framed) AppendRecord(b []byte, r *holdfast.Record, startsTerm bool) []byte {
	b = f.AppendHeader(b, 5+1+len(r.Channel)+16+len(r.Data))
	return f.plain.AppendRecord(b, r, startsTerm)
}

func frame(b []byte, kind byte, numbers ...uint64) []byte {
	b = binary.BigEndian.AppendUint32(append(b, kind), uint32(8*len(numbers)))
	for _, n := range numbers {
		b = binary.BigEndian.AppendUint64(b, n)
	}
	return b
}

// rig is a hub on a memory store.
type rig struct {
	t      testing.TB
	hub    *Hub
	log    *store.Log
	poller *ws.Poller
}

func newRig(t testing.TB, o Options, mo memory.Options) *rig {
	t.Helper()
	o.Commit = CommitByReader // as a server does with a log that is quick
	return newRigOn(t, o, memory.New(mo))
}

func newRigOn(t testing.TB, o Options, b store.Backend) *rig {
	t.Helper()
	poller, err := ws.NewPoller()
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{t: t, log: store.NewLog(b), poller: poller}
	o.Log = r.log
	if o.Encoders == nil {
		o.Encoders = []Encoder{plain{}, framed{}}
	}
	if o.Workers == 0 {
		o.Workers = 2
	}
	if r.hub, err = New(o); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.hub.Close(); err != nil {
			t.Errorf("close hub: %v", err)
		}
		r.log.Close()
		poller.Close()
	})
	return r
}

// tcpPair returns both ends of a connection over loopback.
func tcpPair(t testing.TB) (server, client net.Conn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if client, err = net.Dial("tcp", l.Addr().String()); err != nil {
		t.Fatal(err)
	}
	if server, err = l.Accept(); err != nil {
		t.Fatal(err)
	}
	return server, client
}

// subscription is what the server's side of a test keeps for one.
type subscription struct {
	records, bytes int // allowance left
	flushed        uint64
}

// peer is a connection: an Owner on the one side, a reader of frames on the other.
type peer struct {
	*Member
	t      testing.TB
	conn   *ws.Conn
	client net.Conn
	in     *bufio.Reader
	left   int // bytes of the message that the client is in

	// Guarded by the member's lock.
	subs    map[uint32]*subscription
	answers int
	sweeps  int
	stalled bool

	mu      sync.Mutex
	broken  error
	resumed chan struct{}
	gone    bool // Detach has returned
}

type peerOptions struct {
	codec    int
	pipe     bool
	portable bool
}

func (r *rig) peer(o peerOptions) *peer {
	var server, client net.Conn
	if o.pipe {
		server, client = net.Pipe()
	} else {
		server, client = tcpPair(r.t)
	}
	co := ws.ConnOptions{Poller: r.poller}
	if o.portable {
		co.Path = ws.PathPortable
	}
	p := &peer{
		t: r.t, client: client, in: bufio.NewReaderSize(client, 4096), subs: map[uint32]*subscription{},
		conn: ws.NewConn(server, nil, co), resumed: make(chan struct{}, 1),
	}
	p.Member = r.hub.Attach(p.conn, o.codec, p)
	r.t.Cleanup(p.end)
	return p
}

func (p *peer) end() {
	p.Detach()
	p.mu.Lock()
	p.gone = true
	p.mu.Unlock()
	p.conn.Close()
	p.client.Close()
	p.conn.Wait()
}

func (p *peer) live(method string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.gone {
		p.t.Errorf("%s after Detach", method)
	}
}

func (p *peer) Answered(drafts []store.Draft, results []store.Result, _ int64) {
	p.live("Answered")
	p.answers += len(results)
	b := p.Replies()
	for i := range results {
		b = frame(b, kindAnswer, drafts[i].Number, uint64(results[i].Outcome), results[i].Offset)
	}
	p.SetReplies(b)
}

func (p *peer) Opened(sub uint32, o Opened) {
	p.live("Opened")
	a := o.Resumption.After
	b := frame(p.Replies(), kindOpened, uint64(sub), uint64(holdfast.CodeOf(o.Err)), uint64(o.Position.Term), o.Position.Offset, uint64(a.Term), a.Offset, o.Generation)
	if o.Err == nil && (o.Resumption.Forked || !o.Resumption.Trimmed.Empty()) {
		b = appendGap(b, sub, o.Resumption)
	}
	p.SetReplies(b)
}

func appendGap(b []byte, sub uint32, r store.Resumption) []byte {
	return frame(b, kindGap, uint64(sub), r.Fork.From, r.Fork.To, r.Trimmed.From, r.Trimmed.To, uint64(r.After.Term), r.After.Offset)
}

func (p *peer) Prefetch() {}

func (p *peer) Allowance(sub uint32) (records, bytes int) {
	p.live("Allowance")
	s := p.subs[sub]
	if s.records < 1 || s.bytes < 1 {
		return 0, 0
	}
	return s.records, s.bytes
}

func (p *peer) Flushed(sub uint32, first, last uint64, bytes int) {
	p.live("Flushed")
	s := p.subs[sub]
	s.records -= int(last - first + 1)
	s.bytes -= bytes
	if s.flushed != 0 && first != s.flushed+1 {
		p.t.Errorf("sub %d: flushed %d to %d after %d", sub, first, last, s.flushed)
	}
	s.flushed = last
}

func (p *peer) Gap(sub uint32, r store.Resumption) {
	p.live("Gap")
	p.subs[sub].flushed = r.After.Offset
	p.SetReplies(appendGap(p.Replies(), sub, r))
}

func (p *peer) CursorTaken(sub uint32) {
	p.live("CursorTaken")
	p.SetReplies(frame(p.Replies(), kindClosed, uint64(sub), uint64(holdfast.CodeCursorTaken)))
}

func (p *peer) Failed(sub uint32, err error) {
	p.live("Failed")
	p.SetReplies(frame(p.Replies(), kindClosed, uint64(sub), uint64(holdfast.CodeOf(err))))
}

func (p *peer) Sweep(_ time.Time, s SweepFacts) {
	p.live("Sweep")
	p.sweeps++
	p.stalled = !s.StalledSince.IsZero()
}

func (p *peer) Resume() {
	p.live("Resume")
	select {
	case p.resumed <- struct{}{}:
	default:
	}
}

func (p *peer) Broken(err error) {
	p.live("Broken")
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.broken != nil {
		p.t.Errorf("Broken twice: %v, then %v", p.broken, err)
	}
	p.broken = err
	p.conn.Close()
}

// unlimited is an allowance that no test uses up.
const unlimited = 1 << 40

func (p *peer) open(r OpenRequest, records, bytes int) {
	p.Lock()
	p.subs[r.Sub] = &subscription{records: records, bytes: bytes}
	o := p.Open(r)
	p.Unlock()
	if r.Sub%2 == 0 {
		p.OpenLater(o)
		return
	}
	p.OpenHere(o)
	p.Flush()
}

func (p *peer) allow(sub uint32, records, bytes int) {
	p.Lock()
	p.subs[sub].records += records
	p.subs[sub].bytes += bytes
	p.Wake(sub)
	p.Unlock()
}

func (p *peer) publish(channel string, data ...string) {
	drafts := make([]store.Draft, len(data))
	for i := range data {
		drafts[i] = store.Draft{Channel: channel, Data: []byte(data[i]), Number: uint64(i)}
	}
	p.Lock()
	p.Submit(drafts, 0)
	p.Unlock()
	p.Dry()
}

// got is one frame that a client has read.
type got struct {
	kind    byte
	numbers []uint64
	channel string
	offset  uint64
	term    holdfast.Term
	data    string
}

// header reads up to the first frame of a message; left stays 0 for a control message.
func (p *peer) header() error {
	kind, err := p.in.ReadByte()
	if err != nil || kind == kindControl {
		return err
	}
	if kind != kindMessage {
		return fmt.Errorf("a message starts with %q", kind)
	}
	var b [4]byte
	if _, err := io.ReadFull(p.in, b[:]); err != nil {
		return err
	}
	if p.left = int(binary.BigEndian.Uint32(b[:])); p.left == 0 {
		return fmt.Errorf("an empty message")
	}
	return nil
}

// frame reads one frame of the message at hand.
func (p *peer) frame() (got, error) {
	var head [5]byte
	if _, err := io.ReadFull(p.in, head[:]); err != nil {
		return got{}, err
	}
	n := int(binary.BigEndian.Uint32(head[1:]))
	if p.left -= 5 + n; p.left < 0 {
		return got{}, fmt.Errorf("a frame of kind %q reaches over the end of its message", head[0])
	}
	body := make([]byte, n)
	if _, err := io.ReadFull(p.in, body); err != nil {
		return got{}, err
	}
	return parse(head[0], body), nil
}

// nextFrame reads one frame, or tells of a control message.
func (p *peer) nextFrame() (got, error) {
	if p.left == 0 {
		if err := p.header(); err != nil || p.left == 0 {
			return got{kind: kindControl}, err
		}
	}
	return p.frame()
}

func parse(kind byte, b []byte) got {
	g := got{kind: kind}
	if kind == kindRecord {
		n := int(b[0])
		g.channel, b = string(b[1:1+n]), b[1+n:]
		g.offset, g.term = binary.BigEndian.Uint64(b), holdfast.Term(binary.BigEndian.Uint64(b[8:]))
		g.data = string(b[16:])
		return g
	}
	for ; len(b) >= 8; b = b[8:] {
		g.numbers = append(g.numbers, binary.BigEndian.Uint64(b))
	}
	return g
}

// next reads one frame, and fails the test if none comes.
func (p *peer) next() got {
	p.t.Helper()
	return p.read(1)[0]
}

func (p *peer) read(n int) (list []got) {
	p.t.Helper()
	p.client.SetReadDeadline(time.Now().Add(20 * time.Second))
	for len(list) < n {
		g, err := p.nextFrame()
		if err != nil {
			p.t.Fatalf("after %d of %d frames: %v", len(list), n, err)
		}
		list = append(list, g)
	}
	p.client.SetReadDeadline(time.Time{})
	return list
}
