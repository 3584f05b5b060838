package policy

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/holdfast-ws/holdfast"
)

var noon = time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)

func TestTakeIsAllOrNothing(t *testing.T) {
	table := NewAccounts(Limits{Connection: Rates{Publishes: Rate{10, 4}, Bytes: Rate{100, 100}}, User: Rates{Publishes: Rate{1, 2}}})
	a, u := table.Connection(), table.User("ann")
	take := func(at time.Duration, bytes int) (Short, bool) {
		return Take(noon.Add(at), Cost{Publishes: 1, Bytes: bytes}, a, u, nil)
	}
	for i := range 2 {
		if s, ok := take(0, 30); !ok {
			t.Fatalf("%d: %+v", i, s)
		}
	}
	s, ok := take(0, 30)
	if ok || s != (Short{ByUser, Publishes, time.Second}) {
		t.Fatalf("got %+v", s)
	}
	// what the connection had to give was given back: two records and 40 bytes are left
	for i := range 2 {
		if s, ok := Take(noon, Cost{Publishes: 1, Bytes: 20}, a); !ok {
			t.Fatalf("%d: %+v", i, s)
		}
	}
	if s, ok := Take(noon, Cost{Bytes: 1}, a); ok || s.Resource != Bytes || s.Wait != 500*time.Millisecond {
		t.Errorf("got %+v", s)
	}
	if s, ok := take(time.Second, 30); !ok { // as it was told
		t.Errorf("got %+v", s)
	}
	err := s.Error("publish")
	if !errors.Is(err, holdfast.CodeRateLimited) || err.RetryAfter != time.Second || !strings.Contains(err.Error(), "publishes of each user") {
		t.Errorf("%v", err)
	}
}

// Something that is larger than a bucket takes all of it, and is not put off for ever.
func TestLargerThanTheBucket(t *testing.T) {
	a := NewAccounts(Limits{Connection: Rates{Bytes: Rate{10, 100}}}).Connection()
	if s, ok := Take(noon, Cost{Bytes: 1000}, a); !ok {
		t.Fatalf("%+v", s)
	}
	s, ok := Take(noon, Cost{Bytes: 1000}, a)
	if ok || s.Wait != 10*time.Second {
		t.Fatalf("%+v", s)
	}
	if s, ok := Take(noon.Add(s.Wait), Cost{Bytes: 1000}, a); !ok {
		t.Fatalf("%+v", s)
	}
}

func TestOverdraw(t *testing.T) {
	a := NewAccounts(Limits{Connection: Rates{Messages: Rate{10, 5}}}).Connection()
	for i := range 11 { // what there is, and a burst of debt, and the one that begins the next
		if s, ok := Overdraw(noon, Cost{Messages: 1}, a, nil); !ok {
			t.Fatalf("%d: %+v", i, s)
		}
	}
	s, ok := Overdraw(noon, Cost{Messages: 1}, a)
	if ok || s.Resource != Messages || s.Wait != 900*time.Millisecond {
		t.Errorf("%v %+v", ok, s)
	}
	if _, ok := Take(noon, Cost{Messages: 1}, a); ok {
		t.Error("there is something in spite of the debt")
	}
	if _, ok := Take(noon.Add(s.Wait), Cost{Messages: 1}, a); !ok {
		t.Error("there is nothing after the time that was told")
	}
}

// Whatever is taken and given back: within any time no more is used than the burst and what flows in, and who waits as long as he was
// told gets what he asked for.
func TestBucketKeepsItsRate(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := Rate{rapid.Float64Range(0.5, 200).Draw(t, "rate"), rapid.IntRange(1, 50).Draw(t, "burst")}
		a := NewAccounts(Limits{Connection: Rates{Publishes: r}}).Connection()
		now, used := noon, 0
		for range rapid.IntRange(1, 100).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.IntRange(0, 500).Draw(t, "pause")) * time.Millisecond)
			c := Cost{Publishes: rapid.IntRange(1, r.Burst).Draw(t, "cost")}
			s, ok := Take(now, c, a)
			if !ok {
				now = now.Add(s.Wait)
				if _, ok := Take(now, c, a); !ok {
					t.Fatalf("nothing after %v", s.Wait)
				}
			}
			if rapid.Bool().Draw(t, "back") {
				Give(now, c, a)
			} else {
				used += c[Publishes]
			}
			if most := float64(r.Burst) + now.Sub(noon).Seconds()*r.PerSecond + 0.001; float64(used) > most {
				t.Fatalf("%d were used, of %v", used, most)
			}
		}
	})
}

func TestAccountsAreSharedAndForgotten(t *testing.T) {
	table := NewAccounts(Limits{User: Rates{Publishes: Rate{1, 1}}, Connects: Rate{1, 2}, Remembered: 2})
	n := &Namespace{Name: "chat", Rate: Rate{1, 1}}
	if table.Connection() != nil || table.User("") != nil || table.Address("") != nil || table.Namespace(nil, ByUser, "ann") != nil || table.Namespace(&Namespace{}, ByUser, "ann") != nil {
		t.Error("an account for what has no limit")
	}
	ann := table.User("ann")
	if table.User("ann") != ann || table.Address("192.0.2.1") == ann || table.Namespace(n, ByUser, "ann") == table.Namespace(n, ByAddress, "ann") {
		t.Error("who shares what")
	}
	Take(noon, Cost{Publishes: 1}, ann)
	table.Release(ann)
	table.Release(ann)
	if _, ok := Take(noon, Cost{Publishes: 1}, table.User("ann")); ok {
		t.Error("to leave and come back fills the bucket")
	}
	table.Release(ann)
	for i := range 2 {
		x := table.User(fmt.Sprint(i))
		Take(noon, Cost{Publishes: 1}, x)
		table.Release(x)
	}
	if held, forgotten := table.Len(); held != 5 || forgotten != 1 {
		t.Errorf("%d held, %d forgotten", held, forgotten)
	}
	if _, ok := Take(noon, Cost{Publishes: 1}, table.User("ann")); !ok {
		t.Error("who left first was to be forgotten")
	}
	table.Sweep(noon)
	table.Sweep(noon.Add(time.Second))
	if held, forgotten := table.Len(); held != 4 || forgotten != 1 { // ann, an address and two of the namespace are held
		t.Errorf("%d held, %d forgotten", held, forgotten)
	}
	table.Release(nil)
}

func TestAddressKey(t *testing.T) {
	for address, want := range map[string]string{
		"192.0.2.1:50": "192.0.2.1", "192.0.2.1": "192.0.2.1", "[::ffff:192.0.2.1]:50": "192.0.2.1",
		"[2001:db8:1:2:3:4:5:6]:50": "2001:db8:1:2::", "2001:db8:1:2:9::": "2001:db8:1:2::", "[fe80::1%eth0]:50": "fe80::", "@": "", "pipe": "", "": "",
	} {
		if got := AddressKey(address); got != want {
			t.Errorf("%q: %q, want %q", address, got, want)
		}
	}
}

func TestLimitsAreChecked(t *testing.T) {
	nan := func() float64 { var z float64; return z / z }()
	for _, l := range []Limits{{Connects: Rate{PerSecond: -1}}, {User: Rates{Bytes: Rate{PerSecond: nan}}}, {Address: Rates{Messages: Rate{Burst: 3}}}, {Remembered: -1}} {
		if err := l.Check(); holdfast.CodeOf(err) != holdfast.CodeBadArgument {
			t.Errorf("%+v: %v", l, err)
		}
	}
	if err := (&Limits{}).Check(); err != nil {
		t.Error(err)
	}
}
