package simulation

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"net"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"

	"github.com/holdfast-ws/holdfast/internal/check"
	"github.com/holdfast-ws/holdfast/internal/simnet"
	"github.com/holdfast-ws/holdfast/server"
	"github.com/holdfast-ws/holdfast/store"
	"github.com/holdfast-ws/holdfast/store/disk"
	"github.com/holdfast-ws/holdfast/store/memory"
)

// address is the server's. It is one of loopback so that no proxy of the environment is asked.
const address = "127.0.0.1:7070"

// node is the machine that the server runs on: its disk, its clock, and the process that runs there, if one does.
type node struct {
	w        *world
	rnd      *rand.Rand
	skew     atomic.Int64 // of its clock
	full     atomic.Bool  // its disk
	memories atomic.Int64 // of lanes, that were forgotten

	mu      sync.Mutex
	mem     *vfs.MemFS
	backup  *vfs.MemFS
	running *process
	down    bool // somebody is about to start it
}

// process is one run of the server.
type process struct {
	n      *node
	srv    *server.Server
	store  store.Backend
	l      net.Listener
	dead   atomic.Bool
	fault  atomic.Pointer[string] // what of the disk fails
	armed  atomic.Bool            // something has failed
	tables atomic.Int64
	once   sync.Once
}

func newNode(w *world) *node {
	return &node{w: w, mem: vfs.NewCrashableMem(), rnd: rand.New(rand.NewPCG(w.plan.Seed, 0xd15c))}
}

func (n *node) now() time.Time { return time.Now().Add(time.Duration(n.skew.Load())) }

// start starts a process on what the disk has.
func (n *node) start() {
	p := &process{n: n}
	p.store = p.open()
	if p.store == nil {
		return
	}
	n.run(p)
}

func (n *node) run(p *process) {
	w := n.w
	o := server.Options{
		Store: p.store, Access: server.AccessAnyone, Logger: slog.New(slog.DiscardHandler),
		Heartbeat: 10 * time.Second, PongTimeout: 5 * time.Second, StallTimeout: 40 * time.Second, HelloTimeout: 5 * time.Second,
		DrainPeriod: 3 * time.Second, TrimEvery: time.Second, MaxMessage: 128 << 10, CacheBytes: w.plan.CacheBytes,
		MaxInFlight: server.Window{Records: w.plan.InFlight}, Workers: 2, Fatal: func(error) { p.dies() },
	}
	if w.plan.Deflate {
		o.Compression = server.CompressionOn
	}
	w.rule(&o)
	var err error
	if p.srv, err = server.New(o); err != nil {
		w.fail("server.New: %v", err)
		return
	}
	if p.l, err = w.net.Listen(address); err != nil {
		w.fail("listen: %v", err)
		return
	}
	n.mu.Lock()
	n.running, n.down = p, false
	n.mu.Unlock()
	w.wg.Go(func() { p.srv.Serve(p.l) })
}

// keep is the retention of a channel.
func (n *node) keep(channel string) store.Retention {
	for _, c := range n.w.plan.Channels {
		if c.Name == channel {
			return store.Retention{Records: c.Keep}
		}
	}
	return store.Retention{}
}

func (p *process) open() store.Backend {
	n := p.n
	if !n.w.plan.Disk {
		return memory.New(memory.Options{RetentionFor: n.keep, Now: n.now})
	}
	s, err := disk.Open("data", p.options())
	if err != nil {
		n.w.fail("the store does not open again: %v", err)
		return nil
	}
	return s
}

func (p *process) options() disk.Options {
	n := p.n
	const memtable = 256 << 10
	return disk.Options{
		RetentionFor: n.keep, TrimEvery: -1, TrimSlack: -1, MemTableSize: memtable, CacheSize: 1 << 20, Now: n.now,
		CachedChannels: 2, CachedLanes: 4,
		FS: errorfs.Wrap(n.mem, errorfs.InjectorFunc(p.inject)), Exit: func(error) { p.dies() },
		FreeSpace: func() (uint64, error) {
			if n.full.Load() {
				return 2 * memtable, nil
			}
			return 1 << 40, nil
		},
	}
}

// errDisk is what a failing disk answers with.
var errDisk = errors.New("the disk fails")

