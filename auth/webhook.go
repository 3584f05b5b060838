package auth

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/breaker"
)

// SignatureHeader says that a request is the server's: "t=UNIX_SECONDS,v1=HEX", where HEX is the HMAC-SHA256 of the seconds, a dot
// and the body. Whoever checks it should refuse what is older than some minutes.
const SignatureHeader = "Holdfast-Signature"

// WebhookOptions say who is asked. URL is needed; the rest has useful zero values.
type WebhookOptions struct {
	// URL that is asked by POST: https, or http of this machine.
	URL string
	// Secret that requests are signed with, of at least 32 bytes; see SignatureHeader. Default: they are not signed.
	Secret []byte
	// Sources of the token, of which the first that has one counts. Default: DefaultSources.
	Sources []Source
	// Timeout of a request. Default: 5 s.
	Timeout time.Duration
	// MaxConcurrent requests; further clients wait. Default: 64.
	MaxConcurrent int
	// MaxToken is the most bytes of a token. Default: 8 KiB.
	MaxToken int
	// MaxBytes of an answer; a larger one is none. Default: 64 KiB.
	MaxBytes int
	// Client that asks. Default: one that follows no redirects.
	Client *http.Client
	// Breaker around the requests. Its Name is the URL's host and its Timeout is the one above, unless they are set; its
	// ResetTimeout is 10 s. That a user is refused is no failure.
	Breaker breaker.Options
	// Now is the clock. It may be called concurrently. Default: time.Now.
	Now func() time.Time
}

// Webhook asks another program who a client is. Its methods may be called concurrently. It needs no closing.
//
// It posts a JSON object with token, reason ("hello" or "refresh"), user (whom the client takes itself for, if it says so), remote
// (its address), origin and user_agent. 200 with {"user": "…"} lets the client in; "expires_in" (seconds) and "claims" (an object)
// are optional. 401 and 403 refuse it. Everything else means that the webhook is not available, and the client comes back later.
type Webhook struct {
	o       WebhookOptions
	shown   string
	breaker *breaker.Breaker
	slots   chan struct{}
}

// question is what is asked.
type question struct {
	Token     string `json:"token"`
	Reason    string `json:"reason"`
	User      string `json:"user,omitempty"`
	Remote    string `json:"remote,omitempty"`
	Origin    string `json:"origin,omitempty"`
	UserAgent string `json:"user_agent,omitempty"`
}

// verdict is the answer.
type verdict struct {
	User      string         `json:"user"`
	ExpiresIn float64        `json:"expires_in"`
	Claims    map[string]any `json:"claims"`
}

// maxExpiry bounds expires_in to what a duration can hold many times over.
const maxExpiry = 10 * 365 * 24 * time.Hour

