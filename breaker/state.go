package breaker

import "fmt"

// State says what a breaker does with calls.
type State uint8

const (
	// Closed lets calls through. It is where a breaker begins.
	Closed State = iota
	// Open refuses them.
	Open
	// HalfOpen lets a few through, to see whether they succeed.
	HalfOpen
)

var stateNames = [...]string{Closed: "closed", Open: "open", HalfOpen: "half-open"}

// String returns "closed", "open" or "half-open".
func (s State) String() string {
	if int(s) < len(stateNames) {
		return stateNames[s]
	}
	return fmt.Sprintf("state %d", uint8(s))
}

// MarshalText writes the state as its name.
func (s State) MarshalText() ([]byte, error) {
	if int(s) >= len(stateNames) {
		return nil, badArgument("write a state", fmt.Sprintf("there is no state %d", uint8(s)))
	}
	return []byte(stateNames[s]), nil
}

// UnmarshalText reads a state's name. Errors: CodeBadArgument.
func (s *State) UnmarshalText(text []byte) error {
	for i, name := range stateNames {
		if string(text) == name {
			*s = State(i)
			return nil
		}
	}
	return badArgument("read a state", fmt.Sprintf("%.40q is none; it must be closed, open or half-open", text))
}

// Reason says why a breaker changed.
type Reason uint8

const (
	// ByNothing is that of a breaker that never changed.
	ByNothing Reason = iota
	// ByConsecutiveFailures opened it: FailureThreshold was reached.
	ByConsecutiveFailures
	// ByFailureRate opened it: FailureRate was reached.
	ByFailureRate
	// ByTrialFailure opened it again from half-open.
	ByTrialFailure
	// ByHealthCheck opened it, or kept it open.
	ByHealthCheck
	// ByTrip opened it, or kept it open: by hand, or because a server said Retry-After.
	ByTrip
	// ByTime made it half-open: it had been open for long enough.
	ByTime
	// ByTrialSuccess closed it: enough trials succeeded.
	ByTrialSuccess
	// ByReset closed it by hand.
	ByReset
	// ByRestore put it where a snapshot was.
	ByRestore
)

var reasonNames = [...]string{
	ByNothing: "nothing happened", ByConsecutiveFailures: "too many failures in a row", ByFailureRate: "too many of the last calls failed",
	ByTrialFailure: "a trial failed", ByHealthCheck: "a health check failed", ByTrip: "it was opened by hand", ByTime: "the time to wait is over",
	ByTrialSuccess: "enough trials succeeded", ByReset: "it was closed by hand", ByRestore: "a snapshot was restored",
}

// String returns what happened, in a few words.
func (r Reason) String() string {
	if int(r) < len(reasonNames) {
		return reasonNames[r]
	}
	return fmt.Sprintf("reason %d", uint8(r))
}
