package client_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/backoff"
	"github.com/holdfast-ws/holdfast/breaker"
	"github.com/holdfast-ws/holdfast/client"
	"github.com/holdfast-ws/holdfast/internal/simnet"
)

const second = time.Second

// even is a backoff without chance.
var even = backoff.Options{Jitter: -1, MaxRetries: -1}

// The delays of each class of failure, as spec/classes.json and A1 have them, and when a socket gives up.
func TestSocketDelays(t *testing.T) {
	for name, c := range map[string]struct {
		server  serve
		dial    simnet.DialRule
		backoff backoff.Options
		classes *client.Classes
		want    []time.Duration
		end     holdfast.Code // 0: it goes on
	}{
		"general":        {server: refuses(500), backoff: backoff.Options{Jitter: -1}, want: []time.Duration{second, 2 * second, 4 * second, 8 * second, 16 * second, 30 * second, 30 * second, 30 * second, 30 * second, 30 * second}, end: holdfast.CodeRetriesExhausted},
		"first at once":  {server: refuses(500), backoff: backoff.Options{Jitter: -1, First: backoff.FirstImmediate, MaxRetries: 3}, want: []time.Duration{0, second, 2 * second}, end: holdfast.CodeRetriesExhausted},
		"authentication": {server: refuses(401), backoff: backoff.Options{Jitter: -1}, want: []time.Duration{2 * second, 3 * second, 4500 * time.Millisecond}, end: holdfast.CodeRetriesExhausted},
		"rate limit": {server: refuses(429), backoff: backoff.Options{Jitter: -1, MaxDelay: 10 * second}, want: []time.Duration{5 * second, 7500 * time.Millisecond, 10 * second, 10 * second, 10 * second,
			10 * second, 10 * second, 10 * second, 10 * second, 10 * second}, end: holdfast.CodeRetriesExhausted},
		"forbidden":                   {server: refuses(403), want: nil, end: 403},
		"not there":                   {server: refuses(404), want: nil, end: 404},
		"mine for all":                {server: refuses(401), backoff: backoff.Options{Jitter: -1, BaseDelay: second, Multiplier: 1, MaxRetries: 2}, want: []time.Duration{second, second}, end: holdfast.CodeRetriesExhausted},
		"mine for the class":          {server: refuses(401), backoff: even, classes: &client.Classes{Strategies: map[client.Class]client.Strategy{client.ClassAuthentication: {MaxRetries: 1, BaseDelay: 7 * second}}}, want: []time.Duration{7 * second}, end: holdfast.CodeRetriesExhausted},
		"accepts and closes at once":  {server: closes(1011, ""), backoff: backoff.Options{Jitter: -1, MaxRetries: 3}, want: []time.Duration{second, 2 * second, 4 * second}, end: holdfast.CodeRetriesExhausted},
		"the application's own close": {server: closes(4321, "mine"), backoff: backoff.Options{Jitter: -1, MaxRetries: 1}, want: []time.Duration{second}, end: holdfast.CodeRetriesExhausted},
		"retry after":                 {server: refuses(503, "Retry-After", "20"), backoff: backoff.Options{Jitter: -1, MaxRetries: 2}, want: []time.Duration{20 * second, 20 * second}, end: holdfast.CodeRetriesExhausted},
	} {
		t.Run(name, func(t *testing.T) {
			inLab(t, c.server, func(l *lab) {
				s := l.open(client.SocketOptions{Backoff: c.backoff, Classes: c.classes, Guard: client.GuardOff, Token: func(context.Context) (string, error) { return "t", nil }})
				defer l.close(s)
				for _, err := range s.Messages(context.Background()) {
					if !errors.Is(err, c.end) {
						t.Errorf("it ended with %v, want %v", err, c.end)
					}
				}
				if s.State() != client.StateFailed {
					t.Errorf("state %v", s.State())
				}
				got := gaps(l.upgrades())
				if name == "retry after" { // and up to a quarter more, or the delay, so that not all come at once
					for i, d := range got {
						if d < c.want[i] || d > c.want[i]*5/4 {
							t.Errorf("delay %d: %v", i, d)
						}
					}
				} else if !slices.Equal(got, c.want) {
					t.Errorf("delays %v, want %v", got, c.want)
				}
				if err := s.Send(context.Background(), client.Text("x")); !errors.Is(err, c.end) {
					t.Errorf("sending says %v", err)
				}
			})
		})
	}
}

