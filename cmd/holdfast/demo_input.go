package main

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/holdfast-ws/holdfast"
)

// findInput returns the file to send: the one that was asked for, or one put together from real files.
func (d *demo) findInput() (string, error) {
	if d.c.Input != "" {
		path, err := filepath.Abs(d.c.Input)
		if err == nil {
			d.say("input: %s", path)
		}
		return path, err
	}
	path := d.path("input")
	names, err := gather(path, d.bin, int64(d.c.Size))
	if err != nil {
		return "", err
	}
	d.say("input: %s", names)
	return path, nil
}

// gather writes files one after the other to path until it has size bytes: the program itself, then the Go
// distribution, then the system's programs and libraries. It returns what it took.
func gather(path, bin string, size int64) (string, error) {
	out, err := os.Create(path)
	if err != nil {
		return "", ioFailed("gather input", err)
	}
	defer out.Close()
	var n int64
	var took []string
	add := func(name string) {
		f, err := os.Open(name)
		if err != nil {
			return
		}
		defer f.Close()
		m, err := io.Copy(out, io.LimitReader(f, size-n))
		n += m
		if err == nil && m > 0 {
			took = append(took, name)
		}
	}
	add(bin)
	for _, root := range []string{goRoot(), "/usr/bin", "/usr/lib", "/usr/share"} {
		if root == "" || n >= size {
			continue
		}
		filepath.WalkDir(root, func(name string, e fs.DirEntry, err error) error { //nolint:errcheck // what cannot be read is left out
			if n >= size {
				return fs.SkipAll
			}
			if err == nil && e.Type().IsRegular() {
				if info, err := e.Info(); err == nil && info.Size() >= 64<<10 {
					add(name)
				}
			}
			return nil
		})
	}
	if n < size {
		return "", &holdfast.Error{Code: holdfast.CodeIO, Op: "gather input", Detail: "this machine has not enough files to put " + bytesText(size) + " together",
			Hint: "give a file with --input, or a smaller --size"}
	}
	if err := out.Sync(); err != nil {
		return "", ioFailed("gather input", err)
	}
	names := strings.Join(took[:min(3, len(took))], ", ")
	if more := len(took) - 3; more > 0 {
		names += fmt.Sprintf(" and %d files more", more)
	}
	return names, nil
}

// goRoot is where the Go distribution is, or "".
func goRoot() string {
	if r := os.Getenv("GOROOT"); r != "" {
		return r
	}
	if out, err := exec.Command("go", "env", "GOROOT").Output(); err == nil {
		return strings.TrimSpace(string(out))
	}
	if st, err := os.Stat("/usr/local/go"); err == nil && st.IsDir() {
		return "/usr/local/go"
	}
	return ""
}
