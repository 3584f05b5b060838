package disk_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/store"
	"github.com/holdfast-ws/holdfast/store/disk"
)

// A successor waits until its predecessor has closed the store, and has what that has written.
func TestWaitForAPredecessor(t *testing.T) {
	dir := t.TempDir()
	old := open(t, dir, disk.Options{})
	type opened struct {
		s   *disk.Store
		err error
	}
	began, done := make(chan struct{}), make(chan opened, 1)
	go func() {
		s, err := disk.Wait(t.Context(), dir, disk.Options{}, func() { close(began) })
		done <- opened{s, err}
	}()
	<-began
	res := make([]store.Result, 1)
	if err := old.Append([]store.Draft{{Channel: "c", Data: []byte("the last")}}, res); err != nil || res[0].Outcome != store.Stored {
		t.Fatal(res, err)
	}
	select {
	case o := <-done:
		t.Fatalf("it did not wait: %v", o.err)
	default:
	}
	if err := old.Close(); err != nil {
		t.Fatal(err)
	}
	o := <-done
	if o.err != nil {
		t.Fatal(o.err)
	}
	defer o.s.Close()
	page, err := o.s.Read(t.Context(), "c", 0, store.Limit{Records: 10, Bytes: 1 << 20})
	if err != nil || len(page) != 1 || string(page[0].Data) != "the last" {
		t.Errorf("%v %v", page, err)
	}
}

// A folder that does not become free in time is refused, and the other server goes on.
func TestWaitInVain(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, disk.Options{})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := disk.Wait(ctx, dir, disk.Options{}, nil)
	if !errors.Is(err, holdfast.CodeStoreLocked) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
	if err := s.Append([]store.Draft{{Channel: "c"}}, make([]store.Result, 1)); err != nil {
		t.Error(err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// What is wrong otherwise is not waited for.
func TestWaitForNothingElse(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "FORMAT"), []byte("something else\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := disk.Wait(t.Context(), dir, disk.Options{}, func() { t.Error("it waits") })
	if !errors.Is(err, holdfast.CodeStoreDamaged) {
		t.Errorf("%v", err)
	}
}
