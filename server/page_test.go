package server

import (
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
)

// getPage asks a server for its page, as a browser would.
func getPage(t *testing.T, method, path string, header ...string) (*http.Response, string) {
	t.Helper()
	r := httptest.NewRequest(method, "http://localhost"+path, nil)
	r.RemoteAddr = "127.0.0.1:1234"
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	s, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	if err := s.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(w.Result().Body)
	if err != nil {
		t.Fatal(err)
	}
	return w.Result(), string(body)
}

func TestPageIsServed(t *testing.T) {
	res, body := getPage(t, "GET", "/?channel=chat:lobby")
	if res.StatusCode != http.StatusOK || res.Header.Get("Content-Type") != "text/html; charset=utf-8" {
		t.Fatalf("got %s, %q", res.Status, res.Header.Get("Content-Type"))
	}
	for _, part := range []string{"<!doctype html>", "DO NOT EDIT", "holdfast.v1.", "--accent", `"4301":["stop"`, "</html>"} {
		if !strings.Contains(body, part) {
			t.Errorf("the page lacks %q", part)
		}
	}
	if left := regexp.MustCompile(`\{\{\w+\}\}`).FindString(body); left != "" {
		t.Errorf("the page still has the placeholder %s", left)
	}
	if res, _ := getPage(t, "GET", "/page.js"); res.StatusCode != http.StatusNotFound {
		t.Errorf("/page.js: got %s, want 404: only / is routed", res.Status)
	}
}

func TestPageIsAskedAboutAgain(t *testing.T) {
	first, _ := getPage(t, "GET", "/")
	etag := first.Header.Get("ETag")
	if !regexp.MustCompile(`^"[0-9a-f]{32}"$`).MatchString(etag) || first.Header.Get("Cache-Control") != "no-cache" {
		t.Fatalf("ETag %q, Cache-Control %q", etag, first.Header.Get("Cache-Control"))
	}
	for _, c := range []struct {
		name, method, match string
		status              int
	}{
		{"the same", "GET", etag, http.StatusNotModified},
		{"another", "GET", `"0"`, http.StatusOK},
		{"head", "HEAD", "", http.StatusOK},
	} {
		t.Run(c.name, func(t *testing.T) {
			res, body := getPage(t, c.method, "/", "If-None-Match", c.match)
			if res.StatusCode != c.status || (body != "") != (c.method == "GET" && c.status == http.StatusOK) {
				t.Errorf("got %s with %d bytes", res.Status, len(body))
			}
			if res.Header.Get("Content-Security-Policy") == "" {
				t.Error("no Content-Security-Policy")
			}
		})
	}
}

// What a browser would run or apply must be exactly what the policy names, or the page would be dead.
func TestPagePolicyNamesScriptAndStyle(t *testing.T) {
	res, body := getPage(t, "GET", "/")
	policy := res.Header.Get("Content-Security-Policy")
	for directive, inline := range map[string]*regexp.Regexp{
		"script-src": regexp.MustCompile(`(?s)<script>(.*?)</script`),
		"style-src":  regexp.MustCompile(`(?s)<style>(.*?)</style`),
	} {
		found := inline.FindAllStringSubmatch(body, -1)
		if len(found) != 1 {
			t.Fatalf("%s: %d inline parts, want 1", directive, len(found))
		}
		if want := directive + " '" + sourceHash(found[0][1]) + "';"; !strings.Contains(policy, want) {
			t.Errorf("the policy %q lacks %q", policy, want)
		}
	}
	for _, want := range []string{"default-src 'none'", "connect-src 'self'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"} {
		if !strings.Contains(policy, want) {
			t.Errorf("the policy %q lacks %q", policy, want)
		}
	}
	if strings.Contains(policy, "unsafe") {
		t.Errorf("the policy %q allows what it should not", policy)
	}
}

// A policy by hashes allows neither handlers nor styles in attributes, and the page must work without a network behind the server.
func TestPageIsCompleteInItself(t *testing.T) {
	_, body := getPage(t, "GET", "/")
	for _, c := range []struct{ what, pattern string }{
		{"a URL of another host", `(?i)(https?|wss?):?//[a-z0-9]`},
		{"a script or style of its own path", `(?i:<script[^>]+src=|<link[^>]+stylesheet|@import)|url\(`},
		{"a handler in an attribute", `(?i)<[a-z][^>]*\son[a-z]+\s*=`},
		{"a style in an attribute", `(?i)<[a-z][^>]*\sstyle\s*=`},
		{"a second way to run text", `\beval\(|new Function|innerHTML|document\.write`},
	} {
		// the namespace of SVG is a name, not an address
		text := strings.ReplaceAll(body, "http://www.w3.org/2000/svg", "")
		if m := regexp.MustCompile(c.pattern).FindString(text); m != "" {
			t.Errorf("the page has %s: %q", c.what, m)
		}
	}
}

func TestPageHeaders(t *testing.T) {
	res, _ := getPage(t, "GET", "/")
	for name, want := range map[string]string{
		"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
		"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
	} {
		if got := res.Header.Get(name); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}
