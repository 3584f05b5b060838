package breaker_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/breaker"
)

// httpError is an answer that is not the one that was asked for.
type httpError struct {
	status     int
	retryAfter time.Duration
}

func (e *httpError) Error() string { return "the server answered " + strconv.Itoa(e.status) }

// get fetches a page. A server that is there and says 404 has not failed; one that says 5xx or 429 has.
func get(ctx context.Context, url string) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return "", err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return "", err
	}
	if resp.StatusCode != http.StatusOK {
		seconds, _ := strconv.Atoi(resp.Header.Get("Retry-After"))
		return "", &httpError{status: resp.StatusCode, retryAfter: time.Duration(seconds) * time.Second}
	}
	return string(body), nil
}

func isFailure(err error) bool {
	e, answered := errors.AsType[*httpError](err)
	return !answered || e.status >= 500 || e.status == http.StatusTooManyRequests
}

// A server that fails is left alone, and its last page is shown instead, until it works again.
func Example_http() {
	var down atomic.Bool
	var asked atomic.Int64
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		if down.Load() {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		fmt.Fprint(w, "hello")
	}))
	defer web.Close()

	b, err := breaker.New(breaker.Options{Name: "web", FailureThreshold: 2, HalfOpenMaxRequests: 1, IsFailure: isFailure})
	if err != nil {
		fmt.Println(err)
		return
	}
	last := ""
	show := func() {
		page, err := breaker.Call(context.Background(), b, func(ctx context.Context) (string, error) {
			return get(ctx, web.URL)
		}, breaker.WithFallback(func(_ context.Context, err error) (string, error) {
			return last + " (from before)", nil
		}))
		if err == nil && last == "" {
			last = page
		}
		fmt.Printf("%s; %v, asked %d times\n", page, b.State(), asked.Load())
	}
	show()
	down.Store(true)
	show()
	show()
	show() // it is open: the server is not asked

	down.Store(false)
	b.Reset() // a minute later it would let a trial through by itself
	show()
	// Output:
	// hello; closed, asked 1 times
	// hello (from before); closed, asked 2 times
	// hello (from before); open, asked 3 times
	// hello (from before); open, asked 3 times
	// hello; closed, asked 4 times
}

// A server that says when to come back is believed.
func Example_retryAfter() {
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "120")
		w.WriteHeader(http.StatusServiceUnavailable)
	}))
	defer web.Close()

	var hosts breaker.Registry
	b, err := hosts.Get(web.Listener.Addr().String(), breaker.Options{IsFailure: isFailure})
	if err != nil {
		fmt.Println(err)
		return
	}
	ask := func() error {
		return b.Do(context.Background(), func(ctx context.Context) error {
			_, err := get(ctx, web.URL)
			if e, ok := errors.AsType[*httpError](err); ok && e.retryAfter > 0 {
				b.Trip(e.retryAfter)
			}
			return err
		})
	}
	fmt.Println(ask())
	if e, ok := errors.AsType[*holdfast.Error](ask()); ok {
		fmt.Println(e.Code.String(), e.RetryAfter.Round(time.Minute))
	}
	// Output:
	// the server answered 503
	// circuit_open 2m0s
}
