package server

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// Whoever comes while the server drains is given a moment after it, one after the other; to ask again makes nothing longer.
func TestReturnsAreSpread(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const least = time.Second
		begin := time.Unix(1e9, 0)
		crowd := rapid.IntRange(1, 300).Draw(t, "crowd")
		step := time.Duration(rapid.Int64Range(1e5, 1e8).Draw(t, "step"))
		drain := time.Duration(rapid.Int64Range(0, 60e9).Draw(t, "drain"))
		r := returning{from: begin.Add(drain + least), step: step, crowd: crowd}
		now := begin
		var moments []time.Time
		for range rapid.IntRange(1, 3*crowd).Draw(t, "asked") {
			now = now.Add(time.Duration(rapid.Int64Range(0, int64(2*drain)/int64(crowd)+1).Draw(t, "later")))
			wait := r.next(now, least)
			if wait < least {
				t.Fatalf("told to wait for %v", wait)
			}
			at := now.Add(wait)
			if last := r.from.Add(step * time.Duration(crowd-1)); at.After(last) && wait > least {
				t.Fatalf("told to come %v after the last moment that there is", at.Sub(last))
			}
			moments = append(moments, at)
		}
		if moments = moments[:min(crowd, len(moments))]; now.Before(r.from.Add(-least)) && len(slices.Compact(moments)) < len(moments) {
			t.Fatal("two of the crowd are told to come in the same moment")
		}
	})
}

// A server without connections says at once that a successor may be there.
func TestReturnsOfNobody(t *testing.T) {
	now := time.Unix(1e9, 0)
	r := returning{from: now.Add(time.Second), step: time.Millisecond}
	for range 3 {
		if wait := r.next(now, time.Second); wait != time.Second {
			t.Fatalf("told to wait for %v", wait)
		}
	}
}
