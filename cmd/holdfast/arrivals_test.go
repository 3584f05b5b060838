package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"sync"
	"time"

	"github.com/holdfast-ws/holdfast/internal/load"
)

// arrivals are many clients that all dial at once, in a process of their own, and do what the server tells them. It begins with a line on standard
// input. They are raw frames, so that they cost little.
type arrivals struct {
	URL string
	// First is the number of the first; each 8,000 numbers have a loopback address of their own.
	First   int
	Clients int
	// Stay is how long each stays once it is in; then it makes room.
	Stay time.Duration
	// Report is the file that is written at the end.
	Report string

	mu     sync.Mutex
	report arrivalsReport
}

// arrivalsReport is what became of them.
type arrivalsReport struct {
	// In has when each came in, since it began.
	In []time.Duration
	// Attempts that each needed for that.
	Attempts []int
	// Refused counts answers, and Failed dials that had none.
	Refused map[string]int
	Failed  map[string]int
}

// arrivalsEnv holds arrivals as JSON. It makes the test binary be them.
const arrivalsEnv = "HOLDFAST_TEST_ARRIVALS"

func beArrivals() {
	text := os.Getenv(arrivalsEnv)
	if text == "" {
		return
	}
	var a arrivals
	if err := json.Unmarshal([]byte(text), &a); err != nil {
		panic(err)
	}
	if err := a.run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

func (a *arrivals) run() error {
	dialect, err := load.DialectOf("holdfast-binary")
	if err != nil {
		return err
	}
	target, err := load.TargetOf(a.URL, dialect)
	if err != nil {
		return err
	}
	a.report.Refused, a.report.Failed = map[string]int{}, map[string]int{}
	if _, err := bufio.NewReader(os.Stdin).ReadString('\n'); err != nil {
		return err
	}
	begun := time.Now()
	var wg sync.WaitGroup
	for i := range a.Clients {
		wg.Go(func() { a.arrive(target, a.First+i, begun) })
	}
	wg.Wait()
	f, err := os.Create(a.Report)
	if err != nil {
		return err
	}
	return errors.Join(json.NewEncoder(f).Encode(&a.report), f.Close())
}

// arrive dials until it is in, and leaves after its stay. Whoever waits for this process bounds how long that may take.
func (a *arrivals) arrive(target *load.Target, i int, begun time.Time) {
	for attempts := 1; ; attempts++ {
		c, err := target.Dial(context.Background(), i, load.Role{})
		if err != nil {
			time.Sleep(a.turnedAway(err))
			continue
		}
		w := &welcome{in: make(chan struct{})}
		ended := make(chan error, 1)
		go func() { ended <- c.Serve(w) }()
		select {
		case <-w.in:
		case err := <-ended:
			c.Close()
			time.Sleep(a.turnedAway(err))
			continue
		}
		a.mu.Lock()
		a.report.In = append(a.report.In, time.Since(begun))
		a.report.Attempts = append(a.report.Attempts, attempts)
		a.mu.Unlock()
		time.Sleep(a.Stay)
		c.Close()
		<-ended
		return
	}
}

// turnedAway returns how long to wait: what the server says and up to a quarter more, as our clients do it.
func (a *arrivals) turnedAway(err error) time.Duration {
	a.mu.Lock()
	defer a.mu.Unlock()
	wait := time.Second
	if r, ok := errors.AsType[*load.Refusal](err); ok {
		a.report.Refused[r.Status]++
		wait = max(wait, r.RetryAfter)
	} else {
		a.report.Failed[because(err)]++
	}
	return wait + rand.N(wait/4)
}

// because says what failed, without whose connection it was.
func because(err error) string {
	for inner := errors.Unwrap(err); inner != nil; inner = errors.Unwrap(err) {
		err = inner
	}
	return err.Error()
}

// welcome waits until a client is in.
type welcome struct {
	in   chan struct{}
	once sync.Once
}

func (w *welcome) Take(ev *load.Event, _ int64) error {
	if ev.Err != "" {
		return errors.New(ev.Err)
	}
	if ev.Ready > 0 {
		w.once.Do(func() { close(w.in) })
	}
	return nil
}
