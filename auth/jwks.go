package auth

import (
	"context"
	"net/http"
	"os"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/breaker"
)

// JWKSOptions say where a key set is, and how often it is read. Location is needed; the rest has useful zero values.
type JWKSOptions struct {
	// Location is an https URL, an http URL of this machine, or the path of a file.
	Location string
	// Secrets says whether the set may hold shared secrets. Default: SecretsIgnored.
	Secrets Secrets
	// MaxAge after which the set is read again, in the background, when it is next used; nobody waits for that until it is twice as
	// old. A key that was taken out of the set is refused from then on. Default: 5 min.
	MaxAge time.Duration
	// MinInterval between two attempts to read it, whatever tokens name as kid. Default: 10 s.
	MinInterval time.Duration
	// MaxStale is how long a set is used that cannot be read again. Default: 24 h.
	MaxStale time.Duration
	// Timeout of an attempt. Default: 5 s.
	Timeout time.Duration
	// MaxBytes of the set; a larger one is not taken. Default: 1 MiB.
	MaxBytes int
	// Client that asks. Default: one that follows no redirects.
	Client *http.Client
	// Breaker around the attempts. Its Name is the location's host and its Timeout is the one above, unless they are set;
	// its ResetTimeout is 30 s.
	Breaker breaker.Options
	// Now is the clock. It may be called concurrently. Default: time.Now.
	Now func() time.Time
}

// JWKS is a key set that is read again when it is old, and when a token names a key that it does not have: an issuer can bring a
// new key into use at any time, and tokens of the old one are good as long as that is in the set. While it cannot be read, the last
// one stays in use. Its methods may be called concurrently.
type JWKS struct {
	o       JWKSOptions
	shown   string
	breaker *breaker.Breaker
	ctx     context.Context
	cancel  context.CancelFunc
	wg      sync.WaitGroup

	mu      sync.Mutex
	keys    []Key     // replaced, never changed
	fetched time.Time // when keys were read; zero: never
	tried   time.Time // when the last attempt began
	failure error     // of the last attempt
	reading chan struct{}
	closed  bool
}

