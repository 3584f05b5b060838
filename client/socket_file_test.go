package client

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"github.com/holdfast-ws/holdfast"
)

func openQueue(t testing.TB, path string) (*queueFile, []string) {
	t.Helper()
	q, list, err := openQueueFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, m := range list {
		texts = append(texts, string(m.data))
	}
	return q, texts
}

// put takes a message in, durably.
func (q *queueFile) put(t testing.TB, text string) uint64 {
	t.Helper()
	id := q.add(queued{kind: TextMessage}, []byte(text))
	if err := q.sync(id); err != nil {
		t.Fatal(err)
	}
	return id
}

// What was synced and is not done is there again, whether the file was closed or its process killed; what is done is not.
func TestQueueFileKeepsWhatWaits(t *testing.T) {
	path := filepath.Join(t.TempDir(), "queue")
	q, _ := openQueue(t, path)
	one := q.put(t, "one")
	q.put(t, "two")
	q.done(one, 3)
	q.put(t, "three") // carries that one is done
	killed := path + ".killed"
	b, err := os.ReadFile(path) // what a killed process leaves
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(killed, b, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := openQueueFile(path); !errors.Is(err, holdfast.CodeOutboxLocked) {
		t.Errorf("a second one: %v", err)
	}
	if err := q.close(); err != nil {
		t.Fatal(err)
	}
	for _, p := range []string{path, killed} {
		q, got := openQueue(t, p)
		if fmt.Sprint(got) != "[two three]" {
			t.Errorf("%s: %v", p, got)
		}
		if id := q.put(t, "four"); id != 4 {
			t.Errorf("numbers go on with %d", id)
		}
		q.close()
	}
}

// A quiet socket leaves an empty file, and what is done is thrown out of one that never gets quiet.
func TestQueueFileStaysSmall(t *testing.T) {
	path := filepath.Join(t.TempDir(), "queue")
	q, _ := openQueue(t, path)
	size := func() int64 {
		st, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		return st.Size()
	}
	last := q.put(t, "first")
	q.done(last, 5)
	q.settle()
	if n := size(); n != int64(len(queueMagic)) {
		t.Errorf("%d bytes when nothing waits", n)
	}
	text := string(make([]byte, 10_000))
	last = q.put(t, text)
	for range 500 { // one always waits
		next := q.put(t, text)
		q.done(last, len(text))
		last = next
	}
	if n := size(); n > garbageFrom+100_000 {
		t.Errorf("%d bytes of which 10,000 wait", n)
	}
	q.close()
	q, got := openQueue(t, path)
	if len(got) != 1 {
		t.Errorf("%d wait", len(got))
	}
	q.close()
}

// However a file is cut off or damaged behind some point, what was whole before that point is there, and nothing else.
func TestQueueFileDamaged(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		file := []byte(queueMagic)
		var want []string
		var ends []int
		for i, text := range rapid.SliceOfN(rapid.StringN(0, 20, 50), 1, 8).Draw(t, "texts") {
			file = appendMessage(file, queued{kind: TextMessage, id: uint64(i + 1)}, []byte(text))
			want, ends = append(want, text), append(ends, len(file))
		}
		at := rapid.IntRange(len(queueMagic), len(file)-1).Draw(t, "at")
		if rapid.Bool().Draw(t, "cut") {
			file = file[:at]
		} else {
			file[at] ^= byte(rapid.IntRange(1, 255).Draw(t, "bits"))
		}
		whole := 0
		for whole < len(ends) && ends[whole] <= at {
			whole++
		}
		path := filepath.Join(dir, "queue")
		if err := os.WriteFile(path, file, 0o600); err != nil {
			t.Fatal(err)
		}
		q, list, err := openQueueFile(path)
		if err != nil {
			t.Fatal(err)
		}
		defer q.close()
		if len(list) != whole {
			t.Fatalf("%d of %d whole messages", len(list), whole)
		}
		for i, m := range list {
			if string(m.data) != want[i] {
				t.Fatalf("message %d is %q, not %q", i, m.data, want[i])
			}
		}
	})
}

// Whoever syncs at the same time as others shares their fsync, and all that returned is there.
func TestQueueFileManyAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "queue")
	q, _ := openQueue(t, path)
	var wg sync.WaitGroup
	for i := range 50 {
		wg.Go(func() { q.put(t, fmt.Sprint(i)) })
	}
	wg.Wait()
	q.close()
	q, got := openQueue(t, path)
	if len(got) != 50 {
		t.Errorf("%d of 50", len(got))
	}
	q.close()
}

func TestQueueFileOfAnotherKind(t *testing.T) {
	path := filepath.Join(t.TempDir(), "queue")
	if err := os.WriteFile(path, []byte("something else altogether, and longer than the first line"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := openQueueFile(path); !errors.Is(err, holdfast.CodeOutboxDamaged) {
		t.Errorf("%v", err)
	}
	if b, _ := os.ReadFile(path); !bytes.HasPrefix(b, []byte("something else")) {
		t.Error("it was written to")
	}
}

// FuzzQueueFile: no bytes make it fail, or take more memory than they have.
func FuzzQueueFile(f *testing.F) {
	b := appendMessage([]byte(queueMagic), queued{kind: BinaryMessage, id: 1, expires: 5}, []byte("x"))
	f.Add(b)
	f.Add(b[:len(b)-1])
	f.Fuzz(func(t *testing.T, b []byte) {
		list, last := parseQueue(b)
		size := 0
		for _, m := range list {
			if m.id > last {
				t.Errorf("id %d above the last, %d", m.id, last)
			}
			size += len(m.data)
		}
		if size > len(b) {
			t.Errorf("%d bytes of messages out of %d", size, len(b))
		}
	})
}
