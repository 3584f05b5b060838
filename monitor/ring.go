package monitor

// Ring keeps the latest values that were added, as many as NewRing was told; at that bound the oldest goes. It takes memory only as
// it fills. It may not be used concurrently.
type Ring[T any] struct {
	values []T
	next   int // where the oldest is, once it is full
	limit  int
}

// NewRing returns a ring for at most limit values, at least one.
func NewRing[T any](limit int) *Ring[T] { return &Ring[T]{limit: max(1, limit)} }

// Add adds a value.
func (r *Ring[T]) Add(v T) {
	if len(r.values) < r.limit {
		r.values = append(r.values, v)
		return
	}
	r.values[r.next] = v
	r.next = (r.next + 1) % r.limit
}

// Values returns a copy of what is kept, the oldest first. It is never nil.
func (r *Ring[T]) Values() []T {
	all := make([]T, 0, len(r.values))
	return append(append(all, r.values[r.next:]...), r.values[:r.next]...)
}

// Clear forgets everything.
func (r *Ring[T]) Clear() { r.values, r.next = nil, 0 }
