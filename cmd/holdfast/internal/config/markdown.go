package config

import (
	"fmt"
	"io"
	"strings"
)

// Markdown writes a table of the options that are not hidden.
func Markdown(w io.Writer, options []*Option) error {
	var b strings.Builder
	b.WriteString("| option | variable | value | default | what it does |\n| --- | --- | --- | --- | --- |\n")
	for _, o := range options {
		if !o.Hidden {
			fmt.Fprintf(&b, "| `%s` | `%s` | %s | %s | %s |\n", o.Name, o.Env, o.values(), code(o.Default), cell(o.Help+o.notes()))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// values says what is allowed.
func (o *Option) values() string {
	text := string(o.Kind)
	if o.Kind == Choice {
		text = "`" + strings.Join(o.Choices, "`, `") + "`"
	}
	switch {
	case o.Min != "" && o.Max != "":
		return fmt.Sprintf("%s, %s to %s", text, o.Min, o.Max)
	case o.Min != "":
		return fmt.Sprintf("%s, %s or more", text, o.Min)
	case o.Max != "":
		return fmt.Sprintf("%s, at most %s", text, o.Max)
	}
	return text
}

func (o *Option) notes() string {
	var notes string
	if o.Secret {
		notes += " Secret: also `" + o.Env + "_FILE`."
	}
	if o.Reload {
		notes += " Can be reloaded."
	}
	return notes
}

func code(text string) string {
	if text == "" {
		return ""
	}
	return "`" + text + "`"
}

func cell(text string) string { return strings.ReplaceAll(text, "|", `\|`) }
