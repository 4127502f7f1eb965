package points_test

import (
	"fmt"
	"testing"
	"time"

	"regulars/shared/points"
	"regulars/shared/profile"
	"regulars/shared/shop"
)

// An order of 250.00, by the sequence of its events, in a shop where orders earn
// when they are paid. Every order of the same events gives the same points and
// tier.
func TestWhatWasTakenBackEarnsNothing(t *testing.T) {
	onPayment := scheme
	onPayment.Placed = false
	later := march.AddDate(0, 0, 1)
	fact := func(f shop.OrderFact) shop.OrderFact {
		f.Order, f.Customer = "o", "c"
		return f
	}
	placed := fact(shop.OrderFact{Kind: shop.OrderPlaced, Placed: &shop.Placed{At: march, Revision: march, Total: gbp(25_000)}})
	paid := fact(shop.OrderFact{Kind: shop.OrderPaid})
	shipped := fact(shop.OrderFact{Kind: shop.OrderShipped})
	cancelled := fact(shop.OrderFact{Kind: shop.OrderCancelled, Cancel: &shop.Cancel{At: later, Cause: shop.CauseUnwanted}})
	returned := fact(shop.OrderFact{Kind: shop.OrderReturned, Ref: "r", Return: &shop.Return{At: later, Units: map[shop.ProductID]int{"P": 1}}})
	refund := func(ref string, minor int64) shop.OrderFact {
		return fact(shop.OrderFact{Kind: shop.OrderRefunded, Ref: ref, Refund: &shop.Refund{At: later, Amount: gbp(minor)}})
	}
	for name, c := range map[string]struct {
		events []shop.OrderFact
		points int // that can be spent after the return window
		tier   string
	}{
		"placed and not paid":                 {[]shop.OrderFact{placed}, 0, "member"},
		"placed and shipped":                  {[]shop.OrderFact{placed, shipped}, 0, "member"},
		"paid":                                {[]shop.OrderFact{placed, paid}, 250, "silver"},
		"never paid and cancelled":            {[]shop.OrderFact{placed, cancelled}, 0, "member"},
		"paid and cancelled":                  {[]shop.OrderFact{placed, paid, cancelled}, 0, "member"},
		"paid, cancelled and refunded":        {[]shop.OrderFact{placed, paid, cancelled, refund("a", 25_000)}, 0, "member"},
		"paid, refunded in part, cancelled":   {[]shop.OrderFact{placed, paid, refund("a", 10_000), cancelled}, 0, "member"},
		"paid and returned, not refunded yet": {[]shop.OrderFact{placed, paid, returned}, 250, "silver"},
		"paid, returned and refunded":         {[]shop.OrderFact{placed, paid, returned, refund("a", 25_000)}, 0, "member"},
		"refunded in part":                    {[]shop.OrderFact{placed, paid, refund("a", 15_001)}, 99, "member"},
		"refunded in three parts": {
			[]shop.OrderFact{placed, paid, refund("a", 10_050), refund("b", 10_050), refund("c", 4_900)}, 0, "member",
		},
	} {
		t.Run(name, func(t *testing.T) {
			for _, events := range permutations(c.events) {
				var order shop.Order
				var ledger points.Ledger
				for _, f := range events {
					var err error
					if order, err = profile.Merge(order, f, later); err != nil {
						t.Fatal(err)
					}
					ledger = onPayment.Fold(onPayment.Fold(ledger, order), order) // the event comes twice
				}
				now := march.Add(20 * 24 * time.Hour)
				if got := ledger.At(now).Active; got != c.points {
					t.Errorf("%s: %d points, want %d", kinds(events), got, c.points)
				}
				if got := onPayment.StandingOf(ledger, now).Tier; got != c.tier {
					t.Errorf("%s: the tier is %s, want %s", kinds(events), got, c.tier)
				}
			}
		})
	}
}

func kinds(events []shop.OrderFact) (text string) {
	for _, f := range events {
		text += fmt.Sprint(f.Kind, f.Ref, " ")
	}
	return text
}

func permutations[T any](all []T) (found [][]T) {
	if len(all) < 2 {
		return [][]T{all}
	}
	for i := range all {
		rest := append(append([]T{}, all[:i]...), all[i+1:]...)
		for _, p := range permutations(rest) {
			found = append(found, append([]T{all[i]}, p...))
		}
	}
	return found
}

// An order that earned before the shop gave points on payment keeps them.
func TestPointsThatWereBookedBeforeTheyWereGivenOnPaymentStay(t *testing.T) {
	onPayment := scheme
	onPayment.Placed = false
	order := shop.Order{ID: "o", Customer: "c", Placed: &shop.Placed{At: march, Total: gbp(1_000)}}
	ledger := onPayment.Fold(scheme.Fold(nil, order), order)
	if got := ledger.At(march.AddDate(0, 0, 20)).Active; got != 10 {
		t.Errorf("%d points, want the 10 that were booked", got)
	}
}

// Points of an order that is not paid are pending, and pay no debt and expire
// without ever being spent.
func TestPointsOfAnOrderThatIsNotPaidArePending(t *testing.T) {
	onPayment := scheme
	onPayment.Placed = false
	order := shop.Order{ID: "o", Customer: "c", Placed: &shop.Placed{At: march, Total: gbp(1_000)}}
	ledger := onPayment.Fold(nil, order)
	for days, want := range map[int]points.Balance{0: {Sum: 10, Pending: 10}, 20: {Sum: 10, Pending: 10}, 400: {}} {
		if got := ledger.At(march.AddDate(0, 0, days)); got != want {
			t.Errorf("after %d days there are %+v, want %+v", days, got, want)
		}
	}
	order.Paid = march.AddDate(0, 0, 20)
	if got := onPayment.Fold(ledger, order).At(march.AddDate(0, 0, 20)).Active; got != 10 {
		t.Errorf("when it is paid %d are active, want 10", got)
	}
}

// An order that is not paid is not in the sums of its time. If it is paid later,
// its points are added to them.
func TestAnOldOrderThatIsNotPaidIsInNoSum(t *testing.T) {
	onPayment := scheme
	onPayment.Placed = false
	whole := march.AddDate(0, 0, 100)
	order := func(id shop.OrderID, paid time.Time) shop.Order {
		return shop.Order{ID: id, Customer: "c", Placed: &shop.Placed{At: march, Total: gbp(1_000)}, Paid: paid}
	}
	for name, others := range map[string][]shop.Order{"alone": nil, "with another": {order("other", march)}} {
		var ledger points.Ledger
		for _, other := range others {
			ledger = onPayment.Update(ledger, shop.Order{}, other, whole)
		}
		unpaid := onPayment.Update(ledger, shop.Order{}, order("o", time.Time{}), whole)
		if got := unpaid.At(whole).Sum; got != 10*len(others) {
			t.Errorf("%s: %d points, want %d", name, got, 10*len(others))
		}
		paid := onPayment.Update(unpaid, order("o", time.Time{}), order("o", march), whole)
		if got := paid.At(whole).Active; got != 10*len(others)+10 {
			t.Errorf("%s, paid: %d points, want 10 more", name, got)
		}
	}
}
