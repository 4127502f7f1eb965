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

// telling is a price so many days before noon.
type telling struct {
	daysAgo float64
	minor   int64
}

func pricesOf(tellings ...telling) (p shop.Prices) {
	for _, t := range tellings {
		p = p.With(noon.Add(-time.Duration(t.daysAgo*24*float64(time.Hour))), gbp(t.minor))
	}
	return p
}

// daily tells one price each day, from so many days ago until three days ago.
func daily(from int, minor int64) (all []telling) {
	for day := from; day > 2; day-- {
		all = append(all, telling{float64(day), minor})
	}
	return all
}

func TestWas(t *testing.T) {
	for name, c := range map[string]struct {
		prices       shop.Prices
		now, claimed shop.Money
		want         shop.Money
		no           string
	}{
		"the price of before is true":              {pricesOf(telling{60, 1000}, telling{2, 800}), gbp(800), gbp(1000), gbp(1000), ""},
		"less than the price of before is true":    {pricesOf(telling{60, 1000}, telling{2, 800}), gbp(800), gbp(900), gbp(900), ""},
		"more than it ever cost":                   {pricesOf(telling{60, 1000}, telling{2, 800}), gbp(800), gbp(1500), gbp(1000), "it is above the lowest price of the thirty days before, which is stated instead"},
		"raised for three days to be reduced":      {pricesOf(telling{60, 900}, telling{5, 1200}, telling{2, 800}), gbp(800), gbp(1200), gbp(900), "it is above the lowest price of the thirty days before, which is stated instead"},
		"cheaper three weeks before":               {pricesOf(telling{60, 1000}, telling{25, 700}, telling{20, 1000}, telling{2, 800}), gbp(800), gbp(1000), gbp(0), "it cost no more within the thirty days before"},
		"cheaper six weeks before":                 {pricesOf(telling{60, 700}, telling{40, 1000}, telling{2, 800}), gbp(800), gbp(1000), gbp(1000), ""},
		"the cheap time ended within thirty days":  {pricesOf(telling{60, 850}, telling{31, 1000}, telling{2, 800}), gbp(800), gbp(1000), gbp(850), "it is above the lowest price of the thirty days before, which is stated instead"},
		"reduced in steps":                         {pricesOf(telling{60, 1000}, telling{10, 900}, telling{2, 800}), gbp(800), gbp(1000), gbp(900), "it is above the lowest price of the thirty days before, which is stated instead"},
		"the same price was told again since":      {pricesOf(telling{60, 1000}, telling{20, 800}, telling{10, 800}, telling{1, 800}), gbp(800), gbp(1000), gbp(1000), ""},
		"reduced for longer than thirty days":      {pricesOf(telling{90, 1000}, telling{40, 800}), gbp(800), gbp(1000), gbp(1000), ""},
		"up and down on one day":                   {pricesOf(telling{60, 800}, telling{0.2, 1000}, telling{0.1, 800}), gbp(800), gbp(1000), gbp(0), "it cost no more within the thirty days before"},
		"reduced on the day of another price":      {pricesOf(telling{60, 1000}, telling{0.2, 950}, telling{0.1, 800}), gbp(800), gbp(1000), gbp(950), "it is above the lowest price of the thirty days before, which is stated instead"},
		"told with every sale for a hundred days":  {pricesOf(append(daily(100, 1000), telling{2, 800}, telling{1, 800})...), gbp(800), gbp(1000), gbp(1000), ""},
		"new on the market":                        {pricesOf(telling{20, 1000}, telling{2, 800}), gbp(800), gbp(1000), gbp(0), "its prices are not known for thirty days before the reduction"},
		"never another price":                      {pricesOf(telling{60, 800}), gbp(800), gbp(1000), gbp(0), "no other price is known"},
		"no price known at all":                    {nil, gbp(800), gbp(1000), gbp(0), "no other price is known"},
		"nothing claimed":                          {pricesOf(telling{60, 1000}, telling{2, 800}), gbp(800), shop.Money{}, gbp(0), ""},
		"a claim that is no reduction":             {pricesOf(telling{60, 1000}, telling{2, 800}), gbp(800), gbp(800), gbp(0), ""},
		"a claim in another currency":              {pricesOf(telling{60, 1000}, telling{2, 800}), gbp(800), shop.Money{Minor: 1000, Currency: "EUR"}, gbp(0), "it was sold in another currency before"},
		"sold in another currency three weeks ago": {pricesOf(telling{60, 1000}, telling{2, 800}).With(noon.AddDate(0, 0, -20), shop.Money{Minor: 5, Currency: "EUR"}), gbp(800), gbp(1000), gbp(0), "it was sold in another currency within the thirty days before"},
		"told twice at one time":                   {pricesOf(telling{60, 1000}, telling{2, 800}, telling{2, 900}), gbp(800), gbp(1000), gbp(0), "another price was told at the same time"},
	} {
		t.Run(name, func(t *testing.T) {
			was, no := c.prices.Was(c.now, c.claimed)
			if was.Minor != c.want.Minor || no != c.no {
				t.Errorf("Was(%d, %d) = %d, %q; want %d, %q", c.now.Minor, c.claimed.Minor, was.Minor, no, c.want.Minor, c.no)
			}
		})
	}
}

