// Package linear checks that appends to a [store.Backend], and reads from it, could have happened one after the other: it
// records their calls and returns, and lets porcupine look for an order that a plain model allows. The model of a channel is
// a log and its lanes.
package linear

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/store"
)

// kind of a call.
type kind uint8

const (
	appendCall kind = iota
	readCall
	stateCall
)

// input is one call of one channel: an append of drafts, or a look at it.
type input struct {
	kind    kind
	channel string
	drafts  []draft
	after   uint64
	limit   int
}

// draft is what the model needs of a store.Draft.
type draft struct {
	kind      store.Kind
	verdict   store.Verdict
	producer  holdfast.ProducerID
	number    uint64
	from      uint64
	successor holdfast.ProducerID
	hash      uint64
}

// output is what a call returned; of an append that never did it is unknown.
type output struct {
	unknown bool
	results []result
	records []record
	head    uint64
}

type result struct {
	outcome          store.Outcome
	offset, expected uint64
}

type record struct {
	offset   uint64
	producer holdfast.ProducerID
	number   uint64
	hash     uint64
}

// Recorder makes calls to a backend and notes them. Its methods may be called concurrently, but Append only as the backend
// allows: one at a time. The same Recorder goes on over a crash: give it the backend as it was opened again.
type Recorder struct {
	mu      sync.Mutex
	clock   int64
	backend store.Backend
	ops     []porcupine.Operation
	pending map[int][]porcupine.Operation // of each append that has not returned
	lost    []porcupine.Operation         // appends that a crash has cut off
	next    int
}

var errCrashed = &holdfast.Error{Code: holdfast.CodeStoreUnavailable, Op: "call store", Detail: "it has crashed"}

// New returns a recorder of a backend.
func New(b store.Backend) *Recorder {
	return &Recorder{backend: b, pending: map[int][]porcupine.Operation{}}
}

func (r *Recorder) tick() int64 {
	r.clock++
	return r.clock
}

// Append calls Append. One call is one step in each channel that it touches, all of whose drafts take effect together.
func (r *Recorder) Append(client int, drafts []store.Draft) ([]store.Result, error) {
	ops, places := split(client, drafts)
	r.mu.Lock()
	if r.backend == nil {
		r.mu.Unlock()
		return nil, errCrashed
	}
	r.next++
	id, b, call := r.next, r.backend, r.tick()
	for i := range ops {
		ops[i].Call = call
	}
	r.pending[id] = ops
	r.mu.Unlock()

	results := make([]store.Result, len(drafts))
	err := b.Append(drafts, results)

	r.mu.Lock()
	defer r.mu.Unlock()
	if _, ok := r.pending[id]; !ok || err != nil {
		return results, err // cut off: whether it happened is open
	}
	delete(r.pending, id)
	back := r.tick()
	for i := range ops {
		o := output{}
		for _, k := range places[i] {
			o.results = append(o.results, result{results[k].Outcome, results[k].Offset, results[k].Expected})
		}
		ops[i].Output, ops[i].Return = o, back
	}
	r.ops = append(r.ops, ops...)
	return results, nil
}

// split makes an operation of each channel's part of a batch; places are the indexes of its drafts.
func split(client int, drafts []store.Draft) (ops []porcupine.Operation, places [][]int) {
	at := map[string]int{}
	for i := range drafts {
		d := &drafts[i]
		k, ok := at[d.Channel]
		if !ok {
			k = len(ops)
			at[d.Channel] = k
			ops = append(ops, porcupine.Operation{ClientId: client, Input: input{kind: appendCall, channel: d.Channel}})
			places = append(places, nil)
		}
		in := ops[k].Input.(input)
		in.drafts = append(in.drafts, draft{d.Kind, d.Verdict, d.Producer, d.Number, d.From, d.Successor, d.Hash})
		ops[k].Input = in
		places[k] = append(places[k], i)
	}
	return ops, places
}

