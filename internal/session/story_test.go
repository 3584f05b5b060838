package session_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/holdfast-ws/holdfast/store"
)

var told = regexp.MustCompile(`(?s)what happened:\n(.*)\nthe same again:\n` + replayEnv + `=(\S+) go test`)

// A bug that is planted in the store is found, told in a short story, and comes again when that is replayed.
func TestPlantedBugsMakeShortStories(t *testing.T) {
	for _, c := range []struct {
		name string
		plan plan
		says string
		bug  func() bug
	}{
		{"a duplicate is stored again", plan{halfOpen: true, defers: true}, "^promise 1: .* is stored twice", func() bug {
			return func(d *store.Draft) planted { return storeMore }
		}},
		{"the fourth is acknowledged and never stored", plan{churn: true, drops: true}, "^promise 1: .* was acknowledged", func() bug {
			n := 0
			return func(d *store.Draft) planted {
				if n++; n == 4 && d.Kind == store.Publish && d.Verdict == store.Admit {
					return storeNone
				}
				return noBug
			}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.plan.bug = c.bug
			s := simulation{plan: c.plan}
			g := scripts(c.plan)
			for seed := 1; ; seed++ {
				_, what := s.attempt(g.Example(seed))
				if !regexp.MustCompile(c.says).MatchString(what) {
					if seed == 200 {
						t.Fatalf("it was not found; the last thing that was: %q", what)
					}
					continue
				}
				text, what := s.shorten(g.Example(seed), what)
				m := told.FindStringSubmatch(s.tell(t.Name(), text, what))
				if m == nil {
					t.Fatalf("it was not told: %s", s.tell(t.Name(), text, what))
				}
				if n := strings.Count(m[1], "\n") + 1; n > 25 {
					t.Errorf("the story has %d lines:\n%s", n, m[1])
				}
				if again, err := parseScript(m[2]); err != nil || s.tell(t.Name(), again, what) != s.tell(t.Name(), text, what) {
					t.Errorf("replayed, it is another story: %v\n%s", err, s.tell(t.Name(), again, what))
				}
				t.Logf("seed %d: %s\n%s", seed, what, m[1])
				return
			}
		})
	}
}
