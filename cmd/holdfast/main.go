// Command holdfast serves channels, publishes to them and subscribes to them, so that nothing that was
// acknowledged is lost, doubled or reordered. One file holds one subcommand.
//
// Exit codes: 0 it worked; 1 it failed; 2 the command line was wrong; 3 it worked, but gaps were reported;
// 4 the outcome of some records is unknown.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"
	"golang.org/x/term"

	"github.com/holdfast-ws/holdfast/server"
	"github.com/holdfast-ws/holdfast/store/disk"
)

const (
	exitFailed  = 1
	exitUsage   = 2
	exitGaps    = 3
	exitUnknown = 4
)

type commands struct {
	Serve     serveCmd     `cmd:"" help:"Serve channels over WebSocket."`
	Publish   publishCmd   `cmd:"" help:"Publish standard input, or a file, to a channel."`
	Subscribe subscribeCmd `cmd:"" help:"Write a channel's records to standard output, or to a file."`
	Connect   connectCmd   `cmd:"" help:"Connect to any WebSocket server, and stay connected."`
	Chaos     chaosCmd     `cmd:"" help:"Be a TCP proxy that cuts, delays, slows and goes silent."`
	Demo      demoCmd      `cmd:"" help:"Send a file through cut connections and killed processes, and compare."`
	Bench     benchCmd     `cmd:"" help:"Put a server under load, and measure it."`
	Health    healthCmd    `cmd:"" help:"Say whether a WebSocket server answers: upgrade, and ping."`
	Token     tokenCmd     `cmd:"" help:"Make and check tokens (JWT)."`

	Config     configCmd     `cmd:"" help:"Check, show and describe the configuration of serve."`
	Completion completionCmd `cmd:"" help:"Print a script that completes commands and flags in a shell."`
	Version    versionCmd    `cmd:"" help:"Print the version."`
}

// env is what a command runs in.
type env struct {
	ctx    context.Context // ends at the first SIGINT or SIGTERM
	stdin  io.Reader
	stdout io.Writer
	stderr io.Writer
	tty    bool // stderr is a terminal

	// adjust changes what serve makes a server of. It is for tests; nil otherwise.
	adjust func(s *server.Options, d *disk.Options)
}

// say writes a line to standard error.
func (e *env) say(format string, args ...any) {
	fmt.Fprintf(e.stderr, "holdfast: "+format+"\n", args...)
}

// exitError ends a command with a code of its own.
type exitError struct {
	code int
	text string
}

func (e *exitError) Error() string { return e.text }

func main() { os.Exit(begin(&env{})) }

// begin runs the process's command line, with its signals and files.
func begin(e *env) int {
	ctx, cancel := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-signals
		cancel()
		<-signals
		os.Exit(exitFailed)
	}()
	e.ctx, e.stdin, e.stdout, e.stderr = ctx, os.Stdin, os.Stdout, os.Stderr
	e.tty = term.IsTerminal(int(os.Stderr.Fd()))
	return run(e, os.Args[1:])
}

// run carries a command line out and returns the exit code.
func run(e *env, args []string) (code int) {
	type exit int
	defer func() {
		if r := recover(); r != nil {
			c, ok := r.(exit)
			if !ok {
				panic(r)
			}
			code = int(c)
		}
	}()
	var cli commands
	parser, err := kong.New(&cli, kong.Name("holdfast"),
		kong.Description("A WebSocket pipe that cannot break: nothing acknowledged is lost, doubled or reordered.\n\n"+
			"Exit codes: 0 it worked, 1 it failed, 2 wrong command line, 3 gaps were reported, 4 outcomes are unknown."),
		kong.Writers(e.stdout, e.stderr), kong.Exit(func(c int) { panic(exit(c)) }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}))
	if err != nil {
		panic(err)
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	cmd, err := parser.Parse(args)
	if x, ok := errors.AsType[*exitError](err); ok { // from reading the configuration
		e.say("%s", x.text)
		return x.code
	}
	if err != nil {
		e.say("%v; see holdfast --help", err)
		return exitUsage
	}
	err = cmd.Run(e)
	if err == nil {
		return 0
	}
	if x, ok := errors.AsType[*exitError](err); ok {
		e.say("%s", x.text)
		return x.code
	}
	e.say("%s", strings.ReplaceAll(err.Error(), "\n", "; "))
	return exitFailed
}

// usage is a mistake in the command line that the parser could not see.
func usage(format string, args ...any) error {
	return &exitError{exitUsage, fmt.Sprintf(format, args...)}
}
