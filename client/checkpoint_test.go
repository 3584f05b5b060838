package client

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/holdfast-ws/holdfast"
)

func TestCheckpointText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		term := func() holdfast.Term { return holdfast.Term(rapid.Uint64().Draw(t, "term")) }
		c := Checkpoint{Position: holdfast.Position{Term: term(), Offset: rapid.Uint64().Draw(t, "offset")}}
		for range rapid.IntRange(0, holdfast.MaxTerms-1).Draw(t, "terms") {
			c.Earlier = append(c.Earlier, holdfast.TermEnd{Term: term(), Last: rapid.Uint64().Draw(t, "last")})
		}
		b, err := json.Marshal(map[string]Checkpoint{"at": c})
		if err != nil {
			t.Fatal(err)
		}
		var back map[string]Checkpoint
		if err := json.Unmarshal(b, &back); err != nil || !back["at"].Equal(c) {
			t.Fatalf("%s: %v, %v", b, back, err)
		}
	})
	for _, bad := range []string{"x", "1@2", "-@x", "-@1 y", "-@1" + strings.Repeat(" -@1", holdfast.MaxTerms)} {
		if _, err := ParseCheckpoint(bad); !errors.Is(err, holdfast.CodeBadArgument) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func FuzzParseCheckpoint(f *testing.F) {
	f.Add("")
	f.Add("0123456789abcdef@7 -@3")
	f.Fuzz(func(t *testing.T, s string) {
		c, err := ParseCheckpoint(s)
		if err != nil {
			return
		}
		b, _ := c.MarshalText()
		if d, err := ParseCheckpoint(string(b)); err != nil || !d.Equal(c) {
			t.Errorf("%q became %q and %v, %v", s, b, d, err)
		}
	})
}