// With a breaker a server's Retry-After opens it, for all sockets that share it, and the waiting uses up no retry.
func TestSocketRetryAfterOpensTheBreaker(t *testing.T) {
	inLab(t, refuses(503, "Retry-After", "90"), func(l *lab) {
		b, err := breaker.New(breaker.Options{})
		if err != nil {
			t.Fatal(err)
		}
		s := l.open(client.SocketOptions{Backoff: even, Breaker: b})
		synctest.Wait()
		other := l.open(client.SocketOptions{Backoff: even, Breaker: b})
		time.Sleep(89 * second)
		synctest.Wait()
		if n := len(l.upgrades()); n != 1 || s.State() != client.StateBlocked || other.State() != client.StateBlocked {
			t.Errorf("%d attempts within the time that the server has asked for; %v, %v", n, s.State(), other.State())
		}
		if r := s.Stats().Retries; r != 1 {
			t.Errorf("%d retries are used up", r)
		}
		time.Sleep(2 * second)
		synctest.Wait()
		if n := len(l.upgrades()); n < 2 {
			t.Errorf("%d attempts after it", n)
		}
		l.close(s)
		l.close(other)
	})
}

// The jitter makes delays longer and shorter, never longer than MaxDelay, and all of them come up.
func TestSocketJitter(t *testing.T) {
	inLab(t, refuses(500), func(l *lab) {
		s := l.open(client.SocketOptions{Backoff: backoff.Options{BaseDelay: 10 * second, MaxDelay: 12 * second, Multiplier: 1, Jitter: 0.5, MaxRetries: 2000}, Guard: client.GuardOff})
		defer l.close(s)
		for range s.Messages(context.Background()) {
		}
		var bins [7]int // of a second, from 5 to 12
		for _, d := range gaps(l.upgrades()) {
			if d < 5*second || d > 12*second {
				t.Fatalf("a delay of %v", d)
			}
			bins[min(6, int((d-5*second)/second))]++
		}
		// 10 s ± 5 s cut off at 12 s: a tenth in each second, and what is cut off, three tenths more, at the end
		for i, n := range bins {
			want := 200
			if i == 6 {
				want = 800
			}
			if n < want*7/10 || n > want*13/10 {
				t.Errorf("%d delays from %d s on, want about %d: %v", n, i+5, want, bins)
			}
		}
	})
}

// A connection that was up for MinUptime starts the counting anew; one that was not does not.
func TestSocketMinUptime(t *testing.T) {
	for name, c := range map[string]struct {
		up   time.Duration
		want []time.Duration
	}{
		"too short":   {4 * second, []time.Duration{second, 2 * second, 4 * second}},
		"long enough": {5 * second, []time.Duration{second, second, second}},
	} {
		t.Run(name, func(t *testing.T) {
			inLab(t, nil, func(l *lab) {
				s := l.open(client.SocketOptions{Backoff: even})
				for i := range c.want {
					time.Sleep(c.up) // since the upgrade, which takes no time here
					l.net.Reset("me")
					time.Sleep(c.want[i])
					synctest.Wait()
				}
				want := make([]time.Duration, len(c.want))
				for i := range want {
					want[i] = c.up + c.want[i]
				}
				if got := gaps(l.upgrades()); !slices.Equal(got, want) {
					t.Errorf("attempts after %v, want %v", got, want)
				}
				l.close(s)
			})
		})
	}
}

