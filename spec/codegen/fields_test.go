package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A table of protocol.md that cannot be read as such is found before anything is written.
func TestMistakesInTheProtocolAreFound(t *testing.T) {
	b, err := os.ReadFile(filepath.Join(root, protocolPage))
	if err != nil {
		t.Fatal(err)
	}
	for want, change := range map[string][2]string{
		"field 3: number or shape": {"| 2 | `n` | number |", "| two | `n` | number |"},
		"field 2: number or shape": {"| 2 | `n` | number |", "| 2 | `n` | float |"},
		"no section on ack":        {"### 6.6 `ack`", "### 6.6 ack"},
		"ping: key ident":          {"| `id` | the sender's own |", "| `ident` | the sender's own |"},
		"the tables are not there": {"| number | key |", ""},
	} {
		page := strings.Replace(string(b), change[0], change[1], 1)
		if change[1] == "" {
			page = "nothing"
		}
		if _, err := renderFields(page); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v; want %s", err, want)
		}
	}
}
