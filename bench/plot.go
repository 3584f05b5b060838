package main

import (
	"cmp"
	"math"
	"os"
	"slices"
	"strings"
	"text/template"
)

// A plot has a group of bars for each metric, and in it one bar for each server.
type plot struct {
	Title         string
	Width, Height int
	Groups        []group
	Foot          string
	FootY         int
}

type group struct {
	Title string
	Y     int
	Bars  []bar
}

type bar struct {
	Label, Value, Class string
	Y, TextY            int
	Width, ValueX       float64
}

const (
	plotWidth = 760
	barsX     = 230
	barsWidth = 430
	barStep   = 24
)

var plotTemplate = template.Must(template.New("plot").Parse(`<svg xmlns="http://www.w3.org/2000/svg" width="{{.Width}}" height="{{.Height}}" viewBox="0 0 {{.Width}} {{.Height}}" role="img" aria-label="{{.Title}}">
<style>
text { font: 13px system-ui, sans-serif; fill: #1f2328 }
.title { font-weight: 600; font-size: 15px }
.group, .foot { fill: #59636e }
.label { text-anchor: end }
.ours { fill: #1a7f64 }
.limit { fill: #8c959f }
.peer { fill: #6e8fb8 }
.axis { stroke: #d1d9e0 }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3 }
.group, .foot { fill: #9198a1 }
.ours { fill: #3fb68b }
.limit { fill: #6e7681 }
.peer { fill: #5f86b5 }
.axis { stroke: #3d444d }
}
</style>
<text class="title" x="12" y="24">{{.Title}}</text>
{{range .Groups}}<text class="group" x="12" y="{{.Y}}">{{.Title}}</text>
{{range .Bars}}<text class="label" x="220" y="{{.TextY}}">{{.Label}}</text>
<rect class="{{.Class}}" x="230" y="{{.Y}}" width="{{printf "%.1f" .Width}}" height="16" rx="2"/>
<text x="{{printf "%.1f" .ValueX}}" y="{{.TextY}}">{{.Value}}</text>
{{end}}{{end}}<text class="foot" x="12" y="{{.FootY}}">{{.Foot}}</text>
</svg>
`))

// drawAll draws the rows that have plots, and growth. It returns the files by the rows' names.
func drawAll(r *results, base string) (map[string]string, error) {
	files := map[string]string{}
	day, _, _ := strings.Cut(r.Date, "T")
	foot := func(got *rowResult) string {
		return "Medians of " + itoa(got.rounds()) + " rounds side by side, " + itoa(r.Machine.Cores) + " cores, " + day + ". Less is better."
	}
	for _, w := range sets()["all"] {
		got := r.row(w.name)
		if got == nil || len(w.plot) == 0 || len(got.measured()) < 2 {
			continue
		}
		file := base + "-" + w.name + ".svg"
		if err := write(file, plotTemplate, barsOf(got, w.plot, foot(got))); err != nil {
			return nil, err
		}
		files[w.name] = file
	}
	return files, drawGrowth(r, base, "Medians of rounds side by side, "+itoa(r.Machine.Cores)+" cores, "+day+". Less is better.", files)
}

func write(file string, t *template.Template, data any) error {
	var b strings.Builder
	if err := t.Execute(&b, data); err != nil {
		return err
	}
	return os.WriteFile(file, []byte(b.String()), 0o644)
}

func barsOf(r *rowResult, names []string, foot string) *plot {
	p := &plot{Title: xmlText(upperFirst(r.Title)), Width: plotWidth, Foot: foot}
	y := 36
	for _, name := range names {
		m := metricOf(name)
		servers := r.measured()
		slices.SortStableFunc(servers, func(a, b string) int { return cmp.Compare(r.medianOf(a, m), r.medianOf(b, m)) })
		most := 0.0
		for _, s := range servers {
			most = math.Max(most, r.medianOf(s, m))
		}
		y += 12
		g := group{Title: m.title, Y: y}
		y += 10
		for _, s := range servers {
			v := r.medianOf(s, m)
			w := math.Max(1, v/math.Max(most, 1e-9)*barsWidth)
			g.Bars = append(g.Bars, bar{Label: xmlText(titleOf(s)), Value: m.format(v), Class: classOf(s), Y: y, TextY: y + 13, Width: w, ValueX: barsX + w + 8})
			y += barStep
		}
		p.Groups = append(p.Groups, g)
	}
	p.FootY = y + 16
	p.Height = y + 28
	return p
}

func classOf(server string) string {
	switch {
	case strings.HasPrefix(server, "holdfast"):
		return "ours"
	case isPeer(server):
		return "peer"
	}
	return "limit"
}

func xmlText(s string) string { return template.HTMLEscapeString(s) }
