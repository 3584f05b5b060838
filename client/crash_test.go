package client_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/client"
	"github.com/holdfast-ws/holdfast/server"
)

// crashChild is the publisher that TestKilledPublishers kills: it goes on from what its outbox has taken in, and
// says each number as soon as Enqueue says that it is durable.
func crashChild() bool {
	path, url := os.Getenv("HOLDFAST_TEST_OUTBOX"), os.Getenv("HOLDFAST_TEST_URL")
	if path == "" {
		return false
	}
	if os.Getenv("HOLDFAST_TEST_POWER") != "" {
		client.CutPower()
	}
	if err := publishNumbers(path, url); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	return true
}

func publishNumbers(path, url string) error {
	ctx := context.Background()
	o, err := client.OpenFileOutbox(path, client.OutboxOptions{MaxRecords: 50})
	if err != nil {
		return err
	}
	if err := o.Bind("numbers", "c"); err != nil {
		return err
	}
	s, err := client.OpenSession(ctx, url, client.SessionOptions{Outbox: o, Backoff: fast})
	if err != nil {
		return err
	}
	n, _ := o.Taken()
	for {
		n++
		if _, err := s.Enqueue(ctx, "c", []byte(strconv.FormatUint(n, 10)), client.WithTaken(n, n*n)); err != nil {
			return err
		}
		fmt.Println(n)
	}
}

// Promise 1: a publisher with a file outbox is killed at any moment, again and again; every number comes once
// and in order.
func TestKilledPublishers(t *testing.T) { killPublishers(t) }

// Promise 1: the same, and with the process everything goes that its outbox has not synced, or a part of it.
func TestPowerFailuresOfPublishers(t *testing.T) { killPublishers(t, "HOLDFAST_TEST_POWER=1") }

func killPublishers(t *testing.T, env ...string) {
	n := startMemory(t, server.Options{})
	path := filepath.Join(t.TempDir(), "outbox")
	var said uint64
	for range 8 {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "HOLDFAST_TEST_OUTBOX="+path, "HOLDFAST_TEST_URL="+n.url())
		cmd.Env = append(cmd.Env, env...)
		cmd.Stderr = os.Stderr
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for range 1 + rand.IntN(60) {
			if !lines.Scan() {
				t.Fatal("the publisher ended by itself")
			}
			said, _ = strconv.ParseUint(lines.Text(), 10, 64)
		}
		cmd.Process.Kill()
		for lines.Scan() {
			said, _ = strconv.ParseUint(lines.Text(), 10, 64)
		}
		cmd.Wait()
		o, err := client.OpenFileOutbox(path, client.OutboxOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if taken, sum := o.Taken(); taken < said || sum != taken*taken {
			t.Fatalf("the outbox has taken in %d (%d), though it said %d", taken, sum, said)
		}
		o.Close()
	}
	ctx := limit(t)
	o, err := client.OpenFileOutbox(path, client.OutboxOptions{})
	if err != nil {
		t.Fatal(err)
	}
	taken, _ := o.Taken()
	s := open(t, n.url(), client.SessionOptions{Outbox: o})
	if err := s.Flush(ctx); err != nil {
		t.Fatal(err)
	}
	sub := subscribe(t, s, "c", client.SubscribeOptions{From: client.FromStart})
	for i, r := range read(t, ctx, sub, int(taken)) {
		if string(r.Data) != strconv.Itoa(i+1) {
			t.Fatalf("record %d is %s", i+1, r.Data)
		}
	}
	s.Publish(ctx, "c", []byte("end"))
	if got := read(t, ctx, sub, 1); string(got[0].Data) != "end" {
		t.Errorf("after all %d: %s", taken, got[0].Data)
	}
	t.Logf("%d numbers", taken)
	s.Close(ctx)
	if err := o.Close(); err != nil {
		t.Error(err)
	}
}

// A copied outbox that is used after the original is found out, and stops.
func TestCopiedOutboxStops(t *testing.T) {
	n := startMemory(t, server.Options{})
	ctx := limit(t)
	dir := t.TempDir()
	one, two := filepath.Join(dir, "one"), filepath.Join(dir, "two")
	use := func(path, data string) error {
		o, err := client.OpenFileOutbox(path, client.OutboxOptions{})
		if err != nil {
			t.Fatal(err)
		}
		s := open(t, n.url(), client.SessionOptions{Outbox: o})
		_, err = s.Publish(ctx, "c", []byte(data))
		if cerr := s.Close(ctx); err == nil && cerr != nil {
			t.Error(cerr)
		}
		o.Close()
		return err
	}
	if err := use(one, "first"); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(one)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(two, content, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := use(one, "second"); err != nil {
		t.Fatal(err)
	}
	if err := use(two, "third"); !errors.Is(err, holdfast.CodeProducerConflict) {
		t.Errorf("the copy: %v", err)
	}
	if err := use(one, "fourth"); err != nil {
		t.Errorf("the original: %v", err)
	}
}

// What waits in a file goes out with the next session, before what is new.
func TestFileOutboxOverSessions(t *testing.T) {
	n := startDisk(t, server.Options{})
	ctx := limit(t)
	path := filepath.Join(t.TempDir(), "outbox")
	n.stop()
	for round := range 3 {
		o, err := client.OpenFileOutbox(path, client.OutboxOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if o.Len() != round*10 {
			t.Errorf("round %d: %d records wait", round, o.Len())
		}
		s := open(t, n.url(), client.SessionOptions{Outbox: o})
		for i := range 10 {
			r, err := s.Enqueue(ctx, "c", []byte{byte(round*10 + i)}, client.WithType(holdfast.Binary))
			if err != nil || r.Number() != uint64(i+1) || r.Status() != client.StatusPending {
				t.Fatal(r.Number(), r.Status(), err)
			}
		}
		if err := o.Close(); err == nil {
			t.Error("an outbox was closed under its session")
		}
		short, cancel := context.WithTimeout(ctx, time.Millisecond)
		if err := s.Close(short); !errors.Is(err, holdfast.CodeCanceled) {
			t.Errorf("close: %v", err)
		}
		cancel()
		if err := o.Close(); err != nil {
			t.Fatal(err)
		}
	}
	n.start()
	o, err := client.OpenFileOutbox(path, client.OutboxOptions{})
	if err != nil {
		t.Fatal(err)
	}
	s := open(t, n.url(), client.SessionOptions{Outbox: o})
	if _, err := s.Publish(ctx, "c", []byte{30}); err != nil {
		t.Fatal(err)
	}
	sub := subscribe(t, s, "c", client.SubscribeOptions{From: client.FromStart})
	for i, r := range read(t, ctx, sub, 31) {
		if r.Data[0] != byte(i) {
			t.Fatalf("record %d is %d", i, r.Data[0])
		}
	}
	if err := s.Close(ctx); err != nil {
		t.Error(err)
	}
	if err := o.Close(); err != nil {
		t.Error(err)
	}
}
