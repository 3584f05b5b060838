package server

import (
	"net"
	"testing"
	"testing/synctest"
	"time"
)

// taken is how long it takes until another socket may be taken in.
func taken(l *lobby) time.Duration {
	begun := time.Now()
	l.pace()
	return time.Since(begun)
}

// fill takes in as many guests as there may be at a time.
func fill(t *testing.T, l *lobby) (guests []net.Conn) {
	t.Helper()
	for range roundSize {
		if d := taken(l); d != 0 {
			t.Fatalf("guest %d waits for %v", len(guests), d)
		}
		c, _ := net.Pipe()
		l.enter(c)
		guests = append(guests, c)
	}
	return guests
}

// A crowd is taken in as fast as it is answered, however a guest's answer ends: it goes, is upgraded, or may ask for something else.
func TestCrowdIsTakenInAsItIsAnswered(t *testing.T) {
	for name, answer := range map[string]func(l *lobby, c net.Conn){
		"gone": func(l *lobby, c net.Conn) { l.leave(c) },
		"idle": func(l *lobby, c net.Conn) { l.rests(c); l.rests(c) },
		"both": func(l *lobby, c net.Conn) { l.rests(c); l.leave(c); l.leave(c) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLobby()
				for range 3 {
					guests := fill(t, &l)
					go func() {
						for _, c := range guests[:roundSize/2] {
							time.Sleep(time.Microsecond)
							answer(&l, c)
						}
					}()
					if d := taken(&l); d != roundSize/2*time.Microsecond {
						t.Fatalf("the next waits for %v", d)
					}
					for _, c := range guests[roundSize/2:] {
						answer(&l, c)
					}
				}
			})
		})
	}
}

// Guests who say nothing keep the others waiting for a moment, and once: they do not count any more, nor does what becomes of them.
func TestSilentGuestsHoldNobodyUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLobby()
		silent := fill(t, &l)
		if d := taken(&l); d != roundTime {
			t.Fatalf("the next waits for %v", d)
		}
		more := fill(t, &l)
		for _, c := range silent {
			if there, asked := l.leave(c); !there || asked {
				t.Error("a silent guest is not there, or has asked for something")
			}
		}
		if d := taken(&l); d != roundTime {
			t.Errorf("after others have gone the next waits for %v", d)
		}
		l.asks(more[0])
		if there, asked := l.leave(more[0]); !there || !asked {
			t.Error("it is not known what a guest has asked")
		}
		if there, _ := l.leave(more[0]); there || l.len() != roundSize-1 {
			t.Errorf("%d guests are left", l.len())
		}
	})
}
