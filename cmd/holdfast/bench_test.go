package main

import (
	"encoding/json"
	"net/http/httptest"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/holdfast-ws/holdfast/internal/load"
	"github.com/holdfast-ws/holdfast/server"
)

// A bench of a server that runs prints one line, or JSON, and ends with 0 where nothing was lost.
func TestBench(t *testing.T) {
	srv, err := server.New(server.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer srv.Shutdown(t.Context())
	h := httptest.NewServer(srv)
	defer h.Close()
	for _, args := range []string{"", "--codec bin --work ingest", "--work latency --rate 500", "--work storm --rest 10ms"} {
		args = "bench " + h.URL + " -n 3 -k 20 " + args
		code, out, errs := inProcess(strings.Fields(args)...)
		if code != 0 || strings.Count(out, "\n") != 1 || !strings.Contains(out, "lost 0, doubled 0, disordered 0") {
			t.Errorf("%s: exit code %d, %q, %q", args, code, out, errs)
		}
	}
	args := []string{"bench", h.URL, "-n", "3", "-k", "20", "--json"}
	if runtime.GOOS == "linux" {
		args = append(args, "--pid", strconv.Itoa(os.Getpid()))
	}
	code, out, errs := inProcess(args...)
	var r load.Result
	if err := json.Unmarshal([]byte(out), &r); code != 0 || err != nil || r.Count != 60 {
		t.Fatalf("exit code %d, %q, %q, %v", code, out, errs, err)
	}
	if runtime.GOOS == "linux" && r.CPU == 0 {
		t.Errorf("no CPU was measured: %q", out)
	}
}
