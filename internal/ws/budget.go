package ws

import "sync/atomic"

const defaultBudget = 256 << 20

// Budget bounds the bytes that connections hold in unfinished messages. At the limit the connection that asks
// for more ends with holdfast.CodeBudget; the others go on. All methods may be called concurrently. A Budget
// must not be copied.
type Budget struct {
	// Max is the limit in bytes. It must not change once the Budget is in use. Default: 256 MiB.
	Max int64

	used atomic.Int64
}

var processBudget Budget

// Used returns the bytes that are held at the moment.
func (b *Budget) Used() int64 { return b.used.Load() }

func (b *Budget) max() int64 {
	if b.Max > 0 {
		return b.Max
	}
	return defaultBudget
}

// take reserves n bytes, or none.
func (b *Budget) take(n int) bool {
	if b.used.Add(int64(n)) > b.max() {
		b.used.Add(int64(-n))
		return false
	}
	return true
}

func (b *Budget) give(n int) { b.used.Add(int64(-n)) }
