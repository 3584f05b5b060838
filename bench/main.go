// Command bench measures this server and others side by side, on one machine and in one run. See README.md beside it.
//
//	go run ./bench run -server holdfast -work fanout    one work on one server, one line
//	go run ./bench measure -set figures                 rows of works, each on several servers in turn; writes bench/results
//	go run ./bench show FILE.json                       writes the table and the plots of results anew
//	go run ./bench compare A.json B.json                two results side by side
//	go run ./bench many -n 100000                       idle connections to several server processes
package main

import (
	"context"
	"errors"
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
		return errors.New("say what to do: run, measure, show, compare or many")
	}
	switch args[0] {
	case "own":
		return ownCommand(ctx, args[1:])
	case "compare":
		return compareCommand(args[1:])
	case "many":
		return manyCommand(ctx, args[1:])
	case "measure":
		return measureCommand(ctx, args[1:])
	case "show":
		if len(args) != 2 {
			return errors.New("show: name a file of results")
		}
		return show(args[1])
	case "run":
		return runCommand(ctx, args[1:])
	}
	return fmt.Errorf("there is no command %q", args[0])
}
