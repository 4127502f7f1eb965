package main

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"math"

	"regulars/infra/demo"
	"regulars/shared/lift"
)

//go:embed page.html
var pageSource string

var pageTemplate = template.Must(template.New("page").Funcs(template.FuncMap{
	"percent": func(x float64) string { return fmt.Sprintf("%.1f %%", 100*x) },
	"whole":   func(x float64) string { return fmt.Sprintf("%.0f %%", 100*x) },
	"name":    func(m lift.Measure) string { return measureNames[m] },
	"day":     dayOr,
	"add":     func(a, b float64) float64 { return a + b },
}).Parse(pageSource))

// page writes the report as a page without external resources.
func (r report) page(out io.Writer) error {
	page := struct {
		report
		Days        int
		Alarms      []chart
		Found       []chart
		Forest      forest
		Attribution string
		Measures    []lift.Measure
		Sequence    method
		Plain       method
		Daily       method
		Once        method
	}{
		report: r, Days: length, Forest: forestOf(r.Hillstrom), Attribution: demo.Attribution, Measures: measures,
		Sequence: sequence, Plain: plain, Daily: daily, Once: once,
	}
	for _, o := range r.Without {
		for _, m := range measures[:2] {
			page.Alarms = append(page.Alarms, o.chart(m, 0.4, alpha, sequence, daily))
		}
	}
	for _, o := range r.With {
		for _, m := range measures[:2] {
			page.Found = append(page.Found, o.chart(m, 1, 0, sequence, plain, once))
		}
	}
	return pageTemplate.Execute(out, page)
}

// The area of a chart, with room for labels around it.
const (
	width  = 400.0
	height = 180.0
)

// chart shows the share of trials that had found a difference by each day.
type chart struct {
	Title string
	Top   float64 // share at the upper end
	Limit float64 // y of the stated error rate; 0: none
	Lines []line
	X, Y  []mark
}

type line struct {
	Class, Points string
}

type mark struct {
	At   float64
	Text string
}

var classes = [methods]string{sequence: "sequence", plain: "plain", daily: "daily", once: "once"}

// chart returns the chart of one measure. The share at its upper end is top, or
// more if a line is higher.
func (o outcome) chart(m lift.Measure, top, limit float64, ways ...method) chart {
	for _, how := range ways {
		for _, n := range o.Found[m][how] {
			top = max(top, math.Ceil(10*float64(n)/float64(o.Trials))/10)
		}
	}
	y := func(share float64) float64 { return round(height * (1 - share/top)) }
	c := chart{Title: o.Name + ": " + measureNames[m], Top: top}
	if limit > 0 {
		c.Limit = y(limit)
	}
	for _, how := range ways {
		l := line{Class: classes[how]}
		for d, n := range o.Found[m][how] {
			l.Points += fmt.Sprintf("%g,%g ", round(width*float64(d+1)/length), y(float64(n)/float64(o.Trials)))
		}
		c.Lines = append(c.Lines, l)
	}
	for d := 0; d <= length; d += 10 {
		c.X = append(c.X, mark{width * float64(d) / length, fmt.Sprint(d)})
	}
	for i := range 5 {
		share := top * float64(i) / 4
		c.Y = append(c.Y, mark{y(share), fmt.Sprintf("%.0f %%", 100*share)})
	}
	return c
}

func round(x float64) float64 { return math.Round(10*x) / 10 }

// forest shows lifts with their intervals, one line each, on one scale.
type forest struct {
	Height float64
	Zero   float64
	Ticks  []mark
	Rows   []row
}

type row struct {
	Name, Text      string
	Y, X, Low, High float64
}

const rowHeight = 44.0

func forestOf(all []mailing) forest {
	f := forest{Height: rowHeight * float64(len(all))}
	low, high := 0.0, 0.0
	for _, m := range all {
		low, high = min(low, m.Effect.RelativeInterval.Low), max(high, m.Effect.RelativeInterval.High)
	}
	high = math.Ceil(high)
	low = math.Floor(2*low) / 2
	x := func(share float64) float64 { return round(width * (share - low) / (high - low)) }
	f.Zero = x(0)
	for v := math.Ceil(low); v <= high; v++ {
		f.Ticks = append(f.Ticks, mark{x(v), fmt.Sprintf("%+.0f %%", 100*v)})
	}
	for i, m := range all {
		e := m.Effect
		f.Rows = append(f.Rows, row{
			Name: m.Name, Y: rowHeight*float64(i) + 32, X: x(e.Relative), Low: x(e.RelativeInterval.Low), High: x(e.RelativeInterval.High),
			Text: fmt.Sprintf("%+.0f %% (%+.0f %% to %+.0f %%)", 100*e.Relative, 100*e.RelativeInterval.Low, 100*e.RelativeInterval.High),
		})
	}
	return f
}
