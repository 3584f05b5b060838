package main

import (
	"bytes"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// docPage explains the codes to people. Its prose is written by hand; what stands between two markers is made here.
const docPage = "docs/close-codes.md"

// renderPage puts the tables into the page.
func renderPage(page []byte, t *table, codes []entry) ([]byte, error) {
	for _, section := range []struct{ name, content string }{
		{"classes", classRows(t)},
		{"close", closeRows(t)},
		{"status", statusRows(t)},
		{"holdfast", holdfastRows(t, codes)},
	} {
		begin, end := "<!-- begin "+section.name+" -->\n", "<!-- end "+section.name+" -->\n"
		before, rest, ok := bytes.Cut(page, []byte(begin))
		_, after, ended := bytes.Cut(rest, []byte(end))
		if !ok || !ended {
			return nil, fmt.Errorf("%s: the markers of %s are missing", docPage, section.name)
		}
		page = bytes.Join([][]byte{before, []byte(begin + section.content + end), after}, nil)
	}
	return page, nil
}

func classRows(t *table) string {
	var b strings.Builder
	b.WriteString("| class | what happened | by default it | what you can do |\n| --- | --- | --- | --- |\n")
	for _, c := range t.Classes {
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", c.Name, c.What, byDefault(c), c.Hint)
	}
	return b.String()
}

func closeRows(t *table) string {
	var b strings.Builder
	b.WriteString("| code | who sends it | what it means in practice | class | by default | what you can do |\n| --- | --- | --- | --- | --- | --- |\n")
	for _, m := range t.Close {
		fmt.Fprintf(&b, "| %s %s | %s | %s | `%s` | %s | %s |\n", numbers(m), m.Name, m.Who, m.What, m.Class, t.outcome(m), m.Hint)
	}
	return b.String()
}

func statusRows(t *table) string {
	var b strings.Builder
	b.WriteString("| status | what it means for a WebSocket | class | by default | what you can do |\n| --- | --- | --- | --- | --- |\n")
	for _, m := range t.Status {
		name := m.Name
		if name == "" {
			name = http.StatusText(m.From)
		}
		fmt.Fprintf(&b, "| %s %s | %s | `%s` | %s | %s |\n", numbers(m), name, m.What, m.Class, t.outcome(m), m.Hint)
	}
	return b.String()
}

func holdfastRows(t *table, codes []entry) string {
	var b strings.Builder
	b.WriteString("| code | what happened | class | by default | what you can do |\n| --- | --- | --- | --- | --- |\n")
	for _, e := range codes {
		for _, m := range t.Holdfast {
			if e.Code >= m.From && e.Code <= m.last() {
				fmt.Fprintf(&b, "| %d %s | %s | `%s` | %s | %s |\n", e.Code, e.Name, e.What, m.Class, t.outcome(m), e.Hint)
				break
			}
		}
	}
	return b.String()
}

func numbers(m mapping) string {
	if m.last() == m.From {
		return strconv.Itoa(m.From)
	}
	return strconv.Itoa(m.From) + "–" + strconv.Itoa(m.last())
}

// outcome is what is done about a number.
func (t *table) outcome(m mapping) string {
	retry := m.Retry
	if retry == "" {
		c, _ := t.class(m.Class)
		retry = c.Retry
	}
	if retry == "stop" {
		return "stops"
	}
	return "reconnects"
}