// A heartbeat goes out after an idle interval; whoever answers stays, and whoever does not is left after the timeout.
func TestSocketHeartbeats(t *testing.T) {
	message := client.Heartbeat{Mode: client.HeartbeatMessage}
	hidden := client.Heartbeat{Mode: client.HeartbeatMessage, Answers: client.AnswersHidden, Match: func(m client.Message) bool { return string(m.Data) == `{"type":"pong"}` }}
	for name, c := range map[string]struct {
		server   serve
		beat     client.Heartbeat
		held     bool // the network swallows everything from the start
		dies     time.Duration
		answered bool
	}{
		"a ping is answered":                      {beat: client.Heartbeat{}, answered: true},
		"a message is answered":                   {beat: message, answered: true},
		"both are":                                {beat: client.Heartbeat{Mode: client.HeartbeatBoth}, answered: true},
		"a matched answer is hidden":              {beat: hidden, answered: true},
		"a message is not answered":               {server: (*lab).silent, beat: message, dies: 40 * second},
		"no answer that matches":                  {server: (*lab).silent, beat: hidden, dies: 40 * second},
		"a black hole":                            {beat: client.Heartbeat{}, held: true, dies: 40 * second},
		"three may be missed":                     {beat: client.Heartbeat{MaxMissed: 3}, held: true, dies: 60 * second},
		"fast":                                    {beat: client.PresetFastHeartbeat.Apply(client.SocketOptions{}).Heartbeat, held: true, dies: 13 * second},
		"none are sent, and nobody is given up":   {beat: client.Heartbeat{Mode: client.HeartbeatOff}, held: true},
		"pings are answered by who says nothing":  {server: (*lab).silent, beat: client.Heartbeat{}, answered: true},
		"pings count beside messages that do not": {server: (*lab).silent, beat: client.Heartbeat{Mode: client.HeartbeatBoth}, answered: true},
	} {
		t.Run(name, func(t *testing.T) {
			inLab(t, c.server, func(l *lab) {
				s := l.open(client.SocketOptions{Backoff: even, Heartbeat: c.beat})
				events := l.record(s)
				if c.held {
					l.net.Hold("me", simnet.Both, time.Now().Add(time.Hour))
				}
				if c.dies > 0 {
					time.Sleep(c.dies - time.Millisecond)
					if closed := events(client.SocketClosed); len(closed) != 0 {
						t.Errorf("given up too soon: %+v", closed)
					}
					time.Sleep(2 * time.Millisecond)
					if closed := events(client.SocketClosed); len(closed) != 1 || closed[0].Code != holdfast.CodeHeartbeatTimeout {
						t.Errorf("not given up: %+v", closed)
					}
				} else {
					time.Sleep(5 * time.Minute)
					if closed := events(client.SocketClosed); len(closed) != 0 {
						t.Errorf("given up: %+v", closed)
					}
				}
				if got := s.Stats(); c.answered && (got.Heartbeats < 9 || got.Missed != 0) || !c.answered && got.RTT.Max != 0 {
					t.Errorf("%+v", got)
				}
				if c.beat.Answers == client.AnswersHidden && s.Stats().MessagesIn > 0 {
					ctx, cancel := context.WithTimeout(context.Background(), second)
					for m := range s.Messages(ctx) {
						t.Errorf("the application sees %s", m.Data)
					}
					cancel()
				}
				l.net.Reset("me")
				l.close(s)
			})
		})
	}
}

// Traffic makes heartbeats needless; only idle connections are asked.
func TestSocketHeartbeatOnlyWhenIdle(t *testing.T) {
	inLab(t, nil, func(l *lab) {
		s := l.open(client.SocketOptions{})
		for range 20 {
			if err := s.SendText(context.Background(), "x"); err != nil {
				t.Fatal(err)
			}
			receive(t, s)
			time.Sleep(20 * second)
		}
		if n := s.Stats().Heartbeats; n != 0 {
			t.Errorf("%d heartbeats", n)
		}
		l.close(s)
	})
}

// The breaker opens after failures in a row, blocks without using up retries, lets trials through, and closes.
func TestSocketBreaker(t *testing.T) {
	inLab(t, nil, func(l *lab) {
		l.net.SetDial("me", simnet.DialRefused)
		s := l.open(client.SocketOptions{Backoff: backoff.Options{Jitter: -1, MaxRetries: 6}})
		events := l.record(s)
		time.Sleep(15*second - time.Millisecond) // 1 + 2 + 4 + 8: the fifth attempt is next
		if got := events(client.SocketCircuit); len(got) != 0 {
			t.Errorf("it opened too soon: %+v", got)
		}
		time.Sleep(16*second + 2*time.Millisecond)
		if got := events(client.SocketCircuit); len(got) != 1 || got[0].Circuit != breaker.Open || s.State() != client.StateBlocked {
			t.Errorf("%+v, %v", got, s.State())
		}
		l.net.SetDial("me", simnet.DialConnects)
		time.Sleep(60 * second)
		synctest.Wait()
		if s.State() != client.StateOpen {
			t.Errorf("%v", s.State())
		}
		for range 2 { // it takes three trials that succeed
			l.net.Reset("me")
			time.Sleep(40 * second)
		}
		time.Sleep(10 * second)
		got := events(client.SocketCircuit)
		if len(got) != 3 || got[1].Circuit != breaker.HalfOpen || got[2].Circuit != breaker.Closed {
			t.Errorf("%+v", got)
		}
		l.close(s)
	})
}

