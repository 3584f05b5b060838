package check

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"
)

func project(env ...string) (*types.Project, error) {
	o, err := cli.NewProjectOptions([]string{"../compose.yaml"}, cli.WithEnv(env), cli.WithConsistency(true))
	if err != nil {
		return nil, err
	}
	return o.LoadProject(context.Background())
}

// The file is one, it leaves time to drain, what it mounts is there, and it asks who may come in.
func TestCompose(t *testing.T) {
	if _, err := project(); err == nil || !strings.Contains(err.Error(), "HOLDFAST_INSECURE") {
		t.Errorf("nobody has decided who may come in: %v", err)
	}
	p, err := project("HOLDFAST_INSECURE=true")
	if err != nil {
		t.Fatal(err)
	}
	s := p.Services["holdfast"]
	drain, err := time.ParseDuration(*s.Environment["HOLDFAST_DRAIN"])
	if err != nil || time.Duration(*s.StopGracePeriod) < drain+30*time.Second {
		t.Errorf("%s to drain %s: %v", s.StopGracePeriod, drain, err)
	}
	if !s.ReadOnly || len(s.Ports) > 0 || !slices.Equal(s.CapDrop, []string{"ALL"}) {
		t.Error("the server's container may do more than it has to")
	}
	if _, err := os.Stat(filepath.Join(s.Build.Context, s.Build.Dockerfile)); err != nil {
		t.Error(err)
	}
	for _, v := range p.Services["nginx"].Volumes {
		if _, err := os.Stat(v.Source); err != nil {
			t.Error(err)
		}
	}
	for name, value := range s.Environment { // all are options: the program takes none that it does not know
		c := exec.Command(binary, "config", "print")
		c.Env = []string{name + "=" + *value}
		if out, err := c.CombinedOutput(); err != nil || !strings.Contains(string(out), "# "+name+"\n") {
			t.Errorf("%s: %v: %s", name, err, out)
		}
	}
}

// nginx as compose runs it passes sessions on, the page, and the probes.
func TestComposeNginx(t *testing.T) {
	if _, err := exec.LookPath("nginx"); err != nil {
		t.Skip("nginx is not installed")
	}
	c := exec.Command(binary, "serve", "--listen", "127.0.0.1:0", "--store", "memory", "--drain", "1s")
	c.Env = append(os.Environ(), "HOLDFAST_INSECURE=true")
	s := serve(t, c)
	dir, port := t.TempDir(), freePort(t)
	conf := read("../compose-nginx.conf")
	for old, repl := range map[string]string{"holdfast:8080": s.addr, "listen 80;": fmt.Sprintf("listen 127.0.0.1:%d;", port)} {
		if !strings.Contains(conf, old) {
			t.Fatalf("no %s", old)
		}
		conf = strings.ReplaceAll(conf, old, repl)
	}
	var temp strings.Builder
	for _, kind := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
		temp.WriteString(fmt.Sprintf("%s_temp_path %s/%s;\n", kind, dir, kind))
	}
	file := filepath.Join(dir, "nginx.conf")
	whole := "pid " + dir + "/pid;\nevents {}\nhttp {\naccess_log off;\n" + temp.String() + conf + "}\n"
	if os.Getuid() == 0 {
		whole = "user root;\n" + whole
	}
	if err := os.WriteFile(file, []byte(whole), 0o600); err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	nginx := exec.Command("nginx", "-e", "stderr", "-g", "daemon off;", "-c", file)
	nginx.Stderr = &said
	if err := nginx.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { nginx.Process.Signal(os.Interrupt); nginx.Wait() })
	url := fmt.Sprintf("http://127.0.0.1:%d", port)
	until(t, "nginx answers", func() bool {
		r, err := http.Get(url + "/readyz")
		if err != nil {
			return false
		}
		r.Body.Close()
		return r.StatusCode == http.StatusOK
	})
	holdfast(t, "through\n", "publish", url, "c")
	if got := holdfast(t, "", "subscribe", url, "c", "--from", "start", "--raw", "--count", "1"); got != "through\n" {
		t.Errorf("%q", got)
	}
}

func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}
