package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// echoServer says what it hears, and does what it is told to: "cut" cuts the connection, "close CODE REASON" closes it, "binary" is
// answered with bytes, "request" with the upgrade request's headers.
type echoServer struct {
	url  string
	down atomic.Bool // it cuts who comes

	mu     sync.Mutex
	heard  []string
	closes []string // what clients said when they left
}

func newEchoServer(t *testing.T) *echoServer {
	s := &echoServer{}
	srv := httptest.NewServer(s)
	t.Cleanup(srv.Close)
	s.url = "ws" + strings.TrimPrefix(srv.URL, "http")
	return s
}

func (s *echoServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if s.down.Load() {
		if c, _, err := w.(http.Hijacker).Hijack(); err == nil {
			c.Close()
		}
		return
	}
	if status, err := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/")); err == nil {
		http.Error(w, "not today", status)
		return
	}
	c, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{"echo"}, InsecureSkipVerify: true})
	if err != nil {
		return
	}
	defer c.CloseNow()
	for {
		typ, b, err := c.Read(context.Background())
		if err != nil {
			s.note(&s.closes, strconv.Itoa(int(websocket.CloseStatus(err))))
			return
		}
		s.note(&s.heard, string(b))
		switch word, rest, _ := strings.Cut(string(b), " "); word {
		case "cut":
			return
		case "close":
			code, reason, _ := strings.Cut(rest, " ")
			n, _ := strconv.Atoi(code)
			c.Close(websocket.StatusCode(n), reason)
			return
		case "binary":
			typ, b = websocket.MessageBinary, []byte{0, 0xff, '\n'}
		case "request":
			b = []byte(r.Header.Get("Authorization") + "|" + r.Header.Get("Origin") + "|" + r.Header.Get("X-Test"))
		}
		if c.Write(context.Background(), typ, b) != nil {
			return
		}
	}
}

func (s *echoServer) note(list *[]string, what string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	*list = append(*list, what)
}

func (s *echoServer) got(list *[]string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), *list...)
}

// connected is what a run of "holdfast connect" came to.
type connected struct {
	code        int
	out, errors string
}

// connect runs the program with some input until it ends.
func connect(t *testing.T, input string, args ...string) connected {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	c := exec.CommandContext(ctx, binary, append([]string{"connect"}, args...)...)
	c.Stdin = strings.NewReader(input)
	var out, errs bytes.Buffer
	c.Stdout, c.Stderr = &out, &errs
	err := c.Run()
	if ctx.Err() != nil {
		t.Fatalf("%q did not end: %v: %s%s", args, err, out.String(), errs.String())
	}
	return connected{c.ProcessState.ExitCode(), out.String(), errs.String()}
}

// soonAgain has the program wait little.
var soonAgain = []string{"--retry-delay", "10ms", "--retry-max", "50ms", "--circuit", "0"}

// silentServer takes one connection, and answers nothing on it.
type silentServer struct {
	url  string
	told atomic.Bool // a close frame has come
}

func newSilentServer(t *testing.T) *silentServer {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &silentServer{url: "ws://" + l.Addr().String()}
	var wg sync.WaitGroup
	wg.Go(func() {
		if c, err := l.Accept(); err == nil {
			defer c.Close()
			s.serve(c)
		}
	})
	t.Cleanup(func() { l.Close(); wg.Wait() })
	return s
}

func (s *silentServer) serve(c net.Conn) {
	in := bufio.NewReader(c)
	r, err := http.ReadRequest(in)
	if err != nil {
		return
	}
	sum := sha1.Sum([]byte(r.Header.Get("Sec-WebSocket-Key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	fmt.Fprintf(c, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n",
		base64.StdEncoding.EncodeToString(sum[:]))
	for {
		var head [2]byte
		if _, err := io.ReadFull(in, head[:]); err != nil {
			return
		}
		if head[0] == 0x88 { // the last fragment, and a close frame
			s.told.Store(true)
		}
		if _, err := in.Discard(int(head[1]&0x7f) + 4); err != nil { // these frames are short, and masked
			return
		}
	}
}
