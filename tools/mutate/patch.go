package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// patch is one way to break the code. Its file begins with lines of the form "Name: value", Promise, Breaks and
// one or more of Check, then an empty line, then the diff:
//
//	Promise: 1
//	Breaks: a duplicate is stored again
//	Check: ./store/memory TestBackend
//
// A check is a package, a pattern for -run, and further arguments for go test.
type patch struct {
	file    string
	promise string
	breaks  string
	checks  []check
	diff    string

	broken string   // why it does not compile
	caught []string // what failed
	by     check
}

type check struct{ pkg, run, more string }

func (c check) String() string {
	return strings.TrimSpace(fmt.Sprintf("go test %s -run %s %s", c.pkg, c.run, c.more))
}

func (p *patch) name() string {
	return strings.TrimSuffix(filepath.Base(p.file), ".patch")
}

func (p *patch) outcome() string {
	switch {
	case p.broken != "":
		return "DOES NOT COMPILE\n" + p.broken
	case len(p.caught) == 0:
		return "NOT CAUGHT"
	}
	return "caught by " + strings.Join(p.caught, ", ")
}

// readPatches reads a folder and those below it, in order of their names.
func readPatches(folder string) (all []patch, err error) {
	err = filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".patch" {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		p, err := parse(string(b))
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		p.file = path
		all = append(all, p)
		return nil
	})
	return all, err
}

func parse(text string) (p patch, err error) {
	head, diff, ok := strings.Cut(text, "\n\n")
	if !ok {
		return p, fmt.Errorf("no empty line between the head and the diff")
	}
	p.diff = diff
	for line := range strings.SplitSeq(head, "\n") {
		name, value, _ := strings.Cut(line, ":")
		value = strings.TrimSpace(value)
		switch {
		case value == "":
			return p, fmt.Errorf("%q is not of the form Name: value", line)
		case name == "Promise":
			p.promise = value
		case name == "Breaks":
			p.breaks = value
		case name == "Check":
			f := strings.SplitN(value, " ", 3)
			if len(f) < 2 {
				return p, fmt.Errorf("a check names a package and a pattern, not %q", value)
			}
			c := check{pkg: f[0], run: f[1]}
			if len(f) == 3 {
				c.more = f[2]
			}
			p.checks = append(p.checks, c)
		default:
			return p, fmt.Errorf("%q is none of Promise, Breaks and Check", name)
		}
	}
	if p.promise == "" || p.breaks == "" || len(p.checks) == 0 {
		return p, fmt.Errorf("one of Promise, Breaks and Check is missing")
	}
	if !strings.HasPrefix(strings.TrimSpace(p.diff), "diff ") && !strings.HasPrefix(strings.TrimSpace(p.diff), "--- ") {
		return p, fmt.Errorf("what follows the head is not a diff")
	}
	return p, nil
}

var failLine = regexp.MustCompile(`(?m)^--- FAIL: (\S+)`)

// failed names the tests that failed in the output of go test.
func failed(out string) (names []string) {
	for _, m := range failLine.FindAllStringSubmatch(out, -1) {
		names = append(names, m[1])
	}
	switch {
	case strings.Contains(out, "panic: test timed out"):
		names = append(names, "its time limit")
	case len(names) == 0:
		names = append(names, "the end of the test process")
	}
	return names
}

// table is the list of results as Markdown, for a file in the folder of the patches.
func table(folder string, all []patch) []byte {
	var b bytes.Buffer
	b.WriteString("# Which check caught which\n\nWritten by `make mutations`.\n\n| promise | the code, broken | caught by |\n| --- | --- | --- |\n")
	for i := range all {
		p := &all[i]
		caught := "**nothing**"
		if len(p.caught) > 0 {
			caught = "`" + strings.Join(p.caught, "`, `") + "` in " + p.by.pkg
		}
		rel, _ := filepath.Rel(folder, p.file)
		fmt.Fprintf(&b, "| %s | [%s](%s): %s | %s |\n", p.promise, p.name(), filepath.ToSlash(rel), p.breaks, caught)
	}
	return b.Bytes()
}
