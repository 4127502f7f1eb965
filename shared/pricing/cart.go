package pricing

import (
	"errors"
	"fmt"
	"math"

	"regulars/shared/shop"
)

// Cart is the lines that a customer is about to buy, and their shipping.
type Cart struct {
	Currency shop.Currency
	Lines    []Line
	Shipping int64

	ShippingTaxRate int  // basis points, 0 to [MostTax]
	TaxAdded        bool // prices are without tax, which is added to them; else they include it
}

// Line is one line of a cart.
type Line struct {
	ID       string         `json:"id"` // different for each line of the cart
	Product  shop.ProductID `json:"product"`
	Category string         `json:"category,omitempty"`
	Units    int            `json:"units"`              // 1 to [MostUnits]
	Price    int64          `json:"price"`              // of one unit, before any discount
	Cost     int64          `json:"cost,omitempty"`     // of one unit to the shop, without tax; 0: not known
	TaxRate  int            `json:"tax_rate,omitempty"` // basis points, 0 to [MostTax]
}

// Limits of a cart. They keep every sum well below 2^63.
const (
	MostLines = 1_000
	MostUnits = 100_000
	MostPrice = 1_000_000_000_000 // minor units
)

// Check returns every fault of the cart, or nil.
func (c Cart) Check() error {
	var faults []error
	wrong := func(i int, text string, args ...any) {
		faults = append(faults, fmt.Errorf("line %d: "+text, append([]any{i + 1}, args...)...))
	}
	if len(c.Lines) > MostLines {
		faults = append(faults, fmt.Errorf("%d lines: a cart has %d at most", len(c.Lines), MostLines))
	}
	if c.Shipping < 0 || c.Shipping > MostPrice {
		faults = append(faults, fmt.Errorf("shipping is not between 0 and %d", int64(MostPrice)))
	}
	if c.ShippingTaxRate < 0 || c.ShippingTaxRate > MostTax {
		faults = append(faults, fmt.Errorf("the tax rate of shipping is not between 0 and %d basis points", MostTax))
	}
	seen := map[string]bool{}
	total := int64(0)
	for i, l := range c.Lines {
		switch {
		case l.ID == "":
			wrong(i, "has no ID")
		case seen[l.ID]:
			wrong(i, "has the ID of an earlier line")
		}
		seen[l.ID] = true
		if l.Product == "" {
			wrong(i, "names no product")
		}
		if l.Units < 1 || l.Units > MostUnits {
			wrong(i, "has units that are not between 1 and %d", MostUnits)
			continue
		}
		if l.Price < 0 || l.Price > MostPrice {
			wrong(i, "has a price that is not between 0 and %d", int64(MostPrice))
			continue
		}
		if l.TaxRate < 0 || l.TaxRate > MostTax {
			wrong(i, "has a tax rate that is not between 0 and %d basis points", MostTax)
		}
		if l.Cost < 0 || l.Cost > MostPrice {
			wrong(i, "has a cost that is not between 0 and %d", int64(MostPrice))
		}
		if gross := int64(l.Units) * l.Price; total > math.MaxInt64/10_000-gross { // room to multiply by basis points
			wrong(i, "makes the cart worth more than can be computed exactly")
		} else {
			total += gross
		}
	}
	return errors.Join(faults...)
}

// gross returns what the line costs before discounts.
func (l Line) gross() int64 { return int64(l.Units) * l.Price }

// floor returns the lowest price of the whole line under a margin: the cost of
// its units plus margin basis points of it, rounded up, plus the tax on that if
// prices include tax, since tax covers no cost. It is at most the line's gross
// price, and 0 if the cost is not known or there is no floor.
func (l Line) floor(margin int, taxAdded bool) int64 {
	if l.Cost == 0 || margin == NoFloor {
		return 0
	}
	cost := int64(l.Units) * l.Cost
	least := cost + ceil(cost, int64(margin), 10_000)
	if !taxAdded {
		least += ceil(least, int64(l.TaxRate), 10_000)
	}
	return min(l.gross(), least)
}

// ceil returns a × b ÷ c, rounded up. a and b are not negative. It does not
// overflow if a ÷ c × b does not.
func ceil(a, b, c int64) int64 { return a/c*b + (a%c*b+c-1)/c }