// By hand the breaker is opened and closed at any time; a socket that is blocked goes on at once.
func TestSocketBreakerByHand(t *testing.T) {
	inLab(t, nil, func(l *lab) {
		s := l.open(client.SocketOptions{Backoff: even})
		synctest.Wait()
		s.Breaker().Trip(time.Hour)
		l.net.Reset("me")
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		if s.State() != client.StateBlocked {
			t.Errorf("%v", s.State())
		}
		s.Breaker().Reset()
		synctest.Wait()
		if s.State() != client.StateOpen {
			t.Errorf("%v", s.State())
		}
		s.Breaker().Trip(time.Hour)
		l.net.Reset("me")
		time.Sleep(time.Minute)
		s.Reconnect()
		synctest.Wait()
		if s.State() != client.StateOpen {
			t.Errorf("after Reconnect: %v", s.State())
		}
		l.close(s)
	})
}

// Close ends the waiting for an attempt, an attempt that hangs, and the waiting for the breaker.
func TestSocketCloseWhileNotOpen(t *testing.T) {
	for name, f := range map[string]func(l *lab) *client.Socket{
		"connecting": func(l *lab) *client.Socket {
			l.net.SetDial("me", simnet.DialHangs)
			return l.open(client.SocketOptions{})
		},
		"waiting": func(l *lab) *client.Socket {
			l.net.SetDial("me", simnet.DialRefused)
			return l.open(client.SocketOptions{Backoff: backoff.Options{BaseDelay: time.Minute, MaxDelay: time.Minute}})
		},
		"blocked": func(l *lab) *client.Socket {
			b, _ := breaker.New(breaker.Options{})
			b.Trip(time.Hour)
			return l.open(client.SocketOptions{Breaker: b})
		},
		"asking for the URL": func(l *lab) *client.Socket {
			return l.open(client.SocketOptions{URL: func(ctx context.Context) (string, error) {
				<-ctx.Done()
				return "", ctx.Err()
			}})
		},
		"failed": func(l *lab) *client.Socket {
			l.net.SetDial("me", simnet.DialRefused)
			s := l.open(client.SocketOptions{Backoff: backoff.Options{MaxRetries: 1}})
			for range s.Messages(context.Background()) {
			}
			return s
		},
	} {
		t.Run(name, func(t *testing.T) {
			inLab(t, nil, func(l *lab) {
				s := f(l)
				time.Sleep(second)
				events := l.record(s)
				begin := time.Now()
				if err := s.Close(holdfast.CodeNormal, ""); err != nil {
					t.Error(err)
				}
				if d := time.Since(begin); d != 0 {
					t.Errorf("Close took %v", d)
				}
				if s.State() != client.StateClosed {
					t.Error(s.State())
				}
				if err := s.SendText(context.Background(), "x"); !errors.Is(err, holdfast.CodeClosed) {
					t.Error(err)
				}
				if n := len(l.upgrades()); n != 0 {
					t.Errorf("%d upgrades", n)
				}
				events()
			})
		})
	}
}

// Who listens late hears which attempt is waited for.
func TestSocketEventsBeginWithTheRetry(t *testing.T) {
	inLab(t, nil, func(l *lab) {
		l.net.SetDial("me", simnet.DialRefused)
		s := l.open(client.SocketOptions{Backoff: backoff.Options{Jitter: -1, BaseDelay: 20 * second}})
		time.Sleep(5 * second)
		got := l.record(s)()
		if len(got) != 2 || got[1].Kind != client.SocketRetry || got[1].Attempt != 1 || got[1].Delay != 15*second {
			t.Errorf("%+v", got)
		}
		l.close(s)
	})
}

// A URL function that fails or hangs is a failed attempt, and the next one is asked again.
func TestSocketURLFunction(t *testing.T) {
	inLab(t, nil, func(l *lab) {
		asked := 0
		s := l.open(client.SocketOptions{Backoff: even, URL: func(ctx context.Context) (string, error) {
			switch asked++; asked {
			case 1:
				return "", errors.New("no idea")
			case 2:
				<-ctx.Done()
				return "", ctx.Err()
			case 3:
				return "gopher://server", nil
			}
			return "ws://server:80/there", nil
		}})
		events := l.record(s)
		time.Sleep(second + 10*second + 2*second + 4*second + second)
		synctest.Wait()
		errs := s.Errors()
		if s.State() != client.StateFailed && s.State() != client.StateOpen || len(errs) < 2 || errs[1].Class != client.ClassTimeout {
			t.Errorf("%v: %+v", s.State(), errs)
		}
		_ = events
		l.close(s)
	})
}

