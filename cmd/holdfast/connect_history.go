package main

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

const (
	// maxHistory is how many lines are kept,
	maxHistory = 1000
	// maxHistoryLine and how long they may be, in bytes; longer ones are not.
	maxHistoryLine = 4096
)

// history holds lines that were typed, the newest last. It belongs to whoever reads lines. Without a file, and where the file
// cannot be used, it is that of this run.
type history struct {
	path string
	list []string
}

// historyFile returns the file in the user's folder for state, or "" if there is no such folder.
func historyFile() string {
	dir := os.Getenv("XDG_STATE_HOME")
	if !filepath.IsAbs(dir) {
		home, err := os.UserHomeDir()
		if err != nil {
			return ""
		}
		dir = filepath.Join(home, ".local", "state")
		if runtime.GOOS == "windows" {
			if dir, err = os.UserCacheDir(); err != nil {
				return ""
			}
		}
	}
	return filepath.Join(dir, "holdfast", "connect_history")
}

// openHistory reads a file, and makes it short again where it has grown to twice the bound.
func openHistory(path string) *history {
	h := &history{path: path}
	if path == "" {
		return h
	}
	st, err := os.Stat(path)
	if err == nil && st.Size() > 4*maxHistory*maxHistoryLine {
		h.path = "" // whatever that is, it is not ours
		return h
	}
	b, _ := os.ReadFile(path)
	for line := range strings.Lines(string(b)) {
		if line = strings.TrimSuffix(line, "\n"); line != "" {
			h.list = append(h.list, line)
		}
	}
	if n := len(h.list); n > maxHistory {
		h.list = h.list[n-maxHistory:]
		if n >= 2*maxHistory {
			h.rewrite()
		}
	}
	return h
}

// rewrite puts what is kept in place of the file, at once.
func (h *history) rewrite() {
	f, err := os.CreateTemp(filepath.Dir(h.path), ".connect_history-*")
	if err != nil {
		return
	}
	_, err = f.WriteString(strings.Join(h.list, "\n") + "\n")
	if cerr := f.Close(); err != nil || cerr != nil || os.Rename(f.Name(), h.path) != nil {
		os.Remove(f.Name())
	}
}

// Add keeps a line. One that begins with a space, or repeats the last one, is not kept.
func (h *history) Add(line string) {
	if line == "" || line[0] == ' ' || len(line) > maxHistoryLine || strings.ContainsAny(line, "\r\n") ||
		len(h.list) > 0 && h.list[len(h.list)-1] == line {
		return
	}
	if h.list = append(h.list, line); len(h.list) > maxHistory {
		h.list = h.list[1:]
	}
	if h.path == "" || os.MkdirAll(filepath.Dir(h.path), 0o700) != nil {
		return
	}
	f, err := os.OpenFile(h.path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return
	}
	f.WriteString(line + "\n") //nolint:errcheck // a line is missing
	f.Close()
}

// Len returns how many lines there are.
func (h *history) Len() int { return len(h.list) }

// At returns a line; 0 is the newest.
func (h *history) At(i int) string { return h.list[len(h.list)-1-i] }
