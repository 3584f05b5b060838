package certs

import (
	"bytes"
	"context"
	"crypto/tls"
	"io"
	"log/slog"
	"os"
	"sync/atomic"
	"time"

	"github.com/holdfast-ws/holdfast"
)

// MaxFile is how large a file may be that certificates or a key are read from: 1 MiB.
const MaxFile = 1 << 20

// FilesOptions are those of [Files]. Cert and Key must be there.
type FilesOptions struct {
	// Cert is a PEM file with the certificate, then those between it and the root; Key one with its private key. They may be the same.
	Cert, Key string
	// Every is how often it is looked whether they have changed. Default: 10 s.
	Every time.Duration
	// Logger is told of changes, and why one is not taken over. Default: slog.Default().
	Logger *slog.Logger
}

// Files are a certificate and its key, read again when their contents change. Where what is read does not fit together, the old one stays:
// the two files are seldom replaced at one moment. GetCertificate and Reload may be called concurrently with everything.
type Files struct {
	o         FilesOptions
	current   atomic.Pointer[tls.Certificate]
	again     chan struct{} // of one
	cert, key []byte        // read last; nil: they could not be. Run's, as what is below
	wrong     error         // with what was read last
}

// NewFiles reads the files. Errors: CodeIO, CodeBadArgument.
func NewFiles(o FilesOptions) (*Files, error) {
	if o.Every <= 0 {
		o.Every = 10 * time.Second
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	f := &Files{o: o, again: make(chan struct{}, 1)}
	if _, err := f.load(); err != nil {
		return nil, err
	}
	return f, nil
}

// GetCertificate is for tls.Config.
func (f *Files) GetCertificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	return f.current.Load(), nil
}

// Reload has the files read again now, by Run.
func (f *Files) Reload() {
	select {
	case f.again <- struct{}{}:
	default: // it is to be done already
	}
}

// Run looks at the files again and again, until ctx ends. To be called once.
func (f *Files) Run(ctx context.Context) {
	t := time.NewTicker(f.o.Every)
	defer t.Stop()
	for {
		asked := false
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		case <-f.again:
			asked = true
		}
		switch changed, err := f.load(); {
		case err != nil && !changed && !asked: // it is known
		case err != nil:
			f.o.Logger.Error("the certificate stays as it was", "error", err)
		case changed:
			leaf := f.current.Load().Leaf
			f.o.Logger.Info("the certificate was read again", "names", leaf.DNSNames, "until", leaf.NotAfter)
		}
	}
}

// load takes over what has changed, and says whether anything has: what is wrong is told once.
func (f *Files) load() (changed bool, err error) {
	cert, err := f.read(f.o.Cert)
	var key []byte
	if err == nil {
		key, err = f.read(f.o.Key)
	}
	if err != nil {
		changed = f.cert != nil
		f.cert, f.key, f.wrong = nil, nil, err
		return changed, err
	}
	if f.cert != nil && bytes.Equal(cert, f.cert) && bytes.Equal(key, f.key) {
		return false, f.wrong
	}
	f.cert, f.key, f.wrong = cert, key, nil
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		f.wrong = &holdfast.Error{Code: holdfast.CodeBadArgument, Op: "read certificate", Detail: f.o.Cert + " and " + f.o.Key, Cause: err,
			Hint: "give PEM files, the first with the certificate and the second with its key, without a passphrase"}
		return true, f.wrong
	}
	old := f.current.Swap(&pair)
	if time.Now().After(pair.Leaf.NotAfter) {
		f.o.Logger.Warn("the certificate is out of date, and clients refuse it", "file", f.o.Cert, "until", pair.Leaf.NotAfter)
	}
	return old == nil || !bytes.Equal(old.Certificate[0], pair.Certificate[0]), nil
}

func (f *Files) read(name string) ([]byte, error) {
	return readFile(name, "check --tls-cert and --tls-key")
}

// readFile reads a file of at most MaxFile bytes.
func readFile(name, hint string) ([]byte, error) {
	in, err := os.Open(name)
	if err != nil {
		return nil, &holdfast.Error{Code: holdfast.CodeIO, Op: "read certificate", Cause: err, Hint: hint}
	}
	defer in.Close()
	b, err := io.ReadAll(io.LimitReader(in, MaxFile+1))
	if err != nil {
		return nil, &holdfast.Error{Code: holdfast.CodeIO, Op: "read certificate", Cause: err, Hint: hint}
	}
	if len(b) > MaxFile {
		return nil, &holdfast.Error{Code: holdfast.CodeBadArgument, Op: "read certificate", Detail: name + ": the limit is 1 MiB", Hint: hint}
	}
	return b, nil
}
