package load

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"strconv"
)

// jetStream is JetStream over WebSocket: who publishes gets the answer of the stream BENCH, which bench/peers/nats makes over the
// subjects bench.>; who subscribes has an ordered consumer for each channel: ephemeral, pushed, with flow control and without
// acknowledgements, each message numbered so that a loss is noticed. A Place's offset is the sequence number in the stream.
type jetStream struct {
	name string
	once bool // each publish has an id by which the stream tells doubles
}

func init() {
	register(jetStream{name: "jetstream"})
	register(jetStream{name: "jetstream-once", once: true})
}

func (d jetStream) Name() string   { return d.name }
func (jetStream) Request() Request { return Request{} }

func (d jetStream) Open(r Role) Conversation {
	return &jetStreamTalk{role: r, once: d.once, id: rand.Text(), consumed: make([]uint64, len(r.Subscribe))}
}

// The subscriptions of a connection: answers to its publishes, answers of the API, and from there one for each channel.
const (
	jetStreamAcks = iota + 1
	jetStreamAPI
	jetStreamFirst
)

// jetStreamAsking is how many consumers a connection asks for at a time: the server discards requests, without an answer, when 10,000
// wait.
const jetStreamAsking = 16

type jetStreamTalk struct {
	role      Role
	once      bool
	id        string
	published uint64 // of the goroutine that writes
	in        natsParser
	asked     int      // how many consumers have been asked for
	consumed  []uint64 // for each channel the consumer's number of the last message
}

func (t *jetStreamTalk) inbox(what string) string { return "_INBOX." + t.id + "." + what }

func (t *jetStreamTalk) Hello(dst []byte) []byte {
	b := natsConnect(nil, false)
	if t.role.Publishes {
		b = append(b, "SUB "+t.inbox("ack")+" "+strconv.Itoa(jetStreamAcks)+"\r\n"...)
	}
	if len(t.role.Subscribe) > 0 {
		b = append(b, "SUB "+t.inbox("api")+" "+strconv.Itoa(jetStreamAPI)+"\r\n"...)
	}
	for i := range t.role.Subscribe {
		b = append(b, "SUB "+t.inbox(strconv.Itoa(i))+" "+strconv.Itoa(jetStreamFirst+i)+"\r\n"...)
	}
	for t.asked < min(jetStreamAsking, len(t.role.Subscribe)) {
		b = t.ask(b)
	}
	return AppendFrame(dst, OpBinary, append(b, "PING\r\n"...))
}

// ask appends the request for the next consumer.
func (t *jetStreamTalk) ask(b []byte) []byte {
	request := t.consumer("bench."+t.role.Subscribe[t.asked], t.inbox(strconv.Itoa(t.asked)))
	t.asked++
	b = append(b, "PUB $JS.API.CONSUMER.CREATE.BENCH "+t.inbox("api")+" "+strconv.Itoa(len(request))+"\r\n"...)
	return append(append(b, request...), "\r\n"...)
}

// consumer asks for an ordered consumer, with the settings that the Go client of NATS gives to one.
func (t *jetStreamTalk) consumer(subject, deliver string) []byte {
	config := map[string]any{
		"filter_subject":  subject,
		"deliver_subject": deliver,
		"deliver_policy":  "new",
		"ack_policy":      "none",
		"max_deliver":     1,
		"flow_control":    true,
		"idle_heartbeat":  int64(5e9),
		"mem_storage":     true,
		"num_replicas":    1,
	}
	switch r := t.role.Resume; {
	case r != nil:
		config["deliver_policy"] = "by_start_sequence"
		config["opt_start_seq"] = r.Offset + 1
	case t.role.Start:
		config["deliver_policy"] = "all"
	}
	b, _ := json.Marshal(map[string]any{"stream_name": "BENCH", "config": config})
	return b
}

