package load

import (
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"io"
	"strconv"
	"sync"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/wire"
)

// holdfastDialect speaks our own protocol. Subscribers have the window that a client has by default, and acknowledge each time half of
// it is used up.
type holdfastDialect struct {
	name  string
	codec wire.Codec
	// ackDelay is after how long progress is acknowledged besides, with the next record. Zero: not at all.
	ackDelay time.Duration
}

func init() {
	register(holdfastDialect{name: "holdfast", codec: wire.JSON})
	register(holdfastDialect{name: "holdfast-binary", codec: wire.Binary})
	register(holdfastDialect{name: "holdfast-acks", codec: wire.JSON, ackDelay: 100 * time.Millisecond}) // as our clients do
}

const (
	windowRecords = 512
	windowBytes   = 1 << 20
)

func (d holdfastDialect) Name() string { return d.name }

func (d holdfastDialect) Request() Request {
	return Request{Path: "/ws", Subprotocols: []string{d.codec.Subprotocol()}}
}

func (d holdfastDialect) Open(r Role) Conversation {
	return &holdfastTalk{codec: d.codec, op: opOf(d.codec), role: r, ackDelay: d.ackDelay}
}

func opOf(c wire.Codec) byte {
	if c == wire.Binary {
		return OpBinary
	}
	return OpText
}

type holdfastTalk struct {
	codec wire.Codec
	op    byte
	role  Role
	subs  []holdfastSub // of the goroutine that reads
	frame []byte        // of the goroutine that writes

	ackDelay time.Duration

	mu    sync.Mutex
	lanes map[string]*holdfastLane
	last  *holdfastLane // used last, which mostly is the next one
}

// holdfastSub is what a subscription has received and not yet acknowledged.
type holdfastSub struct {
	channel        string
	records, bytes int
	told           time.Time // when it acknowledged last, where there is a delay
}

// holdfastLane numbers the publishes to a channel.
type holdfastLane struct {
	channel        string
	next, resolved uint64
}

func (t *holdfastTalk) lane(channel []byte) *holdfastLane {
	if t.last != nil && t.last.channel == string(channel) {
		return t.last
	}
	l := t.lanes[string(channel)]
	if l == nil {
		l = &holdfastLane{channel: string(channel), next: 1}
		if t.lanes == nil {
			t.lanes = map[string]*holdfastLane{}
		}
		t.lanes[l.channel] = l
	}
	t.last = l
	return l
}

func (t *holdfastTalk) Hello(dst []byte) []byte {
	h := wire.Hello{Counter: 1, Agent: "load"}
	rand.Read(h.Session[:])
	if t.role.Publishes {
		rand.Read(h.Producer[:])
	}
	var process [8]byte
	rand.Read(process[:])
	h.Process = binary.BigEndian.Uint64(process[:])
	for i, ch := range t.role.Subscribe {
		s := wire.Subscribe{ID: uint64(i + 1), Channel: ch, Window: wire.Window{Records: windowRecords, Bytes: windowBytes}}
		switch r := t.role.Resume; {
		case r != nil:
			s.From = wire.FromPosition
			term, _ := strconv.ParseUint(r.Epoch, 16, 64)
			s.Position = holdfast.Position{Term: holdfast.Term(term), Offset: r.Offset}
		case t.role.Start:
			s.From = wire.FromStart
		}
		h.Subscriptions = append(h.Subscriptions, s)
		t.subs = append(t.subs, holdfastSub{channel: ch})
	}
	return AppendFrame(dst, t.op, h.Append(nil, t.codec))
}

func (t *holdfastTalk) Publish(dst []byte, channel string, payload []byte) []byte {
	t.mu.Lock()
	l := t.lane([]byte(channel))
	n := l.next
	l.next++
	t.mu.Unlock()
	b := t.frame[:0]
	if t.codec == wire.Binary {
		f := wire.Publish{Channel: channel, Number: n, Data: payload}
		t.frame = f.Append(b, t.codec)
		return AppendFrame(dst, t.op, t.frame)
	}
	b = append(b, `{"t":"publish","ch":"`...)
	b = append(b, channel...)
	b = append(b, `","n":`...)
	b = strconv.AppendUint(b, n, 10)
	t.frame = append(b, `,"data":`...)
	return AppendFrame(dst, t.op, t.frame, payload, []byte("}\n"))
}

func (t *holdfastTalk) Received(_ byte, m []byte, ev *Event, reply []byte) []byte {
	for len(m) > 0 {
		var f []byte
		var ok bool
		if t.codec == wire.Binary {
			if f, m = nextBinary(m); f == nil {
				ev.Err = "a binary frame that does not end"
				return reply
			}
			reply, ok = t.hotBinary(f, ev, reply)
		} else {
			if f, m = nextLine(m); len(f) == 0 {
				continue
			}
			reply, ok = t.hotJSON(f, ev, reply)
		}
		if !ok {
			reply = t.rare(f, ev, reply)
		}
	}
	return reply
}

func nextLine(m []byte) (f, rest []byte) {
	if before, after, ok := bytes.Cut(m, []byte{'\n'}); ok {
		return before, after
	}
	return m, nil
}

var (
	jsonRecord = []byte(`{"t":"record","ch":"`)
	jsonStored = []byte(`{"t":"stored","ch":"`)
	jsonOffset = []byte(`,"o":`)
	jsonNumber = []byte(`,"n":`)
	jsonTerm   = []byte(`,"term":"`)
	jsonData   = []byte(`,"data":`)
)

