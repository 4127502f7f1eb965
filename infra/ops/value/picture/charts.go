package picture

import (
	"fmt"
	"math"
	"strings"
	"time"

	"regulars/shared/cohortretention"
	"regulars/shared/customervalue"
	"regulars/shared/nps"
)

// All charts are drawn in an area of this size, with room for labels around it.
const (
	width  = 420.0
	height = 200.0
)

// mark is a label on an axis.
type mark struct {
	At   float64
	Text string
}

type bars struct {
	Width, Height float64
	Bars          []bar
}

type bar struct {
	X, Y, Width, Height float64
	Label, Count        string
	Below               bool // it hangs from the axis
}

// aliveBars returns a histogram of the probability of being active.
func aliveBars(r customervalue.Report) bars {
	b := bars{Width: width, Height: height}
	most := 1
	for _, n := range r.Alive {
		most = max(most, n)
	}
	step := width / float64(len(r.Alive))
	for i, n := range r.Alive {
		h := height * float64(n) / float64(most)
		b.Bars = append(b.Bars, bar{
			X: float64(i)*step + 2, Y: height - h, Width: step - 4, Height: h,
			Label: fmt.Sprintf("%d–%d %%", 10*i, 10*i+10), Count: number(float64(n)),
		})
	}
	return b
}

// curve shows how fast the second order comes.
type curve struct {
	Width, Height float64
	Points        string // of a polyline
	Dots          []dot
	X, Y          []mark
}

type dot struct {
	X, Y, R float64
	Title   string
}

func repeatCurve(t cohortretention.Table) *curve {
	points := t.Curve()
	if len(points) < 2 {
		return nil
	}
	top := 0.0
	for _, p := range points {
		top = max(top, p.Repeated)
	}
	top = math.Ceil(top*10+0.001) / 10
	c := &curve{Width: width, Height: height}
	for _, p := range points {
		x, y := width*float64(p.Month)/float64(len(points)-1), height*(1-p.Repeated/top)
		c.Points += fmt.Sprintf("%.1f,%.1f ", x, y)
		c.Dots = append(c.Dots, dot{x, y, 3, fmt.Sprintf("month %d: %.0f %% of %s customers", p.Month, 100*p.Repeated, number(float64(p.Customers)))})
		if every := (len(points) + 11) / 12; p.Month%every == 0 {
			c.X = append(c.X, mark{x, fmt.Sprint(p.Month)})
		}
	}
	for i := 0.0; i <= 4; i++ {
		c.Y = append(c.Y, mark{height * (1 - i/4), fmt.Sprintf("%.0f %%", 100*top*i/4)})
	}
	return c
}

// trial is the predicted and the actual orders, by group.
type trial struct {
	customervalue.TrialResult
	Width, Height           float64
	Dots                    []dot
	X, Y                    []mark
	PredictedBar, ActualBar bar // totals, from 0
	PlainBar, NaiveBar      bar
	Corrected               bool // the forecast had a season or a calibration
}

func trialOf(r customervalue.Report) *trial {
	if r.Trial == nil {
		return nil
	}
	t := &trial{TrialResult: *r.Trial, Width: height, Height: height} // a square: dots on the diagonal are predicted exactly
	top, most := 0.0, 1
	for _, g := range t.Groups {
		top, most = max(top, g.Expected, g.Actual), max(most, g.Customers)
	}
	step := nice(top)
	top = math.Ceil(top/step+1e-9) * step
	for _, g := range t.Groups {
		t.Dots = append(t.Dots, dot{
			height * g.Expected / top, height * (1 - g.Actual/top), 3 + 7*math.Sqrt(float64(g.Customers)/float64(most)),
			fmt.Sprintf("%s repeat orders, %s customers: %.2f predicted, %.2f actual", atLeast(g.Repeats), number(float64(g.Customers)), g.Expected, g.Actual),
		})
	}
	for v := 0.0; v <= top+step/2; v += step {
		t.X = append(t.X, mark{height * v / top, trim(v)})
		t.Y = append(t.Y, mark{height * (1 - v/top), trim(v)})
	}
	longest := max(t.Expected, t.Plain, t.Naive, float64(t.Actual), 1)
	line := func(v float64) bar { return bar{Width: 300 * v / longest, Count: number(v)} }
	t.PredictedBar, t.ActualBar, t.PlainBar, t.NaiveBar = line(t.Expected), line(float64(t.Actual)), line(t.Plain), line(t.Naive)
	orders, basket := t.Calibration.Factors()
	t.Corrected = t.Plain > 0 && (t.Seasons || orders != 1 || basket != 1)
	return t
}

