package main

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/holdfast-ws/holdfast"
	"github.com/holdfast-ws/holdfast/internal/load"
)

type benchCmd struct {
	URL           string        `arg:"" help:"The server, such as http://127.0.0.1:8080. Records go to channels whose names begin with load."`
	Work          string        `default:"fanout" enum:"fanout,ingest,latency,storm,replay,idle,connect,quiet,slow" placeholder:"WORK" help:"fanout, ingest (publish and ack), latency (at a rate), storm (all come back at once), replay (all read from the start), idle, connect, quiet (many channels) or slow (subscribers that stop reading) (${default})."`
	Connections   int           `short:"n" placeholder:"N" help:"Subscribers, publishers or clients (as the work has it)."`
	Messages      int           `short:"k" placeholder:"N" help:"Messages of each publisher (as the work has it)."`
	InFlight      int           `placeholder:"N" help:"Publishes of a connection that may be unanswered (as the work has it)."`
	Subscriptions int           `placeholder:"N" help:"Channels of each connection, with quiet (1000)."`
	Rate          float64       `placeholder:"N" help:"Publishes a second, with latency, quiet and slow (as the work has it)."`
	Size          size          `placeholder:"BYTES" help:"Data of a record (128; with slow 4096)."`
	OwnChannels   bool          `help:"A channel for each connection, with idle and connect."`
	Codec         string        `default:"json" enum:"bin,json" placeholder:"bin|json" help:"How frames are encoded (${default})."`
	Deflate       bool          `help:"Ask for permessage-deflate."`
	PID           int           `name:"pid" placeholder:"PID" help:"The server's process, if it runs on this machine (Linux): its CPU and memory are measured."`
	Rest          time.Duration `placeholder:"DURATION" help:"Rest before memory is looked at (5s)."`
	Timeout       time.Duration `default:"1m" placeholder:"DURATION" help:"How long to wait for what is to come (${default})."`
	JSON          bool          `help:"Print the result as JSON."`
}

func (c *benchCmd) Run(e *env) error {
	name := "holdfast"
	if c.Codec == "bin" {
		name = "holdfast-binary"
	}
	d, err := load.DialectOf(name)
	if err != nil {
		return err
	}
	t, err := load.TargetOf(c.URL, d)
	if err != nil {
		return &holdfast.Error{Code: holdfast.CodeBadArgument, Op: "bench", Cause: err}
	}
	work, err := load.WorkOf(c.Work)
	if err != nil {
		return err
	}
	if c.Deflate {
		t.Compression = load.CompressionOn
	}
	if c.PID != 0 {
		if t.Process.PIDs = []int{c.PID}; !t.Process.Measured() {
			return usage("bench: process %d cannot be measured: is it running, and is this Linux?", c.PID)
		}
	}
	o := load.Options{Connections: c.Connections, Messages: c.Messages, InFlight: c.InFlight, Subscriptions: c.Subscriptions, Rate: c.Rate,
		Size: int(c.Size), Rest: c.Rest, Timeout: c.Timeout}
	if c.OwnChannels {
		o.Channels = load.ChannelsOwn
	}
	r, err := work.Run(e.ctx, t, o)
	if err != nil {
		return &holdfast.Error{Code: holdfast.CodeIO, Op: "bench", Cause: err}
	}
	if c.JSON {
		json.NewEncoder(e.stdout).Encode(r)
	} else {
		fmt.Fprintln(e.stdout, r)
	}
	if r.Faults != (load.Faults{}) || r.Count < r.Wanted {
		return &exitError{exitFailed, fmt.Sprintf("bench: %d of %d %s; lost %d, doubled %d, disordered %d",
			r.Count, r.Wanted, r.Unit, r.Lost, r.Doubled, r.Disordered)}
	}
	return nil
}
