package auth

import (
	"errors"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"github.com/holdfast-ws/holdfast"
)

// isURL tells a URL from a path.
func isURL(location string) bool {
	return strings.HasPrefix(location, "https://") || strings.HasPrefix(location, "http://")
}

// checkURL returns a URL's scheme and host, which is what errors may say of it. Keys and tokens travel by https; http is for this
// machine.
func checkURL(field, location string) (shown string, err error) {
	u, err := url.Parse(location)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return "", badOption(field + ": it is no https URL")
	}
	shown = u.Scheme + "://" + u.Host
	if u.Scheme == "http" && !loopback(u.Hostname()) {
		return "", badOption(field + ": " + shown + " is neither https nor on this machine, so anybody in between could change what it says")
	}
	return shown, nil
}

func loopback(host string) bool {
	a, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && a.Unmap().IsLoopback()
}

// newClient returns a client that goes nowhere else than it was sent, since that would bring what it carries there.
func newClient() *http.Client {
	return &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// readBody reads no more than the limit.
func readBody(r io.Reader, limit int) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, int64(limit)+1))
	if err == nil && len(b) > limit {
		err = &holdfast.Error{Code: holdfast.CodeAuthUnavailable, Op: "read answer", Detail: "it has more than " + strconv.Itoa(limit) + " bytes"}
	}
	return b, err
}

// plain takes the URL out of net/http's errors, which may hold a secret.
func plain(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		return u.Err
	}
	return err
}
