package main

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/holdfast-ws/holdfast/backoff"
	"github.com/holdfast-ws/holdfast/breaker"
	"github.com/holdfast-ws/holdfast/client"
)

type connectCmd struct {
	URL string `arg:"" help:"The server, such as wss://example.com/ws; without a scheme it is ws."`

	Send   []string `short:"x" sep:"none" xor:"input" placeholder:"MESSAGE" help:"Send this and read no input. May be repeated."`
	Exec   string   `xor:"input" placeholder:"COMMAND" help:"Send each line that this shell command writes, and write each message to its standard input as a line."`
	Wait   waitTime `short:"w" default:"0s" placeholder:"DURATION|forever" help:"How long to wait for messages when all input is sent (${default})."`
	Count  uint64   `short:"n" placeholder:"N" help:"End after so many messages were received."`
	Format string   `default:"auto" enum:"auto,plain,marks,json" placeholder:"FORM" help:"How messages are written: plain, marks (> sent, < received), json (an object a line, events too), or auto: marks on a terminal, else plain (${default})."`
	JSON   bool     `help:"Write messages that are JSON over several lines, indented."`
	Binary string   `default:"hex" enum:"hex,base64,raw" placeholder:"hex|base64|raw" help:"How binary messages are written (${default})."`

	Header      []string `short:"H" sep:"none" placeholder:"NAME: VALUE" help:"Send this header with the upgrade request. May be repeated."`
	Subprotocol []string `short:"s" placeholder:"NAME,..." help:"Offer these subprotocols, the preferred one first."`
	Token       string   `xor:"token" placeholder:"TOKEN" help:"Send this bearer token. Other users of this machine can see it; --token-file is better."`
	TokenFile   string   `xor:"token" placeholder:"FILE" help:"Send the bearer token in this file, which is read again for every attempt."`
	Origin      string   `placeholder:"ORIGIN" help:"Send this origin, such as https://example.com."`
	Compress    bool     `help:"Offer permessage-deflate."`
	MaxMessage  size     `default:"16m" placeholder:"SIZE" help:"Largest message that is received (${default})."`

	CA          string `name:"ca" placeholder:"FILE" help:"Trust these certificates (PEM) and not the system's."`
	InsecureTLS bool   `name:"insecure-tls" help:"Trust any certificate. Anybody on the way can then read and change everything."`
	Proxy       string `placeholder:"URL|none" help:"Connect through this http, https or socks5 proxy. Default: as HTTP_PROXY, HTTPS_PROXY and NO_PROXY say."`

	Ping           time.Duration `default:"30s" placeholder:"DURATION" help:"Ping after so much silence; 0 for never (${default})."`
	PongTimeout    time.Duration `default:"10s" placeholder:"DURATION" help:"How long a pinged server may be silent (${default})."`
	ConnectTimeout time.Duration `default:"10s" placeholder:"DURATION" help:"How long an attempt to connect may take (${default})."`
	RetryDelay     time.Duration `placeholder:"DURATION" help:"Wait about so long before connecting again, then longer each time. Default: 1s, or more where the server asks for it."`
	RetryMax       time.Duration `default:"30s" placeholder:"DURATION" help:"Longest such wait (${default})."`
	MaxRetries     int           `placeholder:"N" help:"Give up after so many attempts in a row. Default: never."`
	Circuit        int           `default:"5" placeholder:"N" help:"Failures in a row that open the circuit breaker; 0 for none (${default})."`
	CircuitReset   time.Duration `default:"60s" placeholder:"DURATION" help:"How long it stays open (${default})."`
	NoHistory      bool          `help:"Do not keep typed lines in a file."`
}

// waitTime is a flag that takes a duration or forever.
type waitTime struct {
	time.Duration
	forever bool
}

func (p *waitTime) UnmarshalText(b []byte) (err error) {
	if p.forever = string(b) == "forever"; p.forever {
		return nil
	}
	if p.Duration, err = time.ParseDuration(string(b)); err == nil && p.Duration < 0 {
		err = usage("%s is negative", b)
	}
	return err
}

func (c *connectCmd) Run(e *env) error {
	if err := c.check(); err != nil {
		return err
	}
	o, err := c.options()
	if err != nil {
		return err
	}
	r := newConnection(c, e)
	r.prepare(&o)
	target := c.URL
	if !strings.Contains(target, "://") {
		target = "ws://" + target
	}
	if r.sock, err = client.Open(e.ctx, target, o); err != nil {
		return err
	}
	return r.run()
}

