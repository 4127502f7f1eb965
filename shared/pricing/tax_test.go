package pricing_test

import (
	"fmt"
	"slices"
	"testing"

	"regulars/shared/pricing"
)

// at returns the cart with the tax rates of its lines, in basis points.
func at(cart pricing.Cart, rates ...int) pricing.Cart {
	for i, rate := range rates {
		cart.Lines[i].TaxRate = rate
	}
	return cart
}

func added(cart pricing.Cart) pricing.Cart {
	cart.TaxAdded = true
	return cart
}

func TestTaxIsRoundedOncePerRate(t *testing.T) {
	for name, c := range map[string]struct {
		cart  pricing.Cart
		deals []pricing.Deal
		taxes []int64 // of the lines
		sums  string
		total int64
	}{
		"in the price":       {at(lines("1×a @12000"), 2000), nil, []int64{2000}, "[{2000 10000 2000}]", 12000},
		"added to the price": {added(at(lines("1×a @10000"), 2000)), nil, []int64{2000}, "[{2000 10000 2000}]", 12000},
		"in the price after a discount": {
			at(lines("1×a @12000"), 2000), []pricing.Deal{{ID: "half", Percent: 5000}}, []int64{1000}, "[{2000 5000 1000}]", 6000,
		},
		"added to the price after a discount": {
			added(at(lines("1×a @10000"), 2000)), []pricing.Deal{{ID: "half", Percent: 5000}}, []int64{1000}, "[{2000 5000 1000}]", 6000,
		},
		"rounded once for the rate, not for each line": { // a sixth of 0.99 is 0.165, of each 0.055
			at(lines("1×a @33", "1×b @33", "1×c @33"), 2000, 2000, 2000), nil, []int64{6, 6, 5}, "[{2000 82 17}]", 99,
		},
		"half a minor unit is rounded up": {added(at(lines("1×a @250"), 2500)), nil, []int64{63}, "[{2500 250 63}]", 313},
		"at two rates": {
			at(lines("1×a @11900", "1×b @10700"), 1900, 700), nil, []int64{1900, 700}, "[{700 10000 700} {1900 10000 1900}]", 22600,
		},
		"a line without a rate has no tax": {added(at(lines("1×a @100", "1×b @200"), 0, 1000)), nil, []int64{0, 20}, "[{1000 200 20}]", 320},
		"a line of zero has no tax":        {added(at(lines("1×a @100"), 2000)), []pricing.Deal{{ID: "gratis", Percent: 10_000}}, []int64{0}, "[{2000 0 0}]", 0},
		"a floor covers the tax in the price": { // a cost of 10.00 is 12.00 with tax; below that the shop would lose
			at(lines("1×a @1500 cost 1000"), 2000), []pricing.Deal{{ID: "half", Percent: 5000}}, []int64{200}, "[{2000 1000 200}]", 1200,
		},
		"a floor without tax in the price is the cost": {
			added(at(lines("1×a @1500 cost 1000"), 2000)), []pricing.Deal{{ID: "half", Percent: 5000}}, []int64{200}, "[{2000 1000 200}]", 1200,
		},
	} {
		t.Run(name, func(t *testing.T) {
			q := pricing.Price(c.cart, c.deals)
			var taxes []int64
			for _, l := range q.Lines {
				taxes = append(taxes, l.Tax)
			}
			if !slices.Equal(taxes, c.taxes) || fmt.Sprint(q.Taxes) != c.sums || q.Total != c.total {
				t.Errorf("taxes %v, %v, total %d; want %v, %s, %d", taxes, q.Taxes, q.Total, c.taxes, c.sums, c.total)
			}
			holds(t, c.cart, c.deals, q)
		})
	}
}

// Shipping is taxed together with the lines of its rate, with one rounding.
func TestTaxOfShippingIsRoundedWithTheLines(t *testing.T) {
	cart := at(lines("1×a @333"), 2000)
	cart.Shipping, cart.ShippingTaxRate = 500, 2000
	q := pricing.Price(cart, []pricing.Deal{{ID: "ship", Shipping: true, Most: 100}})
	if q.Lines[0].Tax+q.ShippingTax != q.Tax || q.Tax != 122 || q.ShippingTax != 67 {
		t.Errorf("taxes %d + %d = %d, want 55 + 67 = 122, a sixth of 7.33", q.Lines[0].Tax, q.ShippingTax, q.Tax)
	}
	holds(t, cart, []pricing.Deal{{ID: "ship"}}, q)
}

// taxOnTop fails the test if taxes do not add up, by line and by rate, or one is
// not the share of its sum. It returns the tax that is added to the prices.
func taxOnTop(t interface {
	Helper()
	Errorf(string, ...any)
}, cart pricing.Cart, q pricing.Quote,
) int64 {
	t.Helper()
	lines, paid := map[int]int64{}, map[int]int64{}
	for _, l := range q.Lines {
		lines[l.TaxRate] += l.Tax
		paid[l.TaxRate] += l.Net
		if l.Tax < 0 || l.Tax > l.Net || l.TaxRate == 0 && l.Tax != 0 {
			t.Errorf("line %s costs %d and has %d of tax at the rate %d", l.ID, l.Net, l.Tax, l.TaxRate)
		}
	}
	lines[cart.ShippingTaxRate] += q.ShippingTax
	paid[cart.ShippingTaxRate] += q.Shipping - q.ShippingOff
	var all int64
	for _, sum := range q.Taxes {
		all += sum.Tax
		of := int64(10_000 + sum.Rate)
		want := paid[sum.Rate] - sum.Tax
		if cart.TaxAdded {
			of, want = 10_000, paid[sum.Rate]
		}
		if twice := 2*sum.Tax*of - 2*paid[sum.Rate]*int64(sum.Rate); twice > of || twice <= -of || sum.Base != want || lines[sum.Rate] != sum.Tax {
			t.Errorf("at the rate %d, %d has %d of tax on a base of %d, and its lines have %d", sum.Rate, paid[sum.Rate], sum.Tax, sum.Base, lines[sum.Rate])
		}
	}
	if all != q.Tax {
		t.Errorf("the tax is %d, but the rates add up to %d", q.Tax, all)
	}
	if !cart.TaxAdded {
		return 0
	}
	return all
}
