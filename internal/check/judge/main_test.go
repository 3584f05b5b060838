package main

import (
	"strings"
	"testing"

	"github.com/holdfast-ws/holdfast/internal/check"
)

// A history in the words that other languages write: one record is acknowledged, received and in the log.
const story = `
{"Kind":"began","Client":"s","Sub":"s1","Channel":"c","Begin":1}
{"Kind":"invoked","Client":"p","Channel":"c","Message":"m1","Hash":7}
{"Kind":"delivered","Client":"p","Channel":"c","Message":"m1","Pos":{"Offset":1}}
{"Kind":"received","Client":"s","Sub":"s1","Channel":"c","Message":"m1","Hash":7,"Pos":{"Term":10,"Offset":1},"Time":5}
{"Kind":"final","Channel":"c","Records":[{"Pos":{"Term":10,"Offset":1},"Message":"m1","Hash":7,"Time":5}]}
{"Kind":"quiesced"}
`

func TestJudge(t *testing.T) {
	for _, tt := range []struct {
		name, from, to string
		violated       bool
		wrong          string // what reading says
	}{
		{name: "as it was"},
		{name: "lost", from: `"received","Client":"s","Sub":"s1","Channel":"c","Message":"m1","Hash":7,"Pos":{"Term":10,"Offset":1},"Time":5`, to: `"fault","Client":"s"`, violated: true},
		{name: "other content", from: `"Message":"m1","Hash":7,"Pos":{"Term":10`, to: `"Message":"m1","Hash":8,"Pos":{"Term":10`, violated: true},
		{name: "acknowledged and not in the log", from: `"Records":[{"Pos":{"Term":10,"Offset":1},"Message":"m1","Hash":7,"Time":5}]`, to: `"To":0`, violated: true},
		{name: "a kind that there is not", from: `"quiesced"`, to: `"calm"`, wrong: "event 5"},
		{name: "a field that there is not", from: `"Hash":7`, to: `"hasch":7`, wrong: "event 1"},
		{name: "no kind", from: `"Kind":"quiesced"`, to: `"Client":"x"`, wrong: "event 5"},
		{name: "cut off", from: `"quiesced"}`, to: `"quiesced"`, wrong: "event 5"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			text := strings.Replace(story, tt.from, tt.to, 1)
			h, err := read(strings.NewReader(text))
			if tt.wrong != "" {
				if err == nil || !strings.Contains(err.Error(), tt.wrong) {
					t.Fatalf("%v, want something of %q", err, tt.wrong)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if vs := check.Check(h); len(vs) > 0 != tt.violated {
				t.Errorf("violations: %v", vs)
			}
		})
	}
}
