package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// terminal is a program at a pseudo-terminal.
type terminal struct {
	t    *testing.T
	pty  *os.File
	cmd  *exec.Cmd
	done chan struct{}
	at   int // what was looked for has been found up to there

	mu   sync.Mutex
	seen strings.Builder
}

// openTerminal runs a program at a new pseudo-terminal, whose session it leads.
func openTerminal(t *testing.T, env []string, name string, args ...string) *terminal {
	t.Helper()
	fd, err := unix.Open("/dev/ptmx", unix.O_RDWR|unix.O_NOCTTY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	pty := os.NewFile(uintptr(fd), "pty")
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: 40, Col: 200}); err != nil {
		t.Fatal(err)
	}
	tty, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	x := &terminal{t: t, pty: pty, cmd: exec.Command(name, args...), done: make(chan struct{})}
	x.cmd.Stdin, x.cmd.Stdout, x.cmd.Stderr = tty, tty, tty
	x.cmd.Env = append(os.Environ(), env...)
	x.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true, Pdeathsig: syscall.SIGKILL}
	err = x.cmd.Start()
	tty.Close()
	if err != nil {
		t.Fatal(err)
	}
	go x.read()
	t.Cleanup(func() { x.cmd.Process.Kill(); x.cmd.Wait(); pty.Close(); <-x.done })
	return x
}

// read ends when nobody has the other end any more.
func (x *terminal) read() {
	defer close(x.done)
	b := make([]byte, 4096)
	for {
		n, err := x.pty.Read(b)
		x.mu.Lock()
		x.seen.Write(b[:n])
		x.mu.Unlock()
		if err != nil {
			return
		}
	}
}

func (x *terminal) text() string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.seen.String()
}

func (x *terminal) keys(text string) {
	x.t.Helper()
	if _, err := x.pty.WriteString(text); err != nil {
		x.t.Fatal(err)
	}
}

// shows waits until something was written, behind what it has waited for before.
func (x *terminal) shows(pattern string) {
	x.t.Helper()
	re := regexp.MustCompile(pattern)
	eventually(x.t, fmt.Sprintf("the terminal shows %q", pattern), func() bool {
		over := false
		select {
		case <-x.done:
			over = true
		default:
		}
		text := x.text()
		if found := re.FindStringIndex(text[x.at:]); found != nil {
			x.at += found[1]
			return true
		}
		if over {
			x.t.Fatalf("it ended without %q: %q", pattern, text)
		}
		return false
	})
}

// ends waits for the program and returns its exit code.
func (x *terminal) ends() int {
	x.t.Helper()
	<-x.done
	x.cmd.Wait()
	return x.cmd.ProcessState.ExitCode()
}

func connectTerminal(t *testing.T, state string, args ...string) *terminal {
	return openTerminal(t, []string{"XDG_STATE_HOME=" + state, "NO_COLOR=1", "TERM=xterm"}, binary, append([]string{"connect"}, args...)...)
}

// A person connects, says something, looks around, is cut off, and leaves.
func TestConnectAtATerminal(t *testing.T) {
	s := newEchoServer(t)
	state := t.TempDir()
	x := connectTerminal(t, state, append([]string{s.url}, soonAgain...)...)
	for _, step := range []struct{ keys, shows string }{
		{"", `\* connected\r\n`},
		{"", `open \d[\d.]*(µs|ms)> `},
		{"hello\r", `< hello\r\n`},
		{"/binary 00 ff\r", `< 00ff\r\n`},
		{"/binary base64:AP9/\r", `< 00ff7f\r\n`},
		{"/binary xyz\r", `\* not sent: write the bytes in hex`},
		{"//slash\r", `< /slash\r\n`},
		{"/ping\r", `\* the server answered after `},
		{"/stats\r", `\* sent     4 messages`},
		{"/errors\r", `\* no errors`},
		{"/fly\r", `\* there is no command /fly`},
		{"/help\r", `\* /close \[CODE\] \[REASON\]`},
		{"/close 5\r", `\* /close: the code is 1000, or from 3000 to 4999`},
		{"/reconnect\r", `\* connected again`},
		{"cut\r", `\* connection lost: 1006 abnormal`},
		{"later\r", `< later\r\n`},
		{"/errors\r", `network: stay connected to `},
		{"\x1b[A\x1b[A\r", `< later\r\n`}, // up twice: the line before the last
		{"/close 3001 good bye\r", `closed: 3001`},
	} {
		x.keys(step.keys)
		x.shows(step.shows)
	}
	if code := x.ends(); code != 0 {
		t.Errorf("exit code %d: %q", code, x.text())
	}
	eventually(t, "the server has seen the goodbye", func() bool { c := s.got(&s.closes); return len(c) > 0 && c[len(c)-1] == "3001" })
	b, err := os.ReadFile(filepath.Join(state, "holdfast", "connect_history"))
	if err != nil || !strings.HasPrefix(string(b), "hello\n/binary 00 ff\n") {
		t.Errorf("%q %v", b, err)
	}
	y := connectTerminal(t, state, s.url)
	y.shows(`\* connected\r\n`)
	y.keys("\x1b[A\x1b[A\r") // the history of the run before
	y.shows("< later\r\n")
	y.keys("\x04")
	if code := y.ends(); code != 0 {
		t.Error(code)
	}
}

