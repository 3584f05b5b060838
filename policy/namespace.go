package policy

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/store"
)

// Others is the name of the namespace that stands for all that are not listed, channels without a namespace among them.
const Others = "*"

// Reserved begins the names of channels to which the server alone publishes.
const Reserved = '$'

// Who may do something. Whatever it says, a user whose token has [Grants] may do no more than these.
type Who uint8

const (
	// Anyone may, without being known, too. It is the zero value.
	Anyone Who = iota
	// Users may: whoever is authenticated.
	Users
	// Granted may: whose token grants it for the channel. See [Grants].
	Granted
	// Self may: the user after whom the channel is named. The user ann has inbox:ann in the namespace inbox.
	Self
	// Nobody may.
	Nobody
)

var whos = [...]string{Anyone: "anyone", Users: "users", Granted: "granted", Self: "self", Nobody: "nobody"}

// String returns the name in lower case, as configuration has it.
func (w Who) String() string {
	if int(w) < len(whos) {
		return whos[w]
	}
	return "who " + strconv.Itoa(int(w))
}

// MarshalText returns the name.
func (w Who) MarshalText() ([]byte, error) { return []byte(w.String()), nil }

// UnmarshalText reads a name; CodeBadArgument if there is no such one.
func (w *Who) UnmarshalText(b []byte) error {
	for i, name := range whos {
		if name == string(b) {
			*w = Who(i)
			return nil
		}
	}
	return bad(fmt.Sprintf("%q is none of %s", b, strings.Join(whos[:], ", ")))
}

// Validator checks the data of a record. Its error's text is told to the publisher, shortened. It may be called concurrently, and must
// be quick: the connection waits. Package policy/schema makes one of a JSON schema.
type Validator interface {
	Validate(data []byte) error
}

// Namespace is the policy for all channels whose name begins with Name and a ':'. The zero values allow everything.
type Namespace struct {
	// Name of the namespace, without the ':'; or [Others].
	Name string
	// Subscribe, Publish and History say who may. Without the right to History a subscriber begins at the head, and when it comes
	// back it is given what is younger than ResumeWithin, and told that there is a gap before that. Default: Anyone.
	Subscribe, Publish, History Who
	// ResumeWithin is how old records may be that a subscriber gets which may not read history. Default: 5 min.
	ResumeWithin time.Duration
	// Retention of each channel. Default: the store's own. It is for whoever makes the store; see [Set.Retention].
	Retention *store.Retention
	// MaxRecord is the most bytes of one record's data. Default: no limit but the server's.
	MaxRecord int
	// Schema is asked about each record; one that it has an error for is refused with CodeSchemaViolation. Records must then be JSON.
	// Default: none.
	Schema Validator
	// Rate of publishes of one user in all channels of the namespace, or of one address where there is no user. Default: no limit.
	Rate Rate
}

// DefaultResumeWithin is the default of [Namespace.ResumeWithin], also where only a token bounds who may read history.
const DefaultResumeWithin = 5 * time.Minute

func bad(detail string) error {
	return &holdfast.Error{Code: holdfast.CodeBadArgument, Op: "configure policy", Detail: detail}
}

// Set is a list of namespaces, to be asked. The nil Set allows everything. It is not changed, so it may be used concurrently.
type Set struct {
	named  map[string]*Namespace
	others *Namespace
	knows  bool // a rule asks who the user is
}

// NewSet checks a list; CodeBadArgument names what is wrong. An empty list makes a nil Set.
func NewSet(list []Namespace) (*Set, error) {
	if len(list) == 0 {
		return nil, nil
	}
	s := &Set{named: map[string]*Namespace{}}
	for i := range list {
		n := list[i]
		if err := n.check(); err != nil {
			return nil, bad("namespace " + strconv.Quote(n.Name) + ": " + err.Error())
		}
		if n.ResumeWithin == 0 {
			n.ResumeWithin = DefaultResumeWithin
		}
		if s.named[n.Name] != nil || n.Name == Others && s.others != nil {
			return nil, bad("namespace " + strconv.Quote(n.Name) + ": is listed twice")
		}
		if n.Name == Others {
			s.others = &n
		} else {
			s.named[n.Name] = &n
		}
		for _, w := range []Who{n.Subscribe, n.Publish, n.History} {
			s.knows = s.knows || w == Users || w == Granted || w == Self
		}
	}
	return s, nil
}

// check returns what is wrong, in words.
func (n *Namespace) check() error {
	if n.Name != Others && (strings.Contains(n.Name, ":") || holdfast.CheckChannel(n.Name) != nil) {
		return fmt.Errorf("the name: what stands before the first ':' of a channel's name, or %q, is wanted", Others)
	}
	for name, w := range map[string]Who{"subscribe": n.Subscribe, "publish": n.Publish, "history": n.History} {
		if w > Nobody {
			return fmt.Errorf("%s: no such value: %d", name, w)
		}
	}
	if n.ResumeWithin < 0 || n.MaxRecord < 0 {
		return fmt.Errorf("ResumeWithin and MaxRecord must not be negative")
	}
	if r := n.Retention; r != nil && (r.Bytes < 0 || r.Age < 0) {
		return fmt.Errorf("retention must not be negative")
	}
	return n.Rate.check("rate")
}

// Of returns the policy of a channel, or nil if there is none.
func (s *Set) Of(channel string) *Namespace {
	if s == nil {
		return nil
	}
	for i := range len(channel) {
		if channel[i] == ':' {
			if n := s.named[channel[:i]]; n != nil {
				return n
			}
			break
		}
	}
	return s.others
}

// WantsUsers reports whether a rule asks who the user is, so that it can be kept only where users are authenticated.
func (s *Set) WantsUsers() bool { return s != nil && s.knows }

// Retention returns what of a channel is kept, for a store's RetentionFor. otherwise is for channels without a word on it.
func (s *Set) Retention(otherwise store.Retention) func(channel string) store.Retention {
	return func(channel string) store.Retention {
		if n := s.Of(channel); n != nil && n.Retention != nil {
			return *n.Retention
		}
		return otherwise
	}
}
