// Command mutate shows that the tests bite: it breaks a copy of the tree with each patch of a list, one after the
// other, runs the check that the patch names, and expects it to fail.
//
//	mutate [-run REGEXP] [-results FILE] [FOLDER]
//
// It exits with 1 if a check passes on broken code, or fails on the code as it is.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

func main() {
	only := flag.String("run", "", "only patches whose file name matches")
	results := flag.String("results", "", "write the table of results to this file, as Markdown")
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(), "usage: mutate [-run REGEXP] [-results FILE] [FOLDER]")
		flag.PrintDefaults()
	}
	flag.Parse()
	folder := "mutations"
	if flag.NArg() > 0 {
		folder = flag.Arg(0)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, folder, *only, *results); err != nil {
		fmt.Fprintln(os.Stderr, "mutate:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, folder, only, results string) error {
	pattern, err := regexp.Compile(only)
	if err != nil {
		return err
	}
	all, err := readPatches(folder)
	if err != nil {
		return err
	}
	all = slices.DeleteFunc(all, func(p patch) bool { return !pattern.MatchString(p.file) })
	if len(all) == 0 {
		return fmt.Errorf("no patch in %s matches %q", folder, only)
	}
	t, err := newTree(ctx)
	if err != nil {
		return err
	}
	defer t.remove()
	if err := t.passes(ctx, all); err != nil {
		return err
	}
	survived := 0
	for i := range all {
		p := &all[i]
		start := time.Now()
		if err := t.try(ctx, p); err != nil {
			return fmt.Errorf("%s: %w", p.file, err)
		}
		fmt.Printf("%-52s %5.1fs  %s\n", p.name(), time.Since(start).Seconds(), p.outcome())
		if len(p.caught) == 0 {
			survived++
		}
	}
	if results != "" {
		if err := os.WriteFile(results, table(folder, all), 0o644); err != nil {
			return err
		}
	}
	if survived > 0 {
		return fmt.Errorf("%d of %d ways to break the code were not caught", survived, len(all))
	}
	fmt.Printf("%d ways to break the code, each caught\n", len(all))
	return nil
}

// tree is a copy of the working tree that patches are applied to.
type tree struct{ dir string }

// newTree copies what git knows of, and new files that it does not ignore.
func newTree(ctx context.Context) (*tree, error) {
	list, err := exec.CommandContext(ctx, "git", "ls-files", "-z", "--cached", "--others", "--exclude-standard").Output()
	if err != nil {
		return nil, fmt.Errorf("list the files of the tree: %w", err)
	}
	dir, err := os.MkdirTemp("", "mutate")
	if err != nil {
		return nil, err
	}
	t := &tree{dir}
	for name := range strings.SplitSeq(strings.TrimRight(string(list), "\x00"), "\x00") {
		if err := copyFile(name, filepath.Join(dir, name)); err != nil && !errors.Is(err, os.ErrNotExist) {
			t.remove()
			return nil, err
		}
	}
	return t, nil
}

func (t *tree) remove() { os.RemoveAll(t.dir) }

func copyFile(from, to string) error {
	info, err := os.Stat(from)
	if err != nil {
		return err
	}
	b, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	return os.WriteFile(to, b, info.Mode())
}

// passes runs each check on the code as it is.
func (t *tree) passes(ctx context.Context, all []patch) error {
	done := map[check]bool{}
	for i := range all {
		for _, c := range all[i].checks {
			if done[c] {
				continue
			}
			done[c] = true
			out, err := t.test(ctx, c)
			if err != nil {
				return fmt.Errorf("%s fails on the code as it is:\n%s", c, tail(out, 40))
			}
			if strings.Contains(out, "[no tests to run]") || strings.Contains(out, "[no test files]") {
				return fmt.Errorf("%s: %s names no test", all[i].file, c)
			}
		}
	}
	fmt.Printf("%d checks pass on the code as it is\n", len(done))
	return nil
}

// try breaks the tree, runs the patch's checks until one fails, and mends it.
func (t *tree) try(ctx context.Context, p *patch) error {
	if err := t.apply(ctx, p, "--verbose"); err != nil {
		return err
	}
	for _, c := range p.checks {
		out, err := t.test(ctx, c)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if strings.Contains(out, "[build failed]") || strings.Contains(out, "[setup failed]") {
			p.broken = tail(out, 10)
			break
		}
		if err != nil {
			p.caught = failed(out)
			p.by = c
			break
		}
	}
	return t.apply(ctx, p, "--reverse")
}

func (t *tree) apply(ctx context.Context, p *patch, how string) error {
	cmd := exec.CommandContext(ctx, "git", "apply", how, "-")
	cmd.Dir = t.dir
	cmd.Stdin = strings.NewReader(p.diff)
	// the copy is no repository, and must not be taken for a part of one
	cmd.Env = append(os.Environ(), "GIT_CEILING_DIRECTORIES="+filepath.Dir(t.dir))
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("git apply %s: %w\n%s", how, err, out)
	}
	return nil
}

func (t *tree) test(ctx context.Context, c check) (string, error) {
	args := append([]string{"test", "-count=1", "-failfast", "-timeout=3m", c.pkg, "-run", c.run}, strings.Fields(c.more)...)
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = t.dir
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func tail(s string, lines int) string {
	all := strings.Split(strings.TrimSpace(s), "\n")
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}
