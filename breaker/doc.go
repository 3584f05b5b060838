// Package breaker is a circuit breaker: it stops calling what fails, so that callers fail at once instead of waiting, and
// what is down is not hammered; and it finds out when it works again.
//
// A [Breaker] is closed, and lets calls through, until too many fail: FailureThreshold in a row, or the
// part FailureRate of those in a rolling Window. Then it is open, and refuses them, for ResetTimeout. Then it is
// half-open, and lets a few trials through: if HalfOpenMaxRequests succeed it closes, and if one fails it
// opens again. A call that was let through before the last of these changes changes nothing any more.
//
//	b, err := breaker.New(breaker.Options{Name: "orders", FailureRate: 0.5})
//	…
//	order, err := breaker.Call(ctx, b, func(ctx context.Context) (Order, error) {
//		return orders.Get(ctx, id)
//	}, breaker.WithFallback(func(ctx context.Context, err error) (Order, error) {
//		return cache.Get(id)
//	}))
//
// [Breaker.Do] and [Call] run a call, with a timeout and a bound on how many run at a time. [Breaker.Allow] is for callers that
// make their calls themselves. [Registry] has one breaker for each host. Beside calls, [Breaker.Trip] opens a breaker by hand,
// for instance for as long as a server's Retry-After says, and [Breaker.Watch] by a health check.
//
// It is a pure machine: there is no goroutine in it and no timer, only a clock that may be replaced. The timeout of a call is the
// exception, and belongs to the goroutine of that call. Memory is bounded by Options.Buckets (about 12 kB by
// default) and the calls under way.
//
// The three states are those of Michael Nygard's "Release It!" (2007); docs/breaker.md compares this package with opossum.
package breaker
