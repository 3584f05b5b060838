package breaker

import (
	"fmt"
	"iter"
	"maps"
	"slices"
	"sync"

	"github.com/holdfast-ws/holdfast"
)

// DefaultMaxBreakers is how many breakers a Registry holds, unless it says otherwise.
const DefaultMaxBreakers = 10_000

// Registry has one breaker for each name, say for each host, so that all who talk to it learn from each other.
// The zero value is useful. All methods may be called concurrently; Max must be set before.
type Registry struct {
	// Max is how many breakers there may be. None is dropped for another, since somebody may hold it: Get refuses. Default 10,000.
	Max int

	mu     sync.Mutex
	byName map[string]*Breaker
}

// Get returns the breaker of that name. If there is none, it makes one with these options, and Options.Name set to name; otherwise the
// options are not looked at. Errors: CodeBadArgument, and CodeAtCapacity if there are Max.
func (r *Registry) Get(name string, o Options) (*Breaker, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if b := r.byName[name]; b != nil {
		return b, nil
	}
	limit := r.Max
	if limit <= 0 {
		limit = DefaultMaxBreakers
	}
	if len(r.byName) >= limit {
		return nil, &holdfast.Error{
			Code: holdfast.CodeAtCapacity, Op: "make a breaker for " + name,
			Detail: fmt.Sprintf("there are %d, which is Registry.Max", limit), Hint: "remove breakers that are not needed, or raise Max",
		}
	}
	o.Name = name
	b, err := New(o)
	if err != nil {
		return nil, err
	}
	if r.byName == nil {
		r.byName = map[string]*Breaker{}
	}
	r.byName[name] = b
	return b, nil
}

// Remove takes a breaker out; those who hold it may go on using it. The next Get makes a new one.
func (r *Registry) Remove(name string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.byName, name)
}

// Names returns the names that there are, sorted.
func (r *Registry) Names() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Sorted(maps.Keys(r.byName))
}

// All yields the names and breakers that there are when the ranging begins, sorted by name.
func (r *Registry) All() iter.Seq2[string, *Breaker] {
	return func(yield func(string, *Breaker) bool) {
		r.mu.Lock()
		all := maps.Clone(r.byName)
		r.mu.Unlock()
		for _, name := range slices.Sorted(maps.Keys(all)) {
			if !yield(name, all[name]) {
				return
			}
		}
	}
}
