package roster_test

import (
	"errors"
	"fmt"
	"net/netip"
	"runtime"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/roster"
)

type member struct {
	id      roster.ID
	addr    netip.Addr
	user    string
	session roster.Session

	set, bound, holds, left bool
}

func keys(m *member) (string, roster.Session) { return m.user, m.session }

func TestAnEntryIsFoundByAllItsKeys(t *testing.T) {
	r := roster.New(keys)
	ann := &member{user: "ann", session: roster.Session{7}}
	home := netip.MustParseAddr("192.0.2.1")
	id := r.Enter(home)
	if n := r.AtAddress(home, 10); n != 1 || r.Len() != 0 {
		t.Errorf("while it is on its way: %d at its address, %d members", n, r.Len())
	}
	r.Set(id, ann)
	r.BindUser(id)
	r.BindSession(id)
	if m, addr, ok := r.Get(id); m != ann || addr != home || !ok {
		t.Errorf("by number: %v %v %v", m, addr, ok)
	}
	if got := slices.Collect(r.ByUser("ann")); !slices.Equal(got, []roster.ID{id}) || r.BySession(ann.session) != id {
		t.Errorf("by user %v, by session %v", got, r.BySession(ann.session))
	}
	r.Leave(id)
	if r.AtAddress(home, 10) != 0 || r.OfUser("ann", 0, 10) != 0 || r.BySession(ann.session) != id {
		t.Error("what is being closed counts, or its session is gone")
	}
	r.Remove(id)
	if _, _, ok := r.Get(id); ok || r.Len() != 0 || r.BySession(ann.session) != 0 {
		t.Error("it is still there")
	}
	if again := r.Enter(home); again == id {
		t.Error("a number was used twice")
	}
}

func TestAddressesThatCountTogether(t *testing.T) {
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{"192.0.2.1", "192.0.2.1", true},
		{"192.0.2.1", "192.0.2.2", false},
		{"192.0.2.1", "::ffff:192.0.2.1", true},
		{"2001:db8::1", "2001:db8::ffff:1", true},
		{"2001:db8::1", "2001:db8:0:1::1", false},
		{"fe80::1%eth0", "fe80::2%eth1", true},
	} {
		if same := roster.Same(netip.MustParseAddr(c.a)) == roster.Same(netip.MustParseAddr(c.b)); same != c.same {
			t.Errorf("%s and %s: %v", c.a, c.b, same)
		}
	}
}

func TestIDsAreReadAsTheyAreWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		id := roster.ID(rapid.Uint64Range(0, 1<<31-1).Draw(t, "slot") | rapid.Uint64Range(1, 1<<32-1).Draw(t, "use")<<32)
		if got, err := roster.ParseID(id.String()); got != id || err != nil {
			t.Errorf("%v: %v %v", id, got, err)
		}
	})
	for _, bad := range []string{"", "1", "1-", "-1", "1-0", "x-1", "4294967296-1", "1-2-3", "+1-1"} {
		if _, err := roster.ParseID(bad); !errors.Is(err, holdfast.CodeBadArgument) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// Whatever is done to it, a roster answers as a plain list does.
func TestRosterIsAList(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := roster.New(keys)
		var all []*member
		some := func(t *rapid.T, keep func(*member) bool) *member {
			var fit []*member
			for _, m := range all {
				if keep(m) {
					fit = append(fit, m)
				}
			}
			if len(fit) == 0 {
				t.Skip("there is none")
			}
			return rapid.SampledFrom(fit).Draw(t, "member")
		}
		t.Repeat(map[string]func(*rapid.T){
			"enter": func(t *rapid.T) {
				m := &member{user: rapid.SampledFrom([]string{"", "a", "b", "c"}).Draw(t, "user")}
				m.session[0] = rapid.Uint8Range(0, 3).Draw(t, "session")
				if n := rapid.Uint8Range(0, 20).Draw(t, "address"); n > 0 {
					m.addr = netip.AddrFrom4([4]byte{10, 0, 0, n})
				}
				m.id = r.Enter(m.addr)
				all = append(all, m)
			},
			"set": func(t *rapid.T) { m := some(t, func(m *member) bool { return !m.set }); r.Set(m.id, m); m.set = true },
			"bind": func(t *rapid.T) {
				m := some(t, func(m *member) bool { return m.set && !m.left })
				r.BindUser(m.id)
				m.bound = true
			},
			"leave": func(t *rapid.T) { m := some(t, func(m *member) bool { return m.set }); r.Leave(m.id); m.left = true },
			"hold": func(t *rapid.T) {
				m := some(t, func(m *member) bool { return m.set && r.BySession(m.session) == 0 })
				r.BindSession(m.id)
				m.holds = true
			},
			"remove": func(t *rapid.T) {
				m := some(t, func(*member) bool { return true })
				r.Remove(m.id)
				all = slices.DeleteFunc(all, func(x *member) bool { return x == m })
			},
			"": func(t *rapid.T) { compare(t, r, all) },
		})
	})
}