// What is queued goes out in order before the application hears that the socket is open, and before what comes later.
func TestSocketQueueGoesFirst(t *testing.T) {
	inLab(t, nil, func(l *lab) {
		l.net.SetDial("me", simnet.DialRefused)
		s := l.open(client.SocketOptions{Backoff: even})
		for _, m := range []string{"1", "2", "3"} {
			if err := s.SendText(context.Background(), m); err != nil {
				t.Fatal(err)
			}
		}
		if st := s.Stats(); st.QueueMessages != 3 || st.QueueBytes != 3 || s.BufferedAmount() != 3 {
			t.Errorf("%+v", st)
		}
		l.net.SetDial("me", simnet.DialConnects)
		for e := range s.Events(context.Background()) {
			if e.Kind == client.SocketOpen {
				if n := s.Stats().MessagesOut; n != 3 {
					t.Errorf("%d were written when it said that it is open", n)
				}
				break
			}
		}
		s.SendText(context.Background(), "4")
		synctest.Wait()
		if got := l.heard(); !slices.Equal(got, []string{"1", "2", "3", "4"}) {
			t.Error(got)
		}
		l.close(s)
	})
}

// What a full queue does, by policy; how long a message may wait.
func TestSocketQueuePolicies(t *testing.T) {
	for name, c := range map[string]struct {
		o       client.QueueOptions
		want    []string
		refused int
		code    holdfast.Code
		lost    int
	}{
		"refuse":             {o: client.QueueOptions{MaxMessages: 2}, want: []string{"1", "2"}, refused: 2},
		"refuse by bytes":    {o: client.QueueOptions{MaxBytes: 3}, want: []string{"1", "2", "3"}, refused: 1},
		"drop oldest":        {o: client.QueueOptions{MaxMessages: 2, Policy: client.QueueDropOldest}, want: []string{"3", "4"}, code: holdfast.CodeDropped, lost: 2},
		"drop newest":        {o: client.QueueOptions{MaxMessages: 2, Policy: client.QueueDropNewest}, want: []string{"1", "2"}, code: holdfast.CodeDropped, lost: 2},
		"expired":            {o: client.QueueOptions{TTL: second / 2}, code: holdfast.CodeExpired, lost: 4},
		"expired makes room": {o: client.QueueOptions{MaxMessages: 2, TTL: 1500 * time.Millisecond}, want: []string{"3", "4"}, code: holdfast.CodeExpired, lost: 2},
	} {
		t.Run(name, func(t *testing.T) {
			inLab(t, nil, func(l *lab) {
				l.net.SetDial("me", simnet.DialRefused)
				s := l.open(client.SocketOptions{Backoff: backoff.Options{Jitter: -1, BaseDelay: 3 * second}, Queue: c.o})
				events := l.record(s)
				refused := 0
				for i, m := range []string{"1", "2", "3", "4"} {
					if i == 2 && name == "expired makes room" {
						time.Sleep(2 * second)
					}
					if err := s.SendText(context.Background(), m); errors.Is(err, holdfast.CodeQueueFull) {
						refused++
					} else if err != nil {
						t.Error(err)
					}
				}
				l.net.SetDial("me", simnet.DialConnects)
				time.Sleep(3 * second)
				synctest.Wait()
				if got := l.heard(); !slices.Equal(got, c.want) || refused != c.refused {
					t.Errorf("arrived %v, refused %d", got, refused)
				}
				lost := 0
				for _, e := range events(client.SocketDiscarded) {
					lost += e.N
					if e.Code != c.code {
						t.Errorf("%+v", e)
					}
				}
				if st := s.Stats(); lost != c.lost || int(st.Discarded+st.Expired) != c.lost {
					t.Errorf("%d were said to be lost, %+v", lost, st)
				}
				l.close(s)
			})
		})
	}
}

