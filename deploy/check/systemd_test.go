package check

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// The unit is one that systemd takes, it leaves time to drain, and it lets the program do little: systemd's own measure of exposure,
// from 0 to 10, is below 2.
func TestUnit(t *testing.T) {
	unit := read("../holdfast.service")
	stop := regexp.MustCompile(`(?m)^TimeoutStopSec=(.*)$`).FindStringSubmatch(unit)
	if stop == nil {
		t.Fatal("no TimeoutStopSec")
	}
	patience, err := time.ParseDuration(stop[1])
	if need := drainOf(t, read("../holdfast.yaml")) + 30*time.Second; err != nil || patience < need {
		t.Errorf("TimeoutStopSec is %s and must be %s: %v", patience, need, err)
	}
	if !strings.Contains(unit, "/etc/holdfast/holdfast.yaml") {
		t.Error("it reads another file")
	}
	if _, err := exec.LookPath("systemd-analyze"); err != nil {
		t.Skip("systemd-analyze is not installed")
	}
	file := filepath.Join(t.TempDir(), "holdfast.service")
	if err := os.WriteFile(file, []byte(strings.ReplaceAll(unit, "/usr/local/bin/holdfast", binary)), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("systemd-analyze", "verify", file).CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("%v: %s", err, out)
	}
	if out, err := exec.Command("systemd-analyze", "security", "--offline=true", "--threshold=20", "--no-pager", file).CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
}

func TestConfigurationOfTheUnit(t *testing.T) { holdfast(t, "", "config", "check", "../holdfast.yaml") }