// inject makes the disk fail as the schedule says.
func (p *process) inject(o errorfs.Op) error {
	what := p.fault.Load()
	if what == nil {
		return nil
	}
	isSync := o.Kind == errorfs.OpFileSync || o.Kind == errorfs.OpFileSyncData || o.Kind == errorfs.OpFileSyncTo
	isWrite := o.Kind == errorfs.OpFileWrite
	log, table := strings.HasSuffix(o.Path, ".log"), strings.HasSuffix(o.Path, ".sst")
	if (*what == "fsync fails" && log && isSync || *what == "write fails" && log && isWrite) && !rotating() {
		p.armed.Store(true)
		return errDisk
	}
	if *what == "tables fail" && table && (isSync || isWrite) && p.tables.Add(1) <= 20 {
		return syscall.ENOSPC // Pebble tries again at once: for ever, if simulated time is to pass meanwhile
	}
	return nil
}

// rotating reports whether Pebble is about to begin a new log. If the end of the old one fails then, it panics while it does
// not hold a lock that it releases, which is the end of any process: right in a server, but this one is to go on.
func rotating() bool {
	stacks := make([]byte, 1<<20)
	return bytes.Contains(stacks[:runtime.Stack(stacks, true)], []byte("rotateWAL"))
}

// floors notes how far retention has got.
func (p *process) floors() {
	for _, c := range p.n.w.plan.Channels {
		s, err := p.store.State(context.Background(), c.Name)
		if err == nil && s.Floor > 0 {
			p.n.w.note(check.Event{Kind: check.Trimmed, Channel: c.Name, To: s.Floor})
		}
	}
}

// take returns the running process, if there is one, and makes sure that nobody else ends it.
func (n *node) take() *process {
	n.mu.Lock()
	defer n.mu.Unlock()
	p := n.running
	if p != nil {
		n.running, n.down = nil, true
	}
	return p
}

// cutOff takes the process from the network.
func (p *process) cutOff(power bool) {
	p.dead.Store(true)
	p.l.Close()
	for _, h := range p.n.w.net.Hosts() {
		if power {
			p.n.w.net.HalfOpen(h, simnet.Listening)
		} else {
			p.n.w.net.Kill(h, simnet.Listening)
		}
	}
}

// crash ends the process with no chance to say anything. What of its disk was not synced may be gone. It returns
// false if there is none.
func (n *node) crash(power bool) bool {
	p := n.take()
	if p == nil {
		return false
	}
	p.cutOff(power)
	n.bury(p, power)
	return true
}

// bury sees to what is left of a process that is cut off.
func (n *node) bury(p *process, power bool) {
	w := n.w
	p.floors()
	if w.plan.Disk {
		cfg := vfs.CrashCloneCfg{UnsyncedDataPercent: 100, RNG: n.rnd} // a process that is killed leaves all that it has written
		if power {
			cfg.UnsyncedDataPercent = n.rnd.IntN(101)
		}
		n.mem = n.mem.CrashClone(cfg)
		if n.saved() == nil || n.rnd.IntN(2) == 0 {
			n.save()
		}
	}
	w.note(check.Event{Kind: check.ServerCrashed})
	if !w.plan.Disk {
		n.forgets()
	}
	w.wg.Go(func() {
		ended, cancel := context.WithCancel(context.Background())
		cancel()
		p.srv.Shutdown(ended)
		p.closePebble()
	})
}

// forgets notes the end of a store in memory.
func (n *node) forgets() {
	n.w.note(check.Event{Kind: check.StoreReplaced})
	n.w.note(check.Event{Kind: check.Forgot})
	n.memories.Add(1)
}

// closePebble closes the database below a store whose disk has failed, which the store leaves to the end of the process:
// its goroutines would outlive the bubble.
func (p *process) closePebble() {
	if !p.armed.Load() {
		return
	}
	p.fault.Store(nil)
	defer func() { recover() }()
	f := reflect.ValueOf(p.store).Elem().FieldByName("db")
	db := *(**pebble.DB)(unsafe.Pointer(f.UnsafeAddr()))
	db.Close()
}