func compare(t *rapid.T, r *roster.Roster[*member], all []*member) {
	users, addrs, sessions, set := map[string]int{}, map[netip.Addr]int{}, map[roster.Session]roster.ID{}, map[roster.ID]bool{}
	for _, m := range all {
		if got, _, ok := r.Get(m.id); ok != m.set || ok && got != m {
			t.Fatalf("%v is %v, %v", m.id, got, ok)
		}
		if m.set {
			set[m.id] = true
		}
		if m.bound && !m.left && m.user != "" {
			users[m.user]++
		}
		if !m.left && m.addr.IsValid() {
			addrs[m.addr]++
		}
		if m.holds && m.session != (roster.Session{}) {
			sessions[m.session] = m.id
		}
	}
	for _, u := range []string{"a", "b", "c"} {
		if n := len(slices.Collect(r.ByUser(u))); n != users[u] || r.OfUser(u, 0, 2) != min(2, n) {
			t.Fatalf("%s has %d, want %d", u, n, users[u])
		}
	}
	for n := range byte(21) {
		a := netip.AddrFrom4([4]byte{10, 0, 0, n})
		if got := r.AtAddress(a, 1000); got != addrs[a] {
			t.Fatalf("at %v are %d, want %d", a, got, addrs[a])
		}
	}
	for n := range byte(4) {
		if got := r.BySession(roster.Session{n}); got != sessions[roster.Session{n}] {
			t.Fatalf("session %d is %v, want %v", n, got, sessions[roster.Session{n}])
		}
	}
	seen := 0
	for from := 0; ; {
		var list []roster.ID
		list, from = r.After(from, 3, nil)
		for _, id := range list {
			if seen++; !set[id] {
				t.Fatalf("%v is listed, and was not set", id)
			}
		}
		if from == 0 {
			break
		}
	}
	if seen != len(set) || r.Len() != len(set) {
		t.Fatalf("%d are listed and %d counted, want %d", seen, r.Len(), len(set))
	}
}

// Many entries cost little each, also where every one has a user, a session and an address of its own.
func TestAnEntryIsSmall(t *testing.T) {
	const n = 50_000
	all := make([]member, n)
	for i := range all {
		all[i].user = fmt.Sprint("user ", i)
		all[i].session = roster.Session{byte(i), byte(i >> 8), byte(i >> 16), 1}
	}
	before := heap()
	r := roster.New(keys)
	for i := range all {
		id := r.Enter(netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}))
		r.Set(id, &all[i])
		r.BindUser(id)
		r.BindSession(id)
	}
	each := (heap() - before) / n
	t.Logf("an entry has %d bytes", each)
	if each > 150 {
		t.Errorf("more than 150")
	}
	runtime.KeepAlive(r)
	runtime.KeepAlive(all)
}

func heap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
