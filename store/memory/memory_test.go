package memory_test

import (
	"math"
	"testing"

	"github.com/holdfast-ws/holdfast/store"
	"github.com/holdfast-ws/holdfast/store/memory"
	"github.com/holdfast-ws/holdfast/store/storetest"
)

func TestBackend(t *testing.T) {
	storetest.Run(t, func(t testing.TB, o storetest.Options) store.Backend {
		if o.Retention == (store.Retention{}) {
			o.Retention.Bytes = math.MaxInt64
		}
		return memory.New(memory.Options{Retention: o.Retention, DedupeWindow: o.DedupeWindow, MaxLanes: o.MaxLanes, Now: o.Now})
	})
}