// With QueueWait a send waits until there is room, or its context ends.
func TestSocketQueueWaits(t *testing.T) {
	inLab(t, nil, func(l *lab) {
		l.net.SetDial("me", simnet.DialRefused)
		s := l.open(client.SocketOptions{Backoff: even, Queue: client.QueueOptions{MaxMessages: 1, Policy: client.QueueWait}})
		s.SendText(context.Background(), "1")
		ctx, cancel := context.WithTimeout(context.Background(), second/2)
		defer cancel()
		if err := s.SendText(ctx, "never"); !errors.Is(err, holdfast.CodeCanceled) {
			t.Error(err)
		}
		done := make(chan error)
		go func() { done <- s.SendText(context.Background(), "2") }()
		l.net.SetDial("me", simnet.DialConnects)
		if err := <-done; err != nil {
			t.Error(err)
		}
		synctest.Wait()
		if got := l.heard(); !slices.Equal(got, []string{"1", "2"}) {
			t.Error(got)
		}
		l.close(s)
	})
}

// On an open connection a send waits at the high water mark until it is down to the low one.
func TestSocketBackpressure(t *testing.T) {
	inLab(t, nil, func(l *lab) {
		l.net.SetLink("me", simnet.Link{Bandwidth: 1000, Buffer: 100})
		s := l.open(client.SocketOptions{HighWater: 1000, LowWater: 200, Heartbeat: client.Heartbeat{Mode: client.HeartbeatOff}})
		events := l.record(s)
		for s.State() != client.StateOpen {
			time.Sleep(second / 10)
		}
		begin := time.Now()
		for range 30 {
			if err := s.SendBytes(context.Background(), make([]byte, 100)); err != nil {
				t.Fatal(err)
			}
			if n := s.BufferedAmount(); n > 1000 {
				t.Errorf("%d bytes wait", n)
			}
		}
		if d := time.Since(begin); d < second {
			t.Errorf("3,000 bytes at 1,000 a second were taken within %v", d)
		}
		if len(events(client.SocketDrained)) == 0 {
			t.Error("nobody was told that it is down again")
		}
		l.net.SetLink("me", simnet.Link{})
		l.close(s)
	})
}

// Close writes what is queued, tells the code and the reason, and cuts whoever does not answer.
func TestSocketCloses(t *testing.T) {
	var got websocket.CloseError
	reads := func(l *lab, w http.ResponseWriter, r *http.Request) {
		c := l.accept(w, r)
		defer c.CloseNow()
		for {
			if _, b, err := c.Read(context.Background()); err != nil {
				errors.As(err, &got)
				return
			} else {
				l.mu.Lock()
				l.said = append(l.said, string(b))
				l.mu.Unlock()
			}
		}
	}
	for name, c := range map[string]struct {
		code   holdfast.Code
		reason string
		want   websocket.CloseError
	}{
		"as said":               {4001, "bye", websocket.CloseError{Code: 4001, Reason: "bye"}},
		"a code not to be sent": {1006, "x", websocket.CloseError{Code: 1000, Reason: "x"}},
		"going away":            {1001, "", websocket.CloseError{Code: 1001}},
		"no code":               {0, "", websocket.CloseError{Code: 1000}},
	} {
		t.Run(name, func(t *testing.T) {
			inLab(t, reads, func(l *lab) {
				got = websocket.CloseError{}
				s := l.open(client.SocketOptions{})
				synctest.Wait()
				for _, m := range []string{"1", "2", "3"} {
					s.SendText(context.Background(), m)
				}
				if err := s.Close(c.code, c.reason); err != nil {
					t.Error(err)
				}
				synctest.Wait()
				if got != c.want || len(l.heard()) != 3 {
					t.Errorf("the server saw %+v after %v", got, l.heard())
				}
			})
		})
	}
	t.Run("nobody answers", func(t *testing.T) {
		inLab(t, nil, func(l *lab) {
			s := l.open(client.SocketOptions{})
			synctest.Wait()
			l.net.Hold("me", simnet.Both, time.Now().Add(time.Hour))
			begin := time.Now()
			s.Close(holdfast.CodeNormal, "")
			if d := time.Since(begin); d > 2*second+second/10 {
				t.Errorf("it took %v", d)
			}
		})
	})
}

// Failures of several classes together get no more attempts than Backoff.MaxRetries says.
func TestSocketRetriesOfAllClasses(t *testing.T) {
	n := 0
	inLab(t, func(l *lab, w http.ResponseWriter, r *http.Request) {
		n++
		refuses([]int{500, 429, 401}[n%3])(l, w, r)
	}, func(l *lab) {
		s := l.open(client.SocketOptions{Backoff: backoff.Options{MaxRetries: 4}, Guard: client.GuardOff, Token: func(context.Context) (string, error) { return "t", nil }})
		for range s.Messages(context.Background()) {
		}
		if got := len(l.upgrades()); got != 5 {
			t.Errorf("%d attempts", got)
		}
		l.close(s)
	})
}

