package certs

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"log/slog"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/holdfast-ws/holdfast"
)

// pair makes a certificate and its key in PEM.
func pair(t *testing.T, serial int64, until time.Time) (cert, key []byte) {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(serial), NotBefore: until.Add(-48 * time.Hour), NotAfter: until, DNSNames: []string{"chat.example"}}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &k.PublicKey, k)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(k)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8})
}

// log is what was logged.
type log struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *log) Write(b []byte) (int, error) { l.mu.Lock(); defer l.mu.Unlock(); return l.b.Write(b) }
func (l *log) count(words string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Count(l.b.String(), words)
}

// The files are looked at every 10 seconds, or when somebody asks; what does not fit together changes nothing, and is told once.
func TestFilesAreReadAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir, out := t.TempDir(), &log{}
		cert, key := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
		put := func(name string, b []byte) {
			t.Helper()
			if err := os.WriteFile(name, b, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		later := time.Now().Add(24 * time.Hour)
		c1, k1 := pair(t, 1, later)
		c2, k2 := pair(t, 2, later)
		c3, k3 := pair(t, 3, time.Now().Add(-time.Hour))
		put(cert, c1)
		put(key, k1)
		f, err := NewFiles(FilesOptions{Cert: cert, Key: key, Logger: slog.New(slog.NewTextHandler(out, nil))})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		var owner sync.WaitGroup
		owner.Go(func() { f.Run(ctx) })
		shows := func(serial int64) {
			t.Helper()
			synctest.Wait()
			if c, err := f.GetCertificate(nil); err != nil || c.Leaf.SerialNumber.Int64() != serial {
				t.Errorf("it shows %v, want %d; %v", c.Leaf.SerialNumber, serial, err)
			}
		}
		tick := func() { t.Helper(); time.Sleep(10 * time.Second); synctest.Wait() } // it has looked, and sees no file half written
		shows(1)
		put(cert, c2)
		tick()
		shows(1) // its key has not come yet
		tick()
		tick()
		put(key, k2)
		tick()
		shows(2)
		if wrong, changed := out.count("stays as it was"), out.count("read again"); wrong != 1 || changed != 1 {
			t.Errorf("told %d times that it stays and %d times that it has changed: %s", wrong, changed, &out.b)
		}
		os.Remove(key)
		tick()
		tick()
		shows(2)
		f.Reload()
		shows(2)
		if n := out.count("stays as it was"); n != 3 { // once for the change, once for who asked
			t.Errorf("told %d times: %s", n, &out.b)
		}
		put(cert, c3)
		put(key, k3)
		f.Reload()
		shows(3)
		if out.count("out of date") != 1 {
			t.Errorf("nothing of the date: %s", &out.b)
		}
		cancel()
		owner.Wait()
	})
}

// What cannot be used is refused at the start, with the file or the host that is meant.
func TestMistakes(t *testing.T) {
	dir := t.TempDir()
	cert, key := pair(t, 1, time.Now().Add(time.Hour))
	_, other := pair(t, 2, time.Now().Add(time.Hour))
	file := func(name string, b []byte) string {
		t.Helper()
		name = filepath.Join(dir, name)
		if err := os.WriteFile(name, b, 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	good, goodKey, none := file("cert", cert), file("key", key), filepath.Join(dir, "none")
	for _, tt := range []struct {
		name string
		do   func() error
		code holdfast.Code
		text string
	}{
		{"no file", func() error { _, err := NewFiles(FilesOptions{Cert: none, Key: goodKey}); return err }, holdfast.CodeIO, none},
		{"no key", func() error { _, err := NewFiles(FilesOptions{Cert: good, Key: none}); return err }, holdfast.CodeIO, none},
		{"the key of another", func() error { _, err := NewFiles(FilesOptions{Cert: good, Key: file("other", other)}); return err }, holdfast.CodeBadArgument, "does not match"},
		{"not PEM", func() error {
			_, err := NewFiles(FilesOptions{Cert: file("text", []byte("x")), Key: goodKey})
			return err
		}, holdfast.CodeBadArgument, "text"},
		{"much too large", func() error {
			_, err := NewFiles(FilesOptions{Cert: file("large", make([]byte, MaxFile+1)), Key: goodKey})
			return err
		}, holdfast.CodeBadArgument, "1 MiB"},
		{"roots that are none", func() error { _, err := Pool(goodKey, "--ca"); return err }, holdfast.CodeBadArgument, "--ca: " + goodKey},
		{"an address", func() error { _, err := NewACME(ACMEOptions{Hosts: []string{"192.0.2.1"}, Cache: dir}); return err }, holdfast.CodeBadArgument, "192.0.2.1"},
		{"a wildcard", func() error { _, err := NewACME(ACMEOptions{Hosts: []string{"*.example.com"}, Cache: dir}); return err }, holdfast.CodeBadArgument, "*.example.com"},
		{"no dot", func() error { _, err := NewACME(ACMEOptions{Hosts: []string{"localhost"}, Cache: dir}); return err }, holdfast.CodeBadArgument, "localhost"},
		{"a cache that is a file", func() error { _, err := NewACME(ACMEOptions{Hosts: []string{"a.example"}, Cache: good}); return err }, holdfast.CodeIO, good},
	} {
		if err := tt.do(); holdfast.CodeOf(err) != tt.code || !strings.Contains(err.Error(), tt.text) {
			t.Errorf("%s: %v, want %v with %q", tt.name, err, tt.code, tt.text)
		}
	}
}
