package client_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/client"
	"github.com/holdfast-ws/holdfast/server"
)

// slowLink is a network in memory whose connections pass so many bytes a second in each direction, as the client sees
// it, and nothing any more after silence.
type slowLink struct {
	accepted chan net.Conn
	rate     int
	buffer   buffer // on the server's side
	silent   chan struct{}
	closed   chan struct{}
	wg       sync.WaitGroup
}

// buffer of a socket.
type buffer uint8

const (
	shallow buffer = iota // takes what the link takes
	deep                  // takes everything at once
)

func (l *slowLink) Accept() (net.Conn, error) {
	select {
	case c := <-l.accepted:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}
func (l *slowLink) Addr() net.Addr { return &net.UnixAddr{Name: "@"} }
func (l *slowLink) Close() error   { close(l.closed); return nil }

func (l *slowLink) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	ours, middle := net.Pipe()
	theirs := middle
	if l.buffer == deep {
		near, far := net.Pipe()
		theirs = near
		l.wg.Go(func() { gather(middle, far) })
		l.wg.Go(func() {
			io.Copy(far, middle) //nolint:errcheck // ends with the connection
			far.Close()
		})
	}
	select {
	case l.accepted <- theirs:
		return &slowConn{Conn: ours, link: l, closed: make(chan struct{})}, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// gather takes everything from src at once, and hands it to dst as fast as that takes it.
func gather(dst, src net.Conn) {
	var mu sync.Mutex
	var all []byte
	more := make(chan struct{}, 1)
	var wg sync.WaitGroup
	wg.Go(func() {
		defer close(more)
		buf := make([]byte, 64<<10)
		for {
			n, err := src.Read(buf)
			if err != nil {
				return
			}
			mu.Lock()
			all = append(all, buf[:n]...)
			mu.Unlock()
			select {
			case more <- struct{}{}:
			default:
			}
		}
	})
	for range more {
		mu.Lock()
		now := all
		all = nil
		mu.Unlock()
		if _, err := dst.Write(now); err != nil {
			break
		}
	}
	dst.Close()
	src.Close()
	wg.Wait()
}

type slowConn struct {
	net.Conn
	link   *slowLink
	once   sync.Once
	closed chan struct{}
}

// take lets the time pass that so many bytes need.
func (c *slowConn) take(n int) error {
	select {
	case <-c.link.silent:
		<-c.closed
		return net.ErrClosed
	default:
		time.Sleep(time.Duration(n) * time.Second / time.Duration(c.link.rate))
		return nil
	}
}

func (c *slowConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if e := c.take(n); e != nil {
		return 0, e
	}
	return n, err
}

func (c *slowConn) Write(b []byte) (int, error) {
	if err := c.take(len(b)); err != nil {
		return 0, err
	}
	return c.Conn.Write(b)
}

func (c *slowConn) Close() error {
	c.once.Do(func() { close(c.closed) })
	return c.Conn.Close()
}

// onSlowLink runs f with a session whose link passes so many bytes a second, in time that is made up.
func onSlowLink(t *testing.T, rate int, b buffer, f func(t *testing.T, l *slowLink, s *client.Session)) {
	synctest.Test(t, func(t *testing.T) {
		l := &slowLink{accepted: make(chan net.Conn), rate: rate, buffer: b, silent: make(chan struct{}), closed: make(chan struct{})}
		srv, err := server.New(server.Options{Access: server.AccessAnyone, DrainPeriod: time.Millisecond, Logger: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		wg.Go(func() {
			if err := srv.Serve(l); err != http.ErrServerClosed {
				t.Error(err)
			}
		})
		s, err := client.OpenSession(t.Context(), "http://slow", client.SessionOptions{Dial: l.dial})
		if err != nil {
			t.Fatal(err)
		}
		f(t, l, s)
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		s.Close(ctx)      //nolint:errcheck // it may have nobody to say goodbye to
		srv.Shutdown(ctx) //nolint:errcheck // nor may the server
		wg.Wait()
		l.wg.Wait()
	})
}

// A record that takes longer than every timeout, there and back, costs no connection: what takes and sends bytes is
// alive, though neither answer nor pong can come before the record.
func TestRecordsLargerThanPatience(t *testing.T) {
	for name, b := range map[string]buffer{"the writer waits": shallow, "a buffer takes it": deep} {
		t.Run(name, func(t *testing.T) { recordLargerThanPatience(t, b) })
	}
}

func recordLargerThanPatience(t *testing.T, b buffer) {
	onSlowLink(t, 16<<10, b, func(t *testing.T, _ *slowLink, s *client.Session) {
		sub, err := s.Subscribe(t.Context(), "c", client.SubscribeOptions{From: client.FromStart})
		if err != nil {
			t.Fatal(err)
		}
		data := bytes.Repeat([]byte("0123456789abcdef"), 1<<16-16) // a minute
		begin := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
		defer cancel()
		if _, err := s.Publish(ctx, "c", data); err != nil {
			t.Error(err)
		}
		for rec, err := range sub.Records(ctx) {
			if err != nil || !bytes.Equal(rec.Data, data) {
				t.Errorf("%d bytes of %d: %v", len(rec.Data), len(data), err)
			}
			break
		}
		if took := time.Since(begin); took < 2*time.Minute {
			t.Errorf("it took only %v", took)
		}
		if _, err := s.Publish(ctx, "c", nil); err != nil { // on the connection that there is now
			t.Error(err)
		}
		if st := s.Stats(); st.Connects != 1 || st.Resent != 0 {
			t.Errorf("%+v", st)
		}
	})
}

// One that stops taking them in the middle of a record is given up all the same.
func TestSilenceInTheMiddleOfARecord(t *testing.T) {
	onSlowLink(t, 16<<10, shallow, func(t *testing.T, l *slowLink, s *client.Session) {
		if err := s.Connected(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Enqueue(t.Context(), "c", make([]byte, 1<<20-256)); err != nil {
			t.Fatal(err)
		}
		time.Sleep(30 * time.Second) // half of it
		if st := s.Stats(); s.State() != client.StateOpen || st.Connects != 1 {
			t.Fatalf("%v, %+v", s.State(), st)
		}
		close(l.silent)
		time.Sleep(20 * time.Second) // for an answer five, for a pong ten
		if st := s.Stats(); st.Disconnects[holdfast.CodeHeartbeatTimeout] != 1 {
			t.Errorf("%v, %+v", s.State(), st)
		}
	})
}
