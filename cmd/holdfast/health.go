package main

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/coder/websocket"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/wire"
)

type healthCmd struct {
	URL     string        `arg:"" help:"The server: http://, https://, ws:// or wss://. Without a path it is /ws."`
	Timeout time.Duration `default:"5s" placeholder:"DURATION" help:"Within which all of it must have worked (${default})."`
	JSON    bool          `help:"Print JSON."`
	CA      string        `name:"ca" placeholder:"FILE" help:"Trust the server's certificate by these roots (PEM), and not by the system's."`
}

// Help is shown below the flags. It is part of kong's HelpProvider.
func (c *healthCmd) Help() string {
	return "A load balancer's check over HTTP says nothing of WebSockets. This one makes a connection as a client does, sends a ping and waits for the pong. " +
		"It needs no token, publishes nothing, and works with any WebSocket server.\n\n" +
		"Exit codes: 0 the server is healthy, 1 it is not, 2 wrong command line."
}

// healthInfo is what --json prints. Times are in milliseconds; those that were not reached are missing.
type healthInfo struct {
	URL       string   `json:"url"`
	Healthy   bool     `json:"healthy"`
	UpgradeMs *float64 `json:"upgradeMs,omitempty"`
	PingMs    *float64 `json:"pingMs,omitempty"`
	// Code of spec/codes.json, its name, and what to do, where it is not healthy.
	Code  int    `json:"code,omitempty"`
	Name  string `json:"name,omitempty"`
	Error string `json:"error,omitempty"`
}

func (c *healthCmd) Run(e *env) error {
	target, err := healthURL(c.URL)
	if err != nil {
		return err
	}
	if c.Timeout <= 0 {
		return usage("health: --timeout: %s is not a time to wait", c.Timeout)
	}
	ctx, cancel := context.WithTimeout(e.ctx, c.Timeout)
	defer cancel()
	info := healthInfo{URL: target}
	trust, err := trusting(c.CA)
	if err != nil {
		return err
	}
	err = info.check(ctx, trust)
	info.Healthy = err == nil
	if err != nil {
		info.Code, info.Name, info.Error = int(holdfast.CodeOf(err)), holdfast.CodeOf(err).String(), strings.ReplaceAll(err.Error(), "\n", "; ")
	}
	if c.JSON {
		if wrong := json.NewEncoder(e.stdout).Encode(info); wrong != nil {
			return wrong
		}
	} else if err == nil {
		fmt.Fprintf(e.stdout, "healthy: upgraded in %.1f ms, pong after %.1f ms\n", *info.UpgradeMs, *info.PingMs)
	}
	return err
}

// healthURL reads an address as the other commands do.
func healthURL(text string) (string, error) {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" {
		return "", usage("health: %q is not the URL of a server", text)
	}
	switch u.Scheme {
	case "http", "ws":
		u.Scheme = "ws"
	case "https", "wss":
		u.Scheme = "wss"
	default:
		return "", usage("health: %q does not begin with http://, https://, ws:// or wss://", text)
	}
	if u.Path == "" || u.Path == "/" {
		u.Path = "/ws"
	}
	return u.String(), nil
}

// check upgrades, pings, and closes again.
func (i *healthInfo) check(ctx context.Context, trust *tls.Config) error {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig = trust
	transport.Proxy = nil // a check is of this server, and not of what the environment says
	defer transport.CloseIdleConnections()
	began := time.Now()
	conn, resp, err := websocket.Dial(ctx, i.URL, &websocket.DialOptions{HTTPClient: &http.Client{Transport: transport},
		HTTPHeader:   http.Header{"User-Agent": {agent()}},
		Subprotocols: []string{wire.Binary.Subprotocol(), wire.JSON.Subprotocol()}})
	if err != nil {
		return i.failed(ctx, "upgrade", resp, err)
	}
	defer conn.CloseNow()
	i.UpgradeMs = since(began)
	reading := conn.CloseRead(ctx) // a pong is seen only by who reads
	began = time.Now()
	if err := conn.Ping(reading); err != nil {
		return i.failed(ctx, "ping", nil, err)
	}
	i.PingMs = since(began)
	conn.Close(websocket.StatusNormalClosure, "") //nolint:errcheck // the pong is what was asked for
	return nil
}

func since(t time.Time) *float64 {
	ms := float64(time.Since(t)) / float64(time.Millisecond)
	return &ms
}

// failed says in our words why a server is not healthy.
func (i *healthInfo) failed(ctx context.Context, step string, resp *http.Response, cause error) error {
	e := &holdfast.Error{Code: holdfast.CodeIO, Op: "check health: " + step, Cause: cause, Hint: "check the address, and that the server runs"}
	switch {
	case resp != nil && resp.StatusCode != http.StatusSwitchingProtocols:
		e.Code, e.Detail, e.Cause, e.Hint = holdfast.Code(resp.StatusCode), "HTTP "+resp.Status, nil, ""
		if resp.StatusCode < 400 {
			e.Code, e.Detail, e.Hint = holdfast.CodeNotHoldfast, e.Detail+", where 101 was wanted", "check that the URL is a WebSocket endpoint; a Holdfast server listens on /ws"
		}
		if code, err := strconv.ParseUint(resp.Header.Get("Holdfast-Code"), 10, 16); err == nil {
			e.Code = holdfast.Code(code)
		}
	case untrusted(cause):
		e.Code, e.Hint = holdfast.CodeTLS, "check the certificate, its names and dates; --ca names the roots to trust, if they are not the system's"
	case ctx.Err() != nil:
		e.Code, e.Hint = holdfast.CodeTimeout, "raise --timeout, or find out what takes so long"
	}
	return e
}

func untrusted(err error) bool {
	_, ok := errors.AsType[*tls.CertificateVerificationError](err)
	return ok
}
