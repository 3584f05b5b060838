package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"text/template"
)

// A lines plot has a curve for each work: what one unit costs at each size, by what it costs at the smallest.
type lines struct {
	Title, Foot string
	Curves      []curve
	Ticks       []tick
	Levels      []tick
}

type curve struct {
	Label, Points string
	Class         int
	LabelX        float64
	LabelY        float64
	Dots          []dot
}

type dot struct{ X, Y float64 }

type tick struct {
	At    float64
	Label string
}

const (
	linesLeft, linesRight = 60.0, 480.0
	linesTop, linesBottom = 50.0, 270.0
)

var linesTemplate = template.Must(template.New("lines").Parse(`<svg xmlns="http://www.w3.org/2000/svg" width="760" height="330" viewBox="0 0 760 330" role="img" aria-label="{{.Title}}">
<style>
text { font: 13px system-ui, sans-serif; fill: #1f2328 }
.title { font-weight: 600; font-size: 15px }
.foot, .tick { fill: #59636e }
.middle { text-anchor: middle }
.end { text-anchor: end }
.axis { stroke: #d1d9e0 }
polyline { fill: none; stroke-width: 2 }
.c0 { stroke: #1a7f64 } .c1 { stroke: #6639ba } .c2 { stroke: #bc4c00 } .c3 { stroke: #0969da } .c4 { stroke: #8c959f }
circle.c0 { fill: #1a7f64 } circle.c1 { fill: #6639ba } circle.c2 { fill: #bc4c00 } circle.c3 { fill: #0969da } circle.c4 { fill: #8c959f }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3 }
.foot, .tick { fill: #9198a1 }
.axis { stroke: #3d444d }
.c0 { stroke: #3fb68b } .c1 { stroke: #ab7df8 } .c2 { stroke: #f0883e } .c3 { stroke: #4493f8 } .c4 { stroke: #6e7681 }
circle.c0 { fill: #3fb68b } circle.c1 { fill: #ab7df8 } circle.c2 { fill: #f0883e } circle.c3 { fill: #4493f8 } circle.c4 { fill: #6e7681 }
}
</style>
<text class="title" x="12" y="24">{{.Title}}</text>
{{range .Levels}}<line class="axis" x1="60" x2="480" y1="{{printf "%.1f" .At}}" y2="{{printf "%.1f" .At}}"/>
<text class="tick end" x="52" y="{{printf "%.1f" .At}}" dy="4">{{.Label}}</text>
{{end}}{{range .Ticks}}<text class="tick middle" x="{{printf "%.1f" .At}}" y="290">{{.Label}}</text>
{{end}}{{range .Curves}}<polyline class="c{{.Class}}" points="{{.Points}}"/>
{{$c := .Class}}{{range .Dots}}<circle class="c{{$c}}" cx="{{printf "%.1f" .X}}" cy="{{printf "%.1f" .Y}}" r="3.5"/>
{{end}}<text x="{{printf "%.1f" .LabelX}}" y="{{printf "%.1f" .LabelY}}" dy="4">{{.Label}}</text>
{{end}}<text class="foot" x="12" y="316">{{.Foot}}</text>
</svg>
`))

// drawGrowth draws how our cost of one unit changes with the size.
func drawGrowth(r *results, base, foot string, files map[string]string) error {
	byWork := map[string]map[int]float64{}
	var order []string
	most := 1.5
	for i := range r.Rows {
		row := &r.Rows[i]
		name, size, ok := strings.Cut(row.Name, "@")
		factor, err := strconv.Atoi(size)
		if !ok || err != nil || len(row.Samples["holdfast"]) == 0 {
			continue
		}
		if byWork[name] == nil {
			byWork[name] = map[int]float64{}
			order = append(order, name)
		}
		m := metricOf("cpu")
		if row.Work == "idle" {
			m = metricOf("memory")
		}
		byWork[name][factor] = row.medianOf("holdfast", m)
		if first := byWork[name][1]; first > 0 {
			most = math.Max(most, byWork[name][factor]/first)
		}
	}
	if len(order) == 0 {
		return nil
	}
	most = math.Ceil(most*2) / 2
	x := func(f int) float64 { return linesLeft + math.Log2(float64(f))/4*(linesRight-linesLeft) }
	y := func(v float64) float64 { return linesBottom - v/most*(linesBottom-linesTop) }
	p := lines{Title: "Cost of one unit at 1, 4 and 16 times the size, by that at 1 ×", Foot: foot}
	step := .5
	for most/step > 8 {
		step *= 2
	}
	for v := 0.0; v <= most; v += step {
		p.Levels = append(p.Levels, tick{y(v), fmt.Sprintf("%.1f ×", v)})
	}
	for _, f := range []int{1, 4, 16} {
		p.Ticks = append(p.Ticks, tick{x(f), itoa(f) + " ×"})
	}
	titles := map[string]string{"growth-idle": "memory of a connection", "growth-fanout": "CPU of a delivery", "growth-ingest": "CPU of a publish",
		"growth-storm": "CPU of a client's return"}
	for i, name := range order {
		c := curve{Label: titles[name], Class: i % 5, LabelX: linesRight + 14}
		var points []string
		for _, f := range []int{1, 4, 16} {
			if v, first := byWork[name][f], byWork[name][1]; v > 0 && first > 0 {
				d := dot{x(f), y(v / first)}
				c.Dots = append(c.Dots, d)
				c.LabelY = d.Y
				points = append(points, fmt.Sprintf("%.1f,%.1f", d.X, d.Y))
			}
		}
		c.Points = strings.Join(points, " ")
		p.Curves = append(p.Curves, c)
	}
	spread(p.Curves)
	file := base + "-growth.svg"
	files[order[0]+"@1"] = file
	return write(file, linesTemplate, &p)
}

// spread moves labels apart that would lie on each other.
func spread(curves []curve) {
	const apart = 17
	for range curves {
		for i := range curves {
			for j := range curves {
				if d := curves[j].LabelY - curves[i].LabelY; i != j && d >= 0 && d < apart && (d > 0 || j > i) {
					curves[j].LabelY = curves[i].LabelY + apart
				}
			}
		}
	}
}
