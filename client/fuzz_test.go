package client

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/holdfast-ws/holdfast"
)

// FuzzOpenFileOutbox opens an outbox with any bytes from some place on: it is damaged, and left as it is, or what it has is
// there again when it is opened once more.
func FuzzOpenFileOutbox(f *testing.F) {
	o := NewMemoryOutbox(OutboxOptions{})
	o.j = &journal{path: "fuzz", o: o}
	o.uid = holdfast.ProducerID{1}
	whole := appendSnapshot(nil, o.j)
	chain := o.j.chain
	whole, chain = appendLine(whole, chain, func(b []byte) []byte {
		return appendEntry(b, &entry{id: 1, channel: "c", number: 1, data: []byte("x"), headers: []holdfast.Header{{Name: "a", Value: "b"}}})
	})
	whole, chain = appendLine(whole, chain, func(b []byte) []byte {
		return appendLane(b, laneKey{"c", holdfast.ProducerID{1}}, &lane{next: 5, resolved: 4, acked: 4})
	})
	whole, _ = appendLine(whole, chain, func(b []byte) []byte {
		return appendForgotten(b, laneKey{"c", holdfast.ProducerID{1}})
	})
	for _, at := range []int{0, 7, 8, 12, 40, len(whole) / 2, len(whole) - 1, len(whole)} {
		f.Add(uint16(at), []byte{}, true)
		f.Add(uint16(at), []byte{0xff}, false)
		f.Add(uint16(at), make([]byte, 20), true)
	}
	f.Fuzz(func(t *testing.T, at uint16, other []byte, cut bool) {
		content := append([]byte(nil), whole[:min(int(at), len(whole))]...)
		content = append(content, other...)
		if !cut && len(content) < len(whole) {
			content = append(content, whole[len(content):]...)
		}
		path := filepath.Join(t.TempDir(), "outbox")
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		b, err := OpenFileOutbox(path, OutboxOptions{})
		if err != nil {
			if now, _ := os.ReadFile(path); holdfast.CodeOf(err) != holdfast.CodeOutboxDamaged || string(now) != string(content) {
				t.Fatalf("%v; the file is now %q", err, now)
			}
			return
		}
		was := state(b)
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
		again, err := OpenFileOutbox(path, OutboxOptions{})
		if err != nil {
			t.Fatal(err)
		}
		defer again.Close()
		if is := state(again); is != was {
			t.Fatalf("was %s\nis  %s", was, is)
		}
	})
}
