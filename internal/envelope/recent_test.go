package envelope_test

import (
	"encoding/binary"
	"testing"

	"github.com/holdfast-ws/holdfast/internal/envelope"
)

func TestRecentForgetsTheOldest(t *testing.T) {
	var r envelope.Recent
	key := func(i int) (k envelope.Key) {
		binary.BigEndian.PutUint32(k[:], uint32(i))
		return k
	}
	const more = 10
	for i := range envelope.RecentMessages + more {
		r.Add(key(i))
		r.Add(key(i))
	}
	for i := range envelope.RecentMessages + more {
		if r.Has(key(i)) != (i >= more) {
			t.Fatalf("message %d: %v", i, r.Has(key(i)))
		}
	}
}

// Messages are the same if nothing in them differs, whoever sends them.
func TestKeyOf(t *testing.T) {
	m := envelope.Message{ID: []byte(`"1"`), Stamp: []byte("5"), Data: []byte("6")}
	k, ok := envelope.KeyOf("ann", "c", &m)
	if again, _ := envelope.KeyOf("ann", "c", &m); !ok || again != k {
		t.Fatal("another key for the same message")
	}
	for name, x := range map[string]struct {
		user, channel   string
		id, stamp, data string
	}{
		"user": {"ben", "c", `"1"`, "5", "6"}, "channel": {"ann", "d", `"1"`, "5", "6"}, "id": {"ann", "c", "1", "5", "6"},
		"time": {"ann", "c", `"1"`, "6", "6"}, "data": {"ann", "c", `"1"`, "5", "7"}, "divided otherwise": {"an", "nc", `"1"`, "5", "6"},
	} {
		if other, _ := envelope.KeyOf(x.user, x.channel, &envelope.Message{ID: []byte(x.id), Stamp: []byte(x.stamp), Data: []byte(x.data)}); other == k {
			t.Errorf("another %s, and the same key", name)
		}
	}
	if _, ok := envelope.KeyOf("ann", "c", &envelope.Message{ID: []byte("1")}); ok {
		t.Error("without a time")
	}
	if _, ok := envelope.KeyOf("ann", "c", &envelope.Message{Stamp: []byte("1")}); ok {
		t.Error("without an id")
	}
}