// The prompt counts down to the next attempt, and says how many messages wait.
func TestConnectCountsDown(t *testing.T) {
	s := newEchoServer(t)
	s.down.Store(true)
	x := connectTerminal(t, t.TempDir(), s.url, "--retry-delay", "600s", "--retry-max", "900s", "--no-history")
	x.shows(`attempt 1 in \d+s> `)
	x.keys("early\r")
	x.shows(`attempt 1 in \d+s, 1 waiting> `)
	s.down.Store(false)
	x.keys("/reconnect\r")
	x.shows(`< early\r\n`)
	x.keys("\x03")
	if code := x.ends(); code != 0 {
		t.Errorf("exit code %d: %q", code, x.text())
	}
}

// It says how long the circuit breaker stays open, and /reconnect closes it.
func TestConnectWaitsForTheCircuitBreaker(t *testing.T) {
	s := newEchoServer(t)
	s.down.Store(true)
	x := connectTerminal(t, t.TempDir(), s.url, "--retry-delay", "10ms", "--circuit", "2", "--no-history")
	x.shows(`\* circuit breaker: open for \d+s`)
	x.shows(`circuit open, \d+s> `)
	x.keys("early\r")
	x.shows(`circuit open, \d+s, 1 waiting> `)
	s.down.Store(false)
	x.keys("/reconnect\r")
	x.shows(`< early\r\n`)
	x.keys("\x03")
	if code := x.ends(); code != 0 {
		t.Errorf("exit code %d: %q", code, x.text())
	}
}

// What a server sends cannot move the cursor, nor do what a terminal is told to do.
func TestConnectIsHarmless(t *testing.T) {
	s := newEchoServer(t)
	x := connectTerminal(t, t.TempDir(), s.url, "-x", "a\x1b[2Jb\x07\u009bc\nd\te", "-n", "1")
	if code := x.ends(); code != 0 {
		t.Error(code)
	}
	if want := "< " + `a\x1b[2Jb\a\u009bc` + "\r\n  d\te\r\n"; !strings.Contains(x.text(), want) || strings.Contains(x.text(), "\x1b") {
		t.Errorf("%q lacks %q", x.text(), want)
	}
}

// A terminal gets colours, unless NO_COLOR is set.
func TestConnectHasColours(t *testing.T) {
	s := newEchoServer(t)
	x := openTerminal(t, []string{"NO_COLOR=", "TERM=xterm", "XDG_STATE_HOME=" + t.TempDir()}, binary, "connect", s.url, "-x", "hello", "-n", "1")
	if code := x.ends(); code != 0 || !strings.Contains(x.text(), "\x1b[36m< \x1b[0mhello") {
		t.Errorf("%d %q", code, x.text())
	}
}

// The second Ctrl-C ends it at once, though the server does not answer the goodbye. A program that has waited long enough ends well by
// itself, so on a slow machine it takes more than one run.
func TestConnectInterruptedTwice(t *testing.T) {
	for range 5 {
		s := newSilentServer(t)
		x := connectTerminal(t, t.TempDir(), s.url, "--no-history")
		x.shows(`\* connected\r\n`)
		x.keys("\x03")
		eventually(t, "the server was told", s.told.Load)
		x.keys("\x03")
		if code := x.ends(); code == exitFailed && strings.Contains(x.text(), "interrupted again") {
			return
		}
	}
	t.Error("it never ended at once")
}

// zsh completes only at a terminal. What it offers is listed below the line, or is there.
func TestCompletionsInZsh(t *testing.T) {
	zsh, err := exec.LookPath("zsh")
	if err != nil {
		t.Skip("zsh is not installed")
	}
	file := filepath.Join(t.TempDir(), "script")
	if err := os.WriteFile(file, []byte(script(t, "zsh")), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tc := range completions {
		t.Run(tc.line, func(t *testing.T) {
			t.Parallel()
			x := openTerminal(t, []string{"TERM=dumb"}, zsh, "-f", "-i")
			x.shows(`[#%] `)
			x.keys("PS1='ready%% '; unsetopt zle_bracketed_paste; autoload -U compinit; compinit -u -D; LISTMAX=0; " +
				"source " + file + "; echo loa''ded\r")
			x.shows(`loaded\r\n`)
			x.shows(`ready% \x1b`) // before that the keys are the terminal's
			from := x.at
			x.keys(tc.line + "\x04") // lists what there is
			x.keys("\x15echo d''one\r")
			x.shows(`done\r\n`)
			judge(t, tc.line, tc.want, tc.not, strings.Fields(strings.ReplaceAll(x.text()[from:], tc.line, "")))
		})
	}
}
