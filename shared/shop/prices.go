package shop

import (
	"cmp"
	"slices"
	"time"
)

// MostPrices is how many entries of [Prices] a product keeps: two months of a
// price that is told every day, and years of one that is told when it changes.
const MostPrices = 60

// priorDays is the period before a reduction whose lowest price is the former
// one (Directive 98/6/EC, Article 6a(2)).
const priorDays = 30

// Prices is what a product has cost, told by its events: one entry for each price
// of each day (UTC), by day, and within one day dearest first. It joins what is
// told in whatever order and however often: the same tellings give the same
// Prices (promise "same history, same profile"). The oldest entries go beyond [MostPrices].
type Prices []PriceEntry

// PriceEntry is one price on one day.
type PriceEntry struct {
	Price Money     `json:"price"`
	First time.Time `json:"first"`         // when it was told first that day
	Last  time.Time `json:"last,omitzero"` // and last; zero where that is First
}

func (t PriceEntry) last() time.Time {
	if t.Last.IsZero() {
		return t.First
	}
	return t.Last
}

func (t PriceEntry) day() time.Time { return t.First.UTC().Truncate(24 * time.Hour) }

// compare orders entries. Of one day the lower prices come last, so that the ones
// that must not be forgotten are forgotten last.
func (t PriceEntry) compare(u PriceEntry) int {
	return cmp.Or(t.day().Compare(u.day()), cmp.Compare(t.Price.Currency, u.Price.Currency), cmp.Compare(u.Price.Minor, t.Price.Minor))
}

// With returns p with a price that was told to hold from at on. It changes
// nothing of p.
func (p Prices) With(at time.Time, price Money) Prices {
	told := PriceEntry{Price: price, First: at.UTC()}
	place, found := slices.BinarySearchFunc(p, told, PriceEntry.compare)
	if !found {
		joined := slices.Insert(slices.Clone(p), place, told)
		return joined[max(0, len(joined)-MostPrices):]
	}
	old := p[place]
	first, last := earlier(old.First, told.First), later(old.last(), told.First)
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

// Former is what may be said of what a product cost before.
type Former struct {
	Lowest  Money     // of the thirty days before the reduction; zero where Unknown says why there is none
	Since   time.Time // since when it costs what it costs today
	Unknown string    // why there is no former price to state, in plain words; empty where there is one
}

// Former returns the lowest price of the thirty days before the product began to
// cost now, without a break since. That is the highest former price that may be
// stated beside now (Directive 98/6/EC, Article 6a). A reduction in steps counts
// from its last step.
//
// Where the history does not reach back so far, there is none: a member state
// may allow a shorter period for what is new on the market, and not all do.
func (p Prices) Former(now Money) Former {
	known := p
	if len(p) >= MostPrices { // of the oldest day some may be gone
		known = slices.DeleteFunc(slices.Clone(p), func(t PriceEntry) bool { return t.day().Equal(p[0].day()) })
	}
	var other time.Time // when another price was told last
	for _, t := range known {
		if t.Price != now {
			other = later(other, t.last())
		}
	}
	if other.IsZero() {
		return Former{Unknown: "no other price is known"}
	}
	var since time.Time
	for _, t := range known {
		if t.Price != now || !t.last().After(other) {
			continue
		}
		if from := later(t.First, other); since.IsZero() || from.Before(since) { // told before the other one, too: from then on, at the earliest
			since = from
		}
	}
	if since.IsZero() {
		return Former{Unknown: "another price was told at the same time"}
	}
	return known.lowest(since)
}

// lowest returns the lowest price that held at some moment of the thirty days
// before since.
func (p Prices) lowest(since time.Time) Former {
	begin := since.AddDate(0, 0, -priorDays)
	held := Prices{}
	var carried *PriceEntry // in force when the thirty days began
	for _, t := range p {
		switch {
		case !t.last().After(begin):
			if carried == nil || t.last().After(carried.last()) || t.last().Equal(carried.last()) && t.Price.Minor < carried.Price.Minor {
				carried = &t
			}
		case t.First.Before(since):
			held = append(held, t)
		}
	}
	if carried == nil {
		return Former{Since: since, Unknown: "its prices are not known for thirty days before the reduction"}
	}
	lowest := carried.Price
	for _, t := range held {
		if t.Price.Currency != lowest.Currency {
			return Former{Since: since, Unknown: "it was sold in another currency within the thirty days before"}
		}
		lowest.Minor = min(lowest.Minor, t.Price.Minor)
	}
	return Former{Lowest: lowest, Since: since}
}

// Was returns the former price that a message may state of a product that costs
// now, where the catalogue claims one; zero where there is none to state. Why not
// all that is claimed is stated is in no; it is empty where nothing is claimed,
// and where the claim is true.
//
// A claim above [Former].Lowest is not believed: Lowest is stated in its place.
func (p Prices) Was(now, claimed Money) (was Money, no string) {
	if claimed.Minor == 0 || claimed.Currency == now.Currency && claimed.Minor <= now.Minor {
		return Money{}, "" // not reduced, by the catalogue's own word
	}
	former := p.Former(now)
	switch {
	case former.Unknown != "":
		return Money{}, former.Unknown
	case former.Lowest.Currency != now.Currency || claimed.Currency != now.Currency:
		return Money{}, "it was sold in another currency before"
	case former.Lowest.Minor <= now.Minor:
		return Money{}, "it cost no more within the thirty days before"
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
