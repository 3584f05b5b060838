package client

import (
	"bufio"
	"context"
	"encoding/base64"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/holdfast-ws/holdfast"
)

// tunnel returns how to dial through an HTTP proxy with CONNECT, or nil where that is not needed: net/http does so for wss, but would hand a
// plain upgrade to the proxy as a request, which most proxies do not upgrade. RFC 6455, 4.1, wants CONNECT for both.
func (d *dialer) tunnel(target string, raw *lastConn) (func(ctx context.Context, network, addr string) (net.Conn, error), error) {
	u, err := url.Parse(target)
	if err != nil || d.proxy == nil || u.Scheme != "ws" && u.Scheme != "http" {
		return nil, nil
	}
	u.Scheme = "http"
	proxy, err := d.proxy(&http.Request{Method: http.MethodGet, URL: u, Host: u.Host, Header: http.Header{}})
	if err != nil || proxy == nil || proxy.Scheme != "http" {
		return nil, err
	}
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		c, err := raw.DialContext(ctx, network, hostPort(proxy, "80"))
		if err != nil {
			return nil, err
		}
		stop := context.AfterFunc(ctx, func() { c.SetDeadline(time.Unix(1, 0)) })
		err = connectThrough(c, addr, proxy.User)
		if !stop() && err == nil {
			err = context.Cause(ctx)
		}
		if err != nil {
			c.Close()
			return nil, err
		}
		return c, nil
	}, nil
}

func hostPort(u *url.URL, port string) string {
	if u.Port() != "" {
		port = u.Port()
	}
	return net.JoinHostPort(u.Hostname(), port)
}

// connectThrough asks a proxy for a connection to addr.
func connectThrough(c net.Conn, addr string, user *url.Userinfo) error {
	r := &http.Request{Method: http.MethodConnect, URL: &url.URL{Opaque: addr}, Host: addr, Header: http.Header{}}
	if user != nil {
		password, _ := user.Password()
		r.Header.Set("Proxy-Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(user.Username()+":"+password)))
	}
	if err := r.Write(c); err != nil {
		return err
	}
	// A byte at a time: what follows the answer is the server's, and must stay in the connection.
	resp, err := http.ReadResponse(bufio.NewReaderSize(oneByte{c}, 16), r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	return proxyRefusal(addr, resp)
}

// proxyRefusal is the error of a proxy that does not connect to addr; nil if it does.
func proxyRefusal(addr string, resp *http.Response) error {
	if resp.StatusCode == http.StatusOK {
		return nil
	}
	return &holdfast.Error{Code: holdfast.Code(resp.StatusCode), Op: "connect to " + addr + " through the proxy", Detail: "the proxy answered " + resp.Status,
		RetryAfter: retryAfter(resp.Header.Get("Retry-After"), time.Now())}
}

type oneByte struct{ net.Conn }

func (o oneByte) Read(b []byte) (int, error) { return o.Conn.Read(b[:min(1, len(b))]) }
