package check

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
)

// instruction returns the arguments of the Dockerfile's last instruction of that name.
func instruction(t *testing.T, name string) string {
	t.Helper()
	all := regexp.MustCompile(`(?m)^`+name+` (.*)$`).FindAllStringSubmatch(read("../Dockerfile"), -1)
	if all == nil {
		t.Fatalf("the Dockerfile has no %s", name)
	}
	return all[len(all)-1][1]
}

// What the image has is enough: the program alone in an empty root serves as a plain user, keeps what it is given, and ends well.
func TestBinaryNeedsNothingElse(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root may change the root folder")
	}
	if instruction(t, "FROM") != "scratch" || instruction(t, "USER") != "65532:65532" || instruction(t, "ENTRYPOINT") != `["/holdfast"]` || instruction(t, "CMD") != `["serve"]` {
		t.Fatal("the test does not do what the Dockerfile does")
	}
	root := t.TempDir()
	for dir := root; dir != os.TempDir() && dir != "/"; dir = filepath.Dir(dir) {
		if err := os.Chmod(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(root, "holdfast"), []byte(read(binary)), 0o755); err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(root, "data")
	if err := os.Mkdir(data, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(data, 65532, 65532); err != nil {
		t.Fatal(err)
	}
	start := func() *serving {
		c := exec.Command("/holdfast", "serve")
		c.Dir = "/"
		c.Env = append(strings.Fields(instruction(t, "ENV")), "HOLDFAST_DRAIN=1s")
		for i, v := range c.Env {
			if strings.HasPrefix(v, "HOLDFAST_LISTEN=") {
				c.Env[i] = "HOLDFAST_LISTEN=127.0.0.1:0" // 8080 may be taken here
			}
		}
		c.SysProcAttr = &syscall.SysProcAttr{Chroot: root, Credential: &syscall.Credential{Uid: 65532, Gid: 65532}}
		return serve(t, c)
	}
	s := start()
	holdfast(t, "kept\n", "publish", "http://"+s.addr, "c")
	for _, path := range []string{"/healthz", "/readyz", "/"} {
		r, err := http.Get("http://" + s.addr + path)
		if err != nil || r.StatusCode != http.StatusOK {
			t.Errorf("%s: %v %v", path, r, err)
		}
		if err == nil {
			r.Body.Close()
		}
	}
	if code := s.stop(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	s = start()
	if got := holdfast(t, "", "subscribe", "http://"+s.addr, "c", "--from", "start", "--raw", "--count", "1"); got != "kept\n" {
		t.Errorf("%q", got)
	}
}
