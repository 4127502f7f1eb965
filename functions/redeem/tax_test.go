package main

import (
	"net/http"
	"testing"
)

// An order has two mugs at 20 % with a tenth off, a bag at 7 %, and free
// shipping; one mug is returned. The tax of the amount that is paid back is
// exact to the cent.
func TestTaxesOfAHeldAndReturnedOrder(t *testing.T) {
	for name, c := range map[string]struct {
		added                  bool
		mugs, bag, tax, total  int64
		backFirst, taxOfReturn int64
	}{
		"in the prices":   {false, 300, 65, 365, 1800 + 1000, 900, 150},
		"added to prices": {true, 360, 70, 430, 1800 + 1000 + 430, 900 + 180, 180},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.policy.Shop.TaxAdded = c.added
			r := cart("ann", b.issue(t, "ann", "ten", 2))
			r.Shipping, r.ShipTax, r.Lines = 500, 2000, []line{
				{ID: "1", Product: "mug-1", Units: 2, Price: 1000, TaxRate: 2000},
				{ID: "2", Product: "bag-1", Units: 1, Price: 1000, TaxRate: 700},
			}
			q := b.hold(t, "o-1", r)
			if q.Lines[0].Tax != c.mugs || q.Lines[1].Tax != c.bag || q.Tax != c.tax || q.Total != c.total || q.TaxAdded != c.added {
				t.Errorf("the hold = %+v, want %+v", q, c)
			}
			b.call(t, http.MethodPut, "/orders/o-1/redemption", "", nil)
			var back struct {
				Returns map[string]struct{ Paid, Tax int64 }
			}
			b.call(t, http.MethodPut, "/orders/o-1/returns/r-1", `{"lines":{"1":1}}`, &back)
			if got := back.Returns["r-1"]; got.Paid != c.backFirst || got.Tax != c.taxOfReturn {
				t.Errorf("for one mug %d is paid back, with %d of tax in it, want %d and %d", got.Paid, got.Tax, c.backFirst, c.taxOfReturn)
			}
		})
	}
}

func TestTaxRateAbove100PercentIsRefused(t *testing.T) {
	b := newBench(t)
	r := cart("ann")
	r.Lines[0].TaxRate = 20_000
	if status := b.call(t, http.MethodPost, "/quotes", r, nil); status != http.StatusBadRequest {
		t.Errorf("a rate of 200 %% was answered with %d", status)
	}
}
