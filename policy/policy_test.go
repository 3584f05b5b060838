package policy

import (
	"errors"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/store"
)

func grants(t *testing.T, claim any) Grants {
	t.Helper()
	g, err := ParseGrants(map[string]any{Claim: claim})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func list(patterns ...any) []any { return patterns }

type object = map[string]any

func TestCheck(t *testing.T) {
	set, err := NewSet([]Namespace{
		{Name: "open"},
		{Name: "users", Publish: Users},
		{Name: "news", Subscribe: Anyone, Publish: Granted, History: Granted},
		{Name: "inbox", Subscribe: Self, Publish: Users, History: Self},
		{Name: "shut", Subscribe: Nobody, Publish: Nobody, History: Nobody},
		{Name: Others, Publish: Nobody},
	})
	if err != nil {
		t.Fatal(err)
	}
	nobody, ann := User{}, User{ID: "ann"}
	editor := User{ID: "eve", Grants: grants(t, object{"publish": list("news:*"), "subscribe": list("*")})}
	reader := User{ID: "rob", Grants: grants(t, object{"subscribe": list("open:one", "inbox:*")})}
	none := User{ID: "zoe", Grants: grants(t, object{})}
	for _, tt := range []struct {
		u        User
		o        Operation
		channel  string
		may      bool
		whyOrNot string
	}{
		{nobody, Publish, "open:one", true, ""},
		{nobody, Publish, "users:one", false, "authenticated"},
		{ann, Publish, "users:one", true, ""},
		{nobody, Subscribe, "users:one", true, ""},
		{ann, Publish, "news:today", false, "claim holdfast"},
		{editor, Publish, "news:today", true, ""},
		{editor, Publish, "news", false, "does not grant"},
		{editor, Publish, "open:one", false, "does not grant"},
		{editor, History, "news:today", true, ""},
		{ann, History, "news:today", false, "claim holdfast"},
		{ann, Subscribe, "inbox:ann", true, ""},
		{ann, Subscribe, "inbox:bob", false, "alone"},
		{ann, Subscribe, "inbox:ann:b", false, "alone"},
		{ann, Subscribe, "inbox:", false, "alone"},
		{nobody, Subscribe, "inbox:", false, "alone"},
		{nobody, Subscribe, "inbox:ann", false, "alone"},
		{ann, Publish, "inbox:bob", true, ""},
		{User{ID: "ann:b"}, Subscribe, "inbox:ann:b", true, ""},
		{User{ID: "b"}, Subscribe, "inbox:ann:b", false, "alone"},
		{editor, Subscribe, "inbox:ann", false, "alone"},
		{reader, Subscribe, "inbox:rob", true, ""},
		{reader, Subscribe, "inbox:ann", false, "alone"},
		{reader, Subscribe, "open:one", true, ""},
		{reader, Subscribe, "open:one2", false, "does not grant"},
		{reader, History, "open:one", true, ""},
		{reader, Publish, "open:one", false, "does not grant"},
		{none, Subscribe, "open:one", false, "does not grant"},
		{ann, Subscribe, "shut:one", false, "nobody"},
		{editor, Publish, "shut:one", false, "does not grant"},
		{ann, Publish, "elsewhere", false, "nobody"},
		{ann, Subscribe, "elsewhere", true, ""},
		{ann, Subscribe, "open", true, ""},
		{ann, Publish, "open", false, "nobody"}, // it has no namespace
		{ann, Publish, "$server", false, "server's"},
		{editor, Publish, "$open:one", false, "server's"},
		{ann, Subscribe, "$server", true, ""},
	} {
		err := set.Check(tt.o, tt.channel, tt.u)
		if (err == nil) != tt.may {
			t.Errorf("%s %s of %q: %v", tt.o, tt.channel, tt.u.ID, err)
		}
		if e, ok := errors.AsType[*holdfast.Error](err); err != nil && (!ok || e.Code != holdfast.CodeForbidden || !strings.Contains(e.Detail, tt.whyOrNot) || !strings.HasPrefix(e.Detail, tt.o.String()+": ")) {
			t.Errorf("%s %s of %q: %v, want %q", tt.o, tt.channel, tt.u.ID, err, tt.whyOrNot)
		}
	}
	var free *Set
	if free.Check(Publish, "a", nobody) != nil || free.Check(Subscribe, "$a", nobody) != nil || free.Check(Publish, "$a", ann) == nil {
		t.Error("without namespaces everything is as it was, but for reserved channels")
	}
	if n := testing.AllocsPerRun(100, func() { set.Check(Publish, "news:today", editor) }); n > 0 {
		t.Errorf("%v allocations for a yes", n)
	}
}

func TestParseGrants(t *testing.T) {
	if g, err := ParseGrants(object{"sub": "ann"}); err != nil || g.Any() || g.Has(Subscribe, "a") {
		t.Errorf("without the claim: %v %v", g, err)
	}
	long := make([]any, maxPatterns+1)
	for i := range long {
		long[i] = "a"
	}
	for name, claim := range map[string]any{
		"null": nil, "text": "chat:*", "list": list("chat:*"), "other key": object{"read": list()}, "no list": object{"publish": "chat:*"},
		"number": object{"publish": list(7)}, "empty": object{"publish": list("")}, "blank": object{"publish": list("a b")},
		"line": object{"publish": list("a\nb")}, "too many": object{"publish": long},
	} {
		if _, err := ParseGrants(object{Claim: claim}); holdfast.CodeOf(err) != holdfast.CodeUnauthenticated {
			t.Errorf("%s: %v", name, err)
		}
	}
	a := grants(t, object{"subscribe": list("chat:*")})
	b := grants(t, object{"subscribe": list("chat:*"), "history": list("chat:*")})
	if a != b {
		t.Error("equal grants are not shared")
	}
}

// A pattern grants what it says, and nothing else, whatever stands beside it.
func TestGrantsAreExact(t *testing.T) {
	name := rapid.StringMatching(`[ab:*$]{1,4}`)
	rapid.Check(t, func(t *rapid.T) {
		var lists [3][]any
		for i := range lists {
			for _, p := range rapid.SliceOfN(name, 0, 3).Draw(t, "patterns") {
				lists[i] = append(lists[i], p)
			}
		}
		g, err := ParseGrants(object{Claim: object{"subscribe": lists[0], "publish": lists[1], "history": lists[2]}})
		if err != nil {
			t.Skip("no pattern")
		}
		channel, o := name.Draw(t, "channel"), Operation(rapid.IntRange(0, 2).Draw(t, "operation"))
		want := false
		for _, p := range lists[o] {
			p := p.(string)
			want = want || p == channel || p[len(p)-1] == '*' && strings.HasPrefix(channel, p[:len(p)-1])
		}
		if got := g.Has(o, channel); got != want {
			t.Fatalf("%v in %q by %q: %v", o, channel, lists, got)
		}
	})
}

func TestNewSet(t *testing.T) {
	for want, list := range map[string][]Namespace{
		"listed twice": {{Name: "a"}, {Name: "a"}},
		`"*": is`:      {{Name: "*"}, {Name: "*"}},
		"the name":     {{Name: "a:b"}},
		`"": the name`: {{}},
		"subscribe":    {{Name: "a", Subscribe: Nobody + 1}},
		"MaxRecord":    {{Name: "a", MaxRecord: -1}},
		"retention":    {{Name: "a", Retention: &store.Retention{Bytes: -1}}},
		"rate":         {{Name: "a", Rate: Rate{PerSecond: -1}}},
		"a burst":      {{Name: "a", Rate: Rate{Burst: 1}}},
	} {
		if _, err := NewSet(list); holdfast.CodeOf(err) != holdfast.CodeBadArgument || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
	if s, err := NewSet(nil); s != nil || err != nil || s.WantsUsers() || s.Of("a") != nil {
		t.Error("an empty list is no policy")
	}
	hour := store.Retention{Age: time.Hour}
	s, err := NewSet([]Namespace{{Name: "a", Retention: &hour}, {Name: "b"}})
	if err != nil {
		t.Fatal(err)
	}
	if keep := s.Retention(store.DefaultRetention); keep("a:1") != hour || keep("b:1") != store.DefaultRetention || keep("a") != store.DefaultRetention {
		t.Error("retention")
	}
}

func TestWhoAsText(t *testing.T) {
	for w := Anyone; w <= Nobody; w++ {
		text, err := w.MarshalText()
		var back Who
		if err != nil || back.UnmarshalText(text) != nil || back != w {
			t.Errorf("%v is %q", w, text)
		}
	}
	var w Who
	if err := w.UnmarshalText([]byte("all")); holdfast.CodeOf(err) != holdfast.CodeBadArgument || !strings.Contains(err.Error(), "anyone, users") {
		t.Error(err)
	}
}
