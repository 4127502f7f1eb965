package campaign

import (
	"fmt"
	"slices"
	"time"

	"regulars/shared/condition"
	"regulars/shared/shop"
)

// ProductTerms are the terms of a campaign about products.
type ProductTerms struct {
	Stock   int           `json:"stock"`              // the fewest units in stock, 1 or more; a product whose units the shop does not count has enough
	SoldOut time.Duration `json:"sold_out,omitempty"` // of [shop.BackInStock]: the shortest time for which it was sold out
	Cheaper int           `json:"cheaper,omitempty"`  // of [shop.Cheaper]: the smallest reduction, in basis points of the former price
	OnceIn  time.Duration `json:"once_in"`            // each product starts the campaign once in this time at most
	PerUnit int           `json:"per_unit,omitempty"` // the most customers for each unit in stock; 0: no limit
}

// Most returns the most customers whom a run may reach: PerUnit for each unit in
// stock. 0 means any number: there is no limit, or the shop does not count the units.
func (t ProductTerms) Most(p shop.Product) int {
	if t.PerUnit == 0 || p.Stock == nil {
		return 0
	}
	return t.PerUnit * *p.Stock
}

// Subject is the product that a run is about, and what happened to it. The zero
// Subject means that the run is about none.
type Subject struct {
	Product shop.ProductID `json:"product"`
	Event   shop.OrderKind `json:"event"`          // [shop.BackInStock], [shop.Cheaper] or [shop.NewProduct]
	Price   shop.Money     `json:"price,omitzero"` // of [shop.Cheaper]: the price that it fell to
	Day     string         `json:"day,omitempty"`  // the day (UTC) on which it sold out or became cheaper, such as "2026-11-22"
}

// Occasion returns the name of what happened: new/<product>, back/<product>/<day>
// or cheaper/<product>/<price>/<day>. It is empty for the zero Subject.
func (s Subject) Occasion() string {
	switch s.Event {
	case shop.NewProduct:
		return fmt.Sprintf("new/%s", s.Product)
	case shop.BackInStock:
		return fmt.Sprintf("back/%s/%s", s.Product, s.Day)
	case shop.Cheaper:
		return fmt.Sprintf("cheaper/%s/%d/%s", s.Product, s.Price.Minor, s.Day)
	}
	return ""
}

// Start asks for a run of a campaign about a product. It is a message on plan's
// queue, and is kept with the product.
type Start struct {
	Campaign shop.CampaignID `json:"start"`
	Version  int             `json:"version"`
	At       time.Time       `json:"at"` // when it happened
	Subject  Subject         `json:"subject"`

	Raised time.Time `json:"raised"` // when the occasion was found
	Cause  time.Time `json:"cause"`  // the revision of the product whose event showed it: the same event again asks again
}

// ProductState is what is known of a product, with the latest event.
type ProductState struct {
	shop.Product
	Prices  shop.Prices
	SoldOut shop.SoldOut
	New     time.Time // when it could be bought for the first time; zero if it was known before, from an import or a first catalogue
	Cause   time.Time // the revision of the latest event, which can be older than the product's
	Started []Start   // runs that were asked for before, oldest first; the latest of each campaign and kind of event at least
}

// Start returns the runs that an event about the product asks for at now, by
// campaign. Each occasion asks once for a run of a campaign, whatever events come
// twice or in another order. An occasion whose messages would have expired by now
// asks for none.
//
// What happened before a campaign was published asks for a run as well, if its
// messages have not expired.
func (s ProductState) Start(now time.Time, campaigns []Campaign) (starts []Start) {
	if s.Hidden || !s.InStock() || s.Price.Minor <= 0 {
		return nil
	}
	for _, c := range campaigns {
		if c.Product == nil || !c.If.Holds(condition.Facts{Campaign: condition.Campaign{ID: c.ID}, Product: s.facts()}) {
			continue
		}
		for _, kind := range c.On {
			start, happened := s.occasion(kind, *c.Product)
			if !happened || !start.At.Add(c.NotAfter).After(now) || !s.due(now, c, start) {
				continue
			}
			start.Campaign, start.Version, start.Raised, start.Cause = c.ID, c.Version, shop.Millis(now), s.Cause
			starts = append(starts, start)
			break // a product that is new and cheaper starts the campaign once
		}
	}
	return starts
}

// due reports whether the campaign has not had the occasion yet, and no other one of
// the product too short a time ago.
func (s ProductState) due(now time.Time, c Campaign, next Start) bool {
	return !slices.ContainsFunc(s.Started, func(before Start) bool {
		return before.Campaign == c.ID && (now.Sub(before.Raised) < c.Product.OnceIn || before.Subject.Event == next.Subject.Event && !before.At.Before(next.At))
	})
}

// occasion returns what happened to the product last, of one kind of event, and
// whether it did.
func (s ProductState) occasion(kind shop.OrderKind, terms ProductTerms) (start Start, happened bool) {
	start.Subject = Subject{Product: s.ID, Event: kind}
	if s.Stock != nil && *s.Stock < terms.Stock {
		return start, false
	}
	switch kind {
	case shop.NewProduct:
		start.At, happened = s.New, !s.New.IsZero()
	case shop.BackInStock:
		start.At, start.Subject.Day = s.SoldOut.Back, s.SoldOut.Since.Format(time.DateOnly)
		happened = start.At.After(s.New) && start.At.Sub(s.SoldOut.Since) >= terms.SoldOut
	case shop.Cheaper:
		former := s.Prices.Former(s.Price)
		start.At, start.Subject.Price, start.Subject.Day = former.Since, s.Price, former.Since.UTC().Format(time.DateOnly)
		happened = Reduced(former, s.Price, terms)
	}
	return start, happened
}

// Reduced reports whether the price is lower than the former price by as much as
// the terms ask for. Without a former price that may be stated it is not.
func Reduced(former shop.Former, price shop.Money, terms ProductTerms) bool {
	return former.Unknown == "" && former.Lowest.Currency == price.Currency && former.Lowest.Minor > price.Minor &&
		(former.Lowest.Minor-price.Minor)*10_000 >= former.Lowest.Minor*int64(terms.Cheaper)
}

// facts returns what conditions see of the product.
func (s ProductState) facts() condition.Product { return ProductFacts(s.Product, s.Prices) }

// ProductFacts returns what conditions see of a product.
func ProductFacts(p shop.Product, prices shop.Prices) condition.Product {
	f := condition.Product{ID: p.ID, Category: p.Category, Price: p.Price, Stock: condition.Never}
	f.Former, _ = prices.Was(p.Price, p.Was)
	if p.Stock != nil {
		f.Stock = *p.Stock
	}
	return f
}