// check looks for mistakes that the parser cannot see.
func (c *connectCmd) check() error {
	for _, d := range []struct {
		flag string
		v    time.Duration
		zero bool // is allowed
	}{{"ping", c.Ping, true}, {"pong-timeout", c.PongTimeout, false}, {"connect-timeout", c.ConnectTimeout, false},
		{"retry-delay", c.RetryDelay, true}, {"retry-max", c.RetryMax, false}, {"circuit-reset", c.CircuitReset, false}} {
		if d.v < 0 || d.v == 0 && !d.zero {
			return usage("connect: --%s: %s is not a time to wait", d.flag, d.v)
		}
	}
	switch {
	case c.MaxRetries < 0:
		return usage("connect: --max-retries: %d is negative", c.MaxRetries)
	case c.Circuit < 0:
		return usage("connect: --circuit: %d is negative", c.Circuit)
	case c.MaxMessage <= 0:
		return usage("connect: --max-message must be at least 1")
	case c.Exec != "" && (c.Count > 0 || c.Wait.forever || c.Wait.Duration > 0):
		return usage("connect: --exec ends with its command; --count and --wait do not go with it")
	}
	return nil
}

// options returns what the socket is made with.
func (c *connectCmd) options() (o client.SocketOptions, err error) {
	o = client.SocketOptions{
		Subprotocols: c.Subprotocol, ConnectTimeout: c.ConnectTimeout, MaxMessage: int(c.MaxMessage),
		Backoff:        backoff.Options{BaseDelay: c.RetryDelay, MaxDelay: c.RetryMax, MaxRetries: -1},
		Heartbeat:      client.Heartbeat{Interval: c.Ping, Timeout: c.PongTimeout},
		BreakerOptions: breaker.Options{FailureThreshold: c.Circuit, ResetTimeout: c.CircuitReset},
	}
	if c.MaxRetries > 0 {
		o.Backoff.MaxRetries = c.MaxRetries
	}
	if c.Ping == 0 {
		o.Heartbeat.Mode = client.HeartbeatOff
	}
	if c.Circuit == 0 {
		o.Guard = client.GuardOff
	}
	if c.Compress {
		o.Compression = client.CompressionOn
	}
	if o.Header, err = c.headers(); err != nil {
		return o, err
	}
	if c.TokenFile != "" {
		o.Token = c.readToken
		if _, err := c.readToken(context.Background()); err != nil {
			return o, err
		}
	}
	if o.TLS, err = c.tls(); err != nil {
		return o, err
	}
	o.Proxy, err = c.proxy()
	return o, err
}

// headers reads --header, --origin and --token.
func (c *connectCmd) headers() (http.Header, error) {
	h := http.Header{}
	for _, text := range c.Header {
		name, value, ok := strings.Cut(text, ":")
		name, value = http.CanonicalHeaderKey(strings.TrimSpace(name)), strings.TrimSpace(value)
		switch {
		case !ok || name == "" || strings.ContainsAny(name, " \t\"(),/;<=>?@[\\]{}") || strings.ContainsFunc(text, isControl):
			return nil, usage("connect: --header %q is not of the form \"Name: value\"", text)
		case name == "Sec-Websocket-Protocol":
			return nil, usage("connect: --header %s: use --subprotocol", name)
		case name == "Host" || name == "Connection" || name == "Upgrade" || strings.HasPrefix(name, "Sec-Websocket-"):
			return nil, usage("connect: --header %s cannot be set: it belongs to the handshake", name)
		}
		h.Add(name, value)
	}
	if c.Origin != "" {
		h.Set("Origin", c.Origin)
	}
	if c.Token != "" {
		h.Set("Authorization", "Bearer "+c.Token)
	}
	return h, nil
}

func isControl(r rune) bool { return r < ' ' || r == 0x7f }

func (c *connectCmd) readToken(context.Context) (string, error) { return readToken(c.TokenFile) }

// tls reads --ca and --insecure-tls; nil is the default.
func (c *connectCmd) tls() (*tls.Config, error) {
	if c.CA == "" && !c.InsecureTLS {
		return nil, nil
	}
	t, err := trusting(c.CA)
	if err != nil {
		return nil, err
	}
	if t == nil {
		t = &tls.Config{}
	}
	t.InsecureSkipVerify = c.InsecureTLS //nolint:gosec // asked for
	return t, nil
}

// proxy reads --proxy; nil is the default.
func (c *connectCmd) proxy() (func(*http.Request) (*url.URL, error), error) {
	switch c.Proxy {
	case "":
		return nil, nil
	case "none":
		return func(*http.Request) (*url.URL, error) { return nil, nil }, nil
	}
	u, err := url.Parse(c.Proxy)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" && u.Scheme != "socks5" {
		return nil, usage("connect: --proxy %q is not of the form http://host:port, https://… or socks5://…", c.Proxy)
	}
	return http.ProxyURL(u), nil
}

// dialAfter makes TCP connections once ready is closed: nothing happens before somebody listens.
func dialAfter(ready <-chan struct{}) func(ctx context.Context, network, addr string) (net.Conn, error) {
	d := &net.Dialer{KeepAlive: 15 * time.Second}
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		select {
		case <-ready:
			return d.DialContext(ctx, network, addr)
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}
