package simulation

import (
	"encoding/gob"
	"fmt"
	"os"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/holdfast-ws/holdfast/internal/session"
	"github.com/holdfast-ws/holdfast/internal/wire"
)

// recording is all that the machines of a run saw, and what each did.
type recording struct {
	Machines []*machine
}

// machine is one session.Client or session.Server.
type machine struct {
	Name   string
	Client *clientMade // or
	Server *serverMade
	Steps  []seen
}

type clientMade struct {
	Options session.ClientOptions
	Lanes   []session.Lane
	Entries []session.Entry
}

type serverMade struct {
	At     int64
	Limits session.ServerLimits
	Codec  wire.Codec
}

// seen is one step.
type seen struct {
	Now     int64 // nanoseconds of a client, milliseconds of a server
	Had     int   // effects of steps before
	Client  session.ClientEvent
	Server  session.ServerEvent
	Frame   []byte // what the event's decoder held
	Effects string // in words
}

// String tells a step in words.
func (x *seen) String() string {
	e, c := words(x.Server), words(x.Client)
	if len(c) > len(e) {
		e = c
	}
	return fmt.Sprintf("%d %s %.200q -> %s", x.Now, e, x.Frame, x.Effects)
}

// recorder implements session.Recorder.
type recorder struct {
	mu      sync.Mutex
	all     recording
	clients map[*session.Client]*machine
	servers map[*session.Server]*machine // which stay where they are as long as they are here
}

func newRecorder() *recorder {
	return &recorder{clients: map[*session.Client]*machine{}, servers: map[*session.Server]*machine{}}
}

func (r *recorder) add(m *machine, kind string) *machine {
	m.Name = fmt.Sprintf("%s %d", kind, len(r.all.Machines)+1)
	r.all.Machines = append(r.all.Machines, m)
	return m
}

func (r *recorder) ClientMade(c *session.Client, o session.ClientOptions) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.clients[c] = r.add(&machine{Client: &clientMade{Options: o}}, "client "+o.Agent)
}

func (r *recorder) ClientLoads(c *session.Client, lanes []session.Lane, entries []session.Entry) {
	r.mu.Lock()
	defer r.mu.Unlock()
	m := r.clients[c].Client
	m.Lanes, m.Entries = append(m.Lanes, lanes...), append(m.Entries, entries...)
}

func (r *recorder) ClientSees(c *session.Client, now time.Time, e *session.ClientEvent, had int) {
	x := seen{Now: now.UnixNano(), Had: had, Client: *e}
	x.Client.Decoder = nil
	if e.Kind == session.EvFrame {
		x.Frame = frameOf(e.Decoder, e.Type, wire.Binary)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	m := r.clients[c]
	m.Steps = append(m.Steps, x)
}

func (r *recorder) ClientDoes(c *session.Client, fx []session.ClientEffect) {
	text := words(fx)
	r.mu.Lock()
	defer r.mu.Unlock()
	m := r.clients[c]
	m.Steps[len(m.Steps)-1].Effects = text
}

func (r *recorder) ServerSees(s *session.Server, made session.ServerMade, now int64, e *session.ServerEvent, had int) {
	x := seen{Now: now, Had: had, Server: *e}
	x.Server.Decoder = nil
	x.Server.Channel, x.Server.Detail = strings.Clone(e.Channel), strings.Clone(e.Detail)
	switch e.Kind {
	case session.SvFrame:
		x.Frame = frameOf(e.Decoder, e.Type, made.Codec)
	case session.SvAuthenticated:
		x.Frame = frameOf(e.Decoder, wire.TypeHello, made.Codec)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	m := r.servers[s]
	if m == nil {
		m = r.add(&machine{Server: &serverMade{made.At, *made.Limits, made.Codec}}, "server")
		r.servers[s] = m
	}
	m.Steps = append(m.Steps, x)
}

func (r *recorder) ServerDoes(s *session.Server, fx []session.ServerEffect) {
	text := words(fx)
	r.mu.Lock()
	defer r.mu.Unlock()
	m := r.servers[s]
	m.Steps[len(m.Steps)-1].Effects = text
}

// frameOf encodes what a decoder has just read.
func frameOf(d *wire.Decoder, t wire.Type, c wire.Codec) []byte {
	name := t.String()
	f := reflect.ValueOf(&d.Frames).Elem().FieldByName(strings.ToUpper(name[:1]) + name[1:])
	return f.Addr().Interface().(interface {
		Append(b []byte, c wire.Codec) []byte
	}).Append(nil, c)
}

// words tells a value in words: exported fields that are not zero, through pointers.
func words(v any) string { return string(appendWords(nil, reflect.ValueOf(v))) }

func appendWords(b []byte, v reflect.Value) []byte {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return append(b, "nil"...)
		}
		return appendWords(b, v.Elem())
	case reflect.Struct:
		if t, ok := v.Interface().(time.Time); ok {
			if t.IsZero() {
				return append(b, "never"...)
			}
			return strconv.AppendInt(b, t.UnixNano(), 10)
		}
		b = append(b, '{')
		for i := range v.NumField() {
			f := v.Type().Field(i)
			if x := v.Field(i); f.IsExported() && !x.IsZero() {
				b = append(append(append(b, ' '), f.Name...), '=')
				b = appendWords(b, x)
			}
		}
		return append(b, " }"...)
	case reflect.Slice, reflect.Array:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return fmt.Appendf(b, "%x", v.Interface())
		}
		b = append(b, '[')
		for i := range v.Len() {
			b = append(appendWords(b, v.Index(i)), '\n')
		}
		return append(b, ']')
	case reflect.String:
		return strconv.AppendQuote(b, v.String())
	case reflect.Bool:
		return strconv.AppendBool(b, v.Bool())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return strconv.AppendInt(b, v.Int(), 10)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return strconv.AppendUint(b, v.Uint(), 10)
	}
	panic("a " + v.Kind().String() + " in an effect")
}

