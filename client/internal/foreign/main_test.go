package foreign

import (
	"flag"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// TestMain runs many tests at a time: they wait much more than they compute.
func TestMain(m *testing.M) {
	flag.Parse()
	flag.Set("test.parallel", "32") //nolint:errcheck // it is there
	goleak.VerifyTestMain(m)
}

// patience bounds everything that a test waits for. It is long because machines may be slow.
const patience = time.Minute
