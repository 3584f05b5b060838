package holdfast

import "strconv"

//go:generate go run ./spec/codegen

// Code is a number from spec/codes.json: why a socket was closed, a frame refused, or a call failed.
type Code uint16

// Action is what a code asks of the client.
type Action uint8

const (
	// ActionNone asks for nothing: it worked.
	ActionNone Action = iota
	// ActionNow asks to try again at once (through the backoff).
	ActionNow
	// ActionLater asks to try again after the time that was given.
	ActionLater
	// ActionAuthenticate asks for new credentials, then to try again.
	ActionAuthenticate
	// ActionStop asks to stop, and to tell the application.
	ActionStop
)

// String returns the word that spec/codes.json uses.
func (a Action) String() string {
	switch a {
	case ActionNone:
		return "none"
	case ActionNow:
		return "now"
	case ActionLater:
		return "later"
	case ActionAuthenticate:
		return "authenticate"
	case ActionStop:
		return "stop"
	}
	return "action " + strconv.Itoa(int(a))
}

// String returns the code's name, as in spec/codes.json.
func (c Code) String() string {
	if i, ok := codeIndex(c); ok {
		return codeTable[i].name
	}
	return "code " + strconv.Itoa(int(c))
}

// Action returns what the code asks of the client. A number that the table does not have is judged by its
// range, so that old clients understand new codes.
func (c Code) Action() Action {
	if i, ok := codeIndex(c); ok {
		return codeTable[i].action
	}
	switch {
	case c == 0:
		return ActionNone
	case c >= 4000 && c < 4100:
		return ActionNow
	case c >= 4100 && c < 4200:
		return ActionLater
	case c >= 4200 && c < 4300:
		return ActionAuthenticate
	case c >= 4300 && c < 4400:
		return ActionStop
	case c >= 500 && c < 600, c == 408, c == 425, c == 429:
		return ActionLater
	case c >= 400 && c < 500:
		return ActionStop
	}
	return ActionNow
}

// What returns one sentence that says what happened.
func (c Code) What() string {
	if i, ok := codeIndex(c); ok {
		return codeTable[i].what
	}
	return "unknown code"
}

// Hint returns one sentence that says what to do about it.
func (c Code) Hint() string {
	if i, ok := codeIndex(c); ok {
		return codeTable[i].hint
	}
	return ""
}

type codeInfo struct {
	code   Code
	action Action
	name   string
	what   string
	hint   string
}

func codeIndex(c Code) (int, bool) {
	lo, hi := 0, len(codeTable)
	for lo < hi {
		if m := (lo + hi) / 2; codeTable[m].code < c {
			lo = m + 1
		} else {
			hi = m
		}
	}
	return lo, lo < len(codeTable) && codeTable[lo].code == c
}