// Read calls Read.
func (r *Recorder) Read(ctx context.Context, client int, channel string, after uint64, limit int) ([]holdfast.Record, error) {
	var recs []holdfast.Record
	return recs, r.look(client, input{kind: readCall, channel: channel, after: after, limit: limit}, func(b store.Backend) (o output, err error) {
		recs, err = b.Read(ctx, channel, after, store.Limit{Records: limit})
		for i := range recs {
			x := &recs[i]
			o.records = append(o.records, record{x.Offset, x.Producer, x.Number, store.ContentHash(x.Type, x.Headers, x.Data)})
		}
		return o, err
	})
}

// State calls State.
func (r *Recorder) State(ctx context.Context, client int, channel string) (store.State, error) {
	var st store.State
	return st, r.look(client, input{kind: stateCall, channel: channel}, func(b store.Backend) (o output, err error) {
		st, err = b.State(ctx, channel)
		return output{head: st.Head}, err
	})
}

func (r *Recorder) look(client int, in input, call func(b store.Backend) (output, error)) error {
	r.mu.Lock()
	b, begin := r.backend, r.tick()
	r.mu.Unlock()
	if b == nil {
		return errCrashed
	}
	o, err := call(b)
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if b == r.backend { // else it looked at what is no more, after the crash
		r.ops = append(r.ops, porcupine.Operation{ClientId: client, Input: in, Call: begin, Output: o, Return: r.tick()})
	}
	return nil
}

// Crash takes away the backend; only then may what is left of it be copied. What has not returned by now may have happened or not: now, and not later, for the store
// is dead. What returns after this call is not noted.
func (r *Recorder) Crash() {
	r.mu.Lock()
	defer r.mu.Unlock()
	end := r.tick()
	for id, ops := range r.pending {
		for i := range ops {
			ops[i].Output, ops[i].Return = output{unknown: true}, end
		}
		r.lost = append(r.lost, ops...)
		delete(r.pending, id)
	}
	r.backend = nil
}

// Reopened goes on with the backend as it was opened again.
func (r *Recorder) Reopened(b store.Backend) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.backend = b
}

// Check looks for an order. It returns "" if there is one, and otherwise which channel has none, or that it took too long.
func (r *Recorder) Check(timeout time.Duration) string {
	r.mu.Lock()
	all := slices.Concat(r.ops, r.lost)
	r.mu.Unlock()
	var wrong []string
	for _, part := range byChannel(all) {
		switch porcupine.CheckOperationsTimeout(model, part, timeout) {
		case porcupine.Illegal:
			wrong = append(wrong, fmt.Sprintf("%s: no order explains the %d calls:\n%s", part[0].Input.(input).channel, len(part), tell(part)))
		case porcupine.Unknown:
			wrong = append(wrong, fmt.Sprintf("%s: no order was found in %v for %d calls", part[0].Input.(input).channel, timeout, len(part)))
		}
	}
	return strings.Join(wrong, "\n")
}

// Operations is how many calls were noted.
func (r *Recorder) Operations() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.ops) + len(r.lost)
}

func byChannel(ops []porcupine.Operation) [][]porcupine.Operation {
	parts := map[string][]porcupine.Operation{}
	for _, o := range ops {
		name := o.Input.(input).channel
		parts[name] = append(parts[name], o)
	}
	var out [][]porcupine.Operation
	for _, p := range parts {
		out = append(out, p)
	}
	return out
}

// tell lists calls in the order in which they began.
func tell(ops []porcupine.Operation) string {
	ops = slices.Clone(ops)
	slices.SortFunc(ops, func(a, b porcupine.Operation) int { return int(a.Call - b.Call) })
	var b strings.Builder
	for _, o := range ops[:min(len(ops), 60)] {
		fmt.Fprintf(&b, "  %d to %d, client %d: %s\n", o.Call, o.Return, o.ClientId, model.DescribeOperation(o.Input, o.Output))
	}
	return b.String()
}
