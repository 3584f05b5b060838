package check

import (
	"fmt"
	"strconv"
)

// String tells the event in words.
func (e *Event) String() string {
	who := e.Client
	if e.Sub != "" && e.Sub != who {
		who += " (" + e.Sub + ")"
	}
	switch e.Kind {
	case Invoked:
		return fmt.Sprintf("%s publishes %s to %s", who, e.Message, e.Channel)
	case Accepted:
		return fmt.Sprintf("the outbox of %s has %s", who, e.Message)
	case Delivered:
		return fmt.Sprintf("%s is told that %s is stored at %s", who, e.Message, offset(e.Pos.Offset))
	case Refused:
		return fmt.Sprintf("%s is told that %s is refused: %s", who, e.Message, e.Code)
	case Dropped, Expired:
		return fmt.Sprintf("%s gives %s up unsent: %s", who, e.Message, e.Kind)
	case Unknown:
		return fmt.Sprintf("%s is told that the fate of %s is unknown", who, e.Message)
	case Lost:
		return fmt.Sprintf("%s is told that the store lost %s of %s", who, orElse(e.Message, "records"), e.Channel)
	case Stopped, Disconnected:
		return fmt.Sprintf("%s is %s: %s", who, e.Kind, e.Code)
	case Cloned:
		return fmt.Sprintf("the outbox of %s is copied to %s", who, e.Detail)
	case Barred:
		return fmt.Sprintf("%s may be refused from now on: %s", orElse(e.Message, "what "+orElse(who, "anybody")+" publishes"), e.Code)
	case Fault:
		return fmt.Sprintf("%s: %s", orElse(who, "the world"), e.Detail)
	case Began, Placed, Received, Done, Gap, Passed, Ended:
		return e.subscriber(who)
	}
	return e.fact()
}

func (e *Event) subscriber(who string) string {
	switch e.Kind {
	case Began:
		s := fmt.Sprintf("%s subscribes to %s %s", who, e.Channel, e.Begin)
		if e.Begin == After {
			s += " " + at(e)
		}
		if e.Cursor != "" {
			s += " or where cursor " + e.Cursor + " is"
		}
		return s
	case Placed:
		return fmt.Sprintf("%s is to get %s after %s", who, e.Channel, at(e))
	case Received:
		return fmt.Sprintf("%s receives %s at %s of %s", who, e.Message, at(e), e.Channel)
	case Done:
		return fmt.Sprintf("%s is done with %s up to %s", who, e.Channel, at(e))
	case Gap:
		return fmt.Sprintf("%s is told that %d to %d of %s are gone (%s), and goes on after %s", who, e.From, e.To, e.Channel, e.Reason, at(e))
	case Passed:
		return fmt.Sprintf("%s is told that nothing of %s up to %s is for it", who, e.Channel, at(e))
	}
	return fmt.Sprintf("%s ends its subscription to %s", who, e.Channel)
}

func (e *Event) fact() string {
	where := orElse(e.Channel, "all channels")
	switch e.Kind {
	case Trimmed:
		return fmt.Sprintf("retention removes %s up to %d", where, e.To)
	case Hidden:
		return fmt.Sprintf("%d to %d of %s are not for %s", e.From, e.To, where, orElse(e.Client, "anybody"))
	case Deleted:
		return where + " is deleted"
	case StoreReplaced:
		return fmt.Sprintf("the store is replaced by one that has %s up to %d", where, e.To)
	case Forgot:
		return "the store forgets the lanes of " + where
	case ServerCrashed:
		return "the server dies"
	case ClientCrashed:
		return e.Client + " dies"
	case Final:
		return fmt.Sprintf("%s has %d records behind %d in the end", where, len(e.Records), e.To)
	case Quiesced:
		return "all is at rest"
	}
	return e.Kind.String()
}

func at(e *Event) string {
	if e.Pos.Term == 0 {
		return strconv.FormatUint(e.Pos.Offset, 10)
	}
	return e.Pos.String()
}

func offset(o uint64) string {
	if o == 0 {
		return "an offset that is not known any more"
	}
	return strconv.FormatUint(o, 10)
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
