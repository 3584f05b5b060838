package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// compareCommand prints two results side by side.
func compareCommand(args []string) error {
	if len(args) != 2 {
		return errors.New("compare: name two files of results")
	}
	a, err := readResults(args[0])
	if err != nil {
		return err
	}
	b, err := readResults(args[1])
	if err != nil {
		return err
	}
	return compare(os.Stdout, a, b)
}

// compare has a line for each figure that both have.
func compare(w io.Writer, a, b *results) error {
	var lines []string
	for i := range a.Rows {
		ra := &a.Rows[i]
		rb := b.row(ra.Name)
		if rb == nil {
			continue
		}
		for _, s := range ra.measured() {
			for _, m := range metrics {
				va, vb := ra.medianOf(s, m), rb.medianOf(s, m)
				if va == 0 || vb == 0 || m.name == "max" || m.name == "rate" {
					continue
				}
				lines = append(lines, fmt.Sprintf("| %s | %s | %s | %s | %s | %s |\n", ra.Name, titleOf(s), m.title, m.format(va), m.format(vb), formatFactor(vb/va)))
			}
		}
	}
	if len(lines) == 0 {
		return errors.New("compare: the files have no figure in common")
	}
	_, err := fmt.Fprintf(w, "A: %s, %s, holdfast %s\nB: %s, %s, holdfast %s\n\n| row | server | figure | A | B | B by A |\n| --- | --- | --- | --- | --- | --- |\n%s",
		a.Date, a.Machine.Name, a.Versions["holdfast"], b.Date, b.Machine.Name, b.Versions["holdfast"], strings.Join(lines, ""))
	return err
}
