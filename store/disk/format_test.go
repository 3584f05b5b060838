package disk

import (
	"bytes"
	"errors"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/store"
)

// values are one of each kind, with their keys.
func values() map[string][]byte {
	p := holdfast.ProducerID{1, 2, 3}
	v := map[string][]byte{}
	put := func(key []byte, encode func(key []byte) []byte) { v[string(key)] = bytes.Clone(encode(key)) }
	put([]byte{kindMeta}, (&metaValue{format: 1, memory: 7, created: 9}).encode)
	put(channelKey("chat:a"), (&channelValue{id: 3, opened: 5, terms: []store.TermStart{{Term: 4, First: 1}, {Term: 5, First: 900}}}).encode)
	put(appendID(nil, kindFloor, 3), (&floorValue{floor: 10, cum: 2000, ms: 1_700_000_000_000}).encode)
	put(appendLaneKey(nil, 3, p), func(key []byte) []byte {
		return encodeLane(nil, key, &store.Lane{Last: 99, Updated: 12345, Number: 98, Links: [4]uint64{900, 800, 700, 1}})
	})
	put(appendLaneKey(nil, 4, p), func(key []byte) []byte {
		return encodeLane(nil, key, &store.Lane{Last: 99, Sealed: true, Successor: holdfast.ProducerID{9}})
	})
	put(cursorKey(3, "me"), func(key []byte) []byte {
		return encodeCursor(key, &store.Cursor{Generation: 5, Known: true, Position: holdfast.Position{Term: 4, Offset: 77}})
	})
	put([]byte{kindNextID}, func(key []byte) []byte { return encodeCounter(key, 300) })
	return v
}

// decodeAny decodes a value by the kind of its key, and encodes it again.
func decodeAny(key, value []byte) (again []byte, err error) {
	switch key[0] {
	case kindMeta:
		var m metaValue
		err = m.decode(key, value)
		again = m.encode(key)
	case kindChannel:
		var c channelValue
		err = c.decode(key, value)
		again = c.encode(key)
	case kindFloor:
		var f floorValue
		err = f.decode(key, value)
		again = f.encode(key)
	case kindLane:
		var l store.Lane
		err = decodeLane(&l, key, value)
		again = encodeLane(nil, key, &l)
	case kindCursor:
		var c store.Cursor
		err = decodeCursor(&c, key, value)
		again = encodeCursor(key, &c)
	default:
		var n uint64
		n, err = decodeCounter(key, value)
		again = encodeCounter(key, n)
	}
	return again, err
}

func TestValues(t *testing.T) {
	for key, v := range values() {
		again, err := decodeAny([]byte(key), v)
		if err != nil || !bytes.Equal(again, v) {
			t.Errorf("%q: %x, %v; want %x", key, again, err, v)
		}
		for i := range v {
			bad := bytes.Clone(v)
			bad[i] ^= 0x41
			if _, err := decodeAny([]byte(key), bad); !errors.Is(err, errDamaged) && !errors.Is(err, errNewer) {
				t.Errorf("%q with byte %d changed: %v", key, i, err)
			}
			if _, err := decodeAny([]byte(key), v[:i]); err == nil {
				t.Errorf("%q cut off at %d was read", key, i)
			}
		}
		other := append([]byte(key), 'x')
		if _, err := decodeAny(other, v); !errors.Is(err, errDamaged) {
			t.Errorf("%q under another key: %v", key, err)
		}
		v[0]++
		if _, err := decodeAny([]byte(key), v); !errors.Is(err, errNewer) {
			t.Errorf("%q of a newer version: %v", key, err)
		}
	}
}

func TestLaneRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := store.Lane{
			Exists: true, Last: rapid.Uint64().Draw(t, "last"), Updated: rapid.Int64Min(0).Draw(t, "updated"), Number: rapid.Uint64().Draw(t, "number"),
		}
		for k := range want.Links {
			want.Links[k] = rapid.Uint64().Draw(t, "link")
		}
		if rapid.Bool().Draw(t, "sealed") {
			want.Sealed = true
			want.Successor[3] = 7
		}
		key := appendLaneKey(nil, 1, want.Successor)
		var got store.Lane
		if err := decodeLane(&got, key, encodeLane(nil, key, &want)); err != nil || !reflect.DeepEqual(got, want) {
			t.Fatalf("%+v, %v; want %+v", got, err, want)
		}
	})
}

// FuzzValues feeds the decoders anything, once as it is and once with a checksum that fits: no panic, and what
// is read is written as it was.
func FuzzValues(f *testing.F) {
	for key, v := range values() {
		f.Add([]byte(key), v)
	}
	f.Fuzz(func(t *testing.T, key, value []byte) {
		if len(key) == 0 {
			return
		}
		decodeAny(key, value)
		if len(value) < 5 {
			return
		}
		value = bytes.Clone(value)
		value[0] = valueVersion
		again, err := decodeAny(key, end(key, value))
		if err != nil {
			return
		}
		if twice, err := decodeAny(key, again); err != nil || !bytes.Equal(again, twice) {
			t.Errorf("%x was read as %x and that as %x, %v", value, again, twice, err)
		}
	})
}
