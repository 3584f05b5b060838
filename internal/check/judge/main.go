// Command judge says which promises a history breaks, for tests that are not written in Go. It reads the history from its
// standard input, one event of [check.Event] as JSON a line, and exits with 1 if a promise is broken and with 2 if it cannot read it.
//
//	{"Kind":"invoked","Client":"tab-1","Channel":"chat","Message":"m1","Hash":7}
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/holdfast-ws/holdfast/internal/check"
)

func main() {
	h, err := read(os.Stdin)
	if err != nil {
		fmt.Fprintln(os.Stderr, "judge:", err)
		os.Exit(2)
	}
	violations := check.Check(h)
	for _, v := range violations {
		fmt.Println(v)
	}
	fmt.Printf("%d events, %d violations\n", len(h), len(violations))
	if len(violations) > 0 {
		os.Exit(1)
	}
}

// read reads a history to the end. A field that no event has is an error, since a misspelt one would excuse what it should not.
func read(r io.Reader) (check.History, error) {
	d := json.NewDecoder(bufio.NewReader(r))
	d.DisallowUnknownFields()
	var h check.History
	for {
		var e check.Event
		if err := d.Decode(&e); errors.Is(err, io.EOF) {
			return h, nil
		} else if err != nil {
			return nil, fmt.Errorf("event %d: %w", len(h), err)
		}
		if e.Kind == 0 {
			return nil, fmt.Errorf("event %d has no Kind", len(h))
		}
		h = append(h, e)
	}
}
