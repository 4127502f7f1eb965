package shop_test

import (
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"regulars/shared/shop"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func gbp(minor int64) shop.Money { return shop.Money{Minor: minor, Currency: "GBP"} }

// report is a price that was reported a number of days before noon.
type report struct {
	daysAgo float64
	minor   int64
}

func pricesOf(reports ...report) (p shop.Prices) {
	for _, t := range reports {
		p = p.With(noon.Add(-time.Duration(t.daysAgo*24*float64(time.Hour))), gbp(t.minor))
	}
	return p
}

// daily returns a report of one price for each day, from the given number of
// days ago to three days ago.
func daily(from int, minor int64) (all []report) {
	for day := from; day > 2; day-- {
		all = append(all, report{float64(day), minor})
	}
	return all
}

func TestWasStatesOnlyProvenFormerPrices(t *testing.T) {
	for name, c := range map[string]struct {
		prices       shop.Prices
		now, claimed shop.Money
		want         shop.Money
		refusal      string
	}{
		"the claim is the former price":            {pricesOf(report{60, 1000}, report{2, 800}), gbp(800), gbp(1000), gbp(1000), ""},
		"the claim is below the former price":      {pricesOf(report{60, 1000}, report{2, 800}), gbp(800), gbp(900), gbp(900), ""},
		"the claim is above all prices":            {pricesOf(report{60, 1000}, report{2, 800}), gbp(800), gbp(1500), gbp(1000), "it is above the lowest price of the thirty days before, which is stated instead"},
		"raised for three days to be reduced":      {pricesOf(report{60, 900}, report{5, 1200}, report{2, 800}), gbp(800), gbp(1200), gbp(900), "it is above the lowest price of the thirty days before, which is stated instead"},
		"cheaper three weeks before":               {pricesOf(report{60, 1000}, report{25, 700}, report{20, 1000}, report{2, 800}), gbp(800), gbp(1000), gbp(0), "its lowest price of the thirty days before was not higher"},
		"cheaper six weeks before":                 {pricesOf(report{60, 700}, report{40, 1000}, report{2, 800}), gbp(800), gbp(1000), gbp(1000), ""},
		"the lower price ended within thirty days": {pricesOf(report{60, 850}, report{31, 1000}, report{2, 800}), gbp(800), gbp(1000), gbp(850), "it is above the lowest price of the thirty days before, which is stated instead"},
		"reduced in steps":                         {pricesOf(report{60, 1000}, report{10, 900}, report{2, 800}), gbp(800), gbp(1000), gbp(900), "it is above the lowest price of the thirty days before, which is stated instead"},
		"the same price was reported again":        {pricesOf(report{60, 1000}, report{20, 800}, report{10, 800}, report{1, 800}), gbp(800), gbp(1000), gbp(1000), ""},
		"reduced for longer than thirty days":      {pricesOf(report{90, 1000}, report{40, 800}), gbp(800), gbp(1000), gbp(1000), ""},
		"up and down on one day":                   {pricesOf(report{60, 800}, report{0.2, 1000}, report{0.1, 800}), gbp(800), gbp(1000), gbp(0), "its lowest price of the thirty days before was not higher"},
		"reduced on the day of another price":      {pricesOf(report{60, 1000}, report{0.2, 950}, report{0.1, 800}), gbp(800), gbp(1000), gbp(950), "it is above the lowest price of the thirty days before, which is stated instead"},
		"reported daily for a hundred days":        {pricesOf(append(daily(100, 1000), report{2, 800}, report{1, 800})...), gbp(800), gbp(1000), gbp(1000), ""},
		"new on the market":                        {pricesOf(report{20, 1000}, report{2, 800}), gbp(800), gbp(1000), gbp(0), "its prices are not known for thirty days before the reduction"},
		"never another price":                      {pricesOf(report{60, 800}), gbp(800), gbp(1000), gbp(0), "no other price is known"},
		"no price known at all":                    {nil, gbp(800), gbp(1000), gbp(0), "no other price is known"},
		"nothing claimed":                          {pricesOf(report{60, 1000}, report{2, 800}), gbp(800), shop.Money{}, gbp(0), ""},
		"a claim that is no reduction":             {pricesOf(report{60, 1000}, report{2, 800}), gbp(800), gbp(800), gbp(0), ""},
		"a claim in another currency":              {pricesOf(report{60, 1000}, report{2, 800}), gbp(800), shop.Money{Minor: 1000, Currency: "EUR"}, gbp(0), "it was sold in another currency before"},
		"sold in another currency three weeks ago": {pricesOf(report{60, 1000}, report{2, 800}).With(noon.AddDate(0, 0, -20), shop.Money{Minor: 5, Currency: "EUR"}), gbp(800), gbp(1000), gbp(0), "it was sold in another currency within the thirty days before"},
		"two prices reported at one time":          {pricesOf(report{60, 1000}, report{2, 800}, report{2, 900}), gbp(800), gbp(1000), gbp(0), "another price was reported at the same time"},
	} {
		t.Run(name, func(t *testing.T) {
			was, refusal := c.prices.Was(c.now, c.claimed)
			if was.Minor != c.want.Minor || refusal != c.refusal {
				t.Errorf("Was(%d, %d) = %d, %q; want %d, %q", c.now.Minor, c.claimed.Minor, was.Minor, refusal, c.want.Minor, c.refusal)
			}
		})
	}
}

// The same reports give the same prices in any order and with any repetitions,
// even if there are more than MostPrices.
func TestPricesDoNotDependOnTheOrderOfReports(t *testing.T) {
	random := rand.New(rand.NewPCG(6, 7))
	for range 300 {
		reports := randomReports(random, random.IntN(150))
		want := pricesOf(reports...)
		again := append(append([]report{}, reports...), reports[:len(reports)/2]...)
		random.Shuffle(len(again), func(i, j int) { again[i], again[j] = again[j], again[i] })
		if got := pricesOf(again...); !reflect.DeepEqual(got, want) || len(got) > shop.MostPrices {
			t.Fatalf("%d reports in another order, some twice = %d entries\n%v\nwant %d\n%v", len(reports), len(got), got, len(want), want)
		}
	}
}

func randomReports(random *rand.Rand, n int) (all []report) {
	days := 1 + random.IntN(200)
	for range n {
		all = append(all, report{random.Float64() * float64(days), 500 + 100*random.Int64N(6)})
	}
	return all
}

// A former price that is stated is never above the lowest price of the thirty
// days before, computed with a slow method from every report.
func TestWasIsNeverAboveTheLowestPrice(t *testing.T) {
	random := rand.New(rand.NewPCG(8, 9))
	stated := 0
	for range 3000 {
		reports := randomReports(random, 1+random.IntN(12))
		now := inForce(reports, 0)
		was, _ := pricesOf(reports...).Was(gbp(now), gbp(9999))
		if was.Minor == 0 {
			continue
		}
		stated++
		if most := lowestBefore(reports, now); was.Minor > most || was.Minor <= now {
			t.Fatalf("Was of %v at %d = %d; the lowest of the thirty days before was %d", reports, now, was.Minor, most)
		}
	}
	if stated < 200 {
		t.Errorf("only %d of 3000 histories have a former price: too few for the test", stated)
	}
}

// inForce returns the price that was valid at a time, in days before noon; 0 if
// none was.
func inForce(reports []report, daysAgo float64) (minor int64) {
	newest := 1e9
	for _, t := range reports {
		if t.daysAgo >= daysAgo && t.daysAgo < newest {
			newest, minor = t.daysAgo, t.minor
		}
	}
	return minor
}

// lowestBefore returns the lowest price of the thirty days before the current
// one began, and 0 if it is not known.
func lowestBefore(reports []report, now int64) int64 {
	since := 0.0 // start of the current price, in days ago
	changed := 1e9
	for _, t := range reports {
		if t.minor != now {
			changed = min(changed, t.daysAgo)
		}
	}
	for _, t := range reports {
		if t.minor == now && t.daysAgo < changed {
			since = max(since, t.daysAgo)
		}
	}
	lowest := inForce(reports, since+30)
	for _, t := range reports {
		if t.daysAgo > since && t.daysAgo < since+30 {
			lowest = min(lowest, t.minor)
		}
	}
	return lowest
}
