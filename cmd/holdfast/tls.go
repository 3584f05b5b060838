package main

import (
	"context"
	"crypto/tls"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	"golang.org/x/net/netutil"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/cmd/holdfast/internal/certs"
	"github.com/holdfast-ws/holdfast/server"
)

// network is a flag that takes a network, or a single address.
type network struct{ netip.Prefix }

func (n *network) UnmarshalText(b []byte) (err error) {
	text := string(b)
	if a, wrong := netip.ParseAddr(text); wrong == nil {
		n.Prefix, err = a.Prefix(a.BitLen())
		return err
	}
	if n.Prefix, err = netip.ParsePrefix(text); err == nil && n.Prefix != n.Masked() {
		n.Prefix = n.Masked() // 10.1.2.3/8 is how people write it
	}
	return err
}

// proxyFlags say which proxies are believed.
type proxyFlags struct {
	TrustedProxy    []network `placeholder:"CIDR" help:"Believe proxies of this network, such as 10.0.0.0/8 or 127.0.0.1, on whose behalf they come; may be repeated. Whoever else sends such a header is not believed."`
	ForwardedHeader string    `default:"x-forwarded-for" enum:"x-forwarded-for,forwarded" placeholder:"HEADER" help:"By which header: x-forwarded-for, with -proto and -host, or forwarded (${default}). It must be one that the proxy sets or adds to, and does not merely pass on."`
	ProxyProtocol   string    `default:"off" enum:"off,on" placeholder:"on|off" help:"Each connection of a trusted proxy begins with a header of the PROXY protocol, version 1 or 2 (${default})."`
}

func (f *proxyFlags) configure(o *server.Options) error {
	for _, n := range f.TrustedProxy {
		o.TrustedProxies = append(o.TrustedProxies, n.Prefix)
	}
	if f.ForwardedHeader == "forwarded" {
		o.Forwarding = server.ForwardingStandard
	}
	if f.ProxyProtocol == "on" {
		if o.ProxyProtocol = server.ProxyProtocolOn; len(f.TrustedProxy) == 0 {
			return usage("serve: --proxy-protocol needs --trusted-proxy: it must be said whose header is believed")
		}
	}
	return nil
}

// tlsFlags say where certificates come from. Without any of them the server speaks plain HTTP.
type tlsFlags struct {
	TLSCert           string   `name:"tls-cert" xor:"certificate" placeholder:"FILE" help:"Speak TLS with the certificate in this PEM file, in which those between it and the root follow. It is read again when it changes, and at SIGHUP."`
	TLSKey            string   `name:"tls-key" placeholder:"FILE" help:"The certificate's private key, in PEM without a passphrase."`
	Autocert          []string `xor:"certificate" placeholder:"HOST" help:"Speak TLS with a certificate for this name that is got from an authority by ACME and renewed; may be repeated. You agree to the authority's terms of service. It must reach this server at the name's port 443, or 80 with --listen-http."`
	AutocertCache     string   `default:"./holdfast-certs" placeholder:"DIR" help:"Folder for such certificates and their keys (${default})."`
	AutocertEmail     string   `placeholder:"ADDRESS" help:"Where the authority may write to."`
	AutocertDirectory string   `default:"https://acme-v02.api.letsencrypt.org/directory" placeholder:"URL" help:"ACME directory of the authority (${default})."`
	AutocertCA        string   `name:"autocert-ca" placeholder:"FILE" help:"Check that directory's own certificate by the roots in this PEM file, and not by the system's."`
	ListenHTTP        string   `name:"listen-http" placeholder:"ADDR" help:"Listen there, too, for plain HTTP: what comes is redirected to TLS, and ACME's http-01 is answered."`
}

// secured is the TLS of a server; nil where there is none.
type secured struct {
	run    func(ctx context.Context) // sees to the certificates
	reload func()                    // reads them again; nil: they do not come from files
	plain  http.Handler              // of --listen-http
	listen net.Listener              // of --listen-http; nil: none
	port   string                    // where TLS is
}

// reloads reports whether there are files to read again.
func (s *secured) reloads() bool { return s != nil && s.reload != nil }

