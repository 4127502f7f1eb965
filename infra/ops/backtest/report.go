package main

import (
	"cmp"
	"embed"
	"fmt"
	"html/template"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"regulars/infra/ops/backtest/replay"
	"regulars/infra/ops/value/picture"
	"regulars/shared/claim"
	"regulars/shared/cldrmoney"
	"regulars/shared/shop"
)

// report is the numbers of a backtest, as the page and the terminal show them.
type report struct {
	From, To  time.Time
	Zone      string
	Sample    int
	Customers int
	Orders    int // placed within the time
	Planned   int
	Messages  int

	Campaigns []campaignRow
	Held      []heldRow
	Offers    []offerRow
	Per       []bar // customers by number of messages
	Marketing []bar // customers by number of promotions and promises
	Hours     []bar // messages by hour of the day, by the shop's clock
	Days      []bar // messages by day, by the shop's clock
	Fullest   bar   // the day with the most messages
	Busiest   bar   // the hour with the most messages

	Without shop.CampaignID // the campaign that the comparison leaves out
	Crowded []crowdedRow
}

type campaignRow struct {
	Campaign  shop.CampaignID
	Planned   int
	Sent      int
	HeldOut   int
	Capped    int
	Outranked int
	Expired   int
	Silent    int // SUPPRESSED: no consent, no offer, nothing to say and so on
	Open      int // waits when the time of the backtest ends
	Coupons   int
	Most      string // the commonest reason why it was not sent
}

type heldRow struct {
	Campaign shop.CampaignID
	Reason   string
	Sends    int
}

type offerRow struct {
	Offer   shop.OfferID
	Coupons int
	Value   string // estimated by the offers' own estimate, if all were redeemed
	Left    int
}

type crowdedRow struct {
	Campaign      shop.CampaignID
	With, Without int
}

// bar is one bar of a chart. Of is its length, 0 to 1.
type bar struct {
	Name string
	N    int
	Of   float64
}

// count counts what a replay has done.
func count(p replay.Past, r replay.Result, sample int) *report {
	zone := p.Policy.Shop.Location()
	t := &report{From: p.From, To: p.To, Zone: zone.String(), Sample: sample, Customers: len(p.Profiles), Planned: len(r.Sends), Messages: len(r.Messages)}
	for _, o := range p.Orders {
		if o.Placed != nil && !o.Placed.At.Before(p.From) && o.Placed.At.Before(p.To) {
			t.Orders++
		}
	}
	t.campaigns(r)
	for hold, n := range r.Held {
		t.Held = append(t.Held, heldRow{hold.Campaign, hold.Reason, n})
	}
	slices.SortFunc(t.Held, func(a, b heldRow) int {
		return cmp.Or(cmp.Compare(b.Sends, a.Sends), cmp.Compare(a.Campaign, b.Campaign), cmp.Compare(a.Reason, b.Reason))
	})
	t.offers(p, r)
	all, marketing := map[shop.CustomerID]int{}, map[shop.CustomerID]int{}
	for _, of := range p.Profiles {
		all[of.ID], marketing[of.ID] = 0, 0
	}
	hours, perDay, perHour := map[int]int{}, map[string]int{}, map[string]int{}
	for _, m := range r.Messages {
		all[m.Customer]++
		if m.Class.Marketing() {
			marketing[m.Customer]++
		}
		at := m.At.In(zone)
		hours[at.Hour()]++
		perDay[at.Format(time.DateOnly)]++
		perHour[at.Format("2006-01-02 15:00")]++
	}
	t.Per, t.Marketing = histogram(all), histogram(marketing)
	for hour := range 24 {
		t.Hours = append(t.Hours, bar{Name: fmt.Sprintf("%02d", hour), N: hours[hour]})
	}
	y, m, d := p.From.In(zone).Date()
	for day := time.Date(y, m, d, 12, 0, 0, 0, zone); day.Add(-12 * time.Hour).Before(p.To); day = day.AddDate(0, 0, 1) {
		b := bar{Name: day.Format(time.DateOnly), N: perDay[day.Format(time.DateOnly)]}
		if t.Days = append(t.Days, b); b.N > t.Fullest.N {
			t.Fullest = b
		}
	}
	scale(t.Hours)
	scale(t.Days)
	for hour, n := range perHour {
		if n > t.Busiest.N || n == t.Busiest.N && hour < t.Busiest.Name {
			t.Busiest = bar{Name: hour, N: n}
		}
	}
	return t
}