func (t *jetStreamTalk) Publish(dst []byte, channel string, payload []byte) []byte {
	var h, id [400]byte
	head := id[:0]
	b := append(h[:0], "PUB bench."...)
	if t.once {
		t.published++
		head = append(head, "NATS/1.0\r\nNats-Msg-Id: "...)
		head = append(head, t.id...)
		head = strconv.AppendUint(append(head, '-'), t.published, 10)
		head = append(head, "\r\n\r\n"...)
		b = append(h[:0], "HPUB bench."...)
	}
	b = append(append(b, channel...), " _INBOX."...)
	b = append(append(b, t.id...), ".ack "...)
	if t.once {
		b = append(strconv.AppendInt(b, int64(len(head)), 10), ' ')
	}
	b = strconv.AppendInt(b, int64(len(head)+len(payload)), 10)
	return AppendFrame(dst, OpBinary, append(b, "\r\n"...), head, payload, []byte("\r\n"))
}

func (t *jetStreamTalk) Received(_ byte, m []byte, ev *Event, reply []byte) []byte {
	t.in.each(m, ev, func(op *natsOp) {
		switch string(op.name) {
		case "MSG", "HMSG":
			reply = t.message(op, ev, reply)
		case "PONG":
			if len(t.role.Subscribe) == 0 {
				ev.Ready++
			}
		case "PING":
			reply = AppendFrame(reply, OpBinary, []byte("PONG\r\n"))
		case "INFO":
		default:
			ev.Err = string(op.line)
		}
	})
	return reply
}

func (t *jetStreamTalk) message(op *natsOp, ev *Event, reply []byte) []byte {
	switch s := op.subscription(); {
	case s == jetStreamAcks:
		if len(op.header) > 0 || !bytes.HasPrefix(op.payload, []byte(`{"stream":`)) {
			ev.Err = fmt.Sprintf("publish: %s%s", op.header, op.payload)
			return reply
		}
		ev.Acked++
	case s == jetStreamAPI:
		if t.created(op.payload, ev); t.asked < len(t.role.Subscribe) {
			return AppendFrame(reply, OpBinary, t.ask(nil))
		}
	case bytes.HasPrefix(op.header, []byte("NATS/1.0 1")): // a status: heartbeat or flow control
		if to := flowControl(op); to != nil {
			return AppendFrame(reply, OpBinary, []byte("PUB "), to, []byte(" 0\r\n\r\n"))
		}
	case s >= jetStreamFirst && s-jetStreamFirst < uint64(len(t.consumed)):
		t.delivery(op, &t.consumed[s-jetStreamFirst], ev)
	default:
		ev.Err = "not understood: " + string(op.line)
	}
	return reply
}

// flowControl returns where the server waits for a sign that what it has sent was read; nil: nowhere.
func flowControl(op *natsOp) []byte {
	if to := op.reply(); to != nil {
		return to
	}
	_, after, stalled := bytes.Cut(op.header, []byte("Nats-Consumer-Stalled: "))
	if !stalled {
		return nil
	}
	to, _, _ := bytes.Cut(after, []byte("\r\n"))
	return to
}

// created takes the API's answer. Where the consumer begins is where a subscriber is that has received nothing.
func (t *jetStreamTalk) created(answer []byte, ev *Event) {
	var a struct {
		Error     json.RawMessage
		Delivered struct {
			Stream uint64 `json:"stream_seq"`
		}
	}
	if err := json.Unmarshal(answer, &a); err != nil || a.Error != nil {
		ev.Err = "subscribe: " + string(answer)
		return
	}
	ev.Ready++
	ev.Place.Offset = max(ev.Place.Offset, a.Delivered.Stream)
}

// delivery takes a message of a consumer, whose numbers stand in the subject of its acknowledgement:
// $JS.ACK.stream.consumer.deliveries.sequence in the stream.sequence of the consumer.time.pending
func (t *jetStreamTalk) delivery(op *natsOp, last *uint64, ev *Event) {
	rest := op.reply()
	var sequence, consumed uint64
	for i := range 7 {
		_, after, ok := bytes.Cut(rest, []byte{'.'})
		if !ok {
			ev.Err = "not understood: " + string(op.line)
			return
		}
		rest = after
		switch i {
		case 4:
			sequence, _ = digits(rest)
		case 5:
			consumed, _ = digits(rest)
		}
	}
	if *last++; consumed != *last {
		ev.Err = fmt.Sprintf("the consumer lost messages %d to %d", *last, consumed-1)
		return
	}
	ev.Place.Offset = sequence
	ev.Payloads = append(ev.Payloads, op.payload)
}
