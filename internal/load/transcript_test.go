package load

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// peers lists the dialects of bench/peers, with what their servers can do.
var peers = []struct {
	dialect, server string
	args            []string
	resumes, log    bool
	shuffles        bool // what was missed comes in any order
}{
	{dialect: "ws", server: "ws"},
	{dialect: "gorilla", server: "gorilla"},
	{dialect: "socket.io", server: "socketio", resumes: true},
	{dialect: "nats", server: "nats"},
	{dialect: "jetstream", server: "nats", resumes: true, log: true},
	{dialect: "jetstream-once", server: "nats", args: []string{"-sync", "always"}, resumes: true, log: true},
	{dialect: "mqtt", server: "mochi", resumes: true, shuffles: true},
}

// A transcript holds what a peer has sent, byte for byte, when one connection subscribed to the channel "fan", another published three
// payloads and then two more, and, where the peer can do that, the subscriber came back for those two (it went when it had the first
// three), and at the end another one asked for all of the log. TestPeersAreUnderstood, with -record, writes them.
type transcript struct {
	part     string // subscriber, publisher, returned, late
	place    Place  // of returned: what it came back with
	messages []message
}

type message struct {
	op   byte
	data []byte
}

func payloadOf(n int) []byte {
	return fmt.Appendf(nil, `{"m":"~M~%06d%010d%019d","p":"the quick brown fox"}`, 0, n, 1790000000000000000+n)
}

func (t *transcript) role() Role {
	switch t.part {
	case "publisher":
		return Role{Publishes: true}
	case "returned":
		return Role{Subscribe: []string{"fan"}, Resume: &t.place}
	case "late":
		return Role{Subscribe: []string{"fan"}, Start: true}
	}
	return Role{Subscribe: []string{"fan"}}
}

// wants returns what a part must bring: subscriptions, acknowledgements, and the numbers of the payloads.
func (t *transcript) wants() (ready, acked, first, last int) {
	switch t.part {
	case "publisher":
		return 1, 5, 1, 0
	case "returned":
		return 1, 0, 4, 5
	case "late":
		return 1, 0, 1, 5
	}
	return 1, 0, 1, 3
}

func transcriptFile(dialect string) string {
	return filepath.Join("testdata", "transcripts", dialect+".txt")
}

func readTranscripts(tb testing.TB, dialect string) (parts []*transcript) {
	tb.Helper()
	b, err := os.ReadFile(transcriptFile(dialect))
	if err != nil {
		tb.Fatal(err)
	}
	for i, line := range strings.Split(strings.TrimSpace(string(b)), "\n") {
		word, rest, _ := strings.Cut(line, " ")
		switch word {
		case "subscriber", "publisher", "late":
			parts = append(parts, &transcript{part: word})
		case "returned":
			t := &transcript{part: word}
			_, err = fmt.Sscanf(rest, "%q %d", &t.place.Epoch, &t.place.Offset)
			parts = append(parts, t)
		case "text", "binary":
			op := byte(OpText)
			if word == "binary" {
				op = OpBinary
			}
			var data string
			data, err = strconv.Unquote(rest)
			last := parts[len(parts)-1]
			last.messages = append(last.messages, message{op, []byte(data)})
		default:
			err = fmt.Errorf("unknown word %q", word)
		}
		if err != nil {
			tb.Fatalf("line %d: %v", i+1, err)
		}
	}
	return parts
}

// understood is what a dialect made of messages.
type understood struct {
	ready, acked int
	payloads     [][]byte
	place        Place
	replies      []byte
}

func understand(tb testing.TB, c Conversation, messages []message) (u understood) {
	tb.Helper()
	c.Hello(nil)
	var ev Event
	for _, m := range messages {
		ev.Reset()
		data := bytes.Clone(m.data)
		u.replies = c.Received(m.op, data, &ev, u.replies)
		if ev.Err != "" {
			tb.Fatalf("%q: %s", m.data, ev.Err)
		}
		u.ready += ev.Ready
		u.acked += ev.Acked
		for _, p := range ev.Payloads {
			u.payloads = append(u.payloads, bytes.Clone(p))
		}
		u.place = ev.Place
		clear(data) // what is used after the message is found
	}
	return u
}