// difference returns how far a prediction was from the actual value: "−3 %".
func difference(predicted, actual float64) string {
	if !(actual > 0) {
		return "–"
	}
	return number(100*(predicted/actual-1)) + "\u00a0%"
}

// off returns how far a prediction was from the actual value: "3 % too low".
func off(predicted, actual float64) string {
	switch share := math.Round(100 * (predicted/actual - 1)); {
	case !(actual > 0):
		return "nothing to compare"
	case share < 0:
		return fmt.Sprintf("%.0f\u00a0%% too low", -share)
	case share > 0:
		return fmt.Sprintf("%.0f\u00a0%% too high", share)
	}
	return "right"
}

// seasonBars shows by how much more or less customers order in each month.
func seasonBars(s customervalue.Season) *bars {
	if !s.Known() {
		return nil
	}
	b := &bars{Width: width, Height: height / 2}
	most := 0.1
	for _, f := range s {
		most = max(most, math.Abs(f-1))
	}
	step, middle := width/12, b.Height/2
	for i, f := range s {
		h := middle * math.Abs(f-1) / most
		v := bar{X: float64(i)*step + 2, Y: middle - h, Width: step - 4, Height: h, Label: time.Month(i + 1).String()[:3], Count: fmt.Sprintf("%+.0f", 100*(f-1))}
		if f < 1 {
			v.Y, v.Below = middle, true
			v.Count = strings.Replace(v.Count, "-", "−", 1)
		}
		b.Bars = append(b.Bars, v)
	}
	return b
}

// Repeats returns the label of a group.
func (t trial) Repeats(g customervalue.Group) string { return atLeast(g.Repeats) }

func atLeast(repeats int) string {
	if repeats >= customervalue.MostRepeats {
		return fmt.Sprintf("%d or more", repeats)
	}
	return fmt.Sprint(repeats)
}

// nice returns a round step that fits four to eight times into top.
func nice(top float64) float64 {
	if !(top > 0) {
		return 1
	}
	step := math.Pow(10, math.Floor(math.Log10(top)))
	for top/step < 4 {
		step /= 2
	}
	return step
}

func trim(v float64) string { return fmt.Sprintf("%.4g", v) }

// heatRow is a cohort in the retention triangle.
type heatRow struct {
	Month     string
	Customers string
	Cells     []heatCell
}

// heatCell is one month of a cohort. Heat is 0 to 9, relative to the largest
// share after month 0.
type heatCell struct {
	Text, Title string
	Heat        int
	Open        bool // the month is not over
}

// heat returns the retention triangle and its months, at most the first year
// and a half.
func heat(t cohortretention.Table) (rows []heatRow, columns []int) {
	const widest = 19
	warmest := 0.0
	for _, c := range t.Cohorts {
		for m := 1; m < c.Complete(t.At); m++ {
			warmest = max(warmest, share(c, m))
		}
	}
	for _, c := range t.Cohorts {
		row := heatRow{Month: c.Month, Customers: number(float64(c.Customers))}
		for m := range min(len(c.Active), widest) {
			cell := heatCell{
				Text:  fmt.Sprintf("%.0f", 100*share(c, m)),
				Title: fmt.Sprintf("%s, month %d: %d of %d ordered", c.Month, m, c.Active[m], c.Customers),
				Open:  m >= c.Complete(t.At),
			}
			if m > 0 && warmest > 0 {
				cell.Heat = min(9, int(10*share(c, m)/warmest))
			}
			row.Cells = append(row.Cells, cell)
		}
		rows = append(rows, row)
		for m := len(columns); m < len(row.Cells); m++ {
			columns = append(columns, m)
		}
	}
	return rows, columns
}

func share(c cohortretention.Cohort, month int) float64 {
	if c.Customers == 0 {
		return 0
	}
	return float64(c.Active[month]) / float64(c.Customers)
}

// scale is a net promoter score on a line from -100 to 100.
type scale struct {
	nps.Score
	At, From, To float64 // on a line 400 long
	Passives     int
}

func scaleOf(s *nps.Score) *scale {
	if s == nil {
		return nil
	}
	x := func(v float64) float64 { return 2 * (v + 100) }
	return &scale{*s, x(s.Score), x(s.Low), x(s.High), s.Answers - s.Promoters - s.Detractors}
}
