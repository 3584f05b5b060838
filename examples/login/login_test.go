package main

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/client"
)

// Who has logged in comes in, and who logs out goes, from every connection.
func TestLoginAndLogout(t *testing.T) {
	a, err := newApp(map[string]string{"ada": "lovelace", "grace": "hopper"})
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(a)
	defer web.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	defer a.live.Shutdown(ctx)

	session := func(cookie string) *client.Session {
		t.Helper()
		s, err := client.OpenSession(ctx, web.URL, client.SessionOptions{Header: http.Header{"Cookie": {cookieName + "=" + cookie}}})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	if _, status := logIn(t, web.URL, "ada", "wrong"); status != http.StatusForbidden {
		t.Errorf("a wrong password: %d", status)
	}
	if _, status := logIn(t, web.URL, "nobody", ""); status != http.StatusForbidden {
		t.Errorf("nobody: %d", status)
	}
	stranger := session("made-up")
	if err := stranger.Connected(ctx); !errors.Is(err, holdfast.CodeUnauthenticated) {
		t.Errorf("a stranger: %v", err)
	}
	stranger.Close(ctx)

	cookie, _ := logIn(t, web.URL, "ada", "lovelace")
	other, _ := logIn(t, web.URL, "grace", "hopper")
	phone, laptop, grace := session(cookie), session(cookie), session(other)
	for _, s := range []*client.Session{phone, laptop, grace} {
		defer s.Close(ctx)
		if _, err := s.Publish(ctx, "notes", []byte("hello")); err != nil {
			t.Fatal(err)
		}
	}
	r, _ := http.NewRequestWithContext(ctx, "POST", web.URL+"/logout", nil)
	r.AddCookie(&http.Cookie{Name: cookieName, Value: cookie})
	res, err := http.DefaultClient.Do(r)
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatal(res, err)
	}
	res.Body.Close()
	for _, s := range []*client.Session{phone, laptop} {
		var err error
		for err == nil { // until it has heard
			_, err = s.Publish(ctx, "notes", []byte("still here"))
		}
		if !errors.Is(err, holdfast.CodeRevoked) {
			t.Errorf("afterwards: %v", err)
		}
	}
	if _, err := grace.Publish(ctx, "notes", []byte("still here")); err != nil {
		t.Errorf("somebody else: %v", err)
	}
	again := session(cookie)
	if err := again.Connected(ctx); !errors.Is(err, holdfast.CodeUnauthenticated) {
		t.Errorf("with the old cookie: %v", err)
	}
	again.Close(ctx)
	http.DefaultClient.CloseIdleConnections()
}

func logIn(t *testing.T, base, name, password string) (cookie string, status int) {
	t.Helper()
	res, err := http.PostForm(base+"/login", url.Values{"name": {name}, "password": {password}})
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	for _, c := range res.Cookies() {
		cookie = c.Value
	}
	return cookie, res.StatusCode
}