func checkPart(t *testing.T, part *transcript, u understood) {
	t.Helper()
	ready, acked, first, last := part.wants()
	if u.ready != ready || u.acked != acked {
		t.Errorf("%s: %d ready and %d acked, not %d and %d", part.part, u.ready, u.acked, ready, acked)
	}
	if len(u.payloads) != last-first+1 {
		t.Fatalf("%s: %d payloads, not %d", part.part, len(u.payloads), last-first+1)
	}
	for i, p := range u.payloads {
		if !bytes.Equal(p, payloadOf(first+i)) {
			t.Errorf("%s: payload %d is %q", part.part, first+i, p)
		}
	}
}

// What each peer has sent, once, is understood: subscriptions, acknowledgements, payloads, and the place to come back to.
func TestTranscripts(t *testing.T) {
	for _, p := range peers {
		t.Run(p.dialect, func(t *testing.T) {
			d, err := DialectOf(p.dialect)
			if err != nil {
				t.Fatal(err)
			}
			place := map[string]Place{}
			for _, part := range readTranscripts(t, p.dialect) {
				u := understand(t, d.Open(part.role()), part.messages)
				if p.shuffles && part.part == "returned" {
					slices.SortFunc(u.payloads, bytes.Compare)
				}
				checkPart(t, part, u)
				place[part.part] = u.place
				// The conversation of the transcript had a client id of its own.
				if part.part == "returned" && p.dialect != "mqtt" && place["subscriber"] != part.place {
					t.Errorf("the subscriber was at %+v, not at %+v", place["subscriber"], part.place)
				}
			}
			if _, returned := place["returned"]; returned != p.resumes {
				t.Errorf("returned: %v", returned)
			}
			if _, late := place["late"]; late != p.log {
				t.Errorf("late: %v", late)
			}
		})
	}
}

// Servers whose units are not those of WebSocket may end a message anywhere.
func TestStreamsAreJoined(t *testing.T) {
	for _, name := range []string{"nats", "jetstream", "jetstream-once", "mqtt"} {
		t.Run(name, func(t *testing.T) {
			d, err := DialectOf(name)
			if err != nil {
				t.Fatal(err)
			}
			for _, part := range readTranscripts(t, name) {
				for _, size := range []int{1, 2, 3, 7, 50, 1 << 20} {
					u := understand(t, d.Open(part.role()), cut(part.messages, size))
					if part.part == "returned" { // see shuffles
						slices.SortFunc(u.payloads, bytes.Compare)
					}
					checkPart(t, part, u)
				}
			}
		})
	}
}

// cut makes one stream of messages, and cuts it anew.
func cut(messages []message, size int) (out []message) {
	var all []byte
	for _, m := range messages {
		all = append(all, m.data...)
	}
	for len(all) > 0 {
		n := min(size, len(all))
		out = append(out, message{OpBinary, all[:n]})
		all = all[n:]
	}
	return out
}

func natsStatus(to, header string) string {
	return fmt.Sprintf("HMSG %s %d %d\r\n%s\r\n", to, len(header), len(header), header)
}

