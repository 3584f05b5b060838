package check

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// patience bounds what a test waits for. It is long because machines may be slow.
const patience = time.Minute

// binary is the program, built by the line that the Dockerfile has.
var binary string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "holdfast-deploy-")
		if err != nil {
			panic(err)
		}
		defer os.RemoveAll(dir)
		binary = filepath.Join(dir, "holdfast")
		line := regexp.MustCompile(`(?m)^RUN (CGO_ENABLED=0 go build .*)$`).FindStringSubmatch(read("../Dockerfile"))
		if line == nil {
			panic("the Dockerfile does not build")
		}
		c := exec.Command("sh", "-c", strings.ReplaceAll(line[1], "/out/holdfast", binary))
		c.Dir = "../.."
		if out, err := c.CombinedOutput(); err != nil {
			panic(fmt.Sprintf("%v: %s", err, out))
		}
		return m.Run()
	}())
}

func read(path string) string {
	b, err := os.ReadFile(path)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// holdfast runs the program and returns what it prints.
func holdfast(t testing.TB, stdin string, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	c := exec.CommandContext(ctx, binary, args...)
	c.Stdin = strings.NewReader(stdin)
	var errs strings.Builder
	c.Stderr = &errs
	out, err := c.Output()
	if err != nil {
		t.Fatalf("holdfast %s: %v: %s", strings.Join(args, " "), err, errs.String())
	}
	return string(out)
}

// serving is a server that runs.
type serving struct {
	addr string
	stop func() (code int)
}

var listening = regexp.MustCompile(`http://\S+:(\d+) `)

// serve starts a server and waits until it listens.
func serve(t testing.TB, c *exec.Cmd) *serving {
	t.Helper()
	var errs strings.Builder
	c.Stderr = &errs
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if c.SysProcAttr == nil {
		c.SysProcAttr = &syscall.SysProcAttr{}
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	port := listening.FindStringSubmatch(line)
	if port == nil {
		c.Process.Kill()
		c.Wait()
		t.Fatalf("it does not listen: %q, %v, %s", line, err, errs.String())
	}
	ended := false
	s := &serving{addr: "127.0.0.1:" + port[1]}
	s.stop = func() int {
		if !ended {
			ended = true
			c.Process.Signal(syscall.SIGTERM)
			kill := time.AfterFunc(patience, func() { c.Process.Kill() })
			defer kill.Stop()
			if err := c.Wait(); err != nil {
				t.Logf("%v: %s", err, errs.String())
			}
		}
		return c.ProcessState.ExitCode()
	}
	t.Cleanup(func() { s.stop() })
	return s
}

// until waits for a condition.
func until(t testing.TB, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !is(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited in vain until %s", what)
		}
	}
}
