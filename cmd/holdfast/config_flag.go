package main

import (
	"context"
	"log/slog"
	"os"
	"reflect"
	"strings"
	"sync"

	"github.com/alecthomas/kong"

	"github.com/holdfast-ws/holdfast/cmd/holdfast/internal/config"
)

// envPrefix begins the names of the variables that set options of serve.
const envPrefix = "HOLDFAST"

// configFlag is embedded in a command whose options may also come from a file and from the environment.
type configFlag struct {
	Config string `placeholder:"FILE" help:"Read options from this YAML file. HOLDFAST_… variables count before it, and flags before these; see docs/configuration.md."`

	input    config.Input
	settings *config.Settings
}

// serveOptions are the options of serve that may stand in the file.
func serveOptions() []*config.Option {
	var cli struct {
		Serve serveCmd `cmd:""`
	}
	return config.Options(kong.Must(&cli).Model.Children[0], envPrefix, "config")
}

// BeforeResolve is called by kong once the flags are known.
func (c *serveCmd) BeforeResolve(ctx *kong.Context) error { return c.load(ctx) }

// load puts the configuration together, and hands the values over to kong.
func (c *configFlag) load(ctx *kong.Context) error {
	c.input = config.Input{Options: serveOptions(), Sections: serveSections(), File: os.Getenv(envPrefix + "_CONFIG"), Lookup: os.LookupEnv, Flags: map[string]reflect.Value{}}
	for _, p := range ctx.Path {
		if p.Flag == nil || p.Resolved {
			continue
		}
		v := reflect.ValueOf(ctx.FlagValue(p.Flag))
		if c.input.Flags[p.Flag.Name] = v; p.Flag.Name == "config" {
			c.input.File = v.String()
		}
	}
	var err error
	if c.settings, err = config.Load(c.input); err != nil {
		return configError(err)
	}
	ctx.AddResolver(kong.ResolverFunc(func(_ *kong.Context, _ *kong.Path, f *kong.Flag) (any, error) {
		if text, from, ok := c.settings.Text(f.Name); ok && from.Layer != config.Flag {
			return text, nil
		}
		return nil, nil
	}))
	return nil
}

// reloadAsked delivers SIGHUP if there is a file to read again then. One that comes before anybody listens waits. What is returned gives the
// signal back.
func (c *configFlag) reloadAsked(safe *secured) (hup <-chan os.Signal, stop func()) {
	if c.input.File == "" && !safe.reloads() {
		return nil, func() {} // a terminal that closes ends the program, as it always does
	}
	return reloadSignal()
}

// reloads reads the configuration, and certificates, again at each hup until ctx ends.
func (c *configFlag) reloads(ctx context.Context, owner *sync.WaitGroup, hup <-chan os.Signal, logger *slog.Logger, level *slog.LevelVar, safe *secured) {
	owner.Go(func() {
		for {
			select {
			case <-ctx.Done():
				return
			case <-hup:
				if c.input.File != "" {
					c.reload(logger, level)
				}
				if safe.reloads() {
					safe.reload()
				}
			}
		}
	})
}

// reload takes over what can be taken over. A configuration with a mistake changes nothing.
func (c *configFlag) reload(logger *slog.Logger, level *slog.LevelVar) {
	// It is always said that it was done: whoever sent the signal looks for it.
	always := slog.New(atLeast{logger.Handler()})
	next, err := config.Load(c.input)
	if err != nil {
		always.Error("the configuration stays as it was", "error", strings.ReplaceAll(err.Error(), "\n  ", " "))
		return
	}
	var changed, later []string
	for _, v := range c.settings.Changed(next) {
		if v.Option.Reload {
			changed = append(changed, v.Option.Name)
		} else {
			later = append(later, v.Option.Name)
		}
	}
	level.Set(config.Value[slog.Level](next, "log-level"))
	c.settings = c.settings.With(next, changed)
	always.Info("the configuration was read again", "changed", strings.Join(changed, " "), "needs_restart", strings.Join(later, " "))
}

// atLeast is a handler that takes everything.
type atLeast struct{ slog.Handler }

func (atLeast) Enabled(context.Context, slog.Level) bool { return true }
