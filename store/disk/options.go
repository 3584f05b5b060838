// Package disk is a store in a folder of one machine, on Pebble. Everything that Append has returned is
// fsynced: it survives the end of the process and of the machine's power.
package disk

import (
	"fmt"
	"os"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/holdfast-ws/holdfast/store"
)

// Options of a store. The zero value is useful.
type Options struct {
	// Retention of every channel. Default: [store.DefaultRetention].
	Retention store.Retention
	// RetentionFor says the retention of a channel, and a zero field of what it returns means no bound. It is
	// asked at each Trim. Default: Retention for all.
	RetentionFor func(channel string) store.Retention
	// DedupeWindow is how long a lane is remembered. Default: [store.DefaultDedupeWindow].
	DedupeWindow time.Duration
	// MaxLanes is how many lanes a channel may have; new ones are Deferred beyond it. Default: 100,000.
	MaxLanes int

	// TrimEvery is how often Trim works; calls in between do nothing. Default: 10 s. Negative: at each call.
	TrimEvery time.Duration
	// TrimSlack is by how many percent a channel must be over one of its bounds before Trim cuts it back to
	// them. Default: 25. Negative: none.
	TrimSlack int

	// MemTableSize is how many bytes are gathered before they are written as a table. About three times as
	// much memory is used under load, and three times as much disk space must be free for appends to be
	// taken. Default: 32 MiB.
	MemTableSize uint64
	// CacheSize is how many bytes of tables are kept in memory. Default: 8 MiB.
	CacheSize int64
	// CachedChannels and CachedLanes bound what is kept in memory of channels (about 400 bytes each) and lanes
	// (about 300); of others it is read when it is needed. Default: 100,000 and 50,000.
	CachedChannels, CachedLanes int

	// FS is the file system. Default: the operating system's.
	FS vfs.FS
	// FreeSpace returns how many bytes the folder's disk has free. Default: FS is asked; where it cannot say,
	// there is enough.
	FreeSpace func() (uint64, error)
	// Now is the clock. Default: time.Now.
	Now func() time.Time
	// Exit is called when a write or an fsync has failed, so that nothing can be promised any more. It is
	// called once, and should not return. Default: one line on standard error, and os.Exit(1).
	Exit func(error)
}

func (o Options) withDefaults() Options {
	if o.Retention == (store.Retention{}) {
		o.Retention = store.DefaultRetention
	}
	if o.RetentionFor == nil {
		keep := o.Retention
		o.RetentionFor = func(string) store.Retention { return keep }
	}
	if o.FS == nil {
		o.FS = vfs.Default
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Exit == nil {
		o.Exit = func(err error) {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	setDefault(&o.DedupeWindow, store.DefaultDedupeWindow)
	setDefault(&o.MaxLanes, 100_000)
	setDefault(&o.TrimEvery, 10*time.Second)
	setDefault(&o.TrimSlack, 25)
	setDefault(&o.MemTableSize, 32<<20)
	setDefault(&o.CacheSize, 8<<20)
	setDefault(&o.CachedChannels, 100_000)
	setDefault(&o.CachedLanes, 50_000)
	return o
}

func setDefault[T comparable](p *T, v T) {
	var zero T
	if *p == zero {
		*p = v
	}
}