// NewWebhook checks the options.
func NewWebhook(o WebhookOptions) (*Webhook, error) {
	w := &Webhook{}
	var err error
	if w.shown, err = checkURL("URL", o.URL); err != nil {
		return nil, err
	}
	if n := len(o.Secret); n > 0 && n < minSecret {
		return nil, badOption("Secret: it has " + strconv.Itoa(n) + " bytes; the least is " + strconv.Itoa(minSecret))
	}
	if o.Timeout < 0 || o.MaxConcurrent < 0 || o.MaxToken < 0 || o.MaxBytes < 0 {
		return nil, badOption("Timeout, MaxConcurrent, MaxToken and MaxBytes: must not be negative")
	}
	o.Secret = bytes.Clone(o.Secret)
	o.Timeout, o.MaxConcurrent = or(o.Timeout, 5*time.Second), or(o.MaxConcurrent, 64)
	o.MaxToken, o.MaxBytes = or(o.MaxToken, 8<<10), or(o.MaxBytes, 64<<10)
	if o.Client == nil {
		o.Client = newClient()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	b := o.Breaker
	b.Name, b.Timeout, b.ResetTimeout = or(b.Name, "webhook "+w.shown), or(b.Timeout, o.Timeout), or(b.ResetTimeout, 10*time.Second)
	if b.Now == nil {
		b.Now = o.Now
	}
	if b.IsFailure == nil {
		b.IsFailure = func(err error) bool { return holdfast.CodeOf(err) == holdfast.CodeAuthUnavailable }
	}
	if w.breaker, err = breaker.New(b); err != nil {
		return nil, err
	}
	w.o, w.slots = o, make(chan struct{}, o.MaxConcurrent)
	return w, nil
}

// Authenticate asks about a client. It is server.Options' Authenticate. The error is an *holdfast.Error: CodeUnauthenticated if
// there is no token or the webhook refused it, CodeForbidden if it answered 403, and CodeAuthUnavailable if it cannot say.
func (w *Webhook) Authenticate(ctx context.Context, c Credentials) (User, error) {
	q := question{Token: Token(c, w.o.Sources...), Reason: c.Reason.String(), User: c.User}
	if q.Token == "" {
		return User{}, refuse(holdfast.CodeUnauthenticated, "token: there is none")
	}
	if len(q.Token) > w.o.MaxToken {
		return User{}, refuse(holdfast.CodeUnauthenticated, "token: it has more than "+strconv.Itoa(w.o.MaxToken)+" bytes")
	}
	if r := c.Request; r != nil {
		q.Remote, q.Origin, q.UserAgent = r.RemoteAddr, r.Header.Get("Origin"), r.UserAgent()
	}
	select {
	case w.slots <- struct{}{}:
		defer func() { <-w.slots }()
	case <-ctx.Done():
		return User{}, w.unavailable(ctx.Err())
	}
	v, err := breaker.Call(ctx, w.breaker, func(ctx context.Context) (verdict, error) { return w.ask(ctx, &q) })
	if code := holdfast.CodeOf(err); err != nil && code != holdfast.CodeUnauthenticated && code != holdfast.CodeForbidden {
		return User{}, w.unavailable(err)
	}
	if err != nil {
		return User{}, err
	}
	u := User{ID: v.User, Claims: v.Claims}
	if v.ExpiresIn != 0 {
		u.Expires = w.o.Now().Add(min(maxExpiry, time.Duration(min(v.ExpiresIn, maxExpiry.Seconds())*float64(time.Second))))
	}
	return u, nil
}

// unavailable tells the client no more than that; the cause is for the server's owner.
func (w *Webhook) unavailable(cause error) error {
	return &holdfast.Error{Code: holdfast.CodeAuthUnavailable, Op: opAuthenticate, Detail: "the webhook does not answer", Cause: cause}
}

// ask makes one request.
func (w *Webhook) ask(ctx context.Context, q *question) (v verdict, err error) {
	fail := func(detail string, cause error) (verdict, error) {
		return verdict{}, &holdfast.Error{Code: holdfast.CodeAuthUnavailable, Op: "ask " + w.shown, Detail: detail, Cause: cause}
	}
	body, err := json.Marshal(q)
	if err != nil {
		return fail("", err)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, w.o.URL, bytes.NewReader(body))
	if err != nil {
		return fail("", plain(err))
	}
	r.Header.Set("Content-Type", "application/json")
	if len(w.o.Secret) > 0 {
		r.Header.Set(SignatureHeader, signature(w.o.Secret, w.o.Now(), body))
	}
	resp, err := w.o.Client.Do(r)
	if err != nil {
		return fail("", plain(err))
	}
	defer resp.Body.Close()
	switch resp.StatusCode {
	case http.StatusOK:
	case http.StatusUnauthorized:
		return v, refuse(holdfast.CodeUnauthenticated, "token: the webhook refused it")
	case http.StatusForbidden:
		return v, refuse(holdfast.CodeForbidden, "token: the webhook does not let this user in")
	default:
		return fail("it answered with status "+strconv.Itoa(resp.StatusCode), nil)
	}
	answer, err := readBody(resp.Body, w.o.MaxBytes)
	if err != nil {
		return fail("", plain(err))
	}
	if json.Unmarshal(answer, &v) != nil {
		return fail("the answer is not JSON of the form {\"user\": \"…\"}", nil)
	}
	if detail := checkUser(v.User); detail != "" {
		return fail("user "+detail, nil)
	}
	if v.ExpiresIn < 0 {
		return fail("expires_in is negative", nil)
	}
	return v, nil
}

func signature(secret []byte, now time.Time, body []byte) string {
	t := strconv.FormatInt(now.Unix(), 10)
	h := hmac.New(sha256.New, secret)
	h.Write([]byte(t + "."))
	h.Write(body)
	return "t=" + t + ",v1=" + hex.EncodeToString(h.Sum(nil))
}
