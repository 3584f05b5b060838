package auth_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/auth"
	"github.com/holdfast-ws/holdfast/breaker"
)

// The webhook of these tests answers by what the token is.
func TestWebhook(t *testing.T) {
	var asked atomic.Int32
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		body, err := io.ReadAll(r.Body)
		var q struct{ Token, Reason, User, Remote, Origin string }
		if err != nil || json.Unmarshal(body, &q) != nil || r.Method != http.MethodPost || !signed(r.Header.Get(auth.SignatureHeader), body) {
			t.Errorf("%s %q, %v", r.Method, body, err)
		}
		switch q.Token {
		case "good":
			fmt.Fprintf(w, `{"user":"ann","expires_in":60,"claims":{"remote":%q,"reason":%q}}`, q.Remote, q.Reason)
		case "for ever":
			io.WriteString(w, `{"user":"ann","expires_in":1e300}`)
		case "refused", "stranger-1", "broken", "moved":
			w.Header().Set("Location", "/elsewhere")
			w.WriteHeader(map[string]int{"refused": 401, "stranger-1": 403, "broken": 500, "moved": 307}[q.Token])
		case "huge":
			io.WriteString(w, `{"user":"ann","claims":{"a":"`+strings.Repeat("a", 1<<16)+`"}}`)
		default:
			io.WriteString(w, q.Token)
		}
	}))
	defer srv.Close()
	hook, err := auth.NewWebhook(auth.WebhookOptions{URL: srv.URL + "/?key=hush", Secret: secretBytes, Now: clock, Breaker: breaker.Options{FailureThreshold: -1}})
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		token string
		code  holdfast.Code
		until time.Duration
	}{
		"good":             {"good", 0, time.Minute},
		"without an end":   {`{"user":"ann"}`, 0, 0},
		"for very long":    {"for ever", 0, 10 * 365 * 24 * time.Hour},
		"no token":         {"", holdfast.CodeUnauthenticated, 0},
		"huge token":       {strings.Repeat("a", 8<<10+1), holdfast.CodeUnauthenticated, 0},
		"refused":          {"refused", holdfast.CodeUnauthenticated, 0},
		"forbidden":        {"stranger-1", holdfast.CodeForbidden, 0},
		"broken":           {"broken", unavailable, 0},
		"moved":            {"moved", unavailable, 0},
		"huge answer":      {"huge", unavailable, 0},
		"garbage":          {"<html>", unavailable, 0},
		"no user":          {"{}", unavailable, 0},
		"user is a number": {`{"user":1}`, unavailable, 0},
		"user of two rows": {`{"user":"a\nb"}`, unavailable, 0},
		"ends before":      {`{"user":"ann","expires_in":-1}`, unavailable, 0},
	} {
		t.Run(name, func(t *testing.T) {
			c := auth.Credentials{Token: tt.token, Request: &http.Request{RemoteAddr: "192.0.2.1:7"}, Reason: auth.ReasonRefresh}
			u, err := hook.Authenticate(t.Context(), c)
			if holdfast.CodeOf(err) != tt.code || err == nil && u.ID != "ann" {
				t.Fatalf("%+v, %v", u, err)
			}
			if tt.until != 0 && !u.Expires.Equal(noon.Add(tt.until)) || tt.until == 0 && !u.Expires.IsZero() {
				t.Fatalf("until %v", u.Expires)
			}
			if name == "good" && (u.Claims["remote"] != "192.0.2.1:7" || u.Claims["reason"] != "refresh") {
				t.Fatalf("claims %v", u.Claims)
			}
			if err != nil && (strings.Contains(err.Error(), "hush") || len(tt.token) > 8 && strings.Contains(err.Error(), tt.token)) {
				t.Fatalf("%v has a secret", err)
			}
		})
	}
}

// signed checks a signature as a webhook should.
func signed(header string, body []byte) bool {
	at, sum, _ := strings.Cut(strings.TrimPrefix(header, "t="), ",v1=")
	h := hmac.New(sha256.New, secretBytes)
	fmt.Fprintf(h, "%s.%s", at, body)
	want := hex.EncodeToString(h.Sum(nil))
	return at == fmt.Sprint(noon.Unix()) && hmac.Equal([]byte(sum), []byte(want))
}

// A webhook that fails is not asked any more for a while; refusals are no failures; one that hangs is given up.
func TestWebhookFails(t *testing.T) {
	var asked atomic.Int32
	var answer atomic.Int32
	answer.Store(http.StatusUnauthorized)
	release := make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		status := int(answer.Load())
		if status == 0 {
			<-release
		}
		w.WriteHeader(max(status, 200))
	}))
	defer srv.Close()
	defer close(release)
	o := auth.WebhookOptions{URL: srv.URL, Breaker: breaker.Options{FailureThreshold: 3}}
	hook, err := auth.NewWebhook(o)
	if err != nil {
		t.Fatal(err)
	}
	ask := func(code holdfast.Code) {
		t.Helper()
		if _, err := hook.Authenticate(t.Context(), auth.Credentials{Token: "x"}); !errors.Is(err, code) {
			t.Fatalf("%v, want %v", err, code)
		}
	}
	for range 10 {
		ask(holdfast.CodeUnauthenticated)
	}
	answer.Store(http.StatusBadGateway)
	for range 10 {
		ask(unavailable)
	}
	if n := asked.Load(); n != 13 {
		t.Errorf("it was asked %d times, want 10 and 3", n)
	}
	answer.Store(0)
	o.Timeout, o.MaxConcurrent = 50*time.Millisecond, 1
	if hook, err = auth.NewWebhook(o); err != nil {
		t.Fatal(err)
	}
	ask(unavailable)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := hook.Authenticate(ctx, auth.Credentials{Token: "x"}); !errors.Is(err, unavailable) {
		t.Error(err)
	}
	for _, o := range []auth.WebhookOptions{{}, {URL: "http://id.example"}, {URL: srv.URL, Secret: []byte("short")}, {URL: srv.URL, Timeout: -1}} {
		if _, err := auth.NewWebhook(o); !errors.Is(err, holdfast.CodeBadArgument) {
			t.Errorf("%+v: %v", o, err)
		}
	}
}
