package main

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"math"

	"regulars/infra/lab/eval/trial"
	"regulars/shared/recommend/judge"
)

//go:embed page.html
var pageSource string

var pageTemplate = template.Must(template.New("page").Funcs(template.FuncMap{
	"share":   short,
	"percent": func(x float64) string { return fmt.Sprintf("%.1f %%", 100*x) },
	"micros":  func(r trial.Row) string { return fmt.Sprintf("%.0f", float64(r.Each.Nanoseconds())/1000) },
	"seconds": func(r trial.Row) string { return fmt.Sprintf("%.2f", r.Fit.Seconds()) },
	"signed":  func(x float64) string { return fmt.Sprintf("%+.4f", x) },
}).Parse(pageSource))

// printPage writes a report as a page without external resources: tables, and
// for each measure a chart of means and intervals.
func printPage(out io.Writer, title string, r *trial.Report) error {
	type mode struct {
		trial.ModeReport
		Title  string
		Charts []chart
	}
	page := struct {
		Title  string
		Report *trial.Report
		Modes  []mode
	}{Title: title, Report: r}
	for _, m := range r.Modes {
		page.Modes = append(page.Modes, mode{m, titles[m.Mode], []chart{
			draw(fmt.Sprintf("Recall@%d", r.K), m.Rows, func(r trial.Row) judge.Interval { return r.Recall }),
			draw(fmt.Sprintf("NDCG@%d", r.K), m.Rows, func(r trial.Row) judge.Interval { return r.NDCG }),
			draw(fmt.Sprintf("PHR@%d: customers with a hit", r.K), m.Rows, func(r trial.Row) judge.Interval { return r.PHR }),
		}})
	}
	return pageTemplate.Execute(out, page)
}

// chart shows means with their intervals, one line for each method, on one
// scale from 0. Lengths are in the units of an SVG with a width of 800.
type chart struct {
	Title  string
	Height int
	Ticks  []tick
	Bars   []bar
}

type tick struct {
	X    float64
	Text string
}

type bar struct {
	Name         string
	Y            int
	X, Low, High float64
	Text         string
	Engine       bool
}

const (
	chartLeft, chartRight = 370.0, 720.0
	chartTop, chartStep   = 24, 24
)

// draw returns the chart of one measure.
func draw(title string, rows []trial.Row, of func(trial.Row) judge.Interval) chart {
	most := 0.0
	for _, r := range rows {
		most = max(most, of(r).High)
	}
	step := niceStep(most)
	end := max(math.Ceil(most/step-1e-9), 1) * step
	x := func(v float64) float64 { return math.Round(10*(chartLeft+(chartRight-chartLeft)*v/end)) / 10 }
	c := chart{Title: title, Height: chartTop + chartStep*len(rows) + 10}
	for i := 0; float64(i)*step <= end+step/2; i++ {
		c.Ticks = append(c.Ticks, tick{x(float64(i) * step), fmt.Sprintf("%.3g", float64(i)*step)})
	}
	for i, r := range rows {
		v := of(r)
		c.Bars = append(c.Bars, bar{
			Name: r.Name, Y: chartTop + chartStep*i + chartStep/2, X: x(v.Mean), Low: x(v.Low), High: x(v.High),
			Text: short(v.Mean), Engine: i == 0,
		})
	}
	return c
}

// niceStep returns a step of 1, 2 or 5 times a power of ten that divides the
// range up to most into about five parts.
func niceStep(most float64) float64 {
	if !(most > 0) {
		return 1
	}
	power := math.Pow(10, math.Floor(math.Log10(most/5)))
	for _, n := range []float64{1, 2, 5} {
		if n*power*5 >= most-1e-12 {
			return n * power
		}
	}
	return 10 * power
}
