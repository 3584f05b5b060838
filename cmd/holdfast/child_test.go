package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"sync/atomic"
	"time"

	"github.com/holdfast-ws/holdfast/cmd/holdfast/internal/rig"
	"github.com/holdfast-ws/holdfast/internal/powercut"
	"github.com/holdfast-ws/holdfast/server"
	"github.com/holdfast-ws/holdfast/store/disk"
)

// child is the program, run by the test binary itself on something that the real one has no flag for.
type child struct {
	// Power is a folder with a file system whose power fails when the process is killed. Optional.
	Power string
	// Sync of that file system.
	Sync powercut.Sync
	// MemTable is the store's MemTableSize, if it is not 0.
	MemTable uint64
	// DedupeWindow of the store, if it is not 0.
	DedupeWindow time.Duration
	// Clock lets the test set the clock: by each duration that comes in a line on standard input, it is from then on before
	// or behind the machine's. A line on standard output says that it is so.
	Clock bool
}

// childEnv holds a child as JSON. It makes the test binary be that.
const childEnv = "HOLDFAST_TEST_CHILD"

// beChild runs the program if the process is to be one.
func beChild() {
	text := os.Getenv(childEnv)
	if text == "" {
		return
	}
	os.Unsetenv(childEnv)
	var c child
	if err := json.Unmarshal([]byte(text), &c); err != nil {
		panic(err)
	}
	os.Exit(begin(&env{adjust: c.adjust}))
}

func (c *child) adjust(s *server.Options, d *disk.Options) {
	if c.MemTable != 0 {
		d.MemTableSize = c.MemTable
	}
	d.DedupeWindow = c.DedupeWindow
	if c.Power != "" {
		fs, err := powercut.Open(c.Power, powercut.Options{Sync: c.Sync})
		if err != nil {
			panic(err)
		}
		d.FS = fs
	}
	if c.Clock {
		var ahead atomic.Int64
		now := func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
		s.Now, d.Now = now, now
		go func() {
			for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
				step, err := time.ParseDuration(lines.Text())
				if err != nil {
					panic(err)
				}
				ahead.Store(int64(step))
				fmt.Println("clock", step)
			}
		}()
	}
}

// options makes a process of the test binary a child.
func (c *child) options(o rig.Options) rig.Options {
	text, err := json.Marshal(c)
	if err != nil {
		panic(err)
	}
	o.Env = append(o.Env, childEnv+"="+string(text))
	return o
}
