package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/holdfast-ws/holdfast/cmd/holdfast/internal/config"
)

type configCmd struct {
	Check  configCheckCmd  `cmd:"" help:"Check a file, and list all its mistakes."`
	Print  configPrintCmd  `cmd:"" help:"Show what serve would run with, and where each value comes from; secrets are not shown."`
	Schema configSchemaCmd `cmd:"" help:"Print a JSON schema of the file, for editors."`
}

type configCheckCmd struct {
	File string `arg:"" help:"YAML file to check, by itself: neither variables nor flags count."`
}

func (c *configCheckCmd) Run(e *env) error {
	if _, err := config.Load(config.Input{Options: serveOptions(), File: c.File}); err != nil {
		return configError(err)
	}
	_, err := fmt.Fprintf(e.stdout, "%s is in order\n", c.File)
	return err
}

type configPrintCmd struct {
	Serve serveCmd `embed:""`
	JSON  bool     `help:"Print JSON."`
}

func (c *configPrintCmd) Run(e *env) error {
	if strays := strayVariables(os.Environ()); len(strays) > 0 {
		e.say("no option has the name of %s", strings.Join(strays, ", "))
	}
	if c.JSON {
		return c.Serve.settings.PrintJSON(e.stdout)
	}
	return c.Serve.settings.Print(e.stdout)
}

// strayVariables lists variables that look like options and are none. They are no mistakes: Kubernetes sets such ones.
func strayVariables(environ []string) []string {
	known := map[string]bool{envPrefix + "_CONFIG": true}
	for _, o := range serveOptions() {
		known[o.Env] = true
		if o.Secret {
			known[o.Env+"_FILE"] = true
		}
	}
	var strays []string
	for _, v := range environ {
		if name, _, _ := strings.Cut(v, "="); strings.HasPrefix(name, envPrefix+"_") && !known[name] {
			strays = append(strays, name)
		}
	}
	return strays
}

type configSchemaCmd struct{}

func (c *configSchemaCmd) Run(e *env) error { return config.Schema(e.stdout, serveOptions()) }

// writeOptions writes the table of docs/configuration.md.
func writeOptions(w io.Writer) error { return config.Markdown(w, serveOptions()) }

// configError makes mistakes an error of usage.
func configError(err error) error {
	if m, ok := errors.AsType[config.Mistakes](err); ok {
		return usage("%s", m.Error())
	}
	return &exitError{exitFailed, err.Error()}
}
