package main

import (
	"cmp"
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"math"
	"slices"
	"strings"

	"regulars/infra/ops/value/picture"
	"regulars/shared/claim"
	"regulars/shared/lift"
	"regulars/shared/outcome"
	"regulars/shared/shop"
)

var (
	//go:embed page.html
	pageHTML string
	//go:embed page.css
	pageCSS string

	pageView = template.Must(template.New("page").Funcs(template.FuncMap{
		"at":        func(v float64) string { return fmt.Sprintf("%.1f", v) }, // a coordinate
		"add":       func(a, b float64) float64 { return a + b },
		"thousands": thousands,
		"words":     claim.Words,
		"days":      days,
		"three":     func(v float64) string { return fmt.Sprintf("%.3f", v) },
		"lower":     func(s claim.State) string { return strings.ToLower(strings.ReplaceAll(string(s), "_", " ")) },
	}).Parse(pageHTML))
)

// drawing is the data of the page.
type drawing struct {
	report
	Style     template.CSS
	Shop      string
	Period    string
	All       *outcome.Row
	Campaigns []part
	Forest    forest
	Legend    []colour
	Providers []provider
	Budgets   []budget
	Unread    []string

	Lines    []part // of the tables about messages: the campaigns, and all together
	Journeys bool   // whether a line is of a journey as a whole
	Count    int    // of campaigns and journeys; the steps of a journey are part of it
	HoldOut  int    // how many of them have a holdout, or customers who were held out
	Unplaced string // said in place of the plot without any comparison
}

// part is a campaign on the page, or a part of it.
type part struct {
	*outcome.Row
	Orders, Net     lift.Effect
	OrdersSay       string
	NetSay, Earned  string
	EarnedRange     string
	Needed          string
	Value           string // of one message; empty if it is not known
	Uncompared      string // why there is nothing to compare with; empty if there is
	Standing        string // of its variants; empty without any
	Bars            []piece
	Steps           []step
	Reasons         []reason
	Providers       []provider
	Parts           []part
	HasLift, HasEnd bool
}

// Title names the campaign, and says of a journey as a whole that it is one.
func (p part) Title() string { return name(p.Row) }

// piece is one state in the bar of a campaign.
type piece struct {
	colour
	X, Width float64
	N        int64
}

type colour struct {
	Class, Name string
}

// step is one step from planned to returned.
type step struct {
	Name  string
	N     int64
	Width float64
}

type reason struct {
	State claim.State
	Code  string
	N     int64
}

type provider struct {
	Name string
	outcome.Mail
}

type budget struct {
	Offer, Left, Uses string
	Width             float64
}

// The width of bars and of the plot, in units of the drawing.
const (
	barWidth  = 300.0
	plotWidth = 300.0
)

// colours are the groups of states that a bar shows.
var colours = []struct {
	colour
	states []claim.State
}{
	{colour{"c1", "delivered"}, []claim.State{claim.Delivered}},
	{colour{"c2", "on its way"}, []claim.State{claim.Accepted, claim.Sending}},
	{colour{"c3", "bounced, complained, refused, lost"}, []claim.State{claim.Bounced, claim.Complained, claim.Refused, claim.Lost}},
	{colour{"c4", "held out"}, []claim.State{claim.HeldOut}},
	{colour{"c5", "waiting"}, []claim.State{claim.Queued}},
	{colour{"c6", "not sent"}, []claim.State{claim.Capped, claim.Suppressed, claim.Outranked, claim.Expired, claim.Cancelled}},
}

// page writes the results as a page without external resources and scripts.
func (r report) page(to io.Writer) error {
	d := drawing{report: r, Style: template.CSS(picture.PageStyle + picture.Style + picture.Scroll + pageCSS), Shop: r.shop, Period: r.period(), All: r.all(), Unread: r.unread}
	rows := r.Rows()
	holdOut := map[shop.CampaignID]bool{} // by campaign or journey
	for _, row := range r.campaigns() {
		p := r.part(row)
		for _, other := range rows {
			if other.Campaign == row.Campaign && other.By != outcome.Whole {
				p.Parts = append(p.Parts, r.part(other))
			}
		}
		of := cmp.Or(row.Journey, row.Campaign)
		holdOut[of] = holdOut[of] || p.HasLift || r.holdout(row) > 0
		d.Journeys = d.Journeys || row.IsJourney()
		d.Campaigns = append(d.Campaigns, p)
	}
	d.Count = len(holdOut)
	for _, holds := range holdOut {
		if holds {
			d.HoldOut++
		}
	}
	if d.Count > 0 {
		d.Lines = append(slices.Clone(d.Campaigns), r.part(d.All))
	}
	compared := slices.DeleteFunc(slices.Clone(d.Campaigns), func(p part) bool { return !p.HasLift })
	if d.All.Compared() {
		compared = append([]part{r.part(d.All)}, compared...)
	}
	d.Forest = plot(compared)
	switch {
	case len(d.Campaigns) == 0:
		d.Unplaced = nothing
	case d.HoldOut > 0:
		d.Unplaced = "No customer is held out of a campaign in this time, so there is nothing to compare with yet."
	default:
		d.Unplaced = "No campaign has a holdout. With “holdout: 10” a campaign can be measured."
	}
	for _, c := range colours {
		d.Legend = append(d.Legend, c.colour)
	}
	d.Providers = r.part(d.All).Providers
	for _, b := range r.budgets {
		d.Budgets = append(d.Budgets, budget{string(b.Offer), thousands(int64(b.Left)), thousands(int64(b.Uses)), 100 * float64(b.Left) / float64(max(b.Uses, 1))})
	}
	return pageView.Execute(to, d)
}

