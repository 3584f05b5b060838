package output

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/holdfast-ws/holdfast"
)

// FuzzOpen opens an output beside any cursor file: it is refused with a code and left as it is, or goes on where the cursor
// says. PATH stands for the output's.
func FuzzOpen(f *testing.F) {
	f.Add(`{"version":1,"channel":"c","output":"PATH","form":"raw","length":3,"count":1,"tail":"990977adf52cbc44"}`, "abcdef")
	f.Add(`{"version":1,"channel":"c","output":"PATH","form":"raw","length":0,"count":0,"tail":"ef46db3751d8e999"}`, "")
	f.Add(`{"version":1,"channel":"c","output":"PATH","form":"raw","length":9223372036854775807,"tail":"x"}`, "abc")
	f.Add(`{"version":2}`, "abc")
	f.Add(`{"version":1,"length":-1,"tail":"x"}`, "")
	f.Add(`[`, "abc")
	f.Add(``, "")
	f.Fuzz(func(t *testing.T, cursor, content string) {
		dir := t.TempDir()
		path, beside := filepath.Join(dir, "out"), filepath.Join(dir, "cursor")
		for name, text := range map[string]string{path: content, beside: strings.ReplaceAll(cursor, "PATH", path)} {
			if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		o := Options{Path: path, CursorPath: beside, Channel: "c", Form: "raw"}
		out, err := Open(o)
		if err != nil {
			if now, _ := os.ReadFile(path); holdfast.CodeOf(err) != holdfast.CodeCursorFile || string(now) != content {
				t.Fatalf("%v; %q is now %q", err, content, now)
			}
			return
		}
		had := out.Length()
		if had > int64(len(content)) || had != out.Cursor().Length {
			t.Fatalf("%d of %d bytes are durable", had, len(content))
		}
		if err := out.Write([]byte("more"), 1); err != nil {
			t.Fatal(err)
		}
		if err := out.Checkpoint("cp", false); err != nil {
			t.Fatal(err)
		}
		if err := out.Close(); err != nil {
			t.Fatal(err)
		}
		if now, _ := os.ReadFile(path); string(now) != content[:had]+"more" {
			t.Fatalf("%q, of which %d bytes were durable, became %q", content, had, now)
		}
		again, err := Open(o)
		if err != nil || again.Length() != had+4 || again.Cursor().Checkpoint != "cp" {
			t.Fatalf("opened again: %v", err)
		}
		again.Close()
	})
}