// configure sets the server's TLS, if the flags want it.
func (f *tlsFlags) configure(e *env, o *server.Options, logger *slog.Logger) (*secured, error) {
	var s *secured
	var err error
	switch {
	case (f.TLSCert == "") != (f.TLSKey == ""):
		return nil, usage("serve: --tls-cert and --tls-key need each other")
	case f.TLSCert != "":
		s, err = f.files(o, logger)
	case len(f.Autocert) > 0:
		s, err = f.acme(o, logger)
	case f.ListenHTTP != "":
		return nil, usage("serve: --listen-http needs --tls-cert or --autocert: there is nothing to redirect to")
	}
	if err != nil || s == nil || f.ListenHTTP == "" {
		return s, err
	}
	var lc net.ListenConfig
	ln, err := lc.Listen(e.ctx, "tcp", f.ListenHTTP)
	if err != nil {
		return nil, &holdfast.Error{Code: holdfast.CodeIO, Op: "serve", Cause: err, Hint: "choose another address with --listen-http"}
	}
	s.listen = ln
	return s, nil
}

func (f *tlsFlags) files(o *server.Options, logger *slog.Logger) (*secured, error) {
	files, err := certs.NewFiles(certs.FilesOptions{Cert: f.TLSCert, Key: f.TLSKey, Logger: logger})
	if err != nil {
		return nil, err
	}
	o.TLS = &tls.Config{GetCertificate: files.GetCertificate}
	s := &secured{run: files.Run, reload: files.Reload}
	s.plain = http.HandlerFunc(s.redirect)
	return s, nil
}

func (f *tlsFlags) acme(o *server.Options, logger *slog.Logger) (*secured, error) {
	a, err := certs.NewACME(certs.ACMEOptions{Hosts: f.Autocert, Cache: f.AutocertCache, Email: f.AutocertEmail, Directory: f.AutocertDirectory,
		CA: f.AutocertCA, Logger: logger})
	if err != nil {
		return nil, err
	}
	o.TLS = a.Config()
	s := &secured{run: a.Run}
	s.plain = http.HandlerFunc(s.redirect)
	if f.ListenHTTP != "" {
		s.plain = a.HTTP(s.plain)
	}
	return s, nil
}

// scheme is how the server is reached.
func (s *secured) scheme() string {
	if s == nil {
		return "http"
	}
	return "https"
}

// plainSockets is how many sockets --listen-http has at a time; further ones wait in the kernel. They come out of what the limit on
// open files leaves beside connections and store.
const plainSockets = 16

// start has the owner run what the server's TLS needs, until ctx ends. at is where TLS is spoken.
func (s *secured) start(ctx context.Context, owner *sync.WaitGroup, at net.Addr, logger *slog.Logger) {
	if s == nil {
		return
	}
	owner.Go(func() { s.run(ctx) })
	if s.listen == nil {
		return
	}
	_, s.port, _ = net.SplitHostPort(at.String())
	h := &http.Server{Handler: s.plain, ReadTimeout: 5 * time.Second, WriteTimeout: 5 * time.Second, MaxHeaderBytes: 8 << 10,
		ErrorLog: slog.NewLogLogger(logger.Handler(), slog.LevelDebug)}
	h.SetKeepAlivesEnabled(false)
	owner.Go(func() { h.Serve(netutil.LimitListener(s.listen, plainSockets)) }) //nolint:errcheck // ends with Close
	owner.Go(func() {
		<-ctx.Done()
		h.Close()
	})
}

// close gives back what start was not called for.
func (s *secured) close() {
	if s != nil && s.listen != nil {
		s.listen.Close()
	}
}

// redirect sends a client that came by plain HTTP to the same host by TLS: to port 443 if it came by 80, whatever these
// are on this machine, and otherwise to the port that is listened on.
func (s *secured) redirect(w http.ResponseWriter, r *http.Request) {
	host := strings.TrimSuffix(r.Host, ":80")
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = net.JoinHostPort(h, s.port)
	}
	if host == "" {
		http.Error(w, "the request names no host", http.StatusBadRequest)
		return
	}
	u := *r.URL
	u.Scheme, u.Host, u.User = "https", host, nil
	http.Redirect(w, r, u.String(), http.StatusPermanentRedirect)
}
