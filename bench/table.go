package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// show writes the table and the plots beside a file of results, and prints the table.
func show(file string) error {
	r, err := readResults(file)
	if err != nil {
		return err
	}
	base := strings.TrimSuffix(file, ".json")
	plots, err := drawAll(r, base)
	if err != nil {
		return err
	}
	text := table(r, plots)
	if err := os.WriteFile(base+".md", []byte(text), 0o644); err != nil {
		return err
	}
	fmt.Print(text)
	fmt.Fprintf(os.Stderr, "\nwritten: %s, %s.md and %d plots\n", file, base, len(plots))
	return nil
}

// table is the results in Markdown. plots are files of rows, by name.
func table(r *results, plots map[string]string) string {
	var b strings.Builder
	day, _, _ := strings.Cut(r.Date, "T")
	fmt.Fprintf(&b, "# Measured on %s\n\n", day)
	fmt.Fprintf(&b, "%d cores of %s, %s, %s; server and load on the same ones, plain loopback TCP. Medians over rounds, as many as each table says, in each of which "+
		"every server is started anew and measured beside the others; a ratio is the median of the rounds' ratios. CPU is that of "+
		"the server's process, from the kernel.\n\n", r.Machine.Cores, r.Machine.CPU, r.Machine.Memory, r.Machine.Kernel)
	var v []string
	for _, name := range slices.Sorted(maps.Keys(r.Versions)) {
		v = append(v, name+" "+r.Versions[name])
	}
	fmt.Fprintf(&b, "Versions: %s.\n", strings.Join(v, ", "))
	goalTable(&b, r)
	for i := range r.Rows {
		rowTable(&b, &r.Rows[i], plots[r.Rows[i].Name])
	}
	recordedTable(&b)
	return b.String()
}

// goalTable has a line for each goal of the rows that were measured.
func goalTable(b *strings.Builder, r *results) {
	var lines []string
	for _, w := range sets()["all"] {
		got := r.row(w.name)
		if got == nil {
			continue
		}
		for _, g := range w.goals {
			if l := g.line(got); l != "" {
				lines = append(lines, l)
			}
		}
	}
	if len(lines) == 0 {
		return
	}
	b.WriteString("\n## Goals\n\n| work | figure | is | ratio | beside | goal | reached |\n| --- | --- | --- | --- | --- | --- | --- |\n")
	b.WriteString(strings.Join(lines, ""))
}

// line is empty where one of the sides was not measured.
func (g *goal) line(r *rowResult) string {
	m := metricOf(g.metric)
	if len(r.Samples[g.server]) == 0 {
		return ""
	}
	is := r.medianOf(g.server, m)
	other, ratio, beside, wanted := g.of, "", "–", "≤ "+m.format(g.plus)
	limit := g.plus
	if other == cheapest {
		other = r.cheapestPeer(m)
	}
	if g.of != "" {
		if other == "" || len(r.Samples[other]) == 0 {
			return ""
		}
		q := r.ratioOf(g.server, other, m)
		limit = g.factor * is / max(q, 1e-9) // what the other has, as the pairs see it
		if g.plus > 0 {
			limit = g.factor*r.medianOf(other, m) + g.plus
		}
		ratio, beside = formatFactor(q), titleOf(other)+" "+m.format(r.medianOf(other, m))
		if wanted = fmt.Sprintf("≤ %.2f × %s", g.factor, titleOf(other)); g.plus > 0 {
			wanted = "≤ " + titleOf(other) + " + " + m.format(g.plus)
		}
	}
	reached := "no"
	if is <= limit {
		reached = "yes"
	}
	return fmt.Sprintf("| %s | %s, %s | %s | %s | %s | %s | %s |\n", r.Title, titleOf(g.server), m.title, m.format(is), ratio, beside, wanted, reached)
}

func titleOf(server string) string {
	if k, err := kindOf(server); err == nil {
		return k.title
	}
	return server
}

// rowTable has a line for each server.
func rowTable(b *strings.Builder, r *rowResult, plot string) {
	fmt.Fprintf(b, "\n## %s\n", upperFirst(r.Title))
	if plot != "" {
		fmt.Fprintf(b, "\n![%s](%s)\n", r.Title, filepath.Base(plot))
	}
	fmt.Fprintf(b, "\nMedians of %d rounds.\n", r.rounds())
	if r.Thread {
		b.WriteString("\nOne thread of the load read all subscribers.\n")
	}
	servers := r.measured()
	var shown []metric
	for _, m := range keyFirst(r.Name) {
		for _, s := range servers {
			if r.medianOf(s, m) != 0 {
				shown = append(shown, m)
				break
			}
		}
	}
	b.WriteString("\n| server |")
	var rule strings.Builder
	rule.WriteString("\n| --- |")
	for i, m := range shown {
		b.WriteString(" " + m.title + " |")
		rule.WriteString(" --- |")
		if i == 0 {
			b.WriteString(" of the first |")
			rule.WriteString(" --- |")
		}
	}
	b.WriteString(rule.String() + "\n")
	for _, s := range servers {
		fmt.Fprintf(b, "| %s |", titleOf(s))
		for i, m := range shown {
			fmt.Fprintf(b, " %s |", m.format(r.medianOf(s, m)))
			if i == 0 {
				fmt.Fprintf(b, " %s |", formatFactor(r.ratioOf(s, servers[0], m)))
			}
		}
		b.WriteString("\n")
	}
	for _, s := range slices.Sorted(maps.Keys(r.Missing)) {
		first, _, _ := strings.Cut(r.Missing[s], "\n")
		fmt.Fprintf(b, "\n%s is left out: %s.\n", titleOf(s), first)
	}
}

// keyFirst are all metrics, the one that matters most for the row first.
func keyFirst(row string) []metric {
	key := "cpu"
	for _, w := range sets()["all"] {
		switch {
		case w.name != row:
		case len(w.goals) > 0:
			key = w.goals[0].metric
		case len(w.plot) > 0:
			key = w.plot[0]
		case w.work == "idle":
			key = "memory"
		}
	}
	list := []metric{metricOf(key)}
	for _, m := range metrics {
		if m.name != key {
			list = append(list, m)
		}
	}
	return list
}

func upperFirst(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// recordedTable has figures that were taken elsewhere.
func recordedTable(b *strings.Builder) {
	b.WriteString("\n## Recorded: Centrifugo 6.9.1\n\nNot measured in this run, and quoted as they were recorded with the design in 2026, on a machine of " +
		"two cores, server and load on the same two: memory engine, with history and recovery, its memory-saving options set, JSON, 128 bytes.\n\n| work | Centrifugo |\n| --- | --- |\n")
	for _, l := range [][2]string{
		{"idle memory for each connection with one subscription", "37–39 KB"},
		{"fan-out to 1,000, one publish in flight: CPU for each delivery", "10.7–11 µs"},
		{"fan-out to 1,000, 16 in flight", "2.4 µs"},
		{"publish and ack, 20 publishers, 64 in flight each, memory", "7.2–8.6 µs"},
		{"publish and ack, one publisher, 64 in flight", "13–15 µs"},
		{"500 subscribers, 20 messages a second", "p50 4.8 ms, p99 7.6 ms, 14.5 µs"},
		{"5,000 clients come back at once, 20 records each", "0.9 s, 200 µs a client"},
		{"connecting, with a subscription: CPU", "171 µs"},
	} {
		fmt.Fprintf(b, "| %s | %s |\n", l[0], l[1])
	}
}
