package server_test

import (
	"testing"

	"github.com/holdfast-ws/holdfast/server"
	"github.com/holdfast-ws/holdfast/store"
	"github.com/holdfast-ws/holdfast/store/memory"
)

// keeper has a store that several servers use one after the other.
type keeper struct{ store.Backend }

func newKeeper() keeper { return keeper{memory.New(memory.Options{})} }

func (k keeper) lend() store.Backend { return k }

// Close leaves it open for the next.
func (k keeper) Close() error { return nil }

// metricOf returns one sample.
func metricOf(t *testing.T, s *server.Server, name, label string) float64 {
	t.Helper()
	for _, m := range s.Metrics() {
		if m.Name != name {
			continue
		}
		for _, x := range m.Samples {
			if x.Label == label {
				return x.Value
			}
		}
	}
	t.Errorf("there is no %s of %q", name, label)
	return 0
}
