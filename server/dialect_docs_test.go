package server_test

import (
	"context"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/holdfast-ws/holdfast/server"
)

// envelopePeer is a client of the dialect.
type envelopePeer struct {
	t   *testing.T
	c   *websocket.Conn
	ctx context.Context
}

func dialEnvelope(t *testing.T, url string) *envelopePeer {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	c, _, err := websocket.Dial(ctx, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	c.SetReadLimit(64 << 20)
	t.Cleanup(func() { c.CloseNow() })
	return &envelopePeer{t, c, ctx}
}

func (p *envelopePeer) send(text string) {
	p.t.Helper()
	if err := p.c.Write(p.ctx, websocket.MessageText, []byte(text)); err != nil {
		p.t.Fatal(err)
	}
}

func (p *envelopePeer) next() string {
	p.t.Helper()
	typ, b, err := p.c.Read(p.ctx)
	if err != nil || typ != websocket.MessageText {
		p.t.Fatalf("read: %v, %v", typ, err)
	}
	return string(b)
}

var (
	anyTime = regexp.MustCompile(`"timestamp":\d+`)
	anyTerm = regexp.MustCompile(`[0-9a-f]{16}@`)
)

// theSame makes what is another one in each run the same.
func theSame(text string) string {
	return anyTerm.ReplaceAllString(anyTime.ReplaceAllString(text, `"timestamp":0`), "term@")
}

// The transcripts in docs/envelope.md are what happens.
func TestEnvelopeTranscripts(t *testing.T) {
	doc, err := os.ReadFile("../docs/envelope.md")
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(string(doc), "```transcript\n")[1:]
	if len(parts) < 4 {
		t.Fatalf("%d transcripts", len(parts))
	}
	for _, part := range parts {
		part, _, _ = strings.Cut(part, "```")
		first, _, _ := strings.Cut(part, "\n")
		t.Run(first, func(t *testing.T) { playTranscript(t, part) })
	}
}

func playTranscript(t *testing.T, text string) {
	s, url := start(t, server.Options{})
	base := strings.TrimSuffix(url, "/ws")
	peers, term, there := map[string]*envelopePeer{}, "", 0
	settled := func() {
		eventually(t, "the subscriptions are there", func() bool { return s.Stats().Subscriptions == there })
	}
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		name, rest := line[:3], line[3:]
		p := peers[name]
		switch {
		case strings.HasPrefix(rest, ": connect "):
			p = dialEnvelope(t, base+strings.TrimPrefix(rest, ": connect "))
			peers[name] = p
			there++
			settled() // so that the next line comes behind it
		case rest == ": leave":
			p.c.Close(websocket.StatusNormalClosure, "")
			there--
			settled()
		case strings.HasPrefix(rest, "> "):
			p.send(anyTerm.ReplaceAllString(rest[2:], term))
		case strings.HasPrefix(rest, "< "):
			got := p.next()
			if x := anyTerm.FindString(got); x != "" {
				term = x
			}
			if theSame(got) != theSame(rest[2:]) {
				t.Fatalf("%s gets\n%s, want\n%s", name, got, rest[2:])
			}
		default:
			t.Fatalf("a line that says nothing: %s", line)
		}
	}
}
