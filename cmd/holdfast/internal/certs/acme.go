package certs

import (
	"cmp"
	"context"
	"crypto/tls"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/acme"
	"golang.org/x/crypto/acme/autocert"
	"golang.org/x/net/idna"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/backoff"
)

// LetsEncrypt is the directory of the authority that is asked if no other is named.
const LetsEncrypt = autocert.DefaultACMEDirectory

// ACMEOptions are those of [ACME]. Hosts and Cache must be there.
type ACMEOptions struct {
	// Hosts are the names that certificates are got for, each its own: with a dot, without a wildcard, and no addresses.
	Hosts []string
	// Cache is a folder for certificates, their keys and the account's, which is made if it is not there. Authorities allow few
	// certificates a week, so that it must outlive the process.
	Cache string
	// Email that the authority may write to. Default: none.
	Email string
	// Directory of the authority. Default: LetsEncrypt.
	Directory string
	// CA is a PEM file with the roots by which the directory's own certificate is checked. Default: the system's.
	CA string
	// Logger is told what was got, and what failed. Default: slog.Default().
	Logger *slog.Logger
}

// ACME gets certificates from an authority and renews them in their last third, or 30 days before they end if that is later. It proves
// that the hosts are its own by tls-alpn-01 (RFC 8737), and by http-01 if HTTP was called. All methods may be called concurrently.
type ACME struct {
	o      ACMEOptions
	m      *autocert.Manager
	ctx    context.Context // requests to the authority end with it
	cancel context.CancelFunc
	warned atomic.Int64 // when it was last logged that there is no certificate, in Unix nanoseconds
}

// NewACME prepares all of it, and asks the authority nothing yet. Errors: CodeBadArgument, CodeIO.
func NewACME(o ACMEOptions) (*ACME, error) {
	const op = "prepare autocert"
	for i, h := range o.Hosts {
		name, err := idna.Lookup.ToASCII(h)
		if err != nil || !strings.Contains(name, ".") || net.ParseIP(name) != nil || strings.HasSuffix(name, ".") {
			return nil, &holdfast.Error{Code: holdfast.CodeBadArgument, Op: op, Detail: "host " + h + ": must be a name with a dot in it, such as chat.example.com"}
		}
		o.Hosts = slices.Clone(o.Hosts)
		o.Hosts[i] = name
	}
	if err := os.MkdirAll(o.Cache, 0o700); err != nil {
		return nil, &holdfast.Error{Code: holdfast.CodeIO, Op: op, Cause: err, Hint: "check --autocert-cache"}
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	if o.CA != "" {
		pool, err := Pool(o.CA, "--autocert-ca")
		if err != nil {
			return nil, err
		}
		transport.TLSClientConfig = &tls.Config{RootCAs: pool}
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	a := &ACME{o: o}
	a.ctx, a.cancel = context.WithCancel(context.Background())
	a.m = &autocert.Manager{Prompt: autocert.AcceptTOS, Cache: autocert.DirCache(o.Cache), Email: o.Email, HostPolicy: autocert.HostWhitelist(o.Hosts...),
		Client: &acme.Client{DirectoryURL: cmp.Or(o.Directory, LetsEncrypt), UserAgent: "holdfast",
			HTTPClient: &http.Client{Transport: ending{a.ctx, transport}, Timeout: 30 * time.Second}}}
	return a, nil
}

// ending ends requests when ctx ends: the library's own go on for minutes.
type ending struct {
	ctx context.Context
	to  http.RoundTripper
}

func (e ending) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancelCause(r.Context())
	stop := context.AfterFunc(e.ctx, func() { cancel(context.Canceled) })
	res, err := e.to.RoundTrip(r.WithContext(ctx))
	if err != nil {
		stop()
		cancel(nil)
		return nil, err
	}
	res.Body = &body{ReadCloser: res.Body, done: func() { stop(); cancel(nil) }}
	return res, nil
}

// body calls done when it is closed.
type body struct {
	io.ReadCloser
	done func()
}

func (b *body) Close() error {
	defer b.done()
	return b.ReadCloser.Close()
}

// Config is for a server: it answers tls-alpn-01, too.
func (a *ACME) Config() *tls.Config {
	c := a.m.TLSConfig()
	c.GetCertificate = a.getCertificate
	return c
}

// HTTP answers http-01 and gives all else to next. It is for the port that the authority reaches as 80; one of a test, or of a house's own,
// may use another.
func (a *ACME) HTTP(next http.Handler) http.Handler {
	challenges := a.m.HTTPHandler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, _, err := net.SplitHostPort(r.Host)
		if err != nil || !strings.HasPrefix(r.URL.Path, "/.well-known/acme-challenge/") {
			challenges.ServeHTTP(w, r)
			return
		}
		c := *r // the library compares Host with the names as it is
		c.Host = host
		challenges.ServeHTTP(w, &c)
	})
}

// warnEvery is how often it is logged at most that a client was shown no certificate.
const warnEvery = 10 * time.Second

func (a *ACME) getCertificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	c, err := a.m.GetCertificate(hello)
	if err == nil || !slices.Contains(a.o.Hosts, strings.ToLower(hello.ServerName)) {
		return c, err // scanners ask for any name
	}
	now := time.Now().UnixNano()
	if last := a.warned.Load(); now-last >= int64(warnEvery) && a.warned.CompareAndSwap(last, now) {
		a.o.Logger.Warn("there is no certificate to show", "host", hello.ServerName, "error", err)
	}
	return c, err
}

// Run gets the certificates that are not there yet, so that no client has to wait for them, and returns when
// ctx ends. What fails is tried again after 5 minutes, and ever later up to 2 hours: Let's Encrypt allows 5 failures an hour for each
// name (https://letsencrypt.org/docs/rate-limits/). Nothing is asked of the authority any more once it has returned. To be called once.
func (a *ACME) Run(ctx context.Context) {
	var all sync.WaitGroup
	defer all.Wait()
	stop := context.AfterFunc(ctx, a.cancel)
	defer stop()
	for _, h := range a.o.Hosts {
		all.Go(func() { a.get(ctx, h) })
	}
	<-ctx.Done()
}

// get gets the certificate of one host that most clients can use, ECDSA. RSA follows when a client comes that wants it.
func (a *ACME) get(ctx context.Context, host string) {
	hello := &tls.ClientHelloInfo{ServerName: host, CipherSuites: []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256}}
	b := backoff.New(backoff.Options{BaseDelay: 5 * time.Minute, MaxDelay: 2 * time.Hour}, nil)
	for ctx.Err() == nil {
		c, err := a.m.GetCertificate(hello)
		if err == nil {
			a.o.Logger.Info("there is a certificate", "host", host, "until", c.Leaf.NotAfter)
			return
		}
		wait, _ := b.Next()
		if ctx.Err() == nil {
			a.o.Logger.Error("no certificate could be got", "host", host, "again_in", wait.Round(time.Second), "error", err)
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
		}
	}
}
