//go:build !race

package decide_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"regulars/shared/campaign"
	"regulars/shared/decide"
	"regulars/shared/points"
	"regulars/shared/profile"
	"regulars/shared/recommend"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// TestAYearOfPasses plays a year of daily passes, of which some do not take place,
// come twice, or hours late (with what happened since), over customers who order at random, and compares their
// sends with an oracle that looks at each customer's facts on each day: no occasion is
// sent twice, none that was open at a pass is missed, and nothing else is sent.
func TestAYearOfPasses(t *testing.T) {
	rows := map[shop.ProductID]recommend.Item{"TEA": {Product: shop.Product{ID: "TEA", Used: 30}}, "LAMP": {Product: shop.Product{ID: "LAMP"}}}
	total := 0
	for seed := range uint64(18) {
		r := rand.New(rand.NewPCG(seed, 15))
		zone := []string{"Europe/London", "Asia/Tokyo", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia"}[seed%6]
		for _, kind := range shop.OwnDays {
			c := campaign.Campaign{ID: "day", Version: 1, On: []shop.OrderKind{kind}, Hour: "09:00", Clock: campaign.ByCustomer, NotAfter: time.Duration(20+r.IntN(80)) * time.Hour, Late: 200}
			if kind != shop.CustomerLate {
				c.Before = r.IntN(15)
			}
			total += playYear(t, fmt.Sprintf("seed %d, %s in %s", seed, kind, zone), r, c, zone, rows)
		}
	}
	if total < 300 {
		t.Errorf("%d occasions, want 300 at least, so that the year proves something", total)
	}
}

// yearOf is the customer of one year, as known at a time.
type yearOf struct {
	zone     string
	birthday string
	orders   []profile.Visit
	earned   map[shop.OrderID]int
}

func (y yearOf) at(now time.Time) profile.Profile {
	p := profile.Profile{ID: ann, Zone: stated(y.zone), Birthday: stated(y.birthday)}
	for _, v := range y.orders {
		if !v.At.After(now) {
			p.Orders = append(p.Orders, v)
			p.Points.Ledger, _ = p.Points.Ledger.Add(points.Entry{ID: "grant/" + string(v.Order), Kind: points.Grant, At: v.At, Points: y.earned[v.Order], Until: v.At.AddDate(0, 0, 60)})
		}
	}
	return p
}

func playYear(t *testing.T, name string, r *rand.Rand, c campaign.Campaign, zone string, rows map[shop.ProductID]recommend.Item) int {
	t.Helper()
	where, _ := shop.Zone(zone)
	in := shoppolicy.Policy{Shop: shoppolicy.Shop{Currency: "GBP", Zone: "Europe/London"}, Points: points.Scheme{Earn: map[shop.Currency]int64{"GBP": 100}}}
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	y := yearOf{zone: zone, birthday: start.AddDate(0, 0, r.IntN(365)).Format("01-02"), earned: map[shop.OrderID]int{}}
	for at := start.AddDate(-2, 0, 0); at.Before(start.AddDate(1, 0, 0)); at = at.Add(time.Duration(5+r.IntN(70)) * 13 * time.Hour) {
		v := profile.Visit{Order: shop.OrderID(fmt.Sprint("o", len(y.orders))), At: at, Net: gbp(1000), Lines: []profile.VisitProduct{{Product: "LAMP", Units: 1}}}
		if r.IntN(3) > 0 {
			v.Lines = append(v.Lines, profile.VisitProduct{Product: "TEA", Units: 1})
		}
		y.orders, y.earned[v.Order] = append(y.orders, v), 1+r.IntN(50)
	}
	sent, wanted := map[string]int{}, map[string]bool{}
	for day := range 365 {
		if r.IntN(6) == 0 { // it does not take place
			continue
		}
		pass := time.Date(2026, 1, 1+day, 9, 0, 0, 0, where).UTC()
		known := y.at(pass.Add(time.Duration(r.IntN(20)) * time.Hour)) // it comes hours late
		for o := range oracle(y, c, pass, known, where, rows) {
			wanted[o] = true
		}
		for range 1 + r.IntN(5)/4 { // some come twice
			planned := map[shop.SendID]bool{}
			for _, i := range decide.Planned(in, c, campaign.Run{At: pass, Local: pass.In(where).Format(shop.LocalForm)}, known, rows) {
				if planned[i.SendID("test")] {
					t.Errorf("%s: a pass plans %s twice", name, i.Occasion)
				}
				planned[i.SendID("test")] = true
				if sent[i.Occasion]++; sent[i.Occasion] > 0 && !wanted[i.Occasion] {
					t.Errorf("%s: the pass of %s plans %s, which is not open", name, pass.Format(time.DateTime), i.Occasion)
				}
				if !i.NotAfter.After(pass) {
					t.Errorf("%s: %s expires at %s, before the pass of %s", name, i.Occasion, i.NotAfter, pass)
				}
			}
		}
	}
	for o := range wanted {
		if sent[o] == 0 {
			t.Errorf("%s: %s was open at a pass, and no pass plans it", name, o)
		}
	}
	return len(wanted)
}

// oracle returns the occasions that are open at a pass: it tries each day around it.
func oracle(y yearOf, c campaign.Campaign, pass time.Time, known profile.Profile, where *time.Location, rows map[shop.ProductID]recommend.Item) map[string]bool {
	open := map[string]bool{}
	for back := range 9 { // the days on which a message that is still open was due
		due := time.Date(pass.In(where).Year(), pass.In(where).Month(), pass.In(where).Day()-back, 9, 0, 0, 0, where)
		if due.After(pass) || !due.Add(c.NotAfter).After(pass) {
			continue
		}
		day := time.Date(due.Year(), due.Month(), due.Day()+c.Before, 0, 0, 0, 0, time.UTC)
		var last profile.Visit
		var tea profile.Visit
		var times []time.Time
		for _, v := range known.Orders {
			last = v
			if len(v.Lines) > 1 {
				tea, times = v, append(times, v.At)
			}
		}
		switch c.OwnDay() {
		case shop.BirthdayComes:
			if day.Format("01-02") == y.birthday {
				open[fmt.Sprintf("birthday/%d", day.Year())] = true
			}
		case shop.AnniversaryComes:
			first := known.Orders[0].At.In(where)
			if years := day.Year() - first.Year(); day.Format("01-02") == first.Format("01-02") && years > 0 {
				open[fmt.Sprintf("anniversary/%d", years)] = true
			}
		case shop.PointsExpiring:
			for _, v := range known.Orders {
				until := v.At.AddDate(0, 0, 60)
				if until.AddDate(0, 0, -1).Format(time.DateOnly) == day.Format(time.DateOnly) && until.After(pass) {
					open["points.expiring/"+day.Format(time.DateOnly)] = true
				}
			}
		case shop.ReplenishmentDue:
			if every := rhythmOf(known, rows["TEA"]); len(times) > 0 && tea.At.Add(every).In(where).Format(time.DateOnly) == day.Format(time.DateOnly) {
				open[fmt.Sprintf("replenishment.due/TEA/%s", tea.Order)] = true
			}
		case shop.CustomerLate:
			is := func(at time.Time) bool {
				return last.At.Before(at) && !last.At.After(pass) && (shoppolicy.Policy{}).CustomerValue.Outlook(at, known, "GBP").Late >= 2
			}
			if before := due.AddDate(0, 0, -1); is(due) && !is(before) {
				open["customer.late/"+string(last.Order)] = true
			}
		}
	}
	return open
}

// rhythmOf returns how long tea lasts the customer, by the engine.
func rhythmOf(p profile.Profile, row recommend.Item) time.Duration {
	for _, b := range decide.History(p).Items {
		if b.Product == row.ID {
			lasts, _ := b.Lasts(row)
			return lasts
		}
	}
	return 0
}
