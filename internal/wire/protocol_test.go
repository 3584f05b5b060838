package wire_test

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/holdfast-ws/holdfast/internal/wire"
)

func protocol(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile("../../spec/protocol.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// The table of fields in protocol.md is the one in fields.go.
func TestProtocolFields(t *testing.T) {
	row := regexp.MustCompile("(?m)^\\| (\\d+) \\| (?:`(\\w+)` )?\\| (\\w+) \\| (\\d) \\| .+ \\|$")
	var got []wire.FieldInfo
	for _, m := range row.FindAllStringSubmatch(protocol(t), -1) {
		number, _ := strconv.Atoi(m[1])
		kind, _ := strconv.Atoi(m[4])
		got = append(got, wire.FieldInfo{Number: number, Key: m[2], Shape: m[3], Kind: kind})
	}
	want := wire.FieldTable()
	for i := range max(len(got), len(want)) {
		if i >= len(got) || i >= len(want) || got[i] != want[i] {
			t.Fatalf("row %d: protocol.md has %v, fields.go %v", i+1, at(got, i), at(want, i))
		}
	}
}

func at[T any](list []T, i int) any {
	if i < len(list) {
		return list[i]
	}
	return "nothing"
}

// The table of frames in protocol.md has every type.
func TestProtocolTypes(t *testing.T) {
	row := regexp.MustCompile("(?m)^\\| `(\\w+)` \\| (\\d+) \\| (client|server|both) \\|")
	var got, want []string
	for _, m := range row.FindAllStringSubmatch(protocol(t), -1) {
		got = append(got, m[1]+" "+m[2])
	}
	for _, typ := range wire.Types() {
		want = append(want, fmt.Sprintf("%s %d", typ, typ))
	}
	if !slices.Equal(got, want) {
		t.Errorf("protocol.md has\n%v, the codec\n%v", got, want)
	}
}

// Each frame's table in protocol.md lists the keys that the codec writes, in its order.
func TestProtocolFrameKeys(t *testing.T) {
	written := map[string][]string{}
	for _, s := range samples {
		keys := written[s.typeName()]
		for _, k := range keysOf(t, s.frame.Append(nil, wire.JSON)) {
			if !slices.Contains(keys, k) {
				keys = append(keys, k)
			}
		}
		written[s.typeName()] = keys
	}
	doc := protocol(t)
	for _, typ := range wire.Types() {
		section := regexp.MustCompile("(?ms)^#+ [0-9. ]*`" + typ.String() + "`\n(.*?)^#").FindStringSubmatch(doc)
		if section == nil {
			t.Errorf("protocol.md has no section on %s", typ)
			continue
		}
		var listed []string
		for _, m := range regexp.MustCompile("(?m)^\\| `(\\w+)` \\|").FindAllStringSubmatch(section[1], -1) {
			listed = append(listed, m[1])
		}
		got := slices.Clone(written[typ.String()])
		if sorted(got) != sorted(listed) {
			t.Errorf("%s: protocol.md lists %v, the vectors have %v", typ, listed, got)
		}
		for _, s := range samples {
			if s.typeName() == typ.String() && !inOrder(keysOf(t, s.frame.Append(nil, wire.JSON)), listed) {
				t.Errorf("%s: protocol.md lists %v, which is not the order of writing", s.name, listed)
			}
		}
	}
}

func sorted(list []string) string {
	list = slices.Clone(list)
	slices.Sort(list)
	return strings.Join(list, " ")
}

func inOrder(keys, order []string) bool {
	last := -1
	for _, k := range keys {
		i := slices.Index(order, k)
		if i <= last {
			return false
		}
		last = i
	}
	return true
}

// keysOf returns the keys of a JSON frame, in their order, without its type; a payload's is "data".
func keysOf(t *testing.T, line []byte) (keys []string) {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(string(line)))
	if _, err := d.Token(); err != nil {
		t.Fatal(err)
	}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			t.Fatal(err)
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			t.Fatal(err)
		}
		switch key {
		case "t":
		case "text", "b64":
			keys = append(keys, "data")
		default:
			keys = append(keys, key.(string))
		}
	}
	return keys
}

// The example in protocol.md is made of real frames, written as the codec writes them, each by the end that may.
func TestProtocolExample(t *testing.T) {
	lines := regexp.MustCompile(`(?m)^([CS]) (\{.*\})$`).FindAllStringSubmatch(protocol(t), -1)
	if len(lines) < 20 {
		t.Fatalf("only %d lines of example were found", len(lines))
	}
	for _, m := range lines {
		var d wire.Decoder
		d.Reset(wire.JSON, []byte(m[2]))
		typ, err := d.Next()
		if err != nil {
			t.Errorf("%s: %v", m[2], err)
			continue
		}
		if got := strings.TrimSuffix(string(d.FrameOf(typ).Append(nil, wire.JSON)), "\n"); got != m[2] {
			t.Errorf("%s\nis written\n%s", m[2], got)
		}
		if client := typ < 32; client != (m[1] == "C") {
			t.Errorf("%s is not sent by %s", typ, m[1])
		}
	}
}

// The table of fields in protocol.md says how long a string may be, and how large a number.
func TestProtocolLimits(t *testing.T) {
	doc := protocol(t)
	frameOf := map[string]string{} // a frame that has the field
	for _, s := range samples {
		for _, k := range keysOf(t, s.frame.Append(nil, wire.JSON)) {
			frameOf[k] = s.typeName()
		}
	}
	takes := func(key, value string) bool {
		return decodeAll(wire.JSON, []byte(`{"t":"`+frameOf[key]+`","`+key+`":`+value+`}`)) == nil
	}
	row := regexp.MustCompile("(?m)^\\| \\d+ \\| `(\\w+)` \\| (number|string) \\| \\d \\| (.+) \\|$")
	for _, m := range row.FindAllStringSubmatch(doc, -1) {
		key, meaning := m[1], m[3]
		if frameOf[key] == "" {
			t.Errorf("%s: no frame has it", key)
			continue
		}
		if m[2] == "string" {
			limit := 4096
			if strings.Contains(meaning, "at most 255 bytes") {
				limit = 255
			}
			if !takes(key, `"`+strings.Repeat("x", limit)+`"`) || takes(key, `"`+strings.Repeat("x", limit+1)+`"`) {
				t.Errorf("%s: the limit is not %d bytes", key, limit)
			}
			continue
		}
		limit := maxNumber
		switch {
		case strings.Contains(meaning, "at most 65535"):
			limit = 65535
		case strings.Contains(meaning, "32 bits"):
			limit = 1<<32 - 1
		}
		if !takes(key, strconv.Itoa(limit)) || takes(key, strconv.Itoa(limit+1)) {
			t.Errorf("%s: the limit is not %d", key, limit)
		}
	}
}
