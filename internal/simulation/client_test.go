package simulation

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/backoff"
	"github.com/holdfast-ws/holdfast/client"
	"github.com/holdfast-ws/holdfast/internal/check"
	"github.com/holdfast-ws/holdfast/internal/simnet"
)

// program is one process of a client, with its session.
type program struct {
	w       *world
	name    string // outlives the process
	host    string // does not
	ctx     context.Context
	cancel  context.CancelFunc
	session *client.Session
	outbox  *client.Outbox
	path    string // of a file outbox
	wg      sync.WaitGroup

	memories atomic.Int64 // of lanes, that the store had when this one was last greeted

	mu   sync.Mutex
	dead bool
}

// launch starts a process. path is of its outbox in a file, if it has one.
func (w *world) launch(name, path string, outbox client.OutboxOptions, json, deflate bool) *program {
	w.mu.Lock()
	w.launched++
	host := fmt.Sprintf("%s#%d", name, w.launched)
	w.mu.Unlock()
	p := &program{w: w, name: name, host: host, path: path}
	p.ctx, p.cancel = context.WithCancel(context.Background())
	var err error
	if path != "" {
		p.outbox, err = client.OpenFileOutbox(path, outbox)
	} else {
		p.outbox = client.NewMemoryOutbox(outbox)
	}
	if err != nil {
		w.fail("the outbox of %s does not open: %v", name, err)
		p.dead = true
		return p
	}
	o := client.SessionOptions{
		Outbox: p.outbox, Dial: w.net.Dialer(host), Agent: name, ConnectTimeout: 5 * time.Second, AckTimeout: 2 * time.Second,
		PongTimeout: 5 * time.Second, Backoff: backoff.Options{BaseDelay: 200 * time.Millisecond, MaxDelay: 4 * time.Second},
	}
	if w.plan.Policy.Tokens > 0 {
		o.Token = w.authority.tokensOf(name)
	}
	if json {
		o.Codec = client.CodecJSON
	}
	if deflate {
		o.Compression = client.CompressionOn
	}
	if p.session, err = client.OpenSession(context.Background(), "http://"+address, o); err != nil {
		w.fail("%s: %v", name, err)
		p.dead = true
	}
	return p
}

// note records an event, unless the process has died by now.
func (p *program) note(e check.Event) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.dead {
		return false
	}
	e.Client = p.name
	p.w.note(e)
	return true
}

func (p *program) alive() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return !p.dead
}

// watch notes what the session says of itself.
func (p *program) watch(outcome func(e *client.Event)) {
	p.wg.Go(func() {
		for e := range p.session.Events(p.ctx) {
			switch e.Kind {
			case client.EventDisconnect:
				p.note(check.Event{Kind: check.Disconnected, Code: e.Code})
				p.w.count("disconnects")
			case client.EventWelcome:
				p.w.count("connects")
				if n := p.w.node.memories.Load(); p.memories.Swap(n) != n { // what it sent before was under the old one
					p.note(check.Event{Kind: check.Forgot})
				}
			case client.EventHeld:
				switch e.Code {
				case holdfast.CodeRateLimited:
					p.w.count("put off: rate")
				case holdfast.CodeAuthUnavailable:
					p.w.count("put off: hook")
				}
			case client.EventLost:
				p.note(check.Event{Kind: check.Lost, Channel: e.Channel, Code: e.Code, From: e.From, To: e.To})
				p.w.count("lost told")
			case client.EventState:
				if e.State == client.StateFailed {
					p.note(check.Event{Kind: check.Stopped, Code: e.Code, Detail: fmt.Sprint(e.Err)})
				}
			case client.EventOutcome:
				if outcome != nil {
					outcome(&e)
				}
			case client.EventDropped: // of a process that knows no other outcomes than those of its receipts nothing is lost
				if p.path != "" {
					p.w.fail("%s missed %d events", p.name, e.Dropped)
				}
			}
		}
	})
}

// die ends the process at once: what it has sent arrives, unless power is lost, and nothing more leaves it. It returns the
// path of a copy of what its disk has.
func (p *program) die(power bool) (path string) {
	if power {
		p.w.net.HalfOpen(p.host, simnet.Dialing)
	} else {
		p.w.net.Kill(p.host, simnet.Dialing)
	}
	p.w.net.SetDial(p.host, simnet.DialHangs)
	p.mu.Lock()
	was := p.dead
	p.dead = true
	p.mu.Unlock()
	if was {
		return p.path
	}
	kind := check.Volatile
	if p.path != "" {
		kind = check.Durable
		path = p.w.copyOutbox(p.path, power)
	}
	p.w.note(check.Event{Kind: check.ClientCrashed, Client: p.name, Outbox: kind})
	p.cancel()
	p.w.wg.Go(p.leave)
	return path
}

// leave closes what the process has open.
func (p *program) leave() {
	p.cancel()
	short, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if p.session != nil {
		p.session.Close(short)
	}
	p.outbox.Close()
	p.wg.Wait()
}

// outboxes knows how much of each file is durable. A file stays itself when it is renamed.
type outboxes struct {
	mu    sync.Mutex
	files []durable
}

type durable struct {
	file os.FileInfo
	size int64
}

// synced is told of each fsync.
func (o *outboxes) synced(f *os.File) {
	st, err := f.Stat()
	if err != nil {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	for i := range o.files {
		if os.SameFile(o.files[i].file, st) {
			o.files[i].size = st.Size()
			return
		}
	}
	o.files = append(o.files, durable{st, st.Size()})
}

func (o *outboxes) size(file os.FileInfo) int64 {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, d := range o.files {
		if os.SameFile(d.file, file) {
			return d.size
		}
	}
	return 0
}

// copyOutbox copies a file as it is now, or as a power failure leaves it.
func (w *world) copyOutbox(path string, power bool) string {
	content, err := os.ReadFile(path)
	if err != nil {
		w.fail("%v", err)
	}
	w.mu.Lock()
	w.copies++
	rnd := rand.New(rand.NewPCG(w.plan.Seed, uint64(w.copies)))
	to := filepath.Join(w.dir, fmt.Sprintf("outbox%d", w.copies))
	w.mu.Unlock()
	if st, err := os.Stat(path); power && err == nil {
		if safe := int(w.outboxes.size(st)); safe < len(content) {
			w.count("torn outboxes")
			content = content[:safe+rnd.IntN(len(content)-safe+1)]
			if rnd.IntN(4) == 0 {
				clear(content[safe:]) // the file grew, and what it grew by was not written
			}
		}
	}
	f, err := os.Create(to)
	if err == nil {
		_, err = f.Write(content)
		w.outboxes.synced(f)
		err = errors.Join(err, f.Close())
	}
	if err != nil {
		w.fail("%v", err)
	}
	return to
}
