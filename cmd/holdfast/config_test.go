package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var updateDocs = flag.Bool("update-docs", false, "write the table of docs/configuration.md anew")

func TestConfigCheck(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "holdfast.yaml")
	for _, c := range []struct {
		text, stdout, stderr string
		code                 int
	}{
		{"listen: :8080\nmax-message: 64k\n", file + " is in order\n", "", 0},
		{"lisen: :8080\n", "", "holdfast: a mistake in the configuration: " + file + ":1: lisen: there is no such option; did you mean listen?\n", exitUsage},
		{"drain: 0s\nretention: 1\n", "", "holdfast: 2 mistakes in the configuration:\n  " + file + ":1: drain: \"0s\" is out of range; the least is 1ms\n  " +
			file + ":2: retention: there is no such option; did you mean retention-bytes or retention-age or retention-records?\n", exitUsage},
	} {
		if err := os.WriteFile(file, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		if code, out, errs := inProcess("config", "check", file); code != c.code || out != c.stdout || errs != c.stderr {
			t.Errorf("%q: exit code %d, %q, %q", c.text, code, out, errs)
		}
	}
	if code, _, errs := inProcess("config", "check", filepath.Join(dir, "none")); code != exitFailed || !strings.Contains(errs, "no such file") {
		t.Errorf("%d %s", code, errs)
	}
}

// The file that --config or HOLDFAST_CONFIG names, then the variables, then the flags.
func TestConfigPrint(t *testing.T) {
	file := filepath.Join(t.TempDir(), "holdfast.yaml")
	if err := os.WriteFile(file, []byte("listen: :1\ndrain: 1m\nheartbeat: 45s\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("HOLDFAST_CONFIG", "/not/this/one")
	t.Setenv("HOLDFAST_DRAIN", "2m")
	t.Setenv("HOLDFAST_HEARTBEAT", "50s")
	t.Setenv("HOLDFAST_PORT", "tcp://10.0.0.1:8080") // as Kubernetes does for a service called holdfast
	code, out, errs := inProcess("config", "print", "--config", file, "--heartbeat", "55s")
	if code != 0 || !strings.Contains(errs, "HOLDFAST_PORT") || strings.Contains(errs, "HOLDFAST_DRAIN") {
		t.Fatalf("exit code %d: %s", code, errs)
	}
	for _, line := range []string{
		`listen: ":1"  # ` + file + ":1\n", "drain: 2m  # HOLDFAST_DRAIN\n", "heartbeat: 55s  # --heartbeat\n", "store: disk  # default\n", "# max-connections is not set\n",
	} {
		if !strings.Contains(out, line) {
			t.Errorf("no %s in\n%s", line, out)
		}
	}
	t.Setenv("HOLDFAST_CONFIG", file)
	code, out, _ = inProcess("config", "print", "--json")
	var list []struct{ Name, Source string }
	if err := json.Unmarshal([]byte(out), &list); err != nil || code != 0 || list[0].Name != "listen" || list[0].Source != file+":1" {
		t.Errorf("exit code %d, %v: %s", code, err, out)
	}
}

// serve refuses a wrong configuration as a whole, before it touches anything.
func TestServeRefusesAWrongConfiguration(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "holdfast.yaml")
	if err := os.WriteFile(file, []byte("data: "+filepath.Join(dir, "data")+"\nmax-message: 1T\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("HOLDFAST_LOG_LEVEL", "shout")
	code, out, errs := inProcess("serve", "--config", file, "--heartbeat", "0s")
	if code != exitUsage || out != "" || !strings.Contains(errs, "3 mistakes") || !strings.Contains(errs, ":2: max-message:") ||
		!strings.Contains(errs, "HOLDFAST_LOG_LEVEL:") || !strings.Contains(errs, "--heartbeat:") {
		t.Errorf("exit code %d, %q, %q", code, out, errs)
	}
	if _, err := os.Stat(filepath.Join(dir, "data")); err == nil {
		t.Error("the store was opened")
	}
}

// Whatever is a secret by its name is marked as one, so that it is not shown.
func TestSecretsAreMarked(t *testing.T) {
	secret := regexp.MustCompile(`(key|secret|token|password)$`)
	for _, o := range serveOptions() {
		if secret.MatchString(o.Name) && !o.Secret && o.Name != "tls-key" { // the name of a file
			t.Errorf(`--%s: give it the tag secret:""`, o.Name)
		}
	}
}

// docs/configuration.md has the table of all options.
func TestOptionsAreDocumented(t *testing.T) {
	const page, begin, end = "../../docs/configuration.md", "<!-- options: begin -->\n", "<!-- options: end -->"
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(text), begin)
	table, after, closed := strings.Cut(rest, end)
	if !ok || !closed {
		t.Fatalf("%s has no place for the options", page)
	}
	var want bytes.Buffer
	if err := writeOptions(&want); err != nil {
		t.Fatal(err)
	}
	if table == want.String() {
		return
	}
	if !*updateDocs {
		t.Fatalf("%s is not what serve has; go test ./cmd/holdfast -run OptionsAreDocumented -update-docs", page)
	}
	if err := os.WriteFile(page, []byte(before+begin+want.String()+end+after), 0o644); err != nil {
		t.Fatal(err)
	}
}
