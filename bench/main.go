// Command bench measures this server and others side by side, on one machine and in one run.
//
//	go run ./bench run -server holdfast -work fanout    one work on one server, one line
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := dispatch(ctx, os.Args[1:])
	cancel()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func dispatch(ctx context.Context, args []string) error {
	if len(args) == 0 {
		return fmt.Errorf("say what to do: run")
	}
	switch args[0] {
	case "run":
		return runCommand(ctx, args[1:])
	}
	return fmt.Errorf("there is no command %q", args[0])
}
