package shop

import (
	"cmp"
	"slices"
	"time"
)

// MostPrices is the most entries of a product's [Prices]: two months of a price
// that is reported every day, or years of one that is reported when it changes.
const MostPrices = 60

// priorDays is the number of days before a reduction whose lowest price is the
// former price (Directive 98/6/EC, Article 6a(2)).
const priorDays = 30

// Prices is the price history of a product, from its events: one entry for each
// price of each day (UTC), sorted by day, and within a day from the highest to
// the lowest. The order and number of repeated reports do not matter: the same
// reports give the same Prices (promise "same history, same profile"). Above
// [MostPrices], the oldest are dropped.
type Prices []PriceEntry

// PriceEntry is one price on one day.
type PriceEntry struct {
	Price Money     `json:"price"`
	First time.Time `json:"first"`         // time of its first report on that day
	Last  time.Time `json:"last,omitzero"` // time of its last report on that day; zero if it equals First
}

func (e PriceEntry) last() time.Time {
	if e.Last.IsZero() {
		return e.First
	}
	return e.Last
}

func (e PriceEntry) day() time.Time { return e.First.UTC().Truncate(24 * time.Hour) }

// compare sorts entries. The lower prices of a day come last, so that they are
// dropped last: the lowest price decides.
func (e PriceEntry) compare(other PriceEntry) int {
	return cmp.Or(e.day().Compare(other.day()), cmp.Compare(e.Price.Currency, other.Price.Currency), cmp.Compare(other.Price.Minor, e.Price.Minor))
}

// With returns p with a price that was reported to be valid from at. It does
// not change p.
func (p Prices) With(at time.Time, price Money) Prices {
	reported := PriceEntry{Price: price, First: at.UTC()}
	place, found := slices.BinarySearchFunc(p, reported, PriceEntry.compare)
	if !found {
		joined := slices.Insert(slices.Clone(p), place, reported)
		return joined[max(0, len(joined)-MostPrices):]
	}
	old := p[place]
	first, last := earlier(old.First, reported.First), later(old.last(), reported.First)
	if last.Equal(first) {
		last = time.Time{}
	}
	if first.Equal(old.First) && last.Equal(old.Last) {
		return p
	}
	p = slices.Clone(p)
	p[place].First, p[place].Last = first, last
	return p
}

// Former is the former price of a product that a message may state.
type Former struct {
	Lowest  Money     // lowest price of the thirty days before the reduction; zero if Unknown is set
	Since   time.Time // since when the current price is valid
	Unknown string    // why no former price may be stated, in plain words; empty if there is one
}

// Former returns the lowest price of the thirty days before the product's price
// became now, and stayed at now. It is the highest former price that may be
// stated next to now (Directive 98/6/EC, Article 6a). A reduction in steps
// counts from its last step.
//
// If the history is shorter than that, there is no former price: some member
// states allow a shorter period for new products, but not all.
func (p Prices) Former(now Money) Former {
	known := p
	if len(p) >= MostPrices { // entries of the oldest day can have been dropped
		known = slices.DeleteFunc(slices.Clone(p), func(e PriceEntry) bool { return e.day().Equal(p[0].day()) })
	}
	var other time.Time // last report of another price
	for _, e := range known {
		if e.Price != now {
			other = later(other, e.last())
		}
	}
	if other.IsZero() {
		return Former{Unknown: "no other price is known"}
	}
	var since time.Time
	for _, e := range known {
		if e.Price != now || !e.last().After(other) {
			continue
		}
		if from := later(e.First, other); since.IsZero() || from.Before(since) { // if it was valid before the other one as well, it counts from the other one on
			since = from
		}
	}
	if since.IsZero() {
		return Former{Unknown: "another price was reported at the same time"}
	}
	return known.lowest(since)
}

// lowest returns the lowest price that was valid at any time in the thirty days
// before since.
func (p Prices) lowest(since time.Time) Former {
	begin := since.AddDate(0, 0, -priorDays)
	within := Prices{}
	var carried *PriceEntry // valid when the thirty days began
	for _, e := range p {
		switch {
		case !e.last().After(begin):
			if carried == nil || e.last().After(carried.last()) || e.last().Equal(carried.last()) && e.Price.Minor < carried.Price.Minor {
				carried = &e
			}
		case e.First.Before(since):
			within = append(within, e)
		}
	}
	if carried == nil {
		return Former{Since: since, Unknown: "its prices are not known for thirty days before the reduction"}
	}
	lowest := carried.Price
	for _, e := range within {
		if e.Price.Currency != lowest.Currency {
			return Former{Since: since, Unknown: "it was sold in another currency within the thirty days before"}
		}
		lowest.Minor = min(lowest.Minor, e.Price.Minor)
	}
	return Former{Lowest: lowest, Since: since}
}

// Was returns the former price that a message may state for a product with the
// price now and the former price that the catalogue claims; zero if none may be
// stated. The refusal says why the claim is not stated as it is; it is empty if
// nothing is claimed or the claim is true.
//
// If the claim is above [Former].Lowest, Was returns Lowest instead.
func (p Prices) Was(now, claimed Money) (was Money, refusal string) {
	if claimed.Minor == 0 || claimed.Currency == now.Currency && claimed.Minor <= now.Minor {
		return Money{}, "" // the catalogue claims no reduction
	}
	former := p.Former(now)
	switch {
	case former.Unknown != "":
		return Money{}, former.Unknown
	case former.Lowest.Currency != now.Currency || claimed.Currency != now.Currency:
		return Money{}, "it was sold in another currency before"
	case former.Lowest.Minor <= now.Minor:
		return Money{}, "its lowest price of the thirty days before was not higher"
	case claimed.Minor > former.Lowest.Minor:
		return former.Lowest, "it is above the lowest price of the thirty days before, which is stated instead"
	}
	return claimed, ""
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
