package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof"
	"os"
	"runtime"
	"runtime/debug"
	"sync"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/tidy"
	"github.com/holdfast-ws/holdfast/monitor/prom"
	"github.com/holdfast-ws/holdfast/policy"
	"github.com/holdfast-ws/holdfast/server"
	"github.com/holdfast-ws/holdfast/store"
	"github.com/holdfast-ws/holdfast/store/disk"
	"github.com/holdfast-ws/holdfast/store/memory"
)

type serveCmd struct {
	configFlag

	Listen           string        `default:"127.0.0.1:8080" placeholder:"ADDR" help:"Address to listen on (${default}); port 0 for a free one."`
	Store            string        `default:"disk" enum:"disk,memory" placeholder:"disk|memory" help:"Where records are kept (${default})."`
	Data             string        `default:"./holdfast-data" placeholder:"DIR" help:"Folder of the disk store (${default})."`
	Insecure         bool          `help:"Take everybody, also from other machines and through proxies: whoever reaches the port may read and write every channel."`
	MaxMessage       size          `default:"1M" placeholder:"SIZE" min:"1" max:"256M" help:"Largest record (${default})."`
	MaxConnections   int           `placeholder:"N" min:"0" help:"Connections at a time (the limit on open files, less 640 or three quarters of it)."`
	ConnectRate      float64       `placeholder:"N" min:"0" help:"Connections that are let in a second; the others are told when to come back. 0: no limit."`
	ConnectBurst     int           `placeholder:"N" min:"0" help:"Connections that are let in at once after a pause (a second's worth)."`
	MaxPerUser       int           `placeholder:"N" min:"0" help:"Connections of one user at a time. 0: no limit."`
	MaxPerAddress    int           `placeholder:"N" min:"0" help:"Connections from one address at a time; an IPv6 /64 counts as one. 0: no limit."`
	IdleTimeout      time.Duration `placeholder:"DURATION" min:"0s" help:"Time after which a client is closed that has no subscription and sends nothing. 0: never."`
	OverloadAfter    time.Duration `default:"5s" placeholder:"DURATION" min:"1ms" help:"How long the queue of publishes may be full, or a worker late, until new connections are refused for the sake of the others (${default})."`
	MemoryLimit      size          `placeholder:"SIZE" help:"Memory of the process from which the same is done. 0: no limit."`
	RetentionBytes   size          `default:"1G" placeholder:"SIZE" help:"How much of a channel is kept (${default}); 0: no bound."`
	RetentionAge     time.Duration `default:"24h" placeholder:"DURATION" min:"0s" help:"How long records are kept (${default}); 0: no bound."`
	RetentionRecords uint64        `placeholder:"N" help:"How many records of a channel are kept; 0: no bound."`
	TrimEvery        time.Duration `default:"10s" min:"1ms" hidden:"" help:"How often retention is applied."`
	MonitorKey       string        `env:"HOLDFAST_MONITOR_KEY" secret:"" placeholder:"KEY" help:"Bearer token that allows to reset the figures from beyond this machine, 16 bytes or more; better given as HOLDFAST_MONITOR_KEY, since others see command lines. Without it nobody may."`
	StuckAfter       time.Duration `default:"5s" placeholder:"DURATION" min:"50ms" help:"How long publishes may wait for the store until the server calls itself unhealthy (${default})."`
	Heartbeat        time.Duration `default:"30s" placeholder:"DURATION" min:"1ms" help:"Silence after which a client is pinged (${default}), and a server by its client. What cuts idle connections must wait for longer."`
	PongTimeout      time.Duration `default:"10s" placeholder:"DURATION" min:"1ms" help:"Further silence after which a client is given up (${default})."`
	WaitForData      time.Duration `default:"0s" placeholder:"DURATION" min:"0s" help:"Time to wait for another server, which is being shut down, to let go of the data folder (${default}: a folder that is in use is refused). The server listens only then."`
	ShutdownDelay    time.Duration `default:"0s" placeholder:"DURATION" min:"0s" help:"Time at the end (${default}) to be unready and serve as before, so that a load balancer notices."`
	Drain            time.Duration `default:"30s" placeholder:"DURATION" min:"1ms" help:"Time over which clients are sent away at the end (${default}); a second signal ends at once."`
	Tidy             time.Duration `default:"2s" placeholder:"DURATION" min:"0s" help:"Time without much to do after which garbage is collected and memory is given back (${default}); 0: at the runtime's own pace."`
	GCPercent        int           `name:"gc-percent" default:"100" placeholder:"N" min:"-1" help:"By how much the heap may grow before garbage is collected (${default}); more takes memory for less work. GOGC and GOMEMLIMIT count as ever."`
	GCSlack          size          `name:"gc-slack" default:"8M" placeholder:"SIZE" help:"Garbage that may gather beyond that (${default}), so that a small heap is not collected all the time. None where GOMEMLIMIT is set."`
	authFlags        `embed:""`
	limitFlags       `embed:""`
	tlsFlags         `embed:""`
	proxyFlags       `embed:""`
	LogLevel         slog.Level `default:"warn" placeholder:"LEVEL" reload:"" help:"What is logged to standard error: debug, info, warn or error (${default})."`
	Pprof            string     `hidden:"" placeholder:"ADDR" help:"Serve profiles there."`
	Gomaxprocs       int        `hidden:"" placeholder:"N" help:"Threads that run Go at a time."`
}