func (t *report) campaigns(r replay.Result) {
	rows, reasons := map[shop.CampaignID]*campaignRow{}, map[shop.CampaignID]map[string]int{}
	for _, d := range r.Sends {
		row := rows[d.Intent.Campaign]
		if row == nil {
			row = &campaignRow{Campaign: d.Intent.Campaign}
			rows[row.Campaign], reasons[row.Campaign] = row, map[string]int{}
		}
		row.Planned++
		switch d.State {
		case claim.Accepted:
			row.Sent++
		case claim.HeldOut:
			row.HeldOut++
		case claim.Capped:
			row.Capped++
		case claim.Outranked:
			row.Outranked++
		case claim.Expired:
			row.Expired++
		case claim.Queued:
			row.Open++
		default:
			row.Silent++
		}
		if d.State != claim.Accepted && d.State != claim.Queued && d.State != claim.HeldOut {
			reasons[row.Campaign][d.Reason.Code]++
		}
		if d.State == claim.Accepted && d.Coupon != nil {
			row.Coupons++
		}
	}
	for id, row := range rows {
		for _, reason := range slices.Sorted(maps.Keys(reasons[id])) {
			if n := reasons[id][reason]; row.Most == "" || n > reasons[id][row.Most] {
				row.Most = reason
			}
		}
		t.Campaigns = append(t.Campaigns, *row)
	}
	slices.SortFunc(t.Campaigns, func(a, b campaignRow) int {
		return cmp.Or(cmp.Compare(b.Sent, a.Sent), cmp.Compare(a.Campaign, b.Campaign))
	})
}

func (t *report) offers(p replay.Past, r replay.Result) {
	type sum struct {
		n     int
		minor int64
	}
	sums := map[shop.OfferID]sum{}
	for _, m := range r.Messages {
		if s := sums[m.Offer]; m.Offer != "" {
			sums[m.Offer] = sum{s.n + 1, s.minor + m.Value.Minor}
		}
	}
	for _, id := range slices.Sorted(maps.Keys(sums)) {
		t.Offers = append(t.Offers, offerRow{id, sums[id].n, amount(sums[id].minor, p.Policy.Shop.Currency), r.Left[id]})
	}
}

func amount(minor int64, in shop.Currency) string {
	return cldrmoney.English(shop.Money{Minor: minor, Currency: in})
}

// histogram returns how many customers have which number of messages: one bar for none,
// and at most twelve for the rest, each for as many numbers as the others.
func histogram(of map[shop.CustomerID]int) []bar {
	largest := 0
	for _, n := range of {
		largest = max(largest, n)
	}
	width := 1
	for _, wider := range []int{2, 5, 10, 20, 50, 100} {
		if largest > 12*width {
			width = wider
		}
	}
	bars := make([]bar, 1+(largest+width-1)/width)
	bars[0].Name = "0"
	for i := range bars[1:] {
		bars[i+1].Name = fmt.Sprint(i*width + 1)
		if width > 1 {
			bars[i+1].Name += fmt.Sprint(" to ", (i+1)*width)
		}
	}
	for _, n := range of {
		bars[(n+width-1)/width].N++
	}
	scale(bars)
	return bars
}

func scale(bars []bar) {
	most := 0
	for _, b := range bars {
		most = max(most, b.N)
	}
	for i := range bars {
		if most > 0 {
			bars[i].Of = float64(bars[i].N) / float64(most)
		}
	}
}