// NewJWKS checks the options. The set is read when it is first needed, or by Refresh. Close must be called.
func NewJWKS(o JWKSOptions) (*JWKS, error) {
	j := &JWKS{shown: "file"}
	if o.Location == "" {
		return nil, badOption("Location: there is none")
	}
	if isURL(o.Location) {
		var err error
		if j.shown, err = checkURL("Location", o.Location); err != nil {
			return nil, err
		}
	}
	if o.MaxAge < 0 || o.MinInterval < 0 || o.MaxStale < 0 || o.Timeout < 0 || o.MaxBytes < 0 {
		return nil, badOption("MaxAge, MinInterval, MaxStale, Timeout and MaxBytes: must not be negative")
	}
	o.MaxAge, o.MinInterval = or(o.MaxAge, 5*time.Minute), or(o.MinInterval, 10*time.Second)
	o.MaxStale, o.Timeout = or(o.MaxStale, 24*time.Hour), or(o.Timeout, 5*time.Second)
	o.MaxBytes = or(o.MaxBytes, 1<<20)
	if o.Client == nil {
		o.Client = newClient()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	b := o.Breaker
	b.Name, b.Timeout, b.ResetTimeout = or(b.Name, "key set "+j.shown), or(b.Timeout, o.Timeout), or(b.ResetTimeout, 30*time.Second)
	if b.Now == nil {
		b.Now = o.Now
	}
	var err error
	if j.breaker, err = breaker.New(b); err != nil {
		return nil, err
	}
	j.o = o
	j.ctx, j.cancel = context.WithCancel(context.Background())
	return j, nil
}

// Close ends what is under way, and waits for it. Keys that were read stay.
func (j *JWKS) Close() {
	j.mu.Lock()
	j.closed = true
	j.mu.Unlock()
	j.cancel()
	j.wg.Wait()
}

// Refresh reads the set now, unless that was tried within MinInterval, and returns what the last attempt failed with.
func (j *JWKS) Refresh(ctx context.Context) error {
	j.mu.Lock()
	reading := j.start(j.o.Now())
	j.mu.Unlock()
	if err := wait(ctx, reading); err != nil {
		return err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.failure
}

// Keys returns the set; see [KeySource]. It waits for an attempt to read it only where the token's key is not known, or the set is
// very old. The error, an *holdfast.Error with CodeAuthUnavailable, says that whether such a key exists cannot be known now.
func (j *JWKS) Keys(ctx context.Context, kid string) ([]Key, error) {
	now := j.o.Now()
	j.mu.Lock()
	var reading chan struct{}
	age, good := now.Sub(j.fetched), j.has(kid, now)
	if !good || age > j.o.MaxAge {
		reading = j.start(now)
	}
	if good && (age <= 2*j.o.MaxAge || j.failure != nil) {
		reading = nil // it goes on without us
	}
	j.mu.Unlock()
	if err := wait(ctx, reading); err != nil {
		return nil, err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.has(kid, now) || j.failure == nil && !j.fetched.IsZero() {
		return j.keys, nil
	}
	return nil, &holdfast.Error{Code: holdfast.CodeAuthUnavailable, Op: opAuthenticate, Detail: "the key set cannot be read now",
		RetryAfter: j.o.MinInterval, Cause: j.failure}
}

// has tells whether there is a key of that name, in a set that may still be used. Locked.
func (j *JWKS) has(kid string, now time.Time) bool {
	return !j.fetched.IsZero() && now.Sub(j.fetched) <= j.o.MaxStale &&
		slices.ContainsFunc(j.keys, func(k Key) bool { return k.named(kid) })
}

// wait waits for an attempt, if there is one.
func wait(ctx context.Context, reading chan struct{}) error {
	if reading == nil {
		return nil
	}
	select {
	case <-reading:
		return nil
	case <-ctx.Done():
		return &holdfast.Error{Code: holdfast.CodeAuthUnavailable, Op: opAuthenticate, Detail: "the key set did not come in time", Cause: ctx.Err()}
	}
}

// start begins an attempt, unless there is one, or the last was too short a time ago. It returns what is closed at its end, or nil.
// Locked.
func (j *JWKS) start(now time.Time) chan struct{} {
	if j.reading != nil {
		return j.reading
	}
	if j.closed || !j.tried.IsZero() && now.Sub(j.tried) < j.o.MinInterval {
		return nil
	}
	done := make(chan struct{})
	j.reading, j.tried = done, now
	j.wg.Go(func() {
		defer close(done)
		keys, err := breaker.Call(j.ctx, j.breaker, j.read)
		j.mu.Lock()
		defer j.mu.Unlock()
		j.reading, j.failure = nil, err
		if err == nil {
			j.keys, j.fetched = keys, now
		}
	})
	return done
}

// read makes an attempt.
func (j *JWKS) read(ctx context.Context) ([]Key, error) {
	text, err := j.load(ctx)
	if err != nil {
		return nil, &holdfast.Error{Code: holdfast.CodeAuthUnavailable, Op: opKeys, Detail: j.shown, Cause: plain(err)}
	}
	return ParseJWKS(text, j.o.Secrets)
}

func (j *JWKS) load(ctx context.Context) ([]byte, error) {
	if !isURL(j.o.Location) {
		f, err := os.Open(j.o.Location)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		return readBody(f, j.o.MaxBytes)
	}
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, j.o.Location, nil)
	if err != nil {
		return nil, err
	}
	q.Header.Set("Accept", "application/jwk-set+json, application/json")
	resp, err := j.o.Client.Do(q)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, &holdfast.Error{Code: holdfast.CodeAuthUnavailable, Op: opKeys, Detail: "it answered with status " + strconv.Itoa(resp.StatusCode)}
	}
	return readBody(resp.Body, j.o.MaxBytes)
}