// The same tellings give the same prices in whatever order and however often
// they come, also where there are more than are kept.
func TestPricesAreTheSameInAnyOrder(t *testing.T) {
	random := rand.New(rand.NewPCG(6, 7))
	for range 300 {
		tellings := randomTellings(random, random.IntN(150))
		want := pricesOf(tellings...)
		again := append(append([]telling{}, tellings...), tellings[:len(tellings)/2]...)
		random.Shuffle(len(again), func(i, j int) { again[i], again[j] = again[j], again[i] })
		if got := pricesOf(again...); !reflect.DeepEqual(got, want) || len(got) > shop.MostPrices {
			t.Fatalf("%d tellings in another order, some twice = %d entries\n%v\nwant %d\n%v", len(tellings), len(got), got, len(want), want)
		}
	}
}

func randomTellings(random *rand.Rand, n int) (all []telling) {
	days := 1 + random.IntN(200)
	for range n {
		all = append(all, telling{random.Float64() * float64(days), 500 + 100*random.Int64N(6)})
	}
	return all
}

// Whatever is stated was asked for at every moment of the thirty days before, or
// more was: reckoned the slow way, from every telling.
func TestNoWasPriceIsAboveTheLowest(t *testing.T) {
	random := rand.New(rand.NewPCG(8, 9))
	stated := 0
	for range 3000 {
		tellings := randomTellings(random, 1+random.IntN(12))
		now := inForce(tellings, 0)
		was, _ := pricesOf(tellings...).Was(gbp(now), gbp(9999))
		if was.Minor == 0 {
			continue
		}
		stated++
		if most := slowly(tellings, now); was.Minor > most || was.Minor <= now {
			t.Fatalf("Was of %v at %d = %d; the lowest of the thirty days before was %d", tellings, now, was.Minor, most)
		}
	}
	if stated < 200 {
		t.Errorf("only %d of 3000 histories have a former price: too few to tell", stated)
	}
}

// inForce is the price that held at a time, in days before noon; 0 where none did.
func inForce(tellings []telling, daysAgo float64) (minor int64) {
	newest := 1e9
	for _, t := range tellings {
		if t.daysAgo >= daysAgo && t.daysAgo < newest {
			newest, minor = t.daysAgo, t.minor
		}
	}
	return minor
}

// slowly returns the lowest price of the thirty days before the current one
// began, and 0 where it is not known.
func slowly(tellings []telling, now int64) int64 {
	since := 0.0 // days ago, when the current price began
	changed := 1e9
	for _, t := range tellings {
		if t.minor != now {
			changed = min(changed, t.daysAgo)
		}
	}
	for _, t := range tellings {
		if t.minor == now && t.daysAgo < changed {
			since = max(since, t.daysAgo)
		}
	}
	lowest := inForce(tellings, since+30)
	for _, t := range tellings {
		if t.daysAgo > since && t.daysAgo < since+30 {
			lowest = min(lowest, t.minor)
		}
	}
	return lowest
}