func (c *serveCmd) Run(e *env) error {
	workers := c.setProcs()
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(c.GCPercent)
	}
	defer runtime.KeepAlive(c.slack())
	level := &slog.LevelVar{}
	level.Set(c.LogLevel)
	logger := slog.New(slog.NewTextHandler(e.stderr, &slog.HandlerOptions{Level: level}))
	o := server.Options{MaxMessage: int(c.MaxMessage), MaxConnections: c.MaxConnections, ConnectRate: c.ConnectRate, ConnectBurst: c.ConnectBurst,
		MaxPerUser: c.MaxPerUser, MaxPerAddress: c.MaxPerAddress, IdleTimeout: c.IdleTimeout, OverloadAfter: c.OverloadAfter, MemoryLimit: int64(c.MemoryLimit),
		ShutdownDelay: c.ShutdownDelay, DrainPeriod: c.Drain,
		Heartbeat: c.Heartbeat, PongTimeout: c.PongTimeout, TrimEvery: c.TrimEvery, Workers: workers, Logger: logger,
		MonitorKey: c.MonitorKey, StuckAfter: c.StuckAfter, Metrics: prom.Handler,
		Fatal: func(err error) {
			e.say("the store is in doubt, so nothing more can be promised: %v", err)
			os.Exit(exitFailed)
		}}
	if c.Insecure {
		o.Access = server.AccessAnyone
	}
	endAuth, err := c.authFlags.configure(e, &o)
	if err != nil {
		return err
	}
	defer endAuth()
	if o.Limits = c.limits(); c.settings != nil {
		if o.Namespaces, err = namespacesOf(c.settings, c.retention()); err != nil {
			return err
		}
	}
	if err := c.proxyFlags.configure(&o); err != nil {
		return err
	}
	safe, err := c.tlsFlags.configure(e, &o, logger)
	if err != nil {
		return err
	}
	defer safe.close()
	hup, ignoreHup := c.reloadAsked(safe)
	defer ignoreHup()
	ln, err := c.begin(e, &o)
	if ln == nil {
		return err
	}
	defer ln.Close()
	srv, err := server.New(o)
	if err != nil {
		o.Store.Close()
		return err
	}
	if c.Pprof != "" {
		stop, err := serveProfiles(c.Pprof)
		if err != nil {
			return err
		}
		defer stop()
	}
	ctx, cancel := context.WithCancel(e.ctx)
	var tidying sync.WaitGroup
	defer tidying.Wait()
	defer cancel()
	tidying.Go(func() { tidy.Run(ctx, c.Tidy) })
	safe.start(ctx, &tidying, ln.Addr(), logger)
	c.reloads(ctx, &tidying, hup, logger, level, safe)
	fmt.Fprintf(e.stdout, "listening on %s://%s (ws endpoint /ws)\n", safe.scheme(), ln.Addr())
	if safe != nil && safe.listen != nil {
		fmt.Fprintf(e.stdout, "listening on http://%s, too, for redirects to it\n", safe.listen.Addr())
	}
	return c.serve(e, srv, ln)
}

// slack returns memory that is to be kept, and never touched: the system has no page for it, but the collector counts it as living.
func (c *serveCmd) slack() []byte {
	if os.Getenv("GOMEMLIMIT") != "" {
		return nil
	}
	return make([]byte, c.GCSlack)
}