// hotJSON reads what the server of today writes in the order in which it writes it; all else is for rare.
func (t *holdfastTalk) hotJSON(f []byte, ev *Event, reply []byte) ([]byte, bool) {
	r, record := bytes.CutPrefix(f, jsonRecord)
	if !record {
		var stored bool
		if r, stored = bytes.CutPrefix(f, jsonStored); !stored {
			return reply, false
		}
	}
	end := bytes.IndexByte(r, '"')
	if end < 0 {
		return reply, false
	}
	channel, r := r[:end], r[end+1:]
	if !record {
		r, ok := bytes.CutPrefix(r, jsonNumber)
		n, _ := digits(r)
		t.stored(channel, n, ev)
		return reply, ok
	}
	r, ok := bytes.CutPrefix(r, jsonOffset)
	if !ok {
		return reply, false
	}
	offset, n := digits(r)
	r = r[n:]
	if after, found := bytes.CutPrefix(r, jsonTerm); found && len(after) > 16 {
		ev.Place.Epoch, r = string(after[:16]), after[17:]
	}
	at := bytes.Index(r, jsonData)
	if at < 0 || f[len(f)-1] != '}' {
		return reply, false
	}
	ev.Place.Offset = offset
	ev.Payloads = append(ev.Payloads, r[at+len(jsonData):len(r)-1])
	return t.count(channel, offset, len(f)+1, reply), true
}

// digits reads a number and returns how long it is.
func digits(b []byte) (v uint64, n int) {
	for n < len(b) && b[n]-'0' < 10 {
		v = v*10 + uint64(b[n]-'0')
		n++
	}
	return v, n
}

// stored takes a cumulative answer.
func (t *holdfastTalk) stored(channel []byte, n uint64, ev *Event) {
	t.mu.Lock()
	l := t.lane(channel)
	if n > l.resolved {
		ev.Acked += int(n - l.resolved)
		l.resolved = n
	}
	t.mu.Unlock()
}

// count takes a record into its window, and acknowledges when half of that is used up.
func (t *holdfastTalk) count(channel []byte, offset uint64, size int, reply []byte) []byte {
	for i := range t.subs {
		s := &t.subs[i]
		if s.channel != string(channel) {
			continue
		}
		s.records++
		s.bytes += size
		if s.records >= windowRecords/2 || s.bytes >= windowBytes/2 || t.ackDelay > 0 && time.Since(s.told) >= t.ackDelay {
			s.records, s.bytes = 0, 0
			if t.ackDelay > 0 {
				s.told = time.Now()
			}
			a := wire.Ack{Channel: s.channel, Offset: offset}
			var b [128]byte
			reply = AppendFrame(reply, t.op, a.Append(b[:0], t.codec))
		}
		break
	}
	return reply
}

var decoders = sync.Pool{New: func() any { return new(wire.Decoder) }}

// rare decodes one frame as any client would.
func (t *holdfastTalk) rare(f []byte, ev *Event, reply []byte) []byte {
	d := decoders.Get().(*wire.Decoder)
	defer func() {
		d.Reset(t.codec, nil)
		decoders.Put(d)
	}()
	d.Reset(t.codec, f)
	switch kind, err := d.Next(); {
	case err == io.EOF:
	case err != nil:
		ev.Err = err.Error()
	case kind == wire.TypeWelcome:
		if len(t.role.Subscribe) == 0 {
			ev.Ready++
		}
		for i := range d.Welcome.Results {
			t.subscribed(&d.Welcome.Results[i], ev)
		}
	case kind == wire.TypeSubscribed:
		t.subscribed(&d.Subscribed, ev)
	case kind == wire.TypeStored:
		t.stored([]byte(d.Stored.Channel), d.Stored.Number, ev)
	case kind == wire.TypeRecord:
		r := &d.Record
		if r.Term != 0 {
			ev.Place.Epoch = epochOf(r.Term)
		}
		ev.Place.Offset = r.Offset
		ev.Payloads = append(ev.Payloads, bytes.Clone(r.Data)) // the decoder's memory is given back
		return t.count([]byte(r.Channel), r.Offset, len(f), reply)
	case kind == wire.TypePing:
		p := wire.Pong{ID: d.Ping.ID}
		return AppendFrame(reply, t.op, p.Append(nil, t.codec))
	case kind == wire.TypePong:
	case kind == wire.TypeRefused:
		ev.Err = fmt.Sprintf("refused: %v %s", d.Refused.Code, d.Refused.Detail)
	case kind == wire.TypeGap:
		ev.Err = fmt.Sprintf("gap from %d to %d", d.Gap.From, d.Gap.To)
	default:
		ev.Err = "unexpected: " + kind.String()
	}
	return reply
}

func (t *holdfastTalk) subscribed(s *wire.Subscribed, ev *Event) {
	if s.Code != 0 {
		ev.Err = fmt.Sprintf("subscribe: %v %s", s.Code, s.Detail)
		return
	}
	ev.Ready++
	ev.Place = Place{Epoch: epochOf(s.Position.Term), Offset: s.Position.Offset}
}

func epochOf(t holdfast.Term) string {
	if t == 0 {
		return ""
	}
	return fmt.Sprintf("%016x", uint64(t))
}