// A machine that has slept probes an open connection at once, and does not wait out a delay that is over by the clock on the wall.
func TestSocketWakesUp(t *testing.T) {
	var skew atomic.Int64
	client.SkewWall(t, func() time.Duration { return time.Duration(skew.Load()) })
	t.Run("open", func(t *testing.T) {
		inLab(t, nil, func(l *lab) {
			s := l.open(client.SocketOptions{Heartbeat: client.Heartbeat{Interval: time.Hour}})
			events := l.record(s)
			time.Sleep(20 * second)
			if n := s.Stats().Heartbeats; n != 0 || len(events(client.SocketWoke)) != 0 {
				t.Errorf("%d heartbeats before", n)
			}
			skew.Add(int64(time.Hour))
			time.Sleep(11 * second)
			if woke := events(client.SocketWoke); len(woke) != 1 || woke[0].Delay != time.Hour || s.Stats().Heartbeats != 1 {
				t.Errorf("%+v, %+v", woke, s.Stats())
			}
			l.close(s)
		})
	})
	t.Run("waiting", func(t *testing.T) {
		inLab(t, nil, func(l *lab) {
			l.net.SetDial("me", simnet.DialRefused)
			s := l.open(client.SocketOptions{Backoff: backoff.Options{Jitter: -1, BaseDelay: time.Hour, MaxDelay: time.Hour}})
			time.Sleep(time.Minute)
			l.net.SetDial("me", simnet.DialConnects)
			skew.Add(int64(2 * time.Hour))
			time.Sleep(11 * second)
			synctest.Wait()
			if s.State() != client.StateOpen {
				t.Errorf("%v", s.State())
			}
			l.close(s)
		})
	})
}

// Reconnect while an attempt is waited for, or under way, makes one connection, and not one that is ended for another.
func TestSocketReconnectMakesOneConnection(t *testing.T) {
	for name, guard := range map[string]client.Guard{"with a breaker": client.GuardOn, "without": client.GuardOff} {
		t.Run(name, func(t *testing.T) {
			inLab(t, nil, func(l *lab) {
				l.net.SetDial("me", simnet.DialRefused)
				s := l.open(client.SocketOptions{Guard: guard, Backoff: backoff.Options{Jitter: -1, BaseDelay: time.Hour, MaxDelay: time.Hour}})
				time.Sleep(time.Minute)
				l.net.SetDial("me", simnet.DialConnects)
				s.Reconnect()
				time.Sleep(time.Minute)
				if n := len(l.upgrades()); n != 1 || s.State() != client.StateOpen {
					t.Errorf("waiting: %d upgrades, %v", n, s.State())
				}
				l.net.SetDial("me", simnet.DialHangs)
				s.Reconnect() // ends the open one
				time.Sleep(second)
				s.Reconnect() // an attempt is under way already
				l.net.SetDial("me", simnet.DialConnects)
				time.Sleep(time.Minute)
				if n := len(l.upgrades()); n != 2 || s.State() != client.StateOpen {
					t.Errorf("under way: %d upgrades, %v", n, s.State())
				}
				l.close(s)
			})
		})
	}
}

// A connection on which all that was queued was written was open, however soon the server has closed it.
func TestSocketOpenIsToldBeforeClosed(t *testing.T) {
	answers := func(l *lab, w http.ResponseWriter, r *http.Request) {
		c := l.accept(w, r)
		if c == nil {
			return
		}
		c.Read(context.Background()) //nolint:errcheck // closed all the same
		c.Close(websocket.StatusNormalClosure, "thank you")
	}
	for i := 0; i < 200 && !t.Failed(); i++ { // who sees what first is for the scheduler to say
		inLab(t, answers, func(l *lab) {
			gate := make(chan struct{})
			s := l.open(client.SocketOptions{URL: func(context.Context) (string, error) { <-gate; return "ws://server:80", nil }})
			events := l.record(s)
			if err := s.Send(context.Background(), client.Text("hello")); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
			close(gate)
			synctest.Wait()
			if o, c := events(client.SocketOpen), events(client.SocketClosed); len(o) != 1 || len(c) != 1 || c[0].Reason != "thank you" {
				t.Errorf("open %+v, closed %+v", o, c)
			}
			l.close(s)
		})
	}
}
