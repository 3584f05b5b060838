package output

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-ws/holdfast"
	"pgregory.net/rapid"
)

// A process that TestKilled starts writes until it is killed.
func TestMain(m *testing.M) {
	if dir := os.Getenv("OUTPUT_TEST_DIR"); dir != "" {
		if err := writeUntilKilled(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func options(dir string) Options {
	return Options{Path: filepath.Join(dir, "out"), CursorPath: filepath.Join(dir, "cursor"), Channel: "chat:lobby", Form: "raw"}
}

// record is the n-th record of the stream that the tests write; n is its checkpoint, too.
func record(n uint64) []byte {
	r := rand.New(rand.NewPCG(1, n))
	return []byte(strings.Repeat(strconv.FormatUint(n, 10)+" ", r.IntN(400)) + "\n")
}

const killedRecords = 20_000

func writeUntilKilled(dir string) error {
	f, err := Open(options(dir))
	if err != nil {
		return err
	}
	n, _ := strconv.ParseUint(f.Cursor().Checkpoint, 10, 64)
	if n != f.Cursor().Count {
		return fmt.Errorf("checkpoint %d, but %d records", n, f.Cursor().Count)
	}
	for n < killedRecords {
		n++
		if err := f.Write(record(n), 1); err != nil {
			return err
		}
		switch rand.IntN(40) {
		case 0:
			err = f.Checkpoint(strconv.FormatUint(n, 10), n == killedRecords)
		case 1, 2, 3, 4:
			err = f.Flush()
		}
		if err != nil {
			return err
		}
	}
	if err := f.Checkpoint(strconv.FormatUint(n, 10), true); err != nil {
		return err
	}
	return f.Close()
}

func TestKilled(t *testing.T) {
	dir := t.TempDir()
	kills, cut := 0, int64(0)
	for n := 0; ; n++ {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "OUTPUT_TEST_DIR="+dir)
		var errs bytes.Buffer
		cmd.Stderr = &errs
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 1)
		go func() { ended <- cmd.Wait() }()
		var err error
		if n < 12 {
			select {
			case <-time.After(time.Duration(20+rand.IntN(60)) * time.Millisecond):
				cmd.Process.Kill()
				kills++
				<-ended
			case err = <-ended:
			}
		} else {
			err = <-ended
		}
		if errs.Len() > 0 || err != nil {
			t.Fatal(err, errs.String())
		}
		if cur, known, err := readCursor(options(dir), filepath.Join(dir, "out")); err != nil {
			t.Fatal(err)
		} else if known {
			if st, err := os.Stat(cur.Output); err != nil || st.Size() < cur.Length {
				t.Fatal(st, err)
			} else {
				cut += st.Size() - cur.Length
			}
			if cur.EOF {
				break
			}
		}
	}
	var want []byte
	for n := range uint64(killedRecords) {
		want = append(want, record(n+1)...)
	}
	got, err := os.ReadFile(filepath.Join(dir, "out"))
	if err != nil || !bytes.Equal(got, want) {
		t.Fatalf("%d bytes, want %d; %v", len(got), len(want), err)
	}
	t.Logf("killed %d times, %d bytes cut off", kills, cut)
}

// Whatever length the output has after a crash, it is opened at its durable length or refused.
func TestTruncatedAnywhere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		dir, err := os.MkdirTemp("", "output")
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(dir)
		f, err := Open(options(dir))
		if err != nil {
			t.Fatal(err)
		}
		var all []byte
		durable := 0
		for n := range uint64(rapid.IntRange(0, 30).Draw(t, "records")) {
			all = append(all, record(n)...)
			f.Write(record(n), 1)
			if rapid.IntRange(0, 4).Draw(t, "checkpoint") == 0 {
				if err := f.Checkpoint(fmt.Sprint(n), false); err != nil {
					t.Fatal(err)
				}
				durable = len(all)
			}
		}
		f.Close()
		at := rapid.IntRange(0, len(all)).Draw(t, "truncated at")
		if err := os.Truncate(filepath.Join(dir, "out"), int64(at)); err != nil {
			t.Fatal(err)
		}
		f, err = Open(options(dir))
		if at < durable {
			if holdfast.CodeOf(err) != holdfast.CodeCursorFile {
				t.Fatalf("%d of %d durable bytes: %v", at, durable, err)
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if f.Length() != int64(durable) || f.CutOff() != int64(at-durable) {
			t.Fatalf("length %d, cut off %d; want %d, %d", f.Length(), f.CutOff(), durable, at-durable)
		}
		if got, _ := os.ReadFile(filepath.Join(dir, "out")); !bytes.Equal(got, all[:durable]) {
			t.Fatal("the durable part has changed")
		}
	})
}

func TestRefuses(t *testing.T) {
	dir := t.TempDir()
	begin := func(t *testing.T) {
		t.Helper()
		os.Remove(options(dir).Path)
		os.Remove(options(dir).CursorPath)
		f, err := Open(options(dir))
		if err != nil {
			t.Fatal(err)
		}
		f.Write([]byte("hello\n"), 1)
		if err := f.Checkpoint("1", false); err != nil {
			t.Fatal(err)
		}
		f.Close()
	}
	for name, change := range map[string]func(o *Options) error{
		"another channel":     func(o *Options) error { o.Channel = "chat:other"; return nil },
		"another output":      func(o *Options) error { o.Path += "2"; return nil },
		"another form":        func(o *Options) error { o.Form = "json"; return nil },
		"the cursor is gone":  func(o *Options) error { return os.Remove(o.CursorPath) },
		"the output is gone":  func(o *Options) error { return os.Remove(o.Path) },
		"the output is other": func(o *Options) error { return os.WriteFile(o.Path, []byte("hallo\n"), 0o644) },
		"no cursor file":      func(o *Options) error { return os.WriteFile(o.CursorPath, []byte("hello"), 0o644) },
		"an empty object":     func(o *Options) error { return os.WriteFile(o.CursorPath, []byte("{}"), 0o644) },
		"a newer version":     func(o *Options) error { return os.WriteFile(o.CursorPath, []byte(`{"version":2}`), 0o644) },
	} {
		t.Run(name, func(t *testing.T) {
			begin(t)
			o := options(dir)
			if err := change(&o); err != nil {
				t.Fatal(err)
			}
			f, err := Open(o)
			if holdfast.CodeOf(err) != holdfast.CodeCursorFile {
				t.Fatal(f, err)
			}
			t.Log(err)
		})
	}
}

func TestLocked(t *testing.T) {
	o := options(t.TempDir())
	f, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Open(o); holdfast.CodeOf(err) != holdfast.CodeCursorFile {
		t.Fatal(err)
	}
	f.Close()
	if f, err = Open(o); err != nil {
		t.Fatal(err)
	}
	f.Close()
}

func TestWithoutCursorFileItIsEmptied(t *testing.T) {
	o := options(t.TempDir())
	o.CursorPath = ""
	for _, text := range []string{"first, and longer\n", "second\n"} {
		f, err := Open(o)
		if err != nil {
			t.Fatal(err)
		}
		f.Write([]byte(text), 1)
		if err := f.Checkpoint("x", false); err != nil || f.Undone() != 0 {
			t.Fatal(err)
		}
		f.Close()
		if got, _ := os.ReadFile(o.Path); string(got) != text {
			t.Fatalf("%q", got)
		}
	}
}