// serve returns when the server has been shut down.
func (c *serveCmd) serve(e *env, srv *server.Server, ln net.Listener) error {
	ended := make(chan error, 1)
	go func() { ended <- srv.Serve(ln) }()
	var failed error
	select {
	case <-e.ctx.Done():
	case failed = <-ended:
		ended <- failed
	}
	// The server asks everybody to leave within the drain period, which begins after the delay; this bounds what comes after it.
	ctx, cancel := context.WithTimeout(context.Background(), c.ShutdownDelay+c.Drain+30*time.Second)
	defer cancel()
	if err := srv.Shutdown(ctx); err != nil {
		return &holdfast.Error{Code: holdfast.CodeIO, Op: "end the server", Cause: err}
	}
	if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
		return &holdfast.Error{Code: holdfast.CodeIO, Op: "serve", Cause: err}
	}
	return nil
}

// retention of channels whose namespace says nothing of it.
func (c *serveCmd) retention() store.Retention {
	return store.Retention{Records: c.RetentionRecords, Bytes: int64(c.RetentionBytes), Age: c.RetentionAge}
}

// begin listens and opens the store; without an error and a listener there is nothing to serve. Whoever comes while the store is opened waits
// in the listener's queue. Where another server has the store still, it has the address, too, and answers there: it knows when it will
// have gone, as nobody else does.
func (c *serveCmd) begin(e *env, o *server.Options) (net.Listener, error) {
	if c.WaitForData <= 0 {
		ln, err := c.listen(e)
		if err == nil {
			if err = c.open(e, o); err == nil {
				return ln, nil
			}
			ln.Close()
		}
		return nil, err
	}
	if err := c.open(e, o); err != nil {
		if e.ctx.Err() != nil {
			return nil, nil // it was told to end
		}
		return nil, err
	}
	ln, err := c.listen(e)
	if err != nil {
		return nil, errors.Join(err, o.Store.Close())
	}
	return ln, nil
}

func (c *serveCmd) listen(e *env) (net.Listener, error) {
	lc := net.ListenConfig{KeepAlive: -1} // heartbeats find out more, and sooner, and a socket is spared four system calls
	ln, err := lc.Listen(e.ctx, "tcp", c.Listen)
	if err != nil {
		return nil, &holdfast.Error{Code: holdfast.CodeIO, Op: "serve", Cause: err, Hint: "choose another address with --listen, or port 0 for a free one"}
	}
	return ln, nil
}

// open opens the store that the server is to use.
func (c *serveCmd) open(e *env, o *server.Options) (err error) {
	set, err := policy.NewSet(o.Namespaces)
	if err != nil {
		return err
	}
	keepFor := set.Retention(c.retention())
	if c.Store == "memory" {
		if c.WaitForData > 0 {
			return usage("--wait-for-data needs --store disk: a store in memory goes with its server")
		}
		o.Store = memory.New(memory.Options{RetentionFor: keepFor})
		return nil
	}
	d := disk.Options{RetentionFor: keepFor, TrimEvery: -1} // the server says when
	if e.adjust != nil {
		e.adjust(o, &d)
	}
	if c.WaitForData <= 0 {
		o.Store, err = disk.Open(c.Data, d)
		return err
	}
	ctx, cancel := context.WithTimeout(e.ctx, c.WaitForData)
	defer cancel()
	o.Store, err = disk.Wait(ctx, c.Data, d, func() {
		e.say("waiting for the data folder %s, which another server uses, for %v at most", c.Data, c.WaitForData)
	})
	return err
}

// setProcs allows one thread more than there are cores on a small machine, and returns how many are to write. With all of them
// busy writing, the scheduler looks at the network only every 10 ms; one more looks at once.
func (c *serveCmd) setProcs() (workers int) {
	n := runtime.GOMAXPROCS(0)
	switch {
	case c.Gomaxprocs > 0:
		runtime.GOMAXPROCS(c.Gomaxprocs)
		return c.Gomaxprocs
	case os.Getenv("GOMAXPROCS") == "" && n <= 4:
		runtime.GOMAXPROCS(n + 1)
	}
	return n
}

func serveProfiles(addr string) (stop func(), err error) {
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, &holdfast.Error{Code: holdfast.CodeIO, Op: "serve profiles", Cause: err}
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	mux.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
	h := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	go h.Serve(ln) //nolint:errcheck // ends with Close
	return func() { h.Close() }, nil
}