// Subscribers answer what the server waits for an answer to.
func TestAnswers(t *testing.T) {
	for _, c := range []struct {
		dialect string
		role    Role
		says    string
		answer  string
	}{
		{"socket.io", Role{}, "2", "3"},
		{"socket.io", Role{Subscribe: []string{"a", "b"}}, `40{"sid":"s","pid":"p"}`, `420["sub","a"]` + "|" + `421["sub","b"]`},
		{"nats", Role{}, "PING\r\n", "PONG\r\n"},
		{"jetstream", Role{Subscribe: []string{"a"}},
			natsStatus("_INBOX.x.0 3 $JS.FC.BENCH.c.r", "NATS/1.0 100 FlowControl Request\r\n\r\n"), "PUB $JS.FC.BENCH.c.r 0\r\n\r\n"},
		{"jetstream", Role{Subscribe: []string{"a"}},
			natsStatus("_INBOX.x.0 3", "NATS/1.0 100 Idle Heartbeat\r\nNats-Last-Consumer: 0\r\n\r\n"), ""},
		{"jetstream", Role{Subscribe: []string{"a"}},
			natsStatus("_INBOX.x.0 3", "NATS/1.0 100 Idle Heartbeat\r\nNats-Consumer-Stalled: $JS.FC.x\r\n\r\n"), "PUB $JS.FC.x 0\r\n\r\n"},
		{"mqtt", Role{Subscribe: []string{"a"}}, "\x32\x06\x00\x01a\x01\x02x\x32\x06\x00\x01a\x01\x03y", "\x40\x02\x01\x02\x40\x02\x01\x03"},
		{"mqtt", Role{Subscribe: []string{"a"}}, "\x30\x04\x00\x01ax", ""},
	} {
		d, _ := DialectOf(c.dialect)
		var want []byte
		if c.answer != "" {
			op := byte(OpBinary)
			if c.dialect == "socket.io" {
				op = OpText
			}
			for a := range strings.SplitSeq(c.answer, "|") {
				want = AppendFrame(want, op, []byte(a))
			}
		}
		if u := understand(t, d.Open(c.role), []message{{OpBinary, []byte(c.says)}}); !bytes.Equal(u.replies, want) {
			t.Errorf("%s answers %q with %q, not %q", c.dialect, c.says, u.replies, want)
		}
	}
}

// A server that refuses, or says what nobody understands, is not taken for one that is silent.
func TestRefusals(t *testing.T) {
	sub := Role{Subscribe: []string{"a"}}
	back := Role{Subscribe: []string{"a"}, Resume: &Place{Epoch: "old", Offset: 7}}
	for _, c := range []struct {
		dialect string
		role    Role
		says    string
	}{
		{"ws", sub, "what"},
		{"gorilla", sub, "on\nwhat"},
		{"socket.io", sub, `44{"message":"no"}`},
		{"socket.io", sub, `42["msg",{}]`},
		{"socket.io", back, `40{"sid":"s","pid":"new"}`},
		{"nats", sub, "-ERR 'Maximum Connections Exceeded'\r\n"},
		{"nats", sub, "MSG\r\n"},
		{"nats", sub, "MSG a 1\r\n"},
		{"nats", sub, "MSG a 1 x\r\n"},
		{"nats", sub, "MSG a 1 99999999999999999999\r\n"},
		{"nats", sub, "PONG\n"},
		{"jetstream", Role{Publishes: true}, "MSG _INBOX.x.ack 1 23\r\n{\"error\":{\"code\":503}}x\r\n"},
		{"jetstream", Role{Publishes: true}, "HMSG _INBOX.x.ack 1 16 16\r\nNATS/1.0 503\r\n\r\n\r\n"},
		{"jetstream", sub, "MSG _INBOX.x.api 2 22\r\n{\"error\":{\"code\":400}}\r\n"},
		{"jetstream", sub, "MSG bench.a 3 $JS.ACK.BENCH.c.1.9.2.1.0 2\r\n{}\r\n"}, // the consumer's first is missing
		{"jetstream", sub, "MSG bench.a 0 $JS.ACK.BENCH.c.1.9.1.1.0 2\r\n{}\r\n"},
		{"jetstream", sub, "MSG bench.a 9 $JS.ACK.BENCH.c.1.9.1.1.0 2\r\n{}\r\n"}, // no such subscription
		{"jetstream", sub, "MSG bench.a 3 2\r\n{}\r\n"},
		{"mqtt", sub, "\x20\x02\x00\x05"},
		{"mqtt", back, "\x20\x02\x00\x00"}, // no session
		{"mqtt", sub, "\x90\x03\x00\x01\x80"},
		{"mqtt", sub, "\x32\x02\x00\x09"},
		{"mqtt", sub, "\x32\xff\xff\xff\xff\x01"},
	} {
		d, _ := DialectOf(c.dialect)
		talk := d.Open(c.role)
		talk.Hello(nil)
		var ev Event
		talk.Received(OpBinary, []byte(c.says), &ev, nil)
		if ev.Err == "" {
			t.Errorf("%s: %q is no error: %+v", c.dialect, c.says, ev)
		}
	}
}

