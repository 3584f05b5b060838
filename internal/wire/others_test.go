package wire_test

import (
	"bufio"
	"encoding/hex"
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"unicode/utf8"

	"github.com/holdfast-ws/holdfast/internal/wire"
)

const messagesEnv = "HOLDFAST_MESSAGES"

// read is what this codec makes of a message: its frames, written again, and where the mistake is.
type read struct {
	Codec  string `json:"codec"`
	Hex    string `json:"hex"`
	Again  string `json:"again"`  // in the same codec, as hexadecimal digits
	Offset int    `json:"offset"` // of the mistake; -1: none
}

// TestMessagesForOthers writes random messages, and what they are read as, into the file that HOLDFAST_MESSAGES names, so that
// a codec in another language can be held against this one: sdk/ts/test/live/wire.test.ts does. HOLDFAST_MESSAGES_SEED gives
// the same messages again.
func TestMessagesForOthers(t *testing.T) {
	path := os.Getenv(messagesEnv)
	if path == "" {
		path = filepath.Join(t.TempDir(), "unasked") // that it can be written is a test as well
	}
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	seed, err := strconv.ParseUint(os.Getenv(messagesEnv+"_SEED"), 10, 64)
	if err != nil {
		seed = rand.Uint64()
	}
	t.Logf("seed %d", seed)
	rnd := rand.New(rand.NewPCG(seed, 0))
	out := bufio.NewWriter(file)
	enc := json.NewEncoder(out)
	frames := anyFrame()
	for i := range 30_000 {
		c := codecs[i%2]
		m := frames.Example(int(rnd.Uint32())).Append(nil, c)
		switch rnd.IntN(4) {
		case 0:
			for _, list := range [][]message{accepted, invalid} {
				if x := list[rnd.IntN(len(list))]; x.codec == c {
					m = slices.Clone(x.message)
				}
			}
		case 1:
			m = frames.Example(int(rnd.Uint32())).Append(m, c)
		}
		if i%8 > 1 {
			m = damaged(rnd, m, c)
		}
		if c == wire.JSON && !utf8.Valid(m) { // no WebSocket brings such a text
			continue
		}
		if err := enc.Encode(readAs(c, m)); err != nil {
			t.Fatal(err)
		}
	}
	if err := out.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
}

func readAs(c wire.Codec, m []byte) read {
	r := read{Codec: c.String(), Hex: hex.EncodeToString(m), Offset: -1}
	var d wire.Decoder
	d.Reset(c, m)
	var again []byte
	for {
		typ, err := d.Next()
		if err != nil {
			if e, ok := err.(*wire.Error); ok {
				r.Offset = e.Offset
			}
			r.Again = hex.EncodeToString(again)
			return r
		}
		again = d.FrameOf(typ).Append(again, c)
	}
}

// damaged changes a message a little: in JSON also by what means something there.
func damaged(rnd *rand.Rand, m []byte, c wire.Codec) []byte {
	for range 1 + rnd.IntN(3) {
		at := rnd.IntN(len(m) + 1)
		end := min(len(m), at+rnd.IntN(4))
		switch k := rnd.IntN(5); {
		case k == 0 && at < len(m):
			m[at] = byte(rnd.Uint32())
		case k == 1:
			m = slices.Delete(m, at, end)
		case k == 2:
			m = slices.Insert(m, at, slices.Clone(m[at:end])...)
		case k == 3 && at < len(m):
			m[at] ^= 1 << rnd.IntN(8)
		case c == wire.JSON:
			parts := []string{" ", "\n", ",", ":", "{", "}", "[", "]", `"`, `\`, `\u00e9`, `\ud800`, "0", "1", "-", ".", "e", "null", "true", `"t":"ping",`, `,"x":[1,{}]`, "\xff", "é"}
			m = slices.Insert(m, at, []byte(parts[rnd.IntN(len(parts))])...)
		default:
			m = slices.Insert(m, at, []byte{0x80, 0x01, 0x00, 0xff}[rnd.IntN(4)])
		}
	}
	return m
}