// compare notes what the other campaigns send without one campaign.
func (t *report) compare(without shop.CampaignID, other replay.Result) {
	t.Without = without
	rest := map[shop.CampaignID]int{}
	for _, m := range other.Messages {
		rest[m.Campaign]++
	}
	for _, row := range t.Campaigns {
		if n := rest[row.Campaign]; n != row.Sent && n > 0 {
			t.Crowded = append(t.Crowded, crowdedRow{row.Campaign, row.Sent, n})
		}
	}
}

// print writes the numbers as text.
func (t *report) print(out io.Writer) {
	fmt.Fprintf(out, "%s to %s: %d customers, %d orders, %d planned, %d messages\n", t.From.Format(time.DateOnly), t.To.Format(time.DateOnly), t.Customers, t.Orders, t.Planned, t.Messages)
	if t.Sample > 1 {
		fmt.Fprintf(out, "One in %d mailboxes, with that part of each budget: multiply the numbers by %d\n", t.Sample, t.Sample)
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "\ncampaign\tplanned\tsent\theld out\tcapped\toutranked\texpired\tnothing to send\topen\tcoupons\tmost often, if not sent\t")
	for _, c := range t.Campaigns {
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%s\t\n", c.Campaign, c.Planned, c.Sent, c.HeldOut, c.Capped, c.Outranked, c.Expired, c.Silent, c.Open, c.Coupons, c.Most)
	}
	_ = w.Flush() // it writes to out, as the other lines do
	if len(t.Held) > 0 {
		fmt.Fprintln(out, "\nWaited at least once, whatever became of it:")
		for _, h := range t.Held {
			fmt.Fprintf(out, "  %6d  %s: %s\n", h.Sends, h.Campaign, cmp.Or(claim.Words(h.Reason), h.Reason))
		}
	}
	if len(t.Offers) > 0 {
		fmt.Fprintln(out, "\nCoupons, with what they are worth if all are redeemed:")
		for _, o := range t.Offers {
			fmt.Fprintf(out, "  %6d  %s, %s; %d uses left\n", o.Coupons, o.Offer, o.Value, o.Left)
		}
	}
	fmt.Fprintln(out, "\nCustomers by number of messages:")
	for _, b := range t.Per {
		fmt.Fprintf(out, "  %6d  %-10s %s\n", b.N, b.Name, strings.Repeat("█", int(40*b.Of)))
	}
	fmt.Fprintf(out, "\nThe busiest hour: %s (%s), %d messages\n", t.Busiest.Name, t.Zone, t.Busiest.N)
	if t.Without != "" {
		fmt.Fprintf(out, "\nMessages of other campaigns with and without %s:\n", t.Without)
		for _, c := range t.Crowded {
			fmt.Fprintf(out, "  %6d  %6d  %s\n", c.With, c.Without, c.Campaign)
		}
		if len(t.Crowded) == 0 {
			fmt.Fprintln(out, "  the same")
		}
	}
}

//go:embed page.html
var files embed.FS

var view = template.Must(template.New("page.html").Funcs(template.FuncMap{
	"day":     func(at time.Time) string { return at.Format("2 January 2006") },
	"percent": func(of float64) string { return fmt.Sprintf("%.1f", 100*of) },
	"column":  func(of float64) float64 { return 120 * of },
	"rest":    func(of float64) float64 { return 120 - 120*of },
	"words":   func(code string) string { return cmp.Or(claim.Words(code), code) },
	"scroll":  func() template.CSS { return template.CSS(picture.Scroll) },
	"times":   func(i, step int) int { return i * step },
	"less":    func(a, b int) int { return a - b },
	"part": func(n, of int) float64 {
		if of == 0 {
			return 0
		}
		return 100 * float64(n) / float64(of)
	},
}).ParseFS(files, "page.html"))

// page writes the numbers as a page without external resources.
func (t *report) page(to io.Writer) error { return view.Execute(to, t) }