func (r *recording) save(path string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := gob.NewEncoder(f).Encode(r); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}

func loadRecording(path string) (*recording, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r := &recording{}
	return r, gob.NewDecoder(f).Decode(r)
}

// replay lets new machines see the same, and returns what they do differently.
func (r *recording) replay() (differences []string, steps int) {
	for _, m := range r.Machines {
		steps += len(m.Steps)
		if d := m.replay(); d != "" {
			differences = append(differences, m.Name+": "+d)
		}
	}
	return differences, steps
}

func (m *machine) replay() string {
	take := m.clientSteps()
	if m.Server != nil {
		take = m.serverSteps()
	}
	for i := range m.Steps {
		got, err := take(&m.Steps[i])
		if err != nil {
			return fmt.Sprintf("step %d: %v", i, err)
		}
		if want := m.Steps[i].Effects; got != want {
			return fmt.Sprintf("step %d: it does\n%s\nand did\n%s", i, got, want)
		}
	}
	return ""
}

func (m *machine) clientSteps() func(x *seen) (string, error) {
	if m.Client == nil {
		return nil
	}
	c := session.NewClient(m.Client.Options)
	c.Load(m.Client.Lanes, m.Client.Entries)
	var fx []session.ClientEffect
	return func(x *seen) (string, error) {
		e := x.Client
		if e.Kind == session.EvFrame {
			e.Decoder = &wire.Decoder{}
			e.Decoder.Reset(wire.Binary, x.Frame)
			if t, err := e.Decoder.Next(); err != nil || t != e.Type {
				return "", fmt.Errorf("frame %x is a %v, not a %v: %w", x.Frame, t, e.Type, err)
			}
		}
		if len(fx) < x.Had {
			return "", fmt.Errorf("there are %d effects, and were %d", len(fx), x.Had)
		}
		fx = c.Step(time.Unix(0, x.Now), &e, fx[:x.Had])
		return words(fx[max(0, min(x.Had, len(fx))-1):]), nil
	}
}

func (m *machine) serverSteps() func(x *seen) (string, error) {
	s := session.NewServer(m.Server.At, &m.Server.Limits, m.Server.Codec)
	var fx []session.ServerEffect
	return func(x *seen) (string, error) {
		e := x.Server
		if x.Frame != nil {
			e.Decoder = &wire.Decoder{}
			e.Decoder.Limits.MaxSubscriptions = int(m.Server.Limits.MaxSubscriptions)
			e.Decoder.Reset(m.Server.Codec, x.Frame)
			if _, err := e.Decoder.Next(); err != nil {
				return "", fmt.Errorf("frame %q: %w", x.Frame, err)
			}
		}
		if len(fx) < x.Had {
			return "", fmt.Errorf("there are %d effects, and were %d", len(fx), x.Had)
		}
		fx = s.Step(x.Now, &e, fx[:x.Had])
		return words(fx[max(0, min(x.Had, len(fx))-1):]), nil
	}
}
