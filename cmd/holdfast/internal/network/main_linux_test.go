package network

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

var binary string

// TestMain builds the program. These tests wait much more than they compute, so many run at a time.
func TestMain(m *testing.M) {
	flag.Parse()
	flag.Set("test.parallel", "16") //nolint:errcheck // it is there
	dir, err := os.MkdirTemp("", "holdfast-network-")
	if err != nil {
		panic(err)
	}
	binary = filepath.Join(dir, "holdfast")
	args := []string{"build", "-o", binary}
	if os.Getenv("HOLDFAST_RACE") != "" {
		args = append(args, "-race")
	}
	if out, err := exec.Command("go", append(args, "../..")...).CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "go build: %v\n%s", err, out)
		os.Exit(1)
	}
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

// long reports whether the long runs are wanted.
func long() bool { return os.Getenv("HOLDFAST_LONG") != "" }

// either is the first, or the second in long runs.
func either[T any](short, longer T) T {
	if long() {
		return longer
	}
	return short
}

// figures are what a test reports of itself, one JSON object a line, to the file that HOLDFAST_SIM_REPORT names.
type figures struct {
	Layer      string         `json:"layer"`
	Test       string         `json:"test"`
	Operations int            `json:"operations"`
	Faults     map[string]int `json:"faults"`
	Violations int            `json:"violations"`
	Reconnects int            `json:"reconnects"`
	Bytes      int64          `json:"bytes"`
	Recovered  []int64        `json:"recovered_ms,omitempty"`
	Seconds    float64        `json:"seconds"`
}

func (f *figures) append(t testing.TB, begun time.Time) {
	path := os.Getenv("HOLDFAST_SIM_REPORT")
	if path == "" {
		return
	}
	f.Layer, f.Test, f.Seconds = "network", t.Name(), time.Since(begun).Round(time.Millisecond).Seconds()
	line, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	out, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	if _, err := out.Write(append(line, '\n')); err != nil {
		t.Error(err)
	}
}
