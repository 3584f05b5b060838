package chaos

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/holdfast-ws/holdfast"
)

// Mode is something that happens to a connection.
type Mode string

const (
	// RST resets both sides at once, with whatever was under way lost.
	RST Mode = "rst"
	// FIN closes both sides in order: each sees an end of the stream that no close frame announced.
	FIN Mode = "fin"
	// Torn resets both sides after a few more bytes, so that a message ends in its middle.
	Torn Mode = "torn"
	// HalfOpen goes silent both ways; the sockets stay for a while, then they are reset.
	HalfOpen Mode = "halfopen"
	// Mute goes silent from the server to the client only, Deaf from the client to the server only; the
	// sockets stay for a while, then they are reset.
	Mute Mode = "mute"
	Deaf Mode = "deaf"
	// Stall goes silent both ways for a while, then goes on with nothing lost.
	Stall Mode = "stall"
)

// Modes are all there are.
var Modes = []Mode{RST, FIN, Torn, HalfOpen, Mute, Deaf, Stall}

// Ends reports whether the connection does not survive it.
func (m Mode) Ends() bool { return m != Stall }

// ParseModes reads names separated by commas.
func ParseModes(s string) ([]Mode, error) {
	var out []Mode
	for name := range strings.SplitSeq(s, ",") {
		m, err := parseMode(strings.TrimSpace(name))
		if err != nil {
			return nil, err
		}
		out = append(out, m)
	}
	return out, nil
}

func parseMode(name string) (Mode, error) {
	for _, m := range Modes {
		if string(m) == name {
			return m, nil
		}
	}
	return "", &holdfast.Error{Code: holdfast.CodeBadArgument, Op: "read chaos mode",
		Detail: fmt.Sprintf("mode: there is none called %q", name), Hint: "use " + modeNames()}
}

func modeNames() string {
	var b strings.Builder
	for i, m := range Modes {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(string(m))
	}
	return b.String()
}

// Do is what a step of a schedule does.
type Do uint8

const (
	// DoMode does Step.Mode to all open connections; For is how long a silence lasts.
	DoMode Do = iota
	// DoRefuse resets new connections for the time For.
	DoRefuse
	// DoRepeat starts the schedule again.
	DoRepeat
)

// Step is one line of a schedule.
type Step struct {
	// At is when, after the start.
	At   time.Duration
	Do   Do
	Mode Mode
	// For is how long a silence, a stall or a refusal lasts; 0 for a mode means Options.HoldFor.
	For time.Duration
}

// maxSchedule bounds a schedule's lines.
const maxSchedule = 100_000

// ParseSchedule reads a schedule: one step a line, "TIME WHAT [FOR]", times in order and as Go writes
// durations; # begins a comment. WHAT is a mode, "refuse" (with FOR), or "repeat", which starts again.
//
//	1s    rst
//	2.5s  stall 800ms
//	4s    refuse 2s
//	7s    repeat
func ParseSchedule(r io.Reader) ([]Step, error) {
	var out []Step
	sc := bufio.NewScanner(r)
	for n := 1; sc.Scan(); n++ {
		text, _, _ := strings.Cut(sc.Text(), "#")
		f := strings.Fields(text)
		if len(f) == 0 {
			continue
		}
		s, err := parseStep(f)
		switch {
		case err != nil:
		case len(out) > 0 && s.At < out[len(out)-1].At:
			err = fmt.Errorf("%s is before the line above", s.At)
		case len(out) > 0 && out[len(out)-1].Do == DoRepeat:
			err = fmt.Errorf("nothing can come after repeat")
		case len(out) == maxSchedule:
			err = fmt.Errorf("more than %d steps", maxSchedule)
		}
		if err != nil {
			return nil, &holdfast.Error{Code: holdfast.CodeBadArgument, Op: "read schedule", Detail: fmt.Sprintf("line %d", n), Cause: err,
				Hint: "write lines such as: 2.5s stall 800ms"}
		}
		out = append(out, s)
	}
	if err := sc.Err(); err != nil {
		return nil, &holdfast.Error{Code: holdfast.CodeIO, Op: "read schedule", Cause: err}
	}
	return out, nil
}

func parseStep(f []string) (s Step, err error) {
	if len(f) < 2 || len(f) > 3 {
		return s, fmt.Errorf("TIME WHAT [FOR] wanted")
	}
	if s.At, err = time.ParseDuration(f[0]); err != nil {
		return s, err
	}
	if s.At < 0 {
		return s, fmt.Errorf("time %s is negative", s.At)
	}
	if len(f) == 3 {
		if s.For, err = time.ParseDuration(f[2]); err != nil {
			return s, err
		}
		if s.For <= 0 {
			return s, fmt.Errorf("%s is no time to last", f[2])
		}
	}
	switch f[1] {
	case "refuse":
		if s.Do = DoRefuse; s.For == 0 {
			return s, fmt.Errorf("refuse needs a time to last")
		}
	case "repeat":
		if s.Do = DoRepeat; s.At == 0 {
			return s, fmt.Errorf("repeat at 0 would never end")
		}
	default:
		s.Mode, err = parseMode(f[1])
	}
	return s, err
}