// Money returns an amount of the shop's currency.
func (d drawing) Money(minor int64) string { return d.money(float64(minor)) }

// Mean returns a mean amount.
func (d drawing) Mean(minor float64) string { return d.money(minor) }

func (r report) part(row *outcome.Row) part {
	p := part{Row: row, HasLift: row.Compared(), HasEnd: row.Planned > 0}
	if row.By == outcome.Whole {
		p.Standing, p.Value = r.standing(row), r.value(row)
	}
	if p.HasLift {
		p.Orders, p.Net = row.Lift(lift.Orders), row.Lift(lift.Net)
		p.OrdersSay, p.NetSay, p.Needed = verdict(p.Orders), verdict(p.Net), needed(p.Orders)
		if e := row.Earned(r.prices); e.Known {
			p.Earned = r.money(float64(e.Net))
			p.EarnedRange = r.money(float64(e.Low)) + " to " + r.money(float64(e.High))
		}
	}
	if !p.HasLift {
		p.Uncompared = r.uncompared(row)
	}
	x := 0.0
	for _, c := range colours {
		n := row.State(c.states...)
		width := barWidth * float64(n) / float64(max(row.Planned, 1))
		if n > 0 {
			p.Bars = append(p.Bars, piece{c.colour, x, width, n})
		}
		x += width
	}
	most := float64(max(row.Planned, 1))
	for _, s := range []step{{Name: "planned", N: row.Planned}, {Name: "taken by SES", N: row.State(claim.Accepted, claim.Delivered, claim.Bounced, claim.Complained)}, {Name: "delivered", N: row.Delivered()}, {Name: "clicked", N: row.Clicks.Messages}, {Name: "ordered soon after", N: row.After.Orders}, {Name: "returned of these", N: row.After.Returned}} {
		s.Width = barWidth * min(float64(s.N)/most, 1)
		p.Steps = append(p.Steps, s)
	}
	for _, name := range providers(row) {
		p.Providers = append(p.Providers, provider{name, row.Providers[name]})
	}
	for e, n := range row.Ends {
		if e.Code != "" {
			p.Reasons = append(p.Reasons, reason{e.State, e.Code, n})
		}
	}
	slices.SortFunc(p.Reasons, func(a, b reason) int {
		return cmp.Or(cmp.Compare(b.N, a.N), cmp.Compare(a.State, b.State), cmp.Compare(a.Code, b.Code))
	})
	return p
}

// forest shows the lift in orders of each campaign with its interval.
type forest struct {
	Width, Height, Zero float64
	Lines               []line
	Marks               []tick
}

type line struct {
	Name, Says      string
	Y, X, Low, High float64
	Known, Decided  bool
}

type tick struct {
	X    float64
	Text string
}

// plot draws the effects on a scale that has all known intervals, but not more than a
// loss of all orders to a gain of twice as many.
func plot(parts []part) forest {
	low, high := -0.1, 0.1
	for _, p := range parts {
		if i := p.Orders.RelativeInterval; i.Known() {
			low, high = min(low, i.Low), max(high, i.High)
		}
	}
	low, high = max(low, -1), min(high, 2)
	f := forest{Width: plotWidth, Height: 30 * float64(len(parts))}
	x := func(v float64) float64 { return plotWidth * (min(max(v, low), high) - low) / (high - low) }
	f.Zero = x(0)
	for i, p := range parts {
		e := p.Orders
		l := line{Name: name(p.Row), Says: p.OrdersSay, Y: 30*float64(i) + 15, X: x(e.Relative), Known: e.RelativeInterval.Known(), Decided: e.Verdict.Decided()}
		if l.Known {
			l.Low, l.High = x(e.RelativeInterval.Low), x(e.RelativeInterval.High)
		}
		f.Lines = append(f.Lines, l)
	}
	every := tickOf(high - low)
	for v := math.Ceil(low/every) * every; v <= high+1e-9; v += every {
		f.Marks = append(f.Marks, tick{x(v), whole(v)})
	}
	return f
}

// whole writes a share as whole percent, with its sign.
func whole(share float64) string {
	n := int(math.Round(100 * share))
	switch {
	case n > 0:
		return fmt.Sprintf("+%d %%", n)
	case n < 0:
		return fmt.Sprintf("−%d %%", -n)
	}
	return "0 %"
}

// tickOf returns a round distance of marks, of which three to six fit into a range.
func tickOf(span float64) float64 {
	for _, every := range []float64{0.05, 0.1, 0.2, 0.25, 0.5} {
		if span/every <= 6 {
			return every
		}
	}
	return 1
}
