package load

import (
	"crypto/tls"
	"fmt"
	"net"
	"net/url"
)

// TargetOf is the server at a URL of ws, wss, http or https. Without a path it is the dialect's.
func TargetOf(text string, d Dialect) (*Target, error) {
	u, err := url.Parse(text)
	if err != nil {
		return nil, err
	}
	t := &Target{Dialect: d, Path: u.RequestURI()}
	if u.Path == "" || u.Path == "/" {
		t.Path = ""
	}
	port := "80"
	switch u.Scheme {
	case "ws", "http":
	case "wss", "https":
		port, t.TLS = "443", &tls.Config{ServerName: u.Hostname()}
	default:
		return nil, fmt.Errorf("%q is no URL of ws, wss, http or https", text)
	}
	if u.Hostname() == "" {
		return nil, fmt.Errorf("%q names no host", text)
	}
	if u.Port() != "" {
		port = u.Port()
	}
	t.Addr = []string{net.JoinHostPort(u.Hostname(), port)}
	return t, nil
}
