package main

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"
)

// The feed gets stuck once and is cut once, and still no tick is missing, and the board ends with the last prices.
func TestMarketMissesNothing(t *testing.T) {
	const until = 600
	var out bytes.Buffer
	if err := run(t.Context(), &out, until); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	var ticks, missing, doubles, connects, draws int
	if _, err := fmt.Sscanf(lines[len(lines)-1], "%d ticks, %d missing, %d came twice and were left out; %d connections; drawn %d times",
		&ticks, &missing, &doubles, &connects, &draws); err != nil {
		t.Fatalf("%v in\n%s", err, out.String())
	}
	if ticks != until || missing != 0 {
		t.Errorf("%d ticks and %d missing, want %d and none", ticks, missing, until)
	}
	if connects < 3 {
		t.Errorf("%d connections: the one that was stuck, the one that was cut, and one more are wanted", connects)
	}
	if draws == 0 || draws >= ticks {
		t.Errorf("drawn %d times for %d ticks", draws, ticks)
	}
	for n := uint64(until - 2); n <= until; n++ {
		want := fmt.Sprintf(`%s %d\.%02d `, symbols[n%3], priceOf(n)/100, priceOf(n)%100)
		if last := lines[len(lines)-2]; !regexp.MustCompile(want).MatchString(last) {
			t.Errorf("the board is %q at the end; %s is missing", last, want)
		}
	}
}