func TestOffsetsOfSocketIO(t *testing.T) {
	for _, s := range []string{"PXV_8aR", "PXV_8aR.0", "PXV_8aR.1", "PXV_8aR.-", "PXV_8aR.10", "1"} {
		v, ok := yeast([]byte(s))
		if got := string(appendYeast(nil, v)); !ok || got != s {
			t.Errorf("%s became %d and %s (%v)", s, v, got, ok)
		}
	}
	for _, s := range []string{"", ".", "a.", ".0", "a b", "zzzzzzzzzzzz", "a.zzzzzz"} {
		if v, ok := yeast([]byte(s)); ok {
			t.Errorf("%q became %d", s, v)
		}
	}
}

// Whatever a server sends, a dialect does not panic, and does not keep more than it may.
func FuzzReceived(f *testing.F) {
	for i, p := range peers {
		for _, part := range readTranscripts(f, p.dialect) {
			for _, m := range part.messages {
				f.Add(byte(i), m.data, 10)
			}
		}
	}
	f.Fuzz(func(t *testing.T, i byte, data []byte, at int) {
		d, _ := DialectOf(peers[int(i)%len(peers)].dialect)
		talk := d.Open(Role{Subscribe: []string{"fan"}, Publishes: true})
		talk.Hello(nil)
		at = max(0, min(at, len(data)))
		var ev Event
		for _, m := range [][]byte{data[:at], data[at:]} {
			ev.Reset()
			talk.Received(OpText, m, &ev, nil)
			for _, p := range ev.Payloads {
				if len(p) > len(data) {
					t.Fatalf("a payload of %d bytes from %d", len(p), len(data))
				}
			}
		}
	})
}

// JetStream discards requests when too many wait, so that a connection asks for its consumers a few at a time.
func TestConsumersAreAskedForInTurn(t *testing.T) {
	d, _ := DialectOf("jetstream")
	role := Role{Subscribe: make([]string, 40)}
	for i := range role.Subscribe {
		role.Subscribe[i] = fmt.Sprintf("c%d", i)
	}
	talk := d.Open(role)
	sent := talk.Hello(nil)
	answer := `{"delivered":{"consumer_seq":0,"stream_seq":7}}`
	created := fmt.Appendf(nil, "MSG _INBOX.x.api 2 %d\r\n%s\r\n", len(answer), answer)
	for n := range role.Subscribe {
		requests := bytes.Count(sent, []byte("PUB $JS.API.CONSUMER.CREATE.BENCH "))
		if want := min(len(role.Subscribe), jetStreamAsking+n); requests != want {
			t.Fatalf("%d requests after %d answers, not %d", requests, n, want)
		}
		var ev Event
		sent = talk.Received(OpBinary, created, &ev, sent)
		if ev.Ready != 1 || ev.Err != "" || ev.Place.Offset != 7 {
			t.Fatalf("answer %d: %+v", n, ev)
		}
	}
	for _, ch := range role.Subscribe {
		if n := bytes.Count(sent, []byte(`"filter_subject":"bench.`+ch+`"`)); n != 1 {
			t.Errorf("%s was asked for %d times", ch, n)
		}
	}
}