// dies is what Options.Exit and Options.Fatal call: the store is in doubt, and the process ends itself.
func (p *process) dies() {
	p.once.Do(func() {
		n := p.n
		if p.dead.Load() {
			return
		}
		if !p.armed.Load() {
			n.w.fail("the server ends itself, and its disk is well")
		}
		n.mu.Lock()
		mine := n.running == p
		if mine {
			n.running, n.down = nil, true
		}
		n.mu.Unlock()
		if !mine {
			return
		}
		p.cutOff(false)
		n.w.count("died of its disk")
		n.w.wg.Go(func() {
			n.bury(p, true)
			time.Sleep(2 * time.Second)
			n.start()
		})
	})
}

// drain ends the process as SIGTERM does, and keeps a copy of the data.
func (n *node) drain(pause time.Duration) bool {
	p := n.take()
	if p == nil {
		return false
	}
	p.l.Close()
	n.w.wg.Go(func() {
		p.shutDown()
		if n.w.plan.Disk {
			n.mem = n.mem.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: 100, RNG: n.rnd}) // without the locks
			n.save()
		} else {
			n.forgets()
		}
		time.Sleep(pause)
		n.start()
	})
	return true
}

// shutDown ends a process as planned.
func (p *process) shutDown() {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	ended := make(chan struct{})
	p.n.w.wg.Go(func() {
		defer close(ended)
		p.srv.Shutdown(ctx)
	})
	for over := false; !over; { // retention goes on meanwhile
		p.floors()
		select {
		case <-ended:
			over = true
		case <-time.After(5 * time.Millisecond):
		}
	}
	p.dead.Store(true)
	p.closePebble()
}

// succeed ends the process as planned, too, but it answers until it has ended, and a successor waits for its data folder meanwhile.
func (n *node) succeed() bool {
	if !n.w.plan.Disk {
		return false
	}
	p := n.take()
	if p == nil {
		return false
	}
	n.w.wg.Go(func() {
		next := &process{n: n}
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		type opened struct {
			s   *disk.Store
			err error
		}
		done := make(chan opened, 1)
		n.w.wg.Go(func() {
			s, err := disk.Wait(ctx, "data", next.options(), nil)
			done <- opened{s, err}
		})
		p.shutDown()
		if p.armed.Load() { // a store in doubt keeps its lock until its process has gone
			cancel()
			<-done
			n.mem = n.mem.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: 100, RNG: n.rnd})
			n.start()
			return
		}
		o := <-done
		if o.err != nil {
			n.w.fail("the successor does not get the store: %v", o.err)
			return
		}
		next.store = o.s
		n.run(next)
	})
	return true
}

// save keeps a copy of the data. Nobody uses them meanwhile.
func (n *node) save() {
	b := n.mem.CrashClone(vfs.CrashCloneCfg{})
	n.mu.Lock()
	n.backup = b
	n.mu.Unlock()
}

func (n *node) saved() *vfs.MemFS {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.backup
}

// restore crashes the process and goes on with an earlier copy of its data.
func (n *node) restore(pause time.Duration) bool {
	old := n.saved()
	if old == nil || !n.crash(true) {
		return false
	}
	n.mu.Lock()
	n.backup = old // a later one is of a history that is given up here, and no part of what follows
	n.mu.Unlock()
	n.w.wg.Go(func() {
		time.Sleep(pause)
		n.mem = old.CrashClone(vfs.CrashCloneCfg{})
		p := &process{n: n}
		if p.store = p.open(); p.store == nil {
			return
		}
		for _, c := range n.w.plan.Channels {
			s, err := p.store.State(context.Background(), c.Name)
			if err != nil {
				n.w.fail("state of %s: %v", c.Name, err)
			}
			n.w.note(check.Event{Kind: check.StoreReplaced, Channel: c.Name, To: s.Head})
		}
		n.run(p)
	})
	return true
}

// restart starts a process after a pause.
func (n *node) restart(pause time.Duration) {
	n.w.wg.Go(func() {
		time.Sleep(pause)
		n.start()
	})
}

// breaks makes something of the disk fail from now on.
func (n *node) breaks(what string) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.running == nil {
		return false
	}
	n.running.fault.Store(&what)
	return true
}

// mends ends what breaks began, if the process has outlived it.
func (n *node) mends() {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.running != nil {
		n.running.fault.Store(nil)
	}
}

func (n *node) current() *process {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.running
}
