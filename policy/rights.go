package policy

import (
	"github.com/holdfast-ws/holdfast"
)

// Operation is what somebody wants to do in a channel.
type Operation uint8

const (
	// Subscribe from the head, or after a position.
	Subscribe Operation = iota
	// Publish a record.
	Publish
	// History reads what was published before.
	History
)

var operations = [...]string{Subscribe: "subscribe", Publish: "publish", History: "history"}

// String returns the name in lower case.
func (o Operation) String() string { return operations[o] }

// User is who asks. The zero value is somebody who is not known.
type User struct {
	// ID of an authenticated user; else empty.
	ID string
	// Grants of the user's token.
	Grants Grants
}

// Check returns nil if the user may, else an error with CodeForbidden whose detail says why not. It allocates nothing where the answer
// is yes.
func (s *Set) Check(o Operation, channel string, u User) error {
	if o == Publish && channel != "" && channel[0] == Reserved {
		return forbidden(o, channel, "names that begin with $ are the server's")
	}
	if u.Grants.Any() && !u.Grants.Has(o, channel) {
		return forbidden(o, channel, "the token does not grant it")
	}
	n := s.Of(channel)
	if n == nil {
		return nil
	}
	switch n.who(o) {
	case Anyone:
		return nil
	case Users:
		if u.ID != "" {
			return nil
		}
		return forbidden(o, channel, "it is for authenticated users")
	case Granted:
		if u.Grants.Any() { // and it has it, see above
			return nil
		}
		return forbidden(o, channel, "the token has no claim holdfast that grants it")
	case Self:
		if space := holdfast.Namespace(channel); u.ID != "" && space != "" && channel[len(space)+1:] == u.ID {
			return nil
		}
		return forbidden(o, channel, "it is for the user alone after whom the channel is named")
	}
	return forbidden(o, channel, "it is for nobody")
}

func (n *Namespace) who(o Operation) Who {
	switch o {
	case Publish:
		return n.Publish
	case History:
		return n.History
	}
	return n.Subscribe
}

func forbidden(o Operation, channel, why string) error {
	return &holdfast.Error{Code: holdfast.CodeForbidden, Op: o.String() + " in " + channel, Detail: o.String() + ": " + why}
}
